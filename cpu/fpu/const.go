package fpu

// Constant is one of the numbers that FLD1 to FLDZ push, in the order of
// their opcodes D9 E8 to D9 EE.
type Constant uint8

// The constants.
const (
	One   Constant = iota // 1
	Log2T                 // log2(10)
	Log2E                 // log2(e)
	Pi                    // pi
	Log2                  // log10(2)
	Ln2                   // ln(2)
	Zeros                 // +0
)

// constants holds the significands rounded down, and whether the nearest is
// the one above (80387 PRM, section 4.?; the values are those of the numbers).
var constants = [...]struct {
	mant    uint64
	exp     uint16
	nearest uint8 // what to add to mant for round to nearest
	inexact uint8 // what to add to mant for round up
}{
	One:   {0x8000000000000000, 0x3FFF, 0, 0},
	Log2T: {0xD49A784BCD1B8AFE, 0x4000, 0, 1},
	Log2E: {0xB8AA3B295C17F0BB, 0x3FFF, 1, 1},
	Pi:    {0xC90FDAA22168C234, 0x4000, 1, 1},
	Log2:  {0x9A209A84FBCFF798, 0x3FFD, 1, 1},
	Ln2:   {0xB17217F7D1CF79AB, 0x3FFE, 1, 1},
	Zeros: {0, 0, 0, 0},
}

// Const returns constant c, rounded by the rounding control from the 387 on
// and to nearest before (SDM volume 3, section 23.18.7, "Load Constant
// Instructions"). It raises nothing, not even PE.
func Const(c Constant, e Env) F80 {
	k := &constants[c%Constant(len(constants))]
	m := k.mant
	switch {
	case e&rcMask == rcNearest || e.Model() != M80387:
		m += uint64(k.nearest)
	case e&rcMask == rcUp:
		m += uint64(k.inexact)
	}
	return F80{m, k.exp}
}
