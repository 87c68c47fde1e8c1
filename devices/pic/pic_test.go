package pic

import (
	"testing"

	"beige/devices/bus"
)

type rig struct {
	*PIC
	t    *testing.T
	intr bool
	irq  [16]bus.Line
}

// newRig returns an AT pair initialised as a PC's BIOS does: vectors 08h and
// 70h, slave on IR2, everything unmasked.
func newRig(t *testing.T, icw1, icw4 uint8) *rig {
	r := &rig{t: t}
	r.PIC = New(Config{Name: "pic", Cascade: true, ELCR: true}, func(high bool) { r.intr = high })
	for n := range r.irq {
		r.irq[n] = r.IRQ(n)
	}
	r.init(icw1, icw4)
	return r
}

func (r *rig) init(icw1, icw4 uint8) {
	for _, w := range []struct {
		h    bus.PortHandler
		base uint8
		icw3 uint8
	}{{r.Master(), 0x08, 0x04}, {r.Slave(), 0x70, 0x02}} {
		w.h.Out(regCommand, icw1)
		w.h.Out(regData, w.base)
		w.h.Out(regData, w.icw3)
		w.h.Out(regData, icw4)
	}
}

func (r *rig) pulse(n int) { r.irq[n](false); r.irq[n](true) }

func (r *rig) wantIntr(want bool) {
	r.t.Helper()
	if r.intr != want {
		r.t.Errorf("INTR = %v; want %v", r.intr, want)
	}
}

func (r *rig) wantAck(want uint8) {
	r.t.Helper()
	r.wantIntr(true)
	if got := r.Acknowledge(); got != want {
		r.t.Errorf("Acknowledge() = %#02x; want %#02x", got, want)
	}
}

func wantIn(t *testing.T, h bus.PortHandler, off uint16, want uint8) {
	t.Helper()
	if got := h.In(off); got != want {
		t.Errorf("In(%d) = %#02x; want %#02x", off, got, want)
	}
}

func isr(h bus.PortHandler) uint8 {
	h.Out(regCommand, 0x0b)
	return h.In(regCommand)
}

func irr(h bus.PortHandler) uint8 {
	h.Out(regCommand, 0x0a)
	return h.In(regCommand)
}

func TestNothingBeforeInitialisation(t *testing.T) {
	r := &rig{t: t}
	r.PIC = New(Config{Name: "pic", Cascade: true}, func(high bool) { r.intr = high })
	r.IRQ(0)(true)
	r.wantIntr(false)
	m := r.Master()
	m.Out(regCommand, 0x11)
	m.Out(regData, 0x08)
	m.Out(regData, 0x04)
	r.IRQ(1)(true)
	r.wantIntr(false) // ICW4 is missing
	m.Out(regData, 0x01)
	r.wantAck(0x09)
}

func TestFullyNested(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m := r.Master()
	r.pulse(4)
	r.pulse(3)
	wantIn(t, m, regCommand, 0x18)
	r.wantAck(0x0b)
	wantIn(t, m, regCommand, 0x10)
	r.wantIntr(false)
	r.pulse(1)
	r.wantAck(0x09)
	if got := isr(m); got != 0x0a {
		t.Errorf("ISR = %#02x; want 0x0a", got)
	}
	m.Out(regCommand, 0x20)
	r.wantIntr(false) // IR3 is still in service
	m.Out(regCommand, 0x20)
	r.wantAck(0x0c)
	m.Out(regCommand, 0x64) // specific EOI, level 4
	if got := isr(m); got != 0 {
		t.Errorf("ISR = %#02x; want 0", got)
	}
}

func TestCascade(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m, s := r.Master(), r.Slave()
	r.pulse(14)
	r.wantAck(0x76)
	if m, s := isr(m), isr(s); m != 0x04 || s != 0x40 {
		t.Errorf("ISR = %#02x %#02x; want 0x04 0x40", m, s)
	}
	r.pulse(8) // higher in the slave, but IR2 of the master is in service
	r.wantIntr(false)
	r.pulse(1)
	r.wantAck(0x09)
	m.Out(regCommand, 0x20)
	s.Out(regCommand, 0x20)
	m.Out(regCommand, 0x20)
	r.wantAck(0x70)
}

func TestCascadeSlaveKeepsIntHighBetweenRequests(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m, s := r.Master(), r.Slave()
	r.pulse(12)
	r.pulse(8)
	r.wantAck(0x70)
	m.Out(regCommand, 0x20)
	r.wantIntr(false) // IR0 of the slave still in service
	s.Out(regCommand, 0x20)
	r.wantAck(0x74)
}

func TestWrongSlaveAddressFloats(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	for _, v := range []uint8{0x70, 0x05, 0x01} {
		if v == 0x70 {
			r.Slave().Out(regCommand, 0x11)
		}
		r.Slave().Out(regData, v)
	}
	r.pulse(10)
	r.wantAck(0xff)
}

func TestSpecialFullyNested(t *testing.T) {
	r := newRig(t, 0x11, 0x11)
	m, s := r.Master(), r.Slave()
	r.pulse(14)
	r.wantAck(0x76)
	r.pulse(3)
	r.wantIntr(false) // lower than IR2
	r.pulse(9)
	r.wantAck(0x71)
	s.Out(regCommand, 0x20)
	if got := isr(s); got != 0x40 {
		t.Errorf("slave ISR = %#02x; want 0x40", got)
	}
	s.Out(regCommand, 0x20)
	m.Out(regCommand, 0x20)
	r.wantAck(0x0b)
}

// Special fully nested mode is the master's: a slave that is told it as well must
// not take its own address (ICW3, 2) for a slave on its input 1.
func TestSpecialFullyNestedSlave(t *testing.T) {
	r := newRig(t, 0x11, 0x11)
	r.pulse(9)
	r.wantAck(0x71)
	r.pulse(9)
	r.wantIntr(false)
	r.Slave().Out(regCommand, 0x20)
	r.wantAck(0x71)
}

func TestAEOI(t *testing.T) {
	r := newRig(t, 0x11, 0x03)
	r.pulse(5)
	r.pulse(12)
	r.pulse(13)
	r.wantAck(0x74)
	if m, s := isr(r.Master()), isr(r.Slave()); m != 0 || s != 0 {
		t.Errorf("ISR = %#02x %#02x; want 0 0", m, s)
	}
	r.wantAck(0x75) // the slave's INT fell and rose again
	r.wantAck(0x0d)
	r.wantIntr(false)
}

func TestRotation(t *testing.T) {
	for _, tc := range []struct {
		name string
		icw4 uint8
		ocw2 []uint8 // before the requests
		eoi  uint8   // after each acknowledge; 0: none
		want []uint8 // vectors, with all of IR 0, 3, 4, 6 requested
	}{
		{"fixed", 0x01, nil, 0x20, []uint8{8, 11, 12, 14}},
		{"set priority: 3 lowest", 0x01, []uint8{0xc3}, 0x20, []uint8{12, 14, 8, 11}},
		{"rotate in AEOI", 0x03, []uint8{0xc5, 0x80}, 0, []uint8{14, 8, 11, 12}},
		{"nop", 0x01, []uint8{0x43}, 0x20, []uint8{8, 11, 12, 14}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, 0x11, tc.icw4)
			for _, v := range tc.ocw2 {
				r.Master().Out(regCommand, v)
			}
			for _, n := range []int{6, 0, 4, 3} {
				r.pulse(n)
			}
			for _, want := range tc.want {
				r.wantAck(want)
				if tc.eoi != 0 {
					r.Master().Out(regCommand, tc.eoi)
				}
			}
			r.wantIntr(false)
		})
	}
}

// After a rotating EOI the served level is the lowest (datasheet, "Automatic
// rotation", figure with IS6 and IS4).
func TestRotateOnEOI(t *testing.T) {
	for _, tc := range []struct {
		name string
		eoi  uint8
	}{{"non-specific", 0xa0}, {"specific", 0xe4}} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, 0x11, 0x01)
			m := r.Master()
			r.pulse(6)
			r.wantAck(0x0e)
			r.pulse(4)
			r.wantAck(0x0c)
			m.Out(regCommand, tc.eoi)
			if got := isr(m); got != 0x40 {
				t.Errorf("ISR = %#02x; want 0x40", got)
			}
			r.pulse(4) // now lowest: below IR6, which is in service
			r.wantIntr(false)
			r.pulse(5) // now highest
			r.wantAck(0x0d)
		})
	}
}

// In AEOI with rotation the level just served becomes the lowest.
func TestRotateAEOI(t *testing.T) {
	r := newRig(t, 0x11, 0x03)
	r.Master().Out(regCommand, 0x80)
	r.pulse(0)
	r.pulse(1)
	r.wantAck(0x08)
	r.pulse(0)
	r.wantAck(0x09)
	r.wantAck(0x08)
}

// Without a level in service a rotating EOI changes nothing.
func TestRotateWithNothingInService(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.Master().Out(regCommand, 0xa0)
	r.pulse(1)
	r.pulse(0)
	r.wantAck(0x08)
}

// A non-specific EOI ends the level that is highest in the rotated order.
func TestEOIAfterSetPriority(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m := r.Master()
	m.Out(regCommand, 0xc3) // 4 5 6 7 0 1 2 3
	r.pulse(1)
	r.wantAck(0x09)
	r.pulse(4)
	r.wantAck(0x0c)
	m.Out(regCommand, 0x20)
	if got := isr(m); got != 0x02 {
		t.Errorf("ISR = %#02x; want 0x02", got)
	}
}

func TestRotateAEOIClear(t *testing.T) {
	r := newRig(t, 0x11, 0x03)
	m := r.Master()
	m.Out(regCommand, 0x80)
	m.Out(regCommand, 0x00)
	r.pulse(0)
	r.wantAck(0x08)
	r.pulse(0)
	r.pulse(1)
	r.wantAck(0x08)
}

func TestSpecialMask(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m := r.Master()
	r.pulse(3)
	r.wantAck(0x0b)
	r.pulse(6)
	m.Out(regData, 0x08)
	r.wantIntr(false)
	m.Out(regCommand, 0x68) // ESMM, SMM
	r.wantAck(0x0e)
	m.Out(regCommand, 0x20) // IR3 is masked: this ends IR6
	if got := isr(m); got != 0x08 {
		t.Errorf("ISR = %#02x; want 0x08", got)
	}
	m.Out(regCommand, 0x20)
	if got := isr(m); got != 0x08 {
		t.Errorf("ISR after EOI in special mask mode = %#02x; want 0x08", got)
	}
	m.Out(regCommand, 0x48) // ESMM, no SMM
	m.Out(regCommand, 0x20)
	if got := isr(m); got != 0 {
		t.Errorf("ISR = %#02x; want 0", got)
	}
}

func TestPoll(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m := r.Master()
	m.Out(regCommand, 0x0c)
	wantIn(t, m, regCommand, 0x07)
	r.pulse(5)
	m.Out(regCommand, 0x0c)
	wantIn(t, m, regCommand, 0x85)
	r.wantIntr(false)
	wantIn(t, m, regCommand, 0x00) // IRR again: the poll is over
	if got := isr(m); got != 0x20 {
		t.Errorf("ISR = %#02x; want 0x20", got)
	}
	r.pulse(1)
	m.Out(regCommand, 0x0e) // P overrides RR
	wantIn(t, m, regData, 0x81)
	wantIn(t, m, regData, 0x00)
}

// A poll is an acknowledge: in AEOI the level is not left in service.
func TestPollWithAEOI(t *testing.T) {
	r := newRig(t, 0x11, 0x03)
	m := r.Master()
	r.pulse(5)
	m.Out(regCommand, 0x0c)
	wantIn(t, m, regCommand, 0x85)
	if got := isr(m); got != 0 {
		t.Errorf("ISR = %#02x; want 0", got)
	}
}

func TestSpurious(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.pulse(3)
	r.wantIntr(true)
	r.irq[3](false) // an edge request does not outlast its input
	r.wantIntr(false)
	if got := r.Acknowledge(); got != 0x0f {
		t.Errorf("Acknowledge() = %#02x; want 0x0f", got)
	}
	if got := isr(r.Master()); got != 0 {
		t.Errorf("ISR = %#02x; want 0", got)
	}
}

// The master has latched IR2, then the slave's request is masked away between
// the two chips' INTA: seen as IRQ 15 with IR2 in service at the master.
func TestSpuriousSlave(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.master.input(cascadeInput, true)
	r.wantAck(0x77)
	if m, s := isr(r.Master()), isr(r.Slave()); m != 0x04 || s != 0 {
		t.Errorf("ISR = %#02x %#02x; want 0x04 0", m, s)
	}
}

func TestEdgeNeedsANewRise(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.irq[7](true)
	r.wantAck(0x0f)
	r.Master().Out(regCommand, 0x20)
	r.irq[7](true)
	r.wantIntr(false)
	r.pulse(7)
	r.wantIntr(true)
	r.init(0x11, 0x01) // ICW1 resets the edge latches
	r.wantIntr(false)
}

func TestLevel(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.ELCR().Out(0, 0xff)
	r.ELCR().Out(1, 0xff)
	wantIn(t, r.ELCR(), 0, 0xf8)
	wantIn(t, r.ELCR(), 1, 0xde)
	r.irq[11](true)
	r.wantAck(0x73)
	r.Slave().Out(regCommand, 0x20)
	r.Master().Out(regCommand, 0x20)
	r.wantAck(0x73)
	r.irq[11](false)
	r.Slave().Out(regCommand, 0x20)
	r.Master().Out(regCommand, 0x20)
	r.wantIntr(false)
	r.ELCR().Out(0, 0x20)
	r.ELCR().Out(1, 0x06)
	wantIn(t, r.ELCR(), 0, 0x20)
	wantIn(t, r.ELCR(), 1, 0x06)
	r.irq[8](true) // IRQ 8 stays edge-triggered
	r.wantAck(0x70)
	r.Slave().Out(regCommand, 0x20)
	r.Master().Out(regCommand, 0x20)
	r.wantIntr(false)
}

// An input that is high already requests as soon as it is level-triggered.
func TestSwitchToLevel(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.irq[5](true)
	r.wantAck(0x0d)
	r.Master().Out(regCommand, 0x20)
	r.wantIntr(false)
	r.ELCR().Out(0, 0x20)
	r.wantAck(0x0d)
}

func TestLTIMWithoutELCR(t *testing.T) {
	var intr bool
	p := New(Config{Name: "pic"}, func(high bool) { intr = high })
	m := p.Master()
	for i, v := range []uint8{0x1b, 0x08, 0x09} { // LTIM, SNGL, IC4: an XT with level inputs
		m.Out(uint16(min(i, 1)), v)
	}
	p.IRQ(2)(true)
	for range 2 {
		if got := p.Acknowledge(); got != 0x0a || !intrAfter(m, &intr) {
			t.Fatalf("Acknowledge() = %#02x, INTR after EOI %v; want 0x0a, true", got, intr)
		}
	}
}

func intrAfter(m bus.PortHandler, intr *bool) bool {
	m.Out(regCommand, 0x20)
	return *intr
}

func TestICWSequence(t *testing.T) {
	p := New(Config{Name: "pic"}, func(bool) {})
	m := p.Master()
	m.Out(regCommand, 0x13) // single, ICW4
	m.Out(regData, 0x08)
	m.Out(regData, 0x01)
	m.Out(regData, 0xa5) // OCW1
	wantIn(t, m, regData, 0xa5)
	m.Out(regCommand, 0x12) // single, no ICW4: IMR cleared, 8080 mode
	wantIn(t, m, regData, 0x00)
	m.Out(regData, 0x20)
	m.Out(regData, 0x5a)
	wantIn(t, m, regData, 0x5a)
}

// In 8080 mode the second byte of the CALL is ICW1's A7-A5 and the level times
// the interval (datasheet, "Content of second interrupt vector byte").
func TestMCS80Vector(t *testing.T) {
	for _, tc := range []struct {
		icw1, want uint8
	}{{0xf6, 0xec}, {0xf2, 0xd8}} {
		p := New(Config{Name: "pic"}, func(bool) {})
		p.Master().Out(regCommand, tc.icw1)
		p.Master().Out(regData, 0x12)
		p.IRQ(3)(true)
		if got := p.Acknowledge(); got != tc.want {
			t.Errorf("ICW1 %#02x: Acknowledge() = %#02x; want %#02x", tc.icw1, got, tc.want)
		}
	}
}

func TestMaskedRequestWaits(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.Master().Out(regData, 0x02)
	r.pulse(1)
	r.wantIntr(false)
	if got := irr(r.Master()); got != 0x02 {
		t.Errorf("IRR = %#02x; want 0x02", got)
	}
	r.Master().Out(regData, 0x00)
	r.wantAck(0x09)
}

func TestSnapshot(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.pulse(14)
	r.wantAck(0x76)
	r.pulse(1)
	r.Slave().Out(regData, 0x80)
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newRig(t, 0x11, 0x01)
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	c.wantAck(0x09)
	if m, s := isr(c.Master()), isr(c.Slave()); m != 0x06 || s != 0x40 {
		t.Errorf("ISR = %#02x %#02x; want 0x06 0x40", m, s)
	}
	wantIn(t, c.Slave(), regData, 0x80)
	if err := c.UnmarshalBinary(b[:5]); err == nil {
		t.Error("UnmarshalBinary of a short snapshot succeeded; want an error")
	}
}

func TestReset(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.pulse(1)
	r.Reset(bus.BusReset)
	r.wantIntr(false)
	if got := irr(r.Master()); got != 0 {
		t.Errorf("IRR = %#02x; want 0", got)
	}
}

// The slave's output falls with a reset, so that its next request is an edge at
// the master.
func TestResetOfTheSlave(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	r.Slave().Out(regData, 0x80)
	r.pulse(14)
	r.Reset(bus.BusReset)
	wantIn(t, r.Slave(), regData, 0x00)
	r.init(0x11, 0x01)
	r.wantIntr(false)
	r.pulse(14)
	r.wantAck(0x76)
}

func TestBadSnapshots(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	for name, spoil := range map[string]func(*chipState){
		"priority": func(c *chipState) { c.Lowest = 8 }, "step": func(c *chipState) { c.Step = stepICW4 + 1 },
	} {
		for i := range 2 {
			s := state{[2]chipState{r.master.chipState, r.slave.chipState}}
			spoil(&s.Chip[i])
			b, err := bus.MarshalState(stateVersion, s)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.UnmarshalBinary(b); err == nil {
				t.Errorf("%s of chip %d: no error", name, i)
			}
		}
	}
	r.pulse(1)
	r.wantAck(0x09)
}

func TestNoAllocation(t *testing.T) {
	r := newRig(t, 0x11, 0x01)
	m := r.Master()
	if n := testing.AllocsPerRun(100, func() {
		r.pulse(12)
		r.Acknowledge()
		r.Slave().Out(regCommand, 0x20)
		m.Out(regCommand, 0x20)
	}); n != 0 {
		t.Errorf("%v allocations an interrupt; want 0", n)
	}
}

// FuzzPIC runs the bytes as a program on two controllers, one of which is
// replaced by its own snapshot at will: both must behave the same.
func FuzzPIC(f *testing.F) {
	f.Add([]byte{0x00, 0x11, 0x01, 0x08, 0x01, 0x04, 0x01, 0x01, 0x11, 0x05, 0x20, 0x00, 0x30, 0x00})
	f.Add([]byte{0x00, 0x13, 0x01, 0x08, 0x01, 0x03, 0x11, 0x07, 0x00, 0x0c, 0x08, 0x00, 0x40, 0x00, 0x20, 0x00})
	f.Fuzz(func(t *testing.T, prog []byte) {
		var intr [2]bool
		build := func(i int) *PIC {
			return New(Config{Name: "pic", Cascade: true, ELCR: true}, func(high bool) { intr[i] = high })
		}
		a, b := build(0), build(1)
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0], prog[1]
			both := func(f func(p *PIC) uint8) {
				if x, y := f(a), f(b); x != y || intr[0] != intr[1] {
					t.Fatalf("op %#02x %#02x: %#02x, INTR %v; restored copy %#02x, INTR %v", op, v, x, intr[0], y, intr[1])
				}
			}
			both(func(p *PIC) uint8 {
				h := []bus.PortHandler{p.Master(), p.Slave(), p.ELCR(), p.Master()}[op>>1&3]
				off := uint16(op & 1)
				switch op >> 4 {
				case 0:
					h.Out(off, v)
				case 1:
					p.IRQ(int(v & 15))(op&8 == 0)
				case 2:
					return p.Acknowledge()
				case 4:
					p.Reset(bus.ResetKind(v & 1))
				case 5, 6, 7:
					return h.In(off)
				}
				return 0
			})
			if op>>4 == 3 {
				s, err := a.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				b = build(1)
				if err := b.UnmarshalBinary(s); err != nil {
					t.Fatal(err)
				}
			}
			if intr[0] != a.Pending() {
				t.Fatalf("INTR driven %v; Pending() = %v", intr[0], a.Pending())
			}
			_ = a.Inspect()
		}
	})
}
