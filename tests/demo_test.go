package tests

import (
	"strings"
	"testing"
)

// The demonstration disk is part of the program, so these run everywhere.

func TestDemoDiskOnEveryProcessor(t *testing.T) {
	for _, tc := range []struct{ cpu, name, memory string }{
		{"8086", "8086 or 8088", "639 KB base"},
		{"80186", "80186 or 80188", "639 KB base"},
		{"80286", "80286", "639 KB base, 13312 KB above 1 MB"},
		{"80386", "80386", "639 KB base, 15360 KB above 1 MB"},
		{"80486", "80486", "639 KB base, 15360 KB above 1 MB"},
		{"pentium", "Pentium, GenuineIntel", "639 KB base, 15360 KB above 1 MB"},
		{"pentium-pro", "Pentium Pro class, GenuineIntel", "639 KB base, 15360 KB above 1 MB"},
		{"pentium-ii", "Pentium Pro class, GenuineIntel", "639 KB base, 15360 KB above 1 MB"},
	} {
		t.Run(tc.cpu, func(t *testing.T) {
			t.Parallel()
			pass(t, `
wait "beige>" within 20s
expect "`+tc.name+`"
expect "`+tc.memory+`"
expect "VGA, mode 03h, 80 by 25 characters of 16 lines"
expect "2000-01-01  12:00:0"
`, "--cpu", tc.cpu)
		})
	}
}

func TestDemoDiskCommands(t *testing.T) {
	pass(t, `
wait "beige>" within 20s
type "help\n"
wait "reboot" within 5s
expect "mem"
expect "ticks"
type "cls\n"
type "mem 0040:0013\n"
wait "7F 02" within 5s # 639 KB
type "nonsense\n"
wait "help" within 5s
type "reboot\n"
wait "A PC is running." within 20s
`)
	// The guest switches the machine off, with nothing left to check: exit code 0.
	r := runScript(t, `
wait "beige>" within 20s
type "off\n"
`)
	if r.code != 0 {
		t.Errorf("exit code after off = %d; want 0\n%s", r.code, r.stderr)
	}
}

func TestBIOSWithoutBootDisk(t *testing.T) {
	out := runScript(t, `wait "Insert a boot disk and press a key" within 20s
expect "No bootable disk."
expect "Hard disk: no boot loader on it"
quit 7`, "--hd", emptyDisk(t, 8<<20))
	if out.code != 7 {
		t.Errorf("exit code %d; want 7\n%s", out.code, out.stderr)
	}
}

func TestStateHash(t *testing.T) {
	t.Parallel()
	const script = `
wait "beige>" within 20s
type "ticks\n"
sleep 3s
key enter
hash
`
	first := pass(t, script, "--state-hash")
	lines := strings.Fields(first)
	if len(lines) != 2 || len(lines[0]) != 64 || lines[0] != lines[1] {
		t.Fatalf("hash printed %q; want the same digest twice", first)
	}
	if second := pass(t, script, "--state-hash"); second != first {
		t.Errorf("second run: %s; first run: %s", second, first)
	}
	if other := pass(t, script, "--state-hash", "--cpu", "80486"); other == first {
		t.Errorf("an 80486 has the hash of a Pentium II: %s", other)
	}
}
