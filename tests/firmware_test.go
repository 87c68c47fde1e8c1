package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// otherFirmware is what Debian's packages seabios, bochsbios and vgabios bring: a
// system BIOS with a video BIOS that is made for it.
var otherFirmware = []struct{ name, system, video string }{
	{"SeaBIOS", "/usr/share/seabios/bios.bin", "/usr/share/seabios/vgabios-stdvga.bin"},
	{"SeaBIOS of 256 KB, ISA VGA", "/usr/share/seabios/bios-256k.bin", "/usr/share/seabios/vgabios-isavga.bin"},
	{"Bochs BIOS", "/usr/share/bochs/BIOS-bochs-latest", "/usr/share/vgabios/vgabios.bin"},
	{"Bochs BIOS, legacy", "/usr/share/bochs/BIOS-bochs-legacy", "/usr/share/vgabios/vgabios.bin"},
}

// Scripts that end on a screen without anything of the firmware's.
const (
	showFreeDOS = `
wait "A:\\>" within 60s
type "cls\n"
sleep 1s
type "ver\n"
wait "FreeCom version 0.82" within 10s
type "dir\n"
wait "bytes free" within 10s
sleep 1s
`
	showFreeDOS720 = `
wait "Please select your language" within 60s
sleep 1s
type "\n"
wait "Do you want to proceed [Y,N]?" within 60s
type "n\n"
wait "A:\\>" within 20s
type "cls\n"
sleep 1s
type "ver\n"
wait "FreeCom version" within 10s
type "dir\n"
wait "bytes free" within 10s
sleep 1s
`
)

// installed skips the test aloud unless the files of a package are there.
func installed(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

// lastScreen runs a script and returns the screen it ends on.
func lastScreen(t *testing.T, script string, args ...string) string {
	t.Helper()
	text := filepath.Join(t.TempDir(), "screen.txt")
	pass(t, script, append(args, "--screen-text", text)...)
	b, err := os.ReadFile(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// bootSector is a sector that says where it was booted from.
func bootSector(what string) []byte {
	b := make([]byte, 512)
	copy(b, []byte{
		0x31, 0xc0, 0x8e, 0xd8, // xor ax, ax; mov ds, ax
		0xbe, 0x20, 0x7c, // mov si, 7C20h
		0xac, 0x08, 0xc0, 0x74, 0x09, // lodsb; or al, al; jz end
		0xb4, 0x0e, 0xbb, 0x07, 0x00, 0xcd, 0x10, 0xeb, 0xf2, // mov ah, 0Eh; mov bx, 7; int 10h; jmp lodsb
		0xf4, 0xeb, 0xfd, // end: hlt; jmp end
	})
	copy(b[0x20:], "started from the "+what+"\x00")
	b[510], b[511] = 0x55, 0xaa
	return b
}

// TestBootOrderOfOtherFirmware: --boot reaches other firmware by the CMOS memory.
func TestBootOrderOfOtherFirmware(t *testing.T) {
	dir := t.TempDir()
	floppy, disk := filepath.Join(dir, "floppy.img"), filepath.Join(dir, "disk.img")
	for path, b := range map[string][]byte{
		floppy: append(bootSector("floppy"), make([]byte, 1440<<10-512)...),
		disk:   append(bootSector("hard disk"), make([]byte, 8<<20-512)...),
	} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []int{0, 2} {
		for drive, what := range map[string]string{"acd": "floppy", "cda": "hard disk", "dac": "CD"} {
			t.Run(otherFirmware[f].name+", "+what, func(t *testing.T) {
				t.Parallel()
				installed(t, otherFirmware[f].system, otherFirmware[f].video)
				boot := filepath.Join(t.TempDir(), "boot.bin")
				if err := os.WriteFile(boot, bootSector("CD"), 0o600); err != nil {
					t.Fatal(err)
				}
				need(t, "xorriso")
				disc := cd(t, map[string]string{"boot.bin": boot}, "-b", "boot.bin", "-no-emul-boot", "-boot-load-size", "1")
				pass(t, `wait "started from the `+what+`" within 60s`, "--bios", otherFirmware[f].system, "--vgabios", otherFirmware[f].video,
					"--floppy", floppy, "--hd", disk, "--cdrom", disc, "--snapshot", "--boot", drive)
			})
		}
	}
}

// TestOtherFirmware boots FreeDOS on other firmware and compares screens with those
// that our own gives.
func TestOtherFirmware(t *testing.T) {
	if testing.Short() {
		t.Skip("six boots of slow firmware; not with -short")
	}
	for _, image := range []struct {
		file, script string
		on           []int // otherFirmware
	}{{"freedos-144.img", showFreeDOS, []int{0, 1, 2, 3}}, {"freedos13-720k.img", showFreeDOS720, []int{0, 2}}} {
		t.Run(image.file, func(t *testing.T) {
			t.Parallel()
			disk := guestImage(t, image.file)
			want := lastScreen(t, image.script, "--snapshot", disk)
			for n, i := range image.on {
				f := otherFirmware[i]
				t.Run(f.name, func(t *testing.T) {
					t.Parallel()
					if n%2 != 0 || image.script != showFreeDOS {
						long(t) // one of SeaBIOS and one of Bochs are part of every run
					}
					installed(t, f.system, f.video)
					got := lastScreen(t, image.script, "--snapshot", "--bios", f.system, "--vgabios", f.video, disk)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("screen (-ours +%s):\n%s", f.name, diff)
					}
				})
			}
		})
	}
}
