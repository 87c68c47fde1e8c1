package machine

import (
	"fmt"

	"beige/cpu"
	"beige/devices/bus"
	"beige/devices/kbc"
	"beige/devices/video/cp437"
)

// Stroke is one thing that a hand does on the keyboard: hold some keys, tap
// others one after the other, let go.
type Stroke struct{ Hold, Taps []kbc.Key }

// strokeTime is how long a typed key is held, and how long it is up before the
// next one: the pace of a very fast typist, so that a guest with a buffer of
// 16 keys keeps up.
const strokeTime = 12 * bus.Millisecond

// bufferTime is how long a stroke waits for a program to read what is in the
// BIOS's keyboard buffer: it may be busy, or it may never look there.
const bufferTime = 5 * bus.Second

// The BIOS data area's keyboard buffer (IBM Personal Computer AT Technical
// Reference, ROM BIOS Data Areas): the offset of the next code to be read and of
// the next to be stored, and the ends of the buffer, in segment 40h.
const (
	bdaBufferHead  = 0x41a
	bdaBufferTail  = 0x41c
	bdaBufferStart = 0x480
	bdaBufferEnd   = 0x482
)

// biosBufferFull reports whether the BIOS has no room for another stroke, which
// may be several codes: what does not fit there is lost. Only where it is the BIOS
// that takes the keys: in real mode, and in virtual-8086 mode.
func (m *Machine) biosBufferFull() bool {
	const room = 4 * 2 // bytes that are to be free
	if r := m.cpu.Registers(); r.CR0&cpu.CR0PE != 0 && r.Flags&cpu.FlagVM == 0 {
		return false
	}
	word := func(at uint32) int { return int(m.mem.Read(at, 2)) }
	start, end := word(bdaBufferStart), word(bdaBufferEnd)
	head, tail := word(bdaBufferHead), word(bdaBufferTail)
	if start >= end || head < start || head >= end || tail < start || tail >= end {
		return false // no buffer
	}
	used := tail - head
	if used < 0 {
		used += end - start
	}
	return used+room >= end-start
}

// StrokeOf makes a stroke of keys pressed together, as kbc.ChordByName returns
// them: the last one is tapped while the others are held.
func StrokeOf(keys []kbc.Key) Stroke {
	n := len(keys) - 1
	return Stroke{Hold: keys[:n], Taps: keys[n:]}
}

// StrokeByName reads names joined by "+", such as "ctrl+alt+delete".
func StrokeByName(s string) (Stroke, error) {
	keys, bad, ok := kbc.ChordByName(s)
	if !ok {
		var names []string
		for k := 1; k < kbc.NumKeys; k++ {
			names = append(names, kbc.Key(k).String())
		}
		if near := Nearest(bad, names); near != "" {
			return Stroke{}, fmt.Errorf("unknown key %q; did you mean %q?", bad, near)
		}
		return Stroke{}, fmt.Errorf("unknown key %q", bad)
	}
	return StrokeOf(keys), nil
}

// StrokesFor returns the strokes that type text where the guest has that
// keyboard layout. Characters of code page 437 that the layout lacks are typed as
// Alt and their number on the keypad. It fails on a character that a PC cannot
// type.
func StrokesFor(layout *kbc.Layout, text string) ([]Stroke, error) {
	var out []Stroke
	for _, r := range text {
		if chords, ok := layout.Chords(r); ok {
			for _, keys := range chords {
				out = append(out, StrokeOf(keys))
			}
		} else if code, ok := cp437.Byte(r); ok {
			out = append(out, altNumber(code))
		} else {
			return nil, fmt.Errorf("character %q cannot be typed on a PC keyboard", r)
		}
	}
	return out, nil
}

// altNumber is the way to type a code: Alt held, its decimal digits on the
// keypad (IBM PC Technical Reference, Keyboard Usage).
func altNumber(code uint8) Stroke {
	pad := [...]kbc.Key{kbc.KeyKP0, kbc.KeyKP1, kbc.KeyKP2, kbc.KeyKP3, kbc.KeyKP4, kbc.KeyKP5, kbc.KeyKP6, kbc.KeyKP7, kbc.KeyKP8, kbc.KeyKP9}
	s := Stroke{Hold: []kbc.Key{kbc.KeyLeftAlt}}
	for _, d := range fmt.Sprint(code) {
		s.Taps = append(s.Taps, pad[d-'0'])
	}
	return s
}

// typist presses keys at virtual times, one stroke after the other.
type typist struct {
	todo  []move
	armed bool
	since bus.Time // the first look at the move that is next; 0: not yet
}

// move is what happens at one moment.
type move struct {
	keys []kbc.Key
	down bool
	wait bool // only when the guest has read all earlier keys
	done func()
}

// Type does strokes one after the other, behind those that are not finished,
// and calls done, which may be nil, after the last one. It returns at once; the
// strokes follow in virtual time. Caller is the machine goroutine.
func (m *Machine) Type(strokes []Stroke, done func()) {
	t := &m.typist
	for _, s := range strokes {
		wait := true
		if len(s.Hold) > 0 {
			t.todo = append(t.todo, move{keys: s.Hold, down: true, wait: true})
			wait = false
		}
		for _, k := range s.Taps {
			t.todo = append(t.todo, move{keys: []kbc.Key{k}, down: true, wait: wait}, move{keys: []kbc.Key{k}})
		}
		if len(s.Hold) > 0 {
			up := make([]kbc.Key, 0, len(s.Hold))
			for i := len(s.Hold) - 1; i >= 0; i-- {
				up = append(up, s.Hold[i])
			}
			t.todo = append(t.todo, move{keys: up})
		}
	}
	if done != nil {
		t.todo = append(t.todo, move{done: done})
	}
	if !t.armed {
		t.armed = true
		m.After(0, m.typeOn)
	}
}

func (m *Machine) typeOn() {
	t := &m.typist
	for len(t.todo) > 0 && t.todo[0].done != nil {
		done := t.todo[0].done
		t.todo = t.todo[1:]
		done()
	}
	if len(t.todo) == 0 {
		t.armed, t.todo = false, nil
		return
	}
	pause := strokeTime
	if t.since == 0 {
		t.since = m.Now()
	}
	if mv := t.todo[0]; !mv.wait || m.keyboardReady() && (!m.biosBufferFull() || m.Now()-t.since >= bufferTime) {
		t.todo, t.since = t.todo[1:], 0
		for _, k := range mv.keys {
			m.Take(Event{Kind: EventKey, Key: k, Down: mv.down})
		}
		if !mv.down && len(mv.keys) == 1 && len(t.todo) > 0 && !t.todo[0].down {
			pause = 2 * bus.Millisecond // the held keys follow soon
		}
	}
	m.After(pause, m.typeOn)
}
