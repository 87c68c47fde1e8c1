package debugport

import (
	"encoding"
	"testing"

	"beige/devices/bus"

	"github.com/google/go-cmp/cmp"
)

func TestPOST(t *testing.T) {
	var heard []uint8
	d := NewPOST("post", func(code uint8) { heard = append(heard, code) })
	if got := d.In(0); got != 0 || len(d.Codes()) != 0 {
		t.Errorf("at power-on In(0) = %#02x, %d codes; want 0, 0", got, len(d.Codes()))
	}
	var all []uint8
	for n := range uint8(20) {
		d.Out(0, n*3+1)
		all = append(all, n*3+1)
		if got := d.In(0); got != n*3+1 {
			t.Errorf("In(0) = %#02x; want %#02x", got, n*3+1)
		}
	}
	if diff := cmp.Diff(all, heard); diff != "" {
		t.Errorf("sink (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(all[4:], d.Codes()); diff != "" {
		t.Errorf("Codes (-want +got):\n%s", diff)
	}
	d.Reset(bus.BusReset)
	if got := len(d.Codes()); got != 16 {
		t.Errorf("%d codes after a bus reset; want 16", got)
	}
	d.Reset(bus.PowerOn)
	if got := len(d.Codes()); got != 0 {
		t.Errorf("%d codes after power-on; want 0", got)
	}
}

func TestConsole(t *testing.T) {
	var heard []uint8
	d := NewConsole("console", func(b uint8) { heard = append(heard, b) })
	if got := d.In(0); got != 0xe9 {
		t.Errorf("In(0) = %#02x; want 0xe9", got)
	}
	d.Out(0, 'o')
	d.Out(0, 'k')
	if string(heard) != "ok" {
		t.Errorf("sink heard %q; want \"ok\"", heard)
	}
}

func TestExit(t *testing.T) {
	status := -1
	d := NewExit("exit", func(v uint8) { status = int(v) })
	if got := d.In(0); got != 0 || status != -1 {
		t.Errorf("In(0) = %#02x, exit %d; want 0, none", got, status)
	}
	d.Out(0, 0x2a)
	if got := d.In(0); got != 0x2a || status != 0x2a {
		t.Errorf("In(0) = %#02x, exit %d; want 0x2a, 42", got, status)
	}
}

// Counts and last values start anew with the power only.
func TestCounts(t *testing.T) {
	for _, d := range all(func(uint8) {}) {
		d.Out(0, 0x11)
		d.Out(0, 0x22)
		d.Reset(bus.BusReset)
		if got := d.Inspect()[0]; got != (bus.Field{Name: "count", Value: uint64(2)}) {
			t.Errorf("%s: %v after two bytes and a bus reset; want count 2", d.Name(), got)
		}
		d.Reset(bus.PowerOn)
		if got := d.Inspect()[0]; got != (bus.Field{Name: "count", Value: uint64(0)}) {
			t.Errorf("%s: %v after power-on; want count 0", d.Name(), got)
		}
	}
	p := NewPOST("post", nil)
	p.Out(0, 0x11)
	p.Out(0, 0x22)
	if diff := cmp.Diff([]uint8{0x11, 0x22}, p.Codes()); diff != "" {
		t.Errorf("Codes (-want +got):\n%s", diff)
	}
}

type port interface {
	bus.Device
	bus.PortHandler
	bus.Inspector
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

func all(sink func(uint8)) [3]port {
	return [3]port{NewPOST("post", sink), NewConsole("console", sink), NewExit("exit", sink)}
}

func TestSnapshot(t *testing.T) {
	n := 0
	from, to := all(func(uint8) { n++ }), all(func(uint8) { n++ })
	for i, d := range from {
		d.Out(0, 0x55)
		b, err := d.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		n = 0
		if err := to[i].UnmarshalBinary(b); err != nil || n != 0 {
			t.Errorf("%s: restoring: %v, sink called %d times; want nil, 0", d.Name(), err, n)
		}
		if diff := cmp.Diff(d.Inspect(), to[i].Inspect()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.Name(), diff)
		}
		if err := to[i].UnmarshalBinary(b[:3]); err == nil {
			t.Errorf("%s: UnmarshalBinary of a short snapshot succeeded; want an error", d.Name())
		}
	}
}

// FuzzDebugPort runs the bytes as a program on two sets of ports, one of which
// is restored from the other's snapshot at will: both must show the same.
func FuzzDebugPort(f *testing.F) {
	f.Add([]byte{0, 1, 1, 2, 2, 3, 4, 0, 8, 1})
	f.Fuzz(func(t *testing.T, prog []byte) {
		var heard [2]int
		a, b := all(func(v uint8) { heard[0] += int(v) + 1 }), all(func(v uint8) { heard[1] += int(v) + 1 })
		for ; len(prog) >= 2; prog = prog[2:] {
			op, v := prog[0]&0x0f, prog[1]
			d, e := a[op%3], b[op%3]
			switch op / 4 {
			case 0:
				d.Out(0, v)
				e.Out(0, v)
			case 1:
				s, _ := d.MarshalBinary()
				if err := e.UnmarshalBinary(s); err != nil {
					t.Fatal(err)
				}
			case 2:
				d.Reset(bus.ResetKind(v & 1))
				e.Reset(bus.ResetKind(v & 1))
			}
			if d.In(0) != e.In(0) || heard[0] != heard[1] || !cmp.Equal(d.Inspect(), e.Inspect()) {
				t.Fatalf("%s: op %d %#02x: %#02x; restored copy %#02x", d.Name(), op, v, d.In(0), e.In(0))
			}
		}
	})
}
