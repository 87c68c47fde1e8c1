package cpu

import "beige/cpu/isa"

// String instructions. Every iteration of a repeated one counts as one
// instruction and leaves the registers consistent, so that faults and the end of
// the budget restart it where it stopped. Repeated forms end their trace, since
// they can use up the budget that the rest of the trace relied on.
//
// Whole runs of MOVS and STOS within a page are done in one go.

func (h *handlers) initString() {
	for m, f := range map[isa.Op][2]handler{
		isa.MOVS: {opMovs, opRepMovs},
		isa.STOS: {opStos, opRepStos},
		isa.LODS: {opLods, opRepLods},
		isa.CMPS: {opCmps, opRepCmps},
		isa.SCAS: {opScas, opRepScas},
	} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			op.x = stringSize(in)
			op.seg = in.Seg
			op.src = stringMarks[m]
			if in.Rep == isa.NoRep {
				b.set(op, f[0])
			} else {
				b.end(op, f[1])
			}
		}
	}
}

// Values of Op.src that mark string instructions, for stringFault; register
// numbers are below.
const (
	stringMark = 0x80 + iota
	stringDI   // STOS, SCAS, INS
	stringSI   // LODS, OUTS
	stringMOVS
	stringCMPS
)

var stringMarks = map[isa.Op]uint8{
	isa.MOVS: stringMOVS, isa.CMPS: stringCMPS, isa.STOS: stringDI, isa.SCAS: stringDI,
	isa.INS: stringDI, isa.LODS: stringSI, isa.OUTS: stringSI,
}

// stringFault changes registers as the 80286 has done when a string instruction
// runs into the end of a segment in real mode: it moves an index before the
// access and does not move it back (observed; of the repeated forms only MOVS and
// CMPS were).
func (c *CPU) stringFault(op *Op, write bool) {
	count := uint16(1)
	switch op.src {
	case stringDI:
		c.advance(op, DI, 1)
	case stringSI:
		c.advance(op, SI, 1)
	case stringMOVS:
		c.advance(op, SI, 1)
		if write {
			c.advance(op, DI, 1)
			count = 2
		}
	case stringCMPS:
		// DI is read first.
		if c.get16(DI) == 0xffff {
			count = 0
		} else {
			c.advance(op, SI, 1)
		}
		c.advance(op, DI, 1)
	}
	if op.rep != 0 {
		c.set16(CX, c.get16(CX)-count)
	}
}

// stringSize is the element size of a string instruction.
func stringSize(in *isa.Inst) uint8 {
	if in.Opcode&1 == 0 {
		return 1
	}
	return in.OpSize
}

// offset returns SI or DI at the address size.
func (c *CPU) offset(op *Op, r uint8) uint32 { return uint32(c.R[r&15]) & op.amask }

// advance moves SI or DI by n elements, in the direction of DF.
func (c *CPU) advance(op *Op, r uint8, n uint32) {
	d := n * uint32(op.x)
	if c.Flags&FlagDF != 0 {
		d = -d
	}
	if op.amask == 0xffff {
		c.set16(r, c.get16(r)+uint16(d))
	} else {
		c.set32(r, c.get32(r)+d)
	}
}

func (c *CPU) ldElem(op *Op, seg uint8, off uint32) uint32 {
	switch op.x {
	case 1:
		return uint32(c.ld8(op, seg, off))
	case 2:
		return uint32(c.ld16(op, seg, off))
	}
	return c.ld32(op, seg, off)
}

func (c *CPU) stElem(op *Op, seg uint8, off, v uint32) {
	switch op.x {
	case 1:
		c.st8(op, seg, off, uint8(v))
	case 2:
		c.st16(op, seg, off, uint16(v))
	default:
		c.st32(op, seg, off, v)
	}
}

// iterations returns how many iterations the count register asks for and how
// many of them the budget allows, at least one.
func (c *CPU) iterations(op *Op) (want, now uint32) {
	want = uint32(c.R[CX]) & op.amask
	room := c.left - int64(op.n)
	if room < 1 {
		room = 1
	}
	return want, uint32(min(int64(want), room))
}

// iterated notes that n more iterations are done: the count register and, since
// the last iteration is counted with the instruction itself, the budget.
func (c *CPU) iterated(op *Op, n uint32) {
	c.setCount(op, uint32(c.R[CX])-n)
	c.left -= int64(n)
}

// endRep ends a repeated instruction: behind it if done, else at it, to go on
// when the run loop comes back, which it does in any case: an instruction that
// has overwritten itself may be another one now.
func (c *CPU) endRep(op *Op, done bool) *Op {
	c.left++ // leave and jump count the instruction once more
	if done {
		return c.leave(op)
	}
	c.Repeating = true
	c.IP = uint64(c.ip(op) & c.seqMask)
	c.left -= int64(op.n) + 1
	return nil
}

func (c *CPU) movs(op *Op) {
	v := c.ldElem(op, op.seg, c.offset(op, SI))
	c.stElem(op, ES, c.offset(op, DI), v)
	c.advance(op, SI, 1)
	c.advance(op, DI, 1)
}

func opMovs(c *CPU, op *Op) *Op {
	c.movs(op)
	return next(c, op)
}

func opRepMovs(c *CPU, op *Op) *Op {
	want, now := c.iterations(op)
	if want == 0 {
		return c.leave(op)
	}
	done, epoch := uint32(0), c.traces.epoch
	for done < now && c.traces.epoch == epoch { // else it may have overwritten itself
		n := c.movsRun(op, now-done)
		if n == 0 {
			c.movs(op)
			n = 1
		} else {
			c.advance(op, SI, n)
			c.advance(op, DI, n)
		}
		c.iterated(op, n)
		done += n
	}
	return c.endRep(op, done == want)
}

// run returns the index in mem of up to n elements at seg:off that lie in one
// page, going up, and how many; none if that needs the slow path.
func (c *CPU) run(op *Op, seg uint8, off, n uint32, write bool) (idx uint64, count uint32) {
	s := &c.Seg[seg&7]
	end := s.EndR
	if write {
		end = s.EndW
	}
	end = min(end, uint64(op.amask)+1)
	if uint64(off) >= end || c.Flags&FlagDF != 0 {
		return 0, 0
	}
	la := uint64(uint32(s.Base) + off)
	e := &c.tlb.E[la>>pageShift&tlbMask]
	tag := e.R
	if write {
		tag = e.W
	}
	if tag != la&^pageMask {
		return 0, 0
	}
	room := min(end-uint64(off), pageMask+1-la&pageMask)
	return la + e.D, min(n, uint32(room)/uint32(op.x))
}

// movsRun copies up to n elements at once and returns how many, without
// touching registers.
func (c *CPU) movsRun(op *Op, n uint32) uint32 {
	src, n := c.run(op, op.seg, c.offset(op, SI), n, false)
	if n == 0 {
		return 0
	}
	dst, n := c.run(op, ES, c.offset(op, DI), n, true)
	if n == 0 {
		return 0
	}
	size := uint64(op.x)
	b := uint64(n) * size
	if dst <= src || dst >= src+b {
		copy(c.mem[dst:dst+b], c.mem[src:src+b])
		return n
	}
	// The destination overlaps what is still to be read: element by element, as
	// programs that fill memory this way rely on.
	s, d := c.mem[src:src+b], c.mem[dst:dst+b]
	switch size {
	case 1:
		for i := range d {
			d[i] = s[i]
		}
	case 2:
		for i := uint64(0); i < b; i += 2 {
			store16(d, i, load16(s, i))
		}
	default:
		for i := uint64(0); i < b; i += 4 {
			store32(d, i, load32(s, i))
		}
	}
	return n
}

func (c *CPU) stos(op *Op) {
	c.stElem(op, ES, c.offset(op, DI), uint32(c.R[AX]))
	c.advance(op, DI, 1)
}

func opStos(c *CPU, op *Op) *Op {
	c.stos(op)
	return next(c, op)
}

func opRepStos(c *CPU, op *Op) *Op {
	want, now := c.iterations(op)
	if want == 0 {
		return c.leave(op)
	}
	done, epoch := uint32(0), c.traces.epoch
	for done < now && c.traces.epoch == epoch {
		n := c.stosRun(op, now-done)
		if n == 0 {
			c.stos(op)
			n = 1
		} else {
			c.advance(op, DI, n)
		}
		c.iterated(op, n)
		done += n
	}
	return c.endRep(op, done == want)
}

func (c *CPU) stosRun(op *Op, n uint32) uint32 {
	dst, n := c.run(op, ES, c.offset(op, DI), n, true)
	if n == 0 {
		return 0
	}
	size := int(op.x)
	d := c.mem[dst : dst+uint64(n)*uint64(size)]
	v := uint32(c.R[AX])
	for i := range size {
		d[i] = uint8(v >> (8 * i))
	}
	for k := size; k < len(d); k *= 2 {
		copy(d[k:], d[:k])
	}
	return n
}

func (c *CPU) lods(op *Op) {
	off := c.offset(op, SI)
	switch op.x {
	case 1:
		c.set8(AX, c.ld8(op, op.seg, off))
	case 2:
		c.set16(AX, c.ld16(op, op.seg, off))
	default:
		c.set32(AX, c.ld32(op, op.seg, off))
	}
	c.advance(op, SI, 1)
}

func opLods(c *CPU, op *Op) *Op {
	c.lods(op)
	return next(c, op)
}

func opRepLods(c *CPU, op *Op) *Op {
	want, now := c.iterations(op)
	if want == 0 {
		return c.leave(op)
	}
	for range now {
		c.lods(op)
		c.iterated(op, 1)
	}
	return c.endRep(op, want == now)
}

// compare sets the flags of a - b at the element size.
func (c *CPU) compare(op *Op, a, b uint32) {
	switch op.x {
	case 1:
		x, y := uint8(a), uint8(b)
		r := x - y
		c.flags8(r, ^x&y|(^x|y)&r)
	case 2:
		x, y := uint16(a), uint16(b)
		r := x - y
		c.flags16(r, ^x&y|(^x|y)&r)
	default:
		r := a - b
		c.flags32(r, ^a&b|(^a|b)&r)
	}
}

func (c *CPU) cmps(op *Op) {
	// If both operands fault, the processors report that of DI.
	b := c.ldElem(op, ES, c.offset(op, DI))
	a := c.ldElem(op, op.seg, c.offset(op, SI))
	c.compare(op, a, b)
	c.advance(op, SI, 1)
	c.advance(op, DI, 1)
}

func (c *CPU) scas(op *Op) {
	b := c.ldElem(op, ES, c.offset(op, DI))
	c.compare(op, uint32(c.R[AX]), b)
	c.advance(op, DI, 1)
}

func opCmps(c *CPU, op *Op) *Op {
	c.cmps(op)
	return next(c, op)
}

func opScas(c *CPU, op *Op) *Op {
	c.scas(op)
	return next(c, op)
}

// repCompare repeats while the count lasts and ZF is what the prefix asks for:
// set with F3 (REPE), clear with F2 (REPNE).
func (c *CPU) repCompare(op *Op, one func(*CPU, *Op)) *Op {
	want, now := c.iterations(op)
	if want == 0 {
		return c.leave(op)
	}
	repe := op.rep == uint8(isa.Repe)
	for i := range now {
		one(c, op)
		c.iterated(op, 1)
		if c.zf() != repe {
			return c.endRep(op, true)
		}
		if i+1 == want {
			return c.endRep(op, true)
		}
	}
	return c.endRep(op, false)
}

func opRepCmps(c *CPU, op *Op) *Op { return c.repCompare(op, (*CPU).cmps) }
func opRepScas(c *CPU, op *Op) *Op { return c.repCompare(op, (*CPU).scas) }
