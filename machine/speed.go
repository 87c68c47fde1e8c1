package machine

import (
	"fmt"
	"strconv"
	"strings"

	"beige/devices/bus"
)

// SpeedMode says how virtual time and the wall clock go together.
type SpeedMode uint8

const (
	// SpeedMax runs without a wall clock: instructions take a constant time, HLT
	// is skipped.
	SpeedMax SpeedMode = iota
	// SpeedReal keeps virtual time at Factor/1000 of the wall clock and runs as
	// many instructions in it as the host can: "auto" and "<n>x".
	SpeedReal
	// SpeedMIPS runs Factor/1000 million instructions a second, waiting for the
	// wall clock.
	SpeedMIPS
	// SpeedClock runs the processor at Factor/1000 MHz by the documented times of its
	// instructions, waiting for the wall clock unless the machine is deterministic.
	// Count is then a number of clocks.
	SpeedClock
)

// Speed is the value of --speed. The zero value is "max".
type Speed struct {
	Mode   SpeedMode
	Factor uint64 // thousandths; 0 stands for 1000
}

// defaultMIPS is the speed of instructions in virtual time where nothing else
// sets it, in thousandths: 100 million a second. It is near what the host
// does, so delays that guests measure in loops and delays that they measure in
// timer ticks cost about what they would on a PC of 1995.
const defaultMIPS = 100_000

// ParseSpeed reads max, auto, <n>x and <n>mips; n may have three decimals.
func ParseSpeed(s string) (Speed, error) {
	bad := fmt.Errorf("speed %q: want max, auto, a multiple of real time such as 2x, a number of instructions such as 12.5mips, or a clock such as 4.77mhz", s)
	switch lower := strings.ToLower(s); {
	case lower == "max":
		return Speed{}, nil
	case lower == "auto":
		return SpeedAuto(), nil
	case strings.HasSuffix(lower, "mips"):
		n, ok := thousandths(strings.TrimSuffix(lower, "mips"))
		if !ok || n < 10 || n > 20_000_000 {
			return Speed{}, bad
		}
		return Speed{SpeedMIPS, n}, nil
	case strings.HasSuffix(lower, "mhz"):
		n, ok := thousandths(strings.TrimSuffix(lower, "mhz"))
		if !ok || n < 100 || n > 1_000_000 {
			return Speed{}, bad
		}
		return Speed{SpeedClock, n}, nil
	case strings.HasSuffix(lower, "x"):
		n, ok := thousandths(strings.TrimSuffix(lower, "x"))
		if !ok || n < 1 || n > 1_000_000 {
			return Speed{}, bad
		}
		return Speed{SpeedReal, n}, nil
	}
	return Speed{}, bad
}

func (s Speed) String() string {
	n := s.factor()
	text := strconv.FormatUint(n/1000, 10)
	if n%1000 != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%03d", n%1000), "0")
	}
	switch {
	case s.Mode == SpeedMax:
		return "max"
	case s.Mode == SpeedMIPS:
		return text + "mips"
	case s.Mode == SpeedClock:
		return text + "mhz"
	case n == 1000:
		return "auto"
	}
	return text + "x"
}

func (s Speed) factor() uint64 {
	if s.Factor == 0 {
		return 1000
	}
	return s.Factor
}

// rate is the rate a machine of this speed starts with.
func (s Speed) rate() Rate {
	return RateOfMIPS(s.mips())
}

// mips is the speed that a machine starts with, in thousandths: millions of
// instructions a second, or of clocks where those are counted.
func (s Speed) mips() uint64 {
	if s.Mode == SpeedMIPS || s.Mode == SpeedClock {
		return s.factor()
	}
	return defaultMIPS
}

// tscFreq is the frequency of the time stamp counter.
func (s Speed) tscFreq() bus.Freq { return bus.Freq{Num: s.mips() * 1000, Den: 1} }

// thousandths reads a decimal number with up to three decimals.
func thousandths(s string) (uint64, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if len(whole) == 0 || len(whole) > 9 || len(frac) > 3 {
		return 0, false
	}
	frac += strings.Repeat("0", 3-len(frac))
	n, err := strconv.ParseUint(whole+frac, 10, 64)
	return n, err == nil
}

// SpeedAuto is real time at the host's full speed.
func SpeedAuto() Speed { return Speed{SpeedReal, 1000} }
