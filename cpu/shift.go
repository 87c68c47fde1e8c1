package cpu

import (
	"math/bits"

	"beige/cpu/isa"
)

// Shifts and rotates. Counts are taken modulo 32 from the 80186 on. OF is
// defined for a count of 1 only; for larger counts the processors leave what the
// last of the single steps gave, and so does this file: with r the result,
//
//	left:   OF = CF xor msb(r)
//	right:  OF = msb(r) xor the bit below it
//
// AF is undefined after shifts. The 8086 and 80286 leave the carry out of bit 3
// of the last step to the left, and for steps to the right 0 and 1; later
// processors leave 1.

// Kinds of shift, in the order of the ModRM digit.
const (
	kindROL = iota
	kindROR
	kindRCL
	kindRCR
	kindSHL
	kindSHR
	kindSETMO
	kindSAR
)

func (h *handlers) initShift() {
	for i, m := range [...]isa.Op{isa.ROL, isa.ROR, isa.RCL, isa.RCR, isa.SHL, isa.SHR, isa.SETMO, isa.SAR} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) { buildShift(b, op, in, i) }
	}
	h.build[isa.SETMOC] = h.build[isa.SETMO]
	h.build[isa.SHLD] = func(b *builder, op *Op, in *isa.Inst) { buildShiftDouble(b, op, in, opShld16, opShld32) }
	h.build[isa.SHRD] = func(b *builder, op *Op, in *isa.Inst) { buildShiftDouble(b, op, in, opShrd16, opShrd32) }
}

// countCL marks a count in CL.
const countCL = 0x80

func buildShift(b *builder, op *Op, in *isa.Inst, kind int) {
	op.x = uint8(kind)
	cl := in.Args[1].Kind == isa.Reg
	if cl {
		op.x |= countCL
	} else if b.c.model.ShiftMask {
		op.imm &= 31
	} else {
		op.imm &= 255
	}
	s := sizeIndex(in.Args[0].Size)
	if in.Args[0].Kind == isa.Mem {
		b.set(op, [3]handler{opShiftMem8, opShiftMem16, opShiftMem32}[s])
		return
	}
	f := [3]handler{opShiftReg8, opShiftReg16, opShiftReg32}[s]
	if s == 2 && !cl && op.imm != 0 {
		switch kind {
		case kindSHL:
			f, b.nf, b.half, b.live = opShlRegImm32, opShlRegImm32NF, halfShlRegImm32NF, halfShlRegImm32
		case kindSHR:
			f, b.nf, b.half, b.live = opShrRegImm32, opShrRegImm32NF, halfShrRegImm32NF, halfShrRegImm32
		case kindSAR:
			f, b.nf = opSarRegImm32, opSarRegImm32NF
		case kindROL:
			f, b.half = opRolRegImm32, halfRolRegImm32
		case kindROR:
			f = opRorRegImm32
		}
	}
	b.set(op, f)
}

// shiftCount returns the count of op.
func (c *CPU) shiftCount(op *Op) uint32 {
	if op.x&countCL == 0 {
		return op.imm
	}
	n := uint32(c.R[CX]) & 255
	if c.model.ShiftMask {
		n &= 31
	}
	return n
}

func opShlRegImm32(c *CPU, op *Op) *Op {
	a, n := c.get32(op.dst), op.imm&31
	r := a << n
	cf := a >> (32 - n) & 1
	c.Res = int64(int32(r))
	c.Aux = cf<<31 | (r>>31)<<30 | auxAF // OF = CF xor msb: bit 30 = msb
	c.set32(op.dst, r)
	return next(c, op)
}

func opShrRegImm32(c *CPU, op *Op) *Op {
	a, n := c.get32(op.dst), op.imm&31
	r := a >> n
	cf := a >> (n - 1) & 1
	c.Res = int64(int32(r))
	c.Aux = cf<<31 | (cf^(r>>31^r>>30)&1)<<30 | auxAF
	c.set32(op.dst, r)
	return next(c, op)
}

func opSarRegImm32(c *CPU, op *Op) *Op {
	a, n := int32(c.get32(op.dst)), op.imm&31
	r := a >> n
	cf := uint32(a>>(n-1)) & 1
	c.Res = int64(r)
	c.Aux = cf<<31 | cf<<30 | auxAF // OF = 0
	c.set32(op.dst, uint32(r))
	return next(c, op)
}

func opRolRegImm32(c *CPU, op *Op) *Op {
	r := bits.RotateLeft32(c.get32(op.dst), int(op.imm))
	c.setCFOF(r&1, r&1^r>>31)
	c.set32(op.dst, r)
	return next(c, op)
}

func opRorRegImm32(c *CPU, op *Op) *Op {
	r := bits.RotateLeft32(c.get32(op.dst), -int(op.imm))
	c.setCFOF(r>>31, (r>>31^r>>30)&1)
	c.set32(op.dst, r)
	return next(c, op)
}

func opShlRegImm32NF(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.get32(op.dst)<<(op.imm&31))
	return next(c, op)
}

func opShrRegImm32NF(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.get32(op.dst)>>(op.imm&31))
	return next(c, op)
}

func opSarRegImm32NF(c *CPU, op *Op) *Op {
	c.set32(op.dst, uint32(int32(c.get32(op.dst))>>(op.imm&31)))
	return next(c, op)
}

func opShiftReg8(c *CPU, op *Op) *Op {
	c.set8(op.dst, uint8(c.shift(op.x, uint32(c.get8(op.dst)), c.shiftCount(op), 8)))
	return next(c, op)
}

func opShiftReg16(c *CPU, op *Op) *Op {
	c.set16(op.dst, uint16(c.shift(op.x, uint32(c.get16(op.dst)), c.shiftCount(op), 16)))
	return next(c, op)
}

func opShiftReg32(c *CPU, op *Op) *Op {
	c.set32(op.dst, c.shift(op.x, c.get32(op.dst), c.shiftCount(op), 32))
	return next(c, op)
}

func opShiftMem8(c *CPU, op *Op) *Op {
	a, i := c.rmw8(op, op.seg, c.ea(op))
	c.put8(i, uint8(c.shift(op.x, uint32(a), c.shiftCount(op), 8)))
	return next(c, op)
}

func opShiftMem16(c *CPU, op *Op) *Op {
	a, i := c.rmw16(op, op.seg, c.ea(op))
	c.put16(i, uint16(c.shift(op.x, uint32(a), c.shiftCount(op), 16)))
	return next(c, op)
}

func opShiftMem32(c *CPU, op *Op) *Op {
	a, i := c.rmw32(op, op.seg, c.ea(op))
	c.put32(i, c.shift(op.x, a, c.shiftCount(op), 32))
	return next(c, op)
}

// signExtend widens the low bits of v.
func signExtend(v, bits uint32) int64 { return int64(uint64(v)<<(64-bits)) >> (64 - bits) }

// shift shifts or rotates the low bits of a by n and sets the flags. A count of
// 0 changes nothing.
func (c *CPU) shift(x uint8, a, n, bits uint32) uint32 {
	if n == 0 {
		return a
	}
	wide := uint64(a)
	msb := bits - 1
	var r, cf, of, af uint32
	switch x & 7 {
	case kindROL:
		k := n & msb
		r = uint32(wide<<k | wide>>(bits-k))
		cf = r & 1
		of = cf ^ r>>msb&1
		c.setCFOF(cf, of)
		return r
	case kindROR:
		k := n & msb
		r = uint32(wide>>k | wide<<(bits-k))
		cf = r >> msb & 1
		of = cf ^ r>>(msb-1)&1
		c.setCFOF(cf, of)
		return r
	case kindRCL, kindRCR:
		// Rotate bits+1 bits: CF on top of a.
		k := n % (bits + 1)
		w := wide | uint64(c.carry())<<bits
		if x&7 == kindRCR {
			k = (bits + 1 - k) % (bits + 1)
		}
		w = w<<k | w>>(bits+1-k)
		r = uint32(w)
		cf = uint32(w>>bits) & 1
		if x&7 == kindRCL {
			of = cf ^ r>>msb&1
		} else {
			of = (r>>msb ^ r>>(msb-1)) & 1
		}
		c.setCFOF(cf, of)
		return r
	case kindSHL:
		w := wide << min(n, 63)
		if n > bits {
			w = 0
		}
		r = uint32(w)
		cf = uint32(w>>bits) & 1
		of = cf ^ r>>msb&1
		af = r >> 4 & 1
		if c.model.ShiftSetsAF {
			af = 1
		}
	case kindSHR:
		w := wide << 1 >> min(n, 63) // bit 0 is the last bit out
		r = uint32(w >> 1)
		cf = uint32(w) & 1
		of = (r>>msb ^ r>>(msb-1)) & 1
		af = c.rightShiftAF()
	case kindSAR:
		w := signExtend(a, bits) << 1 >> min(n, 63)
		r = uint32(w >> 1)
		cf = uint32(w) & 1
		af = c.rightShiftAF()
	case kindSETMO:
		// 8086, digit 6: the micro-code for an operation that was not assigned
		// leaves all ones and clears the flags (observed; SF and PF follow the
		// result).
		r = 0xffffffff
	}
	r &= uint32(1<<bits - 1)
	c.Res = signExtend(r, bits)
	c.Aux = cf<<31 | (cf^of)<<30 | af<<3
	return r
}

func (c *CPU) rightShiftAF() uint32 {
	if c.model.HasProtected {
		return 1
	}
	return 0
}

// SHLD and SHRD. With 16-bit operands and counts above 16 the result is
// undefined; the bits that follow are those of the second operand, then of the
// first again.

func buildShiftDouble(b *builder, op *Op, in *isa.Inst, f16, f32 handler) {
	op.x = 0
	if in.Args[2].Kind == isa.Reg {
		op.x = countCL
	}
	if in.Args[0].Kind == isa.Mem {
		op.rep = 1 // memory operand; REP has no meaning here
	} else {
		op.rep = 0
	}
	b.set(op, pick2(in.Args[0].Size, f16, f32))
}

func opShld16(c *CPU, op *Op) *Op { return c.shiftDouble(op, 16, true) }
func opShld32(c *CPU, op *Op) *Op { return c.shiftDouble(op, 32, true) }
func opShrd16(c *CPU, op *Op) *Op { return c.shiftDouble(op, 16, false) }
func opShrd32(c *CPU, op *Op) *Op { return c.shiftDouble(op, 32, false) }

func (c *CPU) shiftDouble(op *Op, bits uint32, left bool) *Op {
	n := op.imm & 31
	if op.x&countCL != 0 {
		n = uint32(c.R[CX]) & 31
	}
	var a, b uint32
	var i rmwIndex
	mem := op.rep != 0
	switch {
	case bits == 16 && mem:
		var v uint16
		v, i = c.rmw16(op, op.seg, c.ea(op))
		a = uint32(v)
	case bits == 16:
		a = uint32(c.get16(op.dst))
	case mem:
		a, i = c.rmw32(op, op.seg, c.ea(op))
	default:
		a = c.get32(op.dst)
	}
	b = uint32(c.R[op.src&15])
	r := a
	if n != 0 {
		var cf uint32
		if bits == 16 {
			b &= 0xffff
			if left {
				w := uint64(a)<<32 | uint64(b)<<16 | uint64(a) // a b a
				w <<= n
				r, cf = uint32(w>>32)&0xffff, uint32(w>>48)&1
			} else {
				w := uint64(a)<<32 | uint64(b)<<16 | uint64(a)
				w = w << 1 >> n
				r, cf = uint32(w>>1)&0xffff, uint32(w)&1
			}
		} else if left {
			w := uint64(a)<<32 | uint64(b)
			r, cf = uint32(w<<n>>32), a>>(32-n)&1
		} else {
			w := uint64(b)<<32 | uint64(a)
			r, cf = uint32(w>>n), a>>(n-1)&1
		}
		of := (r>>(bits-1) ^ r>>(bits-2)) & 1
		if left {
			of = cf ^ r>>(bits-1)&1
		}
		c.Res = signExtend(r, bits)
		c.Aux = cf<<31 | (cf^of)<<30 | auxAF
	}
	switch {
	case bits == 16 && mem:
		c.put16(i, uint16(r))
	case bits == 16:
		if n != 0 {
			c.set16(op.dst, uint16(r))
		}
	case mem:
		c.put32(i, r)
	default:
		if n != 0 {
			c.set32(op.dst, r)
		}
	}
	return next(c, op)
}
