package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// leave counts n instructions and adds d to IP: the trace ends here. It changes the
// host's flags, and the less condition then says that the budget is near its end.
func (t *translator) leave(n int, d uint32) {
	if d != 0 {
		t.ALUStoreImm(amd64.ADD, 4, t.state(t.lay.IP), d)
	}
	t.ALUImm(amd64.SUB, 8, amd64.R8, uint32(n))
	t.host = false
}

// look is the stub that leaves for the budget's sake.
func (t *translator) look(at int) { t.stub(stubLook, at, 0, 0) }

// edge ends the trace behind n instructions with a way to what is d bytes behind its
// start.
func (t *translator) edge(n int, d uint32) {
	if (t.tr.Start+d)>>12 != 0 {
		// Another page: where it lies may change.
		t.materialise()
		t.leave(n, d)
		t.look(t.Jcc(amd64.L))
		t.Load(4, si, t.state(t.lay.IP))
		t.jumpCache()
		return
	}
	t.leave(n, d)
	t.look(t.Jcc(amd64.L))
	var e Edge
	if t.now.kind != stored {
		e.dead = t.Jmp()
		t.Patch(e.dead, t.N)
		t.materialise()
	}
	e.live = t.Jmp()
	e.exit = t.N
	t.Patch(e.live, e.exit)
	id := uint32(len(t.e.edges))
	t.MovImm(4, si, id<<3|ExitEdge)
	t.Ret()
	t.e.edges = append(t.e.edges, e)
	t.code.Edges = append(t.code.Edges, id)
}

// jumpCache goes on at the IP in si. The flags are stored.
func (t *translator) jumpCache() {
	t.Mov(4, di, si)
	t.Shift(amd64.SHR, 4, di, jumpFold)
	t.ALU(amd64.XOR, 4, di, si)
	t.ALUImm(amd64.AND, 4, di, JumpSize-1)
	t.Shift(amd64.SHL, 4, di, 4)
	t.ALULoad(amd64.OR, 8, si, t.state(t.lay.Stamp[t.tr.Privilege]))
	t.ALULoad(amd64.CMP, 8, si, amd64.Mem{Base: amd64.R10, Index: di, Disp: t.lay.Jumps})
	at := t.Jcc(amd64.NE)
	t.JmpMem(amd64.Mem{Base: amd64.R10, Index: di, Disp: t.lay.Jumps + 8})
	t.Patch(at, t.N)
	t.MovImm(4, si, ExitJump)
	t.Ret()
}

// jump ends the trace with a jump to the IP in si.
func (t *translator) jump() {
	t.Store(4, t.state(t.lay.IP), si)
	t.leave(t.i+1, 0)
	t.look(t.Jcc(amd64.L))
	t.jumpCache()
	t.done = true
}

// distance is that from the trace's start to the target of a relative branch, if the
// operand size is that of the code.
func (t *translator) distance() (d uint32, ok bool) {
	in := t.in
	return uint32(in.Imm) + in.Off + uint32(in.Len), in.OpSize == 4
}

func emitJcc(t *translator) bool {
	d, ok := t.distance()
	if !ok {
		return false
	}
	cc := t.cond(uint8(t.in.Op - isa.JO))
	t.stub(stubEdge, t.Jcc(cc), t.i+1, d)
	return true
}

func emitJmp(t *translator) bool {
	in := t.in
	switch a := in.Args[0]; a.Kind {
	case isa.Rel:
		d, ok := t.distance()
		if !ok {
			return false
		}
		t.edge(t.i+1, d)
		t.done = true
	case isa.Mem:
		if a.Size != 4 || in.OpSize != 4 {
			return false
		}
		t.access(4, false)
		t.Load(4, si, t.target)
		t.keepJump()
	case isa.Reg:
		if in.OpSize != 4 {
			return false
		}
		t.Mov(4, si, hostOf[a.Reg])
		t.keepJump()
	default:
		return false
	}
	return true
}

// keepJump is jump for when the flags may have to be stored first.
func (t *translator) keepJump() {
	if t.now.kind > dead {
		t.Store(4, t.state(t.lay.Spill+8), si)
		t.materialise()
		t.Load(4, si, t.state(t.lay.Spill+8))
	}
	t.jump()
}

func emitCall(t *translator) bool {
	in := t.in
	a := in.Args[0]
	if in.OpSize != 4 {
		return false
	}
	var d uint32
	switch a.Kind {
	case isa.Rel:
		d, _ = t.distance()
	case isa.Mem:
		if a.Size != 4 {
			return false
		}
		t.access(4, false)
		t.Load(4, di, t.target)
		t.Store(4, t.state(t.lay.Spill+8), di)
	case isa.Reg:
	default:
		return false
	}
	t.stack(sp, -4, 4, true)
	t.Load(4, di, t.state(t.lay.IP))
	t.ALUImm(amd64.ADD, 4, di, in.Off+uint32(in.Len))
	t.Store(4, t.target, di)
	if a.Kind == isa.Reg {
		t.Mov(4, di, hostOf[a.Reg])
		t.Store(4, t.state(t.lay.Spill+8), di)
	}
	t.clobbers(sp, 4)
	t.Lea(amd64.R12, amd64.At(amd64.R12, -4))
	if a.Kind == isa.Rel {
		t.edge(t.i+1, d)
		t.done = true
		return true
	}
	t.materialise()
	t.Load(4, si, t.state(t.lay.Spill+8))
	t.jump()
	return true
}

func emitRet(t *translator) bool {
	in := t.in
	if in.OpSize != 4 {
		return false
	}
	n := int32(4)
	if in.Args[0].Kind == isa.Imm {
		n += int32(uint16(in.Imm))
	}
	t.stack(sp, 0, 4, false)
	t.Load(4, si, t.target)
	if t.now.usesReg(sp, 4) || t.now.kind > dead {
		t.Store(4, t.state(t.lay.Spill+8), si)
		t.materialise()
		t.Load(4, si, t.state(t.lay.Spill+8))
	}
	t.Lea(amd64.R12, amd64.At(amd64.R12, n))
	t.jump()
	return true
}

// The guest's stack pointer and frame pointer by number.
const (
	sp = 4
	bp = 5
)
