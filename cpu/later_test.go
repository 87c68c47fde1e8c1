package cpu

import "testing"

// Instructions that came with the 80486, Pentium and Pentium Pro (SDM volume 2).

func TestBswap(t *testing.T) {
	r := newRig(t, "80486", 0x66, 0xb8, 0x78, 0x56, 0x34, 0x12, 0x66, 0x0f, 0xc8)
	r.wantVector(-1)
	r.wantReg(AX, 0x78563412)
}

func TestXadd(t *testing.T) {
	r := newProt(t, "80486", 0x0f, 0xc1, 0x05, 0, 0xc0, 0, 0) // xadd [c000],eax
	r.R[AX] = 2
	r.mem.Write(rigData, 4, 0xffffffff)
	r.wantVector(-1)
	r.wantMem(rigData, 4, 1)
	r.wantReg(AX, 0xffffffff)
	if !r.cf() || r.zf() {
		t.Errorf("CF %v ZF %v; want true, false", r.cf(), r.zf())
	}
	r = newProt(t, "80486", 0x0f, 0xc0, 0xc0) // xadd al,al: the destination wins
	r.R[AX] = 0x21
	r.wantVector(-1)
	r.wantReg(AX, 0x42)
}

func TestCmpxchg(t *testing.T) {
	for _, c := range []struct{ acc, mem, src, wantAcc, wantMem uint32 }{
		{5, 5, 9, 5, 9},
		{5, 6, 9, 6, 6},
	} {
		r := newProt(t, "80486", 0x0f, 0xb1, 0x0d, 0, 0xc0, 0, 0) // cmpxchg [c000],ecx
		r.R[AX], r.R[CX] = uint64(c.acc), uint64(c.src)
		r.mem.Write(rigData, 4, uint64(c.mem))
		r.wantVector(-1)
		r.wantReg(AX, c.wantAcc)
		r.wantMem(rigData, 4, uint64(c.wantMem))
		if got, want := r.zf(), c.acc == c.mem; got != want {
			t.Errorf("ZF = %v; want %v", got, want)
		}
	}
	// The destination is written even if the comparison fails: it must be writable.
	r := newProt(t, "80486", 0x0f, 0xb1, 0x0d, 0, 0xc0, 0, 0).page().user()
	r.setPTE(0xc, 0xc005)
	r.Refresh()
	r.wantError(vecPF, 7)
}

func TestCmpxchg8b(t *testing.T) {
	for _, equal := range []bool{true, false} {
		r := newProt(t, "pentium", 0x0f, 0xc7, 0x0d, 0xfc, 0xcf, 0, 0) // across no page: cffc-d003 crosses
		r.R[AX], r.R[DX], r.R[BX], r.R[CX] = 0x11111111, 0x22222222, 0x33333333, 0x44444444
		v := uint64(0x2222222211111111)
		if !equal {
			v = 0x5555555566666666
		}
		r.mem.Write(0xcffc, 8, v)
		r.wantVector(-1)
		if r.zf() != equal {
			t.Errorf("ZF = %v; want %v", r.zf(), equal)
		}
		if equal {
			r.wantMem(0xcffc, 8, 0x4444444433333333)
			r.wantReg(AX, 0x11111111)
		} else {
			r.wantMem(0xcffc, 8, v)
			r.wantReg(AX, 0x66666666)
			r.wantReg(DX, 0x55555555)
		}
	}
	newRig(t, "pentium", 0x0f, 0xc7, 0xc8).wantVector(vecUD) // register operand
	newRig(t, "80486", 0x0f, 0xc7, 0x0e, 0, 0xc0).wantVector(vecUD)
}

// CMOVcc reads memory whatever the condition, and a 32-bit one writes its
// register only if it holds.
func TestCmov(t *testing.T) {
	r := newProt(t, "pentium-pro", 0x0f, 0x44, 0x1d, 0, 0xc0, 0, 0, 0x0f, 0x45, 0x0d, 0, 0xc0, 0, 0) // cmovz ebx; cmovnz ecx
	r.R[BX], r.R[CX] = 1, 2
	r.mem.Write(rigData, 4, 7)
	r.setArithFlags(FlagZF)
	r.wantVector(-1)
	r.wantReg(BX, 7)
	r.wantReg(CX, 2)
	r = newProt(t, "pentium-pro", 0x0f, 0x45, 0x0d, 0, 0xc0, 0, 0).page()
	r.setPTE(0xc, 0)
	r.setArithFlags(FlagZF)
	r.wantError(vecPF, 0)
}

func TestTimeStampCounter(t *testing.T) {
	r := newRig(t, "pentium", 0x90, 0x90, 0x0f, 0x31, 0x66, 0x89, 0xc3, 0x90, 0x0f, 0x31) // nop x2; rdtsc; mov ebx,eax; nop; rdtsc
	r.wantVector(-1)
	r.wantReg(BX, 2)
	r.wantReg(AX, 5)
	r = newProt(t, "pentium", 0x0f, 0x31).user()
	r.CR4 |= CR4TSD
	r.wantError(vecGP, 0)
	newRig(t, "80486", 0x0f, 0x31).wantVector(vecUD)
}

func TestMSRs(t *testing.T) {
	msr := func(n uint32, op byte) []byte {
		return []byte{0xb9, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 0x0f, op}
	}
	const rd, wr = 0x32, 0x30
	for _, c := range []struct {
		name  string
		model string
		n     uint32
		ok    bool
		high  uint32 // what is kept of the upper half
	}{
		{"SYSENTER_CS", "pentium-pro", msrSysenterCS, true, 0},
		{"SYSENTER_EIP", "pentium-pro", msrSysenterEIP, true, 0},
		{"PERFCTR0", "pentium-pro", msrPerfCtr0, true, 0x56},
		{"DEBUGCTL", "pentium-pro", msrDebugCtl, true, 0x56},
		{"MCG_CTL", "pentium-ii", msrMCGCtl, true, 0x56},
		{"MC0_CTL", "pentium-pro", 0x400, true, 0x56},
		{"MC3_ADDR", "pentium-pro", 0x412, true, 0x56},
		{"MC3_MISC", "pentium-pro", 0x413, false, 0},
		{"MC5_CTL", "pentium-pro", 0x414, false, 0},
		{"MC0_STATUS takes zeros only", "pentium-pro", 0x401, false, 0},
		{"MC0_CTL", "pentium", 0x400, false, 0},
		{"SYSENTER_CS", "pentium", msrSysenterCS, false, 0},
		{"none", "pentium-pro", 0xc0000080, false, 0},
	} {
		t.Run(c.name+" "+c.model, func(t *testing.T) {
			code := append(msr(c.n, wr), 0x31, 0xc0, 0x31, 0xd2)
			r := newProt(t, c.model, append(code, msr(c.n, rd)...)...)
			r.R[AX], r.R[DX] = 0x1234, 0x56
			if !c.ok {
				r.wantError(vecGP, 0)
				return
			}
			r.wantVector(-1)
			r.wantReg(AX, 0x1234)
			r.wantReg(DX, c.high)
		})
	}
	// Writing the time stamp counter.
	r := newProt(t, "pentium", append(msr(msrTSC, wr), 0x0f, 0x31)...)
	r.R[AX], r.R[DX] = 1000, 1
	r.wantVector(-1)
	r.wantReg(AX, 1001)
	r.wantReg(DX, 1)
	newProt(t, "80486", msr(msrTSC, rd)...).wantVector(vecUD)
}

// LOADALL of the 80286 loads everything from 800h, segment caches included.
func TestLoadall286(t *testing.T) {
	r := newRig(t, "80286", 0x0f, 0x05)
	for at, v := range map[uint32]uint16{
		0x806: 0, 0x818: FlagCF | FlagOn, 0x81a: 0x10, 0x81e: 0x1111, 0x820: 0x2222, 0x822: 0x3333, 0x824: 0x4444,
		0x826: 1, 0x828: 2, 0x82a: 3, 0x82c: 4, 0x82e: 5, 0x830: 6, 0x832: 7, 0x834: 8,
		0x836: 0xc000, 0x838: 0x9300, 0x83a: 0xffff, // ES
		0x83c: rigGate, 0x83e: 0x9300, 0x840: 0xffff, // CS: base 9000
		0x842: 0, 0x844: 0x9300, 0x846: 0xffff, // SS
		0x848: 0x0000, 0x84a: 0x9310, 0x84c: 0xffff, // DS: base 100000, out of reach of real mode
		0x84e: 0x1000, 0x850: 0x00, 0x852: 0xff, // GDTR
		0x85a: 0, 0x85c: 0, 0x85e: 0x3ff, // IDTR
	} {
		r.mem.Write(at, 2, uint64(v))
	}
	r.mem.Write(0x100000, 2, 0xbeef)
	r.code(rigGate+0x10, 0xa1, 0, 0) // mov ax,[0]
	r.wantVector(-1)
	if uint16(r.R[AX]) != 0xbeef || r.R[DI] != 1 || r.R[SI] != 2 || r.R[BP] != 3 || r.R[SP] != 4 || r.R[BX] != 5 || r.R[DX] != 6 || r.R[CX] != 7 {
		t.Errorf("registers %x", r.R[:8])
	}
	if r.Seg[DS].Sel != 0x1111 || r.Seg[DS].Base != 0x100000 || r.Seg[CS].Sel != 0x3333 || r.Seg[ES].Sel != 0x4444 || !r.cf() {
		t.Errorf("DS %x at %x CS %x ES %x CF %v", r.Seg[DS].Sel, r.Seg[DS].Base, r.Seg[CS].Sel, r.Seg[ES].Sel, r.cf())
	}
	if r.GDTR.Base != 0x1000 || r.IDTR.Limit != 0x3ff {
		t.Errorf("GDTR %x IDTR limit %x", r.GDTR.Base, r.IDTR.Limit)
	}
}

// A snapshot taken between two runs continues as if nothing happened.
func TestSnapshot(t *testing.T) {
	code := []byte{0xb9, 50, 0, 0, 0, 0x01, 0xcb, 0x11, 0xda, 0xe2, 0xfa} // add ebx,ecx; adc edx,ebx; loop
	a, b := newProt(t, "pentium-pro", code...), newProt(t, "pentium-pro", code...)
	a.Run(33)
	save, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.UnmarshalBinary(save); err != nil {
		t.Fatal(err)
	}
	a.wantVector(-1)
	b.wantVector(-1)
	if a.R != b.R || a.EFLAGS() != b.EFLAGS() || a.Count() != b.Count() {
		t.Errorf("registers %x EFLAGS %x count %d; want %x, %x, %d", b.R, b.EFLAGS(), b.Count(), a.R, a.EFLAGS(), a.Count())
	}
	before := b.State
	for _, bad := range [][]byte{nil, save[:10], append([]byte{99}, save[1:]...)} {
		if err := b.UnmarshalBinary(bad); err == nil {
			t.Errorf("UnmarshalBinary of %d bytes succeeded", len(bad))
		}
	}
	if b.State != before {
		t.Error("a failed UnmarshalBinary changed the state")
	}
}

// The exception hook sees and can discard faults and software interrupts.
func TestExceptionHook(t *testing.T) {
	r := newProt(t, "80386", 0x43, 0xcd, 0x40, 0xa1, 0, 0xc0, 0, 0).page()
	r.setPTE(0xc, 0)
	var got []Exception
	r.SetExceptionHook(func(e Exception) bool {
		got = append(got, e)
		return false
	})
	for range 2 {
		if _, why := r.Run(100); why != StopRequested {
			t.Fatalf("stopped by %v; want requested", why)
		}
	}
	want := []Exception{
		{Vector: 0x40, Software: true, IP: rigCode + 3},
		{Vector: vecPF, HasError: true, CR2: rigData, IP: rigCode + 3},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("events %+v; want %+v", got, want)
	}
	if r.IP != rigCode+3 || r.Count() != 3 {
		t.Errorf("IP %x, count %d; want %x, 3", r.IP, r.Count(), rigCode+3)
	}
}
