package cpu

import "beige/cpu/isa"

// System instructions: control, debug and test registers, descriptor table
// registers, caches, identification, model-specific registers, halt.

func (h *handlers) initSystem() {
	end := func(m isa.Op, f handler) {
		h.build[m] = func(b *builder, op *Op, in *isa.Inst) {
			op.x = uint8(in.Args[0].Kind)
			op.rep = in.OpSize
			b.end(op, f)
		}
	}
	end(isa.LGDT, opLgdt)
	end(isa.LIDT, opLidt)
	end(isa.SGDT, opSgdt)
	end(isa.SIDT, opSidt)
	end(isa.LLDT, opLldt)
	end(isa.LTR, opLtr)
	end(isa.SLDT, opSldt)
	end(isa.STR, opStr)
	end(isa.SMSW, opSmsw)
	end(isa.LMSW, opLmsw)
	end(isa.CLTS, opClts)
	end(isa.HLT, opHlt)
	end(isa.INVD, opInvd)
	end(isa.WBINVD, opInvd)
	end(isa.INVLPG, opInvlpg)
	end(isa.CPUID, opCpuid)
	end(isa.RDTSC, opRdtsc)
	end(isa.RDPMC, opRdpmc)
	end(isa.RDMSR, opRdmsr)
	end(isa.WRMSR, opWrmsr)
	end(isa.SYSENTER, opSysenter)
	end(isa.SYSEXIT, opSysexit)
	end(isa.RSM, opUD)
	end(isa.LOADALL, opLoadall)
	h.build[isa.UD1] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opUD) }
	h.build[isa.UD2] = h.build[isa.UD1]
	h.build[isa.STOREALL] = h.build[isa.UD1] // needs an in-circuit emulator
	h.build[isa.UMOV] = h.build[isa.MOV]     // user-mode access of the 80386's emulator: an ordinary one without
	h.build[isa.POPCS] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opPopCS) }
	h.build[isa.HINT_NOP] = h.build[isa.NOP]
}

// needCPL0 raises #GP(0) unless the privilege level is 0.
func (c *CPU) needCPL0(op *Op) {
	if c.CPL != 0 {
		c.gp(op, 0)
	}
}

// buildMovSystem is MOV to and from control, debug and test registers.
func (h *handlers) buildMovSystem(b *builder, op *Op, in *isa.Inst) {
	switch {
	case in.Args[0].Kind == isa.CReg:
		b.end(op, opMovCRReg)
	case in.Args[1].Kind == isa.CReg:
		b.end(op, opMovRegCR)
	case in.Args[0].Kind == isa.DReg:
		b.end(op, opMovDRReg)
	case in.Args[1].Kind == isa.DReg:
		b.end(op, opMovRegDR)
	case in.Args[0].Kind == isa.TReg:
		b.end(op, opMovTRReg)
	default:
		b.end(op, opMovRegTR)
	}
}

func opMovRegCR(c *CPU, op *Op) *Op {
	if op.src == 4 && c.model.CR4Mask == 0 {
		c.ud(op)
	}
	c.needCPL0(op)
	var v uint64
	switch op.src {
	case 0:
		v = c.CR0
	case 2:
		v = c.CR2
	case 3:
		v = c.CR3
	case 4:
		v = c.CR4
	}
	c.set32(op.dst, uint32(v))
	return c.leave(op)
}

func opMovCRReg(c *CPU, op *Op) *Op {
	if op.dst == 4 && c.model.CR4Mask == 0 {
		c.ud(op)
	}
	c.needCPL0(op)
	v := uint64(c.get32(op.src))
	switch op.dst {
	case 0:
		c.setCR0(op, v)
	case 2:
		c.CR2 = v
	case 3:
		c.CR3 = v
		c.paging.CR3 = uint32(v)
		c.flushTLBLocal()
	case 4:
		if v&^uint64(c.model.CR4Mask) != 0 {
			c.gp(op, 0)
		}
		c.CR4 = v
		c.flushTLB()
		c.updateAll()
	}
	return c.leaveCheck(op)
}

// setCR0 changes CR0 with the checks of MOV CR0: paging needs protection, and NW
// without CD is invalid.
func (c *CPU) setCR0(op *Op, v uint64) {
	if v&CR0PG != 0 && v&CR0PE == 0 || v&CR0NW != 0 && v&CR0CD == 0 && c.model.CR0Mask&CR0NW != 0 {
		c.gp(op, 0)
	}
	v = v&uint64(c.model.CR0Mask) | uint64(c.model.CR0Set)
	changed := c.CR0 ^ v
	c.CR0 = v
	if changed&CR0NE != 0 {
		c.updateFERR(op)
	}
	if changed&(CR0PG|CR0WP|CR0PE) != 0 {
		c.flushTLB()
	}
	c.updateAll()
}

// debugRegister maps DR4 and DR5 to DR6 and DR7, or raises #UD if CR4.DE is set,
// and applies general detect.
func (c *CPU) debugRegister(op *Op, n uint8) uint8 {
	if n == 4 || n == 5 {
		if c.CR4&CR4DE != 0 {
			c.ud(op)
		}
		n += 2
	}
	c.needCPL0(op)
	if c.DR[7]&dr7GD != 0 {
		c.DR[6] |= dr6BD
		c.DR[7] &^= dr7GD
		c.raise(op, vecDB, 0)
	}
	return n & 7
}

func opMovRegDR(c *CPU, op *Op) *Op {
	n := c.debugRegister(op, op.src)
	c.set32(op.dst, uint32(c.DR[n]))
	return c.leave(op)
}

func opMovDRReg(c *CPU, op *Op) *Op {
	n := c.debugRegister(op, op.dst)
	v := uint64(c.get32(op.src))
	switch n {
	case 6:
		v = v&0xe00f | dr6Set
	case 7:
		v = v&^0xdc00 | 0x400
	}
	c.DR[n] = v
	if n == 7 {
		c.updateDebug()
	}
	return c.leaveCheck(op)
}

// Test registers exist on the 80386 and 80486 (TR3 to TR7); the TLB and cache
// they test are not modelled, so they only keep what is written.

func opMovRegTR(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	c.set32(op.dst, c.TestReg[op.src&7])
	return c.leave(op)
}

func opMovTRReg(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	c.TestReg[op.dst&7] = c.get32(op.src)
	return c.leave(op)
}

// loadTable reads the operand of LGDT and LIDT; with a 16-bit operand size the
// base has 24 bits.
func (c *CPU) loadTable(op *Op) Table {
	if op.x != uint8(isa.Mem) {
		c.ud(op)
	}
	c.needCPL0(op)
	off := c.ea(op)
	limit := c.ld16(op, op.seg, off)
	base := c.ld32(op, op.seg, (off+2)&op.amask)
	if op.rep == 2 {
		base &= 0xffffff
	}
	return Table{Base: uint64(base), Limit: uint32(limit)}
}

func opLgdt(c *CPU, op *Op) *Op {
	c.GDTR = c.loadTable(op)
	return c.leave(op)
}

func opLidt(c *CPU, op *Op) *Op {
	c.IDTR = c.loadTable(op)
	return c.leave(op)
}

// storeTable writes limit and base. With a 16-bit operand size the 80286 stores
// FF in the last byte, later processors bits 31-24 of the base.
func (c *CPU) storeTable(op *Op, t Table) *Op {
	if op.x != uint8(isa.Mem) {
		c.ud(op)
	}
	off := c.ea(op)
	base := uint32(t.Base)
	if !c.model.Has32 {
		base |= 0xff000000
	}
	c.checkWrite(op, op.seg, off, 2)
	c.checkWrite(op, op.seg, (off+2)&op.amask, 4)
	c.st16(op, op.seg, off, uint16(t.Limit))
	c.st32(op, op.seg, (off+2)&op.amask, base)
	return c.leave(op)
}

func opSgdt(c *CPU, op *Op) *Op { return c.storeTable(op, c.GDTR) }
func opSidt(c *CPU, op *Op) *Op { return c.storeTable(op, c.IDTR) }

func opLldt(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	c.needCPL0(op)
	sel := c.rm16(op, op.dst)
	if sel&^3 == 0 {
		c.Seg[LDTR] = Segment{Sel: sel}
		return c.leave(op)
	}
	if sel&4 != 0 {
		c.gp(op, c.selErr(sel))
	}
	d := c.readDescriptor(op, sel, vecGP)
	if d.typ() != typeLDT {
		c.gp(op, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	c.Seg[LDTR] = d.segment(sel)
	return c.leave(op)
}

func opLtr(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	c.needCPL0(op)
	sel := c.rm16(op, op.dst)
	if sel&^3 == 0 {
		c.gp(op, 0)
	}
	if sel&4 != 0 {
		c.gp(op, c.selErr(sel))
	}
	d := c.readDescriptor(op, sel, vecGP)
	if t := d.typ(); t != typeTSS16Avail && (t != typeTSS32Avail || !c.model.Has32) {
		c.gp(op, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	c.setBusy(op, sel, true)
	tr := d.segment(sel)
	tr.Attr |= 2
	c.Seg[TR] = tr
	return c.leave(op)
}

// storeWord writes a 16-bit system value to memory, or to a register at the
// operand size.
func (c *CPU) storeWord(op *Op, v uint32) *Op {
	switch {
	case op.x == uint8(isa.Mem):
		c.st16(op, op.seg, c.ea(op), uint16(v))
	case op.rep == 2:
		c.set16(op.dst, uint16(v))
	default:
		c.set32(op.dst, v)
	}
	return c.leave(op)
}

func opSldt(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	return c.storeWord(op, uint32(c.Seg[LDTR].Sel))
}

func opStr(c *CPU, op *Op) *Op {
	if !c.protMode {
		c.ud(op)
	}
	return c.storeWord(op, uint32(c.Seg[TR].Sel))
}

func opSmsw(c *CPU, op *Op) *Op { return c.storeWord(op, uint32(c.CR0)) }

// opLmsw changes the low four bits of CR0; PE can be set but not cleared.
func opLmsw(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	v := uint64(c.rm16(op, op.dst))
	c.setCR0(op, c.CR0&^0xe|v&0xf|c.CR0&CR0PE)
	return c.leaveCheck(op)
}

func opClts(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	c.CR0 &^= CR0TS
	return c.leave(op)
}

func opHlt(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	c.Halted = true
	c.endSlice()
	return c.leaveCheck(op)
}

// opInvd is INVD and WBINVD: there is no cache.
func opInvd(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	return c.leave(op)
}

func opInvlpg(c *CPU, op *Op) *Op {
	if op.x != uint8(isa.Mem) {
		c.ud(op)
	}
	c.needCPL0(op)
	c.flushPage(uint32(c.Seg[op.seg&7].Base) + c.ea(op))
	return c.leave(op)
}

func opCpuid(c *CPU, op *Op) *Op {
	leaves := c.model.CPUID
	if len(leaves) == 0 {
		c.ud(op)
	}
	n := uint32(c.R[AX])
	hl, virtual := c.hyper.leaf(n)
	if n >= uint32(len(leaves)) {
		n = uint32(len(leaves)) - 1 // out of range: the highest leaf
	}
	l := leaves[n]
	if n == 1 && !c.model.HasFPU {
		l.EDX &^= FeatFPU
	}
	switch {
	case virtual:
		l = hl
	case n == 1 && c.hyper != nil:
		l.ECX |= featHypervisor
	}
	c.set32(AX, l.EAX)
	c.set32(BX, l.EBX)
	c.set32(CX, l.ECX)
	c.set32(DX, l.EDX)
	return c.leave(op)
}

// tsc is the time stamp counter: one tick an instruction, plus what was written.
func (c *CPU) tsc(op *Op) uint64 {
	c.cur = op
	n := c.Count()
	c.cur = nil
	if c.clock != nil {
		n = c.clock(n)
	}
	return n + c.MSR.TSCOffset
}

func opRdtsc(c *CPU, op *Op) *Op {
	if c.model.Features&FeatTSC == 0 {
		c.ud(op)
	}
	if c.CR4&CR4TSD != 0 && c.CPL != 0 {
		c.gp(op, 0)
	}
	t := c.tsc(op)
	c.set32(AX, uint32(t))
	c.set32(DX, uint32(t>>32))
	return c.leave(op)
}

func opRdpmc(c *CPU, op *Op) *Op {
	if c.model.CR4Mask&CR4PCE == 0 {
		c.ud(op)
	}
	if c.CR4&CR4PCE == 0 && c.CPL != 0 || uint32(c.R[CX]) > 1 {
		c.gp(op, 0)
	}
	v := c.MSR.PerfCtr[c.R[CX]&1]
	c.set32(AX, uint32(v))
	c.set32(DX, uint32(v>>32)&0xff)
	return c.leave(op)
}

// opLoadall loads the whole processor state from memory; see loadall.go.
func opLoadall(c *CPU, op *Op) *Op {
	c.needCPL0(op)
	if c.model.Has32 {
		c.loadall386(op)
	} else {
		c.loadall286(op)
	}
	c.left -= int64(op.n) + 1
	return nil
}

// SYSENTER and SYSEXIT (SDM volume 2): flat segments made from IA32_SYSENTER_CS.

func flatSegment(sel uint16, attr uint16) Segment {
	return Segment{Sel: sel, Limit: 0xffffffff, Attr: attr | attrP | attrS | attrAccessed | attrRW | attrD | attrG}
}

func opSysenter(c *CPU, op *Op) *Op {
	if c.model.Features&FeatSEP == 0 {
		c.ud(op)
	}
	sel := uint16(c.MSR.SysenterCS)
	if c.CR0&CR0PE == 0 || sel&^3 == 0 {
		c.gp(op, 0)
	}
	c.Flags &^= FlagVM | FlagIF | FlagRF
	c.CPL = 0
	c.Seg[CS] = flatSegment(sel&^3, attrCode)
	c.Seg[SS] = flatSegment(sel&^3+8, 0)
	c.R[SP] = c.MSR.SysenterESP
	c.IP = c.MSR.SysenterEIP
	c.updateAll()
	return c.goneCheck(op)
}

func opSysexit(c *CPU, op *Op) *Op {
	if c.model.Features&FeatSEP == 0 {
		c.ud(op)
	}
	sel := uint16(c.MSR.SysenterCS)
	if c.CR0&CR0PE == 0 || c.CPL != 0 || sel&^3 == 0 {
		c.gp(op, 0)
	}
	c.CPL = 3
	c.Seg[CS] = flatSegment((sel+16)|3, attrCode|3<<attrDPLShift)
	c.Seg[SS] = flatSegment((sel+24)|3, 3<<attrDPLShift)
	ip := c.R[DX]
	c.R[SP] = uint64(uint32(c.R[CX]))
	c.IP = uint64(uint32(ip))
	c.updateAll()
	return c.goneCheck(op)
}

// opPopCS is 0F on the 8086.
func opPopCS(c *CPU, op *Op) *Op {
	sel := c.peek16(op, 0)
	c.addSP(2)
	c.loadRealSegment(CS, sel)
	return c.leave(op)
}
