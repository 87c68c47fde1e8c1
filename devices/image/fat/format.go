package fat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"beige/bios/bootsector"
	"beige/devices/video/cp437"
)

// Options of Format. Their zero values choose for the size.
type Options struct {
	Label string // at most 11 characters of code page 437; "": none
	Bits  int    // 12, 16 or 32; 0: as DOS would, see Bits
	// Heads and SectorsPerTrack are the geometry of a hard disk as its BIOS has
	// it; 0: 255 and 63. Floppies have that of their size.
	Heads, SectorsPerTrack int
	Hidden                 uint32    // sectors in front of the volume: where its partition begins
	Serial                 uint32    // 0: made of Now
	Now                    time.Time // date of the label
}

// ErrOptions is the reason for which Format refuses its options or the size.
var ErrOptions = errors.New("cannot be formatted")

func refuse(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, a...))
}

// Sizes in sectors of 512 bytes.
const (
	limitFAT12 = 32680               // where MS-DOS makes FAT16 of a hard disk: about 16 MB
	limitFAT16 = (limit16 - 16) * 64 // the largest that every DOS from 4.0 on reads: almost 2 GB
	limitTotal = 1 << 32
)

// Bits is the width of the table that Format chooses for a volume of size bytes:
// 12 for floppies and below 16 MB, as FDISK and FORMAT of MS-DOS, 32 above 2 GB;
// between them 16, which every DOS can read.
func Bits(size int64) int {
	if _, ok := floppyBySize(size); ok || size/blockSize < limitFAT12 {
		return 12
	}
	if size/blockSize <= limitFAT16 {
		return 16
	}
	return 32
}

// Format makes an empty volume of size bytes at byte off of dev. What was there
// is lost. The boot sector is cleared first and written last: a format that stops
// halfway leaves no volume. It fails with ErrOptions, or as dev does.
func Format(dev Device, off, size int64, o Options) error {
	b, err := o.layout(size)
	if err != nil {
		return err
	}
	label, err := o.label()
	if err != nil {
		return err
	}
	v := &Volume{dev: dev, off: off, size: size, bpb: b}
	if err := v.write(0, make([]byte, blockSize)); err != nil {
		return err
	}
	root := int64(b.dataStart()) * blockSize
	if b.Bits == 32 {
		root += int64(b.clusterSize())
	}
	if err := v.zero(blockSize, root); err != nil {
		return err
	}
	start := make([]byte, blockSize)
	v.table = table{v: v}
	v.table.put(start, 0, 0, 0x0fffff00|uint32(b.Media))
	v.table.put(start, 1*b.Bits/8, 1, endOfChain)
	if b.Bits == 32 {
		v.table.put(start, 8, b.RootCluster, endOfChain)
	}
	for i := range b.FATs {
		if err := v.write((int64(b.Reserved)+int64(i)*int64(b.FATSectors))*blockSize, start); err != nil {
			return err
		}
	}
	if o.Label != "" {
		e := make([]byte, blockSize)
		setEntry(e, attrVolume, 0, 0, o.Now)
		le := binary.LittleEndian
		le.PutUint16(e[offAccessed:], 0)
		copy(e, label[:])
		if err := v.write(v.rootAt(), e); err != nil {
			return err
		}
	}
	boot := b.bootSector(o.serial(), label)
	if b.Bits == 32 {
		info := make([]byte, blockSize)
		le := binary.LittleEndian
		le.PutUint32(info[offLead:], infoLead)
		le.PutUint32(info[offStruct:], infoStruct)
		le.PutUint32(info[offFreeCount:], b.Clusters-1)
		le.PutUint32(info[offNextFree:], b.RootCluster+1)
		le.PutUint32(info[offTrail:], infoTrail)
		third := make([]byte, blockSize)
		third[510], third[511] = 0x55, 0xaa
		for _, w := range []struct {
			sector int
			p      []byte
		}{{b.InfoSector, info}, {2, third}, {b.Backup, boot}, {b.Backup + b.InfoSector, info}, {b.Backup + 2, third}} {
			if err := v.write(int64(w.sector)*blockSize, w.p); err != nil {
				return err
			}
		}
	}
	return v.write(0, boot)
}

func (v *Volume) rootAt() int64 {
	if v.Bits == 32 {
		return v.clusterAt(v.RootCluster)
	}
	return int64(v.rootStart()) * int64(v.SectorSize)
}

// zero clears bytes of the volume that are not zero: a sparse image stays sparse.
func (v *Volume) zero(from, to int64) error {
	const most = 64 << 10
	buf, zeros := make([]byte, most), make([]byte, most)
	for ; from < to; from += most {
		p := buf[:min(most, to-from)]
		if err := v.read(from, p); err != nil {
			return err
		}
		for i := range p {
			if p[i] != 0 {
				if err := v.write(from, zeros[:len(p)]); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

func (o Options) label() (out [11]byte, err error) {
	copy(out[:], fmt.Sprintf("%-11s", noName))
	if o.Label == "" {
		return out, nil
	}
	b, ok := encodeLabel(o.Label)
	if !ok || len(b) > len(out) {
		return out, refuse("label %q: want at most 11 characters of code page 437, none of %s", o.Label, labelBad)
	}
	copy(out[:], fmt.Sprintf("%-11s", ""))
	copy(out[:], b)
	return out, nil
}

// labelBad are the characters that LABEL refuses.
const labelBad = `"*+,./:;<=>?[\]|&^()`

// serial is a number as DOS makes it: of date and time.
func (o Options) serial() uint32 {
	if o.Serial != 0 || o.Now.IsZero() {
		return o.Serial
	}
	t := o.Now
	high := uint32(t.Month())<<8 + uint32(t.Day()) + uint32(t.Second())<<8 + uint32(t.Nanosecond()/10_000_000)
	low := uint32(t.Hour())<<8 + uint32(t.Minute()) + uint32(t.Year())
	return high<<16 | low&0xffff
}

// layout chooses everything that the boot sector says.
func (o Options) layout(size int64) (bpb, error) {
	if f, ok := floppyBySize(size); ok && (o.Bits == 0 || o.Bits == 12) && o.Hidden == 0 {
		b := f.bpb()
		return b, b.layout()
	}
	total := uint64(max(size, 0)) / blockSize
	if total >= limitTotal {
		return bpb{}, refuse("%d bytes are too many for FAT, which has 2 TB at most", size)
	}
	b := bpb{
		SectorSize: blockSize, Reserved: 1, FATs: 2, RootEntries: 512, Total: total, Media: 0xf8, ActiveFAT: -1,
		Track: 63, Heads: 255, Hidden: o.Hidden, Drive: 0x80, Bits: o.Bits,
	}
	if o.Heads != 0 {
		b.Heads = o.Heads
	}
	if o.SectorsPerTrack != 0 {
		b.Track = o.SectorsPerTrack
	}
	if b.Bits == 0 {
		b.Bits = Bits(size)
	}
	if b.Bits != 12 && b.Bits != 16 && b.Bits != 32 {
		return bpb{}, refuse("FAT%d: want 12, 16 or 32", b.Bits)
	}
	if b.Bits == 32 {
		b.Reserved, b.RootEntries, b.RootCluster, b.InfoSector, b.Backup = 32, 0, 2, 1, 6
	}
	low, high := clusterLimits(b.Bits)
	b.Cluster = usualCluster(b.Bits, total)
	last := 0
	for {
		b.sizeTables()
		n := uint64(0)
		if b.Total > b.dataStart() {
			n = (b.Total - b.dataStart()) / uint64(b.Cluster)
		}
		next := b.Cluster
		switch {
		case n > high:
			next *= 2
		case n < low:
			next /= 2
		default:
			return b, b.layout()
		}
		if next == 0 || next > 64 || next == last {
			much := "few"
			if n > high {
				much = "many"
			}
			return bpb{}, refuse("%d bytes are too %s for FAT%d", size, much, b.Bits)
		}
		last, b.Cluster = b.Cluster, next
	}
}

// clusterLimits keeps away from the limits between the widths: not every system
// has them at the same number (overview, "FAT Type Determination").
func clusterLimits(bits int) (low, high uint64) {
	switch bits {
	case 12:
		return 1, limit12 - 1
	case 16:
		return limit12 + 16, limit16 - 16
	}
	return limit16 + 16, limit32 - 1
}

// usualCluster is the size of a cluster in sectors that FORMAT takes (overview,
// tables DskTableFAT16 and DskTableFAT32; MS-DOS 5 for FAT12 and for FAT16 up to
// 128 MB).
func usualCluster(bits int, total uint64) int {
	type row struct {
		below   uint64
		cluster int
	}
	var rows []row
	switch bits {
	case 12:
		return 8
	case 16:
		rows = []row{{262145, 4}, {524289, 8}, {1048577, 16}, {2097153, 32}}
	default:
		rows = []row{{532481, 1}, {16777217, 8}, {33554433, 16}, {67108865, 32}}
	}
	for _, r := range rows {
		if total < r.below {
			return r.cluster
		}
	}
	return 64
}

// bootSector is the first sector: our code, and what b says in its place.
func (b *bpb) bootSector(serial uint32, label [11]byte) []byte {
	s := bootsector.Volume()
	le := binary.LittleEndian
	// "MSWIN4.1" and "MSDOS5.0" are what DOS and Windows believe in; others have
	// been taken for no DOS volume (overview, "BS_OEMName").
	copy(s[offOEM:], "MSWIN4.1")
	le.PutUint16(s[offSectorSize:], uint16(b.SectorSize))
	s[offCluster] = uint8(b.Cluster)
	le.PutUint16(s[offReserved:], uint16(b.Reserved))
	s[offFATs] = uint8(b.FATs)
	le.PutUint16(s[offRoot:], uint16(b.RootEntries))
	if b.Total < 0x10000 && b.Bits != 32 {
		le.PutUint16(s[offTotal16:], uint16(b.Total))
	} else {
		le.PutUint32(s[offTotal32:], uint32(b.Total))
	}
	s[offMedia] = b.Media
	le.PutUint16(s[offTrack:], uint16(b.Track))
	le.PutUint16(s[offHeads:], uint16(b.Heads))
	le.PutUint32(s[offHidden:], b.Hidden)
	ext := offExt16
	if b.Bits == 32 {
		ext = offExt32
		le.PutUint32(s[offFATSize32:], uint32(b.FATSectors))
		le.PutUint32(s[offRootClus:], b.RootCluster)
		le.PutUint16(s[offInfo:], uint16(b.InfoSector))
		le.PutUint16(s[offBackup:], uint16(b.Backup))
	} else {
		le.PutUint16(s[offFATSize16:], uint16(b.FATSectors))
	}
	s[ext], s[ext+2] = b.Drive, extSignature
	le.PutUint32(s[ext+3:], serial)
	copy(s[ext+7:], label[:])
	copy(s[ext+18:], fmt.Sprintf("FAT%-5d", b.Bits))
	return s
}

// encodeLabel writes a label in capitals.
func encodeLabel(s string) (out []byte, ok bool) {
	for _, r := range s {
		b, known := cp437.Byte(unicode.ToUpper(r))
		if !known {
			b, known = cp437.Byte(r)
		}
		if !known || b < ' ' || strings.ContainsRune(labelBad, r) {
			return nil, false
		}
		out = append(out, b)
	}
	return out, true
}
