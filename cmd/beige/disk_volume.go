package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"beige/devices/image/fat"
	"beige/devices/image/iso"
)

// volume is a file system in an image. Its paths are those of io/fs.
type volume struct {
	image *openImage
	part  int
	name  string // IMAGE or IMAGE@N
	fat   *fat.Volume
	iso   *iso.Volume
	files interface {
		fs.StatFS
		fs.ReadDirFS
	}
}

// full is a path as it is typed.
func (v *volume) full(name string) string {
	return printable(v.name + ":" + path.Join("/", name))
}

// fail is an error about a path, in one line.
func (v *volume) fail(name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file or directory", v.full(name))
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: is there already", v.full(name))
	case errors.Is(err, fat.ErrFilled):
		return fmt.Errorf("%s: directory is not empty; -r removes what is in it", v.full(name))
	case errors.Is(err, fs.ErrInvalid):
		return fmt.Errorf("%s: is no path", v.full(name))
	}
	return fmt.Errorf("%s: %s", v.full(name), printable(err.Error()))
}

func (v *volume) stat(name string) (fs.FileInfo, error) {
	info, err := v.files.Stat(name)
	return info, v.fail(name, err)
}

func (v *volume) list(name string) ([]fs.FileInfo, error) {
	entries, err := v.files.ReadDir(name)
	if err != nil {
		return nil, v.fail(name, err)
	}
	out := make([]fs.FileInfo, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, v.fail(path.Join(name, e.Name()), err)
		}
		out = append(out, info)
	}
	slices.SortStableFunc(out, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

func (v *volume) open(name string) (io.ReadCloser, error) {
	f, err := v.files.Open(name)
	if err != nil {
		return nil, v.fail(name, err)
	}
	return &volumeFile{f, v, name}, nil
}

// volumeFile is an open file whose errors name it.
type volumeFile struct {
	fs.File
	v    *volume
	name string
}

func (f *volumeFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if err != nil && err != io.EOF {
		err = f.v.fail(f.name, err)
	}
	return n, err
}

func (v *volume) join(dir, name string) string { return path.Join(dir, name) }

// base is the last name of a path; "" for the root directory.
func (v *volume) base(name string) string {
	if name == "." {
		return ""
	}
	return path.Base(name)
}

// key is equal for all spellings of a path.
func (v *volume) key(name string) string { return strings.ToUpper(name) }

func (v *volume) there(name string) (fs.FileInfo, error) {
	info, err := v.files.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return info, v.fail(name, err)
}

func (v *volume) dir(name string) string { return path.Dir(name) }

// checkName refuses names that cannot be made.
func (v *volume) checkName(name string) error {
	if err := fat.CheckName(name); err != nil {
		return errors.New("is no name that a file of a FAT file system may have")
	}
	return nil
}

func (v *volume) mkdir(name string, t time.Time) error {
	return v.fail(name, v.fat.Mkdir(name, t.Local()))
}

// write makes a file. r's errors name what is read themselves.
func (v *volume) write(name string, r io.Reader, size int64, t time.Time) error {
	from := &source{Reader: r}
	err := v.fat.WriteFile(name, from, size, t.Local())
	if from.err != nil {
		return from.err
	}
	return v.fail(name, err)
}

// source remembers what went wrong in reading.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// glob lists the paths that a pattern names, at least one. * and ? are those of
// DOS: *.* is everything.
func (v *volume) glob(pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "*?") {
		return []string{pattern}, nil
	}
	found := []string{"."}
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		var next []string
		for _, dir := range found {
			if !strings.ContainsAny(part, "*?") {
				name := path.Join(dir, part)
				if _, err := v.files.Stat(name); err == nil {
					next = append(next, name)
				}
				continue
			}
			all, err := v.list(dir)
			if err != nil {
				return nil, err
			}
			for _, info := range all {
				if matches(part, info.Name()) && (info.IsDir() || i == len(parts)-1) {
					next = append(next, path.Join(dir, info.Name()))
				}
			}
		}
		found = next
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no file matches", v.full(pattern))
	}
	return found, nil
}

// matches reports whether a name fits a pattern of * and ?.
func matches(pattern, name string) bool {
	if pattern == "*.*" {
		return true
	}
	p, n := []rune(strings.ToUpper(pattern)), []rune(strings.ToUpper(name))
	star, from := -1, 0 // where the last * is, and up to where it reaches
	i, k := 0, 0
	for k < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, from = i, k
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[k]):
			i, k = i+1, k+1
		case star >= 0:
			from++
			i, k = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
