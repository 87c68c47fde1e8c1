package vga

import (
	"testing"

	"beige/devices/bus"
)

// Video Subsystem, Miscellaneous Output Register and Clocking Mode Register: the
// two crystals, and 8 or 9 dots, or twice as long ones, a character.
func TestCharacterClock(t *testing.T) {
	for mode, want := range map[int]bus.Freq{
		0x01: {Num: 28_322_000, Den: 18}, 0x03: {Num: 28_322_000, Den: 9}, 0x0d: {Num: 25_175_000, Den: 16}, 0x12: {Num: 25_175_000, Den: 8},
	} {
		b := newBoard()
		b.set(mode)
		if b.crt.char != want {
			t.Errorf("mode %#02x: character clock %v; want %v", mode, b.crt.char, want)
		}
	}
}

// Mode Control Register bit 2: the vertical counter advances every second line.
func TestHalfLineClock(t *testing.T) {
	b := newBoard()
	b.set(3)
	frame := b.FrameTime()
	b.crtc(0x17, 0xa7)
	if got := b.FrameTime(); got < 2*frame-1 || got > 2*frame {
		t.Errorf("frame time with bit 2 set = %v; want twice %v", got, frame)
	}
}

// Video Subsystem, Underline Location Register and Mode Control Register: how
// the address counter reaches the memory.
func TestAddressModes(t *testing.T) {
	for _, tc := range []struct {
		name            string
		underline, mode uint8
		counter         uint16
		scan            uint8
		want            uint16
		perEight        uint16 // advance of the counter in eight characters
	}{
		{"byte", 0x00, 0xe3, 0x9234, 3, 0x9234, 8},
		{"word, bit 15 becomes bit 0", 0x1f, 0xa3, 0x9234, 3, 0x2469, 8},
		{"word, bit 13 becomes bit 0", 0x1f, 0x83, 0x2001, 3, 0x4003, 8},
		{"word, bit 15 is lost", 0x1f, 0x83, 0x8001, 3, 0x0002, 8},
		{"doubleword", 0x40, 0xa3, 0xc001, 3, 0x0007, 8},
		{"row scan bit 0 as bit 13", 0x00, 0xc2, 0x2010, 2, 0x0010, 8},
		{"row scan bit 0 as bit 13, odd", 0x00, 0xc2, 0x0010, 1, 0x2010, 8},
		{"row scan bit 1 as bit 14", 0x00, 0xc1, 0x4010, 1, 0x0010, 8},
		{"row scan bit 1 as bit 14, odd", 0x00, 0xc1, 0x0010, 2, 0x4010, 8},
		{"count by 2", 0x00, 0xeb, 0x1234, 0, 0x1234, 4},
		{"count by 4", 0x20, 0xe3, 0x1234, 0, 0x1234, 2},
	} {
		b := newBoard()
		b.crtc(0x11, 0)
		b.crtc(0x14, tc.underline)
		b.crtc(0x17, tc.mode)
		if got := b.planeAddr(tc.counter, tc.scan); got != tc.want {
			t.Errorf("%s: address %#04x; want %#04x", tc.name, got, tc.want)
		}
		if got := b.count(8); got != tc.perEight {
			t.Errorf("%s: the counter advances by %d; want %d", tc.name, got, tc.perEight)
		}
	}
}

// Attribute Mode Control bit 5: below the line compare nothing is panned.
func TestPanningBelowTheSplit(t *testing.T) {
	for mode, want := range map[uint8]uint8{0x0c: 3, 0x2c: 0} {
		b := newBoard()
		b.set(3)
		b.crtc(0x18, 0x3f)
		b.crtc(0x09, b.CRTC[9]&^0x40) // lines 320 on
		b.attr(0x13, 2)
		b.attr(0x10, mode)
		f := b.Frame()
		if above, below := f.Strips[0].Pan, f.Strips[f.Rows-1].Pan; above != 3 || below != want {
			t.Errorf("attribute mode %#02x: %d and %d dots cut off above and below; want 3, %d", mode, above, below, want)
		}
	}
}

func TestSpread(t *testing.T) {
	for v, got := range spread {
		var want uint32
		for p := range 4 {
			if v>>p&1 != 0 {
				want |= 0xff << (8 * p)
			}
		}
		if got != want {
			t.Errorf("spread[%d] = %#08x; want %#08x", v, got, want)
		}
	}
}

// The register addresses less 3B0h, and the window at A0000h.
func TestWindows3B0(t *testing.T) {
	if PortCount != 0x3e0-0x3b0 || WindowSize != 0xc0000-0xa0000 {
		t.Errorf("PortCount %#x, WindowSize %#x; want 0x30, 0x20000", PortCount, WindowSize)
	}
	b := newBoard()
	for _, tc := range []struct {
		misc        uint8
		here, there uint16 // 3B4h or 3D4h answers, the other does not
	}{{0x00, 0x04, 0x24}, {0x01, 0x24, 0x04}} {
		b.Out(0x12, tc.misc)
		b.Out(tc.here, 0x0f)
		b.Out(tc.here+1, 0x5a)
		if got := [4]uint8{b.In(tc.here), b.In(tc.here + 1), b.In(tc.there), b.In(tc.there + 1)}; got != [4]uint8{0x0f, 0x5a, 0xff, 0xff} {
			t.Errorf("misc output %#02x: % x; want 0f 5a ff ff", tc.misc, got)
		}
	}
}
