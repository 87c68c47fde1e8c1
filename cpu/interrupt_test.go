package cpu

import "testing"

// An interrupt is taken between instructions while IF is set; in real mode it
// pushes FLAGS, CS, IP and clears IF and TF.
func TestExternalInterrupt(t *testing.T) {
	r := newRig(t, "80386", 0x90, 0x90)
	r.Flags |= FlagIF
	r.SetINTR(true)
	r.wantVector(0x20)
	r.wantReg(SP, rigStack0-6)
	r.wantMem(rigStack0-6, 2, rigCode)
	r.wantMem(rigStack0-2, 2, FlagIF|FlagOn)
	if r.Flags&FlagIF != 0 || r.acks != 1 {
		t.Errorf("IF %v, %d acknowledges; want false, 1", r.Flags&FlagIF != 0, r.acks)
	}
	r = newRig(t, "80386", 0x90, 0x90)
	r.SetINTR(true)
	r.wantVector(-1) // IF is clear
}

// STI and MOV SS hold interrupts off for one instruction; STI only if IF was
// clear (SDM volume 2, STI; volume 3, section 6.8.3).
func TestInterruptShadow(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
		ifOn bool
		nmi  bool
		ip   uint64 // return address
	}{
		{"STI", []byte{0xfb, 0x90, 0x90}, false, false, 2},
		{"STI with IF set", []byte{0xfb, 0x90, 0x90}, true, false, 0},
		{"MOV SS", []byte{0x8e, 0xd0, 0x90, 0x90}, true, false, 0},
		{"STI, then CLI", []byte{0xfb, 0xfa, 0x90}, false, false, 0xff},
		{"POPF has none", []byte{0x9d, 0x90}, false, false, 1},
		{"NMI behind STI", []byte{0xfb, 0x90}, false, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, "80386", c.code...)
			r.mem.Write(rigStack0, 2, FlagIF|FlagOn) // for POPF
			if c.ifOn {
				r.Flags |= FlagIF
			}
			if c.nmi {
				r.NMI()
			} else {
				r.SetINTR(true)
			}
			switch {
			case c.ip == 0xff:
				r.wantVector(-1)
			case c.nmi:
				r.wantVector(vecNMI)
			default:
				r.wantVector(0x20)
			}
			if c.ip != 0xff {
				r.wantMem(uint32(r.R[SP]), 2, rigCode+c.ip)
			}
		})
	}
	// In the middle of code, where the request comes while MOV SS executes.
	for _, code := range [][]byte{{0xe6, 0x80, 0x8e, 0xd0, 0x90}, {0xe6, 0x80, 0x90}} {
		r := newRig(t, "80386", code...)
		r.Flags |= FlagIF
		r.out = func(uint16, int, uint32) { r.SetINTR(true) }
		r.wantVector(0x20)
		r.wantMem(uint32(r.R[SP]), 2, rigCode+2)
	}
	r := newRig(t, "80386", 0x8e, 0xd0, 0xe6, 0x80, 0x90) // the port access is the shadowed instruction
	r.Flags |= FlagIF
	r.out = func(uint16, int, uint32) { r.SetINTR(true); r.NMI() }
	r.Run(3)
	r.wantMem(rigStack0-6, 2, rigCode+4)
}

func TestHaltWakes(t *testing.T) {
	r := newRig(t, "80386", 0xf4, 0x43)
	r.Flags |= FlagIF
	if _, why := r.Run(10); why != StopHalted || r.IP != rigCode+1 {
		t.Fatalf("stopped by %v at %x; want halted at %x", why, r.IP, rigCode+1)
	}
	if ran, why := r.Run(10); ran != 0 || why != StopHalted {
		t.Errorf("Run while halted = %d, %v; want 0, halted", ran, why)
	}
	r.SetINTR(true)
	r.wantVector(0x20)
	r.wantMem(uint32(r.R[SP]), 2, rigCode+1)
	// Not by INTR with IF clear, but by NMI.
	r = newRig(t, "80386", 0xf4, 0x43)
	r.SetINTR(true)
	r.Run(10)
	if r.IP != rigCode+1 || !r.Halted {
		t.Errorf("IP %x halted %v; want %x, true", r.IP, r.Halted, rigCode+1)
	}
	r.NMI()
	r.wantVector(vecNMI)
	before := r.Count()
	r.AddHalted(100)
	if got := r.Count() - before; got != 100 {
		t.Errorf("AddHalted(100) added %d", got)
	}
}

// NMI blocks NMI until IRET.
func TestNMIBlocking(t *testing.T) {
	r := newRig(t, "80386", 0x90, 0x90)
	r.code(rigHandlers+vecNMI*4, 0x43, 0xcf) // inc bx; iret
	r.NMI()
	r.Run(1)
	r.NMI()
	r.Run(1)
	r.wantReg(BX, 1)
	if !r.NMIPending {
		t.Error("the second NMI was taken in the handler")
	}
	r.wantVector(-1)
	r.wantReg(BX, 2)
}

// A repeated string instruction is interrupted between iterations and goes on
// behind the handler; the budget ends between iterations too.
func TestRepInterrupted(t *testing.T) {
	r := newRig(t, "80386", 0xf3, 0xaa) // rep stosb
	r.R[CX], r.R[DI], r.R[AX] = 100, rigData, 0x5a
	if ran, why := r.Run(10); ran != 10 || why != StopBudget {
		t.Fatalf("Run(10) = %d, %v", ran, why)
	}
	r.wantReg(CX, 90)
	r.wantReg(DI, rigData+10)
	if r.IP != rigCode {
		t.Errorf("IP = %x; want %x", r.IP, rigCode)
	}
	r.Flags |= FlagIF
	r.SetINTR(true)
	r.code(rigHandlers+0x20*4, 0xe6, 0x20, 0xcf) // out; iret
	r.out = func(uint16, int, uint32) { r.SetINTR(false) }
	r.wantVector(-1)
	r.wantReg(CX, 0)
	r.wantReg(DI, rigData+100)
	r.wantMem(rigData+98, 4, 0x5a5a)
	if got := r.Count(); got != 100+1+2+1 {
		t.Errorf("Count() = %d; want 104: iterations, delivery, OUT, IRET, HLT", got)
	}
}

// A fault in the middle leaves the registers at the iteration that failed.
func TestRepFault(t *testing.T) {
	r := newProt(t, "80386", 0xf3, 0xa5).page() // rep movsd
	r.setPTE(0xd, 0)
	r.R[CX], r.R[SI], r.R[DI] = 8, 0x1000, 0xcff8
	r.wantError(vecPF, 2)
	r.wantReg(CX, 6)
	r.wantReg(SI, 0x1008)
	r.wantReg(DI, 0xd000)
	r.wantMem(uint32(r.R[SP])+4, 4, rigCode)
	if r.CR2 != 0xd000 {
		t.Errorf("CR2 = %x; want d000", r.CR2)
	}
}

func TestRepForms(t *testing.T) {
	for _, c := range []struct {
		name          string
		code          []byte
		flags         uint32
		cx, si, di    uint32
		wcx, wsi, wdi uint32
		zf            bool
	}{
		{"movsb up", []byte{0xf3, 0xa4}, 0, 4, 0xc000, 0xc100, 0, 0xc004, 0xc104, false},
		{"movsw down", []byte{0xf3, 0xa5}, FlagDF, 2, 0xc004, 0xc104, 0, 0xc000, 0xc100, false},
		{"count 0", []byte{0xf3, 0xa4}, 0, 0, 0xc000, 0xc100, 0, 0xc000, 0xc100, false},
		{"repe cmpsb", []byte{0xf3, 0xa6}, 0, 8, 0xc000, 0xc010, 5, 0xc003, 0xc013, false},
		{"repne scasb", []byte{0xf2, 0xae}, 0, 8, 0, 0xc000, 5, 0, 0xc003, true},
		{"repe scasb, all equal", []byte{0xf3, 0xae}, 0, 2, 0, 0xc020, 0, 0, 0xc022, true},
		{"lodsb", []byte{0xac}, 0, 1, 0xc002, 0, 1, 0xc003, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, "80286", c.code...)
			r.mem.WritePhys(0xc000, []byte{1, 2, 3, 4, 5, 6, 7, 8})
			r.mem.WritePhys(0xc010, []byte{1, 2, 9, 4})
			r.mem.WritePhys(0xc020, []byte{3, 3, 3})
			r.Flags |= c.flags
			r.R[CX], r.R[SI], r.R[DI], r.R[AX] = uint64(c.cx), uint64(c.si), uint64(c.di), 3
			r.wantVector(-1)
			r.wantReg(CX, c.wcx)
			r.wantReg(SI, c.wsi)
			r.wantReg(DI, c.wdi)
			if r.zf() != c.zf {
				t.Errorf("ZF = %v; want %v", r.zf(), c.zf)
			}
		})
	}
	// Overlapping upwards by one element fills.
	r := newRig(t, "80386", 0xf3, 0xa4)
	r.mem.Write(0xc000, 1, 0x77)
	r.R[CX], r.R[SI], r.R[DI] = 200, 0xc000, 0xc001
	r.wantVector(-1)
	r.wantMem(0xc0c8, 1, 0x77)
	r.wantMem(0xc0c9, 1, 0)
}

// Address size 16 uses CX, SI, DI and keeps the upper halves.
func TestRepAddressSize(t *testing.T) {
	r := newProt(t, "80386", 0x67, 0xf3, 0xaa)
	r.R[CX], r.R[DI], r.R[AX] = 0xabcd0002, 0xffff0000|rigData, 9
	r.wantVector(-1)
	r.wantReg(CX, 0xabcd0000)
	r.wantReg(DI, 0xffff0000|rigData+2)
	r.wantMem(rigData, 4, 0x0909)
}

// A stop from outside ends Run at the next boundary.
func TestRequestStop(t *testing.T) {
	r := newRig(t, "80386", 0xe6, 0x80, 0x90, 0x90)
	r.out = func(uint16, int, uint32) { r.RequestStop() }
	ran, why := r.Run(100)
	if ran != 1 || why != StopRequested || r.IP != rigCode+2 {
		t.Errorf("Run = %d, %v at %x; want 1, requested, %x", ran, why, r.IP, rigCode+2)
	}
	for why, want := range map[Stop]string{StopBudget: "budget", StopHalted: "halted", StopShutdown: "shutdown", StopRequested: "requested"} {
		if got := why.String(); got != want {
			t.Errorf("String() = %q; want %q", got, want)
		}
	}
}
