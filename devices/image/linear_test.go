package image

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

func TestLinear(t *testing.T) {
	const size = 1440 << 10
	want := data(3, size)
	path := filepath.Join(t.TempDir(), "a.img")
	if err := os.WriteFile(path, want, 0o666); err != nil {
		t.Fatal(err)
	}
	type linear interface {
		io.ReaderAt
		io.WriterAt
		Size() int64
		Close() error
	}
	for _, tc := range []struct {
		name string
		open func(o Options) (linear, error)
	}{
		{"floppy", func(o Options) (linear, error) { return OpenFloppy(path, o) }},
		{"disk", func(o Options) (linear, error) { return OpenDisk(path, o) }},
	} {
		for _, o := range []Options{{}, {Snapshot: true}} {
			d, err := tc.open(o)
			if err != nil {
				t.Fatal(err)
			}
			if d.Size() != size {
				t.Errorf("%s: %d bytes; want %d", tc.name, d.Size(), size)
			}
			if err := iotest.TestReader(io.NewSectionReader(d, 0, size), want); err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			for _, off := range []int64{-1, size, size + 1} {
				if n, err := d.ReadAt(make([]byte, 10), off); n != 0 || err != io.EOF {
					t.Errorf("%s: reading at %d: %d, %v; want 0, EOF", tc.name, off, n, err)
				}
			}
			// Across the end of a track.
			text := data(4, 4*SectorSize)
			if n, err := d.WriteAt(text, 16*SectorSize); n != len(text) || err != nil {
				t.Errorf("%s: %d, %v", tc.name, n, err)
			}
			got := make([]byte, len(text))
			if _, err := d.ReadAt(got, 16*SectorSize); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s: not what was written, %v", tc.name, err)
			}
			for _, off := range []int64{-SectorSize, 1, size - SectorSize} {
				if _, err := d.WriteAt(text, off); !errors.Is(err, ErrRange) {
					t.Errorf("%s: writing at %d: %v; want ErrRange", tc.name, off, err)
				}
			}
			if _, err := d.WriteAt(want[16*SectorSize:][:len(text)], 16*SectorSize); err != nil {
				t.Error(err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
		d, err := tc.open(Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.WriteAt(make([]byte, SectorSize), 0); !errors.Is(err, ErrProtected) {
			t.Errorf("%s: writing a read-only one: %v; want ErrProtected", tc.name, err)
		}
		d.Close()
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file is not as it was, %v", err)
	}
}

// TestLinearArchive reads sectors of an ImageDisk file by their numbers, not by
// their places on the track.
func TestLinearArchive(t *testing.T) {
	file := []byte(imdHead)
	var sectors []testSector
	for _, r := range []uint8{9, 2, 4, 6, 8, 1, 3, 5} {
		kind := uint8(1)
		if r == 6 {
			kind = 5 // with a data error
		}
		sectors = append(sectors, testSector{[4]uint8{0, 0, r, 2}, kind, data(int(r), SectorSize)})
	}
	for c := range uint8(40) {
		for i := range sectors {
			sectors[i].id[0] = c
		}
		file = append(file, imdTrack(5, c, 0, sectors...)...)
	}
	f, err := NewFloppy("a.imd", file)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 5*SectorSize)
	if _, err := f.ReadAt(p, 0); err != nil || !bytes.Equal(p[3*SectorSize:4*SectorSize], data(4, SectorSize)) {
		t.Errorf("the first five sectors: %v", err)
	}
	for _, n := range []int64{5, 6} { // bad, missing
		if _, err := f.ReadAt(p[:SectorSize], n*SectorSize); !errors.Is(err, ErrDamaged) {
			t.Errorf("sector %d: %v; want ErrDamaged", n, err)
		}
	}
	if _, err := f.WriteAt(p[:SectorSize], 6*SectorSize); !errors.Is(err, ErrDamaged) {
		t.Errorf("writing to a sector that is missing: %v; want ErrDamaged", err)
	}
}
