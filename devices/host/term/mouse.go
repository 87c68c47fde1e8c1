package term

import (
	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/machine"
)

// Mouse reporting of terminals: any movement (1003), as numbers (1006), in pixels where
// they can (1016). While it is on a terminal leaves the mouse to its own selection
// only with Shift.
//
// Source: xterm control sequences, Mouse Tracking.
const (
	mouseOn     = "\x1b[?1003h\x1b[?1006h"
	mousePixels = "\x1b[?1016h"
	mouseOff    = "\x1b[?1016l\x1b[?1006l\x1b[?1003l"
)

// Bits of a report.
const (
	mouseButton = 3 // which one: 0 left, 1 middle, 2 right, 3 none
	mouseMoved  = 1 << 5
	mouseWheel  = 1 << 6 // button 0 is up, 1 down
	mouseMore   = 1 << 7 // buttons that a PC's mouse has not
)

// A driver of DOS takes a character of a text screen for 8 by 8 dots, and asks two
// counts of the mouse for a dot of the height (Microsoft Mouse Programmer's Reference,
// function 15).
const (
	textCountsX = 8
	textCountsY = 16
)

// mouse is what a terminal's mouse does to the guest's.
type mouse struct {
	off    bool // the person wants it so
	on     bool // the terminal reports
	pixels bool // ... pixels
	wanted bool // the guest listens

	buttons uint8
	x, y    int // where it was on the guest's screen, in counts
	known   bool

	hand  remote.Hand // of the machine goroutine, as the next
	input remote.Input
}

// spot is a place on the guest's screen, of so many in each direction.
type spot struct{ x, y, width, height int }

// spot finds out where on the guest's screen the pointer is.
func (t *Terminal) spot(r *mouseReport, s *machine.Screen) spot {
	at := t.render.at
	cellW, cellH := 1, 1
	x, y := 2*r.x+1, 2*r.y+1 // in halves, the middle of a place
	if t.mouse.pixels {
		cellW, cellH = t.can.cellW, t.can.cellH
	}
	left, top, width, height := at.left*cellW, at.top*cellH, at.cols*cellW, at.rows*cellH
	if t.mouse.pixels && t.render.pictured {
		width, height = at.width, at.height
	}
	p := spot{width: s.Width, height: s.Height}
	if s.Text {
		p.width, p.height = s.Columns*textCountsX, s.Rows*textCountsY
		width, height = s.Columns*cellW, s.Rows*cellH
		left, top = -t.render.px*cellW, -t.render.py*cellH
	}
	scale := func(v, from, size, to int) int {
		if size < 1 || to < 1 {
			return 0
		}
		return min(max((v-2*from)*to/(2*size), 0), to-1)
	}
	p.x, p.y = scale(x, left, width, p.width), scale(y, top, height, p.height)
	return p
}

// point takes a report of the mouse.
func (t *Terminal) point(m *machine.Machine, r *mouseReport) {
	s := t.frame.Load()
	if s == nil || !t.mouse.on || t.menu.active() || r.code&mouseMore != 0 {
		return
	}
	u := &t.mouse
	dz := 0
	bit := [...]uint8{kbc.ButtonLeft, kbc.ButtonMiddle, kbc.ButtonRight, 0}[r.code&mouseButton]
	switch {
	case r.code&mouseWheel != 0:
		dz = [...]int{-1, 1, 0, 0}[r.code&mouseButton]
	case r.code&mouseMoved != 0:
	case r.up && bit == 0:
		u.buttons = 0
	case r.up:
		u.buttons &^= bit
	default:
		u.buttons |= bit
	}
	p := t.spot(r, s)
	dx, dy := p.x-u.x, p.y-u.y
	if !u.known {
		dx, dy = 0, 0
	}
	u.x, u.y, u.known = p.x, p.y, true
	buttons := u.buttons
	m.Post(func() {
		if in := &u.input; m.PointerAbsolute() {
			in.Point(machine.PointerAt(p.x, p.width), machine.PointerAt(p.y, p.height), dz)
		} else {
			in.Move(dx, dy, dz)
		}
		u.input.Buttons(&u.hand, buttons)
	})
}

// letGo takes the buttons from the guest.
func (t *Terminal) letGo(m *machine.Machine) {
	u := &t.mouse
	if u.known = false; u.buttons != 0 {
		u.buttons = 0
		m.Post(func() { u.input.Buttons(&u.hand, 0) })
	}
}

// listen has the terminal report its mouse while the guest listens to its own and the
// person wants that.
func (t *Terminal) listen(m *machine.Machine) {
	u := &t.mouse
	want := u.wanted && !u.off
	pixels := want && t.can.pixelMouse && t.can.cellW > 0
	if want == u.on && pixels == u.pixels {
		return
	}
	u.on, u.pixels = want, pixels
	t.letGo(m)
	switch {
	case !want:
		t.pen.send(mouseOff)
	case pixels:
		t.pen.send(mouseOn + mousePixels)
	default:
		t.pen.send(mouseOff + mouseOn)
	}
}

// says tells the person what becomes of the mouse.
func (u *mouse) says() string {
	switch {
	case u.off:
		return "the mouse is the terminal's"
	case u.on:
		return "the mouse is the PC's; with Shift, the terminal's"
	}
	return "the mouse is the PC's when the PC uses one"
}
