package bus

import (
	"errors"
	"fmt"
)

// ErrOverlap reports two handlers on one port or address.
var ErrOverlap = errors.New("address range already claimed")

// Ports is the I/O address space: a flat table, since a map costs ten times as
// much an access.
type Ports struct {
	slot      [1 << 16]*portSlot // nil: unclaimed
	unclaimed uint64
}

type portSlot struct {
	h    PortHandler
	wide WidePortHandler // h, where it decodes wide cycles itself
	base uint16
	name string
}

// Map gives ports [base, base+n) to h. It fails with ErrOverlap, naming both.
func (p *Ports) Map(name string, base uint16, n int, h PortHandler) error {
	if int(base)+n > len(p.slot) {
		return fmt.Errorf("ports %#04x+%d for %s: beyond 0xffff", base, n, name)
	}
	for i := range n {
		if s := p.slot[int(base)+i]; s != nil {
			return fmt.Errorf("port %#04x for %s: %w by %s", int(base)+i, name, ErrOverlap, s.name)
		}
	}
	s := newSlot(name, base, h)
	for i := range n {
		p.slot[int(base)+i] = s
	}
	return nil
}

func newSlot(name string, base uint16, h PortHandler) *portSlot {
	wide, _ := h.(WidePortHandler)
	return &portSlot{h, wide, base, name}
}

// Overlay gives h those of the ports [base, base+n) that nobody has, as a PCI
// function gets them that can be moved anywhere. What lies beyond 64K is left
// out.
func (p *Ports) Overlay(name string, base uint16, n int, h PortHandler) {
	s := newSlot(name, base, h)
	for i := int(base); i < min(int(base)+n, len(p.slot)); i++ {
		if p.slot[i] == nil {
			p.slot[i] = s
		}
	}
}

// Remove releases those of the ports [base, base+n) that name has.
func (p *Ports) Remove(name string, base uint16, n int) {
	for i := int(base); i < min(int(base)+n, len(p.slot)); i++ {
		if s := p.slot[i]; s != nil && s.name == name {
			p.slot[i] = nil
		}
	}
}

// Owner returns the name of the device behind port, or "".
func (p *Ports) Owner(port uint16) string {
	if s := p.slot[port]; s != nil {
		return s.name
	}
	return ""
}

// Unclaimed counts byte accesses that no device answered.
func (p *Ports) Unclaimed() uint64 { return p.unclaimed }

// In8 reads one port. An unclaimed port floats high.
func (p *Ports) In8(port uint16) uint8 {
	if s := p.slot[port]; s != nil {
		return s.h.In(port - s.base)
	}
	p.unclaimed++
	return 0xff
}

// Out8 writes one port. A write to an unclaimed port is lost.
func (p *Ports) Out8(port uint16, v uint8) {
	if s := p.slot[port]; s != nil {
		s.h.Out(port-s.base, v)
		return
	}
	p.unclaimed++
}

// In reads size bytes (1, 2 or 4) starting at port; port numbers wrap at 64K.
func (p *Ports) In(port uint16, size int) uint32 {
	if size == 1 {
		return uint32(p.In8(port))
	}
	if s := p.slot[port]; s != nil && s.wide != nil {
		return s.wide.InWide(port-s.base, size)
	}
	var v uint32
	for i := range size {
		v |= uint32(p.In8(port+uint16(i))) << (8 * i)
	}
	return v
}

// Out writes size bytes (1, 2 or 4) starting at port; port numbers wrap at 64K.
func (p *Ports) Out(port uint16, size int, v uint32) {
	if size == 1 {
		p.Out8(port, uint8(v))
		return
	}
	if s := p.slot[port]; s != nil && s.wide != nil {
		s.wide.OutWide(port-s.base, size, v)
		return
	}
	for i := range size {
		p.Out8(port+uint16(i), uint8(v>>(8*i)))
	}
}

// InBlock reads up to len(b)/size elements from one port into b and returns how
// many the device moved at once; 0 where it has no block path.
func (p *Ports) InBlock(port uint16, size int, b []byte) int {
	if s := p.slot[port]; s != nil {
		if h, ok := s.h.(BlockPortHandler); ok {
			return h.InBlock(port-s.base, size, b)
		}
	}
	return 0
}

// OutBlock writes up to len(b)/size elements of b to one port and returns how
// many the device took at once; 0 where it has no block path.
func (p *Ports) OutBlock(port uint16, size int, b []byte) int {
	if s := p.slot[port]; s != nil {
		if h, ok := s.h.(BlockPortHandler); ok {
			return h.OutBlock(port-s.base, size, b)
		}
	}
	return 0
}
