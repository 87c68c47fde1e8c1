package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/image"
)

func TestDiskNew(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		size string
		want int64
	}{{"160K", 163840}, {"1.2M", 1228800}, {"1.44M", 1474560}, {"1.68M", 1720320}, {"1.72M", 1763328}, {"2.88M", 2949120}, {"10M", 10 << 20}, {"1.5G", 1536 << 20}, {"1024", 1024}} {
		path := filepath.Join(dir, tc.size+".img")
		code, out, errs := beige(t, "disk", "new", path, tc.size)
		info, err := os.Stat(path)
		if code != 0 || errs != "" || err != nil || info.Size() != tc.want {
			t.Errorf("disk new %s = %d, %q, %q, %v; want %d bytes", tc.size, code, out, errs, err, tc.want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDiskMistakes(t *testing.T) {
	there := file(t, "there.img", 1474560, []byte("precious"))
	busy := file(t, "busy.img", 1474560, nil)
	f, err := image.OpenFloppy(busy, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fresh := filepath.Join(t.TempDir(), "fresh.img")
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "disk: want one of new, convert"},
		{[]string{"nwe"}, `unknown command "nwe"; did you mean "new"?`},
		{[]string{"new"}, "want a file and a size"},
		{[]string{"new", fresh, "1.45Q"}, "want a floppy (160K, "},
		{[]string{"new", fresh, "1000"}, "whole 512-byte sectors"},
		{[]string{"new", fresh, "0"}, "want a floppy"},
		{[]string{"new", fresh, "-5M"}, "unknown flag"},
		{[]string{"new", fresh, "99999999999999999999T"}, "want a floppy"},
		{[]string{"new", there, "1.44M"}, "exists already; --force replaces it"},
		{[]string{"new", busy, "1.44M", "--force"}, "is in use"},
		{[]string{"new", fresh, "1.44M", "--forse"}, `did you mean "force"?; see beige disk new --help`},
		{[]string{"convert", there}, "want two files"},
		{[]string{"convert", fresh, fresh}, "no such file"},
		{[]string{"convert", there, "x.imd"}, "imd images are only read"},
		{[]string{"convert", busy, there}, "exists already"},
	} {
		code, out, errs := beige(t, append([]string{"disk"}, tc.args...)...)
		if code != 2 || out != "" || !strings.Contains(errs, tc.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("disk %q = %d, %q, %q; want 2 and one line with %q", tc.args, code, out, errs, tc.want)
		}
	}
	if b, _ := os.ReadFile(there); !bytes.HasPrefix(b, []byte("precious")) {
		t.Error("the file that was there has changed")
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("a refused command has made a file")
	}
}

// imd is an ImageDisk file of a 160K floppy: a header, then for each track
// mode 5 (250 kbit/s MFM), cylinder, head, sectors, size code, the numbering,
// and sectors of one byte (type 2).
func imd() []byte {
	b := []byte("IMD 1.18: 01/02/2003 04:05:06\r\n\x1a")
	for c := range 40 {
		b = append(b, 5, uint8(c), 0, 8, 2, 1, 2, 3, 4, 5, 6, 7, 8)
		for s := range 8 {
			b = append(b, 2, uint8(c+s))
		}
	}
	return b
}

func TestDiskConvert(t *testing.T) {
	dir := t.TempDir()
	dst := filepath.Join(dir, "raw.img")
	data := imd()
	if code, out, errs := beige(t, "disk", "convert", file(t, "a.imd", len(data), data), dst); code != 0 {
		t.Fatalf("disk convert = %d, %q, %q", code, out, errs)
	}
	got, err := os.ReadFile(dst)
	if err != nil || len(got) != 163840 {
		t.Fatalf("%d bytes, %v; want 163840", len(got), err)
	}
	for i := range got {
		if want := uint8(i/4096 + i/512%8); got[i] != want {
			t.Fatalf("byte %d = %#x; want %#x", i, got[i], want)
		}
	}

	mbr := make([]byte, 512)
	copy(mbr[446:], []byte{0x80, 1, 1, 0, 6, 15, 63, 100, 63, 0, 0, 0, 0, 16, 0, 0})
	mbr[510], mbr[511] = 0x55, 0xaa
	src := file(t, "hd.img", 8<<20, mbr)
	if code, _, errs := beige(t, "disk", "convert", "--force", src, dst); code != 0 {
		t.Fatalf("disk convert of a hard disk = %d, %q", code, errs)
	}
	want, _ := os.ReadFile(src)
	if got, _ := os.ReadFile(dst); !bytes.Equal(got, want) {
		t.Error("the copy of the hard disk differs")
	}
}
