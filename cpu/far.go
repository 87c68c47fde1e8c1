package cpu

import "beige/cpu/isa"

// Far transfers: JMP, CALL and RET between segments, through call gates and
// between tasks (SDM volume 2; volume 3, section 5.8).

func (h *handlers) initFar() {
	far := func(direct, mem handler) buildFunc {
		return func(b *builder, op *Op, in *isa.Inst) {
			op.x = in.OpSize
			if in.Args[0].Kind == isa.Far {
				// The selector has no field of its own: disp is free.
				op.disp = uint32(in.Imm2)
				b.end(op, direct)
				return
			}
			if in.Args[0].Kind != isa.Mem {
				b.end(op, opUD)
				return
			}
			b.end(op, mem)
		}
	}
	h.build[isa.JMPF] = far(opJmpFar, opJmpFarMem)
	h.build[isa.CALLF] = far(opCallFar, opCallFarMem)
	h.build[isa.RETF] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = in.OpSize
		if in.Args[0].Kind == isa.None {
			op.imm = 0
		}
		b.end(op, opRetFar)
	}
	h.build[isa.INT] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opInt) }
	h.build[isa.INT3] = func(b *builder, op *Op, in *isa.Inst) {
		op.imm = vecBP
		b.end(op, opInt3)
	}
	h.build[isa.INT1] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opInt1) }
	h.build[isa.BOUND] = func(b *builder, op *Op, in *isa.Inst) {
		if in.Args[1].Kind != isa.Mem {
			b.end(op, opUD)
			return
		}
		b.set(op, pick2(in.OpSize, opBound16, opBound32))
	}
	h.build[isa.INTO] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opInto) }
	h.build[isa.IRET] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = in.OpSize
		b.end(op, opIret)
	}
}

// farPointer reads an m16:16 or m16:32 operand.
func (c *CPU) farPointer(op *Op) (sel uint16, ip uint32) {
	off := c.ea(op)
	if op.x == 2 {
		ip = uint32(c.ld16(op, op.seg, off))
		return c.ld16(op, op.seg, (off+2)&op.amask), ip
	}
	ip = c.ld32(op, op.seg, off)
	return c.ld16(op, op.seg, (off+4)&op.amask), ip
}

// gone ends a far transfer: IP and CS are set.
func (c *CPU) gone(op *Op) *Op {
	c.left -= int64(op.n) + 1
	return c.enter()
}

// goneCheck is gone for transfers that may change IF, TF or the task.
func (c *CPU) goneCheck(op *Op) *Op {
	c.left -= int64(op.n) + 1
	return nil
}

func opJmpFar(c *CPU, op *Op) *Op { return c.jmpFar(op, uint16(op.disp), op.imm) }

func opJmpFarMem(c *CPU, op *Op) *Op {
	sel, ip := c.farPointer(op)
	return c.jmpFar(op, sel, ip)
}

func (c *CPU) jmpFar(op *Op, sel uint16, ip uint32) *Op {
	if op.x == 2 {
		ip &= 0xffff
	}
	if !c.protMode {
		if ip > c.Seg[CS].Limit && !c.model.Wraps64K {
			c.gp(op, 0)
		}
		c.loadRealSegment(CS, sel)
		c.IP = uint64(ip)
		return c.gone(op)
	}
	if sel&^3 == 0 {
		c.gp(op, 0)
	}
	d := c.readDescriptor(op, sel, vecGP)
	if d.attr&attrS != 0 {
		c.checkCode(op, &d, sel, uint8(sel&3))
		if ip > d.limit {
			c.gp(op, 0)
		}
		c.enterCode(op, &d, sel, ip)
		return c.gone(op)
	}
	return c.jmpSystem(op, &d, sel)
}

// checkCode verifies a direct transfer to a code segment at the current
// privilege (SDM volume 3, section 5.8.1).
func (c *CPU) checkCode(op *Op, d *descriptor, sel uint16, rpl uint8) {
	bad := d.attr&(attrS|attrCode) != attrS|attrCode
	if d.attr&attrConforming != 0 {
		bad = bad || d.DPL() > c.CPL
	} else {
		bad = bad || rpl > c.CPL || d.DPL() != c.CPL
	}
	if bad {
		c.gp(op, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
}

// enterCode loads CS, keeping CPL, and IP.
func (c *CPU) enterCode(op *Op, d *descriptor, sel uint16, ip uint32) {
	c.markAccessed(op, d)
	c.setSegment(CS, d.segment(sel&^3|uint16(c.CPL)))
	c.IP = uint64(ip)
}

// jmpSystem is JMP to a call gate, task gate or TSS.
func (c *CPU) jmpSystem(op *Op, d *descriptor, sel uint16) *Op {
	if d.DPL() < c.CPL || d.DPL() < uint8(sel&3) {
		c.gp(op, c.selErr(sel))
	}
	switch c.systemType(d) {
	case typeCallGate16, typeCallGate32:
		if d.attr&attrP == 0 {
			c.raise(op, vecNP, c.selErr(sel))
		}
		to, ip := d.gate()
		if to&^3 == 0 {
			c.gp(op, 0)
		}
		t := c.readDescriptor(op, to, vecGP)
		c.checkCode(op, &t, to, 0)
		if ip > t.limit {
			c.gp(op, 0)
		}
		c.enterCode(op, &t, to, ip)
		return c.gone(op)
	case typeTaskGate, typeTSS16Avail, typeTSS32Avail:
		c.taskJump(op, d, sel, taskJMP)
		return c.goneCheck(op)
	}
	c.gp(op, c.selErr(sel))
	return nil
}

// gate returns selector and offset of a call gate.
func (d *descriptor) gate() (sel uint16, off uint32) {
	off = d.lo & 0xffff
	if d.typ() == typeCallGate32 {
		off |= d.hi &^ 0xffff
	}
	return uint16(d.lo >> 16), off
}

func opCallFar(c *CPU, op *Op) *Op { return c.callFar(op, uint16(op.disp), op.imm) }

func opCallFarMem(c *CPU, op *Op) *Op {
	sel, ip := c.farPointer(op)
	return c.callFar(op, sel, ip)
}

func (c *CPU) callFar(op *Op, sel uint16, ip uint32) *Op {
	size := uint32(op.x)
	if size == 2 {
		ip &= 0xffff
	}
	ret := c.nextIP(op)
	if !c.protMode {
		if ip > c.Seg[CS].Limit && !c.model.Wraps64K {
			c.gp(op, 0)
		}
		c.pushReturn(op, size, ret)
		c.loadRealSegment(CS, sel)
		c.IP = uint64(ip)
		return c.gone(op)
	}
	if sel&^3 == 0 {
		c.gp(op, 0)
	}
	d := c.readDescriptor(op, sel, vecGP)
	if d.attr&attrS != 0 {
		c.checkCode(op, &d, sel, uint8(sel&3))
		ss := c.Seg[SS]
		st := newStack(&ss, uint32(c.R[SP]), c.CPL, 0)
		c.pushOn(op, &st, size, uint32(c.Seg[CS].Sel))
		c.pushOn(op, &st, size, ret)
		if ip > d.limit {
			c.gp(op, 0)
		}
		c.setSP(st.sp)
		c.enterCode(op, &d, sel, ip)
		return c.gone(op)
	}
	if d.DPL() < c.CPL || d.DPL() < uint8(sel&3) {
		c.gp(op, c.selErr(sel))
	}
	switch c.systemType(&d) {
	case typeCallGate16, typeCallGate32:
		if d.attr&attrP == 0 {
			c.raise(op, vecNP, c.selErr(sel))
		}
		c.callGate(op, &d, ret)
		return c.gone(op)
	case typeTaskGate, typeTSS16Avail, typeTSS32Avail:
		c.taskJump(op, &d, sel, taskCALL)
		return c.goneCheck(op)
	}
	c.gp(op, c.selErr(sel))
	return nil
}

// pushReturn pushes CS and the return address in real and virtual-8086 mode. If
// the second push faults, the first has reached memory; SP has not changed.
func (c *CPU) pushReturn(op *Op, size, ret uint32) {
	sp := uint32(c.R[SP])
	if size == 2 {
		c.st16(op, SS, (sp-2)&c.spMask, c.Seg[CS].Sel)
		c.st16(op, SS, (sp-4)&c.spMask, uint16(ret))
		c.setSP(sp - 4)
		return
	}
	c.st32(op, SS, (sp-4)&c.spMask, uint32(c.Seg[CS].Sel))
	c.st32(op, SS, (sp-8)&c.spMask, ret)
	c.setSP(sp - 8)
}

// callGate is CALL through a call gate, with a change of stack if the target is
// more privileged.
func (c *CPU) callGate(op *Op, g *descriptor, ret uint32) {
	size := uint32(2)
	if g.typ() == typeCallGate32 {
		size = 4
	}
	to, ip := g.gate()
	if to&^3 == 0 {
		c.gp(op, 0)
	}
	d := c.readDescriptor(op, to, vecGP)
	if d.attr&(attrS|attrCode) != attrS|attrCode || d.DPL() > c.CPL {
		c.gp(op, c.selErr(to))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(to))
	}
	if d.attr&attrConforming != 0 || d.DPL() == c.CPL {
		ss := c.Seg[SS]
		st := newStack(&ss, uint32(c.R[SP]), c.CPL, 0)
		c.pushOn(op, &st, size, uint32(c.Seg[CS].Sel))
		c.pushOn(op, &st, size, ret)
		if ip > d.limit {
			c.gp(op, 0)
		}
		c.setSP(st.sp)
		c.enterCode(op, &d, to, ip)
		return
	}
	cpl := d.DPL()
	ss, ssSel, sp := c.innerStack(op, cpl)
	st := newStack(&ss, sp, cpl, c.selErr(ssSel))
	c.pushOn(op, &st, size, uint32(c.Seg[SS].Sel))
	c.pushOn(op, &st, size, uint32(c.R[SP]))
	// Parameters, in words or doublewords, from the old stack.
	for n := g.hi & 0x1f; n > 0; n-- {
		var v uint32
		if size == 4 {
			v = c.peek32(op, (n-1)*4)
		} else {
			v = uint32(c.peek16(op, (n-1)*2))
		}
		c.pushOn(op, &st, size, v)
	}
	c.pushOn(op, &st, size, uint32(c.Seg[CS].Sel))
	c.pushOn(op, &st, size, ret)
	if ip > d.limit {
		c.gp(op, 0)
	}
	c.markAccessed(op, &d)
	c.setCPL(cpl)
	ss.Sel = ssSel
	c.setSegment(SS, ss)
	c.setSP(st.sp)
	c.setSegment(CS, d.segment(to&^3|uint16(cpl)))
	c.IP = uint64(ip)
}

// peek reads size bytes (2 or 4) of the stack at SP+n.
func (c *CPU) peek(op *Op, n, size uint32) uint32 {
	if size == 4 {
		return c.peek32(op, n)
	}
	return uint32(c.peek16(op, n))
}

func opRetFar(c *CPU, op *Op) *Op {
	size := uint32(op.x)
	// The farthest word is read first: which page a fault names depends on it.
	sel := uint16(c.peek(op, size, size))
	ip := c.peek(op, 0, size)
	if !c.protMode {
		if ip > c.Seg[CS].Limit && !c.model.Wraps64K {
			c.gp(op, 0)
		}
		c.addSP(2*size + op.imm)
		c.loadRealSegment(CS, sel)
		c.IP = uint64(ip)
		return c.gone(op)
	}
	c.returnFar(op, sel, ip, size, 2*size, op.imm)
	return c.gone(op)
}

// returnFar is the common part of RET far and IRET in protected mode: sel:ip is
// the return address, used the bytes it took on the stack, extra what RET
// releases besides.
func (c *CPU) returnFar(op *Op, sel uint16, ip, size, used, extra uint32) {
	if extra != 0 && (sel&^3 == 0 || uint8(sel&3) < c.CPL) {
		// RET n reads the outer stack pointer before it looks at the selector, which
		// shows if both are bad (recorded; the manuals give no order).
		c.peek(op, used+extra+size, size)
		c.peek(op, used+extra, size)
	}
	if sel&^3 == 0 {
		c.gp(op, 0)
	}
	d := c.readDescriptor(op, sel, vecGP)
	rpl := uint8(sel & 3)
	bad := d.attr&(attrS|attrCode) != attrS|attrCode || rpl < c.CPL
	if d.attr&attrConforming != 0 {
		bad = bad || d.DPL() > rpl
	} else {
		bad = bad || d.DPL() != rpl
	}
	if bad {
		c.gp(op, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	if rpl == c.CPL {
		if ip > d.limit {
			c.gp(op, 0)
		}
		c.addSP(used + extra)
		c.enterCode(op, &d, sel, ip)
		return
	}
	sp := c.peek(op, used+extra, size)
	ssSel := uint16(c.peek(op, used+extra+size, size))
	ss := c.checkSS(op, ssSel, rpl, vecGP)
	if ip > d.limit {
		c.gp(op, 0)
	}
	c.markAccessed(op, &ss)
	c.markAccessed(op, &d)
	c.setCPL(rpl)
	c.setSegment(SS, ss.segment(ssSel))
	if size == 2 && c.spMask != 0xffff {
		sp &= 0xffff
	}
	c.setSP(sp + extra)
	c.setSegment(CS, d.segment(sel))
	c.IP = uint64(ip)
	c.dropOuter()
	c.updateMode()
}
