package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beige/devices/image"
)

// damage changes an image and has it checked.
func damage(t *testing.T, path string, change func(b []byte)) (code int, out string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change(b)
	bad := file(t, "bad.img", len(b), b)
	code, out, errs := beige(t, "disk", "check", bad)
	if errs != "" {
		t.Errorf("check: %q on standard error", errs)
	}
	if after, _ := os.ReadFile(bad); !bytes.Equal(after, b) {
		t.Error("check has changed the image")
	}
	return code, strings.ReplaceAll(out, bad, "IMG")
}

func TestDiskCheck(t *testing.T) {
	tree, _ := sampleTree(t)
	floppy, hard := newDisk(t, "1.44M"), newDisk(t, "8M")
	disk(t, "cp", "-r", tree+"/.", floppy+":/")
	disk(t, "cp", "-r", tree+"/.", hard+":/")
	le := binary.LittleEndian
	const fat = 512 // of the floppy: the first table; the second is 9 sectors on
	// entry changes an entry of both FAT12 tables.
	entry := func(b []byte, n int, v uint16) {
		for _, at := range []int{fat, fat + 9*512} {
			p := b[at+n*3/2:]
			old := le.Uint16(p)
			if n&1 != 0 {
				le.PutUint16(p, old&15|v<<4)
			} else {
				le.PutUint16(p, old&0xf000|v)
			}
		}
	}
	for _, tc := range []struct {
		name   string
		path   string
		change func(b []byte)
		code   int
		want   string
	}{
		{"a sound floppy", floppy, func([]byte) {}, 0, "IMG: sound\n"},
		{"a sound hard disk", hard, func([]byte) {}, 0, "IMG: sound\n"},
		{"lost clusters", floppy, func(b []byte) { entry(b, 2000, 0xfff) }, 1, "IMG: 1 lost cluster in 1 chain"},
		{"tables that differ", floppy, func(b []byte) { b[fat+9*512+100] ^= 0xff }, 1, "IMG: copy 2 of the file allocation table differs"},
		{"a chain into nowhere", floppy, func(b []byte) {
			entry(b, int(le.Uint16(b[19*512+bytes.Index(b[19*512:], []byte("README  TXT"))+26:])), 0xb70)
		}, 1, "IMG: /README.TXT: a chain leads to cluster 2928"},
		{"a blank floppy", file(t, "blank.img", 737280, nil), func([]byte) {}, 0, "IMG: no FAT file system to check\n"},
		{"two active partitions", hard, func(b []byte) { copy(b[446+16:], b[446:446+16]) }, 1, "IMG: 2 partitions are active"},
		{"partitions that overlap", hard, func(b []byte) { copy(b[446+16:], b[446:446+16]) }, 1, "IMG: partitions 1 and 2 overlap"},
		{"a partition beyond the end", hard, func(b []byte) { le.PutUint32(b[446+12:], le.Uint32(b[446+12:])+1000) }, 1, "beyond the end of the disk"},
		{"a partition without a file system", hard, func(b []byte) { clear(b[63*512:][:512]) }, 1, "IMG: partition 1: no file system"},
		{"a partition of another system", hard, func(b []byte) { b[446+4] = 0x83; clear(b[63*512:][:512]) }, 0, "IMG: no FAT file system to check; partition 1 (Linux) was not checked"},
	} {
		code, out := damage(t, tc.path, tc.change)
		if code != tc.code || !strings.Contains(out, tc.want) || strings.HasSuffix(out, "sound\n") != (tc.want == "IMG: sound\n") {
			t.Errorf("check of %s = %d, %q; want %d and %q", tc.name, code, out, tc.code, tc.want)
		}
	}
	if out := disk(t, "check", testISO(t), floppy); !strings.Contains(out, "ISO 9660 was not checked") || strings.Count(out, "\n") != 2 {
		t.Errorf("check of a CD and a floppy: %q", out)
	}
}

// FuzzDisk looks into images that begin with any bytes: no panic, no hang.
func FuzzDisk(f *testing.F) {
	for _, size := range []string{"160K", "8M"} {
		path := filepath.Join(f.TempDir(), "d.img")
		format, floppy := image.FormatByName(size)
		var err error
		if floppy {
			err = image.CreateFloppy(path, format)
		} else {
			err = image.CreateDisk(path, 8<<20)
		}
		if err == nil {
			_, err = formatNew(path, floppy, "X")
		}
		if err != nil {
			f.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:40<<10], !floppy)
	}
	f.Add(isoData(isoRecord("GAME.EXE;1", 24, 11, 0)), false)
	f.Fuzz(func(t *testing.T, data []byte, hard bool) {
		size := 160 << 10
		if hard {
			size = 8 << 20
		}
		path := filepath.Join(t.TempDir(), "d.img")
		if err := os.WriteFile(path, data[:min(len(data), size)], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, int64(size)); err != nil {
			t.Fatal(err)
		}
		s := &images{stderr: io.Discard}
		o, err := s.use(path, false)
		if err != nil {
			return
		}
		(&infoText{out: io.Discard}).describe(o)
		_ = (&checker{out: io.Discard}).image(o)
		if v, err := s.volume(place{image: path}, false); err == nil {
			_ = (&lister{out: io.Discard, long: true, recursive: true}).directory(v, ".", 0)
			j := &copier{images: s, to: hostTree{}, recursive: true, taken: map[string]string{}}
			_ = j.add(v, ".", t.TempDir(), nil, 0)
		}
		if err := s.close(nil); err != nil {
			t.Fatal(err)
		}
	})
}
