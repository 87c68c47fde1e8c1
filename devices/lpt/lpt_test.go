package lpt

import (
	"bytes"
	"testing"

	"beige/devices/bus"
)

type rig struct {
	*LPT
	clock   *bus.Scheduler
	irq     bool
	rises   int // of irq
	printed []uint8
}

func (r *rig) config(printer bool) Config {
	cfg := Config{Name: "lpt1", IRQ: func(high bool) {
		if high && !r.irq {
			r.rises++
		}
		r.irq = high
	}}
	if printer {
		cfg.Print = func(b uint8) { r.printed = append(r.printed, b) }
	}
	return cfg
}

func newRig(printer bool) *rig {
	r := &rig{clock: bus.NewScheduler(nil)}
	r.LPT = New(r.clock, r.config(printer))
	return r
}

// ready takes the printer out of reset and selects it, as POST does.
func ready(t *testing.T) *rig {
	r := newRig(true)
	r.Out(regControl, 0x08)
	r.Out(regControl, 0x0c)
	r.want(t, regStatus, 0xdf)
	return r
}

// send prints a character as INT 17h does.
func (r *rig) send(b uint8) {
	r.Out(regData, b)
	r.Out(regControl, r.Control|0x01)
	r.Out(regControl, r.Control&^0x01)
}

func (r *rig) want(t *testing.T, off uint16, want uint8) {
	t.Helper()
	if got := r.In(off); got != want {
		t.Errorf("at %v: In(%d) = %#02x; want %#02x", r.clock.Now(), off, got, want)
	}
}

func TestReset(t *testing.T) {
	r := ready(t)
	r.Out(regControl, 0x3c)
	r.Out(regData, 0x5a)
	for _, tc := range []struct {
		kind bus.ResetKind
		data uint8
	}{{bus.BusReset, 0x5a}, {bus.PowerOn, 0}} {
		r.Reset(tc.kind)
		r.want(t, regData, tc.data)
		r.want(t, regStatus, 0x5f) // INIT keeps the printer busy
		r.want(t, regControl, 0xc0)
	}
}

// Found by FuzzLPT: power-on forgot that the wire was high.
func TestResetDropsIRQ(t *testing.T) {
	for _, kind := range []bus.ResetKind{bus.BusReset, bus.PowerOn} {
		r := ready(t)
		r.Out(regControl, 0x1c)
		r.send('A')
		r.clock.Advance(bus.Millisecond)
		if !r.irq {
			t.Fatal("no interrupt")
		}
		r.Reset(kind)
		if r.irq {
			t.Errorf("IRQ is high after a %v", kind)
		}
	}
}

func TestRegisters(t *testing.T) {
	r := ready(t)
	for _, v := range []uint8{0x00, 0x55, 0xaa, 0xff} {
		r.Out(regData, v)
		r.want(t, regData, v)
	}
	for _, tc := range [][2]uint8{{0x00, 0xc0}, {0x0c, 0xcc}, {0x1c, 0xdc}, {0x2c, 0xec}, {0xff, 0xff}, {0x08, 0xc8}} {
		r.Out(regControl, tc[0])
		r.want(t, regControl, tc[1])
	}
	r.Out(regStatus, 0x00)
	r.Out(regControl, 0x0c)
	r.want(t, 3, 0xff)
}

// The BIOS makes AH of the status by AND F8h, XOR 48h: 30h, out of paper and
// selected, is what it reports where no printer is attached.
func TestNoPrinter(t *testing.T) {
	r := newRig(false)
	r.Out(regControl, 0x1c)
	r.want(t, regStatus, 0x7f)
	if ah := r.In(regStatus)&0xf8 ^ 0x48; ah != 0x30 {
		t.Errorf("INT 17h status = %#02x; want 0x30", ah)
	}
	r.Out(regData, 0xa5)
	r.want(t, regData, 0xa5)
	r.send('x')
	r.clock.Advance(bus.Second)
	r.want(t, regStatus, 0x7f)
	if r.rises != 0 {
		t.Error("an interrupt without a printer")
	}
}

// Data, STROBE, BUSY for 80 us, then ACK for 10 us, at the end of which the
// interrupt comes.
func TestHandshake(t *testing.T) {
	r := ready(t)
	r.Out(regControl, 0x1c)
	if r.irq {
		t.Error("enabling the interrupt requests one")
	}
	r.send('A')
	if string(r.printed) != "A" {
		t.Fatalf("printed %q; want \"A\"", r.printed)
	}
	for _, step := range []struct {
		at     bus.Time
		status uint8
		irq    bool
	}{
		{0, 0x5f, false}, {80*bus.Microsecond - 1, 0x5f, false},
		{80 * bus.Microsecond, 0x1f, false}, {90*bus.Microsecond - 1, 0x1f, false},
		{90 * bus.Microsecond, 0xdf, true}, {bus.Millisecond, 0xdf, true},
	} {
		r.clock.Advance(step.at - r.clock.Now())
		r.want(t, regStatus, step.status)
		if r.irq != step.irq {
			t.Errorf("at %v: IRQ = %v; want %v", r.clock.Now(), r.irq, step.irq)
		}
	}
	// The next pulse takes the request back for as long as it lasts.
	r.send('B')
	r.clock.Advance(80 * bus.Microsecond)
	if r.irq {
		t.Error("IRQ is high during the ACK pulse")
	}
	r.clock.Advance(10 * bus.Microsecond)
	if !r.irq || r.rises != 2 {
		t.Errorf("IRQ %v after %d edges; want true, 2", r.irq, r.rises)
	}
	r.Out(regControl, 0x0c)
	if r.irq {
		t.Error("IRQ is high with the interrupt disabled")
	}
	r.send('C')
	r.clock.Advance(bus.Millisecond)
	if r.irq || string(r.printed) != "ABC" {
		t.Errorf("IRQ %v, printed %q; want false, \"ABC\"", r.irq, r.printed)
	}
}

// A timer that fires late does not stretch the pulse: deadlines follow one another.
func TestPhasesDoNotDrift(t *testing.T) {
	now := bus.Time(0)
	clock := bus.NewScheduler(func() bus.Time { return now })
	d := New(clock, Config{Name: "lpt1", Print: func(uint8) {}})
	d.Out(regControl, 0x0c)
	d.Out(regControl, 0x0d)
	now = 83 * bus.Microsecond
	clock.RunDue(now)
	if got := clock.Next(); got != 90*bus.Microsecond {
		t.Errorf("ACK ends at %v; want 90 us", got)
	}
}

func TestOnlyTheLeadingEdgeCounts(t *testing.T) {
	r := ready(t)
	r.Out(regData, 'x')
	r.Out(regControl, 0x0d)
	r.clock.Advance(bus.Millisecond)
	r.Out(regControl, 0x0d)
	r.Out(regControl, 0x0f)
	r.Out(regControl, 0x0c)
	r.clock.Advance(bus.Millisecond)
	if string(r.printed) != "x" {
		t.Errorf("printed %q; want \"x\"", r.printed)
	}
}

func TestLostCharacters(t *testing.T) {
	r := ready(t)
	r.send('a')
	r.send('b') // busy
	r.clock.Advance(85 * bus.Microsecond)
	r.send('c') // acknowledging
	r.clock.Advance(5 * bus.Microsecond)
	r.Out(regControl, 0x04)
	r.send('d') // not selected
	r.Out(regControl, 0x08)
	r.send('e') // in reset
	r.Out(regControl, 0x0c)
	r.send('f')
	if string(r.printed) != "af" || r.Lost != 3 {
		t.Errorf("printed %q, lost %d; want \"af\", 3", r.printed, r.Lost)
	}
}

// INIT ends what the printer does; no pulse on ACK follows.
func TestInit(t *testing.T) {
	r := ready(t)
	r.Out(regControl, 0x1c)
	r.send('a')
	r.Out(regControl, 0x18)
	r.want(t, regStatus, 0x5f)
	r.clock.Advance(bus.Millisecond)
	r.want(t, regStatus, 0x5f)
	r.Out(regControl, 0x1c)
	r.want(t, regStatus, 0xdf)
	if r.rises != 0 || r.clock.Next() != bus.Never {
		t.Errorf("%d interrupts and a next event at %v after INIT; want none", r.rises, r.clock.Next())
	}
}

// With bit 5 set the latch keeps its value but does not drive the pins.
func TestDirection(t *testing.T) {
	r := ready(t)
	r.Out(regData, 0x5a)
	r.Out(regControl, 0x2c)
	r.want(t, regData, 0xff)
	r.send(0x12)
	r.want(t, regData, 0xff)
	if !bytes.Equal(r.printed, []uint8{0xff}) {
		t.Errorf("printed % x; want ff", r.printed)
	}
	r.Out(regControl, 0x0c)
	r.want(t, regData, 0x12)
}

func clone(t *testing.T, r *rig) *rig {
	t.Helper()
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newRig(r.cfg.Print != nil)
	c.clock.Advance(r.clock.Now())
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if err := c.clock.Restore(r.clock.Deadlines()); err != nil {
		t.Fatal(err)
	}
	c.printed, c.rises = bytes.Clone(r.printed), r.rises
	return c
}

func TestSnapshot(t *testing.T) {
	r := ready(t)
	r.Out(regControl, 0x1c)
	r.send('A')
	r.clock.Advance(85 * bus.Microsecond)
	c := clone(t, r)
	c.want(t, regStatus, 0x1f)
	c.want(t, regControl, 0xdc)
	c.want(t, regData, 'A')
	c.clock.Advance(5 * bus.Microsecond)
	c.want(t, regStatus, 0xdf)
	if !c.irq || string(c.printed) != "A" {
		t.Errorf("IRQ %v, printed %q; want true, \"A\"", c.irq, c.printed)
	}
	if d := clone(t, c); !d.irq {
		t.Error("restoring did not drive IRQ")
	}
	good, _ := c.MarshalBinary()
	for name, bad := range map[string][]byte{
		"empty": nil, "version": append([]byte{9}, good[1:]...), "short": good[:3],
		"ones": append([]byte{stateVersion}, bytes.Repeat([]byte{0xff}, len(good)-1)...),
	} {
		if err := c.UnmarshalBinary(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if after, _ := c.MarshalBinary(); !bytes.Equal(good, after) {
		t.Error("a failed restore changed the state")
	}
}

func TestBadSnapshots(t *testing.T) {
	r := ready(t)
	for name, spoil := range map[string]func(*state){"phase": func(s *state) { s.Phase = 3 }, "control": func(s *state) { s.Control = 0x40 }} {
		s := r.state
		spoil(&s)
		b, err := bus.MarshalState(stateVersion, &s)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.UnmarshalBinary(b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A port that nothing is wired to works all the same.
func TestUnwired(t *testing.T) {
	clock := bus.NewScheduler(nil)
	d := New(clock, Config{Name: "lpt2", Print: func(uint8) {}})
	d.Out(regControl, 0x1c)
	d.Out(regControl, 0x1d)
	clock.Advance(bus.Millisecond)
	if got := d.In(regStatus); got != 0xdf {
		t.Errorf("status = %#02x; want 0xdf", got)
	}
}

func TestNoAllocation(t *testing.T) {
	r := ready(t)
	r.cfg.Print = func(uint8) {}
	if n := testing.AllocsPerRun(100, func() {
		r.send('x')
		r.clock.Advance(bus.Millisecond)
		r.In(regStatus)
	}); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// FuzzLPT runs the bytes as a program of accesses, time steps, resets and
// snapshots on two ports, one of which is replaced by its own snapshot at will:
// both must show the same.
func FuzzLPT(f *testing.F) {
	f.Add(true, []byte{0x02, 0x1c, 0x00, 'a', 0x02, 0x1d, 0x02, 0x1c, 0x1f, 1, 0x30, 0, 0x10, 90, 0x21, 0})
	f.Add(true, []byte{0x02, 0x0c, 0x02, 0x0d, 0x02, 0x00, 0x40, 1, 0x02, 0x2c, 0x20, 0})
	f.Add(false, []byte{0x02, 0x1c, 0x02, 0x1d, 0x1f, 255, 0x21, 0})
	f.Fuzz(func(t *testing.T, printer bool, prog []byte) {
		a, b := newRig(printer), newRig(printer)
		for n := 0; len(prog) >= 2 && n < 500; n, prog = n+1, prog[2:] {
			op, v := prog[0], prog[1]
			if op>>4 == 3 {
				b = clone(t, a)
			}
			var got [2]uint8
			for i, r := range []*rig{a, b} {
				switch op >> 4 {
				case 0:
					r.Out(uint16(op&3), v)
				case 1: // up to 8 ms
					r.clock.Advance(bus.Time(v) << (op & 15))
				case 2:
					got[i] = r.In(uint16(op & 3))
				case 4:
					r.Reset(bus.ResetKind(v & 1))
				}
				_ = r.Inspect()
			}
			if got[0] != got[1] || a.irq != b.irq || a.rises != b.rises || !bytes.Equal(a.printed, b.printed) {
				t.Fatalf("op %#02x %#02x: %#02x, IRQ %v, printed %q; restored copy %#02x, IRQ %v, printed %q", op, v, got[0], a.irq, a.printed, got[1], b.irq, b.printed)
			}
		}
		// Whatever was done, the printer gets ready.
		a.Out(regControl, 0x0c)
		a.clock.Advance(busyTime + ackTime)
		if s := a.In(regStatus); printer && s != 0xdf || !printer && s != 0x7f {
			t.Fatalf("status at the end = %#02x", s)
		}
	})
}

var (
	_ bus.Device      = (*LPT)(nil)
	_ bus.Inspector   = (*LPT)(nil)
	_ bus.PortHandler = (*LPT)(nil)
)
