// Package fwcfg is the firmware configuration device of QEMU's PCs, by which free
// firmware (SeaBIOS) learns what a board has: items chosen by a 16-bit key and read
// byte by byte or by DMA, among them a directory of named files.
//
// Registers, as offsets from 510h on a PC:
//
//	0     selector (word writes); data (byte reads)
//	1     data (byte reads)
//	4     DMA address, high half, big endian (dword)
//	8     DMA address, low half, big endian (dword); writing it starts a transfer
//
// A transfer is described in memory, big endian: control (bit 0 error, 1 read, 2
// skip, 3 select, 4 write, the key in the high half), length, 64-bit address. When
// it is over, control is 0 or has the error bit.
//
// Sources: QEMU, "QEMU Firmware Configuration (fw_cfg) Device" (docs/specs/fw_cfg).
//
// Not modelled: writing items (an error by DMA; the data register is read-only, as
// since QEMU 2.4).
package fwcfg

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"beige/devices/bus"
)

// Ports is how many ports the registers take.
const Ports = 12

const (
	regSelector = 0
	regData     = 1
	regDMAHigh  = 4
	regDMALow   = 8
)

// Keys of items with a fixed meaning. Numbers in items are little endian, but for
// the directory.
const (
	KeySignature uint16 = 0x00
	KeyFeatures  uint16 = 0x01
	KeyRAMSize   uint16 = 0x03 // bytes, 64 bits
	KeyCPUs      uint16 = 0x05 // 16 bits

	// What a kernel loader wants: where things go, how long they are (32 bits
	// each), and they themselves.
	KeyKernelAddr      uint16 = 0x07
	KeyKernelSize      uint16 = 0x08
	KeyInitrdAddr      uint16 = 0x0a
	KeyInitrdSize      uint16 = 0x0b
	KeyKernelEntry     uint16 = 0x10
	KeyKernel          uint16 = 0x11
	KeyInitrd          uint16 = 0x12
	KeyCommandLineAddr uint16 = 0x13
	KeyCommandLineSize uint16 = 0x14
	KeyCommandLine     uint16 = 0x15
	KeySetupAddr       uint16 = 0x16
	KeySetupSize       uint16 = 0x17
	KeySetup           uint16 = 0x18

	KeyBootMenu  uint16 = 0x0e // 16 bits: 1 offers one
	KeyMaxCPUs   uint16 = 0x0f
	keyDirectory uint16 = 0x19
	keyFirstFile uint16 = 0x20
	keyMask      uint16 = 0xbfff // bit 14 once asked for writing
)

const (
	featureTraditional = 1 << 0
	featureDMA         = 1 << 1

	// dmaSignature is what the DMA address register reads as: "QEMU CFG".
	dmaSignature uint64 = 0x51454d5520434647
)

// Control word of a transfer.
const (
	dmaError  = 1 << 0
	dmaRead   = 1 << 1
	dmaSkip   = 1 << 2
	dmaSelect = 1 << 3
	dmaWrite  = 1 << 4
	dmaBytes  = 16 // of the description
)

// maxTransfer bounds what one transfer fills with zeros behind the end of an item.
const maxTransfer = 1 << 20

const (
	nameSize  = 56
	entrySize = 64
)

// Memory is physical memory, for transfers by DMA.
type Memory interface {
	ReadPhys(addr uint32, p []byte)
	WritePhys(addr uint32, p []byte)
}

// File is an item with a name, such as "etc/e820".
type File struct {
	Name string // at most 55 bytes
	Data []byte
}

// Item is an item with a fixed key.
type Item struct {
	Key  uint16
	Data []byte
}

const stateVersion = 1

type state struct {
	Key    uint16
	Offset uint32 // in the item
	High   uint32 // DMA address
}

// FwCfg is the device.
type FwCfg struct {
	state
	name  string
	mem   Memory
	items map[uint16][]byte // looked up only
}

// New returns the device with its items. Signature, features and the directory come
// by themselves. It fails on a file name that is too long.
func New(name string, mem Memory, items []Item, files []File) (*FwCfg, error) {
	d := &FwCfg{name: name, mem: mem, items: map[uint16][]byte{
		KeySignature: []byte("QEMU"),
		KeyFeatures:  {featureTraditional | featureDMA, 0, 0, 0},
	}}
	for _, it := range items {
		d.items[it.Key] = it.Data
	}
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	dir := binary.BigEndian.AppendUint32(nil, uint32(len(files)))
	for i, f := range files {
		if len(f.Name) >= nameSize {
			return nil, fmt.Errorf("%s: file name %q: want at most %d bytes", name, f.Name, nameSize-1)
		}
		key := keyFirstFile + uint16(i)
		var e [entrySize]byte
		binary.BigEndian.PutUint32(e[:], uint32(len(f.Data)))
		binary.BigEndian.PutUint16(e[4:], key)
		copy(e[8:], f.Name)
		dir = append(dir, e[:]...)
		d.items[key] = f.Data
	}
	d.items[keyDirectory] = dir
	d.Reset(bus.PowerOn)
	return d, nil
}

// Name implements bus.Device.
func (d *FwCfg) Name() string { return d.name }

// Reset selects the signature.
func (d *FwCfg) Reset(bus.ResetKind) { d.state = state{} }

// choose selects an item, from its start.
func (d *FwCfg) choose(key uint16) { d.Key, d.Offset = key&keyMask, 0 }

// rest is what has not been read of the item. An unknown one is empty.
func (d *FwCfg) rest() []byte {
	item := d.items[d.Key]
	return item[min(uint64(d.Offset), uint64(len(item))):]
}

func (d *FwCfg) advance(n uint32) {
	d.Offset = uint32(min(uint64(d.Offset)+uint64(n), math.MaxUint32))
}

// In reads a register. Data behind the end of an item are 0.
func (d *FwCfg) In(off uint16) uint8 {
	switch {
	case off <= regData:
		var v uint8
		if rest := d.rest(); len(rest) > 0 {
			v = rest[0]
		}
		d.advance(1)
		return v
	case off >= regDMAHigh && off < Ports: // big endian
		return uint8(dmaSignature >> (8 * (7 - (off - regDMAHigh))))
	}
	return 0xff
}

// Out ignores bytes: the selector takes words, the DMA address dwords.
func (d *FwCfg) Out(uint16, uint8) {}

// InWide implements bus.WidePortHandler.
func (d *FwCfg) InWide(off uint16, size int) uint32 {
	if off <= regData { // the device is 8 bits wide on this side
		return uint32(d.In(off)) | ^uint32(0)>>(32-8*size)&^0xff
	}
	var v uint32
	for i := range size {
		v |= uint32(d.In(off+uint16(i))) << (8 * i)
	}
	return v
}

// OutWide implements bus.WidePortHandler.
func (d *FwCfg) OutWide(off uint16, size int, v uint32) {
	be := v<<24 | v<<8&0xff0000 | v>>8&0xff00 | v>>24
	switch {
	case off == regSelector && size == 2:
		d.choose(uint16(v))
	case off == regDMAHigh && size == 4:
		d.High = be
	case off == regDMALow && size == 4:
		d.transfer(uint64(d.High)<<32 | uint64(be))
		d.High = 0
	}
}

// InBlock implements bus.BlockPortHandler: bytes of the item.
func (d *FwCfg) InBlock(off uint16, size int, p []byte) int {
	if off > regData || size != 1 {
		return 0
	}
	n := copy(p, d.rest())
	clear(p[n:])
	d.advance(uint32(len(p)))
	return len(p)
}

// OutBlock implements bus.BlockPortHandler.
func (d *FwCfg) OutBlock(uint16, int, []byte) int { return 0 }

// transfer carries out what is described at an address.
func (d *FwCfg) transfer(at uint64) {
	if at > math.MaxUint32 {
		return // there is nobody to tell
	}
	var b [dmaBytes]byte
	d.mem.ReadPhys(uint32(at), b[:])
	control, length, addr := binary.BigEndian.Uint32(b[:]), binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint64(b[8:])
	if control&dmaSelect != 0 {
		d.choose(uint16(control >> 16))
	}
	var result uint32
	switch {
	case control&dmaRead != 0:
		if !d.copyOut(addr, length) {
			result = dmaError
		}
	case control&dmaWrite != 0:
		result = dmaError
	case control&dmaSkip != 0:
		d.advance(length)
	}
	d.mem.WritePhys(uint32(at), binary.BigEndian.AppendUint32(nil, result))
}

// copyOut stores the next n bytes of the item at addr. It reports false for a place
// beyond 4 GB and for a length that makes no sense for the item.
func (d *FwCfg) copyOut(addr uint64, n uint32) bool {
	rest := d.rest()
	if uint64(n) > uint64(len(rest))+maxTransfer || addr+uint64(n) > 1<<32 || addr > math.MaxUint32 {
		return false
	}
	have := min(int(n), len(rest))
	d.mem.WritePhys(uint32(addr), rest[:have])
	d.mem.WritePhys(uint32(addr)+uint32(have), make([]byte, int(n)-have))
	d.advance(n)
	return true
}

// Inspect reports the selection for the monitor.
func (d *FwCfg) Inspect() []bus.Field {
	return []bus.Field{
		{Name: "key", Value: fmt.Sprintf("%#04x", d.Key)},
		{Name: "offset", Value: d.Offset},
		{Name: "size", Value: len(d.items[d.Key])},
	}
}

// MarshalBinary implements encoding.BinaryMarshaler for snapshots.
func (d *FwCfg) MarshalBinary() ([]byte, error) { return bus.MarshalState(stateVersion, &d.state) }

// UnmarshalBinary restores a snapshot. The items are the board's.
func (d *FwCfg) UnmarshalBinary(b []byte) error {
	return bus.UnmarshalState(d.name, stateVersion, b, &d.state)
}
