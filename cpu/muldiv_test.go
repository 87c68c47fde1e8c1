package cpu

import (
	"math/rand/v2"
	"testing"
)

// arithNames lists the arithmetic flags of f by their letters.
func arithNames(f uint32) string {
	s := ""
	for _, n := range []struct {
		bit  uint32
		name string
	}{{FlagOF, "O"}, {FlagSF, "S"}, {FlagZF, "Z"}, {FlagAF, "A"}, {FlagPF, "P"}, {FlagCF, "C"}} {
		if f&n.bit != 0 {
			s += n.name
		}
	}
	return s
}

// The flags after multiplication and division, those that the manuals leave
// undefined included, worked out by hand from the micro-code loops that
// muldiv_flags.go describes. The byte forms run F6 /digit with CL, the word forms
// F7 /digit with CX.
func TestMulDivFlags(t *testing.T) {
	for _, c := range []struct {
		name       string
		model      string
		code       []byte
		dx, ax, cx uint16
		wantDX     uint16
		wantAX     uint16
		vector     int // 0: #DE, flags are those pushed; -1: none
		want       string
	}{
		{"MUL, upper half zero", "8086", []byte{0xf6, 0xe1}, 0, 12, 12, 0, 0x90, -1, "ZP"},
		{"MUL, upper half one", "8086", []byte{0xf6, 0xe1}, 0, 0x80, 2, 0, 0x100, -1, "OC"},
		{"MUL, words", "8086", []byte{0xf7, 0xe1}, 9, 0x8000, 0x8001, 0x4000, 0x8000, -1, "OPC"},
		{"REP MUL inverts the product", "8086", []byte{0xf3, 0xf6, 0xe1}, 0, 2, 3, 0, 0xfffa, -1, "OSPC"},
		{"IMUL, sign carried through", "8086", []byte{0xf6, 0xe9}, 0, 0xff, 1, 0, 0xffff, -1, "ZAP"},
		{"IMUL, sign is no extension", "8086", []byte{0xf6, 0xe9}, 0, 0x40, 4, 0, 0x100, -1, "OC"},
		{"REP IMUL inverts the product", "8086", []byte{0xf3, 0xf7, 0xe9}, 0, 2, 3, 0xffff, 0xfffa, -1, "ZAP"},
		{"DIV, last bit 0", "8086", []byte{0xf6, 0xf1}, 0, 100, 7, 0, 0x20e, -1, "SAC"},
		{"DIV, last bit 1", "8086", []byte{0xf6, 0xf1}, 0, 105, 7, 0, 0xf, -1, "ZPC"},
		{"DIV, top bit of the quotient", "8086", []byte{0xf6, 0xf1}, 0, 0x80, 1, 0, 0x80, -1, "SAP"},
		{"DIV, overflow", "8086", []byte{0xf6, 0xf1}, 0, 0x700, 7, 0, 0x700, 0, "ZP"},
		{"DIV by 0", "8086", []byte{0xf6, 0xf1}, 0, 0x102, 0, 0, 0x102, 0, ""},
		{"IDIV", "8086", []byte{0xf6, 0xf9}, 0, 0xfff9, 2, 0, 0xfffd, -1, ""},
		{"REP IDIV inverts the quotient", "8086", []byte{0xf3, 0xf6, 0xf9}, 0, 0xfff9, 2, 0, 0xff03, -1, ""},
		{"IDIV, most negative quotient", "8086", []byte{0xf6, 0xf9}, 0, 0xff00, 2, 0, 0xff00, 0, "SA"},
		{"AAM 0", "8086", []byte{0xd4, 0}, 0, 0x1234, 0, 0, 0x1234, 0, "ZP"},

		{"MUL, upper half zero", "80286", []byte{0xf6, 0xe1}, 0, 12, 12, 0, 0x90, -1, "ZAP"},
		{"MUL, upper half one", "80286", []byte{0xf6, 0xe1}, 0, 0x80, 2, 0, 0x100, -1, "OAC"},
		{"IMUL", "80286", []byte{0xf6, 0xe9}, 0, 0xff, 1, 0, 0xffff, -1, "SAP"},
		{"IMUL immediate", "80286", []byte{0x69, 0xc1, 0x2c, 1}, 0, 0, 300, 0, 0x5f90, -1, "OAC"},
		{"IMUL short immediate", "80286", []byte{0x6b, 0xc1, 0xff}, 0, 0, 2, 0, 0xfffe, -1, "SAP"},
		{"DIV, last bit 0", "80286", []byte{0xf6, 0xf1}, 0, 100, 7, 0, 0x20e, -1, "OAC"},
		{"DIV, last bit 1", "80286", []byte{0xf6, 0xf1}, 0, 105, 7, 0, 0xf, -1, "ZAP"},
		{"DIV, last bit 1 with a bit shifted out", "80286", []byte{0xf6, 0xf1}, 0, 0x80ff, 0x81, 0, 0x80ff, -1, "OSAC"},
		{"DIV, overflow", "80286", []byte{0xf6, 0xf1}, 0, 0x700, 7, 0, 0x700, 0, "SAPC"},
		{"DIV by 0", "80286", []byte{0xf6, 0xf1}, 0, 0x102, 0, 0, 0x102, 0, "SP"},
		{"DIV, words", "80286", []byte{0xf7, 0xf1}, 1, 0, 3, 1, 0x5555, -1, "A"},
		{"IDIV + by +", "80286", []byte{0xf6, 0xf9}, 0, 100, 7, 0, 0x20e, -1, "OAC"},
		{"IDIV - by +", "80286", []byte{0xf6, 0xf9}, 0, 0xff9c, 7, 0, 0xfef2, -1, "OSAC"},
		{"IDIV + by -", "80286", []byte{0xf6, 0xf9}, 0, 100, 0xf9, 0, 0x2f2, -1, "A"},
		{"IDIV - by -", "80286", []byte{0xf6, 0xf9}, 0, 0xff9c, 0xf9, 0, 0xfe0e, -1, "SA"},
		{"IDIV, most negative quotient", "80286", []byte{0xf6, 0xf9}, 0, 0xff00, 2, 0, 0x80, -1, "OZAPC"},
		{"IDIV, quotient 128", "80286", []byte{0xf6, 0xf9}, 0, 0x100, 2, 0, 0x100, 0, "OZAPC"},
		{"AAM 0", "80286", []byte{0xd4, 0}, 0, 0x1203, 0, 0, 0x1203, 0, ""},
	} {
		t.Run(c.model+" "+c.name, func(t *testing.T) {
			r := newRig(t, c.model, c.code...)
			r.R[DX], r.R[AX], r.R[CX] = uint64(c.dx), uint64(c.ax), uint64(c.cx)
			r.wantVector(c.vector)
			f := r.EFLAGS()
			if c.vector == 0 {
				f = uint32(r.mem.Read(uint32(r.R[SP])+4, 2))
			}
			if got := arithNames(f); got != c.want {
				t.Errorf("flags %q; want %q", got, c.want)
			}
			if uint16(r.R[DX]) != c.wantDX || uint16(r.R[AX]) != c.wantAX {
				t.Errorf("DX:AX = %04x:%04x; want %04x:%04x", r.R[DX], r.R[AX], c.wantDX, c.wantAX)
			}
		})
	}
}

// The loops of the 8086 and 80286 give the results and exceptions that the
// host's multiplication and division give the processors behind them.
func TestMulDivLoops(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	// Half of the numbers are small or nearly all ones, where the limits are.
	number := func() uint64 {
		v := rnd.Uint32()
		switch rnd.IntN(4) {
		case 0:
			return uint64(v & 3)
		case 1:
			return uint64(^(v & 3) & 0xffff)
		}
		return uint64(v & 0xffff)
	}
	for _, pair := range [][2]string{{"8086", "80186"}, {"80286", "80386"}} {
		for op := range 8 {
			code := []byte{0xf6 + byte(op&1), 0xe1 + byte(op>>1)<<3}
			a, b := newRig(t, pair[0], code...), newRig(t, pair[1], code...)
			faults := 0
			for range 5000 {
				regs := [3]uint64{number(), number(), number()}
				if op&1 != 0 && rnd.IntN(2) == 0 { // quotients that fit
					regs[1] = uint64(uint16(int16(regs[0]) >> 15))
				}
				var vector [2]int
				for i, r := range []*rig{a, b} {
					r.R[AX], r.R[DX], r.R[CX] = regs[0], regs[1], regs[2]
					r.R[SP], r.IP, r.Halted = rigStack0, rigCode, false
					r.Refresh()
					vector[i] = r.halt()
				}
				if vector[0] != vector[1] || a.R[AX] != b.R[AX] || a.R[DX] != b.R[DX] {
					t.Fatalf("% x of DX:AX %04x:%04x, CX %04x: %s gives %04x:%04x (vector %d), %s %04x:%04x (vector %d)", code, regs[1], regs[0], regs[2],
						pair[0], a.R[DX], a.R[AX], vector[0], pair[1], b.R[DX], b.R[AX], vector[1])
				}
				if op < 4 && (a.cf() != b.cf() || a.of() != b.of()) {
					t.Fatalf("% x of AX %04x, CX %04x: CF %v OF %v; want %v %v", code, regs[0], regs[2], a.cf(), a.of(), b.cf(), b.of())
				}
				if vector[0] == 0 {
					faults++
				}
			}
			if division := op >= 4; division && (faults < 500 || faults > 4500) || !division && faults > 0 {
				t.Errorf("%s % x: %d of 5000 raised #DE", pair[0], code, faults)
			}
		}
	}
}
