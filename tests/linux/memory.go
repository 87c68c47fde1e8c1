package linux

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
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

// Touched is what a running beige has resident of its guest's memory of the given
// size, in bytes: RAM, ROM and video memory, which are one mapping of its own. It is
// the smallest writable one that can be it (smaps of proc(5)); 0 if there is none.
func Touched(pid int, memory int64) int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	var size, best, touched int64
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var from, to, kb int64
		var rights string
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); n == 3 {
			size = 0
			if rights == "rw-p" {
				size = to - from
			}
			continue
		}
		rss, ok := strings.CutPrefix(lines.Text(), "Rss:")
		if !ok || size < memory || best != 0 && size >= best {
			continue
		}
		_, _ = fmt.Sscan(rss, &kb)
		best, touched = size, kb<<10
	}
	return touched
}
