package tests

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// MEMDISK keeps a disk image in memory above 1 MB and answers INT 13h for it,
// with INT 15h hooked so that nobody takes that memory; it copies sectors with
// INT 15h 87h or in a protected mode of its own.

var dosDisk struct {
	once sync.Once
	data []byte
}

// freeDOSDisk returns a copy of a hard disk of 8 MB on which FreeDOS is
// installed, with its own FDISK, FORMAT and SYS.
func freeDOSDisk(t *testing.T) string {
	t.Helper()
	skipShort(t)
	floppy := guestImage(t, "freedos13-720k.img")
	dosDisk.once.Do(func() {
		disk := emptyDisk(t, 8<<20)
		pass(t, installPartition, "--floppy", floppy, "--hd", disk, "--boot", "a")
		b, err := os.ReadFile(disk)
		if err != nil {
			t.Fatal(err)
		}
		dosDisk.data = b
	})
	if dosDisk.data == nil {
		t.Fatal("FreeDOS could not be installed")
	}
	path := filepath.Join(t.TempDir(), "dos.img")
	if err := os.WriteFile(path, dosDisk.data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// dosPrompt waits for the prompt of the installed FreeDOS, which has no
// AUTOEXEC.BAT and asks for the date.
const dosPrompt = `
wait "Enter new date" within 60s
type "\n"
wait "Enter new time" within 10s
type "\n"
wait "C:\\>" within 10s
`

// compressed makes a gzip file of an image.
func compressed(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	zipped := filepath.Join(t.TempDir(), "image.gz")
	if err := os.WriteFile(zipped, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return zipped
}

// memdiskConfig has a menu entry for each image of the tests below.
const memdiskConfig = `
PROMPT 1
DEFAULT none
LABEL floppy
  LINUX memdisk
  INITRD floppy.img
LABEL gzip
  LINUX memdisk
  INITRD floppy.gz
LABEL int
  LINUX memdisk
  INITRD floppy.img
  APPEND int
LABEL raw
  LINUX memdisk
  INITRD floppy.img
  APPEND raw
LABEL disk
  LINUX memdisk
  INITRD disk.gz
  APPEND harddisk
`

func TestMEMDISKFloppy(t *testing.T) {
	t.Parallel()
	floppy := guestImage(t, "freedos-144.img")
	v := syslinuxDisk(t, memdiskConfig)
	v.put(t, packaged(t, memdisk), "memdisk")
	v.put(t, floppy, "floppy.img")
	v.put(t, compressed(t, floppy), "floppy.gz")
	// Each way of MEMDISK to reach the memory above 1 MB.
	for _, label := range []string{"floppy", "gzip", "int", "raw"} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			pass(t, `
wait "boot:" within 20s
type "`+label+`\n"
wait "A:\\>" within 60s
type "ver\n"
wait "FreeCom version 0.82" within 10s
type "dir\n"
wait "COMMAND  COM        66,090" within 10s
type "echo in memory> a:\\new.txt\n"
sleep 1s
type "cls\n"
sleep 1s
type "type a:\\new.txt\n"
wait "in memory" within 10s
type "c:\n"
wait "C:\\>" within 10s
type "dir\n"
wait "SYSLINUX CFG" within 10s
`, "--snapshot", v.image)
		})
	}
}

// TestMEMDISKHardDisk boots a hard disk in memory: it becomes drive 80h, and the
// one that it was loaded from 81h.
func TestMEMDISKHardDisk(t *testing.T) {
	t.Parallel()
	dos := freeDOSDisk(t)
	v := syslinuxDisk(t, memdiskConfig)
	v.put(t, packaged(t, memdisk), "memdisk")
	v.put(t, compressed(t, dos), "disk.gz")
	pass(t, `
wait "boot:" within 20s
type "disk\n"
`+dosPrompt+`
type "vol\n"
wait "BEIGE" within 10s
type "mem\n"
wait "Largest executable" within 10s
expect "Conventional"
type "cls\n"
sleep 1s
type "dir d:\\\n"
wait "SYSLINUX CFG" within 10s
`, "--mem", "32M", "--snapshot", v.image)
}
