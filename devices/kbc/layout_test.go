package kbc

import (
	"fmt"
	"testing"
)

// Keys that every person with such a keyboard knows (IBM National Language
// Support Reference Manual, keyboards 103P, 166, 129, 189, 172).
func TestLayouts(t *testing.T) {
	for _, tc := range []struct {
		layout string
		want   map[rune]string
	}{
		{"us", map[rune]string{'z': "[[z]]", '"': "[[shift apostrophe]]", '\\': "[[backslash]]", '#': "[[shift 3]]"}},
		{"uk", map[rune]string{'"': "[[shift 2]]", '@': "[[shift apostrophe]]", '£': "[[shift 3]]", '#': "[[backslash]]", '~': "[[shift backslash]]",
			'\\': "[[102nd]]", '|': "[[shift 102nd]]", '¬': "[[shift grave]]", '¦': "[[altgr grave]]", '€': "[[altgr 4]]"}},
		{"de", map[rune]string{'z': "[[y]]", 'Y': "[[shift z]]", 'ß': "[[minus]]", '?': "[[shift minus]]", '/': "[[shift 7]]", '\\': "[[altgr minus]]",
			'{': "[[altgr 7]]", '[': "[[altgr 8]]", ']': "[[altgr 9]]", '}': "[[altgr 0]]", '@': "[[altgr q]]", '€': "[[altgr e]]", '~': "[[altgr rightbracket]]",
			'|': "[[altgr 102nd]]", '<': "[[102nd]]", '>': "[[shift 102nd]]", 'ü': "[[leftbracket]]", 'Ä': "[[shift apostrophe]]", 'µ': "[[altgr m]]",
			'-': "[[slash]]", '_': "[[shift slash]]", '#': "[[backslash]]", '\'': "[[shift backslash]]", '^': "[[grave] [space]]", '°': "[[shift grave]]",
			'´': "[[equal] [space]]", '`': "[[shift equal] [space]]", 'é': "[[equal] [e]]", 'À': "[[shift equal] [shift a]]", 'ê': "[[grave] [e]]",
			'²': "[[altgr 2]]", '³': "[[altgr 3]]", 0x1a: "[[ctrl y]]"}},
		{"fr", map[rune]string{'a': "[[q]]", 'q': "[[a]]", 'm': "[[semicolon]]", 'W': "[[shift z]]", '1': "[[shift 1]]", '0': "[[shift 0]]", '&': "[[1]]",
			'é': "[[2]]", '~': "[[altgr 2]]", '#': "[[altgr 3]]", '{': "[[altgr 4]]", '[': "[[altgr 5]]", '|': "[[altgr 6]]", '`': "[[altgr 7]]",
			'\\': "[[altgr 8]]", '^': "[[altgr 9]]", '@': "[[altgr 0]]", ']': "[[altgr minus]]", '}': "[[altgr equal]]", '.': "[[shift comma]]",
			'/': "[[shift period]]", ';': "[[comma]]", ':': "[[period]]", '!': "[[slash]]", '§': "[[shift slash]]", ',': "[[m]]", '?': "[[shift m]]",
			'ê': "[[leftbracket] [e]]", 'ï': "[[shift leftbracket] [i]]", '$': "[[rightbracket]]", '£': "[[shift rightbracket]]", '*': "[[backslash]]",
			'µ': "[[shift backslash]]", '%': "[[shift apostrophe]]", 'ù': "[[apostrophe]]", '²': "[[grave]]", '€': "[[altgr e]]", '¤': "[[altgr rightbracket]]"}},
		{"es", map[rune]string{'ñ': "[[semicolon]]", 'Ñ': "[[shift semicolon]]", 'ç': "[[backslash]]", '¿': "[[shift equal]]", '¡': "[[equal]]", '@': "[[altgr 2]]",
			'|': "[[altgr 1]]", '\\': "[[altgr grave]]", '#': "[[altgr 3]]", '~': "[[altgr 4]]", '¬': "[[altgr 6]]", '€': "[[altgr e]]", '[': "[[altgr leftbracket]]",
			']': "[[altgr rightbracket]]", '{': "[[altgr apostrophe]]", '}': "[[altgr backslash]]", 'á': "[[apostrophe] [a]]", 'ü': "[[shift apostrophe] [u]]",
			'è': "[[leftbracket] [e]]", 'Ô': "[[shift leftbracket] [shift o]]", '\'': "[[minus]]", '/': "[[shift 7]]", '<': "[[102nd]]", 'º': "[[grave]]", 'ª': "[[shift grave]]"}},
	} {
		l, ok := LayoutByName(tc.layout)
		if !ok || l.String() != tc.layout {
			t.Fatalf("LayoutByName(%q) = %v, %v", tc.layout, l, ok)
		}
		for r, want := range tc.want {
			if chords, ok := l.Chords(r); !ok || fmt.Sprint(chords) != want {
				t.Errorf("%s: Chords(%q) = %v, %v; want %s", l, r, chords, ok, want)
			}
		}
	}
}

// Every layout types all of ASCII, and no key has two characters at one level
// or one too many.
func TestLayoutsAreWhole(t *testing.T) {
	for _, name := range LayoutNames() {
		l, _ := LayoutByName(name)
		for r := rune(0x20); r < 0x7f; r++ {
			if _, ok := l.Chords(r); !ok {
				t.Errorf("%s: Chords(%q): none", l, r)
			}
		}
		for i, n := range []int{13, 13, 11, 11} {
			row := l.rows[i]
			if p, s, a := len([]rune(row.plain)), len([]rune(row.shifted)), len([]rune(row.altgr)); p > n || s > n || a > n || p < n-1 || s < n-1 {
				t.Errorf("%s: row %d has %d, %d and %d characters; want up to %d", l, i, p, s, a, n)
			}
		}
	}
	if l, ok := LayoutByName("xx"); ok {
		t.Errorf("LayoutByName(xx) = %v; want none", l)
	}
	de, _ := LayoutByName("de")
	for _, tc := range []struct {
		layout *Layout
		accent rune
		want   string
	}{{de, 0x301, "[equal]"}, {US(), 0x302, "[shift 6]"}, {US(), 0x300, "[grave]"}} {
		if keys, ok := tc.layout.DeadKey(tc.accent); !ok || fmt.Sprint(keys) != tc.want {
			t.Errorf("%s: DeadKey(%U) = %v, %v; want %s", tc.layout, tc.accent, keys, ok, tc.want)
		}
	}
	if keys, ok := US().DeadKey(0x308); ok {
		t.Errorf("us: DeadKey(U+0308) = %v; want none", keys)
	}
}

func TestKeyByScanCode(t *testing.T) {
	for _, tc := range []struct {
		code     uint8
		extended bool
		want     Key
	}{
		{0x01, false, KeyEsc}, {0x1e, false, KeyA}, {0x41, false, KeyF7}, {0x58, false, KeyF12}, {0x56, false, Key102},
		{0x1d, false, KeyLeftCtrl}, {0x1d, true, KeyRightCtrl}, {0x38, true, KeyRightAlt}, {0x1c, true, KeyKPEnter},
		{0x37, false, KeyKPStar}, {0x37, true, KeyPrintScreen}, {0x54, false, KeyPrintScreen}, {0x46, false, KeyScrollLock},
		{0x46, true, KeyPause}, {0x45, false, KeyNumLock}, {0x35, true, KeyKPSlash}, {0x48, true, KeyUp}, {0x48, false, KeyKP8},
		{0x5b, true, KeyLeftWin}, {0x5e, true, KeyPower}, {0x59, false, KeyNone}, {0x00, false, KeyNone}, {0x02, true, KeyNone},
	} {
		if k, ok := KeyByScanCode(tc.code, tc.extended); k != tc.want || ok != (tc.want != KeyNone) {
			t.Errorf("KeyByScanCode(%#x, %v) = %v, %v; want %v", tc.code, tc.extended, k, ok, tc.want)
		}
	}
}
