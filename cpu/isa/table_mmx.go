package isa

// mmxRows holds the MMX instructions: 0F 60-6B, 6E, 6F, 71-77, 7E, 7F and
// D1-FE (SDM volume 2, appendix A). A prefix 66, F2 or F3 is reserved and
// ignored; LOCK is #UD.
func mmxRows() []Row {
	const attr = MMX | MayFault
	row := func(opcode uint8, op Op, args ...Code) Row { return two(LPentiumII, opcode, op, args...).attr(attr) }
	t := []Row{
		row(0x60, PUNPCKLBW, Pq, Qd),
		row(0x61, PUNPCKLWD, Pq, Qd),
		row(0x62, PUNPCKLDQ, Pq, Qd),
		row(0x6e, MOVD, Pq, Ed),
		row(0x7e, MOVD, Ed, Pq),
		row(0x7f, MOVQ, Qq, Pq),
		row(0x77, EMMS),

		row(0x71, PSRLW, Nq, Ib).digit(2).reg(),
		row(0x71, PSRAW, Nq, Ib).digit(4).reg(),
		row(0x71, PSLLW, Nq, Ib).digit(6).reg(),
		row(0x72, PSRLD, Nq, Ib).digit(2).reg(),
		row(0x72, PSRAD, Nq, Ib).digit(4).reg(),
		row(0x72, PSLLD, Nq, Ib).digit(6).reg(),
		row(0x73, PSRLQ, Nq, Ib).digit(2).reg(),
		row(0x73, PSLLQ, Nq, Ib).digit(6).reg(),
	}
	for _, r := range [...]struct {
		opcode uint8
		op     Op
	}{
		{0x63, PACKSSWB}, {0x64, PCMPGTB}, {0x65, PCMPGTW}, {0x66, PCMPGTD}, {0x67, PACKUSWB},
		{0x68, PUNPCKHBW}, {0x69, PUNPCKHWD}, {0x6a, PUNPCKHDQ}, {0x6b, PACKSSDW}, {0x6f, MOVQ},
		{0x74, PCMPEQB}, {0x75, PCMPEQW}, {0x76, PCMPEQD},
		{0xd1, PSRLW}, {0xd2, PSRLD}, {0xd3, PSRLQ}, {0xd5, PMULLW}, {0xd8, PSUBUSB}, {0xd9, PSUBUSW}, {0xdb, PAND},
		{0xdc, PADDUSB}, {0xdd, PADDUSW}, {0xdf, PANDN}, {0xe1, PSRAW}, {0xe2, PSRAD}, {0xe5, PMULHW}, {0xe8, PSUBSB},
		{0xe9, PSUBSW}, {0xeb, POR}, {0xec, PADDSB}, {0xed, PADDSW}, {0xef, PXOR}, {0xf1, PSLLW}, {0xf2, PSLLD},
		{0xf3, PSLLQ}, {0xf5, PMADDWD}, {0xf8, PSUBB}, {0xf9, PSUBW}, {0xfa, PSUBD}, {0xfc, PADDB}, {0xfd, PADDW}, {0xfe, PADDD},
	} {
		t = append(t, row(r.opcode, r.op, Pq, Qq))
	}
	return t
}
