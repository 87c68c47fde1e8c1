package vga

import "beige/devices/video"

// Frame returns the picture as the registers and the memory have it now. As
// long as nothing changes it returns the same frame, at the cost of a test.
// Caller is the machine goroutine.
func (d *VGA) Frame() *video.Frame {
	d.takeStored()
	if !d.dirty && d.stored == nil {
		return d.frames.Last()
	}
	d.fontDirty = d.fontDirty || d.storedIn(0, memSize)
	d.onlyStored = !d.dirty
	d.dirty = d.startPending()
	f := d.capture()
	d.onlyStored = false
	return d.frames.Take(f)
}

// addStored appends the line of pixels in memory from at on, which need not be looked
// at where nobody has stored since the frame before.
func (d *VGA) addStored(f *video.Frame, at, size int) {
	if d.onlyStored && !d.storedIn(at, at+size) && d.frames.Repeat(f) {
		return
	}
	d.frames.AddLine(f, d.mem[at:at+size])
}

// TextLines is the text of the current frame, as Frame.TextLines.
func (d *VGA) TextLines() []string { return d.Frame().TextLines() }

// on reports whether the picture shows.
func (d *VGA) on() bool {
	return d.Enable&enableSystem != 0 && d.Seq[srClock]&clkScreenOff == 0 && d.AttrIndex&attrPAS != 0 &&
		(d.dispiOn() || d.Seq[srReset] == resetRun && d.CRTC[crMode]&modeRun != 0)
}

func (d *VGA) capture() *video.Frame {
	f := &video.Frame{}
	f.ScaleX, f.ScaleY = 1, 1
	if !d.on() {
		return f
	}
	if d.dispiOn() {
		d.captureDispi(f)
		return f
	}
	f.Border = d.rgb(d.Attr[arOverscan])
	if d.Seq[srClock]&clkDotHalf != 0 {
		f.ScaleX = 2
	}
	if d.Gfx[grMisc]&gmiscGraphics != 0 || d.Attr[arMode]&amGraphics != 0 {
		d.captureGraphics(f)
	} else {
		d.captureText(f)
	}
	if d.model == ModelEGA && !d.enhanced() { // 200 lines are as high as 400 of a VGA
		f.ScaleY *= 2
		f.Height *= 2
	}
	return f
}

// scan is one line of the picture as the CRT controller addresses it.
type scan struct {
	row  uint16 // address counter at the left
	line uint8  // row scan counter
	low  bool   // below the line compare
}

// scans calls yield for each line of the picture from the top, without the
// repetition of double scanning.
func (d *VGA) scans(yield func(scan)) (double bool) {
	maxScan := d.CRTC[crMaxScan] & maxScanMask
	pitch := uint16(d.CRTC[crOffset]) * 2
	double = d.CRTC[crMaxScan]&maxDouble != 0
	step := 1
	if double {
		step = 2
	}
	s := scan{
		row:  d.startShown() + uint16(d.CRTC[crPresetRow]>>5&3),
		line: d.CRTC[crPresetRow] & maxScanMask,
	}
	split := d.lineCompare()
	height := int(d.crt.vDisplay)
	for y := 0; y < height; y += step {
		if !s.low && y > split {
			s = scan{low: true}
			if d.Attr[arMode]&amPanSplit == 0 {
				s.row = uint16(d.CRTC[crPresetRow] >> 5 & 3)
			}
		}
		yield(s)
		if s.line == maxScan {
			s.line = 0
			s.row += pitch
		} else {
			s.line = (s.line + 1) & maxScanMask
		}
	}
	return double
}

// planeAddr is the address that the CRT controller puts on the memory for
// address counter ma in row scan line ra (Mode Control and Underline Location
// registers: byte, word and doubleword addressing, CMS0, SRS).
func (d *VGA) planeAddr(ma uint16, ra uint8) uint16 {
	mode := d.CRTC[crMode]
	out := ma
	switch {
	case d.CRTC[crUnderline]&ulDword != 0:
		out = ma<<2 | ma>>14
	case mode&modeByte != 0:
	case mode&modeWrap15 != 0:
		out = ma<<1 | ma>>15
	default:
		out = ma<<1 | ma>>13&1
	}
	if mode&modeRA0 == 0 {
		out = out&^(1<<13) | uint16(ra&1)<<13
	}
	if mode&modeRA1 == 0 {
		out = out&^(1<<14) | uint16(ra>>1&1)<<14
	}
	return out
}

// count is the address counter's advance after n character clocks.
func (d *VGA) count(n int) uint16 {
	switch {
	case d.CRTC[crUnderline]&ulCountBy4 != 0:
		return uint16(n >> 2)
	case d.CRTC[crMode]&modeCountBy2 != 0:
		return uint16(n >> 1)
	}
	return uint16(n)
}
