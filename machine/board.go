package machine

import (
	"fmt"
	"io"
	"time"

	"beige/bios"
	"beige/cpu"
	"beige/devices/ata"
	"beige/devices/bus"
	"beige/devices/dma"
	"beige/devices/fdc"
	"beige/devices/fwcfg"
	"beige/devices/kbc"
	"beige/devices/pci"
	"beige/devices/pic"
	"beige/devices/pit"
	"beige/devices/port92"
	"beige/devices/power"
	"beige/devices/rtc"
	"beige/devices/speaker"
	"beige/devices/vga"
	"beige/devices/vmport"
	"beige/mmu"
)

// chips are the devices of the board that the machine itself talks to.
type chips struct {
	devices []bus.Device // all, in the order of the I/O map

	pic    *pic.PIC
	pit    *pit.PIT
	rtc    *rtc.RTC
	kbc    keyboard
	ata    [2]*ata.Channel
	screen adapter
	vga    *vga.VGA    // screen, if it is one
	vmem   *mmu.Shared // of vga
	fdc    *fdc.FDC
	serial []*serialPort
	power  *power.Power
	npx    *ferrLatch
	vmport *vmport.VMPort // nil: a board of metal
	pci    *pci.Host      // nil: a board without PCI, as the other two
	isa    *pci.PIIX3
	ide    *pci.IDE

	a20KBC, a20Port92 bool
	nmi, nmiMasked    bool
}

// keyboard is what the machine needs of a keyboard with what it is connected to.
type keyboard interface {
	Press(key kbc.Key, down bool)
	Mouse(dx, dy, wheel int, buttons uint8)
	MouseReady() bool
	LEDs() uint8
	KeysWaiting() int
	KeyboardReady() bool
}

// pitFreq is the clock of the timers, a twelfth of the colour burst crystal.
func pitFreq() bus.Freq { return bus.Freq{Num: 14318180, Den: 12} }

// build makes the chips and wires them. A method value is a wire.
func (m *Machine) build(model *cpu.Model) error {
	if m.preset.xt {
		return m.buildXT(model)
	}
	p, irq, pirq := m.preset, m.input, m.input
	if p.pci {
		irq, pirq = m.sharedInputs()
	}
	m.pic = pic.New(pic.Config{Name: "pic", Cascade: true, ELCR: true}, m.cpu.SetINTR)
	m.pit = pit.New(pit.Config{Name: "pit", Freq: pitFreq()}, m.sched, [3]bus.Line{irq(0)})
	m.rtc = rtc.New(rtc.Config{Name: "rtc", Date: civil(m.cfg.Date)}, m.sched, irq(8), m.maskNMI)
	m.npx = &ferrLatch{irq: irq(13), ignne: m.cpu.SetIGNNE, reset: m.cpu.ResetCoprocessor}
	spk := speaker.New(speaker.Config{Name: "speaker", Refresh: speaker.Refresh}, m.sched, m.pit.Gate(2), m.raiseNMI, func() bool { return m.pit.Output(2) })
	keys := kbc.Config{Model: kbc.PS2, NoMouse: !p.mouse}
	if !p.mouse {
		keys.Model = kbc.AT
	}
	kbc := kbc.New(keys, m.sched, kbc.Wires{IRQ1: irq(1), IRQ12: irq(12), A20: m.gateA20(&m.a20KBC), Reset: m.resetCPU})
	m.kbc = kbc
	dma := dma.New(dma.Config{Name: "dma", Second: true}, m.mem)
	m.fdc = fdc.New(m.sched, irq(6), dma.Channel(2), fdc.Config{Name: "fdc", Lenient: m.cfg.BIOS != nil, Drives: [4]fdc.DriveType{driveFor(m.cfg.Floppies[0]), driveFor(m.cfg.Floppies[1])}})
	irq14, irq15 := irq(14), irq(15)
	if p.pci {
		m.pci = pci.NewHost(boardPorts{m}, m.mem)
		m.isa = pci.NewPIIX3(m.pci, pci.ISAWires{IRQ: pirq, Hard: m.resetBoard, Soft: m.resetCPU})
		m.ide = pci.NewIDE(m.pci, m.mem)
		irq14, irq15 = both(irq14, m.ide.Master[0].Interrupt), both(irq15, m.ide.Master[1].Interrupt)
	}
	ata0 := ata.New(m.sched, irq14, m.channel(0))
	ata1 := ata.New(m.sched, irq15, m.channel(1))
	m.ata = [2]*ata.Channel{ata0, ata1}
	if p.pci {
		m.ide.Master[0].Started, m.ide.Master[1].Started = ata0.DMAStart, ata1.DMAStart
	}
	irq9 := wiredOr(irq(9), 2)
	m.buildVideo(irq9[0])

	// The I/O map.
	io := []portRow{
		{0x000, 16, dma, dma.First()},         // channels 0-3
		{0x020, 2, m.pic, m.pic.Master()},     //
		{0x040, 4, m.pit, m.pit},              // OUT 0: IRQ 0
		{0x060, 1, kbc, port(kbc, 0)},         // IRQ 1, IRQ 12
		{0x061, 1, spk, spk},                  //
		{0x064, 1, kbc, port(kbc, 4)},         //
		{0x070, 2, m.rtc, m.rtc},              // IRQ 8
		{0x081, 15, dma, dma.Pages()},         //
		{0x0a0, 2, m.pic, m.pic.Slave()},      // on IRQ 2
		{0x0c0, 32, dma, dma.Second()},        // channels 4-7
		{0x0f0, 2, m.npx, m.npx},              // IRQ 13
		{0x1f0, 8, ata0, ata0},                // IRQ 14
		{0x3f0, 6, m.fdc, m.fdc},              // IRQ 6, DMA 2
		{0x3f6, 1, ata0, ata0.ControlBlock()}, //
		{0x3f7, 1, m.fdc, port(m.fdc, 7)},     //
		{0x4d0, 2, m.pic, m.pic.ELCR()},       //
	}
	if p.port92 {
		d := port92.New("port92", m.gateA20(&m.a20Port92), m.resetCPU)
		io = append(io, portRow{0x092, 1, d, d})
	}
	if p.ata2 {
		io = append(io, portRow{0x170, 8, ata1, ata1}, portRow{0x376, 1, ata1, ata1.ControlBlock()}) // IRQ 15
	}
	if p.power {
		m.power = power.New("power", m.sched, irq9[1], func(bool) { m.end(Exit{Reason: PowerOff}) })
		if !p.pci { // else its place is in the configuration space of the PCI function
			io = append(io, portRow{0x600, power.Size, m.power, m.power})
		}
	}
	if p.pci {
		fw, err := m.firmwareConfig()
		if err != nil {
			return err
		}
		io = append(io, portRow{0x0b2, power.APMPorts, m.power, m.power.APM()})
		io = append(io, portRow{0x510, fwcfg.Ports, fw, fw})
		io = append(io, portRow{0xcf8, pci.ConfigPorts, m.pci, m.pci}) // PIRQA-D: IRQ 3-7, 9-12, 14, 15
	}
	if p.vmport && model.Has32 {
		m.vmport = m.newVMPort(kbc.Announce)
		io = append(io, portRow{0x5658, vmport.Ports, m.vmport, m.vmport})
	}
	io = append(io, m.debugPorts()...)
	io = append(io, m.adapterPorts(irq)...)
	if err := m.mapPorts(io); err != nil {
		return err
	}
	if p.pci {
		// The functions of bus 0; what windows they have the guest decides.
		pm := pci.NewPM(m.pci, m.power)
		display := pci.NewDisplay(m.pci, m.vmem, vga.MemorySize, m.vga.Registers(bios.EDID()), m.videoBIOS())
		m.devices = append(m.devices, m.isa, m.ide, pm, display)
	}
	m.insertFloppies()
	return m.mapMemory(model)
}

// mapMemory places what is not RAM: the video memory, and the ROMs below 1 MB
// and at the top of what the processor addresses.
func (m *Machine) mapMemory(model *cpu.Model) error {
	start, length := m.videoWindow()
	if err := m.mem.MapMMIO(m.screen.Name(), start, length, m.screen); err != nil {
		return err
	}
	if rom := m.videoBIOS(); rom != nil {
		if err := m.mem.MapROM("video BIOS", rom, 0xc0000); err != nil {
			return err
		}
	}
	if m.cfg.Kernel != nil && m.cfg.BIOS == nil {
		if err := m.mem.MapROM("kernel loader", bios.Loader(), 0xd0000); err != nil {
			return err
		}
	}
	system := m.cfg.BIOS
	switch {
	case system != nil:
	case m.preset.xt:
		system = bios.XT()
	default:
		system = bios.System()
	}
	// The last 128 KB appear below 1 MB, the whole ROM at the top, and once more
	// 1 MB below, where a reset fetches while the A20 gate is closed.
	size := uint32(len(system)+0xfff) &^ 0xfff
	top := []uint32{}
	switch {
	case model.Has32:
		top = append(top, -size, -size-1<<20)
	case model.HasProtected:
		top = append(top, 1<<24-size, 15<<20-size)
	}
	if err := m.mem.MapROM("system BIOS", system, top...); err != nil {
		return err
	}
	below := system[max(len(system)-128*kb, 0):]
	at := uint32(mb - len(below))
	if m.cfg.BIOS != nil && !m.preset.pci {
		// Firmware made for boards with a chipset copies itself into shadow RAM; it
		// finds none to switch, so it gets what it would have made.
		m.mem.MapRAM(uint64(at), uint64(len(below)))
		m.mem.WritePhys(at, below)
		return nil
	}
	return m.mem.MapROM("system BIOS", below, at)
}

// allCHS reports whether a disk has a cylinder, a head and a sector for all of
// itself (ATA-4 annex B). Any other is of a time when there were linear addresses;
// without them its end could not be reached.
func allCHS(sectors uint64) bool {
	const cylinder = 16 * 63
	return sectors%cylinder == 0 && sectors <= 16383*cylinder
}

// channel describes an ATA channel with its drives.
func (m *Machine) channel(n int) ata.Config {
	name, first := fmt.Sprintf("ata%d", n), 2*n
	c := ata.Config{Name: name}
	if m.ide != nil {
		c.DMA = m.ide.Master[n]
	}
	for i := range c.Drives {
		serial := fmt.Sprintf("%s-%d", name, i)
		if d := m.cfg.Disks[first+i]; d != nil {
			c.Drives[i] = ata.DriveConfig{Disk: d, Model: "beige hard disk", Serial: serial, Firmware: "1.0",
				CHS: m.preset.chsDisks && allCHS(d.Sectors())}
		} else if cd := m.cfg.CDROMs[first+i]; cd != nil {
			c.Drives[i] = ata.DriveConfig{CDROM: true, Disc: cd.Disc, Model: "beige CD-ROM", Serial: serial, Firmware: "1.0"}
		}
	}
	return c
}

// port is one register of a chip, at offset off, as a window of its own.
func port(h bus.PortHandler, off uint16) bus.PortHandler { return shifted{h, off} }

type shifted struct {
	h   bus.PortHandler
	off uint16
}

func (s shifted) In(off uint16) uint8     { return s.h.In(s.off + off) }
func (s shifted) Out(off uint16, v uint8) { s.h.Out(s.off+off, v) }

// byteSink is a writer as a wire for bytes; nil without a writer.
func byteSink(w io.Writer) func(uint8) {
	if w == nil {
		return nil
	}
	buf := make([]byte, 1)
	return func(b uint8) {
		buf[0] = b
		_, _ = w.Write(buf) // a line has nobody to tell of a failure
	}
}

// gateA20 is one of the two signals that open address line 20.
func (m *Machine) gateA20(signal *bool) bus.Line {
	return func(high bool) {
		*signal = high
		m.mem.SetA20(m.a20KBC || m.a20Port92)
	}
}

// raiseNMI is the request of the error logic at port 61h, maskNMI the mask at
// port 70h: the processor's pin is their conjunction, and it takes edges.
func (m *Machine) raiseNMI(high bool) { m.driveNMI(high, m.nmiMasked) }
func (m *Machine) maskNMI(high bool)  { m.driveNMI(m.nmi, high) }

func (m *Machine) driveNMI(nmi, masked bool) {
	was := m.nmi && !m.nmiMasked
	m.nmi, m.nmiMasked = nmi, masked
	if nmi && !masked && !was {
		m.cpu.NMI()
	}
}

func (m *Machine) acknowledge() uint8 { return m.pic.Acknowledge() }

// ferr is the processor's FERR# pin, or the INT pin of an 8087, which an XT has
// among the causes of its NMI.
func (m *Machine) ferr(high bool) {
	switch {
	case m.npx != nil:
		m.npx.drive(high)
	case m.preset.xt:
		m.raiseNMI(high)
	}
}

func civil(t time.Time) rtc.Date {
	return rtc.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day(), Hour: t.Hour(), Minute: t.Minute(), Second: t.Second()}
}

// driveFor is the drive that a disk fits: 3.5 inch, 1.44 MB unless the disk
// needs another. Of the disks of high density those of 5.25 inch are told by
// their tracks, which are shorter (they turn 360 times a minute, not 300).
func driveFor(f Floppy) fdc.DriveType {
	if f == nil {
		return fdc.Drive1440K
	}
	const longest = 8500 // data bytes on a track at 500 kbit/s and 360 turns: 15 sectors of 512, 8 of 1024
	density, most := 0, 0
	for cyl := range f.Cylinders() {
		for head := range 2 {
			n, d, _ := f.Track(cyl, head)
			bytes := 0
			for i := range n {
				_, _, _, size := f.ID(cyl, head, i)
				bytes += 128 << (size & 7)
			}
			if n > 0 {
				density, most = max(density, d), max(most, bytes)
			}
		}
	}
	switch {
	case density >= 1000:
		return fdc.Drive2880K
	case density >= 500 && most <= longest:
		return fdc.Drive1200K
	case density >= 500:
		return fdc.Drive1440K
	case f.Cylinders() < 60:
		return fdc.Drive360K
	}
	return fdc.Drive1440K
}

// deliver hands an event to its chip.
func (m *Machine) deliver(e Event) {
	switch e.Kind {
	case EventKey:
		m.kbc.Press(e.Key, e.Down)
	case EventMouse, EventPointer:
		m.point(e)
	case EventSerial:
		if e.Unit < len(m.serial) {
			m.serial[e.Unit].receive(e.Data)
		}
	case EventInsert:
		m.fdc.Insert(e.Unit&1, e.Floppy)
	case EventEject:
		m.fdc.Eject(e.Unit & 1)
	case EventInsertDisc:
		if c, unit := m.cdrom(e.Unit); c != nil {
			c.Insert(unit, e.Disc)
		}
	case EventEjectDisc:
		if c, unit := m.cdrom(e.Unit); c != nil {
			c.Eject(unit)
		}
	}
}

// keyboardReady reports whether a key pressed now is not lost.
func (m *Machine) keyboardReady() bool { return m.kbc.KeyboardReady() && m.kbc.KeysWaiting() == 0 }

// KeyboardLEDs returns the lights of the keyboard (kbc.LEDCaps, ...). Caller is
// the machine goroutine.
func (m *Machine) KeyboardLEDs() uint8 { return m.kbc.LEDs() }

// The register that says whether an operating system has taken over power
// management (ACPI specification, PM1_CNT.SCI_EN).
const (
	pm1Control       = 4
	sciEnable  uint8 = 1
)

// powerButton is a press of the power button: an operating system that has
// taken over power management is told, any other machine goes off.
func (m *Machine) powerButton() {
	if m.power != nil && m.power.In(pm1Control)&sciEnable != 0 {
		m.power.Button(true)
		m.power.Button(false)
		return
	}
	m.end(Exit{Reason: PowerOff})
}
