package cpu

import (
	"slices"
	"testing"
)

// Page-fault error codes and CR2 (SDM volume 3, section 4.7): bit 0 rights, bit
// 1 write, bit 2 user.
func TestPageFaults(t *testing.T) {
	const at = rigData // page Ch
	read, write := []byte{0xa1, 0x10, 0xc0, 0, 0}, []byte{0xa3, 0x10, 0xc0, 0, 0}
	rmw := []byte{0xff, 0x05, 0x10, 0xc0, 0, 0}
	for _, c := range []struct {
		name string
		cpl3 bool
		wp   bool
		pte  uint32 // low bits
		code []byte
		err  int // -1: none
	}{
		{"not present, read", false, false, 0, read, 0},
		{"not present, write", false, false, 0, write, 2},
		{"not present, user read", true, false, 6, read, 4},
		{"not present, user write", true, false, 6, write, 6},
		{"supervisor page, user read", true, false, 3, read, 5},
		{"supervisor page, user write", true, false, 3, write, 7},
		{"read-only, user write", true, false, 5, write, 7},
		{"read-only, user read", true, false, 5, read, -1},
		{"read-only, supervisor write", false, false, 5, write, -1},
		{"read-only, supervisor write, WP", false, true, 5, write, 3},
		{"read-only, read-modify-write, WP", false, true, 5, rmw, 3},
		{"supervisor page, supervisor", false, true, 3, write, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80486", append(c.code, 0xeb, 0xfe)...).page()
			r.setPTE(at>>12, at|c.pte)
			if c.wp {
				r.CR0 |= CR0WP
			}
			if c.cpl3 {
				r.user()
			}
			r.Refresh()
			if c.err < 0 {
				r.Run(2)
				if r.IP != rigCode+uint64(len(c.code)) {
					t.Errorf("IP = %x; want %x", r.IP, rigCode+len(c.code))
				}
				return
			}
			r.wantError(vecPF, uint32(c.err))
			if r.CR2 != at+0x10 {
				t.Errorf("CR2 = %x; want %x", r.CR2, at+0x10)
			}
			r.wantMem(uint32(r.R[SP])+4, 4, rigCode)
		})
	}
}

// The rights of both levels count: the directory entry can take them away.
func TestDirectoryRights(t *testing.T) {
	r := newProt(t, "80386", 0xa3, 0x10, 0xc0, 0, 0).page().user()
	r.mem.Write(rigPD, 4, rigPT|5) // the directory says read-only
	r.Refresh()
	r.wantError(vecPF, 7)
}

// A is set by every access, D by writes, and only when the access is allowed.
func TestAccessedAndDirty(t *testing.T) {
	r := newProt(t, "80386", 0xa1, 0, 0xc0, 0, 0, 0xa3, 0, 0xd0, 0, 0, 0xa1, 0, 0xe0, 0, 0, 0xa3, 0, 0xe0, 0, 0).page()
	r.wantVector(-1)
	for page, want := range map[uint32]uint32{0xc: 0x27, 0xd: 0x67, 0xe: 0x67, 0xf: 0x07} {
		if got := r.pte(page) & 0xfff; got != want {
			t.Errorf("PTE %x = %03x; want %03x", page, got, want)
		}
	}
	r.wantMem(rigPD, 1, 0x27)
	r = newProt(t, "80486", 0xa3, 0, 0xc0, 0, 0).page()
	r.CR0 |= CR0WP
	r.setPTE(0xc, 0xc000|5)
	r.Refresh()
	r.wantVector(vecPF)
	if got := r.pte(0xc) & 0xfff; got != 5 {
		t.Errorf("PTE after a fault = %03x; want 005", got)
	}
}

// An access across two pages faults before it changes anything, with the
// address of the part that failed.
func TestPageCrossing(t *testing.T) {
	r := newProt(t, "80386", 0xc7, 0x05, 0xfe, 0xcf, 0, 0, 0x78, 0x56, 0x34, 0x12).page() // mov dword [cffe],12345678
	r.setPTE(0xd, 0)
	r.wantError(vecPF, 2)
	if r.CR2 != 0xd000 {
		t.Errorf("CR2 = %x; want d000", r.CR2)
	}
	r.wantMem(0xcffe, 2, 0)
	r = newProt(t, "80386", 0xc7, 0x05, 0xfe, 0xcf, 0, 0, 0x78, 0x56, 0x34, 0x12, 0xa1, 0xfe, 0xcf, 0, 0).page()
	r.setPTE(0xd, 0x15000|7)
	r.wantVector(-1)
	r.wantMem(0xcffe, 2, 0x5678)
	r.wantMem(0x15000, 2, 0x1234)
	r.wantReg(AX, 0x12345678)
}

// Code that crosses a page, into one that is absent.
func TestFetchFault(t *testing.T) {
	r := newProt(t, "80386", 0xe9, 0xfa, 0x0f, 0, 0).page() // jmp 8fff
	r.mem.Write(0x8fff, 1, 0xb8)
	r.setPTE(9, 0)
	r.wantError(vecPF, 0)
	if r.CR2 != 0x9000 {
		t.Errorf("CR2 = %x; want 9000", r.CR2)
	}
	r.wantMem(uint32(r.R[SP])+4, 4, 0x8fff)
}

// 4 MB pages (CR4.PSE); without it bit 7 means nothing.
func TestLargePages(t *testing.T) {
	for _, pse := range []bool{true, false} {
		r := newProt(t, "pentium", 0xa1, 0, 0xc0, 0x40, 0).page() // mov eax,[40c000]
		r.mem.Write(rigPD+4, 4, 0x87)                             // 400000 shows 0
		r.mem.Write(rigData, 4, 0x1234)
		if pse {
			r.CR4 |= CR4PSE
		}
		r.Refresh()
		if pse {
			r.wantVector(-1)
			r.wantReg(AX, 0x1234)
			r.wantMem(rigPD+4, 1, 0xa7)
		} else {
			r.wantVector(vecPF) // the vector table is taken for a page table: entry Ch is not present
		}
	}
}

// A TLB entry stays until INVLPG or a load of CR3; with CR4.PGE global pages
// survive the latter.
func TestTLBFlush(t *testing.T) {
	load := []byte{0xa1, 0, 0xc0, 0, 0}                             // mov eax,[c000]
	remap := []byte{0xc7, 0x05, 0x30, 0x10, 0x01, 0, 7, 0xd1, 0, 0} // PTE of C000 := D000, global bit too
	for _, c := range []struct {
		name  string
		pge   bool
		flush []byte
		want  uint32
	}{
		{"INVLPG", false, []byte{0x0f, 0x01, 0x3d, 0x34, 0xc2, 0, 0}, 2},
		{"INVLPG of another page", true, []byte{0x0f, 0x01, 0x3d, 0, 0xe0, 0, 0}, 1},
		{"INVLPG, global", true, []byte{0x0f, 0x01, 0x3d, 0, 0xc0, 0, 0}, 2},
		{"MOV CR3", false, []byte{0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9}, 2},
		{"MOV CR3, global", true, []byte{0x0f, 0x20, 0xd9, 0x0f, 0x22, 0xd9}, 1},
		{"MOV CR4", true, []byte{0x0f, 0x20, 0xe1, 0x80, 0xe1, 0x7f, 0x0f, 0x22, 0xe1}, 2},
	} {
		for name, other := range map[string][]byte{c.name: nil, c.name + ", pushed out": {0x64, 0x8b, 0x1d, 0, 0xc0, 0, 0}} { // mov ebx,fs:[c000]
			t.Run(name, func(t *testing.T) {
				r := newProt(t, "pentium-pro", slices.Concat(load, other, remap, c.flush, load)...).page().alias()
				r.setPTE(0xc, 0xc107)
				if c.pge {
					r.CR4 |= CR4PGE
				}
				r.Refresh()
				r.mem.Write(0xc000, 1, 1)
				r.mem.Write(0xd000, 1, 2)
				r.wantVector(-1)
				r.wantReg(AX, c.want)
			})
		}
	}
	newProt(t, "80386", 0x0f, 0x01, 0x3d, 0, 0xc0, 0, 0).wantVector(vecUD) // 80486 on
	newProt(t, "80486", 0x0f, 0x01, 0x3d, 0, 0xc0, 0, 0).user().wantError(vecGP, 0)
}

// alias maps the first 4 MB once more behind themselves, where FS begins: each
// page shares its place in the TLB with its alias.
func (r *rig) alias() *rig {
	r.mem.Write(rigPD+4, 4, rigPT|7)
	r.Seg[FS].Base = 4 << 20
	r.Refresh()
	return r
}

// Two pages that share a place in the TLB are not walked at each access, and what
// is written through one is read through the other.
func TestTLBConflict(t *testing.T) {
	r := newProt(t, "80386",
		0xb9, 0xe8, 3, 0, 0, // mov ecx,1000
		0xff, 0x05, 0, 0xc0, 0, 0, // inc dword [c000]
		0x64, 0x8b, 0x15, 0, 0xc0, 0, 0, // mov edx,fs:[c000]
		0x64, 0x89, 0x15, 4, 0xc0, 0, 0, // mov fs:[c004],edx
		0xe2, 0xea).page().alias() // loop
	r.wantVector(-1)
	r.wantReg(DX, 1000)
	r.wantMem(0xc004, 4, 1000)
	if got := r.Counters().TLBFills; got > 20 {
		t.Errorf("TLBFills = %d; want a few", got)
	}
}

// A page whose translation was pushed out and that comes to hold code loses its
// write tag all the same.
func TestTLBConflictCode(t *testing.T) {
	r := newProt(t, "80386",
		0xc6, 0x05, 0, 0xc0, 0, 0, 0xf4, // mov byte [c000],hlt
		0x64, 0xa1, 0, 0xc0, 0, 0, // mov eax,fs:[c000] pushes it out
		0x64, 0xc7, 0x05, 0, 0xc0, 0, 0, 0x40, 0xc3, 0x90, 0x90, // mov dword fs:[c000],"inc eax; ret"
		0x31, 0xc0, // xor eax,eax
		0xe8, 0xdc, 0x3f, 0, 0, // call c000 (patched below)
		0xc6, 0x05, 0, 0xc0, 0, 0, 0x48, // mov byte [c000],"dec eax"
		0xe8, 0xd0, 0x3f, 0, 0).page().alias() // call c000
	for _, at := range []uint32{26, 38} {
		r.mem.Write(rigCode+at+1, 4, uint64(0xc000-(rigCode+at+5)))
	}
	r.Refresh()
	r.wantVector(-1)
	r.wantReg(AX, 0)
}

// What a jump to another page found last time is only a guess: the page may have
// been mapped elsewhere since, for calls, returns and what goes on over the page's end.
func TestJumpsToRemappedPages(t *testing.T) {
	code := []byte{
		0x31, 0xc0, // xor eax,eax
		0xb9, 6, 0, 0, 0, // mov ecx,6
		// again:
		0xe8, 0, 0, 0, 0, // call 9ffe (patched)
		0x83, 0xf9, 4, // cmp ecx,4
		0x75, 0x11, // jne other
		0xc7, 0x05, 0, 0, 0, 0, 7, 0xc0, 0, 0, // PTE of A000 := C000 (address patched)
		0x0f, 0x01, 0x3d, 0, 0xa0, 0, 0, // invlpg [a000]
		0xe2, 0xe3, // other: loop again
	}
	put := func(at int, v uint32) {
		code[at], code[at+1], code[at+2], code[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
	put(8, 0x9ffe-(rigCode+12))
	put(19, rigPT+0xa*4)
	r := newProt(t, "80486", code...).page()
	r.code(0x9ffe, 0x40, 0x40)             // inc eax twice, over the end of the page
	r.code(0xa000, 0xc3)                   // ret
	r.code(0xc000, 0x83, 0xc0, 0x10, 0xc3) // add eax,10h; ret
	r.wantVector(-1)
	r.wantReg(AX, 6*2+3*0x10)
}

// System structures are read with supervisor rights whatever the CPL.
func TestImplicitSupervisorAccess(t *testing.T) {
	r := newProt(t, "80386", 0xcd, 0x40).page().user()
	r.setPTE(1, 0x1003) // GDT and IDT
	r.setPTE(3, 0x3003) // TSS
	r.setPTE(7, 0x7003) // not the stack yet
	r.setPTE(6, 0x6003) // the inner stack
	r.setGate(0x40, gateBytes(selCode0, rigHandlers+0x40*4, 0xee, 0))
	r.Refresh()
	r.wantVector(0x40)
}

func TestControlRegisters(t *testing.T) {
	for _, c := range []struct {
		name  string
		model string
		code  []byte
		vec   int
	}{
		{"PG without PE", "80386", []byte{0xb8, 0, 0, 0, 0x80, 0x0f, 0x22, 0xc0}, vecGP},
		{"NW without CD", "80486", []byte{0xb8, 1, 0, 0, 0x20, 0x0f, 0x22, 0xc0}, vecGP},
		{"CR4 on the 80386", "80386", []byte{0x0f, 0x20, 0xe0}, vecUD},
		{"CR4 reserved bit", "pentium", []byte{0xb8, 0, 0, 1, 0, 0x0f, 0x22, 0xe0}, vecGP},
		{"PGE on the Pentium", "pentium", []byte{0xb8, 0x80, 0, 0, 0, 0x0f, 0x22, 0xe0}, vecGP},
		{"CR1", "80486", []byte{0x0f, 0x20, 0xc8}, vecUD},
		{"TR6 on the 80386", "80386", []byte{0x0f, 0x26, 0xf0}, -1},
		{"TR6 on the Pentium", "pentium", []byte{0x0f, 0x26, 0xf0}, vecUD},
	} {
		t.Run(c.name, func(t *testing.T) {
			newProt(t, c.model, c.code...).wantVector(c.vec)
		})
	}
	for _, code := range [][]byte{{0x0f, 0x20, 0xc0}, {0x0f, 0x22, 0xc0}, {0x0f, 0x06}, {0x0f, 0x08}, {0x0f, 0x09}, {0xf4}, {0x0f, 0x21, 0xf8}, {0x0f, 0x01, 0xf0}, {0x0f, 0x32}, {0x0f, 0x30}} {
		newProt(t, "pentium", code...).user().wantError(vecGP, 0)
	}
	r := newProt(t, "80386", 0x0f, 0x06)
	r.CR0 |= CR0TS
	r.wantVector(-1)
	if r.CR0&CR0TS != 0 {
		t.Error("CLTS left TS set")
	}
}
