package tests

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// Disks of checks run on our machine and on others, which are known to differ from
// the references here and there.

// finding is what one check of a disk found.
type finding struct {
	name   string
	detail string // "": as the reference says
}

// differences reads a list of checks in which another machine is known to differ: a
// reason in brackets, which docs/rationale.md repeats, then the disks and names it
// explains.
func differences(t *testing.T, path string) map[string]bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	explained, err := os.ReadFile("../docs/rationale.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	reason := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "["):
			reason = line
			if text := strings.Trim(line, "[]"); !bytes.Contains(explained, []byte("\n- "+text+"\n")) {
				t.Errorf("%s: %q is not in docs/rationale.md", path, text)
			}
		case line != "" && reason == "":
			t.Errorf("%s: %q has no reason", path, line)
		case known[line]:
			t.Errorf("%s: %q is there twice", path, line)
		case line != "":
			known[line] = true
		}
	}
	return known
}

// compare reports what a disk of checks found: a difference that is not known fails;
// one that is known and not there is only noted, since versions of the other machine
// differ.
func compare(t *testing.T, disk string, list []finding, known map[string]bool) {
	t.Helper()
	differ := 0
	for _, f := range list {
		name := disk + "/" + f.name
		switch {
		case f.detail != "" && known[name]:
			differ++
		case f.detail != "":
			t.Errorf("%s | %s", name, f.detail)
		case known[name]:
			t.Logf("%s: as the reference says", name)
		}
	}
	t.Logf("%d checks, %d known differences", len(list), differ)
}
