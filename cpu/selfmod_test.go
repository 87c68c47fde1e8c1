package cpu

import "testing"

// A store into the running trace takes effect at the next instruction.
func TestSelfModifyingTrace(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
		bx   uint32
	}{
		{"next instruction", []byte{0xc6, 0x05, 0x07, 0x80, 0, 0, 0x90, 0x43, 0x43}, 1}, // mov byte [8007],90h: INC EBX becomes NOP
		{"one behind it", []byte{0xc6, 0x05, 0x08, 0x80, 0, 0, 0x4b, 0x43, 0x43}, 0},    // the second becomes DEC EBX
		{"an immediate", []byte{0xc7, 0x05, 0x0b, 0x80, 0, 0, 0x34, 0x12, 0, 0, 0xbb, 1, 0, 0, 0}, 0x1234},
		{"read-modify-write", []byte{0xfe, 0x0d, 0x06, 0x80, 0, 0, 0x44, 0x43}, 2}, // dec byte [8006]: INC ESP becomes INC EBX
		{"push", []byte{0xbc, 0x0e, 0x80, 0, 0, 0x68, 0x43, 0x43, 0x90, 0x90, 0x40, 0x40, 0x40, 0x40}, 2},
		{"stosb", []byte{0xbf, 0x08, 0x80, 0, 0, 0xb0, 0x43, 0xaa, 0x90}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "pentium", c.code...)
			r.wantVector(-1)
			r.wantReg(BX, c.bx)
		})
	}
}

// A loop that changes its body every time round.
func TestSelfModifyingLoop(t *testing.T) {
	r := newProt(t, "80486", 0xb9, 10, 0, 0, 0, 0x83, 0xc3, 1, 0xfe, 0x05, 0x07, 0x80, 0, 0, 0xe2, 0xf5) // mov ecx,10; add ebx,1; inc byte [8007]; loop
	r.wantVector(-1)
	r.wantReg(BX, 55)
}

// A linked trace that is overwritten from another page.
func TestModifiedTarget(t *testing.T) {
	r := newProt(t, "80386", 0xb9, 100, 0, 0, 0, 0xe8, 0xf6, 0x0f, 0, 0, 0x83, 0xf9, 50, 0x75, 7, 0xc6, 0x05, 0, 0x90, 0, 0, 0x4b, 0xe2, 0xed)
	r.code(rigGate, 0x43, 0xc3) // inc ebx; ret: after 51 calls DEC
	r.wantVector(-1)
	r.wantReg(BX, 51-49)
}

// DMA into code that has been decoded.
func TestDMAIntoCode(t *testing.T) {
	r := newProt(t, "80386", 0x43, 0xe6, 0x80, 0x43, 0x43)
	r.out = func(uint16, int, uint32) { r.mem.WritePhys(rigCode+3, []byte{0x4b, 0x90}) }
	r.Run(100)
	r.IP, r.Halted = rigCode, false
	r.R[BX] = 10
	r.code(rigCode, 0x43, 0xe6, 0x80, 0x43, 0x43)
	r.wantVector(-1)
	r.wantReg(BX, 10)
	// Across two pages at once.
	r = newProt(t, "80386", 0xe9, 0xf9, 0x0f, 0, 0) // jmp 8ffe
	r.code(0x8ffe, 0x43, 0x43, 0x43, 0x43)
	r.wantVector(-1)
	r.mem.WritePhys(0x8ffd, []byte{0x90, 0x4b, 0x4b, 0x4b, 0x4b})
	r.IP, r.Halted, r.R[BX] = rigCode, false, 10
	r.wantVector(-1)
	r.wantReg(BX, 6)
}

// The same bytes through another linear address.
func TestAliasedCode(t *testing.T) {
	r := newProt(t, "80386", 0xc6, 0x05, 0x0e, 0xe0, 0, 0, 0x4b, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x43).page()
	r.setPTE(0xe, 0x8007)
	r.Refresh()
	r.wantVector(-1)
	r.wantReg(BX, 0xffffffff)
}

// Code remaps its own page. Without a flush it goes on where it was, step by step too,
// though the store that sets the dirty bit sees the new page; with one it goes on in
// the new place.
func TestRemappedCode(t *testing.T) {
	r := newProt(t, "80386").page()
	pte := uint32(rigPT + 8*4)
	code := []byte{
		0xc7, 0x05, byte(pte), byte(pte >> 8), byte(pte >> 16), byte(pte >> 24), 0x07, 0x90, 0, 0, // mov dword [pte],9007h
		0xc6, 0x05, 0x00, 0x8f, 0, 0, 0, // mov byte [8f00],0
		0x43,                               // inc ebx
		0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8, // mov eax,cr3; mov cr3,eax
		0x43, 0xf4, // inc ebx; hlt
	}
	r.code(rigCode, code...)
	r.code(0x9000+rigCode&0xfff, code...)
	r.code(0x9000+rigCode&0xfff+17, 0x4b) // dec ebx
	r.code(0x9000+rigCode&0xfff+24, 0x4b)
	before := r.State
	r.wantVector(-1)
	r.wantReg(BX, 0)
	if at, want := r.mem.RAM()[0x9f00], uint8(0); at != want {
		t.Errorf("the store reached %x; want %x", at, want)
	}
	r.setPTE(8, 0x8007)
	r.State = before
	r.Refresh()
	for range 20 {
		r.Step()
	}
	r.wantReg(BX, 0)
}

// A repeated instruction that overwrites itself stops being one.
func TestRepOverwritesItself(t *testing.T) {
	r := newProt(t, "80386", 0xb9, 0x20, 0, 0, 0, 0xbf, 0x08, 0x80, 0, 0, 0xb0, 0x90, 0xf3, 0xaa) // rep stosb from 8008 on, over itself at 800c
	r.code(0x8040, 0x90)
	for _, step := range []bool{false, true} {
		if step {
			r = newProt(t, "80386", 0xb9, 0x20, 0, 0, 0, 0xbf, 0x08, 0x80, 0, 0, 0xb0, 0x90, 0xf3, 0xaa)
			for range 200 {
				r.Run(1)
			}
		} else {
			r.Run(200)
		}
		r.wantReg(DI, 0x800e) // NOP and one STOSB are left
		r.wantReg(CX, 0x1b)
		if r.Repeating {
			t.Error("Repeating is set behind what was a repeated instruction")
		}
	}
}

// Data beside code on a page must not cost the code: stores to other bytes drop
// next to nothing.
func TestDataBesideCode(t *testing.T) {
	r := newProt(t, "80386", 0xb9, 0, 0x10, 0, 0, 0xff, 0x05, 0x40, 0x80, 0, 0, 0xe2, 0xf8) // inc dword [8040]; loop, 1000h times
	r.wantVector(-1)
	r.wantMem(0x8040, 4, 0x1000)
	if got := r.Counters().TracesDropped; got > 20 {
		t.Errorf("TracesDropped = %d; want a few", got)
	}
}

// A page that was code and is data now is soon written to as fast as any other;
// when it is code again, that is noticed.
func TestDataWhereCodeWas(t *testing.T) {
	r := newProt(t, "80386",
		0xe8, 0xfb, 0x0f, 0, 0, // call 9000
		0xb9, 0xe8, 3, 0, 0, // mov ecx,1000
		0xff, 0x05, 0x40, 0x90, 0, 0, // inc dword [9040]
		0xe2, 0xf8, // loop
		0xe8, 0xe9, 0x0f, 0, 0, // call 9000
		0xc6, 0x05, 0, 0x90, 0, 0, 0x48, // mov byte [9000],"dec eax"
		0xe8, 0xdd, 0x0f, 0, 0) // call 9000
	r.code(0x9000, 0x40, 0xc3) // inc eax; ret
	r.R[AX] = 0x100
	steps := 0
	for r.mem.HasCode(0x9000) || steps < 10 {
		r.Run(1)
		if steps++; steps > 1000 {
			t.Fatal("the page still counts as code")
		}
	}
	r.wantVector(-1)
	r.wantMem(0x9040, 4, 1000)
	r.wantReg(AX, 0x101)
}

// window is a device whose bytes are code; it counts how often it is read.
type window struct {
	code  []byte
	reads int
}

func (w *window) ReadMMIO(off uint32, size int) uint64 {
	w.reads++
	if int(off) < len(w.code) {
		return uint64(w.code[off])
	}
	return 0xf4
}

func (w *window) WriteMMIO(uint32, int, uint64) {}

// A repeated instruction in a device's window is fetched for each iteration,
// however the run is cut into slices.
func TestRepInDeviceWindow(t *testing.T) {
	for _, slice := range []int64{1, 7, 100} {
		w := &window{code: []byte{0xf3, 0xaa, 0xf4}} // rep stosb; hlt
		r := newRig(t, "80386")
		if err := r.mem.MapMMIO("window", 0xb8000, 0x1000, w); err != nil {
			t.Fatal(err)
		}
		s := r.Registers()
		s.Seg[CS].Sel, s.Seg[CS].Base, s.IP = 0xb800, 0xb8000, 0
		s.R[CX], s.R[DI] = 5, 0x9000
		r.Refresh()
		for range 10 {
			r.Run(slice)
		}
		r.wantReg(CX, 0)
		r.wantReg(DI, 0x9005)
		if want := 5*2 + 1; w.reads != want { // two bytes an iteration, and HLT
			t.Errorf("slices of %d: %d reads of the window; want %d", slice, w.reads, want)
		}
	}
}
