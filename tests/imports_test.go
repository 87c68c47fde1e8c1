package tests

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the top of the project, seen from this package.
const root = ".."

const module = "beige/"

// layer says what the packages below a folder may import of ours. A package
// belongs to the first layer whose prefix it has.
type layer struct {
	prefix string
	may    []string // prefixes; a package may always import its own folder's parts where they are listed
}

// layers is section "The house" of the design: imports point downwards only.
func layers() []layer {
	chips := []string{"devices/bus", "devices/video"}
	return []layer{
		{"devices/bus", nil},
		{"devices/host/char", nil},
		{"devices/host", []string{"machine", "devices/host", "devices/bus", "devices/kbc", "devices/video"}},
		{"devices/image/fat", []string{"devices/video/cp437", "bios/bootsector"}},
		{"devices/image/partition", []string{"bios/bootsector"}},
		{"devices/image", []string{"devices/bus"}},
		{"devices/video/cp437", nil},
		{"devices/video", []string{"devices/video/cp437"}},
		{"devices/", chips},
		{"cpu/isa", nil},
		{"cpu/fpu", nil},
		{"cpu/jit/amd64", nil},
		{"cpu/jit/code", nil},
		{"cpu/jit", []string{"cpu/isa", "cpu/fpu", "cpu/jit/"}},
		{"cpu/", []string{"cpu/", "mmu"}},
		{"cpu", []string{"cpu/", "mmu"}},
		{"mmu", []string{"devices/bus"}},
		{"bios", []string{"bios/"}},
		{"machine/", []string{"machine", "cpu", "mmu", "bios", "devices/"}},
		{"machine", []string{"machine/", "cpu", "mmu", "bios", "devices/"}},
		{"debugger", []string{"debugger/", "machine", "cpu", "mmu", "devices/bus"}},
		{"cmd/", []string{""}},
		{"tests", []string{""}},
	}
}

// forbidden are packages of the standard library that a folder must not use:
// guest-visible code takes its time from the virtual clock and has no
// goroutines.
func forbidden(dir, path string) bool {
	if strings.HasPrefix(dir, "devices/host") || strings.HasPrefix(dir, "devices/image") || dir == "cpu/jit/code" {
		return false
	}
	if strings.HasPrefix(dir, "devices/") || strings.HasPrefix(dir, "cpu") || strings.HasPrefix(dir, "mmu") {
		return slices.Contains([]string{"time", "sync", "math/rand", "math/rand/v2", "C", "log", "log/slog", "context", "runtime"}, path)
	}
	return path == "C"
}

// hasPrefix reports whether path is prefix or lies below it.
func hasPrefix(path, prefix string) bool {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return strings.HasPrefix(path, prefix)
	}
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func allowed(dir, target string) (ok, known bool) {
	for _, l := range layers() {
		if !hasPrefix(dir, l.prefix) {
			continue
		}
		return slices.ContainsFunc(l.may, func(p string) bool { return hasPrefix(target, p) }), true
	}
	return false, false
}

// sources lists the Go files of the project.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(path, ".go"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found %d Go files below %s; want the whole project", len(files), root)
	}
	return files
}

func TestImportsPointDownwards(t *testing.T) {
	fset := token.NewFileSet()
	for _, path := range sources(t) {
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.ToSlash(rel)
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(fset, path, src, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if f.Name.Name == "main" && !strings.HasPrefix(dir, "cmd/") {
			continue // generators and tools are nobody's dependency
		}
		test := strings.HasSuffix(path, "_test.go")
		for _, imp := range f.Imports {
			target, _ := strconv.Unquote(imp.Path.Value)
			if !test && forbidden(dir, target) {
				t.Errorf("%s imports %s, which code that the guest sees must not use", path, target)
			}
			target, ours := strings.CutPrefix(target, module)
			if !ours || target == dir {
				continue
			}
			ok, known := allowed(dir, target)
			if !known {
				t.Errorf("%s: folder %s has no layer; add it to the test and to the design", path, dir)
			} else if !ok && !test {
				t.Errorf("%s: %s must not import %s", path, dir, target)
			}
		}
	}
}

func TestLayersCatchMistakes(t *testing.T) {
	for _, tc := range []struct {
		dir, target string
		want        bool
	}{
		{"devices/pic", "devices/bus", true},
		{"devices/pic", "cpu", false},
		{"devices/kbc", "devices/host/term", false},
		{"devices/fdc", "devices/dma", false},
		{"devices/bus", "mmu", false},
		{"cpu", "cpu/isa", true},
		{"cpu", "mmu", true},
		{"cpu", "devices/bus", false},
		{"cpu/isa", "mmu", false},
		{"mmu", "devices/bus", true},
		{"mmu", "cpu", false},
		{"machine", "devices/ata", true},
		{"machine", "debugger", false},
		{"devices/host/term", "machine", true},
		{"cmd/beige", "machine", true},
	} {
		if got, _ := allowed(tc.dir, tc.target); got != tc.want {
			t.Errorf("allowed(%s, %s) = %v; want %v", tc.dir, tc.target, got, tc.want)
		}
	}
}

// TestNoWorkplace keeps the paths of the machine that this was written on out
// of the project.
func TestNoWorkplace(t *testing.T) {
	needle := "/wo" + "rk/"
	for _, path := range sources(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), needle) {
			t.Errorf("%s mentions %s", path, needle)
		}
	}
}
