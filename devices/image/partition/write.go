package partition

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"beige/bios/bootsector"
)

// ErrSize is the reason for which a disk cannot be partitioned.
var ErrSize = errors.New("cannot be partitioned")

const (
	defaultTrack = 63
	maxMBR       = 1<<32 - 1 // sectors that an entry can count
	smallFAT16   = 0x10000   // sectors: beyond them type 06h
)

// Translate is the geometry in which a BIOS with LBA-assisted translation shows
// a new disk (Phoenix EDD 1.1; none up to 504 MB, then as many heads as keep it
// below 1024 cylinders).
func Translate(sectors uint64) Geometry {
	for _, heads := range []int{16, 32, 64, 128} {
		if sectors <= 1024*uint64(heads)*defaultTrack {
			return Geometry{heads, defaultTrack}
		}
	}
	return Geometry{255, defaultTrack}
}

// Whole is one active partition over all of a disk of size bytes, as FDISK of
// DOS makes it: from the second track to the end of the last whole cylinder. Its
// type is still 0. It fails with ErrSize where the disk is too small.
func Whole(size int64) (Entry, Geometry, error) {
	sectors := uint64(max(size, 0)) / sectorSize
	g := Translate(sectors)
	cylinder := uint64(g.Heads * g.SectorsPerTrack)
	end := min(sectors, maxMBR) / cylinder * cylinder
	start := uint64(g.SectorsPerTrack)
	if end <= start {
		return Entry{}, g, fmt.Errorf("%w: %d bytes; want at least a cylinder (%d)", ErrSize, size, cylinder*sectorSize)
	}
	return Entry{Number: 1, Active: true, Start: start, Sectors: end - start}, g, nil
}

// FATType is the type byte of a partition with a FAT volume of 12, 16 or 32 bits:
// those for LBA where it ends beyond cylinder 1023.
func FATType(bits int, e Entry, g Geometry) uint8 {
	lba := (e.Start+e.Sectors-1)/uint64(g.Heads*g.SectorsPerTrack) > maxCylinder
	switch {
	case bits == 32 && lba:
		return 0x0c
	case bits == 32:
		return 0x0b
	case lba:
		return 0x0e
	case bits == 16 && e.Sectors < smallFAT16:
		return 0x04
	case bits == 16 || e.Sectors >= smallFAT16:
		return 0x06
	}
	return 0x01
}

// WriteMBR writes the master boot record of a new disk: code that starts the
// active partition, the number of the disk, and the primary partitions, whose
// Number is their place. First and Last are made of Start and Sectors. What was
// in the first sector is lost, the rest of the disk stays as it is.
func WriteMBR(w io.WriterAt, signature uint32, g Geometry, entries ...Entry) error {
	le := binary.LittleEndian
	s := bootsector.MBR()
	le.PutUint32(s[offSignature:], signature)
	for _, e := range entries {
		if e.Number < 1 || e.Number > 4 || e.Sectors == 0 || e.Start+e.Sectors > maxMBR {
			return fmt.Errorf("%w: partition %d from sector %d with %d sectors has no place in a master boot record", ErrSize, e.Number, e.Start, e.Sectors)
		}
		p := rawEntry(s, e.Number-1)
		if e.Active {
			p[0] = active
		}
		putCHS(p[1:], g.chs(e.Start))
		p[4] = e.Type
		putCHS(p[5:], g.chs(e.Start+e.Sectors-1))
		le.PutUint32(p[8:], uint32(e.Start))
		le.PutUint32(p[12:], uint32(e.Sectors))
	}
	_, err := w.WriteAt(s, 0)
	return err
}

func putCHS(p []byte, c CHS) {
	p[0], p[1], p[2] = uint8(c.Head), uint8(c.Sector)|uint8(c.Cylinder>>2&0xc0), uint8(c.Cylinder)
}
