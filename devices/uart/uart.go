// Package uart is the serial port chip of the PC: INS8250, NS16450 or PC16550D
// (16550A). Characters take their time on the line, in both directions: the
// divisor and the line format say how long.
//
// Sources: National Semiconductor PC16550D datasheet (TL/C/8652), sections 6 to
// 8; NS16450 datasheet (TL/C/8401); IBM PC AT Technical Reference, serial
// adapter (OUT2 gates the interrupt).
//
// Not modelled: the DMA pins RXRDY and TXRDY (not wired on a PC); the 8 to 24
// clocks from a write to the start bit; a change of divisor or format within a
// character (it holds from the next one); writes to LSR and MSR (factory test).
// In loopback the OUT2 bit goes on gating the interrupt, as in chips of the
// super I/O kind; a discrete 16550 forces the pin inactive.
package uart

import (
	"fmt"

	"beige/devices/bus"
)

// Register offsets.
const (
	regData = iota // RBR (read), THR (write); with DLAB the divisor's low byte
	regIER         // with DLAB the divisor's high byte
	regIIR         // read; FCR when written
	regLCR
	regMCR
	regLSR
	regMSR
	regSCR
)

// Interrupt enable register.
const (
	ierData  uint8 = 1 << 0 // ERBFI: received data, and character timeout
	ierTHRE  uint8 = 1 << 1 // ETBEI
	ierLine  uint8 = 1 << 2 // ELSI
	ierModem uint8 = 1 << 3 // EDSSI
	ierMask  uint8 = 0x0f
)

// fifoDepth is the size of each FIFO of the 16550A.
const fifoDepth = 16

// Interrupt identification register, highest priority first.
const (
	iirLine    uint8 = 0x06
	iirData    uint8 = 0x04
	iirTimeout uint8 = 0x0c
	iirTHRE    uint8 = 0x02
	iirModem   uint8 = 0x00
	iirNone    uint8 = 0x01
	iirFIFO    uint8 = 0xc0 // FIFOs are on
)

// FIFO control register.
const (
	fcrEnable       uint8 = 1 << 0
	fcrResetRx      uint8 = 1 << 1 // clears itself
	fcrResetTx      uint8 = 1 << 2 // clears itself
	fcrTriggerShift       = 6
)

// trigger is the receive level by FCR bits 7-6.
var trigger = [4]uint8{1, 4, 8, 14}

// Line control register.
const (
	lcrLength      uint8 = 3 // 0: 5 bits ... 3: 8 bits
	lcrStop        uint8 = 1 << 2
	lcrParity      uint8 = 1 << 3
	lcrEvenParity  uint8 = 1 << 4
	lcrStickParity uint8 = 1 << 5
	lcrBreak       uint8 = 1 << 6
	lcrDLAB        uint8 = 1 << 7
)

// Modem control register.
const (
	mcrDTR  uint8 = 1 << 0
	mcrRTS  uint8 = 1 << 1
	mcrOut1 uint8 = 1 << 2
	mcrOut2 uint8 = 1 << 3
	mcrLoop uint8 = 1 << 4
	mcrMask uint8 = 0x1f
)

// Line status register.
const (
	lsrDR        uint8 = 1 << 0
	lsrOE        uint8 = 1 << 1
	lsrPE        uint8 = 1 << 2
	lsrFE        uint8 = 1 << 3
	lsrBI        uint8 = 1 << 4
	lsrTHRE      uint8 = 1 << 5
	lsrTEMT      uint8 = 1 << 6
	lsrFIFOError uint8 = 1 << 7
)

// What can be wrong with a received character, for ReceiveError.
const (
	ErrParity  = lsrPE
	ErrFraming = lsrFE
	ErrBreak   = lsrBI

	errMask = ErrParity | ErrFraming | ErrBreak
)

// Modem status register: inputs in bits 7-4, their changes in bits 3-0.
const (
	msrCTS uint8 = 1 << (iota + 4)
	msrDSR
	msrRI
	msrDCD

	msrDeltaShift = 4
)

// defaultDivisor is what stands in the divisor latch at power-on, where the
// datasheet promises nothing: 9600 baud.
const defaultDivisor = 12

const stateVersion = 1

// Model is one of the chips that share this register set.
type Model struct {
	Name    string
	Scratch bool // SCR is there
	FIFO    bool // FCR and the FIFOs are there
}

// The chips of the PC (8250), the AT (16450) and the PS/2 and later (16550A).
var (
	Model8250   = Model{Name: "8250"}
	Model16450  = Model{Name: "16450", Scratch: true}
	Model16550A = Model{Name: "16550A", Scratch: true, FIFO: true}
)

// Config describes how the chip is built into the board.
type Config struct {
	Name  string // device name, such as "uart0"
	Model Model
	Freq  bus.Freq // of the crystal; 1.8432 MHz on a PC

	// Multiplier is of the crystal's frequency, as cards with fast ports have one:
	// bits are this many times shorter than software that divides Freq makes them.
	// 0: 1.
	Multiplier uint64
}

// Wires are the chip's outputs. All but IRQ and Transmit may be nil.
type Wires struct {
	IRQ      bus.Line
	DTR, RTS bus.Line      // high: asserted
	Break    bus.Line      // high: the line is held at space
	Transmit func(b uint8) // a character has left the shift register
	Ready    func()        // Receive may be called again
}

// state is everything a snapshot holds. Ticks are those of the crystal since
// power-on.
type state struct {
	IER, FCR, LCR, MCR, SCR uint8
	Divisor                 uint16
	Errors                  uint8 // OE, PE, FE, BI as LSR shows them
	Inputs                  uint8 // modem inputs from outside, as MSR bits
	Delta                   uint8 // MSR bits 3-0
	RBR                     uint8 // the last character read
	IRQ                     bool

	// Receiver: the FIFO, or its first place alone where there is none.
	RxData, RxError [fifoDepth]uint8
	RxHead, RxCount uint8
	RSR, RSRError   uint8
	RxBusy          bool   // a character is coming in
	RxHeld          bool   // it is there, waiting for a place
	RxEnd           uint64 // tick at which it is there
	Timeout         bool   // character timeout is pending
	TimeoutAt       uint64 // tick; 0: not running

	// Transmitter.
	TxData          [fifoDepth]uint8
	TxHead, TxCount uint8
	TSR             uint8
	TxBusy          bool
	TxEnd           uint64 // tick at which TSR is empty
	TxTwo           bool   // two characters were in the FIFO since it was last empty
	TxFirst         bool   // the FIFO was switched just now
	THREInt         bool   // THRE interrupt is pending
	THREAt          uint64 // tick of a delayed THRE interrupt; 0: none
}

// UART is one serial port chip.
type UART struct {
	state
	cfg     Config
	w       Wires
	clock   bus.Clock
	freq    bus.Freq // of the ticks
	tx, rx  bus.Timer
	timeout bus.Timer
	inRx    bool // Ready is being called from the end of a character
}

// New returns the chip in its power-on state, with no modem input asserted.
func New(cfg Config, clock bus.Clock, w Wires) *UART {
	for _, l := range []*bus.Line{&w.DTR, &w.RTS, &w.Break} {
		if *l == nil {
			*l = func(bool) {}
		}
	}
	if w.Ready == nil {
		w.Ready = func() {}
	}
	d := &UART{cfg: cfg, w: w, clock: clock, freq: bus.Freq{Num: cfg.Freq.Num * max(cfg.Multiplier, 1), Den: cfg.Freq.Den}}
	d.Divisor = defaultDivisor
	d.tx = clock.NewTimer(cfg.Name+".tx", d.txEvent)
	d.rx = clock.NewTimer(cfg.Name+".rx", d.rxEvent)
	d.timeout = clock.NewTimer(cfg.Name+".timeout", d.timeoutEvent)
	d.reset()
	return d
}

// Name implements bus.Device.
func (d *UART) Name() string { return d.cfg.Name }

// Reset is the MR pin: control registers, FIFOs and shift registers are cleared;
// scratch register and divisor keep what they hold (datasheet, "Reset
// configuration"). Modem inputs are driven by others.
func (d *UART) Reset(bus.ResetKind) {
	d.reset()
	d.w.Ready()
}

func (d *UART) reset() {
	d.state = state{SCR: d.SCR, Divisor: d.Divisor, RBR: d.RBR, Inputs: d.Inputs}
	d.tx.Stop()
	d.rx.Stop()
	d.timeout.Stop()
	d.w.IRQ(false)
	d.modemOutputs()
}

// In reads a register.
func (d *UART) In(off uint16) uint8 {
	dlab := d.LCR&lcrDLAB != 0
	switch off & 7 {
	case regData:
		if dlab {
			return uint8(d.Divisor)
		}
		return d.readRBR()
	case regIER:
		if dlab {
			return uint8(d.Divisor >> 8)
		}
		return d.IER
	case regIIR:
		return d.readIIR()
	case regLCR:
		return d.LCR
	case regMCR:
		return d.MCR
	case regLSR:
		return d.readLSR()
	case regMSR:
		return d.readMSR()
	}
	if d.cfg.Model.Scratch {
		return d.SCR
	}
	return 0xff
}

// Out writes a register. LSR and MSR are read only.
func (d *UART) Out(off uint16, v uint8) {
	dlab := d.LCR&lcrDLAB != 0
	switch off & 7 {
	case regData:
		if dlab {
			d.Divisor = d.Divisor&0xff00 | uint16(v)
		} else {
			d.writeTHR(v)
		}
	case regIER:
		if dlab {
			d.Divisor = d.Divisor&0x00ff | uint16(v)<<8
		} else {
			d.writeIER(v)
		}
	case regIIR:
		d.writeFCR(v)
	case regLCR:
		d.LCR = v
		d.w.Break(d.breaking())
	case regMCR:
		d.writeMCR(v)
	case regSCR:
		if d.cfg.Model.Scratch {
			d.SCR = v
		}
	}
}

// writeIER sets the enables. Enabling the THRE interrupt with THR empty raises it.
func (d *UART) writeIER(v uint8) {
	v &= ierMask
	if v&^d.IER&ierTHRE != 0 && d.TxCount == 0 {
		d.THREInt = true
	}
	d.IER = v
	d.update()
}

// iir finds the pending interrupt with the highest priority.
func (d *UART) iir() uint8 {
	switch {
	case d.IER&ierLine != 0 && d.Errors != 0:
		return iirLine
	case d.IER&ierData != 0 && d.dataReady():
		return iirData
	case d.IER&ierData != 0 && d.Timeout:
		return iirTimeout
	case d.IER&ierTHRE != 0 && d.THREInt:
		return iirTHRE
	case d.IER&ierModem != 0 && d.Delta != 0:
		return iirModem
	}
	return iirNone
}

// dataReady is the received data interrupt: a character, or with FIFOs as many
// as the trigger level.
func (d *UART) dataReady() bool {
	if d.fifo() {
		return d.RxCount >= trigger[d.FCR>>fcrTriggerShift]
	}
	return d.RxCount != 0
}

// readIIR ends the THRE interrupt if that is what it reports.
func (d *UART) readIIR() uint8 {
	v := d.iir()
	if v == iirTHRE {
		d.THREInt = false
		d.update()
	}
	if d.fifo() {
		v |= iirFIFO
	}
	return v
}

func (d *UART) fifo() bool { return d.FCR&fcrEnable != 0 }

// writeFCR switches and clears the FIFOs. With bit 0 clear the other bits have
// no effect. Changing it clears both FIFOs.
func (d *UART) writeFCR(v uint8) {
	if !d.cfg.Model.FIFO {
		return
	}
	changed := (v^d.FCR)&fcrEnable != 0
	if v&fcrEnable == 0 {
		v = 0
	}
	d.FCR = v &^ (fcrResetRx | fcrResetTx)
	if changed {
		d.TxFirst = true
	}
	if changed || v&fcrResetRx != 0 {
		d.clearRx()
	}
	if changed || v&fcrResetTx != 0 {
		d.clearTx()
	}
	d.update()
}

// writeMCR sets the modem outputs, or in loopback the modem inputs.
func (d *UART) writeMCR(v uint8) {
	was, looped := d.inputs(), d.MCR&mcrLoop != 0
	d.MCR = v & mcrMask
	d.modemChanged(was)
	d.modemOutputs()
	d.update()
	if looped && d.MCR&mcrLoop == 0 {
		d.w.Ready()
	}
}

// modemOutputs drives the pins; loopback forces them inactive.
func (d *UART) modemOutputs() {
	active := d.MCR&mcrLoop == 0
	d.w.DTR(active && d.MCR&mcrDTR != 0)
	d.w.RTS(active && d.MCR&mcrRTS != 0)
	d.w.Break(d.breaking())
}

// breaking reports whether the line is held at space; in loopback it marks.
func (d *UART) breaking() bool { return d.LCR&lcrBreak != 0 && d.MCR&mcrLoop == 0 }

// readLSR returns the line status and clears the errors.
func (d *UART) readLSR() uint8 {
	v := d.lsr()
	d.Errors = 0
	d.RxError[d.RxHead&(fifoDepth-1)] = 0
	d.update()
	return v
}

func (d *UART) lsr() uint8 {
	v := d.Errors
	if d.RxCount != 0 {
		v |= lsrDR
	}
	if d.TxCount == 0 {
		v |= lsrTHRE
		if !d.TxBusy {
			v |= lsrTEMT
		}
	}
	if d.fifo() {
		for i := range d.RxCount {
			if d.RxError[(d.RxHead+i)&(fifoDepth-1)] != 0 {
				v |= lsrFIFOError
			}
		}
	}
	return v
}

// readMSR returns the modem status and clears the changes.
func (d *UART) readMSR() uint8 {
	v := d.inputs() | d.Delta
	d.Delta = 0
	d.update()
	return v
}

// inputs are the modem inputs as MSR bits: in loopback DTR, RTS, OUT1 and OUT2
// stand for DSR, CTS, RI and DCD.
func (d *UART) inputs() uint8 {
	if d.MCR&mcrLoop == 0 {
		return d.Inputs
	}
	var v uint8
	for _, w := range [4][2]uint8{{mcrDTR, msrDSR}, {mcrRTS, msrCTS}, {mcrOut1, msrRI}, {mcrOut2, msrDCD}} {
		if d.MCR&w[0] != 0 {
			v |= w[1]
		}
	}
	return v
}

// modemChanged notes the changes since was. RI counts only where it goes off
// (TERI, trailing edge).
func (d *UART) modemChanged(was uint8) {
	now := d.inputs()
	changed := was ^ now
	changed &^= now & msrRI
	d.Delta |= changed >> msrDeltaShift
}

func (d *UART) input(bit uint8, high bool) {
	was := d.inputs()
	d.Inputs &^= bit
	if high {
		d.Inputs |= bit
	}
	d.modemChanged(was)
	d.update()
}

// CTS is the clear to send input; high means asserted, as for all modem inputs.
func (d *UART) CTS(high bool) { d.input(msrCTS, high) }

// DSR is the data set ready input.
func (d *UART) DSR(high bool) { d.input(msrDSR, high) }

// RI is the ring indicator input.
func (d *UART) RI(high bool) { d.input(msrRI, high) }

// DCD is the data carrier detect input.
func (d *UART) DCD(high bool) { d.input(msrDCD, high) }

// update drives IRQ, which OUT2 gates on a PC.
func (d *UART) update() {
	if high := d.MCR&mcrOut2 != 0 && d.iir() != iirNone; high != d.IRQ {
		d.IRQ = high
		d.w.IRQ(high)
	}
}

// Inspect reports the registers for the monitor.
func (d *UART) Inspect() []bus.Field {
	hex := func(v uint8) string { return fmt.Sprintf("%#02x", v) }
	return []bus.Field{
		{Name: "model", Value: d.cfg.Model.Name},
		{Name: "divisor", Value: d.Divisor},
		{Name: "line", Value: d.line()},
		{Name: "ier", Value: hex(d.IER)},
		{Name: "iir", Value: hex(d.iir())},
		{Name: "fcr", Value: hex(d.FCR)},
		{Name: "lcr", Value: hex(d.LCR)},
		{Name: "mcr", Value: hex(d.MCR)},
		{Name: "lsr", Value: hex(d.lsr())},
		{Name: "msr", Value: hex(d.inputs() | d.Delta)},
		{Name: "received", Value: d.RxCount},
		{Name: "to-send", Value: d.TxCount},
		{Name: "irq", Value: d.IRQ},
	}
}

// line is the speed and the line format as people write them: "9600 8N1".
func (d *UART) line() string {
	parity := "N"
	if p := d.LCR & (lcrEvenParity | lcrStickParity); d.LCR&lcrParity != 0 {
		parity = map[uint8]string{0: "O", lcrEvenParity: "E", lcrStickParity: "M", lcrEvenParity | lcrStickParity: "S"}[p]
	}
	stop := "1"
	switch {
	case d.LCR&lcrStop != 0 && d.LCR&lcrLength == 0:
		stop = "1.5"
	case d.LCR&lcrStop != 0:
		stop = "2"
	}
	baud := d.cfg.Freq.Num / d.cfg.Freq.Den / d.bitTicks()
	return fmt.Sprintf("%d %d%s%s", baud, 5+d.LCR&lcrLength, parity, stop)
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *UART) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot and drives the outputs to match it. The
// timers' deadlines come back with the clock.
func (d *UART) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(d.cfg.Name, stateVersion, b, &s); err != nil {
		return err
	}
	if s.RxCount > fifoDepth || s.TxCount > fifoDepth || s.RxHead >= fifoDepth || s.TxHead >= fifoDepth {
		return fmt.Errorf("%s: snapshot: FIFO is corrupt", d.cfg.Name)
	}
	d.state = s
	d.modemOutputs()
	d.w.IRQ(d.IRQ)
	return nil
}
