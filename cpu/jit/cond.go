package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// emitSetcc sets a byte by a condition.
func emitSetcc(t *translator) bool {
	a := t.in.Args[0]
	cc := uint8(t.in.Op - isa.SETO)
	if a.Kind == isa.Reg {
		t.clobbers(a.Reg, 1)
		t.Set(t.cond(cc), amd64.Reg(a.Reg))
		t.wrote(a.Reg, 1)
		return true
	}
	t.Set(t.cond(cc), amd64.DIL)
	t.Store(1, t.state(t.lay.Spill+8), amd64.DIL)
	t.access(1, true)
	t.Load(1, amd64.DIL, t.state(t.lay.Spill+8))
	t.Store(1, t.target, amd64.DIL)
	return true
}

// emitCmov reads its operand whatever the condition.
func emitCmov(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	cc := uint8(t.in.Op - isa.CMOVO)
	dst := hostOf[d.Reg]
	t.clobbers(d.Reg, d.Size)
	if s.Kind == isa.Mem {
		t.access(d.Size, false)
		t.Load(d.Size, di, t.target)
		slot := t.state(t.lay.Spill + 8)
		t.Store(d.Size, slot, di)
		t.RM(0x140|uint16(t.cond(cc)), d.Size, dst, slot)
	} else {
		t.CMov(t.cond(cc), d.Size, dst, hostOf[s.Reg])
	}
	t.wrote(d.Reg, d.Size)
	return true
}
