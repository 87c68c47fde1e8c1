package isa

// moveRows holds the moves, exchanges and stack instructions of the one-byte
// map: 06-1F, 50-5F, 60, 61, 68, 6A, 86-9F, A0-A3, B0-BF, C4-C9, D6, D7, FF /6.
func moveRows() []Row {
	const (
		stack = Stack | MayFault
		seg   = MayFault // loads a segment register
	)
	t := []Row{
		one(0x86, XCHG, Eb, Gb).lock(),
		one(0x87, XCHG, Ev, Gv).lock(),
		one(0x88, MOV, Eb, Gb),
		one(0x89, MOV, Ev, Gv),
		one(0x8a, MOV, Gb, Eb),
		one(0x8b, MOV, Gv, Ev),
		one(0xa0, MOV, RegAL, Ob),
		one(0xa1, MOV, VAX, Ov),
		one(0xa2, MOV, Ob, RegAL),
		one(0xa3, MOV, Ov, VAX),
		one(0xc6, MOV, Eb, Ib).digit(0),
		one(0xc7, MOV, Ev, Iv).digit(0),
		one(0x8d, LEA, Gv, M).mem(),
		one(0xc4, LES, Gv, Mp).mem().attr(seg),
		one(0xc5, LDS, Gv, Mp).mem().attr(seg),

		// Segment registers. 8E /1 (CS) is #UD from the 80186 on; a load of SS
		// opens an interrupt shadow and may change the stack size.
		one(0x8c, MOV, RvMw, Sw).digit(0),
		one(0x8c, MOV, RvMw, Sw).digit(1),
		one(0x8c, MOV, RvMw, Sw).digit(2),
		one(0x8c, MOV, RvMw, Sw).digit(3),
		one(0x8c, MOV, RvMw, Sw).digit(4).since(L80386),
		one(0x8c, MOV, RvMw, Sw).digit(5).since(L80386),
		one(0x8e, MOV, Sw, Ew).digit(0).attr(seg),
		one(0x8e, MOV, Sw, Ew).digit(2).attr(seg | EndsTrace),
		one(0x8e, MOV, Sw, Ew).digit(3).attr(seg),
		one(0x8e, MOV, Sw, Ew).digit(4).since(L80386).attr(seg),
		one(0x8e, MOV, Sw, Ew).digit(5).since(L80386).attr(seg),

		one(0x06, PUSH, SegES).attr(stack),
		one(0x07, POP, SegES).attr(stack | seg),
		one(0x0e, PUSH, SegCS).attr(stack),
		one(0x16, PUSH, SegSS).attr(stack),
		one(0x17, POP, SegSS).attr(stack | seg | EndsTrace),
		one(0x1e, PUSH, SegDS).attr(stack),
		one(0x1f, POP, SegDS).attr(stack | seg),
		one(0x60, PUSHA).since(L80186).attr(stack),
		one(0x61, POPA).since(L80186).attr(stack),
		one(0x68, PUSH, Iv).since(L80186).attr(stack),
		one(0x6a, PUSH, SIb).since(L80186).attr(stack),
		one(0x8f, POP, Ev).digit(0).attr(stack),
		one(0xff, PUSH, Ev).digit(6).attr(stack),
		one(0x9c, PUSHF).reads(Arith | TF | IF | DF).attr(stack | IOPL),
		one(0x9d, POPF).writes(Arith | TF | IF | DF).attr(stack | IOPL | EndsTrace),
		one(0xc8, ENTER, Iw, I2b).since(L80186).attr(stack),
		one(0xc9, LEAVE).since(L80186).attr(stack),

		one(0x90, NOP),
		one(0x9e, SAHF).writes(CF | PF | AF | ZF | SF),
		one(0x9f, LAHF).reads(CF | PF | AF | ZF | SF),
		one(0xd6, SALC).reads(CF), // undocumented on every model
		one(0xd7, XLAT, BXAL),
	}
	t = append(t, each(8, func(i int) Row { return one(0x50+uint8(i), PUSH, VAX+Code(i)).attr(stack) })...)
	t = append(t, each(8, func(i int) Row { return one(0x58+uint8(i), POP, VAX+Code(i)).attr(stack) })...)
	t = append(t, each(7, func(i int) Row { return one(0x91+uint8(i), XCHG, VCX+Code(i), VAX) })...)
	t = append(t, each(8, func(i int) Row { return one(0xb0+uint8(i), MOV, RegAL+Code(i), Ib) })...)
	t = append(t, each(8, func(i int) Row { return one(0xb8+uint8(i), MOV, VAX+Code(i), Iv) })...)
	return t
}
