package fpu

import "math/bits"

// Sqrt returns the square root of a.
func Sqrt(a F80, e Env) (F80, Flags) {
	if !a.isNormal() || a.SE&signMask != 0 {
		if e.legacy() {
			if r, f, ok := check87(a, true); ok {
				return r, f
			}
			if a.isInf87() && e.projective() {
				return invalid()
			}
			a = normalize87(a)
		}
		if r, f, ok := nan1(a); ok {
			return r, f
		}
		switch {
		case a.IsZero():
			return a, 0
		case a.SE&signMask != 0:
			return invalid()
		case a.isInf():
			return a, 0
		}
	}
	m, exp := a.unpack()
	// The radicand is m * 2^63 or m * 2^64, so that its root has 64 bits and the
	// exponent halves exactly.
	exp -= bias
	hi, lo := m>>1, m<<63
	if exp&1 != 0 {
		hi, lo = m, 0
	}
	root, rem := sqrt128(hi, lo)
	// The root is never half way between two 64-bit numbers.
	var frac uint64
	if rem != 0 {
		frac = 1
		if rem > root {
			frac |= 1 << 63
		}
	}
	r, f := roundPack(0, exp>>1+bias, root, frac, e)
	return r, f | denormal(a)
}

// sqrt128 returns the integer square root of hi:lo, for hi of at least 2^62,
// and the remainder, saturated to 64 bits.
func sqrt128(hi, lo uint64) (root, rem uint64) {
	// A root of 8 bits from the table, then 16, 32 and 64 bits by Heron's
	// rule s = (s + n/s) / 2.
	s := (uint64(sqrtSeed[hi>>56-64]) + 256) << 11
	s = (s + (hi>>24)/s) >> 1
	s <<= 12
	s = min((s+hi/s)>>1, 1<<32-1) << 32
	if hi < s {
		q, _ := bits.Div64(hi, lo, s)
		sum, c := bits.Add64(s, q, 0)
		s = sum>>1 | c<<63
	} else {
		// The root is so near 2^64 that the tangent there is exact but for the last bit.
		s = hi>>1 | 1<<63
	}
	for {
		ph, pl := bits.Mul64(s, s)
		rl, b := bits.Sub64(lo, pl, 0)
		rh, b := bits.Sub64(hi, ph, b)
		if b != 0 {
			s--
			continue
		}
		// (s+1)^2 <= n is the same as rem > 2s.
		if rh > s>>63 || rh == s>>63 && rl > s<<1 {
			s++
			continue
		}
		if rh != 0 {
			rl = 1<<64 - 1
		}
		return s, rl
	}
}

// sqrtSeed[i] is 32*sqrt(64.5+i)-256.
var sqrtSeed = [192]uint8{
	1, 3, 5, 7, 9, 11, 13, 15, 16, 18, 20, 22, 24, 26, 28, 29,
	31, 33, 35, 36, 38, 40, 42, 43, 45, 47, 48, 50, 52, 53, 55, 57,
	58, 60, 62, 63, 65, 66, 68, 70, 71, 73, 74, 76, 77, 79, 80, 82,
	83, 85, 86, 88, 89, 91, 92, 94, 95, 97, 98, 100, 101, 102, 104, 105,
	107, 108, 110, 111, 112, 114, 115, 116, 118, 119, 121, 122, 123, 125, 126, 127,
	129, 130, 131, 133, 134, 135, 137, 138, 139, 140, 142, 143, 144, 146, 147, 148,
	149, 151, 152, 153, 154, 156, 157, 158, 159, 161, 162, 163, 164, 166, 167, 168,
	169, 170, 172, 173, 174, 175, 176, 177, 179, 180, 181, 182, 183, 185, 186, 187,
	188, 189, 190, 191, 193, 194, 195, 196, 197, 198, 199, 200, 202, 203, 204, 205,
	206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222,
	223, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239,
	240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255,
}
