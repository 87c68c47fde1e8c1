package ata

import (
	"bytes"
	"encoding/binary"
)

// Mode pages (SFF-8020i 10.8.4, MMC-3 5.5).
const (
	pageRecovery     = 0x01
	pageCD           = 0x0d
	pageAudio        = 0x0e
	pageCapabilities = 0x2a
	pageAll          = 0x3f
)

// Page control of MODE SENSE: which values are wanted.
const (
	valueCurrent = iota
	valueChangeable
	valueDefault
	valueSaved
)

// Medium types of the mode parameter header (SFF-8020i table 46).
const (
	typeData120  = 0x01 // 120 mm disc with data
	typeNoDisc   = 0x70
	typeTrayOpen = 0x71
)

const (
	maxSpeed   = 4234 // kB/s: 24 times the speed of audio
	bufferSize = maxMultiple * sectorSize >> 10

	maxParameterList = 256 // bytes of MODE SELECT: more than all pages
)

// modeParameters are the bytes of the mode pages that a host can change.
type modeParameters struct {
	Recovery   uint8 // page 01h byte 2
	Retries    uint8 // page 01h byte 3
	Inactivity uint8 // page 0Dh byte 3
	Immediate  uint8 // page 0Eh byte 2
	Channels   [8]uint8
}

// modeDefaults are the values after a reset: audio comes out of both channels at
// full volume.
func modeDefaults() modeParameters {
	return modeParameters{Retries: 5, Inactivity: 0, Immediate: 4, Channels: [8]uint8{1, 0xff, 2, 0xff}}
}

// modeMask has the bits that can be changed.
func modeMask() modeParameters {
	p := modeParameters{Recovery: 0x37, Retries: 0xff, Inactivity: 0x0f, Immediate: 6}
	for i := range p.Channels {
		p.Channels[i] = 0x0f
		if i&1 != 0 {
			p.Channels[i] = 0xff
		}
	}
	return p
}

// modePage appends a page with the parameters p. With only, everything that
// cannot be changed is left zero.
func (d *drive) modePage(b []byte, page uint8, p *modeParameters, only bool) []byte {
	n := len(b)
	switch page {
	case pageRecovery:
		b = append(b, page, 6, p.Recovery, p.Retries, 0, 0, 0, 0)
	case pageCD:
		b = append(b, page, 6, 0, p.Inactivity, 0, 60, 0, framesASecond) // S units a minute, F units a second
	case pageAudio:
		b = append(b, page, 14, p.Immediate, 0, 0, 0, 0, framesASecond)
		b = append(b, p.Channels[:]...)
	case pageCapabilities:
		const (
			readsDiscs        = 1<<0 | 1<<1 | 1<<3 // CD-R, CD-RW, DVD-ROM
			lock, eject, tray = 1 << 0, 1 << 3, 1 << 5
		)
		b = append(b, page, 18, readsDiscs, 0, 0, 0, lock|eject|tray, 0)
		if d.CD.Locked {
			b[n+6] |= lock << 1
		}
		b = binary.BigEndian.AppendUint16(b, maxSpeed)
		b = binary.BigEndian.AppendUint16(b, 0) // volume levels
		b = binary.BigEndian.AppendUint16(b, bufferSize)
		b = binary.BigEndian.AppendUint16(b, d.CD.Speed)
		b = append(b, 0, 0, 0, 0)
	}
	if only {
		switch page {
		case pageCD, pageAudio:
			clear(b[n+4 : n+8])
		case pageCapabilities:
			clear(b[n+2:])
		}
	}
	return b
}

// modePages lists the pages in the order of MODE SENSE with page 3Fh.
func modePages() []uint8 { return []uint8{pageRecovery, pageCD, pageAudio, pageCapabilities} }

// modeSense is MODE SENSE with a header of 4 or 8 bytes.
func (d *drive) modeSense(header, room int) {
	control, page := d.CD.Packet[2]>>6, d.CD.Packet[2]&0x3f
	p := d.CD.Parameters
	switch control {
	case valueSaved:
		d.check(senseNoSaving)
		return
	case valueChangeable:
		p = modeMask()
	case valueDefault:
		p = modeDefaults()
	}
	b := d.Buffer[:header]
	for _, have := range modePages() {
		if page == have || page == pageAll {
			b = d.modePage(b, have, &p, control == valueChangeable)
		}
	}
	if len(b) == header {
		d.check(senseField)
		return
	}
	medium := uint8(typeData120)
	switch d.notReady() {
	case senseNoDisc:
		medium = typeNoDisc
	case senseTrayOpen:
		medium = typeTrayOpen
	}
	if header == 4 {
		b[0], b[1] = uint8(len(b)-1), medium
	} else {
		binary.BigEndian.PutUint16(b, uint16(len(b)-2))
		b[2] = medium
	}
	d.reply(len(b), room)
}

// modeSelect asks the host for parameters.
func (d *drive) modeSelect(n int) {
	const savePages = 1
	switch {
	case d.CD.Packet[1]&savePages != 0:
		d.check(senseField)
	case n > maxParameterList:
		d.check(senseListLength)
	case n == 0:
		d.packetDone()
	default:
		d.CD.Stage, d.CD.Have, d.Pos = stageOut, uint16(n), 0
		d.packetBlock()
	}
}

// modeParametersSent takes the pages that the host has sent, all or none of
// them. What cannot be changed must be as it is.
func (d *drive) modeParametersSent() sense {
	b := d.Buffer[:d.CD.Have]
	header, blocks := 8, 0
	if d.CD.Packet[0] == pktModeSelect6 {
		header = 4
	}
	if len(b) < header {
		return senseListLength
	}
	if header == 4 {
		blocks = int(b[3])
	} else {
		blocks = int(binary.BigEndian.Uint16(b[6:]))
	}
	if len(b) < header+blocks {
		return senseListLength
	}
	b = b[header+blocks:] // a block descriptor can say nothing but 2048 bytes
	p := d.CD.Parameters
	for len(b) > 0 {
		page := b[0] & 0x3f
		have := d.modePage(nil, page, &p, false)
		if have == nil {
			return senseParameter
		}
		if len(b) < 2 || len(b) < len(have) {
			return senseListLength
		}
		mask := modeMask()
		change := d.modePage(nil, page, &mask, true)
		sent := bytes.Clone(b[:len(have)])
		sent[0] = page // PS is reserved here
		for i := range have {
			if i >= 2 && (sent[i]^have[i])&^change[i] != 0 || i == 1 && sent[i] != have[i] {
				return senseParameter
			}
		}
		switch page {
		case pageRecovery:
			p.Recovery, p.Retries = sent[2], sent[3]
		case pageCD:
			p.Inactivity = sent[3]
		case pageAudio:
			p.Immediate = sent[2]
			copy(p.Channels[:], sent[8:])
		}
		b = b[len(have):]
	}
	d.CD.Parameters = p
	return senseNone
}
