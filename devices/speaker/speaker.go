// Package speaker is port B of the AT (61h): the gates of the PC speaker, the
// refresh flip-flop that software times short waits with, and the two sources
// of NMI.
//
// Sources: IBM PC AT Technical Reference, system board, "I/O address map" and
// "Speaker"; Intel 82371AB (PIIX4) datasheet (290562), section 4.1.5, NMISC.
//
// Not modelled: a refresh rate other than the one the board sets (the flip-flop
// does not follow counter 1 of the timer when a program changes it).
package speaker

import (
	"fmt"

	"beige/devices/bus"
)

// Bits 3-0 are written and read back; bits 7-4 are status.
const (
	bitGate2      uint8 = 1 << 0 // GATE of timer counter 2
	bitData       uint8 = 1 << 1 // OUT 2 reaches the speaker
	bitNoParity   uint8 = 1 << 2 // 1: memory parity check off, status cleared
	bitNoIOCheck  uint8 = 1 << 3 // 1: I/O channel check off, status cleared
	bitRefresh    uint8 = 1 << 4 // toggles with every memory refresh
	bitOut2       uint8 = 1 << 5 // OUT of timer counter 2
	bitIOCheck    uint8 = 1 << 6 // an expansion card reported an error
	bitParity     uint8 = 1 << 7 // a memory parity error (PCI: SERR#) occurred
	bitsWriteable       = bitGate2 | bitData | bitNoParity | bitNoIOCheck
)

// Refresh is the AT's refresh rate: one row each 18 ticks of the timer clock,
// 15.085 us.
var Refresh = bus.Freq{Num: 14318180, Den: 12 * 18}

const stateVersion = 1

// Config describes how the port is built into the board.
type Config struct {
	Name    string   // device name, such as "speaker"
	Refresh bus.Freq // memory refreshes a second
}

// state is everything a snapshot holds.
type state struct {
	Reg    uint8 // bits 3-0 as written
	Status uint8 // latched bitParity and bitIOCheck
	NMI    bool
}

// Speaker is port B with the speaker behind it.
type Speaker struct {
	state
	cfg   Config
	clock bus.Clock
	gate2 bus.Line
	nmi   bus.Line
	out2  func() bool
}

// New returns the port in its power-on state. gate2 is the gate of timer counter
// 2, nmi the request before the mask of port 70h, out2 reads the counter's output.
func New(cfg Config, clock bus.Clock, gate2, nmi bus.Line, out2 func() bool) *Speaker {
	d := &Speaker{cfg: cfg, clock: clock, gate2: gate2, nmi: nmi, out2: out2}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *Speaker) Name() string { return d.cfg.Name }

// Reset clears the port: the timer's gate is low, the speaker off, both checks on.
func (d *Speaker) Reset(bus.ResetKind) {
	d.state = state{}
	d.gate2(false)
	d.nmi(false)
}

// In reads the port.
func (d *Speaker) In(uint16) uint8 {
	v := d.Reg | d.Status
	if d.cfg.Refresh.Ticks(d.clock.Now())&1 != 0 {
		v |= bitRefresh
	}
	if d.out2() {
		v |= bitOut2
	}
	return v
}

// Out writes bits 3-0. A check that is switched off loses its status.
func (d *Speaker) Out(_ uint16, v uint8) {
	d.Reg = v & bitsWriteable
	if v&bitNoParity != 0 {
		d.Status &^= bitParity
	}
	if v&bitNoIOCheck != 0 {
		d.Status &^= bitIOCheck
	}
	d.gate2(v&bitGate2 != 0)
	d.update()
}

// Parity is the memory parity error input; a high level is latched while the
// check is on.
func (d *Speaker) Parity(high bool) { d.report(high && d.Reg&bitNoParity == 0, bitParity) }

// IOCheck is the I/O channel check input; a high level is latched while the
// check is on.
func (d *Speaker) IOCheck(high bool) { d.report(high && d.Reg&bitNoIOCheck == 0, bitIOCheck) }

func (d *Speaker) report(set bool, bit uint8) {
	if set {
		d.Status |= bit
		d.update()
	}
}

func (d *Speaker) update() {
	if high := d.Status != 0; high != d.NMI {
		d.NMI = high
		d.nmi(high)
	}
}

// Level is the voltage on the speaker at this moment: high or low.
func (d *Speaker) Level() bool { return d.Reg&bitData != 0 && d.out2() }

// Gates reports the two bits that programs make sound with: counter 2 runs, and
// its output reaches the speaker.
func (d *Speaker) Gates() (gate2, data bool) { return d.Reg&bitGate2 != 0, d.Reg&bitData != 0 }

// Inspect reports the port for the monitor.
func (d *Speaker) Inspect() []bus.Field {
	gate2, data := d.Gates()
	return []bus.Field{
		{Name: "port", Value: fmt.Sprintf("%#02x", d.In(0))},
		{Name: "gate2", Value: gate2},
		{Name: "data", Value: data},
		{Name: "nmi", Value: d.NMI},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *Speaker) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives the outputs to match it.
func (d *Speaker) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState(d.cfg.Name, stateVersion, b, &d.state); err != nil {
		return err
	}
	d.Reg &= bitsWriteable
	d.Status &= bitParity | bitIOCheck
	d.gate2(d.Reg&bitGate2 != 0)
	d.nmi(d.NMI)
	return nil
}
