package machine

import (
	"fmt"

	"beige/devices/bus"
	"beige/devices/debugport"
	"beige/devices/lpt"
)

// portRow is a window of a device in the I/O map. A device with several windows
// comes with each of them.
type portRow struct {
	base uint16
	n    int
	dev  bus.Device
	h    bus.PortHandler
}

// debugPorts are for whoever looks into a machine: progress of POST, a console, and
// an end with a status.
func (m *Machine) debugPorts() []portRow {
	post := debugport.NewPOST("post", m.cfg.Post)
	debugCon := byteSink(m.cfg.DebugCon)
	if debugCon == nil {
		debugCon = func(uint8) {}
	}
	console := debugport.NewConsole("debugcon", debugCon)
	exit := debugport.NewExit("debugexit", func(status uint8) { m.end(Exit{Reason: DebugExit, Code: int(status)}) })
	return []portRow{
		{0x080, 1, post, post}, // also a scratch register of the DMA pages
		{0x0e9, 1, console, console},
		{0x402, 1, console, console},
		{0x501, 1, exit, exit},
	}
}

// adapterPorts are the display adapter, the serial ports and the printer port.
func (m *Machine) adapterPorts(irq func(n int) bus.Line) (io []portRow) {
	for _, w := range m.videoPorts() {
		io = append(io, portRow{w.base, w.n, m.screen, w.h})
	}
	irq3, irq4 := wiredOr(irq(3), 2), wiredOr(irq(4), 2)
	for i, com := range []struct {
		base uint16
		irq  bus.Line
	}{{0x3f8, irq4[0]}, {0x2f8, irq3[0]}, {0x3e8, irq4[1]}, {0x2e8, irq3[1]}}[:m.preset.uarts] {
		d := m.newSerialPort(fmt.Sprintf("com%d", i+1), com.irq, m.cfg.Serial[i])
		m.serial = append(m.serial, d)
		io = append(io, portRow{com.base, 8, d, d})
	}
	printer := lpt.New(m.sched, lpt.Config{Name: "lpt1", IRQ: irq(7), Print: byteSink(m.cfg.Parallel)})
	return append(io, portRow{0x378, 3, printer, printer})
}

// mapPorts puts the windows into the I/O space and their devices on the list, each
// once.
func (m *Machine) mapPorts(io []portRow) error {
	seen := map[bus.Device]bool{}
	for _, r := range io {
		if err := m.ports.Map(r.dev.Name(), r.base, r.n, m.logged(r.dev.Name(), r.base, r.h)); err != nil {
			return err
		}
		if !seen[r.dev] {
			seen[r.dev] = true
			m.devices = append(m.devices, r.dev)
		}
	}
	return nil
}

func (m *Machine) insertFloppies() {
	for i, f := range m.cfg.Floppies {
		if f != nil {
			m.fdc.Insert(i, f)
		}
	}
}
