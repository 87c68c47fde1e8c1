package fat

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// memory is a device of bytes.
type memory []byte

func (m memory) ReadAt(p []byte, off int64) (int, error)  { return bytes.NewReader(m).ReadAt(p, off) }
func (m memory) WriteAt(p []byte, off int64) (int, error) { return copy(m[off:], p), nil }

// tool finds a program of mtools or dosfstools, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range []string{"", "/usr/sbin/", "/sbin/"} {
		if path, err := exec.LookPath(dir + name); err == nil {
			return path
		}
	}
	t.Skipf("%s is not installed (packages mtools and dosfstools)", name)
	return ""
}

// run runs a program and returns what it says.
func run(t *testing.T, path string, args ...string) string {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "MTOOLS_SKIP_CHECK=1", "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", filepath.Base(path), args, err, out)
	}
	return string(out)
}

// sound runs fsck.fat on a volume.
func sound(t *testing.T, fsck string, m memory) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "volume.img")
	if err := os.WriteFile(path, m, 0o666); err != nil {
		t.Fatal(err)
	}
	run(t, fsck, "-n", "-V", path)
}

// pattern is n bytes that differ from file to file and from sector to sector.
func pattern(seed string, n int) []byte {
	out := make([]byte, 0, n+64)
	for i := 0; len(out) < n; i++ {
		out = fmt.Appendf(out, "%s %d\n", seed, i)
	}
	return out[:n]
}

func mustOpen(t *testing.T, dev Device, size int) *Volume {
	t.Helper()
	v, err := Open(dev, 0, int64(size))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func contents(t *testing.T, v *Volume, path string) []byte {
	t.Helper()
	f, err := v.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
