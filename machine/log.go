package machine

import (
	"context"
	"log/slog"

	"beige/devices/bus"
)

// LogNames lists the names that Config.Logger is asked for: "machine" for
// resets and the end of the run, and the chips for their port accesses.
func LogNames() []string {
	return []string{"machine", "dma", "pic", "pit", "kbc", "speaker", "rtc", "post", "debugcon", "ferr", "ata0", "ata1",
		"vga", "ega", "cga", "mda", "hercules", "fdc", "debugexit", "port92", "power", "com1", "com2", "com3", "com4", "lpt1", "vmport",
		"pci", "ide", "fwcfg"}
}

// note logs an event of the machine itself.
func (m *Machine) note(text string, args ...any) {
	if m.cfg.Logger == nil {
		return
	}
	if l := m.cfg.Logger("machine"); l != nil {
		l.Info(text, append([]any{"at", m.Now().String()}, args...)...)
	}
}

// logged returns h, or where the device's accesses are to be logged, a handler
// that logs them on the way. A machine that logs nothing pays nothing.
func (m *Machine) logged(name string, base uint16, h bus.PortHandler) bus.PortHandler {
	if m.cfg.Logger == nil {
		return h
	}
	l := m.cfg.Logger(name)
	if l == nil || !l.Enabled(context.Background(), slog.LevelDebug) {
		return h
	}
	p := portLog{h: h, log: l, base: base, m: m}
	if wide, ok := h.(bus.WidePortHandler); ok {
		return widePortLog{p, wide}
	}
	return p
}

// portLog logs byte accesses. Blocks are not passed on, so that the processor
// makes single accesses of them.
type portLog struct {
	h    bus.PortHandler
	log  *slog.Logger
	base uint16
	m    *Machine
}

func (p portLog) In(off uint16) uint8 {
	v := p.h.In(off)
	p.log.Debug("in", "at", p.m.Now().String(), "port", hexPort(p.base+off), "value", hexPort(uint16(v)))
	return v
}

func (p portLog) Out(off uint16, v uint8) {
	p.log.Debug("out", "at", p.m.Now().String(), "port", hexPort(p.base+off), "value", hexPort(uint16(v)))
	p.h.Out(off, v)
}

// widePortLog logs 16- and 32-bit accesses as well.
type widePortLog struct {
	portLog
	wide bus.WidePortHandler
}

func (p widePortLog) InWide(off uint16, size int) uint32 {
	v := p.wide.InWide(off, size)
	p.log.Debug("in", "at", p.m.Now().String(), "port", hexPort(p.base+off), "size", size, "value", hexWide(v))
	return v
}

func (p widePortLog) OutWide(off uint16, size int, v uint32) {
	p.log.Debug("out", "at", p.m.Now().String(), "port", hexPort(p.base+off), "size", size, "value", hexWide(v))
	p.wide.OutWide(off, size, v)
}

func hexPort(v uint16) string { return hexWide(uint32(v)) }

func hexWide(v uint32) string {
	const digits = "0123456789abcdef"
	s := []byte("0x")
	for shift := 28; shift >= 0; shift -= 4 {
		if d := v >> shift & 15; d != 0 || len(s) > 2 || shift == 0 {
			s = append(s, digits[d])
		}
	}
	return string(s)
}
