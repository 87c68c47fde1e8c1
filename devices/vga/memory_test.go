package vga

import (
	"encoding/binary"
	"testing"
)

// planar returns a board in mode 12h: window A0000, all planes, write mode 0.
func planarBoard() *board {
	b := newBoard()
	b.set(0x12)
	return b
}

// at returns the four planes at a plane address as 0xP3P2P1P0.
func (b *board) at(a uint32) uint32 {
	return binary.LittleEndian.Uint32(b.mem[place(a):])
}

func (b *board) poke(a, v uint32) {
	binary.LittleEndian.PutUint32(b.mem[place(a):], v)
}

type gr struct{ i, v uint8 }

// Data path of the graphics controller (Video Subsystem, Graphics Controller).
// Each case writes cpu over latches 3C_F0_AA_0F (planes 3 to 0) at address 0.
func TestWriteModes(t *testing.T) {
	for _, tc := range []struct {
		name string
		regs []gr
		mask uint8
		cpu  uint8
		want uint32
	}{
		{"mode 0", nil, 15, 0x5a, 0x5a5a5a5a},
		{"mode 0, map mask", nil, 5, 0x5a, 0x3c5aaa5a},
		{"mode 0, rotate 3", []gr{{3, 3}}, 15, 0x81, 0x30303030},
		{"mode 0, bit mask", []gr{{8, 0x0f}}, 15, 0xff, 0x3fffaf0f},
		{"mode 0, and", []gr{{3, 0x08}}, 15, 0x3c, 0x3c30280c},
		{"mode 0, or", []gr{{3, 0x10}}, 15, 0x03, 0x3ff3ab0f},
		{"mode 0, xor", []gr{{3, 0x18}}, 15, 0xff, 0xc30f55f0},
		{"mode 0, set/reset", []gr{{0, 0x05}, {1, 0x0f}}, 15, 0x5a, 0x00ff00ff},
		{"mode 0, set/reset on two planes", []gr{{0, 0x01}, {1, 0x03}}, 15, 0x5a, 0x5a5a00ff},
		{"mode 0, set/reset, bit mask", []gr{{0, 0x0f}, {1, 0x0f}, {8, 0x81}}, 15, 0x00, 0xbdf1ab8f},
		{"mode 1", []gr{{5, 1}, {8, 0}}, 15, 0x5a, 0x3cf0aa0f},
		{"mode 2", []gr{{5, 2}}, 15, 0xf9, 0xff0000ff},
		{"mode 2, bit mask", []gr{{5, 2}, {8, 0x80}}, 15, 0x02, 0x3c70aa0f},
		{"mode 2, xor", []gr{{5, 2}, {3, 0x18}}, 15, 0x0f, 0xc30f55f0},
		{"mode 3", []gr{{5, 3}, {0, 0x0c}}, 15, 0xf0, 0xfcf00a0f},
		{"mode 3, rotate 4, bit mask", []gr{{5, 3}, {0, 0x0f}, {3, 4}, {8, 0x03}}, 15, 0xf0, 0x3ff3ab0f},
		{"mode 3, and", []gr{{5, 3}, {0, 0x00}, {3, 0x08}}, 15, 0xff, 0x00000000},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := planarBoard()
			b.poke(0, 0x3cf0aa0f)
			b.seq(2, tc.mask)
			b.ReadMMIO(0, 1)
			for _, r := range tc.regs {
				b.gfx(r.i, r.v)
			}
			b.WriteMMIO(0, 1, uint64(tc.cpu))
			if got := b.at(0); got != tc.want {
				t.Errorf("planes = %08x; want %08x", got, tc.want)
			}
		})
	}
}

func TestMode1CopiesLatches(t *testing.T) {
	b := planarBoard()
	b.poke(7, 0x44332211)
	b.gfx(5, 1)
	b.ReadMMIO(7, 1)
	b.WriteMMIO(0x1234, 1, 0)
	if got := b.at(0x1234); got != 0x44332211 {
		t.Errorf("planes = %08x; want 44332211", got)
	}
}

func TestReadModes(t *testing.T) {
	b := planarBoard()
	b.poke(3, 0xf0cc_aa_0f)
	for plane, want := range []uint64{0x0f, 0xaa, 0xcc, 0xf0} {
		b.gfx(4, uint8(plane))
		if got := b.ReadMMIO(3, 1); got != want {
			t.Errorf("read map %d = %#02x; want %#02x", plane, got, want)
		}
		b.Out(regCRTCIndex, 0x22)
		if got := b.In(regCRTCData); uint64(got) != want {
			t.Errorf("latch of map %d = %#02x; want %#02x", plane, got, want)
		}
	}
	// Pixels of F0_CC_AA_0F from the left: 14 12 10 8 7 5 3 1 (plane 3 is 8).
	b.gfx(5, 8)
	for _, tc := range []struct {
		colour, care uint8
		want         uint64
	}{
		{14, 15, 0x80}, {10, 15, 0x20}, {1, 15, 0x01}, {0, 15, 0x00}, {8, 8, 0xf0}, {2, 2, 0xaa}, {7, 7, 0x08}, {6, 7, 0x80}, {0, 0, 0xff},
	} {
		b.gfx(2, tc.colour)
		b.gfx(7, tc.care)
		if got := b.ReadMMIO(3, 1); got != tc.want {
			t.Errorf("compare %d care %#x = %#02x; want %#02x", tc.colour, tc.care, got, tc.want)
		}
	}
}

func TestWindows(t *testing.T) {
	for _, tc := range []struct {
		sel       uint8
		base, end uint32
	}{{0, 0x00000, 0x20000}, {1, 0x00000, 0x10000}, {2, 0x10000, 0x18000}, {3, 0x18000, 0x20000}} {
		b := planarBoard()
		b.gfx(6, tc.sel<<2|1)
		for _, off := range []uint32{0, 0xffff, 0x10000, 0x17fff, 0x18000, 0x1ffff} {
			clear(b.mem)
			b.WriteMMIO(off, 1, 0x99)
			in := off >= tc.base && off < tc.end
			want := uint64(0xff)
			if in {
				want = 0x99
				if v := b.mem[place((off-tc.base)&0xffff)]; v != 0x99 {
					t.Errorf("window %d: byte at %#x went elsewhere", tc.sel, off)
				}
			}
			if got := b.ReadMMIO(off, 1); got != want {
				t.Errorf("window %d: ReadMMIO(%#x) = %#02x; want %#02x", tc.sel, off, got, want)
			}
		}
	}
}

func TestOddEven(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.WriteMMIO(0x18000, 1, 'A')
	b.WriteMMIO(0x18001, 1, 0x1f)
	b.WriteMMIO(0x18006, 2, 0x2e42)
	b.WriteMMIO(0x18ffd, 2, 0x7776) // across words
	for a, want := range map[uint32]uint32{0: 0x1f41, 6: 0x2e42, 0xffc: 0x7600, 0xffe: 0x77} {
		if got := b.at(a); got != want {
			t.Errorf("planes at %#x = %08x; want %08x", a, got, want)
		}
	}
	for _, tc := range []struct {
		off  uint32
		size int
		want uint64
	}{{0x18000, 1, 0x41}, {0x18001, 1, 0x1f}, {0x18000, 2, 0x1f41}, {0x18000, 8, 0x2e42000000001f41}, {0x18004, 4, 0x2e420000}, {0x18005, 2, 0x4200}} {
		if got := b.ReadMMIO(tc.off, tc.size); got != tc.want {
			t.Errorf("ReadMMIO(%#x, %d) = %#x; want %#x", tc.off, tc.size, got, tc.want)
		}
	}
	// The 128 KB window reaches the odd plane addresses through A16.
	b.gfx(6, 0x02)
	b.WriteMMIO(0x10000, 2, 0x5554)
	if got := b.at(1); got != 0x5554 {
		t.Errorf("planes at 1 = %08x; want 00005554", got)
	}
	// Read map 2 or 3 selects planes 2 and 3.
	b.poke(0x20, 0x44332211)
	b.gfx(4, 2)
	if got := b.ReadMMIO(0x20, 2); got != 0x4433 {
		t.Errorf("read map 2 = %#x; want 0x4433", got)
	}
}

func TestChain4(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	for i := range uint32(8) {
		b.WriteMMIO(i, 1, uint64(i+1))
	}
	if x, y := b.at(0), b.at(4); x != 0x04030201 || y != 0x08070605 {
		t.Errorf("planes at 0, 4 = %08x %08x; want 04030201 08070605", x, y)
	}
	b.WriteMMIO(0x100, 8, 0x8877665544332211)
	b.WriteMMIO(0x10a, 2, 0xbbaa)
	b.WriteMMIO(0x10d, 4, 0xddccbbaa) // unaligned
	for _, tc := range []struct {
		off  uint32
		size int
		want uint64
	}{{0x100, 8, 0x8877665544332211}, {0x102, 2, 0x4433}, {0x103, 4, 0x77665544}, {0x104, 4, 0x88776655}, {0x10a, 2, 0xbbaa}, {0x10c, 4, 0xccbbaa00}, {0x110, 1, 0xdd}} {
		if got := b.ReadMMIO(tc.off, tc.size); got != tc.want {
			t.Errorf("ReadMMIO(%#x, %d) = %#x; want %#x", tc.off, tc.size, got, tc.want)
		}
	}
	b.seq(2, 0x05) // the map mask still counts
	b.WriteMMIO(0, 4, 0xffffffff)
	if x := b.at(0); x != 0x04ff02ff {
		t.Errorf("planes at 0 with map mask 5 = %08x; want 04ff02ff", x)
	}
	// Unchained, the same bytes are at every fourth plane address.
	b.seq(4, 6)
	b.gfx(4, 2)
	if got := b.ReadMMIO(4, 1); got != 7 {
		t.Errorf("plane 2 at 4 = %#x; want 7", got)
	}
}

// Wide accesses are what byte accesses in address order are.
func TestWideEqualsBytes(t *testing.T) {
	for mode := range modes {
		x, y := newBoard(), newBoard()
		x.set(mode)
		y.set(mode)
		base := x.access.base
		for i, size := range []int{2, 4, 8, 8, 4, 2} {
			for _, skew := range []uint32{0, 1, 2, 4, x.access.size - 8} {
				off := base + skew
				v := uint64(0x1122334455667788) * uint64(i+1)
				x.WriteMMIO(off, size, v)
				var want uint64
				for k := range size {
					y.WriteMMIO(off+uint32(k), 1, v>>(8*k)&0xff)
				}
				for k := range size {
					want |= y.ReadMMIO(off+uint32(k), 1) << (8 * k)
				}
				if got := x.ReadMMIO(off, size); got != want || x.Latch != y.Latch {
					t.Errorf("mode %#02x off %#x size %d: %#x latch %08x; want %#x %08x", mode, off, size, got, x.Latch, want, y.Latch)
				}
			}
		}
		if string(x.mem) != string(y.mem) {
			t.Errorf("mode %#02x: memory differs", mode)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	for mode := range modes {
		b := newBoard()
		b.set(mode)
		base := b.access.base
		n := testing.AllocsPerRun(100, func() {
			b.WriteMMIO(base, 1, 0x55)
			b.WriteMMIO(base+2, 2, 0x55aa)
			b.ReadMMIO(base, 4)
			b.In(regStatus1)
			b.Out(regGfxIndex, 8)
			b.Out(regGfxData, 0xff)
		})
		if n != 0 {
			t.Errorf("mode %#02x: %v allocations; want 0", mode, n)
		}
	}
}

func BenchmarkTextWrite16(b *testing.B) {
	d := newBoard()
	d.set(3)
	b.ReportAllocs()
	for i := range b.N {
		d.WriteMMIO(0x18000+uint32(i*2)&0xffe, 2, 0x0741)
	}
}

func BenchmarkTextWrite8(b *testing.B) {
	d := newBoard()
	d.set(3)
	b.ReportAllocs()
	for i := range b.N {
		d.WriteMMIO(0x18000+uint32(i)&0xfff, 1, 0x41)
	}
}

func BenchmarkChain4Write32(b *testing.B) {
	d := newBoard()
	d.set(0x13)
	b.ReportAllocs()
	for i := range b.N {
		d.WriteMMIO(uint32(i*4)&0xfffc, 4, 0x01020304)
	}
}

func BenchmarkPlanarWrite8(b *testing.B) {
	d := newBoard()
	d.set(0x12)
	d.gfx(3, 0x18)
	b.ReportAllocs()
	for i := range b.N {
		d.WriteMMIO(uint32(i)&0xffff, 1, 0x41)
	}
}

func BenchmarkRead8(b *testing.B) {
	d := newBoard()
	d.set(0x12)
	b.ReportAllocs()
	for i := range b.N {
		d.ReadMMIO(uint32(i)&0xffff, 1)
	}
}

func BenchmarkStatus1(b *testing.B) {
	d := newBoard()
	d.set(3)
	b.ReportAllocs()
	for range b.N {
		d.In(regStatus1)
	}
}

func BenchmarkFrameUnchanged(b *testing.B) {
	d := newBoard()
	d.set(3)
	b.ReportAllocs()
	for range b.N {
		d.Frame()
	}
}

func BenchmarkFrameMode13(b *testing.B) {
	d := newBoard()
	d.set(0x13)
	for i := range b.N {
		d.WriteMMIO(0, 1, uint64(i))
		d.Frame()
	}
}

func BenchmarkFrameMode12(b *testing.B) {
	d := newBoard()
	d.set(0x12)
	for i := range b.N {
		d.WriteMMIO(0, 1, uint64(i))
		d.Frame()
	}
}

// The linear window has the four planes of an address side by side, past the
// graphics controller, and the bytes of chain-4 memory in their order.
func TestLinear(t *testing.T) {
	b := planarBoard()
	b.poke(0x1234, 0x44332211)
	b.seq(2, 0) // the map mask is the graphics controller's
	l := linear{b.VGA}
	if got := l.ReadMMIO(place(0x1234)+1, 2); got != 0x3322 {
		t.Errorf("ReadMMIO = %#x; want 0x3322", got)
	}
	l.WriteMMIO(place(0x1234)+2, 2, 0xaabb)
	l.WriteMMIO(memSize-1, 1, 0x55)
	l.WriteMMIO(MemorySize-1, 1, 0x66)
	if got := b.at(0x1234); got != 0xaabb2211 {
		t.Errorf("planes = %#x; want 0xaabb2211", got)
	}
	if got := b.at(0xffff); got != 0x55000000 {
		t.Errorf("last planes = %#x; want 0x55000000", got)
	}
	if got := l.ReadMMIO(MemorySize-1, 1); got != 0x66 || MemorySize != 16<<20 {
		t.Errorf("last byte = %#x; want 0x66", got)
	}
	if got := l.ReadMMIO(place(0x1234), 8); got != 0xaabb2211 {
		t.Errorf("ReadMMIO of 8 bytes = %#x; want 0xaabb2211", got)
	}
	b = newBoard()
	b.set(0x13)
	b.WriteMMIO(0x4321, 1, 0x77)
	if got := (linear{b.VGA}).ReadMMIO(0x4321, 1); got != 0x77 {
		t.Errorf("a byte of mode 13h is %#x there; want 0x77", got)
	}
}

// Every byte of a picture and of the planes has one place.
func TestPlace(t *testing.T) {
	seen := make([]bool, vramSize)
	for a := range uint32(vramSize / planes) {
		p := place(a)
		if p%planes != 0 || seen[p] {
			t.Fatalf("place(%#x) = %#x, which is taken", a, p)
		}
		seen[p] = true
	}
}
