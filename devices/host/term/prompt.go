package term

import (
	"slices"
	"strings"

	"beige/devices/kbc"
)

// maxAnswer bounds what can be typed at a prompt, in characters: more than a
// path of any host.
const maxAnswer = 8192

// prompt is a question on the status line whose answer is being typed.
type prompt struct {
	label string
	text  []rune
	at    int // where the cursor is in text
}

// key edits the answer. done is true when the person has given it, or given up.
func (p *prompt) key(in Input) (answer string, done bool) {
	ctrl, alt := false, false
	for _, k := range in.stroke().Hold {
		ctrl = ctrl || k == kbc.KeyLeftCtrl
		alt = alt || k == kbc.KeyLeftAlt
	}
	k := kbc.KeyNone
	if taps := in.stroke().Taps; len(taps) > 0 {
		k = taps[0]
	}
	switch {
	case in.Paste != "": // of several lines the first
		line, _, _ := strings.Cut(strings.ReplaceAll(in.Paste, "\r", "\n"), "\n")
		for _, r := range line {
			if r >= ' ' && r != 0x7f {
				p.insert(r)
			}
		}
	case in.Escape, k == kbc.KeyEsc, ctrl && (k == kbc.KeyC || k == kbc.KeyG):
		return "", true
	case k == kbc.KeyEnter, k == kbc.KeyKPEnter, ctrl && k == kbc.KeyJ:
		return unquote(string(p.text)), true
	case k == kbc.KeyBackspace, ctrl && k == kbc.KeyH:
		if p.at > 0 {
			p.at--
			p.text = slices.Delete(p.text, p.at, p.at+1)
		}
	case k == kbc.KeyDelete, ctrl && k == kbc.KeyD:
		if p.at < len(p.text) {
			p.text = slices.Delete(p.text, p.at, p.at+1)
		}
	case k == kbc.KeyLeft, ctrl && k == kbc.KeyB:
		p.at = max(p.at-1, 0)
	case k == kbc.KeyRight, ctrl && k == kbc.KeyF:
		p.at = min(p.at+1, len(p.text))
	case k == kbc.KeyHome, ctrl && k == kbc.KeyA:
		p.at = 0
	case k == kbc.KeyEnd, ctrl && k == kbc.KeyE:
		p.at = len(p.text)
	case ctrl && k == kbc.KeyU:
		p.text, p.at = slices.Delete(p.text, 0, p.at), 0
	case ctrl && k == kbc.KeyK:
		p.text = p.text[:p.at]
	case ctrl && k == kbc.KeyW:
		from := p.at
		for from > 0 && p.text[from-1] == ' ' {
			from--
		}
		for from > 0 && p.text[from-1] != ' ' && p.text[from-1] != '/' || from == p.at && from > 0 {
			from--
		}
		p.text, p.at = slices.Delete(p.text, from, p.at), from
	case k == kbc.KeySpace && !ctrl && !alt:
		p.insert(' ')
	case in.Rune > 0x7f, in.Rune >= ' ' && in.Rune != 0x7f && !ctrl && !alt: // a PC types the former with Alt
		p.insert(in.Rune)
	}
	return "", false
}

func (p *prompt) insert(r rune) {
	if len(p.text) < maxAnswer {
		p.text = slices.Insert(p.text, p.at, r)
		p.at++
	}
}

// unquote takes off what terminals put around a file that is dropped on them.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if n := len(s); n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// line is what of the prompt fits cols columns, and the column of the cursor.
func (p *prompt) line(cols int) (string, int) {
	all := append([]rune(" "+p.label+" "), p.text...)
	at := len(all) - len(p.text) + p.at
	all = append(all, ' ')
	from := max(at-cols+1, 0)
	return string(all[from:min(from+cols, len(all))]), at - from
}
