package fat

import "encoding/binary"

// The FSInfo sector of FAT32 (overview, "FAT32 FSInfo Sector Structure"): how
// many clusters are free, and where the search should begin. Both are hints.
const (
	offLead      = 0
	offStruct    = 484
	offFreeCount = 488
	offNextFree  = 492
	offTrail     = 508
	infoLead     = 0x41615252
	infoStruct   = 0x61417272
	infoTrail    = 0xaa550000
	infoUnknown  = 0xffffffff
)

// info reads the FSInfo sector; nil where there is none.
func (v *Volume) info() []byte {
	if v.Bits != 32 || v.InfoSector == 0 {
		return nil
	}
	p := make([]byte, v.SectorSize)
	le := binary.LittleEndian
	if v.read(int64(v.InfoSector)*int64(v.SectorSize), p) != nil || le.Uint32(p[offLead:]) != infoLead ||
		le.Uint32(p[offStruct:]) != infoStruct || le.Uint32(p[offTrail:]) != infoTrail {
		return nil
	}
	return p
}

// readHints takes the place to search from FSInfo. The count is made anew: it
// decides whether something fits.
func (v *Volume) readHints() {
	if p := v.info(); p != nil {
		if n := binary.LittleEndian.Uint32(p[offNextFree:]); v.valid(n) {
			v.next = n - 2
		}
	}
}

// begin says on the volume that the count of free clusters is not known: so it
// is never wrong, whenever a change stops.
func (v *Volume) begin() error { return v.setInfo(infoUnknown) }

// end writes the count anew.
func (v *Volume) end() error {
	n, err := v.Free()
	if err != nil {
		return err
	}
	return v.setInfo(n)
}

func (v *Volume) setInfo(count uint32) error {
	p := v.info()
	if p == nil {
		return nil
	}
	le := binary.LittleEndian
	next := v.next + 2
	if le.Uint32(p[offFreeCount:]) == count && le.Uint32(p[offNextFree:]) == next {
		return nil
	}
	le.PutUint32(p[offFreeCount:], count)
	le.PutUint32(p[offNextFree:], next)
	return v.write(int64(v.InfoSector)*int64(v.SectorSize), p)
}
