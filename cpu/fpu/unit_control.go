package fpu

// LoadCW is FLDCW. Unmasking a recorded exception makes it pending.
func (u *Unit) LoadCW(v uint16) {
	u.CW = v&cwStored | cwBit6
	if u.Model == M8087 {
		u.CW |= v & cwIEM
	}
	u.summarize()
}

// Clex is FNCLEX: the exceptions and the stack fault are cleared.
func (u *Unit) Clex() {
	u.SW &^= uint16(exceptions|SF) | swES | swB
}

// IncSTP is FINCSTP.
func (u *Unit) IncSTP() { u.rotate(1) }

// DecSTP is FDECSTP.
func (u *Unit) DecSTP() { u.rotate(7) }

func (u *Unit) rotate(by uint8) {
	u.Top = (u.Top + by) & 7
	u.SW &^= uint16(C1)
}

// Free is FFREE ST(i), and FFREEP ST(i) with pop.
func (u *Unit) Free(i uint8, pop bool) {
	u.Use &^= 1 << ((u.Top + i) & 7)
	u.SW &^= uint16(C1)
	if pop {
		u.pop()
	}
}

// ENI is FENI on an 8087: interrupts enabled. It does nothing on the others.
func (u *Unit) ENI() {
	if u.Model == M8087 {
		u.CW &^= cwIEM
	}
}

// DISI is FDISI on an 8087: interrupts disabled.
func (u *Unit) DISI() {
	if u.Model == M8087 {
		u.CW |= cwIEM
	}
}

// SetPM is FSETPM on an 80287: it takes pointers of protected mode from now on,
// until a reset. It does nothing on the others.
func (u *Unit) SetPM() {
	if u.Model == M80287 {
		u.Protected = true
	}
}
