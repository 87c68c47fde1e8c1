// Package isa holds the one instruction table of beige and the decoder that
// turns bytes into Inst. It knows nothing of execution: the processor, the
// listings, the translator and the tests all read the same rows.
//
// Sources: Intel SDM volume 2 (opcode map, appendix A), 80386 Programmer's
// Reference Manual, 80286 Programmer's Reference Manual, iAPX 86/88 User's
// Manual; what the manuals leave open from vectors recorded from an 8086, an
// 80286 and a current processor (the tests say where).
//
// Not modelled: 64-bit mode, SSE and later extensions; XBTS and IBTS of the
// first 80386s; differences between steppings, which the processor gates (CPUID
// and CR4 of late 80486s, SYSENTER and FXSAVE at level LPentiumPro).
package isa

// Level is a generation of the instruction set. A row belongs to the models
// from its Since to its Until level.
type Level uint8

// The generations that differ in instructions.
const (
	L8086 Level = iota
	L80186
	L80286
	L80386
	L80486
	LPentium
	LPentiumPro
	LPentiumII

	// LastLevel is the newest level of the table.
	LastLevel = LPentiumII
)

// Mode is the default operand and address size of the code segment (CS.D).
type Mode uint8

// Modes.
const (
	Mode16 Mode = iota
	Mode32
)

// Status says how a decode ended.
type Status uint8

// Outcomes of Decode. Short asks for more code bytes: the instruction goes on
// past the end of the slice.
const (
	OK      Status = iota
	Invalid        // #UD: no such encoding on this model; Inst.Len counts the bytes read
	TooLong        // over 15 bytes (10 on the 80286): #GP, on the 80286 interrupt 13 as recorded from the part; see Decode for older models
	Short          // the slice ended first
)

// Kind is the sort of an operand.
type Kind uint8

// Operand kinds.
const (
	None   Kind = iota
	Reg         // general register; Size 1, 2, 4 or 8; with Size 1, 4..7 are AH CH DH BH
	Mem         // memory at Seg:[Base+Index<<Scale+Disp]
	Imm         // Inst.Imm
	Rel         // branch: Inst.Imm is the displacement, sign-extended; target = next IP + Imm
	Far         // ptr16:16 or ptr16:32: offset in Inst.Imm, selector in Inst.Imm2
	SReg        // segment register, in the order ES CS SS DS FS GS
	CReg        // control register
	DReg        // debug register
	TReg        // test register
	STReg       // x87 stack register ST(Reg)
	MMXReg      // MMX register
	XMMReg      // SSE register
)

// Operand is one decoded operand.
type Operand struct {
	Kind Kind
	Reg  uint8 // register number, where Kind names one
	Size uint8 // bytes: 1, 2, 4, 8, 10; for Mem operands of odd shape (m16&32, m14/28byte...) the bytes accessed at first, or 0
}

// Segment register numbers, as in the reg field of MOV Sreg.
const (
	ES uint8 = iota
	CS
	SS
	DS
	FS
	GS
)

// ZeroReg is the number of the register that always reads 0: it stands for
// "no base" and "no index".
const ZeroReg = 16

// Rep is a repeat prefix.
type Rep uint8

// Repeat prefixes.
const (
	NoRep Rep = 0
	Repne Rep = 0xf2
	Repe  Rep = 0xf3
)

// Inst is one decoded instruction. It is a plain value: Decode fills it
// without allocating.
type Inst struct {
	Row  *Row // table row; never nil after OK
	Op   Op   // Row.Op
	Args [3]Operand

	Imm  uint64 // immediate, sign-extended to 64 bits where the manual says so; branch displacement; far offset
	Imm2 uint16 // selector of a far pointer; nesting level of ENTER; second byte immediate

	// Memory operand.
	Disp  int64 // displacement, sign-extended
	Base  uint8 // register number or ZeroReg
	Index uint8 // register number or ZeroReg
	Scale uint8 // shift count 0..3
	Seg   uint8 // effective segment: override, or DS, or SS for BP/ESP/EBP bases

	Len      uint8 // bytes, prefixes included
	OpSize   uint8 // effective operand size of v-operands: 2, 4 or 8
	AddrSize uint8 // effective address size: 2, 4 or 8
	Opcode   uint8 // last opcode byte
	ModRM    uint8 // valid if Row.HasModRM
	Rep      Rep   // last of F2/F3
	Lock     bool
	HasSeg   bool // a segment override is present (the effective one is in Seg, also for string instructions)
	Prefix66 bool
	Prefix67 bool
}

// Mod, RegField and RM are the fields of the ModRM byte.
func (in *Inst) Mod() uint8      { return in.ModRM >> 6 }
func (in *Inst) RegField() uint8 { return in.ModRM >> 3 & 7 }
func (in *Inst) RM() uint8       { return in.ModRM & 7 }

// Flags is a set of EFLAGS bits, at their architectural positions.
type Flags uint32

// The arithmetic and control flags that rows mention.
const (
	CF Flags = 1 << 0
	PF Flags = 1 << 2
	AF Flags = 1 << 4
	ZF Flags = 1 << 6
	SF Flags = 1 << 7
	TF Flags = 1 << 8
	IF Flags = 1 << 9
	DF Flags = 1 << 10
	OF Flags = 1 << 11

	Arith = CF | PF | AF | ZF | SF | OF
)

// Attr are attributes of a row.
type Attr uint32

// Attributes.
const (
	Lockable   Attr = 1 << iota // LOCK allowed with a memory destination
	MayFault                    // can fault other than by its memory operand (DIV, INTO, BOUND, segment loads...)
	EndsTrace                   // leaves the straight line or changes what later decoding depends on
	Branch                      // direct relative branch, call or conditional branch
	Privileged                  // #GP unless CPL 0 (real mode allowed)
	IOPL                        // checks IOPL or the I/O permission bitmap
	String                      // string instruction: REP is meaningful
	Stack                       // pushes or pops implicitly
	IO                          // reads or writes an I/O port
	ProtOnly                    // #UD in real and virtual-8086 mode
	X87                         // escapes to the coprocessor: #NM rules apply
	MMX                         // of the multimedia extensions, in the x87 registers: #UD by CR0.EM, #NM by CR0.TS, #MF
	CondFlags                   // leaves the flags alone for some operands (shift count 0, REP count 0)
)

// Map is an opcode map.
type Map uint8

// Opcode maps.
const (
	Map1  Map = iota // one-byte opcodes
	Map0F            // two-byte opcodes
)

// Row is one encoding of the instruction table.
type Row struct {
	ID     uint16 // index in the table, dense
	Map    Map
	Opcode uint8
	Digit  int8  // /0../7 of ModRM, -1 where reg is an operand or there is no ModRM
	Mod    Mod   // whether memory, register or both forms belong to this row
	ModRM  int16 // exact ModRM byte (x87 D9 E0...), or -1
	Prefix uint8 // mandatory prefix 66, F2, F3, or 0
	Op     Op
	Args   [3]Code // operand codes of the manuals' opcode maps

	Since, Until Level
	HasModRM     bool

	// Flags read, given a defined value, and left undefined, each for at least
	// some operands: the OF of a shift by CL is in both Written and Undefined.
	// What a row may change is Written|Undefined.
	Read, Written, Undefined Flags
	Attr                     Attr
}

// Mod restricts the ModRM forms of a row.
type Mod uint8

// ModRM restrictions.
const (
	ModAny Mod = iota
	ModMem     // mod != 3
	ModReg     // mod == 3
)
