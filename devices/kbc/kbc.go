// Package kbc is the 8042 keyboard controller of the AT and the PS/2 with the
// two devices on its serial ports: a 101/102-key keyboard and a mouse.
//
//	offset  read           write
//	0       output buffer  data for the controller or a device (A2 = 0)
//	1       status         command                             (A2 = 1)
//
//	status  7    6    5     4     3   2    1    0
//	PS/2    PERR TIM  MOBF  KEYL  A2  SYS  IBF  OBF
//	AT      PERR RxTO TxTO  KEYL  A2  SYS  IBF  OBF
//
//	command byte  7  6     5          4          3         2    1     0
//	PS/2          0  XLAT  dis. aux   dis. kbd   0         SYS  INT2  INT
//	AT            0  XLAT  PC mode    dis. kbd   no lock   SYS  0     INT
//
//	output port   7     6      5       4      3      2       1    0
//	              data  clock  IRQ12   IRQ1   aux clk aux dat A20 /reset
//
// Sources: IBM PS/2 Hardware Interface Technical Reference,
// Keyboard/Auxiliary Device Controller, Keyboards (101- and 102-Key), Mouse;
// IBM PC AT Technical Reference (6280070), Keyboard Controller; Intel UPI-41/42
// User's Manual, EN FLAGS; Microsoft IntelliMouse serial protocol for the wheel.
//
// Not modelled: the password commands beyond "none installed", the diagnostic
// dump ACh, the poll commands C1h and C2h, the key lock (always open), parity
// errors, the completion code a device sends at power-on before any firmware
// can look, and the mouse's resolution as a scale (one count of the host stays
// one count).
package kbc

import "beige/devices/bus"

// Register offsets. Offset 4 is the same as 1, for a board that maps one
// window from the data port on.
const (
	regData    = 0
	regCommand = 1
)

// Status register.
const (
	statOBF  uint8 = 1 << 0
	statIBF  uint8 = 1 << 1
	statSYS  uint8 = 1 << 2
	statA2   uint8 = 1 << 3
	statKEYL uint8 = 1 << 4 // 1: key lock open
	statMOBF uint8 = 1 << 5
	statTIM  uint8 = 1 << 6
)

// Command byte, byte 0 of the controller's RAM.
const (
	cbINT    uint8 = 1 << 0
	cbINT2   uint8 = 1 << 1
	cbSYS    uint8 = 1 << 2
	cbNoKbd  uint8 = 1 << 4
	cbNoAux  uint8 = 1 << 5
	cbXLAT   uint8 = 1 << 6
	cbAlways uint8 = 0x7f // bit 7 is 0
)

// Output port.
const (
	opReset uint8 = 1 << 0 // active low
	opA20   uint8 = 1 << 1
	opIRQ1  uint8 = 1 << 4
	opIRQ12 uint8 = 1 << 5
)

// Timing. A device byte takes 11 bits of 60 to 100 us on the wire; these are a
// third of that, which every driver accepts and which shortens the boot.
const (
	inputTime = 3 * bus.Microsecond   // IBF after a write
	replyTime = 10 * bus.Microsecond  // from a command to its answer
	sendTime  = 100 * bus.Microsecond // a byte to a device
	byteTime  = 200 * bus.Microsecond // a byte from a device
)

// Model selects the controller's program.
type Model uint8

const (
	PS2 Model = iota // with the auxiliary device port
	AT               // keyboard only
)

func (m Model) String() string {
	if m == AT {
		return "at"
	}
	return "ps2"
}

// Config selects what hangs on the controller.
type Config struct {
	Model   Model
	NoMouse bool // PS2: nothing on the auxiliary port
}

// Wires are the controller's outputs. A nil wire is not connected.
type Wires struct {
	IRQ1  bus.Line // high while a keyboard or controller byte waits and INT is set
	IRQ12 bus.Line // high while a mouse byte waits and INT2 is set
	A20   bus.Line
	Reset bus.Line // pulsed, active high
}

// What the link timer is waiting for.
const (
	flightNone uint8 = iota
	flightSendKbd
	flightSendAux
	flightReply
	flightKbd
	flightAux
)

type controllerState struct {
	RAM       [32]uint8 // byte 0: command byte
	OutPort   uint8     // bits 0-1 as driven, the others computed
	Status    uint8     // OBF, SYS, A2, MOBF, TIM
	Data      uint8     // output buffer
	InputBusy bus.Time  // IBF is 1 until then
	Expect    uint8     // command that waits for its data byte

	ReplyFull bool
	ReplyAux  bool // as if from the auxiliary device
	ReplyTIM  bool
	Reply     uint8

	Flight  uint8
	Sending uint8 // byte on its way to a device
	Release bool  // translation: a break prefix was taken off
}

type state struct {
	C controllerState
	K keyboardState
	M mouseState
}

const stateVersion = 2

// KBC is one keyboard controller with its devices.
type KBC struct {
	controllerState
	cfg   Config
	wires Wires
	clock bus.Clock
	link  bus.Timer
	kbd   keyboard
	mouse mouse
}

// New returns a controller in its power-on state.
func New(cfg Config, clock bus.Clock, wires Wires) *KBC {
	for _, l := range []*bus.Line{&wires.IRQ1, &wires.IRQ12, &wires.A20, &wires.Reset} {
		if *l == nil {
			*l = func(bool) {}
		}
	}
	d := &KBC{cfg: cfg, wires: wires, clock: clock}
	d.link = clock.NewTimer("kbc.link", d.linkDone)
	d.kbd = keyboard{clock: clock, changed: d.pump}
	d.kbd.timer = clock.NewTimer("kbc.keyboard", d.kbd.fire)
	d.mouse = mouse{clock: clock, changed: d.pump}
	d.mouse.timer = clock.NewTimer("kbc.mouse", d.mouse.fire)
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *KBC) Name() string { return "kbc" }

// Reset restarts the controller with both device ports closed and A20 open, as
// the port pins float high. The devices themselves have no reset wire: only
// power-on reaches them.
func (d *KBC) Reset(kind bus.ResetKind) {
	d.link.Stop()
	d.controllerState = controllerState{OutPort: opReset | opA20}
	d.RAM[0] = cbNoKbd
	if d.cfg.Model == PS2 {
		d.RAM[0] |= cbNoAux
	}
	if kind == bus.PowerOn {
		d.kbd.powerOn()
		d.mouse.powerOn()
	}
	d.drive()
}

// drive sets the output wires from the state.
func (d *KBC) drive() {
	d.wires.A20(d.OutPort&opA20 != 0)
	d.driveIRQ()
}

func (d *KBC) driveIRQ() {
	irq := d.irqBits()
	d.wires.IRQ1(irq&opIRQ1 != 0)
	d.wires.IRQ12(irq&opIRQ12 != 0)
}

// irqBits gives the interrupt pins as output port bits. The controller routes
// its output-buffer-full flag to them, so its own answers interrupt as well.
func (d *KBC) irqBits() uint8 {
	switch d.Status & (statOBF | statMOBF) {
	case statOBF:
		if d.RAM[0]&cbINT != 0 {
			return opIRQ1
		}
	case statOBF | statMOBF:
		if d.RAM[0]&cbINT2 != 0 {
			return opIRQ12
		}
	}
	return 0
}

// In reads the output buffer or the status register.
func (d *KBC) In(off uint16) uint8 {
	if off == regData {
		return d.readData()
	}
	return d.readStatus()
}

// Out writes a data or a command byte.
func (d *KBC) Out(off uint16, v uint8) {
	d.InputBusy = d.clock.Now() + inputTime
	if off == regData {
		d.Status &^= statA2
		d.data(v)
	} else {
		d.Status |= statA2
		d.command(v)
	}
}

// CommandPort is the window of the status and command register alone, for a
// board that maps the two ports apart.
func (d *KBC) CommandPort() bus.PortHandler { return commandPort{d} }

type commandPort struct{ d *KBC }

func (p commandPort) In(uint16) uint8       { return p.d.In(regCommand) }
func (p commandPort) Out(_ uint16, v uint8) { p.d.Out(regCommand, v) }

// readData empties the output buffer. An empty one repeats its last byte.
func (d *KBC) readData() uint8 {
	if d.Status&statOBF != 0 {
		d.Status &^= statOBF | statMOBF | statTIM
		d.driveIRQ()
		d.pump()
	}
	return d.Data
}

func (d *KBC) readStatus() uint8 {
	s := d.Status | statKEYL
	if d.clock.Now() < d.InputBusy || d.Flight == flightSendKbd || d.Flight == flightSendAux {
		s |= statIBF
	}
	return s
}

// pump starts the next transfer if the link is free: an answer of the
// controller, then the keyboard, then the mouse, each only into an empty
// output buffer. A closed or full controller holds the clock lines down, so
// the devices wait.
func (d *KBC) pump() {
	if d.Flight != flightNone || d.Status&statOBF != 0 {
		return
	}
	switch {
	case d.ReplyFull:
		d.start(flightReply, replyTime)
	case d.RAM[0]&cbNoKbd == 0 && d.kbd.waiting():
		d.start(flightKbd, byteTime)
	case d.hasMouse() && d.RAM[0]&cbNoAux == 0 && d.mouse.waiting():
		d.start(flightAux, byteTime)
	}
}

func (d *KBC) hasMouse() bool { return d.cfg.Model == PS2 && !d.cfg.NoMouse }

func (d *KBC) start(flight uint8, t bus.Time) {
	d.Flight = flight
	d.link.At(d.clock.Now() + t)
}

// preempt breaks off a byte from a device; the device sends it again later.
// A byte to a device is not broken off.
func (d *KBC) preempt() {
	if d.Flight >= flightReply {
		d.link.Stop()
		d.Flight = flightNone
	}
}

// linkDone ends a transfer.
func (d *KBC) linkDone() {
	f := d.Flight
	d.Flight = flightNone
	switch f {
	case flightSendKbd:
		d.kbd.receive(d.Sending)
	case flightSendAux:
		d.mouse.receive(d.Sending)
	case flightReply:
		d.ReplyFull = false
		var flags uint8
		if d.ReplyAux {
			flags |= statMOBF
		}
		if d.ReplyTIM {
			flags |= statTIM
		}
		d.output(d.Reply, flags)
	case flightKbd:
		if d.kbd.waiting() {
			d.fromKeyboard(d.kbd.take())
		}
	case flightAux:
		if d.mouse.waiting() {
			d.output(d.mouse.take(), statMOBF)
		}
	}
	d.pump()
}

func (d *KBC) fromKeyboard(b uint8) {
	if d.RAM[0]&cbXLAT != 0 {
		if b == prefixBreak {
			d.Release = true
			return
		}
		b = translate(b)
		if d.Release {
			b |= breakBit
		}
	}
	d.Release = false
	d.output(b, 0)
}

// output fills the output buffer.
func (d *KBC) output(b, flags uint8) {
	d.Data = b
	d.Status = d.Status&^(statMOBF|statTIM) | statOBF | flags
	d.driveIRQ()
}
