// Package ata is one ATA channel of a PC: the command and control block
// registers of the cable and the up to two drives on it, hard disks or CD-ROM
// drives. A board has a channel at 1F0h and one at 170h.
//
// Sources: T13/1153D "ATA/ATAPI-4" revision 18 (registers: section 7, commands:
// section 8, protocols and device 0 only configurations: section 9); T13/1410D
// "ATA/ATAPI-6" for the 48-bit commands; X3.221 "ATA-1" for register contents
// after a command and for behaviour while BSY is set; SFF-8020i revision 2.6 and
// T10/1363-D "MMC-3" for CD-ROM drives.
//
// Not modelled: READ/WRITE LONG and FORMAT TRACK (removed by ATA-4; aborted), the
// security, SMART and queued feature sets and the passwords of SET MAX (not
// announced; aborted), seek and rotation times, spin-up from standby; overlapped
// packet commands, audio tracks and raw sectors of CDs, multisession discs, DVD
// structures. A non-volatile SET MAX ADDRESS outlives resets but not the run,
// since an image has no place for it.
package ata

import "beige/devices/bus"

// Command block registers: offsets from the base of the channel.
const (
	regData    = 0 // 16 bits wide
	regError   = 1 // read; written: Features
	regCount   = 2
	regLBALow  = 3 // sector number
	regLBAMid  = 4 // cylinder low
	regLBAHigh = 5 // cylinder high
	regDevice  = 6 // device and head
	regStatus  = 7 // read; written: Command
	registers  = 8
)

// Status register (ATA-4 7.15).
const (
	statusERR  uint8 = 1 << 0
	statusDRQ  uint8 = 1 << 3
	statusDSC  uint8 = 1 << 4 // seek complete
	statusDF   uint8 = 1 << 5 // device fault
	statusDRDY uint8 = 1 << 6
	statusBSY  uint8 = 1 << 7

	statusReady = statusDRDY | statusDSC
)

// Error register after a command (ATA-4 7.11, 8.27, 8.48).
const (
	errorABRT uint8 = 1 << 2
	errorIDNF uint8 = 1 << 4 // no such sector
	errorUNC  uint8 = 1 << 6 // read: uncorrectable data
	errorWP   uint8 = 1 << 6 // write: medium is write-protected
)

// diagPassed is the diagnostic code "device 0 passed, device 1 passed or not
// present" (ATA-4 table 10).
const diagPassed uint8 = 0x01

// Device register.
const (
	deviceHead uint8 = 0x0f // head, or LBA bits 27:24
	deviceDEV  uint8 = 1 << 4
	deviceLBA  uint8 = 1 << 6
)

// Device Control register (ATA-4 7.9; HOB: ATA-6 7.8).
const (
	controlNIEN uint8 = 1 << 1 // 1: INTRQ disconnected
	controlSRST uint8 = 1 << 2
	controlHOB  uint8 = 1 << 7 // read the previous contents of Count and LBA
)

// floating is what a channel without drives reads: the host pulls DD7 down so
// that BSY is not seen, the other lines float high (ATA-4 4.3.1).
const (
	floating     uint8 = 0x7f
	floatingWord       = 0xff00 | uint32(floating)
)

const (
	sectorSize  = 512
	maxMultiple = 16 // sectors a block in READ and WRITE MULTIPLE
)

// Times a drive takes, all far below those of real mechanics: a guest that
// polls or sleeps sees BSY, and never waits for it.
const (
	commandTime = 20 * bus.Microsecond  // from command to first data or end
	blockTime   = 1 * bus.Microsecond   // from one block to the next
	resetTime   = 500 * bus.Microsecond // to the signature
)

// Disk is what the sectors of a drive are kept in: 512-byte sectors numbered
// from 0. p is always a whole number of sectors within the disk.
type Disk interface {
	Sectors() uint64
	ReadSectors(lba uint64, p []byte) error
	WriteSectors(lba uint64, p []byte) error
	Flush() error
	ReadOnly() bool
}

// Geometry is a default CHS translation.
type Geometry struct{ Cylinders, Heads, Sectors uint16 }

// DriveConfig describes one drive.
type DriveConfig struct {
	Disk     Disk     // nil or without sectors: no hard disk at this position
	CDROM    bool     // a CD-ROM drive instead of a hard disk
	Disc     Disc     // the disc in the CD-ROM drive; nil: empty
	Model    string   // at most 40 characters; "" gives a default
	Serial   string   // at most 20
	Firmware string   // at most 8
	Geometry Geometry // zero: 16 heads, 63 sectors, as many cylinders as fit
	CHS      bool     // a hard disk from before linear addresses (optional in ATA-1): cylinder, head and sector only
}

// Config describes a channel.
type Config struct {
	Name   string // "ata0"
	Drives [2]DriveConfig
	DMA    DMA // the bus master; nil: none, and the drives announce no DMA
}

// Channel is one ATA channel. It implements bus.PortHandler, WidePortHandler
// and BlockPortHandler for the command block; Control gives the control block.
type Channel struct {
	state
	name    string
	drive   [2]*drive
	present [2]bool
	irq     bus.Line // INTRQ
	dma     DMA      // nil: none
}

// New returns a channel after power-on. irq is driven by INTRQ of the selected
// drive.
func New(clock bus.Clock, irq bus.Line, cfg Config) *Channel {
	c := &Channel{name: cfg.Name, irq: irq, dma: cfg.DMA}
	for i := range c.drive {
		disk := cfg.Drives[i].Disk
		c.present[i] = cfg.Drives[i].CDROM || disk != nil && disk.Sectors() != 0
		c.drive[i] = newDrive(c, i, clock, cfg.Drives[i])
	}
	c.Reset(bus.PowerOn)
	return c
}

// Name is the name from the configuration.
func (c *Channel) Name() string { return c.name }

// Reset is the RESET- line of the cable: all settings return to their defaults
// and the drives test themselves.
func (c *Channel) Reset(bus.ResetKind) {
	c.Control, c.Select = 0, 0
	for i, d := range c.drive {
		if c.present[i] {
			d.hardReset()
		}
	}
	c.updateIRQ()
}

// Transfers is how many blocks a drive has read from its medium or written to it,
// for a light at the front of the case. It is the host's: no part of the state.
func (c *Channel) Transfers(unit int) uint64 { return c.drive[unit].transfers }

// selected returns the drive that answers, or nil where none does. With device
// 1 absent device 0 answers for it, with status 00h (ATA-4 9.16.1).
func (c *Channel) selected() (d *drive, proxy bool) {
	switch {
	case c.present[c.Select]:
		return c.drive[c.Select], false
	case c.Select == 1 && c.present[0]:
		return c.drive[0], true
	}
	return nil, false
}

// In reads a command block register. Reading Status drops INTRQ.
func (c *Channel) In(off uint16) uint8 {
	d, proxy := c.selected()
	if d == nil {
		return floating
	}
	if off == regStatus {
		if proxy {
			return 0
		}
		d.Pending = false
		c.updateIRQ()
		return d.Status
	}
	if off == regData {
		return uint8(c.InWide(regData, 2))
	}
	// "When BSY is set, any host read of a command block register returns the
	// status" (ATA-1 7.2).
	if d.Status&statusBSY != 0 && !proxy {
		return d.Status
	}
	hob := c.Control >> 7
	switch off {
	case regError:
		return d.Error
	case regCount:
		return d.Count[hob]
	case regLBALow:
		return d.LBALow[hob]
	case regLBAMid:
		return d.LBAMid[hob]
	case regLBAHigh:
		return d.LBAHigh[hob]
	case regDevice:
		return d.Device&^deviceDEV | c.Select<<4
	}
	return floating
}

// Out writes a command block register of both drives; a command goes to the
// selected one.
func (c *Channel) Out(off uint16, v uint8) {
	switch off {
	case regData:
		c.OutWide(regData, 2, 0xff00|uint32(v))
		return
	case regStatus:
		c.command(v)
		return
	case regDevice:
		c.Select = v >> 4 & 1
		c.updateIRQ()
	}
	c.Control &^= controlHOB
	for i, d := range c.drive {
		if c.present[i] && d.Status&statusBSY == 0 {
			d.setRegister(off, v)
		}
	}
}

// command hands a command to the selected drive. EXECUTE DEVICE DIAGNOSTIC is
// for both whichever is selected (ATA-4 8.9).
func (c *Channel) command(cmd uint8) {
	c.Control &^= controlHOB
	if cmd == cmdDiagnostic {
		c.Select = 0
		for i, d := range c.drive {
			if c.present[i] {
				d.begin(cmd)
			}
		}
	} else if d, proxy := c.selected(); d != nil && !proxy {
		d.begin(cmd)
	}
	c.updateIRQ()
}

// InWide implements bus.WidePortHandler. The data register gives a word a
// cycle, a 32-bit access two of them.
func (c *Channel) InWide(off uint16, size int) uint32 {
	if off != regData {
		var v uint32
		for i := range size {
			b := uint8(0xff)
			if int(off)+i < registers {
				b = c.In(off + uint16(i))
			}
			v |= uint32(b) << (8 * i)
		}
		return v
	}
	d, proxy := c.selected()
	if d == nil {
		if size == 2 {
			return floatingWord
		}
		return floatingWord | floatingWord<<16
	}
	v := ^uint32(0)
	if !proxy {
		v = uint32(d.readData())
		if size == 4 {
			v |= uint32(d.readData()) << 16
		}
	}
	if size == 2 {
		v &= 0xffff
	}
	return v
}

// OutWide implements bus.WidePortHandler.
func (c *Channel) OutWide(off uint16, size int, v uint32) {
	if off != regData {
		for i := range size {
			if int(off)+i < registers {
				c.Out(off+uint16(i), uint8(v>>(8*i)))
			}
		}
		return
	}
	if d, proxy := c.selected(); d != nil && !proxy {
		d.writeData(uint16(v))
		if size == 4 {
			d.writeData(uint16(v >> 16))
		}
	}
}

// InBlock implements bus.BlockPortHandler: as much of p as the drive has ready,
// but not the last element of a block.
func (c *Channel) InBlock(off uint16, size int, p []byte) int {
	d, proxy := c.selected()
	if off != regData || size < 2 || d == nil || proxy {
		return 0
	}
	return d.readBlockData(p[:len(p)/size*size], size) / size
}

// OutBlock implements bus.BlockPortHandler: as much of p as the drive asks for,
// but not the last element of a block.
func (c *Channel) OutBlock(off uint16, size int, p []byte) int {
	d, proxy := c.selected()
	if off != regData || size < 2 || d == nil || proxy {
		return 0
	}
	return d.writeBlockData(p[:len(p)/size*size], size) / size
}

// updateIRQ drives INTRQ: only the selected drive does, and only with nIEN
// clear (ATA-4 5.2.9).
func (c *Channel) updateIRQ() {
	level := c.present[c.Select] && c.drive[c.Select].Pending && c.Control&controlNIEN == 0
	if level != c.INTRQ {
		c.INTRQ = level
		c.irq(level)
	}
}

// ControlBlock returns the control block of the channel: offset 0 is Alternate
// Status and Device Control (3F6h on a PC).
func (c *Channel) ControlBlock() *ControlBlock { return &ControlBlock{c} }

// ControlBlock is the second port window of a channel.
type ControlBlock struct{ c *Channel }

// In reads Alternate Status, which leaves INTRQ alone.
func (b *ControlBlock) In(off uint16) uint8 {
	d, proxy := b.c.selected()
	switch {
	case off != 0 || d == nil:
		return floating
	case proxy:
		return 0
	}
	return d.Status
}

// Out writes Device Control. SRST holds both drives in reset while it is set.
func (b *ControlBlock) Out(off uint16, v uint8) {
	if off != 0 {
		return
	}
	c := b.c
	changed := c.Control ^ v
	c.Control = v & (controlNIEN | controlSRST | controlHOB)
	if changed&controlSRST != 0 {
		c.Select = 0
		for i, d := range c.drive {
			if c.present[i] {
				d.softReset(v&controlSRST != 0)
			}
		}
	}
	c.updateIRQ()
}
