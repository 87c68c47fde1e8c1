package cpu

import (
	"beige/cpu/fpu"
	"beige/cpu/isa"
)

// The x87 unit in the processor (SDM volume 1, chapter 8; volume 3, sections
// 2.5 and 13.3; 80286 and 80386 PRM, chapters on the numeric processor
// extension). Package fpu does the arithmetic; here are operands, pointers and
// what happens before and after an instruction:
//
//	            CR0.EM    CR0.TS    CR0.MP+TS   error pending
//	ESC         #NM       #NM       #NM         error, unless a control instruction with FN
//	WAIT        -         -         #NM         error
//	FXSAVE...   #NM       #NM       #NM         -
//
// A pending error is #MF if CR0.NE is set. Without it the unit drives FERR#, from
// which a board makes IRQ 13, and the processor waits in front of the
// instruction until an interrupt comes, unless the board drives IGNNE#. The 80287
// and 80387 have the same behaviour by BUSY# and ERROR# as the AT wires them. The
// 8086 knows of the 8087's error by WAIT alone, and only while the 8087's
// interrupts are enabled.
//
// Parts outside the processor, and the 80486 and Pentium for most errors, drive
// FERR# as soon as the error happens; the Pentium Pro does in front of the next
// waiting instruction (SDM volume 1, section 8.7 and appendix on MS-DOS
// compatibility handlers). A machine without a unit ignores ESC and WAIT as far as
// CR0 lets them pass, so that detection by FNINIT and FNSTSW finds none.
//
// Not modelled: interrupt 9 of the 80386 for operands that wrap at the end of a
// segment.

// Bits of the unit's status word.
const fpuES = 1 << 7 // an unmasked exception is pending

// x87Mark in Op.src marks instructions with an x87 operand in memory, for
// limitFault; register numbers are below, string instructions above.
const x87Mark = 0x40

func (h *handlers) initX87() {
	for _, r := range isa.Rows() {
		if r.Attr&isa.X87 != 0 {
			h.build[r.Op] = buildX87
		}
	}
	h.build[isa.WAIT] = func(b *builder, op *Op, in *isa.Inst) {
		b.set(op, pick(b.c.model.HasFPU, opWait, opWaitNoFPU))
	}
	h.build[isa.FXSAVE] = buildFxsave
	h.build[isa.FXRSTOR] = buildFxsave
}

func pick(cond bool, yes, no handler) handler {
	if cond {
		return yes
	}
	return no
}

// buildX87 sets, besides the usual fields: x to the digit of the ModRM byte, src to
// the number of ST(i) or x87Mark, imm to the opcode as FOP holds it, and in
// bits 31-16 what the instruction pointer of an 8087 leaves out.
func buildX87(b *builder, op *Op, in *isa.Inst) {
	if !b.c.model.HasFPU {
		b.end(op, opEscape)
		return
	}
	op.x = in.RegField()
	op.rep = in.OpSize
	op.imm = uint32(in.Opcode&7)<<8 | uint32(in.ModRM)
	if b.c.FPU.Model == fpu.M8087 {
		op.imm |= uint32(prefixes8086(in)) << 16
	}
	var f handler
	if in.ModRM < 0xc0 {
		op.src = x87Mark
		f = x87Memory(in)
	} else {
		op.src = in.RM()
		f = x87Register(in)
	}
	if in.Op == isa.ESC {
		f = opFnop // decoded, and nothing for the coprocessor
	}
	b.set(op, f)
}

// prefixes8086 counts the prefix bytes of an escape: the instruction pointer of an
// 8087 is the address of the opcode (SDM volume 3, section 23.18.10).
func prefixes8086(in *isa.Inst) uint8 {
	n := in.Len - 2
	switch mod := in.Mod(); {
	case mod == 1:
		n--
	case mod == 2, mod == 0 && in.RM() == 6:
		n -= 2
	}
	return n
}

// fpuModel is the generation of the unit that goes with the processor.
func (m *Model) fpuModel() fpu.Model {
	switch {
	case m.Level <= isa.L80186:
		return fpu.M8087
	case m.Level == isa.L80286:
		return fpu.M80287
	}
	return fpu.M80387
}

// externalFPU: the unit is a part of its own, with pins of its own.
func (m *Model) externalFPU() bool { return m.Level <= isa.L80386 }

// ferrAtOnce: FERR# rises with the error, not in front of the next waiting
// instruction.
func (m *Model) ferrAtOnce() bool { return m.Level <= isa.LPentium }

// overrunIs9: limit violations behind the first word of an x87 operand are
// interrupt 9.
func (m *Model) overrunIs9() bool { return m.Level == isa.L80286 }

// showsFPUInET: CR0.ET is set at RESET if a coprocessor answers.
func (m *Model) showsFPUInET() bool { return m.Level == isa.L80386 }

// resetFPU is the coprocessor's part of RESET.
func (c *CPU) resetFPU() {
	c.FPU.Model = c.model.fpuModel()
	if !c.model.HasFPU {
		return
	}
	c.FPU.Reset()
	if c.model.showsFPUInET() {
		c.CR0 |= CR0ET
	}
	c.driveFERR(nil, false)
}

// ResetCoprocessor is the RESET pin of a coprocessor outside the processor, which
// the AT board drives from port F1h. A unit inside does not notice.
func (c *CPU) ResetCoprocessor() {
	if c.model.HasFPU && c.model.externalFPU() {
		c.FPU.Reset()
		c.updateFERR(nil)
	}
}

// SetIGNNE drives the IGNNE# pin (high: active): pending errors do not stop
// instructions while CR0.NE is clear.
func (c *CPU) SetIGNNE(high bool) { c.IGNNE = high }

// fpuStopped is the test at the head of every waiting instruction: it may have to
// go through fpuStop first.
func (c *CPU) fpuStopped() bool {
	return c.CR0&(CR0EM|CR0TS)|uint64(c.FPU.SW&fpuES) != 0
}

// fpuStop deals with what stands in front of an instruction that waits. It returns
// if the instruction is to be executed after all.
func (c *CPU) fpuStop(op *Op) {
	c.fpuNM(op)
	if c.FPU.Model != fpu.M8087 {
		c.fpuError(op)
	}
}

// fpuNM raises #NM if CR0 wants it before an ESC instruction.
func (c *CPU) fpuNM(op *Op) {
	if c.CR0&(CR0EM|CR0TS) != 0 {
		c.raise(op, vecNM, 0)
	}
}

// fpuError deals with a pending error in front of the waiting instruction op.
func (c *CPU) fpuError(op *Op) {
	if !c.FPU.Interrupt() {
		return
	}
	if c.fpuNative() {
		c.raise(op, vecMF, 0)
	}
	c.driveFERR(op, true)
	if c.IGNNE {
		return
	}
	c.IP = uint64(c.ip(op) & c.seqMask)
	c.left -= int64(op.n)
	c.Halted, c.frozen = true, true
	panic(theFault) // none is pending: the run loop sees that the processor has halted
}

// fpuNative reports that errors are #MF: CR0.NE, which the MSW of an 80286 reads as
// set but does not have.
func (c *CPU) fpuNative() bool { return c.CR0&uint64(c.model.CR0Mask)&CR0NE != 0 }

// updateFERR makes FERR# follow the unit's state and CR0.NE. op is the instruction
// that changed them; it may be nil.
func (c *CPU) updateFERR(op *Op) {
	c.driveFERR(op, c.FPU.Interrupt() && !c.fpuNative() && (c.FERR || c.model.ferrAtOnce()))
}

func (c *CPU) driveFERR(op *Op, high bool) {
	if c.FERR == high {
		return
	}
	c.FERR = high
	if c.ferr != nil {
		c.cur = op
		c.ferr(high)
		c.cur = nil
	}
}

// fpuNext goes on behind op, which may have made an error pending.
func (c *CPU) fpuNext(op *Op) *Op {
	if c.FPU.SW&fpuES != 0 {
		return c.fpuChanged(op)
	}
	return next(c, op)
}

// fpuChanged goes on behind op, which may have made an error pending or ended one.
func (c *CPU) fpuChanged(op *Op) *Op {
	was := c.FERR
	if c.updateFERR(op); c.FERR != was {
		return c.leaveCheck(op) // an interrupt may be due
	}
	return next(c, op)
}

// fpuAt notes op as the last instruction that is not a control instruction.
func (c *CPU) fpuAt(op *Op) {
	u := &c.FPU
	u.FIP = uint64(c.ip(op) + op.imm>>16)
	u.FCS = c.Seg[CS].Sel
	u.FOP = uint16(op.imm)
}

// fpuAtData is fpuAt for an instruction with its operand at off.
func (c *CPU) fpuAtData(op *Op, off uint32) {
	c.fpuAt(op)
	c.FPU.FDP = uint64(off)
	c.FPU.FDS = c.Seg[op.seg&7].Sel
}

// opEscape is an escape on a machine without a unit.
func opEscape(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	return c.leave(op)
}

func opWaitNoFPU(c *CPU, op *Op) *Op {
	if c.CR0&(CR0MP|CR0TS) == CR0MP|CR0TS {
		c.raise(op, vecNM, 0)
	}
	return next(c, op)
}

func opWait(c *CPU, op *Op) *Op {
	if c.CR0&(CR0MP|CR0TS) == CR0MP|CR0TS {
		c.raise(op, vecNM, 0)
	}
	if c.FPU.SW&fpuES != 0 {
		c.fpuError(op)
	}
	return next(c, op)
}
