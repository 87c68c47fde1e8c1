package pci

import (
	"encoding/binary"
	"fmt"

	"beige/devices/bus"
)

// PIIX3 function 1, the IDE interface at 00:01.1 (82371SB datasheet, 2.3 and 2.7):
// two channels at their ISA addresses, and a bus master for each behind base address
// register 4 (SFF 8038i).
//
//	offset  size
//	0       1     BMICOM  bit 0 start, bit 3: 1 the bus master writes memory
//	2       1     BMISTA  bit 0 active, 1 error, 2 interrupt, 5 and 6 drives capable of DMA
//	4       4     BMIDTP  physical address of the table
//	8-F           the same for the secondary channel
//
// An entry of the table is the physical address of a region, its length in bytes
// (even; 0: 64 KB), and bit 31 of the second dword in the last one.
const (
	regTiming      = 0x40 // IDETIM, two words
	regSlaveTiming = 0x44 // SIDETIM

	bmCommand  = 0
	bmStatus   = 2
	bmTable    = 4
	bmChannel  = 8
	bmPorts    = 16
	bmBAR      = 4
	ideClass   = 0x010180 // bus master, both channels at fixed addresses
	entryBytes = 8
)

const (
	bmStart    uint8 = 1 << 0
	bmToMemory uint8 = 1 << 3

	bmActive    uint8 = 1 << 0
	bmError     uint8 = 1 << 1
	bmInterrupt uint8 = 1 << 2
	bmCapable   uint8 = 3 << 5

	entryLast = 1 << 15 // EOT, in the second word behind the length
)

// DMAMemory is physical memory as a bus master sees it.
type DMAMemory interface {
	ReadPhys(addr uint32, p []byte)
	WritePhys(addr uint32, p []byte)
}

const ideVersion = 1

type ideState struct {
	functionState
	Master [2]masterState
}

// masterState is one bus master. Left bytes of the region at Addr are to go, then
// comes the entry at Next, unless Last is set.
type masterState struct {
	Command, Status uint8
	Table           uint32
	Next, Addr      uint32
	Left            uint32
	Last            bool
	IRQ             bool // the channel's interrupt line
}

// IDE is the IDE function.
type IDE struct {
	*Function
	Master [2]*Master
}

// Master is the bus master of one channel. The channel's drive moves data with
// ToMemory and FromMemory, and goes on when the master is started.
type Master struct {
	masterState
	ide *IDE
	mem DMAMemory

	// Started is told when the guest has started the master: a drive that waits can
	// go on. It may be nil.
	Started func()
}

// NewIDE plugs the IDE function in.
func NewIDE(h *Host, mem DMAMemory) *IDE {
	d := &IDE{}
	for i := range d.Master {
		d.Master[i] = &Master{ide: d, mem: mem}
	}
	f := newFunction("ide", isaSlot, 1, identity{Vendor: idIntel, Device: idIDE, Class: ideClass, Status: statusMedium | statusFast})
	f.word(regCommand, 0, cmdIO|cmdMaster)
	f.clear[regStatus+1] = 0x38
	f.byte(0x0d, 0, 0xf0) // latency timer
	f.word(regTiming, 0, 0xf3ff)
	f.word(regTiming+2, 0, 0xf3ff)
	f.byte(regSlaveTiming, 0, 0xff)
	f.addPorts(bmBAR, bmPorts, d)
	d.Function = f
	h.plug(f)
	d.Reset(bus.PowerOn)
	return d
}

// Reset stops both masters.
func (d *IDE) Reset(kind bus.ResetKind) {
	for _, m := range d.Master {
		m.masterState = masterState{IRQ: m.IRQ}
	}
	d.Function.Reset(kind)
}

// In reads a bus master register.
func (d *IDE) In(off uint16) uint8 {
	m := d.Master[off/bmChannel&1]
	switch off %= bmChannel; off {
	case bmCommand:
		return m.Command
	case bmStatus:
		return m.Status
	case bmTable, bmTable + 1, bmTable + 2, bmTable + 3:
		return uint8(m.Table >> (8 * (off - bmTable)))
	}
	return 0
}

// Out writes a bus master register.
func (d *IDE) Out(off uint16, v uint8) {
	m := d.Master[off/bmChannel&1]
	switch off %= bmChannel; off {
	case bmCommand:
		m.command(v)
	case bmStatus: // error and interrupt are cleared by writing 1
		m.Status = m.Status&^(v&(bmError|bmInterrupt)|bmCapable) | v&bmCapable
	case bmTable, bmTable + 1, bmTable + 2, bmTable + 3:
		shift := 8 * (off - bmTable)
		m.Table = (m.Table&^(0xff<<shift) | uint32(v)<<shift) &^ 3
	}
}

// command starts or stops a master. A stopped one forgets where it was.
func (m *Master) command(v uint8) {
	rise := v&^m.Command&bmStart != 0
	m.Command = v & (bmStart | bmToMemory)
	switch {
	case rise:
		m.Status |= bmActive
		m.Next, m.Left, m.Last = m.Table, 0, false
		if m.Started != nil {
			m.Started()
		}
	case v&bmStart == 0:
		m.Status &^= bmActive
	}
}

// ToMemory moves p from the drive to memory and returns how many bytes found a
// place: all, or fewer where the master is not started, works in the other
// direction, or has come to the end of its table.
func (m *Master) ToMemory(p []byte) int { return m.move(p, true) }

// FromMemory fills p for the drive; the result is as for ToMemory.
func (m *Master) FromMemory(p []byte) int { return m.move(p, false) }

func (m *Master) move(p []byte, toMemory bool) int {
	if m.Command&bmStart == 0 || (m.Command&bmToMemory != 0) != toMemory || m.ide.command()&cmdMaster == 0 {
		return 0
	}
	n := 0
	for n < len(p) && m.Status&bmActive != 0 {
		if m.Left == 0 {
			m.fetch()
		}
		k := int(min(m.Left, uint32(len(p)-n)))
		if toMemory {
			m.mem.WritePhys(m.Addr, p[n:n+k])
		} else {
			m.mem.ReadPhys(m.Addr, p[n:n+k])
		}
		n += k
		m.Addr += uint32(k)
		if m.Left -= uint32(k); m.Left == 0 && m.Last {
			m.Status &^= bmActive
		}
	}
	return n
}

// fetch reads the next entry of the table. A region has 2 bytes at least, so that
// no table keeps the master busy without end.
func (m *Master) fetch() {
	var e [entryBytes]byte
	m.mem.ReadPhys(m.Next, e[:])
	m.Next += entryBytes
	m.Addr = binary.LittleEndian.Uint32(e[:]) &^ 1
	if m.Left = uint32(binary.LittleEndian.Uint16(e[4:])) &^ 1; m.Left == 0 {
		m.Left = 1 << 16
	}
	m.Last = binary.LittleEndian.Uint16(e[6:])&entryLast != 0
}

// Interrupt is the channel's INTRQ, of which the master notes the rise.
func (m *Master) Interrupt(high bool) {
	if high && !m.IRQ {
		m.Status |= bmInterrupt
	}
	m.IRQ = high
}

// Inspect reports the bus masters with the rest.
func (d *IDE) Inspect() []bus.Field {
	out := d.Function.Inspect()
	for i, m := range d.Master {
		n := fmt.Sprintf("master%d.", i)
		out = append(out,
			bus.Field{Name: n + "command", Value: fmt.Sprintf("%#02x", m.Command)},
			bus.Field{Name: n + "status", Value: fmt.Sprintf("%#02x", m.Status)},
			bus.Field{Name: n + "table", Value: fmt.Sprintf("%#08x", m.Table)},
			bus.Field{Name: n + "left", Value: m.Left})
	}
	return out
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *IDE) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(ideVersion, &ideState{d.functionState, [2]masterState{d.Master[0].masterState, d.Master[1].masterState}})
}

// UnmarshalBinary restores a snapshot.
func (d *IDE) UnmarshalBinary(b []byte) error {
	var s ideState
	if err := bus.UnmarshalState(d.name, ideVersion, b, &s); err != nil {
		return err
	}
	for i, m := range d.Master {
		if s.Master[i].Left > 1<<16 {
			return fmt.Errorf("%s: snapshot: %d bytes left of a region", d.name, s.Master[i].Left)
		}
		m.masterState = s.Master[i]
	}
	d.restore(s.functionState)
	return nil
}
