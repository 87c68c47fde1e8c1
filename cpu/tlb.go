package cpu

import "beige/mmu"

// privTLB is the TLB of one privilege, with the write tags that are held back: of
// pages with code, where stores ask first whether they hit any, and of shared memory
// whose device wants to know of the first store.
//
// A TLB has one place for a page, so two pages in use at the same time can push
// each other out at every access: a stack and the code of a program, say. What is
// pushed out stays at hand for a while, as in the victim cache of N. Jouppi
// ("Improving Direct-Mapped Cache Performance", ISCA 1990), and comes back
// without a page walk.
type privTLB struct {
	mmu.TLB
	held   [mmu.TLBSize]uint64
	victim [victims]victim
	oldest uint8 // victim to be given up next

	fetch fetchTLB
}

// victims is how many translations are kept.
const victims = 8

// victim is a translation that was pushed out.
type victim struct {
	mmu.Entry
	held   uint64 // see privTLB.held
	global bool
}

var noVictim = victim{Entry: mmu.Entry{R: mmu.Empty, W: mmu.Empty}, held: mmu.Empty}

// keep saves what is in a slot from being overwritten.
func (t *privTLB) keep(slot uint32) {
	if e := &t.E[slot]; e.R != mmu.Empty {
		t.victim[t.oldest] = victim{*e, t.held[slot], t.IsGlobal(slot)}
		t.oldest = (t.oldest + 1) % victims
	}
}

// recall brings the translation of the page tag back into its slot, in exchange
// for what is there. It reports whether it was kept.
func (t *privTLB) recall(tag uint64, slot uint32) bool {
	for i := range t.victim {
		v := &t.victim[i]
		if v.R != tag {
			continue
		}
		was := victim{t.E[slot], t.held[slot], t.IsGlobal(slot)}
		t.E[slot], t.held[slot] = v.Entry, v.held
		t.SetGlobal(slot, v.global)
		*v = was
		return true
	}
	return false
}

// flush empties the TLB. With keepGlobal, global pages stay (MOV CR3 with
// CR4.PGE).
func (t *privTLB) flush(keepGlobal bool) {
	t.fetch.flush(keepGlobal)
	t.Flush(keepGlobal)
	for i := range t.held {
		if t.E[i].R == mmu.Empty {
			t.held[i] = mmu.Empty
		}
	}
	for i := range t.victim {
		if !keepGlobal || !t.victim[i].global {
			t.victim[i] = noVictim
		}
	}
}

// flushPage drops the page of la, global or not (INVLPG).
func (t *privTLB) flushPage(la uint32) {
	t.fetch.flushPage(la)
	t.FlushPage(uint64(la))
	t.held[la>>pageShift&tlbMask] = mmu.Empty
	for i := range t.victim {
		if t.victim[i].R == uint64(la&^pageMask) {
			t.victim[i] = noVictim
		}
	}
}

// holdWrites holds the write tags back of pages from to last in mem.
func (t *privTLB) holdWrites(from, last uint32) {
	hold := func(e *mmu.Entry, held *uint64) {
		if page := uint32((e.W + e.D) >> pageShift); e.W != mmu.Empty && page >= from && page <= last {
			*held, e.W = e.W, mmu.Empty
		}
	}
	for i := range t.E {
		hold(&t.E[i], &t.held[i])
	}
	for i := range t.victim {
		hold(&t.victim[i].Entry, &t.victim[i].held)
	}
}

// drop forgets what translates to pages from to last in mem.
func (t *privTLB) drop(from, last uint32) {
	t.fetch.drop(from, last)
	in := func(e *mmu.Entry) bool {
		page := uint32((e.R + e.D) >> pageShift)
		return e.R != mmu.Empty && page >= from && page <= last
	}
	for i := range t.E {
		if e := &t.E[i]; in(e) {
			t.flushPage(uint32(e.R))
		}
	}
	for i := range t.victim {
		if in(&t.victim[i].Entry) {
			t.victim[i] = noVictim
		}
	}
}
