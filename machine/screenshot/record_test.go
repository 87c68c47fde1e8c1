package screenshot

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"beige/devices/bus"
	"beige/devices/video"
)

// scene is a recording: two sizes, a frame that changes a line, one of many colours.
func scene(t *testing.T, file string) []*video.Frame {
	t.Helper()
	r, err := NewRecorder(file)
	if err != nil {
		t.Fatal(err)
	}
	few := func(x, y int) uint32 { return uint32(x&3) * 0x330033 }
	line := func(x, y int) uint32 {
		if y == 4 {
			return 0x00ff00
		}
		return few(x, y)
	}
	many := func(x, y int) uint32 { return uint32(x*5)<<16 | uint32(y*12)<<8 | uint32(x+y) }
	frames := []*video.Frame{frame(20, 10, few), frame(20, 10, few), frame(20, 10, line), frame(30, 20, many), frame(20, 10, line)}
	for i, f := range frames {
		r.show(f, bus.Time(i)*sampleTime)
	}
	r.write(6 * sampleTime)
	r.m = nil
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return append(frames[:1:1], frames[2:]...)
}

// canvas is what shows after each frame of a recording should be.
func canvas(f *video.Frame) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 60, 20))
	draw.Draw(img, img.Bounds(), image.Black, image.Point{}, draw.Src)
	shot := Draw(f)
	draw.Draw(img, shot.Bounds(), shot, image.Point{}, draw.Src)
	return img
}

func TestRecordGIF(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.gif")
	frames := scene(t, file)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if g.Config.Width != 60 || g.Config.Height != 20 || g.LoopCount != 0 || len(g.Image) != 4 {
		t.Fatalf("%dx%d, %d frames, loop %d; want 60x20, 4, 0", g.Config.Width, g.Config.Height, len(g.Image), g.LoopCount)
	}
	shown := image.NewRGBA(image.Rect(0, 0, 60, 20))
	draw.Draw(shown, shown.Bounds(), image.Black, image.Point{}, draw.Src)
	for i, img := range g.Image {
		if want := []int{8, 4, 4, 8}[i]; g.Delay[i] != want {
			t.Errorf("frame %d: delay %d; want %d", i, g.Delay[i], want)
		}
		draw.Draw(shown, img.Bounds(), img, img.Bounds().Min, draw.Src)
		tolerance := 0
		if i == 2 {
			tolerance = 26 // six levels
		}
		if err := Compare(shown, canvas(frames[i]), tolerance); err != nil {
			t.Errorf("frame %d: %v", i, err)
		}
	}
	if b := g.Image[1].Bounds(); b != image.Rect(0, 4, 40, 5) {
		t.Errorf("the changed line is stored as %v; want (0,4)-(40,5)", b)
	}
}

func TestRecordAPNG(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.apng")
	frames := scene(t, file)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	still, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("a viewer without animation: %v", err)
	}
	if s := still.Bounds(); s.Dx() != 60 || s.Dy() != 20 || still.At(3, 3) != (color.RGBA{A: 0xff}) {
		t.Errorf("it shows %v, %v; want 60x20 black dots", s, still.At(3, 3))
	}
	shown := image.NewRGBA(image.Rect(0, 0, 60, 20))
	n, sequence, control := 0, uint32(0), []byte(nil)
	be := binary.BigEndian
	for p := b[len(pngSignature):]; len(p) > 0; {
		size := int(be.Uint32(p))
		kind, data := string(p[4:8]), p[8:8+size]
		if be.Uint32(p[8+size:]) != crc32.ChecksumIEEE(p[4:8+size]) {
			t.Fatalf("chunk %s: wrong CRC", kind)
		}
		p = p[chunkExtra+size:]
		if kind == "acTL" && be.Uint32(data) != 4 {
			t.Errorf("acTL has %d frames; want 4", be.Uint32(data))
		}
		if kind != "fcTL" && kind != "fdAT" {
			continue
		}
		if got := be.Uint32(data); got != sequence {
			t.Fatalf("chunk %s has number %d; want %d", kind, got, sequence)
		}
		sequence++
		if kind == "fcTL" {
			control = data
			continue
		}
		// The frame as a file of its own.
		var alone bytes.Buffer
		alone.WriteString(pngSignature)
		_ = chunk(&alone, "IHDR", append(bytes.Clone(control[4:12]), 8, 2, 0, 0, 0))
		_ = chunk(&alone, "IDAT", data[4:])
		_ = chunk(&alone, "IEND", nil)
		img, err := png.Decode(&alone)
		if err != nil {
			t.Fatalf("frame %d: %v", n, err)
		}
		at := image.Pt(int(be.Uint32(control[12:])), int(be.Uint32(control[16:])))
		draw.Draw(shown, img.Bounds().Add(at), img, image.Point{}, draw.Src)
		if delay, unit := be.Uint16(control[20:]), be.Uint16(control[22:]); int(delay) != []int{8, 4, 4, 8}[n] || unit != 100 {
			t.Errorf("frame %d: delay %d/%d", n, delay, unit)
		}
		want := canvas(frames[n])
		if n < 2 { // what is beyond is transparent still
			want = want.SubImage(image.Rect(0, 0, 40, 10)).(*image.RGBA)
			if err := Compare(shown.SubImage(want.Bounds()), want, 0); err != nil {
				t.Errorf("frame %d: %v", n, err)
			}
		} else if err := Compare(shown, want, 0); err != nil {
			t.Errorf("frame %d: %v", n, err)
		}
		n++
	}
	if n != 4 {
		t.Errorf("%d frames; want 4", n)
	}
}

func TestRecordFormats(t *testing.T) {
	for name, ok := range map[string]bool{"a.gif": true, "a.APNG": true, "a.png": true, "a.mp4": false, "gif": false} {
		if err := CheckFormat(name); (err == nil) != ok {
			t.Errorf("CheckFormat(%s) = %v", name, err)
		}
	}
	if _, err := NewRecorder(filepath.Join(t.TempDir(), "no", "a.gif")); !os.IsNotExist(err) {
		t.Errorf("NewRecorder in no folder = %v", err)
	}
}
