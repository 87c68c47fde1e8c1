// Package cpu is the processor: the 8086 family up to the Pentium II, executed
// by an interpreter over decoded traces.
//
// A trace (trace.go) is up to 32 instructions decoded once; each carries the
// function that executes it. The run loop (run.go) goes from trace to trace,
// between them looks at interrupts, and keeps to a budget of instructions.
// Faults (fault.go) leave a handler by a private panic that the run loop
// recovers; no handler changes architectural state before its last access that
// can fault.
//
// Sources: Intel SDM volumes 1 to 3; 80386, 80286 Programmer's Reference
// Manuals; iAPX 86/88 User's Manual.
package cpu

import (
	"errors"
	"fmt"

	"beige/cpu/clocks"
	"beige/cpu/isa"
	"beige/cpu/jit/code"
	"beige/mmu"
)

// Ports is the I/O address space as the processor sees it; *bus.Ports is one.
type Ports interface {
	In(port uint16, size int) uint32
	Out(port uint16, size int, v uint32)
	InBlock(port uint16, size int, b []byte) int
	OutBlock(port uint16, size int, b []byte) int
}

// Config says what a processor is connected to.
type Config struct {
	Model       *Model
	Memory      *mmu.Physical
	Ports       Ports
	Acknowledge func() uint8    // interrupt acknowledge cycle: the vector
	FERR        func(high bool) // numeric error output; may be nil

	// TSC is the time stamp counter when count instructions have been retired; nil:
	// the count.
	TSC func(count uint64) uint64

	// Clocks makes the processor count the clocks of its instructions instead of the
	// instructions: Run's budget, Count and all that follows from them are clocks.
	// nil: instructions.
	Clocks *clocks.Unit

	// HotAt says at which execution a run of instructions is translated to code of the
	// host; 0: at UsualHotAt, if the host can, -1: never. The guest notices nothing. With a
	// positive one New fails on a host that cannot. Processors with Clocks interpret.
	HotAt int

	// Hypervisor is what CPUID says of a virtual machine, on models that have CPUID;
	// nil: there is none.
	Hypervisor *Hypervisor
}

// CPU is one processor. It belongs to the machine goroutine.
type CPU struct {
	State

	model *Model
	dec   *isa.Decoder
	h     *handlers
	phys  *mmu.Physical
	mem   []byte // phys.Mem()
	ports Ports
	inta  func() uint8
	ferr  func(bool)
	clock func(count uint64) uint64 // Config.TSC
	hyper *Hypervisor
	timed *clocks.Unit // nil: instructions are counted

	aheadInst isa.Inst // of ahead

	tlb  *mmu.TLB // of the current privilege
	tlbs [2]privTLB

	fetch   *fetchTLB // of the current privilege
	fetches [2]fetchTLB

	// Budget of the slice, in instructions; see run.go.
	left, stolen, slice int64
	cur                 *Op // instruction with an access outside memory under way
	stop                bool
	frozen              bool // set when the processor stops in front of an x87 instruction

	// Derived from the segment registers, CR0 and CPL by updateMode.
	mode     uint64 // trace key bits
	ipMask   uint32 // ffff or ffffffff: CS.D; what branches cut IP to
	seqMask  uint32 // what running on cuts IP to: from the 80386 on nothing
	spMask   uint32 // ffff or ffffffff: SS.B
	endIP    uint64 // enter looks at the limit from here on: 0 if limited, else where IP wraps
	keyIP    uint64 // ffff where the trace key holds IP, else 0
	protMode bool   // CR0.PE and not virtual-8086 mode
	v86      bool
	limited  bool // the code segment does not end where its addresses do
	slowMem  bool // alignment or watchpoint checks on every access
	paging   mmu.Paging

	// How traces are linked, see links.go.
	stamp, lastStamp uint32
	spaces           [2]spaces // supervisor, user
	global           spaces    // supervisor, of global pages alone: for translated code

	flushes, globalFlushes uint64 // of the TLB, for stamps
	calls                  [callDepth]*Op
	callTop                uint8

	traces traceCache
	engine *engine // nil: everything is interpreted
	frame  code.Frame
	host   hostState
	fault  fault
	ext    uint32 // EXT bit of error codes while an outside event is delivered
	rmw    rmwSlow
	debug  debugState

	onException func(Exception) bool // see SetExceptionHook

	counters Counters
}

// Counters count events that cost time or that no guest should cause.
type Counters struct {
	Faults        uint64
	Interrupts    uint64
	TracesBuilt   uint64
	TracesDropped uint64
	TLBFills      uint64
	TripleFaults  uint64
}

// New returns a processor after RESET.
func New(cfg Config) (*CPU, error) {
	if cfg.Model == nil || cfg.Memory == nil || cfg.Ports == nil || cfg.Acknowledge == nil {
		return nil, errors.New("cpu: model, memory, ports and interrupt acknowledge must be given")
	}
	c := &CPU{
		model: cfg.Model,
		dec:   isa.NewDecoder(cfg.Model.Level),
		h:     newHandlers(),
		phys:  cfg.Memory,
		mem:   cfg.Memory.Mem(),
		ports: cfg.Ports,
		inta:  cfg.Acknowledge,
		ferr:  cfg.FERR,
		clock: cfg.TSC,
		hyper: cfg.Hypervisor,
		timed: cfg.Clocks,
	}
	c.traces.init(len(c.mem) >> mmu.PageShift)
	for i := range c.fetches {
		c.fetches[i].local, c.fetches[i].global = make(map[uint32]location), make(map[uint32]location)
	}
	c.forgetCalls()
	if cfg.HotAt >= 0 && c.timed == nil {
		at := cfg.HotAt
		if at == 0 {
			at = UsualHotAt
		}
		if err := c.initEngine(at, codeSize); err != nil && cfg.HotAt > 0 {
			return nil, fmt.Errorf("cpu: %w", err)
		}
	}
	c.phys.OnCodeWrite(c.dropTraces)
	c.phys.OnChange(c.flushTLB)
	c.phys.OnUnshare(c.holdShared, c.dropShared)
	c.Reset()
	return c, nil
}

// Model returns the processor's model.
func (c *CPU) Model() *Model { return c.model }

// Counters returns what happened so far.
func (c *CPU) Counters() Counters { return c.counters }

// Reset is the RESET pin: registers take their documented values; the count of
// retired instructions goes on.
func (c *CPU) Reset() {
	c.State = State{Retired: c.Retired, INTR: c.INTR, FERR: c.FERR, IGNNE: c.IGNNE}
	m := c.model
	c.setEFLAGS(m.FlagsSet)
	c.R[DX] = uint64(m.ResetDX)
	c.CR0 = uint64(m.CR0Set)
	if m.Has32 && m.Features != 0 || m.Level >= isa.L80486 {
		c.CR0 |= CR0CD | CR0NW // caches off (SDM volume 3, table 9-1)
	}
	for i := range c.Seg {
		c.Seg[i] = Segment{Limit: 0xffff, Attr: attrRealData}
	}
	c.Seg[LDTR].Attr = attrP | 2
	c.Seg[TR].Attr = attrP | 3
	if m.Has32 {
		c.Seg[TR].Attr = attrP | 11
	}
	c.Seg[CS].Attr = attrRealData // real mode writes through CS too
	c.GDTR.Limit, c.IDTR.Limit = 0xffff, m.IDTLimit
	if m.HasProtected {
		// The first fetch is from the top of memory: 16 bytes below it.
		c.Seg[CS].Sel, c.IP = 0xf000, 0xfff0
		c.Seg[CS].Base = 0xffff0000
		if !m.Has32 {
			c.Seg[CS].Base = 0xff0000
		}
	} else {
		c.Seg[CS].Sel, c.Seg[CS].Base, c.IP = 0xffff, 0xffff0, 0
	}
	if m.Has32 {
		c.DR[6], c.DR[7] = 0xffff0ff0, 0x400
	}
	c.resetMSRs()
	c.resetFPU()
	c.flushTLB()
	c.updateDebugQuiet()
	c.updateAll()
	c.endSlice()
}

// Registers gives access to the state. After a change from outside, call
// Refresh.
func (c *CPU) Registers() *State { return &c.State }

// Refresh rebuilds what is derived from the registers after State was changed
// from outside (debugger, snapshot, tests).
func (c *CPU) Refresh() {
	// Translated code relies on it that there is nothing in the bits that are not used.
	for i, v := range c.R[:8] {
		c.R[i] = uint64(uint32(v))
	}
	c.IP = uint64(uint32(c.IP))
	c.FPU.Top &= 7
	c.R[16] = 0
	c.FPU.Model = c.model.fpuModel()
	c.flushTLB()
	c.updateDebugQuiet()
	c.updateAll()
	c.endSlice()
}

// SetINTR drives the interrupt request pin.
func (c *CPU) SetINTR(high bool) {
	if high && !c.INTR {
		c.endSlice()
	}
	c.INTR = high
}

// NMI is an edge on the NMI pin.
func (c *CPU) NMI() {
	c.NMIPending = true
	c.endSlice()
}

// SetFlags replaces EFLAGS, for tests and the debugger.
func (c *CPU) SetFlags(f uint32) { c.setEFLAGS(f) }
