package image

import "bytes"

// FormatTrack records a track anew, as the FORMAT TRACK command of a floppy
// controller does. ids holds four bytes (C, H, R, N) for each sector in the
// order in which they pass the head, fill is the byte in every data field.
//
// A raw file can hold only sectors of 512 bytes, numbered from 1 and named
// after their cylinder and head; other ids fail with ErrFormat and leave the
// track alone, as do more sectors than the density has room for.
//
// A track recorded as the rest of the disk is just overwritten. Another number
// of sectors, or another density, on the first track makes the disk a new one:
// the file takes the smallest known format that has this track, and grows with
// the tracks that follow (180K, with the second side 360K, with cylinder 40
// 720K). So the file has a proper size after each track, and tracks of the old
// format drop out of it. A single-sided format over a double-sided one with the
// same number of sectors (180K on 360K) leaves the second side in the file,
// where it still is on the real disk.
func (f *Floppy) FormatTrack(cyl, head, density int, fm bool, ids []byte, fill uint8) error {
	if f.readOnly {
		return refuse(f.name, ErrProtected, "write-protected")
	}
	n := len(ids) / 4
	if f.at(cyl, head) == nil || !plainTrack(cyl, head, fm, ids) || n > trackRoom(density) {
		return refuse(f.name, ErrFormat, "a raw image cannot hold this format of cylinder %d, head %d", cyl, head)
	}
	t := track{n, density, bytes.Repeat([]byte{fill}, n*SectorSize), 0}
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
	return nil
}

// plainTrack reports whether a raw image can hold these sectors.
func plainTrack(cyl, head int, fm bool, ids []byte) bool {
	n := len(ids) / 4
	if fm || n == 0 || n > maxTrack {
		return false
	}
	var seen uint64
	for i := range n {
		id := ids[i*4:][:4]
		if int(id[0]) != cyl || int(id[1]) != head || id[3] != 2 || id[2] == 0 || int(id[2]) > n {
			return false
		}
		seen |= 1 << id[2]
	}
	return seen == 1<<(n+1)-2 // 1 to n, each once
}

// trackRoom is how many sectors of 512 bytes fit on a track with the smallest
// gaps that a controller reads: 6250 bytes a turn at DD, 590 a sector.
func trackRoom(density int) int {
	switch density {
	case DD:
		return 10
	case HD:
		return 21
	case ED:
		return 42
	}
	return 0
}

// adopt chooses the layout of the file anew after a track changed its format.
// The first track decides; the smallest known format that covers all tracks
// like it wins.
func (f *Floppy) adopt() error {
	first := &f.tracks[0]
	cyls, heads := 1, 1
	for i := range f.tracks {
		if t := &f.tracks[i]; t.sectors == first.sectors && t.density == first.density {
			cyls, heads = max(cyls, i/maxHeads+1), max(heads, i%maxHeads+1)
		}
	}
	if f.format.Sectors == first.sectors && f.format.Density == first.density && cyls <= f.format.Cylinders && heads <= f.format.Heads {
		return nil // an odd track on a disk of the old layout stays in memory
	}
	next := Format{}
	for _, c := range Formats() {
		if c.Sectors == first.sectors && c.Density == first.density && c.Cylinders >= cyls && c.Heads >= heads {
			next = c
			break
		}
	}
	if next.Sectors == 0 {
		nominal := 80
		if f.format.Cylinders <= 43 { // the disk keeps its track pitch
			nominal = 40
		}
		g := Geometry{max(cyls, nominal), maxHeads, first.sectors}
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
	old := make([]byte, len(t.data)) // a track of another layout is not in the file
	if was := f.at(cyl, head); f.inFile(cyl, head, was) {
		copy(old, was.data)
	}
	return f.file.replace(t.data, old, f.offset(cyl, head))
}
