// Package cp437 maps the PC's built-in character set, code page 437, to
// Unicode and back. The codes below 20h and 7Fh are the glyphs of the character
// generator, not control characters.
//
// Sources: IBM Code Page 437 (CPGID 00437) with IBM Globalization character
// data for the graphic characters of 01h-1Fh and 7Fh. 00h and FFh are blanks.
package cp437

// table is in code order; 00h is drawn as a blank.
const table = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼" +
	"►◄↕‼¶§▬↨↑↓→←∟↔▲▼" +
	" !\"#$%&'()*+,-./" +
	"0123456789:;<=>?" +
	"@ABCDEFGHIJKLMNO" +
	"PQRSTUVWXYZ[\\]^_" +
	"`abcdefghijklmno" +
	"pqrstuvwxyz{|}~⌂" +
	"ÇüéâäàåçêëèïîìÄÅ" +
	"ÉæÆôöòûùÿÖÜ¢£¥₧ƒ" +
	"áíóúñÑªº¿⌐¬½¼¡«»" +
	"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
	"└┴┬├─┼╞╟╚╔╩╦╠═╬╧" +
	"╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
	"αßΓπΣσµτΦΘΩδ∞φε∩" +
	"≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"

var runes = decode()

func decode() (r [256]rune) {
	i := 0
	for _, c := range table {
		r[i] = c
		i++
	}
	return r
}

// Rune returns the Unicode character that looks like glyph b.
func Rune(b uint8) rune { return runes[b] }

// Byte returns the code of r. ok is false for a rune that the set lacks.
func Byte(r rune) (b uint8, ok bool) {
	if r >= 0x20 && r < 0x7f {
		return uint8(r), true
	}
	for i := 1; i < 256; i++ {
		if runes[i] == r {
			return uint8(i), true
		}
	}
	return 0, false
}

// String converts codes to text; 00h and FFh become plain spaces.
func String(codes []uint8) string {
	out := make([]rune, len(codes))
	for i, c := range codes {
		if c == 0xff {
			c = ' '
		}
		out[i] = runes[c]
	}
	return string(out)
}
