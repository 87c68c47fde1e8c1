package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"
)

const imdHead = "IMD 1.18: 25/11/2026 12:00:00\r\nA comment\r\n\x1a"

// testSector is what the writers of archives put into a file.
type testSector struct {
	id   [4]uint8
	kind uint8 // record type of ImageDisk, flags of Teledisk
	data []byte
}

// imdTrack writes a track of an ImageDisk file, with maps where it needs them.
func imdTrack(mode, cyl, head uint8, sectors ...testSector) []byte {
	size := uint8(2)
	if len(sectors) > 0 {
		size = sectors[0].id[3]
	}
	var numbers, cyls, heads, sizes, records []byte
	flags := head
	for _, s := range sectors {
		numbers, cyls, heads = append(numbers, s.id[2]), append(cyls, s.id[0]), append(heads, s.id[1])
		sizes = binary.LittleEndian.AppendUint16(sizes, 128<<s.id[3])
		if s.id[0] != cyl {
			flags |= 0x80
		}
		if s.id[1] != head {
			flags |= 0x40
		}
		if s.id[3] != size {
			size = 0xff
		}
		records = append(append(records, s.kind), s.data...)
	}
	out := append([]byte{mode, cyl, flags, uint8(len(sectors)), size}, numbers...)
	if flags&0x80 != 0 {
		out = append(out, cyls...)
	}
	if flags&0x40 != 0 {
		out = append(out, heads...)
	}
	if size == 0xff {
		out = append(out, sizes...)
	}
	return append(out, records...)
}

// data is n bytes that tell sectors apart.
func data(seed, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(seed*31 + i*7 + i>>8)
	}
	return p
}

// checkSector compares what passes the head at a place of a track.
func checkSector(t *testing.T, f *Floppy, cyl, head, i int, id [4]uint8, flags uint8, want []byte) {
	t.Helper()
	c, h, r, n := f.ID(cyl, head, i)
	if got := [4]uint8{c, h, r, n}; got != id {
		t.Errorf("%d/%d place %d: id %v; want %v", cyl, head, i, got, id)
	}
	p := make([]byte, 128<<(id[3]&7))
	got, err := f.ReadSector(cyl, head, i, p)
	if got != flags || err != nil {
		t.Errorf("%d/%d place %d: flags %#x, %v; want %#x", cyl, head, i, got, err, flags)
	}
	if want != nil && !bytes.Equal(p, want) {
		t.Errorf("%d/%d place %d: data % x...; want % x...", cyl, head, i, p[:4], want[:4])
	}
}

// The record types of IMD.TXT: 1 normal, 2 compressed, 3 and 4 deleted, 5 and 6
// with a data error, 7 and 8 both, 0 unavailable.
func TestImageDiskRecords(t *testing.T) {
	file := []byte(imdHead)
	var sectors []testSector
	for i := range uint8(9) {
		s := testSector{id: [4]uint8{0, 0, i + 1, 1}, kind: i}
		switch {
		case i == 0:
		case i&1 == 0:
			s.data = []byte{0xe5}
		default:
			s.data = data(int(i), 256)
		}
		sectors = append(sectors, s)
	}
	file = append(file, imdTrack(5, 0, 0, sectors...)...)
	f, err := NewFloppy("a.imd", file)
	if err != nil {
		t.Fatal(err)
	}
	for i, flags := range []uint8{8, 0, 0, 1, 1, 2, 2, 3, 3} {
		want := sectors[i].data
		if len(want) == 1 {
			want = bytes.Repeat(want, 256)
		}
		checkSector(t, f, 0, 0, i, sectors[i].id, flags, want)
	}
	if f.Archive() != "ImageDisk" || f.String() != "a.imd (1/1/9 floppy ImageDisk)" {
		t.Errorf("%q, %q; want ImageDisk", f.Archive(), f.String())
	}
}

// Modes 0 to 2 are FM, 3 to 6 MFM, at 500, 300, 250 and 1000 kbit/s; 300 is a DD
// disk in a 1.2M drive.
func TestImageDiskModes(t *testing.T) {
	file := []byte(imdHead)
	for mode := range uint8(7) {
		file = append(file, imdTrack(mode, mode, 1, testSector{[4]uint8{mode, 1, 1, 0}, 1, data(int(mode), 128)})...)
	}
	f, err := NewFloppy("a.imd", file)
	if err != nil {
		t.Fatal(err)
	}
	for mode, density := range []int{500, 250, 250, 500, 250, 250, 1000} {
		if n, d, fm := f.Track(mode, 1); n != 1 || d != density || fm != (mode < 3) {
			t.Errorf("mode %d: %d sectors, %d kbit/s, FM %v; want 1, %d, %v", mode, n, d, fm, density, mode < 3)
		}
		if n, _, _ := f.Track(mode, 0); n != 0 {
			t.Errorf("head 0 of cylinder %d has %d sectors; want none", mode, n)
		}
	}
}

// Cylinder, head and size maps; interleave is the order of the numbers.
func TestImageDiskMaps(t *testing.T) {
	sectors := []testSector{
		{[4]uint8{2, 0, 1, 2}, 1, data(1, 512)},
		{[4]uint8{7, 0, 9, 0}, 1, data(2, 128)},
		{[4]uint8{2, 1, 4, 3}, 1, data(3, 1024)},
		{[4]uint8{2, 0, 2, 6}, 2, []byte{1}},
	}
	f, err := NewFloppy("a.imd", append([]byte(imdHead), imdTrack(3, 2, 0, sectors...)...))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sectors[:3] {
		checkSector(t, f, 2, 0, i, s.id, 0, s.data)
	}
	checkSector(t, f, 2, 0, 3, sectors[3].id, 0, bytes.Repeat([]byte{1}, 8192))
	if got := f.Cylinders(); got != 80 {
		t.Errorf("track pitch of a high-density disk: %d; want 80", got)
	}
}

// imdDisk is a disk of a raw format as an ImageDisk file, with an interleave of 2.
func imdDisk(t testing.TB, name string, raw []byte) []byte {
	f, ok := FormatByName(name)
	if !ok {
		t.Fatal(name)
	}
	file := []byte(imdHead)
	mode := map[int]uint8{DD: 5, HD: 3, ED: 6}[f.Density]
	for c := range f.Cylinders {
		for h := range f.Heads {
			var sectors []testSector
			for i := range f.Sectors {
				r := i/2 + i%2*((f.Sectors+1)/2)
				lba := (c*f.Heads+h)*f.Sectors + r
				sectors = append(sectors, testSector{[4]uint8{uint8(c), uint8(h), uint8(r + 1), 2}, 1, raw[lba*512:][:512]})
			}
			file = append(file, imdTrack(mode, uint8(c), uint8(h), sectors...)...)
		}
	}
	return file
}

func TestArchiveToRaw(t *testing.T) {
	for _, format := range Formats() {
		raw := data(len(format.Name), int(format.Size()))
		path := tempFile(t, "a.imd", 0, nil)
		if err := os.WriteFile(path, imdDisk(t, format.Name, raw), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := OpenFloppy(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if f.Format() != format || !f.ReadOnly() {
			t.Errorf("%s became %+v, read-only: %v", format.Name, f.Format(), f.ReadOnly())
		}
		if _, _, r, _ := f.ID(0, 0, 1); format.Sectors > 2 && r == 2 {
			t.Errorf("%s: the interleave is lost", format.Name)
		}
		got, notes, err := f.Raw()
		if err != nil || len(notes) > 0 || !bytes.Equal(got, raw) || !bytes.Equal(f.Bytes(), raw) {
			t.Errorf("%s: Raw() = %d bytes, %q, %v; want the same disk", format.Name, len(got), notes, err)
		}
		// The tab is set, a throw-away view has none.
		if err := f.WriteSector(0, 0, 0, fill(1), false); !errors.Is(err, ErrProtected) {
			t.Errorf("WriteSector = %v; want ErrProtected", err)
		}
		again, err := OpenFloppy(path, Options{Snapshot: true})
		if err != nil || again.ReadOnly() {
			t.Fatalf("a second opening: %v", err)
		}
		if err := again.WriteSector(0, 0, 0, fill(1), false); err != nil {
			t.Error(err)
		}
		checkSector(t, again, 0, 0, 0, [4]uint8{0, 0, 1, 2}, 0, fill(1))
	}
}

func TestRawNotes(t *testing.T) {
	sectors := []testSector{
		{[4]uint8{0, 0, 1, 2}, 1, data(1, 512)},
		{[4]uint8{0, 0, 2, 2}, 5, data(2, 512)},
		{[4]uint8{0, 0, 4, 2}, 3, data(4, 512)},
		{[4]uint8{0, 0, 5, 2}, 0, nil},
		{[4]uint8{0, 0, 3, 2}, 1, data(3, 512)},
	}
	one := append([]byte(imdHead), imdTrack(5, 0, 0, sectors...)...)
	f, err := NewFloppy("a.imd", one)
	if err != nil {
		t.Fatal(err)
	}
	raw, notes, err := f.Raw()
	want := "1 sector could be read with errors only (the first: cylinder 0, head 0, sector 2)|" +
		"1 sector had a deleted data mark, which is lost (the first: cylinder 0, head 0, sector 4)|" +
		"1 sector missing, zero now (the first: cylinder 0, head 0, sector 5)"
	if got := strings.Join(notes, "|"); err != nil || got != want {
		t.Errorf("notes %q, %v; want %q", got, err, want)
	}
	for r, d := range [][]byte{data(1, 512), data(2, 512), data(3, 512), data(4, 512), make([]byte, 512)} {
		if !bytes.Equal(raw[r*512:][:512], d) {
			t.Errorf("sector %d is not in its place", r+1)
		}
	}
	for name, tc := range map[string]struct {
		mode uint8
		s    testSector
		text string
	}{
		"FM":         {2, testSector{[4]uint8{1, 0, 1, 2}, 2, []byte{0}}, "cylinder 1, head 0 is recorded in FM"},
		"size":       {5, testSector{[4]uint8{1, 0, 1, 1}, 2, []byte{0}}, "has sectors of 256 bytes; a raw image of this disk would have to hold 5 sectors of 512 bytes"},
		"cylinder":   {5, testSector{[4]uint8{2, 0, 1, 2}, 2, []byte{0}}, "has sectors that are named after cylinder 2, head 0"},
		"head":       {5, testSector{[4]uint8{1, 1, 1, 2}, 2, []byte{0}}, "named after cylinder 1, head 1"},
		"number 0":   {5, testSector{[4]uint8{1, 0, 0, 2}, 2, []byte{0}}, "has a sector 0"},
		"number 200": {5, testSector{[4]uint8{1, 0, 200, 2}, 2, []byte{0}}, "has a sector 200"},
	} {
		f, err := NewFloppy("a.imd", append(one[:len(one):len(one)], imdTrack(tc.mode, 1, 0, tc.s)...))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = f.Raw()
		wantError(t, err, ErrFormat, "a.imd", tc.text)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestImageDiskBroken(t *testing.T) {
	good := append([]byte(imdHead), imdTrack(3, 1, 0, testSector{[4]uint8{1, 0, 1, 2}, 1, data(1, 512)}, testSector{[4]uint8{9, 1, 1, 1}, 1, data(1, 256)})...)
	for n := range good {
		if n > 4 && n != len(imdHead) {
			if _, err := NewFloppy("a.imd", good[:n]); err == nil || !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrDamaged) || !strings.HasPrefix(err.Error(), "a.imd: ") {
				t.Fatalf("%d of %d bytes: %v", n, len(good), err)
			}
		}
	}
	one := func(mode, cyl, head uint8, s ...testSector) []byte { return imdTrack(mode, cyl, head, s...) }
	big := bytes.Repeat([]byte{2, 0}, 64)
	for _, tc := range []struct {
		name string
		file []byte
		kind error
		text string
	}{
		{"no comment", []byte("IMD 1.18"), ErrDamaged, "damaged ImageDisk file: its comment has no end (1Ah); get the file again"},
		{"no tracks", nil, ErrEmpty, "this ImageDisk file holds no tracks"},
		{"mode", one(7, 0, 0), ErrDamaged, "cylinder 0, head 0 has mode 7; want 0 to 6"},
		{"size", []byte{5, 0, 0, 1, 7}, ErrDamaged, "sector size code 7; want 0 to 6"},
		{"head", one(5, 0, 2), ErrDamaged, "cylinder 0, head 2 is beyond every drive (84 cylinders, 2 heads)"},
		{"cylinder", one(5, 84, 0), ErrDamaged, "cylinder 84, head 0 is beyond every drive"},
		{"record", one(5, 3, 0, testSector{[4]uint8{3, 0, 4, 2}, 9, nil}), ErrDamaged, "cylinder 3, head 0, sector 4 has a record of type 9; want 0 to 8"},
		{"twice", bytes.Repeat(one(5, 0, 0, testSector{[4]uint8{0, 0, 1, 2}, 2, []byte{0}}), 2), ErrDamaged, "cylinder 0, head 0 is there twice"},
		{"size map", append([]byte{5, 0, 0, 1, 0xff, 1, 100, 0}, 0), ErrDamaged, "has a sector of 100 bytes; want 128 to 8192"},
		{"too much", append(append([]byte{5, 0, 0, 64, 6}, make([]byte, 64)...), big...), ErrDamaged, "cylinder 0, head 0 holds more than 262144 bytes"},
		{"cut", one(5, 6, 1, testSector{[4]uint8{6, 1, 1, 2}, 1, nil}), ErrTruncated, "truncated: the ImageDisk file ends within cylinder 6, head 1; get the whole file"},
	} {
		file := tc.file
		if tc.name != "no comment" {
			file = append([]byte(imdHead), file...)
		}
		_, err := NewFloppy("a.imd", file)
		wantError(t, err, tc.kind, "a.imd", tc.text)
	}
}

// A throw-away view of an archive takes every format that fits on a track.
func TestFormatArchive(t *testing.T) {
	path := tempFile(t, "a.imd", 0, nil)
	if err := os.WriteFile(path, append([]byte(imdHead), imdTrack(5, 0, 0, testSector{[4]uint8{0, 0, 1, 2}, 0, nil})...), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFloppy(path, Options{Snapshot: true})
	if err != nil {
		t.Fatal(err)
	}
	mixed := []byte{9, 1, 200, 3, 9, 1, 3, 0, 1, 2, 3, 1}
	if err := f.FormatTrack(2, 1, DD, true, mixed, 0xe5); err != nil {
		t.Fatal(err)
	}
	for i, n := range []int{1024, 128, 256} {
		checkSector(t, f, 2, 1, i, [4]uint8(mixed[4*i:]), 0, bytes.Repeat([]byte{0xe5}, n))
	}
	if _, d, fm := f.Track(2, 1); d != DD || !fm {
		t.Errorf("recorded at %d, FM %v; want 250, FM", d, fm)
	}
	// The sector without data gets some.
	checkSector(t, f, 0, 0, 0, [4]uint8{0, 0, 1, 2}, FlagNoData, nil)
	if err := f.WriteSector(0, 0, 0, fill(3), true); err != nil {
		t.Fatal(err)
	}
	checkSector(t, f, 0, 0, 0, [4]uint8{0, 0, 1, 2}, FlagDeleted, fill(3))
	// 6250 bytes a turn: 16 sectors of 256 bytes in MFM, 10 in FM.
	for _, tc := range []struct {
		n    int
		fm   bool
		fits bool
	}{{18, false, true}, {19, false, false}, {10, true, true}, {11, true, false}} {
		var ids []byte
		for i := range tc.n {
			ids = append(ids, 0, 0, byte(i), 1)
		}
		if err := f.FormatTrack(0, 1, DD, tc.fm, ids, 0); (err == nil) != tc.fits {
			t.Errorf("%d sectors of 256 bytes, FM %v: %v; want it to fit: %v", tc.n, tc.fm, err, tc.fits)
		}
	}
}

func FuzzImageDisk(f *testing.F) {
	f.Add(append([]byte(imdHead), imdTrack(3, 1, 0, testSector{[4]uint8{1, 0, 1, 2}, 1, data(1, 512)}, testSector{[4]uint8{9, 1, 1, 1}, 2, []byte{4}})...))
	f.Add([]byte(imdHead))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzArchive(t, append([]byte("IMD "), b...)) })
}

// fuzzArchive reads any bytes as an archive; what is accepted must be a disk.
func fuzzArchive(t *testing.T, b []byte) {
	f, err := NewFloppy("fuzz", b)
	if err != nil {
		if strings.ContainsAny(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "fuzz: ") {
			t.Fatalf("error %q; want one line with the name", err)
		}
		return
	}
	tracks := 0
	for c := range maxCylinders {
		for h := range maxHeads {
			n, _, _ := f.Track(c, h)
			if n > 0 {
				tracks++
			}
			for i := range n {
				_, _, _, size := f.ID(c, h, i)
				p := make([]byte, 128<<(size&7))
				if _, err := f.ReadSector(c, h, i, p); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if g := f.Format(); tracks == 0 || g.Cylinders == 0 || g.Heads == 0 || g.Sectors == 0 {
		t.Fatalf("%d tracks, format %+v", tracks, g)
	}
	if raw, _, err := f.Raw(); err == nil && int64(len(raw)) != f.Format().Size() {
		t.Fatalf("Raw has %d bytes; format %+v", len(raw), f.Format())
	}
	f.Bytes()
}
