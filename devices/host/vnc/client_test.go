package vnc

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/des"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"beige/devices/video"
	"beige/machine"
)

// client is a viewer made from RFC 6143, which shares no code with the server
// but the constants.
type client struct {
	t       testing.TB
	conn    net.Conn
	in      *bufio.Reader
	w, h    int
	format  pixelFormat
	pixels  [][]uint32 // values as they are sent, or ^0 for what never was
	colours [256]uint32
	rects   []seen // of the last update
	zlib    inflater
	zrle    inflater
	screens []byte // of the last ExtendedDesktopSize
}

type seen struct {
	rect
	encoding int32
}

// inflater is the other end of a stream without an end.
type inflater struct {
	in bytes.Buffer
	z  io.ReadCloser
}

func (i *inflater) read(data []byte, n int) ([]byte, error) {
	i.in.Write(data)
	if i.z == nil {
		var err error
		if i.z, err = zlib.NewReader(&i.in); err != nil {
			return nil, err
		}
	}
	out := make([]byte, n)
	_, err := io.ReadFull(i.z, out)
	return out, err
}

// guest records what it is given.
type guest struct {
	mu       sync.Mutex
	events   []machine.Event
	typed    []machine.Stroke
	leds     uint8
	absolute bool
	early    int  // calls still to refuse: the machine does not run yet
	hold     bool // keep the functions that follow what is typed
	later    []func()
}

func (g *guest) Do(f func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.early > 0 {
		g.early--
		return false
	}
	f()
	return true
}
func (g *guest) Take(e machine.Event)  { g.events = append(g.events, e) }
func (g *guest) KeyboardLEDs() uint8   { return g.leds }
func (g *guest) PointerAbsolute() bool { return g.absolute }
func (g *guest) Type(s []machine.Stroke, done func()) {
	g.typed = append(g.typed, s...)
	switch {
	case done == nil:
	case g.hold:
		g.later = append(g.later, done)
	default:
		done()
	}
}

// graphics is a frame of true colours.
func graphics(w, h int, colour func(x, y int) uint32) *video.Frame {
	f := &video.Frame{Info: video.Info{Kind: video.Graphics, Width: w, Height: h, ScaleX: 1, ScaleY: 1, PixW: w, PixH: h, Format: video.XRGB8888}}
	for y := range h {
		line := make([]byte, 4*w)
		for x := range w {
			binary.LittleEndian.PutUint32(line[4*x:], colour(x, y))
		}
		f.Lines = append(f.Lines, line)
	}
	return f
}

func start(t testing.TB, f *video.Frame, opt Options) (*Server, *guest) {
	t.Helper()
	opt.Address, opt.Steady = "127.0.0.1:0", true
	if opt.Name == "" {
		opt.Name = "test"
	}
	s, err := Listen(opt)
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{}
	s.Start(g, f)
	t.Cleanup(func() { _ = s.Close() })
	return s, g
}

func dial(t testing.TB, s *Server) *client {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t: t, conn: conn, in: bufio.NewReader(conn), format: nativeFormat()}
}

// connect goes through the handshake of 3.8 without a password.
func connect(t testing.TB, s *Server) *client {
	t.Helper()
	c := dial(t, s)
	c.expect("RFB 003.008\n")
	c.send("RFB 003.008\n")
	c.expect("\x01\x01")
	c.send("\x01")
	c.expect("\x00\x00\x00\x00")
	c.init()
	return c
}

func (c *client) init() {
	c.t.Helper()
	c.send("\x01")
	c.size(c.u16(), c.u16())
	if got, want := c.read(16), []byte("\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00"); !bytes.Equal(got, want) {
		c.t.Fatalf("pixel format = % x; want % x", got, want)
	}
	if name := string(c.read(c.u32())); name != "test" {
		c.t.Fatalf("name = %q; want test", name)
	}
}

func (c *client) size(w, h int) {
	c.w, c.h = w, h
	c.pixels = make([][]uint32, h)
	for y := range c.pixels {
		c.pixels[y] = make([]uint32, w)
		for x := range c.pixels[y] {
			c.pixels[y][x] = ^uint32(0)
		}
	}
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, s); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) read(n int) []byte {
	c.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c.in, b); err != nil {
		c.t.Fatalf("reading %d bytes: %v", n, err)
	}
	return b
}

func (c *client) u8() int  { c.t.Helper(); return int(c.read(1)[0]) }
func (c *client) u16() int { c.t.Helper(); return int(binary.BigEndian.Uint16(c.read(2))) }
func (c *client) u32() int { c.t.Helper(); return int(binary.BigEndian.Uint32(c.read(4))) }

func (c *client) expect(want string) {
	c.t.Helper()
	if got := c.read(len(want)); string(got) != want {
		c.t.Fatalf("got %q; want %q", got, want)
	}
}

// gone expects the end of the connection.
func (c *client) gone() {
	c.t.Helper()
	if b, err := io.ReadAll(c.in); len(b) > 0 {
		c.t.Fatalf("got %q, %v; want the end", b, err)
	} else if e, ok := err.(net.Error); ok && e.Timeout() {
		c.t.Fatal("the connection is still open")
	}
}

func (c *client) setFormat(f pixelFormat) {
	c.t.Helper()
	c.format = f
	c.send("\x00\x00\x00\x00" + string(f.append(nil)))
}

func (c *client) setEncodings(list ...int32) {
	c.t.Helper()
	b := []byte{2, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(len(list)))
	for _, e := range list {
		b = binary.BigEndian.AppendUint32(b, uint32(e))
	}
	c.send(string(b))
}

func (c *client) request(incremental bool, r rect) {
	c.t.Helper()
	b := []byte{3, 0}
	if incremental {
		b[1] = 1
	}
	for _, v := range [4]int{r.x, r.y, r.w, r.h} {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	c.send(string(b))
}

func (c *client) all() rect { return rect{0, 0, c.w, c.h} }

// update requests all and takes the update.
func (c *client) update(incremental bool) {
	c.t.Helper()
	c.request(incremental, c.all())
	c.take()
}

// take reads messages up to and with the next update.
func (c *client) take() {
	c.t.Helper()
	for {
		switch kind := c.u8(); kind {
		case 0:
			c.read(1)
			c.rects = nil
			for range c.u16() {
				c.rect()
			}
			return
		case 1:
			c.read(1)
			first := c.u16()
			for i := range c.u16() {
				c.colours[first+i] = uint32(c.u16()>>8)<<16 | uint32(c.u16()>>8)<<8 | uint32(c.u16()>>8)
			}
		default:
			c.t.Fatalf("message %d; want 0 or 1", kind)
		}
	}
}

func (c *client) rect() {
	c.t.Helper()
	r := rect{c.u16(), c.u16(), c.u16(), c.u16()}
	encoding := int32(c.u32())
	c.rects = append(c.rects, seen{r, encoding})
	if encoding >= 0 && (r.x+r.w > c.w || r.y+r.h > c.h || r.empty()) {
		c.t.Fatalf("rectangle %v in %dx%d", r, c.w, c.h)
	}
	size := int(c.format.bits) / 8
	switch encoding {
	case encRaw:
		c.raw(r, bytes.NewReader(c.read(r.w*r.h*size)), c.pixel)
	case encCopyRect:
		x, y := c.u16(), c.u16()
		var from [][]uint32
		for i := range r.h {
			from = append(from, append([]uint32(nil), c.pixels[y+i][x:x+r.w]...))
		}
		for i := range r.h {
			copy(c.pixels[r.y+i][r.x:], from[i])
		}
	case encHextile:
		c.hextile(r)
	case encZlib:
		b, err := c.zlib.read(c.read(c.u32()), r.w*r.h*size)
		if err != nil {
			c.t.Fatalf("zlib: %v", err)
		}
		c.raw(r, bytes.NewReader(b), c.pixel)
	case encZRLE:
		c.zrle.in.Write(c.read(c.u32()))
		if c.zrle.z == nil {
			var err error
			if c.zrle.z, err = zlib.NewReader(&c.zrle.in); err != nil {
				c.t.Fatal(err)
			}
		}
		c.readZRLE(r)
	case encCursor:
		c.read(r.w*r.h*size + (r.w+7)/8*r.h)
	case encDesktopSize:
		c.size(r.w, r.h)
	case encExtDesktop:
		c.screens = c.read(4 + 16)
		if r.y == 0 {
			c.size(r.w, r.h)
		}
	case encExtKey, encPointerMotion:
	default:
		c.t.Fatalf("encoding %d", encoding)
	}
}

func (c *client) pixel(r io.Reader) uint32 {
	var b [4]byte
	n := int(c.format.bits) / 8
	if _, err := io.ReadFull(r, b[:n]); err != nil {
		c.t.Fatalf("pixel: %v", err)
	}
	var v uint32
	for i := range n {
		at := i
		if c.format.bigEndian {
			at = n - 1 - i
		}
		v |= uint32(b[i]) << (8 * at)
	}
	return v
}

// cpixel is a CPIXEL (section 7.7.5).
func (c *client) cpixel(r io.Reader) uint32 {
	f := c.format
	low, high := true, true
	for i := range f.max {
		mask := uint32(f.max[i]) << f.shift[i]
		low, high = low && mask>>24 == 0, high && mask&0xff == 0
	}
	if !f.trueColour || f.bits != 32 || f.depth > 24 || !low && !high {
		return c.pixel(r)
	}
	var b [3]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		c.t.Fatalf("pixel: %v", err)
	}
	if f.bigEndian {
		b[0], b[2] = b[2], b[0]
	}
	v := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	if !low {
		v <<= 8
	}
	return v
}

func (c *client) raw(r rect, in io.Reader, pixel func(io.Reader) uint32) {
	for y := range r.h {
		for x := range r.w {
			c.pixels[r.y+y][r.x+x] = pixel(in)
		}
	}
}

func (c *client) fill(r rect, v uint32) {
	for y := range r.h {
		for x := range r.w {
			c.pixels[r.y+y][r.x+x] = v
		}
	}
}

func tiles(r rect, size int, f func(tile rect)) {
	for y := 0; y < r.h; y += size {
		for x := 0; x < r.w; x += size {
			f(rect{r.x + x, r.y + y, min(size, r.w-x), min(size, r.h-y)})
		}
	}
}

func (c *client) hextile(r rect) {
	var bg, fg uint32
	bgKnown, fgKnown := false, false
	tiles(r, 16, func(tile rect) {
		flags := c.u8()
		if flags&1 != 0 {
			c.raw(tile, c.in, c.pixel)
			bgKnown, fgKnown = false, false
			return
		}
		if flags&2 != 0 {
			bg, bgKnown = c.pixel(c.in), true
		}
		if flags&4 != 0 {
			fg, fgKnown = c.pixel(c.in), true
		}
		if !bgKnown {
			c.t.Fatal("hextile: no background")
		}
		c.fill(tile, bg)
		if flags&8 == 0 {
			return
		}
		for range c.u8() {
			colour := fg
			if flags&16 != 0 {
				colour, fgKnown = c.pixel(c.in), false
			} else if !fgKnown {
				c.t.Fatal("hextile: no foreground")
			}
			xy, wh := c.u8(), c.u8()
			sub := rect{tile.x + xy>>4, tile.y + xy&15, wh>>4 + 1, wh&15 + 1}
			if sub.intersect(tile) != sub {
				c.t.Fatalf("hextile: rectangle %v in tile %v", sub, tile)
			}
			c.fill(sub, colour)
		}
	})
}

func (c *client) readZRLE(r rect) {
	in := c.zrle.z
	byte1 := func() int {
		var b [1]byte
		if _, err := io.ReadFull(in, b[:]); err != nil {
			c.t.Fatalf("ZRLE: %v", err)
		}
		return int(b[0])
	}
	length := func() int {
		n := 1
		for {
			b := byte1()
			n += b
			if b != 255 {
				return n
			}
		}
	}
	tiles(r, 64, func(tile rect) {
		kind := byte1()
		var colours []uint32
		n := 0
		switch {
		case kind >= 1 && kind <= 16:
			n = kind
		case kind >= 130:
			n = kind - 128
		case kind != 0 && kind != 128:
			c.t.Fatalf("ZRLE: subencoding %d", kind)
		}
		for range n {
			colours = append(colours, c.cpixel(in))
		}
		switch {
		case kind == 0:
			c.raw(tile, in, c.cpixel)
		case kind == 1:
			c.fill(tile, colours[0])
		case kind <= 16:
			width := 4
			if n <= 2 {
				width = 1
			} else if n <= 4 {
				width = 2
			}
			for y := range tile.h {
				var b, left int
				for x := range tile.w {
					if left == 0 {
						b, left = byte1(), 8
					}
					left -= width
					c.pixels[tile.y+y][tile.x+x] = colours[b>>left&(1<<width-1)]
				}
			}
		default:
			for at := 0; at < tile.w*tile.h; {
				var v uint32
				run := 1
				if kind == 128 {
					v, run = c.cpixel(in), length()
				} else {
					i := byte1()
					v = colours[i&127]
					if i&128 != 0 {
						run = length()
					}
				}
				for range run {
					c.pixels[tile.y+at/tile.w][tile.x+at%tile.w] = v
					at++
				}
			}
		}
	})
}

// check compares what the viewer shows with a frame.
func (c *client) check(f *video.Frame) {
	c.t.Helper()
	img := video.Pixels(f, video.Phase{Cursor: true, Text: true})
	if img.Rect.Dx() != c.w || img.Rect.Dy() != c.h {
		c.t.Fatalf("the viewer's screen is %dx%d; want %v", c.w, c.h, img.Rect)
	}
	c.checkAt(c.all(), func(x, y int) [3]uint8 {
		p := img.RGBAAt(x, y)
		return [3]uint8{p.R, p.G, p.B}
	})
}

func (c *client) checkAt(r rect, want func(x, y int) [3]uint8) {
	c.t.Helper()
	for y := r.y; y < r.y+r.h; y++ {
		for x := r.x; x < r.x+r.w; x++ {
			got, p := c.pixels[y][x], want(x, y)
			if !c.format.trueColour {
				if colour := c.colours[got&0xff]; got > 255 || colour != uint32(p[0])<<16|uint32(p[1])<<8|uint32(p[2]) {
					c.t.Fatalf("pixel %d,%d = %d, colour %06x; want % x", x, y, got, colour, p)
				}
				continue
			}
			var v uint32
			for i, max := range c.format.max {
				// The nearest of max+1 steps.
				v |= uint32(float64(p[i])*float64(max)/255+0.5) << c.format.shift[i]
			}
			if got != v {
				c.t.Fatalf("pixel %d,%d = %#x; want %#x", x, y, got, v)
			}
		}
	}
}

// answerTo encrypts a challenge with a password whose bits are reversed in each
// byte.
func answerTo(challenge []byte, password string) string {
	var key [8]byte
	for i := range min(len(password), 8) {
		for bit := range 8 {
			if password[i]&(1<<bit) != 0 {
				key[i] |= 0x80 >> bit
			}
		}
	}
	c, err := des.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	out := make([]byte, 16)
	c.Encrypt(out, challenge[:8])
	c.Encrypt(out[8:], challenge[8:])
	return string(out)
}

func (s seen) String() string { return fmt.Sprintf("%v encoding %d", s.rect, s.encoding) }
