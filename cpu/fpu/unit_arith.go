package fpu

// ArithOp is the operation of the eight basic arithmetic encodings: the reg
// field of the ModRM byte in D8, DA, DC and DE.
type ArithOp uint8

// The basic operations, on ST(0) and a source.
const (
	OpAdd  ArithOp = iota // ST(0) + source
	OpMul                 // ST(0) * source
	OpCom                 // compare ST(0) with source
	OpComP                // the same, and pop
	OpSub                 // ST(0) - source
	OpSubR                // source - ST(0)
	OpDiv                 // ST(0) / source
	OpDivR                // source / ST(0)
)

// compute puts a op b, which is not a comparison, into physical register d and
// reports whether it was delivered. f is DE if b was a denormal in memory.
func (u *Unit) compute(op ArithOp, a, b F80, d uint8, f Flags) bool {
	var r F80
	var g Flags
	switch e := u.env(); op {
	case OpAdd:
		r, g = addSub(a, b, 0, e)
	case OpMul:
		r, g = Mul(a, b, e)
	case OpSub:
		r, g = addSub(a, b, signMask, e)
	case OpSubR:
		r, g = addSub(b, a, signMask, e)
	case OpDiv:
		r, g = Div(a, b, e)
	default:
		r, g = Div(b, a, e)
	}
	if f != 0 && g&(IE|ZE) == 0 && !r.IsNaN() {
		g |= f
	}
	if !u.raise(g) {
		return false
	}
	u.R[d&7] = r
	return true
}

// ArithST is D8 C0+8*op+i: ST(0) becomes ST(0) op ST(i), or the comparison
// FCOM ST(i), FCOMP ST(i).
func (u *Unit) ArithST(op ArithOp, i uint8) {
	t, s := u.Top&7, (u.Top+i)&7
	switch {
	case op&^1 == OpCom:
		u.Com(i, uint8(op&1))
	case u.Use>>t&(u.Use>>s)&1 == 0:
		u.lacking(t)
	default:
		u.compute(op, u.R[t], u.R[s], t, 0)
	}
}

// ArithSTi is DC C0+8*op+i: ST(i) becomes ST(0) op ST(i). For op 4 to 7 the
// manuals name these the other way round (DC E0+i is FSUBR ST(i),ST(0)); the
// operation is that of D8 all the same. The comparisons are aliases of those
// of D8.
func (u *Unit) ArithSTi(op ArithOp, i uint8) {
	t, s := u.Top&7, (u.Top+i)&7
	switch {
	case op&^1 == OpCom:
		u.Com(i, uint8(op&1))
	case u.Use>>t&(u.Use>>s)&1 == 0:
		u.lacking(s)
	default:
		u.compute(op, u.R[t], u.R[s], s, 0)
	}
}

// ArithP is DE C0+8*op+i: as ArithSTi, and then pop. DE D0+i is an alias of
// FCOMP ST(i), DE D9 is FCOMPP.
func (u *Unit) ArithP(op ArithOp, i uint8) {
	t, s := u.Top&7, (u.Top+i)&7
	switch {
	case op&^1 == OpCom:
		u.Com(i, uint8(op&1)+1)
	case u.Use>>t&(u.Use>>s)&1 == 0:
		if u.lacking(s) {
			u.pop()
		}
	default:
		if u.compute(op, u.R[t], u.R[s], s, 0) {
			u.pop()
		}
	}
}

// lacking is the stack underflow of an operation whose result goes to physical
// register d. It reports whether the indefinite was delivered.
func (u *Unit) lacking(d uint8) bool {
	if !u.underflow() {
		return false
	}
	u.set(d, Indefinite())
	return true
}

// ArithM32 is D8 /op with a single-format operand: ST(0) becomes ST(0) op v, or
// the comparison FCOM m32fp, FCOMP m32fp.
func (u *Unit) ArithM32(op ArithOp, v uint32) {
	b, f := widen32(v)
	if f != 0 && u.Model != M80387 {
		b = unnormalize(b, f, denormal32)
	}
	u.arithMem(op, b, f)
}

// ArithM64 is DC /op with a double-format operand.
func (u *Unit) ArithM64(op ArithOp, v uint64) {
	b, f := widen64(v)
	if f != 0 && u.Model != M80387 {
		b = unnormalize(b, f, denormal64)
	}
	u.arithMem(op, b, f)
}

// ArithInt is DA /op (32-bit integer) and DE /op (16-bit integer).
func (u *Unit) ArithInt(op ArithOp, v int32) { u.arithMem(op, FromInt64(int64(v)), 0) }

// arithMem puts ST(0) op b into ST(0). f is DE if b was a denormal in memory.
func (u *Unit) arithMem(op ArithOp, b F80, f Flags) {
	t := u.Top & 7
	switch {
	case op&^1 == OpCom:
		u.com(b, f, op == OpComP)
	case u.Use>>t&1 == 0:
		u.lacking(t)
	default:
		u.compute(op, u.R[t], b, t, f)
	}
}

// apply replaces ST(0) by the result of a one-operand function.
func (u *Unit) apply(fn func(F80, Env) (F80, Flags)) {
	t := u.Top & 7
	if u.Use>>t&1 == 0 {
		if u.underflow() {
			u.set(t, Indefinite())
		}
		return
	}
	if r, f := fn(u.R[t], u.env()); u.raise(f) {
		u.R[t] = r
	}
}

// apply2 replaces ST(dst) by the result of a function of ST(0) and ST(1), and
// reports whether it was delivered.
func (u *Unit) apply2(dst uint8, fn func(a, b F80, e Env) (F80, Flags)) bool {
	if u.empty(0) || u.empty(1) {
		if !u.underflow() {
			return false
		}
		u.SetST(dst, Indefinite())
		return true
	}
	r, f := fn(u.ST(0), u.ST(1), u.env())
	if !u.raise(f) {
		return false
	}
	u.SetST(dst, r)
	return true
}

// CHS is FCHS: the sign of ST(0) is changed.
func (u *Unit) CHS() { u.apply(func(a F80, _ Env) (F80, Flags) { return a.Neg(), 0 }) }

// ABS is FABS: the sign of ST(0) is cleared.
func (u *Unit) ABS() { u.apply(func(a F80, _ Env) (F80, Flags) { return a.Abs(), 0 }) }

// Sqrt is FSQRT.
func (u *Unit) Sqrt() { u.apply(Sqrt) }

// RoundInt is FRNDINT.
func (u *Unit) RoundInt() { u.apply(RoundToInt) }

// Scale is FSCALE: ST(0) times two to the ST(1).
func (u *Unit) Scale() { u.apply2(0, Scale) }

// Prem is FPREM: the partial remainder of ST(0) by ST(1), truncating.
func (u *Unit) Prem() { u.prem(Rem) }

// Prem1 is FPREM1 (387 and later): the IEEE partial remainder.
func (u *Unit) Prem1() { u.prem(Rem1) }

// prem reduces ST(0). C2 is cleared unless the reduction is partial, C0 and C3
// change only with a result that is a number.
func (u *Unit) prem(fn func(a, b F80, e Env) (F80, Flags)) {
	cc := u.SW & uint16(C0|C3)
	u.SW &^= uint16(C0 | C2 | C3)
	if !u.apply2(0, fn) || u.ST(0).IsNaN() {
		u.SW |= cc
	}
}

// Extract is FXTRACT: ST(0) is replaced by its exponent, and its significand
// pushed.
func (u *Unit) Extract() {
	if u.empty(0) {
		u.pair(Indefinite(), Indefinite(), IE|SF)
		return
	}
	s, x, f := Extract(u.ST(0), u.env())
	u.pair(x, s, f)
}

// pair replaces ST(0) by lower and pushes upper on it, unless a full stack
// makes both the indefinite.
func (u *Unit) pair(lower, upper F80, f Flags) {
	p := (u.Top - 1) & 7
	if u.Use>>p&1 != 0 && f&SF == 0 {
		lower, upper, f = Indefinite(), Indefinite(), IE|SF|C1
	}
	if u.raise(f) {
		u.SetST(0, lower)
		u.Top = p
		u.set(p, upper)
	}
}
