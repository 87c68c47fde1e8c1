package machine

import (
	"bytes"
	"time"

	"beige/devices/kbc"
)

// EventKind says what came from outside.
type EventKind uint8

const (
	EventKey        EventKind = iota // Key went down (Down) or up
	EventMouse                       // DX, DY, DZ and Buttons
	EventPointer                     // X, Y, DZ and Buttons; see PointerAbsolute
	EventSerial                      // Data arrives at serial port Unit (0: COM1)
	EventInsert                      // Floppy goes into drive Unit
	EventEject                       // drive Unit is emptied
	EventInsertDisc                  // Disc goes into CD-ROM drive Unit
	EventEjectDisc                   // the button of CD-ROM drive Unit
	EventReset                       // the reset button
	EventPower                       // the power button
	EventRate                        // virtual time goes on at Rate (made by the machine itself)
)

// Event is one thing that reaches the machine from outside. The machine stamps
// it with the instruction count at which it takes it; the initial state and the
// list of events determine a run.
type Event struct {
	Count uint64 // instructions retired when it was taken
	Kind  EventKind

	Key  kbc.Key
	Down bool

	DX, DY, DZ int   // right, down and toward the user are positive
	X, Y       int   // of the pointer: 0 to MaxPointer is from left to right and from top to bottom
	Buttons    uint8 // kbc.ButtonLeft and so on

	Unit   int
	Data   []byte
	Floppy Floppy
	Disc   Disc

	Rate Rate
}

// Input hands events to the machine, which takes them between two
// instructions, in order. It may be called from every goroutine.
func (m *Machine) Input(events ...Event) {
	m.post.mu.Lock()
	m.post.events = append(m.post.events, events...)
	m.post.mu.Unlock()
	m.poke()
}

// KeyDown and KeyUp are the two halves of a key stroke.
func KeyDown(k kbc.Key) Event { return Event{Kind: EventKey, Key: k, Down: true} }

// KeyUp is the release of a key.
func KeyUp(k kbc.Key) Event { return Event{Kind: EventKey, Key: k} }

// Log returns the events taken since power-on, if Config.Record is set.
func (m *Machine) Log() []Event { return m.log }

// Take stamps an event, logs it and hands it to the devices. Caller is the
// machine goroutine.
//
// What is due at this moment comes first: a replay, which knows nothing of the
// moments at which the recorded run looked for events, takes an event and a
// timer of the same instruction in the same order.
func (m *Machine) Take(e Event) {
	m.settle()
	e.Count = m.cpu.Count()
	if m.cfg.Record {
		e.Data = bytes.Clone(e.Data)
		m.log = append(m.log, e)
	}
	m.apply(e)
}

func (m *Machine) apply(e Event) {
	switch e.Kind {
	case EventReset:
		m.reset()
	case EventPower:
		m.powerButton()
	case EventRate:
		m.clock.setRate(e.Rate)
	default:
		m.deliver(e)
	}
}

// DateAtPowerOn is what the real-time clock shows at power-on.
func (m *Machine) DateAtPowerOn() time.Time { return m.cfg.Date }
