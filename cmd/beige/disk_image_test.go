package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/image"
)

// isoRecord is a directory record (ECMA-119 9.1).
func isoRecord(name string, sector, size uint32, flags uint8) []byte {
	b := make([]byte, (33+len(name)+1)&^1)
	b[0] = uint8(len(b))
	binary.LittleEndian.PutUint32(b[2:], sector)
	binary.LittleEndian.PutUint32(b[10:], size)
	copy(b[18:], []byte{95, 8, 24, 9, 30, 15, 0})
	b[25], b[32] = flags, uint8(len(name))
	copy(b[33:], name)
	return b
}

// isoData is a disc with the given records in its root directory and a boot
// catalogue; sector 24 is the data of files.
func isoData(records ...[]byte) []byte {
	b := make([]byte, 32*2048)
	copy(b[16*2048:], "\x01CD001\x01")
	copy(b[16*2048+40:], "OLD_GAMES                       ")
	binary.LittleEndian.PutUint32(b[16*2048+80:], 32)
	binary.LittleEndian.PutUint16(b[16*2048+128:], 2048)
	copy(b[16*2048+156:], isoRecord("\x00", 20, 2048, 2))
	copy(b[17*2048:], "\x00CD001\x01EL TORITO SPECIFICATION")
	binary.LittleEndian.PutUint32(b[17*2048+0x47:], 19)
	copy(b[18*2048:], "\xffCD001\x01")
	cat := b[19*2048:]
	cat[0], cat[28], cat[29], cat[30], cat[31] = 1, 0xaa, 0x55, 0x55, 0xaa
	cat[32], cat[33], cat[38], cat[40] = 0x88, 2, 1, 24
	dir := append(isoRecord("\x00", 20, 2048, 2), isoRecord("\x01", 20, 2048, 2)...)
	for _, r := range records {
		dir = append(dir, r...)
	}
	copy(b[20*2048:], dir)
	copy(b[24*2048:], "on the disc")
	return b
}

func testISO(t *testing.T) string {
	t.Helper()
	b := isoData(isoRecord("GAME.EXE;1", 24, 11, 0), isoRecord("README.;1", 24, 2, 0))
	return file(t, "old.iso", len(b), b)
}

func TestDiskReadsCD(t *testing.T) {
	cd := testISO(t)
	if got := disk(t, "ls", "-l", cd+":/*"); !strings.Contains(got, "        11  ") || !strings.HasSuffix(got, "README\n") {
		t.Errorf("ls: %q", got)
	}
	if got := disk(t, "cat", cd+":game.exe"); got != "on the disc" {
		t.Errorf("cat: %q", got)
	}
	img := newDisk(t, "160K")
	disk(t, "cp", cd+":*.*", img+":/")
	if got := disk(t, "ls", img); got != "GAME.EXE\nREADME\n" {
		t.Errorf("copied: %q", got)
	}
}

// TestHostileNames: names that lead out of the directory copied to are refused,
// and those with control characters do not reach a terminal.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{"../UP", "A/B", `A\B`, "/ETC", "..", "NUL\x00X"} {
		b := isoData(isoRecord("GOOD;1", 24, 11, 0), isoRecord(name+";1", 24, 11, 0))
		cd := file(t, "evil.iso", len(b), b)
		dir := filepath.Join(t.TempDir(), "x", "y")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"cp", "-r", cd + ":/", dir}, {"cp", cd + ":/*", dir}} {
			code, _, errs := beige(t, append([]string{"disk"}, args...)...)
			if code != 1 || strings.Count(errs, "\n") != 1 {
				t.Errorf("%q: disk %s = %d, %q", name, args[0], code, errs)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "..", "..", "*", "*")); len(left) != 1 {
			t.Errorf("%q: left %v", name, left)
		}
	}
	b := isoData(isoRecord("A\x1b[31mB;1", 24, 11, 0))
	if got := disk(t, "ls", file(t, "colour.iso", len(b), b)); got != "A?[31mB\n" {
		t.Errorf("ls: %q", got)
	}
	img := newDisk(t, "160K")
	disk(t, "cp", file(t, "EVIL.TXT", 10, nil), img+":")
	data, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Replace(data, []byte("EVIL    TXT"), []byte("..\\EVIL/TXT"), 1)
	evil := file(t, "evil.img", len(data), data)
	dir := t.TempDir()
	if code, _, errs := beige(t, "disk", "cp", "-r", evil+":/", dir); code != 1 || !strings.Contains(errs, "is no name that a file of the host may have") {
		t.Errorf("a FAT name with slashes: %d, %q", code, errs)
	}
}

func TestDiskInfo(t *testing.T) {
	mbr := make([]byte, 512)
	copy(mbr, "\xfa\x33\xc0")
	copy(mbr[440:], "\x78\x56\x34\x12")
	copy(mbr[446:], []byte{0x80, 1, 1, 0, 0x83, 15, 63, 7, 63, 0, 0, 0, 0x41, 0x1f, 0, 0})  // sectors 63 to 8063, of 16 heads
	copy(mbr[462:], []byte{0, 9, 9, 9, 6, 9, 9, 9, 0, 0x20, 0, 0, 0, 0x0f, 0, 0})           // CHS that is not the LBA
	copy(mbr[478:], []byte{0, 0, 1, 12, 5, 15, 63, 15, 0x40, 0x2f, 0, 0, 0xc0, 0x0f, 0, 0}) // extended
	mbr[510], mbr[511] = 0x55, 0xaa
	logical := make([]byte, 512)
	copy(logical[446:], []byte{0, 1, 1, 12, 1, 15, 63, 15, 63, 0, 0, 0, 0x81, 0x0f, 0, 0})
	logical[510], logical[511] = 0x55, 0xaa
	b := make([]byte, 16384*512)
	copy(b, mbr)
	copy(b[0x2f40*512:], logical)
	hard := file(t, "parts.img", len(b), b)
	data := imd()
	for _, tc := range []struct {
		path string
		want []string
	}{
		{newDisk(t, "1.2M"), []string{"a 1.2M floppy, by its size", "1228800 bytes", "1.2M: 80 cylinders, 2 heads, 15 sectors a track; for a 1.2M drive", `FAT12, "TEST"`, "in clusters of 512 bytes", "15 sectors a track, 0 hidden", "no: its file system is empty"}},
		{file(t, "blank.img", 737280, nil), []string{"a 720K floppy", "boot sector  blank", "no: it has no boot sector with a program"}},
		{file(t, "a.imd", len(data), data), []string{"in ImageDisk format", "160K: 40 cylinders, 1 heads, 8 sectors a track; for a 360K drive"}},
		{testISO(t), []string{"ISO 9660", `"OLD_GAMES"`, "80x86, as a 1.44M floppy, at sector 24", "from its boot catalogue"}},
		{newDisk(t, "600M"), []string{"629145600 bytes", "sparse: takes", "LBA-assisted translation", "MBR with a boot loader, disk signature", "FAT16 (06h), active: sectors 63 to", "32 heads, 63 sectors a track", "no: partition 1 is active, but its file system is empty"}},
		{hard, []string{"16 heads, 63 sectors a track, by its partition table: no translation", "disk signature 12345678h", "Linux (83h), active", "FAT16 (06h): sectors 8192 to 12031", "extended (05h)", "partition 5    FAT12 (01h), logical: sectors 12159 to 16127", "its CHS addresses 9/9/9 to 9/9/9 are not sectors 8192 to 12031"}},
	} {
		out := disk(t, "info", tc.path)
		for _, want := range tc.want {
			if want == "sparse: takes" && !hostTellsSparse(t) {
				continue
			}
			if !strings.Contains(out, want) {
				t.Errorf("info %s: want %q in\n%s", filepath.Base(tc.path), want, out)
			}
		}
	}
	if code, _, errs := beige(t, "disk", "info", file(t, "x.gz", 4096, []byte{0x1f, 0x8b, 8})); code != 2 || !strings.Contains(errs, "unpack it first") {
		t.Errorf("info of a compressed file: %d, %q", code, errs)
	}
}

func hostTellsSparse(t *testing.T) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sparse")
	if err := image.CreateDisk(path, 1<<20); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	n, ok := image.Allocated(info)
	return ok && n < 1<<20
}

// TestSharedImage: what a machine writes is read with a warning, and not copied
// as a whole disk.
func TestSharedImage(t *testing.T) {
	for _, size := range []string{"360K", "20M"} {
		path := newDisk(t, size)
		disk(t, "cp", file(t, "X.TXT", 3, []byte("xyz")), path+":")
		var close func() error
		if size == "360K" {
			f, err := image.OpenFloppy(path, image.Options{})
			if err != nil {
				t.Fatal(err)
			}
			close = f.Close
		} else {
			d, err := image.OpenDisk(path, image.Options{})
			if err != nil {
				t.Fatal(err)
			}
			close = d.Close
		}
		code, out, errs := beige(t, "disk", "cat", path+":x.txt")
		if code != 0 || out != "xyz" || !strings.Contains(errs, "is being written by another beige") || strings.Count(errs, "\n") != 1 {
			t.Errorf("cat of a %s disk in use = %d, %q, %q", size, code, out, errs)
		}
		dst := filepath.Join(t.TempDir(), "copy.img")
		code, out, errs = beige(t, "disk", "convert", path, dst)
		if _, err := os.Stat(dst); code != 2 || out != "" || !strings.Contains(errs, "is being written by another beige") || err == nil {
			t.Errorf("convert of a %s disk in use = %d, %q, %q", size, code, out, errs)
		}
		close()
	}
}

// teledisk is an uncompressed Teledisk file of a floppy with one sector a track
// (TD0.TXT): headers with their checksums, records of type 0.
func teledisk() []byte {
	crc := func(b []byte) uint16 {
		var c uint16
		for _, v := range b {
			c ^= uint16(v) << 8
			for range 8 {
				if c&0x8000 != 0 {
					c = c<<1 ^ 0xa097
				} else {
					c <<= 1
				}
			}
		}
		return c
	}
	le := binary.LittleEndian
	out := []byte{'T', 'D', 0, 0, 21, 2, 1, 0, 0, 1}
	out = le.AppendUint16(out, crc(out))
	for c := range 40 {
		head := []byte{8, uint8(c), 0}
		out = append(append(out, head...), uint8(crc(head)))
		for s := range 8 {
			data := bytes.Repeat([]byte{uint8(c ^ s)}, 512)
			out = append(out, uint8(c), 0, uint8(s+1), 2, 0, uint8(crc(data)))
			out = append(le.AppendUint16(out, 513), 0)
			out = append(out, data...)
		}
	}
	return append(out, 0xff, 0, 0, 0)
}

func TestDiskConvertTeledisk(t *testing.T) {
	data := teledisk()
	dst := filepath.Join(t.TempDir(), "raw.img")
	if out := disk(t, "convert", file(t, "a.td0", len(data), data), dst); !strings.Contains(out, "Teledisk") {
		t.Errorf("convert: %q", out)
	}
	got, err := os.ReadFile(dst)
	if err != nil || len(got) != 163840 {
		t.Fatalf("%d bytes, %v; want 163840", len(got), err)
	}
	for i := range got {
		if want := uint8(i/4096 ^ i/512%8); got[i] != want {
			t.Fatalf("byte %d = %#x; want %#x", i, got[i], want)
		}
	}
}

func TestDiskConvertRawCD(t *testing.T) {
	want := isoData(isoRecord("GAME.EXE;1", 24, 11, 0))
	var raw []byte
	for i := 0; i < len(want); i += 2048 {
		raw = append(raw, "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"+"\x00\x02\x00\x01"...)
		raw = append(append(raw, want[i:i+2048]...), make([]byte, 288)...)
	}
	src := file(t, "cd.bin", len(raw), raw)
	dst := filepath.Join(t.TempDir(), "cd.iso")
	disk(t, "convert", src, dst)
	if got, err := os.ReadFile(dst); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
	}
	if got := disk(t, "cat", src+":game.exe"); got != "on the disc" { // a raw CD is read as it is, too
		t.Errorf("cat: %q", got)
	}
}
