package mc6845

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/bus"
	"beige/devices/video"
)

// restore puts b's state into a new board.
func (b *board) restore(t *testing.T) *board {
	t.Helper()
	s, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newBoard(b.model)
	c.now = b.now
	if err := c.UnmarshalBinary(s); err != nil {
		t.Fatal(err)
	}
	return c
}

// same compares what the guest and a person see of two boards.
func same(t *testing.T, b, c *board) {
	t.Helper()
	for off := range uint16(PortCount) {
		if x, y := b.In(off), c.In(off); x != y {
			t.Fatalf("In(%#02x) after restore = %#02x; want %#02x", off, y, x)
		}
	}
	if d := cmp.Diff(b.Inspect(), c.Inspect()); d != "" {
		t.Fatalf("Inspect after restore (-want +got):\n%s", d)
	}
	x, y := b.Frame(), c.Frame()
	x, y = strip(x), strip(y)
	if d := cmp.Diff(x.Info, y.Info); d != "" || !slices.EqualFunc(x.Lines, y.Lines, bytes.Equal) || !slices.Equal(x.Cells, y.Cells) {
		t.Fatalf("frame after restore differs (-want +got):\n%s", d)
	}
}

// strip leaves out the fonts, which are large and a constant.
func strip(f *video.Frame) *video.Frame {
	g := *f
	g.Fonts = [2]*video.Font{}
	return &g
}

func TestSnapshot(t *testing.T) {
	for _, tc := range []struct {
		model Model
		mode  string
	}{{CGA, "80x25"}, {CGA, "320x200"}, {CGA, "640x200"}, {MDA, "mono"}, {Hercules, "mono"}, {Hercules, "hercules"}} {
		b := on(tc.model, tc.mode)
		for i := range tc.model.WindowSize() {
			b.WriteMMIO(i, 1, uint64(i*7+i>>8))
		}
		b.now += 3 * bus.Millisecond
		b.Out(regSetPen, 0)
		b.Out(regSetPenH, 0x21)
		same(t, b, b.restore(t))
	}
}

func TestBadSnapshots(t *testing.T) {
	b := on(Hercules, "mono")
	good, _ := b.MarshalBinary()
	for name, s := range map[string][]byte{
		"empty": nil, "version": append([]byte{99}, good[1:]...), "short": good[:len(good)-1],
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

// FuzzAdapter runs a program of three-byte steps: what to do, where, and with which value.
func FuzzAdapter(f *testing.F) {
	f.Add(uint8(0), []byte{0, regIndex, 9, 0, regData, 1, 2, 5, 0x41, 5, 0, 0, 3, 9, 0})
	f.Add(uint8(1), []byte{2, 5, 0x41, 5, 0, 0, 4, 90, 90, 1, regStatus, 0, 8, 0, 0})
	f.Add(uint8(2), []byte{0, regConfig, 3, 0, regMode, 0x8a, 2, 200, 0x41, 6, 0, 0, 0, regIndex, 1, 0, regData, 0xff, 5, 0, 0, 7, 1, 0})
	f.Fuzz(func(t *testing.T, model uint8, prog []byte) {
		m := Model(model % 3)
		b := on(m, map[Model]string{CGA: "80x25", MDA: "mono", Hercules: "mono"}[m])
		frames := 0
		for i := 0; i+2 < len(prog) && i < 1500; i += 3 {
			off, v := prog[i+1], prog[i+2]
			at := uint32(off) * 0x101 % (m.WindowSize() - 8)
			size := 1 << (v & 3)
			switch prog[i] % 9 {
			case 0:
				b.Out(uint16(off)%PortCount, v)
			case 1:
				b.In(uint16(off) % PortCount)
			case 2:
				b.WriteMMIO(at, size, uint64(v)*0x0102030405060708)
			case 3:
				b.ReadMMIO(at, size)
			case 4:
				b.now += bus.Time(off) * bus.Time(v) * bus.Microsecond
			case 5, 6:
				if frames++; frames > 4 {
					continue
				}
				fr := b.Frame()
				fr.TextLines()
				if prog[i]%9 == 6 {
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
				same(t, b, b.restore(t))
			}
		}
	})
}

var (
	_ bus.Device      = (*Adapter)(nil)
	_ bus.Inspector   = (*Adapter)(nil)
	_ bus.PortHandler = (*Adapter)(nil)
	_ bus.MMIOHandler = (*Adapter)(nil)
)
