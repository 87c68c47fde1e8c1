package kbc

import (
	"fmt"
	"strconv"
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

// allScanCodes is every key but Print Screen and Pause (which TestScanCodes has):
// its name, its make codes in sets 1, 2 and 3 (--: none), and how it starts in set
// 3 (m: make only, mb: make and break, ty: typematic). PS/2 Technical Reference,
// Keyboards, Scan Code Sets 1 to 3 and Default Key Types; Microsoft Keyboard Scan
// Code Specification for what follows "menu" in the bottom row.
const allScanCodes = `
	esc 01 76 08 m, f1 3b 05 07 m, f2 3c 06 0f m, f3 3d 04 17 m, f4 3e 0c 1f m, f5 3f 03 27 m, f6 40 0b 2f m,
	f7 41 83 37 m, f8 42 0a 3f m, f9 43 01 47 m, f10 44 09 4f m, f11 57 78 56 m, f12 58 07 5e m,
	scrolllock 46 7e 5f m, grave 29 0e 0e ty, 1 02 16 16 ty, 2 03 1e 1e ty, 3 04 26 26 ty, 4 05 25 25 ty,
	5 06 2e 2e ty, 6 07 36 36 ty, 7 08 3d 3d ty, 8 09 3e 3e ty, 9 0a 46 46 ty, 0 0b 45 45 ty, minus 0c 4e 4e ty,
	equal 0d 55 55 ty, backspace 0e 66 66 ty, tab 0f 0d 0d ty, q 10 15 15 ty, w 11 1d 1d ty, e 12 24 24 ty,
	r 13 2d 2d ty, t 14 2c 2c ty, y 15 35 35 ty, u 16 3c 3c ty, i 17 43 43 ty, o 18 44 44 ty, p 19 4d 4d ty,
	leftbracket 1a 54 54 ty, rightbracket 1b 5b 5b ty, backslash 2b 5d 5c ty, capslock 3a 58 14 mb, a 1e 1c 1c ty,
	s 1f 1b 1b ty, d 20 23 23 ty, f 21 2b 2b ty, g 22 34 34 ty, h 23 33 33 ty, j 24 3b 3b ty, k 25 42 42 ty,
	l 26 4b 4b ty, semicolon 27 4c 4c ty, apostrophe 28 52 52 ty, enter 1c 5a 5a ty, shift 2a 12 12 mb,
	102nd 56 61 13 ty, z 2c 1a 1a ty, x 2d 22 22 ty, c 2e 21 21 ty, v 2f 2a 2a ty, b 30 32 32 ty, n 31 31 31 ty,
	m 32 3a 3a ty, comma 33 41 41 ty, period 34 49 49 ty, slash 35 4a 4a ty, rshift 36 59 59 mb, ctrl 1d 14 11 mb,
	win e05b e01f 8b m, alt 38 11 19 mb, space 39 29 29 ty, altgr e038 e011 39 m, rwin e05c e027 8c m,
	menu e05d e02f 8d m, rctrl e01d e014 58 m, insert e052 e070 67 m, delete e053 e071 64 ty, home e047 e06c 6e m,
	end e04f e069 65 m, pageup e049 e07d 6f m, pagedown e051 e07a 6d m, up e048 e075 63 ty, left e04b e06b 61 ty,
	down e050 e072 60 ty, right e04d e074 6a ty, numlock 45 77 76 m, kpslash e035 e04a 77 m, kpstar 37 7c 7e m,
	kpminus 4a 7b 84 m, kpplus 4e 79 7c ty, kpenter e01c e05a 79 m, kpperiod 53 71 71 m, kp0 52 70 70 m,
	kp1 4f 69 69 m, kp2 50 72 72 m, kp3 51 7a 7a m, kp4 4b 6b 6b m, kp5 4c 73 73 m, kp6 4d 74 74 m, kp7 47 6c 6c m,
	kp8 48 75 75 m, kp9 49 7d 7d m, power e05e e037 -- m, sleep e05f e03f -- m, wake e063 e05e -- m,
	mute e020 e023 -- m, volumedown e02e e021 -- m, volumeup e030 e032 -- m, play e022 e034 -- m,
	stop e024 e03b -- m, prevtrack e010 e015 -- m, nexttrack e019 e04d -- m, mail e06c e048 -- m,
	calculator e021 e02b -- m, mediaselect e06d e050 -- m, mycomputer e06b e040 -- m, wwwsearch e065 e010 -- m,
	wwwhome e032 e03a -- m, wwwback e06a e038 -- m, wwwforward e069 e030 -- m, wwwstop e068 e028 -- m,
	wwwrefresh e067 e020 -- m, wwwfavorites e066 e018 -- m
`

func TestAllScanCodes(t *testing.T) {
	keys := strings.Split(allScanCodes, ",")
	if len(keys) != NumKeys-3 {
		t.Errorf("%d keys listed; want %d", len(keys), NumKeys-3)
	}
	for _, row := range keys {
		f := strings.Fields(row)
		k, ok := KeyByName(f[0])
		if !ok {
			t.Errorf("there is no key %q", f[0])
			continue
		}
		prefix := ""
		set1, ext := strings.CutPrefix(f[1], "e0")
		set2 := strings.TrimPrefix(f[2], "e0")
		if ext {
			prefix = "e0 "
		}
		make1, err := strconv.ParseUint(set1, 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		want := [4]string{
			1: fmt.Sprintf("%s%02x / %s%02x", prefix, make1, prefix, make1|0x80),
			2: fmt.Sprintf("%s%s / %sf0 %s", prefix, set2, prefix, set2),
			3: map[string]string{"m": f[3] + " / ", "ty": f[3] + " / ", "mb": f[3] + " / f0 " + f[3]}[f[4]],
		}
		if f[3] == "--" {
			want[3] = " / "
		}
		for set := uint8(1); set <= 3; set++ {
			b := open(t)
			b.send(0xf0, set)
			check(t, fmt.Sprintf("%v in set %d", k, set), b.tap(k), want[set])
		}
		b := open(t)
		b.cmd(0x60, 0x43)
		check(t, fmt.Sprintf("%v translated", k), b.tap(k), want[1])
		if got := keyTable[k].type3 == typeTypematic; got != (f[4] == "ty") {
			t.Errorf("%v repeats in set 3: %v; want %v", k, got, f[4] == "ty")
		}
	}
}

// The controller's table maps 01h-7Fh one to one onto 01h-7Fh, and 00h, the
// overrun mark of set 2, to FFh, that of set 1.
func TestTranslationIsOneToOne(t *testing.T) {
	var from [256]int
	for b := range 0x80 {
		from[translate(uint8(b))]++
	}
	for v, n := range from {
		if want := v >= 1 && v < 0x80 || v == 0xff; (n == 1) != want || n > 1 {
			t.Errorf("%d codes become %#02x", n, v)
		}
	}
	for in, want := range map[uint8]uint8{0x83: 0x41, 0x84: 0x54, 0x80: 0x80, 0xaa: 0xaa, 0xfa: 0xfa, 0xfe: 0xfe} {
		if got := translate(in); got != want {
			t.Errorf("%#02x becomes %#02x; want %#02x", in, got, want)
		}
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

// A command that the guest sends between the two bytes of a release must not
// make a press of it: keys would get stuck.
func TestCommandWithinARelease(t *testing.T) {
	for _, tc := range []struct {
		name string
		cb   uint8
		want string
	}{{"translated", 0x47, "fa 9e"}, {"not translated", 0x07, "fa f0 1c"}} {
		b := open(t)
		b.cmd(0x60, tc.cb)
		b.Press(KeyA, true)
		b.drain(bus.Millisecond)
		b.Press(KeyA, false)
		b.clock.Advance(250 * bus.Microsecond) // the prefix is through
		b.In(0)
		b.Out(0, 0xed)
		check(t, tc.name, b.drain(bus.Millisecond), tc.want)
		check(t, tc.name+", option", b.send(0x02), "fa")
	}
	// A command that clears the buffer drops the release as a whole.
	b := open(t)
	b.cmd(0x60, 0x47)
	b.Press(KeyA, true)
	b.drain(bus.Millisecond)
	b.Press(KeyA, false)
	b.clock.Advance(250 * bus.Microsecond)
	check(t, "F4h", b.send(0xf4), "fa")
	b.Press(KeyB, true)
	check(t, "the next key", b.drain(bus.Millisecond), "30")
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

// Set/Reset Status Indicators: bit 0 Scroll Lock, 1 Num Lock, 2 Caps Lock.
func TestLEDs(t *testing.T) {
	b := open(t)
	for v, want := range map[uint8]uint8{0x01: LEDScroll, 0x02: LEDNum, 0x04: LEDCaps, 0x05: 0x05, 0x78: 0x00, 0x00: 0x00} {
		check(t, "EDh", b.send(0xed, v), "fa fa")
		if got := b.LEDs(); got != want || got != v&7 {
			t.Errorf("LEDs() = %#02x after EDh %#02x; want %#02x", got, v, want)
		}
	}
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
		if keys, ok := US().Chord(r); !ok || fmt.Sprint(keys) != want {
			t.Errorf("Chord(%q) = %v, %v; want %s", r, keys, ok, want)
		}
	}
	for r := rune(0x20); r < 0x7f; r++ {
		if _, ok := US().Chord(r); !ok {
			t.Errorf("Chord(%q): none", r)
		}
	}
	for _, r := range []rune{0, 'é', -1, 0x80} {
		if keys, ok := US().Chord(r); ok {
			t.Errorf("Chord(%q) = %v; want none", r, keys)
		}
	}
}

// Power-on leaves both devices as their self-tests do, whatever they were told
// before (PS/2 Technical Reference, Keyboards and Mouse, Power-On Reset).
func TestPowerOnReset(t *testing.T) {
	b := open(t)
	b.send(0xed, 0x07, 0xf0, 0x01, 0xf3, 0x00)
	b.sendMouse(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xe8, 0x00, 0xe7, 0xf4)
	b.Press(KeyA, true)
	b.send(0xf5)
	b.Mouse(9, 9, 0, 0)
	b.Out(1, 0x20) // an answer is on its way
	b.Reset(bus.PowerOn)
	if b.irq1 || b.irq12 || b.In(1) != 0x10 {
		t.Errorf("IRQ 1 %v, IRQ 12 %v, status %#02x; want false, false, 0x10", b.irq1, b.irq12, b.In(1))
	}
	if next := b.clock.Next(); next != bus.Never {
		t.Errorf("next event at %v; want none", next)
	}
	b.cmd(0x60, 0x03)
	check(t, "nothing waits", b.drain(bus.Second), "")
	if b.LEDs() != 0 || b.kbd.Rate != 0x2b {
		t.Errorf("LEDs %#02x, rate %#02x; want 0, 0x2b", b.LEDs(), b.kbd.Rate)
	}
	b.Press(KeyB, true) // scanning, set 2
	check(t, "B", b.drain(bus.Millisecond), "32")
	b.Press(KeyB, false)
	b.drain(bus.Millisecond)
	check(t, "mouse ID", b.sendMouse(0xf2), "mfa m00")
	check(t, "mouse status", b.sendMouse(0xe9), "mfa m00 m02 m64")
}

// What each command does to codes that wait and to a key that repeats (Commands
// from the System: F0h, F3h, F4h and F7h-FDh clear the output buffer, F5h and
// F6h set the defaults as well).
func TestCommandsAndTheBuffer(t *testing.T) {
	for _, tc := range []struct {
		cmd     uint8
		answer  string
		keeps   bool // the codes that wait
		repeats bool // the key goes on
	}{
		{0xed, "fa", true, true}, {0xee, "ee", true, true}, {0xf2, "fa ab 83", true, true},
		{0xf0, "fa", false, false}, {0xf3, "fa", false, false}, {0xf4, "fa", false, false}, {0xf5, "fa", false, false}, {0xf6, "fa", false, false},
		{0xf7, "fa", false, true}, {0xf8, "fa", false, true}, {0xf9, "fa", false, true}, {0xfa, "fa", false, true},
		{0xfb, "fa", false, true}, {0xfc, "fa", false, true}, {0xfd, "fa", false, true}, {0xef, "fe", true, true},
	} {
		b := open(t)
		b.Press(KeyA, true)
		check(t, "A", b.drain(bus.Millisecond), "1c")
		b.Out(1, 0xad)
		b.Press(KeyB, true)
		b.Press(KeyB, false)
		b.Press(KeyA, false)
		b.Press(KeyA, true)
		b.Out(0, tc.cmd) // opens the port
		want := tc.answer
		if tc.keeps {
			want += " 32 f0 32 f0 1c 1c"
		}
		check(t, fmt.Sprintf("%02Xh", tc.cmd), b.drain(10*bus.Millisecond), want)
		again := strings.Contains(b.drain(700*bus.Millisecond), "1c")
		if again != tc.repeats {
			t.Errorf("%02Xh: the held key repeats: %v; want %v", tc.cmd, again, tc.repeats)
		}
	}
}

// A command ends the self-test, and the wait for the option of another command.
func TestInterruptedCommands(t *testing.T) {
	b := open(t)
	b.Out(0, 0xff)
	check(t, "FFh", b.drain(bus.Millisecond), "fa")
	check(t, "EEh during the self-test", b.send(0xee), "ee")
	check(t, "no completion code", b.drain(bus.Second), "")
	b.Press(KeyA, true)
	check(t, "scanning", b.drain(bus.Millisecond), "1c")
	b.Out(0, 0xff)
	b.clock.Advance(200 * bus.Microsecond) // before the ACK is out
	check(t, "EEh before the self-test", b.send(0xee), "ee")
	check(t, "no self-test", b.drain(bus.Second), "")
	b.Press(KeyB, true)
	check(t, "scanning all the same", b.drain(bus.Millisecond), "32")

	b = open(t)
	check(t, "F4h for an option", b.send(0xed, 0xf4), "fa fa")
	check(t, "the late option", b.send(0x02), "fe")
	if b.LEDs() != 0 {
		t.Errorf("LEDs() = %#02x; want 0", b.LEDs())
	}
	check(t, "EDh for an option", b.send(0xed, 0xed, 0x02), "fa fa fa")
	if b.LEDs() != LEDNum {
		t.Errorf("LEDs() = %#02x; want 0x02", b.LEDs())
	}
	check(t, "a second option", b.send(0x01), "fe")
}
