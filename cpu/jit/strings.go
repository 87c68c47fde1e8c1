package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// String instructions. Of the repeated ones it is MOVS and STOS, for what goes up within
// a page and the budget. That is nearly all of it; the rest is the interpreter's.

// The registers of string instructions by number.
const (
	count  = 1
	sindex = 6
	dindex = 7
)

// emitString is MOVS, STOS, LODS and SCAS.
func emitString(t *translator) bool {
	in := t.in
	size := in.OpSize
	if in.Opcode&1 == 0 {
		size = 1
	}
	if in.Rep != isa.NoRep {
		return t.repeat(size)
	}
	acc := hostReg(0, size)
	switch in.Op {
	case isa.MOVS:
		t.clobbers(sindex, 4)
		t.clobbers(dindex, 4)
		slot := t.state(t.lay.Spill + 8)
		t.source(size)
		t.LoadZX(size, di, t.target)
		t.Store(4, slot, di)
		t.destination(size, true)
		t.Load(4, di, slot)
		t.Store(size, t.target, scratch(di, size))
		t.step(size)
		t.advance(sindex)
		t.advance(dindex)
	case isa.STOS:
		t.clobbers(dindex, 4)
		t.destination(size, true)
		t.Store(size, t.target, acc)
		t.step(size)
		t.advance(dindex)
	case isa.LODS:
		t.clobbers(0, size)
		t.clobbers(sindex, 4)
		t.source(size)
		t.Load(size, acc, t.target)
		t.step(size)
		t.advance(sindex)
		t.wrote(0, size)
	default: // SCAS
		t.destination(size, false)
		p := pending{kind: subOf, size: size, a: regAt(0)}
		if t.needed() {
			t.LoadZX(size, di, t.target)
			p.b = t.spill(inSpill, di)
		}
		t.step(size)
		t.advance(dindex)
		t.set(p)
	}
	return true
}

// repeat is REP MOVS and STOS, which end the trace. Every iteration counts as an
// instruction, and no iteration as one.
func (t *translator) repeat(size uint8) bool {
	in := t.in
	movs := in.Op == isa.MOVS
	if !movs && in.Op != isa.STOS {
		return false
	}
	cx := hostOf[count]
	t.clobbers(count, 4)
	t.clobbers(dindex, 4)
	if movs {
		t.clobbers(sindex, 4)
	}
	t.Test(in.AddrSize, cx, cx)
	t.host = false
	none := t.Jcc(amd64.E)
	// What is executed alone may have ended the slice: then the budget is below 0.
	t.ALU(amd64.CMP, 8, cx, amd64.R8)
	t.miss(t.Jcc(amd64.G))
	t.BtImm(t.state(t.lay.Flags), 10) // DF
	t.miss(t.Jcc(amd64.B))
	slot := t.state(t.lay.Spill + 8)
	if movs {
		t.run(in.Seg, sindex, size, false)
		t.Store(8, slot, si)
	}
	t.run(isa.ES, dindex, size, true)
	t.RM(0x8d, 8, di, amd64.Mem{Base: amd64.BP, Index: si}) // LEA
	scale := size >> 1
	if movs {
		t.Load(8, si, slot)
		t.ALU(amd64.ADD, 8, si, amd64.BP)
		r := hostOf[sindex]
		t.RM(0x8d, in.AddrSize, r, amd64.Mem{Base: r, Index: cx, Scale: scale}) // LEA
	}
	r := hostOf[dindex]
	t.RM(0x8d, in.AddrSize, r, amd64.Mem{Base: r, Index: cx, Scale: scale}) // LEA
	t.ALU(amd64.SUB, 8, amd64.R8, cx)
	t.ALUImm(amd64.ADD, 8, amd64.R8, 1) // edge counts the instruction
	if movs {
		t.RepMovs(size)
		t.wrote(sindex, 4)
	} else {
		t.RepStos(size)
	}
	t.wrote(count, 4)
	t.wrote(dindex, 4)
	t.Patch(none, t.N)
	t.edge(t.i+1, in.Off+uint32(in.Len))
	t.done = true
	return true
}

// run looks up ECX elements from where an index register points to, which must not
// leave the page, nor the segment. If it is CX that counts, and the rest of ECX is not 0,
// they do.
func (t *translator) run(seg, r, size uint8, write bool) {
	t.index(r)
	all := amd64.Mem{Base: si, Index: hostOf[count], Scale: size >> 1}
	if t.in.AddrSize == 2 || !t.flat(seg) {
		t.RM(0x8d, 8, di, all) // LEA
	}
	if t.in.AddrSize == 2 {
		t.ALUImm(amd64.CMP, 8, di, 0x10000)
		t.miss(t.Jcc(amd64.A))
	}
	if !t.flat(seg) {
		t.inSegment(seg, write)
	}
	t.lookupPage(1, write)
	t.Mov(4, di, si)
	t.ALUImm(amd64.AND, 4, di, 0xfff) // pages lie at round places in Mem
	all.Base = di
	t.RM(0x8d, 8, di, all) // LEA
	t.ALUImm(amd64.CMP, 8, di, 0x1000)
	t.miss(t.Jcc(amd64.A))
}

// index puts the offset that an index register holds into si.
func (t *translator) index(r uint8) { t.movZX(t.in.AddrSize, si, hostOf[r]) }

// source looks up what SI points to, destination what DI does.
func (t *translator) source(size uint8) {
	t.index(sindex)
	t.segment(t.in.Seg, size, false)
	t.lookup(int32(size), false)
	t.target = found(0)
}

func (t *translator) destination(size uint8, write bool) {
	t.index(dindex)
	t.segment(isa.ES, size, write)
	t.lookup(int32(size), write)
	t.target = found(0)
}

// step puts into di by what an index moves on.
func (t *translator) step(size uint8) {
	t.BtImm(t.state(t.lay.Flags), 10) // DF
	t.ALU(amd64.SBB, 4, di, di)
	t.ALUImm(amd64.AND, 4, di, -(2 * uint32(size)))
	t.ALUImm(amd64.ADD, 4, di, uint32(size))
	t.host = false
}

func (t *translator) advance(r uint8) {
	t.ALU(amd64.ADD, t.in.AddrSize, hostOf[r], di)
	t.wrote(r, 4)
}
