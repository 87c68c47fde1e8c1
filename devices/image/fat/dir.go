package fat

import (
	"encoding/binary"
	"io/fs"
	"strings"
	"time"
	"unicode/utf16"
)

// A directory entry (overview, "FAT Directory Structure"), 32 bytes:
//
//	 0  name, 8 and 3 bytes    18  date of the last access
//	11  attributes             20  cluster, upper half (FAT32)
//	12  case of the name       22  time and date of the last change
//	13  created: 10 ms         26  cluster, lower half
//	14  created: time, date    28  size in bytes
const (
	entrySize   = 32
	markDeleted = 0xe5 // first byte: free; 0: free, and so are all that follow

	offAttr      = 11
	offCase      = 12
	offCreated10 = 13
	offCreated   = 14
	offAccessed  = 18
	offHigh      = 20
	offModified  = 22
	offLow       = 26
	offSize      = 28
)

// Attr are the attributes of an entry.
type Attr uint8

// Attributes.
const (
	ReadOnly  Attr = 1 << iota
	Hidden         // not listed by DIR
	System         // part of the operating system
	volume         // the name is that of the volume
	Directory      // a subdirectory
	Archive        // changed since the last backup
)

const (
	attrVolume    = uint8(volume)
	attrDirectory = uint8(Directory)
	attrLong      = 0x0f // an entry of a long name
	longLast      = 0x40 // in the number of an entry of a long name: its end, which comes first
)

// String is as ATTRIB has it: "A  SHR", without the blanks.
func (a Attr) String() string {
	out := ""
	for _, l := range []struct {
		bit  Attr
		name string
	}{{Archive, "A"}, {System, "S"}, {Hidden, "H"}, {ReadOnly, "R"}} {
		if a&l.bit != 0 {
			out += l.name
		}
	}
	return out
}

// maxDir bounds a directory, in bytes: DOS and Windows have 65536 entries at most.
const maxDir = 65536 * entrySize

// Entry is a file or directory. It is the fs.FileInfo and the fs.DirEntry of a
// Volume; Sys returns it again.
type Entry struct {
	name     string
	Short    string // the 8.3 name
	Attr     Attr
	Cluster  uint32 // the first one; 0: none
	Bytes    uint32 // of a file
	Modified time.Time
	Created  time.Time // zero: not known
	Accessed time.Time // a date; zero: not known

	first, slot int    // of its directory: where the long name begins, and the entry itself
	dir         uint32 // its directory
}

// Name is the long name, or the short one where there is no other.
func (e *Entry) Name() string { return e.name }

// Size is the length of a file in bytes.
func (e *Entry) Size() int64 { return int64(e.Bytes) }

// Mode has the bits that FAT knows of: directory, writable.
func (e *Entry) Mode() fs.FileMode {
	m := fs.FileMode(0o644)
	if e.IsDir() {
		m = fs.ModeDir | 0o755
	}
	if e.Attr&ReadOnly != 0 {
		m &^= 0o222
	}
	return m
}

// ModTime is the time of the last change. FAT knows no time zones: it is taken
// for local time.
func (e *Entry) ModTime() time.Time { return e.Modified }

// IsDir reports a directory.
func (e *Entry) IsDir() bool { return e.Attr&Directory != 0 }

// Sys returns the *Entry.
func (e *Entry) Sys() any { return e }

// Type is the type part of Mode.
func (e *Entry) Type() fs.FileMode { return e.Mode().Type() }

// Info returns the *Entry.
func (e *Entry) Info() (fs.FileInfo, error) { return e, nil }

func (e *Entry) String() string { return fs.FormatFileInfo(e) }

// dosTime reads a date and a time; a date that does not exist is the zero Time.
func dosTime(date, clock uint16) time.Time {
	y, m, d := 1980+int(date>>9), time.Month(date>>5&15), int(date&31)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}
	}
	return time.Date(y, m, d, int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.Local)
}

// toDOS is the date and the time as they are read on the clock of t's zone. FAT
// knows the years 1980 to 2107.
func toDOS(t time.Time) (date, clock uint16) {
	switch y := t.Year(); {
	case y < 1980:
		return 1<<5 | 1, 0
	case y > 2107:
		return 127<<9 | 12<<5 | 31, 23<<11 | 59<<5 | 29
	}
	return uint16((t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day()), uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
}

// directory is the contents of a directory in memory.
type directory struct {
	cluster  uint32 // its first one; 0: the fixed root
	clusters []uint32
	raw      []byte
}

func (d *directory) slots() int      { return len(d.raw) / entrySize }
func (d *directory) at(i int) []byte { return d.raw[i*entrySize:][:entrySize] }

// loadDir reads the directory whose first cluster is given; that of the root is
// RootCluster on every width. What was read before an error is returned with it.
func (v *Volume) loadDir(cluster uint32) (*directory, error) {
	d := &directory{cluster: cluster}
	if cluster == 0 && v.Bits != 32 {
		d.raw = make([]byte, v.rootSectors()*uint64(v.SectorSize))
		err := v.read(int64(v.rootStart())*int64(v.SectorSize), d.raw)
		d.raw = d.raw[:v.RootEntries*entrySize]
		return d, err
	}
	limit := (maxDir + v.clusterSize() - 1) / v.clusterSize()
	clusters, cerr := v.chain(cluster, uint64(limit))
	d.clusters = clusters
	p := make([]byte, v.clusterSize())
	for _, c := range clusters {
		if err := v.read(v.clusterAt(c), p); err != nil {
			return d, err
		}
		d.raw = append(d.raw, p...)
	}
	return d, cerr
}

// cluster is the first cluster of what a directory entry describes.
func (v *Volume) cluster(e []byte) uint32 {
	n := uint32(binary.LittleEndian.Uint16(e[offLow:]))
	if v.Bits == 32 {
		n |= uint32(binary.LittleEndian.Uint16(e[offHigh:])) << 16
	}
	return n
}

// long is a long name that is being put together.
type long struct {
	units [20 * longChars]uint16
	n     int   // entries in all; 0: none under way
	next  int   // number of the entry that must follow; 0: the short one
	sum   uint8 // of the short name
	first int   // slot
}

// take adds the entry of slot i.
func (l *long) take(e []byte, i int) {
	num := int(e[0] &^ longLast)
	switch {
	case e[0]&longLast != 0 && num >= 1 && num <= 20:
		l.n, l.next, l.sum, l.first = num, num, e[13], i
	case l.n == 0 || num != l.next || e[13] != l.sum:
		l.n = 0
		return
	}
	for k := range longChars {
		l.units[(num-1)*longChars+k] = uint16(e[longAt(k)]) | uint16(e[longAt(k)+1])<<8
	}
	l.next = num - 1
}

// text is the name, if it is whole and belongs to the short name of e.
func (l *long) text(e []byte) (string, bool) {
	if l.n == 0 || l.next != 0 || sum([11]byte(e[:11])) != l.sum {
		return "", false
	}
	u := l.units[:l.n*longChars]
	for i, c := range u {
		if c == 0 {
			u = u[:i]
			break
		}
	}
	name := string(utf16.Decode(u))
	return name, listable(name) && !strings.ContainsRune(name, '\\')
}

// entries lists a directory in the order on the disk, without "." and ".." and
// the name of the volume.
func (v *Volume) entries(d *directory) []*Entry {
	var out []*Entry
	var l long
	le := binary.LittleEndian
	for i := range d.slots() {
		e := d.at(i)
		switch {
		case e[0] == 0:
			return out
		case e[0] == markDeleted:
			l.n = 0
			continue
		case e[offAttr]&0x3f == attrLong:
			l.take(e, i)
			continue
		case e[offAttr]&attrVolume != 0, isDots(e):
			l.n = 0
			continue
		}
		x := &Entry{
			Short: shortText(e), Attr: Attr(e[offAttr] & 0x3f), Cluster: v.cluster(e), Bytes: le.Uint32(e[offSize:]),
			Modified: dosTime(le.Uint16(e[offModified+2:]), le.Uint16(e[offModified:])),
			Created:  dosTime(le.Uint16(e[offCreated+2:]), le.Uint16(e[offCreated:])),
			Accessed: dosTime(le.Uint16(e[offAccessed:]), 0),
			first:    i, slot: i, dir: d.cluster,
		}
		x.name = x.Short
		if name, ok := l.text(e); ok {
			x.name, x.first = name, l.first
			plain := [entrySize]byte(e)
			plain[offCase] = 0
			x.Short = shortText(plain[:])
		}
		if x.IsDir() {
			x.Bytes = 0
		}
		l.n = 0
		out = append(out, x)
	}
	return out
}

// isDots recognises "." and "..".
func isDots(e []byte) bool {
	name := string(e[:11])
	return name == dotName || name == dotDotName
}

const (
	dotName    = ".          "
	dotDotName = "..         "
)

// enter is the directory that e describes. A directory has one entry: with
// another one as well, paths would have no end.
func (v *Volume) enter(e *Entry) (uint32, error) {
	if !e.IsDir() {
		return 0, ErrNotDir
	}
	here := place{e.dir, e.slot}
	if was, seen := v.parents[e.Cluster]; seen && was != here {
		return 0, damaged("the directory has the clusters of another one")
	}
	if !v.valid(e.Cluster) {
		return 0, damaged("the directory is at cluster %d, which is not there", e.Cluster)
	}
	v.parents[e.Cluster] = here
	return e.Cluster, nil
}

// find looks for a name in a directory.
func (v *Volume) find(d *directory, name string) *Entry {
	var short *Entry
	for _, e := range v.entries(d) {
		if strings.EqualFold(e.name, name) {
			return e
		}
		if short == nil && strings.EqualFold(e.Short, name) {
			short = e
		}
	}
	return short
}

// walk follows a valid path of io/fs. The root has no entry (nil).
func (v *Volume) walk(path string) (*Entry, error) {
	if path == "." {
		return nil, nil
	}
	if strings.Count(path, "/") >= maxDepth {
		return nil, damaged("directories are nested deeper than %d", maxDepth)
	}
	at, e := v.RootCluster, (*Entry)(nil)
	for rest, more := path, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, "/")
		if e != nil {
			var err error
			if at, err = v.enter(e); err != nil {
				return nil, err
			}
		}
		d, err := v.loadDir(at)
		if e = v.find(d, name); e == nil {
			if err != nil {
				return nil, err
			}
			return nil, fs.ErrNotExist
		}
	}
	return e, nil
}
