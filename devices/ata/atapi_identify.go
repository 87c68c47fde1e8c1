package ata

import "encoding/binary"

// IDENTIFY PACKET DEVICE data (ATA-4 8.13, table 18; word 125: ATA-6).
//
//	0      85C0h: packet device, CD-ROM, removable, DRQ within 50 us, 12-byte packets
//	10-19  serial number    23-26 firmware    27-46 model, as IDENTIFY DEVICE has them
//	49     capabilities    51 PIO timing mode    53 which of words 64-70 are valid
//	63 88  DMA modes    64-68 advanced PIO modes and cycle times in ns
//	80     standards: bit n for ATA-n
//	82-87  command sets supported and enabled
//	125    what a byte count limit of 0 means
const (
	idPacketCDROM   = 2<<14 | 5<<8 | 1<<7 | 2<<5
	idPacketFields  = 0x0002
	idPacketCapable = 0x0e00                   // LBA, IORDY, IORDY can be disabled
	idPacketSets    = 1<<9 | 1<<4 | idCmdPower // DEVICE RESET, PACKET, power management
	idPacketATA     = 0x001e                   // ATA-1 to ATA/ATAPI-4
)

// identifyPacket fills the buffer with the answer to IDENTIFY PACKET DEVICE.
func (d *drive) identifyPacket() {
	b := d.Buffer[:sectorSize]
	clear(b)
	word := func(i int, v uint16) { binary.LittleEndian.PutUint16(b[2*i:], v) }
	word(0, idPacketCDROM)
	text(b[20:40], d.cfg.Serial)
	text(b[46:54], d.cfg.Firmware)
	text(b[54:94], d.cfg.Model)
	word(49, idPacketCapable)
	word(51, idPIOTiming)
	word(53, idPacketFields)
	if d.c.dma != nil {
		word(49, idPacketCapable|idDMA)
		word(53, idPacketFields|idUltraValid)
		d.identifyDMA(word)
	}
	word(64, idPIOModes)
	word(67, idPIOCycle)
	word(68, idPIOCycle)
	word(80, idPacketATA)
	word(82, idPacketSets)
	word(83, idSetValid)
	word(84, idSetValid)
	word(85, idPacketSets)
	word(87, idSetValid)
	word(125, noByteLimit)
}
