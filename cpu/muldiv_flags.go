package cpu

// Multiplication and division of the 8086 and 80286, which both work through
// micro-code loops of additions or subtractions, with the flags that those leave:
//
//	        8086                               80286
//	MUL     SF ZF PF of the upper half,        SF ZF PF of the upper half,
//	        AF = 0                             AF = 1
//	IMUL    SF ZF PF AF of the upper half      as MUL
//	        plus the lower half's top bit
//	DIV     of the loop's last comparison,     SF ZF PF of the remainder, AF = 1,
//	        CF of the rotation behind it       CF = OF = borrow of the last comparison
//	IDIV    as DIV, CF = OF = 0                SF ZF PF of the remainder, AF = 1,
//	                                           CF = OF by one more comparison
//	#DE     of the first comparison; if only   DIV: of the last comparison but one;
//	        IDIV's sign bit overflows, as DIV  IDIV: as without #DE
//
// On the 8086 a REP prefix inverts the sign of products and of IDIV's quotient:
// the flag F1, in which the micro-code gathers signs, is also the one that says
// that there was a prefix.
//
// Sources: for the 8086 its micro-code, which Andrew Jenner read off the chip and
// Ken Shirriff explains ("Reverse-engineering the multiplication algorithm in the
// Intel 8086 processor", 2023; the same of division, 2023); US patent 4,363,091.
// The 80286's micro-code is not public: its rules are inferred from results
// recorded of a Harris 80C286 (SingleStepTests), and that part agrees with all that
// were looked at. Two points rest on little: IDIV's remainder that equals the
// divisor (one test) and AAM 0 (none: taken to be DIV's). Not known is what the
// 80186 does; it leaves the undefined flags alone here.
//
// Below, n is the size of the operands in bits, 8 or 16. "hi" and "lo" are AH and AL
// or DX and AX.

// rmN reads the operand r/m.
func (c *CPU) rmN(op *Op, n uint32) uint32 {
	if n == 8 {
		return uint32(c.rm8(op, op.dst))
	}
	return uint32(c.rm16(op, op.dst))
}

func (c *CPU) hiLo(n uint32) (hi, lo uint32) {
	if n == 8 {
		return uint32(c.get8(4)), uint32(c.get8(0))
	}
	return uint32(c.get16(DX)), uint32(c.get16(AX))
}

// setHiLo takes the low n bits of hi and lo.
func (c *CPU) setHiLo(n, hi, lo uint32) {
	if n == 8 {
		c.set16(AX, uint16(uint8(hi))<<8|uint16(uint8(lo)))
		return
	}
	c.set16(AX, uint16(lo))
	c.set16(DX, uint16(hi))
}

// signN is v, of n bits, as a signed number.
func signN(n, v uint32) int32 { return int32(v<<(32-n)) >> (32 - n) }

// flagsN stores a result and its carry vector.
func (c *CPU) flagsN(n, r, cv uint32) {
	if n == 8 {
		c.flags8(uint8(r), uint8(cv))
	} else {
		c.flags16(uint16(r), uint16(cv))
	}
}

// subN returns x - y and sets all flags.
func (c *CPU) subN(n, x, y uint32) uint32 {
	r := (x - y) & (1<<n - 1)
	c.flagsN(n, r, ^x&y|(^x|y)&r)
	return r
}

// rclN rotates left through CF and leaves the other flags.
func (c *CPU) rclN(n, x uint32) uint32 {
	r := (x<<1 | c.carry()) & (1<<n - 1)
	c.setCF(x>>(n-1) != 0)
	return r
}

// product8086 stores the product p. CORX, the loop of additions, also sets flags,
// but NEGATE, MULCOF and IMULCOF overwrite them.
func (c *CPU) product8086(op *Op, n, p uint32, signed bool) {
	if op.rep != 0 {
		p = -p // NEGATE
	}
	hi, lo := p>>n&(1<<n-1), p&(1<<n-1)
	c.setHiLo(n, hi, lo)
	top := uint32(0)
	if signed {
		top = lo >> (n - 1) // IMULCOF: zero if hi is only lo's sign
	}
	r := (hi + top) & (1<<n - 1)
	c.flagsN(n, r, hi&^r)
	c.mulFlags(r != 0)
}

func opMul8086(c *CPU, op *Op) *Op {
	n := op.imm
	_, lo := c.hiLo(n)
	c.product8086(op, n, lo*c.rmN(op, n), false)
	return next(c, op)
}

func opImul8086(c *CPU, op *Op) *Op {
	n := op.imm
	_, lo := c.hiLo(n)
	c.product8086(op, n, uint32(signN(n, lo)*signN(n, c.rmN(op, n))), true)
	return next(c, op)
}

// cord divides hi:lo by d as the 8086's CORD does. It returns the remainder and
// the complement of the quotient, whose top bit it leaves in CF. ok is false if
// the quotient needs more than n bits. CF has three uses: the bit shifted out of
// the remainder, the result of the comparison, the next bit for the quotient.
func (c *CPU) cord(n, hi, lo, d uint32) (rem, notQ uint32, ok bool) {
	if c.subN(n, hi, d); !c.cf() {
		return 0, 0, false
	}
	for range n {
		lo = c.rclN(n, lo)
		hi = c.rclN(n, hi)
		if c.cf() { // greater than any divisor: subtracts without looking at the flags
			c.setCF(false)
			hi = (hi - d) & (1<<n - 1)
		} else if r := c.subN(n, hi, d); !c.cf() {
			hi = r
		}
	}
	lo = c.rclN(n, lo)
	c.rclN(n, lo)
	return hi, lo, true
}

func opDiv8086(c *CPU, op *Op) *Op {
	n := op.imm
	hi, lo := c.hiLo(n)
	rem, notQ, ok := c.cord(n, hi, lo, c.rmN(op, n))
	if !ok {
		c.divideError(op)
	}
	c.setHiLo(n, rem, ^notQ)
	return next(c, op)
}

func opIdiv8086(c *CPU, op *Op) *Op {
	n := op.imm
	f1 := op.rep != 0
	hi, lo := c.hiLo(n)
	d := c.rmN(op, n)
	negative := hi>>(n-1) != 0
	if negative { // PREIDIV
		hi, lo = negate(n, hi, lo)
		f1 = !f1
	}
	if d>>(n-1) != 0 {
		d = -d & (1<<n - 1)
		f1 = !f1
	}
	rem, q, ok := c.cord(n, hi, lo, d)
	if !ok || !c.cf() { // POSTIDIV: the quotient must leave the sign bit free
		c.divideError(op)
	}
	if negative {
		rem = -rem
	}
	if f1 {
		q++ // -quotient = ^quotient + 1
	} else {
		q = ^q
	}
	c.setCFOF(0, 0)
	c.setHiLo(n, rem, q)
	return next(c, op)
}

// negate returns -(hi:lo).
func negate(n, hi, lo uint32) (uint32, uint32) {
	v := -(hi<<n | lo)
	return v >> n & (1<<n - 1), v & (1<<n - 1)
}

// flags286 stores SF, ZF and PF of r with AF = 1 and CF = OF.
func (c *CPU) flags286(n, r uint32, cfof bool) {
	c.Res, c.Aux = int64(signN(n, r)), auxAF
	if cfof {
		c.Aux |= auxCF
	}
}

func opMul286(c *CPU, op *Op) *Op {
	n := op.imm
	_, lo := c.hiLo(n)
	p := lo * c.rmN(op, n)
	c.setHiLo(n, p>>n, p)
	c.flags286(n, p>>n, p>>n != 0)
	return next(c, op)
}

func opImul286(c *CPU, op *Op) *Op {
	n := op.imm
	_, lo := c.hiLo(n)
	p := signN(n, lo) * signN(n, c.rmN(op, n))
	c.setHiLo(n, uint32(p>>n), uint32(p))
	c.flags286(n, uint32(p>>n), p != signN(n, uint32(p)))
	return next(c, op)
}

func opImulImm286(c *CPU, op *Op) *Op {
	p := int32(int16(c.rm16(op, op.src))) * int32(int16(op.imm))
	c.set16(op.dst, uint16(p))
	c.flags286(16, uint32(p>>16), p != int32(int16(p)))
	return next(c, op)
}

// divide286 divides hi:lo by d as the 80286 does. The loop begins one bit early:
// the first quotient bit says that the quotient needs more than n bits, but it is
// looked at only when n steps are done, whose last comparison has set the flags.
func (c *CPU) divide286(n, hi, lo, d uint32) (rem, q uint32, ok bool) {
	out := uint32(0) // the bit shifted out of the remainder
	for i := uint32(0); ; i++ {
		q <<= 1
		if r := c.subN(n, hi, d); out != 0 || !c.cf() {
			hi = r
			q |= 1
		}
		if i == n-1 && q>>(n-1) != 0 {
			return 0, 0, false
		}
		if i == n {
			break
		}
		out = hi >> (n - 1)
		hi = (hi<<1 | lo>>(n-1-i)&1) & (1<<n - 1)
	}
	c.flags286(n, hi, c.cf())
	return hi, q, true
}

func opDiv286(c *CPU, op *Op) *Op {
	n := op.imm
	hi, lo := c.hiLo(n)
	rem, q, ok := c.divide286(n, hi, lo, c.rmN(op, n))
	if !ok {
		c.divideError(op)
	}
	c.setHiLo(n, rem, q)
	return next(c, op)
}

// opIdiv286 divides the absolute values in n steps, which do not mind a bit that
// is shifted out: it can only be set if the quotient is too large, which shows
// afterwards. Then the remainder is compared with the divisor once more.
func opIdiv286(c *CPU, op *Op) *Op {
	n := op.imm
	hi, lo := c.hiLo(n)
	d := c.rmN(op, n)
	nNeg, dNeg := hi>>(n-1) != 0, d>>(n-1) != 0
	if nNeg {
		hi, lo = negate(n, hi, lo)
	}
	if dNeg {
		d = -d & (1<<n - 1)
	}
	ok := hi < d // or the quotient needs more than n bits
	rem, q := hi, uint32(0)
	for i := range n {
		rem = (rem<<1 | lo>>(n-1-i)&1) & (1<<n - 1)
		q <<= 1
		if rem >= d {
			rem -= d
			q |= 1
		}
	}
	// The divisor is subtracted from the remainder or, if it is negative, added:
	// one gives a borrow where the other gives no carry. A difference of 0, which
	// only a quotient that is too large can give, replaces the remainder.
	cfof := rem < d != dNeg
	if rem == d {
		rem = 0
	}
	if nNeg {
		rem = -rem
	}
	c.flags286(n, rem, cfof)
	most := uint32(1)<<(n-1) - 1
	if nNeg != dNeg {
		most++
	}
	if !ok || q > most {
		c.divideError(op)
	}
	if nNeg != dNeg {
		q = -q
	}
	c.setHiLo(n, rem, q)
	return next(c, op)
}
