package fdc

import (
	"bytes"
	"errors"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// disk is a medium with whatever is written on it.
type disk struct {
	cylinders, density int
	fm, readOnly, full bool
	tracks             [84][2][]sect
	formats, syncs     int
}

type sect struct {
	id    [4]uint8
	flags uint8
	data  []byte
}

// newDisk is a formatted disk whose sectors start with C, H, R.
func newDisk(cylinders, heads, sectors, density int) *disk {
	d := &disk{cylinders: cylinders, density: density}
	for c := range cylinders {
		for h := range heads {
			for r := 1; r <= sectors; r++ {
				data := make([]byte, 512)
				copy(data, []byte{byte(c), byte(h), byte(r)})
				d.tracks[c][h] = append(d.tracks[c][h], sect{[4]uint8{uint8(c), uint8(h), uint8(r), 2}, 0, data})
			}
		}
	}
	return d
}

func (d *disk) Cylinders() int { return d.cylinders }
func (d *disk) Sync() error    { d.syncs++; return nil }
func (d *disk) ReadOnly() bool { return d.readOnly }

func (d *disk) Track(cyl, head int) (sectors, density int, fm bool) {
	if cyl >= len(d.tracks) {
		return 0, 0, false
	}
	return len(d.tracks[cyl][head]), d.density, d.fm
}

func (d *disk) ID(cyl, head, i int) (c, h, r, n uint8) {
	id := d.tracks[cyl][head][i].id
	return id[0], id[1], id[2], id[3]
}

func (d *disk) ReadSector(cyl, head, i int, p []byte) (uint8, error) {
	s := &d.tracks[cyl][head][i]
	copy(p, s.data)
	return s.flags, nil
}

func (d *disk) WriteSector(cyl, head, i int, p []byte, deleted bool) error {
	if d.full {
		return errors.New("no space left")
	}
	s := &d.tracks[cyl][head][i]
	s.data, s.flags = bytes.Clone(p), 0
	if deleted {
		s.flags = flagDeleted
	}
	return nil
}

func (d *disk) FormatTrack(cyl, head, density int, fm bool, ids []byte, fill uint8) error {
	if d.full || cyl >= len(d.tracks) {
		return errors.New("no space left")
	}
	d.density, d.fm = density, fm
	d.formats++
	d.tracks[cyl][head] = nil
	for ; len(ids) >= 4; ids = ids[4:] {
		d.tracks[cyl][head] = append(d.tracks[cyl][head], sect{[4]uint8(ids[:4]), 0, bytes.Repeat([]byte{fill}, 128<<(ids[3]&7))})
	}
	return nil
}

// channel is a DMA channel that is programmed for left bytes.
type channel struct {
	mem  []byte // moved so far (Put), still to be given (Get)
	left int
}

func (c *channel) Put(p []byte) (n int, tc bool) {
	n = min(len(p), c.left)
	c.mem = append(c.mem, p[:n]...)
	c.left -= n
	return n, n > 0 && c.left == 0
}

func (c *channel) Get(p []byte) (n int, tc bool) {
	n = copy(p[:min(len(p), c.left)], c.mem)
	c.mem = c.mem[n:]
	c.left -= n
	return n, n > 0 && c.left == 0
}

// board is a controller with two 1.44M drives, past its reset.
type board struct {
	*FDC
	t     *testing.T
	clock *bus.Scheduler
	dma   *channel
	level bool
	edges int
}

func build(t *testing.T, cfg Config) *board {
	b := &board{t: t, clock: bus.NewScheduler(nil), dma: &channel{}}
	cfg.Name = "fdc"
	b.FDC = New(b.clock, func(high bool) {
		if high && !b.level {
			b.edges++
		}
		b.level = high
	}, b.dma, cfg)
	return b
}

func newBoard(t *testing.T, media ...*disk) *board {
	return startBoard(t, Config{Drives: [4]DriveType{Drive1440K, Drive1440K}}, media...)
}

// startBoard does what a BIOS does: reset, four SENSE INTERRUPT, SPECIFY, motors
// on, 500 kbit/s.
func startBoard(t *testing.T, cfg Config, media ...*disk) *board {
	b := build(t, cfg)
	for i, m := range media {
		if m != nil {
			b.Insert(i, m)
		}
	}
	b.Out(regDOR, 0x3c)
	b.clock.Advance(bus.Millisecond)
	for range 4 {
		b.command(cmdSenseInt)
	}
	b.command(cmdSpecify, 0xaf, 0x02) // 6 ms, 240 ms; 2 ms, DMA
	b.Out(regCCR, rate500)
	b.clock.Advance(bus.Second)
	b.edges = 0
	return b
}

// send writes a command and waits for its end; without one it gives up after
// three seconds.
func (b *board) send(cmd ...uint8) {
	b.t.Helper()
	for i, v := range cmd {
		if m := b.In(regMSR); m&(msrRQM|msrDIO) != msrRQM {
			b.t.Fatalf("command % 02x: MSR = %#02x before byte %d; want RQM without DIO", cmd, m, i)
		}
		b.Out(regFIFO, v)
	}
	for range 3000 {
		if b.In(regMSR)&msrRQM != 0 {
			return
		}
		b.clock.Advance(bus.Millisecond)
	}
}

// command is send and the result bytes.
func (b *board) command(cmd ...uint8) []uint8 {
	b.t.Helper()
	b.send(cmd...)
	var out []uint8
	for b.In(regMSR)&(msrRQM|msrDIO|msrBusy) == msrRQM|msrDIO|msrBusy {
		out = append(out, b.In(regFIFO))
	}
	return out
}

// want compares the result of a command.
func (b *board) want(what string, want []uint8, cmd ...uint8) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.command(cmd...)); diff != "" {
		b.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// seekTo moves a drive's head and acknowledges it.
func (b *board) seekTo(drive, cyl uint8) {
	b.t.Helper()
	b.command(cmdSeek, drive, cyl)
	b.clock.Advance(3 * bus.Second)
	b.want("SENSE INTERRUPT", []uint8{0x20 | drive, cyl}, cmdSenseInt)
}

// load programs the DMA channel: n bytes, for Get filled with data.
func (b *board) load(n int, data ...byte) {
	b.dma.left = n
	b.dma.mem = make([]byte, 0, n)
	if len(data) > 0 {
		b.dma.mem = bytes.Repeat(data, n)[:n]
	}
}
