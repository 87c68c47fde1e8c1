package remote

import "time"

// Wait is what a client waits for the machine with: until the machine runs, its
// display is over or the client is gone. A channel that is closed says so; nil:
// never.
type Wait struct{ Over, Gone <-chan struct{} }

// Do runs f on the machine goroutine. A client may be here before the machine has
// begun to run: then it waits. It reports false where nobody waits any more.
func (w Wait) Do(g Guest, f func()) bool {
	for !g.Do(f) {
		if !w.Linger() {
			return false
		}
	}
	return true
}

// Linger waits a moment and reports whether there is reason to go on.
func (w Wait) Linger() bool {
	select {
	case <-w.Gone:
		return false
	case <-w.Over:
		return false
	case <-time.After(time.Millisecond):
		return true
	}
}
