package image

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestLocks: who may open an image beside whom. Disks in one process keep each
// other out as those of two processes do.
func TestLocks(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("no file locks on this host")
	}
	var (
		writer   = Options{}
		readOnly = Options{ReadOnly: true}
		snapshot = Options{Snapshot: true}
	)
	for _, tc := range []struct {
		name          string
		first, second Options
		refused       string // in the error; "": let in
		shared        bool   // the second is told that there is a writer
	}{
		{"two writers", writer, writer, "is in use by another beige", false},
		{"snapshot beside a writer", writer, snapshot, "", true},
		{"read-only beside a writer", writer, readOnly, "", true},
		{"writer beside a snapshot", snapshot, writer, "is being read by another beige (--snapshot or --read-only), whose disk would change", false},
		{"writer beside read-only", readOnly, writer, "is being read by another beige", false},
		{"two snapshots", snapshot, snapshot, "", false},
		{"snapshot beside read-only", readOnly, snapshot, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := tempFile(t, "l.img", 64*SectorSize, nil)
			first, err := OpenDisk(path, tc.first)
			if err != nil {
				t.Fatal(err)
			}
			if first.Shared() {
				t.Error("the first one is told that there is a writer")
			}
			second, err := OpenDisk(path, tc.second)
			if tc.refused != "" {
				wantError(t, err, ErrLocked, path, tc.refused)
				if !strings.Contains(err.Error(), "use --snapshot or --read-only") {
					t.Errorf("error = %v; want a way out", err)
				}
			} else if err != nil {
				t.Fatal(err)
			} else {
				if second.Shared() != tc.shared {
					t.Errorf("Shared() = %v; want %v", second.Shared(), tc.shared)
				}
				second.Close()
			}
			if err := first.Close(); err != nil {
				t.Error(err)
			}
			again, err := OpenDisk(path, writer)
			if err != nil {
				t.Fatalf("a writer after both are closed: %v", err)
			}
			again.Close()
		})
	}
}

// TestFloppySnapshotLocksNothing: it has been read when it is opened.
func TestFloppySnapshotLocksNothing(t *testing.T) {
	path := tempFile(t, "f.img", 1474560, nil)
	f, err := OpenFloppy(path, Options{Snapshot: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
}

// TestFileGoes: what a person does to the file of a machine that runs.
func TestFileGoes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("open files cannot be moved on this host")
	}
	for _, tc := range []struct {
		name string
		do   func(path string) error
		want bool // a report, if the guest has written
	}{
		{"stays", func(string) error { return nil }, false},
		{"removed", os.Remove, true},
		{"moved", func(path string) error { return os.Rename(path, path+".old") }, true},
		{"replaced", func(path string) error {
			if err := os.WriteFile(path+".new", make([]byte, 64*SectorSize), 0o666); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}, true},
		{"cut off", func(path string) error { return os.Truncate(path, 10*SectorSize) }, true},
		{"another name", func(path string) error { return os.Link(path, path+".link") }, false},
	} {
		for _, written := range []bool{true, false} {
			t.Run(tc.name, func(t *testing.T) {
				path := tempFile(t, "g.img", 64*SectorSize, nil)
				var r reports
				d, err := OpenDisk(path, Options{Report: r.add})
				if err != nil {
					t.Fatal(err)
				}
				if err := tc.do(path); err != nil {
					t.Skip(err)
				}
				if written {
					if err := d.WriteSectors(1, fill(1)); err != nil {
						t.Error(err)
					}
				}
				err = d.Close()
				if !tc.want || !written {
					if err != nil || len(r) != 0 {
						t.Errorf("Close = %v, reports %q; want none", err, r)
					}
					return
				}
				kind, text := ErrMissing, "was moved, removed or replaced while in use"
				if tc.name == "cut off" {
					kind, text = ErrTruncated, "was cut off by another program while in use: it has 5120 bytes; want 32768"
				}
				wantError(t, err, kind, path, text)
				r.check(t, path+": "+text)
			})
		}
	}
}

// TestBothSidesReported: a sector that cannot be read does not hide that the
// host is full later.
func TestBothSidesReported(t *testing.T) {
	path := tempFile(t, "d.img", 100*SectorSize, nil)
	var r reports
	d, err := OpenDisk(path, Options{Report: r.add})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := os.Truncate(path, 50*SectorSize); err != nil {
		t.Skip(err)
	}
	d.file.f = fullHost{d.file.f, 50 * SectorSize}
	for range 3 {
		_ = d.ReadSectors(60, make([]byte, SectorSize))
		_ = d.WriteSectors(60, make([]byte, SectorSize))
	}
	if len(r) != 2 || !strings.Contains(r[0], "reading 512 bytes at 30720: the file ends before that; it has been cut off since it was opened") || !strings.Contains(r[1], "writing 512 bytes at 30720: no space left on device") {
		t.Errorf("reports = %q; want one about reading, one about writing", r)
	}
	if !errors.Is(d.HostError(), errShrunk) {
		t.Errorf("HostError = %v; want the first one", d.HostError())
	}
}

// TestSnapshotIsFull: a guest that writes more than a snapshot keeps gets an
// error, and what the snapshot has stays exact.
func TestSnapshotIsFull(t *testing.T) {
	path := tempFile(t, "s.img", 1<<20, bytes.Repeat([]byte{9}, 1<<20))
	var r reports
	d, err := OpenDisk(path, Options{Snapshot: true, Report: r.add})
	if err != nil {
		t.Fatal(err)
	}
	d.overlay.most = 4 * chunkSize
	const chunk = chunkSize / SectorSize
	for i := range uint64(6) {
		err := d.WriteSectors(2*i*chunk, fill(byte(i+1)))
		if full := i >= 4; errors.Is(err, ErrFull) != full || !full && err != nil {
			t.Errorf("chunk %d: %v", i+1, err)
		}
	}
	if err := d.WriteSectors(1, fill(77)); err != nil {
		t.Errorf("a chunk that is there already: %v", err)
	}
	r.check(t, path+": the snapshot is full: it keeps at most 256 KB of changes in memory")
	p := make([]byte, SectorSize)
	for lba, want := range map[uint64]byte{0: 1, 1: 77, 2: 9, 2 * chunk: 2, 6 * chunk: 4, 8 * chunk: 9, 10 * chunk: 9} {
		if err := d.ReadSectors(lba, p); err != nil || !bytes.Equal(p, fill(want)) {
			t.Errorf("sector %d holds %d, %v; want %d", lba, p[0], err, want)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(path); len(bytes.Trim(b, "\x09")) != 0 {
		t.Error("the file has changed")
	}
}
