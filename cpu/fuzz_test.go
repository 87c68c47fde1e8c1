package cpu

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"beige/cpu/fpu"
	"beige/cpu/jit/code"
	"beige/mmu"
)

// FuzzExec runs random code on random processor states. One input is
//
//	byte 0     model
//	byte 1     start mode: real, virtual-8086, 16- and 32-bit protected mode,
//	           each with a privilege and with or without paging
//	bytes 2-3  seed of registers, tables and devices
//	the rest   code, repeated over the code pages
//
// The same guest runs several times: twice in slices of some instructions, once one
// instruction at a time, and once in slices with all code translated, on hosts that
// can. All must end in the same state, the translated one also with the same
// representation of the flags, with nothing outside of RAM changed.
func FuzzExec(f *testing.F) {
	for model := range byte(len(models())) {
		for mode := range byte(16) {
			for i := range 2 {
				i += 2*int(mode) + int(model)
				f.Add(append([]byte{model, mode, byte(i), mode}, execSeeds[i%len(execSeeds)]...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 5 || len(in) > 300 {
			return
		}
		checkExec(t, in)
	})
}

// execSeeds are pieces of code that reach the interesting parts.
var execSeeds = [][]byte{
	{0x01, 0xd8, 0x11, 0x07, 0xf7, 0xe1, 0x75, 0xf8, 0xe2, 0xf6, 0xcd, 0x21},                         // arithmetic, loops, INT
	{0xf3, 0xa5, 0xf3, 0xab, 0xf2, 0xae, 0xf3, 0xa6, 0x6c, 0xf3, 0x6e, 0xe4, 0x10, 0xef},             // strings, ports
	{0x8e, 0xd8, 0x8e, 0xd0, 0x07, 0x1e, 0xcb, 0xcf, 0x9a, 0x00, 0x01, 0x08, 0x00, 0xfb, 0xf4},       // segments, far
	{0x0f, 0x22, 0xc0, 0x0f, 0x20, 0xc1, 0x0f, 0x01, 0x17, 0x0f, 0x00, 0xd8, 0x0f, 0x22, 0xd8, 0xf4}, // system
	{0xc7, 0x06, 0x06, 0x80, 0x90, 0x90, 0x88, 0x07, 0xaa, 0x9d, 0x9c, 0x60, 0x61, 0xc8, 2, 0, 3, 0xc9},
	{0x0f, 0xc7, 0x0f, 0x0f, 0xa2, 0x0f, 0x31, 0x0f, 0x32, 0x0f, 0xb1, 0x0f, 0x0f, 0x42, 0xc3, 0x0f, 0xc8, 0xe6, 3},
	{0x0f, 0x6f, 0x07, 0x0f, 0x61, 0x4f, 0x08, 0x0f, 0xfd, 0xc1, 0x0f, 0x71, 0xf0, 0x03, 0x0f, 0x7f, 0x07, 0xd9, 0xe8, 0x0f, 0x77, 0xe2, 0xeb}, // MMX
	{0x0f, 0x23, 0xc0, 0x0f, 0x23, 0xf8, 0x9d, 0xf1, 0xcc, 0xce, 0x62, 0x07, 0x63, 0xc1, 0x0f, 0x02, 0xc3},
	flatCode,
	// What the translating engine takes: arithmetic with and without flags seen, loops,
	// calls, byte registers, stores into the code.
	{0x31, 0xc0, 0x40, 0x83, 0xf8, 0x20, 0x72, 0xfa, 0x11, 0xd9, 0x19, 0x07, 0x78, 0xf4, 0x7b, 0xf2},
	{0x28, 0xe0, 0x08, 0xfc, 0x30, 0xc4, 0xf6, 0xdc, 0x7f, 0xf6, 0x86, 0xe6, 0x0f, 0xb6, 0xcc, 0x0f, 0xbe, 0xf7, 0x98, 0x99, 0xc1, 0xe8, 3, 0x77, 0xe9},
	{0xe8, 3, 0, 0, 0, 0xeb, 0xf9, 0x90, 0x55, 0x89, 0xe5, 0x83, 0xec, 8, 0x54, 0x5c, 0xff, 0x75, 4, 0x5a, 0xc9, 0xc3},
	{0xfe, 0x05, 0x07, 0x80, 0, 0, 0xb0, 1, 0xc6, 0x05, 0x03, 0x80, 0, 0, 0, 0x0f, 0xaf, 0xc1, 0x6b, 0xd8, 7, 0x7c, 0xe9},
	{0x49, 0x75, 0xfd, 0xd9, 0xe8, 0xdd, 0xd8, 0xa4, 0x43, 0x81, 0xfb, 0, 1, 0, 0, 0x7c, 0xf4, 0x64, 0x8b, 0x07, 0x65, 0x01, 0x07, 0xeb, 0xea},
}

const (
	fuzzRAM  = 1 << 20
	fuzzCode = 0x8000 // four pages of code
	fuzzGDT  = 0x1000
	fuzzIDT  = 0x1800
	fuzzTSS  = 0x2000 // four of 100h bytes
	fuzzPD   = 0x3000
	fuzzPT   = 0x4000 // two page tables
	fuzzLDT  = 0x2800
)

func checkExec(t *testing.T, in []byte) {
	watchdog := time.AfterFunc(60*time.Second, func() { panic(fmt.Sprintf("hang: % x", in)) })
	defer watchdog.Stop()
	a, b, c := newFuzzGuest(t, in, false, -1), newFuzzGuest(t, in, false, -1), newFuzzGuest(t, in, true, -1)
	a.run()
	b.run()
	c.run()
	if d := a.differs(b); d != "" {
		t.Errorf("two equal runs differ: %s\n%s", d, a.text())
	}
	if d := a.differs(c); d != "" {
		t.Errorf("sliced and single steps differ: %s\nsliced %s\nsingle %s", d, a.text(), c.text())
	}
	if i := a.outside(); i >= 0 {
		t.Errorf("byte %#x outside of RAM changed\n%s", i, a.text())
	}
	if !code.Supported {
		return
	}
	d := newFuzzGuest(t, in, false, 1)
	d.run()
	if s := a.differs(d); s != "" {
		t.Errorf("interpreted and translated differ: %s\ninterpreted %s\ntranslated  %s", s, a.text(), d.text())
	}
	if a.Res != d.Res || a.Aux != d.Aux {
		t.Errorf("flags %x %x interpreted, %x %x translated\n%s", a.Res, a.Aux, d.Res, d.Aux, a.text())
	}
	if i := d.outside(); i >= 0 {
		t.Errorf("translated code changed byte %#x outside of RAM\n%s", i, d.text())
	}
}

// fuzzGuest is one processor with memory and devices that depend on nothing but
// the input and the instruction count.
type fuzzGuest struct {
	*CPU
	mem    *mmu.Physical
	step   bool
	steps  int64
	trace  func() // before each step
	slices *rand.Rand
	code   []byte
	log    uint64 // digest of all port and window accesses
	end    Stop
}

func (g *fuzzGuest) note(kind, addr, v uint64) uint64 {
	g.log = (g.log^kind<<56^addr<<32^v^g.Count()<<8)*0x9e3779b97f4a7c15 + 1
	return g.log >> 13
}

// Ports: what is read is a digest; some writes do things to the processor.

func (g *fuzzGuest) In(port uint16, size int) uint32 {
	return uint32(g.note(1, uint64(port), uint64(size))) & uint32(uint64(1)<<(8*size)-1)
}

func (g *fuzzGuest) Out(port uint16, size int, v uint32) {
	g.note(2, uint64(port), uint64(v))
	switch port & 15 {
	case 1:
		g.SetINTR(v&1 != 0)
	case 2:
		g.NMI()
	case 3: // DMA into the code
		g.mem.WritePhys(fuzzCode+v&0x3ff0, g.code)
	case 4:
		g.mem.SetA20(v&1 != 0)
	case 5:
		g.endSlice()
	}
}

func (g *fuzzGuest) InBlock(port uint16, size int, b []byte) int {
	if port&1 == 0 || len(b) < size {
		return 0
	}
	for i := range b[:size] {
		b[i] = uint8(i)
	}
	return 1
}

func (g *fuzzGuest) OutBlock(port uint16, size int, b []byte) int { return 0 }

func (g *fuzzGuest) ReadMMIO(off uint32, size int) uint64 {
	return g.note(3, uint64(off), uint64(size)) & (^uint64(0) >> (64 - 8*size))
}

func (g *fuzzGuest) WriteMMIO(off uint32, size int, v uint64) { g.note(4, uint64(off), v) }

// newFuzzGuest makes a guest that runs in slices or steps, with Config.HotAt.
func newFuzzGuest(t *testing.T, in []byte, step bool, hotAt int) *fuzzGuest {
	all := models()
	m := &all[int(in[0])%len(all)]
	mem, err := mmu.NewPhysical(fuzzRAM)
	if err != nil {
		t.Fatal(err)
	}
	g := &fuzzGuest{mem: mem, steps: 1500, step: step, code: in[4:]}
	if err := mem.MapMMIO("window", 0xb8000, 0x4000, g); err != nil {
		t.Fatal(err)
	}
	g.CPU, err = New(Config{Model: m, Memory: mem, Ports: g, Acknowledge: func() uint8 { return uint8(g.note(5, 0, 0)) }, HotAt: hotAt})
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(uint64(in[2])|uint64(in[3])<<8, uint64(in[1])))
	g.slices = rand.New(rand.NewPCG(uint64(in[2]), 1))
	for at := uint32(0); at < 0x4000; at += uint32(len(g.code)) {
		mem.WritePhys(fuzzCode+at, g.code[:min(len(g.code), int(0x4000-at))])
	}
	g.tables(rnd, m)
	g.start(rnd, m, in[1])
	g.Refresh()
	return g
}

// tables writes vector table, descriptor tables, task states and page tables.
func (g *fuzzGuest) tables(rnd *rand.Rand, m *Model) {
	for v := uint32(0); v < 256; v++ {
		g.mem.Write(v*4, 4, uint64(rnd.Uint32()&0x3fff)|uint64(fuzzCode>>4)<<16)
	}
	for i := uint32(1); i < 64; i++ {
		g.mem.Write(fuzzGDT+i*8, 8, fuzzDescriptor(rnd, i))
		g.mem.Write(fuzzLDT+i*8, 8, fuzzDescriptor(rnd, i))
	}
	for i := uint32(0); i < 256; i++ {
		typ := [...]uint64{6, 7, 14, 15, 14, 15, 5, 12}[rnd.IntN(8)]
		if !m.Has32 {
			typ &= 7
		}
		d := typ<<40 | 1<<47 | uint64(rnd.IntN(2)*3)<<45
		d |= uint64(fuzzSelector(rnd, 0))<<16 | uint64(fuzzCode+rnd.IntN(0x3000))
		g.mem.Write(fuzzIDT+i*8, 8, d)
	}
	for i := uint32(0); i < 0x400; i += 2 {
		v := uint64(rnd.Uint32() & 0xffff)
		if rnd.IntN(2) == 0 {
			v = uint64(rnd.IntN(64)) << 3
		}
		g.mem.Write(fuzzTSS+i, 2, v)
	}
	for i := uint32(0); i < 4; i++ {
		tss := fuzzTSS + i*0x100
		for _, off := range []uint32{4, 12, 20, 0x38} {
			g.mem.Write(tss+off, 4, uint64(0x20000+rnd.IntN(0x1000)))
		}
		g.mem.Write(tss+0x1c, 4, fuzzPD)
		g.mem.Write(tss+0x20, 4, uint64(fuzzCode+rnd.IntN(0x3000)))
		g.mem.Write(tss+0x66, 2, 0x68)
		for _, off := range []uint32{0x08, 0x48, 0x50, 0x54, 0x58, 0x5c} {
			g.mem.Write(tss+off, 2, uint64(fuzzSelector(rnd, 2)))
		}
		g.mem.Write(tss+0x4c, 2, uint64(fuzzSelector(rnd, 0)))
		g.mem.Write(tss+0x24, 2, uint64(rnd.Uint32()&0x7ed7))
		g.mem.Write(tss+0x60, 2, 0)
	}
	for i := uint32(0); i < 1024; i++ {
		pte := uint64(i<<12) | uint64(rnd.Uint32()&0x167)
		if rnd.IntN(16) != 0 {
			pte |= PteUsual
		}
		g.mem.Write(fuzzPT+i*4, 4, pte)
	}
	// Stacks hold what returns and POPs of segment registers could want.
	size := uint32(2)
	if m.Has32 && rnd.IntN(2) == 0 {
		size = 4
	}
	for _, top := range []uint32{0x6e00, 0x20e00} {
		for at := top; at < top+0x400; at += size {
			g.mem.Write(at, int(size), uint64(fuzzWord(rnd)))
		}
	}
	for i := range uint32(4) {
		pde := uint64(fuzzPT) | PteUsual
		if i > 0 {
			pde = uint64(rnd.IntN(2)*fuzzPT) | uint64(rnd.Uint32()&0x1e7)
		}
		g.mem.Write(fuzzPD+i*4, 4, pde)
	}
}

// PteUsual is present, writable, user.
const PteUsual = mmu.PteP | mmu.PteRW | mmu.PteUS

// fuzzDescriptor is a descriptor that makes sense, mostly.
func fuzzDescriptor(rnd *rand.Rand, i uint32) uint64 {
	limit, base, attr := uint64(0xffff), uint64(0), uint64(0)
	dpl := uint64(i>>3&1) * 3
	switch i & 7 {
	case 0, 1: // code
		attr = 0x9a | uint64(rnd.IntN(8))
	case 2, 3: // data
		attr = 0x92 | uint64(rnd.IntN(8))
	case 4: // system segment
		attr = 0x80 | [...]uint64{1, 9, 3, 11, 2}[rnd.IntN(5)]
		base, limit = fuzzTSS+uint64(rnd.IntN(4))*0x100, 0x67+uint64(rnd.IntN(0x40))
	case 5: // gate
		typ := [...]uint64{4, 12, 5}[rnd.IntN(3)]
		return uint64(fuzzSelector(rnd, 0))<<16 | uint64(fuzzCode+rnd.IntN(0x3000)) | (0x80|dpl<<5|typ)<<40 | uint64(rnd.IntN(4))<<32
	case 6:
		limit, base, attr = uint64(rnd.IntN(0x20000)), uint64(rnd.IntN(0x20000)), 0x90|uint64(rnd.IntN(16))
	default:
		return rnd.Uint64()
	}
	attr |= dpl << 5
	flags := uint64(rnd.IntN(4)) << 2 // G, D/B
	if i&7 < 4 && rnd.IntN(2) == 0 {
		limit = 0xfffff
	}
	return limit&0xffff | base&0xffffff<<16 | attr<<40 | limit>>16<<48 | flags<<52 | base>>24<<56
}

// fuzzSelector names a descriptor of the given kind (see fuzzDescriptor), DPL 0,
// or now and then anything.
func fuzzSelector(rnd *rand.Rand, kind int) int {
	if rnd.IntN(8) == 0 {
		return rnd.IntN(64) << 3
	}
	return (rnd.IntN(4)*16 + kind + rnd.IntN(2)) << 3
}

// fuzzWord is a selector, a code address, flags or noise.
func fuzzWord(rnd *rand.Rand) uint32 {
	switch rnd.IntN(5) {
	case 0, 1:
		return uint32(rnd.IntN(64)<<3 | rnd.IntN(2)*3)
	case 2:
		return uint32(fuzzCode + rnd.IntN(0x3000))
	case 3:
		return rnd.Uint32() & (0xffff | FlagVM)
	}
	return rnd.Uint32()
}

// start sets registers and mode.
func (g *fuzzGuest) start(rnd *rand.Rand, m *Model, mode byte) {
	for i := range g.R[:8] {
		g.R[i] = uint64(rnd.Uint32())
		switch rnd.IntN(4) {
		case 0, 1:
			g.R[i] = uint64(0xffff & (fuzzCode + rnd.Uint32()&0x7fff))
		case 2:
			g.R[i] = uint64(fuzzWord(rnd))
		}
		if !m.Has32 {
			g.R[i] &= 0xffff
		}
	}
	g.R[SP] = 0x6f00
	flags := rnd.Uint32() & m.FlagsMask &^ (FlagVM | FlagTF)
	if rnd.IntN(4) == 0 {
		flags |= FlagTF
	}
	g.setEFLAGS(flags | m.FlagsSet)
	g.FPU.Init()
	for i := range rnd.IntN(9) {
		g.FPU.SetST(uint8(i), fpu.F80{Mant: rnd.Uint64() | 1<<63, SE: uint16(rnd.Uint32())})
	}
	if rnd.IntN(4) == 0 {
		g.FPU.LoadCW(uint16(rnd.Uint32()))
		g.CR0 |= uint64(rnd.Uint32()&m.CR0Mask) & (CR0NE | CR0MP | CR0TS)
		g.IGNNE = rnd.IntN(2) == 0
	}
	for i := range g.Seg[:6] {
		g.Seg[i] = Segment{Limit: 0xffff, Attr: attrRealData}
	}
	g.IP = fuzzCode
	if rnd.IntN(8) == 0 {
		g.Seg[CS].Sel, g.Seg[CS].Base, g.IP = fuzzCode>>4, fuzzCode, 0
	}
	if mode&3 == 0 || !m.HasProtected {
		g.IDTR = Table{Limit: 0x3ff}
		return
	}
	g.CR0 |= CR0PE
	g.GDTR = Table{Base: fuzzGDT, Limit: 0x1ff}
	g.IDTR = Table{Base: fuzzIDT, Limit: 0x7ff}
	g.Seg[LDTR] = Segment{Sel: 0x20, Base: fuzzLDT, Limit: 0x1ff, Attr: attrP | typeLDT}
	g.Seg[TR] = Segment{Sel: 0x60, Base: fuzzTSS, Limit: 0x67, Attr: attrP | typeTSS32Busy}
	if !m.Has32 {
		g.Seg[TR].Attr = attrP | typeTSS16Busy
	}
	if m.Has32 && mode&4 != 0 {
		g.CR0 |= CR0PG
		g.CR3 = fuzzPD
		if m.CR4Mask != 0 {
			g.CR4 = uint64(rnd.Uint32() & m.CR4Mask)
		}
		if m.CR0Mask&CR0WP != 0 {
			g.CR0 |= uint64(rnd.Uint32()) & (CR0WP | CR0AM)
		}
	}
	if mode&3 == 1 && m.Has32 { // virtual-8086 mode
		g.Flags |= FlagVM
		g.CPL = 3
		for i := range g.Seg[:6] {
			g.Seg[i] = v86Segment(g.Seg[i].Sel)
		}
		return
	}
	dpl := uint16(0)
	if mode&8 != 0 {
		dpl, g.CPL = 3, 3
	}
	code := Segment{Sel: 8 + dpl*0x41, Limit: 0xffff, Attr: attrP | attrS | attrCode | attrRW | attrAccessed | dpl<<attrDPLShift}
	data := Segment{Sel: 0x10 + dpl*0x41, Limit: 0xffff, Attr: attrP | attrS | attrRW | attrAccessed | dpl<<attrDPLShift}
	if mode&3 == 3 && m.Has32 {
		code.Attr |= attrD | attrG
		data.Attr |= attrD | attrG
		code.Limit, data.Limit = 0xffffffff, 0xffffffff
	}
	for i := range g.Seg[:6] {
		g.Seg[i] = data
	}
	g.Seg[CS] = code
	g.IP = fuzzCode
}

// run executes the same number of instructions in slices or steps; the outside
// world acts between slices, at the same counts.
func (g *fuzzGuest) run() {
	for left := g.steps; left > 0; {
		n := min(left, int64(1+g.slices.IntN(200)))
		event := g.slices.IntN(16)
		left -= n
		for n > 0 {
			k := n
			if g.step {
				k = 1
			}
			if g.trace != nil {
				g.trace()
			}
			ran, why := g.Run(k)
			if ran > k || ran < 0 {
				panic(fmt.Sprintf("Run(%d) = %d", k, ran))
			}
			n -= ran
			if why != StopBudget {
				g.end = why
				break
			}
		}
		switch event {
		case 0:
			g.NMI()
		case 1:
			g.SetINTR(true)
		case 2:
			g.SetINTR(false)
		case 3:
			g.mem.WritePhys(fuzzCode+uint32(event)*64, g.code)
		}
		if g.end == StopShutdown {
			return
		}
	}
}

// differs names the first difference of two guests.
func (g *fuzzGuest) differs(o *fuzzGuest) string {
	a, b := g.State, o.State
	if x, y := g.EFLAGS(), o.EFLAGS(); x != y {
		return fmt.Sprintf("EFLAGS %x, %x", x, y)
	}
	a.Res, a.Aux, b.Res, b.Aux = 0, 0, 0, 0
	if a != b {
		x, y := reflect.ValueOf(a), reflect.ValueOf(b)
		for i := range x.NumField() {
			if !x.Field(i).Equal(y.Field(i)) {
				return fmt.Sprintf("%s %+v, %+v", x.Type().Field(i).Name, x.Field(i), y.Field(i))
			}
		}
	}
	if g.log != o.log {
		return "port or device accesses"
	}
	x, y := g.mem.Mem(), o.mem.Mem()
	if !bytes.Equal(x, y) {
		for i := range x {
			if x[i] != y[i] {
				return fmt.Sprintf("memory at %#x: %02x, %02x", i, x[i], y[i])
			}
		}
	}
	return ""
}

// outside returns where a byte that no guest can reach has changed, or -1.
func (g *fuzzGuest) outside() int {
	m := g.mem.Mem()
	for i := 0xa0000; i < len(m); i += len(fuzzZeros) {
		if z := m[i:min(i+len(fuzzZeros), len(m))]; !bytes.Equal(z, fuzzZeros[:len(z)]) {
			return i
		}
	}
	return -1
}

var fuzzZeros [1 << 16]byte

func (g *fuzzGuest) text() string {
	return fmt.Sprintf("%s %04x:%08x EFLAGS %x CPL %d CR0 %x end %v count %d %+v", g.model.Name, g.Seg[CS].Sel, g.IP, g.EFLAGS(), g.CPL, g.CR0, g.end, g.Retired, g.counters)
}
