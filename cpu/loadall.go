package cpu

// LOADALL loads every register, the hidden parts of segments included, from
// memory: on the 80286 from 800h (Intel, "Undocumented iAPX 286 LOADALL
// instruction", 1984), on the 80386 from ES:EDI (as described in several
// magazines; Intel never published it).

// loadall286 layout, words at physical address 800h:
//
//	806 MSW  816 TR  818 FLAGS  81A IP  81C LDT  81E DS SS CS ES
//	826 DI SI BP SP BX DX CX AX
//	836 ES CS SS DS cache, 84E GDTR, 854 LDT, 85A IDTR, 860 TSS: base 15-0,
//	base 23-16 and access byte, limit
func (c *CPU) loadall286(op *Op) {
	const base = 0x800
	w := func(off uint32) uint16 { return uint16(c.phys.Read(c.phys.CPUAddress(base+off), 2)) }
	cache := func(off uint32, sel uint16) Segment {
		mid := w(off + 2)
		return Segment{
			Sel:   sel,
			Base:  uint64(w(off)) | uint64(mid&0xff)<<16,
			Attr:  mid >> 8,
			Limit: uint32(w(off + 4)),
		}
	}
	table := func(off uint32) Table {
		return Table{Base: uint64(w(off)) | uint64(w(off+2)&0xff)<<16, Limit: uint32(w(off + 4))}
	}
	msw := uint64(w(0x06))
	c.CR0 = msw&0xf | uint64(c.model.CR0Set) | c.CR0&CR0PE
	for i, r := range [...]uint8{DI, SI, BP, SP, BX, DX, CX, AX} {
		c.R[r] = uint64(w(0x26 + uint32(i)*2))
	}
	c.IP = uint64(w(0x1a))
	c.setEFLAGS(uint32(w(0x18))&c.model.FlagsMask | c.model.FlagsSet)
	c.Seg[ES] = cache(0x36, w(0x24))
	c.Seg[CS] = cache(0x3c, w(0x22))
	c.Seg[SS] = cache(0x42, w(0x20))
	c.Seg[DS] = cache(0x48, w(0x1e))
	c.GDTR = table(0x4e)
	c.Seg[LDTR] = cache(0x54, w(0x1c))
	c.IDTR = table(0x5a)
	c.Seg[TR] = cache(0x60, w(0x16))
	c.CPL = c.Seg[SS].DPL()
	if c.CR0&CR0PE == 0 {
		c.CPL = 0
	}
	c.flushTLB()
	c.updateAll()
}

// loadall386 layout, doublewords at ES:EDI:
//
//	00 CR0 04 EFLAGS 08 EIP 0C EDI ESI EBP ESP EBX EDX ECX EAX
//	2C DR6 30 DR7 34 TR 38 LDTR 3C GS FS DS SS CS ES
//	54 TSS, LDT, GDT, IDT, GS, FS, DS, SS, CS, ES caches: access rights, base, limit
func (c *CPU) loadall386(op *Op) {
	at := uint32(c.R[DI])
	var v [51]uint32
	for i := range v {
		v[i] = c.ld32(op, ES, at+uint32(i)*4)
	}
	cache := func(i int, sel uint32) Segment {
		return Segment{Sel: uint16(sel), Attr: uint16(v[i]>>8) & 0xf0ff, Base: uint64(v[i+1]), Limit: v[i+2]}
	}
	c.CR0 = uint64(v[0]) & uint64(c.model.CR0Mask)
	c.setEFLAGS(v[1]&c.model.FlagsMask | c.model.FlagsSet)
	c.IP = uint64(v[2])
	for i, r := range [...]uint8{DI, SI, BP, SP, BX, DX, CX, AX} {
		c.R[r] = uint64(v[3+i])
	}
	c.DR[6], c.DR[7] = uint64(v[11]), uint64(v[12])
	c.Seg[TR] = cache(21, v[13])
	c.Seg[LDTR] = cache(24, v[14])
	c.GDTR = Table{Base: uint64(v[28]), Limit: v[29]}
	c.IDTR = Table{Base: uint64(v[31]), Limit: v[32]}
	for i, r := range [...]uint8{GS, FS, DS, SS, CS, ES} {
		c.Seg[r] = cache(33+3*i, v[15+i])
	}
	c.CPL = c.Seg[SS].DPL()
	if c.CR0&CR0PE == 0 {
		c.CPL = 0
	}
	c.flushTLB()
	c.updateDebug()
}
