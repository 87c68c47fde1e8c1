package cpu

import "beige/cpu/isa"

// Decimal and ASCII adjustment (SDM volume 2). What the manuals leave undefined
// is set as the SZP flags of the result and, for OF, as the processors' adders
// do: from the addition of the adjustment.

func (h *handlers) initBCD() {
	for m, f := range map[isa.Op]handler{isa.DAA: opDaa, isa.DAS: opDas, isa.AAA: opAaa, isa.AAS: opAas, isa.AAM: opAam, isa.AAD: opAad} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, f) }
	}
}

// setFlags8 stores SF, ZF, PF of r with CF, AF and OF given.
func (c *CPU) setFlags8(r uint8, cf, af, of bool) {
	c.Res = int64(int8(r))
	c.Aux = 0
	if cf {
		c.Aux = auxCF | auxPO
	}
	if of {
		c.Aux ^= auxPO
	}
	if af {
		c.Aux |= auxAF
	}
}

func opDaa(c *CPU, op *Op) *Op {
	al, cf, af := uint8(c.R[AX]), c.cf(), c.af()
	var adj uint8
	if al&15 > 9 || af {
		adj, af = 6, true
	}
	// The 8086 compares with 9F if AF was set (observed on the chip).
	top := uint8(0x99)
	if c.model.MulFlags8086 && c.af() {
		top = 0x9f
	}
	if al > top || cf {
		adj, cf = adj|0x60, true
	}
	r := al + adj
	c.setFlags8(r, cf, af, (al^r)&(adj^r)&0x80 != 0)
	c.set8(AX, r)
	return next(c, op)
}

func opDas(c *CPU, op *Op) *Op {
	al, cf, af := uint8(c.R[AX]), c.cf(), c.af()
	var adj uint8
	borrow := false
	if al&15 > 9 || af {
		adj, af = 6, true
		borrow = al < 6
	}
	top := uint8(0x99)
	if c.model.MulFlags8086 && c.af() {
		top = 0x9f
	}
	if al > top || cf {
		adj, cf = adj|0x60, true
	} else if borrow && !c.model.MulFlags8086 {
		cf = true
	}
	r := al - adj
	c.setFlags8(r, cf, af, (al^adj)&(al^r)&0x80 != 0)
	c.set8(AX, r)
	return next(c, op)
}

// opAaa and opAas: the 8086 and 80186 adjust AL and AH apart, later processors
// AX as a whole, so that a carry out of AL reaches AH.

func opAaa(c *CPU, op *Op) *Op {
	ax := uint16(c.R[AX])
	adjust := ax&15 > 9 || c.af()
	al := uint8(ax)
	r := al
	if adjust {
		r = al + 6
		if c.model.Wraps64K {
			ax = uint16(uint8(ax>>8)+1)<<8 | uint16(r)
		} else {
			ax += 0x106
		}
	}
	c.setFlags8(r, adjust, adjust, adjust && ^al&r&0x80 != 0)
	if !c.model.MulFlags8086 {
		c.Res = int64(int8(r))
	}
	c.set16(AX, ax&0xff0f)
	return next(c, op)
}

func opAas(c *CPU, op *Op) *Op {
	ax := uint16(c.R[AX])
	adjust := ax&15 > 9 || c.af()
	al := uint8(ax)
	r := al
	if adjust {
		r = al - 6
		if c.model.Wraps64K {
			ax = uint16(uint8(ax>>8)-1)<<8 | uint16(r)
		} else {
			ax = ax - 6 - 0x100
		}
	}
	c.setFlags8(r, adjust, adjust, adjust && al&^r&0x80 != 0)
	c.set16(AX, ax&0xff0f)
	return next(c, op)
}

func opAam(c *CPU, op *Op) *Op {
	d := uint8(op.imm)
	if d == 0 {
		switch { // the flags of the failed division
		case c.model.MulFlags8086:
			c.cord(8, 0, uint32(uint8(c.R[AX])), 0)
		case c.model.MulFlags286:
			c.divide286(8, 0, uint32(uint8(c.R[AX])), 0)
		}
		c.divideError(op)
	}
	al := uint8(c.R[AX])
	c.set16(AX, uint16(al/d)<<8|uint16(al%d))
	c.logic8(al % d)
	return next(c, op)
}

func opAad(c *CPU, op *Op) *Op {
	al, ah := uint8(c.R[AX]), uint8(c.R[AX]>>8)
	b := ah * uint8(op.imm)
	r := al + b
	c.flags8(r, al&b|(al|b)&^r)
	if c.model.AADOverflowIsCF {
		c.setCFOF(c.carry(), c.carry())
	}
	c.set16(AX, uint16(r))
	return next(c, op)
}
