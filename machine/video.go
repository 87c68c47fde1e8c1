package machine

import (
	"beige/bios"
	"beige/bios/font"
	"beige/devices/bus"
	"beige/devices/mc6845"
	"beige/devices/vga"
	"beige/devices/video"
	"beige/mmu"
)

// adapter is a display adapter.
type adapter interface {
	bus.Device
	bus.PortHandler
	bus.MMIOHandler
	Frame() *video.Frame
}

// Adapters lists the values of Config.Video.
func Adapters() []string { return []string{"vga", "ega", "ega-mono", "cga", "mda", "hercules"} }

// hasVideoROM reports whether an adapter comes with a BIOS; the others are driven by the
// system BIOS.
func hasVideoROM(adapter string) bool { return adapter == "vga" || isEGA(adapter) }

func isEGA(adapter string) bool { return adapter == "ega" || adapter == "ega-mono" }

// buildVideo makes the display adapter. irq2 is the line of the slots that was IRQ 2 on
// the XT.
func (m *Machine) buildVideo(irq2 bus.Line) {
	switch m.cfg.Video {
	case "ega":
		m.screen = vga.NewEGA(m.sched, irq2, vga.EnhancedColor)
	case "ega-mono":
		m.screen = vga.NewEGA(m.sched, irq2, vga.Monochrome)
	case "cga":
		m.screen = mc6845.New(m.sched, mc6845.Config{Model: mc6845.CGA, Font: font.Glyphs8x8()})
	case "mda":
		m.screen = mc6845.New(m.sched, mc6845.Config{Model: mc6845.MDA, Font: font.Glyphs8x14()})
	case "hercules":
		m.screen = mc6845.New(m.sched, mc6845.Config{Model: mc6845.Hercules, Font: font.Glyphs8x14()})
	default:
		m.vmem = m.mem.Share(vga.MemorySize)
		m.vga = vga.New(m.sched, irq2, vgaMemory{m.vmem})
		m.screen = m.vga
	}
}

// vgaWindow is where a VGA's memory window is.
const vgaWindow = 0xa0000

// vgaMemory is a VGA's memory, parts of which show in its window.
type vgaMemory struct{ *mmu.Shared }

func (v vgaMemory) Show(off, size, at uint32) { v.Shared.Show(vgaWindow+off, size, at) }

// portWindow is a range of I/O addresses.
type portWindow struct {
	base uint16
	n    int
	h    bus.PortHandler
}

// videoPorts is the display adapter's part of the I/O map.
func (m *Machine) videoPorts() []portWindow {
	switch m.cfg.Video {
	case "cga":
		return []portWindow{{0x3d0, mc6845.PortCount, m.screen}}
	case "mda", "hercules":
		return []portWindow{{0x3b0, mc6845.PortCount, m.screen}}
	}
	if m.vga == nil {
		return []portWindow{{0x3b0, vga.PortCount, m.screen}}
	}
	return []portWindow{{0x1ce, vga.DisplayPorts, m.vga.Display()}, {0x3b0, vga.PortCount, m.vga}}
}

// videoWindow is the display adapter's memory below 1 MB.
func (m *Machine) videoWindow() (base, size uint32) {
	switch m.cfg.Video {
	case "cga":
		return 0xb8000, mc6845.CGA.WindowSize()
	case "mda":
		return 0xb0000, mc6845.MDA.WindowSize()
	case "hercules":
		return 0xb0000, mc6845.Hercules.WindowSize()
	}
	return vgaWindow, vga.WindowSize
}

// videoBIOS is the ROM at C0000h, or nil.
func (m *Machine) videoBIOS() []byte {
	switch {
	case !hasVideoROM(m.cfg.Video):
		return nil
	case m.cfg.VGABIOS != nil:
		return m.cfg.VGABIOS
	case isEGA(m.cfg.Video):
		return bios.EGA()
	}
	return bios.Video()
}

// displayBits is the display that starts, in the equipment byte: an adapter with a BIOS
// of its own, a CGA with 80 columns or a monochrome one.
func (m *Machine) displayBits() uint8 {
	switch m.cfg.Video {
	case "cga":
		return 2 << 4
	case "mda", "hercules":
		return 3 << 4
	}
	return 0
}
