package cpu

import (
	"beige/cpu/fpu"
	"beige/cpu/isa"
)

// Control instructions of the x87 unit. None of them changes the pointers to the
// last instruction and its operand; those with N in their names do not wait for a
// pending error, but CR0.EM and TS raise #NM before them too.

// x87Control is never written.
var x87Control = map[isa.Op]handler{
	isa.FNOP:    opFnop,
	isa.FLDCW:   opFldcw,
	isa.FNSTCW:  opFnstcw,
	isa.FNSTSW:  opFnstsw,
	isa.FLDENV:  opFldenv,
	isa.FNSTENV: opFnstenv,
	isa.FRSTOR:  opFrstor,
	isa.FNSAVE:  opFnsave,
	isa.FNINIT:  opFninit,
	isa.FNCLEX:  opFnclex,
	isa.FENI:    opFeni,
	isa.FDISI:   opFdisi,
	isa.FSETPM:  opFsetpm,
}

func opFldcw(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	c.FPU.LoadCW(c.ld16(op, op.seg, c.ea(op)))
	if c.FERR {
		return c.fpuChanged(op)
	}
	return c.fpuNext(op)
}

func opFnstcw(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	c.st16(op, op.seg, c.ea(op), c.FPU.CW)
	return next(c, op)
}

// opFnstsw stores to AX or memory.
func opFnstsw(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	if op.src != x87Mark {
		c.set16(AX, c.FPU.Status())
		return next(c, op)
	}
	c.st16(op, op.seg, c.ea(op), c.FPU.Status())
	return next(c, op)
}

func opFninit(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	c.FPU.Init()
	return c.fpuChanged(op)
}

func opFnclex(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	c.FPU.Clex()
	return c.fpuChanged(op)
}

func opFeni(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	c.FPU.ENI()
	return c.fpuChanged(op)
}

func opFdisi(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	c.FPU.DISI()
	return c.fpuChanged(op)
}

func opFsetpm(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	c.FPU.SetPM()
	return next(c, op)
}

// fpuLayout is the form of the environment: an 80287 goes by what FSETPM told it,
// later units see the mode and the operand size.
func (c *CPU) fpuLayout(op *Op) fpu.Layout {
	prot, big := c.protMode, op.rep == 4
	switch c.FPU.Model {
	case fpu.M8087:
		prot = false
	case fpu.M80287:
		prot = c.FPU.Protected
	}
	switch {
	case prot && big:
		return fpu.Prot32
	case prot:
		return fpu.Prot16
	case big:
		return fpu.Real32
	}
	return fpu.Real16
}

// loadEnv reads an environment at off. Status and tags are loaded at once, even if
// a later piece faults, the rest by the caller (recorded silicon).
func (c *CPU) loadEnv(op *Op, off uint32) (w fpu.Words) {
	for i := range uint32(len(w)) {
		w[i] = c.ldWord(op, off+i*uint32(op.rep))
		switch i {
		case 1:
			c.FPU.LoadStatus(uint16(w[i]))
		case 2:
			c.FPU.LoadTags(uint16(w[i]))
		}
	}
	return w
}

func opFldenv(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	l, off := c.fpuLayout(op), c.ea(op)
	c.probeEnv(op, off, uint32(l.EnvSize()), false)
	w := c.loadEnv(op, off)
	c.FPU.LoadWords(l, &w)
	return c.fpuChanged(op)
}

func opFnstenv(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	var img [fpu.EnvSize32]byte
	l, off := c.fpuLayout(op), c.ea(op)
	n := l.EnvSize()
	c.FPU.Env(l, img[:])
	c.probeEnv(op, off, uint32(n), true)
	c.stEnv(op, off, img[:n])
	c.FPU.MaskAll()
	return c.fpuChanged(op)
}

func opFrstor(c *CPU, op *Op) *Op {
	if c.fpuStopped() {
		c.fpuStop(op)
	}
	l, off := c.fpuLayout(op), c.ea(op)
	c.probeEnv(op, off, uint32(l.SaveSize()), false)
	w := c.loadEnv(op, off)
	off += uint32(l.EnvSize())
	for i := range uint8(8) {
		r := c.ldReg(op, off+10*uint32(i))
		c.FPU.R[(c.FPU.Top+i)&7] = r
	}
	c.FPU.LoadWords(l, &w)
	return c.fpuChanged(op)
}

func opFnsave(c *CPU, op *Op) *Op {
	c.fpuNM(op)
	var img [fpu.EnvSize32]byte
	l, off := c.fpuLayout(op), c.ea(op)
	n := l.EnvSize()
	c.FPU.Env(l, img[:])
	c.probeEnv(op, off, uint32(l.SaveSize()), true)
	c.stEnv(op, off, img[:n])
	for i := range uint8(8) {
		c.stReg(op, off+uint32(n)+10*uint32(i), c.FPU.ST(i))
	}
	c.FPU.Init()
	return c.fpuChanged(op)
}

// FXSAVE and FXRSTOR (SDM volume 2): 512 bytes at a multiple of 16. Bytes that
// belong to no x87 register are left as they are.
const (
	fxSize  = 512
	fxUsed  = 160
	fxSSE   = 24 // MXCSR and its mask, 8 bytes
	fxAlign = 16
)

func buildFxsave(b *builder, op *Op, in *isa.Inst) {
	if b.c.model.Features&FeatFXSR == 0 || !b.c.model.HasFPU {
		b.end(op, opUD)
		return
	}
	op.src = x87Mark
	if in.Op == isa.FXSAVE {
		b.set(op, opFxsave)
	} else {
		b.set(op, opFxrstor)
	}
}

// fxArea checks the whole area.
func (c *CPU) fxArea(op *Op, write bool) (off uint32) {
	c.fpuNM(op)
	off = c.ea(op)
	for i := uint32(0); i < fxSize; i += fxAlign {
		if la := c.checkSegment(op, op.seg, off+i, fxAlign, write); la&(fxAlign-1) != 0 {
			c.gp(op, 0)
		} else {
			c.locate(op, la, write, c.CPL == 3)
		}
	}
	return off
}

func opFxsave(c *CPU, op *Op) *Op {
	off := c.fxArea(op, true)
	var img [fxSize]byte
	c.FPU.FXSave(&img)
	for i := uint32(0); i < fxUsed; i += 8 {
		if i != fxSSE {
			c.st64(op, op.seg, off+i, load64(img[:], uint64(i)))
		}
	}
	return next(c, op)
}

func opFxrstor(c *CPU, op *Op) *Op {
	off := c.fxArea(op, false)
	var img [fxSize]byte
	for i := uint32(0); i < fxUsed; i += 8 {
		store64(img[:], uint64(i), c.ld64(op, op.seg, off+i))
	}
	c.FPU.FXRestore(&img)
	return c.fpuChanged(op)
}
