package vnc

import (
	"strings"

	"beige/devices/kbc"
	"beige/machine"
)

// piece is how many characters are given to the typist at a time: what is typed
// after a key has put an end to it.
const piece = 8

// paste is a text that is being typed.
type paste struct {
	by   *hand
	text []rune
}

// chord takes the keys that type the clipboard, Ctrl+Alt+V, and reports whether
// it was them. Every other key puts an end to a text that is being typed.
func (in *input) chord(h *hand, clip string, k kbc.Key) bool {
	if isModifier(k) {
		return false
	}
	in.stopPaste()
	v, _ := in.layout.Chord('v')
	if clip == "" || k != v[0] || !in.holding(kbc.KeyLeftCtrl, kbc.KeyRightCtrl) || !in.holding(kbc.KeyLeftAlt, kbc.KeyRightAlt) {
		return false
	}
	clip = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(clip)
	in.pasting = &paste{by: h, text: []rune(clip)}
	in.liftAll()
	in.pasteOn(in.pasting)
	return true
}

// pasteOn types the next piece. What no PC can type is left out.
func (in *input) pasteOn(p *paste) {
	if in.pasting != p {
		return
	}
	if len(p.text) == 0 {
		in.stopPaste()
		return
	}
	var strokes []machine.Stroke
	n := min(piece, len(p.text))
	for _, r := range p.text[:n] {
		if s, err := machine.StrokesFor(in.layout, string(r)); err == nil {
			strokes = append(strokes, s...)
		}
	}
	p.text = p.text[n:]
	in.guest.Type(strokes, func() { in.pasteOn(p) })
}

// stopPaste ends the typing of a text.
func (in *input) stopPaste() {
	if in.pasting != nil {
		in.pasting = nil
		in.straighten()
	}
}
