package ata

import (
	"encoding/binary"
	"testing"
)

// TestDriveWithoutLBA: a drive that knows cylinders, heads and sectors only
// (ATA-1, where linear addresses are an option: IDENTIFY word 49 bit 9, words 60-61)
// says so, refuses what needs more, and reads to its last sector.
func TestDriveWithoutLBA(t *testing.T) {
	const last = 10*16*63 - 1
	disk := newRAM(last + 1)
	disk.chs = true
	b := newBoard(t, disk)
	b.issue(0, 0, 0, 0, 0, 0xa0, cmdIdentify)
	b.check("IDENTIFY", 0x58, 0)
	id := b.readSector()
	for _, w := range []struct{ i, want uint16 }{
		{1, 10}, {3, 16}, {6, 63}, {49, 0x2c00}, {57, last + 1}, {58, 0}, {60, 0}, {61, 0}, {80, 0x000e},
		{82, 0x7068 &^ 0x0400}, {83, 0x5000}, {85, 0x7068 &^ 0x0400}, {86, 0x1000}, {100, 0}, {101, 0},
	} {
		if got := binary.LittleEndian.Uint16(id[2*w.i:]); got != w.want {
			t.Errorf("IDENTIFY word %d = %#04x; want %#04x", w.i, got, w.want)
		}
	}
	var sum uint8
	for _, v := range id {
		sum += v
	}
	if sum != 0 {
		t.Errorf("the bytes of IDENTIFY add up to %#x; want 0", sum)
	}
	for _, cmd := range []uint8{0x24, 0x29, 0x25, 0x34, 0x39, 0x35, 0x42, 0xea, 0x27, 0xf8, 0x37, 0xf9} {
		b.issue(0, 1, 1, 0, 0, 0xa0, cmd)
		b.check("a newer command", 0x51, 0x04)
	}
	for _, cmd := range []uint8{0x20, 0x21, 0xc8, 0xc9, 0x30, 0x31, 0x3c, 0xca, 0xcb, 0x40, 0x41, 0x70} {
		b.issue(0, 1, 1, 0, 0, 0xe0, cmd)
		b.check("a linear address", 0x51, 0x04)
	}
	b.issue(0, 1, 63, 9, 0, 0xaf, cmdRead)
	b.check("the last sector", 0x58, 0)
	if got := binary.LittleEndian.Uint64(b.readSector()); got != last {
		t.Errorf("cylinder 9, head 15, sector 63 is sector %d; want %d", got, last)
	}
	b.issue(0, 1, 1, 10, 0, 0xa0, cmdRead)
	b.check("beyond the last cylinder", 0x51, 0x10)
}
