package cpu

import (
	"beige/cpu/clocks"
	"beige/cpu/isa"
)

// Clocks of instructions: with Config.Clocks the processor executes them one by
// one, by the same handlers, and takes from its budget what each takes on a real
// one. At a few million instructions a second no trace is needed; the ordinary run
// loop knows nothing of it.

// runTimed executes one instruction, or one iteration of a repeated one.
func (c *CPU) runTimed() {
	in, ok := c.ahead()
	again, ip := c.Repeating, c.IP
	var s clocks.Step
	if ok {
		s = c.timed.Begin(in, &c.R, again)
	}
	faults := c.counters.Faults
	if c.special() {
		c.runOne()
	} else {
		c.Flags &^= FlagRF
		c.Repeating = false
		c.execOne()
	}
	if !ok || c.fault.pending || c.counters.Faults != faults {
		return // timed as the event that it became
	}
	jumped := c.IP != (ip+uint64(in.Len))&0xffff
	c.left -= c.timed.End(&c.Clocks, s, uint16(c.IP), jumped, c.Repeating) - 1
}

// timeEvent takes the time of an interrupt or exception from the budget.
func (c *CPU) timeEvent() {
	if c.timed != nil {
		c.left -= c.timed.Interrupt(&c.Clocks) - 1
	}
}

// ahead decodes the instruction at CS:IP without executing or noting anything. It
// fails on what memory does not hold (a device, nothing) and on what is no
// instruction.
func (c *CPU) ahead() (*isa.Inst, bool) {
	in := &c.aheadInst
	var code [maxFetch]byte
	for n := range uint32(maxFetch) {
		la := uint32(c.Seg[CS].Base) + (uint32(c.IP)+n)&0xffff
		i, _, readable, _ := c.phys.Index(c.phys.CPUAddress(la & 0xffffff))
		if !readable {
			return nil, false
		}
		code[n] = c.mem[i]
		if st := c.dec.Decode(code[:n+1], c.decodeMode(), in); st != isa.Short {
			return in, st == isa.OK
		}
	}
	return nil, false
}
