// Package vga is the video graphics array of the PS/2 and of every PC after it:
// sequencer, CRT controller, graphics controller, attribute controller, video
// DAC and memory: 256 KB in four planes, and more behind the display interface of
// dispi.go.
//
// Registers, as offsets from 3B0h. The CRT controller, the feature control and
// input status 1 answer at the mono or at the colour address, as misc output
// bit 0 selects.
//
//	04 05  24 25  CRTC index, data          10     attribute index and data (write)
//	0A     2A     input status 1 (read)     10 11  attribute index, data (read)
//	0A     2A     feature control (write)   12     misc output (write), input status 0 (read)
//	14 15         sequencer index, data     13     video subsystem enable
//	16            PEL mask                  17     DAC read index (write), state (read)
//	18 19         DAC write index, data     1A     feature control (read)
//	1E 1F         graphics index, data      1C     misc output (read)
//
// Memory, as offsets from A0000h (128 KB); graphics register 6 selects which
// part answers. The four planes of an address lie side by side in one slice, and the
// addresses in the order in which chain-4 memory counts them (see place), so that the
// processor can reach that memory without asking (shared.go).
//
// Sources: IBM PS/2 Hardware Interface Technical Reference, Video Subsystem;
// Inmos IMS G171 datasheet (DAC); Intel 82706 VGA datasheet (register widths);
// Ferraro, Programmer's Guide to the EGA and VGA Cards
// (addressing of odd/even and chain-4 memory).
//
// Not modelled: what changes within one frame (a frame shows the registers of
// the moment it is taken, and the start address of the last retrace), the light pen,
// the border (frames have its colour, pictures leave it out), the odd/even page bit of
// misc output and the 64 KB memory of sequencer register 4 (every mode uses
// 256 KB), the shift-load bits of sequencer register 1, blinking in graphics
// modes, the comparator behind the switch sense bit, the feedback of pixel
// colours in input status 1 inside the picture, the latches after reads of chain-4
// memory while nothing but write mode 0 to all planes is set (those reads ask nobody).
package vga

import (
	"beige/devices/bus"
	"beige/devices/video"
)

// Register offsets.
const (
	regMonoCRTCIndex = 0x04 // the others follow as they do at the colour address
	regAttr          = 0x10
	regAttrRead      = 0x11
	regMisc          = 0x12 // read: input status 0
	regEnable        = 0x13
	regSeqIndex      = 0x14
	regSeqData       = 0x15
	regPELMask       = 0x16
	regDACRead       = 0x17 // read: DAC state
	regDACWrite      = 0x18
	regDACData       = 0x19
	regFeatureRead   = 0x1a
	regMiscRead      = 0x1c
	regGfxIndex      = 0x1e
	regGfxData       = 0x1f
	regCRTCIndex     = 0x24
	regCRTCData      = 0x25
	regStatus1       = 0x2a

	monoToColour = regCRTCIndex - regMonoCRTCIndex
)

// Window lengths for the board: I/O from 3B0h, memory from A0000h.
const (
	PortCount  = 0x30
	WindowSize = 0x20000
)

const (
	planes    = 4
	planeSize = 1 << 16
	memSize   = planes * planeSize // what a VGA addresses of
	vramSize  = MemorySize
)

// MemorySize is what there is: two pictures of 1600 by 1200 in 32 bits, which Linux's
// driver asks for.
const MemorySize = 16 << 20

// Misc output register.
const (
	miscColour    uint8 = 1 << 0 // 3Dx addresses
	miscRAM       uint8 = 1 << 1 // memory answers
	miscClock     uint8 = 3 << 2
	miscClock28   uint8 = 1 << 2
	miscClock40   uint8 = 2 << 2
	miscWritable  uint8 = 0xef // bit 4 does not exist
	featureMask   uint8 = 0x0b
	enableSystem  uint8 = 1 << 0
	status0CRTInt uint8 = 1 << 7
	status0Sense  uint8 = 1 << 4
)

// Input status 1.
const (
	status1NoDisplay uint8 = 1 << 0 // horizontal or vertical blanking
	status1VRetrace  uint8 = 1 << 3
	status1Diag      uint8 = 3 << 4 // two of the eight colour outputs
)

// regs holds every register that the guest can observe.
type regs struct {
	Misc, Feature, Enable uint8

	SeqIndex  uint8
	Seq       [8]uint8
	CRTCIndex uint8
	CRTC      [crtcCount]uint8
	GfxIndex  uint8
	Gfx       [16]uint8

	AttrIndex uint8 // with the palette address source in bit 5
	AttrData  bool  // flip-flop: the next write is data
	Attr      [32]uint8

	PELMask  uint8
	DACAddr  uint8    // the G171's one address register
	DACStep  uint8    // next component: 0 red, 1 green, 2 blue
	DACRead  bool     // read mode
	DACColor [3]uint8 // colour being read or collected
	DAC      [256][3]uint8

	Latch      uint32 // planes 0-3, plane 0 in the low byte
	IntPending bool

	Epoch bus.Time // when the CRT counters were at the upper left

	StartTime  bus.Time // when the start address was written last
	StartShown [2]uint8 // what it was at the vertical retrace before that: high, low

	DispiIndex uint16 // display interface
	Dispi      [dispiCount]uint16
}

const stateVersion = 3

// VGA is one video graphics array.
type VGA struct {
	regs
	mem    []uint8
	model  Model
	masks  *masks // the bits that its registers have
	screen Display
	shared Memory // the board's side of mem, or nil
	bank   bankUse

	clock   bus.Clock
	irq     bus.Line  // vertical retrace interrupt
	retrace bus.Timer // armed only while that is enabled

	access access // memory access, derived from the registers
	crt    crt    // timing, derived from the registers

	dirty      bool   // something that may show has changed since the last frame, stored aside
	stored     []bool // what the processor stored by itself; see Memory
	onlyStored bool   // nothing else has changed
	fontDirty  bool   // plane 2 has changed since fonts were taken
	frames     video.Keeper
	fonts      [2]*video.Font
	fontAt     [2]uint32
}

// New returns the chip in its power-on state, before any BIOS has programmed
// it. irq is the vertical retrace interrupt and may be nil; so may be memory, in
// which case the chip has memory of its own.
func New(clock bus.Clock, irq bus.Line, memory Memory) *VGA {
	d := newChip(ModelVGA, &vgaMasks, clock, irq)
	// After the reset, which would touch all of it.
	if d.shared = memory; memory != nil {
		d.mem = memory.Bytes()
	} else {
		d.mem = make([]uint8, vramSize)
	}
	return d
}

func newChip(model Model, m *masks, clock bus.Clock, irq bus.Line) *VGA {
	if irq == nil {
		irq = func(bool) {}
	}
	d := &VGA{model: model, masks: m, clock: clock, irq: irq}
	d.retrace = clock.NewTimer(d.Name()+".retrace", d.retraceStart)
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *VGA) Name() string { return d.model.String() }

// Reset clears the registers. The display stays dark and the memory closed
// until they are programmed. A bus reset keeps the memory and the DAC.
func (d *VGA) Reset(kind bus.ResetKind) {
	old := d.regs
	d.regs = regs{Enable: enableSystem, PELMask: 0xff, Epoch: d.clock.Now(), StartTime: d.clock.Now()}
	d.Dispi[dispiID] = dispiLast
	d.Dispi[dispiBPP] = 8
	if kind == bus.PowerOn {
		d.clearMemory()
	} else {
		d.DAC, d.PELMask = old.DAC, old.PELMask
	}
	d.derive()
	d.irq(false)
}

// derive recomputes everything that follows from the registers.
func (d *VGA) derive() {
	d.dirty, d.fontDirty = true, true
	d.deriveAccess()
	d.deriveTiming()
}

// In reads a register. Addresses without one, the CRT controller's unselected
// address and all but the enable register of a disabled subsystem float high.
func (d *VGA) In(off uint16) uint8 {
	if d.model == ModelEGA {
		return d.inEGA(off)
	}
	if d.Enable&enableSystem == 0 && off != regEnable {
		return 0xff
	}
	switch off {
	case regAttr:
		return d.AttrIndex
	case regAttrRead:
		return d.Attr[d.AttrIndex&0x1f]
	case regMisc:
		return d.status0()
	case regEnable:
		return d.Enable
	case regSeqIndex:
		return d.SeqIndex
	case regSeqData:
		return d.Seq[d.SeqIndex]
	case regPELMask:
		return d.PELMask
	case regDACRead:
		return d.dacState()
	case regDACWrite:
		return d.DACAddr
	case regDACData:
		return d.readDAC()
	case regFeatureRead:
		return d.Feature
	case regMiscRead:
		return d.Misc
	case regGfxIndex:
		return d.GfxIndex
	case regGfxData:
		return d.Gfx[d.GfxIndex]
	}
	switch off = d.colourOffset(off); off {
	case regCRTCIndex:
		return d.CRTCIndex
	case regCRTCData:
		return d.readCRTC()
	case regStatus1:
		return d.readStatus1()
	}
	return 0xff
}

// Out writes a register.
func (d *VGA) Out(off uint16, v uint8) {
	if d.Enable&enableSystem == 0 && off != regEnable || d.model == ModelEGA && egaLacks(off) {
		return
	}
	switch off {
	case regAttr:
		d.writeAttr(v)
		return
	case regMisc:
		d.writeMisc(v)
		return
	case regEnable:
		d.Enable = v & enableSystem
		d.dirty = true
		d.deriveAccess()
		return
	case regSeqIndex:
		d.SeqIndex = v & 7
		return
	case regSeqData:
		d.writeSeq(v)
		return
	case regPELMask:
		d.PELMask = v
		d.dirty = true
		return
	case regDACRead:
		d.setDACRead(v)
		return
	case regDACWrite:
		d.setDACWrite(v)
		return
	case regDACData:
		d.writeDAC(v)
		return
	case regGfxIndex:
		d.GfxIndex = v & 0xf
		return
	case regGfxData:
		d.writeGfx(v)
		return
	}
	switch d.colourOffset(off) {
	case regCRTCIndex:
		d.CRTCIndex = v & d.masks.crtcIndex
	case regCRTCData:
		d.writeCRTC(v)
	case regStatus1:
		d.Feature = v & featureMask
	}
}

// colourOffset maps the selected one of the two CRT controller addresses to the
// colour one and the other to none.
func (d *VGA) colourOffset(off uint16) uint16 {
	if d.Misc&miscColour == 0 {
		return off + monoToColour
	}
	return off
}

func (d *VGA) writeMisc(v uint8) {
	d.Misc = v & miscWritable
	d.dirty = true
	d.deriveAccess()
	d.deriveTiming()
}

func (d *VGA) status0() uint8 {
	s := status0Sense
	if d.model == ModelEGA {
		s = d.switchSense() | status0Feature
	}
	if d.IntPending {
		s |= status0CRTInt
	}
	return s
}
