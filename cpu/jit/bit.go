package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Bit instructions and exchanges with arithmetic.

// The host's BT to BTC, by ModRM digit; with a register as index the opcode is
// 0F 83 + 8 times that.
func bitDigit(op isa.Op) amd64.Reg {
	switch op {
	case isa.BT:
		return 4
	case isa.BTS:
		return 5
	case isa.BTR:
		return 6
	}
	return 7
}

// emitBit is BT, BTS, BTR and BTC: they change CF.
func emitBit(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	if t.in.OpSize != 4 {
		return false
	}
	digit := bitDigit(t.in.Op)
	write := t.in.Op != isa.BT
	byReg := s.Kind == isa.Reg
	if byReg && d.Kind == isa.Mem && t.in.AddrSize != 4 {
		return false
	}
	if t.needed() {
		t.materialise()
	}
	dst := di
	switch {
	case d.Kind == isa.Reg:
		dst = hostOf[d.Reg]
	case byReg:
		// The index is signed and reaches beyond the operand (SDM volume 2, BT).
		t.address(si, 0)
		t.Mov(4, di, hostOf[s.Reg])
		t.Shift(amd64.SAR, 4, di, 5)
		t.Lea(si, amd64.Mem{Base: si, Index: di, Scale: 2})
		t.segment(t.in.Seg, 4, write)
		t.lookup(4, write)
		t.target = found(0)
		t.Load(4, di, t.target)
	default:
		t.access(4, write)
		t.Load(4, di, t.target)
	}
	if byReg {
		t.RR(0x183|uint16(digit)<<3, 4, hostOf[s.Reg], dst)
	} else {
		t.RR(0x1ba, 4, digit, dst)
		t.Imm(1, uint32(t.in.Imm&31))
	}
	if write && d.Kind == isa.Mem {
		t.Store(4, t.target, di)
	}
	t.host = false
	if t.needed() {
		t.storeCF()
	}
	t.set(pending{})
	return true
}

// storeCF sets CF as the host's is. The other flags, which are stored, stay.
func (t *translator) storeCF() {
	t.ALU(amd64.SBB, 4, di, di)
	t.Load(4, si, t.state(t.lay.Aux))
	t.Mov(4, r11, si)
	t.Shift(amd64.SAR, 4, r11, 31)
	t.ALU(amd64.XOR, 4, di, r11)
	t.flipCF()
}

// flipCF inverts CF in the Aux in si and stores it, if di is -1 and not 0. Bit 30 is
// CF ^ OF.
func (t *translator) flipCF() {
	t.ALUImm(amd64.AND, 4, di, 3<<30)
	t.ALU(amd64.XOR, 4, si, di)
	t.Store(4, t.state(t.lay.Aux), si)
	t.host = false
}

// emitScan is BSF and BSR. Of a source of 0 the destination keeps its value.
func emitScan(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	size := d.Size
	op := uint16(0x1bc)
	if t.in.Op == isa.BSR {
		op = 0x1bd
	}
	if s.Kind == isa.Mem {
		t.access(size, false)
		t.RM(op, size, di, t.target)
	} else {
		t.RR(op, size, di, hostOf[s.Reg])
	}
	t.CMov(amd64.NE, size, hostOf[d.Reg], di)
	if t.needed() {
		// ZF says whether there was none, PF is that of the number: the result is the
		// number with bit 32 set, or 0.
		t.MovImm(4, r11, 0)
		t.MovZX(4, 2, di, di)
		t.CMov(amd64.E, 4, di, r11)
		t.Set(amd64.NE, r11)
		t.Store(4, t.state(t.lay.Res), di)
		t.Store(4, t.state(t.lay.Res+4), r11)
		t.StoreImm(4, t.state(t.lay.Aux), 0)
	}
	t.host = false
	t.set(pending{})
	return true
}

// emitBswap reverses a 32-bit register.
func emitBswap(t *translator) bool {
	a := t.in.Args[0]
	if a.Size != 4 {
		return false
	}
	t.clobbers(a.Reg, 4)
	t.Bswap(hostOf[a.Reg])
	t.wrote(a.Reg, 4)
	return true
}

// emitXadd is that of 16 and 32 bits.
func emitXadd(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	size := d.Size
	if size == 1 {
		return false
	}
	if d.Kind == isa.Mem {
		t.access(size, true)
		t.Load(size, di, t.target)
	} else {
		t.Mov(4, di, hostOf[d.Reg])
	}
	src := hostOf[s.Reg]
	p := pending{kind: addOf, size: size}
	if t.needed() {
		p.a, p.b = t.spill(inSpill, di), t.spill(inSpill2, src)
	}
	if d.Kind == isa.Mem {
		t.ALUStore(amd64.ADD, size, t.target, src)
		t.Mov(size, src, di)
	} else {
		t.Mov(4, si, di)
		t.ALU(amd64.ADD, size, si, src)
		t.Mov(size, src, di)
		t.Mov(size, hostOf[d.Reg], si)
	}
	t.set(p)
	t.host = true
	return true
}

// emitCmpxchg writes the operand in either case: with its old value if that was not
// the accumulator's, which then gets it.
func emitCmpxchg(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	size := d.Size
	if size == 1 && (s.Reg >= 4 || d.Kind == isa.Reg) {
		return false
	}
	if d.Kind == isa.Mem {
		t.access(size, true)
		t.LoadZX(size, di, t.target)
	} else {
		t.Mov(4, di, hostOf[d.Reg])
	}
	p := pending{kind: subOf, size: size}
	if t.needed() {
		p.a, p.b = t.spill(inSpill, amd64.AX), t.spill(inSpill2, di)
	}
	old := scratch(di, size)
	t.Mov(4, r11, hostOf[whole(s.Reg, size)])
	t.ALU(amd64.CMP, size, amd64.AX, old)
	t.CMov(amd64.NE, 4, r11, di)
	t.Mov(size, amd64.AX, old)
	if d.Kind == isa.Mem {
		t.Store(size, t.target, r11)
	} else {
		t.Mov(size, hostOf[d.Reg], r11)
	}
	t.set(p)
	t.host = true
	return true
}
