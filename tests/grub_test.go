package tests

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// GRUB 2 finds its disks by trying drive numbers, reads them by INT 13h with the
// extensions where there are some, and asks INT 15h for the memory; its core
// lies between the partition table and the first partition.

const grubFiles = "/usr/lib/grub/i386-pc/"

// Where grub-install patches GRUB's images (GRUB 2.06, boot.S and diskboot.S).
const (
	grubKernelSector = 0x5c  // in boot.img: 64-bit number of the first sector of the core
	grubFirstList    = 0x1f4 // in the first sector of the core: 64-bit number of the sector behind it
)

// grubDisk makes a hard disk of 20 MB with GRUB between the partition table and
// its only partition, of the kind given; fill makes the file system, with what
// is in a directory of the host.
func grubDisk(t *testing.T, kind byte, fs, config string, files map[string]string, fill func(disk, dir string, p partition)) string {
	t.Helper()
	dir := t.TempDir()
	modules := filepath.Join(dir, "boot", "grub", "i386-pc")
	if err := os.MkdirAll(modules, 0o700); err != nil {
		t.Fatal(err)
	}
	copyTo := func(from, to string) {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	bootImage := packaged(t, grubFiles+"boot.img")
	list, err := filepath.Glob(grubFiles + "*.[ml][os][dt]") // modules and their lists
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range list {
		copyTo(file, filepath.Join(modules, filepath.Base(file)))
	}
	for name, file := range files {
		copyTo(file, filepath.Join(dir, name))
	}
	copyTo(textFile(t, "grub.cfg", config), filepath.Join(dir, "boot", "grub", "grub.cfg"))

	part := partition{active: true, kind: kind, first: diskSectors, count: 40*diskHeads*diskSectors - diskSectors}
	boot, err := os.ReadFile(bootImage)
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint64(boot[grubKernelSector:], 1)
	disk := hardDisk(t, int64(part.first+part.count), textFile(t, "boot.img", string(boot)), part)
	coreFile := filepath.Join(t.TempDir(), "core.img")
	host(t, "grub-mkimage", "-O", "i386-pc", "-o", coreFile, "-p", "(hd0,msdos1)/boot/grub", "biosdisk", "part_msdos", fs)
	core, err := os.ReadFile(coreFile)
	if err != nil {
		t.Fatal(err)
	}
	if len(core) > (diskSectors-1)*512 {
		t.Fatalf("GRUB's core has %d bytes; %d fit before the partition", len(core), (diskSectors-1)*512)
	}
	binary.LittleEndian.PutUint64(core[grubFirstList:], 2)
	fill(disk, dir, part)
	writeAt(t, disk, 512, core)
	return disk
}

const grubConfig = `
set timeout=-1
menuentry "First entry" { echo "This is the first entry."; read }
menuentry "DOS on the second disk" {
	drivemap -s hd0 hd1
	set root=(hd1)
	chainloader +1
}
menuentry "Floppy" { chainloader (fd0)+1 }
menuentry "Memtest86+" { linux16 /memtest }
menuentry "iPXE" { linux16 /ipxe }
`

const grubMenu = `
wait "DOS on the second disk" within 20s
expect "GNU GRUB  version 2"
expect "*First entry"
`

func TestGRUBHardDisk(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		name string
		kind byte
		fs   string
		fill func(disk, dir string, p partition)
	}{
		{"ext2", 0x83, "ext2", func(disk, dir string, p partition) {
			host(t, "mke2fs", "-q", "-t", "ext2", "-d", dir, "-E", "offset=32256", disk, "20000k")
		}},
		{"FAT16", 0x06, "fat", func(disk, dir string, p partition) {
			host(t, "mcopy", "-s", "-i", formatted(t, disk, p).String(), filepath.Join(dir, "boot"), "::")
		}},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			disk := grubDisk(t, v.kind, v.fs, grubConfig, nil, v.fill)
			switchesOff(t, grubMenu+`
key enter
wait "This is the first entry." within 10s
key enter
wait "DOS on the second disk" within 10s
key c
wait "grub>" within 10s
type "ls\n"
wait "(hd0) (hd0,msdos1)" within 10s
type "ls -l (hd0,msdos1)/boot/grub\n"
wait "grub.cfg" within 10s
type "cat /boot/grub/grub.cfg\n"
wait "drivemap -s hd0 hd1" within 10s
sleep 500ms # cat swallows keys
type "lsmmap\n"
wait "base_addr = 0x100000, length = 0xf00000, available RAM" within 10s
type "date\n"
wait "2000-01-01 12:00:" within 10s
type "lsapm\n"
wait "APM enabled" within 10s
expect "Version 1.2"
type "reboot\n"
wait "beige BIOS" within 20s
`+grubMenu+`
key c
wait "grub>" within 10s
type "nativedisk\n" # GRUB's own driver of ATA drives
type "ls (ata0,msdos1)/boot/grub/\n"
wait "i386-pc/" within 20s
expect "grub.cfg"
type "halt\n"
`, "--snapshot", disk)
		})
	}
}

func TestGRUBChainloads(t *testing.T) {
	t.Parallel()
	dos := freeDOSDisk(t)
	floppy := guestImage(t, "freedos-144.img")
	disk := grubDisk(t, 0x83, "ext2", grubConfig, nil, func(disk, dir string, p partition) {
		host(t, "mke2fs", "-q", "-t", "ext2", "-d", dir, "-E", "offset=32256", disk, "20000k")
	})
	for _, tc := range []struct{ name, script string }{
		{"disk", `
key down
key enter
` + dosPrompt + `
type "vol\n"
wait "BEIGE" within 10s
`},
		{"floppy", `
key down
key down
key enter
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom version 0.82" within 10s
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pass(t, grubMenu+tc.script, "--snapshot", "--hd", disk, "--hd2", dos, "--floppy", floppy, "--boot", "c")
		})
	}
}
