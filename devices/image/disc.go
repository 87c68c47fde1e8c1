package image

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// DiscSectorSize is the user data of a CD-ROM sector (ECMA-130, Mode 1), which
// is what an ISO 9660 image has of it.
const DiscSectorSize = 2048

// A raw image has all 2352 bytes of each sector: 12 bytes of synchronization, 3
// of address, the mode; in Mode 2 (XA, form 1) 8 bytes of subheader; user data;
// error correction (ECMA-130 section 14, "CD-ROM XA" system description).
const (
	rawSector  = 2352
	rawMode    = 15
	rawData1   = 16 // user data in Mode 1
	rawData2   = 24 // in Mode 2 form 1
	descriptor = 16 // sector of the first volume descriptor
)

// discLayout is where the user data of a disc lies in its file.
type discLayout struct{ sector, data int64 } // bytes a sector, first one of user data

func isoLayout() discLayout { return discLayout{DiscSectorSize, 0} }

// layoutOf recognises raw images by the synchronization of their first sector.
func layoutOf(head []byte) discLayout {
	const sync = "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"
	switch {
	case len(head) <= rawMode || string(head[:len(sync)]) != sync:
	case head[rawMode] == 1:
		return discLayout{rawSector, rawData1}
	case head[rawMode] == 2:
		return discLayout{rawSector, rawData2}
	}
	return isoLayout()
}

// at is the offset of the user data of a sector.
func (l discLayout) at(lba int64) int64 { return lba*l.sector + l.data }

// volume finds the volume descriptors of a CD: ISO 9660 (ECMA-119 8.1) or, on
// discs with UDF alone, ECMA-167 2/9. The name is "" where there are none.
func volume(head []byte) (name string, l discLayout) {
	l = layoutOf(head)
	at := int(l.at(descriptor)) + 1
	if len(head) < at+5 {
		return "", l
	}
	switch string(head[at : at+5]) {
	case "CD001":
		return "ISO 9660", l
	case "BEA01":
		return "UDF", l
	}
	return "", l
}

// volumeSectors is the size that the primary volume descriptor names (ECMA-119
// 8.4.8); 0: none.
func volumeSectors(head []byte, l discLayout) int64 {
	d := head[l.at(descriptor):]
	if len(d) < 84 || d[0] != 1 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(d[80:]))
}

// checkDisc refuses what is no CD image, or not all of one.
func checkDisc(path string, size int64, head []byte) (discLayout, error) {
	if what, advice := foreign(head); what != "" {
		return discLayout{}, refuse(path, ErrFormat, "is %s; want an ISO 9660 CD image%s", what, advice)
	}
	name, l := volume(head)
	if name == "" {
		return l, refuse(path, ErrFormat, "has no volume descriptor of a CD (ISO 9660 or UDF); want an ISO image, or a raw one of a single data track")
	}
	// Tools that copy discs lose up to two sectors between the tracks, and the 150
	// of padding behind them.
	const slack = 152
	if have, want := size/l.sector, volumeSectors(head, l); want > have+slack {
		return l, refuse(path, ErrTruncated, "truncated: %d bytes, but its volume has %d sectors, %d bytes; get the whole image", size, want, want*l.sector)
	}
	return l, nil
}

// discText says what a CD image is.
func discText(size int64, head []byte) string {
	name, l := volume(head)
	article := "an"
	if name == "UDF" {
		article = "a"
	}
	text := fmt.Sprintf("%s %s CD-ROM of %s", article, name, SizeText(size/l.sector*DiscSectorSize))
	if l.sector == rawSector {
		text += " in raw sectors"
	}
	if _, partitioned := partitions(head); partitioned {
		text += " (and a hard disk, by its partition table: --hd takes it as one)"
	}
	return text
}

// Disc is a CD-ROM: 2048-byte sectors, numbered from 0, that are only read. It is
// what a CD-ROM drive wants. The caller is the machine goroutine.
type Disc struct {
	name    string
	file    *file  // nil: the disc is in memory
	data    []byte // with file nil
	layout  discLayout
	sectors uint64
}

// OpenDisc opens a CD image: ISO 9660 or UDF in 2048-byte sectors, or raw ones
// of 2352 bytes with one data track. It never writes to it and takes no lock.
func OpenDisc(path string, o Options) (*Disc, error) {
	f, err := openFile(path, false, o.Report)
	if err != nil {
		return nil, err
	}
	head := make([]byte, min(f.size, GuessHead))
	var l discLayout
	if err = f.ReadAt(head, 0); err == nil {
		l, err = checkDisc(path, f.size, head)
	}
	if err != nil {
		f.f.Close()
		return nil, err
	}
	return &Disc{name: path, file: f, layout: l, sectors: sectorsIn(f.size, l)}, nil
}

// NewDisc returns a disc in memory; data is not copied. The last sector is
// filled up with zeros.
func NewDisc(name string, data []byte) *Disc {
	return &Disc{name: name, data: data, layout: isoLayout(), sectors: sectorsIn(int64(len(data)), isoLayout())}
}

// LoadDisc returns a disc in memory of a whole CD image, in the forms and with the
// errors of OpenDisc; data is not copied.
func LoadDisc(name string, data []byte) (*Disc, error) {
	l, err := checkDisc(name, int64(len(data)), data[:min(len(data), GuessHead)])
	if err != nil {
		return nil, err
	}
	return &Disc{name: name, data: data, layout: l, sectors: sectorsIn(int64(len(data)), l)}, nil
}

// sectorsIn counts the sectors of a file; a last one that is not whole counts
// where all of its user data may be zeros that were cut off.
func sectorsIn(size int64, l discLayout) uint64 {
	if l.sector == rawSector {
		return uint64(size / l.sector)
	}
	return uint64((size + l.sector - 1) / l.sector)
}

// Name is the file name of the image, or what a disc in memory was called.
func (d *Disc) Name() string { return d.name }

// Sectors is the capacity in sectors of 2048 bytes.
func (d *Disc) Sectors() uint64 { return d.sectors }

// ReadSectors fills p, a whole number of sectors, from sector lba on. It fails
// with ErrRange or with an error of the host.
func (d *Disc) ReadSectors(lba uint64, p []byte) error {
	if n := uint64(len(p)) / DiscSectorSize; len(p)%DiscSectorSize != 0 || lba > d.sectors || n > d.sectors-lba {
		return refuse(d.name, ErrRange, "sectors %d+%d: beyond the end of the disc (%d sectors)", lba, n, d.sectors)
	}
	if d.layout.sector == DiscSectorSize {
		return d.read(p, int64(lba)*DiscSectorSize)
	}
	for at := int64(lba); len(p) > 0; p, at = p[DiscSectorSize:], at+1 {
		if err := d.read(p[:DiscSectorSize], d.layout.at(at)); err != nil {
			return err
		}
	}
	return nil
}

// read fills p from off; behind the end are zeros.
func (d *Disc) read(p []byte, off int64) error {
	if d.file == nil {
		n := copy(p, d.data[min(off, int64(len(d.data))):])
		clear(p[n:])
		return nil
	}
	n := max(min(int64(len(p)), d.file.size-off), 0)
	clear(p[n:])
	return d.file.ReadAt(p[:n], off)
}

// Close gives up the file. The disc must not be used any more.
func (d *Disc) Close() error {
	if d.file == nil {
		return nil
	}
	return d.file.Close()
}

func (d *Disc) String() string {
	return fmt.Sprintf("%s (CD-ROM, %s)", d.name, SizeText(int64(d.sectors)*DiscSectorSize))
}

// isCueSheet recognises the text that goes with a raw image.
func isCueSheet(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"), []byte("\n"))
	return bytes.HasPrefix(line, []byte("FILE \"")) || bytes.HasPrefix(line, []byte("REM ")) && bytes.Contains(head, []byte("\nFILE \""))
}
