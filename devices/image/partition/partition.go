// Package partition reads partition tables of hard disks, the one in the master
// boot record with the chain of logical drives and the GUID partition table, and
// writes the master boot record of a new disk.
//
// Nothing on the disk is trusted: the chain of logical drives has an end, and
// memory is bounded.
//
// Sources: IBM Personal Computer AT Technical Reference, "Fixed Disk" (boot
// record); Microsoft, MS-DOS Programmer's Reference, "Partition Table"; Ralf
// Brown's Interrupt List, table 00653 (types); Unified Extensible Firmware
// Interface Specification 2.10, section 5.
//
// Not modelled: disk labels of other families (BSD slices, Solaris, LDM), sectors
// of other sizes than 512 bytes.
package partition

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const sectorSize = 512

// Kind is how a disk is divided.
type Kind uint8

// Kinds.
const (
	None Kind = iota // no partition table: blank, or a volume that is the whole disk
	MBR              // a table in the master boot record
	GPT              // a GUID partition table, with a protective MBR
)

func (k Kind) String() string { return [...]string{"none", "MBR", "GPT"}[k] }

// CHS is a sector as the BIOS addresses it: cylinders and heads from 0, sectors
// from 1.
type CHS struct{ Cylinder, Head, Sector int }

func (c CHS) String() string { return fmt.Sprintf("%d/%d/%d", c.Cylinder, c.Head, c.Sector) }

// Entry is a partition.
type Entry struct {
	Number   int   // 1 to 4 in the MBR, from 5 on logical drives; of a GPT its place there, from 1
	Type     uint8 // of an MBR
	GUID     GUID  // of a GPT: the type
	Unique   GUID  // of a GPT: the partition
	Name     string
	Start    uint64 // sector of the disk
	Sectors  uint64
	Active   bool // the one that boots
	Logical  bool // in the extended partition
	Extended bool // holds logical drives

	First, Last CHS // of an MBR, as they are there
	// Mismatch says in which way First and Last are not Start and Sectors in the
	// geometry of the table; "" where they are, or where CHS reaches not so far.
	Mismatch string
}

// TypeName is the type in words.
func (e Entry) TypeName() string {
	if e.GUID != (GUID{}) {
		return e.GUID.TypeName()
	}
	return TypeName(e.Type)
}

// Table is the partitions of a disk.
type Table struct {
	Kind      Kind
	Code      bool   // the MBR has a boot loader, or something else than zeros in its place
	Signature uint32 // the disk's, as Windows NT numbers them; 0: none
	GUID      GUID   // the disk's, of a GPT
	Entries   []Entry
	// Heads and SectorsPerTrack are the geometry in which the entries agree with
	// themselves; 0 where none is found.
	Heads, SectorsPerTrack int
	Problems               []string // what is wrong, a sentence each
}

func (t *Table) problem(format string, a ...any) {
	if len(t.Problems) < maxProblems {
		t.Problems = append(t.Problems, fmt.Sprintf(format, a...))
	}
}

const (
	maxProblems = 100
	maxLogical  = 256 // logical drives; DOS and Windows have letters for 24
)

// Offsets in a boot record.
const (
	offSignature = 0x1b8
	offEntries   = 0x1be
	offMark      = 0x1fe
	entryBytes   = 16
	codeBytes    = offSignature
	typeGPT      = 0xee
	active       = 0x80
)

// rawEntry is an entry as it lies in a boot record.
func rawEntry(sector []byte, i int) []byte { return sector[offEntries+i*entryBytes:][:entryBytes] }

func hasMark(sector []byte) bool { return sector[offMark] == 0x55 && sector[offMark+1] == 0xaa }

// chs reads the three bytes of an address: head, sector and the upper two bits
// of the cylinder, the other bits of the cylinder.
func chs(p []byte) CHS {
	return CHS{int(p[1]&0xc0)<<2 | int(p[2]), int(p[0]), int(p[1] & 0x3f)}
}

func parseEntry(p []byte) Entry {
	le := binary.LittleEndian
	t := p[4]
	return Entry{
		Type: t, Active: p[0] == active, First: chs(p[1:]), Last: chs(p[5:]), Extended: IsExtended(t),
		Start: uint64(le.Uint32(p[8:])), Sectors: uint64(le.Uint32(p[12:])),
	}
}

// IsExtended reports whether a type is one of those that hold logical drives.
func IsExtended(t uint8) bool { return t == 0x05 || t == 0x0f || t == 0x85 }

// reader reads sectors.
type reader struct {
	r       io.ReaderAt
	sectors uint64
}

var errBeyond = errors.New("beyond the end of the disk")

func (r reader) sector(lba uint64) ([]byte, error) {
	p := make([]byte, sectorSize)
	if lba >= r.sectors {
		return nil, errBeyond
	}
	n, err := r.r.ReadAt(p, int64(lba)*sectorSize)
	if n == len(p) {
		err = nil
	} else if err == nil || errors.Is(err, io.EOF) {
		err = errBeyond
	}
	return p, err
}

// Read reads the partition table of a disk of size bytes. A disk without one has
// Kind None; what is wrong with a table is in Problems. It fails only where the
// disk cannot be read.
func Read(r io.ReaderAt, size int64) (Table, error) {
	d := reader{r, uint64(max(size, 0)) / sectorSize}
	var t Table
	if d.sectors == 0 {
		return t, nil
	}
	boot, err := d.sector(0)
	if err != nil {
		return t, err
	}
	if !isTable(boot, d.sectors) {
		return t, nil
	}
	t.Kind, t.Signature = MBR, binary.LittleEndian.Uint32(boot[offSignature:])
	for _, b := range boot[:codeBytes] {
		t.Code = t.Code || b != 0
	}
	protective := false
	for i := range 4 {
		e := parseEntry(rawEntry(boot, i))
		if e.Type == 0 {
			continue
		}
		e.Number = i + 1
		protective = protective || e.Type == typeGPT
		t.Entries = append(t.Entries, e)
	}
	if protective {
		found, err := d.gpt(&t)
		if err != nil || found {
			return t, err
		}
		t.problem("a protective MBR (type EEh) without a GUID partition table")
	}
	for _, e := range t.Entries {
		if e.Extended {
			if err := d.logical(&t, e); err != nil {
				return t, err
			}
		}
	}
	t.findGeometry()
	t.check(d.sectors)
	return t, nil
}

// isTable tells a master boot record from the boot sector of a volume, whose
// last bytes are code or text: each entry must be one, or empty.
func isTable(boot []byte, sectors uint64) bool {
	if !hasMark(boot) {
		return false
	}
	used := false
	for i := range 4 {
		p := rawEntry(boot, i)
		e := parseEntry(p)
		switch {
		case p[0]&^active != 0:
			return false
		case e.Type == 0 && (e.Start != 0 || e.Sectors != 0) && isVolume(boot):
			return false
		case e.Type == 0:
		case e.Start == 0 && e.Type != typeGPT && isVolume(boot), e.Start >= sectors && isVolume(boot):
			return false
		default:
			used = true
		}
	}
	return used || !isVolume(boot)
}

// isVolume reports the parameters of a FAT or NTFS volume.
func isVolume(boot []byte) bool {
	size, cluster := binary.LittleEndian.Uint16(boot[11:]), boot[13]
	return (boot[0] == 0xeb || boot[0] == 0xe9) && size >= 512 && size <= 4096 && size&(size-1) == 0 &&
		cluster != 0 && cluster&(cluster-1) == 0 && (boot[21] == 0xf0 || boot[21] >= 0xf8)
}

// logical follows the chain of logical drives: each has a boot record of its own
// with two entries, the drive (relative to that record) and the record of the
// next one (relative to the extended partition).
func (d reader) logical(t *Table, ext Entry) error {
	seen := map[uint64]bool{}
	number := 5
	for _, e := range t.Entries {
		if e.Logical {
			number = max(number, e.Number+1)
		}
	}
	for at := ext.Start; ; {
		switch {
		case seen[at]:
			t.problem("the chain of logical drives leads back to sector %d", at)
			return nil
		case len(seen) >= maxLogical:
			t.problem("more than %d logical drives", maxLogical)
			return nil
		}
		seen[at] = true
		p, err := d.sector(at)
		if errors.Is(err, errBeyond) {
			t.problem("the chain of logical drives leads to sector %d, beyond the end of the disk", at)
			return nil
		} else if err != nil {
			return err
		}
		if !hasMark(p) {
			t.problem("no table of a logical drive at sector %d", at)
			return nil
		}
		next := uint64(0)
		for i := range 4 {
			e := parseEntry(rawEntry(p, i))
			switch {
			case e.Type == 0 || e.Sectors == 0:
			case e.Extended && next == 0:
				next = ext.Start + e.Start
			case !e.Extended && i < 2:
				e.Number, e.Logical, e.Start = number, true, e.Start+at
				number++
				t.Entries = append(t.Entries, e)
			}
		}
		if next == 0 {
			return nil
		}
		at = next
	}
}

// check finds what is wrong with the entries of an MBR.
func (t *Table) check(sectors uint64) {
	actives := 0
	var ext []Entry
	for _, e := range t.Entries {
		if e.Extended {
			ext = append(ext, e)
		}
		if e.Active && !e.Logical {
			actives++
		}
	}
	if actives > 1 {
		t.problem("%d partitions are active; one may be", actives)
	}
	if len(ext) > 1 {
		t.problem("%d extended partitions; DOS looks into the first", len(ext))
	}
	for i, e := range t.Entries {
		if e.Sectors == 0 {
			t.problem("partition %d is empty", e.Number)
		}
		if e.Start == 0 && e.Type != typeGPT {
			t.problem("partition %d begins at the partition table", e.Number)
		}
		if e.Start+e.Sectors > sectors {
			t.problem("partition %d ends at sector %d, beyond the end of the disk (%d sectors)", e.Number, e.Start+e.Sectors-1, sectors)
		}
		for _, o := range t.Entries[:i] {
			inside := e.Logical && o.Extended || o.Logical && e.Extended
			if !inside && e.Start < o.Start+o.Sectors && o.Start < e.Start+e.Sectors {
				t.problem("partitions %d and %d overlap", o.Number, e.Number)
			}
		}
		if e.Mismatch != "" {
			t.problem("partition %d: %s", e.Number, e.Mismatch)
		}
	}
}
