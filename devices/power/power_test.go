package power

import (
	"testing"

	"beige/devices/bus"
)

type rig struct {
	*Power
	t        *testing.T
	clock    *bus.Scheduler
	sci, off bool
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.Power = New("power", r.clock, func(high bool) { r.sci = high }, func(high bool) { r.off = high })
	return r
}

func (r *rig) in16(off uint16) uint16 { return uint16(r.In(off)) | uint16(r.In(off+1))<<8 }

func (r *rig) out16(off, v uint16) {
	r.Out(off, uint8(v))
	r.Out(off+1, uint8(v>>8))
}

func (r *rig) want(off, want uint16) {
	r.t.Helper()
	if got := r.in16(off); got != want {
		r.t.Errorf("In(%d) = %#04x; want %#04x", off, got, want)
	}
}

func TestSoftOff(t *testing.T) {
	for _, tc := range []struct {
		v    uint16
		off  bool
		back uint16
	}{
		{0x2000, true, 0x0000},
		{0x2001, true, 0x0001},
		{0x0001, false, 0x0001},
		{0x3401, false, 0x1401}, // SLP_TYP 5: working
		{0x2400, false, 0x0400},
		{0xdfff, false, 0x1c03},
	} {
		r := newRig(t)
		r.out16(regControl, tc.v)
		if r.off != tc.off {
			t.Errorf("PM1a_CNT = %#04x: off %v; want %v", tc.v, r.off, tc.off)
		}
		r.want(regControl, tc.back)
	}
}

func TestSize(t *testing.T) {
	if Size != 12 {
		t.Errorf("Size = %d; want 12: PMSTS, PMEN, PMCNTRL, two reserved bytes, PMTMR", Size)
	}
}

func TestTimer(t *testing.T) {
	r := newRig(t)
	r.clock.Advance(bus.Second)
	if got := uint32(r.in16(regTimer)) | uint32(r.in16(regTimer+2))<<16; got != 3579545 {
		t.Errorf("timer after 1 s = %d; want 3579545", got)
	}
	// Wraps at 2^24 ticks, 4.6869 s.
	r.clock.Advance(4 * bus.Second)
	if got := uint32(r.in16(regTimer)) | uint32(r.in16(regTimer+2))<<16; got != 5*3579545-1<<24 {
		t.Errorf("timer after 5 s = %d; want %d", got, 5*3579545-1<<24)
	}
}

func TestTimerInterrupt(t *testing.T) {
	r := newRig(t)
	r.out16(regEnable, 0xffff)
	r.want(regEnable, 0x0521)
	r.Out(regControl, 1)
	const half = 2343484438 // ns: 2^23 / 3.579545 MHz, rounded up
	r.clock.Advance(half - 1)
	if r.sci {
		t.Error("SCI before bit 23 changes")
	}
	r.clock.Advance(1)
	if !r.sci {
		t.Error("no SCI when bit 23 rises")
	}
	r.want(regStatus, 0x0001)
	r.out16(regStatus, 0x0001)
	r.want(regStatus, 0)
	if r.sci {
		t.Error("SCI stays after TMR_STS was cleared")
	}
	r.clock.Advance(half)
	if !r.sci {
		t.Error("no SCI when bit 23 falls")
	}
}

func TestStatusWithoutInterrupt(t *testing.T) {
	r := newRig(t)
	r.clock.Advance(3 * bus.Second)
	r.want(regStatus, 0x0001)
	if r.sci || r.clock.Next() != bus.Never {
		t.Errorf("SCI %v, next event %v; want none", r.sci, r.clock.Next())
	}
}

func TestButton(t *testing.T) {
	r := newRig(t)
	r.Button(true)
	r.Button(false)
	r.want(regStatus, 0x0100)
	r.Out(regEnable+1, 0x01)
	if r.sci {
		t.Error("SCI without SCI_EN")
	}
	r.Out(regControl, 1)
	if !r.sci {
		t.Error("no SCI from the power button")
	}
	r.RTCAlarm(true)
	r.Out(regStatus+1, 0x01)
	r.want(regStatus, 0x0400)
	if r.sci {
		t.Error("SCI from RTC_STS, which is not enabled")
	}
}

// With everything enabled before, the events themselves raise SCI; what is
// disabled or pending already wakes the chip no more.
func TestEventsRaiseSCI(t *testing.T) {
	for name, event := range map[string]struct {
		enable uint16
		do     func(*rig)
	}{
		"button": {0x0100, func(r *rig) { r.Button(true) }},
		"alarm":  {0x0400, func(r *rig) { r.RTCAlarm(true) }},
		"timer":  {0x0001, func(r *rig) { r.clock.Advance(3 * bus.Second) }},
	} {
		r := newRig(t)
		r.out16(regEnable, event.enable)
		r.Out(regControl, 1)
		event.do(r)
		if !r.sci {
			t.Errorf("%s: no SCI", name)
		}
		r.want(regStatus, event.enable)
		if next := r.clock.Next(); next != bus.Never {
			t.Errorf("%s: next event at %v with TMR_STS pending or disabled; want none", name, next)
		}
		r.out16(regEnable, 0)
		if r.sci {
			t.Errorf("%s: SCI stays when it is disabled", name)
		}
		r.out16(regStatus, 0xffff)
		r.out16(regEnable, 0x0001)
		r.Reset(bus.BusReset)
		if next := r.clock.Next(); next != bus.Never {
			t.Errorf("%s: next event at %v after a reset; want none", name, next)
		}
	}
}

// A half period that went by unseen counts once, at the time of the write.
func TestStatusIsUpToDate(t *testing.T) {
	r := newRig(t)
	r.clock.Advance(3 * bus.Second)
	r.out16(regStatus, 0x0001)
	r.want(regStatus, 0)
	r.clock.Advance(3 * bus.Second)
	r.Button(true)
	r.RTCAlarm(true)
	r.want(regStatus, 0x0501)
}

func TestSnapshotAndReset(t *testing.T) {
	r, c := newRig(t), newRig(t)
	r.Button(true)
	r.Out(regEnable+1, 1)
	r.Out(regControl, 1)
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UnmarshalBinary(b); err != nil || !c.sci {
		t.Errorf("restoring: %v, SCI %v; want nil, true", err, c.sci)
	}
	c.want(regStatus, 0x0100)
	c.Reset(bus.BusReset)
	c.want(regStatus, 0)
	c.want(regEnable, 0)
	c.want(regControl, 0)
	if c.sci || c.off {
		t.Errorf("after reset SCI %v, off %v; want false, false", c.sci, c.off)
	}
	if err := c.UnmarshalBinary(b[:4]); err == nil {
		t.Error("UnmarshalBinary of a short snapshot succeeded; want an error")
	}
}

// FuzzPower runs the bytes as a program on two chips, one of which is replaced
// by its own snapshot at will: both must show the same.
func FuzzPower(f *testing.F) {
	f.Add([]byte{0x02, 1, 0x04, 1, 0x1f, 255, 0x20, 0, 0x30, 0, 0x40, 0, 0x00, 1})
	f.Add([]byte{0x03, 1, 0x04, 1, 0x50, 1, 0x20, 0, 0x05, 0x20, 0x60, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		a, b := newRig(t), newRig(t)
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0], prog[1]
			if op>>4 == 2 {
				s, _ := a.MarshalBinary()
				n := newRig(t)
				n.clock = bus.NewScheduler(nil)
				n.clock.Advance(a.clock.Now())
				n.Power = New("power", n.clock, func(high bool) { n.sci = high }, func(high bool) { n.off = high })
				if err := n.UnmarshalBinary(s); err != nil {
					t.Fatal(err)
				}
				if err := n.clock.Restore(a.clock.Deadlines()); err != nil {
					t.Fatal(err)
				}
				n.off = a.off
				b = n
			}
			var got [2]uint8
			for i, r := range []*rig{a, b} {
				switch op >> 4 {
				case 0:
					r.Out(uint16(op&15), v)
				case 1:
					r.clock.Advance(bus.Time(v) << (op & 15 * 2))
				case 3, 4:
					got[i] = r.In(uint16(op & 15))
				case 5:
					r.Button(v&1 != 0)
				case 6:
					r.Reset(bus.ResetKind(v & 1))
				}
				_ = r.Inspect()
			}
			if got[0] != got[1] || a.sci != b.sci || a.off != b.off {
				t.Fatalf("op %#02x %#02x: %#02x, SCI %v; restored copy %#02x, SCI %v", op, v, got[0], a.sci, got[1], b.sci)
			}
		}
	})
}

// The ports keep what is written; F1h hands the hardware to an operating system, F0h
// takes it back.
func TestAPM(t *testing.T) {
	d := New("power", bus.NewScheduler(nil), func(bool) {}, func(bool) {})
	a := d.APM()
	for _, c := range []struct{ v, control uint8 }{{0x00, 0}, {0xf1, 1}, {0x55, 1}, {0xf0, 0}} {
		a.Out(0, c.v)
		a.Out(1, ^c.v)
		if got := d.In(4); got != c.control {
			t.Errorf("PMCNTRL after %#02x = %#02x; want %#02x", c.v, got, c.control)
		}
		if c0, c1 := a.In(0), a.In(1); c0 != c.v || c1 != ^c.v {
			t.Errorf("ports = %#02x, %#02x; want %#02x, %#02x", c0, c1, c.v, ^c.v)
		}
	}
}
