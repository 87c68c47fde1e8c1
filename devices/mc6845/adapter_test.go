package mc6845

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beige/devices/bus"
	"beige/devices/video"
)

// board is an adapter with a clock.
type board struct {
	*Adapter
	clock *bus.Scheduler
	now   bus.Time
}

func newBoard(m Model) *board {
	b := &board{}
	b.clock = bus.NewScheduler(func() bus.Time { return b.now })
	font := make([]uint8, 256*m.GlyphLines())
	for i := range font {
		font[i] = uint8(i/m.GlyphLines()*3 + i%m.GlyphLines()*37)
	}
	b.Adapter = New(b.clock, Config{Model: m, Font: font})
	return b
}

// The values of IBM's parameter table (PC Technical Reference, ROM BIOS, VIDEO_PARMS) and
// of the Hercules manual, with the mode control register.
var modes = map[string]struct {
	mode, colour uint8
	crtc         []uint8
}{
	"40x25":    {0x28, 0x30, []uint8{0x38, 0x28, 0x2d, 0x0a, 0x1f, 6, 0x19, 0x1c, 2, 7, 6, 7, 0, 0, 0, 0}},
	"80x25":    {0x29, 0x30, []uint8{0x71, 0x50, 0x5a, 0x0a, 0x1f, 6, 0x19, 0x1c, 2, 7, 6, 7, 0, 0, 0, 0}},
	"320x200":  {0x2a, 0x30, []uint8{0x38, 0x28, 0x2d, 0x0a, 0x7f, 6, 0x64, 0x70, 2, 1, 6, 7, 0, 0, 0, 0}},
	"640x200":  {0x1e, 0x3f, []uint8{0x38, 0x28, 0x2d, 0x0a, 0x7f, 6, 0x64, 0x70, 2, 1, 6, 7, 0, 0, 0, 0}},
	"160x100":  {0x09, 0x00, []uint8{0x71, 0x50, 0x5a, 0x0a, 0x7f, 6, 0x64, 0x70, 2, 1, 0x26, 7, 0, 0, 0, 0}},
	"mono":     {0x29, 0x00, []uint8{0x61, 0x50, 0x52, 0x0f, 0x19, 6, 0x19, 0x19, 2, 0x0d, 0x0b, 0x0c, 0, 0, 0, 0}},
	"hercules": {0x0a, 0x00, []uint8{0x35, 0x2d, 0x2e, 7, 0x5b, 2, 0x57, 0x57, 2, 3, 0, 0, 0, 0, 0, 0}},
}

func (b *board) crtc(i, v uint8) {
	b.Out(regIndex, i)
	b.Out(regData, v)
}

// start sets the start address and waits until it is in force.
func (b *board) start(at uint16) {
	b.crtc(rStartHigh, uint8(at>>8))
	b.crtc(rStartLow, uint8(at))
	b.now += b.FrameTime()
}

func (b *board) setMode(name string) {
	m, ok := modes[name]
	if !ok {
		panic(name)
	}
	if b.model == Hercules && name == "hercules" {
		b.Out(regConfig, 3)
	}
	b.Out(regMode, m.mode)
	if b.model == CGA {
		b.Out(regColour, m.colour)
	}
	for i, v := range m.crtc {
		b.crtc(uint8(i), v)
	}
}

func (b *board) put(at uint32, text string, attr uint8) {
	for i := range len(text) {
		b.WriteMMIO(at+uint32(2*i), 2, uint64(text[i])|uint64(attr)<<8)
	}
}

func on(m Model, mode string) *board {
	b := newBoard(m)
	b.setMode(mode)
	return b
}

func TestModes(t *testing.T) {
	for _, tc := range []struct {
		model Model
		mode  string
		want  video.Info
		frame bus.Time // 912 dots by 262 lines of 14.31818 MHz; 882 by 370 and 864 by 370 of 16.257 MHz
	}{
		{CGA, "40x25", video.Info{Kind: video.Text, Cols: 40, Rows: 25, CellW: 8, CellH: 8, Width: 640, Height: 400}, 16688155},
		{CGA, "80x25", video.Info{Kind: video.Text, Cols: 80, Rows: 25, CellW: 8, CellH: 8, Width: 640, Height: 400}, 16688155},
		{CGA, "160x100", video.Info{Kind: video.Text, Cols: 80, Rows: 100, CellW: 8, CellH: 2, Width: 640, Height: 400}, 16688155},
		{CGA, "320x200", video.Info{Kind: video.Graphics, PixW: 320, PixH: 200, Width: 640, Height: 400}, 16688155},
		{CGA, "640x200", video.Info{Kind: video.Graphics, PixW: 640, PixH: 200, Width: 640, Height: 400}, 16688155},
		{MDA, "mono", video.Info{Kind: video.Text, Cols: 80, Rows: 25, CellW: 9, CellH: 14, Width: 720, Height: 350}, 20073815},
		{Hercules, "mono", video.Info{Kind: video.Text, Cols: 80, Rows: 25, CellW: 9, CellH: 14, Width: 720, Height: 350}, 20073815},
		{Hercules, "hercules", video.Info{Kind: video.Graphics, PixW: 720, PixH: 348, Width: 720, Height: 348}, 19664145},
	} {
		b := on(tc.model, tc.mode)
		f := b.Frame()
		got := video.Info{Kind: f.Kind, Cols: f.Cols, Rows: f.Rows, CellW: f.CellW, CellH: f.CellH, Width: f.Width, Height: f.Height, PixW: f.PixW, PixH: f.PixH}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%v %s (-want +got):\n%s", tc.model, tc.mode, d)
		}
		if got := b.FrameTime(); got != tc.frame {
			t.Errorf("%v %s: frame of %d ns; want %d", tc.model, tc.mode, got, tc.frame)
		}
	}
}

// MC6845 data sheet, table 1: which registers read back, and their widths.
func TestRegistersOf6845(t *testing.T) {
	for i := range uint8(32) {
		b := newBoard(CGA)
		b.crtc(i, 0xff)
		want := uint8(0)
		switch i {
		case 14:
			want = 0x3f
		case 15:
			want = 0xff
		}
		for _, port := range []uint16{1, 3, 5, 7} { // the address has three don't-care bits
			if got := b.In(port); got != want {
				t.Errorf("R%d, In(%d) = %#02x; want %#02x", i, port, got, want)
			}
		}
		if got := b.In(regIndex); got != 0xff {
			t.Errorf("In(index) = %#02x; want nothing", got)
		}
	}
}

func TestBusResetKeepsThe6845(t *testing.T) {
	b := on(CGA, "80x25")
	b.crtc(rCursorLow, 0x5a)
	b.put(0, "x", 7)
	b.Reset(bus.BusReset)
	if f := b.Frame(); f.Kind != video.Blank || b.In(regData) != 0x5a || b.ReadMMIO(0, 1) != 'x' {
		t.Errorf("%v, cursor %#x, memory %#x; want the screen dark, the rest kept", f.Kind, b.In(regData), b.ReadMMIO(0, 1))
	}
	b.Reset(bus.PowerOn)
	if b.ReadMMIO(0, 1) != 0 || b.In(regData) != 0 {
		t.Error("power-on kept something")
	}
}

// The status bits by the beam: line 0, then the retraces.
func TestStatus(t *testing.T) {
	type at struct{ line, char uint64 }
	for _, tc := range []struct {
		model Model
		mode  string
		want  map[at]uint8
	}{
		{CGA, "80x25", map[at]uint8{{0, 0}: 0xf4, {0, 79}: 0xf4, {0, 80}: 0xf5, {199, 0}: 0xf4, {200, 0}: 0xf5, {223, 0}: 0xf5, {224, 0}: 0xfd, {239, 0}: 0xfd, {240, 0}: 0xf5}},
		{MDA, "mono", map[at]uint8{{0, 0}: 0xf0, {0, 81}: 0xf0, {0, 82}: 0xf1, {0, 96}: 0xf1, {0, 97}: 0xf0, {351, 0}: 0xf0}},
		{Hercules, "mono", map[at]uint8{{0, 0}: 0x80, {0, 82}: 0x81, {349, 0}: 0x80, {350, 0}: 0x00, {365, 0}: 0x00, {366, 0}: 0x80}},
		{Hercules, "hercules", map[at]uint8{{0, 0}: 0x80, {0, 46}: 0x81, {347, 0}: 0x80, {348, 0}: 0x00, {363, 0}: 0x00, {364, 0}: 0x80}},
	} {
		b := on(tc.model, tc.mode)
		for p, want := range tc.want {
			b.now = b.crt.char.Time(p.line*b.crt.hTotal + p.char)
			if got := b.In(regStatus); got != want {
				t.Errorf("%v %s: line %d, character %d: %#02x; want %#02x", tc.model, tc.mode, p.line, p.char, got, want)
			}
		}
	}
}

// The video bit follows the dots: a full block and a reversed blank are lit, line graphics
// to the ninth dot, the rest not.
func TestVideoBit(t *testing.T) {
	b := on(MDA, "mono")
	copy(b.font[0xdb][:], bytes.Repeat([]byte{0xff}, 14))
	clear(b.font[' '][:])
	copy(b.font['F'][:], bytes.Repeat([]byte{0xff}, 14))
	b.put(0, "\xdbF \x00", 7)
	b.put(4, " ", 0x70)
	clock := b.crt.char
	clock.Num *= 9
	var got string
	for x := range uint64(36) {
		b.now = clock.Time(x)
		got += string("01"[b.In(regStatus)>>3&1])
	}
	if want := "111111111" + "111111110" + "111111111" + "000000000"; got != want {
		t.Errorf("dots %s; want %s", got, want)
	}
	h := on(Hercules, "hercules")
	h.WriteMMIO(0x2000, 2, 0x0180)
	got = ""
	clock = h.crt.char
	clock.Num *= 16
	for x := range uint64(16) {
		h.now = clock.Time(h.crt.hTotal*16 + x) // line 1 is in the second bank
		got += string("01"[h.In(regStatus)>>3&1])
	}
	if want := "1000000000000001"; got != want {
		t.Errorf("Hercules: dots %s; want %s", got, want)
	}
}

func TestLightPen(t *testing.T) {
	for _, tc := range []struct {
		model      Model
		mode       string
		set        uint16
		start      uint8
		line, char uint64
		want       uint16
	}{
		{CGA, "80x25", regSetPen, 0x10, 17, 5, 0x1000 + 2*80 + 5},
		{Hercules, "mono", regSetPenH, 0, 30, 79, 2*80 + 79},
	} {
		b := on(tc.model, tc.mode)
		b.start(uint16(tc.start) << 8)
		b.now = b.crt.char.Time((b.crt.vTotal+tc.line)*b.crt.hTotal + tc.char)
		b.Out(tc.set, 0)
		read := func() uint16 {
			b.Out(regIndex, rPenHigh)
			v := uint16(b.In(regData)) << 8
			b.Out(regIndex, rPenLow)
			return v | uint16(b.In(regData))
		}
		if got := read(); got != tc.want || b.In(regStatus)&statusPen == 0 {
			t.Errorf("%v: latched %#04x, status %#02x; want %#04x, the latch set", tc.model, got, b.In(regStatus), tc.want)
		}
		b.now += bus.Millisecond
		b.Out(tc.set, 0) // set already
		if got := read(); got != tc.want {
			t.Errorf("%v: latched %#04x by a second strobe; want %#04x", tc.model, got, tc.want)
		}
		b.Out(regClearPen, 0)
		if b.In(regStatus)&statusPen != 0 {
			t.Errorf("%v: latch not cleared", tc.model)
		}
	}
	b := on(MDA, "mono")
	b.Out(regSetPenH, 0)
	b.Out(regSetPen, 0)
	if s := b.In(regStatus); s&statusPen != 0 {
		t.Errorf("MDA: status %#02x; it has no light pen", s)
	}
}

func TestMemoryRepeats(t *testing.T) {
	for _, tc := range []struct {
		model  Model
		period uint32
	}{{CGA, 0x4000}, {MDA, 0x1000}} {
		b := newBoard(tc.model)
		b.WriteMMIO(0x123, 1, 0x5a)
		for at := uint32(0x123); at < tc.model.WindowSize(); at += tc.period {
			if got := b.ReadMMIO(at, 1); got != 0x5a {
				t.Errorf("%v at %#x: %#x; want the same byte", tc.model, at, got)
			}
		}
		b.WriteMMIO(tc.period-1, 2, 0xbbaa) // wraps
		if got := b.ReadMMIO(0, 1); got != 0xbb {
			t.Errorf("%v: byte 0 is %#x after a word at the end; want bb", tc.model, got)
		}
	}
}

// Hercules manual, "Configuration Switch": DIAG, HALF, FULL.
func TestHerculesConfiguration(t *testing.T) {
	b := newBoard(Hercules)
	b.setMode("mono")
	b.WriteMMIO(0x10, 1, 1)
	if b.ReadMMIO(0x1010, 1) != 1 || b.ReadMMIO(0x8010, 1) != 0xff {
		t.Error("DIAG: want 4 KB, repeated, and no upper half")
	}
	b.Out(regMode, modeVideo|modeGraphics|modePage)
	if b.Frame().Kind != video.Text {
		t.Error("DIAG: graphics came on")
	}
	b.Out(regConfig, configGraphics)
	if b.ReadMMIO(0x1010, 1) != 0 || b.ReadMMIO(0x8010, 1) != 0xff {
		t.Error("HALF: want 32 KB")
	}
	b.Out(regConfig, configGraphics|configPage)
	b.WriteMMIO(0x8010, 1, 2)
	if b.ReadMMIO(0x8010, 1) != 2 || b.ReadMMIO(0x10, 1) != 1 {
		t.Error("FULL: want both halves")
	}
	b.setMode("hercules")
	b.WriteMMIO(0, 1, 0x80)
	b.WriteMMIO(0x8000, 1, 0x40)
	b.WriteMMIO(0x6000, 1, 0x20) // line 3
	first := b.Frame()
	b.Out(regMode, modeVideo|modeGraphics|modePage)
	second := b.Frame()
	if first.Lines[0][0] != 1 || first.Lines[0][1] != 0 || first.Lines[3][2] != 1 || second.Lines[0][0] != 0 || second.Lines[0][1] != 1 || second.Lines[3][2] != 0 {
		t.Error("pages: dots at the wrong places")
	}
	b.Out(regConfig, 0)
	if b.Frame().Kind != video.Text {
		t.Error("graphics stayed when the switch forbade them")
	}
}
