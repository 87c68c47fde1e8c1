package vga

import "image"

// Pixels draws a frame as a monitor shows it, Width by Height dots; a blank
// frame is 640 by 400 black dots. It reads only the frame, so any goroutine may
// call it.
func Pixels(f *Frame, ph Phase) *image.RGBA {
	if f.Kind == Blank || f.Width == 0 || f.Height == 0 {
		img := image.NewRGBA(image.Rect(0, 0, 640, 400))
		for i := 3; i < len(img.Pix); i += 4 {
			img.Pix[i] = 0xff
		}
		return img
	}
	img := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	p := painter{img: img, f: f}
	if f.Kind == Text {
		p.text(ph)
	} else {
		p.graphics()
	}
	return img
}

// painter writes lines of unscaled dots, repeating them by the frame's scale.
type painter struct {
	img *image.RGBA
	f   *Frame
	y   int
}

func (p *painter) line(dots []uint32) {
	if p.y >= p.f.Height {
		return
	}
	start := p.y * p.img.Stride
	row := p.img.Pix[start : start+p.img.Stride]
	x := 0
	for _, c := range dots {
		for range p.f.ScaleX {
			row[x], row[x+1], row[x+2], row[x+3] = uint8(c>>16), uint8(c>>8), uint8(c), 0xff
			x += 4
		}
	}
	p.y++
	for i := 1; i < p.f.ScaleY && p.y < p.f.Height; i++ {
		copy(p.img.Pix[p.y*p.img.Stride:], row)
		p.y++
	}
}

func (p *painter) graphics() {
	f := p.f
	dots := make([]uint32, f.PixW)
	for y := range f.PixH {
		for x, i := range f.Pix[y*f.PixW : (y+1)*f.PixW] {
			dots[x] = f.Palette[i]
		}
		p.line(dots)
	}
}

func (p *painter) text(ph Phase) {
	f := p.f
	dots := make([]uint32, f.Stride*f.CellW)
	for y, strip := range f.Strips {
		for i := range strip.Lines {
			line := strip.First + i
			for x := range f.Stride {
				c := f.Cells[y*f.Stride+x]
				cursor := f.Cursor.Visible && ph.Cursor && x == f.Cursor.X && y == f.Cursor.Y &&
					line >= f.Cursor.Start && line <= f.Cursor.End
				p.cell(dots[x*f.CellW:(x+1)*f.CellW], c, line, ph.Text, cursor)
			}
			pan := int(strip.Pan)
			p.line(dots[pan : pan+f.Cols*f.CellW])
		}
	}
}

// cell draws one line of one character (Video Subsystem, Alphanumeric Modes:
// attribute byte, ninth dot, underline, blink).
func (p *painter) cell(dots []uint32, c Cell, line uint8, blinkOn, cursor bool) {
	f := p.f
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
