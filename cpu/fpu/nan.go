package fpu

// invalid is the response to an invalid operation.
func invalid() (F80, Flags) { return Indefinite(), IE }

// nan2 delivers the result of a two-operand operation of which at least one
// operand is a NaN or unsupported (SDM volume 1, table 4-7; section 8.5.1.2).
// ok is false if neither is.
//
//	SNaN and QNaN                     the QNaN
//	two SNaNs                         the one with the larger significand, made quiet
//	two QNaNs                         the one with the larger significand
//	NaN and number                    the NaN, made quiet
//	equal significands                the positive one
func nan2(a, b F80) (r F80, f Flags, ok bool) {
	if a.isUnsupported() || b.isUnsupported() {
		r, f = invalid()
		return r, f, true
	}
	an, bn := a.IsNaN(), b.IsNaN()
	if !an && !bn {
		return F80{}, 0, false
	}
	as, bs := a.IsSignaling(), b.IsSignaling()
	if as || bs {
		f = IE
	}
	switch {
	case !bn:
		r = a
	case !an:
		r = b
	case as && !bs:
		r = b
	case bs && !as:
		r = a
	case a.Mant > b.Mant:
		r = a
	case b.Mant > a.Mant:
		r = b
	case a.sign() == 0:
		r = a
	default:
		r = b
	}
	return r.quiet(), f, true
}

// nan1 is nan2 for one operand.
func nan1(a F80) (r F80, f Flags, ok bool) {
	switch {
	case a.isUnsupported():
		r, f = invalid()
		return r, f, true
	case !a.IsNaN():
		return F80{}, 0, false
	case a.Mant&quietBit == 0:
		f = IE
	}
	return a.quiet(), f, true
}

// denormal returns DE if a is a denormal.
func denormal(a F80) Flags {
	if a.isDenormal() {
		return DE
	}
	return 0
}
