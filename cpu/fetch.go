package cpu

import "beige/mmu"

// Where instructions are fetched from.
//
// A page is translated for fetches when the first instruction comes from it, and then
// stays translated until the guest flushes it. So it does not matter how often the
// processor looks, which depends on how long traces are, how they are linked and where a
// slice ends: the accessed bits of page tables, and what the TLB of data holds, are the
// same with all of that. A processor may keep translations as long (SDM volume 3,
// section 4.10.2).

// fetchTLB is the pages of one privilege that instructions come from.
type fetchTLB struct {
	recent [mmu.TLBSize]fetchPage
	local  map[uint32]uint64 // all of them by number: the distance to the index in mem
	global map[uint32]uint64 // those that stay at MOV CR3
}

// fetchPage is one of them: its linear address, or mmu.Empty, and the distance.
type fetchPage struct{ tag, d uint64 }

func (f *fetchTLB) forget() {
	for i := range f.recent {
		f.recent[i].tag = mmu.Empty
	}
}

// flush empties it, but for global pages if those are to be kept.
func (f *fetchTLB) flush(keepGlobal bool) {
	f.forget()
	clear(f.local)
	if !keepGlobal {
		clear(f.global)
	}
}

// flushPage drops the page of la.
func (f *fetchTLB) flushPage(la uint32) {
	f.recent[la>>pageShift&tlbMask].tag = mmu.Empty
	delete(f.local, la>>pageShift)
	delete(f.global, la>>pageShift)
}

// drop forgets what translates to pages from to last in mem.
func (f *fetchTLB) drop(from, last uint32) {
	f.forget()
	for _, m := range [...]map[uint32]uint64{f.local, f.global} {
		for page, d := range m {
			if n := uint32((uint64(page)<<pageShift + d) >> pageShift); n >= from && n <= last {
				delete(m, page)
			}
		}
	}
}

// fetchFrom returns where the instruction byte at la is. It raises the faults of a fetch.
func (c *CPU) fetchFrom(la uint32) location {
	user := c.CPL == 3
	t := &c.tlbs[0]
	if user {
		t = &c.tlbs[1]
	}
	f, page := &t.fetch, la>>pageShift
	r := &f.recent[page&tlbMask]
	tag := uint64(la &^ pageMask)
	if r.tag == tag {
		return location{idx: uint64(la) + r.d, ram: true}
	}
	d, ok := f.local[page]
	if !ok {
		d, ok = f.global[page]
	}
	if !ok {
		l := c.locate(nil, la, false, user)
		if !c.steady(l) {
			return l
		}
		m := &f.local
		if t.IsGlobal(page & tlbMask) {
			m = &f.global
		}
		if *m == nil {
			*m = make(map[uint32]uint64)
		}
		d = l.idx - uint64(la)
		(*m)[page] = d
	}
	*r = fetchPage{tag, d}
	return location{idx: uint64(la) + d, ram: true}
}
