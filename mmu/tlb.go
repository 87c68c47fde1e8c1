package mmu

// TLBSize is the number of entries of one TLB.
const TLBSize = 1024

// Entry translates one linear page. R and W are the linear page address if
// reads and writes may take the fast path, else Empty. Adding D to a
// linear address gives the index in Physical.Mem.
//
// An access of size bytes at la may take the fast path if R or W equals
// (la+size-1)&^4095. The one compare also catches an access across the page
// end: the entry is that of the first byte's page, the compared page is the last
// byte's.
type Entry struct {
	R, W uint64
	D    uint64

	_ uint64 // 32 bytes, to find it by a shift
}

// Empty is a tag that no page address equals.
const Empty = 1

// TLB is a direct-mapped cache of translations for one privilege.
type TLB struct {
	E      [TLBSize]Entry
	global [TLBSize / 64]uint64 // entries of global pages
}

// Slot returns the entry that serves linear address la.
func (t *TLB) Slot(la uint64) *Entry { return &t.E[la>>PageShift&(TLBSize-1)] }

// Flush empties the TLB. With keepGlobal, global pages stay (MOV CR3 with
// CR4.PGE).
func (t *TLB) Flush(keepGlobal bool) {
	if !keepGlobal {
		t.global = [TLBSize / 64]uint64{}
	}
	for i := range t.E {
		if t.global[i>>6]>>(i&63)&1 == 0 {
			t.E[i] = Entry{R: Empty, W: Empty}
		}
	}
}

// FlushPage drops the page of la, global or not (INVLPG).
func (t *TLB) FlushPage(la uint64) {
	i := la >> PageShift & (TLBSize - 1)
	t.E[i] = Entry{R: Empty, W: Empty}
	t.global[i>>6] &^= 1 << (i & 63)
}

// Set fills the entry of la's page. Tags that are not allowed are Empty.
func (t *TLB) Set(la uint64, r, w bool, d uint64, global bool) *Entry {
	i := la >> PageShift & (TLBSize - 1)
	tag := la &^ pageMask
	e := &t.E[i]
	*e = Entry{R: Empty, W: Empty, D: d}
	if r {
		e.R = tag
	}
	if w {
		e.W = tag
	}
	t.SetGlobal(uint32(i), global)
	return e
}

// IsGlobal reports whether the entry with number i is that of a global page.
func (t *TLB) IsGlobal(i uint32) bool { return t.global[i>>6]>>(i&63)&1 != 0 }

// SetGlobal says whether the entry with number i is that of a global page.
func (t *TLB) SetGlobal(i uint32, global bool) {
	t.global[i>>6] &^= 1 << (i & 63)
	if global {
		t.global[i>>6] |= 1 << (i & 63)
	}
}
