package cpu

import (
	"slices"
	"testing"

	"beige/mmu"
)

const shared = 0xe0000000

// shareMemory gives the rig 16 KB of shared memory.
func (r *rig) shareMemory() *mmu.Shared {
	s := r.mem.Share(16 << 10)
	r.mem.Overlay("memory", shared, 16<<10, s)
	return s
}

// Each way to store is told of once for each time that the device asks, also where the
// TLB has the page already.
func TestSharedStores(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte // EBX = shared memory
		want []bool
	}{
		{"mov", []byte{0x89, 0x03}, []bool{true, false, false, false}},
		{"behind a read", []byte{0x8a, 0x0b, 0x88, 0x0b}, []bool{true, false, false, false}},
		{"read only", []byte{0x8b, 0x03}, []bool{false, false, false, false}},
		{"read-modify-write", []byte{0xfe, 0x83, 0, 0x10, 0, 0}, []bool{false, true, false, false}},
		{"across pages", []byte{0x89, 0x83, 0xfe, 0x1f, 0, 0}, []bool{false, true, true, false}},
		{"rep stosd", []byte{0x89, 0xdf, 0xb9, 0x01, 0x08, 0, 0, 0xf3, 0xab}, []bool{true, true, true, false}},
		{"rep movsb", []byte{0x8d, 0xbb, 0xff, 0x2f, 0, 0, 0xbe, 0, 0x10, 0, 0, 0xb9, 2, 0, 0, 0, 0xf3, 0xa4}, []bool{false, false, true, true}},
		{"push", []byte{0x89, 0xdc, 0x81, 0xc4, 0, 0x10, 0, 0, 0x50}, []bool{true, false, false, false}},
		{"fstp", []byte{0xdb, 0xe3, 0xd9, 0xe8, 0xdd, 0x1b}, []bool{true, false, false, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "pentium", c.code...)
			s := r.shareMemory()
			for i := range 3 {
				r.IP, r.Halted, r.R[BX] = rigCode, false, shared
				r.wantVector(-1)
				got := s.Stored()
				if got == nil {
					got = make([]bool, 4)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("round %d: pages %v stored in; want %v", i, got, c.want)
				}
			}
		})
	}
}

// Code in shared memory runs as it is when it runs, whoever changed it.
func TestSharedCode(t *testing.T) {
	r := newProt(t, "pentium", 0xff, 0xd3) // call ebx
	s := r.shareMemory()
	for i, code := range [][]byte{{0xb0, 1, 0xc3}, {0xb0, 2, 0xc3}, {0xb0, 3, 0xc3}} {
		copy(s.Bytes(), code) // as a device does
		r.IP, r.Halted, r.R[BX] = rigCode, false, shared
		r.wantVector(-1)
		if got := uint8(r.R[AX]); got != uint8(i+1) {
			t.Errorf("AL = %d; want %d", got, i+1)
		}
	}
}

// A page that a window no longer shows is not stored in.
func TestSharedWindowMoves(t *testing.T) {
	r := newProt(t, "pentium", 0x88, 0x03) // mov [ebx],al
	s := r.mem.Share(16 << 10)
	if err := r.mem.MapMMIO("window", 0xe0000000, 0x1000, nothing{}); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ size, at uint32 }{{0x1000, 0}, {0x1000, 0x2000}, {0, 0}, {0x1000, 0x3000}} {
		s.Show(0xe0000000, c.size, c.at)
		r.IP, r.Halted, r.R[BX], r.R[AX] = rigCode, false, 0xe0000000, uint64(i+1)
		r.wantVector(-1)
	}
	for at, want := range map[int]uint8{0: 1, 0x2000: 2, 0x3000: 4} {
		if got := s.Bytes()[at]; got != want {
			t.Errorf("%d at %#x; want %d", got, at, want)
		}
	}
}

type nothing struct{}

func (nothing) ReadMMIO(uint32, int) uint64   { return 0 }
func (nothing) WriteMMIO(uint32, int, uint64) {}
