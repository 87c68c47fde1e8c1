package bus

import (
	"fmt"
	"math"
	"math/bits"
)

// Time is virtual time since power-on, in nanoseconds of guest time.
type Time int64

// Units of Time.
const (
	Nanosecond  Time = 1
	Microsecond      = 1000 * Nanosecond
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
)

// Never is later than every deadline.
const Never Time = math.MaxInt64

func (t Time) String() string {
	return fmt.Sprintf("%d.%09ds", t/Second, t%Second)
}

// Freq is an exact frequency of Num/Den hertz, such as 14318180/12.
type Freq struct{ Num, Den uint64 }

// Ticks returns how many whole periods fit into t: floor(t*f). Negative times
// give 0.
func (f Freq) Ticks(t Time) uint64 {
	if t <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(t), f.Num)
	return div128(hi, lo, f.Den*uint64(Second), 0)
}

// Time returns the earliest time at which Ticks is n: ceil(n/f). It saturates
// at Never.
func (f Freq) Time(n uint64) Time {
	hi, lo := bits.Mul64(n, f.Den*uint64(Second))
	t := div128(hi, lo, f.Num, f.Num-1)
	if t > uint64(Never) {
		return Never
	}
	return Time(t)
}

// div128 is (hi:lo + add) / d, saturating.
func div128(hi, lo, d, add uint64) uint64 {
	lo, carry := bits.Add64(lo, add, 0)
	hi += carry
	if hi >= d {
		return math.MaxUint64
	}
	q, _ := bits.Div64(hi, lo, d)
	return q
}
