package kbc

import (
	"fmt"
	"strings"
	"testing"

	"beige/devices/bus"
)

// tap presses and releases keys and returns make and break bytes.
func (b *board) tap(k Key) string {
	b.Press(k, true)
	mk := b.drain(5 * bus.Millisecond)
	b.Press(k, false)
	return mk + " / " + b.drain(5*bus.Millisecond)
}

// Values from the PS/2 Technical Reference, Keyboards, Scan Code Sets 1 to 3.
func TestScanCodes(t *testing.T) {
	for _, tc := range []struct {
		key              Key
		set1, set2, set3 string
	}{
		{KeyEsc, "01 / 81", "76 / f0 76", "08 / "},
		{KeyF1, "3b / bb", "05 / f0 05", "07 / "},
		{KeyF7, "41 / c1", "83 / f0 83", "37 / "},
		{KeyF11, "57 / d7", "78 / f0 78", "56 / "},
		{KeyF12, "58 / d8", "07 / f0 07", "5e / "},
		{Key1, "02 / 82", "16 / f0 16", "16 / "},
		{KeyQ, "10 / 90", "15 / f0 15", "15 / "},
		{KeyA, "1e / 9e", "1c / f0 1c", "1c / "},
		{KeyEnter, "1c / 9c", "5a / f0 5a", "5a / "},
		{KeyBackslash, "2b / ab", "5d / f0 5d", "5c / "},
		{Key102, "56 / d6", "61 / f0 61", "13 / "},
		{KeySpace, "39 / b9", "29 / f0 29", "29 / "},
		{KeyCapsLock, "3a / ba", "58 / f0 58", "14 / f0 14"},
		{KeyLeftShift, "2a / aa", "12 / f0 12", "12 / f0 12"},
		{KeyRightShift, "36 / b6", "59 / f0 59", "59 / f0 59"},
		{KeyLeftCtrl, "1d / 9d", "14 / f0 14", "11 / f0 11"},
		{KeyLeftAlt, "38 / b8", "11 / f0 11", "19 / f0 19"},
		{KeyRightAlt, "e0 38 / e0 b8", "e0 11 / e0 f0 11", "39 / "},
		{KeyRightCtrl, "e0 1d / e0 9d", "e0 14 / e0 f0 14", "58 / "},
		{KeyInsert, "e0 52 / e0 d2", "e0 70 / e0 f0 70", "67 / "},
		{KeyDelete, "e0 53 / e0 d3", "e0 71 / e0 f0 71", "64 / "},
		{KeyLeft, "e0 4b / e0 cb", "e0 6b / e0 f0 6b", "61 / "},
		{KeyNumLock, "45 / c5", "77 / f0 77", "76 / "},
		{KeyScrollLock, "46 / c6", "7e / f0 7e", "5f / "},
		{KeyKPSlash, "e0 35 / e0 b5", "e0 4a / e0 f0 4a", "77 / "},
		{KeyKPStar, "37 / b7", "7c / f0 7c", "7e / "},
		{KeyKPMinus, "4a / ca", "7b / f0 7b", "84 / "},
		{KeyKPPlus, "4e / ce", "79 / f0 79", "7c / "},
		{KeyKPEnter, "e0 1c / e0 9c", "e0 5a / e0 f0 5a", "79 / "},
		{KeyKP5, "4c / cc", "73 / f0 73", "73 / "},
		{KeyPrintScreen, "e0 2a e0 37 / e0 b7 e0 aa", "e0 12 e0 7c / e0 f0 7c e0 f0 12", "57 / "},
		{KeyPause, "e1 1d 45 e1 9d c5 / ", "e1 14 77 e1 f0 14 f0 77 / ", "62 / "},
		{KeyLeftWin, "e0 5b / e0 db", "e0 1f / e0 f0 1f", "8b / "},
		{KeyMenu, "e0 5d / e0 dd", "e0 2f / e0 f0 2f", "8d / "},
		{KeyPower, "e0 5e / e0 de", "e0 37 / e0 f0 37", " / "},
		{KeyVolumeUp, "e0 30 / e0 b0", "e0 32 / e0 f0 32", " / "},
	} {
		for set, want := range map[uint8]string{1: tc.set1, 2: tc.set2, 3: tc.set3} {
			b := open(t)
			b.send(0xf0, set)
			check(t, fmt.Sprintf("%v in set %d", tc.key, set), b.tap(tc.key), want)
		}
		b := open(t)
		b.cmd(0x60, 0x43) // translation makes set 1 of set 2
		check(t, fmt.Sprintf("%v translated", tc.key), b.tap(tc.key), tc.set1)
	}
}

// The state-dependent sequences of set 2 (same source, keys 75-89, 95, 124, 126).
func TestScanCodesWithModifiers(t *testing.T) {
	for _, tc := range []struct {
		name string
		hold []Key
		num  bool
		key  Key
		want string
	}{
		{"left, Shift", []Key{KeyLeftShift}, false, KeyLeft, "e0 f0 12 e0 6b / e0 f0 6b e0 12"},
		{"left, right Shift", []Key{KeyRightShift}, false, KeyLeft, "e0 f0 59 e0 6b / e0 f0 6b e0 59"},
		{"left, both Shifts", []Key{KeyLeftShift, KeyRightShift}, false, KeyLeft, "e0 f0 12 e0 f0 59 e0 6b / e0 f0 6b e0 12 e0 59"},
		{"left, Num Lock", nil, true, KeyLeft, "e0 12 e0 6b / e0 f0 6b e0 f0 12"},
		{"left, Num Lock and Shift", []Key{KeyLeftShift}, true, KeyLeft, "e0 6b / e0 f0 6b"},
		{"keypad slash, Shift", []Key{KeyLeftShift}, false, KeyKPSlash, "e0 f0 12 e0 4a / e0 f0 4a e0 12"},
		{"keypad slash, Num Lock", nil, true, KeyKPSlash, "e0 4a / e0 f0 4a"},
		{"PrtSc, Ctrl", []Key{KeyLeftCtrl}, false, KeyPrintScreen, "e0 7c / e0 f0 7c"},
		{"PrtSc, Shift", []Key{KeyRightShift}, false, KeyPrintScreen, "e0 7c / e0 f0 7c"},
		{"PrtSc, Alt", []Key{KeyLeftAlt}, false, KeyPrintScreen, "84 / f0 84"},
		{"Pause, Ctrl", []Key{KeyRightCtrl}, false, KeyPause, "e0 7e e0 f0 7e / "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := open(t)
			if tc.num {
				b.send(0xed, 0x02)
			}
			for _, k := range tc.hold {
				b.Press(k, true)
			}
			b.drain(5 * bus.Millisecond)
			check(t, "bytes", b.tap(tc.key), tc.want)
		})
	}
	b := open(t)
	b.cmd(0x60, 0x43)
	b.Press(KeyLeftAlt, true)
	b.drain(bus.Millisecond)
	check(t, "translated SysRq", b.tap(KeyPrintScreen), "54 / d4")
}

func TestKeyboardCommands(t *testing.T) {
	for _, tc := range []struct {
		name string
		send []uint8
		want string
	}{
		{"LEDs", []uint8{0xed, 0x07}, "fa fa"},
		{"command in place of the LED byte", []uint8{0xed, 0xee}, "fa ee"},
		{"echo", []uint8{0xee}, "ee"},
		{"invalid EFh", []uint8{0xef}, "fe"},
		{"invalid F1h", []uint8{0xf1}, "fe"},
		{"invalid low byte", []uint8{0x00}, "fe"},
		{"read scan set", []uint8{0xf0, 0x00}, "fa fa 02"},
		{"select scan set 3", []uint8{0xf0, 0x03, 0xf0, 0x00}, "fa fa fa fa 03"},
		{"invalid scan set", []uint8{0xf0, 0x04, 0x01, 0xf0, 0x00}, "fa fe fa fa fa 01"},
		{"read ID", []uint8{0xf2}, "fa ab 83"},
		{"typematic", []uint8{0xf3, 0x7f}, "fa fa"},
		{"enable", []uint8{0xf4}, "fa"},
		{"disable", []uint8{0xf5}, "fa"},
		{"defaults", []uint8{0xf6}, "fa"},
		{"all key types", []uint8{0xf7, 0xf8, 0xf9, 0xfa}, "fa fa fa fa"},
		{"key types", []uint8{0xfb, 0x1c, 0x1b, 0xfc, 0x1c, 0xfd, 0x1c, 0xf4}, "fa fa fa fa fa fa fa fa"},
		{"resend", []uint8{0xf2, 0xfe}, "fa ab 83 83"},
		{"resend again", []uint8{0xee, 0xfe, 0xfe}, "ee ee ee"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check(t, fmt.Sprintf("% x", tc.send), open(t).send(tc.send...), tc.want)
		})
	}
}

func TestTranslatedAnswers(t *testing.T) {
	b := open(t)
	b.cmd(0x60, 0x43)
	check(t, "ID", b.send(0xf2), "fa ab 41")
	check(t, "set 2", b.send(0xf0, 0x00), "fa fa 41")
	b.send(0xf0, 0x01)
	check(t, "set 1", b.send(0xf0, 0x00), "fa fa 43")
	b.send(0xf0, 0x03)
	check(t, "set 3", b.send(0xf0, 0x00), "fa fa 3f")
}

func TestKeyboardReset(t *testing.T) {
	b := open(t)
	b.send(0xed, 0x07, 0xf0, 0x01, 0xf3, 0x00)
	if b.LEDs() != LEDScroll|LEDNum|LEDCaps {
		t.Errorf("LEDs() = %#x; want 0x7", b.LEDs())
	}
	b.Out(0, 0xff)
	check(t, "FFh", b.drain(2*bus.Millisecond), "fa")
	b.Press(KeyA, true) // lost: the self-test is under way
	check(t, "completion", b.drain(4*bus.Millisecond), "aa")
	if b.LEDs() != 0 || b.kbd.Set != 2 || b.kbd.Rate != 0x2b {
		t.Errorf("after reset: LEDs %#x set %d rate %#x; want 0, 2, 0x2b", b.LEDs(), b.kbd.Set, b.kbd.Rate)
	}
	b.Press(KeyB, true)
	check(t, "after the test", b.drain(bus.Millisecond), "32")
}

func TestScanningOff(t *testing.T) {
	b := open(t)
	b.send(0xf5)
	if b.KeyboardReady() {
		t.Error("KeyboardReady() after F5h")
	}
	b.Press(KeyA, true)
	check(t, "disabled", b.drain(bus.Millisecond), "")
	b.send(0xf4)
	check(t, "enabled", b.tap(KeyB), "32 / f0 32")
}

func TestSet3Types(t *testing.T) {
	for _, tc := range []struct {
		name   string
		send   []uint8
		key    Key
		bytes  string
		repeat bool
	}{
		{"default typematic", nil, KeyA, "1c / ", true},
		{"default make", nil, KeyF1, "07 / ", false},
		{"all typematic", []uint8{0xf7}, KeyF1, "07 / ", true},
		{"all make/break", []uint8{0xf8}, KeyA, "1c / f0 1c", false},
		{"all make", []uint8{0xf9}, KeyLeftShift, "12 / ", false},
		{"all three", []uint8{0xfa}, KeyA, "1c / f0 1c", true},
		{"key typematic", []uint8{0xfb, 0x07}, KeyF1, "07 / ", true},
		{"key make/break", []uint8{0xfc, 0x16, 0x1c}, KeyA, "1c / f0 1c", false},
		{"key make", []uint8{0xfd, 0x1c}, KeyA, "1c / ", false},
		{"other key untouched", []uint8{0xfd, 0x1c}, KeyB, "32 / ", true},
		{"defaults again", []uint8{0xfa, 0xf6, 0xf0, 0x03}, KeyF1, "07 / ", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := open(t)
			b.send(append([]uint8{0xf0, 0x03}, tc.send...)...)
			check(t, "bytes", b.tap(tc.key), tc.bytes)
			b.Press(tc.key, true)
			b.drain(bus.Millisecond)
			if got := b.drain(600*bus.Millisecond) != ""; got != tc.repeat {
				t.Errorf("repeats = %v; want %v", got, tc.repeat)
			}
		})
	}
}

// repeats holds a key for d and returns how often its make code came.
func (b *board) repeats(k Key, code string, d bus.Time) int {
	b.Press(k, true)
	n := strings.Count(b.drain(d), code)
	b.Press(k, false)
	b.drain(5 * bus.Millisecond)
	return n
}

// Delay (1 + bits 6,5) * 250 ms; period (8+A) * 2^B / 240 s.
func TestTypematic(t *testing.T) {
	for _, tc := range []struct {
		rate uint8
		hold bus.Time
		want int // with the first make
	}{
		{0x2b, 499 * bus.Millisecond, 1}, // 10.9/s after 500 ms
		{0x2b, 502 * bus.Millisecond, 2},
		{0x2b, 502*bus.Millisecond + bus.Second, 2 + 10}, // 91.67 ms each
		{0x00, 252*bus.Millisecond + bus.Second, 2 + 30}, // 30/s
		{0x7f, 998 * bus.Millisecond, 1},                 // 1 s
		{0x7f, 1002*bus.Millisecond + bus.Second, 2 + 2}, // 2/s
		{0x0c, 252*bus.Millisecond + bus.Second, 2 + 10}, // (8+4)*2/240 = 100 ms
		{0x94, 252*bus.Millisecond + bus.Second, 2 + 5},  // bit 7 ignored: 200 ms
	} {
		b := open(t)
		b.send(0xf3, tc.rate)
		if got := b.repeats(KeyA, "1c", tc.hold); got != tc.want {
			t.Errorf("rate %#02x held %v: %d makes; want %d", tc.rate, tc.hold, got, tc.want)
		}
	}
}

func TestTypematicLastKey(t *testing.T) {
	b := open(t)
	b.send(0xf3, 0x00)
	b.Press(KeyA, true)
	b.drain(10 * bus.Millisecond)
	b.Press(KeyB, true)
	if s := b.drain(300 * bus.Millisecond); strings.Contains(s, "1c") || !strings.HasPrefix(s, "32 32") {
		t.Errorf("A then B held = %q; want only B to repeat", s)
	}
	b.Press(KeyA, false) // another key's break does not stop it
	check(t, "A up", b.drain(60*bus.Millisecond), "f0 1c 32 32")
	b.Press(KeyB, false)
	check(t, "B up", b.drain(100*bus.Millisecond), "f0 32")
	if n := b.repeats(KeyPause, "e1", 2*bus.Second); n != 2 { // one sequence has two
		t.Errorf("Pause sent E1 %d times; want 2", n)
	}
	b.Press(KeyPrintScreen, true)
	check(t, "PrtSc repeats its own code", b.drain(290*bus.Millisecond), "e0 12 e0 7c e0 7c e0 7c")
}

func TestHeldKeyDoesNotFillTheBuffer(t *testing.T) {
	b := open(t)
	b.cmd(0xad)
	b.Press(KeyA, true)
	b.clock.Advance(10 * bus.Second)
	b.Press(KeyA, false)
	b.cmd(0xae)
	check(t, "after 10 s", b.drain(5*bus.Millisecond), "1c f0 1c")
}

func TestOverrun(t *testing.T) {
	for _, tc := range []struct {
		set  uint8
		want string
	}{
		{2, "1c f0 1c 32 f0 32 21 f0 21 23 f0 23 24 f0 24 2b 00"}, // F's break does not fit
		{1, "1e 9e 30 b0 2e ae 20 a0 12 92 21 a1 22 a2 23 a3 ff"},
	} {
		b := open(t)
		b.send(0xf0, tc.set)
		b.cmd(0xad)
		for _, k := range []Key{KeyA, KeyB, KeyC, KeyD, KeyE, KeyF, KeyG, KeyH, KeyI, KeyJ} {
			b.Press(k, true)
			b.Press(k, false)
		}
		b.cmd(0xae)
		got := b.drain(20 * bus.Millisecond)
		if tc.set == 2 {
			// 16 bytes: five keys of three, one make; the mark is the 17th.
			check(t, "set 2", got, tc.want)
		} else {
			check(t, "set 1", got, tc.want)
		}
		check(t, "room again", b.tap(KeyZ), map[uint8]string{1: "2c / ac", 2: "1a / f0 1a"}[tc.set])
	}
}

func TestKeysWaiting(t *testing.T) {
	b := open(t)
	b.Press(KeyUp, true)
	if n := b.KeysWaiting(); n != 2 {
		t.Errorf("KeysWaiting() = %d; want 2", n)
	}
	b.clock.Advance(bus.Millisecond)
	b.In(0)
	b.clock.Advance(bus.Millisecond)
	if n := b.KeysWaiting(); n != 1 {
		t.Errorf("KeysWaiting() with one byte in the controller = %d; want 1", n)
	}
	b.In(0)
	if n := b.KeysWaiting(); n != 0 {
		t.Errorf("KeysWaiting() = %d; want 0", n)
	}
}

func TestReleaseAll(t *testing.T) {
	b := open(t)
	b.Press(KeyLeftCtrl, true)
	b.Press(KeyA, true)
	b.drain(bus.Millisecond)
	b.ReleaseAll()
	check(t, "bytes", b.drain(3*bus.Millisecond), "f0 1c f0 14")
}

func TestKeyNames(t *testing.T) {
	seen := map[string]Key{}
	for k := Key(1); int(k) < NumKeys; k++ {
		name := k.String()
		if name == "" || seen[name] != KeyNone {
			t.Errorf("key %d: name %q empty or taken by %d", k, name, seen[name])
		}
		seen[name] = k
		if got, ok := KeyByName(strings.ToUpper(name)); !ok || got != k {
			t.Errorf("KeyByName(%q) = %v, %v; want %v", strings.ToUpper(name), got, ok, k)
		}
	}
	for _, a := range keyAliases {
		if seen[a.name] != KeyNone {
			t.Errorf("alias %q is a key's name", a.name)
		}
		seen[a.name] = a.key
		if got, ok := KeyByName(a.name); !ok || got != a.key {
			t.Errorf("KeyByName(%q) = %v, %v; want %v", a.name, got, ok, a.key)
		}
	}
	for name, want := range map[string]Key{
		"a": KeyA, "f1": KeyF1, "enter": KeyEnter, "esc": KeyEsc, "ctrl": KeyLeftCtrl, "alt": KeyLeftAlt, "altgr": KeyRightAlt,
		"shift": KeyLeftShift, "rshift": KeyRightShift, "delete": KeyDelete, "kp5": KeyKP5, "left": KeyLeft,
	} {
		if got, ok := KeyByName(name); !ok || got != want {
			t.Errorf("KeyByName(%q) = %v, %v; want %v", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "none", "f13", "a "} {
		if k, ok := KeyByName(name); ok {
			t.Errorf("KeyByName(%q) = %v; want none", name, k)
		}
	}
	keys, _, ok := ChordByName("Ctrl+Alt+Delete")
	if !ok || fmt.Sprint(keys) != "[ctrl alt delete]" {
		t.Errorf("ChordByName = %v, %v", keys, ok)
	}
	if _, bad, ok := ChordByName("ctrl+hyper"); ok || bad != "hyper" {
		t.Errorf("ChordByName(ctrl+hyper) = %q, %v; want hyper, false", bad, ok)
	}
	if s := Key(255).String(); s != "none" {
		t.Errorf("Key(255) = %q; want none", s)
	}
}

func TestChord(t *testing.T) {
	for r, want := range map[rune]string{
		'a': "[a]", 'Z': "[shift z]", '1': "[1]", '!': "[shift 1]", '@': "[shift 2]", '~': "[shift grave]", '\\': "[backslash]",
		'|': "[shift backslash]", '"': "[shift apostrophe]", '?': "[shift slash]", ' ': "[space]", '\n': "[enter]", '\r': "[enter]",
		'\t': "[tab]", '\b': "[backspace]", 0x7f: "[backspace]", 0x1b: "[esc]", 0x03: "[ctrl c]", 0x1a: "[ctrl z]",
		0x1c: "[ctrl backslash]", 0x1f: "[ctrl shift minus]",
	} {
		if keys, ok := Chord(r); !ok || fmt.Sprint(keys) != want {
			t.Errorf("Chord(%q) = %v, %v; want %s", r, keys, ok, want)
		}
	}
	for r := rune(0x20); r < 0x7f; r++ {
		if _, ok := Chord(r); !ok {
			t.Errorf("Chord(%q): none", r)
		}
	}
	for _, r := range []rune{0, 'é', -1, 0x80} {
		if keys, ok := Chord(r); ok {
			t.Errorf("Chord(%q) = %v; want none", r, keys)
		}
	}
}
