package fdc

import "testing"

// The diskette adapter of the XT: a uPD765A at 250 kbit/s and a write-only output
// register.
func TestXT(t *testing.T) {
	b := startBoard(t, Config{Drives: [4]DriveType{Drive360K, Drive720K}, Mode: XT}, newDisk(40, 2, 9, densityDD), newDisk(80, 2, 9, densityDD))
	for _, off := range []uint16{regSRA, regSRB, regDOR, regTDR, regDIR, 6} {
		if v := b.In(off); v != 0xff {
			t.Errorf("register %d reads %#02x; want ffh", off, v)
		}
	}
	for _, cmd := range []uint8{cmdDumpReg, cmdVersion, cmdPerpendicular, cmdConfigure, cmdLock, cmdLock | optMT, cmdVerify, 0xe0 | cmdVerify, cmdSeek | optMT, cmdSeek | optMT | optMFM} {
		b.want("a command of the 82077AA", []uint8{0x80}, cmd)
	}
	// startBoard has asked for 500 kbit/s and DSR can do nothing either.
	b.Out(regDSR, dsrReset)
	for i, cylinder := range []uint8{39, 79} {
		d := uint8(i)
		b.seekTo(d, cylinder)
		b.want("READ ID", []uint8{d, 0, 0, cylinder, 0, 1, 2}, 0x4a, d)
	}
}
