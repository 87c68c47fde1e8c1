package vga

import "beige/devices/video"

// The display interface of the adapter in Bochs and QEMU, which every VBE BIOS and
// driver for emulators knows: an index and a data register of 16 bits. While it is
// enabled, it alone decides what shows, and a VGA's 64 KB window at A0000h is one bank of
// the memory.
//
//	0  identity B0C0h-B0C5h      5  bank of 64 KB
//	1  width in pixels           6  width of the picture in memory, in pixels
//	2  height in lines           7  its height
//	3  bits a pixel              8  first pixel of a line that shows
//	4  enable, see the bits      9  first line that shows
//	                             A  memory in units of 64 KB
//
// Sources: Bochs, "VBE Display API" (vbe_display_api.txt, revision 0.15 and what B0C5h
// adds to it); QEMU, "Standard VGA" specification.
const (
	dispiID         = 0x0
	dispiXRes       = 0x1
	dispiYRes       = 0x2
	dispiBPP        = 0x3
	dispiEnable     = 0x4
	dispiBank       = 0x5
	dispiVirtWidth  = 0x6
	dispiVirtHeight = 0x7
	dispiXOffset    = 0x8
	dispiYOffset    = 0x9
	dispiMemory     = 0xa // read only

	dispiCount = 0xa // registers that are stored

	dispiFirst uint16 = 0xb0c0
	dispiLast  uint16 = 0xb0c5

	dispiEnabled uint16 = 1 << 0
	dispiGetCaps uint16 = 1 << 1 // reads of 1 to 3 give the largest values
	dispi8BitDAC uint16 = 1 << 5
	dispiLFB     uint16 = 1 << 6
	dispiNoClear uint16 = 1 << 7
	dispiBits           = dispiEnabled | dispiGetCaps | dispi8BitDAC | dispiLFB | dispiNoClear

	dispiMaxX   = 2560
	dispiMaxY   = 1600
	dispiMaxBPP = 32

	bankSize = 64 << 10
)

// Size of the window of the display interface's ports: the index at 0, the data at 1,
// and at 2 once more for machines that want it aligned.
const DisplayPorts = 3

// Display returns the ports of the display interface, which answer cycles of 16 bits.
func (d *VGA) Display() DisplayInterface { return DisplayInterface{d} }

// DisplayInterface is a VGA as its display interface shows it. It implements
// bus.WidePortHandler; cycles of one byte float high and are lost.
type DisplayInterface struct{ d *VGA }

// In implements bus.PortHandler.
func (i DisplayInterface) In(uint16) uint8 { return 0xff }

// Out implements bus.PortHandler.
func (i DisplayInterface) Out(uint16, uint8) {}

// InWide reads the index or the selected register.
func (i DisplayInterface) InWide(off uint16, size int) uint32 {
	if size != 2 {
		return 0xffffffff
	}
	if off == 0 {
		return uint32(i.d.DispiIndex)
	}
	return uint32(i.d.readDispi(i.d.DispiIndex))
}

// OutWide writes the index or the selected register.
func (i DisplayInterface) OutWide(off uint16, size int, v uint32) {
	switch {
	case size != 2:
	case off == 0:
		i.d.DispiIndex = uint16(v)
	default:
		i.d.writeDispi(i.d.DispiIndex, uint16(v))
	}
}

func (d *VGA) readDispi(index uint16) uint16 {
	caps := d.Dispi[dispiEnable]&dispiGetCaps != 0
	switch {
	case index == dispiMemory:
		return uint16(len(d.mem) / bankSize)
	case index >= dispiCount:
		return 0
	case caps && index == dispiXRes:
		return dispiMaxX
	case caps && index == dispiYRes:
		return dispiMaxY
	case caps && index == dispiBPP:
		return dispiMaxBPP
	}
	return d.Dispi[index]
}

func (d *VGA) writeDispi(index, v uint16) {
	r := &d.Dispi
	on := r[dispiEnable]&dispiEnabled != 0
	switch index {
	case dispiID:
		if v >= dispiFirst && v <= dispiLast {
			r[index] = v
		}
	case dispiXRes:
		if !on && v >= 8 && v <= dispiMaxX {
			r[index] = v &^ 7
		}
	case dispiYRes:
		if !on && v > 0 && v <= dispiMaxY {
			r[index] = v
		}
	case dispiBPP:
		switch v {
		case 0: // what old drivers mean by the 8 bits of the first version
			v = 8
			fallthrough
		case 4, 8, 15, 16, 24, 32:
			if !on {
				r[index] = v
			}
		}
	case dispiEnable:
		d.enableDispi(v & dispiBits)
	case dispiBank:
		r[index] = v % uint16(len(d.mem)/bankSize)
	case dispiVirtWidth:
		if v &^= 7; on && v >= r[dispiXRes] && d.dispiLines(v) >= int(r[dispiYRes]) {
			r[index] = v
			r[dispiVirtHeight] = uint16(min(d.dispiLines(v), 0xffff))
			d.placeDispi(r[dispiXOffset], r[dispiYOffset])
		}
	case dispiXOffset:
		d.placeDispi(v, r[dispiYOffset])
	case dispiYOffset:
		d.placeDispi(r[dispiXOffset], v)
	}
	d.dirty = true
	d.deriveAccess()
}

// placeDispi moves the part of memory that shows, as far as there is any.
func (d *VGA) placeDispi(x, y uint16) {
	r := &d.Dispi
	if r[dispiEnable]&dispiEnabled == 0 {
		return
	}
	r[dispiXOffset] = min(x, r[dispiVirtWidth]-r[dispiXRes])
	r[dispiYOffset] = min(y, r[dispiVirtHeight]-r[dispiYRes])
}

// dispiFits reports whether a chip of this memory can be in a state of the registers.
func (d *VGA) dispiFits(r *[dispiCount]uint16) bool {
	x := VGA{mem: d.mem, regs: regs{Dispi: *r}}
	switch r[dispiBPP] {
	case 4, 8, 15, 16, 24, 32:
	default:
		return false
	}
	if r[dispiID] < dispiFirst || r[dispiID] > dispiLast || r[dispiEnable]&^dispiBits != 0 || int(r[dispiBank]) >= len(d.mem)/bankSize ||
		r[dispiXRes] > dispiMaxX || r[dispiYRes] > dispiMaxY || r[dispiXRes]&7 != 0 {
		return false
	}
	return !x.dispiOn() || r[dispiXRes] > 0 && r[dispiYRes] > 0 && r[dispiVirtWidth]&7 == 0 && r[dispiVirtWidth] >= r[dispiXRes] &&
		int(r[dispiVirtHeight]) <= x.dispiLines(r[dispiVirtWidth]) && r[dispiVirtHeight] >= r[dispiYRes] &&
		r[dispiXOffset] <= r[dispiVirtWidth]-r[dispiXRes] && r[dispiYOffset] <= r[dispiVirtHeight]-r[dispiYRes]
}

// dispiPitch is the number of bytes from one line to the next: of each plane with 4
// bits a pixel.
func (d *VGA) dispiPitch(width uint16) int {
	if d.Dispi[dispiBPP] == 4 {
		return int(width) / 8
	}
	return int(width) * d.dispiFormat().Bytes()
}

// dispiLines is how many lines of width pixels the memory holds.
func (d *VGA) dispiLines(width uint16) int {
	n := len(d.mem)
	if d.Dispi[dispiBPP] == 4 {
		n /= planes
	}
	return n / max(d.dispiPitch(width), 1)
}

func (d *VGA) dispiFormat() video.Format {
	switch d.Dispi[dispiBPP] {
	case 15:
		return video.RGB555
	case 16:
		return video.RGB565
	case 24:
		return video.RGB888
	case 32:
		return video.XRGB8888
	}
	return video.Indexed
}

// enableDispi switches the mode on or off. A mode that does not fit the memory stays
// off.
func (d *VGA) enableDispi(v uint16) {
	r := &d.Dispi
	was := r[dispiEnable]&dispiEnabled != 0
	on := v&dispiEnabled != 0
	if on && !was {
		if r[dispiXRes] == 0 || r[dispiYRes] == 0 || d.dispiLines(r[dispiXRes]) < int(r[dispiYRes]) {
			v &^= dispiEnabled
			on = false
		} else {
			r[dispiVirtWidth] = r[dispiXRes]
			r[dispiVirtHeight] = uint16(min(d.dispiLines(r[dispiXRes]), 0xffff))
			r[dispiXOffset], r[dispiYOffset] = 0, 0
			if v&dispiNoClear == 0 {
				d.clearMemory()
			}
		}
	}
	if on != was {
		r[dispiBank] = 0
	}
	r[dispiEnable] = v
}

// dispiOn reports whether the display interface decides what shows.
func (d *VGA) dispiOn() bool { return d.Dispi[dispiEnable]&dispiEnabled != 0 }

// wideDAC reports whether the DAC has eight bits a colour.
func (d *VGA) wideDAC() bool {
	return d.Dispi[dispiEnable]&(dispi8BitDAC|dispiEnabled) == dispi8BitDAC|dispiEnabled
}

// captureDispi fills f with what the display interface shows.
func (d *VGA) captureDispi(f *video.Frame) {
	r := &d.Dispi
	f.Kind = video.Graphics
	f.Format = d.dispiFormat()
	f.PixW, f.PixH = int(r[dispiXRes]), int(r[dispiYRes])
	f.Width, f.Height = f.PixW, f.PixH
	f.ScaleX, f.ScaleY = 1, 1
	pitch := d.dispiPitch(r[dispiVirtWidth])
	f.Lines = make([][]uint8, 0, f.PixH)
	if r[dispiBPP] == 4 {
		d.capturePalette(f, false)
		first := int(r[dispiYOffset])*pitch + int(r[dispiXOffset])/8
		pan := int(r[dispiXOffset] & 7)
		line := make([]uint8, f.PixW+8)
		for y := range f.PixH {
			for i := 0; 8*i < f.PixW+pan; i++ {
				p := int(place(uint32(first+y*pitch+i))) % len(d.mem)
				d.shift(line[8*i:], d.mem[p:p+planes:p+planes])
			}
			d.frames.AddLine(f, line[pan:pan+f.PixW])
		}
		return
	}
	if f.Format == video.Indexed {
		for i := range f.Palette {
			f.Palette[i] = d.rgb(uint8(i))
		}
	}
	n := f.Format.Bytes()
	first := int(r[dispiYOffset])*pitch + int(r[dispiXOffset])*n
	for y := range f.PixH {
		d.addStored(f, first+y*pitch, f.PixW*n)
	}
}
