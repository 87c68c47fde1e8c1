package image

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// handle is the part of os.File that an open image needs; tests put a host
// that fails, or one that loses its power, behind it.
type handle interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// file is an open image file of fixed or growing size.
type file struct {
	f        handle
	path     string
	id       os.FileInfo // of what was opened
	size     int64
	writable bool
	wrote    bool // since it was opened
	dirty    bool // since the last flush

	report func(error)
	failed error // first host error
	told   [sides]bool
	lost   error // the flush that failed
}

// A host error is told once for each side: that a sector could not be read
// must not hide that the disk is full later.
const (
	reading = iota
	writing
	sides
)

// fail records a host error and returns it as an Error.
func (f *file) fail(side int, op string, err error) error {
	e := &Error{f.path, ErrHost, op + ": " + hostText(err), err}
	if isFull(err) {
		e.Detail += "; make room on the host (the guest is told that its disk fails)"
	}
	f.tell(side, e)
	return e
}

// tell hands an error to the person, unless there was one before.
func (f *file) tell(side int, e error) {
	if f.failed == nil {
		f.failed = e
	}
	if !f.told[side] && f.report != nil {
		f.report(e)
	}
	f.told[side] = true
}

var errShrunk = errors.New("the file ends before that; it has been cut off since it was opened")

func (f *file) ReadAt(p []byte, off int64) error {
	n, err := f.f.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = errShrunk
	}
	return f.fail(reading, fmt.Sprintf("reading %d bytes at %d", len(p), off), err)
}

// WriteAt writes p with one call to the host. Where the host stops in the
// middle, what is before that point is new and the rest is old.
func (f *file) WriteAt(p []byte, off int64) error {
	f.wrote, f.dirty = true, true
	if _, err := f.f.WriteAt(p, off); err != nil {
		return f.fail(writing, fmt.Sprintf("writing %d bytes at %d", len(p), off), err)
	}
	f.size = max(f.size, off+int64(len(p)))
	return nil
}

// replace writes p at off, where the file holds old. A host that gives up
// halfway, as a full one does, must not leave a mixture behind: old has its
// place on the host already and goes back.
func (f *file) replace(p, old []byte, off int64) error {
	err := f.WriteAt(p, off)
	if err != nil {
		_, _ = f.f.WriteAt(old, off) // nobody can do more; err is what is reported
	}
	return err
}

// Resize makes the file size bytes long; new bytes are zero.
func (f *file) Resize(size int64) error {
	if size == f.size {
		return nil
	}
	f.wrote, f.dirty = true, true
	if err := f.f.Truncate(size); err != nil {
		return f.fail(writing, fmt.Sprintf("resizing to %d bytes", size), err)
	}
	f.size = size
	return nil
}

// Sync returns when the host has stored what was written. A failure stays: a
// host that could not store something may drop it and call the next attempt a
// success (Linux does), but the guest must not hear of one.
func (f *file) Sync() error {
	if f.lost != nil || !f.writable || !f.dirty {
		return f.lost
	}
	if err := f.f.Sync(); err != nil {
		f.lost = f.fail(writing, "flushing", err)
		return f.lost
	}
	f.dirty = false
	return nil
}

// Close flushes the file and gives it up with its lock.
func (f *file) Close() error {
	err := errors.Join(f.Sync(), f.gone())
	if cerr := f.f.Close(); err == nil && cerr != nil {
		err = f.fail(writing, "closing", cerr)
	}
	return err
}

// gone reports what somebody else has done to the file while it was written.
func (f *file) gone() error {
	if !f.wrote || f.id == nil {
		return nil
	}
	var e error
	switch now, err := os.Stat(f.path); {
	case err != nil || !os.SameFile(now, f.id):
		e = refuse(f.path, ErrMissing, "was moved, removed or replaced while in use: what the guest wrote is in the file as it was moved, or lost")
	case now.Mode().IsRegular() && now.Size() < f.size:
		e = refuse(f.path, ErrTruncated, "was cut off by another program while in use: it has %d bytes; want %d", now.Size(), f.size)
	default:
		return nil
	}
	f.tell(writing, e)
	return e
}
