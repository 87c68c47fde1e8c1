package vnc

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
)

// Encodings (RFC 6143, section 7.7; zlib: community wiki), and pseudo-encodings.
const (
	encRaw      int32 = 0
	encCopyRect int32 = 1
	encHextile  int32 = 5
	encZlib     int32 = 6
	encZRLE     int32 = 16

	encCursor        int32 = -239
	encDesktopSize   int32 = -223
	encExtDesktop    int32 = -308
	encPointerMotion int32 = -257
	encExtKey        int32 = -258
)

// rect is a rectangle in pixels.
type rect struct{ x, y, w, h int }

func (r rect) empty() bool { return r.w <= 0 || r.h <= 0 }

func (r rect) intersect(s rect) rect {
	x, y := max(r.x, s.x), max(r.y, s.y)
	return rect{x, y, min(r.x+r.w, s.x+s.w) - x, min(r.y+r.h, s.y+s.h) - y}
}

// union is the smallest rectangle around both.
func (r rect) union(s rect) rect {
	if r.empty() {
		return s
	}
	if s.empty() {
		return r
	}
	x, y := min(r.x, s.x), min(r.y, s.y)
	return rect{x, y, max(r.x+r.w, s.x+s.w) - x, max(r.y+r.h, s.y+s.h) - y}
}

// appendRect appends the header of a rectangle.
func appendRect(b []byte, r rect, encoding int32) []byte {
	for _, v := range [4]int{r.x, r.y, r.w, r.h} {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return binary.BigEndian.AppendUint32(b, uint32(encoding))
}

// encoder turns rectangles into the bytes of one connection. The streams of zlib
// and ZRLE go on from rectangle to rectangle, whatever is sent between them.
type encoder struct {
	pixels []uint32 // of the rectangle, translated
	tile   []uint32
	plain  []byte // before compression
	zlib   stream
	zrle   stream
}

// stream is one zlib stream without an end.
type stream struct {
	out bytes.Buffer
	z   *zlib.Writer
}

// compress returns the part of the stream that brings b to the other end.
func (s *stream) compress(b []byte) []byte {
	if s.z == nil {
		s.z, _ = zlib.NewWriterLevel(&s.out, zlib.BestSpeed) // fails for wrong levels only
	}
	s.out.Reset()
	_, _ = s.z.Write(b) // to a buffer
	_ = s.z.Flush()
	return s.out.Bytes()
}

// encode appends the rectangle r of the picture's rows, without its header.
func (e *encoder) encode(b []byte, encoding int32, t *translator, rows [][]uint32, r rect) []byte {
	e.pixels = e.pixels[:0]
	for _, row := range rows[r.y : r.y+r.h] {
		e.pixels = t.translate(e.pixels, row[r.x:r.x+r.w])
	}
	switch encoding {
	case encHextile:
		return e.hextile(b, t, r.w, r.h)
	case encZlib:
		e.plain = appendRaw(e.plain[:0], t, e.pixels)
		return appendData(b, e.zlib.compress(e.plain))
	case encZRLE:
		e.plain = e.plain[:0]
		e.eachTile(r.w, r.h, zrleTile, func(tile []uint32, w, _ int) { e.plain = appendZRLE(e.plain, t, tile, w) })
		return appendData(b, e.zrle.compress(e.plain))
	}
	return appendRaw(b, t, e.pixels)
}

// appendData appends bytes behind their number.
func appendData(b, data []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(data))), data...)
}

func appendRaw(b []byte, t *translator, pixels []uint32) []byte {
	for _, v := range pixels {
		b = t.appendPixel(b, v)
	}
	return b
}

// eachTile calls f with each tile of the rectangle, from left to right and from
// the top down; tiles at the right and at the bottom may be smaller.
func (e *encoder) eachTile(w, h, size int, f func(tile []uint32, w, h int)) {
	for y := 0; y < h; y += size {
		th := min(size, h-y)
		for x := 0; x < w; x += size {
			tw := min(size, w-x)
			e.tile = e.tile[:0]
			for i := range th {
				at := (y+i)*w + x
				e.tile = append(e.tile, e.pixels[at:at+tw]...)
			}
			f(e.tile, tw, th)
		}
	}
}
