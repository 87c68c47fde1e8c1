package partition

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf16"
)

// The header of a GUID partition table (UEFI 2.10, table 5.5), at sector 1 and
// again in the last sector.
const (
	gptSignature   = "EFI PART"
	offHeaderSize  = 12
	offHeaderCRC   = 16
	offBackup      = 32
	offDiskGUID    = 56
	offEntriesLBA  = 72
	offEntryCount  = 80
	offEntrySize   = 84
	offEntriesCRC  = 88
	minHeader      = 92
	minEntry       = 128
	maxGPTBytes    = 1 << 20 // of entries; the usual 128 have 16 KB
	offEntryUnique = 16
	offEntryFirst  = 32
	offEntryLast   = 40
	offEntryAttr   = 48
	offEntryName   = 56
	attrLegacyBoot = 1 << 2
)

// GUID is an identifier as it lies on the disk: three little-endian numbers and
// eight bytes.
type GUID [16]byte

func (g GUID) String() string {
	le := binary.LittleEndian
	return fmt.Sprintf("%08X-%04X-%04X-%X-%X", le.Uint32(g[:]), le.Uint16(g[4:]), le.Uint16(g[6:]), g[8:10], g[10:])
}

// TypeName is a partition type in words.
func (g GUID) TypeName() string {
	if n := guidNames()[g.String()]; n != "" {
		return n
	}
	return "unknown"
}

var errNoGPT = errors.New("no GUID partition table")

// gpt reads the table: the first copy, or the second where the first is damaged.
func (d reader) gpt(t *Table) (found bool, err error) {
	err = d.gptAt(t, 1)
	if err == nil {
		return true, nil
	}
	if !isGPTFault(err) {
		return false, err
	}
	if d.sectors < 3 {
		return false, nil
	}
	second := d.gptAt(t, d.sectors-1)
	switch {
	case second == nil:
		t.problem("the first GUID partition table is unusable (%v); this is the copy at the end of the disk", err)
		return true, nil
	case !isGPTFault(second):
		return false, second
	case !errors.Is(err, errNoGPT):
		t.problem("the GUID partition table is unusable: %v", err)
	}
	return false, nil
}

// gptFault is what is wrong with a table.
type gptFault string

func (e gptFault) Error() string { return string(e) }

func isGPTFault(err error) bool {
	var f gptFault
	return errors.As(err, &f) || errors.Is(err, errNoGPT) || errors.Is(err, errBeyond)
}

func (d reader) gptAt(t *Table, lba uint64) error {
	h, err := d.sector(lba)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	if string(h[:8]) != gptSignature {
		return errNoGPT
	}
	size := le.Uint32(h[offHeaderSize:])
	if size < minHeader || size > sectorSize {
		return gptFault("bad header size")
	}
	sum := le.Uint32(h[offHeaderCRC:])
	body := append([]byte(nil), h[:size]...)
	le.PutUint32(body[offHeaderCRC:], 0)
	if crc32.ChecksumIEEE(body) != sum {
		return gptFault("wrong checksum of the header")
	}
	count, each := le.Uint32(h[offEntryCount:]), le.Uint32(h[offEntrySize:])
	if each < minEntry || each > 4096 || each%8 != 0 || uint64(count)*uint64(each) > maxGPTBytes {
		return gptFault(fmt.Sprintf("%d entries of %d bytes", count, each))
	}
	first := le.Uint64(h[offEntriesLBA:])
	var entries []byte
	for n := uint64(0); len(entries) < int(count*each); n++ {
		p, err := d.sector(first + n)
		if err != nil {
			return err
		}
		entries = append(entries, p...)
	}
	entries = entries[:count*each]
	if crc32.ChecksumIEEE(entries) != le.Uint32(h[offEntriesCRC:]) {
		return gptFault("wrong checksum of the entries")
	}
	t.Kind, t.GUID, t.Entries = GPT, GUID(h[offDiskGUID:offDiskGUID+16]), nil
	for i := range int(count) {
		d.gptEntry(t, i+1, entries[i*int(each):][:each])
	}
	return nil
}

func (d reader) gptEntry(t *Table, number int, p []byte) {
	le := binary.LittleEndian
	e := Entry{Number: number, GUID: GUID(p[:16]), Unique: GUID(p[offEntryUnique:][:16]), Start: le.Uint64(p[offEntryFirst:])}
	if e.GUID == (GUID{}) {
		return
	}
	last := le.Uint64(p[offEntryLast:])
	e.Active = le.Uint64(p[offEntryAttr:])&attrLegacyBoot != 0
	var name []uint16
	for k := offEntryName; k < minEntry; k += 2 {
		name = append(name, le.Uint16(p[k:]))
	}
	e.Name, _, _ = strings.Cut(string(utf16.Decode(name)), "\x00")
	if last < e.Start || last >= d.sectors {
		t.problem("partition %d goes from sector %d to %d of a disk of %d sectors", number, e.Start, last, d.sectors)
	}
	if last >= e.Start {
		e.Sectors = last - e.Start + 1
	}
	for _, o := range t.Entries {
		if e.Start < o.Start+o.Sectors && o.Start <= last && len(t.Problems) < maxProblems {
			t.problem("partitions %d and %d overlap", o.Number, number)
		}
	}
	t.Entries = append(t.Entries, e)
}
