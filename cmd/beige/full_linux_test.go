package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fullHost is a way for a host to take no more.
type fullHost struct {
	name, why string
	dir       func(t *testing.T) string      // for the images
	fill      func(t *testing.T, dir string) // once they are there
	run       func(t *testing.T, args []string) (code int, stderr string)
}

// fullHosts are a limit of a file's size and a file system without room.
func fullHosts() []fullHost {
	return []fullHost{{"limit", "file too large", (*testing.T).TempDir, func(*testing.T, string) {}, func(t *testing.T, args []string) (int, string) {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		cmd := exec.Command(self, args...)
		cmd.Env, cmd.Stderr = append(os.Environ(), limitVariable+"=1"), &errs
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), errs.String()
	}}, {"no room", "no space left on device; make room on the host (the guest is told that its disk fails)", func(t *testing.T) string {
		dir := t.TempDir()
		if err := syscall.Mount("none", dir, "tmpfs", 0, "size=64k"); err != nil {
			t.Skipf("no file system to fill: %v", err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Error(err)
			}
		})
		return dir
	}, func(t *testing.T, dir string) {
		if err := os.WriteFile(dir+"/filler", make([]byte, 64<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("filling the file system: %v; want ENOSPC", err)
		}
	}, func(t *testing.T, args []string) (int, string) {
		code, _, stderr := beige(t, args...)
		return code, stderr
	}}}
}

// limitVariable makes the test program beige itself, with a limit for the size of
// files: the tests write files of their own, such as the log of go test.
const limitVariable = "BEIGE_TEST_LIMIT"

func TestMain(m *testing.M) {
	if os.Getenv(limitVariable) == "" {
		os.Exit(m.Run())
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		panic(err)
	}
	failWrites()
	os.Exit(doMain(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// TestFullHost: a host that takes no more tells the guest with each write, the
// person once, and the shell; the image keeps what it had.
func TestFullHost(t *testing.T) {
	failWrites()
	for _, tc := range []struct {
		name string
		disk bool // the image is a hard disk
		code []byte
		want int
		off  int // of the sector, bytes
	}{
		// Status 10h: bad CRC, what a floppy controller has for a write that fails.
		{"floppy", false, concat(writeSectors(1, 0, 0x1401), exitStatus), 10 + 0x10, 20 * 8 * 512},
		{"floppy, many writes", false, concat(writeSectors(40, 0, 0x1401), exitStatus), 10 + 0x10, 20 * 8 * 512},
		{"floppy, guest goes on", false, concat(writeSectors(3, 0, 0x1401), powerOff), 1, 20 * 8 * 512},
		// Status CCh: write fault.
		{"hard disk", true, concat(writeSectors(1, 0x80, 0x0101), exitStatus), 10 + 0xcc, 16 * 63 * 512},
		{"hard disk, many writes", true, concat(writeSectors(40, 0x80, 0x0101), exitStatus), 10 + 0xcc, 16 * 63 * 512},
		{"hard disk, guest goes on", true, concat(writeSectors(3, 0x80, 0x0101), powerOff), 1, 16 * 63 * 512},
	} {
		for _, host := range fullHosts() {
			t.Run(tc.name+"/"+host.name, func(t *testing.T) {
				dir, floppy := host.dir(t), guest(t, tc.code)
				before, err := os.ReadFile(floppy)
				if err != nil {
					t.Fatal(err)
				}
				img := filepath.Join(dir, "x.img")
				args := []string{"--floppy", img}
				if tc.disk {
					before = make([]byte, 1<<20)
					args = []string{"--floppy", floppy, "--hd", img}
				}
				// The image is sparse but for its beginning.
				if err := os.WriteFile(img, before[:512], 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Truncate(img, int64(len(before))); err != nil {
					t.Fatal(err)
				}
				host.fill(t, dir)
				code, stderr := host.run(t, append([]string{"run", "--boot", "a", "--speed", "max", "--display", "none"}, args...))
				if want := fmt.Sprintf("beige: %s: writing 512 bytes at %d: %s\n", img, tc.off, host.why); code != tc.want || stderr != want {
					t.Errorf("exit code %d, standard error %q; want %d, %q", code, stderr, tc.want, want)
				}
				if after, err := os.ReadFile(img); err != nil || !bytes.Equal(after, before) {
					t.Errorf("the image has changed (%d bytes, %v)", len(after), err)
				}
			})
		}
	}
}

// TestFullOutput: --serial to a device without room fails the run.
func TestFullOutput(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	code, _, stderr := beige(t, "run", "--floppy", guest(t, say("x", 0x3f8), []byte{0xb9, 0, 0, 0xe2, 0xfe}, []byte{0xb9, 0, 0, 0xe2, 0xfe}, []byte{0xb9, 0, 0, 0xe2, 0xfe}, powerOff), "--speed", "max", "--display", "none", "--serial", "file:/dev/full")
	if code != 1 || stderr != "beige: --serial: /dev/full: no space left on device\n" {
		t.Errorf("exit code %d, stderr %q; want 1 and the reason", code, stderr)
	}
}

// TestClosedPipe: nobody reads the lines of the screen any more.
func TestClosedPipe(t *testing.T) {
	failWrites()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for _, args := range [][]string{{"version"}, {"completion", "zsh"}, {"run", "--speed", "max", "--timeout", "60s"}, {"run", "--speed", "max", "--display", "none", "--timeout", "60s", "--floppy", guest(t, powerOff), "--state-hash"}} {
		errs, err := os.Create(t.TempDir() + "/err")
		if err != nil {
			t.Fatal(err)
		}
		code := doMain(args, in, w, errs)
		errs.Close()
		b, _ := os.ReadFile(errs.Name())
		if code != 1 || string(b) != "beige: standard output: broken pipe\n" {
			t.Errorf("beige %q: exit code %d, stderr %q; want 1, broken pipe", args, code, b)
		}
	}
}

// TestFullCopy: a copy out of an image for which the host has no room leaves
// nothing behind, and what was there as it was.
func TestFullCopy(t *testing.T) {
	img := newDisk(t, "1.44M")
	disk(t, "cp", file(t, "BIG.BIN", 200_000, nil), img+":")
	for _, host := range fullHosts() {
		dir := host.dir(t)
		old := filepath.Join(dir, "old")
		if err := os.WriteFile(old, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		host.fill(t, dir)
		for _, dst := range []string{old, filepath.Join(dir, "new")} {
			code, stderr := host.run(t, []string{"disk", "cp", img + ":big.bin", dst})
			reason, _, _ := strings.Cut(host.why, ";")
			if want := fmt.Sprintf("beige: %s: %s\n", dst, reason); code != 1 || stderr != want {
				t.Errorf("%s: exit code %d, %q; want 1, %q", host.name, code, stderr, want)
			}
		}
		if b, err := os.ReadFile(old); err != nil || string(b) != "mine" {
			t.Errorf("%s: the old file is %q, %v", host.name, b, err)
		}
		if left, _ := filepath.Glob(dir + "/*"); len(left) > 2 { // the file that fills a file system
			t.Errorf("%s: left %v", host.name, left)
		}
	}
}
