package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tdHead is the header of a Teledisk file: 3.5" drive, 500 kbit/s, two sides.
func tdHead(signature string, version uint8) []byte { return tdHeadAt(2, signature, version) }

// tdHeadAt is one with a density code.
func tdHeadAt(density uint8, signature string, version uint8) []byte {
	h := append([]byte(signature), 0, 0x5a, version, density, 4, 0x80, 0, 2)
	return binary.LittleEndian.AppendUint16(h, tdCRC(0, h))
}

// tdNote is a comment block of 2 lines, written on 25 November 2026.
func tdNote() []byte {
	text := "two\x00lines\x00"
	b := append([]byte{byte(len(text)), 0, 126, 10, 25, 12, 30, 0}, text...)
	return append(binary.LittleEndian.AppendUint16(nil, tdCRC(0, b)), b...)
}

// tdTrack writes a track; each sector's data is an encoded block.
func tdTrack(cyl, head uint8, sectors ...testSector) []byte {
	h := []byte{uint8(len(sectors)), cyl, head}
	out := append(h, uint8(tdCRC(0, h)))
	for _, s := range sectors {
		h := append(s.id[:], s.kind)
		sum := tdCRC(0, h)
		var block []byte
		if s.data != nil {
			plain := unpackTD(s.data, sectorBytes(s.id[3]))
			sum = tdCRC(0, plain)
			block = append(binary.LittleEndian.AppendUint16(nil, uint16(len(s.data))), s.data...)
		}
		out = append(append(append(out, h...), uint8(sum)), block...)
	}
	return out
}

// tdPack encodes a sector in one of the three ways.
func tdPack(p []byte) []byte {
	if pair := bytes.Repeat(p[:2], len(p)/2); bytes.Equal(pair, p) {
		return append([]byte{1, byte(len(p) / 2), byte(len(p) / 2 >> 8)}, p[:2]...)
	}
	out := []byte{2}
	for at := 0; at < len(p); {
		n := 2
		for n < 510 && at+n+2 <= len(p) && bytes.Equal(p[at:at+2], p[at+n:at+n+2]) {
			n += 2
		}
		if n >= 8 {
			out = append(out, 1, byte(n/2), p[at], p[at+1])
			at += n
			continue
		}
		n = min(100, len(p)-at)
		out = append(append(out, 0, byte(n)), p[at:at+n]...)
		at += n
	}
	if len(out) > len(p) {
		return append([]byte{0}, p...)
	}
	return out
}

// tdDisk is a disk of a raw format as the body of a Teledisk file.
func tdDisk(f Format, raw []byte) []byte {
	body := tdNote()
	for c := range f.Cylinders {
		for h := range f.Heads {
			var sectors []testSector
			for i := range f.Sectors {
				lba := (c*f.Heads+h)*f.Sectors + i
				sectors = append(sectors, testSector{[4]uint8{uint8(c), uint8(h), uint8(i + 1), 2}, 0, tdPack(raw[lba*512:][:512])})
			}
			body = append(body, tdTrack(uint8(c), uint8(h), sectors...)...)
		}
	}
	return append(body, tdEnd)
}

// lzPack is the encoder of LZHUF.C: greedy matches, the tree as in the decoder.
func lzPack(p []byte) []byte {
	const start = lzWindow - lzLookahead
	var out []byte
	left := 0
	put := func(v, n int) {
		for n--; n >= 0; n-- {
			if left == 0 {
				out, left = append(out, 0), 8
			}
			left--
			out[len(out)-1] |= byte(v >> n & 1 << left)
		}
	}
	tree := newLZTree()
	code := func(c int) {
		var path []int
		for n := int(tree.up[lzNodes+c]); n != lzRoot; {
			up := int(tree.up[n])
			path = append(path, n-int(tree.kid[up]))
			n = up
		}
		for i := len(path) - 1; i >= 0; i-- {
			put(path[i], 1)
		}
		tree.use(c)
	}
	text := append(bytes.Repeat([]byte{' '}, start), p...)
	seen := map[[3]byte][]int{}
	for at := 0; at < start-2; at += 64 {
		seen[[3]byte{' ', ' ', ' '}] = append(seen[[3]byte{' ', ' ', ' '}], at)
	}
	for at := start; at < len(text); {
		best, from := 0, 0
		if at+3 <= len(text) {
			places := seen[[3]byte(text[at:])]
			for i := len(places) - 1; i >= max(0, len(places)-40) && at-places[i] <= lzWindow; i-- {
				n := 0
				for n < lzLookahead && at+n < len(text) && text[places[i]+n] == text[at+n] {
					n++
				}
				if n > best {
					best, from = n, places[i]
				}
			}
		}
		if best <= lzThreshold {
			best = 1
			code(int(text[at]))
		} else {
			code(best + 255 - lzThreshold)
			d := at - from - 1
			prefix, bits := lzDistance(d >> 6)
			put(int(prefix)>>(8-bits), bits)
			put(d&0x3f, 6)
		}
		for range best {
			if at+3 <= len(text) {
				k := [3]byte(text[at:])
				seen[k] = append(seen[k], at)
			}
			at++
		}
	}
	return out
}

// lzwPack is the encoder of Teledisk 1.
func lzwPack(p []byte) []byte {
	var out []byte
	for len(p) > 0 {
		dict := map[string]int{}
		for i := range 256 {
			dict[string([]byte{byte(i)})] = i
		}
		var codes []int
		for len(p) > 0 && len(codes) < lzwCodes {
			n := 1
			for n < len(p) {
				if _, ok := dict[string(p[:n+1])]; !ok {
					break
				}
				n++
			}
			codes = append(codes, dict[string(p[:n])])
			if n < len(p) && len(dict) < lzwCodes {
				dict[string(p[:n+1])] = len(dict)
			}
			p = p[n:]
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(3*len(codes)))
		for i := 0; i < len(codes); i += 2 {
			if i+1 == len(codes) {
				out = append(out, byte(codes[i]), byte(codes[i]>>8))
				break
			}
			v := codes[i] | codes[i+1]<<12
			out = append(out, byte(v), byte(v>>8), byte(v>>16))
		}
	}
	return out
}

// text is data that packs well and has runs longer than every limit.
func text(n int) []byte {
	rnd := rand.New(rand.NewSource(1))
	words := []string{"FORMAT", " diskette ", "\x00\x00\x00\x00", strings.Repeat("\xf6", 700), "cylinder", "\r\n", strings.Repeat("ab", 90)}
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString(words[rnd.Intn(len(words))])
		b.WriteByte(byte(rnd.Intn(256)))
	}
	return b.Bytes()[:n]
}

func TestTelediskDisks(t *testing.T) {
	format := mustFormat(t, "360K")
	raw := text(int(format.Size()))
	body := tdDisk(format, raw)
	for _, tc := range []struct {
		name, signature string
		version         uint8
		body            []byte
	}{
		{"normal 1.5", "TD", 15, body}, {"normal 2.1", "TD", 21, body}, {"LZW", "td", 15, lzwPack(body)}, {"LZHUF 2.0", "td", 20, lzPack(body)}, {"LZHUF", "td", 21, lzPack(body)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.signature == "td" && len(tc.body) > len(body)*2/3 {
				t.Errorf("packed %d bytes to %d: the packer does not pack", len(body), len(tc.body))
			}
			path := filepath.Join(t.TempDir(), "a.td0")
			if err := os.WriteFile(path, append(tdHeadAt(0, tc.signature, tc.version), tc.body...), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := OpenFloppy(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, notes, err := f.Raw()
			if err != nil || len(notes) > 0 || !bytes.Equal(got, raw) {
				t.Errorf("Raw() = %d bytes, %q, %v; want the same disk", len(got), notes, err)
			}
			if f.Archive() != "Teledisk" || f.Format() != format || !f.ReadOnly() {
				t.Errorf("%s, %+v, read-only %v", f.Archive(), f.Format(), f.ReadOnly())
			}
			// Every way to be cut is one line.
			whole := append(tdHeadAt(0, tc.signature, tc.version), tc.body...)
			for n := 12; n < len(whole)-1; n += len(whole)/19 + 1 {
				if _, err := NewFloppy("a.td0", whole[:n]); !errors.Is(err, ErrTruncated) {
					t.Fatalf("%d of %d bytes: %v; want ErrTruncated", n, len(whole), err)
				}
			}
		})
	}
}

// What the packed forms of published programs begin with: LZHUF's first code is
// read from the initial tree, in which a byte has 8 or 9 bits; LZW's first codes
// are the bytes themselves.
func TestTelediskPackersByHand(t *testing.T) {
	// All codes are equally likely at first: of 314 leaves in a balanced tree
	// 512 - 314 are at depth 8, the others at depth 9.
	tree := newLZTree()
	depth := func(c int) (n int) {
		for at := int(tree.up[lzNodes+c]); at != lzRoot; at = int(tree.up[at]) {
			n++
		}
		return n
	}
	counts := map[int]int{}
	for c := range lzCodes {
		counts[depth(c)]++
	}
	if counts[8] != 198 || counts[9] != 116 {
		t.Errorf("depths of the initial codes: %v; want 198 of 8 bits, 116 of 9", counts)
	}
	// LZHUF.C's table p_code, left-aligned: 00 20 30 40 50 58 60 ... FF.
	for upper, want := range map[int][2]int{0: {0x00, 3}, 1: {0x20, 4}, 3: {0x40, 4}, 4: {0x50, 5}, 11: {0x88, 5}, 12: {0x90, 6}, 23: {0xbc, 6}, 24: {0xc0, 7}, 47: {0xee, 7}, 48: {0xf0, 8}, 63: {0xff, 8}} {
		if code, bits := lzDistance(upper); int(code) != want[0] || bits != want[1] {
			t.Errorf("distance %d: code %02x, %d bits; want %02x, %d", upper, code, bits, want[0], want[1])
		}
	}
	// "ABABAB" in LZW: 41h, 42h, 100h (AB), 100h; the pairs make 24-bit numbers.
	z := newTDLZW(bytes.NewReader([]byte{12, 0, 0x41, 0x20, 0x04, 0x00, 0x01, 0x10}))
	var got []byte
	for range 6 {
		b, err := z.ReadByte()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b)
	}
	if string(got) != "ABABAB" {
		t.Errorf("LZW: %q; want ABABAB", got)
	}
	// The code that is being entered: "AAA" is 41h, 100h; the odd one of a block
	// has two bytes.
	z = newTDLZW(bytes.NewReader([]byte{9, 0, 0x41, 0x00, 0x10, 0x42, 0x00}))
	got = got[:0]
	for b, err := z.ReadByte(); err == nil; b, err = z.ReadByte() {
		got = append(got, b)
	}
	if string(got) != "AAAB" {
		t.Errorf("LZW: %q; want AAAB", got)
	}
	// The check value is that of the catalogues of CRCs.
	if got := tdCRC(0, []byte{1}); got != 0xa097 {
		t.Errorf("CRC of 01h = %04x; want the polynomial a097", got)
	}
	if got := tdCRC(0, []byte("123456789")); got != 0x0fb3 {
		t.Errorf("CRC-16/TELEDISK of 123456789 = %04x; want 0fb3", got)
	}
}

func TestTelediskSectors(t *testing.T) {
	raw := append([]byte{0}, data(1, 128)...)
	sectors := []testSector{
		{[4]uint8{3, 1, 1, 0}, 0, raw},
		{[4]uint8{3, 1, 2, 2}, 0, []byte{1, 0, 1, 0xaa, 0x55}},
		{[4]uint8{9, 0, 77, 1}, 4, append(append([]byte{2, 0, 8}, "fragment"...), 1, 100, 1, 2, 2, 12, 3, 4, 5, 6)}, // 8 + 200 + 48
		{[4]uint8{3, 1, 4, 0}, 2, raw},
		{[4]uint8{3, 1, 5, 3}, 0x20, nil},
		{[4]uint8{3, 1, 6, 1}, 0x10, nil},
		{[4]uint8{3, 1, 107, 0}, 0x40, raw},
		{[4]uint8{3, 1, 8, 9}, 0, nil},
		{[4]uint8{3, 1, 9, 0}, 1, raw},
	}
	file := append(append(tdHead("TD", 21), tdNote()...), tdTrack(3, 0x81, sectors...)...)
	file = append(file, tdTrack(2, 0)...) // an empty track
	f, err := NewFloppy("a.td0", append(file, tdEnd))
	if err != nil {
		t.Fatal(err)
	}
	if n, d, fm := f.Track(3, 1); n != 8 || d != HD || !fm {
		t.Fatalf("%d sectors, %d, FM %v; want 8 (the one without address field is not found), 500, FM", n, d, fm)
	}
	mixed := append([]byte("fragment"), bytes.Repeat([]byte{1, 2}, 100)...)
	for i, want := range []struct {
		flags uint8
		data  []byte
	}{
		{0, raw[1:]}, {0, bytes.Repeat([]byte{0xaa, 0x55}, 256)}, {FlagDeleted, append(mixed, bytes.Repeat([]byte{3, 4, 5, 6}, 12)...)}, {FlagDataError, raw[1:]},
		{FlagNoData, nil}, {0, bytes.Repeat([]byte{0xf6}, 256)}, {}, {FlagNoData, nil}, {0, raw[1:]},
	} {
		switch {
		case i < 6:
			checkSector(t, f, 3, 1, i, sectors[i].id, want.flags, want.data)
		case i > 6:
			checkSector(t, f, 3, 1, i-1, sectors[i].id, want.flags, want.data)
		}
	}
}

// Density codes: 0 and 1 are 250 and 300 kbit/s, 2 and 3 500, 4 and 5 1000; bit 7
// is FM, for the whole disk.
func TestTelediskDensity(t *testing.T) {
	track := tdTrack(0, 0, testSector{[4]uint8{0, 0, 1, 2}, 0, []byte{1, 0, 1, 7, 7}})
	for code, want := range map[uint8]int{0: 250, 1: 250, 2: 500, 3: 500, 4: 1000, 5: 1000, 0x80: 250, 0x82: 500} {
		f, err := NewFloppy("a.td0", append(append(append(tdHeadAt(code, "TD", 21), tdNote()...), track...), tdEnd))
		if err != nil {
			t.Fatal(err)
		}
		if n, d, fm := f.Track(0, 0); n != 1 || d != want || fm != (code&0x80 != 0) {
			t.Errorf("density %02x: %d sectors, %d kbit/s, FM %v; want 1, %d, %v", code, n, d, fm, want, code&0x80 != 0)
		}
	}
}

func TestTelediskVolumes(t *testing.T) {
	format := mustFormat(t, "360K")
	raw := text(int(format.Size()))
	body := tdDisk(format, raw)
	dir := t.TempDir()
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), append(tdHeadAt(0, "TD", 21), b...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	third := len(body) / 3
	write("a.td0", body[:third])
	_, err := OpenFloppy(filepath.Join(dir, "a.td0"), Options{})
	wantError(t, err, ErrTruncated, filepath.Join(dir, "a.td0"), "truncated: the Teledisk file")
	write("a.td1", body[third:2*third])
	write("a.td2", body[2*third:])
	f, err := OpenFloppy(filepath.Join(dir, "a.td0"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := f.Raw(); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("three volumes: %d bytes, %v; want the whole disk", len(got), err)
	}
	// Another disk's second volume does not belong to it.
	other := tdHeadAt(0, "TD", 21)
	other[3]++
	binary.LittleEndian.PutUint16(other[10:], tdCRC(0, other[:10]))
	if err := os.WriteFile(filepath.Join(dir, "a.td1"), append(other, body[third:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFloppy(filepath.Join(dir, "a.td0"), Options{}); !errors.Is(err, ErrTruncated) {
		t.Errorf("with another disk's volume: %v; want ErrTruncated", err)
	}
}

func TestTelediskBroken(t *testing.T) {
	track := tdTrack(1, 0, testSector{[4]uint8{1, 0, 3, 2}, 0, []byte{1, 0, 1, 7, 7}})
	flip := func(at int) []byte {
		b := bytes.Clone(track)
		b[at]++
		return b
	}
	noteCRC := tdNote()
	noteCRC[0]++
	block := func(b ...byte) []byte {
		return append(append(bytes.Clone(track[:10]), byte(len(b)), 0), b...)
	}
	for _, tc := range []struct {
		name string
		body []byte
		kind error
		text string
	}{
		{"comment", noteCRC, ErrDamaged, "damaged Teledisk file: the checksum of its comment is"},
		{"track", append(tdNote(), flip(3)...), ErrDamaged, "the checksum of cylinder 1, head 0 is"},
		{"sector", append(tdNote(), flip(9)...), ErrDamaged, "the checksum of cylinder 1, head 0, sector 3 is"},
		{"data", append(tdNote(), flip(16)...), ErrDamaged, "the checksum of cylinder 1, head 0, sector 3 is"},
		{"coding", append(tdNote(), block(3)...), ErrDamaged, "cylinder 1, head 0, sector 3 does not unpack to 512 bytes"},
		{"nothing", append(tdNote(), block()...), ErrDamaged, "does not unpack"},
		{"short", append(tdNote(), block(0, 1, 2)...), ErrDamaged, "does not unpack"},
		{"long", append(tdNote(), block(1, 0xff, 0xff, 0, 0)...), ErrDamaged, "does not unpack"},
		{"pair cut", append(tdNote(), block(1, 0, 1, 0)...), ErrDamaged, "does not unpack"},
		{"fragment cut", append(tdNote(), block(2, 0, 200, 1)...), ErrDamaged, "does not unpack"},
		{"twice", append(append(tdNote(), track...), track...), ErrDamaged, "cylinder 1, head 0 is there twice"},
		{"head", append(tdNote(), tdTrack(0, 2)...), ErrDamaged, "cylinder 0, head 2 is beyond every drive"},
		{"no tracks", append(tdNote(), tdEnd), ErrEmpty, "this Teledisk file holds no tracks"},
		{"no end", append(tdNote(), track...), ErrTruncated, "the Teledisk file has no end mark"},
	} {
		_, err := NewFloppy("a.td0", append(tdHead("TD", 21), tc.body...))
		wantError(t, err, tc.kind, "a.td0", tc.text)
	}
	big := tempFile(t, "big.td0", maxArchive+1, tdHead("TD", 21))
	_, err := OpenFloppy(big, Options{})
	wantError(t, err, ErrSize, big, "is too large for an archived floppy")
}

func FuzzTeledisk(f *testing.F) {
	body := append(append(tdNote(), tdTrack(1, 0, testSector{[4]uint8{1, 0, 3, 2}, 0, []byte{1, 0, 1, 7, 7}})...), tdEnd)
	f.Add(uint8(0), body)
	f.Add(uint8(1), lzwPack(body))
	f.Add(uint8(2), lzPack(body))
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		head := [][]byte{tdHead("TD", 21), tdHead("td", 15), tdHead("td", 21)}[kind%3]
		fuzzArchive(t, append(head, b...))
	})
}

// FuzzTelediskPacking packs and unpacks any bytes.
func FuzzTelediskPacking(f *testing.F) {
	f.Add([]byte("ABABABABABABAB"))
	f.Add(text(5000))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, z := range []interface{ ReadByte() (byte, error) }{newLZHUF(bytes.NewReader(lzPack(b))), newTDLZW(bytes.NewReader(lzwPack(b)))} {
			for i, want := range b {
				got, err := z.ReadByte()
				if err != nil || got != want {
					t.Fatalf("%T: byte %d = %02x, %v; want %02x", z, i, got, err, want)
				}
			}
		}
	})
}
