package machine

// Front is what the front of the case shows: the lights of the drives.
type Front struct {
	Floppy [2]bool   // lit
	Disk   [4]uint64 // blocks that hard disks and CD-ROM drives have moved, by their places; lit while it grows
	CDROM  [4]uint64 // the same by the number of the CD-ROM drive
}

// Front returns what the front of the case shows. Caller is the machine goroutine.
func (m *Machine) Front() Front {
	var f Front
	for i := range f.Floppy {
		f.Floppy[i] = m.fdc.Light(i)
	}
	cds := 0
	for i := range f.Disk {
		if m.ata[i/2] == nil {
			continue
		}
		n := m.ata[i/2].Transfers(i % 2)
		f.Disk[i] = n
		if m.cfg.CDROMs[i] != nil {
			f.Disk[i], f.CDROM[cds] = 0, n
			cds++
		}
	}
	return f
}
