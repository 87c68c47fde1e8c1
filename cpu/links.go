package cpu

// How one trace leads to the next. On the way there nothing is looked up that was
// looked up before and cannot have changed:
//
//	same page      op.link holds for ever: the page that runs is mapped
//	another page   op.link holds for one stamp, and from one IP
//	RET            the link of the call's site holds for one stamp, and to one IP
//	the rest       op.link is a guess, which the key of the trace proves (enterAgain)
//
// A stamp numbers a state of the world in which a linear address means one byte of
// memory and one mode: new ones begin with each flush of the TLB. Each mode and base of
// CS has one by privilege, so a system call goes back to the stamp before it, and so
// does 16-bit code that calls from segment to segment.

// space is what a stamp stands for.
type space struct {
	mode  uint64
	base  uint64 // of CS
	since uint64 // flushes before it
	stamp uint32
}

// spaces are those in use.
type spaces [1 << spaceBits]space

const spaceBits = 6

// stamp returns the stamp of a mode and a base of CS behind so many flushes.
func (s *spaces) stamp(c *CPU, since uint64) uint32 {
	mode, base := c.mode, c.Seg[CS].Base
	// By a multiplication, as slotOf does.
	e := &s[(base+mode>>32)*0x9e3779b97f4a7c15>>(64-spaceBits)]
	if e.mode != mode || e.base != base || e.since != since {
		*e = space{mode, base, since, c.newStamp()}
	}
	return e.stamp
}

// updateStamp takes the stamps of the current mode, code segment and privilege.
func (c *CPU) updateStamp() {
	if c.CPL == 3 {
		c.stamp = c.spaces[1].stamp(c, c.flushes)
		c.host.stamps[1] = uint64(c.stamp) << 32
		return
	}
	c.stamp = c.spaces[0].stamp(c, c.flushes)
	c.host.stamps[0] = uint64(c.global.stamp(c, c.globalFlushes)) << 32
}

// voidStamps ends all stamps: translations may have changed, but those of global pages
// if these are kept.
func (c *CPU) voidStamps(keepGlobal bool) {
	c.flushes++
	if !keepGlobal {
		c.globalFlushes++
	}
	c.updateStamp()
}

// newStamp returns a stamp that no link has.
func (c *CPU) newStamp() uint32 {
	c.lastStamp++
	if c.lastStamp == 0 {
		c.flushTraces() // and with them all links
		c.forgetCalls()
		c.flushes++
		c.globalFlushes++
		c.lastStamp = 1
	}
	return c.lastStamp
}

// callDepth is how many calls RET can be expected from; a power of two.
const callDepth = 16

// called notes a near call, for the RET that belongs to it. Behind an op that calls
// lies its site, an op that is never executed. Its link is the trace to which the
// call returned last time, imm the IP of that, and disp the stamp.
func (c *CPU) called(op *Op) {
	c.callTop++
	c.calls[c.callTop%callDepth] = nextOp(op)
}

// forgetCalls makes RET expect nothing.
func (c *CPU) forgetCalls() {
	none := &Op{}
	for i := range c.calls {
		c.calls[i] = none
	}
}

// ret ends a trace behind op, a near return to ip, which is within limits.
func (c *CPU) ret(op *Op, ip uint32) *Op {
	c.left -= int64(op.n) + 1
	c.IP = uint64(ip)
	site := c.calls[c.callTop%callDepth]
	c.callTop--
	if l := site.link; l != nil && site.imm == ip && site.disp == c.stamp && c.left >= maxTrace {
		return l
	}
	t := c.enterAgain(op)
	if c.linkable(t) {
		site.link, site.imm, site.disp = t, ip, c.stamp
	}
	return t
}

// linkable reports whether t, just entered, can be entered again without a look.
func (c *CPU) linkable(t *Op) bool {
	return t != nil && c.left >= maxTrace && !c.limited && t != &c.traces.scratch[0]
}

// opContinue ends a trace that stopped at its maximal length, the end of a page
// or before an instruction that must be decoded alone.
func opContinue(c *CPU, op *Op) *Op {
	c.left -= int64(op.n)
	from := uint32(c.IP)
	c.IP = uint64((from + op.imm) & c.seqMask)
	if l := op.link; l != nil && c.left >= maxTrace && (op.disp == 0 || op.disp == c.stamp && op.amask == from) {
		return l
	}
	return c.follow(op, from)
}

// leave ends a trace behind the instruction op, which ended it without a jump,
// and goes on there.
func (c *CPU) leave(op *Op) *Op {
	c.IP = uint64(c.nextIP(op))
	c.left -= int64(op.n) + 1
	return c.enter()
}

// leaveCheck is leave for instructions after which interrupts, traps or modes
// must be looked at: it returns to the run loop.
func (c *CPU) leaveCheck(op *Op) *Op {
	c.IP = uint64(c.nextIP(op))
	c.left -= int64(op.n) + 1
	return nil
}

// jump ends a trace behind op with a jump to ip that is not a fixed distance
// away.
func (c *CPU) jump(op *Op, ip uint32) *Op {
	c.IP = uint64(ip)
	c.left -= int64(op.n) + 1
	return c.enterAgain(op)
}

// branch ends a trace with a jump by the fixed distance op.imm from the start of
// the trace.
func (c *CPU) branch(op *Op) *Op {
	c.left -= int64(op.n) + 1
	if l := op.link; l != nil && c.left >= maxTrace && (op.disp == 0 || op.disp == c.stamp && op.amask == uint32(c.IP)) {
		c.IP = uint64((uint32(c.IP) + op.imm) & c.ipMask)
		return l
	}
	return c.branchSlow(op)
}

func (c *CPU) branchSlow(op *Op) *Op {
	from := uint32(c.IP)
	to := (from + op.imm) & c.ipMask
	if to > c.Seg[CS].Limit && !c.model.Wraps64K {
		// The jump itself faults, before IP changes. raise counts it.
		c.left += int64(op.n) + 1
		c.gp(op, 0)
	}
	c.IP = uint64(to)
	return c.follow(op, from)
}

// follow enters the trace at the new IP and remembers it in op. In an unlimited code
// segment it can be reached without looking again: always on the same linear page;
// on another one with the stamp in op.disp and from the IP in op.amask, as the
// trace may lie at several linear addresses.
func (c *CPU) follow(op *Op, from uint32) *Op {
	if c.left < maxTrace || c.limited || op == &c.traces.scratch[0] || op == &c.traces.scratch[1] {
		return c.enter()
	}
	base := uint32(c.Seg[CS].Base)
	if ((base+from)^(base+uint32(c.IP)))&^pageMask == 0 {
		t := c.enter()
		if c.linkable(t) {
			op.link = t
		}
		return t
	}
	t := c.enterAgain(op)
	if c.linkable(t) {
		op.link, op.disp, op.amask = t, c.stamp, from
	}
	return t
}
