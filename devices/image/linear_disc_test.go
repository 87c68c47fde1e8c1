package image

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestLinearDisc reads a raw CD by bytes, across sectors and the end.
func TestLinearDisc(t *testing.T) {
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
	path := filepath.Join(t.TempDir(), "cd.bin")
	if err := os.WriteFile(path, raw, 0o666); err != nil {
		t.Fatal(err)
	}
	cd, err := OpenDisc(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer cd.Close()
	for _, at := range [][2]int{{0, 2048}, {0, 2048 * 3}, {100, 5000}, {2047, 2}, {4095, 1}, {2000, 6000}} {
		p := make([]byte, at[1])
		if n, err := cd.ReadAt(p, int64(at[0])); n != at[1] || err != nil || !bytes.Equal(p, disc[at[0]:][:at[1]]) {
			t.Errorf("ReadAt %v = %d, %v; wrong bytes", at, n, err)
		}
	}
	p := make([]byte, 1000)
	if n, err := cd.ReadAt(p, int64(len(disc)-700)); n != 700 || err != io.EOF || !bytes.Equal(p[:700], disc[len(disc)-700:]) {
		t.Errorf("across the end %d, %v; want 700, EOF", n, err)
	}
	if n, err := cd.ReadAt(p, 1<<40); n != 0 || err != io.EOF {
		t.Errorf("behind the end %d, %v; want 0, EOF", n, err)
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
