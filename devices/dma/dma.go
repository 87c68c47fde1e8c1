// Package dma is the DMA controller of the PC: one 8237A, or on the AT two, the
// first cascaded through channel 4 of the second, with the page registers that
// supply the upper address bits. Channels 0-3 move bytes, 5-7 words. The PC's and
// XT's page registers have four bits, and channel 0 (memory refresh) shares that of
// channel 1.
//
// Sources: Intel 8237A datasheet (231466-005), "Register description" and
// "Programming"; IBM PC AT Technical Reference, system board, "Direct memory
// access" (page registers, word channels); IBM PC/XT Technical Reference, system
// board, sheet 5 (page registers); Intel 82371AB (PIIX4) datasheet (290562),
// section 4.1.1.
//
// Not modelled: the bus cycles that transfers take from the processor; priority
// between channels (a transfer is done when its device asks); memory-to-memory
// on the word controller (its temporary register is a byte wide).
package dma

import (
	"fmt"

	"beige/devices/bus"
)

// Memory is physical memory as the bus sees it. A DMA address has 24 bits.
type Memory interface {
	ReadPhys(addr uint32, p []byte)
	WritePhys(addr uint32, p []byte)
}

// pages is the number of page registers: 15 of the 16 locations from 80h on. The
// first is no page register but the POST code latch, a device of its own.
const pages = 15

// pageOf is the page register of each channel, counted from the second location
// (81h on a PC). That of channel 4 supplies the refresh address.
var pageOf = [8]uint8{6, 2, 0, 1, 14, 10, 8, 9}

const stateVersion = 1

// state is everything a snapshot holds.
type state struct {
	Controller [2]controllerState
	Page       [pages]uint8
}

// Config describes how the controllers are built into the board.
type Config struct {
	Name   string // device name, such as "dma"
	Second bool   // the AT's second controller, channels 4-7
}

// DMA is the DMA controller of a board.
type DMA struct {
	cfg           Config
	first, second controller
	page          [pages]uint8
	channel       [8]Channel
	wide          widePorts
	pagePorts     pagePorts
}

// New returns the controllers in their power-on state: all channels masked.
func New(cfg Config, mem Memory) *DMA {
	d := &DMA{cfg: cfg}
	d.first = controller{mem: mem, pages: &d.page, first: 0, xt: !cfg.Second}
	d.second = controller{mem: mem, pages: &d.page, first: 4, shift: 1}
	if cfg.Second {
		d.first.upstream = &d.second
	}
	for n := range d.channel {
		c := &d.first
		if n >= 4 {
			c = &d.second
		}
		d.channel[n] = Channel{c, uint8(n & 3)}
	}
	d.wide.d = d
	d.pagePorts = pagePorts{page: &d.page, writeOnly: !cfg.Second}
	d.Reset(bus.PowerOn)
	return d
}

// Name implements bus.Device.
func (d *DMA) Name() string { return d.cfg.Name }

// Reset is the RESET pin of both chips, a master clear. Address, count and page
// registers are cleared at power-on only.
func (d *DMA) Reset(kind bus.ResetKind) {
	for _, c := range []*controller{&d.first, &d.second} {
		if kind == bus.PowerOn {
			c.controllerState = controllerState{DREQ: c.DREQ}
		}
		c.masterClear()
	}
	if kind == bus.PowerOn {
		d.page = [pages]uint8{}
	}
}

// First returns the 16 ports of the byte controller.
func (d *DMA) First() bus.PortHandler { return &d.first }

// Second returns the 32 ports of the word controller, which ignores A0.
func (d *DMA) Second() bus.PortHandler { return &d.wide }

// Pages returns the 15 ports of the page registers, from the second of the 16
// locations on (81h on a PC).
func (d *DMA) Pages() bus.PortHandler { return &d.pagePorts }

// Channel returns the wires of channel n (0-7) to its device.
func (d *DMA) Channel(n int) *Channel { return &d.channel[n] }

// Channel is a device's end of one channel: DREQ, DACK, TC and the data bus.
// Only the machine goroutine calls it.
type Channel struct {
	c *controller
	n uint8
}

// DREQ drives the request line. The guest sees it in the status register;
// transfers are asked for with Put and Get.
func (ch *Channel) DREQ(high bool) {
	ch.c.DREQ &^= 1 << ch.n
	if high {
		ch.c.DREQ |= 1 << ch.n
	}
}

// Ready reports whether a request would be acknowledged now: controller on,
// channel not masked, not in cascade mode, and the path to the processor open.
func (ch *Channel) Ready() bool { return ch.c.ready(ch.n) }

// Put moves bytes from the device to memory and returns how many were taken:
// fewer than len(p) where the count ends, with tc true; none where the channel
// is not Ready or programmed for the other direction. Word channels take whole
// words. In verify mode memory is left alone.
func (ch *Channel) Put(p []byte) (n int, tc bool) { return ch.c.transfer(ch.n, p, modeWrite) }

// Get moves bytes from memory to the device; results as for Put. In verify mode
// p is filled with the ones of an idle bus.
func (ch *Channel) Get(p []byte) (n int, tc bool) { return ch.c.transfer(ch.n, p, modeRead) }

// widePorts is the word controller's window: its A0-A3 are the bus's A1-A4. What
// is written there may open the way for the first controller.
type widePorts struct{ d *DMA }

func (w *widePorts) In(off uint16) uint8 { return w.d.second.In(off >> 1) }

func (w *widePorts) Out(off uint16, v uint8) {
	w.d.second.Out(off>>1, v)
	w.d.first.runRequests()
}

// pagePorts is the window of the page registers.
type pagePorts struct {
	page      *[pages]uint8
	writeOnly bool // the XT's register file is not on the data bus
}

func (p *pagePorts) In(off uint16) uint8 {
	if p.writeOnly {
		return 0xff
	}
	return p.page[off%pages]
}

func (p *pagePorts) Out(off uint16, v uint8) { p.page[off%pages] = v }

// Inspect reports the channels for the monitor.
func (d *DMA) Inspect() []bus.Field {
	f := d.first.inspect(nil)
	if d.cfg.Second {
		f = d.second.inspect(f)
	}
	return f
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *DMA) MarshalBinary() ([]byte, error) {
	return bus.MarshalState(stateVersion, &state{[2]controllerState{d.first.controllerState, d.second.controllerState}, d.page})
}

// UnmarshalBinary restores a snapshot. The chip drives no line of its own.
func (d *DMA) UnmarshalBinary(b []byte) error {
	var s state
	if err := bus.UnmarshalState(d.cfg.Name, stateVersion, b, &s); err != nil {
		return err
	}
	d.first.controllerState, d.second.controllerState, d.page = s.Controller[0], s.Controller[1], s.Page
	return nil
}

func (c *controller) inspect(f []bus.Field) []bus.Field {
	add := func(name string, v uint8) { f = append(f, bus.Field{Name: name, Value: fmt.Sprintf("%#02x", v)}) }
	add(fmt.Sprintf("%d-%d.command", c.first, c.first+3), c.Command)
	add(fmt.Sprintf("%d-%d.mask", c.first, c.first+3), c.Mask)
	add(fmt.Sprintf("%d-%d.status", c.first, c.first+3), c.status())
	for n := range uint8(4) {
		f = append(f, bus.Field{
			Name:  fmt.Sprintf("%d", c.first+n),
			Value: fmt.Sprintf("mode %#02x address %#06x count %#04x (base %#04x, %#04x)", c.Mode[n], c.address(n), c.Count[n], c.BaseAddr[n], c.BaseCount[n]),
		})
	}
	return f
}
