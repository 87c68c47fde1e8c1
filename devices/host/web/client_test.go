package web

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beige/devices/bus"
	"beige/devices/kbc"
	"beige/devices/video"
	"beige/machine"
)

// guest records what it is given.
type guest struct {
	mu      sync.Mutex
	events  []machine.Event
	typed   []machine.Stroke
	leds    uint8
	hold    bool // keep the functions that follow what is typed
	later   []func()
	paused  bool
	now     bus.Time
	front   machine.Front
	waiting int // of serial ports
	frame   *video.Frame
	off     bool
	early   int // calls still to refuse: the machine does not run yet
	points  bool
}

// refuse has the guest not run for the next n calls.
func (g *guest) refuse(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.early = n
}

func (g *guest) Do(f func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.early > 0 {
		g.early--
		return false
	}
	if !g.off {
		f()
	}
	return !g.off
}
func (g *guest) Take(e machine.Event)  { g.events = append(g.events, e) }
func (g *guest) KeyboardLEDs() uint8   { return g.leds }
func (g *guest) Now() bus.Time         { return g.now }
func (g *guest) Frame() *video.Frame   { return g.frame }
func (g *guest) Paused() bool          { return g.paused }
func (g *guest) SetPaused(on bool)     { g.paused = on }
func (g *guest) MouseReady() bool      { return true }
func (g *guest) PointerAbsolute() bool { return g.points }
func (g *guest) Front() machine.Front  { return g.front }
func (g *guest) SerialWaiting(int) int { return g.waiting }
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

// log is what the guest was given: "+a", "-a" for keys, "mouse dx dy dz buttons",
// "{shift 1}" for what was typed.
func (g *guest) log() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	for _, e := range g.events {
		switch e.Kind {
		case machine.EventKey:
			out = append(out, map[bool]string{true: "+", false: "-"}[e.Down]+e.Key.String())
		case machine.EventMouse:
			out = append(out, fmt.Sprint("mouse ", e.DX, e.DY, e.DZ, e.Buttons))
		case machine.EventPointer:
			out = append(out, fmt.Sprint("point ", e.X, e.Y, e.DZ, e.Buttons))
		case machine.EventSerial:
			out = append(out, fmt.Sprintf("com%d %q", e.Unit+1, e.Data))
		case machine.EventReset:
			out = append(out, "reset")
		case machine.EventPower:
			out = append(out, "power")
		}
	}
	for _, s := range g.typed {
		out = append(out, strings.Trim(fmt.Sprint(append(slices.Clone(s.Hold), s.Taps...)), "[]"))
	}
	return strings.Join(out, ", ")
}

// graphics is a frame of true colours.
func graphics(w, h int, colour func(x, y int) uint32) *video.Frame {
	f := &video.Frame{Info: video.Info{Kind: video.Graphics, Width: w, Height: h, ScaleX: 1, ScaleY: 1, PixW: w, PixH: h, Format: video.XRGB8888}}
	for y := range h {
		line := make([]byte, 4*w)
		for x := range w {
			binary.LittleEndian.PutUint32(line[4*x:], colour(x, y)&0xffffff)
		}
		f.Lines = append(f.Lines, line)
	}
	return f
}

func plain(c uint32) *video.Frame {
	return graphics(64, 48, func(int, int) uint32 { return c })
}

func start(t testing.TB, f *video.Frame, opt Options) (*Server, *guest) {
	t.Helper()
	opt.Address, opt.Steady = "127.0.0.1:0", true
	s, err := Listen(opt)
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{frame: f}
	s.Start(g, f)
	t.Cleanup(func() { _ = s.Close() })
	return s, g
}

// browser is the other end of the protocol, written from the package comment.
type browser struct {
	t      testing.TB
	ctx    context.Context
	conn   *websocket.Conn
	w, h   int
	pixels [][]uint32
	rects  int // of the last picture
	bytes  int // of the last picture, as it came
	packed bool
	holds  bool // asks for no picture by itself
	serial map[uint8]string
	status status
}

func connect(t testing.TB, s *Server) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, strings.Replace(s.URL(), "http", "ws", 1)+"socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(16 << 20)
	return &browser{t: t, ctx: ctx, conn: conn, serial: map[uint8]string{}}
}

func (b *browser) send(kind uint8, rest ...byte) {
	b.t.Helper()
	if err := b.conn.Write(b.ctx, websocket.MessageBinary, append([]byte{kind}, rest...)); err != nil {
		b.t.Fatal(err)
	}
}

// sync returns when the server has taken all that was sent.
func (b *browser) sync() {
	b.t.Helper()
	go func() { // the pong is read by a reader
		for b.take() == nil {
		}
	}()
	if err := b.conn.Ping(b.ctx); err != nil {
		b.t.Fatal(err)
	}
}

// take takes one message.
func (b *browser) take() error {
	kind, m, err := b.conn.Read(b.ctx)
	if err != nil {
		return err
	}
	if kind == websocket.MessageText {
		b.status = status{}
		return json.Unmarshal(m, &b.status)
	}
	if m[0] == sendsSerial {
		b.serial[m[1]] += string(m[2:])
		return nil
	}
	b.bytes, b.packed = len(m), m[1]&flagDeflated != 0
	if m = m[2:]; b.packed {
		if m, err = io.ReadAll(flate.NewReader(bytes.NewReader(m))); err != nil {
			return err
		}
	}
	if !b.holds {
		_ = b.conn.Write(b.ctx, websocket.MessageBinary, []byte{msgNext})
	}
	return b.picture(m)
}

func (b *browser) picture(m []byte) error {
	u16 := func() int {
		v := binary.BigEndian.Uint16(m)
		m = m[2:]
		return int(v)
	}
	w, h := u16(), u16()
	if w != b.w || h != b.h {
		b.w, b.h, b.pixels = w, h, nil
		for range h {
			b.pixels = append(b.pixels, make([]uint32, w))
		}
	}
	b.rects = u16()
	for range b.rects {
		x, y, w, h := u16(), u16(), u16(), u16()
		form := m[0]
		m = m[1:]
		rgb := func() uint32 {
			c := uint32(m[0])<<16 | uint32(m[1])<<8 | uint32(m[2])
			m = m[3:]
			return c
		}
		var colours []uint32
		depth := 0
		if form&formPalette != 0 {
			n := int(m[0]) + 1
			m = m[1:]
			for range n {
				colours = append(colours, rgb())
			}
			for n > 1<<depth {
				depth = max(1, 2*depth)
			}
		}
		repeats := make([]byte, (h+7)/8)
		if form&formRepeats != 0 {
			m = m[copy(repeats, m):]
		}
		for i := range h {
			to := b.pixels[y+i][x : x+w]
			if repeats[i/8]>>(7-i%8)&1 != 0 {
				copy(to, b.pixels[y+i-1][x:x+w])
				continue
			}
			row := m
			for j := range to {
				switch {
				case colours == nil:
					to[j] = rgb()
				case depth == 0:
					to[j] = colours[0]
				default:
					bit := j * depth
					to[j] = colours[row[bit/8]>>(8-depth-bit%8)&(1<<depth-1)]
				}
			}
			if colours != nil {
				m = m[(w*depth+7)/8:]
			}
		}
	}
	if len(m) != 0 {
		return fmt.Errorf("%d bytes behind the rectangles", len(m))
	}
	return nil
}

// until takes messages until the browser is content.
func (b *browser) until(what string, content func() bool) {
	b.t.Helper()
	for !content() {
		if err := b.take(); err != nil {
			b.t.Fatalf("%s: %v", what, err)
		}
	}
}

// shows takes messages until the picture is that of the frame.
func (b *browser) shows(f *video.Frame) {
	b.t.Helper()
	want := new(video.Painter).Paint(f, video.Phase{Cursor: true, Text: true})
	b.until("the picture", func() bool {
		return b.w == want.Width && b.h == want.Height && slices.EqualFunc(b.pixels, want.Rows, slices.Equal)
	})
}

// keyNames are the codes of a browser for all our keys.
func keyNames() map[kbc.Key]string {
	names := map[kbc.Key]string{}
	for _, c := range codes {
		if names[c.key] == "" {
			names[c.key] = c.code
		}
	}
	for c := 'A'; c <= 'Z'; c++ {
		k, _ := keyByCode("Key" + string(c))
		names[k] = "Key" + string(c)
	}
	for c := '0'; c <= '9'; c++ {
		k, _ := keyByCode("Digit" + string(c))
		names[k] = "Digit" + string(c)
	}
	delete(names, kbc.KeyNone)
	return names
}
