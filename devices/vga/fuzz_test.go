package vga

import (
	"bytes"
	"slices"
	"testing"

	"beige/devices/bus"
	"beige/devices/video"
	"github.com/google/go-cmp/cmp"
)

// restore puts b's state into a new board.
func (b *board) restore(t *testing.T) *board {
	t.Helper()
	return b.restoreTo(t, newBoard())
}

// restoreTo puts b's state into c, which is new, and returns it.
func (b *board) restoreTo(t *testing.T, c *board) *board {
	t.Helper()
	s, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(b.clock.Now())
	if err := c.UnmarshalBinary(s); err != nil {
		t.Fatal(err)
	}
	if err := c.clock.Restore(b.clock.Deadlines()); err != nil {
		t.Fatal(err)
	}
	if c.irq != b.irq {
		t.Fatalf("irq after restore = %v; want %v", c.irq, b.irq)
	}
	return c
}

func TestSnapshot(t *testing.T) {
	for mode := range modes {
		b := newBoard()
		b.set(mode)
		b.crtc(0x11, 0x8e)
		b.crtc(0x11, 0x9e)
		for i := range uint32(5000) {
			b.WriteMMIO(b.access.base+i, 1, uint64(i*7))
		}
		b.ReadMMIO(b.access.base+33, 1)
		b.Out(regDACRead, 5)
		b.In(regDACData)
		b.clock.Advance(3 * bus.Millisecond)
		c := b.restore(t)
		if d := cmp.Diff(b.Inspect(), c.Inspect()); d != "" {
			t.Errorf("mode %#02x: Inspect (-want +got):\n%s", mode, d)
		}
		x, y := b.Frame(), c.Frame()
		if !bytes.Equal(video.Pixels(x, video.Phase{}).Pix, video.Pixels(y, video.Phase{}).Pix) {
			t.Errorf("mode %#02x: picture differs after restore", mode)
		}
		for _, off := range []uint16{regDACData, regDACData, regDACData, regStatus1, regMisc} {
			if v, w := b.In(off), c.In(off); v != w {
				t.Errorf("mode %#02x: In(%#02x) = %#02x after restore; want %#02x", mode, off, w, v)
			}
		}
		b.clock.Advance(15 * bus.Millisecond)
		c.clock.Advance(15 * bus.Millisecond)
		if !b.irq || !c.irq {
			t.Errorf("mode %#02x: retrace interrupt %v, %v after restore; want both", mode, b.irq, c.irq)
		}
	}
}

func TestBadSnapshots(t *testing.T) {
	b := newBoard()
	b.set(3)
	good, _ := b.MarshalBinary()
	for name, s := range map[string][]byte{
		"empty": nil, "version": append([]byte{99}, good[1:]...), "short": good[:len(good)-1], "registers only": good[:len(good)-memSize],
		"ones": append([]byte{stateVersion}, bytes.Repeat([]byte{0xff}, len(good)-1)...),
	} {
		if err := b.UnmarshalBinary(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	after, _ := b.MarshalBinary()
	if !bytes.Equal(good, after) {
		t.Error("a failed restore changed the state")
	}
}

func TestBusResetKeepsMemory(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.put(0, 0, "x", 7)
	b.Reset(bus.BusReset)
	if b.Frame().Kind != video.Blank || b.mem[0] != 'x' || b.rgb(0x3f) != 0xffffff {
		t.Error("a bus reset did not blank the screen, or lost memory or DAC")
	}
	b.Reset(bus.PowerOn)
	if b.mem[0] != 0 || b.rgb(0x3f) != 0 {
		t.Error("power-on kept the memory or the DAC")
	}
}

// FuzzVGA runs a program from a mode.
func FuzzVGA(f *testing.F) {
	f.Add(uint8(3), []byte{0, regCRTCIndex, 9, 0, regCRTCData, 0x47, 2, 5, 0x41, 5, 0, 0, 3, 9, 0})
	f.Add(uint8(0x13), []byte{0, regSeqIndex, 4, 0, regSeqData, 6, 2, 255, 0x41, 4, 200, 0, 5, 1, 0, 6, 0, 0})
	f.Add(uint8(0x12), []byte{0, regGfxIndex, 5, 0, regGfxData, 0x0b, 3, 4, 2, 2, 3, 7, 1, regStatus1, 0, 7, 1, 0, 8, 0, 0})
	f.Add(uint8(0x13), []byte{9, 1, 80, 9, 2, 60, 10, 3, 32, 10, 4, 0x41, 2, 5, 0x41, 9, 6, 120, 10, 8, 13, 10, 9, 200, 5, 0, 0, 10, 5, 9, 2, 9, 3, 8, 0, 0})
	f.Add(uint8(0x12), []byte{9, 1, 128, 9, 2, 96, 10, 3, 4, 10, 4, 0x41, 2, 5, 0x41, 10, 8, 13, 5, 0, 0, 10, 5, 31, 2, 9, 3, 6, 0, 0, 10, 4, 0})
	f.Fuzz(func(t *testing.T, mode uint8, prog []byte) {
		b := newBoard()
		if _, ok := modes[int(mode)]; ok {
			b.set(int(mode))
		}
		b.follow(t, prog, 11, newBoard)
	})
}

// follow runs a program of three-byte steps: which of the first n things to do, where,
// and with which value. fresh makes another board like b.
func (b *board) follow(t *testing.T, prog []byte, n uint8, fresh func() *board) {
	frames := 0
	for i := 0; i+2 < len(prog) && i < 1500; i += 3 {
		off, v := prog[i+1], prog[i+2]
		at := uint32(off) * 0x203 % (WindowSize - 8)
		size := 1 << (v & 3)
		switch do := prog[i] % n; do {
		case 0:
			b.Out(uint16(off)%PortCount, v)
		case 1:
			b.In(uint16(off) % PortCount)
		case 2:
			b.WriteMMIO(at, size, uint64(v)*0x0102030405060708)
		case 3:
			b.ReadMMIO(at, size)
		case 4:
			b.clock.Advance(bus.Time(off) * bus.Time(v) * bus.Microsecond)
		case 5, 6:
			if frames++; frames > 4 {
				continue
			}
			fr := b.Frame()
			fr.TextLines()
			if do == 6 {
				video.Pixels(fr, video.Phase{Cursor: v&1 != 0, Text: v&2 != 0})
			}
			if b.Frame() != fr {
				t.Fatal("an unchanged screen made a new frame")
			}
		case 7:
			b.Reset(bus.ResetKind(v & 1))
		case 8:
			if frames++; frames > 4 {
				continue
			}
			c := b.restoreTo(t, fresh())
			for off := range uint16(PortCount) {
				if x, y := b.In(off), c.In(off); x != y {
					t.Fatalf("In(%#02x) after restore = %#02x; want %#02x", off, y, x)
				}
			}
			if x, y := b.Frame(), c.Frame(); x.Info.Kind != y.Info.Kind || x.Palette != y.Palette || !slices.EqualFunc(x.Lines, y.Lines, bytes.Equal) || !cmp.Equal(x.Cells, y.Cells) {
				t.Fatal("frame after restore differs")
			}
		case 9: // a register of the display interface
			b.dispi(uint16(off)%12, uint16(v)*8)
		case 10: // enabled or not
			b.dispi(uint16(off)%12, uint16(v))
		}
	}
}

var (
	_ bus.Device      = (*VGA)(nil)
	_ bus.Inspector   = (*VGA)(nil)
	_ bus.PortHandler = (*VGA)(nil)
	_ bus.MMIOHandler = (*VGA)(nil)
)
