package image

import "io"

// Open images as bytes, for what reads file systems. Writes are of whole
// sectors. Unlike the drives of the machine, which only ever ask for sectors
// that are there, these callers believe what an image says of itself: behind its
// end is io.EOF.

// ReadAt implements io.ReaderAt.
func (d *Disk) ReadAt(p []byte, off int64) (int, error) {
	return readBytes(p, off, int64(d.sectors), SectorSize, d.ReadSectors)
}

// WriteAt implements io.WriterAt for whole sectors.
func (d *Disk) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off%SectorSize != 0 {
		return 0, refuse(d.name, ErrRange, "byte %d begins no sector", off)
	}
	if err := d.WriteSectors(uint64(off)/SectorSize, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Size is the capacity in bytes.
func (d *Disk) Size() int64 { return int64(d.sectors) * SectorSize }

// ReadAt implements io.ReaderAt.
func (d *Disc) ReadAt(p []byte, off int64) (int, error) {
	return readBytes(p, off, int64(d.sectors), DiscSectorSize, d.ReadSectors)
}

// Size is the capacity in bytes.
func (d *Disc) Size() int64 { return int64(d.sectors) * DiscSectorSize }

// ReadAt implements io.ReaderAt for the sectors of 512 bytes in the order of a
// raw image. One that is missing or damaged is an error of kind ErrDamaged.
func (f *Floppy) ReadAt(p []byte, off int64) (int, error) {
	return readBytes(p, off, f.Size()/SectorSize, SectorSize, func(lba uint64, p []byte) error {
		for ; len(p) > 0; p, lba = p[SectorSize:], lba+1 {
			cyl, head, i, err := f.find(lba)
			if err != nil {
				return err
			}
			s := &f.at(cyl, head).sectors[i]
			if s.flags&(FlagDataError|FlagIDError|FlagNoData) != 0 {
				return refuse(f.name, ErrDamaged, "cylinder %d, head %d, sector %d was read with errors when this image was made", cyl, head, s.id[2])
			}
			copy(p[:SectorSize], s.data)
		}
		return nil
	})
}

// WriteAt implements io.WriterAt for whole sectors.
func (f *Floppy) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off%SectorSize != 0 || len(p)%SectorSize != 0 {
		return 0, refuse(f.name, ErrRange, "%d bytes from byte %d on are no whole sectors", len(p), off)
	}
	for n := 0; n < len(p); n += SectorSize {
		cyl, head, i, err := f.find(uint64(off+int64(n)) / SectorSize)
		if err == nil {
			err = f.WriteSector(cyl, head, i, p[n:n+SectorSize], false)
		}
		if err != nil {
			return n, err
		}
	}
	return len(p), nil
}

// Size is the capacity in bytes.
func (f *Floppy) Size() int64 { return f.format.Size() }

// find is the place on its track of a sector of the raw image.
func (f *Floppy) find(lba uint64) (cyl, head, i int, err error) {
	g := f.format.Geometry
	if g.Sectors == 0 || lba >= uint64(f.Size()/SectorSize) {
		return 0, 0, 0, refuse(f.name, ErrRange, "sector %d: beyond the end of the disk", lba)
	}
	track := int(lba) / g.Sectors
	cyl, head = track/g.Heads, track%g.Heads
	want := [4]uint8{uint8(cyl), uint8(head), uint8(int(lba)%g.Sectors + 1), 2}
	for i, s := range f.at(cyl, head).sectors {
		if s.id == want {
			return cyl, head, i, nil
		}
	}
	return 0, 0, 0, refuse(f.name, ErrDamaged, "cylinder %d, head %d has no sector %d of 512 bytes", cyl, head, want[2])
}

// readBytes reads any bytes by whole sectors of a disk that has so many.
func readBytes(p []byte, off, sectors int64, size int, read func(lba uint64, p []byte) error) (n int, err error) {
	whole := int64(size)
	if off < 0 || off >= sectors*whole {
		return 0, io.EOF
	}
	if left := sectors*whole - off; int64(len(p)) > left {
		p, err = p[:left], io.EOF
	}
	for n < len(p) {
		at := off + int64(n)
		skip := at % whole
		if body := int64(len(p)-n) / whole * whole; skip == 0 && body > 0 {
			if err := read(uint64(at/whole), p[n:n+int(body)]); err != nil {
				return n, err
			}
			n += int(body)
			continue
		}
		edge := make([]byte, size)
		if err := read(uint64(at/whole), edge); err != nil {
			return n, err
		}
		n += copy(p[n:], edge[skip:])
	}
	return n, err
}
