package iso

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// both writes a number in both byte orders (ECMA-119 7.3.3).
func both(b []byte, n uint32) {
	binary.LittleEndian.PutUint32(b, n)
	binary.BigEndian.PutUint32(b[4:], n)
}

func testRecord(name string, start, size uint32, flags uint8, use ...byte) []byte {
	n := recordHead + len(name)
	n += n & 1
	b := make([]byte, n, n+len(use))
	b = append(b, use...)
	b[0] = uint8(len(b))
	both(b[2:], start)
	both(b[10:], size)
	copy(b[18:], []byte{95, 8, 24, 9, 30, 15, 4}) // 24 August 1995, 09:30:15, an hour east
	b[25] = flags
	b[32] = uint8(len(name))
	copy(b[recordHead:], name)
	return b
}

func descriptor(kind uint8, root []byte, size int) []byte {
	d := make([]byte, sectorSize)
	d[0] = kind
	copy(d[1:], "CD001\x01")
	copy(d[offLabel:], "LABEL"+strings.Repeat(" ", 27))
	both(d[offBlocks:], uint32(size))
	binary.LittleEndian.PutUint16(d[offBlockSize:], sectorSize)
	copy(d[offRoot:], root)
	return d
}

// disc is a small disc made by hand: 40 sectors, root directory in sector 20.
func disc(records ...[]byte) []byte {
	b := make([]byte, 40*sectorSize)
	put := func(sector int, p []byte) { copy(b[sector*sectorSize:], p) }
	put(16, descriptor(typePrimary, testRecord(nameSelf, 20, sectorSize, flagDirectory), 40))
	boot := make([]byte, sectorSize)
	copy(boot[1:], "CD001\x01EL TORITO SPECIFICATION")
	binary.LittleEndian.PutUint32(boot[offCatalogue:], 19)
	put(17, boot)
	put(18, []byte("\xffCD001\x01"))
	cat := make([]byte, 6*entryBytes)
	cat[0], cat[30], cat[31] = idValidation, 0x55, 0xaa
	binary.LittleEndian.PutUint16(cat[28:], -binary.LittleEndian.Uint16([]byte{0x01, 0})-0xaa55)
	copy(cat[32:], []byte{idBootable, 2, 0, 0, 0, 0, 1, 0, 30, 0, 0, 0})
	copy(cat[64:], []byte{idLast, 0xef, 1, 0})
	copy(cat[68:], "UEFI")
	copy(cat[96:], []byte{idBootable, 0, 0, 0, 0, 0, 8, 0, 31, 0, 0, 0})
	put(19, cat)
	dir := append(testRecord(nameSelf, 20, sectorSize, flagDirectory), testRecord(nameParent, 20, sectorSize, flagDirectory)...)
	for _, r := range records {
		dir = append(dir, r...)
	}
	put(20, dir)
	for i := 30; i < 40; i++ {
		put(i, bytes.Repeat([]byte{uint8(i)}, sectorSize))
	}
	return b
}

func open(t *testing.T, b []byte) *Volume {
	t.Helper()
	v, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRecords(t *testing.T) {
	v := open(t, disc(testRecord("README.TXT;1", 30, 3000, 0), testRecord("NOEXT.;1", 33, 5, flagHidden),
		testRecord("BIG.DAT;1", 34, sectorSize, flagMore), testRecord("BIG.DAT;1", 36, 10, 0)))
	got, err := fs.ReadFile(v, "readme.txt")
	if want := append(bytes.Repeat([]byte{30}, 2048), bytes.Repeat([]byte{31}, 952)...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("readme.txt: %d bytes, %v; want 3000", len(got), err)
	}
	got, err = fs.ReadFile(v, "BIG.DAT")
	if want := append(bytes.Repeat([]byte{34}, 2048), bytes.Repeat([]byte{36}, 10)...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("a file of two extents: %d bytes, %v; want 2058", len(got), err)
	}
	info, err := v.Stat("NOEXT")
	if want := time.Date(1995, 8, 24, 8, 30, 15, 0, time.UTC); err != nil || info.Size() != 5 || !info.ModTime().Equal(want) {
		t.Errorf("NOEXT: %v, %v; want 5 bytes of %v", info, err, want)
	}
	if _, err := v.Stat("nowhere"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if v.Info.Label != "LABEL" || v.Info.Sectors != 40 || v.Info.Names != "ISO 9660" {
		t.Errorf("%+v", v.Info)
	}
	want := []BootEntry{{0, true, 2, 0, 1, 30, ""}, {0xef, true, 0, 0, 8, 31, "UEFI"}}
	if fmt.Sprint(v.Info.Boot) != fmt.Sprint(want) || len(v.Info.Boot) != 2 || v.Info.Boot[1] != want[1] {
		t.Errorf("boot entries %v; want %v", v.Info.Boot, want)
	}
	if got := want[0].String(); got != "80x86, as a 1.44M floppy, at sector 30" {
		t.Error(got)
	}
}

func TestDamage(t *testing.T) {
	for _, tc := range []struct {
		name string
		data []byte
	}{
		{"a directory within itself", disc(testRecord("LOOP", 20, sectorSize, flagDirectory))},
		{"a directory behind the end", disc(testRecord("FAR", 0xfffffff0, sectorSize, flagDirectory))},
		{"a huge directory", disc(testRecord("HUGE", 21, 0xfffff000, flagDirectory))},
		{"a file behind the end", disc(testRecord("FAR.TXT;1", 0xfffffff0, 100, 0))},
		{"half a record", disc([]byte{60, 0, 1, 2, 3})},
	} {
		v := open(t, tc.data)
		var failed error
		_ = fs.WalkDir(v, ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				_, err = fs.ReadFile(v, name)
			}
			if err != nil {
				failed = err
			}
			return nil
		})
		if !errors.Is(failed, ErrDamaged) {
			t.Errorf("%s: %v; want a damaged file system", tc.name, failed)
		}
	}
	if _, err := Open(bytes.NewReader(make([]byte, 1<<20)), 1<<20); !errors.Is(err, ErrNotISO) {
		t.Errorf("zeros: %v; want no ISO", err)
	}
}

// TestXorriso reads what xorriso makes, by every kind of name.
func TestXorriso(t *testing.T) {
	tool, err := exec.LookPath("xorriso")
	if err != nil {
		t.Skip("xorriso is not installed")
	}
	dir := t.TempDir()
	src := filepath.Join(dir, "src")
	files := map[string]string{
		"short.txt": "short", "A rather long name with blanks.html": "long", "sub/ünïcode.txt": "two",
		"a/b/c/d/e/f/g/h/i/j/deep.txt": "deep", "empty": "",
		"large.bin": strings.Repeat("0123456789abcdef", 40_000),
	}
	for name, data := range files {
		path := filepath.Join(src, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	when := time.Date(1995, 8, 24, 9, 30, 16, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(src, "short.txt"), when, when); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("short.txt", filepath.Join(src, "link")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		names string
		args  []string
	}{
		{"Rock Ridge", []string{"-R", "-J"}},
		{"Joliet", []string{"--norock", "-J", "-joliet-long"}},
		{"ISO 9660", []string{"--norock", "-iso-level", "3"}},
	} {
		t.Run(tc.names, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.iso")
			cmd := exec.Command(tool, append(append([]string{"-as", "mkisofs", "-V", "TEST_DISC", "-o", path}, tc.args...), src)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("xorriso: %v\n%s", err, out)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			v := open(t, b)
			if v.Info.Label != "TEST_DISC" || v.Info.Names != tc.names {
				t.Errorf("%+v; want names of %s", v.Info, tc.names)
			}
			if info, err := v.Stat("short.txt"); err != nil || !info.ModTime().Equal(when) {
				t.Errorf("short.txt: %v, %v; want %v", info, err, when)
			}
			if tc.names == "ISO 9660" { // names are cut to its rules
				if got, err := fs.ReadFile(v, "large.bin"); err != nil || string(got) != files["large.bin"] {
					t.Errorf("large.bin: %d bytes, %v", len(got), err)
				}
				return
			}
			var names []string
			for name, want := range files {
				names = append(names, name)
				if got, err := fs.ReadFile(v, name); err != nil || string(got) != want {
					t.Errorf("%s: %d bytes, %v; want %d", name, len(got), err, len(want))
				}
			}
			if tc.names == "Rock Ridge" {
				if info, err := v.Stat("link"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
					t.Errorf("link: %v, %v; want a symbolic link", info, err)
				}
				return // fstest.TestFS follows links
			}
			if err := fstest.TestFS(v, names...); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzVolume(f *testing.F) {
	sp := []byte{'S', 'P', 7, 1, 0xbe, 0xef, 0, 'P', 'X', 8, 1, 0, 0, 0, 0}
	rock := disc(testRecord("A;1", 30, 100, 0, 'N', 'M', 9, 1, 0, 'l', 'o', 'n', 'g', 'C', 'E', 28, 1, 30, 0, 0, 0, 0, 0, 0, 0))
	copy(rock[20*sectorSize:], testRecord(nameSelf, 20, sectorSize, flagDirectory, sp...))
	f.Add(rock[16*sectorSize : 22*sectorSize])
	f.Add(disc(testRecord("README.TXT;1", 30, 3000, 0), testRecord("SUB", 21, sectorSize, flagDirectory))[16*sectorSize : 22*sectorSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		b := make([]byte, max(40, 16+len(data)/sectorSize+1)*sectorSize)
		copy(b[16*sectorSize:], data)
		v, err := Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if !errors.Is(err, ErrNotISO) && !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		seen := 0
		_ = fs.WalkDir(v, ".", func(name string, e fs.DirEntry, err error) error {
			if seen++; seen > 500 {
				return fs.SkipAll
			}
			if err != nil || e.IsDir() {
				return nil
			}
			file, err := v.Open(name)
			if err != nil {
				return nil
			}
			_, err = io.Copy(io.Discard, io.LimitReader(file, 8<<10))
			if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, fs.ErrInvalid) {
				t.Fatal(err)
			}
			return nil
		})
	})
}
