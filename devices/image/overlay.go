package image

import "errors"

// overlay keeps written data in memory, in chunks, over a base that stays as it
// is. A chunk is filled from the base when it is first written to, so reading
// needs one decision a chunk.
type overlay struct {
	chunks map[int64]*[chunkSize]byte
	size   int64 // of the base, in bytes
	most   int64 // of all chunks, in bytes
}

const chunkSize = 64 << 10 // bytes; a multiple of the sector size

// maxOverlay bounds the memory that a guest can take by writing to a large disk,
// in bytes: 2 GB, half of that on hosts of 32 bits.
const maxOverlay = 1 << (30 + ^uint(0)>>63)

var errOverlayFull = errors.New("overlay is full")

func newOverlay(size int64) *overlay {
	return &overlay{map[int64]*[chunkSize]byte{}, size, maxOverlay}
}

func (o *overlay) read(p []byte, off int64, base func([]byte, int64) error) error {
	for len(p) > 0 {
		n := min(int64(len(p)), chunkSize-off%chunkSize)
		if c := o.chunks[off/chunkSize]; c != nil {
			copy(p[:n], c[off%chunkSize:])
		} else if err := base(p[:n], off); err != nil {
			return err
		}
		p, off = p[n:], off+n
	}
	return nil
}

// write copies p over the base. The rest of a new chunk comes from the base.
// Where there is no room for another chunk it writes what has room, in order.
func (o *overlay) write(p []byte, off int64, base func([]byte, int64) error) error {
	for len(p) > 0 {
		at := off % chunkSize
		n := min(int64(len(p)), chunkSize-at)
		c := o.chunks[off/chunkSize]
		if c == nil {
			if int64(len(o.chunks)) >= o.most/chunkSize {
				return errOverlayFull
			}
			c = new([chunkSize]byte)
			if n < chunkSize {
				if err := base(c[:min(chunkSize, o.size-(off-at))], off-at); err != nil {
					return err
				}
			}
			o.chunks[off/chunkSize] = c
		}
		copy(c[at:], p[:n])
		p, off = p[n:], off+n
	}
	return nil
}
