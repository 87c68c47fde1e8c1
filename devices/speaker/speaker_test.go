package speaker

import (
	"testing"

	"beige/devices/bus"
)

type rig struct {
	*Speaker
	t                *testing.T
	clock            *bus.Scheduler
	gate2, nmi, out2 bool
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.Speaker = New(Config{Name: "speaker", Refresh: Refresh}, r.clock,
		func(high bool) { r.gate2 = high }, func(high bool) { r.nmi = high }, func() bool { return r.out2 })
	return r
}

func (r *rig) want(want uint8) {
	r.t.Helper()
	if got := r.In(0); got != want {
		r.t.Errorf("In(0) = %#02x; want %#02x", got, want)
	}
}

func TestGates(t *testing.T) {
	for _, tc := range []struct {
		out         uint8
		out2        bool
		want        uint8
		gate, level bool
	}{
		{0x00, false, 0x00, false, false},
		{0x01, true, 0x21, true, false},
		{0x02, true, 0x22, false, true},
		{0x03, false, 0x03, true, false},
		{0xf3, true, 0x23, true, true},
	} {
		r := newRig(t)
		r.out2 = tc.out2
		r.Out(0, tc.out)
		r.want(tc.want)
		if r.gate2 != tc.gate || r.Level() != tc.level {
			t.Errorf("Out(%#02x), OUT2 %v: gate 2 %v, speaker %v; want %v, %v", tc.out, tc.out2, r.gate2, r.Level(), tc.gate, tc.level)
		}
		if gate2, data := r.Gates(); gate2 != tc.gate || data != (tc.out&2 != 0) {
			t.Errorf("Out(%#02x): Gates() = %v, %v; want %v, %v", tc.out, gate2, data, tc.gate, tc.out&2 != 0)
		}
	}
}

func TestRefreshToggles(t *testing.T) {
	if want := (bus.Freq{Num: 14318180, Den: 216}); Refresh != want {
		t.Errorf("Refresh = %v; want the colour burst crystal by 12 and by 18, %v", Refresh, want)
	}
	r := newRig(t)
	for _, tc := range []struct {
		at   bus.Time
		want uint8
	}{{0, 0}, {15085, 0}, {15086, 0x10}, {30171, 0x10}, {30172, 0}, {45258, 0x10}} {
		r.clock.Advance(tc.at - r.clock.Now())
		r.want(tc.want)
	}
	toggles, was := 0, r.In(0)
	for range 100000 {
		r.clock.Advance(10 * bus.Microsecond)
		if v := r.In(0); v != was {
			toggles, was = toggles+1, v
		}
	}
	if toggles != 66287 { // 1193181.67 / 18 a second
		t.Errorf("%d refreshes a second; want 66287", toggles)
	}
}

func TestNMI(t *testing.T) {
	for _, tc := range []struct {
		name        string
		input       func(*rig) bus.Line
		off, status uint8
	}{
		{"parity", func(r *rig) bus.Line { return r.Parity }, 0x04, 0x80},
		{"I/O check", func(r *rig) bus.Line { return r.IOCheck }, 0x08, 0x40},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.Out(0, tc.off)
			tc.input(r)(true)
			r.want(tc.off)
			r.Out(0, 0)
			tc.input(r)(true)
			tc.input(r)(false)
			r.want(tc.status)
			if !r.nmi {
				t.Error("no NMI")
			}
			r.Out(0, tc.off^0x0c) // the other check off: stays
			r.want(tc.off ^ 0x0c | tc.status)
			r.Out(0, tc.off)
			r.want(tc.off)
			if r.nmi {
				t.Error("NMI stays after the status was cleared")
			}
		})
	}
}

func TestSnapshot(t *testing.T) {
	r, c := newRig(t), newRig(t)
	r.Out(0, 0x03)
	r.Parity(true)
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	c.want(0x83)
	if !c.gate2 || !c.nmi {
		t.Errorf("after restoring gate 2 %v, NMI %v; want true, true", c.gate2, c.nmi)
	}
	c.Reset(bus.BusReset)
	c.want(0)
	if c.gate2 || c.nmi {
		t.Errorf("after reset gate 2 %v, NMI %v; want false, false", c.gate2, c.nmi)
	}
	if err := c.UnmarshalBinary(b[:2]); err == nil {
		t.Error("UnmarshalBinary of a short snapshot succeeded; want an error")
	}
}

// FuzzSpeaker runs the bytes as a program on two ports, one of which is replaced
// by its own snapshot at will: both must show the same.
func FuzzSpeaker(f *testing.F) {
	f.Add([]byte{0, 3, 1, 1, 2, 20, 3, 0, 4, 1, 5, 1, 6, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		r := [2]*rig{newRig(t), newRig(t)}
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0]%7, prog[1]
			for _, r := range r {
				switch op {
				case 0:
					r.Out(0, v)
				case 1:
					r.out2 = v&1 != 0
				case 2:
					r.clock.Advance(bus.Time(v) * bus.Microsecond)
				case 4:
					r.Parity(v&1 != 0)
				case 5:
					r.IOCheck(v&1 != 0)
				case 6:
					r.Reset(bus.ResetKind(v & 1))
				}
			}
			if op == 3 {
				b, _ := r[0].MarshalBinary()
				if err := r[1].UnmarshalBinary(b); err != nil {
					t.Fatal(err)
				}
			}
			_ = r[0].Inspect()
			if x, y := r[0].In(0), r[1].In(0); x != y || r[0].nmi != r[1].nmi || r[0].gate2 != r[1].gate2 {
				t.Fatalf("op %d %#02x: %#02x; restored copy %#02x", op, v, x, y)
			}
			if r[0].nmi != (r[0].In(0)&0xc0 != 0) || r[0].gate2 != (r[0].In(0)&1 != 0) {
				t.Fatalf("op %d %#02x: port %#02x, NMI %v, gate 2 %v", op, v, r[0].In(0), r[0].nmi, r[0].gate2)
			}
		}
	})
}
