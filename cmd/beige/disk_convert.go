package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"beige/devices/image"
)

func diskConvert(c *cli.Context, stdout io.Writer) error {
	if c.NArg() != 2 {
		return usagef("disk convert: want two files, such as: beige disk convert old.imd new.img")
	}
	src, dst := c.Args().Get(0), c.Args().Get(1)
	if ext := strings.ToLower(filepath.Ext(dst)); ext == ".imd" || ext == ".td0" {
		return usagef("%s: %s images are only read; want a raw image, such as %s.img", dst, ext[1:], strings.TrimSuffix(dst, filepath.Ext(dst)))
	}
	id, err := image.Identify(src)
	if err == nil {
		err = id.Err
	}
	if err == nil {
		err = claimTarget(dst, c.Bool("force"))
	}
	if err != nil {
		return usageError{err}
	}
	var notes []string
	switch id.Kind {
	case image.FloppyDisk:
		notes, err = convertFloppy(src, dst)
	case image.HardDisk:
		var d *image.Disk
		if d, err = image.OpenDisk(src, image.Options{ReadOnly: true}); err == nil {
			defer d.Close()
			if d.Shared() {
				return errShared(src)
			}
			err = copySectors(d, dst, image.SectorSize)
		}
	case image.CDROM:
		var d *image.Disc
		if d, err = image.OpenDisc(src, image.Options{}); err == nil {
			defer d.Close()
			err = copySectors(d, dst, image.DiscSectorSize)
		}
	}
	if err != nil {
		return err
	}
	for _, n := range notes {
		if err := report(stdout, src, "%s", n); err != nil {
			return err
		}
	}
	return report(stdout, dst, "made from %s", id.Text)
}

func errShared(src string) error {
	return usagef("%s: is being written by another beige; a copy of it would be no whole disk", src)
}

// convertFloppy makes a raw image, and says what of src has no place in it.
func convertFloppy(src, dst string) ([]string, error) {
	f, err := image.OpenFloppy(src, image.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Shared() {
		return nil, errShared(src)
	}
	data, notes, err := f.Raw()
	if err != nil {
		return nil, err
	}
	return notes, replaceFile(dst, func(name string) error { return os.WriteFile(name, data, 0o666) })
}

// sectors is what a hard disk and a CD have in common.
type sectors interface {
	Sectors() uint64
	ReadSectors(lba uint64, p []byte) error
}

// copySectors makes a raw image without room for what is zero.
func copySectors(d sectors, dst string, sector int) error {
	return replaceFile(dst, func(name string) (err error) {
		out, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, out.Close()) }()
		if err := out.Truncate(int64(d.Sectors()) * int64(sector)); err != nil {
			return err
		}
		ctx, stop := stopContext()
		defer stop()
		const step = 64 << 10
		buf, zero := make([]byte, step), make([]byte, step)
		for lba, n := uint64(0), uint64(step/sector); lba < d.Sectors(); lba += n {
			p := buf[:min(n, d.Sectors()-lba)*uint64(sector)]
			if err := stopped(ctx); err != nil {
				return err
			}
			if err := d.ReadSectors(lba, p); err != nil {
				return err
			}
			if bytes.Equal(p, zero[:len(p)]) {
				continue
			}
			if _, err := out.WriteAt(p, int64(lba)*int64(sector)); err != nil {
				return err
			}
		}
		return out.Sync()
	})
}
