package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"beige/devices/image"
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
	path, text := c.Args().Get(0), c.Args().Get(1)
	format, floppy := image.FormatByName(text)
	size, err := diskSize(text)
	if !floppy && err != nil {
		return usageError{err}
	}
	if err := claimTarget(path, c.Bool("force")); err != nil {
		return err
	}
	err = replaceFile(path, func(name string) error {
		if floppy {
			return image.CreateFloppy(name, format)
		}
		return image.CreateDisk(name, size)
	})
	switch {
	case err != nil:
		return err
	case floppy:
		return report(stdout, path, "a blank %s floppy", format.Name)
	}
	return report(stdout, path, "a blank hard disk of %d bytes", size)
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
