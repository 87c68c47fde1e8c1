package web

import "beige/devices/kbc"

// keyByCode is the key of a KeyboardEvent.code: both name a place on the keyboard.
func keyByCode(code string) (kbc.Key, bool) {
	if len(code) == 4 && code[:3] == "Key" && code[3] >= 'A' && code[3] <= 'Z' {
		return kbc.KeyByName(code[3:])
	}
	if len(code) == 6 && code[:5] == "Digit" {
		return kbc.KeyByName(code[5:])
	}
	for _, c := range codes {
		if c.code == code {
			return c.key, true
		}
	}
	return kbc.KeyNone, false
}

// codes are the names besides KeyA to KeyZ and Digit0 to Digit9, and those that
// browsers had before the standard.
var codes = [...]struct {
	code string
	key  kbc.Key
}{
	{"Escape", kbc.KeyEsc}, {"F1", kbc.KeyF1}, {"F2", kbc.KeyF2}, {"F3", kbc.KeyF3}, {"F4", kbc.KeyF4}, {"F5", kbc.KeyF5}, {"F6", kbc.KeyF6},
	{"F7", kbc.KeyF7}, {"F8", kbc.KeyF8}, {"F9", kbc.KeyF9}, {"F10", kbc.KeyF10}, {"F11", kbc.KeyF11}, {"F12", kbc.KeyF12},
	{"PrintScreen", kbc.KeyPrintScreen}, {"ScrollLock", kbc.KeyScrollLock}, {"Pause", kbc.KeyPause},
	{"Backquote", kbc.KeyGrave}, {"Minus", kbc.KeyMinus}, {"Equal", kbc.KeyEqual}, {"Backspace", kbc.KeyBackspace},
	{"Tab", kbc.KeyTab}, {"BracketLeft", kbc.KeyLeftBracket}, {"BracketRight", kbc.KeyRightBracket}, {"Backslash", kbc.KeyBackslash}, {"IntlHash", kbc.KeyBackslash},
	{"CapsLock", kbc.KeyCapsLock}, {"Semicolon", kbc.KeySemicolon}, {"Quote", kbc.KeyApostrophe}, {"Enter", kbc.KeyEnter},
	{"ShiftLeft", kbc.KeyLeftShift}, {"IntlBackslash", kbc.Key102}, {"Comma", kbc.KeyComma}, {"Period", kbc.KeyPeriod}, {"Slash", kbc.KeySlash}, {"ShiftRight", kbc.KeyRightShift},
	{"ControlLeft", kbc.KeyLeftCtrl}, {"MetaLeft", kbc.KeyLeftWin}, {"OSLeft", kbc.KeyLeftWin}, {"AltLeft", kbc.KeyLeftAlt}, {"Space", kbc.KeySpace},
	{"AltRight", kbc.KeyRightAlt}, {"MetaRight", kbc.KeyRightWin}, {"OSRight", kbc.KeyRightWin}, {"ContextMenu", kbc.KeyMenu}, {"ControlRight", kbc.KeyRightCtrl},
	{"Insert", kbc.KeyInsert}, {"Delete", kbc.KeyDelete}, {"Home", kbc.KeyHome}, {"End", kbc.KeyEnd}, {"PageUp", kbc.KeyPageUp}, {"PageDown", kbc.KeyPageDown},
	{"ArrowUp", kbc.KeyUp}, {"ArrowLeft", kbc.KeyLeft}, {"ArrowDown", kbc.KeyDown}, {"ArrowRight", kbc.KeyRight},
	{"NumLock", kbc.KeyNumLock}, {"NumpadDivide", kbc.KeyKPSlash}, {"NumpadMultiply", kbc.KeyKPStar}, {"NumpadSubtract", kbc.KeyKPMinus}, {"NumpadAdd", kbc.KeyKPPlus},
	{"NumpadEnter", kbc.KeyKPEnter}, {"NumpadDecimal", kbc.KeyKPPeriod}, {"Numpad0", kbc.KeyKP0}, {"Numpad1", kbc.KeyKP1}, {"Numpad2", kbc.KeyKP2}, {"Numpad3", kbc.KeyKP3},
	{"Numpad4", kbc.KeyKP4}, {"Numpad5", kbc.KeyKP5}, {"Numpad6", kbc.KeyKP6}, {"Numpad7", kbc.KeyKP7}, {"Numpad8", kbc.KeyKP8}, {"Numpad9", kbc.KeyKP9},
	{"Power", kbc.KeyPower}, {"Sleep", kbc.KeySleep}, {"WakeUp", kbc.KeyWake},
	{"AudioVolumeMute", kbc.KeyMute}, {"VolumeMute", kbc.KeyMute}, {"AudioVolumeDown", kbc.KeyVolumeDown}, {"VolumeDown", kbc.KeyVolumeDown},
	{"AudioVolumeUp", kbc.KeyVolumeUp}, {"VolumeUp", kbc.KeyVolumeUp}, {"MediaPlayPause", kbc.KeyPlay}, {"MediaStop", kbc.KeyStop},
	{"MediaTrackPrevious", kbc.KeyPrevTrack}, {"MediaTrackNext", kbc.KeyNextTrack}, {"LaunchMail", kbc.KeyMail}, {"LaunchApp2", kbc.KeyCalculator},
	{"MediaSelect", kbc.KeyMediaSelect}, {"LaunchApp1", kbc.KeyMyComputer}, {"BrowserSearch", kbc.KeyWWWSearch}, {"BrowserHome", kbc.KeyWWWHome},
	{"BrowserBack", kbc.KeyWWWBack}, {"BrowserForward", kbc.KeyWWWForward}, {"BrowserStop", kbc.KeyWWWStop}, {"BrowserRefresh", kbc.KeyWWWRefresh}, {"BrowserFavorites", kbc.KeyWWWFavorites},
}
