package term

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/host/term/termtest"
	"beige/devices/kbc"
	"beige/machine"
)

// names writes inputs as "ctrl+a esc [menu]".
func names(inputs []Input) string {
	var out []string
	for _, in := range inputs {
		if in.Escape {
			out = append(out, "[menu]")
			continue
		}
		if len(in.Strokes) == 0 {
			out = append(out, "")
		}
		for _, s := range in.Strokes {
			out = append(out, name(append(append([]kbc.Key(nil), s.Hold...), s.Taps...)...))
		}
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

// What terminals send for characters, on keyboards of other countries in the guest.
func TestDecodeLayouts(t *testing.T) {
	const altgr, shift, ctrl, alt = kbc.KeyRightAlt, kbc.KeyLeftShift, kbc.KeyLeftCtrl, kbc.KeyLeftAlt
	for _, tc := range []struct{ layout, bytes, want string }{
		{"us", "yz@", name(kbc.KeyY) + " " + name(kbc.KeyZ) + " " + name(shift, kbc.Key2)},
		{"uk", "@\"#", name(shift, kbc.KeyApostrophe) + " " + name(shift, kbc.Key2) + " " + name(kbc.KeyBackslash)},
		{"de", "yzä", name(kbc.KeyZ) + " " + name(kbc.KeyY) + " " + name(kbc.KeyApostrophe)},
		{"de", "@\\", name(altgr, kbc.KeyQ) + " " + name(altgr, kbc.KeyMinus)},
		{"de", "é", name(kbc.KeyEqual) + " " + name(kbc.KeyE)}, // the dead accent, then the letter
		{"de", "^", name(kbc.KeyGrave) + " " + name(kbc.KeySpace)},
		{"de", "\x19", name(ctrl, kbc.KeyZ)}, // Ctrl+Y
		{"de", "\x1by", name(alt, kbc.KeyZ)},
		{"de", "\x1c", name(ctrl, altgr, kbc.KeyMinus)},
		{"de", "\x1e", name(ctrl, shift, kbc.Key6)}, // ^ is a dead key there
		{"de", "\x1b[121;5u", name(ctrl, kbc.KeyZ)},
		{"fr", "aq1&", name(kbc.KeyQ) + " " + name(kbc.KeyA) + " " + name(shift, kbc.Key1) + " " + name(kbc.Key1)},
		{"es", "ñ", name(kbc.KeySemicolon)},
		{"es", "\x1d", "[menu]"},
	} {
		layout, ok := kbc.LayoutByName(tc.layout)
		if !ok {
			t.Fatal(tc.layout)
		}
		d := Decoder{Layout: layout}
		if got := names(append(d.Feed([]byte(tc.bytes)), d.Flush()...)); got != tc.want {
			t.Errorf("%s: %q = %q; want %q", tc.layout, tc.bytes, got, tc.want)
		}
	}
}

// feed decodes bytes, all at once and one at a time, which must be the same.
func feed(t *testing.T, bytes string) []Input {
	t.Helper()
	var d, one Decoder
	all := append(d.Feed([]byte(bytes)), d.Flush()...)
	var split []Input
	for _, b := range []byte(bytes) {
		split = append(split, one.Feed([]byte{b})...)
	}
	split = append(split, one.Flush()...)
	if diff := cmp.Diff(all, split, cmp.AllowUnexported(answer{}, mouseReport{})); diff != "" {
		t.Errorf("%q all at once (-) and byte by byte (+):\n%s", bytes, diff)
	}
	return all
}

func TestDecodePaste(t *testing.T) {
	for bytes, want := range map[string]string{
		"\x1b[200~dir\r\nver\r\x1b[201~":             "dir\nver\n",
		"\x1b[200~a\tb\x03\x1dc\x7f\x1b[Ad\x1b[201~": "a\tbc[Ad", // no keys: no Ctrl+C, no menu
		"\x1b[200~é€\xff\x1b[201~":                   "é€",
		"\x1b[200~\x1b[20\x1b[201~":                  "[20",
		"\x1b[200~never ends":                        "never ends",
	} {
		in := feed(t, bytes)
		if len(in) != 1 || in[0].Paste != want || len(in[0].Strokes) > 0 {
			t.Errorf("%q = %+v; want the text %q", bytes, in, want)
		}
	}
	var d Decoder
	in := d.Feed([]byte("a\x1b[200~x\x1b[201~b\x1b[200~" + strings.Repeat("y", maxPaste+1000) + "\x1b[201~c"))
	if len(in) != 5 || in[1].Paste != "x" || len(in[3].Paste) != maxPaste || names(in[4:]) != "c" {
		t.Errorf("%d inputs; want a key, a text, a key, a text of %d bytes, a key", len(in), maxPaste)
	}
	if d.Feed([]byte("\x1b[200~x")); d.Patience() != pasteTime {
		t.Errorf("patience with a text %v; want %v", d.Patience(), pasteTime)
	}
}

func TestDecodeMouse(t *testing.T) {
	for bytes, want := range map[string]mouseReport{
		"\x1b[<0;1;1M":     {0, 0, 0, false},
		"\x1b[<2;80;25m":   {2, 79, 24, true},
		"\x1b[<35;641;20M": {35, 640, 19, false},
		"\x1b[<64;5;6M":    {64, 4, 5, false},
		"\x1b[M !!":        {0, 0, 0, false},
		"\x1b[M#&'":        {3, 5, 6, true},
		"\x1b[MC&'":        {35, 5, 6, false},
	} {
		if in := feed(t, bytes); len(in) != 1 || in[0].Mouse == nil || *in[0].Mouse != want {
			t.Errorf("%q = %+v; want %+v", bytes, in, want)
		}
	}
	if in := feed(t, "\x1b\x1b[<35;1;1M\x1b\x1b[0n"); len(in) != 4 || names(in[:1]) != "esc" || in[1].Mouse == nil || names(in[2:3]) != "esc" || in[3].Answer == nil {
		t.Errorf("Esc, and reports behind it: %+v", in)
	}
	for _, bytes := range []string{"\x1b[<0;1M", "\x1b[M!", "\x1b[<M"} {
		if in := feed(t, bytes); len(in) > 0 {
			t.Errorf("%q = %+v; want nothing", bytes, in)
		}
	}
}

func TestDecodeAPC(t *testing.T) {
	for bytes, want := range map[string]string{
		"\x1b_":                            name(kbc.KeyLeftAlt, kbc.KeyLeftShift, kbc.KeyMinus),
		"\x1b_x":                           name(kbc.KeyLeftAlt, kbc.KeyLeftShift, kbc.KeyMinus) + " x",
		"\x1b_Gi=1651;OK":                  "",
		"\x1b_Gi=1651;OK\x1b":              "esc",
		"\x1b_Gi=1651;OK\x1b[A":            "up",
		"a\x1b[?1;2cb\x1b[0nc\x1b[6;1;1td": "a  b  c  d", // answers are no keys
	} {
		if got := names(feed(t, bytes)); got != want {
			t.Errorf("%q = %q; want %q", bytes, got, want)
		}
	}
}

// FuzzDecode: whatever comes, the decoder takes it all and keeps little; nothing that
// the terminal claims makes a picture, or a place of the mouse, impossible.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x1b[1;5A\x1bOP\x1b\x1b[3~é\xff\x1b[27;5;13~"))
	f.Add([]byte("\x1b[6;18;9t\x1b[?1;0;256S\x1b[?2;0;1000;1000S\x1b[?62;4c\x1b[<35;99;99M\x1b[?1016;1$y"))
	f.Add([]byte("\x1b_Gi=1651;OK\x1b\\\x1b[?62c\x1b[<0;1;1M\x1b[<0;1;1m\x1b[200~text\x1b[201~\x1b[M !!\x1b[0n"))
	pic := drawn(1, 8, 6, 1, 1, chequers)
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Decoder
		all := append(d.Feed(b), d.Flush()...)
		if len(all) > len(b) || len(d.pending) >= maxPending || d.Pending() {
			t.Errorf("%d inputs from %d bytes, %d bytes pending", len(all), len(b), len(d.pending))
		}
		const cols, rows = 20, 8
		u := Terminal{render: NewRenderer(cols, rows, TrueColour)}
		for _, in := range all {
			if in.Answer != nil {
				u.can.take(in.Answer, cols, rows)
			}
		}
		u.decide()
		if c := u.render.canvas; c != nil && (u.render.cellW < 1 || u.render.cellW > maxCell || u.render.cellH < 1 || u.render.cellH > maxCell) {
			t.Errorf("places of %d by %d", u.render.cellW, u.render.cellH)
		}
		if u.render.cellW*u.render.cellH < 1000 { // else it takes long
			e := emulator{termtest.New(termtest.Options{Cols: cols, Rows: rows, CellW: u.render.cellW, CellH: u.render.cellH, Sixel: true, Kitty: true})}
			e.write(t, u.render.Draw(pic))
		}
		for _, in := range all {
			if in.Mouse != nil {
				for _, s := range []*machine.Screen{pic, screen(80, "text", "")} {
					if p := u.spot(in.Mouse, s); p.x < 0 || p.y < 0 || p.x >= p.width || p.y >= p.height {
						t.Errorf("%+v is the place %+v", *in.Mouse, p)
					}
				}
			}
		}
	})
}
