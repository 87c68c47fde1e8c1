package image

import "fmt"

// Bytes returns a copy of the disk as a raw image in its present format; tracks
// of another format are missing in it (zero).
func (f *Floppy) Bytes() []byte {
	out := make([]byte, f.format.Size())
	for c := range f.format.Cylinders {
		for h := range f.format.Heads {
			if t := f.at(c, h); f.inFile(c, h, t) {
				t.copyTo(out[f.offset(c, h):])
			}
		}
	}
	return out
}

// Raw returns the disk as a raw image, and what of it a raw image cannot tell,
// a line each: sectors with errors, deleted marks, sectors and tracks that are
// missing (zero in the image). A disk that is no grid of 512-byte sectors gives
// an error of kind ErrFormat instead.
func (f *Floppy) Raw() (data []byte, notes []string, err error) {
	data = make([]byte, f.format.Size())
	var bad, deleted, missing tally
	for c := range maxCylinders {
		for h := range maxHeads {
			t := f.at(c, h)
			if len(t.sectors) == 0 {
				if c < f.format.Cylinders && h < f.format.Heads {
					missing.add(f.format.Sectors, c, h, 1)
				}
				continue
			}
			if why := f.misfit(c, h, t); why != "" {
				return nil, nil, refuse(f.name, ErrFormat, "cylinder %d, head %d %s; a raw image of this disk would have to hold %d sectors of 512 bytes on each track", c, h, why, f.format.Sectors)
			}
			have := make([]bool, f.format.Sectors+1)
			for _, s := range t.sectors {
				have[s.id[2]] = s.data != nil
				copy(data[f.offset(c, h)+int64(s.id[2]-1)*SectorSize:], s.data)
				if s.flags&FlagDataError != 0 {
					bad.add(1, c, h, int(s.id[2]))
				}
				if s.flags&FlagDeleted != 0 {
					deleted.add(1, c, h, int(s.id[2]))
				}
			}
			for r := 1; r <= f.format.Sectors; r++ {
				if !have[r] {
					missing.add(1, c, h, r)
				}
			}
		}
	}
	for _, k := range []struct {
		tally
		what string
	}{{bad, "could be read with errors only"}, {deleted, "had a deleted data mark, which is lost"}, {missing, "missing, zero now"}} {
		if k.n > 0 {
			notes = append(notes, fmt.Sprintf("%s %s (the first: cylinder %d, head %d, sector %d)", counted(k.n, "sector"), k.what, k.cyl, k.head, k.sector))
		}
	}
	return data, notes, nil
}

// tally counts sectors and remembers the first.
type tally struct{ n, cyl, head, sector int }

func (t *tally) add(n, cyl, head, sector int) {
	if t.n == 0 {
		t.cyl, t.head, t.sector = cyl, head, sector
	}
	t.n += n
}

// misfit says why a track has no place in a raw image of f.format; "" where it
// has one. Sectors may be missing.
func (f *Floppy) misfit(cyl, head int, t *track) string {
	if t.fm {
		return "is recorded in FM (single density)"
	}
	seen := make([]bool, f.format.Sectors+1)
	for _, s := range t.sectors {
		switch {
		case s.id[3] != 2:
			return fmt.Sprintf("has sectors of %d bytes", sectorBytes(s.id[3]))
		case int(s.id[0]) != cyl || int(s.id[1]) != head:
			return fmt.Sprintf("has sectors that are named after cylinder %d, head %d", s.id[0], s.id[1])
		case s.id[2] == 0 || int(s.id[2]) > f.format.Sectors:
			return fmt.Sprintf("has a sector %d", s.id[2])
		case seen[s.id[2]]:
			return fmt.Sprintf("has two sectors %d", s.id[2])
		}
		seen[s.id[2]] = true
	}
	return ""
}

// copyTo writes the data of a plain track in the order of its sector numbers.
func (t *track) copyTo(p []byte) {
	for i := range t.sectors {
		copy(p[int(t.sectors[i].id[2]-1)*SectorSize:], t.sectors[i].data)
	}
}

// inFile reports whether the raw file has room for this track as it is
// recorded.
func (f *Floppy) inFile(cyl, head int, t *track) bool {
	return t.plain && cyl < f.format.Cylinders && head < f.format.Heads && len(t.sectors) == f.format.Sectors && t.density == f.format.Density
}

func (f *Floppy) offset(cyl, head int) int64 {
	return int64((cyl*f.format.Heads+head)*f.format.Sectors) * SectorSize
}

// odd reports the tracks that are not in the file, to the person as well.
func (f *Floppy) odd() error {
	var lost tally
	for i := range f.tracks {
		if t := &f.tracks[i]; t.loose && !f.inFile(i/maxHeads, i%maxHeads, t) {
			lost.add(1, i/maxHeads, i%maxHeads, len(t.sectors))
		}
	}
	if lost.n == 0 {
		return nil
	}
	err := refuse(f.name, ErrFormat, "%s formatted unlike the rest of the disk (the first: cylinder %d, head %d, with %s); a raw image of a %s floppy cannot hold that, and it is lost",
		counted(lost.n, "track"), lost.cyl, lost.head, counted(lost.sector, "sector"), f.format.Name)
	if f.file.report != nil {
		f.file.report(err)
	}
	return err
}
