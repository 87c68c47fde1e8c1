package linux

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// archive writes the cpio format "newc" (Linux, Documentation/driver-api/
// early-userspace/buffer-format.rst): an ASCII header of 110 bytes, the name,
// the data, each padded to 4 bytes.
type archive struct {
	bytes.Buffer
	inode int
}

const (
	modeDir  = 0o040755
	modeFile = 0o100755
	modeNode = 0o020600 // a character device
)

func (a *archive) entry(name string, mode, major, minor int, data []byte) {
	a.inode++
	fmt.Fprintf(a, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		a.inode, mode, 0, 0, 1, 0, len(data), 0, 0, major, minor, len(name)+1, 0)
	a.WriteString(name + "\x00")
	a.pad()
	a.Write(data)
	a.pad()
}

func (a *archive) pad() {
	for a.Len()%4 != 0 {
		a.WriteByte(0)
	}
}

// Guest is what an initramfs holds beside busybox.
type Guest struct {
	Modules []string          // names of modules, loaded before Script in this order, with what they need
	Files   map[string][]byte // further files, by path
	Script  string            // shell commands, run by process 1; the machine is switched off after the last
}

// prologue is what process 1 does first.
const prologue = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TERM=linux
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
`

// Initramfs builds the compressed archive that the kernel unpacks as its root.
func (k Kit) Initramfs(g Guest) ([]byte, error) {
	busybox, err := os.ReadFile(k.Busybox)
	if err != nil {
		return nil, err
	}
	modules, err := k.Module(g.Modules...)
	if err != nil {
		return nil, err
	}
	var a archive
	for _, dir := range []string{"bin", "dev", "lib", "mnt", "proc", "sys", "tmp"} {
		a.entry(dir, modeDir, 0, 0, nil)
	}
	a.entry("dev/console", modeNode, 5, 1, nil)
	a.entry("bin/busybox", modeFile, 0, 0, busybox)
	var init strings.Builder
	init.WriteString(prologue)
	for _, path := range modules {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := "lib/" + filepath.Base(path)
		a.entry(name, modeFile, 0, 0, data)
		fmt.Fprintf(&init, "insmod /%s\n", name)
	}
	init.WriteString(g.Script + "\npoweroff -f\n")
	a.entry("init", modeFile, 0, 0, []byte(init.String()))
	for _, name := range sorted(g.Files) {
		a.entry(name, modeFile, 0, 0, g.Files[name])
	}
	a.entry("TRAILER!!!", 0, 0, 0, nil)

	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(a.Bytes()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
