package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beige/devices/host/term"
	"beige/devices/host/term/termtest"
	"beige/machine"
)

// stripes sets mode 13h and fills the screen with stripes of 20 lines: blue, green,
// cyan, red, and so on. With a key it goes back to text.
var stripes = []byte{
	0xb8, 0x13, 0x00, 0xcd, 0x10, // mov ax, 13h; int 10h
	0xb8, 0x00, 0xa0, 0x8e, 0xc0, 0x31, 0xff, // mov ax, A000h; mov es, ax; xor di, di
	0xb8, 0x00, 0x01, // mov ax, 100h
	0xfe, 0xc0, 0x3c, 0x05, 0x75, 0x02, 0xb0, 0x01, // next: inc al; cmp al, 5; jne fill; mov al, 1
	0xb9, 0x00, 0x19, 0xf3, 0xaa, // fill: mov cx, 6400; rep stosb
	0x81, 0xff, 0x00, 0xfa, 0x72, 0xed, // cmp di, 64000; jb next
	0x31, 0xc0, 0xcd, 0x16, // xor ax, ax; int 16h
	0xb8, 0x03, 0x00, 0xcd, 0x10, // mov ax, 3; int 10h
}

// inTerminal runs a machine with code on a terminal.
func inTerminal(t *testing.T, opt termtest.Options, code []byte, more func(*options)) (p *pty, s *session, ended func()) {
	t.Helper()
	t.Setenv("TERM", "xterm")
	t.Setenv("COLORTERM", "truecolor")
	t.Setenv("TMUX", "")
	t.Setenv("STY", "")
	p = openTerminal(t, opt)
	errs, err := os.Create(filepath.Join(t.TempDir(), "err"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { errs.Close() })
	o := &options{displays: displays{console: "term"}, files: [slots]string{guest(t, code)}}
	o.cfg.Record = true
	if more != nil {
		more(o)
	}
	s = &session{options: o, stdin: p.tty, stdout: &output{f: p.tty}, stderr: errs}
	done := make(chan error, 1)
	go func() { done <- s.run(nil) }()
	return p, s, func() {
		t.Helper()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("beige goes on")
		}
		p.waitFor("\x1b[?1049l")
		if err := p.term.Err(); err != nil {
			t.Error(err)
		}
	}
}

// eventually waits until something is so.
func eventually(so func() bool) bool {
	for range 3000 {
		if so() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// A terminal that says it has graphics gets the picture, to the pixel, and is left
// without one behind text and at the end.
func TestGraphicsInTheTerminal(t *testing.T) {
	for _, tc := range []struct {
		name string
		opt  termtest.Options
		want term.Graphics
		draw bool
	}{
		{"Sixel", termtest.Options{Cols: 100, Rows: 30, CellW: 8, CellH: 16, Sixel: true, Registers: 256}, term.GraphicsAuto, true},
		{"Sixel that tells no sizes", termtest.Options{Cols: 60, Rows: 20, Sixel: true}, term.GraphicsAuto, false},
		{"Kitty", termtest.Options{Cols: 100, Rows: 30, CellW: 8, CellH: 16, Kitty: true}, term.GraphicsAuto, true},
		{"both", termtest.Options{Cols: 90, Rows: 40, CellW: 9, CellH: 18, Kitty: true, Sixel: true}, term.GraphicsSixel, true},
		{"half blocks", termtest.Options{Cols: 100, Rows: 30, CellW: 8, CellH: 16, Kitty: true, Sixel: true}, term.GraphicsBlocks, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.opt.CellW == 0 {
				tc.opt.CellW, tc.opt.CellH, tc.opt.Untold = 10, 20, true
				tc.draw = true
			}
			p, _, ended := inTerminal(t, tc.opt, stripes, func(o *options) { o.graphics = tc.want })
			stripe := func(n, x int) string { // the middle of a stripe, in a column
				img := p.term.Picture()
				top, bottom := img.Rect.Max.Y, 0
				for y := range img.Rect.Max.Y {
					if img.RGBAAt(img.Rect.Dx()/2, y).A != 0 {
						top, bottom = min(top, y), max(bottom, y+1)
					}
				}
				c := img.RGBAAt(x, top+(bottom-top)*(20*n+10)/200)
				return fmt.Sprintf("%02x%02x%02x", c.R, c.G, c.B)
			}
			if tc.draw {
				middle := tc.opt.Cols * tc.opt.CellW / 2
				colour := func(n int) string { // Sixel has hundredths: 67 are ABh
					return strings.ReplaceAll(stripe(n, middle+20*n), "ab", "aa")
				}
				eventually(func() bool { return colour(9) == "00aa00" })
				for n := range 10 {
					if got, want := colour(n), []string{"0000aa", "00aa00", "00aaaa", "aa0000"}[n%4]; got != want {
						t.Errorf("stripe %d is %s; want %s", n, got, want)
					}
				}
			} else if !p.waitFor("48;2;0;0;170") || p.term.Drawn() > 0 {
				t.Errorf("%d pixels drawn; want half blocks", p.term.Drawn())
			}
			p.master.WriteString("\x1d")
			if !p.shows("Ctrl+Alt+Del") {
				t.Errorf("no menu:\n%s", p.screen())
			}
			p.master.WriteString("\rx") // closes it, and has the guest go back to text
			blank := func() bool {
				for _, v := range p.term.Picture().Pix {
					if v != 0 {
						return false
					}
				}
				return p.term.Pictures() == 0
			}
			if tc.draw && !eventually(blank) {
				t.Error("the picture is left over the text")
			}
			p.master.WriteString("\x1dq")
			ended()
			if !blank() || p.term.Mode("?1049") || p.term.Mode("?2004") || p.term.Mode("?1003") {
				t.Error("the terminal is left in disorder")
			}
		})
	}
}

// mouseOn enables the PS/2 mouse: A8h to port 64h, F4h through D4h.
var mouseOn = []byte{
	0xb0, 0xa8, 0xe6, 0x64, // mov al, A8h; out 64h, al
	0xe4, 0x64, 0xa8, 0x02, 0x75, 0xfa, // in al, 64h; test al, 2; jnz $-4
	0xb0, 0xd4, 0xe6, 0x64, 0xe4, 0x64, 0xa8, 0x02, 0x75, 0xfa,
	0xb0, 0xf4, 0xe6, 0x60,
}

// vmmouse asks for absolute positions through port 5658h: a command and its argument.
func vmmouse(command byte, arg uint32) []byte {
	return []byte{0x66, 0xb8, 0x68, 0x58, 0x4d, 0x56, 0x66, 0xb9, command, 0, 0, 0, // mov eax, "VMXh"; mov ecx, command
		0x66, 0xbb, byte(arg), byte(arg >> 8), byte(arg >> 16), byte(arg >> 24), 0xba, 0x58, 0x56, 0x66, 0xed} // mov ebx, arg; mov dx, 5658h; in eax, dx
}

// The terminal reports its mouse while the guest listens to its own, and the guest gets
// movements, or positions if it has asked for them.
func TestMouseInTheTerminal(t *testing.T) {
	absolute := concat(vmmouse(41, 0x45414552), vmmouse(39, 1), vmmouse(41, 0x53424152))
	// 100 by 30 places; the guest's 80 by 25 are in the upper left.
	const cells = "\x1b[<35;11;6M\x1b[<35;12;6M\x1b[<35;12;8M\x1b[<0;12;8M\x1b[<32;11;8M\x1b[<0;11;8m\x1b[<64;11;8M\x1b[<65;11;8M\x1b[<35;100;30M"
	// The same in pixels of places of 8 by 16, in their middle.
	const pixels = "\x1b[<35;84;88M\x1b[<35;92;88M\x1b[<35;92;120M\x1b[<0;92;120M\x1b[<32;84;120M\x1b[<0;84;120m\x1b[<64;84;120M\x1b[<65;84;120M\x1b[<35;800;480M"
	const moves = "8 0 0 0, 0 32 0 0, 0 0 0 1, -8 0 0 1, 0 0 0 0, 0 0 -1 0, 0 0 1 0, "
	for _, tc := range []struct {
		name   string
		opt    termtest.Options
		code   []byte
		bytes  string
		events string
	}{
		{"movements", termtest.Options{Cols: 100, Rows: 30}, mouseOn, cells, moves + "555 279 0 0"},
		{"movements in pixels", termtest.Options{Cols: 100, Rows: 30, CellW: 8, CellH: 16, PixelMouse: true}, mouseOn, pixels, moves + "556 280 0 0"},
		{"positions", termtest.Options{Cols: 100, Rows: 30}, append(mouseOn, absolute...), cells, "at 8615 14454 0 0, at 9435 14454 0 0, at 9435 19710 0 0, at 9435 19710 0 1, at 8615 19710 0 1, at 8615 19710 0 0, at 8615 19710 -1 0, at 8615 19710 1 0, at 65535 65535 0 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, s, ended := inTerminal(t, tc.opt, concat(say("up", 0), tc.code, idle), nil)
			if !eventually(func() bool { return p.term.Mode("?1003") && p.term.Mode("?1006") }) {
				t.Fatal("the terminal does not report its mouse")
			}
			if got := p.term.Mode("?1016"); got != tc.opt.PixelMouse {
				t.Errorf("reports in pixels: %v; want %v", got, tc.opt.PixelMouse)
			}
			p.master.WriteString(tc.bytes)
			time.Sleep(300 * time.Millisecond) // without the guest's doing nothing says that it has them
			p.master.WriteString("\x1dm")
			if !eventually(func() bool { return !p.term.Mode("?1003") }) {
				t.Error("the terminal still reports its mouse after the menu's m")
			}
			p.master.WriteString("\x1b[<35;50;10M\x1dm")
			if !eventually(func() bool { return p.term.Mode("?1003") }) {
				t.Error("the terminal does not report its mouse after a second m")
			}
			p.master.WriteString("\x1dq")
			ended()
			var got []string
			for _, e := range s.m.Log() {
				switch e.Kind {
				case machine.EventMouse:
					got = append(got, fmt.Sprint(e.DX, e.DY, e.DZ, e.Buttons))
				case machine.EventPointer:
					got = append(got, fmt.Sprint("at ", e.X, e.Y, e.DZ, e.Buttons))
				}
			}
			if g := strings.Join(got, ", "); g != tc.events {
				t.Errorf("events %s; want %s", g, tc.events)
			}
		})
	}
	t.Run("off", func(t *testing.T) {
		p, _, ended := inTerminal(t, termtest.Options{Cols: 100, Rows: 30}, concat(say("up", 0), mouseOn, idle), func(o *options) { o.noMouse = true })
		p.shows("up")
		time.Sleep(600 * time.Millisecond)
		if p.term.Mode("?1003") {
			t.Error("the terminal reports its mouse though it should not")
		}
		p.master.WriteString("\x1dq")
		ended()
	})
	t.Run("not used", func(t *testing.T) {
		p, _, ended := inTerminal(t, termtest.Options{Cols: 100, Rows: 30}, concat(say("up", 0), idle), nil)
		p.shows("up")
		time.Sleep(600 * time.Millisecond)
		if p.term.Mode("?1003") {
			t.Error("the terminal reports its mouse to a guest that has none")
		}
		p.master.WriteString("\x1dq")
		ended()
	})
}
