package cpu

import "beige/cpu/isa"

// Instructions on segment registers and descriptors.

func (h *handlers) initSegment() {
	for m, i := range map[isa.Op]uint8{isa.LES: ES, isa.LDS: DS, isa.LSS: SS, isa.LFS: FS, isa.LGS: GS} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			if in.Args[1].Kind != isa.Mem {
				b.end(op, opUD)
				return
			}
			op.x = in.OpSize
			op.src = i
			b.end(op, opLoadFar)
		}
	}
	sys := func(m isa.Op, f handler) {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			op.x = uint8(in.Args[0].Kind)
			if in.Args[1].Kind != isa.None {
				op.x = uint8(in.Args[1].Kind)
			}
			op.rep = in.OpSize
			b.set(op, f)
		}
	}
	sys(isa.LAR, opLar)
	sys(isa.LSL, opLsl)
	sys(isa.VERR, opVerr)
	sys(isa.VERW, opVerw)
	h.build[isa.ARPL] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = uint8(in.Args[0].Kind)
		b.set(op, opArpl)
	}
}

// buildMovSeg is MOV to and from a segment register.
func (h *handlers) buildMovSeg(b *builder, op *Op, in *isa.Inst) {
	if in.Args[0].Kind == isa.SReg {
		op.x = uint8(in.Args[1].Kind)
		if op.dst == CS && !b.c.model.Wraps64K {
			b.end(op, opUD)
			return
		}
		if op.dst == SS {
			b.end(op, opMovSS)
			return
		}
		b.end(op, opMovSregRM)
		return
	}
	if in.Args[0].Kind == isa.Mem {
		b.set(op, opMovMemSreg)
		return
	}
	b.set(op, pick2(in.OpSize, opMovReg16Sreg, opMovReg32Sreg))
}

func opMovMemSreg(c *CPU, op *Op) *Op {
	c.st16(op, op.seg, c.ea(op), c.Seg[op.src&7].Sel)
	return next(c, op)
}

func opMovReg16Sreg(c *CPU, op *Op) *Op {
	c.set16(op.dst, c.Seg[op.src&7].Sel)
	return next(c, op)
}

// opMovReg32Sreg clears the upper half, as processors since the Pentium Pro do
// (SDM volume 2, MOV).
func opMovReg32Sreg(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(c.Seg[op.src&7].Sel))
	return next(c, op)
}

// Loads of segment registers end the trace, since the mode of what follows may
// be another.

func opMovSregRM(c *CPU, op *Op) *Op {
	c.loadSegment(op, op.dst, c.rm16(op, op.src))
	return c.leave(op)
}

// opMovSS holds off interrupts and traps for one instruction.
func opMovSS(c *CPU, op *Op) *Op {
	c.loadSegment(op, SS, c.rm16(op, op.src))
	c.Shadow = shadowMovSS
	c.endSlice()
	return c.leaveCheck(op)
}

func (h *handlers) buildPopSeg(b *builder, op *Op, in *isa.Inst) {
	op.x = in.OpSize
	if op.dst == SS {
		b.end(op, opPopSS)
		return
	}
	b.end(op, opPopSreg)
}

func opPopSreg(c *CPU, op *Op) *Op {
	sel := c.peek16(op, 0)
	c.loadSegment(op, op.dst, sel)
	c.addSP(uint32(op.x))
	return c.leave(op)
}

func opPopSS(c *CPU, op *Op) *Op {
	sel := c.peek16(op, 0)
	mask := c.spMask
	c.loadSegment(op, SS, sel)
	// SP moves at the old stack's size.
	sp := uint64(uint32(c.R[SP]) + uint32(op.x))
	c.R[SP] = c.R[SP]&^uint64(mask) | sp&uint64(mask)
	c.Shadow = shadowMovSS
	c.endSlice()
	return c.leaveCheck(op)
}

// opLoadFar is LES LDS LSS LFS LGS: a far pointer to a register and the segment
// register op.src.
func opLoadFar(c *CPU, op *Op) *Op {
	sel, off := c.farPointer(op)
	c.loadSegment(op, op.src, sel)
	if op.x == 2 {
		c.set16(op.dst, uint16(off))
	} else {
		c.set32(op.dst, off)
	}
	return c.leave(op)
}

func (c *CPU) setZF(on bool) {
	f := c.arithFlags() &^ FlagZF
	if on {
		f |= FlagZF
	}
	c.setArithFlags(f)
}

// visible finds the descriptor of sel and checks that LAR, LSL, VERR and VERW
// may see it at the current privilege.
func (c *CPU) visible(op *Op, sel uint16) (d descriptor, ok bool) {
	if sel&^3 == 0 {
		return d, false
	}
	d, ok = c.findDescriptor(op, sel)
	if !ok {
		return d, false
	}
	if d.attr&(attrS|attrCode|attrConforming) == attrS|attrCode|attrConforming {
		return d, true
	}
	return d, d.DPL() >= c.CPL && d.DPL() >= uint8(sel&3)
}

// opLar loads the access rights (SDM volume 2, LAR); op.rep is the operand size.
func opLar(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	d, ok := c.visible(op, c.rm16(op, op.src))
	if ok && d.attr&attrS == 0 {
		switch c.systemType(&d) {
		case typeTSS16Avail, typeLDT, typeTSS16Busy, typeCallGate16, typeTaskGate, typeTSS32Avail, typeTSS32Busy, typeCallGate32:
		default:
			ok = false
		}
	}
	if ok {
		if op.rep == 2 {
			c.set16(op.dst, uint16(d.hi)&0xff00)
		} else {
			// The limit bits come along on real parts; the SDM calls them undefined.
			c.set32(op.dst, d.hi&0x00ffff00)
		}
	}
	c.setZF(ok)
	return next(c, op)
}

func opLsl(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	d, ok := c.visible(op, c.rm16(op, op.src))
	if ok && d.attr&attrS == 0 {
		switch c.systemType(&d) {
		case typeTSS16Avail, typeLDT, typeTSS16Busy, typeTSS32Avail, typeTSS32Busy:
		default:
			ok = false
		}
	}
	if ok {
		if op.rep == 2 {
			c.set16(op.dst, uint16(d.limit))
		} else {
			c.set32(op.dst, d.limit)
		}
	}
	c.setZF(ok)
	return next(c, op)
}

func opVerr(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	d, ok := c.visible(op, c.rm16(op, op.dst))
	c.setZF(ok && d.attr&attrS != 0 && (d.attr&attrCode == 0 || d.attr&attrRW != 0))
	return next(c, op)
}

func opVerw(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	d, ok := c.visible(op, c.rm16(op, op.dst))
	c.setZF(ok && d.attr&(attrS|attrCode|attrRW) == attrS|attrRW)
	return next(c, op)
}

// opArpl raises the RPL of a selector to that of another.
func opArpl(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	rpl := c.get16(op.src) & 3
	if op.x == uint8(isa.Mem) {
		// The operand is written only if it changes.
		v := c.ld16(op, op.seg, c.ea(op))
		low := v&3 < rpl
		if low {
			c.st16(op, op.seg, c.ea(op), v&^3|rpl)
		}
		c.setZF(low)
		return next(c, op)
	}
	v := c.get16(op.dst)
	low := v&3 < rpl
	if low {
		c.set16(op.dst, v&^3|rpl)
	}
	c.setZF(low)
	return next(c, op)
}
