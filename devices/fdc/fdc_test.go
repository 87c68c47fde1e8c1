package fdc

import (
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

func TestReset(t *testing.T) {
	b := build(t, Config{Drives: [4]DriveType{Drive1440K}})
	if m := b.In(regMSR); m != 0 {
		t.Errorf("MSR in reset = %#02x; want 0", m)
	}
	if v := b.In(regDOR); v != 0 {
		t.Errorf("DOR after power-on = %#02x; want 0", v)
	}
	b.Out(regDOR, 0x0c)
	b.clock.Advance(bus.Millisecond)
	if m := b.In(regMSR); m != 0x80 {
		t.Errorf("MSR after reset = %#02x; want 0x80", m)
	}
	if b.edges != 1 || !b.level {
		t.Errorf("%d interrupts, level %v; want one that stays", b.edges, b.level)
	}
	// Four ready changes, one a drive (5.2.3), then nothing.
	for d := range uint8(4) {
		b.want("SENSE INTERRUPT after reset", []uint8{0xc0 | d, 0}, cmdSenseInt)
		if b.level {
			t.Error("INT is high after SENSE INTERRUPT")
		}
	}
	b.want("SENSE INTERRUPT without a cause", []uint8{0x80}, cmdSenseInt)
	if b.edges != 1 {
		t.Errorf("%d interrupts; want 1", b.edges)
	}
	// DSR bit 7 does the same, and polling can be turned off; LOCK keeps that.
	b.command(cmdConfigure, 0, configNoPoll|configEIS|7, 0)
	b.command(cmdLock | 0x80)
	b.Out(regDSR, dsrReset|rate250)
	if m := b.In(regMSR); m != 0 {
		t.Errorf("MSR right after a DSR reset = %#02x; want 0", m)
	}
	b.clock.Advance(bus.Millisecond)
	if b.level || b.In(regMSR) != 0x80 {
		t.Errorf("without polling: INT %v, MSR %#02x; want no interrupt, 0x80", b.level, b.In(regMSR))
	}
}

func TestDumpReg(t *testing.T) {
	b := newBoard(t)
	b.want("DUMPREG", []uint8{0, 0, 0, 0, 0xaf, 0x02, 0, 0, 0x20, 0}, cmdDumpReg)
	b.want("CONFIGURE", nil, cmdConfigure, 0, 0x57, 0x12)
	b.want("PERPENDICULAR with OW", nil, cmdPerpendicular, 0x80|0x14|0x03)
	b.want("LOCK", []uint8{0x10}, cmdLock|0x80)
	b.seekTo(1, 5)
	b.want("DUMPREG", []uint8{0, 5, 0, 0, 0xaf, 0x02, 0, 0x80 | 0x17, 0x57, 0x12}, cmdDumpReg)
	b.want("PERPENDICULAR without OW", nil, cmdPerpendicular, 0x3c|0x01)
	b.want("DUMPREG", []uint8{0, 5, 0, 0, 0xaf, 0x02, 0, 0x80 | 0x15, 0x57, 0x12}, cmdDumpReg)
	// A soft reset clears GAP and WGATE; LOCK keeps CONFIGURE.
	reset := func() {
		b.Out(regDOR, 0x38)
		b.Out(regDOR, 0x3c)
		b.clock.Advance(bus.Millisecond)
		for range 4 {
			b.command(cmdSenseInt)
		}
	}
	reset()
	b.want("DUMPREG after a locked reset", []uint8{0, 0, 0, 0, 0xaf, 0x02, 0, 0x94, 0x57, 0x12}, cmdDumpReg)
	b.want("unlock", []uint8{0}, cmdLock)
	reset()
	b.want("DUMPREG after an unlocked reset", []uint8{0, 0, 0, 0, 0xaf, 0x02, 0, 0x14, 0x20, 0}, cmdDumpReg)
	b.Reset(bus.BusReset)
	b.Out(regDOR, 0x0c)
	b.clock.Advance(bus.Millisecond)
	b.want("DUMPREG after the RESET pin", []uint8{0, 0, 0, 0, 0xaf, 0x02, 0, 0, 0x20, 0}, cmdDumpReg)
}

func TestInvalidCommands(t *testing.T) {
	b := newBoard(t)
	b.want("VERSION", []uint8{0x90}, cmdVersion)
	for _, cmd := range []uint8{0x00, 0x01, 0x0b, 0x15, 0x17, 0x18, 0x1a, 0x1f, 0x43, 0x88, 0x65, 0xaa, 0x4f, 0x34, 0x50} {
		b.want("invalid command", []uint8{0x80}, cmd)
	}
	if b.edges != 0 {
		t.Errorf("invalid commands raised %d interrupts; want none", b.edges)
	}
}

func TestSeek(t *testing.T) {
	b := newBoard(t, newDisk(80, 2, 18, densityHD))
	for _, v := range []uint8{cmdSeek, 0, 40} {
		b.Out(regFIFO, v)
	}
	if m := b.In(regMSR); m != 0x81 {
		t.Errorf("MSR during a seek = %#02x; want 0x81", m)
	}
	b.want("SENSE INTERRUPT during a seek", []uint8{0x80}, cmdSenseInt)
	// A second drive seeks at the same time, to where it is already.
	for _, v := range []uint8{cmdSeek, 1, 0} {
		b.Out(regFIFO, v)
	}
	if m := b.In(regMSR); m != 0x83 {
		t.Errorf("MSR during two seeks = %#02x; want 0x83", m)
	}
	b.clock.Advance(bus.Second)
	b.want("first SENSE INTERRUPT", []uint8{0x20, 40}, cmdSenseInt)
	if !b.level || b.edges != 2 {
		t.Errorf("INT %v after %d edges; want a second edge for the second seek", b.level, b.edges)
	}
	b.want("second SENSE INTERRUPT", []uint8{0x21, 0}, cmdSenseInt)
	if m := b.In(regMSR); m != 0x80 || b.level {
		t.Errorf("MSR %#02x, INT %v at the end; want 0x80, low", m, b.level)
	}
	b.want("SENSE DRIVE STATUS away from track 0", []uint8{0x28}, cmdSenseDrive, 0)
	b.want("RELATIVE SEEK out", nil, 0x8f, 0, 10)
	b.clock.Advance(bus.Second)
	b.want("SENSE INTERRUPT", []uint8{0x20, 30}, cmdSenseInt)
	b.want("RELATIVE SEEK in", nil, 0xcf, 0, 3)
	b.clock.Advance(bus.Second)
	b.want("SENSE INTERRUPT", []uint8{0x20, 33}, cmdSenseInt)
	b.want("READ ID", []uint8{0, 0, 0, 33, 0, 1, 2}, 0x4a, 0)
	b.want("RECALIBRATE", nil, cmdRecalibrate, 0)
	b.clock.Advance(bus.Second)
	b.want("SENSE INTERRUPT", []uint8{0x20, 0}, cmdSenseInt)
	b.want("SENSE DRIVE STATUS on track 0, head 1", []uint8{0x3c}, cmdSenseDrive, 4)
}

// TestRecalibrateGivesUp needs more than 79 steps, as from cylinder 82 or
// without a drive (5.2.5).
func TestRecalibrateGivesUp(t *testing.T) {
	b := newBoard(t, newDisk(80, 2, 18, densityHD))
	b.seekTo(0, 82)
	b.command(cmdRecalibrate, 0)
	b.clock.Advance(bus.Second)
	b.want("first RECALIBRATE", []uint8{0x70, 0}, cmdSenseInt)
	b.command(cmdRecalibrate, 0)
	b.clock.Advance(bus.Second)
	b.want("second RECALIBRATE", []uint8{0x20, 0}, cmdSenseInt)
	b.command(cmdRecalibrate, 2)
	b.clock.Advance(bus.Second)
	b.want("RECALIBRATE without a drive", []uint8{0x72, 0}, cmdSenseInt)
	b.want("SENSE DRIVE STATUS without a drive", []uint8{0x2a}, cmdSenseDrive, 2)
}

func TestDiskChange(t *testing.T) {
	d := newDisk(80, 2, 18, densityHD)
	b := newBoard(t)
	change := func(what string, want uint8) {
		t.Helper()
		if v := b.In(regDIR); v != want {
			t.Errorf("%s: DIR = %#02x; want %#02x", what, v, want)
		}
	}
	change("no disk", 0xff)
	b.seekTo(0, 1)
	change("no disk, after a step", 0xff)
	b.Insert(0, d)
	change("inserted", 0xff)
	b.seekTo(0, 1)
	change("seek without a step", 0xff)
	b.seekTo(0, 0)
	change("seek with a step", 0x7f)
	b.Eject(0)
	change("ejected", 0xff)
	b.Out(regDOR, 0x2c)
	change("motor off", 0x7f)
	b.Out(regDOR, 0x2d)
	change("drive 1, empty since power-on", 0xff)
	b.want("write protect without a disk", []uint8{0x78}, cmdSenseDrive, 0)
	b.Insert(0, d)
	b.want("no write protect", []uint8{0x38}, cmdSenseDrive, 0)
	d.readOnly = true
	b.want("write protect", []uint8{0x78}, cmdSenseDrive, 0)
}

func TestModes(t *testing.T) {
	for _, tc := range []struct {
		mode                    Mode
		sra, srb, dir, dirChang uint8
	}{
		{AT, 0xff, 0xff, 0x7f, 0xff},
		// INT, drive 1 present, no step, TRK0, head 0, no index, no WP.
		{PS2, 0x06, 0xc3, 0x78, 0xf8},
		{Model30, 0x19, 0x43, 0x88, 0x08},
	} {
		b := startBoard(t, Config{Mode: tc.mode, Drives: [4]DriveType{Drive1440K, Drive1440K}}, newDisk(80, 2, 18, densityHD))
		b.Out(regDOR, 0x3d)
		b.Out(regDOR, 0x3c)
		if v := b.In(regDIR); v != tc.dirChang {
			t.Errorf("mode %d: DIR with a new disk = %#02x; want %#02x", tc.mode, v, tc.dirChang)
		}
		b.seekTo(0, 1)
		b.seekTo(0, 0)
		if diff := cmp.Diff([]uint8{tc.sra, tc.srb, tc.dir}, []uint8{b.In(regSRA), b.In(regSRB), b.In(regDIR)}); diff != "" {
			t.Errorf("mode %d: SRA, SRB, DIR (-want +got):\n%s", tc.mode, diff)
		}
	}
}

func TestRegisters(t *testing.T) {
	b := newBoard(t)
	b.Out(regTDR, 0xfe)
	if v := b.In(regTDR); v != 0xfe {
		t.Errorf("TDR = %#02x; want 0xfe (bits 1:0 = 2, the rest floats)", v)
	}
	if v := b.In(regDOR); v != 0x3c {
		t.Errorf("DOR = %#02x; want 0x3c", v)
	}
	if v := b.In(6); v != 0xff {
		t.Errorf("In(6) = %#02x; want 0xff", v)
	}
	b.Out(regFIFO, cmdVersion)
	b.Out(regFIFO, cmdVersion) // not taken: a result waits
	if v := b.In(regMSR); v != 0xd0 {
		t.Errorf("MSR in the result phase = %#02x; want 0xd0", v)
	}
	b.In(regFIFO)
	b.Out(regFIFO, cmdSpecify)
	if v := b.In(regMSR); v != 0x90 {
		t.Errorf("MSR within a command = %#02x; want 0x90", v)
	}
}

func TestGate(t *testing.T) {
	b := newBoard(t)
	b.Out(regDOR, 0x34)
	b.command(cmdRecalibrate, 0)
	b.clock.Advance(bus.Second)
	if b.level {
		t.Error("INT passes DOR bit 3 = 0")
	}
	b.Out(regDOR, 0x3c)
	if !b.level {
		t.Error("INT does not show when DOR bit 3 is set")
	}
}

func TestSnapshot(t *testing.T) {
	m := newDisk(80, 2, 18, densityHD)
	b := newBoard(t, m)
	b.command(cmdSpecify, 0xaf, 0x03) // no DMA
	b.send(0xe6, 0, 0, 0, 3, 2, 18, 0x1b, 0xff)
	for range 100 {
		b.In(regFIFO)
	}
	c := newBoard(t, m)
	snap, err := b.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UnmarshalBinary(snap); err != nil {
		t.Fatal(err)
	}
	if !c.level {
		t.Error("INT was not driven by the restore")
	}
	if diff := cmp.Diff(b.Inspect(), c.Inspect()); diff != "" {
		t.Errorf("Inspect (-want +got):\n%s", diff)
	}
	for range 412 {
		if x, y := b.In(regFIFO), c.In(regFIFO); x != y {
			t.Fatalf("bytes differ: %#02x, %#02x", x, y)
		}
	}
	c.clock.Advance(bus.Millisecond)
	if v := [3]uint8{c.In(regFIFO), c.In(regFIFO), c.In(regFIFO)}; v != [3]uint8{0, 0, 4} {
		t.Errorf("the next sector begins % d; want 0 0 4", v)
	}
	snap[7] = phaseLast // after the version, DOR to NoPre, INT and Pin
	if c.UnmarshalBinary(snap) == nil {
		t.Error("a snapshot in an unknown phase was taken")
	}
}

var (
	_ bus.Device      = (*FDC)(nil)
	_ bus.PortHandler = (*FDC)(nil)
	_ bus.Inspector   = (*FDC)(nil)
	_ Medium          = (*disk)(nil)
)

// TestMotorOffStores: the host stores what was written when a motor stops, not
// before and not for other drives.
func TestMotorOffStores(t *testing.T) {
	b := build(t, Config{Drives: [4]DriveType{Drive1440K, Drive1440K}})
	disks := []*disk{newDisk(80, 2, 18, densityHD), newDisk(80, 2, 18, densityHD)}
	for i, d := range disks {
		b.Insert(i, d)
	}
	for _, step := range []struct{ dor, a, b uint8 }{
		{0x1c, 0, 0}, {0x3d, 0, 0}, {0x3c, 0, 0}, {0x2d, 1, 0}, {0x2d, 1, 0}, {0x0c, 1, 1}, {0x3c, 1, 1}, {0x00, 2, 2},
	} {
		b.Out(regDOR, step.dor)
		if disks[0].syncs != int(step.a) || disks[1].syncs != int(step.b) {
			t.Errorf("after DOR = %#02x: stored %d and %d times; want %d and %d", step.dor, disks[0].syncs, disks[1].syncs, step.a, step.b)
		}
	}
}
