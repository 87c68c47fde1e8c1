package image

import "bytes"

// FormatTrack records a track anew, as the FORMAT TRACK command of a floppy
// controller does. ids holds four bytes (C, H, R, N) for each sector in the
// order in which they pass the head, fill is the byte in every data field.
//
// A raw file can hold only sectors of 512 bytes, numbered from 1 and named
// after their cylinder and head, in any order; other ids fail with ErrFormat and
// leave the track alone, as do more sectors than the density has room for. A
// throw-away view of an archive takes everything that fits on the track.
//
// A track recorded as the rest of the disk is just overwritten. Another number
// of sectors, or another density, on the first track makes the disk a new one:
// the file takes the smallest known format that has this track, and grows with
// the tracks that follow (180K, with the second side 360K, with cylinder 40
// 720K). So the file has a proper size after each track, and tracks of the old
// format drop out of it. A single-sided format over a double-sided one with the
// same number of sectors (180K on 360K) leaves the second side in the file,
// where it still is on the real disk. Another format on other tracks only stays
// in memory, until the first track follows or Close reports the loss.
func (f *Floppy) FormatTrack(cyl, head, density int, fm bool, ids []byte, fill uint8) error {
	if f.readOnly {
		return refuse(f.name, ErrProtected, "write-protected")
	}
	if f.at(cyl, head) == nil || !fits(density, fm, ids) {
		return refuse(f.name, ErrFormat, "no room for this format of cylinder %d, head %d", cyl, head)
	}
	t := track{density: density, fm: fm, sectors: make([]sector, len(ids)/4)}
	for i := range t.sectors {
		id := [4]uint8(ids[i*4:])
		t.sectors[i] = sector{id: id, data: bytes.Repeat([]byte{fill}, sectorBytes(id[3]))}
	}
	t.plain = t.isPlain(cyl, head)
	if f.archive != "" {
		f.tracks[cyl*maxHeads+head] = t
		f.format = f.survey()
		return nil
	}
	if !t.plain {
		return refuse(f.name, ErrFormat, "a raw image cannot hold this format of cylinder %d, head %d", cyl, head)
	}
	if f.inFile(cyl, head, &t) {
		if err := f.store(cyl, head, &t); err != nil {
			return err
		}
		f.tracks[cyl*maxHeads+head] = t
		return nil
	}
	old := f.tracks[cyl*maxHeads+head]
	f.tracks[cyl*maxHeads+head] = t
	if err := f.adopt(); err != nil {
		f.tracks[cyl*maxHeads+head] = old
		return err
	}
	f.tracks[cyl*maxHeads+head].loose = !f.inFile(cyl, head, &t)
	return nil
}

// fits reports whether sectors fit on a track with the smallest gaps that a
// controller reads. A turn has 6250 bytes at DD in MFM; a sector needs, beside
// its data, 62 bytes for marks, address and the gap within (33 in FM), and a
// gap of 16 (8) to the next (ECMA-100 and ECMA-66, track layout).
func fits(density int, fm bool, ids []byte) bool {
	turn, around := density*25, 78
	if fm {
		turn, around = turn/2, 41
	}
	if density != DD && density != HD && density != ED || len(ids) == 0 {
		return false
	}
	for ; len(ids) >= 4; ids = ids[4:] {
		turn -= sectorBytes(ids[3]) + around
		if turn < 0 || ids[3] > 7 {
			return false
		}
	}
	return true
}

// adopt chooses the layout of the file anew after a track changed its format.
// The first track decides; the smallest known format that covers all tracks
// like it wins.
func (f *Floppy) adopt() error {
	first := &f.tracks[0]
	cyls, heads := 1, 1
	for i := range f.tracks {
		if t := &f.tracks[i]; len(t.sectors) == len(first.sectors) && t.density == first.density {
			cyls, heads = max(cyls, i/maxHeads+1), max(heads, i%maxHeads+1)
		}
	}
	if f.format.Sectors == len(first.sectors) && f.format.Density == first.density && cyls <= f.format.Cylinders && heads <= f.format.Heads {
		return nil // an odd track on a disk of the old layout stays in memory
	}
	next := Format{}
	for _, c := range Formats() {
		if c.Sectors == len(first.sectors) && c.Density == first.density && c.Cylinders >= cyls && c.Heads >= heads {
			next = c
			break
		}
	}
	if next.Sectors == 0 {
		nominal := 80
		if f.format.Cylinders <= 43 { // the disk keeps its track pitch
			nominal = 40
		}
		g := Geometry{max(cyls, nominal), maxHeads, len(first.sectors)}
		next, _ = customFormat(g.Size(), g.Heads, g.Sectors)
		next.Density = first.density
	}
	last := f.format
	f.format = next
	if f.file == nil {
		return nil
	}
	if err := f.rewrite(); err != nil {
		f.format = last
		return err
	}
	return nil
}

// rewrite lays the whole file out anew. The size is right before and after, and
// a host that fails on the way gets the old file back.
func (f *Floppy) rewrite() error {
	size, old := f.format.Size(), make([]byte, f.file.size)
	if err := f.file.ReadAt(old, 0); err != nil {
		return err
	}
	err := f.file.Resize(max(size, int64(len(old))))
	if err == nil {
		err = f.file.replace(f.Bytes(), old, 0)
	}
	if err == nil {
		err = f.file.Resize(size)
	}
	if err != nil {
		_ = f.file.Resize(int64(len(old))) // as in replace
	}
	return err
}

// store writes one track to the file.
func (f *Floppy) store(cyl, head int, t *track) error {
	if f.file == nil {
		return nil
	}
	if err := f.file.Resize(max(f.file.size, f.format.Size())); err != nil {
		return err
	}
	old := make([]byte, len(t.sectors)*SectorSize) // a track of another layout is not in the file
	if was := f.at(cyl, head); f.inFile(cyl, head, was) {
		was.copyTo(old)
	}
	data := make([]byte, len(old))
	t.copyTo(data)
	return f.file.replace(data, old, f.offset(cyl, head))
}
