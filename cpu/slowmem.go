package cpu

import "beige/mmu"

// location is where a linear address lies.
type location struct {
	idx uint64 // in mem, if ram
	pa  uint32 // physical address, A20 applied, if not ram
	ram bool
}

// locate translates linear address la for an access by user or supervisor,
// filling the TLB. It raises #PF for op.
func (c *CPU) locate(op *Op, la uint32, write, user bool) location {
	t := &c.tlbs[0]
	if user {
		t = &c.tlbs[1]
	}
	slot := la >> pageShift & tlbMask
	e := &t.E[slot]
	tag := uint64(la &^ pageMask)
	if e.R == tag || t.recall(tag, slot) {
		l := location{idx: uint64(la) + e.D, ram: true}
		switch {
		case !write || e.W == tag:
			return l
		case t.held[slot] == tag:
			if !c.phys.HasCode(uint32(l.idx)) { // any more
				e.W, t.held[slot] = tag, mmu.Empty
				c.phys.NoteStore(uint32(l.idx))
			}
			return l
		}
	}

	tr := mmu.Translation{Phys: la, Writable: true}
	if c.CR0&CR0PG != 0 {
		var code uint32
		var ok bool
		if tr, code, ok = c.phys.Walk(&c.paging, la, write, user); !ok {
			c.pageFault(op, la, code)
		}
	}
	c.counters.TLBFills++
	pa := c.phys.CPUAddress(tr.Phys)
	r, w, readable, writable := c.phys.Index(pa)
	if !readable {
		if write && writable {
			return location{idx: uint64(w), pa: pa, ram: true}
		}
		return location{pa: pa}
	}
	wtag := tr.Writable && writable && r == w
	if write && writable {
		c.phys.NoteStore(w)
	}
	held := wtag && (c.phys.HasCode(r) || c.phys.IsClean(r))
	d := uint64(r) - uint64(la)
	if e.R == tag && e.D != d {
		// The page table was changed and nothing flushed; a write that had to set the
		// dirty bit finds it out. Should it be the page of the running code, that goes
		// on from the new place at the next instruction.
		t.fetch.flushPage(la)
		c.dropTraces(uint32(uint64(la)+e.D)&^pageMask, mmu.PageSize)
	}
	if e.R != tag {
		t.keep(slot)
	}
	t.Set(uint64(la), true, wtag && !held, d, tr.Global)
	t.held[slot] = mmu.Empty
	if held {
		t.held[slot] = tag
	}
	if !write {
		return location{idx: uint64(r), pa: pa, ram: true}
	}
	return location{idx: uint64(w), pa: pa, ram: writable}
}

// get reads size bytes at a location, all on one page.
func (c *CPU) get(op *Op, l location, size uint32) uint64 {
	if !l.ram {
		c.cur = op
		v := c.phys.Read(l.pa, int(size))
		c.cur = nil
		return v
	}
	switch size {
	case 1:
		return uint64(c.mem[l.idx])
	case 2:
		return uint64(load16(c.mem, l.idx))
	case 4:
		return uint64(load32(c.mem, l.idx))
	case 8:
		return load64(c.mem, l.idx)
	}
	var v uint64
	for i := range size {
		v |= uint64(c.mem[l.idx+uint64(i)]) << (8 * i)
	}
	return v
}

// put writes size bytes at a location, all on one page, and drops code that
// was decoded from there.
func (c *CPU) put(op *Op, l location, size uint32, v uint64) {
	if !l.ram {
		c.cur = op
		c.phys.Write(l.pa, int(size), v)
		c.cur = nil
		return
	}
	if c.phys.HasCode(uint32(l.idx)) {
		c.phys.Touch(uint32(l.idx), size)
		c.storeBesideCode(uint32(l.idx) >> pageShift)
	}
	switch size {
	case 1:
		c.mem[l.idx] = uint8(v)
	case 2:
		store16(c.mem, l.idx, uint16(v))
	case 4:
		store32(c.mem, l.idx, uint32(v))
	case 8:
		store64(c.mem, l.idx, v)
	default:
		for i := range size {
			c.mem[l.idx+uint64(i)] = uint8(v >> (8 * i))
		}
	}
}

// checkSegment applies limit and rights of a segment (SDM volume 3, sections
// 5.3 to 5.5) and returns the linear address. Violations of SS raise #SS(0),
// others #GP(0).
func (c *CPU) checkSegment(op *Op, seg uint8, off, size uint32, write bool) uint32 {
	s := &c.Seg[seg&7]
	bad := false
	if c.protMode {
		switch {
		case s.Attr&attrP == 0:
			c.gp(op, 0) // null selector
		case s.Attr&attrCode != 0:
			bad = write || s.Attr&attrRW == 0
		default:
			bad = write && s.Attr&attrRW == 0
		}
		if bad {
			c.gp(op, 0)
		}
	}
	last := uint64(off) + uint64(size) - 1
	if s.Attr&(attrCode|attrED) == attrED {
		top := uint64(0xffff)
		if s.Attr&attrD != 0 {
			top = 0xffffffff
		}
		bad = off <= s.Limit || last > top
	} else {
		bad = last > uint64(s.Limit)
	}
	if bad {
		c.limitFault(op, seg, write)
	}
	la := uint32(s.Base) + off
	if c.slowMem {
		c.checkAccess(op, la, size, write)
	}
	return la
}

// limitFault raises the exception of an access beyond a segment's limit.
func (c *CPU) limitFault(op *Op, seg uint8, write bool) {
	if c.overrun(op, seg) {
		c.raise(op, vecMPX, 0)
	}
	real13 := c.model.Real13 && c.CR0&CR0PE == 0
	if real13 && op != nil && op.src >= stringMark {
		c.stringFault(op, write)
	}
	if seg == SS && !real13 {
		c.raise(op, vecSS, 0)
	}
	c.gp(op, 0)
}

// wraps reports whether an access runs over the end of a 64 KB segment on a
// model without limits: each byte wraps by itself then.
func (c *CPU) wraps(off, size uint32) bool { return c.model.Wraps64K && off+size > 0x10000 }

func (c *CPU) slowRead(op *Op, seg uint8, off, size uint32) uint64 {
	if c.wraps(off, size) {
		var v uint64
		for i := range size {
			v |= uint64(c.ld8(op, seg, (off+i)&0xffff)) << (8 * i)
		}
		return v
	}
	return c.readLinear(op, c.checkSegment(op, seg, off, size, false), size, c.CPL == 3)
}

func (c *CPU) slowWrite(op *Op, seg uint8, off, size uint32, v uint64) {
	if c.wraps(off, size) {
		for i := range size {
			c.st8(op, seg, (off+i)&0xffff, uint8(v>>(8*i)))
		}
		return
	}
	c.writeLinear(op, c.checkSegment(op, seg, off, size, true), size, v, c.CPL == 3)
}

// readLinear reads size bytes at linear address la, past segmentation.
func (c *CPU) readLinear(op *Op, la, size uint32, user bool) uint64 {
	first := mmu.PageSize - la&pageMask
	if size <= first {
		return c.get(op, c.locate(op, la, false, user), size)
	}
	a := c.locate(op, la, false, user)
	b := c.locate(op, la+first, false, user)
	return c.getBytes(op, a, first) | c.getBytes(op, b, size-first)<<(8*first)
}

// writeLinear writes size bytes at linear address la, past segmentation. Both
// pages of a crossing are checked before either changes.
func (c *CPU) writeLinear(op *Op, la, size uint32, v uint64, user bool) {
	first := mmu.PageSize - la&pageMask
	if size <= first {
		c.put(op, c.locate(op, la, true, user), size, v)
		return
	}
	a := c.locate(op, la, true, user)
	b := c.locate(op, la+first, true, user)
	c.putBytes(op, a, first, v)
	c.putBytes(op, b, size-first, v>>(8*first))
}

// getBytes and putBytes access part of an operand that crosses a page, one byte
// at a time as far as devices see.

func (c *CPU) getBytes(op *Op, l location, n uint32) uint64 {
	var v uint64
	for i := range n {
		v |= c.get(op, l.plus(i), 1) << (8 * i)
	}
	return v
}

func (c *CPU) putBytes(op *Op, l location, n uint32, v uint64) {
	for i := range n {
		c.put(op, l.plus(i), 1, v>>(8*i)&0xff)
	}
}

func (l location) plus(n uint32) location {
	l.idx += uint64(n)
	l.pa += n
	return l
}

func (c *CPU) slowRMW(op *Op, seg uint8, off, size uint32) uint64 {
	r := &c.rmw
	*r = rmwSlow{op: op, size: size, n: size, seg: seg}
	if c.wraps(off, size) {
		r.wrap, r.off = true, off
		return c.slowRead(op, seg, off, size)
	}
	la := c.checkSegment(op, seg, off, size, true)
	user := c.CPL == 3
	r.loc[0] = c.locate(op, la, true, user)
	if first := mmu.PageSize - la&pageMask; size > first {
		r.n = first
		r.loc[1] = c.locate(op, la+first, true, user)
		return c.getBytes(op, r.loc[0], first) | c.getBytes(op, r.loc[1], size-first)<<(8*first)
	}
	return c.get(op, r.loc[0], size)
}

func (c *CPU) slowPut(v uint64) {
	r := &c.rmw
	switch {
	case r.wrap:
		c.slowWrite(r.op, r.seg, r.off, r.size, v)
	case r.n < r.size:
		c.putBytes(r.op, r.loc[0], r.n, v)
		c.putBytes(r.op, r.loc[1], r.size-r.n, v>>(8*r.n))
	default:
		c.put(r.op, r.loc[0], r.size, v)
	}
	r.op = nil
}

// checkWrite verifies that size bytes at seg:off can be written, without
// writing: for instructions that store in several steps.
func (c *CPU) checkWrite(op *Op, seg uint8, off, size uint32) {
	if c.wraps(off, size) {
		return
	}
	la := c.checkSegment(op, seg, off, size, true)
	c.locate(op, la, true, c.CPL == 3)
	if end := la + size - 1; (la^end)&^pageMask != 0 {
		c.locate(op, end&^pageMask, true, c.CPL == 3)
	}
}
