package kbc

import (
	"fmt"

	"beige/devices/bus"
)

// The keyboard of the XT: no controller between it and the board, but a shift
// register that takes one byte of scan code set 1, raises IRQ 1 and holds the
// keyboard's data line low until the byte is cleared away. The board has two
// wires to it (port B of its 8255A):
//
//	clear  PB7  1: empties the register; 0: the keyboard may send
//	clock  PB6  0: holds the clock line low: the keyboard must not send, and
//	            after 20 ms of it starts anew
//
// The keyboard takes no commands. It is the 101/102-key one, which finds itself
// on an XT and sends its codes in set 1, those of the new keys with a prefix: the
// original one's 83 keys send what they always did.
//
// Sources: IBM PC/XT Technical Reference (6361459), "Keyboard" (interface, scan
// codes, reset, buffer) and system board sheet 10 (shift register); IBM PC/XT
// Technical Reference of 1986 (6280089), "Keyboard (101/102-key)".
//
// Not modelled: a byte that is on its way when the clock line is taken is sent
// again as a whole; stuck keys.

// xtResetTime is how long the clock line must be low.
const xtResetTime = 20 * bus.Millisecond

type xtLink struct {
	Reg    uint8    // the shift register
	Full   bool     // it holds a byte that has not been cleared: IRQ 1 is high
	Off    bool     // level of the clear wire
	Held   bool     // the clock line is low
	Since  bus.Time // when it went low
	Flight bool     // a byte is on its way
}

type xtState struct {
	L xtLink
	K keyboardState
}

const xtStateVersion = 1

// XT is the keyboard of an XT with the shift register of the board.
type XT struct {
	xtLink
	irq   bus.Line
	clock bus.Clock
	link  bus.Timer
	kbd   keyboard
}

// NewXT returns the keyboard in its power-on state. irq is high while a byte
// waits in the register.
func NewXT(clock bus.Clock, irq bus.Line) *XT {
	d := &XT{irq: irq, clock: clock}
	d.link = clock.NewTimer("kbd.link", d.linkDone)
	d.kbd = keyboard{clock: clock, changed: d.pump}
	d.kbd.timer = clock.NewTimer("kbd.keyboard", d.kbd.fire)
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *XT) Name() string { return "kbd" }

// Reset starts the keyboard with the power; a bus reset has no wire to it.
func (d *XT) Reset(kind bus.ResetKind) {
	if kind != bus.PowerOn {
		return
	}
	d.link.Stop()
	d.xtLink = xtLink{}
	d.kbd.powerOn()
	d.kbd.Set = 1
	d.irq(false)
}

// Data is the byte in the register, for port A.
func (d *XT) Data() uint8 { return d.Reg }

// Clear is the wire that empties the register; while it is high the keyboard is
// off.
func (d *XT) Clear(high bool) {
	d.Off = high
	if high {
		d.breakOff()
		d.Reg, d.Full = 0, false
		d.irq(false)
	}
	d.pump()
}

// Clock is the wire that lets the keyboard have its clock line.
func (d *XT) Clock(high bool) {
	switch {
	case high == !d.Held:
		return
	case !high:
		d.breakOff()
		d.Since = d.clock.Now()
	case d.clock.Now()-d.Since >= xtResetTime:
		d.restart()
	}
	d.Held = !high
	d.pump()
}

// restart is the keyboard's own reset: it tests itself and says so.
func (d *XT) restart() {
	k := &d.kbd
	k.stopRepeat()
	k.BufLen, k.ReplyLen = 0, 0
	k.Scanning, k.BAT = false, true
	k.timer.At(d.clock.Now() + batTime)
}

// pump starts the next byte if the line is free.
func (d *XT) pump() {
	if !d.Flight && !d.Full && !d.Off && !d.Held && d.kbd.waiting() {
		d.Flight = true
		d.link.At(d.clock.Now() + byteTime)
	}
}

// breakOff stops a byte on its way; the keyboard keeps it.
func (d *XT) breakOff() {
	if d.Flight {
		d.Flight = false
		d.link.Stop()
	}
}

func (d *XT) linkDone() {
	d.Flight = false
	if d.kbd.waiting() {
		d.Reg, d.Full = d.kbd.take(), true
		d.irq(true)
	}
}

// Press moves a key; see KBC.Press.
func (d *XT) Press(key Key, down bool) { d.kbd.press(key, down) }

// Mouse does nothing: an XT has no port for one.
func (d *XT) Mouse(dx, dy, wheel int, buttons uint8) {}

// MouseReady reports that nobody listens.
func (d *XT) MouseReady() bool { return false }

// LEDs returns no lights: nothing tells the keyboard of them.
func (d *XT) LEDs() uint8 { return 0 }

// KeysWaiting returns how many keyboard bytes the guest has not taken yet.
func (d *XT) KeysWaiting() int {
	n := int(d.kbd.BufLen)
	if d.Full {
		n++
	}
	return n
}

// KeyboardReady reports whether a key pressed now reaches the guest.
func (d *XT) KeyboardReady() bool { return d.kbd.Scanning && !d.Off && !d.Held }

// Inspect implements bus.Inspector.
func (d *XT) Inspect() []bus.Field {
	return []bus.Field{
		{Name: "register", Value: fmt.Sprintf("%#02x", d.Reg)},
		{Name: "full", Value: d.Full},
		{Name: "clear", Value: d.Off},
		{Name: "clock held", Value: d.Held},
		{Name: "scanning", Value: d.kbd.Scanning},
		{Name: "buffer", Value: fmt.Sprintf("% x", d.kbd.Buf[:d.kbd.BufLen])},
		{Name: "overruns", Value: d.kbd.Overruns},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *XT) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(xtStateVersion, &xtState{d.xtLink, d.kbd.keyboardState})
}

// UnmarshalBinary restores a snapshot and drives the interrupt to match it. The
// timers' deadlines come back with the clock.
func (d *XT) UnmarshalBinary(b []byte) error {
	var s xtState
	if err := bus.UnmarshalState(d.Name(), xtStateVersion, b, &s); err != nil {
		return err
	}
	if !s.K.valid() || s.K.Set != 1 || s.L.Since < 0 {
		return fmt.Errorf("kbd: snapshot: impossible state")
	}
	d.xtLink, d.kbd.keyboardState = s.L, s.K
	d.irq(d.Full)
	return nil
}
