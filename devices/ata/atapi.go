package ata

import (
	"fmt"

	"beige/devices/bus"
)

// The packet interface of a CD-ROM drive (ATA-4 8.21 and 9.10, SFF-8020i 5).
// PACKET asks for twelve bytes, a command of the SCSI kind, and moves its data
// in blocks of which the host names the largest, or by DMA:
//
//	Count (Interrupt Reason)  IO  CoD
//	the drive wants the packet  0   1    without an interrupt
//	data to the host            1   0    LBAHigh:LBAMid bytes, INTRQ
//	data from the host          0   0    LBAHigh:LBAMid bytes, INTRQ
//	end of the command          1   1    INTRQ; Error 7:4 sense key with Status.CHK
const (
	reasonCoD uint8 = 1 << 0 // command or data
	reasonIO  uint8 = 1 << 1 // to the host

	featureDMA uint8 = 1 << 0 // PACKET, Features
	featureOVL uint8 = 1 << 1

	packetSize   = 12
	discSector   = 2048
	noByteLimit  = 0xfffe // what a limit of 0 means: IDENTIFY word 125
	statusCHK    = statusERR
	senseInError = 4 // shift of the sense key in the Error register
)

// The signature of a packet device (ATA-4 9.1).
const (
	packetMid  uint8 = 0x14
	packetHigh uint8 = 0xeb
)

// Disc is what is in a CD-ROM drive: one data track of 2048-byte sectors
// numbered from 0. p is always a whole number of sectors within the disc.
type Disc interface {
	Sectors() uint64
	ReadSectors(lba uint64, p []byte) error
}

// Stages of a PACKET command.
const (
	stageNone    uint8 = iota
	stageCommand       // the packet comes
	stageIn            // data to the host
	stageOut           // parameters from the host
	stageLast
)

// cdState is what a CD-ROM drive has besides a drive's registers. The buffer
// holds Have bytes of a packet command's data, of which Pos are moved; after
// them come Left sectors from LBA on.
type cdState struct {
	Present bool // the position has a CD-ROM drive

	Stage  uint8
	Packet [packetSize]byte
	Limit  uint16 // bytes a block
	DMA    bool   // the data move by DMA
	Have   uint16

	Sense      uint32 // key, ASC, ASCQ; see sense
	SenseLBA   uint32
	HasLBA     bool  // SenseLBA is the sector that failed
	Attention  uint8 // unit attentions not yet reported
	Event      uint8 // media event not yet reported
	Loaded     bool  // a disc is in the drive or on the open tray
	TrayOpen   bool
	Locked     bool
	Head       uint32 // sector after the last one read
	Speed      uint16 // kB/s
	Parameters modeParameters
}

// cdReset is power-on or RESET- for a CD-ROM drive. The disc and the tray stay
// as they are.
func (d *drive) cdReset(trayOpen bool) {
	d.CD = cdState{Present: true, Loaded: d.disc != nil, TrayOpen: trayOpen, Attention: attentionReset, Speed: maxSpeed, Parameters: modeDefaults()}
}

// deviceReset is DEVICE RESET, which a packet device takes at any time (ATA-4
// 8.7): it gives up what it does, lets go of the disc and shows its signature.
func (d *drive) deviceReset() {
	d.stop()
	d.Command, d.Pending = cmdDeviceReset, false
	d.CD.Stage, d.CD.Sense, d.CD.Locked, d.Left = stageNone, 0, false, 0
	d.busy(nextReset, commandTime)
}

// packetSignature puts the signature of a packet device into the registers.
func (d *drive) packetSignature() {
	d.Count, d.LBALow = [2]uint8{1}, [2]uint8{1}
	d.LBAMid, d.LBAHigh = [2]uint8{packetMid}, [2]uint8{packetHigh}
}

// executeCD carries out a command of a packet device (ATA-4 table 11).
func (d *drive) executeCD(cmd uint8) {
	switch cmd {
	case cmdPacket:
		d.askPacket()
	case cmdIdentifyPacket:
		d.identifyPacket()
		d.offer(phaseIn, sectorSize, true)
	case cmdIdentify, cmdRead:
		d.packetSignature()
		d.fail(errorABRT)
	case cmdDiagnostic:
		d.signature()
		d.Pending = d.index == 0 || !d.c.present[0]
	case cmdSetFeatures:
		switch d.Features {
		case featTransferMode, featKeepSettings, featRevertSettings:
			d.setFeatures()
		default:
			d.fail(errorABRT)
		}
	case cmdStandbyNow, cmdStandbyNowOld:
		d.Power = powerStandby
		d.done()
	case cmdIdleNow, cmdIdleNowOld:
		d.Power = powerIdle
		d.done()
	case cmdSleep, cmdSleepOld:
		d.done()
		d.Power = powerSleep
	case cmdCheckPower, cmdCheckPowerOld:
		d.Count[0] = [powerLast]uint8{countActive, countIdle, countStandby, countStandby}[d.Power]
		d.done()
	default:
		d.fail(errorABRT)
	}
}

// askPacket begins a PACKET command. Overlap is not announced.
func (d *drive) askPacket() {
	d.CD.DMA = d.Features&featureDMA != 0
	if d.Features&featureOVL != 0 || d.CD.DMA && d.c.dma == nil {
		d.fail(errorABRT)
		return
	}
	d.CD.Limit = uint16(d.LBAHigh[0])<<8 | uint16(d.LBAMid[0])
	if d.CD.Limit == 0 {
		d.CD.Limit = noByteLimit
	}
	d.CD.Limit = max(d.CD.Limit&^1, 2)
	d.Power = powerActive
	d.CD.Stage = stageCommand
	d.CD.Have = packetSize
	d.offer(phaseOut, packetSize, false)
	d.Count[0] = reasonCoD
}

// packetMoved is told that the host has moved a block.
func (d *drive) packetMoved() {
	d.Phase = phaseNone
	switch {
	case d.CD.Stage == stageCommand:
		d.busy(nextPacket, commandTime)
	case d.Pos < d.CD.Have || d.Left > 0:
		d.busy(nextPacketBlock, blockTime)
	default:
		d.busy(nextPacketEnd, blockTime)
	}
}

// packetBlock offers the next block of data, as large as the host allows.
func (d *drive) packetBlock() {
	if d.Pos >= d.CD.Have && !d.readDisc() {
		return
	}
	n := min(d.CD.Limit, d.CD.Have-d.Pos)
	if d.CD.DMA {
		d.End, d.Phase, d.Pending = (d.CD.Have+1)&^1, phaseDMAIn, false
		if d.CD.Stage == stageOut {
			d.Phase = phaseDMAOut
		}
		d.movePacketDMA()
		return
	}
	d.End = d.Pos + (n+1)&^1 // the host moves words
	d.Phase, d.Count[0] = phaseIn, reasonIO
	if d.CD.Stage == stageOut {
		d.Phase, d.Count[0] = phaseOut, 0
	}
	d.LBAMid[0], d.LBAHigh[0] = uint8(n), uint8(n>>8)
	d.Status = statusReady | statusDRQ
	d.Pending = true
}

// movePacketDMA moves as much of the buffer as the bus master takes.
func (d *drive) movePacketDMA() {
	d.Status = statusReady | statusDRQ
	if d.Phase == phaseDMAOut {
		d.Pos += uint16(d.c.dma.FromMemory(d.Buffer[d.Pos:d.End]))
	} else {
		d.Pos += uint16(d.c.dma.ToMemory(d.Buffer[d.Pos:d.End]))
	}
	if d.Pos == d.End {
		d.packetMoved()
	}
}

// readDisc fills the buffer with the next sectors of a read. Sectors before a
// bad one are delivered, the bad one ends the command when its turn comes.
func (d *drive) readDisc() bool {
	if s := d.notReady(); s != senseNone {
		d.check(s)
		return false
	}
	n := uint32(min(uint64(d.Left), uint64(len(d.Buffer)/discSector)))
	if uint64(d.LBA)+uint64(n) > d.discSectors() || n == 0 {
		d.check(senseRange)
		return false
	}
	d.transfers++
	if d.disc.ReadSectors(d.LBA, d.Buffer[:n*discSector]) != nil {
		good := uint32(0)
		for good < n && d.disc.ReadSectors(d.LBA+uint64(good), d.Buffer[good*discSector:][:discSector]) == nil {
			good++
		}
		if n = good; n == 0 {
			d.check(senseUnreadable)
			d.CD.SenseLBA, d.CD.HasLBA = uint32(d.LBA), true
			return false
		}
	}
	d.LBA += uint64(n)
	d.Left -= n
	d.CD.Head = uint32(d.LBA)
	d.Pos, d.CD.Have = 0, uint16(n*discSector)
	return true
}

// reply answers a packet command with the first n bytes of the buffer, or with
// as many of them as the host has room for.
func (d *drive) reply(n, room int) {
	n = min(n, room)
	if n == 0 {
		d.packetDone()
		return
	}
	clear(d.Buffer[n : n+1]) // the rest of the last word
	d.CD.Stage, d.CD.Have, d.Pos = stageIn, uint16(n), 0
	d.packetBlock()
}

// packetDone ends a packet command well, after a look at parameters that came
// with it.
func (d *drive) packetDone() {
	if d.CD.Stage == stageOut {
		if s := d.modeParametersSent(); s != senseNone {
			d.check(s)
			return
		}
	}
	d.CD.Stage = stageNone
	d.done()
	d.Count[0] = reasonIO | reasonCoD
}

// check ends a packet command with CHECK CONDITION: the sense is kept for
// REQUEST SENSE.
func (d *drive) check(s sense) {
	d.CD.Stage, d.Left = stageNone, 0
	d.CD.Sense, d.CD.SenseLBA, d.CD.HasLBA = uint32(s), 0, false
	bits := s.key() << senseInError
	if s.key() == keyIllegal {
		bits |= errorABRT
	}
	d.fail(bits)
	d.Count[0] = reasonIO | reasonCoD
}

// cdrom returns the CD-ROM drive at a position; nil: there is none.
func (c *Channel) cdrom(unit int) *drive {
	if unit < 0 || unit >= len(c.drive) || !c.drive[unit].cfg.CDROM {
		return nil
	}
	return c.drive[unit]
}

// Insert puts a disc into a CD-ROM drive and closes the tray. It reports false
// where there is no such drive, or its disc is locked in.
func (c *Channel) Insert(unit int, disc Disc) bool {
	d := c.cdrom(unit)
	if d == nil || disc == nil || d.disc != nil && !c.Eject(unit) {
		return false
	}
	d.disc = disc
	d.trayClosed()
	return true
}

// Eject is the button of a CD-ROM drive, and the person taking the disc and
// closing the tray. It reports false where the guest has locked the drive: the
// guest is told of the wish (MMC-3, GET EVENT STATUS NOTIFICATION).
func (c *Channel) Eject(unit int) bool {
	d := c.cdrom(unit)
	switch {
	case d == nil:
		return false
	case d.CD.Locked && !d.CD.TrayOpen:
		d.CD.Event = eventEjectRequest
		return false
	}
	if d.disc != nil {
		d.CD.Event = eventRemoval
	}
	d.disc = nil
	d.CD.Loaded, d.CD.TrayOpen = false, false
	d.CD.Attention &^= attentionMedium
	return true
}

// HasDisc reports whether a disc is in a CD-ROM drive, or on its open tray.
func (c *Channel) HasDisc(unit int) bool {
	d := c.cdrom(unit)
	return d != nil && d.disc != nil
}

// validCD reports what is wrong with a restored CD-ROM drive.
func (d *drive) validCD(s *driveState) error {
	switch {
	case s.CD.Loaded != (d.disc != nil):
		return fmt.Errorf("disc loaded: %v; on this machine: %v", s.CD.Loaded, d.disc != nil)
	case s.Next >= nextLast, s.Next == nextRead, s.Next == nextCommit, s.Next == nextDMA && !s.moving(), (s.moving() || s.CD.DMA) && d.c.dma == nil, s.Fault != 0, s.Phase >= phaseLast, s.Power >= powerLast, s.CD.Stage >= stageLast,
		int(s.End) > len(s.Buffer), int(s.CD.Have) > len(s.Buffer), s.Pos > s.End, s.Pos&1 != 0, s.End&1 != 0,
		s.Phase != phaseNone && s.Pos >= s.End, s.CD.Limit&1 != 0, s.LBA > 1<<32, s.Left > 1<<24,
		s.Command == cmdPacket && s.CD.Limit < 2 && s.CD.Stage != stageNone,
		s.Command != cmdPacket && s.Left != 0,
		s.CD.Stage == stageOut && s.Left != 0:
		return fmt.Errorf("the CD-ROM drive is inconsistent")
	}
	return nil
}

// discFields describes a CD-ROM drive for the monitor.
func (d *drive) discFields(n string) []bus.Field {
	return []bus.Field{
		{Name: n + "disc", Value: d.discSectors()},
		{Name: n + "tray-open", Value: d.CD.TrayOpen},
		{Name: n + "locked", Value: d.CD.Locked},
		{Name: n + "packet", Value: fmt.Sprintf("% 02x", d.CD.Packet)},
		{Name: n + "sense", Value: fmt.Sprintf("%06x", d.CD.Sense)},
	}
}
