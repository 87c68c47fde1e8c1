package ppi

import (
	"testing"

	"beige/devices/bus"
)

// rig is a chip with pins that a test sets and sees.
type rig struct {
	*PPI
	pins [ports]uint8 // what the board puts on inputs
	out  [ports]uint8 // what the chip was last seen to put out
}

func newRig() *rig {
	r := &rig{}
	cfg := Config{Name: "ppi"}
	for i := range ports {
		cfg.In[i] = func() uint8 { return r.pins[i] }
		cfg.Out[i] = func(v uint8) { r.out[i] = v }
	}
	r.PPI = New(cfg)
	return r
}

func (r *rig) check(t *testing.T, what string, off uint16, want uint8) {
	t.Helper()
	if got := r.In(off); got != want {
		t.Errorf("%s: In(%d) = %#02x; want %#02x", what, off, got, want)
	}
}

// RESET: "all ports will be set to the input mode".
func TestReset(t *testing.T) {
	r := newRig()
	r.pins = [ports]uint8{0x12, 0x34, 0x56}
	r.Out(3, 0x80) // all outputs
	r.Out(0, 0xff)
	r.Reset(bus.BusReset)
	for i, want := range r.pins {
		r.check(t, "after RESET", uint16(i), want)
	}
	if want := [ports]uint8{0xff, 0xff, 0xff}; r.out != want {
		t.Errorf("pins after RESET are %#02x; want floating high", r.out)
	}
	r.check(t, "control word", 3, 0xff)
}

// The sixteen mode 0 configurations (datasheet, "Mode 0 Port Definition Chart").
func TestMode0(t *testing.T) {
	for n := range uint8(16) {
		control := 0x80 | n&1 | n&2 | n<<1&0x08 | n<<1&0x10
		r := newRig()
		r.Out(3, control)
		r.pins = [ports]uint8{0xa5, 0x5a, 0xc3}
		for i, v := range []uint8{0x0f, 0xf0, 0x99} {
			r.Out(uint16(i), v)
		}
		wantA, wantB, wantC := uint8(0x0f), uint8(0xf0), uint8(0x99)
		if control&0x10 != 0 {
			wantA = 0xa5
		}
		if control&0x02 != 0 {
			wantB = 0x5a
		}
		if control&0x08 != 0 {
			wantC = wantC&0x0f | 0xc0
		}
		if control&0x01 != 0 {
			wantC = wantC&0xf0 | 0x03
		}
		r.check(t, "port A", 0, wantA)
		r.check(t, "port B", 1, wantB)
		r.check(t, "port C", 2, wantC)
	}
}

// The PC's own set-up: 99h makes A and C inputs and B an output.
func TestPC(t *testing.T) {
	r := newRig()
	r.Out(3, 0x99)
	r.Out(1, 0x48)
	if r.out[PortB] != 0x48 {
		t.Errorf("port B drives %#02x; want 48h", r.out[PortB])
	}
	r.check(t, "port B reads its latch", 1, 0x48)
	r.Out(3, 0x99)
	r.check(t, "a mode set clears the latches", 1, 0)
}

// Single bit set/reset, "Bit Set/Reset Format".
func TestBitSetReset(t *testing.T) {
	r := newRig()
	r.Out(3, 0x80)
	for bit := range uint8(8) {
		r.Out(3, bit<<1|1)
		r.check(t, "bit set", 2, 1<<bit)
		if r.out[PortC] != 1<<bit {
			t.Errorf("bit %d set: port C drives %#02x", bit, r.out[PortC])
		}
		r.Out(3, bit<<1)
		r.check(t, "bit reset", 2, 0)
	}
}

// Pins that nothing drives float high.
func TestUnconnected(t *testing.T) {
	d := New(Config{Name: "ppi"})
	for off := range uint16(4) {
		if v := d.In(off); v != 0xff {
			t.Errorf("In(%d) = %#02x; want ffh", off, v)
		}
	}
}

func TestSnapshot(t *testing.T) {
	r := newRig()
	r.Out(3, 0x99)
	r.Out(1, 0x5a)
	b, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	s := newRig()
	if err := s.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if s.out != r.out || s.state != r.state {
		t.Errorf("restored: %+v, pins %#02x; want %+v, pins %#02x", s.state, s.out, r.state, r.out)
	}
	for _, bad := range [][]byte{nil, b[:2], append([]byte{9}, b[1:]...)} {
		if err := s.UnmarshalBinary(bad); err == nil {
			t.Errorf("snapshot % x was taken", bad)
		}
	}
	if f := s.Inspect(); len(f) != 4 {
		t.Errorf("%d fields; want 4", len(f))
	}
}

// The bytes are a program: register and value, resets, snapshots.
func FuzzPPI(f *testing.F) {
	f.Add([]byte{3, 0x99, 1, 0x48, 3, 0x0f, 4, 0, 5, 0})
	f.Fuzz(func(t *testing.T, program []byte) {
		r := newRig()
		for ; len(program) >= 2; program = program[2:] {
			op, v := program[0], program[1]
			switch {
			case op < 4:
				r.Out(uint16(op), v)
			case op < 8:
				r.pins[op%ports] = v
			case op == 8:
				r.Reset(bus.ResetKind(v & 1))
			case op == 9:
				b, err := r.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				s := newRig()
				if err := s.UnmarshalBinary(b); err != nil {
					t.Fatal(err)
				}
				if s.state != r.state || s.out != r.out {
					t.Fatalf("snapshot: %+v %x; want %+v %x", s.state, s.out, r.state, r.out)
				}
			}
			for port := range ports {
				in := r.inputs(port)
				if got, want := r.In(uint16(port)), r.pins[port]&in|r.Latch[port]&^in; got != want {
					t.Fatalf("port %d reads %#02x; want %#02x", port, got, want)
				}
				if r.out[port] != r.Latch[port]|in {
					t.Fatalf("port %d drives %#02x; want %#02x", port, r.out[port], r.Latch[port]|in)
				}
			}
		}
	})
}
