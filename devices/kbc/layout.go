package kbc

// usRow is one row of keys of the US layout with the characters they type
// without and with Shift, in the order of the keys' values.
type usRow struct {
	first          Key
	plain, shifted string
}

var usLayout = [...]usRow{
	{KeyGrave, "`1234567890-=", "~!@#$%^&*()_+"},
	{KeyQ, `qwertyuiop[]\`, `QWERTYUIOP{}|`},
	{KeyA, "asdfghjkl;'", `ASDFGHJKL:"`},
	{KeyZ, "zxcvbnm,./", "ZXCVBNM<>?"},
}

// Chord returns the keys that type r on the US layout, modifiers first, in the
// order in which they are to be pressed. Control characters are the keys that
// make them: \n and \r Enter, \t Tab, \b and 7Fh Backspace, 1Bh Esc, the
// others Ctrl and a letter. ok is false for a rune the layout lacks.
func Chord(r rune) (keys []Key, ok bool) {
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
		base, _ := Chord('a' + r - 1)
		return append([]Key{KeyLeftCtrl}, base...), true
	}
	if r >= 0x1c && r < 0x20 { // Ctrl+\ ] ^ _
		base, _ := Chord(r + 0x40)
		return append([]Key{KeyLeftCtrl}, base...), true
	}
	for _, row := range usLayout {
		for i := range len(row.plain) {
			k := row.first + Key(i)
			if rune(row.plain[i]) == r {
				return []Key{k}, true
			}
			if rune(row.shifted[i]) == r {
				return []Key{KeyLeftShift, k}, true
			}
		}
	}
	return nil, false
}
