package machine

import (
	"context"
	"testing"

	"beige/devices/bus"
	"beige/devices/image"
	"beige/devices/video"
)

// animation draws all of mode 13h again and again, a byte at a time.
var animation = []byte{
	0xb8, 0x13, 0x00, 0xcd, 0x10, // mov ax, 13h; int 10h
	0xb8, 0x00, 0xa0, 0x8e, 0xc0, // mov ax, 0A000h; mov es, ax
	0x31, 0xff, // frame: xor di, di
	0xb9, 0x00, 0xfa, // mov cx, 64000
	0x43,       // inc bx
	0x89, 0xf8, // dot: mov ax, di
	0x01, 0xd8, // add ax, bx
	0x30, 0xe0, // xor al, ah
	0xaa,       // stosb
	0xe2, 0xf7, // loop dot
	0xeb, 0xef, // jmp frame
}

// runAnimation runs it for a second of virtual time.
func runAnimation(tb testing.TB, show func(*Machine)) {
	disk := make([]byte, 360<<10)
	copy(disk, animation)
	disk[510], disk[511] = 0x55, 0xaa
	f, err := image.NewFloppy("animation", disk)
	if err != nil {
		tb.Fatal(err)
	}
	var m *Machine
	cfg := Config{Deterministic: true, Floppies: [2]Floppy{f}}
	if show != nil {
		cfg.OnFrame = func() { show(m) }
	}
	if m, err = New(cfg); err != nil {
		tb.Fatal(err)
	}
	m.After(2*bus.Second, func() { m.Stop(0, "") })
	m.Run(context.Background())
	if f := m.Frame(); f.PixW != 320 || f.Lines[100][7] == f.Lines[100][8] {
		tb.Fatalf("the animation shows %d pixels a line", f.PixW)
	}
}

// What a guest that draws all the time loses to being shown: compare the times. The
// pictures are drawn on a goroutine of their own, as displays do.
func BenchmarkAnimation(b *testing.B) {
	b.Run("alone", func(b *testing.B) {
		for range b.N {
			runAnimation(b, nil)
		}
	})
	b.Run("shown", func(b *testing.B) {
		frames := make(chan *video.Frame, 1)
		done := make(chan int)
		go func() {
			var p video.Painter
			n := 0
			for f := range frames {
				p.Paint(f, video.Phase{})
				n++
			}
			done <- n
		}()
		for range b.N {
			runAnimation(b, func(m *Machine) {
				select {
				case frames <- m.Frame():
				default:
				}
			})
		}
		close(frames)
		b.ReportMetric(float64(<-done)/float64(b.Elapsed().Seconds()), "frames/s")
	})
}

// A screen that does not change is asked for at each turn of the run loop and costs
// nothing.
func TestUnchangedScreenCostsNothing(t *testing.T) {
	m, err := New(Config{Deterministic: true, OnFrame: func() {}})
	if err != nil {
		t.Fatal(err)
	}
	m.After(2*bus.Second, func() { m.Stop(0, "") })
	m.Run(context.Background())
	if n := testing.AllocsPerRun(100, func() { m.publish(true) }); n != 0 {
		t.Errorf("%v allocations for an unchanged screen; want 0", n)
	}
}
