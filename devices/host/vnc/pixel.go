package vnc

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// pixelFormat is how a viewer wants its pixels (RFC 6143, section 7.4).
type pixelFormat struct {
	bits, depth uint8
	bigEndian   bool
	trueColour  bool
	max         [3]uint16 // of red, green, blue
	shift       [3]uint8
}

const pixelFormatLen = 16

// nativeFormat is what a viewer gets that asks for nothing else.
func nativeFormat() pixelFormat {
	return pixelFormat{bits: 32, depth: 24, trueColour: true, max: [3]uint16{255, 255, 255}, shift: [3]uint8{16, 8, 0}}
}

func parsePixelFormat(b []byte) (pixelFormat, error) {
	f := pixelFormat{bits: b[0], depth: b[1], bigEndian: b[2] != 0, trueColour: b[3] != 0}
	for i := range f.max {
		f.max[i] = binary.BigEndian.Uint16(b[4+2*i:])
		f.shift[i] = b[10+i]
	}
	if f.bits != 8 && f.bits != 16 && f.bits != 32 {
		return f, fmt.Errorf("%d bits a pixel; want 8, 16 or 32", f.bits)
	}
	if f.depth == 0 || f.depth > f.bits {
		return f, fmt.Errorf("depth %d of %d bits a pixel", f.depth, f.bits)
	}
	if f.trueColour {
		for i, max := range f.max {
			if int(f.shift[i])+bits.Len16(max) > int(f.bits) {
				return f, fmt.Errorf("colour of up to %d shifted by %d in %d bits", max, f.shift[i], f.bits)
			}
		}
	}
	return f, nil
}

func (f pixelFormat) append(b []byte) []byte {
	flag := func(on bool) byte {
		if on {
			return 1
		}
		return 0
	}
	b = append(b, f.bits, f.depth, flag(f.bigEndian), flag(f.trueColour))
	for _, max := range f.max {
		b = binary.BigEndian.AppendUint16(b, max)
	}
	return append(b, f.shift[0], f.shift[1], f.shift[2], 0, 0, 0)
}

// swap puts the bytes of a pixel value in the order in which they are sent,
// the first in the lowest byte.
func (f pixelFormat) swap(v uint32) uint32 {
	if !f.bigEndian {
		return v
	}
	return bits.ReverseBytes32(v) >> (32 - f.bits)
}

// translator makes pixel values of a format from colours 0xRRGGBB. Values are in
// the order of their bytes: the first in the lowest.
type translator struct {
	format pixelFormat
	size   int            // bytes of a PIXEL
	part   [3][256]uint32 // true colour: what each value of each primary adds
	colors *colourMap     // otherwise

	// Of a CPIXEL of ZRLE (RFC 6143, section 7.7.5): its bytes, and which of the
	// PIXEL is the first.
	csize, cfirst int
}

func newTranslator(f pixelFormat) *translator {
	t := &translator{format: f, size: int(f.bits) / 8}
	t.csize = t.size
	if !f.trueColour {
		t.colors = newColourMap(min(1<<f.depth, 256))
		return t
	}
	var used uint32
	for i, max := range f.max {
		for c := range t.part[i] {
			v := (uint32(c)*uint32(max) + 127) / 255 << f.shift[i]
			used |= uint32(1<<bits.Len16(max)-1) << f.shift[i]
			t.part[i][c] = f.swap(v)
		}
	}
	if f.bits == 32 && f.depth <= 24 {
		switch {
		case used>>24 == 0:
			t.csize = 3
		case used&0xff == 0:
			t.csize, t.cfirst = 3, 1
		}
		if t.csize == 3 && f.bigEndian {
			t.cfirst ^= 1 // the least significant byte is the last
		}
	}
	return t
}

// value is the pixel of one colour, which a colour map must have.
func (t *translator) value(c uint32) uint32 {
	if t.colors != nil {
		return t.format.swap(uint32(t.colors.index(c)))
	}
	return t.part[0][c>>16&0xff] | t.part[1][c>>8&0xff] | t.part[2][c&0xff]
}

// translate appends the pixels of a row of colours to dst.
func (t *translator) translate(dst, row []uint32) []uint32 {
	if t.colors == nil {
		for _, c := range row {
			dst = append(dst, t.part[0][c>>16&0xff]|t.part[1][c>>8&0xff]|t.part[2][c&0xff])
		}
		return dst
	}
	last, v := ^uint32(0), uint32(0)
	for _, c := range row {
		if c != last {
			last, v = c, t.value(c)
		}
		dst = append(dst, v)
	}
	return dst
}

// appendPixel appends a PIXEL.
func (t *translator) appendPixel(b []byte, v uint32) []byte {
	switch t.size {
	case 1:
		return append(b, uint8(v))
	case 2:
		return append(b, uint8(v), uint8(v>>8))
	}
	return append(b, uint8(v), uint8(v>>8), uint8(v>>16), uint8(v>>24))
}

// appendCPixel appends a CPIXEL.
func (t *translator) appendCPixel(b []byte, v uint32) []byte {
	if t.csize == 3 {
		v >>= 8 * t.cfirst
		return append(b, uint8(v), uint8(v>>8), uint8(v>>16))
	}
	return t.appendPixel(b, v)
}
