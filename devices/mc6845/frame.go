package mc6845

import "beige/devices/video"

// Limits of a picture. What the 6845 can be told is far more than any monitor of these
// adapters shows: a scan line has 912 dots with its retrace, a frame some 370 lines.
const (
	mostDots  = 1024
	mostLines = 512
)

// tall is how many lines of a picture a line of the CGA makes: its 200 lines are as high
// as the 400 of later adapters.
func (m Model) tall() int {
	if m == CGA {
		return 2
	}
	return 1
}

// Frame returns the picture as the registers and the memory have it now. As long as
// nothing changes it returns the same frame, at the cost of a test. Caller is the
// machine goroutine.
func (a *Adapter) Frame() *video.Frame {
	if !a.dirty {
		return a.frames.Last()
	}
	a.dirty = a.startPending()
	return a.frames.Take(a.capture())
}

func (a *Adapter) capture() *video.Frame {
	f := &video.Frame{}
	f.ScaleX, f.ScaleY = 1, a.model.tall()
	c := &a.crt
	if a.Mode&modeVideo == 0 || c.hDisplay == 0 || c.vDisplay == 0 || c.hDisplay > c.hTotal || c.vDisplay > c.vTotal {
		return f
	}
	if a.model == CGA {
		f.Border = video.RGBI(a.Colour & colourIndex)
		if a.Mode&mode640 != 0 {
			f.Border = 0
		}
	}
	if a.Mode&modeGraphics != 0 {
		a.captureGraphics(f)
	} else {
		a.captureText(f)
	}
	return f
}

// captureText fills f: characters at even, attributes at odd addresses.
func (a *Adapter) captureText(f *video.Frame) {
	f.Kind = video.Text
	f.CellW, f.CellH = 9, int(a.rowLines())
	attribute := monoAttribute
	f.Blink = a.Mode&modeBlink != 0
	f.LineGraphics = true
	f.Underline = underlineLine
	f.Colors = monoColours
	if a.model == CGA {
		f.CellW = 8
		attribute = func(v uint8, _ bool) uint8 { return v }
		f.LineGraphics, f.Underline = false, -1
		for i := range f.Colors {
			f.Colors[i] = video.RGBI(uint8(i))
		}
		if a.Mode&modeHiRes == 0 {
			f.ScaleX = 2
		}
	}
	pitch := int(a.crt.hDisplay)
	f.Cols = min(pitch, mostDots/(f.CellW*f.ScaleX))
	f.Rows = min(int(a.CRTC[rVDisplay]), mostLines/f.CellH)
	f.Stride = f.Cols
	f.Width, f.Height = f.Cols*f.CellW*f.ScaleX, f.Rows*f.CellH*f.ScaleY
	f.Fonts = [2]*video.Font{a.font, a.font}

	start := a.startShown()
	mask := textMemory(a.model) - 1
	f.Cells = make([]video.Cell, 0, f.Rows*f.Cols)
	for y := range f.Rows {
		f.Strips = append(f.Strips, video.Strip{Lines: uint8(f.CellH)})
		for x := range f.Cols {
			p := 2 * (int(start) + y*pitch + x) & mask
			f.Cells = append(f.Cells, video.Cell{Char: a.mem[p], Attr: attribute(a.mem[p+1], f.Blink)})
		}
	}
	f.Cursor = a.cursor(f, pitch)
}

// textMemory is what the CRT controller reads of in text modes.
func textMemory(m Model) int {
	if m == CGA {
		return 16 << 10
	}
	return hercText
}

// cursor finds the place of the cursor. Where its start line is below its end line the
// 6845 draws it in two parts.
func (a *Adapter) cursor(f *video.Frame, pitch int) video.Cursor {
	c := video.Cursor{Start: a.CRTC[rCursorStart] & cursorLine, End: a.CRTC[rCursorEnd]}
	at := int((a.cursorAddress() - a.startShown()) & maAddressMask)
	c.X, c.Y = at%pitch, at/pitch
	inside := c.X < f.Cols && c.Y < f.Rows
	c.Visible = inside && a.CRTC[rCursorStart]&cursorMode != cursorNone && (int(c.Start) < f.CellH || c.Start > c.End)
	if !inside {
		c.X, c.Y = 0, 0
	}
	return c
}

// captureGraphics fills f with one index a dot. Each character clock fetches two bytes;
// the row scan lines RA0 (Hercules: RA0 and RA1) select one of two (four) banks of 8 KB.
func (a *Adapter) captureGraphics(f *video.Frame) {
	f.Kind = video.Graphics
	banks, base, bits := uint8(2), 0, 1
	switch {
	case a.model == Hercules:
		banks = 4
		if a.Mode&modePage != 0 {
			base = hercPage
		}
		f.Palette[1] = monoColours[7]
	case a.Mode&mode640 != 0:
		f.Palette[1] = video.RGBI(a.Colour & colourIndex)
	default:
		bits, f.ScaleX = 2, 2
		a.palette320(f)
	}
	perClock := 16 / bits
	clocks := min(int(a.crt.hDisplay), mostDots/16)
	f.PixW, f.Width = clocks*perClock, clocks*16
	lines := uint8(a.rowLines())
	rows := min(int(a.CRTC[rVDisplay]), mostLines/int(lines))
	f.PixH = rows * int(lines)
	f.Height = f.PixH * f.ScaleY
	line := make([]uint8, f.PixW)
	f.Lines = make([][]uint8, 0, f.PixH)
	for y := range rows {
		row := a.startShown() + uint16(y)*uint16(a.crt.hDisplay)
		for ra := range lines {
			bank := base + int(ra&(banks-1))<<13
			for x := range clocks {
				p := bank + int(row+uint16(x))<<1&0x1fff
				shift(line[x*perClock:(x+1)*perClock], a.mem[p:p+2], bits)
			}
			a.frames.AddLine(f, line)
		}
	}
}

// shift unpacks bytes into dots of 1 or 2 bits, the leftmost from the highest bits.
func shift(dots, b []uint8, bits int) {
	per := 8 / bits
	for i := range dots {
		dots[i] = b[i/per] >> (8 - bits*(i%per+1)) & (1<<bits - 1)
	}
}

// palette320 is the four colours of 320 dots (Color/Graphics Monitor Adapter, "Color
// Select Register"): the background and a set of three. Without the colour burst there is
// a third set on a colour monitor, of cyan, red and white.
func (a *Adapter) palette320(f *video.Frame) {
	set := [3]uint8{2, 4, 6}
	switch {
	case a.Mode&modeBW != 0:
		set = [3]uint8{3, 4, 7}
	case a.Colour&colourSet != 0:
		set = [3]uint8{3, 5, 7}
	}
	f.Palette[0] = video.RGBI(a.Colour & colourIndex)
	for i, c := range set {
		if a.Colour&colourBright != 0 {
			c |= 8
		}
		f.Palette[i+1] = video.RGBI(c)
	}
}

// monoColours are what the attributes that monoAttribute makes refer to: 0 dark, 1 and 7
// normal, 9 and 15 bright, 8 the characters of attribute 78h, which are a little brighter
// than none.
var monoColours = [16]uint32{1: 0xaaaaaa, 7: 0xaaaaaa, 8: 0x555555, 9: 0xffffff, 15: 0xffffff}

// underlineLine is the scan line that the MDA underlines.
const underlineLine = 12

// monoAttribute turns an attribute byte into the one of those that frames know which
// looks as the MDA shows it. Of the 256 it knows few (Monochrome Display and Printer
// Adapter, "Attribute byte", and its decoder in the logic diagrams):
//
//	00 08 80 88   nothing shows
//	70 F0         reverse; bit 7 blinks, or makes the background bright
//	78 F8         the same with characters that are not quite dark
//	others        bits 2-0 = 1: underlined; bit 3: bright; bit 7 blinks
func monoAttribute(v uint8, blink bool) uint8 {
	high := v & 0x80
	switch v & 0x7f {
	case 0x00, 0x08:
		return 0
	case 0x70, 0x78:
		return v
	}
	if !blink {
		high = 0
	}
	if v&7 == 1 {
		return high | v&8 | 1
	}
	return high | v&8 | 7
}

// dot reports whether the beam of a monochrome adapter is on: the video signal in the
// status register.
func (a *Adapter) dot() bool {
	_, line, column := a.beam()
	c := &a.crt
	if a.Mode&modeVideo == 0 || column >= c.hDisplay || line >= c.vDisplay {
		return false
	}
	t := a.clock.Now() - a.Epoch
	row, ra := line/a.rowLines(), uint8(line%a.rowLines())
	ma := int(a.startShown()) + int(row*c.hDisplay+column)
	perChar := uint64(9)
	if a.Mode&modeGraphics != 0 {
		perChar = 16
	}
	clock := c.char
	clock.Num *= perChar
	x := clock.Ticks(t) % perChar // the dot of the character, from the left
	if a.Mode&modeGraphics != 0 {
		p := int(ra&3)<<13 + ma<<1&0x1fff
		if a.Mode&modePage != 0 {
			p += hercPage
		}
		return (uint16(a.mem[p])<<8|uint16(a.mem[p+1]))>>(15-x)&1 != 0
	}
	p := 2 * ma & (hercText - 1)
	attr := monoAttribute(a.mem[p+1], a.Mode&modeBlink != 0)
	if attr == 0 {
		return false
	}
	char := a.mem[p]
	bits := uint16(a.font[char][ra&31]) << 1
	if char&0xe0 == 0xc0 {
		bits |= bits >> 1 & 1
	}
	if attr&7 == 1 && ra == underlineLine {
		bits = 0x1ff
	}
	lit := bits>>(8-x)&1 != 0
	return lit != (attr&0x70 == 0x70)
}
