package machine

import (
	"beige/cpu"
	"beige/devices/vmport"
)

// MaxPointer is the last position of an EventPointer, the first is 0: the screen's
// right or lower edge, whatever its pixels.
const MaxPointer = vmport.MaxPosition

// busFreq is what guests are told of the processor's bus, in Hz: that of a Pentium
// II. Nothing runs at it.
const busFreq = 66_666_667

// newVMPort makes the port by which drivers ask for an absolute pointer.
func (m *Machine) newVMPort(announce func()) *vmport.VMPort {
	return vmport.New(vmport.Config{Name: "vmport", TSC: m.tscHz(), Local: busFreq, Announce: announce}, registers{m})
}

func (m *Machine) tscHz() uint64 { f := m.cfg.Speed.tscFreq(); return f.Num / f.Den }

// Hypervisors lists the values of Config.Hypervisor beside "".
func Hypervisors() []string { return []string{"vmware"} }

// hypervisor is what CPUID says of a virtual machine.
func (m *Machine) hypervisor() *cpu.Hypervisor {
	if m.cfg.Hypervisor == "" {
		return nil
	}
	return &cpu.Hypervisor{Vendor: "VMwareVMware", TSCKHz: uint32(m.tscHz() / 1000), BusKHz: busFreq / 1000}
}

// registers are those of the processor while it accesses the port.
type registers struct{ m *Machine }

// number is the register in the processor's own order.
func (registers) number(r vmport.Register) int {
	return [...]int{vmport.EAX: cpu.AX, vmport.EBX: cpu.BX, vmport.ECX: cpu.CX, vmport.EDX: cpu.DX, vmport.ESI: cpu.SI, vmport.EDI: cpu.DI}[r]
}

func (p registers) Register(r vmport.Register) uint32 {
	return uint32(p.m.cpu.Registers().R[p.number(r)])
}

func (p registers) SetRegister(r vmport.Register, v uint32) {
	p.m.cpu.Registers().R[p.number(r)] = uint64(v)
}

func (p registers) Privilege() (cpl, iopl uint8) {
	s := p.m.cpu.Registers()
	return s.CPL, uint8(s.Flags >> 12 & 3)
}

// MouseReady reports whether the guest listens to its mouse. Caller is the machine
// goroutine.
func (m *Machine) MouseReady() bool { return m.kbc.MouseReady() }

// PointerAbsolute reports whether the guest wants to know where the pointer is, by
// EventPointer, and not how it moves, by EventMouse. Caller is the machine goroutine.
func (m *Machine) PointerAbsolute() bool {
	return m.vmport != nil && m.vmport.Absolute() && m.kbc.MouseReady()
}

// PointerAt is the position of an EventPointer for a dot of a screen of size dots.
func PointerAt(dot, size int) int {
	last := max(size-1, 1)
	return (min(max(dot, 0), last)*MaxPointer + last/2) / last
}

// point hands a movement or a position of the mouse to what the guest listens to. Of
// a position that it has not asked for only wheel and buttons count.
func (m *Machine) point(e Event) {
	driven := m.vmport != nil && m.vmport.Enabled() && m.kbc.MouseReady()
	switch {
	case e.Kind == EventPointer && m.PointerAbsolute():
		m.vmport.Point(e.X, e.Y, e.DZ, e.Buttons)
	case driven:
		m.vmport.Move(e.DX, e.DY, e.DZ, e.Buttons)
	default:
		m.kbc.Mouse(e.DX, e.DY, e.DZ, e.Buttons)
	}
}
