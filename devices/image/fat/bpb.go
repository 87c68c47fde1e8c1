package fat

import "encoding/binary"

// bpb is the BIOS parameter block and what else a boot sector tells (overview,
// "Boot Sector and BPB"). Offsets in bytes; the second column is that of FAT32.
//
//	 3        OEM name, 8 bytes          28        hidden sectors, 4
//	11        bytes a sector, 2          32        sectors in all, 4
//	13        sectors a cluster          36    64  drive number
//	14        reserved sectors, 2        38    66  29h: the next three are there
//	16        number of tables           39    67  serial number, 4
//	17     0  root entries, 2            43    71  label, 11
//	19     0  sectors in all, 2          54    82  "FAT16   ", 8
//	21        media descriptor                 36  sectors a table, 4
//	22     0  sectors a table, 2               40  flags, 2; 42: version, 2
//	24        sectors a track, 2               44  cluster of the root directory, 4
//	26        heads, 2                         48  FSInfo sector, 2; 50: backup, 2
type bpb struct {
	OEM         string
	SectorSize  int // bytes
	Cluster     int // sectors
	Reserved    int // sectors before the first table
	FATs        int
	RootEntries int // of the fixed root directory; 0: FAT32
	Total       uint64
	Media       uint8
	FATSectors  uint64 // of one table
	Track       int    // sectors a track
	Heads       int
	Hidden      uint32 // sectors in front of the volume
	RootCluster uint32 // FAT32
	InfoSector  int    // FAT32: the FSInfo sector; 0: none
	Backup      int    // FAT32: the copy of the boot sector; 0: none
	ActiveFAT   int    // FAT32 without mirroring: the table in use; -1: all
	Drive       uint8
	Serial      uint32 // with Extended or OnlySerial
	Label       string // with Extended
	Extended    bool   // serial number and label are there (29h)
	OnlySerial  bool   // as OS/2 has it (28h)
	Signature   bool   // 55 AA
	Code        bool   // begins with a jump

	Bits     int    // 12, 16, 32: follows from the number of clusters
	Clusters uint32 // of the data area, numbered from 2
	stated   uint64 // clusters that the volume has room for, with or without a place in the table
}

func (b *bpb) rootSectors() uint64 {
	return uint64(b.RootEntries*entrySize+b.SectorSize-1) / uint64(b.SectorSize)
}

func (b *bpb) rootStart() uint64 { return uint64(b.Reserved) + uint64(b.FATs)*b.FATSectors }
func (b *bpb) dataStart() uint64 { return b.rootStart() + b.rootSectors() }
func (b *bpb) clusterSize() int  { return b.Cluster * b.SectorSize }
func (b *bpb) bytes() int64      { return int64(b.Total) * int64(b.SectorSize) }

// Offsets in the boot sector.
const (
	offOEM        = 3
	offSectorSize = 11
	offCluster    = 13
	offReserved   = 14
	offFATs       = 16
	offRoot       = 17
	offTotal16    = 19
	offMedia      = 21
	offFATSize16  = 22
	offTrack      = 24
	offHeads      = 26
	offHidden     = 28
	offTotal32    = 32
	offExt16      = 36 // drive number, reserved, 29h, serial, label, type
	offFATSize32  = 36
	offFlags      = 40
	offRootClus   = 44
	offInfo       = 48
	offBackup     = 50
	offExt32      = 64
	extSignature  = 0x29
	extSerial     = 0x28
	notMirrored   = 0x80 // of the flags; the low four bits are the table in use
)

// Limits that tell the widths apart (overview, "FAT Type Determination"): below
// 4085 clusters FAT12, below 65525 FAT16.
const (
	limit12 = 4085
	limit16 = 65525
	limit32 = 0x0ffffff5
)

// parseBPB reads a boot sector. It fails with ErrNotFAT where there is none.
func parseBPB(boot []byte) (*bpb, error) {
	le := binary.LittleEndian
	b := &bpb{
		OEM:         text437(boot[offOEM : offOEM+8]),
		SectorSize:  int(le.Uint16(boot[offSectorSize:])),
		Cluster:     int(boot[offCluster]),
		Reserved:    int(le.Uint16(boot[offReserved:])),
		FATs:        int(boot[offFATs]),
		RootEntries: int(le.Uint16(boot[offRoot:])),
		Total:       uint64(le.Uint16(boot[offTotal16:])),
		Media:       boot[offMedia],
		FATSectors:  uint64(le.Uint16(boot[offFATSize16:])),
		Track:       int(le.Uint16(boot[offTrack:])),
		Heads:       int(le.Uint16(boot[offHeads:])),
		Hidden:      le.Uint32(boot[offHidden:]),
		ActiveFAT:   -1,
		Signature:   boot[510] == 0x55 && boot[511] == 0xaa,
		Code:        boot[0] == 0xeb || boot[0] == 0xe9,
	}
	ext := offExt16
	if b.FATSectors == 0 {
		b.Bits = 32
		b.FATSectors = uint64(le.Uint32(boot[offFATSize32:]))
		b.RootCluster = le.Uint32(boot[offRootClus:])
		b.InfoSector, b.Backup = int(le.Uint16(boot[offInfo:])), int(le.Uint16(boot[offBackup:]))
		if b.InfoSector >= b.Reserved {
			b.InfoSector = 0
		}
		if b.Backup >= b.Reserved {
			b.Backup = 0
		}
		if flags := le.Uint16(boot[offFlags:]); flags&notMirrored != 0 && int(flags&15) < b.FATs {
			b.ActiveFAT = int(flags & 15)
		}
		ext = offExt32
	}
	if b.Total == 0 {
		b.Total = uint64(le.Uint32(boot[offTotal32:]))
	}
	b.Extended, b.OnlySerial = boot[ext+2] == extSignature, boot[ext+2] == extSerial
	if b.Extended || b.OnlySerial {
		b.Drive = boot[ext]
		b.Serial = le.Uint32(boot[ext+3:])
	}
	if b.Extended {
		b.Label = text437(boot[ext+7 : ext+18])
	}
	power := func(n int) bool { return n > 0 && n&(n-1) == 0 }
	if !power(b.SectorSize) || b.SectorSize < blockSize || b.SectorSize > 4096 || !power(b.Cluster) ||
		b.Reserved == 0 || b.FATs < 1 || b.FATs > 2 || b.FATSectors == 0 || b.Total == 0 ||
		b.Media != 0xf0 && b.Media < 0xf8 {
		return nil, ErrNotFAT
	}
	return b, b.layout()
}

// layout works out the number of clusters and the width of the table. Bits is
// 32 already where the boot sector has the form of FAT32.
func (b *bpb) layout() error {
	if b.dataStart() >= b.Total {
		return damaged("the boot sector leaves no room for data")
	}
	n := (b.Total - b.dataStart()) / uint64(b.Cluster)
	switch {
	case n == 0:
		return damaged("the boot sector leaves no room for data")
	case n >= limit32:
		return damaged("the boot sector describes %d clusters; at most %d", n, limit32-1)
	case b.Bits == 32:
		if b.RootEntries != 0 {
			return damaged("FAT32 with a fixed root directory")
		}
	case n < limit12:
		b.Bits = 12
	case n < limit16:
		b.Bits = 16
	default:
		return damaged("FAT16 with %d clusters; at most %d", n, limit16-1)
	}
	room := b.FATSectors * uint64(b.SectorSize) * 8 / uint64(b.Bits)
	if room < 3 {
		return damaged("the file allocation table has no room for a cluster")
	}
	b.stated = n
	b.Clusters = uint32(min(n, room-2)) // what the table cannot name is not there
	if b.Bits != 32 && b.RootEntries == 0 {
		return damaged("no root directory")
	}
	if b.Bits == 32 && (b.RootCluster < 2 || b.RootCluster-2 >= b.Clusters) {
		return damaged("the root directory is at cluster %d, which is not there", b.RootCluster)
	}
	return nil
}
