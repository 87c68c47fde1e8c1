package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Loads of segment registers in real and virtual-8086 mode: the base follows the
// selector. What the mode bits of a trace say must not change by it: SS and CS are the
// interpreter's.

// canLoadSegment reports whether a load can be translated.
func (t *translator) canLoadSegment(seg uint8) bool {
	return seg != isa.SS && seg != isa.CS && (t.tr.Real || t.tr.V86) && !t.flat(seg)
}

// checkSegment leaves to the interpreter if a load might change more than base and
// selector, or make the segments flat.
func (t *translator) checkSegment(seg uint8) {
	t.host = false
	if t.tr.V86 {
		// Limit and rights are set, to what they are but behind LOADALL.
		t.ALUStoreImm(amd64.CMP, 4, t.state(t.lay.SegLimit[seg]), 0xffff)
		t.miss(t.Jcc(amd64.NE))
		t.LoadZX(2, di, t.state(t.lay.SegAttr[seg]))
		t.ALUImm(amd64.CMP, 4, di, v86Attr)
		t.miss(t.Jcc(amd64.NE))
		return
	}
	if seg == isa.DS || seg == isa.ES {
		t.ALUStoreImm(amd64.CMP, 4, t.state(t.lay.SegLimit[seg]), 0xffff)
		t.miss(t.Jcc(amd64.A))
	}
}

// v86Attr is what a segment of virtual-8086 mode has: present, DPL 3, writable and
// accessed data.
const v86Attr = 0xf3

// loadSegment loads a segment register from di, of which only the lower half is not 0.
func (t *translator) loadSegment(seg uint8) {
	t.Store(2, t.state(t.lay.SegSel[seg]), di)
	t.known.ds = 0
	t.Shift(amd64.SHL, 4, di, 4)
	t.Store(8, t.state(t.lay.SegBase[seg]), di)
	t.host = false
}

// movSegment is MOV to a segment register.
func (t *translator) movSegment(seg uint8, s isa.Operand) bool {
	if !t.canLoadSegment(seg) {
		return false
	}
	t.checkSegment(seg)
	if s.Kind == isa.Mem {
		t.access(2, false)
		t.LoadZX(2, di, t.target)
	} else {
		t.MovZX(4, 2, di, hostOf[s.Reg])
	}
	t.loadSegment(seg)
	return true
}

// emitLoadFar is LES, LDS, LFS and LGS of a far pointer of 16:16 bits.
func emitLoadFar(t *translator) bool {
	in := t.in
	d := in.Args[0]
	seg := map[isa.Op]uint8{isa.LES: isa.ES, isa.LDS: isa.DS, isa.LFS: isa.FS, isa.LGS: isa.GS}[in.Op]
	if in.OpSize != 2 || in.Args[1].Kind != isa.Mem || !t.canLoadSegment(seg) {
		return false
	}
	t.clobbers(d.Reg, 2)
	t.checkSegment(seg)
	t.address(si, 0)
	if in.AddrSize == 2 {
		// The selector may wrap to the segment's start.
		t.ALUImm(amd64.CMP, 4, si, 0xfffc)
		t.miss(t.Jcc(amd64.A))
	}
	t.segment(in.Seg, 4, false)
	t.lookup(4, false)
	t.Load(4, di, found(0))
	t.Mov(2, hostOf[d.Reg], di)
	t.Shift(amd64.SHR, 4, di, 16)
	t.loadSegment(seg)
	t.wrote(d.Reg, 2)
	return true
}
