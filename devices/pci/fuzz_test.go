package pci

import (
	"bytes"
	"encoding"
	"testing"

	"beige/devices/bus"
)

// FuzzPCI runs bytes as a program of accesses to the configuration ports and the
// windows, DMA, resets and snapshots. Whatever it does, what is open must follow
// from the configuration spaces alone, and a snapshot must bring all of it back.
func FuzzPCI(f *testing.F) {
	f.Add([]byte{0, 0x20, 9, 0x80, 1, 0, 0xc0, 0, 0, 0, 0x04, 9, 0x80, 1, 5, 0, 0, 0})
	f.Add([]byte{2, 1, 0, 0, 1, 0, 2, 0, 9, 0, 0, 0, 3, 7, 200})
	f.Fuzz(func(t *testing.T, program []byte) {
		r := masterRig()
		next := func() uint32 {
			if len(program) == 0 {
				return 0
			}
			v := program[0]
			program = program[1:]
			return uint32(v)
		}
		dword := func() uint32 { return next() | next()<<8 | next()<<16 | next()<<24 }
		for n := 0; len(program) > 0 && n < 2000; n++ {
			switch next() % 8 {
			case 0:
				r.ports.Out(0xcf8, 4, next()|next()<<8|next()<<24)
				r.ports.Out(0xcfc, 4, dword())
			case 1:
				r.ports.Out(0xcf8+uint16(next()%8), 1<<(next()%3), dword())
			case 2:
				r.ports.Out(bm+uint16(next()%16), 1<<(next()%3), dword())
			case 3:
				p := make([]byte, next()*512)
				m := r.ide.Master[next()%2]
				if n := m.ToMemory(p) + m.FromMemory(p); n > len(p) {
					t.Fatalf("%d bytes moved of %d", n, len(p))
				}
			case 4:
				copy(r.ram[dword()%0xff00:], []byte{uint8(next()), uint8(next()), uint8(next()), uint8(next()), uint8(next()), uint8(next()), uint8(next()), uint8(next())})
			case 5:
				r.reset(bus.ResetKind(next() % 2))
			case 6:
				for i := range 8 {
					r.ports.In(0xcf8+uint16(i), 1<<(next()%3))
				}
				r.pm.Interrupt(next()%2 != 0)
				r.ide.Master[next()%2].Interrupt(next()%2 != 0)
			case 7:
				r.same(t)
			}
		}
		r.same(t)
	})
}

// same restores a snapshot of the rig to another one and compares the two.
func (r *rig) same(t *testing.T) {
	t.Helper()
	s := newRig()
	for i, d := range r.devices() {
		b, _ := d.(encoding.BinaryMarshaler).MarshalBinary()
		if err := s.devices()[i].(encoding.BinaryUnmarshaler).UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if again, _ := s.devices()[i].(encoding.BinaryMarshaler).MarshalBinary(); !bytes.Equal(b, again) {
			t.Fatalf("%s: another snapshot after restoring", d.Name())
		}
	}
	if len(r.open) != len(s.open) {
		t.Fatalf("%d windows, after restoring %d", len(r.open), len(s.open))
	}
	for i, w := range r.open {
		if v := s.open[i]; w.name != v.name || w.base != v.base || w.size != v.size || w.space() != v.space() {
			t.Fatalf("window %s at %#x, after restoring %s at %#x", w.name, w.base, v.name, v.base)
		}
		for p := w.base; w.ports != nil && p < w.base+w.size; p++ {
			if a, b := r.ports.Owner(uint16(p)), s.ports.Owner(uint16(p)); a != b {
				t.Fatalf("port %#x belongs to %q, after restoring to %q", p, a, b)
			}
		}
	}
	for a, v := range r.shadow {
		if s.shadow[a] != v {
			t.Fatalf("page %#x is %q, after restoring %q", a, v, s.shadow[a])
		}
	}
	if len(r.mem) != len(s.mem) || r.level != s.level {
		t.Fatal("memory windows or interrupts differ after restoring")
	}
}
