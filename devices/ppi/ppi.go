// Package ppi is the Intel 8255A programmable peripheral interface: 24 pins in
// three ports, of which each is an input or an output. On the PC and the XT port
// A is the keyboard's byte, port B gates the timer, the speaker and the keyboard,
// and port C reads the configuration switches.
//
//	offset  register
//	0-2     ports A, B, C
//	3       control word, write only
//
//	control word   7     6 5      4        3           2        1        0
//	               1     mode A   A input  C7-4 input  mode B   B input  C3-0 input
//	               0     -        -        - [bit number 0-7 of C      ] its level
//
// Sources: Intel 8255A/8255A-5 datasheet (231308-004), "8255A Operational
// Description" (mode selection, single bit set/reset, mode 0), "Group A and Group
// B Controls" (RESET: all ports inputs; a mode change clears the output latches).
//
// Not modelled: the handshakes of modes 1 and 2, whose lines are switches and
// status inputs on a PC; a port that is set to one of them stays a plain input or
// output. The datasheet does not say what the control word reads as: the bus
// floats.
package ppi

import (
	"fmt"

	"beige/devices/bus"
)

// Registers, and the indices of the ports.
const (
	PortA = iota
	PortB
	PortC
	regControl
	ports = 3
)

// Control word.
const (
	ctrlModeSet uint8 = 1 << 7
	ctrlModeA   uint8 = 3 << 5
	ctrlInA     uint8 = 1 << 4
	ctrlInCHigh uint8 = 1 << 3
	ctrlModeB   uint8 = 1 << 2
	ctrlInB     uint8 = 1 << 1
	ctrlInCLow  uint8 = 1 << 0

	ctrlReset = ctrlModeSet | ctrlInA | ctrlInCHigh | ctrlInB | ctrlInCLow
)

const stateVersion = 1

// Config describes what the pins lead to.
type Config struct {
	Name string // device name, such as "ppi"

	// In gives the levels that the board puts on the pins of ports A, B and C; nil:
	// nothing does, and they float high.
	In [ports]func() uint8

	// Out is told the levels of the pins when the chip may have changed them. Pins
	// that are inputs are reported high, as a TTL input takes them. May be nil.
	Out [ports]func(levels uint8)
}

// state is everything a snapshot holds.
type state struct {
	Control uint8        // the last mode set
	Latch   [ports]uint8 // output latches
}

// PPI is one 8255A.
type PPI struct {
	state
	cfg Config
}

// New returns the chip as RESET leaves it: all pins inputs.
func New(cfg Config) *PPI {
	d := &PPI{cfg: cfg}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *PPI) Name() string { return d.cfg.Name }

// Reset is the RESET pin.
func (d *PPI) Reset(bus.ResetKind) { d.setMode(ctrlReset) }

// inputs has a 1 for each pin of a port that is an input.
func (d *PPI) inputs(port int) uint8 {
	mask := func(bit, pins uint8) uint8 {
		if d.Control&bit != 0 {
			return pins
		}
		return 0
	}
	switch port {
	case PortA:
		return mask(ctrlInA, 0xff)
	case PortB:
		return mask(ctrlInB, 0xff)
	}
	return mask(ctrlInCHigh, 0xf0) | mask(ctrlInCLow, 0x0f)
}

// In reads the pins of a port; an output's are its latch.
func (d *PPI) In(off uint16) uint8 {
	port := int(off & 3)
	if port == regControl {
		return 0xff
	}
	in, pins := d.inputs(port), uint8(0xff)
	if f := d.cfg.In[port]; f != nil && in != 0 {
		pins = f()
	}
	return pins&in | d.Latch[port]&^in
}

// Out writes an output latch or the control word. The latch of an input takes the
// byte as well; it shows when a mode set makes an output of the port, which
// clears it first.
func (d *PPI) Out(off uint16, v uint8) {
	switch port := int(off & 3); {
	case port < ports:
		d.Latch[port] = v
		d.drive(port)
	case v&ctrlModeSet != 0:
		d.setMode(v)
	default: // set or reset one bit of port C
		bit := uint8(1) << (v >> 1 & 7)
		d.Latch[PortC] &^= bit
		if v&1 != 0 {
			d.Latch[PortC] |= bit
		}
		d.drive(PortC)
	}
}

func (d *PPI) setMode(v uint8) {
	d.Control, d.Latch = v, [ports]uint8{}
	for port := range ports {
		d.drive(port)
	}
}

// drive tells the board what is on the pins.
func (d *PPI) drive(port int) {
	if f := d.cfg.Out[port]; f != nil {
		f(d.Latch[port] | d.inputs(port))
	}
}

// Inspect reports the ports for the monitor.
func (d *PPI) Inspect() []bus.Field {
	f := []bus.Field{{Name: "control", Value: fmt.Sprintf("%#02x", d.Control)}}
	for port, name := range []string{"A", "B", "C"} {
		f = append(f, bus.Field{Name: name, Value: fmt.Sprintf("pins %#02x, latch %#02x, inputs %#02x", d.In(uint16(port)), d.Latch[port], d.inputs(port))})
	}
	return f
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *PPI) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives the outputs to match it.
func (d *PPI) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState(d.cfg.Name, stateVersion, b, &d.state); err != nil {
		return err
	}
	d.Control |= ctrlModeSet
	for port := range ports {
		d.drive(port)
	}
	return nil
}
