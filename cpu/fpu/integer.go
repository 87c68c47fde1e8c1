package fpu

import "math/bits"

// RoundToInt is FRNDINT: a rounded to an integer by the rounding control.
func RoundToInt(a F80, e Env) (F80, Flags) {
	exp := int32(a.SE & expMask)
	if exp >= bias+63 && a.Mant&intBit != 0 && exp != expMask {
		return a, 0
	}
	if e.legacy() {
		if r, f, ok := check87(a, false); ok {
			return r, f
		}
		if a = normalize87(a); a.isNormal() && exp != int32(a.SE&expMask) {
			return RoundToInt(a, e)
		}
	}
	if r, f, ok := nan1(a); ok {
		return r, f
	}
	if exp == expMask || a.IsZero() {
		return a, 0
	}
	f := denormal(a)
	sign := a.sign()
	if exp < bias {
		// Below 1: 0 or 1.
		f |= PE
		up := e.roundsAway(sign)
		if e&rcMask == rcNearest {
			up = exp == bias-1 && a.Mant > intBit
		}
		if up {
			return F80{intBit, sign | bias}, f | C1
		}
		return zero(sign), f
	}
	r, inexact, up, carry := roundBits(a.Mant, 0, uint(bias+63-exp), sign, e)
	if carry {
		r = intBit
		exp++
	}
	if inexact {
		f |= PE
	}
	if up {
		f |= C1
	}
	return F80{r, sign | uint16(exp)}, f
}

// FromInt64 returns v, which every F80 can hold exactly.
func FromInt64(v int64) F80 {
	if v == 0 {
		return F80{}
	}
	var sign uint16
	m := uint64(v)
	if v < 0 {
		sign = signMask
		m = -m
	}
	n := bits.LeadingZeros64(m)
	return F80{m << n, sign | uint16(bias+63-n)}
}

// toInt rounds a to an integer magnitude below 2^64. It fails for what does
// not fit, infinities, NaNs and unsupported encodings.
func toInt(a F80, e Env) (m uint64, f Flags, ok bool) {
	exp := int32(a.SE & expMask)
	switch {
	case a.Mant == 0 && exp == 0:
		return 0, 0, true
	case exp > bias+63 || a.isUnsupported() || e.legacy() && a.isUnnormal():
		return 0, 0, false
	}
	hi, lo := shiftRightJam(a.Mant, 0, uint(min(bias+63-exp, 200)))
	m, inexact, up, carry := roundBits(hi, lo, 0, a.sign(), e)
	if carry {
		return 0, 0, false
	}
	if inexact {
		f = PE
	}
	if up {
		f |= C1
	}
	return m, f, true
}

// ToInt returns a rounded to a two's complement integer of n bits (16, 32 or
// 64). What does not fit is invalid and gives the integer indefinite, the most
// negative number (SDM volume 1, section 4.2.1.2).
func ToInt(a F80, n uint, e Env) (int64, Flags) {
	m, f, ok := toInt(a, e)
	limit := uint64(1) << (n - 1)
	if ok && a.SE&signMask != 0 {
		if m <= limit {
			return -int64(m), f
		}
	} else if ok && m < limit {
		return int64(m), f
	}
	return -int64(limit), IE
}

// Scale is FSCALE: a times two to the power of b truncated to an integer.
func Scale(a, b F80, e Env) (F80, Flags) {
	e = e.full()
	if e.legacy() {
		if r, f, ok := nan87(a, b); ok {
			return r, f
		}
		a, b = normalize87(a), normalize87(b)
	}
	if a.special() || b.special() {
		if r, f, ok := nan2(a, b); ok {
			return r, f
		}
		f := denormal(a) | denormal(b)
		switch {
		case !b.isInf():
			return a, f // a is infinite
		case b.sign() == 0 && a.IsZero(), b.sign() != 0 && a.isInf():
			return invalid()
		case b.sign() != 0:
			return zero(a.sign()), f
		}
		return inf(a.sign()), f
	}
	f := denormal(a) | denormal(b)
	if a.Mant == 0 {
		return a, f
	}
	n, _, ok := toInt(b, e|rcChop)
	if !ok || n > 1<<16 {
		n = 1 << 16 // out of any range of exponents
	}
	d := int32(n)
	if b.SE&signMask != 0 {
		d = -d
	}
	m, exp := a.unpack()
	exp += d
	switch {
	// Out of reach even for the wrapped exponent of an unmasked exception.
	case exp > maxExp+wrapBias && !e.masked(OE):
		return inf(a.sign()), f | OE | PE | C1
	case exp < 1-wrapBias && !e.masked(UE):
		return zero(a.sign()), f | UE | PE
	}
	r, g := roundPack(a.sign(), exp, m, 0, e)
	return r, f | g
}

// Extract is FXTRACT: the exponent of a as a number and the significand with
// exponent 0.
func Extract(a F80, e Env) (significand, exponent F80, f Flags) {
	if e.legacy() {
		switch {
		case a.isNaN87():
			return a, a, IE
		case a.isInf87():
			r, f := invalid()
			return r, r, f
		case a.IsZero():
			return a, a, 0
		case a.isUnnormal():
			m, exp := a.raw()
			return F80{m, a.sign() | bias}, FromInt64(int64(exp) - bias), 0
		}
	}
	if r, f, ok := nan1(a); ok {
		return r, r, f
	}
	switch {
	case a.IsZero():
		return a, inf(signMask), ZE
	case a.isInf():
		return a, inf(0), 0
	}
	m, exp := a.unpack()
	return F80{m, a.sign() | bias}, FromInt64(int64(exp) - bias), denormal(a)
}
