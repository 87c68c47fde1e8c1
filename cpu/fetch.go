package cpu

import "beige/mmu"

// Where code lies. A page is walked to once when code on it is first executed, and
// again after a flush that concerns it, however the execution gets there: step by
// step, along links between traces or in translated code. So the bits that a walk sets
// in the page tables do not depend on these. The processors have TLBs of their own for
// instructions too (from the Pentium on), but smaller ones, which forget.
//
// Links (links.go) and the jump cache need no look here: what they hold is as old as
// the last flush.

const (
	fetchFront = 256   // entries of the front; a power of two
	fetchMost  = 16384 // pages kept; then all are forgotten
)

// fetchTLB is what is known of code pages, for one privilege.
type fetchTLB struct {
	front  [fetchFront]fetchEntry
	epoch  uint64                  // of the valid entries of the front, in the upper half
	stays  [fetchFront / 64]uint64 // entries of the front that are of global pages
	local  map[uint32]location
	global map[uint32]location // global pages, which MOV CR3 leaves
}

// fetchEntry is a page from which traces can be made: page address and epoch, and
// what gives the index in mem when it is added to a linear address.
type fetchEntry struct{ tag, d uint64 }

func (f *fetchTLB) entry(la uint64) *fetchEntry { return &f.front[la>>pageShift%fetchFront] }

// holds reports whether e is the entry of the page of la.
func (f *fetchTLB) holds(e *fetchEntry, la uint64) bool { return e.tag == la&^pageMask|f.epoch }

// clearFront has all pages looked up in the maps again.
func (f *fetchTLB) clearFront() {
	f.epoch += 1 << 32
	if f.epoch == 0 {
		f.front = [fetchFront]fetchEntry{}
		f.epoch = 1 << 32
	}
}

func (f *fetchTLB) flush(keepGlobal bool) {
	clear(f.local)
	if !keepGlobal {
		clear(f.global)
		f.clearFront()
		return
	}
	for i := range f.front {
		if f.stays[i>>6]>>(i&63)&1 == 0 {
			f.front[i] = fetchEntry{}
		}
	}
}

func (f *fetchTLB) flushPage(la uint32) {
	delete(f.local, la>>pageShift)
	delete(f.global, la>>pageShift)
	f.clearFront()
}

// find returns where a page starts, if it was walked to, and whether it is global.
func (f *fetchTLB) find(page uint32) (at location, global, ok bool) {
	if at, ok = f.global[page]; ok {
		return at, true, true
	}
	at, ok = f.local[page]
	return at, false, ok
}

// put has the front know that the page of la starts at a location.
func (f *fetchTLB) put(la uint32, at location, global bool) {
	i := la >> pageShift % fetchFront
	f.front[i] = fetchEntry{uint64(la&^pageMask) | f.epoch, at.idx - uint64(la&^pageMask)}
	f.stays[i>>6] &^= 1 << (i & 63)
	if global {
		f.stays[i>>6] |= 1 << (i & 63)
	}
}

// locateCode translates linear address la for the execution of what lies there. It
// raises #PF.
func (c *CPU) locateCode(la uint32) location {
	f := c.fetch
	page := la >> pageShift
	at, global, ok := f.find(page)
	if !ok {
		at, global = c.walkToCode(la &^ pageMask)
	}
	off := la & pageMask
	if c.steady(at) {
		f.put(la, at, global)
	}
	at.idx += uint64(off)
	at.pa += off
	return at
}

// walkToCode translates the address of a page and keeps it.
func (c *CPU) walkToCode(la uint32) (at location, global bool) {
	f := c.fetch
	tr := mmu.Translation{Phys: la}
	if c.CR0&CR0PG != 0 {
		var code uint32
		var ok bool
		if tr, code, ok = c.phys.Walk(&c.paging, la, false, c.CPL == 3); !ok {
			c.pageFault(nil, la, code)
		}
	}
	c.counters.TLBFills++
	if len(f.local)+len(f.global) >= fetchMost {
		f.flush(false)
		c.voidStamps(false)
	}
	pa := c.phys.CPUAddress(tr.Phys)
	r, _, readable, _ := c.phys.Index(pa)
	at = location{pa: pa}
	if readable {
		at = location{idx: uint64(r), pa: pa, ram: true}
	}
	if tr.Global {
		f.global[la>>pageShift] = at
	} else {
		f.local[la>>pageShift] = at
	}
	return at, tr.Global
}
