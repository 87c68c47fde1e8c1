package vnc

import (
	"beige/devices/kbc"
	"beige/machine"
)

// hand is what one viewer holds and where its pointer is.
type hand struct {
	held    map[uint64]kbc.Key // by keysym, or by scan code and byScanCode
	buttons uint8              // of the protocol
	x, y    int
	pointed bool // x and y are known
}

// byScanCode marks what is held by its scan code.
const byScanCode = 1 << 32

// input is the keyboard and the mouse that all viewers share. Caller of all
// methods is the machine goroutine.
type input struct {
	guest  Guest
	layout *kbc.Layout

	holders [kbc.NumKeys]int  // viewers' fingers on each key
	down    [kbc.NumKeys]bool // what the guest has been told
	bend    bent              // modifiers that are otherwise than they are held

	left    [3]int // holders of the three buttons
	pasting *paste
}

func newInput(g Guest, l *kbc.Layout) input {
	if l == nil {
		l = kbc.US()
	}
	return input{guest: g, layout: l}
}

// bent says of a modifier that it is down, or up, for the sake of a character.
type bent map[kbc.Key]bool

// modifiers are the keys that change what others type.
func modifiers() []kbc.Key {
	return []kbc.Key{kbc.KeyLeftShift, kbc.KeyRightShift, kbc.KeyLeftCtrl, kbc.KeyRightCtrl, kbc.KeyLeftAlt, kbc.KeyRightAlt, kbc.KeyLeftWin, kbc.KeyRightWin}
}

func isModifier(k kbc.Key) bool {
	switch k {
	case kbc.KeyLeftShift, kbc.KeyRightShift, kbc.KeyLeftCtrl, kbc.KeyRightCtrl, kbc.KeyLeftAlt, kbc.KeyRightAlt, kbc.KeyLeftWin, kbc.KeyRightWin:
		return true
	}
	return false
}

// set moves a key for the guest.
func (in *input) set(k kbc.Key, down bool) {
	if in.down[k] != down {
		in.down[k] = down
		in.guest.Take(machine.Event{Kind: machine.EventKey, Key: k, Down: down})
	}
}

// settle gives the guest the modifiers as they are held, or bent.
func (in *input) settle() {
	for _, k := range modifiers() {
		down := in.holders[k] > 0
		if b, ok := in.bend[k]; ok {
			down = b
		}
		in.set(k, down)
	}
}

// straighten ends the bending of modifiers, unless a text is being typed.
func (in *input) straighten() {
	if in.pasting == nil && len(in.bend) > 0 {
		in.bend = nil
		in.settle()
	}
}

// press puts a finger on a key, release takes it off.
func (in *input) press(h *hand, id uint64, k kbc.Key) {
	if h.held == nil {
		h.held = map[uint64]kbc.Key{}
	}
	h.held[id] = k
	in.holders[k]++
	if isModifier(k) {
		in.settle()
		return
	}
	in.set(k, true)
}

func (in *input) release(h *hand, id uint64) {
	k, ok := h.held[id]
	if !ok {
		return
	}
	delete(h.held, id)
	if in.holders[k]--; in.holders[k] > 0 {
		return
	}
	if isModifier(k) {
		delete(in.bend, k) // it is up, however it was bent
		in.settle()
		return
	}
	in.set(k, false)
	in.straighten()
}

// leave takes everything out of a viewer's hand that is gone.
func (in *input) leave(h *hand) {
	for k := range kbc.NumKeys { // in an order that is always the same
		for id, held := range h.held {
			if held == kbc.Key(k) {
				in.release(h, id)
			}
		}
	}
	in.buttons(h, 0)
	if in.pasting != nil && in.pasting.by == h {
		in.stopPaste()
	}
}

// holding reports whether one of the keys is held.
func (in *input) holding(keys ...kbc.Key) bool {
	for _, k := range keys {
		if in.holders[k] > 0 {
			return true
		}
	}
	return false
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
		in.release(h, id)
		return
	}
	if _, held := h.held[id]; held || in.chord(h, clip, k) {
		return // the keyboard repeats by itself
	}
	in.straighten()
	in.press(h, id, k)
}

// keysym is a key by what it types.
func (in *input) keysym(h *hand, clip string, sym uint32, down bool) {
	id := uint64(sym)
	if !down {
		if _, ok := h.held[id]; !ok {
			id = in.other(h, sym)
		}
		in.release(h, id)
		return
	}
	if _, held := h.held[id]; held {
		return
	}
	if k, ok := symToKey(sym); ok {
		if !isModifier(k) && in.chord(h, clip, k) {
			return
		}
		if !isModifier(k) {
			in.straighten()
		}
		in.press(h, id, k)
		return
	}
	if pad, numbers, ok := symToPad(sym); ok {
		in.stopPaste()
		in.straighten()
		in.keypad(h, id, pad, numbers)
		return
	}
	if accent, ok := deadAccent(sym); ok {
		if keys, ok := in.layout.DeadKey(accent); ok {
			in.stopPaste()
			in.character(h, id, keys, false)
		}
		return
	}
	if r, ok := symChar(sym); ok {
		keys, one := in.layout.Chord(r)
		if one && in.chord(h, clip, keys[len(keys)-1]) {
			return
		}
		in.stopPaste()
		if one {
			in.character(h, id, keys, r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
		} else if strokes, err := machine.StrokesFor(in.layout, string(r)); err == nil {
			in.liftAll()
			in.guest.Type(strokes, nil)
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
	keys, ok := in.layout.Chord(r)
	if !ok {
		return none
	}
	for id, k := range h.held {
		if k == keys[len(keys)-1] && id < byScanCode {
			return id
		}
	}
	return none
}

// keypad presses a key of the keypad so that it means the same to the guest,
// whose Num Lock may differ from the viewer's.
func (in *input) keypad(h *hand, id uint64, pad padKey, numbers bool) {
	lock := in.guest.KeyboardLEDs()&kbc.LEDNum != 0
	switch {
	case numbers == lock, in.holding(kbc.KeyLeftAlt): // a code is typed with Alt in either case
		in.press(h, id, pad.key)
	case numbers:
		if keys, ok := in.layout.Chord(pad.char); ok {
			in.character(h, id, keys, false)
		}
	default:
		in.press(h, id, pad.grey)
	}
}

// character presses the last key of a chord, with Shift and AltGr as the chord
// has them whatever is held: the layout of the viewer's keyboard may be another
// than the guest's.
func (in *input) character(h *hand, id uint64, chord []kbc.Key, letter bool) {
	in.bend = bent{}
	shift, altgr := false, false
	for _, k := range chord[:len(chord)-1] {
		shift = shift || k == kbc.KeyLeftShift
		altgr = altgr || k == kbc.KeyRightAlt
	}
	ctrl := in.holding(kbc.KeyLeftCtrl, kbc.KeyRightCtrl)
	alt := in.holding(kbc.KeyLeftAlt) || in.holding(kbc.KeyRightAlt) && !in.level3(h)
	held := in.holding(kbc.KeyLeftShift, kbc.KeyRightShift)
	switch {
	case letter && (ctrl || alt):
		shift = held // Caps Lock at the viewer is not meant
	case letter && in.guest.KeyboardLEDs()&kbc.LEDCaps != 0:
		shift = !shift
	}
	switch {
	case shift && !held:
		in.bend[kbc.KeyLeftShift] = true
	case !shift && held:
		in.bend[kbc.KeyLeftShift], in.bend[kbc.KeyRightShift] = false, false
	}
	switch {
	case altgr:
		in.bend[kbc.KeyRightAlt] = true
		in.bend[kbc.KeyLeftCtrl], in.bend[kbc.KeyRightCtrl] = false, false // Ctrl+Alt is AltGr for some
		in.bend[kbc.KeyLeftAlt] = false
	case in.level3(h):
		in.bend[kbc.KeyRightAlt] = false
	}
	in.settle()
	in.press(h, id, chord[len(chord)-1])
}

// level3 reports whether a viewer holds AltGr to type, not as Alt.
func (in *input) level3(h *hand) bool {
	_, a := h.held[symLevel3]
	_, b := h.held[symModeSwitch]
	return a || b
}

// liftAll has the guest believe that no modifier is held.
func (in *input) liftAll() {
	in.bend = bent{}
	for _, k := range modifiers() {
		in.bend[k] = false
	}
	in.settle()
}
