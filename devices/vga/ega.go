package vga

import (
	"beige/devices/bus"
	"beige/devices/video"
)

// Model is the adapter: the EGA is what the VGA was made from.
type Model uint8

const (
	ModelVGA Model = iota
	ModelEGA
)

func (m Model) String() string { return [...]string{"vga", "ega"}[m%2] }

// Display is what an EGA is connected to.
type Display uint8

const (
	EnhancedColor Display = iota // IBM 5154
	Monochrome                   // IBM 5151
)

// The Enhanced Graphics Adapter with 256 KB. It differs from the VGA in this:
//
//	readable        CRTC 0Ch to 0Fh (10h and 11h are the light pen's), input status 0 and 1
//	missing         DAC, video subsystem enable; in the registers: write protection, double
//	                scanning, ten-bit vertical counters, byte panning, screen off, cursor
//	                off, chain 4, write mode 3, 256 colours, colour select
//	CRTC 00h        total less 2 characters (VGA: 5)
//	CRTC 0Bh        the cursor ends one line above it
//	clocks          14.31818 MHz of the bus, 16.257 MHz
//	palette         six bits of colour go to the display: with the negative vertical sync of
//	                350 lines as r g b R G B, with the positive of 200 as I R G B; of a
//	                monochrome one bit 3 is the beam and bit 4 makes it bright
//	input status 0  bit 4: the switch that misc output bits 3-2 select
//
// Sources: IBM Enhanced Graphics Adapter (Technical Reference Options and Adapters,
// 6280131), "Programming Considerations", register descriptions; Ferraro, Programmer's
// Guide to the EGA and VGA Cards.
//
// Not modelled: adapters with less than 256 KB, the CGA's display, the position registers of
// the two graphics chips (they are always 0 and 1), what is inserted in the feature
// connector; write mode 3, which programs must not set, does what a VGA does.

// switches is how they stand for a display: 4 to 1 from the highest bit on, 1 is off
// (EGA, "Configuration Switch Settings"): the Enhanced Color Display in its 350-line mode,
// the monochrome one with a CGA beside it.
func (d Display) switches() uint8 { return [...]uint8{0x09, 0x0b}[d&1] }

// Bits of the EGA alone.
const (
	miscVSyncNegative uint8 = 1 << 7 // 350 lines
	status0Feature    uint8 = 3 << 5 // the feature connector's inputs, with nothing in it
	status1PenOpen    uint8 = 1 << 2 // the light pen's switch is open
	miscClockShift          = 2
)

const (
	clock14 = 14_318_180
	clock16 = 16_257_000
)

// NewEGA returns an EGA in its power-on state, as New does a VGA.
func NewEGA(clock bus.Clock, irq bus.Line, screen Display) *VGA {
	d := newChip(ModelEGA, &egaMasks, clock, irq)
	d.screen = screen
	d.mem = make([]uint8, memSize)
	return d
}

// masks holds the bits that the registers of a model have.
type masks struct {
	seq       [8]uint8
	gfx       [16]uint8
	attr      [32]uint8
	crtc      [crtcCount]uint8
	crtcIndex uint8
}

var vgaMasks = masks{seqMask, gfxMask, attrMask, crtcMask, crtcCount - 1}

var egaMasks = masks{
	seq: [8]uint8{0x03, 0x0f, 0x0f, 0x0f, 0x07},
	gfx: [16]uint8{0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x3b, 0x0f, 0x0f, 0xff},
	attr: [32]uint8{
		0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f,
		0x0f, 0x3f, 0x3f, 0x0f,
	},
	crtc: [crtcCount]uint8{
		0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x3f, 0x1f, 0x1f, 0x1f, 0x7f, 0xff, 0xff, 0xff, 0xff,
		0xff, 0x3f, 0xff, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0xff,
	},
	crtcIndex: 0x1f,
}

// egaLacks reports whether a register is one of the VGA alone.
func egaLacks(off uint16) bool { return off == regEnable || off >= regPELMask && off <= regDACData }

// inEGA reads a register of the EGA; most can only be written.
func (d *VGA) inEGA(off uint16) uint8 {
	if off == regMisc {
		return d.status0()
	}
	switch d.colourOffset(off) {
	case regCRTCData:
		if d.CRTCIndex >= crStartHigh && d.CRTCIndex <= crVRetraceEnd {
			return d.readCRTC()
		}
	case regStatus1:
		return d.readStatus1()
	}
	return 0xff
}

// switchSense is the configuration switch that the clock select bits name: 3 is the first.
func (d *VGA) switchSense() uint8 {
	if d.screen.switches()>>(3-d.Misc&miscClock>>miscClockShift)&1 != 0 {
		return status0Sense
	}
	return 0
}

// egaClock is the dot clock. The third choice is a clock on the feature connector, which
// is not there; the bus's stands for it.
func (d *VGA) egaClock() uint64 {
	if d.Misc&miscClock>>miscClockShift == 1 {
		return clock16
	}
	return clock14
}

// enhanced reports whether the display shows 350 lines and 64 colours, which the
// adapter tells it by the vertical sync.
func (d *VGA) enhanced() bool { return d.Misc&miscVSyncNegative != 0 }

// egaColour is what the display makes of a palette register.
func (d *VGA) egaColour(v uint8) uint32 {
	switch {
	case d.screen == Monochrome:
		return [...]uint32{0, 0xaaaaaa, 0, 0xffffff}[v>>3&3]
	case !d.enhanced():
		return video.RGBI(v&7 | v>>4&1<<3)
	}
	var rgb uint32
	for _, bit := range []int{2, 1, 0} {
		rgb = rgb<<8 | uint32(v>>bit&1)*0xaa + uint32(v>>(bit+3)&1)*0x55
	}
	return rgb
}

// egaCursor is the first and the last line of the cursor: it goes off at line end and
// comes on at line start. So it is in two parts where the end is the smaller one, and fills
// the cell where both are one.
func egaCursor(start, end uint8) (first, last uint8) { return start, (end - 1) & maxScanMask }
