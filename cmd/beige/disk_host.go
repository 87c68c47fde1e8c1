package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"beige/devices/image"
)

// hostTree is the files of the host, as copies go to and from them.
type hostTree struct{}

func (hostTree) full(name string) string { return name }

func (hostTree) stat(name string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	return info, nil
}

func (hostTree) there(name string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fileError(name, err)
	}
	return info, nil
}

func (hostTree) dir(name string) string { return filepath.Dir(filepath.Clean(name)) }

// list is a directory with its links followed to files; a link to a directory
// stays one, since it may lead back.
func (hostTree) list(name string) ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	out := make([]fs.FileInfo, 0, len(entries))
	for _, e := range entries {
		full := filepath.Join(name, e.Name())
		info, err := os.Lstat(full)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			if to, terr := os.Stat(full); terr != nil || !to.IsDir() {
				info, err = renamed{to, e.Name()}, terr
			}
		}
		if err != nil {
			return nil, fileError(full, err)
		}
		out = append(out, info)
	}
	return out, nil
}

// renamed is what a link leads to, under the name of the link.
type renamed struct {
	fs.FileInfo
	name string
}

func (r renamed) Name() string { return r.name }

func (hostTree) open(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	return hostFile{f, name}, nil
}

type hostFile struct {
	*os.File
	name string
}

func (f hostFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if err != nil && err != io.EOF {
		err = fileError(f.name, err)
	}
	return n, err
}

func (hostTree) join(dir, name string) string { return filepath.Join(dir, name) }

// base is the last name of a path; "" where the path has none of its own.
func (hostTree) base(name string) string {
	switch b := filepath.Base(name); b {
	case ".", "..", string(filepath.Separator):
		return ""
	default:
		return b
	}
}

func (hostTree) key(name string) string {
	if full, err := filepath.Abs(name); err == nil {
		name = full
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return strings.ToUpper(name)
	}
	return name
}

// checkName refuses names from an image that would lead elsewhere on the host.
func (hostTree) checkName(name string) error {
	if name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") || !filepath.IsLocal(name) {
		return errors.New("is no name that a file of the host may have")
	}
	return nil
}

func (hostTree) mkdir(name string, _ time.Time) error {
	if err := os.Mkdir(name, 0o777); err != nil {
		return fileError(name, err)
	}
	return nil
}

// write makes a file: whole, or not at all.
func (hostTree) write(name string, r io.Reader, size int64, t time.Time) error {
	perm := fs.FileMode(0o666)
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real // what a link leads to is replaced, not the link
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return fileError(name, err)
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s: is not a regular file", name)
		}
		if err := image.Replaceable(name); errors.Is(err, image.ErrLocked) || errors.Is(err, image.ErrReadOnly) {
			why := "is read-only"
			if errors.Is(err, image.ErrLocked) {
				why = "is in use by another beige"
			}
			return fmt.Errorf("%s: %s", name, why)
		}
		perm = info.Mode().Perm()
	}
	from := &source{Reader: r}
	err := replaceFile(name, func(part string) (err error) {
		f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if err != nil {
			return err
		}
		n, err := io.Copy(f, from)
		if err == nil && n != size {
			err = fmt.Errorf("has %d bytes; want %d", n, size)
		}
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err == nil && !t.IsZero() {
			err = os.Chtimes(part, t, t)
		}
		return err
	})
	if from.err != nil {
		return from.err
	}
	return err
}
