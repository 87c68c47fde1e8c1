package vga

import (
	"bytes"
	"slices"
	"strings"

	"beige/devices/vga/cp437"
)

// Kind says what a frame shows.
type Kind uint8

const (
	Blank Kind = iota // the screen is off or not programmed
	Text
	Graphics
)

func (k Kind) String() string { return [...]string{"blank", "text", "graphics"}[k%3] }

// Frame is one picture, never changed once it is handed out: any goroutine may
// read it. Colours are 0xRRGGBB.
type Frame struct {
	Gen uint64 // grows with every change; 0 only before the first picture
	Info

	Cells  []Cell  // Text: Rows times Stride, row by row
	Strips []Strip // Text: one a row

	// Graphics: PixH lines of PixW pixels in Format. A line that did not change is
	// the same slice as in the frame before.
	Lines [][]uint8
}

// Info is the part of a frame that is not cells or pixels.
type Info struct {
	Kind           Kind
	Width, Height  int // of the picture on a monitor, in dots and scan lines
	ScaleX, ScaleY int // dots and scan lines to one cell dot or pixel
	Border         uint32

	// Text.
	Cols, Rows   int
	Stride       int // cells a row in Cells: Cols, or one more while panned
	CellW, CellH int // 8 or 9 dots, 1 to 32 lines
	Cursor       Cursor
	Blink        bool // attribute bit 7 blinks; otherwise it is background intensity
	LineGraphics bool // C0h-DFh reach into the ninth dot
	Underline    int  // line of the cell, for foreground 1 on background 0
	Colors       [16]uint32
	Fonts        [2]*Font // by Cell.Font

	// Graphics.
	PixW, PixH int
	Format     Format
	Palette    [256]uint32 // of Indexed
}

// Cell is one character.
type Cell struct {
	Char, Attr uint8
	Font       uint8 // index into Info.Fonts
}

// Cursor is the text cursor. It is drawn in lines Start to End of its cell.
type Cursor struct {
	X, Y       int
	Visible    bool // enabled, inside the picture, and with a line to draw
	Start, End uint8
}

// Strip is the part of a text row that shows: more rows than one can start
// inside a cell where the picture scrolls smoothly or is split.
type Strip struct {
	First, Lines uint8 // lines of the cell
	Pan          uint8 // dots cut off at the left
}

// Font is one character set, 32 lines a character.
type Font [256][32]uint8

// Phase is the state of everything that blinks: true is shown.
type Phase struct{ Cursor, Text bool }

// Cell returns the cell at column x, row y.
func (f *Frame) Cell(x, y int) Cell { return f.Cells[y*f.Stride+x] }

// TextLines returns the screen as one string a row, in Unicode, without
// trailing blanks; nil unless the frame is text.
func (f *Frame) TextLines() []string {
	if f.Kind != Text {
		return nil
	}
	lines := make([]string, f.Rows)
	codes := make([]uint8, f.Cols)
	for y := range lines {
		for x := range codes {
			codes[x] = f.Cell(x, y).Char
		}
		lines[y] = strings.TrimRight(cp437.String(codes), " ")
	}
	return lines
}

// Frame returns the picture as the registers and the memory have it now. As
// long as nothing changes it returns the same frame, at the cost of a test.
// Caller is the machine goroutine.
func (d *VGA) Frame() *Frame {
	if !d.dirty {
		return d.frame
	}
	d.dirty = d.startPending()
	f := d.capture()
	if f.Info == d.frame.Info && slices.Equal(f.Cells, d.frame.Cells) && slices.Equal(f.Strips, d.frame.Strips) &&
		slices.EqualFunc(f.Lines, d.frame.Lines, sameLine) && d.frame.Gen != 0 {
		return d.frame
	}
	f.Gen = d.frame.Gen + 1
	d.frame = f
	return f
}

// sameLine reports whether two lines, neither empty, are one slice.
func sameLine(a, b []uint8) bool { return &a[0] == &b[0] }

// addLine appends a line of pixels to f, or the line of the frame before that
// equals it.
func (d *VGA) addLine(f *Frame, line []uint8) {
	if y := len(f.Lines); y < len(d.frame.Lines) && bytes.Equal(d.frame.Lines[y], line) {
		f.Lines = append(f.Lines, d.frame.Lines[y])
		return
	}
	f.Lines = append(f.Lines, slices.Clone(line))
}

// TextLines is the text of the current frame, as Frame.TextLines.
func (d *VGA) TextLines() []string { return d.Frame().TextLines() }

// on reports whether the picture shows.
func (d *VGA) on() bool {
	return d.Enable&enableSystem != 0 && d.Seq[srClock]&clkScreenOff == 0 && d.AttrIndex&attrPAS != 0 &&
		(d.dispiOn() || d.Seq[srReset] == resetRun && d.CRTC[crMode]&modeRun != 0)
}

func (d *VGA) capture() *Frame {
	f := &Frame{}
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
