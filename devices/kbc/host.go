package kbc

import (
	"fmt"

	"beige/devices/bus"
)

// Press moves a key. A key that is already where it is told to go stays: the
// keyboard repeats held keys by itself. Caller is the machine goroutine.
func (d *KBC) Press(key Key, down bool) { d.kbd.press(key, down) }

// ReleaseAll lets go of every key that is down, as when the host's window loses
// the focus.
func (d *KBC) ReleaseAll() {
	for k := range NumKeys {
		d.kbd.press(Key(k), false)
	}
}

// Mouse moves the mouse by dx counts to the right, dy counts down and wheel
// detents toward the user, and sets its buttons (ButtonLeft, ...). Caller is
// the machine goroutine.
func (d *KBC) Mouse(dx, dy, wheel int, buttons uint8) {
	if d.hasMouse() {
		d.mouse.move(dx, -dy, wheel, buttons)
	}
}

// Announce has the mouse send a packet without movement or buttons: the sign that
// something else has news for the mouse's driver. Caller is the machine goroutine.
func (d *KBC) Announce() {
	if d.hasMouse() {
		d.mouse.announce()
	}
}

// LEDs returns the keyboard's lights (LEDScroll, LEDNum, LEDCaps).
func (d *KBC) LEDs() uint8 { return d.kbd.LEDs }

// KeysWaiting returns how many keyboard bytes the guest has not read yet. One
// that types text for the guest waits for 0 before each key.
func (d *KBC) KeysWaiting() int {
	n := int(d.kbd.BufLen)
	if d.Status&(statOBF|statMOBF) == statOBF {
		n++
	}
	return n
}

// KeyboardReady reports whether a key pressed now reaches the guest: the
// keyboard scans and the controller listens to it.
func (d *KBC) KeyboardReady() bool { return d.kbd.Scanning && d.RAM[0]&cbNoKbd == 0 }

// MouseReady reports whether the guest has asked for mouse movements.
func (d *KBC) MouseReady() bool {
	return d.hasMouse() && d.RAM[0]&cbNoAux == 0 && d.mouse.Enabled
}

// Inspect implements bus.Inspector.
func (d *KBC) Inspect() []bus.Field {
	return []bus.Field{
		{Name: "model", Value: d.cfg.Model},
		{Name: "status", Value: fmt.Sprintf("%#02x", d.readStatus())},
		{Name: "command byte", Value: fmt.Sprintf("%#02x", d.RAM[0])},
		{Name: "output port", Value: fmt.Sprintf("%#02x", d.outPort())},
		{Name: "output buffer", Value: fmt.Sprintf("%#02x", d.Data)},
		{Name: "keyboard scanning", Value: d.kbd.Scanning},
		{Name: "keyboard set", Value: d.kbd.Set},
		{Name: "keyboard leds", Value: d.kbd.LEDs},
		{Name: "keyboard typematic", Value: fmt.Sprintf("%#02x", d.kbd.Rate)},
		{Name: "keyboard buffer", Value: fmt.Sprintf("% x", d.kbd.Buf[:d.kbd.BufLen])},
		{Name: "keyboard overruns", Value: d.kbd.Overruns},
		{Name: "mouse id", Value: d.mouse.ID},
		{Name: "mouse status", Value: fmt.Sprintf("%#02x", d.mouse.status())},
		{Name: "mouse rate", Value: d.mouse.Rate},
		{Name: "mouse resolution", Value: d.mouse.Resolution},
		{Name: "mouse buffer", Value: fmt.Sprintf("% x", d.mouse.Buf[:d.mouse.BufLen])},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *KBC) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(stateVersion, state{d.controllerState, d.kbd.keyboardState, d.mouse.mouseState})
}

// UnmarshalBinary restores a snapshot and drives the outputs to match it. It
// fails, changing nothing, on a state that no controller can be in.
func (d *KBC) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState("kbc", stateVersion, b, &s); err != nil {
		return err
	}
	if s.C.Flight > flightAux || !s.K.valid() || !s.M.valid() {
		return fmt.Errorf("kbc: snapshot: impossible state")
	}
	d.controllerState, d.kbd.keyboardState, d.mouse.mouseState = s.C, s.K, s.M
	d.drive()
	return nil
}
