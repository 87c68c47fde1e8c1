package dma

// Register offsets: address and count of channel n at 2n and 2n+1, then
const (
	regStatus    = 8  // read; command when written
	regRequest   = 9  // write
	regMaskBit   = 10 // write
	regMode      = 11 // write
	regClearFF   = 12 // write
	regTemporary = 13 // read; master clear when written
	regClearMask = 14 // write
	regMaskAll   = 15 // write
)

// Command register.
const (
	cmdMemToMem   uint8 = 1 << 0
	cmdHold       uint8 = 1 << 1 // memory-to-memory: the source address stands still
	cmdDisable    uint8 = 1 << 2
	cmdDREQLow    uint8 = 1 << 6 // DREQ is active low
	cmdDACKHigh   uint8 = 1 << 7 // DACK is active high
	cmdNoService        = cmdDisable | cmdDREQLow | cmdDACKHigh
	channelSelect uint8 = 3      // request, mask and mode registers
	selectSet     uint8 = 1 << 2 // request and mask registers: set the bit
)

// Mode register.
const (
	modeType      uint8 = 3 << 2
	modeVerify    uint8 = 0 << 2
	modeWrite     uint8 = 1 << 2 // to memory
	modeRead      uint8 = 2 << 2 // from memory
	modeAutoInit  uint8 = 1 << 4
	modeDecrement uint8 = 1 << 5
	modeSelect    uint8 = 3 << 6
	modeBlock     uint8 = 2 << 6
	modeCascade   uint8 = 3 << 6
)

// controllerState is one 8237A.
type controllerState struct {
	BaseAddr, BaseCount [4]uint16
	Addr, Count         [4]uint16 // current
	Mode                [4]uint8
	Command             uint8
	TC                  uint8 // status bits 3-0
	Request             uint8 // software requests
	Mask                uint8
	Temporary           uint8
	High                bool  // first/last flip-flop: the next byte is the high one
	DREQ                uint8 // levels of the request lines
}

type controller struct {
	controllerState
	mem      Memory
	pages    *[pages]uint8
	upstream *controller // whose channel 0 passes this chip's requests on; nil: the processor
	first    uint8       // number of channel 0 on the board
	shift    uint8       // 1: moves words
	xt       bool        // with the XT's page registers
	buf      [256]byte
}

// masterClear clears command, status, request, temporary register and
// flip-flop, and masks all channels.
func (c *controller) masterClear() {
	c.Command, c.TC, c.Request, c.Temporary = 0, 0, 0, 0
	c.High = false
	c.Mask = 0x0f
}

// In reads a register. Codes that the datasheet calls illegal float high.
func (c *controller) In(off uint16) uint8 {
	n := off >> 1 & 3
	switch off &= 15; {
	case off < 8 && off&1 == 0:
		return c.byteOf(c.Addr[n])
	case off < 8:
		return c.byteOf(c.Count[n])
	case off == regStatus:
		v := c.status()
		c.TC = 0
		return v
	case off == regTemporary:
		return c.Temporary
	}
	return 0xff
}

// Out writes a register.
func (c *controller) Out(off uint16, v uint8) {
	n := off >> 1 & 3
	bit := uint8(1) << (v & channelSelect)
	switch off &= 15; {
	case off < 8 && off&1 == 0:
		c.BaseAddr[n] = c.replace(c.BaseAddr[n], v)
		c.Addr[n] = c.BaseAddr[n]
	case off < 8:
		c.BaseCount[n] = c.replace(c.BaseCount[n], v)
		c.Count[n] = c.BaseCount[n]
	default:
		switch off {
		case regStatus:
			c.Command = v
		case regRequest:
			c.Request = assign(c.Request, bit, v&selectSet != 0)
		case regMaskBit:
			c.Mask = assign(c.Mask, bit, v&selectSet != 0)
		case regMode:
			c.Mode[v&channelSelect] = v &^ channelSelect
		case regClearFF:
			c.High = false
		case regTemporary:
			c.masterClear()
		case regClearMask:
			c.Mask = 0
		case regMaskAll:
			c.Mask = v & 0x0f
		}
		c.runRequests()
	}
}

func assign(v, bit uint8, set bool) uint8 {
	if set {
		return v | bit
	}
	return v &^ bit
}

// byteOf picks the byte that the flip-flop selects, and turns it over.
func (c *controller) byteOf(v uint16) uint8 {
	c.High = !c.High
	if c.High {
		return uint8(v)
	}
	return uint8(v >> 8)
}

// replace puts a byte where the flip-flop points, and turns it over.
func (c *controller) replace(old uint16, v uint8) uint16 {
	c.High = !c.High
	if c.High {
		return old&0xff00 | uint16(v)
	}
	return old&0x00ff | uint16(v)<<8
}

// status is TC in bits 3-0 (cleared by reading) and requests in bits 7-4.
func (c *controller) status() uint8 {
	req := c.DREQ
	if c.Command&cmdDREQLow != 0 {
		req = ^req & 0x0f
	}
	return c.TC | (req|c.Request)<<4
}
