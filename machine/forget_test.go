package machine

import (
	"context"
	"errors"
	"strings"
	"testing"

	"beige/devices/bus"
)

// A machine whose decoded code is forgotten again and again, as when memory for it
// runs out, does the same as another.
func TestForgetCode(t *testing.T) {
	run := func(forget bool) string {
		m := newMachine(t, Config{})
		for n := uint64(1_000_000); forget && n < 20_000_000; n += 777_777 {
			m.AtCount(n, m.cpu.ForgetCode)
		}
		m.After(200*bus.Millisecond, func() { m.Stop(7, "enough") })
		if e := m.Run(context.Background()); e.Code != 7 {
			t.Fatal(e)
		}
		return m.StateHash()
	}
	want := run(false)
	if got := run(true); got != want {
		t.Errorf("state %s; want %s", got, want)
	}
}

// A host that has no memory to give is an error, not the end of the process.
func TestAllocFails(t *testing.T) {
	_, err := New(Config{Deterministic: true, Memory: 64 * mb, Alloc: func(int) ([]byte, error) { return nil, errors.New("no room") }})
	if err == nil || !strings.Contains(err.Error(), "memory of 64 MB: no room") {
		t.Errorf("New = %v; want the size and the reason", err)
	}
}
