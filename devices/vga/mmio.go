package vga

import "beige/devices/bus"

// What drivers find behind the second base address register of the adapter of QEMU, whose
// revision 2 says that it is there: the monitor's EDID and all registers in memory.
//
//	000-3FF  EDID
//	400-41F  ports 3C0h to 3DFh
//	500-515  display interface: register n of 16 bits at 2n
//
// Source: QEMU, "Standard VGA" specification. Its extension registers, at 600h, are not
// there: they choose another byte order.
const (
	mmioEDIDEnd  = 0x400
	mmioPorts    = 0x400
	mmioPortsEnd = 0x420
	mmioDispi    = 0x500
	mmioDispiEnd = 0x516
	mmioFirst    = 0x10 // 3C0h, as an offset of the chip's ports
)

// Registers returns the registers in memory, with the EDID of the monitor that is
// connected.
func (d *VGA) Registers(edid []byte) bus.MMIOHandler {
	return &registers{d, edid[:min(len(edid), mmioEDIDEnd)]}
}

type registers struct {
	d    *VGA
	edid []byte
}

// ReadMMIO implements bus.MMIOHandler. What is nothing reads as 0.
func (r *registers) ReadMMIO(off uint32, size int) uint64 {
	var v uint64
	for i := 0; i < size; i++ {
		switch at := off + uint32(i); {
		case at < uint32(len(r.edid)):
			v |= uint64(r.edid[at]) << (8 * i)
		case at >= mmioPorts && at < mmioPortsEnd:
			v |= uint64(r.d.In(uint16(at-mmioPorts)+mmioFirst)) << (8 * i)
		case at >= mmioDispi && at < mmioDispiEnd:
			v |= uint64(r.d.readDispi(uint16(at-mmioDispi)/2)>>(8*(at&1))&0xff) << (8 * i)
		}
	}
	return v
}

// WriteMMIO implements bus.MMIOHandler. A register of the display interface is only
// written as a whole.
func (r *registers) WriteMMIO(off uint32, size int, v uint64) {
	for i := 0; i < size; i++ {
		switch at := off + uint32(i); {
		case at >= mmioPorts && at < mmioPortsEnd:
			r.d.Out(uint16(at-mmioPorts)+mmioFirst, uint8(v>>(8*i)))
		case at >= mmioDispi && at < mmioDispiEnd && at&1 == 0 && i+1 < size:
			r.d.writeDispi(uint16(at-mmioDispi)/2, uint16(v>>(8*i)))
		}
	}
}
