package tests

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests of this file and its neighbours drive the program as a person would:
// they build it, write a script, and look at what it prints and how it ends.

// images is where guests to boot lie, beside the project. They are other
// people's and not part of it.
const images = "../../shared/images"

// guestImage returns a private copy of an image, or skips the test aloud.
func guestImage(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(images, name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("image %s is not there", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// need returns the path of a program of the host, or skips the test aloud.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// sample skips a case of many with -short, unless it is one of those named.
func sample(t *testing.T, names ...string) {
	t.Helper()
	_, name, _ := strings.Cut(t.Name(), "/")
	if testing.Short() && !slices.Contains(names, name) {
		t.Skip("one case of many; not with -short")
	}
}

var program struct {
	once sync.Once
	dir  string
	path string
	err  error
}

// beige returns the path of the program, built from this tree.
func beige(t *testing.T) string {
	t.Helper()
	program.once.Do(func() {
		if program.dir, program.err = os.MkdirTemp("", "beige-tests"); program.err == nil {
			program.path, program.err = build(program.dir)
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path
}

// build compiles the program into dir for the environment settings given.
func build(dir string, env ...string) (string, error) {
	path := filepath.Join(dir, "beige.exe")
	cmd := exec.Command("go", "build", "-o", path, "../cmd/beige")
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
}

func TestMain(m *testing.M) {
	flag.Parse()
	// Guests on QEMU wait in the host's time, and leave the processor to others.
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	}
	code := m.Run()
	if program.dir != "" {
		_ = os.RemoveAll(program.dir)
	}
	os.Exit(code)
}

// result is how a run of the program ended.
type result struct {
	code           int
	stdout, stderr string
}

// runScript runs a machine with a script and returns how it ended. It fails the
// test if that takes more than two minutes of wall time.
func runScript(t *testing.T, script string, args ...string) result {
	t.Helper()
	return runProgram(t, []string{beige(t)}, script, args...)
}

func runProgram(t *testing.T, program []string, script string, args ...string) result {
	t.Helper()
	return runWithin(t, 2*time.Minute, program, script, args...)
}

func runWithin(t *testing.T, limit time.Duration, program []string, script string, args ...string) result {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.script")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	line := append(append(program[1:len(program):len(program)], "run", "--deterministic", "--script", file), args...)
	cmd := exec.CommandContext(ctx, program[0], line...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// pass runs a script that must pass, and returns what it printed.
func pass(t *testing.T, script string, args ...string) string {
	t.Helper()
	r := runScript(t, script, args...)
	if r.code != 0 {
		t.Fatalf("exit code %d; want 0\n%s", r.code, r.stderr)
	}
	return r.stdout
}

// emptyDisk makes an image of size bytes of zeros.
func emptyDisk(t *testing.T, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	return path
}
