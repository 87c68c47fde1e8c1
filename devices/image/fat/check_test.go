package fat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
)

// volumeWith returns a new volume with files of some clusters each.
func volumeWith(t testing.TB, size int64, bits int, files ...string) (memory, *Volume) {
	t.Helper()
	m := make(memory, size)
	if err := Format(m, 0, size, Options{Bits: bits, Now: noon()}); err != nil {
		t.Fatal(err)
	}
	v, err := Open(m, 0, size)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if dir, found := strings.CutSuffix(f, "/"); found {
			err = v.Mkdir(dir, noon())
		} else {
			b := pattern(f, 5*v.clusterSize()-100)
			err = v.WriteFile(f, bytes.NewReader(b), int64(len(b)), noon())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return m, v
}

func findings(t *testing.T, m memory) []string {
	t.Helper()
	list, err := mustOpen(t, m, len(m)).Check()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range list {
		out = append(out, f.String())
	}
	return out
}

func TestCheck(t *testing.T) {
	const kb = 1024
	for _, tc := range []struct {
		name   string
		bits   int
		damage func(v *Volume, entry func(path string) []byte) []link
		want   []string
	}{
		{"sound", 12, nil, nil},
		{"sound", 16, nil, nil},
		{"sound", 32, nil, nil},
		{"cross link", 12, func(v *Volume, e func(string) []byte) []link {
			return []link{{v.cluster(e("B")) + 4, v.cluster(e("A"))}}
		}, []string{"/B: shares cluster 3 with /A"}},
		{"circle", 16, func(v *Volume, e func(string) []byte) []link {
			return []link{{v.cluster(e("A")) + 4, v.cluster(e("A")) + 1}}
		}, []string{"/A: its chain goes round in a circle from cluster 4"}},
		{"lost", 32, func(v *Volume, e func(string) []byte) []link {
			return []link{{1000, 1001}, {1001, endOfChain}, {2000, endOfChain}}
		}, []string{"3 lost clusters in 2 chains (1536 bytes that no file has)", "78716 clusters are free; FSInfo says 78719"}},
		{"leads to a free cluster", 16, func(v *Volume, e func(string) []byte) []link {
			return []link{{v.cluster(e("A")) + 4, 4000}}
		}, []string{"/A: a chain leads to a free cluster"}},
		{"leads nowhere", 12, func(v *Volume, e func(string) []byte) []link {
			return []link{{v.cluster(e("A")) + 4, 4000}}
		}, []string{"/A: a chain leads to cluster 4000, which is not there"}},
		{"leads to a bad cluster", 32, func(v *Volume, e func(string) []byte) []link {
			return []link{{v.cluster(e("A")) + 4, bad}}
		}, []string{"/A: a chain leads to a bad cluster"}},
		{"too short", 12, func(v *Volume, e func(string) []byte) []link {
			return []link{{v.cluster(e("A")) + 3, endOfChain}, {v.cluster(e("A")) + 4, free}}
		}, []string{"/A: has 5020 bytes, but clusters for 4096 only"}},
		{"too long", 12, func(v *Volume, e func(string) []byte) []link {
			binary.LittleEndian.PutUint32(e("A")[offSize:], 1)
			return nil
		}, []string{"/A: has 1 byte, but 5 clusters; 1 would do"}},
		{"no clusters", 12, func(v *Volume, e func(string) []byte) []link {
			binary.LittleEndian.PutUint32(e("D/E")[offSize:], 7)
			return nil
		}, []string{"/D/E: has 7 bytes, but no clusters"}},
		{"directory in itself", 12, func(v *Volume, e func(string) []byte) []link {
			x := e("D/E")
			x[offAttr] = attrDirectory
			setCluster(x, v.cluster(e("D")))
			return nil
		}, []string{"/D/E: shares cluster 2 with /D"}},
		{"no directory", 12, func(v *Volume, e func(string) []byte) []link {
			e("A")[offAttr] = attrDirectory
			return nil
		}, []string{`/A: no entry "."; so this is no directory`}},
		{"twice", 12, func(v *Volume, e func(string) []byte) []link {
			copy(e("B"), e("A")[:11])
			return nil
		}, []string{"/A: a second entry of this name"}},
		{"bad character", 12, func(v *Volume, e func(string) []byte) []link {
			e("B")[1] = '*'
			return nil
		}, []string{"/B*: a character in the short name that may not be there"}},
		{"label in a directory", 12, func(v *Volume, e func(string) []byte) []link {
			e("D/E")[offAttr] = attrVolume
			return nil
		}, []string{"/D: has a volume label, which only the root directory may have"}},
		{"long name alone", 12, func(v *Volume, e func(string) []byte) []link {
			e("A long name.txt")[0] = markDeleted
			return nil
		}, []string{"/: 2 parts of long names without a file", "5 lost clusters in 1 chain (5120 bytes that no file has)"}},
	} {
		t.Run(fmt.Sprintf("%s %d", tc.name, tc.bits), func(t *testing.T) {
			t.Parallel()
			size := map[int]int64{12: 720 * kb, 16: 9000 * kb, 32: 40000 * kb}[tc.bits]
			bits := tc.bits
			m, v := volumeWith(t, size, bits, "D/", "A", "B", "A long name.txt")
			put(t, v, "D/E", nil)
			if tc.damage != nil {
				open := map[string]*directory{}
				entry := func(path string) []byte {
					dir := ""
					if i := strings.LastIndexByte(path, '/'); i >= 0 {
						dir = path[:i]
					}
					d, _, e, err := v.target(path)
					if err != nil || e == nil {
						t.Fatalf("%s: %v, %v", path, e, err)
					}
					if open[dir] == nil {
						open[dir] = d
					}
					return open[dir].at(e.slot)
				}
				links := tc.damage(v, entry)
				for _, d := range open {
					if err := v.writeSlots(d, 0, d.slots()); err != nil {
						t.Fatal(err)
					}
				}
				if err := v.setLinks(links); err != nil {
					t.Fatal(err)
				}
			}
			got := findings(t, m)
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("found:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

// TestCheckBoot damages what is in front of the clusters.
func TestCheckBoot(t *testing.T) {
	for _, tc := range []struct {
		name   string
		damage func(v *Volume, m memory) memory
		want   string
	}{
		{"cut off", func(v *Volume, m memory) memory { return m[:len(m)-blockSize] }, "the volume has 40960000 bytes by its boot sector, but 40959488 are there"},
		{"signature", func(v *Volume, m memory) memory { m[510] = 0; return m }, "the boot sector does not end in 55 AA"},
		{"media", func(v *Volume, m memory) memory { m[offMedia] = 0xfa; m[6*512+offMedia] = 0xfa; return m }, "the file allocation table is for media F8h, the boot sector for FAh"},
		{"backup", func(v *Volume, m memory) memory { m[6*512+offHeads]++; return m }, "the copy of the boot sector, in sector 6, describes another volume"},
		{"copies", func(v *Volume, m memory) memory {
			m[(uint64(v.Reserved)+v.FATSectors)*512+600] ^= 1
			return m
		}, "copy 2 of the file allocation table differs from the first in 1 sector"},
		{"FSInfo", func(v *Volume, m memory) memory { m[512] = 0; return m }, "sector 1 is no FSInfo sector"},
	} {
		m, v := volumeWith(t, 40000*1024, 32)
		if got := strings.Join(findings(t, tc.damage(v, m)), "\n"); got != tc.want {
			t.Errorf("%s: %s; want %s", tc.name, got, tc.want)
		}
	}
}

// TestLoops reads volumes that have no end.
func TestLoops(t *testing.T) {
	_, v := volumeWith(t, 720*1024, 12, "D/", "D/E/", "A")
	d, _, e, err := v.target("D/E")
	if err != nil {
		t.Fatal(err)
	}
	setCluster(d.at(e.slot), d.cluster) // D/E is D
	if err := v.writeSlots(d, e.slot, e.slot+1); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := fs.WalkDir(v, ".", func(path string, d fs.DirEntry, err error) error {
		n++
		return nil
	}); err != nil || n > 5 {
		t.Errorf("walked over %d names, %v; want 4 or 5", n, err)
	}
	a, err := v.walk("A")
	if err != nil {
		t.Fatal(err)
	}
	if err := v.setLinks([]link{{a.Cluster, a.Cluster}}); err != nil {
		t.Fatal(err)
	}
	f, err := v.Open("A")
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := io.Copy(io.Discard, f); n > a.Size() {
		t.Errorf("read %d bytes of a file of %d", n, a.Size())
	}
	if err := v.Remove("A"); err != nil {
		t.Errorf("a file in a circle cannot be removed: %v", err)
	}
}

// FuzzOpen opens, lists, reads and checks whatever there is.
func FuzzOpen(f *testing.F) {
	for _, bits := range []int{12, 16, 32} {
		size := map[int]int64{12: 160 * 1024, 16: 2200 * 1024, 32: 34000 * 1024}[bits]
		m, v := volumeWith(f, size, bits, "DIR/", "DIR/A long name here.txt", "B.TXT", "DIR/SUB/")
		end := v.clusterAt(2) + 40*int64(v.clusterSize())
		// Sector by sector what is not zero: whole volumes are too long to fuzz.
		var in []byte
		for at := int64(0); at < min(end, size); at += blockSize {
			if p := m[at : at+blockSize]; !bytes.Equal(p, make([]byte, blockSize)) {
				in = binary.LittleEndian.AppendUint32(in, uint32(at/blockSize))
				in = append(in, p...)
			}
		}
		f.Add(uint32(size/blockSize), in)
	}
	f.Fuzz(func(t *testing.T, sectors uint32, in []byte) {
		size := int64(sectors%200_000) * blockSize
		dev := newSparse(size)
		for len(in) >= 4+blockSize {
			dev.parts[int64(binary.LittleEndian.Uint32(in))*blockSize] = in[4:][:blockSize:blockSize]
			in = in[4+blockSize:]
		}
		v, err := Open(dev, 0, size)
		if err != nil {
			return
		}
		names := 0
		_ = fs.WalkDir(v, ".", func(path string, d fs.DirEntry, err error) error {
			if names++; names > 2000 {
				return fs.SkipAll
			}
			if err != nil || d.IsDir() {
				return nil
			}
			if f, err := v.Open(path); err == nil {
				_, _ = io.Copy(io.Discard, io.LimitReader(f, 1<<20))
			}
			return nil
		})
		list, err := v.Check()
		if len(list) > maxFindings+1 {
			t.Errorf("%d findings", len(list))
		}
		_, _ = v.Info()
		clean := err == nil && len(list) == 0
		if err := v.WriteFile("NEW FILE.TXT", strings.NewReader("text"), 4, noon()); err != nil {
			return
		}
		if clean {
			if list, err := v.Check(); err != nil || len(list) != 0 {
				t.Errorf("a sound volume with one file more: %v, %v", list, err)
			}
		}
		_ = v.Remove("NEW FILE.TXT")
	})
}
