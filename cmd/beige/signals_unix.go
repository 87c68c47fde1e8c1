//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// failWrites makes writes fail that would kill the process with its images open:
// those to a closed pipe, and those beyond the limit of a file's size.
func failWrites() { signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) }
