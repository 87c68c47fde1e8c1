package vnc

// Hextile (RFC 6143, section 7.7.4): tiles of 16 by 16 pixels, each a byte of
// flags, a background and rectangles on it. Colours that are not sent are those of
// the tile before.
const (
	hextileSize = 16

	hexRaw        uint8 = 1 << 0
	hexBackground uint8 = 1 << 1
	hexForeground uint8 = 1 << 2
	hexSubrects   uint8 = 1 << 3
	hexColoured   uint8 = 1 << 4
)

// hexColours are the colours that the viewer has from the tiles before.
type hexColours struct {
	bg, fg           uint32
	bgValid, fgValid bool
}

func (e *encoder) hextile(b []byte, t *translator, w, h int) []byte {
	var old hexColours
	e.eachTile(w, h, hextileSize, func(tile []uint32, w, h int) { b = appendHextile(b, t, &old, tile, w, h) })
	return b
}

func appendHextile(b []byte, t *translator, old *hexColours, tile []uint32, w, h int) []byte {
	start := len(b)
	bg, fg, colours := tileColours(tile)
	flags := uint8(0)
	b = append(b, 0)
	if !old.bgValid || old.bg != bg {
		flags |= hexBackground
		b = t.appendPixel(b, bg)
	}
	next := hexColours{bg: bg, bgValid: true, fg: old.fg, fgValid: old.fgValid}
	switch {
	case colours == 2:
		flags |= hexSubrects
		if !old.fgValid || old.fg != fg {
			flags |= hexForeground
			b = t.appendPixel(b, fg)
		}
		next.fg, next.fgValid = fg, true
	case colours > 2:
		flags |= hexSubrects | hexColoured
		next.fgValid = false
	}
	if colours > 1 {
		count := len(b)
		b = append(b, 0)
		limit := start + 1 + len(tile)*t.size
		var done [hextileSize * hextileSize]bool
		for at, v := range tile {
			if done[at] || v == bg {
				continue
			}
			r := subrect(tile, &done, at, w, h)
			if colours > 2 {
				b = t.appendPixel(b, v)
			}
			b = append(b, uint8(r.x<<4|r.y), uint8((r.w-1)<<4|(r.h-1)))
			b[count]++
			if len(b) > limit { // raw is shorter
				b = append(b[:start], hexRaw)
				*old = hexColours{}
				return appendRaw(b, t, tile)
			}
		}
	}
	b[start] = flags
	*old = next
	return b
}

// tileColours returns the most frequent of the first two colours of a tile, the
// other one, and how many there are: 1, 2, or 3 for more.
func tileColours(tile []uint32) (bg, fg uint32, n int) {
	bg, n = tile[0], 1
	count := [2]int{}
	for _, v := range tile {
		switch {
		case v == bg:
			count[0]++
		case n == 1:
			fg, n = v, 2
			count[1]++
		case v == fg:
			count[1]++
		default:
			n = 3
		}
	}
	if count[1] > count[0] {
		bg, fg = fg, bg
	}
	return bg, fg, n
}

// subrect is the rectangle of one colour with its upper left pixel at, as wide
// as possible; its pixels are marked as done.
func subrect(tile []uint32, done *[hextileSize * hextileSize]bool, at, w, h int) rect {
	v := tile[at]
	r := rect{x: at % w, y: at / w, w: 1, h: 1}
	for r.x+r.w < w && tile[at+r.w] == v && !done[at+r.w] {
		r.w++
	}
	fits := func(row int) bool {
		for i := row; i < row+r.w; i++ {
			if tile[i] != v || done[i] {
				return false
			}
		}
		return true
	}
	for r.y+r.h < h && fits(at+r.h*w) {
		r.h++
	}
	for y := range r.h {
		for x := range r.w {
			done[at+y*w+x] = true
		}
	}
	return r
}
