package cpu

import "testing"

// mov r16 imm to AX, then MOV Sreg,AX; 32-bit code.
func loadSeg(reg uint8, sel uint16) []byte {
	return []byte{0x66, 0xb8, byte(sel), byte(sel >> 8), 0x8e, 0xc0 | reg<<3}
}

func TestProtectedModeEntry(t *testing.T) {
	for _, model := range []string{"80286", "80386", "80486", "pentium", "pentium-pro"} {
		r := newProt(t, model) // for the tables
		r.CR0 &^= CR0PE
		for i := range r.Seg[:6] {
			r.Seg[i] = Segment{Limit: 0xffff, Attr: attrRealData}
		}
		r.Refresh()
		r.code(rigCode, 0xb8, 1, 0, 0x0f, 0x01, 0xf0, 0xea, 0x00, 0x90, selCode0, 0) // mov ax,1; lmsw ax; jmp 8:9000
		r.code(rigGate, 0x40)
		r.wantVector(-1)
		if r.CR0&CR0PE == 0 || r.Seg[CS].Sel != selCode0 || r.CPL != 0 || !r.protMode {
			t.Errorf("%s: CR0 %x CS %x CPL %d", model, r.CR0, r.Seg[CS].Sel, r.CPL)
		}
		// LMSW cannot leave protected mode.
		r = newProt(t, model, 0x31, 0xc0, 0x0f, 0x01, 0xf0)
		r.wantVector(-1)
		if r.CR0&CR0PE == 0 {
			t.Errorf("%s: LMSW cleared PE", model)
		}
	}
}

// Between MOV CR0 and the far jump, real-mode segments stay in force; after a
// return to real mode, protected-mode limits do ("unreal mode").
func TestUnrealMode(t *testing.T) {
	r := newProt(t, "80386", 0x0f, 0x20, 0xc0, 0x24, 0xfe, 0x0f, 0x22, 0xc0, 0xa1, 0x00, 0x00, 0x10, 0x00) // clear PE; mov eax,[100000h]
	r.mem.Write(0x100000, 4, 0xcafe)
	r.wantVector(-1)
	r.wantReg(AX, 0xcafe)
	if r.protMode {
		t.Error("still in protected mode")
	}
}

func TestLoadDataSegment(t *testing.T) {
	for _, c := range []struct {
		name string
		cpl3 bool
		reg  uint8
		sel  uint16
		vec  int // -1: none
		err  uint32
	}{
		{"data", false, DS, selData0, -1, 0},
		{"user data at CPL 0", false, ES, selData3, -1, 0},
		{"code readable", false, FS, selCode0, -1, 0},
		{"execute-only", false, DS, selExecOnly, vecGP, selExecOnly},
		{"read-only", false, GS, selReadOnly, -1, 0},
		{"absent", false, DS, selAbsent, vecNP, selAbsent},
		{"system", false, DS, selTSS, vecGP, selTSS},
		{"call gate", false, DS, selGate32, vecGP, selGate32},
		{"beyond the GDT", false, DS, 0x100, vecGP, 0x100},
		{"null", false, DS, 3, -1, 0},
		{"LDT without one", false, DS, 4, vecGP, 4},
		{"inner data at CPL 3", true, DS, selData0 | 3, vecGP, selData0},
		{"RPL above DPL", false, DS, selData0 | 1, vecGP, selData0},
		{"conforming at CPL 3", true, DS, selConforming | 3, -1, 0},
		{"stack null", false, SS, 0, vecGP, 0},
		{"stack read-only", false, SS, selReadOnly, vecGP, selReadOnly},
		{"stack code", false, SS, selCode0, vecGP, selCode0},
		{"stack RPL", false, SS, selData3, vecGP, selData3 &^ 3},
		{"stack DPL at CPL 3", true, SS, selData3, -1, 0},
		{"MOV CS", false, CS, selCode0, vecUD, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80486", append(loadSeg(c.reg, c.sel), 0xeb, 0xfe)...)
			if c.cpl3 {
				r.user()
			}
			if c.vec < 0 {
				r.Run(2)
				if r.Seg[c.reg].Sel != c.sel {
					t.Errorf("selector %x; want %x (at %x)", r.Seg[c.reg].Sel, c.sel, r.IP)
				}
				return
			}
			if c.vec == vecUD {
				r.wantVector(vecUD)
				return
			}
			r.wantError(c.vec, c.err)
		})
	}
}

// A stack segment that is not present is #SS with the selector.
func TestAbsentStack(t *testing.T) {
	r := newProt(t, "80386", loadSeg(SS, selAbsent)...)
	r.setDesc(selAbsent, descBytes(0, 0xfffff, 0x13, flag32))
	r.wantError(vecSS, selAbsent)
}

func TestAccessedBit(t *testing.T) {
	r := newProt(t, "80386", loadSeg(DS, selData0)...)
	r.setDesc(selData0, descBytes(0, 0xfffff, 0x92, flag32))
	r.wantVector(-1)
	r.wantMem(rigGDT+selData0+5, 1, 0x93)
}

func TestLimitsAndRights(t *testing.T) {
	const rd, wr = 0x8a, 0x88 // MOV AL,m8; MOV m8,AL
	for _, c := range []struct {
		name string
		sel  uint16
		op   []byte // with a disp32 behind
		off  uint32
		vec  int
	}{
		{"last byte", selSmall, []byte{rd, 0x05}, 0xff, -1},
		{"byte beyond", selSmall, []byte{rd, 0x05}, 0x100, vecGP},
		{"word across the end", selSmall, []byte{0x66, 0x8b, 0x05}, 0xff, vecGP},
		{"doubleword across the end", selSmall, []byte{0x8b, 0x05}, 0xfd, vecGP},
		{"last doubleword", selSmall, []byte{0x8b, 0x05}, 0xfc, -1},
		{"write beyond", selSmall, []byte{wr, 0x05}, 0x100, vecGP},
		{"read-modify-write across the end", selSmall, []byte{0xff, 0x05}, 0xfd, vecGP},
		{"offset wraps", selSmall, []byte{0x8b, 0x05}, 0xfffffffe, vecGP},
		{"expand-down, in the hole", selDown, []byte{rd, 0x05}, 0xfff, vecGP},
		{"expand-down, first byte", selDown, []byte{rd, 0x05}, 0x1000, -1},
		{"expand-down, write", selDown, []byte{wr, 0x05}, 0x1000, -1},
		{"expand-down, over the top", selDown, []byte{0x8b, 0x05}, 0xfffffffd, vecGP},
		{"read-only, read", selReadOnly, []byte{rd, 0x05}, rigData, -1},
		{"read-only, write", selReadOnly, []byte{wr, 0x05}, rigData, vecGP},
		{"read-only, read-modify-write", selReadOnly, []byte{0x80, 0x0d}, rigData, vecGP},
		{"code, read", selCode0, []byte{rd, 0x05}, rigData, -1},
		{"code, write", selCode0, []byte{wr, 0x05}, rigData, vecGP},
		{"null, read", 0, []byte{rd, 0x05}, rigData, vecGP},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := append(loadSeg(DS, c.sel), c.op...)
			code = append(code, byte(c.off), byte(c.off>>8), byte(c.off>>16), byte(c.off>>24))
			if c.op[0] == 0x80 {
				code = append(code, 1)
			}
			r := newProt(t, "pentium", code...)
			if c.vec >= 0 {
				r.wantError(c.vec, 0)
				return
			}
			r.wantVector(-1)
		})
	}
}

// Accesses beyond the limit of SS are #SS(0), by PUSH, POP and (E)BP-based
// operands.
func TestStackLimit(t *testing.T) {
	for _, c := range []struct {
		name string
		sp   uint32
		code []byte
	}{
		{"push", 0x102, []byte{0x50}},
		{"pop", 0xfe, []byte{0x58}},
		{"EBP operand", 0x80, []byte{0x8b, 0x45, 0x7f}},
		{"call", 0x2, []byte{0xe8, 0, 0, 0, 0}},
		{"pusha", 0x10, []byte{0x60}},
		{"enter", 0x10, []byte{0xc8, 0x20, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", c.code...)
			// The fault switches to a task with a good stack: use a task gate.
			r.setGate(vecSS, gateBytes(selTSS2, 0, 0x85, 0))
			r.fillTSS2(rigHandlers + vecSS*4)
			r.setDesc(selSmall, descBytes(rigData, 0xff, accData, flagByte))
			r.Seg[SS] = r.loaded(selSmall)
			r.R[SP], r.R[BP] = uint64(c.sp), 0x80
			r.Refresh()
			r.wantError(vecSS, 0)
			r.wantMem(rigTSS+0x20, 4, rigCode)
			r.wantMem(rigTSS+0x38, 4, uint64(c.sp))
		})
	}
}

// fillTSS2 makes selTSS2 a task that begins at ip in flat segments.
func (r *rig) fillTSS2(ip uint32) {
	for off, v := range map[uint32]uint32{
		0x1c: uint32(r.CR3), 0x20: ip, 0x24: 2, 0x38: 0x5000,
		0x48: selData0, 0x4c: selCode0, 0x50: selData0, 0x54: selData0, 0x58: selData0, 0x5c: selData0, 0x60: 0, 0x64: 0x680000,
	} {
		r.mem.Write(rigTSS2+off, 4, uint64(v))
	}
}

func TestLDT(t *testing.T) {
	r := newProt(t, "80286", 0xb8, selLDT, 0, 0x0f, 0x00, 0xd0, 0x0f, 0x00, 0xc3, 0xb8, 0x0c, 0, 0x8e, 0xd8, 0xa1, 0, 0) // lldt ax; sldt bx; mov ax,0Ch; mov ds,ax; mov ax,[0]
	r.mem.Write(rigLDT+8, 8, descBytes(rigData, 0xff, accData, 0))
	r.mem.Write(rigData, 2, 0x4321)
	r.wantVector(-1)
	r.wantReg(AX, 0x4321)
	r.wantReg(BX, selLDT)
	r = newProt(t, "80386", 0x66, 0xb8, selTSS, 0, 0x0f, 0x00, 0xd0) // lldt of a TSS
	r.wantError(vecGP, selTSS)
}

// LAR, LSL, VERR, VERW and ARPL (SDM volume 2).
func TestDescriptorQueries(t *testing.T) {
	for _, c := range []struct {
		name string
		cpl3 bool
		sel  uint16
		lar  uint32 // with the limit bits, as recorded; 0: not visible
		lsl  uint32
		r, w bool
	}{
		{"code", false, selCode0, 0xcf9b00, 0xffffffff, true, false},
		{"data", false, selData0, 0xcf9300, 0xffffffff, true, true},
		{"small", false, selSmall, 0x40f300, 0xff, true, true},
		{"execute-only", false, selExecOnly, 0xcff900, 0xffffffff, false, false},
		{"read-only", false, selReadOnly, 0xcff100, 0xffffffff, true, false},
		{"TSS", false, selTSS2, 0x008900, 0x67, false, false},
		{"null", false, 0, 0, 0, false, false},
		{"beyond", false, 0x200, 0, 0, false, false},
		{"inner data at CPL 3", true, selData0, 0, 0, false, false},
		{"conforming at CPL 3", true, selConforming, 0xcf9f00, 0xffffffff, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := []byte{
				0x31, 0xdb, 0x31, 0xc9, 0x31, 0xd2, // ebx = ecx = edx = 0
				0x0f, 0x02, 0xd8, // lar ebx,eax
				0x0f, 0x03, 0xc8, // lsl ecx,eax
				0x0f, 0x00, 0xe0, 0x0f, 0x94, 0xc2, // verr ax; setz dl
				0x0f, 0x00, 0xe8, 0x0f, 0x94, 0xc6, // verw ax; setz dh
				0xeb, 0xfe,
			}
			r := newProt(t, "80486", code...)
			if c.cpl3 {
				r.user()
			}
			r.R[AX] = uint64(c.sel)
			r.Run(10)
			r.wantReg(BX, c.lar)
			r.wantReg(CX, c.lsl)
			want := uint32(0)
			if c.r {
				want |= 1
			}
			if c.w {
				want |= 0x100
			}
			r.wantReg(DX, want)
		})
	}
	r := newProt(t, "80386", 0x66, 0xb8, 0x10, 0, 0x66, 0xb9, 3, 0, 0x63, 0xc8) // mov ax,10h; mov cx,3; arpl ax,cx
	r.wantVector(-1)
	r.wantReg(AX, 0x13)
	if !r.zf() {
		t.Error("ARPL that raised the RPL left ZF clear")
	}
	newRig(t, "80386", 0x63, 0xc8).wantVector(vecUD) // real mode
}

func TestTableRegisters(t *testing.T) {
	r := newRig(t, "80386", 0x0f, 0x01, 0x16, 0x00, 0xc0, 0x66, 0x0f, 0x01, 0x1e, 0x00, 0xc0, 0x0f, 0x01, 0x06, 0x10, 0xc0, 0x66, 0x0f, 0x01, 0x0e, 0x20, 0xc0) // lgdt; lidt (32-bit); sgdt; sidt
	r.mem.WritePhys(0xc000, []byte{0x34, 0x12, 0x78, 0x56, 0x34, 0x12})
	r.wantVector(-1)
	if r.GDTR.Base != 0x345678 || r.GDTR.Limit != 0x1234 || r.IDTR.Base != 0x12345678 {
		t.Errorf("GDTR %x limit %x IDTR %x; want 345678, 1234, 12345678", r.GDTR.Base, r.GDTR.Limit, r.IDTR.Base)
	}
	r.wantMem(0xc010, 4, 0x56781234)
	r.wantMem(0xc020, 8, 0x123456781234)
	r = newRig(t, "80286", 0x0f, 0x01, 0x06, 0x10, 0xc0)
	r.GDTR = Table{Base: 0x345678, Limit: 0x1234}
	r.wantVector(-1)
	r.wantMem(0xc014, 2, 0xff34) // the 80286 stores FF in the last byte
}
