package fat

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func noon() time.Time { return time.Date(1994, 5, 31, 12, 30, 58, 0, time.Local) }

func put(t *testing.T, v *Volume, path string, b []byte) {
	t.Helper()
	if err := v.WriteFile(path, bytes.NewReader(b), int64(len(b)), noon()); err != nil {
		t.Fatal(err)
	}
}

// TestWritesMtools writes to volumes of mkfs.fat; mtools reads, fsck.fat checks.
func TestWritesMtools(t *testing.T) {
	t.Parallel()
	mkfs, mcopy, fsck := tool(t, "mkfs.fat"), tool(t, "mcopy"), tool(t, "fsck.fat")
	for _, tc := range []struct{ bits, kb, cluster int }{{12, 1440, 1}, {12, 8192, 8}, {16, 20000, 4}, {32, 40000, 1}} {
		t.Run(fmt.Sprintf("FAT%d", tc.bits), func(t *testing.T) {
			t.Parallel()
			img := filepath.Join(t.TempDir(), "v.img")
			run(t, mkfs, "-C", "-F", fmt.Sprint(tc.bits), "-s", fmt.Sprint(tc.cluster), img, fmt.Sprint(tc.kb))
			m, err := os.ReadFile(img)
			if err != nil {
				t.Fatal(err)
			}
			want := change(t, mustOpen(t, memory(m), len(m)))
			if err := os.WriteFile(img, m, 0o666); err != nil {
				t.Fatal(err)
			}
			run(t, fsck, "-n", "-V", img)
			v := mustOpen(t, memory(m), len(m))
			for path, b := range want {
				if got := contents(t, v, path); !bytes.Equal(got, b) {
					t.Errorf("%s has %d bytes; want %d", path, len(got), len(b))
				}
				if got := run(t, mcopy, "-i", img, "::/"+path, "-"); got != string(b) {
					t.Errorf("mtools reads %d bytes of %s; want %d", len(got), path, len(b))
				}
			}
		})
	}
}

// change writes, replaces and removes files and returns what must be there.
func change(t *testing.T, v *Volume) map[string][]byte {
	t.Helper()
	want := map[string][]byte{}
	file := func(path string, n int) {
		b := pattern(path, n)
		put(t, v, path, b)
		want[path] = b
	}
	for _, dir := range []string{"SUB", "SUB/Deeper directory"} {
		if err := v.Mkdir(dir, noon()); err != nil {
			t.Fatal(err)
		}
	}
	file("SHORT.TXT", 5)
	file("lower.txt", 5000)
	file("Mixed.Txt", 512)
	file("empty", 0)
	file("SUB/"+strings.Repeat("a very long name ", 14)+"x", 100_000)
	for i := range 70 {
		file(fmt.Sprintf("SUB/Deeper directory/Some long file name %d.text", i), 10*i)
	}
	for i := 1; i < 70; i += 3 {
		path := fmt.Sprintf("SUB/Deeper directory/Some long file name %d.text", i)
		if err := v.Remove(path); err != nil {
			t.Fatal(err)
		}
		delete(want, path)
	}
	file("SUB/Deeper directory/NEW.TXT", 700_000)
	file("lower.txt", 300)
	file("SHORT.TXT", 70_000)
	return want
}

func TestWriteErrors(t *testing.T) {
	m := make(memory, 1440*1024)
	if err := Format(m, 0, int64(len(m)), Options{}); err != nil {
		t.Fatal(err)
	}
	v := mustOpen(t, m, len(m))
	if err := v.Mkdir("DIR", noon()); err != nil {
		t.Fatal(err)
	}
	put(t, v, "DIR/FILE", []byte("x"))
	put(t, v, "LOCKED", []byte("x"))
	if err := v.SetAttr("locked", ReadOnly|Hidden); err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(m)
	write := func(path string, have int, size int64) error {
		return v.WriteFile(path, bytes.NewReader(make([]byte, have)), size, noon())
	}
	for _, tc := range []struct {
		name string
		err  error
		want error
	}{
		{"a directory", write("dir", 1, 1), ErrIsDir},
		{"no directory", write("NONE/X", 1, 1), fs.ErrNotExist},
		{"a file as directory", write("DIR/FILE/X", 1, 1), ErrNotDir},
		{"read-only", write("LOCKED", 1, 1), ErrProtected},
		{"remove read-only", v.Remove("LOCKED"), ErrProtected},
		{"remove a full directory", v.Remove("DIR"), ErrFilled},
		{"remove nothing", v.Remove("DIR/X"), fs.ErrNotExist},
		{"remove the root", v.Remove("."), fs.ErrInvalid},
		{"directory twice", v.Mkdir("dir", noon()), fs.ErrExist},
		{"directory over a file", v.Mkdir("DIR/file", noon()), fs.ErrExist},
		{"bad character", write("A:B", 1, 1), ErrName},
		{"dot at the end", write("A.", 1, 1), ErrName},
		{"device name", write("con.txt", 1, 1), ErrName},
		{"too long", write(strings.Repeat("x", 256), 1, 1), ErrName},
		{"too large for the volume", write("X", 1, 1440*1024), ErrFull},
		{"too large for FAT", write("X", 1, 1<<32), ErrTooBig},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: %v; want %v", tc.name, tc.err, tc.want)
		}
	}
	if !bytes.Equal(before, m) {
		t.Error("a refused change has changed the volume")
	}
	for _, tc := range []struct {
		have int
		size int64
	}{{1000, 2000}, {2000, 1000}, {1, 0}} {
		if err := write("DIR/file", tc.have, tc.size); !errors.Is(err, ErrSize) {
			t.Errorf("%d bytes for %d: %v; want ErrSize", tc.have, tc.size, err)
		}
	}
	if got := contents(t, v, "DIR/FILE"); string(got) != "x" {
		t.Errorf("the file has %q after failures; want \"x\"", got)
	}
	// A file that fills the disk can be replaced by another one.
	n, err := v.Free()
	if err != nil {
		t.Fatal(err)
	}
	put(t, v, "ALL", pattern("first", int(n)*512))
	put(t, v, "ALL", pattern("second", int(n)*512))
	if got := contents(t, v, "ALL"); !bytes.Equal(got, pattern("second", int(n)*512)) {
		t.Error("the file that fills the disk is not the second one")
	}
	if err := write("MORE", 1, 1); !errors.Is(err, ErrFull) {
		t.Errorf("on a full disk: %v; want ErrFull", err)
	}
}

// TestLongChain removes a file of more clusters than release takes at a time.
func TestLongChain(t *testing.T) {
	t.Parallel()
	const size = 64 << 20
	dev := newSparse(size)
	if err := Format(dev, 0, size, Options{Bits: 32}); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dev, 0, size)
	if err != nil {
		t.Fatal(err)
	}
	before, err := v.Free()
	if err != nil {
		t.Fatal(err)
	}
	clusters, err := v.allocate(2*piece - 7000)
	if err != nil {
		t.Fatal(err)
	}
	put(t, v, "X", nil)
	d, _, e, err := v.target("X")
	if err != nil {
		t.Fatal(err)
	}
	setCluster(d.at(e.slot), clusters[0])
	if err := errors.Join(v.setLinks(chained(clusters)), v.writeSlots(d, e.slot, e.slot+1)); err != nil {
		t.Fatal(err)
	}
	if n, err := v.length(clusters[0], 1<<30); err != nil || n != uint64(len(clusters)) {
		t.Errorf("length %d, %v; want %d", n, err, len(clusters))
	}
	if err := v.Remove("X"); err != nil {
		t.Fatal(err)
	}
	v.free = -1
	if after, err := v.Free(); err != nil || after != before {
		t.Errorf("%d clusters are free, %v; want %d", after, err, before)
	}
}

func TestTimes(t *testing.T) {
	for _, tc := range []struct{ in, want time.Time }{
		{noon(), noon()},
		{time.Date(1970, 1, 1, 5, 0, 0, 0, time.Local), time.Date(1980, 1, 1, 0, 0, 0, 0, time.Local)},
		{time.Date(2107, 12, 31, 23, 59, 59, 0, time.Local), time.Date(2107, 12, 31, 23, 59, 58, 0, time.Local)},
		{time.Date(2200, 1, 1, 0, 0, 0, 0, time.Local), time.Date(2107, 12, 31, 23, 59, 58, 0, time.Local)},
	} {
		if got := dosTime(toDOS(tc.in)); !got.Equal(tc.want) {
			t.Errorf("%v is stored as %v; want %v", tc.in, got, tc.want)
		}
	}
	if d, c := toDOS(noon()); d != 0x1cbf || c != 0x63dd { // 14<<9|5<<5|31, 12<<11|30<<5|29
		t.Errorf("date %#x, time %#x; want 0x1cbf, 0x63dd", d, c)
	}
	if got := dosTime(0, 0); !got.IsZero() {
		t.Errorf("date 0 is %v; want none", got)
	}
}

func TestShortNames(t *testing.T) {
	for _, tc := range []struct {
		name, short string
		exact       bool
		flags       uint8
	}{
		{"README.TXT", "README  TXT", true, 0},
		{"readme.txt", "README  TXT", true, lowerBase | lowerExt},
		{"README.txt", "README  TXT", true, lowerExt},
		{"ReadMe.txt", "README  TXT", false, 0},
		{".profile", "PROFILE    ", false, 0},
		{"a b.c", "AB      C  ", false, 0},
		{"archive.tar.gz", "ARCHIVETGZ "[:8] + "GZ ", false, 0},
		{"Ä.TXT", "\x8e       TXT", true, 0},
		{"日.txt", "_       TXT", false, 0},
		{"x+y.txt", "X_Y     TXT", false, 0},
	} {
		short, flags, exact := shortName(tc.name)
		if string(short[:]) != tc.short || exact != tc.exact || flags != tc.flags {
			t.Errorf("%s: %q, flags %#x, exact %v; want %q, %#x, %v", tc.name, short, flags, exact, tc.short, tc.flags, tc.exact)
		}
	}
	// FAT32 specification: the checksum of a short name.
	if got := sum([11]byte([]byte("README  TXT"))); got != 0x73 {
		t.Errorf("checksum %#x; want 0x73", got)
	}
}
