package tests

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beige/devices/bus"
	"beige/devices/host/web"
	"beige/machine"
)

// webDisplay has one browser that takes every picture and asks for the next. It counts
// the pictures of the second that drawing measures.
func webDisplay(pictures *int64) display {
	return func(tb testing.TB, m *machine.Machine) (show, end func()) {
		tb.Helper()
		server, err := web.Listen(web.Options{Address: "127.0.0.1:0", Steady: true})
		if err != nil {
			tb.Fatal(err)
		}
		server.Start(m, m.Frame())
		conn, _, err := websocket.Dial(context.Background(), strings.Replace(server.URL(), "http", "ws", 1)+"socket", nil)
		if err != nil {
			tb.Fatal(err)
		}
		conn.SetReadLimit(16 << 20)
		var n atomic.Int64
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				kind, b, err := conn.Read(context.Background())
				if err != nil {
					return
				}
				if kind == websocket.MessageBinary && b[0] == 0 {
					n.Add(1)
					_ = conn.Write(context.Background(), websocket.MessageBinary, []byte{0})
				}
			}
		}()
		m.After(bus.Second, func() { *pictures = -n.Load() })
		m.After((1+drawnSeconds)*bus.Second, func() { *pictures += n.Load() })
		return func() { server.Show(m.Frame()) }, func() { _ = server.Close(); _ = conn.CloseNow(); <-done }
	}
}

// webCost is the processor time that a picture of 640 by 480 takes while the guest
// draws all of it, from the frame to the end of the browser's reading.
func webCost(tb testing.TB) time.Duration {
	tb.Helper()
	var pictures int64
	_, alone := drawing(tb, drawPalette, nil)
	_, shown := drawing(tb, drawPalette, webDisplay(&pictures))
	if pictures < 5 {
		tb.Fatalf("%d pictures in %d seconds of virtual time", pictures, drawnSeconds)
	}
	return (shown - alone) * drawnSeconds / time.Duration(pictures)
}

// BenchmarkWebPicture tells what a picture of 640 by 480 costs in processor time, all
// of the display's work, and what part of a core 30 a second are.
func BenchmarkWebPicture(b *testing.B) {
	var all time.Duration
	for range b.N {
		all += webCost(b)
	}
	one := all / time.Duration(b.N)
	b.ReportMetric(float64(one.Microseconds())/1e3, "ms/picture")
	b.ReportMetric(100*30*one.Seconds(), "%core-at-30/s")
}

// TestWebCosts: 30 pictures a second of 640 by 480 take less than half a core while the
// guest draws.
func TestWebCosts(t *testing.T) {
	long(t)
	least := time.Hour
	for range 5 {
		least = min(least, webCost(t))
	}
	if part := 30 * least.Seconds(); part > 0.5 {
		t.Errorf("30 pictures a second take %.2f of a core, %v each; want at most half", part, least)
	}
}

// TestWebFrames: a browser shows 30 pictures a second of 640 by 480 while the guest
// draws. It counts what the page asks for.
func TestWebFrames(t *testing.T) {
	long(t)
	code, err := os.ReadFile("displays/draw.bin")
	if err != nil {
		t.Fatal(err)
	}
	code[3] = drawPalette
	disk := filepath.Join(t.TempDir(), "draw.img")
	if err := os.WriteFile(disk, append(code, make([]byte, 360<<10-len(code))...), 0o600); err != nil {
		t.Fatal(err)
	}
	c := startChromium(t)
	m := startWeb(t, "--snapshot", disk)
	p := c.open(m.url, 1280, 800, false)
	p.until(`document.getElementById("screen").dataset.dots === "640 480"`)
	p.eval(`(() => { window.asked = 0; const send = WebSocket.prototype.send; WebSocket.prototype.send = function (b) { if (b[0] === 0) window.asked++; send.call(this, b); }; })()`)
	most := 0.0
	for range 5 { // the host may be busy
		n, _ := p.eval(`new Promise(done => { const from = asked, at = performance.now(); setTimeout(() => done(1000 * (asked - from) / (performance.now() - at)), 2000); })`).(float64)
		if most = max(most, n); most >= 30 {
			break
		}
	}
	t.Logf("%.1f pictures a second", most)
	if most < 30 {
		t.Errorf("%.1f pictures a second; want 30", most)
	}
}
