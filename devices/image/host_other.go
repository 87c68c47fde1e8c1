//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package image

import (
	"errors"
	"os"
	"syscall"
)

// lock does nothing: these hosts (js/wasm above all) have no file locks.
func lock(*os.File, bool) error { return nil }

func isReadOnlyFS(err error) bool { return errors.Is(err, syscall.EROFS) }

// isFull reports a host without room for the write.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }

// Allocated would be how many bytes of the host's disk a file takes; this host
// does not tell.
func Allocated(os.FileInfo) (n int64, ok bool) { return 0, false }
