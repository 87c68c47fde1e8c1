package isa

// condFlags are the flags that condition code cc tests.
func condFlags(cc int) Flags {
	return [8]Flags{OF, CF, ZF, CF | ZF, SF, PF, SF | OF, SF | OF | ZF}[cc>>1]
}

// Attributes of transfers. A near target outside the code segment is #GP, so
// every transfer may fault.
const (
	jcc  = Branch | MayFault
	jump = MayFault | EndsTrace
	call = jump | Stack
)

// branchRows holds the transfers of control of the one-byte map: 62, 70-7F,
// 9A, C2, C3, CA-CF, E0-E3, E8-EB, F1, FF /2../5.
func branchRows() []Row {
	intr := call | IOPL
	t := each(16, func(i int) Row { return one(0x70+uint8(i), JO+Op(i), Jb).reads(condFlags(i)).attr(jcc) })
	return append(t,
		one(0xe0, LOOPNE, Jb).reads(ZF).attr(jcc),
		one(0xe1, LOOPE, Jb).reads(ZF).attr(jcc),
		one(0xe2, LOOP, Jb).attr(jcc),
		one(0xe3, JCXZ, Jb).attr(jcc),
		one(0xe8, CALL, Jv).attr(call|Branch),
		one(0xe9, JMP, Jv).attr(jump|Branch),
		one(0xea, JMPF, Ap).attr(jump),
		one(0xeb, JMP, Jb).attr(jump|Branch),
		one(0x9a, CALLF, Ap).attr(call),
		one(0xff, CALL, Ev).digit(2).attr(call),
		one(0xff, CALLF, Mp).digit(3).mem().attr(call),
		one(0xff, JMP, Ev).digit(4).attr(jump),
		one(0xff, JMPF, Mp).digit(5).mem().attr(jump),
		one(0xc2, RET, Iw).attr(call),
		one(0xc3, RET).attr(call),
		one(0xca, RETF, Iw).attr(call),
		one(0xcb, RETF).attr(call),
		one(0xcc, INT3).reads(Arith|TF|IF|DF).writes(TF|IF).attr(call),
		one(0xcd, INT, Ib).reads(Arith|TF|IF|DF).writes(TF|IF).attr(intr),
		one(0xce, INTO).reads(Arith|TF|IF|DF).writes(TF|IF).attr(call|CondFlags),
		one(0xcf, IRET).writes(Arith|TF|IF|DF).attr(intr),
		one(0xf1, INT1).since(L80386).reads(Arith|TF|IF|DF).writes(TF|IF).attr(call),
		one(0x62, BOUND, Gv, Ma).mem().since(L80186).attr(MayFault),
	)
}

// stringRows holds the string and port instructions: 6C-6F, A4-A7, AA-AF,
// E4-E7, EC-EF.
func stringRows() []Row {
	const io = IO | IOPL | MayFault
	str := func(r Row) Row { return r.reads(DF).attr(String) }
	return []Row{
		str(one(0x6c, INS, Yb, RegDX)).since(L80186).attr(io),
		str(one(0x6d, INS, Yv, RegDX)).since(L80186).attr(io),
		str(one(0x6e, OUTS, RegDX, Xb)).since(L80186).attr(io),
		str(one(0x6f, OUTS, RegDX, Xv)).since(L80186).attr(io),
		str(one(0xa4, MOVS, Yb, Xb)),
		str(one(0xa5, MOVS, Yv, Xv)),
		str(one(0xa6, CMPS, Xb, Yb)).writes(Arith).attr(CondFlags),
		str(one(0xa7, CMPS, Xv, Yv)).writes(Arith).attr(CondFlags),
		str(one(0xaa, STOS, Yb, RegAL)),
		str(one(0xab, STOS, Yv, VAX)),
		str(one(0xac, LODS, RegAL, Xb)),
		str(one(0xad, LODS, VAX, Xv)),
		str(one(0xae, SCAS, RegAL, Yb)).writes(Arith).attr(CondFlags),
		str(one(0xaf, SCAS, VAX, Yv)).writes(Arith).attr(CondFlags),
		one(0xe4, IN, RegAL, Ib).attr(io),
		one(0xe5, IN, VAX, Ib).attr(io),
		one(0xe6, OUT, Ib, RegAL).attr(io),
		one(0xe7, OUT, Ib, VAX).attr(io),
		one(0xec, IN, RegAL, RegDX).attr(io),
		one(0xed, IN, VAX, RegDX).attr(io),
		one(0xee, OUT, RegDX, RegAL).attr(io),
		one(0xef, OUT, RegDX, VAX).attr(io),
	}
}

// controlRows holds the flag and processor control instructions of the one-byte
// map: 63, 9B, F4, F5, F8-FD.
func controlRows() []Row {
	return []Row{
		one(0x63, ARPL, Ew, Gw).since(L80286).writes(ZF).attr(ProtOnly | MayFault),
		one(0x9b, WAIT).attr(MayFault | X87),
		one(0xf4, HLT).attr(Privileged | MayFault | EndsTrace),
		one(0xf5, CMC).reads(CF).writes(CF),
		one(0xf8, CLC).writes(CF),
		one(0xf9, STC).writes(CF),
		one(0xfa, CLI).writes(IF).attr(IOPL | MayFault),
		one(0xfb, STI).writes(IF).attr(IOPL | MayFault | EndsTrace),
		one(0xfc, CLD).writes(DF),
		one(0xfd, STD).writes(DF),
	}
}

// rows8086 holds what only the 8086 has. It does not check opcodes: its
// microcode leaves bits of the opcode or of ModRM undecoded, so that encodings
// without a documented meaning repeat others. The vectors recorded from the
// part agree for every row here that can be run safely.
func rows8086() []Row {
	old := func(opcode uint8, op Op, args ...Code) Row { return one(opcode, op, args...).until(L8086) }
	t := []Row{
		old(0x0f, POPCS, SegCS).attr(call),
		// Bit 4 of 70-7F is not decoded, nor bit 0 of C2, C3, CA, CB.
		old(0xc0, RET, Iw).attr(call),
		old(0xc1, RET).attr(call),
		old(0xc8, RETF, Iw).attr(call),
		old(0xc9, RETF).attr(call),
		// A register where an address belongs: the internal address register
		// keeps what the last instruction left there.
		old(0x8d, LEA, Gv, M).reg(),
		old(0xc4, LES, Gv, Mp).reg(),
		old(0xc5, LDS, Gv, Mp).reg(),
		old(0xff, CALLF, Mp).digit(3).reg().attr(call),
		old(0xff, JMPF, Mp).digit(5).reg().attr(jump),
		old(0xff, PUSH, Ev).digit(7).attr(Stack),
		// Group 4 with the meanings of group 5, a byte wide.
		old(0xfe, CALL, Eb).digit(2).attr(call),
		old(0xfe, CALLF, Eb).digit(3).attr(call),
		old(0xfe, JMP, Eb).digit(4).attr(jump),
		old(0xfe, JMPF, Eb).digit(5).attr(jump),
		old(0xfe, PUSH, Eb).digit(6).attr(Stack),
		old(0xfe, PUSH, Eb).digit(7).attr(Stack),
		// Two bits of the segment register number are decoded.
		old(0x8e, MOV, Sw, Ew).digit(1).attr(EndsTrace),
		old(0x8e, MOV, Sw, Ew).digit(5).attr(EndsTrace),
		old(0x8e, MOV, Sw, Ew).digit(6).attr(EndsTrace),
		old(0x8e, MOV, Sw, Ew).digit(4),
		old(0x8e, MOV, Sw, Ew).digit(7),
	}
	for d := 4; d < 8; d++ {
		t = append(t, old(0x8c, MOV, RvMw, Sw).digit(d))
	}
	for d := 1; d < 8; d++ {
		t = append(t,
			old(0x8f, POP, Ev).digit(d).attr(Stack),
			old(0xc6, MOV, Eb, Ib).digit(d),
			old(0xc7, MOV, Ev, Iv).digit(d),
		)
	}
	return append(t, each(16, func(i int) Row { return old(0x60+uint8(i), JO+Op(i), Jb).reads(condFlags(i)).attr(jcc) })...)
}
