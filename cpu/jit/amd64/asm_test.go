package amd64

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// Everything that Asm writes is read back with the disassembler of golang.org/x/arch.

var sizes = []uint8{1, 2, 4, 8}

// of is a register as an operand of a size, for the disassembler.
func of(r Reg, size uint8) x86asm.Arg {
	switch {
	case size == 1 && r == SIL:
		return x86asm.SIB
	case size == 1 && r == DIL:
		return x86asm.DIB
	case size == 1 && r >= R8:
		return x86asm.R8B + x86asm.Reg(r-R8)
	}
	first := map[uint8]x86asm.Reg{1: x86asm.AL, 2: x86asm.AX, 4: x86asm.EAX, 8: x86asm.RAX}
	return first[size] + x86asm.Reg(r)
}

// registers are those that can be an operand of a size.
func registers(size uint8) []Reg {
	var all []Reg
	for r := AX; r <= R15; r++ {
		all = append(all, r)
	}
	if size == 1 {
		all = append(all, SIL, DIL)
	}
	return all
}

// rex and noREX say which byte registers an instruction cannot have together.
func rex(r Reg) bool   { return r >= R8 }
func noREX(r Reg) bool { return r >= SP && r <= DI }

// pairs calls f with all pairs of registers that one instruction can have.
func pairs(size uint8, f func(x, y Reg)) {
	for _, x := range registers(size) {
		for _, y := range registers(size) {
			if size != 1 || !(rex(x) && noREX(y) || rex(y) && noREX(x)) {
				f(x, y)
			}
		}
	}
}

// mems are operands in memory of all shapes.
func mems() []Mem {
	var all []Mem
	for i, disp := range []int32{0, 1, -128, 127, 128, -129, math.MaxInt32, math.MinInt32} {
		for base := AX; base <= R15; base++ {
			all = append(all, At(base, disp))
			for index := AX; index <= R15; index++ {
				if index != SP {
					all = append(all, Mem{base, index, (uint8(index) + uint8(i)) & 3, disp})
				}
			}
		}
		for scale := range uint8(4) {
			all = append(all, Mem{None, DX, scale, disp}, Mem{None, BP, scale, disp}, Mem{None, R12, scale, disp})
		}
		all = append(all, At(None, disp))
	}
	return all
}

// withMems calls f with registers and operands in memory that one instruction can have.
func withMems(size uint8, f func(r Reg, m Mem)) {
	for i, m := range mems() {
		all := registers(size)
		r := all[i*7%len(all)]
		if size == 1 && noREX(r) && (m.Base >= R8 && m.Base <= R15 || m.Index >= R8 && m.Index <= R15) {
			r = DIL
		}
		f(r, m)
	}
}

// arg is what the disassembler makes of an operand in memory.
func (m Mem) arg() x86asm.Arg {
	a := x86asm.Mem{Disp: int64(m.Disp)}
	if m.Base != None {
		a.Base = x86asm.RAX + x86asm.Reg(m.Base)
	}
	if m.Index != None {
		a.Index, a.Scale = x86asm.RAX+x86asm.Reg(m.Index), 1<<m.Scale
	}
	return a
}

// imm is an immediate of an operand of size bytes. The disassembler extends the sign of
// some and not of others; 64-bit instructions do.
func imm(v uint32, size uint8) x86asm.Arg {
	switch size {
	case 1:
		return x86asm.Imm(uint8(v))
	case 2:
		return x86asm.Imm(uint16(v))
	case 4:
		return x86asm.Imm(v)
	}
	return x86asm.Imm(int32(v))
}

// cut takes from an immediate what is above the size of the other operand.
func cut(v x86asm.Imm, in *x86asm.Inst) x86asm.Arg {
	size := in.MemBytes
	if r, ok := in.Args[0].(x86asm.Reg); ok {
		switch {
		case r < x86asm.AX:
			size = 1
		case r < x86asm.EAX:
			size = 2
		case r < x86asm.RAX:
			size = 4
		default:
			size = 8
		}
	}
	return v & x86asm.Imm(uint64(math.MaxUint64)>>(64-8*size))
}

// check writes one instruction and reads it back. size is that of an operand in
// memory, 0 if there is none.
func check(t *testing.T, write func(a *Asm), op x86asm.Op, size uint8, args ...x86asm.Arg) {
	t.Helper()
	a := Asm{Code: make([]byte, 2*maxInst)}
	write(&a)
	code := a.Code[:a.N]
	in, err := x86asm.Decode(code, 64)
	if err != nil {
		t.Errorf("% x: %v; want %v %v", code, err, op, args)
		return
	}
	var got []x86asm.Arg
	for _, g := range in.Args {
		switch v := g.(type) {
		case nil:
			continue
		case x86asm.Mem:
			if v.Index == 0 {
				v.Scale = 0
			}
			v.Segment = 0
			v.Disp = int64(int32(v.Disp))
			g = v
		case x86asm.Imm:
			g = cut(v, &in)
		}
		got = append(got, g)
	}
	if in.Len != len(code) || in.Op != op || !slices.Equal(got, args) || size != 0 && in.MemBytes != int(size) {
		t.Errorf("% x reads %v %v of %d bytes, %d of memory; want %v %v, %d", code, in.Op, got, in.Len, in.MemBytes, op, args, size)
	}
}

func TestMoves(t *testing.T) {
	for _, size := range sizes {
		pairs(size, func(x, y Reg) {
			check(t, func(a *Asm) { a.Mov(size, x, y) }, x86asm.MOV, 0, of(x, size), of(y, size))
			if x == AX && y == AX && size == 4 {
				return
			}
			check(t, func(a *Asm) { a.Xchg(size, x, y) }, x86asm.XCHG, 0, of(x, size), of(y, size))
		})
		withMems(size, func(r Reg, m Mem) {
			check(t, func(a *Asm) { a.Load(size, r, m) }, x86asm.MOV, size, of(r, size), m.arg())
			check(t, func(a *Asm) { a.Store(size, m, r) }, x86asm.MOV, size, m.arg(), of(r, size))
			for _, v := range []uint32{0, 0x7f, 0xffffffff, 0x80000000, 0x12345678} {
				check(t, func(a *Asm) { a.StoreImm(size, m, v) }, x86asm.MOV, size, m.arg(), imm(v, size))
			}
		})
	}
	for _, size := range []uint8{1, 2, 4} {
		for _, r := range registers(size) {
			for _, v := range []uint32{0, 0x7f, 0xffffffff, 0x80000000, 0x12345678} {
				check(t, func(a *Asm) { a.MovImm(size, r, v) }, x86asm.MOV, 0, of(r, size), imm(v, size))
			}
		}
	}
	for r := AX; r <= R15; r++ {
		check(t, func(a *Asm) { a.MovImm64(r, 0x89abcdef) }, x86asm.MOV, 0, of(r, 4), imm(0x89abcdef, 4))
		check(t, func(a *Asm) { a.MovImm64(r, 0x123456789abcdef0) }, x86asm.MOV, 0, of(r, 8), x86asm.Imm(0x123456789abcdef0))
		check(t, func(a *Asm) { a.MovImm64(r, 1<<63) }, x86asm.MOV, 0, of(r, 8), x86asm.Imm(math.MinInt64))
		check(t, func(a *Asm) { a.Bswap(r) }, x86asm.BSWAP, 0, of(r, 4))
		check(t, func(a *Asm) { a.BtReg(r, 16) }, x86asm.BT, 0, of(r, 4), x86asm.Imm(16))
	}
	for _, m := range mems() {
		check(t, func(a *Asm) { a.Lea(R13, m) }, x86asm.LEA, 0, of(R13, 4), m.arg())
		check(t, func(a *Asm) { a.RM(0x8d, 8, DI, m) }, x86asm.LEA, 0, of(DI, 8), m.arg())
	}
}

func TestExtensions(t *testing.T) {
	for _, from := range []uint8{1, 2, 4} {
		for _, size := range []uint8{2, 4, 8} {
			if size <= from {
				continue
			}
			for x := AX; x <= R15; x++ {
				for _, y := range registers(from) {
					if from == 1 && noREX(y) && (rex(x) || size == 8) {
						continue
					}
					if from == 4 {
						check(t, func(a *Asm) { a.MovZX(size, from, x, y) }, x86asm.MOV, 0, of(x, 4), of(y, 4))
						check(t, func(a *Asm) { a.MovSX(size, from, x, y) }, x86asm.MOVSXD, 0, of(x, 8), of(y, 4))
						continue
					}
					check(t, func(a *Asm) { a.MovZX(size, from, x, y) }, x86asm.MOVZX, 0, of(x, size), of(y, from))
					check(t, func(a *Asm) { a.MovSX(size, from, x, y) }, x86asm.MOVSX, 0, of(x, size), of(y, from))
				}
			}
		}
		withMems(4, func(r Reg, m Mem) {
			zx, sx := x86asm.MOVZX, x86asm.MOVSX
			if from == 4 {
				zx, sx = x86asm.MOV, x86asm.MOV
			}
			check(t, func(a *Asm) { a.LoadZX(from, r, m) }, zx, from, of(r, 4), m.arg())
			check(t, func(a *Asm) { a.LoadSX(from, r, m) }, sx, from, of(r, 4), m.arg())
		})
	}
	check(t, func(a *Asm) { a.MovSX(4, 4, SI, R12) }, x86asm.MOV, 0, of(SI, 4), of(R12, 4))
}

func TestArithmetic(t *testing.T) {
	values := []uint32{0, 1, 0x7f, 0x80, 0xff, 0xff80, 0xffff, 0x7fff, 0x8000, 0xffffff80, 0xffffffff, 0x80000000, 0x12345678}
	for op, x := range [8]x86asm.Op{x86asm.ADD, x86asm.OR, x86asm.ADC, x86asm.SBB, x86asm.AND, x86asm.SUB, x86asm.XOR, x86asm.CMP} {
		op := uint8(op)
		for _, size := range sizes {
			pairs(size, func(d, s Reg) {
				check(t, func(a *Asm) { a.ALU(op, size, d, s) }, x, 0, of(d, size), of(s, size))
			})
			for _, d := range registers(size) {
				for _, v := range values {
					check(t, func(a *Asm) { a.ALUImm(op, size, d, v) }, x, 0, of(d, size), imm(v, size))
				}
			}
			withMems(size, func(r Reg, m Mem) {
				check(t, func(a *Asm) { a.ALULoad(op, size, r, m) }, x, size, of(r, size), m.arg())
				check(t, func(a *Asm) { a.ALUStore(op, size, m, r) }, x, size, m.arg(), of(r, size))
				v := values[int(r)%len(values)]
				check(t, func(a *Asm) { a.ALUStoreImm(op, size, m, v) }, x, size, m.arg(), imm(v, size))
				check(t, func(a *Asm) { a.TestMemImm(size, m, v) }, x86asm.TEST, size, m.arg(), imm(v, size))
			})
		}
	}
	for _, size := range sizes {
		pairs(size, func(x, y Reg) {
			check(t, func(a *Asm) { a.Test(size, x, y) }, x86asm.TEST, 0, of(x, size), of(y, size))
			if size != 1 {
				check(t, func(a *Asm) { a.IMul(size, x, y) }, x86asm.IMUL, 0, of(x, size), of(y, size))
				check(t, func(a *Asm) { a.CMov(LE, size, x, y) }, x86asm.CMOVLE, 0, of(x, size), of(y, size))
			}
		})
		for _, r := range registers(size) {
			check(t, func(a *Asm) { a.TestImm(size, r, 0x81828384) }, x86asm.TEST, 0, of(r, size), imm(0x81828384, size))
			check(t, func(a *Asm) { a.Inc(size, r) }, x86asm.INC, 0, of(r, size))
			check(t, func(a *Asm) { a.Dec(size, r) }, x86asm.DEC, 0, of(r, size))
			for kind, x := range map[uint8]x86asm.Op{NOT: x86asm.NOT, NEG: x86asm.NEG, MUL: x86asm.MUL, IMUL: x86asm.IMUL, DIV: x86asm.DIV, IDIV: x86asm.IDIV} {
				check(t, func(a *Asm) { a.Unary(kind, size, r) }, x, 0, of(r, size))
			}
			for kind, x := range map[uint8]x86asm.Op{ROL: x86asm.ROL, ROR: x86asm.ROR, RCL: x86asm.RCL, RCR: x86asm.RCR, SHL: x86asm.SHL, SHR: x86asm.SHR, SAR: x86asm.SAR} {
				for _, n := range []uint8{1, 2, 7, 31} {
					check(t, func(a *Asm) { a.Shift(kind, size, r, n) }, x, 0, of(r, size), x86asm.Imm(n))
				}
				check(t, func(a *Asm) { a.ShiftCL(kind, size, r) }, x, 0, of(r, size), x86asm.CL)
			}
		}
	}
	for _, m := range mems() {
		check(t, func(a *Asm) { a.BtImm(m, 31) }, x86asm.BT, 4, m.arg(), x86asm.Imm(31))
	}
}

func TestConditionsAndJumps(t *testing.T) {
	sets := [16]x86asm.Op{x86asm.SETO, x86asm.SETNO, x86asm.SETB, x86asm.SETAE, x86asm.SETE, x86asm.SETNE, x86asm.SETBE, x86asm.SETA, x86asm.SETS, x86asm.SETNS, x86asm.SETP, x86asm.SETNP, x86asm.SETL, x86asm.SETGE, x86asm.SETLE, x86asm.SETG}
	jumps := [16]x86asm.Op{x86asm.JO, x86asm.JNO, x86asm.JB, x86asm.JAE, x86asm.JE, x86asm.JNE, x86asm.JBE, x86asm.JA, x86asm.JS, x86asm.JNS, x86asm.JP, x86asm.JNP, x86asm.JL, x86asm.JGE, x86asm.JLE, x86asm.JG}
	for cc := range uint8(16) {
		for _, r := range registers(1) {
			check(t, func(a *Asm) { a.Set(cc, r) }, sets[cc], 0, of(r, 1))
		}
		check(t, func(a *Asm) { a.Patch(a.Jcc(cc), 0x1000) }, jumps[cc], 0, x86asm.Rel(0x1000-6))
	}
	check(t, func(a *Asm) { a.Patch(a.Jmp(), 3) }, x86asm.JMP, 0, x86asm.Rel(3-5))
	check(t, func(a *Asm) { a.Patch(a.Jmp(), 0x12345) }, x86asm.JMP, 0, x86asm.Rel(0x12345-5))
	check(t, func(a *Asm) { a.Ret() }, x86asm.RET, 0)
	for _, m := range mems() {
		check(t, func(a *Asm) { a.JmpMem(m) }, x86asm.JMP, 8, m.arg())
	}
}

// Once there is no room for an instruction nothing more is written.
func TestFull(t *testing.T) {
	for size := range 3 * maxInst {
		code := make([]byte, size+maxInst)
		a := Asm{Code: code[:size:size]}
		for i := 0; i < 10 && !a.Full; i++ {
			a.StoreImm(4, At(R12, 0x1000), 0x12345678)
		}
		n := a.N
		a.Ret()
		at := a.Jmp()
		a.Patch(at, 0)
		if !a.Full || a.N != n || n > size {
			t.Errorf("%d bytes: Full %v, %d written, then %d", size, a.Full, n, a.N)
		}
		if fmt.Sprint(code[size:]) != fmt.Sprint(make([]byte, maxInst)) {
			t.Errorf("%d bytes: written behind them", size)
		}
	}
}

func TestRepeated(t *testing.T) {
	for _, c := range []struct {
		size       uint8
		movs, stos []byte
	}{
		{1, []byte{0xf3, 0xa4}, []byte{0xf3, 0xaa}},
		{2, []byte{0xf3, 0x66, 0xa5}, []byte{0xf3, 0x66, 0xab}},
		{4, []byte{0xf3, 0xa5}, []byte{0xf3, 0xab}},
	} {
		a := Asm{Code: make([]byte, 64)}
		a.RepMovs(c.size)
		if got := a.Code[:a.N]; !bytes.Equal(got, c.movs) {
			t.Errorf("REP MOVS of %d bytes: % x, want % x", c.size, got, c.movs)
		}
		a.N = 0
		a.RepStos(c.size)
		if got := a.Code[:a.N]; !bytes.Equal(got, c.stos) {
			t.Errorf("REP STOS of %d bytes: % x, want % x", c.size, got, c.stos)
		}
	}
}
