package fpu

import (
	"fmt"
	"math/big"
	"math/bits"
	"math/rand"
	"testing"
)

// Operands of the tables in SDM volume 2.
var (
	pZero, mZero = F80{}, F80{0, 0x8000}
	pOne, mOne   = F80{1 << 63, 0x3FFF}, F80{1 << 63, 0xBFFF}
	pTwo, mTwo   = F80{1 << 63, 0x4000}, F80{1 << 63, 0xC000}
	pInf, mInf   = F80{1 << 63, 0x7FFF}, F80{1 << 63, 0xFFFF}
	qNaN         = F80{0xC000000000001234, 0x7FFF}
	sNaN         = F80{0x8000000000001234, 0x7FFF}
	sNaNQuiet    = F80{0xC000000000001234, 0x7FFF}
	bigQNaN      = F80{0xE000000000000000, 0xFFFF}
	denorm       = F80{0x0000000000000001, 0}
	pseudoDenorm = F80{0x8000000000000000, 0}
	unnormal     = F80{0x4000000000000000, 0x3FFF}
	pseudoInf    = F80{0, 0x7FFF}
	pseudoNaN    = F80{0x4000000000000000, 0x7FFF}
	maxF80       = F80{0xFFFFFFFFFFFFFFFF, 0x7FFE}
	minNormal    = F80{1 << 63, 1}
)

func (x F80) String() string { return fmt.Sprintf("%04X_%016X", x.SE, x.Mant) }

const (
	cwDefault Env = 0x037F
	cwDown    Env = 0x077F
	cwUp      Env = 0x0B7F
	cwChop    Env = 0x0F7F
)

type binary2 = func(a, b F80, e Env) (F80, Flags)

// TestSpecialOperands goes through the tables of results of FADD, FSUB, FMUL,
// FDIV, FPREM and FSCALE in SDM volume 2.
func TestSpecialOperands(t *testing.T) {
	ind := Indefinite()
	cases := []struct {
		name string
		fn   binary2
		a, b F80
		e    Env
		want F80
		f    Flags
	}{
		{"FADD inf+inf", Add, pInf, pInf, cwDefault, pInf, 0},
		{"FADD inf-inf", Add, pInf, mInf, cwDefault, ind, IE},
		{"FADD inf+1", Add, mOne, pInf, cwDefault, pInf, 0},
		{"FADD 0-0 nearest", Add, pZero, mZero, cwDefault, pZero, 0},
		{"FADD 0-0 down", Add, pZero, mZero, cwDown, mZero, 0},
		{"FADD -0-0", Add, mZero, mZero, cwDefault, mZero, 0},
		{"FADD 1-1 nearest", Add, pOne, mOne, cwDefault, pZero, 0},
		{"FADD 1-1 down", Add, pOne, mOne, cwDown, mZero, 0},
		{"FSUB inf-inf", Sub, pInf, pInf, cwDefault, ind, IE},
		{"FSUB 0-0", Sub, pZero, pZero, cwDefault, pZero, 0},
		{"FSUB 0-0 down", Sub, pZero, pZero, cwDown, mZero, 0},
		{"FSUB 0-(-0)", Sub, pZero, mZero, cwDefault, pZero, 0},
		{"FSUB NaN keeps its sign", Sub, pOne, qNaN, cwDefault, qNaN, 0},
		{"FMUL inf*0", Mul, pInf, mZero, cwDefault, ind, IE},
		{"FMUL inf*-2", Mul, pInf, mTwo, cwDefault, mInf, 0},
		{"FMUL 0*-2", Mul, pZero, mTwo, cwDefault, mZero, 0},
		{"FDIV 0/0", Div, pZero, mZero, cwDefault, ind, IE},
		{"FDIV inf/inf", Div, pInf, mInf, cwDefault, ind, IE},
		{"FDIV 1/-0", Div, pOne, mZero, cwDefault, mInf, ZE},
		{"FDIV inf/0", Div, pInf, pZero, cwDefault, pInf, 0},
		{"FDIV 1/-inf", Div, pOne, mInf, cwDefault, mZero, 0},
		{"FDIV 0/2", Div, pZero, mTwo, cwDefault, mZero, 0},
		{"FDIV denormal/0 is only ZE", Div, denorm, pZero, cwDefault, pInf, ZE},
		{"FADD denormal+inf", Add, denorm, pInf, cwDefault, pInf, DE},
		{"FADD QNaN+denormal has no DE", Add, qNaN, denorm, cwDefault, qNaN, 0},
		{"FADD SNaN", Add, sNaN, pOne, cwDefault, sNaNQuiet, IE},
		{"FADD SNaN+QNaN gives the QNaN", Add, F80{0xBFFFFFFFFFFFFFFF, 0x7FFF}, qNaN, cwDefault, qNaN, IE},
		{"FADD QNaN+QNaN gives the larger", Add, qNaN, bigQNaN, cwDefault, bigQNaN, 0},
		{"FADD equal significands give the positive", Add, F80{qNaN.Mant, 0xFFFF}, qNaN, cwDefault, qNaN, 0},
		{"FADD unnormal", Add, unnormal, pOne, cwDefault, ind, IE},
		{"FMUL pseudo-infinity", Mul, pseudoInf, pOne, cwDefault, ind, IE},
		{"FDIV pseudo-NaN", Div, pOne, pseudoNaN, cwDefault, ind, IE},
		{"FADD pseudo-denormal", Add, pseudoDenorm, pZero, cwDefault, minNormal, DE},
		{"FPREM inf rem 1", Rem, pInf, pOne, cwDefault, ind, IE},
		{"FPREM 1 rem 0", Rem, pOne, pZero, cwDefault, ind, IE},
		{"FPREM 0 rem 0", Rem, pZero, pZero, cwDefault, ind, IE},
		{"FPREM 1 rem inf", Rem, mOne, pInf, cwDefault, mOne, 0},
		{"FPREM 0 rem 1", Rem, mZero, pOne, cwDefault, mZero, 0},
		{"FSCALE 0, +inf", Scale, pZero, pInf, cwDefault, ind, IE},
		{"FSCALE inf, -inf", Scale, pInf, mInf, cwDefault, ind, IE},
		{"FSCALE -1, -inf", Scale, mOne, mInf, cwDefault, mZero, 0},
		{"FSCALE -1, +inf", Scale, mOne, pInf, cwDefault, mInf, 0},
		{"FSCALE 1, 1.99", Scale, pOne, F80{0xFEB851EB851EB852, 0x3FFF}, cwDefault, pTwo, 0},
		{"FSCALE 1, -1.99", Scale, pTwo, F80{0xFEB851EB851EB852, 0xBFFF}, cwDefault, pOne, 0},
		{"FYL2X 1*log2(0)", swap(YLog2X), pZero, pOne, cwDefault, mInf, ZE},
		{"FYL2X 0*log2(0)", swap(YLog2X), pZero, pZero, cwDefault, ind, IE},
		{"FYL2X inf*log2(0)", swap(YLog2X), pZero, pInf, cwDefault, mInf, 0},
		{"FYL2X log2(-1)", swap(YLog2X), mOne, pOne, cwDefault, ind, IE},
		{"FYL2X inf*log2(1)", swap(YLog2X), pOne, pInf, cwDefault, ind, IE},
		{"FYL2X -2*log2(1)", swap(YLog2X), pOne, mTwo, cwDefault, mZero, 0},
		{"FYL2X 0*log2(inf)", swap(YLog2X), pInf, pZero, cwDefault, ind, IE},
		{"FYL2X -inf*log2(2)", swap(YLog2X), pTwo, mInf, cwDefault, mInf, 0},
		{"FYL2XP1 inf*0", swap(YLog2XP1), pZero, pInf, cwDefault, ind, IE},
		{"FYL2XP1 -1*log2(1-0)", swap(YLog2XP1), mZero, mOne, cwDefault, pZero, 0},
		{"FPATAN +0/+0", Atan, pZero, pZero, cwDefault, pZero, 0},
		{"FPATAN +0/-0", Atan, pZero, mZero, cwDefault, F80{0xC90FDAA22168C235, 0x4000}, PE | C1},
		{"FPATAN -0/-1 up", Atan, mZero, mOne, cwUp, F80{0xC90FDAA22168C234, 0xC000}, PE},
		{"FPATAN inf/inf is pi/4", Atan, pInf, pInf, cwDefault, F80{0xC90FDAA22168C235, 0x3FFE}, PE | C1},
		{"FPATAN inf/-inf is 3pi/4", Atan, pInf, mInf, cwDefault, F80{0x96CBE3F9990E91A8, 0x4000}, PE | C1},
		{"FPATAN -1/0 is -pi/2", Atan, mOne, pZero, cwDefault, F80{0xC90FDAA22168C235, 0xBFFF}, PE | C1},
		{"FPATAN 1/inf", Atan, pOne, pInf, cwDefault, pZero, 0},
	}
	for _, c := range cases {
		if got, f := c.fn(c.a, c.b, c.e); got != c.want || f != c.f {
			t.Errorf("%s = %v flags %04X; want %v flags %04X", c.name, got, f, c.want, c.f)
		}
	}
}

func swap(fn binary2) binary2 {
	return func(a, b F80, e Env) (F80, Flags) { return fn(b, a, e) }
}

// TestOverflowUnderflow has the masked responses of SDM volume 1, table 4-11, and
// the wrapped exponents of section 8.5.4.
func TestOverflowUnderflow(t *testing.T) {
	m := F80{maxF80.Mant, 0xFFFE}
	tiny := F80{0x8000000000000001, 1} // over 2: a denormal with a bit lost
	cases := []struct {
		name string
		fn   binary2
		a, b F80
		e    Env
		want F80
		f    Flags
	}{
		{"overflow nearest", Add, maxF80, maxF80, cwDefault, pInf, OE | PE | C1},
		{"overflow down", Add, maxF80, maxF80, cwDown, maxF80, OE | PE},
		{"overflow up", Add, maxF80, maxF80, cwUp, pInf, OE | PE | C1},
		{"overflow chop", Add, maxF80, maxF80, cwChop, maxF80, OE | PE},
		{"negative overflow down", Add, m, m, cwDown, mInf, OE | PE | C1},
		{"negative overflow up", Add, m, m, cwUp, m, OE | PE},
		{"overflow to 24 bits, chop", Add, maxF80, maxF80, 0x0C7F, F80{0xFFFFFF0000000000, 0x7FFE}, OE | PE},
		{"overflow unmasked, exact", Add, maxF80, maxF80, 0x0377, F80{maxF80.Mant, 0x7FFF - 24576}, OE},
		{"overflow unmasked, 53 bits", Add, maxF80, maxF80, 0x0277, F80{1 << 63, 0x8000 - 24576}, OE | PE | C1},
		{"underflow nearest to even", Div, tiny, pTwo, cwDefault, F80{0x4000000000000000, 0}, UE | PE},
		{"underflow up", Div, tiny, pTwo, cwUp, F80{0x4000000000000001, 0}, UE | PE | C1},
		{"exact denormal: no underflow", Div, minNormal, pTwo, cwDefault, F80{0x4000000000000000, 0}, 0},
		{"exact denormal, unmasked", Div, minNormal, pTwo, 0x036F, F80{1 << 63, 24576}, UE},
		{"halfway below the smallest normal", Div, F80{0xFFFFFFFFFFFFFFFF, 1}, pTwo, cwDefault, minNormal, UE | PE | C1},
		{"rounding to 24 bits makes it normal: not tiny", Mul, F80{0xFFFFFFFFFFFFFFFF, 1}, F80{0xFFFFFFFFFFFFFFFF, 0x3FFD}, 0x007F, minNormal, PE | C1},
		{"vanishes", Mul, denorm, F80{1 << 63, 1}, cwDefault, pZero, DE | UE | PE},
		{"vanishes up", Mul, denorm, F80{1 << 63, 1}, cwUp, denorm, DE | UE | PE | C1},
		{"FSCALE far beyond, unmasked", Scale, pOne, F80{1 << 63, 0x3FFF + 20}, 0x0F77, pInf, OE | PE | C1},
		{"FSCALE far below, unmasked", Scale, mOne, F80{1 << 63, 0xBFFF + 20}, 0x076F, mZero, UE | PE},
		{"FSCALE beyond, unmasked", Scale, pOne, FromInt64(16384), 0x0377, F80{1 << 63, 32767 - 24576}, OE},
	}
	for _, c := range cases {
		if got, f := c.fn(c.a, c.b, c.e); got != c.want || f != c.f {
			t.Errorf("%s = %v flags %04X; want %v flags %04X", c.name, got, f, c.want, c.f)
		}
	}
}

// exact returns finite x as a big.Float without rounding.
func exact(x F80) *big.Float {
	m, exp := x.Mant, int(x.SE&expMask)
	r := new(big.Float).SetPrec(200).SetUint64(m)
	r.SetMantExp(r, max(exp, 1)-bias-63)
	if x.SE&signMask != 0 {
		r.Neg(r)
	}
	return r
}

var bigModes = map[Env]big.RoundingMode{
	rcNearest: big.ToNearestEven, rcDown: big.ToNegativeInf, rcUp: big.ToPositiveInf, rcChop: big.ToZero,
}

// rounded rounds r to the precision and rounding control of e.
func rounded(r *big.Float, e Env) *big.Float {
	return new(big.Float).SetMode(bigModes[e&rcMask]).SetPrec(64 - e.dropped()).Set(r)
}

func randomNormal(r *rand.Rand, spread int) F80 {
	m := r.Uint64() | intBit
	switch r.Intn(4) {
	case 0:
		m = m&^(1<<r.Intn(64)-1) | intBit
	case 1:
		m |= 1<<r.Intn(64) - 1
	}
	return F80{m, uint16(r.Intn(2))<<15 | uint16(bias-spread+r.Intn(2*spread))}
}

// TestCorrectRounding compares the basic operations with math/big in every
// rounding and precision.
func TestCorrectRounding(t *testing.T) {
	r := rand.New(rand.NewSource(80))
	ops := []struct {
		name string
		fn   binary2
		big  func(z, x, y *big.Float) *big.Float
	}{
		{"add", Add, (*big.Float).Add}, {"sub", Sub, (*big.Float).Sub},
		{"mul", Mul, (*big.Float).Mul}, {"div", Div, (*big.Float).Quo},
	}
	for i := range 40000 {
		e := Env(r.Intn(4))<<10 | []Env{pc24, pc53, pc64}[r.Intn(3)] | exceptionsEnv
		a, b := randomNormal(r, 70), randomNormal(r, 70)
		op := ops[i%len(ops)]
		z := new(big.Float).SetPrec(400)
		if op.name == "div" {
			z.SetPrec(200).SetMode(big.ToZero)
		}
		op.big(z, exact(a), exact(b))
		if op.name == "div" && z.Acc() != big.Exact {
			// make the lost bits count
			z.SetPrec(220)
			ulp := new(big.Float).SetMantExp(big.NewFloat(1), z.MantExp(nil)-205)
			if z.Sign() < 0 {
				ulp.Neg(ulp)
			}
			z.Add(z, ulp)
		}
		want := rounded(z, e)
		got, f := op.fn(a, b, e)
		if exact(got).Cmp(want) != 0 {
			t.Fatalf("%s(%v, %v, %04X) = %v; want %v", op.name, a, b, e, got, want)
		}
		var flags Flags
		if want.Cmp(z) != 0 {
			flags = PE
			if new(big.Float).Abs(want).Cmp(new(big.Float).Abs(z)) > 0 {
				flags |= C1
			}
		}
		if f != flags {
			t.Fatalf("%s(%v, %v, %04X) flags %04X; want %04X", op.name, a, b, e, f, flags)
		}
	}
}

func TestSqrtCorrectRounding(t *testing.T) {
	r := rand.New(rand.NewSource(81))
	for range 20000 {
		e := Env(r.Intn(4))<<10 | []Env{pc24, pc53, pc64}[r.Intn(3)] | exceptionsEnv
		a := randomNormal(r, 16000).Abs()
		x := exact(a)
		got, f := Sqrt(a, e)
		// The root in 200 bits, with a sticky bit below.
		z := new(big.Float).SetPrec(200).Sqrt(x)
		sq := new(big.Float).SetPrec(500)
		inexact := sq.Mul(z, z).Cmp(x) != 0
		want := rounded(z, e)
		if exact(got).Cmp(want) != 0 {
			t.Fatalf("Sqrt(%v, %04X) = %v; want %v", a, e, got, want)
		}
		if inexact != (f&PE != 0) && want.Cmp(z) != 0 {
			t.Fatalf("Sqrt(%v, %04X) flags %04X", a, e, f)
		}
	}
	for _, c := range []struct {
		a, want F80
		f       Flags
	}{
		{mZero, mZero, 0}, {mOne, Indefinite(), IE}, {pInf, pInf, 0}, {mInf, Indefinite(), IE},
		{FromInt64(9), FromInt64(3), 0}, {pTwo, F80{0xB504F333F9DE6484, 0x3FFF}, PE},
		{F80{2, 0}, F80{1 << 63, 0x3FFF - 8222}, DE}, {sNaN, sNaNQuiet, IE},
	} {
		got, f := Sqrt(c.a, cwDefault)
		if got != c.want || f != c.f {
			t.Errorf("Sqrt(%v) = %v flags %04X; want %v flags %04X", c.a, got, f, c.want, c.f)
		}
	}
}

func TestAddCommutes(t *testing.T) {
	r := rand.New(rand.NewSource(82))
	any := func() F80 {
		return F80{r.Uint64() >> (r.Intn(2) * r.Intn(64)), uint16(r.Uint32()) | uint16(r.Intn(2)*0x7FFF)}
	}
	for range 20000 {
		a, b, e := any(), any(), Env(r.Intn(0x1000))
		for name, fn := range map[string]binary2{"Add": Add, "Mul": Mul} {
			x, f := fn(a, b, e)
			y, g := fn(b, a, e)
			if x != y || f != g {
				t.Fatalf("%s(%v, %v, %04X) = %v, %04X; the other way %v, %04X", name, a, b, e, x, f, y, g)
			}
		}
	}
}

// TestRemainder compares FPREM and FPREM1 with integer arithmetic, and checks
// the quotient bits (SDM volume 2, FPREM: C0, C3, C1 are Q2, Q1, Q0).
func TestRemainder(t *testing.T) {
	for _, c := range []struct {
		a, b int64
		rem  int64
		q    Flags
		rem1 int64
		q1   Flags
	}{
		{7, 4, 3, C1, -1, C3},
		{10, 4, 2, C3, 2, C3},
		{14, 4, 2, C3 | C1, -2, C0},
		{-7, 4, -3, C1, 1, C3},
		{29, 4, 1, C0 | C3 | C1, 1, C0 | C3 | C1},
		{3, 4, 3, 0, -1, C1},
		{2, 4, 2, 0, 2, 0},
		{1, 4, 1, 0, 1, 0},
		{36, 4, 0, C1, 0, C1},
	} {
		a, b := FromInt64(c.a), FromInt64(c.b)
		if r, f := Rem(a, b, cwDefault); r != FromInt64(c.rem) || f != c.q {
			t.Errorf("Rem(%d, %d) = %v flags %04X; want %d flags %04X", c.a, c.b, r, f, c.rem, c.q)
		}
		if r, f := Rem1(a, b, cwDefault); r != FromInt64(c.rem1) || f != c.q1 {
			t.Errorf("Rem1(%d, %d) = %v flags %04X; want %d flags %04X", c.a, c.b, r, f, c.rem1, c.q1)
		}
	}
	r := rand.New(rand.NewSource(83))
	for range 5000 {
		a, b := randomNormal(r, 300).Abs(), randomNormal(r, 30).Abs()
		want := new(big.Int)
		unit := int(b.SE) - bias - 63
		if int(a.SE)-bias-63 < unit {
			unit = int(a.SE) - bias - 63
		}
		asInt := func(x F80) *big.Int {
			return new(big.Int).Lsh(new(big.Int).SetUint64(x.Mant), uint(int(x.SE)-bias-63-unit))
		}
		want.Rem(asInt(a), asInt(b))
		x, f, steps := a, C2, 0
		for ; f&C2 != 0; steps++ {
			before := x.SE
			x, f = Rem(x, b, cwDefault)
			if f&C2 != 0 && !x.IsZero() && before-x.SE < 32 {
				t.Fatalf("Rem(%v, %v) reduced by less than 32", a, b)
			}
		}
		got := new(big.Int)
		if !x.IsZero() {
			got, _ = new(big.Float).SetMantExp(exact(x), -unit).Int(nil)
		}
		if got.Cmp(want) != 0 || steps > 12 {
			t.Fatalf("Rem(%v, %v) = %v after %d steps; want %v", a, b, x, steps, want)
		}
	}
}

// TestSqrt128 checks roots by their definition, mostly those of radicands near
// powers of two, where estimates are at their worst.
func TestSqrt128(t *testing.T) {
	r := rand.New(rand.NewSource(87))
	for i := range 20000 {
		hi, lo := r.Uint64()|1<<62, r.Uint64()
		switch i % 4 {
		case 0:
			hi = -(r.Uint64() >> (r.Intn(63) + 1)) - 1
		case 1:
			hi = 1<<62 + r.Uint64()>>(r.Intn(62)+2)
		case 2:
			hi = 1<<63 - r.Uint64()>>(r.Intn(62)+2)
		}
		root, rem := sqrt128(hi, lo)
		ph, pl := bits.Mul64(root, root)
		dl, b := bits.Sub64(lo, pl, 0)
		dh, b := bits.Sub64(hi, ph, b)
		// 0 <= n - root^2 <= 2*root
		if b != 0 || dh > root>>63 || dh == root>>63 && dl > root<<1 {
			t.Fatalf("sqrt128(%#x, %#x) = %#x: the remainder is %#x %016x", hi, lo, root, dh, dl)
		}
		if dh != 0 {
			dl = 1<<64 - 1
		}
		if rem != dl {
			t.Fatalf("sqrt128(%#x, %#x): remainder %#x; want %#x", hi, lo, rem, dl)
		}
	}
}
