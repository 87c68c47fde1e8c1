// Package power is the fixed ACPI hardware of the board's power management
// function: PM1a status, enable and control, and the 24-bit PM timer, laid out
// as in the PIIX4.
//
// Sources: Intel 82371AB (PIIX4) datasheet (290562), section 7.2 "Power
// management I/O registers"; Advanced Configuration and Power Interface
// Specification, Revision 1.0b, section 4.7 (fixed hardware).
//
// The APM control and status ports (B2h and B3h on a PC; 82371AB, section 4.3) ask the
// firmware for something through an SMI. There is no system management mode; what its
// handler would do for the two requests of ACPI, to hand the hardware over and to take it
// back, the chip does itself, with the numbers that free PC firmware uses.
//
// Not modelled: sleep states other than soft off (the request is counted and
// has no effect), SMIs, the throttling, GPI/GPO and device monitor registers
// (they read 0), BM_STS (nothing on the board masters the bus).
package power

import (
	"fmt"

	"beige/devices/bus"
)

// Register offsets from the PIIX4's PMBASE.
const (
	regStatus  = 0 // PMSTS, 16 bits
	regEnable  = 2 // PMEN, 16 bits
	regControl = 4 // PMCNTRL, 16 bits
	regTimer   = 8 // PMTMR, 32 bits

	// Size is how many ports the registers take.
	Size = 12
)

// PMSTS, each with its enable at the same place in PMEN.
const (
	stsTimer    uint16 = 1 << 0 // bit 23 of the timer changed
	stsGlobal   uint16 = 1 << 5 // the BIOS released the global lock
	stsButton   uint16 = 1 << 8 // the power button was pressed
	stsRTC      uint16 = 1 << 10
	stsWake     uint16 = 1 << 15 // no enable
	stsWritable        = stsTimer | stsGlobal | stsButton | stsRTC | stsWake
	enWritable         = stsTimer | stsGlobal | stsButton | stsRTC
)

// PMCNTRL.
const (
	cntSCI       uint16 = 1 << 0 // SCI_EN
	cntBMRld     uint16 = 1 << 1
	cntSleepType uint16 = 7 << 10 // SLP_TYP (PIIX4: SUS_TYP)
	cntSleep     uint16 = 1 << 13 // SLP_EN; write only
	cntWritable         = cntSCI | cntBMRld | cntSleepType

	sleepTypeSoftOff = 0 // SLP_TYP of S5
)

// APM ports.
const (
	apmControl = 0

	// APMPorts is how many ports they take.
	APMPorts = 2

	apmACPIOn  = 0xf1
	apmACPIOff = 0xf0
)

// timerFreq is the PM timer's clock: 3.579545 MHz.
var timerFreq = bus.Freq{Num: 14318180, Den: 4}

const (
	timerMask = 1<<24 - 1
	timerHalf = 1 << 23 // ticks between two changes of the top bit
)

const stateVersion = 2

// state is everything a snapshot holds.
type state struct {
	Status, Enable, Control uint16
	Halves                  uint64 // changes of timer bit 23 that Status is true for
	SCI                     bool
	APM                     [APMPorts]uint8
	Ignored                 uint64 // requests for other sleep states
}

// Power is the fixed ACPI hardware.
type Power struct {
	state
	name  string
	clock bus.Clock
	timer bus.Timer
	sci   bus.Line
	off   bus.Line
}

// New returns the chip in its power-on state. sci is the system control
// interrupt; off goes high when the guest switches the machine off.
func New(name string, clock bus.Clock, sci, off bus.Line) *Power {
	d := &Power{name: name, clock: clock, sci: sci, off: off}
	d.timer = clock.NewTimer(name+".pmtimer", func() { d.sync(); d.update() })
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *Power) Name() string { return d.name }

// Reset clears status, enables and control. The timer counts on.
func (d *Power) Reset(bus.ResetKind) {
	d.state = state{Halves: d.ticks() / timerHalf}
	d.sci(false)
	d.timer.Stop()
}

func (d *Power) ticks() uint64 { return timerFreq.Ticks(d.clock.Now()) }

// sync sets TMR_STS if bit 23 of the timer has changed.
func (d *Power) sync() {
	if halves := d.ticks() / timerHalf; halves != d.Halves {
		d.Halves = halves
		d.Status |= stsTimer
	}
}

// update drives SCI, and wakes the chip for the next change of the timer's top
// bit where that would raise it.
func (d *Power) update() {
	if high := d.Control&cntSCI != 0 && d.Status&d.Enable&enWritable != 0; high != d.SCI {
		d.SCI = high
		d.sci(high)
	}
	if d.Enable&^d.Status&stsTimer != 0 {
		d.timer.At(timerFreq.Time((d.ticks()/timerHalf + 1) * timerHalf))
	} else {
		d.timer.Stop()
	}
}

// In reads one byte of a register.
func (d *Power) In(off uint16) uint8 {
	d.sync()
	return d.read(off)
}

func (d *Power) read(off uint16) uint8 {
	shift := off & 1 * 8
	switch off &^ 1 {
	case regStatus:
		return uint8(d.Status >> shift)
	case regEnable:
		return uint8(d.Enable >> shift)
	case regControl:
		return uint8(d.Control >> shift)
	case regTimer, regTimer + 2:
		return uint8(d.ticks() & timerMask >> (off & 3 * 8))
	}
	return 0
}

// Out writes one byte of a register.
func (d *Power) Out(off uint16, v uint8) {
	d.sync()
	shift := off & 1 * 8
	bits, lane := uint16(v)<<shift, uint16(0xff)<<shift
	switch off &^ 1 {
	case regStatus: // writing 1 clears
		d.Status &^= bits & stsWritable
	case regEnable:
		d.Enable = d.Enable&^lane | bits&enWritable
	case regControl:
		d.Control = d.Control&^lane | bits&cntWritable
		if bits&cntSleep != 0 {
			d.sleep()
		}
	}
	d.update()
}

// APM returns the APM control and status ports.
func (d *Power) APM() bus.PortHandler { return apm{d} }

type apm struct{ d *Power }

func (a apm) In(off uint16) uint8 { return a.d.state.APM[off%APMPorts] }

func (a apm) Out(off uint16, v uint8) {
	d := a.d
	d.state.APM[off%APMPorts] = v
	if off != apmControl {
		return
	}
	d.sync()
	switch v {
	case apmACPIOn:
		d.Control |= cntSCI
	case apmACPIOff:
		d.Control &^= cntSCI
	}
	d.update()
}

// sleep acts on SLP_EN.
func (d *Power) sleep() {
	if d.Control&cntSleepType == sleepTypeSoftOff {
		d.off(true)
		return
	}
	d.Ignored++
}

// Button is the power button, pressed while high.
func (d *Power) Button(high bool) {
	if high {
		d.sync()
		d.Status |= stsButton
		d.update()
	}
}

// RTCAlarm is the clock's interrupt line, which sets RTC_STS.
func (d *Power) RTCAlarm(high bool) {
	if high {
		d.sync()
		d.Status |= stsRTC
		d.update()
	}
}

// Inspect reports the registers for the monitor.
func (d *Power) Inspect() []bus.Field {
	hex := func(v uint16) string { return fmt.Sprintf("%#04x", v) }
	status := d.Status
	if d.ticks()/timerHalf != d.Halves {
		status |= stsTimer
	}
	return []bus.Field{
		{Name: "pm1-status", Value: hex(status)},
		{Name: "pm1-enable", Value: hex(d.Enable)},
		{Name: "pm1-control", Value: hex(d.Control)},
		{Name: "timer", Value: fmt.Sprintf("%#06x", d.ticks()&timerMask)},
		{Name: "sci", Value: d.SCI},
		{Name: "ignored-sleeps", Value: d.Ignored},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *Power) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives SCI to match it. The timer's
// deadline comes back with the clock.
func (d *Power) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState(d.name, stateVersion, b, &d.state); err != nil {
		return err
	}
	d.sci(d.SCI)
	return nil
}
