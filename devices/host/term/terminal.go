package term

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	xterm "golang.org/x/term"

	"beige/machine"
)

// Control sequences around a session: the title, the alternate screen, no wrap
// at the right edge, reports of modified keys (xterm's modifyOtherKeys and the
// kitty protocol's first level; terminals without them ignore both).
const (
	enterScreen = "\x1b[22;2t\x1b[?1049h\x1b[?7l\x1b[>4;1m\x1b[>1u\x1b]2;beige\x07"
	leaveScreen = "\x1b[0m\x1b[<u\x1b[>4;0m\x1b[?7h\x1b[0 q\x1b[?25h\x1b[?1049l\x1b[23;2t"
)

const (
	escapeTime = 25 * time.Millisecond // a lone ESC is the Esc key after that
	statusTime = 4 * time.Second       // how long a message covers the last row of a small terminal
)

// Terminal is the terminal of the process in raw mode.
type Terminal struct {
	in, out *os.File

	mu      sync.Mutex // guards what follows; restoring may happen on any goroutine
	raw     *xterm.State
	restore func()
	open    bool
	closed  bool // for good

	render *Renderer
	dec    Decoder
	menu   menu
	until  *time.Timer // of the status line

	frame   atomic.Pointer[machine.Screen]
	changed chan struct{}
	resized chan struct{}
	clear   chan struct{} // the status has been shown long enough
	notices chan string

	// Note is what else the line below the screen says.
	Note string

	// SaveScreen stores a screen and returns the name of the file.
	SaveScreen func(s *machine.Screen) (name string, err error)

	// Drives are those whose disks can be changed. Insert puts a file into one,
	// by its place in Drives, and Eject empties one; they return what to tell the
	// person.
	Drives []Drive
	Insert func(drive int, file string) (string, error)
	Eject  func(drive int) (string, error)
}

// Drive is a drive in the menu.
type Drive struct {
	Key  rune   // chooses it
	Name string // such as "drive A"
}

// IsTerminal reports whether f is a terminal.
func IsTerminal(f *os.File) bool { return xterm.IsTerminal(int(f.Fd())) }

// Open puts the terminal into raw mode. Close must follow on every way out.
func Open(in, out *os.File) (*Terminal, error) {
	t := &Terminal{in: in, out: out, changed: make(chan struct{}, 1), resized: make(chan struct{}, 1), clear: make(chan struct{}, 1), notices: make(chan string, 16)}
	if err := t.enter(); err != nil {
		return nil, err
	}
	cols, rows := t.size()
	t.render = NewRenderer(cols, rows, DepthFor(os.Getenv("COLORTERM"), os.Getenv("TERM")))
	return t, nil
}

func (t *Terminal) size() (cols, rows int) {
	cols, rows, err := xterm.GetSize(int(t.out.Fd()))
	if err != nil || cols < 1 || rows < 1 {
		return 80, 25
	}
	return cols, rows
}

func (t *Terminal) enter() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open || t.closed {
		return nil
	}
	raw, err := xterm.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return err
	}
	restore, err := prepareOutput(t.out)
	if err != nil {
		_ = xterm.Restore(int(t.in.Fd()), raw)
		return err
	}
	t.raw, t.restore, t.open = raw, restore, true
	_, _ = t.out.WriteString(enterScreen)
	return nil
}

// Close gives the terminal back as it was, for good. It may be called twice and
// from any goroutine.
func (t *Terminal) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.leave()
}

// suspend gives the terminal back while the process is stopped.
func (t *Terminal) suspend() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leave()
}

// leave undoes enter. The mutex is held.
func (t *Terminal) leave() {
	if !t.open {
		return
	}
	t.open = false
	_, _ = t.out.WriteString(leaveScreen)
	t.restore()
	_ = xterm.Restore(int(t.in.Fd()), t.raw)
}

// write sends bytes while the terminal is ours.
func (t *Terminal) write(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open {
		_, _ = t.out.Write(b)
	}
}

// Show hands over a new screen. It never blocks; Serve draws the latest one.
func (t *Terminal) Show(s *machine.Screen) {
	t.frame.Store(s)
	poke(t.changed)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Notice shows a line for a while. It never blocks and may be called from any
// goroutine.
func (t *Terminal) Notice(text string) {
	select {
	case t.notices <- text:
	default:
	}
}

// say sets the status line for a while.
func (t *Terminal) say(text string) {
	t.render.SetStatus(" " + text + " ")
	if t.until != nil {
		t.until.Stop()
	}
	t.until = time.AfterFunc(statusTime, func() { poke(t.clear) })
}

// Serve draws screens and types what comes from the terminal until ctx is done
// or the person quits; quit is true then.
func (t *Terminal) Serve(ctx context.Context, m *machine.Machine) (quit bool) {
	bytes := make(chan []byte)
	go t.read(ctx, bytes)
	stop := watch(func() { poke(t.resized) }, t.suspend, func() { _ = t.enter(); poke(t.resized) })
	defer stop()

	hint := "Ctrl+] opens the menu"
	if t.Note != "" {
		hint += "; " + t.Note
	}
	t.render.SetHint(" " + hint + " ")
	t.say(hint)
	var flush <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			t.draw()
			return false
		case <-t.changed:
		case <-t.resized:
			t.render.Resize(t.size())
		case <-t.clear:
			t.render.SetStatus(t.menu.lasting)
		case text := <-t.notices:
			t.say(text)
		case b, ok := <-bytes:
			if !ok {
				return true // the terminal has gone away
			}
			quit = t.handle(m, t.dec.Feed(b))
			flush = nil
			if t.dec.Pending() {
				flush = time.After(escapeTime)
			}
		case <-flush:
			quit = t.handle(m, t.dec.Flush())
			flush = nil
		}
		if quit {
			return true
		}
		t.draw()
	}
}

func (t *Terminal) read(ctx context.Context, c chan<- []byte) {
	defer close(c)
	for {
		b := make([]byte, 1024)
		n, err := t.in.Read(b)
		if n > 0 {
			select {
			case c <- b[:n]:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (t *Terminal) draw() {
	if s := t.frame.Load(); s != nil {
		if b := t.render.Draw(s); len(b) > 0 {
			t.write(b)
		}
	}
}

// handle hands strokes to the machine, or to the menu while it is open.
func (t *Terminal) handle(m *machine.Machine, inputs []Input) (quit bool) {
	var strokes []machine.Stroke
	for _, in := range inputs {
		if t.menu.active() || in.Escape {
			if t.menu.key(t, m, in) {
				return true
			}
			continue
		}
		if len(in.Stroke.Taps) > 0 {
			strokes = append(strokes, in.Stroke)
		}
	}
	if len(strokes) > 0 {
		m.Post(func() { m.Type(strokes, nil) })
	}
	return false
}
