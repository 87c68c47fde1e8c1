package ata

import "encoding/binary"

// Packet commands (SFF-8020i 10.8, MMC-3 6; the six-byte MODE commands: SPC).
const (
	pktTestReady        = 0x00
	pktRequestSense     = 0x03
	pktInquiry          = 0x12
	pktModeSelect6      = 0x15
	pktModeSense6       = 0x1a
	pktStartStop        = 0x1b
	pktPreventRemoval   = 0x1e
	pktReadCapacity     = 0x25
	pktRead10           = 0x28
	pktSeek             = 0x2b
	pktReadSubChannel   = 0x42
	pktReadTOC          = 0x43
	pktReadHeader       = 0x44
	pktGetConfiguration = 0x46
	pktGetEvent         = 0x4a
	pktReadDiscInfo     = 0x51
	pktModeSelect10     = 0x55
	pktModeSense10      = 0x5a
	pktRead12           = 0xa8
	pktReadDVDStructure = 0xad
	pktSetSpeed         = 0xbb
	pktMechanismStatus  = 0xbd
	pktReadCD           = 0xbe
)

// sense is a sense key, an additional sense code and its qualifier, a byte each
// (SFF-8020i table 140, MMC-3 annex F).
type sense uint32

const (
	senseNone         sense = 0
	senseNoDisc       sense = 0x023a01 // not ready: medium not present, tray closed
	senseTrayOpen     sense = 0x023a02
	senseUnreadable   sense = 0x031100 // medium error: unrecovered read error
	senseListLength   sense = 0x051a00 // illegal request: parameter list length error
	senseCommand      sense = 0x052000 // invalid command operation code
	senseRange        sense = 0x052100 // logical block address out of range
	senseField        sense = 0x052400 // invalid field in the packet
	senseParameter    sense = 0x052600 // invalid field in the parameter list
	senseIncompatible sense = 0x053002 // cannot read medium: incompatible format
	senseNoSaving     sense = 0x053900 // saving parameters not supported
	senseRemoval      sense = 0x055302 // medium removal prevented
	senseTrackMode    sense = 0x056400 // illegal mode for this track
	senseMediumChange sense = 0x062800 // unit attention: medium may have changed
	senseReset        sense = 0x062900 // unit attention: power-on or reset

	keyIllegal = 0x5
)

func (s sense) key() uint8  { return uint8(s >> 16) }
func (s sense) asc() uint8  { return uint8(s >> 8) }
func (s sense) ascq() uint8 { return uint8(s) }

// Unit attentions in the order in which they are reported.
const (
	attentionReset uint8 = 1 << iota
	attentionMedium
)

// takeAttention returns the next unit attention, which is then reported.
func (d *drive) takeAttention() sense {
	switch {
	case d.CD.Attention&attentionReset != 0:
		d.CD.Attention &^= attentionReset
		return senseReset
	case d.CD.Attention&attentionMedium != 0:
		d.CD.Attention &^= attentionMedium
		return senseMediumChange
	}
	return senseNone
}

// notReady says why the disc cannot be read.
func (d *drive) notReady() sense {
	switch {
	case d.CD.TrayOpen:
		return senseTrayOpen
	case d.disc == nil:
		return senseNoDisc
	}
	return senseNone
}

// discSectors is the size of the disc that can be read; 0: none.
func (d *drive) discSectors() uint64 {
	if d.notReady() != senseNone {
		return 0
	}
	return min(d.disc.Sectors(), 1<<32-1)
}

// be16 and be32 are fields of the packet, which has the high byte first.
func (d *drive) be16(i int) int    { return int(binary.BigEndian.Uint16(d.CD.Packet[i:])) }
func (d *drive) be32(i int) uint32 { return binary.BigEndian.Uint32(d.CD.Packet[i:]) }

// packet carries out the command in the buffer. A unit attention comes before
// everything but the commands that MMC-3 4.1.6 lists.
func (d *drive) packet() {
	cd := &d.CD
	copy(cd.Packet[:], d.Buffer[:packetSize])
	d.stop()
	cd.Stage, d.Left = stageNone, 0
	op := cd.Packet[0]
	switch op {
	case pktInquiry, pktRequestSense, pktGetConfiguration, pktGetEvent:
	default:
		if s := d.takeAttention(); s != senseNone {
			d.check(s)
			return
		}
	}
	if op == pktRequestSense {
		d.requestSense()
		return
	}
	cd.Sense, cd.SenseLBA, cd.HasLBA = 0, 0, false
	clear(d.Buffer[:256]) // replies are shorter
	switch op {
	case pktReadCapacity, pktRead10, pktRead12, pktReadCD, pktSeek, pktReadTOC, pktReadHeader, pktReadSubChannel, pktReadDiscInfo, pktReadDVDStructure, pktTestReady:
		if s := d.notReady(); s != senseNone {
			d.check(s)
			return
		}
	}
	switch op {
	case pktTestReady:
		d.packetDone()
	case pktInquiry:
		d.inquiry()
	case pktModeSelect6:
		d.modeSelect(int(cd.Packet[4]))
	case pktModeSelect10:
		d.modeSelect(d.be16(7))
	case pktModeSense6:
		d.modeSense(4, int(cd.Packet[4]))
	case pktModeSense10:
		d.modeSense(8, d.be16(7))
	case pktStartStop:
		d.startStop()
	case pktPreventRemoval:
		cd.Locked = cd.Packet[4]&1 != 0
		d.packetDone()
	case pktReadCapacity:
		d.readCapacity()
	case pktRead10:
		d.readFrom(uint32(d.be16(7)))
	case pktRead12:
		d.readFrom(d.be32(6))
	case pktReadCD:
		d.readCD()
	case pktSeek:
		d.seekDisc()
	case pktReadSubChannel:
		d.readSubChannel()
	case pktReadTOC:
		d.readTOC()
	case pktReadHeader:
		d.readHeader()
	case pktReadDiscInfo:
		d.readDiscInfo()
	case pktReadDVDStructure:
		d.readDVDStructure()
	case pktGetConfiguration:
		d.getConfiguration()
	case pktGetEvent:
		d.getEvent()
	case pktSetSpeed:
		d.setSpeed()
	case pktMechanismStatus:
		d.mechanismStatus()
	default:
		d.check(senseCommand)
	}
}

// requestSense returns the sense of the last command, or else a unit attention
// that waits (SFF-8020i 10.8.20): 18 bytes of fixed format.
func (d *drive) requestSense() {
	cd := &d.CD
	s := sense(cd.Sense)
	if s == senseNone {
		s = d.takeAttention()
	}
	b := d.Buffer[:18]
	clear(b)
	b[0] = 0x70 // current error
	if cd.HasLBA {
		b[0] |= 0x80 // the information field is valid
		binary.BigEndian.PutUint32(b[3:], cd.SenseLBA)
	}
	b[2], b[7], b[12], b[13] = s.key(), uint8(len(b)-8), s.asc(), s.ascq()
	cd.Sense, cd.SenseLBA, cd.HasLBA = 0, 0, false
	d.reply(len(b), int(cd.Packet[4]))
}

// inquiry describes the drive (SFF-8020i 10.8.2): a removable CD-ROM of ATAPI
// version 2 with the response format of SCSI-2.
func (d *drive) inquiry() {
	if d.CD.Packet[1]&1 != 0 || d.CD.Packet[2] != 0 { // vital product data: there is none
		d.check(senseField)
		return
	}
	b := d.Buffer[:36]
	copy(b, []byte{0x05, 0x80, 0x00, 0x21, uint8(len(b) - 5)})
	vendor, product := splitModel(d.cfg.Model)
	pad(b[8:16], vendor)
	pad(b[16:32], product)
	pad(b[32:36], d.cfg.Firmware)
	d.reply(len(b), int(d.CD.Packet[4]))
}

// splitModel cuts a model into vendor and product at its first space.
func splitModel(s string) (vendor, product string) {
	for i := range len(s) {
		if s[i] == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, "CD-ROM"
}

// pad stores s padded with spaces.
func pad(dst []byte, s string) {
	for i := range dst {
		dst[i] = ' '
		if i < len(s) && s[i] >= ' ' && s[i] <= '~' {
			dst[i] = s[i]
		}
	}
}

// startStop starts and stops the disc, and with LoEj moves the tray (SFF-8020i
// 10.8.25).
func (d *drive) startStop() {
	cd := &d.CD
	const start, loadEject, power = 1 << 0, 1 << 1, 0xf0
	switch v := cd.Packet[4]; {
	case v&power != 0, v&loadEject == 0:
		// Power conditions and spinning up and down: nobody can tell.
		if v&power == 0 && v&start != 0 {
			if s := d.notReady(); s != senseNone {
				d.check(s)
				return
			}
		}
	case v&start != 0:
		if cd.TrayOpen {
			d.trayClosed()
		}
	case cd.Locked:
		d.check(senseRemoval)
		return
	case !cd.TrayOpen:
		cd.TrayOpen = true
		cd.Attention &^= attentionMedium
		if d.disc != nil {
			cd.Event = eventRemoval
		}
	}
	d.packetDone()
}

// trayClosed takes what lies on the tray for a new disc.
func (d *drive) trayClosed() {
	cd := &d.CD
	cd.TrayOpen, cd.Loaded, cd.Head = false, d.disc != nil, 0
	if cd.Loaded {
		cd.Attention |= attentionMedium
		cd.Event = eventNewMedia
	}
}

// Media events of GET EVENT STATUS NOTIFICATION (MMC-3 6.6.1.5).
const (
	eventNone uint8 = iota
	eventEjectRequest
	eventNewMedia
	eventRemoval

	classMedia     = 4
	noEvent        = 0x80 // NEA: none of the classes asked for is supported
	statusTrayOpen = 1 << 0
	statusMedia    = 1 << 1
)

// getEvent reports what happened to the medium since it was asked last. Only
// polling is supported.
func (d *drive) getEvent() {
	cd := &d.CD
	if cd.Packet[1]&1 == 0 {
		d.check(senseField)
		return
	}
	b := d.Buffer[:8]
	b[3] = 1 << classMedia
	if cd.Packet[4]&(1<<classMedia) == 0 {
		b[1], b[2] = 2, noEvent
		d.reply(4, d.be16(7))
		return
	}
	b[1], b[2], b[4] = 6, classMedia, cd.Event
	if cd.TrayOpen {
		b[5] |= statusTrayOpen
	} else if cd.Loaded {
		b[5] |= statusMedia
	}
	if d.be16(7) > 4 {
		cd.Event = eventNone
	}
	d.reply(len(b), d.be16(7))
}

// mechanismStatus describes a drive that is no changer (SFF-8020i 10.8.6).
func (d *drive) mechanismStatus() {
	b := d.Buffer[:8]
	if d.CD.TrayOpen {
		b[1] = 1 << 4
	}
	b[2], b[3], b[4] = uint8(d.CD.Head>>16), uint8(d.CD.Head>>8), uint8(d.CD.Head)
	b[5] = 1 // slots
	d.reply(len(b), d.be16(8))
}

// setSpeed takes the wish of the host; FFFFh is the highest speed.
func (d *drive) setSpeed() {
	d.CD.Speed = uint16(min(d.be16(2), maxSpeed))
	d.packetDone()
}
