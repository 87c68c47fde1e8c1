package cpu

import (
	"slices"

	"beige/mmu"
)

// Which traces there are of a page of mem, and when they go.

// codePage is what is known of the code on one page of mem.
type codePage struct {
	traces []*trace
	beside uint32 // stores beside code since the last thereof that cleared it
	drops  uint8  // how often a store dropped code, saturating
	trust  uint8  // how often code was cleared and came back, saturating
}

// codeLeaf is the pages of 1 MB.
type codeLeaf [1 << leafBits]codePage

const leafBits = 8

// page returns what is known of the page with the given number in mem.
func (t *traceCache) page(n uint32) *codePage {
	l := &t.pages[n>>leafBits]
	if *l == nil {
		*l = new(codeLeaf)
	}
	return &(*l)[n&(1<<leafBits-1)]
}

// addTrace files a trace under its page and makes stores into it noticeable.
func (c *CPU) addTrace(t *trace) {
	tc := &c.traces
	c.counters.TracesBuilt++
	key := *keyOf(t.first)
	if old := tc.byKey[key]; old != nil {
		c.retire(old) // a limited segment needed a shorter one
	}
	tc.byKey[key] = t
	page := tc.page(t.start >> pageShift)
	page.traces = append(page.traces, t)
	c.markCode(t.start, uint32(t.len))
}

// markCode makes stores into n bytes at index i of mem noticeable.
func (c *CPU) markCode(i, n uint32) {
	page := i >> pageShift
	c.traces.page(page) // where flushTraces looks for marks
	if c.phys.MarkCode(i, n) {
		// The page's first code: its write tags move to the slow table.
		for j := range c.tlbs {
			c.tlbs[j].holdWrites(page, page)
		}
	}
}

// dropTraces forgets the traces of which the n bytes at index i of mem are part:
// they are about to be written. A trace that is executing right now ends behind
// its current instruction, since every op of a dropped trace becomes opStale.
func (c *CPU) dropTraces(i, n uint32) {
	tc := &c.traces
	tc.epoch++
	page := tc.page(i >> pageShift)
	list := page.traces
	kept := list[:0]
	from, to := i, i+n // the bytes whose marks are void
	for _, t := range list {
		if t.start >= i+n || t.end() <= i {
			kept = append(kept, t)
			continue
		}
		from, to = min(from, t.start), max(to, t.end())
		c.dropTrace(t)
	}
	clear(list[len(kept):])
	page.traces = kept
	if page.drops < 255 {
		page.drops++
	}
	c.phys.UnmarkCode(from, to-from)
	for _, t := range kept {
		if t.start < to && t.end() > from {
			c.phys.MarkCode(t.start, uint32(t.len))
		}
	}
}

// Every store to a page with code takes the slow path, so a page that was code
// once and is data now, as memory of a program that has ended, must be told from
// one that is both: after many stores beside its code the page forgets it. Where
// it was needed and comes back, more stores are waited for the next time.
const (
	besideFirst = 8  // 2^8 stores the first time
	besideMost  = 16 // 2^16 at most

	besideSample = 64 // of so many stores of translated code one is counted here
)

// storeBesideCode counts a store to a page with code that hit none.
func (c *CPU) storeBesideCode(page uint32) {
	p := c.traces.page(page)
	p.beside++
	if c.host.beside < 0 {
		// This one stands for those of translated code.
		c.host.beside = besideSample
		p.beside += besideSample
	}
	if p.beside>>(besideFirst+p.trust) == 0 {
		return
	}
	p.beside = 0
	if len(p.traces) != 0 {
		p.trust = min(p.trust+2, besideMost-besideFirst)
	}
	drops := p.drops
	c.dropTraces(page<<pageShift, mmu.PageSize)
	p.drops = drops // nothing was overwritten
	c.phys.ClearCode(page << pageShift)
}

// retire drops one trace and takes it from its page's list.
func (c *CPU) retire(t *trace) {
	page := c.traces.page(t.start >> pageShift)
	if i := slices.Index(page.traces, t); i >= 0 {
		page.traces = slices.Delete(page.traces, i, i+1)
	}
	c.dropTrace(t)
}

func (c *CPU) dropTrace(t *trace) {
	c.counters.TracesDropped++
	if c.engine != nil {
		c.dropTranslation(t.first)
	}
	key := *keyOf(t.first)
	delete(c.traces.byKey, key)
	*keyOf(t.first) = 0
	ops := t.ops()
	for i := range ops {
		ops[i].set(opStale)
		ops[i].link = nil
	}
	if s := &c.traces.table[slotOf(key)]; s.key == key {
		*s = tableEntry{}
	}
}

// ForgetCode drops all decoded code: what the processor keeps of the host's memory
// does not depend on what has run any more. The guest notices nothing. Caller is the
// machine goroutine, between two instructions.
func (c *CPU) ForgetCode() {
	c.flushTraces()
	// What else points to ops keeps all that were made with them.
	tc := &c.traces
	clear(tc.table)
	tc.scratch, tc.crossings = [2]Op{}, [crossings]crossing{}
	c.rmw = rmwSlow{}
	c.forgetCalls()
}

// flushTraces forgets all decoded code.
func (c *CPU) flushTraces() {
	tc := &c.traces
	if c.engine != nil {
		c.flushTranslations()
	}
	for i, leaf := range tc.pages {
		if leaf == nil {
			continue
		}
		for j := range leaf {
			p := &leaf[j]
			for _, t := range p.traces {
				c.dropTrace(t)
			}
			p.traces, p.drops = nil, 0
			if at := uint64(i<<leafBits|j) << pageShift; at < uint64(len(c.mem)) {
				c.phys.ClearCode(uint32(at))
			}
		}
	}
	tc.byKey = make(map[uint64]*trace) // an empty one would keep its room
	tc.arena, tc.chunks = nil, 0
}
