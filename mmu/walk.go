package mmu

// Page-table entry bits, 32-bit paging (SDM volume 3, tables 4-4 to 4-6).
const (
	PteP  = 1 << 0
	PteRW = 1 << 1
	PteUS = 1 << 2
	PteA  = 1 << 5
	PteD  = 1 << 6
	PtePS = 1 << 7
	PteG  = 1 << 8

	pde4MReserved = 0x3ff000 // bits 21-12 of an entry that maps 4 MB
)

// Page-fault error code bits (SDM volume 3, figure 4-12).
const (
	FaultP     = 1 << 0 // 0: not present; 1: rights
	FaultWrite = 1 << 1
	FaultUser  = 1 << 2
	FaultRsvd  = 1 << 3
)

// Paging is what the walk must know of the control registers.
type Paging struct {
	CR3 uint32 // page directory; low 12 bits are ignored
	WP  bool   // CR0.WP: supervisor writes obey read-only pages
	PSE bool   // CR4.PSE: 4 MB pages
	PGE bool   // CR4.PGE: global pages
}

// Translation is the outcome of a successful walk.
type Translation struct {
	Phys     uint32 // address of the byte, A20 not applied
	Writable bool   // stores by the same privilege may skip the walk: allowed, and the D bit is set
	Global   bool
}

// Walk translates linear address la for a read or write by user or supervisor,
// setting A and D bits as the processor does: only when the access is allowed.
// On a fault ok is false and code is the page-fault error code.
func (p *Physical) Walk(pg *Paging, la uint32, write, user bool) (tr Translation, code uint32, ok bool) {
	code = 0
	if write {
		code |= FaultWrite
	}
	if user {
		code |= FaultUser
	}
	pdeAddr := p.CPUAddress(pg.CR3&^pageMask | la>>22<<2)
	pde := uint32(p.Read(pdeAddr, 4))
	if pde&PteP == 0 {
		return tr, code, false
	}
	if pde&PtePS != 0 && pg.PSE {
		if pde&pde4MReserved != 0 {
			return tr, code | FaultP | FaultRsvd, false
		}
		if !allowed(pde, pg, write, user) {
			return tr, code | FaultP, false
		}
		pde = p.mark(pdeAddr, pde, write)
		tr.Phys = pde&0xffc00000 | la&0x3fffff
		tr.Writable = pde&PteD != 0 && allowed(pde, pg, true, user)
		tr.Global = pg.PGE && pde&PteG != 0
		return tr, 0, true
	}
	pteAddr := p.CPUAddress(pde&^pageMask | la>>12&1023<<2)
	pte := uint32(p.Read(pteAddr, 4))
	if pte&PteP == 0 {
		return tr, code, false
	}
	// U/S and R/W of both levels are combined by AND.
	both := pde & pte
	if !allowed(both, pg, write, user) {
		return tr, code | FaultP, false
	}
	if pde&PteA == 0 {
		p.Write(pdeAddr, 4, uint64(pde|PteA))
	}
	pte = p.mark(pteAddr, pte, write)
	tr.Phys = pte&^pageMask | la&pageMask
	tr.Writable = pte&PteD != 0 && allowed(both, pg, true, user)
	tr.Global = pg.PGE && pte&PteG != 0
	return tr, 0, true
}

// Probe translates without rights checks or side effects, for the debugger.
func (p *Physical) Probe(pg *Paging, la uint32) (phys uint32, ok bool) {
	pde := uint32(p.Read(p.CPUAddress(pg.CR3&^pageMask|la>>22<<2), 4))
	if pde&PteP == 0 {
		return 0, false
	}
	if pde&PtePS != 0 && pg.PSE {
		return pde&0xffc00000 | la&0x3fffff, true
	}
	pte := uint32(p.Read(p.CPUAddress(pde&^pageMask|la>>12&1023<<2), 4))
	return pte&^pageMask | la&pageMask, pte&PteP != 0
}

// allowed applies SDM volume 3, section 4.6.1, to the combined U/S and R/W bits.
func allowed(bits uint32, pg *Paging, write, user bool) bool {
	if user {
		return bits&PteUS != 0 && (!write || bits&PteRW != 0)
	}
	return !write || !pg.WP || bits&PteRW != 0
}

// mark sets A, and D for a write, in the entry at addr.
func (p *Physical) mark(addr, e uint32, write bool) uint32 {
	n := e | PteA
	if write {
		n |= PteD
	}
	if n != e {
		p.Write(addr, 4, uint64(n))
	}
	return n
}
