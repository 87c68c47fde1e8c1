//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package image

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock takes the advisory whole-file lock, alone or shared, which ends with the
// descriptor, so a killed process leaves none behind. A file system without
// locks is let pass: refusing to run from it would help nobody.
func lock(f *os.File, alone bool) error {
	how := unix.LOCK_SH
	if alone {
		how = unix.LOCK_EX
	}
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLockHeld
		case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
			return nil
		}
		return err
	}
}

func isReadOnlyFS(err error) bool { return errors.Is(err, unix.EROFS) }

// isFull reports a host without room for the write.
func isFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

// Allocated is how many bytes of the host's disk a file takes; ok is false
// where the host does not say.
func Allocated(info os.FileInfo) (n int64, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int64(st.Blocks) * 512, true // POSIX leaves the unit open; all of these systems take 512
}
