package remote

import "beige/machine"

// Buttons gives a client's hand the buttons that it holds from now on
// (kbc.ButtonLeft and so on), and tells the guest if that changes what all hold.
func (in *Input) Buttons(h *Hand, now uint8) {
	changed := now ^ h.buttons
	h.buttons = now
	tell := false
	for i := range in.buttons {
		bit := uint8(1) << i
		if changed&bit == 0 {
			continue
		}
		before := in.buttons[i] > 0
		if now&bit != 0 {
			in.buttons[i]++
		} else {
			in.buttons[i]--
		}
		tell = tell || before != (in.buttons[i] > 0)
	}
	if tell {
		in.mouse(0, 0, 0)
	}
}

// Move moves the mouse by dx counts to the right, dy down, and its wheel by dz
// toward the user.
func (in *Input) Move(dx, dy, dz int) {
	if dx|dy|dz != 0 {
		in.mouse(dx, dy, dz)
	}
}

// Point puts the pointer of a guest that has asked for positions (PointerAbsolute) on
// a place, from 0 to machine.MaxPointer each, and moves its wheel.
func (in *Input) Point(x, y, dz int) {
	if x != in.x || y != in.y || dz != 0 {
		in.x, in.y = x, y
		in.mouse(0, 0, dz)
	}
}

// mouse has the mouse moved, or the pointer be where it is, as the guest wants it.
func (in *Input) mouse(dx, dy, dz int) {
	e := machine.Event{Kind: machine.EventMouse, DX: dx, DY: dy, DZ: dz}
	if in.Guest.PointerAbsolute() {
		e = machine.Event{Kind: machine.EventPointer, X: in.x, Y: in.y, DZ: dz}
	}
	for i, n := range in.buttons {
		if n > 0 {
			e.Buttons |= 1 << i
		}
	}
	in.Guest.Take(e)
}
