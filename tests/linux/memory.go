package linux

import (
	"bytes"
	"fmt"
	"os"
)

// PeakMemory is the most memory that a running process has had resident, in bytes
// (VmHWM of proc(5)), or 0. What wait(2) tells at the end is no measure of it: that
// counts what the parent had when it started the process.
func PeakMemory(pid int) int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := bytes.Cut(b, []byte("\nVmHWM:"))
	var kb int64
	_, _ = fmt.Sscan(string(rest), &kb)
	return kb << 10
}
