package vnc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/machine"
)

// strokesOf writes key events as "+a -a".
func strokesOf(events []machine.Event) string {
	var out []string
	for _, e := range events {
		if e.Kind == machine.EventKey {
			sign := "-"
			if e.Down {
				sign = "+"
			}
			out = append(out, sign+e.Key.String())
		}
	}
	return strings.Join(out, " ")
}

// What viewers send for keys, and what the guest's keyboard is to do (keysyms of
// keysymdef.h). "+a" is the character or, in <>, the number of a keysym.
func TestKeysyms(t *testing.T) {
	const (
		shift, ctrl, alt, altgr = "<ffe1>", "<ffe3>", "<ffe9>", "<fe03>"
	)
	for _, tc := range []struct {
		name, layout string
		leds         uint8
		keys, want   string
	}{
		{"letter", "us", 0, "+a -a", "+a -a"},
		{"capital", "us", 0, "+" + shift + " +A -A -" + shift, "+shift +a -a -shift"},
		{"shift goes up first", "us", 0, "+" + shift + " +! -" + shift + " -1", "+shift +1 -shift -1"},
		{"shift is missing", "us", 0, "+A -A", "+shift +a -a -shift"},
		{"shift is missing, and another key follows", "us", 0, "+! +b -! -b", "+shift +1 -shift +b -1 -b"},
		{"shift is too much", "us", 0, "+" + shift + " +/ -/ -" + shift, "+shift -shift +slash -slash +shift -shift"},
		{"both shifts are too much", "us", 0, "+<ffe2> +; -; -<ffe2>", "+rshift -rshift +semicolon -semicolon +rshift -rshift"},
		{"repeats", "us", 0, "+a +a +a -a", "+a -a"},
		{"release without press", "us", 0, "-a +b -b", "+b -b"},
		{"control", "us", 0, "+" + ctrl + " +c -c -" + ctrl, "+ctrl +c -c -ctrl"},
		{"control and a capital", "us", 0, "+" + ctrl + " +C -C -" + ctrl, "+ctrl +c -c -ctrl"},
		{"control and a character elsewhere", "us", 0, "+" + ctrl + " +@ -@ -" + ctrl, "+ctrl +shift +2 -2 -shift -ctrl"},
		{"ctrl+alt+delete", "us", 0, "+" + ctrl + " +" + alt + " +<ffff> -<ffff> -" + alt + " -" + ctrl, "+ctrl +alt +delete -delete -alt -ctrl"},
		{"caps lock at the guest", "us", kbc.LEDCaps, "+A -A +a -a", "+a -a +shift +a -a -shift"},
		{"caps lock leaves digits", "us", kbc.LEDCaps, "+1 -1", "+1 -1"},
		{"caps lock key", "us", 0, "+<ffe5> -<ffe5>", "+capslock -capslock"},
		{"function keys", "us", 0, "+<ffbe> -<ffbe> +<ffc9> -<ffc9>", "+f1 -f1 +f12 -f12"},
		{"arrows", "us", 0, "+<ff51> -<ff51> +<ff52> -<ff52> +<ff53> -<ff53> +<ff54> -<ff54>", "+left -left +up -up +right -right +down -down"},
		{"back tab", "us", 0, "+" + shift + " +<fe20> -<fe20> -" + shift, "+shift +tab -tab -shift"},
		{"keypad digits with num lock", "us", kbc.LEDNum, "+<ffb1> -<ffb1> +<ffae> -<ffae>", "+kp1 -kp1 +kpperiod -kpperiod"},
		{"keypad digits without", "fr", 0, "+<ffb1> -<ffb1>", "+shift +1 -1 -shift"},
		{"keypad arrows without num lock", "us", 0, "+<ff95> -<ff95>", "+kp7 -kp7"},
		{"keypad arrows with", "us", kbc.LEDNum, "+<ff95> -<ff95> +<ff9f> -<ff9f>", "+home -home +delete -delete"},
		{"alt and a number", "us", 0, "+" + alt + " +<ffb6> -<ffb6> +<ffb5> -<ffb5> -" + alt, "+alt +kp6 -kp6 +kp5 -kp5 -alt"},
		{"keypad operators", "us", 0, "+<ffaa> -<ffaa> +<ff8d> -<ff8d>", "+kpstar -kpstar +kpenter -kpenter"},
		{"german", "de", 0, "+z -z +y -y +ü -ü", "+y -y +z -z +leftbracket -leftbracket"},
		{"german AltGr", "de", 0, "+" + altgr + " +@ -@ -" + altgr, "+altgr +q -q -altgr"},
		{"german without AltGr", "de", 0, "+@ -@", "+altgr +q -q -altgr"},
		{"german AltGr as Ctrl and Alt", "de", 0, "+" + ctrl + " +<ffea> +@ -@ -<ffea> -" + ctrl, "+ctrl +altgr -ctrl +q -q +ctrl -altgr -ctrl"},
		{"AltGr at the viewer, not at the guest", "us", 0, "+" + altgr + " +@ -@ -" + altgr, "+altgr +shift -altgr +2 -2 -shift +altgr -altgr"},
		{"right Alt is Alt", "us", 0, "+<ffea> +x -x -<ffea>", "+altgr +x -x -altgr"},
		{"french digits", "fr", 0, "+" + shift + " +1 -1 -" + shift + " +& -&", "+shift +1 -1 -shift +1 -1"},
		{"dead key", "de", 0, "+<fe51> -<fe51> +e -e", "+equal -equal +e -e"},
		{"dead key that the guest has not", "us", 0, "+<fe52> -<fe52>", "+shift +6 -6 -shift"},
		{"euro", "de", 0, "+<20ac> -<20ac>", "+altgr +e -e -altgr"},
		{"euro in Unicode", "de", 0, "+<010020ac> -<010020ac>", "+altgr +e -e -altgr"},
		{"media", "us", 0, "+<1008ff13> -<1008ff13>", "+volumeup -volumeup"},
		{"nonsense", "us", 0, "+<0> -<0> +<ffffffff> -<ffffffff> +<fd00> -<fd00>", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			layout, _ := kbc.LayoutByName(tc.layout)
			g := &guest{leds: tc.leds}
			in := newInput(g, layout)
			var h hand
			for _, k := range strings.Fields(tc.keys) {
				in.keysym(&h, "", symOf(t, k[1:]), k[0] == '+')
			}
			if got := strokesOf(g.events); got != tc.want {
				t.Errorf("%s: %s; want %s", tc.keys, got, tc.want)
			}
			if !in.Idle() {
				t.Errorf("held at the end: %v", h.Hand)
			}
		})
	}
}

func symOf(t *testing.T, s string) uint32 {
	if strings.HasPrefix(s, "<") {
		var v uint32
		if _, err := fmt.Sscanf(s, "<%x>", &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	return uint32([]rune(s)[0])
}

// Characters that take more than a chord are typed.
func TestTypedCharacters(t *testing.T) {
	de, _ := kbc.LayoutByName("de")
	g := &guest{}
	in := newInput(g, de)
	var h hand
	in.keysym(&h, "", 0xffe1, true)
	in.keysym(&h, "", 0xc9, true) // É
	in.keysym(&h, "", 0xc9, false)
	in.keysym(&h, "", 0xffe1, false)
	in.keysym(&h, "", 0xf1, true)             // ñ: code 164
	in.keysym(&h, "", 0x01004e2d, true)       // a Chinese character: nothing
	in.keysym(&h, "", symUnicode+0xe9, false) // never pressed
	if got, want := fmt.Sprint(g.typed), "[{[] [equal]} {[shift] [e]} {[alt] [kp1 kp6 kp4]}]"; got != want {
		t.Errorf("typed %s; want %s", got, want)
	}
	if got, want := strokesOf(g.events), "+shift -shift"; got != want {
		t.Errorf("keys %s; want %s", got, want)
	}
}

// Keys by their place (QEMU Extended Key Event), whatever they type.
func TestScanCodes(t *testing.T) {
	g := &guest{}
	de, _ := kbc.LayoutByName("de")
	in := newInput(g, de)
	var h hand
	for _, e := range []struct {
		sym, code uint32
		down      bool
	}{{'z', 0x15, true}, {'z', 0x15, true}, {'y', 0x15, false}, {0xffe4, 0x9d, true}, {0xffe4, 0x9d, false}, {0xff13, 0xc6, true}, {0xff13, 0xc6, false},
		{'a', 0, true}, {'a', 0, false}, {'<', 0x56, true}, {'<', 0x56, false}, {'b', 0x1234, true}, {'b', 0x1234, false}} {
		in.scanCode(&h, "", e.sym, e.code, e.down)
	}
	want := "+y -y +rctrl -rctrl +pause -pause +a -a +102nd -102nd +b -b"
	if got := strokesOf(g.events); got != want {
		t.Errorf("keys %s; want %s", got, want)
	}
}

// What a viewer sends before the machine has begun to run is done when it has.
func TestEarlyInput(t *testing.T) {
	for _, tc := range []struct{ name, message, want string }{
		{"key", "\x04\x01\x00\x00\x00\x00\x00a", "+a"},
		{"key by its place", "\xff\x00\x00\x01\x00\x00\x00y\x00\x00\x00\x15", "+y"},
		{"pointer", "\x05\x01\x00\x00\x00\x00", "buttons 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, g := start(t, black(8, 4), Options{})
			g.Do(func() { g.early = 20 })
			c := connect(t, s)
			c.send(tc.message)
			c.update(false) // which is asked for behind it
			g.mu.Lock()
			defer g.mu.Unlock()
			got := strokesOf(g.events)
			for _, e := range g.events {
				if e.Kind == machine.EventMouse {
					got += fmt.Sprint("buttons ", e.Buttons)
				}
			}
			if got != tc.want {
				t.Errorf("the guest was given %q; want %q", got, tc.want)
			}
		})
	}
}

// A viewer that waits for a machine which never runs holds up nothing.
func TestEarlyInputForNobody(t *testing.T) {
	s, g := start(t, black(8, 4), Options{})
	g.Do(func() { g.early = 1 << 30 })
	connect(t, s).send("\x04\x01\x00\x00\x00\x00\x00a")
	for refused := false; !refused; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		refused = g.early < 1<<30
		g.mu.Unlock()
	}
	_ = s.Close() // which waits for all viewers
	if len(g.events) > 0 {
		t.Errorf("events %v; want none", g.events)
	}
}

// Two viewers share a keyboard and a mouse; who leaves lets go.
func TestLeave(t *testing.T) {
	g := &guest{}
	in := newInput(g, nil)
	var a, b hand
	in.keysym(&a, "", 0xffe1, true)
	in.keysym(&b, "", 0xffe1, true)
	in.keysym(&a, "", 'Q', true)
	in.keysym(&b, "", 0xff1b, true)
	in.pointer(&a, place{x: 5, y: 5}, buttonLeft)
	in.pointer(&b, place{x: 9, y: 9}, buttonLeft|buttonRight)
	in.Leave(&a.Hand)
	if got, want := strokesOf(g.events), "+shift +q +esc -q"; got != want {
		t.Errorf("keys %s; want %s", got, want)
	}
	in.Leave(&b.Hand)
	in.Leave(&b.Hand)
	if got, want := strokesOf(g.events), "+shift +q +esc -q -esc -shift"; got != want {
		t.Errorf("keys %s; want %s", got, want)
	}
	var buttons []uint8
	for _, e := range g.events {
		if e.Kind == machine.EventMouse {
			buttons = append(buttons, e.Buttons)
		}
	}
	if got, want := fmt.Sprint(buttons), "[1 3 0]"; got != want {
		t.Errorf("buttons %s; want %s", got, want)
	}
	// One who held nothing changes nothing.
	before := len(g.events)
	in.pointer(&hand{}, place{x: 100, y: 100}, 0)
	in.Leave(&remote.Hand{})
	if len(g.events) != before {
		t.Errorf("events %v; want none", g.events[before:])
	}
}

func TestPointer(t *testing.T) {
	g := &guest{}
	in := newInput(g, nil)
	var h hand
	for _, p := range []struct {
		x, y     int
		buttons  uint8
		relative bool
	}{
		{100, 100, 0, false}, // from nowhere
		{103, 98, 0, false}, {103, 98, 0, false}, {103, 98, buttonMiddle, false}, {104, 98, 0, false},
		{104, 98, wheelUp, false}, {104, 98, 0, false}, {104, 98, wheelDown, false}, {104, 98, 0, false},
		{relativeZero + 7, relativeZero - 8, buttonRight, true}, {relativeZero, relativeZero, buttonRight, true},
		{104, 98, 0, true}, // sent before the viewer knew
	} {
		in.pointer(&h, place{x: p.x, y: p.y, relative: p.relative}, p.buttons)
	}
	var got []string
	for _, e := range g.events {
		got = append(got, fmt.Sprint(e.DX, e.DY, e.DZ, e.Buttons))
	}
	want := []string{"3 -2 0 0", "0 0 0 4", "1 0 0 4", "0 0 0 0", "0 0 -1 0", "0 0 1 0", "7 -8 0 0", "0 0 0 2", "0 0 0 0"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("events %q; want %q", got, want)
	}
}

// A guest that has asked for positions gets them on a scale of its own, whatever the
// viewer's picture.
func TestPointerAbsolute(t *testing.T) {
	g := &guest{absolute: true}
	in := newInput(g, nil)
	var h hand
	at := func(x, y int) place { return place{x: x, y: y, width: 641, height: 481} }
	for _, p := range []struct {
		at      place
		buttons uint8
	}{
		{at(320, 240), 0}, {at(320, 240), 0}, {at(0, 480), buttonLeft}, {at(640, 480), buttonLeft}, {at(700, 500), 0},
		{at(0, 0), wheelUp}, {at(0, 0), 0},
		{place{x: relativeZero + 5, y: relativeZero, relative: true}, buttonRight}, // it does not know yet
	} {
		if !in.pointer(&h, p.at, p.buttons) {
			t.Error("the guest's wish is not reported")
		}
	}
	in.Leave(&h.Hand)
	g.absolute = false
	in.pointer(&h, at(1, 0), 0) // from somewhere
	in.pointer(&h, at(3, 0), 0)
	var got []string
	for _, e := range g.events {
		if e.Kind == machine.EventPointer {
			got = append(got, fmt.Sprint(e.X, e.Y, e.DZ, e.Buttons))
		} else {
			got = append(got, fmt.Sprint("by ", e.DX, e.DY))
		}
	}
	want := []string{"32768 32768 0 0", "0 65535 0 0", "0 65535 0 1", "65535 65535 0 1", "65535 65535 0 0", "0 0 -1 0", "0 0 0 2", "0 0 0 0", "by 2 0"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("events %q; want %q", got, want)
	}
}

// The clipboard is typed with Ctrl+Alt+V, in pieces, until a key puts an end
// to it.
func TestPaste(t *testing.T) {
	g := &guest{hold: true}
	in := newInput(g, nil)
	var h hand
	const ctrl, alt = 0xffe3, 0xffe9
	in.keysym(&h, "", ctrl, true)
	in.keysym(&h, "", alt, true)
	in.keysym(&h, "", 'v', true) // nothing to paste: it is the guest's
	in.keysym(&h, "", 'v', false)
	clip := "dir\r\nx中y\rzzzzzzz"
	in.keysym(&h, clip, 'v', true)
	in.keysym(&h, clip, 'v', false)
	in.keysym(&h, clip, alt, false)
	in.keysym(&h, clip, ctrl, false)
	if got, want := strokesOf(g.events), "+ctrl +alt +v -v -ctrl -alt"; got != want {
		t.Errorf("keys %s; want %s", got, want)
	}
	if got, want := fmt.Sprint(g.typed), "[{[] [d]} {[] [i]} {[] [r]} {[] [enter]} {[] [x]} {[] [y]} {[] [enter]}]"; got != want {
		t.Errorf("typed %s; want %s", got, want)
	}
	g.later[0]()
	if len(g.typed) != 7+7 {
		t.Errorf("%d strokes; want the rest of the text", len(g.typed))
	}
	g.later[1]()
	in.keysym(&h, clip, 'a', true)
	if in.Pasting() != 0 {
		t.Error("still typing behind the end of the text")
	}
	// A key ends it, and so does the end of the viewer.
	for _, end := range []func(){func() { in.keysym(&h, clip, 0xff1b, true) }, func() { in.Leave(&h.Hand) }} {
		g.later, g.typed = nil, nil
		in.keysym(&h, clip, ctrl, true)
		in.keysym(&h, clip, alt, true)
		in.keysym(&h, clip, 'v', true)
		end()
		for _, f := range g.later {
			f()
		}
		if len(g.typed) != 7 {
			t.Errorf("%d strokes; want the first piece, 7", len(g.typed))
		}
		in.keysym(&h, clip, ctrl, false)
		in.keysym(&h, clip, alt, false)
		in.keysym(&h, clip, 0xff1b, false)
	}
	if !in.Idle() {
		t.Error("something is still down")
	}
}
