// Package lpt is the parallel printer port of the PC with the printer at its
// other end: three registers, seventeen wires, no chip of its own before the
// super I/O.
//
//	register  bit 7   6     5      4       3        2      1        0
//	data      D7 ... D0: latch; reads give the level of the pins
//	status    -BUSY   -ACK  PE     SLCT    -ERROR   1      1        1
//	control   1       1     input  IRQ EN  SLCT IN  -INIT  AUTO FD  STROBE
//
// BUSY is inverted between the connector and bit 7, the other inputs are not.
// SLCT IN, AUTO FD XT and STROBE are active low at the connector and inverted on
// the way, so that a 1 asserts them; a 0 asserts -INIT.
//
// Sources: IBM PC AT Technical Reference, serial/parallel adapter, "Parallel
// port" (registers, interrupt on -ACK, inputs that float high); IBM PS/2
// Hardware Interface Technical Reference, "Parallel port controller" (bit 5 of
// the control register: direction); Epson printer manuals, "Interface timing"
// (data 0.5 us around STROBE, BUSY until the character is stored, ACKNLG for
// about 10 us, no data entry while SLCT IN is high).
//
// Not modelled: the printer's faults (it is on line and has paper for ever);
// AUTO FEED XT, which only moves its paper; the 0.5 us for which it wants STROBE
// and the 50 us for which it wants INIT: every pulse counts; -IRQ STATUS in bit
// 2 of the PS/2's status register; EPP and ECP.
package lpt

import (
	"fmt"

	"beige/devices/bus"
)

// Register offsets.
const (
	regData = iota
	regStatus
	regControl
)

// Status register.
const (
	statUnused  uint8 = 0x07   // not driven: read as 1
	statNoError uint8 = 1 << 3 // -ERROR
	statSelect  uint8 = 1 << 4 // SLCT: the printer is on line
	statPaper   uint8 = 1 << 5 // PE: out of paper
	statNoAck   uint8 = 1 << 6 // -ACK
	statReady   uint8 = 1 << 7 // BUSY, inverted
)

// nobody is the status without a printer: all five inputs float high, and BUSY
// is inverted. Out of paper and on line at once: by this the BIOS and DOS tell.
const nobody = statUnused | statNoError | statSelect | statPaper | statNoAck

// Control register.
const (
	ctlStrobe   uint8 = 1 << 0
	ctlNoInit   uint8 = 1 << 2
	ctlSelectIn uint8 = 1 << 3
	ctlIRQ      uint8 = 1 << 4
	ctlInput    uint8 = 1 << 5 // direction: the data latch does not drive its pins
	ctlUnused   uint8 = 0xc0   // not driven: read as 1
	ctlMask           = ^ctlUnused
)

// floating is what undriven data pins read as: a printer drives none of them.
const floating = 0xff

// How long the printer takes over a character: it is busy while it stores it,
// and ends that with a pulse on -ACK.
const (
	busyTime = 80 * bus.Microsecond
	ackTime  = 10 * bus.Microsecond
)

// phase is what the printer is doing.
type phase uint8

const (
	idle    phase = iota
	storing       // BUSY
	acking        // BUSY and ACK
)

func (p phase) String() string {
	if p > acking {
		return "?"
	}
	return [...]string{"idle", "storing", "acknowledging"}[p]
}

const stateVersion = 1

// Config describes how the port is built into the board.
type Config struct {
	Name string // device name, such as "lpt1"
	// IRQ goes high at the end of an ACK pulse. May be nil.
	IRQ bus.Line
	// Print is a printer: it is given every character that the guest strobes
	// into it. nil: nothing is plugged in.
	Print func(b uint8)
}

// state is everything a snapshot holds.
type state struct {
	Data    uint8 // latch
	Control uint8 // bits 5-0
	Phase   phase
	Until   bus.Time // end of the phase
	IRQ     bool     // level of the wire
	Lost    uint64   // characters strobed into a printer that was busy or not selected
}

// LPT is one parallel port and its printer.
type LPT struct {
	state
	cfg   Config
	clock bus.Clock
	timer bus.Timer // at Until
}

// New returns the port in its power-on state.
func New(clock bus.Clock, cfg Config) *LPT {
	if cfg.IRQ == nil {
		cfg.IRQ = func(bool) {}
	}
	d := &LPT{cfg: cfg, clock: clock}
	d.timer = clock.NewTimer(cfg.Name+".printer", d.event)
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *LPT) Name() string { return d.cfg.Name }

// Reset clears the control latch, which asserts INIT: the printer drops what it
// is doing. The data latch has no reset pin.
func (d *LPT) Reset(kind bus.ResetKind) {
	if kind == bus.PowerOn {
		d.Data, d.Lost = 0, 0
	}
	d.writeControl(0)
}

// In reads a register.
func (d *LPT) In(off uint16) uint8 {
	switch off & 3 {
	case regData:
		return d.pins()
	case regStatus:
		return d.status()
	case regControl:
		return d.Control | ctlUnused
	}
	return floating
}

// Out writes a register. The status register is read only.
func (d *LPT) Out(off uint16, v uint8) {
	switch off & 3 {
	case regData:
		d.Data = v
	case regControl:
		d.writeControl(v)
	}
}

// pins is the level of the data pins.
func (d *LPT) pins() uint8 {
	if d.Control&ctlInput != 0 {
		return floating
	}
	return d.Data
}

func (d *LPT) status() uint8 {
	if d.cfg.Print == nil {
		return nobody
	}
	v := statUnused | statNoError | statSelect
	if d.Phase != acking {
		v |= statNoAck
	}
	if d.Phase == idle && !d.initializing() {
		v |= statReady
	}
	return v
}

func (d *LPT) initializing() bool { return d.Control&ctlNoInit == 0 }

// writeControl sets the wires to the printer. Disabling the interrupt lets go of
// the wire; enabling it makes no request by itself.
func (d *LPT) writeControl(v uint8) {
	was := d.Control
	d.Control = v & ctlMask
	if d.Control&ctlIRQ == 0 {
		d.interrupt(false)
	}
	if d.initializing() {
		d.Phase = idle
		d.timer.Stop()
	} else if d.Control&^was&ctlStrobe != 0 {
		d.strobe()
	}
}

// strobe is the leading edge of STROBE, at which the printer takes the data if
// it is selected and not busy.
func (d *LPT) strobe() {
	if d.cfg.Print == nil {
		return
	}
	if d.Control&ctlSelectIn == 0 || d.Phase != idle {
		d.Lost++
		return
	}
	d.enter(storing, d.clock.Now()+busyTime)
	d.cfg.Print(d.pins())
}

// event is the end of a phase. The interrupt is -ACK itself behind a driver that
// IRQ EN opens: it comes with the trailing edge of the pulse, and stays until
// the next one.
func (d *LPT) event() {
	switch d.Phase {
	case storing:
		d.enter(acking, d.Until+ackTime)
		d.interrupt(false)
	case acking:
		d.Phase = idle
		d.interrupt(d.Control&ctlIRQ != 0)
	}
}

func (d *LPT) enter(p phase, until bus.Time) {
	d.Phase, d.Until = p, until
	d.timer.At(until)
}

func (d *LPT) interrupt(high bool) {
	if high != d.IRQ {
		d.IRQ = high
		d.cfg.IRQ(high)
	}
}

// Inspect reports the registers for the monitor.
func (d *LPT) Inspect() []bus.Field {
	hex := func(v uint8) string { return fmt.Sprintf("%#02x", v) }
	return []bus.Field{
		{Name: "data", Value: hex(d.Data)},
		{Name: "status", Value: hex(d.status())},
		{Name: "control", Value: hex(d.Control)},
		{Name: "printer", Value: d.Phase.String()},
		{Name: "lost", Value: d.Lost},
		{Name: "irq", Value: d.IRQ},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *LPT) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives IRQ to match it. The timer's
// deadline comes back with the clock.
func (d *LPT) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(d.cfg.Name, stateVersion, b, &s); err != nil {
		return err
	}
	if s.Phase > acking || s.Control&ctlUnused != 0 {
		return fmt.Errorf("%s: snapshot: printer state is corrupt", d.cfg.Name)
	}
	d.state = s
	d.cfg.IRQ(d.IRQ)
	return nil
}
