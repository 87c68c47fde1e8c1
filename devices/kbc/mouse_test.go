package kbc

import (
	"fmt"
	"testing"

	"beige/devices/bus"
)

func TestMouseCommands(t *testing.T) {
	for _, tc := range []struct {
		name string
		send []uint8
		want string
	}{
		{"status at power-on", []uint8{0xe9}, "mfa m00 m02 m64"},
		{"status", []uint8{0xe8, 0x03, 0xe7, 0xf3, 0xc8, 0xf4, 0xe9}, "mfa mfa mfa mfa mfa mfa mfa m30 m03 mc8"},
		{"status, scaling off, remote", []uint8{0xe7, 0xe6, 0xf0, 0xe9}, "mfa mfa mfa mfa m40 m02 m64"},
		{"stream again", []uint8{0xf0, 0xea, 0xe9}, "mfa mfa mfa m00 m02 m64"},
		{"defaults", []uint8{0xe8, 0x00, 0xe7, 0xf3, 0x0a, 0xf4, 0xf6, 0xe9}, "mfa mfa mfa mfa mfa mfa mfa mfa m00 m02 m64"},
		{"ID", []uint8{0xf2}, "mfa m00"},
		{"wheel ID", []uint8{0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2}, "mfa mfa mfa mfa mfa mfa mfa m03"},
		{"five button ID", []uint8{0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf2}, "mfa mfa mfa mfa mfa mfa mfa m04"},
		{"wrong knock", []uint8{0xf3, 100, 0xf3, 200, 0xf3, 80, 0xf2}, "mfa mfa mfa mfa mfa mfa mfa m00"},
		{"wrap echoes", []uint8{0xee, 0xf2, 0x55, 0xec, 0xf2}, "mfa mf2 m55 mfa mfa m00"},
		{"read data", []uint8{0xf0, 0xeb}, "mfa mfa m08 m00 m00"},
		{"invalid, twice", []uint8{0x12, 0x12, 0xf2}, "mfe mfc mfa m00"},
		{"invalid resolution", []uint8{0xe8, 0x04, 0x01, 0xe9}, "mfa mfe mfa mfa m00 m01 m64"},
		{"invalid rate, twice", []uint8{0xf3, 0x01, 0x02, 0xe9}, "mfa mfe mfc mfa m00 m02 m64"},
		{"resend", []uint8{0xe9, 0xfe}, "mfa m00 m02 m64 mfa m00 m02 m64"},
		{"resend after refusal", []uint8{0xf2, 0x12, 0xfe}, "mfa m00 mfe mfa m00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check(t, fmt.Sprintf("% x", tc.send), open(t).sendMouse(tc.send...), tc.want)
		})
	}
}

func TestMouseReset(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf4)
	b.cmd(0xd4, 0xff)
	check(t, "ack", b.drain(2*bus.Millisecond), "mfa")
	check(t, "completion and ID", b.drain(4*bus.Millisecond), "maa m00")
	check(t, "status", b.sendMouse(0xe9), "mfa m00 m02 m64")
}

func TestMousePackets(t *testing.T) {
	wheel := []uint8{0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf4}
	five := []uint8{0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf4}
	for _, tc := range []struct {
		name          string
		init          []uint8
		dx, dy, wheel int
		buttons       uint8
		want          string
	}{
		{"right and up", []uint8{0xf4}, 5, -3, 0, 0, "m08 m05 m03"},
		{"left and down", []uint8{0xf4}, -5, 3, 0, 0, "m38 mfb mfd"},
		{"buttons", []uint8{0xf4}, 0, 0, 0, 7, "m0f m00 m00"},
		{"no wheel", []uint8{0xf4}, 0, 0, 3, 0, ""},
		{"no fourth button", []uint8{0xf4}, 0, 0, 0, 8, ""},
		{"disabled", nil, 5, 5, 0, 1, ""},
		{"far: in two packets", []uint8{0xf4}, 300, 0, 0, 0, "m08 mff m00 m08 m2d m00"},
		{"far left", []uint8{0xf4}, -256, 0, 0, 0, "m18 m01 m00 m18 mff m00"},
		{"2:1", []uint8{0xe7, 0xf4}, 3, 20, 0, 0, "m28 m03 md8"},
		{"2:1 overflow", []uint8{0xe7, 0xf4}, 200, 0, 0, 0, "m48 mff m00"},
		{"wheel down", wheel, 0, 0, 1, 0, "m08 m00 m00 m01"},
		{"wheel up", wheel, 0, 0, -1, 0, "m08 m00 m00 mff"},
		{"wheel far", wheel, 0, 0, 9, 0, "m08 m00 m00 m07 m08 m00 m00 m02"},
		{"five buttons", five, 1, 0, -1, 0x1c, "m0c m01 m00 m3f"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := open(t)
			b.sendMouse(tc.init...)
			b.Mouse(tc.dx, tc.dy, tc.wheel, tc.buttons)
			check(t, "packets", b.drain(50*bus.Millisecond), tc.want)
		})
	}
}

// Scaling 2:1 table: 0 0, 1 1, 2 1, 3 3, 4 6, 5 9, N 2N.
func TestMouseScaling(t *testing.T) {
	for n, want := range []int32{0, 1, 1, 3, 6, 9, 12, 14} {
		for _, sign := range []int32{1, -1} {
			sum := sign * int32(n)
			if got, _ := delta(&sum, true); got != sign*want || sum != 0 {
				t.Errorf("delta(%d) = %d, %d left; want %d, 0", sign*int32(n), got, sum, sign*want)
			}
		}
	}
}

func TestMouseSampleRate(t *testing.T) {
	for _, tc := range []struct {
		rate   uint8
		period bus.Time
	}{{10, 100 * bus.Millisecond}, {100, 10 * bus.Millisecond}, {200, 5 * bus.Millisecond}} {
		b := open(t)
		b.sendMouse(0xf3, tc.rate, 0xf4)
		b.Mouse(1, 0, 0, 0)
		b.clock.Advance(tc.period + byteTime - 1)
		if b.In(1)&statOBF != 0 {
			t.Errorf("rate %d: packet before %v", tc.rate, tc.period)
		}
		b.Mouse(1, 0, 0, 0) // after the sample: the next packet
		check(t, fmt.Sprintf("rate %d", tc.rate), b.drain(2*tc.period+bus.Millisecond), "m08 m01 m00 m08 m01 m00")
	}
}

func TestMouseRemote(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4, 0xf0, 0xe7)
	b.Mouse(4, 0, 0, 1)
	check(t, "no packet by itself", b.drain(50*bus.Millisecond), "")
	check(t, "read, not scaled", b.sendMouse(0xeb), "mfa m09 m04 m00")
	check(t, "read again", b.sendMouse(0xeb), "mfa m09 m00 m00")
	check(t, "status shows the left button", b.sendMouse(0xe9), "mfa m74 m02 m64")
	b.Mouse(0, 0, 0, 2)
	check(t, "right button", b.sendMouse(0xe9), "mfa m71 m02 m64")
}

func TestMouseAndKeyboardInterleave(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4)
	b.Mouse(1, 1, 0, 1)
	b.clock.Advance(11 * bus.Millisecond)
	b.Press(KeyA, true)
	check(t, "bytes", b.drain(3*bus.Millisecond), "m29 1c m01 mff")
	if b.irq12Edges < 3 {
		t.Errorf("IRQ12 rose %d times; want at least 3", b.irq12Edges)
	}
}

func TestCommandDropsThePacket(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4)
	b.Mouse(1, 1, 0, 0)
	b.clock.Advance(10*bus.Millisecond + byteTime)
	b.In(0) // first byte of three
	check(t, "F5h", b.sendMouse(0xf5), "mfa")
}

// Movement that was counted is dropped by every command but E6h, E7h, EBh and
// FEh (PS/2 Technical Reference, Mouse, Commands).
func TestCommandsAndTheCounters(t *testing.T) {
	for _, tc := range []struct {
		cmd  []uint8
		want string // what a read gives then
	}{
		{nil, "m08 m04 m00"}, {[]uint8{0xe6}, "m08 m04 m00"}, {[]uint8{0xe7}, "m08 m04 m00"}, {[]uint8{0xfe}, "m08 m04 m00"},
		{[]uint8{0xe8, 0x01}, "m08 m00 m00"}, {[]uint8{0xe9}, "m08 m00 m00"}, {[]uint8{0xf0}, "m08 m00 m00"}, {[]uint8{0xf2}, "m08 m00 m00"},
		{[]uint8{0xf3, 0x64}, "m08 m00 m00"}, {[]uint8{0xf4}, "m08 m00 m00"}, {[]uint8{0xf5}, "m08 m00 m00"},
	} {
		b := open(t)
		b.sendMouse(0xf0)
		b.Mouse(4, 0, 0, 0)
		if len(tc.cmd) > 0 {
			b.sendMouse(tc.cmd...)
		}
		check(t, fmt.Sprintf("EBh after % x", tc.cmd), b.sendMouse(0xeb), "mfa "+tc.want)
	}
}

func TestMouseDisabled(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4)
	b.Mouse(1, 0, 0, 1)
	check(t, "enabled", b.drain(30*bus.Millisecond), "m09 m01 m00")
	b.Mouse(0, 0, 0, 0) // a sample is due when it is disabled
	check(t, "F5h", b.sendMouse(0xf5), "mfa")
	b.Mouse(3, 3, 0, 1)
	check(t, "disabled", b.drain(50*bus.Millisecond), "")
	check(t, "status", b.sendMouse(0xe9), "mfa m04 m02 m64")
	check(t, "F4h", b.sendMouse(0xf4), "mfa")
	check(t, "what happened meanwhile is not news", b.drain(50*bus.Millisecond), "")
	b.Mouse(0, 0, 0, 0)
	check(t, "the release is", b.drain(30*bus.Millisecond), "m08 m00 m00")
}

// Nothing is reported while an option is awaited, in wrap and in remote mode.
func TestMouseHoldsItsPackets(t *testing.T) {
	for _, tc := range []struct {
		name       string
		hold, free uint8
		ack, later string
	}{
		{"option", 0xe8, 0x02, "mfa", "m08 m01 m00"},
		{"wrap mode", 0xee, 0xec, "mfa", ""}, // ECh drops the counts
		{"remote mode", 0xf0, 0xea, "mfa", ""},
	} {
		b := open(t)
		b.sendMouse(0xf4)
		b.Mouse(9, 0, 0, 0) // a sample is due when the command comes
		check(t, tc.name, b.sendMouse(tc.hold), tc.ack)
		b.Mouse(1, 0, 0, 0)
		check(t, tc.name+": held", b.drain(50*bus.Millisecond), "")
		check(t, tc.name+": end", b.sendMouse(tc.free), tc.ack)
		b.Mouse(0, 0, 0, 0)
		check(t, tc.name+": after it", b.drain(50*bus.Millisecond), tc.later)
		b.Mouse(2, 0, 0, 0)
		check(t, tc.name+": the next movement", b.drain(50*bus.Millisecond), "m08 m02 m00")
	}
}

func TestMouseResend(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4)
	b.Mouse(5, -3, 0, 0)
	check(t, "packet", b.drain(30*bus.Millisecond), "m08 m05 m03")
	check(t, "FEh", b.sendMouse(0xfe), "m08 m05 m03")
	check(t, "remote", b.sendMouse(0xf0), "mfa")
	b.Mouse(7, 0, 0, 0)
	check(t, "EBh", b.sendMouse(0xeb), "mfa m08 m07 m00")
	check(t, "FEh", b.sendMouse(0xfe), "mfa m08 m07 m00")
}

// A byte before the end of the self-test ends it.
func TestMouseResetInterrupted(t *testing.T) {
	b := open(t)
	b.sendMouse(0xf4)
	b.cmd(0xd4, 0xff)
	check(t, "FFh", b.drain(2*bus.Millisecond), "mfa")
	b.Mouse(1, 1, 0, 0) // lost
	check(t, "F2h during the self-test", b.sendMouse(0xf2), "mfa m00")
	check(t, "no completion code", b.drain(bus.Second), "")
	b.cmd(0xd4, 0xff)
	b.clock.Advance(200 * bus.Microsecond) // before the ACK is out
	check(t, "F2h before the self-test", b.sendMouse(0xf2), "mfa m00")
	check(t, "no self-test", b.drain(bus.Second), "")
}

// Refusals count in a row only.
func TestMouseRefusals(t *testing.T) {
	b := open(t)
	check(t, "invalid, valid, invalid", b.sendMouse(0x12, 0xf2, 0x12), "mfe mfa m00 mfe")
	check(t, "options", b.sendMouse(0xe8, 0x09, 0x01, 0xe8, 0x09, 0x09), "mfa mfe mfa mfa mfe mfc")
	// F6h forgets the rates of a knock.
	check(t, "knock with defaults between", b.sendMouse(0xf3, 200, 0xf3, 100, 0xf6, 0xf3, 80, 0xf2), "mfa mfa mfa mfa mfa mfa mfa mfa m00")
}

// The fourth and fifth buttons make a packet by themselves with ID 4 only, and Y
// has an overflow bit of its own.
func TestMouseButtonsAndOverflow(t *testing.T) {
	for _, tc := range []struct {
		init    []uint8
		dy      int
		buttons uint8
		want    string
	}{
		{[]uint8{0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf4}, 0, 0x18, ""},
		{[]uint8{0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf4}, 0, 0x08, "m08 m00 m00 m10"},
		{[]uint8{0xf3, 200, 0xf3, 200, 0xf3, 80, 0xf4}, 0, 0x10, "m08 m00 m00 m20"},
		{[]uint8{0xe7, 0xf4}, -200, 0, "m88 m00 mff"},
		{[]uint8{0xe7, 0xf4}, 200, 0, "ma8 m00 m01"},
		{[]uint8{0xe7, 0xf4}, -128, 0, "m88 m00 mff"},
		{[]uint8{0xe7, 0xf4}, -127, 0, "m08 m00 mfe"},
	} {
		b := open(t)
		b.sendMouse(tc.init...)
		b.Mouse(0, tc.dy, 0, tc.buttons)
		check(t, fmt.Sprintf("% x, %d up, buttons %#02x", tc.init, -tc.dy, tc.buttons), b.drain(30*bus.Millisecond), tc.want)
	}
}

// A packet that says nothing is sent for each announcement, to a mouse that streams.
func TestMouseAnnounces(t *testing.T) {
	b := open(t)
	b.Announce()
	check(t, "disabled", b.drain(50*bus.Millisecond), "")
	b.sendMouse(0xf4)
	b.Mouse(0, 0, 0, ButtonLeft)
	check(t, "button", b.drain(50*bus.Millisecond), "m09 m00 m00")
	b.Announce()
	b.Announce()
	check(t, "announcements", b.drain(100*bus.Millisecond), "m08 m00 m00 m08 m00 m00")
	b.Mouse(3, 0, 0, 0)
	b.Announce() // goes with the movement
	check(t, "a movement", b.drain(50*bus.Millisecond), "m08 m03 m00")
	b.sendMouse(0xf3, 200, 0xf3, 100, 0xf3, 80)
	b.Announce()
	check(t, "with a wheel", b.drain(50*bus.Millisecond), "m08 m00 m00 m00")
	for range 1000 {
		b.Announce()
	}
	b.sendMouse(0xf5)
	b.sendMouse(0xf4)
	check(t, "after a command", b.drain(50*bus.Millisecond), "")
}
