// Package amd64 writes instructions of x86-64 hosts. It checks nothing about them:
// the translator asks for what it needs, and tests read it back with a disassembler.
//
// Source: Intel SDM volume 2, chapter 2 (formats) and the opcode map.
package amd64

import "encoding/binary"

// Reg is a register of the host by number. As an 8-bit operand, 4 to 7 are AH CH DH
// BH, as in an instruction without REX prefix; SIL and DIL are apart.
type Reg uint8

// The registers.
const (
	AX Reg = iota
	CX
	DX
	BX
	SP
	BP
	SI
	DI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15

	SIL // low byte of SI
	DIL // low byte of DI

	None // no base, no index
)

// Mem is an operand in memory: [Base + Index<<Scale + Disp].
type Mem struct {
	Base, Index Reg
	Scale       uint8
	Disp        int32
}

// At is the operand at a distance from a register.
func At(base Reg, disp int32) Mem { return Mem{Base: base, Index: None, Disp: disp} }

// Operations of two operands, in the order of their opcodes.
const (
	ADD = iota
	OR
	ADC
	SBB
	AND
	SUB
	XOR
	CMP
)

// Shifts and rotates, by ModRM digit.
const (
	ROL = iota
	ROR
	RCL
	RCR
	SHL
	SHR
	_
	SAR
)

// Operations of the group of NOT, NEG, MUL, by ModRM digit.
const (
	NOT  = 2
	NEG  = 3
	MUL  = 4
	IMUL = 5
	DIV  = 6
	IDIV = 7
)

// Condition codes.
const (
	O = iota
	NO
	B
	AE
	E
	NE
	BE
	A
	S
	NS
	P
	NP
	L
	GE
	LE
	G
)

// Asm writes instructions into Code, from N on. Once there is no room for one it
// writes no more and Full is true.
type Asm struct {
	Code []byte
	N    int
	Full bool
}

// maxInst is more bytes than an instruction has.
const maxInst = 16

func (a *Asm) bytes(b ...byte) {
	if a.N+maxInst > len(a.Code) {
		a.Full = true
		return
	}
	a.N += copy(a.Code[a.N:], b)
}

func (a *Asm) imm32(v uint32) {
	if a.N+maxInst > len(a.Code) {
		a.Full = true
		return
	}
	binary.LittleEndian.PutUint32(a.Code[a.N:], v)
	a.N += 4
}

// Imm writes an immediate of the operand size, at most 4 bytes.
func (a *Asm) Imm(size uint8, v uint32) {
	switch size {
	case 1:
		a.bytes(byte(v))
	case 2:
		a.bytes(byte(v), byte(v>>8))
	default:
		a.imm32(v)
	}
}

// prefix writes the operand size prefix and REX for operands of size bytes. rm and
// index are what goes into REX.B and REX.X; byteRM says that rm is an operand of
// size too.
func (a *Asm) prefix(size uint8, reg, rm, index Reg, byteRM bool) {
	if size == 2 {
		a.bytes(0x66)
	}
	rex := byte(0)
	if size == 8 {
		rex = 0x48
	}
	if size == 1 && (reg == SIL || reg == DIL || byteRM && (rm == SIL || rm == DIL)) {
		rex = 0x40
	}
	if reg >= R8 && reg <= R15 {
		rex |= 0x44
	}
	if index >= R8 && index <= R15 {
		rex |= 0x42
	}
	if rm >= R8 && rm <= R15 {
		rex |= 0x41
	}
	if rex != 0 {
		a.bytes(rex)
	}
}

// low is the three bits of a register in ModRM.
func (r Reg) low() byte {
	switch r {
	case SIL:
		return 6
	case DIL:
		return 7
	}
	return byte(r) & 7
}

// modRM writes ModRM, SIB and displacement of a memory operand.
func (a *Asm) modRM(reg byte, m Mem) {
	if m.Base == None && m.Index == None {
		a.bytes(reg<<3|4, 0x25)
		a.imm32(uint32(m.Disp))
		return
	}
	if m.Base == None {
		a.bytes(reg<<3|4, m.Scale<<6|m.Index.low()<<3|5)
		a.imm32(uint32(m.Disp))
		return
	}
	mod := byte(0x80)
	switch {
	case m.Disp == 0 && m.Base.low() != 5:
		mod = 0
	case m.Disp == int32(int8(m.Disp)):
		mod = 0x40
	}
	switch {
	case m.Index != None:
		a.bytes(mod|reg<<3|4, m.Scale<<6|m.Index.low()<<3|m.Base.low())
	case m.Base.low() == 4:
		a.bytes(mod|reg<<3|4, 0x24)
	default:
		a.bytes(mod | reg<<3 | m.Base.low())
	}
	switch mod {
	case 0x40:
		a.bytes(byte(m.Disp))
	case 0x80:
		a.imm32(uint32(m.Disp))
	}
}

// op writes an opcode; those above FF are of the 0F map.
func (a *Asm) op(op uint16) {
	if op > 0xff {
		a.bytes(0x0f)
	}
	a.bytes(byte(op))
}

// Wide turns the opcode of a byte operation into that of the operand size.
func Wide(op uint16, size uint8) uint16 {
	if size == 1 {
		return op
	}
	return op | 1
}

// RR writes an instruction with ModRM of two registers: reg and rm.
func (a *Asm) RR(op uint16, size uint8, reg, rm Reg) {
	a.prefix(size, reg, rm, None, true)
	a.op(op)
	a.bytes(0xc0 | reg.low()<<3 | rm.low())
}

// RM writes an instruction with ModRM of a register and memory.
func (a *Asm) RM(op uint16, size uint8, reg Reg, m Mem) {
	a.prefix(size, reg, m.Base, m.Index, false)
	a.op(op)
	a.modRM(reg.low(), m)
}

// Mov copies a register.
func (a *Asm) Mov(size uint8, dst, src Reg) { a.RR(Wide(0x88, size), size, src, dst) }

// Load reads memory, Store writes it.
func (a *Asm) Load(size uint8, dst Reg, m Mem)  { a.RM(Wide(0x8a, size), size, dst, m) }
func (a *Asm) Store(size uint8, m Mem, src Reg) { a.RM(Wide(0x88, size), size, src, m) }

// LoadZX and LoadSX read memory of size bytes and extend it to 32 bits.
func (a *Asm) LoadZX(size uint8, dst Reg, m Mem) {
	switch size {
	case 1:
		a.RM(0x1b6, 4, dst, m)
	case 2:
		a.RM(0x1b7, 4, dst, m)
	default:
		a.Load(4, dst, m)
	}
}

func (a *Asm) LoadSX(size uint8, dst Reg, m Mem) {
	switch size {
	case 1:
		a.RM(0x1be, 4, dst, m)
	case 2:
		a.RM(0x1bf, 4, dst, m)
	default:
		a.Load(4, dst, m)
	}
}

// ext writes MOVZX or MOVSX of a register: the byte operand is rm alone.
func (a *Asm) ext(op uint16, size, from uint8, dst, src Reg) {
	if size == 2 {
		a.bytes(0x66)
	}
	rex := byte(0)
	if size == 8 {
		rex = 0x48
	}
	if from == 1 && (src == SIL || src == DIL) {
		rex |= 0x40
	}
	if dst >= R8 && dst <= R15 {
		rex |= 0x44
	}
	if src >= R8 && src <= R15 {
		rex |= 0x41
	}
	if rex != 0 {
		a.bytes(rex)
	}
	a.op(op)
	a.bytes(0xc0 | dst.low()<<3 | src.low())
}

// MovZX extends the low from bytes of src with zeros to size bytes in dst, MovSX
// with the sign. Of AH and its kin no extension into R8 to R15 or to 64 bits can be
// written.
func (a *Asm) MovZX(size, from uint8, dst, src Reg) {
	switch from {
	case 1:
		a.ext(0x1b6, size, from, dst, src)
	case 2:
		a.ext(0x1b7, size, from, dst, src)
	default:
		a.Mov(4, dst, src)
	}
}

func (a *Asm) MovSX(size, from uint8, dst, src Reg) {
	switch from {
	case 1:
		a.ext(0x1be, size, from, dst, src)
	case 2:
		a.ext(0x1bf, size, from, dst, src)
	default:
		if size == 8 {
			a.ext(0x63, 8, 4, dst, src)
		} else {
			a.Mov(4, dst, src)
		}
	}
}

// MovImm sets a register of 8, 16 or 32 bits.
func (a *Asm) MovImm(size uint8, dst Reg, v uint32) {
	a.prefix(size, AX, dst, None, true)
	if size == 1 {
		a.bytes(0xb0 | dst.low())
	} else {
		a.bytes(0xb8 | dst.low())
	}
	a.Imm(size, v)
}

// MovImm64 sets a register of 64 bits.
func (a *Asm) MovImm64(dst Reg, v uint64) {
	if v == uint64(uint32(v)) {
		a.MovImm(4, dst, uint32(v))
		return
	}
	a.prefix(8, AX, dst, None, false)
	a.bytes(0xb8 | dst.low())
	a.imm32(uint32(v))
	a.imm32(uint32(v >> 32))
}

// StoreImm writes an immediate of size bytes to memory.
func (a *Asm) StoreImm(size uint8, m Mem, v uint32) {
	a.RM(Wide(0xc6, size), size, AX, m)
	a.Imm(size, v)
}

// Lea computes an address of 32 bits.
func (a *Asm) Lea(dst Reg, m Mem) { a.RM(0x8d, 4, dst, m) }

// ALU computes dst op= src of registers; op is ADD to CMP.
func (a *Asm) ALU(op uint8, size uint8, dst, src Reg) {
	a.RR(Wide(uint16(op)<<3, size), size, src, dst)
}

// ALUImm computes dst op= v.
func (a *Asm) ALUImm(op uint8, size uint8, dst Reg, v uint32) {
	o, short := groupOne(size, v)
	a.RR(o, size, Reg(op), dst)
	a.groupImm(size, v, short)
}

// groupOne picks the opcode of an operation with an immediate.
func groupOne(size uint8, v uint32) (op uint16, short bool) {
	switch {
	case size == 1:
		return 0x80, false
	case size == 2 && int16(v) == int16(int8(v)), size > 2 && int32(v) == int32(int8(v)):
		return 0x83, true
	}
	return 0x81, false
}

// groupImm writes the immediate of such an operation.
func (a *Asm) groupImm(size uint8, v uint32, short bool) {
	if short {
		size = 1
	}
	a.Imm(size, v)
}

// ALULoad computes dst op= [m], ALUStore [m] op= src, ALUStoreImm [m] op= v.
func (a *Asm) ALULoad(op uint8, size uint8, dst Reg, m Mem) {
	a.RM(Wide(uint16(op)<<3|2, size), size, dst, m)
}

func (a *Asm) ALUStore(op uint8, size uint8, m Mem, src Reg) {
	a.RM(Wide(uint16(op)<<3, size), size, src, m)
}

func (a *Asm) ALUStoreImm(op uint8, size uint8, m Mem, v uint32) {
	o, short := groupOne(size, v)
	a.RM(o, size, Reg(op), m)
	a.groupImm(size, v, short)
}

// Test ANDs for the flags alone.
func (a *Asm) Test(size uint8, x, y Reg) { a.RR(Wide(0x84, size), size, y, x) }

func (a *Asm) TestImm(size uint8, x Reg, v uint32) {
	a.RR(Wide(0xf6, size), size, AX, x)
	a.Imm(size, v)
}

// TestMemImm is TestImm of memory.
func (a *Asm) TestMemImm(size uint8, m Mem, v uint32) {
	a.RM(Wide(0xf6, size), size, AX, m)
	a.Imm(size, v)
}

// Shift shifts or rotates by an immediate count, ShiftCL by CL.
func (a *Asm) Shift(kind uint8, size uint8, dst Reg, n uint8) {
	if n == 1 {
		a.RR(Wide(0xd0, size), size, Reg(kind), dst)
		return
	}
	a.RR(Wide(0xc0, size), size, Reg(kind), dst)
	a.bytes(n)
}

func (a *Asm) ShiftCL(kind uint8, size uint8, dst Reg) { a.RR(Wide(0xd2, size), size, Reg(kind), dst) }

// Unary is NOT to IDIV on a register.
func (a *Asm) Unary(kind uint8, size uint8, r Reg) { a.RR(Wide(0xf6, size), size, Reg(kind), r) }

// Inc and Dec.
func (a *Asm) Inc(size uint8, r Reg) { a.RR(Wide(0xfe, size), size, 0, r) }
func (a *Asm) Dec(size uint8, r Reg) { a.RR(Wide(0xfe, size), size, 1, r) }

// IMul multiplies registers, keeping the low half.
func (a *Asm) IMul(size uint8, dst, src Reg) { a.RR(0x1af, size, dst, src) }

// Set stores a condition as a byte.
func (a *Asm) Set(cc uint8, dst Reg) { a.RR(0x190|uint16(cc), 1, AX, dst) }

// CMov moves under a condition.
func (a *Asm) CMov(cc uint8, size uint8, dst, src Reg) { a.RR(0x140|uint16(cc), size, dst, src) }

// BtImm copies bit n of a 32-bit operand to CF.
func (a *Asm) BtImm(m Mem, n uint8) {
	a.RM(0x1ba, 4, 4, m)
	a.bytes(n)
}

// BtReg is BtImm of a register.
func (a *Asm) BtReg(r Reg, n uint8) {
	a.RR(0x1ba, 4, 4, r)
	a.bytes(n)
}

// Bswap reverses the bytes of a 32-bit register.
func (a *Asm) Bswap(r Reg) {
	a.prefix(4, AX, r, None, false)
	a.bytes(0x0f, 0xc8|r.low())
}

// Xchg swaps registers.
func (a *Asm) Xchg(size uint8, x, y Reg) { a.RR(Wide(0x86, size), size, y, x) }

// RepMovs and RepStos are REP MOVS and REP STOS.
func (a *Asm) RepMovs(size uint8) { a.rep(0xa4, size) }
func (a *Asm) RepStos(size uint8) { a.rep(0xaa, size) }

func (a *Asm) rep(op uint16, size uint8) {
	a.bytes(0xf3)
	a.prefix(size, AX, AX, None, false)
	a.op(Wide(op, size))
}

// Ret returns.
func (a *Asm) Ret() { a.bytes(0xc3) }

// Jmp and Jcc jump to a place not known yet: they return where the distance stands,
// for Patch.
func (a *Asm) Jmp() int {
	a.bytes(0xe9)
	a.imm32(0)
	return a.N - 4
}

func (a *Asm) Jcc(cc uint8) int {
	a.bytes(0x0f, 0x80|cc)
	a.imm32(0)
	return a.N - 4
}

// JmpMem jumps to the address in memory.
func (a *Asm) JmpMem(m Mem) { a.RM(0xff, 4, 4, m) }

// Patch sets the distance at a jump to reach a place in Code.
func (a *Asm) Patch(at, to int) {
	if a.Full {
		return
	}
	binary.LittleEndian.PutUint32(a.Code[at:], uint32(to-at-4))
}
