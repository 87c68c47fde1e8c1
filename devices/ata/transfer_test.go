package ata

import (
	"bytes"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	r := newRAM(100)
	b := newBoard(t, r)
	if s := b.writeSectors(cmdWrite, 10, 3, 0xaa); s != 0x50 {
		t.Errorf("status = %#02x; want 0x50", s)
	}
	for lba := uint64(10); lba < 13; lba++ {
		if w := r.written[lba]; w[0] != 0xaa || w[511] != 0xaa {
			t.Errorf("sector %d was not written", lba)
		}
	}
	if len(r.written) != 3 || r.flushes != 0 {
		t.Errorf("%d sectors written, %d flushes; want 3, 0", len(r.written), r.flushes)
	}
	// Write cache off: each command is on the disk when it ends.
	b.issue(featWriteCacheOff, 0, 0, 0, 0, 0, cmdSetFeatures)
	b.writeSectors(cmdWrite, 20, 2, 0xbb)
	if r.flushes != 2 {
		t.Errorf("%d flushes after SET FEATURES 82h and a write; want 2", r.flushes)
	}
	b.issue(0, 0, 0, 0, 0, 0, cmdFlush)
	b.check("FLUSH CACHE", 0x50, 0)
	if r.flushes != 3 {
		t.Errorf("FLUSH CACHE did not flush")
	}
	// The host's disk fills up after the first sector of two.
	r.full = true
	if s := b.writeSectors(cmdWrite, 30, 2, 0xcc); s != 0x71 {
		t.Errorf("status of a failed write = %#02x; want 0x71 (DF, ERR)", s)
	}
	if diff := cmp.Diff([5]uint8{2, 30, 0, 0, 0xe0}, b.registers()); diff != "" {
		t.Errorf("registers of a failed write (-want +got):\n%s", diff)
	}
}

func TestBlockPorts(t *testing.T) {
	r := newRAM(100)
	b := newBoard(t, r)
	b.issue(0, 2, 7, 0, 0, 0xe0, cmdRead)
	p := make([]byte, 2*sectorSize)
	if n := b.InBlock(regData, 4, p); n != sectorSize/4-1 {
		t.Errorf("InBlock moved %d elements; want %d, one DRQ block but its last", n, sectorSize/4-1)
	}
	if n := b.InBlock(regData, 4, p); n != 0 {
		t.Errorf("InBlock moved %d of the last element; want 0", n)
	}
	b.InWide(regData, 4)
	if n := b.InBlock(regData, 2, p); n != 0 {
		t.Errorf("InBlock while busy moved %d elements; want 0", n)
	}
	b.wait()
	if n := b.InBlock(regData, 2, p[:101]); n != 50 || number(p) != 8 {
		t.Errorf("InBlock of 101 bytes moved %d words of sector %d; want 50 of 8", n, number(p))
	}
	if n := b.InBlock(regData, 1, p); n != 0 {
		t.Errorf("InBlock by bytes moved %d; want 0", n)
	}
	if n := b.InBlock(regError, 2, p); n != 0 {
		t.Errorf("InBlock of the Error register moved %d; want 0", n)
	}
	if n := b.InBlock(regData, 2, p); n != 205 {
		t.Errorf("InBlock of the rest moved %d words; want 205", n)
	}
	b.InWide(regData, 2)
	b.check("end of read", 0x50, 0)
	b.issue(0, 1, 9, 0, 0, 0xe0, cmdWrite)
	if n := b.OutBlock(regData, 2, bytes.Repeat([]byte{3}, 2*sectorSize)); n != 255 {
		t.Errorf("OutBlock moved %d words; want 255", n)
	}
	b.OutWide(regData, 2, 0x0303)
	b.wait()
	if w := r.written[9]; w[511] != 3 {
		t.Error("OutBlock did not reach the disk")
	}
	if a := testing.AllocsPerRun(100, func() {
		b.Out(regCount, 1)
		b.Out(regStatus, cmdRead)
		b.clock.Advance(bus.Millisecond)
		b.InBlock(regData, 2, p)
		b.InWide(regData, 2)
		b.In(regStatus)
	}); a != 0 {
		t.Errorf("reading a sector allocates %v times; want 0", a)
	}
}

func TestBufferCommands(t *testing.T) {
	b := newBoard(t, newRAM(100))
	b.issue(0, 0, 0, 0, 0, 0, cmdWriteBuffer)
	b.check("WRITE BUFFER", 0x58, 0)
	for i := range 256 {
		b.OutWide(regData, 2, uint32(i*3))
	}
	b.wait()
	b.issue(0, 0, 0, 0, 0, 0, cmdReadBuffer)
	for i := range 256 {
		if v := b.InWide(regData, 2); v != uint32(i*3) {
			t.Fatalf("word %d = %#x; want %#x", i, v, i*3)
		}
	}
	if v := b.InWide(regData, 2); v != 0xffff {
		t.Errorf("data without DRQ = %#x; want 0xffff", v)
	}
	// Accesses by byte take the low half of a word each.
	b.issue(0, 0, 0, 0, 0, 0, cmdReadBuffer)
	b.In(regData)
	if v := b.In(regData); v != 3 {
		t.Errorf("second In(data) = %#x; want 3", v)
	}
	if v := b.InWide(regData, 4); v != 9<<16|6 {
		t.Errorf("InWide(data, 4) = %#x; want %#x", v, 9<<16|6)
	}
}
