package fdc

import "math/bits"

// Commands (table 5-1). The first byte carries MT, MFM and SK in bits 7 to 5
// where a command has them; the second one head and drive: 00000 HDS DS1 DS0.
//
//	command            first byte     bytes  result
//	READ TRACK         0 MFM SK 00010     9  ST0 ST1 ST2 C H R N
//	SPECIFY            00000011           3  none
//	SENSE DRIVE STATUS 00000100           2  ST3
//	WRITE DATA         MT MFM 0 00101     9  ST0 ST1 ST2 C H R N
//	READ DATA          MT MFM SK 00110    9  ST0 ST1 ST2 C H R N
//	RECALIBRATE        00000111           2  none, interrupt
//	SENSE INTERRUPT    00001000           1  ST0 PCN
//	WRITE DELETED      MT MFM 0 01001     9  ST0 ST1 ST2 C H R N
//	READ ID            0 MFM 0 01010      2  ST0 ST1 ST2 C H R N
//	READ DELETED       MT MFM SK 01100    9  ST0 ST1 ST2 C H R N
//	FORMAT TRACK       0 MFM 0 01101      6  ST0 ST1 ST2 and four bytes without meaning
//	DUMPREG            00001110           1  ten bytes
//	SEEK               00001111           3  none, interrupt
//	RELATIVE SEEK      1 DIR 001111       3  none, interrupt
//	VERSION            00010000           1  90h
//	SCAN EQUAL         MT MFM SK 10001    9  ST0 ST1 ST2 C H R N
//	PERPENDICULAR      00010010           2  none
//	CONFIGURE          00010011           4  none
//	LOCK               LOCK 0010100       1  000 LOCK 0000
//	VERIFY             MT MFM SK 10110    9  ST0 ST1 ST2 C H R N
//	SCAN LOW OR EQUAL  MT MFM SK 11001    9  ST0 ST1 ST2 C H R N
//	SCAN HIGH OR EQUAL MT MFM SK 11101    9  ST0 ST1 ST2 C H R N
//	anything else                         1  80h
const (
	cmdReadTrack     = 0x02
	cmdSpecify       = 0x03
	cmdSenseDrive    = 0x04
	cmdWrite         = 0x05
	cmdRead          = 0x06
	cmdRecalibrate   = 0x07
	cmdSenseInt      = 0x08
	cmdWriteDeleted  = 0x09
	cmdReadID        = 0x0a
	cmdReadDeleted   = 0x0c
	cmdFormat        = 0x0d
	cmdDumpReg       = 0x0e
	cmdSeek          = 0x0f
	cmdVersion       = 0x10
	cmdScanEqual     = 0x11
	cmdPerpendicular = 0x12
	cmdConfigure     = 0x13
	cmdLock          = 0x14
	cmdVerify        = 0x16
	cmdScanLow       = 0x19
	cmdScanHigh      = 0x1d

	cmdMask          = 0x1f
	optMT      uint8 = 1 << 7 // both sides of the cylinder
	optMFM     uint8 = 1 << 6
	optSK      uint8 = 1 << 5 // skip sectors with the other data mark
	seekInward uint8 = 1 << 6 // of RELATIVE SEEK
	version          = 0x90
)

// SPECIFY, CONFIGURE and PERPENDICULAR bits.
const (
	specifyND     uint8 = 1 << 0 // of the second byte: no DMA
	configEIS     uint8 = 1 << 6 // implied seek
	configNoFIFO  uint8 = 1 << 5
	configNoPoll  uint8 = 1 << 4
	configDefault       = configNoFIFO
	perpOW        uint8 = 1 << 7 // the drive bits D3-D0 are to be written
	perpDrives    uint8 = 0x0f << 2
	perpWGate     uint8 = 1 << 0
	perpGap       uint8 = 1 << 1
)

// Phases of a command.
const (
	phaseReset uint8 = iota
	phaseCommand
	phaseExec
	phaseResult
	phaseLast
)

// length returns how many bytes a command has and whether it is one.
func length(cmd uint8) (n uint8, ok bool) {
	op, mt, mfm, sk := cmd&cmdMask, cmd&optMT != 0, cmd&optMFM != 0, cmd&optSK != 0
	switch op {
	case cmdRead, cmdReadDeleted, cmdScanEqual, cmdScanLow, cmdScanHigh, cmdVerify:
		return 9, true
	case cmdWrite, cmdWriteDeleted:
		return 9, !sk
	case cmdReadTrack:
		return 9, !mt
	case cmdFormat:
		return 6, !mt && !sk
	case cmdReadID:
		return 2, !mt && !sk
	case cmdSeek:
		return 3, !sk && (mt || !mfm)
	case cmdLock:
		return 1, !mfm && !sk
	}
	if mt || mfm || sk {
		return 1, false
	}
	switch op {
	case cmdSpecify:
		return 3, true
	case cmdSenseDrive, cmdRecalibrate, cmdPerpendicular:
		return 2, true
	case cmdConfigure:
		return 4, true
	case cmdSenseInt, cmdDumpReg, cmdVersion:
		return 1, true
	}
	return 1, false
}

// since82077 reports whether a command is not of the uPD765A's fifteen.
func since82077(cmd uint8) bool {
	switch cmd & cmdMask {
	case cmdDumpReg, cmdVersion, cmdPerpendicular, cmdConfigure, cmdLock, cmdVerify:
		return true
	case cmdSeek:
		return cmd&optMT != 0 // RELATIVE SEEK
	}
	return false
}

// writeFIFO takes a command byte, or a data byte in non-DMA mode.
func (f *FDC) writeFIFO(v uint8) {
	switch {
	case f.Phase == phaseExec && f.Host == hostWrite:
		f.hostByte(v)
	case f.Phase == phaseCommand:
		f.Cmd[f.Got] = v
		f.Got++
		n, ok := length(f.Cmd[0])
		if !ok || f.mode == XT && since82077(f.Cmd[0]) {
			f.invalid()
		} else if f.Got == n {
			f.execute()
		}
	}
	f.updateINT()
}

// readFIFO gives a result byte, or a data byte in non-DMA mode.
func (f *FDC) readFIFO() uint8 {
	var v uint8
	switch {
	case f.Phase == phaseExec && f.Host == hostRead:
		v = f.Buffer[f.Pos]
		f.hostByte(v)
	case f.Phase == phaseResult:
		if f.ResultINT {
			f.ResultINT = false
			f.acknowledge()
		}
		v = f.Result[f.ResultPos]
		f.ResultPos++
		if f.ResultPos == f.ResultLen {
			f.idle()
		}
	}
	f.updateINT()
	return v
}

// idle waits for the next command.
func (f *FDC) idle() {
	f.Phase, f.Got, f.Host, f.Blocked = phaseCommand, 0, hostNone, false
}

// reply enters the result phase.
func (f *FDC) reply(b ...uint8) {
	f.Phase = phaseResult
	f.Host = hostNone
	f.ResultINT = false
	f.ResultPos, f.ResultLen = 0, uint8(copy(f.Result[:], b))
}

func (f *FDC) invalid() { f.reply(icInvalid) }

// execute starts a command whose bytes are all there.
func (f *FDC) execute() {
	cmd := f.Cmd[0]
	switch cmd & cmdMask {
	case cmdSpecify:
		f.Specify = [2]uint8{f.Cmd[1], f.Cmd[2]}
		f.idle()
	case cmdSenseDrive:
		f.reply(f.st3())
	case cmdRecalibrate:
		f.recalibrate()
	case cmdSeek:
		f.startSeek()
	case cmdSenseInt:
		f.senseInterrupt()
	case cmdDumpReg:
		f.dumpReg()
	case cmdVersion:
		f.reply(version)
	case cmdPerpendicular:
		v := f.Cmd[1]
		if v&perpOW != 0 {
			f.Perpendicular = v & (perpDrives | perpGap | perpWGate)
		} else {
			f.Perpendicular = f.Perpendicular&perpDrives | v&(perpGap|perpWGate)
		}
		f.idle()
	case cmdConfigure:
		f.Config, f.Pretrk = f.Cmd[2]&^(1<<7), f.Cmd[3]
		f.idle()
	case cmdLock:
		f.Lock = cmd&optMT != 0
		f.reply(cmd & optMT >> 3)
	default:
		f.startTransfer()
	}
}

// st3 is 0, WP, 1, T0, 1, HD, DS1, DS0 (6.4).
func (f *FDC) st3() uint8 {
	d := int(f.Cmd[1] & dorSelect)
	v := f.Cmd[1]&7 | 1<<5 | 1<<3
	if f.protected(d) {
		v |= 1 << 6
	}
	if f.types[d] != None && f.Drive[d].Position == 0 {
		v |= 1 << 4
	}
	return v
}

// dumpReg: PCN of the drives, SPECIFY, SC or EOT, LOCK and PERPENDICULAR,
// CONFIGURE (table 5-1).
func (f *FDC) dumpReg() {
	lock := uint8(0)
	if f.Lock {
		lock = 1 << 7
	}
	f.reply(f.PCN[0], f.PCN[1], f.PCN[2], f.PCN[3], f.Specify[0], f.Specify[1], f.EOT, lock|f.Perpendicular, f.Config, f.Pretrk)
}

// recalibrate steps out until track 0 shows, 79 times at most (5.2.5).
func (f *FDC) recalibrate() {
	const limit = 79
	d := int(f.Cmd[1] & dorSelect)
	s := &f.Drive[d]
	steps := int(s.Position)
	s.Fault = steps > limit || f.types[d] == None
	if s.Fault {
		steps = limit
	}
	s.Target, s.Steps = 0, uint8(steps)
	f.beginSeek(d, -steps, steps)
}

// startSeek is SEEK to a cylinder and RELATIVE SEEK by a number of them, both
// against what the controller believes to be the present one (PCN).
func (f *FDC) startSeek() {
	d := int(f.Cmd[1] & dorSelect)
	s := &f.Drive[d]
	s.Fault = false
	s.Target = f.Cmd[2]
	steps := int(s.Target) - int(f.PCN[d])
	if f.Cmd[0]&optMT != 0 {
		if steps = int(f.Cmd[2]); f.Cmd[0]&seekInward == 0 {
			steps = -steps
		}
		s.Target = uint8(int(f.PCN[d]) + steps)
	}
	s.Steps = uint8(max(steps, -steps))
	f.beginSeek(d, steps, int(s.Steps))
}

// beginSeek moves a head. The controller is free for other commands meanwhile.
func (f *FDC) beginSeek(d, delta, pulses int) {
	f.Ended &^= 1 << d
	f.Seeking |= 1 << d
	f.step(d, delta)
	f.seek[d].At(f.clock.Now() + f.stepTime(pulses))
	f.idle()
}

func (f *FDC) seekEnd(d int) {
	f.PCN[d] = f.Drive[d].Target
	f.Ended |= 1 << d
	f.INT = true
	f.updateINT()
}

// senseInterrupt reports the end of a seek, or after a reset the changed ready
// line of one drive a time (5.2.3, table 5-8). Without a cause it is an invalid
// command. The head bit is always 0.
func (f *FDC) senseInterrupt() {
	switch {
	case f.Ended != 0:
		d := uint8(bits.TrailingZeros8(f.Ended))
		f.Ended &^= 1 << d
		f.Seeking &^= 1 << d
		st0 := st0SE | d
		if f.Drive[d].Fault {
			st0 |= st0EC | icAbnormal
		}
		f.acknowledge()
		f.reply(st0, f.PCN[d])
	case f.Polled != 0:
		d := uint8(bits.TrailingZeros8(f.Polled))
		f.Polled &^= 1 << d
		f.acknowledge()
		f.reply(icReady|d, f.PCN[d])
	default:
		f.invalid()
	}
}

// acknowledge drops INT, and raises it again for a seek that ended as well.
func (f *FDC) acknowledge() {
	f.INT = false
	f.updateINT()
	f.INT = f.Ended != 0
}
