package linux

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

const (
	sectorSize = 512
	firstLBA   = 2048 // where the partition begins
	mbrCode    = "/usr/lib/syslinux/mbr/mbr.bin"
)

// Tools reports which programs of the host are missing to build a disk.
func Tools() error {
	var errs []error
	for _, t := range [][2]string{{"syslinux", "syslinux"}, {"mcopy", "mtools"}, {"mkfs.fat", "dosfstools"}} {
		if _, err := exec.LookPath(t[0]); err != nil {
			errs = append(errs, fmt.Errorf("no %s (package %s)", t[0], t[1]))
		}
	}
	if _, err := os.Stat(mbrCode); err != nil {
		errs = append(errs, fmt.Errorf("no %s (package syslinux-common)", mbrCode))
	}
	return errors.Join(errs...)
}

// Disk writes a hard disk image of size bytes that starts the kernel with an
// initramfs and a command line by SYSLINUX, from a FAT16 partition that takes
// the first part bytes of it; behind that lies data.
func (k Kit) Disk(path string, size, part int64, initramfs []byte, commandLine string, data []byte) error {
	if err := Tools(); err != nil {
		return err
	}
	if part+int64(len(data)) > size {
		return fmt.Errorf("%d bytes do not fit on a disk of %d behind a partition that ends at %d", len(data), size, part)
	}
	mbr, err := os.ReadFile(mbrCode)
	if err != nil {
		return err
	}
	boot := make([]byte, sectorSize)
	copy(boot[:446], mbr)
	entry := boot[446:]
	copy(entry, []byte{0x80, 0x20, 0x21, 0, 0x0e, 0xfe, 0xff, 0xff}) // active, FAT16 with LBA
	binary.LittleEndian.PutUint32(entry[8:], firstLBA)
	binary.LittleEndian.PutUint32(entry[12:], uint32(part/sectorSize-firstLBA))
	copy(boot[510:], []byte{0x55, 0xaa})

	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = errors.Join(f.Truncate(size), writeAt(f, boot, 0), writeAt(f, data, part), f.Close())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "beige-linux")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	config := fmt.Sprintf("DEFAULT linux\nLABEL linux\n KERNEL vmlinuz\n APPEND initrd=initrd.gz %s\n", commandLine)
	kernel, err := os.ReadFile(k.Kernel)
	if err != nil {
		return err
	}
	files := map[string][]byte{"vmlinuz": kernel, "initrd.gz": initramfs, "syslinux.cfg": []byte(config)}
	volume := fmt.Sprintf("%s@@%d", path, firstLBA*sectorSize)
	if err := run("mkfs.fat", "-F", "16", "--offset", fmt.Sprint(firstLBA), path, fmt.Sprint((part-firstLBA*sectorSize)/1024)); err != nil {
		return err
	}
	for _, name := range sorted(files) {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, files[name], 0o600); err != nil {
			return err
		}
		if err := run("mcopy", "-i", volume, file, "::"+name); err != nil {
			return err
		}
	}
	return run("syslinux", "--offset", fmt.Sprint(firstLBA*sectorSize), "--install", path)
}

func writeAt(f *os.File, b []byte, off int64) error {
	_, err := f.WriteAt(b, off)
	return err
}

// run starts a program of the host; mtools is told to take volumes of any
// geometry.
func run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "MTOOLS_SKIP_CHECK=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
