package mmu

import "beige/devices/bus"

// Shared memory is that of a device, a display adapter say, in which the processor
// reads and stores without asking the device. It lies in the flat slice behind the
// ROMs, where TLB entries reach it as they do RAM. The device learns which pages were
// stored in: a page that was not has no write tag, so the first store to it takes the
// slow path, which notes it and gives the tag; asking for the pages takes the tags away
// again. No code is decoded from it in advance, since the device changes it as well.

// sharedArea is how many bytes of the flat slice there are for it.
const sharedArea = 16 << 20

// Shared is shared memory of one device. It is a bus.MMIOHandler: what PCI windows show.
type Shared struct {
	p      *Physical
	first  uint32 // index in Mem
	bytes  []byte
	stored []bool // by page, since Stored was called
	told   []bool // what Stored returned
	any    bool

	shown struct{ addr, size, at uint32 }
}

var _ bus.MMIOHandler = (*Shared)(nil)

// Share gives out size bytes, whole pages, of the area for shared memory: 16 MB at
// most, and once.
func (p *Physical) Share(size uint32) *Shared {
	if p.shared != nil || size > sharedArea || size&pageMask != 0 {
		panic("mmu: shared memory")
	}
	p.shared = &Shared{
		p: p, first: p.sharedAt, bytes: p.mem[p.sharedAt:][:size:size],
		stored: make([]bool, size>>PageShift), told: make([]bool, size>>PageShift),
	}
	return p.shared
}

// OnUnshare sets the functions that are told when write tags of the indices
// [from, to) of Mem are void (clean), and when everything is that translates to there
// (gone).
func (p *Physical) OnUnshare(clean, gone func(from, to uint32)) { p.onClean, p.onGone = clean, gone }

// Bytes is the memory.
func (s *Shared) Bytes() []byte { return s.bytes }

// Stored tells of each page of the memory whether the processor, DMA or a window has
// stored in it since the last call; nil if in none. The answer is good until the next call.
func (s *Shared) Stored() []bool {
	if !s.any {
		return nil
	}
	s.any = false
	s.stored, s.told = s.told, s.stored
	clear(s.stored)
	if s.p.onClean != nil {
		s.p.onClean(s.first, s.first+uint32(len(s.bytes)))
	}
	return s.told
}

// Show makes the memory from at on the memory at physical [addr, addr+size), where a
// window of a device is mapped, in place of that device. Only the latest call counts:
// before it, and with a size of 0, the device answers. All are on page boundaries.
func (s *Shared) Show(addr, size, at uint32) {
	old := s.shown
	s.shown.addr, s.shown.size, s.shown.at = addr, size, at
	if s.shown == old || size == 0 && old.size == 0 {
		return
	}
	for off := uint32(0); off < old.size; off += PageSize {
		pg := s.p.base(old.addr + off)
		pg.r, pg.w = none, none
		s.p.set(old.addr+off, pg)
	}
	if old.size != 0 && s.p.onGone != nil {
		s.p.onGone(s.first+old.at, s.first+old.at+old.size)
	}
	for off := uint32(0); off < size; off += PageSize {
		if pg := s.p.base(addr + off); pg.win != nil {
			pg.r, pg.w = s.page(at+off), s.page(at+off)
			s.p.set(addr+off, pg)
		}
	}
}

// page is the number in Mem of the page at an offset of the memory.
func (s *Shared) page(off uint32) int32 { return int32((s.first + off) >> PageShift) }

// behind is the memory behind one page of a window, if its handler is shared memory.
func behind(h bus.MMIOHandler, off uint32) int32 {
	if s, ok := h.(*Shared); ok && off < uint32(len(s.bytes)) {
		return s.page(off)
	}
	return none
}

// IsShared reports whether index i of Mem is in shared memory.
func (p *Physical) IsShared(i uint32) bool { return i >= p.sharedAt }

// NoteStore tells of a store at index i of Mem, within one page, that somebody else
// does.
func (p *Physical) NoteStore(i uint32) {
	if i >= p.sharedAt && p.shared != nil {
		p.shared.note(i - p.sharedAt)
	}
}

func (s *Shared) note(off uint32) { s.stored[off>>PageShift], s.any = true, true }

// IsClean reports whether index i of Mem is in a page of shared memory that was not
// stored in since the device asked: it must have no write tag.
func (p *Physical) IsClean(i uint32) bool {
	return i >= p.sharedAt && p.shared != nil && !p.shared.stored[(i-p.sharedAt)>>PageShift]
}

// ReadMMIO implements bus.MMIOHandler; beyond the memory it reads as all ones.
func (s *Shared) ReadMMIO(off uint32, size int) uint64 {
	var v uint64
	for i := range uint32(size) {
		b := uint8(0xff)
		if off+i < uint32(len(s.bytes)) {
			b = s.bytes[off+i]
		}
		v |= uint64(b) << (8 * i)
	}
	return v
}

// WriteMMIO implements bus.MMIOHandler.
func (s *Shared) WriteMMIO(off uint32, size int, v uint64) {
	for i := range uint32(size) {
		if off+i < uint32(len(s.bytes)) {
			s.note(off + i)
			s.bytes[off+i] = uint8(v >> (8 * i))
		}
	}
}
