package cpu

import "testing"

// An instruction across two pages is decoded once, and again when its bytes change
// on either page, or another page takes the place of the second.
func TestCrossingInstruction(t *testing.T) {
	const at = 0x8ffd // mov eax, imm32: two bytes of the immediate lie on the next page
	run := func(r *rig, want uint32) {
		t.Helper()
		r.IP, r.Halted = at, false
		r.wantVector(-1)
		r.wantReg(AX, want)
	}
	r := newProt(t, "80386").page()
	r.code(at, 0xb8, 0x11, 0x22, 0x33, 0x44)
	for range 3 {
		run(r, 0x44332211)
	}
	if e := &r.traces.crossings[at>>pageShift]; e.la != at || e.n != 5 {
		t.Errorf("kept: %d bytes at %x; want 5 at %x", e.n, e.la, at)
	}
	r.mem.Write(0x9000, 1, 0x55) // as a device does
	run(r, 0x44552211)
	r.mem.Write(0x8ffe, 1, 0x66)
	run(r, 0x44552266)
	r.mem.Write(0x8ffd, 2, 0x9090)
	r.mem.Write(0x8fff, 1, 0x90)
	r.mem.Write(0x9000, 1, 0xf4)
	run(r, 0x44552266) // nops, hlt

	r.code(at, 0xb8, 0x11, 0x22, 0x33, 0x44)
	run(r, 0x44332211)
	r.mem.Write(0x30000, 3, 0xf47788)
	r.setPTE(9, 0x30007)
	r.Refresh()
	run(r, 0x77882211)
	r.setPTE(9, 0)
	r.Refresh()
	r.IP, r.Halted = at, false
	r.R[AX] = 0
	r.wantError(vecPF, 0)
	r.wantReg(AX, 0)
	if r.CR2 != 0x9000 {
		t.Errorf("CR2 %x; want 9000", r.CR2)
	}
}
