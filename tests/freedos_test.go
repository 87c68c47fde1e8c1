package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beige/machine/screenshot"
)

// commands boots FreeDOS from the 1.44 MB disk and tries the commands everybody
// knows.
const commands = `
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom version 0.82" within 10s
type "dir\n"
wait "bytes free" within 10s
expect "COMMAND  COM        66,090"
expect "5 file(s)        112,371 bytes"
type "echo hello > t.txt\n"
sleep 2s
type "cls\n"
sleep 1s
type "type t.txt\n"
wait "hello" within 10s
expect-not "Error"
`

func TestFreeDOSOnEveryProcessor(t *testing.T) {
	for _, cpu := range []string{"8086", "8088", "80186", "80286", "80386", "80486", "pentium", "pentium-pro", "pentium-ii"} {
		t.Run(cpu, func(t *testing.T) {
			t.Parallel()
			sample(t, "8086", "80386")
			image := guestImage(t, "freedos-144.img")
			pass(t, commands, "--cpu", cpu, image)
			if mtype, err := exec.LookPath("mtype"); err == nil {
				out, err := exec.Command(mtype, "-i", image, "::t.txt").CombinedOutput()
				if got := strings.TrimSpace(string(out)); err != nil || got != "hello" {
					t.Errorf("mtype t.txt = %q, %v; want hello", got, err)
				}
			}
		})
	}
}

func TestFreeDOSOnAT(t *testing.T) {
	pass(t, commands, "--machine", "at", "--snapshot", guestImage(t, "freedos-144.img"))
}

// FreeDOS on the display adapters before the VGA, on the boards of their time.
func TestFreeDOSOnEveryAdapter(t *testing.T) {
	for video, size := range map[string]string{"ega": "640x350", "ega-mono": "720x350", "cga": "640x400", "mda": "720x350", "hercules": "720x350"} {
		for _, board := range []string{"at", "xt"} {
			t.Run(board+" "+video, func(t *testing.T) {
				t.Parallel()
				sample(t, "at_ega", "xt_hercules")
				shot := filepath.Join(t.TempDir(), "shot.png")
				pass(t, commands, "--machine", board, "--video", video, "--snapshot", "--screenshot", shot, guestImage(t, "freedos-144.img"))
				img, err := screenshot.Load(shot)
				if err != nil {
					t.Fatal(err)
				}
				if got := fmt.Sprintf("%dx%d", img.Bounds().Dx(), img.Bounds().Dy()); got != size {
					t.Errorf("picture of %s; want %s", got, size)
				}
				// The installer draws, and asks the data area how many rows there are.
				pass(t, `
wait "Do you want to proceed" within 300s
expect "Welcome to the FreeDOS 1.3 installation program."
`, "--machine", board, "--video", video, "--snapshot", guestImage(t, "freedos13-720k.img"))
			})
		}
	}
}

func TestFreeDOSInLittleMemory(t *testing.T) {
	pass(t, `
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom" within 10s
`, "--cpu", "8086", "--mem", "256K", "--snapshot", guestImage(t, "freedos-144.img"))
}

// install makes a bootable hard disk with the FreeDOS installation floppy: the
// first run partitions, the second formats and makes it bootable.
const installPartition = `
wait "Please select your language" within 30s
wait "Do you want to proceed [Y,N]?" within 60s
expect "Welcome to the FreeDOS 1.3 installation program."
type "n\n"
wait "A:\\>" within 20s
type "fdisk /auto 1\n"
sleep 3s
type "fdisk /mbr 1\n"
sleep 3s
wait "A:\\>" within 20s
reset
wait "Do you want to proceed [Y,N]?" within 60s
type "n\n"
wait "A:\\>" within 20s
type "format c: /v:BEIGE\n"
wait "Proceed with format (YES/NO)?" within 20s
type "YES\n"
wait "Volume Serial Number is" within 300s
expect "QuickFormat complete."
sleep 1s
type "sys c:\n"
wait "System transferred." within 60s
type "copy freedos\\bin\\mem.exe c:\\\n"
wait "=>> c:\\mem.exe" within 30s
sleep 2s
`

func TestFreeDOSInstallsOnHardDisk(t *testing.T) {
	t.Parallel()
	floppy := guestImage(t, "freedos13-720k.img")
	disk := emptyDisk(t, 32<<20)
	pass(t, installPartition, "--floppy", floppy, "--hd", disk, "--boot", "a")
	pass(t, `
wait "Enter new date" within 60s
type "\n"
wait "Enter new time" within 10s
type "\n"
wait "C:\\>" within 10s
type "vol\n"
wait "BEIGE" within 10s
type "mem\n"
wait "Largest executable" within 10s
expect "Conventional          639K"
expect "16,384K"
`, "--hd", disk)

	// The volume begins at sector 63, as every DOS FDISK lays it out.
	const volume = 63 * 512
	t.Run("fsck", func(t *testing.T) {
		fsck := need(t, "fsck.fat")
		b, err := os.ReadFile(disk)
		if err != nil {
			t.Fatal(err)
		}
		part := filepath.Join(t.TempDir(), "volume.img")
		if err := os.WriteFile(part, b[volume:], 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(fsck, "-n", "-v", part).CombinedOutput(); err != nil {
			t.Errorf("fsck.fat: %v\n%s", err, out)
		}
	})
	t.Run("mtools", func(t *testing.T) {
		out, err := exec.Command(need(t, "mdir"), "-b", "-i", disk+"@@32256", "::").CombinedOutput()
		want := "::/KERNEL.SYS\n::/COMMAND.COM\n::/MEM.EXE\n"
		if err != nil || string(out) != want {
			t.Errorf("mdir = %q, %v; want %q", out, err, want)
		}
	})
}
