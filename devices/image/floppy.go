package image

import (
	"fmt"
)

// Floppy is a floppy disk: what passes under the heads of a drive, track by
// track, with a raw image file behind it that follows every write. The whole
// disk is in memory (2.88 MB at most), so reading cannot fail.
//
// The file holds the sectors of one geometry in order. A guest that formats
// the disk another way changes that geometry, and with it the size of the file:
// see FormatTrack.
//
// The caller is the machine goroutine.
type Floppy struct {
	name     string
	file     *file // nil: writes stay in memory
	readOnly bool
	format   Format // how the file is laid out
	tracks   [maxCylinders * maxHeads]track
}

// track is one side of one cylinder. No sectors: never formatted.
type track struct {
	sectors int
	density int
	data    []byte // sectors * SectorSize bytes
	deleted uint64 // bit i: sector i has a deleted data mark
}

// Flags of a sector, as ReadSector returns them.
const (
	FlagDeleted   uint8 = 1 << iota // deleted data address mark
	FlagDataError                   // CRC error in the data field
	FlagIDError                     // CRC error in the address field
	FlagNoData                      // no data address mark
)

// OpenFloppy opens a raw floppy image. A file that may not be written gives a
// write-protected floppy.
func OpenFloppy(path string, o Options) (*Floppy, error) {
	write := !o.ReadOnly && !o.Snapshot
	f, err := openFile(path, write, o.Report)
	protected := o.ReadOnly
	if write && isKind(err, ErrReadOnly) {
		f, err = openFile(path, false, o.Report)
		protected = true
	}
	if err != nil {
		return nil, err
	}
	fl, err := loadFloppy(f)
	if err != nil {
		f.f.Close()
		return nil, err
	}
	fl.readOnly = protected
	if !f.writable {
		f.f.Close()
		fl.file = nil
	}
	return fl, nil
}

func loadFloppy(f *file) (*Floppy, error) {
	head := make([]byte, min(f.size, SectorSize))
	if err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	format, padded, err := detectFloppy(f.path, f.size, head)
	if err != nil {
		return nil, err
	}
	data := make([]byte, format.Size())
	if err := f.ReadAt(data[:min(f.size, format.Size())], 0); err != nil {
		return nil, err
	}
	if !padded && f.size != format.Size() {
		return nil, refuse(f.path, ErrSize, "%d bytes is no floppy size", f.size)
	}
	fl := &Floppy{name: f.path, file: f, format: format}
	fl.lay(data)
	return fl, nil
}

// NewFloppy returns a floppy in memory that holds a copy of data, an image of a
// known format or the beginning of one.
func NewFloppy(name string, data []byte) (*Floppy, error) {
	format, _, err := detectFloppy(name, int64(len(data)), data)
	if err != nil {
		return nil, err
	}
	all := make([]byte, format.Size())
	copy(all, data)
	f := &Floppy{name: name, format: format}
	f.lay(all)
	return f, nil
}

// BlankFloppy returns a formatted floppy in memory with every byte zero.
func BlankFloppy(name string, format Format) *Floppy {
	f := &Floppy{name: name, format: format}
	f.lay(make([]byte, format.Size()))
	return f
}

// lay cuts data, a whole raw image in f.format, into tracks.
func (f *Floppy) lay(data []byte) {
	n := f.format.Sectors * SectorSize
	for c := range f.format.Cylinders {
		for h := range f.format.Heads {
			f.tracks[c*maxHeads+h] = track{f.format.Sectors, f.format.Density, data[:n:n], 0}
			data = data[n:]
		}
	}
}

// Name is the file name of the image, or what a floppy in memory was called.
func (f *Floppy) Name() string { return f.name }

// Format is how the file is laid out now.
func (f *Floppy) Format() Format { return f.format }

// SetReadOnly moves the write-protect tab.
func (f *Floppy) SetReadOnly(on bool) { f.readOnly = on }

// ReadOnly reports the write-protect tab.
func (f *Floppy) ReadOnly() bool { return f.readOnly }

// Cylinders tells the track pitch of the medium: about 40 or about 80.
func (f *Floppy) Cylinders() int { return f.format.Cylinders }

// Track reports how one side of a cylinder is recorded: how many sectors, and
// the density in kbit/s (DD, HD, ED). A track without format has no sectors. fm
// is false for every raw image.
func (f *Floppy) Track(cyl, head int) (sectors, density int, fm bool) {
	if t := f.at(cyl, head); t != nil {
		return t.sectors, t.density, false
	}
	return 0, 0, false
}

// ID returns the address field of the i-th sector after the index hole.
func (f *Floppy) ID(cyl, head, i int) (c, h, r, n uint8) {
	return uint8(cyl), uint8(head), uint8(i + 1), 2
}

// ReadSector copies the i-th sector of a track into p (SectorSize bytes).
func (f *Floppy) ReadSector(cyl, head, i int, p []byte) (flags uint8, err error) {
	t := f.at(cyl, head)
	if t == nil || i < 0 || i >= t.sectors {
		return FlagNoData, nil
	}
	copy(p, t.data[i*SectorSize:][:SectorSize])
	if t.deleted>>i&1 != 0 {
		flags = FlagDeleted
	}
	return flags, nil
}

// WriteSector writes p (SectorSize bytes) to the i-th sector of a track; when it
// returns the file has it. On an error of the host the disk keeps the old sector,
// and a host that has failed to store what was written before gets no more. The deleted mark is not part
// of a raw file and is forgotten with the Floppy.
func (f *Floppy) WriteSector(cyl, head, i int, p []byte, deleted bool) error {
	if f.readOnly {
		return refuse(f.name, ErrProtected, "write-protected")
	}
	t := f.at(cyl, head)
	if t == nil || i < 0 || i >= t.sectors || len(p) != SectorSize {
		return refuse(f.name, ErrRange, "no sector %d on cylinder %d, head %d", i+1, cyl, head)
	}
	if f.file != nil && f.file.lost != nil {
		return f.file.lost
	}
	if f.file != nil && f.inFile(cyl, head, t) {
		if err := f.file.Resize(max(f.file.size, f.format.Size())); err != nil {
			return err
		}
		if err := f.file.replace(p, t.data[i*SectorSize:][:SectorSize], f.offset(cyl, head)+int64(i)*SectorSize); err != nil {
			return err
		}
	}
	copy(t.data[i*SectorSize:], p)
	t.deleted &^= 1 << i
	if deleted {
		t.deleted |= 1 << i
	}
	return nil
}

// Sync returns when the host has stored what was written so far. Once it has
// failed it fails for ever, as Disk.Flush does.
func (f *Floppy) Sync() error {
	if f.file == nil {
		return nil
	}
	return f.file.Sync()
}

// Close syncs the image and gives up the file and its lock.
func (f *Floppy) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

// HostError is the first error that the host's file system gave, or nil.
func (f *Floppy) HostError() error {
	if f.file == nil {
		return nil
	}
	return f.file.failed
}

// Bytes returns a copy of the disk as a raw image.
func (f *Floppy) Bytes() []byte {
	out := make([]byte, f.format.Size())
	for c := range f.format.Cylinders {
		for h := range f.format.Heads {
			if t := f.at(c, h); f.inFile(c, h, t) {
				copy(out[f.offset(c, h):], t.data)
			}
		}
	}
	return out
}

func (f *Floppy) String() string {
	return fmt.Sprintf("%s (%s floppy)", f.name, f.format.Name)
}

func (f *Floppy) at(cyl, head int) *track {
	if cyl < 0 || cyl >= maxCylinders || head < 0 || head >= maxHeads {
		return nil
	}
	return &f.tracks[cyl*maxHeads+head]
}

// inFile reports whether the raw file has room for this track as it is
// recorded.
func (f *Floppy) inFile(cyl, head int, t *track) bool {
	return cyl < f.format.Cylinders && head < f.format.Heads && t.sectors == f.format.Sectors && t.density == f.format.Density
}

func (f *Floppy) offset(cyl, head int) int64 {
	return int64((cyl*f.format.Heads+head)*f.format.Sectors) * SectorSize
}
