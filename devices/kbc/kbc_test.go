package kbc

import (
	"fmt"
	"strings"
	"testing"

	"beige/devices/bus"
)

type board struct {
	*KBC
	clock                 *bus.Scheduler
	irq1, irq12, a20      bool
	irq1Edges, irq12Edges int
	resets                int
}

func newBoard(cfg Config) *board {
	b := &board{clock: bus.NewScheduler(nil)}
	b.KBC = New(cfg, b.clock, Wires{
		IRQ1: func(h bool) {
			if h && !b.irq1 {
				b.irq1Edges++
			}
			b.irq1 = h
		},
		IRQ12: func(h bool) {
			if h && !b.irq12 {
				b.irq12Edges++
			}
			b.irq12 = h
		},
		A20: func(h bool) { b.a20 = h },
		Reset: func(h bool) {
			if h {
				b.resets++
			}
		},
	})
	return b
}

// open returns a board whose firmware has opened both ports, without
// translation.
func open(t *testing.T) *board {
	b := newBoard(Config{})
	b.cmd(0x60, 0x03)
	return b
}

// cmd writes a controller command and its data bytes.
func (b *board) cmd(c uint8, data ...uint8) {
	b.Out(1, c)
	for _, v := range data {
		b.Out(0, v)
	}
}

// drain reads what comes during d.
func (b *board) drain(d bus.Time) string {
	var out []string
	for range d / (50 * bus.Microsecond) {
		b.clock.Advance(50 * bus.Microsecond)
		if s := b.In(1); s&statOBF != 0 {
			v := fmt.Sprintf("%02x", b.In(0))
			if s&statMOBF != 0 {
				v = "m" + v
			}
			out = append(out, v)
		}
	}
	return strings.Join(out, " ")
}

// send sends bytes to the keyboard and returns all that comes back.
func (b *board) send(bytes ...uint8) string {
	var out []string
	for _, v := range bytes {
		b.Out(0, v)
		if s := b.drain(3 * bus.Millisecond); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// sendMouse is send for the mouse.
func (b *board) sendMouse(bytes ...uint8) string {
	var out []string
	for _, v := range bytes {
		b.cmd(0xd4, v)
		if s := b.drain(3 * bus.Millisecond); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s = %q; want %q", what, got, want)
	}
}

func TestPowerOn(t *testing.T) {
	b := newBoard(Config{})
	if s := b.In(1); s != 0x10 {
		t.Errorf("In(status) = %#02x; want 0x10", s)
	}
	if !b.a20 || b.irq1 || b.irq12 || b.resets != 0 {
		t.Errorf("wires a20=%v irq1=%v irq12=%v resets=%d; want A20 only", b.a20, b.irq1, b.irq12, b.resets)
	}
	b.cmd(0x20)
	check(t, "command byte", b.drain(bus.Millisecond), "30")
}

func TestControllerCommands(t *testing.T) {
	for _, tc := range []struct {
		name string
		cmd  []uint8
		want string
	}{
		{"self test", []uint8{0xaa}, "55"},
		{"test keyboard port", []uint8{0xab}, "00"},
		{"test aux port", []uint8{0xa9}, "00"},
		{"no password", []uint8{0xa4}, "f1"},
		{"input port", []uint8{0xc0}, "b0"},
		{"keyboard buffer", []uint8{0xd2, 0x5a}, "5a"},
		{"aux buffer", []uint8{0xd3, 0xa5}, "ma5"},
		{"write gives no answer", []uint8{0x60, 0x45}, ""},
		{"unknown command", []uint8{0xbb}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBoard(Config{})
			b.cmd(tc.cmd[0], tc.cmd[1:]...)
			check(t, "answer", b.drain(bus.Millisecond), tc.want)
		})
	}
}

func TestRAM(t *testing.T) {
	b := newBoard(Config{})
	b.cmd(0x60, 0xff) // bit 7 stays 0
	b.cmd(0x61, 0x12)
	b.cmd(0x7f, 0x34)
	for _, tc := range []struct {
		cmd  uint8
		want string
	}{{0x20, "7f"}, {0x21, "12"}, {0x3f, "34"}, {0x3e, "00"}} {
		b.cmd(tc.cmd)
		check(t, fmt.Sprintf("RAM %#02x", tc.cmd), b.drain(bus.Millisecond), tc.want)
	}
}

func TestStatusBits(t *testing.T) {
	b := newBoard(Config{})
	b.Out(1, 0x60)
	if s := b.In(1); s != 0x1a {
		t.Errorf("status after a command write = %#02x; want 0x1a (KEYL A2 IBF)", s)
	}
	b.clock.Advance(inputTime)
	if s := b.In(1); s != 0x18 {
		t.Errorf("status once the controller took it = %#02x; want 0x18", s)
	}
	b.Out(0, 0x04)
	b.clock.Advance(inputTime)
	if s := b.In(1); s != 0x14 {
		t.Errorf("status after SYS was set = %#02x; want 0x14", s)
	}
	b.Out(0, 0xee) // to the keyboard: IBF until it is out
	b.clock.Advance(sendTime - 1)
	if s := b.In(1); s&statIBF == 0 {
		t.Errorf("status while sending = %#02x; want IBF", s)
	}
	b.clock.Advance(1)
	if s := b.In(1); s&(statIBF|statOBF) != 0 {
		t.Errorf("status when sent = %#02x; want IBF and OBF 0", s)
	}
	b.clock.Advance(byteTime)
	if s := b.In(1); s != 0x15 {
		t.Errorf("status with the echo waiting = %#02x; want 0x15", s)
	}
	if v := b.In(0); v != 0xee || b.In(1) != 0x14 || b.In(0) != 0xee {
		t.Errorf("In(data) = %#02x; want 0xee, again when empty", v)
	}
}

func TestSelfTestClosesPorts(t *testing.T) {
	b := open(t)
	b.cmd(0xaa)
	b.drain(bus.Millisecond)
	b.cmd(0x20)
	check(t, "command byte", b.drain(bus.Millisecond), "37")
	if b.In(1)&statSYS == 0 {
		t.Error("SYS = 0 after the self test; want 1")
	}
}

func TestA20AndReset(t *testing.T) {
	b := newBoard(Config{})
	for _, tc := range []struct {
		name   string
		cmd    []uint8
		a20    bool
		resets int
		port   string // D0h
	}{
		{"output port off", []uint8{0xd1, 0xdd}, false, 0, "85"},
		{"output port on", []uint8{0xd1, 0xdf}, true, 0, "87"},
		{"DDh", []uint8{0xdd}, false, 0, "85"},
		{"DFh", []uint8{0xdf}, true, 0, "87"},
		{"FFh pulses nothing", []uint8{0xff}, true, 0, "87"},
		{"FEh", []uint8{0xfe}, true, 1, "87"},
		{"F0h", []uint8{0xf0}, true, 2, "87"},
		{"FDh leaves reset", []uint8{0xfd}, true, 2, "87"},
		{"output port bit 0", []uint8{0xd1, 0x02}, true, 3, "87"},
	} {
		b.cmd(tc.cmd[0], tc.cmd[1:]...)
		if b.a20 != tc.a20 || b.resets != tc.resets {
			t.Errorf("%s: a20=%v resets=%d; want %v, %d", tc.name, b.a20, b.resets, tc.a20, tc.resets)
		}
		b.cmd(0xd0)
		check(t, tc.name+": output port", b.drain(bus.Millisecond), tc.port)
	}
	b.cmd(0xdd)
	b.Reset(bus.BusReset)
	if !b.a20 {
		t.Error("A20 closed after a reset; want open")
	}
}

func TestOutputPortPins(t *testing.T) {
	b := open(t) // both clocks released: bits 6, 3
	b.cmd(0xd0)
	check(t, "output port", b.drain(bus.Millisecond), "cf")
	b.cmd(0xe0)
	check(t, "test inputs", b.drain(bus.Millisecond), "03")
	b.cmd(0xad)
	b.cmd(0xe0)
	check(t, "test inputs, keyboard off", b.drain(bus.Millisecond), "02")
	b.cmd(0xa7)
	b.cmd(0xe0)
	check(t, "test inputs, both off", b.drain(bus.Millisecond), "00")
}

func TestInterrupts(t *testing.T) {
	b := open(t)
	b.Press(KeyA, true)
	if b.irq1 {
		t.Error("IRQ1 before the byte is in")
	}
	b.clock.Advance(byteTime)
	if !b.irq1 || b.irq12 {
		t.Errorf("irq1=%v irq12=%v with a key waiting; want IRQ1", b.irq1, b.irq12)
	}
	b.cmd(0x60, 0x02)
	if b.irq1 {
		t.Error("IRQ1 with INT off")
	}
	b.cmd(0x60, 0x03)
	if !b.irq1 {
		t.Error("no IRQ1 with INT on again")
	}
	b.In(0)
	if b.irq1 {
		t.Error("IRQ1 after the byte was read")
	}
	b.cmd(0xd3, 0x42)
	b.clock.Advance(replyTime)
	if b.irq1 || !b.irq12 {
		t.Errorf("irq1=%v irq12=%v with an aux byte waiting; want IRQ12", b.irq1, b.irq12)
	}
	b.In(0)
	b.cmd(0xd2, 0x42)
	b.clock.Advance(replyTime)
	if !b.irq1 || b.irq12 {
		t.Errorf("irq1=%v irq12=%v after D2h; want IRQ1", b.irq1, b.irq12)
	}
}

func TestOneByteAtATime(t *testing.T) {
	b := open(t)
	b.Press(KeyUp, true) // E0 75
	b.clock.Advance(bus.Second / 10)
	if v := b.In(0); v != 0xe0 || b.In(1)&statOBF != 0 {
		t.Fatalf("first byte = %#02x; want 0xe0 and an empty buffer", v)
	}
	b.clock.Advance(byteTime - 1)
	if b.In(1)&statOBF != 0 {
		t.Error("second byte came faster than the link")
	}
	b.clock.Advance(1)
	if v := b.In(0); v != 0x75 || b.irq1Edges != 2 {
		t.Errorf("second byte = %#02x, %d edges of IRQ1; want 0x75, 2", v, b.irq1Edges)
	}
}

func TestDisabledPortHoldsTheDevice(t *testing.T) {
	b := open(t)
	b.cmd(0xad)
	b.Press(KeyA, true)
	check(t, "closed port", b.drain(2*bus.Millisecond), "")
	b.cmd(0xae)
	check(t, "open port", b.drain(2*bus.Millisecond), "1c")
	b.Press(KeyA, false)
	b.clock.Advance(byteTime / 2)
	b.cmd(0xad) // breaks off the byte in flight, which comes again
	check(t, "closed in flight", b.drain(2*bus.Millisecond), "")
	b.cmd(0xae)
	check(t, "opened again", b.drain(2*bus.Millisecond), "f0 1c")
	b.cmd(0xad)
	check(t, "a byte to the keyboard opens the port", b.send(0xee), "ee")
	b.cmd(0x20)
	check(t, "command byte", b.drain(bus.Millisecond), "03")
}

// A port that closes, a byte to a device and an answer of the controller each
// break off the byte that is coming in; the device sends it again.
func TestBrokenOffBytesAreNotLost(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(b *board)
		want string
	}{
		{"keyboard port closed and opened", func(b *board) { b.Out(1, 0xad); b.clock.Advance(bus.Millisecond); b.Out(1, 0xae) }, "m08 1c m05 m00"},
		{"auxiliary port closed and opened", func(b *board) { b.Out(1, 0xa7); b.clock.Advance(300 * bus.Microsecond); b.Out(1, 0xa8) }, "1c m08 m05 m00"},
		{"a byte to the keyboard", func(b *board) { b.Out(0, 0xee) }, "ee 1c m08 m05 m00"},
		{"an answer", func(b *board) { b.Out(1, 0xab) }, "00 1c m08 m05 m00"},
		{"a byte to the mouse", func(b *board) { b.Out(1, 0xd4); b.Out(0, 0xf2) }, "1c mfa m00"},
	} {
		b := open(t)
		b.sendMouse(0xf4)
		b.Mouse(5, 0, 0, 0)
		b.clock.Advance(10*bus.Millisecond - 50*bus.Microsecond) // the sample is due soon
		b.Press(KeyA, true)
		b.clock.Advance(100 * bus.Microsecond)
		tc.do(b)
		check(t, tc.name, b.drain(20*bus.Millisecond), tc.want)
	}
}

// A command ends the wait for the operand of the one before.
func TestCommandDropsTheOperand(t *testing.T) {
	b := open(t)
	b.cmd(0x60)
	b.cmd(0xa8)
	check(t, "data after the second command", b.send(0xee), "ee")
	b.cmd(0x20)
	check(t, "command byte", b.drain(bus.Millisecond), "03")
}

func TestPortCommands(t *testing.T) {
	for _, tc := range []struct {
		before, cmd uint8
		want        string
	}{{0x07, 0xa7, "27"}, {0x37, 0xa8, "17"}, {0x07, 0xad, "17"}, {0x37, 0xae, "27"}} {
		b := open(t)
		b.cmd(0x60, tc.before)
		b.cmd(tc.cmd)
		b.cmd(0x20)
		check(t, fmt.Sprintf("command byte %02x after %02x", tc.before, tc.cmd), b.drain(bus.Millisecond), tc.want)
	}
}

// Ready tells a front end whether what it sends would be heard.
func TestReady(t *testing.T) {
	b := open(t)
	state := func(what string, keyboard, mouse bool) {
		t.Helper()
		if k, m := b.KeyboardReady(), b.MouseReady(); k != keyboard || m != mouse {
			t.Errorf("%s: keyboard ready %v, mouse ready %v; want %v, %v", what, k, m, keyboard, mouse)
		}
	}
	state("at the start", true, false)
	b.sendMouse(0xf4)
	state("mouse enabled", true, true)
	b.cmd(0xa7)
	state("auxiliary port closed", true, false)
	b.cmd(0xa8)
	b.cmd(0xad)
	state("keyboard port closed", false, true)
	b.cmd(0xae)
	b.send(0xf5)
	state("keyboard disabled", false, true)
	if n := newBoard(Config{NoMouse: true}); n.MouseReady() {
		t.Error("a mouse that is not there is ready")
	}
}

func TestATModel(t *testing.T) {
	b := newBoard(Config{Model: AT})
	for _, c := range []uint8{0xa7, 0xa8, 0xa9, 0xd3, 0xd4} {
		b.cmd(c)
		check(t, fmt.Sprintf("command %#02x", c), b.drain(bus.Millisecond), "")
	}
	b.cmd(0x20)
	check(t, "command byte", b.drain(bus.Millisecond), "10")
	b.Mouse(5, 5, 0, 1)
	check(t, "keyboard", b.send(0xf2), "fa ab 83")
}

// Our times: 3 us for the controller to take a byte, 10 us to an answer, 100 us
// for a byte to a device, 200 us for one from it, 3 ms for its self-test.
func TestTimes(t *testing.T) {
	const us = bus.Microsecond
	b := open(t)
	after := func(what string, n bus.Time, mask, before, then uint8) {
		t.Helper()
		b.clock.Advance(n - 1)
		was := b.In(1) & mask
		b.clock.Advance(1)
		if is := b.In(1) & mask; was != before || is != then {
			t.Errorf("%s: status bits %#02x just before %v, %#02x then; want %#02x, %#02x", what, was, n, is, before, then)
		}
	}
	b.Out(1, 0x60)
	after("a byte to the controller", 3*us, 0x02, 0x02, 0)
	b.Out(0, 0x07)
	b.clock.Advance(3 * us)
	b.Out(1, 0x20)
	after("an answer", 10*us, 0x01, 0, 0x01)
	b.In(0)
	b.Out(0, 0xff)
	after("a byte to the keyboard", 100*us, 0x02, 0x02, 0)
	after("its ACK", 200*us, 0x01, 0, 0x01)
	b.In(0)
	after("the self-test and its result", 3200*us, 0x01, 0, 0x01)
	if v := b.In(0); v != 0xaa {
		t.Errorf("In(data) = %#02x; want 0xaa", v)
	}
}

func TestNoMouse(t *testing.T) {
	b := newBoard(Config{NoMouse: true})
	b.cmd(0xd4, 0xf2)
	b.clock.Advance(replyTime)
	if s := b.In(1); s != 0x71 {
		t.Errorf("status = %#02x; want 0x71 (TIM, MOBF, KEYL, OBF)", s)
	}
	if v := b.In(0); v != 0xfe || b.In(1) != 0x10 {
		t.Errorf("In(data) = %#02x, then status %#02x; want 0xfe, 0x10", v, b.In(1))
	}
}

func TestBusResetKeepsTheDevices(t *testing.T) {
	b := open(t)
	b.send(0xf0, 0x03, 0xed, 0x07)
	b.Reset(bus.BusReset)
	b.cmd(0x60, 0x03)
	check(t, "scan set after a bus reset", b.send(0xf0, 0x00), "fa fa 03")
	b.Reset(bus.PowerOn)
	b.cmd(0x60, 0x03)
	check(t, "scan set after power-on", b.send(0xf0, 0x00), "fa fa 02")
}

func TestCommandPort(t *testing.T) {
	b := newBoard(Config{})
	p := b.CommandPort()
	p.Out(0, 0xaa)
	b.clock.Advance(bus.Millisecond)
	if s := p.In(0); s != 0x1d {
		t.Errorf("In(0) = %#02x; want 0x1d", s)
	}
	if v := b.In(0); v != 0x55 {
		t.Errorf("In(data) = %#02x; want 0x55", v)
	}
}
