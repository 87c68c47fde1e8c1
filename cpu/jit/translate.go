package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
	"beige/cpu/jit/code"
)

// Layout says where translated code finds things: distances from code.Frame.State, but for
// those of a TLB entry.
type Layout struct {
	IP, Res, Aux int32
	Flags        int32    // EFLAGS but for the arithmetic ones
	Spill        int32    // 16 bytes of scratch
	Jumps        int32    // the jump cache: JumpSize entries of Jump
	Stamp        [2]int32 // uint64, by Trace.Privilege: what the keys of valid jumps have in their upper half

	CPL int32 // uint8

	SegBase, SegEndR, SegEndW, SegSel, SegLimit, SegAttr [6]int32

	X87 X87Layout

	DivClearsFlags bool // a division leaves ZF = SF = PF = 0, AF = 1

	TLB                   [2]int32 // by Trace.Privilege
	TLBShift              uint8    // log2 of the size of an entry
	TLBSize               int32    // entries
	TagR, TagW, TagAddend int32

	Held     [2]int32 // uint64 a TLB entry, by Trace.Privilege: the write tag of a page with code
	CodeMaps int32    // the address of an array, see mmu.Physical.CodeMaps
	Beside   int32    // int32: how many stores beside code go unnoticed
}

// Jump says where the translation of the trace at an IP begins. Key is IP and stamp;
// 0 in an empty entry.
type Jump struct {
	Key  uint64
	Code uintptr
}

// JumpSize is the number of entries of the jump cache.
const JumpSize = 4096

// JumpSlot is the entry that serves an IP. Programs and kernel lie at round addresses,
// and so do many functions: the bits above come in too.
func JumpSlot(ip uint32) uint32 { return (ip ^ ip>>jumpFold) & (JumpSize - 1) }

const jumpFold = 10

// Inst is one instruction of a trace.
type Inst struct {
	isa.Inst
	Off uint32  // bytes of the trace before it
	At  uintptr // op with which the interpreter executes the trace from here on, see ExitOp
}

// Trace is what to translate: instructions in a row within a page.
type Trace struct {
	Insts     []Inst
	Start     uint32 // offset of the first in its page
	Len       uint32 // bytes
	Privilege uint8  // 1: of the user; the code serves no other
	IP        uint32 // of the first byte; of 16-bit code only
	Mode
	Ends bool // the last instruction jumps or must be followed by a look at the world

	// Alone returns an op that executes instruction i alone and then goes on to the
	// code that Code.Resume names for it, or 0 if that cannot be.
	Alone func(i int) uintptr
}

// Mode is the mode that a trace runs in, and in no other.
type Mode struct {
	Code16  bool // operands and addresses of 16 bits unless there is a prefix
	Stack16 bool // of the stack pointer the lower 16 bits count
	Flat    bool // DS, ES and SS have the base 0 and no limit
	Real    bool // real mode
	V86     bool // virtual-8086 mode
}

// What translated code leaves in Frame.Exit: in the lower three bits why, above
// them the rest.
const (
	ExitOp    = iota // an op: the interpreter goes on with it, inside the trace
	ExitFirst        // an op: the same, but it is the first of its trace
	ExitEdge         // number of an edge<<3: IP and Left are behind it; it may be linked
	ExitJump         // IP and Left are behind a jump; the jump cache did not have it
	ExitLook         // IP and Left are at an instruction boundary and the budget is near its end
)

// Edge is a way from a trace to another that is fixed at the time of translation.
// Until it is linked it leaves translated code.
type Edge struct {
	live, dead int // where the distances of the jumps stand: with and without the flags stored
	exit       int // where they lead before they are linked
}

// Resume is where to go on behind an instruction that the interpreter executed alone.
type Resume struct {
	Inst int
	Code uint32 // offset in the code memory
}

// Code is a translated trace.
type Code struct {
	Entry  uint32 // offset in the code memory
	Size   uint32
	Edges  []uint32 // numbers
	Resume []Resume
	Kills  bool // it overwrites all arithmetic flags before anything can see them
}

// Engine translates and holds the code.
type Engine struct {
	mem   *code.Memory
	asm   amd64.Asm
	lay   Layout
	told  int // of asm.N: up to there Memory.Written was told
	edges []Edge
	work  translator
}

// tellAfter is how many bytes of code are written before Memory.Written is told.
const tellAfter = 256 << 10

// New returns an engine with room for size bytes of code.
func New(size int, lay Layout) (*Engine, error) {
	m, err := code.NewMemory(size)
	if err != nil {
		return nil, err
	}
	return &Engine{mem: m, asm: amd64.Asm{Code: m.W}, lay: lay}, nil
}

// Base is the host address of the code memory: offsets count from there.
func (e *Engine) Base() uintptr { return e.mem.X }

// Close gives the memory back.
func (e *Engine) Close() error { return e.mem.Close() }

// Flush forgets all translations.
func (e *Engine) Flush() {
	e.mem.Release()
	e.told = 0
	e.asm.N, e.asm.Full = 0, false
	e.edges = e.edges[:0]
}

// Used is how many bytes of code there are.
func (e *Engine) Used() int { return e.asm.N }

// Link makes an edge lead to a translation, Unlink out of translated code again.
func (e *Engine) Link(edge uint32, to *Code) {
	d := &e.edges[edge]
	e.asm.Patch(d.live, int(to.Entry))
	if d.dead != 0 && to.Kills {
		e.asm.Patch(d.dead, int(to.Entry))
	}
}

func (e *Engine) Unlink(edge uint32) {
	d := &e.edges[edge]
	e.asm.Patch(d.live, d.exit)
	if d.dead != 0 {
		e.asm.Patch(d.dead, d.dead+4) // to what stores the flags, behind the jump
	}
}

// stub is code out of the line.
type stub struct {
	kind stubKind
	at   int // where the jump to it stands
	n    int // the instruction that misses; instructions before the edge
	d    uint32
	now  pending // at the jump

	saved uint8  // registers of the guest that are lent there
	write func() // of stubCold
	back  int    // where it goes on
}

type stubKind uint8

const (
	stubMiss stubKind = iota // leave to the interpreter in front of instruction n
	stubLook                 // leave for the budget's sake
	stubEdge                 // an edge behind n instructions, d bytes from the start
	stubCold                 // a rare part of instruction n
)

// translator is the work on one trace.
type translator struct {
	*amd64.Asm
	e   *Engine
	lay *Layout
	tr  *Trace

	i      int // current instruction
	in     *Inst
	now    pending // what the guest's flags follow from
	host   bool    // the host's flags are the guest's; behind INC and DEC all but CF
	after  []bool  // flags are needed behind instruction i
	can    []bool  // instruction i is translated
	sees   []bool  // instruction i, or what it may leave to, sees the flags in front of it
	stubs  []stub
	grp    grouping
	known  x87Known
	led    [2]bool   // which accesses of the current instruction have looked up for a group
	target amd64.Mem // the operand in memory behind access or stack
	code   Code
	try    amd64.Asm  // where findNeeds has things written
	room   [1024]byte // for try
	done   bool       // the trace has ended
}

// emitter writes an instruction. It returns false, having written nothing, if it
// cannot. None heeds LOCK: there is no other processor that could see memory in
// between.
type emitter func(t *translator) bool

// Translate writes the code of a trace. ok is false if there is no room: then only
// Flush helps.
func (e *Engine) Translate(tr *Trace) (code Code, ok bool) {
	t := &e.work
	t.e, t.lay, t.tr = e, &e.lay, tr
	t.now, t.host, t.done, t.code = pending{}, false, false, Code{}
	t.findNeeds()
	t.Asm = &e.asm
	t.known = x87Known{}
	start, edges := e.asm.N, len(e.edges)
	t.code.Entry = uint32(e.asm.N)
	for t.i = range tr.Insts {
		t.in = &tr.Insts[t.i]
		t.inst()
		if t.done {
			break
		}
	}
	if !t.done {
		t.edge(len(tr.Insts), tr.Len)
	}
	for i := 0; i < len(t.stubs); i++ {
		s := t.stubs[i]
		t.Patch(s.at, t.N)
		t.now, t.host = s.now, false
		if s.kind == stubEdge {
			t.edge(s.n, s.d)
			continue
		}
		t.known.saved = s.saved
		if s.kind == stubCold {
			t.i, t.in = s.n, &tr.Insts[s.n]
			s.write()
			t.Patch(t.Jmp(), s.back)
			continue
		}
		t.x87Return()
		t.materialise()
		if s.kind == stubMiss {
			t.leaveTo(s.n)
		} else {
			t.MovImm(4, amd64.SI, ExitLook)
			t.Ret()
		}
	}
	t.stubs = t.stubs[:0]
	if e.asm.Full {
		e.asm.N, e.edges = start, e.edges[:edges]
		return Code{}, false
	}
	t.code.Size = uint32(e.asm.N) - t.code.Entry
	if e.asm.N-e.told >= tellAfter {
		e.told = e.asm.N
		e.mem.Written()
	}
	return t.code, true
}

// inst writes the current instruction.
func (t *translator) inst() {
	t.led = [2]bool{}
	if t.can[t.i] {
		emitterOf(t.in.Op)(t)
		return
	}
	last := t.i == len(t.tr.Insts)-1
	var op uintptr
	if !(last && t.tr.Ends) {
		op = t.tr.Alone(t.i)
	}
	t.materialise()
	if op == 0 {
		t.leaveTo(t.i)
		t.done = true
		return
	}
	t.MovImm64(amd64.SI, uint64(op)) // ExitOp is 0
	t.Ret()
	t.code.Resume = append(t.code.Resume, Resume{t.i, uint32(t.N)})
	t.now, t.host, t.known = pending{}, false, x87Known{}
}

// mem returns the operand in memory, or nil.
func (t *translator) mem() *isa.Operand {
	for i := range t.in.Args {
		if a := &t.in.Args[i]; a.Kind == isa.Mem {
			return a
		}
	}
	return nil
}

// stub has code written later, to which the jump at the given place leads.
func (t *translator) stub(kind stubKind, at, n int, d uint32) {
	t.stubs = append(t.stubs, stub{kind: kind, at: at, n: n, d: d, now: t.now, saved: t.known.saved})
}

// cold has a rare part of the current instruction written out of the line, where the jump
// at the given place leads. It goes on where join is called with the same number.
func (t *translator) cold(at int, write func()) int {
	t.stub(stubCold, at, t.i, 0)
	t.stubs[len(t.stubs)-1].write = write
	return len(t.stubs) - 1
}

func (t *translator) join(cold int) { t.stubs[cold].back = t.N }

// leaveTo leaves to the interpreter in front of instruction i. The flags are stored.
func (t *translator) leaveTo(i int) {
	why := uint64(ExitOp)
	if i == 0 {
		why = ExitFirst
	}
	t.MovImm64(amd64.SI, uint64(t.tr.Insts[i].At)|why)
	t.Ret()
}

// miss writes the stub of an access of the current instruction that needs the
// interpreter.
func (t *translator) miss(at int) { t.stub(stubMiss, at, t.i, 0) }
