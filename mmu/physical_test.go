package mmu

import (
	"bytes"
	"errors"
	"testing"

	"beige/devices/bus"
)

func newMem(t *testing.T, ram uint64) *Physical {
	t.Helper()
	p, err := NewPhysical(ram)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMemorySizes(t *testing.T) {
	for _, size := range []uint64{0, 63 << 10, 3585 << 20} {
		if _, err := NewPhysical(size); err == nil {
			t.Errorf("NewPhysical(%d) succeeded", size)
		}
	}
	p := newMem(t, 64<<10)
	if p.RAMSize() != 64<<10 || len(p.RAM()) != 64<<10 {
		t.Errorf("RAMSize %d, RAM %d bytes; want 65536", p.RAMSize(), len(p.RAM()))
	}
	if got := p.Read(0x10000, 2); got != 0xffff {
		t.Errorf("Read behind RAM = %x; want ffff", got)
	}
}

// 640K to 1M is empty until the board maps something; RAM goes on at 1M.
func TestLayout(t *testing.T) {
	p := newMem(t, 2<<20)
	for _, c := range []struct {
		pa  uint32
		ram bool
	}{{0, true}, {0x9ffff, true}, {0xa0000, false}, {0xfffff, false}, {0x100000, true}, {0x1fffff, true}, {0x200000, false}, {0xffffffff, false}} {
		p.Write(c.pa, 1, 0x5a)
		want := uint64(0xff)
		if c.ram {
			want = 0x5a
		}
		if got := p.Read(c.pa, 1); got != want {
			t.Errorf("Read(%#x) = %x; want %x", c.pa, got, want)
		}
	}
	if got := p.Unclaimed(); got != 8 {
		t.Errorf("Unclaimed() = %d; want 8: four reads and four writes", got)
	}
}

func TestAccessSizes(t *testing.T) {
	p := newMem(t, 1<<20)
	p.Write(0x1ffc, 8, 0x1122334455667788) // across a page
	for _, c := range []struct {
		pa   uint32
		size int
		want uint64
	}{{0x1ffc, 1, 0x88}, {0x1ffd, 2, 0x6677}, {0x1ffe, 4, 0x33445566}, {0x1ffc, 8, 0x1122334455667788}, {0x2000, 4, 0x11223344}} {
		if got := p.Read(c.pa, c.size); got != c.want {
			t.Errorf("Read(%#x, %d) = %x; want %x", c.pa, c.size, got, c.want)
		}
	}
}

func TestROM(t *testing.T) {
	p := newMem(t, 1<<20)
	image := bytes.Repeat([]byte{0xaa}, 0x1800)
	if err := p.MapROM("bios", image, 0xf0000, 0xffff0000); err != nil {
		t.Fatal(err)
	}
	p.Write(0xf0000, 1, 0x55)
	for _, c := range []struct {
		pa   uint32
		want uint64
	}{{0xf0000, 0xaa}, {0xf17ff, 0xaa}, {0xf1800, 0xff}, {0xffff0000, 0xaa}} {
		if got := p.Read(c.pa, 1); got != c.want {
			t.Errorf("Read(%#x) = %x; want %x", c.pa, got, c.want)
		}
	}
	if got := p.Unclaimed(); got != 0 {
		t.Errorf("Unclaimed() = %d; want 0: writes to ROM are lost in silence", got)
	}
	for name, err := range map[string]error{
		"odd address": p.MapROM("x", image, 0xf0001),
		"empty":       p.MapROM("x", nil, 0xe0000),
		"too large":   p.MapROM("x", make([]byte, 4<<20), 0xe0000),
		"beyond 4 GB": p.MapROM("x", image, 0xfffff000),
	} {
		if err == nil {
			t.Errorf("MapROM, %s: no error", name)
		}
	}
}

type recorder struct {
	reads, writes []uint64
}

func (w *recorder) ReadMMIO(off uint32, size int) uint64 {
	w.reads = append(w.reads, uint64(off)<<8|uint64(size))
	return 0x42
}

func (w *recorder) WriteMMIO(off uint32, size int, v uint64) {
	w.writes = append(w.writes, uint64(off)<<8|uint64(size))
}

func TestMMIO(t *testing.T) {
	p := newMem(t, 1<<20)
	w := &recorder{}
	if err := p.MapMMIO("vga", 0xa0000, 0x20000, w); err != nil {
		t.Fatal(err)
	}
	if err := p.MapMMIO("other", 0xbf000, 0x2000, w); !errors.Is(err, bus.ErrOverlap) {
		t.Errorf("MapMMIO over another = %v; want ErrOverlap", err)
	}
	if err := p.MapMMIO("odd", 0xc0010, 0x1000, w); err == nil {
		t.Error("MapMMIO at an odd address succeeded")
	}
	if got := p.Read(0xb8004, 2); got != 0x42 {
		t.Errorf("Read = %x; want 42", got)
	}
	p.Write(0xa0000, 4, 1)
	p.Write(0xafffe, 4, 1) // across a page: bytes
	if len(w.reads) != 1 || w.reads[0] != 0x18004<<8|2 {
		t.Errorf("reads %x; want offset 18004, size 2", w.reads)
	}
	if len(w.writes) != 5 || w.writes[0] != 4 || w.writes[1] != 0xfffe<<8|1 {
		t.Errorf("writes %x; want one of 4 and four of 1", w.writes)
	}
	p.Remove("vga", 0xa0000, 0x20000)
	if got := p.Read(0xb8004, 2); got != 0xffff {
		t.Errorf("Read after Remove = %x; want ffff", got)
	}
}

func TestA20(t *testing.T) {
	p := newMem(t, 2<<20)
	changes := 0
	p.OnChange(func() { changes++ })
	if !p.A20() || p.CPUAddress(0x123456) != 0x123456 {
		t.Error("A20 is not open at first")
	}
	p.SetA20(false)
	p.SetA20(false)
	if p.CPUAddress(0x123456) != 0x023456 || p.CPUAddress(0x200000) != 0x200000 || p.A20() {
		t.Errorf("closed: 123456 is %x, 200000 is %x; want 23456, 200000", p.CPUAddress(0x123456), p.CPUAddress(0x200000))
	}
	if changes != 1 {
		t.Errorf("OnChange called %d times; want 1", changes)
	}
	// DMA does not go through the gate.
	p.WritePhys(0x100000, []byte{9})
	if got := p.Read(0x100000, 1); got != 9 {
		t.Errorf("Read(100000) = %x; want 9", got)
	}
}

func TestBlocks(t *testing.T) {
	p := newMem(t, 2<<20)
	w := &recorder{}
	if err := p.MapMMIO("w", 0xa0000, 0x1000, w); err != nil {
		t.Fatal(err)
	}
	b := bytes.Repeat([]byte{7}, 0x1004)
	p.WritePhys(0x9fffe, b) // RAM, window, hole
	if len(w.writes) != 0x1000 {
		t.Errorf("%d writes to the window; want 4096", len(w.writes))
	}
	got := make([]byte, 0x1004)
	p.ReadPhys(0x9fffe, got)
	if got[0] != 7 || got[1] != 7 || got[2] != 0x42 || got[0x1002] != 0xff {
		t.Errorf("ReadPhys = %x %x %x ... %x; want 7 7 42 ... ff", got[0], got[1], got[2], got[0x1002])
	}
	p.ReadPhys(0xfffffffe, got[:4]) // wraps at 4 GB
	if p.Write(0, 2, 0x1234); got[0] != 0xff {
		t.Errorf("ReadPhys at the top = %x; want ff", got[0])
	}
}

// Marks of decoded code are exact to the byte; the callback comes before the
// bytes change.
func TestCodeMarks(t *testing.T) {
	for _, c := range []struct {
		name  string
		at, n uint32
		hit   bool
	}{
		{"before", 0x1000 + 60, 4, false}, {"first byte", 0x1000 + 61, 4, true}, {"last byte", 0x1000 + 139, 1, true},
		{"behind", 0x1000 + 140, 8, false}, {"all around", 0x1000, 0x1000, true}, {"other page", 0x2040, 4, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newMem(t, 1<<20)
			var hits int
			p.OnCodeWrite(func(i, n uint32) {
				if p.Mem()[c.at] != 0 {
					t.Error("the bytes changed before the callback")
				}
				if i != c.at || n != c.n {
					t.Errorf("callback for %x, %d; want %x, %d", i, n, c.at, c.n)
				}
				hits++
			})
			if !p.MarkCode(0x1040, 76) { // bytes 64 to 139
				t.Error("MarkCode = false for the first code of a page")
			}
			if p.MarkCode(0x1040, 1) {
				t.Error("MarkCode = true for the second")
			}
			p.WritePhys(c.at, bytes.Repeat([]byte{1}, int(c.n)))
			if got := hits > 0; got != c.hit {
				t.Errorf("told %v; want %v", got, c.hit)
			}
			p.UnmarkCode(0x1040, 76)
			hits = 0
			if p.Mem()[c.at] = 0; c.n <= 8 {
				p.Write(c.at, int(c.n), 1)
			}
			if hits != 0 {
				t.Error("told after UnmarkCode")
			}
			if !p.HasCode(0x1040) {
				t.Error("HasCode = false before ClearCode")
			}
			p.ClearCode(0x1040)
			if p.HasCode(0x1040) {
				t.Error("HasCode = true after ClearCode")
			}
		})
	}
}

func TestIndex(t *testing.T) {
	p := newMem(t, 1<<20)
	if err := p.MapROM("rom", make([]byte, 0x1000), 0xf0000); err != nil {
		t.Fatal(err)
	}
	if r, w, ok, wok := p.Index(0x1234); r != 0x1234 || w != 0x1234 || !ok || !wok {
		t.Errorf("Index(1234) = %x, %x, %v, %v", r, w, ok, wok)
	}
	if r, _, ok, wok := p.Index(0xf0010); r != 1<<20+0x10 || !ok || wok {
		t.Errorf("Index(f0010) = %x, %v, %v; want %x, true, false", r, ok, wok, 1<<20+0x10)
	}
	if _, _, ok, wok := p.Index(0xe0000); ok || wok {
		t.Error("Index of a hole is readable or writable")
	}
}
