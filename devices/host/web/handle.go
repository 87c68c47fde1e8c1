package web

import (
	"context"
	"slices"

	"beige/devices/host/remote"
	"beige/devices/kbc"
	"beige/machine"
)

// Bounds of what waits for the guest.
const (
	maxTyped         = 256     // characters of a browser that the typist has not typed yet
	maxSerialWaiting = 4 << 10 // bytes that a serial port has not taken yet
)

// byCharacter is the name in a hand of a key that is pressed for a character; the
// others are named by the key.
const byCharacter = 1 << 32

// handle carries out a message. It returns when the machine has taken it.
func (c *client) handle(ctx context.Context, m message) {
	switch m.kind {
	case msgNext:
		c.link.shown()
		c.mu.Lock()
		c.ready = true
		c.mu.Unlock()
		c.poke()
	case msgHello:
		c.mu.Lock()
		c.inflates = m.flags&helloInflates != 0
		c.mu.Unlock()
	case msgSerial:
		c.serial(ctx, m.unit, m.data)
	default:
		c.wait(ctx).Do(c.server.guest, func() { c.event(m) })
	}
	if m.kind == msgCommand {
		c.server.look() // the page shows at once what it has done
	}
}

// wait is how long the client waits for the machine.
func (c *client) wait(ctx context.Context) remote.Wait {
	return remote.Wait{Over: c.server.screen.Done(), Gone: ctx.Done()}
}

// event carries out a message on the machine goroutine.
func (c *client) event(m message) {
	in, h := &c.server.input, &c.hand
	switch m.kind {
	case msgKey:
		if len(m.keys) == 1 {
			c.key(m.keys[0], m.down)
		}
	case msgChord:
		in.StopPaste()
		c.queue([]machine.Stroke{machine.StrokeOf(m.keys)}, 1)
	case msgText:
		c.text(m.text)
	case msgPaste:
		in.Paste(h, m.text)
	case msgStop:
		in.StopPaste()
	case msgMouse:
		in.Move(m.x, m.y, m.dz)
		in.Buttons(h, m.buttons)
	case msgPoint:
		if c.server.guest.PointerAbsolute() {
			in.Point(machine.PointerAt(m.x, lastPlace+1), machine.PointerAt(m.y, lastPlace+1), m.dz)
		}
		in.Buttons(h, m.buttons)
	case msgRelease:
		in.ReleaseAll(h)
	case msgCommand:
		c.command(m.flags)
	}
}

// key moves a key by its place on the keyboard.
func (c *client) key(k kbc.Key, down bool) {
	in := &c.server.input
	if !down {
		in.Release(&c.hand, uint64(k))
		return
	}
	if _, held := c.hand.Holds(uint64(k)); held {
		return // the keyboard repeats by itself
	}
	if !remote.IsModifier(k) {
		in.StopPaste()
		in.Straighten()
	}
	in.Press(&c.hand, uint64(k), k)
}

// text types characters. While a modifier is held they are pressed with it.
func (c *client) text(text string) {
	in := &c.server.input
	in.StopPaste()
	for _, r := range text {
		held := in.Holding(kbc.KeyLeftCtrl, kbc.KeyRightCtrl, kbc.KeyLeftAlt, kbc.KeyRightAlt, kbc.KeyLeftWin, kbc.KeyRightWin)
		if keys, ok := in.Layout.Chord(r); ok && held {
			in.Character(&c.hand, byCharacter, keys, remote.IsLetter(r), false)
			in.Release(&c.hand, byCharacter)
		} else if strokes, err := machine.StrokesFor(in.Layout, string(r)); err == nil {
			c.queue(strokes, 1)
		}
	}
}

// queue gives the typist strokes for a number of characters, unless too many are
// waiting.
func (c *client) queue(strokes []machine.Stroke, n int) {
	if c.typed+n > maxTyped {
		return
	}
	c.typed += n
	c.server.guest.Type(strokes, func() { c.typed -= n })
}

func (c *client) command(cmd uint8) {
	g := c.server.guest
	switch cmd {
	case cmdReset:
		g.Take(machine.Event{Kind: machine.EventReset})
	case cmdPause:
		g.SetPaused(true)
	case cmdGoOn:
		g.SetPaused(false)
	case cmdPower:
		g.SetPaused(false) // the guest may want to shut down
		g.Take(machine.Event{Kind: machine.EventPower})
	}
}

// serial gives a port what has been typed, when the guest has taken most of what
// came before.
func (c *client) serial(ctx context.Context, unit int, b []byte) {
	s := c.server
	if !slices.Contains(s.opt.Serial, unit) {
		return
	}
	wait := c.wait(ctx)
	for waiting := maxSerialWaiting; waiting >= maxSerialWaiting; {
		if !wait.Do(s.guest, func() {
			if waiting = s.guest.SerialWaiting(unit); waiting < maxSerialWaiting {
				s.guest.Take(machine.Event{Kind: machine.EventSerial, Unit: unit, Data: b})
			}
		}) {
			return
		}
		if waiting >= maxSerialWaiting && !wait.Linger() {
			return
		}
	}
}
