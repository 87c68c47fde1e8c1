package fdc

import (
	"bytes"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// TestResult is the result phase after terminal count and after the last sector
// (table 5-4; EN where no terminal count came).
func TestResult(t *testing.T) {
	for _, tc := range []struct {
		name    string
		cmd     uint8
		head, r uint8
		eot     uint8
		sectors int // that the DMA channel takes
		want    []uint8
		last    []byte // C, H, R at the start of the last sector
	}{
		{"TC within the track", 0x46, 0, 1, 18, 3, []uint8{0x00, 0, 0, 7, 0, 4, 2}, []byte{7, 0, 3}},
		{"TC within the track, head 1", 0x46, 1, 4, 18, 1, []uint8{0x04, 0, 0, 7, 1, 5, 2}, []byte{7, 1, 4}},
		{"TC at the last sector", 0x46, 0, 17, 18, 2, []uint8{0x00, 0, 0, 8, 0, 1, 2}, []byte{7, 0, 18}},
		{"TC at the last sector, head 1", 0x46, 1, 18, 18, 1, []uint8{0x04, 0, 0, 8, 1, 1, 2}, []byte{7, 1, 18}},
		{"no TC", 0x46, 0, 17, 18, 9, []uint8{0x40, 0x80, 0, 8, 0, 1, 2}, []byte{7, 0, 18}},
		{"MT, TC at the last sector of head 0", 0xc6, 0, 18, 18, 1, []uint8{0x00, 0, 0, 7, 1, 1, 2}, []byte{7, 0, 18}},
		{"MT, on to head 1", 0xc6, 0, 17, 18, 4, []uint8{0x04, 0, 0, 7, 1, 3, 2}, []byte{7, 1, 2}},
		{"MT, TC at the end of the cylinder", 0xc6, 0, 1, 18, 36, []uint8{0x04, 0, 0, 8, 0, 1, 2}, []byte{7, 1, 18}},
		{"MT, no TC", 0xc6, 0, 18, 18, 99, []uint8{0x44, 0x80, 0, 8, 0, 1, 2}, []byte{7, 1, 18}},
		{"EOT before the end of the track", 0x46, 0, 1, 9, 99, []uint8{0x40, 0x80, 0, 8, 0, 1, 2}, []byte{7, 0, 9}},
		{"READ TRACK", 0x42, 0, 1, 4, 4, []uint8{0x00, 0, 0, 8, 0, 1, 2}, []byte{7, 0, 4}},
		{"READ TRACK without TC", 0x42, 0, 1, 4, 9, []uint8{0x40, 0x80, 0, 8, 0, 1, 2}, []byte{7, 0, 4}},
		{"READ TRACK, ids differ", 0x42, 0, 3, 4, 2, []uint8{0x00, 0x04, 0, 8, 0, 1, 2}, []byte{7, 0, 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBoard(t, newDisk(80, 2, 18, densityHD))
			b.seekTo(0, 7)
			b.edges = 0
			b.load(tc.sectors * 512)
			b.want("result", tc.want, tc.cmd, tc.head<<2, 7, tc.head, tc.r, 2, tc.eot, 0x1b, 0xff)
			if n := len(b.dma.mem); n < 512 || !bytes.Equal(tc.last, b.dma.mem[n-512:][:3]) {
				t.Errorf("%d bytes, the last sector begins % d; want % d", n, b.dma.mem[n-512:][:3], tc.last)
			}
			if b.edges != 1 || b.level {
				t.Errorf("%d interrupts, level %v; want one, low after the result", b.edges, b.level)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, tc := range []struct {
		name    string
		prepare func(*board, *disk)
		cmd     []uint8
		want    []uint8
	}{
		{"no such sector", nil, []uint8{0x46, 0, 0, 0, 19, 2, 19, 0x1b, 0xff}, []uint8{0x40, 0x04, 0x00, 0, 0, 19, 2}},
		{"other size", nil, []uint8{0x46, 0, 0, 0, 1, 3, 18, 0x1b, 0xff}, []uint8{0x40, 0x04, 0x00, 0, 0, 1, 3}},
		{"other head in the address", nil, []uint8{0x46, 0, 0, 1, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x04, 0x00, 0, 1, 1, 2}},
		{"wrong cylinder", nil, []uint8{0x46, 0, 5, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x04, 0x10, 5, 0, 1, 2}},
		{"bad cylinder", func(_ *board, d *disk) {
			for i := range d.tracks[0][0] {
				d.tracks[0][0][i].id[0] = 0xff
			}
		}, []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x04, 0x12, 0, 0, 1, 2}},
		{"other data rate", func(b *board, _ *disk) { b.Out(regCCR, rate250) }, []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x01, 0x00, 0, 0, 1, 2}},
		{"rate by DSR", func(b *board, _ *disk) { b.Out(regDSR, rate1000) }, []uint8{0x4a, 0}, []uint8{0x40, 0x01, 0x00, 0, 0, 0, 0}},
		{"FM", nil, []uint8{0x06, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x01, 0x00, 0, 0, 1, 2}},
		{"unformatted", func(_ *board, d *disk) { d.tracks[0][1] = nil }, []uint8{0x4a, 4}, []uint8{0x44, 0x01, 0x00, 0, 0, 0, 0}},
		{"CRC error in the data", func(_ *board, d *disk) { d.tracks[0][0][1].flags = flagDataError }, []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x20, 0x20, 0, 0, 2, 2}},
		{"CRC error in the address", func(_ *board, d *disk) { d.tracks[0][0][1].flags = flagIDError }, []uint8{0x46, 0, 0, 0, 2, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x20, 0x00, 0, 0, 2, 2}},
		{"no data mark", func(_ *board, d *disk) { d.tracks[0][0][0].flags = flagNoData }, []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x01, 0x01, 0, 0, 1, 2}},
		{"write-protected", func(_ *board, d *disk) { d.readOnly = true }, []uint8{0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x02, 0x00, 0, 0, 1, 2}},
		{"format write-protected", func(_ *board, d *disk) { d.readOnly = true }, []uint8{0x4d, 0, 2, 18, 0x54, 0xf6}, []uint8{0x40, 0x02, 0x00, 0, 0, 1, 2}},
		{"host disk full", func(_ *board, d *disk) { d.full = true }, []uint8{0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x20, 0x20, 0, 0, 1, 2}},
		{"host disk full while formatting", func(_ *board, d *disk) { d.full = true }, []uint8{0x4d, 0, 2, 18, 0x54, 0xf6}, []uint8{0x40, 0x20, 0x00, 0, 0, 1, 2}},
		{"DMA masked", func(b *board, _ *disk) { b.dma.left = 0 }, []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x10, 0x00, 0, 0, 1, 2}},
		{"DMA masked, writing", func(b *board, _ *disk) { b.dma.left = 0 }, []uint8{0x45, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x10, 0x00, 0, 0, 1, 2}},
		{"DMA gate closed", func(b *board, _ *disk) { b.Out(regDOR, 0x34) }, []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff}, []uint8{0x40, 0x10, 0x00, 0, 0, 1, 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDisk(80, 2, 18, densityHD)
			b := newBoard(t, d)
			b.load(18*512, 0, 0, 1, 2)
			if tc.prepare != nil {
				tc.prepare(b, d)
			}
			b.want("result", tc.want, tc.cmd...)
		})
	}
}

// TestDataMarks is READ DATA and READ DELETED DATA with and without SK over
// sectors 1 (normal), 2 (deleted), 3 (normal): tables 5-5 and 5-6.
func TestDataMarks(t *testing.T) {
	for _, tc := range []struct {
		name    string
		cmd, r  uint8
		sectors int
		want    []uint8
		read    []byte // R of the sectors that were read
	}{
		{"READ stops at deleted", 0x46, 1, 9, []uint8{0, 0, 0x40, 0, 0, 2, 2}, []byte{1, 2}},
		{"READ with SK skips deleted", 0x66, 1, 2, []uint8{0, 0, 0x40, 0, 0, 4, 2}, []byte{1, 3}},
		{"READ DELETED stops at normal", 0x4c, 2, 9, []uint8{0, 0, 0x40, 0, 0, 3, 2}, []byte{2, 3}},
		{"READ DELETED with SK skips normal", 0x6c, 1, 1, []uint8{0, 0, 0x40, 0, 0, 3, 2}, []byte{2}},
		{"READ DELETED", 0x4c, 2, 1, []uint8{0, 0, 0, 0, 0, 3, 2}, []byte{2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDisk(80, 2, 18, densityHD)
			d.tracks[0][0][1].flags = flagDeleted
			b := newBoard(t, d)
			b.load(tc.sectors * 512)
			b.want("result", tc.want, tc.cmd, 0, 0, 0, tc.r, 2, 18, 0x1b, 0xff)
			var read []byte
			for m := b.dma.mem; len(m) >= 512; m = m[512:] {
				read = append(read, m[2])
			}
			if diff := cmp.Diff(tc.read, read); diff != "" {
				t.Errorf("sectors read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrite(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	b := newBoard(t, d)
	b.load(700, 0xa5)
	b.want("WRITE DATA", []uint8{0, 0, 0, 0, 0, 7, 2}, 0x45, 0, 0, 0, 5, 2, 18, 0x1b, 0xff)
	if s := d.tracks[0][0][4]; s.data[0] != 0xa5 || s.data[511] != 0xa5 || s.flags != 0 {
		t.Errorf("sector 5: % x flags %d", s.data[:3], s.flags)
	}
	// Terminal count within a sector: the rest is zeros (5.1.3).
	if s := d.tracks[0][0][5]; s.data[187] != 0xa5 || s.data[188] != 0 || s.data[511] != 0 {
		t.Errorf("sector 6 around byte 188: % x; want a5 00", s.data[187:189])
	}
	b.load(512, 0x11)
	b.want("WRITE DELETED", []uint8{4, 0, 0, 0, 1, 2, 2}, 0x49, 4, 0, 1, 1, 2, 18, 0x1b, 0xff)
	if s := d.tracks[0][1][0]; s.flags != flagDeleted || s.data[9] != 0x11 {
		t.Errorf("sector 1 of head 1: flags %d, % x; want a deleted mark, 11", s.flags, s.data[:2])
	}
}

func TestVerify(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	b := newBoard(t, d)
	b.want("EC, 5 sectors", []uint8{0, 0, 0, 0, 0, 6, 2}, 0x56, 0x80, 0, 0, 1, 2, 18, 0x1b, 5)
	b.want("EC, more than there are", []uint8{0x40, 0x80, 0, 1, 0, 1, 2}, 0x56, 0x80, 0, 0, 1, 2, 18, 0x1b, 50)
	b.want("to EOT", []uint8{0, 0, 0, 1, 0, 1, 2}, 0x56, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)
	b.want("MT, EC, 36 sectors", []uint8{4, 0, 0, 1, 0, 1, 2}, 0xd6, 0x80, 0, 0, 1, 2, 18, 0x1b, 36)
	d.tracks[0][0][9].flags = flagDataError
	b.want("bad sector", []uint8{0x40, 0x20, 0x20, 0, 0, 10, 2}, 0x56, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)
	if len(b.dma.mem) != 0 {
		t.Errorf("VERIFY moved %d bytes", len(b.dma.mem))
	}
}

// TestScan compares host data of one value with sectors of 10h, 20h, 30h, ...
func TestScan(t *testing.T) {
	for _, tc := range []struct {
		name      string
		cmd, host uint8
		stp       uint8
		want      []uint8 // ST0 ST1 ST2, and R
	}{
		{"EQUAL at 3", 0x51, 0x30, 1, []uint8{0, 0, 0x08, 4}},
		{"EQUAL nowhere", 0x51, 0x31, 1, []uint8{0, 0, 0x04, 1}},
		{"EQUAL, host FF matches all", 0x51, 0xff, 1, []uint8{0, 0, 0x08, 2}},
		{"LOW OR EQUAL, lower at 1", 0x59, 0x35, 1, []uint8{0, 0, 0x00, 2}},
		{"LOW OR EQUAL nowhere", 0x59, 0x05, 1, []uint8{0, 0, 0x04, 1}},
		{"HIGH OR EQUAL, higher at 4", 0x5d, 0x35, 1, []uint8{0, 0, 0x00, 5}},
		{"HIGH OR EQUAL, equal at 3, every second", 0x5d, 0x30, 2, []uint8{0, 0, 0x08, 5}},
		{"EQUAL at 4, every second: missed", 0x51, 0x40, 2, []uint8{0, 0, 0x04, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDisk(80, 2, 6, densityHD)
			for i := range d.tracks[0][0] {
				d.tracks[0][0][i].data = bytes.Repeat([]byte{byte(i+1) << 4}, 512)
			}
			b := newBoard(t, d)
			b.load(6*512+1, tc.host)
			got := b.command(tc.cmd, 0, 0, 0, 1, 2, 6, 0x1b, tc.stp)
			if len(got) != 7 {
				t.Fatalf("result % x", got)
			}
			if diff := cmp.Diff(tc.want, []uint8{got[0], got[1], got[2], got[5]}); diff != "" {
				t.Errorf("ST0 ST1 ST2 R (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNonDMA moves sectors through the FIFO byte by byte, with an interrupt for
// each and no terminal count: the command ends with EN.
func TestNonDMA(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	b := newBoard(t, d)
	b.command(cmdSpecify, 0xaf, 0x03)
	b.send(0x46, 0, 0, 0, 17, 2, 18, 0x1b, 0xff)
	if m := b.In(regMSR); m != 0xf0 {
		t.Errorf("MSR with data to read = %#02x; want 0xf0", m)
	}
	var data []byte
	for b.In(regMSR)&msrNonDMA != 0 {
		if b.In(regMSR)&msrRQM != 0 {
			data = append(data, b.In(regFIFO))
		} else {
			b.clock.Advance(10 * bus.Microsecond)
		}
	}
	if len(data) != 1024 || !bytes.Equal(data[:3], []byte{0, 0, 17}) || !bytes.Equal(data[512:515], []byte{0, 0, 18}) {
		t.Errorf("%d bytes; want sectors 17 and 18", len(data))
	}
	if b.edges != 1025 {
		t.Errorf("%d interrupts; want one a byte and one for the result", b.edges)
	}
	b.want("result", []uint8{0x40, 0x80, 0, 1, 0, 1, 2})

	b.send(0x45, 0, 0, 0, 18, 2, 18, 0x1b, 0xff)
	if m := b.In(regMSR); m != 0xb0 {
		t.Errorf("MSR with data wanted = %#02x; want 0xb0", m)
	}
	for i := range 512 {
		b.Out(regFIFO, uint8(i*7))
	}
	b.want("result of a write", []uint8{0x40, 0x80, 0, 1, 0, 1, 2})
	if s := d.tracks[0][0][17]; s.data[1] != 7 || s.data[511] != uint8(511*7&0xff) {
		t.Errorf("sector 18 was not written: % x", s.data[:4])
	}

	b.send(0x4d, 0, 2, 3, 0x54, 0xe5)
	for r := range uint8(3) {
		for _, v := range []uint8{0, 0, r + 1, 2} {
			b.Out(regFIFO, v)
		}
	}
	if got := b.command(); len(got) != 7 || got[0] != 0 {
		t.Errorf("FORMAT TRACK: % x", got)
	}
	if n := len(d.tracks[0][0]); n != 3 || d.tracks[0][0][2].data[0] != 0xe5 {
		t.Errorf("the track has %d sectors; want 3 full of e5", n)
	}
}

func TestReadID(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	b := newBoard(t, d)
	seen := map[uint8]bool{}
	for range 18 {
		got := b.command(0x4a, 4)
		if len(got) != 7 || got[0] != 4 || got[3] != 0 || got[4] != 1 || got[6] != 2 {
			t.Fatalf("READ ID = % x; want ST0 4, C 0, H 1, N 2", got)
		}
		seen[got[5]] = true
	}
	if len(seen) != 18 {
		t.Errorf("18 times READ ID saw %d sectors; want all 18 pass", len(seen))
	}
}

func TestFormat(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	b := newBoard(t, d)
	b.seekTo(0, 2)
	b.Out(regCCR, rate250)
	var ids []byte
	for r := range byte(9) {
		ids = append(ids, 2, 1, r+1, 2)
	}
	b.load(36, ids...)
	if got := b.command(0x4d, 4, 2, 9, 0x50, 0xf6); len(got) != 7 || !bytes.Equal(got[:3], []byte{4, 0, 0}) {
		t.Errorf("FORMAT TRACK = % x; want 04 00 00", got)
	}
	if n := len(d.tracks[2][1]); n != 9 || d.density != densityDD || d.fm {
		t.Errorf("track: %d sectors, density %d, FM %v; want 9, 250, MFM", n, d.density, d.fm)
	}
	b.load(512)
	b.want("READ DATA at the new rate", []uint8{4, 0, 0, 2, 1, 6, 2}, 0x46, 4, 2, 1, 5, 2, 9, 0x2a, 0xff)
	if !bytes.Equal(b.dma.mem, bytes.Repeat([]byte{0xf6}, 512)) {
		t.Error("the sector is not filled with F6")
	}
}

// TestNoIndex: without a disk or with the motor off a command waits until the
// host resets the controller, or until it can go on.
func TestNoIndex(t *testing.T) {
	b := newBoard(t)
	b.load(512)
	b.send(0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)
	if m := b.In(regMSR); m != 0x10 || b.level {
		t.Errorf("MSR without a disk = %#02x, INT %v; want 0x10, low", m, b.level)
	}
	b.Out(regDOR, 0x2c) // motor off
	b.Insert(0, newDisk(80, 2, 18, densityHD))
	b.clock.Advance(bus.Second)
	if m := b.In(regMSR); m != 0x10 {
		t.Errorf("MSR with the motor off = %#02x; want 0x10", m)
	}
	b.Out(regDOR, 0x3c)
	b.clock.Advance(bus.Second)
	b.want("after the motor is on", []uint8{0, 0, 0, 0, 0, 2, 2})
	b.Eject(0)
	b.send(0x4a, 0)
	b.Out(regDOR, 0x38)
	b.Out(regDOR, 0x3c)
	b.clock.Advance(bus.Millisecond)
	b.want("after a reset", []uint8{0xc0, 0}, cmdSenseInt)
}

func TestImpliedSeek(t *testing.T) {
	b := newBoard(t, newDisk(80, 2, 18, densityHD))
	b.command(cmdConfigure, 0, configEIS|configNoFIFO, 0)
	b.load(512)
	b.want("READ DATA of cylinder 50", []uint8{0x20, 0, 0, 50, 0, 2, 2}, 0x46, 0, 50, 0, 1, 2, 18, 0x1b, 0xff)
	if !bytes.Equal(b.dma.mem[:3], []byte{50, 0, 1}) {
		t.Errorf("read % d; want 50 0 1", b.dma.mem[:3])
	}
	if got := b.command(cmdDumpReg); got[0] != 50 {
		t.Errorf("PCN = %d; want 50", got[0])
	}
	b.want("no seek interrupt", []uint8{0x80}, cmdSenseInt)
}

// TestDrivesAndMedia reads cylinder 3 (head position 3, or 6 with double steps)
// of different disks in different drives.
func TestDrivesAndMedia(t *testing.T) {
	for _, tc := range []struct {
		name     string
		drive    DriveType
		disk     *disk
		position uint8
		rate     uint8
		ok       bool
	}{
		{"160K in 360K", Drive360K, newDisk(40, 1, 8, densityDD), 3, rate250, true},
		{"180K in 1.2M", Drive1200K, newDisk(40, 1, 9, densityDD), 6, rate300, true},
		{"320K in 360K", Drive360K, newDisk(40, 2, 8, densityDD), 3, rate250, true},
		{"360K in 360K", Drive360K, newDisk(40, 2, 9, densityDD), 3, rate250, true},
		{"360K in 1.2M", Drive1200K, newDisk(40, 2, 9, densityDD), 6, rate300, true},
		{"360K in 1.2M between tracks", Drive1200K, newDisk(40, 2, 9, densityDD), 3, rate300, false},
		{"360K in 1.2M at 250", Drive1200K, newDisk(40, 2, 9, densityDD), 6, rate250, false},
		{"1.2M in 1.2M", Drive1200K, newDisk(80, 2, 15, densityHD), 3, rate500, true},
		{"1.2M in 360K", Drive360K, newDisk(80, 2, 15, densityHD), 3, rate500, false},
		{"720K in 720K", Drive720K, newDisk(80, 2, 9, densityDD), 3, rate250, true},
		{"1.44M in 720K", Drive720K, newDisk(80, 2, 18, densityHD), 3, rate500, false},
		{"720K in 1.44M", Drive1440K, newDisk(80, 2, 9, densityDD), 3, rate250, true},
		{"720K in 1.44M at 300", Drive1440K, newDisk(80, 2, 9, densityDD), 3, rate300, false},
		{"360K in 1.44M", Drive1440K, newDisk(40, 2, 9, densityDD), 3, rate250, true},
		{"2.88M in 1.44M", Drive1440K, newDisk(80, 2, 36, densityED), 3, rate1000, false},
		{"2.88M in 2.88M", Drive2880K, newDisk(80, 2, 36, densityED), 3, rate1000, true},
		{"1.44M in 2.88M", Drive2880K, newDisk(80, 2, 18, densityHD), 3, rate500, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := startBoard(t, Config{Drives: [4]DriveType{tc.drive}}, tc.disk)
			b.seekTo(0, tc.position)
			b.Out(regCCR, tc.rate)
			b.load(512)
			got := b.command(0x46, 0, 3, 0, 1, 2, 9, 0x1b, 0xff)
			if len(got) != 7 || (got[0] == 0) != tc.ok || !tc.ok && got[1] != st1MA {
				t.Errorf("READ DATA = % x; want success: %v", got, tc.ok)
			}
		})
	}
}

// The second side of a single-sided disk has no address marks.
func TestSingleSided(t *testing.T) {
	b := startBoard(t, Config{Drives: [4]DriveType{Drive360K}}, newDisk(40, 1, 8, densityDD))
	b.Out(regCCR, rate250)
	b.load(512)
	b.want("side 0", []uint8{0x00, 0, 0, 0, 0, 2, 2}, 0x46, 0, 0, 0, 1, 2, 8, 0x2a, 0xff)
	b.want("side 1", []uint8{0x44, 0x01, 0, 0, 1, 1, 2}, 0x46, 4, 0, 1, 1, 2, 8, 0x2a, 0xff)
}

// TestRealTiming checks the mechanics of a 1.44M drive: 300 rpm, 18 sectors a
// turn, 6 ms a step.
func TestRealTiming(t *testing.T) {
	b := startBoard(t, Config{Timing: Real, Drives: [4]DriveType{Drive1440K}}, newDisk(80, 2, 18, densityHD))
	elapsed := func(cmd ...uint8) bus.Time {
		start := b.clock.Now()
		for _, v := range cmd {
			b.Out(regFIFO, v)
		}
		for !b.level && b.clock.Now() < start+5*bus.Second {
			b.clock.Advance(100 * bus.Microsecond)
		}
		return b.clock.Now() - start
	}
	within := func(what string, got, low, high bus.Time) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s took %v; want %v to %v", what, got, low, high)
		}
	}
	const ms = bus.Millisecond
	within("seek over 40 cylinders", elapsed(cmdSeek, 0, 40), 240*ms, 242*ms)
	b.command(cmdSenseInt)
	b.load(36 * 512)
	within("a cylinder", elapsed(0xc6, 0, 40, 0, 1, 2, 18, 0x1b, 0xff), 400*ms, 610*ms)
	b.command()
	b.load(512)
	within("the sector that has just passed", elapsed(0x46, 4, 40, 1, 18, 2, 18, 0x1b, 0xff), 195*ms, 205*ms)
	b.command()
	b.load(512)
	within("the sector after it", elapsed(0x46, 4, 40, 1, 1, 2, 18, 0x1b, 0xff), 11*ms, 12*ms)
	b.command()
	within("a sector that is not there", elapsed(0x46, 4, 40, 1, 19, 2, 19, 0x1b, 0xff), 400*ms, 401*ms)
	b.command()
	b.Out(regDOR, 0x0c)
	b.clock.Advance(bus.Second)
	b.Out(regDOR, 0x1c)
	b.load(512)
	within("READ DATA with the motor just on", elapsed(0x46, 0, 40, 0, 1, 2, 18, 0x1b, 0xff), 300*ms, 515*ms)
}

// TestSwapDuringTransfer changes the disk between two sectors; the command must
// neither mix the disks up beyond that nor hang.
func TestSwapDuringTransfer(t *testing.T) {
	b := newBoard(t, newDisk(80, 2, 18, densityHD))
	b.load(18 * 512)
	for _, v := range []uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff} {
		b.Out(regFIFO, v)
	}
	b.clock.Advance(3*fastSector + fastSector/2)
	b.Insert(0, newDisk(80, 2, 9, densityDD))
	b.want("result", []uint8{0x40, 0x01, 0, 0, 0, 4, 2})
}

func TestNoAllocations(t *testing.T) {
	b := newBoard(t, newDisk(80, 2, 18, densityHD))
	b.dma.mem = make([]byte, 0, 1<<20)
	if a := testing.AllocsPerRun(50, func() {
		b.dma.left, b.dma.mem = 512, b.dma.mem[:0]
		for _, v := range [9]uint8{0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff} {
			b.Out(regFIFO, v)
		}
		b.clock.Advance(bus.Millisecond)
		for range 7 {
			b.In(regFIFO)
		}
	}); a != 0 {
		t.Errorf("reading a sector allocates %v times; want 0", a)
	}
}

// A lenient controller finds data at any rate, moves its heads by itself, and
// formats at the density that is there: the Bochs BIOS sets no rate and seeks not.
func TestLenient(t *testing.T) {
	for _, d := range []*disk{newDisk(80, 2, 18, densityHD), newDisk(80, 2, 9, densityDD)} {
		for _, rate := range []uint8{rate500, rate250} {
			b := newBoard(t, d)
			b.easy = true
			b.Out(regCCR, rate)
			b.load(512)
			b.want("READ DATA of cylinder 50", []uint8{0x20, 0, 0, 50, 0, 2, 2}, 0x46, 0, 50, 0, 1, 2, 9, 0x1b, 0xff)
			if !bytes.Equal(b.dma.mem[:3], []byte{50, 0, 1}) {
				t.Errorf("read % d; want 50 0 1", b.dma.mem[:3])
			}
		}
	}
}

// READ TRACK goes on past sectors whose data have a CRC error, and tells of them
// at the end (5.1.5); the other commands end there.
func TestReadTrackPastErrors(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	d.tracks[0][0][1].flags = flagDataError
	b := newBoard(t, d)
	b.load(4 * 512)
	b.want("result", []uint8{0x00, 0x20, 0x20, 1, 0, 1, 2}, 0x42, 0, 0, 0, 1, 2, 4, 0x1b, 0xff)
	if n := len(b.dma.mem); n != 4*512 || !bytes.Equal(b.dma.mem[3*512:][:3], []byte{0, 0, 4}) {
		t.Errorf("%d bytes; want four sectors, the last one sector 4", n)
	}
}
