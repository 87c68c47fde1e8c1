package pci

import (
	"fmt"
	"testing"

	"beige/devices/bus"
)

// rig is a board: host bridge, bridge to ISA, IDE, power management, display, with
// 64 KB of memory for the bus masters.
type rig struct {
	*Host
	isa     *PIIX3
	ide     *IDE
	pm      *PM
	display *Display

	ports  bus.Ports
	shadow map[uint32]string // by page from 640 KB on: "r", "w", "rw"
	mem    map[string][2]uint32
	level  [16]bool
	resets string // h: the board, s: the processor
	ram    [1 << 16]byte
}

// latch is a port that keeps what is written.
type latch [64]uint8

func (l *latch) In(off uint16) uint8     { return l[off] }
func (l *latch) Out(off uint16, v uint8) { l[off] = v }

// space is the memory of a rig.
type space struct{ r *rig }

func (s space) Overlay(name string, addr, size uint32, _ bus.MMIOHandler) {
	s.r.mem[fmt.Sprintf("%s %x", name, addr)] = [2]uint32{addr, size}
}

func (s space) Remove(name string, addr, _ uint32) { delete(s.r.mem, fmt.Sprintf("%s %x", name, addr)) }

func (s space) Shadow(addr, size uint32, read, write bool) {
	v := ""
	if read {
		v += "r"
	}
	if write {
		v += "w"
	}
	for a := addr; a < addr+size; a += 4 << 10 {
		s.r.shadow[a] = v
	}
}

func (r *rig) ReadPhys(addr uint32, p []byte) {
	for i := range p {
		p[i] = 0xff
		if a := int(addr) + i; a < len(r.ram) {
			p[i] = r.ram[a]
		}
	}
}

func (r *rig) WritePhys(addr uint32, p []byte) {
	if int(addr) < len(r.ram) {
		copy(r.ram[addr:], p)
	}
}

func newRig() *rig {
	r := &rig{shadow: map[uint32]string{}, mem: map[string][2]uint32{}}
	r.Host = NewHost(&r.ports, space{r})
	irq := func(n int) bus.Line { return func(high bool) { r.level[n] = high } }
	r.isa = NewPIIX3(r.Host, ISAWires{IRQ: irq, Hard: func() { r.resets += "h" }, Soft: func(high bool) {
		if high {
			r.resets += "s"
		}
	}})
	r.ide = NewIDE(r.Host, r)
	r.pm = NewPM(r.Host, new(latch))
	video := make([]byte, 39<<10)
	copy(video, "\x55\xaa")
	video[0x18] = 0x40
	copy(video[0x40:], "PCIR\x34\x12\x11\x11")
	r.display = NewDisplay(r.Host, &rom{make([]byte, 16)}, 1<<18, &rom{[]byte{0x5e}}, video)
	if err := r.ports.Map("pci", 0xcf8, ConfigPorts, r.Host); err != nil {
		panic(err)
	}
	return r
}

func devfn(slot, fn uint32) uint32 { return slot<<3 | fn }

func (r *rig) selectReg(devfn uint32, reg int) {
	r.ports.Out(0xcf8, 4, addressEnable|devfn<<8|uint32(reg&^3))
}

func (r *rig) get(devfn uint32, reg, size int) uint32 {
	r.selectReg(devfn, reg)
	return r.ports.In(0xcfc+uint16(reg&3), size)
}

func (r *rig) set(devfn uint32, reg, size int, v uint32) {
	r.selectReg(devfn, reg)
	r.ports.Out(0xcfc+uint16(reg&3), size, v)
}

// devices lists what takes part in snapshots.
func (r *rig) devices() []bus.Device {
	return []bus.Device{r.Host, r.isa, r.ide, r.pm, r.display}
}

func (r *rig) reset(kind bus.ResetKind) {
	for _, d := range r.devices() {
		d.Reset(kind)
	}
}

func check(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s = %v; want %v", what, got, want)
	}
}

func hex(v uint32) string { return fmt.Sprintf("%#x", v) }
