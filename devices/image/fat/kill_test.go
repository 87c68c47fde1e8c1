package fat

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// journal is a device that remembers every write, sector by sector.
type journal struct {
	memory
	writes []sectorWrite
}

type sectorWrite struct {
	off int64
	p   []byte
}

func (j *journal) WriteAt(p []byte, off int64) (int, error) {
	for i := 0; i < len(p); i += blockSize {
		j.writes = append(j.writes, sectorWrite{off + int64(i), bytes.Clone(p[i : i+blockSize])})
	}
	return j.memory.WriteAt(p, off)
}

// TestKilled stops a sequence of changes after every sector that is written.
// What is there then is a sound volume, with lost clusters at worst, on which
// each file has its old contents or its new ones.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		bits int
		size int64
	}{{12, 720 << 10}, {16, 2200 << 10}, {32, 34000 << 10}} {
		t.Run(fmt.Sprintf("FAT%d", tc.bits), func(t *testing.T) {
			t.Parallel()
			m, _ := volumeWith(t, tc.size, tc.bits, "OLD", "DIR/", "DIR/A file with a long name.txt")
			before := bytes.Clone(m)
			j := &journal{memory: m}
			v := mustOpen(t, j, len(m))
			versions := map[string][][]byte{
				"OLD":                             {contents(t, v, "OLD")},
				"DIR/A file with a long name.txt": {contents(t, v, "DIR/A file with a long name.txt")},
			}
			write := func(path string, n int) {
				b := pattern(fmt.Sprint(path, len(versions[path])), n)
				versions[path] = append(versions[path], b)
				put(t, v, path, b)
			}
			write("OLD", 9000)
			write("A new file with a long name.text", 3000)
			write("DIR/"+strings.Repeat("two sectors of names ", 11)+"x", 10)
			write("BIG", 300*v.clusterSize()) // the directory goes on in another sector of the table
			for i := range 9 {
				write(fmt.Sprintf("DIR/Many files with long names, number %d", i), 700*i)
			}
			if err := v.Mkdir("DIR/Sub directory", noon()); err != nil {
				t.Fatal(err)
			}
			write("DIR/Sub directory/x", 100)
			remove := func(path string) {
				if err := v.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 8 {
				remove(fmt.Sprintf("DIR/Many files with long names, number %d", i))
			}
			remove("DIR/A file with a long name.txt")
			remove("OLD")
			write("DIR/In its place", 1)
			remove("DIR/Sub directory/x")
			remove("DIR/Sub directory")
			if tc.bits == 12 { // no room for the old and the new one
				versions["BIG"] = append(versions["BIG"], nil)
				write("BIG", 450*v.clusterSize())
			}
			t.Logf("%d sectors are written", len(j.writes))
			at := memory(before)
			for k, w := range j.writes {
				_, _ = at.WriteAt(w.p, w.off)
				v := mustOpen(t, at, len(at))
				var list []Finding
				if !bytes.Contains(w.p, []byte("BIG")) { // of its many sectors the contents say enough
					var err error
					if list, err = v.Check(); err != nil {
						t.Fatal(err)
					}
				}
				for _, f := range list {
					if f.Fault != FaultLost && f.Fault != FaultCopies {
						t.Fatalf("after %d sectors: %v", k+1, f)
					}
				}
				for path, want := range versions {
					e, err := v.walk(path)
					if err != nil || e == nil {
						continue
					}
					got := contents(t, v, path)
					ok := false
					for _, b := range want {
						ok = ok || bytes.Equal(got, b)
					}
					if !ok {
						t.Fatalf("after %d sectors %s has %d bytes that were never in it", k+1, path, len(got))
					}
				}
			}
			if got := strings.Join(findings(t, at), "\n"); got != "" {
				t.Errorf("in the end: %s", got)
			}
		})
	}
}
