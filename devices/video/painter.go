package video

import (
	"encoding/binary"
	"image"
	"slices"
)

// Picture is a frame as a monitor shows it, dot by dot. It is never changed once
// it is handed out: any goroutine may read it. Rows that did not change are the
// same slices as in the picture before, and the two rows of a doubled scan line
// are one.
type Picture struct {
	Gen           uint64 // of its Painter; grows with every change, 1 is the first
	Width, Height int
	Rows          [][]uint32 // Height rows of Width dots, 0xRRGGBB
	RowGen        []uint64   // the Gen with which each row changed last
}

// Changed calls yield with each band of rows, from y0 to before y1, that changed
// after the picture of generation since; 0 is before the first. A picture of
// another size has changed everywhere.
func (p *Picture) Changed(since uint64, yield func(y0, y1 int) bool) {
	for y := 0; y < p.Height; y++ {
		if p.RowGen[y] <= since {
			continue
		}
		y0 := y
		for y < p.Height && p.RowGen[y] > since {
			y++
		}
		if !yield(y0, y) {
			return
		}
	}
}

// Image copies the picture for package image.
func (p *Picture) Image() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for y, row := range p.Rows {
		out := img.Pix[y*img.Stride:]
		for x, c := range row {
			binary.BigEndian.PutUint32(out[4*x:], c<<8|0xff)
		}
	}
	return img
}

// Pixels draws a single frame; a blank one is 640 by 400 black dots. It reads
// only the frame, so any goroutine may call it.
func Pixels(f *Frame, ph Phase) *image.RGBA { return new(Painter).Paint(f, ph).Image() }

// Painter draws frames as they come, and only what changes. The zero value is
// ready. It belongs to one goroutine; several displays have one each.
type Painter struct {
	frame *Frame
	phase Phase
	pic   *Picture

	next *Picture // being drawn
	same bool     // so far it is the picture before
	dots []uint32 // one unscaled line
}

// Size of the picture while nothing has been shown yet.
const (
	blankWidth  = 640
	blankHeight = 400
)

// Paint returns the picture of a frame in a phase of blinking; the same one as
// before if nothing that shows has changed. A screen that goes blank keeps the
// size it had.
func (p *Painter) Paint(f *Frame, ph Phase) *Picture {
	if p.frame == f && (p.phase == ph || !f.Blinks()) {
		return p.pic
	}
	w, h := f.Width, f.Height
	blank := f.Kind == Blank || w == 0 || h == 0
	if blank {
		w, h = blankWidth, blankHeight
		if p.pic != nil {
			w, h = p.pic.Width, p.pic.Height
		}
	}
	p.next = &Picture{Gen: 1, Width: w, Height: h, Rows: make([][]uint32, 0, h), RowGen: make([]uint64, 0, h)}
	if p.pic != nil {
		p.next.Gen = p.pic.Gen + 1
		if p.pic.Width != w || p.pic.Height != h {
			p.pic = nil
		}
	}
	p.same = p.pic != nil
	switch {
	case blank:
	case f.Kind == Text:
		p.text(f, ph)
	default:
		p.graphics(f)
	}
	if n := h - len(p.next.Rows); n > 0 {
		p.add(make([]uint32, w), n)
	}
	p.frame, p.phase = f, ph
	if !p.same {
		p.pic = p.next
	}
	return p.pic
}

// keep repeats n rows of the picture before.
func (p *Painter) keep(n int) {
	y := len(p.next.Rows)
	end := min(y+n, p.next.Height)
	p.next.Rows = append(p.next.Rows, p.pic.Rows[y:end]...)
	p.next.RowGen = append(p.next.RowGen, p.pic.RowGen[y:end]...)
}

// add appends one row n times, or the rows of the picture before that equal it.
func (p *Painter) add(row []uint32, n int) {
	for range n {
		y := len(p.next.Rows)
		if y == p.next.Height {
			return
		}
		gen := p.next.Gen
		if p.pic != nil && slices.Equal(p.pic.Rows[y], row) {
			gen = p.pic.RowGen[y]
			row = p.pic.Rows[y]
		} else {
			p.same = false
		}
		p.next.Rows = append(p.next.Rows, row)
		p.next.RowGen = append(p.next.RowGen, gen)
	}
}

// line appends a line of unscaled dots.
func (p *Painter) line(dots []uint32, f *Frame) {
	row := make([]uint32, p.next.Width)
	if f.ScaleX == 1 {
		copy(row, dots)
	} else {
		x := 0
		for _, c := range dots {
			for range f.ScaleX {
				row[x] = c
				x++
			}
		}
	}
	p.add(row, f.ScaleY)
}

// scratch is room for n dots.
func (p *Painter) scratch(n int) []uint32 {
	if cap(p.dots) < n {
		p.dots = make([]uint32, n)
	}
	return p.dots[:n]
}

func (p *Painter) graphics(f *Frame) {
	old := p.frame
	alike := p.pic != nil && old != nil && old.Info == f.Info && len(old.Lines) == len(f.Lines)
	dots := p.scratch(f.PixW)
	for y, line := range f.Lines {
		if alike && &old.Lines[y][0] == &line[0] {
			p.keep(f.ScaleY)
			continue
		}
		f.Format.decode(dots, line, &f.Palette)
		p.line(dots, f)
	}
}

func (p *Painter) text(f *Frame, ph Phase) {
	old := p.frame
	alike := p.pic != nil && old != nil && old.look() == f.look() && slices.Equal(old.Strips, f.Strips)
	dots := p.scratch(f.Stride * f.CellW)
	for y, strip := range f.Strips {
		cells := f.Cells[y*f.Stride : (y+1)*f.Stride]
		if alike && slices.Equal(cells, old.Cells[y*f.Stride:(y+1)*f.Stride]) && p.rowAlike(f, ph, y, cells) {
			p.keep(int(strip.Lines) * f.ScaleY)
			continue
		}
		for i := range strip.Lines {
			line := strip.First + i
			for x, c := range cells {
				cursor := f.Cursor.Visible && ph.Cursor && x == f.Cursor.X && y == f.Cursor.Y && f.Cursor.covers(line)
				f.drawCell(dots[x*f.CellW:(x+1)*f.CellW], c, line, ph.Text, cursor)
			}
			pan := int(strip.Pan)
			p.line(dots[pan:pan+f.Cols*f.CellW], f)
		}
	}
}

// rowAlike reports whether cursor and blinking make no difference in a row whose
// cells are those of the frame before.
func (p *Painter) rowAlike(f *Frame, ph Phase, y int, cells []Cell) bool {
	at := func(c Cursor, on bool) Cursor {
		if !c.Visible || !on || c.Y != y {
			return Cursor{}
		}
		return c
	}
	if at(f.Cursor, ph.Cursor) != at(p.frame.Cursor, p.phase.Cursor) {
		return false
	}
	return ph.Text == p.phase.Text || !f.Blink || !slices.ContainsFunc(cells, Cell.blinks)
}

// look is what a text frame has besides cells, strips and the cursor.
func (f *Frame) look() Info {
	i := f.Info
	i.Cursor = Cursor{}
	return i
}

func (c Cell) blinks() bool { return c.Attr&0x80 != 0 }

// Blinks reports whether the picture depends on the phase.
func (f *Frame) Blinks() bool {
	return f.Kind == Text && (f.Cursor.Visible || f.Blink && slices.ContainsFunc(f.Cells, Cell.blinks))
}

// drawCell draws one line of one character (Video Subsystem, Alphanumeric Modes:
// attribute byte, ninth dot, underline, blink).
func (f *Frame) drawCell(dots []uint32, c Cell, line uint8, blinkOn, cursor bool) {
	fg, bg := c.Attr&0xf, c.Attr>>4
	bits := f.Fonts[c.Font][c.Char][line&31]
	ninth := f.LineGraphics && c.Char&0xe0 == 0xc0 && bits&1 != 0
	if c.Attr&0x77 == 0x01 && int(line) == f.Underline {
		bits, ninth = 0xff, true
	}
	if f.Blink {
		if c.Attr&0x80 != 0 && !blinkOn {
			bits, ninth = 0, false
		}
		bg &= 7
	}
	if cursor {
		bits, ninth = 0xff, true
	}
	on, off := f.Colors[fg], f.Colors[bg]
	for i := range 8 {
		if bits&(0x80>>i) != 0 {
			dots[i] = on
		} else {
			dots[i] = off
		}
	}
	if len(dots) == 9 {
		dots[8] = off
		if ninth {
			dots[8] = on
		}
	}
}
