package fpu

// The transcendental functions. Each reduces its argument exactly or to 128
// bits, evaluates a power series in 128-bit fixed point and rounds once, so that
// the error is a little over half an ulp. Results are inexact unless the exact
// one is known to fit; PE and C1 are raised as for the basic operations.
// Precision control does not apply.

// packInexact rounds m * 2^(exp-bias-127), which is only an approximation of
// an irrational result.
func packInexact(sign uint16, exp int32, m u128, e Env) (F80, Flags) {
	return roundPack(sign, exp, m.hi, m.lo|1, e.full())
}

// trim takes a small correction off m, at least the smallest there is.
func trim(m, c u128) u128 {
	if c.isZero() {
		c.lo = 1
	}
	return m.sub(c)
}

// number is m * 2^(exp-128) with bit 127 of m set.
type number struct {
	m   u128
	exp int32
}

func (n number) normal() number {
	m, k := n.m.norm()
	return number{m, n.exp - k}
}

// pack rounds n, an approximation.
func (n number) pack(sign uint16, e Env) (F80, Flags) {
	n = n.normal()
	return packInexact(sign, n.exp+bias-1, n.m, e)
}

// quo returns a / b, and whether it is exact.
func (a number) quo(b number) (number, bool) {
	if !a.m.less(b.m) {
		odd := a.m.lo & 1 // lost; a exact operand has 64 bits only
		a.m = a.m.shr(1)
		a.m.lo |= odd
		a.exp++
	}
	var q u128
	var rem u128
	q.hi, rem = divDigit(a.m, b.m)
	q.lo, rem = divDigit(rem, b.m)
	return number{q, a.exp - b.exp}.normal(), rem.isZero()
}

// fixed returns n below 1 in units of 2^-128.
func (n number) fixed() u128 { return n.m.shr(uint(-n.exp)) }
