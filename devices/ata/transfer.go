package ata

// Transfers of sectors. A command names its first sector in one of three ways;
// internally LBA is the next sector, Left how many are to go, Limit where the
// disk ends for this way of addressing, Block how many sectors share one DRQ.
//
//	CHS     Device.LBA=0   cylinder LBAHigh:LBAMid, head Device 3:0, sector LBALow from 1
//	LBA28   Device.LBA=1   Device 3:0, LBAHigh, LBAMid, LBALow
//	LBA48   EXT commands   previous and current LBAHigh, LBAMid, LBALow
//
// After a command the registers name the last sector moved, after an error the
// one that failed, and Count how many are left (ATA-1 7.2, ATA-4 8.27.6).

const (
	maxLBA28 = 0x0fff_ffff // sectors that words 60-61 can report
	maxCHS   = 16383 * 16 * 63
)

// address decodes the registers into LBA, Left and Limit. It reports false for
// an address that names no sector.
func (d *drive) address(ext bool) bool {
	d.Ext = ext
	d.Limit = d.Max
	d.Left = uint32(d.Count[0])
	if ext {
		d.Left |= uint32(d.Count[1]) << 8
		if d.Left == 0 {
			d.Left = 65536
		}
		d.LBA = d.lba24(0) | d.lba24(1)<<24
		return d.Device&deviceLBA != 0 && d.LBA < d.Limit
	}
	if d.Left == 0 {
		d.Left = 256
	}
	if d.Device&deviceLBA != 0 {
		d.Limit = min(d.Limit, maxLBA28)
		d.LBA = d.lba24(0) | uint64(d.Device&deviceHead)<<24
		return d.LBA < d.Limit
	}
	d.Limit = min(d.Limit, uint64(d.Cylinders)*uint64(d.Heads)*uint64(d.Sectors))
	c, h, s := uint64(d.LBAMid[0])|uint64(d.LBAHigh[0])<<8, uint64(d.Device&deviceHead), uint64(d.LBALow[0])
	if s == 0 || s > uint64(d.Sectors) || h >= uint64(d.Heads) {
		return false
	}
	d.LBA = (c*uint64(d.Heads)+h)*uint64(d.Sectors) + s - 1
	return d.LBA < d.Limit
}

// lba24 is the current (0) or previous (1) content of the three LBA registers.
func (d *drive) lba24(i int) uint64 {
	return uint64(d.LBALow[i]) | uint64(d.LBAMid[i])<<8 | uint64(d.LBAHigh[i])<<16
}

// setAddress writes a sector address and Left back to the registers.
func (d *drive) setAddress(lba uint64) {
	d.Count[0] = uint8(d.Left)
	switch {
	case d.Ext:
		d.Count[1] = uint8(d.Left >> 8)
		d.LBALow = [2]uint8{uint8(lba), uint8(lba >> 24)}
		d.LBAMid = [2]uint8{uint8(lba >> 8), uint8(lba >> 32)}
		d.LBAHigh = [2]uint8{uint8(lba >> 16), uint8(lba >> 40)}
	case d.Device&deviceLBA != 0:
		d.LBALow[0], d.LBAMid[0], d.LBAHigh[0] = uint8(lba), uint8(lba>>8), uint8(lba>>16)
		d.Device = d.Device&^deviceHead | uint8(lba>>24)&deviceHead
	default:
		track := lba / uint64(d.Sectors)
		cyl := track / uint64(d.Heads)
		d.LBALow[0], d.LBAMid[0], d.LBAHigh[0] = uint8(lba%uint64(d.Sectors))+1, uint8(cyl), uint8(cyl>>8)
		d.Device = d.Device&^deviceHead | uint8(track%uint64(d.Heads))
	}
}

// finished counts sectors that were moved.
func (d *drive) finished(sectors uint32) {
	if sectors == 0 {
		return
	}
	d.LBA += uint64(sectors)
	d.Left -= min(sectors, d.Left)
	d.setAddress(d.LBA - 1)
}

// failAt ends a command with an error at sector LBA.
func (d *drive) failAt(bits uint8) {
	d.setAddress(d.LBA)
	d.fail(bits)
}

// read starts a data-in command with block sectors a DRQ.
func (d *drive) read(block uint8, ext bool) {
	if block == 0 || ext && d.Device&deviceLBA == 0 {
		d.fail(errorABRT)
		return
	}
	if !d.address(ext) {
		d.fail(errorIDNF)
		return
	}
	d.Block, d.DMA = block, false
	d.readBlock()
}

// readBlock fetches the next block for the host.
//
// "The DRQ bit is always set to one prior to data transfer regardless of the
// presence or absence of an error condition": an error shows when its block is
// ready, the registers name the sector, the whole block can be taken, whatever
// the bad sector holds, and then the command is over (ATA-4 8.25 READ MULTIPLE,
// 8.27 READ SECTOR(S)).
func (d *drive) readBlock() {
	n := min(uint32(d.Block), d.Left)
	d.fill(n)
	if d.DMA {
		d.offer(phaseDMAIn, int(n)*sectorSize, false)
		d.moveDMA()
		return
	}
	d.offer(phaseIn, int(n)*sectorSize, true)
	if d.Fault != 0 {
		d.LBA += uint64(d.Good)
		d.Left -= uint32(d.Good)
		d.setAddress(d.LBA)
		d.Error = d.Fault
		d.Status |= statusERR
	}
}

// fill reads n sectors from LBA on into the buffer. Good is how many come before
// the first that cannot be read, Fault its error; what cannot be read is zeros.
func (d *drive) fill(n uint32) {
	inside := min(n, uint32(min(d.Limit-min(d.LBA, d.Limit), maxMultiple)))
	d.transfers++
	d.Good, d.Fault = uint8(inside), 0
	if inside < n {
		d.Fault = errorIDNF
		clear(d.Buffer[inside*sectorSize : n*sectorSize])
	}
	if inside == 0 || d.cfg.Disk.ReadSectors(d.LBA, d.Buffer[:inside*sectorSize]) == nil {
		return
	}
	for i := range inside {
		p := d.Buffer[i*sectorSize:][:sectorSize]
		if d.cfg.Disk.ReadSectors(d.LBA+uint64(i), p) != nil {
			clear(p)
			if d.Fault != errorUNC {
				d.Good, d.Fault = uint8(i), errorUNC
			}
		}
	}
}

// verify reads sectors without giving them to the host.
func (d *drive) verify(ext bool) {
	if ext && d.Device&deviceLBA == 0 {
		d.fail(errorABRT)
		return
	}
	if !d.address(ext) {
		d.fail(errorIDNF)
		return
	}
	for d.Left > 0 {
		d.fill(min(maxMultiple, d.Left))
		d.finished(uint32(d.Good))
		if d.Fault != 0 {
			d.failAt(d.Fault)
			return
		}
	}
	d.done()
}

// write starts a data-out command with block sectors a DRQ. The first block is
// asked for without an interrupt (ATA-4 9.7).
func (d *drive) write(block uint8, ext bool) {
	switch {
	case block == 0 || ext && d.Device&deviceLBA == 0:
		d.fail(errorABRT)
	case d.cfg.Disk.ReadOnly():
		d.fail(errorWP | errorABRT)
	case !d.address(ext):
		d.fail(errorIDNF)
	default:
		d.Block, d.DMA = block, false
		d.want(false)
	}
}

// want asks the host for the next block.
func (d *drive) want(interrupt bool) {
	n := int(min(uint32(d.Block), d.Left)) * sectorSize
	if d.DMA {
		d.offer(phaseDMAOut, n, false)
		d.moveDMA()
		return
	}
	d.offer(phaseOut, n, interrupt)
}

// commit stores the block that the host has filled. An error of the host's
// file system is a device fault: the sectors are not on the disk.
func (d *drive) commit() {
	n := uint32(d.End) / sectorSize
	d.stop()
	if d.Command == cmdWriteBuffer {
		d.done()
		return
	}
	good := uint32(min(uint64(n), d.Limit-min(d.LBA, d.Limit)))
	err := d.store(good)
	if err == nil && d.Left == 0 && !d.WriteCache {
		if err = d.cfg.Disk.Flush(); err != nil {
			d.LBA, d.Left = d.LBA-1, 1
		}
	}
	switch {
	case err != nil:
		d.failAt(errorABRT)
		d.Status |= statusDF
	case good < n:
		d.failAt(errorIDNF)
	case d.Left > 0:
		d.want(true)
	default:
		d.done()
	}
}

// store writes n sectors of the buffer. After an error LBA is the sector that
// failed: "the write operation ends with the sector in error, even if it was in
// the middle of a block" (ATA-4 8.57 WRITE MULTIPLE).
func (d *drive) store(n uint32) error {
	if n == 0 {
		return nil
	}
	d.transfers++
	p := d.Buffer[:n*sectorSize]
	if d.cfg.Disk.WriteSectors(d.LBA, p) == nil {
		d.finished(n)
		return nil
	}
	for ; len(p) > 0; p = p[sectorSize:] {
		if err := d.cfg.Disk.WriteSectors(d.LBA, p[:sectorSize]); err != nil {
			return err
		}
		d.finished(1)
	}
	return nil
}
