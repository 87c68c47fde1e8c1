package fpu

import "math/bits"

// The packed decimal format has 18 digits in 9 bytes, two a byte, the low one
// in bits 3-0, and the sign in bit 79 (SDM volume 1, section 4.7). It is passed
// as its low 64 bits lo and high 16 bits hi.

const (
	bcdLimit = 1_000_000_000_000_000_000 // the first magnitude with 19 digits
	bcdIndLo = 0xC000_0000_0000_0000     // packed decimal indefinite
	bcdIndHi = 0xFFFF
)

// FromBCD returns the number in packed decimal lo, hi, exactly. Digits above 9,
// undefined in the manual, count with their value. Bits 78-72 are ignored.
func FromBCD(lo uint64, hi uint16) F80 {
	v := uint64(hi>>4&15)*10 + uint64(hi&15)
	for s := 60; s >= 0; s -= 4 {
		v = v*10 + lo>>s&15
	}
	r := FromInt64(int64(v)) // at most 15 * 111111111111111111 < 2^63
	r.SE |= hi & signMask
	return r
}

// ToBCD rounds a to packed decimal. What does not fit is invalid and gives
// the packed decimal indefinite.
func ToBCD(a F80, e Env) (lo uint64, hi uint16, f Flags) {
	m, f, ok := toInt(a, e)
	if !ok || m >= bcdLimit {
		return bcdIndLo, bcdIndHi, IE
	}
	for s := 0; s < 64; s += 4 {
		q, r := bits.Div64(0, m, 10)
		lo |= r << s
		m = q
	}
	return lo, a.sign() | uint16(m/10<<4|m%10), f
}
