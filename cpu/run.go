package cpu

// Stop says why Run returned.
type Stop uint8

// Reasons to stop.
const (
	StopBudget    Stop = iota // the instructions asked for were executed
	StopHalted                // HLT, and nothing that would wake the processor is pending
	StopShutdown              // triple fault: only RESET (or NMI on some boards) helps
	StopRequested             // RequestStop
)

func (s Stop) String() string {
	switch s {
	case StopBudget:
		return "budget"
	case StopHalted:
		return "halted"
	case StopShutdown:
		return "shutdown"
	}
	return "requested"
}

// Run executes n instructions, or fewer if it must stop earlier; an iteration of
// a repeated string instruction and the delivery of an interrupt count as one
// each. It returns how many were executed.
func (c *CPU) Run(n int64) (ran int64, why Stop) {
	c.left, c.stolen, c.slice = n, 0, n
	c.stop = false
	for {
		c.left += c.stolen
		c.stolen = 0
		switch {
		case c.fault.pending:
			c.deliverFault() // counted by what raised it
			c.timeEvent()
			continue
		case c.Shutdown:
			why = StopShutdown
		case c.stop:
			why = StopRequested
		case c.left <= 0:
			why = StopBudget
		case c.pollEvents():
			c.timeEvent()
			continue // an interrupt was delivered
		case c.Halted && c.DebugPending == 0:
			why = StopHalted
		case c.timed != nil:
			c.runTimed()
			continue
		case c.special():
			c.runOne()
			continue
		default:
			c.Flags &^= FlagRF // there is no breakpoint that it would hold off
			c.Repeating = false
			c.exec()
			continue
		}
		break
	}
	ran = c.slice - c.left
	c.Retired += uint64(ran)
	c.left, c.slice = 0, 0
	return ran, why
}

// special reports whether the next instruction has something around it to heed.
func (c *CPU) special() bool {
	return c.Flags&FlagTF != 0 || c.Shadow != 0 || c.debug.exec || c.debug.watch || c.DebugPending != 0
}

// exec runs traces until one returns nil or faults.
func (c *CPU) exec() {
	defer c.recoverFault()
	for op := c.enter(); op != nil; {
		op = op.run(c)
	}
}

// recoverFault ends a fault's panic; the fault itself waits in c.fault.
func (c *CPU) recoverFault() {
	if r := recover(); r != nil {
		if r != any(theFault) {
			panic(r)
		}
	}
}

// execOne runs exactly one instruction (or one iteration of a repeated one).
func (c *CPU) execOne() {
	c.only()
	c.exec()
}

// only leaves a budget of one instruction; the rest is given back in the run
// loop.
func (c *CPU) only() {
	c.stolen += c.left - 1
	c.left = 1
}

// Step executes one instruction, after delivering what is pending before it.
func (c *CPU) Step() Stop {
	_, why := c.Run(1)
	return why
}

// endSlice makes the running trace return to the run loop behind its current
// instruction, if that ends the trace, as port accesses do. The budget it takes
// away is given back there.
func (c *CPU) endSlice() {
	if c.left > 0 {
		c.stolen += c.left
		c.left = 0
	}
}

// RequestStop makes Run return after the current instruction.
func (c *CPU) RequestStop() {
	c.stop = true
	c.endSlice()
}

// Count returns the instructions retired since power-on. During an access to a
// device it includes those before the accessing instruction.
func (c *CPU) Count() uint64 {
	n := c.slice - c.left - c.stolen
	if c.cur != nil {
		n += int64(c.cur.n)
	}
	return c.Retired + uint64(n)
}

// AddHalted advances the count by n instruction times spent in HLT.
func (c *CPU) AddHalted(n uint64) { c.Retired += n }

// pollEvents delivers a pending NMI or interrupt, if the processor would take it
// at this instruction boundary. Debug traps of the instruction before come first
// (SDM volume 3, table 6-2).
func (c *CPU) pollEvents() bool {
	if c.NMIPending && !c.NMIBlocked && c.Shadow != shadowMovSS && c.DebugPending == 0 {
		c.NMIPending = false
		c.Halted = false
		c.NMIBlocked = true
		c.saveResume()
		c.left--
		c.tryDeliver(event{vec: vecNMI, kind: eventNMI})
		return true
	}
	if c.INTR && c.Flags&FlagIF != 0 && c.Shadow == 0 && c.DebugPending == 0 {
		c.Halted = false
		c.saveResume()
		c.left--
		c.tryDeliver(event{vec: c.inta(), kind: eventExternal})
		return true
	}
	return false
}

// saveResume sets RF, for the image that an event saves, while a repeated
// instruction waits for its next iteration (SDM volume 3, 17.3.1.1): a breakpoint
// at it does not hit again when it goes on.
func (c *CPU) saveResume() {
	if c.Repeating && c.model.Has32 {
		c.Flags |= FlagRF
	}
	c.Repeating = false
}

// runOne executes one instruction with the interrupt shadow, the single-step
// trap and execution breakpoints in force.
func (c *CPU) runOne() {
	if c.DebugPending != 0 && c.Shadow != shadowMovSS {
		c.deliverDebug()
		return
	}
	if c.debug.exec && c.Shadow != shadowMovSS && c.Flags&FlagRF == 0 && c.breakpointHere() {
		return
	}
	tf, rf := c.Flags&FlagTF != 0, c.Flags&FlagRF
	c.Shadow = 0
	// RF lasts for one instruction, all iterations of a repeated one included. It
	// goes now, since the instruction may be an IRET that sets it.
	c.Flags &^= FlagRF
	c.Repeating, c.frozen = false, false
	n, pending := c.counters.Interrupts, c.DebugPending
	c.execOne()
	if c.fault.pending {
		if !c.fault.trap {
			c.DebugPending = pending // the accesses before the fault will come again
		}
		return
	}
	if c.Repeating || c.frozen {
		c.Flags |= rf
	}
	if c.frozen {
		return // the instruction was not executed
	}
	// INT n clears TF before it could trap. The trap of MOV SS is lost (SDM volume
	// 3, 6.8.3).
	if tf && n == c.counters.Interrupts && c.Shadow != shadowMovSS {
		c.DebugPending |= dr6BS
	}
}
