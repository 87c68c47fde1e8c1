package vnc

import (
	"beige/devices/kbc"
	"beige/machine"
)

// Buttons of a PointerEvent (RFC 6143, section 7.5.5). A turn of the wheel is a
// press of button 4 or 5.
const (
	buttonLeft   uint8 = 1 << 0
	buttonMiddle uint8 = 1 << 1
	buttonRight  uint8 = 1 << 2
	wheelUp      uint8 = 1 << 3
	wheelDown    uint8 = 1 << 4
)

// With QEMU Pointer Motion Change, positions are movements plus relativeZero.
// Those that cannot be one were on their way when the viewer was told.
const (
	relativeZero = 0x7fff
	relativeMost = 0x2000
)

// mouseButtons are the buttons of the PC's mouse that the protocol's stand for.
func mouseButtons(theirs uint8) (ours uint8) {
	for _, b := range [3]struct{ theirs, ours uint8 }{{buttonLeft, kbc.ButtonLeft}, {buttonMiddle, kbc.ButtonMiddle}, {buttonRight, kbc.ButtonRight}} {
		if theirs&b.theirs != 0 {
			ours |= b.ours
		}
	}
	return ours
}

// place is where a viewer's pointer is.
type place struct {
	x, y          int
	relative      bool // they are a movement
	width, height int  // of the picture, in pixels
}

// pointer takes a position of the viewer's pointer and its buttons, and reports
// whether the guest wants to know positions. A PC's mouse only moves, so what counts
// there is the distance from the last position.
func (in *input) pointer(h *hand, at place, buttons uint8) (absolute bool) {
	dx, dy := at.x-h.x, at.y-h.y
	switch {
	case at.relative:
		dx, dy = at.x-relativeZero, at.y-relativeZero
		if max(dx, -dx, dy, -dy) > relativeMost {
			dx, dy = 0, 0
		}
	case !h.pointed:
		dx, dy = 0, 0
	}
	h.x, h.y, h.pointed = at.x, at.y, !at.relative
	dz := 0
	if pressed := buttons &^ h.buttons; pressed&wheelUp != 0 {
		dz = -1
	} else if pressed&wheelDown != 0 {
		dz = 1
	}
	h.buttons = buttons
	switch absolute = in.Guest.PointerAbsolute(); {
	case !absolute:
		in.Move(dx, dy, dz)
	case at.relative: // the viewer has not been told yet
		in.Move(0, 0, dz)
	default:
		in.Point(machine.PointerAt(at.x, at.width), machine.PointerAt(at.y, at.height), dz)
	}
	in.Buttons(&h.Hand, mouseButtons(buttons))
	return absolute
}
