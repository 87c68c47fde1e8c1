package ata

// DMA transfers (ATA-4 9.10; the host's side: Intel 82371SB, section on bus
// master IDE). The drive raises DMARQ when it has or wants data; the bus master
// moves them once the driver has started it, before or after the command. The
// only interrupt is that at the end of the command.

// DMA is the host's end of a transfer: it moves bytes between the drive and the
// memory regions that the driver has listed. Each call goes on in the list where
// the last one ended, and returns how many bytes were moved: fewer than len(p)
// where the list is at its end, the bus master is not started or goes the other
// way. The drive then waits, until DMAStart, the next command or a reset.
type DMA interface {
	ToMemory(p []byte) int
	FromMemory(p []byte) int
}

// DMAStart tells the drives that the bus master is ready to move data. The data
// move a moment later, not within the call.
func (c *Channel) DMAStart() {
	for i, d := range c.drive {
		if c.present[i] && d.moving() && d.Next == nextNothing {
			d.busy(nextDMA, blockTime)
		}
	}
}

// startDMA starts READ or WRITE DMA.
func (d *drive) startDMA(write, ext bool) {
	switch {
	case d.c.dma == nil || ext && d.Device&deviceLBA == 0:
		d.fail(errorABRT)
	case write && d.cfg.Disk.ReadOnly():
		d.fail(errorWP | errorABRT)
	case !d.address(ext):
		d.fail(errorIDNF)
	default:
		d.Block, d.DMA = maxMultiple, true
		if write {
			d.want(false)
		} else {
			d.readBlock()
		}
	}
}

// moveDMA moves as much of the block as the bus master takes. Sectors behind a
// bad one are not sent.
func (d *drive) moveDMA() {
	if d.cfg.CDROM {
		d.movePacketDMA()
		return
	}
	d.Status = statusReady | statusDRQ
	if d.Phase == phaseDMAOut {
		d.Pos += uint16(d.c.dma.FromMemory(d.Buffer[d.Pos:d.End]))
		if d.Pos == d.End {
			d.Phase = phaseNone // End tells commit how much there is
			d.busy(nextCommit, blockTime)
		}
		return
	}
	end := d.End
	if d.Fault != 0 {
		end = uint16(d.Good) * sectorSize
	}
	d.Pos += uint16(d.c.dma.ToMemory(d.Buffer[d.Pos:end]))
	if d.Pos < end {
		return
	}
	d.stop()
	d.finished(uint32(end) / sectorSize)
	switch {
	case d.Fault != 0:
		d.failAt(d.Fault)
	case d.Left > 0:
		d.busy(nextRead, blockTime)
	default:
		d.done()
	}
}
