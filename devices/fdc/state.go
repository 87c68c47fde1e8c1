package fdc

import (
	"fmt"

	"beige/devices/bus"
)

const stateVersion = 1

// state is everything that a snapshot holds. The contents of the disks and the
// timers' deadlines are kept elsewhere.
type state struct {
	DOR, TDR, Rate, NoPre uint8
	INT, Pin              bool // before and after the gate of DOR

	Phase          uint8
	Cmd            [9]uint8
	Got            uint8 // bytes in Cmd
	Result         [10]uint8
	ResultPos      uint8
	ResultLen      uint8
	ResultINT      bool // INT stands for this result
	Specify        [2]uint8
	Config, Pretrk uint8
	Perpendicular  uint8
	Lock           bool
	PCN            [drives]uint8
	Seeking        uint8 // a bit a drive: seek not yet acknowledged
	Ended          uint8 // a bit a drive: seek to be acknowledged
	Polled         uint8 // a bit a drive: ready change to be acknowledged
	Drive          [drives]driveState

	Next       uint8 // what the exec timer waits for
	Blocked    bool  // waits for index pulses
	Head       uint8
	C, H, R, N uint8 // the sector wanted
	EOT        uint8 // of FORMAT TRACK: SC
	Index      uint8 // place of the sector on its track
	Passed     uint16
	ST         [3]uint8
	Fail       [2]uint8 // ST1 and ST2 of an error behind the data
	Stop       bool     // end after this sector
	TC, Late   bool
	Host       uint8  // who moves data
	Pos, End   uint16 // in Buffer
	Buffer     [maxSector]uint8
	Scanned    [maxSector]uint8 // SCAN: the disk's side
}

// valid reports whether a restored state keeps the invariants that the code
// relies on.
func (s *state) valid() bool {
	n, ok := length(s.Cmd[0])
	if s.Phase == phaseCommand && s.Got > 0 && (!ok || s.Got >= n) || s.Got > uint8(len(s.Cmd)) {
		return false
	}
	for _, d := range s.Drive {
		if d.Position > 83 {
			return false
		}
	}
	return s.Phase < phaseLast && s.Next < nextLast && s.Host < hostLast && s.Rate <= dsrRate && s.Head <= 1 &&
		s.ResultLen <= uint8(len(s.Result)) && (s.Phase != phaseResult || s.ResultPos < s.ResultLen) &&
		s.End <= maxSector && (s.Host == hostNone || s.Pos < s.End) &&
		(s.Seeking|s.Ended|s.Polled)>>drives == 0
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (f *FDC) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &f.state) }

// UnmarshalBinary restores a snapshot and drives INT to match it.
func (f *FDC) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(f.name, stateVersion, b, &s); err != nil {
		return err
	}
	if !s.valid() {
		return fmt.Errorf("%s: snapshot is inconsistent", f.name)
	}
	f.state = s
	f.irq(f.Pin)
	return nil
}

// Inspect reports the registers and drives for the monitor.
func (f *FDC) Inspect() []bus.Field {
	hex := func(v uint8) string { return fmt.Sprintf("%#02x", v) }
	out := []bus.Field{
		{Name: "dor", Value: hex(f.DOR)},
		{Name: "msr", Value: hex(f.readMSR())},
		{Name: "dir", Value: hex(f.readDIR())},
		{Name: "rate", Value: fmt.Sprintf("%d kbit/s", [4]int{500, 300, 250, 1000}[f.Rate])},
		{Name: "int", Value: f.Pin},
		{Name: "phase", Value: [phaseLast]string{"reset", "command", "execution", "result"}[f.Phase]},
		{Name: "command", Value: fmt.Sprintf("% 02x", f.Cmd[:f.Got])},
		{Name: "chrn", Value: fmt.Sprintf("%d/%d/%d/%d", f.C, f.H, f.R, f.N)},
		{Name: "st0-2", Value: fmt.Sprintf("% 02x", f.ST[:])},
		{Name: "specify", Value: fmt.Sprintf("% 02x", f.Specify[:])},
		{Name: "configure", Value: fmt.Sprintf("%02x %02x", f.Config, f.Pretrk)},
		{Name: "lock", Value: f.Lock},
	}
	for i, t := range f.types {
		if t == None {
			continue
		}
		n, s := fmt.Sprintf("drive%d.", i), &f.Drive[i]
		disk := "none"
		if m := f.media[i]; m != nil {
			disk = fmt.Sprintf("%d cylinders", m.Cylinders())
			if named, ok := m.(fmt.Stringer); ok {
				disk = named.String()
			}
		}
		out = append(out,
			bus.Field{Name: n + "type", Value: t.String()},
			bus.Field{Name: n + "disk", Value: disk},
			bus.Field{Name: n + "motor", Value: f.motor(i)},
			bus.Field{Name: n + "position", Value: int(s.Position)},
			bus.Field{Name: n + "pcn", Value: int(f.PCN[i])},
			bus.Field{Name: n + "changed", Value: s.Changed})
	}
	return out
}
