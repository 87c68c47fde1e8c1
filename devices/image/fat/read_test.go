package fat

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// TestReadsMtools reads what mkfs.fat and mtools have written.
func TestReadsMtools(t *testing.T) {
	t.Parallel()
	mkfs, mcopy, mmd := tool(t, "mkfs.fat"), tool(t, "mcopy"), tool(t, "mmd")
	for _, tc := range []struct {
		bits, kb, cluster int
	}{{12, 1440, 1}, {12, 8192, 8}, {16, 20000, 4}, {32, 40000, 1}} {
		t.Run(fmt.Sprintf("FAT%d", tc.bits), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			img := filepath.Join(dir, "v.img")
			run(t, mkfs, "-C", "-F", fmt.Sprint(tc.bits), "-s", fmt.Sprint(tc.cluster), "-n", "TEST", "-i", "1234abcd", img, fmt.Sprint(tc.kb))
			big, small := pattern("big", 300_000), pattern("small", 5)
			for name, b := range map[string][]byte{"big": big, "small": small, "empty": nil} {
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			const long = "A long name with dots. and blanks, über 30 characters.text"
			run(t, mmd, "-i", img, "::/SUB", "::/SUB/Deeper directory")
			run(t, mcopy, "-i", img, filepath.Join(dir, "big"), "::/SUB/"+long)
			run(t, mcopy, "-i", img, filepath.Join(dir, "small"), "::/SMALL.TXT")
			run(t, mcopy, "-i", img, filepath.Join(dir, "empty"), "::/SUB/Deeper directory/empty")
			m, err := os.ReadFile(img)
			if err != nil {
				t.Fatal(err)
			}
			v := mustOpen(t, memory(m), len(m))
			if got := contents(t, v, "SUB/"+long); !bytes.Equal(got, big) {
				t.Errorf("%d bytes of %s; want %d", len(got), long, len(big))
			}
			if got := contents(t, v, "small.txt"); !bytes.Equal(got, small) {
				t.Errorf("SMALL.TXT = %q; want %q", got, small)
			}
			if err := fstest.TestFS(v, "SMALL.TXT", "SUB", "SUB/"+long, "SUB/Deeper directory/empty"); err != nil {
				t.Error(err)
			}
			i, err := v.Info()
			if err != nil {
				t.Fatal(err)
			}
			if i.Type != fmt.Sprintf("FAT%d", tc.bits) || i.Label != "TEST" || i.Serial != 0x1234abcd || i.ClusterSize != tc.cluster*512 {
				t.Errorf("info %+v", i)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": ".", "/": ".", `\DOS\`: "DOS", "a:/x//y/": "x/y", `C:\A\..\B\.\c`: "B/c", "..": ".", "ü/x": "ü/x",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q; want %q", in, got, want)
		}
	}
}
