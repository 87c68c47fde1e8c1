package video

import "encoding/binary"

// Format is how the pixels of a graphics frame are stored. The names tell the
// bits from the highest to the lowest; the bytes are in little-endian order.
type Format uint8

const (
	Indexed Format = iota // one byte: an index into the palette
	RGB555
	RGB565
	RGB888
	XRGB8888
)

func (f Format) String() string {
	return [...]string{"indexed", "RGB555", "RGB565", "RGB888", "XRGB8888"}[f%5]
}

// Bytes is the size of a pixel.
func (f Format) Bytes() int { return [...]int{1, 2, 2, 3, 4}[f%5] }

// decode fills dots with the colours of the pixels in line.
func (f Format) decode(dots []uint32, line []uint8, palette *[256]uint32) {
	switch f {
	case Indexed:
		for x, i := range line[:len(dots)] {
			dots[x] = palette[i]
		}
	case RGB555:
		for x := range dots {
			v := uint32(binary.LittleEndian.Uint16(line[2*x:]))
			dots[x] = widen(v>>10&31, 5)<<16 | widen(v>>5&31, 5)<<8 | widen(v&31, 5)
		}
	case RGB565:
		for x := range dots {
			v := uint32(binary.LittleEndian.Uint16(line[2*x:]))
			dots[x] = widen(v>>11, 5)<<16 | widen(v>>5&63, 6)<<8 | widen(v&31, 5)
		}
	case RGB888:
		for x := range dots {
			dots[x] = uint32(line[3*x]) | uint32(line[3*x+1])<<8 | uint32(line[3*x+2])<<16
		}
	case XRGB8888:
		for x := range dots {
			dots[x] = binary.LittleEndian.Uint32(line[4*x:]) & 0xffffff
		}
	}
}

// RGBI is one of the 16 colours of the CGA's display, IBM's 5153, which makes brown of
// dark yellow: blue, green, red and intensity from bit 0 on.
func RGBI(c uint8) uint32 {
	if c &= 0xf; c == 6 {
		return 0xaa5500
	}
	rgb := uint32(c>>2&1)*0xaa0000 | uint32(c>>1&1)*0xaa00 | uint32(c&1)*0xaa
	if c&8 != 0 {
		rgb += 0x555555
	}
	return rgb
}

// widen makes eight bits of n by repeating the upper ones below.
func widen(v uint32, n uint) uint32 { return v<<(8-n) | v>>(2*n-8) }
