package tests

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// GRUB 0.97 is what most hard disks booted before GRUB 2: its first stage loads
// one and a half that knows the file system, from behind the partition table.

const legacyFiles = "/usr/lib/grub/x86_64-pc/"

const legacyMenu = `default 0
title A text
	cat (hd0,0)/boot/grub/text.txt
	pause Press a key.
title DOS on the second disk
	map (hd0) (hd1)
	map (hd1) (hd0)
	rootnoverify (hd1,0)
	makeactive
	chainloader +1
title Floppy
	chainloader (fd0)+1
title Memtest86+
	kernel /boot/memtest
`

func TestGRUBLegacy(t *testing.T) {
	t.Parallel()
	part := partition{active: true, kind: 6, first: diskSectors, count: 40*diskHeads*diskSectors - diskSectors}
	disk := hardDisk(t, int64(part.first+part.count), textFile(t, "empty", ""), part)
	v := formatted(t, disk, part)
	host(t, "mmd", "-i", v.String(), "::boot", "::boot/grub")
	for _, name := range []string{"stage1", "stage2", "fat_stage1_5"} {
		v.put(t, packaged(t, legacyFiles+name), "boot/grub/"+name)
	}
	v.putText(t, "boot/grub/menu.lst", legacyMenu)
	v.putText(t, "boot/grub/text.txt", "Text of a file on the disk.\n")
	v.put(t, packaged(t, memtestImage), "boot/memtest")
	shell := exec.Command(need(t, "grub"), "--batch", "--device-map="+textFile(t, "map", "(hd0) "+disk+"\n"))
	shell.Stdin = strings.NewReader("root (hd0,0)\nsetup (hd0)\nquit\n")
	if out, err := shell.CombinedOutput(); err != nil || !strings.Contains(string(out), "succeeded\nDone.") {
		t.Fatalf("grub: %v\n%s", err, out)
	}
	const menu = `
wait "DOS on the second disk" within 20s
expect "GNU GRUB  version 0.97  (639K lower / 15360K upper memory)"
`
	dos, floppy := freeDOSDisk(t), guestImage(t, "freedos-144.img")
	for _, tc := range []struct{ name, script string }{
		{"text", "key enter\nwait \"Text of a file on the disk.\" within 10s\n"},
		{"disk", "key down\nkey enter\n" + dosPrompt + "type \"vol\\n\"\nwait \"BEIGE\" within 10s\n"},
		{"floppy", "key down\nkey down\nkey enter\nwait \"A:\\\\>\" within 60s\n"},
		{"memtest", "key end\nkey down\nkey down\nkey down\nkey enter\n" + memtestRuns},
		{"command line", `
key c
wait "grub>" within 5s
type "geometry (hd0)\n"
wait "drive 0x80: C/H/S = 40/16/63, The number of sectors = 40320" within 10s
type "find /command.com\n"
wait "(fd0)" within 20s
expect "(hd1,0)"
type "displaymem\n"
wait "Address Range Descriptor entries" within 10s
type "halt\n"
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pass(t, menu+tc.script, "--snapshot", "--hd", disk, "--hd2", dos, "--floppy", floppy, "--boot", "c")
		})
	}
	t.Run("CD", func(t *testing.T) {
		t.Parallel()
		iso := cd(t, map[string]string{
			"boot/grub/stage2_eltorito": packaged(t, legacyFiles+"stage2_eltorito"),
			"boot/grub/menu.lst":        textFile(t, "menu.lst", strings.ReplaceAll(legacyMenu, "(hd0,0)", "(cd)")),
			"boot/grub/text.txt":        textFile(t, "text.txt", "Text of a file on the CD.\n"),
		}, "-b", "boot/grub/stage2_eltorito", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table")
		pass(t, menu+"key enter\nwait \"Text of a file on the CD.\" within 10s\n", "--cdrom", iso)
	})
}

// TestGRUBLegacyFloppy boots the two stages from the first sectors of a floppy.
func TestGRUBLegacyFloppy(t *testing.T) {
	t.Parallel()
	skipShort(t)
	image := make([]byte, 0, 1440<<10)
	for _, name := range []string{"stage1", "stage2"} {
		b, err := os.ReadFile(packaged(t, legacyFiles+name))
		if err != nil {
			t.Fatal(err)
		}
		image = append(image, b...)
	}
	v := volume{image: textFile(t, "grub.img", string(image[:1440<<10]))}
	pass(t, `
wait "grub>" within 20s
expect "GNU GRUB  version 0.97"
type "root (fd0)\n"
wait "Filesystem type unknown" within 10s
type "reboot\n"
wait "beige BIOS" within 20s
`, "--snapshot", v.image)
}
