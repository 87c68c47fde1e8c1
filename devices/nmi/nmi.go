// Package nmi is the NMI mask register of the PC and the XT, a latch on its own
// (A0h): bit 7 lets the parity checks and the coprocessor interrupt the processor.
// The AT has it in the index port of the clock chip.
//
// Source: IBM PC/XT Technical Reference (6361459), system board, "I/O Address Map"
// and "NMI": the mask is clear, and NMI off, after a reset.
package nmi

import "beige/devices/bus"

const bitEnable uint8 = 1 << 7

const stateVersion = 1

// state is everything a snapshot holds.
type state struct{ Enabled bool }

// Mask is the latch.
type Mask struct {
	state
	name string
	mask bus.Line
}

// New returns the latch in its power-on state. mask is high while NMIs are held
// back.
func New(name string, mask bus.Line) *Mask {
	d := &Mask{name: name, mask: mask}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *Mask) Name() string { return d.name }

// Reset masks the NMI.
func (d *Mask) Reset(bus.ResetKind) { d.set(false) }

func (d *Mask) set(on bool) {
	d.Enabled = on
	d.mask(!on)
}

// In reads nothing: the latch has no way back to the bus.
func (d *Mask) In(uint16) uint8 { return 0xff }

// Out sets the mask.
func (d *Mask) Out(_ uint16, v uint8) { d.set(v&bitEnable != 0) }

// Inspect reports the latch for the monitor.
func (d *Mask) Inspect() []bus.Field { return []bus.Field{{Name: "enabled", Value: d.Enabled}} }

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *Mask) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives the mask to match it.
func (d *Mask) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState(d.name, stateVersion, b, &d.state); err != nil {
		return err
	}
	d.set(d.Enabled)
	return nil
}
