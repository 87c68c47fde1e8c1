package ata

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// ramDisk is a disk of numbered sectors: each begins with its own number until
// it is written. Bad sectors fail.
type ramDisk struct {
	n        uint64
	written  map[uint64][sectorSize]byte
	bad      map[uint64]bool
	full     bool // the host cannot store anything more
	readOnly bool
	flushes  int
}

func newRAM(n uint64) *ramDisk {
	return &ramDisk{n: n, written: map[uint64][sectorSize]byte{}, bad: map[uint64]bool{}}
}

func (r *ramDisk) Sectors() uint64 { return r.n }
func (r *ramDisk) ReadOnly() bool  { return r.readOnly }

func (r *ramDisk) ReadSectors(lba uint64, p []byte) error {
	for ; len(p) > 0; p, lba = p[sectorSize:], lba+1 {
		if r.bad[lba] || lba >= r.n {
			return errors.New("bad sector")
		}
		if w, ok := r.written[lba]; ok {
			copy(p, w[:])
			continue
		}
		clear(p[:sectorSize])
		binary.LittleEndian.PutUint64(p, lba)
	}
	return nil
}

func (r *ramDisk) WriteSectors(lba uint64, p []byte) error {
	for ; len(p) > 0; p, lba = p[sectorSize:], lba+1 {
		if r.full || r.bad[lba] || lba >= r.n {
			return errors.New("no space left")
		}
		r.written[lba] = [sectorSize]byte(p)
	}
	return nil
}

func (r *ramDisk) Flush() error {
	r.flushes++
	if r.full {
		return errors.New("no space left")
	}
	return nil
}

// board is a channel with its clock and what its INTRQ did.
type board struct {
	*Channel
	t     *testing.T
	clock *bus.Scheduler
	ctl   *ControlBlock
	level bool
	edges int // rising edges of INTRQ
}

// newBoard has passed its power-on reset.
func newBoard(t *testing.T, disks ...*ramDisk) *board { return newBoardDMA(t, nil, disks...) }

// newBoardDMA has a bus master, too.
func newBoardDMA(t *testing.T, dma DMA, disks ...*ramDisk) *board {
	b := &board{t: t, clock: bus.NewScheduler(nil)}
	cfg := Config{Name: "ata0", DMA: dma}
	for i, d := range disks {
		if d != nil {
			cfg.Drives[i].Disk = d
		}
	}
	b.Channel = New(b.clock, func(high bool) {
		if high && !b.level {
			b.edges++
		}
		b.level = high
	}, cfg)
	b.ctl = b.ControlBlock()
	b.clock.Advance(resetTime)
	return b
}

// issue writes registers 1 to 6 and a command, and waits for BSY to go.
func (b *board) issue(features, count, low, mid, high, device, cmd uint8) {
	b.Out(regDevice, device)
	for i, v := range []uint8{features, count, low, mid, high} {
		b.Out(uint16(1+i), v)
	}
	b.Out(regStatus, cmd)
	b.wait()
}

func (b *board) wait() {
	for range 1000 {
		if b.ctl.In(0)&statusBSY == 0 {
			return
		}
		b.clock.Advance(bus.Microsecond)
	}
	b.t.Fatal("BSY stays set")
}

// check compares Status (read as a driver does) and Error.
func (b *board) check(what string, status, errbits uint8) {
	b.t.Helper()
	if s, e := b.In(regStatus), b.In(regError); s != status || s&statusERR != 0 && e != errbits {
		b.t.Errorf("%s: status %#02x, error %#02x; want %#02x, %#02x", what, s, e, status, errbits)
	}
}

// registers reads Count, LBALow, LBAMid, LBAHigh, Device.
func (b *board) registers() [5]uint8 {
	var r [5]uint8
	for i := range r {
		r[i] = b.In(uint16(regCount + i))
	}
	return r
}

// readSector reads one sector by words.
func (b *board) readSector() []byte {
	p := make([]byte, sectorSize)
	for i := 0; i < len(p); i += 2 {
		binary.LittleEndian.PutUint16(p[i:], uint16(b.InWide(regData, 2)))
	}
	return p
}

func number(p []byte) uint64 { return binary.LittleEndian.Uint64(p) }

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

// writeSectors writes n sectors filled with v from lba on and returns the final
// status.
func (b *board) writeSectors(cmd, lba, n, v uint8) uint8 {
	b.issue(0, n, lba, 0, 0, 0xe0, cmd)
	p := bytes.Repeat([]byte{v}, sectorSize)
	for b.ctl.In(0)&statusDRQ != 0 {
		for i := 0; i < sectorSize; i += 4 {
			b.OutWide(regData, 4, binary.LittleEndian.Uint32(p[i:]))
		}
		b.wait()
	}
	return b.In(regStatus)
}

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

func TestInitParams(t *testing.T) {
	b := newBoard(t, newRAM(65520))
	b.issue(0, 17, 0, 0, 0, 0xa0|3, cmdInitParams) // 4 heads, 17 sectors
	b.check("INITIALIZE DEVICE PARAMETERS", 0x50, 0)
	b.issue(0, 1, 2, 100, 0, 0xa0|3, cmdRead)
	want := uint64((100*4+3)*17 + 1)
	if got := number(b.readSector()); got != want {
		t.Errorf("sector %d; want %d", got, want)
	}
	b.issue(0, 0, 0, 0, 0, 0, cmdIdentify)
	p := b.readSector()
	var words [5]uint16
	for i := range words {
		words[i] = binary.LittleEndian.Uint16(p[108+2*i:])
	}
	if diff := cmp.Diff([5]uint16{963, 4, 17, 963 * 4 * 17 & 0xffff, 963 * 4 * 17 >> 16}, words); diff != "" {
		t.Errorf("words 54-58 (-want +got):\n%s", diff)
	}
	b.ctl.Out(0, controlSRST)
	b.ctl.Out(0, 0)
	b.wait()
	if b.Drive[0].Heads != 4 {
		t.Error("a soft reset lost the translation")
	}
	b.issue(0, 0, 0, 0, 0, 0xa0, cmdInitParams)
	b.check("0 sectors a track", 0x51, errorABRT)
	// CHS reaches 16383*16*63 = 16514064 sectors in any translation (ATA-4 6.2.1).
	large := newBoard(t, newRAM(1<<29))
	for sectors, want := range map[uint8]uint16{255: 4047, 63: 16383, 1: 65535} {
		large.issue(0, sectors, 0, 0, 0, 0xaf, cmdInitParams)
		if got := large.Drive[0].Cylinders; got != want {
			t.Errorf("a large disk has %d cylinders of 16 heads and %d sectors; want %d", got, sectors, want)
		}
	}
}

func TestSettingsOverSoftReset(t *testing.T) {
	for _, tc := range []struct{ features, want uint8 }{{featKeepSettings, 8}, {featRevertSettings, 0}} {
		b := newBoard(t, newRAM(100))
		b.issue(tc.features, 0, 0, 0, 0, 0, cmdSetFeatures)
		b.issue(0, 8, 0, 0, 0, 0, cmdSetMulti)
		b.ctl.Out(0, controlSRST)
		b.ctl.Out(0, 0)
		b.wait()
		if got := b.Drive[0].Multiple; got != tc.want {
			t.Errorf("SET FEATURES %#02x: multiple mode after SRST = %d; want %d", tc.features, got, tc.want)
		}
	}
}

func TestPowerModes(t *testing.T) {
	b := newBoard(t, newRAM(100))
	mode := func(what string, want uint8) {
		t.Helper()
		b.issue(0, 0x33, 0, 0, 0, 0, cmdCheckPower)
		if got := b.In(regCount); got != want {
			t.Errorf("%s: CHECK POWER MODE = %#02x; want %#02x", what, got, want)
		}
	}
	mode("power-on", 0xff)
	b.issue(0, 0, 0, 0, 0, 0, cmdIdleNow)
	mode("IDLE IMMEDIATE", 0x80)
	b.issue(0, 0, 0, 0, 0, 0, cmdStandbyNowOld)
	mode("STANDBY IMMEDIATE", 0x00)
	b.issue(0, 1, 1, 0, 0, 0xe0, cmdVerify)
	mode("after an access", 0xff)
	b.issue(0, 12, 0, 0, 0, 0, cmdIdle) // 12 * 5 s
	b.clock.Advance(59 * bus.Second)
	mode("before the standby time", 0x80)
	b.clock.Advance(bus.Second)
	mode("after the standby time", 0x00)
	b.issue(0, 0, 0, 0, 0, 0, cmdSleep)
	b.check("SLEEP", 0x50, 0)
	b.issue(0, 1, 1, 0, 0, 0xe0, cmdRead)
	b.check("a command to a sleeping drive", 0x50, 0)
	b.ctl.Out(0, controlSRST)
	b.ctl.Out(0, 0)
	b.wait()
	mode("after a soft reset", 0xff)
	for v, want := range map[uint8]bus.Time{0: 0, 1: 5 * bus.Second, 240: 1200 * bus.Second, 241: 1800 * bus.Second, 251: 19800 * bus.Second, 252: 1260 * bus.Second, 255: 1275 * bus.Second} {
		if got := standbyTime(v); got != want {
			t.Errorf("standby timer %d = %v; want %v", v, got, want)
		}
	}
}

func TestNativeMax(t *testing.T) {
	b := newBoard(t, newRAM(1<<30))
	b.issue(0, 0, 0, 0, 0, 0x40, cmdReadNative)
	if diff := cmp.Diff([5]uint8{0, 0xfe, 0xff, 0xff, 0x4f}, b.registers()); diff != "" {
		t.Errorf("READ NATIVE MAX ADDRESS (-want +got):\n%s", diff)
	}
	b.issue(0, 0, 0, 0, 0, 0x40, cmdReadNativeExt)
	low := b.registers()
	b.ctl.Out(0, controlHOB)
	if diff := cmp.Diff([2][5]uint8{{0, 0xff, 0xff, 0xff, 0x40}, {0, 0x3f, 0, 0, 0x40}}, [2][5]uint8{low, b.registers()}); diff != "" {
		t.Errorf("READ NATIVE MAX ADDRESS EXT (-want +got):\n%s", diff)
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
