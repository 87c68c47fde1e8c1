package term

import (
	"strings"
	"testing"

	"beige/devices/kbc"
)

// names writes inputs as "ctrl+a esc [menu]".
func names(inputs []Input) string {
	var out []string
	for _, in := range inputs {
		if in.Escape {
			out = append(out, "[menu]")
			continue
		}
		var keys []string
		for _, k := range in.Stroke.Hold {
			keys = append(keys, k.String())
		}
		for _, k := range in.Stroke.Taps {
			keys = append(keys, k.String())
		}
		out = append(out, strings.Join(keys, "+"))
	}
	return strings.Join(out, " ")
}

func name(keys ...kbc.Key) string {
	var s []string
	for _, k := range keys {
		s = append(s, k.String())
	}
	return strings.Join(s, "+")
}

func TestDecode(t *testing.T) {
	const ctrl, alt, shift = kbc.KeyLeftCtrl, kbc.KeyLeftAlt, kbc.KeyLeftShift
	for _, tc := range []struct {
		what, bytes, want string
	}{
		{"letter", "a", name(kbc.KeyA)},
		{"capital", "A", name(shift, kbc.KeyA)},
		{"digit sign", "!", name(shift, kbc.Key1)},
		{"Enter", "\r", name(kbc.KeyEnter)},
		{"Ctrl+J", "\n", name(ctrl, kbc.KeyJ)},
		{"Tab", "\t", name(kbc.KeyTab)},
		{"Shift+Tab", "\x1b[Z", name(shift, kbc.KeyTab)},
		{"Backspace", "\x7f", name(kbc.KeyBackspace)},
		{"Ctrl+Backspace", "\x08", name(ctrl, kbc.KeyBackspace)},
		{"Ctrl+C", "\x03", name(ctrl, kbc.KeyC)},
		{"Ctrl+@", "\x00", name(ctrl, kbc.Key2)},
		{"Ctrl+backslash", "\x1c", name(ctrl, kbc.KeyBackslash)},
		{"Ctrl+]", "\x1d", "[menu]"},
		{"Ctrl+_", "\x1f", name(ctrl, shift, kbc.KeyMinus)},
		{"Up", "\x1b[A", name(kbc.KeyUp)},
		{"Up, application mode", "\x1bOA", name(kbc.KeyUp)},
		{"Shift+Left", "\x1b[1;2D", name(shift, kbc.KeyLeft)},
		{"Ctrl+Right", "\x1b[1;5C", name(ctrl, kbc.KeyRight)},
		{"Ctrl+Alt+Shift+Home", "\x1b[1;8H", name(ctrl, alt, shift, kbc.KeyHome)},
		{"End", "\x1b[F", name(kbc.KeyEnd)},
		{"Home, VT", "\x1b[1~", name(kbc.KeyHome)},
		{"End, VT", "\x1b[4~", name(kbc.KeyEnd)},
		{"Home, rxvt", "\x1b[7~", name(kbc.KeyHome)},
		{"Insert", "\x1b[2~", name(kbc.KeyInsert)},
		{"Delete", "\x1b[3~", name(kbc.KeyDelete)},
		{"Ctrl+Delete", "\x1b[3;5~", name(ctrl, kbc.KeyDelete)},
		{"Page Up", "\x1b[5~", name(kbc.KeyPageUp)},
		{"Page Down", "\x1b[6~", name(kbc.KeyPageDown)},
		{"F1", "\x1bOP", name(kbc.KeyF1)},
		{"F4", "\x1bOS", name(kbc.KeyF4)},
		{"Shift+F1", "\x1b[1;2P", name(shift, kbc.KeyF1)},
		{"F1, VT", "\x1b[11~", name(kbc.KeyF1)},
		{"F1, Linux", "\x1b[[A", name(kbc.KeyF1)},
		{"F5, Linux", "\x1b[[E", name(kbc.KeyF5)},
		{"F5", "\x1b[15~", name(kbc.KeyF5)},
		{"F6", "\x1b[17~", name(kbc.KeyF6)},
		{"F10", "\x1b[21~", name(kbc.KeyF10)},
		{"F11", "\x1b[23~", name(kbc.KeyF11)},
		{"F12", "\x1b[24~", name(kbc.KeyF12)},
		{"Alt+F4", "\x1b[1;3S", name(alt, kbc.KeyF4)},
		{"Ctrl+F12", "\x1b[24;5~", name(ctrl, kbc.KeyF12)},
		{"Shift+F3, rxvt", "\x1b[25~", name(shift, kbc.KeyF3)},
		{"Shift+F10, rxvt", "\x1b[34~", name(shift, kbc.KeyF10)},
		{"Shift+Up, rxvt", "\x1b[a", name(shift, kbc.KeyUp)},
		{"Ctrl+Page Up, rxvt", "\x1b[5^", name(ctrl, kbc.KeyPageUp)},
		{"Alt+x", "\x1bx", name(alt, kbc.KeyX)},
		{"Alt+X", "\x1bX", name(alt, shift, kbc.KeyX)},
		{"Alt+Ctrl+A", "\x1b\x01", name(alt, ctrl, kbc.KeyA)},
		{"Alt+Enter", "\x1b\r", name(alt, kbc.KeyEnter)},
		{"Alt+Up, rxvt", "\x1b\x1b[A", name(alt, kbc.KeyUp)},
		{"keypad 5", "\x1b[E", name(kbc.KeyKP5)},
		{"keypad 7, application mode", "\x1bOw", name(kbc.KeyKP7)},
		{"keypad Enter", "\x1bOM", name(kbc.KeyKPEnter)},
		{"keypad +", "\x1bOk", name(kbc.KeyKPPlus)},
		{"modifyOtherKeys Ctrl+Enter", "\x1b[27;5;13~", name(ctrl, kbc.KeyEnter)},
		{"modifyOtherKeys Ctrl+;", "\x1b[27;5;59~", name(ctrl, kbc.KeySemicolon)},
		{"kitty Ctrl+I", "\x1b[105;5u", name(ctrl, kbc.KeyI)},
		{"kitty Esc", "\x1b[27u", name(kbc.KeyEsc)},
		{"kitty Shift+a", "\x1b[97;2u", name(shift, kbc.KeyA)},
		{"kitty Ctrl+]", "\x1b[93;5u", "[menu]"},
		{"kitty Caps Lock", "\x1b[57358u", name(kbc.KeyCapsLock)},
		{"kitty Pause", "\x1b[57362;1:1u", name(kbc.KeyPause)},
		{"e acute: Alt+130", "é", name(alt, kbc.KeyKP1, kbc.KeyKP3, kbc.KeyKP0)},
		{"not on a PC", "€", ""},
		{"bad UTF-8", "\xff", ""},
		{"unknown sequence", "\x1b[99~", ""},
		{"a focus report", "\x1b[I", ""},
		{"several", "ab\x1b[Ac", "a b up c"},
	} {
		var d Decoder
		got := names(append(d.Feed([]byte(tc.bytes)), d.Flush()...))
		if got != tc.want {
			t.Errorf("%s: %q = %q; want %q", tc.what, tc.bytes, got, tc.want)
		}
		// The same bytes one at a time.
		var one Decoder
		var split []Input
		for _, b := range []byte(tc.bytes) {
			split = append(split, one.Feed([]byte{b})...)
		}
		if got := names(append(split, one.Flush()...)); got != tc.want {
			t.Errorf("%s: %q byte by byte = %q; want %q", tc.what, tc.bytes, got, tc.want)
		}
	}
}

func TestDecodeLoneEscape(t *testing.T) {
	for bytes, want := range map[string]string{"\x1b": "esc", "\x1b\x1b": "esc esc", "\x1b[": "leftalt+[", "\x1bO": "leftalt+leftshift+o"} {
		var d Decoder
		if got := names(d.Feed([]byte(bytes))); got != "" || !d.Pending() {
			t.Errorf("Feed(%q) = %q, pending %v; want to wait for more", bytes, got, d.Pending())
		}
		got := strings.Fields(names(d.Flush()))
		k := strings.NewReplacer("leftalt", kbc.KeyLeftAlt.String(), "leftshift", kbc.KeyLeftShift.String(), "[", kbc.KeyLeftBracket.String())
		if strings.Join(got, " ") != k.Replace(want) {
			t.Errorf("%q, then nothing = %q; want %q", bytes, got, k.Replace(want))
		}
	}
}

// FuzzDecode: whatever comes, the decoder takes it all and keeps little.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x1b[1;5A\x1bOP\x1b\x1b[3~é\xff\x1b[27;5;13~"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Decoder
		n := len(d.Feed(b)) + len(d.Flush())
		if n > len(b) || len(d.pending) >= maxPending {
			t.Errorf("%d inputs from %d bytes, %d bytes pending", n, len(b), len(d.pending))
		}
	})
}
