package image

import (
	"fmt"
	"strings"
)

// Floppy is a floppy disk: what passes under the heads of a drive, track by
// track. Behind it is a raw image file that follows every write, or nothing:
// disks in memory, throw-away views, and the archive formats that keep every
// kind of sector (ImageDisk, Teledisk), which are only read. The whole disk is
// in memory, so reading cannot fail.
//
// A raw file holds the sectors of one geometry in order. A guest that formats
// the disk another way changes that geometry, and with it the size of the file:
// see FormatTrack.
//
// The caller is the machine goroutine.
type Floppy struct {
	name     string
	file     *file // nil: writes stay in memory
	readOnly bool
	shared   bool   // another process writes to the file
	archive  string // "ImageDisk", "Teledisk"; "": raw, whose tracks are plain
	format   Format // how the raw file is laid out; of an archive: what most tracks are
	tracks   [maxCylinders * maxHeads]track
}

// track is one side of one cylinder. No sectors: never formatted.
type track struct {
	density int
	fm      bool
	plain   bool     // as a raw image holds it: see isPlain
	loose   bool     // formatted so that the raw file has no room for it
	sectors []sector // in the order in which they pass the head
}

// sector is an address field and what follows it.
type sector struct {
	id    [4]uint8 // C, H, R, N
	flags uint8
	data  []byte // 128 << N bytes; nil with FlagNoData
}

// sectorBytes is the length of a data field by its size code; codes above 7
// are none that a controller can read.
func sectorBytes(n uint8) int { return 128 << (n & 7) }

// plainTrack is a track as raw images hold it: n sectors of 512 bytes, numbered
// from 1, named after their place. data is not copied.
func plainTrack(cyl, head, n, density int, data []byte) track {
	t := track{density: density, plain: true, sectors: make([]sector, n)}
	for i := range t.sectors {
		t.sectors[i] = sector{id: [4]uint8{uint8(cyl), uint8(head), uint8(i + 1), 2}, data: data[i*SectorSize:][:SectorSize:SectorSize]}
	}
	return t
}

// isPlain reports whether a raw image can hold the track: sectors of 512 bytes
// in MFM, numbered from 1 without a gap in any order, named after their place.
func (t *track) isPlain(cyl, head int) bool {
	n := len(t.sectors)
	if t.fm || n == 0 || n > maxTrack {
		return false
	}
	var seen uint64
	for i := range t.sectors {
		s := &t.sectors[i]
		if int(s.id[0]) != cyl || int(s.id[1]) != head || s.id[3] != 2 || s.id[2] == 0 || int(s.id[2]) > n || s.data == nil {
			return false
		}
		seen |= 1 << s.id[2]
	}
	return seen == 1<<(n+1)-2 // 1 to n, each once
}

// Flags of a sector, as ReadSector returns them.
const (
	FlagDeleted   uint8 = 1 << iota // deleted data address mark
	FlagDataError                   // CRC error in the data field
	FlagIDError                     // CRC error in the address field
	FlagNoData                      // no data address mark
)

// OpenFloppy opens a floppy image: raw, ImageDisk or Teledisk. A file that may
// not be written, and every archive, gives a write-protected floppy, unless o
// asks for a throw-away view.
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
	fl.readOnly = protected || fl.archive != "" && !o.Snapshot
	if !f.writable || fl.archive != "" {
		fl.shared = !f.writable && f.share()
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
	if archiveOf(head) != "" {
		return loadArchive(f)
	}
	if what, advice := foreign(head); what != "" {
		return nil, refuse(f.path, ErrFormat, "is %s; want a floppy image%s", what, advice)
	}
	d, err := detectFloppy(f.path, f.size, head)
	if err != nil {
		return nil, err
	}
	data := make([]byte, d.Size())
	if err := f.ReadAt(data[:min(f.size, d.Size())], 0); err != nil {
		return nil, err
	}
	fl := &Floppy{name: f.path, file: f, format: d.Format}
	fl.lay(data)
	return fl, nil
}

// NewFloppy returns a floppy in memory that holds a copy of data, an image of a
// known format or the beginning of one.
func NewFloppy(name string, data []byte) (*Floppy, error) {
	if archiveOf(data) != "" {
		return readArchive(name, data)
	}
	d, err := detectFloppy(name, int64(len(data)), data)
	if err != nil {
		return nil, err
	}
	all := make([]byte, d.Size())
	copy(all, data)
	f := &Floppy{name: name, format: d.Format}
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
			f.tracks[c*maxHeads+h] = plainTrack(c, h, f.format.Sectors, f.format.Density, data[:n:n])
			data = data[n:]
		}
	}
}

// Name is the file name of the image, or what a floppy in memory was called.
func (f *Floppy) Name() string { return f.name }

// Archive is the format of an image that is only read, "ImageDisk" or
// "Teledisk", and "" for a raw one.
func (f *Floppy) Archive() string { return f.archive }

// Format is how the file is laid out now; of an archive, what most of its
// tracks are like.
func (f *Floppy) Format() Format { return f.format }

// SetReadOnly moves the write-protect tab.
func (f *Floppy) SetReadOnly(on bool) { f.readOnly = on }

// Shared reports that another process had the image open for writing when this
// one read it: it may hold half of a change.
func (f *Floppy) Shared() bool { return f.shared }

// ReadOnly reports the write-protect tab.
func (f *Floppy) ReadOnly() bool { return f.readOnly }

// Cylinders tells the track pitch of the medium: about 40 or about 80. Disks of
// high density are never recorded at the wide pitch.
func (f *Floppy) Cylinders() int {
	if f.format.Density != DD {
		return max(f.format.Cylinders, 80)
	}
	return f.format.Cylinders
}

// Track reports how one side of a cylinder is recorded: how many sectors, the
// density in kbit/s (DD, HD, ED), and FM or MFM. A track without format has no
// sectors.
func (f *Floppy) Track(cyl, head int) (sectors, density int, fm bool) {
	if t := f.at(cyl, head); t != nil {
		return len(t.sectors), t.density, t.fm
	}
	return 0, 0, false
}

// sector returns the i-th sector of a track, or nil.
func (f *Floppy) sector(cyl, head, i int) (*track, *sector) {
	t := f.at(cyl, head)
	if t == nil || i < 0 || i >= len(t.sectors) {
		return nil, nil
	}
	return t, &t.sectors[i]
}

// ID returns the address field of the i-th sector after the index hole.
func (f *Floppy) ID(cyl, head, i int) (c, h, r, n uint8) {
	if _, s := f.sector(cyl, head, i); s != nil {
		return s.id[0], s.id[1], s.id[2], s.id[3]
	}
	return 0, 0, 0, 0
}

// ReadSector copies the i-th sector of a track into p, as far as p reaches.
func (f *Floppy) ReadSector(cyl, head, i int, p []byte) (flags uint8, err error) {
	_, s := f.sector(cyl, head, i)
	if s == nil || s.data == nil {
		return FlagNoData, nil
	}
	copy(p, s.data)
	return s.flags, nil
}

// WriteSector writes p, as long as the sector is, to the i-th sector of a track;
// when it returns the file has it. On an error of the host the disk keeps the
// old sector, and a host that has failed to store what was written before gets
// no more. The deleted mark is not part of a raw file and is forgotten with the
// Floppy.
func (f *Floppy) WriteSector(cyl, head, i int, p []byte, deleted bool) error {
	if f.readOnly {
		return refuse(f.name, ErrProtected, "write-protected")
	}
	t, s := f.sector(cyl, head, i)
	if s == nil || len(p) != sectorBytes(s.id[3]) {
		return refuse(f.name, ErrRange, "no sector at place %d of cylinder %d, head %d", i, cyl, head)
	}
	if f.file != nil && f.file.lost != nil {
		return f.file.lost
	}
	if f.file != nil && f.inFile(cyl, head, t) {
		if err := f.file.Resize(max(f.file.size, f.format.Size())); err != nil {
			return err
		}
		if err := f.file.replace(p, s.data, f.offset(cyl, head)+int64(s.id[2]-1)*SectorSize); err != nil {
			return err
		}
	}
	if s.data == nil {
		s.data = make([]byte, len(p))
	}
	copy(s.data, p)
	s.flags = 0
	if deleted {
		s.flags = FlagDeleted
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

// Close syncs the image and gives up the file and its lock. Tracks that the
// guest formatted in a way that the raw file cannot hold are lost now, which is
// reported as a failure of the image.
func (f *Floppy) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.odd()
	if cerr := f.file.Close(); cerr != nil {
		err = cerr
	}
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

func (f *Floppy) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s (%s floppy", f.name, f.format.Name)+" "+f.archive) + ")"
}

func (f *Floppy) at(cyl, head int) *track {
	if cyl < 0 || cyl >= maxCylinders || head < 0 || head >= maxHeads {
		return nil
	}
	return &f.tracks[cyl*maxHeads+head]
}
