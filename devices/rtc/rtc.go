// Package rtc is the MC146818 real-time clock with 128 bytes of battery-backed
// CMOS memory, behind the index and data ports of the AT.
//
// Sources: Motorola MC146818A datasheet (ADI-1026); Dallas DS12887 and DS12C887
// datasheets (divider, century byte); IBM PC AT Technical Reference, system
// board, "Real-time clock/CMOS RAM information" (index port, NMI mask,
// checksum).
//
// Not modelled: the square wave output (not wired on a PC), daylight saving
// (DSE is kept, the clock does not jump), the 1.048576 and 4.194304 MHz time
// bases (a PC has a 32.768 kHz crystal; every divider code but 010b stops the
// clock, as on the DS12887).
package rtc

import (
	"fmt"

	"beige/devices/bus"
)

// Port offsets.
const (
	regIndex = 0 // write: index in bits 6-0, NMI mask in bit 7
	regData  = 1

	indexNMIMask uint8 = 1 << 7
	indexMask    uint8 = 0x7f
)

// Addresses of the clock's bytes.
const (
	addrSeconds = iota
	addrSecondsAlarm
	addrMinutes
	addrMinutesAlarm
	addrHours
	addrHoursAlarm
	addrWeekday // 1 is Sunday
	addrDay
	addrMonth
	addrYear
	addrA
	addrB
	addrC
	addrD
	addrRAM // first byte of memory

	addrCentury = 0x32
)

// CMOS checksum of the AT: the sum of the bytes from 10h to 2Dh, high byte first.
const (
	addrSumFirst = 0x10
	addrSumLast  = 0x2d
	addrSumHigh  = 0x2e
	addrSumLow   = 0x2f
)

// Register A.
const (
	aRate    uint8 = 0x0f // RS3-RS0
	aDivider uint8 = 0x70 // DV2-DV0
	aRun     uint8 = 0x20 // DV = 010b: 32.768 kHz, counting
	aUIP     uint8 = 1 << 7
)

// Register B.
const (
	b24h    uint8 = 1 << 1
	bBinary uint8 = 1 << 2 // DM
	bSQWE   uint8 = 1 << 3
	bUIE    uint8 = 1 << 4
	bAIE    uint8 = 1 << 5
	bPIE    uint8 = 1 << 6
	bSET    uint8 = 1 << 7
)

// Register C: the flags lie where register B has their enables.
const (
	cUF          = bUIE
	cAF          = bAIE
	cPF          = bPIE
	cFlags       = cUF | cAF | cPF
	cIRQF  uint8 = 1 << 7
)

// dVRT in register D: the battery is good.
const dVRT uint8 = 1 << 7

const stateVersion = 1

// state is everything a snapshot holds. Ticks are those of the 32.768 kHz
// crystal since power-on.
type state struct {
	RAM       [128]uint8 // clock and registers too; C holds the flags only
	Index     uint8
	NMIMasked bool
	IRQ       bool
	Offset    uint64 // position of the divider chain = tick + Offset (modulo 2^64)
	Last      uint64 // tick that RAM and flags are true for
	Aborted   bool   // SET came while an update was running: that second is lost
}

// RTC is one clock chip.
type RTC struct {
	state
	name    string
	clock   bus.Clock
	timer   bus.Timer
	irq     bus.Line
	nmiMask bus.Line // high: NMI is masked
}

// Config describes how the chip is built into the board.
type Config struct {
	Name string // device name, such as "rtc"
	Date Date   // at power-on
}

// New returns a chip whose memory is zero and whose clock shows cfg.Date, in
// BCD and 24-hour mode, and goes on one second later.
func New(cfg Config, clock bus.Clock, irq, nmiMask bus.Line) *RTC {
	d := &RTC{name: cfg.Name, clock: clock, irq: irq, nmiMask: nmiMask}
	d.timer = clock.NewTimer(cfg.Name+".event", func() { d.sync(); d.update() })
	d.RAM[addrA] = aRun | 6 // 1024 Hz, as the AT's BIOS sets it
	d.RAM[addrB] = b24h
	d.Last = d.tick()
	d.Offset = updateEnd - d.Last
	d.setDate(cfg.Date)
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *RTC) Name() string { return d.name }

// Reset is the RESET pin: it clears the interrupt enables and flags. The
// battery keeps the rest, at power-on too. The AT masks NMI.
func (d *RTC) Reset(bus.ResetKind) {
	d.sync()
	d.RAM[addrB] &^= bPIE | bAIE | bUIE | bSQWE
	d.RAM[addrC] = 0
	d.Index = 0
	d.NMIMasked = true
	d.nmiMask(true)
	d.IRQ = false
	d.irq(false)
	d.update()
}

// In reads the byte that the index selects. The index cannot be read back.
func (d *RTC) In(off uint16) uint8 {
	if off&1 == regIndex {
		return 0xff
	}
	d.sync()
	switch d.Index {
	case addrA:
		return d.registerA()
	case addrC:
		return d.readC()
	case addrD:
		return dVRT
	}
	return d.RAM[d.Index]
}

// Out sets the index and the NMI mask, or writes the selected byte.
func (d *RTC) Out(off uint16, v uint8) {
	if off&1 == regIndex {
		d.Index = v & indexMask
		d.NMIMasked = v&indexNMIMask != 0
		d.nmiMask(d.NMIMasked)
		return
	}
	d.sync()
	switch d.Index {
	case addrA:
		d.writeA(v)
	case addrB:
		d.writeB(v)
	case addrC, addrD: // read only
	default:
		d.RAM[d.Index] = v
		return
	}
	d.update()
}

func (d *RTC) registerA() uint8 {
	if d.updating() {
		return d.RAM[addrA] | aUIP
	}
	return d.RAM[addrA]
}

// writeA sets rate and divider. When the divider leaves reset, the first update
// begins half a second later.
func (d *RTC) writeA(v uint8) {
	was := d.running()
	d.RAM[addrA] = v &^ aUIP
	if !was && d.running() {
		d.Offset = -d.Last
	}
}

// writeB sets the modes and interrupt enables. SET going high ends a running
// update and clears UIE.
func (d *RTC) writeB(v uint8) {
	if v&^d.RAM[addrB]&bSET != 0 {
		d.Aborted = d.updateStarted()
	}
	if v&bSET != 0 {
		v &^= bUIE
	}
	d.RAM[addrB] = v
}

// readC returns the flags and clears them, and with them the interrupt.
func (d *RTC) readC() uint8 {
	v := d.registerC()
	d.RAM[addrC] = 0
	d.update()
	return v
}

func (d *RTC) registerC() uint8 {
	v := d.RAM[addrC]
	if d.pending() {
		v |= cIRQF
	}
	return v
}

// pending is IRQF: a flag whose enable is set.
func (d *RTC) pending() bool { return d.RAM[addrC]&d.RAM[addrB]&cFlags != 0 }

// update drives the IRQ line and arms the timer for the next event that could
// raise it.
func (d *RTC) update() {
	if p := d.pending(); p != d.IRQ {
		d.IRQ = p
		d.irq(p)
	}
	if next, ok := d.nextEvent(); ok {
		d.timer.At(crystal.Time(next))
	} else {
		d.timer.Stop()
	}
}

// CMOS returns the byte at addr (0-7Fh) without side effects.
func (d *RTC) CMOS(addr uint8) uint8 {
	s := d.now()
	switch addr &= indexMask; addr {
	case addrA:
		return s.registerA()
	case addrC:
		return s.registerC()
	case addrD:
		return dVRT
	}
	return s.RAM[addr&indexMask]
}

// SetCMOS stores a byte of the battery-backed memory, as a set-up program does.
// addr is 0Eh-7Fh; the clock's own bytes stay as they are.
func (d *RTC) SetCMOS(addr, v uint8) {
	if addr >= addrRAM && int(addr) < len(d.RAM) {
		d.RAM[addr] = v
	}
}

// SetChecksum stores the checksum of the bytes 10h-2Dh at 2Eh and 2Fh.
func (d *RTC) SetChecksum() {
	var sum uint16
	for _, v := range d.RAM[addrSumFirst : addrSumLast+1] {
		sum += uint16(v)
	}
	d.RAM[addrSumHigh] = uint8(sum >> 8)
	d.RAM[addrSumLow] = uint8(sum)
}

// now returns a copy of the chip's state as it is at this moment.
func (d *RTC) now() *RTC {
	c := &RTC{state: d.state, clock: d.clock}
	c.sync()
	return c
}

// Inspect reports date, registers and memory for the monitor.
func (d *RTC) Inspect() []bus.Field {
	c := d.now()
	hex := func(v uint8) string { return fmt.Sprintf("%#02x", v) }
	return []bus.Field{
		{Name: "date", Value: c.date().String()},
		{Name: "index", Value: hex(c.Index)},
		{Name: "a", Value: hex(c.registerA())},
		{Name: "b", Value: hex(c.RAM[addrB])},
		{Name: "c", Value: hex(c.registerC())},
		{Name: "alarm", Value: fmt.Sprintf("%02x:%02x:%02x", c.RAM[addrHoursAlarm], c.RAM[addrMinutesAlarm], c.RAM[addrSecondsAlarm])},
		{Name: "irq", Value: c.IRQ},
		{Name: "nmi-masked", Value: c.NMIMasked},
		{Name: "cmos", Value: fmt.Sprintf("% x", c.RAM[addrRAM:])},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *RTC) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives the outputs to match it. The
// timer's deadline comes back with the clock.
func (d *RTC) UnmarshalBinary(b []byte) error {
	s := state{}
	if err := bus.UnmarshalState(d.name, stateVersion, b, &s); err != nil {
		return err
	}
	if s.Index > indexMask {
		return fmt.Errorf("%s: snapshot: index %#02x; want at most 0x7f", d.name, s.Index)
	}
	d.state = s
	d.nmiMask(d.NMIMasked)
	d.irq(d.IRQ)
	return nil
}
