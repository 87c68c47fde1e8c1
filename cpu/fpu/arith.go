package fpu

import "math/bits"

// Add returns a + b.
func Add(a, b F80, e Env) (F80, Flags) { return addSub(a, b, 0, e) }

// Sub returns a - b.
func Sub(a, b F80, e Env) (F80, Flags) { return addSub(a, b, signMask, e) }

// addSub adds b with its sign xor-ed with flip to a. It deals itself with
// normal numbers less than 64 places apart whose sum is plain; the rest is
// addGeneral's.
func addSub(a, b F80, flip uint16, e Env) (F80, Flags) {
	xs, xm, ys, ym := a.SE, a.Mant, b.SE^flip, b.Mant
	if xs&expMask < ys&expMask {
		xs, xm, ys, ym = ys, ym, xs, xm
	}
	d := uint(xs&expMask) - uint(ys&expMask)
	if int64(xm&ym) >= 0 || ys&expMask == 0 || xs&expMask == expMask || d >= 64 ||
		e&(pcMask|rcMask) != pc64|rcNearest {
		return addGeneral(a, b, flip, e)
	}
	hi, lo := ym>>(d&63), ym<<1<<(63&^d)
	exp := uint32(xs & expMask)
	var c uint64
	if int16(xs^ys) >= 0 {
		hi, c = bits.Add64(xm, hi, 0)
		if c != 0 {
			lo = hi<<63 | lo>>1 | lo&1
			hi = hi>>1 | intBit
			exp++
		}
	} else {
		lo, c = bits.Sub64(0, lo, 0)
		hi, c = bits.Sub64(xm, hi, c)
		if int64(hi) >= 0 || c != 0 {
			if hi == 0 || c != 0 {
				return addGeneral(a, b, flip, e)
			}
			n := uint32(bits.LeadingZeros64(hi))
			hi = hi<<(n&63) | lo>>((64-n)&63) // n is at least 1
			lo <<= n & 63
			exp -= n
		}
	}
	if exp-1 >= maxExp-1 {
		return addGeneral(a, b, flip, e)
	}
	return roundNearest(xs&signMask, int32(exp), hi, lo)
}

func addGeneral(a, b F80, flip uint16, e Env) (F80, Flags) {
	if !a.isNormal() || !b.isNormal() {
		return addSlow(a, b, flip, e)
	}
	return addFinite(a.sign(), int32(a.SE&expMask), a.Mant,
		(b.SE^flip)&signMask, int32(b.SE&expMask), b.Mant, e)
}

// addFinite adds two nonzero numbers with normalized significands.
func addFinite(as uint16, ae int32, am uint64, bs uint16, be int32, bm uint64, e Env) (F80, Flags) {
	if ae < be || ae == be && am < bm {
		as, ae, am, bs, be, bm = bs, be, bm, as, ae, am
	}
	// hi:lo is b aligned to a.
	d := uint32(ae - be)
	hi, lo := bm>>d, bm<<(64-d)
	if d >= 64 {
		hi, lo = shiftRightJam(bm, 0, uint(d))
	}
	if as == bs {
		var c uint64
		hi, c = bits.Add64(am, hi, 0)
		if c != 0 {
			lo = hi<<63 | lo>>1 | lo&1
			hi = hi>>1 | intBit
			ae++
		}
	} else {
		var c uint64
		lo, c = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(am, hi, c)
		if int64(hi) >= 0 {
			if hi == 0 {
				if lo == 0 {
					return zero(zeroSign(e)), 0
				}
				hi, lo = lo, 0
				ae -= 64
			}
			n := uint32(bits.LeadingZeros64(hi))
			hi = hi<<n | lo>>(64-n)
			lo <<= n
			ae -= int32(n)
		}
	}
	return roundPack(as, ae, hi, lo, e)
}

// zeroSign is the sign of an exact zero difference: minus when rounding down.
func zeroSign(e Env) uint16 {
	if e&rcMask == rcDown {
		return signMask
	}
	return 0
}

func addSlow(a, b F80, flip uint16, e Env) (F80, Flags) {
	if e.legacy() {
		return add87(a, b, flip, e)
	}
	if a.special() || b.special() {
		if r, f, ok := nan2(a, b); ok {
			return r, f
		}
		f := denormal(a) | denormal(b)
		if !a.isInf() {
			return inf(b.sign() ^ flip), f
		}
		if b.isInf() && a.sign() != b.sign()^flip {
			return invalid()
		}
		return inf(a.sign()), f
	}
	bs := b.sign() ^ flip
	switch {
	case a.Mant == 0 && b.Mant == 0:
		if a.sign() == bs {
			return zero(bs), 0
		}
		return zero(zeroSign(e)), 0
	case a.Mant == 0:
		return repack(F80{b.Mant, b.SE ^ flip}, e)
	case b.Mant == 0:
		return repack(a, e)
	}
	am, ae := a.unpack()
	bm, be := b.unpack()
	r, f := addFinite(a.sign(), ae, am, bs, be, bm, e)
	return r, f | denormal(a) | denormal(b)
}

// repack rounds finite nonzero a to the precision of e.
func repack(a F80, e Env) (F80, Flags) {
	m, exp := a.unpack()
	r, f := roundPack(a.sign(), exp, m, 0, e)
	return r, f | denormal(a)
}

// Mul returns a * b.
func Mul(a, b F80, e Env) (F80, Flags) {
	if !a.isNormal() || !b.isNormal() {
		return mulSlow(a, b, e)
	}
	hi, lo := bits.Mul64(a.Mant, b.Mant)
	// Shift by one if bit 127 is clear.
	n := ^hi >> 63
	hi = hi<<(n&63) | lo>>63&n
	lo <<= n & 63
	exp := int32(a.SE&expMask) + int32(b.SE&expMask) - (bias - 1) - int32(n)
	if e.plain(exp) {
		return roundNearest((a.SE^b.SE)&signMask, exp, hi, lo)
	}
	return roundPackSlow((a.SE^b.SE)&signMask, exp, hi, lo, e)
}

func mulSlow(a, b F80, e Env) (F80, Flags) {
	if e.legacy() {
		return mul87(a, b, e)
	}
	sign := (a.SE ^ b.SE) & signMask
	f := denormal(a) | denormal(b)
	if a.special() || b.special() {
		if r, f, ok := nan2(a, b); ok {
			return r, f
		}
		if a.IsZero() || b.IsZero() {
			return invalid()
		}
		return inf(sign), f
	}
	if a.Mant == 0 || b.Mant == 0 {
		return zero(sign), f
	}
	am, ae := a.unpack()
	bm, be := b.unpack()
	hi, lo := bits.Mul64(am, bm)
	exp := ae + be - (bias - 1)
	if int64(hi) >= 0 {
		hi = hi<<1 | lo>>63
		lo <<= 1
		exp--
	}
	r, g := roundPack(sign, exp, hi, lo, e)
	return r, f | g
}

// Div returns a / b.
func Div(a, b F80, e Env) (F80, Flags) {
	if a.isNormal() && b.isNormal() {
		return divFinite((a.SE^b.SE)&signMask, int32(a.SE&expMask), a.Mant, int32(b.SE&expMask), b.Mant, e)
	}
	return divSlow(a, b, e)
}

// divFinite divides two numbers with normalized significands. A quotient of
// 64-bit numbers is never half way between two 64-bit numbers, so the bits
// below the last place need to say no more than zero, below or above half.
func divFinite(sign uint16, ae int32, am uint64, be int32, bm uint64, e Env) (F80, Flags) {
	exp := ae - be + bias
	var q, rem uint64
	if am >= bm {
		q, rem = bits.Div64(am>>1, am<<63, bm)
	} else {
		q, rem = bits.Div64(am, 0, bm)
		exp--
	}
	var lo uint64
	if rem != 0 {
		lo = 1
		if rem >= bm-rem {
			lo |= 1 << 63
		}
	}
	return roundPack(sign, exp, q, lo, e)
}

func divSlow(a, b F80, e Env) (F80, Flags) {
	if e.legacy() {
		return div87(a, b, e)
	}
	sign := (a.SE ^ b.SE) & signMask
	f := denormal(a) | denormal(b)
	if a.special() || b.special() {
		if r, f, ok := nan2(a, b); ok {
			return r, f
		}
		switch {
		case a.isInf() && b.isInf():
			return invalid()
		case a.isInf():
			return inf(sign), f
		}
		return zero(sign), f
	}
	switch {
	case b.Mant == 0 && a.Mant == 0:
		return invalid()
	case b.Mant == 0:
		return inf(sign), ZE // and no DE
	case a.Mant == 0:
		return zero(sign), f
	}
	am, ae := a.unpack()
	bm, be := b.unpack()
	r, g := divFinite(sign, ae, am, be, bm, e)
	return r, f | g
}
