package fat

import (
	"bytes"
	"errors"
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

// TestWithoutParameters opens a floppy as DOS 1 makes it: nothing but the first
// byte of the table tells what it is.
func TestWithoutParameters(t *testing.T) {
	for _, kb := range []int{160, 180, 320, 360} {
		m := make(memory, kb*1024)
		if err := Format(m, 0, int64(len(m)), Options{}); err != nil {
			t.Fatal(err)
		}
		put(t, mustOpen(t, m, len(m)), "FILE", pattern("x", 3000))
		clear(m[:blockSize])
		v := mustOpen(t, m, len(m))
		if got := contents(t, v, "FILE"); !bytes.Equal(got, pattern("x", 3000)) {
			t.Errorf("%d KB: %d bytes of 3000", kb, len(got))
		}
		if list, err := v.Check(); err != nil || len(list) != 0 {
			t.Errorf("%d KB: %v, %v", kb, list, err)
		}
		m[blockSize] = 0xf0
		if _, err := Open(m, 0, int64(len(m))); !errors.Is(err, ErrNotFAT) {
			t.Errorf("%d KB with another media byte: %v; want ErrNotFAT", kb, err)
		}
	}
}

// TestOpenRefuses gives Open boot sectors that describe nothing.
func TestOpenRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		at   int
		p    []byte
		want error
	}{
		{"sectors of 500 bytes", offSectorSize, []byte{0xf4, 1}, ErrNotFAT},
		{"clusters of 3 sectors", offCluster, []byte{3}, ErrNotFAT},
		{"no table", offFATs, []byte{0}, ErrNotFAT},
		{"media 01h", offMedia, []byte{1}, ErrNotFAT},
		{"no sectors", offTotal16, []byte{0, 0}, ErrNotFAT},
		{"fewer sectors than tables", offTotal16, []byte{5, 0}, ErrDamaged},
		{"no root directory", offRoot, []byte{0, 0}, ErrDamaged},
		{"no room behind the tables", offReserved, []byte{0x30, 0x0b}, ErrDamaged},
	} {
		m := make(memory, 1440*1024)
		if err := Format(m, 0, int64(len(m)), Options{}); err != nil {
			t.Fatal(err)
		}
		copy(m[tc.at:], tc.p)
		if _, err := Open(m, 0, int64(len(m))); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v; want %v", tc.name, err, tc.want)
		}
	}
	if _, err := Open(memory{}, 0, 0); !errors.Is(err, ErrNotFAT) {
		t.Errorf("nothing: %v; want ErrNotFAT", err)
	}
	// The tables are there, what follows is not: it can be looked at.
	m := make(memory, 1440*1024)
	if err := Format(m, 0, int64(len(m)), Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(m, 0, 10*1024); !errors.Is(err, ErrDamaged) {
		t.Errorf("half of the tables: %v; want ErrDamaged", err)
	}
	v := mustOpen(t, m[:20*1024], 20*1024)
	if err := v.WriteFile("X", bytes.NewReader(nil), 0, noon()); !errors.Is(err, ErrDamaged) {
		t.Errorf("writing to half a volume: %v; want ErrDamaged", err)
	}
}
