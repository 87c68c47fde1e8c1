package fat

import "fmt"

// Where new directory entries go. All that belong to one name should become
// visible with one write, or a change that stops halfway leaves parts of a long
// name behind. That is so
//
//   - for deleted entries within one sector;
//   - behind the last entry: nobody looks beyond the first entry that is 0, so
//     sectors are written from the last one back to the one with that entry;
//   - in a new cluster: it is linked when it is whole.
//
// Only where nothing of this has room, in a fixed root directory that is almost
// full, entries that were deleted in several sectors are taken.

// named puts the name before a directory entry: the entries of the long name,
// where it has one, and the entry itself.
func (v *Volume) named(d *directory, name string, e []byte) []byte {
	short, flags, exact := shortName(name)
	taken := map[[11]byte]bool{}
	for i := range d.slots() {
		s := d.at(i)
		if s[0] == 0 {
			break
		}
		if s[0] != markDeleted && s[offAttr]&attrVolume == 0 {
			taken[[11]byte(s[:11])] = true
		}
	}
	exact = exact && !taken[short]
	if !exact {
		flags = 0
		base := short
		for n := 1; ; n++ {
			if short = withTail(base, n); !taken[short] {
				break
			}
		}
	}
	copy(e, short[:])
	e[offCase] = flags
	if exact {
		return e
	}
	return append(longSlots(name, short), e...)
}

// findSlots finds room for n entries in a row: from slot at on, filled up with
// deleted entries from slot pad on, after the directory has grown by some
// clusters.
func (v *Volume) findSlots(d *directory, n int) (at, pad, grow int, err error) {
	per := v.SectorSize / entrySize
	end, run, scattered := d.slots(), 0, -1
	for i := range d.slots() {
		if d.at(i)[0] == 0 {
			end = i
			break
		}
		if d.at(i)[0] != markDeleted {
			run = 0
			continue
		}
		if run++; run >= n {
			if from := i - n + 1; from/per == i/per {
				return from, from, 0, nil
			} else if scattered < 0 {
				scattered = from
			}
		}
	}
	at = end
	if n <= per && at%per+n > per {
		at = (at/per + 1) * per
	}
	if at+n > d.slots() && d.clusters == nil {
		at = end // do without the sector of its own
	}
	switch {
	case at+n <= d.slots():
		return at, end, 0, nil
	case d.clusters != nil && (at+n)*entrySize <= maxDir:
		return at, end, ((at+n-d.slots())*entrySize + v.clusterSize() - 1) / v.clusterSize(), nil
	case scattered >= 0:
		return scattered, scattered, 0, nil
	case d.clusters == nil:
		return 0, 0, 0, fmt.Errorf("%w: the root directory has %d entries at most", ErrFull, d.slots())
	}
	return 0, 0, 0, fmt.Errorf("%w: a directory has %d entries at most", ErrFull, maxDir/entrySize)
}

// insert adds an entry, e without its name, to a directory.
func (v *Volume) insert(d *directory, name string, e []byte) error {
	slots := v.named(d, name, e)
	n := len(slots) / entrySize
	at, pad, grow, err := v.findSlots(d, n)
	if err != nil {
		return err
	}
	old := d.slots()
	more, err := v.allocate(grow)
	if err != nil {
		return err
	}
	d.raw = append(d.raw, make([]byte, grow*v.clusterSize())...)
	appended := pad == old || d.at(pad)[0] == 0
	for i := pad; i < at; i++ {
		d.at(i)[0] = markDeleted
	}
	copy(d.raw[at*entrySize:], slots)
	to := at + n
	if appended && to < d.slots() && d.at(to)[0] != 0 {
		clear(d.raw[to*entrySize:]) // what was behind the end must not come back
		to++
	}
	if grow > 0 {
		if err := v.extend(d, more); err != nil {
			return err
		}
	}
	if appended {
		return v.writeSlots(d, pad, min(to, old))
	}
	per := v.SectorSize / entrySize
	last := max((to-1)/per*per, at) // of the sector with the entry itself, which makes the others count
	if err := v.writeSlots(d, at, last); err != nil {
		return err
	}
	return v.writeSlots(d, last, to)
}

// extend writes new clusters at the end of d.raw, then hangs them on.
func (v *Volume) extend(d *directory, more []uint32) error {
	each := v.clusterSize()
	for i, c := range more {
		if err := v.write(v.clusterAt(c), d.raw[(len(d.clusters)+i)*each:][:each]); err != nil {
			return err
		}
	}
	last := d.clusters[len(d.clusters)-1]
	d.clusters = append(d.clusters, more...)
	return v.setLinks(append(chained(more), link{last, more[0]}))
}

// writeSlots writes the sectors with the entries from slot from up to, not
// including, slot to, the last one first.
func (v *Volume) writeSlots(d *directory, from, to int) error {
	per := v.SectorSize / entrySize
	for s := (to - 1) / per; to > from && s >= from/per; s-- {
		off := int64(s * v.SectorSize)
		at := int64(v.rootStart())*int64(v.SectorSize) + off
		if d.clusters != nil {
			each := int64(v.clusterSize())
			at = v.clusterAt(d.clusters[off/each]) + off%each
		}
		// The fixed root may end within a sector.
		p := make([]byte, v.SectorSize)
		if n := copy(p, d.raw[off:]); n < len(p) {
			if err := v.read(at, p); err != nil {
				return err
			}
			copy(p, d.raw[off:])
		}
		if err := v.write(at, p); err != nil {
			return err
		}
	}
	return nil
}
