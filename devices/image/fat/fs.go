package fat

import (
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Clean makes a path of io/fs out of one as people write it: a drive letter and
// slashes of either kind around it do no harm. "\DOS\" becomes "DOS", "" and
// "/" become ".".
func Clean(path string) string {
	path = strings.ReplaceAll(path, `\`, "/")
	if len(path) >= 2 && path[1] == ':' {
		path = path[2:]
	}
	var out []string
	for _, part := range strings.Split(path, "/") {
		switch part {
		case "", ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, part)
		}
	}
	if len(out) == 0 {
		return "."
	}
	return strings.Join(out, "/")
}

func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// lookup is walk for a path that may be none.
func (v *Volume) lookup(op, path string) (*Entry, error) {
	if !fs.ValidPath(path) {
		return nil, pathError(op, path, fs.ErrInvalid)
	}
	e, err := v.walk(path)
	if err != nil {
		return nil, pathError(op, path, err)
	}
	if e == nil {
		e = &Entry{name: ".", Attr: Directory, Cluster: v.RootCluster, slot: -1}
	}
	return e, nil
}

// Stat describes the file or directory at a path of io/fs. Its result is an
// *Entry.
func (v *Volume) Stat(path string) (fs.FileInfo, error) {
	e, err := v.lookup("stat", path)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Open opens the file or directory at a path of io/fs for reading.
func (v *Volume) Open(path string) (fs.File, error) {
	e, err := v.lookup("open", path)
	if err != nil {
		return nil, err
	}
	if e.IsDir() {
		return &openDir{v: v, e: e, path: path}, nil
	}
	return &openFile{v: v, e: e, path: path, cluster: e.Cluster, end: int64(v.clusterSize())}, nil
}

// List is the entries of a directory in the order on the disk. What can be read
// of a damaged one is returned with the error.
func (v *Volume) List(path string) ([]*Entry, error) {
	e, err := v.lookup("open", path)
	if err != nil {
		return nil, err
	}
	out, err := v.list(e)
	return out, pathError("read", path, err)
}

func (v *Volume) list(e *Entry) ([]*Entry, error) {
	at := e.Cluster
	if e.slot >= 0 {
		var err error
		if at, err = v.enter(e); err != nil {
			return nil, err
		}
	} else if !e.IsDir() {
		return nil, ErrNotDir
	}
	d, err := v.loadDir(at)
	return v.entries(d), err
}

// ReadDir is the entries of a directory by name.
func (v *Volume) ReadDir(path string) ([]fs.DirEntry, error) {
	list, err := v.List(path)
	slices.SortFunc(list, func(a, b *Entry) int { return strings.Compare(a.name, b.name) })
	return dirEntries(list), err
}

func dirEntries(list []*Entry) []fs.DirEntry {
	out := make([]fs.DirEntry, len(list))
	for i, e := range list {
		out[i] = e
	}
	return out
}

// openDir is an open directory.
type openDir struct {
	v      *Volume
	e      *Entry
	path   string
	list   []*Entry
	read   bool
	failed error
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.e, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error)   { return 0, pathError("read", d.path, ErrIsDir) }

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		d.list, d.failed = d.v.list(d.e)
		d.read = true
	}
	out := d.list
	if n > 0 {
		out = out[:min(n, len(out))]
	}
	d.list = d.list[len(out):]
	switch {
	case len(d.list) == 0 && d.failed != nil:
		return dirEntries(out), pathError("read", d.path, d.failed)
	case n > 0 && len(out) == 0:
		return nil, io.EOF
	}
	return dirEntries(out), nil
}

// openFile is an open file. It follows the chain as it is read.
type openFile struct {
	v       *Volume
	e       *Entry
	path    string
	cluster uint32
	end     int64 // byte of the file at which the cluster ends
	off     int64
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.e, nil }
func (f *openFile) Close() error               { return nil }

// Read reads as far as clusters lie in a row.
func (f *openFile) Read(p []byte) (int, error) {
	left := f.e.Size() - f.off
	if left <= 0 {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := f.readRun(p[:min(int64(len(p)), left)])
	return n, pathError("read", f.path, err)
}

func (f *openFile) readRun(p []byte) (int, error) {
	v, size := f.v, int64(f.v.clusterSize())
	if most := int64(v.Clusters) * size; f.e.Size() > most {
		return 0, damaged("the file would have %d bytes; there are %d on the volume", f.e.Size(), most)
	}
	if f.off == f.end {
		next, err := v.table.get(f.cluster)
		switch {
		case err != nil:
			return 0, err
		case next >= isEnd:
			return 0, damaged("%d bytes of the file are missing", f.e.Size()-f.off)
		}
		f.cluster, f.end = next, f.end+size
	}
	if err := v.follows(f.cluster); err != nil {
		return 0, err
	}
	at, n := v.clusterAt(f.cluster)+size-(f.end-f.off), f.end-f.off
	for n < int64(len(p)) {
		next, err := v.table.get(f.cluster)
		if err != nil || next != f.cluster+1 || !v.valid(next) {
			break
		}
		f.cluster, f.end, n = next, f.end+size, n+size
	}
	n = min(n, int64(len(p)))
	if err := v.readBytes(at, p[:n]); err != nil {
		return 0, err
	}
	f.off += n
	return int(n), nil
}

// readBytes reads any bytes by whole sectors.
func (v *Volume) readBytes(off int64, p []byte) error {
	from, to := off/blockSize*blockSize, (off+int64(len(p))+blockSize-1)/blockSize*blockSize
	if from == off && to == off+int64(len(p)) {
		return v.read(off, p)
	}
	q := make([]byte, to-from)
	if err := v.read(from, q); err != nil {
		return err
	}
	copy(p, q[off-from:])
	return nil
}
