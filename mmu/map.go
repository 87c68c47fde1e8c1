package mmu

import (
	"fmt"

	"beige/devices/bus"
)

// Where what is mapped is kept. Between 640 KB and 1 MB two layers lie over each
// other: what the board has put there (ROM, windows), and the RAM of the same
// addresses, which a chipset can show instead for reads, for writes, or for both.
// What the processor meets is worked out whenever one of them changes.

const (
	len4MB   = uint32(len(leaf{}) * PageSize) // of a leaf
	lowStart = 640 << 10
	lowPages = (oneMB - lowStart) / PageSize
)

// lowPage is one page from 640 KB to 1 MB.
type lowPage struct {
	base   page // without shadow RAM
	rd, wr bool // RAM is read, is written
}

// base returns what is mapped at pa, shadow RAM aside.
func (p *Physical) base(pa uint32) page {
	if pa >= lowStart && pa < oneMB {
		return p.low[(pa-lowStart)>>PageShift].base
	}
	return p.page(pa)
}

// set maps one page below shadow RAM.
func (p *Physical) set(pa uint32, pg page) {
	if pa < lowStart || pa >= oneMB {
		*p.slot(pa) = pg
		return
	}
	p.low[(pa-lowStart)>>PageShift].base = pg
	p.resolve(pa)
}

// resolve lays shadow RAM over one page from 640 KB to 1 MB.
func (p *Physical) resolve(pa uint32) {
	l := &p.low[(pa-lowStart)>>PageShift]
	pg, ram := l.base, int32(pa>>PageShift)
	if l.rd {
		pg.r = ram
	}
	if l.wr {
		pg.w = ram
	}
	*p.slot(pa) = pg
}

// Shadow says for [addr, addr+size), on page boundaries between 640 KB and 1 MB,
// whether reads and whether writes go to the RAM of these addresses instead of to
// what is mapped there. From the first call on that RAM is part of RAM.
func (p *Physical) Shadow(addr, size uint32, read, write bool) {
	p.shadowed = true
	changed := false
	for pa := max(addr, lowStart) &^ pageMask; pa < min(addr+size, oneMB); pa += PageSize {
		if l := &p.low[(pa-lowStart)>>PageShift]; l.rd != read || l.wr != write {
			l.rd, l.wr, changed = read, write, true
			p.resolve(pa)
		}
	}
	if changed {
		p.changed()
	}
}

// Overlay gives a device those pages of [addr, addr+size) where nothing is yet,
// neither memory nor a window: what a PCI function that can be moved gets. Both
// are multiples of 4 KB; what lies beyond 4 GB is left out.
func (p *Physical) Overlay(name string, addr, size uint32, h bus.MMIOHandler) {
	w := &window{name, addr, size, h}
	for pa := uint64(addr); pa < min(uint64(addr)+uint64(size), 1<<32); pa += PageSize {
		if p.base(uint32(pa)) == empty {
			i := behind(h, uint32(pa)-addr)
			p.set(uint32(pa), page{i, i, w})
		}
	}
	p.changed()
}

// Remove takes the window of that name off [addr, addr+size), as a PCI function
// that moves does.
func (p *Physical) Remove(name string, addr, size uint32) {
	for pa := uint64(addr); pa < min(uint64(addr)+uint64(size), 1<<32); pa += PageSize {
		if w := p.base(uint32(pa)).win; w != nil && w.name == name {
			p.set(uint32(pa), empty)
		}
	}
	p.changed()
}

func (p *Physical) slot(pa uint32) *page {
	l := p.top[pa>>22]
	if l == nil {
		l = new(leaf)
		for i := range l {
			l[i] = p.initial(pa&^(len4MB-1) + uint32(i)<<PageShift)
		}
		p.top[pa>>22] = l
	}
	return &l[pa>>PageShift&1023]
}

// MapRAM makes [addr, addr+size) RAM, read and written at the same index.
func (p *Physical) MapRAM(addr, size uint64) {
	for a := addr; a < addr+size; a += PageSize {
		p.set(uint32(a), page{int32(a >> PageShift), int32(a >> PageShift), nil})
	}
	p.changed()
}

// MapROM copies image behind RAM and shows it at every given address; writes
// are lost. Addresses and the image's size are multiples of 4 KB; a shorter
// image is padded with FFh.
func (p *Physical) MapROM(name string, image []byte, addrs ...uint32) error {
	size := (uint64(len(image)) + pageMask) &^ pageMask
	if len(image) == 0 || p.romNext+size > uint64(p.sharedAt) {
		return fmt.Errorf("ROM %s: %d bytes do not fit", name, len(image))
	}
	for _, a := range addrs {
		if a&pageMask != 0 || uint64(a)+size > 1<<32 {
			return fmt.Errorf("ROM %s: %d bytes at %#x: want a page boundary and an end below 4 GB", name, len(image), a)
		}
	}
	dst := p.mem[p.romNext : p.romNext+size]
	for i := copy(dst, image); i < len(dst); i++ {
		dst[i] = 0xff
	}
	for _, a := range addrs {
		for off := uint64(0); off < size; off += PageSize {
			p.set(a+uint32(off), page{int32((p.romNext + off) >> PageShift), none, nil})
		}
	}
	p.romNext += size
	p.changed()
	return nil
}

// MapMMIO gives [addr, addr+size) to a device; both are multiples of 4 KB. It
// fails with bus.ErrOverlap where another device is mapped.
func (p *Physical) MapMMIO(name string, addr, size uint32, h bus.MMIOHandler) error {
	if addr&pageMask != 0 || size&pageMask != 0 {
		return fmt.Errorf("window %s at %#x: want page boundaries", name, addr)
	}
	for off := uint32(0); off < size; off += PageSize {
		if w := p.base(addr + off).win; w != nil {
			return fmt.Errorf("window %s at %#x: %w by %s", name, addr+off, bus.ErrOverlap, w.name)
		}
	}
	w := &window{name, addr, size, h}
	for off := uint32(0); off < size; off += PageSize {
		p.set(addr+off, page{none, none, w})
	}
	p.changed()
	return nil
}
