package uart

// depth is how many characters each side holds.
func (d *UART) depth() uint8 {
	if d.fifo() {
		return fifoDepth
	}
	return 1
}

func (d *UART) tick() uint64 { return d.freq.Ticks(d.clock.Now()) }

// bitTicks is the length of a bit in crystal ticks. A divisor of 0 counts as
// 65536, as in any counter that is decremented before it is tested.
func (d *UART) bitTicks() uint64 {
	n := uint64(d.Divisor)
	if n == 0 {
		n = 1 << 16
	}
	return n * 16
}

// charTicks is the length of a character: start bit, 5 to 8 data bits, parity,
// and 1, 1.5 (with 5 data bits) or 2 stop bits.
func (d *UART) charTicks() uint64 {
	length := uint64(d.LCR & lcrLength)
	half := 2 * (1 + 5 + length + 1)
	if d.LCR&lcrParity != 0 {
		half += 2
	}
	if d.LCR&lcrStop != 0 {
		half++
		if length != 0 {
			half++
		}
	}
	return half * d.bitTicks() / 2
}

// dataMask covers the data bits of a character.
func (d *UART) dataMask() uint8 { return 0x1f<<(d.LCR&lcrLength) | 0x1f }

// writeTHR takes a character to send. One too many is lost: with FIFOs the new
// one, without them the old one.
func (d *UART) writeTHR(v uint8) {
	d.THREInt = false
	d.THREAt = 0
	d.update()
	if d.TxCount >= d.depth() {
		if !d.fifo() {
			d.TxData[d.TxHead] = v
		}
		return
	}
	d.TxData[(d.TxHead+d.TxCount)&(fifoDepth-1)] = v
	d.TxCount++
	if d.TxCount >= 2 {
		d.TxTwo = true
	}
	if !d.TxBusy {
		d.startTx(d.tick())
	}
	d.armTx()
	d.update()
}

// startTx moves the next character into the shift register at tick start.
//
// With FIFOs the THRE interrupt comes a character less one stop bit later if
// there were never two characters waiting, so that a handler is not called
// twice for each character; the first one after FCR0 changed is not delayed
// (datasheet, "FIFO interrupt mode operation").
func (d *UART) startTx(start uint64) {
	d.TSR = d.TxData[d.TxHead]
	d.TxHead = (d.TxHead + 1) & (fifoDepth - 1)
	d.TxCount--
	d.TxBusy = true
	d.TxEnd = start + d.charTicks()
	if d.TxCount != 0 {
		return
	}
	if d.fifo() && !d.TxTwo && !d.TxFirst {
		d.THREAt = d.TxEnd - d.bitTicks()
	} else {
		d.THREInt = true
	}
	d.TxTwo, d.TxFirst = false, false
}

// clearTx empties the transmit FIFO; the shift register goes on.
func (d *UART) clearTx() {
	if d.TxCount != 0 {
		d.THREInt = true
	}
	d.TxHead, d.TxCount, d.TxTwo = 0, 0, false
}

func (d *UART) armTx() {
	switch {
	case d.THREAt != 0 && (!d.TxBusy || d.THREAt < d.TxEnd):
		d.tx.At(d.freq.Time(d.THREAt))
	case d.TxBusy:
		d.tx.At(d.freq.Time(d.TxEnd))
	default:
		d.tx.Stop()
	}
}

// txEvent is the delayed THRE interrupt or the end of a character.
func (d *UART) txEvent() {
	now := d.tick()
	if d.THREAt != 0 && d.THREAt <= now {
		d.THREAt = 0
		d.THREInt = true
	}
	if d.TxBusy && d.TxEnd <= now {
		d.TxBusy = false
		b := d.TSR & d.dataMask()
		switch {
		case d.MCR&mcrLoop != 0:
			d.arrive(b, 0)
		case !d.breaking():
			d.w.Transmit(b)
		}
		if d.TxCount != 0 {
			d.startTx(d.TxEnd)
		}
	}
	d.armTx()
	d.update()
}

// Receive puts a character on the line and reports whether it could: false
// while another one is under way or waits for the guest, and in loopback. Ready
// is called when it is worth trying again. The chip takes it in a character time
// later; characters from here are never lost to an overrun.
func (d *UART) Receive(b uint8) bool { return d.ReceiveError(b, 0) }

// ReceiveError is Receive for a character that arrives with errors: an or of
// ErrParity, ErrFraming and ErrBreak.
func (d *UART) ReceiveError(b, errors uint8) bool {
	if d.RxBusy || d.RxHeld || d.MCR&mcrLoop != 0 {
		return false
	}
	start := d.RxEnd
	if !d.inRx {
		start = d.tick()
	}
	if errors &= errMask; errors&ErrBreak != 0 {
		// All bits are 0, parity and stop bit too.
		b = 0
		errors |= ErrFraming
		if d.LCR&lcrParity != 0 && d.LCR&lcrEvenParity == 0 {
			errors |= ErrParity
		}
	}
	d.RSR, d.RSRError = b, errors
	d.RxBusy = true
	d.RxEnd = start + d.charTicks()
	d.rx.At(d.freq.Time(d.RxEnd))
	return true
}

// rxEvent is the end of an incoming character.
func (d *UART) rxEvent() {
	if !d.RxBusy {
		return
	}
	d.RxBusy = false
	if d.RxCount >= d.depth() {
		d.RxHeld = true
		return
	}
	d.arrive(d.RSR, d.RSRError)
	d.inRx = true
	d.w.Ready()
	d.inRx = false
}

// release takes in a character that waited for a place.
func (d *UART) release() {
	if d.RxHeld && d.RxCount < d.depth() {
		d.RxHeld = false
		d.arrive(d.RSR, d.RSRError)
		d.w.Ready()
	}
}

// arrive stores a character. Without a place it is an overrun: with FIFOs the
// new character is lost, without them the one that was not read.
func (d *UART) arrive(b, errors uint8) {
	b &= d.dataMask()
	switch {
	case d.RxCount < d.depth():
		at := (d.RxHead + d.RxCount) & (fifoDepth - 1)
		d.RxData[at], d.RxError[at] = b, errors
		d.RxCount++
	case d.fifo():
		d.Errors |= lsrOE
	default:
		d.RxData[d.RxHead], d.RxError[d.RxHead] = b, errors
		d.Errors |= lsrOE
	}
	if d.RxCount == 1 {
		d.Errors |= d.RxError[d.RxHead]
	}
	d.restartTimeout()
	d.update()
}

// readRBR takes the oldest character; its successor's errors show in LSR.
func (d *UART) readRBR() uint8 {
	if d.RxCount == 0 {
		return d.RBR
	}
	d.RBR = d.RxData[d.RxHead]
	d.RxError[d.RxHead] = 0
	d.RxHead = (d.RxHead + 1) & (fifoDepth - 1)
	d.RxCount--
	if d.RxCount != 0 {
		d.Errors |= d.RxError[d.RxHead]
	}
	d.Timeout = false
	d.restartTimeout()
	d.update()
	d.release()
	return d.RBR
}

// clearRx empties the receive FIFO; the shift register goes on, and errors stay
// until LSR is read.
func (d *UART) clearRx() {
	d.RxHead, d.RxCount = 0, 0
	d.RxError = [fifoDepth]uint8{}
	d.Timeout = false
	d.restartTimeout()
	d.release()
}

// restartTimeout starts the four character times after which characters below
// the trigger level are reported; every character that comes or is read does.
func (d *UART) restartTimeout() {
	if !d.fifo() || d.RxCount == 0 {
		d.TimeoutAt = 0
		d.timeout.Stop()
		return
	}
	d.TimeoutAt = d.tick() + 4*d.charTicks()
	d.timeout.At(d.freq.Time(d.TimeoutAt))
}

func (d *UART) timeoutEvent() {
	d.TimeoutAt = 0
	if d.fifo() && d.RxCount != 0 {
		d.Timeout = true
		d.update()
	}
}
