package ata

import "beige/devices/bus"

// Commands (ATA-4 table 11 and section 8; EXT: ATA-6; the second group of power
// commands and the "without retry" twins come from ATA-1).
const (
	cmdDeviceReset     = 0x08
	cmdRecalibrate     = 0x10 // to 1Fh
	cmdRead            = 0x20
	cmdReadNoRetry     = 0x21
	cmdReadExt         = 0x24
	cmdReadDMAExt      = 0x25
	cmdReadNativeExt   = 0x27
	cmdReadMultiExt    = 0x29
	cmdWrite           = 0x30
	cmdWriteNoRetry    = 0x31
	cmdWriteExt        = 0x34
	cmdWriteDMAExt     = 0x35
	cmdSetMaxExt       = 0x37
	cmdWriteMultiExt   = 0x39
	cmdWriteVerify     = 0x3c
	cmdVerify          = 0x40
	cmdVerifyNoRetry   = 0x41
	cmdVerifyExt       = 0x42
	cmdSeek            = 0x70 // to 7Fh
	cmdDiagnostic      = 0x90
	cmdInitParams      = 0x91
	cmdStandbyNowOld   = 0x94
	cmdIdleNowOld      = 0x95
	cmdStandbyOld      = 0x96
	cmdIdleOld         = 0x97
	cmdCheckPowerOld   = 0x98
	cmdSleepOld        = 0x99
	cmdPacket          = 0xa0
	cmdIdentifyPacket  = 0xa1
	cmdReadMulti       = 0xc4
	cmdWriteMulti      = 0xc5
	cmdSetMulti        = 0xc6
	cmdReadDMA         = 0xc8
	cmdReadDMANoRetry  = 0xc9
	cmdWriteDMA        = 0xca
	cmdWriteDMANoRetry = 0xcb
	cmdStandbyNow      = 0xe0
	cmdIdleNow         = 0xe1
	cmdStandby         = 0xe2
	cmdIdle            = 0xe3
	cmdReadBuffer      = 0xe4
	cmdCheckPower      = 0xe5
	cmdSleep           = 0xe6
	cmdFlush           = 0xe7
	cmdWriteBuffer     = 0xe8
	cmdFlushExt        = 0xea
	cmdIdentify        = 0xec
	cmdSetFeatures     = 0xef
	cmdReadNative      = 0xf8
	cmdSetMax          = 0xf9
	recalibrateSeekRow = 0xf0 // the low digit of these two was a step rate
)

// SET FEATURES subcommands (ATA-4 table 17).
const (
	featWriteCacheOn   = 0x02
	featTransferMode   = 0x03
	featLookAheadOff   = 0x55
	featKeepSettings   = 0x66
	featWriteCacheOff  = 0x82
	featLookAheadOn    = 0xaa
	featRevertSettings = 0xcc
)

// Transfer modes in Count of SET FEATURES 03h.
const (
	modeMultiword uint8 = 0x20
	modeUltra     uint8 = 0x40
)

// Answers of CHECK POWER MODE in Count.
const (
	countStandby = 0x00
	countIdle    = 0x80
	countActive  = 0xff
)

// execute carries out a command at the end of its busy time.
func (d *drive) execute(cmd uint8) {
	if row := cmd & recalibrateSeekRow; row == cmdRecalibrate || row == cmdSeek {
		cmd = row
	}
	d.Left, d.Fault = 0, 0 // no sectors follow a block of IDENTIFY or READ BUFFER
	before := d.Native
	d.Native = hpaNone
	d.restUpdate()
	if d.cfg.CDROM {
		d.executeCD(cmd)
		return
	}
	if d.cfg.CHS && d.needsLBA(cmd) {
		d.fail(errorABRT)
		return
	}
	switch cmd {
	case cmdRead, cmdReadNoRetry, cmdReadExt, cmdReadMulti, cmdReadMultiExt,
		cmdWrite, cmdWriteNoRetry, cmdWriteExt, cmdWriteMulti, cmdWriteMultiExt, cmdWriteVerify,
		cmdReadDMA, cmdReadDMANoRetry, cmdReadDMAExt, cmdWriteDMA, cmdWriteDMANoRetry, cmdWriteDMAExt,
		cmdVerify, cmdVerifyNoRetry, cmdVerifyExt, cmdSeek, cmdRecalibrate:
		d.Power, d.LastUse = powerActive, d.clock.Now()
	}
	switch cmd {
	case cmdRead, cmdReadNoRetry:
		d.read(1, false)
	case cmdReadExt:
		d.read(1, true)
	case cmdReadMulti:
		d.read(d.Multiple, false)
	case cmdReadMultiExt:
		d.read(d.Multiple, true)
	case cmdWrite, cmdWriteNoRetry, cmdWriteVerify:
		d.write(1, false)
	case cmdWriteExt:
		d.write(1, true)
	case cmdWriteMulti:
		d.write(d.Multiple, false)
	case cmdWriteMultiExt:
		d.write(d.Multiple, true)
	case cmdReadDMA, cmdReadDMANoRetry:
		d.startDMA(false, false)
	case cmdReadDMAExt:
		d.startDMA(false, true)
	case cmdWriteDMA, cmdWriteDMANoRetry:
		d.startDMA(true, false)
	case cmdWriteDMAExt:
		d.startDMA(true, true)
	case cmdVerify, cmdVerifyNoRetry:
		d.verify(false)
	case cmdVerifyExt:
		d.verify(true)
	case cmdSeek:
		if !d.address(false) {
			d.Left = 0
			d.fail(errorIDNF)
			return
		}
		d.Left = 0
		d.done()
	case cmdRecalibrate:
		d.done()
	case cmdDiagnostic:
		d.signature()
		d.Pending = d.index == 0 || !d.c.present[0]
	case cmdInitParams:
		d.initParams()
	case cmdSetMulti:
		d.setMultiple()
	case cmdSetFeatures:
		d.setFeatures()
	case cmdIdentify:
		d.identify()
		d.offer(phaseIn, sectorSize, true)
	case cmdReadBuffer:
		d.offer(phaseIn, sectorSize, true)
	case cmdWriteBuffer:
		d.offer(phaseOut, sectorSize, false)
	case cmdFlush, cmdFlushExt:
		d.flush()
	case cmdStandbyNow, cmdStandbyNowOld:
		d.Power = powerStandby
		d.flush()
	case cmdStandby, cmdStandbyOld:
		d.Power, d.Standby = powerStandby, d.Count[0]
		d.flush()
	case cmdIdleNow, cmdIdleNowOld:
		d.Power = powerIdle
		d.done()
	case cmdIdle, cmdIdleOld:
		d.Power, d.Standby = powerIdle, d.Count[0]
		d.LastUse = d.clock.Now()
		d.done()
	case cmdSleep, cmdSleepOld:
		d.flush()
		d.Power = powerSleep
	case cmdCheckPower, cmdCheckPowerOld:
		d.Count[0] = [powerLast]uint8{countActive, countIdle, countStandby, countStandby}[d.Power]
		d.done()
	case cmdReadNative:
		d.nativeMax(false)
	case cmdReadNativeExt:
		d.nativeMax(true)
	case cmdSetMax:
		d.setMax(false, before)
	case cmdSetMaxExt:
		d.setMax(true, before)
	default: // NOP, everything removed, everything not announced
		d.fail(errorABRT)
	}
}

// needsLBA reports whether a command is one that a drive without linear addresses
// does not know: newer ones, and any that gives such an address.
func (d *drive) needsLBA(cmd uint8) bool {
	switch cmd {
	case cmdReadExt, cmdReadMultiExt, cmdReadDMAExt, cmdWriteExt, cmdWriteMultiExt, cmdWriteDMAExt, cmdVerifyExt, cmdFlushExt,
		cmdReadNative, cmdReadNativeExt, cmdSetMax, cmdSetMaxExt:
		return true
	case cmdRead, cmdReadNoRetry, cmdReadMulti, cmdWrite, cmdWriteNoRetry, cmdWriteMulti, cmdWriteVerify,
		cmdReadDMA, cmdReadDMANoRetry, cmdWriteDMA, cmdWriteDMANoRetry, cmdVerify, cmdVerifyNoRetry, cmdSeek:
		return d.Device&deviceLBA != 0
	}
	return false
}

// translate sets the current CHS translation (IDENTIFY words 54 to 58).
func (d *drive) translate(heads, sectors, cylinders uint16) {
	d.Heads, d.Sectors, d.Cylinders = heads, sectors, cylinders
}

// initParams is INITIALIZE DEVICE PARAMETERS: Count sectors a track, Device 3:0
// the highest head. As many cylinders result as fit the disk.
func (d *drive) initParams() {
	heads, sectors := uint16(d.Device&deviceHead)+1, uint16(d.Count[0])
	if sectors == 0 {
		d.fail(errorABRT)
		return
	}
	if d.Max < uint64(heads*sectors) {
		d.fail(errorABRT)
		return
	}
	d.translate(heads, sectors, uint16(cylinders(d.Max, heads, sectors)))
	d.done()
}

// setMultiple is SET MULTIPLE MODE. A count that is no power of two up to 16
// aborts and disables multiple mode; 0 disables it without an error (ATA-4
// 8.36).
func (d *drive) setMultiple() {
	n := d.Count[0]
	d.Multiple = 0
	if n > maxMultiple || n&(n-1) != 0 {
		d.fail(errorABRT)
		return
	}
	d.Multiple = n
	d.done()
}

func (d *drive) setFeatures() {
	switch d.Features {
	case featWriteCacheOn:
		d.WriteCache = true
	case featWriteCacheOff:
		d.WriteCache = false
		d.flush()
		return
	case featLookAheadOn:
		d.LookAhead = true
	case featLookAheadOff:
		d.LookAhead = false
	case featKeepSettings:
		d.KeepSettings = true
	case featRevertSettings:
		d.KeepSettings = false
	case featTransferMode:
		// Count 00h and 01h: default PIO modes; 08h+n: PIO mode n with IORDY;
		// 20h+n: multiword DMA mode n; 40h+n: Ultra DMA mode n. Of the DMA modes the
		// last one set is in force (ATA-4 table 18, words 63 and 88).
		switch n := d.Count[0]; {
		case n <= 1:
			d.PIOMode = 0
		case n&^7 == 8 && n&7 <= 4:
			d.PIOMode = n & 7
		case d.c.dma != nil && (n&^7 == modeMultiword || n&^7 == modeUltra) && n&7 <= 2:
			d.DMAMode = n
		default:
			d.fail(errorABRT)
			return
		}
	default:
		d.fail(errorABRT)
		return
	}
	d.done()
}

// flush makes the host store all writes. What cannot be stored is a device
// fault.
func (d *drive) flush() {
	if err := d.cfg.Disk.Flush(); err != nil {
		d.fail(errorABRT)
		d.Status |= statusDF
		return
	}
	d.done()
}

// restUpdate notices that the standby timer ran out since the last use. Nobody
// can see it earlier than at the next command.
func (d *drive) restUpdate() {
	if t := standbyTime(d.Standby); t != 0 && d.Power < powerStandby && d.clock.Now()-d.LastUse >= t {
		d.Power = powerStandby
	}
}

// standbyTime is the period that a standby timer value stands for (ATA-4 table
// 9); 0: timer off.
func standbyTime(v uint8) bus.Time {
	const minute = 60 * bus.Second
	switch {
	case v <= 240:
		return bus.Time(v) * 5 * bus.Second
	case v <= 251:
		return bus.Time(v-240) * 30 * minute
	case v == 252:
		return 21 * minute
	case v == 253: // "between 8 and 12 hours"
		return 8 * 60 * minute
	case v == 255:
		return 21*minute + 15*bus.Second
	}
	return 0 // 254 is reserved
}
