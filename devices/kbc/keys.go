package kbc

import "strings"

// Key is one key of the IBM 101/102-key keyboard, of its Windows and ACPI
// extensions, or one media key. It names a place on the keyboard, not a
// character: KeyY is the key labelled Z on a German keyboard.
type Key uint8

// The keys, in rows from the upper left of the keyboard. The values are host
// side only, but they are part of the input log, so they do not change.
const (
	KeyNone Key = iota
	KeyEsc
	KeyF1
	KeyF2
	KeyF3
	KeyF4
	KeyF5
	KeyF6
	KeyF7
	KeyF8
	KeyF9
	KeyF10
	KeyF11
	KeyF12
	KeyPrintScreen
	KeyScrollLock
	KeyPause
	KeyGrave
	Key1
	Key2
	Key3
	Key4
	Key5
	Key6
	Key7
	Key8
	Key9
	Key0
	KeyMinus
	KeyEqual
	KeyBackspace
	KeyTab
	KeyQ
	KeyW
	KeyE
	KeyR
	KeyT
	KeyY
	KeyU
	KeyI
	KeyO
	KeyP
	KeyLeftBracket
	KeyRightBracket
	KeyBackslash // also key 42 of the 102-key layout
	KeyCapsLock
	KeyA
	KeyS
	KeyD
	KeyF
	KeyG
	KeyH
	KeyJ
	KeyK
	KeyL
	KeySemicolon
	KeyApostrophe
	KeyEnter
	KeyLeftShift
	Key102 // between left Shift and Z, 102-key layout only
	KeyZ
	KeyX
	KeyC
	KeyV
	KeyB
	KeyN
	KeyM
	KeyComma
	KeyPeriod
	KeySlash
	KeyRightShift
	KeyLeftCtrl
	KeyLeftWin
	KeyLeftAlt
	KeySpace
	KeyRightAlt
	KeyRightWin
	KeyMenu
	KeyRightCtrl
	KeyInsert
	KeyDelete
	KeyHome
	KeyEnd
	KeyPageUp
	KeyPageDown
	KeyUp
	KeyLeft
	KeyDown
	KeyRight
	KeyNumLock
	KeyKPSlash
	KeyKPStar
	KeyKPMinus
	KeyKPPlus
	KeyKPEnter
	KeyKPPeriod
	KeyKP0
	KeyKP1
	KeyKP2
	KeyKP3
	KeyKP4
	KeyKP5
	KeyKP6
	KeyKP7
	KeyKP8
	KeyKP9
	KeyPower
	KeySleep
	KeyWake
	KeyMute
	KeyVolumeDown
	KeyVolumeUp
	KeyPlay
	KeyStop
	KeyPrevTrack
	KeyNextTrack
	KeyMail
	KeyCalculator
	KeyMediaSelect
	KeyMyComputer
	KeyWWWSearch
	KeyWWWHome
	KeyWWWBack
	KeyWWWForward
	KeyWWWStop
	KeyWWWRefresh
	KeyWWWFavorites

	NumKeys = int(KeyWWWFavorites) + 1
)

// String returns the key's name, which KeyByName takes back.
func (k Key) String() string {
	if int(k) < NumKeys {
		return keyTable[k].name
	}
	return "none"
}

// KeyByName returns the key with that name or one of its other common names,
// whatever the case. ok is false for a name that no key has.
func KeyByName(name string) (k Key, ok bool) {
	name = strings.ToLower(name)
	for i := 1; i < NumKeys; i++ {
		if keyTable[i].name == name {
			return Key(i), true
		}
	}
	for _, a := range keyAliases {
		if a.name == name {
			return a.key, true
		}
	}
	return KeyNone, false
}

// KeyByScanCode returns the key with that make code of scan code set 1; extended
// stands for an E0 prefix. Print Screen and Pause have the codes of their plain
// forms: 37h extended or 54h, and 46h extended. ok is false for a code that no
// key has.
func KeyByScanCode(code uint8, extended bool) (k Key, ok bool) {
	switch {
	case extended && code == 0x37, !extended && code == 0x54:
		return KeyPrintScreen, true
	case extended && code == 0x46:
		return KeyPause, true
	}
	for i := 1; i < NumKeys; i++ {
		row := &keyTable[i]
		if row.kind == kindPrtSc || row.kind == kindPause {
			continue
		}
		if translate(row.set2) == code && (row.kind != kindPlain) == extended {
			return Key(i), true
		}
	}
	return KeyNone, false
}

// ChordByName splits names joined by "+" ("ctrl+alt+delete") into keys, in the
// order in which they are to be pressed. ok is false if one name is unknown;
// bad is that name.
func ChordByName(s string) (keys []Key, bad string, ok bool) {
	for _, name := range strings.Split(s, "+") {
		k, known := KeyByName(strings.TrimSpace(name))
		if !known {
			return nil, name, false
		}
		keys = append(keys, k)
	}
	return keys, "", true
}

var keyAliases = [...]struct {
	name string
	key  Key
}{
	{"escape", KeyEsc}, {"prtsc", KeyPrintScreen}, {"print", KeyPrintScreen}, {"sysrq", KeyPrintScreen},
	{"scroll", KeyScrollLock}, {"break", KeyPause},
	{"`", KeyGrave}, {"backquote", KeyGrave}, {"-", KeyMinus}, {"=", KeyEqual}, {"equals", KeyEqual},
	{"bksp", KeyBackspace}, {"bs", KeyBackspace},
	{"[", KeyLeftBracket}, {"lbracket", KeyLeftBracket}, {"]", KeyRightBracket}, {"rbracket", KeyRightBracket},
	{"\\", KeyBackslash}, {"caps", KeyCapsLock}, {";", KeySemicolon}, {"'", KeyApostrophe}, {"quote", KeyApostrophe},
	{"return", KeyEnter}, {"ret", KeyEnter}, {"lshift", KeyLeftShift}, {"leftshift", KeyLeftShift},
	{"<", Key102}, {"intl102", Key102}, {"less", Key102},
	{",", KeyComma}, {".", KeyPeriod}, {"dot", KeyPeriod}, {"/", KeySlash}, {"rightshift", KeyRightShift},
	{"lctrl", KeyLeftCtrl}, {"leftctrl", KeyLeftCtrl}, {"control", KeyLeftCtrl}, {"rightctrl", KeyRightCtrl},
	{"lalt", KeyLeftAlt}, {"leftalt", KeyLeftAlt}, {"ralt", KeyRightAlt}, {"rightalt", KeyRightAlt},
	{"lwin", KeyLeftWin}, {"super", KeyLeftWin}, {"meta", KeyLeftWin}, {"apps", KeyMenu},
	{"spc", KeySpace}, {"spacebar", KeySpace}, {"ins", KeyInsert}, {"del", KeyDelete},
	{"pgup", KeyPageUp}, {"pgdn", KeyPageDown}, {"pagedn", KeyPageDown}, {"num", KeyNumLock},
	{"kpdivide", KeyKPSlash}, {"kpmultiply", KeyKPStar}, {"kpasterisk", KeyKPStar}, {"kpsubtract", KeyKPMinus},
	{"kpadd", KeyKPPlus}, {"kpdecimal", KeyKPPeriod}, {"kpdot", KeyKPPeriod}, {"kpdel", KeyKPPeriod}, {"kpins", KeyKP0},
}
