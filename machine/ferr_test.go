package machine

import (
	"context"
	"testing"

	"beige/devices/bus"
)

func TestFerrLatch(t *testing.T) {
	var irq, ignne bool
	resets := 0
	d := &ferrLatch{irq: func(h bool) { irq = h }, ignne: func(h bool) { ignne = h }, reset: func() { resets++ }}
	check := func(what string, wantIRQ, wantIGNNE bool) {
		t.Helper()
		if irq != wantIRQ || ignne != wantIGNNE {
			t.Errorf("%s: IRQ 13 %v, IGNNE %v; want %v, %v", what, irq, ignne, wantIRQ, wantIGNNE)
		}
	}
	d.Out(ferrClear, 0)
	check("F0h without an error", false, false)
	d.drive(true)
	check("error", true, false)
	d.drive(true)
	d.Out(ferrClear, 0xff)
	check("F0h", false, true)
	save, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	d.drive(false)
	check("error cleared", false, false)
	if err := d.UnmarshalBinary(save); err != nil {
		t.Fatal(err)
	}
	check("restored", false, true)
	d.Reset(bus.BusReset)
	check("reset", false, false)
	d.drive(false)
	d.drive(true)
	d.Out(ferrReset, 0)
	if resets != 1 || d.In(ferrClear) != 0xff {
		t.Errorf("%d resets of the coprocessor, In %x; want 1, ff", resets, d.In(ferrClear))
	}
}

// A division by zero comes as IRQ 13 on every model with CR0.NE clear. The handler
// uses the unit before it clears the error, which port F0h allows, and returns to
// the instruction that waited.
func TestNumericErrorIRQ13(t *testing.T) {
	const control, count, next = 0x600, 0x602, 0x604
	handler := append(incWord(count), out(0xf0, 0)...)
	handler = append(handler, 0x9b, 0xd9, 0xe8, 0x9b, 0xdb, 0xe2) // wait; fld1; wait; fnclex
	handler = append(handler, out(0xa0, 0x20)...)
	handler = append(handler, out(0x20, 0x20)...)
	handler = append(handler, 0xcf)
	image := rom(
		out(0x20, 0x11), out(0x21, 0x08), out(0x21, 0x04), out(0x21, 0x01), out(0x21, 0xfb), // all but IRQ 2
		out(0xa0, 0x11), out(0xa1, 0x70), out(0xa1, 0x02), out(0xa1, 0x01), out(0xa1, 0xdf), // all but IRQ 13
		[]byte{0xc7, 0x06, 0xd4, 0x01, 0x00, 0x10, 0xc7, 0x06, 0xd6, 0x01, 0x00, 0xf0}, // vector 75h: F000:1000
		[]byte{0xc7, 0x06, 0x00, 0x06, 0x7b, 0x03},                                     // mov word [600h], 037bh
		[]byte{0x9b, 0xdb, 0xe3, 0x9b, 0xd9, 0x2e, 0x00, 0x06},                         // finit; fldcw [600h]
		sti,
		[]byte{0x9b, 0xd9, 0xe8, 0x9b, 0xd9, 0xee, 0x9b, 0xde, 0xf9}, // fld1; fldz; fdivp
		[]byte{0x9b, 0xd9, 0xe8}, incWord(next),
		out(0x501, 3), loop)
	copy(image[0x1000:], handler)
	for _, model := range []string{"8086", "80286", "80386", "80486", "pentium", "pentium-pro"} {
		t.Run(model, func(t *testing.T) {
			m := newMachine(t, Config{CPU: model, BIOS: image, Unattended: true})
			if exit := m.Run(context.Background()); exit.Reason != DebugExit {
				t.Fatalf("%v; want the debug exit", exit)
			}
			if c, n := word(m, count), word(m, next); c != 1 || n != 1 {
				t.Errorf("%d interrupts, %d instructions behind; want 1, 1", c, n)
			}
			again := newMachine(t, Config{CPU: model, BIOS: image, Unattended: true})
			again.Run(context.Background())
			hash := m.StateHash()
			if got := again.StateHash(); got != hash {
				t.Errorf("a second run ends in state %s; want %s", got, hash)
			}
			again.CPU().Registers().FPU.IncSTP()
			if again.StateHash() == hash {
				t.Error("the state hash does not depend on the x87 unit")
			}
			if m.npx.Error || m.npx.Busy || m.npx.Ignore || m.CPU().Registers().IGNNE {
				t.Errorf("latch %+v; want all clear", m.npx.ferrState)
			}
		})
	}
}

// The set-up memory and the interrupt for the equipment tell of the coprocessor.
func TestCoprocessorEquipment(t *testing.T) {
	for _, model := range []string{"8086", "80386", "pentium-pro"} {
		m := newMachine(t, Config{CPU: model})
		if m.equipment()&equipFPU == 0 {
			t.Errorf("%s: equipment byte %x; want bit 1 set", model, m.equipment())
		}
	}
}
