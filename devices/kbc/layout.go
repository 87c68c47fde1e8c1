package kbc

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Layout says which keys type which characters in the guest: what its keyboard
// driver makes of them.
//
// Sources: IBM National Language Support Reference Manual, keyboards 103P (us),
// 166 (uk), 129 (de), 189 (fr) and 172 (es), with the euro sign where later
// keyboards have it.
type Layout struct {
	name string
	rows [4]layoutRow
}

// layoutRow is one row of keys with the characters they type alone, with Shift
// and with AltGr, in the order of the keys' values. A blank is no character; a
// combining accent is a dead key.
type layoutRow struct {
	first                 Key
	plain, shifted, altgr string
}

var layouts = [...]Layout{
	{"us", [4]layoutRow{
		{KeyGrave, "`1234567890-=", "~!@#$%^&*()_+", ""},
		{KeyQ, `qwertyuiop[]\`, `QWERTYUIOP{}|`, ""},
		{KeyA, "asdfghjkl;'", `ASDFGHJKL:"`, ""},
		{Key102, " zxcvbnm,./", " ZXCVBNM<>?", ""},
	}},
	{"uk", [4]layoutRow{
		{KeyGrave, "`1234567890-=", "¬!\"£$%^&*()_+", "¦   €"},
		{KeyQ, "qwertyuiop[]#", "QWERTYUIOP{}~", ""},
		{KeyA, "asdfghjkl;'", "ASDFGHJKL:@", ""},
		{Key102, `\zxcvbnm,./`, "|ZXCVBNM<>?", ""},
	}},
	{"de", [4]layoutRow{
		{KeyGrave, "\u03021234567890ß\u0301", "°!\"§$%&/()=?\u0300", `  ²³   {[]}\`},
		{KeyQ, "qwertzuiopü+#", "QWERTZUIOPÜ*'", "@ €        ~"},
		{KeyA, "asdfghjklöä", "ASDFGHJKLÖÄ", ""},
		{Key102, "<yxcvbnm,.-", ">YXCVBNM;:_", "|      µ"},
	}},
	{"fr", [4]layoutRow{
		{KeyGrave, "²&é\"'(-è_çà)=", " 1234567890°+", "  ~#{[|`\\^@]}"},
		{KeyQ, "azertyuiop\u0302$*", "AZERTYUIOP\u0308£µ", "  €        ¤"},
		{KeyA, "qsdfghjklmù", "QSDFGHJKLM%", ""},
		{Key102, "<wxcvbn,;:!", ">WXCVBN?./§", ""},
	}},
	{"es", [4]layoutRow{
		{KeyGrave, "º1234567890'¡", "ª!\"·$%&/()=?¿", `\|@#~ ¬`},
		{KeyQ, "qwertyuiop\u0300+ç", "QWERTYUIOP\u0302*Ç", "  €       []}"},
		{KeyA, "asdfghjklñ\u0301", "ASDFGHJKLÑ\u0308", "          {"},
		{Key102, "<zxcvbnm,.-", ">ZXCVBNM;:_", ""},
	}},
}

// accents lists for each dead key the accent by itself, which it types before
// the space bar, and what it makes of letters.
var accents = [...]struct {
	dead, alone     rune
	letters, become string
}{
	{0x300, '`', "aeiouAEIOU", "àèìòùÀÈÌÒÙ"},
	{0x301, '´', "aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"},
	{0x302, '^', "aeiouAEIOU", "âêîôûÂÊÎÔÛ"},
	{0x308, '¨', "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"},
}

// US is the layout of a guest without a keyboard driver.
func US() *Layout { return &layouts[0] }

// LayoutNames lists the layouts.
func LayoutNames() []string {
	var names []string
	for i := range layouts {
		names = append(names, layouts[i].name)
	}
	return names
}

// LayoutByName returns the layout of a country; ok is false for one that is not
// known.
func LayoutByName(name string) (l *Layout, ok bool) {
	for i := range layouts {
		if layouts[i].name == name {
			return &layouts[i], true
		}
	}
	return nil, false
}

// String returns the layout's name.
func (l *Layout) String() string { return l.name }

// Chord returns the keys that type r when they are pressed together, modifiers
// first, in the order in which they are to be pressed; a combining accent is a
// dead key. Control characters are the keys that make them: \n and \r Enter, \t
// Tab, \b and 7Fh Backspace, 1Bh Esc, the others Ctrl and a letter. ok is false
// for a rune that needs a dead key, or that the layout lacks.
func (l *Layout) Chord(r rune) (keys []Key, ok bool) {
	switch r {
	case '\n', '\r':
		return []Key{KeyEnter}, true
	case '\t':
		return []Key{KeyTab}, true
	case '\b', 0x7f:
		return []Key{KeyBackspace}, true
	case 0x1b:
		return []Key{KeyEsc}, true
	case ' ':
		return []Key{KeySpace}, true
	}
	if r > 0 && r < 0x1b {
		return l.control('a' + r - 1)
	}
	if r >= 0x1c && r < 0x20 { // Ctrl+\ ] ^ _
		return l.control(r + 0x40)
	}
	for _, row := range l.rows {
		for _, level := range [...]struct {
			hold  []Key
			chars string
		}{{nil, row.plain}, {[]Key{KeyLeftShift}, row.shifted}, {[]Key{KeyRightAlt}, row.altgr}} {
			if i := strings.IndexRune(level.chars, r); i >= 0 {
				k := row.first + Key(utf8.RuneCountInString(level.chars[:i]))
				return append(level.hold, k), true
			}
		}
	}
	return nil, false
}

// control is Ctrl and the keys of a character.
func (l *Layout) control(r rune) (keys []Key, ok bool) {
	base, ok := l.Chord(r)
	if !ok {
		return nil, false
	}
	return append([]Key{KeyLeftCtrl}, base...), true
}

// Chords returns the chords that type r one after the other: one, or a dead key
// and what follows it. ok is false for a rune the layout lacks.
func (l *Layout) Chords(r rune) (chords [][]Key, ok bool) {
	if keys, ok := l.Chord(r); ok {
		return [][]Key{keys}, true
	}
	for _, a := range accents {
		dead, ok := l.Chord(a.dead)
		if !ok {
			continue
		}
		if r == a.alone {
			return [][]Key{dead, {KeySpace}}, true
		}
		if i := slices.Index([]rune(a.become), r); i >= 0 {
			letter, _ := l.Chord(rune(a.letters[i]))
			return [][]Key{dead, letter}, true
		}
	}
	return nil, false
}

// DeadKey returns the chord of the layout's dead key for a combining accent, or
// where it has none the chord of the accent by itself.
func (l *Layout) DeadKey(accent rune) (keys []Key, ok bool) {
	if keys, ok = l.Chord(accent); ok {
		return keys, true
	}
	for _, a := range accents {
		if a.dead == accent {
			return l.Chord(a.alone)
		}
	}
	return nil, false
}
