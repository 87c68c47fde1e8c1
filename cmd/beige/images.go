package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"beige/bios"
	"beige/devices/image"
	"beige/machine"
)

// disks are the open images of a machine.
type disks struct {
	opt      image.Options
	floppies []*image.Floppy
	disks    []*image.Disk
	broken   []error // failures of the host's file system during the run
}

// openImages opens what the flags and arguments name, and tells out what an
// argument was taken for. The error lists every image that is refused.
func openImages(o *options, out io.Writer) (*disks, error) {
	d := &disks{}
	d.opt = image.Options{ReadOnly: o.readOnly, Snapshot: o.snapshot, Report: func(err error) { d.broken = append(d.broken, err) }}
	var errs []error
	bad := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	names := [4]string{"--floppy", "--floppy2", "--hd", "--hd2"}
	taken := [4]string{}
	for i, path := range o.files {
		if path != "" {
			taken[i] = path
			bad(d.insert(&o.cfg, i, path))
		}
	}
	for n, path := range o.images {
		id, err := image.Identify(path)
		if err == nil {
			err = id.Err
		}
		if err != nil {
			bad(err)
			continue
		}
		slot := 0
		switch id.Kind {
		case image.HardDisk:
			slot = 2
		case image.CDROM:
			bad(fmt.Errorf("%s: is %s; CD-ROM drives are not there yet", path, id.Text))
			continue
		}
		if taken[slot] != "" {
			slot++
		}
		if taken[slot] != "" {
			bad(fmt.Errorf("%s: no drive left: %s and %s have %s and %s", path, names[slot-1], names[slot], taken[slot-1], taken[slot]))
			continue
		}
		taken[slot] = path
		if n == 0 && o.cfg.Boot == "" {
			o.cfg.Boot = [4]string{"a", "a", "c", "c"}[slot]
		}
		drive := [4]string{"drive A", "drive B", "the first hard disk", "the second hard disk"}[slot]
		fmt.Fprintf(out, "beige: %s is %s: %s\n", filepath.Base(path), id.Text, drive)
		bad(d.insert(&o.cfg, slot, path))
	}
	if taken == [4]string{} {
		f, err := image.NewFloppy("demo", bios.Demo())
		if bad(err); err == nil {
			o.cfg.Floppies[0] = f
		}
	}
	if len(errs) > 0 {
		d.Close()
		return nil, errors.Join(errs...)
	}
	return d, nil
}

// insert opens an image for slot 0-1 (floppies) or 2-3 (hard disks).
func (d *disks) insert(cfg *machine.Config, slot int, path string) error {
	if slot < 2 {
		f, err := d.openFloppy(path)
		if err == nil {
			cfg.Floppies[slot] = f
		}
		return err
	}
	h, err := image.OpenDisk(path, d.opt)
	if err == nil {
		cfg.Disks[slot-2] = h
		d.disks = append(d.disks, h)
	}
	return err
}

// openFloppy opens a floppy that is closed with the others at the end.
func (d *disks) openFloppy(path string) (machine.Floppy, error) {
	f, err := image.OpenFloppy(path, d.opt)
	if err != nil {
		return nil, err
	}
	d.floppies = append(d.floppies, f)
	return f, nil
}

// Close writes out and closes all images. The error lists what went wrong with
// them since they were opened.
func (d *disks) Close() error {
	for _, f := range d.floppies {
		_ = f.Close() // its failures are reported
	}
	for _, h := range d.disks {
		_ = h.Close()
	}
	d.floppies, d.disks = nil, nil
	return errors.Join(d.broken...)
}
