package tests

import (
	"context"
	"fmt"
	"testing"

	"beige/devices/bus"
	"beige/machine"
)

// TestAPMPowerOff switches the machine off by each interface of APM (power.asm).
func TestAPMPowerOff(t *testing.T) {
	for _, tc := range []struct {
		cpu        string
		interfaces uint8 // real mode, 16-bit, 32-bit
	}{
		{"8086", 1}, {"80286", 1}, {"80386", 3}, {"pentium-ii", 3},
	} {
		for i := range tc.interfaces {
			t.Run(fmt.Sprintf("%s/%d", tc.cpu, i+1), func(t *testing.T) {
				t.Parallel()
				p := parameters{CPU: i + 1}
				b := newBench(t, machine.Config{CPU: tc.cpu, Floppies: [2]machine.Floppy{checkDisk(t, "power", &p)}})
				b.m.After(30*bus.Second, func() { b.m.Stop(1, "it is still on") })
				if exit := b.m.Run(context.Background()); exit.Reason != machine.PowerOff || len(b.report) > 0 {
					t.Errorf("%v, report %q; want it switched off", exit, b.report)
				}
			})
		}
	}
}
