package vga

import (
	"image"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/video"
)

func TestTextFrame(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.put(0, 0, "A:\\>dir", 0x07)
	b.put(78, 24, "\xc9\xcd", 0x9e)
	b.crtc(0x0e, 0x00)
	b.crtc(0x0f, 87) // row 1, column 7
	f := b.Frame()
	if c := f.Cell(3, 0); c != (video.Cell{Char: '>', Attr: 0x07, Font: 0}) {
		t.Errorf("Cell(3, 0) = %v; want > in 07h", c)
	}
	if c := f.Cell(79, 24); c != (video.Cell{Char: 0xcd, Attr: 0x9e, Font: 0}) {
		t.Errorf("Cell(79, 24) = %v; want CDh in 9Eh", c)
	}
	if want := (video.Cursor{X: 7, Y: 1, Visible: true, Start: 13, End: 14}); f.Cursor != want {
		t.Errorf("cursor = %+v; want %+v", f.Cursor, want)
	}
	if !f.Blink || !f.LineGraphics || f.CellW != 9 || f.CellH != 16 || f.Underline != 31 {
		t.Errorf("blink %v line graphics %v cell %dx%d underline %d; want true true 9x16 31", f.Blink, f.LineGraphics, f.CellW, f.CellH, f.Underline)
	}
	// The 16 colours of the CGA, brown by palette register 6 = 14h.
	want := [16]uint32{0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
		0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff}
	if d := cmp.Diff(want, f.Colors); d != "" {
		t.Errorf("colours (-want +got):\n%s", d)
	}
	lines := b.TextLines()
	if len(lines) != 25 || lines[0] != `A:\>dir` || lines[1] != "" || lines[24] != strings.Repeat(" ", 78)+"╔═" {
		t.Errorf("TextLines() = %q", lines)
	}
}

func TestUnchangedFrame(t *testing.T) {
	b := newBoard()
	b.set(3)
	f := b.Frame()
	b.put(0, 0, "\x00", 0x00) // written, but the same
	b.crtc(0x0e, 0)
	if g := b.Frame(); g != f {
		t.Errorf("frame %d after no change; want %d again", g.Gen, f.Gen)
	}
	b.put(0, 0, "x", 0x07)
	g := b.Frame()
	if g.Gen != f.Gen+1 || f.Cell(0, 0).Char != 0 {
		t.Errorf("generation %d, old cell %v; want %d and the old frame unchanged", g.Gen, f.Cell(0, 0), f.Gen+1)
	}
	if n := testing.AllocsPerRun(10, func() { b.Frame() }); n != 0 {
		t.Errorf("Frame() of an unchanged screen: %v allocations; want 0", n)
	}
	b.loadFont(0, 'x', 0xff)
	if h := b.Frame(); h == g || h.Fonts[0]['x'][0] != 0xff || g.Fonts[0]['x'][0] != 0 {
		t.Error("a new glyph did not make a new frame with a new font")
	}
}

func TestCursor(t *testing.T) {
	for _, tc := range []struct {
		name       string
		start, end uint8
		addr       uint16
		visible    bool
	}{
		{"underline", 13, 14, 0, true},
		{"block", 0, 15, 1999, true},
		{"off", 0x20 | 13, 14, 0, false},
		{"start after end", 14, 13, 0, false},
		{"below the cell", 16, 17, 0, false},
		{"outside the picture", 13, 14, 2000, false},
	} {
		b := newBoard()
		b.set(3)
		b.crtc(0x0a, tc.start)
		b.crtc(0x0b, tc.end)
		b.crtc(0x0e, uint8(tc.addr>>8))
		b.crtc(0x0f, uint8(tc.addr))
		if f := b.Frame(); f.Cursor.Visible != tc.visible || tc.visible && f.Cursor.Y*80+f.Cursor.X != int(tc.addr) {
			t.Errorf("%s: %+v; want visible %v at %d", tc.name, f.Cursor, tc.visible, tc.addr)
		}
	}
}

func TestStartAddressAndSplit(t *testing.T) {
	b := newBoard()
	b.set(3)
	for y := range 26 {
		b.put(0, y, string(rune('a'+y)), 7)
	}
	b.crtc(0x0c, 0)
	b.crtc(0x0d, 80)
	b.crtc(0x18, 0x3f) // with bit 8 in register 7: lines 320 on show address 0
	b.crtc(0x09, b.CRTC[9]&^0x40)
	lines := b.TextLines()
	if got := strings.Join(lines, ""); got != "bcdefghijklmnopqrstuabcde" {
		t.Errorf("first column = %q; want bcdefghijklmnopqrstuabcde", got)
	}
	if f := b.Frame(); f.Rows != 25 || f.Strips[0] != (video.Strip{First: 0, Lines: 16, Pan: 0}) {
		t.Errorf("%d rows, first %v; want 25 whole ones", f.Rows, f.Strips[0])
	}
}

func TestSmoothScroll(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.loadFont(0, 'A', 0x80, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01)
	b.put(1, 0, "A", 0x0f)
	b.crtc(0x08, 0x01) // one line up
	b.attr(0x13, 0)    // one dot left
	f := b.Frame()
	if f.Rows != 26 || f.Strips[0] != (video.Strip{First: 1, Lines: 15, Pan: 1}) || f.Strips[25] != (video.Strip{First: 0, Lines: 1, Pan: 1}) || f.Stride != 81 {
		t.Errorf("%d rows, strips %v ... %v, stride %d; want 26, {1 15 1} ... {0 1 1}, 81", f.Rows, f.Strips[0], f.Strips[f.Rows-1], f.Stride)
	}
	img := video.Pixels(f, video.Phase{})
	if !white(img, 9, 0) || white(img, 8, 0) || !white(img, 15, 14) {
		t.Error("dots are not where one line up and one dot left puts them")
	}
}

func white(img *image.RGBA, x, y int) bool { return img.RGBAAt(x, y).G == 0xff }

// dots draws the cell at column x, row 0 as text.
func dots(f *video.Frame, ph video.Phase, x, lines int) string {
	img := video.Pixels(f, ph)
	var s strings.Builder
	for y := range lines {
		for i := range f.CellW {
			c := img.RGBAAt(x*f.CellW+i, y)
			rgb := uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
			switch rgb {
			case 0x000000:
				s.WriteByte('.')
			case 0xaaaaaa:
				s.WriteByte('#')
			case 0x0000aa:
				s.WriteByte('b')
			case 0x555555:
				s.WriteByte('g')
			default:
				s.WriteByte('?')
			}
		}
		s.WriteByte('\n')
	}
	return s.String()
}

func TestGlyphs(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.crtc(0x0a, 0x20)
	b.loadFont(0, 'A', 0x81, 0x42)
	b.loadFont(0, 0xcd, 0x81, 0x42)
	b.loadFont(0x4000, 'A', 0x18, 0x24)
	b.put(0, 0, "A\xcdAA", 0x07)
	b.put(3, 0, "A", 0x87)
	b.put(4, 0, "A", 0x01)
	all, none := video.Phase{Cursor: true, Text: true}, video.Phase{}
	check := func(name string, ph video.Phase, x int, want string) {
		t.Helper()
		if got := dots(b.Frame(), ph, x, 2); got != want {
			t.Errorf("%s:\n%swant\n%s", name, got, want)
		}
	}
	check("ninth dot blank", all, 0, "#......#.\n.#....#..\n")
	check("ninth dot repeated", all, 1, "#......##\n.#....#..\n")
	check("blink on", all, 3, "#......#.\n.#....#..\n")
	check("blink off", none, 3, ".........\n.........\n")
	b.attr(0x10, 0x08)
	check("line graphics off", all, 1, "#......#.\n.#....#..\n")
	b.attr(0x10, 0x04)
	check("no blink: bright background", none, 3, "#gggggg#g\ng#gggg#gg\n")
	b.crtc(0x14, 1)
	check("underline", all, 4, "b......b.\nbbbbbbbbb\n")
	b.crtc(0x14, 0x1f)
	b.crtc(0x0a, 1)
	b.crtc(0x0b, 1)
	check("cursor", all, 0, "#......#.\n#########\n")
	check("cursor off phase", none, 0, "#......#.\n.#....#..\n")
	b.crtc(0x0a, 0x20)
	b.seq(1, 1)
	check("eight dots", all, 0, "#......#\n.#....#.\n")
	b.seq(1, 0)
	b.seq(3, 0x01) // map B at 16K, map A at 0: attribute bit 3 selects
	b.put(5, 0, "A", 0x07)
	b.put(6, 0, "A", 0x08)
	check("map B", all, 5, "...##....\n..#..#...\n")
	check("map A", all, 6, "g......g.\n.g....g..\n")
	if c := b.Frame().Cell(6, 0); c.Font != 1 {
		t.Errorf("font of a bright cell = %d; want 1", c.Font)
	}
}

// Character Map Select: 0, 16, 32, 48, 8, 24, 40, 56 KB.
func TestFontAddresses(t *testing.T) {
	for n, want := range []uint32{0, 16, 32, 48, 8, 24, 40, 56} {
		if got := fontAddress(uint8(n)); got != want<<10 {
			t.Errorf("fontAddress(%d) = %#x; want %#x", n, got, want<<10)
		}
	}
	for _, tc := range []struct {
		sel  uint8
		b, a uint32 // KB
	}{{0x00, 0, 0}, {0x05, 16, 16}, {0x0e, 32, 48}, {0x10, 8, 0}, {0x20, 0, 8}, {0x3f, 56, 56}} {
		b := newBoard()
		b.set(3)
		b.seq(3, tc.sel)
		b.Frame()
		if want := [2]uint32{tc.b << 10, tc.a << 10}; b.fontAt != want {
			t.Errorf("select %#02x: fonts at %#x; want %#x", tc.sel, b.fontAt, want)
		}
	}
}

func TestMonoText(t *testing.T) {
	b := newBoard()
	b.set(7)
	b.loadFont(0, 'A', 0x80)
	b.gfx(6, 0x0a)
	b.WriteMMIO(0x10000, 2, 0x0141)
	f := b.Frame()
	if f.Cell(0, 0) != (video.Cell{Char: 'A', Attr: 0x01, Font: 0}) || f.Underline != 13 {
		t.Errorf("cell %v underline %d; want A 01h, 13", f.Cell(0, 0), f.Underline)
	}
	b.crtc(0x0a, 0x20)
	b.dac(8, 0x15, 0x15, 0x15)
	if got := dots(b.Frame(), video.Phase{}, 0, 14); got[12*10:] != ".........\nggggggggg\n" {
		t.Errorf("lines 12, 13 = %q; want the second underlined", got[12*10:])
	}
}

func TestRowsAndColumns(t *testing.T) {
	for _, tc := range []struct {
		name       string
		crtc       []gr
		cols, rows int
	}{
		{"80x50", []gr{{9, 0x47}}, 80, 50},
		{"80x28", []gr{{9, 0x4d}}, 80, 29}, // 400 = 28 * 14 + 8
		{"132 columns", []gr{{1, 131}, {0x13, 66}}, 132, 25},
		{"200 lines, double scan", []gr{{9, 0xc7}}, 80, 25},
	} {
		b := newBoard()
		b.set(3)
		b.crtc(0x11, 0)
		for _, r := range tc.crtc {
			b.crtc(r.i, r.v)
		}
		f := b.Frame()
		if f.Cols != tc.cols || f.Rows != tc.rows || len(f.Cells) != tc.cols*tc.rows || f.Height != 400 {
			t.Errorf("%s: %dx%d, %d cells, %d lines; want %dx%d, 400 lines", tc.name, f.Cols, f.Rows, len(f.Cells), f.Height, tc.cols, tc.rows)
		}
	}
}

func TestScreenOff(t *testing.T) {
	for _, tc := range []struct {
		name string
		off  func(*board)
	}{
		{"screen off bit", func(b *board) { b.seq(1, 0x20) }},
		{"palette closed", func(b *board) { b.In(regStatus1); b.Out(regAttr, 0) }},
		{"synchronous reset", func(b *board) { b.seq(0, 1) }},
		{"CRT controller held", func(b *board) { b.crtc(0x17, 0x23) }},
		{"subsystem disabled", func(b *board) { b.Out(regEnable, 0) }},
	} {
		b := newBoard()
		b.set(3)
		b.Frame()
		tc.off(b)
		if f := b.Frame(); f.Kind != video.Blank {
			t.Errorf("%s: %v; want blank", tc.name, f.Kind)
		}
	}
}

func TestMode13Frame(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	for i := range uint8(255) {
		b.dac(i, i>>2, 0x3f-i>>2, 0)
	}
	b.WriteMMIO(0, 1, 1)
	b.WriteMMIO(319, 1, 2)
	b.WriteMMIO(320, 1, 3)
	b.WriteMMIO(63999, 1, 250)
	f := b.Frame()
	if pix(f, 0) != 1 || pix(f, 319) != 2 || pix(f, 320) != 3 || pix(f, 63999) != 250 {
		t.Errorf("pixels = %d %d %d %d; want 1 2 3 250", pix(f, 0), pix(f, 319), pix(f, 320), pix(f, 63999))
	}
	if f.Palette[250] != 0xfb0400 {
		t.Errorf("palette[250] = %06x; want fb0400", f.Palette[250])
	}
	img := video.Pixels(f, video.Phase{})
	for _, p := range [][2]int{{638, 398}, {639, 399}} {
		if c := img.RGBAAt(p[0], p[1]); c.R != 0xfb || c.G != 0x04 {
			t.Errorf("dot %v = %v; want fb0400", p, c)
		}
	}
}

// Mode X: unchained, byte addressing, 240 lines of 480.
func TestModeX(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	b.seq(4, 6)
	b.crtc(0x11, 0)
	for _, r := range []gr{{0x17, 0xe3}, {0x14, 0}, {6, 0x0d}, {7, 0x3e}, {9, 0x41}, {0x10, 0xea}, {0x12, 0xdf}} {
		b.crtc(r.i, r.v)
	}
	b.seq(2, 1<<2)
	b.WriteMMIO(239*80+79, 1, 9) // x = 318
	b.crtc(0x0c, 0x4b)           // second page at 19200
	b.seq(2, 1<<3)
	b.WriteMMIO(19200+80, 1, 8)
	f := b.Frame()
	if f.PixW != 320 || f.PixH != 240 || f.Height != 480 || pix(f, 320+3) != 8 {
		t.Errorf("%dx%d in %d lines, pixel %d; want 320x240, 480, 8", f.PixW, f.PixH, f.Height, pix(f, 320+3))
	}
	b.crtc(0x0c, 0)
	if f := b.Frame(); pix(f, 239*320+318) != 9 {
		t.Errorf("pixel (318, 239) = %d; want 9", pix(f, 239*320+318))
	}
}

func TestPlanarFrame(t *testing.T) {
	b := newBoard()
	b.set(0x12)
	b.gfx(5, 2)
	b.gfx(8, 0x40)
	b.WriteMMIO(80*479+79, 1, 0x0d)
	f := b.Frame()
	if got := pix(f, 479*640+633); got != 0x0d {
		t.Errorf("pixel (633, 479) = %d; want 13", got)
	}
	b.attr(0x12, 0x07) // plane 3 off
	if c := b.Frame().Palette[0x0d]; c != 0xaa00aa {
		t.Errorf("colour 13 without plane 3 = %06x; want aa00aa", c)
	}
	b.attr(0x12, 0x0f)
	b.attr(0x13, 3) // three dots left
	if f := b.Frame(); pix(f, 479*640+630) != 0x0d || f.PixW != 640 {
		t.Errorf("panned pixel = %d; want 13", pix(f, 479*640+630))
	}
}

// CGA modes: odd lines 2000h higher; two bits a pixel, from the left.
func TestCGAFrames(t *testing.T) {
	b := newBoard()
	b.set(4)
	b.WriteMMIO(0x18000, 1, 0x1b)          // line 0: 0 1 2 3
	b.WriteMMIO(0x18001, 1, 0xc0)          // pixel 4: 3
	b.WriteMMIO(0x1a000+80*99+79, 1, 0x02) // line 199, pixel 319
	f := b.Frame()
	if got := f.Lines[0][:6]; string(got) != "\x00\x01\x02\x03\x03\x00" {
		t.Errorf("pixels = %v; want 0 1 2 3 3 0", got)
	}
	if got := pix(f, 199*320+319); got != 2 {
		t.Errorf("pixel (319, 199) = %d; want 2", got)
	}
	b.set(6)
	clear(b.mem)
	b.WriteMMIO(0x18000, 1, 0x80)
	b.WriteMMIO(0x1a000, 1, 0x01)
	f = b.Frame()
	if pix(f, 0) != 1 || pix(f, 640+7) != 1 || pix(f, 1) != 0 || f.PixW != 640 {
		t.Errorf("mode 6 pixels %d %d %d; want 1 1 0", pix(f, 0), pix(f, 647), pix(f, 1))
	}
}

func TestGraphicsSplit(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	b.WriteMMIO(0, 1, 7)
	b.WriteMMIO(320*100, 1, 5)
	b.crtc(0x11, 0)
	b.crtc(0x0c, 0x1f) // start at 8000 * 4 = line 100
	b.crtc(0x0d, 0x40)
	b.crtc(0x18, 99)
	b.crtc(0x07, b.CRTC[7]&^0x10)
	b.crtc(0x09, 0x01)
	f := b.Frame()
	if f.PixH != 200 || pix(f, 0) != 5 || pix(f, 50*320) != 7 {
		t.Errorf("%d lines, pixels %d %d; want 200, 5 at the top, 7 at the split", f.PixH, pix(f, 0), pix(f, 50*320))
	}
	b.crtc(0x18, 100) // inside a repeated line
	if f := b.Frame(); f.PixH != 400 || pix(f, 100*320) != 0 || pix(f, 101*320) != 7 {
		t.Errorf("%d lines, pixels %d %d; want 400, 0, 7", f.PixH, pix(f, 100*320), pix(f, 101*320))
	}
}

func TestBlankImage(t *testing.T) {
	img := video.Pixels(newBoard().Frame(), video.Phase{})
	if c := img.RGBAAt(639, 399); img.Rect.Dx() != 640 || c.A != 0xff || c.R != 0 {
		t.Errorf("blank image %v, dot %v; want 640x400 black", img.Rect, c)
	}
}

// pix is a pixel of a frame, numbered line by line.
func pix(f *video.Frame, n int) uint8 { return f.Lines[n/f.PixW][n%f.PixW] }
