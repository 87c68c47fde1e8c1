// Package term shows a machine's screen in an ANSI terminal, text as text and graphics
// as half blocks, and turns what
// the terminal sends into key strokes. Where there is no terminal, the line
// mode prints finished lines of the screen instead.
//
// A terminal sends characters, not keys: decode.go has the table of what each
// key sends. Releases are not seen, so every key is pressed and let go at once.
//
// Sources: ECMA-48 (control sequences, SGR); xterm control sequences (cursor
// and function keys with modifiers, modifyOtherKeys, DECSCUSR, alternate
// screen, synchronised colours); kitty keyboard protocol ("CSI u").
//
// Not modelled: the mouse (a PC's mouse is relative, a terminal's is not), keys
// that no terminal sends (Caps Lock, Num Lock, Print Screen, lone modifiers:
// scripts and the menu have them), Sixel and Kitty graphics.
package term
