package port92

import (
	"testing"

	"beige/devices/bus"
)

type rig struct {
	*Port92
	a20    bool
	reset  bool
	pulses int
}

func newRig() *rig {
	r := &rig{}
	r.Port92 = New("port92", func(high bool) { r.a20 = high }, func(high bool) {
		r.reset = high
		if high {
			r.pulses++
		}
	})
	return r
}

func TestPort92(t *testing.T) {
	for _, tc := range []struct {
		name   string
		out    []uint8
		want   uint8
		a20    bool
		pulses int
	}{
		{"power-on", nil, 0x24, false, 0},
		{"A20 on", []uint8{0x02}, 0x26, true, 0},
		{"A20 off again", []uint8{0x02, 0x00}, 0x24, false, 0},
		{"reset pulses once", []uint8{0x01, 0x01}, 0x25, false, 1},
		{"reset is armed by writing 0", []uint8{0x03, 0x02, 0x03}, 0x27, true, 2},
		{"lights", []uint8{0xc0}, 0xe4, false, 0},
		{"lock stays", []uint8{0x08, 0x00}, 0x2c, false, 0},
		{"reserved bits", []uint8{0x34}, 0x24, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig()
			for _, v := range tc.out {
				r.Out(0, v)
			}
			if got := r.In(0); got != tc.want {
				t.Errorf("In(0) = %#02x; want %#02x", got, tc.want)
			}
			if r.a20 != tc.a20 || r.pulses != tc.pulses || r.reset {
				t.Errorf("A20 %v, %d resets, reset high %v; want %v, %d, false", r.a20, r.pulses, r.reset, tc.a20, tc.pulses)
			}
		})
	}
}

func TestReset(t *testing.T) {
	r := newRig()
	r.Out(0, 0x0a)
	r.Reset(bus.BusReset)
	if got := r.In(0); got != 0x2c || r.a20 {
		t.Errorf("after bus reset In(0) = %#02x, A20 %v; want 0x2c, false", got, r.a20)
	}
	r.Reset(bus.PowerOn)
	if got := r.In(0); got != 0x24 {
		t.Errorf("after power-on In(0) = %#02x; want 0x24", got)
	}
}

func TestSnapshot(t *testing.T) {
	r, c := newRig(), newRig()
	r.Out(0, 0x03)
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if got := c.In(0); got != 0x27 || !c.a20 || c.pulses != 0 {
		t.Errorf("after restoring In(0) = %#02x, A20 %v, %d resets; want 0x27, true, 0", got, c.a20, c.pulses)
	}
	if err := c.UnmarshalBinary(nil); err == nil {
		t.Error("UnmarshalBinary of nothing succeeded; want an error")
	}
}

// FuzzPort92 runs the bytes as a program on two ports, one of which is restored
// from the other's snapshot at will: both must show the same.
func FuzzPort92(f *testing.F) {
	f.Add([]byte{0, 2, 1, 0, 0, 1, 2, 0, 0, 8, 2, 1})
	f.Fuzz(func(t *testing.T, prog []byte) {
		r := [2]*rig{newRig(), newRig()}
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0]%3, prog[1]
			for _, r := range r {
				switch op {
				case 0:
					r.Out(0, v)
				case 2:
					r.Reset(bus.ResetKind(v & 1))
				}
			}
			if op == 1 {
				b, _ := r[0].MarshalBinary()
				if err := r[1].UnmarshalBinary(b); err != nil {
					t.Fatal(err)
				}
			}
			if x, y := r[0].In(0), r[1].In(0); x != y || r[0].a20 != r[1].a20 || r[0].a20 != (x&bitA20 != 0) || x&bitsOne != bitsOne || x&0x10 != 0 {
				t.Fatalf("op %d %#02x: %#02x, A20 %v; restored copy %#02x, A20 %v", op, v, x, r[0].a20, y, r[1].a20)
			}
			_ = r[0].Inspect()
		}
	})
}
