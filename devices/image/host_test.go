package image

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// fullHost is a host whose disk is full: what the file has already can be
// written over, what is beyond finds no place. A write stops where that begins.
type fullHost struct {
	handle
	room int64
}

func (h fullHost) WriteAt(p []byte, off int64) (int, error) {
	n := max(min(int64(len(p)), h.room-off), 0)
	if n > 0 {
		if m, err := h.handle.WriteAt(p[:n], off); err != nil {
			return m, err
		}
	}
	if int(n) < len(p) {
		return int(n), &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	return len(p), nil
}

// reports collects what an image tells its person.
type reports []string

func (r *reports) add(err error) { *r = append(*r, err.Error()) }

func (r reports) check(t *testing.T, want string) {
	t.Helper()
	if len(r) != 1 || !strings.Contains(r[0], want) || strings.Contains(r[0], "\n") {
		t.Errorf("reports = %q; want one line with %q", []string(r), want)
	}
}

func TestFullHostDisk(t *testing.T) {
	path := tempFile(t, "d.img", 100*SectorSize, fill(1))
	if err := os.Truncate(path, 1000*SectorSize); err != nil { // the rest is a hole
		t.Fatal(err)
	}
	var r reports
	d, err := OpenDisk(path, Options{Report: r.add})
	if err != nil {
		t.Fatal(err)
	}
	d.file.f = fullHost{d.file.f, 100 * SectorSize}
	if err := d.WriteSectors(99, fill(2)); err != nil {
		t.Errorf("a sector that has its place: %v", err)
	}
	for range 3 {
		if err := d.WriteSectors(500, fill(3)); !errors.Is(err, ErrHost) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("WriteSectors into a hole = %v; want ErrHost from ENOSPC", err)
		}
	}
	p := make([]byte, SectorSize)
	if err := d.ReadSectors(500, p); err != nil || !bytes.Equal(p, fill(0)) {
		t.Errorf("the sector that was not written reads %x, %v; want zeros", p[:2], err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	r.check(t, path+": writing 512 bytes at 256000: no space left on device; make room on the host")
	b, _ := os.ReadFile(path)
	if len(b) != 1000*SectorSize || !bytes.Equal(b[99*SectorSize:][:SectorSize], fill(2)) || len(bytes.Trim(b[100*SectorSize:], "\x00")) != 0 {
		t.Error("the file is damaged")
	}
}

// A format to a larger layout rewrites the whole file; where that ends halfway
// the old disk must be there again.
func TestFullHostFloppy(t *testing.T) {
	for _, tc := range []struct {
		name string
		room int64 // of the 737280 bytes; less: a sparse file
		do   func(*Floppy) error
	}{
		{"format to 1.44M", 737280, func(f *Floppy) error { return f.FormatTrack(0, 0, HD, false, ids(0, 0, 18), 0xf6) }},
		{"format a track", 9*SectorSize + 100, func(f *Floppy) error { return f.FormatTrack(0, 1, DD, false, ids(0, 1, 9), 0xf6) }},
		{"write a sector", 9*SectorSize + 100, func(f *Floppy) error { return f.WriteSector(0, 1, 0, fill(7), false) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := tempFile(t, "f.img", 737280, bytes.Repeat([]byte{1}, int(tc.room)))
			before, _ := os.ReadFile(path)
			var r reports
			f, err := OpenFloppy(path, Options{Report: r.add})
			if err != nil {
				t.Fatal(err)
			}
			f.file.f = fullHost{f.file.f, tc.room}
			for range 2 {
				if err := tc.do(f); !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("error = %v; want ErrHost from ENOSPC", err)
				}
			}
			if f.Format().Name != "720K" || !bytes.Equal(f.Bytes(), before) {
				t.Errorf("the disk is a changed %s floppy; want the old 720K one", f.Format().Name)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			r.check(t, "no space left on device; make room on the host")
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Errorf("the file has changed (%d bytes)", len(after))
			}
		})
	}
}

// The environment variable that makes the test binary hold an image open.
const holdEnv = "BEIGE_TEST_HOLD_IMAGE"

func TestMain(m *testing.M) {
	if path := os.Getenv(holdEnv); path != "" {
		if _, err := OpenDisk(path, Options{}); err != nil {
			os.Stdout.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Stdout.WriteString("open\n")
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is closed
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestLockAgainstAnotherProcess(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("no processes on this host")
	}
	path := tempFile(t, "l.img", 1474560, nil)
	hold := func() (*exec.Cmd, io.Closer, string) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), holdEnv+"="+path)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		return cmd, in, strings.TrimSpace(line)
	}
	cmd, in, line := hold()
	if line != "open" {
		t.Fatalf("the other process says %q; want \"open\"", line)
	}
	const want = "is in use by another beige"
	if _, err := OpenFloppy(path, Options{}); !errors.Is(err, ErrLocked) || !strings.HasPrefix(err.Error(), path+": "+want) {
		t.Errorf("OpenFloppy = %v; want ErrLocked", err)
	}
	if f, err := OpenFloppy(path, Options{Snapshot: true}); err != nil {
		t.Errorf("OpenFloppy with Snapshot = %v", err)
	} else {
		f.Close()
	}
	other, in2, line := hold()
	if !strings.Contains(line, want) {
		t.Errorf("a third process says %q; want %q", line, want)
	}
	in2.Close()
	_ = other.Wait()
	_ = cmd.Process.Kill() // a killed process leaves no lock behind
	in.Close()
	_ = cmd.Wait()
	f, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatalf("OpenFloppy after the other process was killed = %v", err)
	}
	f.Close()
}

// A file that shrinks while it is open gives read errors, not zeros.
func TestFileShrinks(t *testing.T) {
	path := tempFile(t, "d.img", 100*SectorSize, nil)
	var r reports
	d, err := OpenDisk(path, Options{Report: r.add})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := os.Truncate(path, 50*SectorSize); err != nil {
		t.Skip(err) // some hosts protect open files
	}
	if err := d.ReadSectors(49, make([]byte, 2*SectorSize)); !errors.Is(err, ErrHost) {
		t.Errorf("ReadSectors beyond the new end = %v; want ErrHost", err)
	}
	r.check(t, "reading 1024 bytes at 25088: ")
}

// FuzzDisk runs bytes as a program of reads and writes on three disks with the
// same content (a file, a snapshot of one and one in memory) and on a slice:
// all must read the same, and the file below the snapshot must stay as it was.
func FuzzDisk(f *testing.F) {
	f.Add([]byte{0, 0, 1, 7, 1, 0, 1, 0, 0, 127, 2, 9, 1, 126, 4, 0})
	f.Add([]byte{1, 125, 10, 7, 1, 90, 40, 7})
	f.Add([]byte{0, 255, 40, 1, 1, 250, 60, 0, 2, 0, 0, 0})
	f.Fuzz(func(t *testing.T, prog []byte) {
		const sectors = 300
		want := make([]byte, sectors*SectorSize)
		for i := range want {
			want[i] = byte(i / SectorSize)
		}
		base := bytes.Clone(want)
		written, snapped := tempFile(t, "w.img", int64(len(base)), base), tempFile(t, "s.img", int64(len(base)), base)
		open := func(path string, o Options) *Disk {
			d, err := OpenDisk(path, o)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		disks := []*Disk{open(written, Options{}), open(snapped, Options{Snapshot: true}), NewDisk("m", base[:200*SectorSize], sectors)}
		copy(want[200*SectorSize:], make([]byte, 100*SectorSize))
		for _, d := range disks[:2] { // to what the shorter base makes of the rest
			if err := d.WriteSectors(200, want[200*SectorSize:]); err != nil {
				t.Fatal(err)
			}
		}
		for ; len(prog) >= 4; prog = prog[4:] {
			lba, n := uint64(prog[1])*2, int(prog[2]%70)
			inside := lba+uint64(n) <= sectors
			p := bytes.Repeat(prog[3:4], n*SectorSize)
			for i, d := range disks {
				switch prog[0] % 2 {
				case 0:
					if err := d.WriteSectors(lba, p); (err == nil) != inside {
						t.Fatalf("disk %d: WriteSectors(%d, %d sectors) = %v", i, lba, n, err)
					}
				case 1:
					err := d.ReadSectors(lba, p)
					if (err == nil) != inside || inside && !bytes.Equal(p, want[lba*SectorSize:][:len(p)]) {
						t.Fatalf("disk %d: ReadSectors(%d, %d sectors) = %v, or other bytes", i, lba, n, err)
					}
				}
			}
			if prog[0]%2 == 0 && inside {
				copy(want[lba*SectorSize:], p)
			}
		}
		for _, d := range disks {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if b, _ := os.ReadFile(written); !bytes.Equal(b, want) {
			t.Fatal("the file does not hold what was written")
		}
		if b, _ := os.ReadFile(snapped); !bytes.Equal(b, base) {
			t.Fatal("the file below the snapshot changed")
		}
	})
}
