package fpu

import "math/bits"

// Exp2M1 is F2XM1: two to the power a, less one. The SDM leaves the result
// undefined outside of -1..1; there it is the operand, as on the processor of
// the silicon vectors.
func Exp2M1(a F80, e Env) (F80, Flags) {
	if r, f, ok := nan1(a); ok {
		return r, f
	}
	if a.isInf() {
		if a.sign() != 0 {
			return F80{intBit, signMask | bias}, 0
		}
		return a, 0
	}
	if a.Mant == 0 {
		return a, 0
	}
	f := denormal(a)
	m, exp := a.unpack()
	sign := a.sign()
	if exp >= bias {
		if a == one().Neg() {
			return F80{intBit, signMask | (bias - 1)}, PE
		}
		return a, f | PE
	}
	// a = i/32 + x
	x := number{u128{m, 0}, exp - bias + 1}
	xneg := sign != 0
	i := int(0)
	if x.exp > -6 {
		v := x.fixed()
		j := (v.hi>>58 + 1) >> 1
		i = int(j)
		d := v.sub(u128{j << 59, 0}) // j = 32 wraps, as 1 does
		if int64(d.hi) < 0 {
			d = d.neg()
			xneg = !xneg
		}
		x = number{d, 0}
		if !d.isZero() {
			x = x.normal()
		}
		if sign != 0 {
			i = -i
		}
	}
	// g = 2^x - 1 = t * (1 + t/2! + t^2/3! + ...), t = x * ln 2
	var g number
	if !x.m.isZero() {
		t := number{x.m.mul(u128{ln2FixHi, ln2FixLo}), x.exp}.normal()
		z := t.m.shr(uint(-t.exp))
		p := z.mul(poly(z, xneg, expHead[:], expTail[:], 9))
		if xneg {
			g = number{t.m.sub(t.m.mul(p)), t.exp}
		} else {
			// halved, so that it cannot grow beyond 128 bits
			g = number{t.m.shr(1).add(t.m.shr(1).mul(p)), t.exp + 1}
		}
	}
	if i == 0 {
		r, h := g.pack(sign, e)
		return r, f | h
	}
	// 2^(i/32) * (1 + g) - 1, in units of 2^-126.
	t := exp2Table[i&31].shr(uint(1 - i>>5))
	v := t.mul(g.m).shr(uint(min(-g.exp, 200)))
	if xneg {
		v = v.neg()
	}
	v = v.add(t).sub(u128{1 << 62, 0})
	if sign != 0 {
		v = v.neg()
	}
	r, h := number{v, 2}.pack(sign, e)
	return r, f | h
}

// YLog2X is FYL2X: y times the binary logarithm of x (SDM volume 2, FYL2X, table
// of results).
func YLog2X(y, x F80, e Env) (F80, Flags) {
	if x.special() || y.special() {
		if r, f, ok := nan2(x, y); ok {
			return r, f
		}
	}
	f := denormal(x) | denormal(y)
	sign := y.sign()
	switch {
	case x.IsZero():
		switch {
		case y.IsZero():
			return invalid()
		case y.isInf():
			return inf(sign ^ signMask), 0
		}
		return inf(sign ^ signMask), ZE
	case x.sign() != 0:
		return invalid()
	case x.isInf():
		if y.IsZero() {
			return invalid()
		}
		return inf(sign), f
	}
	xm, xe := x.unpack()
	isOne := xm == intBit && xe == bias
	if xe < bias {
		sign ^= signMask // the logarithm is negative
	}
	switch {
	case y.isInf() && isOne:
		return invalid()
	case y.isInf():
		return inf(sign), f
	case y.IsZero() || isOne:
		return zero(sign), f
	}
	l, _, exact := log2(u128{xm, 0}, xe-bias)
	r, g := mulLog(sign, y, l, exact, e)
	return r, f | g
}

// YLog2XP1 is FYL2XP1: y times the binary logarithm of x + 1. The SDM allows x
// within 1 - sqrt(1/2) of 0; this computes it for all x above -1.
func YLog2XP1(y, x F80, e Env) (F80, Flags) {
	if x.special() || y.special() {
		if r, f, ok := nan2(x, y); ok {
			return r, f
		}
	}
	f := denormal(x) | denormal(y)
	sign := x.sign() ^ y.sign()
	switch {
	case x.IsZero():
		if y.isInf() {
			return invalid()
		}
		return zero(sign), f
	case x.isInf():
		if x.sign() != 0 || y.IsZero() {
			return invalid()
		}
		return inf(sign), f
	}
	xm, xe := x.unpack()
	xe -= bias
	switch {
	case y.isInf():
		return inf(sign), f
	case y.IsZero():
		return zero(sign), f
	case x.sign() != 0 && xe >= 0:
		return x, f | PE
	}
	var l number
	exact := false
	switch {
	case xe < -7:
		l = logSeries(number{u128{xm, 0}, xe + 1}, x.sign() != 0).normal()
	case xe >= 120:
		l, _, _ = log2(u128{xm, 0}, xe)
	case x.sign() == 0:
		// 1 + x in units of 2^-(126-t)
		t := max(0, xe)
		v, k := u128{xm, 0}.shr(uint(1 + t - xe)).add(u128{1 << 62, 0}.shr(uint(t))).norm()
		l, _, exact = log2(v, 1+t-k)
	default:
		v, k := u128{xm, 0}.shr(uint(-1 - xe)).neg().norm()
		l, _, exact = log2(v, -1-k)
	}
	r, g := mulLog(sign, y, l, exact, e)
	return r, f | g
}

// mulLog rounds the product of y and the magnitude of a logarithm.
func mulLog(sign uint16, y F80, l number, exact bool, e Env) (F80, Flags) {
	ym, ye := y.unpack()
	h, lo := bits.Mul64(l.m.hi, ym)
	h2, _ := bits.Mul64(l.m.lo, ym)
	lo, c := bits.Add64(lo, h2, 0)
	p := number{u128{h + c, lo}, l.exp + ye - bias + 1}.normal()
	if !exact {
		p.m.lo |= 1
	}
	r, f := roundPack(sign, p.exp+bias-1, p.m.hi, p.m.lo, e.full())
	if r.isDenormal() {
		f |= UE
	}
	return r, f | PE
}

// log2 returns the magnitude and the sign of the binary logarithm of
// m * 2^(exp-127), bit 127 of m set and the number not 1. It is exact for powers
// of two.
func log2(m u128, exp int32) (l number, neg, exact bool) {
	const sqrt2 = 0xB504F333F9DE6485 // sqrt(2) * 2^63
	k := int64(exp)
	if m.hi == intBit && m.lo == 0 {
		if neg = k < 0; neg {
			k = -k
		}
		return number{u128{uint64(k), 0}, 64}.normal(), neg, true
	}
	// mu is v = m/2^127 or v/2, around 1; j is 64*mu to nearest: 45..91.
	s := uint(0)
	if m.hi >= sqrt2 {
		k++
		s = 1
	}
	j := (m.hi>>(56+s) + 1) >> 1
	// mu * logRecip = 1 + r in units of 2^-(126+s)
	p := mulSmall(m.shr(10), uint64(logRecip[j-45])).sub(u128{1 << (62 + s), 0})
	rneg := int64(p.hi) < 0
	if rneg {
		p = p.neg()
	}
	var t number
	if !p.isZero() {
		t = logSeries(number{p, 2 - int32(s)}.normal(), rneg)
	}
	if k == 0 && j == 64 {
		return t.normal(), rneg, false
	}
	// k + logTable + t in units of 2^-112
	v := t.m.shr(uint(min(16-t.exp, 200)))
	if rneg {
		v = v.neg()
	}
	if w := logTable[j-45].shr(16); j < 64 {
		v = v.sub(w)
	} else {
		v = v.add(w)
	}
	v.hi += uint64(k) << 48
	if neg = int64(v.hi) < 0; neg {
		v = v.neg()
	}
	return number{v, 16}.normal(), neg, false
}

// logSeries returns the magnitude of log2(1+r), or with neg log2(1-r), for r up
// to 0.0114.
func logSeries(r number, neg bool) number {
	z := r.m.shr(uint(-r.exp))
	w := u128{log2eFixHi, log2eFixLo}
	c := w.mul(z.mul(poly(z, !neg, logHead[:], logTail[:], 0)))
	if neg {
		w = w.add(c)
	} else {
		w = w.sub(c)
	}
	return number{r.m.mul(w), r.exp + 1}
}
