// Package pit is the 8254 programmable interval timer, or the 8253 before it:
// three 16-bit counters.
// On a PC counter 0 clocks IRQ 0, counter 1 once paced DRAM refresh and
// counter 2 makes the speaker's tone.
//
// Nothing runs between accesses: a counter keeps the tick at which its
// counting element had a known value and computes the rest when asked. One
// timer a counter wakes the chip for the next edge of an output that is wired.
//
// Sources: Intel 8254 datasheet (231164-005), "Programming the 8254", "Read
// operations", "Mode definitions", "Operation common to all modes"; Intel 8253
// datasheet (231306-001): no read-back command, and no status.
//
// Not modelled: the half clock between CLK's rising edge, which samples GATE,
// and its falling edge, which counts. What the datasheet leaves open: a count
// of 1 in modes 2 and 3 (illegal) leaves OUT high; a reload between the two
// bytes of a new count takes the old count; before the first count is written
// the counting element stands still.
package pit

import (
	"fmt"

	"beige/devices/bus"
)

// Register offsets (A1, A0): the three counters, then the control word.
const (
	regControl = 3
	counters   = 3
)

// Control word.
const (
	ctrlBCD       uint8 = 1 << 0
	ctrlModeShift       = 1 // 3 bits
	ctrlRWShift         = 4 // 2 bits
	ctrlSCShift         = 6 // 2 bits: counter, or 3 for the read-back command
	ctrlStatus    uint8 = 0x3f

	selectReadBack = 3
)

// Read/write field of the control word.
const (
	rwLatch uint8 = iota // counter latch command
	rwLSB
	rwMSB
	rwBoth // LSB first, then MSB
)

// Read-back command: bits are active low; counters in bits 1-3.
const (
	readBackNoStatus uint8 = 1 << 4
	readBackNoCount  uint8 = 1 << 5
)

// Status byte, above the control bits (datasheet, figure 12).
const (
	statusNull uint8 = 1 << 6 // the count written is not in the counting element yet
	statusOut  uint8 = 1 << 7
)

const stateVersion = 1

// Config describes how the chip is built into the board.
type Config struct {
	Name  string   // device name, such as "pit"
	Freq  bus.Freq // of all three CLK inputs; 14318180/12 Hz on a PC
	I8253 bool     // the PC's and XT's chip, which ignores the read-back command
}

// PIT is one 8254.
type PIT struct {
	cfg     Config
	clock   bus.Clock
	counter [counters]counter
}

// New returns the chip in its power-on state: no counter programmed, gates 0
// and 1 tied high, gate 2 low. out are OUT 0-2; a nil line costs no timer, its
// level is still there to be read with Output.
func New(cfg Config, clock bus.Clock, out [counters]bus.Line) *PIT {
	p := &PIT{cfg: cfg, clock: clock}
	for n := range p.counter {
		c := &p.counter[n]
		c.line = out[n]
		c.Gate = n != 2
		if c.line != nil {
			c.timer = clock.NewTimer(fmt.Sprintf("%s.out%d", cfg.Name, n), func() {
				c.sync(p.tick())
				p.arm(c)
			})
		}
	}
	p.Reset(bus.PowerOn)
	return p
}

// Name implements bus.Device.
func (p *PIT) Name() string { return p.cfg.Name }

// Reset stops all counters at power-on, with their outputs low. The chip has
// no reset pin: a bus reset leaves it counting.
func (p *PIT) Reset(kind bus.ResetKind) {
	if kind != bus.PowerOn {
		return
	}
	for n := range p.counter {
		c := &p.counter[n]
		c.counterState = counterState{Gate: c.Gate, LoadAt: never, EdgeAt: never}
		if c.line != nil {
			c.line(false)
		}
		p.arm(c)
	}
}

// In reads a counter or its latches. The control word cannot be read.
func (p *PIT) In(off uint16) uint8 {
	n := off & 3
	if n == regControl {
		return 0xff
	}
	c := &p.counter[n]
	tick := p.tick()
	c.sync(tick)
	if c.LoadAt == tick+1 {
		// On the ISA bus the accesses from the write of a count to a read of it take
		// longer than a pulse of CLK, and programs rely on finding it loaded (Linux,
		// quick_pit_calibrate). The processor here makes them in less.
		tick++
		c.sync(tick)
	}
	return c.read(tick)
}

// Out writes a counter or the control word.
func (p *PIT) Out(off uint16, v uint8) {
	tick := p.tick()
	if n := off & 3; n != regControl {
		c := &p.counter[n]
		c.sync(tick)
		c.writeCount(tick, v)
		p.arm(c)
		return
	}
	n := v >> ctrlSCShift
	if n == selectReadBack {
		if !p.cfg.I8253 {
			p.readBack(tick, v)
		}
		return
	}
	c := &p.counter[n]
	c.sync(tick)
	if v>>ctrlRWShift&3 == rwLatch {
		c.latchCount(tick)
		return
	}
	c.writeControl(tick, v)
	p.arm(c)
}

func (p *PIT) readBack(tick uint64, v uint8) {
	for n := range p.counter {
		if v>>(n+1)&1 == 0 {
			continue
		}
		c := &p.counter[n]
		c.sync(tick)
		if v&readBackNoCount == 0 {
			c.latchCount(tick)
		}
		if v&readBackNoStatus == 0 {
			c.latchStatus()
		}
	}
}

// Gate returns the GATE input of counter n.
func (p *PIT) Gate(n int) bus.Line {
	c := &p.counter[n]
	return func(high bool) {
		tick := p.tick()
		c.sync(tick)
		c.gate(tick, high)
		p.arm(c)
	}
}

// Output returns the level of OUT n at this moment.
func (p *PIT) Output(n int) bool {
	c := p.now(n)
	return c.Out
}

// tick is the number of CLK pulses since power-on.
func (p *PIT) tick() uint64 { return p.cfg.Freq.Ticks(p.clock.Now()) }

// now returns a copy of counter n as it is at this moment; the counter itself
// stays as the last access left it, so looking does not change a state hash.
func (p *PIT) now(n int) counter {
	c := counter{counterState: p.counter[n].counterState}
	c.sync(p.tick())
	return c
}

// arm sets the timer to the next event of a counter whose output is wired. The
// deadline comes from the tick number, so no error adds up.
func (p *PIT) arm(c *counter) {
	if c.timer == nil {
		return
	}
	if next := min(c.LoadAt, c.EdgeAt); next != never {
		c.timer.At(p.cfg.Freq.Time(next))
	} else {
		c.timer.Stop()
	}
}

// Inspect reports the three counters for the monitor.
func (p *PIT) Inspect() []bus.Field {
	var f []bus.Field
	for n := range p.counter {
		c := p.now(n)
		add := func(name string, v any) { f = append(f, bus.Field{Name: fmt.Sprintf("%d.%s", n, name), Value: v}) }
		add("mode", c.mode())
		add("access", [4]string{"none", "lsb", "msb", "lsb+msb"}[c.rw()])
		add("bcd", c.Ctrl&ctrlBCD != 0)
		add("reload", fmt.Sprintf("%#04x", c.CR))
		add("count", fmt.Sprintf("%#04x", c.element(p.tick())))
		add("null", c.Null)
		add("gate", c.Gate)
		add("out", c.Out)
	}
	return f
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (p *PIT) MarshalBinary() ([]byte, error) {
	var s [counters]counterState
	for n := range s {
		s[n] = p.counter[n].counterState
	}
	return bus.MarshalState(stateVersion, &s)
}

// UnmarshalBinary restores a snapshot and drives the outputs to match it. The
// timers' deadlines come back with the clock.
func (p *PIT) UnmarshalBinary(b []byte) error {
	var s [counters]counterState
	if err := bus.UnmarshalState(p.cfg.Name, stateVersion, b, &s); err != nil {
		return err
	}
	for n := range s {
		c := &p.counter[n]
		c.counterState = s[n]
		if c.line != nil {
			c.line(c.Out)
		}
	}
	return nil
}
