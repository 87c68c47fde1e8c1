package pci

import (
	"fmt"

	"beige/devices/bus"
)

// PIIX3 function 0, the bridge to ISA at 00:01.0 (82371SB datasheet, 2.2).
const (
	regIORT   = 0x4c // ISA I/O recovery timer
	regXBCS   = 0x4e // X-bus chip select
	regPIRQ   = 0x60 // four PIRQ route control registers
	regTOM    = 0x69 // top of memory
	regMSTAT  = 0x6a
	regMBIRQ  = 0x70
	regMBDMA  = 0x76
	regPCSC   = 0x78
	regAPIC   = 0x80
	regDLC    = 0x82
	regSMICNT = 0xa0
	regSMIEN  = 0xa2
	regSEE    = 0xa4
	regFTMR   = 0xa8
	regSMIREQ = 0xaa

	pirqOff  uint8 = 1 << 7 // not routed
	pirqIRQ  uint8 = 0x0f
	pirqMask       = pirqOff | pirqIRQ
)

// routable are the interrupts that a PIRQ can be routed to; other values do not
// exist (82371SB datasheet, 2.2.6).
const routable uint16 = 0xdef8

// Reset control register (82371SB datasheet, 2.5.6.1).
const (
	resetCPU  uint8 = 1 << 2 // RCPU: its rise resets
	resetHard uint8 = 1 << 1 // SRST: the whole board, not the processor alone
)

const piix3Version = 1

type piix3State struct {
	functionState
	Reset uint8 // reset control register
}

// PIIX3 is the bridge to ISA.
type PIIX3 struct {
	*Function
	rc    uint8
	irq   [16]bus.Line // those that can be routed to
	hard  func()
	soft  bus.Line
	level [pins]bool // PIRQA# to PIRQD#
}

// ISAWires are what the bridge drives.
type ISAWires struct {
	IRQ  func(n int) bus.Line // the interrupt inputs of the board
	Hard func()               // resets the whole board
	Soft bus.Line             // pulsed to reset the processor alone
}

// NewPIIX3 plugs the bridge in.
func NewPIIX3(h *Host, w ISAWires) *PIIX3 {
	d := &PIIX3{hard: w.Hard, soft: w.Soft}
	for n := range d.irq {
		if routable>>n&1 != 0 {
			d.irq[n] = w.IRQ(n)
		}
	}
	f := newFunction("isa", isaSlot, 0, identity{Vendor: idIntel, Device: idPIIX3, Class: 0x060100, Status: statusMedium, Multi: true})
	f.word(regCommand, cmdIO|cmdMemory|cmdMaster, 1<<3) // special cycles
	f.clear[regStatus+1] = 0x78
	f.byte(regIORT, 0x4d, 0x7f)
	f.word(regXBCS, 0x0003, 0x01ff)
	for i := range pins {
		f.byte(regPIRQ+i, pirqOff, pirqMask)
	}
	f.byte(regTOM, 0x02, 0xfe)
	f.word(regMSTAT, 0, 0x80f4)
	f.byte(regMBIRQ, 0x80, 0xef)
	f.byte(regMBIRQ+1, 0x80, 0xef)
	f.word(regMBDMA, 0x0404, 0x8f8f)
	f.word(regPCSC, 0x0002, 0xffff)
	f.byte(regAPIC, 0, 0x3f)
	f.byte(regDLC, 0, 0x0f)
	f.byte(regSMICNT, 0x08, 0x1f)
	f.word(regSMIEN, 0, 0x01ff)
	f.dword(regSEE, 0, 0xf8ff_ffff)
	f.byte(regFTMR, 0x0f, 0xff)
	f.word(regSMIREQ, 0, 0)
	f.wrote = func(first, last int) {
		if last >= regPIRQ && first < regPIRQ+pins {
			d.drive(d.level)
		}
	}
	d.Function = f
	h.isa = d
	h.plug(f)
	d.Reset(bus.PowerOn)
	return d
}

// Reset unroutes all interrupts.
func (d *PIIX3) Reset(kind bus.ResetKind) {
	d.rc = 0
	d.Function.Reset(kind)
}

// drive gives the PIRQ lines to the interrupt inputs they are routed to.
func (d *PIIX3) drive(level [pins]bool) {
	d.level = level
	var high uint16
	for i, on := range level {
		if r := d.Config[regPIRQ+i]; on && r&pirqOff == 0 {
			high |= 1 << (r & pirqIRQ)
		}
	}
	for n, line := range d.irq {
		if line != nil {
			line(high>>n&1 != 0)
		}
	}
}

func (d *PIIX3) readReset() uint8 { return d.rc }

// writeReset resets on a rise of RCPU.
func (d *PIIX3) writeReset(v uint8) {
	rise := v&^d.rc&resetCPU != 0
	d.rc = v & (resetCPU | resetHard)
	switch {
	case rise && v&resetHard != 0:
		d.hard()
	case rise:
		d.soft(true)
		d.soft(false)
	}
}

// Inspect reports the routing with the rest.
func (d *PIIX3) Inspect() []bus.Field {
	out := d.Function.Inspect()
	for i := range pins {
		route := "none"
		if r := d.Config[regPIRQ+i]; r&pirqOff == 0 {
			route = fmt.Sprintf("IRQ %d", r&pirqIRQ)
		}
		out = append(out, bus.Field{Name: "pirq" + string(rune('a'+i)), Value: route})
	}
	return out
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *PIIX3) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(piix3Version, &piix3State{d.functionState, d.rc})
}

// UnmarshalBinary restores a snapshot and drives the interrupts to match it.
func (d *PIIX3) UnmarshalBinary(b []byte) error {
	var s piix3State
	if err := bus.UnmarshalState(d.name, piix3Version, b, &s); err != nil {
		return err
	}
	d.rc = s.Reset & (resetCPU | resetHard)
	d.restore(s.functionState)
	return nil
}
