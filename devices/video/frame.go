// Package video holds what display adapters and displays share: the frame, which
// an adapter makes of its registers and memory, and the picture that a monitor
// would make of a frame.
package video

import (
	"strings"

	"beige/devices/video/cp437"
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

// Cursor is the text cursor. It is drawn in lines Start to End of its cell; where
// Start is the larger one, from the top to End and from Start to the bottom.
type Cursor struct {
	X, Y       int
	Visible    bool // enabled, inside the picture, and with a line to draw
	Start, End uint8
}

// covers reports whether the cursor is drawn in a line of its cell.
func (c Cursor) covers(line uint8) bool {
	if c.Start > c.End {
		return line <= c.End || line >= c.Start
	}
	return line >= c.Start && line <= c.End
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
