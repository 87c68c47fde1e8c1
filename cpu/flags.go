package cpu

import "math/bits"

// Arithmetic flags are lazy. An operation stores its result, sign-extended to
// 64 bits, in Res and its carry vector in Aux; the six flags follow without
// knowing the operation:
//
//	CF  Aux bit 31
//	OF  Aux bit 31 xor bit 30
//	AF  Aux bit 3
//	ZF  Res == 0
//	SF  sign of Res, xor Aux bit 0
//	PF  even parity of Res bits 0-7 xor Aux bits 8-15
//
// Bits 0 and 8-15 are only used to represent flags that no result can have at
// once, as after POPF.
const (
	auxCF  = 1 << 31
	auxPO  = 1 << 30 // carry out of the bit below the sign
	auxAF  = 1 << 3
	auxSD  = 1 << 0
	auxPDB = 1 << 8

	auxCarries = auxCF | auxPO | auxAF
)

func (c *CPU) cf() bool { return c.Aux>>31 != 0 }
func (c *CPU) zf() bool { return c.Res == 0 }
func (c *CPU) sf() bool { return (uint32(uint64(c.Res)>>63)^c.Aux)&1 != 0 }
func (c *CPU) of() bool { return (c.Aux>>31^c.Aux>>30)&1 != 0 }
func (c *CPU) af() bool { return c.Aux&auxAF != 0 }
func (c *CPU) pf() bool { return bits.OnesCount8(uint8(c.Res)^uint8(c.Aux>>8))&1 == 0 }

// carry returns CF as 0 or 1.
func (c *CPU) carry() uint32 { return c.Aux >> 31 }

// arithFlags builds the six arithmetic flags at their EFLAGS positions.
func (c *CPU) arithFlags() uint32 {
	f := c.Aux>>31 | c.Aux&auxAF<<1
	f |= (c.Aux>>31 ^ c.Aux>>30) & 1 << 11
	f |= (uint32(uint64(c.Res)>>63) ^ c.Aux) & 1 << 7
	if c.Res == 0 {
		f |= FlagZF
	}
	if c.pf() {
		f |= FlagPF
	}
	return f
}

// setArithFlags makes the lazy flags represent the six flags of f.
func (c *CPU) setArithFlags(f uint32) {
	res, aux := int64(1), uint32(0)
	odd := true // parity of res
	if f&FlagZF != 0 {
		res, odd = 0, false
	}
	if f&FlagSF != 0 {
		aux |= auxSD
	}
	if f&FlagPF != 0 == odd {
		aux |= auxPDB
	}
	aux |= f & FlagAF >> 1
	cf, of := f&1, f>>11&1
	aux |= cf<<31 | (cf^of)<<30
	c.Res, c.Aux = res, aux
}

// EFLAGS returns the whole flag register.
func (c *CPU) EFLAGS() uint32 { return c.Flags | c.arithFlags() }

// setEFLAGS replaces the whole flag register without checks; bit 1 reads 1.
func (c *CPU) setEFLAGS(f uint32) {
	c.setArithFlags(f)
	c.Flags = f&^flagsArith | FlagOn
}

// setCF changes CF and leaves the other five flags.
func (c *CPU) setCF(on bool) {
	var cf uint32
	if on {
		cf = 1
	}
	c.moveCF(cf)
}

// moveCF is setCF for a bit.
func (c *CPU) moveCF(cf uint32) {
	of := (c.Aux>>31 ^ c.Aux>>30) & 1
	c.Aux = c.Aux&^(auxCF|auxPO) | cf<<31 | (cf^of)<<30
}

// setCFOF changes CF and OF and leaves the other four flags.
func (c *CPU) setCFOF(cf, of uint32) {
	c.Aux = c.Aux&^(auxCF|auxPO) | cf<<31 | (cf^of)<<30
}

// flags32 and its kin store a result and the carry vector cv (bit i: carry or
// borrow out of bit i).
func (c *CPU) flags32(r, cv uint32) {
	c.Res, c.Aux = int64(int32(r)), cv&auxCarries
}

func (c *CPU) flags16(r uint16, cv uint16) {
	c.Res, c.Aux = int64(int16(r)), uint32(cv)<<16&(auxCF|auxPO)|uint32(cv)&auxAF
}

func (c *CPU) flags8(r uint8, cv uint8) {
	c.Res, c.Aux = int64(int8(r)), uint32(cv)<<24&(auxCF|auxPO)|uint32(cv)&auxAF
}

// logic32 and its kin store a result with CF = OF = AF = 0.
func (c *CPU) logic32(r uint32) { c.Res, c.Aux = int64(int32(r)), 0 }
func (c *CPU) logic16(r uint16) { c.Res, c.Aux = int64(int16(r)), 0 }
func (c *CPU) logic8(r uint8)   { c.Res, c.Aux = int64(int8(r)), 0 }

// cond evaluates condition code cc (0..15, the low nibble of Jcc) on the flags.
func (c *CPU) cond(cc uint8) bool {
	var r bool
	switch cc >> 1 & 7 {
	case 0:
		r = c.of()
	case 1:
		r = c.cf()
	case 2:
		r = c.zf()
	case 3:
		r = c.cf() || c.zf()
	case 4:
		r = c.sf()
	case 5:
		r = c.pf()
	case 6:
		r = c.sf() != c.of()
	case 7:
		r = c.zf() || c.sf() != c.of()
	}
	return r != (cc&1 != 0)
}
