package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Accesses to the guest's memory. Each looks its page up in the TLB as the
// interpreter does: one compare with the page of the last byte. What does not hit is
// left to the interpreter in front of the instruction, which has changed nothing.

// target is the operand in the guest's memory behind a lookup: no REX prefix is
// needed for it, so AH to BH can be stored there.
var target = amd64.Mem{Base: amd64.BP, Index: amd64.SI}

// address writes the offset of the memory operand in its segment to dst.
func (t *translator) address(dst amd64.Reg) {
	in := t.in
	m := amd64.Mem{Base: amd64.None, Index: amd64.None, Scale: in.Scale, Disp: int32(in.Disp)}
	if in.Base != isa.ZeroReg {
		m.Base = hostOf[in.Base]
	}
	if in.Index != isa.ZeroReg {
		m.Index = hostOf[in.Index]
	}
	switch {
	case m.Base == amd64.None && m.Index == amd64.None:
		t.MovImm(4, dst, uint32(in.Disp))
	case m.Index == amd64.None && m.Disp == 0:
		t.Mov(4, dst, m.Base)
	case m.Base == amd64.None && m.Scale == 0:
		m.Base, m.Index = m.Index, amd64.None
		t.Lea(dst, m)
	default:
		t.Lea(dst, m)
	}
}

// access looks up the memory operand of the instruction: target is its place then.
// It changes the scratch registers and the host's flags.
func (t *translator) access(size uint8, write bool) {
	t.address(si)
	t.segment(t.in.Seg, size, write)
	t.lookup(size, write)
}

// segment turns the offset in si into a linear address. DS, ES and SS are flat.
func (t *translator) segment(seg, size uint8, write bool) {
	if seg == isa.ES || seg == isa.SS || seg == isa.DS {
		return
	}
	end := t.lay.SegEndR[seg]
	if write {
		end = t.lay.SegEndW[seg]
	}
	// Offset and size in 64 bits: they do not wrap.
	t.RM(0x8d, 8, di, amd64.At(si, int32(size))) // LEA
	t.ALULoad(amd64.CMP, 8, di, t.state(end))
	t.miss(t.Jcc(amd64.A))
	t.ALULoad(amd64.ADD, 4, si, t.state(t.lay.SegBase[seg]))
}

// lookup finds the linear address in si in the TLB.
func (t *translator) lookup(size uint8, write bool) {
	t.Mov(4, di, si)
	t.Shift(amd64.SHR, 4, di, 12-t.lay.TLBShift)
	t.ALUImm(amd64.AND, 4, di, uint32(t.lay.TLBSize-1)<<t.lay.TLBShift)
	if size == 1 {
		t.Mov(4, r11, si)
	} else {
		t.Lea(r11, amd64.At(si, int32(size)-1))
	}
	t.ALUImm(amd64.AND, 4, r11, 0xfffff000)
	tag := t.lay.TagR
	if write {
		tag = t.lay.TagW
	}
	t.ALULoad(amd64.CMP, 8, r11, amd64.Mem{Base: amd64.R9, Index: di, Disp: tag})
	t.miss(t.Jcc(amd64.NE))
	t.ALULoad(amd64.ADD, 8, si, amd64.Mem{Base: amd64.R9, Index: di, Disp: t.lay.TagAddend})
	t.host = false
}

// stack looks up size bytes at ESP+disp.
func (t *translator) stack(disp int32, size uint8, write bool) {
	if disp == 0 {
		t.Mov(4, si, amd64.R12)
	} else {
		t.Lea(si, amd64.At(amd64.R12, disp))
	}
	t.lookup(size, write)
}
