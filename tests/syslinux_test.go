package tests

import (
	"fmt"
	"testing"
)

// SYSLINUX boots from FAT volumes: floppies and partitions. It reads its second
// stage by INT 13h, enters protected mode, and comes back to real mode for every
// service of the BIOS, so it tries the A20 gate, mode switches, and the
// services of INT 10h, 13h, 15h, 16h and 1Ah.

const (
	syslinuxModules = "/usr/lib/syslinux/modules/bios/"
	syslinuxMBR     = "/usr/lib/SYSLINUX/mbr.bin"
	memdisk         = "/usr/lib/syslinux/memdisk"
)

// syslinux makes a volume boot SYSLINUX with the configuration and modules
// given.
func (v volume) syslinux(t *testing.T, config string, modules ...string) {
	t.Helper()
	v.putText(t, "syslinux.cfg", config)
	for _, name := range modules {
		v.put(t, packaged(t, syslinuxModules+name), name)
	}
	if v.offset == 0 {
		host(t, "syslinux", "--install", v.image)
	} else {
		host(t, "syslinux", "--install", "--offset", fmt.Sprint(v.offset), v.image)
	}
}

// syslinuxDisk makes a hard disk of 20 MB with one active partition and
// SYSLINUX in it.
func syslinuxDisk(t *testing.T, config string, modules ...string) volume {
	t.Helper()
	part := partition{active: true, kind: 6, first: diskSectors, count: 40*diskHeads*diskSectors - diskSectors}
	disk := hardDisk(t, int64(part.first+part.count), packaged(t, syslinuxMBR), part)
	v := formatted(t, disk, part)
	v.syslinux(t, config, modules...)
	return v
}

func TestSYSLINUXFloppy(t *testing.T) {
	t.Parallel()
	v := floppyVolume(t)
	v.putText(t, "hello.txt", "Text of a file on the floppy.\n")
	v.putText(t, "help.txt", "This is the page of F1.\n")
	v.syslinux(t, `
SAY Welcome to the floppy.
PROMPT 1
DEFAULT none
F1 help.txt
LABEL show
  COM32 cat.c32
  APPEND hello.txt
`, "cat.c32", "libcom32.c32", "libutil.c32", "dir.c32", "cpuid.c32")
	for _, cpu := range []string{"80386", "80486", "pentium", "pentium-pro"} {
		t.Run(cpu, func(t *testing.T) {
			t.Parallel()
			pass(t, `
wait "boot:" within 20s
expect "SYSLINUX 6.04 CHS"
expect "Welcome to the floppy."
key f1
wait "This is the page of F1." within 5s
type "show\n"
wait "Text of a file on the floppy." within 10s
type "dir.c32\n"
wait "libutil.c32" within 10s
type "nothing\n"
wait "nothing... failed: No such file" within 10s
`, "--cpu", cpu, "--snapshot", v.image)
		})
	}
}

// TestSYSLINUXMenu boots from a hard disk into a menu, edits a line of it, and
// resets the machine and switches it off from there.
func TestSYSLINUXMenu(t *testing.T) {
	t.Parallel()
	v := syslinuxDisk(t, `
UI menu.c32
MENU TITLE What to boot
LABEL first
  MENU LABEL First entry
  COM32 cat.c32
  APPEND one.txt
LABEL second
  MENU LABEL Second entry
  COM32 cat.c32
  APPEND two.txt
LABEL off
  MENU LABEL Switch off
  COM32 poweroff.c32
LABEL again
  MENU LABEL Reset
  COM32 reboot.c32
`, "menu.c32", "cat.c32", "libcom32.c32", "libutil.c32", "poweroff.c32", "reboot.c32")
	v.putText(t, "one.txt", "This is number one.\n")
	v.putText(t, "two.txt", "This is number two.\n")
	v.putText(t, "three.txt", "This is number three.\n")
	switchesOff(t, `
wait "What to boot" within 20s
wait "Press [Tab] to edit options" within 5s
key tab
wait "cat.c32 one.txt" within 5s
type "\x08\x08\x08\x08\x08\x08\x08three.txt\n"
wait "This is number three." within 10s
wait "boot:" within 10s
type "again\n"
wait "beige BIOS" within 20s
wait "Press [Tab] to edit options" within 20s
key down
key enter
wait "This is number two." within 10s
type "menu.c32\n"
wait "Press [Tab] to edit options" within 20s
key end
key up
key enter
`, "--snapshot", v.image)
}

// TestHardwareDetection runs the Hardware Detection Tool, which asks everything
// there is: processor, memory maps, DMI, PCI, disks, VESA.
func TestHardwareDetection(t *testing.T) {
	t.Parallel()
	v := syslinuxDisk(t, "PROMPT 1\nDEFAULT none\nLABEL hdt\n COM32 hdt.c32\n", "hdt.c32", "libcom32.c32", "libutil.c32", "libmenu.c32", "libgpl.c32")
	pass(t, `
wait "boot:" within 20s
type "hdt\n"
wait "Main Menu" within 60s
expect "Hardware Detection Tool 0.5.2"
wait "Disks      ( 1)" within 10s
expect "PCI Devices"
key down
key enter
wait "Disk 1" within 10s
key enter
wait "Disk 0x80 (EDD 30)" within 10s
wait "MBR               : Syslinux" within 10s
wait "Sectors/Track     : 63" within 10s
expect "ATA"
`, "--snapshot", v.image)
}
