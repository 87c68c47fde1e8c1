package char

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// server is what PTY and TCP have in common.
type server interface {
	io.Writer
	Serve(context.Context, func([]byte))
	Close() error
}

// serve runs a line until the test ends; what it receives comes out of the channel.
func serve(t *testing.T, l server) chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	got, done := make(chan string, 100), make(chan struct{})
	go func() {
		defer close(done)
		l.Serve(ctx, func(b []byte) { got <- string(b) })
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("the line does not end")
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return got
}

func wantText(t *testing.T, got chan string, want string) {
	t.Helper()
	text := ""
	for text != want {
		select {
		case s := <-got:
			text += s
		case <-time.After(10 * time.Second):
			t.Fatalf("received %q; want %q", text, want)
		}
	}
}

func dial(t *testing.T, l *TCP) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Place())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return c
}

// hello sends what a line sends until the peer has it: it may not be there yet.
func hello(t *testing.T, l io.Writer, peer io.Reader) {
	t.Helper()
	got := make(chan error)
	go func() {
		var b [1]byte
		_, err := io.ReadFull(peer, b[:])
		got <- err
	}()
	for {
		_, _ = l.Write([]byte{'h'})
		select {
		case err := <-got:
			if err != nil {
				t.Fatal(err)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestTCP(t *testing.T) {
	l, err := ListenTCP(0)
	if err != nil {
		t.Fatal(err)
	}
	got := serve(t, l)
	_, _ = l.Write([]byte("nobody is there"))
	first := dial(t, l)
	hello(t, l, first)
	_, _ = first.Write([]byte("from the peer"))
	wantText(t, got, "from the peer")

	// A peer that reads nothing holds nothing up.
	big := make([]byte, 8<<20)
	start := time.Now()
	for b := big; len(b) > 0; b = b[1<<10:] {
		_, _ = l.Write(b[:1<<10])
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("8 MB to a peer that stalls took %v", d)
	}

	// A newer one takes over; the older is hung up.
	second := dial(t, l)
	hello(t, l, second)
	if _, err := io.Copy(io.Discard, first); err != nil {
		t.Errorf("the older peer: %v; want the end of the line", err)
	}
	_ = second.Close()
	for range 100 {
		_, _ = l.Write([]byte("nobody"))
	}

	// One that sends no more may listen on.
	third := dial(t, l)
	_, _ = third.Write([]byte("bye"))
	_ = third.(*net.TCPConn).CloseWrite()
	wantText(t, got, "bye")
	hello(t, l, third)

	if _, err := ListenTCP(uint16(l.listener.Addr().(*net.TCPAddr).Port)); err == nil {
		t.Error("a port in use was opened again")
	}
}

// What the guest has sent last reaches a peer although the machine has ended.
func TestTCPLastWords(t *testing.T) {
	l, err := ListenTCP(0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Serve(ctx, func([]byte) {}) }()
	c := dial(t, l)
	hello(t, l, c)
	words := bytes.Repeat([]byte("x"), maxQueued/2)
	_, _ = l.Write(append(words, '!'))
	cancel()
	b, err := io.ReadAll(c)
	if err != nil || !bytes.HasSuffix(b, append(words, '!')) {
		t.Errorf("%d bytes, %v; want the last %d and the end", len(b), err, len(words)+1)
	}
	<-done
}

func TestPTY(t *testing.T) {
	l, err := OpenPTY()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	got := serve(t, l)
	f, err := os.OpenFile(l.Place(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// Raw: no echo, no translation, and no line to be finished.
	_, _ = f.Write([]byte("ab\rc\x03"))
	wantText(t, got, "ab\rc\x03")
	_, _ = l.Write([]byte("x\ny"))
	b := make([]byte, 3)
	if _, err := io.ReadFull(f, b); err != nil || string(b) != "x\ny" {
		t.Errorf("the terminal shows %q, %v; want \"x\\ny\"", b, err)
	}
	_ = f.Close()
	start := time.Now()
	for range 4096 {
		_, _ = l.Write(make([]byte, 256))
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("1 MB to a terminal that nobody reads took %v", d)
	}
}
