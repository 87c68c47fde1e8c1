package fpu

// Relation is the outcome of a comparison, in the condition codes (SDM volume
// 1, table 8-6).
type Relation = Flags

// Outcomes of a comparison of a with b.
const (
	Greater   Relation = 0
	Less      Relation = C0
	Equal     Relation = C3
	Unordered Relation = C3 | C2 | C0
)

// Compare is FCOM: any NaN is invalid.
func Compare(a, b F80, e Env) (Relation, Flags) { return compare(a, b, IE, e) }

// CompareQuiet is FUCOM: only signaling NaNs and unsupported encodings are
// invalid.
func CompareQuiet(a, b F80, e Env) (Relation, Flags) { return compare(a, b, 0, e) }

func compare(a, b F80, onQuiet Flags, e Env) (Relation, Flags) {
	var f Flags
	if !a.isNormal() || !b.isNormal() {
		if e.legacy() {
			return compare87(a, b, e)
		}
		if a.special() || b.special() {
			if _, f, ok := nan2(a, b); ok {
				return Unordered, f | onQuiet
			}
		}
		f = denormal(a) | denormal(b)
		if a.Mant == 0 && b.Mant == 0 {
			return Equal, f
		}
	}
	if (a.SE^b.SE)&signMask != 0 {
		if a.SE&signMask != 0 {
			return Less, f
		}
		return Greater, f
	}
	// A pseudo-denormal has the value of exponent 1.
	ae, be := a.SE&expMask, b.SE&expMask
	if f != 0 {
		ae, be = max(ae, 1), max(be, 1)
	}
	if ae == be && a.Mant == b.Mant {
		return Equal, f
	}
	if (ae > be || ae == be && a.Mant > b.Mant) == (a.SE&signMask == 0) {
		return Greater, f
	}
	return Less, f
}

// Examine is FXAM for a register that is not empty: the class in C3, C2 and C0
// and the sign in C1 (SDM volume 2, FXAM).
func Examine(a F80) Flags {
	f := [...]Flags{
		Unsupported: 0,
		NaN:         C0,
		Normal:      C2,
		Infinity:    C2 | C0,
		Zero:        C3,
		Denormal:    C3 | C2,
	}[a.Class()]
	return f | signFlag(a)
}

// examineEmpty is FXAM for an empty register.
func examineEmpty(a F80) Flags { return C3 | C0 | signFlag(a) }

// signFlag returns the sign of a in C1.
func signFlag(a F80) Flags { return Flags(a.SE>>15) << 9 }
