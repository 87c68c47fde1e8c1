package machine

import (
	"context"
	"testing"

	"beige/bios"
	"beige/devices/bus"
	"beige/devices/image"
)

// The light of a floppy drive is on while the machine boots from it and goes out with
// the motor; hard disks and CD-ROM drives tell what they have moved, each by its own
// number. A machine without such drives has no lights.
func TestFront(t *testing.T) {
	for _, kind := range []string{"pc", "xt"} {
		floppy, err := image.NewFloppy("demo", bios.Demo())
		if err != nil {
			t.Fatal(err)
		}
		cfg := Config{Machine: kind, Deterministic: true, Floppies: [2]Floppy{floppy}}
		if kind == "pc" {
			cfg.Disks[0] = image.NewDisk("disk", make([]byte, 512), 2000)
			cfg.CDROMs[3] = &CDROM{Disc: image.NewDisc("disc", make([]byte, 40*image.DiscSectorSize))}
			cfg.Boot = "cda"
		}
		m, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		lit := 0
		var look func()
		look = func() {
			if m.Front().Floppy[0] {
				lit++
			}
			m.After(50*bus.Millisecond, look)
		}
		m.After(0, look)
		m.After(30*bus.Second, func() { m.Stop(0, "") })
		m.Run(context.Background())
		f := m.Front()
		if lit == 0 || f.Floppy != [2]bool{} {
			t.Errorf("%s: the light of drive A was on %d times, at the end both are %v; want it on for a while", kind, lit, f.Floppy)
		}
		if drives := kind == "pc"; (f.Disk[0] > 0) != drives || (f.CDROM[0] > 0) != drives || f.Disk[3] != 0 || f.CDROM[1] != 0 {
			t.Errorf("%s: moved %v by disks, %v by CD-ROM drives", kind, f.Disk, f.CDROM)
		}
	}
}
