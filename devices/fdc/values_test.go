package fdc

import (
	"testing"

	"beige/devices/bus"
)

// What each drive makes of the four rates (82077AA, 2.1.5), as Medium.Track
// counts densities.
func TestDensities(t *testing.T) {
	// Rate codes: 0: 500, 1: 300, 2: 250, 3: 1000 kbit/s.
	for drive, want := range map[DriveType][4]int{
		None: {0, 0, 0, 0}, Drive360K: {0, 0, 250, 0}, Drive1200K: {500, 250, 0, 0},
		Drive720K: {0, 0, 250, 0}, Drive1440K: {500, 0, 250, 0}, Drive2880K: {500, 0, 250, 1000},
	} {
		for rate, w := range want {
			if got := drive.density(uint8(rate)); got != w {
				t.Errorf("%v at rate code %d: density %d; want %d", drive, rate, got, w)
			}
		}
	}
}

// Offset 7 reads DIR and writes CCR. In model 30 mode DIR shows the rate and bit
// 2 of CCR, NOPREC (2.1.7, 2.1.8).
func TestOffsetSeven(t *testing.T) {
	b := startBoard(t, Config{Mode: Model30, Drives: [4]DriveType{Drive1440K}}, newDisk(80, 2, 18, densityHD))
	b.seekTo(0, 1)
	for _, tc := range [][2]uint8{{0x00, 0x88}, {0x02, 0x8a}, {0x05, 0x8d}, {0xff, 0x8f}} {
		b.Out(7, tc[0])
		if got := b.In(7); got != tc[1] {
			t.Errorf("CCR = %#02x: DIR = %#02x; want %#02x", tc[0], got, tc[1])
		}
	}
}

// Our times with Fast: 50 us from a reset to the poll, 20 us and 10 us a cylinder
// for a seek, 30 us a sector, 200 us a turn.
func TestFastTimes(t *testing.T) {
	const us = bus.Microsecond
	b := newBoard(t, newDisk(80, 2, 18, densityHD))
	after := func(what string, n bus.Time) {
		t.Helper()
		b.edges = 0
		b.clock.Advance(n - 1)
		early := b.edges
		b.clock.Advance(1)
		if early != 0 || b.edges != 1 {
			t.Errorf("%s: %d interrupts just before %v, %d then; want 0, 1", what, early, n, b.edges)
		}
		b.command()
	}
	b.send(cmdSeek, 0, 30)
	after("seek over 30 cylinders", 320*us)
	b.command(cmdSenseInt)
	b.load(512)
	for _, v := range []uint8{0x46, 0, 30, 0, 1, 2, 18, 0x1b, 0xff} {
		b.Out(5, v)
	}
	after("READ DATA", 30*us)
	for _, v := range []uint8{0x46, 0, 30, 0, 19, 2, 18, 0x1b, 0xff} {
		b.Out(5, v)
	}
	after("READ DATA of a sector that is not there", 400*us)
	b.load(72, 30, 0, 1, 2)
	for _, v := range []uint8{0x4d, 0, 2, 18, 0x54, 0xf6} {
		b.Out(5, v)
	}
	after("FORMAT TRACK", 200*us)
	b.Out(2, 0x38)
	b.Out(2, 0x3c)
	after("reset", 50*us)
}

// The largest sector, N = 7, has 16384 bytes.
func TestLargestSector(t *testing.T) {
	d := newDisk(80, 2, 1, densityHD)
	d.tracks[0][0][0] = sect{[4]uint8{0, 0, 1, 7}, 0, make([]byte, 16384)}
	d.tracks[0][0][0].data[16383] = 0x5a
	b := newBoard(t, d)
	b.load(16384)
	b.want("READ DATA", []uint8{0x00, 0, 0, 1, 0, 1, 7}, 0x46, 0, 0, 0, 1, 7, 1, 0x1b, 0xff)
	if n := len(b.dma.mem); n != 16384 || b.dma.mem[16383] != 0x5a {
		t.Errorf("%d bytes; want 16384 that end with 5a", n)
	}
}
