package vga

import (
	"beige/devices/bus"
	"beige/devices/video"
)

// CRT controller registers (Video Subsystem, CRT Controller Registers). 22h,
// 24h and 26h are not in the reference but in every VGA: the latch of the read
// map, the attribute flip-flop and the attribute index.
const (
	crHTotal      = 0x00 // characters less 5
	crHDisplayEnd = 0x01 // characters less 1
	crHBlankEnd   = 0x03
	crVTotal      = 0x06 // lines less 2
	crOverflow    = 0x07
	crPresetRow   = 0x08 // bits 6-5: byte panning
	crMaxScan     = 0x09
	crCursorStart = 0x0a
	crCursorEnd   = 0x0b
	crStartHigh   = 0x0c
	crStartLow    = 0x0d
	crCursorHigh  = 0x0e
	crCursorLow   = 0x0f
	crVRetraceBeg = 0x10
	crVRetraceEnd = 0x11
	crVDisplayEnd = 0x12
	crOffset      = 0x13
	crUnderline   = 0x14
	crMode        = 0x17
	crLineCompare = 0x18
	crLatch       = 0x22
	crFlipFlop    = 0x24
	crAttrIndex   = 0x26

	crtcCount = 0x40

	hbeNoLightPen uint8 = 1 << 7 // 10h and 11h are the retrace registers
	maxDouble     uint8 = 1 << 7 // every line twice
	maxScanMask   uint8 = 0x1f
	cursorOff     uint8 = 1 << 5
	vreNotClear   uint8 = 1 << 4 // 0 clears the interrupt
	vreNoInt      uint8 = 1 << 5 // 0 enables it
	vreProtect    uint8 = 1 << 7 // write protects 0-7
	ulCountBy4    uint8 = 1 << 5
	ulDword       uint8 = 1 << 6
	modeRA0       uint8 = 1 << 0 // 0: row scan bit 0 replaces address bit 13
	modeRA1       uint8 = 1 << 1 // 0: row scan bit 1 replaces address bit 14
	modeHalfLine  uint8 = 1 << 2 // vertical counter runs at half rate
	modeCountBy2  uint8 = 1 << 3
	modeWrap15    uint8 = 1 << 5 // word mode: bit 15, not 13, becomes bit 0
	modeByte      uint8 = 1 << 6
	modeRun       uint8 = 1 << 7 // 0 holds the retraces

	overflowLineCompare uint8 = 1 << 4
)

var crtcMask = [crtcCount]uint8{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x3f, 0x7f, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xef, 0xff,
}

func (d *VGA) readCRTC() uint8 {
	switch d.CRTCIndex {
	case crVRetraceBeg, crVRetraceEnd:
		if d.CRTC[crHBlankEnd]&hbeNoLightPen == 0 {
			return 0 // light pen registers
		}
	case crLatch:
		return uint8(d.Latch >> (8 * (d.Gfx[grReadMap] & 3)))
	case crFlipFlop:
		if d.AttrData {
			return 1 << 7
		}
	case crAttrIndex:
		return d.AttrIndex
	}
	return d.CRTC[d.CRTCIndex]
}

func (d *VGA) writeCRTC(v uint8) {
	i := d.CRTCIndex
	v &= d.masks.crtc[i]
	if i <= crOverflow && d.CRTC[crVRetraceEnd]&vreProtect != 0 {
		if i != crOverflow {
			return
		}
		v = d.CRTC[i]&^overflowLineCompare | v&overflowLineCompare
	}
	if d.CRTC[i] == v {
		return
	}
	if i == crStartHigh || i == crStartLow {
		d.keepStart()
	}
	d.CRTC[i] = v
	d.dirty = true
	switch i {
	case crHTotal, crHDisplayEnd, crVTotal, crOverflow, crVRetraceBeg, crVRetraceEnd, crVDisplayEnd, crMode:
		d.deriveTiming()
	}
}

// overflow gives bit n of the overflow register at bit 8 and bit m, which an EGA
// has not, at bit 9.
func (d *VGA) overflow(n, m uint8) uint64 {
	o := uint64(d.CRTC[crOverflow])
	if d.model == ModelEGA {
		return o >> n & 1 << 8
	}
	return o>>n&1<<8 | o>>m&1<<9
}

func (d *VGA) lineCompare() int {
	return int(d.CRTC[crLineCompare]) | int(d.CRTC[crOverflow]>>4&1)<<8 | int(d.CRTC[crMaxScan]>>6&1)<<9
}

func (d *VGA) startAddress() uint16 {
	return uint16(d.CRTC[crStartHigh])<<8 | uint16(d.CRTC[crStartLow])
}

// retraces numbers the time between two vertical retraces; ok is false where there are
// none.
func (d *VGA) retraces(t bus.Time) (n uint64, ok bool) {
	c := &d.crt
	if c.vrStart >= c.vTotal {
		return 0, false
	}
	return (c.char.Ticks(t-d.Epoch)/c.hTotal + c.vTotal - c.vrStart) / c.vTotal, true
}

// keepStart remembers the start address, which is about to change: the CRT controller
// loads it at the vertical retrace (Start Address registers; Abrash, Graphics Programming
// Black Book, chapter 23), so the old one is in force until then.
func (d *VGA) keepStart() {
	if d.startPending() {
		return
	}
	d.StartTime = d.clock.Now()
	d.StartShown = [2]uint8{d.CRTC[crStartHigh], d.CRTC[crStartLow]}
}

// startPending reports whether the start address was changed since the last retrace.
func (d *VGA) startPending() bool {
	if d.StartShown == [2]uint8{d.CRTC[crStartHigh], d.CRTC[crStartLow]} {
		return false
	}
	then, ok := d.retraces(d.StartTime)
	now, _ := d.retraces(d.clock.Now())
	return ok && then == now
}

// startShown is the start address that is in force.
func (d *VGA) startShown() uint16 {
	if d.startPending() {
		return uint16(d.StartShown[0])<<8 | uint16(d.StartShown[1])
	}
	return d.startAddress()
}

func (d *VGA) cursorAddress() uint16 {
	return uint16(d.CRTC[crCursorHigh])<<8 | uint16(d.CRTC[crCursorLow])
}

// crt is the timing of the picture.
type crt struct {
	char             bus.Freq // character clock
	hTotal, hDisplay uint64   // character clocks
	vTotal, vDisplay uint64   // scan lines
	vrStart, vrEnd   uint64   // vertical retrace: [start, end) in scan lines
}

// The two crystals of the IBM adapter (Video Subsystem, Miscellaneous Output), and what
// adapters with text of 132 columns have for clock 2, which is that of the feature
// connector on IBM's: 1280 dots in the time of 800.
const (
	clock25 = 25_175_000
	clock28 = 28_322_000
	clock40 = 40_000_000
)

// deriveTiming recomputes the timing. The counters keep their phase from Epoch,
// so a change of the total moves the beam, which real ones do as well.
func (d *VGA) deriveTiming() {
	dot, short := uint64(clock25), uint64(5)
	switch {
	case d.model == ModelEGA:
		dot, short = d.egaClock(), 2
	case d.Misc&miscClock == miscClock28:
		dot = clock28
	case d.Misc&miscClock == miscClock40:
		dot = clock40
	}
	den := uint64(9)
	if d.Seq[srClock]&clk8Dots != 0 {
		den = 8
	}
	if d.Seq[srClock]&clkDotHalf != 0 {
		den *= 2
	}
	c := crt{
		char:     bus.Freq{Num: dot, Den: den},
		hTotal:   uint64(d.CRTC[crHTotal]) + short,
		hDisplay: uint64(d.CRTC[crHDisplayEnd]) + 1,
		vTotal:   (uint64(d.CRTC[crVTotal]) | d.overflow(0, 5)) + 2,
		vDisplay: (uint64(d.CRTC[crVDisplayEnd]) | d.overflow(1, 6)) + 1,
		vrStart:  uint64(d.CRTC[crVRetraceBeg]) | d.overflow(2, 7),
	}
	// The retrace ends when the low four bits of the line counter match.
	n := (uint64(d.CRTC[crVRetraceEnd]) - c.vrStart) & 0xf
	if n == 0 {
		n = 16
	}
	c.vrEnd = c.vrStart + n
	if d.CRTC[crMode]&modeHalfLine != 0 {
		c.vTotal, c.vDisplay, c.vrStart, c.vrEnd = 2*c.vTotal, 2*c.vDisplay, 2*c.vrStart, 2*c.vrEnd
	}
	d.crt = c
	d.armRetrace()
}

// FrameTime is the duration of one frame.
func (d *VGA) FrameTime() bus.Time { return d.crt.char.Time(d.crt.hTotal * d.crt.vTotal) }

// beam returns the frame number since Epoch, the scan line and the character.
func (d *VGA) beam() (frame, line, column uint64) {
	t := d.crt.char.Ticks(d.clock.Now() - d.Epoch)
	line = t / d.crt.hTotal
	return line / d.crt.vTotal, line % d.crt.vTotal, t % d.crt.hTotal
}

// Blink returns the phases of the cursor (16 frames) and of blinking
// characters (32 frames); true is shown.
func (d *VGA) Blink() video.Phase {
	frame, _, _ := d.beam()
	return video.Phase{Cursor: frame&8 == 0, Text: frame&16 == 0}
}

// readStatus1 also makes the next attribute write an index.
func (d *VGA) readStatus1() uint8 {
	d.AttrData = false
	return d.status1()
}

func (d *VGA) status1() uint8 {
	_, line, column := d.beam()
	var s uint8
	if d.model == ModelEGA {
		s = status1PenOpen
	}
	if line >= d.crt.vDisplay || column >= d.crt.hDisplay {
		s |= status1NoDisplay | d.diag(d.Attr[arOverscan])
	}
	if line >= d.crt.vrStart && line < d.crt.vrEnd {
		s |= status1VRetrace
	}
	return s
}

// diag selects two colour outputs for input status 1 (Color Plane Enable
// Register, Video Status Mux).
func (d *VGA) diag(colour uint8) uint8 {
	low, high := uint8(0), uint8(2)
	switch d.Attr[arPlanes] >> 4 & 3 {
	case 1:
		low, high = 4, 5
	case 2:
		low, high = 1, 3
	case 3:
		low, high = 6, 7
	}
	return (colour>>low&1 | colour>>high&1<<1) << 4 & status1Diag
}

// armRetrace keeps the interrupt timer: it runs only while the interrupt is
// enabled and not held clear.
func (d *VGA) armRetrace() {
	r := d.CRTC[crVRetraceEnd]
	if r&vreNotClear == 0 && d.IntPending {
		d.IntPending = false
		d.irq(false)
	}
	if r&(vreNotClear|vreNoInt) != vreNotClear || d.IntPending || d.crt.vrStart >= d.crt.vTotal {
		d.retrace.Stop()
		return
	}
	frame, _, _ := d.beam()
	now := d.clock.Now()
	for {
		t := d.Epoch + d.crt.char.Time((frame*d.crt.vTotal+d.crt.vrStart)*d.crt.hTotal)
		if t > now {
			d.retrace.At(t)
			return
		}
		frame++
	}
}

// retraceStart raises the interrupt, which stays until the guest clears it.
func (d *VGA) retraceStart() {
	d.IntPending = true
	d.irq(true)
}
