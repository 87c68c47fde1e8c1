package mc6845

import "beige/devices/bus"

// Registers of the 6845 (MC6845 data sheet, "Internal Register Assignment"):
//
//	R0  horizontal total less 1, characters    R9      lines of a row less 1
//	R1  horizontal displayed                   R10 R11 cursor start, end
//	R2  position of the horizontal sync        R12 R13 start address (write)
//	R3  its width                              R14 R15 cursor address (read, write)
//	R4  vertical total less 1, rows            R16 R17 light pen (read)
//	R5  vertical total adjust, lines
//	R6  vertical displayed, rows
//	R7  position of the vertical sync
//	R8  interlace mode
const (
	rHTotal      = 0
	rHDisplay    = 1
	rHSync       = 2
	rHSyncWidth  = 3
	rVTotal      = 4
	rVAdjust     = 5
	rVDisplay    = 6
	rVSync       = 7
	rMaxLine     = 9
	rCursorStart = 10
	rCursorEnd   = 11
	rStartHigh   = 12
	rStartLow    = 13
	rCursorHigh  = 14
	rCursorLow   = 15
	rPenHigh     = 16
	rPenLow      = 17

	crtcCount = 18
	indexMask = 0x1f

	cursorMode    uint8 = 3 << 5 // in rCursorStart
	cursorNone    uint8 = 1 << 5
	cursorLine    uint8 = 0x1f
	vsyncLines          = 16 // fixed in the MC6845
	maAddressMask       = 0x3fff
)

// crtcMask holds the bits that each register has.
var crtcMask = [crtcCount]uint8{0xff, 0xff, 0xff, 0x0f, 0x7f, 0x1f, 0x7f, 0x7f, 0x03, 0x1f, 0x7f, 0x1f, 0x3f, 0xff, 0x3f, 0xff, 0x3f, 0xff}

// readCRTC reads a data register: those that can only be written read as zeros.
func (a *Adapter) readCRTC() uint8 {
	if a.Index >= rCursorHigh && a.Index < crtcCount {
		return a.CRTC[a.Index]
	}
	return 0
}

func (a *Adapter) writeCRTC(v uint8) {
	if a.Index >= rPenHigh {
		return
	}
	if v &= crtcMask[a.Index]; (a.Index == rStartHigh || a.Index == rStartLow) && v != a.CRTC[a.Index] {
		a.keepStart()
	}
	a.set(&a.CRTC[a.Index], v)
	if a.Index <= rMaxLine {
		a.deriveTiming()
	}
}

func (a *Adapter) startAddress() uint16 {
	return uint16(a.CRTC[rStartHigh])<<8 | uint16(a.CRTC[rStartLow])
}

// keepStart remembers the start address, which is about to change: the 6845 loads it at
// the start of a frame (MC6845 data sheet, "Start Address Register"), so the old one is
// in force until then.
func (a *Adapter) keepStart() {
	if !a.startPending() {
		a.StartFrame, _, _ = a.beam()
		a.StartShown = a.startAddress()
	}
}

// startPending reports whether the start address was changed in this frame.
func (a *Adapter) startPending() bool {
	frame, _, _ := a.beam()
	return frame == a.StartFrame && a.StartShown != a.startAddress()
}

// startShown is the start address that is in force.
func (a *Adapter) startShown() uint16 {
	if a.startPending() {
		return a.StartShown
	}
	return a.startAddress()
}

func (a *Adapter) cursorAddress() uint16 {
	return uint16(a.CRTC[rCursorHigh])<<8 | uint16(a.CRTC[rCursorLow])
}

// rowLines is the height of a character row in scan lines.
func (a *Adapter) rowLines() uint64 { return uint64(a.CRTC[rMaxLine]) + 1 }

// crt is the timing of the picture.
type crt struct {
	char             bus.Freq // character clock
	hTotal, hDisplay uint64   // character clocks
	hsStart, hsEnd   uint64   // horizontal sync: [start, end) in character clocks
	vTotal, vDisplay uint64   // scan lines
	vsStart, vsEnd   uint64   // vertical sync: [start, end) in scan lines
}

// Dot clocks: the board's crystal, which the CGA gets from the bus, and the MDA's own.
const (
	clockCGA = 14_318_180
	clockMDA = 16_257_000
)

// charClock is the character clock: 8 dots of the CGA's 80-column text, 16 of its other
// modes; 9 of the MDA, 16 of the Hercules' graphics.
func (a *Adapter) charClock() bus.Freq {
	switch {
	case a.model == CGA && a.Mode&modeHiRes != 0:
		return bus.Freq{Num: clockCGA, Den: 8}
	case a.model == CGA:
		return bus.Freq{Num: clockCGA, Den: 16}
	case a.Mode&modeGraphics != 0:
		return bus.Freq{Num: clockMDA, Den: 16}
	}
	return bus.Freq{Num: clockMDA, Den: 9}
}

// deriveTiming recomputes the timing. The counters keep their phase from Epoch, so a
// change of a total moves the beam, which real ones do as well.
func (a *Adapter) deriveTiming() {
	r, row := &a.CRTC, a.rowLines()
	at := func(i int) uint64 { return uint64(r[i]) }
	a.crt = crt{
		char:     a.charClock(),
		hTotal:   at(rHTotal) + 1,
		hDisplay: at(rHDisplay),
		hsStart:  at(rHSync),
		hsEnd:    at(rHSync) + at(rHSyncWidth),
		vTotal:   (at(rVTotal)+1)*row + at(rVAdjust),
		vDisplay: at(rVDisplay) * row,
		vsStart:  at(rVSync) * row,
		vsEnd:    at(rVSync)*row + vsyncLines,
	}
}

// FrameTime is the duration of one frame.
func (a *Adapter) FrameTime() bus.Time { return a.crt.char.Time(a.crt.hTotal * a.crt.vTotal) }

// beam returns the frame number since Epoch, the scan line and the character.
func (a *Adapter) beam() (frame, line, column uint64) {
	t := a.crt.char.Ticks(a.clock.Now() - a.Epoch)
	line = t / a.crt.hTotal
	return line / a.crt.vTotal, line % a.crt.vTotal, t % a.crt.hTotal
}

// address is what the 6845 has on its address lines now.
func (a *Adapter) address() uint16 {
	_, line, column := a.beam()
	return (a.startShown() + uint16(line/a.rowLines()*a.crt.hDisplay+column)) & maAddressMask
}
