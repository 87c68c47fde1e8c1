//go:build !linux && !darwin

package main

// allocRAM takes memory for the guest from Go's heap, which the host gives page by
// page as it is touched, too.
func allocRAM(n int) ([]byte, error) { return make([]byte, n), nil }

// heapRAM is how much of the guest's memory lies on Go's heap.
func heapRAM(ram uint64) uint64 { return ram }
