package machine

import "beige/devices/bus"

// input is an input of the interrupt controllers.
func (m *Machine) input(n int) bus.Line { return m.pic.IRQ(n) }

// sharedInputs are the inputs with two drivers: the ISA devices and the router of
// the PCI interrupts.
func (m *Machine) sharedInputs() (isa, pirq func(n int) bus.Line) {
	var lines [16][]bus.Line
	for n := range lines {
		lines[n] = wiredOr(func(high bool) { m.pic.IRQ(n)(high) }, 2)
	}
	return func(n int) bus.Line { return lines[n][0] }, func(n int) bus.Line { return lines[n][1] }
}

// both is a wire that ends at two places; the second hears first.
func both(a, b bus.Line) bus.Line {
	return func(high bool) {
		b(high)
		a(high)
	}
}

// boardPorts is the I/O space as PCI functions appear in it: what they do there
// can be logged.
type boardPorts struct{ m *Machine }

func (p boardPorts) Overlay(name string, base uint16, n int, h bus.PortHandler) {
	p.m.ports.Overlay(name, base, n, p.m.logged(name, base, h))
}

func (p boardPorts) Remove(name string, base uint16, n int) { p.m.ports.Remove(name, base, n) }
