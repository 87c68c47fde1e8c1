package ata

import (
	"fmt"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

func TestErrors(t *testing.T) {
	for _, tc := range []struct {
		name                            string
		count, low, mid, high, dev, cmd uint8
		status, err                     uint8
		regs                            [5]uint8
		good                            int  // sectors delivered before the error
		posted                          bool // the error comes with a block of data
		prepare                         func(*ramDisk)
		features                        uint8
	}{
		{name: "NOP", count: 1, low: 2, mid: 3, high: 4, dev: 0xe0, cmd: 0x00, status: 0x51, err: 0x04, regs: [5]uint8{1, 2, 3, 4, 0xe0}},
		{name: "unknown command", cmd: 0xff, status: 0x51, err: 0x04},
		{name: "READ LONG", cmd: 0x22, status: 0x51, err: 0x04},
		{name: "PACKET", cmd: 0xa0, status: 0x51, err: 0x04},
		{name: "IDENTIFY PACKET", cmd: 0xa1, status: 0x51, err: 0x04},
		{name: "READ DMA", dev: 0xe0, cmd: 0xc8, status: 0x51, err: 0x04, regs: [5]uint8{4: 0xe0}},
		{name: "READ MULTIPLE when disabled", count: 1, dev: 0xe0, cmd: 0xc4, status: 0x51, err: 0x04, regs: [5]uint8{1, 0, 0, 0, 0xe0}},
		{name: "SET MULTIPLE 3", count: 3, cmd: 0xc6, status: 0x51, err: 0x04, regs: [5]uint8{3}},
		{name: "SET MULTIPLE 32", count: 32, cmd: 0xc6, status: 0x51, err: 0x04, regs: [5]uint8{32}},
		{name: "SET FEATURES unknown", features: 0x77, cmd: 0xef, status: 0x51, err: 0x04},
		{name: "SET FEATURES UDMA mode", features: 3, count: 0x42, cmd: 0xef, status: 0x51, err: 0x04, regs: [5]uint8{0x42}},
		{name: "sector 0", count: 1, cmd: 0x20, status: 0x51, err: 0x10, regs: [5]uint8{1}},
		{name: "sector 64", count: 1, low: 64, cmd: 0x20, status: 0x51, err: 0x10, regs: [5]uint8{1, 64}},
		{name: "cylinder beyond", count: 1, low: 1, mid: 9, cmd: 0x40, status: 0x51, err: 0x10, regs: [5]uint8{1, 1, 9}},
		{name: "LBA beyond", count: 1, low: 0x10, mid: 0x27, dev: 0xe0, cmd: 0x20, status: 0x51, err: 0x10, regs: [5]uint8{1, 0x10, 0x27, 0, 0xe0}},
		{name: "write LBA beyond", count: 1, low: 0x10, mid: 0x27, dev: 0xe0, cmd: 0x30, status: 0x51, err: 0x10, regs: [5]uint8{1, 0x10, 0x27, 0, 0xe0}},
		{name: "seek beyond", count: 1, low: 0x10, mid: 0x27, dev: 0xe0, cmd: 0x70, status: 0x51, err: 0x10, regs: [5]uint8{1, 0x10, 0x27, 0, 0xe0}},
		// Sectors 9998 and 9999 exist; 10000 does not.
		{name: "read over the end", count: 5, low: 0x0e, mid: 0x27, dev: 0xe0, cmd: 0x20, status: 0x51, err: 0x10, regs: [5]uint8{3, 0x10, 0x27, 0, 0xe0}, good: 2, posted: true},
		{name: "bad sector", count: 4, low: 6, dev: 0xe0, cmd: 0x20, status: 0x51, err: 0x40, regs: [5]uint8{2, 8, 0, 0, 0xe0}, good: 2, posted: true,
			prepare: func(r *ramDisk) { r.bad[8] = true }},
		{name: "bad sector in CHS", count: 4, low: 63, dev: 0xa0, cmd: 0x20, status: 0x51, err: 0x40, regs: [5]uint8{3, 1, 0, 0, 0xa1}, good: 1, posted: true,
			prepare: func(r *ramDisk) { r.bad[63] = true }},
		{name: "verify bad sector", count: 40, low: 6, dev: 0xe0, cmd: 0x40, status: 0x51, err: 0x40, regs: [5]uint8{16, 30, 0, 0, 0xe0},
			prepare: func(r *ramDisk) { r.bad[30] = true }},
		{name: "verify bad first sector", count: 2, low: 6, dev: 0xe0, cmd: 0x40, status: 0x51, err: 0x40, regs: [5]uint8{2, 6, 0, 0, 0xe0},
			prepare: func(r *ramDisk) { r.bad[6] = true }},
		{name: "write-protected", count: 1, low: 6, dev: 0xe0, cmd: 0x30, status: 0x51, err: 0x44, regs: [5]uint8{1, 6, 0, 0, 0xe0},
			prepare: func(r *ramDisk) { r.readOnly = true }},
		{name: "flush fails", cmd: 0xe7, status: 0x71, err: 0x04, prepare: func(r *ramDisk) { r.full = true }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRAM(10000)
			if tc.prepare != nil {
				tc.prepare(r)
			}
			b := newBoard(t, r)
			b.issue(tc.features, tc.count, tc.low, tc.mid, tc.high, tc.dev, tc.cmd)
			for i := range tc.good {
				b.check(fmt.Sprintf("sector %d", i), 0x58, 0)
				b.readSector()
				b.wait()
			}
			if tc.posted {
				b.check("the sector with the error", tc.status|statusDRQ, tc.err)
				b.readSector()
				b.clock.Advance(bus.Second)
			}
			b.check("end", tc.status, tc.err)
			if diff := cmp.Diff(tc.regs, b.registers()); diff != "" {
				t.Errorf("registers (-want +got):\n%s", diff)
			}
			b.issue(0, 1, 1, 0, 0, 0xe0, cmdVerify)
			b.check("the next command", 0x50, 0)
		})
	}
}

// "Disk errors encountered during READ MULTIPLE are posted at the beginning of
// the block, but the data transfer takes place"; other blocks do not follow
// (ATA-4 8.25).
func TestReadMultipleError(t *testing.T) {
	for _, tc := range []struct {
		name     string
		lba      uint8
		bad      []uint64
		sectors  uint64 // of the disk
		errbits  uint8
		failing  uint8
		count    uint8    // sectors not transferred
		contents []uint64 // of the second block
	}{
		{"in the middle", 4, []uint64{10}, 100, 0x40, 10, 6, []uint64{8, 9, 0, 11}},
		{"first", 4, []uint64{8}, 100, 0x40, 8, 8, []uint64{0, 9, 10, 11}},
		{"two", 4, []uint64{9, 11}, 100, 0x40, 9, 7, []uint64{8, 0, 10, 0}},
		{"over the end", 4, nil, 11, 0x10, 11, 5, []uint64{8, 9, 10, 0}},
		{"bad before the end", 4, []uint64{9}, 10, 0x40, 9, 7, []uint64{8, 0, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRAM(tc.sectors)
			for _, lba := range tc.bad {
				r.bad[lba] = true
			}
			b := newBoard(t, r)
			b.issue(0, 4, 0, 0, 0, 0, cmdSetMulti)
			b.In(regStatus)
			b.issue(0, 12, tc.lba, 0, 0, 0xe0, cmdReadMulti)
			b.check("first block", 0x58, 0)
			for range 4 {
				b.readSector()
			}
			b.edges = 0
			b.wait()
			if b.edges != 1 {
				t.Errorf("%d interrupts for the block with the error; want 1", b.edges)
			}
			b.check("second block", 0x59, tc.errbits)
			if diff := cmp.Diff([5]uint8{tc.count, tc.failing, 0, 0, 0xe0}, b.registers()); diff != "" {
				t.Errorf("registers (-want +got):\n%s", diff)
			}
			for i, want := range tc.contents {
				if got := number(b.readSector()); got != want {
					t.Errorf("sector %d of the block is %d; want %d", i, got, want)
				}
			}
			b.clock.Advance(bus.Second)
			b.check("after the block", 0x51, tc.errbits)
			if b.edges != 1 {
				t.Errorf("%d interrupts in all; want 1", b.edges)
			}
		})
	}
}

// "Disk errors encountered during WRITE MULTIPLE are posted after the attempted
// write of the block; the write operation ends with the sector in error" (ATA-4
// 8.57).
func TestWriteMultipleError(t *testing.T) {
	r := newRAM(100)
	r.bad[10] = true
	b := newBoard(t, r)
	b.issue(0, 4, 0, 0, 0, 0, cmdSetMulti)
	if s := b.writeSectors(cmdWriteMulti, 4, 12, 7); s != 0x71 {
		t.Errorf("status = %#02x; want 0x71 (DF, ERR)", s)
	}
	if diff := cmp.Diff([5]uint8{6, 10, 0, 0, 0xe0}, b.registers()); diff != "" {
		t.Errorf("registers (-want +got):\n%s", diff)
	}
	if n := len(r.written); n != 6 {
		t.Errorf("%d sectors were written; want the 6 before the bad one", n)
	}
}

// What 28-bit commands cannot reach, 48-bit ones do; their errors name the
// sector in the current and previous contents of the registers (ATA-6 6.20, 8.28).
func TestExtended(t *testing.T) {
	const first = 0x12_ffff_fffe
	r := newRAM(1 << 40)
	r.bad[first+3] = true
	b := newBoard(t, r)
	b.issue(0, 2, 0, 0, 0, 0, cmdSetMulti)
	both := func() (r [2][5]uint8) {
		r[0] = b.registers()
		b.ctl.Out(0, controlHOB)
		r[1] = b.registers()
		b.ctl.Out(0, 0)
		return r
	}
	want := func(what string, count uint16, lba uint64) {
		t.Helper()
		var regs [2][5]uint8
		for i := range regs {
			part := lba >> (24 * i)
			regs[i] = [5]uint8{uint8(count >> (8 * i)), uint8(part), uint8(part >> 8), uint8(part >> 16), 0x40}
		}
		if diff := cmp.Diff(regs, both()); diff != "" {
			t.Errorf("%s: current and previous registers (-want +got):\n%s", what, diff)
		}
	}
	for _, cmd := range []uint8{cmdReadExt, cmdReadMultiExt} {
		b.lba48(first, 0x105, cmd)
		for i := range uint64(3) {
			if i == 2 && cmd == cmdReadMultiExt {
				break // it is in the block of the bad one
			}
			b.check("good sector", 0x58, 0)
			if got := number(b.readSector()); got != first+i {
				t.Errorf("%02Xh: sector %#x; want %#x", cmd, got, first+i)
			}
			b.wait()
		}
		b.check("bad sector", 0x59, 0x40)
		want(fmt.Sprintf("%02Xh", cmd), 0x102, first+3)
	}
	b.lba48(first, 0x105, cmdVerifyExt)
	b.check("READ VERIFY EXT", 0x51, 0x40)
	want("READ VERIFY EXT", 0x102, first+3)

	// Count 0 stands for 65536 sectors.
	b.lba48(1<<39, 0, cmdVerifyExt)
	b.check("READ VERIFY EXT of 65536 sectors", 0x50, 0)
	want("READ VERIFY EXT of 65536 sectors", 0, 1<<39+65535)
	b.lba48(1<<40-65535, 0, cmdVerifyExt)
	b.check("READ VERIFY EXT over the end", 0x51, 0x10)
	want("READ VERIFY EXT over the end", 1, 1<<40)

	for _, cmd := range []uint8{cmdWriteExt, cmdWriteMultiExt} {
		b.lba48(first, 5, cmd)
		for b.ctl.In(0)&statusDRQ != 0 {
			b.OutWide(regData, 2, uint32(cmd))
			b.wait()
		}
		b.check("write fault", 0x71, 0x04)
		want(fmt.Sprintf("%02Xh", cmd), 2, first+3)
		if w := r.written[first+2]; len(r.written) != 3 || w[0] != cmd {
			t.Errorf("%02Xh: %d sectors written, the last with %#x; want 3, %#x", cmd, len(r.written), w[0], cmd)
		}
	}
	b.lba48(first, 1, cmdFlushExt)
	b.check("FLUSH CACHE EXT", 0x50, 0)
	if r.flushes != 1 {
		t.Errorf("%d flushes; want 1", r.flushes)
	}
	// Without the LBA bit a 48-bit command is none.
	b.Out(regDevice, 0)
	b.Out(regStatus, cmdReadExt)
	b.wait()
	b.check("CHS with READ SECTORS EXT", 0x51, 0x04)
}

// Words 60 and 61 end at 0FFFFFFFh; 100 to 103 go on (ATA-6 8.15.27, 8.15.53).
func TestIdentifySizes(t *testing.T) {
	for _, tc := range []struct{ sectors, lba28, cylinders uint64 }{
		{1, 1, 1}, {1008, 1008, 1}, {16514064, 16514064, 16383}, {16514064 + 1008, 16514064 + 1008, 16383},
		{1<<28 - 2, 1<<28 - 2, 16383}, {1<<28 - 1, 1<<28 - 1, 16383}, {1 << 28, 1<<28 - 1, 16383}, {1 << 40, 1<<28 - 1, 16383},
	} {
		got := newBoard(t, newRAM(tc.sectors)).sizes()
		if diff := cmp.Diff([5]uint64{tc.cylinders, tc.cylinders, min(tc.cylinders*1008, tc.sectors), tc.lba28, tc.sectors}, got); diff != "" {
			t.Errorf("%d sectors: words 1, 54, 57, 60, 100 (-want +got):\n%s", tc.sectors, diff)
		}
	}
}
