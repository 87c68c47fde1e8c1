package vga

import (
	"fmt"
	"testing"

	"beige/devices/bus"
	"beige/devices/video"
)

func TestPowerOn(t *testing.T) {
	b := newBoard()
	for _, tc := range []struct {
		off  uint16
		want uint8
	}{
		{regAttr, 0}, {regAttrRead, 0}, {regMisc, 0x10}, {regEnable, 1}, {regSeqData, 0}, {regPELMask, 0xff}, {regDACRead, 0}, {regDACWrite, 0},
		{regFeatureRead, 0}, {regMiscRead, 0}, {regGfxData, 0}, {regMonoCRTCIndex + 1, 0},
		{regCRTCIndex, 0xff}, {regCRTCData, 0xff}, {regStatus1, 0xff}, // mono is selected
		{0x00, 0xff}, {0x08, 0xff}, {0x1b, 0xff}, {0x1d, 0xff}, {0x2f, 0xff},
	} {
		if got := b.In(tc.off); got != tc.want {
			t.Errorf("In(%#02x) = %#02x; want %#02x", tc.off, got, tc.want)
		}
	}
	if v := b.ReadMMIO(0, 4); v != 0xffffffff {
		t.Errorf("ReadMMIO = %#x before the memory is enabled; want ones", v)
	}
	if f := b.Frame(); f.Kind != video.Blank || f.TextLines() != nil {
		t.Errorf("frame = %v; want blank", f.Kind)
	}
}

// The bits that each register has (Video Subsystem, register descriptions).
func TestRegisterWidths(t *testing.T) {
	b := newBoard()
	b.Out(regMisc, 0xff)
	if v := b.In(regMiscRead); v != 0xef {
		t.Errorf("misc output = %#02x; want 0xef", v)
	}
	check := func(what string, index, data uint16, want []uint8, prepare func()) {
		for i, w := range want {
			prepare()
			b.Out(index, uint8(i))
			b.Out(data, 0xff)
			if got := b.In(data); got != w {
				t.Errorf("%s %#02x = %#02x; want %#02x", what, i, got, w)
			}
		}
	}
	check("sequencer", regSeqIndex, regSeqData, []uint8{0x03, 0x3d, 0x0f, 0x3f, 0x0e, 0, 0, 0}, func() {})
	check("graphics", regGfxIndex, regGfxData, []uint8{0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff, 0}, func() {})
	check("crtc", regCRTCIndex, regCRTCData, []uint8{
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x3f, 0x7f, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xef, 0xff, 0,
	}, func() {})
	for i := range uint8(0x20) {
		want := uint8(0x3f)
		switch {
		case i == 0x10:
			want = 0xef
		case i == 0x11:
			want = 0xff
		case i == 0x13 || i == 0x14:
			want = 0x0f
		case i > 0x14:
			want = 0
		}
		b.attr(i, 0xff)
		b.In(regStatus1)
		b.Out(regAttr, i|0x20)
		if got := b.In(regAttrRead); got != want {
			t.Errorf("attribute %#02x = %#02x; want %#02x", i, got, want)
		}
	}
	b.Out(regStatus1, 0xff) // feature control
	if v := b.In(regFeatureRead); v != 0x0b {
		t.Errorf("feature control = %#02x; want 0x0b", v)
	}
}

func TestMonoAndColourAddresses(t *testing.T) {
	b := newBoard()
	b.Out(regMonoCRTCIndex, 0x0e)
	b.Out(regMonoCRTCIndex+1, 0x12)
	b.Out(regCRTCData, 0x34) // not selected
	if v := b.In(regMonoCRTCIndex + 1); v != 0x12 {
		t.Errorf("mono data = %#02x; want 0x12", v)
	}
	b.Out(regMisc, 0x01)
	if m, c := b.In(regMonoCRTCIndex+1), b.In(regCRTCData); m != 0xff || c != 0x12 {
		t.Errorf("mono, colour data = %#02x, %#02x; want 0xff, 0x12", m, c)
	}
	b.Out(regAttr, 0x05)
	b.In(regMonoCRTCIndex + 6) // not selected: the flip-flop stays
	b.Out(regAttr, 0x21)
	if v := b.Attr[5]; v != 0x21 {
		t.Errorf("attribute 5 = %#02x; want 0x21", v)
	}
}

func TestSubsystemDisable(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.Out(regEnable, 0)
	if v, m := b.In(regMiscRead), b.ReadMMIO(0x18000, 1); v != 0xff || m != 0xff {
		t.Errorf("disabled: misc %#02x memory %#02x; want ones", v, m)
	}
	b.Out(regMisc, 0)
	b.WriteMMIO(0x18000, 1, 0x41)
	b.Out(regEnable, 1)
	if v, m := b.In(regMiscRead), b.ReadMMIO(0x18000, 1); v != 0x67 || m != 0 {
		t.Errorf("enabled again: misc %#02x memory %#02x; want 0x67, 0", v, m)
	}
}

func TestAttributeFlipFlop(t *testing.T) {
	b := newBoard()
	b.Out(regMisc, 1)
	b.Out(regAttr, 0x02)
	b.Out(regAttr, 0x15)
	b.Out(regAttr, 0x03) // index again
	if v := b.In(regAttr); v != 0x03 {
		t.Errorf("index = %#02x; want 0x03", v)
	}
	b.In(regStatus1)
	b.Out(regAttr, 0x22) // index, with PAS
	if v := b.In(regAttrRead); v != 0x15 {
		t.Errorf("attribute 2 = %#02x; want 0x15", v)
	}
	if i, d := b.In(regAttr), b.Attr[3]; i != 0x22 || d != 0 {
		t.Errorf("index %#02x, attribute 3 %#02x; want 0x22, 0", i, d)
	}
	b.Out(regCRTCIndex, 0x24)
	if v := b.In(regCRTCData); v != 0x80 {
		t.Errorf("CRTC 24h = %#02x; want 0x80 (data next)", v)
	}
	b.In(regStatus1)
	if v := b.In(regCRTCData); v != 0 {
		t.Errorf("CRTC 24h = %#02x; want 0 (index next)", v)
	}
	b.Out(regCRTCIndex, 0x26)
	if v := b.In(regCRTCData); v != 0x22 {
		t.Errorf("CRTC 26h = %#02x; want 0x22", v)
	}
}

func TestCRTCProtect(t *testing.T) {
	b := newBoard()
	b.Out(regMisc, 1)
	b.crtc(0x00, 0x5f)
	b.crtc(0x07, 0x1f)
	b.crtc(0x11, 0x8e)
	b.crtc(0x00, 0x11)
	b.crtc(0x07, 0xe0) // only line compare bit 8 gets through
	b.crtc(0x08, 0x05)
	b.crtc(0x03, 0x80) // protected too
	if b.CRTC[0] != 0x5f || b.CRTC[7] != 0x0f || b.CRTC[8] != 0x05 || b.CRTC[3] != 0 {
		t.Errorf("CRTC 0, 7, 8, 3 = %#02x %#02x %#02x %#02x; want 0x5f 0x0f 0x05 0", b.CRTC[0], b.CRTC[7], b.CRTC[8], b.CRTC[3])
	}
	b.Out(regCRTCIndex, 0x11)
	if v := b.In(regCRTCData); v != 0 {
		t.Errorf("CRTC 11h = %#02x with the light pen selected; want 0", v)
	}
	b.crtc(0x11, 0)
	b.crtc(0x03, 0x82)
	b.crtc(0x11, 0x8e)
	if v := b.In(regCRTCData); v != 0x8e {
		t.Errorf("CRTC 11h = %#02x; want 0x8e", v)
	}
}

func TestDAC(t *testing.T) {
	b := newBoard()
	b.Out(regDACWrite, 0xff)
	for _, v := range []uint8{1, 2, 3, 0xc4, 5, 6} { // two colours; the upper bits do not exist
		b.Out(regDACData, v)
	}
	if v := b.In(regDACWrite); v != 1 {
		t.Errorf("address after two colours from FFh = %#02x; want 1", v)
	}
	if v := b.In(regDACRead); v != 0 {
		t.Errorf("state = %d in write mode; want 0", v)
	}
	b.Out(regDACRead, 0xff)
	if v := b.In(regDACRead); v != 3 {
		t.Errorf("state = %d in read mode; want 3", v)
	}
	var got []uint8
	for range 6 {
		got = append(got, b.In(regDACData))
	}
	if fmt.Sprint(got) != "[1 2 3 4 5 6]" {
		t.Errorf("colours = %v; want [1 2 3 4 5 6]", got)
	}
	if v := b.In(regDACWrite); v != 2 {
		t.Errorf("address in read mode = %d; want 2, one ahead", v)
	}
	b.Out(regDACWrite, 0x10)
	b.Out(regDACData, 0x3f)
	b.Out(regDACData, 0x3f)
	b.Out(regDACRead, 0x10) // an unfinished colour is lost
	if v := b.In(regDACData); v != 0 {
		t.Errorf("red of an unfinished colour = %#02x; want 0", v)
	}
}

func TestPaletteIndex(t *testing.T) {
	for _, tc := range []struct {
		pal, mode, sel, want uint8
	}{
		{0x14, 0x00, 0x00, 0x14},
		{0x3f, 0x00, 0x04, 0x7f},
		{0x3f, 0x00, 0x0c, 0xff},
		{0x3f, 0x00, 0x03, 0x3f}, // bits 1-0 only count with P5, P4 select
		{0x3f, 0x80, 0x01, 0x1f},
		{0x05, 0x80, 0x0f, 0xf5},
	} {
		b := newBoard()
		b.attr(6, tc.pal)
		b.attr(0x10, tc.mode)
		b.attr(0x14, tc.sel)
		if got := b.paletteIndex(6); got != tc.want {
			t.Errorf("palette %#02x mode %#02x select %#02x = %#02x; want %#02x", tc.pal, tc.mode, tc.sel, got, tc.want)
		}
	}
}

func TestPELMask(t *testing.T) {
	b := newBoard()
	b.dac(0x05, 0x3f, 0x20, 0x01)
	b.dac(0x15, 0, 0, 0)
	if c := b.rgb(0x05); c != 0xff8204 {
		t.Errorf("rgb = %#06x; want 0xff8204", c)
	}
	b.Out(regPELMask, 0x0f)
	if c := b.rgb(0x15); c != 0xff8204 {
		t.Errorf("rgb(0x15) masked = %#06x; want 0xff8204", c)
	}
}

// Mode 3: 100 characters by 449 lines; display 80 by 400; retrace lines 412, 413.
func TestInputStatus1(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.attr(0x11, 0x14)
	char := b.crt.char
	start := char.Ticks(b.clock.Now()) / 44900 * 44900
	at := func(line, column uint64) uint8 {
		start += 44900
		b.clock.Advance(b.Epoch + char.Time(start+line*100+column) - b.clock.Now())
		return b.In(regStatus1)
	}
	for _, tc := range []struct {
		line, column uint64
		want         uint8
	}{
		{0, 0, 0x00}, {0, 79, 0x00}, {0, 80, 0x21}, {0, 99, 0x21}, {399, 79, 0x00}, {400, 0, 0x21}, {411, 99, 0x21},
		{412, 0, 0x29}, {413, 99, 0x29}, {414, 0, 0x21}, {448, 99, 0x21},
	} {
		if got := at(tc.line, tc.column); got != tc.want {
			t.Errorf("line %d column %d: status = %#02x; want %#02x", tc.line, tc.column, got, tc.want)
		}
	}
	// Border colour 14h: bits 0,2; 4,5; 1,3; 6,7.
	for mux, want := range []uint8{0x20, 0x10, 0x00, 0x00} {
		b.attr(0x12, uint8(mux)<<4|0x0f)
		if got := at(400, 0) & 0x30; got != want {
			t.Errorf("mux %d: bits 5-4 = %#02x; want %#02x", mux, got, want)
		}
	}
}

func TestBlinkRates(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.Reset(bus.PowerOn)
	b.set(3)
	frame := b.FrameTime()
	var got string
	for range 32 {
		ph := b.Blink()
		c := byte('.')
		if ph.Cursor {
			c = 'c'
		}
		if ph.Text {
			c -= 'a' - 'A'
			if c == '.'-32 {
				c = 'T'
			}
		}
		got += string(c)
		b.clock.Advance(frame)
	}
	if want := "CCCCCCCCTTTTTTTTcccccccc........"; got != want {
		t.Errorf("phases = %q; want %q", got, want)
	}
}

func TestRetraceInterrupt(t *testing.T) {
	b := newBoard()
	b.set(3)
	b.clock.Advance(bus.Second)
	if b.edges != 0 {
		t.Errorf("%d interrupts while disabled; want 0", b.edges)
	}
	b.crtc(0x11, 0x8e&^0x30) // enabled, held clear
	b.clock.Advance(bus.Second)
	if b.edges != 0 {
		t.Errorf("%d interrupts while held clear; want 0", b.edges)
	}
	b.crtc(0x11, 0x9e) // 70.087 Hz from here
	b.clock.Advance(bus.Second)
	if b.edges != 1 || b.In(regMisc) != 0x90 {
		t.Errorf("%d interrupts, status 0 %#02x; want 1, 0x90: it stays until cleared", b.edges, b.In(regMisc))
	}
	b.edges = 0
	for range 70 {
		b.crtc(0x11, 0x8e)
		if b.irq || b.In(regMisc) != 0x10 {
			t.Fatal("interrupt not cleared")
		}
		b.crtc(0x11, 0x9e)
		b.clock.Advance(b.FrameTime())
	}
	if b.edges != 70 {
		t.Errorf("%d interrupts in 70 frames; want 70", b.edges)
	}
	b.crtc(0x11, 0x8e)
	b.crtc(0x11, 0x9e)
	t0, _ := b.retrace.Deadline()
	b.clock.Advance(t0 - b.clock.Now())
	if !b.irq || b.In(regStatus1)&0x08 == 0 {
		t.Error("no interrupt at the start of the retrace")
	}
	b.crtc(0x11, 0xae)
	b.crtc(0x11, 0xbe) // not held clear, but bit 5 disables it
	b.clock.Advance(bus.Second)
	if b.irq {
		t.Error("interrupt after it was disabled")
	}
}
