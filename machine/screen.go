package machine

import (
	"strings"
	"time"

	"beige/devices/video"
	"beige/devices/video/cp437"
)

// Cell is one character of a text screen.
type Cell struct {
	Code   uint8 // in the character generator
	FG, BG uint8 // index into the palette
	Blink  bool
}

// Cursor is the hardware cursor of a text screen.
type Cursor struct {
	X, Y    int
	Visible bool
	Block   bool // covers half the cell or more
}

// Screen is what the display shows at one moment, as text where it is: a copy that
// belongs to the caller.
type Screen struct {
	Text          bool // false in graphics modes: no cells
	Columns, Rows int
	Cells         []Cell // row by row
	Palette       [16][3]uint8
	Cursor        Cursor
	Width, Height int // of the picture in pixels
	Frame         *video.Frame
}

// Screen returns what the display shows. Caller is the machine goroutine, or the
// machine does not run.
func (m *Machine) Screen() *Screen {
	f := m.screen.Frame()
	s := &Screen{Text: f.Kind == video.Text, Width: f.Width, Height: f.Height, Frame: f}
	if !s.Text {
		return s
	}
	s.Columns, s.Rows = f.Cols, f.Rows
	s.Cells = make([]Cell, f.Cols*f.Rows)
	for y := range f.Rows {
		for x := range f.Cols {
			c := f.Cell(x, y)
			cell := Cell{Code: c.Char, FG: c.Attr & 15, BG: c.Attr >> 4}
			if f.Blink {
				cell.Blink, cell.BG = cell.BG&8 != 0, cell.BG&7
			}
			s.Cells[y*f.Cols+x] = cell
		}
	}
	for i, c := range f.Colors {
		s.Palette[i] = [3]uint8{uint8(c >> 16), uint8(c >> 8), uint8(c)}
	}
	lines := int(f.Cursor.End) - int(f.Cursor.Start) + 1
	s.Cursor = Cursor{X: f.Cursor.X, Y: f.Cursor.Y, Visible: f.Cursor.Visible, Block: 2*lines >= f.CellH}
	return s
}

// Frame returns what the display shows, for a video.Painter; the same one as long as
// nothing changes. A frame may be read by any goroutine. Caller is the machine
// goroutine.
func (m *Machine) Frame() *video.Frame { return m.screen.Frame() }

// ScreenGeneration grows whenever the screen changes. Caller is the machine
// goroutine.
func (m *Machine) ScreenGeneration() uint64 { return m.screen.Frame().Gen }

// Lines returns the rows as text in Unicode, without the blanks at their ends.
func (s *Screen) Lines() []string {
	lines := make([]string, s.Rows)
	for y := range lines {
		lines[y] = strings.TrimRight(s.text(y*s.Columns, s.Columns), " ")
	}
	return lines
}

// text is n cells from the given one on in Unicode.
func (s *Screen) text(from, n int) string {
	codes := make([]uint8, n)
	for i, c := range s.Cells[from : from+n] {
		codes[i] = c.Code
	}
	return cp437.String(codes)
}

// String is the screen as it would be in a text file: its lines without the
// empty ones at the end.
func (s *Screen) String() string {
	text := strings.TrimRight(strings.Join(s.Lines(), "\n"), "\n")
	if text == "" {
		return ""
	}
	return text + "\n"
}

// Contains reports whether text is on the screen. It may run over the right
// edge into the next row, as the guest's own output does, and "\n" in it stands
// for the end of a row.
func (s *Screen) Contains(text string) bool {
	return strings.Contains(s.text(0, len(s.Cells)), text) || strings.Contains(strings.Join(s.Lines(), "\n"), text)
}

// frameTime is the shortest wall time between two calls of Config.OnFrame.
const frameTime = time.Second / 60

// unpublished reports whether the screen has changed since OnFrame was told.
func (m *Machine) unpublished() bool {
	return m.cfg.OnFrame != nil && m.ScreenGeneration() != m.published
}

// publish tells OnFrame of a changed screen, at most 60 times a second unless
// now is set.
func (m *Machine) publish(now bool) {
	if m.cfg.OnFrame == nil {
		return
	}
	t := m.cfg.now()
	if (now || t.Sub(m.publishedAt) >= frameTime) && m.unpublished() {
		m.publishedAt, m.published = t, m.ScreenGeneration()
		m.cfg.OnFrame()
	}
}
