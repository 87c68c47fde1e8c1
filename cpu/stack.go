package cpu

import "beige/cpu/isa"

// The stack. Offsets wrap at the size SS.B gives; SP changes only after the
// access that could fault.

// setSP stores a stack pointer of the stack's size.
func (c *CPU) setSP(v uint32) {
	m := uint64(c.spMask)
	c.R[SP] = c.R[SP]&^m | uint64(v)&m
}

func (c *CPU) push16(op *Op, v uint16) {
	sp := (uint32(c.R[SP]) - 2) & c.spMask
	c.st16(op, SS, sp, v)
	c.setSP(sp)
}

func (c *CPU) push32(op *Op, v uint32) {
	sp := (uint32(c.R[SP]) - 4) & c.spMask
	c.st32(op, SS, sp, v)
	c.setSP(sp)
}

// peek16 and peek32 read the stack at SP+n, without changing SP.

func (c *CPU) peek16(op *Op, n uint32) uint16 {
	return c.ld16(op, SS, (uint32(c.R[SP])+n)&c.spMask)
}

func (c *CPU) peek32(op *Op, n uint32) uint32 {
	return c.ld32(op, SS, (uint32(c.R[SP])+n)&c.spMask)
}

// addSP releases n bytes of stack.
func (c *CPU) addSP(n uint32) { c.setSP(uint32(c.R[SP]) + n) }

func (h *handlers) initStack() {
	h.build[isa.PUSH] = func(b *builder, op *Op, in *isa.Inst) {
		a := in.Args[0]
		switch a.Kind {
		case isa.SReg:
			b.set(op, pick2(in.OpSize, opPushSreg16, opPushSreg32))
		case isa.Imm:
			b.set(op, pick2(in.OpSize, opPushImm16, opPushImm32))
			if in.OpSize == 4 && b.flatStack {
				b.set(op, opPushImm32Flat)
				b.half = halfPushImm32Flat
			}
		case isa.Mem:
			b.set(op, pick2(in.OpSize, opPushMem16, opPushMem32))
		default:
			if a.Reg == SP && b.c.model.PushSPNew {
				b.set(op, opPushSP8086)
				return
			}
			b.set(op, pick2(in.OpSize, opPushReg16, opPushReg32))
			if in.OpSize == 4 && b.flatStack {
				b.set(op, opPushReg32Flat)
				b.half = halfPushReg32Flat
			}
		}
	}
	h.build[isa.POP] = func(b *builder, op *Op, in *isa.Inst) {
		switch in.Args[0].Kind {
		case isa.SReg:
			h.buildPopSeg(b, op, in)
		case isa.Mem:
			op.x = 0
			if op.base == SP {
				// ESP as a base is used after its increment (SDM volume 2, POP).
				op.x = in.OpSize
			}
			b.set(op, pick2(in.OpSize, opPopMem16, opPopMem32))
			if b.c.model.Real13 {
				b.set(op, opPopMem16Early)
			}
		default:
			b.set(op, pick2(in.OpSize, opPopReg16, opPopReg32))
			if in.OpSize == 4 && b.flatStack {
				b.set(op, opPopReg32Flat)
				b.half = halfPopReg32Flat
			}
		}
	}
	h.build[isa.PUSHA] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick2(in.OpSize, opPusha16, opPusha32))
	}
	h.build[isa.POPA] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick2(in.OpSize, opPopa16, opPopa32))
	}
	h.build[isa.ENTER] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = uint8(in.Imm2) & 31
		b.set(op, pick2(in.OpSize, opEnter16, opEnter32))
	}
	h.build[isa.LEAVE] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick2(in.OpSize, opLeave16, opLeave32))
	}
}

func opPushReg16(c *CPU, op *Op) *Op {
	c.push16(op, c.get16(op.dst))
	return next(c, op)
}

// opPushSP8086 stores SP after its decrement (80286 PRM, appendix C, item 10).
func opPushSP8086(c *CPU, op *Op) *Op {
	c.push16(op, uint16(c.R[SP])-2)
	return next(c, op)
}

func opPushImm16(c *CPU, op *Op) *Op {
	c.push16(op, uint16(op.imm))
	return next(c, op)
}

func opPushReg32(c *CPU, op *Op) *Op {
	c.push32(op, c.get32(op.dst))
	return next(c, op)
}

func opPushImm32(c *CPU, op *Op) *Op {
	c.push32(op, op.imm)
	return next(c, op)
}

func opPushMem16(c *CPU, op *Op) *Op {
	c.push16(op, c.ld16(op, op.seg, c.ea(op)))
	return next(c, op)
}

func opPushMem32(c *CPU, op *Op) *Op {
	c.push32(op, c.ld32(op, op.seg, c.ea(op)))
	return next(c, op)
}

func opPushSreg16(c *CPU, op *Op) *Op {
	c.push16(op, c.Seg[op.dst&7].Sel)
	return next(c, op)
}

// opPushSreg32 moves the stack by four but writes only two bytes, as processors
// since the 80486 do (SDM volume 2, PUSH).
func opPushSreg32(c *CPU, op *Op) *Op {
	sp := (uint32(c.R[SP]) - 4) & c.spMask
	if c.protMode || sp > 0xfffc {
		c.checkSegment(op, SS, sp, 4, true) // the limit is checked for four bytes
	}
	c.st16(op, SS, sp, c.Seg[op.dst&7].Sel)
	c.setSP(sp)
	return next(c, op)
}

func opPopReg16(c *CPU, op *Op) *Op {
	v := c.peek16(op, 0)
	c.addSP(2)
	c.set16(op.dst, v)
	return next(c, op)
}

func opPopReg32(c *CPU, op *Op) *Op {
	v := c.peek32(op, 0)
	c.addSP(4)
	c.set32(op.dst, v)
	return next(c, op)
}

func opPopMem16(c *CPU, op *Op) *Op {
	v := c.peek16(op, 0)
	c.st16(op, op.seg, c.eaPlus(op, uint32(op.x)), v)
	c.addSP(2)
	return next(c, op)
}

// opPopMem16Early is POP m on the 80286, whose SP stays changed if the store
// faults (observed).
func opPopMem16Early(c *CPU, op *Op) *Op {
	v := c.peek16(op, 0)
	c.addSP(2)
	c.st16(op, op.seg, c.ea(op), v)
	return next(c, op)
}

func opPopMem32(c *CPU, op *Op) *Op {
	v := c.peek32(op, 0)
	c.st32(op, op.seg, c.eaPlus(op, uint32(op.x)), v)
	c.addSP(4)
	return next(c, op)
}

// eaPlus is ea with n added to the base.
func (c *CPU) eaPlus(op *Op, n uint32) uint32 { return (c.ea(op) + n) & op.amask }

// PUSHA and POPA access all eight places in order before any register changes.
// Each place wraps by itself at the stack's size. If a push faults, those before
// it have reached memory.

func opPusha16(c *CPU, op *Op) *Op {
	sp := uint32(c.R[SP])
	for i := uint32(0); i < 8; i++ {
		v := uint16(c.R[i])
		if i == SP && c.model.PushSPNew {
			v = uint16(sp) // PUSHA stores the old SP on every model
		}
		c.st16(op, SS, (sp-2*(i+1))&c.spMask, v)
	}
	c.setSP(sp - 16)
	return next(c, op)
}

func opPusha32(c *CPU, op *Op) *Op {
	sp := uint32(c.R[SP])
	for i := uint32(0); i < 8; i++ {
		c.st32(op, SS, (sp-4*(i+1))&c.spMask, uint32(c.R[i]))
	}
	c.setSP(sp - 32)
	return next(c, op)
}

func opPopa16(c *CPU, op *Op) *Op {
	var v [8]uint16
	for i := range v {
		v[i] = c.peek16(op, uint32(i)*2)
	}
	for i := range v {
		if 7-i != SP {
			c.set16(uint8(7-i), v[i])
		}
	}
	c.addSP(16)
	return next(c, op)
}

func opPopa32(c *CPU, op *Op) *Op {
	var v [8]uint32
	for i := range v {
		v[i] = c.peek32(op, uint32(i)*4)
	}
	for i := range v {
		if 7-i != SP {
			c.set32(uint8(7-i), v[i])
		}
	}
	c.addSP(32)
	return next(c, op)
}

// ENTER builds a frame of op.imm bytes with op.x nesting levels (SDM volume 2,
// ENTER). The final stack pointer must be writable; nothing changes otherwise
// but stack memory.

func opEnter16(c *CPU, op *Op) *Op {
	sp, bp := uint32(c.R[SP]), uint32(c.R[BP])
	sp -= 2
	c.st16(op, SS, sp&c.spMask, uint16(bp))
	frame := sp
	if n := op.x; n > 0 {
		for range n - 1 {
			bp -= 2
			sp -= 2
			c.st16(op, SS, sp&c.spMask, c.ld16(op, SS, bp&c.spMask))
		}
		sp -= 2
		c.st16(op, SS, sp&c.spMask, uint16(frame))
	}
	sp -= op.imm & 0xffff
	if !c.model.Wraps64K {
		c.checkWrite(op, SS, sp&c.spMask, 2)
	}
	c.set16(BP, uint16(frame))
	c.setSP(sp)
	return next(c, op)
}

func opEnter32(c *CPU, op *Op) *Op {
	sp, bp := uint32(c.R[SP]), uint32(c.R[BP])
	sp -= 4
	c.st32(op, SS, sp&c.spMask, bp)
	frame := sp
	if n := op.x; n > 0 {
		for range n - 1 {
			bp -= 4
			sp -= 4
			c.st32(op, SS, sp&c.spMask, c.ld32(op, SS, bp&c.spMask))
		}
		sp -= 4
		c.st32(op, SS, sp&c.spMask, frame)
	}
	sp -= op.imm & 0xffff
	c.checkWrite(op, SS, sp&c.spMask, 4)
	if c.spMask == 0xffff {
		frame = frame&0xffff | bpHigh(c)
	}
	c.set32(BP, frame)
	c.setSP(sp)
	return next(c, op)
}

// bpHigh is the upper half that EBP takes from ESP on a 16-bit stack.
func bpHigh(c *CPU) uint32 { return uint32(c.R[SP]) &^ 0xffff }

func opLeave16(c *CPU, op *Op) *Op {
	bp := uint32(c.R[BP]) & c.spMask
	v := c.ld16(op, SS, bp)
	c.setSP(bp + 2)
	c.set16(BP, v)
	return next(c, op)
}

func opLeave32(c *CPU, op *Op) *Op {
	bp := uint32(c.R[BP]) & c.spMask
	v := c.ld32(op, SS, bp)
	c.setSP(bp + 4)
	c.set32(BP, v)
	return next(c, op)
}
