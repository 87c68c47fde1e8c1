package image

import "io"

// LZW as Teledisk 1 packs its files (the notes of td0.go, section 10.1): blocks
// of at most 4096 codes of 12 bits, each with a dictionary of its own. A block
// begins with three times its number of codes as a word; two codes are three
// bytes, least significant first, and an odd one at the end two.
const (
	lzwCodes = 4096
	lzwNone  = 0xffff // before the first code of a block
)

// tdLZW unpacks a stream.
type tdLZW struct {
	in     io.ByteReader
	codes  int    // left in this block
	nibble int    // upper half of a shared byte; -1: none
	last   uint16 // previous code
	first  byte   // first byte of what it stood for
	used   int    // entries of the dictionary
	prefix [lzwCodes]uint16
	suffix [lzwCodes]byte
	out    [lzwCodes]byte // what the present code stands for, backwards
	left   int            // bytes of it to come
}

func newTDLZW(in io.ByteReader) *tdLZW {
	z := &tdLZW{in: in}
	for i := range 256 {
		z.prefix[i], z.suffix[i] = lzwNone, byte(i)
	}
	return z
}

// ReadByte unpacks one byte.
func (z *tdLZW) ReadByte() (byte, error) {
	if z.left == 0 {
		if err := z.next(); err != nil {
			return 0, err
		}
	}
	z.left--
	return z.out[z.left], nil
}

// next expands the next code.
func (z *tdLZW) next() error {
	for z.codes == 0 {
		n, err := z.word()
		if err != nil {
			return err
		}
		z.codes, z.nibble, z.last, z.used = n/3, -1, lzwNone, 256
	}
	code, err := z.code()
	if err != nil {
		return err
	}
	entry := code
	if int(code) >= z.used { // what is being entered: the last one and its first byte
		if z.last == lzwNone || int(code) > z.used || z.used == lzwCodes {
			return io.ErrUnexpectedEOF
		}
		z.out[0], z.left = z.first, 1
		entry = z.last
	}
	for ; entry != lzwNone; entry = z.prefix[entry] {
		z.out[z.left] = z.suffix[entry]
		z.left++
	}
	z.first = z.out[z.left-1]
	if z.last != lzwNone && z.used < lzwCodes {
		z.prefix[z.used], z.suffix[z.used] = z.last, z.first
		z.used++
	}
	z.last = code
	return nil
}

func (z *tdLZW) word() (int, error) {
	lo, err := z.in.ReadByte()
	if err != nil {
		return 0, err
	}
	hi, err := z.in.ReadByte()
	return int(hi)<<8 | int(lo), err
}

// code takes 12 bits.
func (z *tdLZW) code() (uint16, error) {
	z.codes--
	if z.nibble >= 0 {
		b, err := z.in.ReadByte()
		v := uint16(b)<<4 | uint16(z.nibble)
		z.nibble = -1
		return v, err
	}
	w, err := z.word()
	z.nibble = w >> 12
	return uint16(w & 0xfff), err
}
