package iso

import (
	"encoding/binary"
	"strings"
	"time"
)

// A directory record (ECMA-119 9.1):
//
//	 0  length of the record     25  flags
//	 1  extended attributes      26  interleave
//	 2  extent, LE and BE        32  length of the name
//	10  bytes, LE and BE         33  name, filled up to an even offset
//	18  date and time, 7             system use
const (
	recordHead = 33

	flagHidden    = 1 << 0
	flagDirectory = 1 << 1
	flagMore      = 1 << 7 // the file goes on with the next record
)

// extent is a run of logical blocks.
type extent struct {
	start uint32 // block
	size  uint32 // bytes
}

// record is a file or directory.
type record struct {
	name    string
	extents []extent
	dir     bool
	hidden  bool
	link    bool // symbolic
	moved   bool // relocated directory, which is listed at its proper place
	time    time.Time
	more    bool
}

func (r *record) size() int64 {
	var n int64
	for _, e := range r.extents {
		n += int64(e.size)
	}
	return n
}

// parseRecord reads the record at the beginning of b, with its raw name, and
// returns its system use area.
func parseRecord(b []byte) (r record, use []byte, ok bool) {
	if len(b) < recordHead+1 || int(b[0]) < recordHead+1 || int(b[0]) > len(b) {
		return r, nil, false
	}
	b = b[:b[0]]
	n := int(b[32])
	if n == 0 || recordHead+n > len(b) {
		return r, nil, false
	}
	le := binary.LittleEndian
	r = record{
		name:    string(b[recordHead:][:n]),
		extents: []extent{{le.Uint32(b[2:]) + uint32(b[1]), le.Uint32(b[10:])}},
		dir:     b[25]&flagDirectory != 0,
		hidden:  b[25]&flagHidden != 0,
		more:    b[25]&flagMore != 0,
		time:    shortTime(b[18:]),
	}
	after := recordHead + n
	after += after & 1
	return r, b[min(after, len(b)):], true
}

// shortTime is the date and time of a record (ECMA-119 9.1.5): year from 1900,
// month, day, hour, minute, second, and quarters of an hour from Greenwich.
func shortTime(b []byte) time.Time {
	if b[1] == 0 {
		return time.Time{}
	}
	zone := time.FixedZone("", int(int8(b[6]))*15*60)
	return time.Date(1900+int(b[0]), time.Month(b[1]), int(b[2]), int(b[3]), int(b[4]), int(b[5]), 0, zone)
}

// Names of the directory itself and of its parent.
const (
	nameSelf   = "\x00"
	nameParent = "\x01"
)

// plainName is a name as people write it: without the version, and without the
// dot of an empty extension.
func plainName(raw string) string {
	name, _, _ := strings.Cut(raw, ";")
	return strings.TrimSuffix(name, ".")
}

// Bounds for system use entries: continuation areas of a record, bytes of a
// name.
const (
	mostAreas = 32
	mostName  = 1024
)

// susp reads system use entries (P1281 section 4; P1282 section 4 for those of
// Rock Ridge). rock is set where there are any of Rock Ridge.
func (v *Volume) susp(r *record, use []byte, rock *bool) {
	var name strings.Builder
	le := binary.LittleEndian
	for areas := 0; ; areas++ {
		var next []byte
		for len(use) >= 4 && int(use[2]) >= 4 && int(use[2]) <= len(use) {
			e := use[:use[2]]
			use = use[len(e):]
			switch key := string(e[:2]); {
			case key == "CE" && len(e) >= 28: // more entries elsewhere: block, offset, length
				size := le.Uint32(e[20:])
				if size > sectorSize {
					size = sectorSize
				}
				next = make([]byte, size)
				if v.read(next, int64(le.Uint32(e[4:]))*v.block+int64(le.Uint32(e[12:]))) != nil {
					next = nil
				}
			case key == "ST":
				use = nil
			case key == "NM" && len(e) >= 5:
				*rock = true
				if e[4]&6 == 0 && name.Len() < mostName { // neither "." nor ".."
					name.Write(e[5:])
				}
			case key == "PX" && len(e) >= 8:
				*rock = true
				const format, symlink = 0o170000, 0o120000
				r.link = le.Uint32(e[4:])&format == symlink
			case key == "SL":
				*rock = true
				r.link = true
			case key == "CL" && len(e) >= 12: // the directory lies at that extent
				r.dir = true
				r.extents = []extent{{start: le.Uint32(e[4:])}}
			case key == "RE":
				r.moved = true
			case key == "TF" && len(e) >= 5:
				*rock = true
				tf(r, e)
			case key == "RR" || key == "PN":
				*rock = true
			}
		}
		if next == nil || areas >= mostAreas {
			break
		}
		use = next
	}
	if name.Len() > 0 {
		r.name = name.String()
	}
}

// tf takes the time of the last change from a TF entry: creation comes before
// it, if it is there; the long form is not read.
func tf(r *record, e []byte) {
	const creation, modify, long = 1 << 0, 1 << 1, 1 << 7
	if e[4]&modify == 0 || e[4]&long != 0 {
		return
	}
	at := 5
	if e[4]&creation != 0 {
		at += 7
	}
	if at+7 <= len(e) {
		if t := shortTime(e[at:]); !t.IsZero() {
			r.time = t
		}
	}
}
