package vnc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Messages of a viewer (RFC 6143, section 7.5; community wiki).
const (
	msgSetPixelFormat uint8 = 0
	msgSetEncodings   uint8 = 2
	msgUpdateRequest  uint8 = 3
	msgKey            uint8 = 4
	msgPointer        uint8 = 5
	msgCutText        uint8 = 6
	msgSetDesktopSize uint8 = 251
	msgQEMU           uint8 = 255

	qemuExtKey uint8 = 0
)

// Bounds of messages.
const (
	maxClipboard = 64 << 10 // bytes of a text that are kept
	maxCutText   = 16 << 20 // bytes of a text that are read
)

// readFull fills b.
func (v *viewer) readFull(b []byte) error {
	_, err := io.ReadFull(v.r, b)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ended in the middle of a message")
	}
	return err
}

func (v *viewer) in8() (uint8, error) { return v.r.ReadByte() }

// read takes messages until the connection ends.
func (v *viewer) read() error {
	for {
		kind, err := v.in8()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = v.message(kind)
		}
		if err != nil {
			return err
		}
	}
}

func (v *viewer) message(kind uint8) error {
	switch kind {
	case msgSetPixelFormat:
		return v.setPixelFormat()
	case msgSetEncodings:
		return v.setEncodings()
	case msgUpdateRequest:
		return v.updateRequest()
	case msgKey:
		var b [7]byte
		if err := v.readFull(b[:]); err != nil {
			return err
		}
		down, sym := b[0] != 0, binary.BigEndian.Uint32(b[3:])
		v.do(func() { v.server.input.keysym(&v.hand, v.clip, sym, down) })
		return nil
	case msgPointer:
		return v.pointer()
	case msgCutText:
		return v.cutText()
	case msgSetDesktopSize:
		return v.setDesktopSize()
	case msgQEMU:
		return v.qemu()
	}
	return fmt.Errorf("unknown message %d", kind)
}

func (v *viewer) setPixelFormat() error {
	var b [3 + pixelFormatLen]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	f, err := parsePixelFormat(b[3:])
	if err != nil {
		return err
	}
	v.mu.Lock()
	v.want.format, v.want.newFormat = f, true
	v.want.tell.cursor = v.want.cursor
	v.mu.Unlock()
	return nil
}

func (v *viewer) setEncodings() error {
	var b [3]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	v.mu.Lock()
	old := v.want
	v.mu.Unlock()
	w := wishes{encoding: -1}
	for range binary.BigEndian.Uint16(b[1:]) {
		var e [4]byte
		if err := v.readFull(e[:]); err != nil {
			return err
		}
		switch enc := int32(binary.BigEndian.Uint32(e[:])); enc {
		case encRaw, encHextile, encZlib, encZRLE:
			if w.encoding < 0 { // the first is the one it likes best
				w.encoding = enc
			}
		case encCopyRect:
			w.copyRect = true
		case encDesktopSize:
			w.resize = true
		case encExtDesktop:
			w.extResize = true
		case encCursor:
			w.cursor = true
		case encExtKey:
			w.extKey = true
		case encPointerMotion:
			w.relative = true
		}
	}
	w.encoding = max(w.encoding, encRaw)
	v.mu.Lock()
	defer v.mu.Unlock()
	to := &v.want
	to.encoding, to.copyRect, to.resize, to.extResize = w.encoding, w.copyRect, w.resize, w.extResize
	to.cursor, to.extKey, to.relative = w.cursor, w.extKey, w.relative
	to.tell.cursor = w.cursor && (to.tell.cursor || !old.cursor)
	to.tell.extKey = w.extKey && (to.tell.extKey || !old.extKey)
	to.tell.relative = w.relative && (to.tell.relative || !old.relative)
	to.tell.size = w.extResize && (to.tell.size || !old.extResize)
	return nil
}

func (v *viewer) updateRequest() error {
	var b [9]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	at := func(i int) int { return int(binary.BigEndian.Uint16(b[i:])) }
	area := rect{at(1), at(3), at(5), at(7)}
	v.mu.Lock()
	v.want.asked = true
	v.want.area = v.want.area.union(area)
	if b[0] == 0 {
		v.want.force = v.want.force.union(area)
	}
	v.mu.Unlock()
	v.poke()
	return nil
}

func (v *viewer) pointer() error {
	var b [5]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	x, y := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	v.mu.Lock()
	at := place{x, y, v.want.relative && !v.want.absolute && !v.want.tell.relative, v.picWidth, v.picHeight}
	v.mu.Unlock()
	absolute := false
	v.do(func() { absolute = v.server.input.pointer(&v.hand, at, b[0]) })
	v.pointAbsolutely(absolute)
	return nil
}

// pointAbsolutely tells the viewer that its pointer is the guest's, or is no more.
func (v *viewer) pointAbsolutely(absolute bool) {
	v.mu.Lock()
	w := &v.want
	changed := w.absolute != absolute
	if changed {
		w.absolute, w.tell.cursor, w.tell.relative = absolute, w.cursor, w.relative
	}
	v.mu.Unlock()
	if changed {
		v.poke()
	}
}

func (v *viewer) cutText() error {
	var b [7]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	n := int64(binary.BigEndian.Uint32(b[3:]))
	if n > maxCutText {
		return fmt.Errorf("clipboard of %d bytes", n)
	}
	text := make([]byte, min(n, maxClipboard))
	if err := v.readFull(text); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, v.r, n-int64(len(text))); err != nil {
		return errors.New("it ended in the middle of a message")
	}
	runes := make([]rune, len(text)) // ISO 8859-1
	for i, c := range text {
		runes[i] = rune(c)
	}
	v.clip = string(runes)
	return nil
}

// setDesktopSize is refused: the guest decides.
func (v *viewer) setDesktopSize() error {
	var b [7]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	const screenLen = 16
	if _, err := io.CopyN(io.Discard, v.r, int64(b[5])*screenLen); err != nil {
		return errors.New("it ended in the middle of a message")
	}
	v.mu.Lock()
	v.want.tell.refused = v.want.extResize
	v.mu.Unlock()
	v.poke()
	return nil
}

func (v *viewer) qemu() error {
	kind, err := v.in8()
	if err != nil {
		return err
	}
	if kind != qemuExtKey {
		return fmt.Errorf("unknown QEMU message %d", kind)
	}
	var b [10]byte
	if err := v.readFull(b[:]); err != nil {
		return err
	}
	down := binary.BigEndian.Uint16(b[:]) != 0
	sym, code := binary.BigEndian.Uint32(b[2:]), binary.BigEndian.Uint32(b[6:])
	v.do(func() { v.server.input.scanCode(&v.hand, v.clip, sym, code, down) })
	return nil
}
