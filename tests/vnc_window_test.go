package tests

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// xscreen is an X server without a screen of its own, with one window of a viewer.
type xscreen struct {
	t      *testing.T
	env    []string
	window string
}

// newXScreen starts the server and a viewer on it, and waits for its window.
func newXScreen(t *testing.T, viewer string, args ...string) *xscreen {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	start := func(cmd *exec.Cmd) {
		t.Helper()
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // an X server has a socket to remove
		cmd.WaitDelay = 5 * time.Second
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		t.Cleanup(func() { cancel(); <-done })
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Without -noreset it starts anew when its only client goes, and refuses others meanwhile.
	server := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1400x1100x24", "-nolisten", "tcp", "-noreset")
	server.ExtraFiles = []*os.File{w}
	start(server)
	w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb: %v", err)
	}
	x := &xscreen{t: t, env: append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(number), "HOME="+t.TempDir())}
	cmd := exec.CommandContext(ctx, viewer, args...)
	cmd.Env = x.env
	said := filepath.Join(t.TempDir(), "viewer.log")
	log, err := os.Create(said)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	start(cmd)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		// No window manager is there to name windows: the largest one is the viewer's.
		if x.window = x.largest(); x.window != "" {
			return x
		}
		if time.Now().After(end) {
			b, _ := os.ReadFile(said)
			t.Fatalf("%s shows no window:\n%s", viewer, b)
		}
	}
}

// largest is the largest visible window but the root, of at least 300 by 180, or "".
func (x *xscreen) largest() string {
	best, id := 300*180, ""
	for _, w := range strings.Fields(x.try("xdotool", "search", "--onlyvisible", "--maxdepth", "1", "--name", ".*")) {
		var width, height int
		for _, line := range strings.Split(x.try("xdotool", "getwindowgeometry", "--shell", w), "\n") {
			_, _ = fmt.Sscanf(line, "WIDTH=%d", &width)
			_, _ = fmt.Sscanf(line, "HEIGHT=%d", &height)
		}
		if width*height > best && width < 1400 {
			best, id = width*height, w
		}
	}
	return id
}

// try runs a program and returns what it prints, whether it succeeds or not.
func (x *xscreen) try(name string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = x.env
	out, _ := cmd.Output()
	return string(out)
}

// do is try for what must succeed.
func (x *xscreen) do(args ...string) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "xdotool", args...)
	cmd.Env = x.env
	if out, err := cmd.CombinedOutput(); err != nil {
		x.t.Fatalf("xdotool %q: %v\n%s", args, err, out)
	}
}

// shot is what the window shows, or nil while it is changing.
func (x *xscreen) shot() image.Image {
	img, err := readXWD([]byte(x.try("xwd", "-silent", "-id", x.window)))
	if err != nil {
		return nil
	}
	return img
}

// until takes pictures until ok, which says what it has seen instead.
func (x *xscreen) until(what string, ok func(image.Image) (bool, string)) {
	x.t.Helper()
	seen := "no picture"
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if img := x.shot(); img != nil {
			var good bool
			if good, seen = ok(img); good {
				return
			}
		}
	}
	x.t.Fatalf("the window does not show %s, but %s", what, seen)
}

// readXWD reads a dump of a window in 32 bits (X Window System, XWDFile.h).
func readXWD(b []byte) (image.Image, error) {
	const words = 25
	if len(b) < 4*words {
		return nil, fmt.Errorf("no window dump")
	}
	var h [words]uint32
	for i := range h {
		h[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	size, width, height, bits, pitch, colours := int(h[0]), int(h[4]), int(h[5]), h[11], int(h[12]), int(h[19])
	pix := b[min(size+12*colours, len(b)):]
	if bits != 32 || h[7] != 0 || len(pix) < pitch*height {
		return nil, fmt.Errorf("window dump of %d bits, %d bytes", bits, len(pix))
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := pix[y*pitch+4*x:]
			img.SetRGBA(x, y, color.RGBA{p[2], p[1], p[0], 0xff})
		}
	}
	return img, nil
}

// TestVNCWindow: a person at a stock viewer sees each change of mode in its window, types
// and points.
func TestVNCWindow(t *testing.T) {
	long(t)
	t.Parallel()
	for _, tool := range []string{"Xvfb", "xdotool", "xwd", "xtigervncviewer"} {
		need(t, tool)
	}
	open := func(t *testing.T, m *vncMachine) *xscreen {
		x := newXScreen(t, "xtigervncviewer", "-SecurityTypes", "None", "-AlertOnFatalError=0", "-ReconnectOnError=0", "-PreferredEncoding=ZRLE", "-AutoSelect=0", "-LowColorLevel=2", "-FullColor=1", "127.0.0.1::"+m.port)
		x.do("mousemove", "160", "120")
		x.do("windowfocus", x.window)
		return x
	}
	t.Run("types", func(t *testing.T) {
		x := open(t, startVNC(t, "--snapshot", guestImage(t, "freedos-144.img")))
		text := func(want string) func(image.Image) (bool, string) {
			return func(img image.Image) (bool, string) {
				lines := strings.Join(readText(img), "\n")
				return img.Bounds().Size() == (image.Point{X: 720, Y: 400}) && strings.Contains(lines, want), fmt.Sprintf("%v:\n%s", img.Bounds().Size(), lines)
			}
		}
		x.until("the prompt", text("A:\\>"))
		x.do("type", "--delay", "100", "dir")
		x.do("key", "Return")
		x.until("the directory", text("Directory of A:\\"))
	})
	t.Run("modes and mouse", func(t *testing.T) {
		sector, err := os.ReadFile("displays/point.bin")
		if err != nil {
			t.Fatal(err)
		}
		disk := filepath.Join(t.TempDir(), "point.img")
		if err := os.WriteFile(disk, append(sector, bytes.Repeat([]byte{0}, 1440<<10-len(sector))...), 0o666); err != nil {
			t.Fatal(err)
		}
		x := open(t, startVNC(t, "--snapshot", disk))
		blue, green, red, magenta := color.RGBA{B: 0xaa, A: 0xff}, color.RGBA{G: 0xaa, A: 0xff}, color.RGBA{R: 0xff, A: 0xff}, color.RGBA{R: 0xaa, B: 0xaa, A: 0xff}
		filled := func(w, h int, c color.RGBA) func(image.Image) (bool, string) {
			return func(img image.Image) (bool, string) {
				size := img.Bounds().Size()
				// Right and below, away from the pointer.
				a, b := img.At(size.X-20, size.Y/2), img.At(size.X/2, size.Y-20)
				return size == image.Point{X: w, Y: h} && a == c && b == c, fmt.Sprintf("%v of %v and %v", size, a, b)
			}
		}
		x.until("mode 13h", filled(640, 400, blue))
		// The pointer goes right with the button held: dots in one line, from left to right.
		x.do("mousemove", "200", "200")
		time.Sleep(300 * time.Millisecond)
		x.do("mousedown", "1")
		for i := range 40 {
			x.do("mousemove", fmt.Sprint(200+5*i), "200")
			time.Sleep(30 * time.Millisecond) // a person
		}
		x.do("mouseup", "1")
		x.do("mousemove", "600", "380")
		x.until("a line of dots", func(img image.Image) (bool, string) {
			dots, columns, rows := 0, map[int]bool{}, map[int]bool{}
			for y := range img.Bounds().Dy() {
				for px := range img.Bounds().Dx() {
					if img.At(px, y) == (color.RGBA{0xff, 0xff, 0xff, 0xff}) {
						dots++
						columns[px], rows[y] = true, true
					}
				}
			}
			return len(columns) >= 12 && len(rows) <= 8, fmt.Sprintf("%d dots in %d columns and %d rows", dots, len(columns), len(rows))
		})
		for _, mode := range []struct {
			name string
			ok   func(image.Image) (bool, string)
		}{{"640 by 480", filled(640, 480, green)}, {"800 by 600", filled(800, 600, red)}, {"800 by 600 in 256 colours", filled(800, 600, magenta)}, {"mode 13h again", filled(640, 400, blue)}} {
			x.do("key", "space")
			x.until(mode.name, mode.ok)
		}
	})
}
