package term

import (
	"image"
	"slices"

	"beige/devices/video"
)

// A terminal with graphics of its own shows the picture over its places, which the
// renderer leaves blank there. The picture is drawn in bands of whole rows of places,
// and only those in which something has changed.

// area is where a picture is on the terminal.
type area struct {
	left, top, cols, rows int // in places
	width, height         int // in pixels
}

// canvas draws pictures in one of the ways that terminals know.
type canvas interface {
	// fit is where a picture goes in so many places of that size in pixels.
	fit(cols, rows, cellW, cellH int) area
	// lost says that the terminal has forgotten all pictures.
	lost()
	// spoiled says that text has been written over the picture in a row of its area.
	spoiled(row int)
	// pending reports whether drawing the picture of a frame, with text in a part of its
	// area, would change anything.
	pending(f *video.Frame, p *video.Picture, at area, hole image.Rectangle) bool
	// draw appends what makes the terminal show the picture, as it was given to
	// pending, and the rows of the area in which that has covered text.
	draw(b []byte, p *video.Picture) (out []byte, covered []int)
	// hide appends what takes all pictures away.
	hide(b []byte) []byte
}

// bands are the parts of a picture.
type bands struct {
	at            area
	each          int // rows of places in one
	stale         []bool
	seen          uint64 // generation of the picture that is drawn
	width, height int    // of that picture
	grain         int    // lines of the picture that are the same, and stay together
}

// rows are the first row of a band and the one behind its last.
func (b *bands) rows(i int) (from, to int) { return i * b.each, min((i+1)*b.each, b.at.rows) }

func (b *bands) lost() {
	for i := range b.stale {
		b.stale[i] = true
	}
}

func (b *bands) spoiled(row int) {
	if i := row / max(b.each, 1); i >= 0 && i < len(b.stale) {
		b.stale[i] = true
	}
}

// update finds out in which bands a picture is new, and reports whether it is in any.
// each is how many rows of places are to be in a band.
func (b *bands) update(p *video.Picture, at area, each, grain int) bool {
	if b.at != at || b.width != p.Width || b.height != p.Height || b.grain != grain || len(b.stale) == 0 {
		*b = bands{at: at, each: each, width: p.Width, height: p.Height, grain: grain, stale: make([]bool, (at.rows+each-1)/each)}
		b.lost()
	}
	if p.Gen != b.seen {
		for i := range b.stale {
			y0, y1 := b.source(i)
			for y := y0; y < y1 && !b.stale[i]; y++ {
				b.stale[i] = p.RowGen[y] > b.seen
			}
		}
		b.seen = p.Gen
	}
	return slices.Contains(b.stale, true)
}

// source is what rows of the picture a band shows, the outer ones perhaps in part.
func (b *bands) source(i int) (y0, y1 int) {
	from, to := b.rows(i)
	y0 = from * b.height / b.at.rows
	y1 = min((to*b.height+b.at.rows-1)/b.at.rows, b.height)
	return y0 - y0%b.grain, min((y1+b.grain-1)/b.grain*b.grain, b.height)
}

// all reports whether every band is to be drawn.
func (b *bands) all() bool { return !slices.Contains(b.stale, false) }

// scaleRows makes the lines y0 to before y1 of a picture that has been made smaller or
// larger, w by h dots in all: each dot is the mean of those that it covers.
func scaleRows(dots []uint32, p *video.Picture, w, h, y0, y1 int) []uint32 {
	for y := y0; y < y1; y++ {
		from := y * p.Height / h
		to := max((y+1)*p.Height/h, from+1)
		for x := range w {
			x0 := x * p.Width / w
			x1 := max((x+1)*p.Width/w, x0+1)
			if x1-x0 == 1 && to-from == 1 {
				dots = append(dots, p.Rows[from][x0])
				continue
			}
			var r, g, b uint32
			for _, row := range p.Rows[from:to] {
				for _, c := range row[x0:x1] {
					r, g, b = r+c>>16, g+c>>8&0xff, b+c&0xff
				}
			}
			n := uint32((x1 - x0) * (to - from))
			dots = append(dots, r/n<<16|g/n<<8|b/n)
		}
	}
	return dots
}

func rgb(c uint32) [3]uint8 { return [3]uint8{uint8(c >> 16), uint8(c >> 8), uint8(c)} }
