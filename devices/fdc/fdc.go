// Package fdc is the Intel 82077AA floppy disk controller with the drives on
// its cable: a NEC 765 core with a FIFO, data rates, motors and the disk-change
// line, as every PC since the AT has it at 3F0h; or the NEC uPD765A alone with
// the output register of the PC's and the XT's diskette adapter.
//
// Sources: Intel 82077AA CHMOS Single-Chip Floppy Disk Controller datasheet,
// 290166 (registers: section 2, resets: 4, commands: 5, status registers: 6);
// NEC uPD765A datasheet for SCAN and for what the 82077AA inherits; IBM PC/AT
// Technical Reference, diskette adapter, for the disk-change line; IBM PC/XT
// Technical Reference, "5-1/4" Diskette Drive Adapter".
//
// Not modelled: overrun by a host that is late in non-DMA mode, write
// precompensation, the power-down mode of DSR, tape drives behind TDR, a drive
// select in DOR that differs from the one in the command (the command's
// counts), formatting a 5.25" disk of 80 cylinders at 300 kbit/s.
package fdc

import "beige/devices/bus"

// Registers: offsets from the base (section 2.1).
const (
	regSRA  = 0 // status A; PS/2 and model 30 modes only
	regSRB  = 1 // status B; PS/2 and model 30 modes only
	regDOR  = 2 // digital output
	regTDR  = 3 // tape drive
	regMSR  = 4 // read: main status
	regDSR  = 4 // write: data rate select
	regFIFO = 5
	regDIR  = 7 // read: digital input
	regCCR  = 7 // write: configuration control
)

// DOR bits (2.1.3); bits 7-4 are the motors of drives 3 to 0.
const (
	dorSelect   uint8 = 3
	dorNotReset uint8 = 1 << 2
	dorGate     uint8 = 1 << 3 // AT and model 30: INT and DRQ reach the bus
)

// DSR and CCR bits (2.1.5, 2.1.8).
const (
	dsrReset uint8 = 1 << 7 // clears itself
	dsrRate  uint8 = 3
	ccrNoPre uint8 = 1 << 2 // model 30: read back in DIR
)

// MSR bits (2.1.4); bits 3-0 are the drives that seek.
const (
	msrBusy   uint8 = 1 << 4 // a command is in progress
	msrNonDMA uint8 = 1 << 5 // execution phase of a non-DMA command
	msrDIO    uint8 = 1 << 6 // 1: the host is to read
	msrRQM    uint8 = 1 << 7 // the host may access the FIFO
)

// Data rate codes of DSR and CCR.
const (
	rate500 uint8 = iota
	rate300
	rate250
	rate1000
)

// Mode is the wiring of the IDENT and MFM pins, which chooses the registers of
// one of three IBM machines.
type Mode uint8

const (
	AT      Mode = iota // SRA and SRB float, DIR has the disk-change bit only
	PS2                 // INT and DRQ are always enabled
	Model30             // most status bits are inverted

	// XT is no wiring of the 82077AA but the chip before it, on the diskette adapter
	// of the PC and the XT: the data rate is always 250 kbit/s, there are no
	// disk-change line and none of the later commands, and DOR cannot be read.
	XT
)

// DMA is the channel that DRQ and DACK lead to. Put moves bytes from the
// controller to memory, Get from memory to the controller. Both return how many
// bytes the channel moved and whether it raised terminal count with the last
// one; fewer than len(p) without terminal count means that the channel does not
// answer.
type DMA interface {
	Put(p []byte) (n int, tc bool)
	Get(p []byte) (n int, tc bool)
}

// Medium is the disk in a drive. Cylinders count in the track pitch of the
// medium; i is the place of a sector on its track, counted from the index hole.
type Medium interface {
	// Cylinders is about 40 or about 80: the track pitch.
	Cylinders() int
	// ReadOnly is the write-protect tab.
	ReadOnly() bool
	// Track reports how one side is recorded: how many sectors (0: not
	// formatted), density 250 (DD), 500 (HD) or 1000 (ED), FM or MFM.
	Track(cyl, head int) (sectors, density int, fm bool)
	// ID is the address field of a sector.
	ID(cyl, head, i int) (c, h, r, n uint8)
	// ReadSector fills p, as long as the sector is. Flags: bit 0 deleted data
	// mark, 1 CRC error in the data, 2 CRC error in the address, 3 no data.
	ReadSector(cyl, head, i int, p []byte) (flags uint8, err error)
	// WriteSector stores p with a normal or a deleted data mark.
	WriteSector(cyl, head, i int, p []byte, deleted bool) error
	// FormatTrack records one side anew; ids has C, H, R, N of each sector.
	FormatTrack(cyl, head, density int, fm bool, ids []byte, fill uint8) error
}

// syncer is a Medium that keeps what it is told where the power of its host
// could take it. Its failures have nowhere to go here: a motor that stops has no
// status.
type syncer interface{ Sync() error }

// Flags of Medium.ReadSector.
const (
	flagDeleted uint8 = 1 << iota
	flagDataError
	flagIDError
	flagNoData
)

// Config describes the controller and its drives.
type Config struct {
	Name   string       // "fdc"
	Drives [4]DriveType // None where there is no drive
	Mode   Mode
	Timing Timing

	// Lenient controllers are those of other emulators, which the Bochs BIOS was made
	// for: data are found at any data rate, and each command moves the head to its
	// cylinder by itself.
	Lenient bool
}

// FDC is one controller with its drives.
type FDC struct {
	state
	name   string
	mode   Mode
	timing Timing
	easy   bool // Config.Lenient
	clock  bus.Clock
	irq    bus.Line // INT
	dma    DMA
	types  [drives]DriveType
	media  [drives]Medium // nil: no disk
	exec   bus.Timer      // the command in progress
	seek   [drives]bus.Timer
}

// New returns a controller after power-on: held in reset until the host writes
// DOR. irq is driven by INT.
func New(clock bus.Clock, irq bus.Line, dma DMA, cfg Config) *FDC {
	f := &FDC{name: cfg.Name, mode: cfg.Mode, timing: cfg.Timing, easy: cfg.Lenient, clock: clock, irq: irq, dma: dma, types: cfg.Drives}
	f.exec = clock.NewTimer(f.name+".exec", f.fire)
	for i := range f.seek {
		f.seek[i] = clock.NewTimer(f.name+".seek"+string(rune('0'+i)), func() { f.seekEnd(i) })
	}
	f.Reset(bus.PowerOn)
	return f
}

// Name is the name from the configuration.
func (f *FDC) Name() string { return f.name }

// Reset is the RESET pin. It clears everything but what SPECIFY set (section
// 4.1); heads and disk-change latches of the drives lose their state only with
// the power.
func (f *FDC) Reset(kind bus.ResetKind) {
	f.exec.Stop()
	for _, t := range f.seek {
		t.Stop()
	}
	old := f.state
	f.state = state{Rate: rate250, Config: configDefault, Pin: old.Pin}
	if kind == bus.PowerOn {
		for i := range f.Drive {
			f.Drive[i].Changed = true
		}
	} else {
		f.Drive, f.Specify = old.Drive, old.Specify
	}
	f.updateINT()
}

// softReset is the reset through DOR or DSR (section 4.2). LOCK keeps what
// CONFIGURE set, the drive bits of PERPENDICULAR stay in any case.
func (f *FDC) softReset() {
	f.exec.Stop()
	for _, t := range f.seek {
		t.Stop()
	}
	if !f.Lock {
		f.Config, f.Pretrk = configDefault, 0
	}
	f.Perpendicular &^= perpGap | perpWGate
	f.PCN = [drives]uint8{}
	f.Seeking, f.Ended, f.Polled = 0, 0, 0
	f.Phase, f.Got, f.Host, f.Blocked, f.Next, f.INT = phaseReset, 0, hostNone, false, nextNothing, false
	f.updateINT()
}

// released starts the controller after a soft reset: it polls the drives, finds
// all four changed from not ready to ready, and asks for attention (5.2.3).
func (f *FDC) released() {
	f.Next = nextPoll
	f.exec.At(f.clock.Now() + resetTime)
}

func (f *FDC) poll() {
	f.Phase = phaseCommand
	if f.Config&configNoPoll == 0 {
		f.Polled = 1<<drives - 1
		f.INT = true
	}
}

// fire ends a wait of the command in progress.
func (f *FDC) fire() {
	next := f.Next
	f.Next = nextNothing
	switch next {
	case nextPoll:
		f.poll()
	case nextSearch:
		f.arrive()
	case nextSector:
		f.sector()
	case nextMissing:
		f.finish(icAbnormal)
	}
	f.updateINT()
}

// updateINT drives the INT pin, which the AT gates with DOR.
func (f *FDC) updateINT() {
	level := f.INT && (f.mode == PS2 || f.DOR&dorGate != 0)
	if level != f.Pin {
		f.Pin = level
		f.irq(level)
	}
}

// In reads a register.
func (f *FDC) In(off uint16) uint8 {
	if f.mode == XT && off != regMSR && off != regFIFO {
		return 0xff
	}
	switch off {
	case regSRA:
		return f.readSRA()
	case regSRB:
		return f.readSRB()
	case regDOR:
		return f.DOR
	case regTDR:
		return f.TDR | ^uint8(3) // the other bits float
	case regMSR:
		return f.readMSR()
	case regFIFO:
		return f.readFIFO()
	case regDIR:
		return f.readDIR()
	}
	return 0xff
}

// Out writes a register.
func (f *FDC) Out(off uint16, v uint8) {
	if f.mode == XT && off != regDOR && off != regFIFO {
		return
	}
	switch off {
	case regDOR:
		f.writeDOR(v)
	case regTDR:
		f.TDR = v & 3
	case regDSR:
		f.writeDSR(v)
	case regFIFO:
		f.writeFIFO(v)
	case regCCR:
		f.Rate, f.NoPre = v&dsrRate, v&ccrNoPre
	}
}

func (f *FDC) writeDOR(v uint8) {
	old := f.DOR
	f.DOR = v
	for i := range f.Drive {
		if v&^old>>(4+i)&1 != 0 {
			f.Drive[i].MotorOn = f.clock.Now()
		}
		// When the light goes out people take the disk for safe.
		if s, ok := f.media[i].(syncer); ok && old&^v>>(4+i)&1 != 0 {
			_ = s.Sync()
		}
	}
	switch {
	case v&dorNotReset == 0:
		if old&dorNotReset != 0 {
			f.softReset()
		}
	case old&dorNotReset == 0:
		f.Phase = phaseReset
		f.released()
	default:
		f.unblock()
	}
	f.updateINT()
}

func (f *FDC) writeDSR(v uint8) {
	f.Rate = v & dsrRate
	if v&dsrReset != 0 && f.DOR&dorNotReset != 0 {
		f.softReset()
		f.released()
	}
}

func (f *FDC) readMSR() uint8 {
	v := f.Seeking
	switch f.Phase {
	case phaseReset:
		return 0
	case phaseCommand:
		v |= msrRQM
		if f.Got > 0 {
			v |= msrBusy
		}
	case phaseExec:
		v |= msrBusy
		if f.Specify[1]&specifyND != 0 {
			v |= msrNonDMA
		}
		switch f.Host {
		case hostRead:
			v |= msrRQM | msrDIO
		case hostWrite:
			v |= msrRQM
		}
	case phaseResult:
		v |= msrBusy | msrRQM | msrDIO
	}
	return v
}

// readDIR reads the disk-change line of the selected drive, which answers only
// with its motor on (the 82077AA qualifies the selects with the motors).
func (f *FDC) readDIR() uint8 {
	change := uint8(0)
	if d, ok := f.selected(); ok && f.Drive[d].Changed {
		change = 1 << 7
	}
	switch f.mode {
	case PS2: // 1111 RR H: rate, low for the high densities
		v := change | 0x78 | f.Rate<<1
		if f.Rate == rate300 || f.Rate == rate250 {
			v |= 1
		}
		return v
	case Model30:
		return change ^ 1<<7 | f.DOR&dorGate | f.NoPre | f.Rate
	}
	return change | 0x7f
}

// readSRA: PS/2: INT, nDRV2, STEP, nTRK0, HDSEL, nINDX, nWP, DIR; model 30:
// INT, DRQ, STEP, TRK0, nHDSEL, INDX, WP, nDIR (2.1.1). Step and index are too
// short to be seen.
func (f *FDC) readSRA() uint8 {
	if f.mode == AT {
		return 0xff
	}
	const (
		inverted  uint8 = 1<<6 | 1<<4 | 1<<2 | 1<<1 // of PS/2
		inverted3 uint8 = 1<<3 | 1<<0               // of model 30
	)
	var v uint8
	if f.INT {
		v |= 1 << 7
	}
	if f.Head != 0 {
		v |= 1 << 3
	}
	if d, ok := f.selected(); ok {
		if f.Drive[d].Position == 0 {
			v |= 1 << 4
		}
		if f.protected(d) {
			v |= 1 << 1
		}
	}
	if f.mode == Model30 {
		return v ^ inverted3
	}
	if f.types[1] != None {
		v |= 1 << 6
	}
	return v ^ inverted
}

// readSRB: PS/2: 11, drive 0 selected, data toggles, motors 1 and 0; model 30:
// nDRV2, nDS1, nDS0, data flip-flops, nDS3, nDS2 (2.1.2). The toggles rest.
func (f *FDC) readSRB() uint8 {
	switch f.mode {
	case PS2:
		return 0xc0 | f.DOR&1<<5 | f.DOR>>4&3
	case Model30:
		v := uint8(0xe3)
		if f.types[1] != None {
			v &^= 1 << 7
		}
		if d := f.DOR & dorSelect; f.DOR>>(4+d)&1 != 0 {
			v &^= [drives]uint8{1 << 5, 1 << 6, 1 << 0, 1 << 1}[d]
		}
		return v
	}
	return 0xff
}
