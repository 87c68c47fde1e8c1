package cpu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"beige/cpu/fpu"
)

// x87 instructions in translated code, each against the interpreter (see
// translate_ops_test.go), with anything in the registers, memory, control and status word.

// x87Forms lists what is translated. ModRM 46 10 is [esi+16].
func x87Forms() []opForm {
	var list []opForm
	add := func(name string, code ...byte) {
		list = append(list, opForm{name: name, code: bytes.Clone(code), leaves: true})
	}
	mem := func(name string, opcode, digit byte) { add(name, opcode, 0x46|digit<<3, 16) }
	for name, op := range map[string][2]byte{
		"FLD m32": {0xd9, 0}, "FLD m64": {0xdd, 0}, "FST m32": {0xd9, 2}, "FST m64": {0xdd, 2}, "FSTP m32": {0xd9, 3}, "FSTP m64": {0xdd, 3},
		"FILD m16": {0xdf, 0}, "FILD m32": {0xdb, 0}, "FILD m64": {0xdf, 5},
		"FIST m16": {0xdf, 2}, "FIST m32": {0xdb, 2}, "FISTP m16": {0xdf, 3}, "FISTP m32": {0xdb, 3}, "FISTP m64": {0xdf, 7},
		"FNSTSW m16": {0xdd, 7}, "FNSTCW": {0xd9, 7}, "FLDCW": {0xd9, 5},
	} {
		mem(name, op[0], op[1])
		add(name+" of FS", 0x64, op[0], 0x46|op[1]<<3, 0x10)
	}
	for d, name := range []string{"FADD", "FMUL", "FCOM", "FCOMP", "FSUB", "FSUBR", "FDIV", "FDIVR"} {
		d := byte(d)
		mem(name+" m32", 0xd8, d)
		mem(name+" m64", 0xdc, d)
		mem("FI"+name[1:]+" m32", 0xda, d)
		mem("FI"+name[1:]+" m16", 0xde, d)
		for _, i := range []byte{0, 1, 3, 7} {
			add(fmt.Sprint(name, " ST,ST", i), 0xd8, 0xc0|d<<3|i)
			add(fmt.Sprint(name, " ST", i, ",ST"), 0xdc, 0xc0|d<<3|i)
			if d != 3 || i == 1 {
				add(fmt.Sprint(name, "P ST", i, ",ST"), 0xde, 0xc0|d<<3|i)
			}
		}
	}
	for name, op := range map[string][2]byte{
		"FLD": {0xd9, 0xc0}, "FXCH": {0xd9, 0xc8}, "FXCH4": {0xdd, 0xc8}, "FXCH7": {0xdf, 0xc8},
		"FST": {0xdd, 0xd0}, "FSTP": {0xdd, 0xd8}, "FSTP8": {0xdf, 0xd0}, "FSTP9": {0xdf, 0xd8},
		"FUCOM": {0xdd, 0xe0}, "FUCOMP": {0xdd, 0xe8},
		"FUCOMI": {0xdb, 0xe8}, "FCOMI": {0xdb, 0xf0}, "FUCOMIP": {0xdf, 0xe8}, "FCOMIP": {0xdf, 0xf0},
	} {
		for _, i := range []byte{0, 1, 2, 7} {
			add(fmt.Sprint(name, " ST", i), op[0], op[1]|i)
		}
	}
	add("FUCOMPP", 0xda, 0xe9)
	add("FNSTSW AX", 0xdf, 0xe0)
	for m, name := range map[byte]string{0xe0: "FCHS", 0xe1: "FABS", 0xe4: "FTST", 0xe8: "FLD1", 0xe9: "FLDL2T", 0xea: "FLDL2E", 0xeb: "FLDPI", 0xec: "FLDLG2", 0xed: "FLDLN2", 0xee: "FLDZ"} {
		add(name, 0xd9, m)
	}
	slices.SortFunc(list, func(a, b opForm) int { return strings.Compare(a.name, b.name) })
	return list
}

// x87Rows are instructions in a row where one changes what the next has to check.
var x87Rows = [][]byte{
	{0xdd, 0xd8, 0xdd, 0xd7, 0xd9, 0xe8},                                                                         // FSTP ST0; FST ST7; FLD1
	{0xd8, 0xc1, 0xd9, 0x6e, 16, 0xd8, 0xc1},                                                                     // FADD ST,ST1; FLDCW [ESI+16]; FADD ST,ST1
	{0xd9, 0xc0, 0x64, 0xd9, 0x46, 16, 0xd9, 0x46, 16},                                                           // FLD ST0; FLD FS:[ESI+16]; FLD [ESI+16]
	{0x8d, 0x06, 0x8b, 0x50, 16, 0xdf, 0xe0, 0x8b, 0x58, 8},                                                      // LEA EAX,[ESI]; MOV EDX,[EAX+16]; FNSTSW AX; MOV EBX,[EAX+8]
	{0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8, 0xd9, 0xe8}, // FLD1, nine times
	{0xde, 0xc1, 0xde, 0xc1, 0xde, 0xc1, 0xde, 0xc1, 0xde, 0xc1, 0xde, 0xc1, 0xde, 0xc1, 0xde, 0xc1},             // FADDP, eight times
}

// x87Mix is instructions in a row, which know of each other what need not be checked.
func (r *opRigs) x87Mix(forms []opForm) []byte {
	var code []byte
	for range 2 + r.rand.IntN(10) {
		code = append(code, forms[r.rand.IntN(len(forms))].code...)
		if r.rand.IntN(6) == 0 {
			code = append(code, flagsBefore[1+r.rand.IntN(len(flagsBefore)-1)]...)
		}
		if r.rand.IntN(20) == 0 {
			code = append(code, 0xd9, 0xfa) // FSQRT, which the interpreter executes
		}
	}
	return code
}

// x87Number is any number, most of them normal and near to each other.
func x87Number(rnd *rand.Rand) fpu.F80 {
	mants := [...]uint64{0, 1, 1 << 62, 1 << 63, 1<<63 | 1, 1<<63 | 1<<10, 1<<63 | 1<<11, 1<<63 | 3<<10, 1<<63 | 1<<39, 1<<63 | 3<<39, 3 << 62, ^uint64(0), 1<<64 - 1<<11, 1<<64 - 1<<10, 1<<63 - 1}
	exps := [...]uint16{0, 1, 2, 0x3bff, 0x3c00, 0x3c01, 0x3f80, 0x3f81, 0x3f82, 0x3ffd, 0x3ffe, 0x3fff, 0x4000, 0x400d, 0x400e, 0x400f, 0x401d, 0x401e, 0x401f, 0x403c, 0x403d, 0x403e, 0x403f, 0x407d, 0x407e, 0x407f, 0x43fd, 0x43fe, 0x43ff, 0x7ffd, 0x7ffe, 0x7fff}
	v := fpu.F80{Mant: rnd.Uint64() | 1<<63, SE: 0x3fff}
	if rnd.IntN(8) == 0 {
		return fpu.F80{Mant: mants[rnd.IntN(len(mants))], SE: exps[rnd.IntN(len(exps))] | uint16(rnd.IntN(2))<<15}
	}
	switch rnd.IntN(8) {
	case 0:
		v.Mant = mants[rnd.IntN(len(mants))]
	case 1:
		v.Mant &= ^uint64(0) << rnd.IntN(64)
	case 2:
		v.Mant >>= rnd.IntN(2)
	}
	switch rnd.IntN(8) {
	case 0:
		v.SE = exps[rnd.IntN(len(exps))]
	case 1:
		v.SE = uint16(rnd.IntN(0x8000))
	case 2, 3, 4:
		v.SE += uint16(rnd.IntN(70)) - 5
	case 5:
		if rnd.IntN(2) == 0 {
			v = fpu.F80{}
		}
	}
	v.SE |= uint16(rnd.IntN(2)) << 15
	return v
}

// x87Edges fills registers with numbers whose sums, products and quotients are near the
// ends of the range, cancel, or are half way between two others.
func x87Edges(rnd *rand.Rand, regs *[8]fpu.F80) {
	base := uint16(rnd.IntN(0x8000))
	for i := range regs {
		m := rnd.Uint64() | 1<<63
		switch rnd.IntN(6) {
		case 0:
			m = 1<<63 | uint64(rnd.IntN(3))
		case 1:
			m = ^uint64(0) - uint64(rnd.IntN(3))
		case 2:
			m = 1<<63 | 1<<rnd.IntN(63) | 1<<rnd.IntN(63)
		case 3:
			m = ^uint64(0) << rnd.IntN(64)
		case 4:
			m = 1<<63 | (1<<rnd.IntN(63) - uint64(rnd.IntN(2)))
		}
		e := base
		switch rnd.IntN(5) {
		case 0: // a quotient at an end of the range
			e = base ^ 0x4000
		case 1: // a product at the upper end
			e = 0x7ffe + 0x3ffe - base
		case 2: // a product at the lower end
			e = 0x3ffe - base
		case 3: // a sum at either
			e = [...]uint16{2, 0x40, 0x7fbd, 0x7ffd}[rnd.IntN(4)]
		}
		e += uint16(rnd.IntN(5)) - 2
		regs[i] = fpu.F80{Mant: m, SE: e&0x7fff | uint16(rnd.IntN(2))<<15}
	}
}

// x87Fill gives both processors the same unit and operands at [esi+16].
func (r *opRigs) x87Fill() {
	var u fpu.Unit
	for i := range u.R {
		u.R[i] = x87Number(r.rand)
	}
	switch r.rand.IntN(6) {
	case 0: // two equal, or equal but for the sign
		u.R[0] = u.R[1]
		u.R[2] = u.R[1].Neg()
	case 1:
		u.R[1] = fpu.F80{Mant: u.R[0].Mant + 1<<r.rand.IntN(64), SE: u.R[0].SE}
	case 2: // differences of one in the last place or none at all
		for i := range u.R {
			u.R[i] = fpu.F80{Mant: 1 << 63, SE: 0x4000}
			if i%2 != 0 {
				u.R[i] = fpu.F80{Mant: ^uint64(0), SE: 0xbfff}
			}
		}
	case 3:
		x87Edges(r.rand, &u.R)
	}
	u.Top, u.Use, u.SW = uint8(r.rand.IntN(8)), 0xff, uint16(r.rand.Uint32())&0x4740
	switch r.rand.IntN(4) {
	case 0:
		u.Use = uint8(r.rand.Uint32())
	case 1, 2:
		u.Use &^= 1 << ((u.Top - 1) & 7)
		u.Use &^= 1 << ((u.Top - 2) & 7)
	}
	u.FCS, u.FDS, u.FOP, u.FIP, u.FDP = 0x1111, 0x2222, 0x333, 0x44444444, 0x55555555
	cw := uint16(0x37f)
	switch r.rand.IntN(5) {
	case 0:
		cw = uint16(r.rand.Uint32())
	case 1:
		cw = cw&^0xf00 | uint16(r.rand.IntN(16))<<8
	}
	if r.rand.IntN(6) == 0 {
		u.SW |= uint16(r.rand.IntN(64))
	} else {
		u.SW |= cw & uint16(r.rand.Uint32()) & 0x3f
	}
	u.LoadCW(cw)
	cr0 := uint64(0)
	if r.rand.IntN(16) == 0 {
		cr0 = uint64(r.rand.IntN(16)) &^ 1
	}
	cr0 |= uint64(r.rand.IntN(2)) << 5
	ferr := r.rand.IntN(16) == 0 // as an FLDENV leaves it that faults half way
	var b [8]byte
	switch v := x87Number(r.rand); r.rand.IntN(5) {
	case 0:
		d, _ := fpu.ToFloat64(v, 0x37f)
		binary.LittleEndian.PutUint64(b[:], d)
	case 1:
		f, _ := fpu.ToFloat32(v, 0x37f)
		binary.LittleEndian.PutUint32(b[:], f)
	case 2:
		specials := [...]float64{0, math.Copysign(0, -1), 1, math.MaxFloat64, 0x1p-1022, 0x1p-1023, math.Inf(1), math.NaN(), -5e-324}
		d := specials[r.rand.IntN(len(specials))]
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(d))
		if r.rand.IntN(2) == 0 {
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(float32(d)))
		}
	case 3:
		binary.LittleEndian.PutUint64(b[:], uint64(int64(r.rand.Uint64())>>r.rand.IntN(64)))
	case 4:
		binary.LittleEndian.PutUint16(b[:], cw^uint16(r.rand.IntN(16))<<8)
	}
	for i, rig := range r.both {
		copy(r.data[i][rigData+0x810-opsLow:], b[:])
		u.Model = rig.FPU.Model
		rig.FPU = u
		rig.CR0 = rig.CR0&^0x2e | cr0
		rig.FERR, rig.frozen = false, false
		rig.updateFERR(nil)
		if ferr {
			rig.FERR = true
		}
		rig.Seg[FS].Sel = 0x77
	}
}

// x87Tame gives both processors a unit that has what translated code does by itself: 1 to
// 2^15 and zeros in the registers, room for one more, and the usual control word.
func (r *opRigs) x87Tame() {
	r.x87Fill()
	u := r.both[0].FPU
	for i := range u.R {
		u.R[i] = fpu.F80{Mant: r.rand.Uint64() | 1<<63, SE: 0x3fff + uint16(r.rand.IntN(14)) | uint16(r.rand.IntN(2))<<15}
	}
	u.Top, u.Use, u.SW = uint8(r.rand.IntN(8)), 0xff, 0x4700
	u.Use &^= 1 << ((u.Top - 1) & 7)
	u.LoadCW(0x37f)
	if r.zeros && r.rand.IntN(2) == 0 {
		u.R[r.rand.IntN(8)] = fpu.F80{SE: uint16(r.rand.IntN(2)) << 15}
	}
	for i, rig := range r.both {
		binary.LittleEndian.PutUint64(r.data[i][rigData+0x810-opsLow:], r.operand)
		rig.FPU = u
		rig.CR0 &^= 0x2e
		rig.FERR = false
	}
}

// What is usual does not leave translated code.
func TestTranslatedX87Stays(t *testing.T) {
	r := newOpRigs(t, "pentium-ii", 5)
	if r.both[0].engine == nil {
		t.Skip("this host has no translating engine")
	}
	r.more = r.x87Tame
	for _, f := range x87Forms() {
		if strings.HasSuffix(f.name, "7") || strings.HasSuffix(f.name, "7,ST") {
			continue // ST(7) is empty
		}
		// 0x42f6_e979_42f6_e979 is a normal number in each format, and small as an integer
		// of 16 and 32 bits.
		r.operand = 0x42f6_e979_42f6_e979
		if strings.HasPrefix(f.name, "FLDCW") {
			r.operand = 0x77f
		}
		r.zeros = !strings.HasPrefix(f.name, "FDIV") && !strings.HasPrefix(f.name, "FIDIV")
		f.leaves = false
		// Behind a jump translated code is entered again.
		if left := r.run(t, f, append(f.code, 0xeb, 0), 40); left != 0 {
			t.Errorf("%s (% x): left to the interpreter %d times", f.name, f.code, left)
		}
	}
}

// BEIGE_RANDOM is how often each form is executed, BEIGE_SEED with which numbers.
func TestTranslatedX87(t *testing.T) {
	needEngine(t)
	n, seed := environment(400, 40, 4)
	for _, model := range []string{"pentium-ii", "80486", "80386"} {
		t.Run(model, func(t *testing.T) {
			r := newOpRigs(t, model, seed)
			r.more = r.x87Fill
			forms := x87Forms()
			n := n
			if model != "pentium-ii" {
				forms = slices.DeleteFunc(forms, func(f opForm) bool { return strings.Contains(f.name, "COMI") })
				n /= 2
			}
			for k, f := range forms {
				for i := range 4 {
					code := slices.Concat(flagsBefore[(k+5*i)%len(flagsBefore)], f.code, flagsBehind[(k+3*i)%len(flagsBehind)])
					if model != "pentium-ii" {
						code = f.code // some of these have CMOV
					}
					r.run(t, f, code, n/4)
				}
			}
			for _, code := range x87Rows {
				r.run(t, opForm{name: "row", leaves: true}, code, 2*n)
			}
			for k := range 4 * n {
				code := r.x87Mix(forms)
				f := opForm{name: fmt.Sprint("mix ", k), leaves: true, mixed: true}
				r.run(t, f, code, 30)
			}
			t.Logf("%+v", r.both[0].engine.count)
		})
	}
}

// Without a unit escapes do nothing, and end a trace.
func TestTranslatedNoX87(t *testing.T) {
	for _, cr0 := range []uint64{0, CR0EM, CR0TS} {
		e := newEngines(t, func() *rig {
			m, _ := ModelByName("80386")
			none := *m
			none.HasFPU = false
			r := newRigOf(t, &none, 0x40, 0xdb, 0xe3, 0x01, 0xc3, 0xd8, 0x07, 0x41, 0xdf, 0xe0, 0xeb, 0xf4) // inc ax; fninit; add bx,ax; fadd dword [bx]; inc cx; fnstsw ax; jmp
			r.CR0 |= cr0
			r.code(rigHandlers+4*vecNM, 0x89, 0xe5, 0x83, 0x46, 0, 2, 0xcf) // mov bp,sp; add word [bp],2; iret
			r.Refresh()
			return r
		})
		e.loops(3000, nil)
		if got := e.want.counters.Faults != 0; got != (cr0 != 0) || e.want.R[CX] == 0 {
			t.Errorf("CR0 %x: faults %v, ECX %x", cr0, got, e.want.R[CX])
		}
	}
}

// The selector of the operand is that of a segment register as it is then, also where
// translated code has loaded it on the way.
func TestTranslatedX87Segment(t *testing.T) {
	r := newRig(t, "pentium-ii",
		0xd9, 0xee, // fldz
		0xdd, 0x14, // fst qword [si]
		0x40,       // inc ax
		0x8e, 0xd8, // mov ds,ax
		0xdd, 0x1c) // fstp qword [si]
	if r.engine == nil {
		t.Skip("this host has no translating engine")
	}
	r.translateAt(1)
	cs, ds := r.Seg[CS], r.Seg[DS]
	for range 4 {
		r.FPU.Init()
		r.Seg[CS], r.Seg[DS] = cs, ds
		r.IP, r.Halted = rigCode, false
		r.R[AX], r.R[SI] = uint64(ds.Sel), rigData
		r.Run(100)
		if want := ds.Sel + 1; r.FPU.FDS != want || r.FPU.FDP != rigData {
			t.Fatalf("operand at %x:%x; want %x:%x", r.FPU.FDS, r.FPU.FDP, want, rigData)
		}
	}
	if e := r.engine.count; e.Traces == 0 || e.Exits[0] == 0 {
		t.Errorf("%+v; want translated code", e)
	}
}
