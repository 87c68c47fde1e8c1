package vga

import "beige/devices/bus"

// LinearSize is how many bytes of memory Linear shows.
const LinearSize = memSize

// Linear returns the memory as one window without the graphics controller: byte
// 4*a+p is that of plane p at plane address a, which in chain-4 modes is the
// picture's order (the layout behind the first base address register of the adapter
// that Bochs and QEMU agree on).
func (d *VGA) Linear() bus.MMIOHandler { return linear{d} }

type linear struct{ d *VGA }

func (l linear) ReadMMIO(off uint32, size int) uint64 {
	var v uint64
	for i := range size {
		v |= uint64(l.d.mem[(off+uint32(i))%memSize]) << (8 * i)
	}
	return v
}

func (l linear) WriteMMIO(off uint32, size int, v uint64) {
	for i := range size {
		l.d.mem[(off+uint32(i))%memSize] = uint8(v >> (8 * i))
	}
	l.d.dirty, l.d.fontDirty = true, true
}
