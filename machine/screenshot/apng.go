package screenshot

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"io"
)

// apng writes animated PNG files (APNG Specification 1.0; PNG, third edition, section
// 11.3.5). The image that viewers without animation show is black and no part of it:
// its size, that of the largest frame, is known at the end. A private chunk fills the
// place that was kept for it.
type apng struct {
	frames, sequence uint32
}

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	chunkExtra   = 12       // length, type and CRC
	frontSize    = 32 << 10 // a black image of 4608 by 2048 has 28 KB
)

func chunk(w io.Writer, kind string, data []byte) error {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	_, err := w.Write(b)
	return err
}

func (a *apng) begin(w io.Writer) error {
	_, err := w.Write(make([]byte, frontSize))
	return err
}

// imageData is the content of the IDAT chunks of a picture in 24 bits.
func imageData(rows [][]uint32) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, len(rows[0]), len(rows)))
	for y, row := range rows {
		for x, c := range row {
			binary.BigEndian.PutUint32(img.Pix[y*img.Stride+4*x:], c<<8|0xff)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, err
	}
	var data []byte
	for p := b.Bytes()[len(pngSignature):]; len(p) >= chunkExtra; {
		n := int(binary.BigEndian.Uint32(p))
		if string(p[4:8]) == "IDAT" {
			data = append(data, p[8:8+n]...)
		}
		p = p[chunkExtra+n:]
	}
	return data, nil
}

func (a *apng) next() []byte {
	a.sequence++
	return binary.BigEndian.AppendUint32(nil, a.sequence-1)
}

func (a *apng) frame(w io.Writer, y int, rows [][]uint32, delay int) error {
	be := binary.BigEndian
	control := a.next()
	for _, v := range []int{len(rows[0]), len(rows), 0, y} {
		control = be.AppendUint32(control, uint32(v))
	}
	unit := uint16(100) // parts of a second
	for delay > 0xffff && unit > 1 {
		delay, unit = delay/10, unit/10
	}
	control = be.AppendUint16(control, uint16(min(delay, 0xffff)))
	control = be.AppendUint16(control, unit)
	control = append(control, 0, 0) // stays, and replaces what was there
	if err := chunk(w, "fcTL", control); err != nil {
		return err
	}
	data, err := imageData(rows)
	if err != nil {
		return err
	}
	a.frames++
	return chunk(w, "fdAT", append(a.next(), data...))
}

func (a *apng) end(w io.Writer, width, height int) ([]byte, error) {
	if err := chunk(w, "IEND", nil); err != nil {
		return nil, err
	}
	be := binary.BigEndian
	black := make([][]uint32, height)
	row := make([]uint32, width)
	for y := range black {
		black[y] = row
	}
	data, err := imageData(black)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBufferString(pngSignature)
	header := be.AppendUint32(be.AppendUint32(nil, uint32(width)), uint32(height))
	_ = chunk(b, "IHDR", append(header, 8, 2, 0, 0, 0))                          // 24 bits
	_ = chunk(b, "acTL", append(be.AppendUint32(nil, a.frames), 0, 0, 0, 0))     // for ever
	_ = chunk(b, "roOm", make([]byte, frontSize-b.Len()-len(data)-2*chunkExtra)) // private, may be ignored
	err = chunk(b, "IDAT", data)
	return b.Bytes(), err
}
