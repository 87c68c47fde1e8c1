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

// codeSize is the operand size of the code without a prefix. Branches of the other one
// are the interpreter's: those of 32 bits in 16-bit code may be beyond the limit, which
// those of 16 bits cannot, since there is none below FFFF.
func (t *translator) codeSize() uint8 {
	if t.tr.Code16 {
		return 2
	}
	return 4
}

// distance is that from the trace's start to the target of a relative branch, if the
// operand size is that of the code. In 16-bit code IP wraps.
func (t *translator) distance() (d uint32, ok bool) {
	in := t.in
	d = uint32(in.Imm) + in.Off + uint32(in.Len)
	if t.tr.Code16 {
		d = uint32(uint16(t.tr.IP+d)) - t.tr.IP
	}
	return d, in.OpSize == t.codeSize()
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
	size := in.OpSize
	if size != t.codeSize() {
		return false
	}
	switch a := in.Args[0]; a.Kind {
	case isa.Rel:
		d, _ := t.distance()
		t.edge(t.i+1, d)
		t.done = true
	case isa.Mem:
		if a.Size != size {
			return false
		}
		t.access(size, false)
		t.LoadZX(size, si, t.target)
		t.keepJump()
	case isa.Reg:
		t.movZX(size, si, hostOf[a.Reg])
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
	size := in.OpSize
	if size != t.codeSize() {
		return false
	}
	var d uint32
	switch a.Kind {
	case isa.Rel:
		d, _ = t.distance()
	case isa.Mem:
		if a.Size != size {
			return false
		}
		t.access(size, false)
		t.LoadZX(size, di, t.target)
		t.Store(4, t.state(t.lay.Spill+8), di)
	case isa.Reg:
	default:
		return false
	}
	t.stack(sp, -int32(size), size, true)
	t.Load(4, di, t.state(t.lay.IP))
	t.ALUImm(amd64.ADD, 4, di, in.Off+uint32(in.Len))
	t.Store(size, t.target, di)
	if a.Kind == isa.Reg {
		t.movZX(size, di, hostOf[a.Reg])
		t.Store(4, t.state(t.lay.Spill+8), di)
	}
	t.clobbers(sp, 4)
	t.addSP(-int32(size))
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
	size := in.OpSize
	if size != t.codeSize() {
		return false
	}
	n := int32(size)
	if in.Args[0].Kind == isa.Imm {
		n += int32(uint16(in.Imm))
	}
	t.stack(sp, 0, size, false)
	t.LoadZX(size, si, t.target)
	if t.now.usesReg(sp, 4) || t.now.kind > dead {
		t.Store(4, t.state(t.lay.Spill+8), si)
		t.materialise()
		t.Load(4, si, t.state(t.lay.Spill+8))
	}
	t.addSP(n)
	t.jump()
	return true
}

// emitLoop is LOOP, LOOPE, LOOPNE and JCXZ, which count in CX or ECX by address size
// and leave the flags alone.
func emitLoop(t *translator) bool {
	in := t.in
	d, ok := t.distance()
	if !ok {
		return false
	}
	size := in.AddrSize
	cx := hostOf[count]
	skip := 0
	switch in.Op {
	case isa.JCXZ:
		t.Test(size, cx, cx)
		t.host = false
		t.stub(stubEdge, t.Jcc(amd64.E), t.i+1, d)
		return true
	case isa.LOOPE, isa.LOOPNE:
		if in.Rep != isa.NoRep {
			return false // models differ
		}
		if t.now.usesReg(count, 4) {
			t.materialise()
		}
		cc := t.cond(amd64.E)
		if in.Op == isa.LOOPE {
			cc ^= 1
		}
		t.RM(0x8d, size, cx, amd64.At(cx, -1)) // LEA
		skip = t.Jcc(cc)
	default:
		if t.now.usesReg(count, 4) {
			t.materialise()
		}
		t.RM(0x8d, size, cx, amd64.At(cx, -1)) // LEA
	}
	t.Test(size, cx, cx)
	t.host = false
	t.stub(stubEdge, t.Jcc(amd64.NE), t.i+1, d)
	if skip != 0 {
		t.Patch(skip, t.N)
	}
	return true
}

// addSP moves the stack pointer. It leaves the host's flags alone.
func (t *translator) addSP(n int32) { t.setSP(amd64.At(amd64.R12, n)) }

// setSP makes an address the stack pointer.
func (t *translator) setSP(m amd64.Mem) {
	size := uint8(4)
	if t.tr.Stack16 {
		size = 2
	}
	t.RM(0x8d, size, amd64.R12, m) // LEA
}

// movZX copies the lower size bytes, two or four, of a register.
func (t *translator) movZX(size uint8, dst, src amd64.Reg) {
	if size == 2 {
		t.MovZX(4, 2, dst, src)
	} else {
		t.Mov(4, dst, src)
	}
}

// The guest's stack pointer and frame pointer by number.
const (
	sp = 4
	bp = 5
)
