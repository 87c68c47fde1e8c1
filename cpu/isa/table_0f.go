package isa

// systemRows holds the system instructions of the 0F map: 00-09, 0B, 0D,
// 10-13, 18-1F, 20-26, 30-35, A2, AA, AE.
//
// The processor gates CPUID (late 80486), SYSENTER, SYSEXIT, FXSAVE and FXRSTOR
// (Pentium II), RDPMC and RSM by its own feature bits; the table has them from
// the oldest level that can have them.
func systemRows() []Row {
	const (
		prot = ProtOnly | MayFault
		priv = Privileged | MayFault
	)
	return append([]Row{
		two(L80286, 0x00, SLDT, RvMw).digit(0).attr(prot),
		two(L80286, 0x00, STR, RvMw).digit(1).attr(prot),
		two(L80286, 0x00, LLDT, Ew).digit(2).attr(prot | priv),
		two(L80286, 0x00, LTR, Ew).digit(3).attr(prot | priv),
		two(L80286, 0x00, VERR, Ew).digit(4).writes(ZF).attr(prot),
		two(L80286, 0x00, VERW, Ew).digit(5).writes(ZF).attr(prot),
		two(L80286, 0x01, SGDT, Ms).digit(0).mem(),
		two(L80286, 0x01, SIDT, Ms).digit(1).mem(),
		two(L80286, 0x01, LGDT, Ms).digit(2).mem().attr(priv),
		two(L80286, 0x01, LIDT, Ms).digit(3).mem().attr(priv),
		two(L80286, 0x01, SMSW, RvMw).digit(4),
		two(L80286, 0x01, LMSW, Ew).digit(6).attr(priv | EndsTrace),
		two(L80486, 0x01, INVLPG, M).digit(7).mem().attr(priv | EndsTrace),
		two(L80286, 0x02, LAR, Gv, Ew).writes(ZF).attr(prot),
		two(L80286, 0x03, LSL, Gv, Ew).writes(ZF).attr(prot),
		two(L80286, 0x04, STOREALL).until(L80286).attr(priv | EndsTrace), // for in-circuit emulators: without one the part stops until RESET
		two(L80286, 0x05, LOADALL).until(L80286).writes(Arith | TF | IF | DF).attr(priv | EndsTrace),
		two(L80286, 0x06, CLTS).attr(priv | EndsTrace),
		two(L80386, 0x07, LOADALL).until(L80386).writes(Arith | TF | IF | DF).attr(priv | EndsTrace),
		two(L80486, 0x08, INVD).attr(priv),
		two(L80486, 0x09, WBINVD).attr(priv),
		two(LPentiumPro, 0x0b, UD2).attr(MayFault | EndsTrace),

		// Undocumented moves that ignore the in-circuit emulator's memory.
		two(L80386, 0x10, UMOV, Eb, Gb).until(L80486),
		two(L80386, 0x11, UMOV, Ev, Gv).until(L80486),
		two(L80386, 0x12, UMOV, Gb, Eb).until(L80486),
		two(L80386, 0x13, UMOV, Gv, Ev).until(L80486),

		// Reserved for hints: decoded with ModRM, no access made.
		two(LPentiumPro, 0x0d, HINT_NOP, Ev),
		two(LPentiumPro, 0x18, HINT_NOP, Ev),
		two(LPentiumPro, 0x19, HINT_NOP, Ev),
		two(LPentiumPro, 0x1a, HINT_NOP, Ev),
		two(LPentiumPro, 0x1b, HINT_NOP, Ev),
		two(LPentiumPro, 0x1c, HINT_NOP, Ev),
		two(LPentiumPro, 0x1d, HINT_NOP, Ev),
		two(LPentiumPro, 0x1e, HINT_NOP, Ev),
		two(LPentiumPro, 0x1f, HINT_NOP, Ev),

		two(LPentium, 0x30, WRMSR).attr(priv | EndsTrace),
		two(LPentium, 0x31, RDTSC).attr(MayFault),
		two(LPentium, 0x32, RDMSR).attr(priv),
		two(LPentiumPro, 0x33, RDPMC).attr(MayFault),
		two(LPentiumPro, 0x34, SYSENTER).writes(IF).attr(MayFault | EndsTrace),
		two(LPentiumPro, 0x35, SYSEXIT).attr(priv | EndsTrace),
		two(L80486, 0xa2, CPUID).attr(MayFault),
		two(LPentium, 0xaa, RSM).writes(Arith | TF | IF | DF).attr(MayFault | EndsTrace),
		two(LPentiumPro, 0xae, FXSAVE, M512).digit(0).mem().attr(X87 | MayFault),
		two(LPentiumPro, 0xae, FXRSTOR, M512).digit(1).mem().attr(X87 | MayFault),
	}, specialRegRows()...)
}

// specialRegRows holds 0F 20-26. The mod field is ignored, r/m is always a
// register (80386 PRM, MOV special registers). Numbers without a row are #UD
// before any privilege check. CR4 came with late 80486s: the processor gates it
// there. DR4 and DR5 repeat DR6 and DR7 unless CR4.DE is set.
func specialRegRows() []Row {
	const priv = Privileged | MayFault
	var t []Row
	for _, cr := range [...]struct {
		n     int
		since Level
	}{{0, L80386}, {2, L80386}, {3, L80386}, {4, L80486}} {
		t = append(t,
			two(cr.since, 0x20, MOV, Rd, Cd).digit(cr.n).undef(Arith).attr(priv),
			two(cr.since, 0x22, MOV, Cd, Rd).digit(cr.n).undef(Arith).attr(priv|EndsTrace),
		)
	}
	t = append(t,
		two(L80386, 0x21, MOV, Rd, Dd).undef(Arith).attr(priv),
		two(L80386, 0x23, MOV, Dd, Rd).undef(Arith).attr(priv|EndsTrace),
	)
	// TR6 and TR7 test the TLB; TR3 to TR5 of the 80486 test its cache.
	for n := 3; n < 8; n++ {
		since := L80486
		if n >= 6 {
			since = L80386
		}
		t = append(t,
			two(since, 0x24, MOV, Rd, Td).digit(n).until(L80486).undef(Arith).attr(priv),
			two(since, 0x26, MOV, Td, Rd).digit(n).until(L80486).undef(Arith).attr(priv),
		)
	}
	return t
}

// rows0F holds the application instructions of the 0F map: 40-4F, 80-CF.
func rows0F() []Row {
	const (
		btUndef = OF | SF | AF | PF // ZF is left alone
		seg     = MayFault
		stack   = Stack | MayFault
	)
	// A 16-bit SHLD by more than 16 leaves everything undefined.
	shd := func(r Row) Row { return r.writes(CF | OF | szp).undef(Arith).attr(CondFlags) }
	bt := func(r Row) Row {
		r = r.writes(CF).undef(btUndef)
		if r.Op == BT {
			return r
		}
		return r.lock()
	}
	var t []Row
	t = append(t, each(16, func(i int) Row {
		return two(LPentiumPro, 0x40+uint8(i), CMOVO+Op(i), Gv, Ev).reads(condFlags(i))
	})...)
	t = append(t, each(16, func(i int) Row {
		return two(L80386, 0x80+uint8(i), JO+Op(i), Jv).reads(condFlags(i)).attr(jcc)
	})...)
	t = append(t, each(16, func(i int) Row {
		return two(L80386, 0x90+uint8(i), SETO+Op(i), Eb).reads(condFlags(i)) // reg is ignored
	})...)
	t = append(t,
		two(L80386, 0xa0, PUSH, SegFS).attr(stack),
		two(L80386, 0xa1, POP, SegFS).attr(stack|seg),
		two(L80386, 0xa8, PUSH, SegGS).attr(stack),
		two(L80386, 0xa9, POP, SegGS).attr(stack|seg),
		two(L80386, 0xb2, LSS, Gv, Mp).mem().attr(seg|EndsTrace),
		two(L80386, 0xb4, LFS, Gv, Mp).mem().attr(seg),
		two(L80386, 0xb5, LGS, Gv, Mp).mem().attr(seg),

		// The 80386 PRM lists BT among the instructions that accept LOCK;
		// the later manuals do not.
		bt(two(L80386, 0xa3, BT, Ev, Gv)).until(L80386).lock(),
		bt(two(L80486, 0xa3, BT, Ev, Gv)),
		bt(two(L80386, 0xab, BTS, Ev, Gv)),
		bt(two(L80386, 0xb3, BTR, Ev, Gv)),
		bt(two(L80386, 0xbb, BTC, Ev, Gv)),
		bt(two(L80386, 0xba, BT, Ev, Ib).digit(4)).until(L80386).lock(),
		bt(two(L80486, 0xba, BT, Ev, Ib).digit(4)),
		bt(two(L80386, 0xba, BTS, Ev, Ib).digit(5)),
		bt(two(L80386, 0xba, BTR, Ev, Ib).digit(6)),
		bt(two(L80386, 0xba, BTC, Ev, Ib).digit(7)),
		two(L80386, 0xbc, BSF, Gv, Ev).writes(ZF).undef(Arith&^ZF),
		two(L80386, 0xbd, BSR, Gv, Ev).writes(ZF).undef(Arith&^ZF),

		shd(two(L80386, 0xa4, SHLD, Ev, Gv, Ib)),
		shd(two(L80386, 0xa5, SHLD, Ev, Gv, RegCL)),
		shd(two(L80386, 0xac, SHRD, Ev, Gv, Ib)),
		shd(two(L80386, 0xad, SHRD, Ev, Gv, RegCL)),
		two(L80386, 0xaf, IMUL, Gv, Ev).writes(cAndOF).undef(szp|AF),
		two(L80386, 0xb6, MOVZX, Gv, Eb),
		two(L80386, 0xb7, MOVZX, Gv, Ew),
		two(L80386, 0xbe, MOVSX, Gv, Eb),
		two(L80386, 0xbf, MOVSX, Gv, Ew),

		two(L80486, 0xb0, CMPXCHG, Eb, Gb).writes(Arith).lock(),
		two(L80486, 0xb1, CMPXCHG, Ev, Gv).writes(Arith).lock(),
		two(L80486, 0xc0, XADD, Eb, Gb).writes(Arith).lock(),
		two(L80486, 0xc1, XADD, Ev, Gv).writes(Arith).lock(),
		two(LPentium, 0xc7, CMPXCHG8B, Mq).digit(1).mem().writes(ZF).lock(),
		// Reserved for #UD like 0F 0B. No ModRM byte is asked for first
		// (recorded silicon).
		two(LPentiumPro, 0xb9, UD1).attr(MayFault|EndsTrace),
	)
	return append(t, each(8, func(i int) Row { return two(L80486, 0xc8+uint8(i), BSWAP, VAX+Code(i)) })...)
}
