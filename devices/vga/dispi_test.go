package vga

import (
	"testing"

	"beige/devices/bus"
	"beige/devices/video"
)

func (b *board) dispi(i, v uint16) {
	b.Display().OutWide(0, 2, uint32(i))
	b.Display().OutWide(1, 2, uint32(v))
}

func (b *board) dispiIn(i uint16) uint16 {
	b.Display().OutWide(0, 2, uint32(i))
	return uint16(b.Display().InWide(2, 2))
}

// extended sets a mode of the display interface.
func (b *board) extended(x, y, bpp uint16) {
	b.set(0x13)
	b.dispi(dispiEnable, 0)
	b.dispi(dispiXRes, x)
	b.dispi(dispiYRes, y)
	b.dispi(dispiBPP, bpp)
	b.dispi(dispiEnable, 0x41)
}

// Names and numbers of the VBE Display API.
func TestDispiRegisters(t *testing.T) {
	b := newBoard()
	b.set(3)
	for _, tc := range []struct {
		name        string
		index, v    uint16
		read, value uint16
	}{
		{"identity", 0, 0xffff, 0, 0xb0c5},
		{"older identity", 0, 0xb0c0, 0, 0xb0c0},
		{"memory", 0, 0xb0c5, 0xa, 256},
		{"memory is read only", 0xa, 1, 0xa, 256},
		{"no such register", 0x20, 7, 0x20, 0},
		{"width", 1, 1024, 1, 1024},
		{"width too large", 1, 4000, 1, 1024},
		{"height", 2, 768, 2, 768},
		{"bits", 3, 32, 3, 32},
		{"no such bits", 3, 12, 3, 32},
		{"largest width", 4, 2, 1, 2560},
		{"largest height", 4, 2, 2, 1600},
		{"most bits", 4, 2, 3, 32},
		{"enabled", 4, 0x41, 4, 0x41},
		{"virtual width", 4, 0x41, 6, 1024},
		{"virtual height", 4, 0x41, 7, 4096}, // 16 MB / 4096
		{"wider picture", 6, 1280, 6, 1280},
		{"... is lower", 6, 1280, 7, 3276},
		{"narrower than the screen", 6, 1000, 6, 1280},
		{"offset", 8, 100, 8, 100},
		{"offset too large", 8, 300, 8, 256},
		{"line", 9, 500, 9, 500},
		{"line too large", 9, 4000, 9, 2508},
		{"no change while enabled", 1, 640, 1, 1024},
		{"bank", 5, 70, 5, 70},
		{"bank beyond the memory", 5, 257, 5, 1},
		{"off", 4, 0, 5, 0},
		{"the largest mode", 1, 2560, 1, 2560},
		{"...", 2, 1600, 2, 1600},
		{"... fits", 4, 1, 4, 1},
	} {
		b.dispi(tc.index, tc.v)
		if got := b.dispiIn(tc.read); got != tc.value {
			t.Errorf("%s: register %x is %#x; want %#x", tc.name, tc.read, got, tc.value)
		}
	}
	i := b.Display()
	if i.In(0) != 0xff || i.InWide(1, 4) != 0xffffffff {
		t.Error("cycles of other sizes are answered")
	}
	i.Out(1, 5)
	i.OutWide(1, 4, 5)
	b.Reset(bus.BusReset)
	if b.dispiIn(0) != 0xb0c5 || b.dispiIn(1) != 0 || b.dispiIn(4) != 0 {
		t.Error("a reset leaves the mode")
	}
}

func TestDispiPictures(t *testing.T) {
	for _, tc := range []struct {
		bpp    uint16
		format video.Format
		bytes  []uint8 // of the pixel (3, 2)
		want   uint32
	}{
		{8, video.Indexed, []uint8{0x29}, 0x5500aa},
		{15, video.RGB555, []uint8{0x1f, 0x7c}, 0xff00ff},
		{16, video.RGB565, []uint8{0xe0, 0x07}, 0x00ff00},
		{24, video.RGB888, []uint8{0x56, 0x34, 0x12}, 0x123456},
		{32, video.XRGB8888, []uint8{0x56, 0x34, 0x12, 0xff}, 0x123456},
	} {
		b := newBoard()
		b.extended(640, 480, tc.bpp)
		b.dac(0x29, 21, 0, 42)
		at := uint32((2*640 + 3) * tc.format.Bytes())
		l := linear{b.VGA}
		for i, v := range tc.bytes {
			l.WriteMMIO(at+uint32(i), 1, uint64(v))
		}
		f := b.Frame()
		if f.Format != tc.format || f.Width != 640 || f.Height != 480 {
			t.Errorf("%d bits: %v, %dx%d; want %v, 640x480", tc.bpp, f.Format, f.Width, f.Height, tc.format)
		}
		pic := new(video.Painter).Paint(f, video.Phase{})
		if pic.Rows[2][3] != tc.want || pic.Rows[2][2] != pic.Rows[2][4] {
			t.Errorf("%d bits: %06x %06x %06x; want %06x in the middle", tc.bpp, pic.Rows[2][2], pic.Rows[2][3], pic.Rows[2][4], tc.want)
		}
		if got := b.ReadMMIO(at, 1); got != uint64(tc.bytes[0]) {
			t.Errorf("%d bits: the window has %#x at the pixel; want %#x", tc.bpp, got, tc.bytes[0])
		}
		// The same pixel in the corner of a screen that shows part of a picture.
		b.dispi(dispiXOffset, 0)
		b.dispi(dispiYOffset, 2)
		if got := new(video.Painter).Paint(b.Frame(), video.Phase{}).Rows[0][3]; got != tc.want {
			t.Errorf("%d bits: moved by two lines: %06x; want %06x", tc.bpp, got, tc.want)
		}
		// A bank is 64 KB from a multiple of that.
		b.dispi(dispiBank, 3)
		b.WriteMMIO(0x1235, 2, 0xbeef)
		if got := l.ReadMMIO(0x31235, 2); got != 0xbeef {
			t.Errorf("%d bits: behind bank 3: %#x; want beef", tc.bpp, got)
		}
		if got := b.ReadMMIO(0x18000, 2); got != 0xffff {
			t.Errorf("%d bits: B8000h reads %#x", tc.bpp, got)
		}
		b.attr(0x11, 0)
		b.In(regStatus1)
		b.Out(regAttr, 0) // the palette is the processor's: dark
		if got := b.Frame().Kind; got != video.Blank {
			t.Errorf("%d bits: %v with the palette address source off; want blank", tc.bpp, got)
		}
		b.In(regStatus1)
		b.Out(regAttr, 0x20)
		c := b.restore(t)
		if x := c.Frame(); x.Info != b.Frame().Info || c.dispiIn(dispiBank) != 3 {
			t.Errorf("%d bits: another picture after restore", tc.bpp)
		}
		// Back to the VGA, whose memory was cleared; with bit 7 it is kept.
		b.dispi(dispiEnable, 0)
		if f := b.Frame(); f.PixW != 320 || f.Height != 400 {
			t.Errorf("%d bits: %dx%d after the end; want mode 13h", tc.bpp, f.PixW, f.Height)
		}
		b.dispi(dispiEnable, 0x81)
		if got := l.ReadMMIO(0x31235, 2); got != 0xbeef {
			t.Errorf("%d bits: bit 7 did not keep the memory: %#x", tc.bpp, got)
		}
		b.dispi(dispiEnable, 0)
		b.dispi(dispiEnable, 1)
		if got := l.ReadMMIO(0x31235, 2); got != 0 {
			t.Errorf("%d bits: the memory was not cleared: %#x", tc.bpp, got)
		}
	}
}

// Four bits a pixel are planes behind the graphics controller, in banks as well.
func TestDispiPlanar(t *testing.T) {
	b := newBoard()
	b.extended(1024, 768, 4)
	b.seq(4, 6)
	b.gfx(5, 0)
	b.seq(2, 5)
	b.WriteMMIO(128*3+1, 1, 0x80) // pixel (8, 3) in colour 5
	b.dispi(dispiBank, 1)         // row 512 on
	b.seq(2, 8)
	b.WriteMMIO(128+127, 1, 0x01) // pixel (1023, 513) in colour 8
	f := b.Frame()
	if f.PixW != 1024 || f.PixH != 768 || pix(f, 3*1024+8) != 5 || pix(f, 3*1024+9) != 0 || pix(f, 513*1024+1023) != 8 {
		t.Errorf("%dx%d, pixels %d %d %d; want 1024x768, 5 0 8", f.PixW, f.PixH, pix(f, 3*1024+8), pix(f, 3*1024+9), pix(f, 513*1024+1023))
	}
	b.dispi(dispiVirtWidth, 1032)
	b.dispi(dispiXOffset, 3)
	if f := b.Frame(); f.PixW != 1024 || len(f.Lines[0]) != 1024 {
		t.Errorf("%d pixels a line after panning; want 1024", len(f.Lines[0]))
	}
}

func TestDispiWideDAC(t *testing.T) {
	b := newBoard()
	b.extended(640, 480, 8)
	b.dispi(dispiEnable, 0xe1)
	b.dac(0, 0x81, 0xff, 0x3f)
	if f := b.Frame(); f.Palette[0] != 0x81ff3f {
		t.Errorf("eight bits: %06x; want 81ff3f", f.Palette[0])
	}
	b.Out(regDACRead, 0)
	if got := b.In(regDACData); got != 0x81 {
		t.Errorf("reads %#x; want 0x81", got)
	}
	b.dispi(dispiEnable, 0xc1)
	b.dac(0, 0xff, 0xff, 0x20)
	if f := b.Frame(); f.Palette[0] != 0xffff82 {
		t.Errorf("six bits: %06x; want ffff82", f.Palette[0])
	}
}

// The start address counts from the vertical retrace on: the two writes of a page flip
// never show apart.
func TestStartAddressLatch(t *testing.T) {
	b := newBoard()
	b.set(0x13)
	b.WriteMMIO(0, 4, 0x01010101)
	b.seq(4, 6)
	b.seq(2, 0xf)
	b.WriteMMIO(0x4100, 1, 7) // plane address 4100h
	first := func() uint8 { return b.Frame().Lines[0][0] }
	b.clock.Advance(20 * bus.Millisecond)
	if got := first(); got != 1 {
		t.Fatalf("first pixel %d; want 1", got)
	}
	base := uint16(regCRTCIndex)
	b.Out(base, crStartHigh)
	b.Out(base+1, 0x41)
	if got := first(); got != 1 {
		t.Errorf("before the retrace: pixel %d; want 1 still", got)
	}
	b.clock.Advance(b.FrameTime())
	// Mode 13h counts doublewords: counter 4100h is plane address 10400h, beyond; in
	// unchained memory the counter is the address.
	b.Out(base, 0x14)
	b.Out(base+1, 0)
	b.Out(base, 0x17)
	b.Out(base+1, 0xe3)
	if got := first(); got != 7 {
		t.Errorf("after the retrace: pixel %d; want 7", got)
	}
}
