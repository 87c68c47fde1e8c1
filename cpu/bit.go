package cpu

import (
	"math/bits"

	"beige/cpu/isa"
)

// Bit instructions, conditional sets and moves, exchanges with arithmetic.

// Values of Op.x for the bit tests: what happens to the bit.
const (
	bitTest = iota
	bitSet
	bitReset
	bitComplement
)

func (h *handlers) initBit() {
	for i, m := range [...]isa.Op{isa.BT, isa.BTS, isa.BTR, isa.BTC} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			op.x = uint8(i)
			imm := in.Args[1].Kind == isa.Imm
			switch {
			case in.Args[0].Kind != isa.Mem && imm:
				b.set(op, pick2(in.OpSize, opBtRegImm16, opBtRegImm32))
			case in.Args[0].Kind != isa.Mem:
				b.set(op, pick2(in.OpSize, opBtRegReg16, opBtRegReg32))
			case imm:
				op.src = isa.ZeroReg
				b.set(op, pick2(in.OpSize, opBtMem16, opBtMem32))
				if m == isa.BT && in.OpSize == 4 && b.flat {
					op.set(opBtMemImm32Flat)
					b.canFuse(op, fuseBt, formMI, 2)
				}
			default:
				b.set(op, pick2(in.OpSize, opBtMem16, opBtMem32))
			}
			op.rep = 0
			if imm {
				op.rep = 1
			}
		}
	}
	h.build[isa.BSF] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = uint8(in.Args[1].Kind)
		b.set(op, pick2(in.OpSize, opBsf16, opBsf32))
	}
	h.build[isa.BSR] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = uint8(in.Args[1].Kind)
		b.set(op, pick2(in.OpSize, opBsr16, opBsr32))
	}
	for i := range 16 {
		h.build[isa.SETO+isa.Op(i)] = func(b *builder, op *Op, in *isa.Inst) {
			op.x = uint8(i)
			if in.Args[0].Kind == isa.Mem {
				b.set(op, opSetccMem)
			} else {
				b.set(op, opSetccReg)
			}
		}
		h.build[isa.CMOVO+isa.Op(i)] = func(b *builder, op *Op, in *isa.Inst) {
			op.x = uint8(i)
			if in.Args[1].Kind == isa.Mem {
				b.set(op, pick2(in.OpSize, opCmovMem16, opCmovMem32))
			} else {
				b.set(op, pick2(in.OpSize, opCmovReg16, opCmovReg32))
			}
		}
	}
	h.build[isa.BSWAP] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick2(in.OpSize, opBswap16, opBswap32))
	}
	h.build[isa.XADD] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = uint8(in.Args[0].Kind)
		b.set(op, [3]handler{opXadd8, opXadd16, opXadd32}[sizeIndex(in.Args[0].Size)])
	}
	h.build[isa.CMPXCHG] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = uint8(in.Args[0].Kind)
		b.set(op, [3]handler{opCmpxchg8, opCmpxchg16, opCmpxchg32}[sizeIndex(in.Args[0].Size)])
	}
	h.build[isa.CMPXCHG8B] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, opCmpxchg8b) }
	h.build[isa.XLAT] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, opXlat) }
}

// bitOp applies the operation of x to bit n of v; CF becomes the old bit.
func (c *CPU) bitOp(x uint8, v, n uint32) uint32 {
	c.setCF(v>>n&1 != 0)
	switch x {
	case bitSet:
		v |= 1 << n
	case bitReset:
		v &^= 1 << n
	case bitComplement:
		v ^= 1 << n
	}
	return v
}

func opBtRegImm16(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(c.bitOp(op.x, uint32(c.get16(op.dst)), op.imm&15)))
	return next(c, op)
}

func opBtRegImm32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.bitOp(op.x, c.get32(op.dst), op.imm&31))
	return next(c, op)
}

func opBtRegReg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(c.bitOp(op.x, uint32(c.get16(op.dst)), c.get32(op.src)&15)))
	return next(c, op)
}

func opBtRegReg32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.bitOp(op.x, c.get32(op.dst), c.get32(op.src)&31))
	return next(c, op)
}

// A bit index in a register is signed and reaches beyond the operand (SDM volume
// 2, BT); op.rep says that the index is an immediate, which does not.

func opBtMem16(c *CPU, op *Op) *Op {
	off, n := c.ea(op), op.imm
	if op.rep == 0 {
		n = uint32(c.get16(op.src))
		off = (off + uint32(int32(int16(n))>>4)*2) & op.amask
	}
	if op.x == bitTest {
		c.bitOp(bitTest, uint32(c.ld16(op, op.seg, off)), n&15)
		return next(c, op)
	}
	v, i := c.rmw16(op, op.seg, off)
	c.put16(i, uint16(c.bitOp(op.x, uint32(v), n&15)))
	return next(c, op)
}

func opBtMem32(c *CPU, op *Op) *Op {
	off, n := c.ea(op), op.imm
	if op.rep == 0 {
		n = c.get32(op.src)
		off = (off + uint32(int32(n)>>5)*4) & op.amask
	}
	if op.x == bitTest {
		c.bitOp(bitTest, c.ld32(op, op.seg, off), n&31)
		return next(c, op)
	}
	v, i := c.rmw32(op, op.seg, off)
	c.put32(i, c.bitOp(op.x, v, n&31))
	return next(c, op)
}

func opBtMemImm32Flat(c *CPU, op *Op) *Op {
	la := uint64(c.reg(op.base) + op.disp)
	e := c.entry(la)
	if e.R != (la+3)&^pageMask {
		return opBtMem32(c, op)
	}
	c.moveCF(load32(c.mem, la+e.D) >> (op.imm & 31) & 1)
	return next(c, op)
}

// opBtMemImm32FlatJB and opBtMemImm32FlatJNB are BT with the jump on CF behind it.

func opBtMemImm32FlatJB(c *CPU, op *Op) *Op {
	la := uint64(c.reg(op.base) + op.disp)
	e := c.entry(la)
	if e.R != (la+3)&^pageMask {
		return opBtMem32(c, op)
	}
	bit := load32(c.mem, la+e.D) >> (op.imm & 31) & 1
	c.moveCF(bit)
	j := nextOp(op)
	if bit != 0 {
		return c.branch(j)
	}
	return next(c, j)
}

func opBtMemImm32FlatJNB(c *CPU, op *Op) *Op {
	la := uint64(c.reg(op.base) + op.disp)
	e := c.entry(la)
	if e.R != (la+3)&^pageMask {
		return opBtMem32(c, op)
	}
	bit := load32(c.mem, la+e.D) >> (op.imm & 31) & 1
	c.moveCF(bit)
	j := nextOp(op)
	if bit == 0 {
		return c.branch(j)
	}
	return next(c, j)
}

// scanned sets the flags after BSF and BSR found bit n: ZF = 0; the others are
// undefined, cleared but for PF, which is the parity of n. notFound is for a
// source of 0.
func (c *CPU) scanned(n int) uint32 {
	c.Res, c.Aux = int64(n)|1<<32, 0
	return uint32(n)
}

func (c *CPU) notFound() { c.Res, c.Aux = 0, 0 }

// The destination keeps its value if the source is 0: undefined in the SDM,
// documented by AMD and so on every part known.

func opBsf16(c *CPU, op *Op) *Op {
	v := c.rm16(op, op.src)
	if v == 0 {
		c.notFound()
	} else {
		c.set16(op.dst, uint16(c.scanned(bits.TrailingZeros16(v))))
	}
	return next(c, op)
}

func opBsf32(c *CPU, op *Op) *Op {
	v := c.rm32(op, op.src)
	if v == 0 {
		c.notFound()
	} else {
		c.set32(op.dst, c.scanned(bits.TrailingZeros32(v)))
	}
	return next(c, op)
}

func opBsr16(c *CPU, op *Op) *Op {
	v := c.rm16(op, op.src)
	if v == 0 {
		c.notFound()
	} else {
		c.set16(op.dst, uint16(c.scanned(bits.Len16(v)-1)))
	}
	return next(c, op)
}

func opBsr32(c *CPU, op *Op) *Op {
	v := c.rm32(op, op.src)
	if v == 0 {
		c.notFound()
	} else {
		c.set32(op.dst, c.scanned(bits.Len32(v)-1))
	}
	return next(c, op)
}

func (c *CPU) condByte(cc uint8) uint8 {
	if c.cond(cc) {
		return 1
	}
	return 0
}

func opSetccReg(c *CPU, op *Op) *Op {
	c.set8(op.dst, c.condByte(op.x))
	return next(c, op)
}

func opSetccMem(c *CPU, op *Op) *Op {
	c.st8(op, op.seg, c.ea(op), c.condByte(op.x))
	return next(c, op)
}

// CMOVcc reads its memory operand whatever the condition.

func opCmovReg16(c *CPU, op *Op) *Op {
	if c.cond(op.x) {
		c.set16(op.dst, c.get16(op.src))
	}
	return next(c, op)
}

func opCmovReg32(c *CPU, op *Op) *Op {
	if c.cond(op.x) {
		c.set32(op.dst, c.get32(op.src))
	}
	return next(c, op)
}

func opCmovMem16(c *CPU, op *Op) *Op {
	v := c.ld16(op, op.seg, c.ea(op))
	if c.cond(op.x) {
		c.set16(op.dst, v)
	}
	return next(c, op)
}

func opCmovMem32(c *CPU, op *Op) *Op {
	v := c.ld32(op, op.seg, c.ea(op))
	if c.cond(op.x) {
		c.set32(op.dst, v)
	}
	return next(c, op)
}

// opBswap16 is undefined in the manuals; processors clear the register's low
// half.
func opBswap16(c *CPU, op *Op) *Op {
	c.set16(op.dst, 0)
	return next(c, op)
}

func opBswap32(c *CPU, op *Op) *Op {
	c.set32(op.dst, bits.ReverseBytes32(c.get32(op.dst)))
	return next(c, op)
}

func opXadd8(c *CPU, op *Op) *Op {
	b := c.get8(op.src)
	if op.x == uint8(isa.Mem) {
		a, i := c.rmw8(op, op.seg, c.ea(op))
		r := a + b
		c.flags8(r, a&b|(a|b)&^r)
		c.put8(i, r)
		c.set8(op.src, a)
		return next(c, op)
	}
	a := c.get8(op.dst)
	r := a + b
	c.flags8(r, a&b|(a|b)&^r)
	c.set8(op.src, a)
	c.set8(op.dst, r)
	return next(c, op)
}

func opXadd16(c *CPU, op *Op) *Op {
	b := c.get16(op.src)
	if op.x == uint8(isa.Mem) {
		a, i := c.rmw16(op, op.seg, c.ea(op))
		r := a + b
		c.flags16(r, a&b|(a|b)&^r)
		c.put16(i, r)
		c.set16(op.src, a)
		return next(c, op)
	}
	a := c.get16(op.dst)
	r := a + b
	c.flags16(r, a&b|(a|b)&^r)
	c.set16(op.src, a)
	c.set16(op.dst, r)
	return next(c, op)
}

func opXadd32(c *CPU, op *Op) *Op {
	b := c.get32(op.src)
	if op.x == uint8(isa.Mem) {
		a, i := c.rmw32(op, op.seg, c.ea(op))
		r := a + b
		c.flags32(r, a&b|(a|b)&^r)
		c.put32(i, r)
		c.set32(op.src, a)
		return next(c, op)
	}
	a := c.get32(op.dst)
	r := a + b
	c.flags32(r, a&b|(a|b)&^r)
	c.set32(op.src, a)
	c.set32(op.dst, r)
	return next(c, op)
}

// CMPXCHG writes its memory operand in either case: the old value if the
// comparison failed (SDM volume 2).

func opCmpxchg8(c *CPU, op *Op) *Op {
	acc, b := uint8(c.R[AX]), c.get8(op.src)
	mem := op.x == uint8(isa.Mem)
	var a uint8
	var i rmwIndex
	if mem {
		a, i = c.rmw8(op, op.seg, c.ea(op))
	} else {
		a = c.get8(op.dst)
	}
	r := acc - a
	c.flags8(r, ^acc&a|(^acc|a)&r)
	if r != 0 {
		b = a
	}
	if mem {
		c.put8(i, b)
	} else {
		c.set8(op.dst, b)
	}
	if r != 0 {
		c.set8(AX, a)
	}
	return next(c, op)
}

func opCmpxchg16(c *CPU, op *Op) *Op {
	acc, b := uint16(c.R[AX]), c.get16(op.src)
	mem := op.x == uint8(isa.Mem)
	var a uint16
	var i rmwIndex
	if mem {
		a, i = c.rmw16(op, op.seg, c.ea(op))
	} else {
		a = c.get16(op.dst)
	}
	r := acc - a
	c.flags16(r, ^acc&a|(^acc|a)&r)
	if r != 0 {
		b = a
	}
	if mem {
		c.put16(i, b)
	} else {
		c.set16(op.dst, b)
	}
	if r != 0 {
		c.set16(AX, a)
	}
	return next(c, op)
}

func opCmpxchg32(c *CPU, op *Op) *Op {
	acc, b := uint32(c.R[AX]), c.get32(op.src)
	mem := op.x == uint8(isa.Mem)
	var a uint32
	var i rmwIndex
	if mem {
		a, i = c.rmw32(op, op.seg, c.ea(op))
	} else {
		a = c.get32(op.dst)
	}
	r := acc - a
	c.flags32(r, ^acc&a|(^acc|a)&r)
	if r != 0 {
		b = a
	}
	if mem {
		c.put32(i, b)
	} else {
		c.set32(op.dst, b)
	}
	if r != 0 {
		c.set32(AX, a)
	}
	return next(c, op)
}

func opCmpxchg8b(c *CPU, op *Op) *Op {
	a, i := c.rmw64(op, op.seg, c.ea(op))
	acc := uint64(uint32(c.R[DX]))<<32 | uint64(uint32(c.R[AX]))
	f := c.arithFlags() &^ FlagZF
	if a == acc {
		c.put64(i, uint64(uint32(c.R[CX]))<<32|uint64(uint32(c.R[BX])))
		f |= FlagZF
	} else {
		c.put64(i, a)
		c.set32(AX, uint32(a))
		c.set32(DX, uint32(a>>32))
	}
	c.setArithFlags(f)
	return next(c, op)
}

func opXlat(c *CPU, op *Op) *Op {
	off := (uint32(c.R[BX]) + uint32(uint8(c.R[AX]))) & op.amask
	c.set8(AX, c.ld8(op, op.seg, off))
	return next(c, op)
}
