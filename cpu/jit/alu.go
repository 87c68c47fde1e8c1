package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Arithmetic and logic.

// reg and immediate places.
func regAt(r uint8) place  { return place{at: inReg, reg: r} }
func immAt(v uint32) place { return place{at: isImm, imm: v} }

// spill stores a scratch register for the flags and returns its place.
func (t *translator) spill(at where, r amd64.Reg) place {
	off := t.lay.Spill
	if at == inSpill2 {
		off += 4
	}
	t.Store(4, t.state(off), r)
	return place{at: at}
}

// spilledTarget is the place where the operand in memory is kept for the flags, if they
// are needed: then di has it too.
func (t *translator) spilledTarget(size uint8) place {
	if !t.needed() {
		return place{}
	}
	t.LoadZX(size, di, t.target)
	return t.spill(inSpill, di)
}

// emitALU writes the eight operations of two operands.
func emitALU(t *translator) bool {
	op := uint8(t.in.Op - isa.ADD)
	if op == amd64.ADC || op == amd64.SBB {
		return t.withCarry(op)
	}
	d, s := t.in.Args[0], t.in.Args[1]
	size := d.Size
	imm := uint32(t.in.Imm)
	p := pending{size: size}
	switch {
	case d.Kind == isa.Reg && s.Kind == isa.Mem:
		// The operand is read before the register changes, so the flags of before stay
		// known to the stub.
		t.access(size, false)
		dst := hostReg(d.Reg, size)
		p.b = t.spilledTarget(size)
		if size == 1 && d.Reg >= 4 || !t.needed() {
			t.ALULoad(op, size, dst, t.target)
		} else {
			t.ALU(op, size, dst, scratch(di, size))
		}
		p.r, p.a = regAt(d.Reg), regAt(d.Reg)
		t.flagsOf(op, p)
	case d.Kind == isa.Reg:
		dst := hostReg(d.Reg, size)
		p.r, p.a, p.b = regAt(d.Reg), regAt(d.Reg), immAt(imm)
		if s.Kind == isa.Reg {
			p.b = regAt(s.Reg)
			if whole(s.Reg, size) == whole(d.Reg, size) {
				return t.sameReg(op, p)
			}
			t.ALU(op, size, dst, hostReg(s.Reg, size))
		} else {
			t.ALUImm(op, size, dst, imm)
		}
		t.flagsOf(op, p)
	case d.Kind == isa.Mem:
		t.access(size, op != amd64.CMP)
		p.b = immAt(imm)
		if s.Kind == isa.Reg {
			p.b = regAt(s.Reg)
		}
		if op == amd64.CMP || op == amd64.ADD || op == amd64.SUB {
			p.a = t.spilledTarget(size)
			t.aluTarget(op, size, s)
			p.kind = subOf
			if op == amd64.ADD {
				p.kind = addOf
			}
			t.set(p)
			t.host = true
			return true
		}
		t.aluTarget(op, size, s)
		p.r = t.spilledTarget(size)
		p.kind = logic
		t.set(p)
		t.host = true
	default:
		return false
	}
	return true
}

// aluTarget computes [target] op= the register or immediate s.
func (t *translator) aluTarget(op, size uint8, s isa.Operand) {
	if s.Kind == isa.Reg {
		t.ALUStore(op, size, t.target, hostReg(s.Reg, size))
	} else {
		t.ALUStoreImm(op, size, t.target, uint32(t.in.Imm))
	}
}

// flagsOf says what the flags follow from behind op on a register.
func (t *translator) flagsOf(op uint8, p pending) {
	switch op {
	case amd64.CMP:
		p.kind, p.r = subOf, place{}
	case amd64.ADD:
		p.kind, p.a = addTo, place{}
	case amd64.SUB:
		p.kind, p.a = subTo, place{}
	default:
		p.kind, p.a, p.b = logic, place{}, place{}
	}
	t.set(p)
	t.host = true
}

// sameReg is an operation of a register with itself, or with another part of itself.
func (t *translator) sameReg(op uint8, p pending) bool {
	size := p.size
	d, s := p.r.reg, p.b.reg
	if op == amd64.ADD || op == amd64.SUB {
		if t.needed() {
			t.load(si, p.r, size)
			p.a = t.spill(inSpill, si)
			if s != d {
				t.load(si, p.b, size)
				p.b = t.spill(inSpill2, si)
			} else {
				p.b = p.a
			}
		}
		p.kind = subOf
		if op == amd64.ADD {
			p.kind = addOf
		}
		p.r = place{}
		t.ALU(op, size, hostReg(d, size), hostReg(s, size))
		t.set(p)
		t.host = true
		return true
	}
	t.ALU(op, size, hostReg(d, size), hostReg(s, size))
	t.flagsOf(op, p)
	return true
}

// withCarry writes ADC and SBB: the flags are stored at once.
func (t *translator) withCarry(op uint8) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	size := d.Size
	carry := t.carry()
	if d.Kind == isa.Mem || s.Kind == isa.Mem {
		t.access(size, d.Kind == isa.Mem)
	}
	// a to DI, b to R11; the index of the operand in memory stays in SI.
	value := func(dst amd64.Reg, a isa.Operand) {
		switch a.Kind {
		case isa.Mem:
			t.LoadZX(size, dst, t.target)
		case isa.Imm:
			t.MovImm(4, dst, uint32(t.in.Imm))
		default:
			t.load(dst, regAt(a.Reg), size)
		}
	}
	value(di, s)
	t.Mov(4, r11, di) // no extension of AH into R11
	value(di, d)
	if t.needed() {
		t.Store(4, t.state(t.lay.Spill+4), r11)
		t.ALU(amd64.XOR, 4, r11, di)
		t.Store(4, t.state(t.lay.Spill), r11) // a^b
		t.Load(4, r11, t.state(t.lay.Spill+4))
	}
	t.BtImm(carry, 31)
	t.ALU(op, size, scratch(di, size), r11)
	if t.needed() {
		t.ALU(amd64.SBB, 4, r11, r11) // -CF
	}
	switch {
	case d.Kind == isa.Mem:
		t.Store(size, t.target, scratch(di, size))
	case size == 1 && d.Reg >= 4:
		t.highByte(d.Reg, di)
	default:
		t.Mov(size, hostReg(d.Reg, size), scratch(di, size))
	}
	t.host = false
	if !t.needed() {
		t.now = pending{kind: dead}
		return true
	}
	t.Mov(4, si, di)
	t.Mov(4, di, r11)
	t.Load(4, r11, t.state(t.lay.Spill))
	t.carryTail(size)
	t.now = pending{}
	return true
}

func emitTest(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	if s.Kind == isa.Mem {
		d, s = s, d
	}
	size := d.Size
	imm := uint32(t.in.Imm)
	p := pending{kind: andOf, size: size, b: immAt(imm)}
	if s.Kind == isa.Reg {
		p.b = regAt(s.Reg)
	}
	if d.Kind == isa.Mem {
		t.access(size, false)
		p.a = t.spilledTarget(size)
		if s.Kind == isa.Reg {
			t.RM(amd64.Wide(0x84, size), size, hostReg(s.Reg, size), t.target)
		} else {
			t.TestMemImm(size, t.target, imm)
		}
	} else {
		p.a = regAt(d.Reg)
		if s.Kind == isa.Reg {
			t.Test(size, hostReg(d.Reg, size), hostReg(s.Reg, size))
			if s.Reg == d.Reg {
				p = pending{kind: logic, size: size, r: p.a}
			}
		} else {
			t.TestImm(size, hostReg(d.Reg, size), imm)
		}
	}
	t.set(p)
	t.host = true
	return true
}

func emitIncDec(t *translator) bool {
	a := t.in.Args[0]
	size := a.Size
	p := pending{kind: incTo, size: size, r: regAt(a.Reg)}
	digit := amd64.Reg(0)
	if t.in.Op == isa.DEC {
		p.kind, digit = decTo, 1
	}
	var carry amd64.Mem
	if t.needed() {
		carry = t.carry()
	}
	if a.Kind == isa.Mem {
		t.access(size, true)
	}
	if aux := t.state(t.lay.Aux); t.needed() && carry != aux {
		// CF is to be in Aux, of which nothing else will be needed.
		t.Load(4, di, carry)
		t.Store(4, aux, di)
	}
	if a.Kind == isa.Mem {
		t.RM(amd64.Wide(0xfe, size), size, digit, t.target)
		p.r = t.spilledTarget(size)
	} else {
		t.RR(amd64.Wide(0xfe, size), size, digit, hostReg(a.Reg, size))
	}
	t.set(p)
	t.host = true
	return true
}

func emitNeg(t *translator) bool {
	a := t.in.Args[0]
	size := a.Size
	p := pending{kind: negTo, size: size, r: regAt(a.Reg)}
	if a.Kind == isa.Mem {
		t.access(size, true)
		t.RM(amd64.Wide(0xf6, size), size, amd64.NEG, t.target)
		p.r = t.spilledTarget(size)
	} else {
		t.Unary(amd64.NEG, size, hostReg(a.Reg, size))
	}
	t.set(p)
	t.host = true
	return true
}

func emitNot(t *translator) bool {
	a := t.in.Args[0]
	if a.Kind == isa.Mem {
		t.access(a.Size, true)
		t.RM(amd64.Wide(0xf6, a.Size), a.Size, amd64.NOT, t.target)
		return true
	}
	t.clobbers(a.Reg, a.Size)
	t.Unary(amd64.NOT, a.Size, hostReg(a.Reg, a.Size))
	t.wrote(a.Reg, a.Size)
	return true
}

// emitCbw is CBW and CWDE.
func emitCbw(t *translator) bool {
	t.clobbers(0, 4)
	if t.in.OpSize == 2 {
		t.MovSX(2, 1, amd64.AX, amd64.AX)
	} else {
		t.MovSX(4, 2, amd64.AX, amd64.AX)
	}
	t.wrote(0, 4)
	return true
}

// emitCwd is CWD and CDQ.
func emitCwd(t *translator) bool {
	t.clobbers(2, 4)
	if t.in.OpSize == 2 {
		t.MovSX(4, 2, di, amd64.AX)
		t.Shift(amd64.SAR, 4, di, 16)
		t.Mov(2, amd64.DX, di)
	} else {
		t.Mov(4, amd64.DX, amd64.AX)
		t.Shift(amd64.SAR, 4, amd64.DX, 31)
	}
	t.host = false
	t.wrote(2, 4)
	return true
}
