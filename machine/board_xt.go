package machine

import (
	"beige/cpu"
	"beige/devices/bus"
	"beige/devices/dma"
	"beige/devices/fdc"
	"beige/devices/kbc"
	"beige/devices/nmi"
	"beige/devices/pic"
	"beige/devices/pit"
	"beige/devices/ppi"
)

// Port B of the XT's 8255A (IBM PC/XT Technical Reference, system board, "8255A
// I/O Bit Map"); bit 1, the speaker's data, and the two checks of memory that
// never fails lead nowhere.
const (
	xtGate2        uint8 = 1 << 0 // gate of timer counter 2
	xtHighSwitches uint8 = 1 << 3 // port C shows switches 5 to 8, not 1 to 4
	xtClock        uint8 = 1 << 6 // 0: the keyboard's clock line is held low
	xtClear        uint8 = 1 << 7 // the keyboard's byte is cleared, the keyboard off
)

// Port C: four switches, and status.
const (
	xtOut2 uint8 = 1 << 5 // OUT of timer counter 2; bits 6 and 7: errors

	// Switches 1 to 4.
	xtNoLoop      uint8 = 1 << 0 // POST goes on to the boot
	xtCoprocessor uint8 = 1 << 1
	xtBanks             = 2 // shift of the 64 KB banks on the system board less one

	// Switches 5 to 8; the display has the bits of the AT's equipment byte.
	xtDrives = 2 // shift of the number of drives less one
)

// buildXT makes the chips of an IBM PC/XT and wires them.
func (m *Machine) buildXT(model *cpu.Model) error {
	irq := m.input
	m.pic = pic.New(pic.Config{Name: "pic"}, m.cpu.SetINTR)
	m.pit = pit.New(pit.Config{Name: "pit", Freq: pitFreq(), I8253: true}, m.sched, [3]bus.Line{irq(0)})
	kbd := kbc.NewXT(m.sched, irq(1))
	m.kbc = kbd
	switches := uint8(0)
	ppi := ppi.New(ppi.Config{Name: "ppi",
		In: [3]func() uint8{
			ppi.PortA: kbd.Data,
			ppi.PortC: func() uint8 { return m.xtPortC(switches) },
		},
		Out: [3]func(uint8){
			ppi.PortB: func(levels uint8) {
				switches = levels & xtHighSwitches
				m.pit.Gate(2)(levels&xtGate2 != 0)
				kbd.Clock(levels&xtClock != 0)
				kbd.Clear(levels&xtClear != 0)
			},
		},
	})
	mask := nmi.New("nmi", m.maskNMI)
	dma := dma.New(dma.Config{Name: "dma"}, m.mem)
	drives := xtFloppies(m.cfg.Floppies)
	mode := fdc.XT
	if highDensity(drives) {
		mode = fdc.AT
	}
	m.fdc = fdc.New(m.sched, irq(6), dma.Channel(2), fdc.Config{Name: "fdc", Mode: mode, Drives: [4]fdc.DriveType{drives[0], drives[1]}})
	m.buildVideo(irq(2))

	// The I/O map.
	io := []portRow{
		{0x000, 16, dma, dma.First()},
		{0x020, 2, m.pic, m.pic.Master()},
		{0x040, 4, m.pit, m.pit},          // OUT 0: IRQ 0
		{0x060, 4, ppi, ppi},              // the keyboard: IRQ 1
		{0x081, 3, dma, dma.Pages()},      //
		{0x0a0, 1, mask, mask},            //
		{0x3f0, 6, m.fdc, m.fdc},          // IRQ 6, DMA 2
		{0x3f7, 1, m.fdc, port(m.fdc, 7)}, // of a high-density adapter
	}
	io = append(io, m.debugPorts()...)
	io = append(io, m.adapterPorts(irq)...)
	if err := m.mapPorts(io); err != nil {
		return err
	}
	m.devices = append(m.devices, kbd)
	m.insertFloppies()
	return m.mapMemory(model)
}

// xtPortC is what port C shows; high is not 0 for switches 5 to 8.
func (m *Machine) xtPortC(high uint8) uint8 {
	v := uint8(0)
	if m.pit.Output(2) {
		v |= xtOut2
	}
	if high != 0 {
		return v | m.displayBits()>>equipDisplayShift | 1<<xtDrives
	}
	v |= xtNoLoop | uint8(min(m.cfg.Memory/(64*kb), 4)-1)<<xtBanks
	if m.cpu.Model().HasFPU {
		v |= xtCoprocessor
	}
	return v
}

// xtFloppies are the drives of an XT. Disks of double density want the drives that
// it was sold with, 360K or (3.5 inch) 720K, on IBM's diskette adapter; any other
// disk its drive of the AT on a high-density adapter. An empty drive is like the
// other one, both are 1.44M ones, which take the most.
func xtFloppies(disks [2]Floppy) (types [2]fdc.DriveType) {
	for i, f := range disks {
		switch t := driveFor(f); {
		case f == nil:
		case t == fdc.Drive1440K && !needsHighDensity(f):
			types[i] = fdc.Drive720K
		default:
			types[i] = t
		}
	}
	for i := range types {
		if types[i] == fdc.None {
			types[i] = types[1-i]
		}
	}
	if types[0] == fdc.None {
		types = [2]fdc.DriveType{fdc.Drive1440K, fdc.Drive1440K}
	}
	return types
}

func needsHighDensity(f Floppy) bool {
	for cyl := range f.Cylinders() {
		for head := range 2 {
			if n, density, _ := f.Track(cyl, head); n > 0 && density > 250 {
				return true
			}
		}
	}
	return false
}

func highDensity(types [2]fdc.DriveType) bool {
	for _, t := range types {
		if t != fdc.Drive360K && t != fdc.Drive720K {
			return true
		}
	}
	return false
}
