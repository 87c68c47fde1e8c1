package term

import (
	"strings"
	"time"
	"unicode/utf8"

	"beige/devices/kbc"
	"beige/machine"
)

// Input is one thing that came from the terminal: strokes for the guest, the
// escape key of the front end, a text, the mouse, or an answer of the terminal.
type Input struct {
	Strokes []machine.Stroke // one, or a dead key and what follows it
	Escape  bool
	Rune    rune // the character, where it was one: for the menu; it may have no strokes
	Paste   string
	Mouse   *mouseReport
	Answer  *answer
}

// stroke is the first one.
func (in Input) stroke() machine.Stroke {
	if len(in.Strokes) == 0 {
		return machine.Stroke{}
	}
	return in.Strokes[0]
}

// EscapeKey is Ctrl+], which opens the menu.
const EscapeKey = 0x1d

// maxPending bounds an unfinished control sequence.
const maxPending = 256

// How long to wait for what is not complete.
const (
	escapeTime   = 25 * time.Millisecond  // a lone ESC is the Esc key after that
	sequenceTime = 500 * time.Millisecond // of a control sequence that has certainly begun
)

// Decoder turns the bytes that a terminal sends into Input. The zero value is
// ready to use, for a guest with a keyboard of the USA.
type Decoder struct {
	Layout  *kbc.Layout // of the guest's keyboard
	pending []byte
	paste   paste
}

// Modifiers, as xterm counts them: the parameter is 1 plus their sum.
const (
	modShift = 1 << iota
	modAlt
	modCtrl
)

// csiLetters are the keys that send CSI letter, or SS3 letter, or with
// modifiers CSI 1 ; modifiers letter.
func csiLetter(c byte) (kbc.Key, bool) {
	switch c {
	case 'A':
		return kbc.KeyUp, true
	case 'B':
		return kbc.KeyDown, true
	case 'C':
		return kbc.KeyRight, true
	case 'D':
		return kbc.KeyLeft, true
	case 'E':
		return kbc.KeyKP5, true
	case 'F':
		return kbc.KeyEnd, true
	case 'H':
		return kbc.KeyHome, true
	case 'P':
		return kbc.KeyF1, true
	case 'Q':
		return kbc.KeyF2, true
	case 'R':
		return kbc.KeyF3, true
	case 'S':
		return kbc.KeyF4, true
	}
	return kbc.KeyNone, false
}

// ss3Keypad are the keys that send SS3 letter in application keypad mode
// (xterm, "VT220-Style Function Keys" and "PC-Style").
func ss3Keypad(c byte) (kbc.Key, bool) {
	const digits = "pqrstuvwxy"
	if i := strings.IndexByte(digits, c); i >= 0 {
		return kbc.KeyKP0 + kbc.Key(i), true
	}
	switch c {
	case 'M':
		return kbc.KeyKPEnter, true
	case 'j':
		return kbc.KeyKPStar, true
	case 'k':
		return kbc.KeyKPPlus, true
	case 'm':
		return kbc.KeyKPMinus, true
	case 'n':
		return kbc.KeyKPPeriod, true
	case 'o':
		return kbc.KeyKPSlash, true
	case 'I':
		return kbc.KeyTab, true
	case ' ':
		return kbc.KeySpace, true
	}
	return kbc.KeyNone, false
}

// csiNumber are the keys that send CSI number ~. xterm's F1 to F4 send SS3;
// other terminals send 11 to 14 here. rxvt's 23 to 34 with another final byte
// are shifted keys.
func csiNumber(n int) (kbc.Key, bool) {
	switch {
	case n >= 11 && n <= 15:
		return kbc.KeyF1 + kbc.Key(n-11), true
	case n >= 17 && n <= 21:
		return kbc.KeyF6 + kbc.Key(n-17), true
	case n == 23 || n == 24:
		return kbc.KeyF11 + kbc.Key(n-23), true
	}
	switch n {
	case 1, 7:
		return kbc.KeyHome, true
	case 2:
		return kbc.KeyInsert, true
	case 3:
		return kbc.KeyDelete, true
	case 4, 8:
		return kbc.KeyEnd, true
	case 5:
		return kbc.KeyPageUp, true
	case 6:
		return kbc.KeyPageDown, true
	case 29:
		return kbc.KeyMenu, true
	}
	return kbc.KeyNone, false
}

// unicodeKey are the code points that the kitty protocol gives to keys without
// a character.
func unicodeKey(n int) (kbc.Key, bool) {
	switch {
	case n >= 57399 && n <= 57408:
		return kbc.KeyKP0 + kbc.Key(n-57399), true
	}
	switch n {
	case 57358:
		return kbc.KeyCapsLock, true
	case 57359:
		return kbc.KeyScrollLock, true
	case 57360:
		return kbc.KeyNumLock, true
	case 57361:
		return kbc.KeyPrintScreen, true
	case 57362:
		return kbc.KeyPause, true
	case 57363:
		return kbc.KeyMenu, true
	case 57409:
		return kbc.KeyKPPeriod, true
	case 57410:
		return kbc.KeyKPSlash, true
	case 57411:
		return kbc.KeyKPStar, true
	case 57412:
		return kbc.KeyKPMinus, true
	case 57413:
		return kbc.KeyKPPlus, true
	case 57414:
		return kbc.KeyKPEnter, true
	}
	return kbc.KeyNone, false
}

// Feed takes bytes from the terminal and returns what they finished. An escape
// sequence may be spread over several calls.
func (d *Decoder) Feed(b []byte) []Input {
	d.pending = append(d.pending, b...)
	return d.drain(false)
}

// Pending reports whether an escape sequence may have begun: if nothing follows
// soon, call Flush.
func (d *Decoder) Pending() bool { return len(d.pending) > 0 || d.paste.on }

// Patience is how long to wait before Flush, while Pending.
func (d *Decoder) Patience() time.Duration {
	switch {
	case d.paste.on:
		return pasteTime
	case len(d.pending) > 2:
		return sequenceTime
	}
	return escapeTime
}

// Flush takes what has come so far as complete: a lone ESC is the Esc key.
func (d *Decoder) Flush() []Input { return d.drain(true) }

func (d *Decoder) drain(final bool) []Input {
	var out []Input
	p := d.pending
	for len(p) > 0 || final && d.paste.on {
		var n int
		var in Input
		var ok bool
		if d.paste.on {
			n, in, ok = d.paste.take(p, final)
		} else {
			n, in, ok = d.decode(p, final || len(p) >= maxPending, 0)
		}
		if n == 0 && !ok {
			break
		}
		if ok {
			out = append(out, in)
		}
		p = p[n:]
	}
	d.pending = append(d.pending[:0], p...)
	return out
}

// decode takes one key off p. n is 0 while it is not complete; ok is false for
// what is no key. mods are modifiers from an ESC in front.
func (d *Decoder) decode(p []byte, final bool, mods int) (n int, in Input, ok bool) {
	if p[0] != 0x1b {
		return d.decodeChar(p, final, mods)
	}
	if len(p) == 1 {
		if !final {
			return 0, Input{}, false
		}
		return 1, key(kbc.KeyEsc, mods), true
	}
	switch p[1] {
	case '[':
		return d.decodeCSI(p, final, mods)
	case '_':
		return d.decodeAPC(p, final, mods)
	case 'O':
		return d.decodeSS3(p, final, mods)
	case 0x1b: // Alt and a key that begins with ESC itself, or Esc twice
		n, in, ok = d.decode(p[1:], final, mods|modAlt)
		if n == 0 {
			return 0, Input{}, false
		}
		if n == 1 || in.Answer != nil || in.Mouse != nil { // the latter came by themselves
			return 1, key(kbc.KeyEsc, mods), true
		}
		return n + 1, in, ok
	}
	n, in, ok = d.decodeChar(p[1:], final, mods|modAlt)
	if n == 0 {
		return 0, Input{}, false
	}
	return n + 1, in, ok
}

// decodeChar takes a control character or a character in UTF-8.
func (d *Decoder) decodeChar(p []byte, final bool, mods int) (int, Input, bool) {
	if !utf8.FullRune(p) && !final {
		return 0, Input{}, false
	}
	r, n := utf8.DecodeRune(p)
	if r == utf8.RuneError && n <= 1 {
		return 1, Input{}, false
	}
	in, ok := d.char(r, mods)
	return n, in, ok
}

// char is a character with the modifiers that the terminal reports apart.
func (d *Decoder) char(r rune, mods int) (Input, bool) {
	if mods&modAlt == 0 && (r == EscapeKey || r == ']' && mods&modCtrl != 0) {
		return Input{Escape: true, Rune: EscapeKey}, true
	}
	switch r {
	case 0: // Ctrl+Space and Ctrl+@ send NUL
		in := key(kbc.Key2, mods|modCtrl)
		in.Rune = 0
		return in, true
	case 0x08: // Backspace sends 7Fh on most terminals, Ctrl+Backspace this
		return key(kbc.KeyBackspace, mods|modCtrl), true
	case '\n': // Ctrl+J; Enter sends CR
		return key(kbc.KeyJ, mods|modCtrl), true
	}
	strokes, ok := d.strokes(r)
	if !ok { // no key of the PC's, but it may be in the name of a file
		return Input{Rune: r}, mods == 0 && r > 0x7f
	}
	last := &strokes[len(strokes)-1] // behind a dead key, which modifiers would spoil
	last.Hold = append(held(mods&^modShift), last.Hold...)
	return Input{Strokes: strokes, Rune: r}, true
}

// strokes are those for a character in the guest's layout. Control characters that
// the layout has no keys for are where they are on a keyboard of the USA.
func (d *Decoder) strokes(r rune) ([]machine.Stroke, bool) {
	layout := d.Layout
	if layout == nil {
		layout = kbc.US()
	}
	strokes, err := machine.StrokesFor(layout, string(r))
	if err != nil && r < ' ' {
		strokes, err = machine.StrokesFor(kbc.US(), string(r))
	}
	return strokes, err == nil
}

// key is a key with modifiers.
func key(k kbc.Key, mods int) Input {
	in := Input{Strokes: []machine.Stroke{{Hold: held(mods), Taps: []kbc.Key{k}}}}
	if k == kbc.KeyEsc {
		in.Rune = 0x1b
	}
	return in
}

func held(mods int) []kbc.Key {
	var hold []kbc.Key
	if mods&modCtrl != 0 {
		hold = append(hold, kbc.KeyLeftCtrl)
	}
	if mods&modAlt != 0 {
		hold = append(hold, kbc.KeyLeftAlt)
	}
	if mods&modShift != 0 {
		hold = append(hold, kbc.KeyLeftShift)
	}
	return hold
}

// decodeSS3 takes ESC O and a letter, with xterm's older modifiers between.
func (d *Decoder) decodeSS3(p []byte, final bool, mods int) (int, Input, bool) {
	i, num := 2, 0
	for i < len(p) && p[i] >= '0' && p[i] <= '9' && i < maxPending {
		num = num*10 + int(p[i]-'0')
		i++
	}
	if i >= len(p) {
		if !final {
			return 0, Input{}, false
		}
		in, ok := d.char('O', mods|modAlt) // Alt+Shift+O and nothing more
		return 2, in, ok
	}
	if num > 1 && num <= 16 {
		mods |= (num - 1) & (modShift | modAlt | modCtrl)
	}
	if k, ok := csiLetter(p[i]); ok {
		return i + 1, key(k, mods), true
	}
	if k, ok := ss3Keypad(p[i]); ok {
		return i + 1, key(k, mods), true
	}
	return i + 1, Input{}, false
}

// decodeCSI takes ESC [, parameters, intermediate bytes and a final byte.
func (d *Decoder) decodeCSI(p []byte, final bool, mods int) (int, Input, bool) {
	end := 2
	for end < len(p) && (p[end] < 0x40 || p[end] > 0x7e || end == 2 && p[end] == '[') {
		if p[end] < 0x20 || p[end] > 0x7e {
			return end, Input{}, false // not a sequence: drop its beginning
		}
		end++
	}
	if end >= len(p) {
		switch {
		case !final:
			return 0, Input{}, false
		case len(p) == 2:
			in, ok := d.char('[', mods|modAlt)
			return 2, in, ok
		}
		return len(p), Input{}, false
	}
	n, c := end+1, p[end]
	if extra, in, ok := d.decodeReport(p[2:n], p[n:], final); ok {
		if extra < 0 {
			return 0, Input{}, false
		}
		return n + extra, in, in.Mouse != nil || in.Answer != nil
	}
	args := parameters(p[2:end])
	if len(args) > 1 && args[1] > 1 {
		mods |= (args[1] - 1) & (modShift | modAlt | modCtrl)
	}
	switch {
	case p[2] == '[': // Linux console: CSI [ A to E are F1 to F5
		if c >= 'A' && c <= 'E' {
			return n, key(kbc.KeyF1+kbc.Key(c-'A'), mods), true
		}
		return n, Input{}, false
	case c == 'Z':
		return n, key(kbc.KeyTab, mods|modShift), true
	case c == '~' && len(args) == 3 && args[0] == 27: // modifyOtherKeys
		in, ok := d.codePoint(args[2], mods)
		return n, in, ok
	case c == 'u' && len(args) > 0:
		in, ok := d.codePoint(args[0], mods)
		return n, in, ok
	case c == '~' && len(args) > 0:
		k, ok := csiNumber(args[0])
		if !ok && args[0] >= 25 && args[0] <= 34 { // F13 and on are shifted keys
			if i := strings.IndexByte("\x19\x1a\x1c\x1d\x1f\x20\x21\x22", byte(args[0])); i >= 0 {
				k, ok, mods = kbc.KeyF3+kbc.Key(i), true, mods|modShift
			}
		}
		return n, key(k, mods), ok
	case (c == '$' || c == '^' || c == '@') && len(args) > 0: // rxvt: Shift, Ctrl, both
		k, ok := csiNumber(args[0])
		if c != '^' {
			mods |= modShift
		}
		if c != '$' {
			mods |= modCtrl
		}
		return n, key(k, mods), ok
	case c >= 'a' && c <= 'd': // rxvt: shifted arrows
		k, _ := csiLetter(c - 'a' + 'A')
		return n, key(k, mods|modShift), true
	}
	k, ok := csiLetter(c)
	return n, key(k, mods), ok
}

// codePoint is a key reported by its Unicode code point.
func (d *Decoder) codePoint(n, mods int) (Input, bool) {
	switch n {
	case 27:
		return key(kbc.KeyEsc, mods), true
	case 13:
		return key(kbc.KeyEnter, mods), true
	case 9:
		return key(kbc.KeyTab, mods), true
	case 127, 8:
		return key(kbc.KeyBackspace, mods), true
	case ' ':
		return key(kbc.KeySpace, mods), true
	}
	if k, ok := unicodeKey(n); ok {
		return key(k, mods), true
	}
	if n <= 0 || n > utf8.MaxRune {
		return Input{}, false
	}
	if mods&modShift != 0 && n >= 'a' && n <= 'z' {
		n -= 'a' - 'A'
	}
	return d.char(rune(n), mods)
}

// parameters splits "1;5:1" into numbers; what follows a colon is dropped.
func parameters(b []byte) []int {
	var args []int
	for _, s := range strings.Split(string(b), ";") {
		s, _, _ = strings.Cut(s, ":")
		n := 0
		for _, c := range s {
			if c < '0' || c > '9' || n > 1<<24 {
				break
			}
			n = n*10 + int(c-'0')
		}
		args = append(args, n)
	}
	return args
}
