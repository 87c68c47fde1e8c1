// Package screenshot stores frames as PNG files and compares them with such.
//
// A screenshot shows the cursor and blinking characters as they are while they
// show, so that it does not depend on the moment within a blink. Doubled dots and
// lines are stored as a monitor shows them: mode 13h is 640 by 400.
package screenshot

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"

	"beige/devices/video"
)

// phase is that of everything that blinks.
func phase() video.Phase { return video.Phase{Cursor: true, Text: true} }

// Draw returns a frame as an image: of indices, in the order in which colours
// come, as long as there are at most 256.
func Draw(f *video.Frame) image.Image {
	pic := new(video.Painter).Paint(f, phase())
	bounds := image.Rect(0, 0, pic.Width, pic.Height)
	indexed := image.NewPaletted(bounds, nil)
	index := map[uint32]uint8{}
	last, at := ^uint32(0), uint8(0)
	for y, row := range pic.Rows {
		out := indexed.Pix[y*indexed.Stride:]
		for x, c := range row {
			if c != last {
				i, ok := index[c]
				if !ok {
					if len(index) == 256 {
						return pic.Image()
					}
					i = uint8(len(index))
					index[c] = i
					indexed.Palette = append(indexed.Palette, color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff})
				}
				last, at = c, i
			}
			out[x] = at
		}
	}
	return indexed
}

// Encode returns a frame as a PNG file.
func Encode(f *video.Frame) ([]byte, error) { return EncodeImage(Draw(f)) }

// EncodeImage returns a picture that Draw has made as a PNG file.
func EncodeImage(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// Save writes a frame to a PNG file.
func Save(file string, f *video.Frame) error {
	b, err := Encode(f)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o666)
}

// maxFile and maxDots bound what Load reads, in bytes and dots.
const (
	maxFile = 64 << 20
	maxDots = 16 << 20
)

// Load reads a PNG file.
func Load(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("not a PNG file: %w", err)
	}
	if c.Width > maxDots/c.Height {
		return nil, fmt.Errorf("%d x %d dots; want a picture of a screen", c.Width, c.Height)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("damaged PNG file: %w", err)
	}
	return img, nil
}

// Expect compares a frame with a PNG file. Red, green and blue of each dot may
// differ by tolerance, of 255. The error says what differs.
func Expect(file string, f *video.Frame, tolerance int) error {
	want, err := Load(file)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("no such file; make it with shot %s", file)
		}
		return err
	}
	return Compare(Draw(f), want, tolerance)
}

// Compare is Expect for pictures.
func Compare(screen, picture image.Image, tolerance int) error {
	h, w := screen.Bounds(), picture.Bounds()
	if h.Size() != w.Size() {
		return fmt.Errorf("the screen has %d x %d dots, the picture %d x %d", h.Dx(), h.Dy(), w.Dx(), w.Dy())
	}
	have, want := dots(screen), dots(picture)
	n, most := 0, 0
	var first string
	for y := range h.Dy() {
		for x := range h.Dx() {
			a, b := have(x, y), want(x, y)
			if a == b {
				continue
			}
			by := 0
			for i := range a {
				by = max(by, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
			}
			if by <= tolerance {
				continue
			}
			if n++; n == 1 {
				first = fmt.Sprintf("(%d, %d), which is %x instead of %x", x, y, a, b)
			}
			most = max(most, by)
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d dots differ from the picture, by up to %d of 255; the first is %s", n, h.Dx()*h.Dy(), most, first)
}

// dots returns a function for the colours of an image, counted from its upper left.
func dots(img image.Image) func(x, y int) [3]uint8 {
	left := img.Bounds().Min
	if p, ok := img.(*image.Paletted); ok {
		colours := make([][3]uint8, 256)
		for i, c := range p.Palette {
			colours[i] = rgb(c)
		}
		return func(x, y int) [3]uint8 { return colours[p.ColorIndexAt(left.X+x, left.Y+y)] }
	}
	return func(x, y int) [3]uint8 { return rgb(img.At(left.X+x, left.Y+y)) }
}

func rgb(c color.Color) [3]uint8 {
	r, g, b, _ := c.RGBA()
	return [3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}
}
