package vga

import (
	"testing"

	"beige/devices/bus"
	"beige/devices/video"
)

// modeTable is one mode as the BIOS of the PS/2 programs it (Video Subsystem,
// BIOS video parameter table).
type modeTable struct {
	misc uint8
	seq  [4]uint8 // 1-4
	crtc [25]uint8
	attr [20]uint8
	gfx  [9]uint8
}

var (
	attrEGA  = [20]uint8{0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f}
	attrCGA  = [20]uint8{0, 0x13, 0x15, 0x17, 2, 4, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x01, 0, 0x03, 0}
	attr256  = [20]uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x41, 0, 0x0f, 0}
	attrMono = [20]uint8{0, 8, 8, 8, 8, 8, 8, 8, 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x0e, 0, 0x0f, 8}
)

func ega(mode, planes, pan uint8) [20]uint8 {
	a := attrEGA
	a[0x10], a[0x12], a[0x13] = mode, planes, pan
	return a
}

var modes = map[int]modeTable{
	0x01: {0x67, [4]uint8{0x08, 0x03, 0x00, 0x02},
		[25]uint8{0x2d, 0x27, 0x28, 0x90, 0x2b, 0xa0, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x14, 0x1f, 0x96, 0xb9, 0xa3, 0xff},
		ega(0x0c, 0x0f, 8), [9]uint8{0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff}},
	0x03: {0x67, [4]uint8{0x00, 0x03, 0x00, 0x02},
		[25]uint8{0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff},
		ega(0x0c, 0x0f, 8), [9]uint8{0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff}},
	0x04: {0x63, [4]uint8{0x09, 0x03, 0x00, 0x02},
		[25]uint8{0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x14, 0, 0x96, 0xb9, 0xa2, 0xff},
		attrCGA, [9]uint8{0, 0, 0, 0, 0, 0x30, 0x0f, 0, 0xff}},
	0x06: {0x63, [4]uint8{0x01, 0x01, 0x00, 0x06},
		[25]uint8{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0xc1, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0, 0x96, 0xb9, 0xc2, 0xff},
		[20]uint8{0, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x01, 0, 0x01, 0},
		[9]uint8{0, 0, 0, 0, 0, 0, 0x0d, 0, 0xff}},
	0x07: {0x66, [4]uint8{0x00, 0x03, 0x00, 0x02},
		[25]uint8{0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0, 0x4f, 0x0d, 0x0e, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x0d, 0x96, 0xb9, 0xa3, 0xff},
		attrMono, [9]uint8{0, 0, 0, 0, 0, 0x10, 0x0a, 0, 0xff}},
	0x0d: {0x63, [4]uint8{0x09, 0x0f, 0x00, 0x06},
		[25]uint8{0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x14, 0, 0x96, 0xb9, 0xe3, 0xff},
		ega(0x01, 0x0f, 0), [9]uint8{0, 0, 0, 0, 0, 0, 0x05, 0x0f, 0xff}},
	0x12: {0xe3, [4]uint8{0x01, 0x0f, 0x00, 0x06},
		[25]uint8{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0, 0x40, 0, 0, 0, 0, 0, 0, 0xea, 0x8c, 0xdf, 0x28, 0, 0xe7, 0x04, 0xe3, 0xff},
		ega(0x01, 0x0f, 0), [9]uint8{0, 0, 0, 0, 0, 0, 0x05, 0x0f, 0xff}},
	0x13: {0x63, [4]uint8{0x01, 0x0f, 0x00, 0x0e},
		[25]uint8{0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0, 0x41, 0, 0, 0, 0, 0, 0, 0x9c, 0x8e, 0x8f, 0x28, 0x40, 0x96, 0xb9, 0xa3, 0xff},
		attr256, [9]uint8{0, 0, 0, 0, 0, 0x40, 0x05, 0x0f, 0xff}},
}

type board struct {
	*VGA
	clock *bus.Scheduler
	irq   bool
	edges int
}

func newBoard() *board { return newSharedBoard(nil) }

// newSharedBoard is newBoard with memory that the processor may reach.
func newSharedBoard(m Memory) *board {
	b := &board{clock: bus.NewScheduler(nil)}
	b.VGA = New(b.clock, func(h bool) {
		if h && !b.irq {
			b.edges++
		}
		b.irq = h
	}, m)
	return b
}

func (b *board) crtcBase() uint16 {
	if b.In(regMiscRead)&1 != 0 {
		return regCRTCIndex
	}
	return regMonoCRTCIndex
}

func (b *board) seq(i, v uint8) { b.Out(regSeqIndex, i); b.Out(regSeqData, v) }
func (b *board) gfx(i, v uint8) { b.Out(regGfxIndex, i); b.Out(regGfxData, v) }
func (b *board) crtc(i, v uint8) {
	base := b.crtcBase()
	old := b.CRTC[i]
	b.Out(base, i)
	b.Out(base+1, v)
	if (i == crStartHigh || i == crStartLow) && v != old { // until it is in force
		b.clock.Advance(20 * bus.Millisecond)
	}
}
func (b *board) attr(i, v uint8) {
	b.In(b.crtcBase() + 6)
	b.Out(regAttr, i)
	b.Out(regAttr, v)
	b.Out(regAttr, 0x20)
}
func (b *board) dac(i, r, g, bl uint8) {
	b.Out(regDACWrite, i)
	b.Out(regDACData, r)
	b.Out(regDACData, g)
	b.Out(regDACData, bl)
}

// set programs a mode in the BIOS's order, with the default 64-colour palette:
// bits 5-0 of the index are r g b R G B, a third and two thirds of full scale.
func (b *board) set(mode int) {
	t, ok := modes[mode]
	if !ok {
		panic("no such mode in this test")
	}
	b.setTable(t)
	b.Out(regPELMask, 0xff)
	for i := range uint8(64) {
		level := func(hi, lo uint8) uint8 { return i>>hi&1*0x2a + i>>lo&1*0x15 }
		b.dac(i, level(2, 5), level(1, 4), level(0, 3))
	}
}

// setTable programs the registers of a mode.
func (b *board) setTable(t modeTable) {
	b.Out(regMisc, t.misc)
	b.seq(0, 1)
	for i, v := range t.seq {
		b.seq(uint8(i+1), v)
	}
	b.seq(0, 3)
	b.crtc(0x11, 0)
	for i, v := range t.crtc {
		b.crtc(uint8(i), v)
	}
	for i, v := range t.gfx {
		b.gfx(uint8(i), v)
	}
	b.In(b.crtcBase() + 6)
	for i, v := range t.attr {
		b.Out(regAttr, uint8(i))
		b.Out(regAttr, v)
	}
	b.Out(regAttr, 0x14)
	b.Out(regAttr, 0)
	b.Out(regAttr, 0x20)
}

// put writes text at a column and row of an 80-column colour text mode.
func (b *board) put(x, y int, s string, attr uint8) {
	for i := range len(s) {
		b.WriteMMIO(uint32(0x18000+(y*80+x+i)*2), 2, uint64(s[i])|uint64(attr)<<8)
	}
}

// loadFont writes the glyph of c in the font at offset at of plane 2, and
// leaves the registers as the text modes have them.
func (b *board) loadFont(at uint32, c uint8, lines ...uint8) {
	b.seq(2, 4)
	b.seq(4, 6)
	b.gfx(4, 2)
	b.gfx(5, 0)
	b.gfx(6, 4)
	for i, v := range lines {
		b.WriteMMIO(at+uint32(c)*32+uint32(i), 1, uint64(v))
	}
	b.seq(2, 3)
	b.seq(4, 2)
	b.gfx(4, 0)
	b.gfx(5, 0x10)
	b.gfx(6, 0x0e)
}

// Totals, rates and sizes of the standard modes (Video Subsystem, Modes of
// Operation and CRT timing: 31.5 kHz; 70 Hz, or 60 Hz for 480 lines).
func TestModeGeometryAndTiming(t *testing.T) {
	for _, tc := range []struct {
		mode          int
		kind          video.Kind
		cols, rows    int // cells or pixels
		width, height int
		mHz           int64 // frame rate in millihertz
	}{
		{0x01, video.Text, 40, 25, 720, 400, 70087}, // 28.322 MHz / 18 / (50 * 449)
		{0x03, video.Text, 80, 25, 720, 400, 70087},
		{0x04, video.Graphics, 320, 200, 640, 400, 70087},
		{0x06, video.Graphics, 640, 200, 640, 400, 70087},
		{0x07, video.Text, 80, 25, 720, 400, 70087},
		{0x0d, video.Graphics, 320, 200, 640, 400, 70087},
		{0x12, video.Graphics, 640, 480, 640, 480, 59941}, // 25.175 MHz / 8 / (100 * 525)
		{0x13, video.Graphics, 320, 200, 640, 400, 70087},
	} {
		b := newBoard()
		b.set(tc.mode)
		f := b.Frame()
		cols, rows := f.Cols, f.Rows
		if f.Kind == video.Graphics {
			cols, rows = f.PixW, f.PixH
		}
		if f.Kind != tc.kind || cols != tc.cols || rows != tc.rows || f.Width != tc.width || f.Height != tc.height {
			t.Errorf("mode %#02x: %v %dx%d, %dx%d dots; want %v %dx%d, %dx%d", tc.mode, f.Kind, cols, rows, f.Width, f.Height,
				tc.kind, tc.cols, tc.rows, tc.width, tc.height)
		}
		want := int64(bus.Second) * 1000 / tc.mHz
		if got := int64(b.FrameTime()); got < want-250 || got > want+250 {
			t.Errorf("mode %#02x: frame time %d ns; want %d (%d.%03d Hz)", tc.mode, got, want, tc.mHz/1000, tc.mHz%1000)
		}
		if img := video.Pixels(f, video.Phase{}); img.Rect.Dx() != tc.width || img.Rect.Dy() != tc.height {
			t.Errorf("mode %#02x: image %v; want %dx%d", tc.mode, img.Rect, tc.width, tc.height)
		}
	}
}
