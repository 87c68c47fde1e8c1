package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Kind is what an image stands for.
type Kind uint8

const (
	Unknown Kind = iota
	FloppyDisk
	HardDisk
	CDROM
)

func (k Kind) String() string {
	switch k {
	case FloppyDisk:
		return "floppy"
	case HardDisk:
		return "hard disk"
	case CDROM:
		return "CD-ROM"
	}
	return "unknown"
}

// GuessHead is how many bytes of an image Guess looks at: enough for the first
// volume descriptor of a CD, in sector 16, of raw sectors.
const GuessHead = (descriptor + 1) * rawSector

// Identity is the outcome of a guess.
type Identity struct {
	Kind   Kind
	Format Format // of a raw floppy

	// Archive is the format of a floppy that is only read, "ImageDisk" or
	// "Teledisk"; OpenFloppy finds out the rest.
	Archive string

	Text string // one sentence for the person, without the file name
	Err  error  // why Kind is Unknown, ready to be shown; nil otherwise
}

// Guess tells what an image is from its name, its size in bytes and its first
// GuessHead bytes (all of it, if shorter). A sound floppy size wins over a
// partition table, a CD volume over both: an image that is a CD and a disk is
// made to be burnt.
func Guess(name string, size int64, head []byte) Identity {
	unknown := func(err error) Identity {
		return Identity{Text: strings.TrimPrefix(err.Error(), name+": "), Err: err}
	}
	if size == 0 {
		return unknown(refuse(name, ErrEmpty, "is empty (0 bytes); want a disk image"+blankAdvice))
	}
	if kind := archiveOf(head); kind != "" {
		return Identity{Kind: FloppyDisk, Archive: kind, Text: fmt.Sprintf("a floppy in %s format, by its signature", kind)}
	}
	if what, advice := foreign(head); what != "" {
		return unknown(refuse(name, ErrFormat, "is %s; want a raw disk image%s", what, advice))
	}
	parts, partitioned := partitions(head)
	floppy, ferr := detectFloppy(name, size, head)
	standard := ferr == nil && floppy.isKnown() && floppy.behind == 0 && !floppy.padded
	switch {
	case isCD(head):
		if _, err := checkDisc(name, size, head); err != nil {
			return unknown(err)
		}
		return Identity{Kind: CDROM, Text: discText(size, head)}
	case standard:
		return Identity{Kind: FloppyDisk, Format: floppy.Format, Text: fmt.Sprintf("a %s floppy, by %s", floppy.Name, floppy.by)}
	case partitioned:
		if err := checkDisk(name, size, head); err != nil {
			return unknown(err)
		}
		return Identity{Kind: HardDisk, Text: fmt.Sprintf("a hard disk of %s, by its partition table (%s)", SizeText(size), counted(parts, "partition"))}
	case ferr == nil && floppy.padded:
		return Identity{Kind: FloppyDisk, Format: floppy.Format, Text: fmt.Sprintf("the first %s of a %s floppy, by %s", counted(int(size/SectorSize), "sector"), floppy.Name, floppy.by)}
	case ferr == nil && floppy.behind > 0:
		return Identity{Kind: FloppyDisk, Format: floppy.Format, Text: fmt.Sprintf("a %s floppy, by %s, and %s behind it that are no part of it", floppy.Name, floppy.by, counted(int(floppy.behind), "byte"))}
	case ferr == nil:
		return Identity{Kind: FloppyDisk, Format: floppy.Format, Text: fmt.Sprintf("a floppy of %d cylinders, %s, %d sectors, by %s", floppy.Cylinders, counted(floppy.Heads, "head"), floppy.Sectors, floppy.by)}
	case size <= maxFloppyBytes:
		return unknown(ferr)
	}
	if err := checkDisk(name, size, head); err != nil {
		return unknown(err)
	}
	_, hasBPB := readBPB(head)
	switch {
	case hasSignature(head) || hasBPB:
		return Identity{Kind: HardDisk, Text: fmt.Sprintf("a hard disk of %s without partitions, by its boot sector", SizeText(size))}
	case len(bytes.Trim(head, "\x00")) == 0:
		return Identity{Kind: HardDisk, Text: fmt.Sprintf("a blank hard disk of %s", SizeText(size))}
	}
	return unknown(refuse(name, ErrFormat, "has no boot sector, partition table or CD volume; use --hd or --floppy to say what it is"))
}

// foreign names the container formats that are not raw, and what to do.
func foreign(head []byte) (what, advice string) {
	const unpack, convert = "; unpack it first", "; qemu-img convert -O raw makes one"
	for _, m := range []struct {
		off                 int
		magic, what, advice string
	}{
		{0, "QFI\xfb", "a QCOW2 image", convert},
		{0, "conectix", "a VHD image", convert},
		{0, "vhdxfile", "a VHDX image", convert},
		{0, "CISO", "a compressed ISO image", unpack},
		{0, "KDMV", "a VMDK image", convert},
		{0, "# Disk DescriptorFile", "a VMDK descriptor", convert},
		{64, "\x7f\x10\xda\xbe", "a VDI image", convert},
		{0, "\x1f\x8b\x08", "gzip data", unpack},
		{0, "BZh", "bzip2 data", unpack},
		{0, "\xfd7zXZ\x00", "xz data", unpack},
		{0, "\x28\xb5\x2f\xfd", "zstd data", unpack},
		{0, "PK\x03\x04", "a ZIP archive", unpack},
		{0, "7z\xbc\xaf\x27\x1c", "a 7z archive", unpack},
		{0, "\x7fELF", "an ELF program", ""},
		{0, "%PDF", "a PDF document", ""},
	} {
		if len(head) >= m.off+len(m.magic) && string(head[m.off:m.off+len(m.magic)]) == m.magic {
			return m.what, m.advice
		}
	}
	if isCueSheet(head) {
		return "a cue sheet", "; name the BIN file that it lists"
	}
	return "", ""
}

// isCD finds a volume descriptor set.
func isCD(head []byte) bool {
	name, _ := volume(head)
	return name != ""
}

// partition table of a master boot record.
const (
	tableOffset  = 446
	tableEntries = 4
	entrySize    = 16
	typeGPT      = 0xee // covers a GPT disk, often with a size of all ones
)

// partitions counts the used entries of the partition table; ok is false where
// the sector is no master boot record. A FAT boot sector has text or code where
// the table would be, which the status bytes (00h or 80h) and sizes rule out.
func partitions(head []byte) (n int, ok bool) {
	if !hasSignature(head) {
		return 0, false
	}
	for i := range tableEntries {
		e := head[tableOffset+i*entrySize:][:entrySize]
		start, size := binary.LittleEndian.Uint32(e[8:]), binary.LittleEndian.Uint32(e[12:])
		switch {
		case e[0] != 0 && e[0] != 0x80:
			return 0, false
		case e[4] == 0: // unused
		case start == 0 || size == 0:
			return 0, false
		default:
			n++
		}
	}
	return n, n > 0
}

// checkDisk refuses a hard-disk image that cannot be whole.
func checkDisk(path string, size int64, head []byte) error {
	if size == 0 {
		return refuse(path, ErrEmpty, "is empty (0 bytes); want a hard-disk image"+blankAdvice)
	}
	if size%SectorSize != 0 {
		return refuse(path, ErrOddSize, "%d bytes is not a whole number of 512-byte sectors (%d and %d bytes): the image is truncated or not raw",
			size, size/SectorSize, size%SectorSize)
	}
	if _, ok := partitions(head); !ok {
		return nil
	}
	// Tools round partitions up to cylinders, so one cylinder of the default
	// translation beyond the end is let pass.
	const slack = 16 * 63
	for i := range tableEntries {
		e := head[tableOffset+i*entrySize:][:entrySize]
		end := int64(binary.LittleEndian.Uint32(e[8:])) + int64(binary.LittleEndian.Uint32(e[12:]))
		if e[4] != 0 && e[4] != typeGPT && end > size/SectorSize+slack {
			return refuse(path, ErrTruncated, "truncated: %d bytes, but its partition %d ends at byte %d; get the whole image", size, i+1, end*SectorSize)
		}
	}
	return nil
}

// SizeText writes a size in the unit a person would use.
func SizeText(size int64) string {
	switch {
	case size >= 1<<30 && size%(1<<28) == 0, size >= 10<<30:
		return trimZero(float64(size)/(1<<30)) + " GB"
	case size >= 1<<20:
		return trimZero(float64(size)/(1<<20)) + " MB"
	}
	return trimZero(float64(size)/(1<<10)) + " KB"
}

func trimZero(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
