package isa

// Flags of the arithmetic families (80386 PRM, appendix C).
const (
	notAF  = Arith &^ AF
	notCF  = Arith &^ CF
	szp    = SF | ZF | PF
	cAndOF = CF | OF
)

// alu adds the flags of a two-operand operation.
func alu(r Row) Row {
	switch r.Op {
	case ADC, SBB:
		return r.reads(CF).writes(Arith)
	case AND, OR, XOR, TEST:
		return r.writes(notAF).undef(AF)
	}
	return r.writes(Arith)
}

// lockDest marks everything but CMP as lockable.
func lockDest(r Row) Row {
	if r.Op == CMP {
		return r
	}
	return r.lock()
}

// arithRows holds 00-3F less the segment pushes, prefixes and 0F; 40-4F,
// 69, 6B, 80-85, 98, 99, A8, A9, D4, D5, F6, F7, FE /0 and /1, FF /0 and /1.
func arithRows() []Row {
	var t []Row
	for d, op := range [8]Op{ADD, OR, ADC, SBB, AND, SUB, XOR, CMP} {
		b := uint8(d) << 3
		t = append(t,
			lockDest(alu(one(b+0, op, Eb, Gb))),
			lockDest(alu(one(b+1, op, Ev, Gv))),
			alu(one(b+2, op, Gb, Eb)),
			alu(one(b+3, op, Gv, Ev)),
			alu(one(b+4, op, RegAL, Ib)),
			alu(one(b+5, op, VAX, Iv)),
			lockDest(alu(one(0x80, op, Eb, Ib).digit(d))),
			lockDest(alu(one(0x81, op, Ev, Iv).digit(d))),
			lockDest(alu(one(0x82, op, Eb, Ib).digit(d))), // undocumented repetition of 80
			lockDest(alu(one(0x83, op, Ev, SIb).digit(d))),
		)
	}
	t = append(t,
		one(0x27, DAA).reads(CF|AF).writes(CF|AF|szp).undef(OF),
		one(0x2f, DAS).reads(CF|AF).writes(CF|AF|szp).undef(OF),
		one(0x37, AAA).reads(AF).writes(CF|AF).undef(OF|szp),
		one(0x3f, AAS).reads(AF).writes(CF|AF).undef(OF|szp),
		one(0xd4, AAM, Ib).writes(szp).undef(CF|AF|OF).attr(MayFault), // #DE for a base of 0
		one(0xd5, AAD, Ib).writes(szp).undef(CF|AF|OF),
		one(0x98, CBW),
		one(0x99, CWD),

		alu(one(0x84, TEST, Eb, Gb)),
		alu(one(0x85, TEST, Ev, Gv)),
		alu(one(0xa8, TEST, RegAL, Ib)),
		alu(one(0xa9, TEST, VAX, Iv)),

		one(0x69, IMUL, Gv, Ev, Iv).since(L80186).writes(cAndOF).undef(szp|AF),
		one(0x6b, IMUL, Gv, Ev, SIb).since(L80186).writes(cAndOF).undef(szp|AF),

		one(0xfe, INC, Eb).digit(0).writes(notCF).lock(),
		one(0xfe, DEC, Eb).digit(1).writes(notCF).lock(),
		one(0xff, INC, Ev).digit(0).writes(notCF).lock(),
		one(0xff, DEC, Ev).digit(1).writes(notCF).lock(),
	)
	t = append(t, each(8, func(i int) Row { return one(0x40+uint8(i), INC, VAX+Code(i)).writes(notCF) })...)
	t = append(t, each(8, func(i int) Row { return one(0x48+uint8(i), DEC, VAX+Code(i)).writes(notCF) })...)

	// Group 3. /1 repeats /0 on every model; the manuals leave it out.
	for opcode, e := range [2]Code{Eb, Ev} {
		opcode, imm := 0xf6+uint8(opcode), [2]Code{Ib, Iv}[opcode]
		t = append(t,
			alu(one(opcode, TEST, e, imm).digit(0)),
			alu(one(opcode, TEST, e, imm).digit(1)),
			one(opcode, NOT, e).digit(2).lock(),
			one(opcode, NEG, e).digit(3).writes(Arith).lock(),
			one(opcode, MUL, e).digit(4).writes(cAndOF).undef(szp|AF),
			one(opcode, IMUL, e).digit(5).writes(cAndOF).undef(szp|AF),
			one(opcode, DIV, e).digit(6).undef(Arith).attr(MayFault),
			one(opcode, IDIV, e).digit(7).undef(Arith).attr(MayFault),
		)
	}
	return t
}

// shiftRows holds C0, C1 and D0-D3. A count of 0 leaves the flags alone; OF is
// defined for a count of 1 only, CF after SHL and SHR for a count up to the
// operand size. On the 8086 D0-D3 /6 sets the operand to minus one; later models
// repeat SHL there.
func shiftRows() []Row {
	shift := func(op Op, r Row) Row {
		r = r.writes(CF | OF)
		byOne := r.Args[1] == One
		if !byOne {
			r = r.undef(OF).attr(CondFlags)
		}
		switch op {
		case ROL, ROR:
			return r
		case RCL, RCR:
			return r.reads(CF)
		case SHL, SHR:
			if !byOne {
				r = r.undef(CF)
			}
		}
		return r.writes(szp).undef(AF)
	}
	var t []Row
	for d, op := range [8]Op{ROL, ROR, RCL, RCR, SHL, SHR, SHL, SAR} {
		since := L8086
		if d == 6 {
			since = L80186
		}
		t = append(t,
			shift(op, one(0xc0, op, Eb, Ib).digit(d).since(L80186)),
			shift(op, one(0xc1, op, Ev, Ib).digit(d).since(L80186)),
			shift(op, one(0xd0, op, Eb, One).digit(d).since(since)),
			shift(op, one(0xd1, op, Ev, One).digit(d).since(since)),
			shift(op, one(0xd2, op, Eb, RegCL).digit(d).since(since)),
			shift(op, one(0xd3, op, Ev, RegCL).digit(d).since(since)),
		)
	}
	return append(t,
		one(0xd0, SETMO, Eb, One).digit(6).until(L8086).writes(Arith),
		one(0xd1, SETMO, Ev, One).digit(6).until(L8086).writes(Arith),
		one(0xd2, SETMOC, Eb, RegCL).digit(6).until(L8086).writes(Arith).attr(CondFlags),
		one(0xd3, SETMOC, Ev, RegCL).digit(6).until(L8086).writes(Arith).attr(CondFlags),
	)
}
