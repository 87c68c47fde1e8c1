package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/image"
)

// TestOneFileTwoNames: a file is one, whatever it is called.
func TestOneFileTwoNames(t *testing.T) {
	img := guest(t, powerOff)
	for name, link := range map[string]func(old, new string) error{"symbolic link": os.Symlink, "hard link": os.Link} {
		t.Run(name, func(t *testing.T) {
			other := filepath.Join(t.TempDir(), "other.img")
			if err := link(img, other); err != nil {
				t.Skip(err)
			}
			code, _, stderr := beige(t, "run", "--speed", "max", "--display", "none", "--floppy", img, "--hd", other)
			if want := "beige: " + other + ": is in drive A already; a file can be written through one drive only: use --snapshot or --read-only, or a copy for the first hard disk\n"; code != 2 || stderr != want {
				t.Errorf("exit code %d, stderr %q; want 2, %q", code, stderr, want)
			}
			for _, flag := range []string{"--snapshot", "--read-only"} {
				if code, _, stderr := beige(t, "run", "--speed", "max", "--display", "none", "--floppy", img, "--hd", other, flag); code != 0 || stderr != "" {
					t.Errorf("%s: exit code %d, stderr %q; want 0 and nothing", flag, code, stderr)
				}
			}
		})
	}
}

// TestImageInUse: one line that names the file and the ways out, and what those
// that take them are told.
func TestImageInUse(t *testing.T) {
	disk := file(t, "c.img", 1<<20, nil)
	run := func(flags ...string) (int, string) {
		t.Helper()
		code, _, stderr := beige(t, append([]string{"run", "--speed", "max", "--display", "none", "--hd", disk, "--floppy", guest(t, powerOff)}, flags...)...)
		return code, stderr
	}
	w, err := image.OpenDisk(disk, image.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if code, stderr := run(); code != 2 || stderr != "beige: "+disk+": is in use by another beige; use --snapshot or --read-only to open it as well\n" {
		t.Errorf("exit code %d, stderr %q; want 2 and a line with a way out", code, stderr)
	}
	for _, flag := range []string{"--snapshot", "--read-only"} {
		if code, stderr := run(flag); code != 0 || stderr != "beige: c.img is being written by another beige: what this one reads may change\n" {
			t.Errorf("%s: exit code %d, stderr %q; want 0 and a warning", flag, code, stderr)
		}
	}
	w.Close()
	r, err := image.OpenDisk(disk, image.Options{Snapshot: true})
	if err != nil {
		t.Fatal(err)
	}
	if code, stderr := run(); code != 2 || !strings.Contains(stderr, "c.img: is being read by another beige (--snapshot or --read-only), whose disk would change; use --snapshot or --read-only") {
		t.Errorf("exit code %d, stderr %q; want 2", code, stderr)
	}
	r.Close()
	if code, stderr := run(); code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q; want 0 and nothing", code, stderr)
	}
}
