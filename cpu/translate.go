package cpu

import (
	"math"
	"unsafe"

	"beige/cpu/fpu"
	"beige/cpu/isa"
	"beige/cpu/jit"
	"beige/cpu/jit/code"
	"beige/mmu"
)

// Traces that run often are translated to code of the host (package jit), on models
// from the 80386 on. The first op of a trace stands for all of it: its handler first
// counts (opCold), then enters the translation (opTranslated). What it was before is in
// the op that holds the key. The other ops stay as they are, for the interpreter to go
// on with where translated code leaves.

const (
	// UsualHotAt is the execution of a trace at which it is translated: about what a
	// translation costs in time, divided by what it saves each time.
	UsualHotAt = 200

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
	hotAt   uint16
	byOp    map[*Op]*translation
	linked  []*translation // by edge: where it leads, or nil
	jumped  bool           // the jump cache may hold something
	trace   jit.Trace      // scratch
	builder builder        // scratch
	count   Translations
}

// translation is a trace that has code.
type translation struct {
	jit.Code
	first *Op
	alone []*alone // what is executed alone
	from  []uint32 // edges that were linked to here
}

// alone is an op that is executed alone, and the one behind it that resumes.
type alone [2]Op

// hostState is what translated code uses besides State.
type hostState struct {
	spill [4]uint32
	x87   struct {
		slot  fpu.F80
		value [2]uint64
		saved [8]uint64
	}
	stamps [2]uint64 // of the valid jumps, in the upper half, by privilege
	jumps  [jit.JumpSize]jit.Jump

	codeMaps uintptr // mmu.Physical.CodeMaps
	beside   int32   // stores beside code until one is noticed
}

// initEngine makes the translating engine, where the host has one, with room for size
// bytes of code. On an error everything is interpreted.
func (c *CPU) initEngine(at, size int) error {
	offset := func(p unsafe.Pointer) int32 { return int32(uintptr(p) - uintptr(unsafe.Pointer(c))) }
	lay := jit.Layout{
		IP: offset(unsafe.Pointer(&c.IP)), Res: offset(unsafe.Pointer(&c.Res)), Aux: offset(unsafe.Pointer(&c.Aux)),
		Flags: offset(unsafe.Pointer(&c.Flags)), Spill: offset(unsafe.Pointer(&c.host.spill)),
		Jumps: offset(unsafe.Pointer(&c.host.jumps)), Stamp: [2]int32{offset(unsafe.Pointer(&c.host.stamps[0])), offset(unsafe.Pointer(&c.host.stamps[1]))},
		TLB: [2]int32{offset(unsafe.Pointer(&c.tlbs[0].E)), offset(unsafe.Pointer(&c.tlbs[1].E))},
		CPL: offset(unsafe.Pointer(&c.CPL)), DivClearsFlags: c.model.DivClearsFlags,
		TLBShift: 5, TLBSize: mmu.TLBSize,
		TagR:      int32(unsafe.Offsetof(mmu.Entry{}.R)),
		TagW:      int32(unsafe.Offsetof(mmu.Entry{}.W)),
		TagAddend: int32(unsafe.Offsetof(mmu.Entry{}.D)),
		Held:      [2]int32{offset(unsafe.Pointer(&c.tlbs[0].held)), offset(unsafe.Pointer(&c.tlbs[1].held))},
		CodeMaps:  offset(unsafe.Pointer(&c.host.codeMaps)), Beside: offset(unsafe.Pointer(&c.host.beside)),
	}
	c.host.codeMaps = uintptr(c.phys.CodeMaps())
	u, x := &c.FPU, &c.host.x87
	lay.X87 = jit.X87Layout{
		Is:  c.model.HasFPU && c.model.fpuModel() == fpu.M80387,
		CR0: offset(unsafe.Pointer(&c.CR0)), FERR: offset(unsafe.Pointer(&c.FERR)),
		R:  offset(unsafe.Pointer(&u.R)),
		CW: offset(unsafe.Pointer(&u.CW)), SW: offset(unsafe.Pointer(&u.SW)),
		Top: offset(unsafe.Pointer(&u.Top)), Use: offset(unsafe.Pointer(&u.Use)),
		FCS: offset(unsafe.Pointer(&u.FCS)), FDS: offset(unsafe.Pointer(&u.FDS)), FOP: offset(unsafe.Pointer(&u.FOP)),
		FIP: offset(unsafe.Pointer(&u.FIP)), FDP: offset(unsafe.Pointer(&u.FDP)),
		Slot: offset(unsafe.Pointer(&x.slot)), Value: offset(unsafe.Pointer(&x.value)), Saved: offset(unsafe.Pointer(&x.saved)),
	}
	for i := range lay.SegBase {
		lay.SegBase[i] = offset(unsafe.Pointer(&c.Seg[i].Base))
		lay.SegEndR[i] = offset(unsafe.Pointer(&c.Seg[i].EndR))
		lay.SegSel[i] = offset(unsafe.Pointer(&c.Seg[i].Sel))
		lay.SegEndW[i] = offset(unsafe.Pointer(&c.Seg[i].EndW))
		lay.SegLimit[i] = offset(unsafe.Pointer(&c.Seg[i].Limit))
		lay.SegAttr[i] = offset(unsafe.Pointer(&c.Seg[i].Attr))
	}
	e, err := jit.New(size, lay)
	if err != nil {
		return err
	}
	c.engine = &engine{Engine: e, hotAt: uint16(min(at, math.MaxUint16)), byOp: make(map[*Op]*translation)}
	c.frame = code.Frame{
		R:     uintptr(unsafe.Pointer(&c.R)),
		State: uintptr(unsafe.Pointer(c)),
		Mem:   uintptr(unsafe.Pointer(&c.mem[0])),
	}
	return nil
}

// CanTranslate reports whether there is a translating engine for this kind of host.
func CanTranslate() bool { return code.Supported }

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
	if c.engine == nil || !c.model.Has32 || key&(modeLimited|modeSingle) != 0 {
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

func opTranslated(c *CPU, op *Op) *Op {
	if k := keyOp(op); k.x == c.privilege() {
		return c.runCode(k.amask)
	}
	return c.runFirst(op)
}

// privilege tells the TLBs apart: translated code has the address of one built in.
func (c *CPU) privilege() uint8 {
	if c.CPL == 3 {
		return 1
	}
	return 0
}

// opResume goes on in translated code behind an op that was executed alone.
func opResume(c *CPU, op *Op) *Op { return c.runCode(op.amask) }

// runCode enters translated code, and returns what to interpret next.
func (c *CPU) runCode(at uint32) *Op {
	e := c.engine
	f := &c.frame
	for {
		f.Left = c.left - maxTrace
		code.Enter(f, e.Base()+uintptr(at))
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
		if !c.linkable(t) || t.entry != c.h.translated || keyOp(t).x != c.privilege() {
			return t
		}
		if why == jit.ExitEdge {
			e.link(uint32(f.Exit>>3), t)
		} else if c.jumpLasts() {
			c.host.jumps[jit.JumpSlot(uint32(c.IP))] = jit.Jump{Key: c.host.stamps[c.privilege()] | c.IP, Code: e.Base() + uintptr(keyOp(t).amask)}
			e.jumped = true
		}
		at = keyOp(t).amask
	}
}

// jumpLasts reports whether what lies at CS:IP, which was just entered, stays there as
// long as the stamp of translated code: for the supervisor that of global pages.
func (c *CPU) jumpLasts() bool {
	if c.CPL == 3 || c.CR0&CR0PG == 0 || c.CR4&CR4PGE == 0 {
		return true
	}
	_, ok := c.fetches[0].global[(uint32(c.Seg[CS].Base)+uint32(c.IP))>>pageShift]
	return ok
}

// exitOp is the op in an exit value. The trace that is executing keeps it.
func exitOp(f *code.Frame) *Op {
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
	for i, r := range code.Resume {
		alone[i][1].amask = r.Code
	}
	for _, id := range code.Edges {
		for int(id) >= len(e.linked) {
			e.linked = append(e.linked, nil)
		}
	}
	e.byOp[first] = tr
	e.count.Traces++
	k.amask, k.x = code.Entry, c.privilege()
	first.entry = c.h.translated
}

// translateTrace decodes a trace again and has it translated. ok is false if there is
// no room.
func (c *CPU) translateTrace(t *trace) (code jit.Code, list []*alone, ok bool) {
	tr := &c.engine.trace
	*tr = jit.Trace{Start: t.start & pageMask, Len: uint32(t.len), Privilege: c.privilege(), Insts: tr.Insts[:0]}
	key := *keyOf(t.first)
	tr.Mode = jit.Mode{
		Code16: key&modeCode32 == 0, Stack16: key&modeStack32 == 0, Flat: key&modeFlat != 0,
		Real: key&(modeProt|modeV86) == 0, V86: key&modeV86 != 0,
	}
	tr.IP = uint32(key >> keyIPShift)
	bytes := c.mem[t.start:t.end()]
	ops := t.ops()
	for pos, j := 0, 0; pos < len(bytes); j++ {
		if ops[j].entry == entryOf(opYield) {
			j++
		}
		tr.Insts = append(tr.Insts, jit.Inst{Off: uint32(pos), At: uintptr(unsafe.Pointer(&ops[j]))})
		in := &tr.Insts[len(tr.Insts)-1].Inst
		if c.dec.Decode(bytes[pos:], c.decodeMode(), in) != isa.OK {
			tr.Insts = tr.Insts[:len(tr.Insts)-1]
			break // #UD ends the trace
		}
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
	tr.Alone = func(i int) uintptr {
		in := &tr.Insts[i]
		p := &alone{
			{off: uint16(in.Off), n: uint8(i), len: in.Len},
			{entry: entryOf(opResume), off: uint16(in.Off) + uint16(in.Len), n: uint8(i) + 1},
		}
		b := &c.engine.builder
		*b = builder{c: c}
		b.build(&p[0], &in.Inst, isa.OK)
		if b.ends {
			return 0
		}
		list = append(list, p)
		return uintptr(unsafe.Pointer(p))
	}
	code, ok = c.engine.Translate(tr)
	return code, list, ok
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
	clear(e.linked)
	e.linked = e.linked[:0]
	e.Flush()
	c.clearJumps()
}
