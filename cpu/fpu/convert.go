package fpu

import "math/bits"

// The single (SDM volume 1, table 4-2) and double precision formats.
const (
	bias32, bias64 = 127, 1023
	maxExp32       = 254
	maxExp64       = 2046
	frac32, frac64 = 23, 52

	// exponents that their denormals have in the extended format
	denormal32 = bias - bias32 + 1
	denormal64 = bias - bias64 + 1
)

// FromFloat32 returns the number with the bits v of the single format, exactly.
// It raises DE for a denormal, and IE for a signaling NaN, which becomes quiet.
func FromFloat32(v uint32) (F80, Flags) {
	sign := uint16(v>>31) << 15
	exp := uint16(v >> frac32 & 0xFF)
	m := uint64(v) << (63 - frac32) &^ intBit
	if exp-1 < maxExp32 {
		return F80{m | intBit, sign | (exp + bias - bias32)}, 0
	}
	return fromSmall(sign, exp == 0, m, denormal32)
}

// FromFloat64 returns the number with the bits v of the double format, exactly.
// It raises DE for a denormal, and IE for a signaling NaN, which becomes quiet.
func FromFloat64(v uint64) (F80, Flags) {
	sign := uint16(v>>63) << 15
	exp := uint16(v >> frac64 & 0x7FF)
	m := v << (63 - frac64) &^ intBit
	if exp-1 < maxExp64 {
		return F80{m | intBit, sign | (exp + bias - bias64)}, 0
	}
	return fromSmall(sign, exp == 0, m, denormal64)
}

// fromSmall converts what is not a normal number: m is the fraction below bit
// 63, exp1 the exponent that a denormal has.
func fromSmall(sign uint16, low bool, m uint64, exp1 uint16) (F80, Flags) {
	switch {
	case low && m == 0:
		return zero(sign), 0
	case low:
		n := uint16(bits.LeadingZeros64(m))
		return F80{m << n, sign | (exp1 - n)}, DE
	case m == 0:
		return inf(sign), 0
	case m&quietBit == 0:
		return F80{m | intBit | quietBit, sign | expMask}, IE
	}
	return F80{m | intBit, sign | expMask}, 0
}

// ToFloat32 rounds a to the single format. After an unmasked overflow or
// underflow the value is meaningless: nothing is stored then.
func ToFloat32(a F80, e Env) (uint32, Flags) {
	v, f := toSmall(a, frac32, bias32, maxExp32, e)
	return uint32(v), f
}

// ToFloat64 rounds a to the double format. After an unmasked overflow or
// underflow the value is meaningless: nothing is stored then.
func ToFloat64(a F80, e Env) (uint64, Flags) {
	exp := uint32(a.SE&expMask) - (bias - bias64)
	if exp-1 < maxExp64-1 && int64(a.Mant) < 0 {
		v := uint64(a.SE>>15)<<63 | uint64(exp)<<frac64 | a.Mant&^intBit>>(63-frac64)
		low := a.Mant << (frac64 + 1)
		if low == 0 {
			return v, 0
		}
		if e&rcMask == rcNearest {
			if low > 1<<63 || low == 1<<63 && v&1 != 0 {
				return v + 1, PE | C1
			}
			return v, PE
		}
	}
	return toSmall(a, frac64, bias64, maxExp64, e)
}

// toSmall rounds a to a format with a fraction of frac bits, implicit integer
// bit, and exponents 1..maxE biased by b.
func toSmall(a F80, frac uint, b, maxE int32, e Env) (uint64, Flags) {
	width := uint(bits.Len32(uint32(maxE))) + frac
	s := uint64(a.SE>>15) << width
	top := uint64(maxE+1) << frac // infinity
	if e.legacy() {
		// Unnormals are invalid, but for those below the format's range.
		if n := normalize87(a); a.isUnnormal() && int32(n.SE&expMask) > bias-b {
			return s | top | 1<<(frac-1) | 1<<width, IE
		} else if !a.isNaN87() {
			a = n
		}
	}
	if a.special() {
		r, f, ok := nan1(a)
		if !ok {
			return s | top, 0
		}
		return uint64(r.SE>>15)<<width | top | r.Mant&^intBit>>(63-frac), f
	}
	if a.Mant == 0 {
		return s, 0
	}
	sign := a.sign()
	drop := 63 - frac
	m, exp := a.unpack()
	exp += b - bias
	r, inexact, up, carry := roundBits(m, 0, drop, sign, e)
	rexp := exp
	if carry {
		rexp++
	}
	switch {
	case rexp > maxE:
		if !e.masked(OE) {
			f := OE
			if inexact {
				f |= PE
			}
			if up {
				f |= C1
			}
			return 0, f
		}
		if e&rcMask == rcNearest || e.roundsAway(sign) {
			return s | top, OE | PE | C1
		}
		return s | (top - 1), OE | PE
	case rexp < 1:
		if !e.masked(UE) {
			f := UE
			if inexact {
				f |= PE
			}
			if up {
				f |= C1
			}
			return 0, f
		}
		hi, lo := shiftRightJam(m, 0, uint(min(1-exp, 200)))
		r, inexact, up, _ = roundBits(hi, lo, drop, sign, e)
		var f Flags
		if inexact {
			f = UE | PE
		}
		if up {
			f |= C1
		}
		// A carry into bit 63 is the exponent 1.
		return s | r>>drop, f
	}
	var f Flags
	if inexact {
		f = PE
	}
	if up {
		f |= C1
	}
	return s | uint64(rexp)<<frac | r&^intBit>>drop, f
}
