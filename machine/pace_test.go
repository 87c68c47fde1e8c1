package machine

import (
	"context"
	"math"
	"testing"
	"time"

	"beige/devices/bus"
)

// wallClock is a host clock that the test turns.
type wallClock struct{ t time.Time }

func (c *wallClock) now() time.Time       { return c.t }
func (c *wallClock) pass(d time.Duration) { c.t = c.t.Add(d) }

func newPacerAt(t *testing.T, speed string) (*wallClock, *pacer) {
	t.Helper()
	w := &wallClock{time.Unix(1e9, 0)}
	return w, newPacer(mustSpeed(t, speed), w.now)
}

func mustSpeed(t *testing.T, text string) Speed {
	t.Helper()
	s, err := ParseSpeed(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPacerWait(t *testing.T) {
	for _, tc := range []struct {
		speed string
		wall  time.Duration // passed since the clocks were equal
		virt  bus.Time
		want  time.Duration
	}{
		{"auto", 0, bus.Second, time.Second},
		{"auto", 400 * time.Millisecond, bus.Second, 600 * time.Millisecond},
		{"2x", 0, bus.Second, 500 * time.Millisecond},
		{"0.5x", 0, bus.Second, 2 * time.Second},
		{"10mips", 250 * time.Millisecond, bus.Second, 750 * time.Millisecond},
		{"auto", 100 * time.Millisecond, 0, -100 * time.Millisecond},
		{"auto", 0, bus.Never, math.MaxInt64},
		{"0.001x", 0, bus.Never - 1, math.MaxInt64},
		{"auto", 300 * 24 * time.Hour, 300*24*3600*bus.Second + 5, 5}, // no product overflows
		{"1000x", 30 * 24 * time.Hour, 30_000*24*3600*bus.Second + 5000, 5},
	} {
		w, p := newPacerAt(t, tc.speed)
		p.sync(0)
		w.pass(tc.wall)
		if got := p.wait(tc.virt); got != tc.want {
			t.Errorf("%s, %v after the start: wait(%v) = %v; want %v", tc.speed, tc.wall, tc.virt, got, tc.want)
		}
	}
}

func TestPacerTarget(t *testing.T) {
	for _, tc := range []struct {
		speed string
		wall  time.Duration
		want  bus.Time
	}{
		{"auto", time.Second, bus.Second},
		{"2.5x", time.Second, 2500 * bus.Millisecond},
		{"12mips", time.Second, bus.Second},
		{"auto", 400 * 24 * time.Hour, 400 * 24 * 3600 * bus.Second},
		{"1000x", 30 * 24 * time.Hour, 30_000 * 24 * 3600 * bus.Second},
	} {
		w, p := newPacerAt(t, tc.speed)
		p.sync(7)
		w.pass(tc.wall)
		if got := p.target(); got != tc.want+7 {
			t.Errorf("%s: target after %v = %v; want %v", tc.speed, tc.wall, got, tc.want+7)
		}
	}
}

// TestPacerForgetsStops: after the host has slept, time does not rush.
func TestPacerForgetsStops(t *testing.T) {
	w, p := newPacerAt(t, "auto")
	p.sync(0)
	w.pass(time.Hour)
	p.wait(bus.Second)
	if got := p.wait(3 * bus.Second); got != 2*time.Second {
		t.Errorf("two seconds later: wait = %v; want 2s", got)
	}
}

func TestPacerAdapts(t *testing.T) {
	w, p := newPacerAt(t, "2x")
	p.sync(0)
	rate := RateOfMIPS(100_000)
	if _, change := p.measured(1e5, time.Millisecond, 0, rate); change {
		t.Error("the rate was changed after 1 ms")
	}
	for range 20 { // the host runs 50 million instructions a second of wall time
		w.pass(10 * time.Millisecond)
		rate, _ = p.measured(500_000, 10*time.Millisecond, p.target(), rate)
	}
	if want := RateOfMIPS(25_000); rate < want-want/100 || rate > want+want/100 {
		t.Errorf("rate = %d; want about %d: 25 million instructions a second of virtual time", rate, want)
	}
	// A second behind, it catches up with a quarter more.
	behind, change := p.measured(500_000, 10*time.Millisecond, p.target()-bus.Second, rate)
	if want := rate + rate/8; !change || behind < want-want/100 || behind > want+want/100 {
		t.Errorf("behind, rate = %d, %v; want %d: half the way to a quarter more", behind, change, want)
	}
	if got, change := p.measured(1, time.Hour, p.target(), rate); !change || got != maxRate {
		t.Errorf("rate of a host that stands still = %d; want the bound %d", got, maxRate)
	}
	_, mips := newPacerAt(t, "10mips")
	mips.sync(0)
	if _, change := mips.measured(1e9, time.Hour, 0, rate); change {
		t.Error("a fixed number of instructions a second was changed")
	}
}

// TestClockSpeed: a clock of 4.77 MHz goes with the wall clock and not by
// instructions.
func TestClockSpeed(t *testing.T) {
	m, err := New(Config{CPU: "8088", Speed: mustSpeed(t, "4.77mhz"), BIOS: rom(loop)})
	if err != nil {
		t.Fatal(err)
	}
	m.After(100*bus.Millisecond, func() { m.Stop(0, "") })
	begin := time.Now()
	m.Run(context.Background())
	if took := time.Since(begin); took < 100*time.Millisecond-leadLimit {
		t.Errorf("100 ms took %v", took)
	}
	if n := m.Count(); n < 477_000 || n > 477_040 {
		t.Errorf("%d clocks in 100 ms; want 477000", n)
	}
	c := Config{Speed: mustSpeed(t, "6mhz")}
	if err := c.Check(); err == nil || err.Error() != "speed 6mhz: times of instructions are known of cpu 8086, 8088, 80186, 80286; want one of them, or a number of mips" {
		t.Errorf("a Pentium II of 6 MHz: %v", err)
	}
}

// TestSpeeds runs machines against the wall clock: they must not be early, and
// must not be later than a busy host explains.
func TestSpeeds(t *testing.T) {
	for _, tc := range []struct {
		speed string
		code  []byte
		virt  bus.Time
		wall  time.Duration
	}{
		{"auto", rom(loop), 100 * bus.Millisecond, 100 * time.Millisecond},
		{"auto", rom(sti, hlt), 100 * bus.Millisecond, 100 * time.Millisecond},
		{"10x", rom(loop), bus.Second, 100 * time.Millisecond},
		{"10x", rom(sti, hlt), bus.Second, 100 * time.Millisecond},
		{"2mips", rom(loop), 100 * bus.Millisecond, 100 * time.Millisecond},
		{"max", rom(sti, hlt), 1000 * bus.Second, 0},
	} {
		m := newMachine(t, Config{Speed: mustSpeed(t, tc.speed), BIOS: tc.code})
		m.After(tc.virt, func() { m.Stop(0, "") })
		begin := time.Now()
		m.Run(context.Background())
		took := time.Since(begin)
		if took < tc.wall-leadLimit || took > tc.wall+10*time.Second {
			t.Errorf("%s: %v of virtual time took %v; want %v", tc.speed, tc.virt, took, tc.wall)
		}
		if tc.speed == "2mips" && m.Count() != 200_000 {
			t.Errorf("2mips: %d instructions in %v; want 200000", m.Count(), tc.virt)
		}
	}
}
