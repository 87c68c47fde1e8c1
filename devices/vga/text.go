package vga

import "beige/devices/video"

// captureText fills f from text memory: plane 0 holds characters, plane 1
// attributes, plane 2 the fonts.
func (d *VGA) captureText(f *video.Frame) {
	f.Kind = video.Text
	f.Cols = int(d.crt.hDisplay)
	f.CellW, f.CellH = 9, int(d.CRTC[crMaxScan]&maxScanMask)+1
	if d.Seq[srClock]&clk8Dots != 0 {
		f.CellW = 8
	}
	f.Blink = d.Attr[arMode]&amBlink != 0
	f.LineGraphics = d.Attr[arMode]&amLineGfx != 0
	f.Underline = int(d.CRTC[crUnderline] & maxScanMask)
	for i := range f.Colors {
		f.Colors[i] = d.rgb(d.paletteIndex(uint8(i) & d.Attr[arPlanes] & 0xf))
	}
	pan := d.textPan()
	f.Stride = f.Cols
	if pan != 0 {
		f.Stride++
	}
	f.Fonts = d.captureFonts()
	two := f.Fonts[0] != f.Fonts[1]

	var on bool
	f.Cursor.Start, f.Cursor.End, on = d.cursorLines()
	on = on && int(f.Cursor.Start) < f.CellH
	at := d.cursorAddress()

	last := scan{}
	double := d.scans(func(s scan) {
		if n := len(f.Strips); n > 0 && s.row == last.row && s.low == last.low && s.line == last.line+1 {
			f.Strips[n-1].Lines++
			last = s
			return
		}
		last = s
		strip := video.Strip{First: s.line, Lines: 1, Pan: pan}
		if s.low && d.Attr[arMode]&amPanSplit != 0 {
			strip.Pan = 0
		}
		f.Strips = append(f.Strips, strip)
		for x := range f.Stride {
			ma := s.row + d.count(x)
			if on && ma == at && x < f.Cols && !f.Cursor.Visible {
				f.Cursor.Visible, f.Cursor.X, f.Cursor.Y = true, x, len(f.Strips)-1
			}
			p := place(uint32(d.planeAddr(ma, s.line)))
			c := video.Cell{Char: d.mem[p], Attr: d.mem[p+1]}
			if two {
				c.Font = c.Attr >> 3 & 1
			}
			f.Cells = append(f.Cells, c)
		}
	})
	f.Rows = len(f.Strips)
	if double {
		f.ScaleY = 2
	}
	f.Width = f.Cols * f.CellW * f.ScaleX
	f.Height = int(d.crt.vDisplay)
}

// cursorLines is the first and the last line of the cursor; on is false where it has
// none.
func (d *VGA) cursorLines() (start, end uint8, on bool) {
	start, end = d.CRTC[crCursorStart]&maxScanMask, d.CRTC[crCursorEnd]&maxScanMask
	if d.model == ModelEGA {
		start, end = egaCursor(start, end)
		return start, end, true
	}
	return start, end, d.CRTC[crCursorStart]&cursorOff == 0 && start <= end
}

// textPan is the number of dots that panning cuts off (Horizontal PEL Panning
// Register): with nine dots 8 means none and 0-7 mean one more.
func (d *VGA) textPan() uint8 {
	p := d.Attr[arPan] & 0xf
	switch {
	case d.Seq[srClock]&clk8Dots != 0:
		return p & 7
	case p < 8:
		return p + 1
	}
	return 0
}

// fontAddress is where the character set numbered n of the Character Map
// Select Register lies in plane 2.
func fontAddress(n uint8) uint32 { return uint32(n&3)<<14 | uint32(n>>2&1)<<13 }

// captureFonts returns the two selected character sets: the one for attribute
// bit 3 = 0 (map B) and for 1 (map A). They are one while both select the same.
func (d *VGA) captureFonts() [2]*video.Font {
	sel := d.Seq[srCharMap]
	at := [2]uint32{
		fontAddress(sel&3 | sel>>4&1<<2),
		fontAddress(sel>>2&3 | sel>>5&1<<2),
	}
	if !d.fontDirty && at == d.fontAt {
		return d.fonts
	}
	d.fontDirty, d.fontAt = false, at
	old := d.fonts
	for i := range at {
		if i == 1 && at[1] == at[0] {
			d.fonts[1] = d.fonts[0]
			break
		}
		d.fonts[i] = d.captureFont(at[i], old)
	}
	return d.fonts
}

// captureFont copies a character set, or returns the old one that equals it.
func (d *VGA) captureFont(at uint32, old [2]*video.Font) *video.Font {
	var f video.Font
	for c := range f {
		for line := range f[c] {
			f[c][line] = d.mem[place(at+uint32(c*32+line))+2]
		}
	}
	for _, o := range old {
		if o != nil && *o == f {
			return o
		}
	}
	return &f
}
