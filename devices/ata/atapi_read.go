package ata

import "encoding/binary"

// Reading a CD. The disc has one session with one track of Mode 1 sectors, which
// begins at sector 0, two seconds after the start of the program area:
//
//	MSF = LBA + 150 frames; 75 frames a second
const (
	framesASecond = 75
	pregap        = 2 * framesASecond
	firstTrack    = 1
	leadOut       = 0xaa // its track number in a TOC
	dataTrack     = 0x14 // ADR 1 (position), CONTROL 4 (data)
	dataMode      = 1
)

// msf converts a sector number to minutes, seconds and frames. What is beyond
// the last minute that fits saturates.
func msf(lba uint32) (m, s, f uint8) {
	const most = 256*60*framesASecond - 1
	n := min(uint64(lba)+pregap, most)
	return uint8(n / (60 * framesASecond)), uint8(n / framesASecond % 60), uint8(n % framesASecond)
}

// putAddress stores a sector number in four bytes, as MSF or as it is.
func putAddress(b []byte, lba uint32, asMSF bool) {
	binary.BigEndian.PutUint32(b, lba)
	if asMSF {
		m, s, f := msf(lba)
		b[0], b[1], b[2], b[3] = 0, m, s, f
	}
}

// asMSF is the MSF bit of the packet.
func (d *drive) asMSF() bool { return d.CD.Packet[1]&2 != 0 }

func (d *drive) readCapacity() {
	binary.BigEndian.PutUint32(d.Buffer[:], uint32(max(d.discSectors(), 1)-1))
	binary.BigEndian.PutUint32(d.Buffer[4:], discSector)
	d.reply(8, 8)
}

// readFrom reads count sectors from the address in the packet on.
func (d *drive) readFrom(count uint32) {
	lba := uint64(d.be32(2))
	if lba+uint64(count) > d.discSectors() || lba >= d.discSectors() {
		d.check(senseRange)
		return
	}
	if count == 0 {
		d.packetDone()
		return
	}
	d.CD.Stage, d.CD.Have, d.Pos = stageIn, 0, 0
	d.LBA, d.Left = lba, count
	d.packetBlock()
}

// readCD reads the user data of sectors (MMC-3 6.20): no other parts of them are
// in an image.
func (d *drive) readCD() {
	const anyType, mode1 = 0, 2
	const parts, userData = 0xf8, 0x10
	p := &d.CD.Packet
	switch kind := p[1] >> 2 & 7; {
	case kind > 5, p[9]&6 != 0, p[10]&7 != 0, p[9]&parts != userData && p[9]&parts != 0:
		d.check(senseField)
	case kind != anyType && kind != mode1:
		d.check(senseTrackMode)
	default:
		count := uint32(p[6])<<16 | uint32(d.be16(7))
		if p[9]&parts == 0 { // nothing of the sectors is wanted: a seek
			count = 0
		}
		d.readFrom(count)
	}
}

func (d *drive) seekDisc() {
	if uint64(d.be32(2)) >= d.discSectors() {
		d.check(senseRange)
		return
	}
	d.CD.Head = d.be32(2)
	d.packetDone()
}

// readHeader names the address of a sector and its mode (SFF-8020i 10.8.15).
func (d *drive) readHeader() {
	lba := d.be32(2)
	if uint64(lba) >= d.discSectors() {
		d.check(senseRange)
		return
	}
	d.Buffer[0] = dataMode
	putAddress(d.Buffer[4:], lba, d.asMSF())
	d.reply(8, d.be16(7))
}

// readTOC is the table of contents (SFF-8020i 10.8.19, MMC-3 6.26). The format
// is in byte 2, or in older drivers in the top bits of byte 9.
func (d *drive) readTOC() {
	format, start := d.CD.Packet[2]&0xf, d.CD.Packet[6]
	if format == 0 {
		format = d.CD.Packet[9] >> 6
	}
	end := uint32(d.discSectors())
	b := d.Buffer[:4]
	switch format {
	case 0: // tracks from start on
		if start > firstTrack && start != leadOut {
			d.check(senseField)
			return
		}
		track := func(number uint8, lba uint32) {
			b = append(b, 0, dataTrack, number, 0, 0, 0, 0, 0)
			putAddress(b[len(b)-4:], lba, d.asMSF())
		}
		if start <= firstTrack {
			track(firstTrack, 0)
		}
		track(leadOut, end)
	case 1: // the last session
		b = append(b, 0, dataTrack, firstTrack, 0, 0, 0, 0, 0)
		putAddress(b[8:], 0, d.asMSF())
	case 2: // what is written in the lead-in, always MSF
		if start > 1 { // it is a session number here
			d.check(senseField)
			return
		}
		entry := func(point, m, s, f uint8) {
			b = append(b, 1, dataTrack, 0, point, 0, 0, 0, 0, m, s, f)
		}
		entry(0xa0, firstTrack, 0, 0) // the first track; disc type 0: CD-ROM
		entry(0xa1, firstTrack, 0, 0) // the last one
		m, s, f := msf(end)
		entry(0xa2, m, s, f)
		m, s, f = msf(0)
		entry(firstTrack, m, s, f)
	default:
		d.check(senseField)
		return
	}
	binary.BigEndian.PutUint16(b, uint16(len(b)-2))
	b[2], b[3] = 1, 1 // first and last track, or session
	d.reply(len(b), d.be16(7))
}

// readSubChannel reports the position, or that neither the disc nor the track
// has a number (SFF-8020i 10.8.18). No audio is ever played.
func (d *drive) readSubChannel() {
	const (
		wantQ     = 1 << 6
		noAudio   = 0x15 // no current audio status to return
		position  = 1
		catalogue = 2
		isrc      = 3
	)
	b, n := d.Buffer[:], 4
	b[1] = noAudio
	if d.CD.Packet[2]&wantQ != 0 {
		b[4] = d.CD.Packet[3]
		switch b[4] {
		case position:
			n = 16
			b[5], b[6], b[7] = dataTrack, firstTrack, 1 // index 1
			putAddress(b[8:], d.CD.Head, d.asMSF())
			binary.BigEndian.PutUint32(b[12:], d.CD.Head) // in the track
			if d.asMSF() {
				at := min(d.CD.Head, 256*60*framesASecond-1)
				b[12], b[13], b[14], b[15] = 0, uint8(at/(60*framesASecond)), uint8(at/framesASecond%60), uint8(at%framesASecond)
			}
		case catalogue:
			n = 24
		case isrc:
			n = 24
			b[5], b[6] = dataTrack, firstTrack
		default:
			d.check(senseField)
			return
		}
		b[3] = uint8(n - 4)
	}
	d.reply(n, d.be16(7))
}

// readDiscInfo describes a finished CD-ROM (MMC-3 6.22).
func (d *drive) readDiscInfo() {
	const (
		complete     = 3<<2 | 2 // last session and disc
		unrestricted = 1 << 5
	)
	b := d.Buffer[:34]
	b[1], b[2] = uint8(len(b)-2), complete
	b[3], b[4], b[5], b[6] = firstTrack, 1, firstTrack, firstTrack // first track; sessions; first and last track of the last
	b[7] = unrestricted
	for i := 16; i < 24; i++ { // nothing can be appended: no lead-in, no lead-out
		b[i] = 0xff
	}
	d.reply(len(b), d.be16(7))
}

// Profiles of a drive that reads CDs and DVDs (MMC-3 5.3.1).
const (
	profileCDROM  = 0x0008
	profileDVDROM = 0x0010
)

// getConfiguration lists the features of the drive (MMC-3 6.5): a header of 8
// bytes, then number, flags, length and data of each.
func (d *drive) getConfiguration() {
	const (
		current    = 1 << 0
		persistent = 1 << 1

		onlyCurrent, onlyOne = 1, 2
	)
	cd, dvd, blocking := uint8(0), uint8(0), uint8(discBlocking)
	from, kind := uint16(d.be16(2)), d.CD.Packet[1]&3
	b := d.Buffer[:8]
	switch {
	case d.notReady() != senseNone:
	case d.isDVD():
		dvd, blocking = current, dvdBlocking
		binary.BigEndian.PutUint16(b[6:], profileDVDROM)
	default:
		cd = current
		binary.BigEndian.PutUint16(b[6:], profileCDROM)
	}
	for _, f := range []struct {
		number uint16
		flags  uint8
		data   []byte
	}{
		{0x0000, persistent | current, []byte{profileDVDROM >> 8, profileDVDROM & 0xff, dvd, 0, profileCDROM >> 8, profileCDROM & 0xff, cd, 0}}, // profile list
		{0x0001, persistent | current, []byte{0, 0, 0, 2}},                                      // core: ATAPI
		{0x0002, persistent | current, []byte{0, 0, 0, 0}},                                      // morphing: by polling
		{0x0003, persistent | current, []byte{1<<5 | 1<<3 | 1<<0, 0, 0, 0}},                     // removable medium: tray, eject, lock
		{0x0010, cd | dvd, []byte{0, 0, discSector >> 8, discSector & 0xff, 0, blocking, 0, 0}}, // random readable
		{0x001e, cd, []byte{0, 0, 0, 0}},                                                        // CD read
		{0x001f, dvd, nil},                                                                      // DVD read
		{0x0105, persistent | current, nil},                                                     // time-outs
	} {
		if f.number < from || kind == onlyOne && f.number != from || kind == onlyCurrent && f.flags&current == 0 {
			continue
		}
		b = binary.BigEndian.AppendUint16(b, f.number)
		b = append(append(b, f.flags, uint8(len(f.data))), f.data...)
	}
	if kind > onlyOne {
		d.check(senseField)
		return
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	d.reply(len(b), d.be16(7))
}

// Sectors that are read together at least: one, or an ECC block of a DVD.
const (
	discBlocking = 1
	dvdBlocking  = 16
)
