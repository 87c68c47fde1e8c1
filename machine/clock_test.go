package machine

import (
	"math"
	"testing"

	"beige/devices/bus"
)

func TestClock(t *testing.T) {
	var n uint64
	c := clock{count: func() uint64 { return n }, clockState: clockState{Rate: RateOfMIPS(100_000)}}
	for _, tc := range []struct {
		count uint64
		want  bus.Time
	}{{0, 0}, {1, 10}, {100_000_000, bus.Second}, {math.MaxUint64, bus.Never}} {
		n = tc.count
		if got := c.Now(); got != tc.want {
			t.Errorf("at 100 MIPS, time after %d instructions = %v; want %v", tc.count, got, tc.want)
		}
	}
	n = 0
	for _, tc := range []struct {
		at   bus.Time
		want uint64
	}{{-5, 0}, {0, 0}, {1, 1}, {10, 1}, {11, 2}, {bus.Second, 100_000_000}, {bus.Never, math.MaxUint64}, {bus.Never - 1, 922337203685477581}} {
		if got := c.countAt(tc.at); got != tc.want {
			t.Errorf("at 100 MIPS, countAt(%v) = %d; want %d", tc.at, got, tc.want)
		}
	}
}

// TestClockCountAtIsInverse looks for every rate whether countAt is the first
// count at which the time has come.
func TestClockCountAtIsInverse(t *testing.T) {
	for _, mips := range []uint64{10, 333, 4_770, 66_667, 100_000, 3_141_592, 20_000_000} {
		var n uint64
		c := clock{count: func() uint64 { return n }, clockState: clockState{Rate: RateOfMIPS(mips)}}
		n = 12345
		c.setRate(c.Rate * 7 / 5)
		for _, at := range []bus.Time{c.Now() + 1, c.Now() + 7, c.Now() + 1_000_003, c.Now() + 55*bus.Millisecond} {
			k := c.countAt(at)
			if c.timeAt(k) < at || k > n && c.timeAt(k-1) >= at {
				t.Errorf("%d/1000 MIPS: countAt(%v) = %d, which is %v; %d is %v", mips, at, k, c.timeAt(k), k-1, c.timeAt(k-1))
			}
		}
	}
}

func TestClockKeepsTimeOverChangesOfRate(t *testing.T) {
	var n uint64
	c := clock{count: func() uint64 { return n }, clockState: clockState{Rate: rateOne / 3}}
	for range 3000 {
		n++
		before := c.Now()
		c.setRate(c.Rate)
		if c.Now() != before {
			t.Fatalf("setRate moved time from %v to %v", before, c.Now())
		}
	}
	// Three thousand instructions of a third of a nanosecond, without rounding.
	if got := c.Now(); got != 999 && got != 1000 {
		t.Errorf("time after 3000 instructions = %d ns; want 999 or 1000", got)
	}
}

func TestRateOfMIPS(t *testing.T) {
	for _, tc := range []struct {
		thousandths uint64
		want        Rate
	}{{1000, 1000 * rateOne}, {100_000, 10 * rateOne}, {1_000_000, rateOne}, {0, maxRate}, {1, maxRate}, {math.MaxUint64, minRate}} {
		if got := RateOfMIPS(tc.thousandths); got != tc.want {
			t.Errorf("RateOfMIPS(%d) = %d; want %d", tc.thousandths, got, tc.want)
		}
	}
}

// The time stamp counter is the count of instructions while they take their usual
// time, and counts on with the clock when they take another.
func TestTSCIsConstant(t *testing.T) {
	n := uint64(0)
	m := &Machine{cfg: Config{Speed: SpeedAuto()}}
	m.clock = clock{count: func() uint64 { return n }, clockState: clockState{Rate: m.cfg.Speed.rate()}}
	n = 12_345_678
	if got := m.tsc(n); got != n {
		t.Errorf("TSC after %d instructions = %d", n, got)
	}
	m.clock.setRate(RateOfMIPS(400_000))
	if got := m.tsc(n + 4000); got != n+1000 {
		t.Errorf("TSC 4000 instructions later, four times as fast, = %d; want %d", got, n+1000)
	}
	m.cfg.Speed, m.clock.clockState = Speed{SpeedMIPS, 12_000}, clockState{Rate: RateOfMIPS(12_000)}
	if got := m.tsc(12_000_000); got < 12_000_000-1 || got > 12_000_000 {
		t.Errorf("TSC after one second at 12 MIPS = %d; want 12000000", got)
	}
}
