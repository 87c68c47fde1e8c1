package pit

import (
	"math"

	"beige/devices/bus"
)

// How the six modes drive OUT (datasheet, "Mode definitions"). A count N that
// is written, or a trigger (GATE rising), between CLK pulses k and k+1 reaches
// the counting element (CE) at pulse k+1 = L.
//
//	mode  OUT after        load by          OUT                              GATE low
//	      control word
//	0     low              write            high at L+N, stays               stops CE
//	1     high             trigger          low at L, high at L+N            -
//	2     high             write, trigger   low at L+N-1 for one pulse,      stops CE,
//	                                        reload at L+N, repeats           OUT high
//	3     high             write, trigger   low at L+(N+1)/2, high at        stops CE,
//	                                        L+N; reload at both, repeats     OUT high
//	4     high             write            low at L+N for one pulse         stops CE
//	5     high             trigger          low at L+N for one pulse         -
const (
	modeTerminalCount = iota
	modeOneShot
	modeRate
	modeSquare
	modeSoftStrobe
	modeHardStrobe
)

// never is later than every tick.
const never = math.MaxUint64

// maxBacklog is how many periods of a periodic output are played edge by edge
// when the clock has jumped; what is older is skipped in one step.
const maxBacklog = 16

// Phases of a counter.
const (
	phaseEmpty  uint8 = iota // nothing loaded since the control word
	phaseRun                 // an edge of OUT is to come
	phaseStrobe              // modes 4 and 5: OUT is low for one pulse
	phaseDone                // no edge is to come; CE may count on
)

// counterState is one counter. Ticks are CLK pulses since power-on.
type counterState struct {
	Ctrl uint8  // control word, bits 5-0
	CR   uint16 // count register: the count as written, binary or BCD

	WriteHigh bool // both-bytes access: the next write is the MSB
	WriteLow  uint8
	ReadHigh  bool // both-bytes access: the next read is the MSB

	Latched       bool // count latch: OL holds
	OL            uint16
	StatusLatched bool
	Status        uint8

	Gate, Out bool
	Null      bool // the count written has not reached CE
	Armed     bool // a whole count was written since the control word

	// CE is Base at tick Anchor; while Counting it goes down from there by one
	// a tick, in mode 3 by two.
	Base     uint16
	Anchor   uint64
	Counting bool
	Odd      bool // mode 3: CE was loaded from an odd count
	Phase    uint8
	LoadAt   uint64 // tick of the pending CR -> CE transfer, or never
	EdgeAt   uint64 // tick of the next change of OUT, or never
}

type counter struct {
	counterState
	line  bus.Line // OUT; nil: not wired
	timer bus.Timer
}

func (c *counter) rw() uint8 { return c.Ctrl >> ctrlRWShift & 3 }

// mode is the mode field with its don't-care bit dropped: 6 is 2, 7 is 3.
func (c *counter) mode() uint8 {
	m := c.Ctrl >> ctrlModeShift & 7
	if m > modeHardStrobe {
		m -= 4
	}
	return m
}

func (c *counter) periodic() bool { m := c.mode(); return m == modeRate || m == modeSquare }

func (c *counter) setOut(high bool) {
	if high != c.Out {
		c.Out = high
		if c.line != nil {
			c.line(high)
		}
	}
}

// writeControl programs the counter: OUT goes to its initial level at once,
// counting stops, latches and flip-flops are cleared, CR is zero.
func (c *counter) writeControl(tick uint64, v uint8) {
	base := c.element(tick)
	c.counterState = counterState{Ctrl: v & ctrlStatus, Gate: c.Gate, Out: c.Out, Null: true,
		Base: base, LoadAt: never, EdgeAt: never}
	c.setOut(c.mode() != modeTerminalCount)
}

// writeCount takes one byte of a count. In one-byte access the other byte is
// zero. In mode 0 the first byte of two stops counting, and any write takes
// OUT low without waiting for CLK.
func (c *counter) writeCount(tick uint64, v uint8) {
	switch c.rw() {
	case rwLSB:
		c.CR = uint16(v)
	case rwMSB:
		c.CR = uint16(v) << 8
	case rwBoth:
		c.WriteHigh = !c.WriteHigh
		if c.WriteHigh {
			c.WriteLow = v
			if c.mode() == modeTerminalCount {
				c.cancel()
				c.freeze(tick)
				c.setOut(false)
			}
			return
		}
		c.CR = uint16(v)<<8 | uint16(c.WriteLow)
	default:
		return // never programmed
	}
	c.Armed = true
	c.Null = true
	switch c.mode() {
	case modeTerminalCount:
		c.cancel()
		c.setOut(false)
		c.LoadAt = tick + 1
	case modeSoftStrobe:
		c.LoadAt = tick + 1
	case modeRate, modeSquare:
		// While counting, a new count waits for the end of the (half) cycle.
		if c.Phase != phaseRun {
			c.LoadAt = tick + 1
		}
	}
}

// cancel drops the edge that the running count would give.
func (c *counter) cancel() {
	if c.Phase == phaseRun {
		c.Phase = phaseDone
		c.EdgeAt = never
	}
}

// gate drives GATE (datasheet, figure 21, "Gate pin operations summary").
func (c *counter) gate(tick uint64, high bool) {
	if high == c.Gate {
		return
	}
	c.Gate = high
	switch c.mode() {
	case modeTerminalCount, modeSoftStrobe:
		if high {
			c.resume(tick)
		} else {
			c.freeze(tick)
		}
	case modeRate, modeSquare:
		if !high {
			c.freeze(tick)
			c.setOut(true)
		} else if c.Armed {
			c.LoadAt = tick + 1
		}
	case modeOneShot, modeHardStrobe:
		if high && c.Armed {
			c.LoadAt = tick + 1
		}
	}
}

// enabled reports whether CE counts once it is loaded.
func (c *counter) enabled() bool {
	switch c.mode() {
	case modeOneShot, modeHardStrobe:
		return true
	case modeTerminalCount:
		return c.Gate && !c.WriteHigh
	}
	return c.Gate
}

// freeze stops CE at its present value.
func (c *counter) freeze(tick uint64) {
	c.Base = c.element(tick)
	c.Counting = false
	if c.Phase == phaseRun {
		c.EdgeAt = never
	}
}

// resume lets CE count on from where freeze stopped it (modes 0 and 4).
func (c *counter) resume(tick uint64) {
	if c.Phase == phaseEmpty || c.Counting || !c.enabled() {
		return
	}
	c.Anchor = tick
	c.Counting = true
	if c.Phase == phaseRun {
		c.schedule()
	}
}

// sync brings the counter to the given tick. A load and an edge on one tick:
// the load replaces the count that was about to end; only a strobe's end stands.
func (c *counter) sync(tick uint64) {
	for {
		switch {
		case c.EdgeAt <= tick && (c.EdgeAt < c.LoadAt || c.EdgeAt == c.LoadAt && c.Phase == phaseStrobe):
			c.skip(min(tick, c.LoadAt))
			c.edge(c.EdgeAt)
		case c.LoadAt <= tick:
			at := c.LoadAt
			c.LoadAt = never
			c.load(at)
			if c.mode() == modeOneShot {
				c.setOut(false)
			} else if c.periodic() {
				c.setOut(true)
			}
			c.schedule()
		default:
			return
		}
	}
}

// load moves CR into CE.
func (c *counter) load(tick uint64) {
	c.Base, c.Anchor = c.CR, tick
	if c.mode() == modeSquare {
		c.Odd = c.CR&1 != 0
		c.Base &^= 1
	}
	c.Null = false
	c.Counting = c.enabled()
	c.Phase = phaseRun
}

// schedule finds the edge that ends the present count, or half cycle.
func (c *counter) schedule() {
	c.EdgeAt = never
	if c.periodic() && c.CR == 1 {
		// The illegal count: no cycle.
		c.Counting = false
		c.Phase = phaseDone
		return
	}
	if !c.Counting {
		return
	}
	n := c.length(c.Base)
	switch c.mode() {
	case modeRate:
		n--
	case modeSquare:
		n /= 2
		if c.Odd && c.Out {
			n++ // the high half of an odd count is one pulse longer
		}
	}
	c.EdgeAt = c.Anchor + n
}

// edge changes OUT at the tick that schedule found.
func (c *counter) edge(tick uint64) {
	c.EdgeAt = never
	switch m := c.mode(); {
	case c.Phase == phaseStrobe:
		c.Phase = phaseDone
		c.setOut(true)
	case c.Phase != phaseRun:
	case m == modeTerminalCount || m == modeOneShot:
		c.Phase = phaseDone
		c.setOut(true)
	case m == modeSoftStrobe || m == modeHardStrobe:
		c.Phase = phaseStrobe
		c.EdgeAt = tick + 1
		c.setOut(false)
	case m == modeRate && c.Out:
		c.EdgeAt = tick + 1
		c.setOut(false)
	default:
		c.load(tick)
		c.setOut(!c.Out || c.CR == 1)
		c.schedule()
	}
}

// skip drops whole periods that lie far before tick, so that a clock that
// jumped costs no more than maxBacklog periods.
func (c *counter) skip(tick uint64) {
	if !c.periodic() || c.Null {
		return
	}
	period := c.length(c.CR)
	if n := (tick - c.EdgeAt) / period; n > maxBacklog {
		n -= maxBacklog
		c.EdgeAt += n * period
		c.Anchor += n * period
	}
}

// element is CE at tick.
func (c *counter) element(tick uint64) uint16 {
	if !c.Counting || tick < c.Anchor { // a read can see a load that is yet to come
		return c.Base
	}
	n := tick - c.Anchor
	if c.mode() == modeSquare {
		n *= 2
	}
	if c.Ctrl&ctrlBCD != 0 {
		return bcdSub(c.Base, n)
	}
	return c.Base - uint16(n)
}

// length is the number of ticks in which a count goes down to zero; zero is the
// largest count, 65536 or 10000.
func (c *counter) length(count uint16) uint64 {
	switch bcd := c.Ctrl&ctrlBCD != 0; {
	case count == 0 && bcd:
		return 10000
	case count == 0:
		return 1 << 16
	case bcd:
		return uint64((count>>12)*1000 + (count>>8&15)*100 + (count>>4&15)*10 + count&15)
	}
	return uint64(count)
}

// bcdSub counts n down from v, four decimal digits with borrow, as the chip
// does: a digit above 9 goes down like any other and is 9 after a borrow.
func bcdSub(v uint16, n uint64) uint16 {
	var r uint16
	for shift := 0; shift < 16; shift += 4 {
		digit := uint64(v >> shift & 15)
		if n <= digit {
			r |= uint16(digit-n) << shift
			n = 0
		} else {
			n -= digit + 1
			r |= uint16(9-n%10) << shift
			n = n/10 + 1
		}
	}
	return r
}

// latchCount is the counter latch command; a held latch is kept until it is
// read or the counter is programmed anew.
func (c *counter) latchCount(tick uint64) {
	if !c.Latched {
		c.Latched = true
		c.OL = c.element(tick)
	}
}

func (c *counter) latchStatus() {
	if c.StatusLatched {
		return
	}
	c.StatusLatched = true
	c.Status = c.Ctrl
	if c.Null {
		c.Status |= statusNull
	}
	if c.Out {
		c.Status |= statusOut
	}
}

// read gives the latched status, else the latched count, else the count now.
func (c *counter) read(tick uint64) uint8 {
	if c.StatusLatched {
		c.StatusLatched = false
		return c.Status
	}
	count := c.OL
	if !c.Latched {
		count = c.element(tick)
	}
	high := c.rw() == rwMSB
	if c.rw() == rwBoth {
		high = c.ReadHigh
		c.ReadHigh = !c.ReadHigh
	}
	if high || c.rw() != rwBoth {
		c.Latched = false
	}
	if high {
		return uint8(count >> 8)
	}
	return uint8(count)
}
