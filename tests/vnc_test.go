package tests

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beige/bios/font"
	"beige/devices/vga/cp437"
)

// vncMachine is a program with a VNC display, under way.
type vncMachine struct {
	t      *testing.T
	cmd    *exec.Cmd
	port   string
	stdout bytes.Buffer
	ended  chan error
}

// startVNC runs a machine with a VNC display at any port.
func startVNC(t *testing.T, args ...string) *vncMachine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	m := &vncMachine{t: t, ended: make(chan error, 1)}
	m.cmd = exec.CommandContext(ctx, beige(t), append([]string{"run", "--display", "vnc:0"}, args...)...)
	m.cmd.Stdout = &m.stdout
	stderr, err := m.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	port := make(chan string, 1)
	go func() {
		in := bufio.NewScanner(stderr)
		for in.Scan() {
			if m := regexp.MustCompile(`VNC on 127\.0\.0\.1:(\d+)`).FindStringSubmatch(in.Text()); m != nil {
				port <- m[1]
			}
		}
		close(port)
		m.ended <- m.cmd.Wait()
	}()
	t.Cleanup(func() { cancel(); _ = m.wait() })
	if m.port = <-port; m.port == "" {
		t.Fatalf("no port: %v", <-m.ended)
	}
	return m
}

func (m *vncMachine) wait() error {
	err := <-m.ended
	m.ended <- err
	return err
}

// rfb is the smallest viewer there is: RFB 3.3, raw pixels of 32 bits, sizes that
// change.
type rfb struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	img  *image.RGBA
}

func (m *vncMachine) viewer() *rfb {
	m.t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+m.port)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	v := &rfb{t: m.t, conn: conn, in: bufio.NewReader(conn)}
	v.read(12)
	v.send([]byte("RFB 003.003\n"))
	if kind := binary.BigEndian.Uint32(v.read(4)); kind != 1 {
		m.t.Fatalf("security type %d; want 1", kind)
	}
	v.send([]byte{1})
	b := v.read(24)
	v.read(int(binary.BigEndian.Uint32(b[20:])))
	v.resize(int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:])))
	v.send([]byte{2, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x21}) // Raw, DesktopSize
	return v
}

func (v *rfb) resize(w, h int) { v.img = image.NewRGBA(image.Rect(0, 0, w, h)) }

func (v *rfb) send(b []byte) {
	v.t.Helper()
	if _, err := v.conn.Write(b); err != nil {
		v.t.Fatal(err)
	}
}

func (v *rfb) read(n int) []byte {
	v.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(v.in, b); err != nil {
		v.t.Fatalf("from the display: %v", err)
	}
	return b
}

func (v *rfb) request(incremental byte) {
	v.t.Helper()
	b := []byte{3, incremental, 0, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(v.img.Rect.Dx()))
	v.send(binary.BigEndian.AppendUint16(b, uint16(v.img.Rect.Dy())))
}

// update takes the next picture.
func (v *rfb) update() {
	v.t.Helper()
	v.request(1)
	b := v.read(4)
	for range binary.BigEndian.Uint16(b[2:]) {
		b := v.read(12)
		at := func(i int) int { return int(binary.BigEndian.Uint16(b[i:])) }
		x, y, w, h := at(0), at(2), at(4), at(6)
		if b[8] == 0xff {
			v.resize(w, h)
			continue
		}
		pixels := v.read(4 * w * h)
		for i := range w * h {
			at := v.img.PixOffset(x+i%w, y+i/w)
			v.img.Pix[at], v.img.Pix[at+1], v.img.Pix[at+2], v.img.Pix[at+3] = pixels[4*i+2], pixels[4*i+1], pixels[4*i], 0xff
		}
	}
}

// key presses and releases a key by its keysym.
func (v *rfb) key(sym uint32) {
	v.t.Helper()
	for _, down := range []byte{1, 0} {
		v.send(binary.BigEndian.AppendUint32([]byte{4, down, 0, 0}, sym))
	}
}

func (v *rfb) typeText(s string) {
	v.t.Helper()
	for _, r := range s {
		if r == '\n' {
			r = 0xff0d
		}
		v.key(uint32(r))
		time.Sleep(30 * time.Millisecond) // a person
	}
}

// readText reads the characters of a picture of 80 by 25 cells, each 9 by 16
// dots, as our font draws them. What is no character is "?".
func readText(img image.Image) []string {
	glyphs := map[[16]byte]byte{}
	for i, shapes := 0, font.Glyphs8x16(); i < 256; i++ {
		key := [16]byte(shapes[16*i:])
		if _, ok := glyphs[key]; !ok || i == ' ' {
			glyphs[key] = byte(i)
		}
	}
	var lines []string
	for y := 0; y+16 <= img.Bounds().Dy(); y += 16 {
		var line []byte
		for x := 0; x+9 <= img.Bounds().Dx(); x += 9 {
			var key [16]byte
			for dy := range key {
				for dx := range 8 {
					if r, g, b, _ := img.At(x+dx, y+dy).RGBA(); r|g|b != 0 {
						key[dy] |= 0x80 >> dx
					}
				}
			}
			c, ok := glyphs[key]
			if !ok {
				c = '?'
			}
			line = append(line, c)
		}
		lines = append(lines, strings.TrimRight(cp437.String(line), " \x00"))
	}
	return lines
}

// until takes pictures until text can be read in one.
func (v *rfb) until(text string) {
	v.t.Helper()
	var lines []string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		v.update()
		if lines = readText(v.img); strings.Contains(strings.Join(lines, "\n"), text) {
			return
		}
	}
	v.t.Fatalf("no %q on the screen:\n%s", text, strings.Join(lines, "\n"))
}

// A person at a viewer waits for DOS, types, and reads the answer in the pixels;
// two other viewers see the same, one of them late.
func TestVNCTypesIntoFreeDOS(t *testing.T) {
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

// Viewers that look, stall, go and come again leave no trace in a deterministic
// machine.
func TestVNCViewersDisturbNothing(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte(commands+"hash\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--deterministic", "--script", script, "--snapshot", guestImage(t, "freedos-144.img")}
	alone := startVNC(t, args...)
	if err := alone.wait(); err != nil {
		t.Fatal(err)
	}
	m := startVNC(t, args...)
	stop := make(chan struct{})
	looked := make(chan int, 10)
	for i := range 10 {
		go func() {
			n := 0
			defer func() { looked <- n }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				n += disturb(m.port, i)
			}
		}()
	}
	err := m.wait()
	close(stop)
	total := 0
	for range 10 {
		total += <-looked
	}
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 {
		t.Error("no viewer has seen anything")
	}
	t.Logf("%d updates", total)
	if alone.stdout.String() != m.stdout.String() || m.stdout.Len() == 0 {
		t.Errorf("state %q with viewers; want %q", m.stdout.String(), alone.stdout.String())
	}
}

// disturb is one visit of a viewer of a kind, and returns the updates seen.
func disturb(port string, kind int) (updates int) {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		return 0
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(300 * time.Millisecond))
	if kind == 0 { // only knocks
		return 0
	}
	_, _ = io.WriteString(conn, "RFB 003.003\n\x01")
	if kind == 1 { // goes without a word
		return 0
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
				updates++
			}
		}
	}
	return updates
}

// Viewers of Debian take the picture, too: gvnccapture (gtk-vnc, RFB 3.8, ZRLE)
// and vncsnapshot (RFB 3.3), which has the password.
func TestVNCStockViewers(t *testing.T) {
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
