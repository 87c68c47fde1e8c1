package jit

import (
	"beige/cpu/fpu"
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// x87 loads, stores and control instructions.

// x87Read reads the operand in memory, a number of a format with fraction bits or an
// integer of size bytes, as one of the unit: significand to rsi, sign and exponent to
// r11d.
func (t *translator) x87Read(size uint8, integer bool) {
	t.access(size, false)
	if integer {
		t.x87FromInt(size)
		return
	}
	frac, bias, maxE := uint8(52), uint32(1023), uint32(2046)
	if size == 4 {
		frac, bias, maxE = 23, 127, 254
	}
	t.Load(size, si, t.target)
	t.Mov(8, r11, si)
	t.Shift(amd64.SHR, 8, r11, frac)
	t.Mov(4, di, r11)
	t.ALUImm(amd64.AND, 4, di, maxE+1)
	t.Dec(4, di)
	t.ALUImm(amd64.CMP, 4, di, maxE)
	sign := size*8 - 1 - frac
	other := t.cold(t.Jcc(amd64.AE), func() {
		t.Mov(8, di, si)
		t.ALU(amd64.ADD, size, di, di)
		t.miss(t.Jcc(amd64.NE))
		t.ALU(amd64.XOR, 4, si, si)
		t.Shift(amd64.SHR, 4, r11, sign)
		t.Shift(amd64.SHL, 4, r11, 15)
	})
	t.Shift(amd64.SHR, 4, r11, sign)
	t.Shift(amd64.SHL, 4, r11, 15)
	t.Lea(r11, amd64.Mem{Base: r11, Index: di, Disp: int32(expBias - bias + 1)})
	t.Shift(amd64.SHL, 8, si, 63-frac)
	t.RR(0x1ba, 8, 5, si) // BTS
	t.Imm(1, 63)
	t.join(other)
}

// x87FromInt is x87Read of an integer that is found.
func (t *translator) x87FromInt(size uint8) {
	switch size {
	case 2:
		t.RM(0x1bf, 8, si, t.target) // MOVSX
	case 4:
		t.RM(0x63, 8, si, t.target) // MOVSXD
	default:
		t.Load(8, si, t.target)
	}
	t.Mov(8, r11, si)
	t.Shift(amd64.SAR, 8, r11, 63)
	t.ALU(amd64.XOR, 8, si, r11)
	t.ALU(amd64.SUB, 8, si, r11)
	zero := t.cold(t.Jcc(amd64.E), func() {}) // r11 is 0
	t.RR(0x1bd, 8, di, si)                    // BSR
	t.ALUImm(amd64.XOR, 4, di, 63)
	t.Xchg(8, di, amd64.CX)
	t.ShiftCL(amd64.SHL, 8, si)
	t.Xchg(8, di, amd64.CX)
	t.ALUImm(amd64.AND, 4, r11, signBit)
	t.ALU(amd64.SUB, 4, r11, di)
	t.Lea(r11, amd64.At(r11, expBias+63))
	t.join(zero)
}

// emitFld is FLD and FILD.
func emitFld(t *translator) bool {
	a := t.in.Args[0]
	if a.Kind == isa.Mem && a.Size == 10 || !t.x87Head(true) {
		return false
	}
	if t.in.ModRM >= 0xc0 {
		i := t.in.RM()
		t.x87Full(i)
		t.x87Room()
		t.x87Index(di, i)
		m := t.st(di)
		t.Load(8, si, m)
		t.LoadZX(2, r11, se(m))
	} else {
		t.x87Room()
		t.x87Read(a.Size, t.in.Op == isa.FILD)
	}
	t.x87Push()
	t.x87Quiet()
	t.x87Done()
	return true
}

// emitFldConst is FLD1 to FLDZ.
func emitFldConst(t *translator) bool {
	if !t.x87Head(true) {
		return false
	}
	c := fpu.Constant(t.in.Op - isa.FLD1)
	if c != fpu.One && c != fpu.Zeros {
		t.x87Nearest()
	}
	t.x87Room()
	v := fpu.Const(c, fpu.NewEnv(cwPC64, fpu.M80387))
	t.MovImm64(si, v.Mant)
	t.MovImm(4, r11, uint32(v.SE))
	t.x87Push()
	t.x87Quiet()
	t.x87Done()
	return true
}

// emitFst is FST and FSTP to memory and to a register.
func emitFst(t *translator) bool {
	a := t.in.Args[0]
	pop := t.in.Op != isa.FST
	if a.Kind == isa.Mem && a.Size == 10 || !t.x87Head(true) {
		return false
	}
	t.x87Full(0)
	if t.in.ModRM >= 0xc0 {
		if i := t.in.RM(); i != 0 {
			t.x87Index(di, 0)
			m := t.st(di)
			t.Load(8, si, m)
			t.LoadZX(2, r11, se(m))
			t.x87Index(di, i)
			m = t.st(di)
			t.Store(8, m, si)
			t.Store(2, se(m), r11)
			t.x87Use(i)
		}
		t.x87Quiet()
	} else {
		t.x87Nearest()
		t.x87Narrow(a.Size)
		t.x87Write(a.Size)
	}
	if pop {
		t.x87Pop()
	}
	t.x87Done()
	return true
}

// x87Narrow rounds ST(0) to a format of size bytes: the result to rsi, what that raises
// to r11d.
func (t *translator) x87Narrow(size uint8) {
	frac, bias, maxE := uint8(52), uint32(1023), uint32(2046)
	if size == 4 {
		frac, bias, maxE = 23, 127, 254
	}
	drop := 63 - frac
	t.x87Index(di, 0)
	m := t.st(di)
	t.Load(8, r11, m)
	t.LoadZX(2, di, se(m))
	t.Mov(4, si, di)
	t.ALUImm(amd64.AND, 4, si, 0x7fff)
	t.ALUImm(amd64.SUB, 4, si, expBias-bias+1)
	t.ALUImm(amd64.CMP, 4, si, maxE-1) // the largest exponent may round to infinity
	other := t.cold(t.Jcc(amd64.AE), func() {
		t.Test(8, r11, r11)
		t.miss(t.Jcc(amd64.NE))
		t.Mov(4, si, di)
		t.ALUImm(amd64.AND, 4, si, 0x7fff)
		t.miss(t.Jcc(amd64.NE))
		t.Mov(4, si, di)
		t.Shift(amd64.SHL, 8, si, size*8-16)
	})
	t.Test(8, r11, r11)
	t.miss(t.Jcc(amd64.NS))
	t.Shift(amd64.SHR, 4, di, 15)
	t.Shift(amd64.SHL, 4, di, size*8-1-frac)
	t.Lea(si, amd64.Mem{Base: si, Index: di, Disp: 1})
	t.Shift(amd64.SHL, 8, si, frac)
	t.Mov(8, di, r11)
	t.Shift(amd64.SHL, 8, di, 64-drop)
	t.Shift(amd64.SHR, 8, di, 64-drop) // what is dropped
	t.ALU(amd64.ADD, 8, r11, r11)
	t.Shift(amd64.SHR, 8, r11, drop+1)
	t.ALU(amd64.ADD, 8, si, r11)
	// Up if that and the lowest bit are more than half.
	t.ALUImm(amd64.AND, 4, r11, 1)
	t.ALU(amd64.ADD, 8, r11, di)
	t.ALUImm(amd64.SUB, 8, r11, 1)
	t.ALUImm(amd64.ADC, 8, r11, 0)
	t.Shift(amd64.SHR, 8, r11, drop-1)
	t.ALU(amd64.ADD, 8, si, r11)
	t.x87Inexact(di)
	t.join(other)
}

// x87Inexact makes r11d, 1 if something was rounded up, what that raises; r is 0 if
// nothing was dropped, and is changed.
func (t *translator) x87Inexact(r amd64.Reg) {
	t.Unary(amd64.NEG, 8, r)
	t.ALU(amd64.SBB, 4, r, r)
	t.ALUImm(amd64.AND, 4, r, x87PE)
	t.Shift(amd64.SHL, 4, r11, 9)
	t.ALU(amd64.OR, 4, r11, r)
}

// x87Write stores the size bytes in rsi to the operand in memory, and raises what is in
// r11d.
func (t *translator) x87Write(size uint8) {
	l := t.x87()
	t.Store(8, t.state(l.Value), si)
	t.Store(4, t.state(l.Value+8), r11)
	t.access(size, true)
	t.Load(8, di, t.state(l.Value))
	t.Store(size, t.target, di)
	t.Load(4, r11, t.state(l.Value+8))
	t.x87Raise(r11, x87C1)
}

// emitFist is FIST and FISTP: to nearest and truncating.
func emitFist(t *translator) bool {
	size := t.in.Args[0].Size
	if !t.x87Head(true) {
		return false
	}
	l := t.x87()
	t.x87Full(0)
	t.TestMemImm(1, t.state(l.CW), x87PE)
	t.miss(t.Jcc(amd64.E))
	t.x87Index(di, 0)
	m := t.st(di)
	t.Load(8, si, m)
	t.LoadZX(2, r11, se(m))
	t.ALUImm(amd64.AND, 4, r11, 0x7fff)
	t.MovImm(4, di, expBias+63)
	t.ALU(amd64.SUB, 4, di, r11) // how far to shift right
	t.Lea(r11, amd64.At(di, -1))
	t.ALUImm(amd64.CMP, 4, r11, 63)
	other := t.cold(t.Jcc(amd64.AE), func() {
		// Zero, and what is below 1.
		t.ALU(amd64.XOR, 4, r11, r11)
		t.Test(8, si, si)
		zero := t.Jcc(amd64.E)
		t.miss(t.Jcc(amd64.NS))
		t.ALUImm(amd64.CMP, 4, di, 64)
		t.miss(t.Jcc(amd64.L))
		t.x87NearestOrChop(func() {
			t.ALUImm(amd64.CMP, 4, di, 64)
			t.miss(t.Jcc(amd64.E)) // from 1/2 on
		}, func() {})
		t.MovImm(4, r11, x87PE)
		t.ALU(amd64.XOR, 4, si, si)
		end := t.Jmp()
		t.Patch(zero, t.N)
		t.ALUImm(amd64.CMP, 4, di, expBias+63)
		t.miss(t.Jcc(amd64.NE))
		t.Patch(end, t.N)
	})
	t.Test(8, si, si)
	t.miss(t.Jcc(amd64.NS))
	t.Mov(8, r11, si)
	t.Xchg(8, di, amd64.CX)
	t.ShiftCL(amd64.SHR, 8, si)
	t.Unary(amd64.NEG, 4, amd64.CX)
	t.ShiftCL(amd64.SHL, 8, r11) // the fraction; its lowest bit is clear
	t.Xchg(8, di, amd64.CX)
	t.Mov(8, di, r11)
	t.x87NearestOrChop(func() {
		t.Mov(4, r11, si)
		t.ALUImm(amd64.AND, 4, r11, 1)
		t.ALU(amd64.ADD, 8, r11, di)
		t.ALUImm(amd64.SUB, 8, r11, 1)
		t.ALUImm(amd64.ADC, 8, r11, 0)
		t.Shift(amd64.SHR, 8, r11, 63)
	}, func() {
		t.ALU(amd64.XOR, 4, r11, r11)
	})
	t.ALU(amd64.ADD, 8, si, r11)
	t.x87Inexact(di)
	t.Mov(8, di, si)
	t.Shift(amd64.SHR, 8, di, size*8-1)
	t.miss(t.Jcc(amd64.NE))
	t.x87Index(di, 0)
	t.LoadZX(2, di, se(t.st(di)))
	t.Shift(amd64.SHR, 4, di, 15)
	t.Unary(amd64.NEG, 8, di)
	t.ALU(amd64.XOR, 8, si, di)
	t.ALU(amd64.SUB, 8, si, di)
	t.join(other)
	t.x87Write(size)
	if t.in.Op == isa.FISTP {
		t.x87Pop()
	}
	t.x87Done()
	return true
}

// x87NearestOrChop does one of two things by the rounding control, and leaves if it
// says something else.
func (t *translator) x87NearestOrChop(nearest, chop func()) {
	cw := t.state(t.x87().CW)
	t.TestMemImm(2, cw, cwRC)
	other := t.Jcc(amd64.NE)
	nearest()
	end := t.Jmp()
	t.Patch(other, t.N)
	t.LoadZX(2, r11, cw)
	t.Unary(amd64.NOT, 4, r11)
	t.TestImm(4, r11, cwRC)
	t.miss(t.Jcc(amd64.NE))
	chop()
	t.Patch(end, t.N)
}

func emitFxch(t *translator) bool {
	if !t.x87Head(true) {
		return false
	}
	i := t.in.RM()
	t.x87Full(0)
	t.x87Full(i)
	if i != 0 {
		l := t.x87()
		t.x87Index(di, 0)
		t.x87Index(si, i)
		a, b := t.st(di), t.st(si)
		t.Load(8, r11, a)
		t.Store(8, t.state(l.Value), r11)
		t.Load(8, r11, b)
		t.Store(8, a, r11)
		t.Load(8, r11, t.state(l.Value))
		t.Store(8, b, r11)
		t.LoadZX(2, r11, se(a))
		t.Store(4, t.state(l.Value), r11)
		t.LoadZX(2, r11, se(b))
		t.Store(2, se(a), r11)
		t.Load(4, r11, t.state(l.Value))
		t.Store(2, se(b), r11)
	}
	t.x87Quiet()
	t.x87Done()
	return true
}

// emitFsign is FCHS and FABS.
func emitFsign(t *translator) bool {
	if !t.x87Head(true) {
		return false
	}
	t.x87Full(0)
	t.x87Index(di, 0)
	m := t.st(di)
	m.Disp += 9
	if t.in.Op == isa.FCHS {
		t.ALUStoreImm(amd64.XOR, 1, m, 0x80)
	} else {
		t.ALUStoreImm(amd64.AND, 1, m, 0x7f)
	}
	t.x87Quiet()
	t.x87Done()
	return true
}

func emitFnstsw(t *translator) bool {
	if !t.x87Head(false) {
		return false
	}
	l := t.x87()
	toAX := t.in.ModRM >= 0xc0
	if toAX {
		t.clobbers(0, 2)
	} else {
		t.access(2, true)
	}
	t.LoadZX(1, di, t.state(l.Top))
	t.Shift(amd64.SHL, 4, di, 11)
	t.ALULoad(amd64.OR, 2, di, t.state(l.SW))
	if toAX {
		t.Mov(2, amd64.AX, di)
		t.wrote(0, 2)
	} else {
		t.Store(2, t.target, di)
	}
	return true
}

func emitFnstcw(t *translator) bool {
	if !t.x87Head(false) {
		return false
	}
	t.access(2, true)
	t.LoadZX(2, di, t.state(t.x87().CW))
	t.Store(2, t.target, di)
	return true
}

// emitFldcw leaves if that would make an error pending.
func emitFldcw(t *translator) bool {
	if !t.x87Head(true) {
		return false
	}
	l := t.x87()
	t.access(2, false)
	t.LoadZX(2, si, t.target)
	t.ALUImm(amd64.AND, 4, si, 0x1f3f)
	t.ALUImm(amd64.OR, 4, si, 1<<6)
	t.Mov(4, di, si)
	t.Unary(amd64.NOT, 4, di)
	t.ALUImm(amd64.AND, 4, di, x87Exc)
	t.LoadZX(2, r11, t.state(l.SW))
	t.Test(4, di, r11)
	t.miss(t.Jcc(amd64.NE))
	t.ALUStoreImm(amd64.CMP, 1, t.state(l.FERR), 0)
	t.miss(t.Jcc(amd64.NE))
	t.ALUImm(amd64.AND, 4, r11, 0xffff&^(x87ES|x87B))
	t.Store(2, t.state(l.SW), r11)
	t.Store(2, t.state(l.CW), si)
	t.known.nearest, t.known.plain = false, false
	return true
}
