package remote

import (
	"beige/devices/kbc"
	"beige/machine"
)

// Hand is what one client holds. The zero value holds nothing.
type Hand struct {
	held    map[uint64]kbc.Key // by what the client calls a key
	buttons uint8
}

// Holds returns the key that is held under a client's name for it.
func (h *Hand) Holds(id uint64) (k kbc.Key, ok bool) {
	k, ok = h.held[id]
	return k, ok
}

// Find returns the smallest name under which a key is held.
func (h *Hand) Find(k kbc.Key) (id uint64, ok bool) {
	for i, held := range h.held {
		if held == k && (!ok || i < id) {
			id, ok = i, true
		}
	}
	return id, ok
}

// Input is the keyboard and the mouse that all clients of a display share. Caller
// of all methods is the machine goroutine.
type Input struct {
	Guest  Guest
	Layout *kbc.Layout

	holders [kbc.NumKeys]int  // fingers on each key
	down    [kbc.NumKeys]bool // what the guest has been told
	bend    bent              // modifiers that are otherwise than they are held

	buttons [3]int // holders of the buttons of the mouse
	x, y    int    // the last position given, of machine.EventPointer
	pasting *paste
}

// NewInput returns the input of a guest with that keyboard layout; nil: US.
func NewInput(g Guest, l *kbc.Layout) Input {
	if l == nil {
		l = kbc.US()
	}
	return Input{Guest: g, Layout: l}
}

// bent says of a modifier that it is down, or up, for the sake of a character.
type bent map[kbc.Key]bool

// modifiers are the keys that change what others type.
func modifiers() []kbc.Key {
	return []kbc.Key{kbc.KeyLeftShift, kbc.KeyRightShift, kbc.KeyLeftCtrl, kbc.KeyRightCtrl, kbc.KeyLeftAlt, kbc.KeyRightAlt, kbc.KeyLeftWin, kbc.KeyRightWin}
}

// IsModifier reports whether a key changes what others type.
func IsModifier(k kbc.Key) bool {
	switch k {
	case kbc.KeyLeftShift, kbc.KeyRightShift, kbc.KeyLeftCtrl, kbc.KeyRightCtrl, kbc.KeyLeftAlt, kbc.KeyRightAlt, kbc.KeyLeftWin, kbc.KeyRightWin:
		return true
	}
	return false
}

// set moves a key for the guest.
func (in *Input) set(k kbc.Key, down bool) {
	if in.down[k] != down {
		in.down[k] = down
		in.Guest.Take(machine.Event{Kind: machine.EventKey, Key: k, Down: down})
	}
}

// settle gives the guest the modifiers as they are held, or bent.
func (in *Input) settle() {
	for _, k := range modifiers() {
		down := in.holders[k] > 0
		if b, ok := in.bend[k]; ok {
			down = b
		}
		in.set(k, down)
	}
}

// Straighten ends what Character did to the modifiers, unless a text is being
// typed.
func (in *Input) Straighten() {
	if in.pasting == nil && len(in.bend) > 0 {
		in.bend = nil
		in.settle()
	}
}

// Press puts a finger on a key, which id stands for until Release takes it off.
func (in *Input) Press(h *Hand, id uint64, k kbc.Key) {
	if _, ok := h.held[id]; ok {
		return
	}
	if h.held == nil {
		h.held = map[uint64]kbc.Key{}
	}
	h.held[id] = k
	in.holders[k]++
	if IsModifier(k) {
		in.settle()
		return
	}
	in.set(k, true)
}

// Release takes a finger off.
func (in *Input) Release(h *Hand, id uint64) {
	k, ok := h.held[id]
	if !ok {
		return
	}
	delete(h.held, id)
	if in.holders[k]--; in.holders[k] > 0 {
		return
	}
	if IsModifier(k) {
		delete(in.bend, k) // it is up, however it was bent
		in.settle()
		return
	}
	in.set(k, false)
	in.Straighten()
}

// ReleaseAll takes everything out of a client's hand.
func (in *Input) ReleaseAll(h *Hand) {
	for k := range kbc.NumKeys { // in an order that is always the same
		for id, ok := h.Find(kbc.Key(k)); ok; id, ok = h.Find(kbc.Key(k)) {
			in.Release(h, id)
		}
	}
	in.Buttons(h, 0)
}

// Leave is ReleaseAll for a client that is gone; what it was pasting ends.
func (in *Input) Leave(h *Hand) {
	in.ReleaseAll(h)
	if in.pasting != nil && in.pasting.by == h {
		in.StopPaste()
	}
}

// Idle reports whether no key, no button and no text is on its way.
func (in *Input) Idle() bool {
	return in.down == [kbc.NumKeys]bool{} && in.holders == [kbc.NumKeys]int{} && in.buttons == [3]int{} && in.pasting == nil
}

// Holding reports whether one of the keys is held.
func (in *Input) Holding(keys ...kbc.Key) bool {
	for _, k := range keys {
		if in.holders[k] > 0 {
			return true
		}
	}
	return false
}

// Character presses the last key of a chord, with Shift and AltGr as the chord
// has them whatever is held: the layout of the client's keyboard may be another
// than the guest's. letter says that it is one of the alphabet; level3 that right
// Alt is held to type, not as Alt.
func (in *Input) Character(h *Hand, id uint64, chord []kbc.Key, letter, level3 bool) {
	in.bend = bent{}
	shift, altgr := false, false
	for _, k := range chord[:len(chord)-1] {
		shift = shift || k == kbc.KeyLeftShift
		altgr = altgr || k == kbc.KeyRightAlt
	}
	ctrl := in.Holding(kbc.KeyLeftCtrl, kbc.KeyRightCtrl)
	alt := in.Holding(kbc.KeyLeftAlt) || in.Holding(kbc.KeyRightAlt) && !level3
	held := in.Holding(kbc.KeyLeftShift, kbc.KeyRightShift)
	switch {
	case letter && (ctrl || alt):
		shift = held // Caps Lock at the client is not meant
	case letter && in.Guest.KeyboardLEDs()&kbc.LEDCaps != 0:
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
	case level3:
		in.bend[kbc.KeyRightAlt] = false
	}
	in.settle()
	in.Press(h, id, chord[len(chord)-1])
}

// IsLetter reports whether Caps Lock changes a character.
func IsLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// LiftAll has the guest believe that no modifier is held, until Straighten.
func (in *Input) LiftAll() {
	in.bend = bent{}
	for _, k := range modifiers() {
		in.bend[k] = false
	}
	in.settle()
}
