package kbc

// Scan codes of the 101/102-key keyboard (IBM PS/2 Hardware Interface Technical
// Reference, Keyboards (101- and 102-Key), Scan Codes; Microsoft Keyboard Scan
// Code Specification 1.3a for the Windows, power and media keys).
//
// Set 1 is not listed: its codes are those of set 2 after the translation that
// the controller applies, xlat. Keys marked ext have an E0 prefix in sets 1
// and 2. Set 3 has one code a key and no prefixes; a key without one stays
// silent there.

// Kinds of key in the sequences of sets 1 and 2.
const (
	kindPlain  = iota
	kindExt    // E0 prefix
	kindGray   // E0 prefix, and a false Shift according to Num Lock and Shift
	kindSlash  // E0 prefix, and a false Shift break while Shift is down
	kindPrtSc  // Print Screen / SysRq
	kindPause  // Pause / Break
	numKeyBits = 128
)

// Set 3 key types (same section, Set Key Type commands), as two bits.
const (
	typeMake      uint8 = 0
	typeBreak     uint8 = 1 << 0 // sends a break code
	typeTypematic uint8 = 1 << 1 // repeats
)

type keyRow struct {
	name  string
	kind  uint8
	set2  uint8
	set3  uint8 // 0: not in set 3
	type3 uint8 // default type in set 3
}

const (
	m  = typeMake
	mb = typeBreak
	ty = typeTypematic
)

var keyTable = [NumKeys]keyRow{
	KeyNone:         {"none", kindPlain, 0, 0, m},
	KeyEsc:          {"esc", kindPlain, 0x76, 0x08, m},
	KeyF1:           {"f1", kindPlain, 0x05, 0x07, m},
	KeyF2:           {"f2", kindPlain, 0x06, 0x0f, m},
	KeyF3:           {"f3", kindPlain, 0x04, 0x17, m},
	KeyF4:           {"f4", kindPlain, 0x0c, 0x1f, m},
	KeyF5:           {"f5", kindPlain, 0x03, 0x27, m},
	KeyF6:           {"f6", kindPlain, 0x0b, 0x2f, m},
	KeyF7:           {"f7", kindPlain, 0x83, 0x37, m},
	KeyF8:           {"f8", kindPlain, 0x0a, 0x3f, m},
	KeyF9:           {"f9", kindPlain, 0x01, 0x47, m},
	KeyF10:          {"f10", kindPlain, 0x09, 0x4f, m},
	KeyF11:          {"f11", kindPlain, 0x78, 0x56, m},
	KeyF12:          {"f12", kindPlain, 0x07, 0x5e, m},
	KeyPrintScreen:  {"printscreen", kindPrtSc, 0x7c, 0x57, m},
	KeyScrollLock:   {"scrolllock", kindPlain, 0x7e, 0x5f, m},
	KeyPause:        {"pause", kindPause, 0x77, 0x62, m},
	KeyGrave:        {"grave", kindPlain, 0x0e, 0x0e, ty},
	Key1:            {"1", kindPlain, 0x16, 0x16, ty},
	Key2:            {"2", kindPlain, 0x1e, 0x1e, ty},
	Key3:            {"3", kindPlain, 0x26, 0x26, ty},
	Key4:            {"4", kindPlain, 0x25, 0x25, ty},
	Key5:            {"5", kindPlain, 0x2e, 0x2e, ty},
	Key6:            {"6", kindPlain, 0x36, 0x36, ty},
	Key7:            {"7", kindPlain, 0x3d, 0x3d, ty},
	Key8:            {"8", kindPlain, 0x3e, 0x3e, ty},
	Key9:            {"9", kindPlain, 0x46, 0x46, ty},
	Key0:            {"0", kindPlain, 0x45, 0x45, ty},
	KeyMinus:        {"minus", kindPlain, 0x4e, 0x4e, ty},
	KeyEqual:        {"equal", kindPlain, 0x55, 0x55, ty},
	KeyBackspace:    {"backspace", kindPlain, 0x66, 0x66, ty},
	KeyTab:          {"tab", kindPlain, 0x0d, 0x0d, ty},
	KeyQ:            {"q", kindPlain, 0x15, 0x15, ty},
	KeyW:            {"w", kindPlain, 0x1d, 0x1d, ty},
	KeyE:            {"e", kindPlain, 0x24, 0x24, ty},
	KeyR:            {"r", kindPlain, 0x2d, 0x2d, ty},
	KeyT:            {"t", kindPlain, 0x2c, 0x2c, ty},
	KeyY:            {"y", kindPlain, 0x35, 0x35, ty},
	KeyU:            {"u", kindPlain, 0x3c, 0x3c, ty},
	KeyI:            {"i", kindPlain, 0x43, 0x43, ty},
	KeyO:            {"o", kindPlain, 0x44, 0x44, ty},
	KeyP:            {"p", kindPlain, 0x4d, 0x4d, ty},
	KeyLeftBracket:  {"leftbracket", kindPlain, 0x54, 0x54, ty},
	KeyRightBracket: {"rightbracket", kindPlain, 0x5b, 0x5b, ty},
	KeyBackslash:    {"backslash", kindPlain, 0x5d, 0x5c, ty},
	KeyCapsLock:     {"capslock", kindPlain, 0x58, 0x14, mb},
	KeyA:            {"a", kindPlain, 0x1c, 0x1c, ty},
	KeyS:            {"s", kindPlain, 0x1b, 0x1b, ty},
	KeyD:            {"d", kindPlain, 0x23, 0x23, ty},
	KeyF:            {"f", kindPlain, 0x2b, 0x2b, ty},
	KeyG:            {"g", kindPlain, 0x34, 0x34, ty},
	KeyH:            {"h", kindPlain, 0x33, 0x33, ty},
	KeyJ:            {"j", kindPlain, 0x3b, 0x3b, ty},
	KeyK:            {"k", kindPlain, 0x42, 0x42, ty},
	KeyL:            {"l", kindPlain, 0x4b, 0x4b, ty},
	KeySemicolon:    {"semicolon", kindPlain, 0x4c, 0x4c, ty},
	KeyApostrophe:   {"apostrophe", kindPlain, 0x52, 0x52, ty},
	KeyEnter:        {"enter", kindPlain, 0x5a, 0x5a, ty},
	KeyLeftShift:    {"shift", kindPlain, 0x12, 0x12, mb},
	Key102:          {"102nd", kindPlain, 0x61, 0x13, ty},
	KeyZ:            {"z", kindPlain, 0x1a, 0x1a, ty},
	KeyX:            {"x", kindPlain, 0x22, 0x22, ty},
	KeyC:            {"c", kindPlain, 0x21, 0x21, ty},
	KeyV:            {"v", kindPlain, 0x2a, 0x2a, ty},
	KeyB:            {"b", kindPlain, 0x32, 0x32, ty},
	KeyN:            {"n", kindPlain, 0x31, 0x31, ty},
	KeyM:            {"m", kindPlain, 0x3a, 0x3a, ty},
	KeyComma:        {"comma", kindPlain, 0x41, 0x41, ty},
	KeyPeriod:       {"period", kindPlain, 0x49, 0x49, ty},
	KeySlash:        {"slash", kindPlain, 0x4a, 0x4a, ty},
	KeyRightShift:   {"rshift", kindPlain, 0x59, 0x59, mb},
	KeyLeftCtrl:     {"ctrl", kindPlain, 0x14, 0x11, mb},
	KeyLeftWin:      {"win", kindExt, 0x1f, 0x8b, m},
	KeyLeftAlt:      {"alt", kindPlain, 0x11, 0x19, mb},
	KeySpace:        {"space", kindPlain, 0x29, 0x29, ty},
	KeyRightAlt:     {"altgr", kindExt, 0x11, 0x39, m},
	KeyRightWin:     {"rwin", kindExt, 0x27, 0x8c, m},
	KeyMenu:         {"menu", kindExt, 0x2f, 0x8d, m},
	KeyRightCtrl:    {"rctrl", kindExt, 0x14, 0x58, m},
	KeyInsert:       {"insert", kindGray, 0x70, 0x67, m},
	KeyDelete:       {"delete", kindGray, 0x71, 0x64, ty},
	KeyHome:         {"home", kindGray, 0x6c, 0x6e, m},
	KeyEnd:          {"end", kindGray, 0x69, 0x65, m},
	KeyPageUp:       {"pageup", kindGray, 0x7d, 0x6f, m},
	KeyPageDown:     {"pagedown", kindGray, 0x7a, 0x6d, m},
	KeyUp:           {"up", kindGray, 0x75, 0x63, ty},
	KeyLeft:         {"left", kindGray, 0x6b, 0x61, ty},
	KeyDown:         {"down", kindGray, 0x72, 0x60, ty},
	KeyRight:        {"right", kindGray, 0x74, 0x6a, ty},
	KeyNumLock:      {"numlock", kindPlain, 0x77, 0x76, m},
	KeyKPSlash:      {"kpslash", kindSlash, 0x4a, 0x77, m},
	KeyKPStar:       {"kpstar", kindPlain, 0x7c, 0x7e, m},
	KeyKPMinus:      {"kpminus", kindPlain, 0x7b, 0x84, m},
	KeyKPPlus:       {"kpplus", kindPlain, 0x79, 0x7c, ty},
	KeyKPEnter:      {"kpenter", kindExt, 0x5a, 0x79, m},
	KeyKPPeriod:     {"kpperiod", kindPlain, 0x71, 0x71, m},
	KeyKP0:          {"kp0", kindPlain, 0x70, 0x70, m},
	KeyKP1:          {"kp1", kindPlain, 0x69, 0x69, m},
	KeyKP2:          {"kp2", kindPlain, 0x72, 0x72, m},
	KeyKP3:          {"kp3", kindPlain, 0x7a, 0x7a, m},
	KeyKP4:          {"kp4", kindPlain, 0x6b, 0x6b, m},
	KeyKP5:          {"kp5", kindPlain, 0x73, 0x73, m},
	KeyKP6:          {"kp6", kindPlain, 0x74, 0x74, m},
	KeyKP7:          {"kp7", kindPlain, 0x6c, 0x6c, m},
	KeyKP8:          {"kp8", kindPlain, 0x75, 0x75, m},
	KeyKP9:          {"kp9", kindPlain, 0x7d, 0x7d, m},
	KeyPower:        {"power", kindExt, 0x37, 0, m},
	KeySleep:        {"sleep", kindExt, 0x3f, 0, m},
	KeyWake:         {"wake", kindExt, 0x5e, 0, m},
	KeyMute:         {"mute", kindExt, 0x23, 0, m},
	KeyVolumeDown:   {"volumedown", kindExt, 0x21, 0, m},
	KeyVolumeUp:     {"volumeup", kindExt, 0x32, 0, m},
	KeyPlay:         {"play", kindExt, 0x34, 0, m},
	KeyStop:         {"stop", kindExt, 0x3b, 0, m},
	KeyPrevTrack:    {"prevtrack", kindExt, 0x15, 0, m},
	KeyNextTrack:    {"nexttrack", kindExt, 0x4d, 0, m},
	KeyMail:         {"mail", kindExt, 0x48, 0, m},
	KeyCalculator:   {"calculator", kindExt, 0x2b, 0, m},
	KeyMediaSelect:  {"mediaselect", kindExt, 0x50, 0, m},
	KeyMyComputer:   {"mycomputer", kindExt, 0x40, 0, m},
	KeyWWWSearch:    {"wwwsearch", kindExt, 0x10, 0, m},
	KeyWWWHome:      {"wwwhome", kindExt, 0x3a, 0, m},
	KeyWWWBack:      {"wwwback", kindExt, 0x38, 0, m},
	KeyWWWForward:   {"wwwforward", kindExt, 0x30, 0, m},
	KeyWWWStop:      {"wwwstop", kindExt, 0x28, 0, m},
	KeyWWWRefresh:   {"wwwrefresh", kindExt, 0x20, 0, m},
	KeyWWWFavorites: {"wwwfavorites", kindExt, 0x18, 0, m},
}

// Set 2 codes that occur inside sequences of other keys.
const (
	codeLeftShift  uint8 = 0x12
	codeRightShift uint8 = 0x59
	codeLeftCtrl   uint8 = 0x14
	codeBreak      uint8 = 0x7e // Ctrl+Pause, with E0
	codeSysRq      uint8 = 0x84 // Alt+Print Screen
)

const (
	prefixE0    uint8 = 0xe0
	prefixE1    uint8 = 0xe1
	prefixBreak uint8 = 0xf0 // sets 2 and 3
	breakBit    uint8 = 0x80 // set 1
)

// xlat is what the controller makes of set 2 bytes 00h-7Fh while XLAT is on
// (same manual, Keyboard/Auxiliary Device Controller, scan code translation).
// 83h and 84h become 41h and 54h, all others above 7Fh pass.
var xlat = [128]uint8{
	0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
	0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
	0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
	0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
	0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
	0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
	0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
	0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
}

// translate applies xlat to any byte.
func translate(b uint8) uint8 {
	switch {
	case b < 0x80:
		return xlat[b]
	case b == 0x83:
		return 0x41
	case b == 0x84:
		return 0x54
	}
	return b
}

// sequence collects the bytes of one key event in the current scan code set.
// The longest is a gray key with both Shift keys down: 8 bytes.
type sequence struct {
	set uint8
	n   int
	b   [12]uint8
}

func (s *sequence) raw(b uint8) { s.b[s.n] = b; s.n++ }

func (s *sequence) put(code uint8, down bool) {
	switch {
	case s.set == 1 && down:
		s.raw(translate(code))
	case s.set == 1:
		s.raw(translate(code) | breakBit)
	case down:
		s.raw(code)
	default:
		s.raw(prefixBreak)
		s.raw(code)
	}
}

func (s *sequence) ext(code uint8, down bool) {
	s.raw(prefixE0)
	s.put(code, down)
}

// event appends what k sends in sets 1 and 2. shifts are the set 2 codes of
// the Shift keys that are down, left first.
func (s *sequence) event(k Key, down, repeat, ctrl, alt, numLock bool, shifts []uint8) {
	row := &keyTable[k]
	switch row.kind {
	case kindPlain:
		s.put(row.set2, down)
	case kindExt:
		s.ext(row.set2, down)
	case kindGray, kindSlash:
		s.gray(row, down, repeat, numLock, shifts)
	case kindPrtSc:
		switch {
		case alt:
			s.put(codeSysRq, down)
		case ctrl || len(shifts) > 0 || repeat:
			s.ext(row.set2, down)
		case down:
			s.ext(codeLeftShift, true)
			s.ext(row.set2, true)
		default:
			s.ext(row.set2, false)
			s.ext(codeLeftShift, false)
		}
	case kindPause: // make and break together on make, nothing on break
		switch {
		case !down:
		case ctrl:
			s.ext(codeBreak, true)
			s.ext(codeBreak, false)
		default:
			for _, make := range [...]bool{true, false} {
				s.raw(prefixE1)
				s.put(codeLeftCtrl, make)
				s.put(row.set2, make)
			}
		}
	}
}

// gray wraps a key of the cursor block or the keypad slash so that a program
// that ignores E0 sees the unshifted keypad key.
func (s *sequence) gray(row *keyRow, down, repeat, numLock bool, shifts []uint8) {
	undo := len(shifts) > 0 && !(numLock && row.kind == kindGray) // Shift is to be hidden
	fake := len(shifts) == 0 && numLock && row.kind == kindGray   // Shift is to be feigned
	if repeat {
		undo, fake = false, false
	}
	if down {
		if undo {
			for _, c := range shifts {
				s.ext(c, false)
			}
		} else if fake {
			s.ext(codeLeftShift, true)
		}
	}
	s.ext(row.set2, down)
	if !down {
		if undo {
			for _, c := range shifts {
				s.ext(c, true)
			}
		} else if fake {
			s.ext(codeLeftShift, false)
		}
	}
}

// set3 appends what k sends in set 3.
func (s *sequence) set3(k Key, down bool, typ uint8) {
	if c := keyTable[k].set3; c != 0 && (down || typ&typeBreak != 0) {
		s.put(c, down)
	}
}
