package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/image"
)

// formatFloppy looks at a disk of the same format first: FreeDOS knows nothing
// of a drive that it has never read from, and refuses to write its FAT.
const formatFloppy = `
wait "A:\\>" within 60s
type "dir b:\n"
wait "File not found" within 20s
type "format b: %s /u /v:TEST\n"
wait "ENTER" within 20s
insert floppy2 "%s"
type "\n"
wait "(y/n)?" within 300s
type "n\n"
sleep 1s
type "cls\n"
type "copy command.com b:\n"
wait "=>" within 20s
sleep 5s
expect-not "rror"
eject floppy2
`

const writeFloppy = `
wait "A:\\>" within 60s
type "copy command.com b:\n"
wait "=>" within 20s
sleep 5s
expect-not "rror"
eject floppy2
`

// private is a copy of an image that a machine may have for itself.
func private(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(mine, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return mine
}

// TestFloppyFormats makes a disk of every format, has FreeDOS format it where it
// knows the format, has it write a file, and looks at the image with the tools
// of the host.
func TestFloppyFormats(t *testing.T) {
	mformat, mcopy, mtype, fsck := need(t, "mformat"), need(t, "mcopy"), need(t, "mtype"), need(t, "fsck.fat")
	run := func(t *testing.T, name string, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "MTOOLS_SKIP_CHECK=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return out
	}
	boot := guestImage(t, "freedos-144.img")
	tool := filepath.Join(t.TempDir(), "format.exe")
	run(t, mcopy, "-n", "-i", guestImage(t, "freedos13-720k.img"), "::freedos/bin/format.exe", tool)
	run(t, mcopy, "-i", boot, tool, "::FORMAT.EXE")
	command := run(t, mtype, "-i", boot, "::COMMAND.COM")

	for _, tc := range []struct{ name, format string }{
		{"160K", "/f:160"}, {"180K", "/f:180"}, {"320K", "/f:320"}, {"360K", "/f:360"}, {"640K", ""}, {"720K", "/f:720"},
		{"1.2M", "/f:1200"}, {"1.44M", "/f:1440"}, {"1.68M", "/f:1680"}, {"1.72M", ""}, {"2.88M", "/f:2880"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sample(t, "1.68M")
			f, _ := image.FormatByName(tc.name)
			dir := t.TempDir()
			disk, first := filepath.Join(dir, "b.img"), filepath.Join(dir, "first.img")
			made := func(path string) {
				if err := image.CreateFloppy(path, f); err != nil {
					t.Fatal(err)
				}
				run(t, mformat, "-i", path, "-t", fmt.Sprint(f.Cylinders), "-h", fmt.Sprint(f.Heads), "-s", fmt.Sprint(f.Sectors), "::")
			}
			if tc.format == "" {
				made(disk)
				pass(t, writeFloppy, "--floppy", private(t, boot), "--floppy2", disk)
			} else {
				made(first)
				if err := image.CreateFloppy(disk, f); err != nil {
					t.Fatal(err)
				}
				pass(t, fmt.Sprintf(formatFloppy, tc.format, disk), "--floppy", private(t, boot), "--floppy2", first)
			}
			if st, err := os.Stat(disk); err != nil || st.Size() != f.Size() {
				t.Errorf("the image has %d bytes; want %d", st.Size(), f.Size())
			}
			if got := run(t, mtype, "-i", disk, "::COMMAND.COM"); !bytes.Equal(got, command) {
				t.Errorf("COMMAND.COM has %d bytes; want the same %d", len(got), len(command))
			}
			if out, err := exec.Command(fsck, "-n", disk).CombinedOutput(); err != nil {
				t.Errorf("fsck.fat: %v\n%s", err, out)
			}
		})
	}
}
