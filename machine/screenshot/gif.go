package screenshot

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"io"
)

// gifFile writes animated GIF files (GIF 89a; the loop extension is Netscape's). Each
// frame has its own colours; one with more than 256 gets the nearest of six levels of
// red, green and blue.
type gifFile struct{}

func gifFront(width, height int) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(le.AppendUint16([]byte("GIF89a"), uint16(width)), uint16(height))
	b = append(b, 0x70, 0, 0) // no colours for all frames
	b = append(b, 0x21, 0xff, 11)
	return append(append(b, "NETSCAPE2.0"...), 3, 1, 0, 0, 0)
}

func (gifFile) begin(w io.Writer) error {
	_, err := w.Write(gifFront(0, 0))
	return err
}

func (gifFile) frame(w io.Writer, y int, rows [][]uint32, delay int) error {
	le := binary.LittleEndian
	pixels, colours := indexed(rows)
	b := le.AppendUint16([]byte{0x21, 0xf9, 4, 1 << 2}, uint16(min(delay, 0xffff))) // it stays
	b = append(b, 0, 0, 0x2c)
	for _, v := range []int{0, y, len(rows[0]), len(rows)} {
		b = le.AppendUint16(b, uint16(v))
	}
	b = append(b, 0x80|7) // with 256 colours
	for _, c := range colours {
		b = append(b, uint8(c>>16), uint8(c>>8), uint8(c))
	}
	b = append(b, 8)
	var packed bytes.Buffer
	z := lzw.NewWriter(&packed, lzw.LSB, 8)
	if _, err := z.Write(pixels); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	for packed.Len() > 0 {
		block := packed.Next(255)
		b = append(append(b, uint8(len(block))), block...)
	}
	_, err := w.Write(append(b, 0))
	return err
}

// indexed gives rows as indices into colours.
func indexed(rows [][]uint32) (pixels []uint8, colours [256]uint32) {
	pixels = make([]uint8, 0, len(rows)*len(rows[0]))
	index := map[uint32]uint8{}
	for _, row := range rows {
		for _, c := range row {
			i, ok := index[c]
			if !ok {
				if len(index) == len(colours) {
					return websafe(rows)
				}
				i = uint8(len(index))
				index[c], colours[i] = i, c
			}
			pixels = append(pixels, i)
		}
	}
	return pixels, colours
}

func websafe(rows [][]uint32) (pixels []uint8, colours [256]uint32) {
	for i := range uint32(6 * 6 * 6) {
		colours[i] = i/36*51<<16 | i/6%6*51<<8 | i%6*51
	}
	level := func(v uint32) uint32 { return (v&0xff + 25) / 51 }
	pixels = make([]uint8, 0, len(rows)*len(rows[0]))
	for _, row := range rows {
		for _, c := range row {
			pixels = append(pixels, uint8(level(c>>16)*36+level(c>>8)*6+level(c)))
		}
	}
	return pixels, colours
}

func (gifFile) end(w io.Writer, width, height int) ([]byte, error) {
	_, err := w.Write([]byte{0x3b})
	return gifFront(width, height), err
}
