package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Shifts and rotates. The count is taken modulo 32 by the host as by the guest, and of
// a count of 0 nothing changes. Where OF is undefined, and AF, they are as the
// interpreter has them (cpu/shift.go): the processors with this mode leave AF = 1.
//
// The host's flags are not the guest's: it leaves OF alone for most counts, and CF
// undefined for counts beyond the operand size.

// shiftOp is the host's operation for a mnemonic.
func shiftOp(op isa.Op) uint8 {
	switch op {
	case isa.ROL:
		return amd64.ROL
	case isa.ROR:
		return amd64.ROR
	case isa.RCL:
		return amd64.RCL
	case isa.RCR:
		return amd64.RCR
	case isa.SHL:
		return amd64.SHL
	case isa.SHR:
		return amd64.SHR
	}
	return amd64.SAR
}

// shiftByImm reports whether the instruction is a shift that sets all flags.
func (t *translator) shiftByImm() bool {
	in := t.in
	switch in.Op {
	case isa.SHL, isa.SHR, isa.SAR:
		return in.Args[1].Kind == isa.Imm && in.Imm&31 != 0
	case isa.SHLD, isa.SHRD:
		return in.Args[2].Kind == isa.Imm && in.Imm&31 != 0
	}
	return false
}

// byCL says whether the count of a shift is in CL. ok is false for a count of 0: it
// leaves a register alone, and memory to the interpreter.
func (t *translator) byCL(count isa.Operand) (cl, ok bool) {
	cl = count.Kind == isa.Reg
	return cl, cl || t.in.Imm&31 != 0
}

// ifCount begins what happens only if CL is not 0 modulo 32, if that is the count.
// endIf ends it.
func (t *translator) ifCount(cl bool) (at int) {
	if !cl {
		return 0
	}
	t.TestImm(1, amd64.CX, 31)
	t.host = false
	return t.Jcc(amd64.E)
}

func (t *translator) endIf(at int) {
	if at != 0 {
		t.Patch(at, t.N)
	}
}

// shiftInPlace writes a shift of a register, or of what access has looked up. Of the
// host's flags it keeps CF, for RCL and RCR.
func (t *translator) shiftInPlace(op uint8, a isa.Operand, cl bool) {
	n := uint8(t.in.Imm & 31)
	switch {
	case a.Kind == isa.Mem && cl:
		t.RM(amd64.Wide(0xd2, a.Size), a.Size, amd64.Reg(op), t.target)
	case a.Kind == isa.Mem:
		t.RM(amd64.Wide(0xc0, a.Size), a.Size, amd64.Reg(op), t.target)
		t.Imm(1, uint32(n))
	case cl:
		t.ShiftCL(op, a.Size, hostReg(a.Reg, a.Size))
	default:
		t.Shift(op, a.Size, hostReg(a.Reg, a.Size), n)
	}
	t.host = false
}

// loadArg puts an operand, in a register or looked up, into di. Above its size it is
// undefined.
func (t *translator) loadArg(a isa.Operand) {
	if a.Kind == isa.Mem {
		t.LoadZX(a.Size, di, t.target)
	} else {
		t.load(di, regAt(a.Reg), a.Size)
	}
}

// emitShift is SHL, SHR and SAR.
func emitShift(t *translator) bool {
	a := t.in.Args[0]
	cl, ok := t.byCL(t.in.Args[1])
	if !ok {
		return a.Kind == isa.Reg
	}
	size := a.Size
	op := shiftOp(t.in.Op)
	kind := shlOf
	switch op {
	case amd64.SHR:
		kind = shrOf
	case amd64.SAR:
		kind = sarOf
	}
	if cl && t.needed() {
		t.materialise()
	}
	if a.Kind == isa.Mem {
		t.access(size, true)
	}
	if !cl {
		p := pending{kind: kind, size: size, n: uint8(t.in.Imm & 31)}
		if t.needed() {
			t.loadArg(a)
			p.a = t.spill(inSpill, di)
		}
		t.shiftInPlace(op, a, false)
		t.set(p)
		return true
	}
	if !t.needed() {
		t.shiftInPlace(op, a, true)
		t.set(pending{})
		return true
	}
	at := t.ifCount(true)
	t.loadArg(a)
	if a.Kind == isa.Mem {
		t.shiftInPlace(op, a, true)
	}
	t.shiftFlags(kind, size, 0)
	if a.Kind == isa.Reg {
		t.shiftInPlace(op, a, true) // it may be the count
	}
	t.endIf(at)
	t.set(pending{})
	return true
}

// hostShift is the host's operation for a shift that sets all flags.
func hostShift(k kind) uint8 { return [...]uint8{amd64.SHL, amd64.SHR, amd64.SAR}[k-shlOf] }

// shiftFlags stores the flags of a shift of the low size bytes of di by n, or by CL if
// n is 0: as 32 bits, where the host's CF is defined.
func (t *translator) shiftFlags(kind kind, size, n uint8) {
	switch {
	case size == 4:
	case kind == sarOf:
		t.MovSX(4, size, di, scratch(di, size))
	default:
		t.MovZX(4, size, di, scratch(di, size))
	}
	if n == 0 {
		t.ShiftCL(hostShift(kind), 4, di)
	} else {
		t.Shift(hostShift(kind), 4, di, n)
	}
	if kind == shlOf && size < 4 {
		t.BtReg(di, size*8)
	}
	t.storeShift(kind, size)
}

// storeShift stores Res and Aux of a shift with the result in di and CF in the host's.
// Bit 31 of Aux is CF, bit 30 CF ^ OF, bit 3 AF, which is 1.
func (t *translator) storeShift(kind kind, size uint8) {
	t.ALU(amd64.SBB, 4, r11, r11)
	t.MovSX(8, size, si, scratch(di, size))
	t.Store(8, t.state(t.lay.Res), si)
	switch kind {
	case shlOf: // OF = CF ^ msb
		t.topTo30(size)
		t.ALUImm(amd64.AND, 4, r11, 1<<31)
		t.ALU(amd64.OR, 4, di, r11)
	case shrOf: // OF = msb ^ the bit below
		t.rightOver(size)
	case sarOf: // OF = 0
		t.Mov(4, di, r11)
		t.ALUImm(amd64.AND, 4, di, 3<<30)
	}
	t.ALUImm(amd64.OR, 4, di, 8)
	t.Store(4, t.state(t.lay.Aux), di)
	t.host = false
}

// topTo30 leaves of the result in di its top bit, as bit 30.
func (t *translator) topTo30(size uint8) {
	if size == 4 {
		t.Shift(amd64.SHR, 4, di, 1)
	} else {
		t.Shift(amd64.SHL, 4, di, 31-size*8)
	}
	t.ALUImm(amd64.AND, 4, di, 1<<30)
}

// rightOver makes bits 31 and 30 of Aux in di, of the result in di and -CF in r11,
// where OF is the exclusive or of the result's upper two bits.
func (t *translator) rightOver(size uint8) {
	if size < 4 {
		t.Shift(amd64.SHL, 4, di, 32-size*8)
	}
	t.Mov(4, si, di)
	t.Shift(amd64.SHR, 4, si, 1)
	t.ALU(amd64.XOR, 4, di, si)
	t.ALUImm(amd64.AND, 4, di, 1<<30)
	t.ALUImm(amd64.AND, 4, r11, 3<<30)
	t.ALU(amd64.XOR, 4, di, r11)
}

// emitRotate is ROL, ROR, RCL and RCR: they change CF and OF.
func emitRotate(t *translator) bool {
	a := t.in.Args[0]
	cl, ok := t.byCL(t.in.Args[1])
	if !ok {
		return a.Kind == isa.Reg
	}
	op := shiftOp(t.in.Op)
	carry := op == amd64.RCL || op == amd64.RCR
	if t.needed() {
		t.materialise()
	}
	var cf amd64.Mem
	if carry {
		cf = t.carry()
	}
	if a.Kind == isa.Mem {
		t.access(a.Size, true)
	}
	at := 0
	if t.needed() {
		at = t.ifCount(cl)
	}
	if carry {
		t.BtImm(cf, 31)
	}
	t.shiftInPlace(op, a, cl)
	if t.needed() {
		if carry {
			t.ALU(amd64.SBB, 4, r11, r11)
		}
		t.loadArg(a)
		t.rotateFlags(op, a.Size)
		t.endIf(at)
	}
	t.set(pending{})
	return true
}

// rotateFlags stores CF and OF of a rotate with the result in di; that of RCL and RCR
// has -CF in r11.
func (t *translator) rotateFlags(op, size uint8) {
	switch op {
	case amd64.ROL, amd64.ROR:
		// ROL: CF is the lowest bit, OF CF ^ msb. ROR: CF is the top bit, OF CF ^ the
		// one below.
		if op == amd64.ROL {
			t.Shift(amd64.ROR, size, scratch(di, size), 1)
		}
		if size < 4 {
			t.Shift(amd64.SHL, 4, di, 32-size*8)
		}
		t.ALUImm(amd64.AND, 4, di, 3<<30)
	case amd64.RCL: // OF = CF ^ msb
		t.topTo30(size)
		t.ALUImm(amd64.AND, 4, r11, 1<<31)
		t.ALU(amd64.OR, 4, di, r11)
	case amd64.RCR:
		t.rightOver(size)
	}
	t.Load(4, si, t.state(t.lay.Aux))
	t.ALUImm(amd64.AND, 4, si, 1<<30-1)
	t.ALU(amd64.OR, 4, si, di)
	t.Store(4, t.state(t.lay.Aux), si)
	t.host = false
}

// emitShiftDouble is SHLD and SHRD of 32 bits: what they do to 16 is the
// interpreter's matter.
func emitShiftDouble(t *translator) bool {
	a, b := t.in.Args[0], t.in.Args[1]
	if a.Size != 4 {
		return false
	}
	cl, ok := t.byCL(t.in.Args[2])
	if !ok {
		return a.Kind == isa.Reg
	}
	op, kind := uint16(0x1a4), shlOf
	if t.in.Op == isa.SHRD {
		op, kind = 0x1ac, shrOf
	}
	if cl {
		op |= 1
		if t.needed() {
			t.materialise()
		}
	}
	if a.Kind == isa.Mem {
		t.access(4, true)
	}
	at := 0
	if t.needed() {
		at = t.ifCount(cl)
	}
	if a.Kind == isa.Mem {
		t.RM(op, 4, hostOf[b.Reg], t.target)
	} else {
		t.RR(op, 4, hostOf[b.Reg], hostOf[a.Reg])
	}
	if !cl {
		t.Imm(1, uint32(t.in.Imm&31))
	}
	t.host = false
	if t.needed() {
		t.loadArg(a) // keeps CF
		t.storeShift(kind, 4)
		t.endIf(at)
	}
	t.set(pending{})
	return true
}
