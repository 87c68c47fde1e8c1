package fdc

import (
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

// FuzzFDC runs bytes as a program of register accesses, commands, time steps,
// media changes, resets and snapshot round trips.
func FuzzFDC(f *testing.F) {
	f.Add([]byte{9, 0x46, 0, 0, 0, 1, 2, 18, 0x1b, 0xff, 3, 4, 4, 4, 4})
	f.Add([]byte{9, 0xe6, 4, 0, 1, 17, 2, 18, 0x1b, 0xff, 3, 200, 6, 0, 3, 200, 4, 4})
	f.Add([]byte{9, 3, 0xaf, 3, 0, 0, 0, 0, 0, 0, 9, 0x4d, 0, 2, 9, 0x50, 0xf6, 0, 0, 0, 3, 255, 8, 7, 3, 5, 8, 9})
	f.Add([]byte{9, 0x51, 0, 0, 0, 1, 2, 18, 0x1b, 1, 3, 255, 4, 5, 1, 2, 5, 3, 7, 1})
	f.Add([]byte{0, 2, 0x38, 0, 2, 0x3c, 3, 255, 9, 8, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4})
	f.Fuzz(func(t *testing.T, prog []byte) {
		media := []*disk{newDisk(80, 2, 18, densityHD), newDisk(40, 1, 9, densityDD)}
		media[0].tracks[0][0][3].flags = flagDeleted
		media[0].tracks[0][0][4].flags = flagDataError
		cfg := Config{Drives: [4]DriveType{Drive1440K, Drive1200K}, Mode: Mode(len(prog) % 3), Timing: Timing(len(prog) / 3 % 2)}
		b := startBoard(t, cfg, media...)
		next := func() (v uint8) {
			if len(prog) > 0 {
				v, prog = prog[0], prog[1:]
			}
			return v
		}
		for n := 0; len(prog) > 0 && n < 500; n++ {
			b.load(2048, 0, 0, 1, 2)
			switch next() % 10 {
			case 0:
				b.Out(uint16(next()&7), next())
			case 1:
				b.In(uint16(next() & 7))
			case 2:
				b.Out(regFIFO, next())
			case 3:
				b.clock.Advance(bus.Time(next()) * bus.Millisecond / 8)
			case 4:
				b.In(regFIFO)
			case 5:
				if d := int(next() & 1); b.Medium(d) == nil {
					b.Insert(d, media[d])
				} else {
					b.Eject(d)
				}
			case 6:
				snap, err := b.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				c := build(t, cfg)
				for d := range media {
					if m := b.Medium(d); m != nil {
						c.Insert(d, m)
					}
				}
				if err := c.UnmarshalBinary(snap); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(b.Inspect(), c.Inspect()); diff != "" || c.level != b.level {
					t.Fatalf("snapshot round trip, INT %v and %v:\n%s", b.level, c.level, diff)
				}
				if x, y := int(next()), next(); y != 0 { // a damaged snapshot is refused or harmless
					snap[x*3%(len(snap)-1)] ^= y
					if c.UnmarshalBinary(snap) == nil {
						for _, v := range prog[:min(len(prog), 40)] {
							c.Out(regFIFO, v)
							c.In(regFIFO)
							c.fire()
							c.seekEnd(int(v & 3))
						}
					}
				}
			case 7:
				if v := next(); v&7 == 0 {
					b.Reset(bus.BusReset)
				} else {
					media[0].readOnly, media[1].full = v&1 != 0, v&2 != 0
				}
			case 8:
				for range int(next()) * 2 {
					b.In(regFIFO)
				}
			case 9:
				for range 9 {
					b.Out(regFIFO, next())
				}
			}
		}
		// Whatever happened, a reset brings the controller back.
		b.Out(regDOR, 0)
		b.Out(regDOR, 0x0c)
		b.clock.Advance(bus.Millisecond)
		if m := b.In(regMSR); m != 0x80 {
			t.Fatalf("MSR after a reset = %#02x; want 0x80", m)
		}
		if got := b.command(cmdVersion); len(got) != 1 || got[0] != version {
			t.Fatalf("VERSION = % x", got)
		}
	})
}
