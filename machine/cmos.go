package machine

// Bytes of the CMOS memory that the set-up program of a PC writes (IBM PC AT
// Technical Reference, "CMOS RAM addresses"; 34h, 35h, 38h and 3Dh as the free
// PC firmwares use them).
const (
	cmosShutdown   = 0x0f
	cmosFloppies   = 0x10 // drive A in the high nibble
	cmosDisks      = 0x12 // first disk in the high nibble; Fh: type in 19h
	cmosEquipment  = 0x14
	cmosBaseLow    = 0x15 // KB below 640K
	cmosExtLow     = 0x17 // KB above 1 MB
	cmosDisk0      = 0x19
	cmosDisk1      = 0x1a
	cmosExt2Low    = 0x30 // as found by POST: the same
	cmosOver16Low  = 0x34 // 64 KB units above 16 MB
	cmosBootThird  = 0x38 // third choice in the high nibble
	cmosBootFirst  = 0x3d // first choice in the low nibble, second in the high
	cmosUserDisk   = 47   // "user type": the geometry is the drive's own
	cmosUserNibble = 0xf
)

// Equipment byte.
const (
	equipFloppy   uint8 = 1 << 0
	equipFPU      uint8 = 1 << 1
	equipKeyboard uint8 = 1 << 2
	equipDisplay  uint8 = 1 << 3
	equipFloppies       = 6 // shift of the number of drives less one

	equipDisplayShift = 4
)

// setUpCMOS writes what the set-up program of a PC would have stored for this
// configuration.
func (m *Machine) setUpCMOS() {
	if m.rtc == nil { // an XT has switches
		return
	}
	set := m.rtc.SetCMOS
	word := func(addr uint8, v uint64) {
		v = min(v, 0xffff)
		set(addr, uint8(v))
		set(addr+1, uint8(v>>8))
	}
	set(cmosFloppies, uint8(m.fdc.DriveType(0))<<4|uint8(m.fdc.DriveType(1)))
	set(cmosEquipment, m.equipment())
	ram := m.cfg.Memory
	word(cmosBaseLow, min(ram, 640*kb)/kb)
	var ext uint64
	if ram > mb {
		ext = (ram - mb) / kb
	}
	word(cmosExtLow, min(ext, 0xfc00)) // 63 MB: the most that INT 15h 88h can tell
	word(cmosExt2Low, min(ext, 0xfc00))
	if ram > 16*mb {
		word(cmosOver16Low, (ram-16*mb)/(64*kb))
	}
	var types uint8
	for i, addr := range []uint8{cmosDisk0, cmosDisk1} {
		if m.cfg.Disks[i] != nil {
			types |= cmosUserNibble << (4 * (1 - i))
			set(addr, cmosUserDisk)
		}
	}
	set(cmosDisks, types)
	order, _ := bootOrder(m.cfg.Boot) // resolve has checked it
	set(cmosBootFirst, order[0]|order[1]<<4)
	third := order[2] << 4
	if m.cfg.BootMenu {
		third |= bootMenu
	}
	set(cmosBootThird, third)
	m.rtc.SetChecksum()
}

// equipment is the CMOS equipment byte.
func (m *Machine) equipment() uint8 {
	v := m.displayBits() | equipKeyboard | equipDisplay | equipFloppy | 1<<equipFloppies
	if m.cpu.Model().HasFPU {
		v |= equipFPU
	}
	return v
}
