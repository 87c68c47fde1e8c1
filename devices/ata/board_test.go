package ata

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"beige/devices/bus"
)

// ramDisk is a disk of numbered sectors: each begins with its own number until
// it is written. Bad sectors fail.
type ramDisk struct {
	n        uint64
	written  map[uint64][sectorSize]byte
	bad      map[uint64]bool
	full     bool // the host cannot store anything more
	readOnly bool
	chs      bool // in a drive without linear addresses
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
			cfg.Drives[i].Disk, cfg.Drives[i].CHS = d, d.chs
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
