package remote

import (
	"strings"

	"beige/machine"
)

// piece is how many characters are given to the typist at a time: what is typed
// after a key has put an end to it.
const piece = 8

// paste is a text that is being typed.
type paste struct {
	by   *Hand
	text []rune
}

// Paste types a text at a pace that the guest keeps up with, in place of one that
// is being typed. The modifiers count as up meanwhile.
func (in *Input) Paste(h *Hand, text string) {
	in.StopPaste()
	in.pasting = &paste{by: h, text: []rune(ends(text))}
	in.LiftAll()
	in.pasteOn(in.pasting)
}

// PasteMore types a text behind one that is being typed.
func (in *Input) PasteMore(h *Hand, text string) {
	if in.pasting == nil || in.pasting.by != h {
		in.Paste(h, text)
		return
	}
	in.pasting.text = append(in.pasting.text, []rune(ends(text))...)
}

// ends makes all ends of lines "\n".
func ends(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// pasteOn types the next piece. What no PC can type is left out.
func (in *Input) pasteOn(p *paste) {
	if in.pasting != p {
		return
	}
	if len(p.text) == 0 {
		in.StopPaste()
		return
	}
	var strokes []machine.Stroke
	n := min(piece, len(p.text))
	for _, r := range p.text[:n] {
		if s, err := machine.StrokesFor(in.Layout, string(r)); err == nil {
			strokes = append(strokes, s...)
		}
	}
	p.text = p.text[n:]
	in.Guest.Type(strokes, func() { in.pasteOn(p) })
}

// StopPaste ends the typing of a text.
func (in *Input) StopPaste() {
	if in.pasting != nil {
		in.pasting = nil
		in.Straighten()
	}
}

// Pasting is how many characters of a text are still to be typed.
func (in *Input) Pasting() int {
	if in.pasting == nil {
		return 0
	}
	return len(in.pasting.text)
}
