package fpu

// Flags are what an operation raised, at their places in the status word:
// the six exceptions, the stack fault, and the condition codes.
type Flags uint16

// Exception flags (SDM volume 1, section 8.1.3.3).
const (
	IE Flags = 1 << 0 // invalid operation
	DE Flags = 1 << 1 // denormal operand
	ZE Flags = 1 << 2 // division by zero
	OE Flags = 1 << 3 // overflow
	UE Flags = 1 << 4 // underflow
	PE Flags = 1 << 5 // precision (inexact result)
	SF Flags = 1 << 6 // stack fault, always with IE
)

// Condition codes. C1 tells that the significand was rounded up, or after a
// stack fault that it was an overflow.
const (
	C0 Flags = 1 << 8
	C1 Flags = 1 << 9
	C2 Flags = 1 << 10
	C3 Flags = 1 << 14
)

const (
	exceptions = IE | DE | ZE | OE | UE | PE
	// before are the exceptions detected before an operation; unmasked they
	// stop it. OE, UE and PE come after: the result is delivered.
	before = IE | DE | ZE
	ccMask = C0 | C1 | C2 | C3
)

// Model is the generation of the unit. The zero value is a 387 or later.
type Model uint8

// Models that differ in behaviour.
const (
	M80387 Model = iota // 387, 486 and later, up to the P6: affine infinity, IEEE 754
	M80287              // 80287: infinity control, unnormals, FSETPM
	M8087               // 8087: as the 80287, with the interrupt enable mask
)

// Env is the environment of an operation: the control word in bits 15-0 and
// the model in bits 23-16. A control word converted to Env is the
// environment of a 387 or later.
type Env uint32

// NewEnv returns the environment with control word cw on model m.
func NewEnv(cw uint16, m Model) Env { return Env(cw) | Env(m)<<16 }

// Model returns the generation of the unit.
func (e Env) Model() Model { return Model(e >> 16) }

// Fields of the control word (SDM volume 1, section 8.1.5). Bits 5-0 mask the
// exceptions with the same bit numbers in the status word.
const (
	pcMask    Env = 3 << 8  // precision control
	pc24      Env = 0 << 8  // 24 bits
	pc53      Env = 2 << 8  // 53 bits
	pc64      Env = 3 << 8  // 64 bits; 1<<8 is reserved
	rcMask    Env = 3 << 10 // rounding control
	rcNearest Env = 0 << 10
	rcDown    Env = 1 << 10
	rcUp      Env = 2 << 10
	rcChop    Env = 3 << 10
	icAffine  Env = 1 << 12 // infinity control, 8087 and 80287 only
)

// masked reports whether all of f are masked.
func (e Env) masked(f Flags) bool { return Env(f)&exceptionsEnv&^e == 0 }

const exceptionsEnv = Env(exceptions)

// full returns e with 64-bit precision, for the operations that precision
// control does not touch (all but add, subtract, multiply, divide, square root).
func (e Env) full() Env { return e | pc64 }

// dropped returns how many low bits of the significand precision control
// drops. The reserved value 1 acts as 64 bits.
func (e Env) dropped() uint {
	switch e & pcMask {
	case pc24:
		return 40
	case pc53:
		return 11
	}
	return 0
}

// roundsUp reports whether directed rounding takes a number of this sign away
// from zero. It is not to be asked for rcNearest.
func (e Env) roundsAway(sign uint16) bool {
	switch e & rcMask {
	case rcDown:
		return sign != 0
	case rcUp:
		return sign == 0
	}
	return false
}
