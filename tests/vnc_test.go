package tests

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beige/devices/host/vnc"
	disks "beige/devices/image"
	"beige/devices/video"
	"beige/machine"
	"beige/machine/screenshot"
)

// vncMachine is a beige with a VNC display.
type vncMachine struct {
	*process
	port string
}

func startVNC(t *testing.T, args ...string) *vncMachine {
	t.Helper()
	p, port := startDisplay(t, "vnc:0", regexp.MustCompile(`VNC on 127\.0\.0\.1:(\d+)`), args...)
	return &vncMachine{p, port}
}

// A person at a viewer waits for DOS, types, and reads the answer in the pixels;
// two other viewers see the same, one of them late.
func TestVNCTypesIntoFreeDOS(t *testing.T) {
	t.Parallel()
	m := startVNC(t, "--snapshot", guestImage(t, "freedos-144.img"))
	v, w := m.viewer(), m.viewer()
	v.until("A:\\>")
	v.typeText("ver\n")
	v.until("FreeCom version 0.82")
	w.until("FreeCom version 0.82")
	v.typeText("echo " + "Shift! {braces}" + "\n")
	v.until("\nShift! {braces}")
	// The clipboard, which is longer than the BIOS's buffer, with commands that
	// take their time.
	text := "dir\rver /r\rcls\recho 0123456789 abcdefghijklmnopqrstuvwxyz\rdir\recho the end\r"
	v.send(append(binary.BigEndian.AppendUint32([]byte{6, 0, 0, 0}, uint32(len(text))), text...))
	for _, sym := range []uint32{0xffe3, 0xffe9, 'v'} { // Ctrl+Alt+V
		v.send(binary.BigEndian.AppendUint32([]byte{4, 1, 0, 0}, sym))
	}
	for _, sym := range []uint32{'v', 0xffe9, 0xffe3} {
		v.send(binary.BigEndian.AppendUint32([]byte{4, 0, 0, 0}, sym))
	}
	v.until("\nthe end")
	late := m.viewer()
	late.until("\n0123456789 abcdefghijklmnopqrstuvwxyz")
	if got := late.img.Rect.Size(); got != (image.Point{X: 720, Y: 400}) {
		t.Errorf("the screen has %v; want 720x400", got)
	}
}

// disturbVNC is one visit of a viewer of a kind; it counts the updates it has seen.
func disturbVNC(address string, kind int, updates *atomic.Int64) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(300 * time.Millisecond))
	if kind == 0 { // only knocks
		return
	}
	_, _ = io.WriteString(conn, "RFB 003.003\n\x01")
	if kind == 1 { // goes without a word
		return
	}
	_, _ = conn.Write([]byte{2, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0x21})
	request := []byte{3, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}
	switch kind {
	case 2: // asks, and takes nothing
		for range 1000 {
			if _, err := conn.Write(request); err != nil {
				break
			}
		}
		time.Sleep(300 * time.Millisecond)
	case 3: // ends in the middle of a message
		_, _ = conn.Write(request[:5])
	case 4: // says what nobody understands
		_, _ = conn.Write(bytes.Repeat([]byte{0x77}, 100))
	case 5: // has its pointer on the screen, and does not move it
		_, _ = conn.Write([]byte{5, 0, 0, 10, 0, 10})
		fallthrough
	default: // looks
		b := make([]byte, 1<<16)
		for range 20 {
			if _, err := conn.Write(request); err != nil {
				break
			}
			request[1] = 1
			if n, err := conn.Read(b); err != nil {
				break
			} else if n > 100 {
				updates.Add(1)
			}
		}
	}
}

// lookedAt shows each picture of the graphics disk to a viewer while the guest
// waits for the answer.
type lookedAt struct {
	viewer
	server *vnc.Server
	rfb    *rfb
}

func (l *lookedAt) Write(b []byte) (int, error) {
	before := len(l.names)
	n, err := l.viewer.Write(b)
	for _, name := range l.names[before:] {
		f := l.m.Frame()
		l.server.Show(f)
		l.rfb.whole()
		want := l.shots[name]
		if f.Kind == video.Blank { // keeps the size of the picture before
			want = image.NewRGBA(l.rfb.img.Rect)
			draw.Draw(want.(draw.Image), l.rfb.img.Rect, image.Black, image.Point{}, draw.Src)
		}
		if err := screenshot.Compare(l.rfb.img, want, 0); err != nil {
			l.rfb.t.Errorf("%s: %v", name, err)
		}
	}
	return n, err
}

// A viewer sees each change of mode, to the pixel.
func TestVNCSeesEveryMode(t *testing.T) {
	long(t)
	t.Parallel()
	f, err := disks.NewFloppy("graphics", checkBytes(t, "../graphics/graphics", nil))
	if err != nil {
		t.Fatal(err)
	}
	l := &lookedAt{viewer: viewer{shots: map[string]image.Image{}}}
	cfg := machine.Config{Deterministic: true, Unattended: true, DebugCon: l}
	cfg.Floppies[0] = f
	if cfg.Speed, err = machine.ParseSpeed("20mips"); err != nil {
		t.Fatal(err)
	}
	if l.m, err = machine.New(cfg); err != nil {
		t.Fatal(err)
	}
	if l.server, err = vnc.Listen(vnc.Options{Address: "127.0.0.1:0", Steady: true}); err != nil {
		t.Fatal(err)
	}
	defer l.server.Close()
	l.server.Start(l.m, l.m.Frame())
	l.rfb = view(t, l.server.Addr().String())
	if exit := l.m.Run(context.Background()); exit.Reason != machine.DebugExit {
		t.Fatalf("the disk ended with %v, its last line %q", exit, l.done)
	}
	if len(l.names) < 30 {
		t.Errorf("%d pictures; want at least 30", len(l.names))
	}
}

// Viewers of Debian take the picture, too: gvnccapture (gtk-vnc, RFB 3.8, ZRLE)
// and vncsnapshot (RFB 3.3), which has the password.
func TestVNCStockViewers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pw := filepath.Join(dir, "password")
	if err := os.WriteFile(pw, []byte("longer than eight\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(t *testing.T, name string, args ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	display := func(m *vncMachine) string {
		n := 0
		_, _ = fmt.Sscan(m.port, &n)
		return fmt.Sprintf("127.0.0.1:%d", n-5900)
	}
	ready := func(t *testing.T, img image.Image) {
		t.Helper()
		if text := strings.Join(readText(img), "\n"); !strings.Contains(text, "A:\\>") {
			t.Errorf("the picture has no prompt:\n%s", text)
		}
	}
	t.Run("gvnccapture", func(t *testing.T) {
		need(t, "gvnccapture")
		m := startVNC(t, "--snapshot", guestImage(t, "freedos-144.img"))
		m.viewer().until("A:\\>")
		file := filepath.Join(dir, "shot.png")
		run(t, "gvnccapture", "-q", display(m), file)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		img, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		ready(t, img)
	})
	t.Run("vncsnapshot", func(t *testing.T) {
		need(t, "vncsnapshot")
		m := startVNC(t, "--snapshot", guestImage(t, "freedos-144.img"))
		m.viewer().until("A:\\>")
		for _, encoding := range []string{"raw", "hextile", "zlib", "copyrect hextile"} {
			file := filepath.Join(dir, "shot.jpg")
			run(t, "vncsnapshot", "-quiet", "-encodings", encoding, display(m), file)
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(f)
			f.Close()
			if err != nil {
				t.Fatal(err)
			}
			ready(t, dark{img})
		}
		// Its file has "longer t" under DES with the well-known key of vncpasswd.
		locked := startVNC(t, "--vnc-password", pw, "--snapshot", guestImage(t, "freedos-144.img"))
		for password, good := range map[string]bool{"\x9e\x29\xd3\x40\xcc\xc0\x88\x15": true, "\x13\xbb\xde\x93\x9e\x89\xa6\x3e": false} {
			file := filepath.Join(dir, "vncpasswd")
			if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			err := exec.CommandContext(ctx, "vncsnapshot", "-quiet", "-passwd", file, display(locked), filepath.Join(dir, "locked.jpg")).Run()
			cancel()
			if (err == nil) != good {
				t.Errorf("vncsnapshot with the password in %x: %v; want success %v", password, err, good)
			}
		}
	})
}

// dark is a picture in which the noise of JPEG is black.
type dark struct{ image.Image }

func (d dark) At(x, y int) color.Color {
	if r, _, _, _ := d.Image.At(x, y).RGBA(); r < 0x5000 {
		return color.Black
	}
	return color.White
}
