package cpu

import "testing"

// Single step: #DB behind every instruction, with DR6.BS, and TF clear in the
// handler; MOV SS holds the trap off for one instruction.
func TestSingleStep(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte // behind PUSHF; OR TF; POPF, in real mode
		ip   uint64
	}{
		{"plain", []byte{0x90}, 1},
		{"MOV SS", []byte{0x8e, 0xd0, 0x90, 0x90}, 3},
		{"POP SS", []byte{0x17, 0x90, 0x90}, 2},
		{"jump", []byte{0xeb, 2, 0x90, 0x90, 0x90}, 4},
		{"REP iteration", []byte{0xf3, 0xaa}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			pre := []byte{0x9c, 0x5b, 0x80, 0xcf, 1, 0x53, 0x9d} // pushf; pop bx; or bh,1; push bx; popf
			r := newRig(t, "80386", append(pre, c.code...)...)
			r.R[CX], r.R[DI] = 5, rigData
			r.wantVector(vecDB)
			r.wantMem(uint32(r.R[SP]), 2, rigCode+uint64(len(pre))+c.ip)
			if r.DR[6]&dr6BS == 0 || r.Flags&FlagTF != 0 {
				t.Errorf("DR6 %x EFLAGS %x; want BS, TF clear", r.DR[6], r.EFLAGS())
			}
			if f := r.mem.Read(uint32(r.R[SP])+4, 2); f&FlagTF == 0 {
				t.Errorf("pushed FLAGS %x; want TF", f)
			}
		})
	}
	// INT clears TF before the handler: no trap in it.
	r := newRig(t, "80386", 0x9c, 0x5b, 0x80, 0xcf, 1, 0x53, 0x9d, 0xcd, 0x40)
	r.wantVector(0x40)
}

func TestBreakpoints(t *testing.T) {
	const l0 = 1
	for _, c := range []struct {
		name string
		dr0  uint64
		dr7  uint64
		code []byte
		vec  int
		ip   uint64
	}{
		{"execute", rigCode + 1, l0, []byte{0x90, 0x90}, vecDB, 1},
		{"execute, not enabled", rigCode + 1, 0, []byte{0x90, 0x90}, -1, 0},
		{"write byte", rigData, l0 | 1<<16, []byte{0xc6, 0x05, 0, 0xc0, 0, 0, 1, 0x90}, vecDB, 7},
		{"write, read does not match", rigData, l0 | 1<<16, []byte{0xa0, 0, 0xc0, 0, 0}, -1, 0},
		{"read or write", rigData, l0 | 3<<16, []byte{0xa0, 0, 0xc0, 0, 0, 0x90}, vecDB, 5},
		{"word part of the range", rigData, l0 | 7<<16, []byte{0xc6, 0x05, 1, 0xc0, 0, 0, 1}, vecDB, 7},
		{"doubleword before", rigData + 4, l0 | 0xd<<16, []byte{0xc7, 0x05, 1, 0xc0, 0, 0, 1, 0, 0, 0}, vecDB, 10},
		{"byte behind", rigData, l0 | 1<<16, []byte{0xc6, 0x05, 1, 0xc0, 0, 0, 1}, -1, 0},
		{"in the middle of a trace", rigData, l0 | 1<<16, []byte{0x40, 0xc6, 0x05, 0, 0xc0, 0, 0, 1, 0x40, 0x40}, vecDB, 8},
		{"global", rigData, 2 | 1<<16, []byte{0xc6, 0x05, 0, 0xc0, 0, 0, 1}, vecDB, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80486", c.code...)
			r.DR[0], r.DR[7] = c.dr0, c.dr7|0x400
			r.updateDebug()
			r.wantVector(c.vec)
			if c.vec < 0 {
				return
			}
			r.wantTop(rigCode + uint32(c.ip))
			if r.DR[6]&0xf != 1 {
				t.Errorf("DR6 = %x; want B0", r.DR[6])
			}
		})
	}
}

// A debug trap comes before an NMI and ends HLT.
func TestTrapPriority(t *testing.T) {
	r := newProt(t, "80386", 0xe6, 0x80, 0x90)
	r.Flags |= FlagTF
	r.out = func(uint16, int, uint32) { r.NMI() }
	r.code(rigHandlers+vecDB*4, 0xf4)
	r.Run(2)
	r.Run(1) // NMI at the first instruction of the #DB handler
	r.wantTop(rigHandlers+vecDB*4, selCode0)
	r = newProt(t, "80386", 0xf4, 0x90)
	r.Flags |= FlagTF
	r.wantVector(vecDB)
	r.wantTop(rigCode + 1)
}

// RF, set by the handler in the frame of a breakpoint's fault, lets the
// instruction run once.
func TestResumeFlag(t *testing.T) {
	r := newProt(t, "80386", 0x90, 0x43, 0x43)
	r.DR[0], r.DR[7] = rigCode+1, 0x401
	r.updateDebug()
	r.setGate(vecDB, gateBytes(selCode0, rigGate, 0x8e, 0))
	r.code(rigGate, 0x8b, 0x74, 0x24, 0x08, 0x47, 0x80, 0x4c, 0x24, 0x0a, 0x01, 0xcf) // mov esi,[esp+8]; inc edi; or byte [esp+10],1; iret
	r.wantVector(-1)
	r.wantReg(BX, 2)
	r.wantReg(DI, 1)
	if r.R[SI]&FlagRF != 0 {
		t.Errorf("pushed EFLAGS %x; want no RF, which is the handler's to set", r.R[SI])
	}
	if r.Flags&FlagRF != 0 {
		t.Error("RF is still set")
	}
}

func TestDebugRegisterAccess(t *testing.T) {
	r := newProt(t, "80386", 0xb8, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x23, 0xf0, 0x0f, 0x21, 0xf1) // mov dr6,eax; mov ecx,dr6
	r.wantVector(-1)
	r.wantReg(CX, 0xffffefff)
	// DR4 is DR6, but #UD with CR4.DE.
	r = newProt(t, "pentium", 0x0f, 0x21, 0xe1)
	r.wantVector(-1)
	r.wantReg(CX, 0xffff0ff0)
	r = newProt(t, "pentium", 0x0f, 0x21, 0xe1)
	r.CR4 |= CR4DE
	r.wantVector(vecUD)
	// General detect.
	r = newProt(t, "80386", 0x0f, 0x21, 0xc1)
	r.DR[7] |= dr7GD
	r.wantVector(vecDB)
	r.wantTop(rigCode)
	if r.DR[6]&dr6BD == 0 || r.DR[7]&dr7GD != 0 {
		t.Errorf("DR6 %x DR7 %x; want BD, GD clear", r.DR[6], r.DR[7])
	}
}

// I/O breakpoints exist with CR4.DE.
func TestIOBreakpoint(t *testing.T) {
	r := newProt(t, "pentium", 0xe6, 0x60)
	r.CR4 |= CR4DE
	r.DR[0], r.DR[7] = 0x60, 0x401|2<<16
	r.updateDebug()
	r.wantVector(vecDB)
	r.wantTop(rigCode + 2)
}

// RESET ends what breakpoints ask for: code runs in traces again.
func TestResetEndsBreakpoints(t *testing.T) {
	r := newProt(t, "pentium", 0x43)
	r.DR[0], r.DR[7] = rigCode, 1|1<<2|1<<20
	r.updateDebug()
	if !r.special() || !r.debug.watch {
		t.Fatal("breakpoints are enabled, and the processor does not heed them")
	}
	r.Reset()
	if r.special() || r.debug.watch {
		t.Error("breakpoints are heeded behind RESET")
	}
	r.DR[7] = 1
	if r.Refresh(); !r.special() {
		t.Error("a breakpoint that Refresh finds is not heeded")
	}
}
