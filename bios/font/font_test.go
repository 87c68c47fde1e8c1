package font

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

var fonts = []struct {
	name   string
	height int
	glyphs func() []byte
}{
	{"8x8", 8, Glyphs8x8},
	{"8x14", 14, Glyphs8x14},
	{"8x16", 16, Glyphs8x16},
}

func glyph(f []byte, height int, code byte) []byte {
	return f[int(code)*height : (int(code)+1)*height]
}

func TestSizes(t *testing.T) {
	for _, f := range fonts {
		if got, want := len(f.glyphs()), 256*f.height; got != want {
			t.Errorf("%s: %d bytes; want %d", f.name, got, want)
		}
	}
}

// The binary files are what the ROMs include: they must be built from the text.
func TestBinariesAreCurrent(t *testing.T) {
	for _, f := range fonts {
		got, err := os.ReadFile(f.name + ".bin")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, f.glyphs()) {
			t.Errorf("%s.bin differs from %s.txt: run build.sh", f.name, f.name)
		}
	}
}

// 00h, 20h and FFh are the three blanks of the character set; no other two
// glyphs may look alike, or two characters could not be told apart.
func TestGlyphsAreDistinct(t *testing.T) {
	blank := map[byte]bool{0x00: true, 0x20: true, 0xff: true}
	for _, f := range fonts {
		seen := map[string]byte{}
		data := f.glyphs()
		for c := range 256 {
			g := glyph(data, f.height, byte(c))
			empty := bytes.Equal(g, make([]byte, f.height))
			if empty != blank[byte(c)] {
				t.Errorf("%s: glyph %02X blank = %v; want %v", f.name, c, empty, !empty)
			}
			if empty {
				continue
			}
			if first, ok := seen[string(g)]; ok {
				t.Errorf("%s: glyphs %02X and %02X look alike", f.name, first, c)
			}
			seen[string(g)] = byte(c)
		}
	}
}

// arms lists which edges each line-drawing character of the code page reaches
// and with how many lines: up, down, left, right.
var arms = map[byte]string{
	0xb3: "1100", 0xb4: "1110", 0xb5: "1120", 0xb6: "2210", 0xb7: "0210", 0xb8: "0120",
	0xb9: "2220", 0xba: "2200", 0xbb: "0220", 0xbc: "2020", 0xbd: "2010", 0xbe: "1020",
	0xbf: "0110", 0xc0: "1001", 0xc1: "1011", 0xc2: "0111", 0xc3: "1101", 0xc4: "0011",
	0xc5: "1111", 0xc6: "1102", 0xc7: "2201", 0xc8: "2002", 0xc9: "0202", 0xca: "2022",
	0xcb: "0222", 0xcc: "2202", 0xcd: "0022", 0xce: "2222", 0xcf: "1022", 0xd0: "2011",
	0xd1: "0122", 0xd2: "0211", 0xd3: "2001", 0xd4: "1002", 0xd5: "0102", 0xd6: "0201",
	0xd7: "2211", 0xd8: "1122", 0xd9: "1010", 0xda: "0101",
}

// Line drawing joins only if every glyph meets its neighbours at the same dots.
func TestBoxDrawingJoins(t *testing.T) {
	for _, f := range fonts {
		data := f.glyphs()
		vert := map[byte]byte{'0': 0, '1': data[0xb3*f.height], '2': data[0xba*f.height]}
		var horz [3]uint32 // lit rows of no line, the single and the double line
		rows := func(c byte, bit byte) (m uint32) {
			for y, b := range glyph(data, f.height, c) {
				if b&bit != 0 {
					m |= 1 << y
				}
			}
			return m
		}
		horz[1], horz[2] = rows(0xc4, 0x80), rows(0xcd, 0x80)
		for c, a := range arms {
			g := glyph(data, f.height, c)
			if g[0] != vert[a[0]] || g[f.height-1] != vert[a[1]] {
				t.Errorf("%s: glyph %02X top %08b bottom %08b; want %08b %08b", f.name, c, g[0], g[f.height-1], vert[a[0]], vert[a[1]])
			}
			if l, r := rows(c, 0x80), rows(c, 0x01); l != horz[a[2]-'0'] || r != horz[a[3]-'0'] {
				t.Errorf("%s: glyph %02X left rows %b right rows %b; want %b %b", f.name, c, l, r, horz[a[2]-'0'], horz[a[3]-'0'])
			}
		}
	}
}

// A nine-dot cell repeats the eighth column for C0h-DFh only: everything else
// outside the joining ranges must leave it dark or letters would touch.
func TestLettersLeaveAGap(t *testing.T) {
	for _, f := range fonts {
		data := f.glyphs()
		for c := byte('0'); c <= 'z'; c++ {
			if c == '_' {
				continue
			}
			for y, b := range glyph(data, f.height, c) {
				if b&1 != 0 {
					t.Errorf("%s: glyph %q row %d reaches the right edge", f.name, c, y)
				}
			}
		}
	}
}

func TestBlocks(t *testing.T) {
	for _, f := range fonts {
		data := f.glyphs()
		for y := range f.height {
			lower := y >= f.height/2
			for _, w := range []struct {
				code byte
				row  byte
			}{{0xdb, 0xff}, {0xdc, map[bool]byte{true: 0xff}[lower]}, {0xdd, 0xf0}, {0xde, 0x0f}, {0xdf, map[bool]byte{false: 0xff}[lower]}} {
				if got := data[int(w.code)*f.height+y]; got != w.row {
					t.Errorf("%s: glyph %02X row %d = %08b; want %08b", f.name, w.code, y, got, w.row)
				}
			}
		}
	}
}

func drawing(height int, change func(string) string) []byte {
	var b strings.Builder
	for c := range 256 {
		b.WriteString("\n" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])) + " NAME\n")
		for range height {
			b.WriteString("#......#\n")
		}
	}
	return []byte(change(b.String()))
}

func TestParseErrors(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		change     func(string) string
	}{
		{"short row", "line 3: glyph 00 row 0: \"#.....#\" has 7 dots; want 8", func(s string) string { return strings.Replace(s, "#......#", "#.....#", 1) }},
		{"bad dot", "line 3: glyph 00 row 0: 'x' is not a dot; want '#' or '.'", func(s string) string { return strings.Replace(s, "#......#", "#..x...#", 1) }},
		{"missing row", "glyph FF has 1 rows; want 2", func(s string) string { return strings.TrimSuffix(s, "#......#\n") }},
		{"missing glyph", "glyph FF is missing", func(s string) string { return s[:strings.Index(s, "\nFF")] }},
		{"twice", "line 6: glyph 00 is drawn twice", func(s string) string { return strings.Replace(s, "\n01", "\n00", 1) }},
		{"bad code", "line 2: \"0G\"; want a glyph code of two hex digits", func(s string) string { return strings.Replace(s, "\n00", "\n0G", 1) }},
	} {
		_, err := Parse(drawing(2, tc.change), 2)
		if err == nil || err.Error() != tc.want {
			t.Errorf("%s: error %v; want %s", tc.name, err, tc.want)
		}
	}
	if _, err := Parse(nil, 33); err == nil {
		t.Error("Parse accepted a height of 33")
	}
	got, err := Parse(drawing(2, func(s string) string { return "; note\r\n" + s }), 2)
	if err != nil || len(got) != 512 || got[0] != 0x81 {
		t.Errorf("Parse = %d bytes, %v; want 512 bytes of 81h", len(got), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("00 A\n........\n"), 1)
	f.Add(text8x8, 8)
	f.Fuzz(func(t *testing.T, text []byte, height int) {
		out, err := Parse(text, height)
		if err == nil && len(out) != 256*height {
			t.Errorf("Parse returned %d bytes; want %d", len(out), 256*height)
		}
	})
}
