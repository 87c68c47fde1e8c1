package term

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	xterm "golang.org/x/term"

	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/machine"
)

// Control sequences around a session: the title, the alternate screen, no wrap
// at the right edge, reports of modified keys (xterm's modifyOtherKeys and the
// kitty protocol's first level), marks around pasted texts; terminals without one of
// them ignore it.
const (
	enterScreen = "\x1b[22;2t\x1b[?1049h\x1b[?7l\x1b[>4;1m\x1b[>1u" + pasteOn + "\x1b]2;beige\x07"
	leaveScreen = "\x1b[0m" + mouseOff + pasteOff + "\x1b[<u\x1b[>4;0m\x1b[?7h\x1b[0 q\x1b[?25h\x1b[?1049l\x1b[23;2t"
)

const (
	statusTime = 4 * time.Second        // how long a message covers the last row of a small terminal
	fenceTime  = time.Second            // a terminal that has not said by then that it has shown a picture gets the next
	pollTime   = 250 * time.Millisecond // how often the guest is asked for its mouse
	longPaste  = 200                    // characters; the person is told
)

// Terminal is the terminal of the process in raw mode.
type Terminal struct {
	in, out *os.File

	mu      sync.Mutex // guards what follows; restoring may happen on any goroutine
	raw     *xterm.State
	restore func()
	open    bool
	closed  bool   // for good
	cleanup string // what takes pictures off the terminal

	render *Renderer
	dec    Decoder
	menu   menu
	mouse  mouse
	can    abilities
	asked  bool        // the terminal has been asked for them
	using  Graphics    // how pictures are drawn
	until  *time.Timer // of the status line
	pen    pen

	frame   atomic.Pointer[machine.Screen]
	changed chan struct{}
	resized chan struct{}
	resumed chan struct{} // the terminal is ours again
	clear   chan struct{} // the status has been shown long enough
	polled  chan struct{} // the guest has been asked
	ready   atomic.Bool   // ... and listens to its mouse
	notices chan string

	// Layout is that of the guest's keyboard; nil: of the USA. Graphics says how
	// pictures are drawn. NoMouse leaves the mouse to the terminal until the person
	// wants it otherwise. To be set before Serve.
	Layout   *kbc.Layout
	Graphics Graphics
	NoMouse  bool

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
	t := &Terminal{in: in, out: out, changed: make(chan struct{}, 1), resized: make(chan struct{}, 1), resumed: make(chan struct{}, 1),
		clear: make(chan struct{}, 1), polled: make(chan struct{}, 1), notices: make(chan string, 16)}
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
	_, _ = t.out.WriteString(t.cleanup + leaveScreen)
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
	t.pen.start(t.write)
	defer t.pen.stop()
	stop := watch(func() { poke(t.resized) }, t.suspend, func() { _ = t.enter(); poke(t.resumed) })
	defer stop()
	poll := time.NewTicker(pollTime)
	defer poll.Stop()

	t.dec.Layout, t.mouse.off = t.Layout, t.NoMouse
	t.mouse.input = remote.NewInput(m, t.Layout)
	hint := "Ctrl+] opens the menu"
	if t.Note != "" {
		hint += "; " + t.Note
	}
	t.render.SetHint(" " + hint + " ")
	t.say(hint)
	t.ask()
	t.decide()
	waited := time.After(fenceTime)
	var flush <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			t.pen.finish()
			t.draw()
			t.pen.finish()
			return false
		case <-t.changed:
		case <-t.pen.done:
			t.pen.written()
		case <-t.pen.fence:
			t.pen.overdue()
		case <-waited:
			t.can.waited = true
			t.decide()
		case <-t.resized:
			t.resize()
		case <-t.resumed:
			t.mouse.on, t.mouse.pixels = false, false
			t.resize()
			t.ask()
		case <-t.clear:
			t.render.SetStatus(t.menu.lasting)
		case text := <-t.notices:
			t.say(text)
		case <-poll.C:
			m.Post(func() { t.ready.Store(m.MouseReady()); poke(t.polled) })
			continue
		case <-t.polled:
			t.mouse.wanted = t.ready.Load()
			t.listen(m)
			continue
		case b, ok := <-bytes:
			if !ok {
				return true // the terminal has gone away
			}
			quit = t.handle(m, t.dec.Feed(b))
			flush = nil
			if t.dec.Pending() {
				flush = time.After(t.dec.Patience())
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

// resize lays everything out for a terminal that has another size.
func (t *Terminal) resize() {
	t.render.Resize(t.size())
	t.measure()
	if t.asked {
		t.pen.send(askSizes) // characters may be larger or smaller, too
	}
	t.decide()
}

// measure finds out the size of a character as far as the system knows it.
func (t *Terminal) measure() {
	cols, rows := t.size()
	w, h := pixelSize(t.out)
	t.can.setCell(w/cols, h/rows)
}

// ask has the terminal say what it can.
func (t *Terminal) ask() {
	t.measure()
	q := questions(t.Graphics, multiplexed())
	t.asked = q != ""
	t.pen.send(q)
}

// decide has pictures drawn in the best way that is known of, or wanted.
func (t *Terminal) decide() {
	g := t.can.choose(t.Graphics, multiplexed())
	cellW, cellH := t.can.cellW, t.can.cellH
	if cellW == 0 {
		cellW, cellH = sixelDefaultW, sixelDefaultH
	}
	var c canvas
	switch old := t.render.canvas; g {
	case GraphicsKitty:
		if c = old; g != t.using {
			c = &kittyCanvas{}
		}
		t.mu.Lock()
		t.cleanup = kittyGone()
		t.mu.Unlock()
	case GraphicsSixel:
		s := &sixelCanvas{registers: t.can.registers, maxW: t.can.maxW, maxH: t.can.maxH}
		if o, ok := old.(*sixelCanvas); ok && o.registers == s.registers && o.maxW == s.maxW && o.maxH == s.maxH {
			s = o
		}
		c = s
	}
	if g != t.using && t.using == GraphicsKitty {
		t.pen.send(kittyGone())
	}
	if t.using = g; c != t.render.canvas || c != nil && (cellW != t.render.cellW || cellH != t.render.cellH) {
		t.render.SetCanvas(c, cellW, cellH)
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

// draw has the terminal show the latest screen, as soon as it has taken what was drawn
// before.
func (t *Terminal) draw() {
	s := t.frame.Load()
	if s == nil || !t.pen.free() {
		return
	}
	if b := t.render.Draw(s); len(b) > 0 {
		t.pen.draw(b, t.render.drew && t.asked)
	}
}

// handle hands what has come to the machine, or to the menu while it is open.
func (t *Terminal) handle(m *machine.Machine, inputs []Input) (quit bool) {
	var strokes []machine.Stroke
	for _, in := range inputs {
		switch {
		case in.Answer != nil:
			t.answered(m, in.Answer)
		case in.Mouse != nil:
			t.point(m, in.Mouse)
		case t.menu.active() || in.Escape:
			if t.menu.key(t, m, in) {
				return true
			}
			if t.menu.active() {
				t.letGo(m)
			}
		case in.Paste != "":
			t.typeStrokes(m, strokes)
			strokes = nil
			t.paste(m, in.Paste)
		case len(in.Strokes) > 0:
			strokes = append(strokes, in.Strokes...)
		}
	}
	t.typeStrokes(m, strokes)
	return false
}

// typeStrokes types; a text that is being typed is at its end.
func (t *Terminal) typeStrokes(m *machine.Machine, strokes []machine.Stroke) {
	if len(strokes) > 0 {
		m.Post(func() {
			t.mouse.input.StopPaste()
			m.Type(strokes, nil)
		})
	}
}

// paste types a text at a pace that the guest keeps up with, behind one that is being
// typed.
func (t *Terminal) paste(m *machine.Machine, text string) {
	if n := utf8.RuneCountInString(text); n >= longPaste {
		t.say(fmt.Sprintf("typing %d characters; any key ends that", n))
	}
	m.Post(func() { t.mouse.input.PasteMore(&t.mouse.hand, text) })
}

// answered takes an answer of the terminal.
func (t *Terminal) answered(m *machine.Machine, a *answer) {
	if a.kind == answerStatus {
		t.pen.arrived()
		return
	}
	cols, rows := t.size()
	t.can.take(a, cols, rows)
	t.decide()
	t.listen(m)
}
