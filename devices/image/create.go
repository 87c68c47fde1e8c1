package image

import (
	"errors"
	"io/fs"
	"os"
)

// MaxDisk is the largest hard disk: what 48-bit addresses reach, in bytes,
// within what a file offset holds.
const MaxDisk = 1 << 56

// CreateFloppy makes a blank floppy image: formatted, every byte zero. It fails
// with ErrExists where path is taken, and leaves no partial file behind.
func CreateFloppy(path string, format Format) error {
	return create(path, format.Size(), false)
}

// CreateDisk makes a blank hard-disk image of size bytes, a multiple of 512. It
// is sparse where the host's file system can: it takes room only as it is
// written.
func CreateDisk(path string, size int64) error {
	switch {
	case size < SectorSize || size%SectorSize != 0:
		return refuse(path, ErrOddSize, "a hard disk of %d bytes is not a whole number of 512-byte sectors", size)
	case size > MaxDisk:
		return refuse(path, ErrSize, "a hard disk of %d bytes is too large; at most %d", size, int64(MaxDisk))
	}
	return create(path, size, true)
}

func create(path string, size int64, sparse bool) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return &Error{path, ErrExists, "exists already; remove it first or choose another name", err}
	case err != nil:
		return &Error{path, ErrHost, "cannot create: " + hostText(err), err}
	}
	if sparse {
		err = f.Truncate(size)
	} else {
		_, err = f.Write(make([]byte, size))
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(path)
		return &Error{path, ErrHost, "cannot create: " + hostText(err), err}
	}
	return nil
}

// Identify opens path, reads its beginning and guesses what it is. Identity.Err
// is set where the guess failed; err reports a file that cannot be read at all.
func Identify(path string) (Identity, error) {
	f, err := openFile(path, false, nil)
	if err != nil {
		return Identity{}, err
	}
	defer f.f.Close()
	head := make([]byte, min(f.size, GuessHead))
	if err := f.ReadAt(head, 0); err != nil {
		return Identity{}, err
	}
	return Guess(path, f.size, head), nil
}

// Replaceable reports why the file at path must not be replaced by another one:
// it is in use, or it may not be written. What is not there or empty may be.
func Replaceable(path string) error {
	f, err := openFile(path, true, nil)
	switch {
	case err == nil:
		return f.f.Close()
	case isKind(err, ErrMissing) || isKind(err, ErrEmpty):
		return nil
	}
	return err
}
