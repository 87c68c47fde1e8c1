package fat

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"
	"time"
)

// writeSize is how much of a file is written with one call, in bytes.
const writeSize = 1 << 20

// WriteFile makes the file at path, or replaces its contents, with size bytes
// from r. modtime is kept as the clock of its zone shows it. Room is looked for
// before anything is written. It fails with ErrFull, ErrTooBig, ErrName, ErrIsDir,
// ErrProtected, with ErrSize where r has not size bytes, and with fs.ErrNotExist
// where there is no directory for the file. After a failure of r the volume is as
// it was.
func (v *Volume) WriteFile(path string, r io.Reader, size int64, modtime time.Time) error {
	return pathError("write", path, v.change(func() error { return v.writeFile(path, r, size, modtime) }))
}

// change runs f between begin and end.
func (v *Volume) change(f func() error) error {
	if v.bytes() > v.size {
		return damaged("the volume has %d bytes, of which %d are there", v.bytes(), v.size)
	}
	if err := v.begin(); err != nil {
		return err
	}
	err := f()
	if e := v.end(); err == nil {
		err = e
	}
	return err
}

func (v *Volume) writeFile(path string, r io.Reader, size int64, modtime time.Time) error {
	if size < 0 || size > math.MaxUint32 {
		return ErrTooBig
	}
	d, name, old, err := v.target(path)
	switch {
	case err != nil:
		return err
	case old != nil && old.IsDir():
		return ErrIsDir
	case old != nil && old.Attr&ReadOnly != 0:
		return ErrProtected
	}
	need := int((size + int64(v.clusterSize()) - 1) / int64(v.clusterSize()))
	if old != nil {
		err = v.makeRoom(d, old, need)
	} else {
		err = v.roomFor(d, name, need)
	}
	if err != nil {
		return err
	}
	clusters, err := v.allocate(need)
	if err != nil {
		return err
	}
	if err := v.fill(clusters, r, size); err != nil {
		return err
	}
	if err := v.setLinks(chained(clusters)); err != nil {
		return err
	}
	first := uint32(0)
	if need > 0 {
		first = clusters[0]
	}
	if old == nil {
		return v.insert(d, name, entryOf(uint8(Archive), first, uint32(size), modtime))
	}
	e := d.at(old.slot)
	before := v.cluster(e)
	setEntry(e, e[offAttr]|uint8(Archive), first, uint32(size), modtime)
	if err := v.writeSlots(d, old.slot, old.slot+1); err != nil {
		return err
	}
	return v.release(before)
}

// target finds the directory of path, the name of what shall be there, and the
// entry that is there (nil: none).
func (v *Volume) target(path string) (*directory, string, *Entry, error) {
	if !fs.ValidPath(path) || path == "." {
		return nil, "", nil, fs.ErrInvalid
	}
	parent, name := ".", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		parent, name = path[:i], path[i+1:]
	}
	at, e := v.RootCluster, (*Entry)(nil)
	e, err := v.walk(parent)
	if err == nil && e != nil {
		at, err = v.enter(e)
	}
	if err != nil {
		return nil, "", nil, err
	}
	d, err := v.loadDir(at)
	if err != nil {
		return nil, "", nil, err
	}
	old := v.find(d, name)
	if old == nil {
		err = CheckName(name)
	}
	return d, name, old, err
}

// roomFor refuses what does not fit: n clusters, and those by which the directory
// grows.
func (v *Volume) roomFor(d *directory, name string, n int) error {
	room, err := v.Free()
	if err != nil {
		return err
	}
	_, _, grow, err := v.findSlots(d, len(v.named(d, name, make([]byte, entrySize)))/entrySize)
	if err != nil {
		return err
	}
	if uint64(n)+uint64(grow) > uint64(room) {
		return v.full(n+grow, room)
	}
	return nil
}

// makeRoom looks for n free clusters for the new contents of a file. Where they
// are only there when the old contents go first, it empties the file.
func (v *Volume) makeRoom(d *directory, old *Entry, n int) error {
	room, err := v.Free()
	if err != nil || uint64(n) <= uint64(room) {
		return err
	}
	had := uint64(0)
	if old.Cluster != 0 {
		if had, err = v.length(old.Cluster, uint64(v.Clusters-room)); err != nil {
			return err
		}
	}
	if uint64(n) > uint64(room)+had {
		return v.full(n, room+uint32(had))
	}
	e := d.at(old.slot)
	setCluster(e, 0)
	binary.LittleEndian.PutUint32(e[offSize:], 0)
	if err := v.writeSlots(d, old.slot, old.slot+1); err != nil {
		return err
	}
	return v.release(old.Cluster)
}

// fill writes size bytes of r into clusters, zeros behind them.
func (v *Volume) fill(clusters []uint32, r io.Reader, size int64) error {
	each := v.clusterSize()
	buf := make([]byte, max(min(writeSize, len(clusters)*each)/each*each, each))
	for len(clusters) > 0 {
		n := 1
		for n < len(clusters) && (n+1)*each <= len(buf) && clusters[n] == clusters[n-1]+1 {
			n++
		}
		p := buf[:n*each]
		got := int(min(int64(len(p)), size))
		if _, err := io.ReadFull(r, p[:got]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return ErrSize
		} else if err != nil {
			return err
		}
		clear(p[got:])
		if err := v.write(v.clusterAt(clusters[0]), p); err != nil {
			return err
		}
		clusters, size = clusters[n:], size-int64(got)
	}
	switch n, err := io.ReadFull(r, buf[:1]); {
	case n > 0:
		return ErrSize
	case !errors.Is(err, io.EOF):
		return err
	}
	return nil
}

// Mkdir makes a directory. It fails with fs.ErrExist where path is taken.
func (v *Volume) Mkdir(path string, modtime time.Time) error {
	return pathError("mkdir", path, v.change(func() error { return v.mkdir(path, modtime) }))
}

func (v *Volume) mkdir(path string, modtime time.Time) error {
	d, name, old, err := v.target(path)
	if err != nil {
		return err
	}
	if old != nil {
		return fs.ErrExist
	}
	if err := v.roomFor(d, name, 1); err != nil {
		return err
	}
	clusters, err := v.allocate(1)
	if err != nil {
		return err
	}
	p := make([]byte, v.clusterSize())
	up := d.cluster
	if up == v.RootCluster {
		up = 0 // overview, "FAT Directory Structure": on FAT32 as well
	}
	copy(p, entryOf(attrDirectory, clusters[0], 0, modtime))
	copy(p[entrySize:], entryOf(attrDirectory, up, 0, modtime))
	copy(p, dotName)
	copy(p[entrySize:], dotDotName)
	if err := v.write(v.clusterAt(clusters[0]), p); err != nil {
		return err
	}
	if err := v.setLinks(chained(clusters)); err != nil {
		return err
	}
	return v.insert(d, name, entryOf(attrDirectory, clusters[0], 0, modtime))
}

// Remove deletes a file or an empty directory. It fails with ErrFilled,
// ErrProtected or fs.ErrNotExist.
func (v *Volume) Remove(path string) error {
	return pathError("remove", path, v.change(func() error { return v.remove(path) }))
}

func (v *Volume) remove(path string) error {
	d, e, err := v.existing(path)
	if err != nil {
		return err
	}
	if e.Attr&ReadOnly != 0 {
		return ErrProtected
	}
	if e.IsDir() {
		list, err := v.list(e)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			return ErrFilled
		}
	}
	for i := e.first; i <= e.slot; i++ {
		d.at(i)[0] = markDeleted
	}
	if err := v.writeSlots(d, e.first, e.slot+1); err != nil {
		return err
	}
	delete(v.parents, e.Cluster)
	return v.release(e.Cluster)
}

// existing finds what is at path, with its directory.
func (v *Volume) existing(path string) (*directory, *Entry, error) {
	d, _, e, err := v.target(path)
	if e == nil && (err == nil || errors.Is(err, ErrName)) {
		err = fs.ErrNotExist
	}
	return d, e, err
}

// SetAttr changes the attributes ReadOnly, Hidden, System and Archive.
func (v *Volume) SetAttr(path string, a Attr) error {
	return pathError("attrib", path, v.change(func() error {
		d, e, err := v.existing(path)
		if err != nil {
			return err
		}
		const most = ReadOnly | Hidden | System | Archive
		p := d.at(e.slot)
		p[offAttr] = p[offAttr]&^uint8(most) | uint8(a&most)
		return v.writeSlots(d, e.slot, e.slot+1)
	}))
}

// entryOf is a directory entry without its name.
func entryOf(attr uint8, cluster, size uint32, t time.Time) []byte {
	e := make([]byte, entrySize)
	setEntry(e, attr, cluster, size, t)
	copy(e[offCreated:], e[offModified:][:4])
	return e
}

func setEntry(e []byte, attr uint8, cluster, size uint32, t time.Time) {
	le := binary.LittleEndian
	date, clock := toDOS(t)
	e[offAttr] = attr
	le.PutUint16(e[offModified:], clock)
	le.PutUint16(e[offModified+2:], date)
	le.PutUint16(e[offAccessed:], date)
	le.PutUint32(e[offSize:], size)
	setCluster(e, cluster)
}

func setCluster(e []byte, n uint32) {
	le := binary.LittleEndian
	le.PutUint16(e[offLow:], uint16(n))
	le.PutUint16(e[offHigh:], uint16(n>>16)) // 0 on FAT12 and FAT16
}
