package cpu

import "beige/cpu/isa"

// Near branches. A direct branch holds the distance of its target from the
// start of the trace in op.imm; see CPU.branch.

func (h *handlers) initBranch() {
	h.jcc = [16]handler{opJo, opJno, opJb, opJnb, opJz, opJnz, opJbe, opJnbe, opJs, opJns, opJp, opJnp, opJl, opJnl, opJle, opJnle}
	for i := range h.jcc {
		h.build[isa.JO+isa.Op(i)] = func(b *builder, op *Op, in *isa.Inst) {
			b.relative(op, in)
			if b.ends { // 16-bit operand size in 32-bit code
				op.x = uint8(i)
				op.set(opJcc16in32)
				return
			}
			b.set(op, h.jcc[i])
			if b.prev == nil {
				return
			}
			k := b.prevKind
			var f handler
			switch k.kind {
			case fuseCmp, fuseTest:
				f = h.cmpJcc[k.kind-fuseCmp][k.form][k.size][i]
				if k.flat && k.form > formRI {
					f = h.cmpJccFlat[k.kind-fuseCmp][k.form][k.size][i]
				}
			case fuseDec:
				f = decJcc(k.size, i)
			case fuseBt:
				switch i {
				case 2:
					f = opBtMemImm32FlatJB
				case 3:
					f = opBtMemImm32FlatJNB
				}
			}
			if f != nil {
				b.prev.set(f)
			}
		}
	}
	h.build[isa.JMP] = func(b *builder, op *Op, in *isa.Inst) {
		switch a := in.Args[0]; a.Kind {
		case isa.Rel:
			b.relative(op, in)
			if b.ends {
				op.set(opJmp16in32)
				return
			}
			b.end(op, opJmp)
		case isa.Mem:
			b.end(op, pick2(in.OpSize, opJmpMem16, opJmpMem32))
		default:
			b.end(op, pick2(in.OpSize, opJmpReg16, opJmpReg32))
		}
	}
	h.build[isa.CALL] = func(b *builder, op *Op, in *isa.Inst) {
		switch a := in.Args[0]; a.Kind {
		case isa.Rel:
			b.relative(op, in)
			if b.ends {
				op.set(opCall16in32)
				return
			}
			b.end(op, pick2(in.OpSize, opCall16, opCall32))
			if in.OpSize == 4 && b.flatStack {
				op.set(opCall32Flat)
				b.half = halfCall32Flat
			}
		case isa.Mem:
			b.end(op, pick2(in.OpSize, opCallMem16, opCallMem32))
		default:
			b.end(op, pick2(in.OpSize, opCallReg16, opCallReg32))
		}
	}
	h.build[isa.RET] = func(b *builder, op *Op, in *isa.Inst) {
		if in.Args[0].Kind == isa.None {
			op.imm = 0
		}
		b.end(op, pick2(in.OpSize, opRet16, opRet32))
		if in.OpSize == 4 && b.flatStack {
			op.set(opRet32Flat)
			b.half = halfRet32Flat
		}
	}
	for i, m := range [...]isa.Op{isa.LOOPNE, isa.LOOPE, isa.LOOP, isa.JCXZ} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			i := i
			if i < 2 && in.Rep != isa.NoRep && b.c.model.RepSelectsLoop {
				// The manuals leave it open; recorded.
				i = 0
				if in.Rep == isa.Repe {
					i = 1
				}
			}
			b.relative(op, in)
			op.src = in.AddrSize
			if b.ends {
				op.x = uint8(i)
				op.set(opLoop16in32)
				return
			}
			b.set(op, [4]handler{opLoopne, opLoope, opLoop, opJcxz}[i])
		}
	}
}

// relative turns a branch displacement into the distance from the start of the
// trace. In 32-bit code with a 16-bit operand size the target is cut to 16 bits,
// which no distance can say: such branches end the trace with the displacement
// itself in op.imm. In 16-bit code a 32-bit operand size does not wrap the
// target; the limit then catches it, so those take the same way.
func (b *builder) relative(op *Op, in *isa.Inst) {
	op.imm = uint32(in.Imm)
	if in.OpSize == 2 != (b.c.ipMask == 0xffff) {
		op.x = in.OpSize
		b.ends = true
		return
	}
	op.imm += uint32(op.off) + uint32(op.len)
}

// oddTarget is the target of a branch whose operand size is not the code size.
func (c *CPU) oddTarget(op *Op, in32 bool) uint32 {
	t := uint32(c.IP) + uint32(op.off) + uint32(op.len) + op.imm
	if in32 {
		t &= 0xffff
	}
	return t
}

// checkIP raises #GP if a branch target is beyond the code segment.
func (c *CPU) checkIP(op *Op, ip uint32) uint32 {
	if ip > c.Seg[CS].Limit && !c.model.Wraps64K {
		c.gp(op, 0)
	}
	return ip
}

func opJcc16in32(c *CPU, op *Op) *Op {
	if !c.cond(op.x) {
		return c.leave(op)
	}
	return c.jump(op, c.checkIP(op, c.oddTarget(op, c.ipMask != 0xffff)))
}

func opJmp16in32(c *CPU, op *Op) *Op {
	return c.jump(op, c.checkIP(op, c.oddTarget(op, c.ipMask != 0xffff)))
}

func opCall16in32(c *CPU, op *Op) *Op {
	to := c.callTo(op, c.oddTarget(op, c.ipMask != 0xffff), uint32(op.x))
	if c.ipMask == 0xffff {
		c.push32(op, c.nextIP(op))
	} else {
		c.push16(op, uint16(c.nextIP(op)))
	}
	return c.jump(op, to)
}

func opLoop16in32(c *CPU, op *Op) *Op {
	to := c.oddTarget(op, c.ipMask != 0xffff)
	n := uint32(c.R[CX]) & countMask(op)
	if op.x == 3 {
		if n != 0 {
			return c.leave(op)
		}
		return c.jump(op, c.checkIP(op, to))
	}
	n = (n - 1) & countMask(op)
	taken := n != 0 && (op.x == 2 || c.zf() == (op.x == 1))
	if taken {
		c.checkIP(op, to)
	}
	c.setCount(op, n)
	if !taken {
		return c.leave(op)
	}
	return c.jump(op, to)
}

// countMask tells CX from ECX, by address size, which op.src holds: op.amask may
// belong to the link.
func countMask(op *Op) uint32 {
	if op.src == 2 {
		return 0xffff
	}
	return 0xffffffff
}

// setCount stores CX or ECX, by address size.
func (c *CPU) setCount(op *Op, n uint32) {
	if op.src == 2 {
		c.set16(CX, uint16(n))
	} else {
		c.set32(CX, n)
	}
}

func opJo(c *CPU, op *Op) *Op {
	if c.of() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJno(c *CPU, op *Op) *Op {
	if !c.of() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJb(c *CPU, op *Op) *Op {
	if c.cf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJnb(c *CPU, op *Op) *Op {
	if !c.cf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJz(c *CPU, op *Op) *Op {
	if c.zf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJnz(c *CPU, op *Op) *Op {
	if !c.zf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJbe(c *CPU, op *Op) *Op {
	if c.cf() || c.zf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJnbe(c *CPU, op *Op) *Op {
	if !c.cf() && !c.zf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJs(c *CPU, op *Op) *Op {
	if c.sf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJns(c *CPU, op *Op) *Op {
	if !c.sf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJp(c *CPU, op *Op) *Op {
	if c.pf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJnp(c *CPU, op *Op) *Op {
	if !c.pf() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJl(c *CPU, op *Op) *Op {
	if c.sf() != c.of() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJnl(c *CPU, op *Op) *Op {
	if c.sf() == c.of() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJle(c *CPU, op *Op) *Op {
	if c.zf() || c.sf() != c.of() {
		return c.branch(op)
	}
	return next(c, op)
}

func opJnle(c *CPU, op *Op) *Op {
	if !c.zf() && c.sf() == c.of() {
		return c.branch(op)
	}
	return next(c, op)
}

// decJcc returns the handler of DEC reg with a jump on ZF behind it.
func decJcc(size uint8, cc int) handler {
	switch {
	case size == 1 && cc == 4:
		return opDecReg16JZ
	case size == 1 && cc == 5:
		return opDecReg16JNZ
	case size == 2 && cc == 4:
		return opDecReg32JZ
	case size == 2 && cc == 5:
		return opDecReg32JNZ
	}
	return nil
}

func opDecReg16JZ(c *CPU, op *Op) *Op {
	r := c.dec16(c.get16(op.dst))
	c.set16(op.dst, r)
	j := nextOp(op)
	if r == 0 {
		return c.branch(j)
	}
	return next(c, j)
}

func opDecReg16JNZ(c *CPU, op *Op) *Op {
	r := c.dec16(c.get16(op.dst))
	c.set16(op.dst, r)
	j := nextOp(op)
	if r != 0 {
		return c.branch(j)
	}
	return next(c, j)
}

func opDecReg32JZ(c *CPU, op *Op) *Op {
	r := c.dec32(c.get32(op.dst))
	c.set32(op.dst, r)
	j := nextOp(op)
	if r == 0 {
		return c.branch(j)
	}
	return next(c, j)
}

func opDecReg32JNZ(c *CPU, op *Op) *Op {
	r := c.dec32(c.get32(op.dst))
	c.set32(op.dst, r)
	j := nextOp(op)
	if r != 0 {
		return c.branch(j)
	}
	return next(c, j)
}

func opJmp(c *CPU, op *Op) *Op { return c.branch(op) }

func opJmpReg16(c *CPU, op *Op) *Op {
	return c.jump(op, c.checkIP(op, uint32(c.get16(op.dst))))
}

func opJmpReg32(c *CPU, op *Op) *Op {
	return c.jump(op, c.checkIP(op, c.get32(op.dst)))
}

func opJmpMem16(c *CPU, op *Op) *Op {
	return c.jump(op, c.checkIP(op, uint32(c.ld16(op, op.seg, c.ea(op)))))
}

func opJmpMem32(c *CPU, op *Op) *Op {
	return c.jump(op, c.checkIP(op, c.ld32(op, op.seg, c.ea(op))))
}

// A call checks its target before it pushes, so that nothing has changed if the
// target is bad. If the push would fault as well, that fault is reported.

func (c *CPU) callTo(op *Op, to, size uint32) uint32 {
	if to > c.Seg[CS].Limit && !c.model.Wraps64K {
		c.checkWrite(op, SS, (uint32(c.R[SP])-size)&c.spMask, size)
		c.gp(op, 0)
	}
	return to
}

func (c *CPU) callTarget(op *Op, size uint32) {
	c.callTo(op, (uint32(c.IP)+op.imm)&c.ipMask, size)
}

func opCall16(c *CPU, op *Op) *Op {
	if op.link == nil {
		c.callTarget(op, 2)
	}
	c.push16(op, uint16(c.nextIP(op)))
	c.called(op)
	return c.branch(op)
}

func opCall32(c *CPU, op *Op) *Op {
	if op.link == nil {
		c.callTarget(op, 4)
	}
	c.push32(op, c.nextIP(op))
	c.called(op)
	return c.branch(op)
}

// opCall32Flat and opRet32Flat are in 32-bit code without a limit.

func opCall32Flat(c *CPU, op *Op) *Op {
	la := uint64(c.reg(SP) - 4)
	e := c.entry(la)
	if e.W != (la+3)&^pageMask {
		return opCall32(c, op)
	}
	store32(c.mem, la+e.D, c.ip(op)+uint32(op.len))
	c.R[SP] = la
	c.called(op)
	return c.branch(op)
}

func opRet32Flat(c *CPU, op *Op) *Op {
	la := uint64(c.reg(SP))
	e := c.entry(la)
	if e.R != (la+3)&^pageMask {
		return opRet32(c, op)
	}
	c.setReg(SP, uint32(la)+4+op.imm)
	return c.ret(op, load32(c.mem, la+e.D))
}

func opCallReg16(c *CPU, op *Op) *Op {
	to := c.callTo(op, uint32(c.get16(op.dst)), 2)
	c.push16(op, uint16(c.nextIP(op)))
	c.called(op)
	return c.jump(op, to)
}

func opCallReg32(c *CPU, op *Op) *Op {
	to := c.callTo(op, c.get32(op.dst), 4)
	c.push32(op, c.nextIP(op))
	c.called(op)
	return c.jump(op, to)
}

func opCallMem16(c *CPU, op *Op) *Op {
	to := c.callTo(op, uint32(c.ld16(op, op.seg, c.ea(op))), 2)
	c.push16(op, uint16(c.nextIP(op)))
	c.called(op)
	return c.jump(op, to)
}

func opCallMem32(c *CPU, op *Op) *Op {
	to := c.callTo(op, c.ld32(op, op.seg, c.ea(op)), 4)
	c.push32(op, c.nextIP(op))
	c.called(op)
	return c.jump(op, to)
}

func opRet16(c *CPU, op *Op) *Op {
	to := c.checkIP(op, uint32(c.peek16(op, 0)))
	c.addSP(2 + op.imm)
	return c.ret(op, to)
}

func opRet32(c *CPU, op *Op) *Op {
	to := c.checkIP(op, c.peek32(op, 0))
	c.addSP(4 + op.imm)
	return c.ret(op, to)
}

// Position-independent 32-bit code calls a routine of two instructions to learn its
// own address: MOV r32,[ESP] and RET, one access to memory as a pair.

func (op *Op) isThunk() bool { return op.base == SP && op.disp == 0 && op.dst != SP }

func opThunk(c *CPU, op *Op) *Op {
	la := uint64(c.reg(SP))
	e := c.entry(la)
	if e.R != (la+3)&^pageMask {
		return opMovRegMem32(c, op)
	}
	to := load32(c.mem, la+e.D)
	c.setReg(op.dst, to)
	op = nextOp(op)
	c.setReg(SP, uint32(la)+4+op.imm)
	return c.ret(op, to)
}

// LOOP and its kin count in CX or ECX by address size and do not touch flags.
// The target is checked before the count changes.

func (c *CPU) loop(op *Op, cond bool) *Op {
	n := (uint32(c.R[CX]) - 1) & countMask(op)
	if n == 0 || !cond {
		c.setCount(op, n)
		return next(c, op)
	}
	if op.link == nil {
		c.checkIP(op, (uint32(c.IP)+op.imm)&c.ipMask)
	}
	c.setCount(op, n)
	return c.branch(op)
}

func opLoop(c *CPU, op *Op) *Op { return c.loop(op, true) }

func opLoope(c *CPU, op *Op) *Op { return c.loop(op, c.zf()) }

func opLoopne(c *CPU, op *Op) *Op { return c.loop(op, !c.zf()) }

func opJcxz(c *CPU, op *Op) *Op {
	if uint32(c.R[CX])&countMask(op) == 0 {
		return c.branch(op)
	}
	return next(c, op)
}
