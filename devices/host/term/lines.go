package term

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"beige/devices/bus"
	"beige/devices/kbc"
	"beige/machine"
)

// sampleTime is how often the line mode looks at the screen, in virtual time:
// a guest that scrolls a whole screen within it loses lines.
const sampleTime = 5 * bus.Millisecond

// quietTime is how long the cursor and its row must not have changed before a
// line of the input is typed: by then the guest waits for it.
// A guest that boots is quiet for longer, waiting for a key that stops it (two
// seconds in DOS).
const (
	quietTime = 500 * bus.Millisecond
	bootTime  = 3 * bus.Second
)

// Lines is the line mode: it prints lines of the screen when they are
// complete, and types lines of the input.
type Lines struct {
	in     io.Reader
	out    *bufio.Writer
	layout *kbc.Layout

	m       *machine.Machine
	roll    roll
	seen    uint64
	prompt  string   // where the cursor is, and its row
	changed bus.Time // when that changed last
	typing  bool
	typed   bool        // a line has been typed before
	input   chan string // lines that are to be typed
}

// NewLines returns a line mode on in and out, which types on that keyboard.
func NewLines(in io.Reader, out io.Writer, layout *kbc.Layout) *Lines {
	return &Lines{in: in, out: bufio.NewWriter(out), layout: layout, input: make(chan string)}
}

// Start lets l watch m, which does not run yet.
func (l *Lines) Start(m *machine.Machine) {
	l.m = m
	m.After(sampleTime, l.sample)
}

// sample prints what is new. It runs on the machine goroutine.
func (l *Lines) sample() {
	now := l.m.Now()
	if g := l.m.ScreenGeneration(); g != l.seen {
		l.seen = g
		s := l.m.Screen()
		lines := s.Lines()
		if p := promptOf(lines, s.Cursor); p != l.prompt {
			l.prompt, l.changed = p, now
		}
		l.print(l.roll.next(lines, s.Cursor.Y))
	}
	quiet := bootTime
	if l.typed {
		quiet = quietTime
	}
	if !l.typing && now-l.changed >= quiet {
		l.typeNext()
	}
	l.m.After(sampleTime, l.sample)
}

// promptOf is what the guest shows at the cursor. A clock elsewhere on the screen
// does not count.
func promptOf(lines []string, c machine.Cursor) string {
	row := ""
	if c.Y >= 0 && c.Y < len(lines) {
		row = lines[c.Y]
	}
	return fmt.Sprint(c.X, c.Y, row)
}

// typeNext types a line of the input, if there is one.
func (l *Lines) typeNext() {
	select {
	case line := <-l.input:
		l.typed = true
		if strokes, err := machine.StrokesFor(l.layout, line+"\n"); err == nil {
			l.typing = true
			l.m.Type(strokes, func() { l.typing, l.changed = false, l.m.Now() })
		}
	default:
	}
}

func (l *Lines) print(lines []string) {
	for _, s := range lines {
		_, _ = l.out.WriteString(s + "\n")
	}
	_ = l.out.Flush()
}

// Serve feeds the input to the machine until ctx is done; then it prints the
// lines that are not complete. The end of the input ends nothing.
func (l *Lines) Serve(ctx context.Context) {
	go func() {
		in := bufio.NewScanner(l.in)
		for in.Scan() {
			select {
			case l.input <- strings.TrimRight(in.Text(), "\r"):
			case <-ctx.Done():
				return
			}
		}
	}()
	<-ctx.Done()
}

// Finish prints the lines that are left on the screen. The machine does not run
// any more.
func (l *Lines) Finish() {
	s := l.m.Screen()
	l.print(l.roll.next(s.Lines(), s.Cursor.Y))
	l.print(l.roll.rest())
}

// roll finds out what a scrolling screen has printed, from looks at it.
type roll struct {
	last  []string // the screen at the last look
	ready int      // rows of last that have been printed
}

// next returns the lines that have become complete: those above the cursor
// that were not printed before. A screen that is not the last one scrolled is
// taken for a new page.
func (r *roll) next(lines []string, cursor int) []string {
	by := r.scrolled(lines)
	r.ready = max(r.ready-by, 0)
	r.last = lines
	end := min(max(cursor, 0), len(lines))
	if end <= r.ready {
		// Nothing new, or the cursor went up: what changed there is printed when
		// the page is gone.
		return nil
	}
	out := lines[r.ready:end]
	r.ready = end
	return out
}

// rest returns the lines below those printed, up to the last with text.
func (r *roll) rest() []string {
	end := len(r.last)
	for end > 0 && r.last[end-1] == "" {
		end--
	}
	if end <= r.ready {
		return nil
	}
	out := r.last[r.ready:end]
	r.ready = end
	return out
}

// scrolled returns by how many rows the printed part of the last screen has
// moved up: the number that finds the most rows again, if that is half of what
// should be left, and all of it if none does. Rows may have changed in place
// meanwhile: a clock, a status line.
func (r *roll) scrolled(lines []string) int {
	best, most := r.ready, 0
	for by := range r.ready {
		same, want := 0, 0
		for y := by; y < r.ready; y++ {
			if r.last[y] == "" {
				continue
			}
			want++
			if y-by < len(lines) && lines[y-by] == r.last[y] {
				same++
			}
		}
		if same > most && 2*same >= want {
			best, most = by, same
		}
	}
	if most == 0 && blankLines(r.last[:r.ready]) && r.ready <= len(lines) && blankLines(lines[:r.ready]) {
		return 0
	}
	return best
}

func blankLines(lines []string) bool {
	for _, l := range lines {
		if l != "" {
			return false
		}
	}
	return true
}
