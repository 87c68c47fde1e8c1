// Package debugport holds the ports that firmware and test programs talk to
// their developers with: the POST code port, the debug console and the
// debug-exit port.
//
// Sources: IBM PC AT Technical Reference, BIOS listing (port 80h receives the
// number of each POST step; the latch behind it reads back); the convention of
// other PC emulators for port E9h (a read gives E9h where a console is there).
//
// Not modelled: nothing is left out.
package debugport

import (
	"fmt"

	"beige/devices/bus"
)

const stateVersion = 1

// history is how many POST codes are kept.
const history = 16

// postState is everything a snapshot of a POST holds.
type postState struct {
	Code  [history]uint8 // ring
	Count uint64         // codes written since power-on; the next goes to Code[Count%history]
}

// POST is the POST code port: a latch, of which the last codes are kept.
type POST struct {
	postState
	name string
	sink func(code uint8) // may be nil
}

// NewPOST returns the port in its power-on state. sink, which may be nil, is
// told of every code.
func NewPOST(name string, sink func(code uint8)) *POST {
	d := &POST{name: name, sink: sink}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *POST) Name() string { return d.name }

// Reset forgets the codes at power-on; a bus reset leaves the latch alone.
func (d *POST) Reset(kind bus.ResetKind) {
	if kind == bus.PowerOn {
		d.postState = postState{}
	}
}

// In reads the last code back, 0 before the first.
func (d *POST) In(uint16) uint8 { return d.Code[(d.Count+history-1)%history] }

// Out takes a code.
func (d *POST) Out(_ uint16, v uint8) {
	d.Code[d.Count%history] = v
	d.Count++
	if d.sink != nil {
		d.sink(v)
	}
}

// Codes returns the last codes (at most 16), oldest first.
func (d *POST) Codes() []uint8 {
	n := min(d.Count, history)
	codes := make([]uint8, n)
	for i := range codes {
		codes[i] = d.Code[(d.Count-n+uint64(i))%history]
	}
	return codes
}

// Inspect reports the codes for the monitor.
func (d *POST) Inspect() []bus.Field {
	return []bus.Field{{Name: "count", Value: d.Count}, {Name: "codes", Value: fmt.Sprintf("% x", d.Codes())}}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *POST) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.postState) }

// UnmarshalBinary restores a snapshot; the sink hears nothing.
func (d *POST) UnmarshalBinary(b []byte) error {
	return bus.UnmarshalState(d.name, stateVersion, b, &d.postState)
}

// consoleID is what a read of the console gives: its own address on most boards.
const consoleID = 0xe9

// countState is everything a snapshot of a Console or an Exit holds.
type countState struct {
	Count uint64 // bytes written since power-on
	Last  uint8
}

// Console is the debug console: every byte written goes to a sink.
type Console struct {
	countState
	name string
	sink func(b uint8)
}

// NewConsole returns a console that hands every byte to sink.
func NewConsole(name string, sink func(b uint8)) *Console {
	return &Console{name: name, sink: sink}
}

// Name implements bus.Device.
func (d *Console) Name() string { return d.name }

// Reset forgets the count at power-on.
func (d *Console) Reset(kind bus.ResetKind) { d.reset(kind) }

// In identifies the console.
func (d *Console) In(uint16) uint8 { return consoleID }

// Out sends a byte to the sink.
func (d *Console) Out(_ uint16, v uint8) {
	d.add(v)
	d.sink(v)
}

// Inspect reports the traffic for the monitor.
func (d *Console) Inspect() []bus.Field { return d.inspect() }

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *Console) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(stateVersion, &d.countState)
}

// UnmarshalBinary restores a snapshot; the sink hears nothing.
func (d *Console) UnmarshalBinary(b []byte) error {
	return bus.UnmarshalState(d.name, stateVersion, b, &d.countState)
}

// Exit is the debug-exit port: writing a status ends the run.
type Exit struct {
	countState
	name string
	exit func(status uint8)
}

// NewExit returns a port that hands every status written to exit.
func NewExit(name string, exit func(status uint8)) *Exit {
	return &Exit{name: name, exit: exit}
}

// Name implements bus.Device.
func (d *Exit) Name() string { return d.name }

// Reset forgets the count at power-on.
func (d *Exit) Reset(kind bus.ResetKind) { d.reset(kind) }

// In reads the last status back, 0 before the first: unlike an empty port,
// which floats high.
func (d *Exit) In(uint16) uint8 { return d.Last }

// Out reports a status.
func (d *Exit) Out(_ uint16, v uint8) {
	d.add(v)
	d.exit(v)
}

// Inspect reports the last status for the monitor.
func (d *Exit) Inspect() []bus.Field { return d.inspect() }

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *Exit) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.countState) }

// UnmarshalBinary restores a snapshot; nothing is reported.
func (d *Exit) UnmarshalBinary(b []byte) error {
	return bus.UnmarshalState(d.name, stateVersion, b, &d.countState)
}

func (s *countState) reset(kind bus.ResetKind) {
	if kind == bus.PowerOn {
		*s = countState{}
	}
}

func (s *countState) add(v uint8) { s.Count, s.Last = s.Count+1, v }

func (s *countState) inspect() []bus.Field {
	return []bus.Field{{Name: "count", Value: s.Count}, {Name: "last", Value: fmt.Sprintf("%#02x", s.Last)}}
}
