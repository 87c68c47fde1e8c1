package vga

import (
	"bytes"
	"encoding/binary"
)

// How the processor's address in the window becomes a plane address
// (Video Subsystem, Memory Mode Register; Ferraro, Display Memory):
//
//	planar    a[15:0]                    every plane of the map mask
//	odd/even  a[15:1], a[16] as bit 0    a[0]=0: planes 0 and 2, 1: planes 1 and 3
//	chain 4   a[15:2], a[17:16] as 1-0   plane a[1:0]
type addressing uint8

const (
	planar addressing = iota
	oddEven
	chain4
)

// place is where plane 0 of a plane address lies in the memory: address bits 15-2 count
// first, then bits 1-0, as in chain-4 memory, where these are the upper two. The other
// planes follow. Beyond 64 K addresses the next 256 KB follow (display interface).
func place(a uint32) uint32 { return a>>16<<18 | a&3<<16 | a&0xfffc }

// access is what an access to the window needs, derived from the registers so
// that the paths below test little.
type access struct {
	base, size uint32 // window, from A0000h; size 0 is closed
	bank       uint32 // of the display interface: first address, in bytes or plane addresses
	flat       bool   // the window is a bank of bytes
	read       addressing
	write      addressing

	plain    bool // write mode 0 that stores the byte as it is
	text     bool // plain odd/even to planes 0 and 1 alone, read map 0
	linear   bool // plain chain 4 to all planes
	compare  bool // read mode 1
	readMap  uint32
	mapMask  uint32 // from here on: one byte a plane, 00h or FFh
	enableSR uint32
	setReset uint32
	bitMask  uint32 // the register in every plane
	colour   uint32
	care     uint32
}

// spread gives plane p of a four-bit value as a whole byte at bits 8p.
var spread = [16]uint32{
	0x00000000, 0x000000ff, 0x0000ff00, 0x0000ffff, 0x00ff0000, 0x00ff00ff, 0x00ffff00, 0x00ffffff,
	0xff000000, 0xff0000ff, 0xff00ff00, 0xff00ffff, 0xffff0000, 0xffff00ff, 0xffffff00, 0xffffffff,
}

const everyPlane = 0x01010101 // times a byte: that byte in each plane

func (d *VGA) deriveAccess() {
	g := &d.Gfx
	a := access{
		readMap:  uint32(g[grReadMap]),
		mapMask:  spread[d.Seq[srMapMask]],
		enableSR: spread[g[grEnableSR]],
		setReset: spread[g[grSetReset]],
		bitMask:  uint32(g[grBitMask]) * everyPlane,
		colour:   spread[g[grCompare]],
		care:     spread[g[grDontCare]],
		compare:  g[grMode]&gmReadCompare != 0,
	}
	switch g[grMisc] >> gmiscWindow & 3 {
	case windowA0000_2x:
		a.base, a.size = 0, 0x20000
	case windowA0000:
		a.base, a.size = 0, 0x10000
	case windowB0000:
		a.base, a.size = 0x10000, 0x8000
	default: // B8000
		a.base, a.size = 0x18000, 0x8000
	}
	if d.Misc&miscRAM == 0 || d.Enable&enableSystem == 0 {
		a.size = 0
	}
	switch {
	case d.Seq[srMemMode]&memChain4 != 0:
		a.read, a.write = chain4, chain4
	default:
		if d.Seq[srMemMode]&memSequential == 0 {
			a.write = oddEven
		}
		if g[grMode]&gmOddEven != 0 {
			a.read = oddEven
		}
	}
	if d.dispiOn() {
		a.base, a.size = 0, min(a.size, bankSize)
		a.bank = uint32(d.Dispi[dispiBank]) * bankSize
		a.flat = d.Dispi[dispiBPP] != 4
		a.read, a.write = planar, planar
	}
	a.plain = g[grMode]&gmWriteMode == 0 && g[grRotate] == 0 && a.enableSR == 0 && g[grBitMask] == 0xff
	a.text = a.plain && !a.compare && a.read == oddEven && a.write == oddEven && a.mapMask == spread[3] && a.readMap&2 == 0
	a.linear = a.plain && !a.compare && a.write == chain4 && a.mapMask == spread[15]
	d.access = a
	d.share()
}

// clearMemory sets the memory to 0. Of a bank that is, it takes none from the host.
func (d *VGA) clearMemory() {
	for at := 0; at < len(d.mem); at += bankSize {
		if bank := d.mem[at : at+bankSize]; !bytes.Equal(bank, zeroBank[:]) {
			clear(bank)
		}
	}
	d.fontDirty = true
}

// zeroBank is never written.
var zeroBank [bankSize]uint8

// planeAddress maps an address in the window.
func planeAddress(a uint32, mode addressing) uint32 {
	switch mode {
	case oddEven:
		return a&0xfffe | a>>16&1
	case chain4:
		return a&0xfffc | a>>16&3
	}
	return a & 0xffff
}

// ReadMMIO implements bus.MMIOHandler for the 128 KB from A0000h. Every read
// fills the latches; of a wide one, the last byte's stay.
func (d *VGA) ReadMMIO(off uint32, size int) uint64 {
	ac := &d.access
	if ac.flat {
		if off+uint32(size) > ac.size {
			return ^uint64(0) >> (64 - 8*size)
		}
		d.bank.touch(d)
		return linear{d}.ReadMMIO(ac.bank+off, size)
	}
	if a := off - ac.base; size > 1 && a&(uint32(size)-1) == 0 && a+uint32(size) <= ac.size && a < ac.size {
		switch {
		case ac.text:
			return d.readText(a, size)
		case ac.linear:
			return d.readLinear(a, size)
		}
	}
	var v uint64
	for i := range size {
		v |= uint64(d.readByte(off+uint32(i))) << (8 * i)
	}
	return v
}

// WriteMMIO implements bus.MMIOHandler.
func (d *VGA) WriteMMIO(off uint32, size int, v uint64) {
	ac := &d.access
	if ac.flat {
		if off+uint32(size) <= ac.size {
			d.bank.touch(d)
			linear{d}.WriteMMIO(ac.bank+off, size, v)
		}
		return
	}
	if a := off - ac.base; size > 1 && a&(uint32(size)-1) == 0 && a+uint32(size) <= ac.size && a < ac.size {
		switch {
		case ac.text:
			d.writeText(a, size, v)
			return
		case ac.linear:
			d.writeLinear(a, size, v)
			return
		}
	}
	for i := range size {
		d.writeByte(off+uint32(i), uint8(v>>(8*i)))
	}
}

// readText and writeText move characters and attributes; a and size are even.
func (d *VGA) readText(a uint32, size int) uint64 {
	var v uint64
	for i := range uint32(size) / 2 {
		p := place(planeAddress(a+2*i, oddEven))
		v |= uint64(binary.LittleEndian.Uint16(d.mem[p:])) << (16 * i)
		d.Latch = binary.LittleEndian.Uint32(d.mem[p:])
	}
	return v
}

func (d *VGA) writeText(a uint32, size int, v uint64) {
	for i := range uint32(size) / 2 {
		binary.LittleEndian.PutUint16(d.mem[place(planeAddress(a+2*i, oddEven)):], uint16(v))
		v >>= 16
	}
	d.dirty = true
}

// readLinear and writeLinear move bytes of chain-4 memory, which lie as the processor
// counts them; a is a multiple of size.
func (d *VGA) readLinear(a uint32, size int) uint64 {
	d.Latch = binary.LittleEndian.Uint32(d.mem[a&^3:])
	switch size {
	case 2:
		return uint64(binary.LittleEndian.Uint16(d.mem[a:]))
	case 8:
		d.Latch = binary.LittleEndian.Uint32(d.mem[a+4:])
		return binary.LittleEndian.Uint64(d.mem[a:])
	}
	return uint64(d.Latch)
}

func (d *VGA) writeLinear(a uint32, size int, v uint64) {
	d.dirty, d.fontDirty = true, true
	switch size {
	case 2:
		binary.LittleEndian.PutUint16(d.mem[a:], uint16(v))
	case 8:
		binary.LittleEndian.PutUint64(d.mem[a:], v)
	default:
		binary.LittleEndian.PutUint32(d.mem[a:], uint32(v))
	}
}

// place is where plane 0 of an address in the window lies in the memory.
func (ac *access) place(a uint32, mode addressing) uint32 {
	return place(planeAddress(a, mode)+ac.bank) % vramSize
}

func (d *VGA) readByte(off uint32) uint8 {
	ac := &d.access
	a := off - ac.base
	if a >= ac.size {
		return 0xff
	}
	p := ac.place(a, ac.read)
	latch := binary.LittleEndian.Uint32(d.mem[p:])
	d.Latch = latch
	if ac.compare {
		diff := (latch ^ ac.colour) & ac.care
		diff |= diff >> 16
		return ^uint8(diff | diff>>8)
	}
	switch ac.read {
	case oddEven:
		return uint8(latch >> (8 * (ac.readMap&2 | a&1)))
	case chain4:
		return uint8(latch >> (8 * (a & 3)))
	}
	return uint8(latch >> (8 * ac.readMap))
}

func (d *VGA) writeByte(off uint32, v uint8) {
	ac := &d.access
	a := off - ac.base
	if a >= ac.size {
		return
	}
	mask := ac.mapMask
	switch ac.write {
	case oddEven:
		mask &= spread[5] << (8 * (a & 1))
	case chain4:
		mask &= 0xff << (8 * (a & 3))
	}
	p := ac.place(a, ac.write)
	word := d.mem[p : p+planes : p+planes]
	data := uint32(v) * everyPlane
	if !ac.plain {
		data = d.combine(v)
	}
	old := binary.LittleEndian.Uint32(word)
	binary.LittleEndian.PutUint32(word, old&^mask|data&mask)
	d.dirty = true
	if mask&spread[4] != 0 {
		d.fontDirty = true
	}
}

// combine is the data path from the processor through rotator, set/reset,
// function and bit mask (Graphics Controller Registers, Mode Register).
func (d *VGA) combine(v uint8) uint32 {
	ac := &d.access
	latch := d.Latch
	rot := d.Gfx[grRotate] & 7
	rotated := v>>rot | v<<(8-rot)
	bitMask := ac.bitMask
	var data uint32
	switch d.Gfx[grMode] & gmWriteMode {
	case 0:
		data = uint32(rotated)*everyPlane&^ac.enableSR | ac.setReset&ac.enableSR
	case 1:
		return latch
	case 2:
		data = spread[v&0xf]
	case 3:
		data = ac.setReset
		bitMask &= uint32(rotated) * everyPlane
	}
	switch d.Gfx[grRotate] >> functionShift {
	case funcAnd:
		data &= latch
	case funcOr:
		data |= latch
	case funcXor:
		data ^= latch
	}
	return data&bitMask | latch&^bitMask
}
