package kbc

// Controller commands (PS/2 Technical Reference, Keyboard/Auxiliary Device
// Controller, Controller Commands). 20h-3Fh read and 60h-7Fh write the RAM byte
// of their low five bits; F0h-FFh pulse output port bits 0-3.
const (
	cmdReadRAM      uint8 = 0x20
	cmdWriteRAM     uint8 = 0x60
	cmdTestPassword uint8 = 0xa4
	cmdDisableAux   uint8 = 0xa7
	cmdEnableAux    uint8 = 0xa8
	cmdTestAux      uint8 = 0xa9
	cmdSelfTest     uint8 = 0xaa
	cmdTestKbd      uint8 = 0xab
	cmdDisableKbd   uint8 = 0xad
	cmdEnableKbd    uint8 = 0xae
	cmdReadInPort   uint8 = 0xc0
	cmdReadOutPort  uint8 = 0xd0
	cmdWriteOutPort uint8 = 0xd1
	cmdWriteKbdBuf  uint8 = 0xd2
	cmdWriteAuxBuf  uint8 = 0xd3
	cmdWriteAux     uint8 = 0xd4
	cmdDisableA20   uint8 = 0xdd
	cmdEnableA20    uint8 = 0xdf
	cmdReadTest     uint8 = 0xe0
	cmdPulse        uint8 = 0xf0
)

// Answers.
const (
	selfTestOK uint8 = 0x55
	portTestOK uint8 = 0x00
	noPassword uint8 = 0xf1

	// Input port: bit 7 key lock open, bit 5 no manufacturing jumper, bit 4
	// second 256 KB of planar RAM disabled; bit 6 is 0 for a colour display.
	inPort uint8 = 0xb0
)

func (d *KBC) command(v uint8) {
	d.Expect = 0
	switch v {
	case cmdTestPassword:
		d.reply(noPassword)
	case cmdSelfTest:
		d.selfTest()
	case cmdTestKbd:
		d.reply(portTestOK)
	case cmdDisableKbd:
		d.setCommandByte(d.RAM[0] | cbNoKbd)
	case cmdEnableKbd:
		d.setCommandByte(d.RAM[0] &^ cbNoKbd)
	case cmdReadInPort:
		d.reply(inPort)
	case cmdReadOutPort:
		d.reply(d.outPort())
	case cmdWriteOutPort, cmdWriteKbdBuf:
		d.Expect = v
	case cmdDisableA20:
		d.setOutPort(d.OutPort &^ opA20)
	case cmdEnableA20:
		d.setOutPort(d.OutPort | opA20)
	case cmdReadTest:
		d.reply(d.testInputs())
	default:
		switch {
		case v&0xe0 == cmdReadRAM:
			d.reply(d.RAM[v&0x1f])
		case v&0xe0 == cmdWriteRAM:
			d.Expect = v
		case v&0xf0 == cmdPulse:
			if v&opReset == 0 {
				d.pulseReset()
			}
		case d.cfg.Model == PS2:
			d.auxCommand(v)
		}
	}
}

// auxCommand takes the commands that came with the auxiliary device.
func (d *KBC) auxCommand(v uint8) {
	switch v {
	case cmdDisableAux:
		d.setCommandByte(d.RAM[0] | cbNoAux)
	case cmdEnableAux:
		d.setCommandByte(d.RAM[0] &^ cbNoAux)
	case cmdTestAux:
		d.reply(portTestOK)
	case cmdWriteAuxBuf, cmdWriteAux:
		d.Expect = v
	}
}

// data takes a byte at the data port: the operand of a command, or a byte for
// the keyboard.
func (d *KBC) data(v uint8) {
	cmd := d.Expect
	d.Expect = 0
	switch cmd {
	case 0:
		d.sendKeyboard(v)
	case cmdWriteOutPort:
		d.setOutPort(v)
		if v&opReset == 0 {
			d.pulseReset()
		}
	case cmdWriteKbdBuf:
		d.reply(v)
	case cmdWriteAuxBuf:
		d.reply(v)
		d.ReplyAux = true
	case cmdWriteAux:
		d.sendAux(v)
	case cmdWriteRAM:
		d.setCommandByte(v)
	default:
		d.RAM[cmd&0x1f] = v
	}
}

// reply makes v the answer to the current command. It takes the place of an
// answer that has not reached the output buffer.
func (d *KBC) reply(v uint8) {
	d.preempt()
	d.Reply, d.ReplyFull, d.ReplyAux, d.ReplyTIM = v, true, false, false
	d.pump()
}

// selfTest restarts the controller's program: both devices are shut off.
func (d *KBC) selfTest() {
	v := d.RAM[0] | cbSYS | cbNoKbd
	if d.cfg.Model == PS2 {
		v |= cbNoAux
	}
	d.Release = false
	d.setCommandByte(v)
	d.reply(selfTestOK)
}

// setCommandByte stores v and lets it act: a device port that closes breaks
// off the byte in flight.
func (d *KBC) setCommandByte(v uint8) {
	d.RAM[0] = v & cbAlways
	d.Status = d.Status&^statSYS | v&cbSYS
	if d.Flight == flightKbd && v&cbNoKbd != 0 || d.Flight == flightAux && v&cbNoAux != 0 {
		d.preempt()
	}
	d.driveIRQ()
	d.pump()
}

// sendKeyboard sends v to the keyboard and opens its port.
func (d *KBC) sendKeyboard(v uint8) {
	d.preempt()
	d.RAM[0] &^= cbNoKbd
	d.Release = false
	d.Sending = v
	d.start(flightSendKbd, sendTime)
}

// sendAux sends v to the mouse and opens its port. With no mouse the controller
// gives up with FEh and TIM.
func (d *KBC) sendAux(v uint8) {
	d.preempt()
	d.RAM[0] &^= cbNoAux
	if !d.hasMouse() {
		d.reply(ansResend)
		d.ReplyAux, d.ReplyTIM = true, true
		return
	}
	d.Sending = v
	d.start(flightSendAux, sendTime)
}

// outPort is the output port as its pins are.
func (d *KBC) outPort() uint8 {
	v := d.OutPort&(opReset|opA20) | d.irqBits()
	if d.RAM[0]&cbNoKbd == 0 {
		v |= 1 << 6 // keyboard clock released
	}
	if d.cfg.Model == PS2 && d.RAM[0]&cbNoAux == 0 {
		v |= 1 << 3 // auxiliary clock released
	}
	return v | 1<<7 | 1<<2 // data lines released
}

func (d *KBC) setOutPort(v uint8) {
	d.OutPort = v&opA20 | opReset
	d.wires.A20(v&opA20 != 0)
}

func (d *KBC) pulseReset() {
	d.wires.Reset(true)
	d.wires.Reset(false)
}

// testInputs is T0 (keyboard clock) in bit 0 and T1 in bit 1: the keyboard's
// data line on the AT, the auxiliary clock on the PS/2.
func (d *KBC) testInputs() uint8 {
	var v uint8
	if d.RAM[0]&cbNoKbd == 0 {
		v |= 1 << 0
	}
	if d.cfg.Model == AT || d.RAM[0]&cbNoAux == 0 {
		v |= 1 << 1
	}
	return v
}
