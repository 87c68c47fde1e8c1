// Package term shows a machine's screen in an ANSI terminal, text as text and graphics
// as Kitty or Sixel pictures where it has them, else as half blocks, and turns what
// the terminal sends into key strokes and movements of the mouse. Where there is no
// terminal, the line mode prints finished lines of the screen instead.
//
// A terminal sends characters, not keys: decode.go has the table of what each
// key sends. Releases are not seen, so every key is pressed and let go at once.
//
// Sources: ECMA-48 (control sequences, SGR); xterm control sequences (cursor
// and function keys with modifiers, modifyOtherKeys, DECSCUSR, alternate
// screen, bracketed paste; mouse.go, ability.go and sixel.go name more); kitty keyboard
// protocol ("CSI u"); Terminal graphics protocol of kitty (kitty.go); DEC VT330/VT340
// Programmer Reference Manual (sixel.go).
//
// Not modelled: keys that no terminal sends (Caps Lock, Num Lock, Print Screen, lone
// modifiers: scripts and the menu have them); horizontal wheels; Kitty graphics through
// files and shared memory of the host.
package term
