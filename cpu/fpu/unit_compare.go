package fpu

// EFLAGS bits that FCOMI and its kin write.
const (
	EflagsCF uint32 = 1 << 0
	EflagsPF uint32 = 1 << 2
	EflagsZF uint32 = 1 << 6
)

// Com is FCOM ST(i), FCOMP ST(i) with pops 1, FCOMPP with i 1 and pops 2.
func (u *Unit) Com(i, pops uint8) { u.comST(i, pops, Compare) }

// UCom is FUCOM ST(i), FUCOMP ST(i), FUCOMPP (387 and later).
func (u *Unit) UCom(i, pops uint8) { u.comST(i, pops, CompareQuiet) }

// Test is FTST: ST(0) compared with +0.
func (u *Unit) Test() { u.com(F80{}, 0, false) }

func (u *Unit) comST(i, pops uint8, fn func(a, b F80, e Env) (Relation, Flags)) {
	r, f := Unordered, IE|SF
	if !u.empty(0) && !u.empty(i) {
		r, f = fn(u.ST(0), u.ST(i), u.env())
	}
	u.setRelation(r, f, pops)
}

// com compares ST(0) with b, for which f is DE if it was a denormal in memory.
func (u *Unit) com(b F80, f Flags, pop bool) {
	r, g := Unordered, IE|SF
	if !u.empty(0) {
		r, g = Compare(u.ST(0), b, u.env())
		if r != Unordered {
			g |= f
		}
	}
	var pops uint8
	if pop {
		pops = 1
	}
	u.setRelation(r, g, pops)
}

// setRelation sets the condition codes, which happens even if an exception is
// unmasked, and pops, which then does not.
func (u *Unit) setRelation(r Relation, f Flags, pops uint8) {
	deliver := u.raise(f)
	u.SW = u.SW&^uint16(C0|C2|C3) | uint16(r)
	if deliver {
		for ; pops > 0; pops-- {
			u.pop()
		}
	}
}

// ComI is FCOMI ST(0),ST(i), FCOMIP with pop, and with quiet FUCOMI and FUCOMIP
// (P6). It returns the new values of EflagsZF, EflagsPF and EflagsCF, which are
// written even if an exception is unmasked. C1 changes on a stack fault only.
func (u *Unit) ComI(i uint8, quiet, pop bool) (eflags uint32) {
	c1 := u.SW & uint16(C1)
	r, f := Unordered, IE|SF
	if !u.empty(0) && !u.empty(i) {
		if quiet {
			r, f = CompareQuiet(u.ST(0), u.ST(i), u.env())
		} else {
			r, f = Compare(u.ST(0), u.ST(i), u.env())
		}
	}
	if u.raise(f) && pop {
		u.pop()
	}
	if f&SF == 0 {
		u.SW |= c1
	}
	if r&C0 != 0 {
		eflags |= EflagsCF
	}
	if r&C2 != 0 {
		eflags |= EflagsPF
	}
	if r&C3 != 0 {
		eflags |= EflagsZF
	}
	return eflags
}

// Examine is FXAM.
func (u *Unit) Examine() {
	f := examineEmpty(u.ST(0))
	if !u.empty(0) {
		f = Examine(u.ST(0))
	}
	u.SW = u.SW&^uint16(ccMask) | uint16(f)
}
