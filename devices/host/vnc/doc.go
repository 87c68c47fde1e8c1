// Package vnc shows a machine's screen to VNC viewers and takes their keys and
// pointers.
//
// Sources: RFC 6143 (the Remote Framebuffer protocol, versions 3.3, 3.7 and 3.8);
// "The RFB Protocol", community wiki edition (zlib encoding 6, ExtendedDesktopSize
// -308, QEMU Extended Key Event -258, QEMU Pointer Motion Change -257); X.Org
// keysymdef.h (keysyms).
//
// # Goroutines
//
// Each viewer has two: one reads its messages, one answers its requests. A viewer
// gets a picture only when it asks for one, so a slow one gets fewer; one that
// takes nothing for a while is dropped. What a viewer can make the program keep is
// bounded: a copy of the picture it has, one rectangle being encoded, one text of
// its clipboard, and one event at a time that the machine has not taken yet.
//
// # Choices
//
// The shared flag is ignored: viewers never put each other out. The screen's
// size is the guest's; a viewer that wants another is refused. A viewer that knows no
// changes of size sees what fits. Text of the clipboard is typed only when it is
// asked for with Ctrl+Alt+V: viewers send it whenever they get the focus.
//
// Not modelled: Tight and JPEG, RRE, fences and continuous updates, TLS.
package vnc
