package fpu

import (
	"math/bits"
	"math/rand"
	"testing"
)

// transCase is a function of x, or of y and x, and its value: a sign and exponent
// word, the 64-bit significand cut off, and the 16 bits below it.
type transCase struct {
	op   string
	x, y F80
	se   uint16
	mant uint64
	more uint16
}

var transFuncs = map[string]func(x, y F80, e Env) (F80, Flags){
	"sin":         func(x, _ F80, e Env) (F80, Flags) { return Sin(x, e) },
	"cos":         func(x, _ F80, e Env) (F80, Flags) { return Cos(x, e) },
	"tan":         func(x, _ F80, e Env) (F80, Flags) { return Tan(x, e) },
	"2^x-1":       func(x, _ F80, e Env) (F80, Flags) { return Exp2M1(x, e) },
	"atan":        func(x, y F80, e Env) (F80, Flags) { return Atan(y, x, e) },
	"y*log2(x)":   func(x, y F80, e Env) (F80, Flags) { return YLog2X(y, x, e) },
	"y*log2(x+1)": func(x, y F80, e Env) (F80, Flags) { return YLog2XP1(y, x, e) },
}

// TestTranscendentals checks that results are those of correct rounding in all
// four roundings. (That cannot be promised for every operand; an error above
// 0.51 ulp in any of these would show.)
func TestTranscendentals(t *testing.T) {
	for _, c := range transCases {
		fn := transFuncs[c.op]
		for _, e := range []Env{cwDefault, cwDown, cwUp, cwChop, 0x007F} {
			up := e&rcMask == rcNearest && c.more >= 0x8000 || e.roundsAway(c.se&signMask)
			want, flags := F80{c.mant, c.se}, PE
			if up {
				flags |= C1
				if want.Mant++; want.Mant == 0 {
					want.Mant = intBit
					want.SE++
				}
			}
			if got, f := fn(c.x, c.y, e); got != want || f != flags {
				t.Errorf("%s(%v, %v) with control word %04X = %v flags %04X; want %v flags %04X", c.op, c.x, c.y, e, got, f, want, flags)
			}
		}
	}
}

func TestTranscendentalSpecials(t *testing.T) {
	limit := F80{1 << 63, bias + 63} // 2^63, the first operand out of range
	below := F80{0xFFFFFFFFFFFFFFFF, bias + 62}
	half := F80{1 << 63, bias - 1}
	cases := []struct {
		op   string
		x, y F80
		want F80
		f    Flags
	}{
		{"sin", mZero, F80{}, mZero, 0},
		{"sin", pInf, F80{}, Indefinite(), IE},
		{"sin", limit, F80{}, limit, C2},
		{"cos", limit.Neg(), F80{}, limit.Neg(), C2},
		{"tan", limit, F80{}, limit, C2},
		{"sin", denorm, F80{}, denorm, DE | UE | PE | C1},
		{"cos", pZero, F80{}, pOne, 0},
		{"cos", denorm, F80{}, pOne, DE | PE | C1},
		{"tan", mZero, F80{}, mZero, 0},
		{"tan", sNaN, F80{}, sNaNQuiet, IE},
		{"sin", F80{0xC90FDAA22168C235, 0x4000}, F80{}, F80{1 << 63, 0xBFBF}, PE | C1}, // pi rounded is 2^-64 above pi66
		{"2^x-1", pOne, F80{}, pOne, PE},
		{"2^x-1", mOne, F80{}, half.Neg(), PE},
		{"2^x-1", mInf, F80{}, mOne, 0},
		{"2^x-1", pInf, F80{}, pInf, 0},
		{"2^x-1", mZero, F80{}, mZero, 0},
		{"y*log2(x)", F80{1 << 63, bias + 10}, pTwo, FromInt64(20), PE},
		{"y*log2(x)", half, pTwo, mTwo, PE},
		{"y*log2(x)", F80{2, 0}, mOne, FromInt64(16444), DE | PE},
		{"y*log2(x)", denorm, mOne, FromInt64(16445), DE | PE},
		{"y*log2(x)", unnormal, mOne, Indefinite(), IE},
		{"y*log2(x+1)", pOne, pOne, pOne, PE},
		{"y*log2(x+1)", half.Neg(), pOne, mOne, PE},
		{"y*log2(x+1)", FromInt64(1023), pOne, FromInt64(10), PE},
		{"y*log2(x+1)", mInf, pOne, Indefinite(), IE},
	}
	for _, c := range cases {
		if got, f := transFuncs[c.op](c.x, c.y, cwDefault); got != c.want || f != c.f {
			t.Errorf("%s(%v, %v) = %v flags %04X; want %v flags %04X", c.op, c.x, c.y, got, f, c.want, c.f)
		}
	}
	if r, f := Sin(below, cwDefault); f&C2 != 0 || r.Abs().SE > bias {
		t.Errorf("Sin(%v) = %v flags %04X; want a number up to 1", below, r, f)
	}
}

// TestMonotone looks for steps in the wrong direction where the reductions
// change from one table entry to the next.
func TestMonotone(t *testing.T) {
	next := func(x F80) F80 {
		if x.Mant++; x.Mant == 0 {
			return F80{intBit, x.SE + 1}
		}
		return x
	}
	check := func(name string, x F80, fn func(F80) F80, rising bool) {
		t.Helper()
		a, b := fn(x), fn(next(x))
		r, _ := Compare(a, b, cwDefault)
		if rising && r == Greater || !rising && r == Less {
			t.Errorf("%s(%v) = %v, then %v", name, x, a, b)
		}
	}
	for i := range uint64(64) {
		for d := range uint64(4) {
			x := F80{intBit | i<<57 - 2 + d, bias - 1} // around (64+i)/128
			if int64(x.Mant) >= 0 {
				continue
			}
			check("2^x-1", x, func(x F80) F80 { r, _ := Exp2M1(x, cwDefault); return r }, true)
			check("log2", x, func(x F80) F80 { r, _ := YLog2X(pOne, x, cwDefault); return r }, true)
			check("log2(x+1)", x, func(x F80) F80 { r, _ := YLog2XP1(pOne, x, cwDefault); return r }, true)
			check("atan", x, func(x F80) F80 { r, _ := Atan(x, pOne, cwDefault); return r }, true)
			check("sin", x, func(x F80) F80 { r, _ := Sin(x, cwDefault); return r }, true)
			check("cos", x, func(x F80) F80 { r, _ := Cos(x, cwDefault); return r }, false)
			check("tan", x, func(x F80) F80 { r, _ := Tan(x, cwDefault); return r }, true)
		}
	}
}

func TestSinCosIsSinAndCos(t *testing.T) {
	r := rand.New(rand.NewSource(84))
	for range 2000 {
		x, e := randomNormal(r, 60), Env(r.Intn(4))<<10|0x37F
		s, c, f := SinCos(x, e)
		ws, fs := Sin(x, e)
		wc, fc := Cos(x, e)
		if s != ws || c != wc || f != fs|fc&^C1 {
			t.Fatalf("SinCos(%v) = %v, %v flags %04X; want %v, %v flags %04X", x, s, c, f, ws, wc, fs|fc&^C1)
		}
	}
}

func TestDiv128(t *testing.T) {
	r := rand.New(rand.NewSource(85))
	edge := func() uint64 {
		return []uint64{0, 1, 1 << 63, 1<<64 - 1, r.Uint64(), r.Uint64() >> 32, -uint64(r.Intn(3))}[r.Intn(7)]
	}
	for range 100000 {
		b := u128{edge() | intBit, edge()}
		a := u128{edge(), edge()}
		if !a.less(b) {
			continue
		}
		q := a.div(b)
		// q*b <= a*2^128 < (q+1)*b, by the remainder of schoolbook arithmetic.
		h, l := mul256(q, b)
		rest := u128{}.sub(l)
		borrow := uint64(0)
		if !l.isZero() {
			borrow = 1
		}
		if a.sub(u128{0, borrow}) != h || !rest.less(b) {
			t.Fatalf("%x / %x = %x", a, b, q)
		}
	}
}

// mul256 is the full product.
func mul256(a, b u128) (hi, lo u128) {
	h1, l1 := bits.Mul64(a.lo, b.lo)
	h2, l2 := bits.Mul64(a.lo, b.hi)
	h3, l3 := bits.Mul64(a.hi, b.lo)
	h4, l4 := bits.Mul64(a.hi, b.hi)
	m, c1 := bits.Add64(h1, l2, 0)
	m, c2 := bits.Add64(m, l3, 0)
	n, c3 := bits.Add64(h2, l4, c1)
	n, c4 := bits.Add64(n, h3, c2)
	return u128{h4 + c3 + c4, n}, u128{m, l1}
}
