package cpu

import "beige/mmu"

// privTLB is the TLB of one privilege, with the write tags that its pages would
// have if they held no code: stores to such a page ask first whether they hit any.
//
// A TLB has one place for a page, so two pages in use at the same time can push
// each other out at every access: a stack and the code of a program, say. What is
// pushed out stays at hand for a while, as in the victim cache of N. Jouppi
// ("Improving Direct-Mapped Cache Performance", ISCA 1990), and comes back
// without a page walk.
type privTLB struct {
	mmu.TLB
	code   [mmu.TLBSize]uint64
	victim [victims]victim
	oldest uint8 // victim to be given up next
}

// victims is how many translations are kept.
const victims = 8

// victim is a translation that was pushed out.
type victim struct {
	mmu.Entry
	code   uint64 // see privTLB.code
	global bool
}

var noVictim = victim{Entry: mmu.Entry{R: mmu.Empty, W: mmu.Empty, X: mmu.Empty}, code: mmu.Empty}

// keep saves what is in a slot from being overwritten.
func (t *privTLB) keep(slot uint32) {
	if e := &t.E[slot]; e.R != mmu.Empty {
		t.victim[t.oldest] = victim{*e, t.code[slot], t.IsGlobal(slot)}
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
		was := victim{t.E[slot], t.code[slot], t.IsGlobal(slot)}
		t.E[slot], t.code[slot] = v.Entry, v.code
		t.SetGlobal(slot, v.global)
		*v = was
		return true
	}
	return false
}

// flush empties the TLB. With keepGlobal, global pages stay (MOV CR3 with
// CR4.PGE).
func (t *privTLB) flush(keepGlobal bool) {
	t.Flush(keepGlobal)
	for i := range t.code {
		if t.E[i].R == mmu.Empty {
			t.code[i] = mmu.Empty
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
	t.FlushPage(uint64(la))
	t.code[la>>pageShift&tlbMask] = mmu.Empty
	for i := range t.victim {
		if t.victim[i].R == uint64(la&^pageMask) {
			t.victim[i] = noVictim
		}
	}
}

// dropWrites moves the write tags of the page with the given number in mem to
// the slow table: it holds code now.
func (t *privTLB) dropWrites(page uint32) {
	drop := func(e *mmu.Entry, code *uint64) {
		if e.W != mmu.Empty && uint32((e.W+e.D)>>pageShift) == page {
			*code, e.W = e.W, mmu.Empty
		}
	}
	for i := range t.E {
		drop(&t.E[i], &t.code[i])
	}
	for i := range t.victim {
		drop(&t.victim[i].Entry, &t.victim[i].code)
	}
}
