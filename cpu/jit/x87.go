package jit

import (
	"beige/cpu/fpu"
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Instructions of the x87 unit, as integer work: the host's floating point takes no
// part. Translated code does what happens to normal numbers and zeros while nothing is
// raised but PE, which is masked; in front of the rest it leaves to the interpreter.
//
// What is known of the unit at a place in the trace (x87Known) needs no check again.
// Every translated instruction that raises something unmasked leaves, so ES stays
// clear behind the first check.

// X87Layout is the part of Layout for the unit (cpu/fpu's Unit).
type X87Layout struct {
	Is bool // there is a unit, of the 387 or later

	CR0, FERR          int32
	R                  int32 // of 16 bytes each: significand, sign and exponent
	CW, SW, Top, Use   int32
	FCS, FDS, FOP      int32
	FIP, FDP           int32
	Slot, Value, Saved int32 // scratch: a number like those in R; 16 bytes; 8 registers
}

// x87Known is what is known of the unit in front of the current instruction.
type x87Known struct {
	nm, ok      bool  // CR0.EM and CR0.TS are clear; ES is clear too
	cs          bool  // FCS is CS
	ds          uint8 // FDS is that segment, plus one
	noC1        bool  // C1 is clear
	plain       bool  // the control word has what x87Plain asks for
	full, empty uint8 // bit i: ST(i) is so
	saved       uint8 // registers of the guest, by number, that are lent: they are in Saved
}

// Bits of the control and status words (SDM volume 1, section 8.1).
const (
	x87PE  = 1 << 5
	x87ES  = 1 << 7
	x87C0  = 1 << 8
	x87C1  = 1 << 9
	x87C2  = 1 << 10
	x87C3  = 1 << 14
	x87B   = 1 << 15
	x87Exc = 0x3f

	cwRC    = 3 << 10
	cwPlain = cwRC | 3<<8 | x87PE
	cwIs    = 3<<8 | x87PE // to nearest, 64 bits, PE masked

	cr0EM, cr0TS = 1 << 2, 1 << 3

	expBias, expMax = 16383, 0x7ffe
	signBit         = 0x8000
)

func (t *translator) x87() *X87Layout { return &t.lay.X87 }

// x87Head is what stands in front of every instruction; waits says that it is no FN form.
func (t *translator) x87Head(waits bool) bool {
	if !t.lay.X87.Is {
		return false
	}
	l, k := t.x87(), &t.known
	t.host = false
	if !k.nm {
		t.testImm(1, t.state(l.CR0), cr0EM|cr0TS)
		t.miss(t.Jcc(amd64.NE))
		k.nm = true
	}
	if waits && !k.ok {
		t.testImm(1, t.state(l.SW), x87ES)
		t.miss(t.Jcc(amd64.NE))
		k.ok = true
	}
	return true
}

func (t *translator) testImm(size uint8, m amd64.Mem, v uint32) {
	t.RM(0xf6|uint16(min(size, 2)>>1), size, 0, m)
	t.Imm(size, v)
}

// x87Plain asks for the usual control word.
func (t *translator) x87Plain() {
	if t.known.plain {
		return
	}
	t.LoadZX(2, di, t.state(t.x87().CW))
	t.ALUImm(amd64.AND, 4, di, cwPlain)
	t.ALUImm(amd64.CMP, 4, di, cwIs)
	t.miss(t.Jcc(amd64.NE))
	t.known.plain = true
}

// x87Index writes the number of the register that is ST(i) to dst.
func (t *translator) x87Index(dst amd64.Reg, i uint8) {
	t.LoadZX(1, dst, t.state(t.x87().Top))
	if i != 0 {
		t.ALUImm(amd64.ADD, 4, dst, uint32(i))
		t.ALUImm(amd64.AND, 4, dst, 7)
	}
}

// x87Full leaves if ST(i) is empty. It changes di and r11.
func (t *translator) x87Full(i uint8) {
	if t.known.full>>i&1 != 0 {
		return
	}
	t.x87Tag(i)
	t.miss(t.Jcc(amd64.AE))
	t.known.full |= 1 << i
}

// x87Room leaves if there is something where a push would go.
func (t *translator) x87Room() {
	if t.known.empty>>7 != 0 {
		return
	}
	t.x87Tag(7)
	t.miss(t.Jcc(amd64.B))
	t.known.empty |= 1 << 7
}

func (t *translator) x87Tag(i uint8) {
	t.x87Index(di, i)
	t.LoadZX(1, r11, t.state(t.x87().Use))
	t.RR(0x1a3, 4, di, r11) // BT
}

// st is ST(i), whose number is in index, which is changed for it.
func (t *translator) st(index amd64.Reg) amd64.Mem {
	t.Shift(amd64.SHL, 4, index, 4)
	return amd64.Mem{Base: amd64.R10, Index: index, Disp: t.x87().R}
}

// se is the place of sign and exponent of the number at m.
func se(m amd64.Mem) amd64.Mem {
	m.Disp += 8
	return m
}

// x87Address writes the address of ST(i) to dst.
func (t *translator) x87Address(dst amd64.Reg, i uint8) {
	t.x87Index(dst, i)
	t.RM(0x8d, 8, dst, t.st(dst)) // LEA
}

// x87Push pushes the number with significand rsi and sign and exponent r11d. There is
// room.
func (t *translator) x87Push() {
	l, k := t.x87(), &t.known
	t.x87Index(di, 7)
	t.Store(1, t.state(l.Top), amd64.DIL)
	m := t.st(di)
	t.Store(8, m, si)
	t.Store(2, se(m), r11)
	t.Shift(amd64.SHR, 4, di, 4)
	t.LoadZX(1, r11, t.state(l.Use))
	t.RR(0x1ab, 4, di, r11) // BTS
	t.Store(1, t.state(l.Use), r11)
	k.full = k.full<<1 | 1
	k.empty <<= 1
}

// x87Pop pops. It changes di and r11.
func (t *translator) x87Pop() {
	l, k := t.x87(), &t.known
	t.LoadZX(1, di, t.state(l.Top))
	t.LoadZX(1, r11, t.state(l.Use))
	t.RR(0x1b3, 4, di, r11) // BTR
	t.Store(1, t.state(l.Use), r11)
	t.Inc(4, di)
	t.ALUImm(amd64.AND, 4, di, 7)
	t.Store(1, t.state(l.Top), amd64.DIL)
	k.full >>= 1
	k.empty = k.empty>>1 | 1<<7
}

// x87Use marks ST(i) in use.
func (t *translator) x87Use(i uint8) {
	l, k := t.x87(), &t.known
	if k.full>>i&1 == 0 {
		t.x87Index(di, i)
		t.LoadZX(1, r11, t.state(l.Use))
		t.RR(0x1ab, 4, di, r11) // BTS
		t.Store(1, t.state(l.Use), r11)
		k.full |= 1 << i
		k.empty &^= 1 << i
	}
}

// x87Quiet is the status word behind an instruction that raised nothing.
func (t *translator) x87Quiet() {
	if !t.known.noC1 {
		t.ALUStoreImm(amd64.AND, 1, t.state(t.x87().SW+1), 0xff&^(x87C1>>8))
		t.known.noC1 = true
	}
}

// x87Raise puts the exceptions and condition codes in r into the status word, of which
// clear says what is replaced.
func (t *translator) x87Raise(r amd64.Reg, clear uint32) {
	sw := t.state(t.x87().SW)
	tmp := di
	if r == di {
		tmp = si
	}
	t.LoadZX(2, tmp, sw)
	t.ALUImm(amd64.AND, 4, tmp, ^clear)
	t.ALU(amd64.OR, 4, tmp, r)
	t.Store(2, sw, tmp)
	t.known.noC1 = false
}

// x87Done notes the current instruction as the last one, and its operand in memory.
func (t *translator) x87Done() {
	l, k, in := t.x87(), &t.known, t.in
	t.Load(4, di, t.state(t.lay.IP))
	if in.Off != 0 {
		t.ALUImm(amd64.ADD, 4, di, in.Off)
	}
	t.Store(8, t.state(l.FIP), di)
	t.StoreImm(2, t.state(l.FOP), uint32(in.Opcode&7)<<8|uint32(in.ModRM))
	if !k.cs {
		t.LoadZX(2, di, t.state(t.lay.SegSel[isa.CS]))
		t.Store(2, t.state(l.FCS), di)
		k.cs = true
	}
	if in.ModRM >= 0xc0 {
		return
	}
	t.address(di, 0)
	t.Store(8, t.state(l.FDP), di)
	if k.ds != in.Seg+1 {
		t.LoadZX(2, di, t.state(t.lay.SegSel[in.Seg]))
		t.Store(2, t.state(l.FDS), di)
		k.ds = in.Seg + 1
	}
}

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
		t.x87Plain()
	}
	t.x87Room()
	v := fpu.Const(c, fpu.NewEnv(cwIs, fpu.M80387))
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
		t.x87Plain()
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
	t.testImm(1, t.state(l.CW), x87PE)
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
		t.ALUImm(amd64.CMP, 4, di, expBias+63)
		t.miss(t.Jcc(amd64.E)) // a denormal
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
	t.testImm(2, cw, cwRC)
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
	t.known.plain = false
	return true
}
