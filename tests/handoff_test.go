package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The diagnostic boot sectors of SYSLINUX show what a BIOS tells a loader.

const syslinuxDiag = "/usr/lib/syslinux/mbr/diag/"

// TestGeometryDisplay boots an image with its number in each sector, which reads
// some by cylinder, head and sector and by number: both ways must agree with
// the geometry that INT 13h tells.
func TestGeometryDisplay(t *testing.T) {
	t.Parallel()
	skipShort(t)
	packed := packaged(t, syslinuxDiag+"geodsp/geodsp1s.img.xz")
	image, err := exec.Command(need(t, "xz"), "-dc", packed).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		size int64 // bytes
		last string
		next string // sector of cylinder 1, head 0, sector 1: heads times 63
	}{
		{"8 MB", int64(len(image)), "000F,0F,3F", "000003F0"},
		{"1 GB", 1 << 30, "0207,3F,3F", "00000FC0"},
		{"3 GB", 3 << 30, "030B,7F,3F", "00001F80"},
		{"20 GB", 20 << 30, "03FF,FE,3F", "00003EC1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			disk := filepath.Join(t.TempDir(), "disk.img")
			if err := os.WriteFile(disk, image, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(disk, tc.size); err != nil {
				t.Fatal(err)
			}
			pass(t, `
wait "D=EDD" within 20s
expect "80CHS `+tc.last+`"
expect "@CHS 0000,01,01:0000003F"
expect "@CHS 0001,00,01:`+tc.next+`"
expect "@EDD 0000003F:0000003F"
expect "@EDD 00003EC1:00003EC1"
`, "--snapshot", "--hd", disk)
		})
	}
}

// TestHandOff shows the registers with which a boot sector starts.
func TestHandOff(t *testing.T) {
	t.Parallel()
	skipShort(t)
	disk := hardDisk(t, 2048, packaged(t, syslinuxDiag+"handoff/handoff.bin"), partition{active: true, kind: 6, first: 63, count: 1000})
	pass(t, `
wait "DL: 80" within 20s
wait "Press any key" within 5s
`, "--snapshot", "--hd", disk)
	floppy := filepath.Join(t.TempDir(), "floppy.img")
	b, err := os.ReadFile(disk)
	if err == nil {
		err = os.WriteFile(floppy, append(b, make([]byte, 1440<<10-len(b))...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	pass(t, `
wait "DL: 00" within 20s
wait "Press any key" within 5s
`, "--snapshot", "--floppy", floppy)
}
