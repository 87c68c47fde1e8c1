package fat

import (
	"encoding/binary"
	"fmt"
)

// Entries of the file allocation table (overview, "FAT Data Structure"): the
// number of the next cluster, 0 free, and these, without the upper bits that
// the width has not.
const (
	free       = 0
	bad        = 0x0ffffff7
	endOfChain = 0x0fffffff
	isEnd      = 0x0ffffff8 // and above
)

// chunk is what is read of the table at a time, in bytes: a multiple of 3
// sectors, so that no entry of 12 bits lies across the end of one.
const chunk = 3 * 4096

// mostChunks bounds the part of the table that is kept in memory.
const mostChunks = 1024

// table is one file allocation table, read as it is needed.
type table struct {
	v      *Volume
	start  uint64 // sector of the volume
	chunks map[int64][]byte
	last   int64 // the chunk used last, plus 1
	data   []byte
}

func (t *table) chunk(i int64) ([]byte, error) {
	if t.last == i+1 {
		return t.data, nil
	}
	c := t.chunks[i]
	if c == nil {
		size := int64(t.v.FATSectors) * int64(t.v.SectorSize)
		if i*chunk >= size {
			return nil, damaged("the file allocation table is too short")
		}
		c = make([]byte, min(chunk, size-i*chunk))
		if err := t.v.read(int64(t.start)*int64(t.v.SectorSize)+i*chunk, c); err != nil {
			return nil, err
		}
		if t.chunks == nil || len(t.chunks) >= mostChunks {
			t.chunks = map[int64][]byte{}
		}
		t.chunks[i] = c
	}
	t.last, t.data = i+1, c
	return c, nil
}

// forget drops what is in memory.
func (t *table) forget() { t.chunks, t.last, t.data = nil, 0, nil }

// locate finds the chunk and the byte in it at which an entry begins.
func (t *table) locate(n uint32) (index int64, at int) {
	off := int64(n) * int64(t.v.Bits) / 8
	return off / chunk, int(off % chunk)
}

// get returns the entry of cluster n, widened to 28 bits.
func (t *table) get(n uint32) (uint32, error) {
	i, at := t.locate(n)
	c, err := t.chunk(i)
	if err != nil {
		return 0, err
	}
	if at+t.width() > len(c) {
		return 0, damaged("the file allocation table ends before cluster %d", n)
	}
	le := binary.LittleEndian
	switch t.v.Bits {
	case 12:
		e := uint32(le.Uint16(c[at:]))
		if n&1 != 0 {
			e >>= 4
		}
		if e &= 0xfff; e >= 0xff7 {
			e |= 0x0ffff000
		}
		return e, nil
	case 16:
		e := uint32(le.Uint16(c[at:]))
		if e >= 0xfff7 {
			e |= 0x0fff0000
		}
		return e, nil
	}
	return le.Uint32(c[at:]) & 0x0fffffff, nil
}

// width is how many bytes an entry touches.
func (t *table) width() int {
	if t.v.Bits == 32 {
		return 4
	}
	return 2
}

// put changes an entry at c[at].
func (t *table) put(c []byte, at int, n, e uint32) {
	le := binary.LittleEndian
	switch t.v.Bits {
	case 12:
		old := le.Uint16(c[at:])
		if n&1 != 0 {
			le.PutUint16(c[at:], old&15|uint16(e)<<4)
		} else {
			le.PutUint16(c[at:], old&0xf000|uint16(e)&0xfff)
		}
	case 16:
		le.PutUint16(c[at:], uint16(e))
	default:
		le.PutUint32(c[at:], le.Uint32(c[at:])&0xf0000000|e) // the upper four bits are reserved
	}
}

// link is a change of the table.
type link struct{ cluster, entry uint32 }

// setLinks changes the tables in the order of links: changes in one sector that
// follow each other go to every table with one write each. An entry of 12 bits
// can lie in two sectors, which are written together.
func (v *Volume) setLinks(links []link) error {
	var c []byte // of the chunk at index
	var index int64
	var from, to int // bytes of c that have changed; none with from == to
	size := v.SectorSize
	flush := func() error {
		lo, hi := from/size*size, min((to+size-1)/size*size, len(c))
		from, to = 0, 0
		for i := range v.FATs {
			if v.ActiveFAT >= 0 && i != v.ActiveFAT || lo == hi {
				continue
			}
			at := (int64(v.Reserved)+int64(i)*int64(v.FATSectors))*int64(size) + index*chunk + int64(lo)
			if err := v.write(at, c[lo:hi]); err != nil {
				v.table.forget() // what is in memory is not on the disk
				v.free = -1
				return err
			}
		}
		return nil
	}
	for _, l := range links {
		i, at := v.table.locate(l.cluster)
		end := at + v.table.width()
		if c == nil || i != index || from != to && (at/size < from/size || (end-1)/size > (to-1)/size) || (to-1)/size > from/size {
			if err := flush(); err != nil {
				return err
			}
			next, err := v.table.chunk(i)
			if err != nil {
				return err
			}
			c, index = next, i
		}
		if end > len(c) {
			return damaged("the file allocation table ends before cluster %d", l.cluster)
		}
		old, err := v.table.get(l.cluster)
		if err != nil {
			return err
		}
		if v.free >= 0 && (old == free) != (l.entry == free) {
			if l.entry == free {
				v.free++
			} else {
				v.free--
			}
		}
		v.table.put(c, at, l.cluster, l.entry)
		if from == to {
			from, to = at, end
		}
		from, to = min(from, at), max(to, end)
	}
	return flush()
}

// chain lists the clusters from first on, at most limit of them; it fails where
// the chain leaves the volume, meets a free or bad cluster, or does not end. The
// clusters before that are returned with the error.
func (v *Volume) chain(first uint32, limit uint64) ([]uint32, error) {
	var out []uint32
	for n := first; ; {
		if err := v.follows(n); err != nil {
			return out, err
		}
		if uint64(len(out)) >= uint64(v.Clusters) {
			return out, damaged("the chain from cluster %d has no end", first)
		}
		out = append(out, n)
		if uint64(len(out)) >= limit {
			return out, nil
		}
		e, err := v.table.get(n)
		if err != nil {
			return out, err
		}
		if e >= isEnd {
			return out, nil
		}
		n = e
	}
}

// follows refuses what is no cluster of a chain.
func (v *Volume) follows(n uint32) error {
	switch {
	case n == free:
		return damaged("a chain leads to a free cluster")
	case n == bad:
		return damaged("a chain leads to a bad cluster")
	case !v.valid(n):
		return damaged("a chain leads to cluster %d, which is not there", n)
	}
	return nil
}

// Free counts the free clusters.
func (v *Volume) Free() (uint32, error) {
	if v.free >= 0 {
		return uint32(v.free), nil
	}
	n := uint32(0)
	for i := range v.Clusters {
		e, err := v.table.get(i + 2)
		if err != nil {
			return 0, err
		}
		if e == free {
			n++
		}
	}
	v.free = int64(n)
	return n, nil
}

// allocate finds n free clusters, as far as possible in a row behind the last
// ones. Nothing is written.
func (v *Volume) allocate(n int) ([]uint32, error) {
	room, err := v.Free()
	if err != nil {
		return nil, err
	}
	if uint64(n) > uint64(room) {
		return nil, v.full(n, room)
	}
	out := make([]uint32, 0, n)
	for i := uint32(0); i < v.Clusters && len(out) < n; i++ {
		c := uint32((uint64(v.next)+uint64(i))%uint64(v.Clusters)) + 2
		e, err := v.table.get(c)
		if err != nil {
			return nil, err
		}
		if e == free {
			out = append(out, c)
		}
	}
	if len(out) < n {
		return nil, v.full(n, uint32(len(out)))
	}
	if n > 0 {
		v.next = (out[n-1] - 1) % v.Clusters
	}
	return out, nil
}

// chained are the links of a chain, last one first: at any moment what is
// written of it is a chain with an end.
func chained(clusters []uint32) []link {
	out := make([]link, 0, len(clusters))
	next := uint32(endOfChain)
	for i := len(clusters) - 1; i >= 0; i-- {
		out = append(out, link{clusters[i], next})
		next = clusters[i]
	}
	return out
}

// piece bounds how much of a chain release takes at a time, in clusters.
const piece = 1 << 16

// release frees a chain, as far as it is one, from its beginning on: what is not
// free yet has an end.
func (v *Volume) release(first uint32) error {
	for n := first; n != 0; {
		clusters, err := v.chain(n, piece)
		if len(clusters) == 0 {
			return nil
		}
		if n = 0; err == nil && len(clusters) == piece {
			if n, err = v.table.get(clusters[piece-1]); err != nil {
				return err
			}
		} // else it has ended; what is behind a damage stays
		links := make([]link, len(clusters))
		for i, c := range clusters {
			links[i] = link{c, free}
		}
		if err := v.setLinks(links); err != nil {
			return err
		}
	}
	return nil
}

// length counts the clusters of a chain, at most limit of them.
func (v *Volume) length(first uint32, limit uint64) (n uint64, err error) {
	for at := first; n < limit; n++ {
		if err := v.follows(at); err != nil {
			return n, err
		}
		if at, err = v.table.get(at); err != nil {
			return n, err
		}
		if at >= isEnd {
			return n + 1, nil
		}
	}
	return n, nil
}

func (v *Volume) full(n int, room uint32) error {
	size := int64(v.clusterSize())
	return fmt.Errorf("%w: %d bytes are needed, %d are free", ErrFull, int64(n)*size, int64(room)*size)
}
