package conformance

import (
	"strconv"

	"beige/cpu/fpu"
)

// text returns the initial value of a register as it stands in the file.
func (t *siliconTest) text(h *siliconHeader, name string) string {
	if s, ok := t.In[name]; ok {
		return s
	}
	return h.Base[t.B][name]
}

// parseF80 reads a number of up to 20 hexadecimal digits.
func parseF80(s string) fpu.F80 {
	cut := max(len(s)-16, 0)
	mant, _ := strconv.ParseUint(s[cut:], 16, 64)
	se, _ := strconv.ParseUint("0"+s[:cut], 16, 16)
	return fpu.F80{Mant: mant, SE: uint16(se)}
}

// unit is the x87 state in front of the test. ftw has a bit for every physical
// register in use.
func (t *siliconTest) unit(h *siliconHeader) fpu.Unit {
	const top = 7 << 11
	sw := uint16(t.reg(h, "fsw"))
	u := fpu.Unit{CW: uint16(t.reg(h, "fcw")), SW: sw &^ top, Top: uint8(sw >> 11 & 7), Use: uint8(t.reg(h, "ftw"))}
	for i := range u.R {
		u.R[i] = parseF80(t.text(h, "f"+strconv.Itoa(i)))
	}
	return u
}

// compareUnit compares the x87 state with the recorded one. What is marked as
// undefined is left out; so is C1 of approximations, since it says how the last
// bit was rounded, and they may differ by one in the last place.
func compareUnit(t *siliconTest, h *siliconHeader, u *fpu.Unit, check func(name string, got, want uint64)) {
	final := func(name string) uint64 {
		if v, ok := t.Out.num(name); ok {
			return v
		}
		return t.reg(h, name)
	}
	undefined := uint64(t.SU)
	if t.AP != 0 {
		undefined |= uint64(fpu.C1)
	}
	check("fcw", uint64(u.CW), final("fcw"))
	check("fsw", uint64(u.Status())&^undefined, final("fsw")&^undefined)
	check("ftw", uint64(u.Use), final("ftw"))
	for i, got := range u.R {
		name := "f" + strconv.Itoa(i)
		s, ok := t.Out[name]
		if !ok {
			s = t.text(h, name)
		}
		want := parseF80(s)
		if got == want || t.AP != 0 && near(got, want) {
			continue
		}
		check(name+" exponent", uint64(got.SE), uint64(want.SE))
		check(name+" significand", got.Mant, want.Mant)
	}
}

// near reports whether two finite numbers are neighbours or equal.
func near(a, b fpu.F80) bool {
	const exponent, first = 0x7fff, 1 << 63
	if a.SE&exponent == exponent || b.SE&exponent == exponent || (a.SE^b.SE)>>15 != 0 {
		return false
	}
	if a.SE < b.SE {
		a, b = b, a
	}
	switch a.SE - b.SE {
	case 0:
		return max(a.Mant, b.Mant)-min(a.Mant, b.Mant) <= 1
	case 1:
		return a.Mant == first && b.Mant == ^uint64(0)
	}
	return false
}
