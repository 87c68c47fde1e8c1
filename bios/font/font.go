// Package font holds the three code page 437 fonts of beige's firmware, drawn by
// hand in readable text files: 8x8.txt, 8x14.txt and 8x16.txt.
//
// The text files are the source. The binary form, as a character generator wants
// it (one byte a row, leftmost dot in bit 7, the rows of a glyph together, glyphs
// in code order), is what Parse returns and what the files 8x8.bin, 8x14.bin and
// 8x16.bin hold for the assembler; build.sh writes them and a test compares them.
//
// The code page assignment is that of the IBM PC character set (IBM Personal
// Computer Technical Reference, appendix C), the low 32 codes as the display
// adapter shows them.
package font

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// Glyphs is the number of glyphs of a font.
const Glyphs = 256

// Width is the width of a glyph in dots.
const Width = 8

// The dots of a row in a text file.
const (
	dotLit  = '#'
	dotDark = '.'
)

//go:embed 8x8.txt
var text8x8 []byte

//go:embed 8x14.txt
var text8x14 []byte

//go:embed 8x16.txt
var text8x16 []byte

// Glyphs8x8 returns the 8 by 8 font: 2048 bytes, 8 a glyph. The caller owns them.
func Glyphs8x8() []byte { return mustParse(text8x8, 8) }

// Glyphs8x14 returns the 8 by 14 font: 3584 bytes, 14 a glyph. The caller owns them.
func Glyphs8x14() []byte { return mustParse(text8x14, 14) }

// Glyphs8x16 returns the 8 by 16 font: 4096 bytes, 16 a glyph. The caller owns them.
func Glyphs8x16() []byte { return mustParse(text8x16, 16) }

func mustParse(text []byte, height int) []byte {
	b, err := Parse(text, height)
	if err != nil {
		panic("beige: embedded font: " + err.Error()) // a test parses all three
	}
	return b
}

// Parse turns the text of a font of the given height (in rows, 1 to 32) into its
// binary form of 256*height bytes.
//
// A line that starts with ';' is a comment, blank lines are skipped. A glyph is a
// line "XX anything" with its code in two hex digits, followed by height rows of
// eight '#' (lit) or '.' (dark). Every code must be drawn exactly once. The error
// names the line at fault.
func Parse(text []byte, height int) ([]byte, error) {
	if height < 1 || height > 32 {
		return nil, fmt.Errorf("font height %d; want 1 to 32", height)
	}
	out := make([]byte, Glyphs*height)
	var drawn [Glyphs]bool
	code, row := -1, height
	for n, raw := range bytes.Split(text, []byte("\n")) {
		line := strings.TrimRight(string(raw), " \t\r")
		switch {
		case line == "" || line[0] == ';':
		case row < height:
			v, err := parseRow(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: glyph %02X row %d: %v", n+1, code, row, err)
			}
			out[code*height+row] = v
			row++
		default:
			word, _, _ := strings.Cut(line, " ")
			v, err := strconv.ParseUint(word, 16, 8)
			if err != nil || len(word) != 2 {
				return nil, fmt.Errorf("line %d: %q; want a glyph code of two hex digits", n+1, word)
			}
			if drawn[v] {
				return nil, fmt.Errorf("line %d: glyph %02X is drawn twice", n+1, v)
			}
			drawn[v] = true
			code, row = int(v), 0
		}
	}
	if row < height {
		return nil, fmt.Errorf("glyph %02X has %d rows; want %d", code, row, height)
	}
	for c, ok := range drawn {
		if !ok {
			return nil, fmt.Errorf("glyph %02X is missing", c)
		}
	}
	return out, nil
}

func parseRow(line string) (byte, error) {
	if len(line) != Width {
		return 0, fmt.Errorf("%q has %d dots; want %d", line, len(line), Width)
	}
	var v byte
	for i := range Width {
		switch line[i] {
		case dotLit:
			v |= 0x80 >> i
		case dotDark:
		default:
			return 0, fmt.Errorf("%q is not a dot; want '#' or '.'", line[i])
		}
	}
	return v, nil
}
