package jit

import (
	"beige/cpu/fpu"
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// x87 arithmetic and comparisons. Operands are normal numbers and zeros, results are
// rounded to nearest and 64 bits. The steps are those of cpu/fpu's fast paths.

const (
	ax = amd64.AX
	cx = amd64.CX
	dx = amd64.DX
)

// x87Lend saves AX, CX and DX of the guest, for the code up to x87Return to use.
func (t *translator) x87Lend() {
	for r := range uint8(3) {
		t.Store(8, t.state(t.x87().Saved+8*int32(r)), hostOf[r])
		t.known.saved |= 1 << r
	}
}

// x87Return has the guest's registers back in their places.
func (t *translator) x87Return() {
	for r := range uint8(3) {
		if t.known.saved>>r&1 != 0 {
			t.Load(8, hostOf[r], t.state(t.x87().Saved+8*int32(r)))
		}
	}
	t.known.saved = 0
}

// x87Source reads the operand in memory, if the instruction has one, to the slot. flip
// changes its sign.
func (t *translator) x87Source(flip bool) {
	size := t.in.Args[0].Size
	t.x87Read(size, t.in.Opcode == 0xda || t.in.Opcode == 0xde)
	t.toSlot(flip)
}

// toSlot puts significand rsi with sign and exponent r11d into the slot.
func (t *translator) toSlot(flip bool) {
	if flip {
		t.ALUImm(amd64.XOR, 4, r11, signBit)
	}
	m := t.state(t.x87().Slot)
	t.Store(8, m, si)
	t.Store(2, se(m), r11)
}

// x87Copy puts ST(i) with its sign changed into the slot.
func (t *translator) x87Copy(i uint8) {
	t.x87Index(di, i)
	m := t.st(di)
	t.Load(8, si, m)
	t.LoadZX(2, r11, se(m))
	t.toSlot(true)
}

// emitFarith is the arithmetic of D8, DA, DC and DE.
func emitFarith(t *translator) bool {
	in := t.in
	if !t.x87Head(true) {
		return false
	}
	op, i := fpu.ArithOp(in.RegField()), in.RM()
	inMem := in.ModRM < 0xc0
	t.x87Plain()
	t.x87Full(0)
	dst := uint8(0)
	if !inMem {
		t.x87Full(i)
		if in.Opcode != 0xd8 {
			dst = i
		}
	}
	// The operands are at rdi and rsi; those of OpSub and OpSubR are added.
	slot := t.state(t.x87().Slot)
	flip, flipped := op == fpu.OpSub, op == fpu.OpSubR
	if inMem {
		t.x87Source(flip)
		if flipped {
			t.x87Reverse()
		} else {
			t.RM(0x8d, 8, si, slot) // LEA
			t.x87Address(di, 0)
		}
	} else {
		switch {
		case flip:
			t.x87Copy(i)
			t.RM(0x8d, 8, si, slot)
			t.x87Address(di, 0)
		case flipped:
			t.x87Copy(0)
			t.RM(0x8d, 8, di, slot)
			t.x87Address(si, i)
		default:
			t.x87Address(si, i)
			t.x87Address(di, 0)
		}
	}
	t.x87Lend()
	switch op {
	case fpu.OpAdd, fpu.OpSub, fpu.OpSubR:
		t.x87Add()
	case fpu.OpMul:
		t.x87Mul()
	case fpu.OpDiv:
		t.x87Div()
	case fpu.OpDivR:
		t.Xchg(8, di, si)
		t.x87Div()
	}
	// Significand rax, sign and exponent edi, raised r11d.
	t.x87Index(si, dst)
	m := t.st(si)
	t.Store(8, m, ax)
	t.Store(2, se(m), di)
	t.x87Return()
	t.x87Raise(r11, x87C1)
	if in.Opcode == 0xde && !inMem {
		t.x87Pop()
	}
	t.x87Done()
	return true
}

// x87Reverse has the operand that is in the slot move on, to Value, and puts ST(0) with its
// sign changed there.
func (t *translator) x87Reverse() {
	l := t.x87()
	slot, value := t.state(l.Slot), t.state(l.Value)
	t.Load(8, r11, slot)
	t.Store(8, value, r11)
	t.LoadZX(2, r11, se(slot))
	t.Store(2, se(value), r11)
	t.x87Copy(0)
	t.RM(0x8d, 8, di, slot)
	t.RM(0x8d, 8, si, value)
}

// x87Add adds the numbers at rdi and rsi.
func (t *translator) x87Add() {
	a, b := amd64.At(di, 0), amd64.At(si, 0)
	// The larger exponent at rdi; rcx = how much larger.
	t.LoadZX(2, ax, se(a))
	t.LoadZX(2, dx, se(b))
	t.ALUImm(amd64.AND, 4, ax, 0x7fff)
	t.ALUImm(amd64.AND, 4, dx, 0x7fff)
	t.Mov(8, r11, di)
	t.ALU(amd64.SUB, 4, ax, dx)
	t.CMov(amd64.B, 8, di, si)
	t.CMov(amd64.B, 8, si, r11)
	t.Mov(4, cx, ax)
	t.Unary(amd64.NEG, 4, cx)
	t.CMov(amd64.S, 4, cx, ax)
	t.Load(8, ax, a)
	t.Load(8, dx, b)
	t.LoadZX(2, di, se(a))
	t.LoadZX(2, si, se(b))
	t.Mov(8, r11, ax)
	t.ALU(amd64.AND, 8, r11, dx)
	var done []int
	done = append(done, t.cold(t.Jcc(amd64.NS), func() {
		// The one with the smaller exponent is zero.
		t.Test(8, dx, dx)
		t.miss(t.Jcc(amd64.NE))
		t.TestImm(4, si, 0x7fff)
		t.miss(t.Jcc(amd64.NE))
		t.Mov(4, r11, di)
		t.ALUImm(amd64.AND, 4, r11, 0x7fff)
		both := t.Jcc(amd64.E)
		t.ALUImm(amd64.CMP, 4, r11, expMax)
		t.miss(t.Jcc(amd64.A))
		t.Test(8, ax, ax)
		t.miss(t.Jcc(amd64.NS))
		end := t.Jmp()
		t.Patch(both, t.N)
		t.Test(8, ax, ax)
		t.miss(t.Jcc(amd64.NE))
		t.ALU(amd64.AND, 4, di, si)
		t.Patch(end, t.N)
		t.ALU(amd64.XOR, 4, r11, r11)
	}))
	t.ALUImm(amd64.CMP, 4, cx, 64)
	t.miss(t.Jcc(amd64.AE))
	t.TestImm(4, si, 0x7fff)
	t.miss(t.Jcc(amd64.E))
	// edi = exponent, ecx = sign, esi = signs differ.
	t.Mov(8, r11, dx)
	t.ShiftCL(amd64.SHR, 8, dx)
	t.ALU(amd64.ADD, 8, r11, r11)
	t.Unary(amd64.NOT, 4, cx)
	t.ShiftCL(amd64.SHL, 8, r11)
	t.Mov(4, cx, di)
	t.ALUImm(amd64.AND, 4, di, 0x7fff)
	t.ALU(amd64.XOR, 4, si, cx)
	t.ALUImm(amd64.AND, 4, cx, signBit)
	t.ALUImm(amd64.CMP, 4, di, expMax)
	t.miss(t.Jcc(amd64.A))
	t.TestImm(4, si, signBit)
	t.Mov(4, si, cx)
	differ := t.Jcc(amd64.NE)

	t.ALU(amd64.ADD, 8, ax, dx)
	added := t.Jcc(amd64.AE)
	t.Mov(8, dx, ax)
	t.Shift(amd64.SHL, 8, dx, 63)
	t.Shift(amd64.SHR, 8, r11, 1) // bit 0 is clear: at most 63 bits are in it
	t.ALU(amd64.OR, 8, r11, dx)
	t.Shift(amd64.SHR, 8, ax, 1)
	t.RR(0x1ba, 8, 5, ax) // BTS
	t.Imm(1, 63)
	t.Inc(4, di)
	carried := t.Jmp()

	t.Patch(differ, t.N)
	t.Unary(amd64.NEG, 8, r11)
	t.ALU(amd64.SBB, 8, ax, dx)
	larger := t.Jcc(amd64.AE)
	// Equal exponents, and nothing in r11.
	t.Unary(amd64.NEG, 8, ax)
	t.ALUImm(amd64.XOR, 4, si, signBit)
	t.Patch(larger, t.N)
	t.Test(8, ax, ax)
	normal := t.Jcc(amd64.S)
	done = append(done, t.cold(t.Jcc(amd64.E), func() {
		t.Test(8, r11, r11)
		t.miss(t.Jcc(amd64.NE))
		t.ALU(amd64.XOR, 4, di, di) // +0
	}))
	t.RR(0x1bd, 8, cx, ax) // BSR
	t.ALUImm(amd64.XOR, 4, cx, 63)
	t.RR(0x1a5, 8, r11, ax) // SHLD ax, r11, CL
	t.ShiftCL(amd64.SHL, 8, r11)
	t.ALU(amd64.SUB, 4, di, cx)
	t.Patch(normal, t.N)
	t.Patch(added, t.N)
	t.Patch(carried, t.N)
	t.x87Round()
	for _, c := range done {
		t.join(c)
	}
}

// x87Round rounds the number with significand rax, of which r11 are the bits below the
// last place, exponent edi and sign esi: significand rax, sign and exponent edi, raised
// r11d.
func (t *translator) x87Round() {
	t.Lea(cx, amd64.At(di, -1))
	t.ALUImm(amd64.CMP, 4, cx, expMax-1)
	t.miss(t.Jcc(amd64.AE))
	t.Mov(8, dx, r11) // for PE
	t.RM(0x8d, 8, cx, amd64.Mem{Base: r11, Index: r11})
	t.Unary(amd64.NEG, 8, cx)
	t.ALU(amd64.SBB, 4, cx, cx)
	t.ALU(amd64.OR, 4, cx, ax)
	t.Shift(amd64.SHR, 8, r11, 63)
	t.ALU(amd64.AND, 4, r11, cx)
	t.ALU(amd64.ADD, 8, ax, r11)
	t.ALU(amd64.SBB, 4, cx, cx)
	t.ALU(amd64.SUB, 4, di, cx)
	t.Shift(amd64.SHL, 8, cx, 63)
	t.ALU(amd64.OR, 8, ax, cx)
	t.ALU(amd64.OR, 4, di, si)
	t.x87Inexact(dx)
}

// x87Signs makes edi and esi the exponents of the numbers at rdi and rsi and ecx the sign
// of their product. It leaves for what is not a normal number or zero; zero is what is done
// if there is one, with those in ecx and significands in rax and rdx.
func (t *translator) x87Signs(zero func()) (done int) {
	t.Load(8, ax, amd64.At(di, 0))
	t.Load(8, dx, amd64.At(si, 0))
	t.LoadZX(2, di, amd64.At(di, 8))
	t.LoadZX(2, si, amd64.At(si, 8))
	t.Mov(4, cx, di)
	t.ALU(amd64.XOR, 4, cx, si)
	t.ALUImm(amd64.AND, 4, cx, signBit)
	t.ALUImm(amd64.AND, 4, di, 0x7fff)
	t.ALUImm(amd64.AND, 4, si, 0x7fff)
	t.Mov(8, r11, ax)
	t.ALU(amd64.AND, 8, r11, dx)
	done = t.cold(t.Jcc(amd64.NS), zero)
	for _, r := range []amd64.Reg{di, si} {
		t.Lea(r11, amd64.At(r, -1))
		t.ALUImm(amd64.CMP, 4, r11, expMax)
		t.miss(t.Jcc(amd64.AE))
	}
	return done
}

// zeroOrNormal leaves if the number with significand m and exponent e is neither.
func (t *translator) zeroOrNormal(m, e amd64.Reg) {
	t.Test(8, m, m)
	zero := t.Jcc(amd64.E)
	t.miss(t.Jcc(amd64.NS))
	t.Lea(r11, amd64.At(e, -1))
	t.ALUImm(amd64.CMP, 4, r11, expMax)
	t.miss(t.Jcc(amd64.AE))
	end := t.Jmp()
	t.Patch(zero, t.N)
	t.Test(4, e, e)
	t.miss(t.Jcc(amd64.NE))
	t.Patch(end, t.N)
}

// x87Mul multiplies the numbers at rdi and rsi.
func (t *translator) x87Mul() {
	done := t.x87Signs(func() {
		t.zeroOrNormal(ax, di)
		t.zeroOrNormal(dx, si)
		t.ALU(amd64.XOR, 4, ax, ax)
		t.Mov(4, di, cx)
		t.ALU(amd64.XOR, 4, r11, r11)
	})
	t.Lea(di, amd64.Mem{Base: di, Index: si, Disp: -(expBias - 1)})
	t.Mov(4, si, cx)
	t.Unary(amd64.MUL, 8, dx)
	t.Mov(8, r11, ax)
	t.Mov(8, ax, dx)
	// Shifted by one if bit 127 is clear.
	t.Mov(8, cx, dx)
	t.Unary(amd64.NOT, 8, cx)
	t.Shift(amd64.SHR, 8, cx, 63)
	t.RR(0x1a5, 8, r11, ax) // SHLD ax, r11, CL
	t.ShiftCL(amd64.SHL, 8, r11)
	t.ALU(amd64.SUB, 4, di, cx)
	t.x87Round()
	t.join(done)
}

// x87Div divides the number at rdi by that at rsi.
func (t *translator) x87Div() {
	done := t.x87Signs(func() {
		// A zero divided by a number.
		t.Test(8, ax, ax)
		t.miss(t.Jcc(amd64.NE))
		t.Test(8, dx, dx)
		t.miss(t.Jcc(amd64.NS))
		t.zeroOrNormal(ax, di)
		t.zeroOrNormal(dx, si)
		t.Mov(4, di, cx)
		t.ALU(amd64.XOR, 4, r11, r11)
	})
	t.ALU(amd64.SUB, 4, di, si)
	t.ALUImm(amd64.ADD, 4, di, expBias)
	t.Mov(4, si, cx)
	t.Mov(8, cx, dx)
	t.Mov(8, dx, ax)
	t.ALU(amd64.XOR, 4, ax, ax)
	t.ALU(amd64.CMP, 8, dx, cx)
	below := t.Jcc(amd64.B)
	t.Shift(amd64.SHR, 8, dx, 1)
	t.Shift(amd64.RCR, 8, ax, 1)
	t.Inc(4, di)
	t.Patch(below, t.N)
	t.Dec(4, di)
	t.Unary(amd64.DIV, 8, cx)
	// The remainder says zero, below or above half.
	t.ALU(amd64.SUB, 8, cx, dx)
	t.ALU(amd64.CMP, 8, dx, cx)
	t.ALU(amd64.SBB, 8, r11, r11)
	t.Unary(amd64.NOT, 8, r11)
	t.Shift(amd64.SHL, 8, r11, 63)
	t.Unary(amd64.NEG, 8, dx)
	t.ALU(amd64.SBB, 4, dx, dx)
	t.ALUImm(amd64.AND, 4, dx, 1)
	t.ALU(amd64.OR, 8, r11, dx)
	t.x87Round()
	t.join(done)
}

// x87Compare compares the numbers at rdi and rsi: condition codes to r11d.
func (t *translator) x87Compare() {
	a, b := amd64.At(di, 0), amd64.At(si, 0)
	for _, m := range []amd64.Mem{a, b} {
		t.LoadZX(2, r11, se(m))
		t.ALUImm(amd64.AND, 4, r11, 0x7fff)
		t.Dec(4, r11)
		t.ALUImm(amd64.CMP, 4, r11, expMax)
		zero := t.cold(t.Jcc(amd64.AE), func() {
			t.Inc(4, r11)
			t.miss(t.Jcc(amd64.NE))
			t.ALUStoreImm(amd64.CMP, 8, m, 0)
			t.miss(t.Jcc(amd64.NE))
		})
		t.ALUStoreImm(amd64.CMP, 8, m, 0)
		t.miss(t.Jcc(amd64.NS))
		t.join(zero)
	}
	t.LoadZX(2, r11, se(a))
	t.ALULoad(amd64.XOR, 2, r11, se(b))
	done := t.cold(t.Jcc(amd64.S), func() {
		t.Load(8, r11, a)
		t.ALULoad(amd64.OR, 8, r11, b)
		zeros := t.Jcc(amd64.E)
		t.LoadZX(1, r11, amd64.At(di, 9))
		t.ALU(amd64.ADD, 4, r11, r11)
		t.ALUImm(amd64.AND, 4, r11, x87C0)
		end := t.Jmp()
		t.Patch(zeros, t.N)
		t.MovImm(4, r11, x87C3)
		t.Patch(end, t.N)
	})
	t.Load(8, r11, a)
	t.ALULoad(amd64.CMP, 8, r11, b)
	t.LoadZX(2, r11, se(a))
	differ := t.Jcc(amd64.NE)
	t.ALULoad(amd64.CMP, 2, r11, se(b))
	exponent := t.Jcc(amd64.NE)
	t.MovImm(4, r11, x87C3)
	end := t.Jmp()
	t.Patch(differ, t.N)
	t.ALULoad(amd64.SBB, 2, r11, se(b))
	t.Patch(exponent, t.N)
	t.ALU(amd64.SBB, 4, r11, r11)
	t.ALUImm(amd64.AND, 4, r11, x87C0)
	t.TestMemImm(1, amd64.At(di, 9), 0x80)
	positive := t.Jcc(amd64.E)
	t.ALUImm(amd64.XOR, 4, r11, x87C0)
	t.Patch(positive, t.N)
	t.Patch(end, t.N)
	t.join(done)
}

// x87Relation ends a comparison that pops.
func (t *translator) x87Relation(pops uint8) {
	t.x87Raise(r11, x87C0|x87C1|x87C2|x87C3)
	for ; pops > 0; pops-- {
		t.x87Pop()
	}
	t.x87Done()
}

// emitFcom is FCOM, FUCOM and their kin: normal numbers and zeros compare alike.
func emitFcom(t *translator) bool {
	in := t.in
	if !t.x87Head(true) {
		return false
	}
	t.x87Full(0)
	if in.ModRM < 0xc0 {
		t.x87Source(false)
		t.RM(0x8d, 8, si, t.state(t.x87().Slot)) // LEA
	} else {
		t.x87Full(in.RM())
		t.x87Address(si, in.RM())
	}
	t.x87Address(di, 0)
	t.x87Compare()
	pops := uint8(0)
	switch in.Op {
	case isa.FCOMP, isa.FICOMP, isa.FCOMP3, isa.FCOMP5, isa.FUCOMP:
		pops = 1
	case isa.FCOMPP, isa.FUCOMPP:
		pops = 2
	}
	t.x87Relation(pops)
	return true
}

func emitFtst(t *translator) bool {
	if !t.x87Head(true) {
		return false
	}
	t.x87Full(0)
	t.ALU(amd64.XOR, 4, si, si)
	t.ALU(amd64.XOR, 4, r11, r11)
	t.toSlot(false)
	t.RM(0x8d, 8, si, t.state(t.x87().Slot)) // LEA
	t.x87Address(di, 0)
	t.x87Compare()
	t.x87Relation(0)
	return true
}

// emitFcomi is FCOMI, FUCOMI and their kin.
func emitFcomi(t *translator) bool {
	in := t.in
	if !t.x87Head(true) {
		return false
	}
	t.x87Full(0)
	t.x87Full(in.RM())
	t.x87Address(si, in.RM())
	t.x87Address(di, 0)
	t.x87Compare()
	if t.needed() {
		// As setArithFlags has it: results 1 and 0, of which the parity of 0 is inverted,
		// or 1 with CF and the carry below it.
		t.Mov(4, di, r11)
		t.Shift(amd64.SHR, 4, di, 14)
		t.Mov(4, si, di)
		t.ALUImm(amd64.XOR, 4, si, 1)
		t.Store(8, t.state(t.lay.Res), si)
		t.Shift(amd64.SHL, 4, di, 8)
		t.ALUImm(amd64.AND, 4, r11, x87C0)
		t.Mov(4, si, r11)
		t.Shift(amd64.SHL, 4, r11, 23)
		t.Shift(amd64.SHL, 4, si, 22)
		t.ALU(amd64.OR, 4, di, r11)
		t.ALU(amd64.OR, 4, di, si)
		t.Store(4, t.state(t.lay.Aux), di)
	}
	t.set(pending{})
	if in.Op == isa.FCOMIP || in.Op == isa.FUCOMIP {
		t.x87Pop()
	}
	t.x87Done()
	return true
}
