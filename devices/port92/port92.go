// Package port92 is the PS/2 "System Control Port A", which toggles the A20
// gate and pulses the processor's reset pin without the keyboard controller.
//
// Sources: IBM PS/2 Hardware Interface Technical Reference, "System Control
// Port A (Hex 0092)"; Intel 82378ZB SIO datasheet (290571), Port 92 register
// (default value 24h).
//
// Not modelled: the lock itself and the fixed-disk activity lights (their bits
// read back); the PS/2 watchdog timer (its status, bit 4, reads 0).
package port92

import (
	"fmt"

	"beige/devices/bus"
)

// Register bits (82378ZB, Port 92 register).
const (
	bitFastReset uint8 = 1 << 0 // 0->1 pulses CPU reset; must be cleared to re-arm
	bitA20       uint8 = 1 << 1 // 1: address line 20 follows the CPU
	bitLock      uint8 = 1 << 3 // security lock: once set, only power-on clears it
	bitsLight    uint8 = 3 << 6 // fixed-disk activity lights
	bitsWritable       = bitFastReset | bitA20 | bitLock | bitsLight
	bitsOne      uint8 = 1<<2 | 1<<5 // reserved, read as 1
)

const stateVersion = 1

// state is everything a snapshot holds.
type state struct{ Reg uint8 }

// Port92 is one System Control Port A.
type Port92 struct {
	state
	name  string
	a20   bus.Line
	reset bus.Line
}

// New returns the port in its power-on state. a20 is high while the port lets
// address line 20 through; reset is pulsed to reset the processor alone.
func New(name string, a20, reset bus.Line) *Port92 {
	d := &Port92{name: name, a20: a20, reset: reset}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *Port92) Name() string { return d.name }

// Reset clears the register, which also masks A20. The lock outlives a bus reset.
func (d *Port92) Reset(kind bus.ResetKind) {
	if kind == bus.PowerOn {
		d.Reg = 0
	}
	d.Reg &= bitLock
	d.a20(false)
}

// In reads the register.
func (d *Port92) In(uint16) uint8 { return d.Reg | bitsOne }

// Out drives A20 with bit 1 and pulses reset on a rising edge of bit 0.
func (d *Port92) Out(_ uint16, v uint8) {
	rising := v &^ d.Reg & bitFastReset
	d.Reg = v&bitsWritable | d.Reg&bitLock
	d.a20(v&bitA20 != 0)
	if rising != 0 {
		d.reset(true)
		d.reset(false)
	}
}

// Inspect reports the register for the monitor.
func (d *Port92) Inspect() []bus.Field {
	return []bus.Field{{Name: "a20", Value: d.Reg&bitA20 != 0}, {Name: "reg", Value: fmt.Sprintf("%#02x", d.In(0))}}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *Port92) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives A20 to match it.
func (d *Port92) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState(d.name, stateVersion, b, &d.state); err != nil {
		return err
	}
	d.Reg &= bitsWritable
	d.a20(d.Reg&bitA20 != 0)
	return nil
}
