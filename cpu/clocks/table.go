package clocks

import "beige/cpu/isa"

// form is the shape of an instruction's operands, as the manuals' tables list them.
type form uint8

const (
	fNone form = iota // no operand, or always the same ones
	fR                // a register
	fM                // memory
	fS                // a segment register
	fI                // an immediate or a displacement
	fRR               // register, register
	fRM               // register, memory
	fMR               // memory, register
	fRI               // register, immediate
	fMI               // memory, immediate
	forms
)

// row is one line of the tables: clocks of the 8086 (with a full queue, words at
// even addresses, without the time for the effective address), the 80186 and the
// 80286; then how often memory and the stack are accessed.
//
// Of a shift by CL the time without the bits, of a repeated string instruction the
// time of one iteration alone (rep), of a jump that of one that is taken. A range
// (MUL, DIV) is entered by its low end.
type row struct {
	ops        []isa.Op
	form       form
	n          [3]uint16
	mem, stack uint8
}

func ops(o ...isa.Op) []isa.Op { return o }

func conditions() []isa.Op {
	var o []isa.Op
	for op := isa.JO; op <= isa.JNLE; op++ {
		o = append(o, op)
	}
	return o
}

// rows is Table 2-21 of the 8086 Family User's Manual (RET, RETF and IRET, POPF as
// corrected in the 8086 data sheet of 1990), "Instruction Set Summary" of the 80186
// data sheet and appendix B of the 80286 Programmer's Reference Manual.
func rows() []row {
	logic := ops(isa.ADD, isa.OR, isa.ADC, isa.SBB, isa.AND, isa.SUB, isa.XOR)
	shifts := ops(isa.ROL, isa.ROR, isa.RCL, isa.RCR, isa.SHL, isa.SHR, isa.SAR, isa.SETMO, isa.SETMOC)
	return []row{
		{logic, fRR, [3]uint16{3, 3, 2}, 0, 0},
		{logic, fRM, [3]uint16{9, 10, 7}, 1, 0},
		{logic, fMR, [3]uint16{16, 10, 7}, 2, 0},
		{logic, fRI, [3]uint16{4, 4, 3}, 0, 0},
		{logic, fMI, [3]uint16{17, 16, 7}, 2, 0},
		{ops(isa.CMP), fRR, [3]uint16{3, 3, 2}, 0, 0},
		{ops(isa.CMP), fRM, [3]uint16{9, 10, 6}, 1, 0},
		{ops(isa.CMP), fMR, [3]uint16{9, 10, 7}, 1, 0},
		{ops(isa.CMP), fRI, [3]uint16{4, 3, 3}, 0, 0},
		{ops(isa.CMP), fMI, [3]uint16{10, 10, 6}, 1, 0},
		{ops(isa.TEST), fRR, [3]uint16{3, 3, 2}, 0, 0},
		{ops(isa.TEST), fRM, [3]uint16{9, 10, 6}, 1, 0},
		{ops(isa.TEST), fMR, [3]uint16{9, 10, 6}, 1, 0},
		{ops(isa.TEST), fRI, [3]uint16{5, 4, 3}, 0, 0},
		{ops(isa.TEST), fMI, [3]uint16{11, 10, 6}, 1, 0},
		{ops(isa.INC, isa.DEC), fR, [3]uint16{2, 3, 2}, 0, 0}, // of a byte 3 on the 8086
		{ops(isa.INC, isa.DEC), fM, [3]uint16{15, 15, 7}, 2, 0},
		{ops(isa.NEG, isa.NOT), fR, [3]uint16{3, 3, 2}, 0, 0},
		{ops(isa.NEG, isa.NOT), fM, [3]uint16{16, 10, 7}, 2, 0},
		{ops(isa.DAA, isa.DAS), fNone, [3]uint16{4, 4, 3}, 0, 0},
		{ops(isa.AAA), fNone, [3]uint16{8, 8, 3}, 0, 0},
		{ops(isa.AAS), fNone, [3]uint16{8, 7, 3}, 0, 0},
		{ops(isa.AAM), fI, [3]uint16{83, 19, 16}, 0, 0},
		{ops(isa.AAD), fI, [3]uint16{60, 15, 14}, 0, 0},
		{ops(isa.CBW), fNone, [3]uint16{2, 2, 2}, 0, 0},
		{ops(isa.CWD), fNone, [3]uint16{5, 4, 2}, 0, 0},

		{shifts, fRI, [3]uint16{2, 2, 2}, 0, 0}, // by 1; by more as by CL
		{shifts, fMI, [3]uint16{15, 15, 7}, 2, 0},
		{shifts, fRR, [3]uint16{8, 5, 5}, 0, 0},
		{shifts, fMR, [3]uint16{20, 17, 8}, 2, 0},

		{ops(isa.MOV), fRR, [3]uint16{2, 2, 2}, 0, 0},
		{ops(isa.MOV), fRM, [3]uint16{8, 9, 5}, 1, 0},
		{ops(isa.MOV), fMR, [3]uint16{9, 12, 3}, 1, 0},
		{ops(isa.MOV), fRI, [3]uint16{4, 4, 2}, 0, 0},
		{ops(isa.MOV), fMI, [3]uint16{10, 13, 3}, 1, 0},
		{ops(isa.XCHG), fRR, [3]uint16{4, 4, 3}, 0, 0},
		{ops(isa.XCHG), fRM, [3]uint16{17, 17, 5}, 2, 0},
		{ops(isa.XCHG), fMR, [3]uint16{17, 17, 5}, 2, 0},
		{ops(isa.LEA), fRM, [3]uint16{2, 6, 3}, 0, 0},
		{ops(isa.LDS, isa.LES), fRM, [3]uint16{16, 18, 7}, 2, 0},
		{ops(isa.XLAT), fNone, [3]uint16{11, 11, 5}, 1, 0},
		{ops(isa.LAHF), fNone, [3]uint16{4, 2, 2}, 0, 0},
		{ops(isa.SAHF), fNone, [3]uint16{4, 3, 2}, 0, 0},
		{ops(isa.SALC), fNone, [3]uint16{3, 3, 3}, 0, 0},

		{ops(isa.PUSH), fR, [3]uint16{11, 10, 3}, 0, 1},
		{ops(isa.PUSH), fS, [3]uint16{10, 9, 3}, 0, 1},
		{ops(isa.PUSH), fM, [3]uint16{16, 16, 5}, 1, 1},
		{ops(isa.PUSH), fI, [3]uint16{10, 10, 3}, 0, 1},
		{ops(isa.POP), fR, [3]uint16{8, 10, 5}, 0, 1},
		{ops(isa.POP, isa.POPCS), fS, [3]uint16{8, 8, 5}, 0, 1},
		{ops(isa.POP), fM, [3]uint16{17, 20, 5}, 1, 1},
		{ops(isa.PUSHA), fNone, [3]uint16{0, 36, 17}, 0, 8},
		{ops(isa.POPA), fNone, [3]uint16{0, 51, 19}, 0, 8},
		{ops(isa.PUSHF), fNone, [3]uint16{10, 9, 3}, 0, 1},
		{ops(isa.POPF), fNone, [3]uint16{8, 8, 5}, 0, 1},
		{ops(isa.ENTER), fI, [3]uint16{0, 15, 11}, 0, 1},
		{ops(isa.LEAVE), fNone, [3]uint16{0, 8, 5}, 0, 1},

		{conditions(), fI, [3]uint16{16, 13, 7}, 0, 0},
		{ops(isa.LOOP), fI, [3]uint16{17, 15, 8}, 0, 0},
		{ops(isa.LOOPE), fI, [3]uint16{18, 16, 8}, 0, 0},
		{ops(isa.LOOPNE), fI, [3]uint16{19, 16, 8}, 0, 0},
		{ops(isa.JCXZ), fI, [3]uint16{18, 16, 8}, 0, 0},
		{ops(isa.CALL), fI, [3]uint16{19, 14, 7}, 0, 1},
		{ops(isa.CALL), fR, [3]uint16{16, 13, 7}, 0, 1},
		{ops(isa.CALL), fM, [3]uint16{21, 19, 11}, 1, 1},
		{ops(isa.CALLF), fI, [3]uint16{28, 23, 13}, 0, 2},
		{ops(isa.CALLF), fM, [3]uint16{37, 38, 16}, 2, 2},
		{ops(isa.JMP), fI, [3]uint16{15, 14, 7}, 0, 0},
		{ops(isa.JMP), fR, [3]uint16{11, 11, 7}, 0, 0},
		{ops(isa.JMP), fM, [3]uint16{18, 17, 11}, 1, 0},
		{ops(isa.JMPF), fI, [3]uint16{15, 14, 11}, 0, 0},
		{ops(isa.JMPF), fM, [3]uint16{24, 26, 15}, 2, 0},
		{ops(isa.RET), fNone, [3]uint16{16, 16, 11}, 0, 1},
		{ops(isa.RET), fI, [3]uint16{20, 18, 11}, 0, 1},
		{ops(isa.RETF), fNone, [3]uint16{26, 22, 15}, 0, 2},
		{ops(isa.RETF), fI, [3]uint16{25, 25, 15}, 0, 2},
		{ops(isa.INT), fI, [3]uint16{51, 47, 23}, 0, 5},
		{ops(isa.INT1, isa.INT3), fNone, [3]uint16{52, 45, 23}, 0, 5},
		{ops(isa.INTO), fNone, [3]uint16{53, 48, 24}, 0, 5},
		{ops(isa.IRET), fNone, [3]uint16{32, 28, 17}, 0, 3},
		{ops(isa.BOUND), fRM, [3]uint16{0, 33, 13}, 2, 0},

		{ops(isa.MOVS), fNone, [3]uint16{18, 14, 5}, 2, 0},
		{ops(isa.CMPS), fNone, [3]uint16{22, 22, 8}, 2, 0},
		{ops(isa.SCAS), fNone, [3]uint16{15, 15, 7}, 1, 0},
		{ops(isa.LODS), fNone, [3]uint16{12, 12, 5}, 1, 0},
		{ops(isa.STOS), fNone, [3]uint16{11, 10, 3}, 1, 0},
		{ops(isa.INS, isa.OUTS), fNone, [3]uint16{0, 14, 5}, 1, 0},
		{ops(isa.IN), fRI, [3]uint16{10, 10, 5}, 0, 0},
		{ops(isa.IN), fRR, [3]uint16{8, 8, 5}, 0, 0},
		{ops(isa.OUT), fRI, [3]uint16{10, 9, 3}, 0, 0},
		{ops(isa.OUT), fRR, [3]uint16{8, 7, 3}, 0, 0},

		{ops(isa.CLC, isa.STC, isa.CMC, isa.CLD, isa.STD, isa.HLT), fNone, [3]uint16{2, 2, 2}, 0, 0},
		{ops(isa.CLI), fNone, [3]uint16{2, 2, 3}, 0, 0},
		{ops(isa.STI), fNone, [3]uint16{2, 2, 2}, 0, 0},
		{ops(isa.WAIT), fNone, [3]uint16{4, 6, 3}, 0, 0},
		{ops(isa.NOP), fNone, [3]uint16{3, 3, 3}, 0, 0},
		{ops(isa.ESC), fM, [3]uint16{8, 6, 9}, 1, 0},
		{ops(isa.ESC), fNone, [3]uint16{2, 6, 9}, 0, 0},

		// Protected mode: the 80286 alone.
		{ops(isa.ARPL), fRR, [3]uint16{0, 0, 10}, 0, 0},
		{ops(isa.ARPL), fMR, [3]uint16{0, 0, 11}, 2, 0},
		{ops(isa.LAR, isa.LSL), fRR, [3]uint16{0, 0, 14}, 0, 0},
		{ops(isa.LAR, isa.LSL), fRM, [3]uint16{0, 0, 16}, 1, 0},
		{ops(isa.VERR, isa.VERW), fR, [3]uint16{0, 0, 14}, 0, 0},
		{ops(isa.VERR, isa.VERW), fM, [3]uint16{0, 0, 16}, 1, 0},
		{ops(isa.LGDT), fM, [3]uint16{0, 0, 11}, 3, 0},
		{ops(isa.LIDT), fM, [3]uint16{0, 0, 12}, 3, 0},
		{ops(isa.SGDT), fM, [3]uint16{0, 0, 11}, 3, 0},
		{ops(isa.SIDT), fM, [3]uint16{0, 0, 12}, 3, 0},
		{ops(isa.LLDT, isa.LTR), fR, [3]uint16{0, 0, 17}, 0, 0},
		{ops(isa.LLDT, isa.LTR), fM, [3]uint16{0, 0, 19}, 1, 0},
		{ops(isa.SLDT, isa.STR, isa.SMSW), fR, [3]uint16{0, 0, 2}, 0, 0},
		{ops(isa.SLDT, isa.STR, isa.SMSW), fM, [3]uint16{0, 0, 3}, 1, 0},
		{ops(isa.LMSW), fR, [3]uint16{0, 0, 3}, 0, 0},
		{ops(isa.LMSW), fM, [3]uint16{0, 0, 6}, 1, 0},
		{ops(isa.CLTS), fNone, [3]uint16{0, 0, 2}, 0, 0},
		{ops(isa.LOADALL, isa.STOREALL), fNone, [3]uint16{0, 0, 195}, 51, 0},
	}
}

// rep is what a repeated string instruction takes: before the first iteration, and
// for each.
type rep struct{ first, each uint16 }

func reps(op isa.Op, column int) rep {
	switch op {
	case isa.MOVS:
		return [3]rep{{9, 17}, {8, 8}, {5, 4}}[column]
	case isa.CMPS:
		return [3]rep{{9, 22}, {5, 22}, {5, 9}}[column]
	case isa.SCAS:
		return [3]rep{{9, 15}, {5, 15}, {5, 8}}[column]
	case isa.LODS:
		return [3]rep{{9, 13}, {6, 11}, {5, 4}}[column]
	case isa.STOS:
		return [3]rep{{9, 10}, {6, 9}, {4, 3}}[column]
	}
	return [3]rep{{}, {8, 8}, {5, 4}}[column] // INS, OUTS
}

// notTaken is the time of a branch that is not taken.
func notTaken(op isa.Op, column int) int {
	switch op {
	case isa.LOOP:
		return [3]int{5, 5, 4}[column]
	case isa.LOOPE:
		return [3]int{6, 5, 4}[column]
	case isa.LOOPNE:
		return [3]int{5, 5, 4}[column]
	case isa.JCXZ:
		return [3]int{6, 5, 4}[column]
	case isa.INTO:
		return [3]int{4, 4, 3}[column]
	}
	return [3]int{4, 4, 3}[column]
}

// span is a documented range of clocks.
type span struct{ low, high int }

// product is the time of MUL, IMUL, DIV and IDIV of a register; memory costs
// extra.
func product(op isa.Op, word bool, column int) span {
	i := 0
	if word {
		i = 1
	}
	switch op {
	case isa.MUL:
		return [3][2]span{{{70, 77}, {118, 133}}, {{26, 28}, {35, 37}}, {{13, 13}, {21, 21}}}[column][i]
	case isa.IMUL:
		return [3][2]span{{{80, 98}, {128, 154}}, {{25, 28}, {34, 37}}, {{13, 13}, {21, 21}}}[column][i]
	case isa.DIV:
		return [3][2]span{{{80, 90}, {144, 162}}, {{29, 29}, {38, 38}}, {{14, 14}, {22, 22}}}[column][i]
	}
	return [3][2]span{{{101, 112}, {165, 184}}, {{44, 52}, {53, 61}}, {{17, 17}, {25, 25}}}[column][i]
}
