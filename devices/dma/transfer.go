package dma

// open reports whether this chip gets the bus when it asks: the board's wires
// need DREQ active high and DACK active low, and the chip above must pass HRQ on.
func (c *controller) open() bool {
	return c.Command&cmdNoService == 0 && (c.upstream == nil || c.upstream.passes())
}

// passes reports whether channel 0 is a cascade for the chip below.
func (c *controller) passes() bool {
	return c.open() && c.Mask&1 == 0 && c.Mode[0]&modeSelect == modeCascade
}

// ready reports whether DREQ of channel n would be acknowledged.
func (c *controller) ready(n uint8) bool {
	return c.open() && c.Mask>>n&1 == 0 && c.Mode[n]&modeSelect != modeCascade
}

// address is the physical address of channel n's next unit: the page register
// above 16 bits, of which a word channel leaves out the lowest.
func (c *controller) address(n uint8) uint32 {
	if c.xt {
		return uint32(c.pages[pageOf[max(n, 1)]]&0x0f)<<16 | uint32(c.Addr[n])
	}
	page := uint32(c.pages[pageOf[c.first+n]])
	if c.shift != 0 {
		return page&^1<<16 | uint32(c.Addr[n])<<1
	}
	return page<<16 | uint32(c.Addr[n])
}

// transfer moves p between channel n's device and memory.
func (c *controller) transfer(n uint8, p []byte, direction uint8) (moved int, tc bool) {
	kind := c.Mode[n] & modeType
	if !c.ready(n) || kind != direction && kind != modeVerify {
		return 0, false
	}
	units := min(len(p)>>c.shift, int(c.Count[n])+1)
	p = p[:units<<c.shift]
	if kind == modeVerify && direction == modeRead {
		for i := range p {
			p[i] = 0xff
		}
	}
	return len(p), c.move(n, p, kind)
}

// move copies p to or from memory, whole units and not more than the count, and
// steps address and count. The address wraps in its 16 bits; the page register
// does not count.
func (c *controller) move(n uint8, p []byte, kind uint8) (tc bool) {
	for len(p) > 0 {
		units := len(p) >> c.shift
		if c.Mode[n]&modeDecrement != 0 {
			units = 1
		} else {
			units = min(units, 1<<16-int(c.Addr[n]))
		}
		part := p[:units<<c.shift]
		p = p[len(part):]
		switch kind {
		case modeWrite:
			c.mem.WritePhys(c.address(n), part)
		case modeRead:
			c.mem.ReadPhys(c.address(n), part)
		}
		tc = c.step(n, units)
	}
	return tc
}

// step counts units of channel n and ends the transfer where the count goes from
// 0 to FFFFh: TC; then auto-initialize, or mask.
func (c *controller) step(n uint8, units int) (tc bool) {
	c.stepAddress(n, units)
	tc = units > int(c.Count[n])
	c.Count[n] -= uint16(units)
	if tc {
		c.terminate(n)
	}
	return tc
}

func (c *controller) stepAddress(n uint8, units int) {
	if c.Mode[n]&modeDecrement != 0 {
		c.Addr[n] -= uint16(units)
	} else {
		c.Addr[n] += uint16(units)
	}
}

func (c *controller) terminate(n uint8) {
	c.TC |= 1 << n
	c.Request &^= 1 << n
	if c.Mode[n]&modeAutoInit != 0 {
		c.Addr[n], c.Count[n] = c.BaseAddr[n], c.BaseCount[n]
	} else {
		c.Mask |= 1 << n
	}
}

// runRequests serves software requests, which no mask stops. They need block
// mode (datasheet, "Request register") and run to the end of the count at once;
// no device answers, so the bus floats.
func (c *controller) runRequests() {
	if c.Request == 0 || !c.open() {
		return
	}
	if c.Command&cmdMemToMem != 0 && c.shift == 0 && c.Request&1 != 0 {
		c.memoryToMemory()
	}
	for n := range uint8(4) {
		if c.Request>>n&1 == 0 || c.Mode[n]&modeSelect != modeBlock {
			continue
		}
		kind := c.Mode[n] & modeType
		for tc := false; !tc; {
			p := c.buf[:min(len(c.buf), (int(c.Count[n])+1)<<c.shift)]
			for i := range p {
				p[i] = 0xff
			}
			tc = c.move(n, p, kind)
		}
	}
}

// memoryToMemory copies from channel 0's address to channel 1's, byte by byte
// through the temporary register, until channel 1's count ends. Channel 0's
// count goes along without a terminal count of its own. Each address takes its
// own channel's page; boards differ, as no DACK selects a page here.
func (c *controller) memoryToMemory() {
	p := c.buf[:1]
	for tc := false; !tc; {
		c.mem.ReadPhys(c.address(0), p)
		c.Temporary = p[0]
		c.mem.WritePhys(c.address(1), p)
		if c.Command&cmdHold == 0 {
			c.stepAddress(0, 1)
		}
		c.Count[0]--
		tc = c.step(1, 1)
	}
	if c.Mode[0]&modeAutoInit != 0 {
		c.Addr[0], c.Count[0] = c.BaseAddr[0], c.BaseCount[0]
	}
	c.Request &^= 1
}
