package web

import (
	"bytes"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beige/devices/kbc"
	"beige/devices/video"
)

// Pictures of all depths, sizes and changes arrive as they are, deflated or not.
func TestPictures(t *testing.T) {
	for _, inflates := range []bool{false, true} {
		s, _ := start(t, plain(0), Options{deflate: true})
		b := connect(t, s)
		b.send(msgHello, map[bool]uint8{true: helloInflates}[inflates])
		frames := []*video.Frame{plain(0x123456)}
		r := rand.New(rand.NewPCG(1, 2))
		for _, size := range [][2]int{{1, 1}, {17, 33}, {640, 480}, {720, 400}} {
			for _, colours := range []int{1, 2, 3, 4, 5, 16, 17, 256, 257, 5000} {
				frames = append(frames, graphics(size[0], size[1], func(x, y int) uint32 {
					return 0x10203 * uint32((x*7+y*13+r.IntN(2)*x)%colours)
				}))
			}
		}
		doubled := graphics(320, 200, func(x, y int) uint32 { return uint32(x*x+y*y) % 200 * 0x010101 })
		doubled.Width, doubled.Height, doubled.ScaleX, doubled.ScaleY = 640, 400, 2, 2
		frames = append(frames, doubled)
		packed := false
		for i, f := range frames {
			s.Show(f)
			b.shows(f)
			if packed = packed || b.packed; b.packed && !inflates {
				t.Fatal("a deflated picture for a browser that cannot inflate")
			}
			if f == doubled && !inflates && b.bytes > 640*200+40*1024 {
				t.Errorf("a picture of doubled lines has %d bytes; want half as many", b.bytes)
			}
			// One dot more.
			g := graphics(f.PixW, f.PixH, func(x, y int) uint32 {
				if x == f.PixW-1 && y == f.PixH/2 {
					return 0xfedcba
				}
				return dot(f, x, y)
			})
			g.Info = f.Info
			s.Show(g)
			b.shows(g)
			if b.bytes > 3*32*32+100 && !inflates {
				t.Errorf("frame %d: one dot takes %d bytes; want a tile", i, b.bytes)
			}
		}
		if packed != inflates {
			t.Errorf("deflated: %v; want %v", packed, inflates)
		}
	}
}

func dot(f *video.Frame, x, y int) uint32 {
	l := f.Lines[y][4*x:]
	return uint32(l[0]) | uint32(l[1])<<8 | uint32(l[2])<<16
}

// A browser that has not shown a picture gets none, and then the newest.
func TestOnePictureInFlight(t *testing.T) {
	s, _ := start(t, plain(1), Options{})
	b := connect(t, s)
	b.holds = true
	b.shows(plain(1))
	for c := range uint32(50) {
		s.Show(plain(c + 2))
		time.Sleep(time.Millisecond)
	}
	b.send(msgNext)
	for n := 0; ; n++ {
		if b.rects = 0; b.take() != nil {
			t.Fatal("no picture")
		}
		if b.rects > 0 {
			if got := b.pixels[0][0]; got != 51 {
				t.Errorf("picture %d; want the newest, 51", got)
			}
			return
		}
	}
}

func TestToken(t *testing.T) {
	s, g := start(t, plain(3), Options{Token: "token-of_8"})
	base := "http://" + s.Addr().String()
	get := func(method, path, origin string) (int, string, http.Header) {
		t.Helper()
		r, err := http.NewRequest(method, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		answer, err := (&http.Transport{}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body), answer.Header
	}
	for _, tc := range []struct {
		method, path, origin string
		want                 int
	}{
		{"GET", "/token-of_8/", "", 200},
		{"HEAD", "/token-of_8/", "", 200},
		{"GET", "/token-of_8/main.js", "", 200},
		{"GET", "/token-of_8/main.js", base, 200},
		{"GET", "/token-of_8", "", 302},
		{"GET", "/token-of_8/screenshot.png", "", 200},
		{"GET", "/", "", 403},
		{"GET", "/main.js", "", 403},
		{"GET", "/token-of_9/", "", 403},
		{"GET", "/token-of_8x/socket", "", 403},
		{"GET", "//token-of_8/", "", 403},
		{"GET", "/token-of_8/", "http://example.com", 403},
		{"GET", "/token-of_8/socket", "http://example.com", 403},
		{"GET", "/token-of_8/socket", "null", 403},
		{"POST", "/token-of_8/drive/0", "http://127.0.0.1:1", 403},
		{"POST", "/token-of_8/", "", 405},
		{"GET", "/token-of_8/../doc.go", "", 404},
		{"GET", "/token-of_8/page", "", 404},
		{"GET", "/token-of_8/drive/0", "", 404},
		{"GET", "/token-of_8/socket", "", 426},
	} {
		code, body, h := get(tc.method, tc.path, tc.origin)
		if code != tc.want {
			t.Errorf("%s %s from %q: %d; want %d", tc.method, tc.path, tc.origin, code, tc.want)
		}
		if code == 403 && strings.Count(body, "\n") != 1 {
			t.Errorf("%s: %q; want one line", tc.path, body)
		}
		if p := h.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; script-src 'self';") || strings.Contains(p, "unsafe") {
			t.Errorf("%s: policy %q", tc.path, p)
		}
		if h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", tc.path, h)
		}
	}
	if _, body, _ := get("GET", "/token-of_8/", ""); strings.Contains(body, "http:") || strings.Contains(body, "style=") || strings.Contains(body, "onclick") {
		t.Error("the page has an address of elsewhere, or inline style or script")
	}
	_, body, _ := get("GET", "/token-of_8/screenshot.png", "")
	if img, err := png.Decode(strings.NewReader(body)); err != nil || img.Bounds().Dx() != 64 {
		t.Errorf("screenshot: %v, %v", img, err)
	}
	g.off = true
	if code, _, _ := get("GET", "/token-of_8/screenshot.png", ""); code != 503 {
		t.Errorf("screenshot of a machine that is off: %d; want 503", code)
	}
	for token, good := range map[string]bool{"12345678": true, "a-b_C9zz": true, "short": false, "eight/88": false, strings.Repeat("a", 65): false, "": false} {
		if err := CheckToken(token); (err == nil) != good {
			t.Errorf("token %q: %v", token, err)
		}
	}
	other, _ := start(t, plain(0), Options{})
	if another, _ := start(t, plain(0), Options{}); len(other.opt.Token) < 22 || other.opt.Token == another.opt.Token {
		t.Errorf("random tokens %q and %q", other.opt.Token, another.opt.Token)
	}
}

func TestPortTaken(t *testing.T) {
	s, _ := start(t, plain(0), Options{})
	if _, err := Listen(Options{Address: s.Addr().String()}); err == nil || !strings.Contains(err.Error(), "the port is taken") {
		t.Errorf("error %v; want that the port is taken", err)
	}
}

// Every key of the keyboard has a name in a browser, and no name two keys.
func TestAllKeys(t *testing.T) {
	names := keyNames()
	for k := kbc.KeyEsc; int(k) < kbc.NumKeys; k++ {
		if names[k] == "" {
			t.Errorf("no KeyboardEvent.code for %v", k)
		} else if back, ok := keyByCode(names[k]); !ok || back != k {
			t.Errorf("%s is %v; want %v", names[k], back, k)
		}
	}
	seen := map[string]bool{}
	for _, c := range codes {
		if seen[c.code] {
			t.Errorf("%s twice", c.code)
		}
		seen[c.code] = true
	}
}

func TestInput(t *testing.T) {
	key := func(down uint8, code string) string { return string([]byte{msgKey, down}) + code }
	text := func(kind uint8, s string) string { return string([]byte{kind}) + s }
	for _, tc := range []struct {
		name string
		in   []string
		want string
	}{
		{"a key", []string{key(1, "KeyA"), key(1, "KeyA"), key(0, "KeyA")}, "+a, -a"},
		{"an unknown key", []string{key(1, "Fn"), key(0, "Fn")}, ""},
		{"a place, not a letter", []string{key(1, "KeyZ"), key(0, "KeyZ"), key(1, "IntlBackslash"), key(0, "IntlBackslash")}, "+z, -z, +102nd, -102nd"},
		{"the focus is lost", []string{key(1, "ControlLeft"), key(1, "KeyC"), text(msgRelease, "")}, "+ctrl, +c, -c, -ctrl"},
		{"what is held at the end", []string{key(1, "AltLeft"), key(1, "Tab")}, "+alt, +tab, -tab, -alt"},
		{"a chord", []string{text(msgChord, "ControlLeft+AltLeft+Delete")}, "ctrl alt delete"},
		{"text", []string{text(msgText, "Y/ä\n\b")}, "shift z, shift 7, apostrophe, enter, backspace"},
		{"text with a sticky key", []string{key(1, "ControlLeft"), text(msgText, "y"), key(0, "ControlLeft")}, "+ctrl, +z, -z, -ctrl"},
		{"text that no PC has", []string{text(msgText, "中")}, ""},
		{"paste", []string{text(msgPaste, "a\r\nb"), text(msgStop, "")}, "a, enter, b"},
		{"a mouse", []string{text(msgMouse, "\x00\x05\xff\xfb\x00\x01"), text(msgMouse, "\x00\x00\x00\x00\x01\x00")}, "mouse 5 -5 0 0, mouse 0 0 0 1, mouse 0 0 1 1, mouse 0 0 0 0"},
		{"buttons that are none", []string{text(msgMouse, "\x00\x00\x00\x00\x00\xf8")}, ""},
		{"a place", []string{text(msgPoint, "\xff\xff\x00\x00\x00\x02"), text(msgPoint, "\x80\x00\x80\x00\xff\x00")}, "point 65535 0 0 0, point 65535 0 0 2, point 32768 32768 -1 2, point 32768 32768 0 0"},
		{"serial", []string{text(msgSerial, "\x01ls\r"), text(msgSerial, "\x02no such port")}, `com2 "ls\r"`},
		{"commands", []string{text(msgCommand, "\x00"), text(msgCommand, "\x01"), text(msgCommand, "\x03")}, "reset, power"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			de, _ := kbc.LayoutByName("de")
			s, g := start(t, plain(0), Options{Layout: de, Serial: []int{1}})
			g.points = tc.name == "a place"
			b := connect(t, s)
			for _, m := range tc.in {
				b.send(m[0], []byte(m[1:])...)
			}
			b.sync()
			_ = b.conn.Close(websocket.StatusNormalClosure, "")
			_ = s.Close()
			if got := g.log(); got != tc.want {
				t.Errorf("%s; want %s", got, tc.want)
			}
			if !s.input.Idle() {
				t.Error("something is still held")
			}
			if g.paused {
				t.Error("the power button of a machine that is held")
			}
		})
	}
}

// What is not part of the protocol ends the connection with a reason.
func TestMalformed(t *testing.T) {
	s, g := start(t, plain(0), Options{})
	for name, m := range malformed() {
		b := connect(t, s)
		kind := websocket.MessageBinary
		if name == "text" {
			kind = websocket.MessageText
		}
		if err := b.conn.Write(b.ctx, kind, m); err != nil {
			t.Fatal(err)
		}
		var err error
		for err == nil {
			err = b.take()
		}
		if code := websocket.CloseStatus(err); code != websocket.StatusPolicyViolation && code != websocket.StatusMessageTooBig {
			t.Errorf("%s: %v; want a refusal", name, err)
		}
	}
	if got := g.log(); got != "" {
		t.Errorf("events %s; want none", got)
	}
}

func malformed() map[string][]byte {
	return map[string][]byte{
		"empty": {}, "unknown": {99}, "text": []byte("hello"), "next with more": {msgNext, 0}, "key without a name": {msgKey, 1}, "key neither up nor down": {msgKey, 2, 'F', '1'},
		"half a mouse": {msgMouse, 0, 0}, "no UTF-8": {msgText, 0xff}, "a long text": append([]byte{msgText}, make([]byte, maxText+1)...),
		"an unknown chord": []byte("\x07Boss"), "a chord for six hands": []byte("\x07F1+F2+F3+F4+F5+F6"), "unknown command": {msgCommand, cmdLast},
		"serial without a port": {msgSerial}, "half a hello": {msgHello}, "too much": make([]byte, maxMessage+1),
	}
}

// What a browser sends before the machine has begun to run is done when it has.
func TestEarlyInput(t *testing.T) {
	s, g := start(t, plain(0), Options{})
	g.refuse(20)
	b := connect(t, s)
	b.send(msgCommand, cmdPower)
	b.sync()
	if got := g.log(); got != "power" {
		t.Errorf("the guest was given %q; want power", got)
	}
}

// What a browser has typed and the guest has not taken is bounded.
func TestTypingIsBounded(t *testing.T) {
	s, g := start(t, plain(0), Options{})
	g.hold = true
	b := connect(t, s)
	for range 100 {
		b.send(msgText, bytes.Repeat([]byte("x"), maxText)...)
	}
	b.sync()
	if len(g.typed) != maxTyped {
		t.Errorf("%d strokes wait; want %d", len(g.typed), maxTyped)
	}
}

func TestSerial(t *testing.T) {
	s, g := start(t, plain(0), Options{Serial: []int{0, 2}})
	early := connect(t, s)
	for _, c := range []byte("login: ") {
		_, _ = s.Serial(2).Write([]byte{c})
	}
	early.until("the port", func() bool { return early.serial[2] == "login: " })
	// One that comes late gets as much as is kept, from where it is kept.
	long := bytes.Repeat([]byte("0123456789abcdef"), kept/16+100)
	_, _ = s.Serial(0).Write(long)
	late := connect(t, s)
	late.until("the port", func() bool { return late.serial[2] != "" && len(late.serial[0]) >= kept })
	if late.serial[0] != string(long[len(long)-kept:]) || late.serial[2] != "login: " {
		t.Errorf("a late browser has %d bytes of COM1, %q of COM3", len(late.serial[0]), late.serial[2])
	}
	// A port whose guest does not listen holds its browser up, not others.
	g.mu.Lock()
	g.waiting = maxSerialWaiting
	g.mu.Unlock()
	gone := connect(t, s)
	gone.send(msgSerial, 0, 'y')
	time.Sleep(20 * time.Millisecond)
	_ = gone.conn.CloseNow()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		n := len(s.clients)
		s.mu.Unlock()
		if n == 2 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a browser that waits for a port is kept when it is gone")
		}
	}
	late.send(msgSerial, 0, 'x')
	early.send(msgKey, append([]byte{1}, "KeyA"...)...)
	early.sync()
	if got := g.log(); got != "+a" {
		t.Errorf("events %s; want +a", got)
	}
	g.mu.Lock()
	g.waiting = 0
	g.mu.Unlock()
	late.sync()
	if got := g.log(); got != `+a, com1 "x"` {
		t.Errorf("events %s; want +a and the byte", got)
	}
}

func TestStatus(t *testing.T) {
	s, g := start(t, plain(0), Options{Name: "name", Serial: []int{3}, Drives: &drives{}})
	b := connect(t, s)
	g.mu.Lock()
	g.leds, g.now = kbc.LEDCaps, 5e9
	g.front.Floppy[1] = true
	g.mu.Unlock()
	b.until("the status", func() bool { return b.status.State == "running" && b.status.Time == 5 })
	st := b.status
	if st.Name != "name" || !slices.Equal(st.LEDs, []bool{false, true, false}) || !st.Mouse || st.Mode != "64 × 48 true colour" || !slices.Equal(st.Serial, []int{3}) || st.Layout != "us" {
		t.Errorf("status %+v", st)
	}
	if len(st.Drives) != 3 || st.Drives[0].Light || !st.Drives[1].Light {
		t.Errorf("drives %+v; want the light of the second on", st.Drives)
	}
	b.send(msgCommand, cmdPause)
	b.until("the pause", func() bool { return b.status.State == "paused" })
	g.mu.Lock()
	g.front.CDROM[0]++
	g.mu.Unlock()
	b.until("the light", func() bool { return b.status.Drives[2].Light })
	b.until("the light to go out", func() bool { return !b.status.Drives[2].Light })
}
