package cpu

import "beige/cpu/isa"

// Instructions on the flag register.

func (h *handlers) initFlags() {
	for m, f := range map[isa.Op]handler{
		isa.CLC: opClc, isa.STC: opStc, isa.CMC: opCmc, isa.CLD: opCld, isa.STD: opStd,
		isa.LAHF: opLahf, isa.SAHF: opSahf, isa.SALC: opSalc,
	} {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, f) }
	}
	h.build[isa.CLI] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, opCli) }
	h.build[isa.STI] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opSti) }
	h.build[isa.PUSHF] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = in.OpSize
		b.set(op, opPushf)
	}
	h.build[isa.POPF] = func(b *builder, op *Op, in *isa.Inst) {
		op.x = in.OpSize
		b.end(op, opPopf)
	}
}

func opClc(c *CPU, op *Op) *Op {
	c.setCF(false)
	return next(c, op)
}

func opStc(c *CPU, op *Op) *Op {
	c.setCF(true)
	return next(c, op)
}

func opCmc(c *CPU, op *Op) *Op {
	c.setCF(!c.cf())
	return next(c, op)
}

func opCld(c *CPU, op *Op) *Op {
	c.Flags &^= FlagDF
	return next(c, op)
}

func opStd(c *CPU, op *Op) *Op {
	c.Flags |= FlagDF
	return next(c, op)
}

func opLahf(c *CPU, op *Op) *Op {
	c.set8(4, uint8(c.EFLAGS()))
	return next(c, op)
}

func opSahf(c *CPU, op *Op) *Op {
	c.setArithFlags(c.arithFlags()&FlagOF | uint32(c.get8(4)))
	return next(c, op)
}

// opSalc sets AL to FF or 00 by CF; undocumented until the SDM listed D6.
func opSalc(c *CPU, op *Op) *Op {
	c.set8(0, -uint8(c.carry()))
	return next(c, op)
}

func opCli(c *CPU, op *Op) *Op {
	iopl := uint8(c.Flags >> 12 & 3)
	switch {
	case c.CR0&CR0PE == 0 || !c.v86 && c.CPL <= iopl || c.v86 && iopl == 3:
		c.Flags &^= FlagIF
	case c.v86 && c.CR4&CR4VME != 0 || !c.v86 && c.CPL == 3 && c.CR4&CR4PVI != 0:
		c.Flags &^= FlagVIF
	default:
		c.gp(op, 0)
	}
	return next(c, op)
}

// opSti holds off interrupts for one instruction if IF was clear.
func opSti(c *CPU, op *Op) *Op {
	iopl := uint8(c.Flags >> 12 & 3)
	switch {
	case c.CR0&CR0PE == 0 || !c.v86 && c.CPL <= iopl || c.v86 && iopl == 3:
		if c.Flags&FlagIF == 0 {
			c.Flags |= FlagIF
			c.Shadow = shadowSTI
		}
	case c.v86 && c.CR4&CR4VME != 0 || !c.v86 && c.CPL == 3 && c.CR4&CR4PVI != 0:
		if c.Flags&FlagVIP != 0 {
			c.gp(op, 0)
		}
		c.Flags |= FlagVIF
	default:
		c.gp(op, 0)
	}
	return c.leaveCheck(op)
}

func opPushf(c *CPU, op *Op) *Op {
	f := c.EFLAGS() &^ (FlagRF | FlagVM)
	if c.v86 && c.Flags&FlagIOPL != FlagIOPL {
		if c.CR4&CR4VME == 0 || op.x == 4 {
			c.gp(op, 0)
		}
		f |= FlagIOPL
		f &^= FlagIF
		if c.Flags&FlagVIF != 0 {
			f |= FlagIF
		}
	}
	if op.x == 2 {
		c.push16(op, uint16(f))
	} else {
		c.push32(op, f)
	}
	return next(c, op)
}

func opPopf(c *CPU, op *Op) *Op {
	size := uint32(op.x)
	f := c.peek(op, 0, size)
	mask := c.flagsWritable()
	if c.v86 {
		mask &^= FlagIOPL
		if c.Flags&FlagIOPL == FlagIOPL {
			mask |= FlagIF
		} else {
			if c.CR4&CR4VME == 0 || size == 4 || f&FlagTF != 0 || f&FlagIF != 0 && c.Flags&FlagVIP != 0 {
				c.gp(op, 0)
			}
			if f&FlagIF != 0 {
				f |= FlagVIF
			}
			mask = mask&^FlagIF | FlagVIF
		}
	}
	if size == 2 {
		mask &= 0xffff | FlagVIF
	} else {
		// RF is cleared; VM, VIF, VIP are not touched.
		f &^= FlagRF
		mask |= FlagRF & c.model.FlagsMask
	}
	c.addSP(size)
	c.writeFlags(f, mask)
	return c.leaveCheck(op)
}
