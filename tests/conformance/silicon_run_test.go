package conformance

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"testing"

	"beige/cpu"
	"beige/cpu/isa"
)

// runClasses are the classes of the silicon set that are run; the others need SIMD
// registers or instructions of later models.
var runClasses = map[string]bool{
	"align": true, "alu": true, "alu_imm": true, "bcd": true, "bit": true, "cmov": true, "far": true, "flags": true,
	"incdec": true, "int": true, "jcc": true, "length": true, "mov": true, "muldiv": true, "near": true, "seg": true,
	"setcc": true, "shift": true, "stack": true, "string": true, "sys": true, "ud": true, "xadd": true,
	"x87_d8": true, "x87_d9": true, "x87_da": true, "x87_db": true, "x87_dc": true, "x87_dd": true, "x87_de": true, "x87_df": true,
	"mmx": true,
}

// ofLaterModels lists forms that the recording processor has and the Pentium II
// does not: those of SSE among them work in MMX registers.
func ofLaterModels(op string) bool {
	switch op {
	case "0fc3 MOVNTI", "0f10 MOVUPS", "db/1 FISTTP", "dd/1 FISTTP", "df/1 FISTTP",
		"0f70 PSHUFW", "0fc4 PINSRW", "0fc5 PEXTRW", "0fd4 PADDQ", "0fd7 PMOVMSKB", "0fda PMINUB", "0fde PMAXUB", "0fe0 PAVGB",
		"0fe3 PAVGW", "0fe4 PMULHUW", "0fe7 MOVNTQ", "0fea PMINSW", "0fee PMAXSW", "0ff4 PMULUDQ", "0ff6 PSADBW", "0ff7 MASKMOVQ", "0ffb PSUBQ":
		return true
	}
	return false
}

func TestSilicon(t *testing.T) {
	for _, mode := range []string{"rm16", "pm16", "pm32"} {
		t.Run(mode, func(t *testing.T) {
			sample, _ := filepath.Glob(filepath.Join("testdata", "silicon", mode, "*.jsonl.gz"))
			if len(sample) == 0 {
				t.Fatalf("no sample in testdata/silicon/%s", mode)
			}
			runSilicon(t, mode, sample, false)
			if cpu.CanTranslate() {
				runSilicon(t, mode, sample, true)
			}
			all, _ := filepath.Glob(filepath.Join(vectorDir(), "silicon", mode, "*.jsonl.gz"))
			if len(all) == 0 {
				t.Skipf("SKIPPED beyond the sample: no recorded vectors in %s (set BEIGE_VECTORS)", vectorDir())
			}
			if everything() {
				runSilicon(t, mode, all, false)
				if cpu.CanTranslate() {
					runSilicon(t, mode, all, true)
				}
			}
		})
	}
}

// runSilicon runs the tests of the files, one instruction each, or in translated code.
func runSilicon(t *testing.T, mode string, files []string, translated bool) {
	sort.Strings(files)
	re := formFilter(t)
	var tb table
	var traces atomic.Uint64
	title, name := "silicon "+mode, "class"
	if translated {
		title, name = title+", translated", "translated"
	}
	t.Run(name, func(t *testing.T) {
		for _, file := range files {
			class := strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")
			if !runClasses[class] {
				continue
			}
			t.Run(class, func(t *testing.T) {
				t.Parallel()
				rep := &report{t: t, limit: showLimit()}
				var r *siliconRig
				err := readSilicon(file, func(h *siliconHeader, st *siliconTest) error {
					if r == nil {
						var err error
						if r, err = newSiliconRig(h, translated); err != nil {
							return err
						}
					}
					if re != nil && !re.MatchString(st.Op) {
						return nil
					}
					name := class
					if os.Getenv("BEIGE_FORMS") != "" {
						name += " " + st.Op
					}
					if ofLaterModels(st.Op) {
						tb.add(name, result{tests: 1, notYet: 1})
						return nil
					}
					tb.add(name, r.run(h, st, rep))
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				rep.end()
				if r != nil {
					done, _ := r.cpu.Translations()
					traces.Add(done.Traces)
				}
			})
		}
	})
	tb.print(t, title)
	if translated {
		t.Logf("%d traces were translated", traces.Load())
		if traces.Load() == 0 && re == nil {
			t.Error("nothing was translated")
		}
	}
}

// TestSiliconLong decodes what was recorded in 64-bit mode, which no model has yet,
// as 32-bit code: no bytes may make the decoder panic or run past them.
func TestSiliconLong(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(vectorDir(), "silicon", "lm64", "*.jsonl.gz"))
	if len(files) == 0 {
		t.Skipf("SKIPPED: no recorded vectors in %s (set BEIGE_VECTORS)", vectorDir())
	}
	if !everything() {
		t.Skip("skipped: BEIGE_ALL is not set")
	}
	dec := isa.NewDecoder(isa.LastLevel)
	var tb table
	t.Run("class", func(t *testing.T) {
		for _, file := range files {
			class := strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")
			t.Run(class, func(t *testing.T) {
				t.Parallel()
				err := readSilicon(file, func(_ *siliconHeader, st *siliconTest) error {
					for _, mode := range []isa.Mode{isa.Mode16, isa.Mode32} {
						var in isa.Inst
						if dec.Decode(st.Code, mode, &in); int(in.Len) > len(st.Code) {
							t.Errorf("line %d: % x decodes to %d bytes", st.line, []byte(st.Code), in.Len)
						}
					}
					tb.add(class, result{tests: 1, notYet: 1})
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	})
	tb.print(t, "silicon lm64")
}

// Where the tables that a test needs lie: physical, and linear with the
// supervisor's window on them added.
const (
	sysPD     = 0x1000
	sysPT     = 0x2000 // of the regions
	sysOwnPT  = 0x3000 // of the window
	sysGDT    = 0x4000
	sysLDT    = 0x5000
	sysIDT    = 0x7000
	sysWindow = 0xfe000000 // no region lies there
	sysRAM    = 0x10000    // physical address of the first region
)

// siliconRig runs the tests of one file.
type siliconRig struct {
	*rig
	real   bool
	linear uint32 // linear address of got[0]
	mode   isa.Mode

	translated bool // see enter
}

func newSiliconRig(h *siliconHeader, translated bool) (*siliconRig, error) {
	m, ok := cpu.ModelByName("pentium-ii")
	if !ok {
		return nil, errors.New("no model pentium-ii")
	}
	hotAt := -1
	if translated {
		hotAt = 1
	}
	if h.Mode == "rm16" {
		r, err := newRigAt(hotAt, m, 0x120000, 0, 0x110000)
		return &siliconRig{rig: r, real: true, mode: isa.Mode16, translated: translated}, err
	}
	lo, hi := ^uint32(0), uint32(0)
	for _, a := range h.Regions {
		lo, hi = min(lo, a.addr), max(hi, a.addr+a.size)
	}
	if lo>>22 != (hi-1)>>22 {
		return nil, fmt.Errorf("regions from %#x to %#x: want one page table", lo, hi)
	}
	r, err := newRigAt(hotAt, m, sysRAM+uint64(hi-lo), sysRAM, hi-lo)
	if err != nil {
		return nil, err
	}
	s := &siliconRig{rig: r, linear: lo, mode: isa.Mode16, translated: translated}
	if h.Mode == "pm32" {
		s.mode = isa.Mode32
	}
	const p, rw, us = 1, 2, 4
	put := func(at, v uint32) { r.phys.Write(at, 4, uint64(v)) }
	put(sysPD+lo>>22*4, sysPT|p|rw|us)
	put(sysPD+sysWindow>>22*4, sysOwnPT|p|rw)
	for pg := uint32(0); pg < sysRAM; pg += 0x1000 {
		put(sysOwnPT+pg>>12*4, pg|p|rw)
	}
	for _, a := range h.Regions {
		bits := map[string]uint32{"rw": p | rw | us, "ro": p | us, "np": 0}[a.kind]
		for at := a.addr; at < a.addr+a.size; at += 0x1000 {
			put(sysPT+at>>12&1023*4, (sysRAM+at-lo)|bits)
		}
	}
	for i, d := range h.LDT {
		r.phys.WritePhys(sysLDT+uint32(i)*8, d)
	}
	// The recording system's GDT, as far as a 32-bit processor can have it.
	for sel, d := range map[uint32]uint64{
		0x08: 0x00cf9b000000ffff, 0x10: 0x00af9b000000ffff, 0x18: 0x00cf93000000ffff,
		0x20: 0x00cffb000000ffff, 0x28: 0x00cff3000000ffff, 0x30: 0x00affb000000ffff,
		0x40: 0x00008b000000206f, 0x50: 0x00008200000005ff, 0x78: 0x0040f50000000000,
	} {
		r.phys.Write(sysGDT+sel, 8, d)
	}
	for v := uint32(0); v < 256; v++ {
		dpl := uint64(0)
		if v == 3 || v == 4 {
			dpl = 3
		}
		r.phys.Write(sysIDT+v*8, 8, 0x8e00<<32|dpl<<45|0x08<<16)
	}
	return s, nil
}

var siliconGPR = [8]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"}
var siliconSeg = [6]string{"es", "cs", "ss", "ds", "fs", "gs"}

// segment is the register content for a selector, as from the recording
// system's tables.
func (r *siliconRig) segment(h *siliconHeader, sel uint16) cpu.Segment {
	if r.real {
		return cpu.Segment{Sel: sel, Base: uint64(sel) << 4, Limit: 0xffff, Attr: 0x93}
	}
	if sel&^3 == 0 {
		return cpu.Segment{Sel: sel}
	}
	if sel&4 != 0 {
		if i := int(sel >> 3); i < len(h.LDT) {
			return cpu.SegmentOf(sel, binary.LittleEndian.Uint32(h.LDT[i]), binary.LittleEndian.Uint32(h.LDT[i][4:]))
		}
		return cpu.Segment{Sel: sel}
	}
	d := r.phys.Read(sysGDT+uint32(sel&^7), 8)
	return cpu.SegmentOf(sel, uint32(d), uint32(d>>32))
}

// at maps a linear address to one of the memory under test.
func (r *siliconRig) at(linear uint32) uint32 { return linear - r.linear }

func (r *siliconRig) run(h *siliconHeader, t *siliconTest, rep *report) result {
	r.cpu.Reset()
	st := r.st
	st.CR0 |= cpu.CR0NE
	if !r.real {
		st.CR0 = cpu.CR0PE | cpu.CR0MP | cpu.CR0ET | cpu.CR0NE | cpu.CR0WP | cpu.CR0AM | cpu.CR0PG
		st.CR3 = sysPD
		st.CPL = 3
		st.GDTR = cpu.Table{Base: sysWindow + sysGDT, Limit: 0x7f}
		st.IDTR = cpu.Table{Base: sysWindow + sysIDT, Limit: 0x7ff}
		st.Seg[cpu.LDTR] = cpu.Segment{Sel: 0x50, Base: sysWindow + sysLDT, Limit: uint32(len(h.LDT)*8 - 1), Attr: 0x82}
	}
	for i, n := range siliconGPR {
		st.R[i] = t.reg(h, n)
	}
	for i, n := range siliconSeg {
		st.Seg[i] = r.segment(h, uint16(t.reg(h, n)))
	}
	st.IP = t.reg(h, "ip")
	st.FPU = t.unit(h)
	r.cpu.SetFlags(uint32(t.reg(h, "fl")))
	for _, m := range t.MI {
		r.poke(r.at(m.addr), m.b)
	}
	r.poke(r.at(uint32(st.Seg[cpu.CS].Base+st.IP)), t.Code)
	r.cpu.Refresh()

	var exc *cpu.Exception
	end := uint64(noEnd)
	if r.translated {
		end = r.end(h, t)
	}
	r.onException = func(e cpu.Exception) bool {
		if st.IP = e.IP; e.IP != end || e.Vector != 13 {
			exc = &e
		}
		return false
	}
	ended := true
	if end == noEnd {
		ended = r.one(t.Code, r.mode)
	} else {
		saved, mem := *st, slices.Clone(r.got)
		r.runTo(end)
		if exc == nil && st.Seg == saved.Seg && st.Flags == saved.Flags {
			// Once more, now that the TLB has the operands: they were left to the interpreter.
			*st = saved
			for _, m := range t.MO {
				at := r.at(m.addr)
				if n := len(r.clip(at, m.b)); n != 0 {
					r.phys.WritePhys(r.base+at, mem[at:int(at)+n])
				}
			}
			r.runTo(end)
		}
	}

	for _, m := range t.MO {
		r.expect(r.at(m.addr), m.b)
	}
	for _, m := range t.MU {
		r.ignore(r.at(m.addr), m.n)
		if r.real {
			r.ignore(m.addr-0x10000, m.n) // the list forgets that an environment wraps in its segment
		}
	}
	var diff strings.Builder
	hard := false
	check := func(name string, got, want uint64) {
		if got != want {
			fmt.Fprintf(&diff, " %s=%x want %x", name, got, want)
			hard = hard || t.RU == 0 || name == "ip"
		}
	}
	final := func(name string) uint64 {
		if v, ok := t.Out.num(name); ok {
			return v
		}
		return t.reg(h, name)
	}
	for i, n := range siliconGPR {
		check(n, st.R[i], final(n))
	}
	for i, n := range siliconSeg {
		sel := uint16(final(n))
		if sel == 0 && st.Seg[i].Sel < 4 && !r.real {
			sel = st.Seg[i].Sel // the recording system's IRET cleared the RPL of null selectors
		}
		check(n, uint64(st.Seg[i].Sel), uint64(sel))
		want := r.segment(h, sel)
		if st.Seg[i].Sel == sel && st.Seg[i].Base != want.Base {
			check(n+" base", st.Seg[i].Base, want.Base)
		}
	}
	check("ip", st.IP, t.finalIP(h))
	compareUnit(t, h, &st.FPU, check)
	flagDiff := r.cpu.EFLAGS() ^ uint32(final("fl"))
	if flagDiff != 0 {
		fmt.Fprintf(&diff, " fl=%x want %x (differ %x)", r.cpu.EFLAGS(), final("fl"), flagDiff)
	}
	hard = hard || flagDiff&^uint32(t.FU) != 0
	if s := r.compareException(t, exc); s != "" || !ended {
		diff.WriteString(s)
		hard = true
	}
	if mem := r.memory(); mem != "" {
		diff.WriteString(mem)
		hard = hard || t.RU == 0
	}
	res := result{tests: 1}
	clean := diff.Len() == 0
	if clean {
		res.exact = 1
	}
	if !hard {
		res.passed = 1
	}
	if hard {
		res.known = r.known(t)
	}
	if hard && res.known == 0 || os.Getenv("BEIGE_EXACT") != "" && !clean {
		rep.failf("line %d: %s (% x):%s\n  init %v %x fl %x fu %x", t.line, t.Op, []byte(t.Code), diff.String(), t.In, t.MI, t.reg(h, "fl"), uint64(t.FU))
	}
	r.clear(r.memory() == "")
	return res
}

// Translated code is entered with a budget for a whole trace. So that the processor
// stops behind the one instruction all the same, an HLT stands there: in user mode it
// raises #GP(0), which the hook discards; in real mode it halts.

// noEnd is no IP.
const noEnd = 1 << 32

// runTo runs the instruction and the HLT at end, which leaves no trace.
func (r *siliconRig) runTo(end uint64) {
	r.cpu.Run(100)
	if r.real && r.st.Halted && r.st.IP == end+1 {
		r.st.Halted, r.st.IP = false, end
	}
}

// end puts an HLT where the instruction leads, and returns the IP; that of none if it
// raises an exception. It returns noEnd for what must run alone: repeated instructions,
// single steps, and those that lead where nothing can be or access the place of the HLT.
func (r *siliconRig) end(h *siliconHeader, t *siliconTest) uint64 {
	const flagTF = 1 << 8
	flags := t.reg(h, "fl")
	if v, ok := t.Out.num("fl"); ok {
		flags |= v
	}
	var in isa.Inst
	if r.dec.Decode(t.Code, r.mode, &in) == isa.OK && in.Row.Attr&isa.String != 0 || flags&flagTF != 0 {
		return noEnd
	}
	ip := t.finalIP(h)
	if t.X != nil {
		return ip - 1 // which no exception has
	}
	cs := t.reg(h, "cs")
	if v, ok := t.Out.num("cs"); ok {
		cs = v
	}
	la := uint32(r.segment(h, uint16(cs)).Base + ip)
	start := uint32(r.st.Seg[cpu.CS].Base + r.st.IP)
	at := r.at(la)
	free := at < uint32(len(r.got)) && r.got[at] == 0 && la-start >= uint32(len(t.Code))
	for _, a := range h.Regions {
		free = free && !(a.kind == "np" && la-a.addr < a.size)
	}
	for _, m := range t.MI {
		free = free && la-m.addr >= uint32(len(m.b))
	}
	for _, m := range t.MO {
		free = free && la-m.addr >= uint32(len(m.b))
	}
	for _, m := range t.MU {
		free = free && la-m.addr >= uint32(m.n)
	}
	if !free {
		return noEnd
	}
	r.poke(at, []byte{0xf4})
	return ip
}

// known returns 1 for tests that cannot be replayed or show what only the
// recording processor does.
func (r *siliconRig) known(t *siliconTest) int {
	switch {
	case r.real && t.X != nil && *t.X == 13 && (t.E != 0 || strings.Contains(t.Op, "Sreg") && t.Code[len(t.Code)-1] >= 0xc0):
		return 1 // a selector without the descriptor that stands for real mode
	case t.Code[0] == 0xf0 && strings.Contains(t.Op, "MOV CR"):
		return 1 // LOCK MOV CR0 is MOV CR8 on AMD processors
	case t.Code[0] == 0xf0 && strings.Contains(t.Op, "0f00/"):
		return 1 // LOCK is accepted here, against the manuals of both makers
	}
	return 0
}

// finalIP is the instruction pointer after the test, with an exception the one
// that is pushed. INT1 was recorded with the address of the instruction, as a
// hypervisor that intercepts it reports it; what is pushed is the address behind
// it, for a trap (SDM volume 3, table 6-1; and so the README of the set says).
func (t *siliconTest) finalIP(h *siliconHeader) uint64 {
	if strings.HasPrefix(t.Op, "f1 ") {
		return t.reg(h, "ip") + uint64(len(t.Code))
	}
	if v, ok := t.Out.num("ip"); ok {
		return v
	}
	return t.reg(h, "ip")
}

// faultFetch is the bit of a page fault's error code for instruction fetches,
// which needs PAE paging with NX.
const faultFetch = 1 << 4

func (r *siliconRig) compareException(t *siliconTest, got *cpu.Exception) string {
	want := uint64(t.E)
	if t.X != nil && *t.X == 14 {
		want &^= faultFetch
	}
	switch {
	case t.X == nil && got == nil:
		return ""
	case t.X == nil:
		return fmt.Sprintf(" exception %d(%x), cr2 %x; want none", got.Vector, got.Error, got.CR2)
	case got == nil:
		return fmt.Sprintf(" no exception; want %d(%x)", *t.X, uint64(t.E))
	case int(got.Vector) != *t.X, !r.real && uint64(got.Error) != want:
		return fmt.Sprintf(" exception %d(%x), cr2 %x; want %d(%x)", got.Vector, got.Error, got.CR2, *t.X, uint64(t.E))
	case t.CR2 != nil && uint64(got.CR2) != uint64(*t.CR2):
		return fmt.Sprintf(" CR2 %x; want %x", got.CR2, uint64(*t.CR2))
	}
	return ""
}
