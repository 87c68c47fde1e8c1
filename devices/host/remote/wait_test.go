package remote

import (
	"slices"
	"testing"

	"beige/machine"
)

// late is a guest that does not run before the machine has been asked so often.
type late int

func (l *late) Do(f func()) bool {
	if *l--; *l >= 0 {
		return false
	}
	f()
	return true
}
func (l *late) Take(machine.Event)            {}
func (l *late) Type([]machine.Stroke, func()) {}
func (l *late) KeyboardLEDs() uint8           { return 0 }
func (l *late) PointerAbsolute() bool         { return false }

// What a client wants is done once, when the machine runs, unless nobody wants it
// any more.
func TestWait(t *testing.T) {
	open, closed := make(chan struct{}), make(chan struct{})
	close(closed)
	const never = 1 << 30
	for _, tc := range []struct {
		name  string
		early late
		wait  Wait
		want  int
	}{
		{"it runs", 0, Wait{Over: open, Gone: open}, 1},
		{"it runs later", 5, Wait{Over: open, Gone: open}, 1},
		{"it runs, and the client is gone", 0, Wait{Over: open, Gone: closed}, 1},
		{"the client is gone", never, Wait{Over: open, Gone: closed}, 0},
		{"the display is over", never, Wait{Over: closed}, 0},
	} {
		n := 0
		if did := tc.wait.Do(&tc.early, func() { n++ }); n != tc.want || did != (n == 1) {
			t.Errorf("%s: done %d times, says %v; want %d", tc.name, n, did, tc.want)
		}
	}
	if got := []bool{Wait{}.Linger(), Wait{Over: closed}.Linger(), Wait{Gone: closed}.Linger()}; !slices.Equal(got, []bool{true, false, false}) {
		t.Errorf("reasons to go on: %v; want only the first", got)
	}
}
