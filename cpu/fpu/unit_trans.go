package fpu

// Sin is FSIN. Out of range it sets C2 and leaves ST(0).
func (u *Unit) Sin() { u.trig(Sin) }

// Cos is FCOS. Out of range it sets C2 and leaves ST(0).
func (u *Unit) Cos() { u.trig(Cos) }

func (u *Unit) trig(fn func(F80, Env) (F80, Flags)) {
	u.SW &^= uint16(C2)
	u.apply(fn)
}

// SinCos is FSINCOS: ST(0) is replaced by its sine and the cosine pushed. Out of
// range it sets C2 and leaves ST(0).
func (u *Unit) SinCos() {
	u.SW &^= uint16(C2)
	if u.empty(0) {
		u.pair(Indefinite(), Indefinite(), IE|SF)
		return
	}
	s, c, f := SinCos(u.ST(0), u.env())
	if f&C2 != 0 && u.empty(7) {
		u.raise(f)
		return
	}
	u.pair(s, c, f)
}

// Tan is FPTAN: ST(0) is replaced by its tangent and 1 pushed. Out of range it
// sets C2 and leaves ST(0).
func (u *Unit) Tan() {
	u.SW &^= uint16(C2)
	if u.empty(0) {
		u.pair(Indefinite(), Indefinite(), IE|SF)
		return
	}
	t, f := Tan(u.ST(0), u.env())
	switch {
	case f&C2 != 0 && u.empty(7):
		u.raise(f)
	case t.IsNaN():
		u.pair(t, t, f)
	default:
		u.pair(t, one(), f)
	}
}

// Atan is FPATAN: ST(1) becomes the angle of the point (ST(0), ST(1)), and pop.
func (u *Unit) Atan() { u.apply2Pop(Atan) }

// Exp2M1 is F2XM1.
func (u *Unit) Exp2M1() { u.apply(Exp2M1) }

// YLog2X is FYL2X: ST(1) becomes ST(1) times the binary logarithm of ST(0), and
// pop.
func (u *Unit) YLog2X() { u.apply2Pop(YLog2X) }

// YLog2XP1 is FYL2XP1: as YLog2X, with ST(0) plus one.
func (u *Unit) YLog2XP1() { u.apply2Pop(YLog2XP1) }

func (u *Unit) apply2Pop(fn func(y, x F80, e Env) (F80, Flags)) {
	if u.apply2(1, func(x, y F80, e Env) (F80, Flags) { return fn(y, x, e) }) {
		u.pop()
	}
}
