package ata

import "encoding/binary"

// IDENTIFY DEVICE data (ATA-4 8.12, table 12; words 83, 86, 100-103: ATA-6).
//
//	0      0040h: fixed, not removable, not ATAPI
//	1 3 6  default cylinders, heads, sectors a track
//	10-19  serial number    23-26 firmware    27-46 model: two characters a word, first one high
//	47     sectors a block in READ MULTIPLE at most
//	49     capabilities: LBA, IORDY, standard standby timer
//	51     PIO timing mode of drives without word 64
//	53     which of words 54-58, 64-70, 88 are valid
//	54-58  current translation and its capacity
//	59     current READ MULTIPLE setting
//	60-61  sectors in LBA28
//	63     multiword DMA modes, supported and selected
//	64-68  advanced PIO modes and cycle times in ns
//	80     standards: bit n for ATA-n
//	82-87  command sets supported and enabled
//	88     Ultra DMA modes, supported and selected
//	100-103 sectors in LBA48
//	255    A5h and a checksum that makes the sum of all bytes zero
const (
	idFixed        = 1 << 6
	idMultipleMax  = 0x8000 | maxMultiple
	idDoubleword   = 1      // ATA-1: 32-bit data port accesses work
	idCapability   = 0x2e00 // standby timer values, IORDY, IORDY can be disabled, LBA
	idCapability2  = 0x4000 // the word is valid
	idLBA          = 0x0200 // of word 49
	idPIOTiming    = 2 << 8
	idFieldsValid  = 0x0003 // words 54-58, 64-70
	idDMA          = 0x0100 // of word 49
	idUltraValid   = 0x0004 // of word 53: word 88
	idDMAModes     = 0x0007 // multiword and Ultra DMA, modes 0 to 2
	idDMACycle     = 120    // ns, multiword mode 2
	idPIOModes     = 0x0003 // modes 3 and 4
	idPIOCycle     = 120    // ns, mode 4
	idStandards    = 0x007e // ATA-1 to ATA/ATAPI-6
	idStandardsCHS = 0x000e // ATA-1 to ATA-3, where linear addresses are optional
	idCmdNOP       = 1 << 14
	idCmdReadBuf   = 1 << 13
	idCmdWriteBuf  = 1 << 12
	idCmdProtected = 1 << 10 // Host Protected Area
	idCmdLookAhead = 1 << 6
	idCmdCache     = 1 << 5
	idCmdPower     = 1 << 3
	idSetValid     = 1 << 14 // bit 14 set, 15 clear: the word is valid
	idSetFlushExt  = 1 << 13
	idSetFlush     = 1 << 12
	idSetLBA48     = 1 << 10
	idChecksumMark = 0xa5
)

// identify fills the buffer with the answer to IDENTIFY DEVICE.
func (d *drive) identify() {
	b := d.Buffer[:sectorSize]
	clear(b)
	word := func(i int, v uint16) { binary.LittleEndian.PutUint16(b[2*i:], v) }
	dword := func(i int, v uint32) { binary.LittleEndian.PutUint32(b[2*i:], v) }
	total := d.Max
	g := d.geometry()

	word(0, idFixed)
	word(1, g.Cylinders)
	word(3, g.Heads)
	word(4, g.Sectors*sectorSize) // ATA-1: bytes a track and a sector
	word(5, sectorSize)
	word(6, g.Sectors)
	text(b[20:40], d.cfg.Serial)
	word(20, 3) // ATA-1: dual-ported buffer with caching
	word(21, maxMultiple)
	word(22, 4) // ECC bytes of READ LONG
	text(b[46:54], d.cfg.Firmware)
	text(b[54:94], d.cfg.Model)
	word(47, idMultipleMax)
	word(48, idDoubleword)
	word(49, idCapability)
	word(50, idCapability2)
	word(51, idPIOTiming)
	valid := uint16(idFieldsValid)
	if d.c.dma != nil {
		word(49, idCapability|idDMA)
		valid |= idUltraValid
		d.identifyDMA(word)
	}
	word(53, valid)
	word(54, d.Cylinders)
	word(55, d.Heads)
	word(56, d.Sectors)
	dword(57, uint32(min(uint64(d.Cylinders)*uint64(d.Heads)*uint64(d.Sectors), total)))
	if d.Multiple != 0 {
		word(59, 0x100|uint16(d.Multiple))
	}
	dword(60, uint32(min(total, maxLBA28)))
	word(64, idPIOModes)
	word(67, idPIOCycle)
	word(68, idPIOCycle)
	word(80, idStandards)

	const fixed = idCmdNOP | idCmdReadBuf | idCmdWriteBuf | idCmdProtected | idCmdPower
	word(82, fixed|idCmdLookAhead|idCmdCache)
	word(83, idSetValid|idSetFlushExt|idSetFlush|idSetLBA48)
	word(84, idSetValid)
	enabled := uint16(fixed)
	if d.LookAhead {
		enabled |= idCmdLookAhead
	}
	if d.WriteCache {
		enabled |= idCmdCache
	}
	word(85, enabled)
	word(86, idSetFlushExt|idSetFlush|idSetLBA48)
	word(87, idSetValid)
	binary.LittleEndian.PutUint64(b[200:], total)

	if d.cfg.CHS {
		word(49, binary.LittleEndian.Uint16(b[98:])&^idLBA)
		dword(60, 0)
		word(80, idStandardsCHS)
		word(82, fixed&^(idCmdProtected)|idCmdLookAhead|idCmdCache)
		word(83, idSetValid|idSetFlush)
		word(85, enabled&^idCmdProtected)
		word(86, idSetFlush)
		clear(b[200:208])
	}

	b[510] = idChecksumMark
	var sum uint8
	for _, v := range b[:511] {
		sum += v
	}
	b[511] = -sum
}

// identifyDMA stores the words about DMA modes.
func (d *drive) identifyDMA(word func(i int, v uint16)) {
	multi, ultra := uint16(idDMAModes), uint16(idDMAModes)
	switch d.DMAMode &^ 7 {
	case modeMultiword:
		multi |= 1 << (8 + d.DMAMode&7)
	case modeUltra:
		ultra |= 1 << (8 + d.DMAMode&7)
	}
	word(63, multi)
	word(65, idDMACycle)
	word(66, idDMACycle)
	word(88, ultra)
}

// text stores s padded with spaces, the first character of each pair in the
// high byte of the word.
func text(dst []byte, s string) {
	for i := range dst {
		c := byte(' ')
		if i < len(s) && s[i] >= ' ' && s[i] <= '~' {
			c = s[i]
		}
		dst[i^1] = c
	}
}
