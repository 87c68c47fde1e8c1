package cpu

import "testing"

// A contributory fault while one is delivered is a double fault, with error code
// 0 (SDM volume 3, table 6-5); a fault during that is a shutdown.
func TestDoubleFault(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
		prep func(r *rig)
		vec  int
	}{
		{"#GP, then #NP", loadSeg(DS, selTSS), func(r *rig) { r.setGate(vecGP, gateBytes(selCode0, 0, 0x0e, 0)) }, vecDF},
		{"#GP, then #GP", loadSeg(DS, selTSS), func(r *rig) { r.setGate(vecGP, 0) }, vecDF},
		{"#UD, then #NP: in turn", []byte{0x0f, 0x0b}, func(r *rig) { r.setGate(vecUD, gateBytes(selCode0, 0, 0x0e, 0)) }, vecNP},
		{"#DE, then #GP", []byte{0xf7, 0xf0}, func(r *rig) { r.setGate(vecDE, 0) }, vecDF},
		{"#PF, then #PF", []byte{0xa1, 0, 0xc0, 0, 0}, func(r *rig) {
			r.page().setPTE(0xc, 0)
			r.setGate(vecPF, gateBytes(selSmall, 0, 0x8e, 0))
			r.setDesc(selSmall, 0)
			r.GDTR.Base = 0xb000 // partly on an absent page
			for at := uint32(0); at < 0x100; at += 8 {
				r.mem.Write(0xb000+at, 8, r.mem.Read(rigGDT+at, 8))
			}
		}, vecDF},
		{"#GP, then #PF: in turn", loadSeg(DS, selTSS), func(r *rig) {
			r.page()
			r.setGate(vecGP, gateBytes(0x1008, 0, 0x8e, 0))
			r.GDTR.Limit = 0xffff
			r.setPTE(2, 0)
			r.IDTR.Base = 0xd000
			for at := uint32(0); at < 0x800; at += 8 {
				r.mem.Write(0xd000+at, 8, r.mem.Read(rigIDT+at, 8))
			}
		}, vecPF},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80486", c.code...)
			c.prep(r)
			r.Refresh()
			r.wantVector(c.vec)
			if c.vec == vecDF && r.top(0) != 0 {
				t.Errorf("error code %x; want 0", r.top(0))
			}
		})
	}
}

func TestShutdown(t *testing.T) {
	r := newProt(t, "80386", 0xcd, 0x40)
	r.IDTR.Limit = 0
	if _, why := r.Run(100); why != StopShutdown {
		t.Fatalf("stopped by %v; want shutdown", why)
	}
	if got := r.Counters().TripleFaults; got != 1 {
		t.Errorf("TripleFaults = %d; want 1", got)
	}
	if ran, why := r.Run(100); ran != 0 || why != StopShutdown {
		t.Errorf("Run after the shutdown = %d, %v; want 0, shutdown", ran, why)
	}
	r.Reset()
	if r.Shutdown {
		t.Error("still shut down after RESET")
	}
	// Real mode, no stack: PUSH with SP = 1 cannot be reported (80386 PRM 14.6).
	r = newRig(t, "80386", 0xbc, 1, 0, 0x50)
	if _, why := r.Run(100); why != StopShutdown {
		t.Errorf("PUSH at SP = 1 stopped by %v; want shutdown", why)
	}
	// Real mode, the vector table is too short for every vector.
	r = newRig(t, "80386", 0xcd, 0x40)
	r.IDTR.Limit = 3
	if _, why := r.Run(100); why != StopShutdown {
		t.Errorf("INT without a table stopped by %v; want shutdown", why)
	}
}

// Traps report the next instruction, faults their own; #DE is a trap up to the
// 80186.
func TestReturnAddresses(t *testing.T) {
	for _, c := range []struct {
		name  string
		model string
		code  []byte
		vec   int
		ip    uint64
	}{
		{"INT3", "80386", []byte{0xcc}, vecBP, 1},
		{"INTO", "80386", []byte{0xb0, 0x7f, 0xfe, 0xc0, 0xce}, vecOF, 5},
		{"INT1", "80386", []byte{0xf1}, vecDB, 1},
		{"BOUND", "80286", []byte{0x31, 0xc0, 0x62, 0x06, 0, 0xc0}, vecBR, 2},
		{"DIV", "80286", []byte{0xf6, 0xf4}, vecDE, 0},
		{"DIV", "8086", []byte{0xf6, 0xf4}, vecDE, 2},
		{"DIV", "80186", []byte{0xf6, 0xf4}, vecDE, 2},
		{"AAM 0", "80386", []byte{0xd4, 0}, vecDE, 0},
		{"ESC with EM", "80386", []byte{0x0f, 0x01, 0xf0, 0xdb, 0xe3}, vecNM, 3},
	} {
		t.Run(c.name+" "+c.model, func(t *testing.T) {
			r := newRig(t, c.model, c.code...)
			r.R[AX] = CR0EM
			r.mem.Write(rigData, 4, 0x00020001)
			r.wantVector(c.vec)
			r.wantMem(uint32(r.R[SP]), 2, rigCode+c.ip)
		})
	}
}

// Without a coprocessor nothing answers: FNSTSW and FNSTCW write nothing, WAIT
// does not wait; CR0.EM and CR0.TS raise #NM.
func TestNoCoprocessor(t *testing.T) {
	for _, m := range models() {
		m.HasFPU = false
		r := newRigOf(t, &m, 0xdb, 0xe3, 0xdd, 0x3e, 0, 0xc0, 0xd9, 0x3e, 2, 0xc0, 0x9b) // fninit; fnstsw [c000]; fnstcw [c002]; wait
		r.mem.Write(rigData, 4, 0x5a5a5a5a)
		r.wantVector(-1)
		r.wantMem(rigData, 4, 0x5a5a5a5a)
	}
	for _, c := range []struct {
		cr0  uint64
		code byte
		vec  int
	}{
		{CR0TS, 0xd8, vecNM}, {CR0EM, 0xd8, vecNM}, {CR0TS, 0x9b, -1}, {CR0MP, 0x9b, -1}, {CR0MP | CR0TS, 0x9b, vecNM}, {CR0EM, 0x9b, -1},
	} {
		m, _ := ModelByName("80386")
		m.HasFPU = false
		r := newRigOf(t, m, c.code, 0xc0)
		if c.code == 0x9b {
			r.code(rigCode, c.code)
		}
		r.CR0 |= c.cr0
		r.Refresh()
		if got := r.halt(); got != c.vec {
			t.Errorf("opcode %x with CR0 %x: vector %d; want %d", c.code, c.cr0, got, c.vec)
		}
	}
}

// #AC: CR0.AM, EFLAGS.AC and CPL 3 together (SDM volume 3, section 6.15).
func TestAlignmentCheck(t *testing.T) {
	for _, on := range []bool{true, false} {
		r := newProt(t, "80486", 0xa1, 1, 0xc0, 0, 0, 0xeb, 0xfe).user()
		r.Flags |= FlagAC
		if on {
			r.CR0 |= CR0AM
		}
		r.Refresh()
		if on {
			r.wantError(vecAC, 0)
			continue
		}
		r.Run(2)
		if r.IP != rigCode+5 {
			t.Errorf("IP = %x; want %x", r.IP, rigCode+5)
		}
	}
}
