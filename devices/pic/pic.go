// Package pic is the 8259A programmable interrupt controller: one alone as on
// the PC and XT, or two as on the AT, where the INT output of the slave is
// input 2 of the master.
//
// Sources: Intel 8259A/8259A-2 datasheet (231468-003), "Programming the 8259A"
// and "Interrupt sequence"; Intel AP-59 "Using the 8259A"; Intel 82371AB
// (PIIX4) datasheet (290562), section 4.1.4 and ELCR1/ELCR2.
//
// Not modelled: the third INTA pulse of an 8080/8085 (a chip left in that mode
// answers the second pulse with the low address byte); buffered mode (the
// board's wiring says who is master, ICW4.BUF and ICW4.M/S are kept only).
package pic

import (
	"fmt"

	"beige/devices/bus"
)

// cascadeInput is the master's input that the slave's INT is wired to on the AT.
const cascadeInput = 2

// Inputs that can be switched to level triggering (PIIX4, ELCR1 and ELCR2):
// not the timer, keyboard, cascade, real-time clock and coprocessor.
const (
	elcrMaster uint8 = 0xf8 // IRQ 3-7
	elcrSlave  uint8 = 0xde // IRQ 9-12, 14, 15
)

const stateVersion = 1

// Config describes how the controllers are built into the board.
type Config struct {
	Name    string // device name, such as "pic"
	Cascade bool   // a slave on input 2 of the master
	ELCR    bool   // per-input level triggering; ICW1.LTIM then has no effect
}

// state is everything a snapshot holds.
type state struct{ Chip [2]chipState }

// PIC is the interrupt controller of a board.
type PIC struct {
	cfg           Config
	intr          bus.Line // the processor's INTR
	master, slave chip
	elcr          elcrPorts
}

// New returns the controllers in their power-on state: no interrupt passes
// before the first ICW sequence. intr is the processor's INTR pin.
func New(cfg Config, intr bus.Line) *PIC {
	p := &PIC{cfg: cfg, intr: intr}
	p.master = chip{master: true, elcr: cfg.ELCR, out: intr}
	p.slave = chip{elcr: cfg.ELCR, out: func(high bool) {
		if cfg.Cascade {
			p.master.input(cascadeInput, high)
		}
	}}
	p.elcr.pic = p
	p.Reset(bus.PowerOn)
	return p
}

// Name implements bus.Device.
func (p *PIC) Name() string { return p.cfg.Name }

// Reset puts both chips into the state before their first ICW1. The levels on
// the inputs stay: other chips drive them.
func (p *PIC) Reset(bus.ResetKind) {
	p.slave.reset()
	p.master.reset()
	p.intr(false)
}

// Master returns the master's two ports, A0 low first.
func (p *PIC) Master() bus.PortHandler { return &p.master }

// Slave returns the slave's two ports, A0 low first.
func (p *PIC) Slave() bus.PortHandler { return &p.slave }

// ELCR returns the two edge/level control registers, the master's first.
func (p *PIC) ELCR() bus.PortHandler { return &p.elcr }

// IRQ returns interrupt input n: 0-7 of the master, 8-15 of the slave. Where
// there is a slave, input 2 is taken and the returned line does nothing.
func (p *PIC) IRQ(n int) bus.Line {
	c, level := &p.master, uint8(n&7)
	switch {
	case n >= 8:
		c = &p.slave
	case n == cascadeInput && p.cfg.Cascade:
		return func(bool) {}
	}
	return func(high bool) { c.input(level, high) }
}

// Pending reports the level of INTR.
func (p *PIC) Pending() bool { return p.master.INT }

// Acknowledge runs the processor's interrupt acknowledge cycle (two INTA
// pulses) and returns the vector on the bus. A request that has gone away
// gives level 7 of the chip concerned and no in-service bit (datasheet,
// "Edge and level triggered modes": the DEFAULT IR7).
func (p *PIC) Acknowledge() uint8 {
	n, ok := p.master.beginINTA()
	if ok && p.master.isSlaveInput(n) {
		vector := uint8(0xff) // no slave answers to this cascade address: the bus floats
		if p.cfg.Cascade && n == cascadeInput && p.slave.cascadeID() == n {
			m, sok := p.slave.beginINTA()
			vector = p.slave.vector(m)
			p.slave.endINTA(m, sok)
		}
		p.master.endINTA(n, ok)
		return vector
	}
	vector := p.master.vector(n)
	p.master.endINTA(n, ok)
	return vector
}

// Inspect reports both chips for the monitor.
func (p *PIC) Inspect() []bus.Field {
	f := p.master.inspect("master", nil)
	if p.cfg.Cascade {
		f = p.slave.inspect("slave", f)
	}
	return f
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (p *PIC) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(stateVersion, state{[2]chipState{p.master.chipState, p.slave.chipState}})
}

// UnmarshalBinary restores a snapshot and drives INTR to match it.
func (p *PIC) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(p.cfg.Name, stateVersion, b, &s); err != nil {
		return err
	}
	for i, c := range s.Chip {
		if c.Lowest > 7 || c.Step > stepICW4 {
			return fmt.Errorf("%s: snapshot: chip %d is corrupt", p.cfg.Name, i)
		}
	}
	p.master.chipState, p.slave.chipState = s.Chip[0], s.Chip[1]
	p.intr(p.master.INT)
	return nil
}

// elcrPorts is the window of the edge/level control registers.
type elcrPorts struct{ pic *PIC }

func (e *elcrPorts) In(off uint16) uint8 {
	if off&1 == 0 {
		return e.pic.master.ELCR
	}
	return e.pic.slave.ELCR
}

func (e *elcrPorts) Out(off uint16, v uint8) {
	if off&1 == 0 {
		e.pic.master.setELCR(v & elcrMaster)
	} else {
		e.pic.slave.setELCR(v & elcrSlave)
	}
}
