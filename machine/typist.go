package machine

import (
	"fmt"

	"beige/devices/bus"
	"beige/devices/kbc"
	"beige/devices/vga/cp437"
)

// Stroke is one thing that a hand does on the keyboard: hold some keys, tap
// others one after the other, let go.
type Stroke struct{ Hold, Taps []kbc.Key }

// strokeTime is how long a typed key is held, and how long it is up before the
// next one: the pace of a very fast typist, so that a guest with a buffer of
// 16 keys keeps up.
const strokeTime = 12 * bus.Millisecond

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

// StrokesFor returns the strokes that type text on a US keyboard. Characters
// of code page 437 that the keyboard lacks are typed as Alt and their number
// on the keypad. It fails on a character that a PC cannot type.
func StrokesFor(text string) ([]Stroke, error) {
	var out []Stroke
	for _, r := range text {
		if keys, ok := kbc.Chord(r); ok {
			out = append(out, StrokeOf(keys))
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
	if mv := t.todo[0]; !mv.wait || m.keyboardReady() {
		t.todo = t.todo[1:]
		for _, k := range mv.keys {
			m.Take(Event{Kind: EventKey, Key: k, Down: mv.down})
		}
		if !mv.down && len(mv.keys) == 1 && len(t.todo) > 0 && !t.todo[0].down {
			pause = 2 * bus.Millisecond // the held keys follow soon
		}
	}
	m.After(pause, m.typeOn)
}
