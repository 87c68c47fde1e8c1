package screenshot

import (
	"bytes"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/video"
)

// frame is a picture of w by h pixels, each of the colour that its place gives.
func frame(w, h int, at func(x, y int) uint32) *video.Frame {
	f := &video.Frame{Gen: 1, Info: video.Info{Kind: video.Graphics, Width: 2 * w, Height: h, ScaleX: 2, ScaleY: 1, PixW: w, PixH: h, Format: video.XRGB8888}}
	for y := range h {
		var line []uint8
		for x := range w {
			c := at(x, y)
			line = append(line, uint8(c), uint8(c>>8), uint8(c>>16), 0)
		}
		f.Lines = append(f.Lines, line)
	}
	return f
}

func TestSaveAndExpect(t *testing.T) {
	few := func(x, y int) uint32 { return uint32(x&7) * 0x1f2011 }
	many := func(x, y int) uint32 { return uint32(x)<<16 | uint32(y)<<8 | 0x40 }
	for name, at := range map[string]func(x, y int) uint32{"few colours": few, "many colours": many} {
		file := filepath.Join(t.TempDir(), "a.png")
		f := frame(40, 30, at)
		if err := Save(file, f); err != nil {
			t.Fatal(err)
		}
		img, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, indexed := img.(*image.Paletted); indexed != (name == "few colours") {
			t.Errorf("%s: stored as %T", name, img)
		}
		if b := img.Bounds(); b.Dx() != 80 || b.Dy() != 30 {
			t.Errorf("%s: %v; want 80x30, as a monitor shows it", name, b)
		}
		if got, c := rgb(img.At(11, 7)), at(5, 7); got != [3]uint8{uint8(c >> 16), uint8(c >> 8), uint8(c)} {
			t.Errorf("%s: dot (11, 7) = %x; want %06x", name, got, c)
		}
		if err := Expect(file, f, 0); err != nil {
			t.Errorf("%s: Expect of the same: %v", name, err)
		}
		other := frame(40, 30, func(x, y int) uint32 {
			if x == 3 && y == 2 {
				return at(x, y) + 5
			}
			return at(x, y)
		})
		if err := Expect(file, other, 4); err == nil || !strings.HasPrefix(err.Error(), "2 of 2400 dots differ from the picture, by up to 5 of 255; the first is (6, 2), which is ") {
			t.Errorf("%s: Expect of another, tolerance 4: %v", name, err)
		}
		if err := Expect(file, other, 5); err != nil {
			t.Errorf("%s: Expect of another, tolerance 5: %v", name, err)
		}
		a, _ := Encode(f)
		b, _ := Encode(frame(40, 30, at))
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the same frame gave two files", name)
		}
	}
}

func TestExpectFails(t *testing.T) {
	dir := t.TempDir()
	f := frame(4, 4, func(x, y int) uint32 { return 0 })
	junk := filepath.Join(dir, "junk.png")
	if err := os.WriteFile(junk, []byte("hello"), 0o666); err != nil {
		t.Fatal(err)
	}
	good, _ := Encode(f)
	short := filepath.Join(dir, "short.png")
	if err := os.WriteFile(short, good[:len(good)-20], 0o666); err != nil {
		t.Fatal(err)
	}
	small := filepath.Join(dir, "small.png")
	if err := Save(small, frame(4, 3, func(x, y int) uint32 { return 0 })); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(dir, "none.png"): "no such file; make it with shot ",
		junk:                           "not a PNG file: ",
		short:                          "damaged PNG file: ",
		small:                          "the screen has 8 x 4 dots, the picture 8 x 3",
	} {
		if err := Expect(file, f, 255); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Expect(%s) = %v; want %q", filepath.Base(file), err, want)
		}
	}
}

// A cursor is in the picture whatever the moment.
func TestBlinkingShows(t *testing.T) {
	var font video.Font
	f := &video.Frame{Gen: 1, Info: video.Info{Kind: video.Text, Width: 8, Height: 16, ScaleX: 1, ScaleY: 1, Cols: 1, Rows: 1, Stride: 1, CellW: 8, CellH: 16,
		Cursor: video.Cursor{Visible: true, Start: 13, End: 14}, Colors: [16]uint32{7: 0xaaaaaa}, Fonts: [2]*video.Font{&font, &font}},
		Cells: []video.Cell{{Attr: 7}}, Strips: []video.Strip{{Lines: 16}}}
	if c := Draw(f).At(0, 13); c != (color.RGBA{0xaa, 0xaa, 0xaa, 0xff}) {
		t.Errorf("cursor line is %v; want aaaaaa", c)
	}
}
