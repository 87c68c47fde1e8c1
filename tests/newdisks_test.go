package tests

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"beige/devices/image/fat"
	partitions "beige/devices/image/partition"
)

// TestBootSectorsOfNewDisks boots disks without an operating system: the boot
// sectors say so, and a key has the BIOS try again.
func TestBootSectorsOfNewDisks(t *testing.T) {
	t.Parallel()
	const blank = "wait \"Not a bootable disk. Put in another one and press a key\" within 20s\n"
	floppy := emptyDisk(t, 1440<<10)
	edit(t, floppy, func(f *os.File) error { return fat.Format(f, 0, 1440<<10, fat.Options{}) })
	pass(t, blank+"key enter\nwait \"Not a bootable disk\" within 10s\n", "--floppy", floppy)

	disk := func(size int64, active bool, start uint64) string { return newDisk(t, size, active, start) }
	for _, cpu := range []string{"8086", "pentium-ii"} {
		pass(t, blank, "--cpu", cpu, "--hd", disk(20<<20, true, 0))
	}
	// Beyond cylinder 1023: only by the extensions of INT 13h.
	pass(t, blank, "--hd", disk(12<<30, true, 20_000_000))
	pass(t, "wait \"No active partition on the hard disk\" within 20s\nwait \"No bootable disk.\" within 5s\n", "--hd", disk(20<<20, false, 0))
	broken := disk(20<<20, true, 0)
	edit(t, broken, func(f *os.File) error {
		_, err := f.WriteAt([]byte{0, 0}, 63*512+510)
		return err
	})
	pass(t, "wait \"The active partition is not bootable\" within 20s\n", "--hd", broken)
}

// edit changes an image.
func edit(t *testing.T, path string, change func(f *os.File) error) {
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

// newDisk makes a hard disk with one formatted partition, from sector start on
// (0: where FDISK would have it).
func newDisk(t *testing.T, size int64, active bool, start uint64) string {
	t.Helper()
	path := emptyDisk(t, size)
	edit(t, path, func(f *os.File) error {
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
		o := fat.Options{Heads: g.Heads, SectorsPerTrack: g.SectorsPerTrack, Hidden: uint32(e.Start), Label: "NEW DISK"}
		if err := fat.Format(f, int64(e.Start)*512, bytes, o); err != nil {
			return err
		}
		return partitions.WriteMBR(f, 1, g, e)
	})
	return path
}

// TestFreeDOSOnNewDisks has FreeDOS read what we wrote and the other way round,
// on disks that we partitioned and formatted.
func TestFreeDOSOnNewDisks(t *testing.T) {
	for _, tc := range []struct {
		name string
		size int64
	}{{"FAT12", 12 << 20}, {"FAT16", 504 << 20}, {"FAT32", 3 << 30}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sample(t, "FAT32")
			dos := guestImage(t, "freedos-144.img")
			path := newDisk(t, tc.size, true, 0)
			now := time.Date(1994, 5, 31, 12, 30, 0, 0, time.Local)
			volume := func(use func(v *fat.Volume)) {
				t.Helper()
				edit(t, path, func(f *os.File) error {
					v, err := fat.Open(f, 63*512, tc.size-63*512)
					if err != nil {
						return err
					}
					if i, err := v.Info(); err != nil || i.Type != tc.name {
						t.Errorf("%+v, %v; want %s", i, err, tc.name)
					}
					use(v)
					return nil
				})
			}
			volume(func(v *fat.Volume) {
				err := errors.Join(
					v.Mkdir("Sub directory", now),
					v.WriteFile("Sub directory/A long name.txt", strings.NewReader("from outside\r\n"), 14, now),
				)
				if err != nil {
					t.Fatal(err)
				}
			})
			pass(t, `
wait "A:\\>" within 60s
type "c:\n"
wait "C:\\>" within 10s
type "cls\nvol\ndir subdir~1\n"
wait "NEW DISK" within 10s
wait "ALONGN~1 TXT            14  05-31-94 12:30p" within 10s
type "type subdir~1\\alongn~1.txt\n"
wait "from outside" within 10s
type "md subdir~1\\inside\necho from DOS > subdir~1\\inside\\back.txt\ndel subdir~1\\alongn~1.txt\ncopy a:\\command.com c:\\\n"
wait "command.com => c:" within 20s
sleep 5s
expect-not "Error"
`, "--boot", "a", "--floppy", dos, "--hd", path)
			volume(func(v *fat.Volume) {
				b, err := fs.ReadFile(v, "sub directory/inside/back.txt")
				if err != nil || strings.TrimSpace(string(b)) != "from DOS" {
					t.Errorf("the file that DOS wrote: %q, %v", b, err)
				}
				if i, err := fs.Stat(v, "command.com"); err != nil || i.Size() != 66090 {
					t.Errorf("command.com: %v, %v; want 66090 bytes", i, err)
				}
				if _, err := fs.Stat(v, "Sub directory/A long name.txt"); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the file that DOS deleted: %v", err)
				}
				list, err := v.Check()
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range list {
					t.Error(f)
				}
			})
		})
	}
}
