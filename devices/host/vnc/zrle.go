package vnc

// ZRLE (RFC 6143, section 7.7.6): tiles of 64 by 64 pixels in a zlib stream.
//
//	subencoding   tile
//	0             raw
//	1             one colour
//	2-16          packed indices into a palette of so many colours
//	128           runs of colours
//	130-255       runs of indices into a palette of subencoding-128 colours
const (
	zrleTile       = 64
	zrleRaw        = 0
	zrleRuns       = 128
	zrleMaxPacked  = 16
	zrleMaxPalette = 127
)

// palette is the set of colours of a tile, in order of appearance.
type palette struct {
	colours [zrleMaxPalette]uint32
	n       int // zrleMaxPalette+1: too many
	slots   [512]uint8
}

func (p *palette) slot(v uint32) *uint8 {
	h := v * 0x9e3779b1 >> 23
	for {
		s := &p.slots[h]
		if *s == 0 || p.colours[*s-1] == v {
			return s
		}
		h = (h + 1) & 511
	}
}

func (p *palette) add(v uint32) {
	if p.n > zrleMaxPalette {
		return
	}
	if s := p.slot(v); *s == 0 {
		if p.n++; p.n > zrleMaxPalette {
			return
		}
		p.colours[p.n-1] = v
		*s = uint8(p.n)
	}
}

func (p *palette) index(v uint32) uint8 { return *p.slot(v) - 1 }

// runs calls f for each run of pixels of one colour.
func runs(tile []uint32, f func(v uint32, n int)) {
	for i := 0; i < len(tile); {
		j := i + 1
		for j < len(tile) && tile[j] == tile[i] {
			j++
		}
		f(tile[i], j-i)
		i = j
	}
}

// runBytes is the length of a run length: 255 for each 255 pixels, and the rest.
func runBytes(n int) int { return (n-1)/255 + 1 }

func appendRun(b []byte, n int) []byte {
	for n--; n >= 255; n -= 255 {
		b = append(b, 255)
	}
	return append(b, uint8(n))
}

// packedBits is the width of an index into a small palette.
func packedBits(colours int) int {
	switch {
	case colours <= 2:
		return 1
	case colours <= 4:
		return 2
	}
	return 4
}

// appendZRLE appends a tile of width w in the shortest subencoding.
func appendZRLE(b []byte, t *translator, tile []uint32, w int) []byte {
	var p palette
	plain, indexed := 0, 0
	runs(tile, func(v uint32, n int) {
		p.add(v)
		plain += t.csize + runBytes(n)
		if indexed++; n > 1 {
			indexed += runBytes(n)
		}
	})
	if p.n == 1 {
		return t.appendCPixel(append(b, 1), tile[0])
	}
	const (
		raw = iota
		plainRuns
		indexedRuns
		packed
	)
	best, size := raw, len(tile)*t.csize
	if plain < size {
		best, size = plainRuns, plain
	}
	if indexed += p.n * t.csize; p.n <= zrleMaxPalette && indexed < size {
		best, size = indexedRuns, indexed
	}
	if p.n <= zrleMaxPacked && p.n*t.csize+(w*packedBits(p.n)+7)/8*(len(tile)/w) <= size {
		best = packed
	}
	switch best {
	case raw:
		b = append(b, zrleRaw)
		for _, v := range tile {
			b = t.appendCPixel(b, v)
		}
	case plainRuns:
		b = append(b, zrleRuns)
		runs(tile, func(v uint32, n int) { b = appendRun(t.appendCPixel(b, v), n) })
	case indexedRuns:
		b = p.append(append(b, uint8(zrleRuns+p.n)), t)
		runs(tile, func(v uint32, n int) {
			if n == 1 {
				b = append(b, p.index(v))
			} else {
				b = appendRun(append(b, p.index(v)|0x80), n)
			}
		})
	case packed:
		b = p.append(append(b, uint8(p.n)), t)
		for ; len(tile) > 0; tile = tile[w:] {
			b = p.pack(b, tile[:w])
		}
	}
	return b
}

func (p *palette) append(b []byte, t *translator) []byte {
	for _, v := range p.colours[:p.n] {
		b = t.appendCPixel(b, v)
	}
	return b
}

// pack appends a row of indices, the leftmost pixel in the upper bits; each row
// ends with a whole byte.
func (p *palette) pack(b []byte, row []uint32) []byte {
	width := packedBits(p.n)
	var acc uint8
	left := 8
	for _, v := range row {
		left -= width
		acc |= p.index(v) << left
		if left == 0 {
			b = append(b, acc)
			acc, left = 0, 8
		}
	}
	if left < 8 {
		b = append(b, acc)
	}
	return b
}
