package tests

import (
	"path/filepath"
	"testing"

	"beige/devices/image"
	"beige/machine"
)

// An XT boots FreeDOS from the disks of both sizes; the 720K one is in a drive on
// the XT's own adapter, without change line or data rates. Ctrl+Alt+Del starts it
// anew.
func TestFreeDOSOnXT(t *testing.T) {
	for _, cpu := range []string{"8086", "8088", "80186"} {
		t.Run(cpu, func(t *testing.T) {
			t.Parallel()
			sample(t, "8088")
			pass(t, commands+`
key ctrl+alt+delete
wait "Keyboard" within 10s
wait "A:\\>" within 60s
`, "--machine", "xt", "--cpu", cpu, "--snapshot", guestImage(t, "freedos-144.img"))
		})
	}
	t.Run("720K", func(t *testing.T) {
		t.Parallel()
		pass(t, `
wait "Drive A: 720 KB" within 10s
expect "Drive B: 720 KB"
wait "Please select your language" within 60s
wait "Do you want to proceed [Y,N]?" within 60s
type "n\n"
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom" within 10s
type "dir\n"
wait "bytes free" within 10s
`, "--machine", "xt", "--snapshot", guestImage(t, "freedos13-720k.img"))
	})
}

// The screens of the adapters of an XT's time are right, dot by dot.
func TestXTScreens(t *testing.T) {
	for _, video := range []string{"cga", "mda", "hercules", "ega"} {
		t.Run(video, func(t *testing.T) {
			t.Parallel()
			golden, err := filepath.Abs(filepath.Join("xt", video+".png"))
			if err != nil {
				t.Fatal(err)
			}
			pass(t, `
wait "A:\\>" within 60s
type "dir\n"
wait "bytes free" within 20s
sleep 1s
expect-screen `+golden+`
`, "--machine", "xt", "--cpu", "8086", "--video", video, "--snapshot", guestImage(t, "freedos-144.img"))
		})
	}
}

// Keys with a prefix, function keys and numbers of Alt reach DOS through the XT's
// keyboard; at 4.77 MHz as well.
func TestXTKeys(t *testing.T) {
	for _, speed := range []string{"max", "4.77mhz"} {
		t.Run(speed, func(t *testing.T) {
			t.Parallel()
			sample(t, "max")
			pass(t, `
wait "A:\\>" within 120s
type "echo one\n"
wait "\none\n" within 20s
type "cls\n"
sleep 2s
key up
key up
key enter
wait "\none\n" within 20s
type "echo ac"
key left
key insert
type "b"
key end
key backspace
type "cd|"
key escape
type "echo ~!@#$^&*()_+{}:?ÄéÑ\n"
wait "\n~!@#$^&*()_+{}:?ÄéÑ\n" within 20s
type "echo x"
key f1
key f3
`, "--machine", "xt", "--cpu", "8088", "--speed", speed, "--snapshot", guestImage(t, "freedos-144.img"))
		})
	}
}

// What the BIOS does otherwise on an XT, by the checks of bios/xt.asm, on disks of
// all sizes.
func TestBIOSXT(t *testing.T) {
	for _, tc := range []struct {
		video   string
		display uint8 // INT 11h bits 4 and 5
		size    int   // KB
		drive   uint8 // type
	}{{"cga", 2, 720, 3}, {"mda", 3, 360, 1}, {"vga", 2, 1440, 4}} {
		t.Run(tc.video, func(t *testing.T) {
			t.Parallel()
			disk := checkBytes(t, "xt", &parameters{Disks: tc.display, DriveB: tc.drive})[:tc.size<<10]
			f, err := image.NewFloppy("xt", disk)
			if err != nil {
				t.Fatal(err)
			}
			runChecks(t, machine.Config{Machine: "xt", Video: tc.video, Memory: 512 << 10, Floppies: [2]machine.Floppy{f}}, 40)
		})
	}
}
