package term

import "beige/devices/video"

// Graphics are drawn as half blocks: a place of the terminal shows two dots, one
// above the other, as the foreground and background of one character. A place is
// about twice as high as it is wide, so these dots are about square.

const upperHalf = '▀'

// A monitor's picture is 4 wide and 3 high, whatever its dots.
const (
	aspectX = 4
	aspectY = 3
)

// fit is the largest size with a monitor's shape in w by h square dots.
func fit(w, h int) (int, int) {
	if w*aspectY > h*aspectX {
		return max(h*aspectX/aspectY, 1), h
	}
	return w, max(w*aspectY/aspectX, 1)
}

// blocks lays the picture in the middle of what the terminal is to show.
func (r *Renderer) blocks(want []cell, pic *video.Picture) {
	w, h := fit(r.cols, 2*r.rows)
	h = max(h&^1, 2)
	left, top := (r.cols-w)/2, (r.rows-h/2)/2
	r.at = area{left: left, top: top, cols: w, rows: h / 2, width: w, height: h}
	if r.scaled.of != pic || r.scaled.w != w || r.scaled.h != h {
		r.scaled.scale(pic, w, h)
	}
	for y := range h / 2 {
		for x := range w {
			c := cell{r: upperHalf, fg: rgb(r.scaled.dots[2*y*w+x]), bg: rgb(r.scaled.dots[(2*y+1)*w+x])}
			if r.depth == Colours16 {
				c.fi, c.bi = nearest16(c.fg), nearest16(c.bg)
			}
			if c.fg == c.bg {
				c.r = ' '
			}
			want[(top+y)*r.cols+left+x] = c
		}
	}
}

// scaled is a picture made smaller or larger.
type scaled struct {
	of   *video.Picture
	w, h int
	dots []uint32
}

func (s *scaled) scale(p *video.Picture, w, h int) {
	s.of, s.w, s.h = p, w, h
	s.dots = scaleRows(s.dots[:0], p, w, h, 0, h)
}

// nearest16 is the entry of the PC's 16 colours that is nearest to c.
func nearest16(c [3]uint8) uint8 {
	best, least := uint8(0), 1<<30
	for i := range uint8(16) {
		e := 0
		for bit, v := range c { // red is bit 2, blue bit 0
			level := 0xaa*int(i>>(2-bit)&1) + 0x55*int(i>>3)
			e += sq(level - int(v))
		}
		if e < least {
			best, least = i, e
		}
	}
	return best
}
