package ata

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

func TestSignature(t *testing.T) {
	want := [5]uint8{1, 1, 0, 0, 0} // ATA-4 9.1: Count 01h, LBA 01h 00h 00h, Device 00h
	for _, tc := range []struct {
		name  string
		reset func(*board)
		irqs  int
	}{
		{"power-on", func(*board) {}, 0},
		{"bus reset", func(b *board) { b.Reset(bus.BusReset); b.wait() }, 0},
		{"SRST", func(b *board) {
			b.Out(regDevice, deviceDEV)
			b.ctl.Out(0, controlSRST)
			if s := b.ctl.In(0); s != statusBSY {
				t.Errorf("status while SRST is set = %#02x; want 0x80", s)
			}
			b.clock.Advance(bus.Second)
			if s := b.ctl.In(0); s != statusBSY {
				t.Errorf("status after a second of SRST = %#02x; want 0x80", s)
			}
			b.ctl.Out(0, 0)
			b.wait()
		}, 0},
		{"diagnostic", func(b *board) { b.issue(0, 9, 9, 9, 9, deviceDEV, cmdDiagnostic) }, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBoard(t, newRAM(1000), newRAM(2000))
			tc.reset(b)
			if b.edges != tc.irqs {
				t.Errorf("INTRQ rose %d times; want %d", b.edges, tc.irqs)
			}
			for dev := range uint8(2) {
				if dev == 1 {
					b.Out(regDevice, deviceDEV)
					want[4] = deviceDEV
				}
				b.check("signature", 0x50, 0)
				if e := b.In(regError); e != 0x01 {
					t.Errorf("drive %d: diagnostic code %#02x; want 0x01", dev, e)
				}
				if diff := cmp.Diff(want, b.registers()); diff != "" {
					t.Errorf("drive %d (-want +got):\n%s", dev, diff)
				}
			}
			want[4] = 0
		})
	}
}

func TestAbsent(t *testing.T) {
	none := newBoard(t)
	for off := range uint16(8) {
		if v := none.In(off); v != 0x7f {
			t.Errorf("In(%d) without drives = %#02x; want 0x7f", off, v)
		}
	}
	if v := none.InWide(regData, 2); v != 0xff7f {
		t.Errorf("data without drives = %#x; want 0xff7f", v)
	}
	if v := none.ctl.In(0); v != 0x7f {
		t.Errorf("alternate status without drives = %#02x; want 0x7f", v)
	}
	none.issue(0, 1, 0, 0, 0, deviceLBA, cmdRead)

	master := newBoard(t, newRAM(1000))
	master.Out(regCount, 0x55)
	master.Out(regDevice, 0xb0)
	if v := master.In(regStatus); v != 0 {
		t.Errorf("status of the absent drive 1 = %#02x; want 0", v)
	}
	if v := master.In(regCount); v != 0x55 {
		t.Errorf("Count with drive 1 selected = %#02x; want drive 0's 0x55", v)
	}
	master.Out(regStatus, cmdIdentify)
	master.clock.Advance(bus.Millisecond)
	if v := master.ctl.In(0); v != 0 || master.edges != 0 {
		t.Errorf("drive 1 took a command: status %#02x, %d interrupts", v, master.edges)
	}
	master.Out(regDevice, 0xa0)
	master.check("drive 0 after that", 0x50, 0)

	slave := newBoard(t, nil, newRAM(1000))
	if v := slave.In(regStatus); v != 0x7f {
		t.Errorf("status of the absent drive 0 = %#02x; want 0x7f", v)
	}
	slave.Out(regDevice, deviceDEV)
	slave.check("lone drive 1", 0x50, 0)
}

func TestIdentify(t *testing.T) {
	const total = 20 << 20 // sectors: 10 GB, above the CHS limit
	b := newBoard(t, newRAM(total))
	b.issue(0, 8, 0, 0, 0, 0, cmdSetMulti)
	b.check("SET MULTIPLE", 0x50, 0)
	b.issue(0, 0, 0, 0, 0, 0, cmdIdentify)
	b.check("IDENTIFY", 0x58, 0)
	p := b.readSector()
	b.check("after IDENTIFY", 0x50, 0)
	word := func(i int) uint16 { return binary.LittleEndian.Uint16(p[2*i:]) }
	for i, want := range map[int]uint16{
		0: 0x0040, 1: 16383, 3: 16, 6: 63, 47: 0x8010, 49: 0x2e00, 53: 3, 54: 16383, 55: 16, 56: 63,
		57: 16514064 & 0xffff, 58: 16514064 >> 16, 59: 0x0108, 60: total & 0xffff, 61: total >> 16,
		80: 0x007e, 83: 0x7400, 84: 0x4000, 100: total & 0xffff, 101: total >> 16, 102: 0, 103: 0,
	} {
		if word(i) != want {
			t.Errorf("word %d = %#04x; want %#04x", i, word(i), want)
		}
	}
	unswapped := make([]byte, len(p))
	for i := range p {
		unswapped[i^1] = p[i]
	}
	for _, s := range []struct {
		from, to int
		want     string
	}{{20, 40, "BG00001"}, {46, 54, "1.0"}, {54, 94, "BEIGE HARDDISK"}} {
		if got := strings.TrimRight(string(unswapped[s.from:s.to]), " "); got != s.want {
			t.Errorf("string at byte %d = %q; want %q", s.from, got, s.want)
		}
	}
	var sum uint8
	for _, v := range p {
		sum += v
	}
	if p[510] != 0xa5 || sum != 0 {
		t.Errorf("word 255: signature %#02x, sum of all bytes %#02x; want 0xa5, 0", p[510], sum)
	}
	small := newBoard(t, newRAM(65520))
	small.issue(0, 0, 0, 0, 0, 0, cmdIdentify)
	p = small.readSector()
	if word(1) != 65 || word(54) != 65 || word(57) != 65*16*63&0xffff {
		t.Errorf("32 MB disk: %d cylinders, current %d, capacity %d; want 65, 65, 65520", word(1), word(54), word(57))
	}
}

// TestAddressing reads the same sector in all three ways.
func TestAddressing(t *testing.T) {
	b := newBoard(t, newRAM(1<<29))
	const lba = 0x0123456 % (16383 * 16 * 63)
	cyl, head, sec := lba/(16*63), lba/63%16, lba%63+1
	b.issue(0, 1, uint8(sec), uint8(cyl), uint8(cyl>>8), 0xa0|uint8(head), cmdRead)
	b.check("CHS", 0x58, 0)
	if got := number(b.readSector()); got != lba {
		t.Errorf("CHS %d/%d/%d read sector %#x; want %#x", cyl, head, sec, got, lba)
	}
	b.issue(0, 1, 0x56, 0x34, 0x12, 0xe0, cmdRead)
	if got := number(b.readSector()); got != 0x123456 {
		t.Errorf("LBA28 read sector %#x; want 0x123456", got)
	}
	if diff := cmp.Diff([5]uint8{0, 0x56, 0x34, 0x12, 0xe0}, b.registers()); diff != "" {
		t.Errorf("registers after LBA28 (-want +got):\n%s", diff)
	}
	for _, w := range [][2]uint8{{regCount, 0}, {regLBALow, 0x12}, {regLBAMid, 0}, {regLBAHigh, 0}} {
		b.Out(uint16(w[0]), w[1])
	}
	b.issue(0, 2, 0x56, 0x34, 0xff, 0x40, cmdReadExt)
	for want := uint64(0x12ff3456); want < 0x12ff3458; want++ {
		if got := number(b.readSector()); got != want {
			t.Errorf("LBA48 read sector %#x; want %#x", got, want)
		}
		b.wait()
	}
	low := b.registers()
	b.ctl.Out(0, controlHOB)
	high := b.registers()
	if diff := cmp.Diff([2][5]uint8{{0, 0x57, 0x34, 0xff, 0x40}, {0, 0x12, 0, 0, 0x40}}, [2][5]uint8{low, high}); diff != "" {
		t.Errorf("registers after LBA48, current and previous (-want +got):\n%s", diff)
	}
}

// TestInterrupts counts INTRQ: one a block when reading, none before the first
// block when writing and one after each (ATA-4 9.7, 9.8).
func TestInterrupts(t *testing.T) {
	for _, tc := range []struct {
		cmd           uint8
		count         int
		first, all    int
		wordsPerBlock int
	}{
		{cmdRead, 3, 1, 3, 256},
		{cmdReadMulti, 10, 1, 3, 4 * 256},
		{cmdWrite, 3, 0, 3, 256},
		{cmdWriteMulti, 10, 0, 3, 4 * 256},
		{cmdVerify, 5, 1, 1, 0},
		{cmdSeek, 1, 1, 1, 0},
	} {
		t.Run(fmt.Sprintf("%#02x", tc.cmd), func(t *testing.T) {
			b := newBoard(t, newRAM(1000))
			b.issue(0, 4, 0, 0, 0, 0, cmdSetMulti)
			b.In(regStatus)
			b.edges = 0
			b.issue(0, uint8(tc.count), 5, 0, 0, 0xe0, tc.cmd)
			if b.edges != tc.first {
				t.Errorf("%d interrupts before the first block; want %d", b.edges, tc.first)
			}
			words := 0
			for b.In(regStatus)&statusDRQ != 0 {
				if tc.cmd == cmdRead || tc.cmd == cmdReadMulti {
					b.InWide(regData, 2)
				} else {
					b.OutWide(regData, 2, uint32(words))
				}
				words++
				b.wait()
			}
			if want := 256 * tc.count; tc.wordsPerBlock != 0 && words != want {
				t.Errorf("%d words moved; want %d", words, want)
			}
			if b.edges != tc.all {
				t.Errorf("%d interrupts; want %d", b.edges, tc.all)
			}
			if b.level {
				t.Error("INTRQ is high after Status was read")
			}
			b.check("end", 0x50, 0)
		})
	}
}

func TestNIEN(t *testing.T) {
	b := newBoard(t, newRAM(100))
	b.ctl.Out(0, controlNIEN)
	b.issue(0, 1, 1, 0, 0, 0xe0, cmdVerify)
	if b.level {
		t.Error("INTRQ is high with nIEN set")
	}
	b.ctl.Out(0, 0)
	if !b.level {
		t.Error("a pending interrupt does not show after nIEN is cleared")
	}
	if b.ctl.In(0); !b.level {
		t.Error("reading Alternate Status dropped INTRQ")
	}
	if b.In(regStatus); b.level {
		t.Error("reading Status did not drop INTRQ")
	}
}

func TestBusyDrive(t *testing.T) {
	b := newBoard(t, newRAM(100))
	b.Out(regCount, 1)
	b.Out(regLBALow, 5)
	b.Out(regDevice, 0xe0)
	b.Out(regStatus, cmdRead)
	for off := uint16(1); off < 8; off++ {
		if v := b.In(off); v != 0xd0 {
			t.Errorf("In(%d) while busy = %#02x; want the status 0xd0", off, v)
		}
	}
	b.Out(regLBALow, 9)
	b.Out(regStatus, cmdIdentify)
	b.wait()
	if got := number(b.readSector()); got != 5 {
		t.Errorf("registers written while BSY was set: read sector %d; want 5", got)
	}
}

// TestSnapshot stops in the middle of a block, continues on a second board and
// expects the same bytes.
func TestSnapshot(t *testing.T) {
	r := newRAM(100)
	b := newBoard(t, r)
	b.issue(0, 3, 5, 0, 0, 0xe0, cmdRead)
	for range 100 {
		b.InWide(regData, 2)
	}
	b2 := b.restore(nil, r)
	snap, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !b2.level {
		t.Error("INTRQ was not driven by the restore")
	}
	for _, x := range []*board{b, b2} {
		for range 156 {
			x.InWide(regData, 2)
		}
		x.wait()
		if got := number(x.readSector()); got != 6 {
			t.Errorf("the next sector is %d; want 6", got)
		}
	}
	if err := newBoard(t).UnmarshalBinary(snap); err == nil {
		t.Error("a channel without drives took the snapshot")
	}
	snap[1+1] = 2 // Select
	if err := b2.UnmarshalBinary(snap); err == nil {
		t.Error("a snapshot with drive 2 selected was taken")
	}
}

var (
	_ bus.Device           = (*Channel)(nil)
	_ bus.WidePortHandler  = (*Channel)(nil)
	_ bus.BlockPortHandler = (*Channel)(nil)
	_ bus.PortHandler      = (*ControlBlock)(nil)
	_ bus.Inspector        = (*Channel)(nil)
)
