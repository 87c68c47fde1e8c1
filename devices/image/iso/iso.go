// Package iso reads ISO 9660 file systems, the ones of CD-ROMs, as io/fs file
// systems. Names are those of the Rock Ridge extension where a disc has it, else
// those of Joliet, else the plain ones without version numbers; a name is found
// in any case of its letters. It also lists what a disc boots by El Torito.
//
// Nothing on the disc is trusted: sizes are bounded, and a directory that turns
// up under two names, which would make a loop, is refused.
//
// Sources: ECMA-119 (ISO 9660); Microsoft "Joliet CD-ROM Recording
// Specification"; IEEE P1281 (System Use Sharing Protocol) and P1282 (Rock
// Ridge); Phoenix and IBM "El Torito" Bootable CD-ROM Format Specification 1.0.
//
// Not modelled: several sessions, interleaved files, extended attributes, UDF,
// compressed files (zisofs).
package iso

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf16"
)

const sectorSize = 2048 // bytes of a logical sector

// Reasons for which a disc is refused.
var (
	ErrNotISO  = errors.New("no ISO 9660 file system")
	ErrDamaged = errors.New("damaged file system")
)

func damaged(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, a...))
}

// Volume is an open file system. It is not safe for concurrent use.
type Volume struct {
	r     io.ReaderAt
	size  int64 // bytes of the disc
	block int64 // bytes of a logical block
	root  record

	// Info is what the disc says of itself.
	Info Info

	joliet bool
	rock   bool
	skip   int // bytes in front of the system use entries (SP)

	paths map[uint32]string // under which name the directory at an extent was seen

	kept        map[uint32][]record // directories that were read
	keptRecords int
}

// Info describes a disc.
type Info struct {
	Label     string
	System    string // for which it was made
	Publisher string
	Program   string // that made it
	Sectors   int64  // of the file system, of 2048 bytes
	Names     string // "ISO 9660", "Joliet", "Rock Ridge"
	Boot      []BootEntry
}

// Volume descriptors (ECMA-119 8.1, and the offsets of 8.4).
const (
	firstDescriptor = 16
	mostDescriptors = 64

	typeBoot      = 0
	typePrimary   = 1
	typeSecondary = 2
	typeEnd       = 255

	offSystem    = 8
	offLabel     = 40
	offBlocks    = 80
	offEscape    = 88
	offBlockSize = 128
	offRoot      = 156
	offPublisher = 318
	offProgram   = 574
)

// Open reads the volume descriptors of a disc of size bytes; r gives the user
// data of its sectors. It fails with ErrNotISO where there are none.
func Open(r io.ReaderAt, size int64) (*Volume, error) {
	v := &Volume{r: r, size: size, paths: map[uint32]string{}}
	var primary, joliet, boot []byte
	for i := int64(firstDescriptor); i < firstDescriptor+mostDescriptors; i++ {
		d := make([]byte, sectorSize)
		if (i+1)*sectorSize > size {
			break
		}
		if err := v.read(d, i*sectorSize); err != nil {
			return nil, err
		}
		if string(d[1:6]) != "CD001" || d[0] == typeEnd {
			break
		}
		switch {
		case d[0] == typeBoot && bytes.HasPrefix(d[7:], []byte("EL TORITO SPECIFICATION")) && boot == nil:
			boot = d
		case d[0] == typePrimary && primary == nil:
			primary = d
		case d[0] == typeSecondary && isJoliet(d[offEscape:]) && joliet == nil:
			joliet = d
		}
	}
	if primary == nil {
		return nil, ErrNotISO
	}
	if err := v.take(primary); err != nil {
		return nil, err
	}
	if joliet != nil && !v.rock {
		v.joliet = true
		if err := v.take(joliet); err != nil {
			return nil, err
		}
	}
	v.Info = Info{
		Label: text(primary[offLabel:][:32]), System: text(primary[offSystem:][:32]),
		Publisher: text(primary[offPublisher:][:128]), Program: text(primary[offProgram:][:128]),
		Sectors: int64(binary.LittleEndian.Uint32(primary[offBlocks:])) * v.block / sectorSize,
		Names:   "ISO 9660",
	}
	switch {
	case v.rock:
		v.Info.Names = "Rock Ridge"
	case v.joliet:
		v.Info.Names = "Joliet"
	}
	if boot != nil {
		v.Info.Boot = v.catalogue(int64(binary.LittleEndian.Uint32(boot[offCatalogue:])))
	}
	return v, nil
}

// isJoliet recognises the escape sequences of UCS-2, level 1 to 3.
func isJoliet(escape []byte) bool {
	for _, level := range []string{"%/@", "%/C", "%/E"} {
		if bytes.HasPrefix(escape, []byte(level)) {
			return true
		}
	}
	return false
}

func text(b []byte) string { return strings.TrimRight(string(b), " \x00") }

// take makes the file system below a descriptor the one that is read.
func (v *Volume) take(d []byte) error {
	v.block = int64(binary.LittleEndian.Uint16(d[offBlockSize:]))
	if v.block < 512 || v.block > sectorSize || v.block&(v.block-1) != 0 {
		return damaged("logical blocks of %d bytes", v.block)
	}
	root, _, ok := parseRecord(d[offRoot : offRoot+34])
	if !ok || !root.dir {
		return damaged("its root directory has no record")
	}
	root.name = "."
	v.root, v.kept = root, nil
	v.paths = map[uint32]string{root.extents[0].start: "."}
	if v.joliet {
		return nil
	}
	first := make([]byte, sectorSize)
	if err := v.readExtent(first, root.extents[0], 0); err != nil {
		return err
	}
	// P1281 5.3: SP is the first entry of the first record of the root directory.
	if _, use, ok := parseRecord(first); ok && len(use) >= 7 && string(use[:2]) == "SP" && use[4] == 0xbe && use[5] == 0xef {
		v.skip = int(use[6])
		dot := record{}
		v.susp(&dot, use[7:], &v.rock)
		v.rock = v.rock || hasRock(first)
	}
	return nil
}

// hasRock looks for an entry of Rock Ridge in a sector of the root directory.
func hasRock(sector []byte) bool {
	return bytes.Contains(sector, []byte("PX")) || bytes.Contains(sector, []byte("NM"))
}

func (v *Volume) read(p []byte, off int64) error {
	if off < 0 || off > v.size-int64(len(p)) {
		return damaged("sector %d lies behind the end of the disc", off/sectorSize)
	}
	n, err := v.r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return damaged("the image ends within the file system")
	}
	return err
}

func (v *Volume) readExtent(p []byte, e extent, off int64) error {
	return v.read(p, int64(e.start)*v.block+off)
}

// ucs2 turns the big-endian UCS-2 of Joliet into text.
func ucs2(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

var _ interface {
	fs.ReadDirFS
	fs.StatFS
} = (*Volume)(nil)
