package cpu

// INT, INTO, BOUND and IRET in every mode (SDM volume 2; volume 3, section 6.12).

// int raises a software interrupt whose return address is behind op.
func (c *CPU) int(op *Op, vec uint8, kind eventKind) *Op {
	c.deliver(op, event{vec: vec, kind: kind}, c.nextIP(op))
	return c.goneCheck(op)
}

func opInt(c *CPU, op *Op) *Op { return c.int(op, uint8(op.imm), eventSoft) }

// opInt3 differs from INT 3: in virtual-8086 mode IOPL does not matter and VME
// does not redirect it.
func opInt3(c *CPU, op *Op) *Op {
	if c.v86 {
		c.softPast86(op, vecBP)
		return c.goneCheck(op)
	}
	return c.int(op, vecBP, eventSoft)
}

// softPast86 delivers INT3 or INTO in virtual-8086 mode without the IOPL check;
// the gate's DPL counts.
func (c *CPU) softPast86(op *Op, vec uint8) {
	at := uint32(vec) * 8
	if at+7 <= c.IDTR.Limit {
		if hi := c.readLinear(op, uint32(c.IDTR.Base)+at+4, 4, false); hi>>13&3 < 3 {
			c.gp(op, at+2)
		}
	}
	c.deliver(op, event{vec: vec, kind: eventICE}, c.nextIP(op))
}

// opInt1 is the ICEBP instruction: #DB without regard to the gate's DPL.
func opInt1(c *CPU, op *Op) *Op { return c.int(op, vecDB, eventICE) }

func opInto(c *CPU, op *Op) *Op {
	if !c.of() {
		return c.leave(op)
	}
	if c.v86 {
		c.softPast86(op, vecOF)
		return c.goneCheck(op)
	}
	return c.int(op, vecOF, eventSoft)
}

// BOUND checks a signed index against two bounds in memory (SDM volume 2).

func opBound16(c *CPU, op *Op) *Op {
	off := c.ea(op)
	i := int16(c.get16(op.dst))
	lower := int16(c.ld16(op, op.seg, off))
	upper := int16(c.ld16(op, op.seg, (off+2)&op.amask))
	if i < lower || i > upper {
		c.raise(op, vecBR, 0)
	}
	return next(c, op)
}

func opBound32(c *CPU, op *Op) *Op {
	off := c.ea(op)
	i := int32(c.get32(op.dst))
	lower := int32(c.ld32(op, op.seg, off))
	upper := int32(c.ld32(op, op.seg, (off+4)&op.amask))
	if i < lower || i > upper {
		c.raise(op, vecBR, 0)
	}
	return next(c, op)
}

// flagsWritable returns the EFLAGS bits that POPF and IRET may change at the
// current privilege.
func (c *CPU) flagsWritable() uint32 {
	m := uint32(FlagCF | FlagPF | FlagAF | FlagZF | FlagSF | FlagTF | FlagDF | FlagOF | FlagNT | FlagAC | FlagID)
	iopl := uint8(c.Flags >> 12 & 3)
	if c.CR0&CR0PE == 0 {
		m |= FlagIF | FlagIOPL
	} else {
		if c.CPL == 0 {
			m |= FlagIOPL
		}
		if c.CPL <= iopl {
			m |= FlagIF
		}
	}
	return m & c.model.FlagsMask
}

// writeFlags replaces the EFLAGS bits in mask by those of v.
func (c *CPU) writeFlags(v, mask uint32) {
	old := c.EFLAGS()
	f := old&^mask | v&mask
	if c.CR0&CR0PE == 0 && c.model.HasProtected && !c.model.Has32 {
		f &^= FlagIOPL | FlagNT // the 80286 keeps bits 12-15 clear in real mode
	}
	c.setEFLAGS(f&c.model.FlagsMask | c.model.FlagsSet)
	if (old^f)&FlagAC != 0 {
		if slow := c.wantSlowMem(); slow != c.slowMem {
			c.updateAll()
		}
	}
}

func opIret(c *CPU, op *Op) *Op {
	size := uint32(op.x)
	if c.CR0&CR0PE == 0 {
		ip, sel := c.peek(op, 0, size), uint16(c.peek(op, size, size))
		flags := c.peek(op, 2*size, size)
		if ip > c.Seg[CS].Limit && !c.model.Wraps64K {
			c.gp(op, 0)
		}
		c.addSP(3 * size)
		c.loadRealSegment(CS, sel)
		c.IP = uint64(ip)
		mask := c.flagsWritable()
		if size == 2 {
			mask &= 0xffff
		} else {
			mask |= FlagRF & c.model.FlagsMask
		}
		c.writeFlags(flags, mask)
		c.NMIBlocked = false
		return c.goneCheck(op)
	}
	if c.v86 {
		return c.iretV86(op, size)
	}
	if c.Flags&FlagNT != 0 {
		c.taskReturn(op)
		c.NMIBlocked = false
		return c.goneCheck(op)
	}
	flags := c.peek(op, 2*size, size)
	sel, ip := uint16(c.peek(op, size, size)), c.peek(op, 0, size)
	if size == 4 && flags&FlagVM != 0 && c.CPL == 0 {
		c.iretToV86(op, ip, sel, flags)
		c.NMIBlocked = false
		return c.goneCheck(op)
	}
	mask := c.flagsWritable()
	if size == 2 {
		mask &= 0xffff
	} else {
		mask |= FlagRF
		if c.CPL == 0 {
			mask |= (FlagVIF | FlagVIP) & c.model.FlagsMask
		}
	}
	c.returnFar(op, sel, ip, size, 3*size, 0)
	c.writeFlags(flags, mask)
	c.NMIBlocked = false
	return c.goneCheck(op)
}

// iretV86 is IRET in virtual-8086 mode (SDM volume 3, section 20.2.5): IOPL must
// be 3, or VME emulates a 16-bit one with VIF.
func (c *CPU) iretV86(op *Op, size uint32) *Op {
	iopl3 := c.Flags&FlagIOPL == FlagIOPL
	vme := c.CR4&CR4VME != 0
	if !iopl3 && (!vme || size == 4) {
		c.gp(op, 0)
	}
	ip, sel := c.peek(op, 0, size), uint16(c.peek(op, size, size))
	flags := c.peek(op, 2*size, size)
	if ip > c.Seg[CS].Limit {
		c.gp(op, 0)
	}
	mask := uint32(FlagCF | FlagPF | FlagAF | FlagZF | FlagSF | FlagTF | FlagDF | FlagOF | FlagNT | FlagAC | FlagID)
	switch {
	case iopl3:
		mask |= FlagIF
		if size == 4 {
			mask |= FlagRF
		}
	default:
		if flags&FlagTF != 0 || flags&FlagIF != 0 && c.Flags&FlagVIP != 0 {
			c.gp(op, 0)
		}
		if flags&FlagIF != 0 {
			flags |= FlagVIF
		}
		mask |= FlagVIF
	}
	if size == 2 {
		mask &= 0xffff | FlagVIF
	}
	c.addSP(3 * size)
	c.loadRealSegment(CS, sel)
	c.IP = uint64(ip)
	c.writeFlags(flags, mask&c.model.FlagsMask)
	c.NMIBlocked = false
	return c.goneCheck(op)
}

// iretToV86 enters virtual-8086 mode: the stack holds EIP CS EFLAGS ESP SS ES DS
// FS GS.
func (c *CPU) iretToV86(op *Op, ip uint32, sel uint16, flags uint32) {
	var v [6]uint32
	for i := range v {
		v[i] = c.peek32(op, 12+uint32(i)*4)
	}
	if ip&^0xffff != 0 {
		c.gp(op, 0)
	}
	c.setEFLAGS(flags&c.model.FlagsMask | c.model.FlagsSet)
	c.v86, c.protMode = true, false
	c.CPL = 3
	c.Seg[CS] = v86Segment(sel)
	for i, r := range [...]uint8{SS, ES, DS, FS, GS} {
		c.Seg[r] = v86Segment(uint16(v[i+1]))
	}
	c.R[SP] = uint64(v[0])
	c.IP = uint64(ip)
	c.updateAll()
}

func v86Segment(sel uint16) Segment {
	return Segment{Sel: sel, Base: uint64(sel) << 4, Limit: 0xffff, Attr: attrRealData | 3<<attrDPLShift}
}
