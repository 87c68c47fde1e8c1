//go:build linux || darwin

package main

import "golang.org/x/sys/unix"

// allocRAM maps memory for the guest, which the host gives page by page as it is
// touched. It is never given back: a process has one machine.
func allocRAM(n int) ([]byte, error) {
	return unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
}

// heapRAM is how much of the guest's memory lies on Go's heap.
func heapRAM(uint64) uint64 { return 0 }
