// Package remote has what displays for clients on a network share: a screen that
// is painted when somebody looks, the rectangles in which two pictures differ, and
// one keyboard and one mouse that all clients have their hands on.
package remote

import "beige/machine"

// Guest is the machine as clients need it; machine.Machine is one.
type Guest interface {
	// Do runs f on the machine goroutine and waits for it; false if it did not
	// run. The other methods are for that goroutine.
	Do(f func()) bool
	Take(machine.Event)
	Type(strokes []machine.Stroke, done func())
	KeyboardLEDs() uint8
	PointerAbsolute() bool
}
