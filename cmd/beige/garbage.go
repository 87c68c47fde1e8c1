package main

import "runtime/debug"

// mostGarbage is how much unused memory may lie around before it is collected, in
// bytes; what lives beside RAM is some five times that, mostly decoded code.
const (
	mostGarbage = 4 << 20
	besideRAM   = 20 << 20
)

// boundGarbage keeps the heap near what is in use. The garbage collector waits
// until the heap has grown by a share of itself; ram bytes of it are the guest's.
func boundGarbage(ram uint64) {
	percent := mostGarbage * 100 / (ram + besideRAM)
	debug.SetGCPercent(int(max(percent, 1)))
}
