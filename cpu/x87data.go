package cpu

import (
	"beige/cpu/fpu"
	"beige/cpu/isa"
)

// Loads, stores, arithmetic and comparisons of the x87 unit.

// x87Memory returns the handler of an instruction with an operand in memory.
func x87Memory(in *isa.Inst) handler {
	switch in.Opcode {
	case 0xd8:
		return opFarithM32
	case 0xda:
		return opFarithM32int
	case 0xdc:
		return opFarithM64
	case 0xde:
		return opFarithM16int
	}
	size := in.Args[0].Size
	switch in.Op {
	case isa.FLD:
		return bySize(size, nil, opFldM32, opFldM64, opFldM80)
	case isa.FST, isa.FSTP:
		return bySize(size, nil, opFstM32, opFstM64, opFstpM80)
	case isa.FILD:
		return bySize(size, opFildM16, opFildM32, opFildM64, nil)
	case isa.FIST, isa.FISTP:
		return bySize(size, opFistM16, opFistM32, opFistpM64, nil)
	case isa.FBLD:
		return opFbld
	case isa.FBSTP:
		return opFbstp
	}
	return x87Control[in.Op]
}

// bySize chooses by an operand size of 2, 4, 8 or 10 bytes.
func bySize(size uint8, m16, m32, m64, m80 handler) handler {
	switch size {
	case 2:
		return m16
	case 4:
		return m32
	case 8:
		return m64
	}
	return m80
}

// x87Register returns the handler of an instruction without an operand in memory.
func x87Register(in *isa.Inst) handler {
	switch in.Op {
	case isa.FADD, isa.FMUL, isa.FSUB, isa.FSUBR, isa.FDIV, isa.FDIVR:
		if in.Opcode == 0xdc {
			return opFarithStiSt
		}
		return opFarithStSti
	case isa.FADDP, isa.FMULP, isa.FSUBP, isa.FSUBRP, isa.FDIVP, isa.FDIVRP:
		return opFarithpStiSt
	case isa.FCOM, isa.FCOM2:
		return opFcomSti
	case isa.FCOMP, isa.FCOMP3, isa.FCOMP5:
		return opFcompSti
	case isa.FCOMPP:
		return opFcompp
	case isa.FUCOM:
		return opFucomSti
	case isa.FUCOMP:
		return opFucompSti
	case isa.FUCOMPP:
		return opFucompp
	case isa.FCOMI, isa.FUCOMI, isa.FCOMIP, isa.FUCOMIP:
		return opFcomi
	case isa.FCMOVB, isa.FCMOVE, isa.FCMOVBE, isa.FCMOVU, isa.FCMOVNB, isa.FCMOVNE, isa.FCMOVNBE, isa.FCMOVNU:
		return opFcmov
	case isa.FLD:
		return opFldSti
	case isa.FST:
		return opFstSti
	case isa.FSTP, isa.FSTP8, isa.FSTP9:
		return opFstpSti
	case isa.FSTP1:
		return opFstp1
	case isa.FXCH, isa.FXCH4, isa.FXCH7:
		return opFxch
	case isa.FFREE:
		return opFfree
	case isa.FFREEP:
		return opFfreep
	}
	if in.Opcode == 0xd9 && x87Plain[in.ModRM&0x3f] != nil {
		return opFplain
	}
	return x87Control[in.Op]
}

// x87Plain holds the instructions D9 C0+n that work on the registers alone; it is
// never written.
var x87Plain = [64]func(*fpu.Unit){
	0x20: (*fpu.Unit).CHS,
	0x21: (*fpu.Unit).ABS,
	0x24: (*fpu.Unit).Test,
	0x25: (*fpu.Unit).Examine,
	0x28: func(u *fpu.Unit) { u.LoadConst(0) },
	0x29: func(u *fpu.Unit) { u.LoadConst(1) },
	0x2a: func(u *fpu.Unit) { u.LoadConst(2) },
	0x2b: func(u *fpu.Unit) { u.LoadConst(3) },
	0x2c: func(u *fpu.Unit) { u.LoadConst(4) },
	0x2d: func(u *fpu.Unit) { u.LoadConst(5) },
	0x2e: func(u *fpu.Unit) { u.LoadConst(6) },
	0x30: (*fpu.Unit).Exp2M1,
	0x31: (*fpu.Unit).YLog2X,
	0x32: (*fpu.Unit).Tan,
	0x33: (*fpu.Unit).Atan,
	0x34: (*fpu.Unit).Extract,
	0x35: (*fpu.Unit).Prem1,
	0x36: (*fpu.Unit).DecSTP,
	0x37: (*fpu.Unit).IncSTP,
	0x38: (*fpu.Unit).Prem,
	0x39: (*fpu.Unit).YLog2XP1,
	0x3a: (*fpu.Unit).Sqrt,
	0x3b: (*fpu.Unit).SinCos,
	0x3c: (*fpu.Unit).RoundInt,
	0x3d: (*fpu.Unit).Scale,
	0x3e: (*fpu.Unit).Sin,
	0x3f: (*fpu.Unit).Cos,
}

func opFplain(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	x87Plain[op.imm&0x3f](&c.FPU)
	c.fpuAt(op)
	return c.fpuNext(op)
}

// opFnop is FNOP, and what names no operation.
func opFnop(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFarithStSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.ArithST(fpu.ArithOp(op.x), op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFarithStiSt(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.ArithSTi(fpu.ArithOp(op.x), op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFarithpStiSt(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.ArithP(fpu.ArithOp(op.x), op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFcomSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.Com(op.src, 0)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFcompSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.Com(op.src, 1)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFcompp(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.Com(1, 2)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFucomSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.UCom(op.src, 0)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFucompSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.UCom(op.src, 1)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFucompp(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.UCom(1, 2)
	c.fpuAt(op)
	return c.fpuNext(op)
}

// opFcomi is FCOMI, FUCOMI (DB) and FCOMIP, FUCOMIP (DF): OF, SF and AF become 0.
func opFcomi(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.setArithFlags(c.FPU.ComI(op.src, op.x == 5, op.imm>>8&7 == 7))
	c.fpuAt(op)
	return c.fpuNext(op)
}

// opFcmov: DA holds the conditions, DB their opposites.
func opFcmov(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.MoveIf(c.cond([4]uint8{2, 4, 6, 10}[op.x&3]) == (op.imm>>8&7 == 2), op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFldSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.LoadST(op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFstSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.StoreST(op.src, false)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFstpSti(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.StoreST(op.src, true)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFstp1(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.StoreSTNoCheck(op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFxch(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.Exchange(op.src)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFfree(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.Free(op.src, false)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFfreep(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.Free(op.src, true)
	c.fpuAt(op)
	return c.fpuNext(op)
}

func opFarithM32(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.ArithM32(fpu.ArithOp(op.x), c.ld32(op, op.seg, off))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFarithM64(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.ArithM64(fpu.ArithOp(op.x), c.ld64(op, op.seg, off))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFarithM32int(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.ArithInt(fpu.ArithOp(op.x), int32(c.ld32(op, op.seg, off)))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFarithM16int(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.ArithInt(fpu.ArithOp(op.x), int32(int16(c.ld16(op, op.seg, off))))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFldM32(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.LoadF32(c.ld32(op, op.seg, off))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFldM64(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.LoadF64(c.ld64(op, op.seg, off))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFldM80(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	lo, hi := c.ld80(op, op.seg, off)
	c.FPU.LoadF80(fpu.F80{Mant: lo, SE: hi})
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFildM16(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.LoadInt(int64(int16(c.ld16(op, op.seg, off))))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFildM32(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.LoadInt(int64(int32(c.ld32(op, op.seg, off))))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFildM64(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.LoadInt(int64(c.ld64(op, op.seg, off)))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFbld(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	c.FPU.LoadBCD(c.ld80(op, op.seg, off))
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

// Stores. The digit of the ModRM byte is 2 for those that do not pop. A store that an
// unmasked exception suppresses checks its operand all the same.

func opFstM32(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	v, p := c.FPU.StoreF32()
	if p.Write() {
		c.st32(op, op.seg, off, v)
	} else {
		c.checkWrite(op, op.seg, off, 4)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFstM64(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	v, p := c.FPU.StoreF64()
	if p.Write() {
		c.st64(op, op.seg, off, v)
	} else {
		c.checkWrite(op, op.seg, off, 8)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFistM16(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	v, p := c.FPU.StoreInt(16, false)
	if p.Write() {
		c.st16(op, op.seg, off, uint16(v))
	} else {
		c.checkWrite(op, op.seg, off, 2)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFistM32(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	v, p := c.FPU.StoreInt(32, false)
	if p.Write() {
		c.st32(op, op.seg, off, uint32(v))
	} else {
		c.checkWrite(op, op.seg, off, 4)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFistpM64(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	v, p := c.FPU.StoreInt(64, false)
	if p.Write() {
		c.st64(op, op.seg, off, uint64(v))
	} else {
		c.checkWrite(op, op.seg, off, 8)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFstpM80(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	v, p := c.FPU.StoreF80()
	if p.Write() {
		c.st80(op, op.seg, off, v.Mant, v.SE)
	} else {
		c.checkWrite80(op, op.seg, off)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}

func opFbstp(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	off := c.ea(op)
	lo, hi, p := c.FPU.StoreBCD()
	if p.Write() {
		c.st80(op, op.seg, off, lo, hi)
	} else {
		c.checkWrite80(op, op.seg, off)
	}
	c.FPU.Commit(p, op.x != 2)
	c.fpuAtData(op, off)
	return c.fpuNext(op)
}
