package term

import (
	"strings"
	"testing"

	"beige/devices/host/term/termtest"
	"beige/machine"
)

// screen makes a screen of grey text.
func screen(cols int, lines ...string) *machine.Screen {
	s := &machine.Screen{Text: true, Columns: cols, Rows: len(lines), Cells: make([]machine.Cell, cols*len(lines))}
	for i := range s.Cells {
		s.Cells[i] = machine.Cell{Code: ' ', FG: 7}
	}
	for y, l := range lines {
		for x := range len(l) {
			s.Cells[y*cols+x].Code = l[x]
		}
	}
	s.Palette[7] = [3]uint8{0xaa, 0xaa, 0xaa}
	s.Palette[4] = [3]uint8{0xaa, 0, 0}
	return s
}

// emulator is a terminal for what the renderer sends.
type emulator struct{ *termtest.Screen }

func newEmulator(cols, rows int) emulator {
	return emulator{termtest.New(termtest.Options{Cols: cols, Rows: rows})}
}

func (e emulator) write(t *testing.T, b []byte) {
	t.Helper()
	_, _ = e.Write(b)
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestRenderDrawsOnlyChanges(t *testing.T) {
	r, e := NewRenderer(20, 6, TrueColour), newEmulator(20, 6)
	s := screen(10, "hello", "world", "")
	s.Cursor = machine.Cursor{X: 5, Y: 1, Visible: true}
	e.write(t, r.Draw(s))
	if got := e.Lines(); got != "hello\nworld" {
		t.Errorf("first screen = %q", got)
	}
	if x, y, visible := e.Cursor(); x != 5 || y != 1 || !visible {
		t.Errorf("cursor at %d, %d, visible %v; want 5, 1, visible", x, y, visible)
	}
	if _, got := e.At(0, 0); got != "0;38;2;170;170;170;48;2;0;0;0" {
		t.Errorf("colour of the first cell = %q", got)
	}
	s = screen(10, "hallo", "world", "x")
	s.Cells[0].FG, s.Cells[0].Blink = 4, true
	b := r.Draw(s)
	if n := strings.Count(string(b), "o"); n != 0 {
		t.Errorf("an unchanged letter was drawn again: %q", b)
	}
	e.write(t, b)
	if got := e.Lines(); got != "hallo\nworld\nx" {
		t.Errorf("second screen = %q", got)
	}
	if _, got := e.At(0, 0); got != "0;5;38;2;170;0;0;48;2;0;0;0" {
		t.Errorf("colour of a red blinking cell = %q", got)
	}
	if _, _, visible := e.Cursor(); visible {
		t.Error("a hidden cursor shows")
	}
	if b := r.Draw(s); len(b) > 10 {
		t.Errorf("nothing has changed, but %d bytes were sent: %q", len(b), b)
	}
}

func TestRenderSmallTerminalFollowsTheCursor(t *testing.T) {
	r, e := NewRenderer(5, 2, Colours16), newEmulator(5, 2)
	s := screen(10, "0123456789", "abcdefghij", "ABCDEFGHIJ")
	s.Cursor = machine.Cursor{X: 0, Y: 0, Visible: true}
	e.write(t, r.Draw(s))
	if got := e.Lines(); got != "01234\nabcde" {
		t.Errorf("upper left = %q", got)
	}
	s.Cursor.X, s.Cursor.Y = 9, 2
	e.write(t, r.Draw(s))
	if got := e.Lines(); got != "fghij\nFGHIJ" {
		t.Errorf("lower right = %q", got)
	}
	if x, y, _ := e.Cursor(); x != 4 || y != 1 {
		t.Errorf("cursor at %d, %d; want 4, 1", x, y)
	}
}

func TestRenderColours(t *testing.T) {
	for _, tc := range []struct {
		depth  Depth
		fg, bg uint8
		want   string
	}{
		{Colours16, 7, 0, "0;37;40"},
		{Colours16, 4, 1, "0;31;44"}, // the PC's red is 4, its blue 1
		{Colours16, 12, 6, "0;91;43"},
		{Colours256, 4, 0, "0;38;5;124;48;5;16"},
		{Colours256, 7, 0, "0;38;5;248;48;5;16"},
	} {
		r, e := NewRenderer(1, 1, tc.depth), newEmulator(1, 1)
		s := screen(1, "x")
		s.Cells[0].FG, s.Cells[0].BG = tc.fg, tc.bg
		e.write(t, r.Draw(s))
		if _, sgr := e.At(0, 0); sgr != tc.want {
			t.Errorf("depth %d, colours %d on %d: %q; want %q", tc.depth, tc.fg, tc.bg, sgr, tc.want)
		}
	}
}

func TestRenderStatusAndMenu(t *testing.T) {
	r, e := NewRenderer(10, 4, Colours16), newEmulator(10, 4)
	s := screen(10, "one", "two", "three")
	r.SetStatus(" hint ")
	r.SetMenu([]string{"[m]"}, nil)
	e.write(t, r.Draw(s))
	if got := e.Lines(); got != "one\ntwo[m]\nthree\n hint" {
		t.Errorf("with menu and status: %q", got)
	}
	r.SetMenu(nil, nil)
	r.SetStatus("")
	e.write(t, r.Draw(s))
	if got := e.Lines(); got != "one\ntwo\nthree" {
		t.Errorf("afterwards: %q", got)
	}
	r.Resize(4, 2)
	e = newEmulator(4, 2)
	e.write(t, r.Draw(s))
	if got := e.Lines(); got != "one\ntwo" {
		t.Errorf("after a resize: %q", got)
	}
}

func TestDepthFor(t *testing.T) {
	for _, tc := range []struct {
		colorterm, term string
		want            Depth
	}{{"truecolor", "xterm", TrueColour}, {"24bit", "", TrueColour}, {"", "xterm-direct", TrueColour}, {"", "screen-256color", Colours256}, {"yes", "xterm", Colours256}, {"", "linux", Colours16}, {"", "", Colours16}} {
		if got := DepthFor(tc.colorterm, tc.term); got != tc.want {
			t.Errorf("DepthFor(%q, %q) = %d; want %d", tc.colorterm, tc.term, got, tc.want)
		}
	}
}

func TestRoll(t *testing.T) {
	var r roll
	step := func(cursor int, want string, lines ...string) {
		t.Helper()
		if got := strings.Join(r.next(lines, cursor), "|"); got != want {
			t.Errorf("screen %q: printed %q; want %q", lines, got, want)
		}
	}
	step(0, "", "booting", "", "")
	step(1, "booting", "booting", "", "")
	step(2, "A:\\>ver", "booting", "A:\\>ver", "")
	step(2, "", "booting", "A:\\>ver", "FreeDOS")
	step(2, "FreeDOS", "A:\\>ver", "FreeDOS", "")         // scrolled by one
	step(2, "A:\\>dir|x", "A:\\>dir", "x", "")            // all of it has gone
	step(0, "", "new page", "", "")                       // cleared
	step(2, "new page|b", "new page", "b", "half a line") // and filled again
	step(2, "", "NEW PAGE", "b", "half a line")           // changed in place
	if got := strings.Join(r.rest(), "|"); got != "half a line" {
		t.Errorf("rest = %q", got)
	}
}
