package cpu

import (
	"math/bits"

	"beige/cpu/isa"
)

// Multiplication and division. CF = OF = 1 if the upper half matters; the other
// flags are undefined and left alone, but for the 8086 and 80286, which have
// handlers of their own (muldiv_flags.go). A quotient that does not fit raises
// #DE; its return address is the instruction, on the 8086 and 80186 what is
// behind it.

func (h *handlers) initMulDiv() {
	group := func(m isa.Op, f [3]handler, f8086, f286 handler) {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			if m == isa.IMUL && in.Args[1].Kind != isa.None {
				buildImul(b, op, in)
				return
			}
			op.x = uint8(in.Args[0].Kind)
			op.imm = uint32(in.Args[0].Size) * 8
			switch {
			case b.c.model.MulFlags8086:
				b.set(op, f8086)
			case b.c.model.MulFlags286:
				b.set(op, f286)
			default:
				b.set(op, f[sizeIndex(in.Args[0].Size)])
			}
		}
	}
	group(isa.MUL, [3]handler{opMul8, opMul16, opMul32}, opMul8086, opMul286)
	group(isa.IMUL, [3]handler{opImul8, opImul16, opImul32}, opImul8086, opImul286)
	group(isa.DIV, [3]handler{opDiv8, opDiv16, opDiv32}, opDiv8086, opDiv286)
	group(isa.IDIV, [3]handler{opIdiv8, opIdiv16, opIdiv32}, opIdiv8086, opIdiv286)
}

func buildImul(b *builder, op *Op, in *isa.Inst) {
	op.x = uint8(in.Args[1].Kind)
	mem := in.Args[1].Kind == isa.Mem
	switch {
	case b.c.model.MulFlags286: // has the form with an immediate only
		b.set(op, opImulImm286)
	case in.Args[2].Kind == isa.Imm && mem:
		b.set(op, pick2(in.OpSize, opImulImm16, opImulImm32))
	case in.Args[2].Kind == isa.Imm:
		b.set(op, pick2(in.OpSize, opImulImm16, opImulRegImm32))
	case mem:
		b.set(op, pick2(in.OpSize, opImulReg16, opImulReg32))
	default:
		b.set(op, pick2(in.OpSize, opImulReg16, opImulRegReg32))
		if in.OpSize == 4 {
			b.half = halfImulRegReg32
		}
	}
}

// rm8 and its kin read an operand that is a register or memory, as op.x says;
// r is its number if it is a register.

func (c *CPU) rm8(op *Op, r uint8) uint8 {
	if op.x == uint8(isa.Mem) {
		return c.ld8(op, op.seg, c.ea(op))
	}
	return c.get8(r)
}

func (c *CPU) rm16(op *Op, r uint8) uint16 {
	if op.x == uint8(isa.Mem) {
		return c.ld16(op, op.seg, c.ea(op))
	}
	return c.get16(r)
}

func (c *CPU) rm32(op *Op, r uint8) uint32 {
	if op.x == uint8(isa.Mem) {
		return c.ld32(op, op.seg, c.ea(op))
	}
	return c.get32(r)
}

func (c *CPU) mulFlags(over bool) {
	var f uint32
	if over {
		f = 1
	}
	c.setCFOF(f, f)
}

func opMul8(c *CPU, op *Op) *Op {
	r := uint16(uint8(c.R[AX])) * uint16(c.rm8(op, op.dst))
	c.set16(AX, r)
	c.mulFlags(r>>8 != 0)
	return next(c, op)
}

func opMul16(c *CPU, op *Op) *Op {
	r := uint32(uint16(c.R[AX])) * uint32(c.rm16(op, op.dst))
	c.set16(AX, uint16(r))
	c.set16(DX, uint16(r>>16))
	c.mulFlags(r>>16 != 0)
	return next(c, op)
}

func opMul32(c *CPU, op *Op) *Op {
	r := uint64(uint32(c.R[AX])) * uint64(c.rm32(op, op.dst))
	c.set32(AX, uint32(r))
	c.set32(DX, uint32(r>>32))
	c.mulFlags(r>>32 != 0)
	return next(c, op)
}

func opImul8(c *CPU, op *Op) *Op {
	r := int16(int8(c.R[AX])) * int16(int8(c.rm8(op, op.dst)))
	c.set16(AX, uint16(r))
	c.mulFlags(r != int16(int8(r)))
	return next(c, op)
}

func opImul16(c *CPU, op *Op) *Op {
	r := int32(int16(c.R[AX])) * int32(int16(c.rm16(op, op.dst)))
	c.set16(AX, uint16(r))
	c.set16(DX, uint16(r>>16))
	c.mulFlags(r != int32(int16(r)))
	return next(c, op)
}

func opImul32(c *CPU, op *Op) *Op {
	r := int64(int32(c.R[AX])) * int64(int32(c.rm32(op, op.dst)))
	c.set32(AX, uint32(r))
	c.set32(DX, uint32(r>>32))
	c.mulFlags(r != int64(int32(r)))
	return next(c, op)
}

func opImulReg16(c *CPU, op *Op) *Op {
	r := int32(int16(c.get16(op.dst))) * int32(int16(c.rm16(op, op.src)))
	c.set16(op.dst, uint16(r))
	c.mulFlags(r != int32(int16(r)))
	return next(c, op)
}

func opImulReg32(c *CPU, op *Op) *Op {
	r := int64(int32(c.get32(op.dst))) * int64(int32(c.rm32(op, op.src)))
	c.set32(op.dst, uint32(r))
	c.mulFlags(r != int64(int32(r)))
	return next(c, op)
}

func opImulImm16(c *CPU, op *Op) *Op {
	r := int32(int16(c.rm16(op, op.src))) * int32(int16(op.imm))
	c.set16(op.dst, uint16(r))
	c.mulFlags(r != int32(int16(r)))
	return next(c, op)
}

func opImulImm32(c *CPU, op *Op) *Op {
	r := int64(int32(c.rm32(op, op.src))) * int64(int32(op.imm))
	c.set32(op.dst, uint32(r))
	c.mulFlags(r != int64(int32(r)))
	return next(c, op)
}

func opImulRegReg32(c *CPU, op *Op) *Op {
	r := int64(int32(c.get32(op.dst))) * int64(int32(c.get32(op.src)))
	c.set32(op.dst, uint32(r))
	c.mulFlags(r != int64(int32(r)))
	return next(c, op)
}

func opImulRegImm32(c *CPU, op *Op) *Op {
	r := int64(int32(c.get32(op.src))) * int64(int32(op.imm))
	c.set32(op.dst, uint32(r))
	c.mulFlags(r != int64(int32(r)))
	return next(c, op)
}

// divideError raises #DE. On the 8086 and 80186 it is a trap: the return address
// is behind the instruction.
func (c *CPU) divideError(op *Op) {
	if c.model.DivFaultsAfter {
		c.raiseTrap(op, vecDE)
	}
	c.raise(op, vecDE, 0)
}

// divFlags sets the flags after a division, which the manuals leave undefined.
func (c *CPU) divFlags() {
	if c.model.DivClearsFlags {
		c.Res, c.Aux = 1, c.Aux&(auxCF|auxPO)|auxAF
	}
}

func opDiv8(c *CPU, op *Op) *Op {
	n, d := uint16(c.R[AX]), uint16(c.rm8(op, op.dst))
	if d == 0 || n/d > 0xff {
		c.divideError(op)
	}
	c.set16(AX, n%d<<8|n/d)
	c.divFlags()
	return next(c, op)
}

func opDiv16(c *CPU, op *Op) *Op {
	n := uint32(uint16(c.R[DX]))<<16 | uint32(uint16(c.R[AX]))
	d := uint32(c.rm16(op, op.dst))
	if d == 0 || n/d > 0xffff {
		c.divideError(op)
	}
	c.set16(AX, uint16(n/d))
	c.set16(DX, uint16(n%d))
	c.divFlags()
	return next(c, op)
}

func opDiv32(c *CPU, op *Op) *Op {
	hi, d := uint32(c.R[DX]), c.rm32(op, op.dst)
	if hi >= d { // also d == 0
		c.divideError(op)
	}
	q, r := bits.Div32(hi, uint32(c.R[AX]), d)
	c.set32(AX, q)
	c.set32(DX, r)
	c.divFlags()
	return next(c, op)
}

// idivFits reports whether the quotient q fits. The 8086 and 80186 refuse the
// most negative one, which later processors accept.
func (c *CPU) idivFits(q, lim int64) bool {
	if c.model.DivFaultsAfter {
		return q >= -lim && q <= lim
	}
	return q >= -lim-1 && q <= lim
}

func opIdiv8(c *CPU, op *Op) *Op {
	n, d := int64(int16(c.R[AX])), int64(int8(c.rm8(op, op.dst)))
	if d == 0 || !c.idivFits(n/d, 0x7f) {
		c.divideError(op)
	}
	c.set16(AX, uint16(uint8(n%d))<<8|uint16(uint8(n/d)))
	c.divFlags()
	return next(c, op)
}

func opIdiv16(c *CPU, op *Op) *Op {
	n := int64(int32(uint32(uint16(c.R[DX]))<<16 | uint32(uint16(c.R[AX]))))
	d := int64(int16(c.rm16(op, op.dst)))
	if d == 0 || !c.idivFits(n/d, 0x7fff) {
		c.divideError(op)
	}
	c.set16(AX, uint16(n/d))
	c.set16(DX, uint16(n%d))
	c.divFlags()
	return next(c, op)
}

func opIdiv32(c *CPU, op *Op) *Op {
	n := int64(uint64(uint32(c.R[DX]))<<32 | uint64(uint32(c.R[AX])))
	d := int64(int32(c.rm32(op, op.dst)))
	// -2^63 / -1 overflows int64 as well; Go defines it as -2^63, which does not fit.
	if d == 0 || !c.idivFits(n/d, 0x7fffffff) {
		c.divideError(op)
	}
	c.set32(AX, uint32(n/d))
	c.set32(DX, uint32(n%d))
	c.divFlags()
	return next(c, op)
}
