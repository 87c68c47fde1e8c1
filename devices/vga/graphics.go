package vga

import (
	"encoding/binary"

	"beige/devices/video"
)

// captureGraphics fills f with one index a pixel. The shift registers turn the
// four bytes of each character clock into (Graphics Mode Register):
//
//	planar     eight pixels, one bit from each plane
//	CGA        eight pixels of two bits, planes 0 and 1 with 2 and 3 above them
//	256-colour four pixels of two dots, one a plane
func (d *VGA) captureGraphics(f *video.Frame) {
	f.Kind = video.Graphics
	clocks := int(d.crt.hDisplay)
	perClock := 8
	shift256 := d.Gfx[grMode]&gmShift256 != 0
	if shift256 {
		perClock = 4
	}
	f.PixW = clocks * perClock
	f.Width = clocks * 8 * f.ScaleX
	f.ScaleX *= 8 / perClock
	f.Height = int(d.crt.vDisplay)
	d.capturePalette(f, shift256)

	pan := int(d.Attr[arPan] & 7)
	if shift256 {
		pan /= 2
	}
	fetch := clocks
	if pan != 0 {
		fetch++
	}
	line := make([]uint8, fetch*perClock)

	group, uniform := d.repetition()
	n := 0
	f.Lines = make([][]uint8, 0, f.Height/group+1)
	double := d.scans(func(s scan) {
		n++
		if uniform && (n-1)%group != 0 {
			return
		}
		cut := pan
		if s.low && d.Attr[arMode]&amPanSplit != 0 {
			cut = 0
		}
		if at, ok := d.inOrder(s.row, fetch); ok && shift256 {
			d.addStored(f, at+cut, f.PixW)
			return
		}
		for i := range fetch {
			p := place(uint32(d.planeAddr(s.row+d.count(i), s.line)))
			d.shift(line[i*perClock:], d.mem[p:p+planes:p+planes])
		}
		d.frames.AddLine(f, line[cut:cut+f.PixW])
	})
	f.PixH = len(f.Lines)
	f.ScaleY = group
	if double {
		f.ScaleY *= 2
	}
}

// inOrder reports whether n character clocks from address counter ma on lie side by side
// in the memory, and where: so they do in the doubleword addressing that belongs to
// chain-4 memory.
func (d *VGA) inOrder(ma uint16, n int) (at int, ok bool) {
	const plain = modeRA0 | modeRA1
	ok = d.CRTC[crUnderline]&(ulDword|ulCountBy4) == ulDword && d.CRTC[crMode]&(plain|modeCountBy2) == plain && int(ma)+n <= planeSize
	return int(ma) * planes, ok
}

// repetition returns how many successive scan lines (after double scanning)
// show the same memory; 1 where they do not do so throughout the picture.
func (d *VGA) repetition() (group int, uniform bool) {
	group = int(d.CRTC[crMaxScan]&maxScanMask) + 1
	preset := d.CRTC[crPresetRow] & maxScanMask
	lines := int(d.crt.vDisplay)
	split := d.lineCompare() + 1
	if d.CRTC[crMaxScan]&maxDouble != 0 {
		lines /= 2
		split = (split + 1) / 2
	}
	if d.CRTC[crMode]&(modeRA0|modeRA1) != modeRA0|modeRA1 || preset != 0 || lines%group != 0 || split < lines && split%group != 0 {
		return 1, false
	}
	return group, true
}

// shift unpacks one character clock.
func (d *VGA) shift(out, b []uint8) {
	switch mode := d.Gfx[grMode]; {
	case mode&gmShift256 != 0:
		copy(out[:4], b)
	case mode&gmShiftCGA != 0:
		for i := range 4 {
			s := 6 - 2*i
			out[i] = b[0]>>s&3 | b[2]>>s&3<<2
			out[4+i] = b[1]>>s&3 | b[3]>>s&3<<2
		}
	default:
		v := dotBits[b[0]] | dotBits[b[1]]<<1 | dotBits[b[2]]<<2 | dotBits[b[3]]<<3
		binary.LittleEndian.PutUint64(out, v)
	}
}

// dotBits spreads a byte over eight, its leftmost dot first.
var dotBits = spreadDots()

func spreadDots() (t [256]uint64) {
	for b := range t {
		for i := range 8 {
			t[b] |= uint64(b>>(7-i)&1) << (8 * i)
		}
	}
	return t
}

// capturePalette resolves what a pixel index shows. Each half of an 8-bit
// pixel goes through the attribute palette, which 256-colour modes set to
// itself.
func (d *VGA) capturePalette(f *video.Frame, shift256 bool) {
	enable := d.Attr[arPlanes] & 0xf
	for i := range f.Palette {
		if !shift256 {
			f.Palette[i] = d.rgb(d.paletteIndex(uint8(i) & enable))
			continue
		}
		high, low := uint8(i)>>4&enable, uint8(i)&enable
		f.Palette[i] = d.rgb(d.Attr[high]<<4 | d.Attr[low]&0xf)
	}
}
