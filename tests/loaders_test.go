package tests

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Boot loaders and what they boot, of Debian's packages: each test makes its
// image with the package's own tools, as a person would, and skips aloud where
// the package is not installed. This file is what they share.

// packaged returns the path of a file of a package, or skips the test aloud.
func packaged(t *testing.T, path string) string {
	t.Helper()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not installed", path)
	} else if err != nil {
		t.Fatal(err)
	}
	return path
}

// host runs a program of the host that must succeed.
func host(t *testing.T, name string, args ...string) {
	t.Helper()
	skipShort(t)
	cmd := exec.Command(need(t, name), args...)
	cmd.Env = append(os.Environ(), "MTOOLSRC="+os.DevNull) // nobody's drive letters
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// skipShort skips a test that makes a disk with a guest and boots it.
func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("short: makes disks and boots them")
	}
}

// textFile makes a file of text and returns its path.
func textFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// geometry is what a partition table and the volumes in it agree with.
type geometry struct{ heads, sectors uint32 }

// switchesOff runs a script at whose end the guest must switch the machine off.
func switchesOff(t *testing.T, script string, args ...string) {
	t.Helper()
	r := runScript(t, script+"sleep 10s\nquit 9\n", args...)
	if r.code != 1 || !strings.Contains(r.stderr, "the machine was switched off") {
		t.Errorf("exit code %d; want the machine switched off\n%s", r.code, r.stderr)
	}
}

// The geometry of most hard disks made here.
const (
	diskHeads   = 16
	diskSectors = 63
)

// partition is an entry of a partition table.
type partition struct {
	active       bool
	kind         byte
	first, count uint32 // sectors
}

// chs is a sector number as a partition table has it: head, sector with the
// high bits of the cylinder, cylinder; the last one that fits if it is behind
// that (Microsoft's and IBM's FDISK).
func (g geometry) chs(lba uint32) [3]byte {
	cylinder := lba / (g.heads * g.sectors)
	if cylinder > 1023 {
		return [3]byte{byte(g.heads - 1), byte(0xc0 | g.sectors), 0xff}
	}
	return [3]byte{byte(lba / g.sectors % g.heads), byte(lba%g.sectors + 1 | cylinder>>8<<6), byte(cylinder)}
}

// tableAt is where the first sector of a disk has the partition table.
const tableAt = 446

// hardDisk makes an image of a disk with a partition table, behind the loader in
// the file boot, and returns its path.
func hardDisk(t *testing.T, sectors int64, boot string, parts ...partition) string {
	t.Helper()
	return geometry{diskHeads, diskSectors}.hardDisk(t, sectors, boot, parts...)
}

// hardDisk makes one whose partition table was written for a geometry.
func (g geometry) hardDisk(t *testing.T, sectors int64, boot string, parts ...partition) string {
	t.Helper()
	path := emptyDisk(t, sectors*512)
	var first [512]byte
	code, err := os.ReadFile(boot)
	if err != nil {
		t.Fatal(err)
	}
	copy(first[:tableAt], code)
	for i, p := range parts {
		entry := first[tableAt+16*i:][:16]
		if p.active {
			entry[0] = 0x80
		}
		begin, end := g.chs(p.first), g.chs(p.first+p.count-1)
		copy(entry[1:], begin[:])
		entry[4] = p.kind
		copy(entry[5:], end[:])
		binary.LittleEndian.PutUint32(entry[8:], p.first)
		binary.LittleEndian.PutUint32(entry[12:], p.count)
	}
	first[510], first[511] = 0x55, 0xaa
	writeAt(t, path, 0, first[:])
	return path
}

// writeAt changes part of an image.
func writeAt(t *testing.T, path string, offset int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(b, offset)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// volume is a FAT volume for mtools and syslinux: a floppy, or a part of a disk.
type volume struct {
	image  string
	offset int64 // bytes
}

func (v volume) String() string {
	if v.offset == 0 {
		return v.image
	}
	return v.image + "@@" + fmt.Sprint(v.offset)
}

// floppyVolume makes a formatted 1.44 MB floppy.
func floppyVolume(t *testing.T) volume {
	t.Helper()
	v := volume{image: filepath.Join(t.TempDir(), "floppy.img")}
	host(t, "mformat", "-C", "-f", "1440", "-i", v.image, "::")
	return v
}

// formatted makes a FAT file system in a partition.
func formatted(t *testing.T, disk string, p partition) volume {
	t.Helper()
	v := volume{disk, int64(p.first) * 512}
	host(t, "mformat", "-i", v.String(), "-T", fmt.Sprint(p.count), "-h", fmt.Sprint(diskHeads), "-s", fmt.Sprint(diskSectors), "-H", fmt.Sprint(p.first), "::")
	return v
}

// put copies a file into the volume.
func (v volume) put(t *testing.T, file, name string) {
	t.Helper()
	host(t, "mcopy", "-i", v.String(), file, "::"+name)
}

// putText makes a text file in the volume.
func (v volume) putText(t *testing.T, name, text string) {
	t.Helper()
	v.put(t, textFile(t, path.Base(name), text), name)
}
