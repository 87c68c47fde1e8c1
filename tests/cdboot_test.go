package tests

import (
	"os"
	"path/filepath"
	"testing"
)

// CDs that boot, by El Torito: without emulation, which is how loaders for CDs do
// it, and as a floppy or a hard disk.

// cd makes an ISO 9660 image of files (name on the CD: file of the host) with the
// options of mkisofs given.
func cd(t *testing.T, files map[string]string, options ...string) string {
	t.Helper()
	dir := t.TempDir()
	for name, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	iso := filepath.Join(t.TempDir(), "cd.iso")
	args := append([]string{"-as", "mkisofs", "-quiet", "-J", "-R", "-o", iso, "-c", "boot.cat"}, options...)
	host(t, "xorriso", append(args, dir)...)
	return iso
}

const isolinuxImage = "/usr/lib/ISOLINUX/isolinux.bin"

// isolinux makes a CD with ISOLINUX, which boots from a hard disk or a stick as
// well.
func isolinux(t *testing.T, config string, files map[string]string, modules ...string) string {
	t.Helper()
	all := map[string]string{
		"isolinux/isolinux.bin": packaged(t, isolinuxImage),
		"isolinux/isolinux.cfg": textFile(t, "isolinux.cfg", config),
	}
	for _, name := range append(modules, "ldlinux.c32") {
		all["isolinux/"+name] = packaged(t, syslinuxModules+name)
	}
	for name, file := range files {
		all[name] = file
	}
	return cd(t, all, "-b", "isolinux/isolinux.bin", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
		"-isohybrid-mbr", packaged(t, "/usr/lib/ISOLINUX/isohdpfx.bin"))
}

func TestISOLINUX(t *testing.T) {
	t.Parallel()
	iso := isolinux(t, `
UI menu.c32
MENU TITLE What is on the disc
LABEL text
  MENU LABEL A text
  COM32 cat.c32
  APPEND /text/long-file-name.txt
LABEL memtest
  MENU LABEL Memory test
  LINUX /boot/memtest
LABEL dos
  MENU LABEL DOS in memory
  LINUX /boot/memdisk
  INITRD /boot/dos.img
`, map[string]string{
		"text/long-file-name.txt": textFile(t, "text", "Text of a file on the CD.\n"),
		"boot/memtest":            packaged(t, memtestImage),
		"boot/memdisk":            packaged(t, memdisk),
		"boot/dos.img":            guestImage(t, "freedos-144.img"),
	}, "menu.c32", "cat.c32", "libcom32.c32", "libutil.c32")
	const menu = `
wait "What is on the disc" within 20s
wait "Press [Tab] to edit options" within 5s
`
	for _, tc := range []struct{ name, script, drive string }{
		{"text", "key enter\nwait \"Text of a file on the CD.\" within 10s\n", "--cdrom"},
		{"memtest", "key down\nkey enter\n" + memtestRuns, "--cdrom"},
		{"MEMDISK", "key end\nkey enter\nwait \"A:\\\\>\" within 60s\ntype \"ver\\n\"\nwait \"FreeCom version 0.82\" within 10s\n", "--cdrom"},
		{"hybrid", "key enter\nwait \"Text of a file on the CD.\" within 10s\n", "--hd"},
		{"hybrid MEMDISK", "key end\nkey enter\nwait \"A:\\\\>\" within 60s\n", "--hd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pass(t, menu+tc.script, "--snapshot", tc.drive, iso)
		})
	}
}

// TestGRUBRescue boots what grub-mkrescue makes, as a CD and as a hard disk.
func TestGRUBRescue(t *testing.T) {
	t.Parallel()
	packaged(t, grubFiles+"cdboot.img")
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "boot", "grub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"boot/grub/grub.cfg": grubConfig, "readme.txt": "Text of a file on the CD.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	iso := filepath.Join(t.TempDir(), "rescue.iso")
	host(t, "grub-mkrescue", "-d", filepath.Clean(grubFiles), "-o", iso, dir)
	for _, tc := range []struct{ name, drive, list string }{
		{"CD", "--cdrom", "(cd)"},
		{"hard disk", "--hd", "(hd0)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pass(t, grubMenu+`
key enter
wait "This is the first entry." within 10s
key enter
wait "DOS on the second disk" within 10s
key c
wait "grub>" within 10s
type "ls\n"
wait "`+tc.list+`" within 10s
type "echo $root\ncat ($root)/readme.txt\n"
wait "Text of a file on the CD." within 10s
sleep 500ms
type "lspci\n"
wait "8086:1237" within 10s
type "reboot\n"
wait "beige BIOS" within 20s
`+grubMenu, "--snapshot", tc.drive, iso)
		})
	}
}

// TestIPXECD boots the CD image of the package.
func TestIPXECD(t *testing.T) {
	t.Parallel()
	skipShort(t)
	iso := packaged(t, "/usr/lib/ipxe/ipxe.iso")
	pass(t, ipxeScript+`wait "No bootable disk." within 30s`, iso)
}

// TestElTorito boots SYSLINUX from floppies of the three sizes and FreeDOS from a
// hard disk, all on CDs. The drive that is emulated comes before the others.
func TestElTorito(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"1200", "1440", "2880"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			v := volume{image: filepath.Join(t.TempDir(), "floppy.img")}
			host(t, "mformat", "-C", "-f", kind, "-i", v.image, "::")
			v.syslinux(t, "PROMPT 1\nSAY This is a floppy of "+kind+" KB.\nDEFAULT none\n", "dir.c32", "libcom32.c32", "libutil.c32")
			iso := cd(t, map[string]string{"floppy.img": v.image}, "-b", "floppy.img")
			pass(t, `
wait "boot:" within 20s
expect "This is a floppy of `+kind+` KB."
type "dir.c32\n"
wait "libutil.c32" within 10s
`, "--cdrom", iso)
		})
	}
	t.Run("floppy with FreeDOS", func(t *testing.T) {
		t.Parallel()
		image := guestImage(t, "freedos-144.img")
		iso := cd(t, map[string]string{"floppy.img": image}, "-b", "floppy.img")
		// The real drive A is B now.
		pass(t, `
wait "A:\\>" within 60s
type "dir\n"
wait "COMMAND  COM        66,090" within 10s
type "echo x > a:\\new.txt\n"
wait "write-protection violation" within 20s
type "a"
wait "A:\\>" within 10s
`, "--cdrom", iso, "--boot", "d")
	})
	t.Run("hard disk", func(t *testing.T) {
		t.Parallel()
		iso := cd(t, map[string]string{"disk.img": freeDOSDisk(t)}, "-b", "disk.img", "-hard-disk-boot")
		pass(t, dosPrompt+`
type "vol\n"
wait "BEIGE" within 10s
type "mem\n"
wait "Largest executable" within 10s
`, "--cdrom", iso)
	})
}

// TestGRUBRescueImages boots the images of Debian's package grub-rescue-pc: one
// for floppies, and one that is a CD and a hard disk.
func TestGRUBRescueImages(t *testing.T) {
	t.Parallel()
	skipShort(t)
	const files = "/usr/lib/grub-rescue/"
	for _, tc := range []struct{ name, drive, file, list string }{
		{"floppy", "--floppy", "grub-rescue-floppy.img", "(fd0)"},
		{"CD", "--cdrom", "grub-rescue-cdrom.iso", "(cd)"},
		{"hard disk", "--hd", "grub-rescue-cdrom.iso", "(hd0,"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pass(t, `
wait "Change the colors" within 30s
key c
wait "grub>" within 10s
type "ls\n"
wait "`+tc.list+`" within 20s
`, "--snapshot", tc.drive, packaged(t, files+tc.file))
		})
	}
}
