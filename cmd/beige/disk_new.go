package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"beige/devices/image"
	"beige/devices/image/fat"
	"beige/devices/image/partition"
)

func floppyNames() string {
	var names []string
	for _, f := range image.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func diskNew(c *cli.Context, stdout io.Writer) error {
	if c.NArg() != 2 {
		return usagef("disk new: want a file and a size, such as: beige disk new a.img 1.44M")
	}
	formatted, label := c.Bool("fat"), c.String("label")
	if label != "" && !formatted {
		return usagef("--label: is for a file system; --fat makes one")
	}
	path, text := c.Args().Get(0), c.Args().Get(1)
	format, floppy := image.FormatByName(text)
	size, err := diskSize(text)
	if !floppy && err != nil {
		return usageError{err}
	}
	if err := claimTarget(path, c.Bool("force")); err != nil {
		return err
	}
	kind := ""
	err = replaceFile(path, func(name string) error {
		var err error
		if floppy {
			err = image.CreateFloppy(name, format)
		} else {
			err = image.CreateDisk(name, size)
		}
		if err == nil && formatted {
			kind, err = formatNew(name, floppy, label)
		}
		return err
	})
	switch {
	case err != nil && (errors.Is(err, fat.ErrOptions) || errors.Is(err, partition.ErrSize)):
		return usageError{err}
	case err != nil:
		return err
	case formatted && floppy:
		return report(stdout, path, "a %s floppy with an empty %s file system", format.Name, kind)
	case formatted:
		return report(stdout, path, "a hard disk of %d bytes with a partition that has an empty %s file system", size, kind)
	case floppy:
		return report(stdout, path, "a blank %s floppy", format.Name)
	}
	return report(stdout, path, "a blank hard disk of %d bytes", size)
}

// formatNew makes an empty file system on a blank disk: on a hard disk in an
// active partition over all of it. It returns the kind of file system.
func formatNew(name string, floppy bool, label string) (string, error) {
	now := time.Now()
	o := fat.Options{Label: label, Now: now}
	if floppy {
		f, err := image.OpenFloppy(name, image.Options{})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("FAT%d", fat.Bits(f.Size())), errors.Join(fat.Format(f, 0, f.Size(), o), f.Close())
	}
	d, err := image.OpenDisk(name, image.Options{})
	if err != nil {
		return "", err
	}
	bits, err := partitionNew(d, o)
	return fmt.Sprintf("FAT%d", bits), errors.Join(err, d.Close())
}

func partitionNew(d *image.Disk, o fat.Options) (bits int, err error) {
	e, g, err := partition.Whole(d.Size())
	if err != nil {
		return 0, err
	}
	size := int64(e.Sectors) * image.SectorSize
	bits = fat.Bits(size)
	e.Type = partition.FATType(bits, e, g)
	o.Heads, o.SectorsPerTrack, o.Hidden = g.Heads, g.SectorsPerTrack, uint32(e.Start)
	if err := fat.Format(d, int64(e.Start)*image.SectorSize, size, o); err != nil {
		return 0, err
	}
	return bits, partition.WriteMBR(d, uint32(o.Now.UnixNano())|1, g, e)
}

// diskSize reads the size of a hard disk: whole sectors.
func diskSize(text string) (int64, error) {
	wrong := fmt.Errorf("size %q: want a floppy (%s) or a hard disk of whole 512-byte sectors, such as 504M or 8G, at most 65536T", text, floppyNames())
	digits, unit := strings.TrimSuffix(strings.ToUpper(text), "B"), int64(1)
	for i, letter := range []string{"K", "M", "G", "T"} {
		if n, found := strings.CutSuffix(digits, letter); found {
			digits, unit = n, 1<<(10*(i+1))
			break
		}
	}
	whole, part, _ := strings.Cut(digits, ".")
	var n int64
	for _, d := range whole + part {
		if d < '0' || d > '9' || n > image.MaxDisk/10 {
			return 0, wrong
		}
		n = n*10 + int64(d-'0')
	}
	scale := int64(1)
	for range part {
		scale *= 10
		if scale > 1000 {
			return 0, wrong
		}
	}
	if n > image.MaxDisk/unit {
		return 0, wrong
	}
	size := n * unit / scale
	if scale > 1 {
		size -= size % image.SectorSize // 1.5G is meant; 2.1G is no whole number of bytes
	}
	if size == 0 || size > image.MaxDisk || size%image.SectorSize != 0 {
		return 0, wrong
	}
	return size, nil
}
