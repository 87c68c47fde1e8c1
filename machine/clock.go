package machine

import (
	"math"
	"math/bits"

	"beige/devices/bus"
)

// Rate is nanoseconds of virtual time an instruction, as a 32.32 fixed-point
// number.
type Rate uint64

const rateOne Rate = 1 << 32 // 1 ns an instruction

// Bounds of a rate: 20 000 and 0.01 million instructions a second.
const (
	minRate = rateOne / 20
	maxRate = 100_000 * rateOne
)

// RateOfMIPS returns the rate at which thousandths/1000 million instructions
// take one second.
func RateOfMIPS(thousandths uint64) Rate {
	if thousandths == 0 {
		return maxRate
	}
	hi, lo := bits.Mul64(uint64(rateOne), 1_000_000)
	if hi >= thousandths {
		return maxRate
	}
	q, _ := bits.Div64(hi, lo, thousandths)
	return min(max(Rate(q), minRate), maxRate)
}

// clock derives virtual time from the count of retired instructions. Between
// two changes of the rate it is the line base + (count - from) * rate; the
// fraction of a nanosecond survives a change, so time never drifts.
type clock struct {
	count func() uint64 // instructions retired since power-on
	clockState
}

type clockState struct {
	From uint64   // count at the last change of rate
	Base bus.Time // time at From, whole nanoseconds
	Frac uint64   // time at From, 2^-32 ns
	Rate Rate
}

// Now is the time of the instruction that is executing.
func (c *clock) Now() bus.Time { return c.timeAt(c.count()) }

func (c *clock) timeAt(count uint64) bus.Time {
	hi, lo := bits.Mul64(count-c.From, uint64(c.Rate))
	lo, carry := bits.Add64(lo, c.Frac, 0)
	hi += carry
	if hi >= 1<<31 {
		return bus.Never
	}
	t := hi<<32 | lo>>32
	if t > uint64(bus.Never-c.Base) {
		return bus.Never
	}
	return c.Base + bus.Time(t)
}

// countAt returns the earliest count at which Now is t or later; for bus.Never
// and what is beyond all counts it is the largest number.
func (c *clock) countAt(t bus.Time) uint64 {
	if t <= c.Base {
		return c.From
	}
	if t == bus.Never {
		return math.MaxUint64
	}
	d := uint64(t - c.Base)
	lo, borrow := bits.Sub64(d<<32, c.Frac, 0)
	hi := d>>32 - borrow
	lo, carry := bits.Add64(lo, uint64(c.Rate)-1, 0) // round up
	hi += carry
	if hi >= uint64(c.Rate) {
		return math.MaxUint64
	}
	q, _ := bits.Div64(hi, lo, uint64(c.Rate))
	if q > math.MaxUint64-c.From {
		return math.MaxUint64
	}
	return c.From + q
}

// setRate changes the rate from this instruction on.
func (c *clock) setRate(r Rate) {
	n := c.count()
	hi, lo := bits.Mul64(n-c.From, uint64(c.Rate))
	lo, carry := bits.Add64(lo, c.Frac, 0)
	hi += carry
	c.From, c.Base, c.Frac, c.Rate = n, c.Base+bus.Time(hi<<32|lo>>32), lo&(1<<32-1), r
}
