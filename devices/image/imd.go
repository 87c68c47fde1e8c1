package image

import (
	"bytes"
	"encoding/binary"
)

// ImageDisk files (Dave Dunfield, "ImageDisk", IMD.TXT, "Image File Format"):
// "IMD v.vv: date", a comment, 1Ah, and for each track
//
//	mode        0 500, 1 300, 2 250 kbit/s FM; 3 500, 4 300, 5 250 kbit/s MFM
//	cylinder    of the drive
//	head        bit 7: a cylinder map follows, bit 6: a head map
//	sectors     number of them
//	size        0 to 6: 128 << size bytes; FFh: a size map follows
//	maps        sector numbers, cylinders, heads (a byte a sector), sizes (a word)
//	records     one a sector: a type, then nothing, the data, or one byte
//
// 300 kbit/s is how a 1.2M drive sees 250 at its 360 turns a minute. Mode 6 is
// 1000 kbit/s MFM, which newer programs write for 2.88M disks.
const (
	imdModes       = 7
	imdEnd         = 0x1a // of the comment
	imdCylinderMap = 1 << 7
	imdHeadMap     = 1 << 6
	imdSizeMap     = 0xff
	imdMaxSize     = 6
)

// Types of sector records: 0 unavailable; the others are 1 plus a sum of these.
const (
	imdCompressed  = 1 // one byte stands for all
	imdDeletedMark = 2
	imdDataError   = 4
	imdLastType    = 8
)

// cursor takes bytes from a file in memory. Beyond its end it gives zeros and
// notes that.
type cursor struct {
	data  []byte
	short bool
}

func (c *cursor) take(n int) []byte {
	if len(c.data) < n {
		c.data, c.short = nil, true
		return make([]byte, n)
	}
	p := c.data[:n:n]
	c.data = c.data[n:]
	return p
}

func readImageDisk(f *Floppy, data []byte) error {
	end := bytes.IndexByte(data, imdEnd)
	if end < 0 {
		return f.damaged("its comment has no end (1Ah)")
	}
	c := &cursor{data: data[end+1:]}
	for len(c.data) > 0 {
		if err := f.readIMDTrack(c); err != nil {
			return err
		}
	}
	return nil
}

func (f *Floppy) readIMDTrack(c *cursor) error {
	h := c.take(5)
	mode, cyl, head, n, size := int(h[0]), int(h[1]), int(h[2]&^(imdCylinderMap|imdHeadMap)), int(h[3]), h[4]
	switch {
	case mode >= imdModes:
		return f.damaged("cylinder %d, head %d has mode %d; want 0 to %d", cyl, head, mode, imdModes-1)
	case size > imdMaxSize && size != imdSizeMap:
		return f.damaged("cylinder %d, head %d has sector size code %d; want 0 to %d", cyl, head, size, imdMaxSize)
	}
	t := track{density: [imdModes]int{HD, DD, DD, HD, DD, DD, ED}[mode], fm: mode < 3, sectors: make([]sector, n)}
	numbers, cyls, heads, sizes := c.take(n), bytes.Repeat(h[1:2], n), bytes.Repeat([]byte{byte(head)}, n), bytes.Repeat(h[4:5], n)
	if h[2]&imdCylinderMap != 0 {
		cyls = c.take(n)
	}
	if h[2]&imdHeadMap != 0 {
		heads = c.take(n)
	}
	if size == imdSizeMap {
		words := c.take(2 * n)
		for i := range sizes {
			w := int(binary.LittleEndian.Uint16(words[2*i:]))
			for sizes[i] = 0; sizes[i] < imdMaxSize && sectorBytes(sizes[i]) != w; {
				sizes[i]++
			}
			if sectorBytes(sizes[i]) != w && !c.short {
				return f.damaged("cylinder %d, head %d has a sector of %d bytes; want 128 to 8192", cyl, head, w)
			}
		}
	}
	room := maxTrackBytes
	for i := range t.sectors {
		id := [4]uint8{cyls[i], heads[i], numbers[i], sizes[i]}
		kind := c.take(1)[0]
		if kind > imdLastType {
			return f.damaged("cylinder %d, head %d, sector %d has a record of type %d; want 0 to %d", cyl, head, id[2], kind, imdLastType)
		}
		if room -= sectorBytes(id[3]); room < 0 {
			return f.damaged("cylinder %d, head %d holds more than %d bytes", cyl, head, maxTrackBytes)
		}
		t.sectors[i] = readIMDSector(c, id, kind)
	}
	if c.short {
		return f.cut(cyl, head)
	}
	return f.setTrack(cyl, head, t)
}

func readIMDSector(c *cursor, id [4]uint8, kind uint8) sector {
	s := sector{id: id, flags: FlagNoData}
	if kind == 0 {
		return s
	}
	kind--
	s.flags = 0
	if kind&imdDeletedMark != 0 {
		s.flags |= FlagDeleted
	}
	if kind&imdDataError != 0 {
		s.flags |= FlagDataError
	}
	if n := sectorBytes(id[3]); kind&imdCompressed != 0 {
		s.data = bytes.Repeat(c.take(1), n)
	} else {
		s.data = bytes.Clone(c.take(n))
	}
	return s
}
