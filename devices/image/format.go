package image

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Geometry is the shape of a disk. Sectors are numbered from 1 and counted per
// track; cylinders and heads from 0.
type Geometry struct{ Cylinders, Heads, Sectors int }

// Size is the capacity in bytes.
func (g Geometry) Size() int64 {
	return int64(g.Cylinders) * int64(g.Heads) * int64(g.Sectors) * SectorSize
}

// Recording densities, as the data rate in kbit/s at the speed the medium was
// made for: DD 250 at 300 rpm, HD 500 (300 or 360 rpm), ED 1000 at 300 rpm.
const (
	DD = 250
	HD = 500
	ED = 1000
)

// Drive types, numbered as in byte 10h of the AT's CMOS memory.
const (
	Drive360K = 1 + iota
	Drive1200K
	Drive720K
	Drive1440K
	Drive2880K
)

// Format is a way to record a floppy.
type Format struct {
	Name     string // "1.44M"
	Geometry        // all of 512-byte sectors, MFM
	Density  int    // DD, HD or ED
	Drive    int    // the drive that suits it, Drive360K to Drive2880K
}

// Formats returns the floppy formats that are known by their size, smallest
// first.
func Formats() []Format {
	return []Format{
		{"160K", Geometry{40, 1, 8}, DD, Drive360K},
		{"180K", Geometry{40, 1, 9}, DD, Drive360K},
		{"320K", Geometry{40, 2, 8}, DD, Drive360K},
		{"360K", Geometry{40, 2, 9}, DD, Drive360K},
		{"640K", Geometry{80, 2, 8}, DD, Drive720K},
		{"720K", Geometry{80, 2, 9}, DD, Drive720K},
		{"800K", Geometry{80, 2, 10}, DD, Drive720K},
		{"1.2M", Geometry{80, 2, 15}, HD, Drive1200K},
		{"1.44M", Geometry{80, 2, 18}, HD, Drive1440K},
		{"1.6M", Geometry{80, 2, 20}, HD, Drive1440K},
		{"1.68M", Geometry{80, 2, 21}, HD, Drive1440K}, // Microsoft DMF
		{"1.72M", Geometry{82, 2, 21}, HD, Drive1440K},
		{"2.88M", Geometry{80, 2, 36}, ED, Drive2880K},
	}
}

// FormatByName finds a format by its name ("1.44M", case and a final B do not
// matter) or by its size in KiB ("1440K").
func FormatByName(name string) (Format, bool) {
	n := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(name)), "B")
	for _, f := range Formats() {
		if n == f.Name || n == fmt.Sprintf("%dK", f.Size()/1024) {
			return f, true
		}
	}
	return Format{}, false
}

func formatBySize(size int64) (Format, bool) {
	for _, f := range Formats() {
		if f.Size() == size {
			return f, true
		}
	}
	return Format{}, false
}

// Limits of what a floppy drive can reach: the carriage goes a few tracks past
// the nominal 40 or 80, and an ED track holds 36 sectors and gaps.
const (
	maxCylinders   = 84
	maxHeads       = 2
	maxTrack       = 42 // sectors a track
	maxFloppyBytes = maxCylinders * maxHeads * 36 * SectorSize
)

// bpb is what the BIOS parameter block of a FAT boot sector tells about the
// disk (FAT overview, "Boot Sector and BPB"; offsets in bytes).
type bpb struct {
	sectors int64 // in all
	track   int   // sectors a track
	heads   int
	media   uint8
}

// readBPB reports whether head starts with a boot sector whose parameters make
// sense, not only whether some bytes happen to be there.
func readBPB(head []byte) (bpb, bool) {
	if len(head) < SectorSize {
		return bpb{}, false
	}
	le := binary.LittleEndian
	b := bpb{
		sectors: int64(le.Uint16(head[19:])),
		media:   head[21],
		track:   int(le.Uint16(head[24:])),
		heads:   int(le.Uint16(head[26:])),
	}
	if b.sectors == 0 {
		b.sectors = int64(le.Uint32(head[32:]))
	}
	cluster := head[13]
	ok := le.Uint16(head[11:]) == SectorSize &&
		cluster != 0 && cluster&(cluster-1) == 0 &&
		le.Uint16(head[14:]) != 0 && // reserved sectors
		(head[16] == 1 || head[16] == 2) && // FATs
		(b.media == 0xf0 || b.media >= 0xf8) &&
		b.sectors != 0
	return b, ok
}

// detection is what a raw file was taken for.
type detection struct {
	Format
	padded bool   // the file is only the beginning of the disk
	by     string // what decided: "its size", ...
	behind int64  // bytes of the file that are not part of the disk
}

// detectFloppy finds the format of a raw floppy image from its size and its
// first sector. The size decides; a boot sector is asked where several disks
// have one size (a single-sided 80-track disk has 320K or 360K as well), where
// the size is in no table, and for disks with something behind them.
func detectFloppy(path string, size int64, head []byte) (detection, error) {
	if size == 0 {
		return detection{}, refuse(path, ErrEmpty, "is empty (0 bytes); want a floppy image"+blankAdvice)
	}
	b, hasBPB := readBPB(head)
	disk, believed := Format{}, false
	if hasBPB {
		disk, believed = b.format()
	}
	if size%SectorSize != 0 && (!believed || disk.Size() > size) {
		return detection{}, refuse(path, ErrOddSize, "%d bytes is not a whole number of 512-byte sectors (%d and %d bytes): the image is truncated or not raw; want %s",
			size, size/SectorSize, size%SectorSize, wantedSize(size, head))
	}
	known, standard := formatBySize(size)
	if believed && disk.Size() > size && disk.isKnown() {
		if size == SectorSize && hasSignature(head) { // what an assembler leaves: nobody truncates to one sector
			return detection{Format: disk, padded: true, by: "its boot signature"}, nil
		}
		return detection{}, refuse(path, ErrTruncated, "truncated: %d bytes, but its boot sector describes a %s floppy of %d bytes; get the whole image", size, disk.Name, disk.Size())
	}
	switch {
	case believed && disk.Size() == size && disk.Geometry != known.Geometry:
		return detection{Format: disk, by: "its boot sector"}, nil
	case standard:
		return detection{Format: known, by: "its size"}, nil
	case size > maxFloppyBytes:
		return detection{}, refuse(path, ErrSize, "%d bytes is too large for a floppy (at most %d); is it a hard disk? (--hd)", size, maxFloppyBytes)
	}
	const bySize = "its size and boot sector"
	if hasBPB && b.track >= 1 && b.track <= maxTrack && b.heads >= 1 && b.heads <= maxHeads {
		if f, ok := customFormat(size, b.heads, b.track); ok {
			return detection{Format: f, by: bySize}, nil
		}
	}
	if believed && disk.Size() < size {
		return detection{Format: disk, by: "its boot sector", behind: size - disk.Size()}, nil
	}
	for _, track := range []int{18, 9, 15, 21, 36, 10, 20, 8} {
		if f, ok := customFormat(size, 2, track); ok && f.Cylinders > 80 {
			return detection{Format: f, by: bySize}, nil
		}
	}
	if f, _ := formatBySize(80 * 2 * 18 * SectorSize); size < f.Size() && hasSignature(head) && !hasBPB {
		return detection{Format: f, padded: true, by: "its boot signature"}, nil
	}
	return detection{}, refuse(path, ErrSize, "%d bytes is no floppy size; want %s", size, wantedSize(size, head))
}

// format is the floppy that a boot sector describes; ok is false where it is
// none: formatters write made-up geometries for sizes that they do not know.
func (b bpb) format() (f Format, ok bool) {
	if b.track < 1 || b.track > maxTrack || b.heads < 1 || b.heads > maxHeads {
		return Format{}, false
	}
	if f, ok = formatBySize(b.sectors * SectorSize); ok && f.Sectors == b.track && f.Heads == b.heads {
		return f, true
	}
	f, ok = customFormat(b.sectors*SectorSize, b.heads, b.track)
	pitch := f.Cylinders >= 39 && f.Cylinders <= 43 || f.Cylinders >= 77
	return f, ok && pitch
}

func (f Format) isKnown() bool {
	g, ok := formatBySize(f.Size())
	return ok && g == f
}

// customFormat is the format of a floppy whose size is not in the table.
func customFormat(size int64, heads, track int) (Format, bool) {
	g := Geometry{Heads: heads, Sectors: track}
	cylinder := int64(heads*track) * SectorSize
	if size%cylinder != 0 || size/cylinder > maxCylinders {
		return Format{}, false
	}
	g.Cylinders = int(size / cylinder)
	f := Format{Name: fmt.Sprintf("%d/%d/%d", g.Cylinders, g.Heads, g.Sectors), Geometry: g}
	switch {
	case track <= 10 && g.Cylinders <= 42:
		f.Density, f.Drive = DD, Drive360K
	case track <= 10:
		f.Density, f.Drive = DD, Drive720K
	case track <= 15:
		f.Density, f.Drive = HD, Drive1200K
	case track <= 21:
		f.Density, f.Drive = HD, Drive1440K
	default:
		f.Density, f.Drive = ED, Drive2880K
	}
	return f, true
}

// hasSignature reports the 55 AA that ends a boot sector.
func hasSignature(head []byte) bool {
	return len(head) >= SectorSize && head[510] == 0x55 && head[511] == 0xaa
}

// wantedSize says which size a bad floppy image should have had.
func wantedSize(size int64, head []byte) string {
	if b, ok := readBPB(head); ok && b.sectors*SectorSize <= maxFloppyBytes {
		return fmt.Sprintf("%d bytes, as its boot sector says", b.sectors*SectorSize)
	}
	list := Formats()
	for _, f := range list {
		if f.Size() > size {
			return fmt.Sprintf("%d bytes (%s) or another floppy size", f.Size(), f.Name)
		}
	}
	last := list[len(list)-1]
	return fmt.Sprintf("at most %d bytes (%s)", last.Size(), last.Name)
}
