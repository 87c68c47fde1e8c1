package pit

import (
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

type rig struct {
	*PIT
	t     *testing.T
	clock *bus.Scheduler
	tick  uint64
	edges []edge // of counter 2, from the last control word on
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.PIT = New(Config{Name: "pit", Freq: clk}, r.clock, [3]bus.Line{2: func(high bool) {
		r.edges = append(r.edges, edge{clk.Ticks(r.clock.Now()) - r.tick, high})
	}})
	r.PIT.Gate(2)(true)
	return r
}

// program writes a control word for counter 2 and a count; ticks count from here.
func (r *rig) program(ctrl uint8, count ...uint8) {
	r.Out(regControl, ctrl)
	for _, v := range count {
		r.Out(2, v)
	}
	r.tick = clk.Ticks(r.clock.Now())
	r.edges = nil
}

// to moves to n ticks after program.
func (r *rig) to(n uint64) {
	for r.clock.Now() < clk.Time(r.tick+n) {
		r.clock.Advance(min(clk.Time(r.tick+n)-r.clock.Now(), bus.Millisecond))
	}
}

func (r *rig) wantEdges(want ...edge) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.edges, cmp.AllowUnexported(edge{})); diff != "" {
		r.t.Errorf("edges of OUT 2 (-want +got):\n%s", diff)
	}
}

func (r *rig) count() uint16 {
	r.Out(regControl, 0x80)
	lo := r.In(2)
	return uint16(lo) | uint16(r.In(2))<<8
}

// The mode tables of the datasheet: when OUT changes, in CLK pulses after the
// count was written (modes 0, 2-4) or after the trigger (modes 1, 5).
func TestModes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		ctrl  uint8
		count []uint8
		until uint64
		want  []edge
	}{
		{"0: high N+1 after write", 0xb0, []uint8{4, 0}, 100, []edge{{5, true}}},
		{"0: LSB only", 0x90, []uint8{4}, 100, []edge{{5, true}}},
		{"0: MSB only", 0xa0, []uint8{1}, 1000, []edge{{257, true}}},
		{"0: count 1", 0xb0, []uint8{1, 0}, 100, []edge{{2, true}}},
		{"0: zero is 65536", 0xb0, []uint8{0, 0}, 70000, []edge{{65537, true}}},
		{"0: zero is 10000 in BCD", 0xb1, []uint8{0, 0}, 70000, []edge{{10001, true}}},
		{"0: 1234 BCD", 0xb1, []uint8{0x34, 0x12}, 70000, []edge{{1235, true}}},
		{"2: low N after write, one pulse", 0xb4, []uint8{3, 0}, 10, []edge{{3, false}, {4, true}, {6, false}, {7, true}, {9, false}, {10, true}}},
		{"2 as 6", 0xbc, []uint8{3, 0}, 4, []edge{{3, false}, {4, true}}},
		{"2: count 2", 0xb4, []uint8{2, 0}, 5, []edge{{2, false}, {3, true}, {4, false}, {5, true}}},
		{"2: count 1 is illegal", 0xb4, []uint8{1, 0}, 50, nil},
		{"3: even", 0xb6, []uint8{4, 0}, 10, []edge{{3, false}, {5, true}, {7, false}, {9, true}}},
		{"3: odd, (N+1)/2 high", 0xb6, []uint8{5, 0}, 12, []edge{{4, false}, {6, true}, {9, false}, {11, true}}},
		{"3 as 7", 0xbe, []uint8{4, 0}, 5, []edge{{3, false}, {5, true}}},
		{"3: count 2", 0xb6, []uint8{2, 0}, 4, []edge{{2, false}, {3, true}, {4, false}}},
		{"3: count 1 is illegal", 0xb6, []uint8{1, 0}, 50, nil},
		{"3: zero is 65536", 0xb6, []uint8{0, 0}, 70000, []edge{{32769, false}, {65537, true}}},
		{"4: strobe N+1 after write", 0xb8, []uint8{3, 0}, 70000, []edge{{4, false}, {5, true}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.program(tc.ctrl, tc.count...)
			r.to(tc.until)
			r.wantEdges(tc.want...)
		})
	}
}

func TestTriggeredModes(t *testing.T) {
	for _, tc := range []struct {
		name string
		ctrl uint8
		want []edge
	}{
		{"1: low from the pulse after the trigger for N", 0xb2, []edge{{1, false}, {4, true}}},
		{"5: strobe N+1 after the trigger", 0xba, []edge{{4, false}, {5, true}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.program(tc.ctrl, 3, 0)
			r.to(20)
			r.wantEdges()
			r.Gate(2)(false)
			r.Gate(2)(true)
			r.tick += 20
			r.to(70000)
			r.wantEdges(tc.want...)
		})
	}
}

func TestOneShotRetrigger(t *testing.T) {
	r := newRig(t)
	gate := r.Gate(2)
	r.program(0xb2, 5, 0)
	gate(false)
	gate(true)
	r.to(4)
	gate(false)
	gate(true)
	r.to(20)
	r.wantEdges(edge{1, false}, edge{10, true})
}

func TestGateHoldsMode0(t *testing.T) {
	r := newRig(t)
	r.program(0xb0, 4, 0)
	r.to(3)
	r.Gate(2)(false)
	r.to(13)
	if got := r.count(); got != 2 {
		t.Errorf("count = %d; want 2", got)
	}
	r.Gate(2)(true)
	r.to(30)
	r.wantEdges(edge{15, true})
}

func TestMode0FirstByteStopsCounting(t *testing.T) {
	r := newRig(t)
	r.program(0xb0, 4, 0)
	r.to(3)
	r.Out(2, 9)
	r.to(20)
	if got := r.count(); got != 2 {
		t.Errorf("count = %d; want 2", got)
	}
	r.Out(2, 0)
	r.to(40)
	r.wantEdges(edge{30, true})
}

func TestGateInMode3(t *testing.T) {
	r := newRig(t)
	r.program(0xb6, 8, 0)
	r.to(6)
	r.Gate(2)(false) // OUT is low: goes high at once
	r.to(10)
	r.Gate(2)(true) // reload on the next pulse, full half cycle
	r.to(20)
	r.wantEdges(edge{5, false}, edge{6, true}, edge{15, false}, edge{19, true})
}

// A new count in modes 2 and 3 takes effect at the end of the (half) cycle.
func TestNewCountWaits(t *testing.T) {
	for _, tc := range []struct {
		name string
		ctrl uint8
		want []edge
	}{
		{"rate", 0xb4, []edge{{10, false}, {11, true}, {14, false}, {15, true}}},
		{"square", 0xb6, []edge{{6, false}, {8, true}, {10, false}, {12, true}, {14, false}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.program(tc.ctrl, 10, 0)
			r.to(3)
			r.Out(2, 4)
			r.Out(2, 0)
			r.to(15)
			r.wantEdges(tc.want...)
		})
	}
}

func TestCountReadsLive(t *testing.T) {
	r := newRig(t)
	r.program(0xb4, 0x34, 0x12)
	r.to(1)
	for _, want := range []uint16{0x1234, 0x1233, 0x1232} {
		if got := r.count(); got != want {
			t.Errorf("count = %#04x; want %#04x", got, want)
		}
		r.to(clk.Ticks(r.clock.Now()) - r.tick + 1)
	}
	r.program(0xb7, 0x10, 0x00) // mode 3, BCD: down by two
	r.to(2)
	if got := r.count(); got != 0x08 {
		t.Errorf("BCD count = %#04x; want 0x0008", got)
	}
	r.program(0xb1, 0x00, 0x10)
	r.to(2)
	if got := r.count(); got != 0x0999 {
		t.Errorf("BCD count = %#04x; want 0x0999", got)
	}
}

// A program that reads a count behind the write that loads it, as Linux does to
// measure the processor, finds the new count and not what was there before.
func TestReadBehindLoad(t *testing.T) {
	r := newRig(t)
	r.program(0xb0, 0x34, 0x12)
	r.to(5)
	r.Out(regControl, 0xb0)
	r.Out(2, 0xff)
	r.Out(2, 0xff)
	for range 2 {
		if lo, hi := r.In(2), r.In(2); lo != 0xff || hi != 0xff {
			t.Errorf("count read behind the write = %02x%02x; want ffff", hi, lo)
		}
	}
	r.to(5 + 1 + 4)
	if got := r.count(); got != 0xffff-4 {
		t.Errorf("count after 4 ticks = %#04x; want 0xfffb", got)
	}
}

func TestLatch(t *testing.T) {
	r := newRig(t)
	r.program(0xb4, 0x00, 0x10)
	r.to(11)
	r.Out(regControl, 0x80)
	r.to(300)
	r.Out(regControl, 0x80) // ignored: a latch is held
	if lo, hi := r.In(2), r.In(2); lo != 0xf6 || hi != 0x0f {
		t.Errorf("latched count = %#02x %#02x; want 0xf6 0x0f", lo, hi)
	}
	r.to(0x1000)
	if lo, hi := r.In(2), r.In(2); lo != 0x01 || hi != 0x00 {
		t.Errorf("count = %#02x %#02x; want 0x01 0x00", lo, hi)
	}
	r.Out(regControl, 0x80)
	r.program(0x94, 7) // programming drops the latch
	r.to(2)
	if got := r.In(2); got != 6 {
		t.Errorf("count after reprogramming = %#02x; want 0x06", got)
	}
}

// Datasheet, "Read-back command", and the figure with its example.
func TestReadBack(t *testing.T) {
	r := newRig(t)
	r.program(0xb6, 0x00, 0x01)
	r.Out(regControl, 0xe8) // status of counter 2, before the count is loaded
	if got := r.In(2); got != 0xf6 {
		t.Errorf("status = %#02x; want 0xf6 (OUT, null count, LSB+MSB, mode 3)", got)
	}
	r.to(130)
	r.Out(regControl, 0xc8) // status and count
	r.to(200)
	r.Out(regControl, 0xc8) // all but the first are ignored
	if got := r.In(2); got != 0x36 {
		t.Errorf("status = %#02x; want 0x36 (OUT low, count loaded)", got)
	}
	if lo, hi := r.In(2), r.In(2); lo != 0xfe || hi != 0x00 {
		t.Errorf("latched count = %#02x %#02x; want 0xfe 0x00", lo, hi)
	}
	r.Out(2, 5) // a new count: null until the half cycle ends
	r.Out(2, 0)
	r.Out(regControl, 0xe8)
	if got := r.In(2); got != 0x76 {
		t.Errorf("status = %#02x; want 0x76", got)
	}
	r.Out(regControl, 0xe2) // counter 0 was never programmed
	if got := r.In(0); got != 0x00 {
		t.Errorf("status of counter 0 = %#02x; want 0", got)
	}
	if got := r.In(regControl); got != 0xff {
		t.Errorf("In(3) = %#02x; want 0xff", got)
	}
}

// IRQ 0 at the BIOS's rate: the n-th edge lies on the n-th multiple of 65536
// ticks, without drift, 18.2065 a second.
func TestNoDrift(t *testing.T) {
	s := bus.NewScheduler(nil)
	var rises []bus.Time
	p := New(Config{Name: "pit", Freq: clk}, s, [3]bus.Line{0: func(high bool) {
		if high {
			rises = append(rises, s.Now())
		}
	}})
	p.Out(regControl, 0x36)
	p.Out(0, 0)
	p.Out(0, 0)
	rises = nil
	for range 1000 {
		s.Advance(bus.Second)
	}
	if len(rises) != 18206 {
		t.Errorf("%d rising edges in 1000 s; want 18206", len(rises))
	}
	for n, at := range rises {
		if want := clk.Time(1 + 65536*uint64(n+1)); at != want {
			t.Fatalf("edge %d at %v; want %v", n, at, want)
		}
	}
}

// The fastest output there is costs a bounded number of steps even when the
// clock jumps over an hour.
func TestClockJump(t *testing.T) {
	now := bus.Time(0)
	s := bus.NewScheduler(func() bus.Time { return now })
	edges := 0
	p := New(Config{Name: "pit", Freq: clk}, s, [3]bus.Line{0: func(bool) { edges++ }})
	for _, ctrl := range []uint8{0x10, 0x14, 0x16, 0x18} {
		for count := range uint8(4) {
			p.Out(regControl, ctrl)
			p.Out(0, count)
			edges = 0
			now += 3600 * bus.Second
			s.RunDue(now)
			if edges > 4*maxBacklog {
				t.Errorf("control %#02x count %d: %d edges after a jump; want at most %d", ctrl, count, edges, 4*maxBacklog)
			}
			if next := s.Next(); next != bus.Never && (next <= now || next > now+bus.Second) {
				t.Errorf("control %#02x count %d: next edge at %v; now %v", ctrl, count, next, now)
			}
		}
	}
}

func TestOutputWithoutLine(t *testing.T) {
	s := bus.NewScheduler(nil)
	p := New(Config{Name: "pit", Freq: clk}, s, [3]bus.Line{})
	p.Out(regControl, 0x54) // counter 1, the refresh counter of the AT
	p.Out(1, 18)
	before, _ := p.MarshalBinary()
	for _, tc := range []struct {
		tick uint64
		want bool
	}{{0, true}, {17, true}, {18, false}, {19, true}, {18 * 5000, false}, {18*5000 + 1, true}} {
		s.Advance(clk.Time(tc.tick) - s.Now())
		if got := p.Output(1); got != tc.want {
			t.Errorf("tick %d: Output(1) = %v; want %v", tc.tick, got, tc.want)
		}
	}
	if s.Next() != bus.Never {
		t.Error("an output without a line armed a timer")
	}
	_ = p.Inspect()
	if after, _ := p.MarshalBinary(); string(after) != string(before) {
		t.Error("looking at the outputs changed the state")
	}
}

func TestBusResetKeepsCounting(t *testing.T) {
	r := newRig(t)
	r.program(0xb0, 4, 0)
	r.Reset(bus.BusReset)
	r.to(9)
	r.wantEdges(edge{5, true})
	r.program(0xb0, 4, 0)
	r.Reset(bus.PowerOn)
	r.edges = nil
	r.to(9)
	r.wantEdges()
}

// clone returns a copy of a chip and its clock by way of a snapshot.
func clone(t *testing.T, p *PIT, s *bus.Scheduler, out [3]bus.Line) (*PIT, *bus.Scheduler) {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := bus.NewScheduler(nil)
	c.Advance(s.Now())
	q := New(p.cfg, c, out)
	if err := q.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if err := c.Restore(s.Deadlines()); err != nil {
		t.Fatal(err)
	}
	return q, c
}

func TestSnapshot(t *testing.T) {
	r := newRig(t)
	r.program(0xb6, 5, 0)
	r.to(8)
	var got []edge
	c, s := clone(t, r.PIT, r.clock, [3]bus.Line{2: func(high bool) {
		got = append(got, edge{clk.Ticks(r.clock.Now()), high})
	}})
	got, r.edges = nil, nil
	r.to(30)
	for s.Now() < r.clock.Now() {
		s.Advance(1)
	}
	if len(got) != len(r.edges) || len(got) != 9 {
		t.Errorf("%d edges after restoring; original has %d, want 9", len(got), len(r.edges))
	}
	if err := c.UnmarshalBinary([]byte{stateVersion}); err == nil {
		t.Error("UnmarshalBinary of a short snapshot succeeded; want an error")
	}
}

func TestNoAllocation(t *testing.T) {
	r := newRig(t)
	r.edges = make([]edge, 0, 100000)
	p := New(Config{Name: "pit0", Freq: clk}, r.clock, [3]bus.Line{0: func(bool) {}})
	p.Out(regControl, 0x16)
	p.Out(0, 2)
	if n := testing.AllocsPerRun(100, func() {
		r.clock.Advance(20 * bus.Microsecond)
		p.Out(regControl, 0xc2)
		p.In(0)
		p.In(0)
		p.Output(0)
	}); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// FuzzPIT runs the bytes as a program of accesses, time steps (some of them
// minutes), resets and snapshots on two chips, one of which is replaced by its
// own snapshot at will: both must show the same.
func FuzzPIT(f *testing.F) {
	f.Add([]byte{3, 0x36, 0, 2, 0, 0, 0x10, 50, 0x30, 0, 0x13, 3, 3, 0xc2, 0x20, 0, 0x20, 0})
	f.Add([]byte{3, 0xb4, 2, 9, 2, 0, 0x40, 1, 0x10, 50, 0x50, 0, 0x1f, 200, 0x22, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		var level [2][3]bool
		lines := func(i int) (l [3]bus.Line) {
			for n := range l {
				l[n] = func(high bool) { level[i][n] = high }
			}
			return l
		}
		s := [2]*bus.Scheduler{bus.NewScheduler(nil), bus.NewScheduler(nil)}
		var p [2]*PIT
		for i := range p {
			p[i] = New(Config{Name: "pit", Freq: clk, I8253: len(prog)%4 == 3}, s[i], lines(i))
		}
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0], prog[1]
			if op>>4 == 3 {
				p[1], s[1] = clone(t, p[0], s[0], lines(1))
			}
			var got [2]uint8
			for i, p := range p {
				switch op >> 4 {
				case 0:
					p.Out(uint16(op&3), v)
				case 1: // up to four minutes
					s[i].Advance(bus.Time(v) << (op & 15 * 2))
				case 2:
					got[i] = p.In(uint16(op & 3))
				case 4:
					p.Gate(int(op&15) % 3)(v&1 != 0)
				case 5:
					p.Reset(bus.ResetKind(v & 1))
				}
				for n := range 3 {
					if got := p.Output(n); got != level[i][n] && s[i].Next() > s[i].Now() {
						t.Fatalf("chip %d: Output(%d) = %v; driven %v", i, n, got, level[i][n])
					}
				}
			}
			if got[0] != got[1] || level[0] != level[1] {
				t.Fatalf("op %#02x %#02x: %#02x %v; restored copy %#02x %v", op, v, got[0], level[0], got[1], level[1])
			}
		}
	})
}

// The 8253 has no read-back command: a count latched before it stays latched.
func TestI8253(t *testing.T) {
	r := newRig(t)
	p := New(Config{Name: "pit0", Freq: clk, I8253: true}, r.clock, [3]bus.Line{})
	p.Out(regControl, 0x36)
	p.Out(0, 0)
	p.Out(0, 0)
	r.clock.Advance(bus.Millisecond)
	p.Out(regControl, 0xe2) // the 8254 would latch the status of counter 0
	if lo, hi := p.In(0), p.In(0); hi < 0xf0 || lo&1 != 0 {
		t.Errorf("count = %#02x%02x; want an even one near ffffh, not a status", hi, lo)
	}
}
