package cpu

import (
	"math/bits"
	"unsafe"

	"beige/cpu/isa"
	"beige/cpu/jit"
	"beige/mmu"
)

// Traces that run often are translated to code of the host (package jit). The first
// op of a trace stands for all of it: its handler first counts (opCold), then enters
// the translation (opTranslated). What it was before is in the op that holds the key.
// The other ops stay as they are, for the interpreter to go on with where translated
// code leaves.

const (
	// UsualHotAt is the execution of a trace at which it is translated: about what a
	// translation costs in time, divided by what it saves each time.
	UsualHotAt = 64

	// codeSize is the room for translated code. When it is full all of it is dropped:
	// what still runs comes back.
	codeSize = 8 << 20
)

// Translations counts the work of the translating engine.
type Translations struct {
	Traces  uint64    // traces translated
	Dropped uint64    // and dropped, since their code was overwritten
	Flushes uint64    // times that all were dropped for want of room
	Exits   [5]uint64 // returns from translated code, by jit.ExitOp to jit.ExitLook
}

// engine is the translating engine of one processor.
type engine struct {
	*jit.Engine
	hotAt  uint16
	byOp   map[*Op]*translation
	edges  []*translation // by edge: whose it is
	linked []*translation // and where it leads, or nil
	jumped bool           // the jump cache may hold something
	count  Translations
}

// translation is a trace that has code.
type translation struct {
	jit.Code
	first *Op
	alone [][2]Op  // ops that are executed alone, each with the one that resumes
	from  []uint32 // edges that were linked to here
}

// jumpTable and spill are what translated code uses besides State.
type hostState struct {
	spill [4]uint32
	stamp uint64 // of the valid jumps, in the upper half
	jumps [jit.JumpSize]jit.Jump
}

// initEngine makes the translating engine, where the host has one, with room for size
// bytes of code. On an error everything is interpreted.
func (c *CPU) initEngine(at, size int) error {
	offset := func(p unsafe.Pointer) int32 { return int32(uintptr(p) - uintptr(unsafe.Pointer(c))) }
	lay := jit.Layout{
		IP: offset(unsafe.Pointer(&c.IP)), Res: offset(unsafe.Pointer(&c.Res)), Aux: offset(unsafe.Pointer(&c.Aux)),
		Flags: offset(unsafe.Pointer(&c.Flags)), Spill: offset(unsafe.Pointer(&c.host.spill)),
		Jumps: offset(unsafe.Pointer(&c.host.jumps)), Stamp: offset(unsafe.Pointer(&c.host.stamp)),
		TLBShift: uint8(bits.TrailingZeros(uint(unsafe.Sizeof(mmu.Entry{})))), TLBSize: mmu.TLBSize,
		TagR:      int32(unsafe.Offsetof(mmu.Entry{}.R)),
		TagW:      int32(unsafe.Offsetof(mmu.Entry{}.W)),
		TagAddend: int32(unsafe.Offsetof(mmu.Entry{}.D)),
	}
	for i := range lay.SegBase {
		lay.SegBase[i] = offset(unsafe.Pointer(&c.Seg[i].Base))
		lay.SegEndR[i] = offset(unsafe.Pointer(&c.Seg[i].EndR))
		lay.SegEndW[i] = offset(unsafe.Pointer(&c.Seg[i].EndW))
	}
	e, err := jit.New(size, lay)
	if err != nil {
		return err
	}
	c.engine = &engine{Engine: e, hotAt: uint16(at), byOp: make(map[*Op]*translation)}
	c.frame = jit.Frame{
		R:     uintptr(unsafe.Pointer(&c.R)),
		State: uintptr(unsafe.Pointer(c)),
		Mem:   uintptr(unsafe.Pointer(&c.mem[0])),
	}
	return nil
}

// CanTranslate reports whether there is a translating engine for this kind of host.
func CanTranslate() bool { return jit.Supported }

// Translations returns what the translating engine did so far; ok is false if everything
// is interpreted.
func (c *CPU) Translations() (t Translations, ok bool) {
	if c.engine == nil {
		return t, false
	}
	return c.engine.count, true
}

// heat has the executions of a new trace counted.
func (c *CPU) heat(first *Op, key uint64) {
	const want, all = modeFlat | modeCode32 | modeStack32, modeFlat | modeCode32 | modeStack32 | modeLimited | modeSingle
	if c.engine == nil || key&all != want {
		return
	}
	k := keyOp(first)
	k.entry, k.off = first.entry, 0
	first.set(opCold)
}

// keyOp returns the op before the first of a trace. While the trace is counted or
// translated its entry is the handler of the first op, off the count and amask the
// offset of the code.
func keyOp(first *Op) *Op { return (*Op)(unsafe.Add(unsafe.Pointer(first), -int(opSize))) }

// runFirst executes the first op of a trace with its own handler.
func (c *CPU) runFirst(op *Op) *Op {
	k := keyOp(op)
	return (*(*handler)(unsafe.Pointer(&k)))(c, op)
}

func opCold(c *CPU, op *Op) *Op {
	k := keyOp(op)
	k.off++
	if k.off < c.engine.hotAt {
		return c.runFirst(op)
	}
	c.translate(op)
	return op.run(c)
}

func opTranslated(c *CPU, op *Op) *Op { return c.runCode(keyOp(op).amask) }

// opResume goes on in translated code behind an op that was executed alone.
func opResume(c *CPU, op *Op) *Op { return c.runCode(op.amask) }

// runCode enters translated code, and returns what to interpret next.
func (c *CPU) runCode(code uint32) *Op {
	e := c.engine
	f := &c.frame
	for {
		f.TLB = uintptr(unsafe.Pointer(c.tlb))
		f.Left = c.left - maxTrace
		jit.Enter(f, e.Base()+uintptr(code))
		c.left = f.Left + maxTrace
		why := f.Exit & 7
		e.count.Exits[why]++
		switch why {
		case jit.ExitOp:
			return exitOp(f)
		case jit.ExitFirst:
			return c.runFirst(exitOp(f))
		case jit.ExitLook:
			return c.enter()
		}
		t := c.enter()
		if !c.linkable(t) || t.entry != c.h.translated {
			return t
		}
		if why == jit.ExitEdge {
			e.link(uint32(f.Exit>>3), t)
		} else {
			c.host.jumps[jit.JumpSlot(uint32(c.IP))] = jit.Jump{Key: c.host.stamp | c.IP, Code: e.Base() + uintptr(keyOp(t).amask)}
			e.jumped = true
		}
		code = keyOp(t).amask
	}
}

// exitOp is the op in an exit value. The trace that is executing keeps it.
func exitOp(f *jit.Frame) *Op {
	f.Exit &^= 7
	return *(**Op)(unsafe.Pointer(&f.Exit))
}

// link makes an edge lead to the translation of the trace that begins with first.
func (e *engine) link(edge uint32, first *Op) {
	to := e.byOp[first]
	e.Link(edge, &to.Code)
	e.linked[edge] = to
	to.from = append(to.from, edge)
}

// translate gives the trace that begins with first code, or its own handler back.
func (c *CPU) translate(first *Op) {
	e := c.engine
	k := keyOp(first)
	own := k.entry
	first.entry = own
	t := c.traces.byKey[*k.key()]
	if t == nil || t.first != first {
		return
	}
	code, alone, ok := c.translateTrace(t)
	if !ok {
		c.flushTranslations()
		e.count.Flushes++
		if code, alone, ok = c.translateTrace(t); !ok {
			return
		}
	}
	if code.Size == 0 {
		return // it begins with what is no instruction
	}
	tr := &translation{Code: code, first: first, alone: alone}
	for _, r := range code.Resume {
		for i := range alone {
			if int(alone[i][0].n) == r.Inst {
				alone[i][1].amask = r.Code
			}
		}
	}
	for _, id := range code.Edges {
		for int(id) >= len(e.edges) {
			e.edges, e.linked = append(e.edges, nil), append(e.linked, nil)
		}
		e.edges[id], e.linked[id] = tr, nil
	}
	e.byOp[first] = tr
	e.count.Traces++
	k.amask = code.Entry
	first.entry = c.h.translated
}

// translateTrace decodes a trace again and has it translated. ok is false if there is
// no room.
func (c *CPU) translateTrace(t *trace) (code jit.Code, alone [][2]Op, ok bool) {
	tr := jit.Trace{Start: t.start & pageMask, Len: uint32(t.len), Insts: make([]jit.Inst, 0, maxTrace)}
	bytes := c.mem[t.start:t.end()]
	ops := t.ops()
	for pos, j := 0, 0; pos < len(bytes); j++ {
		if ops[j].entry == entryOf(opYield) {
			j++
		}
		var in isa.Inst
		st := c.dec.Decode(bytes[pos:], isa.Mode32, &in)
		if st != isa.OK {
			break // #UD ends the trace
		}
		tr.Insts = append(tr.Insts, jit.Inst{Inst: in, Off: uint32(pos), At: uintptr(unsafe.Pointer(&ops[j]))})
		pos += int(in.Len)
	}
	last := &ops[len(ops)-1]
	tr.Ends = last.entry != entryOf(opContinue)
	n := len(tr.Insts)
	if n == 0 {
		return code, nil, true
	}
	if covered := tr.Insts[n-1].Off + uint32(tr.Insts[n-1].Len); covered != tr.Len {
		tr.Len, tr.Ends = covered, true
	}
	alone = make([][2]Op, 0, n)
	tr.Alone = func(i int) uintptr {
		in := &tr.Insts[i]
		alone = append(alone, [2]Op{})
		p := &alone[len(alone)-1]
		p[0] = Op{off: uint16(in.Off), n: uint8(i), len: in.Len}
		b := builder{c: c}
		b.build(&p[0], &in.Inst, isa.OK)
		if b.ends {
			alone = alone[:len(alone)-1]
			return 0
		}
		p[1] = Op{entry: entryOf(opResume), off: uint16(in.Off) + uint16(in.Len), n: uint8(i) + 1}
		return uintptr(unsafe.Pointer(&p[0]))
	}
	code, ok = c.engine.Translate(&tr)
	return code, alone, ok
}

// dropTranslation forgets the code of a trace that is dropped.
func (c *CPU) dropTranslation(first *Op) {
	e := c.engine
	t := e.byOp[first]
	if t == nil {
		return
	}
	delete(e.byOp, first)
	e.count.Dropped++
	for _, id := range t.from {
		if e.linked[id] == t {
			e.Unlink(id)
			e.linked[id] = nil
		}
	}
	for i := range t.alone {
		t.alone[i][0].set(opStale)
		t.alone[i][1].set(opStale)
	}
	c.clearJumps()
}

// clearJumps empties the jump cache.
func (c *CPU) clearJumps() {
	if c.engine.jumped {
		c.host.jumps = [jit.JumpSize]jit.Jump{}
		c.engine.jumped = false
	}
}

// flushTranslations forgets all code: the traces are interpreted again.
func (c *CPU) flushTranslations() {
	e := c.engine
	for first, t := range e.byOp {
		k := keyOp(first)
		k.off = 0
		first.entry = c.h.cold
		for i := range t.alone {
			// What is executed alone goes on behind it by looking its place up.
			t.alone[i][1].set(opStale)
		}
	}
	clear(e.byOp)
	e.edges, e.linked = e.edges[:0], e.linked[:0]
	e.Flush()
	c.clearJumps()
}
