// Package bus defines the wires between chips: I/O ports, memory windows,
// signal lines, virtual time and the snapshot contract. It holds no chip and
// imports no chip.
package bus

// PortHandler is a chip's byte-wide window in the 64 KiB I/O space. off counts
// from the base the board chose, so a chip never knows its own address.
type PortHandler interface {
	In(off uint16) uint8
	Out(off uint16, v uint8)
}

// WidePortHandler is implemented as well by the few chips that decode 16- or
// 32-bit cycles themselves (ATA data, PCI configuration). size is 2 or 4. For
// every other chip the bus splits a wide access into byte cycles, lowest
// address first.
type WidePortHandler interface {
	InWide(off uint16, size int) uint32
	OutWide(off uint16, size int, v uint32)
}

// BlockPortHandler is implemented by chips that take REP INS and REP OUTS in
// one call (ATA data). Both return how many whole elements of size bytes they
// moved, from none to len(p)/size; the processor does the rest one by one.
//
// All elements of a call come at the time of its first one, so a chip leaves the
// element that sets something off (the last of a sector) to the single access
// behind: a run is then the same with and without blocks.
type BlockPortHandler interface {
	InBlock(off uint16, size int, p []byte) int
	OutBlock(off uint16, size int, p []byte) int
}

// MMIOHandler is a chip's window in physical memory. size is 1, 2, 4 or 8; off
// counts from the start of the window. The memory map splits an access that
// crosses the end of the window.
type MMIOHandler interface {
	ReadMMIO(off uint32, size int) uint64
	WriteMMIO(off uint32, size int, v uint64)
}

// Line is one wire: IRQ, DREQ, NMI, A20, reset, speaker. Drivers call it with
// the new level and may repeat a level.
type Line func(high bool)

// Clock hands out virtual time. Chips never call package time.
type Clock interface {
	// Now is the time of the instruction that is executing.
	Now() Time
	// NewTimer returns a stopped timer. The name is its identity in snapshots:
	// unique on the machine, "chip.purpose".
	NewTimer(name string, fire func()) Timer
}

// Timer is a one-shot alarm on a Clock. fire runs on the machine goroutine at
// or after the deadline, with the timer stopped, and may arm it again.
type Timer interface {
	// At arms the timer, replacing an earlier deadline. A deadline in the past
	// fires as soon as the current instruction ends.
	At(Time)
	Stop()
	// Deadline reports the armed deadline; ok is false while stopped.
	Deadline() (t Time, ok bool)
}

// ResetKind says how far a reset reaches.
type ResetKind uint8

const (
	PowerOn  ResetKind = iota // all state lost, battery-backed state kept
	BusReset                  // RESET DRV pulse; RAM kept
)

func (k ResetKind) String() string {
	if k == PowerOn {
		return "power-on"
	}
	return "bus reset"
}

// Device is what every chip implements. Snapshots (encoding.BinaryMarshaler and
// encoding.BinaryUnmarshaler) and Inspector are found by type assertion.
type Device interface {
	Name() string
	Reset(ResetKind)
}

// Inspector feeds the monitor's "info NAME" without side effects on the guest.
type Inspector interface{ Inspect() []Field }

// Field is one line of an Inspect report.
type Field struct {
	Name  string
	Value any
}
