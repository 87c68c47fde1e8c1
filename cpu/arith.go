package cpu

import "beige/cpu/isa"

//go:generate go -C .. run ./cpu/gen

// Arithmetic and logic: the two-operand instructions are in alu_gen.go, the
// one-operand ones here.

func (h *handlers) initALU() {
	h.initALUTable()
	for i, m := range [...]isa.Op{isa.ADD, isa.OR, isa.ADC, isa.SBB, isa.AND, isa.SUB, isa.XOR, isa.CMP, isa.TEST} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			f, s := form(in), sizeIndex(in.Args[0].Size)
			if f == formMR {
				op.src = in.Args[1].Reg
			}
			if m == isa.TEST && f == formRM {
				f, op.src = formMR, op.dst // TEST is symmetric
			}
			if b.flat && f > formRI {
				b.set(op, h.aluFlat[i][f][s])
				b.nf = h.aluFlatNF[i][f][s]
			} else {
				b.set(op, h.alu[i][f][s])
				b.nf = h.aluNF[i][f][s]
			}
			if s == 2 && (b.flat || f <= formRI) {
				b.half, b.live = aluHalf[i][f], aluLive[i][f]
				if b.nf == nil {
					b.half = b.live
				}
			}
			switch m {
			case isa.CMP:
				b.canFuse(op, fuseCmp, f, s)
			case isa.TEST:
				b.canFuse(op, fuseTest, f, s)
			}
		}
	}
}

// aluHalf and aluLive say what 32-bit instructions can be in a pair, without and
// with flags.
var (
	aluHalf = [9][numForms]half{
		{formRR: halfAddRegReg32NF, formRI: halfAddRegImm32NF},
		{formRR: halfOrRegReg32NF},
		4: {formRI: halfAndRegImm32NF},
		5: {formRR: halfSubRegReg32NF, formRI: halfSubRegImm32NF},
		6: {formRR: halfXorRegReg32NF},
	}
	aluLive = [9][numForms]half{
		{formRR: halfAddRegReg32, formRI: halfAddRegImm32, formRM: halfAddRegMem32Flat, formMR: halfAddMemReg32Flat},
		{formRR: halfOrRegReg32},
		{formRR: halfAdcRegReg32},
		4: {formRI: halfAndRegImm32},
		5: {formRR: halfSubRegReg32, formRI: halfSubRegImm32, formRM: halfSubRegMem32Flat},
		6: {formRR: halfXorRegReg32},
	}
)

func (h *handlers) initArith() {
	one := func(m isa.Op, reg, mem [3]handler) {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			s := sizeIndex(in.Args[0].Size)
			if in.Args[0].Kind == isa.Mem {
				b.set(op, mem[s])
				return
			}
			b.set(op, reg[s])
			switch {
			case m == isa.INC && s == 2:
				b.nf, b.half, b.live = opIncReg32NF, halfIncReg32NF, halfIncReg32
			case m == isa.DEC && s == 2:
				b.nf, b.half, b.live = opDecReg32NF, halfDecReg32NF, halfDecReg32
			case m == isa.NEG && s == 2:
				b.half = halfNegReg32
			}
			if m == isa.DEC && s > 0 {
				b.canFuse(op, fuseDec, formRR, s)
			}
		}
	}
	one(isa.INC, [3]handler{opIncReg8, opIncReg16, opIncReg32}, [3]handler{opIncMem8, opIncMem16, opIncMem32})
	one(isa.DEC, [3]handler{opDecReg8, opDecReg16, opDecReg32}, [3]handler{opDecMem8, opDecMem16, opDecMem32})
	one(isa.NEG, [3]handler{opNegReg8, opNegReg16, opNegReg32}, [3]handler{opNegMem8, opNegMem16, opNegMem32})
	one(isa.NOT, [3]handler{opNotReg8, opNotReg16, opNotReg32}, [3]handler{opNotMem8, opNotMem16, opNotMem32})
	h.build[isa.CBW] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick2(in.OpSize, opCbw, opCwde))
	}
	h.build[isa.CWD] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick2(in.OpSize, opCwd, opCdq))
	}
}

// pick2 chooses by an operand size of 2 or 4 bytes.
func pick2(size uint8, f16, f32 handler) handler {
	if size == 2 {
		return f16
	}
	return f32
}

// INC and DEC keep CF. The carry vector of a+1 is a&^r; of a-1, ^a&r.

// keepCF stores a result and carry vector (both at 32-bit positions: OF from
// bits 31 and 30, AF from bit 3) but keeps CF.
func (c *CPU) keepCF(r int64, cv uint32) {
	of := cv>>31 ^ cv>>30&1
	cf := c.Aux >> 31
	c.Res = r
	c.Aux = cv&auxAF | cf<<31 | (cf^of)<<30
}

func (c *CPU) inc8(a uint8) uint8 {
	r := a + 1
	cv := a &^ r
	c.keepCF(int64(int8(r)), uint32(cv)<<24|uint32(cv&auxAF))
	return r
}

func (c *CPU) inc16(a uint16) uint16 {
	r := a + 1
	cv := a &^ r
	c.keepCF(int64(int16(r)), uint32(cv)<<16|uint32(cv&auxAF))
	return r
}

func (c *CPU) inc32(a uint32) uint32 {
	r := a + 1
	c.keepCF(int64(int32(r)), a&^r)
	return r
}

func (c *CPU) dec8(a uint8) uint8 {
	r := a - 1
	cv := r &^ a
	c.keepCF(int64(int8(r)), uint32(cv)<<24|uint32(cv&auxAF))
	return r
}

func (c *CPU) dec16(a uint16) uint16 {
	r := a - 1
	cv := r &^ a
	c.keepCF(int64(int16(r)), uint32(cv)<<16|uint32(cv&auxAF))
	return r
}

func (c *CPU) dec32(a uint32) uint32 {
	r := a - 1
	c.keepCF(int64(int32(r)), r&^a)
	return r
}

func (c *CPU) neg8(a uint8) uint8 {
	r := -a
	c.flags8(r, a|r)
	return r
}

func (c *CPU) neg16(a uint16) uint16 {
	r := -a
	c.flags16(r, a|r)
	return r
}

func (c *CPU) neg32(a uint32) uint32 {
	r := -a
	c.flags32(r, a|r)
	return r
}

func opIncReg8(c *CPU, op *Op) *Op {
	c.set8(op.dst, c.inc8(c.get8(op.dst)))
	return next(c, op)
}

func opIncReg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, c.inc16(c.get16(op.dst)))
	return next(c, op)
}

func opIncReg32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.inc32(c.get32(op.dst)))
	return next(c, op)
}

func opIncReg32NF(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.get32(op.dst)+1)
	return next(c, op)
}

func opIncMem8(c *CPU, op *Op) *Op {
	a, i := c.rmw8(op, op.seg, c.ea(op))
	c.put8(i, c.inc8(a))
	return next(c, op)
}

func opIncMem16(c *CPU, op *Op) *Op {
	a, i := c.rmw16(op, op.seg, c.ea(op))
	c.put16(i, c.inc16(a))
	return next(c, op)
}

func opIncMem32(c *CPU, op *Op) *Op {
	a, i := c.rmw32(op, op.seg, c.ea(op))
	c.put32(i, c.inc32(a))
	return next(c, op)
}

func opDecReg8(c *CPU, op *Op) *Op {
	c.set8(op.dst, c.dec8(c.get8(op.dst)))
	return next(c, op)
}

func opDecReg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, c.dec16(c.get16(op.dst)))
	return next(c, op)
}

func opDecReg32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.dec32(c.get32(op.dst)))
	return next(c, op)
}

func opDecReg32NF(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.get32(op.dst)-1)
	return next(c, op)
}

func opDecMem8(c *CPU, op *Op) *Op {
	a, i := c.rmw8(op, op.seg, c.ea(op))
	c.put8(i, c.dec8(a))
	return next(c, op)
}

func opDecMem16(c *CPU, op *Op) *Op {
	a, i := c.rmw16(op, op.seg, c.ea(op))
	c.put16(i, c.dec16(a))
	return next(c, op)
}

func opDecMem32(c *CPU, op *Op) *Op {
	a, i := c.rmw32(op, op.seg, c.ea(op))
	c.put32(i, c.dec32(a))
	return next(c, op)
}

func opNegReg8(c *CPU, op *Op) *Op {
	c.set8(op.dst, c.neg8(c.get8(op.dst)))
	return next(c, op)
}

func opNegReg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, c.neg16(c.get16(op.dst)))
	return next(c, op)
}

func opNegReg32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.neg32(c.get32(op.dst)))
	return next(c, op)
}

func opNegMem8(c *CPU, op *Op) *Op {
	a, i := c.rmw8(op, op.seg, c.ea(op))
	c.put8(i, c.neg8(a))
	return next(c, op)
}

func opNegMem16(c *CPU, op *Op) *Op {
	a, i := c.rmw16(op, op.seg, c.ea(op))
	c.put16(i, c.neg16(a))
	return next(c, op)
}

func opNegMem32(c *CPU, op *Op) *Op {
	a, i := c.rmw32(op, op.seg, c.ea(op))
	c.put32(i, c.neg32(a))
	return next(c, op)
}

func opNotReg8(c *CPU, op *Op) *Op {
	c.set8(op.dst, ^c.get8(op.dst))
	return next(c, op)
}

func opNotReg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, ^c.get16(op.dst))
	return next(c, op)
}

func opNotReg32(c *CPU, op *Op) *Op {
	c.set32(op.dst, ^c.get32(op.dst))
	return next(c, op)
}

func opNotMem8(c *CPU, op *Op) *Op {
	a, i := c.rmw8(op, op.seg, c.ea(op))
	c.put8(i, ^a)
	return next(c, op)
}

func opNotMem16(c *CPU, op *Op) *Op {
	a, i := c.rmw16(op, op.seg, c.ea(op))
	c.put16(i, ^a)
	return next(c, op)
}

func opNotMem32(c *CPU, op *Op) *Op {
	a, i := c.rmw32(op, op.seg, c.ea(op))
	c.put32(i, ^a)
	return next(c, op)
}

func opCbw(c *CPU, op *Op) *Op {
	c.set16(AX, uint16(int8(c.R[AX])))
	return next(c, op)
}

func opCwde(c *CPU, op *Op) *Op {
	c.set32(AX, uint32(int16(c.R[AX])))
	return next(c, op)
}

func opCwd(c *CPU, op *Op) *Op {
	c.set16(DX, uint16(int16(c.R[AX])>>15))
	return next(c, op)
}

func opCdq(c *CPU, op *Op) *Op {
	c.set32(DX, uint32(int32(c.R[AX])>>31))
	return next(c, op)
}
