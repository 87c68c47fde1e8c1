package image

import (
	"errors"
	"os"
)

// Locks. Who opens an image to write it must be alone; readers (read-only disks
// and the base below a snapshot) share.
//
//	            there is a writer        there are readers
//	a writer    refused                  refused: their disk would change
//	a reader    let in, and told so      let in
//
// A reader beside a writer does no harm to the file and is what its person has
// asked for by name, but sees sectors change; a machine that is running must
// not be brought into that position by somebody else. A lock ends with the
// process however it ends. Floppies that are not written to are read whole at
// the beginning and let go.

// errLockHeld is lock's answer where another process has a lock in the way.
var errLockHeld = errors.New("lock held")

// claim locks f for a writer.
func claim(f *os.File, path string) error {
	err := lock(f, true)
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, errLockHeld):
		return &Error{path, ErrHost, "cannot be locked: " + hostText(err), err}
	}
	detail := "is in use by another beige"
	if lock(f, false) == nil { // so those are readers
		detail = "is being read by another beige (--snapshot or --read-only), whose disk would change"
	}
	return &Error{path, ErrLocked, detail + "; use --snapshot or --read-only to open it as well", err}
}

// share locks f for a reader. It reports true beside a writer.
func (f *file) share() bool {
	h, ok := f.f.(*os.File)
	return ok && errors.Is(lock(h, false), errLockHeld)
}
