package fpu

import "math/bits"

// shiftRightJam shifts the 128-bit hi:lo right by n, or-ing what falls out into
// the lowest bit.
func shiftRightJam(hi, lo uint64, n uint) (uint64, uint64) {
	var out uint64
	switch {
	case n == 0:
		return hi, lo
	case n < 64:
		out = lo << (64 - n)
		lo = lo>>n | hi<<(64-n)
		hi >>= n
	case n == 64:
		out, lo, hi = lo, hi, 0
	case n < 128:
		out = lo | hi<<(128-n)
		lo, hi = hi>>(n-64), 0
	default:
		out, lo, hi = hi|lo, 0, 0
	}
	if out != 0 {
		lo |= 1
	}
	return hi, lo
}

// roundBits rounds the significand hi.lo to 64-drop bits. inexact and up tell
// what happened; carry that the significand grew to 2^64 (hi is then 0).
func roundBits(hi, lo uint64, drop uint, sign uint16, e Env) (r uint64, inexact, up, carry bool) {
	frac := hi << (64 - drop) // the dropped bits at the top; 0 for drop 0
	if drop == 0 {
		frac = lo
	} else if lo != 0 {
		frac |= 1
	}
	unit := uint64(1) << drop
	r = hi &^ (unit - 1)
	if frac == 0 {
		return r, false, false, false
	}
	if e&rcMask == rcNearest {
		const half = 1 << 63
		up = frac > half || frac == half && r&unit != 0
	} else {
		up = e.roundsAway(sign)
	}
	if up {
		r += unit
		carry = r == 0
	}
	return r, true, up, carry
}

// roundPack rounds the nonzero number with significand hi.lo (bit 63 of hi
// set, lo holding the bits below the last place and, in its lowest bit, whether
// anything was lost below) and biased exponent exp, which may lie outside of the
// format, to the precision that e asks for. It raises OE, UE and PE, with C1
// for rounding up. Unmasked overflow and underflow deliver the result with its
// exponent wrapped by 24576.
func roundPack(sign uint16, exp int32, hi, lo uint64, e Env) (F80, Flags) {
	if e.plain(exp) {
		return roundNearest(sign, exp, hi, lo)
	}
	return roundPackSlow(sign, exp, hi, lo, e)
}

// plain tells the usual case: 64 bits to nearest, far from overflow and
// underflow.
func (e Env) plain(exp int32) bool {
	return e&(pcMask|rcMask) == pc64|rcNearest && uint32(exp)-1 < maxExp-1
}

// roundNearest is roundPack for the plain case, free of branches.
func roundNearest(sign uint16, exp int32, hi, lo uint64) (F80, Flags) {
	inexact := (lo | -lo) >> 63
	rest := lo << 1
	inc := lo >> 63 & (hi | (rest|-rest)>>63)
	hi, carry := bits.Add64(hi, inc, 0)
	return F80{hi | carry<<63, sign | uint16(exp+int32(carry))}, Flags(inexact<<5 | inc<<9)
}

func roundPackSlow(sign uint16, exp int32, hi, lo uint64, e Env) (F80, Flags) {
	drop := e.dropped()
	r, inexact, up, carry := roundBits(hi, lo, drop, sign, e)
	rexp := exp
	if carry {
		r = intBit
		rexp++
	}
	var f Flags
	switch {
	case rexp > maxExp:
		if e.masked(OE) {
			if e.legacy() && e&rcMask == rcChop {
				return inf(sign), PE // SDM volume 3, section 23.18.6.3: no overflow is signaled
			}
			return overflow(sign, drop, e)
		}
		f = OE
		rexp -= wrapBias
	case rexp < 1:
		// Tiny after rounding with an unbounded exponent (SDM volume 1,
		// section 4.9.1.5).
		if !e.masked(UE) {
			f = UE
			rexp += wrapBias
			break
		}
		hi, lo = shiftRightJam(hi, lo, uint(min(1-exp, 200)))
		r, inexact, up, _ = roundBits(hi, lo, drop, sign, e)
		rexp = 0
		if r&intBit != 0 {
			rexp = 1
		}
		if inexact || e.legacy() && e&rcMask == rcChop {
			f = UE // on the 16-bit parts, chopping, for any tiny result
		}
	}
	if inexact {
		f |= PE
	}
	if up {
		f |= C1
	}
	return F80{r, sign | uint16(rexp)}, f
}

// overflow is the masked response to overflow: infinity or the largest finite
// number, by the rounding control (SDM volume 1, table 4-11).
func overflow(sign uint16, drop uint, e Env) (F80, Flags) {
	if e&rcMask == rcNearest || e.roundsAway(sign) {
		return inf(sign), OE | PE | C1
	}
	return F80{^uint64(0) << drop, sign | maxExp}, OE | PE
}
