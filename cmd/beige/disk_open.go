package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"beige/devices/image"
	"beige/devices/image/fat"
	"beige/devices/image/iso"
	"beige/devices/image/partition"
)

// images are the images that a disk command has open, each of them once.
type images struct {
	open   []*openImage
	stderr io.Writer
}

// openImage is an image of any kind as bytes.
type openImage struct {
	path     string
	info     os.FileInfo
	id       image.Identity
	dev      device
	readOnly bool
	shared   bool // another process writes to it
	close    func() error
	table    *partition.Table // of a hard disk; nil: not read yet
	volumes  map[int]*volume
}

// device is a disk as file systems want it.
type device interface {
	io.ReaderAt
	io.WriterAt
	Size() int64
}

// disc is a CD as a device.
type disc struct{ *image.Disc }

func (d disc) WriteAt([]byte, int64) (int, error) {
	return 0, fmt.Errorf("%s: a CD is only read", d.Name())
}

// openImageFile opens an image of any kind. The error says what a person does
// about it without the flags of a machine.
func openImageFile(path string, write bool) (*openImage, error) {
	id, err := image.Identify(path)
	if err == nil {
		err = id.Err
	}
	if err != nil {
		return nil, usageError{err}
	}
	o := &openImage{path: path, id: id, readOnly: !write, volumes: map[int]*volume{}}
	opt := image.Options{ReadOnly: !write}
	switch id.Kind {
	case image.FloppyDisk:
		if write && id.Archive != "" {
			return nil, usagef("%s: %s images are only read; beige disk convert makes a raw image of it", path, id.Archive)
		}
		var f *image.Floppy
		if f, err = image.OpenFloppy(path, opt); err == nil {
			o.dev, o.close, o.shared = f, f.Close, f.Shared()
			if write && f.ReadOnly() {
				f.Close()
				return nil, usagef("%s: is read-only", path)
			}
		}
	case image.HardDisk:
		var d *image.Disk
		if d, err = image.OpenDisk(path, opt); err == nil {
			o.dev, o.close, o.shared = d, d.Close, d.Shared()
		}
	default:
		if write {
			return nil, usagef("%s: a CD is only read", path)
		}
		var d *image.Disc
		if d, err = image.OpenDisc(path, opt); err == nil {
			o.dev, o.close = disc{d}, d.Close
		}
	}
	switch {
	case errors.Is(err, image.ErrLocked):
		return nil, usagef("%s: is in use by another beige; it can be written when that has ended", path)
	case errors.Is(err, image.ErrReadOnly):
		return nil, usagef("%s: is read-only", path)
	case err != nil:
		return nil, usageError{err}
	}
	if o.info, err = os.Stat(path); err != nil {
		o.close()
		return nil, usageError{fileError(path, err)}
	}
	return o, nil
}

// use opens an image, or finds it open. What is to be written comes first.
func (s *images) use(path string, write bool) (*openImage, error) {
	if o := s.find(path); o != nil && !(write && o.readOnly) {
		return o, nil
	}
	o, err := openImageFile(path, write)
	if err != nil {
		return nil, err
	}
	s.open = append(s.open, o)
	if o.shared {
		complain(s.stderr, fmt.Errorf("%s is being written by another beige: what is read may be half of a change", filepath.Base(path)))
	}
	return o, nil
}

// find is the open image with the file that is at path.
func (s *images) find(path string) *openImage {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	for _, o := range s.open {
		if os.SameFile(info, o.info) {
			return o
		}
	}
	return nil
}

// close closes the images; err goes first.
func (s *images) close(err error) error {
	for _, o := range s.open {
		if cerr := o.close(); err == nil {
			err = cerr
		}
	}
	return err
}

// volume opens the file system that a place is in.
func (s *images) volume(p place, write bool) (*volume, error) {
	o, err := s.use(p.image, write)
	if err != nil {
		return nil, err
	}
	if v := o.volumes[p.part]; v != nil {
		return v, nil
	}
	v := &volume{image: o, part: p.part, name: p.image}
	if p.part > 0 {
		v.name = fmt.Sprintf("%s@%d", p.image, p.part)
	}
	switch o.id.Kind {
	case image.HardDisk:
		err = v.findPartition()
	case image.FloppyDisk:
		if p.part > 0 {
			return nil, usagef("%s: is a floppy, which has no partitions; want %s:%s", p.image, p.image, strings.TrimPrefix("/"+p.path, "/."))
		}
		v.fat, err = fat.Open(o.dev, 0, o.dev.Size())
		err = noVolume(err, "")
	default:
		if p.part > 0 {
			return nil, usagef("%s: is a CD, which has no partitions", p.image)
		}
		v.iso, err = iso.Open(o.dev, o.dev.Size())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.name, err)
	}
	if v.fat != nil {
		v.files = v.fat
	} else {
		v.files = v.iso
	}
	if other := o.volumes[v.part]; other != nil { // a partition by its number and as the first
		v = other
	}
	o.volumes[p.part], o.volumes[v.part] = v, v
	return v, nil
}

func noVolume(err error, where string) error {
	if errors.Is(err, fat.ErrNotFAT) {
		return fmt.Errorf("%shas no FAT file system", where)
	}
	return err
}

// partitions reads the partition table of a hard disk.
func (o *openImage) partitions() (*partition.Table, error) {
	if o.table == nil {
		t, err := partition.Read(o.dev, o.dev.Size())
		if err != nil {
			return nil, err
		}
		o.table = &t
	}
	return o.table, nil
}

// span is where a partition lies, in bytes, as far as it is on the disk.
func (o *openImage) span(e partition.Entry) (off, size int64) {
	end := uint64(o.dev.Size() / image.SectorSize)
	start := min(e.Start, end)
	return int64(start) * image.SectorSize, int64(min(e.Sectors, end-start)) * image.SectorSize
}

// findPartition opens partition v.part, or the first with a FAT volume.
func (v *volume) findPartition() error {
	t, err := v.image.partitions()
	if err != nil {
		return err
	}
	if t.Kind == partition.None {
		if v.part > 0 {
			return errors.New("the disk has no partition table")
		}
		v.fat, err = fat.Open(v.image.dev, 0, v.image.dev.Size())
		return noVolume(err, "the disk has neither a partition table nor a file system: it ")
	}
	var have []string
	var failed error
	for _, e := range t.Entries {
		have = append(have, fmt.Sprintf("%d %s", e.Number, e.TypeName()))
		if v.part > 0 && e.Number != v.part || v.part == 0 && e.Extended {
			continue
		}
		off, size := v.image.span(e)
		if v.fat, err = fat.Open(v.image.dev, off, size); err == nil {
			v.part = e.Number
			return nil
		}
		if v.part > 0 {
			return noVolume(err, fmt.Sprintf("partition %d (%s) ", e.Number, e.TypeName()))
		}
		if failed == nil && !errors.Is(err, fat.ErrNotFAT) {
			failed = fmt.Errorf("partition %d: %w", e.Number, err)
		}
	}
	switch {
	case failed != nil:
		return failed
	case len(have) == 0:
		return errors.New("the disk has no partitions")
	case v.part > 0:
		return usagef("there is no partition %d (there are %s)", v.part, strings.Join(have, ", "))
	}
	return fmt.Errorf("no partition has a FAT file system (there are %s)", strings.Join(have, ", "))
}
