package image

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
)

// Teledisk files (Dave Dunfield, "Teledisk Image File Format Notes", 2008, as
// revised by Mark Ogden, 2024). Words are little endian.
//
//	header   12  "TD" or "td", 0, check byte, version (21: 2.1), density, drive,
//	             stepping (bit 7: a comment follows), DOS flag, sides, CRC
//	comment  10  CRC, length, year - 1900, month - 1, day, hour, minute, second;
//	             then the text
//	track     4  sectors (FFh: the end), cylinder, head (bit 7: FM), CRC
//	sector    6  C, H, R, N, flags, CRC; if it has data: length of the block, block
//
// Behind the header of a "td" file everything is compressed: LZSS and adaptive
// Huffman coding from version 2.0 on (lzhuf.go), LZW before (td0_lzw.go). A file
// whose name ends in a digit goes on in the one with the next digit, behind a
// header with the same first four bytes.
const (
	tdHeader      = 12
	tdComment     = 10
	tdEnd         = 0xff // instead of a number of sectors
	tdHasComment  = 1 << 7
	tdFM          = 1 << 7 // of the density and of a track's head
	tdNewPacking  = 20     // version 2.0
	tdPolynomial  = 0xa097
	tdMaxVolumes  = 9
	tdAllocated   = 1 << 4 // flags: skipped since DOS had not allocated it
	tdNoData      = 1 << 5 //        no data field
	tdNoID        = 1 << 6 //        no address field; Teledisk made one up
	tdCRCError    = 1 << 1
	tdDeletedMark = 1 << 2

	// What stands in a sector that DOS had not allocated: what FORMAT leaves.
	tdUnused = 0xf6
)

// tdCRC goes on with a checksum: polynomial A097h, most significant bit first.
func tdCRC(crc uint16, p []byte) uint16 {
	for _, b := range p {
		crc ^= uint16(b) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ tdPolynomial
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// isTeledisk reports a header with its signature and a sound checksum.
func isTeledisk(head []byte) bool {
	return len(head) >= tdHeader && (bytes.HasPrefix(head, []byte("TD\x00")) || bytes.HasPrefix(head, []byte("td\x00"))) &&
		binary.LittleEndian.Uint16(head[10:]) == tdCRC(0, head[:10])
}

// telediskVolumes appends the following files of a set to the first.
func telediskVolumes(path string, data []byte) ([]byte, error) {
	for range tdMaxVolumes {
		last := len(path) - 1
		if path[last] < '0' || path[last] > '8' {
			break
		}
		path = path[:last] + string(path[last]+1)
		next, err := os.Open(path)
		if err != nil {
			break // most files are whole
		}
		b, err := io.ReadAll(io.LimitReader(next, maxArchive+1))
		next.Close()
		switch {
		case err != nil:
			return nil, &Error{path, ErrHost, "cannot read: " + hostText(err), err}
		case !isTeledisk(b) || !bytes.Equal(b[:4], data[:4]):
			return data, nil // another disk's
		case len(data)+len(b) > maxArchive:
			return nil, refuse(path, ErrSize, "the volumes of this Teledisk file are too large for a floppy (at most %d bytes)", maxArchive)
		}
		data = append(data, b[tdHeader:]...)
	}
	return data, nil
}

// tdReader takes bytes from a file that may be compressed.
type tdReader struct {
	io.ByteReader
	short bool // beyond the end; zeros from there
}

func (r *tdReader) take(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		b, err := r.ReadByte()
		if err != nil {
			r.short = true
			break
		}
		p[i] = b
	}
	return p
}

func readTeledisk(f *Floppy, data []byte) error {
	h := data[:tdHeader]
	r := &tdReader{ByteReader: bytes.NewReader(data[tdHeader:])}
	switch {
	case h[0] == 'T':
	case h[4] >= tdNewPacking:
		r.ByteReader = newLZHUF(r.ByteReader)
	default:
		r.ByteReader = newTDLZW(r.ByteReader)
	}
	if h[7]&tdHasComment != 0 {
		c := r.take(tdComment)
		text := r.take(int(binary.LittleEndian.Uint16(c[2:])))
		if crc := tdCRC(tdCRC(0, c[2:]), text); !r.short && crc != binary.LittleEndian.Uint16(c) {
			return f.damaged("the checksum of its comment is %04x; want %04x", crc, binary.LittleEndian.Uint16(c))
		}
	}
	density := [8]int{DD, DD, HD, HD, ED, ED, DD, DD}[h[5]&7]
	for {
		n := r.take(1)
		if r.short {
			return refuse(f.name, ErrTruncated, "truncated: the %s file has no end mark; get the whole file, and the files that belong to it", f.archive)
		}
		if n[0] == tdEnd {
			return nil
		}
		if err := f.readTDTrack(r, n[0], density, h[5]&tdFM != 0); err != nil {
			return err
		}
	}
}

func (f *Floppy) readTDTrack(r *tdReader, sectors uint8, density int, fm bool) error {
	h := append([]byte{sectors}, r.take(3)...)
	cyl, head := int(h[1]), int(h[2]&^tdFM)
	if r.short {
		return f.cut(cyl, head)
	}
	if crc := uint8(tdCRC(0, h[:3])); crc != h[3] {
		return f.damaged("the checksum of cylinder %d, head %d is %02x; want %02x", cyl, head, crc, h[3])
	}
	t := track{density: density, fm: fm || h[2]&tdFM != 0}
	room := maxTrackBytes
	for range sectors {
		s, noID, err := f.readTDSector(r, cyl, head)
		if err != nil {
			return err
		}
		if room -= len(s.data); room < 0 {
			return f.damaged("cylinder %d, head %d holds more than %d bytes", cyl, head, maxTrackBytes)
		}
		if !noID { // no controller finds it
			t.sectors = append(t.sectors, s)
		}
	}
	return f.setTrack(cyl, head, t)
}

// readTDSector reads a sector; noID: it has no address field on the disk.
func (f *Floppy) readTDSector(r *tdReader, cyl, head int) (s sector, noID bool, err error) {
	h := r.take(6)
	flags, n := h[4], sectorBytes(h[3])
	s.id = [4]uint8(h)
	if flags&tdDeletedMark != 0 {
		s.flags |= FlagDeleted
	}
	if flags&tdCRCError != 0 {
		s.flags |= FlagDataError
	}
	sum := tdCRC(0, h[:5])
	switch {
	case r.short:
		return s, false, f.cut(cyl, head)
	case h[3] > 7 || flags&tdNoData != 0:
		s.flags |= FlagNoData
	case flags&tdAllocated != 0:
		s.data = bytes.Repeat([]byte{tdUnused}, n)
	default:
		block := r.take(int(binary.LittleEndian.Uint16(r.take(2))))
		if r.short {
			return s, false, f.cut(cyl, head)
		}
		if s.data = unpackTD(block, n); s.data == nil {
			return s, false, f.damaged("cylinder %d, head %d, sector %d does not unpack to %d bytes", cyl, head, h[2], n)
		}
		sum = tdCRC(0, s.data)
	}
	if uint8(sum) != h[5] {
		return s, false, f.damaged("the checksum of cylinder %d, head %d, sector %d is %02x; want %02x", cyl, head, h[2], uint8(sum), h[5])
	}
	return s, flags&tdNoID != 0, nil
}

// unpackTD expands the data of a sector to n bytes; nil where it cannot.
//
//	0, data
//	1, word count, two bytes                 the pair that often
//	2, fragments: 0, length, data
//	              k, count, 2*k bytes        the pattern that often
//
// The notes know of patterns of one pair only (k = 1); programs that followed
// Teledisk write longer ones in the same way.
func unpackTD(block []byte, n int) []byte {
	if len(block) == 0 {
		return nil
	}
	out := make([]byte, 0, n)
	c := &cursor{data: block[1:]}
	repeat := func(pattern []byte, count int) {
		for ; count > 0 && len(out) <= n; count-- {
			out = append(out, pattern...)
		}
	}
	switch block[0] {
	case 0:
		out = append(out, c.data...)
	case 1:
		h := c.take(4)
		repeat(h[2:], int(binary.LittleEndian.Uint16(h)))
	case 2:
		for len(c.data) > 0 && len(out) <= n {
			h := c.take(2)
			if h[0] == 0 {
				out = append(out, c.take(int(h[1]))...)
			} else {
				repeat(c.take(2*int(h[0])), int(h[1]))
			}
		}
	default:
		return nil
	}
	if c.short || len(out) != n {
		return nil
	}
	return out
}
