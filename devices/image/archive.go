package image

import (
	"bytes"
	"fmt"
)

// The archive formats keep a floppy as a controller sees it: sectors with their
// address fields, sizes, marks and errors. They are read whole and never
// written.
const (
	imageDisk = "ImageDisk"
	teledisk  = "Teledisk"
)

// Bounds for archives: of a file, in bytes, and of the data fields of a track,
// which may overlap on a real one.
const (
	maxArchive    = 16 << 20
	maxTrackBytes = 256 << 10
)

// archiveOf names the archive format of a file that begins with head; "" where
// it is none.
func archiveOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("IMD ")):
		return imageDisk
	case isTeledisk(head):
		return teledisk
	}
	return ""
}

// loadArchive reads the archive in f, and the volumes that follow it.
func loadArchive(f *file) (*Floppy, error) {
	if f.size > maxArchive {
		return nil, refuse(f.path, ErrSize, "%d bytes is too large for an archived floppy (at most %d)", f.size, maxArchive)
	}
	data := make([]byte, f.size)
	if err := f.ReadAt(data, 0); err != nil {
		return nil, err
	}
	if archiveOf(data) == teledisk {
		var err error
		if data, err = telediskVolumes(f.path, data); err != nil {
			return nil, err
		}
	}
	return readArchive(f.path, data)
}

// readArchive makes a floppy of an archive in memory.
func readArchive(name string, data []byte) (*Floppy, error) {
	f := &Floppy{name: name, archive: archiveOf(data)}
	var err error
	if f.archive == teledisk {
		err = readTeledisk(f, data)
	} else {
		err = readImageDisk(f, data)
	}
	if err != nil {
		return nil, err
	}
	for i := range f.tracks {
		t := &f.tracks[i]
		t.plain = t.isPlain(i/maxHeads, i%maxHeads)
	}
	f.format = f.survey()
	if f.format.Cylinders == 0 {
		return nil, refuse(name, ErrEmpty, "this %s file holds no tracks; want a floppy image", f.archive)
	}
	return f, nil
}

// setTrack records a track of an archive.
func (f *Floppy) setTrack(cyl, head int, t track) error {
	to := f.at(cyl, head)
	switch {
	case to == nil:
		return f.damaged("cylinder %d, head %d is beyond every drive (%d cylinders, %d heads)", cyl, head, maxCylinders, maxHeads)
	case len(to.sectors) > 0:
		return f.damaged("cylinder %d, head %d is there twice", cyl, head)
	}
	*to = t
	return nil
}

// damaged is the error for an archive that contradicts its format.
func (f *Floppy) damaged(format string, a ...any) error {
	return refuse(f.name, ErrDamaged, "damaged %s file: %s; get the file again", f.archive, fmt.Sprintf(format, a...))
}

// cut is the error for an archive that ends too early.
func (f *Floppy) cut(cyl, head int) error {
	return refuse(f.name, ErrTruncated, "truncated: the %s file ends within cylinder %d, head %d; get the whole file", f.archive, cyl, head)
}

// survey is the format that most tracks of an archive have, with as many
// cylinders and heads as there are. Cylinders is 0 where there is no track.
func (f *Floppy) survey() Format {
	type kind struct{ sectors, density int }
	var g Geometry
	var most kind
	count := map[kind]int{}
	for i := range f.tracks {
		t := &f.tracks[i]
		if len(t.sectors) == 0 {
			continue
		}
		g.Cylinders, g.Heads = i/maxHeads+1, max(g.Heads, i%maxHeads+1)
		k := kind{len(t.sectors), t.density}
		if count[k]++; count[k] > count[most] {
			most = k
		}
	}
	g.Sectors = most.sectors
	for _, known := range Formats() {
		if known.Geometry == g && known.Density == most.density {
			return known
		}
	}
	return Format{Name: fmt.Sprintf("%d/%d/%d", g.Cylinders, g.Heads, g.Sectors), Geometry: g, Density: most.density, Drive: f.drive(g.Cylinders, most.density)}
}

// drive is the drive for an archive: a track of a 5.25" disk of high density
// has 10416 bytes (500 kbit/s, 360 turns a minute), one of a 3.5" disk 12500.
func (f *Floppy) drive(cylinders, density int) int {
	switch {
	case density == ED:
		return Drive2880K
	case density == HD:
		for i := range f.tracks {
			if f.tracks[i].bytes() > 8500 {
				return Drive1440K
			}
		}
		return Drive1200K
	case cylinders <= 43:
		return Drive360K
	}
	return Drive720K
}

// bytes is how many bytes the data fields of a track have.
func (t *track) bytes() int {
	n := 0
	for i := range t.sectors {
		n += sectorBytes(t.sectors[i].id[3])
	}
	return n
}
