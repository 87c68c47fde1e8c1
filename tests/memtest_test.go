package tests

import (
	"testing"
	"time"
)

// Memtest86+ is a 32-bit program without an operating system: it takes the
// memory map from its loader, finds out about the processor, and moves itself
// through the memory that it tests, with paging on where the processor has PAE.

const memtestImage = "/boot/memtest86+ia32.bin"

// memtestRuns sees it going from test to test.
const memtestRuns = `
wait "Memtest86+ v6" within 20s
wait "Status: Testing" within 10s
expect "Errors: 0"
wait "Test #2" within 20s
expect "Errors: 0"
`

func TestMemtest86(t *testing.T) {
	t.Parallel()
	v := syslinuxDisk(t, "PROMPT 1\nDEFAULT none\nLABEL memtest\n LINUX memtest\n")
	v.put(t, packaged(t, memtestImage), "memtest")
	for _, tc := range []struct{ cpu, memory, name, size string }{
		{"pentium", "8M", "Pentium", "   8MB"},
		{"pentium-ii", "16M", "Pentium II", "  16MB"},
	} {
		t.Run(tc.cpu, func(t *testing.T) {
			t.Parallel()
			pass(t, `
wait "boot:" within 20s
type "memtest\n"
`+memtestRuns+`
expect "`+tc.name+`"
expect "Memory  : `+tc.size+`"
wait "Test #4" within 20s
expect "Errors: 0"
key f1
wait "Settings:" within 10s
key f10
sleep 500ms
key esc
wait "beige BIOS" within 20s
wait "boot:" within 20s
`, "--cpu", tc.cpu, "--mem", tc.memory, "--snapshot", v.image)
		})
	}
}

// A whole pass over the memory, as a kernel: the loader ROM starts it.
func TestMemtest86Pass(t *testing.T) {
	long(t)
	t.Parallel()
	script := `
wait "Memtest86+ v6" within 20s
wait "Pass:  1" within 3600s
expect "Errors: 0"
expect "Memory  :   16MB"
`
	r := runWithin(t, 30*time.Minute, []string{beige(t)}, script, "--mem", "16M", "--kernel", packaged(t, memtestImage))
	if r.code != 0 {
		t.Errorf("exit code %d; want 0\n%s", r.code, r.stderr)
	}
}
