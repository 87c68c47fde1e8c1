package ata

import (
	"fmt"

	"beige/devices/bus"
)

const stateVersion = 2

// state is everything about the channel that a snapshot holds. The contents of
// the disks and the timers' deadlines are kept elsewhere.
type state struct {
	Control uint8 // Device Control, writable bits
	Select  uint8 // DEV: the drive that answers
	INTRQ   bool
	Drive   [2]driveState
}

// driveState is one drive. [2]: current and previous content of a register.
type driveState struct {
	Status, Error, Features, Device, Command uint8
	Count, LBALow, LBAMid, LBAHigh           [2]uint8

	Pending bool  // wants INTRQ
	Next    uint8 // what follows BSY
	Phase   uint8
	Pos     uint16 // next byte of the data phase
	End     uint16 // end of the block in Buffer

	LBA, Limit uint64
	Left       uint32 // sectors of the command that are still to move
	Block      uint8  // sectors a DRQ
	Ext, DMA   bool   // the command is a 48-bit one, moves by DMA
	Good       uint8  // sectors of the block in Buffer before a bad one
	Fault      uint8  // error bits of that one

	Heads, Sectors, Cylinders           uint16 // current translation
	Multiple                            uint8
	WriteCache, LookAhead, KeepSettings bool
	PIOMode, DMAMode, Power, Standby    uint8
	LastUse                             bus.Time

	Max, KeptMax uint64 // sectors shown, now and after a hardware reset; KeptMax 0: all
	HPA, KeptHPA uint8  // how they were set
	Native       uint8  // READ NATIVE MAX ADDRESS was the last command
	KeptThisTime bool   // a non-volatile maximum was set since the last hardware reset

	CD cdState // of a CD-ROM drive

	Buffer [maxMultiple * sectorSize]byte
}

// moving reports whether the drive waits for the bus master.
func (s *driveState) moving() bool { return s.Phase == phaseDMAIn || s.Phase == phaseDMAOut }

// valid reports whether a restored hard disk keeps the invariants that the code
// relies on. dma: the channel has a bus master.
func (s *driveState) valid(dma bool) bool {
	return s.Next < nextPacket && s.Phase < phaseLast && s.Power < powerLast &&
		int(s.End) <= len(s.Buffer) && s.Pos <= s.End && s.Pos&1 == 0 && s.End%sectorSize == 0 &&
		(s.Phase == phaseNone || s.Pos < s.End) &&
		(s.Next != nextRead || s.Left >= 1) && (s.Next != nextCommit || s.End >= sectorSize) &&
		(s.Block >= 1 || s.Left == 0 || s.Next != nextRead && s.Next != nextCommit && s.Phase == phaseNone) &&
		(s.Fault == 0 || s.Phase == phaseNone || int(s.Good)*sectorSize < int(s.End)) &&
		(s.Fault == 0 || s.Phase != phaseDMAIn || int(s.Pos) <= int(s.Good)*sectorSize) &&
		(s.Next != nextDMA || s.moving()) && (dma || !s.DMA && !s.moving()) &&
		s.HPA < hpaLast && s.KeptHPA < hpaLast && s.Native < hpaLast && s.Max >= 1 &&
		s.Heads >= 1 && s.Heads <= 16 && s.Sectors >= 1 && s.Sectors <= 255 && s.Cylinders >= 1 &&
		s.Multiple <= maxMultiple && s.Block <= maxMultiple && s.Left <= 65536 && s.LBA < 1<<49
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (c *Channel) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &c.state) }

// UnmarshalBinary restores a snapshot and drives INTRQ to match it. It fails,
// changing nothing, on a snapshot of a channel with other drives.
func (c *Channel) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(c.name, stateVersion, b, &s); err != nil {
		return err
	}
	if s.Select > 1 {
		return fmt.Errorf("%s: snapshot: drive %d selected", c.name, s.Select)
	}
	for i := range s.Drive {
		// An absent drive is all zero, a present disk has a translation.
		cd := c.drive[i].cfg.CDROM
		if has := s.Drive[i].Heads != 0; has != (c.present[i] && !cd) {
			return fmt.Errorf("%s: snapshot: hard disk %d present: %v; on this machine: %v", c.name, i, has, c.present[i] && !cd)
		}
		if has := s.Drive[i].CD.Present; has != cd {
			return fmt.Errorf("%s: snapshot: CD-ROM drive %d present: %v; on this machine: %v", c.name, i, has, cd)
		}
		if cd {
			if err := c.drive[i].validCD(&s.Drive[i]); err != nil {
				return fmt.Errorf("%s: snapshot: drive %d: %w", c.name, i, err)
			}
			continue
		}
		if c.present[i] {
			if !s.Drive[i].valid(c.dma != nil) {
				return fmt.Errorf("%s: snapshot: drive %d is inconsistent", c.name, i)
			}
			sectors := c.drive[i].cfg.Disk.Sectors()
			for _, n := range []*uint64{&s.Drive[i].Limit, &s.Drive[i].Max, &s.Drive[i].KeptMax} {
				*n = min(*n, sectors)
			}
		}
	}
	c.state = s
	c.irq(c.INTRQ)
	return nil
}

// mediumFields describes what the drive keeps its sectors on.
func (d *drive) mediumFields(n string) []bus.Field {
	if d.cfg.CDROM {
		return d.discFields(n)
	}
	return []bus.Field{
		{Name: n + "sectors", Value: d.cfg.Disk.Sectors()},
		{Name: n + "chs", Value: fmt.Sprintf("%d/%d/%d", d.Cylinders, d.Heads, d.Sectors)},
	}
}

// Inspect reports the registers for the monitor.
func (c *Channel) Inspect() []bus.Field {
	out := []bus.Field{
		{Name: "control", Value: fmt.Sprintf("%#02x", c.Control)},
		{Name: "selected", Value: int(c.Select)},
		{Name: "intrq", Value: c.INTRQ},
	}
	for i, d := range c.drive {
		n := fmt.Sprintf("drive%d.", i)
		if !c.present[i] {
			out = append(out, bus.Field{Name: n + "model", Value: "absent"})
			continue
		}
		out = append(out,
			bus.Field{Name: n + "model", Value: d.cfg.Model},
		)
		out = append(out, d.mediumFields(n)...)
		out = append(out,
			bus.Field{Name: n + "status", Value: fmt.Sprintf("%#02x", d.Status)},
			bus.Field{Name: n + "error", Value: fmt.Sprintf("%#02x", d.Error)},
			bus.Field{Name: n + "command", Value: fmt.Sprintf("%#02x", d.Command)},
			bus.Field{Name: n + "count", Value: fmt.Sprintf("%#02x", d.Count[0])},
			bus.Field{Name: n + "lba", Value: fmt.Sprintf("%#02x %#02x %#02x", d.LBAHigh[0], d.LBAMid[0], d.LBALow[0])},
			bus.Field{Name: n + "device", Value: fmt.Sprintf("%#02x", d.Device)},
			bus.Field{Name: n + "next-lba", Value: d.LBA},
			bus.Field{Name: n + "left", Value: d.Left},
			bus.Field{Name: n + "max", Value: d.Max},
		)
	}
	return out
}
