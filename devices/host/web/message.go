package web

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"beige/devices/kbc"
)

// Kinds of messages of the server.
const (
	sendsPicture uint8 = iota
	sendsSerial
)

// Kinds of messages of a browser.
const (
	msgNext uint8 = iota
	msgKey
	msgText
	msgPaste
	msgStop
	msgMouse
	msgRelease
	msgChord
	msgSerial
	msgCommand
	msgHello
	msgPoint
)

// Commands.
const (
	cmdReset uint8 = iota
	cmdPause
	cmdGoOn
	cmdPower
	cmdLast
)

// Bounds of messages, in bytes.
const (
	maxMessage = maxPaste + 1
	maxPaste   = 64 << 10
	maxText    = 256
	maxSerial  = 4096
	maxChord   = 5 // keys
)

// lastPlace is the right and the lower edge of the picture in msgPoint.
const lastPlace = 1<<16 - 1

const helloInflates uint8 = 1 << 0

// message is one message of a browser.
type message struct {
	kind     uint8
	down     bool
	flags    uint8
	keys     []kbc.Key // those of our keyboard
	text     string
	x, y, dz int // x and y are a movement or a place
	buttons  uint8
	unit     int
	data     []byte
}

// parse reads a message. The error is for the browser's log.
func parse(b []byte) (message, error) {
	if len(b) == 0 {
		return message{}, errors.New("an empty message")
	}
	m, b := message{kind: b[0]}, b[1:]
	bad := func() (message, error) {
		return message{}, fmt.Errorf("message %d of %d bytes is malformed", m.kind, len(b)+1)
	}
	switch m.kind {
	case msgNext, msgStop, msgRelease:
		if len(b) != 0 {
			return bad()
		}
	case msgKey:
		if len(b) < 2 || b[0] > 1 {
			return bad()
		}
		m.down = b[0] == 1
		if k, ok := keyByCode(string(b[1:])); ok {
			m.keys = []kbc.Key{k}
		}
	case msgChord:
		codes := strings.Split(string(b), "+")
		if len(codes) > maxChord {
			return bad()
		}
		for _, code := range codes {
			k, ok := keyByCode(code)
			if !ok {
				return bad()
			}
			m.keys = append(m.keys, k)
		}
	case msgText, msgPaste:
		if !utf8.Valid(b) || m.kind == msgText && len(b) > maxText || len(b) > maxPaste {
			return bad()
		}
		m.text = string(b)
	case msgMouse, msgPoint:
		if len(b) != 6 {
			return bad()
		}
		m.x, m.y = int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:]))
		if m.kind == msgMouse {
			m.x, m.y = int(int16(m.x)), int(int16(m.y))
		}
		m.dz = int(int8(b[4]))
		m.buttons = b[5] & (kbc.ButtonLeft | kbc.ButtonRight | kbc.ButtonMiddle)
	case msgSerial:
		if len(b) < 1 || len(b) > maxSerial {
			return bad()
		}
		m.unit, m.data = int(b[0]), b[1:]
	case msgCommand:
		if len(b) != 1 || b[0] >= cmdLast {
			return bad()
		}
		m.flags = b[0]
	case msgHello:
		if len(b) != 1 {
			return bad()
		}
		m.flags = b[0]
	default:
		return bad()
	}
	return m, nil
}
