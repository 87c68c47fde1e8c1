//go:build !js

package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// stopSignals are the signals that end a run in order: images are closed, the
// terminal is restored. Those that whoever started the program wants ignored
// (nohup, a shell's background jobs) stay ignored.
func stopSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	return slices.DeleteFunc(all, signal.Ignored)
}
