package fpu

import "math/bits"

// u128 is a 128-bit unsigned integer, most often a fraction in units of 2^-128.
type u128 struct{ hi, lo uint64 }

func (a u128) add(b u128) u128 {
	lo, c := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(a.hi, b.hi, c)
	return u128{hi, lo}
}

func (a u128) sub(b u128) u128 {
	lo, c := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, c)
	return u128{hi, lo}
}

func (a u128) neg() u128 { return u128{}.sub(a) }

func (a u128) isZero() bool { return a.hi|a.lo == 0 }

func (a u128) less(b u128) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// shl and shr shift by any count; what falls out is lost.
func (a u128) shl(n uint) u128 {
	if n >= 64 {
		return u128{a.lo << (n - 64), 0}
	}
	return u128{a.hi<<n | a.lo>>(64-n), a.lo << n}
}

func (a u128) shr(n uint) u128 {
	if n >= 64 {
		return u128{0, a.hi >> (n - 64)}
	}
	return u128{a.hi >> n, a.lo>>n | a.hi<<(64-n)}
}

// norm shifts bit 127 of a nonzero number into place and returns the count.
func (a u128) norm() (u128, int32) {
	if a.hi == 0 {
		n := bits.LeadingZeros64(a.lo)
		return u128{a.lo << n, 0}, int32(n) + 64
	}
	n := uint(bits.LeadingZeros64(a.hi))
	return a.shl(n), int32(n)
}

// mul returns the high half of the product, at most 3 too low.
func (a u128) mul(b u128) u128 {
	h, l := bits.Mul64(a.hi, b.hi)
	h1, l1 := bits.Mul64(a.hi, b.lo)
	h2, l2 := bits.Mul64(a.lo, b.hi)
	_, c := bits.Add64(l1, l2, 0)
	l, c = bits.Add64(l, h1, c)
	h += c
	l, c = bits.Add64(l, h2, 0)
	return u128{h + c, l}
}

// div returns a / b as a fraction in units of 2^-128, rounded down, for a < b
// and bit 127 of b set (Knuth, The Art of Computer Programming, volume 2,
// algorithm 4.3.1 D with digits of 64 bits).
func (a u128) div(b u128) u128 {
	var q u128
	q.hi, a = divDigit(a, b)
	q.lo, _ = divDigit(a, b)
	return q
}

// divDigit returns the next 64 bits of a / b, and the remainder.
func divDigit(a, b u128) (q uint64, rem u128) {
	var r, over uint64
	if a.hi >= b.hi {
		q = 1<<64 - 1
		r, over = bits.Add64(a.lo, b.hi, 0)
	} else {
		q, r = bits.Div64(a.hi, a.lo, b.hi)
	}
	for over == 0 {
		ph, pl := bits.Mul64(q, b.lo)
		if ph < r || ph == r && pl == 0 {
			break
		}
		q--
		r, over = bits.Add64(r, b.hi, 0)
	}
	ph, pl := bits.Mul64(q, b.lo)
	lo, c := bits.Sub64(0, pl, 0)
	// a.hi:a.lo - q*b.hi is r, with over as its bit 64, which cancels.
	hi, _ := bits.Sub64(r, ph, c)
	return q, u128{hi, lo}
}

// poly evaluates c0 + z(c1 + z(c2 + ...)), or with alternating signs if minus
// is set, for the coefficients head and then tail. The tail is so small that 64
// bits of it are enough, after scaling by 2^shift.
func poly(z u128, minus bool, head []u128, tail []uint64, shift uint) u128 {
	t := tail[len(tail)-1]
	if minus {
		for i := len(tail) - 2; i >= 0; i-- {
			h, _ := bits.Mul64(z.hi, t)
			t = tail[i] - h
		}
		p := u128{t, 0}.shr(shift)
		for i := len(head) - 1; i >= 0; i-- {
			p = head[i].sub(z.mul(p))
		}
		return p
	}
	for i := len(tail) - 2; i >= 0; i-- {
		h, _ := bits.Mul64(z.hi, t)
		t = tail[i] + h
	}
	p := u128{t, 0}.shr(shift)
	for i := len(head) - 1; i >= 0; i-- {
		p = head[i].add(z.mul(p))
	}
	return p
}
