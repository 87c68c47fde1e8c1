package vga

import "encoding/binary"

// linear is the memory past the graphics controller, byte by byte, as the banks of the
// display interface have it.
type linear struct{ d *VGA }

func (l linear) ReadMMIO(off uint32, size int) uint64 {
	if b := l.d.mem[off%vramSize:]; len(b) >= 8 {
		return binary.LittleEndian.Uint64(b) & (1<<(8*size) - 1)
	}
	var v uint64
	for i := range size {
		v |= uint64(l.d.mem[(off+uint32(i))%vramSize]) << (8 * i)
	}
	return v
}

func (l linear) WriteMMIO(off uint32, size int, v uint64) {
	l.d.dirty = true
	if off < memSize {
		l.d.fontDirty = true
	}
	if b := l.d.mem[off%vramSize:]; len(b) >= 8 {
		switch size {
		case 1:
			b[0] = uint8(v)
		case 2:
			binary.LittleEndian.PutUint16(b, uint16(v))
		case 4:
			binary.LittleEndian.PutUint32(b, uint32(v))
		default:
			binary.LittleEndian.PutUint64(b, v)
		}
		return
	}
	for i := range size {
		l.d.mem[(off+uint32(i))%vramSize] = uint8(v >> (8 * i))
	}
}
