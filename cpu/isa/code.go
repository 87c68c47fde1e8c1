package isa

// Code is an operand code, named as in the opcode maps: a letter for where the
// operand is encoded (E: ModRM r/m, G: ModRM reg, I: immediate...) and letters
// for its size (b byte, w word, d doubleword, v by operand size).
type Code uint8

// Operand codes. Codes of the M family take the register of ModRM r/m as well
// where a row allows mod = 3 (on the 8086).
const (
	// NoArg marks an unused place of Row.Args.
	NoArg Code = iota

	Eb   // r/m8
	Ew   // r/m16
	Ev   // r/m16 or r/m32, by operand size
	Gb   // reg, byte register
	Gw   // reg, word register
	Gv   // reg, by operand size
	RvMw // r/m: a register by operand size, or a word in memory (SMSW, SLDT, MOV from Sreg)
	Rd   // r/m, always a 32-bit register whatever mod says (MOV CR/DR/TR)
	Sw   // reg, segment register
	Cd   // reg, control register
	Dd   // reg, debug register
	Td   // reg, test register

	M    // an address only (LEA, INVLPG)
	Ma   // two words or doublewords (BOUND); Size is that of one
	Mp   // far pointer in memory; Size is that of the offset, which comes first
	Ms   // limit word and base (LGDT); Size is that of the limit
	Mb   // byte in memory
	Mw   // word in memory
	Mq   // quadword in memory (CMPXCHG8B)
	M512 // FXSAVE area; Size 0

	Ib  // immediate byte, zero-extended
	SIb // immediate byte, sign-extended to 64 bits
	Iw  // immediate word, zero-extended
	Iv  // immediate word or doubleword, zero-extended
	I2b // second immediate, a byte, in Inst.Imm2 (ENTER)
	Jb  // branch displacement byte
	Jv  // branch displacement word or doubleword
	Ap  // far pointer in the instruction
	Ob  // byte at an offset in the instruction
	Ov  // word or doubleword at an offset in the instruction

	// Fixed operands.
	One // the count 1 of D0 and D1
	RegAL
	RegCL
	RegDL
	RegBL
	RegAH
	RegCH
	RegDH
	RegBH
	RegAX // always 16 bits
	RegDX // always 16 bits: the port of IN and OUT
	VAX   // eAX to eDI: word or doubleword register by operand size
	VCX
	VDX
	VBX
	VSP
	VBP
	VSI
	VDI
	SegES
	SegCS
	SegSS
	SegDS
	SegFS
	SegGS

	// Implicit memory operands. X is the source at Seg:SI, Y the destination
	// at ES:DI; with both, Inst.Base and Inst.Seg are those of X.
	Xb
	Xv
	Yb
	Yv
	BXAL // byte at Seg:[BX+AL] (XLAT); the index is left to the executor

	// x87.
	ST0
	STi     // ST(r/m)
	M32fp   // single
	M64fp   // double
	M80fp   // extended
	M16int  // word integer
	M32int  // short integer
	M64int  // long integer
	M80bcd  // packed decimal
	M14_28  // environment; Size 0
	M94_108 // whole state; Size 0

	// MMX.
	Pq // reg, MMX register
	Nq // r/m, always an MMX register
	Qq // r/m: MMX register or quadword in memory
	Qd // r/m: low half of an MMX register or doubleword in memory
	Ed // r/m32

	// NumCodes is the number of operand codes.
	NumCodes
)

// String returns the code as the opcode maps write it, as far as they have it.
func (c Code) String() string {
	if c < NumCodes {
		return codeNames[c]
	}
	return "?"
}

// codeNames is indexed by Code and never written.
var codeNames = [NumCodes]string{
	NoArg:   "",
	Eb:      "Eb",
	Ew:      "Ew",
	Ev:      "Ev",
	Gb:      "Gb",
	Gw:      "Gw",
	Gv:      "Gv",
	RvMw:    "Rv/Mw",
	Rd:      "Rd",
	Sw:      "Sw",
	Cd:      "Cd",
	Dd:      "Dd",
	Td:      "Td",
	M:       "M",
	Ma:      "Ma",
	Mp:      "Mp",
	Ms:      "Ms",
	Mb:      "Mb",
	Mw:      "Mw",
	Mq:      "Mq",
	M512:    "m512",
	Ib:      "Ib",
	SIb:     "sIb",
	Iw:      "Iw",
	Iv:      "Iv",
	I2b:     "Ib",
	Jb:      "Jb",
	Jv:      "Jv",
	Ap:      "Ap",
	Ob:      "Ob",
	Ov:      "Ov",
	One:     "1",
	RegAL:   "AL",
	RegCL:   "CL",
	RegDL:   "DL",
	RegBL:   "BL",
	RegAH:   "AH",
	RegCH:   "CH",
	RegDH:   "DH",
	RegBH:   "BH",
	RegAX:   "AX",
	RegDX:   "DX",
	VAX:     "eAX",
	VCX:     "eCX",
	VDX:     "eDX",
	VBX:     "eBX",
	VSP:     "eSP",
	VBP:     "eBP",
	VSI:     "eSI",
	VDI:     "eDI",
	SegES:   "ES",
	SegCS:   "CS",
	SegSS:   "SS",
	SegDS:   "DS",
	SegFS:   "FS",
	SegGS:   "GS",
	Xb:      "Xb",
	Xv:      "Xv",
	Yb:      "Yb",
	Yv:      "Yv",
	BXAL:    "[BX+AL]",
	ST0:     "ST",
	STi:     "ST(i)",
	M32fp:   "m32fp",
	M64fp:   "m64fp",
	M80fp:   "m80fp",
	M16int:  "m16int",
	M32int:  "m32int",
	M64int:  "m64int",
	M80bcd:  "m80bcd",
	M14_28:  "m14/28",
	M94_108: "m94/108",
	Pq:      "Pq",
	Nq:      "Nq",
	Qq:      "Qq",
	Qd:      "Qd",
	Ed:      "Ed",
}
