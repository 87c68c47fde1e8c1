package tests

import (
	"os"
	"testing"

	"beige/devices/image/fat"
	partitions "beige/devices/image/partition"
)

// TestBootSectorsOfNewDisks boots disks without an operating system: the boot
// sectors say so, and a key has the BIOS try again.
func TestBootSectorsOfNewDisks(t *testing.T) {
	t.Parallel()
	edit := func(path string, change func(f *os.File) error) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := change(f); err != nil {
			t.Fatal(err)
		}
	}
	const blank = "wait \"Not a bootable disk. Put in another one and press a key\" within 20s\n"
	floppy := emptyDisk(t, 1440<<10)
	edit(floppy, func(f *os.File) error { return fat.Format(f, 0, 1440<<10, fat.Options{}) })
	pass(t, blank+"key enter\nwait \"Not a bootable disk\" within 10s\n", "--floppy", floppy)

	disk := func(size int64, active bool, start uint64) string {
		path := emptyDisk(t, size)
		edit(path, func(f *os.File) error {
			e, g, err := partitions.Whole(size)
			if err != nil {
				return err
			}
			if start != 0 {
				e.Sectors -= start - e.Start
				e.Start = start
			}
			e.Active, e.Number = active, 3
			bytes := int64(e.Sectors) * 512
			e.Type = partitions.FATType(fat.Bits(bytes), e, g)
			o := fat.Options{Heads: g.Heads, SectorsPerTrack: g.SectorsPerTrack, Hidden: uint32(e.Start)}
			if err := fat.Format(f, int64(e.Start)*512, bytes, o); err != nil {
				return err
			}
			return partitions.WriteMBR(f, 1, g, e)
		})
		return path
	}
	for _, cpu := range []string{"8086", "pentium-ii"} {
		pass(t, blank, "--cpu", cpu, "--hd", disk(20<<20, true, 0))
	}
	// Beyond cylinder 1023: only by the extensions of INT 13h.
	pass(t, blank, "--hd", disk(12<<30, true, 20_000_000))
	pass(t, "wait \"No active partition on the hard disk\" within 20s\nwait \"No bootable disk.\" within 5s\n", "--hd", disk(20<<20, false, 0))
	broken := disk(20<<20, true, 0)
	edit(broken, func(f *os.File) error {
		_, err := f.WriteAt([]byte{0, 0}, 63*512+510)
		return err
	})
	pass(t, "wait \"The active partition is not bootable\" within 20s\n", "--hd", broken)
}
