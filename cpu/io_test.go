package cpu

import "testing"

// IOPL and the I/O permission bitmap (SDM volume 1, section 19.5): CPL <= IOPL
// allows everything, else every port of the access needs a clear bit.
func TestIOPermission(t *testing.T) {
	for _, c := range []struct {
		name  string
		iopl  uint32
		bits  uint16 // of ports 60h-6Fh
		limit uint32
		code  []byte
		ok    bool
	}{
		{"IOPL 3", 3, 0xffff, 0x67, []byte{0xe4, 0x60}, true},
		{"bit clear", 0, 0xfffe, 0xff, []byte{0xe4, 0x60}, true},
		{"bit set", 0, 0x0001, 0xff, []byte{0xe4, 0x60}, false},
		{"word, second bit set", 0, 0x0002, 0xff, []byte{0x66, 0xe5, 0x60}, false},
		{"doubleword, all clear", 0, 0xfff0, 0xff, []byte{0xe5, 0x60}, true},
		{"doubleword across bytes", 0, 0x0100, 0xff, []byte{0xe5, 0x66}, false},
		{"beyond the limit", 0, 0, 0x67 + 12, []byte{0xe4, 0x60}, false},
		{"last byte of the limit", 0, 0, 0x68 + 13, []byte{0xe4, 0x60}, true},
		{"OUT", 0, 0x0001, 0xff, []byte{0xe6, 0x60}, false},
		{"INS", 0, 0x0001, 0xff, []byte{0x6c}, false},
		{"OUTS", 0, 0x0001, 0xff, []byte{0x6e}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80386", append(c.code, 0xeb, 0xfe)...).user()
			r.Seg[TR].Limit = c.limit
			r.mem.Write(rigTSS+0x68+0x60/8, 2, uint64(c.bits))
			r.R[DX], r.R[DI], r.R[SI] = 0x60, rigData, rigData
			r.Flags |= c.iopl << 12
			accesses := 0
			r.in = func(port uint16, size int) uint32 { accesses++; return 0 }
			r.out = func(port uint16, size int, v uint32) { accesses++ }
			r.Refresh()
			if !c.ok {
				r.wantError(vecGP, 0)
				if accesses != 0 {
					t.Errorf("%d port accesses; want none", accesses)
				}
				return
			}
			r.Run(1)
			if r.IP != rigCode+uint64(len(c.code)) || accesses != 1 {
				t.Errorf("IP = %x, %d accesses; want %x, 1", r.IP, accesses, rigCode+len(c.code))
			}
		})
	}
}

// CLI and STI at CPL 3 need IOPL 3; PVI uses VIF.
func TestIOPLFlags(t *testing.T) {
	newProt(t, "80386", 0xfa).user().wantError(vecGP, 0)
	newProt(t, "80386", 0xfb).user().wantError(vecGP, 0)
	r := newProt(t, "80386", 0xfb, 0xeb, 0xfe).user()
	r.Flags |= FlagIOPL
	r.Run(2)
	if r.Flags&FlagIF == 0 {
		t.Error("STI at IOPL 3 left IF clear")
	}
	r = newProt(t, "pentium", 0xfb, 0xeb, 0xfe).user()
	r.CR4 |= CR4PVI
	r.Run(1)
	if r.Flags&(FlagVIF|FlagIF) != FlagVIF {
		t.Errorf("STI with PVI: EFLAGS %x; want VIF", r.EFLAGS())
	}
}

// Port widths and values; the count of instructions is exact at the access.
func TestPortAccess(t *testing.T) {
	r := newRig(t, "80386", 0xe4, 0x10, 0x90, 0x90, 0xe5, 0x11, 0xba, 0x34, 0x12, 0x66, 0xed, 0xee, 0xef, 0x66, 0xef)
	type access struct {
		port uint16
		size int
		v    uint32
		at   uint64
	}
	var got []access
	r.in = func(port uint16, size int) uint32 {
		got = append(got, access{port, size, 0, r.Count()})
		return 0x8899aabb
	}
	r.out = func(port uint16, size int, v uint32) {
		got = append(got, access{port, size, v & uint32(1<<(8*size)-1), r.Count()})
	}
	r.wantVector(-1)
	want := []access{
		{0x10, 1, 0, 0}, {0x11, 2, 0, 3}, {0x1234, 4, 0, 5}, {0x1234, 1, 0xbb, 6}, {0x1234, 2, 0xaabb, 7}, {0x1234, 4, 0x8899aabb, 8},
	}
	if len(got) != len(want) {
		t.Fatalf("accesses %v; want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("access %d = %v; want %v", i, got[i], want[i])
		}
	}
}

// INS checks its destination before it reads the port.
func TestInsFaultsFirst(t *testing.T) {
	r := newProt(t, "80386", 0x6c).page()
	r.setPTE(0xc, 0)
	r.R[DI] = rigData
	reads := 0
	r.in = func(uint16, int) uint32 { reads++; return 0 }
	r.wantError(vecPF, 2)
	if reads != 0 {
		t.Errorf("%d port reads; want none", reads)
	}
}
