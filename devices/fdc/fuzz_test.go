package fdc

import (
	"bytes"
	"slices"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// clone is a disk of its own with the same contents.
func (d *disk) clone() *disk {
	c := *d
	for cyl := range c.tracks {
		for head := range c.tracks[cyl] {
			t := slices.Clone(c.tracks[cyl][head])
			for i := range t {
				t[i].data = bytes.Clone(t[i].data)
			}
			c.tracks[cyl][head] = t
		}
	}
	return &c
}

// restore makes a board from a snapshot of b and of its clock. media are the
// disks in its drives, nil for none.
func (b *board) restore(cfg Config, media ...*disk) *board {
	b.t.Helper()
	snap, err := b.MarshalBinary()
	if err != nil {
		b.t.Fatal(err)
	}
	c := build(b.t, cfg)
	for d, m := range media {
		if m != nil {
			c.Insert(d, m)
		}
	}
	c.clock.Advance(b.clock.Now() - c.clock.Now())
	if err := c.UnmarshalBinary(snap); err != nil {
		b.t.Fatal(err)
	}
	if err := c.clock.Restore(b.clock.Deadlines()); err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(b.Inspect(), c.Inspect()); diff != "" || c.level != b.level {
		b.t.Fatalf("snapshot round trip, INT %v and %v:\n%s", b.level, c.level, diff)
	}
	return c
}

// FuzzFDC runs bytes as a program of register accesses, commands, time steps,
// media changes, resets and snapshots on two controllers with disks of their
// own, the second of which is replaced by a snapshot of the first at will: both
// must show the same.
func FuzzFDC(f *testing.F) {
	f.Add([]byte{9, 0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff, 3, 4, 4, 4, 4})
	f.Add([]byte{9, 0xe6, 4, 0, 1, 17, 2, 18, 0x1b, 0xff, 3, 200, 6, 0, 3, 200, 4, 4})
	f.Add([]byte{9, 3, 0xaf, 3, 0, 0, 0, 0, 0, 0, 9, 0x4d, 0, 2, 9, 0x50, 0xf6, 0, 0, 0, 3, 255, 8, 7, 3, 5, 8, 9})
	f.Add([]byte{9, 0x51, 0, 0, 0, 1, 2, 18, 0x1b, 1, 3, 255, 4, 5, 1, 2, 5, 3, 7, 1})
	f.Add([]byte{0, 2, 0x38, 0, 2, 0x3c, 3, 255, 9, 8, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4})
	f.Fuzz(func(t *testing.T, prog []byte) {
		cfg := Config{Drives: [4]DriveType{Drive1440K, Drive1200K}, Mode: Mode(len(prog) % 4), Timing: Timing(len(prog) / 4 % 2)}
		var media [2][]*disk // of each board
		var boards [2]*board
		for i := range boards {
			media[i] = []*disk{newDisk(80, 2, 18, densityHD), newDisk(40, 1, 9, densityDD)}
			media[i][0].tracks[0][0][3].flags = flagDeleted
			media[i][0].tracks[0][0][4].flags = flagDataError
			boards[i] = startBoard(t, cfg, media[i]...)
		}
		next := func() (v uint8) {
			if len(prog) > 0 {
				v, prog = prog[0], prog[1:]
			}
			return v
		}
		for n := 0; len(prog) > 0 && n < 500; n++ {
			op := next() % 10
			if op == 6 {
				b := boards[0]
				in := make([]*disk, 2)
				for d := range in {
					media[1][d] = media[0][d].clone()
					if b.Medium(d) != nil {
						in[d] = media[1][d]
					}
				}
				boards[1] = b.restore(cfg, in...)
				if x, y := int(next()), next(); y != 0 { // a damaged snapshot is refused or harmless
					snap, _ := b.MarshalBinary()
					snap[x*3%(len(snap)-1)] ^= y
					c := build(t, cfg)
					if b.Medium(0) != nil {
						c.Insert(0, media[0][0].clone())
					}
					if c.UnmarshalBinary(snap) == nil {
						for _, v := range prog[:min(len(prog), 40)] {
							c.Out(regFIFO, v)
							c.In(regFIFO)
							c.fire()
							c.seekEnd(int(v & 3))
						}
					}
				}
				continue
			}
			args := prog
			var got [2][]byte
			for i, b := range boards {
				prog = args
				b.load(2048, 0, 0, 1, 2)
				in := func(off uint16) { got[i] = append(got[i], b.In(off)) }
				switch op {
				case 0:
					b.Out(uint16(next()&7), next())
				case 1:
					in(uint16(next() & 7))
				case 2:
					b.Out(regFIFO, next())
				case 3:
					b.clock.Advance(bus.Time(next()) * bus.Millisecond / 8)
				case 4:
					in(regFIFO)
				case 5:
					if d := int(next() & 1); b.Medium(d) == nil {
						b.Insert(d, media[i][d])
					} else {
						b.Eject(d)
					}
				case 7:
					if v := next(); v&7 == 0 {
						b.Reset(bus.BusReset)
					} else {
						media[i][0].readOnly, media[i][1].full = v&1 != 0, v&2 != 0
					}
				case 8:
					for range int(next()) * 2 {
						in(regFIFO)
					}
				case 9:
					for range 9 {
						b.Out(regFIFO, next())
					}
				}
				in(regMSR)
				got[i] = append(got[i], b.dma.mem...)
			}
			if !bytes.Equal(got[0], got[1]) || boards[0].level != boards[1].level {
				t.Fatalf("step %d, op %d: the restored controller differs: INT %v and %v", n, op, boards[0].level, boards[1].level)
			}
		}
		// Whatever happened, a reset brings the controller back.
		b := boards[0]
		b.Out(regDOR, 0)
		b.Out(regDOR, 0x0c)
		b.clock.Advance(bus.Millisecond)
		if m := b.In(regMSR); m != 0x80 {
			t.Fatalf("MSR after a reset = %#02x; want 0x80", m)
		}
		want := uint8(version)
		if cfg.Mode == XT {
			want = icInvalid
		}
		if got := b.command(cmdVersion); len(got) != 1 || got[0] != want {
			t.Fatalf("VERSION = % x", got)
		}
	})
}
