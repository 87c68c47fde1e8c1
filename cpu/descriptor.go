package cpu

// descriptor is a segment or system descriptor read from GDT or LDT:
//
//	low   limit 15-0, base 15-0
//	high  base 23-16, access byte, limit 19-16, AVL L D/B G, base 31-24
type descriptor struct {
	addr   uint32 // linear address
	lo, hi uint32
	base   uint32
	limit  uint32
	attr   uint16
}

func (d *descriptor) DPL() uint8 { return uint8(d.attr >> attrDPLShift & 3) }

// typ is the type field with the S bit: system types are below 16.
func (d *descriptor) typ() uint16 { return d.attr & 0x1f }

// systemType is typ of a system descriptor for what the model knows: types above
// 8 are those of 32-bit processors and reserved, 0, on others.
func (c *CPU) systemType(d *descriptor) uint16 {
	if d.typ() > 8 && !c.model.Has32 {
		return 0
	}
	return d.typ()
}

// segment builds the segment register content for selector sel.
func (d *descriptor) segment(sel uint16) Segment {
	return Segment{Base: uint64(d.base), Limit: d.limit, Attr: d.attr, Sel: sel}
}

// selErr is the error code that names a selector.
func (c *CPU) selErr(sel uint16) uint32 { return uint32(sel&^3) | c.ext }

// unpack derives base, limit and rights from the descriptor's words.
func (d *descriptor) unpack(has32 bool) {
	hi := d.hi
	if !has32 {
		hi &= 0xffff // the fourth word is reserved on the 80286
	}
	d.base = d.lo>>16 | hi&0xff<<16 | hi&0xff000000
	d.limit = d.lo&0xffff | hi&0xf0000
	d.attr = uint16(hi>>8) & 0xf0ff
	if d.attr&attrG != 0 {
		d.limit = d.limit<<12 | 0xfff
	}
}

// SegmentOf returns what a segment register holds after it was loaded with
// selector sel whose descriptor has the doublewords lo and hi, without any
// checks: for setting up a state from outside. Call Refresh afterwards.
func SegmentOf(sel uint16, lo, hi uint32) Segment {
	d := descriptor{lo: lo, hi: hi}
	d.unpack(true)
	return d.segment(sel)
}

// findDescriptor reads the descriptor of sel; ok is false if it is beyond its
// table.
func (c *CPU) findDescriptor(op *Op, sel uint16) (d descriptor, ok bool) {
	base, limit := uint32(c.GDTR.Base), c.GDTR.Limit
	if sel&4 != 0 {
		l := &c.Seg[LDTR]
		if l.Sel&^3 == 0 || l.Attr&attrP == 0 {
			return d, false
		}
		base, limit = uint32(l.Base), l.Limit
	}
	if uint32(sel|7) > limit {
		return d, false
	}
	d.addr = base + uint32(sel&^7)
	d.lo = uint32(c.readLinear(op, d.addr, 4, false))
	d.hi = uint32(c.readLinear(op, d.addr+4, 4, false))
	d.unpack(c.model.Has32)
	return d, true
}

// readDescriptor reads the descriptor of sel, or raises vec with the selector as
// error code.
func (c *CPU) readDescriptor(op *Op, sel uint16, vec uint8) descriptor {
	d, ok := c.findDescriptor(op, sel)
	if !ok {
		c.raise(op, vec, c.selErr(sel))
	}
	return d
}

// markAccessed sets the accessed bit of a code or data descriptor in memory.
func (c *CPU) markAccessed(op *Op, d *descriptor) {
	if d.attr&(attrS|attrAccessed) == attrS {
		d.attr |= attrAccessed
		c.writeLinear(op, d.addr+5, 1, uint64(d.attr&0xff), false)
	}
}

// setBusy changes the busy bit of a TSS descriptor in memory.
func (c *CPU) setBusy(op *Op, sel uint16, busy bool) {
	at := uint32(c.GDTR.Base) + uint32(sel&^7) + 5
	b := c.readLinear(op, at, 1, false) &^ 2
	if busy {
		b |= 2
	}
	c.writeLinear(op, at, 1, b, false)
}

// loadSegment loads a data or stack segment register as MOV and POP do (SDM
// volume 2, MOV).
func (c *CPU) loadSegment(op *Op, i uint8, sel uint16) {
	if !c.protMode {
		c.loadRealSegment(i, sel)
		return
	}
	if i == SS {
		c.loadSS(op, sel, c.CPL, vecGP)
		return
	}
	if sel&^3 == 0 {
		c.setSegment(i, Segment{Sel: sel})
		return
	}
	d := c.readDescriptor(op, sel, vecGP)
	c.checkData(op, &d, sel, vecGP)
	c.markAccessed(op, &d)
	c.setSegment(i, d.segment(sel))
}

// checkData verifies that a descriptor may be loaded in DS, ES, FS or GS; vec
// reports rights, #NP absence.
func (c *CPU) checkData(op *Op, d *descriptor, sel uint16, vec uint8) {
	bad := d.attr&attrS == 0 || d.attr&(attrCode|attrRW) == attrCode
	if !bad && d.attr&(attrCode|attrConforming) != attrCode|attrConforming {
		bad = d.DPL() < c.CPL || d.DPL() < uint8(sel&3)
	}
	if bad {
		c.raise(op, vec, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
}

// checkSS verifies a stack segment for privilege level cpl.
func (c *CPU) checkSS(op *Op, sel uint16, cpl uint8, vec uint8) descriptor {
	if sel&^3 == 0 {
		c.raise(op, vec, c.ext)
	}
	d := c.readDescriptor(op, sel, vec)
	if uint8(sel&3) != cpl || d.DPL() != cpl || d.attr&(attrS|attrCode|attrRW) != attrS|attrRW {
		c.raise(op, vec, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecSS, c.selErr(sel))
	}
	return d
}

func (c *CPU) loadSS(op *Op, sel uint16, cpl uint8, vec uint8) {
	d := c.checkSS(op, sel, cpl, vec)
	c.markAccessed(op, &d)
	c.setSegment(SS, d.segment(sel))
}

// dropOuter empties the data segment registers that a less privileged level may
// not keep, after a return to it (SDM volume 2, RET).
func (c *CPU) dropOuter() {
	for _, i := range [...]uint8{ES, DS, FS, GS} {
		s := &c.Seg[i]
		if s.Attr&attrS != 0 && s.Attr&(attrCode|attrConforming) == attrCode|attrConforming {
			continue
		}
		if s.DPL() < c.CPL {
			sel := uint16(0)
			c.Seg[i] = Segment{Sel: sel}
		}
	}
}
