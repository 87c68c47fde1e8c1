package cpu

// An instruction that crosses a page belongs to no trace, since the second page
// may go its own ways. The last one decoded at the end of each linear page is
// kept; it serves again if the same bytes are still there.

const crossings = 64 // power of two

type crossing struct {
	mode  uint64
	la    uint32
	ip    uint32
	n     uint32 // bytes; 0: nothing is kept
	bytes [maxCrossing]uint8
	ops   [2]Op
}

// maxCrossing is the longest instruction that is kept.
const maxCrossing = 15

// keepCrossing notes the instruction of n bytes at la that is in scratch.
func (c *CPU) keepCrossing(ip, la, n uint32, code []byte) {
	tc := &c.traces
	e := &tc.crossings[la>>pageShift%crossings]
	*e = crossing{mode: c.mode, la: la, ip: ip, n: n, ops: tc.scratch}
	copy(e.bytes[:], code[:n])
}

// keptCrossing returns the instruction at la, if it is kept and has not changed.
// Fetching it raises the faults that decoding it would.
func (c *CPU) keptCrossing(ip, la uint32) *Op {
	tc := &c.traces
	e := &tc.crossings[la>>pageShift%crossings]
	if e.la != la || e.n == 0 || e.ip != ip || e.mode != c.mode {
		return nil
	}
	first := -la & pageMask
	if !c.holds(la, e.bytes[:first]) || !c.holds(la+first, e.bytes[first:e.n]) {
		return nil
	}
	tc.scratch = e.ops
	return &tc.scratch[0]
}

// holds reports whether memory at la, to be executed, holds b, all on one page.
func (c *CPU) holds(la uint32, b []byte) bool {
	at := c.fetchFrom(la)
	return at.ram && string(c.mem[at.idx:at.idx+uint64(len(b))]) == string(b)
}
