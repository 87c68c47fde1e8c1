package vga

import (
	"bytes"
	"slices"
	"testing"

	"beige/devices/bus"
	"github.com/google/go-cmp/cmp"
)

// fakeMemory is what a board and its processor do with the chip's memory.
type fakeMemory struct {
	bytes         []uint8
	off, size, at uint32
	stored        []bool
	any           bool
}

func newFakeMemory() *fakeMemory {
	return &fakeMemory{bytes: make([]uint8, MemorySize), stored: make([]bool, MemorySize/storedPage)}
}

func (m *fakeMemory) Bytes() []uint8            { return m.bytes }
func (m *fakeMemory) Show(off, size, at uint32) { m.off, m.size, m.at = off, size, at }

func (m *fakeMemory) Stored() []bool {
	if !m.any {
		return nil
	}
	told := slices.Clone(m.stored)
	clear(m.stored)
	m.any = false
	return told
}

func (m *fakeMemory) shows(off uint32) bool { return off >= m.off && off-m.off < m.size }

// store and load are accesses of the processor to one byte of the window.
func (b *board) store(off uint32, v uint8) {
	if m, ok := b.shared.(*fakeMemory); ok && m.shows(off) {
		i := off - m.off + m.at
		m.bytes[i], m.stored[i/storedPage], m.any = v, true, true
		return
	}
	b.WriteMMIO(off, 1, uint64(v))
}

func (b *board) load(off uint32) uint8 {
	if m, ok := b.shared.(*fakeMemory); ok && m.shows(off) {
		return m.bytes[off-m.off+m.at]
	}
	return uint8(b.ReadMMIO(off, 1))
}

// What the processor may reach by itself, by the registers.
func TestShown(t *testing.T) {
	m := newFakeMemory()
	b := newSharedBoard(m)
	for _, c := range []struct {
		name          string
		do            func()
		off, size, at uint32
	}{
		{"text", func() { b.set(3) }, 0, 0, 0},
		{"planes", func() { b.set(0x12) }, 0, 0, 0},
		{"mode 13h", func() { b.set(0x13) }, 0, 0x10000, 0},
		{"128 KB", func() { b.gfx(6, 1) }, 0, 0x20000, 0},
		{"at B8000", func() { b.gfx(6, 0xd) }, 0x18000, 0x8000, 0},
		{"one plane masked", func() { b.set(0x13); b.seq(2, 7) }, 0, 0, 0},
		{"all planes", func() { b.seq(2, 15) }, 0, 0x10000, 0},
		{"write mode 1", func() { b.gfx(5, 0x41) }, 0, 0, 0},
		{"read mode 1", func() { b.gfx(5, 0x48) }, 0, 0, 0},
		{"plain", func() { b.gfx(5, 0x40) }, 0, 0x10000, 0},
		{"xor", func() { b.gfx(3, 0x18) }, 0, 0, 0},
		{"set/reset", func() { b.gfx(3, 0); b.gfx(1, 1) }, 0, 0, 0},
		{"bit mask", func() { b.gfx(1, 0); b.gfx(8, 0x7f) }, 0, 0, 0},
		{"unchained", func() { b.gfx(8, 0xff); b.seq(4, 6) }, 0, 0, 0},
		{"closed", func() { b.set(0x13); b.Out(regMisc, 0x61) }, 0, 0, 0},
		{"bus reset", func() { b.set(0x13); b.Reset(bus.BusReset) }, 0, 0, 0},
		{"bank", func() {
			b.extended(640, 480, 8)
			b.dispi(dispiBank, 3)
			for i := range uint32(bankPatience - 1) {
				b.store(i, 1)
			}
		}, 0, 0, 0},
		{"bank in use", func() { b.store(0, 1) }, 0, 0x10000, 3 << 16},
		{"same bank", func() { b.dispi(dispiBank, 3) }, 0, 0x10000, 3 << 16},
		{"another", func() { b.dispi(dispiBank, 4) }, 0, 0, 0},
		{"in use", func() {
			for range bankPatience {
				b.load(77)
			}
		}, 0, 0x10000, 4 << 16},
		{"planes of the display interface", func() { b.extended(800, 600, 4) }, 0, 0, 0},
	} {
		c.do()
		if m.off != c.off || m.size != c.size || m.at != c.at {
			t.Errorf("%s: %#x bytes of %#x at %#x; want %#x, %#x, %#x", c.name, m.size, m.at, m.off, c.size, c.at, c.off)
		}
	}
}

// A picture shows what the processor stored by itself, and lines where it did not are
// the same slices.
func TestStoredShows(t *testing.T) {
	for name, set := range map[string]func(*board){
		"mode 13h":       func(b *board) { b.set(0x13) },
		"640 by 400 x 8": func(b *board) { b.extended(640, 400, 8); b.ReadMMIO(0, 8); b.dispi(dispiBank, 0) },
	} {
		m := newFakeMemory()
		b := newSharedBoard(m)
		set(b)
		for i := range uint32(bankPatience) {
			b.load(i)
		}
		f := b.Frame()
		if b.Frame() != f {
			t.Errorf("%s: another frame of an unchanged screen", name)
		}
		at := uint32(90*f.PixW + 11)
		b.store(at, 0x5a)
		if m.size == 0 || !m.any {
			t.Fatalf("%s: the processor does not store by itself", name)
		}
		g := b.Frame()
		for y := range g.Lines {
			if same := &f.Lines[y][0] == &g.Lines[y][0]; same != (y != 90) {
				t.Errorf("%s: line %d the same slice: %v", name, y, same)
			}
		}
		if got := g.Lines[90][11]; got != 0x5a {
			t.Errorf("%s: the dot is %#x; want 5a", name, got)
		}
		b.store(at, 0x5a)
		if b.Frame() != g {
			t.Errorf("%s: the same store made a frame", name)
		}
	}
}

// FuzzShared runs a program of three-byte steps with a processor that reaches the memory
// by itself and with one that does not: they must see the same.
func FuzzShared(f *testing.F) {
	f.Add(uint8(0x13), []byte{2, 5, 0x41, 5, 0, 0, 0, regGfxIndex, 5, 0, regGfxData, 0x41, 2, 6, 1, 0, regGfxData, 0x40, 3, 5, 0, 5, 0, 0})
	f.Add(uint8(3), []byte{9, 1, 80, 9, 2, 60, 10, 3, 8, 10, 4, 0x41, 6, 5, 9, 2, 5, 0x41, 5, 0, 0, 10, 5, 2, 6, 1, 1, 2, 0, 7, 5, 0, 0})
	f.Fuzz(func(t *testing.T, mode uint8, prog []byte) {
		plain, shared := newBoard(), newSharedBoard(newFakeMemory())
		boards := []*board{plain, shared}
		for _, b := range boards {
			if _, ok := modes[int(mode)]; ok {
				b.set(int(mode))
			}
		}
		frames := 0
		for i := 0; i+2 < len(prog) && i < 1500; i += 3 {
			off, v := prog[i+1], prog[i+2]
			at := uint32(off) * 0x203 % WindowSize
			switch prog[i] % 11 {
			case 0:
				for _, b := range boards {
					b.Out(uint16(off)%PortCount, v)
				}
			case 2:
				for _, b := range boards {
					b.store(at, v)
				}
			case 3:
				if x, y := plain.load(at), shared.load(at); x != y {
					t.Fatalf("reads %#x; want %#x", y, x)
				}
			case 4:
				for _, b := range boards {
					b.clock.Advance(bus.Time(off) * bus.Time(v) * bus.Microsecond)
				}
			case 5:
				if frames++; frames > 6 {
					continue
				}
				x, y := plain.Frame(), shared.Frame()
				if x.Info.Kind != y.Info.Kind || x.Palette != y.Palette || !slices.EqualFunc(x.Lines, y.Lines, bytes.Equal) || !cmp.Equal(x.Cells, y.Cells) {
					t.Fatal("another frame")
				}
			case 6: // a run that gets a bank shown
				for j := range uint32(bankPatience + 8) {
					for _, b := range boards {
						b.store((at+j)%WindowSize, v+uint8(j))
					}
				}
			case 7:
				for _, b := range boards {
					b.Reset(bus.ResetKind(v & 1))
				}
			case 9:
				for _, b := range boards {
					b.dispi(uint16(off)%12, uint16(v)*8)
				}
			case 10:
				for _, b := range boards {
					b.dispi(uint16(off)%12, uint16(v))
				}
			}
			shared.Latch = plain.Latch // which reads past the chip leave; see the package's comment
		}
		if !bytes.Equal(plain.mem, shared.mem) {
			t.Fatal("other memory")
		}
	})
}
