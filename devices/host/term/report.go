package term

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// Answers of the terminal to what it is asked, and reports of its mouse, come among
// the keys.

// answerKind says to what the terminal answers.
type answerKind uint8

const (
	answerAttributes answerKind = iota // DA1: what it can
	answerStatus                       // DSR: it has come so far
	answerCell                         // height and width of a character in pixels
	answerArea                         // ... of all characters
	answerMode                         // DECRPM: a mode and how it is
	answerGraphics                     // XTSMGRAPHICS: item, status, values
	answerKitty                        // graphics protocol: ok or not
)

// answer is one, with its numbers.
type answer struct {
	kind answerKind
	args []int
	ok   bool // of answerKitty
}

// has reports whether a number is among those of an answer.
func (a *answer) has(n int) bool { return slices.Contains(a.args, n) }

// arg is the number at place i, 0 where there is none.
func (a *answer) arg(i int) int {
	if i >= len(a.args) {
		return 0
	}
	return a.args[i]
}

// mouseReport is what the mouse did (xterm control sequences, Mouse Tracking).
type mouseReport struct {
	code int // button, modifiers, kind
	x, y int // place from 0, or pixel
	up   bool
}

// decodeReport takes a control sequence that is no key: seq is what follows CSI, up to
// and with the final byte. ok is false for keys. after is the number of bytes that
// belong to it of those behind, -1 while there are not enough.
func (d *Decoder) decodeReport(seq, behind []byte, final bool) (after int, in Input, ok bool) {
	body, c := seq[:len(seq)-1], seq[len(seq)-1]
	private := byte(0)
	if len(body) > 0 && body[0] >= '<' && body[0] <= '?' {
		private, body = body[0], body[1:]
	}
	args := parameters(body)
	reply := func(kind answerKind) (int, Input, bool) {
		return 0, Input{Answer: &answer{kind: kind, args: args}}, true
	}
	switch {
	case private == '<' && (c == 'M' || c == 'm') && len(args) == 3: // SGR
		return 0, Input{Mouse: &mouseReport{code: args[0], x: args[1] - 1, y: args[2] - 1, up: c == 'm'}}, true
	case private == 0 && c == 'M' && len(body) == 0: // the first kind, of terminals without SGR
		if len(behind) < 3 {
			if !final {
				return -1, Input{}, true
			}
			return len(behind), Input{}, true
		}
		code, x, y := int(behind[0])-32, int(behind[1])-33, int(behind[2])-33
		up := code&3 == 3 && code&(mouseMoved|mouseWheel) == 0
		return 3, Input{Mouse: &mouseReport{code: code, x: x, y: y, up: up}}, true
	case private == '?' && c == 'c':
		return reply(answerAttributes)
	case private == '?' && c == 'S':
		return reply(answerGraphics)
	case private == '?' && c == 'y' && bytes.HasSuffix(body, []byte("$")):
		return reply(answerMode)
	case private == 0 && c == 'n':
		return reply(answerStatus)
	case private == 0 && c == 't' && args[0] == 6:
		return reply(answerCell)
	case private == 0 && c == 't' && args[0] == 4:
		return reply(answerArea)
	case private == 0 && c == '~' && args[0] == pasteMark:
		d.paste.on = true
		return 0, Input{}, true
	}
	return 0, Input{}, private != 0 && c != 'u' // of the other private ones none is a key
}

// decodeAPC takes an answer of the Kitty graphics protocol, ESC _ G keys ; message
// ESC \. Anything else that begins so is Alt+_.
func (d *Decoder) decodeAPC(p []byte, final bool, mods int) (int, Input, bool) {
	switch {
	case len(p) == 2 && !final:
		return 0, Input{}, false
	case len(p) == 2 || p[2] != 'G':
		in, ok := d.char('_', mods|modAlt)
		return 2, in, ok
	}
	end := bytes.IndexFunc(p[3:], func(r rune) bool { return r < ' ' })
	switch {
	case end < 0 && !final:
		return 0, Input{}, false
	case end < 0:
		return len(p), Input{}, false
	}
	end += 3
	body := p[3:end]
	switch {
	case p[end] == 0x07:
		end++
	case end+1 == len(p) && !final:
		return 0, Input{}, false
	case end+1 < len(p) && p[end+1] == '\\':
		end += 2
	default:
		return end, Input{}, false // broken off
	}
	keys, message, _ := strings.Cut(string(body), ";")
	a := &answer{kind: answerKitty, ok: message == "OK"}
	for _, k := range strings.Split(keys, ",") {
		if v, ok := strings.CutPrefix(k, "i="); ok {
			n, _ := strconv.Atoi(v)
			a.args = append(a.args, n)
		}
	}
	return end, Input{Answer: a}, true
}
