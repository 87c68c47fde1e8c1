package cpu

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"beige/cpu/isa"
	"beige/cpu/jit/code"

	"github.com/google/go-cmp/cmp"
)

// The translating engine against the interpreter: the same program on two processors,
// the same slices, and behind each the same State, as it is, and the same memory.

// interpreted and hot make a processor that has decoded nothing interpret everything, or
// translate traces when they execute first, into size bytes of code.
func (r *rig) interpreted() *rig {
	r.engine = nil
	return r
}

func (r *rig) hot(size int) *rig {
	r.engine = nil
	if err := r.initEngine(1, size); err != nil {
		r.t.Fatal(err)
	}
	return r
}

// needEngine skips a test on hosts without a translating engine.
func needEngine(t testing.TB) {
	t.Helper()
	if !code.Supported {
		t.Skip("this host has no translating engine")
	}
}

// engines is a guest on both engines.
type engines struct {
	t         testing.TB
	what      string
	want, got *rig      // interpreted, translated
	area      [2]uint32 // of memory that is compared
	before    []byte    // what it held before the slice
	differ    bool
}

// newEngines makes both with the same function.
func newEngines(t testing.TB, make func() *rig) *engines {
	t.Helper()
	needEngine(t)
	return &engines{t: t, want: make().interpreted(), got: make().hot(codeSize), area: [2]uint32{0, 0x20000}}
}

// both does something to both.
func (e *engines) both(f func(r *rig)) {
	f(e.want)
	f(e.got)
}

// run executes one slice on both and compares.
func (e *engines) run(n int64) Stop {
	e.t.Helper()
	before := e.want.State
	e.before = append(e.before[:0], e.want.mem.Mem()[e.area[0]:e.area[1]]...)
	defer func() {
		if e.differ {
			e.narrow(before, n)
		}
	}()
	ran, why := e.want.Run(n)
	ran2, why2 := e.got.Run(n)
	e.differ = true // until it is known better
	if ran != ran2 || why != why2 {
		e.t.Fatalf("%s: Run(%d) is %d, %v translated; %d, %v interpreted", e.what, n, ran2, why2, ran, why)
	}
	e.compare()
	e.differ = false
	return why
}

// narrow finds out how many instructions of the failed slice it takes to differ, and
// lists what leads there.
func (e *engines) narrow(from State, n int64) {
	path := []State{from}
	for k := int64(1); k <= n; k++ {
		e.both(func(r *rig) {
			r.mem.WritePhys(e.area[0], e.before)
			r.State = from
			r.Refresh()
			r.Run(k)
		})
		if e.want.State != e.got.State {
			// Translated code was entered while there was budget for a whole trace.
			e.t.Logf("it takes %d instructions from %x to differ:\n%s", k, from.IP, cmp.Diff(e.want.State, e.got.State))
			for _, s := range path[max(0, len(path)-maxTrace-2):] {
				e.t.Logf("%x EFLAGS %x: %s", s.R[:8], s.Flags, e.got.listing(uint32(s.Seg[CS].Base+s.IP), 1))
			}
			return
		}
		path = append(path, e.want.State)
	}
	e.t.Logf("run again, they do not differ")
}

func (e *engines) compare() {
	e.t.Helper()
	if e.want.State != e.got.State {
		e.t.Fatalf("%s: state interpreted and translated:\n%s\n%s", e.what, cmp.Diff(e.want.State, e.got.State), e.got.listing(uint32(e.want.Seg[CS].Base+e.want.IP)-16, 12))
	}
	x, y := e.want.mem.Mem()[e.area[0]:e.area[1]], e.got.mem.Mem()[e.area[0]:e.area[1]]
	if !bytes.Equal(x, y) {
		for i := range x {
			if x[i] != y[i] {
				e.t.Fatalf("%s: memory at %#x is %#x; interpreted %#x", e.what, int(e.area[0])+i, y[i], x[i])
			}
		}
	}
}

// slices runs about n instructions in slices of many lengths, until a stop.
func (e *engines) slices(rnd *rand.Rand, n int64) Stop {
	e.t.Helper()
	for n > 0 {
		k := int64(1 + rnd.IntN(40))
		switch rnd.IntN(4) {
		case 0:
			k += 40
		case 1:
			k += 300
		}
		n -= k
		if why := e.run(k); why != StopBudget {
			return why
		}
	}
	return StopBudget
}

// ran checks that code was translated.
func (e *engines) ran() {
	e.t.Helper()
	if e.got.engine.count.Traces == 0 {
		e.t.Errorf("%s: nothing was translated", e.what)
	}
}

// listing disassembles what is at linear addresses without paging, in the current mode.
func (r *rig) listing(at uint32, n int) string {
	var s string
	for range n {
		var in isa.Inst
		if int(at)+16 > len(r.CPU.mem) || r.dec.Decode(r.CPU.mem[at:at+16], r.decodeMode(), &in) != isa.OK {
			at++
			continue
		}
		s += fmt.Sprintf("%x: % x %s\n", at, r.CPU.mem[at:at+uint32(in.Len)], in.String(uint64(at)))
		at += uint32(in.Len)
	}
	return s
}

func le32(v uint32) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} }

// producers are instructions that set flags, or change registers behind one that
// does. EBX points to memory.
func producers() [][]byte {
	var all [][]byte
	add := func(b ...byte) { all = append(all, b) }
	for op := range byte(8) {
		o := op << 3
		add(o|1, 0xc8)       // eax, ecx
		add(0x66, o|1, 0xd1) // cx, dx
		add(o, 0xc8)         // al, cl
		add(o, 0xec)         // ah, ch
		add(o, 0xc4)         // ah, al
		add(o, 0xe0)         // al, ah
		add(o, 0xe9)         // cl, ch
		add(o|2, 0xca)       // cl, dl
		add(o|1, 0xc0)       // eax, eax
		add(o, 0xc0)         // al, al
		add(o|1, 0xf8)       // eax, edi
		add(o|1, 0xee)       // esi, ebp
		add(o|5, 0x78, 0x56, 0x34, 0x12)
		add(o|4, 0x80)                         // al, 80h
		add(0x66, o|5, 0x34, 0x92)             // ax, imm
		add(0x83, 0xc1|o, 0xff)                // ecx, -1
		add(0x81, 0xc7|o, 0xff, 0xff, 0xff, 0) // edi, imm
		add(0x80, 0xc5|o, 0x7f)                // ch, 7f
		add(0x66, 0x83, 0xc6|o, 0x81)          // si, 81
		add(o|3, 0x03)                         // eax, [ebx]
		add(o|3, 0x4b, 0x04)                   // ecx, [ebx+4]
		add(o|2, 0x23)                         // ah, [ebx]
		add(o|2, 0x03)                         // al, [ebx]
		add(0x66, o|3, 0x73, 0x02)             // si, [ebx+2]
		add(o|3, 0x5b, 0x04)                   // ebx, [ebx+4]
		add(o|1, 0x03)                         // [ebx], eax
		add(o, 0x23)                           // [ebx], ah
		add(0x66, o|1, 0x6b, 0x02)             // [ebx+2], bp
		add(o|1, 0x1b)                         // [ebx], ebx
		add(0x81, 0x03|o, 1, 0, 0, 0x80)       // [ebx], imm
		add(0x83, 0x43|o, 4, 0xfe)             // [ebx+4], -2
		add(0x80, 0x03|o, 0xff)                // [ebx], imm8
		add(0x66, 0x81, 0x03|o, 0, 0x80)       // word [ebx], imm
		add(0x64, o|3, 0x0d, 0x10, 0, 0, 0)    // ecx, fs:[10]
		add(0x65, o|1, 0x0d, 0x20, 0, 0, 0)    // gs:[20], ecx
	}
	for _, b := range [][]byte{
		{0x85, 0xc8}, {0x85, 0xc0}, {0x84, 0xe4}, {0x84, 0xc4}, {0x66, 0x85, 0xfe}, {0xa9, 0, 0, 0, 0x80}, {0xa8, 0x80}, {0xf6, 0xc6, 0x81}, {0x85, 0x03}, {0x84, 0x2b},
		{0xf6, 0x03, 0x10}, {0xf7, 0x03, 1, 0, 0, 0x80}, {0x66, 0xf7, 0x03, 0, 0x80}, {0x66, 0x85, 0x0b}, {0x66, 0xa9, 1, 0x80}, // TEST
		{0x40}, {0x4f}, {0x66, 0x46}, {0xfe, 0xc4}, {0xfe, 0xcd}, {0xfe, 0xc0}, {0xfe, 0x03}, {0xff, 0x0b}, {0x66, 0xff, 0x03}, {0xff, 0xc1}, {0x66, 0xff, 0xcd}, {0xfe, 0x0b}, // INC DEC
		{0xf7, 0xd8}, {0xf7, 0xdf}, {0x66, 0xf7, 0xd9}, {0xf6, 0xdc}, {0xf6, 0xd8}, {0xf7, 0x1b}, {0xf6, 0x1b}, {0x66, 0xf7, 0x1b}, // NEG
		{0xc1, 0xe0, 4}, {0xd1, 0xe0}, {0xc1, 0xef, 31}, {0xd1, 0xef}, {0xc1, 0xfe, 7}, {0xd1, 0xf8}, {0xc1, 0xe1, 0x20}, {0xc1, 0xe1, 0}, {0xc1, 0xe9, 1}, {0xc1, 0xe5, 31}, {0xc1, 0xfd, 31},
		{0x66, 0xc1, 0xe0, 4}, {0xc0, 0xe4, 3}, {0xd3, 0xe0}, {0xd3, 0xff}, {0xd2, 0xec}, {0xc1, 0xc0, 5}, {0xc1, 0x2b, 3}, {0xd1, 0xd0}, {0xc1, 0xd8, 3}, // shifts, rotates
		{0x0f, 0xaf, 0xc1}, {0x6b, 0xc1, 100}, {0x69, 0xf8, 0x45, 0x23, 1, 0}, {0x0f, 0xaf, 0x0b}, {0x6b, 0x03, 0xf0}, {0x0f, 0xaf, 0xc0}, {0x66, 0x0f, 0xaf, 0xc1}, {0xf7, 0xe1}, {0xf7, 0xe9}, {0x6b, 0xc0, 3}, {0x0f, 0xaf, 0x5b, 4},
		{0x0f, 0xa3, 0xc8}, {0x0f, 0xba, 0xe0, 5}, {0x0f, 0xbc, 0xc1}, {0x0f, 0xa4, 0xc8, 5}, {0x0f, 0xc0, 0xe0}, {0x0f, 0xb1, 0x0b}, {0x27}, {0x37}, {0xd4, 10}, // BT BSF SHLD XADD CMPXCHG DAA AAA AAM
		{0xf9}, {0xf8}, {0xf5}, {0x9e}, {0x9c, 0x9d}, {0x0f, 0x92, 0xc0}, {0x0f, 0x44, 0xc1}, // STC CLC CMC SAHF PUSHF-POPF SETB CMOVZ
	} {
		add(b...)
	}
	return all
}

// between are instructions that leave flags alone and overwrite what they follow from.
var between = [][]byte{
	nil,
	{0xb8, 0, 0, 0, 0},             // mov eax,0
	{0xb4, 0x7f, 0xb1, 1},          // mov ah,7f; mov cl,1
	{0x91, 0x66, 0x87, 0xd6},       // xchg eax,ecx; xchg si,dx
	{0x8b, 0x03, 0x8a, 0x4b, 5},    // mov eax,[ebx]; mov cl,[ebx+5]
	{0x0f, 0xb6, 0xc4, 0x98},       // movzx eax,ah; cwde
	{0x99, 0x8d, 0x4c, 0x48, 3},    // cdq; lea ecx,[eax+ecx*2+3]
	{0xf7, 0xd0, 0xf6, 0xd5},       // not eax; not ch
	{0x50, 0x89, 0x43, 8, 0x59},    // push eax; mov [ebx+8],eax; pop ecx
	{0x86, 0xc4, 0x86, 0x23},       // xchg al,ah; xchg [ebx],ah
	{0xbf, 1, 0, 0, 0, 0x89, 0xcd}, // mov edi,1; mov ebp,ecx
	{0x40},                         // inc eax: CF stays
	{0xff, 0x4b, 8, 0x49},          // dec dword [ebx+8]; dec ecx
	{0x5c},                         // pop esp
}

const flagData = 0xc100 // where EBX points

// flagInputs are EAX, ECX and the doubleword in memory.
var flagInputs = [][3]uint32{
	{0, 0, 0}, {1, 1, 1}, {0x80000000, 0x80000000, 0x7fffffff}, {0x7fffffff, 1, 0xffffffff}, {0xffffffff, 1, 0x80000000},
	{0x12348000, 0x12347fff, 0x00ff}, {0x80, 0x7f, 0x80}, {0x7f80, 0x807f, 0x8001}, {0x8000, 0x8000, 0x8000}, {0x0f, 0xf1, 0x10}, {0xdeadbeef, 0xcafe1234, 0xdeadbeef},
}

// All conditions behind all producers, with the operands overwritten in between and
// the flags seen or not seen behind.
func TestTranslatedFlags(t *testing.T) {
	all := producers()
	stride := 1
	if testing.Short() {
		stride = 7
	}
	e := newEngines(t, func() *rig {
		r := newProt(t, "pentium-ii")
		r.setDesc(selSmall, descBytes(0xc100, 0xff, accData, flagByte))
		r.Seg[FS], r.Seg[GS] = r.loaded(selSmall), r.loaded(selSmall)
		r.Refresh()
		return r
	})
	e.area = [2]uint32{0xc000, 0xd000}
	k := 0
	for _, p := range all {
		for _, b := range between {
			for cc := range byte(16) {
				if k++; k%stride != 0 {
					continue
				}
				live := k/stride%2 == 0
				code := slices.Concat(p, b, []byte{0x70 | cc, 3}) // j taken
				code = append(code, 0x90, 0xb2, 1)                // nop; mov dl,1
				if !live {
					code = append(code, 0x31, 0xd2) // xor edx,edx
				}
				code = append(code, 0x90, 0xb6, 2, 0x7a, 2, 0xb2, 8, 0xf4) // taken: nop; mov dh,2; jp; mov dl,8; hlt
				at := uint32(rigCode + k%64*0x40)
				e.both(func(r *rig) { r.code(at, code...) })
				e.what = fmt.Sprintf("% x, % x, j%x", p, b, cc)
				for i, v := range flagInputs {
					e.both(func(r *rig) {
						r.R = [17]uint64{AX: uint64(v[0]), CX: uint64(v[1]), DX: 0x1234fedc, BX: flagData, SP: flagData - 0x80, BP: 0x80017ffe, SI: 0x7fff8001, DI: uint64(v[2])}
						r.Halted, r.IP = false, uint64(at)
						r.mem.Write(flagData, 8, uint64(v[2])|uint64(v[0])<<32)
						r.mem.Write(flagData-0x80, 8, uint64(v[1]))
						r.setEFLAGS(uint32(i) * 0x9d5 & flagsArith)
					})
					if why := e.run(100); why != StopHalted {
						t.Fatalf("%s: %v", e.what, why)
					}
				}
			}
		}
	}
	e.ran()
	t.Logf("%d programs, %+v", k/stride, e.got.engine.count)
}

// A trace that begins with what is no instruction has no code.
func TestTranslatedNothing(t *testing.T) {
	e := newEngines(t, func() *rig { return newProt(t, "pentium", 0x40, 0xeb, 0, 0xff, 0xff) }) // inc eax; jmp + 0; #UD
	e.what = "#UD"
	if why := e.run(100); why != StopHalted {
		t.Fatal(why)
	}
	e.got.wantReg(AX, 1)
}
