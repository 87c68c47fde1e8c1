package partition

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// disk is a device of which only what was written is kept.
type disk struct {
	size    int64
	sectors map[int64][]byte
}

func newDisk(size int64) *disk { return &disk{size, map[int64][]byte{}} }

func (d *disk) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	copy(p, d.sectors[off/sectorSize])
	return len(p), nil
}

func (d *disk) WriteAt(p []byte, off int64) (int, error) {
	d.sectors[off/sectorSize] = bytes.Clone(p)
	return len(p), nil
}

// record makes a boot record of entries whose addresses are those of g.
func record(g Geometry, entries ...Entry) []byte {
	s := make([]byte, sectorSize)
	for i, e := range entries {
		p := rawEntry(s, i)
		if e.Active {
			p[0] = active
		}
		p[4] = e.Type
		putCHS(p[1:], g.chs(e.Start))
		putCHS(p[5:], g.chs(e.Start+e.Sectors-1))
		binary.LittleEndian.PutUint32(p[8:], uint32(e.Start))
		binary.LittleEndian.PutUint32(p[12:], uint32(e.Sectors))
	}
	s[offMark], s[offMark+1] = 0x55, 0xaa
	return s
}

func (d *disk) put(lba int64, s []byte) { d.sectors[lba] = s }

func read(t *testing.T, d *disk) Table {
	t.Helper()
	table, err := Read(d, d.size)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func (e Entry) short() string {
	s := fmt.Sprintf("%d %02X %d+%d", e.Number, e.Type, e.Start, e.Sectors)
	if e.Active {
		s += " active"
	}
	return s
}

func list(table Table) string {
	var out []string
	for _, e := range table.Entries {
		out = append(out, e.short())
	}
	return strings.Join(out, ", ")
}

func TestLogicalDrives(t *testing.T) {
	g := Geometry{16, 63}
	const cyl = 16 * 63
	d := newDisk(100 * cyl * sectorSize)
	d.put(0, record(g, Entry{Type: 6, Start: 63, Sectors: 10*cyl - 63, Active: true}, Entry{Type: 5, Start: 10 * cyl, Sectors: 90 * cyl}))
	d.put(10*cyl, record(g, Entry{Type: 4, Start: 63, Sectors: 20*cyl - 63}, Entry{Type: 5, Start: 20 * cyl, Sectors: 30 * cyl}))
	d.put(30*cyl, record(g, Entry{Type: 1, Start: 63, Sectors: 30*cyl - 63}, Entry{Type: 5, Start: 50 * cyl, Sectors: 40 * cyl}))
	d.put(60*cyl, record(g, Entry{Type: 0x83, Start: 63, Sectors: 40*cyl - 63}))
	// The addresses of logical drives are those of the disk.
	for _, at := range []int64{10, 30, 60} {
		p := rawEntry(d.sectors[at*cyl], 0)
		e := parseEntry(p)
		putCHS(p[1:], g.chs(uint64(at*cyl)+e.Start))
		putCHS(p[5:], g.chs(uint64(at*cyl)+e.Start+e.Sectors-1))
	}
	table := read(t, d)
	want := "1 06 63+10017 active, 2 05 10080+90720, 5 04 10143+20097, 6 01 30303+30177, 7 83 60543+40257"
	if got := list(table); got != want {
		t.Errorf("%s; want %s", got, want)
	}
	if len(table.Problems) != 0 || table.Heads != 16 || table.SectorsPerTrack != 63 || table.Kind != MBR || table.Code {
		t.Errorf("%+v", table)
	}
	if !table.Entries[4].Logical || table.Entries[1].Logical || !table.Entries[1].Extended {
		t.Error("logical and extended partitions are taken for each other")
	}

	// A chain that leads back.
	d.put(60*cyl, record(g, Entry{Type: 0x83, Start: 63, Sectors: 40*cyl - 63}, Entry{Type: 5, Start: 20 * cyl, Sectors: 1}))
	table = read(t, d)
	if got := strings.Join(table.Problems, "\n"); !strings.Contains(got, "leads back to sector 30240") || len(table.Entries) != 5 {
		t.Errorf("problems %s; want a chain that leads back", got)
	}
}

func TestProblems(t *testing.T) {
	g := Geometry{16, 63}
	const cyl = 16 * 63
	whole := Entry{Type: 6, Start: 63, Sectors: 10*cyl - 63, Active: true}
	for _, tc := range []struct {
		name string
		s    []byte
		want string
	}{
		{"two active", record(g, whole, Entry{Type: 6, Start: 10 * cyl, Sectors: cyl, Active: true}), "2 partitions are active"},
		{"overlap", record(g, whole, Entry{Type: 6, Start: 9 * cyl, Sectors: 2 * cyl}), "partitions 1 and 2 overlap"},
		{"beyond the end", record(g, Entry{Type: 6, Start: 63, Sectors: 30*cyl - 63}), "partition 1 ends at sector 30239, beyond the end of the disk (20160 sectors)"},
		{"chain beyond the end", record(g, whole, Entry{Type: 5, Start: 50 * cyl, Sectors: cyl}), "leads to sector 50400, beyond"},
		{"no table of a drive", record(g, whole, Entry{Type: 5, Start: 10 * cyl, Sectors: cyl}), "no table of a logical drive at sector 10080"},
		{"two extended", record(g, Entry{Type: 5, Start: cyl, Sectors: cyl}, Entry{Type: 0xf, Start: 2 * cyl, Sectors: cyl}), "2 extended partitions"},
		{"empty", record(g, whole, Entry{Type: 6, Start: 10 * cyl}), "partition 2 is empty"},
		{"protective only", record(g, Entry{Type: 0xee, Start: 1, Sectors: 20*cyl - 1}), "without a GUID partition table"},
	} {
		d := newDisk(20 * cyl * sectorSize)
		d.put(0, tc.s)
		if got := strings.Join(read(t, d).Problems, "\n"); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q; want %q", tc.name, got, tc.want)
		}
	}
	d := newDisk(20 * cyl * sectorSize)
	s := record(g, whole, Entry{Type: 6, Start: 10 * cyl, Sectors: 5 * cyl})
	rawEntry(s, 1)[2] = 9 // the sector of the first address
	d.put(0, s)
	table := read(t, d)
	const want = "its CHS addresses 10/0/9 to 14/15/63 are not sectors 10080 to 15119 (10/0/1 to 14/15/63 with 16 heads and 63 sectors)"
	if got := table.Entries[1].Mismatch; got != want || table.Entries[0].Mismatch != "" {
		t.Errorf("mismatch %q; want %q", got, want)
	}
}

// TestNoTable is about sectors that end in 55 AA and are no partition table.
func TestNoTable(t *testing.T) {
	boot := make([]byte, sectorSize)
	copy(boot, "\xeb\x3c\x90MSDOS5.0\x00\x02\x01\x01\x00\x02\xe0\x00\x40\x0b\xf0\x09\x00")
	copy(boot[offEntries:], "Replace and press any key when ready\r\n")
	boot[offMark], boot[offMark+1] = 0x55, 0xaa
	for _, tc := range []struct {
		name string
		s    []byte
		want Kind
	}{
		{"blank", make([]byte, sectorSize), None},
		{"a floppy", boot, None},
		{"an empty table", record(Geometry{16, 63}), MBR},
		{"not active and not 0", append(append(make([]byte, offEntries), 0x7f), append(make([]byte, sectorSize-offEntries-3), 0x55, 0xaa)...), None},
	} {
		d := newDisk(1 << 20)
		d.put(0, tc.s)
		if got := read(t, d).Kind; got != tc.want {
			t.Errorf("%s: %v; want %v", tc.name, got, tc.want)
		}
	}
}

// gptDisk is a disk with a GUID partition table of two partitions.
func gptDisk() *disk {
	const sectors = 1000
	d := newDisk(sectors * sectorSize)
	d.put(0, record(Geometry{255, 63}, Entry{Type: 0xee, Start: 1, Sectors: sectors - 1}))
	le := binary.LittleEndian
	entries := make([]byte, 4*128)
	// C12A7328-F81F-11D2-BA4B-00A0C93EC93B as it lies on the disk (UEFI 2.10, appendix A)
	copy(entries, "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b")
	le.PutUint64(entries[32:], 40)
	le.PutUint64(entries[40:], 99)
	for i, c := range "EFI" {
		le.PutUint16(entries[56+2*i:], uint16(c))
	}
	second := entries[2*128:]
	copy(second, "\xa2\xa0\xd0\xeb\xe5\xb9\x33\x44\x87\xc0\x68\xb6\xb7\x26\x99\xc7")
	le.PutUint64(second[32:], 100)
	le.PutUint64(second[40:], 899)
	second[48] = 4
	for lba, at := range map[int64]int64{1: 2, sectors - 1: sectors - 2} {
		h := make([]byte, sectorSize)
		copy(h, "EFI PART\x00\x00\x01\x00\x5c\x00\x00\x00")
		le.PutUint64(h[72:], uint64(at))
		le.PutUint32(h[80:], 4)
		le.PutUint32(h[84:], 128)
		le.PutUint32(h[88:], crc32.ChecksumIEEE(entries))
		le.PutUint32(h[16:], crc32.ChecksumIEEE(h[:92]))
		d.put(lba, h)
		d.put(at, bytes.Clone(entries))
	}
	return d
}

func TestGPT(t *testing.T) {
	check := func(table Table) {
		t.Helper()
		if table.Kind != GPT || len(table.Entries) != 2 {
			t.Fatalf("%+v; want two partitions of a GPT", table)
		}
		a, b := table.Entries[0], table.Entries[1]
		if a.TypeName() != "EFI system" || a.Name != "EFI" || a.Start != 40 || a.Sectors != 60 || a.Number != 1 || a.Active {
			t.Errorf("the first: %+v", a)
		}
		if b.TypeName() != "Windows data" || b.Start != 100 || b.Sectors != 800 || b.Number != 3 || !b.Active {
			t.Errorf("the second: %+v", b)
		}
	}
	d := gptDisk()
	table := read(t, d)
	check(table)
	if len(table.Problems) != 0 {
		t.Errorf("problems %v", table.Problems)
	}
	d.sectors[1][40]++
	table = read(t, d)
	check(table)
	if got := strings.Join(table.Problems, "\n"); !strings.Contains(got, "wrong checksum of the header") {
		t.Errorf("problems %q; want a wrong checksum", got)
	}
	d.sectors[998][0]++
	table = read(t, d)
	if table.Kind != MBR || len(table.Problems) == 0 {
		t.Errorf("both copies damaged: %+v; want the MBR with problems", table)
	}
}

func TestWriteMBR(t *testing.T) {
	const mb = 1 << 20
	for _, tc := range []struct {
		size   int64
		bits   int
		want   string
		heads  int
		beyond bool
	}{
		{8 * mb, 12, "1 01 63+16065 active", 16, false},
		{20 * mb, 16, "1 04 63+40257 active", 16, false},
		{504 * mb, 16, "1 06 63+1032129 active", 16, false},
		{528 * mb, 16, "1 06 63+1080513 active", 32, false},
		{8032 * mb, 32, "1 0B 63+16434432 active", 255, false},
		{8400 * mb, 32, "1 0C 63+17189487 active", 255, true},
		{8400 * mb, 16, "1 0E 63+17189487 active", 255, true},
		{7800 * mb, 32, "1 0B 63+15968547 active", 255, false},
	} {
		e, g, err := Whole(tc.size)
		if err != nil {
			t.Fatal(err)
		}
		e.Type = FATType(tc.bits, e, g)
		d := newDisk(tc.size)
		if err := WriteMBR(d, 0x12345678, g, e); err != nil {
			t.Fatal(err)
		}
		table := read(t, d)
		if got := list(table); got != tc.want || g.Heads != tc.heads {
			t.Errorf("%d MB: %s, %d heads; want %s, %d", tc.size/mb, got, g.Heads, tc.want, tc.heads)
		}
		if len(table.Problems) != 0 || table.Signature != 0x12345678 || !table.Code || table.Heads != tc.heads && !tc.beyond {
			t.Errorf("%d MB: %+v", tc.size/mb, table)
		}
	}
	if _, _, err := Whole(512 * 63); !errors.Is(err, ErrSize) {
		t.Errorf("a track: %v; want ErrSize", err)
	}
	if err := WriteMBR(newDisk(1), 0, Geometry{16, 63}, Entry{Number: 5, Start: 1, Sectors: 1}); !errors.Is(err, ErrSize) {
		t.Errorf("partition 5: %v; want ErrSize", err)
	}
}

// TestSfdisk compares with what sfdisk sees and writes.
func TestSfdisk(t *testing.T) {
	sfdisk, err := exec.LookPath("sfdisk")
	if err != nil {
		sfdisk = "/usr/sbin/sfdisk"
	}
	if _, err := os.Stat(sfdisk); err != nil {
		t.Skip("sfdisk is not installed (package fdisk)")
	}
	path := filepath.Join(t.TempDir(), "disk.img")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(64 << 20); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ script, want string }{
		{"label: dos\nstart=2048, size=20480, type=6, bootable\nsize=40960, type=5\ndisk5 : size=10000, type=b\ndisk6 : size=10000, type=83\n",
			"1 06 2048+20480 active, 2 05 22528+40960, 5 0B 24576+10000, 6 83 36864+10000"},
		{"label: gpt\nstart=2048, size=20480, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=EFI\nsize=4096\n",
			"1 00 2048+20480, 2 00 22528+4096"},
	} {
		cmd := exec.Command(sfdisk, "-q", path)
		cmd.Stdin = strings.NewReader(tc.script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("sfdisk: %v\n%s", err, out)
		}
		table, err := Read(f, 64<<20)
		if err != nil {
			t.Fatal(err)
		}
		if got := list(table); got != tc.want || len(table.Problems) != 0 {
			t.Errorf("%s\n%v; want %s", got, table.Problems, tc.want)
		}
	}
	e, g, err := Whole(64 << 20)
	if err != nil {
		t.Fatal(err)
	}
	e.Type = 6
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(64 << 20); err != nil {
		t.Fatal(err)
	}
	if err := WriteMBR(f, 1, g, e); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(sfdisk, "-d", path).CombinedOutput()
	if text := strings.Join(strings.Fields(string(out)), " "); err != nil || !strings.Contains(text, "start= 63, size= 130977, type=6, bootable") {
		t.Errorf("sfdisk -d: %v\n%s", err, out)
	}
}

func FuzzPartition(f *testing.F) {
	add := func(d *disk) {
		var in []byte
		for _, lba := range []int64{0, 1, 2, 998, 999} {
			if s := d.sectors[lba]; s != nil {
				in = append(binary.LittleEndian.AppendUint32(in, uint32(lba)), s...)
			}
		}
		f.Add(uint32(d.size/sectorSize), in)
	}
	add(gptDisk())
	d := newDisk(1000 * sectorSize)
	d.put(0, record(Geometry{16, 63}, Entry{Type: 5, Start: 1, Sectors: 999}))
	d.put(1, record(Geometry{16, 63}, Entry{Type: 6, Start: 1, Sectors: 1}, Entry{Type: 5, Start: 1, Sectors: 1}))
	d.put(2, record(Geometry{16, 63}, Entry{Type: 6, Start: 1, Sectors: 1}, Entry{Type: 5, Start: 0, Sectors: 1}))
	add(d)
	f.Fuzz(func(t *testing.T, sectors uint32, in []byte) {
		d := newDisk(int64(sectors) * sectorSize)
		for len(in) >= 4+sectorSize {
			d.put(int64(binary.LittleEndian.Uint32(in)), in[4:][:sectorSize:sectorSize])
			in = in[4+sectorSize:]
		}
		table, err := Read(d, d.size)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Entries) > 4+4*maxLogical && table.Kind == MBR || len(table.Problems) > maxProblems {
			t.Errorf("%d entries, %d problems", len(table.Entries), len(table.Problems))
		}
		for _, e := range table.Entries {
			_ = e.TypeName()
		}
	})
}
