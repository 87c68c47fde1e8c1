package mmu

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"beige/devices/bus"
)

// Page geometry.
const (
	PageShift = 12
	PageSize  = 1 << PageShift
	pageMask  = PageSize - 1

	romArea = 2 << 20 // bytes behind RAM for ROM images
	oneMB   = 1 << 20
)

// none marks a page without memory behind it.
const none = -1

// page says what answers at one physical page. Reads and writes are apart, as
// the shadow RAM of a PCI chipset needs them.
type page struct {
	r, w int32 // page number in the flat slice, or none
	win  *window
}

var empty = page{none, none, nil}

type window struct {
	name string
	base uint32
	size uint32
	h    bus.MMIOHandler
}

type leaf [1024]page

// Physical is the physical address space of one machine, 4 GB wide. It belongs
// to the machine goroutine.
type Physical struct {
	mem []byte // RAM, then the ROM area, then shared memory
	ram uint64 // bytes of RAM

	top     [1024]*leaf // nil: RAM as far as it goes, nothing beyond
	romNext uint64      // next free byte of the ROM area
	a20     uint32

	low      [lowPages]lowPage // 640K to 1M, where shadow RAM can hide what is mapped
	shadowed bool              // Shadow was called

	code     []*codeLeaf // by megabyte of mem; nil: no decoded code there
	onCode   func(i, n uint32)
	onChange func()

	sharedAt        uint32 // index of the first byte for shared memory
	shared          *Shared
	onClean, onGone func(from, to uint32)

	unclaimed uint64
}

// NewPhysical returns an address space with ram bytes of RAM: 640 KB from 0 and
// what is beyond 1 MB from there; the range between is empty. ram is rounded
// down to pages. It fails below 64 KB and above 3.5 GB.
func NewPhysical(ram uint64) (*Physical, error) {
	return NewPhysicalIn(ram, func(n int) ([]byte, error) { return make([]byte, n), nil })
}

// NewPhysicalIn is NewPhysical with the flat slice from alloc, which returns n zero
// bytes that last as long as anything that has to do with the address space.
func NewPhysicalIn(ram uint64, alloc func(n int) ([]byte, error)) (*Physical, error) {
	ram &^= pageMask
	if ram < 64<<10 || ram > 3584<<20 {
		return nil, fmt.Errorf("memory size %d KB: want 64 KB to 3584 MB", ram>>10)
	}
	flat := max(ram, oneMB)
	mem, err := alloc(int(flat + romArea + sharedArea))
	if err != nil {
		return nil, fmt.Errorf("memory of %d MB: %w", ram>>20, err)
	}
	p := &Physical{
		mem:      mem,
		ram:      ram,
		romNext:  flat,
		sharedAt: uint32(flat + romArea),
		a20:      ^uint32(0),
	}
	for i := range p.low {
		p.low[i].base = empty
	}
	p.code = make([]*codeLeaf, (len(p.mem)-1)>>(PageShift+leafBits)+1)
	return p, nil
}

// RAMSize returns the bytes of RAM, the part behind 640K-1M included.
func (p *Physical) RAMSize() uint64 { return p.ram }

// Mem returns the flat slice that TLB entries index: RAM first, then ROMs, then the
// memory that devices share. The caller keeps it for the life of the machine; it never moves.
func (p *Physical) Mem() []byte { return p.mem }

// RAM returns the RAM part of the flat slice, up to 1 MB at least where there is
// shadow RAM.
func (p *Physical) RAM() []byte {
	if p.shadowed {
		return p.mem[:max(p.ram, oneMB)]
	}
	return p.mem[:p.ram]
}

// OnCodeWrite sets the function that is told of a store of n bytes at index i of
// Mem, within one page, that is about to change bytes marked by MarkCode.
func (p *Physical) OnCodeWrite(f func(i, n uint32)) { p.onCode = f }

// OnChange sets the function that is told when the meaning of addresses changed
// (A20, mappings): cached translations are void.
func (p *Physical) OnChange(f func()) { p.onChange = f }

func (p *Physical) changed() {
	if p.onChange != nil {
		p.onChange()
	}
}

// SetA20 opens (true) or forces to 0 (false) address line 20 as the processor
// sees it.
func (p *Physical) SetA20(open bool) {
	m := ^uint32(0)
	if !open {
		m = ^uint32(oneMB)
	}
	if m != p.a20 {
		p.a20 = m
		p.changed()
	}
}

// A20 reports whether line 20 is open.
func (p *Physical) A20() bool { return p.a20 == ^uint32(0) }

// CPUAddress applies the A20 gate to an address the processor drives.
func (p *Physical) CPUAddress(pa uint32) uint32 { return pa & p.a20 }

func (p *Physical) page(pa uint32) page {
	if l := p.top[pa>>22]; l != nil {
		return l[pa>>PageShift&1023]
	}
	return p.initial(pa)
}

// initial is what answers at a page that nothing has been mapped at.
func (p *Physical) initial(pa uint32) page {
	if uint64(pa) < p.ram && (pa < lowStart || pa >= oneMB) {
		return page{int32(pa >> PageShift), int32(pa >> PageShift), nil}
	}
	return empty
}

// Unclaimed counts accesses that neither memory nor a device answered.
func (p *Physical) Unclaimed() uint64 { return p.unclaimed }

// Index returns where physical address pa is read from and written to in Mem;
// ok values are false where a device or nothing is there. A20 is not applied.
func (p *Physical) Index(pa uint32) (read, write uint32, readable, writable bool) {
	pg := p.page(pa)
	off := pa & pageMask
	return uint32(pg.r)<<PageShift | off, uint32(pg.w)<<PageShift | off, pg.r >= 0, pg.w >= 0
}

// Read loads size bytes (1, 2, 4 or 8) at pa, which may cross a page. Holes
// read as all ones.
func (p *Physical) Read(pa uint32, size int) uint64 {
	if pa&pageMask+uint32(size) > PageSize {
		var v uint64
		for i := range size {
			v |= p.Read(pa+uint32(i), 1) << (8 * i)
		}
		return v
	}
	pg := p.page(pa)
	if pg.r >= 0 {
		b := p.mem[uint32(pg.r)<<PageShift|pa&pageMask:]
		switch size {
		case 1:
			return uint64(b[0])
		case 2:
			return uint64(binary.LittleEndian.Uint16(b))
		case 4:
			return uint64(binary.LittleEndian.Uint32(b))
		}
		return binary.LittleEndian.Uint64(b)
	}
	if pg.win != nil {
		return pg.win.h.ReadMMIO(pa-pg.win.base, size)
	}
	p.unclaimed++
	return ^uint64(0) >> (64 - 8*size)
}

// Write stores size bytes (1, 2, 4 or 8) at pa, which may cross a page. Writes
// to ROM and holes are lost.
func (p *Physical) Write(pa uint32, size int, v uint64) {
	if pa&pageMask+uint32(size) > PageSize {
		for i := range size {
			p.Write(pa+uint32(i), 1, v>>(8*i))
		}
		return
	}
	pg := p.page(pa)
	if pg.w >= 0 {
		i := uint32(pg.w)<<PageShift | pa&pageMask
		p.touch(i, uint32(size))
		b := p.mem[i:]
		switch size {
		case 1:
			b[0] = uint8(v)
		case 2:
			binary.LittleEndian.PutUint16(b, uint16(v))
		case 4:
			binary.LittleEndian.PutUint32(b, uint32(v))
		default:
			binary.LittleEndian.PutUint64(b, v)
		}
		return
	}
	if pg.win != nil {
		pg.win.h.WriteMMIO(pa-pg.win.base, size, v)
		return
	}
	if pg.r < 0 {
		p.unclaimed++
	}
}

// ReadPhys fills b from pa on, as DMA and the debugger do. Addresses wrap at
// 4 GB; device windows are read bytewise.
func (p *Physical) ReadPhys(pa uint32, b []byte) {
	for len(b) > 0 {
		n := min(len(b), int(PageSize-pa&pageMask))
		if pg := p.page(pa); pg.r >= 0 {
			copy(b[:n], p.mem[uint32(pg.r)<<PageShift|pa&pageMask:])
		} else {
			for i := range n {
				b[i] = uint8(p.Read(pa+uint32(i), 1))
			}
		}
		b, pa = b[n:], pa+uint32(n)
	}
}

// WritePhys stores b from pa on, as DMA does; code decoded from the bytes is
// dropped.
func (p *Physical) WritePhys(pa uint32, b []byte) {
	for len(b) > 0 {
		n := min(len(b), int(PageSize-pa&pageMask))
		if pg := p.page(pa); pg.w >= 0 {
			i := uint32(pg.w)<<PageShift | pa&pageMask
			p.touch(i, uint32(n))
			copy(p.mem[i:], b[:n])
		} else {
			for i := range n {
				p.Write(pa+uint32(i), 1, uint64(b[i]))
			}
		}
		b, pa = b[n:], pa+uint32(n)
	}
}

// codeMap marks the bytes of one page that decoded code was made from. It is exact to
// the byte: a kernel that keeps its stack or its variables between its
// routines stores there all the time.
type codeMap [PageSize / 64]uint64

// codeLeaf is the pages of 1 MB.
type codeLeaf [1 << leafBits]*codeMap

const leafBits = 8

// MarkCode records that the n bytes at index i of Mem, within one page, are
// decoded code. It reports whether the page held none before: write tags for
// the page are void then.
func (p *Physical) MarkCode(i, n uint32) (first bool) {
	c := p.codeMap(i)
	if c == nil {
		first = true
		c = new(codeMap)
		l := &p.code[i>>(PageShift+leafBits)]
		if *l == nil {
			*l = new(codeLeaf)
		}
		(*l)[i>>PageShift%(1<<leafBits)] = c
	}
	for w, mask := range words(i, n) {
		c[w] |= mask
	}
	return first
}

// UnmarkCode takes back MarkCode for the n bytes at index i. What else MarkCode
// was told of them has to be marked again.
func (p *Physical) UnmarkCode(i, n uint32) {
	if c := p.codeMap(i); c != nil {
		for w, mask := range words(i, n) {
			c[w] &^= mask
		}
	}
}

// ClearCode forgets all code of the page with index i of Mem.
func (p *Physical) ClearCode(i uint32) {
	if l := p.code[i>>(PageShift+leafBits)]; l != nil {
		l[i>>PageShift%(1<<leafBits)] = nil
	}
}

// HasCode reports whether the page with index i of Mem holds decoded code, or
// held some since ClearCode.
func (p *Physical) HasCode(i uint32) bool { return p.codeMap(i) != nil }

// codeMap returns the marks of the page with index i of Mem, or nil.
func (p *Physical) codeMap(i uint32) *codeMap {
	if l := p.code[i>>(PageShift+leafBits)]; l != nil {
		return l[i>>PageShift%(1<<leafBits)]
	}
	return nil
}

// CodeMaps is the address of an array of pointers, one a megabyte of Mem: nil, or to 256
// pointers, one a page. Those are nil, where HasCode is false, or point to a bit for each
// byte that MarkCode was told of.
func (p *Physical) CodeMaps() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(p.code)) }

// Touch tells of a store of n bytes at index i of Mem, within one page, that
// somebody else is about to do.
func (p *Physical) Touch(i, n uint32) { p.touch(i, n) }

func (p *Physical) touch(i, n uint32) {
	c := p.codeMap(i)
	if c == nil {
		p.NoteStore(i)
		return
	}
	// Most stores are inside one word of the map.
	if bit := i & 63; bit+n <= 64 {
		if c[i&pageMask>>6]>>bit&(1<<n-1) != 0 && p.onCode != nil {
			p.onCode(i, n)
		}
		return
	}
	for w, mask := range words(i, n) {
		if c[w]&mask != 0 && p.onCode != nil {
			p.onCode(i, n)
			return
		}
	}
}

// words yields the words of a codeMap that [i, i+n) of one page touches, with
// the bits.
func words(i, n uint32) func(yield func(w uint32, mask uint64) bool) {
	return func(yield func(w uint32, mask uint64) bool) {
		from := i & pageMask
		to := from + n // exclusive
		for from < to {
			end := min(from&^63+64, to)
			if !yield(from>>6, (^uint64(0)>>(64-(end-from)))<<(from&63)) {
				return
			}
			from = end
		}
	}
}
