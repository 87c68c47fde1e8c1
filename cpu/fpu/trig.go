package fpu

import "math/bits"

// The trigonometric instructions reduce their argument by a pi of 66 bits,
//
//	pi66 = 3.243F6A8885A308D3 (hexadecimal)
//
// as the Pentium and P6 do (SDM volume 1, section 8.3.8: "the internal value
// of pi"), so for large arguments they are exact functions of another angle.
// The reduction itself is exact. From |x| = 2^63 on C2 is set and the operand
// stays (SDM volume 1, section 8.3.8).
const (
	piHi, piLo   = 3, 0x243F6A8885A308D3 // pi66 in units of 2^-64, pi66/2 in units of 2^-65
	twoOverPi    = 0xA2F9836E4E441529    // 2/pi in units of 2^-64
	quarterPi    = 0xC90FDAA22168C234    // pi/4 in units of 2^-64, rounded down
	trigLimitExp = bias + 63             // exponent of the first operand out of range
)

// angle is a reduced argument: |x| = quadrant*pi66/2 + r, with |r| up to pi/4
// and z = r*r in units of 2^-128.
type angle struct {
	r        number
	neg      bool // r is negative
	quadrant uint64
	z        u128
}

// reduce reduces the positive number m, exp (as unpack returns them) below
// 2^63.
func reduce(m uint64, exp int32) angle {
	x := exp - bias
	var a angle
	if x < -1 || x == -1 && m <= quarterPi {
		a.r = number{u128{m, 0}, x + 1}
	} else {
		// q is x / (pi/2) to nearest, give or take one.
		q := uint64(1)
		if x >= 0 {
			hi, _ := bits.Mul64(m, twoOverPi)
			q = (hi + 1<<(62-x)) >> (63 - x)
		}
		pi := u128{piHi, piLo}
		ph, pl := bits.Mul64(q, piLo)
		d := u128{m, 0}.shr(uint(62 - x)).sub(u128{ph + piHi*q, pl})
		half := pi.shr(1)
		for {
			a.neg = int64(d.hi) < 0
			abs := d
			if a.neg {
				abs = d.neg()
			}
			if !half.less(abs) {
				a.r = number{abs, 63}.normal()
				break
			}
			if a.neg {
				d = d.add(pi)
				q--
			} else {
				d = d.sub(pi)
				q++
			}
		}
		a.quadrant = q & 3
	}
	a.z = a.r.m.mul(a.r.m).shr(uint(-2 * a.r.exp))
	return a
}

// sin returns the sine of |r|.
func (a *angle) sin() number {
	s := a.z.mul(poly(a.z, true, sinHead[:], sinTail[:], 32))
	return number{trim(a.r.m, a.r.m.mul(s)), a.r.exp}.normal()
}

// cos returns the cosine of r.
func (a *angle) cos() number {
	return number{trim(u128{}, a.z.mul(poly(a.z, true, cosHead[:], cosTail[:], 28))), 0}
}

// trigSpecial handles what the four instructions have in common: NaNs,
// infinities and operands out of range. ok is false for numbers in range.
func trigSpecial(a F80) (r F80, f Flags, ok bool) {
	if r, f, ok := nan1(a); ok {
		return r, f, true
	}
	switch exp := a.SE & expMask; {
	case exp == expMask:
		r, f = invalid()
		return r, f, true
	case exp >= trigLimitExp:
		return a, C2, true
	}
	return a, 0, false
}

func signIf(neg bool) uint16 {
	if neg {
		return signMask
	}
	return 0
}

// sinOf rounds the sine of the angle, cosOf the cosine.
func (a *angle) sinOf(sign uint16, e Env) (F80, Flags) {
	if a.quadrant&1 != 0 {
		return a.cos().pack(sign^signIf(a.quadrant&2 != 0), e)
	}
	return a.sin().pack(sign^signIf(a.neg != (a.quadrant&2 != 0)), e)
}

func (a *angle) cosOf(e Env) (F80, Flags) {
	neg := a.quadrant == 1 || a.quadrant == 2
	if a.quadrant&1 != 0 {
		return a.sin().pack(signIf(a.neg != neg), e)
	}
	return a.cos().pack(signIf(neg), e)
}

// Sin returns the sine of a, with C2 set and a itself if it is out of range.
func Sin(a F80, e Env) (F80, Flags) {
	if r, f, ok := trigSpecial(a); ok {
		return r, f
	}
	if a.Mant == 0 {
		return a, 0
	}
	ang := reduce(a.unpack())
	r, f := ang.sinOf(a.sign(), e)
	return r, f | denormal(a)
}

// Cos returns the cosine of a, with C2 set and a itself if it is out of range.
func Cos(a F80, e Env) (F80, Flags) {
	if r, f, ok := trigSpecial(a); ok {
		return r, f
	}
	if a.Mant == 0 {
		return one(), 0
	}
	ang := reduce(a.unpack())
	r, f := ang.cosOf(e)
	return r, f | denormal(a)
}

// SinCos returns the sine and the cosine of a, with C2 set and a itself as sin
// if it is out of range.
func SinCos(a F80, e Env) (sin, cos F80, f Flags) {
	if r, f, ok := trigSpecial(a); ok {
		return r, r, f
	}
	if a.Mant == 0 {
		return a, one(), 0
	}
	ang := reduce(a.unpack())
	sin, f = ang.sinOf(a.sign(), e)
	cos, g := ang.cosOf(e)
	return sin, cos, f | g&^C1 | denormal(a)
}

// Tan returns the tangent of a, with C2 set and a itself if it is out of range.
func Tan(a F80, e Env) (F80, Flags) {
	if r, f, ok := trigSpecial(a); ok {
		return r, f
	}
	if a.Mant == 0 {
		return a, 0
	}
	ang := reduce(a.unpack())
	var t number
	const tiny = -40
	if ang.r.exp < tiny && ang.quadrant == 0 {
		// r + r^3/3, when the quotient would lose the correction.
		c := ang.r.m.mul(ang.z.mul(atanHead[0]))
		c.lo |= 1
		t = number{ang.r.m.add(c), ang.r.exp}
	} else if ang.quadrant&1 == 0 {
		t, _ = ang.sin().quo(ang.cos())
	} else {
		t, _ = ang.cos().quo(ang.sin())
	}
	r, f := t.pack(a.sign()^signIf(ang.neg != (ang.quadrant&1 != 0)), e)
	return r, f | denormal(a)
}

// Atan is FPATAN: the angle of the point (x, y), from -pi to pi (SDM volume 2,
// FPATAN, table of results).
func Atan(y, x F80, e Env) (F80, Flags) {
	if x.special() || y.special() {
		if r, f, ok := nan2(x, y); ok {
			return r, f
		}
	}
	f := denormal(x) | denormal(y)
	sign := y.sign()
	pi := u128{piFixHi, piFixLo} // units of 2^-126
	var r F80
	var g Flags
	xInf, yInf := x.isInf(), y.isInf()
	switch {
	case yInf && xInf && x.sign() == 0:
		r, g = number{pi.shr(2), 2}.pack(sign, e)
	case yInf && xInf:
		r, g = number{pi.sub(pi.shr(2)), 2}.pack(sign, e)
	case yInf, x.IsZero() && !y.IsZero():
		r, g = number{pi.shr(1), 2}.pack(sign, e)
	case y.IsZero() || xInf:
		if x.sign() == 0 {
			return zero(sign), f
		}
		r, g = number{pi, 2}.pack(sign, e)
	default:
		r, g = atan2(y, x, e)
	}
	return r, f | g
}

// atan2 is Atan for finite nonzero numbers.
func atan2(y, x F80, e Env) (F80, Flags) {
	sign := y.sign()
	ym, ye := y.unpack()
	xm, xe := x.unpack()
	// The smaller over the larger, t, is at most 1.
	swap := ye > xe || ye == xe && ym > xm
	if swap {
		ym, ye, xm, xe = xm, xe, ym, ye
	}
	d := xe - ye // from 7 on t is below 1/64
	i := uint64(0)
	a := number{u128{ym, 0}, ye}
	b := number{u128{xm, 0}, xe}
	neg := false
	if d <= 6 {
		// i = 32*t to nearest, from the leading bits
		num := u128{ym, 0}.shr(uint(d) + 5)
		den := u128{xm, 0}.shr(5)
		i = (num.hi>>8*64/(den.hi>>8) + 1) / 2
		if i > 0 {
			// (y - x*i/32) / (x + y*i/32)
			n := num.sub(mulSmall(den, i).shr(5))
			dd := den.add(mulSmall(num, i).shr(5))
			if neg = int64(n.hi) < 0; neg {
				n = n.neg()
			}
			a = number{n, 0}
			b = number{dd, 0}.normal()
			if n.isZero() {
				a = number{}
			} else {
				a = a.normal()
			}
		}
	}
	var t number // the arc tangent of t, less that of i/32
	if !a.m.isZero() {
		q, exact := a.quo(b)
		t = q
		w := q.m.mul(q.m).shr(uint(-2 * q.exp))
		c := q.m.mul(w.mul(poly(w, true, atanHead[:], atanTail[:], 0)))
		if !c.isZero() || exact {
			t.m = trim(q.m, c)
		}
		t = t.normal()
	}
	if i == 0 && !swap && x.sign() == 0 {
		return t.pack(sign, e)
	}
	// Fixed point in units of 2^-126.
	v := t.m.shr(uint(min(2-t.exp, 200)))
	if neg {
		v = v.neg()
	}
	v = v.add(atanTable[i].shr(2))
	pi := u128{piFixHi, piFixLo}
	if swap {
		v = pi.shr(1).sub(v)
	}
	if x.sign() != 0 {
		v = pi.sub(v)
	}
	return number{v, 2}.pack(sign, e)
}

// mulSmall returns a * n for small numbers.
func mulSmall(a u128, n uint64) u128 {
	h, l := bits.Mul64(a.lo, n)
	return u128{a.hi*n + h, l}
}
