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
