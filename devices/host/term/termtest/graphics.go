package termtest

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"image"
	"image/color"
	"io"
	"strings"
)

// noPixel is where no picture is.
const noPixel = 1 << 31

// wipe takes away what Sixel has drawn at a place, as text does that is written there.
func (s *Screen) wipe(x, y int) {
	for py := y * s.opt.CellH; py < (y+1)*s.opt.CellH; py++ {
		for px := x * s.opt.CellW; px < (x+1)*s.opt.CellW; px++ {
			s.sixels[py*s.opt.Cols*s.opt.CellW+px] = noPixel
		}
	}
}

// Drawn is how many pixels have come as graphics so far, seen or not.
func (s *Screen) Drawn() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn
}

// Pictures is how many pictures the terminal keeps for Kitty graphics.
func (s *Screen) Pictures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kitty.images)
}

// Picture is what graphics show, in pixels; transparent where there are none.
func (s *Screen) Picture() *image.RGBA {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, h := s.opt.Cols*s.opt.CellW, s.opt.Rows*s.opt.CellH
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range s.sixels {
		if c != noPixel {
			img.SetRGBA(i%w, i/w, colour(c))
		}
	}
	for _, p := range s.kitty.places {
		pic := s.kitty.images[p.key.image]
		pw, ph := p.cols*s.opt.CellW, p.rows*s.opt.CellH
		for y := range ph {
			for x := range pw {
				c := pic.dots[(p.crop.Min.Y+y*p.crop.Dy()/ph)*pic.w+p.crop.Min.X+x*p.crop.Dx()/pw]
				img.SetRGBA(p.x*s.opt.CellW+x, p.y*s.opt.CellH+y, colour(c))
			}
		}
	}
	return img
}

func colour(c uint32) color.RGBA {
	return color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff}
}

// dcs takes a Sixel picture: parameters, q, and what follows it.
func (s *Screen) dcs(body string) {
	params, data, ok := strings.Cut(body, "q")
	if !ok || !s.opt.Sixel {
		s.fail("control string %.40q", body)
		return
	}
	if f := strings.Split(params, ";"); len(f) < 2 || f[1] != "1" {
		s.fail("Sixel parameters %q: the background is not left alone", params)
	}
	d := sixel{s: s, data: data, left: s.x * s.opt.CellW, top: s.y * s.opt.CellH, registers: map[int]uint32{}}
	d.draw()
}

// sixel is a picture under way.
type sixel struct {
	s          *Screen
	data       string
	left, top  int
	width, end int // of the raster attributes
	x, y       int
	pen        uint32
	registers  map[int]uint32
}

func (d *sixel) number() int {
	n := 0
	for d.data != "" && d.data[0] >= '0' && d.data[0] <= '9' {
		n = n*10 + int(d.data[0]-'0')
		d.data = d.data[1:]
	}
	return n
}

// numbers are what a control character is followed by.
func (d *sixel) numbers() []int {
	all := []int{d.number()}
	for strings.HasPrefix(d.data, ";") {
		d.data = d.data[1:]
		all = append(all, d.number())
	}
	return all
}

func (d *sixel) draw() {
	for d.data != "" {
		c := d.data[0]
		d.data = d.data[1:]
		switch {
		case c == '"':
			a := d.numbers()
			if len(a) != 4 || a[0] != 1 || a[1] != 1 {
				d.s.fail("raster attributes %v", a)
				return
			}
			d.width, d.end = a[2], a[3]
		case c == '#':
			a := d.numbers()
			if len(a) == 5 && a[1] == 2 {
				d.registers[a[0]] = uint32((a[2]*255+50)/100<<16 | (a[3]*255+50)/100<<8 | (a[4]*255+50)/100)
			} else if len(a) != 1 {
				d.s.fail("colour %v", a)
			}
			if a[0] >= max(d.s.opt.Registers, 256) || d.s.opt.Registers > 0 && a[0] >= d.s.opt.Registers {
				d.s.fail("register %d", a[0])
			}
			v, ok := d.registers[a[0]]
			if !ok {
				d.s.fail("register %d has no colour", a[0])
			}
			d.pen = v
		case c == '$':
			d.x = 0
		case c == '-':
			d.x, d.y = 0, d.y+6
		case c == '!':
			n := d.number()
			if d.data == "" || n < 1 {
				d.s.fail("repetition of nothing")
				return
			}
			c, d.data = d.data[0], d.data[1:]
			d.dots(c, n)
		default:
			d.dots(c, 1)
		}
	}
}

// dots paints a sixel n times.
func (d *sixel) dots(c byte, n int) {
	if c < '?' || c > '~' {
		d.s.fail("sixel %q", c)
		return
	}
	w, h := d.s.opt.Cols*d.s.opt.CellW, d.s.opt.Rows*d.s.opt.CellH
	for bit := range 6 {
		if (c-'?')>>bit&1 == 0 {
			continue
		}
		y := d.top + d.y + bit
		if d.x+n > d.width || d.y+bit >= d.end || y >= h || d.left+d.x+n > w {
			d.s.fail("dots at %d, %d of %d by %d", d.x+n-1, d.y+bit, d.width, d.end)
			return
		}
		for i := range n {
			d.s.sixels[y*w+d.left+d.x+i] = d.pen
		}
		d.s.drawn += n
	}
	d.x += n
}

// kitty is what the terminal keeps for Kitty graphics.
type kitty struct {
	images map[int]*picture
	places []placement // the later ones are above
	keys   map[string]string
	data   []byte // of the transmission under way
}

type picture struct {
	w, h int
	dots []uint32
}

type placementKey struct{ image, number int }

type placement struct {
	key              placementKey
	x, y, cols, rows int
	crop             image.Rectangle
}

// clear takes everything off the screen; what nobody shows is forgotten.
func (k *kitty) clear() { *k = kitty{images: map[int]*picture{}} }

// without takes placements away.
func (k *kitty) without(gone func(placementKey) bool) {
	var left []placement
	for _, p := range k.places {
		if !gone(p.key) {
			left = append(left, p)
		}
	}
	k.places = left
}

// apc takes a command of the graphics protocol.
func (s *Screen) apc(body string) {
	rest, ok := strings.CutPrefix(body, "G")
	if !ok {
		s.fail("control string %.40q", body)
		return
	}
	control, payload, _ := strings.Cut(rest, ";")
	keys := map[string]string{}
	for _, kv := range strings.Split(control, ",") {
		k, v, _ := strings.Cut(kv, "=")
		keys[k] = v
	}
	k := &s.kitty
	if k.keys != nil { // a piece of what is being sent
		if len(keys) > 2 || keys["q"] != "2" {
			s.fail("%.60q within a transmission", control)
		}
		m := keys["m"]
		keys = k.keys
		keys["m"] = m
	}
	num := func(key string) int { return number(keys[key]) }
	switch keys["a"] {
	case "q":
		if s.opt.Kitty {
			s.say("\x1b_Gi=%d;OK\x1b\\", num("i"))
		}
		return
	case "t":
		s.transmit(keys, payload)
		return
	}
	if !s.opt.Kitty || keys["q"] != "2" {
		s.fail("command %.60q", control)
		return
	}
	switch keys["a"] {
	case "p":
		pic := k.images[num("i")]
		p := placement{placementKey{num("i"), num("p")}, s.x, s.y, num("c"), num("r"), image.Rect(num("x"), num("y"), num("x")+num("w"), num("y")+num("h"))}
		if pic == nil || p.cols < 1 || p.rows < 1 || p.x+p.cols > s.opt.Cols || p.y+p.rows > s.opt.Rows || p.crop.Empty() || !p.crop.In(image.Rect(0, 0, pic.w, pic.h)) {
			s.fail("placement %+v of %v", p, pic)
			return
		}
		k.without(func(o placementKey) bool { return o == p.key })
		k.places = append(k.places, p)
	case "d":
		id, n := num("i"), num("p")
		k.without(func(o placementKey) bool { return o.image == id && (n == 0 || o.number == n) })
		switch keys["d"] {
		case "I":
			delete(k.images, id)
		case "i":
		default:
			s.fail("deletion %q", control)
		}
	default:
		s.fail("action %q", control)
	}
}

// transmit takes a piece of a picture.
func (s *Screen) transmit(keys map[string]string, payload string) {
	k := &s.kitty
	if len(payload) > 4096 || keys["m"] == "1" && len(payload)%4 != 0 || keys["f"] != "24" || keys["o"] != "z" {
		s.fail("transmission %v with %d bytes", keys, len(payload))
	}
	b, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		s.fail("base64: %v", err)
	}
	k.keys, k.data = keys, append(k.data, b...)
	if keys["m"] == "1" {
		return
	}
	data := k.data
	k.keys, k.data = nil, nil
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		s.fail("zlib: %v", err)
		return
	}
	raw, err := io.ReadAll(z)
	p := &picture{w: number(keys["s"]), h: number(keys["v"])}
	if err != nil || len(raw) != 3*p.w*p.h || p.w*p.h == 0 {
		s.fail("%d bytes for %d by %d dots (%v)", len(raw), p.w, p.h, err)
		return
	}
	for i := 0; i < len(raw); i += 3 {
		p.dots = append(p.dots, uint32(raw[i])<<16|uint32(raw[i+1])<<8|uint32(raw[i+2]))
	}
	id := number(keys["i"])
	k.without(func(o placementKey) bool { return o.image == id })
	k.images[id] = p
	s.drawn += p.w * p.h
}
