package fpu

import "math/bits"

// What the 8087 and 80287 do otherwise, for operands that are not all normal
// numbers (SDM volume 3, section 23.18; 80387 PRM appendix C; iAPX 86/88 User's
// Manual, numeric supplement, "Special values", table of unnormal operands):
//
//	NaN            every NaN is invalid; the operand comes back as it is, the larger of two
//	infinity       affine or projective (one, unsigned infinity) by the control word
//	unnormal       an operand; a divisor, FSQRT and stores as integer or BCD are invalid
//	add, subtract  the result is normalized as far as the larger operand was
//	multiply       the result is as unnormal as the operands together
//	divide         the result is as unnormal as the dividend
//	compare        unnormals count with their value
//	FST, FSTP      of an unnormal: invalid, unless it underflows
//	denormal       computed with as an unnormal of exponent 1
//
// The transcendental instructions check nothing on these parts, and their ranges
// are smaller; here they are those of the 387.

// legacy reports an 8087 or 80287.
func (e Env) legacy() bool { return e.Model() != M80387 }

// projective reports that there is one, unsigned infinity.
func (e Env) projective() bool { return e.legacy() && e&icAffine == 0 }

// isInf87 and isNaN87 take pseudo-infinities and pseudo-NaNs in.
func (x F80) isInf87() bool { return x.SE&expMask == expMask && x.Mant&^intBit == 0 }
func (x F80) isNaN87() bool { return x.SE&expMask == expMask && x.Mant&^intBit != 0 }

// isUnnormal reports a number that is not normalized, but for true zeros.
func (x F80) isUnnormal() bool {
	return int64(x.Mant) >= 0 && x.SE&expMask != expMask && !x.IsZero()
}

// raw returns the significand as it is and the exponent, 1 for denormals.
func (x F80) raw() (mant uint64, exp int32) { return x.Mant, max(int32(x.SE&expMask), 1) }

// nan87 is nan2.
func nan87(a, b F80) (F80, Flags, bool) {
	switch an, bn := a.isNaN87(), b.isNaN87(); {
	case !an && !bn:
		return F80{}, 0, false
	case !bn, an && (a.Mant > b.Mant || a.Mant == b.Mant && a.sign() == 0):
		return a, IE, true
	}
	return b, IE, true
}

// packRaw rounds hi.lo, which need not be normalized, and keeps it so unless it
// underflows. f is what the operands raised.
func packRaw(sign uint16, exp int32, hi, lo uint64, e Env, f Flags) (F80, Flags) {
	if hi|lo == 0 {
		if exp < 1 || exp > maxExp {
			exp = 0
		}
		return F80{0, sign | uint16(exp)}, f // a pseudo-zero
	}
	if int64(hi) < 0 || exp < 1 || exp > maxExp {
		if hi == 0 {
			hi, lo = lo, 0
			exp -= 64
		}
		n := uint(bits.LeadingZeros64(hi))
		r, g := roundPack(sign, exp-int32(n), hi<<n|lo>>(64-n), lo<<n, e)
		return r, f | g
	}
	r, inexact, up, _ := roundBits(hi, lo, e.dropped(), sign, e)
	if inexact {
		f |= PE
	}
	if up {
		f |= C1
	}
	return F80{r, sign | uint16(exp)}, f
}

func add87(a, b F80, flip uint16, e Env) (F80, Flags) {
	if r, f, ok := nan87(a, b); ok {
		return r, f
	}
	f := denormal(a) | denormal(b)
	ai, bi := a.isInf87(), b.isInf87()
	bs := b.sign() ^ flip
	switch {
	case ai && bi && (e.projective() || a.sign() != bs):
		return invalid()
	case ai:
		return inf(a.sign()), f
	case bi:
		return inf(bs), f
	}
	if a.IsZero() && b.IsZero() {
		if a.sign() == bs {
			return zero(bs), 0
		}
		return zero(zeroSign(e)), 0
	}
	as := a.sign()
	am, ae := a.raw()
	bm, be := b.raw()
	switch {
	case a.IsZero():
		return packRaw(bs, be, bm, 0, e, f)
	case b.IsZero():
		return packRaw(as, ae, am, 0, e, f)
	}
	if ae < be || ae == be && am < bm {
		as, ae, am, bs, be, bm = bs, be, bm, as, ae, am
	}
	hi, lo := shiftRightJam(bm, 0, uint(ae-be))
	limit := bits.LeadingZeros64(am) // how unnormal the result may stay
	if as == bs {
		hi, c := bits.Add64(am, hi, 0)
		if c != 0 {
			lo = hi<<63 | lo>>1 | lo&1
			hi = hi>>1 | intBit
			ae++
		}
		return packRaw(as, ae, hi, lo, e, f)
	}
	lo, c := bits.Sub64(0, lo, 0)
	hi, c = bits.Sub64(am, hi, c)
	if c != 0 { // the aligned operand was the larger one
		as = bs
		lo, c = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, c)
	}
	if hi|lo == 0 {
		if limit == 0 {
			return zero(zeroSign(e)), f
		}
		return packRaw(zeroSign(e), ae, 0, 0, e, f)
	}
	for bits.LeadingZeros64(hi) > limit && ae > 1 {
		hi = hi<<1 | lo>>63
		lo <<= 1
		ae--
	}
	return packRaw(as, ae, hi, lo, e, f)
}

func mul87(a, b F80, e Env) (F80, Flags) {
	if r, f, ok := nan87(a, b); ok {
		return r, f
	}
	f := denormal(a) | denormal(b)
	sign := (a.SE ^ b.SE) & signMask
	if a.isInf87() || b.isInf87() {
		if a.Mant == 0 && !a.isInf87() || b.Mant == 0 && !b.isInf87() {
			return invalid()
		}
		return inf(sign), f
	}
	if a.IsZero() || b.IsZero() {
		return zero(sign), f
	}
	am, ae := a.raw()
	bm, be := b.raw()
	hi, lo := bits.Mul64(am, bm)
	exp := ae + be - (bias - 1)
	if int64(hi) >= 0 {
		hi = hi<<1 | lo>>63
		lo <<= 1
		exp--
	}
	return packRaw(sign, exp, hi, lo, e, f)
}

func div87(a, b F80, e Env) (F80, Flags) {
	if r, f, ok := nan87(a, b); ok {
		return r, f
	}
	f := denormal(a) | denormal(b)
	sign := (a.SE ^ b.SE) & signMask
	switch {
	case a.isInf87() && b.isInf87():
		return invalid()
	case a.isInf87():
		return inf(sign), f
	case b.isInf87():
		return zero(sign), f
	case b.IsZero() && a.Mant == 0, b.isUnnormal():
		return Indefinite(), IE | f
	case b.IsZero():
		return inf(sign), ZE
	case a.IsZero():
		return zero(sign), f
	}
	am, ae := a.raw()
	bm, be := b.raw()
	var hi, rem uint64
	exp := ae - be + bias
	if am < bm {
		hi, rem = bits.Div64(am, 0, bm)
		exp--
	} else {
		hi, rem = bits.Div64(am>>1, am<<63, bm)
	}
	lo, rem := bits.Div64(rem, 0, bm)
	if rem != 0 {
		lo |= 1
	}
	return packRaw(sign, exp, hi, lo, e, f)
}

// compare87 compares by value.
func compare87(a, b F80, e Env) (Relation, Flags) {
	if _, f, ok := nan87(a, b); ok {
		return Unordered, f
	}
	f := denormal(a) | denormal(b)
	if ai, bi := a.isInf87(), b.isInf87(); (ai || bi) && e.projective() {
		if ai && bi {
			return Equal, f
		}
		return Unordered, IE
	}
	a, b = normalize87(a), normalize87(b)
	r, _ := compare(a, b, 0, Env(0))
	return r, f
}

// normalize87 returns an unnormal in the form that the 387 takes: normal,
// denormal or zero; a pseudo-infinity as infinity.
func normalize87(a F80) F80 {
	switch {
	case a.isInf87():
		return inf(a.sign())
	case !a.isUnnormal() || a.SE&expMask == 0:
		return a
	case a.Mant == 0:
		return zero(a.sign())
	}
	n := min(bits.LeadingZeros64(a.Mant), int(a.SE&expMask)-1)
	m := a.Mant << n
	if int64(m) >= 0 {
		return F80{m, a.sign()}
	}
	return F80{m, a.SE - uint16(n)}
}

// check87 is for the operations of one operand: it deals with NaNs, and with
// unnormals and denormals where they are invalid.
func check87(a F80, unnormalInvalid bool) (r F80, f Flags, ok bool) {
	switch {
	case a.isNaN87():
		return a, IE, true
	case unnormalInvalid && a.isUnnormal():
		return Indefinite(), IE | denormal(a), true
	}
	return F80{}, 0, false
}

// unnormalize returns number r of the single or double format as the 8087 and
// 80287 load it. If f is DE it was a denormal, which FromFloat32 or FromFloat64
// normalized; it gets the exponent exp1 that it has in its format, and leading
// zeros.
func unnormalize(r F80, f Flags, exp1 uint16) F80 {
	if f&DE == 0 {
		return r
	}
	return F80{r.Mant >> (exp1 - r.SE&expMask), r.sign() | exp1}
}
