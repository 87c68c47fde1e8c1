package pit

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"beige/devices/bus"
)

var clk = bus.Freq{Num: 14318180, Den: 12}

// reference is a counter that is clocked pulse by pulse, written from the mode
// definitions of the datasheet: slow, without any of the chip's arithmetic.
type reference struct {
	mode, rw        uint8
	bcd             bool
	cr, ce          uint16
	low             uint8
	high            bool // the next byte written is the MSB
	gate, out       bool
	null, armed     bool
	loaded, trigger bool
	write           bool // a count waits for CLK
	expect, strobe  bool // terminal count to come; OUT low for one pulse
	odd, stuck      bool
}

func (r *reference) control(v uint8) {
	*r = reference{rw: v >> 4 & 3, mode: v >> 1 & 7, bcd: v&1 != 0, ce: r.ce, gate: r.gate, null: true}
	if r.mode > 5 {
		r.mode -= 4
	}
	r.out = r.mode != 0
}

func (r *reference) count(v uint8) {
	switch r.rw {
	case 0:
		return
	case 1:
		r.cr = uint16(v)
	case 2:
		r.cr = uint16(v) << 8
	case 3:
		if !r.high {
			r.high, r.low = true, v
			if r.mode == 0 {
				r.out, r.expect = false, false
			}
			return
		}
		r.high = false
		r.cr = uint16(v)<<8 | uint16(r.low)
	}
	r.null, r.armed = true, true
	switch r.mode {
	case 0:
		r.out, r.expect, r.write = false, false, true
	case 4:
		r.write = true
	case 2, 3:
		if !r.loaded || r.stuck {
			r.write = true
		}
	}
}

func (r *reference) setGate(high bool) {
	if high && !r.gate && r.armed && r.mode != 0 && r.mode != 4 {
		r.trigger = true
	}
	if !high && (r.mode == 2 || r.mode == 3) {
		r.out = true
	}
	r.gate = high
}

func (r *reference) down() {
	if !r.bcd {
		r.ce--
		return
	}
	for shift := 0; shift < 16; shift += 4 {
		if r.ce>>shift&15 != 0 {
			r.ce -= 1 << shift
			return
		}
		r.ce |= 9 << shift
	}
}

func (r *reference) load() {
	r.ce, r.null, r.loaded, r.expect = r.cr, false, true, true
	r.stuck = r.cr == 1 && (r.mode == 2 || r.mode == 3)
	if r.mode == 3 {
		r.odd = r.cr&1 != 0
		r.ce &^= 1
	}
}

func (r *reference) clock() {
	if r.strobe {
		r.strobe, r.out = false, true
	}
	if r.write || r.trigger {
		r.write, r.trigger = false, false
		r.load()
		switch r.mode {
		case 1:
			r.out = false
		case 2, 3:
			r.out = true
		}
		return
	}
	if !r.loaded {
		return
	}
	switch r.mode {
	case 0, 1:
		if r.mode == 0 && (!r.gate || r.high) {
			return
		}
		if r.down(); r.ce == 0 && r.expect {
			r.out, r.expect = true, false
		}
	case 4, 5:
		if r.mode == 4 && !r.gate {
			return
		}
		if r.down(); r.ce == 0 && r.expect {
			r.out, r.expect, r.strobe = false, false, true
		}
	case 2:
		switch {
		case !r.gate || r.stuck:
		case r.ce == 1:
			r.load()
			r.out = true
		default:
			if r.down(); r.ce == 1 {
				r.out = false
			}
		}
	case 3:
		if !r.gate || r.stuck {
			return
		}
		extra := r.odd && r.out && r.ce == 0
		if !extra {
			r.down()
			r.down()
			if r.ce != 0 || r.odd && r.out {
				return
			}
		}
		r.load()
		r.out = !r.out || r.stuck
	}
}

type edge struct {
	tick uint64
	out  bool
}

func (e edge) String() string { return fmt.Sprintf("%d:%v", e.tick, e.out) }

// compare runs prog on the chip's counter 2 and on the reference; both must
// give the same edges at the same ticks, and the same counts.
func compare(t *testing.T, prog []byte) {
	t.Helper()
	s := bus.NewScheduler(nil)
	var got, want []edge
	tick := uint64(0)
	p := New(Config{Name: "pit", Freq: clk}, s, [3]bus.Line{2: func(high bool) {
		if n := len(got); n == 0 && high || n > 0 && got[n-1].out != high {
			got = append(got, edge{clk.Ticks(s.Now()), high})
		}
	}})
	r := &reference{}
	gate := p.Gate(2)
	note := func() {
		if n := len(want); n == 0 && r.out || n > 0 && want[n-1].out != r.out {
			want = append(want, edge{tick, r.out})
		}
	}
	total := 0
	for ; len(prog) >= 2; prog = prog[2:] {
		switch op, v := prog[0], prog[1]; op % 8 {
		case 0:
			if v&0x30 != 0 {
				p.Out(regControl, 0x80|v&0x3f)
				r.control(v & 0x3f)
			}
		case 1, 2:
			p.Out(2, v)
			r.count(v)
		case 3:
			p.Out(2, v&3)
			r.count(v & 3)
		case 4:
			gate(v&1 != 0)
			r.setGate(v&1 != 0)
		default:
			n := int(v)
			if op >= 0xf0 {
				n *= 400
			}
			if total += n; total > 300000 {
				return
			}
			for range n {
				tick++
				r.clock()
				note()
				s.Advance(clk.Time(tick) - s.Now())
			}
		}
		note()
		c := p.now(2)
		if c.element(tick) != r.ce || c.Null != r.null || c.Out != r.out {
			t.Fatalf("tick %d after %#02x %#02x: CE, null, OUT = %#04x %v %v; want %#04x %v %v (mode %d)", tick, prog[0], prog[1],
				c.element(tick), c.Null, c.Out, r.ce, r.null, r.out, r.mode)
		}
		if len(got) != len(want) || len(got) > 0 && got[len(got)-1] != want[len(want)-1] {
			t.Fatalf("tick %d after %#02x %#02x: edges end %v; want %v (mode %d)", tick, prog[0], prog[1],
				got[max(0, len(got)-3):], want[max(0, len(want)-3):], r.mode)
		}
	}
}

func TestAgainstReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		prog := make([]byte, 120)
		for i := range prog {
			prog[i] = uint8(rng.Uint32())
		}
		compare(t, prog)
	}
}

func FuzzReference(f *testing.F) {
	f.Add([]byte{0, 0x36, 1, 5, 1, 0, 5, 20, 4, 1, 5, 30, 1, 4, 1, 0, 5, 9, 0xf5, 200})
	f.Add([]byte{0, 0x10, 4, 1, 1, 5, 5, 3, 4, 0, 5, 3, 4, 1, 5, 10})
	f.Fuzz(func(t *testing.T, prog []byte) { compare(t, prog) })
}
