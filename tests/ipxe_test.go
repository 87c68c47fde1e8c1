package tests

import "testing"

// iPXE unpacks itself above 1 MB and hides there by a hook of INT 15h, asks PCI
// for network cards, and calls the BIOS from protected mode with FXSAVE around
// each call: a Pentium II is the least it runs on.

const ipxeImage = "/boot/ipxe.lkrn"

// ipxeScript goes to iPXE's command line and from there back to the BIOS.
const ipxeScript = `
wait "Press Ctrl-B for the iPXE command line" within 30s
expect "Open Source Network Boot Firmware"
key ctrl+b
wait "iPXE>" within 10s
type "help\n"
wait "sanboot" within 10s
type "set one two\n"
type "echo ${one}three\n"
wait "twothree" within 10s
type "ifstat\n"
type "exit\n"
`

func TestIPXE(t *testing.T) {
	t.Parallel()
	v := syslinuxDisk(t, "PROMPT 1\nDEFAULT none\nLABEL ipxe\n LINUX ipxe.krn\n")
	v.put(t, packaged(t, ipxeImage), "ipxe.krn")
	t.Run("command line", func(t *testing.T) {
		t.Parallel()
		pass(t, `
wait "boot:" within 20s
type "ipxe\n"
`+ipxeScript+`
wait "No bootable disk." within 30s
`, "--snapshot", v.image)
	})
	// Left alone it finds no network and gives up; INT 18h takes over.
	t.Run("alone", func(t *testing.T) {
		t.Parallel()
		pass(t, `
wait "boot:" within 20s
type "ipxe\n"
wait "No more network devices" within 30s
wait "No bootable disk." within 30s
`, "--snapshot", v.image)
	})
	t.Run("boots a floppy", func(t *testing.T) {
		t.Parallel()
		pass(t, `
wait "boot:" within 20s
type "ipxe\n"
wait "Press Ctrl-B" within 30s
key ctrl+b
wait "iPXE>" within 10s
type "sanboot --no-describe --drive 0\n"
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom version 0.82" within 10s
`, "--snapshot", "--boot", "c", "--hd", v.image, "--floppy", guestImage(t, "freedos-144.img"))
	})
}

// The loaders of GRUB start the same programs by linux16.
func TestGRUBStartsPrograms(t *testing.T) {
	t.Parallel()
	disk := grubDisk(t, 0x83, "ext2", grubConfig, map[string]string{"ipxe": packaged(t, ipxeImage), "memtest": packaged(t, memtestImage)},
		func(disk, dir string, p partition) {
			host(t, "mke2fs", "-q", "-t", "ext2", "-d", dir, "-E", "offset=32256", disk, "20000k")
		})
	for name, script := range map[string]string{
		"memtest": "key end\nkey up\nkey enter\n" + memtestRuns,
		"iPXE":    "key end\nkey enter\n" + ipxeScript + "wait \"No bootable disk.\" within 30s\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pass(t, grubMenu+script, "--snapshot", disk)
		})
	}
}
