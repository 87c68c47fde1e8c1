package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Instructions in translated code, each against the interpreter: with the flags in all
// the ways translated code keeps them before it, and with code behind it that sees
// some of them, all or none.

// opForm is one form of an instruction. ESI and EDI point to data, with more of it on
// both sides.
type opForm struct {
	name   string
	code   []byte
	leaves bool // it may leave to the interpreter, for good reasons
	alone  bool // it is the interpreter's, with something translated around it
	mixed  bool // some of it is and some is not
}

// forms lists what this file is about. ModRM 46 10 is [esi+16]; C0 + reg*8 + rm.
func forms() []opForm {
	var list []opForm
	form := func(f opForm, code []byte) {
		f.code = slices.Clone(code)
		list = append(list, f)
	}
	add := func(name string, code ...byte) { form(opForm{name: name}, code) }
	mayLeave := func(name string, code ...byte) { form(opForm{name: name, leaves: true}, code) }
	alone := func(name string, code ...byte) { form(opForm{name: name, leaves: true, alone: true}, code) }
	for i, name := range [...]string{"ROL", "ROR", "RCL", "RCR", "SHL", "SHR", "SAL", "SAR"} {
		digit := byte(i) << 3
		for _, rm := range []byte{0, 1, 2, 3, 5, 6, 7} { // also AH CH DH BH; CX counts itself
			if rm < 4 || rm == 5 {
				add(fmt.Sprint(name, " reg32 CL ", rm), 0xd3, 0xc0|digit|rm)
				add(fmt.Sprint(name, " reg16 CL ", rm), 0x66, 0xd3, 0xc0|digit|rm)
			}
			add(fmt.Sprint(name, " reg8 CL ", rm), 0xd2, 0xc0|digit|rm)
		}
		add(name+" mem8 CL", 0xd2, 0x46|digit, 16)
		add(name+" mem16 CL", 0x66, 0xd3, 0x46|digit, 16)
		add(name+" mem32 CL", 0xd3, 0x46|digit, 16)
		for _, n := range []byte{0, 1, 3, 7, 8, 9, 15, 16, 17, 18, 24, 31, 33, 255} {
			s := fmt.Sprint(" ", n)
			add(name+" reg8"+s, 0xc0, 0xc0|digit|2, n)
			add(name+" high8"+s, 0xc0, 0xc0|digit|6, n)
			add(name+" reg16"+s, 0x66, 0xc1, 0xc0|digit|2, n)
			add(name+" reg32"+s, 0xc1, 0xc0|digit|2, n)
			add(name+" BP32"+s, 0xc1, 0xc0|digit|5, n)
			f := add
			if n&31 == 0 {
				f = alone
			}
			f(name+" mem8"+s, 0xc0, 0x46|digit, 16, n)
			f(name+" mem16"+s, 0x66, 0xc1, 0x46|digit, 16, n)
			f(name+" mem32"+s, 0xc1, 0x46|digit, 16, n)
		}
		add(name+" reg8 by 1", 0xd0, 0xc0|digit|3)
		add(name+" mem32 by 1", 0xd1, 0x46|digit, 16)
	}
	for name, op := range map[string]byte{"SHLD": 0xa4, "SHRD": 0xac} {
		for _, n := range []byte{0, 1, 5, 31, 32, 33} {
			f := add
			if n&31 == 0 {
				f = alone
			}
			add(fmt.Sprint(name, " reg ", n), 0x0f, op, 0xd0, n)
			f(fmt.Sprint(name, " mem ", n), 0x0f, op, 0x56, 16, n)
		}
		add(name+" reg CL", 0x0f, op+1, 0xd0)
		add(name+" same CL", 0x0f, op+1, 0xd2)
		add(name+" CX CL", 0x0f, op+1, 0xd1)
		add(name+" mem CL", 0x0f, op+1, 0x6e, 16)
	}
	for i, name := range [...]string{4: "MUL", 5: "IMUL", 6: "DIV", 7: "IDIV"} {
		if name == "" {
			continue
		}
		f := add
		if i >= 6 {
			f = mayLeave
		}
		digit := byte(i) << 3
		for rm := range byte(8) {
			if name != "IDIV" {
				f(fmt.Sprint(name, " 8 ", rm), 0xf6, 0xc0|digit|rm)
			}
			if rm != 4 {
				f(fmt.Sprint(name, " 16 ", rm), 0x66, 0xf7, 0xc0|digit|rm)
				f(fmt.Sprint(name, " 32 ", rm), 0xf7, 0xc0|digit|rm)
			}
		}
		if name != "IDIV" {
			f(name+" mem8", 0xf6, 0x46|digit, 16)
		}
		f(name+" mem16", 0x66, 0xf7, 0x46|digit, 16)
		f(name+" mem32", 0xf7, 0x46|digit, 16)
		if i >= 6 {
			f(name+" of a small dividend 32", 0x99, 0xf7, 0xc0|digit|3)
			f(name+" of a small dividend 16", 0x66, 0x99, 0x66, 0xf7, 0xc0|digit|3)
			f(name+" of a small dividend mem32", 0x99, 0xf7, 0x46|digit, 16)
			f(name+" by CX of no upper half", 0x31, 0xd2, 0xf7, 0xc0|digit|1)
		}
	}
	add("IMUL reg16,reg16", 0x66, 0x0f, 0xaf, 0xd3)
	add("IMUL reg16,mem16", 0x66, 0x0f, 0xaf, 0x56, 16)
	add("IMUL reg32,reg32", 0x0f, 0xaf, 0xd3)
	add("IMUL reg32,mem32", 0x0f, 0xaf, 0x6e, 16)
	add("IMUL reg16,reg16,imm8", 0x66, 0x6b, 0xd3, 0x85)
	add("IMUL reg16,mem16,imm16", 0x66, 0x69, 0x56, 16, 0x34, 0x92)
	add("IMUL reg32,reg32,imm8", 0x6b, 0xd3, 0x85)
	add("IMUL reg32,mem32,imm32", 0x69, 0x56, 16, 0x34, 0x92, 0, 0)
	for i, name := range [...]string{"BT", "BTS", "BTR", "BTC"} {
		op, digit := 0xa3|byte(i)<<3, byte(i+4)<<3
		add(name+" reg,reg", 0x0f, op, 0xda)
		add(name+" reg,same", 0x0f, op, 0xdb)
		add(name+" BP,CX", 0x0f, op, 0xcd)
		add(name+" reg,imm", 0x0f, 0xba, 0xc2|digit, 37)
		add(name+" mem,imm", 0x0f, 0xba, 0x46|digit, 16, 37)
		mayLeave(name+" mem,reg", 0x0f, op, 0x5e, 16)
		// A smaller index: it stays near.
		add(name+" mem,small", 0x0f, 0xbe, 0xdb, 0x0f, op, 0x5e, 16)
		if i != 0 {
			add("LOCK "+name+" mem,imm", 0xf0, 0x0f, 0xba, 0x46|digit, 16, 31)
		}
	}
	for name, op := range map[string]byte{"BSF": 0xbc, "BSR": 0xbd} {
		for _, p := range [][]byte{nil, {0x66}, {0xf3}} {
			s := fmt.Sprintf("% x %s", p, name)
			add(s+" reg", append(p, 0x0f, op, 0xd3)...)
			add(s+" same", append(p, 0x0f, op, 0xdb)...)
			add(s+" BP", append(p, 0x0f, op, 0xeb)...)
			add(s+" mem", append(p, 0x0f, op, 0x56, 16)...)
			add(s+" of 0", append([]byte{0x29, 0xdb}, append(p, 0x0f, op, 0xd3)...)...)
		}
	}
	for i := range byte(16) {
		s := fmt.Sprint(" ", i)
		add("SETcc reg"+s, 0x0f, 0x90|i, 0xc0)
		add("SETcc high"+s, 0x0f, 0x90|i, 0xc6)
		add("SETcc mem"+s, 0x0f, 0x90|i, 0x46, 16)
		add("CMOVcc reg32"+s, 0x0f, 0x40|i, 0xd5)
		add("CMOVcc reg16"+s, 0x66, 0x0f, 0x40|i, 0xc3)
		add("CMOVcc mem32"+s, 0x0f, 0x40|i, 0x56, 16)
		add("CMOVcc mem16"+s, 0x66, 0x0f, 0x40|i, 0x6e, 16)
	}
	for rm := range byte(8) {
		if rm != 4 {
			add(fmt.Sprint("BSWAP ", rm), 0x0f, 0xc8|rm)
		}
	}
	for _, p := range [][]byte{nil, {0x66}} {
		s := fmt.Sprintf("% x ", p)
		add(s+"XADD reg", append(p, 0x0f, 0xc1, 0xda)...)
		add(s+"XADD same", append(p, 0x0f, 0xc1, 0xdb)...)
		add(s+"XADD mem", append(p, 0x0f, 0xc1, 0x5e, 16)...)
		add(s+"LOCK XADD mem", append(p, 0xf0, 0x0f, 0xc1, 0x6e, 16)...)
		for _, before := range [][]byte{nil, {0x8b, 0x46, 16}, {0x89, 0xd0}} { // and with an accumulator that is equal
			s := fmt.Sprintf("% x %s", before, s)
			p := slices.Concat(before, p)
			add(s+"CMPXCHG reg", append(p, 0x0f, 0xb1, 0xda)...)
			add(s+"CMPXCHG AX", append(p, 0x0f, 0xb1, 0xd8)...)
			add(s+"CMPXCHG reg,AX", append(p, 0x0f, 0xb1, 0xc2)...)
			add(s+"CMPXCHG mem", append(p, 0x0f, 0xb1, 0x5e, 16)...)
			add(s+"CMPXCHG mem,AX", append(p, 0x0f, 0xb1, 0x46, 16)...)
			add(s+"LOCK CMPXCHG mem", append(p, 0xf0, 0x0f, 0xb1, 0x6e, 16)...)
		}
	}
	for _, before := range [][]byte{nil, {0x8a, 0x46, 16}} {
		s := fmt.Sprintf("% x ", before)
		add(s+"CMPXCHG mem8", append(before, 0x0f, 0xb0, 0x5e, 16)...)
		add(s+"CMPXCHG mem8,AL", append(before, 0x0f, 0xb0, 0x46, 16)...)
	}
	for name, op := range map[string]byte{"ADC": 0x10, "SBB": 0x18} { // the flags before matter to them, as to INC and DEC
		add(name+" reg8", op, 0xda)
		add(name+" high8", op, 0xe6)
		add(name+" same", op+1, 0xc0)
		add(name+" reg16", 0x66, op+1, 0xda)
		add(name+" reg32,mem", op+3, 0x56, 16)
		add(name+" mem,reg32", op+1, 0x56, 16)
		add(name+" mem8,imm", 0x80, 0x46|op, 16, 0x80)
		add(name+" twice", op+1, 0xd3, op+1, 0xc1)
	}
	for name, digit := range map[string]byte{"INC": 0, "DEC": 8} {
		add(name+" reg32", 0xff, 0xc2|digit)
		add(name+" reg16", 0x66, 0xff, 0xc2|digit)
		add(name+" high8", 0xfe, 0xc6|digit)
		add(name+" mem8", 0xfe, 0x46|digit, 16)
		add(name+" mem32", 0xff, 0x46|digit, 16)
		add(name+" twice", 0xff, 0xc2|digit, 0xfe, 0xc3|digit)
	}
	add("LOCK ADD", 0xf0, 0x01, 0x5e, 16)
	add("LOCK INC", 0xf0, 0xff, 0x46, 16)
	add("LOCK DEC byte", 0xf0, 0xfe, 0x4e, 16)
	add("LOCK OR", 0xf0, 0x83, 0x4e, 16, 0x80)
	for name, op := range map[string]byte{
		"CMC": 0xf5, "CLC": 0xf8, "STC": 0xf9, "CLI": 0xfa, "CLD": 0xfc, "STD": 0xfd, "PUSHF": 0x9c, "SAHF": 0x9e, "LAHF": 0x9f,
		"MOVSB": 0xa4, "MOVSD": 0xa5, "STOSB": 0xaa, "STOSD": 0xab, "LODSB": 0xac, "LODSD": 0xad, "SCASB": 0xae, "SCASD": 0xaf,
	} {
		add(name, op)
	}
	for name, op := range map[string]byte{"MOVSW": 0xa5, "STOSW": 0xab, "LODSW": 0xad, "SCASW": 0xaf} {
		add(name, 0x66, op)
	}
	add("POP mem", 0x8f, 0x46, 16)
	add("POP mem16", 0x66, 0x8f, 0x46, 16)
	add("POP mem near the stack", 0x89, 0xe5, 0x8f, 0x45, 0xfc, 0xff, 0x75, 0, 0x8f, 0x45, 4)
	alone("POP mem by ESP", 0x8f, 0x44, 0x24, 16)
	add("PUSHA", 0x60)
	add("PUSHA 16", 0x66, 0x60)
	add("POPA", 0x60, 0x61)
	add("POPA 16", 0x66, 0x60, 0x66, 0x61)
	add("PUSH reg16", 0x66, 0x53)
	add("PUSH imm16", 0x66, 0x68, 1, 2)
	add("POP reg16", 0x66, 0x5b)
	add("LEAVE 16", 0x89, 0xe5, 0x66, 0xc9)
	add("XLAT", 0x89, 0xf3, 0xd7)
	add("PUSH ES", 0x06)
	add("PUSH CS", 0x0e)
	add("PUSH FS", 0x0f, 0xa0)
	add("MOV reg32,DS", 0x8c, 0xdb)
	add("MOV reg16,SS", 0x66, 0x8c, 0xd2)
	add("MOV mem,GS", 0x8c, 0x6e, 16)
	add("DIV of nothing by mem8", 0xb4, 0, 0xc6, 0x46, 16, 9, 0xf6, 0x76, 16)
	for _, n := range []byte{0, 1, 2, 3, 8, 44, 100} {
		for name, op := range map[string]byte{"MOVSB": 0xa4, "MOVSD": 0xa5, "STOSB": 0xaa, "STOSD": 0xab} {
			add(fmt.Sprint("REP ", name, " up ", n), 0xfc, 0xb9, n, 0, 0, 0, 0xf3, op)
			mayLeave(fmt.Sprint("REP ", name, " ", n), 0xb9, n, 0, 0, 0, 0xf3, op)
			mayLeave(fmt.Sprint("REP ", name, " across pages ", n), 0x8d, 0xbe, 0xf0, 0x07, 0, 0, 0xb9, n, 0, 0, 0, 0xf3, op)
			mayLeave(fmt.Sprint("REP ", name, " overlapping ", n), 0x8d, 0x7e, 3, 0xb9, n, 0, 0, 0, 0xf3, op)
		}
		add(fmt.Sprint("REP MOVSW up ", n), 0xfc, 0xb9, n, 0, 0, 0, 0x66, 0xf3, 0xa5)
		add(fmt.Sprint("REP STOSW up ", n), 0xfc, 0xb9, n, 0, 0, 0, 0xf3, 0x66, 0xab)
	}
	mayLeave("REP MOVSB of a page", 0xfc, 0xb9, 0, 4, 0, 0, 0xf3, 0xa4)
	add("MOVSD from FS", 0x64, 0xa5)
	add("LODSB from CS", 0x2e, 0xac)
	return list
}

// before leaves flags in each of the ways; none leaves what the registers started with.
var flagsBefore = [][]byte{
	nil,
	{0x01, 0xd8},             // ADD EAX,EBX
	{0x28, 0xf1},             // SUB CL,DH
	{0x66, 0x39, 0xc3},       // CMP BX,AX
	{0x3b, 0x56, 0x20},       // CMP EDX,[ESI+32]
	{0x38, 0xdc},             // CMP AH,BL
	{0x84, 0xf0},             // TEST AL,DH
	{0x31, 0xc2},             // XOR EDX,EAX
	{0x42},                   // INC EDX
	{0xfe, 0xcf},             // DEC BH
	{0xf7, 0xdb},             // NEG EBX
	{0xc1, 0xe0, 5},          // SHL EAX,5
	{0xc0, 0xfb, 2},          // SAR BL,2
	{0x66, 0xd1, 0xe8},       // SHR AX,1
	{0x11, 0xc2},             // ADC EDX,EAX
	{0x39, 0xd8, 0x89, 0xd0}, // CMP EAX,EBX; MOV EAX,EDX
	{0x39, 0xdb, 0x89, 0xd3}, // CMP EBX,EBX; MOV EBX,EDX
	{0x38, 0xe7, 0xb4, 1},    // CMP BH,AH; MOV AH,1
}

// flagsBehind sees some of the flags, all, or none. The last two are accesses that may
// share a lookup with the instruction's.
var flagsBehind = [][]byte{
	nil,
	{0x39, 0xed},                         // CMP EBP,EBP
	{0x0f, 0x92, 0xc0, 0x39, 0xed},       // SETB AL; CMP EBP,EBP
	{0x0f, 0x9f, 0xc4, 0x0f, 0x4a, 0xda}, // SETNLE AH; CMOVP EBX,EDX
	{0x74, 0x01, 0x90, 0x70, 0x01, 0x40, 0x90}, // JZ; NOP; JO; INC EAX; NOP
	{0x11, 0xc3, 0x39, 0xed},                   // ADC EBX,EAX; CMP EBP,EBP
	{0x8a, 0x46, 0x14},                         // MOV AL,[ESI+20]
	{0x89, 0x56, 0x08, 0x39, 0xed},             // MOV [ESI+8],EDX; CMP EBP,EBP
}

// opRigs are two processors with the same code, one of which translates at once.
type opRigs struct {
	both [2]*rig
	data [2][]byte // what the code changes in memory
	cs   Segment
	rand *rand.Rand
	more func() // what fill does at its end

	operand uint64 // of x87Tame, and whether there are zeros
	zeros   bool
}

const (
	opsLow  = 0x5000 // memory that is compared
	opsHigh = 0x10000
)

func newOpRigs(t *testing.T, model string, seed uint64) *opRigs {
	r := &opRigs{rand: rand.New(rand.NewPCG(seed, 1))}
	for i, at := range []int{1, -1} {
		rig := newProt(t, model)
		rig.translateAt(at)
		r.both[i], r.cs = rig, rig.Seg[CS]
		r.data[i] = rig.CPU.mem[opsLow:opsHigh]
	}
	return r
}

// translateAt makes the rig's processor translate traces at the given execution; -1
// not at all.
func (r *rig) translateAt(at int) {
	if r.engine == nil {
		return // the host has none
	}
	r.engine.Close()
	r.engine = nil
	if at > 0 {
		r.initEngine(at, codeSize)
	}
}

// value is a number of those where things happen, or any.
func (r *opRigs) value() uint32 {
	edges := [...]uint32{0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff}
	switch r.rand.IntN(4) {
	case 0:
		return edges[r.rand.IntN(len(edges))]
	case 1:
		return uint32(r.rand.IntN(40))
	}
	return r.rand.Uint32()
}

// fill gives both processors the same state in front of the code.
func (r *opRigs) fill() {
	var v State
	for i := range 8 {
		v.R[i] = uint64(r.value())
	}
	v.R[SP], v.R[SI], v.R[DI] = rigStack0-64, rigData+0x800, rigData+0xa00
	flags := r.rand.Uint32()
	m := r.data[0][rigData-opsLow:]
	for i := 0; i < 0x1000; i += 4 {
		x := uint32(0)
		if i >= 0x7e0 && i < 0xa80 {
			x = r.value()
		}
		m[i], m[i+1], m[i+2], m[i+3] = byte(x), byte(x>>8), byte(x>>16), byte(x>>24)
	}
	copy(r.data[1][rigData-opsLow:], m[:0x1000])
	df := r.rand.Uint32() & FlagDF
	for _, rig := range r.both {
		rig.R = v.R
		rig.setArithFlags(flags)
		rig.Flags = rig.Flags&^(FlagDF|FlagIF) | df | flags&FlagIF
		rig.Seg[CS] = r.cs
		rig.IP, rig.Halted = rigCode, false
	}
	if r.more != nil {
		r.more()
	}
}

// run compares the processors behind the code, n times, and returns how often
// translated code was left for the interpreter beyond the HLT at its end. The first
// run looks pages up.
func (r *opRigs) run(t *testing.T, f opForm, code []byte, n int) (left uint64) {
	t.Helper()
	name := f.name
	for _, rig := range r.both {
		rig.code(rigCode, code...)
	}
	for i := range n {
		r.fill()
		start := r.both[0].State
		count := r.both[0].engine.count
		some, rest := int64(0), int64(3000)
		if f.leaves && i%2 != 0 { // stop on the way
			some, rest = int64(r.rand.IntN(150)), 0
		}
		for _, rig := range r.both {
			rig.Run(some + rest)
		}
		if r.both[0].State != r.both[1].State {
			d := cmp.Diff(r.both[1].State, r.both[0].State)
			t.Fatalf("%s (% x): translated (+) and interpreted (-) differ:\n%sfrom R %x Res %x Aux %x", name, code, d, start.R, start.Res, start.Aux)
		}
		if string(r.data[0]) != string(r.data[1]) {
			t.Fatalf("%s (% x): memory differs, from R %x", name, code, start.R)
		}
		e := r.both[0].engine
		if i == 0 {
			if e.count.Traces == count.Traces {
				t.Fatalf("%s (% x): not translated", name, code)
			}
			for _, tr := range e.byOp {
				if !f.mixed && len(tr.alone) != 0 != f.alone && tr.first == traceAt(r.both[0]) {
					t.Fatalf("%s (% x): %d instructions are executed alone", name, code, len(tr.alone))
				}
			}
			continue
		}
		for why, x := range e.count.Exits {
			if why < 2 { // ExitOp, ExitFirst
				left += x - count.Exits[why]
			}
		}
	}
	return left - uint64(n-1)
}

// traceAt is the first op of the trace at rigCode.
func traceAt(r *rig) *Op {
	for _, t := range r.traces.byKey {
		if t.start == rigCode {
			return t.first
		}
	}
	return nil
}

func TestTranslatedOps(t *testing.T) {
	if newOpRigs(t, "pentium-ii", 1).both[0].engine == nil {
		t.Skip("this host has no translating engine")
	}
	n, every := 4, 3
	if testing.Short() {
		n, every = 3, len(flagsBehind)
	}
	r := newOpRigs(t, "pentium-ii", 2)
	for _, f := range forms() {
		for i, before := range flagsBefore {
			for j, behind := range flagsBehind {
				if (i+j)%every != 0 {
					continue
				}
				code := slices.Concat(before, f.code, behind)
				if left := r.run(t, f, code, n); left != 0 && !f.leaves {
					t.Fatalf("%s (% x): left to the interpreter %d times", f.name, code, left)
				}
			}
		}
	}
}

// What the translator takes for granted of every model with 32-bit code.
func TestTranslatedModels(t *testing.T) {
	for _, m := range models() {
		if m.Has32 && !(m.ShiftMask && m.ShiftSetsAF && m.HasProtected && !m.DivFaultsAfter && !m.MulFlags286 && !m.MulFlags8086) {
			t.Errorf("%s: shifts, multiplications and divisions are not those of the translator", m.Name)
		}
	}
}
