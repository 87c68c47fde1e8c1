package machine

import (
	"io"

	"beige/devices/bus"
	"beige/devices/uart"
)

// maxSerialInput bounds what waits for a guest that does not read, in bytes a
// port; what comes beyond is lost, as on a line without flow control.
const maxSerialInput = 1 << 20

// uartFreq is the crystal of the PC's serial adapter.
func uartFreq() bus.Freq { return bus.Freq{Num: 1843200, Den: 1} }

// SerialRates lists the values of Config.SerialRate.
func SerialRates() []string { return []string{serialFast, serialBaud} }

const (
	serialFast = "fast"
	serialBaud = "baud"

	// fastSerial is how many times as fast a line is. Linux prints its messages with
	// interrupts off: a line of 80 characters must take less than a tick of 4 ms, even
	// at the 9600 baud of "console=ttyS0", or the kernel measures its other clocks
	// against ticks that it lost. Much faster, and its interrupt handler would find a
	// FIFO empty as soon as it has filled it.
	fastSerial = 32
)

// serialPort is a UART with what has been sent to it and has not arrived.
type serialPort struct {
	*uart.UART
	waiting []byte
	lost    uint64
}

// newSerialPort makes a port that sends to out; with nil nothing is connected.
func (m *Machine) newSerialPort(name string, irq bus.Line, out io.Writer) *serialPort {
	p := &serialPort{}
	transmit := byteSink(out)
	if transmit == nil {
		transmit = func(uint8) {}
	}
	cfg := uart.Config{Name: name, Model: uart.Model16550A, Freq: uartFreq()}
	if m.cfg.SerialRate == serialFast {
		cfg.Multiplier = fastSerial
	}
	p.UART = uart.New(cfg, m.sched,
		uart.Wires{IRQ: irq, Transmit: transmit, Ready: p.feed})
	if out != nil { // the other side is there and listens
		p.CTS(true)
		p.DSR(true)
		p.DCD(true)
	}
	return p
}

// receive queues bytes from outside.
func (p *serialPort) receive(b []byte) {
	n := min(len(b), maxSerialInput-len(p.waiting))
	p.waiting = append(p.waiting, b[:n]...)
	p.lost += uint64(len(b) - n)
	p.feed()
}

// SerialWaiting is how many bytes that have arrived at a serial port the guest
// has not taken from the line yet: a source that can wait should. Caller is the
// machine goroutine.
func (m *Machine) SerialWaiting(unit int) int {
	if unit >= len(m.serial) {
		return 0
	}
	return len(m.serial[unit].waiting)
}

// feed puts the next byte on the line, if it is free.
func (p *serialPort) feed() {
	if p.UART != nil && len(p.waiting) > 0 && p.Receive(p.waiting[0]) {
		p.waiting = p.waiting[1:]
	}
}

// wiredOr joins n drivers on one line: it is high while any of them is.
func wiredOr(line bus.Line, n int) []bus.Line {
	level := make([]bool, n)
	out := make([]bus.Line, n)
	for i := range out {
		out[i] = func(high bool) {
			level[i] = high
			any := false
			for _, l := range level {
				any = any || l
			}
			line(any)
		}
	}
	return out
}
