package isa

import (
	"strconv"
	"strings"
)

// Op is a mnemonic. Operand sizes are not part of it: CBW is also CWDE, MOVS is
// MOVSB, MOVSW and MOVSD; Inst.OpSize and the operands tell.
type Op uint16

// The mnemonics, by family.
const (
	// BadOp is the Op of no instruction.
	BadOp Op = iota

	// Arithmetic and logic. The eight of the first line are in the order of the
	// group-1 digit.
	ADD
	OR
	ADC
	SBB
	AND
	SUB
	XOR
	CMP
	INC
	DEC
	NEG
	NOT
	TEST
	MUL
	IMUL
	DIV
	IDIV
	DAA
	DAS
	AAA
	AAS
	AAM
	AAD
	CBW
	CWD

	// Shifts and rotates, in the order of the group-2 digit. SETMO and SETMOC are
	// the /6 of the 8086 (set to minus one).
	ROL
	ROR
	RCL
	RCR
	SHL
	SHR
	SETMO
	SAR
	SETMOC
	SHLD
	SHRD

	// Bits.
	BT
	BTS
	BTR
	BTC
	BSF
	BSR
	BSWAP
	XBTS
	IBTS

	// Moves.
	MOV
	MOVSX
	MOVZX
	UMOV
	XCHG
	LEA
	LDS
	LES
	LSS
	LFS
	LGS
	XLAT
	XADD
	CMPXCHG
	CMPXCHG8B
	SALC
	LAHF
	SAHF

	// Stack.
	PUSH
	POP
	POPCS
	PUSHA
	POPA
	PUSHF
	POPF
	ENTER
	LEAVE

	// Conditional jumps, in condition-code order.
	JO
	JNO
	JB
	JNB
	JZ
	JNZ
	JBE
	JNBE
	JS
	JNS
	JP
	JNP
	JL
	JNL
	JLE
	JNLE

	// Conditional sets, in condition-code order.
	SETO
	SETNO
	SETB
	SETNB
	SETZ
	SETNZ
	SETBE
	SETNBE
	SETS
	SETNS
	SETP
	SETNP
	SETL
	SETNL
	SETLE
	SETNLE

	// Conditional moves, in condition-code order.
	CMOVO
	CMOVNO
	CMOVB
	CMOVNB
	CMOVZ
	CMOVNZ
	CMOVBE
	CMOVNBE
	CMOVS
	CMOVNS
	CMOVP
	CMOVNP
	CMOVL
	CMOVNL
	CMOVLE
	CMOVNLE

	// Transfers.
	LOOPNE
	LOOPE
	LOOP
	JCXZ
	CALL
	CALLF
	JMP
	JMPF
	RET
	RETF
	INT
	INT1
	INT3
	INTO
	IRET
	BOUND

	// Strings and ports.
	MOVS
	CMPS
	STOS
	LODS
	SCAS
	INS
	OUTS
	IN
	OUT

	// Flags and control.
	CLC
	STC
	CMC
	CLD
	STD
	CLI
	STI
	HLT
	WAIT
	NOP
	HINT_NOP
	UD1
	UD2

	// System.
	ARPL
	LAR
	LSL
	VERR
	VERW
	SLDT
	STR
	LLDT
	LTR
	SGDT
	SIDT
	LGDT
	LIDT
	SMSW
	LMSW
	CLTS
	LOADALL
	STOREALL
	INVD
	WBINVD
	INVLPG
	CPUID
	RDTSC
	RDPMC
	RDMSR
	WRMSR
	RSM
	SYSENTER
	SYSEXIT

	// x87: loads and stores.
	FLD
	FST
	FSTP
	FILD
	FIST
	FISTP
	FBLD
	FBSTP
	FXCH
	FLD1
	FLDL2T
	FLDL2E
	FLDPI
	FLDLG2
	FLDLN2
	FLDZ
	FCMOVB
	FCMOVE
	FCMOVBE
	FCMOVU
	FCMOVNB
	FCMOVNE
	FCMOVNBE
	FCMOVNU

	// x87: arithmetic. Each block of eight is in the order of the digit.
	FADD
	FMUL
	FCOM
	FCOMP
	FSUB
	FSUBR
	FDIV
	FDIVR
	FIADD
	FIMUL
	FICOM
	FICOMP
	FISUB
	FISUBR
	FIDIV
	FIDIVR
	FADDP
	FMULP
	FCOMPP
	FSUBP
	FSUBRP
	FDIVP
	FDIVRP
	FUCOM
	FUCOMP
	FUCOMPP
	FCOMI
	FCOMIP
	FUCOMI
	FUCOMIP
	FTST
	FXAM
	FCHS
	FABS
	FSQRT
	FSCALE
	FPREM
	FPREM1
	FRNDINT
	FXTRACT
	F2XM1
	FYL2X
	FYL2XP1
	FPTAN
	FPATAN
	FSIN
	FCOS
	FSINCOS

	// x87: control. Names with FN are the forms that do not wait.
	FLDCW
	FNSTCW
	FNSTSW
	FLDENV
	FNSTENV
	FNSAVE
	FRSTOR
	FNINIT
	FNCLEX
	FENI
	FDISI
	FSETPM
	FINCSTP
	FDECSTP
	FFREE
	FNOP
	FXSAVE
	FXRSTOR

	// x87: undocumented aliases, after the digit of the encoding that they repeat.
	// FSTP1 does not check for an empty ST(0); FFREEP frees and pops.
	FCOM2
	FCOMP3
	FCOMP5
	FXCH4
	FXCH7
	FSTP1
	FSTP8
	FSTP9
	FFREEP

	// ESC is an encoding of D8-DF that names no operation: up to the 80386 the
	// processor hands it to the coprocessor all the same.
	ESC

	// MMX.
	MOVD
	MOVQ
	EMMS
	PACKSSWB
	PACKSSDW
	PACKUSWB
	PUNPCKLBW
	PUNPCKLWD
	PUNPCKLDQ
	PUNPCKHBW
	PUNPCKHWD
	PUNPCKHDQ
	PADDB
	PADDW
	PADDD
	PADDSB
	PADDSW
	PADDUSB
	PADDUSW
	PSUBB
	PSUBW
	PSUBD
	PSUBSB
	PSUBSW
	PSUBUSB
	PSUBUSW
	PMULHW
	PMULLW
	PMADDWD
	PCMPEQB
	PCMPEQW
	PCMPEQD
	PCMPGTB
	PCMPGTW
	PCMPGTD
	PAND
	PANDN
	POR
	PXOR
	PSLLW
	PSLLD
	PSLLQ
	PSRLW
	PSRLD
	PSRLQ
	PSRAW
	PSRAD

	// NumOps is the number of mnemonics, BadOp included.
	NumOps
)

// String returns the mnemonic as written in the constant, or a number in
// brackets outside the range.
func (op Op) String() string {
	if op < NumOps {
		return opNames[op]
	}
	return "Op(" + strconv.Itoa(int(op)) + ")"
}

// ByName returns the Op with the given mnemonic, in upper or lower case.
func ByName(name string) (Op, bool) {
	for op, s := range opNames {
		if op != int(BadOp) && strings.EqualFold(s, name) {
			return Op(op), true
		}
	}
	return BadOp, false
}

// Cond returns the condition code 0..15 of a Jcc, SETcc or CMOVcc.
func (op Op) Cond() (cc uint8, ok bool) {
	switch {
	case op >= JO && op <= JNLE:
		return uint8(op - JO), true
	case op >= SETO && op <= SETNLE:
		return uint8(op - SETO), true
	case op >= CMOVO && op <= CMOVNLE:
		return uint8(op - CMOVO), true
	}
	return 0, false
}

// opNames is indexed by Op and never written.
var opNames = [NumOps]string{
	BadOp:     "BAD",
	ADD:       "ADD",
	OR:        "OR",
	ADC:       "ADC",
	SBB:       "SBB",
	AND:       "AND",
	SUB:       "SUB",
	XOR:       "XOR",
	CMP:       "CMP",
	INC:       "INC",
	DEC:       "DEC",
	NEG:       "NEG",
	NOT:       "NOT",
	TEST:      "TEST",
	MUL:       "MUL",
	IMUL:      "IMUL",
	DIV:       "DIV",
	IDIV:      "IDIV",
	DAA:       "DAA",
	DAS:       "DAS",
	AAA:       "AAA",
	AAS:       "AAS",
	AAM:       "AAM",
	AAD:       "AAD",
	CBW:       "CBW",
	CWD:       "CWD",
	ROL:       "ROL",
	ROR:       "ROR",
	RCL:       "RCL",
	RCR:       "RCR",
	SHL:       "SHL",
	SHR:       "SHR",
	SETMO:     "SETMO",
	SAR:       "SAR",
	SETMOC:    "SETMOC",
	SHLD:      "SHLD",
	SHRD:      "SHRD",
	BT:        "BT",
	BTS:       "BTS",
	BTR:       "BTR",
	BTC:       "BTC",
	BSF:       "BSF",
	BSR:       "BSR",
	BSWAP:     "BSWAP",
	XBTS:      "XBTS",
	IBTS:      "IBTS",
	MOV:       "MOV",
	MOVSX:     "MOVSX",
	MOVZX:     "MOVZX",
	UMOV:      "UMOV",
	XCHG:      "XCHG",
	LEA:       "LEA",
	LDS:       "LDS",
	LES:       "LES",
	LSS:       "LSS",
	LFS:       "LFS",
	LGS:       "LGS",
	XLAT:      "XLAT",
	XADD:      "XADD",
	CMPXCHG:   "CMPXCHG",
	CMPXCHG8B: "CMPXCHG8B",
	SALC:      "SALC",
	LAHF:      "LAHF",
	SAHF:      "SAHF",
	PUSH:      "PUSH",
	POP:       "POP",
	POPCS:     "POPCS",
	PUSHA:     "PUSHA",
	POPA:      "POPA",
	PUSHF:     "PUSHF",
	POPF:      "POPF",
	ENTER:     "ENTER",
	LEAVE:     "LEAVE",
	JO:        "JO",
	JNO:       "JNO",
	JB:        "JB",
	JNB:       "JNB",
	JZ:        "JZ",
	JNZ:       "JNZ",
	JBE:       "JBE",
	JNBE:      "JNBE",
	JS:        "JS",
	JNS:       "JNS",
	JP:        "JP",
	JNP:       "JNP",
	JL:        "JL",
	JNL:       "JNL",
	JLE:       "JLE",
	JNLE:      "JNLE",
	SETO:      "SETO",
	SETNO:     "SETNO",
	SETB:      "SETB",
	SETNB:     "SETNB",
	SETZ:      "SETZ",
	SETNZ:     "SETNZ",
	SETBE:     "SETBE",
	SETNBE:    "SETNBE",
	SETS:      "SETS",
	SETNS:     "SETNS",
	SETP:      "SETP",
	SETNP:     "SETNP",
	SETL:      "SETL",
	SETNL:     "SETNL",
	SETLE:     "SETLE",
	SETNLE:    "SETNLE",
	CMOVO:     "CMOVO",
	CMOVNO:    "CMOVNO",
	CMOVB:     "CMOVB",
	CMOVNB:    "CMOVNB",
	CMOVZ:     "CMOVZ",
	CMOVNZ:    "CMOVNZ",
	CMOVBE:    "CMOVBE",
	CMOVNBE:   "CMOVNBE",
	CMOVS:     "CMOVS",
	CMOVNS:    "CMOVNS",
	CMOVP:     "CMOVP",
	CMOVNP:    "CMOVNP",
	CMOVL:     "CMOVL",
	CMOVNL:    "CMOVNL",
	CMOVLE:    "CMOVLE",
	CMOVNLE:   "CMOVNLE",
	LOOPNE:    "LOOPNE",
	LOOPE:     "LOOPE",
	LOOP:      "LOOP",
	JCXZ:      "JCXZ",
	CALL:      "CALL",
	CALLF:     "CALLF",
	JMP:       "JMP",
	JMPF:      "JMPF",
	RET:       "RET",
	RETF:      "RETF",
	INT:       "INT",
	INT1:      "INT1",
	INT3:      "INT3",
	INTO:      "INTO",
	IRET:      "IRET",
	BOUND:     "BOUND",
	MOVS:      "MOVS",
	CMPS:      "CMPS",
	STOS:      "STOS",
	LODS:      "LODS",
	SCAS:      "SCAS",
	INS:       "INS",
	OUTS:      "OUTS",
	IN:        "IN",
	OUT:       "OUT",
	CLC:       "CLC",
	STC:       "STC",
	CMC:       "CMC",
	CLD:       "CLD",
	STD:       "STD",
	CLI:       "CLI",
	STI:       "STI",
	HLT:       "HLT",
	WAIT:      "WAIT",
	NOP:       "NOP",
	HINT_NOP:  "HINT_NOP",
	UD1:       "UD1",
	UD2:       "UD2",
	ARPL:      "ARPL",
	LAR:       "LAR",
	LSL:       "LSL",
	VERR:      "VERR",
	VERW:      "VERW",
	SLDT:      "SLDT",
	STR:       "STR",
	LLDT:      "LLDT",
	LTR:       "LTR",
	SGDT:      "SGDT",
	SIDT:      "SIDT",
	LGDT:      "LGDT",
	LIDT:      "LIDT",
	SMSW:      "SMSW",
	LMSW:      "LMSW",
	CLTS:      "CLTS",
	LOADALL:   "LOADALL",
	STOREALL:  "STOREALL",
	INVD:      "INVD",
	WBINVD:    "WBINVD",
	INVLPG:    "INVLPG",
	CPUID:     "CPUID",
	RDTSC:     "RDTSC",
	RDPMC:     "RDPMC",
	RDMSR:     "RDMSR",
	WRMSR:     "WRMSR",
	RSM:       "RSM",
	SYSENTER:  "SYSENTER",
	SYSEXIT:   "SYSEXIT",
	FLD:       "FLD",
	FST:       "FST",
	FSTP:      "FSTP",
	FILD:      "FILD",
	FIST:      "FIST",
	FISTP:     "FISTP",
	FBLD:      "FBLD",
	FBSTP:     "FBSTP",
	FXCH:      "FXCH",
	FLD1:      "FLD1",
	FLDL2T:    "FLDL2T",
	FLDL2E:    "FLDL2E",
	FLDPI:     "FLDPI",
	FLDLG2:    "FLDLG2",
	FLDLN2:    "FLDLN2",
	FLDZ:      "FLDZ",
	FCMOVB:    "FCMOVB",
	FCMOVE:    "FCMOVE",
	FCMOVBE:   "FCMOVBE",
	FCMOVU:    "FCMOVU",
	FCMOVNB:   "FCMOVNB",
	FCMOVNE:   "FCMOVNE",
	FCMOVNBE:  "FCMOVNBE",
	FCMOVNU:   "FCMOVNU",
	FADD:      "FADD",
	FMUL:      "FMUL",
	FCOM:      "FCOM",
	FCOMP:     "FCOMP",
	FSUB:      "FSUB",
	FSUBR:     "FSUBR",
	FDIV:      "FDIV",
	FDIVR:     "FDIVR",
	FIADD:     "FIADD",
	FIMUL:     "FIMUL",
	FICOM:     "FICOM",
	FICOMP:    "FICOMP",
	FISUB:     "FISUB",
	FISUBR:    "FISUBR",
	FIDIV:     "FIDIV",
	FIDIVR:    "FIDIVR",
	FADDP:     "FADDP",
	FMULP:     "FMULP",
	FCOMPP:    "FCOMPP",
	FSUBP:     "FSUBP",
	FSUBRP:    "FSUBRP",
	FDIVP:     "FDIVP",
	FDIVRP:    "FDIVRP",
	FUCOM:     "FUCOM",
	FUCOMP:    "FUCOMP",
	FUCOMPP:   "FUCOMPP",
	FCOMI:     "FCOMI",
	FCOMIP:    "FCOMIP",
	FUCOMI:    "FUCOMI",
	FUCOMIP:   "FUCOMIP",
	FTST:      "FTST",
	FXAM:      "FXAM",
	FCHS:      "FCHS",
	FABS:      "FABS",
	FSQRT:     "FSQRT",
	FSCALE:    "FSCALE",
	FPREM:     "FPREM",
	FPREM1:    "FPREM1",
	FRNDINT:   "FRNDINT",
	FXTRACT:   "FXTRACT",
	F2XM1:     "F2XM1",
	FYL2X:     "FYL2X",
	FYL2XP1:   "FYL2XP1",
	FPTAN:     "FPTAN",
	FPATAN:    "FPATAN",
	FSIN:      "FSIN",
	FCOS:      "FCOS",
	FSINCOS:   "FSINCOS",
	FLDCW:     "FLDCW",
	FNSTCW:    "FNSTCW",
	FNSTSW:    "FNSTSW",
	FLDENV:    "FLDENV",
	FNSTENV:   "FNSTENV",
	FNSAVE:    "FNSAVE",
	FRSTOR:    "FRSTOR",
	FNINIT:    "FNINIT",
	FNCLEX:    "FNCLEX",
	FENI:      "FENI",
	FDISI:     "FDISI",
	FSETPM:    "FSETPM",
	FINCSTP:   "FINCSTP",
	FDECSTP:   "FDECSTP",
	FFREE:     "FFREE",
	FNOP:      "FNOP",
	FXSAVE:    "FXSAVE",
	FXRSTOR:   "FXRSTOR",
	FCOM2:     "FCOM2",
	FCOMP3:    "FCOMP3",
	FCOMP5:    "FCOMP5",
	FXCH4:     "FXCH4",
	FXCH7:     "FXCH7",
	FSTP1:     "FSTP1",
	FSTP8:     "FSTP8",
	FSTP9:     "FSTP9",
	FFREEP:    "FFREEP",
	ESC:       "ESC",
	MOVD:      "MOVD",
	MOVQ:      "MOVQ",
	EMMS:      "EMMS",
	PACKSSWB:  "PACKSSWB",
	PACKSSDW:  "PACKSSDW",
	PACKUSWB:  "PACKUSWB",
	PUNPCKLBW: "PUNPCKLBW",
	PUNPCKLWD: "PUNPCKLWD",
	PUNPCKLDQ: "PUNPCKLDQ",
	PUNPCKHBW: "PUNPCKHBW",
	PUNPCKHWD: "PUNPCKHWD",
	PUNPCKHDQ: "PUNPCKHDQ",
	PADDB:     "PADDB",
	PADDW:     "PADDW",
	PADDD:     "PADDD",
	PADDSB:    "PADDSB",
	PADDSW:    "PADDSW",
	PADDUSB:   "PADDUSB",
	PADDUSW:   "PADDUSW",
	PSUBB:     "PSUBB",
	PSUBW:     "PSUBW",
	PSUBD:     "PSUBD",
	PSUBSB:    "PSUBSB",
	PSUBSW:    "PSUBSW",
	PSUBUSB:   "PSUBUSB",
	PSUBUSW:   "PSUBUSW",
	PMULHW:    "PMULHW",
	PMULLW:    "PMULLW",
	PMADDWD:   "PMADDWD",
	PCMPEQB:   "PCMPEQB",
	PCMPEQW:   "PCMPEQW",
	PCMPEQD:   "PCMPEQD",
	PCMPGTB:   "PCMPGTB",
	PCMPGTW:   "PCMPGTW",
	PCMPGTD:   "PCMPGTD",
	PAND:      "PAND",
	PANDN:     "PANDN",
	POR:       "POR",
	PXOR:      "PXOR",
	PSLLW:     "PSLLW",
	PSLLD:     "PSLLD",
	PSLLQ:     "PSLLQ",
	PSRLW:     "PSRLW",
	PSRLD:     "PSRLD",
	PSRLQ:     "PSRLQ",
	PSRAW:     "PSRAW",
	PSRAD:     "PSRAD",
}
