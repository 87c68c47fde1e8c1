package image

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func fill(b byte) []byte { return bytes.Repeat([]byte{b}, SectorSize) }

// ids are the address fields of a track with n sectors of 512 bytes.
func ids(cyl, head, n int) []byte {
	var out []byte
	for i := range n {
		out = append(out, byte(cyl), byte(head), byte(i+1), 2)
	}
	return out
}

func TestFloppySectorsGoToTheirPlace(t *testing.T) {
	path := tempFile(t, "f.img", 1474560, nil)
	f, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// Cylinder 79, head 1, sector 18 is the last sector, LBA 2879; cylinder 1,
	// head 0, sector 1 is LBA 36.
	for _, w := range []struct{ cyl, head, i, lba int }{{79, 1, 17, 2879}, {1, 0, 0, 36}, {0, 1, 0, 18}} {
		if err := f.WriteSector(w.cyl, w.head, w.i, fill(0xa5), false); err != nil {
			t.Fatal(err)
		}
		b, _ := os.ReadFile(path)
		if !bytes.Equal(b[w.lba*512:][:512], fill(0xa5)) {
			t.Errorf("sector %d/%d/%d is not at LBA %d", w.cyl, w.head, w.i+1, w.lba)
		}
	}
	p := make([]byte, SectorSize)
	if err := f.WriteSector(5, 0, 3, fill(1), true); err != nil {
		t.Fatal(err)
	}
	if flags, err := f.ReadSector(5, 0, 3, p); err != nil || flags != 0x01 || !bytes.Equal(p, fill(1)) {
		t.Errorf("ReadSector of a deleted sector = %#x, %v, %x", flags, err, p[:2])
	}
	if flags, _ := f.ReadSector(5, 0, 18, p); flags != 0x08 {
		t.Errorf("ReadSector of sector 19 = %#x; want FlagNoData", flags)
	}
	if n, _, _ := f.Track(82, 0); n != 0 {
		t.Errorf("Track(82, 0) has %d sectors; want none", n)
	}
	f.SetReadOnly(true)
	if err := f.WriteSector(0, 0, 0, fill(9), false); !errors.Is(err, ErrProtected) {
		t.Errorf("WriteSector with the tab set = %v; want ErrProtected", err)
	}
}

func TestFloppySnapshot(t *testing.T) {
	path := tempFile(t, "f.img", 737280, nil)
	f, err := OpenFloppy(path, Options{Snapshot: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.ReadOnly() {
		t.Error("a snapshot floppy is write-protected")
	}
	if err := f.WriteSector(0, 0, 0, fill(7), false); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, SectorSize)
	if f.ReadSector(0, 0, 0, p); !bytes.Equal(p, fill(7)) {
		t.Error("the write cannot be read back")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); !bytes.Equal(b, make([]byte, 737280)) {
		t.Error("the file changed")
	}
}

func TestBootSectorAlone(t *testing.T) {
	boot := make([]byte, SectorSize)
	boot[510], boot[511] = 0x55, 0xaa
	path := tempFile(t, "boot.bin", SectorSize, boot)
	f, err := OpenFloppy(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Format().Name != "1.44M" {
		t.Errorf("format = %s; want 1.44M", f.Format().Name)
	}
	if st, _ := os.Stat(path); st.Size() != SectorSize {
		t.Errorf("opening made the file %d bytes long", st.Size())
	}
	if err := f.WriteSector(0, 0, 1, fill(3), false); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(path)
	if len(b) != 1474560 || !bytes.Equal(b[:512], boot) || !bytes.Equal(b[512:1024], fill(3)) {
		t.Errorf("after a write: %d bytes; want 1474560 with the boot sector and the new one", len(b))
	}
	withBPB, err := NewFloppy("b", bootSector(mustFormat(t, "360K")))
	if err != nil || withBPB.Format().Name != "360K" {
		t.Errorf("boot sector with BPB = %v, %v; want a 360K floppy", withBPB, err)
	}
}

func TestFloppySectors(t *testing.T) {
	data := bytes.Repeat([]byte{0x31}, 737280)
	f, err := NewFloppy("m", data)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, SectorSize)
	if flags, err := f.ReadSector(79, 1, 8, p); flags != 0 || err != nil || !bytes.Equal(p, fill(0x31)) {
		t.Errorf("ReadSector = %#x, %v, %x; want the data", flags, err, p[:2])
	}
	if c, h, r, n := f.ID(5, 1, 3); [4]uint8{c, h, r, n} != [4]uint8{5, 1, 4, 2} {
		t.Errorf("ID(5, 1, 3) = %d %d %d %d; want 5 1 4 2", c, h, r, n)
	}
	for _, bad := range [][4]int{{79, 1, 9, 512}, {79, 1, -1, 512}, {80, 0, 0, 512}, {84, 0, 0, 512}, {-1, 0, 0, 512}, {0, 2, 0, 512}, {0, -1, 0, 512}, {0, 0, 0, 256}} {
		if err := f.WriteSector(bad[0], bad[1], bad[2], make([]byte, bad[3]), false); !errors.Is(err, ErrRange) {
			t.Errorf("WriteSector(%d, %d, %d, %d bytes) = %v; want ErrRange", bad[0], bad[1], bad[2], bad[3], err)
		}
		if flags, _ := f.ReadSector(bad[0], bad[1], bad[2], p); bad[3] == 512 && flags != 0x08 {
			t.Errorf("ReadSector(%d, %d, %d) = %#x; want 0x08, no data", bad[0], bad[1], bad[2], flags)
		}
	}
	// A normal write takes the deleted mark away.
	for _, deleted := range []bool{true, false} {
		if err := f.WriteSector(0, 0, 2, p, deleted); err != nil {
			t.Fatal(err)
		}
		if flags, _ := f.ReadSector(0, 0, 2, p); (flags == 0x01) != deleted {
			t.Errorf("flags = %#x after a write, deleted: %v", flags, deleted)
		}
	}
	if f.Sync() != nil || f.HostError() != nil || f.Close() != nil || f.Close() != nil {
		t.Error("a floppy in memory has host errors")
	}
	f.SetReadOnly(true)
	if err := f.FormatTrack(0, 0, DD, false, ids(0, 0, 9), 0xf6); !errors.Is(err, ErrProtected) {
		t.Errorf("FormatTrack with the tab set = %v; want ErrProtected", err)
	}
	if n, d, _ := BlankFloppy("b", mustFormat(t, "1.2M")).Track(79, 1); n != 15 || d != 500 {
		t.Errorf("a blank 1.2M floppy has %d sectors at %d kbit/s; want 15, 500", n, d)
	}
	if _, err := NewFloppy("e", nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("NewFloppy of nothing = %v; want ErrEmpty", err)
	}
}

// A format that is in no table keeps the track pitch of the disk.
func TestFormatUnusual(t *testing.T) {
	for _, tc := range []struct {
		from    string
		density int
		sectors int
		want    Format
	}{
		{"360K", DD, 7, Format{"40/2/7", Geometry{40, 2, 7}, DD, Drive360K}},
		{"720K", DD, 7, Format{"80/2/7", Geometry{80, 2, 7}, DD, Drive720K}},
		{"1.44M", HD, 17, Format{"80/2/17", Geometry{80, 2, 17}, HD, Drive1440K}},
	} {
		path := tempFile(t, "f.img", mustFormat(t, tc.from).Size(), nil)
		f, err := OpenFloppy(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for c := range tc.want.Cylinders {
			for h := range 2 {
				if err := f.FormatTrack(c, h, tc.density, false, ids(c, h, tc.sectors), 0xf6); err != nil {
					t.Fatal(err)
				}
				if got := f.Format(); got != tc.want {
					t.Fatalf("%s with %d sectors, cylinder %d: %+v; want %+v", tc.from, tc.sectors, c, got, tc.want)
				}
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(path); !bytes.Equal(b, bytes.Repeat([]byte{0xf6}, int(tc.want.Size()))) {
			t.Errorf("%s with %d sectors: the file (%d bytes) is not %d times F6", tc.from, tc.sectors, len(b), tc.want.Size())
		}
	}
}

// One odd track on a disk of the old layout is there for the guest; the file
// keeps its size, and closing it says what is lost.
func TestOddTrackStaysInMemory(t *testing.T) {
	path := tempFile(t, "f.img", 1474560, nil)
	var told error
	f, err := OpenFloppy(path, Options{Report: func(err error) { told = err }})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.FormatTrack(79, 0, HD, false, ids(79, 0, 15), 0xf6); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, SectorSize)
	if n, _, _ := f.Track(79, 0); n != 15 {
		t.Errorf("%d sectors; want 15", n)
	}
	if flags, _ := f.ReadSector(79, 0, 14, p); flags != 0 || !bytes.Equal(p, fill(0xf6)) {
		t.Errorf("the last sector of the odd track reads %#x, %x", flags, p[:2])
	}
	wantError(t, f.Close(), ErrFormat, path, "1 track formatted unlike the rest of the disk (the first: cylinder 79, head 0, with 15 sectors); a raw image of a 1.44M floppy cannot hold that, and it is lost")
	if !errors.Is(told, ErrFormat) {
		t.Errorf("reported: %v; want the loss", told)
	}
	if b, _ := os.ReadFile(path); !bytes.Equal(b, make([]byte, 1474560)) {
		t.Errorf("the file changed (%d bytes)", len(b))
	}
}

// TestFormatTrack formats disks as DOS FORMAT does, track by track, and follows
// the size of the file.
func TestFormatTrack(t *testing.T) {
	for _, tc := range []struct{ from, to string }{
		{"1.44M", "1.44M"}, {"1.44M", "720K"}, {"720K", "1.44M"}, {"1.44M", "1.68M"}, {"1.44M", "1.72M"}, {"2.88M", "1.44M"}, {"1.44M", "2.88M"},
		{"360K", "160K"}, {"320K", "180K"}, {"360K", "320K"}, {"160K", "360K"}, {"1.2M", "360K"}, {"360K", "1.2M"}, {"720K", "640K"}, {"720K", "800K"},
	} {
		t.Run(tc.from+" to "+tc.to, func(t *testing.T) {
			from, to := mustFormat(t, tc.from), mustFormat(t, tc.to)
			path := tempFile(t, "f.img", from.Size(), nil)
			f, err := OpenFloppy(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for c := range to.Cylinders {
				for h := range to.Heads {
					if err := f.FormatTrack(c, h, to.Density, false, ids(c, h, to.Sectors), 0xf6); err != nil {
						t.Fatal(err)
					}
					st, _ := os.Stat(path)
					if g, ok := formatBySize(st.Size()); !ok || g.Sectors != to.Sectors {
						t.Fatalf("after cylinder %d head %d the file has %d bytes, no format with %d sectors", c, h, st.Size(), to.Sectors)
					}
				}
			}
			if diff := cmp.Diff(to, f.Format()); diff != "" {
				t.Errorf("Format() (-want +got):\n%s", diff)
			}
			want := bytes.Repeat([]byte{0xf6}, int(to.Size()))
			if !bytes.Equal(f.Bytes(), want) {
				t.Error("Bytes() is not all F6")
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if b, _ := os.ReadFile(path); !bytes.Equal(b, want) {
				t.Errorf("the file (%d bytes) is not %d times F6", len(b), len(want))
			}
		})
	}
}

func TestFormatTrackRefuses(t *testing.T) {
	f := BlankFloppy("b", mustFormat(t, "1.44M"))
	before := f.Bytes()
	foreign := ids(0, 0, 9)
	foreign[3] = 3
	for name, in := range map[string]struct {
		cyl, density int
		fm           bool
		ids          []byte
	}{
		"size code 3":  {0, DD, false, foreign},
		"other number": {0, DD, false, ids(1, 0, 9)},
		"FM":           {0, DD, true, ids(0, 0, 9)},
		"too many":     {0, DD, false, ids(0, 0, 11)},
		"none":         {0, DD, false, nil},
		"twice":        {0, DD, false, append(ids(0, 0, 1), ids(0, 0, 1)...)},
		"no cylinder":  {84, DD, false, ids(84, 0, 9)},
	} {
		if err := f.FormatTrack(in.cyl, 0, in.density, in.fm, in.ids, 0xf6); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: FormatTrack = %v; want ErrFormat", name, err)
		}
	}
	if !bytes.Equal(before, f.Bytes()) {
		t.Error("a refused format changed the disk")
	}
}

// TestHostErrorKeepsOldSector makes the host fail a write; the floppy must go
// on as if the write had not been tried.
func TestHostErrorKeepsOldSector(t *testing.T) {
	f, err := OpenFloppy(tempFile(t, "f.img", 737280, fill(1)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f.file.f.Close()
	if err := f.WriteSector(0, 0, 0, fill(2), false); !errors.Is(err, ErrHost) {
		t.Errorf("WriteSector = %v; want ErrHost", err)
	}
	if err := f.FormatTrack(0, 0, HD, false, ids(0, 0, 18), 0xf6); !errors.Is(err, ErrHost) {
		t.Errorf("FormatTrack = %v; want ErrHost", err)
	}
	p := make([]byte, SectorSize)
	if f.ReadSector(0, 0, 0, p); !bytes.Equal(p, fill(1)) || f.Format().Name != "720K" {
		t.Errorf("after failed writes: %x, %s; want the old sector of a 720K floppy", p[0], f.Format().Name)
	}
}

// FuzzFloppy loads any bytes as a floppy and then formats, writes and reads it;
// the raw image must always equal what the sectors say and reload as the same
// disk.
func FuzzFloppy(f *testing.F) {
	f.Add(uint32(1474560), []byte{0, 0, 0, 9, 1, 1, 0, 9, 2, 0, 0, 3})
	f.Add(uint32(184320), []byte{0, 0, 0, 8, 0, 0, 1, 8, 0, 1, 0, 8})
	f.Add(uint32(512), []byte{0x55, 0xaa})
	f.Fuzz(func(t *testing.T, size uint32, prog []byte) {
		data := make([]byte, size%(maxFloppyBytes+1))
		if len(data) >= SectorSize {
			data[510], data[511] = 0x55, 0xaa
		}
		fl, err := NewFloppy("fuzz", data)
		if err != nil {
			return
		}
		p := make([]byte, SectorSize)
		for ; len(prog) >= 4; prog = prog[4:] {
			c, h, n := int(prog[1]), int(prog[2]), int(prog[3])
			switch prog[0] % 3 {
			case 0:
				fl.FormatTrack(c, h, []int{DD, HD, ED, 300}[prog[0]/3%4], false, ids(c, h, n), prog[0])
			case 1:
				p[0] = prog[0]
				if fl.WriteSector(c, h, n, p, prog[0]&0x80 != 0) == nil {
					got := make([]byte, SectorSize)
					if _, err := fl.ReadSector(c, h, n, got); err != nil || !bytes.Equal(got, p) {
						t.Fatalf("sector %d/%d/%d reads back %x, %v; want %x", c, h, n, got[0], err, p[0])
					}
				}
			case 2:
				fl.ReadSector(c, h, n, p)
				fl.Track(c, h)
			}
		}
		raw := fl.Bytes()
		if int64(len(raw)) != fl.Format().Size() {
			t.Fatalf("Bytes() has %d bytes; format %+v", len(raw), fl.Format())
		}
		if known, ok := formatBySize(int64(len(raw))); !ok || known != fl.Format() {
			return // a custom size needs its boot sector to be recognised
		}
		if _, hasBPB := readBPB(raw); hasBPB {
			return
		}
		again, err := NewFloppy("again", raw)
		if err != nil || again.Format().Geometry != fl.Format().Geometry {
			t.Fatalf("reloading %+v = %v, %v", fl.Format(), again, err)
		}
	})
}
