package cpu

import "testing"

// Layout checks are by value: SDM volume 3, figures 7-2 and 7-10.

func TestTaskJump32(t *testing.T) {
	r := newProt(t, "80486", 0xea, 0, 0, 0, 0, selTSS2, 0)
	r.fillTSS2(rigGate)
	r.mem.Write(rigTSS2+0x28, 4, 0x11111111) // EAX
	r.mem.Write(rigTSS2+0x44, 4, 0x77777777) // EDI
	r.mem.Write(rigTSS2+0x24, 4, FlagCF|FlagOn)
	r.R[CX], r.R[BX] = 0xcccc, 0xbbbb
	r.wantVector(-1)
	r.wantReg(AX, 0x11111111)
	r.wantReg(DI, 0x77777777)
	r.wantReg(SP, 0x5000)
	if r.EFLAGS() != FlagCF|FlagOn || r.CR0&CR0TS == 0 || r.Seg[TR].Sel != selTSS2 {
		t.Errorf("EFLAGS %x CR0 %x TR %x; want 3, TS set, %x", r.EFLAGS(), r.CR0, r.Seg[TR].Sel, selTSS2)
	}
	r.wantMem(rigTSS+0x20, 4, rigCode+7) // EIP behind the jump
	r.wantMem(rigTSS+0x2c, 4, 0xcccc)
	r.wantMem(rigTSS+0x34, 4, 0xbbbb)
	r.wantMem(rigTSS+0x38, 4, rigStack0)
	r.wantMem(rigTSS+0x4c, 2, selCode0)
	r.wantMem(rigGDT+selTSS+5, 1, 0x89)  // available
	r.wantMem(rigGDT+selTSS2+5, 1, 0x8b) // busy
	r.wantMem(rigTSS2, 2, 0)             // no back link
}

// CALL nests: NT is set, the back link names the old task, both are busy; IRET
// goes back.
func TestTaskCallAndReturn(t *testing.T) {
	r := newProt(t, "80386", 0x9a, 0, 0, 0, 0, selTaskGate, 0, 0x43) // call; inc ebx
	r.fillTSS2(rigGate)
	r.code(rigGate, 0x9c, 0x58, 0xa3, 0, 0xc0, 0, 0, 0xcf, 0x40) // pushf; pop eax; mov [c000],eax; iret; inc eax
	r.wantVector(-1)
	r.wantReg(BX, 1)
	r.wantMem(rigData, 4, FlagNT|FlagOn)
	r.wantMem(rigTSS2, 2, selTSS)
	r.wantMem(rigGDT+selTSS+5, 1, 0x8b)
	r.wantMem(rigGDT+selTSS2+5, 1, 0x89)
	r.wantMem(rigTSS2+0x24, 4, FlagOn) // IRET saved NT = 0
	r.wantMem(rigTSS2+0x20, 4, rigGate+8)
	if r.Seg[TR].Sel != selTSS || r.Flags&FlagNT != 0 {
		t.Errorf("TR %x NT %x; want %x, 0", r.Seg[TR].Sel, r.Flags&FlagNT, selTSS)
	}
}

func TestTask16(t *testing.T) {
	for _, model := range []string{"80286", "80386"} {
		code := []byte{0xea, 0, 0, selTSS16, 0}
		if model != "80286" {
			code = []byte{0xea, 0, 0, 0, 0, selTSS16, 0}
		}
		r := newProt(t, model, code...)
		for off, v := range map[uint32]uint16{
			0x0e: rigGate, 0x10: FlagCF | FlagOn, 0x12: 0x1111, 0x18: 0x4444, 0x1a: 0x5000, 0x22: selData0, 0x24: selCode0, 0x26: selData0, 0x28: selData0,
		} {
			r.mem.Write(rigTSS16+off, 2, uint64(v))
		}
		r.wantVector(-1)
		if got := uint16(r.R[AX]); got != 0x1111 || uint16(r.R[BX]) != 0x4444 || uint16(r.R[SP]) != 0x5000 {
			t.Errorf("%s: AX %x BX %x SP %x; want 1111, 4444, 5000", model, got, r.R[BX], r.R[SP])
		}
		if r.Seg[FS].Sel != 0 && model != "80286" {
			t.Errorf("FS = %x; want 0: a 16-bit TSS has none", r.Seg[FS].Sel)
		}
		if model == "80286" {
			r.wantMem(rigTSS+0x0e, 2, rigCode+5)
			r.wantMem(rigTSS+0x24, 2, selCode0)
		} else {
			r.wantMem(rigTSS+0x20, 4, rigCode+7)
		}
	}
}

func TestTaskInterrupt(t *testing.T) {
	r := newProt(t, "80386", 0x68, 0x13, 0, 0, 0, 0x17) // push 13h; pop ss: RPL 3, #GP(10)
	r.fillTSS2(rigHandlers + vecGP*4)
	r.setGate(vecGP, gateBytes(selTSS2, 0, 0x85, 0))
	r.wantError(vecGP, selData0)
	r.wantMem(rigTSS+0x20, 4, rigCode+5)
	r.wantMem(rigTSS2, 2, selTSS)
	if r.Flags&FlagNT == 0 {
		t.Error("NT is clear in the interrupt task")
	}
	if r.mem.Read(rigTSS+0x24, 4)&FlagRF == 0 {
		t.Error("RF is clear in the EFLAGS saved for a fault")
	}
}

func TestTaskChecks(t *testing.T) {
	jmp := func(sel byte) []byte { return []byte{0xea, 0, 0, 0, 0, sel, 0} }
	for _, c := range []struct {
		name string
		code []byte
		prep func(r *rig)
		vec  int
		err  uint32
	}{
		{"busy", jmp(selTSSBusy), nil, vecGP, selTSSBusy},
		{"absent", jmp(selTSS2), func(r *rig) { r.setDesc(selTSS2, descBytes(rigTSS2, 0x67, 0x09, 0)) }, vecNP, selTSS2},
		{"limit", jmp(selTSS2), func(r *rig) { r.setDesc(selTSS2, descBytes(rigTSS2, 0x66, 0x89, 0)) }, vecTS, selTSS2},
		{"gate to busy", jmp(selTaskGate), func(r *rig) { r.setDesc(selTaskGate, gateBytes(selTSSBusy, 0, 0x85, 0)) }, vecGP, selTSSBusy},
		{"IRET to available", []byte{0xcf}, func(r *rig) { r.Flags |= FlagNT; r.mem.Write(rigTSS, 2, selTSS2) }, vecTS, selTSS2},
		{"IRET to LDT selector", []byte{0xcf}, func(r *rig) { r.Flags |= FlagNT; r.mem.Write(rigTSS, 2, 0x34) }, vecTS, 0x34},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", c.code...)
			r.fillTSS2(rigGate)
			if c.prep != nil {
				c.prep(r)
			}
			r.wantError(c.vec, c.err)
			r.wantMem(uint32(r.R[SP])+4, 4, rigCode)
			if r.Seg[TR].Sel != selTSS {
				t.Errorf("TR = %x; want %x: the old task", r.Seg[TR].Sel, selTSS)
			}
		})
	}
}

// Bad selectors in the new TSS are reported in the new task, with its CS:EIP.
func TestNewTaskChecks(t *testing.T) {
	for _, c := range []struct {
		name string
		off  uint32
		v    uint32
		vec  int
		err  uint32
	}{
		{"LDT", 0x60, selData0, vecTS, selData0},
		{"CS null", 0x4c, 0, vecTS, 0},
		{"CS data", 0x4c, selData0, vecTS, selData0},
		{"SS null", 0x50, 0, vecTS, 0},
		{"SS code", 0x50, selCode0, vecTS, selCode0},
		{"DS system", 0x54, selTSS, vecTS, selTSS},
		{"ES absent", 0x48, selAbsent, vecNP, selAbsent},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", 0xea, 0, 0, 0, 0, selTSS2, 0)
			r.fillTSS2(rigGate)
			r.mem.Write(rigTSS2+c.off, 4, uint64(c.v))
			// A task gate back to a third task reports it.
			r.setDesc(selTSSBusy, descBytes(0x3500, 0x67, 0x89, 0))
			r.setGate(uint8(c.vec), gateBytes(selTSSBusy, 0, 0x85, 0))
			for off, v := range map[uint32]uint32{
				0x20: uint32(rigHandlers + c.vec*4), 0x24: 2, 0x38: 0x4800,
				0x48: selData0, 0x4c: selCode0, 0x50: selData0, 0x54: selData0, 0x58: 0, 0x5c: 0,
			} {
				r.mem.Write(0x3500+off, 4, uint64(v))
			}
			r.wantError(c.vec, c.err)
			r.wantMem(rigTSS2+0x20, 4, rigGate)
			r.wantMem(0x3500, 2, selTSS2)
		})
	}
}

// The T bit of a TSS raises #DB with DR6.BT before the task's first instruction.
func TestTaskTrap(t *testing.T) {
	r := newProt(t, "80386", 0xea, 0, 0, 0, 0, selTSS2, 0)
	r.fillTSS2(rigGate)
	r.mem.Write(rigTSS2+0x64, 1, 1)
	r.wantVector(vecDB)
	r.wantTop(rigGate)
	if r.DR[6]&dr6BT == 0 {
		t.Errorf("DR6 = %x; want BT", r.DR[6])
	}
}

// A task has its own page tables.
func TestTaskCR3(t *testing.T) {
	r := newProt(t, "80386", 0xea, 0, 0, 0, 0, selTSS2, 0).page()
	const pd, pt = 0x20000, 0x21000
	r.mem.Write(pd, 4, pt|7)
	for i := range uint32(1024) {
		r.mem.Write(pt+i*4, 4, uint64(i<<12|7))
	}
	r.mem.Write(pt+0xc*4, 4, 0xd000|7) // C000 shows D000 there
	r.mem.Write(0xd000, 4, 0x1234)
	r.fillTSS2(rigGate)
	r.mem.Write(rigTSS2+0x1c, 4, pd)
	r.code(rigGate, 0xa1, 0, 0xc0, 0, 0)
	r.wantVector(-1)
	r.wantReg(AX, 0x1234)
	if r.CR3 != pd {
		t.Errorf("CR3 = %x; want %x", r.CR3, pd)
	}
}

func TestLTR(t *testing.T) {
	r := newProt(t, "80386", 0x66, 0xb8, selTSS2, 0, 0x0f, 0x00, 0xd8, 0x0f, 0x00, 0xcb) // ltr ax; str bx
	r.wantVector(-1)
	r.wantMem(rigGDT+selTSS2+5, 1, 0x8b)
	if uint16(r.R[BX]) != selTSS2 {
		t.Errorf("STR = %x; want %x", r.R[BX], selTSS2)
	}
	r = newProt(t, "80386", 0x66, 0xb8, selTSSBusy, 0, 0x0f, 0x00, 0xd8)
	r.wantError(vecGP, selTSSBusy)
	newRig(t, "80386", 0x0f, 0x00, 0xd8).wantVector(vecUD)
}
