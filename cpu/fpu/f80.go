package fpu

import "math/bits"

// The double extended-precision format (SDM volume 1, section 4.2.2 and table
// 4-3; 80387 PRM section 3.2):
//
//	exponent   significand               class
//	0          0                         zero
//	0          bit 63 clear              denormal
//	0          bit 63 set                pseudo-denormal (accepted, same value as exponent 1)
//	1..7FFE    bit 63 set                normal
//	1..7FFE    bit 63 clear              unnormal (unsupported from the 387 on)
//	7FFF       bit 63 clear              pseudo-infinity, pseudo-NaN (unsupported from the 387 on)
//	7FFF       8000000000000000          infinity
//	7FFF       bits 63 set, 62 clear     signaling NaN
//	7FFF       bits 63, 62 set           quiet NaN; negative with no other bit: the indefinite

const (
	bias     = 16383 // exponent bias of the extended format
	expMask  = 0x7FFF
	signMask = 0x8000
	maxExp   = 0x7FFE  // largest exponent field of a finite number
	intBit   = 1 << 63 // explicit integer bit
	quietBit = 1 << 62 // tells a quiet NaN from a signaling one

	// wrapBias is what an unmasked overflow subtracts from, and an unmasked
	// underflow adds to, the exponent of a register result (SDM volume 1,
	// section 8.5.4).
	wrapBias = 24576
)

// F80 is a number in the double extended-precision format: Mant holds the
// significand with its explicit integer bit in bit 63, SE the sign in bit 15
// and the exponent biased by 16383 in bits 14-0. All 2^80 values are allowed.
type F80 struct {
	Mant uint64
	SE   uint16
}

// Class is the kind of number an F80 holds, as FXAM tells them apart.
type Class uint8

// Classes of F80 values.
const (
	Unsupported Class = iota // unnormal, pseudo-infinity, pseudo-NaN
	NaN
	Normal
	Infinity
	Zero
	Denormal // pseudo-denormals as well
)

// Indefinite returns the quiet NaN that masked invalid operations deliver.
func Indefinite() F80 { return F80{0xC000000000000000, 0xFFFF} }

func zero(sign uint16) F80 { return F80{0, sign} }
func inf(sign uint16) F80  { return F80{intBit, sign | expMask} }
func one() F80             { return F80{intBit, bias} }

// Class returns the class of x as the 387 and later see it.
func (x F80) Class() Class {
	switch e := x.SE & expMask; {
	case e == 0 && x.Mant == 0:
		return Zero
	case e == 0:
		return Denormal
	case x.Mant&intBit == 0:
		return Unsupported
	case e != expMask:
		return Normal
	case x.Mant == intBit:
		return Infinity
	}
	return NaN
}

// IsNaN reports whether x is a quiet or signaling NaN.
func (x F80) IsNaN() bool { return x.SE&expMask == expMask && x.Mant > intBit }

// IsSignaling reports whether x is a signaling NaN.
func (x F80) IsSignaling() bool { return x.IsNaN() && x.Mant&quietBit == 0 }

// IsZero reports whether x is a zero of either sign.
func (x F80) IsZero() bool { return x.Mant == 0 && x.SE&expMask == 0 }

func (x F80) isInf() bool { return x.Mant == intBit && x.SE&expMask == expMask }

// isNormal is the test at the head of every fast path.
func (x F80) isNormal() bool {
	return uint32(x.SE&expMask)-1 < maxExp && int64(x.Mant) < 0
}

// isDenormal reports a denormal or pseudo-denormal.
func (x F80) isDenormal() bool { return x.SE&expMask == 0 && x.Mant != 0 }

// isUnsupported reports an encoding that the 387 and later refuse.
func (x F80) isUnsupported() bool { return x.SE&expMask != 0 && int64(x.Mant) >= 0 }

// special reports the operands that need handling before finite arithmetic:
// NaNs, infinities and unsupported encodings.
func (x F80) special() bool {
	return x.SE&expMask == expMask || x.isUnsupported()
}

func (x F80) sign() uint16 { return x.SE & signMask }

// unpack returns the significand of a finite, nonzero, supported number
// shifted so that bit 63 is set, and the exponent that goes with it, which is
// zero or negative for denormals.
func (x F80) unpack() (mant uint64, exp int32) {
	exp = int32(x.SE & expMask)
	if int64(x.Mant) < 0 {
		if exp == 0 {
			exp = 1
		}
		return x.Mant, exp
	}
	n := bits.LeadingZeros64(x.Mant)
	return x.Mant << n, 1 - int32(n)
}

// Abs returns x with a positive sign; it raises nothing, whatever x is.
func (x F80) Abs() F80 { return F80{x.Mant, x.SE &^ signMask} }

// Neg returns x with its sign changed; it raises nothing, whatever x is.
func (x F80) Neg() F80 { return F80{x.Mant, x.SE ^ signMask} }

// quiet returns NaN x as a quiet NaN.
func (x F80) quiet() F80 { return F80{x.Mant | quietBit, x.SE} }
