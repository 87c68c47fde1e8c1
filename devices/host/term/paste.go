package term

import (
	"bytes"
	"strings"
	"time"
)

// Bracketed paste (xterm control sequences, mode 2004): a text that is pasted comes
// between two control sequences, so that it can be told from keys.
const (
	pasteOn   = "\x1b[?2004h"
	pasteOff  = "\x1b[?2004l"
	pasteEnd  = "\x1b[201~"
	pasteMark = 200 // CSI 200 ~ is in front of the text

	maxPaste  = 1 << 20         // bytes
	pasteTime = 2 * time.Second // a text that stops coming for so long is at its end
)

// paste is a text that is coming.
type paste struct {
	on   bool
	text []byte
}

// take takes of p what is of the text. n may be less than all: the end of p may be
// the beginning of what ends the text.
func (t *paste) take(p []byte, final bool) (n int, in Input, done bool) {
	end := bytes.Index(p, []byte(pasteEnd))
	n = end
	switch {
	case end < 0 && final:
		n = len(p)
	case end < 0:
		n = len(p) - min(len(pasteEnd)-1, len(p))
		for i := n; i <= len(p); i++ { // what may be the beginning of the end stays
			if strings.HasPrefix(pasteEnd, string(p[i:])) {
				n = i
				break
			}
		}
	}
	t.text = append(t.text, p[:min(n, maxPaste-len(t.text))]...)
	if end < 0 && !final {
		return n, Input{}, false
	}
	if end >= 0 {
		n += len(pasteEnd)
	}
	text := pastable(string(t.text))
	*t = paste{}
	return n, Input{Paste: text}, true
}

// pastable is a text without what no key types: of the control characters only ends of
// lines and tabs are meant by who pastes a text. Ends of lines become "\n".
func pastable(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, ""))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
