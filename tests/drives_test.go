package tests

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Hard disks of all sizes at which a BIOS, a drive or DOS changes its mind, each
// with FreeDOS on a volume of which only the end is free: its boot loader, its
// kernel, and what is written all lie there.

// sizedDisk is a hard disk with one active partition.
type sizedDisk struct {
	name     string
	sectors  int64
	geometry geometry // that the partition table was written for
	first    uint32   // sector of the partition; 0: the second track
	kind     byte     // of the partition
	fat      string   // bits of an entry
	cpu      string
}

// partition is all of the disk in whole cylinders, 1024 where no others can be
// reached; up to the last sector if it does not begin as DOS has it.
func (d *sizedDisk) partition() partition {
	p := partition{active: true, kind: d.kind, first: d.first}
	if d.first != 0 {
		p.count = uint32(d.sectors) - d.first
		return p
	}
	cylinder := d.geometry.heads * d.geometry.sectors
	n := uint32(d.sectors) / cylinder
	if d.kind != kindFAT32LBA {
		n = min(n, 1024)
	}
	p.first = d.geometry.sectors
	p.count = n*cylinder - p.first
	return p
}

// Partition types.
const (
	kindFAT12    = 0x01
	kindFAT16    = 0x06
	kindFAT32    = 0x0b
	kindFAT32LBA = 0x0c
)

// make builds the disk: a sparse file with a partition and a FAT volume.
func (d *sizedDisk) make(t *testing.T) volume {
	t.Helper()
	p := d.partition()
	v := volume{d.geometry.hardDisk(t, d.sectors, "drives/mbr.bin", p), int64(p.first) * 512}
	host(t, "mkfs.fat", "-a", "-F", d.fat, "-M", "0xf8", "-g", fmt.Sprintf("%d/%d", d.geometry.heads, d.geometry.sectors),
		"-h", fmt.Sprint(p.first), "-D", "128", "-i", "12345678", "-n", "BEIGE", "--offset", fmt.Sprint(p.first), v.image, fmt.Sprint(p.count/2))
	if err := v.leaveTail(600 << 10); err != nil {
		t.Fatal(err)
	}
	return v
}

// leaveTail marks all clusters of an empty FAT volume as bad, but the last ones,
// of about size bytes, and the root directory.
func (v volume) leaveTail(size int64) error {
	f, err := os.OpenFile(v.image, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	off, boot := v.offset, make([]byte, 512)
	if _, err := f.ReadAt(boot, off); err != nil {
		return err
	}
	word := func(at int) int64 { return int64(binary.LittleEndian.Uint16(boot[at:])) }
	dword := func(at int) int64 { return int64(binary.LittleEndian.Uint32(boot[at:])) }
	perCluster, reserved, fats, root, total, fatSize := int64(boot[13]), word(14), int64(boot[16]), word(17)/16, word(19), word(22)
	if total == 0 {
		total = dword(32)
	}
	fat32 := fatSize == 0
	if fat32 {
		fatSize = dword(36)
	}
	clusters := (total - reserved - fats*fatSize - root) / perCluster
	fat := make([]byte, fatSize*512)
	if _, err := f.ReadAt(fat, off+reserved*512); err != nil {
		return err
	}
	keep := size / (perCluster * 512)
	for c := int64(2); c < clusters+2-keep; c++ {
		switch {
		case fat32:
			if binary.LittleEndian.Uint32(fat[4*c:]) == 0 {
				binary.LittleEndian.PutUint32(fat[4*c:], 0x0ffffff7)
			}
		case clusters > 4084:
			binary.LittleEndian.PutUint16(fat[2*c:], 0xfff7)
		default:
			at := c * 3 / 2
			v := binary.LittleEndian.Uint16(fat[at:])
			if c&1 != 0 {
				v |= 0xff70
			} else {
				v |= 0x0ff7
			}
			binary.LittleEndian.PutUint16(fat[at:], v)
		}
	}
	for i := range fats {
		if _, err := f.WriteAt(fat, off+(reserved+i*fatSize)*512); err != nil {
			return err
		}
	}
	if !fat32 {
		return nil
	}
	info := binary.LittleEndian.AppendUint32(nil, uint32(keep))
	info = binary.LittleEndian.AppendUint32(info, uint32(clusters+2-keep))
	_, err = f.WriteAt(info, off+512+488)
	return err
}

// sysFloppy is the FreeDOS boot floppy with SYS.COM of the installation floppy.
func sysFloppy(t *testing.T) []byte {
	t.Helper()
	floppy, install := guestImage(t, "freedos-144.img"), guestImage(t, "freedos13-720k.img")
	sys := filepath.Join(t.TempDir(), "sys.com")
	host(t, "mcopy", "-i", install, "::/freedos/bin/sys.com", sys)
	host(t, "mcopy", "-i", floppy, sys, "::")
	b, err := os.ReadFile(floppy)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// file copies count sectors of a volume to a file of its own, holes as holes.
func (v volume) file(t *testing.T, count int64) string {
	t.Helper()
	in, err := os.Open(v.image)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	path := emptyDisk(t, count*512)
	out, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	// Where the file system cannot tell data from holes, all is data.
	const seekData, seekHole = 3, 4
	begin, end := v.offset, v.offset+count*512
	for at := begin; at < end; {
		data, err := in.Seek(at, seekData)
		if err != nil {
			if at != begin {
				break // no more data
			}
			data = at
		}
		hole, err := in.Seek(data, seekHole)
		if err != nil {
			hole = end
		}
		data, hole = min(data, end), min(hole, end)
		if _, err := io.Copy(io.NewOffsetWriter(out, data-begin), io.NewSectionReader(in, data, hole-data)); err != nil {
			t.Fatal(err)
		}
		at = hole
	}
	return path
}

func TestHardDisks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("finds its way around the holes of sparse files as Linux does")
	}
	boot := sysFloppy(t)
	fsck := need(t, "fsck.fat")
	for _, d := range []sizedDisk{
		{name: "8 MB", sectors: 16384, geometry: geometry{16, 63}, kind: kindFAT12, fat: "12", cpu: "8086"},
		{name: "504 MB", sectors: 1024 * 16 * 63, geometry: geometry{16, 63}, kind: kindFAT16, fat: "16", cpu: "80286"},
		{name: "528 MB", sectors: 1081344, geometry: geometry{32, 63}, kind: kindFAT16, fat: "16", cpu: "80386"},
		{name: "2.1 GB", sectors: 4300800, geometry: geometry{128, 63}, kind: kindFAT32, fat: "32", cpu: "80486"},
		{name: "8.4 GB", sectors: 16406250, geometry: geometry{255, 63}, kind: kindFAT32, fat: "32", cpu: "pentium"},
		{name: "40 GB", sectors: 40 << 21, geometry: geometry{255, 63}, kind: kindFAT32LBA, fat: "32", cpu: "pentium-pro"},
		// Partition tables that other translations wrote.
		{name: "8 MB of 255 heads, aligned", sectors: 16384, geometry: geometry{255, 63}, first: 2048, kind: kindFAT12, fat: "12", cpu: "80386"},
		{name: "528 MB of 16 heads", sectors: 1081344, geometry: geometry{16, 63}, kind: kindFAT16, fat: "16", cpu: "80386"},
		{name: "528 MB of 64 heads, 32 sectors", sectors: 1081344, geometry: geometry{64, 32}, kind: kindFAT16, fat: "16", cpu: "80386"},
		{name: "2.1 GB of 240 heads", sectors: 4300800, geometry: geometry{240, 63}, kind: kindFAT32, fat: "32", cpu: "80486"},
	} {
		t.Run(d.name, func(t *testing.T) {
			if testing.Short() && d.name != "8 MB" && d.name != "40 GB" {
				t.Skip("the smallest and the largest are enough for a short run")
			}
			t.Parallel()
			v, p := d.make(t), d.partition()
			floppy := textFile(t, "a.img", string(boot))
			pass(t, `
wait "A:\\>" within 60s
type "sys c:\n"
wait "System transferred." within 60s
expect-not "suspect"
`, "--cpu", d.cpu, "--floppy", floppy, "--hd", v.image, "--boot", "a")
			pass(t, dosPrompt+`
expect-not "suspect"
type "dir\n"
wait "bytes free" within 60s
expect "KERNEL   SYS"
expect "Volume in drive C is BEIGE"
type "copy command.com end.com\n"
wait "=> end.com" within 20s
sleep 2s
type "dir end.com\n"
wait "66,090 bytes" within 10s
`, "--cpu", d.cpu, "--hd", v.image)
			var got [2][]byte
			for i, name := range []string{"COMMAND.COM", "END.COM"} {
				file := filepath.Join(t.TempDir(), name)
				host(t, "mcopy", "-n", "-i", v.String(), "::"+name, file)
				var err error
				if got[i], err = os.ReadFile(file); err != nil {
					t.Fatal(err)
				}
			}
			if len(got[0]) != 66090 || !bytes.Equal(got[0], got[1]) {
				t.Errorf("END.COM of %d bytes is no copy of COMMAND.COM of %d", len(got[1]), len(got[0]))
			}
			// It lies where it should: within the last megabyte of the partition.
			f, err := os.Open(v.image)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			tail := make([]byte, 1<<20)
			if _, err := f.ReadAt(tail, v.offset+int64(p.count)*512-int64(len(tail))); err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(tail, got[0][:512]); n != 2 {
				t.Errorf("the end of the partition holds the start of COMMAND.COM %d times; want 2", n)
			}
			out, err := exec.Command(fsck, "-n", "-v", v.file(t, int64(p.count))).CombinedOutput()
			if err != nil || strings.Contains(string(out), "differ") {
				t.Errorf("fsck.fat: %v\n%s", err, out)
			}
		})
	}
}

// TestFourHardDisks has a disk at every place: the BIOS counts four, and none is
// left for a CD-ROM drive. DOS gives a letter to the volume of each.
func TestFourHardDisks(t *testing.T) {
	floppy := guestImage(t, "freedos-144.img")
	args := []string{"--floppy", floppy, "--boot", "a"}
	for i, flag := range []string{"--hd", "--hd2", "--hd3", "--hd4"} {
		d := sizedDisk{sectors: 16384, geometry: geometry{16, 63}, kind: kindFAT12, fat: "12"}
		v := d.make(t)
		host(t, "mcopy", "-i", v.String(), textFile(t, fmt.Sprintf("disk%d.txt", i), "here"), "::")
		args = append(args, flag, v.image)
	}
	pass(t, `
wait "Hard disk 3: 8 MB" within 30s
wait "A:\\>" within 60s
type "cls\n"
type "dir c:*.txt\n"
type "dir f:*.txt\n"
wait "DISK0    TXT" within 10s
wait "DISK3    TXT" within 10s
type "copy command.com e:\\\n"
wait "=> e:\\command.com" within 20s
sleep 2s
`, args...)
	got := filepath.Join(t.TempDir(), "command.com")
	host(t, "mcopy", "-n", "-i", args[9]+"@@32256", "::command.com", got)
	if info, err := os.Stat(got); err != nil || info.Size() != 66090 {
		t.Errorf("COMMAND.COM on the third disk: %v, %v; want 66090 bytes", info, err)
	}
}
