package iso

import (
	"encoding/binary"
	"fmt"
)

// offCatalogue is the place of the boot catalogue's sector in the boot record
// (El Torito, figure 7).
const offCatalogue = 0x47

// BootEntry is something that a disc boots.
type BootEntry struct {
	Platform  uint8  // 0 80x86, 1 PowerPC, 2 Mac, EFh EFI
	Bootable  bool   // the indicator says so
	Media     uint8  // 0 no emulation, 1 to 3 floppies of 1.2M, 1.44M, 2.88M, 4 hard disk
	Segment   uint16 // where it is loaded; 0: 7C0h
	Count     uint16 // of 512-byte sectors to load
	Sector    uint32 // of 2048 bytes, where it begins
	InSection string // the identifier of its section, if any
}

// String describes an entry.
func (e BootEntry) String() string {
	platform := fmt.Sprintf("platform %02Xh", e.Platform)
	switch e.Platform {
	case 0:
		platform = "80x86"
	case 1:
		platform = "PowerPC"
	case 2:
		platform = "Mac"
	case 0xef:
		platform = "EFI"
	}
	media := fmt.Sprintf("media type %d", e.Media)
	switch e.Media {
	case 0:
		media = "no emulation"
	case 1:
		media = "as a 1.2M floppy"
	case 2:
		media = "as a 1.44M floppy"
	case 3:
		media = "as a 2.88M floppy"
	case 4:
		media = "as a hard disk"
	}
	s := fmt.Sprintf("%s, %s, at sector %d", platform, media, e.Sector)
	if e.Media == 0 {
		s += fmt.Sprintf(", loads %d bytes", int(e.Count)*512)
	}
	if !e.Bootable {
		s += ", marked as not bootable"
	}
	return s
}

// Entries of the boot catalogue (El Torito, figures 2 to 6), of 32 bytes.
const (
	entryBytes    = 32
	catalogueSize = 4 * sectorSize // as much of it as is read

	idValidation = 0x01
	idBootable   = 0x88
	idSection    = 0x90
	idLast       = 0x91
	idExtension  = 0x44
)

// catalogue reads the boot catalogue; nil where it is not valid.
func (v *Volume) catalogue(sector int64) []BootEntry {
	b := make([]byte, min(catalogueSize, max(v.size-sector*sectorSize, 0)))
	if len(b) < 2*entryBytes || v.read(b, sector*sectorSize) != nil {
		return nil
	}
	le := binary.LittleEndian
	var sum uint16
	for i := 0; i < entryBytes; i += 2 {
		sum += le.Uint16(b[i:])
	}
	if b[0] != idValidation || sum != 0 || b[30] != 0x55 || b[31] != 0xaa {
		return nil
	}
	entry := func(e []byte, platform uint8, id string) BootEntry {
		return BootEntry{Platform: platform, Bootable: e[0] == idBootable, Media: e[1] & 15, Segment: le.Uint16(e[2:]), Count: le.Uint16(e[6:]), Sector: le.Uint32(e[8:]), InSection: id}
	}
	out := []BootEntry{entry(b[entryBytes:], b[1], "")}
	for b = b[2*entryBytes:]; len(b) >= entryBytes && (b[0] == idSection || b[0] == idLast); {
		head := b[:entryBytes]
		b = b[entryBytes:]
		for n := le.Uint16(head[2:]); len(b) >= entryBytes; b = b[entryBytes:] {
			if b[0] == idExtension {
				continue
			}
			if n == 0 {
				break
			}
			n--
			out = append(out, entry(b, head[1], text(head[4:])))
		}
		if head[0] == idLast {
			break
		}
	}
	return out
}
