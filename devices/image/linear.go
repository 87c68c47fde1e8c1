package image

import "io"

// Linear access: a disk as a row of bytes, for what looks into file systems.

// ReadAt fills p from byte off of the disk, as io.ReaderAt.
func (d *Disk) ReadAt(p []byte, off int64) (int, error) {
	return readLinear(p, off, int64(d.sectors)*SectorSize, func(p []byte, off int64) error {
		if d.overlay != nil {
			return d.overlay.read(p, off, d.readBase)
		}
		return d.readBase(p, off)
	})
}

// WriteAt writes p at byte off of the disk, both multiples of 512, as
// io.WriterAt. It fails as WriteSectors does.
func (d *Disk) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off%SectorSize != 0 {
		return 0, refuse(d.name, ErrRange, "a write to byte %d, which begins no sector", off)
	}
	if err := d.WriteSectors(uint64(off)/SectorSize, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Size is the capacity in bytes.
func (d *Disk) Size() int64 { return int64(d.sectors) * SectorSize }

// Size is the capacity in bytes.
func (f *Floppy) Size() int64 { return f.format.Size() }

// ReadAt fills p from byte off of the disk as a raw image in its present format,
// as io.ReaderAt. A sector that the disk lacks, or that has a data error, fails
// with ErrDamaged.
func (f *Floppy) ReadAt(p []byte, off int64) (int, error) {
	return readLinear(p, off, f.Size(), func(p []byte, off int64) error {
		for len(p) > 0 {
			cyl, head, i := f.locate(off / SectorSize)
			if i < 0 {
				return refuse(f.name, ErrDamaged, "sector %d is not on the disk", off/SectorSize)
			}
			s := &f.tracks[cyl*maxHeads+head].sectors[i]
			if s.flags&FlagDataError != 0 {
				return refuse(f.name, ErrDamaged, "sector %d could be read with errors only when the disk was imaged", off/SectorSize)
			}
			n := copy(p, s.data[off%SectorSize:])
			p, off = p[n:], off+int64(n)
		}
		return nil
	})
}

// WriteAt writes p at byte off, both multiples of 512, as io.WriterAt. It fails
// as WriteSector does; the sectors before the one that fails are written.
func (f *Floppy) WriteAt(p []byte, off int64) (n int, err error) {
	if off < 0 || off%SectorSize != 0 || len(p)%SectorSize != 0 || off > f.Size()-int64(len(p)) {
		return 0, refuse(f.name, ErrRange, "a write of %d bytes at %d, which is no row of sectors of the disk", len(p), off)
	}
	for ; n < len(p); n += SectorSize {
		cyl, head, i := f.locate((off + int64(n)) / SectorSize)
		if i < 0 {
			return n, refuse(f.name, ErrDamaged, "sector %d is not on the disk", (off+int64(n))/SectorSize)
		}
		if err := f.WriteSector(cyl, head, i, p[n:n+SectorSize], false); err != nil {
			return n, err
		}
	}
	return n, nil
}

// locate finds a sector by its number on the disk: its track and its place
// there, -1 where the track has none of 512 bytes.
func (f *Floppy) locate(lba int64) (cyl, head, i int) {
	per := int64(f.format.Sectors)
	cyl, head = int(lba/per)/f.format.Heads, int(lba/per)%f.format.Heads
	t := f.at(cyl, head)
	if t == nil {
		return 0, 0, -1
	}
	for i := range t.sectors {
		if s := &t.sectors[i]; int64(s.id[2]) == lba%per+1 && s.id[3] == 2 && s.data != nil {
			return cyl, head, i
		}
	}
	return cyl, head, -1
}

// readLinear is the contract of io.ReaderAt around read, which fills all of p.
func readLinear(p []byte, off, size int64, read func([]byte, int64) error) (int, error) {
	if off < 0 || off >= size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), size-off))
	if err := read(p[:n], off); err != nil {
		return 0, err
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Size is the capacity in bytes.
func (d *Disc) Size() int64 { return int64(d.sectors) * DiscSectorSize }

// ReadAt fills p from byte off of the user data of the disc, as io.ReaderAt.
func (d *Disc) ReadAt(p []byte, off int64) (int, error) {
	return readLinear(p, off, d.Size(), func(p []byte, off int64) error {
		sector := make([]byte, DiscSectorSize)
		for len(p) > 0 {
			lba, skip := off/DiscSectorSize, off%DiscSectorSize
			n := len(p) / DiscSectorSize * DiscSectorSize
			var err error
			if skip == 0 && n > 0 {
				err = d.ReadSectors(uint64(lba), p[:n])
			} else if err = d.ReadSectors(uint64(lba), sector); err == nil {
				n = copy(p, sector[skip:])
			}
			if err != nil {
				return err
			}
			p, off = p[n:], off+int64(n)
		}
		return nil
	})
}
