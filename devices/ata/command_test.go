package ata

import (
	"encoding/binary"
	"fmt"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// What a command code does, as its first visible outcome.
const (
	aborted = iota // error 04h
	nonData
	dataIn
	dataOut
	sleeps
)

// TestCommandCodes runs all 256 codes (ATA-4 table 11; EXT: ATA-6; 94h to 99h
// and the "without retry" codes: ATA-1). What is not in this list aborts.
func TestCommandCodes(t *testing.T) {
	type outcome struct {
		kind  int
		block uint8 // sectors a DRQ, of a transfer
		ext   bool
	}
	codes := map[uint8]outcome{
		0x20: {dataIn, 1, false}, 0x21: {dataIn, 1, false}, 0x24: {dataIn, 1, true}, 0x29: {dataIn, 4, true}, 0xc4: {dataIn, 4, false},
		0x30: {dataOut, 1, false}, 0x31: {dataOut, 1, false}, 0x34: {dataOut, 1, true}, 0x39: {dataOut, 4, true}, 0x3c: {dataOut, 1, false}, 0xc5: {dataOut, 4, false},
		0x40: {nonData, 0, false}, 0x41: {nonData, 0, false}, 0x42: {nonData, 0, true},
		0xe4: {dataIn, 0, false}, 0xe8: {dataOut, 0, false}, 0xec: {dataIn, 0, false},
		0x27: {nonData, 0, true}, 0xf8: {nonData, 0, false},
		0x90: {nonData, 0, false}, 0x91: {nonData, 0, false}, 0xc6: {nonData, 0, false}, 0xef: {nonData, 0, false},
		0x94: {nonData, 0, false}, 0x95: {nonData, 0, false}, 0x96: {nonData, 0, false}, 0x97: {nonData, 0, false}, 0x98: {nonData, 0, false}, 0x99: {sleeps, 0, false},
		0xe0: {nonData, 0, false}, 0xe1: {nonData, 0, false}, 0xe2: {nonData, 0, false}, 0xe3: {nonData, 0, false}, 0xe5: {nonData, 0, false}, 0xe6: {sleeps, 0, false},
		0xe7: {nonData, 0, false}, 0xea: {nonData, 0, false},
	}
	for low := range uint8(16) {
		codes[0x10|low] = outcome{kind: nonData} // RECALIBRATE
		codes[0x70|low] = outcome{kind: nonData} // SEEK
	}
	for cmd := range 256 {
		t.Run(fmt.Sprintf("%02X", cmd), func(t *testing.T) {
			b := newBoard(t, newRAM(10000))
			b.issue(0, 4, 0, 0, 0, 0xe0, 0xc6)
			// SET FEATURES takes 02h (write cache on) from these registers.
			b.issue(0x02, 4, 4, 0, 0, 0xe0, uint8(cmd))
			want := codes[uint8(cmd)]
			d := &b.Drive[0]
			status, errbits := map[int]uint8{aborted: 0x51, nonData: 0x50, dataIn: 0x58, dataOut: 0x58, sleeps: 0x50}[want.kind], uint8(0x04)
			b.check("command", status, errbits)
			phase := map[int]uint8{dataIn: phaseIn, dataOut: phaseOut}[want.kind]
			if d.Phase != phase || d.Ext != want.ext || want.block != 0 && d.Block != want.block || (d.Power == powerSleep) != (want.kind == sleeps) {
				t.Errorf("phase %d, %d sectors a DRQ, 48-bit %v, power mode %d; want phase %d, %d, %v", d.Phase, d.Block, d.Ext, d.Power, phase, want.block, want.ext)
			}
		})
	}
}

// TestIdentifyWords checks every word of IDENTIFY DEVICE; those that are not
// listed are zero (ATA-4 table 12, ATA-6 table 27).
func TestIdentifyWords(t *testing.T) {
	const total = 1000 * 16 * 63
	b := newBoard(t, newRAM(total))
	words := func() (w [256]uint16) {
		b.issue(0, 0, 0, 0, 0, 0, 0xec)
		for i := range w {
			w[i] = uint16(b.InWide(regData, 2))
		}
		b.check("IDENTIFY", 0x50, 0)
		return w
	}
	want := map[int]uint16{
		0: 0x0040, 1: 1000, 3: 16, 4: 63 * 512, 5: 512, 6: 63, 20: 3, 21: 16, 22: 4,
		47: 0x8010, 48: 1, 49: 0x2e00, 50: 0x4000, 51: 0x0200, 53: 0x0003,
		54: 1000, 55: 16, 56: 63, 57: total & 0xffff, 58: total >> 16, 60: total & 0xffff, 61: total >> 16,
		64: 0x0003, 67: 120, 68: 120, 80: 0x007e,
		82: 0x7468, 83: 0x7400, 84: 0x4000, 85: 0x7468, 86: 0x3400, 87: 0x4000, 100: total & 0xffff, 101: total >> 16,
	}
	got := words()
	for i, v := range got {
		text := i >= 10 && i < 20 || i >= 23 && i < 47
		if !text && i != 255 && v != want[i] {
			t.Errorf("word %d = %#04x; want %#04x", i, v, want[i])
		}
	}
	if low := got[255] & 0xff; low != 0xa5 {
		t.Errorf("word 255: signature %#02x; want 0xa5", low)
	}

	// SET FEATURES shows in word 85: 5 write cache, 6 look-ahead.
	for _, tc := range []struct {
		features uint8
		word     uint16
	}{{0x82, 0x7448}, {0x55, 0x7408}, {0x02, 0x7428}, {0xaa, 0x7468}, {0x66, 0x7468}, {0xcc, 0x7468}} {
		b.issue(tc.features, 0, 0, 0, 0, 0, 0xef)
		b.check(fmt.Sprintf("SET FEATURES %02Xh", tc.features), 0x50, 0)
		if w := words(); w[85] != tc.word || w[82] != 0x7468 {
			t.Errorf("SET FEATURES %02Xh: words 82, 85 = %#04x, %#04x; want 0x7468, %#04x", tc.features, w[82], w[85], tc.word)
		}
	}
	b.issue(0, 16, 0, 0, 0, 0, 0xc6)
	b.check("SET MULTIPLE", 0x50, 0)
	if w := words(); w[59] != 0x0110 {
		t.Errorf("word 59 after SET MULTIPLE 16 = %#04x; want 0x0110", w[59])
	}
}

// SET FEATURES 03h: Count 00h and 01h are the default modes, 08h to 0Ch PIO 0
// to 4; the drive announces no DMA (ATA-4 table 18).
func TestTransferModes(t *testing.T) {
	b := newBoard(t, newRAM(100))
	for count := range 256 {
		b.issue(0x03, uint8(count), 0, 0, 0, 0, 0xef)
		want := uint8(0x51)
		if count <= 1 || count >= 0x08 && count <= 0x0c {
			want = 0x50
		}
		if got := b.In(regStatus); got != want {
			t.Errorf("transfer mode %#02x: status %#02x; want %#02x", count, got, want)
		}
	}
}

// SET FEATURES 66h keeps the settings over a soft reset, CCh reverts them.
func TestKeepSettingsCodes(t *testing.T) {
	for _, tc := range []struct{ features, want uint8 }{{0x66, 8}, {0xcc, 0}} {
		b := newBoard(t, newRAM(100))
		b.issue(0x66, 0, 0, 0, 0, 0, 0xef)
		b.issue(tc.features, 0, 0, 0, 0, 0, 0xef)
		b.issue(0, 8, 0, 0, 0, 0, 0xc6)
		b.ctl.Out(0, 0x04)
		b.ctl.Out(0, 0x00)
		b.wait()
		if got := b.Drive[0].Multiple; got != tc.want {
			t.Errorf("SET FEATURES %02Xh: multiple mode after SRST = %d; want %d", tc.features, got, tc.want)
		}
	}
}

// Old and new codes of the power commands do the same (CHECK POWER MODE: Count
// 00h standby, 80h idle, FFh active).
func TestPowerCodes(t *testing.T) {
	for cmd, want := range map[uint8]uint8{0x94: 0x00, 0x95: 0x80, 0x96: 0x00, 0x97: 0x80, 0xe0: 0x00, 0xe1: 0x80, 0xe2: 0x00, 0xe3: 0x80, 0x40: 0xff} {
		for _, check := range []uint8{0x98, 0xe5} {
			b := newBoard(t, newRAM(100))
			b.issue(0, 1, 1, 0, 0, 0xe0, cmd)
			b.issue(0, 0x33, 0, 0, 0, 0, check)
			if got := b.In(regCount); got != want {
				t.Errorf("%02Xh, then %02Xh: Count = %#02x; want %#02x", cmd, check, got, want)
			}
		}
	}
	for _, cmd := range []uint8{0x99, 0xe6} {
		b := newBoard(t, newRAM(100))
		b.issue(0, 0, 0, 0, 0, 0, cmd)
		b.issue(0, 0, 0, 0, 0, 0, 0xec)
		b.check("IDENTIFY to a sleeping drive", 0x50, 0)
		b.Reset(bus.BusReset)
		b.wait()
		b.issue(0, 0, 0, 0, 0, 0, 0xec)
		b.check("IDENTIFY after a reset", 0x58, 0)
	}
}

// Our times: 20 us to the first block, 1 us between blocks, 500 us for a reset.
func TestBusyTimes(t *testing.T) {
	b := newBoard(t, newRAM(100))
	busyFor := func(what string, n bus.Time) {
		t.Helper()
		b.clock.Advance(n - 1)
		before := b.ctl.In(0) & statusBSY
		b.clock.Advance(1)
		if after := b.ctl.In(0) & statusBSY; before == 0 || after != 0 {
			t.Errorf("%s: BSY %#02x just before %v and %#02x then; want 0x80 and 0", what, before, n, after)
		}
	}
	b.Reset(bus.PowerOn)
	busyFor("power-on", 500*bus.Microsecond)
	for off, v := range []uint8{regCount: 2, regLBALow: 1, regLBAMid: 0, regLBAHigh: 0, regDevice: 0xe0, regStatus: 0x20} {
		b.Out(uint16(off), v)
	}
	busyFor("READ SECTORS", 20*bus.Microsecond)
	b.readSector()
	busyFor("the second sector", bus.Microsecond)
	if got := binary.LittleEndian.Uint64(b.readSector()); got != 2 {
		t.Errorf("sector %d; want 2", got)
	}
}

// The registers end at offset 7: a wide access at the last one gets ones above.
func TestWideAccessAtTheEnd(t *testing.T) {
	b := newBoard(t, newRAM(100))
	var got [2]uint32
	got[0], got[1] = b.InWide(regStatus, 2), b.InWide(regDevice, 4)
	if diff := cmp.Diff([2]uint32{0xff50, 0xffff5000}, got); diff != "" {
		t.Errorf("InWide at Status and Device (-want +got):\n%s", diff)
	}
}
