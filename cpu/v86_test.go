package cpu

import "testing"

// virtual enters virtual-8086 mode at 0800:0000 (rigCode) with the given IOPL.
func (r *rig) virtual(iopl uint32) *rig {
	r.user()
	r.setEFLAGS(FlagVM | FlagOn | FlagIF | iopl<<12)
	for i := range r.Seg[:6] {
		r.Seg[i] = v86Segment(0x700)
	}
	r.Seg[CS] = v86Segment(rigCode >> 4)
	r.IP = 0
	r.R[SP] = 0x800
	r.Refresh()
	return r
}

// IRET with VM set at CPL 0 enters; the frame has all segment registers. An
// interrupt leaves, with all of them on the inner stack and cleared.
func TestV86EntryAndExit(t *testing.T) {
	r := newProt(t, "80386",
		0x6a, 0x55, 0x6a, 0x44, 0x6a, 0x33, 0x6a, 0x22, // GS FS DS ES
		0x68, 0x00, 0x07, 0, 0, 0x68, 0x00, 0x08, 0, 0, // SS ESP
		0x68, 0x02, 0x32, 0x02, 0, 0x68, 0x00, 0x0b, 0, 0, 0x6a, 0x00, 0xcf) // EFLAGS (VM, IOPL 3, IF) CS EIP
	r.code(0xb000, 0x8c, 0xd8, 0xcd, 0x40) // mov ax,ds; int 40h
	r.setGate(0x40, gateBytes(selCode0, rigHandlers+0x40*4, 0xee, 0))
	r.wantVector(0x40)
	r.wantReg(AX, 0x33)
	r.wantTop(4, 0xb00, 0x23202, 0x800, 0x700, 0x22, 0x33, 0x44, 0x55)
	if r.CPL != 0 || r.v86 || r.Seg[DS].Sel != 0 || r.Seg[GS].Sel != 0 {
		t.Errorf("CPL %d VM %v DS %x GS %x; want 0, false, 0, 0", r.CPL, r.v86, r.Seg[DS].Sel, r.Seg[GS].Sel)
	}
	if r.Flags&FlagIF != 0 {
		t.Error("IF is set in the handler of an interrupt gate")
	}
}

// Instructions that IOPL guards raise #GP(0) below 3 (80386 PRM 15.3); IN and
// OUT depend on the bitmap only.
func TestV86Sensitive(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
	}{
		{"CLI", []byte{0xfa}}, {"STI", []byte{0xfb}}, {"PUSHF", []byte{0x9c}}, {"POPF", []byte{0x9d}}, {"INT", []byte{0xcd, 0x40}}, {"IRET", []byte{0xcf}},
	} {
		for iopl := range uint32(4) {
			r := newProt(t, "80386", append(c.code, 0x90, 0xeb, 0xfe)...).virtual(iopl)
			r.setGate(0x40, gateBytes(selCode0, rigHandlers+0x40*4, 0xee, 0))
			if iopl < 3 {
				r.wantError(vecGP, 0)
				r.wantMem(uint32(r.R[SP])+4, 4, 0)
				continue
			}
			r.Run(1)
			if c.name == "INT" {
				if r.v86 || r.IP != rigHandlers+0x40*4 {
					t.Errorf("INT at IOPL 3: VM %v IP %x", r.v86, r.IP)
				}
			} else if c.name != "IRET" && r.IP != uint64(len(c.code)) {
				t.Errorf("%s at IOPL 3: IP %x; want %x", c.name, r.IP, len(c.code))
			}
		}
	}
	// INT3 does not depend on IOPL.
	r := newProt(t, "80386", 0xcc).virtual(0)
	r.setGate(3, gateBytes(selCode0, rigHandlers+3*4, 0xee, 0))
	r.wantVector(vecBP)
}

// An interrupt from virtual-8086 mode must go to level 0.
func TestV86ToLevel0Only(t *testing.T) {
	r := newProt(t, "80386", 0xcd, 0x40).virtual(3)
	r.setGate(0x40, gateBytes(selConforming, rigHandlers, 0xee, 0))
	r.wantError(vecGP, selConforming)
}

func TestV86Limits(t *testing.T) {
	newProt(t, "80386", 0xa1, 0xff, 0xff).virtual(3).wantError(vecGP, 0)
	newProt(t, "80386", 0x0f, 0x00, 0xd0).virtual(3).wantVector(vecUD) // LLDT
	newProt(t, "80386", 0x0f, 0x20, 0xc0).virtual(3).wantError(vecGP, 0)
	newProt(t, "80386", 0xf4).virtual(3).wantError(vecGP, 0)
}

// VME: INT n by the redirection bitmap, and VIF in place of IF (SDM volume 3,
// sections 20.3 and 20.4).
func TestVME(t *testing.T) {
	setup := func(code ...byte) *rig {
		r := newProt(t, "pentium", code...).virtual(0)
		r.CR4 |= CR4VME
		r.setDesc(selTSS, descBytes(rigTSS, 0xff, 0x8b, 0))
		r.Seg[TR] = r.loaded(selTSS)
		r.mem.Write(rigTSS+0x66, 2, 0x88)
		for i := range uint32(32) {
			r.mem.Write(rigTSS+0x68+i, 1, 0)
		}
		r.Refresh()
		return r
	}
	r := setup(0xcd, 0x40)
	r.mem.Write(0x40*4, 4, 0x0900<<16|0x10) // vector to 0900:0010
	r.Run(1)
	if !r.v86 || r.Seg[CS].Sel != 0x900 || r.IP != 0x10 {
		t.Errorf("redirected INT: VM %v at %x:%x; want 900:10", r.v86, r.Seg[CS].Sel, r.IP)
	}
	r.wantMem(0x7000+0x7fe, 2, 0x3002) // IOPL 3, IF = VIF = 0
	r = setup(0xcd, 0x40)
	r.mem.Write(rigTSS+0x68+0x40/8, 1, 1)
	r.wantError(vecGP, 0)
	r = setup(0xfb, 0x9c, 0xfa) // sti; pushf; cli
	r.Run(2)
	if r.Flags&FlagVIF == 0 {
		t.Error("STI left VIF clear")
	}
	r.wantMem(0x77fe, 2, 0x3202)
	r.Run(1)
	if r.Flags&FlagVIF != 0 {
		t.Error("CLI left VIF set")
	}
	r = setup(0xfb)
	r.Flags |= FlagVIP
	r.wantError(vecGP, 0)
}

// Paging applies: a user page is needed.
func TestV86Paging(t *testing.T) {
	r := newProt(t, "80386", 0xc6, 0x06, 0, 0, 1).page().virtual(3)
	r.setPTE(7, 0x15007)
	r.Refresh()
	r.Run(1)
	r.wantMem(0x15000, 1, 1)
}
