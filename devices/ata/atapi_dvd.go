package ata

import "encoding/binary"

// DVDs. A disc that holds more than a CD can address is one, with one layer or,
// beyond what that holds, two. Physical sectors have numbers of 24 bits; sector 0
// of the disc is 030000h (ECMA-267, section 4 and annex on opposite track path):
//
//	one layer   030000h ... 030000h+n-1
//	two layers  030000h ... end of layer 0, and back again in layer 1, whose
//	            numbers are those below with every bit inverted
const (
	maxCD     = (99*60+59)*framesASecond + 74 - pregap // sectors: the lead-out is at 99:59:74 at most
	dvdLayer  = 2298496                                // sectors of a layer
	dvdFirst  = 0x030000
	dvdNumber = 1<<24 - 1
)

func (d *drive) isDVD() bool { return d.discSectors() > maxCD }

// Formats of READ DVD STRUCTURE, and the bytes of the answer (MMC-3 6.30).
const (
	dvdPhysical  = 0x00
	dvdCopyright = 0x01

	dvdPhysicalSize  = 4 + 2048
	dvdCopyrightSize = 4 + 4
)

// readDVDStructure describes a pressed disc of 120 mm without protection.
func (d *drive) readDVDStructure() {
	const (
		version   = 1           // of the book; DVD-ROM is book 0
		rate      = 2           // 10.08 Mb/s
		twoLayers = 1<<5 | 1<<4 // and opposite track path
		embossed  = 1
	)
	if !d.isDVD() {
		d.check(senseIncompatible)
		return
	}
	// No larger DVD exists; what an image has beyond is not part of the numbers.
	n := uint32(min(d.discSectors(), 2*dvdLayer))
	size, layers := dvdPhysicalSize, uint8(1)
	if n > dvdLayer {
		layers = 2
	}
	if d.CD.Packet[7] == dvdCopyright {
		size = dvdCopyrightSize
	}
	if d.CD.Packet[6] >= layers || d.CD.Packet[7] > dvdCopyright {
		d.check(senseField)
		return
	}
	b := d.Buffer[:size]
	clear(b)
	binary.BigEndian.PutUint16(b, uint16(size-2))
	if size == dvdPhysicalSize {
		p := b[4:]
		p[0], p[1], p[2] = version, rate, embossed
		last, end := dvdFirst+n-1, uint32(0)
		if layers == 2 {
			p[2] |= twoLayers
			half := ((n+1)/2 + dvdBlocking - 1) / dvdBlocking * dvdBlocking
			end = dvdFirst + half - 1
			last = ^end&dvdNumber + n - half - 1
		}
		binary.BigEndian.PutUint32(p[4:], dvdFirst)
		binary.BigEndian.PutUint32(p[8:], last)
		binary.BigEndian.PutUint32(p[12:], end)
	}
	d.reply(size, d.be16(8))
}
