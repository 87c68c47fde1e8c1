package tests

import (
	"encoding/binary"
)

// CD images for the tests: an ISO 9660 volume (ECMA-119) without files, with a
// boot catalogue ("El Torito" Bootable CD-ROM Format Specification 1.0, sections
// 2 and 3) and the images that it names.

const (
	cdSector   = 2048
	cdRecord   = 17 // boot record volume descriptor
	cdCatalog  = 19
	cdRoot     = 20
	cdFirst    = 32 // first image
	cdBootable = 0x88
	cdX86      = 0
	cdEFI      = 0xef
)

// bootEntry is an entry of the boot catalogue.
type bootEntry struct {
	platform uint8
	blocked  bool // not bootable
	media    uint8
	segment  uint16
	count    uint16 // blocks of 512 bytes to load
	image    []byte
	extended bool // followed by an extension record
}

// bootCD is a disc: the first entry is the initial one, each other has a section
// of its own.
type bootCD struct {
	entries []bootEntry
	at      []uint32 // sectors of the images
	index   []uint8  // of the entries in the catalogue
	free    uint32   // first of 20 sectors behind the images
	data    []byte
}

// newBootCD lays a disc out.
func newBootCD(entries ...bootEntry) *bootCD {
	d := &bootCD{entries: entries, free: cdFirst}
	record := uint8(1)
	for i, e := range entries {
		if i > 0 {
			record++ // the header
		}
		d.at, d.index = append(d.at, d.free), append(d.index, record)
		d.free += uint32((len(e.image) + cdSector - 1) / cdSector)
		if record++; e.extended {
			record++
		}
	}
	d.build()
	return d
}

// build makes the sectors. Those behind the images start and end with their
// number.
func (d *bootCD) build() {
	sectors := d.free + 20
	d.data = make([]byte, sectors*cdSector)
	sector := func(n uint32) []byte { return d.data[n*cdSector:][:cdSector] }
	le, be := binary.LittleEndian, binary.BigEndian
	both := func(b []byte, v uint32) { le.PutUint32(b, v); be.PutUint32(b[4:], v) }

	primary := sector(16)
	copy(primary, "\x01CD001\x01")
	copy(primary[40:], "CHECKS")
	both(primary[80:], sectors)
	primary[120], primary[123], primary[124], primary[127] = 1, 1, 1, 1 // volumes in the set, number of this one
	le.PutUint16(primary[128:], cdSector)
	be.PutUint16(primary[130:], cdSector)
	root := primary[156:]
	root[0] = 34
	both(root[2:], cdRoot)
	both(root[10:], cdSector)
	root[25], root[28], root[31], root[32] = 2, 1, 1, 1
	dir := sector(cdRoot)
	copy(dir, root[:34])
	copy(dir[34:], root[:34])
	dir[34+33] = 1

	record := sector(cdRecord)
	copy(record, "\x00CD001\x01EL TORITO SPECIFICATION")
	le.PutUint32(record[0x47:], cdCatalog)
	copy(sector(18), "\xffCD001\x01")

	catalog := sector(cdCatalog)
	validation := catalog[:32]
	validation[0], validation[1] = 1, d.entries[0].platform
	validation[30], validation[31] = 0x55, 0xaa
	var sum uint16
	for i := 0; i < 32; i += 2 {
		sum += le.Uint16(validation[i:])
	}
	le.PutUint16(validation[28:], -sum)
	for i, e := range d.entries {
		b := catalog[32*int(d.index[i]):]
		if i > 0 { // its header
			h := catalog[32*int(d.index[i]-1):]
			h[0], h[1], h[2] = 0x90, e.platform, 1
			if i == len(d.entries)-1 {
				h[0] = 0x91
			}
		}
		if !e.blocked {
			b[0] = cdBootable
		}
		b[1] = e.media
		le.PutUint16(b[2:], e.segment)
		le.PutUint16(b[6:], e.count)
		le.PutUint32(b[8:], d.at[i])
		if e.extended {
			b[1] |= 1 << 5
			b[32] = 0x44
		}
		copy(d.data[d.at[i]*cdSector:], e.image)
	}
	for n := d.free; n < sectors; n++ {
		le.PutUint16(sector(n), uint16(n))
		le.PutUint16(sector(n)[cdSector-2:], uint16(n))
	}
}
