package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"beige/bios"
	"beige/devices/image"
	"beige/machine"
)

// disks are the open images of a machine.
type disks struct {
	opt      image.Options
	floppies [2]*image.Floppy // what is in the drives
	demo     *image.Floppy    // the demonstration disk, where it boots
	disks    []*image.Disk
	discs    [2]*image.Disc         // what is in the CD-ROM drives
	files    [slotCDROM]os.FileInfo // of what is in the drives, by slot
	failed   bool                   // the host's file system has failed during the run
	broken   []error                // its failures that nobody has been told
	guesses  []string               // what arguments were taken for, and what is special about a disk, a line each

	// onBroken, if set, is told a failure when it happens, and reports whether
	// the person will still see it at the end.
	onBroken func(error) bool
}

// Slots are the drives that images go into: two floppy drives, four hard disks,
// two CD-ROM drives. Hard disks and CD-ROM drives share four places.
const (
	slotFloppy = 0
	slotDisk   = 2
	slotCDROM  = 6
	slots      = 8
)

// slotFlags are the flags that name the images.
func slotFlags() [slots]string {
	return [slots]string{"floppy", "floppy2", "hd", "hd2", "hd3", "hd4", "cdrom", "cdrom2"}
}

// driveName is the drive of a slot as a person calls it.
func driveName(slot int) string {
	return [slots]string{"drive A", "drive B", "the first hard disk", "the second hard disk", "the third hard disk", "the fourth hard disk", "the CD-ROM drive", "the second CD-ROM drive"}[slot]
}

// openImages opens what the flags and arguments name. The error lists every
// image that is refused.
func openImages(o *options) (*disks, error) {
	d := &disks{}
	d.opt = image.Options{ReadOnly: o.readOnly, Snapshot: o.snapshot, Report: func(err error) {
		d.failed = true
		if d.onBroken == nil || !d.onBroken(err) {
			d.broken = append(d.broken, err)
		}
	}}
	var errs []error
	bad := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	names := slotFlags()
	taken := [slots]string{}
	for i, path := range o.files {
		if path != "" {
			taken[i] = path
			bad(d.insert(&o.cfg, i, path))
		}
	}
	for n, path := range o.images {
		if o.takeKernel(path) {
			continue
		}
		id, err := image.Identify(path)
		if err == nil {
			err = id.Err
		}
		if err != nil {
			bad(err)
			continue
		}
		first, end := slotFloppy, slotDisk
		switch id.Kind {
		case image.HardDisk:
			first, end = slotDisk, slotCDROM
		case image.CDROM:
			first, end = slotCDROM, slots
		}
		free := slices.Index(taken[first:end], "")
		if free < 0 {
			bad(fmt.Errorf("%s: no drive left: --%s have %s", path, strings.Join(names[first:end], " and --"), strings.Join(taken[first:end], " and ")))
			continue
		}
		slot := first + free
		taken[slot] = path
		if n == 0 && o.cfg.Boot == "" {
			o.cfg.Boot = map[image.Kind]string{image.FloppyDisk: "a", image.HardDisk: "c", image.CDROM: "d"}[id.Kind]
		}
		d.guesses = append(d.guesses, fmt.Sprintf("%s is %s: %s", filepath.Base(path), id.Text, driveName(slot)))
		bad(d.insert(&o.cfg, slot, path))
	}
	for _, f := range d.floppies {
		if f == nil || !f.ReadOnly() || o.readOnly {
			continue
		}
		name := filepath.Base(f.Name())
		if f.Archive() != "" {
			d.guesses = append(d.guesses, fmt.Sprintf("%s is in %s format, which is only read: the disk is write-protected; beige disk convert makes a raw image of it, --snapshot lets the guest write and forget", name, f.Archive()))
		} else {
			d.guesses = append(d.guesses, name+" is read-only: the disk is write-protected; --snapshot lets the guest write")
		}
	}
	for _, h := range d.disks {
		if h.Shared() {
			d.guesses = append(d.guesses, fmt.Sprintf("%s is being written by another beige: what this one reads may change", filepath.Base(h.Name())))
		}
	}
	bad(d.cdromDrives(o, taken[slotCDROM+1] != ""))
	guess, err := o.loadKernel()
	if bad(err); guess != "" {
		d.guesses = append(d.guesses, guess)
	}
	if taken == [slots]string{} && o.kernel == "" {
		f, err := image.NewFloppy("demonstration disk", bios.Demo())
		if bad(err); err == nil {
			d.demo, d.floppies[0] = f, f
			o.cfg.Floppies[0] = f
		}
	}
	if len(errs) > 0 {
		d.Close()
		return nil, errors.Join(errs...)
	}
	return d, nil
}

// cdromDrives gives the machine its CD-ROM drives with the discs that were
// opened: a PC has one unless hard disks take its place, other boards if it is
// asked for.
func (d *disks) cdromDrives(o *options, second bool) error {
	n := 0
	if second {
		n = 2
	} else if d.discs[0] != nil || (o.cfg.Machine == "" || o.cfg.Machine == "pc") && slices.Contains(o.cfg.Disks[:], nil) {
		n = 1
	}
	drives, err := o.cfg.AddCDROMs(n)
	for i, drive := range drives {
		if d.discs[i] != nil {
			drive.Disc = d.discs[i]
		}
	}
	return err
}

// insert opens an image for a slot.
func (d *disks) insert(cfg *machine.Config, slot int, path string) error {
	if slot >= slotCDROM {
		disc, err := image.OpenDisc(path, d.opt)
		if err == nil {
			d.discs[slot-slotCDROM] = disc
		}
		return err
	}
	if slot < slotDisk {
		f, err := d.openFloppy(slot, path)
		if err == nil {
			cfg.Floppies[slot] = f
			d.putFloppy(slot, f, path)
		}
		return err
	}
	if err := d.alone(slot, path); err != nil {
		return err
	}
	h, err := image.OpenDisk(path, d.opt)
	if err == nil {
		if !d.opt.ReadOnly && !d.opt.Snapshot {
			d.files[slot], _ = os.Stat(path)
		}
		cfg.Disks[slot-slotDisk] = h
		d.disks = append(d.disks, h)
	}
	return err
}

// alone refuses a file that is written to through another drive already, under
// this name or another one. Two disks that only read it do no harm.
func (d *disks) alone(slot int, path string) error {
	info, err := os.Stat(path)
	if err != nil || d.opt.ReadOnly || d.opt.Snapshot {
		return nil // opening it says why
	}
	for other, is := range d.files {
		if other != slot && is != nil && os.SameFile(is, info) && !(other < 2 && d.floppies[other] != nil && d.floppies[other].ReadOnly()) {
			return fmt.Errorf("%s: is in %s already; a file can be written through one drive only: use --snapshot or --read-only, or a copy for %s", path, driveName(other), driveName(slot))
		}
	}
	return nil
}

// openFloppy opens an image for a floppy drive.
func (d *disks) openFloppy(drive int, path string) (*image.Floppy, error) {
	if err := d.alone(drive, path); err != nil {
		return nil, err
	}
	return image.OpenFloppy(path, d.opt)
}

// putFloppy notes what is in a drive, which is empty.
func (d *disks) putFloppy(drive int, f *image.Floppy, path string) {
	d.floppies[drive], d.files[drive] = f, nil
	if info, err := os.Stat(path); err == nil && !d.opt.ReadOnly && !d.opt.Snapshot {
		d.files[drive] = info
	}
}

// holds reports whether a drive has the file open to write to it.
func (d *disks) holds(drive int, path string) bool {
	info, err := os.Stat(path)
	return err == nil && d.files[drive] != nil && os.SameFile(info, d.files[drive])
}

// ejectFloppy closes the floppy of a drive, so that its file is free for others.
func (d *disks) ejectFloppy(drive int) error {
	f := d.floppies[drive]
	d.files[drive] = nil
	if f == nil {
		return nil
	}
	d.floppies[drive] = nil
	return f.Close()
}

// ejectDisc closes the image of a CD-ROM drive.
func (d *disks) ejectDisc(drive int) error {
	disc := d.discs[drive]
	if disc == nil {
		return nil
	}
	d.discs[drive] = nil
	return disc.Close()
}

// Close writes out and closes all images. The error lists what went wrong with
// them since they were opened and has not been told.
func (d *disks) Close() error {
	for drive := range d.floppies {
		_ = d.ejectFloppy(drive) // its failures are reported
	}
	for drive := range d.discs {
		_ = d.ejectDisc(drive)
	}
	for _, h := range d.disks {
		_ = h.Close()
	}
	d.disks = nil
	return errors.Join(d.broken...)
}
