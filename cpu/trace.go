package cpu

import (
	"unsafe"

	"beige/cpu/isa"
	"beige/mmu"
)

// maxTrace is the most instructions of one trace. While the budget is smaller,
// instructions run one by one, so that a slice ends exactly.
const maxTrace = 32

const (
	tableBits = 16
	arenaOps  = 16384 // ops of one arena chunk
	maxChunks = 12    // 8 MB; then everything is dropped and decoded anew
)

// trace is the record of a run of decoded instructions within one page of mem. There
// are tens of thousands: the key stands before the first op only.
type trace struct {
	first *Op
	start uint32 // index in mem of the first byte
	len   uint16 // bytes
	n     uint16 // ops
}

// ops are those of the trace.
func (t *trace) ops() []Op { return unsafe.Slice(t.first, t.n) }

// end is the index in mem behind the last byte.
func (t *trace) end() uint32 { return t.start + uint32(t.len) }

// tableEntry finds the first op of a trace by its key: index in mem, mode bits,
// and IP for 16-bit code.
type tableEntry struct {
	key uint64
	op  *Op
	len uint32 // bytes, for the limit check of limited code segments
}

// traceCache holds all decoded traces of one processor.
type traceCache struct {
	table  []tableEntry
	byKey  map[uint64]*trace // all of them: what the table lost to another key
	pages  []*codeLeaf       // by megabyte; nil: no code has been there
	arena  []Op              // rest of the current chunk
	chunks int
	epoch  uint64 // counts stores to decoded code
	// scratch is the place of instructions that are decoded for one execution:
	// those that cross a page and those outside memory.
	scratch   [2]Op
	crossings [crossings]crossing
	inst      isa.Inst
}

func (t *traceCache) init(pages int) {
	t.table = make([]tableEntry, 1<<tableBits)
	t.byKey = make(map[uint64]*trace)
	t.pages = make([]*codeLeaf, (pages-1)>>leafBits+1)
}

// slotOf spreads keys over the table by a multiplication (Knuth, The Art of
// Computer Programming, section 6.4).
func slotOf(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 >> (64 - tableBits) }

// enter returns the trace at CS:IP, an instruction boundary, or nil when the run
// loop has to look at the world first.
func (c *CPU) enter() *Op {
	if c.left >= maxTrace && c.IP < c.endIP {
		la := uint64(uint32(c.Seg[CS].Base) + uint32(c.IP))
		if e := c.fetch.entry(la); c.fetch.holds(e, la) {
			key := la + e.d | c.mode | c.IP&c.keyIP<<keyIPShift
			if s := &c.traces.table[slotOf(key)]; s.key == key {
				return s.op
			}
		}
	}
	return c.enterSlow()
}

// enterAgain is enter for an op that was followed by the trace op.link last time:
// if the trace at CS:IP is the same, its key says so.
func (c *CPU) enterAgain(op *Op) *Op {
	if c.left >= maxTrace && c.IP < c.endIP {
		la := uint64(uint32(c.Seg[CS].Base) + uint32(c.IP))
		if e := c.fetch.entry(la); c.fetch.holds(e, la) {
			key := la + e.d | c.mode | c.IP&c.keyIP<<keyIPShift
			if l := op.link; l != nil && *keyOf(l) == key {
				return l
			}
			if s := &c.traces.table[slotOf(key)]; s.key == key {
				op.link = s.op
				return s.op
			}
		}
	}
	return c.enterSlow()
}

func (c *CPU) enterSlow() *Op {
	if c.left <= 0 {
		return nil
	}
	single := c.left < maxTrace
	mode := c.mode
	if single {
		mode |= modeSingle
	}
	ip := uint32(c.IP)
	cs := &c.Seg[CS]
	if ip > cs.Limit && !c.model.Wraps64K {
		c.gp(nil, 0)
	}
	la := uint32(cs.Base) + ip
	at := c.locateCode(la)
	if !c.steady(at) || c.ipMask == 0xffff && ip > 0xffff {
		return c.decodeOnce(ip, la)
	}
	key := at.idx | mode | c.IP&c.keyIP<<keyIPShift
	s := &c.traces.table[slotOf(key)]
	if s.key == key && (!c.limited || uint64(ip)+uint64(s.len) <= uint64(cs.Limit)+1) {
		return s.op
	}
	if t := c.traces.byKey[key]; t != nil && (!c.limited || uint64(ip)+uint64(t.len) <= uint64(cs.Limit)+1) {
		*s = tableEntry{key, t.first, uint32(t.len)}
		return s.op
	}
	if op := c.keptCrossing(ip, la); op != nil {
		return op
	}
	// Bytes that may be decoded: to the end of the page and of the segment.
	n := mmu.PageSize - uint32(at.idx)&pageMask
	if room := uint64(cs.Limit) + 1 - uint64(ip); uint64(n) > room {
		n = uint32(room)
	}
	if c.ipMask == 0xffff && ip+n > 0x10000 { // ip is at most FFFF here
		n = 0x10000 - ip
	}
	t := c.decodeTrace(at.idx, n, key)
	if t == nil {
		return c.decodeOnce(ip, la)
	}
	t.start = uint32(at.idx)
	c.addTrace(t)
	*s = tableEntry{key, t.first, uint32(t.len)}
	return s.op
}

// decodeTrace decodes up to n bytes at index i of mem, for a trace with the given
// key. It returns nil if not even the first instruction fits.
func (c *CPU) decodeTrace(i uint64, n uint32, key uint64) *trace {
	tc := &c.traces
	limit := maxTrace
	if key&modeSingle != 0 {
		limit = 1
	} else if tc.page(uint32(i>>pageShift)).drops > 8 {
		limit = 8 // code and data share the page: lose less at a store
	}
	if len(tc.arena) < limit+maxYields+3 {
		if tc.chunks == maxChunks {
			c.flushTraces()
		}
		tc.arena = make([]Op, arenaOps)
		tc.chunks++
	}
	code := c.mem[i : i+uint64(n)]
	// Before the first op stands one that holds the key.
	*tc.arena[0].key() = key
	ops := tc.arena[1 : 1+limit+maxYields+2]
	b := builder{c: c}
	pos, j, k := 0, 0, 0 // bytes, ops, instructions
	for k < limit {
		if k != 0 && k%yieldAfter == 0 {
			ops[j] = Op{entry: entryOf(opYield), off: uint16(pos), n: uint8(k)}
			b.use[j] = flagUse{}
			b.nextPrev = nil
			j++
		}
		in := &tc.inst
		st := c.dec.Decode(code[pos:min(pos+maxFetch, len(code))], c.decodeMode(), in)
		if st == isa.Short {
			break
		}
		op := &ops[j]
		*op = Op{off: uint16(pos), n: uint8(k), len: in.Len}
		b.build(op, in, st)
		if st == isa.OK {
			b.note(j, in)
		} else {
			b.use[j] = flagUse{need: true}
		}
		j++
		k++
		pos += int(in.Len)
		if b.ends {
			break
		}
	}
	if k == 0 {
		return nil
	}
	if !b.ends {
		// n and off count what is before the op, so this one adds none of its own.
		ops[j] = Op{entry: entryOf(opContinue), off: uint16(pos), n: uint8(k), imm: uint32(pos)}
	}
	b.dropDeadFlags(ops[:j])
	b.makePairs(ops[:j])
	used := j
	switch {
	case !b.ends:
		used++
	case tc.inst.Op == isa.CALL:
		ops[used] = Op{} // see CPU.called
		used++
	}
	tc.arena = tc.arena[1+used:]
	c.heat(&ops[0], key)
	return &trace{first: &ops[0], len: uint16(pos), n: uint16(used)}
}

// maxFetch bounds the bytes one Decode call sees: what the longest-winded model
// can need.
const maxFetch = 64

func (c *CPU) decodeMode() isa.Mode {
	if c.mode&modeCode32 != 0 {
		return isa.Mode32
	}
	return isa.Mode16
}

// decodeOnce decodes the one instruction at CS:IP byte by byte, across pages and
// devices, for a single execution. Fetch faults are raised here: a byte that is
// needed and cannot be had.
func (c *CPU) decodeOnce(ip, la uint32) *Op {
	var buf [maxFetch]byte
	var from [maxFetch]location
	cs := &c.Seg[CS]
	in := &c.traces.inst
	st := isa.Short
	for n := range uint32(maxFetch) {
		off := (ip + n) & c.seqMask
		if !c.model.Wraps64K && (off > cs.Limit || ip+n != off) {
			c.gp(nil, 0)
		}
		a := uint32(cs.Base) + off
		from[n] = c.locateCode(a)
		buf[n] = uint8(c.get(nil, from[n], 1))
		if st = c.dec.Decode(buf[:n+1], c.decodeMode(), in); st != isa.Short {
			break
		}
	}
	if in.Rep != isa.NoRep && st == isa.OK {
		// A repeated instruction must notice that it overwrites itself. What a device
		// gives may change at each read: it is fetched for each iteration, as it is
		// where the run loop comes in between.
		for _, l := range from[:in.Len] {
			if c.steady(l) {
				c.markCode(uint32(l.idx), 1)
			} else {
				c.only()
			}
		}
	}
	ops := &c.traces.scratch
	ops[0] = Op{len: in.Len}
	b := builder{c: c}
	b.build(&ops[0], in, st)
	if !b.ends {
		ops[1] = Op{entry: entryOf(opContinue), off: uint16(in.Len), n: 1, imm: uint32(in.Len)}
	}
	if n := uint32(in.Len); st == isa.OK && in.Rep == isa.NoRep && !c.limited && n <= maxCrossing && n > -la&pageMask &&
		c.steady(from[0]) && c.steady(from[n-1]) && ip+n-1 <= c.ipMask {
		c.keepCrossing(ip, la, n, buf[:])
	}
	return &ops[0]
}

// steady reports whether what is at a location changes only by stores that are
// noticed, so that it may be decoded once and for all.
func (c *CPU) steady(l location) bool { return l.ram && !c.phys.IsShared(uint32(l.idx)) }

// yieldAfter is how many instructions' handlers call one another before they
// return to the run loop: about as many as the host predicts the returns of.
const (
	yieldAfter = 16
	maxYields  = (maxTrace - 1) / yieldAfter
)

// opYield unwinds the handlers before it; the run loop goes on behind it.
func opYield(c *CPU, op *Op) *Op { return nextOp(op) }

// opStale stands for every op of a dropped trace: it leaves at its instruction
// boundary and looks the code up anew.
func opStale(c *CPU, op *Op) *Op {
	c.IP = uint64(c.ip(op) & c.seqMask)
	c.left -= int64(op.n)
	return c.enter()
}
