package isa

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEncodings decodes named encodings of every family; the listing shows
// mnemonic, operands, sizes, segment and target at once. The offset is 1000h.
func TestEncodings(t *testing.T) {
	const (
		m16 = Mode16
		m32 = Mode32
		p6  = LPentiumPro
	)
	for _, c := range []struct {
		level Level
		mode  Mode
		code  string
		want  string
	}{
		// Arithmetic and logic.
		{L8086, m16, "00 07", "add byte ptr [bx], al"},
		{L8086, m16, "13 46 fe", "adc ax, word ptr [bp-0x2]"},
		{p6, m32, "01 d8", "add eax, ebx"},
		{p6, m32, "66 01 d8", "add ax, bx"},
		{p6, m16, "66 05 78 56 34 12", "add eax, 0x12345678"},
		{p6, m32, "80 3d 00 10 00 00 7f", "cmp byte ptr [0x1000], 0x7f"},
		{p6, m32, "83 c4 f0", "add esp, 0xfffffff0"},
		{p6, m16, "83 c4 f0", "add sp, 0xfff0"},
		{p6, m32, "82 c8 80", "or al, 0x80"},
		{L8086, m16, "d4 0a", "aam 0xa"},
		{L80186, m16, "69 c3 34 12", "imul ax, bx, 0x1234"},
		{p6, m32, "6b c0 ff", "imul eax, eax, 0xffffffff"},
		{p6, m32, "0f af c1", "imul eax, ecx"},
		{L8086, m16, "f6 f1", "div cl"},
		{L8086, m16, "f6 0f 55", "test byte ptr [bx], 0x55"},
		{p6, m32, "98", "cwde"},
		{p6, m32, "66 99", "cwd"},
		{p6, m32, "f0 ff 00", "lock inc dword ptr [eax]"},
		// Shifts.
		{L80186, m16, "c1 e0 04", "shl ax, 0x4"},
		{L8086, m16, "d3 c8", "ror ax, cl"},
		{L8086, m16, "d0 30", "setmo byte ptr [bx+si], 0x1"},
		{L8086, m16, "d3 f0", "setmoc ax, cl"},
		{L80186, m16, "d3 f0", "shl ax, cl"},
		{p6, m32, "0f a4 c2 03", "shld edx, eax, 0x3"},
		{p6, m32, "0f ad c2", "shrd edx, eax, cl"},
		// Bits.
		{p6, m32, "0f ba 28 1f", "bts dword ptr [eax], 0x1f"},
		{p6, m32, "0f bc c1", "bsf eax, ecx"},
		{p6, m32, "0f cf", "bswap edi"},
		// Moves.
		{L8086, m16, "8c d8", "mov ax, ds"},
		{p6, m32, "8c d8", "mov eax, ds"},
		{p6, m32, "8c 18", "mov word ptr [eax], ds"},
		{p6, m32, "8e e0", "mov fs, ax"},
		{L8086, m16, "8e e0", "mov es, ax"},
		{L8086, m16, "8e c8", "mov cs, ax"},
		{L8086, m16, "2e a1 34 12", "mov ax, word ptr cs:[0x1234]"},
		{p6, m32, "a2 78 56 34 92", "mov byte ptr [0x92345678], al"},
		{p6, m32, "67 a3 34 92", "mov dword ptr [0x9234], eax"},
		{p6, m32, "b7 01", "mov bh, 0x1"},
		{p6, m32, "66 be 34 12", "mov si, 0x1234"},
		{p6, m32, "8d 44 8d 10", "lea eax, [ebp+ecx*4+0x10]"},
		{p6, m32, "0f b6 c4", "movzx eax, ah"},
		{p6, m32, "0f bf 00", "movsx eax, word ptr [eax]"},
		{L8086, m16, "c5 36 00 02", "lds si, word ptr [0x200]"},
		{p6, m32, "0f b2 20", "lss esp, dword ptr [eax]"},
		{L8086, m16, "93", "xchg bx, ax"},
		{L8086, m16, "90", "nop"},
		{L8086, m16, "26 d7", "es xlatb"},
		{L8086, m16, "d6", "salc"},
		{L80386, m16, "0f 12 07", "umov al, byte ptr [bx]"},
		{L80486, m32, "0f c1 08", "xadd dword ptr [eax], ecx"},
		{L80486, m32, "f0 0f b1 0b", "lock cmpxchg dword ptr [ebx], ecx"},
		{LPentium, m32, "0f c7 0e", "cmpxchg8b qword ptr [esi]"},
		{p6, m32, "0f 44 c8", "cmovz ecx, eax"},
		{p6, m32, "0f 9f c0", "setnle al"},
		// Stack.
		{L8086, m16, "0f", "pop cs"},
		{L8086, m16, "54", "push sp"},
		{L80186, m16, "6a ff", "push 0xffff"},
		{p6, m32, "6a ff", "push 0xffffffff"},
		{L80186, m16, "c8 10 00 02", "enter 0x10, 0x2"},
		{p6, m32, "0f a1", "pop fs"},
		{p6, m32, "60", "pushad"},
		{p6, m32, "66 9d", "popf"},
		{L8086, m16, "ff f8", "push ax"},
		{L8086, m16, "8f c9", "pop cx"},
		// Transfers.
		{L8086, m16, "eb fe", "jmp 0x1000"},
		{L8086, m16, "72 7f", "jb 0x1081"},
		{L8086, m16, "62 7f", "jb 0x1081"},
		{L8086, m16, "e9 00 f0", "jmp 0x3"},
		{p6, m32, "0f 85 00 f0 ff ff", "jnz 0x6"},
		{p6, m16, "66 0f 85 00 00 01 00", "jnz 0x11007"},
		{p6, m32, "66 e8 fc ff", "call 0x1000"},
		{p6, m32, "67 e3 10", "jcxz 0x1013"},
		{p6, m32, "e3 10", "jecxz 0x1012"},
		{L8086, m16, "ea 00 7c 34 12", "jmp far 0x1234:0x7c00"},
		{p6, m16, "66 9a 78 56 34 12 08 00", "call far 0x8:0x12345678"},
		{p6, m32, "ff 15 00 10 00 00", "call dword ptr [0x1000]"},
		{p6, m32, "ff 2b", "jmp far dword ptr [ebx]"},
		{L8086, m16, "fe d0", "call al"},
		{L8086, m16, "c0 04 00", "ret 0x4"},
		{L8086, m16, "c9", "retf"},
		{L80186, m16, "c9", "leave"},
		{L8086, m16, "cd 21", "int 0x21"},
		{p6, m32, "f1", "int1"},
		{L80186, m16, "62 06 00 10", "bound ax, word ptr [0x1000]"},
		// Strings and ports.
		{L8086, m16, "f3 a4", "rep movsb"},
		{p6, m32, "64 67 a7", "fs a16 cmpsd"},
		{L8086, m16, "f2 ae", "repne scasb"},
		{L80186, m16, "6d", "insw"},
		{p6, m32, "66 ef", "out dx, ax"},
		{p6, m32, "e4 60", "in al, 0x60"},
		// System.
		{L80286, m16, "63 c8", "arpl ax, cx"},
		{L80286, m16, "0f 01 16 00 10", "lgdt word ptr [0x1000]"},
		{L80286, m16, "0f 01 e0", "smsw ax"},
		{p6, m32, "0f 01 e0", "smsw eax"},
		{L80286, m16, "0f 05", "loadall"},
		{L80286, m16, "f1 90", "nop"},
		{p6, m16, "0f 22 d8", "mov cr3, eax"},
		{p6, m16, "0f 20 18", "mov eax, cr3"},
		{p6, m32, "0f 21 f8", "mov eax, dr7"},
		{L80386, m16, "0f 24 f0", "mov eax, tr6"},
		{L80486, m32, "0f 01 38", "invlpg [eax]"},
		{LPentium, m32, "0f a2", "cpuid"},
		{p6, m32, "0f ae 00", "fxsave [eax]"},
		{p6, m32, "0f 0b", "ud2"},
		{p6, m32, "0f 1f 84 00 00 00 00 00", "nop dword ptr [eax+eax]"},
		// x87.
		{L8086, m16, "d9 ee", "fldz"},
		{L8086, m16, "d8 c1", "fadd st(0), st(1)"},
		{L8086, m16, "dc e9", "fsub st(1), st(0)"},
		{L8086, m16, "de d9", "fcompp"},
		{L8086, m16, "db 2f", "fld tbyte ptr [bx]"},
		{L8086, m16, "df 27", "fbld tbyte ptr [bx]"},
		{L80286, m16, "df e0", "fnstsw ax"},
		{L80386, m16, "d9 fe", "fsin"},
		{L80286, m16, "d9 fe", "esc"},
		{p6, m32, "da c1", "fcmovb st(0), st(1)"},
		{p6, m32, "df f1", "fcomip st(0), st(1)"},
		{p6, m32, "df c2", "ffreep st(2)"},
		{p6, m32, "dd 30", "fnsave [eax]"},
		{p6, m32, "9b", "wait"},
		// 16-bit addresses.
		{p6, m16, "8b 00", "mov ax, word ptr [bx+si]"},
		{p6, m16, "8b 01", "mov ax, word ptr [bx+di]"},
		{p6, m16, "8b 02", "mov ax, word ptr [bp+si]"},
		{p6, m16, "8b 03", "mov ax, word ptr [bp+di]"},
		{p6, m16, "8b 04", "mov ax, word ptr [si]"},
		{p6, m16, "8b 05", "mov ax, word ptr [di]"},
		{p6, m16, "8b 06 00 80", "mov ax, word ptr [0x8000]"},
		{p6, m16, "8b 07", "mov ax, word ptr [bx]"},
		{p6, m16, "8b 86 00 80", "mov ax, word ptr [bp-0x8000]"},
		{p6, m32, "67 8b 46 00", "mov eax, dword ptr [bp]"},
		// 32-bit addresses.
		{p6, m16, "67 8b 04 24", "mov ax, word ptr [esp]"},
		{p6, m32, "8b 44 24 04", "mov eax, dword ptr [esp+0x4]"},
		{p6, m32, "8b 05 ff ff ff ff", "mov eax, dword ptr [0xffffffff]"},
		{p6, m32, "8b 04 25 00 00 00 80", "mov eax, dword ptr [0x80000000]"},
		{p6, m32, "8b 04 65 10 00 00 00", "mov eax, dword ptr [0x10]"},
		{p6, m32, "8b 04 e0", "mov eax, dword ptr [eax]"},
		{p6, m32, "8b 04 cd 10 00 00 00", "mov eax, dword ptr [ecx*8+0x10]"},
		{p6, m32, "8b 84 45 00 01 00 00", "mov eax, dword ptr [ebp+eax*2+0x100]"},
		{p6, m32, "8b 45 80", "mov eax, dword ptr [ebp-0x80]"},
		// Prefixes: the last segment and the last repeat prefix win.
		{p6, m32, "2e 3e 26 8b 00", "mov eax, dword ptr es:[eax]"},
		{p6, m32, "f3 f2 ae", "repne scasb"},
		{p6, m32, "66 66 66 b8 34 12", "mov ax, 0x1234"},
		{L8086, m16, "f1 90", "lock nop"},
		{L80286, m16, "f0 90", "lock nop"},
		{L8086, m16, "66 10", "jbe 0x1012"},
	} {
		d := NewDecoder(c.level)
		var in Inst
		code := unhex(t, c.code)
		st := d.Decode(code, c.mode, &in)
		if st != OK || int(in.Len) != len(code) {
			t.Errorf("level %d, mode %d: Decode(%s) = %v, length %d; want OK, %d", c.level, c.mode, c.code, st, in.Len, len(code))
			continue
		}
		if got := in.String(0x1000); got != c.want {
			t.Errorf("level %d, mode %d: Decode(%s) = %q; want %q", c.level, c.mode, c.code, got, c.want)
		}
	}
}

// TestFields checks what a listing does not show.
func TestFields(t *testing.T) {
	type fields struct {
		Op               Op
		Imm              uint64
		Imm2             uint16
		Disp             int64
		Base, Index      uint8
		Scale, Seg       uint8
		OpSize, AddrSize uint8
		HasSeg           bool
		Args             [3]Operand
	}
	reg := func(n, size uint8) Operand { return Operand{Reg, n, size} }
	mem := func(size uint8) Operand { return Operand{Mem, 0, size} }
	const z = ZeroReg
	for _, c := range []struct {
		level Level
		mode  Mode
		code  string
		want  fields
	}{
		{L8086, Mode16, "a4", fields{Op: MOVS, Base: 6, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{mem(1), mem(1)}}},
		{L8086, Mode16, "2e a7", fields{Op: CMPS, Base: 6, Index: z, Seg: CS, HasSeg: true, OpSize: 2, AddrSize: 2, Args: [3]Operand{mem(2), mem(2)}}},
		{L8086, Mode16, "2e aa", fields{Op: STOS, Base: 7, Index: z, Seg: ES, HasSeg: true, OpSize: 2, AddrSize: 2, Args: [3]Operand{mem(1), reg(0, 1)}}},
		{LPentiumPro, Mode32, "64 ad", fields{Op: LODS, Base: 6, Index: z, Seg: FS, HasSeg: true, OpSize: 4, AddrSize: 4, Args: [3]Operand{reg(0, 4), mem(4)}}},
		{LPentiumPro, Mode32, "6d", fields{Op: INS, Base: 7, Index: z, Seg: ES, OpSize: 4, AddrSize: 4, Args: [3]Operand{mem(4), reg(2, 2)}}},
		{L8086, Mode16, "36 d7", fields{Op: XLAT, Base: 3, Index: z, Seg: SS, HasSeg: true, OpSize: 2, AddrSize: 2, Args: [3]Operand{mem(1)}}},
		{L8086, Mode16, "a0 00 80", fields{Op: MOV, Disp: 0x8000, Base: z, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{reg(0, 1), mem(1)}}},
		{L8086, Mode16, "8b 42 fe", fields{Op: MOV, Disp: -2, Base: 5, Index: 6, Seg: SS, OpSize: 2, AddrSize: 2, Args: [3]Operand{reg(0, 2), mem(2)}}},
		{L8086, Mode16, "3e 8b 46 00", fields{Op: MOV, Base: 5, Index: z, Seg: DS, HasSeg: true, OpSize: 2, AddrSize: 2, Args: [3]Operand{reg(0, 2), mem(2)}}},
		{LPentiumPro, Mode32, "8b 04 6c", fields{Op: MOV, Base: 4, Index: 5, Scale: 1, Seg: SS, OpSize: 4, AddrSize: 4, Args: [3]Operand{reg(0, 4), mem(4)}}},
		{LPentiumPro, Mode32, "8b 04 2a", fields{Op: MOV, Base: 2, Index: 5, Seg: DS, OpSize: 4, AddrSize: 4, Args: [3]Operand{reg(0, 4), mem(4)}}},
		{LPentiumPro, Mode32, "8b 04 ad 00 00 00 80", fields{Op: MOV, Disp: -0x80000000, Base: z, Index: 5, Scale: 2, Seg: DS, OpSize: 4, AddrSize: 4, Args: [3]Operand{reg(0, 4), mem(4)}}},
		{LPentiumPro, Mode32, "83 c0 80", fields{Op: ADD, Imm: 0xffffffffffffff80, Base: z, Index: z, Seg: DS, OpSize: 4, AddrSize: 4, Args: [3]Operand{reg(0, 4), {Imm, 0, 4}}}},
		{LPentiumPro, Mode32, "b8 00 00 00 80", fields{Op: MOV, Imm: 0x80000000, Base: z, Index: z, Seg: DS, OpSize: 4, AddrSize: 4, Args: [3]Operand{reg(0, 4), {Imm, 0, 4}}}},
		{LPentiumPro, Mode32, "e9 fb ff ff ff", fields{Op: JMP, Imm: 0xfffffffffffffffb, Base: z, Index: z, Seg: DS, OpSize: 4, AddrSize: 4, Args: [3]Operand{{Rel, 0, 4}}}},
		{L8086, Mode16, "9a 00 f0 34 12", fields{Op: CALLF, Imm: 0xf000, Imm2: 0x1234, Base: z, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{{Far, 0, 2}}}},
		{L80186, Mode16, "c8 34 f2 ff", fields{Op: ENTER, Imm: 0xf234, Imm2: 0xff, Base: z, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{{Imm, 0, 2}, {Imm, 0, 1}}}},
		{L8086, Mode16, "d1 e0", fields{Op: SHL, Imm: 1, Base: z, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{reg(0, 2), {Imm, 0, 1}}}},
		{L8086, Mode16, "d2 27", fields{Op: SHL, Base: 3, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{mem(1), reg(1, 1)}}},
		{LPentiumPro, Mode32, "66 e5 10", fields{Op: IN, Imm: 0x10, Base: z, Index: z, Seg: DS, OpSize: 2, AddrSize: 4, Args: [3]Operand{reg(0, 2), {Imm, 0, 1}}}},
		{LPentiumPro, Mode16, "dd 37", fields{Op: FNSAVE, Base: 3, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{mem(0)}}},
		{L8086, Mode16, "8c f8", fields{Op: MOV, Base: z, Index: z, Seg: DS, OpSize: 2, AddrSize: 2, Args: [3]Operand{reg(0, 2), {SReg, DS, 2}}}},
	} {
		var in Inst
		if st := NewDecoder(c.level).Decode(unhex(t, c.code), c.mode, &in); st != OK {
			t.Errorf("Decode(%s) = %v", c.code, st)
			continue
		}
		got := fields{in.Op, in.Imm, in.Imm2, in.Disp, in.Base, in.Index, in.Scale, in.Seg, in.OpSize, in.AddrSize, in.HasSeg, in.Args}
		if got != c.want {
			t.Errorf("Decode(%s) = %+v; want %+v", c.code, got, c.want)
		}
	}
}

// lockable is the list of the 80386 PRM (LOCK) and of the i486 and Pentium
// manuals for the later instructions, as opcode and digit with a memory operand.
var lockable = map[Op]bool{
	ADD: true, OR: true, ADC: true, SBB: true, AND: true, SUB: true, XOR: true, NOT: true, NEG: true, INC: true, DEC: true,
	XCHG: true, BTS: true, BTR: true, BTC: true, XADD: true, CMPXCHG: true, CMPXCHG8B: true,
}

// TestLock tries LOCK with every encoding. It needs a memory destination: for
// XCHG and the 00-3F block that is r/m, in the opcodes with bit 1 clear.
func TestLock(t *testing.T) {
	for level := L8086; level <= LastLevel; level++ {
		d := NewDecoder(level)
		for n := range 512 {
			if n < 256 && d.prefix[n] != notPrefix {
				continue
			}
			for modrm := range 256 {
				code := []byte{0xf0, byte(n), byte(modrm), 0, 0, 0, 0, 0, 0, 0}
				if n >= 256 {
					code = append([]byte{0xf0, 0x0f}, code[1:]...)
				}
				var plain, in Inst
				if d.Decode(code[1:], Mode16, &plain) != OK {
					continue
				}
				got := d.Decode(code, Mode16, &in)
				ok := lockable[plain.Op] || plain.Op == BT && level == L80386
				ok = ok && plain.Args[0].Kind == Mem
				if want := map[bool]Status{true: OK, false: Invalid}[ok || level < L80386]; got != want {
					t.Errorf("level %d: Decode(% x) = %v; want %v (%v)", level, code[:4], got, want, plain.String(0))
				}
				if got == OK && (!in.Lock || in.Len != plain.Len+1) {
					t.Errorf("level %d: Decode(% x): Lock = %v, length %d", level, code[:4], in.Lock, in.Len)
				}
			}
		}
	}
}

// TestLengthLimit checks both sides of the limit of each model.
func TestLengthLimit(t *testing.T) {
	run := func(prefixes int, rest string) []byte {
		return append(bytes.Repeat([]byte{0x26}, prefixes), unhex(t, rest)...)
	}
	for _, c := range []struct {
		name  string
		level Level
		code  []byte
		want  Status
		len   uint8
	}{
		{"15 bytes", L80386, run(9, "81 06 00 10 34 12"), OK, 15},
		{"16 bytes", L80386, run(10, "81 06 00 10 34 12"), TooLong, 15},
		{"14 prefixes and NOP", LPentiumPro, run(14, "90"), OK, 15},
		{"15 prefixes and NOP", LPentiumPro, run(15, "90"), TooLong, 15},
		{"15 prefixes, no more code", LPentiumPro, run(15, ""), TooLong, 15},
		{"14 prefixes, no more code", LPentiumPro, run(14, ""), Short, 14},
		{"14 prefixes and 0F", LPentiumPro, run(14, "0f"), TooLong, 15},
		{"14 prefixes and an undefined opcode", LPentiumPro, run(13, "0f ff"), Invalid, 15},
		{"illegal LOCK, too long as well", LPentiumPro, run(14, "f0 90"), TooLong, 15},
		{"10 bytes", L80286, run(4, "81 06 00 10 34 12"), OK, 10},
		{"11 bytes", L80286, run(5, "81 06 00 10 34 12"), TooLong, 10},
		{"9 prefixes, no more code", L80286, run(9, ""), Short, 9},
		{"20 prefixes", L8086, run(20, "90"), OK, 21},
		{"20 prefixes, no more code", L8086, run(20, ""), Short, 20},
		{"63 prefixes", L8086, run(63, "90"), OK, 64},
		{"64 prefixes", L80186, run(64, "90"), Invalid, 64},
		{"1000 prefixes", L80186, run(1000, ""), Invalid, 64},
	} {
		var in Inst
		got := NewDecoder(c.level).Decode(c.code, Mode16, &in)
		if got != c.want || in.Len != c.len {
			t.Errorf("%s: Decode = %v, length %d; want %v, %d", c.name, got, in.Len, c.want, c.len)
		}
	}
}

// TestShort cuts instructions of every layout after each byte.
func TestShort(t *testing.T) {
	for _, c := range []struct {
		mode Mode
		code string
	}{
		{Mode32, "26 66 67 f0 81 87 34 12 78 56"},
		{Mode32, "81 84 8d 78 56 34 12 01 02 03 04"},
		{Mode32, "c7 44 24 08 01 00 00 00"},
		{Mode32, "8b 04 25 78 56 34 12"},
		{Mode16, "c7 06 00 10 34 12"},
		{Mode16, "c8 10 00 02"},
		{Mode16, "66 ea 78 56 34 12 08 00"},
		{Mode32, "a1 78 56 34 12"},
		{Mode32, "0f 85 00 00 00 00"},
		{Mode32, "0f ba 60 04 07"},
		{Mode32, "d9 ee"},
		{Mode16, "0f 22 c0"},
		{Mode16, "eb fe"},
		{Mode16, "fe 97 f0 e0"}, // undefined, and read whole
		{Mode32, "66 c7 4c f7 e1 aa 0d"},
	} {
		d := NewDecoder(LPentiumPro)
		code := unhex(t, c.code)
		for n := range code {
			var in Inst
			if st := d.Decode(code[:n], c.mode, &in); st != Short || int(in.Len) != n || in.Row != nil {
				t.Errorf("Decode(% x) = %v, length %d; want Short, %d", code[:n], st, in.Len, n)
			}
		}
		if st := d.Decode(code, c.mode, new(Inst)); st == Short {
			t.Errorf("Decode(% x) = Short", code)
		}
	}
}

// TestUndefined checks how much of an undefined encoding is read.
func TestUndefined(t *testing.T) {
	for _, c := range []struct {
		level Level
		mode  Mode
		code  string
		len   uint8
	}{
		{LPentiumPro, Mode32, "0f ff 00 00 00 00", 2},                 // no row: at once
		{LPentiumPro, Mode32, "0f 24 80 00 00 00", 2},                 // gone since the Pentium
		{LPentiumPro, Mode32, "fe 94 eb 0a 00 00 00 00", 7},           // whole address form
		{LPentiumPro, Mode32, "c6 9c 49 08 36 40 00 f4 00", 8},        // and immediate
		{LPentiumPro, Mode32, "66 c7 18 e1 61 e4", 5},                 // by operand size
		{LPentiumPro, Mode32, "0f ba d9 ff 00", 4},                    // BT group /3
		{LPentiumPro, Mode32, "f0 c7 05 00 00 00 00 01 00 00 00", 11}, // LOCK MOV
		{L80186, Mode16, "64 90", 1},
		{L80286, Mode16, "66 90", 1},
		{L80386, Mode16, "0f a7 c0", 2},
		{L80386, Mode16, "0f c8", 2},
	} {
		var in Inst
		st := NewDecoder(c.level).Decode(unhex(t, c.code), c.mode, &in)
		if st != Invalid || in.Len != c.len || in.Row != nil {
			t.Errorf("level %d: Decode(%s) = %v, length %d; want Invalid, %d", c.level, c.code, st, in.Len, c.len)
		}
		if got := in.String(0); got != "(bad)" {
			t.Errorf("String of an undefined instruction = %q", got)
		}
	}
}

func TestDecoderLevel(t *testing.T) {
	if got := NewDecoder(200).Level(); got != LastLevel {
		t.Errorf("NewDecoder(200).Level() = %d; want %d", got, LastLevel)
	}
	d := NewDecoder(L80286)
	var in Inst
	if d.Level() != L80286 || d.Decode([]byte{0x90}, Mode16, &in) != OK || d.Row(in.Row.ID) != in.Row {
		t.Errorf("Level() = %d, row %v", d.Level(), in.Row)
	}
}

var benchCodes = [][]byte{
	{0x01, 0xd8}, {0x8b, 0x45, 0x08}, {0x8b, 0x84, 0x8e, 0x10, 0x20, 0x30, 0x40}, {0x74, 0x10}, {0x83, 0xc4, 0x10},
	{0xe8, 1, 2, 3, 4}, {0x0f, 0xb6, 0x02}, {0x55}, {0x66, 0xb8, 1, 2}, {0xf3, 0xa5}, {0xd9, 0xee}, {0xc1, 0xe0, 0x04},
}

func TestDecodeAllocates(t *testing.T) {
	d := NewDecoder(LPentiumPro)
	var in Inst
	n := testing.AllocsPerRun(100, func() {
		for _, code := range benchCodes {
			d.Decode(code, Mode32, &in)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

func BenchmarkDecode(b *testing.B) {
	d := NewDecoder(LPentiumPro)
	var in Inst
	n := 0
	for b.Loop() {
		if d.Decode(benchCodes[n], Mode32, &in) != OK {
			b.Fatal("not decoded")
		}
		if n++; n == len(benchCodes) {
			n = 0
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "MIPS")
}
