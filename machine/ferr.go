package machine

import "beige/devices/bus"

// ferrLatch is the coprocessor error logic of the AT: FERR# of the processor
// sets a latch that raises IRQ 13; writing port F0h clears it (IBM PC AT
// Technical Reference, "Math coprocessor control").
type ferrLatch struct {
	ferrState
	irq bus.Line
}

type ferrState struct {
	Error bool // FERR
	Busy  bool // the latch
}

const ferrVersion = 1

func (d *ferrLatch) Name() string { return "ferr" }

func (d *ferrLatch) Reset(bus.ResetKind) {
	d.ferrState = ferrState{}
	d.irq(false)
}

// drive is the processor's FERR pin: its rise sets the latch.
func (d *ferrLatch) drive(high bool) {
	if high && !d.Error {
		d.Busy = true
		d.irq(true)
	}
	d.Error = high
}

// In floats: the ports are write-only.
func (d *ferrLatch) In(uint16) uint8 { return 0xff }

// Out clears the latch, whatever is written; F1h resets the coprocessor of a
// 286 as well, which the processors here do themselves.
func (d *ferrLatch) Out(uint16, uint8) {
	d.Busy = false
	d.irq(false)
}

func (d *ferrLatch) Inspect() []bus.Field {
	return []bus.Field{{Name: "error", Value: d.Error}, {Name: "busy", Value: d.Busy}}
}

func (d *ferrLatch) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(ferrVersion, &d.ferrState)
}

func (d *ferrLatch) UnmarshalBinary(b []byte) error {
	if err := bus.UnmarshalState("ferr", ferrVersion, b, &d.ferrState); err != nil {
		return err
	}
	d.irq(d.Busy)
	return nil
}
