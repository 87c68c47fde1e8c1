package cp437

import "testing"

func TestRune(t *testing.T) {
	for b, want := range map[uint8]rune{
		0x00: ' ', 0x01: '☺', 0x0d: '♪', 0x10: '►', 0x1a: '→', 0x1f: '▼', ' ': ' ', 'A': 'A', '~': '~', 0x7f: '⌂', 0x80: 'Ç', 0x8e: 'Ä',
		0x9b: '¢', 0x9f: 'ƒ', 0xa5: 'Ñ', 0xb0: '░', 0xb3: '│', 0xbf: '┐', 0xc4: '─', 0xcd: '═', 0xda: '┌', 0xdb: '█', 0xdf: '▀',
		0xe1: 'ß', 0xe3: 'π', 0xf8: '°', 0xfd: '²', 0xfe: '■', 0xff: '\u00a0',
	} {
		if got := Rune(b); got != want {
			t.Errorf("Rune(%#02x) = %q; want %q", b, got, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for i := 1; i < 256; i++ {
		if b, ok := Byte(Rune(uint8(i))); !ok || b != uint8(i) {
			t.Errorf("Byte(Rune(%#02x)) = %#02x, %v", i, b, ok)
		}
	}
	for _, r := range []rune{'€', '\n', 0, '日'} {
		if b, ok := Byte(r); ok {
			t.Errorf("Byte(%q) = %#02x; want none", r, b)
		}
	}
}

func TestString(t *testing.T) {
	if got := String([]uint8{0, 'A', 0xff, 0xc9}); got != " A ╔" {
		t.Errorf("String = %q; want %q", got, " A ╔")
	}
}
