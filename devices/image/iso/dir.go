package iso

import (
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Bounds: of what is read of a directory, in bytes; of the records that are kept
// in memory.
const (
	maxDirectory = 4 << 20
	mostKept     = 200_000
)

// list reads the directory at path name.
func (v *Volume) list(d record, name string) ([]record, error) {
	e := d.extents[0]
	if seen, ok := v.paths[e.start]; ok && seen != name {
		return nil, damaged("%s and %s are one directory", seen, name)
	}
	v.paths[e.start] = name
	if all, ok := v.kept[e.start]; ok {
		return all, nil
	}
	all, err := v.readDirectory(e, name)
	if err != nil {
		return nil, err
	}
	if v.keptRecords += len(all); v.keptRecords > mostKept || v.kept == nil {
		v.kept, v.keptRecords = map[uint32][]record{}, len(all)
	}
	v.kept[e.start] = all
	return all, nil
}

func (v *Volume) readDirectory(e extent, name string) ([]record, error) {
	if e.size == 0 { // of a relocated directory: its own record has the size
		b := make([]byte, sectorSize)
		if err := v.readExtent(b, e, 0); err != nil {
			return nil, err
		}
		self, _, ok := parseRecord(b)
		if !ok || self.extents[0].start != e.start {
			return nil, damaged("%s: no directory at block %d", name, e.start)
		}
		e = self.extents[0]
	}
	if e.size > maxDirectory {
		return nil, damaged("%s: a directory of %d bytes; at most %d", name, e.size, maxDirectory)
	}
	if int64(e.start)*v.block+int64(e.size) > v.size {
		return nil, damaged("%s: its directory lies behind the end of the disc", name)
	}
	data := make([]byte, e.size)
	if err := v.readExtent(data, e, 0); err != nil {
		return nil, err
	}
	var out []record
	more := false // the last record of out goes on
	for at := 0; at < len(data); {
		r, use, ok := parseRecord(data[at:min(len(data), (at/sectorSize+1)*sectorSize)])
		if !ok {
			if data[at] != 0 {
				return nil, damaged("%s: no directory record at byte %d", name, at)
			}
			at = (at/sectorSize + 1) * sectorSize // records do not cross sectors
			continue
		}
		at += int(data[at])
		raw := r.name
		if raw == nameSelf || raw == nameParent {
			continue
		}
		if v.joliet {
			r.name = plainName(ucs2([]byte(raw)))
		} else {
			r.name = plainName(raw)
		}
		if v.rock {
			v.susp(&r, use[min(v.skip, len(use)):], new(bool))
		}
		if more {
			last := &out[len(out)-1]
			last.extents = append(last.extents, r.extents...)
			more = r.more
			continue
		}
		if r.moved {
			continue
		}
		more = r.more && !r.dir
		out = append(out, r)
	}
	return out, nil
}

// find walks to the record of a path.
func (v *Volume) find(op, name string) (record, string, error) {
	fail := func(err error) (record, string, error) {
		return record{}, "", &fs.PathError{Op: op, Path: name, Err: err}
	}
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	at, where := v.root, "."
	if name == "." {
		return at, where, nil
	}
	for _, part := range strings.Split(name, "/") {
		if !at.dir {
			return fail(fs.ErrNotExist)
		}
		all, err := v.list(at, where)
		if err != nil {
			return fail(err)
		}
		found := -1
		for i := range all {
			if all[i].name == part {
				found = i
				break
			}
			if found < 0 && strings.EqualFold(all[i].name, part) {
				found = i
			}
		}
		if found < 0 {
			return fail(fs.ErrNotExist)
		}
		at = all[found]
		where = path.Join(where, at.name)
	}
	return at, where, nil
}

// Open implements fs.FS.
func (v *Volume) Open(name string) (fs.File, error) {
	r, where, err := v.find("open", name)
	if err != nil {
		return nil, err
	}
	if r.dir {
		all, err := v.list(r, where)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &directory{entry: entry{r}, left: all}, nil
	}
	return &file{v: v, entry: entry{r}}, nil
}

// Stat implements fs.StatFS.
func (v *Volume) Stat(name string) (fs.FileInfo, error) {
	r, _, err := v.find("stat", name)
	if err != nil {
		return nil, err
	}
	return entry{r}, nil
}

// ReadDir implements fs.ReadDirFS. Entries are in the order of the disc.
func (v *Volume) ReadDir(name string) ([]fs.DirEntry, error) {
	r, where, err := v.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !r.dir {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	all, err := v.list(r, where)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return entries(all), nil
}

func entries(all []record) []fs.DirEntry {
	out := make([]fs.DirEntry, len(all))
	for i, r := range all {
		out[i] = entry{r}
	}
	return out
}

// entry is a record as fs.DirEntry and fs.FileInfo.
type entry struct{ r record }

func (e entry) Name() string               { return e.r.name }
func (e entry) IsDir() bool                { return e.r.dir }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
func (e entry) ModTime() time.Time         { return e.r.time }
func (e entry) Sys() any                   { return nil }

func (e entry) Size() int64 {
	if e.r.dir {
		return 0
	}
	return e.r.size()
}

func (e entry) Mode() fs.FileMode {
	switch {
	case e.r.dir:
		return fs.ModeDir | 0o555
	case e.r.link:
		return fs.ModeSymlink | 0o444
	}
	return 0o444
}

// directory is an open directory.
type directory struct {
	entry
	left []record
}

func (d *directory) Stat() (fs.FileInfo, error) { return d.entry, nil }
func (d *directory) Close() error               { return nil }
func (d *directory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.r.name, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.left)
	} else if len(d.left) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.left))
	out := entries(d.left[:n])
	d.left = d.left[n:]
	return out, nil
}

// file is an open file.
type file struct {
	entry
	v  *Volume
	at int64
}

func (f *file) Stat() (fs.FileInfo, error) { return f.entry, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.at)
	f.at += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, &fs.PathError{Op: "read", Path: f.r.name, Err: fs.ErrInvalid}
	}
	for _, e := range f.r.extents {
		if off >= int64(e.size) {
			off -= int64(e.size)
			continue
		}
		m := int(min(int64(len(p)-n), int64(e.size)-off))
		if err := f.v.readExtent(p[n:n+m], e, off); err != nil {
			return n, &fs.PathError{Op: "read", Path: f.r.name, Err: err}
		}
		if n += m; n == len(p) {
			return n, nil
		}
		off = 0
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
