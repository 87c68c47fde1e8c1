// Package image is the disks of the machine as the person has them: files with
// the sectors of a floppy, a hard disk or a CD-ROM in order, read-only and throw-away
// views of such files, and disks in memory. Floppy is what a floppy drive
// turns, Disk is the sector array behind an ATA drive; the interfaces they
// satisfy are declared by the controllers. Disc is what a CD-ROM drive reads.
//
// Rules that hold for every image:
//   - a write reaches the file before the controller hears of its success, in
//     the order the guest made it, and nothing but what the guest wrote changes:
//     a process that is killed takes nothing with it;
//   - what was written before a flush that succeeded survives the host's power;
//   - a file that is open for writing is locked against other processes and
//     against a second opening in this one (lock.go);
//   - opening never changes a file, and a file that is refused is not touched;
//   - an error of the host's file system is returned to the controller every
//     time, and handed to Options.Report once for reading and once for writing.
//
// Sources: FAT boot sector and partition table: Microsoft "FAT: General
// Overview of On-Disk Format" 1.03 and IBM PC DOS Technical Reference; ISO 9660
// volume descriptors: ECMA-119 section 8; floppy formats: ECMA-66, -70, -78,
// -99, -100, -125, -147 and the DOS FORMAT command.
//
// Not modelled: weak bits, timing of single bits and other copy protection
// (raw files hold sectors only); sector interleave after a guest's format.
package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// SectorSize is the sector of every raw image, in bytes.
const SectorSize = 512

// Reasons for which an image is refused. Errors wrap one of them inside an
// Error, which adds the file name and the details.
var (
	ErrMissing   = errors.New("no such file")
	ErrDirectory = errors.New("is a directory")
	ErrNotFile   = errors.New("is not a regular file")
	ErrEmpty     = errors.New("empty file")
	ErrOddSize   = errors.New("not a whole number of sectors")
	ErrTruncated = errors.New("truncated image")
	ErrSize      = errors.New("unsupported size")
	ErrReadOnly  = errors.New("read-only file")
	ErrLocked    = errors.New("image in use")
	ErrFormat    = errors.New("unsupported image format")
	ErrDamaged   = errors.New("damaged image")
	ErrExists    = errors.New("file exists")
	ErrAccess    = errors.New("access denied")
	ErrProtected = errors.New("write-protected")
	ErrRange     = errors.New("beyond the end of the disk")
	ErrFull      = errors.New("no room for changes")
	ErrHost      = errors.New("host i/o error")
)

// Error is a refused image or a failed transfer, in one line that names the
// file and says how to go on. errors.Is finds Kind and Cause.
type Error struct {
	Path   string
	Kind   error  // one of the errors above
	Detail string // the sentence after the file name
	Cause  error  // the host's error, or nil
}

func (e *Error) Error() string { return e.Path + ": " + e.Detail }

// Unwrap gives errors.Is and errors.As the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

func refuse(path string, kind error, format string, a ...any) *Error {
	return &Error{Path: path, Kind: kind, Detail: fmt.Sprintf(format, a...)}
}

// Options say how to open an image.
type Options struct {
	ReadOnly bool        // never write to the file; a floppy becomes write-protected
	Snapshot bool        // the guest may write, the file stays as it is
	Report   func(error) // told the first host error in reading and in writing; may be nil
}

// blankAdvice ends the refusal of an empty file: most are the start of a new disk.
const blankAdvice = "; a blank floppy has 1474560 bytes, a blank hard disk any multiple of 512 (truncate -s 1440K, or 32M, makes one)"

// openFile opens path. Without write it takes no lock. A file that may not be
// written gives ErrReadOnly.
func openFile(path string, write bool, report func(error)) (*file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, openError(path, err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, refuse(path, ErrDirectory, "is a directory; want a disk image")
	case !mode.IsRegular() && mode&(fs.ModeDevice|fs.ModeCharDevice) != fs.ModeDevice:
		return nil, refuse(path, ErrNotFile, "is not a regular file; want a disk image")
	}
	flag := os.O_RDONLY
	if write {
		flag = os.O_RDWR
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		if write && (errors.Is(err, fs.ErrPermission) || isReadOnlyFS(err)) {
			// Readable at least? Otherwise the advice to open read-only is wrong.
			if r, rerr := os.Open(path); rerr == nil {
				r.Close()
				return nil, &Error{path, ErrReadOnly, "is read-only; use --snapshot (writes are kept in memory and dropped) or --read-only", err}
			}
		}
		return nil, openError(path, err)
	}
	id, err := f.Stat() // of the file that was opened: the name may be another's by now
	if err != nil {
		f.Close()
		return nil, &Error{path, ErrHost, "cannot read: " + hostText(err), err}
	}
	if write {
		if err := claim(f, path); err != nil {
			f.Close()
			return nil, err
		}
	}
	size, err := f.Seek(0, 2)
	if err != nil {
		f.Close()
		return nil, &Error{path, ErrHost, "cannot read: " + hostText(err), err}
	}
	if size == 0 {
		f.Close()
		return nil, refuse(path, ErrEmpty, "is empty (0 bytes); want a disk image"+blankAdvice)
	}
	return &file{f: f, path: path, id: id, size: size, writable: write, report: report}, nil
}

func openError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{path, ErrMissing, "no such file; check the name", err}
	case errors.Is(err, fs.ErrPermission):
		return &Error{path, ErrAccess, "access denied; its permissions, or those of a directory above it, forbid reading", err}
	}
	return &Error{path, ErrHost, "cannot open: " + hostText(err), err}
}

// hostText is the reason of a host error without the path and the operation,
// which the caller's sentence has already.
func hostText(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
