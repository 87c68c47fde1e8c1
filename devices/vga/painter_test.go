package vga

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/video"
)

// bands lists what changed in a picture since a generation.
func bands(p *video.Picture, since uint64) (b [][2]int) {
	for y0, y1 := range func(yield func(int, int) bool) { p.Changed(since, yield) } {
		b = append(b, [2]int{y0, y1})
	}
	return b
}

func TestPainterText(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.loadFont(0, 'x', 0, 0, 0xff)
	b.crtc(0x0a, 0x20) // no cursor
	var p video.Painter
	ph := video.Phase{Cursor: true, Text: true}
	first := p.Paint(b.Frame(), ph)
	if first.Gen != 1 || first.Width != 720 || first.Height != 400 {
		t.Fatalf("first picture: generation %d, %dx%d; want 1, 720x400", first.Gen, first.Width, first.Height)
	}
	last := first
	if d := cmp.Diff([][2]int{{0, 400}}, bands(first, 0)); d != "" {
		t.Errorf("changed since 0 (-want +got):\n%s", d)
	}
	for _, tc := range []struct {
		name string
		do   func()
		ph   video.Phase
		want [][2]int
	}{
		{"nothing", func() {}, video.Phase{}, nil},
		{"two characters", func() { b.put(5, 2, "x", 7); b.put(5, 24, "x", 7) }, video.Phase{}, [][2]int{{34, 35}, {386, 387}}},
		{"the same again", func() { b.put(5, 2, "x", 7) }, video.Phase{}, nil},
		{"a cursor, hidden", func() { b.crtc(0x0a, 13); b.crtc(0x0f, 85); b.put(5, 1, "\x00", 7) }, video.Phase{}, nil},
		{"a cursor, shown", func() {}, video.Phase{Cursor: true}, [][2]int{{29, 31}}},
		{"a cursor elsewhere", func() { b.crtc(0x0f, 5); b.put(5, 0, "\x00", 7) }, video.Phase{Cursor: true}, [][2]int{{13, 15}, {29, 31}}},
		{"blinking, hidden", func() { b.put(9, 3, "x", 0x87) }, video.Phase{Cursor: true}, nil},
		{"blinking, shown", func() {}, video.Phase{Cursor: true, Text: true}, [][2]int{{50, 51}}},
		{"a glyph", func() { b.loadFont(0, 'x', 0, 0, 0xff, 1) }, video.Phase{Cursor: true, Text: true}, [][2]int{{35, 36}, {51, 52}, {387, 388}}},
	} {
		before := last
		gen := before.Gen
		old := slices.Clone(before.Rows)
		tc.do()
		pic := p.Paint(b.Frame(), tc.ph)
		last = pic
		if d := cmp.Diff(tc.want, bands(pic, gen)); d != "" {
			t.Errorf("%s: rows changed (-want +got):\n%s", tc.name, d)
		}
		if (pic == before) != (tc.want == nil) {
			t.Errorf("%s: new picture: %v; want %v", tc.name, pic != before, tc.want != nil)
		}
		for y, row := range pic.Rows {
			if same := &row[0] == &old[y][0]; same == (pic.RowGen[y] > gen) {
				t.Fatalf("%s: row %d shared %v, of generation %d; the picture before was %d", tc.name, y, same, pic.RowGen[y], gen)
			}
		}
		if want := video.Pixels(b.Frame(), tc.ph); !slices.Equal(want.Pix, pic.Image().Pix) {
			t.Errorf("%s: the picture is not what the frame shows drawn anew", tc.name)
		}
	}
}

func TestPainterGraphics(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	b.dac(9, 63, 0, 32)
	var p video.Painter
	pic := p.Paint(b.Frame(), video.Phase{})
	b.WriteMMIO(320*10+300, 1, 9)
	next := p.Paint(b.Frame(), video.Phase{})
	if d := cmp.Diff([][2]int{{20, 22}}, bands(next, pic.Gen)); d != "" {
		t.Errorf("rows changed by a pixel (-want +got):\n%s", d)
	}
	if r := next.Rows[21]; r[599] != 0 || r[600] != 0xff0082 || r[601] != 0xff0082 || r[602] != 0 {
		t.Errorf("dots 599-602 = %06x; want 0, ff0082 twice, 0", r[599:603])
	}
	b.dac(9, 1, 2, 3)
	if d := cmp.Diff([][2]int{{20, 22}}, bands(p.Paint(b.Frame(), video.Phase{}), next.Gen)); d != "" {
		t.Errorf("rows changed by a colour (-want +got):\n%s", d)
	}
	b.seq(1, b.Seq[1]|0x20)
	dark := p.Paint(b.Frame(), video.Phase{})
	if dark.Width != 640 || dark.Height != 400 || dark.Rows[21][600] != 0 {
		t.Errorf("screen off: %dx%d, dot %06x; want the size kept, black", dark.Width, dark.Height, dark.Rows[21][600])
	}
	b.set(0x12)
	big := p.Paint(b.Frame(), video.Phase{})
	if d := cmp.Diff([][2]int{{0, 480}}, bands(big, dark.Gen)); d != "" || big.Height != 480 {
		t.Errorf("another mode: %d lines, changed (-want +got):\n%s", big.Height, d)
	}
}

// A frame whose lines did not change shares them with the one before.
func TestFrameSharesLines(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	f := b.Frame()
	b.WriteMMIO(320*7, 1, 1)
	g := b.Frame()
	for y := range g.Lines {
		if same := &f.Lines[y][0] == &g.Lines[y][0]; same != (y != 7) {
			t.Errorf("line %d shared: %v", y, same)
		}
	}
}

func TestUnchangedPicture(t *testing.T) {
	for mode := range modes {
		b := newBoard()
		b.set(mode)
		var p video.Painter
		p.Paint(b.Frame(), video.Phase{})
		if n := testing.AllocsPerRun(10, func() { p.Paint(b.Frame(), video.Phase{}) }); n != 0 {
			t.Errorf("mode %#02x: an unchanged picture costs %v allocations; want 0", mode, n)
		}
	}
}

// What drawing a mode 13h screen that changes everywhere costs a display, besides
// what taking the frame costs the machine (BenchmarkFrameMode13).
func BenchmarkPictureMode13(b *testing.B) {
	v := newBoard()
	v.set(0x13)
	var frames [2]*video.Frame
	for i := range frames {
		for a := uint32(0); a < 64000; a += 4 {
			v.WriteMMIO(a, 4, uint64(a+uint32(i)))
		}
		frames[i] = v.Frame()
	}
	var p video.Painter
	b.ReportAllocs()
	for i := range b.N {
		p.Paint(frames[i&1], video.Phase{})
	}
}
