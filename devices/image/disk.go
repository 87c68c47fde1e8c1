package image

import (
	"errors"
	"fmt"
)

// Disk is a hard disk: sectors of 512 bytes, numbered from 0. It is what an ATA
// controller wants. The caller is the machine goroutine.
type Disk struct {
	name     string
	file     *file    // nil: the base is in memory
	base     []byte   // with file nil: shared, never written
	overlay  *overlay // nil: writes go to the file
	sectors  uint64
	readOnly bool
	shared   bool // another process writes to the file
}

// OpenDisk opens a raw hard-disk image. A file that may not be written fails
// with ErrReadOnly unless o asks for no writing: an operating system takes a
// disk that refuses writes for broken.
func OpenDisk(path string, o Options) (*Disk, error) {
	f, err := openFile(path, !o.ReadOnly && !o.Snapshot, o.Report)
	if err != nil {
		return nil, err
	}
	head := make([]byte, min(f.size, SectorSize))
	if err = f.ReadAt(head, 0); err == nil {
		if what, advice := foreign(head); what != "" {
			err = refuse(path, ErrFormat, "is %s; want a raw disk image%s", what, advice)
		} else {
			err = checkDisk(path, f.size, head)
		}
	}
	if err != nil {
		f.f.Close()
		return nil, err
	}
	d := &Disk{name: path, file: f, sectors: uint64(f.size) / SectorSize, readOnly: o.ReadOnly}
	if o.Snapshot && !o.ReadOnly {
		d.overlay = newOverlay(f.size)
	}
	if !f.writable {
		d.shared = f.share()
	}
	return d, nil
}

// NewDisk returns a hard disk in memory of the given number of sectors that
// starts with data and goes on with zeros. data is not copied and never
// written.
func NewDisk(name string, data []byte, sectors uint64) *Disk {
	return &Disk{name: name, base: data, overlay: newOverlay(int64(sectors) * SectorSize), sectors: sectors}
}

// Name is the file name of the image, or what a disk in memory was called.
func (d *Disk) Name() string { return d.name }

// Sectors is the capacity in sectors of 512 bytes.
func (d *Disk) Sectors() uint64 { return d.sectors }

// ReadOnly reports whether every write fails.
func (d *Disk) ReadOnly() bool { return d.readOnly }

// Shared reports that another process had the image open for writing when this
// one was opened: what is read may change.
func (d *Disk) Shared() bool { return d.shared }

// SetReadOnly makes every further write fail, or not.
func (d *Disk) SetReadOnly(on bool) { d.readOnly = on }

// ReadSectors fills p, a whole number of sectors, from sector lba on. It fails
// with ErrRange or with an error of the host.
func (d *Disk) ReadSectors(lba uint64, p []byte) error {
	if err := d.check(lba, p); err != nil {
		return err
	}
	off := int64(lba) * SectorSize
	if d.overlay != nil {
		return d.overlay.read(p, off, d.readBase)
	}
	return d.readBase(p, off)
}

// WriteSectors writes p, a whole number of sectors, from sector lba on. It
// fails with ErrProtected, ErrRange, ErrFull or an error of the host.
func (d *Disk) WriteSectors(lba uint64, p []byte) error {
	if d.readOnly {
		return refuse(d.name, ErrProtected, "write-protected")
	}
	if err := d.check(lba, p); err != nil {
		return err
	}
	off := int64(lba) * SectorSize
	if d.overlay != nil {
		err := d.overlay.write(p, off, d.readBase)
		if errors.Is(err, errOverlayFull) {
			e := refuse(d.name, ErrFull, "the snapshot is full: it keeps at most %s of changes in memory; run a copy of the image without --snapshot (the guest is told that its disk fails)", SizeText(d.overlay.most))
			if d.file != nil {
				d.file.tell(writing, e)
			}
			return e
		}
		return err
	}
	return d.file.WriteAt(p, off)
}

// Flush returns when the host has stored what was written so far. Once it has
// failed it fails for ever: nobody knows what the host has dropped.
func (d *Disk) Flush() error {
	if d.file == nil {
		return nil
	}
	return d.file.Sync()
}

// Close flushes the image, gives up the file and its lock, and drops what a
// snapshot kept. The disk must not be used any more.
func (d *Disk) Close() error {
	if d.file == nil {
		return nil
	}
	return d.file.Close()
}

// HostError is the first error that the host's file system gave, or nil.
func (d *Disk) HostError() error {
	if d.file == nil {
		return nil
	}
	return d.file.failed
}

func (d *Disk) String() string {
	return fmt.Sprintf("%s (hard disk, %s)", d.name, SizeText(int64(d.sectors)*SectorSize))
}

func (d *Disk) check(lba uint64, p []byte) error {
	if n := uint64(len(p)) / SectorSize; len(p)%SectorSize != 0 || lba > d.sectors || n > d.sectors-lba {
		return refuse(d.name, ErrRange, "sectors %d+%d: beyond the end of the disk (%d sectors)", lba, n, d.sectors)
	}
	return nil
}

// readBase reads what lies under the overlay.
func (d *Disk) readBase(p []byte, off int64) error {
	if d.file != nil {
		return d.file.ReadAt(p, off)
	}
	n := 0
	if off < int64(len(d.base)) {
		n = copy(p, d.base[off:])
	}
	clear(p[n:])
	return nil
}

func isKind(err, kind error) bool { return err != nil && errors.Is(err, kind) }
