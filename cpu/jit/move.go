package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

func emitMov(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	imm := uint32(t.in.Imm)
	switch {
	case d.Kind == isa.Reg && s.Kind == isa.Reg:
		t.clobbers(d.Reg, d.Size)
		t.Mov(d.Size, hostReg(d.Reg, d.Size), hostReg(s.Reg, d.Size))
		t.wrote(d.Reg, d.Size)
	case d.Kind == isa.Reg && s.Kind == isa.Imm:
		t.clobbers(d.Reg, d.Size)
		t.MovImm(d.Size, hostReg(d.Reg, d.Size), imm)
		t.wrote(d.Reg, d.Size)
	case d.Kind == isa.Reg && s.Kind == isa.Mem:
		t.clobbers(d.Reg, d.Size)
		t.access(d.Size, false)
		t.Load(d.Size, hostReg(d.Reg, d.Size), t.target)
		t.wrote(d.Reg, d.Size)
	case d.Kind == isa.Mem && s.Kind == isa.Reg:
		t.access(d.Size, true)
		t.Store(d.Size, t.target, hostReg(s.Reg, d.Size))
	case d.Kind == isa.Reg && s.Kind == isa.SReg:
		t.clobbers(d.Reg, d.Size)
		t.LoadZX(2, di, t.state(t.lay.SegSel[s.Reg]))
		t.Mov(d.Size, hostOf[d.Reg], di)
		t.wrote(d.Reg, d.Size)
	case d.Kind == isa.Mem && s.Kind == isa.SReg:
		t.access(2, true)
		t.LoadZX(2, di, t.state(t.lay.SegSel[s.Reg]))
		t.Store(2, t.target, di)
	case d.Kind == isa.SReg:
		return t.movSegment(d.Reg, s)
	case d.Kind == isa.Mem && s.Kind == isa.Imm:
		t.access(d.Size, true)
		t.StoreImm(d.Size, t.target, imm)
	default:
		return false
	}
	return true
}

func emitMovzx(t *translator) bool { return t.extend(false) }
func emitMovsx(t *translator) bool { return t.extend(true) }

// extend writes MOVSX or MOVZX.
func (t *translator) extend(sign bool) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	dst := hostReg(d.Reg, d.Size)
	t.clobbers(d.Reg, d.Size)
	if s.Kind == isa.Mem {
		t.access(s.Size, false)
		if sign {
			t.LoadSX(s.Size, di, t.target)
		} else {
			t.LoadZX(s.Size, di, t.target)
		}
	} else {
		src := hostReg(s.Reg, s.Size)
		if sign {
			t.MovSX(4, s.Size, di, src)
		} else {
			t.MovZX(4, s.Size, di, src)
		}
	}
	t.Mov(d.Size, dst, di)
	t.wrote(d.Reg, d.Size)
	return true
}

func emitLea(t *translator) bool {
	d := t.in.Args[0]
	if t.in.Args[1].Kind != isa.Mem {
		return false
	}
	t.clobbers(d.Reg, d.Size)
	if d.Size == 4 {
		t.address(hostOf[d.Reg], 0)
	} else {
		t.address(si, 0)
		t.Mov(2, hostOf[d.Reg], si)
	}
	t.wrote(d.Reg, d.Size)
	return true
}

func emitXchg(t *translator) bool {
	d, s := t.in.Args[0], t.in.Args[1]
	if d.Kind != isa.Reg || s.Kind != isa.Reg {
		if d.Kind == isa.Reg {
			d, s = s, d
		}
		t.clobbers(s.Reg, s.Size)
		t.access(s.Size, true)
		r := hostReg(s.Reg, s.Size)
		// A locked exchange of the host would cost for nothing.
		if s.Size == 1 {
			t.LoadZX(1, di, t.target)
			t.Store(1, t.target, r)
			if s.Reg >= 4 {
				t.highByte(s.Reg, di)
			} else {
				t.Mov(1, r, amd64.DIL)
			}
		} else {
			t.Load(s.Size, di, t.target)
			t.Store(s.Size, t.target, r)
			t.Mov(s.Size, r, di)
		}
		t.wrote(s.Reg, s.Size)
		return true
	}
	t.clobbers(d.Reg, d.Size)
	t.clobbers(s.Reg, s.Size)
	t.Xchg(d.Size, hostReg(d.Reg, d.Size), hostReg(s.Reg, d.Size))
	t.wrote(d.Reg, d.Size)
	t.wrote(s.Reg, s.Size)
	return true
}

// highByte copies the low byte of scratch register src to AH..BH, which no
// instruction can name together with it. It changes the host's flags.
func (t *translator) highByte(r uint8, src amd64.Reg) {
	whole := hostOf[r&3]
	t.Shift(amd64.ROR, 4, whole, 8)
	t.Mov(1, amd64.Reg(r&3), scratch(src, 1))
	t.Shift(amd64.ROL, 4, whole, 8)
	t.host = false
}

func emitPush(t *translator) bool {
	a := t.in.Args[0]
	size := t.in.OpSize
	n := -int32(size)
	switch a.Kind {
	case isa.Reg:
		t.clobbers(sp, 4)
		t.stack(sp, n, size, true)
		t.Store(size, t.target, hostOf[a.Reg])
	case isa.Imm:
		t.clobbers(sp, 4)
		t.stack(sp, n, size, true)
		t.StoreImm(size, t.target, uint32(t.in.Imm))
	case isa.Mem:
		t.clobbers(sp, 4)
		t.access(size, false)
		t.Load(size, di, t.target)
		t.Store(4, t.state(t.lay.Spill+8), di)
		t.stack(sp, n, size, true)
		t.Load(4, di, t.state(t.lay.Spill+8))
		t.Store(size, t.target, di)
	case isa.SReg:
		// Two bytes, as processors since the 80486 do.
		t.clobbers(sp, 4)
		t.stack(sp, n, size, true)
		t.LoadZX(2, di, t.state(t.lay.SegSel[a.Reg]))
		t.Store(2, t.target, di)
	default:
		return false
	}
	t.addSP(n)
	t.wrote(sp, 4)
	return true
}

func emitPop(t *translator) bool {
	a := t.in.Args[0]
	size := t.in.OpSize
	switch a.Kind {
	case isa.Reg:
		t.clobbers(sp, 4)
		t.clobbers(a.Reg, 4)
		t.stack(sp, 0, size, false)
		t.addSP(int32(size))
		t.Load(size, hostOf[a.Reg], t.target)
		t.wrote(a.Reg, 4)
	case isa.SReg:
		if !t.canLoadSegment(a.Reg) {
			return false
		}
		t.clobbers(sp, 4)
		t.checkSegment(a.Reg)
		t.stack(sp, 0, size, false)
		t.LoadZX(2, di, t.target)
		t.addSP(int32(size))
		t.loadSegment(a.Reg)
	case isa.Mem:
		if t.in.Base == sp {
			return false // it counts from what the stack pointer is then
		}
		t.clobbers(sp, 4)
		t.stack(sp, 0, size, false)
		t.Load(size, di, t.target)
		t.Store(4, t.state(t.lay.Spill+8), di)
		t.access(size, true)
		t.Load(4, di, t.state(t.lay.Spill+8))
		t.Store(size, t.target, di)
		t.addSP(int32(size))
	default:
		return false
	}
	t.wrote(sp, 4)
	return true
}

// The registers that PUSHA stores, from the stack pointer's new value on.
var pushed = [8]uint8{7, 6, 5, 4, 3, 2, 1, 0}

// emitPusha and emitPopa look all places up at once. On a 16-bit stack each place
// wraps by itself: then it is the interpreter's.

func emitPusha(t *translator) bool {
	size := t.in.OpSize
	n := -8 * int32(size)
	t.clobbers(sp, 4)
	t.stackRange(n, 8*size, true)
	for i, r := range pushed {
		t.Store(size, found(int32(i)*int32(size)), hostOf[r])
	}
	t.addSP(n)
	t.wrote(sp, 4)
	return true
}

func emitPopa(t *translator) bool {
	size := t.in.OpSize
	if t.now.kind > dead && t.needed() {
		t.materialise()
	}
	t.stackRange(0, 8*size, false)
	for i, r := range pushed {
		if r != sp {
			t.Load(size, hostOf[r], found(int32(i)*int32(size)))
		}
	}
	t.addSP(8 * int32(size))
	for r := range uint8(8) {
		t.wrote(r, 4)
	}
	return true
}

// stackRange looks up size bytes at SP+disp, which must not wrap.
func (t *translator) stackRange(disp int32, size uint8, write bool) {
	t.Lea(si, amd64.At(amd64.R12, disp))
	if t.tr.Stack16 {
		t.MovZX(4, 2, si, si)
		t.ALUImm(amd64.CMP, 4, si, 0x10000-uint32(size))
		t.host = false
		t.miss(t.Jcc(amd64.A))
	}
	t.segment(isa.SS, size, write)
	t.lookup(int32(size), write)
}

func emitLeave(t *translator) bool {
	size := t.in.OpSize
	t.clobbers(sp, 4)
	t.clobbers(bp, 4)
	t.stack(bp, 0, size, false)
	t.setSP(amd64.At(amd64.R13, int32(size)))
	t.Load(size, amd64.R13, t.target)
	t.wrote(sp, 4)
	t.wrote(bp, 4)
	return true
}

// emitXlat loads AL from [BX+AL].
func emitXlat(t *translator) bool {
	t.clobbers(0, 1)
	t.MovZX(4, 1, si, amd64.AX)
	t.Lea(si, amd64.Mem{Base: si, Index: amd64.BX})
	if t.in.AddrSize == 2 {
		t.MovZX(4, 2, si, si)
	}
	t.segment(t.in.Seg, 1, false)
	t.lookup(1, false)
	t.Load(1, amd64.AX, found(0))
	t.wrote(0, 1)
	return true
}
