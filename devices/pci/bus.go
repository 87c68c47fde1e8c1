// Package pci is the PCI side of a PC of the 1990s: configuration mechanism 1, the
// functions of bus 0 with their configuration spaces, the windows that follow from
// them, and the interrupt routing. The chips are the Intel 82441FX host bridge
// (host.go), the 82371SB (PIIX3) as bridge to ISA (piix3.go) and IDE interface
// (ide.go), the power management function of the 82371AB (PIIX4; pm.go) and a
// display adapter (display.go).
//
// Sources: PCI Local Bus Specification 2.1; Intel 82441FX (PMC) datasheet (290549);
// Intel 82371SB (PIIX3) datasheet (290550); Intel 82371AB (PIIX4) datasheet
// (290562); Bus Master Programming Interface for IDE ATA Controllers 1.0 (SFF
// 8038i).
//
// Not modelled: other buses, special cycles, parity and system errors; what the
// registers of DRAM, bus timing and buffers set (they keep what is written); the
// decode enable bits of PIIX3 for keyboard controller, clock, BIOS and IDE channels
// and of the display adapter for its VGA addresses (these answer always, which is
// what the older Bochs BIOS counts on); system management mode and the SMIs of
// PIIX3 and PIIX4; memory windows of less than a page; PIIX3's USB function;
// PIIX4's SMBus.
package pci

import (
	"slices"

	"beige/devices/bus"
)

// Ports is the I/O space in which functions appear; *bus.Ports is one.
type Ports interface {
	Overlay(name string, base uint16, n int, h bus.PortHandler)
	Remove(name string, base uint16, n int)
}

// Memory is the memory space in which functions appear, with the shadow RAM that
// the host bridge switches; *mmu.Physical is one.
type Memory interface {
	Overlay(name string, addr, size uint32, h bus.MMIOHandler)
	Remove(name string, addr, size uint32)
	Shadow(addr, size uint32, read, write bool)
}

// window is a range of addresses that a function answers.
type window struct {
	name       string
	base, size uint32
	ports      bus.PortHandler // I/O space, or nil
	mem        bus.MMIOHandler // memory space, or nil
}

func (w window) space() string {
	if w.ports != nil {
		return "ports"
	}
	return "memory"
}

// Bus is PCI bus 0.
type Bus struct {
	ports     Ports
	memory    Memory
	functions []*Function // by slot and function
	open      []window    // as they are in ports and memory
	isa       *PIIX3      // routes the interrupts
}

// plug puts a function on the bus.
func (b *Bus) plug(f *Function) {
	f.bus = b
	b.functions = append(b.functions, f)
	slices.SortFunc(b.functions, func(x, y *Function) int { return int(x.slot)<<3 + int(x.fn) - int(y.slot)<<3 - int(y.fn) })
	b.place()
}

// find returns a function of the bus, or nil.
func (b *Bus) find(slot, fn uint8) *Function {
	for _, f := range b.functions {
		if f.slot == slot && f.fn == fn {
			return f
		}
	}
	return nil
}

// place opens the windows that the configuration spaces describe. What is open
// depends on these alone, not on the order in which they came to be so: of two
// windows that overlap the one of the first function has the addresses, and what
// the board has there comes before both.
func (b *Bus) place() {
	var want []window
	for _, f := range b.functions {
		want = append(want, f.active()...)
	}
	if slices.Equal(want, b.open) {
		return
	}
	for _, w := range b.open {
		if w.ports != nil {
			b.ports.Remove(w.name, uint16(w.base), int(w.size))
		} else {
			b.memory.Remove(w.name, w.base, w.size)
		}
	}
	for _, w := range want {
		if w.ports != nil {
			b.ports.Overlay(w.name, uint16(w.base), int(w.size), w.ports)
		} else {
			b.memory.Overlay(w.name, w.base, w.size, w.mem)
		}
	}
	b.open = want
}

// pins is how many interrupt lines the slots share.
const pins = 4

// link is the PIRQ input that a slot's pin is wired to: each slot is turned by one
// (PCI 2.1, 2.2.6), and slot 1 has INTA# on PIRQA#.
func link(slot, pin uint8) uint8 { return (slot + pin + 2) % pins } // slot - 1 + pin - 1

// route gives the state of the interrupt lines to the bridge.
func (b *Bus) route() {
	var level [pins]bool
	for _, f := range b.functions {
		if pin := f.initial[regIntPin]; f.INT && pin != 0 {
			level[link(f.slot, pin)] = true
		}
	}
	if b.isa != nil {
		b.isa.drive(level)
	}
}
