package main

import "runtime/debug"

// mostGarbage is how much unused memory may lie around before it is collected, in
// bytes; what lives beside RAM is about twice that, mostly decoded traces.
const (
	mostGarbage = 8 << 20
	besideRAM   = 16 << 20
)

// boundGarbage keeps the heap near what is in use. The garbage collector waits
// until the heap has grown by a share of itself, RAM of the guest included, so
// that without this a machine would take twice its memory.
func boundGarbage(ram uint64) {
	percent := mostGarbage * 100 / (ram + besideRAM)
	debug.SetGCPercent(int(min(max(percent, 1), 100)))
}
