package cpu

import "beige/cpu/isa"

// Moves: MOV is in move_gen.go.

func (h *handlers) initMove() {
	h.initMoveTable()
	h.build[isa.MOV] = func(b *builder, op *Op, in *isa.Inst) {
		dst, src := in.Args[0].Kind, in.Args[1].Kind
		switch {
		case dst == isa.SReg || src == isa.SReg:
			h.buildMovSeg(b, op, in)
		case dst > isa.SReg || src > isa.SReg:
			h.buildMovSystem(b, op, in)
		default:
			f, s := form(in), sizeIndex(in.Args[0].Size)
			b.set(op, h.mov[f][s])
			if f > formRI {
				if !b.flat {
					return
				}
				b.set(op, h.movFlat[f][s])
			}
			if s == 2 {
				b.half = [numForms]half{halfMovRegReg32, halfMovRegImm32, halfMovRegMem32Flat, halfMovMemReg32Flat, halfMovMemImm32Flat}[f]
			}
		}
	}
	h.build[isa.LEA] = func(b *builder, op *Op, in *isa.Inst) {
		if in.Args[1].Kind != isa.Mem {
			b.set(op, opLeaReg) // the 8086 has no #UD: see there
			return
		}
		b.set(op, pick2(in.OpSize, opLea16, opLea32))
		switch {
		case in.OpSize == 4 && in.AddrSize == 4 && in.Index == isa.ZeroReg:
			b.set(op, opLea32Flat)
			b.half = halfLea32Flat
		case in.OpSize == 4:
			b.half = halfLea32
		}
	}
	h.build[isa.MOVZX] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pickExtend(in, [8]handler{
			opMovzxReg16Reg8, opMovzxReg32Reg8, opMovzxReg16Reg16, opMovzxReg32Reg16,
			opMovzxReg16Mem8, opMovzxReg32Mem8, opMovzxReg16Mem16, opMovzxReg32Mem16}))
		if b.flat && in.Args[0].Size == 4 && in.Args[1].Size == 1 && in.Args[1].Kind == isa.Mem {
			b.set(op, opMovzxReg32Mem8Flat)
			b.half = halfMovzxReg32Mem8Flat
		}
	}
	h.build[isa.MOVSX] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pickExtend(in, [8]handler{
			opMovsxReg16Reg8, opMovsxReg32Reg8, opMovzxReg16Reg16, opMovsxReg32Reg16,
			opMovsxReg16Mem8, opMovsxReg32Mem8, opMovzxReg16Mem16, opMovsxReg32Mem16}))
	}
	h.build[isa.XCHG] = func(b *builder, op *Op, in *isa.Inst) {
		s := sizeIndex(in.Args[0].Size)
		switch {
		case in.Args[0].Kind == isa.Mem:
			b.set(op, [3]handler{opXchgMemReg8, opXchgMemReg16, opXchgMemReg32}[s])
		case in.Args[1].Kind == isa.Mem:
			op.src = in.Args[0].Reg
			b.set(op, [3]handler{opXchgMemReg8, opXchgMemReg16, opXchgMemReg32}[s])
		default:
			b.set(op, [3]handler{opXchgRegReg8, opXchgRegReg16, opXchgRegReg32}[s])
		}
	}
	h.build[isa.NOP] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, opNop) }
}

// pickExtend chooses among the forms of MOVZX and MOVSX: bit 0 of the index is a
// 32-bit destination, bit 1 a 16-bit source, bit 2 a memory source.
func pickExtend(in *isa.Inst, f [8]handler) handler {
	i := 0
	if in.Args[0].Size == 4 {
		i |= 1
	}
	if in.Args[1].Size == 2 {
		i |= 2
	}
	if in.Args[1].Kind == isa.Mem {
		i |= 4
	}
	return f[i]
}

func opNop(c *CPU, op *Op) *Op { return next(c, op) }

func opLea16(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(c.ea(op)))
	return next(c, op)
}

func opLea32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.ea(op))
	return next(c, op)
}

// opLeaReg is LEA with a register operand on the 8086, which gives the last
// address the execution unit formed: not modelled, the register keeps its value.
func opLeaReg(c *CPU, op *Op) *Op { return next(c, op) }

func opMovzxReg16Reg8(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(c.get8(op.src)))
	return next(c, op)
}

func opMovzxReg32Reg8(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(c.get8(op.src)))
	return next(c, op)
}

func opMovzxReg16Reg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, c.get16(op.src))
	return next(c, op)
}

func opMovzxReg32Reg16(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(c.get16(op.src)))
	return next(c, op)
}

func opMovzxReg16Mem8(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(c.ld8(op, op.seg, c.ea(op))))
	return next(c, op)
}

func opMovzxReg32Mem8(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(c.ld8(op, op.seg, c.ea(op))))
	return next(c, op)
}

func opMovzxReg16Mem16(c *CPU, op *Op) *Op {
	c.set16(op.dst, c.ld16(op, op.seg, c.ea(op)))
	return next(c, op)
}

func opMovzxReg32Mem16(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(c.ld16(op, op.seg, c.ea(op))))
	return next(c, op)
}

func opMovsxReg16Reg8(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(int8(c.get8(op.src))))
	return next(c, op)
}

func opMovsxReg32Reg8(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(int8(c.get8(op.src))))
	return next(c, op)
}

func opMovsxReg32Reg16(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(int16(c.get16(op.src))))
	return next(c, op)
}

func opMovsxReg16Mem8(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(int8(c.ld8(op, op.seg, c.ea(op)))))
	return next(c, op)
}

func opMovsxReg32Mem8(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(int8(c.ld8(op, op.seg, c.ea(op)))))
	return next(c, op)
}

func opMovsxReg32Mem16(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(int16(c.ld16(op, op.seg, c.ea(op)))))
	return next(c, op)
}

func opXchgRegReg8(c *CPU, op *Op) *Op {
	a, b := c.get8(op.dst), c.get8(op.src)
	c.set8(op.dst, b)
	c.set8(op.src, a)
	return next(c, op)
}

func opXchgRegReg16(c *CPU, op *Op) *Op {
	a, b := c.get16(op.dst), c.get16(op.src)
	c.set16(op.dst, b)
	c.set16(op.src, a)
	return next(c, op)
}

func opXchgRegReg32(c *CPU, op *Op) *Op {
	a, b := c.get32(op.dst), c.get32(op.src)
	c.set32(op.dst, b)
	c.set32(op.src, a)
	return next(c, op)
}

func opXchgMemReg8(c *CPU, op *Op) *Op {
	a, i := c.rmw8(op, op.seg, c.ea(op))
	c.put8(i, c.get8(op.src))
	c.set8(op.src, a)
	return next(c, op)
}

func opXchgMemReg16(c *CPU, op *Op) *Op {
	a, i := c.rmw16(op, op.seg, c.ea(op))
	c.put16(i, c.get16(op.src))
	c.set16(op.src, a)
	return next(c, op)
}

func opXchgMemReg32(c *CPU, op *Op) *Op {
	a, i := c.rmw32(op, op.seg, c.ea(op))
	c.put32(i, c.get32(op.src))
	c.set32(op.src, a)
	return next(c, op)
}
