package fpu

// widen32 converts the single format without making signaling NaNs quiet, and
// tells a denormal.
func widen32(v uint32) (F80, Flags) {
	if exp := v >> frac32 & 0xFF; exp-1 < maxExp32 {
		return F80{uint64(v)<<(63-frac32) | intBit, uint16(v>>16)&signMask | uint16(exp+bias-bias32)}, 0
	}
	r, f := FromFloat32(v)
	if f&IE != 0 {
		r.Mant &^= quietBit
	}
	return r, f & DE
}

// widen64 is widen32 for the double format.
func widen64(v uint64) (F80, Flags) {
	if exp := uint32(v>>frac64) & 0x7FF; exp-1 < maxExp64 {
		return F80{v<<(63-frac64) | intBit, uint16(v>>48)&signMask | uint16(exp+bias-bias64)}, 0
	}
	r, f := FromFloat64(v)
	if f&IE != 0 {
		r.Mant &^= quietBit
	}
	return r, f & DE
}

// LoadF32 is FLD m32fp.
func (u *Unit) LoadF32(v uint32) {
	r, f := FromFloat32(v)
	if f != 0 && u.Model != M80387 {
		r, f = widen32(v)
		r = unnormalize(r, f, denormal32)
	}
	u.push(r, f)
}

// LoadF64 is FLD m64fp.
func (u *Unit) LoadF64(v uint64) {
	r, f := FromFloat64(v)
	if f != 0 && u.Model != M80387 {
		r, f = widen64(v)
		r = unnormalize(r, f, denormal64)
	}
	u.push(r, f)
}

// LoadF80 is FLD m80fp, which raises nothing for any value.
func (u *Unit) LoadF80(v F80) { u.push(v, 0) }

// LoadInt is FILD of a 16-, 32- or 64-bit integer.
func (u *Unit) LoadInt(v int64) { u.push(FromInt64(v), 0) }

// LoadBCD is FBLD; lo holds the low eight bytes, hi the upper two.
func (u *Unit) LoadBCD(lo uint64, hi uint16) { u.push(FromBCD(lo, hi), 0) }

// LoadST is FLD ST(i).
func (u *Unit) LoadST(i uint8) {
	if !u.empty(i) {
		u.push(u.ST(i), 0)
	} else if u.underflow() {
		u.Top = (u.Top - 1) & 7
		u.SetST(0, Indefinite())
	}
}

// LoadConst is FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ.
func (u *Unit) LoadConst(c Constant) { u.push(Const(c, u.env()), 0) }

// Pending is the outcome of a store to memory that has been computed but not
// yet committed.
type Pending uint32

const pendingWrite Pending = 1 << 16

// Write reports whether the value is to be written. It is not after an
// unmasked invalid operation, overflow or underflow.
func (p Pending) Write() bool { return p&pendingWrite != 0 }

// Commit finishes a store: it raises what the conversion found and pops if pop
// is set and the value was delivered. It is to be called after the memory write
// succeeded, or at once if there is none to do.
func (u *Unit) Commit(p Pending, pop bool) {
	f := Flags(p)
	u.SW = u.SW&^uint16(C1) | uint16(f)
	if f&^Flags(u.CW)&exceptions != 0 {
		u.SW |= swES | swB
	}
	if pop && p.Write() {
		u.pop()
	}
}

// pend decides about a store that raised f.
func (u *Unit) pend(f Flags) Pending {
	p := Pending(f)
	switch un := f &^ Flags(u.CW); {
	case un&before != 0:
		p = Pending(f & (before | SF))
	case un&(OE|UE) != 0:
		p = Pending(f & (OE | UE))
	default:
		p |= pendingWrite
	}
	return p
}

// StoreF32 computes FST m32fp, FSTP m32fp.
func (u *Unit) StoreF32() (uint32, Pending) {
	if u.empty(0) {
		return 0xFFC0_0000, u.pend(IE | SF)
	}
	v, f := ToFloat32(u.ST(0), u.env())
	return v, u.pend(f)
}

// StoreF64 computes FST m64fp, FSTP m64fp.
func (u *Unit) StoreF64() (uint64, Pending) {
	if u.empty(0) {
		return 0xFFF8_0000_0000_0000, u.pend(IE | SF)
	}
	v, f := ToFloat64(u.ST(0), u.env())
	return v, u.pend(f)
}

// StoreF80 computes FSTP m80fp, which raises nothing but stack underflow.
func (u *Unit) StoreF80() (F80, Pending) {
	if u.empty(0) {
		return Indefinite(), u.pend(IE | SF)
	}
	return u.ST(0), u.pend(0)
}

// StoreInt computes FIST and FISTP of an integer of n bits (16, 32 or 64), and
// with chop FISTTP, which truncates whatever the rounding control says.
func (u *Unit) StoreInt(n uint, chop bool) (int64, Pending) {
	if u.empty(0) {
		return -1 << (n - 1), u.pend(IE | SF)
	}
	e := u.env()
	if chop {
		e |= rcChop
	}
	v, f := ToInt(u.ST(0), n, e)
	return v, u.pend(f)
}

// StoreBCD computes FBSTP; lo is for the low eight bytes, hi for the upper two.
func (u *Unit) StoreBCD() (lo uint64, hi uint16, p Pending) {
	if u.empty(0) {
		return bcdIndLo, bcdIndHi, u.pend(IE | SF)
	}
	lo, hi, f := ToBCD(u.ST(0), u.env())
	return lo, hi, u.pend(f)
}

// StoreST is FST ST(i), and FSTP ST(i) with pop.
func (u *Unit) StoreST(i uint8, pop bool) {
	v, f := u.ST(0), Flags(0)
	if u.empty(0) {
		v, f = Indefinite(), IE|SF
	}
	if !u.raise(f) {
		return
	}
	u.SetST(i, v)
	if pop {
		u.pop()
	}
}

// StoreSTNoCheck is D9 D8+i, an undocumented FSTP ST(i) that raises no stack
// fault: an empty ST(0) is popped and nothing else.
func (u *Unit) StoreSTNoCheck(i uint8) {
	u.SW &^= uint16(C1)
	if !u.empty(0) {
		u.SetST(i, u.ST(0))
	}
	u.pop()
}

// Exchange is FXCH ST(i). Empty registers take part as the indefinite.
func (u *Unit) Exchange(i uint8) {
	a, b, f := u.ST(0), u.ST(i), Flags(0)
	if u.empty(0) {
		a, f = Indefinite(), IE|SF
	}
	if u.empty(i) {
		b, f = Indefinite(), IE|SF
	}
	if u.raise(f) {
		u.SetST(0, b)
		u.SetST(i, a)
	}
}

// MoveIf is FCMOVcc ST(0),ST(i) (P6) with its condition already tested. Unlike
// other instructions it leaves C1 alone.
func (u *Unit) MoveIf(cond bool, i uint8) {
	switch {
	case u.empty(0) || u.empty(i):
		if u.underflow() {
			u.SetST(0, Indefinite())
		}
	case cond:
		u.SetST(0, u.ST(i))
	}
}
