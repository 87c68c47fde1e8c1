package vnc

import (
	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/machine"
)

// hand is what one viewer holds, by keysym or by scan code and byScanCode, and
// where its pointer is.
type hand struct {
	remote.Hand
	buttons uint8 // of the protocol
	x, y    int
	pointed bool // x and y are known
}

// byScanCode marks what is held by its scan code.
const byScanCode = 1 << 32

// input takes the keys and pointers of all viewers. Caller of all methods is the
// machine goroutine.
type input struct{ remote.Input }

func newInput(g Guest, l *kbc.Layout) input { return input{remote.NewInput(g, l)} }

// chord takes the keys that type the clipboard, Ctrl+Alt+V, and reports whether
// it was them. Every other key puts an end to a text that is being typed.
func (in *input) chord(h *hand, clip string, k kbc.Key) bool {
	if remote.IsModifier(k) {
		return false
	}
	in.StopPaste()
	v, _ := in.Layout.Chord('v')
	if clip == "" || k != v[0] || !in.Holding(kbc.KeyLeftCtrl, kbc.KeyRightCtrl) || !in.Holding(kbc.KeyLeftAlt, kbc.KeyRightAlt) {
		return false
	}
	in.Paste(&h.Hand, clip)
	return true
}

// scanCode is a key by its place on the keyboard: a code of set 1 with bit 7 for
// the E0 prefix (QEMU Extended Key Event). A viewer that does not know the place
// gives 0.
func (in *input) scanCode(h *hand, clip string, sym, code uint32, down bool) {
	k, ok := kbc.KeyByScanCode(uint8(code&0x7f), code&0x80 != 0)
	if !ok || code > 0xff {
		in.keysym(h, clip, sym, down)
		return
	}
	id := byScanCode | uint64(code)
	if !down {
		in.Release(&h.Hand, id)
		return
	}
	if _, held := h.Holds(id); held || in.chord(h, clip, k) {
		return // the keyboard repeats by itself
	}
	in.Straighten()
	in.Press(&h.Hand, id, k)
}

// keysym is a key by what it types.
func (in *input) keysym(h *hand, clip string, sym uint32, down bool) {
	id := uint64(sym)
	if !down {
		if _, ok := h.Holds(id); !ok {
			id = in.other(h, sym)
		}
		in.Release(&h.Hand, id)
		return
	}
	if _, held := h.Holds(id); held {
		return
	}
	if k, ok := symToKey(sym); ok {
		if !remote.IsModifier(k) && in.chord(h, clip, k) {
			return
		}
		if !remote.IsModifier(k) {
			in.Straighten()
		}
		in.Press(&h.Hand, id, k)
		return
	}
	if pad, numbers, ok := symToPad(sym); ok {
		in.StopPaste()
		in.Straighten()
		in.keypad(h, id, pad, numbers)
		return
	}
	if accent, ok := deadAccent(sym); ok {
		if keys, ok := in.Layout.DeadKey(accent); ok {
			in.StopPaste()
			in.Character(&h.Hand, id, keys, false, in.level3(h))
		}
		return
	}
	if r, ok := symChar(sym); ok {
		keys, one := in.Layout.Chord(r)
		if one && in.chord(h, clip, keys[len(keys)-1]) {
			return
		}
		in.StopPaste()
		if one {
			in.Character(&h.Hand, id, keys, remote.IsLetter(r), in.level3(h))
		} else if strokes, err := machine.StrokesFor(in.Layout, string(r)); err == nil {
			in.LiftAll()
			in.Guest.Type(strokes, nil)
		}
	}
}

// other finds what a released keysym was when it was pressed: "!" may come up as
// "1" when Shift has been released first.
func (in *input) other(h *hand, sym uint32) uint64 {
	none := uint64(sym)
	r, ok := symChar(sym)
	if !ok {
		return none
	}
	keys, ok := in.Layout.Chord(r)
	if !ok {
		return none
	}
	if id, ok := h.Find(keys[len(keys)-1]); ok && id < byScanCode {
		return id
	}
	return none
}

// keypad presses a key of the keypad so that it means the same to the guest,
// whose Num Lock may differ from the viewer's.
func (in *input) keypad(h *hand, id uint64, pad padKey, numbers bool) {
	lock := in.Guest.KeyboardLEDs()&kbc.LEDNum != 0
	switch {
	case numbers == lock, in.Holding(kbc.KeyLeftAlt): // a code is typed with Alt in either case
		in.Press(&h.Hand, id, pad.key)
	case numbers:
		if keys, ok := in.Layout.Chord(pad.char); ok {
			in.Character(&h.Hand, id, keys, false, in.level3(h))
		}
	default:
		in.Press(&h.Hand, id, pad.grey)
	}
}

// level3 reports whether a viewer holds AltGr to type, not as Alt.
func (in *input) level3(h *hand) bool {
	_, a := h.Holds(symLevel3)
	_, b := h.Holds(symModeSwitch)
	return a || b
}
