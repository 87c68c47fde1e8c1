package term

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	"beige/devices/host/term/termtest"
	"beige/devices/video"
	"beige/machine"
)

// drawn is a graphics screen of w by h pixels, each shown as so many dots, of a format.
func drawn(gen uint64, w, h, scaleX, scaleY int, pixel func(x, y int) uint32) *machine.Screen {
	f := &video.Frame{Gen: gen, Info: video.Info{Kind: video.Graphics, Width: w * scaleX, Height: h * scaleY, ScaleX: scaleX, ScaleY: scaleY, PixW: w, PixH: h, Format: video.XRGB8888}}
	for y := range h {
		line := make([]byte, 4*w)
		for x := range w {
			c := pixel(x, y)
			line[4*x], line[4*x+1], line[4*x+2] = byte(c), byte(c>>8), byte(c>>16)
		}
		f.Lines = append(f.Lines, line)
	}
	return &machine.Screen{Width: f.Width, Height: f.Height, Frame: f}
}

// chequers has 64 colours in squares of 10 pixels.
func chequers(x, y int) uint32 {
	return uint32(x/10%4*85)<<16 | uint32(y/10%4*85)<<8 | uint32((x/10+y/10)%4*85)
}

// canvases are the two kinds on a terminal that has them.
func canvases(cols, rows, cellW, cellH, registers int) map[string]func() (*Renderer, emulator) {
	with := func(c canvas) (*Renderer, emulator) {
		r := NewRenderer(cols, rows, TrueColour)
		r.SetCanvas(c, cellW, cellH)
		r.SetHint("the hint")
		return r, emulator{termtest.New(termtest.Options{Cols: cols, Rows: rows, CellW: cellW, CellH: cellH, Sixel: true, Kitty: true, Registers: registers})}
	}
	return map[string]func() (*Renderer, emulator){
		"sixel": func() (*Renderer, emulator) { return with(&sixelCanvas{registers: registers}) },
		"kitty": func() (*Renderer, emulator) { return with(&kittyCanvas{}) },
	}
}

// look compares what the terminal shows with a picture in its area, where the picture
// has one colour all around: elsewhere it depends on how it is made larger or smaller.
func look(t *testing.T, what string, e emulator, r *Renderer, s *machine.Screen, tolerance int) {
	t.Helper()
	pic := video.Pixels(s.Frame, video.Phase{})
	got := e.Picture()
	left, top := r.at.left*r.cellW, r.at.top*r.cellH
	wrong, checked, first := 0, 0, ""
	near := max(3, pic.Rect.Dx()/r.at.width+1)
	for y := range r.at.height {
		for x := range r.at.width {
			c := got.RGBAAt(left+x, top+y)
			px, py := (2*x+1)*pic.Rect.Dx()/(2*r.at.width), (2*y+1)*pic.Rect.Dy()/(2*r.at.height)
			want := pic.RGBAAt(px, py)
			area := image.Rect(px-near, py-near, px+near+1, py+near+1).Intersect(pic.Rect)
			if corners := [4]color.RGBA{pic.RGBAAt(area.Min.X, area.Min.Y), pic.RGBAAt(area.Max.X-1, area.Min.Y), pic.RGBAAt(area.Min.X, area.Max.Y-1), pic.RGBAAt(area.Max.X-1, area.Max.Y-1)}; corners != [4]color.RGBA{want, want, want, want} {
				continue
			}
			if checked++; !alike(c, want, tolerance) {
				if wrong++; first == "" {
					first = fmt.Sprintf("%d, %d is %v", x, y, c)
				}
			}
		}
	}
	if all := r.at.width * r.at.height; wrong > 0 || 4*checked < all {
		t.Errorf("%s: %d of %d dots are wrong, %d were compared; the first, %s", what, wrong, all, checked, first)
	}
}

func alike(a, b color.RGBA, tolerance int) bool {
	return a.A == b.A && abs(int(a.R)-int(b.R)) <= tolerance && abs(int(a.G)-int(b.G)) <= tolerance && abs(int(a.B)-int(b.B)) <= tolerance
}

// All dots arrive, whatever the sizes of the picture, of a place and of the terminal.
func TestPictures(t *testing.T) {
	for _, size := range []struct{ cols, rows, cellW, cellH int }{{80, 25, 8, 16}, {40, 30, 9, 19}, {100, 40, 6, 13}, {20, 10, 10, 20}, {3, 3, 8, 16}, {30, 4, 5, 7}, {90, 30, 16, 32}} {
		for name, make := range canvases(size.cols, size.rows, size.cellW, size.cellH, 256) {
			r, e := make()
			what := fmt.Sprintf("%s, %d by %d places of %d by %d", name, size.cols, size.rows, size.cellW, size.cellH)
			s := drawn(1, 320, 200, 2, 2, chequers)
			e.write(t, r.Draw(s))
			if size.cols >= 20 && size.rows > 4 { // smaller ones have means of many squares
				look(t, what, e, r, s, 2)
			}
			if got := 4 * r.at.height; size.cols > 10 && abs(got-3*r.at.width) > 4*max(size.cellH, size.cellW) {
				t.Errorf("%s: %d by %d is not the shape of a monitor", what, r.at.width, r.at.height)
			}
			if size.rows > 4 && !strings.Contains(e.Lines(), "the hint"[:min(8, size.cols)]) {
				t.Errorf("%s: no hint below the picture:\n%s", what, e.Lines())
			}
			if b := r.Draw(s); b != nil {
				t.Errorf("%s: the same picture again sent %d bytes", what, len(b))
			}
		}
	}
}

// Only bands in which something has changed are sent, text may lie over them and go
// again, and nothing is left behind.
func TestPictureChanges(t *testing.T) {
	for name, make := range canvases(80, 30, 9, 18, 256) {
		r, e := make()
		s := drawn(1, 320, 200, 2, 2, chequers)
		whole := len(r.Draw(s))
		e.write(t, r.buf)
		before := e.Drawn()
		s = drawn(2, 320, 200, 2, 2, func(x, y int) uint32 {
			if x == 100 && y == 120 {
				return 0xffffff
			}
			return chequers(x, y)
		})
		b := r.Draw(s)
		e.write(t, b)
		look(t, name+", a dot", e, r, s, 2)
		if c := e.Picture().RGBAAt(r.at.left*9+201*r.at.width/640, r.at.top*18+241*r.at.height/400); c != (color.RGBA{0xff, 0xff, 0xff, 0xff}) {
			t.Errorf("%s: the dot is %v; want white", name, c)
		}
		if n := e.Drawn() - before; n == 0 || 5*n > before || 3*len(b) > whole {
			t.Errorf("%s: one dot brought %d bytes with %d dots; the picture has %d bytes with %d", name, len(b), n, whole, before)
		}
		// The menu.
		r.SetMenu([]string{"+----------+", "|   menu   |", "+----------+"}, nil)
		e.write(t, r.Draw(s))
		if !strings.Contains(e.Lines(), "|   menu   |") {
			t.Errorf("%s: no menu:\n%s", name, e.Lines())
		}
		img := e.Picture()
		at := strings.Split(e.Lines(), "\n")
		covered := 0
		for row, line := range at {
			if col := strings.Index(line, "menu"); col >= 0 {
				for y := row * 18; y < (row+1)*18; y++ {
					for x := col * 9; x < (col+4)*9; x++ {
						covered += int(img.RGBAAt(x, y).A)
					}
				}
			}
		}
		if covered > 0 {
			t.Errorf("%s: the picture is over the menu", name)
		}
		// The picture moves below the menu.
		s = drawn(3, 320, 200, 2, 2, func(x, y int) uint32 { return chequers(x+5, y) })
		e.write(t, r.Draw(s))
		if !strings.Contains(e.Lines(), "|   menu   |") {
			t.Errorf("%s: the menu is gone:\n%s", name, e.Lines())
		}
		r.SetMenu(nil, nil)
		before = e.Drawn()
		e.write(t, r.Draw(s))
		look(t, name+", without the menu", e, r, s, 2)
		if n := e.Drawn() - before; name == "kitty" && n > 0 {
			t.Errorf("kitty: %d dots were sent again for the menu", n)
		}
		// Another mode, then text.
		s = drawn(4, 640, 480, 1, 1, func(x, y int) uint32 { return chequers(x/3, y/3) })
		e.write(t, r.Draw(s))
		look(t, name+", another mode", e, r, s, 2)
		if n := e.Pictures(); name == "kitty" && n > kittyBands {
			t.Errorf("kitty: the terminal keeps %d pictures; want at most %d", n, kittyBands)
		}
		e.write(t, r.Draw(screen(80, "A:\\>", "")))
		if c, _ := e.At(0, 0); c != 'A' {
			t.Errorf("%s: text after graphics shows %q", name, c)
		}
		for _, v := range e.Picture().Pix {
			if v != 0 {
				t.Errorf("%s: the picture is left over the text", name)
				break
			}
		}
		if n := e.Pictures(); n != 0 {
			t.Errorf("%s: the terminal keeps %d pictures behind text", name, n)
		}
		e.write(t, r.Draw(s))
		look(t, name+", back in graphics", e, r, s, 2)
		r.Resize(80, 30)
		e.write(t, r.Draw(s))
		look(t, name+", after a resize", e, r, s, 2)
	}
}

// A picture of more colours than there are registers is near enough, and flat areas
// have their very colour.
func TestSixelColours(t *testing.T) {
	for _, registers := range []int{16, 64, 256} {
		r, e := canvases(80, 25, 8, 16, registers)["sixel"]()
		s := drawn(1, 256, 192, 2, 2, func(x, y int) uint32 {
			if x < 128 {
				return 0xaa5500
			}
			return uint32(x)<<16 | uint32(y)<<8 | 0x40
		})
		e.write(t, r.Draw(s))
		img := e.Picture()
		left, top := r.at.left*8, r.at.top*16
		if c := img.RGBAAt(left+20, top+20); !alike(c, color.RGBA{0xaa, 0x55, 0, 0xff}, 2) {
			t.Errorf("%d registers: the flat half is %v", registers, c)
		}
		// The mean over a square is right even where single dots are not.
		mean := [3]int{}
		const n = 32
		x0, y0 := r.at.width*3/4, r.at.height/2
		for y := range n {
			for x := range n {
				c := img.RGBAAt(left+x0+x, top+y0+y)
				mean[0], mean[1], mean[2] = mean[0]+int(c.R), mean[1]+int(c.G), mean[2]+int(c.B)
			}
		}
		want := [3]int{(x0 + n/2) * 256 / r.at.width, (y0 + n/2) * 192 / r.at.height, 0x40}
		for i := range want {
			if got := mean[i] / n / n; abs(got-want[i]) > 20 {
				t.Errorf("%d registers: the mean of component %d is %d; want %d", registers, i, got, want[i])
			}
		}
		// A change of palette, a few colours at a time, uses the registers up: all is
		// drawn anew.
		for gen := range uint64(12) {
			s := drawn(2+gen, 256, 192, 2, 2, func(x, y int) uint32 { return uint32(x/64*16+y/48) + uint32(gen)*0x10101 })
			e.write(t, r.Draw(s))
			look(t, fmt.Sprintf("%d registers, palette %d", registers, gen), e, r, s, 3)
		}
	}
}

// A fade makes new colours with every picture, in a part of it.
func TestSixelRegistersRunOut(t *testing.T) {
	r, e := canvases(80, 25, 8, 16, 16)["sixel"]()
	for gen := range uint64(40) {
		s := drawn(1+gen, 320, 200, 2, 2, func(x, y int) uint32 {
			if y < 100 {
				return 0xff0000
			}
			return 0x60606 * uint32(gen)
		})
		e.write(t, r.Draw(s))
		look(t, fmt.Sprint("picture ", gen), e, r, s, 2)
	}
}

func TestChooseGraphics(t *testing.T) {
	for _, tc := range []struct {
		answers     string
		want        Graphics
		multiplexer bool
		is          Graphics
	}{
		{"", GraphicsAuto, false, GraphicsBlocks},
		{"\x1b[?62;4;22c", GraphicsAuto, false, GraphicsSixel},
		{"\x1b[?4c", GraphicsAuto, false, GraphicsBlocks}, // 4 is the kind of terminal there
		{"\x1b[?62;22c", GraphicsAuto, false, GraphicsBlocks},
		{"\x1b_Gi=1651;OK\x1b\\\x1b[?62c", GraphicsAuto, false, GraphicsKitty},
		{"\x1b_Gi=1651;OK\x1b\\\x1b[?62;4c", GraphicsAuto, false, GraphicsKitty},
		{"\x1b_Gi=1651;ENOTSUPPORTED:no\x1b\\\x1b[?62;4c", GraphicsAuto, false, GraphicsSixel},
		{"\x1b_Gi=31;OK\x1b\\\x1b[?62;4c", GraphicsAuto, false, GraphicsSixel}, // of somebody else
		{"\x1b_Gi=1651;OK\x1b\\", GraphicsAuto, false, GraphicsBlocks},         // not all has come
		{"\x1b[?62;4;22c", GraphicsAuto, true, GraphicsBlocks},
		{"\x1b[?62;4;22c", GraphicsKitty, true, GraphicsKitty},
		{"\x1b[?62;4;22c", GraphicsBlocks, false, GraphicsBlocks},
		{"\x1b[6;20;10t", GraphicsSixel, false, GraphicsSixel},
		{"\x1b[?62c", GraphicsSixel, false, GraphicsSixel},
		{"", GraphicsSixel, false, GraphicsBlocks}, // it may still tell its size
	} {
		var d Decoder
		var a abilities
		for _, in := range append(d.Feed([]byte(tc.answers)), d.Flush()...) {
			a.take(in.Answer, 80, 25)
		}
		if got := a.choose(tc.want, tc.multiplexer); got != tc.is {
			t.Errorf("%q, wanted %v, multiplexer %v: %v; want %v", tc.answers, tc.want, tc.multiplexer, got, tc.is)
		}
	}
}

func TestAbilities(t *testing.T) {
	var d Decoder
	var a abilities
	for _, in := range d.Feed([]byte("\x1b[4;640;960t\x1b[?1;0;1024S\x1b[?1;3;0S\x1b[?2;0;1000;900S\x1b[?1016;2$y\x1b[?62;4c")) {
		a.take(in.Answer, 80, 25)
	}
	want := abilities{answered: true, sixel: true, pixelMouse: true, cellW: 12, cellH: 25, registers: 256, maxW: 1000, maxH: 900}
	if a != want {
		t.Errorf("abilities %+v; want %+v", a, want)
	}
	for _, in := range d.Feed([]byte("\x1b[6;20;10t\x1b[6;0;0t\x1b[6;99999;99999t\x1b[?1016;0$y")) {
		a.take(in.Answer, 80, 25)
	}
	if a.cellW != 10 || a.cellH != 20 || a.pixelMouse {
		t.Errorf("abilities %+v; want places of 10 by 20, no mouse in pixels", a)
	}
}

func BenchmarkSixel(b *testing.B) { benchmarkCanvas(b, "sixel") }
func BenchmarkKitty(b *testing.B) { benchmarkCanvas(b, "kitty") }

// benchmarkCanvas draws whole pictures of mode 13h.
func benchmarkCanvas(b *testing.B, name string) {
	r, _ := canvases(100, 40, 9, 18, 256)[name]()
	var screens [2]*machine.Screen
	for i := range screens {
		screens[i] = drawn(uint64(i+1), 320, 200, 2, 2, func(x, y int) uint32 { return chequers(x+5*i, y) })
	}
	b.ResetTimer()
	for i := range b.N {
		b.SetBytes(int64(len(r.Draw(screens[i&1]))))
	}
}
