package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// discData is user data of sectors that begin with their number, with a volume
// descriptor in sector 16.
func discData(sectors int) []byte {
	b := make([]byte, sectors*DiscSectorSize)
	for i := range sectors {
		binary.LittleEndian.PutUint32(b[i*DiscSectorSize:], uint32(i))
		b[(i+1)*DiscSectorSize-1] = byte(^i)
	}
	copy(b[16*DiscSectorSize:], "\x01CD001\x01")
	binary.LittleEndian.PutUint32(b[16*DiscSectorSize+80:], uint32(sectors))
	return b
}

// rawCD is the same in raw sectors of a mode: synchronization, address, mode, in
// Mode 2 a subheader, user data, and what stands for the error correction.
func rawCD(mode byte, sectors int) []byte {
	var raw []byte
	for data := discData(sectors); len(data) > 0; data = data[DiscSectorSize:] {
		sector := append([]byte{0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0}, 0, 2, 0, mode)
		if mode == 2 {
			sector = append(sector, 0, 0, 8, 0, 0, 0, 8, 0)
		}
		sector = append(sector, data[:DiscSectorSize]...)
		raw = append(raw, append(sector, make([]byte, 2352-len(sector))...)...)
	}
	return raw
}

func TestDisc(t *testing.T) {
	const sectors = 40
	want := discData(sectors)
	for _, tc := range []struct {
		name string
		data []byte
	}{
		{"iso", want},
		{"zeros cut off", bytes.TrimRight(append(bytes.Clone(want[:len(want)-DiscSectorSize]), 39), "\x00")},
		{"raw Mode 1", rawCD(1, sectors)},
		{"raw Mode 2", rawCD(2, sectors)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := OpenDisc(tempFile(t, "x.iso", int64(len(tc.data)), tc.data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if d.Sectors() != sectors {
				t.Fatalf("%d sectors; want %d", d.Sectors(), sectors)
			}
			want := bytes.Clone(want)
			if tc.name == "zeros cut off" {
				want[len(want)-1] = 0
			}
			got := make([]byte, len(want))
			if err := d.ReadSectors(0, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("all sectors: %v, equal %v", err, bytes.Equal(got, want))
			}
			if err := d.ReadSectors(sectors-1, got[:DiscSectorSize]); err != nil || got[0] != sectors-1 {
				t.Errorf("last sector: %v, number %d", err, got[0])
			}
			for _, bad := range []struct {
				lba uint64
				n   int
			}{{sectors, DiscSectorSize}, {sectors - 1, 2 * DiscSectorSize}, {0, 512}, {1 << 60, DiscSectorSize}} {
				if err := d.ReadSectors(bad.lba, got[:bad.n]); !errors.Is(err, ErrRange) {
					t.Errorf("%d bytes from sector %d: %v; want ErrRange", bad.n, bad.lba, err)
				}
			}
		})
	}
}

func TestDiscErrors(t *testing.T) {
	for _, tc := range []struct {
		name string
		size int64
		head []byte
		kind error
		text string
	}{
		{"floppy", 1474560, nil, ErrFormat, "has no volume descriptor of a CD (ISO 9660 or UDF); want an ISO image, or a raw one of a single data track"},
		{"cue", 30, []byte("FILE \"a.bin\" BINARY\n"), ErrFormat, "is a cue sheet; want an ISO 9660 CD image; name the BIN file that it lists"},
		{"cue with remarks", 60, []byte("REM GENRE x\nFILE \"a.bin\" BINARY\n"), ErrFormat, "is a cue sheet"},
		{"gzip", 3000, []byte("\x1f\x8b\x08"), ErrFormat, "is gzip data; want an ISO 9660 CD image; unpack it first"},
		{"cut", 40 * DiscSectorSize, discData(600)[:40*DiscSectorSize], ErrTruncated, "truncated: 81920 bytes, but its volume has 600 sectors"},
		{"nothing", 0, nil, ErrEmpty, "is empty (0 bytes)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := tempFile(t, "x.iso", tc.size, tc.head)
			_, err := OpenDisc(path, Options{})
			wantError(t, err, tc.kind, path, tc.text)
		})
	}
}

// A disc can be read while another program writes the image, and opening leaves
// it as it is.
func TestDiscIsOnlyRead(t *testing.T) {
	data := discData(20)
	path := tempFile(t, "x.iso", int64(len(data)), data)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	a, err := OpenDisc(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := OpenDisc(path, Options{})
	if err != nil {
		t.Fatal("a second opening:", err)
	}
	if diff := cmp.Diff(path+" (CD-ROM, 40 KB)", b.String()); diff != "" {
		t.Errorf("String (-want +got):\n%s", diff)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// FuzzDisc opens any bytes as a CD: what is taken can be read to its end.
func FuzzDisc(f *testing.F) {
	f.Add(discData(18))
	f.Add(rawCD(1, 18))
	f.Add(rawCD(2, 17)[:2352*17-100])
	f.Fuzz(func(t *testing.T, data []byte) {
		path := tempFile(t, "x.iso", int64(len(data)), data)
		d, err := OpenDisc(path, Options{})
		if err != nil {
			return
		}
		defer d.Close()
		p := make([]byte, DiscSectorSize)
		for lba := range d.Sectors() {
			if err := d.ReadSectors(lba, p); err != nil {
				t.Fatal(err)
			}
		}
	})
}
