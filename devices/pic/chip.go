package pic

import (
	"fmt"
	"math/bits"

	"beige/devices/bus"
)

// Register offsets: the A0 pin.
const (
	regCommand = 0 // write ICW1, OCW2, OCW3; read IRR, ISR or the poll word
	regData    = 1 // write ICW2-ICW4, OCW1; read IMR
)

// ICW1 (A0 = 0, D4 = 1).
const (
	icw1IC4  uint8 = 1 << 0 // ICW4 follows
	icw1SNGL uint8 = 1 << 1 // single: no ICW3
	icw1ADI  uint8 = 1 << 2 // 8080: call address interval 4 instead of 8
	icw1LTIM uint8 = 1 << 3 // level-triggered inputs
	icw1Mark uint8 = 1 << 4 // tells ICW1 from OCW2 and OCW3
)

// ICW4.
const (
	icw4UPM  uint8 = 1 << 0 // 8086 mode
	icw4AEOI uint8 = 1 << 1 // automatic end of interrupt
	icw4SFNM uint8 = 1 << 4 // special fully nested mode
)

// OCW2 (A0 = 0, D4-D3 = 00): the commands in bits 7-5; bits 2-0 are a level.
const (
	ocw2ClearRotateAEOI uint8 = iota << 5
	ocw2EOI
	ocw2Nop
	ocw2SpecificEOI
	ocw2SetRotateAEOI
	ocw2RotateEOI
	ocw2SetPriority
	ocw2RotateSpecificEOI

	ocw2Command uint8 = 7 << 5
	ocw2Level   uint8 = 7
)

// OCW3 (A0 = 0, D4-D3 = 01).
const (
	ocw3RIS  uint8 = 1 << 0 // with RR: read ISR instead of IRR
	ocw3RR   uint8 = 1 << 1
	ocw3P    uint8 = 1 << 2 // the next read is a poll
	ocw3Mark uint8 = 1 << 3 // tells OCW3 from OCW2
	ocw3SMM  uint8 = 1 << 5 // with ESMM: special mask mode
	ocw3ESMM uint8 = 1 << 6
)

const pollRequest uint8 = 1 << 7 // poll word: there is a request

// icw2Vector is the part of ICW2 that an 8086 gets as the high bits of a vector.
const icw2Vector uint8 = 0xf8

// Initialisation sequence: what the next write to A0 = 1 is.
const (
	stepReady uint8 = iota // OCW1
	stepNone               // OCW1; ICW1 was never written, no interrupts
	stepICW2
	stepICW3
	stepICW4
)

// chipState is one 8259A.
type chipState struct {
	Lines    uint8 // levels on IR0-IR7
	Edge     uint8 // edge sense latches: inputs that rose and were not served
	IMR, ISR uint8
	ICW1     uint8
	ICW2     uint8
	ICW3     uint8
	ICW4     uint8
	ELCR     uint8 // 1: input is level-triggered
	Step     uint8
	Lowest   uint8 // the level with the lowest priority
	PollWord uint8 // frozen by the poll command

	RotateAEOI  bool
	SpecialMask bool
	ReadISR     bool // what a read of A0 = 0 gives
	Poll        bool // the next read is a poll
	INT         bool // level of the INT output
}

type chip struct {
	chipState
	master bool // the SP/EN pin
	elcr   bool
	out    bus.Line // INT
}

func (c *chip) reset() {
	was := c.INT
	c.chipState = chipState{Lines: c.Lines, Lowest: 7, Step: stepNone}
	if was {
		c.out(false)
	}
}

// In reads a register.
func (c *chip) In(off uint16) uint8 {
	switch {
	case c.Poll:
		return c.poll()
	case off&1 == regData:
		return c.IMR
	case c.ReadISR:
		return c.ISR
	}
	return c.irr()
}

// Out writes a register.
func (c *chip) Out(off uint16, v uint8) {
	switch {
	case off&1 == regData:
		c.writeData(v)
	case v&icw1Mark != 0:
		c.writeICW1(v)
	case v&ocw3Mark != 0:
		c.writeOCW3(v)
	default:
		c.writeOCW2(v)
	}
	c.update()
}

// writeICW1 starts an initialisation. It resets the edge sense latches, so a
// high input must fall and rise again; clears IMR, ISR and special mask mode;
// makes IR7 the lowest priority, sets the slave address to 7 and selects IRR for
// reading. Without IC4 all
// functions of ICW4 are off (datasheet, "Initialization command words"; that
// ISR is cleared too is what all parts do).
func (c *chip) writeICW1(v uint8) {
	c.chipState = chipState{Lines: c.Lines, ELCR: c.ELCR, INT: c.INT, ICW1: v, ICW3: 7, Lowest: 7, Step: stepICW2}
}

func (c *chip) writeData(v uint8) {
	switch c.Step {
	case stepICW2:
		c.ICW2 = v
		if c.ICW1&icw1SNGL == 0 {
			c.Step = stepICW3
		} else {
			c.endICW3()
		}
	case stepICW3:
		c.ICW3 = v
		c.endICW3()
	case stepICW4:
		c.ICW4 = v
		c.Step = stepReady
	default:
		c.IMR = v // OCW1
	}
}

func (c *chip) endICW3() {
	c.Step = stepReady
	if c.ICW1&icw1IC4 != 0 {
		c.Step = stepICW4
	}
}

func (c *chip) writeOCW2(v uint8) {
	level := v & ocw2Level
	switch v & ocw2Command {
	case ocw2ClearRotateAEOI:
		c.RotateAEOI = false
	case ocw2SetRotateAEOI:
		c.RotateAEOI = true
	case ocw2EOI, ocw2RotateEOI:
		n, ok := c.highestInService()
		if !ok {
			return
		}
		c.ISR &^= 1 << n
		if v&ocw2Command == ocw2RotateEOI {
			c.Lowest = n
		}
	case ocw2SpecificEOI:
		c.ISR &^= 1 << level
	case ocw2RotateSpecificEOI:
		c.ISR &^= 1 << level
		c.Lowest = level
	case ocw2SetPriority:
		c.Lowest = level
	case ocw2Nop:
	}
}

func (c *chip) writeOCW3(v uint8) {
	if v&ocw3ESMM != 0 {
		c.SpecialMask = v&ocw3SMM != 0
	}
	if v&ocw3RR != 0 {
		c.ReadISR = v&ocw3RIS != 0
	}
	c.Poll = v&ocw3P != 0
	if c.Poll {
		// Requests are frozen from this write to the read (datasheet, "Poll
		// command"). Without one the level reads 7, as for the default IR7.
		n, ok := c.request()
		c.PollWord = n
		if ok {
			c.PollWord |= pollRequest
		}
	}
}

// poll is the read after a poll command: it serves the frozen request.
func (c *chip) poll() uint8 {
	c.Poll = false
	ok := c.PollWord&pollRequest != 0
	n := c.PollWord & ocw2Level
	if ok {
		c.drive(false)
		c.serve(n)
	}
	c.endINTA(n, ok)
	return c.PollWord & (pollRequest | ocw2Level)
}

func (c *chip) setELCR(v uint8) {
	c.ELCR = v
	c.update()
}

// levelTriggered is the mask of inputs in level mode.
func (c *chip) levelTriggered() uint8 {
	switch {
	case c.elcr:
		return c.ELCR
	case c.ICW1&icw1LTIM != 0:
		return 0xff
	}
	return 0
}

// irr is the interrupt request register: in both modes a request lasts no
// longer than the input is high.
func (c *chip) irr() uint8 { return c.Lines & (c.Edge | c.levelTriggered()) }

// input drives IRn.
func (c *chip) input(n uint8, high bool) {
	bit := uint8(1) << n
	switch {
	case high == (c.Lines&bit != 0):
		return
	case high:
		c.Lines |= bit
		c.Edge |= bit
	default:
		c.Lines &^= bit
		c.Edge &^= bit
	}
	c.update()
}

// request is the priority resolver: the level to be served next. Without one
// it returns 7, false.
func (c *chip) request() (n uint8, ok bool) {
	req := c.irr() &^ c.IMR
	if req == 0 || c.Step != stepReady {
		return 7, false
	}
	// In rotated registers bit 0 has the highest priority.
	top := int(c.Lowest) + 1
	r := bits.TrailingZeros8(bits.RotateLeft8(req, -top))
	s := bits.TrailingZeros8(bits.RotateLeft8(c.inService(), -top))
	n = uint8(r+top) & 7
	if r < s || r == s && c.ICW4&icw4SFNM != 0 && c.isSlaveInput(n) {
		return n, true
	}
	return 7, false
}

// inService is the ISR as priority and the non-specific EOI see it: in special
// mask mode without the levels that are masked.
func (c *chip) inService() uint8 {
	if c.SpecialMask {
		return c.ISR &^ c.IMR
	}
	return c.ISR
}

func (c *chip) highestInService() (n uint8, ok bool) {
	isr := c.inService()
	if isr == 0 {
		return 0, false
	}
	top := int(c.Lowest) + 1
	return uint8(bits.TrailingZeros8(bits.RotateLeft8(isr, -top))+top) & 7, true
}

// isSlaveInput reports whether ICW3 puts a slave on IRn. A slave's ICW3 is its
// own address, not a mask.
func (c *chip) isSlaveInput(n uint8) bool {
	return c.master && c.ICW1&icw1SNGL == 0 && c.ICW3>>n&1 != 0
}

// cascadeID is the address that a slave compares with the cascade lines.
func (c *chip) cascadeID() uint8 { return c.ICW3 & 7 }

// beginINTA is the first INTA pulse: INT falls, the request moves from IRR to ISR.
func (c *chip) beginINTA() (n uint8, ok bool) {
	n, ok = c.request()
	c.drive(false)
	if ok {
		c.serve(n)
	}
	return n, ok
}

func (c *chip) serve(n uint8) {
	c.ISR |= 1 << n
	c.Edge &^= 1 << n
}

// endINTA is the end of the last INTA pulse, where AEOI acts.
func (c *chip) endINTA(n uint8, ok bool) {
	if ok && c.ICW4&icw4AEOI != 0 {
		c.ISR &^= 1 << n
		if c.RotateAEOI {
			c.Lowest = n
		}
	}
	c.update()
}

// vector is what the chip puts on the bus in the second INTA pulse for level n:
// in 8086 mode T7-T3 of ICW2 and the level; in 8080 mode the low byte of a CALL
// address (datasheet, "Interrupt sequence outputs").
func (c *chip) vector(n uint8) uint8 {
	switch {
	case c.ICW4&icw4UPM != 0:
		return c.ICW2&icw2Vector | n
	case c.ICW1&icw1ADI != 0:
		return c.ICW1&0xe0 | n<<2
	}
	return c.ICW1&0xc0 | n<<3
}

func (c *chip) update() {
	_, ok := c.request()
	c.drive(ok)
}

func (c *chip) drive(high bool) {
	if high != c.INT {
		c.INT = high
		c.out(high)
	}
}

func (c *chip) inspect(who string, f []bus.Field) []bus.Field {
	hex := func(name string, v uint8) {
		f = append(f, bus.Field{Name: who + "." + name, Value: fmt.Sprintf("%#02x", v)})
	}
	hex("irr", c.irr())
	hex("imr", c.IMR)
	hex("isr", c.ISR)
	hex("lines", c.Lines)
	hex("base", c.ICW2)
	hex("icw1", c.ICW1)
	hex("icw3", c.ICW3)
	hex("icw4", c.ICW4)
	hex("elcr", c.ELCR)
	return append(f,
		bus.Field{Name: who + ".int", Value: c.INT},
		bus.Field{Name: who + ".ready", Value: c.Step == stepReady},
		bus.Field{Name: who + ".lowest", Value: c.Lowest},
		bus.Field{Name: who + ".special-mask", Value: c.SpecialMask},
		bus.Field{Name: who + ".rotate-aeoi", Value: c.RotateAEOI})
}
