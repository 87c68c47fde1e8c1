package ata

import (
	"fmt"

	"beige/devices/bus"
)

// drive is one disk on the cable: its registers and the machinery that moves
// blocks between its buffer and the host.
type drive struct {
	*driveState
	c     *Channel
	index int
	cfg   DriveConfig
	clock bus.Clock
	timer bus.Timer
	disc  Disc // in a CD-ROM drive or on its open tray; nil: none

	transfers uint64 // blocks read from the medium or written to it
}

// What a busy drive does when its time is over.
const (
	nextNothing     uint8 = iota
	nextExecute           // the command just written
	nextRead              // fetch the next block for the host
	nextCommit            // store the block the host has written
	nextReset             // present the signature
	nextDMA               // see whether the bus master moves data
	nextPacket            // carry out the packet just written
	nextPacketBlock       // offer the next block of a packet command's data
	nextPacketEnd         // end a packet command
	nextLast
)

// Data phases: who moves the bytes between Pos and End of the buffer.
const (
	phaseNone   uint8 = iota
	phaseIn           // drive to host
	phaseOut          // host to drive
	phaseDMAIn        // drive to memory: DMARQ
	phaseDMAOut       // memory to drive: DMARQ
	phaseLast
)

// Power modes (CHECK POWER MODE, ATA-4 8.7).
const (
	powerActive uint8 = iota
	powerIdle
	powerStandby
	powerSleep
	powerLast
)

func newDrive(c *Channel, index int, clock bus.Clock, cfg DriveConfig) *drive {
	d := &drive{driveState: &c.Drive[index], c: c, index: index, cfg: cfg, clock: clock}
	if !c.present[index] {
		return d
	}
	if d.cfg.Model == "" {
		d.cfg.Model = "BEIGE HARDDISK"
		if cfg.CDROM {
			d.cfg.Model = "BEIGE CD-ROM"
		}
	}
	if d.cfg.Serial == "" {
		d.cfg.Serial = fmt.Sprintf("BG%05d", index+1)
	}
	if d.cfg.Firmware == "" {
		d.cfg.Firmware = "1.0"
	}
	d.timer = clock.NewTimer(fmt.Sprintf("%s.drive%d", c.name, index), d.fire)
	if cfg.CDROM {
		d.disc = cfg.Disc
		return d
	}
	if g := &d.cfg.Geometry; g.Heads == 0 || g.Heads > 16 || g.Sectors == 0 || g.Sectors > 255 || g.Cylinders == 0 {
		*g = defaultGeometry(cfg.Disk.Sectors())
	}
	return d
}

// defaultGeometry is the translation of IDENTIFY words 1, 3 and 6: at most
// 16383 cylinders of 16 heads and 63 sectors (ATA-4 annex B).
func defaultGeometry(sectors uint64) Geometry {
	return Geometry{uint16(min(max(sectors/(16*63), 1), 16383)), 16, 63}
}

// geometry is the default translation of what the drive shows of itself.
func (d *drive) geometry() Geometry {
	g := d.cfg.Geometry
	g.Cylinders = min(g.Cylinders, uint16(cylinders(d.Max, g.Heads, g.Sectors)))
	return g
}

// hardReset is power-on or RESET-: every setting returns to its default.
func (d *drive) hardReset() {
	tray := d.CD.TrayOpen
	*d.driveState = driveState{KeptMax: d.KeptMax, KeptHPA: d.KeptHPA}
	d.defaults()
	if d.cfg.CDROM {
		d.cdReset(tray)
		d.busy(nextReset, resetTime)
		return
	}
	d.resetMax()
	g := d.geometry()
	d.translate(g.Heads, g.Sectors, g.Cylinders)
	d.busy(nextReset, resetTime)
}

// defaults are the settings that a soft reset restores too, unless SET FEATURES
// 66h forbade it.
func (d *drive) defaults() {
	d.Multiple = 0
	d.WriteCache, d.LookAhead, d.KeepSettings = true, true, false
	d.PIOMode, d.DMAMode = 0, 0
}

// softReset follows the SRST bit (ATA-4 9.2): busy while it is set, then the
// signature.
func (d *drive) softReset(held bool) {
	d.stop()
	d.Status, d.Pending = statusBSY, false
	if held {
		d.timer.Stop()
		return
	}
	if !d.KeepSettings {
		d.defaults()
	}
	d.busy(nextReset, resetTime)
}

// signature is the register contents of a drive after a reset or diagnostic
// (ATA-4 9.1).
func (d *drive) signature() {
	d.Error = diagPassed
	if d.cfg.CDROM {
		d.packetSignature()
		d.Device = 0
		d.Status = 0 // DRDY comes with the first command
		d.Power = powerActive
		return
	}
	d.Count, d.LBALow = [2]uint8{1}, [2]uint8{1}
	d.LBAMid, d.LBAHigh = [2]uint8{}, [2]uint8{}
	d.Device = 0
	d.Power = powerActive
	d.LastUse = d.clock.Now()
	d.Status = statusReady
}

// setRegister takes a write to a command block register other than Data and
// Command. Count and LBA remember one older value for 48-bit commands.
func (d *drive) setRegister(off uint16, v uint8) {
	switch off {
	case regError:
		d.Features = v
	case regCount:
		d.Count = [2]uint8{v, d.Count[0]}
	case regLBALow:
		d.LBALow = [2]uint8{v, d.LBALow[0]}
	case regLBAMid:
		d.LBAMid = [2]uint8{v, d.LBAMid[0]}
	case regLBAHigh:
		d.LBAHigh = [2]uint8{v, d.LBAHigh[0]}
	case regDevice:
		d.Device = v
	}
}

// begin takes a command. A busy or sleeping drive does not hear it; one in the
// middle of a data phase gives that up.
func (d *drive) begin(cmd uint8) {
	if d.cfg.CDROM && cmd == cmdDeviceReset {
		d.deviceReset()
		return
	}
	if d.Status&statusBSY != 0 || d.Power == powerSleep {
		return
	}
	d.stop()
	d.Pending = false
	d.Command = cmd
	d.Error = 0
	d.busy(nextExecute, commandTime)
}

// stop ends a data phase.
func (d *drive) stop() { d.Phase, d.Pos, d.End = phaseNone, 0, 0 }

// busy sets BSY and does next after a time.
func (d *drive) busy(next uint8, after bus.Time) {
	d.Status = d.Status&statusReady | statusBSY
	d.Next = next
	d.timer.At(d.clock.Now() + after)
}

// fire ends a busy time.
func (d *drive) fire() {
	next := d.Next
	d.Next = nextNothing
	switch next {
	case nextExecute:
		d.execute(d.Command)
	case nextRead:
		d.readBlock()
	case nextCommit:
		d.commit()
	case nextReset:
		d.signature()
	case nextDMA:
		d.moveDMA()
	case nextPacket:
		d.packet()
	case nextPacketBlock:
		d.packetBlock()
	case nextPacketEnd:
		d.packetDone()
	}
	d.c.updateIRQ()
}

// done ends a command well.
func (d *drive) done() {
	d.stop()
	d.Status = statusReady
	d.Pending = true
}

// fail ends a command with bits of the Error register.
func (d *drive) fail(bits uint8) {
	d.stop()
	d.Error = bits
	d.Status = statusReady | statusERR
	d.Pending = true
}

// offer opens a data phase over the first n bytes of the buffer.
func (d *drive) offer(phase uint8, n int, interrupt bool) {
	d.Phase, d.Pos, d.End = phase, 0, uint16(n)
	d.Status = statusReady | statusDRQ
	d.Pending = interrupt
}

// readData takes one word out of the buffer; all ones where none is ready.
func (d *drive) readData() uint16 {
	if d.Phase != phaseIn {
		return 0xffff
	}
	v := uint16(d.Buffer[d.Pos]) | uint16(d.Buffer[d.Pos+1])<<8
	d.advance(2)
	return v
}

// writeData puts one word into the buffer; it is lost where none is wanted.
func (d *drive) writeData(v uint16) {
	if d.Phase == phaseOut {
		d.Buffer[d.Pos], d.Buffer[d.Pos+1] = uint8(v), uint8(v>>8)
		d.advance(2)
	}
}

// readBlockData moves whole elements of size bytes to p, but not the last one of
// the block, and returns the bytes.
func (d *drive) readBlockData(p []byte, size int) int {
	if d.Phase != phaseIn {
		return 0
	}
	n := min(len(p), d.beforeLast(size))
	copy(p[:n], d.Buffer[d.Pos:])
	d.Pos += uint16(n)
	return n
}

// writeBlockData moves whole elements of size bytes from p, but not the last one
// of the block, and returns the bytes.
func (d *drive) writeBlockData(p []byte, size int) int {
	if d.Phase != phaseOut {
		return 0
	}
	n := min(len(p), d.beforeLast(size))
	copy(d.Buffer[d.Pos:], p[:n])
	d.Pos += uint16(n)
	return n
}

// beforeLast is how many bytes of the block there are in whole elements that do
// not reach its end.
func (d *drive) beforeLast(size int) int { return (int(d.End-d.Pos) - 1) / size * size }

// advance counts n bytes that were moved; the last ones of a block set the
// drive to work again.
func (d *drive) advance(n int) {
	if n == 0 {
		return
	}
	d.Pos += uint16(n)
	if d.Pos < d.End {
		return
	}
	if d.cfg.CDROM && d.Command == cmdPacket {
		d.packetMoved()
		return
	}
	out := d.Phase == phaseOut
	sectors := uint32(d.End) / sectorSize
	if out {
		d.Phase = phaseNone // End tells commit how much there is
		d.busy(nextCommit, blockTime)
		return
	}
	d.stop()
	if d.Fault != 0 { // posted when the block was offered
		d.Fault, d.Left = 0, 0
		d.Status = statusReady | statusERR
		return
	}
	if d.Left > 0 {
		d.finished(sectors)
	}
	if d.Left > 0 {
		d.busy(nextRead, blockTime)
		return
	}
	d.Status = statusReady
}
