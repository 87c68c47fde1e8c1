package ata

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// master is a bus master over a flat memory: started in one direction, for a
// number of bytes.
type master struct {
	memory  []byte
	toRAM   bool
	started bool
	pos     int
	end     int
}

func (m *master) ToMemory(p []byte) int {
	if !m.started || !m.toRAM {
		return 0
	}
	n := copy(m.memory[m.pos:m.end], p)
	m.pos += n
	return n
}

func (m *master) FromMemory(p []byte) int {
	if !m.started || m.toRAM {
		return 0
	}
	n := copy(p, m.memory[m.pos:m.end])
	m.pos += n
	return n
}

// start begins a transfer of n bytes.
func (m *master) start(toRAM bool, n int) { m.toRAM, m.started, m.pos, m.end = toRAM, true, 0, n }

func newMaster() *master { return &master{memory: make([]byte, 64<<10)} }

func TestReadDMA(t *testing.T) {
	for _, early := range []bool{false, true} { // the bus master is started before the command
		m := newMaster()
		b := newBoardDMA(t, m, newRAM(1<<30))
		if early {
			m.start(true, 40*sectorSize)
			b.DMAStart()
		}
		b.issue(0, 40, 5, 0, 0, 0xe0, cmdReadDMA)
		if !early {
			b.check("waiting", 0x58, 0)
			if b.edges != 0 {
				t.Error("an interrupt before the transfer")
			}
			if v := b.InWide(regData, 2); v != 0xffff {
				t.Errorf("data register = %#x; want 0xffff", v)
			}
			m.start(true, 40*sectorSize)
			b.DMAStart()
			b.wait()
		}
		b.check("end", 0x50, 0)
		if b.edges != 1 || m.pos != 40*sectorSize {
			t.Errorf("%d interrupts, %d bytes; want 1, %d", b.edges, m.pos, 40*sectorSize)
		}
		for i := range 40 {
			if got := number(m.memory[i*sectorSize:]); got != uint64(5+i) {
				t.Fatalf("sector %d is %d; want %d", i, got, 5+i)
			}
		}
		if diff := cmp.Diff([5]uint8{0, 44, 0, 0, 0xe0}, b.registers()); diff != "" {
			t.Errorf("registers (-want +got):\n%s", diff)
		}
	}
}

// A list that ends early keeps the drive waiting; a longer one goes on where the
// transfer stopped, even within a sector.
func TestDMAInPieces(t *testing.T) {
	m := newMaster()
	b := newBoardDMA(t, m, newRAM(1<<30))
	m.start(true, 1000)
	b.lba48(1<<29, 3, cmdReadDMAExt)
	b.check("after the first list", 0x58, 0)
	first := bytes.Clone(m.memory[:1000])
	m.start(true, 3*sectorSize-1000)
	b.DMAStart()
	b.wait()
	b.check("end", 0x50, 0)
	all := append(first, m.memory[:3*sectorSize-1000]...)
	for i := range 3 {
		if got := number(all[i*sectorSize:]); got != uint64(1<<29+i) {
			t.Errorf("sector %d is %#x; want %#x", i, got, 1<<29+i)
		}
	}
}

func TestWriteDMA(t *testing.T) {
	m := newMaster()
	r := newRAM(1 << 30)
	b := newBoardDMA(t, m, r)
	for i := range 20 {
		binary.LittleEndian.PutUint64(m.memory[i*sectorSize:], uint64(1000+i))
	}
	m.start(true, 20*sectorSize)
	b.issue(0, 20, 7, 0, 0, 0xe0, cmdWriteDMA)
	b.check("the bus master goes the other way", 0x58, 0)
	m.start(false, 20*sectorSize)
	b.DMAStart()
	b.wait()
	b.check("end", 0x50, 0)
	for i := range uint64(20) {
		w := r.written[7+i]
		if got := number(w[:]); got != 1000+i {
			t.Fatalf("sector %d holds %d; want %d", 7+i, got, 1000+i)
		}
	}
	if len(r.written) != 20 || b.edges != 1 {
		t.Errorf("%d sectors written, %d interrupts; want 20, 1", len(r.written), b.edges)
	}
	r.readOnly = true
	b.issue(0, 1, 7, 0, 0, 0xe0, cmdWriteDMA)
	b.check("write-protected", 0x51, 0x44)
	r.readOnly = false
	m.start(false, sectorSize)
	b.lba48(1<<30, 1, cmdWriteDMAExt)
	b.check("beyond the end", 0x51, 0x10)
}

// Sectors before a bad one reach memory, the registers name the bad one.
func TestDMAError(t *testing.T) {
	m := newMaster()
	r := newRAM(100)
	r.bad[9] = true
	b := newBoardDMA(t, m, r)
	m.start(true, 10*sectorSize)
	b.issue(0, 10, 5, 0, 0, 0xe0, cmdReadDMA)
	b.check("bad sector", 0x51, 0x40)
	if diff := cmp.Diff([5]uint8{6, 9, 0, 0, 0xe0}, b.registers()); diff != "" || m.pos != 4*sectorSize || b.edges != 1 {
		t.Errorf("%d bytes, %d interrupts; want %d, 1; registers (-want +got):\n%s", m.pos, b.edges, 4*sectorSize, diff)
	}
	m.start(true, 10*sectorSize)
	b.issue(0, 10, 95, 0, 0, 0xe0, cmdReadDMA)
	b.check("over the end", 0x51, 0x10)
	if diff := cmp.Diff([5]uint8{5, 100, 0, 0, 0xe0}, b.registers()); diff != "" {
		t.Errorf("registers (-want +got):\n%s", diff)
	}
	m.start(false, 10*sectorSize)
	b.issue(0, 6, 7, 0, 0, 0xe0, cmdWriteDMA)
	b.check("bad sector written", 0x71, 0x04)
	if diff := cmp.Diff([5]uint8{4, 9, 0, 0, 0xe0}, b.registers()); diff != "" {
		t.Errorf("registers (-want +got):\n%s", diff)
	}
	// A command or a reset ends the waiting.
	m.started = false
	b.issue(0, 1, 1, 0, 0, 0xe0, cmdReadDMA)
	b.check("waiting", 0x58, 0)
	b.issue(0, 1, 1, 0, 0, 0xe0, cmdVerify)
	b.check("another command", 0x50, 0)
	b.DMAStart()
	b.check("nothing waits", 0x50, 0)
}

// Modes of SET FEATURES 03h show in words 63 and 88 (ATA-4 table 18).
func TestDMAModes(t *testing.T) {
	b := newBoardDMA(t, newMaster(), newRAM(100))
	for _, tc := range []struct {
		count, status uint8
		w63, w88      uint16
	}{
		{0x20, 0x50, 0x0107, 0x0007}, {0x21, 0x50, 0x0207, 0x0007}, {0x22, 0x50, 0x0407, 0x0007}, {0x23, 0x51, 0x0407, 0x0007},
		{0x40, 0x50, 0x0007, 0x0107}, {0x41, 0x50, 0x0007, 0x0207}, {0x42, 0x50, 0x0007, 0x0407}, {0x43, 0x51, 0x0007, 0x0407},
		{0x10, 0x51, 0x0007, 0x0407}, {0x0c, 0x50, 0x0007, 0x0407},
	} {
		b.issue(featTransferMode, tc.count, 0, 0, 0, 0, cmdSetFeatures)
		status := b.In(regStatus)
		b.issue(0, 0, 0, 0, 0, 0, cmdIdentify)
		p := b.readSector()
		got := [5]uint16{}
		for i, n := range []int{49, 53, 63, 65, 88} {
			got[i] = binary.LittleEndian.Uint16(p[2*n:])
		}
		if diff := cmp.Diff([5]uint16{0x2f00, 7, tc.w63, 120, tc.w88}, got); diff != "" || status != tc.status {
			t.Errorf("mode %#02x: status %#02x; want %#02x; words 49, 53, 63, 65, 88 (-want +got):\n%s", tc.count, status, tc.status, diff)
		}
	}
}
