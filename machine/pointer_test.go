package machine

import (
	"context"
	"fmt"
	"testing"

	"beige/devices/bus"
	"beige/devices/vmport"

	"github.com/google/go-cmp/cmp"
)

// A guest asks the port in real mode: mov eax, "VMXh"; mov ecx, command;
// mov dx, 5658h; in eax, dx; then it stores EAX to EDX.
func askVMPort(command byte) []byte {
	code := []byte{0x66, 0xb8, 0x68, 0x58, 0x4d, 0x56, 0x66, 0xb9, command, 0, 0, 0, 0xba, 0x58, 0x56, 0x66, 0xed}
	code = append(code, 0x66, 0xa3, 0x00, 0x05)             // mov [500h], eax
	code = append(code, 0x66, 0x89, 0x1e, 0x04, 0x05)       // mov [504h], ebx
	return append(code, 0x66, 0x89, 0x0e, 0x08, 0x05, 0xf4) // mov [508h], ecx; hlt
}

func TestVMPortChangesRegisters(t *testing.T) {
	for _, tc := range []struct {
		cfg           Config
		eax, ebx, ecx uint64
	}{
		{Config{}, 6, 0x564d5868, 4},
		{Config{CPU: "80386"}, 6, 0x564d5868, 4},
		{Config{Machine: "at", CPU: "80386"}, 0xffffffff, 0, 10}, // no such port
	} {
		tc.cfg.BIOS = rom(cli, askVMPort(10))
		m := newMachine(t, tc.cfg)
		m.After(bus.Second/2, func() { m.Stop(0, "") })
		m.cpu.Registers().R[3] = 0
		m.Run(context.Background())
		if a, b, c := m.mem.Read(0x500, 4), m.mem.Read(0x504, 4), m.mem.Read(0x508, 4); a != tc.eax || b != tc.ebx || c != tc.ecx {
			t.Errorf("%s %s: EAX %x, EBX %x, ECX %x; want %x, %x, %x", tc.cfg.Machine, tc.cfg.CPU, a, b, c, tc.eax, tc.ebx, tc.ecx)
		}
	}
}

// driver is a mouse driver outside of the machine.
type driver struct{ *Machine }

func (d driver) ask(command, arg uint64) uint32 {
	r := &d.cpu.Registers().R
	r[0], r[3], r[1] = 0x564d5868, arg, command
	return d.ports.In(0x5658, 4)
}

// mouse sends a byte to the PS/2 mouse.
func (d driver) mouse(b uint32) {
	for _, out := range [][2]uint32{{0x64, 0xd4}, {0x60, b}} {
		d.ports.Out(uint16(out[0]), 1, out[1])
		d.pass(bus.Millisecond)
	}
	d.drain()
}

func (d driver) pass(t bus.Time) {
	d.After(t, func() { d.Stop(0, "") })
	d.Run(context.Background())
	d.exit = Exit{}
}

// drain reads what comes from the mouse.
func (d driver) drain() string {
	got := ""
	for range 200 {
		d.pass(bus.Millisecond)
		for d.ports.In(0x64, 1)&0x21 == 0x21 {
			got += fmt.Sprintf("%02x ", d.ports.In(0x60, 1))
			d.pass(bus.Millisecond)
		}
	}
	return got
}

// packets reads the port's queue.
func (d driver) packets() (all [][4]uint32) {
	for d.ask(40, 0)&0xffff != 0 {
		r := &d.cpu.Registers().R
		all = append(all, [4]uint32{d.ask(39, 4), uint32(r[3]), uint32(r[1]), uint32(r[2])})
	}
	return all
}

func TestAbsolutePointer(t *testing.T) {
	m := newMachine(t, Config{BIOS: rom(cli, loop), Record: true})
	d := driver{m}
	d.pass(bus.Millisecond)
	d.ports.Out(0x64, 1, 0xa8)
	d.mouse(0xf4)
	left := Event{Kind: EventPointer, X: 100, Y: MaxPointer, Buttons: vmport.ButtonLeft, DZ: 1}
	move := Event{Kind: EventMouse, DX: 5, DY: 6}
	if !m.MouseReady() || m.PointerAbsolute() {
		t.Fatalf("ready %v, absolute %v; want a mouse that moves", m.MouseReady(), m.PointerAbsolute())
	}
	m.Take(left) // only its button is for this mouse
	if got, want := d.drain(), "09 00 00 "; got != want {
		t.Errorf("PS/2 bytes %s; want %s", got, want)
	}
	d.ask(41, 0x45414552)
	d.ask(39, 1)
	m.Take(move)
	d.ask(41, 0x53424152)
	if !m.PointerAbsolute() {
		t.Error("not absolute though the driver has asked")
	}
	m.Take(left)
	m.Take(move)
	// A packet for each event tells the driver to look, and nothing else.
	if got, want := d.drain(), "08 00 00 08 00 00 08 00 00 "; got != want {
		t.Errorf("PS/2 bytes %s; want %s", got, want)
	}
	want := [][4]uint32{{0x10000, 5, 0xfffffffa, 0}, {0x20, 100, 0xffff, 1}, {0x10000, 5, 0xfffffffa, 0}}
	if got := d.packets(); !cmp.Equal(want, got) {
		t.Errorf("packets %x; want %x", got, want)
	}
	// A driver that has silenced its mouse hears nothing of it.
	d.mouse(0xf5)
	m.Take(left)
	if got := d.packets(); m.PointerAbsolute() || got != nil {
		t.Errorf("of a silent mouse: packets %x", got)
	}
	d.mouse(0xf4)
	d.ask(41, 0xf5)
	m.Take(move)
	if got, want := d.drain(), "28 05 fa "; got != want {
		t.Errorf("PS/2 bytes after DISABLE %s; want %s", got, want)
	}
}

func TestHypervisor(t *testing.T) {
	// mov eax, 40000000h; cpuid; mov [500h], ebx; mov [504h], ecx; mov [508h], edx;
	// mov eax, 40000010h; cpuid; mov [50ch], eax; mov eax, 1; cpuid; mov [510h], ecx
	code := []byte{0x66, 0xb8, 0, 0, 0, 0x40, 0x0f, 0xa2, 0x66, 0x89, 0x1e, 0, 5, 0x66, 0x89, 0x0e, 4, 5, 0x66, 0x89, 0x16, 8, 5,
		0x66, 0xb8, 0x10, 0, 0, 0x40, 0x0f, 0xa2, 0x66, 0xa3, 0x0c, 5, 0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0x66, 0x89, 0x0e, 0x10, 5, 0xf4}
	run := func(hypervisor string) (vendor string, khz, ecx uint64) {
		m := newMachine(t, Config{BIOS: rom(cli, code), Hypervisor: hypervisor, Speed: Speed{SpeedMIPS, 12_500}})
		m.pace = nil
		m.After(bus.Second/2, func() { m.Stop(0, "") })
		m.Run(context.Background())
		return string(m.mem.RAM()[0x500:0x50c]), m.mem.Read(0x50c, 4), m.mem.Read(0x510, 4)
	}
	if vendor, khz, ecx := run("vmware"); vendor != "VMwareVMware" || khz != 12_500 || ecx != 1<<31 {
		t.Errorf("vendor %q, %d kHz, ECX of leaf 1 %x; want VMwareVMware, 12500, 80000000", vendor, khz, ecx)
	}
	// Of metal: the highest basic leaf stands for leaves that are not there.
	if vendor, khz, ecx := run(""); vendor != "\x00\x00\x00\x00\x00\x00\x00\x00\x43\x08\x04\x0c" || khz != 0x03020101 || ecx != 0 {
		t.Errorf("without a hypervisor: vendor %q, EAX %x, ECX of leaf 1 %x; want those of leaf 2, and 0", vendor, khz, ecx)
	}
	for _, cfg := range []Config{{Hypervisor: "vmware", CPU: "80486"}, {Hypervisor: "vmware", Machine: "at"}, {Hypervisor: "vmwear"}} {
		if err := cfg.Check(); err == nil {
			t.Errorf("%+v: no error", cfg)
		}
	}
}
