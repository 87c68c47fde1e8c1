package tests

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"beige/devices/bus"
	"beige/devices/host/term"
	"beige/devices/host/vnc"
	disks "beige/devices/image"
	"beige/machine"
	"golang.org/x/sys/unix"
)

// What displays/draw.asm draws.
const (
	drawMode13 uint8 = iota
	drawLinear
	drawRAM
	drawNothing
	drawPalette
)

// threadTime is the processor time of the calling thread, processTime that of all.
// They do not depend on what else the host does, as the wall clock does.
func threadTime(tb testing.TB) time.Duration  { return cpuTime(tb, unix.RUSAGE_THREAD) }
func processTime(tb testing.TB) time.Duration { return cpuTime(tb, unix.RUSAGE_SELF) }

func cpuTime(tb testing.TB, who int) time.Duration {
	tb.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// display is one of those that a machine can have, nil is none; show is called on the
// machine goroutine, end when the machine has stopped.
type display func(tb testing.TB, m *machine.Machine) (show, end func())

// terminalDisplay draws half blocks in 24-bit colour for a terminal of 160 by 50 that
// takes them at once.
func terminalDisplay(tb testing.TB, m *machine.Machine) (show, end func()) {
	screens := make(chan *machine.Screen, 1)
	var wait sync.WaitGroup
	wait.Add(1)
	go func() {
		defer wait.Done()
		r := term.NewRenderer(160, 50, term.TrueColour)
		for s := range screens {
			r.Draw(s)
		}
	}()
	return func() {
		select {
		case <-screens: // one that was not drawn yet
		default:
		}
		screens <- m.Screen()
	}, func() { close(screens); wait.Wait() }
}

// vncDisplay has one viewer with raw pixels, which asks for the next picture when it
// has one.
func vncDisplay(t testing.TB, m *machine.Machine) (show, end func()) {
	server, err := vnc.Listen(vnc.Options{Address: "127.0.0.1:0", Steady: true})
	if err != nil {
		t.Fatal(err)
	}
	server.Start(m, m.Frame())
	viewer := watch(t, server.Addr().String())
	return func() { server.Show(m.Frame()) }, func() { server.Close(); viewer() }
}

// drawing runs a machine that draws for some seconds of virtual time, behind the first
// one, and returns the processor time a second of the machine and of all of the process.
func drawing(tb testing.TB, what uint8, d display) (guest, all time.Duration) {
	tb.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	sector, err := os.ReadFile("displays/draw.bin")
	if err != nil {
		tb.Fatal(err)
	}
	data := make([]byte, 360<<10)
	copy(data, sector)
	data[3] = what
	f, err := disks.NewFloppy("draw", data)
	if err != nil {
		tb.Fatal(err)
	}
	show, end := func() {}, func() {}
	cfg := machine.Config{Deterministic: true, Floppies: [2]machine.Floppy{f}, Memory: 8 << 20}
	if d != nil {
		cfg.OnFrame = func() { show() }
	}
	m, err := machine.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	if d != nil {
		show, end = d(tb, m)
	}
	m.After(bus.Second, func() { guest, all = -threadTime(tb), -processTime(tb) })
	m.After((1+drawnSeconds)*bus.Second, func() {
		guest += threadTime(tb)
		all += processTime(tb)
		m.Stop(0, "")
	})
	m.Run(context.Background())
	end()
	return guest / drawnSeconds, all / drawnSeconds
}

// drawnSeconds is how much virtual time is measured: on a fast host some pictures'.
const drawnSeconds = 4

// watch is a viewer that shows nothing: it takes raw pixels as fast as they come. The
// returned function waits for its end, which is that of the connection.
func watch(tb testing.TB, address string) (wait func()) {
	tb.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer conn.Close()
		in := bufio.NewReaderSize(conn, 1<<16)
		read := func(n int) []byte {
			b := make([]byte, n)
			if _, err := io.ReadFull(in, b); err != nil {
				return nil
			}
			return b
		}
		send := func(b ...byte) { _, _ = conn.Write(b) }
		read(12)
		send([]byte("RFB 003.003\n")...)
		read(4)
		send(1)
		hello := read(24)
		if hello == nil {
			return
		}
		read(int(binary.BigEndian.Uint32(hello[20:])))
		send(2, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21) // Raw, DesktopSize
		for {
			send(3, 1, 0, 0, 0, 0, 0x0a, 0, 0x0a, 0)
			head := read(4)
			if head == nil {
				return
			}
			for range binary.BigEndian.Uint16(head[2:]) {
				r := read(12)
				if r == nil {
					return
				}
				if r[8] == 0 {
					size := 4 * int64(binary.BigEndian.Uint16(r[4:])) * int64(binary.BigEndian.Uint16(r[6:]))
					if _, err := io.CopyN(io.Discard, in, size); err != nil {
						return
					}
				}
			}
		}
	}()
	return func() { <-done }
}

// BenchmarkDisplay tells what drawing costs the guest, and all, in processor time for
// a second of virtual time (100 million instructions): a second divided by guest-ms, times
// 100, are the MIPS.
func BenchmarkDisplay(b *testing.B) {
	for _, g := range []struct {
		name string
		what uint8
	}{{"mode13h", drawMode13}, {"still", drawNothing}, {"1024x768x32", drawLinear}, {"ram", drawRAM}} {
		for _, d := range []struct {
			name string
			display
		}{{"none", nil}, {"terminal", terminalDisplay}, {"vnc", vncDisplay}, {"web", webDisplay(new(int64))}} {
			if g.what == drawRAM && d.name != "none" {
				continue
			}
			b.Run(fmt.Sprintf("%s/%s", g.name, d.name), func(b *testing.B) {
				var guests, alls []time.Duration
				for range b.N {
					guest, all := drawing(b, g.what, d.display)
					guests, alls = append(guests, guest), append(alls, all)
				}
				slices.Sort(guests)
				slices.Sort(alls)
				b.ReportMetric(float64(guests[len(guests)/2].Microseconds())/1e3, "guest-ms")
				b.ReportMetric(float64(alls[len(alls)/2].Microseconds())/1e3, "all-ms")
			})
		}
	}
}

// TestDisplayCosts: a guest that draws all of mode 13h all the time loses less than
// 15 % of its speed to being shown, and one whose screen does not change nothing that
// could be measured: 3 %.
func TestDisplayCosts(t *testing.T) {
	long(t)
	for what, most := range map[uint8]float64{drawMode13: 1.15, drawNothing: 1.03} {
		for name, d := range map[string]display{"terminal": terminalDisplay, "vnc": vncDisplay, "web": webDisplay(new(int64))} {
			// The least of several runs, in turn: caches are shared with the rest of the host.
			alone, shown := time.Hour, time.Hour
			for range 7 {
				guest, _ := drawing(t, what, nil)
				alone = min(alone, guest)
				guest, _ = drawing(t, what, d)
				shown = min(shown, guest)
			}
			if ratio := float64(shown) / float64(alone); ratio > most {
				t.Errorf("drawing %d on %s takes %.3f of the time without; want at most %.2f", what, name, ratio, most)
			}
		}
	}
}
