package vnc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"beige/devices/video"
)

// formats are pixel formats of viewers there are, and some that none has.
func formats() map[string]pixelFormat {
	return map[string]pixelFormat{
		"native":            nativeFormat(),
		"rgb888 big":        {32, 24, true, true, [3]uint16{255, 255, 255}, [3]uint8{16, 8, 0}},
		"bgr888":            {32, 24, false, true, [3]uint16{255, 255, 255}, [3]uint8{0, 8, 16}},
		"upper bytes":       {32, 24, false, true, [3]uint16{255, 255, 255}, [3]uint8{24, 16, 8}},
		"upper bytes big":   {32, 24, true, true, [3]uint16{255, 255, 255}, [3]uint8{24, 16, 8}},
		"depth 32":          {32, 32, false, true, [3]uint16{255, 255, 255}, [3]uint8{16, 8, 0}},
		"ten bits":          {32, 30, false, true, [3]uint16{1023, 1023, 1023}, [3]uint8{20, 10, 0}},
		"ten bits big":      {32, 30, true, true, [3]uint16{1023, 1023, 1023}, [3]uint8{20, 10, 0}},
		"spread":            {32, 24, false, true, [3]uint16{255, 15, 255}, [3]uint8{24, 14, 0}},
		"middle":            {32, 15, false, true, [3]uint16{31, 31, 31}, [3]uint8{18, 13, 8}},
		"rgb565":            {16, 16, false, true, [3]uint16{31, 63, 31}, [3]uint8{11, 5, 0}},
		"rgb565 big":        {16, 16, true, true, [3]uint16{31, 63, 31}, [3]uint8{11, 5, 0}},
		"rgb555":            {16, 15, false, true, [3]uint16{31, 31, 31}, [3]uint8{10, 5, 0}},
		"rgb332":            {8, 8, false, true, [3]uint16{7, 7, 3}, [3]uint8{5, 2, 0}},
		"bgr233":            {8, 8, true, true, [3]uint16{7, 7, 3}, [3]uint8{0, 3, 6}},
		"rgb222":            {8, 6, false, true, [3]uint16{3, 3, 3}, [3]uint8{4, 2, 0}},
		"rgb111":            {8, 3, false, true, [3]uint16{1, 1, 1}, [3]uint8{2, 1, 0}},
		"no red":            {8, 8, false, true, [3]uint16{0, 15, 15}, [3]uint8{0, 4, 0}},
		"colour map":        {8, 8, false, false, [3]uint16{}, [3]uint8{}},
		"colour map 16":     {16, 8, false, false, [3]uint16{}, [3]uint8{}},
		"colour map 32 big": {32, 8, true, false, [3]uint16{}, [3]uint8{}},
	}
}

// tilePictures have tiles of every kind: one colour, two, few, many, noise, and
// sizes that are no multiple of a tile's.
func tilePictures() map[string]*video.Frame {
	r := rand.New(rand.NewPCG(1, 2))
	var noise [256]uint32
	for i := range noise {
		noise[i] = r.Uint32() & 0xffffff
	}
	noise[0], noise[1] = 0, 0xffffff
	few := func(n int) func(int, int) uint32 {
		return func(x, y int) uint32 { return noise[(x*7+y*13+x*y/5)%n] }
	}
	runsOf := func(n, colours int) func(int, int) uint32 {
		return func(x, y int) uint32 { return noise[(y*64+x)/n%colours] }
	}
	return map[string]*video.Frame{
		"one colour":       graphics(64, 64, func(int, int) uint32 { return 0x123456 }),
		"two colours":      graphics(65, 33, few(2)),
		"three colours":    graphics(63, 64, few(3)),
		"five colours":     graphics(70, 70, few(5)),
		"sixteen colours":  graphics(64, 64, few(16)),
		"seventeen":        graphics(64, 64, runsOf(3, 17)),
		"127 colours":      graphics(64, 64, runsOf(5, 127)),
		"128 colours":      graphics(64, 64, runsOf(5, 128)),
		"long runs":        graphics(128, 128, runsOf(1000, 200)),
		"runs of 255":      graphics(64, 64, runsOf(255, 3)),
		"runs of 256":      graphics(64, 64, runsOf(256, 3)),
		"noise":            graphics(50, 40, func(int, int) uint32 { return noise[r.IntN(256)] }),
		"one pixel":        graphics(1, 1, few(9)),
		"one column":       graphics(1, 200, few(9)),
		"boxes":            graphics(96, 80, func(x, y int) uint32 { return noise[x/11*y/9%4] }),
		"checks":           graphics(32, 32, func(x, y int) uint32 { return noise[(x^y)&1] }),
		"wider than a set": graphics(2000, 40, few(40)),
	}
}

// Every encoding in every pixel format brings the very pixels.
func TestEncodings(t *testing.T) {
	for name, f := range tilePictures() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, f, Options{})
			for encoding, en := range map[int32]string{encRaw: "raw", encHextile: "hextile", encZlib: "zlib", encZRLE: "ZRLE"} {
				for format, pf := range formats() {
					c := connect(t, s)
					c.setFormat(pf)
					c.setEncodings(encoding)
					c.update(false)
					t.Log(en, format)
					c.check(f)
					for _, r := range c.rects {
						if r.encoding != encoding {
							t.Errorf("%s: encoding %d; want %d", format, r.encoding, encoding)
						}
					}
					c.update(false) // streams go on
					c.check(f)
					c.conn.Close()
				}
			}
		})
	}
}

// What the encodings are on the wire, for pictures that can be worked out by
// hand (RFC 6143, sections 7.7.1, 7.7.4 and 7.7.6).
func TestEncodingBytes(t *testing.T) {
	const a, b = 0x0000ff, 0xff8000
	row := func(v ...uint32) []uint32 { return v }
	two := [][]uint32{row(a, a, a, a), row(a, b, b, a), row(a, b, b, a)}
	rgb565big := formats()["rgb565 big"]
	for _, tc := range []struct {
		name     string
		format   pixelFormat
		encoding int32
		rows     [][]uint32
		want     string // of ZRLE: before compression
	}{
		{"raw", nativeFormat(), encRaw, [][]uint32{row(a, b)}, "ff 00 00 00 00 80 ff 00"},
		{"raw 565 big", rgb565big, encRaw, [][]uint32{row(a, b)}, "00 1f fc 00"},
		{"raw 332", formats()["rgb332"], encRaw, [][]uint32{row(a, b)}, "03 f0"},
		{"hextile solid", rgb565big, encHextile, [][]uint32{row(a, a)}, "02 00 1f"},
		{"hextile two", rgb565big, encHextile, two, "0e 00 1f fc 00 01 11 11"},
		{"hextile raw", formats()["rgb332"], encHextile, [][]uint32{row(a, b, 0xffffff)}, "01 03 f0 ff"},
		{"hextile coloured", nativeFormat(), encHextile, [][]uint32{row(a, a, a, a, b, 0xffffff)},
			"1a ff 00 00 00 02 00 80 ff 00 40 00 ff ff ff 00 50 00"},
		{"ZRLE solid", nativeFormat(), encZRLE, [][]uint32{row(a, a)}, "01 ff 00 00"},
		{"ZRLE packed", nativeFormat(), encZRLE, two, "02 ff 00 00 00 80 ff 00 60 60"},
		{"ZRLE raw", formats()["rgb332"], encZRLE, [][]uint32{row(a, b, 0xffffff)}, "00 03 f0 ff"},
		{"ZRLE big", formats()["rgb888 big"], encZRLE, [][]uint32{row(a)}, "01 00 00 ff"},
		{"ZRLE upper big", formats()["upper bytes big"], encZRLE, [][]uint32{row(b)}, "01 ff 80 00"},
		{"ZRLE depth 32", formats()["depth 32"], encZRLE, [][]uint32{row(b)}, "01 00 80 ff 00"},
	} {
		var e encoder
		tr := newTranslator(tc.format)
		r := rect{0, 0, len(tc.rows[0]), len(tc.rows)}
		got := e.encode(nil, tc.encoding, tr, tc.rows, r)
		if tc.encoding == encZRLE {
			got = e.plain
		}
		if s := fmt.Sprintf("% x", got); s != tc.want {
			t.Errorf("%s = %s; want %s", tc.name, s, tc.want)
		}
	}
	// Runs in ZRLE, longer than 255, of colours that come again.
	long := make([]uint32, 64*64)
	for i := range long {
		long[i] = uint32(i / 300 % 2 * 0x111111)
	}
	got := appendZRLE(nil, newTranslator(nativeFormat()), long, 64)
	want := "82 00 00 00 11 11 11" + strings.Repeat(" 80 ff 2c 81 ff 2c", 6) + " 80 ff 2c 81 c3"
	if s := fmt.Sprintf("% x", got); s != want {
		t.Errorf("runs = %s; want %s", s, want)
	}
	for i := range long {
		long[i] = uint32(i / 1000 * 0x11)
	}
	got = appendZRLE(nil, newTranslator(formats()["rgb332"]), long, 64)
	if s, want := fmt.Sprintf("% x", got), "80 00 ff ff ff ea 11 ff ff ff ea 22 ff ff ff ea 33 ff ff ff ea 44 5f"; s != want {
		t.Errorf("runs = %s; want %s", s, want)
	}
}

// An update has what has changed and not more; none comes as long as nothing
// does.
func TestChanges(t *testing.T) {
	base := func(x, y int) uint32 { return uint32(x<<8 | y) }
	old := graphics(320, 200, base)
	s, _ := start(t, old, Options{})
	c := connect(t, s)
	c.setEncodings(encZRLE)
	c.update(false)
	c.check(old)
	f := graphics(320, 200, func(x, y int) uint32 {
		if x == 100 && y == 50 || x >= 160 && x < 200 && y >= 150 && y < 190 {
			return 0xffffff
		}
		return base(x, y)
	})
	c.request(true, c.all())
	_ = c.conn.SetReadDeadline(time.Now().Add(150 * time.Millisecond))
	if b, err := c.in.Peek(1); len(b) != 0 || err == nil {
		t.Fatal("an update without a change")
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	s.Show(f)
	c.take()
	c.check(f)
	want := "[{96 48 16 16} encoding 16 {160 144 48 48} encoding 16]"
	if got := fmt.Sprint(c.rects); got != want {
		t.Errorf("rectangles %s; want %s", got, want)
	}
	// Only the part that is asked for, and the rest when that is.
	s.Show(old)
	c.request(true, rect{100, 0, 70, 160})
	c.take()
	if got, want := fmt.Sprint(c.rects), "[{100 48 12 16} encoding 16 {160 144 10 16} encoding 16]"; got != want {
		t.Errorf("rectangles %s; want %s", got, want)
	}
	c.update(true)
	c.check(old)
	// All of it, if it wants that.
	c.request(false, rect{10, 20, 40, 30})
	c.take()
	if got, want := fmt.Sprint(c.rects), "[{10 20 40 30} encoding 16]"; got != want {
		t.Errorf("rectangles %s; want %s", got, want)
	}
	c.check(old)
	// Regions that are not there do no harm.
	c.request(false, rect{300, 190, 65535, 65535})
	c.take()
	c.check(old)
	c.request(false, rect{65535, 65535, 65535, 65535})
	c.update(false)
	c.check(old)
}

// A screen that scrolls is moved at the viewer's end.
func TestCopyRect(t *testing.T) {
	line := func(scrolled int) *video.Frame {
		r := rand.New(rand.NewPCG(3, 4))
		var rows [1200][40]uint32
		for y := range rows {
			for x := range rows[y] {
				rows[y][x] = r.Uint32() & 0xffffff
			}
		}
		return graphics(320, 400, func(x, y int) uint32 {
			if y >= 384 {
				return 0x000080 // a status line that stays
			}
			return rows[400+y+scrolled][x/8]
		})
	}
	s, _ := start(t, line(0), Options{})
	c := connect(t, s)
	c.setEncodings(encCopyRect, encRaw)
	c.update(false)
	for _, scrolled := range []int{16, 48, 32, 0, -100, 120} {
		s.Show(line(scrolled))
		c.update(true)
		c.check(line(scrolled))
		if c.rects[0].encoding != encCopyRect {
			t.Errorf("scrolled to %d: %v; want CopyRect first", scrolled, c.rects)
		}
		area := 0
		for _, r := range c.rects[1:] {
			area += r.w * r.h
		}
		if area > 320*400*3/4 {
			t.Errorf("scrolled to %d: %v", scrolled, c.rects)
		}
	}
	// One that does not know CopyRect sees the same.
	d := connect(t, s)
	d.setEncodings(encRaw)
	d.update(false)
	s.Show(line(16))
	d.update(true)
	d.check(line(16))
	if d.rects[0].encoding != encRaw {
		t.Errorf("%v; want raw", d.rects)
	}
}

// A change of mode, for those who know sizes that change and those who do not.
func TestResize(t *testing.T) {
	small := graphics(320, 200, func(x, y int) uint32 { return uint32(x * y) })
	large := graphics(400, 300, func(x, y int) uint32 { return uint32(x + y) })
	wide := graphics(400, 100, func(x, y int) uint32 { return uint32(x ^ y) })
	for _, tc := range []struct {
		name     string
		encoding int32
	}{{"DesktopSize", encDesktopSize}, {"ExtendedDesktopSize", encExtDesktop}} {
		t.Run(tc.name, func(t *testing.T) {
			s, _ := start(t, small, Options{})
			c := connect(t, s)
			c.setEncodings(encZlib, tc.encoding, encCopyRect)
			if tc.encoding == encExtDesktop { // tells the viewer that it is known
				c.update(false)
				if got := fmt.Sprintf("%v % x", c.rects, c.screens); got != "[{0 0 320 200} encoding -308] 01 00 00 00 00 00 00 00 00 00 00 00 01 40 00 c8 00 00 00 00" {
					t.Errorf("size: %s", got)
				}
			}
			c.update(false)
			c.check(small)
			for _, f := range []*video.Frame{large, wide, small} {
				s.Show(f)
				c.update(true)
				if len(c.rects) != 1 || c.rects[0].encoding != tc.encoding || c.w != f.Width || c.h != f.Height {
					t.Fatalf("%v; want the new size, %dx%d", c.rects, f.Width, f.Height)
				}
				c.update(true)
				c.check(f)
			}
			if tc.encoding == encExtDesktop {
				c.send("\xfb\x00\x04\x00\x03\x00\x01\x00" + string(make([]byte, 16))) // SetDesktopSize
				c.update(true)
				if got := fmt.Sprint(c.rects); got != "[{1 1 320 200} encoding -308]" {
					t.Errorf("answer to SetDesktopSize: %s; want that it is prohibited", got)
				}
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		s, _ := start(t, small, Options{})
		c := connect(t, s)
		c.update(false)
		for _, f := range []*video.Frame{large, wide} {
			s.Show(f)
			c.update(true)
			img := video.Pixels(f, video.Phase{})
			c.checkAt(c.all(), func(x, y int) [3]uint8 {
				p := img.RGBAAt(x, y) // zero outside
				return [3]uint8{p.R, p.G, p.B}
			})
		}
	})
}

// More colours than a map has entries, and back; palettes that move.
func TestColourMap(t *testing.T) {
	many := graphics(320, 200, func(x, y int) uint32 { return uint32(x)<<12 | uint32(y)<<4 })
	few := graphics(320, 200, func(x, y int) uint32 { return uint32(x/2) << 8 })
	s, _ := start(t, few, Options{})
	c := connect(t, s)
	c.setFormat(formats()["colour map"])
	c.setEncodings(encHextile)
	c.update(false)
	c.check(few)
	s.Show(many)
	c.update(true)
	cube := func(v uint8) uint8 { return uint8((int(v)*5 + 127) / 255 * 51) } // six steps
	img := video.Pixels(many, video.Phase{})
	nearest := func(x, y int) [3]uint8 {
		p := img.RGBAAt(x, y)
		return [3]uint8{cube(p.R), cube(p.G), cube(p.B)}
	}
	c.checkAt(c.all(), nearest)
	s.Show(few)
	c.update(true)
	c.check(few)
	for turn := range 20 {
		f := graphics(320, 200, func(x, y int) uint32 { return uint32((x+turn*37)&255)*0x10101 ^ uint32(turn) })
		s.Show(f)
		c.update(true)
		c.check(f)
	}
	// Four bits: two steps of each colour; one bit: grey.
	for depth, want := range map[uint8]func(p [3]uint8) [3]uint8{
		4: func(p [3]uint8) [3]uint8 {
			for i := range p {
				p[i] = uint8((int(p[i]) + 127) / 255 * 255)
			}
			return p
		},
		1: func(p [3]uint8) [3]uint8 {
			v := uint8(((299*int(p[0])+587*int(p[1])+114*int(p[2]))/1000 + 127) / 255 * 255)
			return [3]uint8{v, v, v}
		},
	} {
		s.Show(many)
		d := connect(t, s)
		d.setFormat(pixelFormat{bits: 8, depth: depth})
		d.update(false)
		d.checkAt(d.all(), func(x, y int) [3]uint8 {
			p := img.RGBAAt(x, y)
			return want([3]uint8{p.R, p.G, p.B})
		})
	}
}

// What a viewer is told when it knows what it means.
func TestPseudoEncodings(t *testing.T) {
	s, _ := start(t, black(32, 32), Options{})
	for format, pf := range formats() {
		c := connect(t, s)
		c.setFormat(pf)
		c.setEncodings(encZRLE, encCursor, encExtKey, encPointerMotion)
		c.update(false)
		want := "[{2 2 5 5} encoding -239 {0 0 0 0} encoding -258 {0 0 0 0} encoding -257 {0 0 32 32} encoding 16]"
		if got := fmt.Sprint(c.rects); got != want {
			t.Errorf("%s: %s; want %s", format, got, want)
		}
		c.check(black(32, 32))
		c.setEncodings(encZRLE, encCursor, encExtKey, encPointerMotion)
		c.update(false)
		if len(c.rects) != 1 {
			t.Errorf("%s: %v; want nothing that has been said", format, c.rects)
		}
	}
	// The cursor itself: a black ring on white, in a format of one byte.
	got := fmt.Sprintf("% x", appendCursor(nil, newTranslator(formats()["rgb332"]), false))
	want := "00 02 00 02 00 05 00 05 ff ff ff 11 00 00 00 00 00 00 ff ff ff 00 00 ff 00 ff 00 00 ff ff ff 00 00 00 00 00 00 70 f8 d8 f8 70"
	if got != want {
		t.Errorf("cursor %s; want %s", got, want)
	}
}

// A viewer is told when its pointer becomes the guest's, and when it is no more.
func TestPointerModeIsTold(t *testing.T) {
	s, g := start(t, black(32, 32), Options{})
	c := connect(t, s)
	c.setEncodings(encRaw, encCursor, encPointerMotion)
	c.update(false)
	for _, absolute := range []bool{true, false, true} {
		g.Do(func() { g.absolute = absolute })
		c.send("\x05\x00\x7f\xff\x7f\xff")
		c.update(true)
		want := "[{2 2 5 5} encoding -239 {0 0 0 0} encoding -257]"
		if absolute {
			want = "[{0 0 1 1} encoding -239 {1 0 0 0} encoding -257]"
		}
		if got := fmt.Sprint(c.rects); got != want {
			t.Errorf("absolute %v: %s; want %s", absolute, got, want)
		}
	}
}
