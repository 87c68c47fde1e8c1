package cpu

import (
	"unsafe"

	"beige/mmu"
)

// Memory access by instructions. The ld*, st* and rmw* functions take the fast
// path of DESIGN section 4.3: one compare against the segment's end, one against
// the TLB tag, then the flat slice. Everything else (limits, rights, page walk,
// devices, code pages, page crossings, alignment checks) is behind slow*.

// The TLB guarantees that a whole access is inside one page of mem, so these
// need no more than the bounds check of the first byte. All hosts beige builds
// for are little-endian and allow unaligned access.

func load16(m []byte, i uint64) uint16     { return *(*uint16)(unsafe.Pointer(&m[i])) }
func load32(m []byte, i uint64) uint32     { return *(*uint32)(unsafe.Pointer(&m[i])) }
func load64(m []byte, i uint64) uint64     { return *(*uint64)(unsafe.Pointer(&m[i])) }
func store16(m []byte, i uint64, v uint16) { *(*uint16)(unsafe.Pointer(&m[i])) = v }
func store32(m []byte, i uint64, v uint32) { *(*uint32)(unsafe.Pointer(&m[i])) = v }
func store64(m []byte, i uint64, v uint64) { *(*uint64)(unsafe.Pointer(&m[i])) = v }

const (
	tlbMask   = mmu.TLBSize - 1
	pageMask  = mmu.PageSize - 1
	pageShift = mmu.PageShift
)

// Flat operands. In 32-bit code with flat segments (modeFlat) handlers named Flat do
// without segments: what base and displacement give is a linear address, and an
// access across its end has no tag in the TLB. Those that do not find the tag call
// the handler of all kinds of operands.

// entry returns the TLB entry of a linear address.
func (c *CPU) entry(la uint64) *mmu.Entry {
	return (*mmu.Entry)(unsafe.Add(unsafe.Pointer(&c.tlb.E), la>>pageShift&tlbMask*uint64(unsafe.Sizeof(mmu.Entry{}))))
}

// canRead and canWrite are the fast paths of ld and st for handlers that have no
// call to spare: where size bytes at seg:off lie in mem, if they can be had so.

func (c *CPU) canRead(seg uint8, off, size uint32) (i uint64, ok bool) {
	s := &c.Seg[seg&7]
	la := uint64(uint32(s.Base) + off)
	e := &c.tlb.E[la>>pageShift&tlbMask]
	return la + e.D, uint64(off)+uint64(size) <= s.EndR && e.R == (la+uint64(size)-1)&^pageMask
}

func (c *CPU) canWrite(seg uint8, off, size uint32) (i uint64, ok bool) {
	s := &c.Seg[seg&7]
	la := uint64(uint32(s.Base) + off)
	e := &c.tlb.E[la>>pageShift&tlbMask]
	return la + e.D, uint64(off)+uint64(size) <= s.EndW && e.W == (la+uint64(size)-1)&^pageMask
}

func (c *CPU) ld8(op *Op, seg uint8, off uint32) uint8 {
	s := &c.Seg[seg&7]
	if uint64(off) < s.EndR {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.R == la&^pageMask {
			return c.mem[la+e.D]
		}
	}
	return uint8(c.slowRead(op, seg, off, 1))
}

func (c *CPU) ld16(op *Op, seg uint8, off uint32) uint16 {
	s := &c.Seg[seg&7]
	if uint64(off)+2 <= s.EndR {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.R == (la+1)&^pageMask {
			return load16(c.mem, la+e.D)
		}
	}
	return uint16(c.slowRead(op, seg, off, 2))
}

func (c *CPU) ld32(op *Op, seg uint8, off uint32) uint32 {
	s := &c.Seg[seg&7]
	if uint64(off)+4 <= s.EndR {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.R == (la+3)&^pageMask {
			return load32(c.mem, la+e.D)
		}
	}
	return uint32(c.slowRead(op, seg, off, 4))
}

func (c *CPU) st8(op *Op, seg uint8, off uint32, v uint8) {
	s := &c.Seg[seg&7]
	if uint64(off) < s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == la&^pageMask {
			c.mem[la+e.D] = v
			return
		}
	}
	c.slowWrite(op, seg, off, 1, uint64(v))
}

func (c *CPU) st16(op *Op, seg uint8, off uint32, v uint16) {
	s := &c.Seg[seg&7]
	if uint64(off)+2 <= s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == (la+1)&^pageMask {
			store16(c.mem, la+e.D, v)
			return
		}
	}
	c.slowWrite(op, seg, off, 2, uint64(v))
}

func (c *CPU) st32(op *Op, seg uint8, off uint32, v uint32) {
	s := &c.Seg[seg&7]
	if uint64(off)+4 <= s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == (la+3)&^pageMask {
			store32(c.mem, la+e.D, v)
			return
		}
	}
	c.slowWrite(op, seg, off, 4, uint64(v))
}

// rmwIndex is the index of a read-modify-write operand in mem, or rmwIsSlow.
type rmwIndex = uint64

const rmwIsSlow rmwIndex = ^uint64(0)

// rmwSlow remembers where a slow read-modify-write operand is between its read
// and its write; both halves of a page crossing are known writable.
type rmwSlow struct {
	op      *Op
	loc     [2]location
	size, n uint32 // whole size, bytes in the first page
	seg     uint8
	wrap    bool   // 8086: the word wraps at the segment's end
	off     uint32 // with wrap
}

// rmw8 and its kin read an operand that will be written: write rights are
// checked first, as the processor does, so that the write cannot fault.

func (c *CPU) rmw8(op *Op, seg uint8, off uint32) (uint8, rmwIndex) {
	s := &c.Seg[seg&7]
	if uint64(off) < s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == la&^pageMask {
			return c.mem[la+e.D], la + e.D
		}
	}
	return uint8(c.slowRMW(op, seg, off, 1)), rmwIsSlow
}

func (c *CPU) rmw16(op *Op, seg uint8, off uint32) (uint16, rmwIndex) {
	s := &c.Seg[seg&7]
	if uint64(off)+2 <= s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == (la+1)&^pageMask {
			return load16(c.mem, la+e.D), la + e.D
		}
	}
	return uint16(c.slowRMW(op, seg, off, 2)), rmwIsSlow
}

func (c *CPU) rmw32(op *Op, seg uint8, off uint32) (uint32, rmwIndex) {
	s := &c.Seg[seg&7]
	if uint64(off)+4 <= s.EndW {
		la := uint64(uint32(s.Base) + off)
		if e := &c.tlb.E[la>>pageShift&tlbMask]; e.W == (la+3)&^pageMask {
			return load32(c.mem, la+e.D), la + e.D
		}
	}
	return uint32(c.slowRMW(op, seg, off, 4)), rmwIsSlow
}

func (c *CPU) rmw64(op *Op, seg uint8, off uint32) (uint64, rmwIndex) {
	return c.slowRMW(op, seg, off, 8), rmwIsSlow
}

// put8 and its kin write back what rmw8 and its kin read.

func (c *CPU) put8(i rmwIndex, v uint8) {
	if i < uint64(len(c.mem)) {
		c.mem[i] = v
		return
	}
	c.slowPut(uint64(v))
}

func (c *CPU) put16(i rmwIndex, v uint16) {
	if i < uint64(len(c.mem)) {
		store16(c.mem, i, v)
		return
	}
	c.slowPut(uint64(v))
}

func (c *CPU) put32(i rmwIndex, v uint32) {
	if i < uint64(len(c.mem)) {
		store32(c.mem, i, v)
		return
	}
	c.slowPut(uint64(v))
}

func (c *CPU) put64(_ rmwIndex, v uint64) { c.slowPut(v) }
