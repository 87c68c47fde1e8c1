package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Accesses to the guest's memory. Each looks its page up in the TLB as the
// interpreter does: one compare with the page of the last byte. What does not hit is
// left to the interpreter in front of the instruction, which has changed nothing.

// found is the operand in the guest's memory behind a lookup: no REX prefix is needed
// for it, so AH to BH can be stored there.
func found(disp int32) amd64.Mem { return amd64.Mem{Base: amd64.BP, Index: si, Disp: disp} }

// address writes the offset of the memory operand in its segment, and delta, to dst. It
// leaves the host's flags alone.
func (t *translator) address(dst amd64.Reg, delta int32) {
	in := t.in
	m := amd64.Mem{Base: amd64.None, Index: amd64.None, Scale: in.Scale, Disp: int32(in.Disp) + delta}
	if in.Base != isa.ZeroReg {
		m.Base = hostOf[in.Base]
	}
	if in.Index != isa.ZeroReg {
		m.Index = hostOf[in.Index]
	}
	if m.Base == amd64.None && m.Scale == 0 {
		m.Base, m.Index = m.Index, amd64.None
	}
	// Of an offset of 16 bits the lower halves of the registers count.
	switch {
	case m.Base == amd64.None && m.Index == amd64.None:
		if in.AddrSize == 2 {
			m.Disp &= 0xffff
		}
		t.MovImm(4, dst, uint32(m.Disp))
	case m.Index == amd64.None && m.Disp == 0:
		t.movZX(in.AddrSize, dst, m.Base)
	default:
		t.Lea(dst, m)
		if in.AddrSize == 2 {
			t.MovZX(4, 2, dst, dst)
		}
	}
}

// access makes t.target the memory operand of the instruction. It changes the scratch
// registers and the host's flags.
func (t *translator) access(size uint8, write bool) {
	g, off := t.group(operand)
	switch {
	case t.leads(g, operand):
		t.address(si, g.low-off)
		t.lookFor(g, off, write)
	case t.joins(g, write):
		t.inGroup(g, off)
	default:
		t.address(si, 0)
		t.segment(t.in.Seg, size, write)
		t.lookup(int32(size), write)
		t.target = found(0)
	}
}

// stack makes t.target the size bytes at reg+disp on the stack, where reg is ESP or
// EBP.
func (t *translator) stack(reg uint8, disp int32, size uint8, write bool) {
	at := func(disp int32) {
		if disp == 0 {
			t.Mov(4, si, hostOf[reg])
		} else {
			t.Lea(si, amd64.At(hostOf[reg], disp))
		}
		if t.tr.Stack16 {
			t.MovZX(4, 2, si, si)
		}
	}
	g, off := t.group(stackPlace)
	switch {
	case t.leads(g, stackPlace):
		at(disp + g.low - off)
		t.lookFor(g, off, write)
	case t.joins(g, write):
		t.inGroup(g, off)
	default:
		at(disp)
		t.segment(isa.SS, size, write)
		t.lookup(int32(size), write)
		t.target = found(0)
	}
}

// leads reports whether an access of the current instruction looks up for its group,
// joins whether it needs no lookup.

func (t *translator) leads(g *group, which int) bool {
	return g != nil && g.first == t.i && g.which == which
}

func (t *translator) joins(g *group, write bool) bool {
	return g != nil && (g.write || !write) && (g.first < t.i || t.led[g.which])
}

// lookFor looks up all of a group, from the address in si on, for its first access.
func (t *translator) lookFor(g *group, off int32, write bool) {
	t.lookup(g.high-g.low, g.write || write)
	t.RR(0x8b, 8, amd64.R9, si) // MOV
	t.target = found(off - g.low)
	t.led[g.which] = true
}

// inGroup makes t.target a later access of a group.
func (t *translator) inGroup(g *group, off int32) {
	t.target = amd64.Mem{Base: amd64.BP, Index: amd64.R9, Disp: off - g.low}
	if t.namesHighByte() {
		t.RM(0x8d, 8, si, amd64.At(amd64.R9, off-g.low)) // LEA
		t.target = found(0)
	}
}

// namesHighByte reports whether an operand of the instruction is AH, CH, DH or BH.
func (t *translator) namesHighByte() bool {
	for i := range t.in.Args {
		if a := &t.in.Args[i]; a.Kind == isa.Reg && a.Size == 1 && a.Reg >= 4 {
			return true
		}
	}
	return false
}

// flat reports whether offsets in a segment are linear addresses.
func (t *translator) flat(seg uint8) bool {
	return t.tr.Flat && (seg == isa.ES || seg == isa.SS || seg == isa.DS)
}

// segment turns the offset in si of size bytes into a linear address.
func (t *translator) segment(seg, size uint8, write bool) {
	if t.flat(seg) {
		return
	}
	// Offset and size in 64 bits: they do not wrap.
	t.RM(0x8d, 8, di, amd64.At(si, int32(size))) // LEA
	t.inSegment(seg, write)
}

// inSegment is segment for what ends before the offset in di.
func (t *translator) inSegment(seg uint8, write bool) {
	end := t.lay.SegEndR[seg]
	if write {
		end = t.lay.SegEndW[seg]
	}
	t.ALULoad(amd64.CMP, 8, di, t.state(end))
	t.miss(t.Jcc(amd64.A))
	t.ALULoad(amd64.ADD, 4, si, t.state(t.lay.SegBase[seg]))
	t.host = false
}

// lookup finds size bytes from the linear address in si on in the TLB, all that is
// accessed there.
func (t *translator) lookup(size int32, write bool) {
	t.find(size, write, write && size <= 4 && t.tr.Code16)
}

// lookupPage is lookup for what may access all of the page.
func (t *translator) lookupPage(size int32, write bool) { t.find(size, write, false) }

// find is lookup, where beside says whether to try besideCode.
func (t *translator) find(size int32, write, beside bool) {
	t.Mov(4, di, si)
	t.Shift(amd64.SHR, 4, di, 12-t.lay.TLBShift)
	t.ALUImm(amd64.AND, 4, di, uint32(t.lay.TLBSize-1)<<t.lay.TLBShift)
	if size == 1 {
		t.Mov(4, r11, si)
	} else {
		t.Lea(r11, amd64.At(si, size-1))
	}
	t.ALUImm(amd64.AND, 4, r11, 0xfffff000)
	tag := t.lay.TagR
	if write {
		tag = t.lay.TagW
	}
	tlb := t.lay.TLB[t.tr.Privilege]
	t.ALULoad(amd64.CMP, 8, r11, amd64.Mem{Base: amd64.R10, Index: di, Disp: tlb + tag})
	addend := amd64.Mem{Base: amd64.R10, Index: di, Disp: tlb + t.lay.TagAddend}
	no := t.Jcc(amd64.NE)
	if !beside {
		t.miss(no)
		t.ALULoad(amd64.ADD, 8, si, addend)
	} else {
		cold := t.cold(no, func() { t.besideCode(size, addend) })
		t.ALULoad(amd64.ADD, 8, si, addend)
		t.join(cold)
	}
	t.host = false
}

// besideCode is the rest of lookup for a store to a page with code, which is usual where
// a program has all in one segment: it must hit none. SI has the linear address, DI
// the entry, R11 the tag.
func (t *translator) besideCode(size int32, addend amd64.Mem) {
	scale := t.lay.TLBShift - 3
	t.Shift(amd64.SHR, 4, di, scale)
	t.ALULoad(amd64.CMP, 8, r11, amd64.Mem{Base: amd64.R10, Index: di, Disp: t.lay.Held[t.tr.Privilege]})
	t.miss(t.Jcc(amd64.NE))
	t.Shift(amd64.SHL, 4, di, scale)
	t.ALULoad(amd64.ADD, 8, si, addend)
	t.Load(8, r11, t.state(t.lay.CodeMaps))
	t.Mov(4, di, si)
	t.Shift(amd64.SHR, 4, di, 20) // megabytes
	t.Load(8, r11, amd64.Mem{Base: r11, Index: di, Scale: 3})
	t.Test(8, r11, r11)
	t.miss(t.Jcc(amd64.E))
	t.Mov(4, di, si)
	t.Shift(amd64.SHR, 4, di, 12)
	t.ALUImm(amd64.AND, 4, di, 255) // pages in them
	t.Load(8, di, amd64.Mem{Base: r11, Index: di, Scale: 3})
	t.Test(8, di, di)
	t.miss(t.Jcc(amd64.E))
	// The map has words of 64 bits.
	t.Mov(4, r11, si)
	t.Shift(amd64.SHR, 4, r11, 6)
	t.ALUImm(amd64.AND, 4, r11, 63)
	t.Load(8, di, amd64.Mem{Base: di, Index: r11, Scale: 3})
	if size > 1 {
		t.Mov(4, r11, si)
		t.ALUImm(amd64.AND, 4, r11, 63)
		t.ALUImm(amd64.CMP, 4, r11, uint32(64-size))
		t.miss(t.Jcc(amd64.A))
	}
	for i := range size {
		bit := si
		if i != 0 {
			bit = r11
			t.Lea(r11, amd64.At(si, i))
		}
		t.RR(0x1a3, 8, bit, di) // BT
		t.miss(t.Jcc(amd64.B))
	}
	t.ALUStoreImm(amd64.SUB, 4, t.state(t.lay.Beside), 1)
	t.miss(t.Jcc(amd64.L))
}
