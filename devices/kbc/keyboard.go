package kbc

import "beige/devices/bus"

// Commands to the keyboard (PS/2 Technical Reference, Keyboards, Commands from
// the System).
const (
	kbdSetLEDs      uint8 = 0xed // + bits: 0 Scroll, 1 Num, 2 Caps
	kbdEcho         uint8 = 0xee
	kbdScanSet      uint8 = 0xf0 // + 0 asks, 1-3 selects
	kbdReadID       uint8 = 0xf2
	kbdTypematic    uint8 = 0xf3 // + rate and delay
	kbdEnable       uint8 = 0xf4
	kbdDisable      uint8 = 0xf5 // and set defaults
	kbdDefaults     uint8 = 0xf6
	kbdAllTypematic uint8 = 0xf7 // F7-FA, FB-FD: set 3 key types
	kbdAllMakeBreak uint8 = 0xf8
	kbdAllMake      uint8 = 0xf9
	kbdAllBoth      uint8 = 0xfa
	kbdKeyTypematic uint8 = 0xfb // FB-FD: + set 3 codes up to the next command
	kbdKeyMakeBreak uint8 = 0xfc
	kbdKeyMake      uint8 = 0xfd
	kbdResend       uint8 = 0xfe
	kbdReset        uint8 = 0xff
)

// Bytes from either device (same section, Commands to the System).
const (
	ansBATOK  uint8 = 0xaa
	ansEcho   uint8 = 0xee
	ansACK    uint8 = 0xfa
	ansError  uint8 = 0xfc
	ansResend uint8 = 0xfe
)

// The ID of a 101/102-key keyboard, low byte first.
const (
	kbdIDLow  uint8 = 0xab
	kbdIDHigh uint8 = 0x83
)

// LED bits of command EDh, as LEDs returns them.
const (
	LEDScroll uint8 = 1 << 0
	LEDNum    uint8 = 1 << 1
	LEDCaps   uint8 = 1 << 2
)

const (
	defaultSet  uint8 = 2
	defaultRate uint8 = 0x2b // 10.9 characters/s after 500 ms

	kbdBufSize = 16 // scan codes; the 17th byte can only be the overrun mark

	// A real keyboard's basic assurance test takes 300 to 500 ms, which would
	// only lengthen the boot.
	batTime = 3 * bus.Millisecond
)

// typematicUnit: period = (8+A) * 2^B / 240 s; A is bits 2-0 and B bits 4-3 of
// the typematic byte, bits 6-5 the delay less one in quarters of a second.
var typematicUnit = bus.Freq{Num: 240, Den: 1}

type keyboardState struct {
	Down     [numKeyBits / 8]uint8 // keys held, by Key
	Types    [numKeyBits]uint8     // set 3 type, by Key
	Set      uint8                 // scan code set, 1-3
	LEDs     uint8
	Rate     uint8 // typematic byte
	Scanning bool
	BAT      bool  // self-test under way
	Reset    bool  // self-test starts when the ACK has gone out
	Pending  uint8 // command that waits for its option byte
	Last     uint8 // last byte sent, for Resend

	ReplyLen uint8
	Reply    [4]uint8
	BufLen   uint8
	Buf      [kbdBufSize + 1]uint8
	Split    bool // a break prefix has gone out, its code has not

	Repeat      uint8    // key that repeats, or KeyNone
	RepeatStart bus.Time // when its delay ran out
	RepeatCount uint32
	Overruns    uint32
}

// keyboard is the processor inside the keyboard.
type keyboard struct {
	keyboardState
	clock   bus.Clock
	timer   bus.Timer // end of self-test, next repetition
	changed func()    // there may be something to send
}

// powerOn leaves the keyboard as it is after its self-test.
func (k *keyboard) powerOn() {
	k.timer.Stop()
	k.keyboardState = keyboardState{Down: k.Down}
	k.defaults()
	k.Scanning = true
}

func (k *keyboard) defaults() {
	k.stopRepeat()
	k.BufLen = 0
	k.Set, k.Rate = defaultSet, defaultRate
	for i := range keyTable {
		k.Types[i] = keyTable[i].type3
	}
}

func (k *keyboard) stopRepeat() {
	if k.Repeat != uint8(KeyNone) {
		k.Repeat = uint8(KeyNone)
		k.timer.Stop()
	}
}

func (k *keyboard) isDown(key Key) bool { return k.Down[key>>3]&(1<<(key&7)) != 0 }

// waiting reports whether a byte is ready for the link.
func (k *keyboard) waiting() bool { return k.ReplyLen > 0 || k.BufLen > 0 }

// take removes the next byte for the link; replies go first.
func (k *keyboard) take() uint8 {
	if k.ReplyLen > 0 {
		k.Last = k.Reply[0]
		copy(k.Reply[:], k.Reply[1:])
		k.ReplyLen--
		if k.ReplyLen == 0 && k.Reset {
			k.Reset, k.BAT = false, true
			k.timer.At(k.clock.Now() + batTime)
		}
		return k.Last
	}
	k.Last = k.Buf[0]
	copy(k.Buf[:], k.Buf[1:])
	k.BufLen--
	k.Split = k.Last == prefixBreak
	return k.Last
}

func (k *keyboard) reply(b ...uint8) { k.ReplyLen = uint8(copy(k.Reply[:], b)) }

// receive takes a byte from the controller.
func (k *keyboard) receive(b uint8) {
	if k.BAT || k.Reset { // a command before the end of the self-test ends it
		k.BAT, k.Reset, k.Scanning = false, false, true
		k.timer.Stop()
	}
	if k.Split && int(k.BufLen) < len(k.Buf) {
		// The answer comes between prefix and code. The controller's translation
		// would make a press of the release: the prefix is sent again.
		copy(k.Buf[1:], k.Buf[:k.BufLen])
		k.Buf[0] = prefixBreak
		k.BufLen++
	}
	k.Split = false
	if p := k.Pending; p != 0 && b < kbdSetLEDs {
		k.option(p, b)
	} else {
		k.Pending = 0
		k.command(b)
	}
	k.changed()
}

func (k *keyboard) command(b uint8) {
	switch b {
	case kbdSetLEDs:
		k.Pending = b
		k.reply(ansACK)
	case kbdScanSet, kbdTypematic:
		k.stopRepeat()
		k.BufLen = 0
		k.Pending = b
		k.reply(ansACK)
	case kbdEcho:
		k.reply(ansEcho)
	case kbdReadID:
		k.reply(ansACK, kbdIDLow, kbdIDHigh)
	case kbdEnable:
		k.stopRepeat()
		k.BufLen = 0
		k.Scanning = true
		k.reply(ansACK)
	case kbdDisable:
		k.defaults()
		k.Scanning = false
		k.reply(ansACK)
	case kbdDefaults:
		k.defaults()
		k.reply(ansACK)
	case kbdAllTypematic, kbdAllMakeBreak, kbdAllMake, kbdAllBoth:
		k.BufLen = 0
		for i := range k.Types {
			k.Types[i] = [...]uint8{typeTypematic, typeBreak, typeMake, typeBreak | typeTypematic}[b-kbdAllTypematic]
		}
		k.reply(ansACK)
	case kbdKeyTypematic, kbdKeyMakeBreak, kbdKeyMake:
		k.BufLen = 0
		k.Pending = b
		k.reply(ansACK)
	case kbdResend:
		k.reply(k.Last)
	case kbdReset:
		k.defaults()
		k.LEDs = 0
		k.Scanning = false
		k.Reset = true
		k.reply(ansACK)
	default:
		k.reply(ansResend)
	}
}

// option takes the byte that follows command p.
func (k *keyboard) option(p, b uint8) {
	k.Pending = 0
	switch p {
	case kbdSetLEDs:
		k.LEDs = b & (LEDScroll | LEDNum | LEDCaps)
	case kbdTypematic:
		k.Rate = b & 0x7f
	case kbdScanSet:
		switch {
		case b == 0:
			k.reply(ansACK, k.Set)
			return
		case b > 3:
			k.Pending = p
			k.reply(ansResend)
			return
		}
		k.Set = b
	default: // FB-FD: more codes may follow
		k.Pending = p
		for i := range keyTable {
			if b != 0 && keyTable[i].set3 == b {
				k.Types[i] = [...]uint8{typeTypematic, typeBreak, typeMake}[p-kbdKeyTypematic]
			}
		}
	}
	k.reply(ansACK)
}

// press takes a key going down or up. A repeated level changes nothing.
func (k *keyboard) press(key Key, down bool) {
	if key == KeyNone || int(key) >= NumKeys || k.isDown(key) == down {
		return
	}
	if !k.Scanning {
		k.Down[key>>3] ^= 1 << (key & 7)
		return
	}
	var s sequence
	k.encode(&s, key, down, false)
	k.Down[key>>3] ^= 1 << (key & 7)
	k.store(&s)
	if !down {
		if Key(k.Repeat) == key {
			k.stopRepeat()
		}
	} else {
		k.startRepeat(key)
	}
	k.changed()
}

// encode fills s with what key sends, by the keys that are down apart from it.
func (k *keyboard) encode(s *sequence, key Key, down, repeat bool) {
	s.set = k.Set
	if k.Set == 3 {
		s.set3(key, down, k.Types[key])
		return
	}
	var shifts [2]uint8
	n := 0
	if k.isDown(KeyLeftShift) {
		shifts[n] = codeLeftShift
		n++
	}
	if k.isDown(KeyRightShift) {
		shifts[n] = codeRightShift
		n++
	}
	ctrl := k.isDown(KeyLeftCtrl) || k.isDown(KeyRightCtrl)
	alt := k.isDown(KeyLeftAlt) || k.isDown(KeyRightAlt)
	s.event(key, down, repeat, ctrl, alt, k.LEDs&LEDNum != 0, shifts[:n])
}

// store puts a sequence into the buffer whole, or marks the overrun once.
func (k *keyboard) store(s *sequence) {
	if int(k.BufLen)+s.n <= kbdBufSize {
		copy(k.Buf[k.BufLen:], s.b[:s.n])
		k.BufLen += uint8(s.n)
		return
	}
	k.Overruns++
	mark := uint8(0x00)
	if k.Set == 1 {
		mark = 0xff
	}
	if k.BufLen <= kbdBufSize && (k.BufLen == 0 || k.Buf[k.BufLen-1] != mark) {
		k.Buf[k.BufLen] = mark
		k.BufLen++
	}
}

func (k *keyboard) startRepeat(key Key) {
	k.stopRepeat()
	row := &keyTable[key]
	if row.kind == kindPause && k.Set != 3 || k.Set == 3 && (k.Types[key]&typeTypematic == 0 || row.set3 == 0) {
		return
	}
	k.Repeat = uint8(key)
	k.RepeatStart = k.clock.Now() + bus.Time(k.Rate>>5+1)*250*bus.Millisecond
	k.RepeatCount = 0
	k.timer.At(k.RepeatStart)
}

// fire ends the self-test or repeats the key. While something waits for the
// link nothing is stored, so that a held key cannot fill the buffer.
func (k *keyboard) fire() {
	switch {
	case k.BAT:
		k.BAT = false
		k.Scanning = true
		k.reply(ansBATOK)
	case k.Repeat != uint8(KeyNone):
		if !k.waiting() && k.Scanning {
			var s sequence
			k.encode(&s, Key(k.Repeat), true, true)
			k.store(&s)
		}
		k.RepeatCount++
		units := uint64(k.RepeatCount) * uint64(8+k.Rate&7) << (k.Rate >> 3 & 3)
		k.timer.At(k.RepeatStart + typematicUnit.Time(units))
	}
	k.changed()
}

// valid checks what a snapshot may not break.
func (k *keyboardState) valid() bool {
	return k.Set >= 1 && k.Set <= 3 && int(k.ReplyLen) <= len(k.Reply) && int(k.BufLen) <= len(k.Buf) &&
		int(k.Repeat) < NumKeys && (k.Pending == 0 || k.Pending >= kbdSetLEDs) && k.RepeatStart >= 0
}
