package pci

import (
	"fmt"

	"beige/devices/bus"
)

// The 82441FX, the host bridge at 00:00.0, with the configuration mechanism
// (82441FX datasheet, 3.1 and 3.2).
//
//	offset  size  register
//	0       4     CONFADD  bit 31 enable, 23:16 bus, 15:11 device, 10:8 function, 7:2 register
//	1       1     reset control register of PIIX3 (byte accesses)
//	4-7     1-4   CONFDATA
//
// Byte and word accesses to offset 0 are none of the bridge's, so that configuration
// mechanism 2 finds nothing.
const (
	regAddress = 0
	regReset   = 1
	regData    = 4

	// ConfigPorts is how many ports the mechanism takes.
	ConfigPorts = 8
)

const (
	addressEnable uint32 = 1 << 31
	addressMask   uint32 = 0x80fffffc
)

// Registers of the bridge (82441FX datasheet, 3.2).
const (
	regPMCCFG = 0x50
	regDBC    = 0x53
	regDRAMC  = 0x57
	regDRAMT  = 0x58
	regPAM    = 0x59 // PAM0 to PAM6
	regDRB    = 0x60 // eight DRAM row boundaries
	regFDHC   = 0x68
	regMTT    = 0x70
	regCLT    = 0x71
	regSMRAM  = 0x72
	regERRCMD = 0x90

	pamCount = 7
)

// Attributes of a PAM nibble.
const (
	pamRead  uint8 = 1 << 0 // reads come from DRAM
	pamWrite uint8 = 1 << 1 // writes go to DRAM
	pamMask  uint8 = 0x7    // with the cache enable, which has no effect
)

// SMRAM control (82441FX datasheet, 3.2.17).
const (
	smramOpen    uint8 = 1 << 6 // D_OPEN
	smramLock    uint8 = 1 << 4 // D_LCK
	smramMask    uint8 = 0x78   // D_OPEN, D_CLS, D_LCK, G_SMRAME
	smramInitial uint8 = 0x02   // C_BASE_SEG: A0000h
	smramBase          = 0xa0000
	smramSize          = 0x20000
)

const (
	idIntel  = 0x8086
	id82441  = 0x1237
	idPIIX3  = 0x7000
	idIDE    = 0x7010
	idPIIX4  = 0x7113
	hostSlot = 0
	isaSlot  = 1
)

// Subsystem by which free firmware recognises a board that describes itself
// through a firmware configuration device (SeaBIOS; QEMU, "PCI IDs").
const subsystemFwCfg = 0x1100_1af4

const hostVersion = 1

type hostState struct {
	functionState
	Address uint32 // CONFADD
}

// Host is the host bridge. It is the PortHandler of the configuration ports.
type Host struct {
	*Function
	Bus
	address uint32
}

// NewHost returns a host bridge in its power-on state, with an empty bus.
func NewHost(ports Ports, memory Memory) *Host {
	h := &Host{Bus: Bus{ports: ports, memory: memory}}
	f := newFunction("pci", hostSlot, 0, identity{Vendor: idIntel, Device: id82441, Class: 0x060000, Revision: 2,
		Status: statusMedium | statusFast, Subsystem: subsystemFwCfg})
	f.word(regCommand, cmdMemory|cmdMaster, 1<<8) // SERRE
	f.clear[regStatus+1] = 0xf9                   // error bits
	f.byte(0x0d, 0, 0xf8)                         // latency timer
	f.word(regPMCCFG, 0, 0x8e7c)
	f.byte(regDBC, 0x80, 0xff)
	f.byte(regDRAMC, 1, 0xff)
	f.byte(regDRAMT, 0x10, 0xff)
	f.byte(regPAM, 0, pamMask<<4)
	for i := 1; i < pamCount; i++ {
		f.byte(regPAM+i, 0, pamMask<<4|pamMask)
	}
	for i := range 8 {
		f.byte(regDRB+i, 1, 0xff)
	}
	f.byte(regFDHC, 0, 0xc0)
	f.byte(regMTT, 0, 0xf8)
	f.byte(regCLT, 0x10, 0xff)
	f.byte(regSMRAM, smramInitial, smramMask)
	f.byte(regERRCMD, 0, 0xff)
	f.wrote = h.wrote
	h.Function = f
	h.plug(f)
	h.Reset(bus.PowerOn)
	return h
}

// Reset clears CONFADD with the rest.
func (h *Host) Reset(kind bus.ResetKind) {
	h.address = 0
	h.Function.mask[regSMRAM] = smramMask
	h.Function.Reset(kind)
}

// wrote switches shadow RAM and SMRAM.
func (h *Host) wrote(first, last int) {
	if last >= regPAM && first < regPAM+pamCount {
		h.applyPAM()
	}
	if last >= regSMRAM && first <= regSMRAM {
		h.applySMRAM()
	}
}

// applyPAM sets the areas of the programmable attribute map: F0000h to FFFFFh in
// the high half of PAM0, then 16 KB a nibble from C0000h on, low half first.
func (h *Host) applyPAM() {
	set := func(addr, size uint32, nibble uint8) {
		h.memory.Shadow(addr, size, nibble&pamRead != 0, nibble&pamWrite != 0)
	}
	set(0xf0000, 0x10000, h.Config[regPAM]>>4)
	for i := range uint32(2 * (pamCount - 1)) {
		set(0xc0000+0x4000*i, 0x4000, h.Config[regPAM+1+i/2]>>(i%2*4))
	}
}

// applySMRAM shows the RAM behind the video memory while D_OPEN is set. D_LCK closes
// it and makes the register read-only until the next reset.
func (h *Host) applySMRAM() {
	v := &h.Config[regSMRAM]
	h.mask[regSMRAM] = smramMask
	if *v&smramLock != 0 {
		*v &^= smramOpen
		h.mask[regSMRAM] = 0
	}
	open := *v&smramOpen != 0
	h.memory.Shadow(smramBase, smramSize, open, open)
}

// target is the function and register that CONFADD selects.
func (h *Host) target() (f *Function, reg int) {
	a := h.address
	if a&addressEnable == 0 || a>>16&0xff != 0 {
		return nil, 0
	}
	return h.find(uint8(a>>11&31), uint8(a>>8&7)), int(a & 0xfc)
}

// In reads one byte.
func (h *Host) In(off uint16) uint8 {
	if off == regReset && h.isa != nil {
		return h.isa.readReset()
	}
	return uint8(h.InWide(off, 1))
}

// Out writes one byte.
func (h *Host) Out(off uint16, v uint8) {
	if off == regReset && h.isa != nil {
		h.isa.writeReset(v)
		return
	}
	h.OutWide(off, 1, uint32(v))
}

// InWide implements bus.WidePortHandler.
func (h *Host) InWide(off uint16, size int) uint32 {
	none := ^uint32(0) >> (32 - 8*size)
	if off < regData {
		if off == regAddress && size == 4 {
			return h.address
		}
		return none
	}
	f, reg := h.target()
	lane := int(off) - regData
	if f == nil {
		return none
	}
	inside := min(size, 4-lane) // what lies behind the last port answers nothing
	return f.read(reg+lane, inside) | none<<(8*inside)&none
}

// OutWide implements bus.WidePortHandler.
func (h *Host) OutWide(off uint16, size int, v uint32) {
	if off < regData {
		if off == regAddress && size == 4 {
			h.address = v & addressMask
		}
		return
	}
	if f, reg := h.target(); f != nil {
		lane := int(off) - regData
		f.write(reg+lane, min(size, 4-lane), v)
	}
}

// Inspect reports the shadow RAM with the rest.
func (h *Host) Inspect() []bus.Field {
	return append(h.Function.Inspect(),
		bus.Field{Name: "confadd", Value: fmt.Sprintf("%#08x", h.address)},
		bus.Field{Name: "pam", Value: fmt.Sprintf("% x", h.Config[regPAM:regPAM+pamCount])},
		bus.Field{Name: "smram", Value: fmt.Sprintf("%#02x", h.Config[regSMRAM])})
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (h *Host) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(hostVersion, &hostState{h.functionState, h.address})
}

// UnmarshalBinary restores a snapshot; shadow RAM follows.
func (h *Host) UnmarshalBinary(b []byte) error {
	var s hostState
	if err := bus.UnmarshalState(h.name, hostVersion, b, &s); err != nil {
		return err
	}
	h.address = s.Address & addressMask
	h.mask[regSMRAM] = smramMask
	h.restore(s.functionState)
	return nil
}
