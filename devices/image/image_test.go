package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tempFile makes an image of size bytes that begins with head.
func tempFile(t *testing.T, name string, size int64, head []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	b := make([]byte, size)
	copy(b, head)
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// bootSector is a FAT boot sector of the format, as DOS FORMAT writes it.
func bootSector(f Format) []byte {
	b := make([]byte, SectorSize)
	copy(b, "\xeb\x3c\x90MSDOS5.0")
	le := binary.LittleEndian
	le.PutUint16(b[11:], SectorSize)
	b[13] = 1
	le.PutUint16(b[14:], 1)
	b[16] = 2
	le.PutUint16(b[17:], 224)
	le.PutUint16(b[19:], uint16(f.Size()/SectorSize))
	b[21] = 0xf0
	le.PutUint16(b[22:], 9)
	le.PutUint16(b[24:], uint16(f.Sectors))
	le.PutUint16(b[26:], uint16(f.Heads))
	b[510], b[511] = 0x55, 0xaa
	return b
}

// mbr is a master boot record with one FAT16 partition.
func mbr(start, size uint32) []byte {
	b := make([]byte, SectorSize)
	b[446], b[450] = 0x80, 6
	binary.LittleEndian.PutUint32(b[454:], start)
	binary.LittleEndian.PutUint32(b[458:], size)
	b[510], b[511] = 0x55, 0xaa
	return b
}

func mustFormat(t *testing.T, name string) Format {
	t.Helper()
	f, ok := FormatByName(name)
	if !ok {
		t.Fatalf("FormatByName(%q) found nothing", name)
	}
	return f
}

func TestFormats(t *testing.T) {
	// Capacities in bytes as the DOS and OS/2 manuals give them.
	want := map[string]int64{
		"160K": 163840, "180K": 184320, "320K": 327680, "360K": 368640, "640K": 655360, "720K": 737280,
		"800K": 819200, "1.2M": 1228800, "1.44M": 1474560, "1.6M": 1638400, "1.68M": 1720320, "1.72M": 1763328, "2.88M": 2949120,
	}
	// Rates in kbit/s; drives as in CMOS byte 10h: 1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M.
	media := map[string][2]int{
		"160K": {250, 1}, "180K": {250, 1}, "320K": {250, 1}, "360K": {250, 1}, "640K": {250, 3}, "720K": {250, 3}, "800K": {250, 3},
		"1.2M": {500, 2}, "1.44M": {500, 4}, "1.6M": {500, 4}, "1.68M": {500, 4}, "1.72M": {500, 4}, "2.88M": {1000, 5},
	}
	for _, f := range Formats() {
		if got := [2]int{f.Density, f.Drive}; got != media[f.Name] {
			t.Errorf("%s: density and drive %v; want %v", f.Name, got, media[f.Name])
		}
		if f.Size() != want[f.Name] {
			t.Errorf("size of %s = %d; want %d", f.Name, f.Size(), want[f.Name])
		}
		if !fits(f.Density, false, ids(0, 0, f.Sectors)) {
			t.Errorf("%s: %d sectors do not fit its density %d", f.Name, f.Sectors, f.Density)
		}
		delete(want, f.Name)
		path := tempFile(t, f.Name+".img", f.Size(), nil)
		fl, err := OpenFloppy(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, fl.Format()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		if n, d, fm := fl.Track(f.Cylinders-1, f.Heads-1); n != f.Sectors || d != f.Density || fm {
			t.Errorf("%s: last track = %d, %d, %v; want %d, %d, false", f.Name, n, d, fm, f.Sectors, f.Density)
		}
		if err := fl.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(want) > 0 {
		t.Errorf("formats missing: %v", want)
	}
	for in, name := range map[string]string{"1.44m": "1.44M", "1440K": "1.44M", "360KB": "360K", " 2.88MB ": "2.88M", "1200k": "1.2M"} {
		if f, ok := FormatByName(in); !ok || f.Name != name {
			t.Errorf("FormatByName(%q) = %q, %v; want %q", in, f.Name, ok, name)
		}
	}
	if _, ok := FormatByName("1.45M"); ok {
		t.Error("FormatByName(1.45M) found a format")
	}
}

// A boot sector counts only if all its parameters make sense (FAT overview, "Boot
// Sector and BPB"). It is that of a 1.44M floppy in a 720K file: truncated, or
// not to be believed.
func TestBPBPlausible(t *testing.T) {
	for _, tc := range []struct {
		name      string
		change    func(b []byte)
		plausible bool
	}{
		{"as it is", func([]byte) {}, true},
		{"32-bit sector count", func(b []byte) {
			copy(b[19:], []byte{0, 0})
			binary.LittleEndian.PutUint32(b[32:], 2880)
		}, true},
		{"no sector count", func(b []byte) { copy(b[19:], []byte{0, 0}) }, false},
		{"1024-byte sectors", func(b []byte) { b[12] = 4 }, false},
		{"no cluster size", func(b []byte) { b[13] = 0 }, false},
		{"cluster of 3", func(b []byte) { b[13] = 3 }, false},
		{"cluster of 128", func(b []byte) { b[13] = 128 }, true},
		{"no reserved sector", func(b []byte) { b[14] = 0 }, false},
		{"no FAT", func(b []byte) { b[16] = 0 }, false},
		{"one FAT", func(b []byte) { b[16] = 1 }, true},
		{"three FATs", func(b []byte) { b[16] = 3 }, false},
		{"media byte F1", func(b []byte) { b[21] = 0xf1 }, false},
		{"media byte F8", func(b []byte) { b[21] = 0xf8 }, true},
		{"media byte FF", func(b []byte) { b[21] = 0xff }, true},
		{"9 sectors a track", func(b []byte) { b[24] = 9 }, false},
		{"one head", func(b []byte) { b[26] = 1 }, false},
	} {
		b := bootSector(mustFormat(t, "1.44M"))
		tc.change(b)
		_, err := OpenFloppy(tempFile(t, "f.img", 737280, b), Options{ReadOnly: true})
		if tc.plausible != errors.Is(err, ErrTruncated) || !tc.plausible && err != nil {
			t.Errorf("%s: %v; want it believed: %v", tc.name, err, tc.plausible)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	fd144 := mustFormat(t, "1.44M")
	dir := t.TempDir()
	for _, tc := range []struct {
		name, path string
		disk       bool
		kind       error
		text       string
	}{
		{"missing floppy", filepath.Join(dir, "no.img"), false, ErrMissing, "no such file; check the name"},
		{"missing disk", filepath.Join(dir, "no.img"), true, ErrMissing, "no such file; check the name"},
		{"directory", dir, false, ErrDirectory, "is a directory; want a disk image"},
		{"directory as disk", dir, true, ErrDirectory, "is a directory; want a disk image"},
		{"empty", tempFile(t, "e.img", 0, nil), false, ErrEmpty, "is empty (0 bytes); want a disk image; a blank floppy has 1474560 bytes"},
		{"empty disk", tempFile(t, "e.img", 0, nil), true, ErrEmpty, "is empty (0 bytes); want a disk image; a blank floppy has 1474560 bytes"},
		{"odd", tempFile(t, "o.img", 1000000, nil), false, ErrOddSize, "1000000 bytes is not a whole number of 512-byte sectors (1953 and 64 bytes)"},
		{"odd with BPB", tempFile(t, "o.img", 1000000, bootSector(fd144)), false, ErrOddSize, "want 1474560 bytes, as its boot sector says"},
		{"odd disk", tempFile(t, "o.img", 10000001, nil), true, ErrOddSize, "(19531 and 129 bytes)"},
		{"cut", tempFile(t, "c.img", 1024000, bootSector(fd144)), false, ErrTruncated, "1024000 bytes, but its boot sector describes a 1.44M floppy of 1474560 bytes; get the whole image"},
		{"cut to another size", tempFile(t, "c.img", 737280, bootSector(fd144)), false, ErrTruncated, "1.44M floppy"},
		{"cut disk", tempFile(t, "c.img", 4<<20, mbr(63, 65000)), true, ErrTruncated, "4194304 bytes, but its partition 1 ends at byte 33312256; get the whole image"},
		{"no floppy size", tempFile(t, "n.img", 1024000, nil), false, ErrSize, "1024000 bytes is no floppy size; want 1228800 bytes (1.2M)"},
		{"too large", tempFile(t, "n.img", 8<<20, nil), false, ErrSize, "8388608 bytes is too large for a floppy (at most 3096576)"},
		{"qcow2", tempFile(t, "q.img", 8<<20, []byte("QFI\xfb")), true, ErrFormat, "is a QCOW2 image; want a raw disk image; qemu-img convert -O raw makes one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, _ := os.ReadFile(tc.path)
			for range 2 { // the second time: no lock was left behind
				var err error
				if tc.disk {
					_, err = OpenDisk(tc.path, Options{})
				} else {
					_, err = OpenFloppy(tc.path, Options{})
				}
				wantError(t, err, tc.kind, tc.path, tc.text)
			}
			if after, _ := os.ReadFile(tc.path); !bytes.Equal(before, after) {
				t.Error("the refused file changed")
			}
		})
	}
}

// wantError checks the kind of an error and its one line.
func wantError(t *testing.T, err, kind error, path, text string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error = %v; want %v", err, kind)
	} else if s := err.Error(); !strings.HasPrefix(s, path+": ") || !strings.Contains(s, text) || strings.Contains(s, "\n") {
		t.Errorf("error = %q; want one line with the file name and %q", s, text)
	}
}

// checkReadOnly opens an image that may not be written.
func checkReadOnly(t *testing.T, path string) {
	t.Helper()
	f, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !f.ReadOnly() {
		t.Error("floppy from a read-only file is not write-protected")
	}
	if err := f.WriteSector(0, 0, 0, make([]byte, SectorSize), false); !errors.Is(err, ErrProtected) {
		t.Errorf("WriteSector = %v; want ErrProtected", err)
	}
	_, err = OpenDisk(path, Options{})
	wantError(t, err, ErrReadOnly, path, "is read-only; use --snapshot (writes are kept in memory and dropped) or --read-only")
	for _, o := range []Options{{Snapshot: true}, {ReadOnly: true}} {
		d, err := OpenDisk(path, o)
		if err != nil {
			t.Fatalf("OpenDisk(%+v) = %v", o, err)
		}
		d.Close()
	}
}

func TestReadOnlyFile(t *testing.T) {
	if runtime.GOOS != "windows" && os.Geteuid() == 0 {
		t.Skip("root may write to read-only files; TestPermissions does this as somebody else")
	}
	path := tempFile(t, "ro.img", 1474560, nil)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	checkReadOnly(t, path)
}

func TestLock(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("no file locks on this host")
	}
	path := tempFile(t, "l.img", 1474560, nil)
	f, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFloppy(path, Options{}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "--snapshot or --read-only") {
		t.Errorf("second OpenFloppy = %v; want ErrLocked with advice", err)
	}
	if _, err := OpenDisk(path, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("OpenDisk of the same file = %v; want ErrLocked", err)
	}
	for _, o := range []Options{{ReadOnly: true}, {Snapshot: true}} {
		d, err := OpenDisk(path, o)
		if err != nil {
			t.Fatalf("OpenDisk(%+v) beside a writer = %v; want none", o, err)
		}
		d.Close()
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDisk(path, Options{})
	if err != nil {
		t.Fatalf("OpenDisk after Close = %v", err)
	}
	d.Close()
}

func TestDisk(t *testing.T) {
	path := tempFile(t, "d.img", 300*SectorSize, []byte("first"))
	sector := func(s string) []byte { b := make([]byte, SectorSize); copy(b, s); return b }
	for _, tc := range []struct {
		name  string
		open  func() (*Disk, error)
		write error
		file  string // what sector 0 of the file holds at the end
	}{
		{"read-only", func() (*Disk, error) { return OpenDisk(path, Options{ReadOnly: true}) }, ErrProtected, "first"},
		{"snapshot", func() (*Disk, error) { return OpenDisk(path, Options{Snapshot: true}) }, nil, "first"},
		{"memory", func() (*Disk, error) { return NewDisk("demo", sector("first"), 300), nil }, nil, "first"},
		{"file", func() (*Disk, error) { return OpenDisk(path, Options{}) }, nil, "new 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := tc.open()
			if err != nil {
				t.Fatal(err)
			}
			if d.Sectors() != 300 {
				t.Errorf("Sectors() = %d; want 300", d.Sectors())
			}
			p := make([]byte, SectorSize)
			if err := d.ReadSectors(0, p); err != nil || !bytes.Equal(p, sector("first")) {
				t.Errorf("ReadSectors(0) = %v, %q", err, p[:8])
			}
			if err := d.ReadSectors(299, make([]byte, 2*SectorSize)); !errors.Is(err, ErrRange) {
				t.Errorf("ReadSectors(299, 2 sectors) = %v; want ErrRange", err)
			}
			if err := d.ReadSectors(1<<63, p); !errors.Is(err, ErrRange) {
				t.Errorf("ReadSectors(1<<63) = %v; want ErrRange", err)
			}
			// Two chunks of the overlay, and the last sector.
			for _, lba := range []uint64{0, 127, 128, 299} {
				if err := d.WriteSectors(lba, sector("new "+string(rune('0'+lba%10)))); !errors.Is(err, tc.write) {
					t.Fatalf("WriteSectors(%d) = %v; want %v", lba, err, tc.write)
				}
			}
			if tc.write == nil {
				two := make([]byte, 2*SectorSize)
				if err := d.ReadSectors(127, two); err != nil || !bytes.Equal(two, append(sector("new 7"), sector("new 8")...)) {
					t.Errorf("ReadSectors(127, 2 sectors) = %v, %q, %q", err, two[:8], two[512:520])
				}
				if err := d.ReadSectors(299, p); err != nil || !bytes.Equal(p, sector("new 9")) {
					t.Errorf("ReadSectors(299) = %v, %q", err, p[:8])
				}
				if err := d.ReadSectors(129, p); err != nil || !bytes.Equal(p, sector("")) {
					t.Errorf("ReadSectors(129) = %v, %q", err, p[:8])
				}
			}
			if err := d.Flush(); err != nil {
				t.Error(err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			b, err := os.ReadFile(path)
			if err != nil || len(b) != 300*SectorSize || !bytes.Equal(b[:SectorSize], sector(tc.file)) {
				t.Errorf("file: %v, %d bytes, begins %q; want %d bytes, %q", err, len(b), b[:8], 300*SectorSize, tc.file)
			}
		})
	}
}

// What a size that is in no table is taken for: tracks up to 10 sectors are DD,
// up to 21 HD; 42 cylinders or fewer are a 40-cylinder drive's.
func TestCustomFormat(t *testing.T) {
	for _, tc := range []struct{ cylinders, sectors, density, drive int }{
		{42, 10, 250, 1}, {43, 10, 250, 3}, {84, 8, 250, 3}, {82, 11, 500, 2}, {82, 15, 500, 2}, {82, 16, 500, 4}, {84, 21, 500, 4}, {82, 22, 1000, 5},
	} {
		g := Geometry{tc.cylinders, 2, tc.sectors}
		if f, ok := customFormat(g.Size(), 2, tc.sectors); !ok || f.Geometry != g || f.Density != tc.density || f.Drive != tc.drive {
			t.Errorf("%v: %+v, %v; want density %d, drive %d", g, f, ok, tc.density, tc.drive)
		}
	}
	for _, g := range []Geometry{{85, 2, 9}, {85, 1, 18}} {
		if f, ok := customFormat(g.Size(), g.Heads, g.Sectors); ok {
			t.Errorf("%v became %+v; want none: a drive reaches 84 cylinders", g, f)
		}
	}
	if f, ok := customFormat(80*9*512+512, 1, 9); ok {
		t.Errorf("a part of a cylinder became %+v", f)
	}
}

func TestDiskWriteProtect(t *testing.T) {
	d := NewDisk("demo", nil, 10)
	p := make([]byte, SectorSize)
	for on, want := range map[bool]error{true: ErrProtected, false: nil} {
		d.SetReadOnly(on)
		if err := d.WriteSectors(9, p); !errors.Is(err, want) || d.ReadOnly() != on {
			t.Errorf("SetReadOnly(%v): ReadOnly %v, WriteSectors = %v; want %v", on, d.ReadOnly(), err, want)
		}
	}
	if err := d.ReadSectors(10, p); !errors.Is(err, ErrRange) || d.HostError() != nil {
		t.Errorf("ReadSectors(10) = %v, HostError() = %v; want ErrRange, nil", err, d.HostError())
	}
}

func TestIdentify(t *testing.T) {
	path := tempFile(t, "f.img", 737280, nil)
	if id, err := Identify(path); err != nil || id.Kind != FloppyDisk || id.Format.Name != "720K" {
		t.Errorf("Identify = %+v, %v; want a 720K floppy", id, err)
	}
	if id, err := Identify(tempFile(t, "t.img", 737280, bootSector(mustFormat(t, "1.44M")))); err != nil || !errors.Is(id.Err, ErrTruncated) {
		t.Errorf("Identify of a cut floppy = %+v, %v; want ErrTruncated inside", id, err)
	}
	_, err := Identify(path + "x")
	wantError(t, err, ErrMissing, path+"x", "no such file; check the name")
	_, err = Identify(filepath.Dir(path))
	wantError(t, err, ErrDirectory, filepath.Dir(path), "is a directory; want a disk image")
}

// What cannot be created leaves nothing behind.
func TestCreateFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "new.img")
	wantError(t, CreateDisk(path, 1<<20), ErrHost, path, "cannot create: ")
	path = filepath.Join(t.TempDir(), "new.img")
	if err := CreateDisk(path, 1<<55); err == nil { // larger than most file systems let a file be
		t.Log("the file system takes a file of 2^55 bytes")
	} else {
		wantError(t, err, ErrHost, path, "cannot create: ")
		if _, err := os.Stat(path); err == nil {
			t.Error("a file is left")
		}
	}
}

func TestCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.img")
	if err := CreateDisk(path, 40<<30); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDisk(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if want := uint64(40 << 30 / 512); d.Sectors() != want {
		t.Errorf("Sectors() = %d; want %d", d.Sectors(), want)
	}
	if err := CreateDisk(path, 512); !errors.Is(err, ErrExists) {
		t.Errorf("CreateDisk over a file = %v; want ErrExists", err)
	}
	if err := CreateDisk(path+"2", 1<<56+512); !errors.Is(err, ErrSize) || !strings.Contains(err.Error(), "at most 72057594037927936") {
		t.Errorf("CreateDisk(1<<56 + 512) = %v; want ErrSize with the limit", err)
	}
	if err := CreateDisk(path+"2", 1000); !errors.Is(err, ErrOddSize) {
		t.Errorf("CreateDisk(1000) = %v; want ErrOddSize", err)
	}
	if _, err := os.Stat(path + "2"); err == nil {
		t.Error("a refused CreateDisk left a file")
	}
	if err := CreateFloppy(path+"3", mustFormat(t, "1.44M")); err != nil {
		t.Fatal(err)
	}
	if st, _ := os.Stat(path + "3"); st.Size() != 1474560 {
		t.Errorf("CreateFloppy made %d bytes; want 1474560", st.Size())
	}
}

// TestHostErrorIsReportedOnce closes the file under the image, which makes every
// access of the host fail.
func TestHostErrorIsReportedOnce(t *testing.T) {
	path := tempFile(t, "d.img", 1474560, nil)
	var reports []string
	d, err := OpenDisk(path, Options{Report: func(err error) { reports = append(reports, err.Error()) }})
	if err != nil {
		t.Fatal(err)
	}
	d.file.f.Close()
	p := make([]byte, SectorSize)
	for range 3 {
		if err := d.WriteSectors(1, p); !errors.Is(err, ErrHost) || !errors.Is(err, os.ErrClosed) {
			t.Errorf("WriteSectors = %v; want ErrHost from os.ErrClosed", err)
		}
	}
	if err := d.Flush(); !errors.Is(err, ErrHost) {
		t.Errorf("Flush = %v; want ErrHost", err)
	}
	want := []string{path + ": writing 512 bytes at 512: file already closed"}
	if diff := cmp.Diff(want, reports); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	if !errors.Is(d.HostError(), ErrHost) {
		t.Errorf("HostError() = %v; want ErrHost", d.HostError())
	}
}
