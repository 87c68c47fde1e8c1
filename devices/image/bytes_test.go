package image

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestBytes reads and writes images by bytes, across sectors, tracks and the
// end.
func TestBytes(t *testing.T) {
	data := make([]byte, 160<<10)
	for i := range data {
		data[i] = uint8(i / 7)
	}
	clear(data[16*DiscSectorSize:][:DiscSectorSize]) // a volume descriptor that says no more
	raw := make([]byte, 20*rawSector)
	copy(raw, "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00")
	for s := range 20 {
		raw[s*rawSector+rawMode] = 1
		copy(raw[s*rawSector+rawData1:], data[s*DiscSectorSize:][:DiscSectorSize])
	}
	copy(raw[16*rawSector+rawData1:], "\x01CD001\x01")
	disc := bytes.Clone(data[:20*DiscSectorSize])
	copy(disc[16*DiscSectorSize:], "\x01CD001\x01")
	dir := t.TempDir()
	path := func(name string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o666); err != nil {
			t.Fatal(err)
		}
		return p
	}
	f, err := OpenFloppy(path("a.img", data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cd, err := OpenDisc(path("cd.bin", raw), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer cd.Close()
	for _, tc := range []struct {
		name string
		r    io.ReaderAt
		want []byte
	}{{"floppy", f, data}, {"disk", NewDisk("x", data, uint64(len(data))/SectorSize), data}, {"raw CD", cd, disc}} {
		for _, at := range [][2]int{{0, 512}, {0, 4096 * 3}, {100, 5000}, {511, 2}, {4095, 1}, {2048, 2048}, {2000, 6000}} {
			p := make([]byte, at[1])
			if n, err := tc.r.ReadAt(p, int64(at[0])); n != at[1] || err != nil || !bytes.Equal(p, tc.want[at[0]:][:at[1]]) {
				t.Errorf("%s: ReadAt %v = %d, %v; wrong bytes", tc.name, at, n, err)
			}
		}
		p := make([]byte, 1000)
		if n, err := tc.r.ReadAt(p, int64(len(tc.want)-700)); n != 700 || err != io.EOF || !bytes.Equal(p[:700], tc.want[len(tc.want)-700:]) {
			t.Errorf("%s: across the end %d, %v; want 700, EOF", tc.name, n, err)
		}
		if n, err := tc.r.ReadAt(p, 1<<40); n != 0 || err != io.EOF {
			t.Errorf("%s: behind the end %d, %v; want 0, EOF", tc.name, n, err)
		}
	}
	fresh := bytes.Repeat([]byte{0xa5}, 3*SectorSize)
	if n, err := f.WriteAt(fresh, 7*SectorSize); n != len(fresh) || err != nil { // the last sector of a track, and two of the next
		t.Errorf("WriteAt = %d, %v", n, err)
	}
	copy(data[7*SectorSize:], fresh)
	if now, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(now, data) {
		t.Errorf("the file is not what was written: %v", err)
	}
	for _, off := range []int64{-512, 100, 160 << 10} {
		if _, err := f.WriteAt(fresh, off); !errors.Is(err, ErrRange) {
			t.Errorf("WriteAt %d: %v; want ErrRange", off, err)
		}
	}
}

func TestSharedFloppy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.img")
	format, _ := FormatByName("360K")
	if err := CreateFloppy(path, format); err != nil {
		t.Fatal(err)
	}
	w, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		r, err := OpenFloppy(path, Options{ReadOnly: true})
		if err != nil || r.Shared() != want {
			t.Errorf("Shared = %v, %v; want %v", r.Shared(), err, want)
		}
		w.Close()
	}
}
