package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// String instructions that are not repeated. The others are the interpreter's, which
// has ways to do many iterations at once.

// The index registers by number.
const (
	sindex = 6
	dindex = 7
)

// emitString is MOVS, STOS, LODS and SCAS.
func emitString(t *translator) bool {
	in := t.in
	if in.Rep != isa.NoRep || in.AddrSize != 4 {
		return false
	}
	size := in.OpSize
	if in.Opcode&1 == 0 {
		size = 1
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

// source looks up what ESI points to, destination what EDI does.
func (t *translator) source(size uint8) {
	t.Mov(4, si, hostOf[sindex])
	t.segment(t.in.Seg, size, false)
	t.lookup(int32(size), false)
	t.target = found(0)
}

func (t *translator) destination(size uint8, write bool) {
	t.Mov(4, si, hostOf[dindex])
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
	t.ALU(amd64.ADD, 4, hostOf[r], di)
	t.wrote(r, 4)
}
