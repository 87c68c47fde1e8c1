// Package fat reads and writes FAT12, FAT16 and FAT32 volumes with long file
// names, makes empty ones (Format) and checks them. A Volume is an io/fs file
// system: names are found in any case, by their long or short form.
//
// Rules:
//   - Changes are written at once and in an order that leaves a sound volume
//     when it stops halfway: data, then the tables, then the directory entry;
//     clusters may be lost, never shared or half there. A file that is
//     overwritten keeps its old contents until the new ones are in place,
//     unless the volume has no room for both.
//   - Nothing on the volume is trusted: chains have an end (their length is
//     bounded by the number of clusters), a directory has one parent, and
//     memory is bounded whatever the volume says of itself.
//
// A Volume is not safe for concurrent use.
//
// Sources: Microsoft "FAT: General Overview of On-Disk Format" 1.03 (the
// "overview" below); Microsoft Extensible Firmware Initiative FAT32 File System
// Specification, section "FAT Long Directory Entries".
//
// Not modelled: several code pages (short names are in code page 437), extended
// attributes of OS/2, the access rights of DR-DOS.
package fat

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Device is where a volume lies, in bytes. It is read and written in whole
// sectors of 512 bytes.
type Device interface {
	io.ReaderAt
	io.WriterAt
}

const blockSize = 512 // bytes of the smallest sector

// Reasons for which a volume is refused or cannot be written. fs.ErrNotExist
// and the other errors of io/fs mean what they mean there.
var (
	ErrNotFAT    = errors.New("no FAT file system")
	ErrDamaged   = errors.New("damaged file system")
	ErrFull      = errors.New("no room on the volume")
	ErrName      = errors.New("name not possible in a FAT file system")
	ErrNotDir    = errors.New("not a directory")
	ErrIsDir     = errors.New("is a directory")
	ErrFilled    = errors.New("directory not empty")
	ErrTooBig    = errors.New("file too large for a FAT file system (4 GB)")
	ErrProtected = errors.New("file has the read-only attribute")
	ErrSize      = errors.New("file changed its size while it was copied")
)

func damaged(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, a...))
}

// Volume is an open FAT file system.
type Volume struct {
	dev       Device
	off, size int64 // bytes: where the volume lies on the device, and the room there
	bpb
	table table
	free  int64  // free clusters; -1: not counted yet
	next  uint32 // where the search for a free cluster goes on, from 0

	// parents says under which entry the directory at a cluster was seen: one
	// that turns up under another entry as well is part of a loop or shared.
	parents map[uint32]place
}

// place is a directory entry: the first cluster of its directory (0: the fixed
// root) and its number there.
type place struct {
	dir  uint32
	slot int
}

// Open opens the volume that begins at byte off of dev and has size bytes at
// most. It fails with ErrNotFAT where there is none and with ErrDamaged where it
// cannot be used at all. Nothing is written.
func Open(dev Device, off, size int64) (*Volume, error) {
	v := &Volume{dev: dev, off: off, size: size, free: -1, parents: map[uint32]place{}}
	boot := make([]byte, blockSize)
	if size < blockSize {
		return nil, ErrNotFAT
	}
	if err := v.read(0, boot); err != nil {
		return nil, err
	}
	b, err := parseBPB(boot)
	if errors.Is(err, ErrNotFAT) {
		b, err = v.oldFloppy()
	}
	if err != nil {
		return nil, err
	}
	v.bpb = *b
	if int64(v.dataStart())*int64(v.SectorSize) > size {
		return nil, damaged("%d bytes end within the file allocation tables; the boot sector describes %d", size, v.bytes())
	}
	v.table = table{v: v, start: uint64(v.Reserved) + uint64(max(v.ActiveFAT, 0))*v.FATSectors}
	v.parents[v.RootCluster] = place{0, -1}
	v.readHints()
	return v, nil
}

// oldFloppy is the layout of a floppy without parameters in its boot sector, as
// DOS 1 makes them: the first byte of the table names it.
func (v *Volume) oldFloppy() (*bpb, error) {
	f, ok := floppyBySize(v.size)
	if !ok || f.tracks != 40 {
		return nil, ErrNotFAT
	}
	head := make([]byte, blockSize)
	if err := v.read(blockSize, head); err != nil {
		return nil, err
	}
	if head[0] != f.media || head[1] != 0xff || head[2] != 0xff {
		return nil, ErrNotFAT
	}
	b := f.bpb()
	return &b, b.layout()
}

func (v *Volume) inside(off int64, n int) error {
	if off < 0 || off > v.size-int64(n) {
		return damaged("sector %d lies behind the end of the volume", off/int64(max(v.SectorSize, blockSize)))
	}
	return nil
}

// read fills p from byte off of the volume.
func (v *Volume) read(off int64, p []byte) error {
	if err := v.inside(off, len(p)); err != nil {
		return err
	}
	n, err := v.dev.ReadAt(p, v.off+off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return damaged("the image ends within the volume")
	}
	return err
}

func (v *Volume) write(off int64, p []byte) error {
	if err := v.inside(off, len(p)); err != nil {
		return err
	}
	_, err := v.dev.WriteAt(p, v.off+off)
	return err
}

// clusterAt is the byte of the volume at which a cluster begins.
func (v *Volume) clusterAt(n uint32) int64 {
	return int64(v.dataStart()+uint64(n-2)*uint64(v.Cluster)) * int64(v.SectorSize)
}

// valid reports whether a cluster is one of the data area.
func (v *Volume) valid(n uint32) bool { return n >= 2 && n-2 < v.Clusters }

// Info is what a volume says of itself.
type Info struct {
	Type            string // "FAT12", "FAT16" or "FAT32"
	Label           string // of the root directory, else of the boot sector; "" for none
	OEM             string // who formatted it
	Serial          uint32
	HasSerial       bool
	Size            int64 // bytes
	SectorSize      int   // bytes
	ClusterSize     int   // bytes
	Clusters        uint32
	Free            uint32 // clusters
	FATs            int
	RootEntries     int // of FAT12 and FAT16
	Media           uint8
	Heads           int // as the boot sector has it
	SectorsPerTrack int
	Hidden          uint32 // sectors in front of the volume, as the boot sector has it
	Boots           bool   // has a boot sector with code and signature, of whatever kind
}

// Info describes the volume. It counts the free clusters.
func (v *Volume) Info() (Info, error) {
	n, err := v.Free()
	i := Info{
		Type: fmt.Sprintf("FAT%d", v.Bits), OEM: v.OEM, Serial: v.Serial, HasSerial: v.Extended || v.OnlySerial,
		Size: v.bytes(), SectorSize: v.SectorSize, ClusterSize: v.clusterSize(), Clusters: v.Clusters, Free: n,
		FATs: v.FATs, RootEntries: v.RootEntries, Media: v.Media, Heads: v.Heads, SectorsPerTrack: v.Track,
		Hidden: v.Hidden, Boots: v.Code && v.Signature,
	}
	if err != nil {
		return i, err
	}
	i.Label, err = v.Label()
	return i, err
}

// Label is the name of the volume: that of the root directory, else that of the
// boot sector.
func (v *Volume) Label() (string, error) {
	d, err := v.loadDir(v.RootCluster)
	if err != nil {
		return "", err
	}
	for i := range d.slots() {
		e := d.at(i)
		if e[0] == 0 {
			break
		}
		if e[0] != markDeleted && e[11]&attrLong != attrLong && e[11]&attrVolume != 0 {
			return text437(e[:11]), nil
		}
	}
	if v.bpb.Label == noName {
		return "", nil
	}
	return v.bpb.Label, nil
}

const noName = "NO NAME" // in boot sectors without a label

var _ interface {
	fs.ReadDirFS
	fs.StatFS
} = (*Volume)(nil)
