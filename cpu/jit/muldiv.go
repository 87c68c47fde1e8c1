package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Multiplication and division. The flags that the manuals leave undefined keep their
// values, but behind a division as Layout says.

// emitMul is MUL, and IMUL of one operand.
func emitMul(t *translator) bool {
	if t.needed() {
		t.materialise()
	}
	if t.in.Op == isa.MUL {
		t.unary(amd64.MUL)
	} else {
		t.unary(amd64.IMUL)
	}
	if t.needed() {
		t.storeOver()
	}
	t.set(pending{})
	return true
}

// unary writes an operation of the accumulator, looking up the operand.
func (t *translator) unary(op uint8) {
	a := t.in.Args[0]
	if a.Kind == isa.Mem {
		t.access(a.Size, false)
		t.unaryTarget(op, a.Size)
	} else {
		t.Unary(op, a.Size, hostReg(a.Reg, a.Size))
	}
	t.host = false
}

func (t *translator) unaryTarget(op, size uint8) {
	t.RM(amd64.Wide(0xf6, size), size, amd64.Reg(op), t.target)
}

// emitImul is the multiplication that keeps the low half, or emitMul.
func emitImul(t *translator) bool {
	d, s, v := t.in.Args[0], t.in.Args[1], t.in.Args[2]
	if s.Kind == isa.None {
		return emitMul(t)
	}
	size := d.Size
	if t.needed() {
		t.materialise()
	}
	if s.Kind == isa.Mem {
		t.access(size, false)
	}
	dst := hostOf[d.Reg]
	switch {
	case v.Kind == isa.Imm && s.Kind == isa.Mem:
		t.RM(0x69, size, dst, t.target)
		t.Imm(size, uint32(t.in.Imm))
	case v.Kind == isa.Imm:
		t.RR(0x69, size, dst, hostOf[s.Reg])
		t.Imm(size, uint32(t.in.Imm))
	case s.Kind == isa.Mem:
		t.RM(0x1af, size, dst, t.target)
	default:
		t.IMul(size, dst, hostOf[s.Reg])
	}
	t.host = false
	if t.needed() {
		t.storeOver()
	}
	t.set(pending{})
	return true
}

// storeOver sets CF and OF as the host's are behind a multiplication. The other flags,
// which are stored, stay.
func (t *translator) storeOver() {
	t.ALU(amd64.SBB, 4, di, di)
	t.ALUImm(amd64.AND, 4, di, 1<<31)
	t.Load(4, si, t.state(t.lay.Aux))
	t.ALUImm(amd64.AND, 4, si, 1<<30-1)
	t.ALU(amd64.OR, 4, si, di)
	t.Store(4, t.state(t.lay.Aux), si)
	t.host = false
}

// emitDiv is DIV and IDIV. What might not fit is left to the interpreter: a #DE of the
// host would be the end.
func emitDiv(t *translator) bool {
	a := t.in.Args[0]
	size := a.Size
	signed := t.in.Op == isa.IDIV
	if signed && size == 1 {
		return false
	}
	if t.needed() {
		t.materialise()
	}
	if a.Kind == isa.Mem {
		t.access(size, false)
	}
	t.host = false
	if signed {
		// The dividend is one that was sign-extended to the upper half, and the divisor
		// neither 0 nor -1.
		if size == 4 {
			t.Mov(4, di, amd64.AX)
		} else {
			t.MovSX(4, 2, di, amd64.AX)
		}
		t.Shift(amd64.SAR, 4, di, 31)
		t.ALU(amd64.CMP, size, di, amd64.DX)
		t.miss(t.Jcc(amd64.NE))
		if a.Kind == isa.Mem {
			t.LoadSX(size, di, t.target)
		} else {
			t.MovSX(4, size, di, hostOf[a.Reg])
		}
		t.ALUImm(amd64.ADD, 4, di, 1)
		t.ALUImm(amd64.CMP, 4, di, 1)
		t.miss(t.Jcc(amd64.BE))
		t.divide(amd64.IDIV, a)
	} else {
		// The quotient fits if the upper half is below the divisor.
		switch {
		case size == 1 && a.Kind == isa.Mem:
			t.LoadZX(1, di, t.target)
			t.Mov(4, r11, amd64.AX)
			t.Shift(amd64.SHR, 4, r11, 8)
			t.ALU(amd64.CMP, 1, r11, amd64.DIL)
		case size == 1:
			t.ALU(amd64.CMP, 1, amd64.SP, amd64.Reg(a.Reg)) // AH
		case a.Kind == isa.Mem:
			t.ALULoad(amd64.CMP, size, amd64.DX, t.target)
		default:
			t.ALU(amd64.CMP, size, amd64.DX, hostOf[a.Reg])
		}
		t.miss(t.Jcc(amd64.AE))
		t.divide(amd64.DIV, a)
	}
	if t.needed() && t.lay.DivClearsFlags {
		// ZF = SF = PF = 0, AF = 1: what a result of 1 has.
		t.MovImm(4, di, 1)
		t.Store(8, t.state(t.lay.Res), di)
		t.Load(4, di, t.state(t.lay.Aux))
		t.ALUImm(amd64.AND, 4, di, 3<<30)
		t.ALUImm(amd64.OR, 4, di, 8)
		t.Store(4, t.state(t.lay.Aux), di)
	}
	t.set(pending{})
	return true
}

// divide divides by a register or by what was looked up.
func (t *translator) divide(op uint8, a isa.Operand) {
	if a.Kind == isa.Mem {
		t.unaryTarget(op, a.Size)
	} else {
		t.Unary(op, a.Size, hostReg(a.Reg, a.Size))
	}
}
