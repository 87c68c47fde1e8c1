package term

import (
	"image"
	"strconv"

	"beige/devices/video"
)

// Sixel graphics: a picture is drawn into the places of the terminal six lines at a
// time, in colours from registers, and text that is written there later covers it.
//
//	ESC P 0;1 q          begins; what has no dot stays as it is
//	" 1;1;w;h            square dots, size
//	# n;2;r;g;b          register n is a colour in hundredths
//	# n                  dots of that colour follow
//	? to ~               six dots one above the other, bit 0 the upper one
//	! n c                c n times
//	$ -                  back to the left; down by six
//	ESC \                ends
//
// Sources: DEC VT330/VT340 Programmer Reference Manual, volume 2, chapter 14; xterm
// control sequences, Sixel graphics.

const (
	sixelLines    = 6
	sixelDefaultW = 10 // a place of a VT340
	sixelDefaultH = 20

	// Larger pictures would take a terminal too long.
	sixelMaxW = 1600
	sixelMaxH = 1200
)

// sixelCanvas draws bands whose heights are both whole places and whole sixels, so that
// none reaches into the next.
type sixelCanvas struct {
	bands
	registers  int // of colours
	maxW, maxH int // of a picture, 0: as it likes

	cellH   int
	colours colours
	dots    []uint32
	index   []uint8
	lines   [maxRegisters][]byte // of each colour
}

func (s *sixelCanvas) fit(cols, rows, cellW, cellH int) area {
	bound := func(n, most, reported int) int {
		if reported > 0 {
			most = min(most, reported)
		}
		return min(n, most)
	}
	w, h := fit(bound(cols*cellW, sixelMaxW, s.maxW), bound(rows*cellH, sixelMaxH, s.maxH))
	h = max(h-h%sixelLines, sixelLines)
	s.cellH = cellH
	a := area{width: w, height: h, cols: (w + cellW - 1) / cellW, rows: (h + cellH - 1) / cellH}
	a.left, a.top = (cols-a.cols)/2, (rows-a.rows)/2
	return a
}

func (s *sixelCanvas) pending(_ *video.Frame, p *video.Picture, at area, _ image.Rectangle) bool {
	each := 1
	for each*s.cellH%sixelLines != 0 {
		each++
	}
	return s.update(p, at, each, 1)
}

func (s *sixelCanvas) hide(b []byte) []byte { s.lost(); return b } // the text does it

func (s *sixelCanvas) draw(b []byte, p *video.Picture) (out []byte, covered []int) {
	if s.all() {
		s.choose(p)
	}
	for i := 0; i < len(s.stale); i++ {
		if !s.stale[i] {
			continue
		}
		from, to := s.rows(i)
		y0, y1 := from*s.cellH, min(to*s.cellH, s.at.height)
		s.dots = scaleRows(s.dots[:0], p, s.at.width, s.at.height, y0, y1)
		if !s.quantize(y0) {
			// The registers are used up: all of the picture gets new ones.
			s.choose(p)
			s.lost()
			i = -1
			continue
		}
		s.stale[i] = false
		b = append(b, "\x1b["...)
		b = strconv.AppendInt(b, int64(s.at.top+from+1), 10)
		b = append(b, ';')
		b = strconv.AppendInt(b, int64(s.at.left+1), 10)
		b = append(b, 'H')
		b = s.encode(b, s.at.width, y1-y0)
		for y := from; y < to; y++ {
			covered = append(covered, y)
		}
	}
	return b, covered
}

// choose gives the colours of a picture registers.
func (s *sixelCanvas) choose(p *video.Picture) {
	s.dots = scaleRows(s.dots[:0], p, s.at.width, s.at.height, 0, s.at.height)
	s.colours.choose(s.dots, s.registers)
}

// quantize finds the registers of the dots; false if a colour has none, and none is
// free. y0 is the line of the picture at which they begin.
func (s *sixelCanvas) quantize(y0 int) bool {
	s.index = s.index[:0]
	last, n := uint32(1<<31), uint8(0)
	for i, c := range s.dots {
		if c != last || s.colours.cube > 0 {
			var ok bool
			if n, ok = s.colours.register(c, i%s.at.width, y0+i/s.at.width); !ok {
				return false
			}
			last = c
		}
		s.index = append(s.index, n)
	}
	return true
}

// encode appends w by h dots that have been quantized.
func (s *sixelCanvas) encode(b []byte, w, h int) []byte {
	b = append(b, "\x1bP0;1q\"1;1;"...)
	b = strconv.AppendInt(b, int64(w), 10)
	b = append(b, ';')
	b = strconv.AppendInt(b, int64(h), 10)
	used := [maxRegisters]bool{}
	for _, n := range s.index {
		used[n] = true
	}
	for n, u := range used {
		if u {
			b = appendRegister(b, n, s.colours.list[n])
		}
	}
	for y := 0; y < h; y += sixelLines {
		if y > 0 {
			b = append(b, '-')
		}
		b = s.encodeLines(b, w, y, min(sixelLines, h-y))
	}
	return append(b, "\x1b\\"...)
}

func appendRegister(b []byte, n int, c uint32) []byte {
	b = append(b, '#')
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, ";2"...)
	for _, v := range rgb(c) {
		b = append(b, ';')
		b = strconv.AppendInt(b, (int64(v)*100+127)/255, 10)
	}
	return b
}

// encodeLines appends n lines of dots, up to six, from y on, a colour after the other.
func (s *sixelCanvas) encodeLines(b []byte, w, y, n int) []byte {
	used := [maxRegisters]bool{}
	for bit := range n {
		for x, c := range s.index[(y+bit)*w : (y+bit+1)*w] {
			if !used[c] {
				used[c] = true
				if cap(s.lines[c]) < w {
					s.lines[c] = make([]byte, w)
				}
				s.lines[c] = s.lines[c][:w]
				clear(s.lines[c])
			}
			s.lines[c][x] |= 1 << bit
		}
	}
	first := true
	for c, u := range used {
		if !u {
			continue
		}
		if !first {
			b = append(b, '$')
		}
		first = false
		b = append(b, '#')
		b = strconv.AppendInt(b, int64(c), 10)
		b = appendSixels(b, s.lines[c])
	}
	return b
}

// appendSixels appends a line of sixels, without the empty ones at its end.
func appendSixels(b, line []byte) []byte {
	for len(line) > 0 && line[len(line)-1] == 0 {
		line = line[:len(line)-1]
	}
	for len(line) > 0 {
		n := 1
		for n < len(line) && line[n] == line[0] {
			n++
		}
		c := '?' + line[0]
		if n > 3 {
			b = append(b, '!')
			b = strconv.AppendInt(b, int64(n), 10)
			b = append(b, c)
		} else {
			for range n {
				b = append(b, c)
			}
		}
		line = line[n:]
	}
	return b
}
