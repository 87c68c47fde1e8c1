package machine

import (
	"context"
	"testing"

	"beige/devices/bus"
)

// TestRetraceInterrupt: the VGA's interrupt comes at the slots' IRQ 2, which is IRQ 9 on an
// AT, once it is enabled and until it is cleared (Video Subsystem, Vertical Retrace End).
func TestRetraceInterrupt(t *testing.T) {
	m, err := New(Config{Deterministic: true})
	if err != nil {
		t.Fatal(err)
	}
	run := func(d bus.Time) {
		m.After(d, func() { m.Stop(0, "") })
		m.Run(context.Background())
	}
	pending := func() bool {
		m.Ports().Out(0xa0, 1, 0x0a) // OCW3: the request register
		return m.Ports().In(0xa0, 1)&2 != 0
	}
	crtc := func(v uint32) {
		m.Ports().Out(0x3d4, 1, 0x11)
		m.Ports().Out(0x3d5, 1, v)
	}
	run(2 * bus.Second) // POST has set the mode
	m.Ports().Out(0xa1, 1, 0xff)
	if pending() {
		t.Error("IRQ 9 is requested at first")
	}
	run(20 * bus.Millisecond)
	if pending() {
		t.Error("a retrace requests IRQ 9 without being asked to")
	}
	crtc(0x0e) // clear, then enable
	crtc(0x1e)
	if pending() {
		t.Error("IRQ 9 is requested before the retrace")
	}
	run(15 * bus.Millisecond) // a frame takes 14.3 ms
	if !pending() || m.Ports().In(0x3c2, 1)&0x80 == 0 {
		t.Error("no interrupt at the retrace")
	}
	crtc(0x0e)
	if pending() || m.Ports().In(0x3c2, 1)&0x80 != 0 {
		t.Error("the interrupt stays when it is cleared")
	}
}
