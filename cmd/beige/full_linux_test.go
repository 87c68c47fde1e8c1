package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestFullHost: a host that takes no more tells the guest, the person and the
// shell, and the image keeps what it had.
func TestFullHost(t *testing.T) {
	failWrites()
	// mov ax, 301h; mov bx, 7C00h; mov cx, 1401h: cylinder 20; mov dx, 0; int 13h; mov al, ah; mov dx, 501h; out dx, al
	img := guest(t, []byte{0xb8, 0x01, 0x03, 0xbb, 0x00, 0x7c, 0xb9, 0x01, 0x14, 0xba, 0x00, 0x00, 0xcd, 0x13, 0x88, 0xe0, 0xba, 0x01, 0x05, 0xee})
	before, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	small := old
	small.Cur = 64 << 10 // bytes; the sector is beyond
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := beige(t, "run", "--floppy", img, "--speed", "max", "--display", "none")
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(img)
	if err != nil || string(after) != string(before) {
		t.Errorf("the image has changed (%v)", err)
	}
	if code <= 10 || code >= 70 {
		t.Errorf("exit code %d; want 10 and an error of int 13h", code)
	}
	if !strings.HasPrefix(stderr, "beige: "+img+": ") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("standard error %q; want one line about the image", stderr)
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
