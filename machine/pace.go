package machine

import (
	"math"
	"math/bits"
	"time"

	"beige/devices/bus"
)

// Limits of pacing.
const (
	adaptEvery = 10 * time.Millisecond  // wall time between changes of the rate
	maxLag     = 200 * time.Millisecond // a longer delay of the host is forgotten
	leadLimit  = 2 * time.Millisecond   // virtual time may run ahead this far before the host sleeps
)

// pacer ties virtual time to the wall clock. It never runs in deterministic
// machines. now is the host's clock.
type pacer struct {
	now    func() time.Time
	factor uint64 // virtual time in thousandths of wall time
	adapt  bool   // change the rate to what the host manages

	wall0 time.Time // where both clocks were equal
	virt0 bus.Time

	// The measurement since the last change: instructions run and the wall time
	// they took, sleep excluded.
	ran  int64
	busy time.Duration
}

func newPacer(s Speed, now func() time.Time) *pacer {
	switch s.Mode {
	case SpeedReal:
		return &pacer{now: now, factor: s.factor(), adapt: true}
	case SpeedMIPS, SpeedClock:
		return &pacer{now: now, factor: 1000}
	}
	return nil
}

// sync declares the clocks equal at virtual time t.
func (p *pacer) sync(t bus.Time) { p.wall0, p.virt0 = p.now(), t }

// target is the virtual time that the wall clock shows.
func (p *pacer) target() bus.Time {
	return p.virt0 + bus.Time(scale(p.now().Sub(p.wall0), p.factor, 1000))
}

// scale is d*num/den, at most the largest number; the product may have 128 bits
// (a real-time machine passes 64 after 213 days). A negative d counts as 0.
func scale[T ~int64](d T, num, den uint64) int64 {
	hi, lo := bits.Mul64(uint64(max(d, 0)), num)
	if hi >= den {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, den)
	return int64(min(q, math.MaxInt64))
}

// wait returns how long the host should sleep until virtual time t; not
// positive if t is reached. For bus.Never it is the longest duration. After a
// long delay of the host (a stopped process, a suspended computer) the clocks
// are declared equal.
func (p *pacer) wait(t bus.Time) time.Duration {
	if t == bus.Never {
		return math.MaxInt64
	}
	d := time.Duration(scale(t-p.virt0, 1000, p.factor)) - p.now().Sub(p.wall0)
	if d < -maxLag {
		p.sync(t)
	}
	return d
}

// measured notes n instructions that took d of wall time, and returns the rate
// to go on with if it is time to change it.
func (p *pacer) measured(n int64, d time.Duration, t bus.Time, old Rate) (Rate, bool) {
	if !p.adapt {
		return old, false
	}
	p.ran += n
	p.busy += d
	if p.busy < adaptEvery || p.ran == 0 {
		return old, false
	}
	// Nanoseconds of virtual time an instruction: the wall time it took, times
	// the factor; a little more while virtual time lags behind.
	ns := float64(p.busy) / float64(p.ran) * float64(p.factor) / 1000
	lag := float64(p.target() - t)
	ns *= 1 + min(max(lag/float64(maxLag), 0), 1)/4
	p.ran, p.busy = 0, 0
	// Half way from the old rate: one slow slice does not count for much.
	r := Rate((ns*float64(rateOne) + float64(old)) / 2)
	r = min(max(r, minRate), maxRate)
	return r, max(r, old)-min(r, old) > old/64
}
