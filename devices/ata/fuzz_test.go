package ata

import (
	"bytes"
	"encoding/binary"
	"maps"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// clone is a disk of its own with the same contents.
func (r *ramDisk) clone() *ramDisk {
	c := *r
	c.written, c.bad = maps.Clone(r.written), maps.Clone(r.bad)
	return &c
}

// restore makes a board from a snapshot of b and of its clock.
func (b *board) restore(dma DMA, disks ...*ramDisk) *board {
	b.t.Helper()
	snap, err := b.MarshalBinary()
	if err != nil {
		b.t.Fatal(err)
	}
	c := newBoardDMA(b.t, dma, disks...)
	c.clock.Advance(b.clock.Now() - c.clock.Now())
	if err := c.UnmarshalBinary(snap); err != nil {
		b.t.Fatal(err)
	}
	if err := c.clock.Restore(b.clock.Deadlines()); err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(b.Inspect(), c.Inspect()); diff != "" || c.level != b.level {
		b.t.Fatalf("snapshot round trip, INTRQ %v and %v:\n%s", b.level, c.level, diff)
	}
	return c
}

// FuzzChannel runs bytes as a program of port accesses, time steps, resets and
// snapshots on two channels with disks and bus masters of their own, the second of which is
// replaced by a snapshot of the first at will: both must show the same.
func FuzzChannel(f *testing.F) {
	f.Add([]byte{1, regDevice, 0xe0, 1, regCount, 2, 1, regStatus, cmdRead, 5, 100, 0, 3, 0, 0})
	f.Add([]byte{1, regCount, 4, 1, regStatus, cmdSetMulti, 5, 100, 0, 1, regDevice, 0xe0, 1, regStatus, cmdWriteMulti, 5, 100, 0, 4, 0, 0, 6, 0, 0})
	f.Add([]byte{2, 0, controlSRST, 2, 0, 0, 5, 255, 255, 7, 0, 0})
	f.Add([]byte{1, regDevice, 0xe0, 1, regCount, 2, 1, regStatus, cmdWrite, 5, 255, 1, 4, 0, 8, 8, 0, 0, 4, 0, 255, 5, 255, 1, 8, 0, 0, 4, 0, 255, 5, 255, 1, 0, 7, 0})
	f.Add([]byte{1, regDevice, 0xe0, 1, regCount, 20, 1, regStatus, cmdReadDMA, 5, 100, 0, 9, 30, 1, 5, 255, 255, 9, 255, 1, 5, 255, 255})
	f.Add([]byte{1, regDevice, 0xf0, 1, regCount, 20, 9, 30, 0, 1, regStatus, cmdWriteDMAExt, 5, 255, 255, 8, 0, 0, 9, 255, 0, 5, 255, 255})
	f.Add([]byte{1, regDevice, 0xe0, 1, regStatus, cmdReadNative, 5, 100, 100, 1, regLBALow, 9, 1, regCount, 1, 1, regStatus, cmdSetMax, 5, 100, 100, 8, 0, 0, 7, 0, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		chs := len(prog)%2 == 1
		newDisks := func() []*ramDisk {
			d := []*ramDisk{newRAM(700), newRAM(1 << 40)}
			d[0].bad[5], d[0].chs = true, chs
			return d
		}
		disks := [2][]*ramDisk{newDisks(), newDisks()}
		masters := [2]*master{newMaster(), newMaster()}
		boards := [2]*board{newBoardDMA(t, masters[0], disks[0]...), newBoardDMA(t, masters[1], disks[1]...)}
		for n := 0; len(prog) >= 3 && n < 500; prog, n = prog[3:], n+1 {
			op, x, y := prog[0]%10, uint16(prog[1]), prog[2]
			if op == 8 {
				b := boards[0]
				disks[1] = []*ramDisk{disks[0][0].clone(), disks[0][1].clone()}
				m := *masters[0]
				m.memory = bytes.Clone(m.memory)
				masters[1] = &m
				boards[1] = b.restore(&m, disks[1]...)
				if y != 0 { // a damaged snapshot is refused or harmless
					snap, _ := b.MarshalBinary()
					snap[int(x)%len(snap)] ^= y
					c := newBoardDMA(t, newMaster(), newDisks()...)
					if c.UnmarshalBinary(snap) == nil {
						c.fuzzOn(prog[3:])
					}
				}
			}
			var got [2][]byte
			for i, b := range boards {
				buf := make([]byte, 4096)
				switch op {
				case 0:
					buf = []byte{b.In(x % 8)}
				case 1:
					b.Out(x%8, y)
				case 2:
					b.ctl.Out(x%2, y)
				case 3:
					size := 2 + 2*int(y&1)
					buf = buf[:size*b.InBlock(x%2, size, buf[:int(y)*16])]
					buf = binary.LittleEndian.AppendUint32(buf, b.InWide(0, size)) // the last of a sector
				case 4:
					for i := range buf {
						buf[i] = byte(i*i) + prog[1]
					}
					size := 2 + 2*int(y&1)
					buf = buf[:b.OutBlock(x%2, size, buf[:int(y)*16])]
					b.OutWide(0, size, uint32(x))
				case 5:
					b.clock.Advance(bus.Time(x) * bus.Time(y) * 100)
				case 6:
					buf = binary.LittleEndian.AppendUint32(nil, b.InWide(x%8, 2+2*int(y&1)))
					b.OutWide(x%8, 2+2*int(y&1), uint32(y)*0x01010101)
				case 7:
					if y&1 == 0 {
						b.Reset(bus.BusReset)
					}
					disks[i][0].full = y&2 != 0
					disks[i][0].readOnly = y&4 != 0
				case 9:
					masters[i].start(y&1 != 0, 200*int(x))
					b.DMAStart()
				}
				got[i] = append(buf, b.ctl.In(0))
			}
			if !bytes.Equal(got[0], got[1]) || boards[0].level != boards[1].level {
				t.Fatalf("op %d %d %d: the restored channel differs: INTRQ %v, %v", op, x, y, boards[0].level, boards[1].level)
			}
		}
		b := boards[0]
		if s := b.ctl.In(0); s&statusBSY != 0 && b.Control&controlSRST == 0 {
			for _, b := range boards {
				b.clock.Advance(bus.Second)
			}
			if s := b.ctl.In(0); s&statusBSY != 0 {
				t.Fatalf("BSY stays set: %#02x", s)
			}
		}
		if !maps.Equal(disks[0][0].written, disks[1][0].written) || !maps.Equal(disks[0][1].written, disks[1][1].written) {
			t.Fatal("the restored channel wrote something else")
		}
		if !bytes.Equal(masters[0].memory, masters[1].memory) {
			t.Fatal("the restored channel sent something else to memory")
		}
	})
}

// fuzzOn drives a board restored from a damaged snapshot.
func (b *board) fuzzOn(prog []byte) {
	for i := 0; i+1 < len(prog) && i < 40; i += 2 {
		b.Out(uint16(prog[i]%8), prog[i+1])
		b.InWide(0, 4)
		b.drive[0].fire()
		b.drive[1].fire()
		b.DMAStart()
	}
}
