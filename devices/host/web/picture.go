package web

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"image"
	"math/bits"

	"beige/devices/host/remote"
	"beige/devices/video"
)

// Flags of a picture and forms of a rectangle.
const (
	flagDeflated uint8 = 1 << 0

	formPalette uint8 = 1 << 0
	formRepeats uint8 = 1 << 1
)

// headerLen is how much of a picture is never deflated, in bytes.
const headerLen = 2

// encoder makes messages of pictures. What it returns is good until the next call.
type encoder struct {
	buf     []byte
	palette palette
	rows    [][]uint32 // of the rectangle, without those that repeat the one above
	indexes []uint8
	flate   *flate.Writer
	small   bytes.Buffer
}

// picture returns the message with what differs from the picture that the browser
// shows, nil for none; nil if nothing does.
func (e *encoder) picture(old, pic *video.Picture) []byte {
	if old != nil && (old.Width != pic.Width || old.Height != pic.Height) {
		old = nil
	}
	rects := remote.Changes(image.Rect(0, 0, pic.Width, pic.Height), func(tx, ty int) bool {
		if old == nil {
			return true
		}
		x0, x1 := tx*remote.Tile, min((tx+1)*remote.Tile, pic.Width)
		for y := ty * remote.Tile; y < min((ty+1)*remote.Tile, pic.Height); y++ {
			if remote.Differ(old.Rows[y], pic.Rows[y], x0, x1) {
				return true
			}
		}
		return false
	})
	if len(rects) == 0 {
		return nil
	}
	e.buf = append(e.buf[:0], sendsPicture, 0)
	for _, n := range [3]int{pic.Width, pic.Height, len(rects)} {
		e.buf = binary.BigEndian.AppendUint16(e.buf, uint16(n))
	}
	for _, r := range rects {
		e.rectangle(pic.Rows, r)
	}
	return e.buf
}

// rectangle appends a part of the picture.
func (e *encoder) rectangle(rows [][]uint32, r image.Rectangle) {
	for _, n := range [4]int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		e.buf = binary.BigEndian.AppendUint16(e.buf, uint16(n))
	}
	form := uint8(0)
	repeats := make([]uint8, (r.Dy()+7)/8)
	e.rows = e.rows[:0]
	for y, row := range rows[r.Min.Y:r.Max.Y] {
		if row = row[r.Min.X:r.Max.X]; y > 0 && &row[0] == &rows[r.Min.Y+y-1][r.Min.X] {
			repeats[y/8] |= 0x80 >> (y % 8)
			form |= formRepeats
			continue
		}
		e.rows = append(e.rows, row)
	}
	if n := r.Dx() * len(e.rows); cap(e.indexes) < n {
		e.indexes = make([]uint8, n)
	}
	e.indexes = e.indexes[:r.Dx()*len(e.rows)]
	few := e.palette.index(e.rows, e.indexes)
	if few {
		form |= formPalette
	}
	e.buf = append(e.buf, form)
	if few {
		e.buf = append(e.buf, uint8(len(e.palette.colours)-1))
		for _, c := range e.palette.colours {
			e.buf = append(e.buf, uint8(c>>16), uint8(c>>8), uint8(c))
		}
	}
	if form&formRepeats != 0 {
		e.buf = append(e.buf, repeats...)
	}
	if !few {
		for _, row := range e.rows {
			for _, c := range row {
				e.buf = append(e.buf, uint8(c>>16), uint8(c>>8), uint8(c))
			}
		}
		return
	}
	e.packed(r.Dx(), depth(len(e.palette.colours)))
}

// depth is how many bits an index into a palette has.
func depth(colours int) int {
	n := bits.Len(uint(colours - 1))
	switch {
	case n <= 2:
		return n
	case n <= 4:
		return 4
	}
	return 8
}

// packed appends the indexes of rows of w pixels.
func (e *encoder) packed(w, depth int) {
	if depth == 0 {
		return
	}
	if depth == 8 {
		e.buf = append(e.buf, e.indexes...)
		return
	}
	for row := e.indexes; len(row) > 0; row = row[w:] {
		v, used := uint8(0), 0
		for _, i := range row[:w] {
			v = v<<depth | i
			if used += depth; used == 8 {
				e.buf = append(e.buf, v)
				v, used = 0, 0
			}
		}
		if used > 0 {
			e.buf = append(e.buf, v<<(8-used))
		}
	}
}

// deflate packs a message of picture, if that makes it smaller.
func (e *encoder) deflate(b []byte) []byte {
	e.small.Reset()
	e.small.Write(b[:headerLen])
	if e.flate == nil {
		e.flate, _ = flate.NewWriter(&e.small, flate.BestSpeed) // no error at this level
	} else {
		e.flate.Reset(&e.small)
	}
	_, _ = e.flate.Write(b[headerLen:])
	_ = e.flate.Close()
	if e.small.Len() >= len(b) {
		return b
	}
	out := e.small.Bytes()
	out[1] |= flagDeflated
	return out
}

// palette finds the colours of a rectangle.
type palette struct {
	colours []uint32
	slots   [slotCount]uint16 // index + 1 by a hash of the colour; 0: free
}

const slotCount = 1 << 10

// index fills out with an index for each pixel; false if there are more than 256
// colours.
func (p *palette) index(rows [][]uint32, out []uint8) bool {
	p.colours = p.colours[:0]
	clear(p.slots[:])
	last, lastIndex := ^uint32(0), uint8(0)
	for _, row := range rows {
		to := out[:len(row)]
		out = out[len(row):]
		for x, c := range row {
			if c != last {
				i, ok := p.find(c)
				if !ok {
					return false
				}
				last, lastIndex = c, i
			}
			to[x] = lastIndex
		}
	}
	return true
}

func (p *palette) find(c uint32) (uint8, bool) {
	for at := c * 0x9e3779b1 >> 22; ; at = (at + 1) % slotCount {
		switch i := p.slots[at]; {
		case i == 0:
			if len(p.colours) == 256 {
				return 0, false
			}
			p.colours = append(p.colours, c)
			p.slots[at] = uint16(len(p.colours))
			return uint8(len(p.colours) - 1), true
		case p.colours[i-1] == c:
			return uint8(i - 1), true
		}
	}
}
