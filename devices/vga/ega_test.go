package vga

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/bus"
	"beige/devices/video"
)

func newEGABoard() *board { return newEGAOn(EnhancedColor) }

func newEGAOn(screen Display) *board {
	b := &board{clock: bus.NewScheduler(nil)}
	b.VGA = NewEGA(b.clock, func(high bool) { b.irq = high }, screen)
	return b
}

// egaModes are modes as the EGA's BIOS programs them (IBM Enhanced Graphics Adapter,
// "Programming Considerations").
var egaModes = map[string]modeTable{
	"text350": {0xa7, [4]uint8{0x01, 0x03, 0x00, 0x03},
		[25]uint8{0x5b, 0x4f, 0x53, 0x37, 0x51, 0x5b, 0x6c, 0x1f, 0, 0x0d, 0x0b, 0x0d, 0, 0, 0, 0, 0x5e, 0x2b, 0x5d, 0x28, 0x0f, 0x5e, 0x0a, 0xa3, 0xff},
		ega(0x08, 0x0f, 0), [9]uint8{0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff}},
	"text200": {0x23, [4]uint8{0x01, 0x03, 0x00, 0x03},
		[25]uint8{0x70, 0x4f, 0x5c, 0x2f, 0x5f, 0x07, 0x04, 0x11, 0, 0x07, 0x06, 0x07, 0, 0, 0, 0, 0xe1, 0x24, 0xc7, 0x28, 0x08, 0xe0, 0xf0, 0xa3, 0xff},
		[20]uint8{0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x08, 0, 0x0f, 0}, [9]uint8{0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff}},
	"0d": {0x23, [4]uint8{0x0b, 0x0f, 0x00, 0x06},
		[25]uint8{0x37, 0x27, 0x2d, 0x37, 0x30, 0x14, 0x04, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0xe1, 0x24, 0xc7, 0x14, 0, 0xe0, 0xf0, 0xe3, 0xff},
		[20]uint8{0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x01, 0, 0x0f, 0}, [9]uint8{0, 0, 0, 0, 0, 0, 0x05, 0x0f, 0xff}},
	"10": {0xa7, [4]uint8{0x01, 0x0f, 0x00, 0x06},
		[25]uint8{0x5b, 0x4f, 0x53, 0x37, 0x52, 0x00, 0x6c, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0x2b, 0x5d, 0x28, 0x0f, 0x5f, 0x0a, 0xe3, 0xff},
		ega(0x01, 0x0f, 0), [9]uint8{0, 0, 0, 0, 0, 0, 0x05, 0x0f, 0xff}},
}

func onEGA(mode string) *board {
	b := newEGABoard()
	b.setTable(egaModes[mode])
	return b
}

func TestEGAModes(t *testing.T) {
	for mode, tc := range map[string]struct {
		want  video.Info
		frame bus.Time // 744 dots by 366 lines of 16.257 MHz; 912 by 262 of 14.31818 MHz
	}{
		"text350": {video.Info{Kind: video.Text, Cols: 80, Rows: 25, CellW: 8, CellH: 14, Width: 640, Height: 350}, 16749954},
		"text200": {video.Info{Kind: video.Text, Cols: 80, Rows: 25, CellW: 8, CellH: 8, Width: 640, Height: 400}, 16688155},
		"0d":      {video.Info{Kind: video.Graphics, PixW: 320, PixH: 200, Width: 640, Height: 400}, 16688155},
		"10":      {video.Info{Kind: video.Graphics, PixW: 640, PixH: 350, Width: 640, Height: 350}, 16749954},
	} {
		b := onEGA(mode)
		f := b.Frame()
		got := video.Info{Kind: f.Kind, Cols: f.Cols, Rows: f.Rows, CellW: f.CellW, CellH: f.CellH, Width: f.Width, Height: f.Height, PixW: f.PixW, PixH: f.PixH}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", mode, d)
		}
		if got := b.FrameTime(); got != tc.frame {
			t.Errorf("%s: frame of %d ns; want %d", mode, got, tc.frame)
		}
	}
}

// Most registers can only be written; those of the VGA are not there.
func TestEGAReadsLittle(t *testing.T) {
	b := onEGA("text350")
	for off := range uint16(PortCount) {
		switch off {
		case regMisc, regCRTCData, regStatus1:
			continue
		}
		if got := b.In(off); got != 0xff {
			t.Errorf("In(%#02x) = %#02x; want nothing", off, got)
		}
	}
	for i := range uint8(0x20) {
		b.crtc(i, 0x15)
		want := uint8(0xff)
		switch i {
		case 0x0c, 0x0d, 0x0e, 0x0f:
			want = 0x15
		case 0x10, 0x11:
			want = 0 // light pen
		}
		b.Out(regCRTCIndex, i)
		if got := b.In(regCRTCData); got != want {
			t.Errorf("CRTC %#02x = %#02x; want %#02x", i, got, want)
		}
	}
	// A VGA's enable, mask and DAC do nothing.
	g := onEGA("text350")
	before, _ := g.MarshalBinary()
	for _, off := range []uint16{regEnable, regPELMask, regDACRead, regDACWrite, regDACData} {
		g.Out(off, 0)
	}
	if after, _ := g.MarshalBinary(); !bytes.Equal(before, after) {
		t.Error("registers of the VGA changed something")
	}
}

// Misc output bits 3-2 select a configuration switch: 3 the first one.
func TestEGASwitches(t *testing.T) {
	for screen, want := range map[Display]uint8{EnhancedColor: 0x09, Monochrome: 0x0b} {
		if got := readSwitches(t, newEGAOn(screen)); got != want {
			t.Errorf("display %d: switches %#x; want %#x", screen, got, want)
		}
	}
}

func readSwitches(t *testing.T, b *board) (got uint8) {
	for i := range uint8(4) {
		b.Out(regMisc, (3-i)<<miscClockShift)
		s := b.In(regMisc)
		if s&0xe0 != 0x60 {
			t.Errorf("input status 0 = %#02x; want the feature bits and no interrupt", s)
		}
		got |= s >> 4 & 1 << i
	}
	return got
}

// A monochrome display knows beam and brightness.
func TestEGAMonochrome(t *testing.T) {
	b := newEGAOn(Monochrome)
	b.setTable(egaModes["10"])
	for value, want := range map[uint8]uint32{0x00: 0, 0x08: 0xaaaaaa, 0x18: 0xffffff, 0x10: 0, 0x07: 0, 0x3f: 0xffffff} {
		b.attr(3, value)
		if got := b.Frame().Palette[3]; got != want {
			t.Errorf("palette %#02x: %06x; want %06x", value, got, want)
		}
	}
}

func TestEGAColours(t *testing.T) {
	for _, tc := range []struct {
		mode  string
		value uint8
		want  uint32
	}{
		{"10", 0x00, 0x000000}, {"10", 0x01, 0x0000aa}, {"10", 0x02, 0x00aa00}, {"10", 0x04, 0xaa0000},
		{"10", 0x08, 0x000055}, {"10", 0x10, 0x005500}, {"10", 0x20, 0x550000}, {"10", 0x14, 0xaa5500}, {"10", 0x3f, 0xffffff}, {"10", 0x38, 0x555555},
		{"0d", 0x00, 0x000000}, {"0d", 0x06, 0xaa5500}, {"0d", 0x10, 0x555555}, {"0d", 0x16, 0xffff55}, {"0d", 0x17, 0xffffff}, {"0d", 0x2f, 0xaaaaaa},
	} {
		b := onEGA(tc.mode)
		b.attr(3, tc.value)
		if got := b.Frame().Palette[3]; got != tc.want {
			t.Errorf("mode %s, palette %#02x: %06x; want %06x", tc.mode, tc.value, got, tc.want)
		}
	}
}

// The cursor ends one line above its end register.
func TestEGACursor(t *testing.T) {
	b := onEGA("text350")
	for _, tc := range []struct {
		start, end uint8
		want       string
	}{{0x0b, 0x0d, "...........##."}, {0, 0, "##############"}, {6, 0, "......########"}, {0x1e, 0, ".............."}, {9, 3, "###......#####"}} {
		b.crtc(crCursorStart, tc.start)
		b.crtc(crCursorEnd, tc.end)
		b.put(0, 0, " ", 7)
		pic := video.Pixels(b.Frame(), video.Phase{Cursor: true})
		got := ""
		for y := range 14 {
			if r, _, _, _ := pic.At(3, y).RGBA(); r != 0 {
				got += "#"
			} else {
				got += "."
			}
		}
		if got != tc.want {
			t.Errorf("cursor %#x to %#x: %s; want %s", tc.start, tc.end, got, tc.want)
		}
	}
}

func TestEGARetraceInterrupt(t *testing.T) {
	b := onEGA("10")
	b.crtc(crVRetraceEnd, 0x0b)
	b.crtc(crVRetraceEnd, 0x1b)
	b.clock.Advance(b.FrameTime())
	if !b.irq || b.In(regMisc)&status0CRTInt == 0 {
		t.Errorf("irq %v, input status 0 %#02x; want the interrupt", b.irq, b.In(regMisc))
	}
	b.crtc(crVRetraceEnd, 0x0b)
	if b.irq {
		t.Error("interrupt not cleared")
	}
}

// FuzzEGA runs a program from a mode; an EGA has no display interface.
func FuzzEGA(f *testing.F) {
	f.Add(uint8(0), []byte{0, regCRTCIndex, 9, 0, regCRTCData, 0x07, 2, 5, 0x41, 5, 0, 0, 3, 9, 0, 8, 0, 0})
	f.Add(uint8(3), []byte{0, regGfxIndex, 5, 0, regGfxData, 0x0b, 3, 4, 2, 2, 3, 7, 1, regStatus1, 0, 7, 1, 0, 8, 0, 0})
	names := []string{"text350", "text200", "0d", "10"}
	f.Fuzz(func(t *testing.T, mode uint8, prog []byte) {
		onEGA(names[mode%4]).follow(t, prog, 9, newEGABoard)
	})
}
