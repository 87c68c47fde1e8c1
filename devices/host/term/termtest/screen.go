// Package termtest is a terminal for tests: it shows what a program sends to it, text,
// Sixel and Kitty graphics, and answers what a terminal is asked.
//
// It is strict: what no terminal understands, or what reaches outside of the screen, is
// an error.
package termtest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Options say what terminal it is.
type Options struct {
	Cols, Rows   int
	CellW, CellH int  // size of a place in pixels
	Untold       bool // ... which it does not tell
	Sixel, Kitty bool // graphics it has
	Registers    int  // of colours for Sixel; 0: it does not tell
	PixelMouse   bool // mouse reports in pixels
	Silent       bool // it answers nothing
}

// Screen is the terminal. It is safe for several goroutines.
type Screen struct {
	opt Options

	mu      sync.Mutex
	cells   []place
	x, y    int
	pen     string
	modes   map[string]bool
	pending []byte
	answers []byte
	err     error

	sixels []uint32 // pixels, noPixel where there is none
	drawn  int      // pixels that Sixel and Kitty have brought so far
	kitty  kitty
}

// place is a character with its attributes.
type place struct {
	r   rune
	sgr string
}

// New returns an empty screen.
func New(opt Options) *Screen {
	s := &Screen{opt: opt, cells: make([]place, opt.Cols*opt.Rows), modes: map[string]bool{"?25": true}}
	s.sixels = make([]uint32, opt.Cols*opt.CellW*opt.Rows*opt.CellH)
	s.clear()
	return s
}

func (s *Screen) clear() {
	for i := range s.cells {
		s.cells[i] = place{r: ' '}
	}
	for i := range s.sixels {
		s.sixels[i] = noPixel
	}
	s.kitty.clear()
}

func (s *Screen) fail(format string, a ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, a...)
	}
}

// Err is the first mistake of the program.
func (s *Screen) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Answers takes what the terminal has to say.
func (s *Screen) Answers() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.answers
	s.answers = nil
	return b
}

// Lines are the rows as text, without the blanks at their ends and without the empty
// ones at the end.
func (s *Screen) Lines() string {
	lines := strings.Split(s.Text(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// Text are the rows, each with a line feed.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for i, c := range s.cells {
		b.WriteRune(c.r)
		if (i+1)%s.opt.Cols == 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// At is the character at a place, and its attributes as they were sent.
func (s *Screen) At(x, y int) (r rune, sgr string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.cells[y*s.opt.Cols+x]
	return c.r, c.sgr
}

// Cursor is where the cursor is and whether it shows.
func (s *Screen) Cursor() (x, y int, visible bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.x, s.y, s.modes["?25"]
}

// Mode reports whether a mode such as "?1003" is set.
func (s *Screen) Mode(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modes[name]
}

// Write shows what a program sends; the end of it may be incomplete.
func (s *Screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := append(s.pending, b...)
	for len(p) > 0 {
		n := s.take(p)
		if n == 0 {
			break
		}
		p = p[n:]
	}
	s.pending = append([]byte(nil), p...)
	return len(b), nil
}

// take takes a character or a control sequence off p; 0 if it is not complete.
func (s *Screen) take(p []byte) int {
	switch {
	case p[0] == '\r':
		s.x = 0
		return 1
	case p[0] == '\n':
		s.y = min(s.y+1, s.opt.Rows-1)
		return 1
	case p[0] != 0x1b:
		if !utf8.FullRune(p) {
			return 0
		}
		r, n := utf8.DecodeRune(p)
		s.put(r)
		return n
	case len(p) < 2:
		return 0
	}
	switch p[1] {
	case '[':
		return s.csi(p)
	case ']', 'P', '_':
		body, n := text(p[2:])
		if n == 0 {
			return 0
		}
		switch p[1] {
		case 'P':
			s.dcs(body)
		case '_':
			s.apc(body)
		}
		return n + 2
	}
	s.fail("unknown control sequence %q", p[:2])
	return 2
}

// text is the body of a control string up to ESC \ or BEL, and the length of both.
func text(p []byte) (body string, n int) {
	for i, c := range p {
		switch {
		case c == 0x07:
			return string(p[:i]), i + 1
		case c == 0x1b && i+1 < len(p):
			return string(p[:i]), i + 2
		}
	}
	return "", 0
}

func (s *Screen) put(r rune) {
	if s.x >= s.opt.Cols || s.y >= s.opt.Rows || r < ' ' {
		s.fail("character %q at column %d, row %d of %d by %d", r, s.x, s.y, s.opt.Cols, s.opt.Rows)
		return
	}
	s.cells[s.y*s.opt.Cols+s.x] = place{r, s.pen}
	s.wipe(s.x, s.y)
	s.x++
}

// csi takes CSI, parameters and a final byte.
func (s *Screen) csi(p []byte) int {
	end := 2
	for end < len(p) && (p[end] < 0x40 || p[end] > 0x7e) {
		end++
	}
	if end == len(p) {
		return 0
	}
	args := string(p[2:end])
	switch final := p[end]; final {
	case 'H':
		row, col, _ := strings.Cut(args, ";")
		s.y, s.x = number(row)-1, number(col)-1
		if s.x < 0 || s.y < 0 || s.x >= s.opt.Cols || s.y >= s.opt.Rows {
			s.fail("cursor to %q of %d by %d", args, s.opt.Cols, s.opt.Rows)
			s.x, s.y = 0, 0
		}
	case 'm':
		if !strings.HasPrefix(args, ">") {
			s.pen = args
		}
	case 'J':
		s.clear()
	case 'h', 'l':
		s.modes[args] = final == 'h'
		if args == "?1049" {
			s.clear()
		}
	case 'q', 'u': // shape of the cursor, keyboard protocol
	case 'c', 'n', 't', 'p', 'S':
		s.answer(args + string(final))
	default:
		s.fail("unknown control sequence %q", p[:end+1])
	}
	return end + 1
}

func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func (s *Screen) say(format string, a ...any) {
	if !s.opt.Silent {
		s.answers = append(s.answers, fmt.Sprintf(format, a...)...)
	}
}

// answer answers a question that came as a control sequence.
func (s *Screen) answer(question string) {
	o := &s.opt
	switch question {
	case "c":
		if o.Sixel {
			s.say("\x1b[?62;4;22c")
		} else {
			s.say("\x1b[?62;22c")
		}
	case "5n":
		s.say("\x1b[0n")
	case "16t":
		if o.CellW > 0 && !o.Untold {
			s.say("\x1b[6;%d;%dt", o.CellH, o.CellW)
		}
	case "14t":
		if o.CellW > 0 && !o.Untold {
			s.say("\x1b[4;%d;%dt", o.CellH*o.Rows, o.CellW*o.Cols)
		}
	case "?1016$p":
		if o.PixelMouse {
			s.say("\x1b[?1016;2$y")
		} else {
			s.say("\x1b[?1016;0$y")
		}
	case "?1;3;256S", "?1;1;0S":
		if o.Registers > 0 {
			s.say("\x1b[?1;0;%dS", o.Registers)
		}
	case "?2;4;0S": // larger than any picture
		if o.Registers > 0 {
			s.say("\x1b[?2;0;4000;3000S")
		}
	case "22;2t", "23;2t": // the title is kept, and comes back
	default:
		s.fail("unknown question %q", question)
	}
}
