package tests

import (
	"bufio"
	"encoding/binary"
	"image"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"beige/bios/font"
	"beige/devices/video/cp437"
)

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
	return view(m.t, "127.0.0.1:"+m.port)
}

// view connects a viewer.
func view(t *testing.T, address string) *rfb {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	v := &rfb{t: t, conn: conn, in: bufio.NewReaderSize(conn, 1<<16)}
	v.read(12)
	v.send([]byte("RFB 003.003\n"))
	if kind := binary.BigEndian.Uint32(v.read(4)); kind != 1 {
		t.Fatalf("security type %d; want 1", kind)
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
	v.take()
}

// whole takes a picture whether it is new or not.
func (v *rfb) whole() {
	v.t.Helper()
	for size := (image.Point{}); size != v.img.Rect.Size(); {
		size = v.img.Rect.Size()
		v.request(0)
		v.take()
	}
}

func (v *rfb) take() {
	v.t.Helper()
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
