package web

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beige/devices/kbc"
	"beige/devices/video"
)

// Ten browsers that come, stall, talk nonsense and go hold up neither the machine
// nor one that looks.
func TestTenBrowsers(t *testing.T) {
	s, g := start(t, plain(0), Options{patience: 5 * time.Second})
	big := func(n int) *video.Frame {
		return graphics(1024, 768, func(x, y int) uint32 { return uint32((x*31+y*17)*(n+1)) * 0x9e3779b1 >> 8 })
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for kind := range 10 {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				select {
				case <-stop:
					return
				default:
					disturb(s, kind)
				}
			}
		}()
	}
	b := connect(t, s)
	for n := range 12 {
		f := big(n)
		at := time.Now()
		s.Show(f)
		if d := time.Since(at); d > 2*time.Second {
			t.Errorf("the machine has waited %v for browsers", d)
		}
		b.shows(f)
	}
	close(stop)
	all.Wait()
	_ = b.conn.CloseNow()
	at := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(at); d > 10*time.Second {
		t.Errorf("closing took %v", d)
	}
	if !s.input.Idle() {
		t.Error("keys of browsers that are gone are down")
	}
	if len(s.clients) != 0 || len(g.events) == 0 {
		t.Errorf("%d clients at the end, %d events", len(s.clients), len(g.events))
	}
}

// disturb is one visit of a browser that does not behave.
func disturb(s *Server, kind int) {
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
	defer cancel()
	u, _ := url.Parse(s.URL())
	switch kind {
	case 0: // knocks
		if conn, err := net.Dial("tcp", u.Host); err == nil {
			_ = conn.Close()
		}
		return
	case 1: // begins a request
		if conn, err := net.Dial("tcp", u.Host); err == nil {
			_, _ = io.WriteString(conn, "GET "+u.Path+"socket HTTP/1.1\r\nHost: ")
			time.Sleep(50 * time.Millisecond)
			_ = conn.Close()
		}
		return
	case 2: // says nothing HTTP knows
		if conn, err := net.Dial("tcp", u.Host); err == nil {
			_, _ = conn.Write(bytes.Repeat([]byte{0x16, 3, 1}, 100))
			_ = conn.Close()
		}
		return
	}
	conn, _, err := websocket.Dial(ctx, strings.Replace(s.URL(), "http", "ws", 1)+"socket", nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	say := func(b ...byte) { _ = conn.Write(ctx, websocket.MessageBinary, b) }
	switch kind {
	case 3: // reads nothing
		say(append([]byte{msgKey, 1}, "KeyS"...)...)
		<-ctx.Done()
	case 4: // asks for all it can get, and reads nothing
		for ctx.Err() == nil {
			say(msgNext)
		}
	case 5: // holds keys and goes
		say(append([]byte{msgKey, 1}, "ShiftLeft"...)...)
		say(append([]byte{msgKey, 1}, "KeyQ"...)...)
		say(msgMouse, 0, 1, 0, 1, 0, 7)
	case 6: // floods
		for ctx.Err() == nil {
			say(msgMouse, 0, 1, 0, 1, 1, 0)
		}
	case 7: // nonsense
		say(99, 99, 99)
	case 8: // pastes and goes
		say(append([]byte{msgPaste}, bytes.Repeat([]byte("rm\n"), 10000)...)...)
	default: // looks
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
			say(msgNext)
		}
	}
}

// At the end of the machine the browsers are told why.
func TestEnd(t *testing.T) {
	s, _ := start(t, plain(0), Options{})
	b := connect(t, s)
	b.shows(plain(0))
	s.End("the machine was switched off")
	go func() { _ = s.Close() }()
	b.until("the end", func() bool { return b.status.State == "off" })
	if b.status.Why != "the machine was switched off" {
		t.Errorf("why: %q", b.status.Why)
	}
	if err := b.take(); err == nil {
		t.Error("the connection goes on")
	}
}

// FuzzMessages gives a server messages, cut as the first byte of each says.
func FuzzMessages(f *testing.F) {
	add := func(messages ...[]byte) {
		var all []byte
		for _, m := range messages {
			all = append(append(all, byte(len(m))), m...)
		}
		f.Add(all)
	}
	for _, m := range malformed() {
		add(m[:min(len(m), 255)])
	}
	key := func(down byte, code string) []byte { return append([]byte{msgKey, down}, code...) }
	add(key(1, "KeyA"), key(1, "ShiftLeft"), []byte("\x02Aé~\n"), key(0, "KeyA"), []byte{msgRelease})
	add(key(1, "ControlLeft"), []byte("\x02c"), []byte("\x03paste\r\nme"), key(1, "Escape"), []byte{msgStop})
	add([]byte("\x07ControlLeft+AltLeft+Delete"), []byte{msgMouse, 1, 2, 3, 4, 5, 7}, []byte{msgMouse, 0x80, 0, 0x80, 0, 0x80, 2})
	add([]byte("\x08\x00bytes"), []byte{msgCommand, 0}, []byte{msgCommand, 1}, []byte{msgCommand, 3}, []byte{msgHello, 1}, []byte{msgNext})
	f.Fuzz(func(t *testing.T, b []byte) {
		g := &guest{frame: plain(0), hold: len(b)%2 == 0}
		s := &Server{guest: g, clients: map[*client]struct{}{}, opt: Options{Serial: []int{0}, Drives: &drives{}}}
		s.input.Guest, s.input.Layout = g, kbc.US()
		c := newClient(s, nil, func() {})
		for len(b) > 0 {
			n := min(int(b[0]), len(b)-1)
			if m, err := parse(b[1 : 1+n]); err == nil {
				c.handle(t.Context(), m)
			}
			b = b[1+n:]
		}
		if c.typed > maxTyped {
			t.Fatalf("%d characters wait", c.typed)
		}
		s.input.Leave(&c.hand)
		if !s.input.Idle() {
			t.Fatal("something is still held")
		}
	})
}
