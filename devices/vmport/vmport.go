// Package vmport is the port by which guests of virtual machines talk to what runs
// them, as VMware has it, with the services that an absolute pointer needs: no PC
// of metal has either, and a guest that does not ask never meets them.
//
// A guest reads or writes the port with 32 bits and finds its answer in the
// registers of the processor:
//
//	        before                     after
//	EAX     magic number "VMXh"        result
//	EBX     argument                   result
//	ECX     command in bits 15-0       result
//	EDX     the port in bits 15-0      result
//	ESI, EDI                           results of ABSPOINTER_DATA
//
// Sources: Linux, drivers/input/mouse/vmmouse.c and arch/x86/kernel/cpu/vmware.c;
// X.Org, xf86-input-vmmouse (shared/vmmouse_client.c, vmmouse_defs.h);
// open-vm-tools, backdoor_def.h (numbers of commands, of products).
//
// Not modelled: all other commands (they answer all ones), the port beside it for
// blocks of data.
package vmport

import (
	"fmt"

	"beige/devices/bus"
)

// Ports is the size of the window.
const Ports = 1

// magic is what EAX holds in every request.
const magic uint32 = 0x564d5868 // "VMXh"

// Commands.
const (
	cmdGetVersion         = 10
	cmdAbsPointerData     = 39
	cmdAbsPointerStatus   = 40
	cmdAbsPointerCommand  = 41
	cmdGetHz              = 45
	cmdAbsPointerRestrict = 86
)

// What GETVERSION answers.
const (
	version            = 6 // of the protocol, in EAX
	productWorkstation = 4 // in ECX
)

// none is the answer to what is not known.
const none uint32 = 0xffffffff

// Register is a general register of the processor.
type Register uint8

const (
	EAX Register = iota
	EBX
	ECX
	EDX
	ESI
	EDI
)

// Processor is the processor during its access to the port.
type Processor interface {
	Register(Register) uint32
	SetRegister(Register, uint32)
	// Privilege is the level of the running program and the one that may use ports.
	Privilege() (cpl, iopl uint8)
}

// Config describes the port.
type Config struct {
	Name  string
	TSC   uint64 // frequency of the time stamp counter in Hz, for GETHZ
	Local uint32 // ... of the bus, in Hz
	// Announce has the PS/2 mouse send a packet: the sign for the driver to look
	// here. nil: nobody is told.
	Announce func()
}

// VMPort is the port with its mouse.
type VMPort struct {
	state
	cfg Config
	cpu Processor
}

// state is everything of a snapshot.
type state struct {
	M mouseState
}

const stateVersion = 1

// New returns a port whose mouse is off.
func New(cfg Config, cpu Processor) *VMPort {
	if cfg.Announce == nil {
		cfg.Announce = func() {}
	}
	d := &VMPort{cfg: cfg, cpu: cpu}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *VMPort) Name() string { return d.cfg.Name }

// Reset switches the mouse off.
func (d *VMPort) Reset(bus.ResetKind) { d.M = mouseState{} }

// In floats: only accesses of 32 bits are requests.
func (d *VMPort) In(uint16) uint8 { return 0xff }

// Out loses what is written.
func (d *VMPort) Out(uint16, uint8) {}

// InWide is a request by IN EAX, DX.
func (d *VMPort) InWide(_ uint16, size int) uint32 {
	if size == 4 && d.cpu.Register(EAX) == magic {
		d.request()
		return d.cpu.Register(EAX)
	}
	return none
}

// OutWide is a request by OUT DX, EAX.
func (d *VMPort) OutWide(_ uint16, size int, v uint32) {
	if size == 4 && v == magic {
		d.request()
	}
}

// answer fills registers from EAX on.
func (d *VMPort) answer(v ...uint32) {
	for i, x := range v {
		d.cpu.SetRegister(EAX+Register(i), x)
	}
}

func (d *VMPort) request() {
	arg := d.cpu.Register(EBX)
	switch d.cpu.Register(ECX) & 0xffff {
	case cmdGetVersion:
		d.answer(version, magic, productWorkstation)
	case cmdGetHz:
		d.answer(uint32(d.cfg.TSC), uint32(d.cfg.TSC>>32), d.cfg.Local)
	case cmdAbsPointerData:
		if d.permitted() {
			d.data(arg)
		}
	case cmdAbsPointerStatus:
		if d.permitted() {
			d.answer(d.status())
		}
	case cmdAbsPointerCommand:
		if d.permitted() {
			d.command(arg)
		}
	case cmdAbsPointerRestrict:
		if d.permitted() {
			d.restrict(arg)
		}
	default:
		d.answer(none)
	}
}

// Inspect implements bus.Inspector.
func (d *VMPort) Inspect() []bus.Field {
	return []bus.Field{
		{Name: "mouse", Value: d.M.mode()},
		{Name: "error", Value: d.M.Error},
		{Name: "queue", Value: fmt.Sprintf("%d dwords", d.M.Len)},
		{Name: "restricted to", Value: d.M.Restrict},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *VMPort) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot. It fails, changing nothing, on a state that
// no port can be in.
func (d *VMPort) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(d.cfg.Name, stateVersion, b, &s); err != nil {
		return err
	}
	if !s.M.valid() {
		return fmt.Errorf("%s: snapshot: impossible state", d.cfg.Name)
	}
	d.state = s
	return nil
}
