package term

import (
	"bufio"
	"context"
	"io"
	"strings"

	"beige/devices/bus"
	"beige/machine"
)

// sampleTime is how often the line mode looks at the screen, in virtual time:
// a guest that scrolls a whole screen within it loses lines.
const sampleTime = 5 * bus.Millisecond

// quietTime is how long the screen must not have changed before a line of the
// input is typed: by then the guest waits for it.
const quietTime = 500 * bus.Millisecond

// Lines is the line mode: it prints lines of the screen when they are
// complete, and types lines of the input.
type Lines struct {
	in  io.Reader
	out *bufio.Writer

	m       *machine.Machine
	roll    roll
	seen    uint64
	changed bus.Time // when the screen changed last
	typing  bool
	queue   []string // lines of the input that are to be typed
}

// NewLines returns a line mode on in and out.
func NewLines(in io.Reader, out io.Writer) *Lines {
	return &Lines{in: in, out: bufio.NewWriter(out)}
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
		l.seen, l.changed = g, now
		s := l.m.Screen()
		l.print(l.roll.next(s.Lines(), s.Cursor.Y))
	}
	if len(l.queue) > 0 && !l.typing && now-l.changed >= quietTime {
		line := l.queue[0]
		l.queue = l.queue[1:]
		if strokes, err := machine.StrokesFor(line + "\n"); err == nil {
			l.typing = true
			l.m.Type(strokes, func() { l.typing, l.changed = false, l.m.Now() })
		}
	}
	l.m.After(sampleTime, l.sample)
}

func (l *Lines) print(lines []string) {
	for _, s := range lines {
		_, _ = l.out.WriteString(s + "\n")
	}
	_ = l.out.Flush()
}

// Serve feeds the input to the machine until ctx is done; then it prints the
// lines that are not complete. The end of the input ends nothing.
func (l *Lines) Serve(ctx context.Context, m *machine.Machine) {
	go func() {
		in := bufio.NewScanner(l.in)
		for in.Scan() {
			line := strings.TrimRight(in.Text(), "\r")
			m.Post(func() { l.queue = append(l.queue, line) })
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
// moved up: the smallest number that explains what is left of it, all of it if
// none does.
func (r *roll) scrolled(lines []string) int {
	for by := range r.ready {
		same := true
		for y := by; y < r.ready && same; y++ {
			same = y-by < len(lines) && lines[y-by] == r.last[y]
		}
		if same && !blankLines(r.last[by:r.ready]) {
			return by
		}
	}
	if blankLines(r.last[:r.ready]) && r.ready <= len(lines) && blankLines(lines[:r.ready]) {
		return 0
	}
	return r.ready
}

func blankLines(lines []string) bool {
	for _, l := range lines {
		if l != "" {
			return false
		}
	}
	return true
}
