package ata

import (
	"encoding/binary"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// sizes reads what IDENTIFY says of a drive's size: words 1, 54, 57-58, 60-61
// and 100-103.
func (b *board) sizes() [5]uint64 {
	b.issue(0, 0, 0, 0, 0, 0, cmdIdentify)
	p := b.readSector()
	word := func(i int) uint64 { return uint64(binary.LittleEndian.Uint16(p[2*i:])) }
	return [5]uint64{word(1), word(54), word(57) | word(58)<<16, word(60) | word(61)<<16, binary.LittleEndian.Uint64(p[200:])}
}

// lba48 writes a 48-bit address with a count and issues a command.
func (b *board) lba48(lba uint64, count uint16, cmd uint8) {
	b.Out(regDevice, 0x40)
	for i, r := range []uint16{regLBALow, regLBAMid, regLBAHigh} {
		b.Out(r, uint8(lba>>(24+8*i)))
		b.Out(r, uint8(lba>>(8*i)))
	}
	b.Out(regCount, uint8(count>>8))
	b.Out(regCount, uint8(count))
	b.Out(regStatus, cmd)
	b.wait()
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

func TestSetMax(t *testing.T) {
	const total = 16 * 63 * 1000
	b := newBoard(t, newRAM(total))
	whole := [5]uint64{1000, 1000, total, total, total}
	half := [5]uint64{500, 500, total / 2, total / 2, total / 2}
	want := func(what string, want [5]uint64) {
		t.Helper()
		if diff := cmp.Diff(want, b.sizes()); diff != "" {
			t.Errorf("%s: words 1, 54, 57, 60, 100 (-want +got):\n%s", what, diff)
		}
	}
	setMax := func(last uint32, count, cmd uint8) {
		b.issue(0, count, uint8(last), uint8(last>>8), uint8(last>>16), 0xe0|uint8(last>>24), cmd)
	}
	native := func() {
		t.Helper()
		b.issue(0, 0, 0, 0, 0, 0xe0, cmdReadNative)
		b.check("READ NATIVE MAX ADDRESS", 0x50, 0)
		const last = total - 1
		if diff := cmp.Diff([5]uint8{0, last & 0xff, last >> 8 & 0xff, last >> 16, 0xe0}, b.registers()); diff != "" {
			t.Errorf("READ NATIVE MAX ADDRESS (-want +got):\n%s", diff)
		}
	}
	want("at first", whole)
	setMax(total/2-1, 0, cmdSetMax)
	b.check("SET MAX ADDRESS without READ NATIVE MAX ADDRESS", 0x51, 0x04)
	native()
	b.issue(0, 0, 0, 0, 0, 0, cmdCheckPower)
	setMax(total/2-1, 0, cmdSetMax)
	b.check("SET MAX ADDRESS with a command between", 0x51, 0x04)
	native()
	setMax(total, 0, cmdSetMax)
	b.check("SET MAX ADDRESS beyond the disk", 0x51, 0x04)
	native()
	setMax(total/2-1, 0, cmdSetMax)
	b.check("SET MAX ADDRESS", 0x50, 0)
	want("after SET MAX ADDRESS", half)
	setMax(total/2-1, 1, cmdRead)
	b.check("last sector", 0x58, 0)
	setMax(total/2, 1, cmdRead)
	b.check("sector behind the maximum", 0x51, 0x10)
	b.issue(0, 1, 1, 500&0xff, 500>>8, 0xa0, cmdRead)
	b.check("cylinder behind the maximum", 0x51, 0x10)
	b.lba48(total/2, 1, cmdReadExt)
	b.check("LBA48 behind the maximum", 0x51, 0x10)
	b.lba48(0, 0, cmdReadNativeExt)
	b.lba48(total-1, 0, cmdSetMaxExt)
	b.check("SET MAX ADDRESS EXT with an area of SET MAX ADDRESS", 0x51, 0x04)

	b.ctl.Out(0, controlSRST)
	b.ctl.Out(0, 0)
	b.wait()
	want("after a soft reset", half)
	b.Reset(bus.BusReset)
	b.wait()
	want("after a hardware reset", whole)

	native()
	setMax(total/2-1, 1, cmdSetMax)
	b.check("non-volatile SET MAX ADDRESS", 0x50, 0)
	native()
	setMax(total/4-1, 1, cmdSetMax)
	b.check("a second non-volatile SET MAX ADDRESS", 0x51, 0x10)
	native()
	setMax(total-1, 0, cmdSetMax)
	want("after a volatile one", whole)
	b.Reset(bus.PowerOn)
	b.wait()
	want("non-volatile, after power-on", half)

	native()
	b.issue(0, 0, 0, 99, 0, 0xa0, cmdSetMax) // cylinder 99
	b.check("SET MAX ADDRESS by cylinder", 0x50, 0)
	want("100 cylinders", [5]uint64{100, 100, 100 * 16 * 63, 100 * 16 * 63, 100 * 16 * 63})
	native()
	b.issue(0, 1, 0, 999&0xff, 999>>8, 0xa0, cmdSetMax)
	b.Reset(bus.BusReset)
	b.wait()
	want("all cylinders", whole)
}

func TestSetMaxExt(t *testing.T) {
	const total = 1 << 32
	b := newBoard(t, newRAM(total))
	native := func() {
		t.Helper()
		b.lba48(0, 0, cmdReadNativeExt)
		b.check("READ NATIVE MAX ADDRESS EXT", 0x50, 0)
	}
	native()
	b.lba48(total, 0, cmdSetMaxExt)
	b.check("beyond the disk", 0x51, 0x04)
	native()
	b.lba48(0x8000_0000, 0, cmdSetMaxExt)
	b.check("SET MAX ADDRESS EXT", 0x50, 0)
	if got := b.sizes(); got[4] != 0x8000_0001 || got[3] != 0x0fff_ffff || got[0] != 16383 {
		t.Errorf("IDENTIFY: LBA48 %#x, LBA28 %#x, cylinders %d; want 0x80000001, 0x0fffffff, 16383", got[4], got[3], got[0])
	}
	b.lba48(0x8000_0001, 1, cmdReadExt)
	b.check("behind the maximum", 0x51, 0x10)
	b.issue(0, 0, 0, 0, 0, 0xe0, cmdReadNative)
	b.issue(0, 0, 5, 0, 0, 0xe0, cmdSetMax)
	b.check("SET MAX ADDRESS with an area of the other", 0x51, 0x04)
	native()
	b.lba48(total-1, 0, cmdSetMaxExt)
	b.issue(0, 0, 0, 0, 0, 0xe0, cmdReadNative)
	b.issue(0, 0, 5, 0, 0, 0xe0, cmdSetMax)
	b.check("SET MAX ADDRESS after the area is gone", 0x50, 0)
	if got := b.sizes(); got[4] != 6 || got[3] != 6 || got[0] != 1 {
		t.Errorf("IDENTIFY: LBA48 %d, LBA28 %d, cylinders %d; want 6, 6, 1", got[4], got[3], got[0])
	}
	b.issue(0, 0, 0, 0, 0, 0xe0, cmdReadNative)
	b.issue(0, 0, 0xfe, 0xff, 0xff, 0xef, cmdSetMax) // the 28-bit native maximum
	if got := b.sizes(); got[4] != total {
		t.Errorf("the native maximum of 28 bits gives %#x sectors; want %#x", got[4], uint64(total))
	}
	b.issue(0, 0, 0, 0, 0, 0xa0, cmdReadNativeExt)
	b.check("READ NATIVE MAX ADDRESS EXT with CHS", 0x51, 0x04)
}
