package cpu

import "beige/cpu/isa"

// Port input and output. Every access ends its trace, so that what it sets off
// (interrupts, resets, an earlier timer) takes effect at the next instruction.

func (h *handlers) initIO() {
	h.build[isa.IN] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = in.Args[0].Size
		op.rep = portSource(in.Args[1])
		b.end(op, opIn)
	}
	h.build[isa.OUT] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = in.Args[1].Size
		op.rep = portSource(in.Args[0])
		b.end(op, opOut)
	}
	h.build[isa.INS] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = stringSize(in)
		op.src = stringDI
		b.end(op, opIns)
	}
	h.build[isa.OUTS] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = stringSize(in)
		op.seg = in.Seg
		op.src = stringSI
		b.end(op, opOuts)
	}
}

const (
	portImm = iota
	portDX
)

func portSource(a isa.Operand) uint8 {
	if a.Kind == isa.Imm {
		return portImm
	}
	return portDX
}

func (c *CPU) port(op *Op) uint16 {
	if op.rep == portImm {
		return uint16(op.imm & 0xff)
	}
	return uint16(c.R[DX])
}

// checkPort applies IOPL and the I/O permission bitmap (SDM volume 1, chapter
// on input/output): in virtual-8086 mode the bitmap alone decides.
func (c *CPU) checkPort(op *Op, port uint16, size uint8) {
	if c.CR0&CR0PE == 0 || !c.v86 && c.CPL <= uint8(c.Flags>>12&3) {
		return
	}
	tr := &c.Seg[TR]
	if tr.Attr&(attrP|8) != attrP|8 || tr.Limit < 0x67 {
		c.gp(op, 0) // 16-bit TSSs have no bitmap
	}
	at := uint32(c.readLinear(op, uint32(tr.Base)+0x66, 2, false)) + uint32(port)/8
	if at+1 > tr.Limit {
		c.gp(op, 0)
	}
	bits := c.readLinear(op, uint32(tr.Base)+at, 2, false) >> (port & 7)
	if bits&(1<<size-1) != 0 {
		c.gp(op, 0)
	}
}

// portIn reads a port with the clock at the instruction op.
func (c *CPU) portIn(op *Op, port uint16, size uint8) uint32 {
	c.cur = op
	v := c.ports.In(port, int(size))
	c.cur = nil
	if c.debug.watch {
		c.checkIOBreak(port, size)
	}
	return v
}

func (c *CPU) portOut(op *Op, port uint16, size uint8, v uint32) {
	c.cur = op
	c.ports.Out(port, int(size), v)
	c.cur = nil
	if c.debug.watch {
		c.checkIOBreak(port, size)
	}
}

func opIn(c *CPU, op *Op) *Op {
	p := c.port(op)
	c.checkPort(op, p, op.x)
	v := c.portIn(op, p, op.x)
	switch op.x {
	case 1:
		c.set8(AX, uint8(v))
	case 2:
		c.set16(AX, uint16(v))
	default:
		c.set32(AX, v)
	}
	return c.leave(op)
}

func opOut(c *CPU, op *Op) *Op {
	p := c.port(op)
	c.checkPort(op, p, op.x)
	c.portOut(op, p, op.x, uint32(c.R[AX]))
	return c.leave(op)
}

// ins reads one element. The destination is checked before the port is read,
// since a port access cannot be undone.
func (c *CPU) ins(op *Op) {
	off := c.offset(op, DI)
	c.checkWrite(op, ES, off, uint32(op.x))
	c.stElem(op, ES, off, c.portIn(op, uint16(c.R[DX]), op.x))
	c.advance(op, DI, 1)
}

func (c *CPU) outs(op *Op) {
	v := c.ldElem(op, op.seg, c.offset(op, SI))
	c.portOut(op, uint16(c.R[DX]), op.x, v)
	c.advance(op, SI, 1)
}

func opIns(c *CPU, op *Op) *Op {
	c.checkPort(op, uint16(c.R[DX]), op.x)
	if op.rep == 0 {
		c.ins(op)
		return c.leave(op)
	}
	return c.repPort(op, (*CPU).ins, (*CPU).insBlock)
}

func opOuts(c *CPU, op *Op) *Op {
	c.checkPort(op, uint16(c.R[DX]), op.x)
	if op.rep == 0 {
		c.outs(op)
		return c.leave(op)
	}
	return c.repPort(op, (*CPU).outs, (*CPU).outsBlock)
}

// repPort repeats a port access. A device that takes blocks gets as much as fits
// in the page and the budget at once. After every element the world may have
// changed (an interrupt at the end of a sector), so the run loop looks at it as
// soon as a device ended the slice.
func (c *CPU) repPort(op *Op, one func(*CPU, *Op), block func(*CPU, *Op, uint32) uint32) *Op {
	want, now := c.iterations(op)
	if want == 0 {
		return c.leave(op)
	}
	done, epoch := uint32(0), c.traces.epoch
	for done < now && c.traces.epoch == epoch {
		n := block(c, op, now-done)
		if n == 0 {
			one(c, op)
			n = 1
		}
		c.iterated(op, n)
		done += n
		if c.left <= 0 {
			break // a device ended the slice
		}
	}
	return c.endRep(op, done == want)
}

func (c *CPU) insBlock(op *Op, n uint32) uint32 {
	if c.debug.watch {
		return 0
	}
	dst, n := c.run(op, ES, c.offset(op, DI), n, true)
	if n == 0 {
		return 0
	}
	size := int(op.x)
	c.cur = op
	k := uint32(c.ports.InBlock(uint16(c.R[DX]), size, c.mem[dst:dst+uint64(n)*uint64(size)]))
	c.cur = nil
	c.advance(op, DI, k)
	return k
}

func (c *CPU) outsBlock(op *Op, n uint32) uint32 {
	if c.debug.watch {
		return 0
	}
	src, n := c.run(op, op.seg, c.offset(op, SI), n, false)
	if n == 0 {
		return 0
	}
	size := int(op.x)
	c.cur = op
	k := uint32(c.ports.OutBlock(uint16(c.R[DX]), size, c.mem[src:src+uint64(n)*uint64(size)]))
	c.cur = nil
	c.advance(op, SI, k)
	return k
}
