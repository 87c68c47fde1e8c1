package vnc

import "beige/devices/kbc"

// Keysyms (X.Org, keysymdef.h).
const (
	symUnicode     = 0x01000000 // plus a code point
	symLatin1      = 0x100      // below: ISO 8859-1
	symEuro        = 0x20ac
	symLevel3      = 0xfe03 // ISO_Level3_Shift
	symModeSwitch  = 0xff7e
	symKP0         = 0xffb0
	symKP9         = 0xffb9
	symF1          = 0xffbe
	symF12         = 0xffc9
	symKPSeparator = 0xffac
	symKPDecimal   = 0xffae
)

// symKey is a keysym that is a key, whatever the layout.
type symKey struct {
	sym uint32
	key kbc.Key
}

var symKeys = [...]symKey{
	{0xff08, kbc.KeyBackspace}, {0xff09, kbc.KeyTab}, {0xff0a, kbc.KeyEnter}, {0xff0d, kbc.KeyEnter}, {0xff1b, kbc.KeyEsc},
	{0xfe20, kbc.KeyTab}, // ISO_Left_Tab: Shift is down
	{0xff13, kbc.KeyPause}, {0xff6b, kbc.KeyPause}, {0xff14, kbc.KeyScrollLock}, {0xff15, kbc.KeyPrintScreen}, {0xff61, kbc.KeyPrintScreen},
	{0xff50, kbc.KeyHome}, {0xff51, kbc.KeyLeft}, {0xff52, kbc.KeyUp}, {0xff53, kbc.KeyRight}, {0xff54, kbc.KeyDown},
	{0xff55, kbc.KeyPageUp}, {0xff56, kbc.KeyPageDown}, {0xff57, kbc.KeyEnd}, {0xff58, kbc.KeyKP5}, {0xff63, kbc.KeyInsert}, {0xffff, kbc.KeyDelete},
	{0xff67, kbc.KeyMenu}, {0xff7f, kbc.KeyNumLock}, {0xffe5, kbc.KeyCapsLock}, {0xffe6, kbc.KeyCapsLock},
	{0xffe1, kbc.KeyLeftShift}, {0xffe2, kbc.KeyRightShift}, {0xffe3, kbc.KeyLeftCtrl}, {0xffe4, kbc.KeyRightCtrl},
	{0xffe7, kbc.KeyLeftAlt}, {0xffe8, kbc.KeyRightAlt}, {0xffe9, kbc.KeyLeftAlt}, {0xffea, kbc.KeyRightAlt},
	{0xffeb, kbc.KeyLeftWin}, {0xffec, kbc.KeyRightWin}, {0xffed, kbc.KeyLeftWin}, {0xffee, kbc.KeyRightWin},
	{symLevel3, kbc.KeyRightAlt}, {symModeSwitch, kbc.KeyRightAlt},
	{0xff80, kbc.KeySpace}, {0xff89, kbc.KeyTab}, {0xff8d, kbc.KeyKPEnter}, {0xff91, kbc.KeyF1}, {0xff92, kbc.KeyF2}, {0xff93, kbc.KeyF3}, {0xff94, kbc.KeyF4},
	{0xffaa, kbc.KeyKPStar}, {0xffab, kbc.KeyKPPlus}, {0xffad, kbc.KeyKPMinus}, {0xffaf, kbc.KeyKPSlash},
	{0x1008ff11, kbc.KeyVolumeDown}, {0x1008ff12, kbc.KeyMute}, {0x1008ff13, kbc.KeyVolumeUp}, {0x1008ff14, kbc.KeyPlay},
	{0x1008ff15, kbc.KeyStop}, {0x1008ff16, kbc.KeyPrevTrack}, {0x1008ff17, kbc.KeyNextTrack}, {0x1008ff18, kbc.KeyWWWHome},
	{0x1008ff19, kbc.KeyMail}, {0x1008ff1b, kbc.KeyWWWSearch}, {0x1008ff1d, kbc.KeyCalculator}, {0x1008ff26, kbc.KeyWWWBack},
	{0x1008ff27, kbc.KeyWWWForward}, {0x1008ff28, kbc.KeyWWWStop}, {0x1008ff29, kbc.KeyWWWRefresh}, {0x1008ff2a, kbc.KeyPower},
	{0x1008ff2f, kbc.KeySleep}, {0x1008ff2b, kbc.KeyWake}, {0x1008ff30, kbc.KeyWWWFavorites}, {0x1008ff32, kbc.KeyMediaSelect},
	{0x1008ff33, kbc.KeyMyComputer},
}

// padKey is a key of the keypad with what it means without and with Num Lock.
type padKey struct {
	sym  uint32 // without
	key  kbc.Key
	grey kbc.Key // of the same meaning, whatever Num Lock says
	char rune    // with
}

var padKeys = [...]padKey{
	{0xff9e, kbc.KeyKP0, kbc.KeyInsert, '0'}, {0xff9c, kbc.KeyKP1, kbc.KeyEnd, '1'}, {0xff99, kbc.KeyKP2, kbc.KeyDown, '2'},
	{0xff9b, kbc.KeyKP3, kbc.KeyPageDown, '3'}, {0xff96, kbc.KeyKP4, kbc.KeyLeft, '4'}, {0xff9d, kbc.KeyKP5, kbc.KeyKP5, '5'},
	{0xff98, kbc.KeyKP6, kbc.KeyRight, '6'}, {0xff95, kbc.KeyKP7, kbc.KeyHome, '7'}, {0xff97, kbc.KeyKP8, kbc.KeyUp, '8'},
	{0xff9a, kbc.KeyKP9, kbc.KeyPageUp, '9'}, {0xff9f, kbc.KeyKPPeriod, kbc.KeyDelete, '.'},
}

// deadAccent is the combining accent of a dead keysym.
func deadAccent(sym uint32) (rune, bool) {
	switch sym {
	case 0xfe50:
		return 0x300, true // grave
	case 0xfe51:
		return 0x301, true // acute
	case 0xfe52:
		return 0x302, true // circumflex
	case 0xfe57:
		return 0x308, true // diaeresis
	}
	return 0, false
}

// symChar is the character of a keysym that is one.
func symChar(sym uint32) (rune, bool) {
	switch {
	case sym >= 0x20 && sym < 0x7f, sym >= 0xa0 && sym < symLatin1:
		return rune(sym), true
	case sym == symEuro:
		return '€', true
	case sym == 0xfe53: // dead tilde, which is no dead key in our layouts
		return '~', true
	case sym > symUnicode+0x20 && sym <= symUnicode+0x10ffff:
		return rune(sym - symUnicode), true
	}
	return 0, false
}

// symToKey is the key of a keysym that is one whatever the layout and the
// lights.
func symToKey(sym uint32) (kbc.Key, bool) {
	if sym >= symF1 && sym <= symF12 {
		return kbc.KeyF1 + kbc.Key(sym-symF1), true
	}
	for _, k := range symKeys {
		if k.sym == sym {
			return k.key, true
		}
	}
	return kbc.KeyNone, false
}

// symToPad is the key of the keypad of a keysym; numbers says that it is one of
// those with Num Lock.
func symToPad(sym uint32) (k padKey, numbers, ok bool) {
	switch {
	case sym >= symKP0 && sym <= symKP9:
		return padKeys[sym-symKP0], true, true
	case sym == symKPDecimal, sym == symKPSeparator:
		return padKeys[len(padKeys)-1], true, true
	}
	for _, k := range padKeys {
		if k.sym == sym {
			return k, false, true
		}
	}
	return padKey{}, false, false
}
