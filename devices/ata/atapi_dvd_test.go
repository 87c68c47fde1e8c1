package ata

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// READ DVD STRUCTURE (MMC-3 6.30; the layout of ECMA-267: sector 0 is 030000h, and
// in layer 1 of a disc with opposite track path the numbers of layer 0 are inverted).
func TestDVDStructure(t *testing.T) {
	for _, tc := range []struct {
		name  string
		disc  Disc
		cdb   string
		want  string // the beginning
		size  int
		sense sense
	}{
		{"one layer", &ramDisc{n: 2298496}, "ad 00 00 00 00 00 00 00 ff ff", "0802 0000 01 02 01 00 00030000 0026127f 00000000 00", 2052, 0},
		{"the smallest DVD", &ramDisc{n: 449850}, "ad 00 00 00 00 00 00 00 ff ff", "0802 0000 01 02 01 00 00030000 0009dd39 00000000 00", 2052, 0},
		// 2 298 512 sectors: half is 1 149 256, or 71829 blocks of 16 sectors
		{"two layers", &ramDisc{n: 2298512}, "ad 00 00 00 00 00 01 00 ff ff", "0802 0000 01 02 31 00 00030000 00fcffef 0014894f 00", 2052, 0},
		{"larger than a DVD", &ramDisc{n: 1 << 31}, "ad 00 00 00 00 00 00 00 ff ff", "0802 0000 01 02 31 00 00030000 00fcffff 0026127f 00", 2052, 0},
		{"short", &ramDisc{n: 2000000}, "ad 00 00 00 00 00 00 00 00 06", "0802 0000 0102", 6, 0},
		{"copyright", &ramDisc{n: 2000000}, "ad 00 00 00 00 00 00 01 ff ff", "0006 0000 00000000", 8, 0},
		{"no second layer", &ramDisc{n: 2000000}, "ad 00 00 00 00 00 01 00 ff ff", "", 0, senseField},
		{"unknown format", &ramDisc{n: 2000000}, "ad 00 00 00 00 00 00 05 ff ff", "", 0, senseField},
		{"a CD", &ramDisc{n: 449849}, "ad 00 00 00 00 00 00 00 ff ff", "", 0, senseIncompatible},
		{"no disc", nil, "ad 00 00 00 00 00 00 00 ff ff", "", 0, senseNoDisc},
	} {
		b := newCDBoard(t, nil, tc.disc, false)
		a := b.packet(nil, 0xfffe, unhex(tc.cdb)...)
		if !bytes.HasPrefix(a.data, unhex(tc.want)) || len(a.data) != tc.size {
			t.Errorf("%s: %d bytes, %s; want %d, %s", tc.name, len(a.data), hex.EncodeToString(a.data[:min(len(a.data), 20)]), tc.size, tc.want)
		}
		b.wantSense(tc.name, a, tc.sense)
	}
}
