package mc6845

import (
	"bytes"
	"slices"
	"testing"

	"beige/devices/bus"
	"beige/devices/video"
)

// The CGA's palettes by port 3D9h and the burst bit.
func TestCGAPalettes(t *testing.T) {
	for _, tc := range []struct {
		mode, colour uint8
		want         []uint32
	}{
		{0x2a, 0x00, []uint32{0x000000, 0x00aa00, 0xaa0000, 0xaa5500}},
		{0x2a, 0x30, []uint32{0x000000, 0x55ffff, 0xff55ff, 0xffffff}},
		{0x2a, 0x21, []uint32{0x0000aa, 0x00aaaa, 0xaa00aa, 0xaaaaaa}},
		{0x2a, 0x1e, []uint32{0xffff55, 0x55ff55, 0xff5555, 0xffff55}},
		{0x2e, 0x00, []uint32{0x000000, 0x00aaaa, 0xaa0000, 0xaaaaaa}},
		{0x2e, 0x30, []uint32{0x000000, 0x55ffff, 0xff5555, 0xffffff}},
		{0x1e, 0x0e, []uint32{0x000000, 0xffff55}},
	} {
		b := on(CGA, "320x200")
		b.Out(regMode, tc.mode)
		b.Out(regColour, tc.colour)
		b.WriteMMIO(0, 1, 0x1b)
		b.WriteMMIO(0x2000, 1, 0xe4)
		f := b.Frame()
		if got := f.Palette[:len(tc.want)]; !slices.Equal(got, tc.want) {
			t.Errorf("mode %#02x, colour %#02x: %06x; want %06x", tc.mode, tc.colour, got, tc.want)
		}
		want := [][]uint8{{0, 1, 2, 3}, {3, 2, 1, 0}}
		if tc.mode&mode640 != 0 {
			want = [][]uint8{{0, 0, 0, 1, 1, 0, 1, 1}, {1, 1, 1, 0, 0, 1, 0, 0}}
		}
		for y, w := range want {
			if got := f.Lines[y][:len(w)]; !bytes.Equal(got, w) {
				t.Errorf("mode %#02x, line %d: %v; want %v", tc.mode, y, got, w)
			}
		}
	}
}

func TestText(t *testing.T) {
	b := on(CGA, "80x25")
	b.put(0x3ffe, "A", 0x1e)
	b.put(0, "B", 0x9c)
	b.start(0x1fff)
	b.crtc(rCursorHigh, 0x20)
	b.crtc(rCursorLow, 0x50)
	f := b.Frame()
	if f.Cell(0, 0) != (video.Cell{Char: 'A', Attr: 0x1e}) || f.Cell(1, 0) != (video.Cell{Char: 'B', Attr: 0x9c}) {
		t.Errorf("cells %v %v; the 16 KB begin again behind their end", f.Cell(0, 0), f.Cell(1, 0))
	}
	if want := (video.Cursor{X: 1, Y: 1, Visible: true, Start: 6, End: 7}); f.Cursor != want {
		t.Errorf("cursor %+v; want %+v", f.Cursor, want)
	}
	if !f.Blink {
		t.Error("no blinking with mode 29h")
	}
	b.Out(regMode, 0x09)
	if b.Frame().Blink {
		t.Error("blinking with mode 09h")
	}
}

// The start address is loaded at the start of a frame: half of one never shows.
func TestStartAddress(t *testing.T) {
	b := on(CGA, "80x25")
	b.put(0, "A", 7)
	b.put(2*0x100, "B", 7)
	b.put(2*0x150, "C", 7)
	first := func() uint8 { return b.Frame().Cell(0, 0).Char }
	b.now += 5 * bus.Millisecond
	if got := first(); got != 'A' {
		t.Fatalf("%c; want A", got)
	}
	b.crtc(rStartHigh, 1)
	if got := first(); got != 'A' {
		t.Errorf("%c in the frame of the change; want A", got)
	}
	b.crtc(rStartLow, 0x50)
	if got := first(); got != 'A' {
		t.Errorf("%c in the frame of the second change; want A", got)
	}
	b.now += b.FrameTime()
	if got := first(); got != 'C' {
		t.Errorf("%c in the next frame; want C", got)
	}
}

// The 6845's cursor is drawn in two parts where it starts below its end.
func TestCursorLines(t *testing.T) {
	b := on(CGA, "80x25")
	clear(b.font[' '][:])
	b.put(0, " ", 7)
	for _, tc := range []struct {
		start, end uint8
		want       string // the lines in which it is drawn
	}{{6, 7, "......##"}, {0, 31, "########"}, {0x26, 7, "........"}, {5, 2, "###..###"}, {9, 7, "########"}, {9, 12, "........"}, {0x63, 3, "...#...."}} {
		b.crtc(rCursorStart, tc.start)
		b.crtc(rCursorEnd, tc.end)
		pic := video.Pixels(b.Frame(), video.Phase{Cursor: true})
		got := ""
		for y := range 8 {
			if r, _, _, _ := pic.At(7, 2*y).RGBA(); r != 0 {
				got += "#"
			} else {
				got += "."
			}
		}
		if got != tc.want {
			t.Errorf("cursor %#x to %d: %s; want %s", tc.start, tc.end, got, tc.want)
		}
		if pic := video.Pixels(b.Frame(), video.Phase{}); slices.Contains(pic.Pix[:4*640*16], 0xaa) {
			t.Errorf("cursor %#x to %d does not blink", tc.start, tc.end)
		}
	}
}

// The attributes of the MDA (Monochrome Display Adapter, "Attribute byte").
func TestMonoAttributes(t *testing.T) {
	for _, tc := range []struct {
		attr  uint8
		blink bool
		want  uint8
	}{
		{0x00, true, 0x00}, {0x08, true, 0x00}, {0x80, true, 0x00}, {0x88, false, 0x00},
		{0x07, true, 0x07}, {0x0f, true, 0x0f}, {0x02, true, 0x07}, {0x1c, true, 0x0f}, {0x71, true, 0x01}, {0x77, true, 0x07}, {0x1f, true, 0x0f},
		{0x01, true, 0x01}, {0x09, true, 0x09}, {0x81, true, 0x81}, {0x89, true, 0x89}, {0x31, true, 0x01},
		{0x70, true, 0x70}, {0xf0, true, 0xf0}, {0xf0, false, 0xf0}, {0x78, true, 0x78}, {0xf8, true, 0xf8},
		{0x87, true, 0x87}, {0x87, false, 0x07}, {0x10, true, 0x07}, {0x60, true, 0x07},
	} {
		b := on(MDA, "mono")
		b.Out(regMode, 0x09)
		if tc.blink {
			b.Out(regMode, 0x29)
		}
		b.put(0, "x", tc.attr)
		if got := b.Frame().Cell(0, 0).Attr; got != tc.want {
			t.Errorf("attribute %02x, blinking %v: shown as %02x; want %02x", tc.attr, tc.blink, got, tc.want)
		}
	}
}

func TestUnchangedScreen(t *testing.T) {
	for _, m := range []Model{CGA, MDA, Hercules} {
		mode := map[Model]string{CGA: "320x200", MDA: "mono", Hercules: "hercules"}[m]
		b := on(m, mode)
		f := b.Frame()
		b.WriteMMIO(0x100, 1, b.ReadMMIO(0x100, 1))
		b.Out(regMode, modes[mode].mode)
		if b.Frame() != f {
			t.Errorf("%v: another frame of the same screen", m)
		}
		if n := testing.AllocsPerRun(100, func() { b.Frame() }); n != 0 {
			t.Errorf("%v: %v allocations for an unchanged screen", m, n)
		}
		b.WriteMMIO(0x100, 1, 0x55)
		g := b.Frame()
		if g == f {
			t.Errorf("%v: the same frame of another screen", m)
		}
		shared := 0
		for y := range g.Lines {
			if &g.Lines[y][0] == &f.Lines[y][0] {
				shared++
			}
		}
		if len(g.Lines) > 0 && shared != len(g.Lines)-1 {
			t.Errorf("%v: %d of %d lines shared; want all but one", m, shared, len(g.Lines))
		}
	}
}

// A 6845 that is told nonsense makes a picture of bounded size, or none.
func TestNonsense(t *testing.T) {
	for _, m := range []Model{CGA, MDA, Hercules} {
		b := newBoard(m)
		b.Out(regConfig, 3)
		for mode := 0; mode < 64; mode += 7 {
			b.Out(regMode, uint8(mode)|modeVideo)
			for i := range uint8(16) {
				b.crtc(i, 0xff)
			}
			f := b.Frame()
			if f.Width > mostDots || f.Height > mostLines*2 {
				t.Fatalf("%v mode %#x: %dx%d", m, mode, f.Width, f.Height)
			}
			video.Pixels(f, video.Phase{})
		}
	}
}
