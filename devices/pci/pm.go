package pci

import (
	"beige/devices/bus"
)

// PIIX4 function 3, power management, at 00:01.3 (82371AB datasheet, 4.1 and 7.1):
// it says where the registers of devices/power appear.
const (
	regPMBA      = 0x40
	regDEVACTB   = 0x58
	regPMREGMISC = 0x80

	pmPorts          = 64
	pmioEnable uint8 = 1 << 0 // PMIOSE

	// devactbAPMC enables the SMI of the APM control port. There is no system
	// management mode behind it; firmware that sets that up looks here whether it has
	// been done.
	devactbAPMC = 1 << 25
)

// PM is the power management function.
type PM struct {
	*Function
}

// NewPM plugs the power management function in; registers are the 64 ports behind
// PMBA.
func NewPM(h *Host, registers bus.PortHandler) *PM {
	f := newFunction("pm", isaSlot, 3, identity{Vendor: idIntel, Device: idPIIX4, Class: 0x068000, Revision: 3, Status: statusMedium | statusFast, Pin: 1})
	f.word(regCommand, 0, cmdIO)
	f.clear[regStatus+1] = 0x38
	f.dword(regPMBA, 1, uint32(uint16(0x10000-pmPorts)))
	f.dword(regDEVACTB, devactbAPMC, ^uint32(0))
	f.byte(regPMREGMISC, 0, pmioEnable)
	f.windows = func() []window {
		base := f.get32(regPMBA) &^ 1
		if f.Config[regPMREGMISC]&pmioEnable == 0 || base == 0 {
			return nil
		}
		return []window{{name: "power", base: base, size: pmPorts, ports: registers}}
	}
	h.plug(f)
	f.Reset(bus.PowerOn)
	return &PM{f}
}
