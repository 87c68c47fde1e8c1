package isa

import "testing"

// FuzzDecode feeds the bytes to every level in both modes and checks what must
// hold for any input: no panic, a bounded length, equal results for equal
// input, bytes behind the instruction without influence, and Short for exactly
// the proper prefixes of what was read.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"\x90", "\x26\x66\x67\xf0\x81\x87\x34\x12\x78\x56", "\x0f\xba\x60\x04\x07", "\xc8\x10\x00\x02", "\xd9\xee",
		"\xea\x00\x7c\x00\x00", "\xf3\x64\x67\xa7", "\xc7\x84\x8d\x00\x00\x00\x00\x01\x02\x03\x04",
		"\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x2e", "",
	} {
		f.Add([]byte(s))
	}
	decoders := make([]*Decoder, numLevels)
	for i := range decoders {
		decoders[i] = NewDecoder(Level(i))
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		for _, d := range decoders {
			for _, mode := range []Mode{Mode16, Mode32} {
				var in, again Inst
				st := d.Decode(code, mode, &in)
				if st2 := d.Decode(code, mode, &again); st2 != st || again != in {
					t.Fatalf("% x: %v %+v, then %v %+v", code, st, in, st2, again)
				}
				n := int(in.Len)
				if n > len(code) || n > d.limit {
					t.Fatalf("% x: length %d", code, n)
				}
				_ = in.String(0)
				if (st == OK) != (in.Row != nil) || st > Short {
					t.Fatalf("% x: %v, row %v", code, st, in.Row)
				}
				switch st {
				case OK:
					if in.Op != in.Row.Op || !in.Row.On(d.level) || in.Opcode != in.Row.Opcode {
						t.Fatalf("% x: %+v is not row %+v", code, in, in.Row)
					}
					if in.OpSize != 2 && in.OpSize != 4 || in.AddrSize != 2 && in.AddrSize != 4 {
						t.Fatalf("% x: sizes %d, %d", code, in.OpSize, in.AddrSize)
					}
				case Short:
					if n != len(code) {
						t.Fatalf("% x: Short after %d bytes", code, n)
					}
					continue
				}
				if st2 := d.Decode(code[:n], mode, &again); st2 != st || again != in {
					t.Fatalf("% x: %v %+v; without the bytes behind %v %+v", code, st, in, st2, again)
				}
				for k := range n {
					if st2 := d.Decode(code[:k], mode, &again); st2 != Short {
						t.Fatalf("% x: %v, and its first %d bytes %v", code, st, k, st2)
					}
				}
			}
		}
	})
}
