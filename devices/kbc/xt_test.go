package kbc

import (
	"fmt"
	"testing"

	"beige/devices/bus"
)

// xtBoard is a keyboard with the board's wires to it.
type xtBoard struct {
	*XT
	clock *bus.Scheduler
	irq   bool
	edges int
}

func newXT() *xtBoard {
	b := &xtBoard{clock: bus.NewScheduler(nil)}
	b.XT = NewXT(b.clock, func(high bool) {
		if high && !b.irq {
			b.edges++
		}
		b.irq = high
	})
	return b
}

// drain takes what comes during d as the XT's BIOS does: the byte, then a pulse
// on the clear wire.
func (b *xtBoard) drain(d bus.Time) string {
	s := ""
	for end := b.clock.Now() + d; b.clock.Now() < end; b.clock.Advance(50 * bus.Microsecond) {
		if b.irq {
			s += fmt.Sprintf("%02x ", b.Data())
			b.XT.Clear(true)
			b.XT.Clear(false)
		}
	}
	return s
}

func (b *xtBoard) tap(keys ...Key) string {
	for _, k := range keys {
		b.Press(k, true)
	}
	for i := len(keys) - 1; i >= 0; i-- {
		b.Press(keys[i], false)
	}
	return b.drain(20 * bus.Millisecond)
}

// Scan codes of the XT Technical Reference, "Keyboard Scan Codes"; those with a
// prefix are of the 101-key keyboard.
func TestXTScanCodes(t *testing.T) {
	for _, tc := range []struct {
		keys []Key
		want string
	}{
		{[]Key{KeyEsc}, "01 81 "},
		{[]Key{KeyA}, "1e 9e "},
		{[]Key{KeyF1}, "3b bb "},
		{[]Key{KeyF10}, "44 c4 "},
		{[]Key{KeyKP7}, "47 c7 "},
		{[]Key{KeyKPPeriod}, "53 d3 "},
		{[]Key{KeyNumLock}, "45 c5 "},
		{[]Key{KeyScrollLock}, "46 c6 "},
		{[]Key{KeyKPStar}, "37 b7 "},
		{[]Key{KeyLeftShift, KeyB}, "2a 30 b0 aa "},
		{[]Key{KeyF12}, "58 d8 "},
		{[]Key{KeyUp}, "e0 48 e0 c8 "},
		{[]Key{KeyRightCtrl}, "e0 1d e0 9d "},
		{[]Key{KeyPause}, "e1 1d 45 e1 9d c5 "},
	} {
		check(t, fmt.Sprint(tc.keys), newXT().tap(tc.keys...), tc.want)
	}
}

// The register keeps its byte, and the keyboard its next ones, until it is
// cleared.
func TestXTHandshake(t *testing.T) {
	b := newXT()
	b.Press(KeyA, true)
	b.Press(KeyA, false)
	b.clock.Advance(5 * bus.Millisecond)
	if !b.irq || b.Data() != 0x1e || b.KeysWaiting() != 2 {
		t.Fatalf("IRQ %v, register %#02x, %d waiting; want a press and one more", b.irq, b.Data(), b.KeysWaiting())
	}
	b.clock.Advance(100 * bus.Millisecond)
	if b.Data() != 0x1e || b.edges != 1 {
		t.Errorf("register %#02x after %d interrupts; want it kept", b.Data(), b.edges)
	}
	b.XT.Clear(true)
	if b.irq || b.Data() != 0 {
		t.Errorf("IRQ %v, register %#02x while cleared; want none and 0", b.irq, b.Data())
	}
	b.clock.Advance(5 * bus.Millisecond)
	if b.irq || b.KeyboardReady() {
		t.Error("a byte came while the keyboard was off")
	}
	b.XT.Clear(false)
	b.clock.Advance(5 * bus.Millisecond)
	if !b.irq || b.Data() != 0x9e {
		t.Errorf("IRQ %v, register %#02x; want the release", b.irq, b.Data())
	}
}

// The clock line held low for 20 ms is the keyboard's reset, which it answers with
// AAh; a shorter time only holds it up.
func TestXTReset(t *testing.T) {
	b := newXT()
	b.Press(KeyA, true)
	b.Clock(false)
	b.clock.Advance(19 * bus.Millisecond)
	if b.irq || b.KeyboardReady() {
		t.Error("the keyboard sends against the clock line")
	}
	b.Clock(true)
	check(t, "short", b.drain(10*bus.Millisecond), "1e ")
	b.Press(KeyB, true)
	b.Clock(false)
	b.Clock(false)
	b.clock.Advance(20 * bus.Millisecond)
	b.Clock(true)
	if b.KeyboardReady() {
		t.Error("ready during the self-test")
	}
	check(t, "reset", b.drain(10*bus.Millisecond), "aa ")
	check(t, "a key", b.tap(KeyC), "2e ae ")
}

// A byte on its way is not lost when the line is taken.
func TestXTBrokenOff(t *testing.T) {
	for _, wire := range []string{"clock", "clear"} {
		b := newXT()
		b.Press(KeyA, true)
		b.clock.Advance(byteTime / 2)
		if wire == "clock" {
			b.Clock(false)
			b.Clock(true)
		} else {
			b.XT.Clear(true)
			b.XT.Clear(false)
		}
		check(t, wire, b.drain(5*bus.Millisecond), "1e ")
	}
}

// 16 codes wait, then comes the mark of the overrun.
func TestXTOverrun(t *testing.T) {
	b := newXT()
	b.Clock(false)
	for range 9 {
		b.Press(KeyA, true)
		b.Press(KeyA, false)
	}
	b.Clock(true)
	check(t, "overrun", b.drain(20*bus.Millisecond), "1e 9e 1e 9e 1e 9e 1e 9e 1e 9e 1e 9e 1e 9e 1e 9e ff ")
}

func TestXTTypematic(t *testing.T) {
	b := newXT()
	b.Press(KeyA, true)
	check(t, "before the delay", b.drain(490*bus.Millisecond), "1e ")
	check(t, "10.9 a second", b.drain(290*bus.Millisecond), "1e 1e 1e 1e ")
}

func TestXTSnapshot(t *testing.T) {
	b := newXT()
	b.Press(KeyUp, true)
	b.clock.Advance(byteTime / 2)
	c := b.restore(t)
	check(t, "after restore", c.drain(5*bus.Millisecond), "e0 48 ")
	check(t, "original", b.drain(5*bus.Millisecond), "e0 48 ")
	good, _ := b.MarshalBinary()
	for _, bad := range [][]byte{nil, good[:9], append([]byte{9}, good[1:]...), append([]byte{1}, make([]byte, len(good)-1)...)} {
		if err := b.UnmarshalBinary(bad); err == nil {
			t.Errorf("a snapshot of %d bytes was taken", len(bad))
		}
	}
	b.Reset(bus.BusReset)
	b.Mouse(1, 1, 1, 1)
	if len(b.Inspect()) != 7 || b.LEDs() != 0 || b.MouseReady() {
		t.Error("Inspect or LEDs")
	}
}

func (b *xtBoard) restore(t *testing.T) *xtBoard {
	t.Helper()
	s, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newXT()
	c.clock.Advance(b.clock.Now())
	if err := c.UnmarshalBinary(s); err != nil {
		t.Fatal(err)
	}
	if err := c.clock.Restore(b.clock.Deadlines()); err != nil {
		t.Fatal(err)
	}
	if c.irq != b.irq || c.xtLink != b.xtLink || c.kbd.keyboardState != b.kbd.keyboardState {
		t.Fatalf("restored %+v; want %+v", c.xtLink, b.xtLink)
	}
	return c
}

// FuzzXT runs a program of two-byte steps.
func FuzzXT(f *testing.F) {
	f.Add([]byte{0, KeyA.seed(), 2, 10, 3, 1, 3, 0, 4, 0, 2, 200, 2, 250, 4, 1, 5, 0, 2, 9})
	f.Fuzz(func(t *testing.T, prog []byte) {
		b := newXT()
		for i := 0; i+1 < len(prog) && i < 2000; i += 2 {
			v := prog[i+1]
			switch prog[i] % 7 {
			case 0:
				b.Press(Key(v), true)
			case 1:
				b.Press(Key(v), false)
			case 2:
				b.clock.Advance(bus.Time(v) * 100 * bus.Microsecond)
			case 3:
				b.XT.Clear(v&1 != 0)
			case 4:
				b.Clock(v&1 != 0)
			case 5:
				c := b.restore(t)
				if x, y := b.drain(2*bus.Millisecond), c.drain(2*bus.Millisecond); x != y {
					t.Fatalf("bytes after restore = %q; want %q", y, x)
				}
			case 6:
				b.Reset(bus.ResetKind(v & 1))
			}
			if b.irq != b.Full || b.Full && b.Off || b.Off && b.Data() != 0 {
				t.Fatalf("irq %v, %+v", b.irq, b.xtLink)
			}
		}
	})
}
