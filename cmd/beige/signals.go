//go:build !js

package main

import (
	"os"
	"syscall"
)

// stopSignals are the signals that end a run in order: images are written out,
// the terminal is restored.
func stopSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}
