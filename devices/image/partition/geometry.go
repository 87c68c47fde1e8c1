package partition

import "fmt"

// maxCylinder is the last one that CHS reaches.
const maxCylinder = 1023

// Geometry is how the BIOS counts the sectors of a disk.
type Geometry struct{ Heads, SectorsPerTrack int }

// lba is the sector that c names.
func (g Geometry) lba(c CHS) uint64 {
	return (uint64(c.Cylinder)*uint64(g.Heads)+uint64(c.Head))*uint64(g.SectorsPerTrack) + uint64(c.Sector) - 1
}

// chs is the address of a sector, as far as it has one: what is beyond cylinder
// 1023 gets the last address that there is.
func (g Geometry) chs(lba uint64) CHS {
	track := lba / uint64(g.SectorsPerTrack)
	if cyl := track / uint64(g.Heads); cyl <= maxCylinder {
		return CHS{int(cyl), int(track % uint64(g.Heads)), int(lba%uint64(g.SectorsPerTrack)) + 1}
	}
	return CHS{maxCylinder, g.Heads - 1, g.SectorsPerTrack}
}

// agrees reports whether an address is that of a sector, or says in the ways in
// use that it does not reach so far.
func (g Geometry) agrees(c CHS, lba uint64) bool {
	if c.Sector != 0 && c.Sector <= g.SectorsPerTrack && c.Head < g.Heads && g.lba(c) == lba {
		return true
	}
	return c.Cylinder >= maxCylinder-1 && lba/uint64(g.Heads*g.SectorsPerTrack) >= maxCylinder
}

func (g Geometry) fits(e Entry) bool {
	return e.Sectors == 0 || g.agrees(e.First, e.Start) && g.agrees(e.Last, e.Start+e.Sectors-1)
}

// findGeometry looks for the heads and sectors in which the most entries agree
// with themselves: those that an entry ends with, as partitions end with a
// cylinder, and the usual ones. Then it tells which entries do not.
func (t *Table) findGeometry() {
	var tries []Geometry
	for _, e := range t.Entries {
		if e.Type != typeGPT && e.Last.Sector != 0 {
			tries = append(tries, Geometry{e.Last.Head + 1, e.Last.Sector})
		}
	}
	for _, heads := range []int{16, 255, 32, 64, 128, 240, 15, 8, 4} {
		tries = append(tries, Geometry{heads, 63}, Geometry{heads, 32}, Geometry{heads, 17})
	}
	best, most := Geometry{}, 0
	for _, g := range tries {
		n := 0
		for _, e := range t.Entries {
			if e.Sectors != 0 && g.fits(e) && g.agrees(e.First, e.Start) && e.First.Cylinder < maxCylinder-1 {
				n++
			}
		}
		if n > most {
			best, most = g, n
		}
	}
	if most == 0 {
		return
	}
	t.Heads, t.SectorsPerTrack = best.Heads, best.SectorsPerTrack
	for i := range t.Entries {
		if e := &t.Entries[i]; e.Type != typeGPT && !best.fits(*e) {
			last := e.Start + e.Sectors - 1
			e.Mismatch = fmt.Sprintf("its CHS addresses %v to %v are not sectors %d to %d (%v to %v with %d heads and %d sectors)",
				e.First, e.Last, e.Start, last, best.chs(e.Start), best.chs(last), best.Heads, best.SectorsPerTrack)
		}
	}
}
