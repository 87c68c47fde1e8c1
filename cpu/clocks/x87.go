package clocks

import "beige/cpu/isa"

// coprocessor is the typical time of an instruction of the 8087 and 80287, in
// clocks, by its memory operand's size (0: registers). The processor goes on
// meanwhile and waits before the next one; here it waits at once.
//
// Source: 8087 data sheet (205835), table 3, "Clock Count Typical"; the time for
// the effective address is not in it.
func coprocessor(in *isa.Inst, size uint8) int {
	by := func(reg, short, long int) int {
		switch size {
		case 0:
			return reg
		case 8:
			return long
		}
		return short
	}
	switch in.Op {
	case isa.FLD:
		if size == 10 {
			return 57
		}
		return by(20, 43, 46)
	case isa.FILD:
		return by(50, 53, 64)
	case isa.FST:
		return by(18, 87, 100)
	case isa.FSTP:
		if size == 10 {
			return 55
		}
		return by(20, 89, 102)
	case isa.FIST, isa.FISTP:
		return by(88, 89, 100)
	case isa.FBLD:
		return 300
	case isa.FBSTP:
		return 530
	case isa.FXCH:
		return 12
	case isa.FCOM, isa.FCOMP, isa.FCOMPP:
		return by(47, 66, 71)
	case isa.FICOM, isa.FICOMP:
		return 83
	case isa.FADD, isa.FADDP, isa.FSUB, isa.FSUBR, isa.FSUBP, isa.FSUBRP:
		return by(88, 105, 110)
	case isa.FIADD, isa.FISUB, isa.FISUBR:
		return 122
	case isa.FMUL, isa.FMULP:
		return by(138, 118, 161)
	case isa.FIMUL:
		return 133
	case isa.FDIV, isa.FDIVP, isa.FDIVR, isa.FDIVRP:
		return by(200, 220, 225)
	case isa.FIDIV, isa.FIDIVR:
		return 233
	case isa.FSQRT:
		return 183
	case isa.FSCALE:
		return 35
	case isa.FPREM:
		return 125
	case isa.FRNDINT:
		return 45
	case isa.FXTRACT:
		return 50
	case isa.FTST:
		return 42
	case isa.FPTAN:
		return 450
	case isa.FPATAN:
		return 650
	case isa.F2XM1:
		return 500
	case isa.FYL2X:
		return 950
	case isa.FYL2XP1:
		return 850
	}
	return 15 // constants, FABS, FCHS, FXAM, control words
}
