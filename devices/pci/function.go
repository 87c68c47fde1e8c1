package pci

import (
	"encoding/binary"
	"fmt"

	"beige/devices/bus"
)

// Header of a configuration space, type 0 (PCI 2.1, 6.1).
//
//	00  vendor, device        10-24  six base address registers
//	04  command, status       2C  subsystem vendor, subsystem
//	08  revision, class code  30  expansion ROM base address
//	0C  cache line, latency,  3C  interrupt line, interrupt pin,
//	    header type, BIST         Min_Gnt, Max_Lat
const (
	regVendor    = 0x00
	regCommand   = 0x04
	regStatus    = 0x06
	regRevision  = 0x08 // class code in the three bytes above
	regHeader    = 0x0e
	regBAR       = 0x10
	regSubsystem = 0x2c
	regROM       = 0x30
	regIntLine   = 0x3c
	regIntPin    = 0x3d
)

// Command register (PCI 2.1, 6.2.2).
const (
	cmdIO     uint16 = 1 << 0 // answers in I/O space
	cmdMemory uint16 = 1 << 1 // answers in memory space
	cmdMaster uint16 = 1 << 2 // may master the bus
)

const (
	headerMulti  uint8 = 1 << 7 // the device has more than one function
	barIO        uint8 = 1 << 0
	barPrefetch  uint8 = 1 << 3
	romEnable    uint8 = 1 << 0
	statusFast         = 0x0080 // fast back-to-back capable
	statusMedium       = 0x0200 // DEVSEL# timing
)

const functionVersion = 1

// functionState is what a snapshot holds of a function.
type functionState struct {
	Config [256]uint8
	INT    bool // drives its INTx# pin
}

// Function is one function of a PCI device: its configuration space, the windows
// that follow from it, and its interrupt pin.
type Function struct {
	functionState
	name     string
	slot, fn uint8
	bus      *Bus // nil until it is plugged in

	initial [256]uint8 // after RST#
	mask    [256]uint8 // bits that can be written
	clear   [256]uint8 // bits that are cleared by writing 1
	bars    []bar

	wrote   func(first, last int) // told of a write to [first, last]; may be nil
	windows func() []window       // those that no BAR describes; may be nil
}

// bar is a base address register.
type bar struct {
	reg   int // offset in configuration space
	size  uint32
	ports bus.PortHandler // I/O space, or nil
	mem   bus.MMIOHandler // memory space, or nil
}

// identity is what the first registers of a function say.
type identity struct {
	Vendor, Device uint16
	Class          uint32 // class, subclass, programming interface
	Revision       uint8
	Status         uint16
	Subsystem      uint32 // subsystem in the high half, its vendor in the low
	Multi          bool
	Pin            uint8 // 1: INTA#
}

// newFunction returns an unplugged function. The caller adds its registers and
// BARs and calls Reset.
func newFunction(name string, slot, fn uint8, id identity) *Function {
	f := &Function{name: name, slot: slot, fn: fn}
	f.word(regVendor, id.Vendor, 0)
	f.word(regVendor+2, id.Device, 0)
	f.word(regStatus, id.Status, 0)
	f.dword(regRevision, id.Class<<8|uint32(id.Revision), 0)
	f.dword(regSubsystem, id.Subsystem, 0)
	if id.Multi {
		f.initial[regHeader] = headerMulti
	}
	f.initial[regIntPin] = id.Pin
	if id.Pin != 0 {
		f.mask[regIntLine] = 0xff
	}
	return f
}

// byte, word and dword describe a register: its value after reset and its
// writable bits.
func (f *Function) byte(reg int, initial, mask uint8) { f.initial[reg], f.mask[reg] = initial, mask }

func (f *Function) word(reg int, initial, mask uint16) {
	binary.LittleEndian.PutUint16(f.initial[reg:], initial)
	binary.LittleEndian.PutUint16(f.mask[reg:], mask)
}

func (f *Function) dword(reg int, initial, mask uint32) {
	binary.LittleEndian.PutUint32(f.initial[reg:], initial)
	binary.LittleEndian.PutUint32(f.mask[reg:], mask)
}

// addPorts adds base address register n, for size ports. Its upper half is there,
// though a PC has 64K ports only: Intel's chips leave it out, and SeaBIOS 1.16 then
// takes the window for one of 4 GB.
func (f *Function) addPorts(n int, size uint32, h bus.PortHandler) {
	reg := regBAR + 4*n
	f.dword(reg, uint32(barIO), -size)
	f.bars = append(f.bars, bar{reg: reg, size: size, ports: h})
}

// addMemory adds base address register n, for size bytes of prefetchable memory,
// a power of two and at least a page.
func (f *Function) addMemory(n int, size uint32, h bus.MMIOHandler) {
	reg := regBAR + 4*n
	f.dword(reg, uint32(barPrefetch), -size)
	f.bars = append(f.bars, bar{reg: reg, size: size, mem: h})
}

// addRegisters is addMemory for registers: reads have effects, so it cannot be prefetched.
func (f *Function) addRegisters(n int, size uint32, h bus.MMIOHandler) {
	f.addMemory(n, size, h)
	f.dword(regBAR+4*n, 0, -size)
}

// addROM adds the expansion ROM base address register, for a power of two of at
// least a page. Its enable bit alone opens it: the command register should have a say
// (PCI 2.1, 6.2.5.2), but the Bochs BIOS copies the ROM before it allows memory
// accesses, and nothing would fetch from an open ROM by mistake.
func (f *Function) addROM(size uint32, h bus.MMIOHandler) {
	f.dword(regROM, 0, -size|uint32(romEnable))
	f.bars = append(f.bars, bar{reg: regROM, size: size, mem: h})
}

// Name implements bus.Device.
func (f *Function) Name() string { return f.name }

// Reset is RST#: configuration returns to its defaults, the windows go.
func (f *Function) Reset(bus.ResetKind) {
	f.Config = f.initial
	f.Interrupt(false)
	f.changed(0, 255)
}

// command returns the command register.
func (f *Function) command() uint16 { return binary.LittleEndian.Uint16(f.Config[regCommand:]) }

func (f *Function) get32(reg int) uint32 { return binary.LittleEndian.Uint32(f.Config[reg:]) }

// read returns size bytes of configuration space from reg on, within a dword.
func (f *Function) read(reg, size int) uint32 {
	var v uint32
	for i := range size {
		v |= uint32(f.Config[reg+i]) << (8 * i)
	}
	return v
}

// write stores size bytes to configuration space from reg on, within a dword.
func (f *Function) write(reg, size int, v uint32) {
	for i := range size {
		b, r := uint8(v>>(8*i)), reg+i
		f.Config[r] = (f.Config[r]&^f.mask[r] | b&f.mask[r]) &^ (b & f.clear[r])
	}
	f.changed(reg, reg+size-1)
}

// changed lets take effect what is in [first, last].
func (f *Function) changed(first, last int) {
	if f.wrote != nil {
		f.wrote(first, last)
	}
	if f.bus != nil {
		f.bus.place()
	}
}

// active lists the windows that the function has open.
func (f *Function) active() []window {
	var out []window
	cmd := f.command()
	for _, b := range f.bars {
		v := f.get32(b.reg)
		w := window{name: f.name, base: v &^ (b.size - 1), size: b.size, ports: b.ports, mem: b.mem}
		switch {
		case b.ports != nil && cmd&cmdIO == 0:
			continue
		case b.reg == regROM && v&uint32(romEnable) == 0:
			continue
		case b.reg != regROM && b.mem != nil && cmd&cmdMemory == 0:
			continue
		case b.ports != nil && w.base > 0xffff:
			continue
		case w.base == 0: // not assigned: address 0 is no place for a window
			continue
		}
		out = append(out, w)
	}
	if f.windows != nil {
		out = append(out, f.windows()...)
	}
	return out
}

// Interrupt drives the function's INTx# pin; high is asserted.
func (f *Function) Interrupt(high bool) {
	f.INT = high
	if f.bus != nil {
		f.bus.route()
	}
}

// Inspect reports the configuration space for the monitor.
func (f *Function) Inspect() []bus.Field {
	out := []bus.Field{
		{Name: "address", Value: fmt.Sprintf("00:%02x.%d", f.slot, f.fn)},
		{Name: "id", Value: fmt.Sprintf("%04x:%04x", f.read(regVendor, 2), f.read(regVendor+2, 2))},
		{Name: "command", Value: fmt.Sprintf("%#04x", f.command())},
		{Name: "interrupt", Value: f.INT},
	}
	for _, w := range f.active() {
		out = append(out, bus.Field{Name: w.space(), Value: fmt.Sprintf("%#x-%#x", w.base, uint64(w.base)+uint64(w.size)-1)})
	}
	return out
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (f *Function) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(functionVersion, &f.functionState)
}

// UnmarshalBinary restores a snapshot: windows and interrupts follow.
func (f *Function) UnmarshalBinary(b []byte) error {
	var s functionState
	if err := bus.UnmarshalState(f.name, functionVersion, b, &s); err != nil {
		return err
	}
	f.restore(s)
	return nil
}

// restore takes over a state; bits that cannot be written stay as they are.
func (f *Function) restore(s functionState) {
	for i := range s.Config {
		m := f.mask[i] | f.clear[i]
		s.Config[i] = s.Config[i]&m | f.initial[i]&^m
	}
	f.functionState = s
	f.Interrupt(s.INT)
	f.changed(0, 255)
}
