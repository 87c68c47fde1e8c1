package mmu

import "testing"

// walkMem is a page directory at 1000h and a page table at 2000h for the first
// 4 MB.
func walkMem(t *testing.T) *Physical {
	t.Helper()
	p, err := NewPhysical(2 << 20)
	if err != nil {
		t.Fatal(err)
	}
	p.Write(0x1000, 4, 0x2000|PteP|PteRW|PteUS)
	return p
}

// Rights of supervisor and user by U/S, R/W and CR0.WP (SDM volume 3, section
// 4.6.1), and the error codes (figure 4-12).
func TestWalkRights(t *testing.T) {
	for _, c := range []struct {
		name        string
		pde, pte    uint32
		wp          bool
		write, user bool
		ok          bool
		code        uint32
	}{
		{"supervisor reads all", 7, PteP, false, false, false, true, 0},
		{"supervisor writes read-only", 7, PteP, false, true, false, true, 0},
		{"supervisor writes read-only, WP", 7, PteP, true, true, false, false, FaultP | FaultWrite},
		{"user reads supervisor page", 7, PteP | PteRW, false, false, true, false, FaultP | FaultUser},
		{"user reads", 7, PteP | PteUS, false, false, true, true, 0},
		{"user writes read-only", 7, PteP | PteUS, false, true, true, false, FaultP | FaultWrite | FaultUser},
		{"user writes", 7, 7, true, true, true, true, 0},
		{"directory takes U/S away", PteP | PteRW, 7, false, false, true, false, FaultP | FaultUser},
		{"directory takes R/W away", PteP | PteUS, 7, false, true, true, false, FaultP | FaultWrite | FaultUser},
		{"directory absent", 6, 7, false, true, true, false, FaultWrite | FaultUser},
		{"page absent", 7, 6, false, false, false, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := walkMem(t)
			p.Write(0x1000, 4, uint64(0x2000|c.pde))
			p.Write(0x2000+5*4, 4, uint64(0x9000|c.pte))
			pg := Paging{CR3: 0x1018, WP: c.wp} // PCD, PWT are not part of the base
			tr, code, ok := p.Walk(&pg, 0x5123, c.write, c.user)
			if ok != c.ok || code != c.code {
				t.Fatalf("Walk = %v, code %x; want %v, %x", ok, code, c.ok, c.code)
			}
			pte := uint32(p.Read(0x2000+5*4, 4))
			if !ok {
				if pte != 0x9000|c.pte {
					t.Errorf("PTE = %x after a fault; want %x", pte, 0x9000|c.pte)
				}
				return
			}
			if tr.Phys != 0x9123 {
				t.Errorf("Phys = %x; want 9123", tr.Phys)
			}
			want := 0x9000 | c.pte | PteA
			if c.write {
				want |= PteD
			}
			if pte != want {
				t.Errorf("PTE = %x; want %x", pte, want)
			}
			if pde := uint32(p.Read(0x1000, 4)); pde != 0x2000|c.pde|PteA {
				t.Errorf("PDE = %x; want %x", pde, 0x2000|c.pde|PteA)
			}
			// A store may skip the walk only once D is set.
			if tr.Writable && !c.write {
				t.Error("Writable after a read of a clean page")
			}
		})
	}
}

func TestWalkLargePage(t *testing.T) {
	p := walkMem(t)
	p.Write(0x1000+4, 4, PteP|PteRW|PtePS|PteG)
	pg := Paging{CR3: 0x1000, PSE: true, PGE: true}
	tr, _, ok := p.Walk(&pg, 0x400123, true, false)
	if !ok || tr.Phys != 0x123 || !tr.Global || !tr.Writable {
		t.Errorf("Walk = %+v, %v", tr, ok)
	}
	if got := p.Read(0x1004, 4); got != PteP|PteRW|PtePS|PteG|PteA|PteD {
		t.Errorf("PDE = %x", got)
	}
	// Without CR4.PSE, bit 7 of the directory entry means nothing.
	pg.PSE = false
	if _, code, ok := p.Walk(&pg, 0x400123, false, false); ok || code != 0 {
		t.Errorf("Walk without PSE = %v, code %x; want a missing page", ok, code)
	}
}

func TestProbe(t *testing.T) {
	p := walkMem(t)
	p.Write(0x2000+5*4, 4, 0x9000|PteP)
	pg := Paging{CR3: 0x1000, PSE: true}
	if pa, ok := p.Probe(&pg, 0x5123); !ok || pa != 0x9123 {
		t.Errorf("Probe(5123) = %x, %v; want 9123, true", pa, ok)
	}
	if _, ok := p.Probe(&pg, 0x6000); ok {
		t.Error("Probe of an absent page succeeded")
	}
	p.Write(0x1004, 4, 0x00800000|PteP|PtePS)
	if pa, ok := p.Probe(&pg, 0x400123); !ok || pa != 0x800123 {
		t.Errorf("Probe(400123) = %x, %v; want 800123, true", pa, ok)
	}
	if got := p.Read(0x2000+5*4, 4); got != 0x9000|PteP {
		t.Errorf("Probe changed the PTE to %x", got)
	}
}

func TestTLB(t *testing.T) {
	var b TLB
	b.Flush(false)
	b.Set(0x5000, true, true, 0x4000, false)
	b.Set(0x6000, true, false, 0, true)
	if e := b.Slot(0x5678); e.R != 0x5000 || e.W != 0x5000 || e.D != 0x4000 {
		t.Errorf("entry of 5678 = %+v", *e)
	}
	if e := b.Slot(0x6000); e.W != Empty {
		t.Errorf("write tag of a read-only page = %x; want %x", e.W, Empty)
	}
	// The compare of an access across the page end must miss.
	if e := b.Slot(0x5fff); e.R == (0x5fff+1)&^uint64(pageMask) {
		t.Error("a word at 5FFF hits")
	}
	b.Flush(true)
	if b.Slot(0x5000).R != Empty || b.Slot(0x6000).R != 0x6000 {
		t.Errorf("after Flush(true): %x, %x; want only the global page", b.Slot(0x5000).R, b.Slot(0x6000).R)
	}
	b.FlushPage(0x6abc)
	if b.Slot(0x6000).R != Empty {
		t.Error("FlushPage left a global page")
	}
	b.Set(0x6000, true, true, 0, true)
	b.Set(0x6000+TLBSize*PageSize, true, true, 0, false) // the same slot: not global any more
	b.Flush(true)
	if b.Slot(0x6000).R != Empty {
		t.Error("a slot stayed global")
	}
}
