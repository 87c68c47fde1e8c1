package kbc

import (
	"bytes"
	"testing"

	"beige/devices/bus"
	"github.com/google/go-cmp/cmp"
)

// restore puts b's state into a new board.
func (b *board) restore(t *testing.T) *board {
	t.Helper()
	s, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newBoard(b.cfg)
	c.clock.Advance(b.clock.Now())
	if err := c.UnmarshalBinary(s); err != nil {
		t.Fatal(err)
	}
	if err := c.clock.Restore(b.clock.Deadlines()); err != nil {
		t.Fatal(err)
	}
	if c.irq1 != b.irq1 || c.irq12 != b.irq12 || c.a20 != b.a20 {
		t.Fatalf("wires after restore %v %v %v; want %v %v %v", c.irq1, c.irq12, c.a20, b.irq1, b.irq12, b.a20)
	}
	if d := cmp.Diff(b.Inspect(), c.Inspect()); d != "" {
		t.Fatalf("Inspect after restore (-want +got):\n%s", d)
	}
	return c
}

func TestSnapshot(t *testing.T) {
	b := open(t)
	b.cmd(0x60, 0x47)
	b.sendMouse(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf4)
	b.send(0xf3, 0x00, 0xed, 0x02)
	b.Press(KeyDelete, true)
	b.Mouse(3, 4, 1, 2)
	b.clock.Advance(100 * bus.Microsecond) // a byte is in flight
	c := b.restore(t)
	want, got := b.drain(400*bus.Millisecond), c.drain(400*bus.Millisecond)
	check(t, "after restore", got, want)
	// The false Shift and Delete, the packet (right button, 3 right, 4 down), then the repetitions.
	check(t, "start", want[:31], "e0 2a e0 53 m2a m03 mfc m01 e0 ")
}

func TestBadSnapshots(t *testing.T) {
	b := open(t)
	good, _ := b.MarshalBinary()
	for name, s := range map[string][]byte{
		"empty": nil, "version": append([]byte{99}, good[1:]...), "short": good[:len(good)-1], "ones": append([]byte{stateVersion}, bytes.Repeat([]byte{0xff}, len(good)-1)...),
	} {
		if err := b.UnmarshalBinary(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	after, _ := b.MarshalBinary()
	if !bytes.Equal(good, after) {
		t.Error("a failed restore changed the state")
	}
}

// Each rule that a snapshot has to keep, broken by one.
func TestImpossibleSnapshots(t *testing.T) {
	b := open(t)
	for i, spoil := range []func(*state){
		func(s *state) { s.C.Flight = flightAux + 1 },
		func(s *state) { s.K.Set = 0 }, func(s *state) { s.K.Set = 4 },
		func(s *state) { s.K.ReplyLen = 5 }, func(s *state) { s.K.BufLen = kbdBufSize + 2 },
		func(s *state) { s.K.Repeat = uint8(NumKeys) }, func(s *state) { s.K.Pending = 0xec }, func(s *state) { s.K.RepeatStart = -1 },
		func(s *state) { s.M.BufLen = 9 }, func(s *state) { s.M.SentLen = 9 }, func(s *state) { s.M.Rate = 0 }, func(s *state) { s.M.ID = 1 },
		func(s *state) { s.M.X = maxPending + 1 }, func(s *state) { s.M.Y = -maxPending - 1 }, func(s *state) { s.M.Z = -1 << 31 }, func(s *state) { s.M.Pending = 0xe9 },
	} {
		s := state{b.controllerState, b.kbd.keyboardState, b.mouse.mouseState}
		spoil(&s)
		snap, err := bus.MarshalState(stateVersion, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := newBoard(Config{}).UnmarshalBinary(snap); err == nil {
			t.Errorf("rule %d: no error", i)
		}
	}
	for i, still := range []func(*state){
		func(s *state) { s.C.Flight = flightAux }, func(s *state) { s.K.Set = 3 }, func(s *state) { s.K.ReplyLen = 4 },
		func(s *state) { s.K.BufLen = kbdBufSize + 1 }, func(s *state) { s.K.Pending = 0xed }, func(s *state) { s.M.BufLen = 8 },
		func(s *state) { s.M.SentLen = 8 }, func(s *state) { s.M.ID = 4 }, func(s *state) { s.M.X = maxPending }, func(s *state) { s.M.Y = -maxPending },
		func(s *state) { s.M.Pending = 0xe8 }, func(s *state) { s.M.Pending = 0xf3 },
	} {
		s := state{b.controllerState, b.kbd.keyboardState, b.mouse.mouseState}
		still(&s)
		snap, _ := bus.MarshalState(stateVersion, s)
		if err := newBoard(Config{}).UnmarshalBinary(snap); err != nil {
			t.Errorf("possible state %d: %v", i, err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4)
	n := testing.AllocsPerRun(100, func() {
		b.Press(KeyLeft, true)
		b.Press(KeyLeft, false)
		b.Mouse(1, 2, 3, 0)
		for range 20 {
			b.clock.Advance(bus.Millisecond)
			if b.In(1)&statOBF != 0 {
				b.In(0)
			}
		}
		b.Out(1, 0xd1)
		b.Out(0, 0xdf)
		b.Out(0, 0xed)
		b.Out(0, 0x02)
	})
	if n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// FuzzKBC runs a program of two-byte steps: what to do, and with which value.
func FuzzKBC(f *testing.F) {
	f.Add([]byte{2, 0x60, 1, 0x47, 4, KeyA.seed(), 3, 10, 0, 0, 2, 0xd4, 1, 0xf4, 6, 3, 3, 200, 8, 0})
	f.Add([]byte{2, 0xaa, 3, 1, 0, 0, 2, 0xd1, 1, 0xdd, 1, 0xff, 3, 40, 7, 0, 3, 255, 8, 1})
	f.Fuzz(func(t *testing.T, prog []byte) {
		b := newBoard(Config{})
		for i := 0; i+1 < len(prog) && i < 2000; i += 2 {
			v := prog[i+1]
			switch prog[i] % 10 {
			case 0:
				b.In(0)
			case 1:
				b.Out(0, v)
			case 2:
				b.Out(1, v)
			case 3:
				b.clock.Advance(bus.Time(v) * 50 * bus.Microsecond)
			case 4:
				b.Press(Key(v), true)
			case 5:
				b.Press(Key(v), false)
			case 6:
				b.Mouse(int(int8(v))*8, int(int8(v)), int(v&3)-1, v)
			case 7:
				b.Reset(bus.ResetKind(v & 1))
			case 9:
				b.Announce()
			case 8:
				c := b.restore(t)
				if x, y := b.In(1), c.In(1); x != y {
					t.Fatalf("status after restore = %#02x; want %#02x", y, x)
				}
				x, y := b.drain(2*bus.Millisecond), c.drain(2*bus.Millisecond)
				if x != y {
					t.Fatalf("bytes after restore = %q; want %q", y, x)
				}
			}
			if s := b.In(1); s&0x80 != 0 || b.irq1 && b.irq12 || (b.irq1 || b.irq12) && s&statOBF == 0 {
				t.Fatalf("status %#02x irq1=%v irq12=%v", s, b.irq1, b.irq12)
			}
		}
	})
}

func (k Key) seed() byte { return byte(k) }

var (
	_ bus.Device      = (*KBC)(nil)
	_ bus.Inspector   = (*KBC)(nil)
	_ bus.PortHandler = (*KBC)(nil)
)
