package uart

import (
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

var crystal = bus.Freq{Num: 1843200, Den: 1}

// bit is one bit time at 115200 baud (divisor 1), rounded up; char is one of
// 8N1.
const (
	bit  = 8681 * bus.Nanosecond
	char = 86806 * bus.Nanosecond
)

type rig struct {
	*UART
	t        *testing.T
	clock    *bus.Scheduler
	irq      bool
	rises    int // of irq
	dtr, rts bool
	brk      bool
	sent     []uint8
	sentAt   []bus.Time
	queue    []uint8 // to be received
}

func (r *rig) wires() Wires {
	return Wires{
		IRQ: func(high bool) {
			if high && !r.irq {
				r.rises++
			}
			r.irq = high
		},
		DTR:      func(high bool) { r.dtr = high },
		RTS:      func(high bool) { r.rts = high },
		Break:    func(high bool) { r.brk = high },
		Transmit: func(b uint8) { r.sent, r.sentAt = append(r.sent, b), append(r.sentAt, r.clock.Now()) },
		Ready:    r.feed,
	}
}

// feed offers the queue, as a front end does.
func (r *rig) feed() {
	for len(r.queue) > 0 && r.Receive(r.queue[0]) {
		r.queue = r.queue[1:]
	}
}

// newRig returns a chip at 115200 baud, 8N1, interrupts to the board enabled.
func newRig(t *testing.T, m Model) *rig {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.UART = New(Config{Name: "uart0", Model: m, Freq: crystal}, r.clock, r.wires())
	r.Out(regLCR, 0x83)
	r.Out(regData, 1)
	r.Out(regIER, 0)
	r.Out(regLCR, 0x03)
	r.Out(regMCR, 0x0b)
	return r
}

func (r *rig) want(off uint16, want uint8) {
	r.t.Helper()
	if got := r.In(off); got != want {
		r.t.Errorf("at %v: In(%d) = %#02x; want %#02x", r.clock.Now(), off, got, want)
	}
}

func (r *rig) wantIRQ(want bool) {
	r.t.Helper()
	if r.irq != want {
		r.t.Errorf("at %v: IRQ = %v; want %v", r.clock.Now(), r.irq, want)
	}
}

// A multiplied crystal makes every character shorter, and software sees the rate
// that it has programmed.
func TestMultiplier(t *testing.T) {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.UART = New(Config{Name: "uart0", Model: Model16550A, Freq: crystal, Multiplier: 8}, r.clock, r.wires())
	r.Out(regLCR, 0x83)
	r.Out(regData, 12)
	r.Out(regLCR, 0x03)
	r.Out(regData, 'x')
	const character = (10*bus.Second + 8*9600 - 1) / (8 * 9600)
	r.clock.Advance(character - 1)
	r.want(regLSR, 0x20)
	r.clock.Advance(1)
	r.want(regLSR, 0x60)
	if got := r.line(); got != "9600 8N1" {
		t.Errorf("line %q; want 9600 8N1", got)
	}
}

// Datasheet, table "UART reset configuration".
func TestResetValues(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regSCR, 0x5a)
	r.Out(regFCR(), 0xc1)
	r.Out(regIER, 0x0f)
	for _, kind := range []bus.ResetKind{bus.BusReset, bus.PowerOn} {
		r.Reset(kind)
		for off, want := range map[uint16]uint8{regIER: 0, regIIR: 1, regLCR: 0, regMCR: 0, regLSR: 0x60, regMSR: 0, regSCR: 0x5a} {
			r.want(off, want)
		}
		r.wantIRQ(false)
		if r.dtr || r.rts {
			t.Errorf("DTR %v, RTS %v after reset; want false, false", r.dtr, r.rts)
		}
		r.Out(regLCR, 0x80)
		r.want(regData, 1)
		r.want(regIER, 0)
		r.Out(regLCR, 0)
	}
}

func regFCR() uint16 { return regIIR }

func TestModels(t *testing.T) {
	for _, tc := range []struct {
		model    Model
		scr, iir uint8
	}{{Model8250, 0xff, 0x01}, {Model16450, 0xa5, 0x01}, {Model16550A, 0xa5, 0xc1}} {
		t.Run(tc.model.Name, func(t *testing.T) {
			r := newRig(t, tc.model)
			r.Out(regSCR, 0xa5)
			r.want(regSCR, tc.scr)
			r.Out(regFCR(), 0x01)
			r.want(regIIR, tc.iir)
			r.Out(regIER, 0xff)
			r.want(regIER, 0x0f)
			r.Out(regMCR, 0xff)
			r.want(regMCR, 0x1f)
		})
	}
}

func TestDivisorLatch(t *testing.T) {
	r := newRig(t, Model16450)
	r.Out(regLCR, 0x80)
	r.Out(regData, 0x34)
	r.Out(regIER, 0x12)
	r.want(regData, 0x34)
	r.want(regIER, 0x12)
	r.Out(regLCR, 0x03)
	r.want(regIER, 0x00)
}

// A character takes start, data, parity and stop bits at 1.8432 MHz / 16 / divisor.
func TestCharacterTime(t *testing.T) {
	for _, tc := range []struct {
		name     string
		lcr      uint8
		divisor  uint16
		halfBits bus.Time
		baud     bus.Time
	}{
		{"8N1", 0x03, 1, 20, 115200},
		{"8N1 9600", 0x03, 12, 20, 9600},
		{"7E1", 0x1a, 12, 20, 9600},
		{"8O2", 0x0f, 96, 24, 1200},
		{"5N1.5", 0x04, 1047, 15, 110},
		{"5N1", 0x00, 12, 14, 9600},
		{"divisor 0 is 65536", 0x03, 0, 20, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, Model16450)
			r.Out(regLCR, 0x80)
			r.Out(regData, uint8(tc.divisor))
			r.Out(regIER, uint8(tc.divisor>>8))
			r.Out(regLCR, tc.lcr)
			n := int64(tc.divisor)
			if n == 0 {
				n = 65536
			}
			want := (bus.Time(n)*16*tc.halfBits/2*bus.Second + 1843199) / 1843200
			if tc.baud != 0 && tc.baud != 110 && want != (tc.halfBits*bus.Second/2+tc.baud-1)/tc.baud {
				t.Fatalf("wrong expectation: %v", want)
			}
			r.Out(regData, 0xff)
			r.clock.Advance(want - 1)
			r.want(regLSR, 0x20)
			r.clock.Advance(1)
			r.want(regLSR, 0x60)
			if diff := cmp.Diff([]uint8{r.dataMask()}, r.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			// The same the other way.
			r.Receive(0xff)
			r.clock.Advance(want - 2)
			r.want(regLSR, 0x60)
			r.clock.Advance(2)
			r.want(regLSR, 0x61)
			r.want(regData, r.dataMask())
		})
	}
}

func TestTransmitWithoutFIFO(t *testing.T) {
	r := newRig(t, Model16450)
	r.Out(regIER, 0x02)
	r.wantIRQ(true) // enabling it with THR empty
	r.want(regIIR, 0x02)
	r.want(regIIR, 0x01) // reading IIR ended it
	r.wantIRQ(false)
	r.Out(regData, 'a') // to the shift register at once
	r.want(regLSR, 0x20)
	r.wantIRQ(true)
	r.Out(regData, 'b')
	r.wantIRQ(false)
	r.want(regLSR, 0x00)
	r.Out(regData, 'c') // overwrites
	r.clock.Advance(char)
	r.wantIRQ(true)
	r.want(regLSR, 0x20)
	r.clock.Advance(char)
	r.want(regLSR, 0x60)
	if string(r.sent) != "ac" {
		t.Errorf("sent %q; want \"ac\"", r.sent)
	}
}

func TestTransmitPacingDoesNotDrift(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regFCR(), 0x01)
	for range 100 {
		for range 16 {
			r.Out(regData, 'x')
		}
		for r.In(regLSR)&lsrTHRE == 0 {
			r.clock.Advance(bus.Microsecond)
		}
	}
	r.clock.Advance(2 * char)
	if n := len(r.sentAt); n != 1600 {
		t.Fatalf("%d characters sent; want 1600", n)
	}
	for i, at := range r.sentAt {
		if want := crystal.Time(160 * uint64(i+1)); at != want {
			t.Fatalf("character %d left at %v; want %v", i, at, want)
		}
	}
}

// Datasheet, "FIFO interrupt mode operation": transmitter.
func TestTHREInterruptWithFIFO(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regFCR(), 0x01)
	r.Out(regIER, 0x02)
	r.want(regIIR, 0xc2)
	r.Out(regData, 'a') // the first one after FCR0 changed comes at once
	r.want(regLSR, 0x20)
	r.want(regIIR, 0xc2)
	r.clock.Advance(char)
	r.Out(regData, 'b') // alone: a character less a stop bit later
	r.want(regLSR, 0x20)
	r.want(regIIR, 0xc1)
	r.clock.Advance(char - bit - 10)
	r.wantIRQ(false)
	r.clock.Advance(20)
	r.wantIRQ(true)
	r.want(regIIR, 0xc2)
	r.clock.Advance(char)
	r.rises = 0
	for range 17 {
		r.Out(regData, 'c') // one in the shift register, 16 waiting
	}
	r.Out(regData, 'd') // lost
	r.want(regLSR, 0x00)
	r.clock.Advance(15*char - 1000)
	r.wantIRQ(false)
	r.clock.Advance(char + 2000) // two were waiting: at once when the FIFO is empty
	r.wantIRQ(true)
	r.clock.Advance(char)
	if got := string(r.sent); got != "abccccccccccccccccc" || r.rises != 1 {
		t.Errorf("sent %q, %d interrupts; want abc*17, 1", got, r.rises)
	}
	r.Out(regData, 'e')
	r.Out(regData, 'f')
	r.Out(regFCR(), 0x05) // the shift register goes on
	r.want(regLSR, 0x20)
	r.clock.Advance(3 * char)
	if got := r.sent[len(r.sent)-1]; got != 'e' {
		t.Errorf("last sent %q; want 'e'", got)
	}
}

func TestReceiveWithoutFIFO(t *testing.T) {
	r := newRig(t, Model16450)
	r.Out(regIER, 0x01)
	if !r.Receive('a') || r.Receive('b') {
		t.Error("Receive twice = true, true or false; want true, false")
	}
	r.clock.Advance(char)
	r.wantIRQ(true)
	r.want(regIIR, 0x04)
	r.want(regLSR, 0x61)
	if !r.Receive('b') {
		t.Error("Receive with RBR full and the line free = false; want true")
	}
	r.clock.Advance(10 * char) // waits, no overrun
	r.want(regLSR, 0x61)
	if r.Receive('c') {
		t.Error("Receive with a character waiting = true; want false")
	}
	r.want(regData, 'a')
	r.want(regData, 'b')
	r.wantIRQ(false)
	r.want(regLSR, 0x60)
	r.want(regData, 'b')
}

func TestReceiveFIFO(t *testing.T) {
	for bits, level := range []int{1, 4, 8, 14} {
		r := newRig(t, Model16550A)
		r.Out(regIER, 0x01)
		r.Out(regFCR(), uint8(bits)<<6|1)
		for n := range 40 {
			r.queue = append(r.queue, uint8(n))
		}
		r.feed()
		for n := 1; n <= 16; n++ {
			r.clock.Advance(char)
			if want := n >= level; r.irq != want {
				t.Errorf("trigger %d: IRQ = %v with %d characters; want %v", level, r.irq, n, want)
			}
		}
		r.want(regIIR, 0xc4)
		r.clock.Advance(20 * char)
		if got := len(r.queue); got != 23 { // 16 in the FIFO, one waits in the shift register
			t.Errorf("trigger %d: %d not taken; want 23", level, got)
		}
		for n := range 40 {
			if n > 0 && r.In(regLSR)&1 == 0 {
				r.clock.Advance(char + 1)
			}
			r.want(regData, uint8(n))
		}
		r.want(regLSR, 0x60)
	}
}

func TestReceivePacing(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regFCR(), 0x01)
	r.queue = make([]uint8, 1000)
	r.feed()
	got := 0
	for r.clock.Now() < crystal.Time(160*1000) {
		r.clock.Advance(min(5*char, crystal.Time(160*1000)-r.clock.Now()))
		for r.In(regLSR)&lsrDR != 0 {
			r.In(regData)
			got++
		}
	}
	if got != 1000 {
		t.Errorf("%d characters in 1000 character times; want 1000", got)
	}
}

// Datasheet, "FIFO interrupt mode operation": receiver timeout, four character
// times after the last character or read.
func TestTimeout(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regIER, 0x01)
	r.Out(regFCR(), 0x81)
	r.Receive('a')
	r.clock.Advance(char)
	r.Receive('b')
	r.clock.Advance(char)
	r.clock.Advance(4*char - 10)
	r.wantIRQ(false)
	r.clock.Advance(20)
	r.wantIRQ(true)
	r.want(regIIR, 0xcc)
	r.want(regData, 'a')
	r.wantIRQ(false)
	r.clock.Advance(4*char - 20)
	r.wantIRQ(false)
	r.clock.Advance(30)
	r.want(regIIR, 0xcc)
	r.want(regData, 'b')
	r.clock.Advance(100 * char)
	r.wantIRQ(false)
	if r.clock.Next() != bus.Never {
		t.Error("a timer runs with the FIFO empty")
	}
}

func TestErrorsInFIFO(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regFCR(), 0xc1)
	r.Out(regIER, 0x04)
	for _, c := range [][2]uint8{{'a', 0}, {'b', ErrParity}, {'c', ErrFraming}, {'d', ErrBreak}} {
		r.ReceiveError(c[0], c[1])
		r.clock.Advance(char)
	}
	r.want(regIIR, 0xc1) // 'a' is on top
	r.want(regLSR, 0xe1)
	r.want(regData, 'a')
	r.wantIRQ(true)
	r.want(regIIR, 0xc6)
	r.want(regLSR, 0xe5)
	r.wantIRQ(false)
	r.want(regLSR, 0xe1)
	r.want(regData, 'b')
	r.want(regData, 'c')
	r.want(regData, 0x00)
	r.want(regLSR, 0x78) // framing and break wait for the read
	r.want(regLSR, 0x60)
}

// In a break the parity bit is 0, which only odd and mark parity find wrong.
func TestBreakParity(t *testing.T) {
	for _, tc := range []struct {
		lcr  uint8
		line string
		lsr  uint8
	}{
		{0x03, "115200 8N1", 0x79}, {0x0b, "115200 8O1", 0x7d}, {0x1b, "115200 8E1", 0x79},
		{0x2b, "115200 8M1", 0x7d}, {0x3f, "115200 8S2", 0x79}, {0x1e, "115200 7E2", 0x79}, {0x0c, "115200 5O1.5", 0x7d},
	} {
		r := newRig(t, Model16450)
		r.Out(regLCR, tc.lcr)
		if got := r.line(); got != tc.line {
			t.Errorf("LCR %#02x: line %q; want %q", tc.lcr, got, tc.line)
		}
		r.ReceiveError(0xff, ErrBreak)
		r.clock.Advance(2 * char)
		r.want(regLSR, tc.lsr)
		r.want(regData, 0)
	}
}

// The latch holds 9600 baud until it is written: 1.8432 MHz / 16 / 12.
func TestDivisorAtPowerOn(t *testing.T) {
	r := &rig{t: t, clock: bus.NewScheduler(nil)}
	r.UART = New(Config{Name: "uart0", Model: Model16450, Freq: crystal}, r.clock, r.wires())
	r.Out(regLCR, 0x80)
	r.want(regData, 12)
	r.want(regIER, 0)
	if got := r.line(); got != "9600 5N1" {
		t.Errorf("line %q; want \"9600 5N1\"", got)
	}
}

func TestOverrun(t *testing.T) {
	for _, tc := range []struct {
		model Model
		n     int
		want  string
	}{{Model16450, 2, "b"}, {Model16550A, 17, "abcdefghijklmnop"}} {
		t.Run(tc.model.Name, func(t *testing.T) {
			r := newRig(t, tc.model)
			r.Out(regFCR(), 0x01)
			r.Out(regIER, 0x04)
			r.Out(regMCR, 0x18)
			for n := range tc.n {
				r.Out(regData, 'a'+uint8(n))
				r.clock.Advance(char)
			}
			r.wantIRQ(true)
			r.want(regLSR, 0x63)
			r.wantIRQ(false)
			for i := range tc.want {
				r.want(regData, tc.want[i])
			}
			r.want(regLSR, 0x60)
			if len(r.sent) != 0 {
				t.Errorf("loopback sent %q outside", r.sent)
			}
		})
	}
}

func TestPriorities(t *testing.T) {
	r := newRig(t, Model16450)
	r.Out(regIER, 0x0f)
	r.DSR(true)
	r.ReceiveError('x', ErrFraming)
	r.clock.Advance(char)
	r.want(regIIR, 0x06)
	r.want(regLSR, 0x69)
	r.want(regIIR, 0x04)
	r.want(regData, 'x')
	r.want(regIIR, 0x02)
	r.want(regIIR, 0x00)
	r.wantIRQ(true)
	r.want(regMSR, 0x22)
	r.want(regIIR, 0x01)
	r.wantIRQ(false)
}

func TestModemInputs(t *testing.T) {
	r := newRig(t, Model16450)
	r.CTS(true)
	r.want(regMSR, 0x11)
	r.want(regMSR, 0x10)
	r.DSR(true)
	r.DCD(true)
	r.want(regMSR, 0xba)
	r.RI(true) // only the trailing edge counts
	r.want(regMSR, 0xf0)
	r.RI(false)
	r.want(regMSR, 0xb4)
	r.CTS(false)
	r.CTS(true)
	r.want(regMSR, 0xb1)
}

func TestModemOutputs(t *testing.T) {
	r := newRig(t, Model16450)
	if !r.dtr || !r.rts {
		t.Errorf("DTR %v, RTS %v; want true, true", r.dtr, r.rts)
	}
	r.Out(regMCR, 0x02)
	if r.dtr || !r.rts {
		t.Errorf("DTR %v, RTS %v; want false, true", r.dtr, r.rts)
	}
	r.Out(regMCR, 0x13)
	if r.dtr || r.rts {
		t.Errorf("loopback: DTR %v, RTS %v; want false, false", r.dtr, r.rts)
	}
	r.Out(regMCR, 0x00)
	r.Out(regLCR, 0x43)
	if !r.brk {
		t.Error("LCR bit 6 does not hold the line at break")
	}
	r.Out(regData, 'x')
	r.clock.Advance(char)
	if len(r.sent) != 0 {
		t.Errorf("sent %q during a break; want nothing", r.sent)
	}
}

// Datasheet, MCR bit 4: RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD.
func TestLoopbackModem(t *testing.T) {
	r := newRig(t, Model16450)
	for _, tc := range []struct{ mcr, want uint8 }{{0x11, 0x20}, {0x12, 0x10}, {0x14, 0x40}, {0x18, 0x80}} {
		r.Out(regMCR, 0x10)
		r.In(regMSR)
		r.Out(regMCR, tc.mcr)
		if got := r.In(regMSR); got&0xf0 != tc.want {
			t.Errorf("MCR %#02x: MSR = %#02x; want %#02x", tc.mcr, got&0xf0, tc.want)
		}
	}
	r.Out(regMCR, 0x14)
	r.In(regMSR)
	r.Out(regMCR, 0x10)
	r.want(regMSR, 0x04)
}

func TestLoopbackHoldsReceiver(t *testing.T) {
	r := newRig(t, Model16450)
	r.Out(regMCR, 0x10)
	r.queue = []uint8{'q'}
	r.feed()
	if len(r.queue) != 1 {
		t.Error("Receive took a character in loopback")
	}
	r.Out(regMCR, 0x00) // Ready is called
	r.clock.Advance(char)
	r.want(regData, 'q')
}

func TestOut2GatesIRQ(t *testing.T) {
	r := newRig(t, Model16450)
	r.Out(regMCR, 0x03)
	r.Out(regIER, 0x02)
	r.wantIRQ(false)
	r.want(regIIR, 0x02)
	r.Out(regIER, 0x00)
	r.Out(regIER, 0x02)
	r.Out(regMCR, 0x0b)
	r.wantIRQ(true)
}

func TestFIFOSwitch(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Receive('a')
	r.clock.Advance(char)
	r.want(regLSR, 0x61)
	r.Out(regFCR(), 0x01)
	r.want(regLSR, 0x60)
	r.Receive('b')
	r.clock.Advance(char)
	r.Out(regFCR(), 0x03)
	r.want(regLSR, 0x60)
	r.Out(regFCR(), 0xc0) // bit 0 clear: the trigger is not programmed
	r.Out(regFCR(), 0x01)
	r.Out(regIER, 0x01)
	r.Receive('c')
	r.clock.Advance(char)
	r.wantIRQ(true)
}

// clone returns a copy of a chip and its clock by way of a snapshot.
func clone(t *testing.T, r *rig) *rig {
	t.Helper()
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := &rig{t: t, clock: bus.NewScheduler(nil)}
	c.clock.Advance(r.clock.Now())
	c.UART = New(r.cfg, c.clock, c.wires())
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if err := c.clock.Restore(r.clock.Deadlines()); err != nil {
		t.Fatal(err)
	}
	c.sent = append([]uint8(nil), r.sent...)
	c.queue = append([]uint8(nil), r.queue...)
	return c
}

func TestSnapshot(t *testing.T) {
	r := newRig(t, Model16550A)
	r.Out(regFCR(), 0x81)
	r.Out(regIER, 0x0f)
	for _, b := range []uint8("hello") {
		r.Out(regData, b)
	}
	r.Receive('x')
	r.clock.Advance(char / 2)
	c := clone(t, r)
	if !c.dtr || !c.rts {
		t.Error("restoring did not drive DTR and RTS")
	}
	c.clock.Advance(5 * char)
	if string(c.sent) != "hello" {
		t.Errorf("sent %q after restoring; want \"hello\"", c.sent)
	}
	c.want(regIIR, 0xcc)
	c.want(regData, 'x')
	if d := clone(t, c); d.irq != c.irq {
		t.Errorf("IRQ %v after restoring; want %v", d.irq, c.irq)
	}
	if err := c.UnmarshalBinary([]byte{1, 2}); err == nil {
		t.Error("UnmarshalBinary of rubbish succeeded; want an error")
	}
}

func TestNoAllocation(t *testing.T) {
	r := newRig(t, Model16550A)
	r.w.Transmit = func(uint8) {}
	r.Out(regFCR(), 0x01)
	r.Out(regIER, 0x0f)
	if n := testing.AllocsPerRun(100, func() {
		r.Out(regData, 'x')
		r.Receive('y')
		r.clock.Advance(char)
		r.In(regIIR)
		r.In(regLSR)
		r.In(regData)
	}); n != 0 {
		t.Errorf("%v allocations; want 0", n)
	}
}

// FuzzUART runs the bytes as a program of accesses, line traffic, time steps,
// resets and snapshots on two chips, one of which is replaced by its own
// snapshot at will: both must show the same.
func FuzzUART(f *testing.F) {
	f.Add([]byte{0x0b, 0x83, 0x08, 1, 0x0b, 3, 0x0a, 0xc1, 0x09, 0x0f, 0x0c, 0x0b, 0x08, 'a', 0x20, 'b', 0x15, 90, 0x30, 0, 0x15, 90, 0x48, 0})
	f.Add([]byte{0x0b, 0x83, 0x08, 1, 0x0b, 3, 0x0c, 0x1f, 0x08, 'a', 0x17, 90, 0x08, 'a', 0x17, 90, 0x4d, 0, 0x30, 0, 0x48, 0})
	f.Add([]byte{0x51, 0x0f, 0x60, 1, 0x0a, 0x01, 0x20, 1, 0x1f, 200, 0x30, 0, 0x4a, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		if len(prog) > 400 {
			return
		}
		a := newRig(t, Model16550A)
		b := newRig(t, Model16550A)
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0], prog[1]
			if op>>4 == 3 {
				b = clone(t, a)
			}
			var got [2]uint8
			for i, r := range []*rig{a, b} {
				switch op >> 4 {
				case 0:
					r.Out(uint16(op&7), v)
				case 1: // up to two seconds
					r.clock.Advance(bus.Time(v) << (op & 15 * 3 / 2))
				case 2:
					r.queue = append(r.queue, v)
					r.feed()
				case 4:
					got[i] = r.In(uint16(op & 7))
				case 5:
					r.CTS(v&1 != 0)
					r.DSR(v&2 != 0)
					r.RI(v&4 != 0)
					r.DCD(v&8 != 0)
				case 6:
					r.Reset(bus.ResetKind(v & 1))
				case 7:
					r.ReceiveError(v, op<<1)
				}
				_ = r.Inspect()
			}
			if got[0] != got[1] || a.irq != b.irq || a.dtr != b.dtr || a.rts != b.rts || a.brk != b.brk || string(a.sent) != string(b.sent) {
				t.Fatalf("op %#02x %#02x: %#02x, IRQ %v, sent %q; restored copy %#02x, IRQ %v, sent %q", op, v, got[0], a.irq, a.sent, got[1], b.irq, b.sent)
			}
			if a.RxCount > fifoDepth || a.TxCount > fifoDepth {
				t.Fatalf("op %#02x %#02x: FIFO counts %d, %d", op, v, a.RxCount, a.TxCount)
			}
		}
	})
}
