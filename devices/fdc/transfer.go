package fdc

import "beige/devices/bus"

// Status registers (section 6).
const (
	icAbnormal uint8 = 0x40 // ST0 7:6: ended with an error
	icInvalid  uint8 = 0x80 //          invalid command
	icReady    uint8 = 0xc0 //          drive changed its ready state
	st0SE      uint8 = 1 << 5
	st0EC      uint8 = 1 << 4 // no track 0

	st1EN uint8 = 1 << 7 // beyond the last sector
	st1DE uint8 = 1 << 5 // CRC error
	st1OR uint8 = 1 << 4 // DMA did not answer
	st1ND uint8 = 1 << 2 // no such sector
	st1NW uint8 = 1 << 1 // write-protected
	st1MA uint8 = 1 << 0 // no address mark

	st2CM uint8 = 1 << 6 // the other data mark
	st2DD uint8 = 1 << 5 // the CRC error is in the data
	st2WC uint8 = 1 << 4 // other cylinder in the address field
	st2SH uint8 = 1 << 3 // scan: equal
	st2SN uint8 = 1 << 2 // scan: not satisfied
	st2BC uint8 = 1 << 1 // cylinder FFh in the address field
	st2MD uint8 = 1 << 0 // no data mark
)

// What the exec timer waits for.
const (
	nextNothing uint8 = iota
	nextPoll          // end of a reset
	nextSearch        // the implied seek
	nextSector        // the sector (or index hole) under the head
	nextMissing       // the second index pulse without it
	nextLast
)

// Who moves data through the FIFO in non-DMA mode.
const (
	hostNone uint8 = iota
	hostRead
	hostWrite
	hostLast
)

const maxSector = 128 << 7 // bytes, N = 7

// startTransfer begins a command that goes to the disk. Parameters from byte 2
// on: C H R N EOT GPL DTL; of FORMAT TRACK: N SC GPL D.
func (f *FDC) startTransfer() {
	f.Phase = phaseExec
	f.Host = hostNone
	d := f.unit()
	f.Head = f.Cmd[1] >> 2 & 1
	f.ST = [3]uint8{}
	f.Fail = [2]uint8{}
	f.Stop, f.TC, f.Late = false, false, false
	f.Passed = 0
	op := f.Cmd[0] & cmdMask
	switch op {
	case cmdReadID:
		f.C, f.H, f.R, f.N = 0, 0, 0, 0
	case cmdFormat:
		f.N, f.EOT = f.Cmd[2], f.Cmd[3]
		f.C, f.H, f.R = f.PCN[d], f.Head, 1
	default:
		f.C, f.H, f.R, f.N, f.EOT = f.Cmd[2], f.Cmd[3], f.Cmd[4], f.Cmd[5], f.Cmd[6]
		if f.easy || f.Config&configEIS != 0 {
			delta := int(f.C) - int(f.PCN[d])
			f.ST[0] |= st0SE
			f.PCN[d] = f.C
			f.step(d, delta)
			if delta != 0 {
				f.Seeking |= 1 << d
				f.Next = nextSearch
				f.exec.At(f.clock.Now() + f.stepTime(max(delta, -delta)))
				return
			}
		}
	}
	f.search()
}

func (f *FDC) unit() int { return int(f.Cmd[1] & dorSelect) }

// arrive ends an implied seek.
func (f *FDC) arrive() {
	f.Seeking &^= 1 << f.unit()
	f.search()
}

// unblock lets a command go on that waited for index pulses.
func (f *FDC) unblock() {
	if f.Phase == phaseExec && f.Blocked && f.ready(f.unit()) {
		f.search()
	}
}

// search waits for the sector that the command wants. Without index pulses (no
// disk, motor off) the controller waits for ever: the host resets it.
func (f *FDC) search() {
	d := f.unit()
	if f.Blocked = !f.ready(d); f.Blocked {
		return
	}
	op := f.Cmd[0] & cmdMask
	if (op == cmdWrite || op == cmdWriteDeleted || op == cmdFormat) && f.media[d].ReadOnly() {
		f.ST[1] |= st1NW
		f.finish(icAbnormal)
		return
	}
	t := f.atSpeed(d)
	if op == cmdFormat {
		f.Next = nextSector
		f.exec.At(t + f.turns(d, 1))
		return
	}
	i, n := f.find(op, t)
	if i < 0 {
		f.Next = nextMissing
		f.exec.At(t + f.turns(d, 2))
		return
	}
	f.Index = uint8(i)
	f.Next = nextSector
	f.exec.At(f.slotEnd(d, i, n, t))
}

// track describes what is under the head: the medium's cylinder and how many
// sectors can be read at the present rate and modulation.
func (f *FDC) track() (cyl, sectors int) {
	d := f.unit()
	cyl, ok := f.cylinder(d)
	if !ok {
		return 0, 0
	}
	n, density, fm := f.media[d].Track(cyl, int(f.Head))
	if !f.easy && density != f.types[d].density(f.Rate) || fm != (f.Cmd[0]&optMFM == 0) {
		return cyl, 0
	}
	return cyl, min(n, 255)
}

// find returns the place of the wanted sector on a track of n, looking from time
// t on; -1 where it is not there, with the reason in ST.
func (f *FDC) find(op uint8, t bus.Time) (i, n int) {
	d := f.unit()
	cyl, n := f.track()
	if n == 0 {
		f.ST[1] |= st1MA
		return -1, 0
	}
	first := f.nextSlot(d, n, t)
	switch op {
	case cmdReadID:
		return first, n
	case cmdReadTrack:
		if i = int(f.Passed); i < n {
			return i, n
		}
		f.ST[1] |= st1ND
		return -1, n
	}
	var wrong uint8
	for j := range n {
		i := (first + j) % n
		c, h, r, size := f.media[d].ID(cyl, int(f.Head), i)
		switch {
		case c == f.C && h == f.H && r == f.R && size == f.N:
			return i, n
		case c == f.C:
		case c == 0xff:
			wrong |= st2BC | st2WC
		default:
			wrong |= st2WC
		}
	}
	f.ST[1] |= st1ND
	f.ST[2] |= wrong
	return -1, n
}

// sector handles the sector that has passed the head.
func (f *FDC) sector() {
	d := f.unit()
	if !f.ready(d) {
		f.Blocked = true
		return
	}
	cyl, n := f.track()
	op := f.Cmd[0] & cmdMask
	if op == cmdFormat {
		f.fromHost(4 * int(f.EOT))
		return
	}
	if int(f.Index) >= n { // another disk in the drive, another rate
		f.search()
		return
	}
	m := f.media[d]
	if op == cmdReadID {
		f.C, f.H, f.R, f.N = m.ID(cyl, int(f.Head), int(f.Index))
		f.finish(0)
		return
	}
	if op == cmdWrite || op == cmdWriteDeleted {
		f.fromHost(f.size())
		return
	}
	c, h, r, size := m.ID(cyl, int(f.Head), int(f.Index))
	if op == cmdReadTrack {
		if c != f.C || h != f.H || r != f.R || size != f.N {
			f.ST[1] |= st1ND // noted, but reading goes on (5.1.5)
		}
		if size&7 < f.N&7 {
			clear(f.Buffer[:])
		}
	}
	flags, err := m.ReadSector(cyl, int(f.Head), int(f.Index), f.Buffer[:128<<(size&7)])
	switch {
	case flags&flagIDError != 0:
		f.ST[1] |= st1DE
		f.finish(icAbnormal)
		return
	case flags&flagNoData != 0:
		f.ST[1] |= st1MA
		f.ST[2] |= st2MD
		f.finish(icAbnormal)
		return
	case op == cmdReadTrack && flags&flagDataError != 0:
		f.ST[1] |= st1DE // noted like an address that differs (5.1.5)
		f.ST[2] |= st2DD
	case flags&flagDataError != 0 || err != nil:
		f.Fail = [2]uint8{st1DE, st2DD}
	}
	if other := (flags&flagDeleted != 0) != (op == cmdReadDeleted); other && op != cmdReadTrack {
		f.ST[2] |= st2CM
		if f.Cmd[0]&optSK != 0 {
			f.Fail = [2]uint8{}
			f.advance()
			return
		}
		f.Stop = true // this sector is the last one (tables 5-5, 5-6)
	}
	switch op {
	case cmdVerify:
		f.moved()
	case cmdScanEqual, cmdScanLow, cmdScanHigh:
		copy(f.Scanned[:], f.Buffer[:f.size()])
		f.fromHost(f.size())
	default:
		f.toHost(f.size())
	}
}

// size is how many bytes of a sector the host moves: 128 << N, or DTL where N
// is 0 and DTL less.
func (f *FDC) size() int {
	if f.N == 0 && f.Cmd[8] < 128 {
		return int(f.Cmd[8])
	}
	return 128 << (f.N & 7)
}

func (f *FDC) gate() bool { return f.dma != nil && (f.mode == PS2 || f.DOR&dorGate != 0) }

// toHost gives n bytes of the buffer to the host.
func (f *FDC) toHost(n int) {
	if f.Specify[1]&specifyND != 0 {
		f.openFIFO(hostRead, n)
		return
	}
	moved := 0
	if f.gate() {
		moved, f.TC = f.dma.Put(f.Buffer[:n])
	}
	f.Late = moved < n && !f.TC
	f.moved()
}

// fromHost takes n bytes from the host. What terminal count cuts off is zero.
func (f *FDC) fromHost(n int) {
	clear(f.Buffer[:max(n, 128<<(f.N&7))])
	if f.Specify[1]&specifyND != 0 {
		f.openFIFO(hostWrite, n)
		return
	}
	moved := 0
	if f.gate() {
		moved, f.TC = f.dma.Get(f.Buffer[:n])
	}
	f.Late = moved < n && !f.TC
	f.End = uint16(moved)
	f.moved()
}

// openFIFO asks the host for, or offers it, n bytes.
func (f *FDC) openFIFO(who uint8, n int) {
	f.Late = false
	f.Pos, f.End = 0, uint16(n)
	if n == 0 {
		f.moved()
		return
	}
	f.Host = who
	f.INT = true
}

// hostByte moves one byte through the FIFO. INT pulses for each.
func (f *FDC) hostByte(v uint8) {
	f.INT = false
	f.updateINT()
	f.Buffer[f.Pos] = v
	f.Pos++
	if f.Pos < f.End {
		f.INT = true
		return
	}
	f.Host = hostNone
	f.moved()
}

// moved finishes a sector whose data the host has moved.
func (f *FDC) moved() {
	if f.Late {
		f.ST[1] |= st1OR
		f.finish(icAbnormal)
		return
	}
	switch op := f.Cmd[0] & cmdMask; op {
	case cmdFormat:
		f.format()
		return
	case cmdWrite, cmdWriteDeleted:
		if !f.store(op == cmdWriteDeleted) {
			return
		}
	case cmdScanEqual, cmdScanLow, cmdScanHigh:
		if f.compare(op) {
			f.bump()
			f.finish(0)
			return
		}
	}
	switch {
	case f.Fail != [2]uint8{}:
		f.ST[1] |= f.Fail[0]
		f.ST[2] |= f.Fail[1]
		f.finish(icAbnormal)
	case f.Stop:
		f.finish(0)
	default:
		f.advance()
	}
}

// store writes the buffer to the sector; false where the command is over. The
// disk may have been changed while the host filled the FIFO.
func (f *FDC) store(deleted bool) bool {
	d := f.unit()
	if !f.ready(d) {
		f.Blocked = true
		return false
	}
	cyl, n := f.track()
	switch {
	case f.media[d].ReadOnly():
		f.ST[1] |= st1NW
	case int(f.Index) >= n:
		f.ST[1] |= st1ND
	case f.media[d].WriteSector(cyl, int(f.Head), int(f.Index), f.Buffer[:128<<(f.N&7)], deleted) != nil:
		f.ST[1] |= st1DE
		f.ST[2] |= st2DD
	default:
		return true
	}
	f.finish(icAbnormal)
	return false
}

// compare is one sector of SCAN, the disk's bytes against the host's; true ends
// the command. FFh from either side matches everything (uPD765A, table 6).
func (f *FDC) compare(op uint8) bool {
	disk, host := f.Scanned[:f.size()], f.Buffer[:f.size()]
	f.ST[2] &^= st2SH | st2SN
	for i := range disk {
		a, b := disk[i], host[i]
		if a == b || a == 0xff || b == 0xff {
			continue
		}
		if op == cmdScanLow && a < b || op == cmdScanHigh && a > b {
			return true
		}
		f.ST[2] |= st2SN
		return false
	}
	f.ST[2] |= st2SH
	return true
}

// format records the track with the address fields from the host.
func (f *FDC) format() {
	d := f.unit()
	if !f.ready(d) {
		f.Blocked = true
		return
	}
	cyl, ok := f.cylinder(d)
	density := f.types[d].density(f.Rate)
	if f.easy && ok {
		_, density, _ = f.media[d].Track(cyl, int(f.Head))
	}
	switch {
	case !ok || density == 0:
		f.ST[1] |= st1DE
	case f.media[d].ReadOnly():
		f.ST[1] |= st1NW
	case f.media[d].FormatTrack(cyl, int(f.Head), density, f.Cmd[0]&optMFM == 0, f.Buffer[:f.End/4*4], f.Cmd[5]) != nil:
		f.ST[1] |= st1DE
	default:
		f.Drive[d].Slot = 0
		f.finish(0)
		return
	}
	f.finish(icAbnormal)
}

// advance goes on to the next sector, or ends the command.
func (f *FDC) advance() {
	op := f.Cmd[0] & cmdMask
	f.Passed++
	countdown := op == cmdVerify && f.Cmd[1]&(1<<7) != 0 // EC: DTL counts sectors
	last := f.TC || countdown && uint8(f.Passed) == f.Cmd[8]
	if op == cmdReadTrack && !last && f.Passed != uint16(f.EOT) {
		f.R++
		f.search()
		return
	}
	h := f.H
	end := f.bump()
	switch {
	case last:
		f.finish(0)
		return
	case op == cmdReadTrack:
		f.ST[1] |= st1EN
		f.finish(icAbnormal)
		return
	case end && op == cmdVerify && !countdown, end && f.ST[2]&st2SN != 0:
		f.finish(0)
		return
	case end:
		f.ST[1] |= st1EN
		f.finish(icAbnormal)
		return
	case f.H != h:
		f.Head ^= 1
	}
	f.search()
}

// bump moves C, H, R to the next sector, as the result phase shows it (table
// 5-4). It reports true where the command cannot go on from the last sector.
func (f *FDC) bump() (end bool) {
	step := 1
	if op := f.Cmd[0] & cmdMask; (op == cmdScanEqual || op == cmdScanLow || op == cmdScanHigh) && f.Cmd[8] == 2 {
		step = 2
	}
	r := int(f.R) + step
	if f.R != f.EOT && (step == 1 || r <= int(f.EOT)) {
		f.R = uint8(r)
		return false
	}
	f.R = 1
	if f.Cmd[0]&optMT == 0 {
		f.C++
		return true
	}
	f.H ^= 1
	if f.Head == 0 {
		return false
	}
	f.C++
	return true
}

// finish enters the result phase of a command that went to the disk.
func (f *FDC) finish(ic uint8) {
	f.ST[0] |= ic | f.Head<<2 | uint8(f.unit())
	f.reply(f.ST[0], f.ST[1], f.ST[2], f.C, f.H, f.R, f.N)
	f.ResultINT, f.INT = true, true
}
