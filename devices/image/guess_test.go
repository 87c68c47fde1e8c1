package image

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

func cdHead() []byte {
	b := make([]byte, GuessHead)
	copy(b[16*2048:], "\x01CD001\x01")
	return b
}

// gpt is the protective record of a GPT disk, whose only partition ends beyond
// every disk.
func gpt() []byte {
	b := mbr(1, 0xffffffff)
	b[450] = 0xee
	return b
}

func TestGuess(t *testing.T) {
	if GuessHead != 39984 {
		t.Errorf("GuessHead = %d; want 17 raw sectors of 2352 bytes", GuessHead)
	}
	fd144 := mustFormat(t, "1.44M")
	hybrid := cdHead()
	copy(hybrid, mbr(0x40, 1000))
	udf := make([]byte, GuessHead)
	copy(udf[16*2048:], "\x00BEA01\x01")
	sized := func(sectors uint32) []byte {
		b := cdHead()
		binary.LittleEndian.PutUint32(b[16*2048+80:], sectors)
		return b
	}
	boot := make([]byte, SectorSize)
	boot[510], boot[511] = 0x55, 0xaa
	for _, tc := range []struct {
		name, file string
		size       int64
		head       []byte
		kind       Kind
		text       string
		err        error
	}{
		{"1.44M", "a.img", 1474560, bootSector(fd144), FloppyDisk, "a 1.44M floppy, by its size", nil},
		{"blank 360K", "a.img", 368640, make([]byte, 512), FloppyDisk, "a 360K floppy, by its size", nil},
		{"boot sector", "boot.bin", 512, boot, FloppyDisk, "the first 1 sector of a 1.44M floppy, by its boot signature", nil},
		{"82 cylinders", "a.img", 82 * 2 * 18 * 512, nil, FloppyDisk, "a floppy of 82 cylinders, 2 heads, 18 sectors, by its size and boot sector", nil},
		{"42 sectors a track", "a.img", 60 * 2 * 42 * 512, bootSector(Format{Geometry: Geometry{60, 2, 42}}), FloppyDisk, "a floppy of 60 cylinders, 2 heads, 42 sectors", nil},
		{"43 sectors a track", "a.img", 60 * 2 * 43 * 512, bootSector(Format{Geometry: Geometry{60, 2, 43}}), Unknown, "is no floppy size", ErrSize},
		{"GPT disk", "c.img", 4 << 20, gpt(), HardDisk, "a hard disk of 4 MB, by its partition table (1 partition)", nil},
		{"hard disk", "c.img", 32 << 20, mbr(63, 65000), HardDisk, "a hard disk of 32 MB, by its partition table (1 partition)", nil},
		{"small hard disk", "c.img", 1 << 20, mbr(1, 2000), HardDisk, "a hard disk of 1 MB, by its partition table (1 partition)", nil},
		{"blank hard disk", "c.img", 40 << 30, make([]byte, GuessHead), HardDisk, "a blank hard disk of 40 GB", nil},
		{"unpartitioned", "c.img", 32 << 20, boot, HardDisk, "a hard disk of 32 MB without partitions, by its boot sector", nil},
		{"CD", "x.iso", 100 << 20, cdHead(), CDROM, "an ISO 9660 CD-ROM of 100 MB", nil},
		{"CD without extension", "x", 100 << 20, cdHead(), CDROM, "an ISO 9660 CD-ROM of 100 MB", nil},
		{"single-sided 360K", "a.img", 368640, bootSector(Format{Geometry: Geometry{80, 1, 9}}), FloppyDisk, "a floppy of 80 cylinders, 1 head, 9 sectors, by its boot sector", nil},
		{"single-sided 320K", "a.img", 327680, bootSector(Format{Geometry: Geometry{80, 1, 8}}), FloppyDisk, "a floppy of 80 cylinders, 1 head, 8 sectors, by its boot sector", nil},
		{"made-up geometry", "a.img", 163840, bootSector(Format{Geometry: Geometry{10, 2, 16}}), FloppyDisk, "a 160K floppy, by its size", nil},
		{"a track behind", "a.img", 1474560 + 18*512, bootSector(fd144), FloppyDisk, "a 1.44M floppy, by its boot sector, and 9216 bytes behind it", nil},
		{"a byte behind", "a.img", 1474561, bootSector(fd144), FloppyDisk, "a 1.44M floppy, by its boot sector, and 1 byte behind it", nil},
		{"ImageDisk", "a.img", 5000, []byte("IMD 1.18: 01/01/2000 12:00:00\r\n"), FloppyDisk, "a floppy in ImageDisk format, by its signature", nil},
		{"Teledisk", "a.td0", 5000, tdHead("TD", 21), FloppyDisk, "a floppy in Teledisk format, by its signature", nil},
		{"Teledisk, packed", "a.td0", 5000, tdHead("td", 21), FloppyDisk, "a floppy in Teledisk format, by its signature", nil},
		{"not Teledisk", "a.txt", 12, []byte("TD\x00890123456"), Unknown, "not a whole number", ErrOddSize},
		{"hybrid as ISO", "x.iso", 100 << 20, hybrid, CDROM, "an ISO 9660 CD-ROM of 100 MB (and a hard disk, by its partition table: --hd takes it as one)", nil},
		{"hybrid by another name", "x.img", 100 << 20, hybrid, CDROM, "an ISO 9660 CD-ROM of 100 MB", nil},
		{"raw Mode 1", "x.bin", 2352 * 1024, rawCD(1, 1024), CDROM, "an ISO 9660 CD-ROM of 2 MB in raw sectors", nil},
		{"raw Mode 2", "x.bin", 2352 * 1024, rawCD(2, 1024), CDROM, "an ISO 9660 CD-ROM of 2 MB in raw sectors", nil},
		{"UDF", "x.img", 100 << 20, udf, CDROM, "a UDF CD-ROM of 100 MB", nil},
		{"cut CD", "x.iso", 1 << 20, sized(1000), Unknown, "truncated: 1048576 bytes, but its volume has 1000 sectors, 2048000 bytes", ErrTruncated},
		{"CD without its padding", "x.iso", 1 << 20, sized(664), CDROM, "an ISO 9660 CD-ROM of 1 MB", nil},
		{"cue sheet", "x.cue", 100, []byte("FILE \"x.bin\" BINARY\r\n"), Unknown, "is a cue sheet; want a raw disk image; name the BIN file that it lists", ErrFormat},
		{"empty", "e.img", 0, nil, Unknown, "is empty (0 bytes)", ErrEmpty},
		{"cut floppy", "a.img", 1024000, bootSector(fd144), Unknown, "truncated", ErrTruncated},
		{"cut hard disk", "c.img", 4 << 20, mbr(63, 65000), Unknown, "truncated", ErrTruncated},
		{"odd", "c.img", 10<<20 + 7, mbr(63, 1000), Unknown, "not a whole number", ErrOddSize},
		{"gzip", "a.img.gz", 5000, []byte("\x1f\x8b\x08"), Unknown, "is gzip data; want a raw disk image; unpack it first", ErrFormat},
		{"VDI", "a.vdi", 9 << 20, append(make([]byte, 64), "\x7f\x10\xda\xbe"...), Unknown, "is a VDI image", ErrFormat},
		{"noise", "a.bin", 9 << 20, []byte(strings.Repeat("noise", 500)), Unknown, "has no boot sector", ErrFormat},
		{"text", "a.txt", 100, []byte("hello"), Unknown, "not a whole number", ErrOddSize},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Guess(tc.file, tc.size, tc.head)
			if got.Kind != tc.kind || !strings.Contains(got.Text, tc.text) || !errors.Is(got.Err, tc.err) {
				t.Errorf("Guess = %v, %q, %v; want %v, %q, %v", got.Kind, got.Text, got.Err, tc.kind, tc.text, tc.err)
			}
			if got.Err != nil && !strings.HasPrefix(got.Err.Error(), tc.file+": ") {
				t.Errorf("Err = %q; want the file name first", got.Err)
			}
		})
	}
}

func TestKindString(t *testing.T) {
	for k, want := range map[Kind]string{Unknown: "unknown", FloppyDisk: "floppy", HardDisk: "hard disk", CDROM: "CD-ROM"} {
		if got := k.String(); got != want {
			t.Errorf("Kind(%d).String() = %q; want %q", k, got, want)
		}
	}
}

// FuzzGuess checks that a guess never panics and never claims what opening
// would refuse.
func FuzzGuess(f *testing.F) {
	f.Add("a.img", int64(1474560), bootSector(Format{Geometry: Geometry{80, 2, 18}}))
	f.Add("x.iso", int64(100<<20), cdHead())
	f.Add("c.img", int64(32<<20), mbr(63, 65000))
	f.Fuzz(func(t *testing.T, name string, size int64, head []byte) {
		size &= 1<<40 - 1
		if int64(len(head)) > size {
			head = head[:size]
		}
		id := Guess(name, size, head)
		if (id.Kind == Unknown) != (id.Err != nil) || id.Text == "" {
			t.Fatalf("Guess = %+v", id)
		}
		switch id.Kind {
		case FloppyDisk:
			if id.Archive != "" {
				break // opening reads all of it
			}
			d, err := detectFloppy(name, size, head)
			if err != nil || id.Format.Size()+d.behind < size || id.Format.Cylinders > maxCylinders {
				t.Fatalf("guessed a floppy %+v that opening refuses: %v", id.Format, err)
			}
		case CDROM:
			if _, err := checkDisc(name, size, head); err != nil {
				t.Fatalf("guessed a CD that opening refuses: %v", err)
			}
		case HardDisk:
			if err := checkDisk(name, size, head); err != nil {
				t.Fatalf("guessed a hard disk that opening refuses: %v", err)
			}
		}
	})
}
