package machine

import "beige/devices/bus"

// ferrLatch is the coprocessor error logic of the AT (IBM PC AT Technical
// Reference, "Math coprocessor control"; SDM volume 1, appendix on MS-DOS
// compatibility handlers): FERR# of the processor sets a latch that raises IRQ 13
// and holds the processor at its next numeric instruction. A write to port F0h
// clears the latch and drives IGNNE# for as long as FERR# stays active, so that the
// handler can use the unit before it has cleared the error. A write to F1h resets a
// coprocessor that is a part of its own.
type ferrLatch struct {
	ferrState
	irq   bus.Line
	ignne bus.Line
	reset func() // RESET of the coprocessor
}

type ferrState struct {
	Error  bool // FERR
	Busy   bool // the latch
	Ignore bool // IGNNE
}

const ferrVersion = 2

// Offsets of the write-only registers.
const (
	ferrClear = 0
	ferrReset = 1
)

func (d *ferrLatch) Name() string { return "ferr" }

// Reset leaves FERR as the processor drives it.
func (d *ferrLatch) Reset(bus.ResetKind) { d.set(false, false) }

func (d *ferrLatch) set(busy, ignore bool) {
	d.Busy, d.Ignore = busy, ignore
	d.irq(busy)
	d.ignne(ignore)
}

// drive is the processor's FERR pin: its rise sets the latch, its fall ends IGNNE.
func (d *ferrLatch) drive(high bool) {
	switch was := d.Error; {
	case high && !was:
		d.set(true, false)
	case !high && was:
		d.set(d.Busy, false)
	}
	d.Error = high
}

// In floats: the ports are write-only.
func (d *ferrLatch) In(uint16) uint8 { return 0xff }

// Out clears the latch, whatever is written.
func (d *ferrLatch) Out(off uint16, _ uint8) {
	d.set(false, d.Error)
	if off == ferrReset {
		d.reset()
	}
}

func (d *ferrLatch) Inspect() []bus.Field {
	return []bus.Field{{Name: "error", Value: d.Error}, {Name: "busy", Value: d.Busy}, {Name: "ignne", Value: d.Ignore}}
}

func (d *ferrLatch) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(ferrVersion, &d.ferrState)
}

func (d *ferrLatch) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState("ferr", ferrVersion, b, &d.ferrState); err != nil {
		return err
	}
	d.set(d.Busy, d.Ignore)
	return nil
}
