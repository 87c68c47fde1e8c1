package pci

import (
	"encoding/binary"

	"beige/devices/bus"
)

// The display adapter at 00:02.0, with the identity of the one that Bochs and QEMU
// agree on. Its memory appears linearly behind base address register 0, its registers
// behind number 2, as revision 2 has them, and its video BIOS behind the expansion ROM
// register.
const (
	displaySlot      = 2
	displayVendor    = 0x1234
	displayDevice    = 0x1111
	displayClass     = 0x030000 // VGA-compatible
	displayMemoryBAR = 0
	displayRegsBAR   = 2
	displayRegsSize  = 4 << 10
)

// Display is the display adapter.
type Display struct {
	*Function
}

// NewDisplay plugs the adapter in. memory is size bytes of video memory, a power of
// two and at least a page; registers are 4 KB; video is the video BIOS, which is behind the expansion ROM
// register if it is one for this adapter.
func NewDisplay(h *Host, memory bus.MMIOHandler, size uint32, registers bus.MMIOHandler, video []byte) *Display {
	f := newFunction("display", displaySlot, 0, identity{Vendor: displayVendor, Device: displayDevice, Class: displayClass, Revision: 2})
	f.word(regCommand, 0, cmdIO|cmdMemory)
	f.addMemory(displayMemoryBAR, size, memory)
	f.addRegisters(displayRegsBAR, displayRegsSize, registers)
	if DisplayROM(video) {
		romSize := uint32(4 << 10)
		for romSize < uint32(len(video)) {
			romSize <<= 1
		}
		f.addROM(romSize, &rom{video})
	}
	h.plug(f)
	f.Reset(bus.PowerOn)
	return &Display{f}
}

// DisplayROM reports whether an expansion ROM says that it is one for the adapter:
// a PCI data structure with its identity (PCI 2.1, 6.3.1).
func DisplayROM(image []byte) bool {
	le := binary.LittleEndian
	if len(image) < 0x1a || le.Uint16(image) != 0xaa55 {
		return false
	}
	at := int(le.Uint16(image[0x18:]))
	return at+8 <= len(image) && string(image[at:at+4]) == "PCIR" &&
		le.Uint16(image[at+4:]) == displayVendor && le.Uint16(image[at+6:]) == displayDevice
}

// rom is an expansion ROM; behind its image it reads all ones.
type rom struct{ image []byte }

func (r *rom) ReadMMIO(off uint32, size int) uint64 {
	var v uint64
	for i := range size {
		b := uint8(0xff)
		if at := int(off) + i; at < len(r.image) {
			b = r.image[at]
		}
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (r *rom) WriteMMIO(uint32, int, uint64) {}
