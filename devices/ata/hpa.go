package ata

// Host Protected Area (ATA-6 6.11, 8.34, 8.35, 8.47, 8.48): the host may make a
// drive show fewer sectors than it has. What READ NATIVE MAX ADDRESS reports
// stays; IDENTIFY and the limit of all addresses follow SET MAX ADDRESS, to the
// next hardware reset with bit 0 of Count clear, for good with it set.

// How a maximum below the native one was set: the other command of the two is
// aborted as long as it is in force.
const (
	hpaNone uint8 = iota
	hpaSet        // SET MAX ADDRESS
	hpaSetExt
	hpaLast
)

// countNonVolatile is bit 0 of Count in SET MAX ADDRESS.
const countNonVolatile uint8 = 1 << 0

// resetMax is what a hardware reset does to the maximum.
func (d *drive) resetMax() {
	d.Max, d.HPA, d.KeptThisTime = d.KeptMax, d.KeptHPA, false
	if d.Max == 0 {
		d.Max = d.cfg.Disk.Sectors()
	}
}

// nativeMax is READ NATIVE MAX ADDRESS: the last sector, in the addressing that
// Device selects.
func (d *drive) nativeMax(ext bool) {
	last := d.cfg.Disk.Sectors() - 1
	switch {
	case ext && d.Device&deviceLBA == 0:
		d.fail(errorABRT)
		return
	case ext:
	case d.Device&deviceLBA != 0:
		last = min(last, maxLBA28-1)
	default:
		last = min(last, d.nativeCylinders()*uint64(d.Heads)*uint64(d.Sectors)-1)
	}
	count := d.Count
	d.Ext = ext
	d.setAddress(last)
	d.Count = count
	d.Native = hpaSet
	if ext {
		d.Native = hpaSetExt
	}
	d.done()
}

// nativeCylinders is how many cylinders of the current heads and sectors the
// drive has without a protected area.
func (d *drive) nativeCylinders() uint64 {
	return cylinders(d.cfg.Disk.Sectors(), d.Heads, d.Sectors)
}

// setMax is SET MAX ADDRESS. It wants READ NATIVE MAX ADDRESS to be the command
// before it; without that the code stands for the password commands of a feature
// set that this drive does not have.
func (d *drive) setMax(ext bool, before uint8) {
	kind := hpaSet
	if ext {
		kind = hpaSetExt
	}
	var last uint64
	switch {
	case before != kind, d.HPA != hpaNone && d.HPA != kind, ext && d.Device&deviceLBA == 0:
		d.fail(errorABRT)
		return
	case ext:
		last = d.lba24(0) | d.lba24(1)<<24
	case d.Device&deviceLBA != 0:
		last = d.lba24(0) | uint64(d.Device&deviceHead)<<24
		// The 28-bit native maximum of a larger drive stands for all of it.
		if n := d.cfg.Disk.Sectors(); n > maxLBA28 && last == maxLBA28-1 {
			last = n - 1
		}
	default: // by whole cylinders: head and sector do not count
		last = (uint64(d.LBAMid[0]) | uint64(d.LBAHigh[0])<<8) + 1
		native := d.nativeCylinders()
		if last == native {
			last = d.cfg.Disk.Sectors() // all of it
		} else {
			last *= uint64(d.Heads) * uint64(d.Sectors)
		}
		last--
	}
	keep := d.Count[0]&countNonVolatile != 0
	switch native := d.cfg.Disk.Sectors(); {
	case last >= native:
		d.fail(errorABRT)
		return
	case keep && d.KeptThisTime:
		d.fail(errorIDNF)
		return
	case last == native-1:
		kind = hpaNone
	}
	d.Max, d.HPA = last+1, kind
	if keep {
		d.KeptMax, d.KeptHPA, d.KeptThisTime = d.Max, d.HPA, true
	}
	d.Cylinders = uint16(cylinders(d.Max, d.Heads, d.Sectors))
	d.done()
}

// cylinders is how many cylinders of the given shape show of a number of
// sectors: at least one, even of a drive smaller than that.
func cylinders(sectors uint64, heads, perTrack uint16) uint64 {
	return min(max(min(sectors, maxCHS)/(uint64(heads)*uint64(perTrack)), 1), 65535)
}
