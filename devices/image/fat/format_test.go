package fat

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// sparse is a device of any size of which only what was written is kept.
type sparse struct {
	size  int64
	parts map[int64][]byte
}

func newSparse(size int64) *sparse { return &sparse{size, map[int64][]byte{}} }

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	for i := 0; i < len(p); i += blockSize {
		clear(p[i : i+blockSize])
		copy(p[i:], s.parts[off+int64(i)])
	}
	return len(p), nil
}

func (s *sparse) WriteAt(p []byte, off int64) (int, error) {
	for i := 0; i < len(p); i += blockSize {
		s.parts[off+int64(i)] = append([]byte(nil), p[i:i+blockSize]...)
	}
	return len(p), nil
}

// TestFormatFloppies compares with what FORMAT of MS-DOS makes.
func TestFormatFloppies(t *testing.T) {
	for _, tc := range []struct {
		kb, cluster, root, table int
		media                    uint8
		track, heads             int
		clusters                 uint32
	}{
		{160, 1, 64, 1, 0xfe, 8, 1, 313},
		{180, 1, 64, 2, 0xfc, 9, 1, 351},
		{320, 2, 112, 1, 0xff, 8, 2, 315},
		{360, 2, 112, 2, 0xfd, 9, 2, 354},
		{640, 2, 112, 2, 0xfb, 8, 2, 634},
		{720, 2, 112, 3, 0xf9, 9, 2, 713},
		{800, 2, 112, 3, 0xf9, 10, 2, 793},
		{1200, 1, 224, 7, 0xf9, 15, 2, 2371},
		{1440, 1, 224, 9, 0xf0, 18, 2, 2847},
		{1600, 1, 224, 10, 0xf0, 20, 2, 3165},
		{1680, 1, 224, 10, 0xf0, 21, 2, 3325},
		{1722, 1, 224, 10, 0xf0, 21, 2, 3409},
		{2880, 2, 240, 9, 0xf0, 36, 2, 2863},
	} {
		m := make(memory, tc.kb*1024)
		if err := Format(m, 0, int64(len(m)), Options{Label: "blank", Now: noon()}); err != nil {
			t.Fatal(err)
		}
		v := mustOpen(t, m, len(m))
		got := fmt.Sprint(v.Cluster, v.RootEntries, v.FATSectors, v.Media, v.Track, v.Heads, v.Clusters)
		want := fmt.Sprint(tc.cluster, tc.root, tc.table, tc.media, tc.track, tc.heads, tc.clusters)
		if got != want {
			t.Errorf("%d KB: %s; want %s", tc.kb, got, want)
		}
		i, err := v.Info()
		if err != nil || i.Label != "BLANK" || i.Type != "FAT12" || i.Free != i.Clusters || i.Serial != 0x3f1f13e8 {
			t.Errorf("%d KB: %+v, %v", tc.kb, i, err)
		}
	}
}

func TestFormatDisks(t *testing.T) {
	const mb = 1 << 20
	for _, tc := range []struct {
		size    int64
		bits    int
		want    int
		cluster int // bytes
	}{
		{8 * mb, 0, 12, 4096},
		{32679 * 512, 0, 12, 4096},
		{32680 * 512, 0, 16, 2048},
		{32 * mb, 0, 16, 2048},
		{128 * mb, 0, 16, 2048},
		{129 * mb, 0, 16, 4096},
		{504 * mb, 0, 16, 8192},
		{2047 * mb, 0, 16, 32768},
		{2048 * mb, 0, 32, 4096},
		{8400 * mb, 0, 32, 8192},
		{40000 * mb, 0, 32, 32768},
		{100 * mb, 32, 32, 512},
		{8 * mb, 16, 16, 1024},
		{100 * mb, 12, 12, 32768},
	} {
		dev := newSparse(tc.size)
		if err := Format(dev, 0, tc.size, Options{Bits: tc.bits, Label: "X"}); err != nil {
			t.Errorf("%d bytes, FAT%d: %v", tc.size, tc.bits, err)
			continue
		}
		v, err := Open(dev, 0, tc.size)
		if err != nil {
			t.Errorf("%d bytes, FAT%d: %v", tc.size, tc.bits, err)
			continue
		}
		if v.Bits != tc.want || v.clusterSize() != tc.cluster {
			t.Errorf("%d bytes, FAT%d: FAT%d with clusters of %d bytes; want FAT%d, %d", tc.size, tc.bits, v.Bits, v.clusterSize(), tc.want, tc.cluster)
		}
	}
	for _, tc := range []struct {
		size int64
		o    Options
	}{
		{512, Options{}}, {0, Options{}}, {8 * mb, Options{Bits: 32}}, {1 * mb, Options{Bits: 16}}, {200 * mb, Options{Bits: 12}},
		{3000 * mb, Options{Bits: 16}}, {3 << 40, Options{}}, {8 * mb, Options{Bits: 13}},
		{8 * mb, Options{Label: "TWELVE CHARS"}}, {8 * mb, Options{Label: "A/B"}}, {8 * mb, Options{Label: "日"}},
	} {
		if err := Format(newSparse(tc.size), 0, tc.size, tc.o); !errors.Is(err, ErrOptions) {
			t.Errorf("%d bytes, %+v: %v; want ErrOptions", tc.size, tc.o, err)
		}
	}
}

// TestFormatIsSound has fsck.fat check new volumes, and mtools write to them.
func TestFormatIsSound(t *testing.T) {
	t.Parallel()
	fsck, mcopy, mtype := tool(t, "fsck.fat"), tool(t, "mcopy"), tool(t, "mtype")
	const mb = 1 << 20
	for _, tc := range []struct{ size, bits int }{{160 << 10, 0}, {1440 << 10, 0}, {1722 << 10, 0}, {8 * mb, 0}, {20 * mb, 0}, {40 * mb, 32}} {
		m := make(memory, tc.size)
		if err := Format(m, 0, int64(len(m)), Options{Bits: tc.bits, Label: "A LABEL", Now: noon()}); err != nil {
			t.Fatal(err)
		}
		sound(t, fsck, m)
		change := pattern("mtools", 3000)
		dir := t.TempDir()
		img, file := filepath.Join(dir, "v.img"), filepath.Join(dir, "file")
		for path, b := range map[string][]byte{img: m, file: change} {
			if err := os.WriteFile(path, b, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		run(t, mcopy, "-i", img, file, "::A file.txt")
		run(t, fsck, "-n", "-V", img)
		if got := run(t, mtype, "-i", img, "::A file.txt"); got != string(change) {
			t.Errorf("%d bytes: mtools reads %d bytes; want %d", tc.size, len(got), len(change))
		}
	}
}
