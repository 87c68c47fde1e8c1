package cpu

import "beige/mmu"

// Trace key bits: what decoding and the choice of handlers depend on besides
// the bytes.
const (
	modeCode32  = 1 << 32 // CS.D
	modeStack32 = 1 << 33 // SS.B
	modeFlat    = 1 << 34 // DS ES SS FS GS: base 0, limit 4 GB, readable and writable
	modeLimited = 1 << 35 // code segment limit not the end of the address range
	modeProt    = 1 << 36 // protected, not virtual-8086
	modeV86     = 1 << 37
	modeSingle  = 1 << 38 // trace of one instruction
	modeAny     = 1 << 39 // always set: no key equals that of an empty table entry

	keyIPShift = 48 // 16-bit code: IP, since it wraps
)

// updateAll rebuilds everything derived from registers.
func (c *CPU) updateAll() {
	c.paging = mmu.Paging{CR3: uint32(c.CR3), WP: c.CR0&CR0WP != 0, PSE: c.CR4&CR4PSE != 0, PGE: c.CR4&CR4PGE != 0}
	c.v86 = c.Flags&FlagVM != 0
	c.protMode = c.CR0&CR0PE != 0 && !c.v86
	c.slowMem = c.wantSlowMem()
	for i := range c.Seg[:6] {
		c.updateEnds(&c.Seg[i])
	}
	c.updateMode()
}

// wantSlowMem says whether every data access must take the slow path: alignment
// checks (CR0.AM, EFLAGS.AC, CPL 3) or data breakpoints.
func (c *CPU) wantSlowMem() bool {
	return c.CR0&CR0AM != 0 && c.Flags&FlagAC != 0 && c.CPL == 3 || c.debug.watch
}

// updateEnds derives the fast-path limits of a segment register.
func (c *CPU) updateEnds(s *Segment) {
	s.EndR, s.EndW = 0, 0
	if c.slowMem {
		return
	}
	end := uint64(s.Limit) + 1
	if !c.protMode {
		if s.Attr&(attrCode|attrED) != attrED {
			s.EndR, s.EndW = end, end
		}
		return
	}
	switch {
	case s.Attr&(attrP|attrS) != attrP|attrS:
	case s.Attr&attrCode != 0:
		if s.Attr&attrRW != 0 {
			s.EndR = end
		}
	case s.Attr&attrED == 0:
		s.EndR = end
		if s.Attr&attrRW != 0 {
			s.EndW = end
		}
	}
}

// updateMode derives the trace key bits and masks, after a change of a segment
// register, CR0 or CPL.
func (c *CPU) updateMode() {
	cs, ss := &c.Seg[CS], &c.Seg[SS]
	c.tlb, c.fetch = &c.tlbs[0].TLB, &c.fetches[0]
	if c.CPL == 3 {
		c.tlb, c.fetch = &c.tlbs[1].TLB, &c.fetches[1]
	}
	m := uint64(modeAny)
	c.ipMask, c.keyIP = 0xffff, 0xffff
	top := uint32(0xffff)
	if cs.Attr&attrD != 0 {
		m |= modeCode32
		c.ipMask, c.keyIP = 0xffffffff, 0
		top = 0xffffffff
	}
	// 16-bit code beyond FFFF is limited too, since trace keys hold 16 bits of IP.
	c.limited = cs.Limit != top
	c.seqMask = 0xffffffff
	if !c.model.Has32 {
		c.seqMask = 0xffff
	}
	c.endIP = uint64(top) + 1
	if c.limited {
		m |= modeLimited
		c.endIP = 0
	}
	c.spMask = 0xffff
	if ss.Attr&attrD != 0 {
		m |= modeStack32
		c.spMask = 0xffffffff
	}
	flat := true
	for _, i := range [...]uint8{DS, ES, SS} {
		s := &c.Seg[i]
		flat = flat && s.Base == 0 && s.EndR == 1<<32 && s.EndW == 1<<32
	}
	if flat {
		m |= modeFlat
	}
	if c.protMode {
		m |= modeProt
	}
	if c.v86 {
		m |= modeV86
	}
	c.mode = m
	c.updateStamp()
}

// setSegment makes d the content of segment register i and updates what depends
// on it.
func (c *CPU) setSegment(i uint8, d Segment) {
	c.Seg[i] = d
	c.updateEnds(&c.Seg[i])
	c.updateMode()
}

// loadRealSegment loads a segment register as real and virtual-8086 mode do:
// the base follows the selector; real mode leaves limit and rights as they are.
func (c *CPU) loadRealSegment(i uint8, sel uint16) {
	s := c.Seg[i]
	s.Sel, s.Base = sel, uint64(sel)<<4
	if c.v86 {
		s.Limit, s.Attr = 0xffff, attrRealData|3<<attrDPLShift
	} else if i == CS {
		s.Attr = s.Attr&attrD | attrRealData
	}
	c.setSegment(i, s)
}

// setCPL changes the privilege level.
func (c *CPU) setCPL(cpl uint8) {
	if c.CPL != cpl {
		c.CPL = cpl
		if slow := c.wantSlowMem(); slow != c.slowMem {
			c.updateAll()
			return
		}
		c.updateMode()
	}
}

// flushTLB empties both TLBs, global pages too.
func (c *CPU) flushTLB() {
	for i := range c.tlbs {
		c.tlbs[i].flush(false)
		c.fetches[i].flush(false)
	}
	c.voidStamps(false)
}

// flushTLBLocal empties both TLBs but for global pages (MOV CR3).
func (c *CPU) flushTLBLocal() {
	keep := c.CR4&CR4PGE != 0
	for i := range c.tlbs {
		c.tlbs[i].flush(keep)
		c.fetches[i].flush(keep)
	}
	c.voidStamps(keep)
}

// holdShared has the next store to each page of the indices [from, to) of mem noticed.
func (c *CPU) holdShared(from, to uint32) {
	for i := range c.tlbs {
		c.tlbs[i].holdWrites(from>>pageShift, (to-1)>>pageShift)
		c.fetches[i].clearFront()
	}
}

// dropShared drops what translates to the indices [from, to) of mem from both TLBs.
func (c *CPU) dropShared(from, to uint32) {
	for i := range c.tlbs {
		c.tlbs[i].drop(from>>pageShift, (to-1)>>pageShift)
		c.fetches[i].clearFront()
	}
}

// flushPage drops one linear page from both TLBs (INVLPG).
func (c *CPU) flushPage(la uint32) {
	for i := range c.tlbs {
		c.tlbs[i].flushPage(la)
		c.fetches[i].flushPage(la)
	}
	c.voidStamps(false)
}
