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

func (in *Input) mouse(dx, dy, dz int) {
	e := machine.Event{Kind: machine.EventMouse, DX: dx, DY: dy, DZ: dz}
	for i, n := range in.buttons {
		if n > 0 {
			e.Buttons |= 1 << i
		}
	}
	in.Guest.Take(e)
}
