package tests

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"beige/devices/bus"
	"beige/devices/host/vnc"
	"beige/devices/host/web"
	disks "beige/devices/image"
	"beige/devices/kbc"
	"beige/devices/video"
	"beige/machine"
	"beige/machine/script"
)

// server is a network display that others may look at.
type server struct {
	start   func(*machine.Machine)
	show    func(*video.Frame)
	disturb func(kind int, updates *atomic.Int64) // one visit, of one of ten kinds
	close   func() error
}

func vncServer(t *testing.T) server {
	s, err := vnc.Listen(vnc.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	return server{func(m *machine.Machine) { s.Start(m, m.Frame()) }, s.Show, func(kind int, updates *atomic.Int64) { disturbVNC(s.Addr().String(), kind, updates) }, s.Close}
}

func webServer(t *testing.T) server {
	s, err := web.Listen(web.Options{Address: "127.0.0.1:0", Serial: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	return server{func(m *machine.Machine) { s.Start(m, m.Frame()) }, s.Show, func(kind int, updates *atomic.Int64) { disturbWeb(s.URL(), kind, updates) }, s.Close}
}

// disturbWeb is one visit of a browser that looks, or does not behave, but leaves the
// keyboard alone.
func disturbWeb(url string, kind int, updates *atomic.Int64) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1)+"socket", nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	switch kind {
	case 0: // goes without a word
		return
	case 1: // takes nothing
		<-ctx.Done()
		return
	case 2: // asks all the time, and takes nothing
		for conn.Write(ctx, websocket.MessageBinary, []byte{0}) == nil {
		}
		return
	case 3: // says what nobody understands
		_ = conn.Write(ctx, websocket.MessageBinary, []byte{99})
	case 4: // lets go of what it does not hold
		_ = conn.Write(ctx, websocket.MessageBinary, []byte{6})
		_ = conn.Write(ctx, websocket.MessageBinary, []byte{4})
	}
	for {
		message, b, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if message == websocket.MessageBinary && b[0] == 0 {
			updates.Add(1)
			_ = conn.Write(ctx, websocket.MessageBinary, []byte{0})
		}
	}
}

// Viewers that look, stall, go and come again leave no trace in a deterministic
// machine.
func TestViewersDisturbNothing(t *testing.T) {
	t.Parallel()
	disk, err := os.ReadFile(guestImage(t, "freedos-144.img"))
	if err != nil {
		t.Fatal(err)
	}
	alone, _ := stateAfterCommands(t, disk, 0, vncServer(t))
	for name, s := range map[string]server{"VNC": vncServer(t), "web": webServer(t)} {
		if testing.Short() && name == "VNC" { // what disturbs is the same
			s.close()
			continue
		}
		watched, updates := stateAfterCommands(t, disk, 10, s)
		if alone != watched {
			t.Errorf("%s: state %s with viewers; want %s", name, watched, alone)
		}
		if updates < 20 {
			t.Errorf("%s: the viewers have seen %d pictures; want at least 20", name, updates)
		}
	}
}

// stateAfterCommands is the digest of a machine in which DOS has booted and done
// its commands, while so many viewers do what they like. Now and then the machine
// waits for them to see something.
func stateAfterCommands(t *testing.T, disk []byte, viewers int, s server) (hash string, seen int64) {
	t.Helper()
	f, err := disks.NewFloppy("freedos", bytes.Clone(disk))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := script.Parse("commands", strings.NewReader(commands), kbc.US())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	var m *machine.Machine
	cfg := machine.Config{Deterministic: true, OnFrame: func() { s.show(m.Frame()) }}
	cfg.Floppies[0] = f
	if m, err = machine.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.start(m)
	script.New(parsed, script.Options{Out: io.Discard, Err: os.Stderr}).Start(m)
	var updates atomic.Int64
	var tick func()
	tick = func() {
		target := updates.Load() + int64(viewers)
		for end := time.Now().Add(time.Second); updates.Load() < target && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		m.After(bus.Second, tick)
	}
	m.After(bus.Second, tick)
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for kind := range viewers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for {
				select {
				case <-stop:
					return
				default:
					s.disturb(kind, &updates)
				}
			}
		}()
	}
	exit := m.Run(context.Background())
	close(stop)
	wait.Wait()
	if exit.Reason != machine.HostStop || exit.Code != 0 {
		t.Fatalf("the script ended with %+v", exit)
	}
	return m.StateHash(), updates.Load()
}
