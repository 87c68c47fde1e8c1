package fpu

import "math/bits"

// The remainders return in C2 whether the reduction is only partial, and
// otherwise in C0, C3 and C1 the bits 2, 1 and 0 of the quotient.

// Rem is FPREM: the remainder of a divided by b with the quotient truncated.
func Rem(a, b F80, e Env) (F80, Flags) { return remainder(a, b, false, e) }

// Rem1 is FPREM1: the remainder with the quotient rounded to nearest.
func Rem1(a, b F80, e Env) (F80, Flags) { return remainder(a, b, true, e) }

func remainder(a, b F80, nearest bool, e Env) (F80, Flags) {
	f := denormal(a) | denormal(b)
	if e.legacy() {
		if r, f, ok := nan87(a, b); ok {
			return r, f
		}
		if b.isUnnormal() {
			return invalid()
		}
		a, b = normalize87(a), normalize87(b)
	}
	if a.special() || b.special() {
		if r, f, ok := nan2(a, b); ok {
			return r, f
		}
		if a.isInf() || b.IsZero() {
			return invalid()
		}
		return remDone(a, 0, f, e) // b is infinite
	}
	switch {
	case b.Mant == 0:
		return invalid()
	case a.Mant == 0:
		return a, f
	}
	am, ae := a.unpack()
	bm, be := b.unpack()
	sign := a.sign()
	d := ae - be
	if d < -1 || d < 0 && !nearest {
		return remDone(a, 0, f, e)
	}
	if d >= 64 {
		// Reduce the exponent by 32 to 63, leaving the difference a multiple of
		// 32 (SDM volume 2, FPREM: "N is an implementation-dependent number
		// between 32 and 63").
		n := 32 + d&31
		_, rem := modShift(am, bm, uint(n))
		f |= C2
		if rem == 0 {
			return zero(sign), f
		}
		k := bits.LeadingZeros64(rem)
		return remPack(sign, ae-n-int32(k), rem<<k, f, e)
	}
	var q, rem uint64
	rexp := be
	if d < 0 {
		// |a| < |b|: only the half matters. Both are scaled to the exponent of a,
		// where b has 65 bits: b = 2*bm.
		if am <= bm {
			return remDone(a, 0, f, e)
		}
		// a > b/2: quotient 1, remainder a - b, which is 2*bm - am below zero.
		r := bm + (bm - am)
		k := bits.LeadingZeros64(r)
		return remPack(sign^signMask, ae-int32(k), r<<k, f|quotientFlags(1), e)
	}
	q, rem = modShift(am, bm, uint(d))
	if nearest && rem != 0 {
		if half := bm - rem; rem > half || rem == half && q&1 != 0 {
			rem = half
			q++
			sign ^= signMask
		}
	}
	f |= quotientFlags(q)
	if rem == 0 {
		return zero(a.sign()), f
	}
	k := bits.LeadingZeros64(rem)
	return remPack(sign, rexp-int32(k), rem<<k, f, e)
}

// modShift returns the low 64 bits of the quotient, and the remainder, of
// a * 2^n divided by b, for a and b with bit 63 set and n below 64.
func modShift(a, b uint64, n uint) (q, rem uint64) {
	hi, lo := a>>(64-n), a<<n // hi < 2^63 <= b
	return bits.Div64(hi, lo, b)
}

// remDone delivers a itself, which is already smaller than the divisor.
func remDone(a F80, q uint64, f Flags, e Env) (F80, Flags) {
	if a.Mant == 0 {
		return a, f
	}
	m, exp := a.unpack()
	return remPack(a.sign(), exp, m, f|quotientFlags(q), e)
}

// remPack packs an exact remainder; C1 in f belongs to the quotient.
func remPack(sign uint16, exp int32, m uint64, f Flags, e Env) (F80, Flags) {
	r, g := roundPack(sign, exp, m, 0, e.full())
	return r, f | g
}

// quotientFlags returns the three low bits of q in C0, C3 and C1.
func quotientFlags(q uint64) Flags {
	return Flags(q>>2&1)<<8 | Flags(q>>1&1)<<14 | Flags(q&1)<<9
}
