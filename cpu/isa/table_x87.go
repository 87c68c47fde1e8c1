package isa

// x87Rows holds D8-DF (SDM volume 2, appendix A, escape opcode tables; 8087,
// 80287 and 387 data sheets for the levels). Undocumented repetitions are in:
// the parts decode them, programs use FFREEP.
//
// The processor's generation stands for its coprocessor: 8087 with the 8086 and
// 80186, 80287 with the 80286, 387 with the 80386.
func x87Rows() []Row {
	esc := func(opcode uint8, op Op, args ...Code) Row { return one(opcode, op, args...).attr(X87 | MayFault) }
	mem := func(opcode uint8, digit int, op Op, m Code) Row { return esc(opcode, op, m).digit(digit).mem() }
	// st is a block of eight register forms at base, base+i for ST(i).
	st := func(opcode, base uint8, op Op, args ...Code) Row {
		return esc(opcode, op, args...).digit(int(base >> 3 & 7)).reg()
	}
	at := func(opcode, modrm uint8, op Op) Row { return esc(opcode, op).exact(modrm) }

	var t []Row
	for d := range 8 {
		t = append(t,
			mem(0xd8, d, FADD+Op(d), M32fp),
			mem(0xda, d, FIADD+Op(d), M32int),
			mem(0xdc, d, FADD+Op(d), M64fp),
			mem(0xde, d, FIADD+Op(d), M16int),
			st(0xd8, 0xc0+uint8(d)<<3, FADD+Op(d), ST0, STi),
		)
	}
	t = append(t,
		mem(0xd9, 0, FLD, M32fp),
		mem(0xd9, 2, FST, M32fp),
		mem(0xd9, 3, FSTP, M32fp),
		mem(0xd9, 4, FLDENV, M14_28),
		mem(0xd9, 5, FLDCW, Mw),
		mem(0xd9, 6, FNSTENV, M14_28),
		mem(0xd9, 7, FNSTCW, Mw),
		st(0xd9, 0xc0, FLD, STi),
		st(0xd9, 0xc8, FXCH, STi),
		at(0xd9, 0xd0, FNOP),
		st(0xd9, 0xd8, FSTP1, STi),
		at(0xd9, 0xe0, FCHS),
		at(0xd9, 0xe1, FABS),
		at(0xd9, 0xe4, FTST),
		at(0xd9, 0xe5, FXAM),
		at(0xd9, 0xe8, FLD1),
		at(0xd9, 0xe9, FLDL2T),
		at(0xd9, 0xea, FLDL2E),
		at(0xd9, 0xeb, FLDPI),
		at(0xd9, 0xec, FLDLG2),
		at(0xd9, 0xed, FLDLN2),
		at(0xd9, 0xee, FLDZ),
		at(0xd9, 0xf0, F2XM1),
		at(0xd9, 0xf1, FYL2X),
		at(0xd9, 0xf2, FPTAN),
		at(0xd9, 0xf3, FPATAN),
		at(0xd9, 0xf4, FXTRACT),
		at(0xd9, 0xf5, FPREM1).since(L80386),
		at(0xd9, 0xf6, FDECSTP),
		at(0xd9, 0xf7, FINCSTP),
		at(0xd9, 0xf8, FPREM),
		at(0xd9, 0xf9, FYL2XP1),
		at(0xd9, 0xfa, FSQRT),
		at(0xd9, 0xfb, FSINCOS).since(L80386),
		at(0xd9, 0xfc, FRNDINT),
		at(0xd9, 0xfd, FSCALE),
		at(0xd9, 0xfe, FSIN).since(L80386),
		at(0xd9, 0xff, FCOS).since(L80386),

		st(0xda, 0xc0, FCMOVB, ST0, STi).since(LPentiumPro).reads(CF),
		st(0xda, 0xc8, FCMOVE, ST0, STi).since(LPentiumPro).reads(ZF),
		st(0xda, 0xd0, FCMOVBE, ST0, STi).since(LPentiumPro).reads(CF|ZF),
		st(0xda, 0xd8, FCMOVU, ST0, STi).since(LPentiumPro).reads(PF),
		at(0xda, 0xe9, FUCOMPP).since(L80386),

		mem(0xdb, 0, FILD, M32int),
		mem(0xdb, 2, FIST, M32int),
		mem(0xdb, 3, FISTP, M32int),
		mem(0xdb, 5, FLD, M80fp),
		mem(0xdb, 7, FSTP, M80fp),
		st(0xdb, 0xc0, FCMOVNB, ST0, STi).since(LPentiumPro).reads(CF),
		st(0xdb, 0xc8, FCMOVNE, ST0, STi).since(LPentiumPro).reads(ZF),
		st(0xdb, 0xd0, FCMOVNBE, ST0, STi).since(LPentiumPro).reads(CF|ZF),
		st(0xdb, 0xd8, FCMOVNU, ST0, STi).since(LPentiumPro).reads(PF),
		at(0xdb, 0xe0, FENI),
		at(0xdb, 0xe1, FDISI),
		at(0xdb, 0xe2, FNCLEX),
		at(0xdb, 0xe3, FNINIT),
		at(0xdb, 0xe4, FSETPM).since(L80286),
		st(0xdb, 0xe8, FUCOMI, ST0, STi).since(LPentiumPro).writes(Arith),
		st(0xdb, 0xf0, FCOMI, ST0, STi).since(LPentiumPro).writes(Arith),

		// FSUB is destination less source, FSUBR the reverse, FDIV and FDIVR
		// likewise: so with ST(i) as the destination they swap places.
		st(0xdc, 0xc0, FADD, STi, ST0),
		st(0xdc, 0xc8, FMUL, STi, ST0),
		st(0xdc, 0xd0, FCOM2, ST0, STi),
		st(0xdc, 0xd8, FCOMP3, ST0, STi),
		st(0xdc, 0xe0, FSUBR, STi, ST0),
		st(0xdc, 0xe8, FSUB, STi, ST0),
		st(0xdc, 0xf0, FDIVR, STi, ST0),
		st(0xdc, 0xf8, FDIV, STi, ST0),

		mem(0xdd, 0, FLD, M64fp),
		mem(0xdd, 2, FST, M64fp),
		mem(0xdd, 3, FSTP, M64fp),
		mem(0xdd, 4, FRSTOR, M94_108),
		mem(0xdd, 6, FNSAVE, M94_108),
		mem(0xdd, 7, FNSTSW, Mw),
		st(0xdd, 0xc0, FFREE, STi),
		st(0xdd, 0xc8, FXCH4, STi),
		st(0xdd, 0xd0, FST, STi),
		st(0xdd, 0xd8, FSTP, STi),
		st(0xdd, 0xe0, FUCOM, ST0, STi).since(L80386),
		st(0xdd, 0xe8, FUCOMP, ST0, STi).since(L80386),

		st(0xde, 0xc0, FADDP, STi, ST0),
		st(0xde, 0xc8, FMULP, STi, ST0),
		st(0xde, 0xd0, FCOMP5, ST0, STi),
		at(0xde, 0xd9, FCOMPP),
		st(0xde, 0xe0, FSUBRP, STi, ST0),
		st(0xde, 0xe8, FSUBP, STi, ST0),
		st(0xde, 0xf0, FDIVRP, STi, ST0),
		st(0xde, 0xf8, FDIVP, STi, ST0),

		mem(0xdf, 0, FILD, M16int),
		mem(0xdf, 2, FIST, M16int),
		mem(0xdf, 3, FISTP, M16int),
		mem(0xdf, 4, FBLD, M80bcd),
		mem(0xdf, 5, FILD, M64int),
		mem(0xdf, 6, FBSTP, M80bcd),
		mem(0xdf, 7, FISTP, M64int),
		st(0xdf, 0xc0, FFREEP, STi),
		st(0xdf, 0xc8, FXCH7, STi),
		st(0xdf, 0xd0, FSTP8, STi),
		st(0xdf, 0xd8, FSTP9, STi),
		esc(0xdf, FNSTSW, RegAX).exact(0xe0).since(L80286),
		st(0xdf, 0xe8, FUCOMIP, ST0, STi).since(LPentiumPro).writes(Arith),
		st(0xdf, 0xf0, FCOMIP, ST0, STi).since(LPentiumPro).writes(Arith),
	)
	return t
}

// escRows holds the encodings of D8-DF that name no operation. Up to the 80386
// the processor passes them to the coprocessor like any other; from the 80486
// on, which has the unit inside, they are #UD.
func escRows() []Row {
	var t []Row
	mem := func(opcode uint8, digits ...int) {
		for _, d := range digits {
			t = append(t, one(opcode, ESC, M).digit(d).mem().until(L80386).attr(X87|MayFault))
		}
	}
	reg := func(opcode, first, last uint8, until Level) {
		for m := int(first); m <= int(last); m++ {
			t = append(t, one(opcode, ESC).exact(uint8(m)).until(until).attr(X87|MayFault))
		}
	}
	mem(0xd9, 1)
	mem(0xdb, 1, 4, 6)
	mem(0xdd, 1, 5)
	mem(0xdf, 1)

	reg(0xd9, 0xd1, 0xd7, L80386)
	reg(0xd9, 0xe2, 0xe3, L80386)
	reg(0xd9, 0xe6, 0xe7, L80386)
	reg(0xd9, 0xef, 0xef, L80386)
	reg(0xd9, 0xf5, 0xf5, L80286)
	reg(0xd9, 0xfb, 0xfb, L80286)
	reg(0xd9, 0xfe, 0xff, L80286)
	reg(0xda, 0xc0, 0xe8, L80386)
	reg(0xda, 0xe9, 0xe9, L80286)
	reg(0xda, 0xea, 0xff, L80386)
	reg(0xdb, 0xc0, 0xdf, L80386)
	reg(0xdb, 0xe4, 0xe4, L80186)
	reg(0xdb, 0xe5, 0xff, L80386)
	reg(0xdd, 0xe0, 0xef, L80286)
	reg(0xdd, 0xf0, 0xff, L80386)
	reg(0xde, 0xd8, 0xd8, L80386)
	reg(0xde, 0xda, 0xdf, L80386)
	reg(0xdf, 0xe0, 0xe0, L80186)
	reg(0xdf, 0xe1, 0xff, L80386)
	return t
}
