package vga

// Sequencer registers (Video Subsystem, Sequencer Registers).
const (
	srReset   = 0
	srClock   = 1
	srMapMask = 2
	srCharMap = 3
	srMemMode = 4

	resetRun uint8 = 3 // neither reset asserted

	clk8Dots     uint8 = 1 << 0
	clkDotHalf   uint8 = 1 << 3
	clkScreenOff uint8 = 1 << 5

	memSequential uint8 = 1 << 2 // 0: odd/even writes
	memChain4     uint8 = 1 << 3
)

// seqMask holds the bits each register has.
var seqMask = [8]uint8{0x03, 0x3d, 0x0f, 0x3f, 0x0e}

func (d *VGA) writeSeq(v uint8) {
	d.Seq[d.SeqIndex] = v & d.masks.seq[d.SeqIndex]
	d.dirty = true
	switch d.SeqIndex {
	case srClock:
		d.deriveTiming()
	case srMapMask, srMemMode:
		d.deriveAccess()
	}
}

// Graphics controller registers (Video Subsystem, Graphics Controller
// Registers).
const (
	grSetReset = 0
	grEnableSR = 1
	grCompare  = 2
	grRotate   = 3 // bits 2-0 count, 4-3 function
	grReadMap  = 4
	grMode     = 5
	grMisc     = 6
	grDontCare = 7
	grBitMask  = 8

	gmWriteMode    uint8 = 3
	gmReadCompare  uint8 = 1 << 3
	gmOddEven      uint8 = 1 << 4
	gmShiftCGA     uint8 = 1 << 5
	gmShift256     uint8 = 1 << 6
	gmiscGraphics  uint8 = 1 << 0
	gmiscWindow          = 2 // shift; two bits
	functionShift        = 3
	funcAnd        uint8 = 1
	funcOr         uint8 = 2
	funcXor        uint8 = 3
	windowA0000_2x uint8 = 0 // 128 KB
	windowA0000    uint8 = 1 // 64 KB
	windowB0000    uint8 = 2 // 32 KB
)

var gfxMask = [16]uint8{0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff}

func (d *VGA) writeGfx(v uint8) {
	d.Gfx[d.GfxIndex] = v & d.masks.gfx[d.GfxIndex]
	if d.GfxIndex == grMode || d.GfxIndex == grMisc {
		d.dirty = true
	}
	d.deriveAccess()
}

// Attribute controller registers (Video Subsystem, Attribute Controller
// Registers). 0-15 are the palette.
const (
	arMode       = 0x10
	arOverscan   = 0x11
	arPlanes     = 0x12 // bits 5-4: video status mux
	arPan        = 0x13
	arColorSel   = 0x14
	attrPAS      = 1 << 5 // in the index: the display drives the palette
	attrIndexMax = 0x3f

	amGraphics uint8 = 1 << 0
	amLineGfx  uint8 = 1 << 2 // ninth dot of C0h-DFh repeats the eighth
	amBlink    uint8 = 1 << 3
	amPanSplit uint8 = 1 << 5 // no panning below the line compare
	amP5P4     uint8 = 1 << 7 // palette bits 5-4 come from the colour select
)

var attrMask = [32]uint8{
	0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f,
	0xef, 0xff, 0x3f, 0x0f, 0x0f,
}

// writeAttr takes index and data in turn; reading input status 1 makes the next
// write an index. The palette is written even while the display drives it,
// which the reference forbids but does not define.
func (d *VGA) writeAttr(v uint8) {
	if !d.AttrData {
		d.AttrIndex = v & attrIndexMax
	} else {
		d.Attr[d.AttrIndex&0x1f] = v & d.masks.attr[d.AttrIndex&0x1f]
	}
	d.AttrData = !d.AttrData
	d.dirty = true
}

// The DAC has one address register. In read mode it runs one ahead of the
// colour that is being read (IMS G171, Reading and Writing the Colour Look-Up
// Table).
func (d *VGA) setDACRead(v uint8) {
	d.DACAddr, d.DACStep, d.DACRead = v, 0, true
	d.fetchDAC()
}

func (d *VGA) fetchDAC() {
	d.DACColor = d.DAC[d.DACAddr]
	d.DACAddr++
}

func (d *VGA) setDACWrite(v uint8) { d.DACAddr, d.DACStep, d.DACRead = v, 0, false }

// dacState is 3 after the read index and 0 after the write index was set.
func (d *VGA) dacState() uint8 {
	if d.DACRead {
		return 3
	}
	return 0
}

func (d *VGA) readDAC() uint8 {
	v := d.DACColor[d.DACStep]
	if !d.wideDAC() {
		v &= 0x3f
	}
	if d.DACStep++; d.DACStep == 3 {
		d.DACStep = 0
		d.fetchDAC()
	}
	return v
}

// writeDAC collects red, green and blue; the third stores the colour.
func (d *VGA) writeDAC(v uint8) {
	if !d.wideDAC() {
		v &= 0x3f
	}
	d.DACColor[d.DACStep] = v
	if d.DACStep++; d.DACStep == 3 {
		d.DACStep = 0
		d.DAC[d.DACAddr] = d.DACColor
		d.DACAddr++
		d.dirty = true
	}
}

// rgb is the colour of one DAC entry as 0xRRGGBB. Six bits become eight by
// repeating the upper two.
func (d *VGA) rgb(index uint8) uint32 {
	if d.model == ModelEGA {
		return d.egaColour(index)
	}
	c := &d.DAC[index&d.PELMask]
	var v uint32
	if d.wideDAC() {
		return uint32(c[0])<<16 | uint32(c[1])<<8 | uint32(c[2])
	}
	for _, x := range c {
		x &= 0x3f
		v = v<<8 | uint32(x<<2|x>>4)
	}
	return v
}

// paletteIndex sends a four-bit colour through the attribute palette and the
// colour select register to a DAC index (Color Select Register).
func (d *VGA) paletteIndex(c uint8) uint8 {
	p := d.Attr[c&0xf]
	sel := d.Attr[arColorSel]
	if d.Attr[arMode]&amP5P4 != 0 {
		p = p&0x0f | sel&3<<4
	}
	return p&0x3f | sel&0x0c<<4
}
