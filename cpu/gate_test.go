package cpu

import "testing"

// Interrupt and trap gates differ in IF; both clear TF, NT, RF. The frame holds
// EFLAGS, CS, EIP and, for some exceptions, an error code.
func TestInterruptGates(t *testing.T) {
	for _, c := range []struct {
		name   string
		access uint8
		size   uint32
		wantIF bool
	}{
		{"interrupt 32", 0x8e, 4, false}, {"trap 32", 0x8f, 4, true}, {"interrupt 16", 0x86, 2, false}, {"trap 16", 0x87, 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", 0xcd, 0x40)
			r.setGate(0x40, gateBytes(selCode0, rigHandlers+0x40*4, c.access, 0))
			r.setEFLAGS(FlagIF | FlagNT | FlagCF | FlagOn)
			r.wantVector(0x40)
			if got := r.Flags&FlagIF != 0; got != c.wantIF {
				t.Errorf("IF = %v in the handler; want %v", got, c.wantIF)
			}
			if r.Flags&(FlagNT|FlagTF) != 0 {
				t.Errorf("EFLAGS %x in the handler; want NT = TF = 0", r.EFLAGS())
			}
			r.wantReg(SP, rigStack0-3*c.size)
			if c.size == 4 {
				r.wantTop(rigCode+2, selCode0, FlagIF|FlagNT|FlagCF|FlagOn)
			} else {
				r.wantMem(rigStack0-6, 2, rigCode+2)
				r.wantMem(rigStack0-2, 2, FlagIF|FlagNT|FlagCF|FlagOn)
			}
		})
	}
}

func TestGateChecks(t *testing.T) {
	for _, c := range []struct {
		name string
		gate uint64
		cpl3 bool
		vec  int
		err  uint32
	}{
		{"not present", gateBytes(selCode0, 0, 0x0e, 0), false, vecNP, 0x40*8 + 2},
		{"not a gate", descBytes(0, 0, 0x93, 0), false, vecGP, 0x40*8 + 2},
		{"call gate", gateBytes(selCode0, 0, 0x8c, 0), false, vecGP, 0x40*8 + 2},
		{"DPL 0 at CPL 3", gateBytes(selCode0, 0, 0x8e, 0), true, vecGP, 0x40*8 + 2},
		{"null selector", gateBytes(0, 0, 0x8e, 0), false, vecGP, 0},
		{"data segment", gateBytes(selData0, 0, 0x8e, 0), false, vecGP, selData0},
		{"outer code", gateBytes(selCode3&^3, 0, 0x8e, 0), false, vecGP, selCode3 &^ 3},
		{"absent code", gateBytes(selAbsent, 0, 0x8e, 0), false, vecNP, selAbsent},
		{"beyond the limit", gateBytes(selCode16, 0x10000, 0x8e, 0), false, vecGP, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80486", 0xcd, 0x40)
			r.setDesc(selAbsent, descBytes(0, 0xfffff, 0x1b, flag32))
			if c.cpl3 {
				r.user()
			}
			r.setGate(0x40, c.gate)
			r.wantError(c.vec, c.err)
			r.wantMem(uint32(r.R[SP])+4, 4, rigCode)
		})
	}
	// The vector is beyond the table.
	r := newProt(t, "80386", 0xcd, 0x40)
	r.IDTR.Limit = 0x40*8 + 6
	r.wantError(vecGP, 0x40*8+2)
	// A gate of a 32-bit type does not exist on the 80286.
	r = newProt(t, "80286", 0xcd, 0x40)
	r.setGate(0x40, gateBytes(selCode0, rigHandlers, 0x8e, 0))
	r.wantError(vecGP, 0x40*8+2)
}

// From CPL 3 the handler gets the stack of its level from the TSS, with the old
// SS:ESP on it; IRET goes back.
func TestInnerInterruptAndReturn(t *testing.T) {
	r := newProt(t, "80386", 0xcd, 0x40, 0xcd, 0x41).user()
	r.setGate(0x40, gateBytes(selCode0, rigGate, 0xee, 0))
	r.setGate(0x41, gateBytes(selCode0, rigHandlers+0x41*4, 0xee, 0))
	r.code(rigGate, 0x40, 0xcf) // inc eax; iret
	r.setEFLAGS(FlagIF | FlagOn)
	r.wantVector(0x41)
	r.wantReg(AX, 1)
	if r.CPL != 0 {
		t.Errorf("CPL = %d; want 0", r.CPL)
	}
	r.wantTop(rigCode+4, selCode3, FlagIF|FlagOn, rigStack3, selData3)
	r.wantReg(SP, rigStack0-20)
}

// A bad SS0 is #TS with the selector; the error code says where.
func TestInnerStackChecks(t *testing.T) {
	for _, c := range []struct {
		name string
		ss   uint16
		vec  int
		err  uint32
	}{
		{"null", 0, vecTS, 0}, {"RPL", selData0 | 1, vecTS, selData0}, {"DPL", selData3 &^ 3, vecTS, selData3 &^ 3},
		{"read-only", selReadOnly, vecTS, selReadOnly}, {"absent", selAbsent, vecSS, selAbsent},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", 0xcd, 0x40).user()
			r.setDesc(selAbsent, descBytes(0, 0xfffff, 0x13, flag32))
			r.setGate(0x40, gateBytes(selCode0, rigGate, 0xee, 0))
			r.mem.Write(rigTSS+8, 2, uint64(c.ss))
			// Only a task gate can report it.
			r.setGate(uint8(c.vec), gateBytes(selTSS2, 0, 0x85, 0))
			r.fillTSS2(uint32(rigHandlers + c.vec*4))
			r.wantError(c.vec, c.err)
			r.wantMem(rigTSS+0x20, 4, rigCode)
		})
	}
}

func TestCallGate(t *testing.T) {
	for _, c := range []struct {
		name  string
		sel   uint16
		size  uint32
		words []uint32 // expected frame
	}{
		{"32-bit, two parameters", selGate32 | 3, 4, []uint32{rigCode + 7, selCode3, 0x11, 0x22, rigStack3 - 8, selData3}},
		{"16-bit, one parameter", selGate16 | 3, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", 0x9a, 0, 0, 0, 0, byte(c.sel), 0, 0xf4).user()
			r.R[SP] -= 8
			r.mem.Write(rigStack3-8, 8, 0x22<<32|0x11)
			r.wantVector(-1)
			if r.CPL != 0 {
				t.Fatalf("CPL = %d; want 0", r.CPL)
			}
			r.wantTop(c.words...)
			if c.size == 2 {
				r.wantReg(SP, rigStack0-10)
				r.wantMem(rigStack0-10, 2, rigCode+7)
				r.wantMem(rigStack0-8, 2, selCode3)
				r.wantMem(rigStack0-6, 2, 0x11)
				r.wantMem(rigStack0-4, 2, rigStack3-8)
				r.wantMem(rigStack0-2, 2, selData3)
			}
		})
	}
}

// RET n through a gate releases the parameters on both stacks and empties data
// segment registers that the outer level may not keep.
func TestCallGateReturn(t *testing.T) {
	r := newProt(t, "80386", 0x6a, 0x22, 0x6a, 0x11, 0x9a, 0, 0, 0, 0, selGate32|3, 0, 0x8c, 0xd8, 0xcd, 0x41).user() // push 22h; push 11h; call; mov eax,ds; int 41h
	r.setGate(0x41, gateBytes(selCode0, rigHandlers+0x41*4, 0xee, 0))
	r.code(rigGate, 0xb8, selData0, 0, 0, 0, 0x8e, 0xd8, 0xca, 8, 0) // mov eax,data0; mov ds,ax; ret 8
	r.wantVector(0x41)
	r.wantReg(AX, 0)
	r.wantTop(rigCode+15, selCode3, uint32(r.top(2)), rigStack3, selData3)
}

func TestCallGateChecks(t *testing.T) {
	for _, c := range []struct {
		name string
		cpl3 bool
		sel  uint16
		vec  int
		err  uint32
	}{
		{"DPL 0 from CPL 3", true, selGate0 | 3, vecGP, selGate0},
		{"RPL above DPL", false, selGate0 | 3, vecGP, selGate0},
		{"direct to inner code", true, selCode0, vecGP, selCode0},
		{"direct to outer code", false, selCode3 &^ 3, vecGP, selCode3 &^ 3},
		{"data", false, selData0, vecGP, selData0},
		{"LDT", false, selLDT, vecGP, selLDT},
		{"busy TSS", false, selTSSBusy, vecGP, selTSSBusy},
		{"null", false, 0, vecGP, 0},
		{"absent", false, selAbsent, vecNP, selAbsent},
		{"conforming from CPL 3", true, selConforming | 3, -1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, op := range []byte{0x9a, 0xea} { // CALL, JMP
				r := newProt(t, "pentium-pro", op, 0x00, 0x90, 0, 0, byte(c.sel), byte(c.sel>>8))
				r.setDesc(selAbsent, descBytes(0, 0xfffff, 0x1b, flag32))
				r.code(rigGate, 0xeb, 0xfe)
				if c.cpl3 {
					r.user()
				}
				if c.vec >= 0 {
					r.wantError(c.vec, c.err)
					continue
				}
				r.Run(3)
				if r.IP != rigGate || r.CPL != 3 || r.Seg[CS].Sel != c.sel|3 {
					t.Errorf("at %x:%x CPL %d; want %x:%x, 3", r.Seg[CS].Sel, r.IP, r.CPL, c.sel|3, rigGate)
				}
			}
		})
	}
}

// A JMP through a gate does not change the level.
func TestJumpThroughGate(t *testing.T) {
	r := newProt(t, "80386", 0xea, 0, 0, 0, 0, selGate0, 0)
	r.wantVector(-1)
	if r.IP != rigGate+1 {
		t.Errorf("IP = %x; want %x", r.IP, rigGate+1)
	}
	r = newProt(t, "80386", 0xea, 0, 0, 0, 0, selGate32|3, 0).user()
	r.wantError(vecGP, selCode0)
}

// IRET to an outer level; IOPL and IF change only at a privilege that may.
func TestIretOuter(t *testing.T) {
	r := newProt(t, "80386", 0x68, selData3, 0, 0, 0, 0x68, 0, 0x60, 0, 0, 0x68, 0x02, 0x32, 0, 0, 0x6a, selCode3, 0x68, 0, 0x90, 0, 0, 0xcf) // frame for 1B:9000, IOPL 3, IF
	r.code(rigGate, 0xfa, 0x9c, 0x58, 0xcd, 0x40)                                                                                             // cli; pushf; pop eax; int 40h
	r.setGate(0x40, gateBytes(selCode0, rigHandlers+0x40*4, 0xee, 0))
	r.wantVector(0x40)
	r.wantReg(AX, 0x3002)
	r.wantTop(rigGate+5, selCode3, 0x3002, 0x6000, selData3)
	// POPF at CPL 3 and IOPL 0 changes neither IF nor IOPL, and does not fault.
	r = newProt(t, "80386", 0x68, 0x02, 0x32, 0, 0, 0x9d, 0x9c, 0x58, 0xeb, 0xfe).user()
	r.Run(5)
	r.wantReg(AX, 2)
}

func TestReturnChecks(t *testing.T) {
	for _, c := range []struct {
		name string
		cs   byte
		vec  int
		err  uint32
	}{
		{"null", 0, vecGP, 0}, {"data", selData0, vecGP, selData0}, {"system", selTSS, vecGP, selTSS}, {"DPL below RPL", selCode0 | 3, vecGP, selCode0},
	} {
		for _, op := range []byte{0xcb, 0xcf} {
			code := []byte{0x6a, 2, 0x6a, c.cs, 0x68, 0, 0x90, 0, 0, op}
			r := newProt(t, "80486", code...)
			if got := r.halt(); got != c.vec || r.top(0) != c.err {
				t.Errorf("%s, % x: vector %d error %x; want %d, %x", c.name, op, got, r.top(0), c.vec, c.err)
			}
		}
	}
	// To an inner level.
	r := newProt(t, "80386", 0x6a, selCode0, 0x68, 0, 0x90, 0, 0, 0xcb).user()
	r.wantError(vecGP, selCode0)
}

// SYSENTER and SYSEXIT (SDM volume 2).
func TestSysenter(t *testing.T) {
	r := newProt(t, "pentium-pro", 0x0f, 0x34).user()
	r.MSR.SysenterCS, r.MSR.SysenterESP, r.MSR.SysenterEIP = selCode0, 0x5000, rigGate
	r.code(rigGate, 0xba, 0x00, 0xb0, 0, 0, 0xb9, 0x00, 0x58, 0, 0, 0x0f, 0x35) // mov edx,0B000h; mov ecx,5800h; sysexit
	r.code(0xb000, 0xeb, 0xfe)
	r.Run(4)
	if r.CPL != 3 || r.Seg[CS].Sel != selCode3 || r.Seg[SS].Sel != selData3 || r.IP != 0xb000 || r.R[SP] != 0x5800 {
		t.Errorf("CPL %d CS:IP %x:%x SS:SP %x:%x", r.CPL, r.Seg[CS].Sel, r.IP, r.Seg[SS].Sel, r.R[SP])
	}
	newProt(t, "pentium-pro", 0x0f, 0x34).wantError(vecGP, 0) // SYSENTER_CS is null
	newProt(t, "pentium", 0x0f, 0x34).wantVector(vecUD)
}
