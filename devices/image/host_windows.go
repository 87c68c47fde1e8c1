package image

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks one byte far beyond the end of any image, alone or shared. Windows
// locks are mandatory for the bytes they cover, and what reads the image without
// asking for a lock must not be stopped.
func lock(f *os.File, alone bool) error {
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if alone {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	ov := windows.Overlapped{OffsetHigh: 0x7fff_ffff}
	err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &ov)
	switch err {
	case windows.ERROR_LOCK_VIOLATION, windows.ERROR_IO_PENDING:
		return errLockHeld
	case windows.ERROR_INVALID_FUNCTION, windows.ERROR_NOT_SUPPORTED:
		return nil
	}
	return err
}

func isReadOnlyFS(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

// isFull reports a host without room for the write.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// Allocated would be how many bytes of the host's disk a file takes; this host
// does not tell.
func Allocated(os.FileInfo) (n int64, ok bool) { return 0, false }
