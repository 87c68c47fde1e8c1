package cpu

import "beige/cpu/fpu"

// Operands of x87 instructions in memory. Those of 2 to 8 bytes are accessed like
// any other, those of 10 bytes as eight and two, of which the two wrap by
// themselves at the address size.

func (c *CPU) ld64(op *Op, seg uint8, off uint32) uint64 {
	s := &c.Seg[seg&7]
	if uint64(off)+8 <= s.EndR {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.R == (la+7)&^pageMask {
			return load64(c.mem, la+e.D)
		}
	}
	return c.slowRead(op, seg, off, 8)
}

func (c *CPU) st64(op *Op, seg uint8, off uint32, v uint64) {
	s := &c.Seg[seg&7]
	if uint64(off)+8 <= s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == (la+7)&^pageMask {
			store64(c.mem, la+e.D, v)
			return
		}
	}
	c.slowWrite(op, seg, off, 8, v)
}

func (c *CPU) ld80(op *Op, seg uint8, off uint32) (lo uint64, hi uint16) {
	s := &c.Seg[seg&7]
	if uint64(off)+10 <= s.EndR {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.R == (la+9)&^pageMask {
			i := la + e.D
			return load64(c.mem, i), load16(c.mem, i+8)
		}
	}
	return c.slowRead80(op, seg, off)
}

func (c *CPU) slowRead80(op *Op, seg uint8, off uint32) (lo uint64, hi uint16) {
	return c.ld64(op, seg, off), c.ld16(op, seg, (off+8)&op.amask)
}

func (c *CPU) st80(op *Op, seg uint8, off uint32, lo uint64, hi uint16) {
	s := &c.Seg[seg&7]
	if uint64(off)+10 <= s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == (la+9)&^pageMask {
			i := la + e.D
			store64(c.mem, i, lo)
			store16(c.mem, i+8, hi)
			return
		}
	}
	c.slowWrite80(op, seg, off, lo, hi)
}

func (c *CPU) slowWrite80(op *Op, seg uint8, off uint32, lo uint64, hi uint16) {
	c.checkWrite80(op, seg, off)
	c.st64(op, seg, off, lo)
	c.st16(op, seg, (off+8)&op.amask, hi)
}

// checkWrite80 verifies that ten bytes can be written.
func (c *CPU) checkWrite80(op *Op, seg uint8, off uint32) {
	c.checkWrite(op, seg, off, 8)
	c.checkWrite(op, seg, (off+8)&op.amask, 2)
}

// Environments are accessed in pieces, each of which wraps by itself at the
// address size: words or doublewords, and for a register eight bytes and two. The
// first piece and the last byte are checked before anything else, so that no page
// fault finds half of the work done; a piece across the limit of a segment does
// (recorded silicon).

// probeEnv does these checks for n bytes at off.
func (c *CPU) probeEnv(op *Op, off, n uint32, write bool) {
	last := (off + n - 1) & op.amask
	if write {
		c.checkWrite(op, op.seg, off, uint32(op.rep))
		c.checkWrite(op, op.seg, last, 1)
		return
	}
	c.ldWord(op, off)
	c.ld8(op, op.seg, last)
}

// ldWord reads a word or doubleword of an environment.
func (c *CPU) ldWord(op *Op, off uint32) uint32 {
	if off &= op.amask; op.rep == 2 {
		return uint32(c.ld16(op, op.seg, off))
	}
	return c.ld32(op, op.seg, off)
}

// stEnv writes the environment b at off.
func (c *CPU) stEnv(op *Op, off uint32, b []byte) {
	size := uint32(op.rep)
	for i := uint32(0); i < uint32(len(b)); i += size {
		if at := (off + i) & op.amask; size == 2 {
			c.st16(op, op.seg, at, load16(b, uint64(i)))
		} else {
			c.st32(op, op.seg, at, load32(b, uint64(i)))
		}
	}
}

// regAddress checks the significand of a register of an environment at off, whose
// alignment does not count (SDM volume 3, table 6-7), and returns its linear
// address.
func (c *CPU) regAddress(op *Op, off uint32, write bool) uint32 {
	la := c.checkSegment(op, op.seg, off, 7, write)
	c.checkSegment(op, op.seg, off+7, 1, write)
	return la
}

func (c *CPU) ldReg(op *Op, off uint32) fpu.F80 {
	var r fpu.F80
	if off &= op.amask; c.wraps(off, 8) {
		r.Mant = c.ld64(op, op.seg, off)
	} else {
		r.Mant = c.readLinear(op, c.regAddress(op, off, false), 8, c.CPL == 3)
	}
	r.SE = c.ld16(op, op.seg, (off+8)&op.amask)
	return r
}

func (c *CPU) stReg(op *Op, off uint32, r fpu.F80) {
	if off &= op.amask; c.wraps(off, 8) {
		c.st64(op, op.seg, off, r.Mant)
	} else {
		c.writeLinear(op, c.regAddress(op, off, true), 8, r.Mant, c.CPL == 3)
	}
	c.st16(op, op.seg, (off+8)&op.amask, r.SE)
}

// overrun reports whether a limit violation is that of an x87 operand of which
// only the first word lies within its segment: interrupt 9 of the 80286 (80286
// PRM, section 9.4.6).
func (c *CPU) overrun(op *Op, seg uint8) bool {
	return c.model.overrunIs9() && op != nil && op.src == x87Mark && c.Seg[seg&7].contains(c.ea(op), 2)
}
