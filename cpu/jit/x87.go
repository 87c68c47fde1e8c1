package jit

import (
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
	nearest     bool  // the control word has what x87Nearest asks for,
	plain       bool  // and x87Plain
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

	cwRC   = 3 << 10
	cwPC   = 3 << 8
	cwPC64 = cwPC

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
		t.TestMemImm(1, t.state(l.CR0), cr0EM|cr0TS)
		t.miss(t.Jcc(amd64.NE))
		k.nm = true
	}
	if waits && !k.ok {
		t.TestMemImm(1, t.state(l.SW), x87ES)
		t.miss(t.Jcc(amd64.NE))
		k.ok = true
	}
	return true
}

// x87Nearest asks for rounding to nearest with PE masked.
func (t *translator) x87Nearest() {
	if !t.known.nearest {
		t.x87CW(cwRC|x87PE, x87PE)
		t.known.nearest = true
	}
}

// x87Plain asks for 64 bits as well.
func (t *translator) x87Plain() {
	if !t.known.plain {
		t.x87CW(cwRC|cwPC|x87PE, cwPC64|x87PE)
		t.known.nearest, t.known.plain = true, true
	}
}

// x87CW leaves if the masked control word is another. It changes di.
func (t *translator) x87CW(mask, want uint32) {
	t.LoadZX(2, di, t.state(t.x87().CW))
	t.ALUImm(amd64.AND, 4, di, mask)
	t.ALUImm(amd64.CMP, 4, di, want)
	t.miss(t.Jcc(amd64.NE))
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
