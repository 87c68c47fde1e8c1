package machine

import (
	"context"
	"testing"

	"beige/devices/bus"
)

// A screen that does not change is asked for at each turn of the run loop and costs
// nothing.
func TestUnchangedScreenCostsNothing(t *testing.T) {
	m, err := New(Config{Deterministic: true, OnFrame: func() {}})
	if err != nil {
		t.Fatal(err)
	}
	m.After(2*bus.Second, func() { m.Stop(0, "") })
	m.Run(context.Background())
	if n := testing.AllocsPerRun(100, func() { m.publish(true) }); n != 0 {
		t.Errorf("%v allocations for an unchanged screen; want 0", n)
	}
}
