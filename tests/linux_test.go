package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beige/tests/linux"
)

// The tests of Linux boot Debian's kernel for i386 with a userland of busybox,
// from packages that "make guests" unpacks. One boot is part of every run; the
// others want BEIGE_LONG=1, as "make test-linux" sets it.

// linuxKit finds the packages, or skips the test aloud.
func linuxKit(t *testing.T) linux.Kit {
	t.Helper()
	kit, err := linux.Find("../bin/guests")
	if err != nil {
		t.Skipf("no Linux guest (make guests): %v", err)
	}
	return kit
}

// long skips tests that take too long for every run.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("BEIGE_LONG") == "" {
		t.Skip("takes long: set BEIGE_LONG=1, or make test-long")
	}
}

// quickly are kernel parameters for all boots: no self-tests of cryptography, which
// take two thirds of a boot, and no messages on the serial line but warnings.
const quickly = "console=tty0 console=ttyS0,115200 quiet cryptomgr.notests"

// linuxBoot is what a kernel is started with.
type linuxBoot struct {
	guest  linux.Guest
	append string // beside quickly
	script string
	args   []string
	code   int // wanted; switchedOff
}

// switchedOff is the exit code of a script that is not done when the guest switches
// the machine off.
const switchedOff = 1

// untilOff ends a script at whose end the guest must do that.
const untilOff = "sleep 20s\nquit 9\n"

// initramfs builds the guest's.
func initramfs(t *testing.T, kit linux.Kit, guest linux.Guest) string {
	t.Helper()
	b, err := kit.Initramfs(guest)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "initrd.gz")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runLinux boots a kernel and returns what it has sent to COM1.
func runLinux(t *testing.T, b linuxBoot) string {
	t.Helper()
	kit := linuxKit(t)
	args := append([]string{"--kernel", kit.Kernel, "--initrd", initramfs(t, kit, b.guest), "--append", quickly + " " + b.append}, b.args...)
	return watchLinux(t, b.script, b.code, args...)
}

// watchLinux runs a machine that boots Linux from somewhere, and returns what it
// has sent to COM1.
func watchLinux(t *testing.T, script string, code int, args ...string) string {
	t.Helper()
	serial := filepath.Join(t.TempDir(), "serial")
	r := runWithin(t, 10*time.Minute, []string{beige(t)}, script, append([]string{"--serial", "file:" + serial}, args...)...)
	b, err := os.ReadFile(serial)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	if r.code != code || code == switchedOff && !strings.Contains(r.stderr, "the machine was switched off") {
		t.Fatalf("exit code %d; want %d\n%s\n--- COM1\n%s", r.code, code, r.stderr, text)
	}
	return text
}

// complaints finds what a kernel says of machines and of itself that are broken.
func complaints(log string) []string {
	return regexp.MustCompile(`(?m)^.*(WARNING|BUG:|\b[Oo]ops|[Ff]irmware [Bb]ug|BIOS [Ee]rror|BIOS bug|\[Firmware|Call Trace|unstable|lost interrupt|timed out|exception Emask|Unable to|calibration failed|disagrees).*$`).FindAllString(log, -1)
}

// section is what a guest has printed between "@@ name" and the next "@@".
func section(t *testing.T, log, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(log, "@@ "+name+"\n")
	if !ok {
		t.Fatalf("the guest printed no section %q:\n%s", name, log)
	}
	text, _, _ := strings.Cut(rest, "@@")
	return text
}

const describe = `
sleep 2 # the kernel measures its clock in the background
echo "@@ kernel"; dmesg
echo "@@ cpuinfo"; cat /proc/cpuinfo
echo "@@ interrupts"; cat /proc/interrupts
echo "@@ pci"
for d in /sys/bus/pci/devices/*; do
	driver=$(readlink $d/driver)
	echo ${d##*/} $(cat $d/vendor $d/device $d/class) ${driver##*/}
done
echo "@@ clock"; cat /sys/devices/system/clocksource/clocksource0/current_clocksource
echo "@@ input"; grep Name /proc/bus/input/devices
echo "@@ disks"; cat /sys/class/ata_device/dev*/xfer_mode /sys/class/ata_device/dev*/class
echo "@@ end"
setsid sh -c 'exec sh </dev/tty1 >/dev/tty1 2>&1'
`

// A boot to a shell on the screen, where the test types, finds the machine that
// beige says it is, and nothing to complain about.
func TestLinux(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	t.Parallel()
	log := runLinux(t, linuxBoot{
		guest:  linux.Guest{Modules: []string{"ata_piix", "ata_generic", "sd_mod", "sr_mod", "psmouse", "button"}, Script: describe},
		append: "ignore_loglevel", // all messages on the serial line: none of its clocks may suffer
		script: `wait-serial "@@ end" within 60s
wait "# "
type "echo $((6*7)) from the screen\n"
wait "42 from the screen"
type "poweroff -f\n"
` + untilOff,
		code: switchedOff,
		args: []string{"--hd", emptyDisk(t, 64<<20), "--hd2", emptyDisk(t, 64<<20)},
	})
	kernel := section(t, log, "kernel")
	if lines := complaints(kernel); lines != nil {
		t.Errorf("the kernel complains:\n%s", strings.Join(lines, "\n"))
	}
	for _, want := range []string{"ACPI: Interpreter enabled", "tsc: Fast TSC calibration using PIT", `tsc: Refined TSC clocksource calibration: (99\.99|100\.00)\d MHz`, `SMBIOS 2\.`} {
		if !regexp.MustCompile(want).MatchString(kernel) {
			t.Errorf("no %q in the kernel's messages", want)
		}
	}
	for _, c := range []struct{ section, pattern string }{
		{"cpuinfo", `model name\s+: Pentium II \(Deschutes\)`},
		{"cpuinfo", `flags\s+: fpu vme de pse tsc msr mce cx8 sep pge mca cmov mmx fxsr`},
		{"interrupts", `\b0: +\d+ +XT-PIC +timer`},
		{"interrupts", `\b1: +\d+ +XT-PIC +i8042`},
		{"interrupts", `\b9: +\d+ +XT-PIC +acpi`},
		{"interrupts", `\b12: +\d+ +XT-PIC +i8042`},
		{"interrupts", `\b14: +[1-9]\d* +XT-PIC +ata_piix`},
		{"interrupts", `\b15: +\d+ +XT-PIC +ata_piix`},
		{"pci", `0000:00:00\.0 0x8086 0x1237 0x060000`},
		{"pci", `0000:00:01\.0 0x8086 0x7000 0x060100`},
		{"pci", `0000:00:01\.1 0x8086 0x7010 0x010180 ata_piix`},
		{"pci", `0000:00:01\.3 0x8086 0x7113 0x068000`},
		{"pci", `0000:00:02\.0 0x1234 0x1111 0x030000`},
		{"clock", `^tsc\n`},
		{"input", `AT Translated Set 2 keyboard`},
		{"input", `Power Button`},
		{"input", `ImExPS/2 Generic Explorer Mouse`},
		{"disks", `XFER_MW_DMA_2\nXFER_MW_DMA_2\n`},
	} {
		if text := section(t, log, c.section); !regexp.MustCompile(c.pattern).MatchString(text) {
			t.Errorf("section %s has no %s:\n%s", c.section, c.pattern, text)
		}
	}
}

// A boot from a hard disk with SYSLINUX, a CD with ISOLINUX and one with GRUB.
func TestLinuxLoaders(t *testing.T) {
	long(t)
	kit := linuxKit(t)
	guest := linux.Guest{Script: "echo @@ up"}
	for name, args := range map[string]func(t *testing.T) []string{
		"SYSLINUX": func(t *testing.T) []string {
			if err := linux.Tools(); err != nil {
				t.Skip(err)
			}
			b, err := kit.Initramfs(guest)
			if err != nil {
				t.Fatal(err)
			}
			disk := filepath.Join(t.TempDir(), "disk.img")
			if err := kit.Disk(disk, 32<<20, 32<<20, b, quickly, nil); err != nil {
				t.Fatal(err)
			}
			return []string{"--hd", disk}
		},
		"ISOLINUX": func(t *testing.T) []string {
			need(t, "xorriso")
			config := fmt.Sprintf("DEFAULT linux\nLABEL linux\n KERNEL /vmlinuz\n APPEND initrd=/initrd.gz %s\n", quickly)
			return []string{"--cdrom", isolinux(t, config, map[string]string{"vmlinuz": kit.Kernel, "initrd.gz": initramfs(t, kit, guest)})}
		},
		"GRUB": func(t *testing.T) []string {
			need(t, "xorriso")
			mkrescue := need(t, "grub-mkrescue")
			packaged(t, "/usr/lib/grub/i386-pc/boot.img")
			dir := t.TempDir()
			config := fmt.Sprintf("set timeout=0\nmenuentry linux {\n linux /vmlinuz %s\n initrd /initrd.gz\n}\n", quickly)
			for path, file := range map[string]string{"vmlinuz": kit.Kernel, "initrd.gz": initramfs(t, kit, guest), "boot/grub/grub.cfg": textFile(t, "grub.cfg", config)} {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, path), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			iso := filepath.Join(t.TempDir(), "grub.iso")
			host(t, mkrescue, "-d", "/usr/lib/grub/i386-pc", "-o", iso, dir)
			return []string{"--cdrom", iso}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := watchLinux(t, "wait-serial \"@@ up\" within 120s\n"+untilOff, switchedOff, append(args(t), "--mem", "128M")...)
			if lines := complaints(log); lines != nil {
				t.Errorf("the kernel complains:\n%s", strings.Join(lines, "\n"))
			}
		})
	}
}

// A machine that Linux switches off, and nobody drives, ends with exit code 0.
func TestLinuxPoweroff(t *testing.T) {
	long(t)
	t.Parallel()
	kit := linuxKit(t)
	cmd := exec.Command(beige(t), "run", "--deterministic", "--display", "none", "--timeout", "100s", "--append", quickly,
		"--initrd", initramfs(t, kit, linux.Guest{Script: "poweroff -f"}), "--kernel", kit.Kernel)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v; want exit code 0\n%s", err, out)
	}
}

// Every other way out of Linux: the machine goes off, or boots again.
func TestLinuxEnds(t *testing.T) {
	long(t)
	const again = "\nwait-serial \"@@ up\" within 60s\nquit 17\n"
	waits := linux.Guest{Script: "echo @@ up; sleep 1000"}
	button := linux.Guest{Modules: []string{"button", "evdev"}, Script: `
for e in /sys/class/input/event*; do
	[ "$(cat $e/device/name)" = "Power Button" ] && device=/dev/input/${e##*/}
done
echo @@ up
head -c 16 $device >/tmp/event`}
	for _, c := range []struct {
		name string
		linuxBoot
	}{
		{"power button", linuxBoot{guest: button, script: "wait-serial \"@@ up\" within 60s\nsleep 2s\npower\n" + untilOff, code: switchedOff}},
		{"ctrl+alt+del", linuxBoot{guest: waits, script: "wait-serial \"@@ up\" within 60s\nkey ctrl+alt+delete" + again, code: 17}},
		{"reset button", linuxBoot{guest: waits, script: "wait-serial \"@@ up\" within 60s\nreset" + again, code: 17}},
		{"reboot", linuxBoot{guest: linux.Guest{Script: "echo @@ up; reboot -f"}, script: "wait-serial \"@@ up\" within 60s" + again, code: 17}},
		{"reboot by the keyboard controller", linuxBoot{guest: linux.Guest{Script: "echo @@ up; reboot -f"}, append: "reboot=k", script: "wait-serial \"@@ up\" within 60s" + again, code: 17}},
		{"reboot by port CF9h", linuxBoot{guest: linux.Guest{Script: "echo @@ up; reboot -f"}, append: "reboot=p", script: "wait-serial \"@@ up\" within 60s" + again, code: 17}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			log := runLinux(t, c.linuxBoot)
			if n := strings.Count(log, "@@ up"); c.code == 17 && n != 2 {
				t.Errorf("Linux came up %d times; want twice\n%s", n, log)
			}
		})
	}
}
