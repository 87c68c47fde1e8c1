package cpu

import (
	"testing"

	"beige/mmu"
)

// Where things lie in the memory of a rig.
const (
	rigGDT      = 0x1000
	rigIDT      = 0x1800
	rigTSS      = 0x3000 // 32-bit, of the running task
	rigTSS2     = 0x3100 // 32-bit
	rigTSS16    = 0x3200
	rigLDT      = 0x3400
	rigStack0   = 0x7000 // top of the stacks
	rigStack3   = 0x6000
	rigCode     = 0x8000
	rigGate     = 0x9000 // target of the call gates
	rigHandlers = 0xa000 // 4 bytes a vector, the first an HLT
	rigData     = 0xc000
	rigPD       = 0x10000
	rigPT       = 0x11000
)

// Selectors of a rig's GDT.
const (
	selCode0      = 0x08
	selData0      = 0x10
	selCode3      = 0x18 | 3
	selData3      = 0x20 | 3
	selTSS        = 0x28
	selTSS2       = 0x30
	selTSS16      = 0x38
	selLDT        = 0x40
	selGate32     = 0x48 // DPL 3, two parameters
	selGate16     = 0x50 // DPL 3, one parameter
	selConforming = 0x58
	selSmall      = 0x60 // data, limit FF at rigData
	selDown       = 0x68 // expand-down data, offsets above FFF
	selReadOnly   = 0x70
	selExecOnly   = 0x78
	selAbsent     = 0x80
	selTaskGate   = 0x88 // to selTSS2
	selCode16     = 0x90
	selData16     = 0x98
	selGate0      = 0xa0 // call gate, DPL 0
	selTSSBusy    = 0xa8
)

// Access bytes.
const (
	accCode  = 0x9b
	accData  = 0x93
	accUser  = 3 << 5
	flag32   = 0xc // G, D/B
	flagByte = 0x4 // D/B
)

// descBytes builds a segment descriptor.
func descBytes(base, limit uint32, access, flags uint8) uint64 {
	return uint64(limit&0xffff) | uint64(base&0xffffff)<<16 | uint64(access)<<40 |
		uint64(limit>>16&15)<<48 | uint64(flags&15)<<52 | uint64(base>>24)<<56
}

// gateBytes builds a gate.
func gateBytes(sel uint16, off uint32, access, params uint8) uint64 {
	return uint64(off&0xffff) | uint64(sel)<<16 | uint64(params)<<32 | uint64(access)<<40 | uint64(off>>16)<<48
}

// rig is a processor with 1 MB of RAM and a log of port accesses.
type rig struct {
	*CPU
	t   testing.TB
	mem *mmu.Physical

	ack  uint8
	acks int
	in   func(port uint16, size int) uint32
	out  func(port uint16, size int, v uint32)
}

func (r *rig) In(port uint16, size int) uint32 {
	if r.in != nil {
		return r.in(port, size)
	}
	return 0xffffffff
}

func (r *rig) Out(port uint16, size int, v uint32) {
	if r.out != nil {
		r.out(port, size, v)
	}
}

func (r *rig) InBlock(uint16, int, []byte) int  { return 0 }
func (r *rig) OutBlock(uint16, int, []byte) int { return 0 }

// newRig returns a processor in real mode about to run code at 0:rigCode. The
// vectors lead to the handlers.
func newRig(t testing.TB, model string, code ...byte) *rig {
	t.Helper()
	m, ok := ModelByName(model)
	if !ok {
		t.Fatalf("no model %s", model)
	}
	return newRigOf(t, m, code...)
}

// newRigOf is newRig for a model that is not in the list.
func newRigOf(t testing.TB, m *Model, code ...byte) *rig {
	t.Helper()
	mem, err := mmu.NewPhysical(2 << 20)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, mem: mem, ack: 0x20}
	r.CPU, err = New(Config{Model: m, Memory: mem, Ports: r, Acknowledge: func() uint8 { r.acks++; return r.ack }})
	if err != nil {
		t.Fatal(err)
	}
	for v := range uint32(256) {
		mem.Write(v*4, 4, uint64(rigHandlers+v*4))
		mem.Write(rigHandlers+v*4, 1, 0xf4)
	}
	for i := range r.Seg[:6] {
		r.Seg[i].Sel, r.Seg[i].Base = 0, 0
	}
	r.R[SP], r.IP = rigStack0, rigCode
	r.setEFLAGS(m.FlagsSet)
	r.Refresh()
	r.code(rigGate)
	r.code(rigCode, code...)
	return r
}

// code writes bytes at a physical address, with an HLT behind.
func (r *rig) code(at uint32, code ...byte) {
	r.mem.WritePhys(at, append(code, 0xf4))
}

// newProt returns a processor in flat protected mode at CPL 0: 32-bit code, or
// 16-bit on the 80286.
func newProt(t testing.TB, model string, code ...byte) *rig {
	t.Helper()
	r := newRig(t, model, code...)
	code0, data0, codeF := uint16(selCode0), uint16(selData0), uint8(flag32)
	limit := uint32(0xfffff)
	intGate, tss := uint8(0x8e), uint8(0x89)
	if !r.model.Has32 {
		codeF, limit, intGate, tss = 0, 0xffff, 0x86, 0x81
	}
	for sel, d := range map[uint32]uint64{
		selCode0:      descBytes(0, limit, accCode, codeF),
		selData0:      descBytes(0, limit, accData, codeF),
		selCode3 &^ 3: descBytes(0, limit, accCode|accUser, codeF),
		selData3 &^ 3: descBytes(0, limit, accData|accUser, codeF),
		selTSS:        descBytes(rigTSS, 0x67, tss|2, 0),
		selTSS2:       descBytes(rigTSS2, 0x67, tss, 0),
		selTSS16:      descBytes(rigTSS16, 0x2b, 0x81, 0),
		selLDT:        descBytes(rigLDT, 0x1f, 0x82, 0),
		selGate32:     gateBytes(selCode0, rigGate, 0xec, 2),
		selGate16:     gateBytes(selCode0, rigGate, 0xe4, 1),
		selConforming: descBytes(0, limit, accCode|4, codeF),
		selSmall:      descBytes(rigData, 0xff, accData|accUser, flagByte),
		selDown:       descBytes(0, 0xfff, accData|4|accUser, flagByte),
		selReadOnly:   descBytes(0, limit, 0x91|accUser, codeF),
		selExecOnly:   descBytes(0, limit, 0x99|accUser, codeF),
		selAbsent:     descBytes(0, limit, 0x13|accUser, codeF),
		selTaskGate:   gateBytes(selTSS2, 0, 0xe5, 0),
		selCode16:     descBytes(0, 0xffff, accCode, 0),
		selData16:     descBytes(0, 0xffff, accData, 0),
		selGate0:      gateBytes(selCode0, rigGate, 0x8c, 0),
		selTSSBusy:    descBytes(rigTSS2, 0x67, tss|2, 0),
	} {
		r.mem.Write(rigGDT+sel, 8, d)
	}
	for v := range uint32(256) {
		r.setGate(uint8(v), gateBytes(selCode0, rigHandlers+v*4, intGate, 0))
	}
	r.GDTR = Table{Base: rigGDT, Limit: 0xff}
	r.IDTR = Table{Base: rigIDT, Limit: 0x7ff}
	r.CR0 |= CR0PE
	r.Seg[CS] = r.loaded(code0)
	for _, i := range []uint8{SS, DS, ES, FS, GS} {
		r.Seg[i] = r.loaded(data0)
	}
	r.Seg[TR] = r.loaded(selTSS)
	if r.model.Has32 {
		r.mem.Write(rigTSS+4, 4, rigStack0)
		r.mem.Write(rigTSS+8, 4, selData0)
		r.mem.Write(rigTSS+0x66, 2, 0x68)
	} else {
		r.mem.Write(rigTSS+2, 4, rigStack0|selData0<<16)
	}
	r.R[SP] = rigStack0
	r.Refresh()
	return r
}

// loaded is the segment register content for a selector of the GDT.
func (r *rig) loaded(sel uint16) Segment {
	d := r.mem.Read(rigGDT+uint32(sel&^7), 8)
	return SegmentOf(sel, uint32(d), uint32(d>>32))
}

func (r *rig) setGate(v uint8, d uint64)    { r.mem.Write(rigIDT+uint32(v)*8, 8, d) }
func (r *rig) setDesc(sel uint16, d uint64) { r.mem.Write(rigGDT+uint32(sel&^7), 8, d) }

// user drops to CPL 3.
func (r *rig) user() *rig {
	r.CPL = 3
	r.Seg[CS] = r.loaded(selCode3)
	for _, i := range []uint8{SS, DS, ES, FS, GS} {
		r.Seg[i] = r.loaded(selData3)
	}
	r.R[SP] = rigStack3
	r.Refresh()
	return r
}

// page turns paging on: the first 4 MB are mapped onto themselves, user and
// writable.
func (r *rig) page() *rig {
	r.mem.Write(rigPD, 4, rigPT|7)
	for i := range uint32(1024) {
		r.setPTE(i, i<<12|7)
	}
	r.CR3 = rigPD
	r.CR0 |= CR0PG
	r.Refresh()
	return r
}

func (r *rig) setPTE(page, v uint32)  { r.mem.Write(rigPT+page*4, 4, uint64(v)) }
func (r *rig) pte(page uint32) uint32 { return uint32(r.mem.Read(rigPT+page*4, 4)) }

// halt runs until an HLT and returns the vector of the handler that it belongs
// to, or -1 behind plain code.
func (r *rig) halt() int {
	r.t.Helper()
	_, why := r.Run(100000)
	if why == StopShutdown {
		r.t.Fatalf("shutdown at %04x:%08x", r.Seg[CS].Sel, r.IP)
	}
	if why != StopHalted {
		r.t.Fatalf("stopped by %v at %04x:%08x; want an HLT", why, r.Seg[CS].Sel, r.IP)
	}
	at := uint32(r.Seg[CS].Base) + uint32(r.IP) - 1
	if at >= rigHandlers && at < rigHandlers+0x400 {
		return int(at-rigHandlers) / 4
	}
	return -1
}

// wantVector runs and checks where the run ends.
func (r *rig) wantVector(want int) {
	r.t.Helper()
	if got := r.halt(); got != want {
		r.t.Fatalf("ended in the handler of vector %d (IP %x); want %d", got, r.IP, want)
	}
}

// wantError runs to a fault with an error code, which is on top of the stack.
func (r *rig) wantError(vec int, code uint32) {
	r.t.Helper()
	r.wantVector(vec)
	if got := r.top(0); got != code {
		r.t.Fatalf("error code %x; want %x", got, code)
	}
}

// top reads the n-th doubleword of the stack (word on a 16-bit stack of the
// 80286 and in real mode: use mem).
func (r *rig) top(n uint32) uint32 {
	at := uint32(r.Seg[SS].Base) + uint32(r.R[SP])&r.spMask
	if !r.model.Has32 {
		return uint32(r.mem.Read(at+2*n, 2))
	}
	return uint32(r.mem.Read(at+4*n, 4))
}

func (r *rig) wantReg(n int, want uint32) {
	r.t.Helper()
	if got := uint32(r.R[n]); got != want {
		r.t.Errorf("register %d = %#x; want %#x", n, got, want)
	}
}

func (r *rig) wantMem(at uint32, size int, want uint64) {
	r.t.Helper()
	if got := r.mem.Read(at, size); got != want {
		r.t.Errorf("memory at %#x = %#x; want %#x", at, got, want)
	}
}

func (r *rig) wantTop(want ...uint32) {
	r.t.Helper()
	for i, w := range want {
		if got := r.top(uint32(i)); got != w {
			r.t.Errorf("stack[%d] = %#x; want %#x", i, got, w)
		}
	}
}
