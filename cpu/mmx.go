package cpu

import "beige/cpu/isa"

// The MMX instructions (SDM volume 1, chapter 9; volume 3, chapter 12). Their
// registers are the significands of the physical x87 registers, whatever TOP
// says, so an MMX instruction changes the state of the x87 unit:
//
//	              tags        TOP   bits 64-79 of the register   rest of the unit
//	reads         all valid   0     as they are                  as it is
//	writes        all valid   0     ones                         as it is
//	EMMS          all empty   0     as they are                  as it is
//
// In front of each stand the tests of an x87 instruction, but CR0.EM is #UD.

// MMX is done by the values of whole registers: an mmxFunc makes the new
// destination of the old one and the source.
type mmxFunc func(d, s uint64) uint64

// lane is an element of a packed operand.
type lane interface{ uint8 | uint16 | uint32 }

// width is the bits of a lane.
func width[T lane]() int {
	switch any(T(0)).(type) {
	case uint8:
		return 8
	case uint16:
		return 16
	}
	return 32
}

// lanes applies f to each pair of elements.
func lanes[T lane](d, s uint64, f func(d, s T) T) (r uint64) {
	n := width[T]()
	for i := 0; i < 64; i += n {
		r |= uint64(f(T(d>>i), T(s>>i))) << i
	}
	return r
}

// saturate is the value nearest to v in lo to hi.
func saturate(v, lo, hi int32) int32 { return min(max(v, lo), hi) }

func satS8(v int32) uint8   { return uint8(saturate(v, -0x80, 0x7f)) }
func satS16(v int32) uint16 { return uint16(saturate(v, -0x8000, 0x7fff)) }
func satU8(v int32) uint8   { return uint8(saturate(v, 0, 0xff)) }
func satU16(v int32) uint16 { return uint16(saturate(v, 0, 0xffff)) }

func mmxAdd[T lane](d, s uint64) uint64 {
	return lanes(d, s, func(d, s T) T { return d + s })
}

func mmxSub[T lane](d, s uint64) uint64 {
	return lanes(d, s, func(d, s T) T { return d - s })
}

func mmxEqual[T lane](d, s uint64) uint64 {
	return lanes(d, s, func(d, s T) T {
		if d == s {
			return ^T(0)
		}
		return 0
	})
}

// mmxGreater compares signed elements.
func mmxGreater[T lane](d, s uint64) uint64 {
	sign := T(1) << (width[T]() - 1)
	return lanes(d, s, func(d, s T) T {
		if d^sign > s^sign {
			return ^T(0)
		}
		return 0
	})
}

// Shifts take their count from the whole source; one that is too large clears
// the element, or fills it with its sign.

func mmxLeft[T lane](d, n uint64) uint64 {
	return lanes(d, 0, func(d, _ T) T { return d << min(n, 64) })
}

func mmxRight[T lane](d, n uint64) uint64 {
	return lanes(d, 0, func(d, _ T) T { return d >> min(n, 64) })
}

// mmxUnpack takes the lower halves of both in turn, the destination's elements
// first.
func mmxUnpack[T lane](d, s uint64) (r uint64) {
	n := width[T]()
	for i := 0; i < 32; i += n {
		r |= uint64(T(d>>i))<<(2*i) | uint64(T(s>>i))<<(2*i+n)
	}
	return r
}

func mmxUnpackHigh[T lane](d, s uint64) uint64 { return mmxUnpack[T](d>>32, s>>32) }

// pack16 makes bytes of the eight words of d and s.
func pack16(d, s uint64, f func(int32) uint8) (r uint64) {
	for i := range 4 {
		r |= uint64(f(int32(int16(d>>(16*i)))))<<(8*i) | uint64(f(int32(int16(s>>(16*i)))))<<(8*i+32)
	}
	return r
}

// mmxFirst is the first of the instructions that work on two operands.
const mmxFirst = isa.PACKSSWB

// mmxFuncs is indexed by the distance from mmxFirst and never written.
var mmxFuncs = [...]mmxFunc{
	isa.PACKSSWB - mmxFirst: func(d, s uint64) uint64 { return pack16(d, s, satS8) },
	isa.PACKSSDW - mmxFirst: func(d, s uint64) uint64 {
		f := func(v uint64) uint64 { return uint64(satS16(int32(v))) }
		return f(d) | f(d>>32)<<16 | f(s)<<32 | f(s>>32)<<48
	},
	isa.PACKUSWB - mmxFirst: func(d, s uint64) uint64 { return pack16(d, s, satU8) },

	isa.PUNPCKLBW - mmxFirst: mmxUnpack[uint8],
	isa.PUNPCKLWD - mmxFirst: mmxUnpack[uint16],
	isa.PUNPCKLDQ - mmxFirst: mmxUnpack[uint32],
	isa.PUNPCKHBW - mmxFirst: mmxUnpackHigh[uint8],
	isa.PUNPCKHWD - mmxFirst: mmxUnpackHigh[uint16],
	isa.PUNPCKHDQ - mmxFirst: mmxUnpackHigh[uint32],

	isa.PADDB - mmxFirst: mmxAdd[uint8],
	isa.PADDW - mmxFirst: mmxAdd[uint16],
	isa.PADDD - mmxFirst: mmxAdd[uint32],
	isa.PSUBB - mmxFirst: mmxSub[uint8],
	isa.PSUBW - mmxFirst: mmxSub[uint16],
	isa.PSUBD - mmxFirst: mmxSub[uint32],

	isa.PADDSB - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint8) uint8 { return satS8(int32(int8(d)) + int32(int8(s))) })
	},
	isa.PADDSW - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint16) uint16 { return satS16(int32(int16(d)) + int32(int16(s))) })
	},
	isa.PADDUSB - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint8) uint8 { return satU8(int32(d) + int32(s)) })
	},
	isa.PADDUSW - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint16) uint16 { return satU16(int32(d) + int32(s)) })
	},
	isa.PSUBSB - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint8) uint8 { return satS8(int32(int8(d)) - int32(int8(s))) })
	},
	isa.PSUBSW - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint16) uint16 { return satS16(int32(int16(d)) - int32(int16(s))) })
	},
	isa.PSUBUSB - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint8) uint8 { return satU8(int32(d) - int32(s)) })
	},
	isa.PSUBUSW - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint16) uint16 { return satU16(int32(d) - int32(s)) })
	},

	isa.PMULHW - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint16) uint16 { return uint16(int32(int16(d)) * int32(int16(s)) >> 16) })
	},
	isa.PMULLW - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint16) uint16 { return d * s })
	},
	isa.PMADDWD - mmxFirst: func(d, s uint64) uint64 {
		return lanes(d, s, func(d, s uint32) uint32 {
			return uint32(int32(int16(d))*int32(int16(s)) + int32(d)>>16*(int32(s)>>16))
		})
	},

	isa.PCMPEQB - mmxFirst: mmxEqual[uint8],
	isa.PCMPEQW - mmxFirst: mmxEqual[uint16],
	isa.PCMPEQD - mmxFirst: mmxEqual[uint32],
	isa.PCMPGTB - mmxFirst: mmxGreater[uint8],
	isa.PCMPGTW - mmxFirst: mmxGreater[uint16],
	isa.PCMPGTD - mmxFirst: mmxGreater[uint32],

	isa.PAND - mmxFirst:  func(d, s uint64) uint64 { return d & s },
	isa.PANDN - mmxFirst: func(d, s uint64) uint64 { return ^d & s },
	isa.POR - mmxFirst:   func(d, s uint64) uint64 { return d | s },
	isa.PXOR - mmxFirst:  func(d, s uint64) uint64 { return d ^ s },

	isa.PSLLW - mmxFirst: mmxLeft[uint16],
	isa.PSLLD - mmxFirst: mmxLeft[uint32],
	isa.PSLLQ - mmxFirst: func(d, n uint64) uint64 { return d << min(n, 64) },
	isa.PSRLW - mmxFirst: mmxRight[uint16],
	isa.PSRLD - mmxFirst: mmxRight[uint32],
	isa.PSRLQ - mmxFirst: func(d, n uint64) uint64 { return d >> min(n, 64) },
	isa.PSRAW - mmxFirst: func(d, n uint64) uint64 {
		return lanes(d, 0, func(d, _ uint16) uint16 { return uint16(int16(d) >> min(n, 15)) })
	},
	isa.PSRAD - mmxFirst: func(d, n uint64) uint64 {
		return lanes(d, 0, func(d, _ uint32) uint32 { return uint32(int32(d) >> min(n, 31)) })
	},
}

func (h *handlers) initMMX() {
	for _, r := range isa.Rows() {
		if r.Attr&isa.MMX != 0 {
			h.build[r.Op] = buildMMX
		}
	}
}

// buildMMX sets op.x to the function of the instruction.
func buildMMX(b *builder, op *Op, in *isa.Inst) {
	if b.c.model.Features&FeatMMX == 0 || !b.c.model.HasFPU {
		b.end(op, opUD)
		return
	}
	mem := in.Args[0].Kind == isa.Mem || in.Args[1].Kind == isa.Mem
	toReg := in.Args[0].Kind == isa.MMXReg
	f := handler(nil)
	switch {
	case in.Op == isa.EMMS:
		f = opEmms
	case in.Op == isa.MOVD && toReg:
		f = pick(mem, opMovdPqM, opMovdPqE)
	case in.Op == isa.MOVD:
		f = pick(mem, opMovdMPq, opMovdEPq)
	case in.Op == isa.MOVQ && toReg:
		f = pick(mem, opMovqPqM, opMovqPqPq)
	case in.Op == isa.MOVQ:
		f = pick(mem, opMovqMPq, opMovqPqPq)
	default:
		op.x = uint8(in.Op - mmxFirst)
		switch {
		case in.Args[1].Kind == isa.Imm:
			f = opMmxPqIb
		case !mem:
			f = opMmxPqPq
		case in.Args[1].Size == 4:
			f = opMmxPqMd
		default:
			f = opMmxPqMq
		}
	}
	b.set(op, f)
}

// mmxReady is what stands in front of every MMX instruction.
func (c *CPU) mmxReady(op *Op) {
	switch {
	case c.CR0&CR0EM != 0:
		c.ud(op)
	case c.CR0&CR0TS != 0:
		c.raise(op, vecNM, 0)
	case c.FPU.SW&fpuES != 0:
		c.fpuError(op)
	}
}

// mm reads an MMX register.
func (c *CPU) mm(r uint8) uint64 { return c.FPU.R[r&7].Mant }

// mmxRead leaves the x87 unit as reading MMX registers does.
func (c *CPU) mmxRead() {
	c.FPU.Top, c.FPU.Use = 0, 0xff
}

// setMM writes an MMX register.
func (c *CPU) setMM(r uint8, v uint64) {
	c.mmxRead()
	c.FPU.R[r&7].Mant, c.FPU.R[r&7].SE = v, 0xffff
}

func opEmms(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.FPU.Top, c.FPU.Use = 0, 0
	return next(c, op)
}

func opMovdPqE(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.setMM(op.dst, uint64(c.get32(op.src)))
	return next(c, op)
}

func opMovdPqM(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.setMM(op.dst, uint64(c.ld32(op, op.seg, c.ea(op))))
	return next(c, op)
}

func opMovdEPq(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.set32(op.dst, uint32(c.mm(op.src)))
	c.mmxRead()
	return next(c, op)
}

func opMovdMPq(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.st32(op, op.seg, c.ea(op), uint32(c.mm(op.src)))
	c.mmxRead()
	return next(c, op)
}

func opMovqPqPq(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.setMM(op.dst, c.mm(op.src))
	return next(c, op)
}

func opMovqPqM(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.setMM(op.dst, c.ld64(op, op.seg, c.ea(op)))
	return next(c, op)
}

func opMovqMPq(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.st64(op, op.seg, c.ea(op), c.mm(op.src))
	c.mmxRead()
	return next(c, op)
}

func opMmxPqPq(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.setMM(op.dst, mmxFuncs[op.x](c.mm(op.dst), c.mm(op.src)))
	return next(c, op)
}

func opMmxPqMq(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	s := c.ld64(op, op.seg, c.ea(op))
	c.setMM(op.dst, mmxFuncs[op.x](c.mm(op.dst), s))
	return next(c, op)
}

// opMmxPqMd is for PUNPCKL, which reads the half that it needs.
func opMmxPqMd(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	s := c.ld32(op, op.seg, c.ea(op))
	c.setMM(op.dst, mmxFuncs[op.x](c.mm(op.dst), uint64(s)))
	return next(c, op)
}

func opMmxPqIb(c *CPU, op *Op) *Op {
	c.mmxReady(op)
	c.setMM(op.dst, mmxFuncs[op.x](c.mm(op.dst), uint64(op.imm)))
	return next(c, op)
}
