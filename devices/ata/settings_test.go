package ata

import (
	"encoding/binary"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

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
