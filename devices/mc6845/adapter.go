// Package mc6845 is the display adapters around Motorola's 6845 CRT controller: IBM's
// Color/Graphics Monitor Adapter (CGA), IBM's Monochrome Display Adapter (MDA) and the
// Hercules Graphics Card, which is an MDA with 64 KB of memory and a graphics mode.
//
// Registers, as offsets from 3D0h (CGA) and 3B0h (MDA, Hercules):
//
//	0-7   even: 6845 index (write), odd: 6845 data
//	8     mode control (write)
//	9     CGA: colour select (write); Hercules: sets the light pen latch (write)
//	A     status (read)
//	B     CGA, Hercules: clears the light pen latch (write)
//	C     CGA: sets the light pen latch (write)
//	F     Hercules: configuration switch (write)
//
// Memory: the CGA's 16 KB appear twice in 32 KB from B8000h on, the MDA's 4 KB eight
// times in 32 KB from B0000h on; the Hercules has 64 KB from B0000h on, of which the
// configuration switch opens the upper half and lets the lower one be more than 4 KB.
//
// Sources: IBM Technical Reference Options and Adapters, "Color/Graphics Monitor Adapter"
// (1501234) and "Monochrome Display and Printer Adapter" (1501228): registers, attributes,
// status, logic diagrams; Motorola MC6845 data sheet (ADI-465); Hercules Graphics Card
// Owner's Manual, appendix "Programming".
//
// Not modelled: composite colours; snow (the CGA's memory in the 80-column mode is read
// without a conflict); what changes within one frame (a frame shows the registers of the
// moment it is taken); interlace; the 6845's own blinking of the cursor (register 10 bits
// 6-5: the adapters blink it themselves); the border (frames have its colour, pictures
// leave it out); the printer port of MDA and Hercules (the board has its own).
package mc6845

import (
	"beige/devices/bus"
	"beige/devices/video"
)

// Model is the adapter.
type Model uint8

const (
	CGA Model = iota
	MDA
	Hercules
)

func (m Model) String() string { return [...]string{"cga", "mda", "hercules"}[m%3] }

// memory is how much there is, in bytes.
func (m Model) memory() int { return [...]int{16 << 10, 4 << 10, 64 << 10}[m] }

// WindowSize is how much of the address space the memory takes, in bytes.
func (m Model) WindowSize() uint32 { return [...]uint32{0x8000, 0x8000, 0x10000}[m] }

// GlyphLines is the height of a character in Config.Font.
func (m Model) GlyphLines() int {
	if m == CGA {
		return 8
	}
	return 14
}

// Register offsets.
const (
	regIndex    = 0x4
	regData     = 0x5
	regMode     = 0x8
	regColour   = 0x9
	regSetPenH  = 0x9 // Hercules
	regStatus   = 0xa
	regClearPen = 0xb
	regSetPen   = 0xc
	regConfig   = 0xf

	// PortCount is the length of the I/O window.
	PortCount = 0x10
)

// Mode control register.
const (
	modeHiRes    uint8 = 1 << 0 // 80 columns
	modeGraphics uint8 = 1 << 1 // CGA, Hercules
	modeBW       uint8 = 1 << 2 // CGA: no colour burst
	modeVideo    uint8 = 1 << 3 // the picture shows
	mode640      uint8 = 1 << 4 // CGA: 640 dots
	modeBlink    uint8 = 1 << 5
	modePage     uint8 = 1 << 7 // Hercules: the upper half of the memory shows
)

// modeMask is what each model keeps of the mode control register.
func (m Model) modeMask() uint8 {
	return [...]uint8{0x3f, modeHiRes | modeVideo | modeBlink, modeGraphics | modeVideo | modeBlink | modePage}[m]
}

// Colour select register of the CGA.
const (
	colourIndex  uint8 = 0x0f // border, background of 320 or foreground of 640 dots
	colourBright uint8 = 1 << 4
	colourSet    uint8 = 1 << 5 // cyan, magenta, white
	colourMask   uint8 = 0x3f
)

// Configuration switch of the Hercules.
const (
	configGraphics uint8 = 1 << 0 // the graphics mode may be set
	configPage     uint8 = 1 << 1 // the upper half of the memory answers
)

// Status register. On the CGA bit 0 is set while the beam is outside the picture, on
// the others during the horizontal retrace.
const (
	statusRetrace uint8 = 1 << 0
	statusPen     uint8 = 1 << 1 // the light pen latch is set
	statusSwitch  uint8 = 1 << 2 // CGA: the pen's switch is open
	statusVSync   uint8 = 1 << 3 // CGA: vertical retrace
	statusDots    uint8 = 1 << 3 // the others: the beam is on
	statusNoVSync uint8 = 1 << 7 // Hercules
	statusOpenBus uint8 = 0xf0   // IBM's adapters do not drive the upper half
)

// regs holds every register that the guest can observe.
type regs struct {
	Index  uint8
	CRTC   [crtcCount]uint8
	Mode   uint8
	Colour uint8
	Config uint8
	Pen    bool     // light pen latch
	Epoch  bus.Time // when the counters were at the upper left

	StartFrame uint64 // the frame in which the start address was written last
	StartShown uint16 // the start address with which that frame began
}

const (
	stateVersion = 1

	noFrame uint64 = 1<<64 - 1 // of StartFrame
)

// Config describes an adapter.
type Config struct {
	Model Model
	// Font is the character generator: 256 characters of Model.GlyphLines bytes, a line
	// each, the leftmost dot in bit 7.
	Font []uint8
}

// Adapter is one display adapter.
type Adapter struct {
	regs
	mem []uint8

	model Model
	font  *video.Font
	clock bus.Clock

	crt    crt  // timing, derived from the registers
	dirty  bool // something that may show has changed since the last frame
	frames video.Keeper
}

// New returns an adapter in its power-on state, dark. It panics on a font of the wrong
// size, a mistake of the board.
func New(clock bus.Clock, cfg Config) *Adapter {
	lines := cfg.Model.GlyphLines()
	if len(cfg.Font) != 256*lines {
		panic("mc6845: font of the wrong size")
	}
	a := &Adapter{model: cfg.Model, clock: clock, font: generator(cfg.Font, lines), mem: make([]uint8, cfg.Model.memory())}
	a.Reset(bus.PowerOn)
	return a
}

// generator spreads a font over the lines that the 6845 can count. The CGA's character
// generator has three address lines for them and begins again after eight; the other's
// has four, and the two lines after the fourteenth are dark.
func generator(font []uint8, lines int) *video.Font {
	period := 8
	if lines > period {
		period = 16
	}
	f := new(video.Font)
	for c := range f {
		for y := range f[c] {
			if row := y % period; row < lines {
				f[c][y] = font[c*lines+row]
			}
		}
	}
	return f
}

// Name implements bus.Device.
func (a *Adapter) Name() string { return a.model.String() }

// Reset clears the mode register, so that the screen is dark. The 6845 has no reset line
// that clears its registers (MC6845 data sheet, "RESET"); only switching on does.
func (a *Adapter) Reset(kind bus.ResetKind) {
	old := a.regs
	a.regs = regs{Epoch: a.clock.Now(), StartFrame: noFrame}
	if kind == bus.PowerOn {
		clear(a.mem)
	} else {
		a.CRTC, a.Index = old.CRTC, old.Index
	}
	a.derive()
}

// derive recomputes everything that follows from the registers.
func (a *Adapter) derive() {
	a.dirty = true
	a.deriveTiming()
}

// In reads a register.
func (a *Adapter) In(off uint16) uint8 {
	switch {
	case off < regMode && off&1 != 0:
		return a.readCRTC()
	case off == regStatus:
		return a.status()
	}
	return 0xff
}

// Out writes a register.
func (a *Adapter) Out(off uint16, v uint8) {
	switch {
	case off < regMode && off&1 == 0:
		a.Index = v & indexMask
	case off < regMode:
		a.writeCRTC(v)
	case off == regMode:
		a.writeMode(v)
	case off == regColour && a.model == CGA:
		a.set(&a.Colour, v&colourMask)
	case off == regSetPenH && a.model == Hercules, off == regSetPen && a.model == CGA:
		a.strobe()
	case off == regClearPen && a.model != MDA:
		a.Pen = false
	case off == regConfig && a.model == Hercules:
		a.set(&a.Config, v&(configGraphics|configPage))
		a.writeMode(a.Mode) // a mode that is no longer allowed ends
	}
}

// set changes a register that says how the picture looks.
func (a *Adapter) set(reg *uint8, v uint8) {
	if *reg != v {
		*reg = v
		a.dirty = true
	}
}

func (a *Adapter) writeMode(v uint8) {
	v &= a.model.modeMask()
	if a.model == Hercules {
		if a.Config&configGraphics == 0 {
			v &^= modeGraphics
		}
		if a.Config&configPage == 0 {
			v &^= modePage
		}
	}
	a.set(&a.Mode, v)
	a.deriveTiming()
}

// strobe sets the light pen latch; the 6845 keeps the address of the moment (MC6845 data
// sheet, "Light Pen Register").
func (a *Adapter) strobe() {
	if a.Pen {
		return
	}
	a.Pen = true
	ma := a.address()
	a.CRTC[rPenHigh], a.CRTC[rPenLow] = uint8(ma>>8), uint8(ma)
}

func (a *Adapter) status() uint8 {
	_, line, column := a.beam()
	c := &a.crt
	var s uint8
	if a.Pen {
		s |= statusPen
	}
	vsync := line >= c.vsStart && line < c.vsEnd
	if a.model == CGA {
		s |= statusOpenBus | statusSwitch
		if line >= c.vDisplay || column >= c.hDisplay {
			s |= statusRetrace
		}
		if vsync {
			s |= statusVSync
		}
		return s
	}
	if column >= c.hsStart && column < c.hsEnd {
		s |= statusRetrace
	}
	if a.dot() {
		s |= statusDots
	}
	switch {
	case a.model == MDA:
		s |= statusOpenBus
	case !vsync:
		s |= statusNoVSync
	}
	return s
}

// place is where an address of the window lies in the memory; ok is false where nothing
// answers.
func (a *Adapter) place(off uint32) (at uint32, ok bool) {
	if a.model != Hercules {
		return off & uint32(len(a.mem)-1), true
	}
	switch {
	case off >= hercPage:
		return off & (2*hercPage - 1), a.Config&configPage != 0
	case a.Config == 0:
		return off & (hercText - 1), true
	}
	return off, true
}

// Parts of the Hercules' memory.
const (
	hercPage = 32 << 10
	hercText = 4 << 10 // what answers before the configuration switch is set
)

// ReadMMIO implements bus.MMIOHandler.
func (a *Adapter) ReadMMIO(off uint32, size int) uint64 {
	var v uint64
	for i := range size {
		b := uint8(0xff)
		if at, ok := a.place(off + uint32(i)); ok {
			b = a.mem[at]
		}
		v |= uint64(b) << (8 * i)
	}
	return v
}

// WriteMMIO implements bus.MMIOHandler.
func (a *Adapter) WriteMMIO(off uint32, size int, v uint64) {
	for i := range size {
		if at, ok := a.place(off + uint32(i)); ok {
			a.set(&a.mem[at], uint8(v>>(8*i)))
		}
	}
}
