package vga

import "testing"

// Addresses of QEMU's "Standard VGA" specification.
func TestRegistersInMemory(t *testing.T) {
	b := newBoard()
	b.set(3)
	edid := make([]byte, 128)
	for i := range edid {
		edid[i] = uint8(i ^ 0x5a)
	}
	r := b.Registers(edid)
	for _, c := range []struct {
		name string
		do   func()
		off  uint32
		size int
		want uint64
	}{
		{"EDID", func() {}, 0x7c, 4, 0x25242726},
		{"behind the EDID", func() {}, 0x80, 8, 0},
		{"misc output", func() {}, 0x40c, 1, 0x67},
		{"sequencer, index and data in one", func() { r.WriteMMIO(0x404, 2, 0x0502) }, 0x404, 2, 0x0502},
		{"CRT controller", func() { r.WriteMMIO(0x414, 1, 0x0e); r.WriteMMIO(0x415, 1, 0x12) }, 0x415, 1, 0x12},
		{"identity", func() {}, 0x500, 2, 0xb0c5},
		{"width and height at once", func() { r.WriteMMIO(0x502, 4, 768<<16|1024) }, 0x502, 4, 768<<16 | 1024},
		{"a byte of a register", func() { r.WriteMMIO(0x502, 1, 8) }, 0x503, 1, 4},
		{"memory", func() {}, 0x514, 2, MemorySize >> 16},
		{"nothing", func() { r.WriteMMIO(0x600, 4, 1) }, 0x600, 4, 0},
		{"the end", func() { r.WriteMMIO(0x515, 8, ^uint64(0)) }, 0xff8, 8, 0},
	} {
		c.do()
		if got := r.ReadMMIO(c.off, c.size); got != c.want {
			t.Errorf("%s: %#x at %#x; want %#x", c.name, got, c.off, c.want)
		}
	}
	if b.Seq[2] != 5 || b.CRTC[0x0e] != 0x12 || b.Dispi[dispiXRes] != 1024 {
		t.Errorf("the registers have %#x, %#x, %d; want 5, 12, 1024", b.Seq[2], b.CRTC[0x0e], b.Dispi[dispiXRes])
	}
}
