package cpu

import "beige/cpu/isa"

// The coprocessor escapes on a machine without one: WAIT and ESC obey CR0, and
// nothing else happens, so that detection by FNINIT and FNSTSW finds none.

func (h *handlers) initX87() {
	for _, r := range isa.Rows() {
		if r.Attr&isa.X87 != 0 {
			h.build[r.Op] = func(b *builder, op *Op, in *isa.Inst) { b.end(op, opEscape) }
		}
	}
	h.build[isa.WAIT] = func(b *builder, op *Op, in *isa.Inst) { b.set(op, opWait) }
}

// resetFPU is the coprocessor's part of RESET.
func (c *CPU) resetFPU() {}

func opEscape(c *CPU, op *Op) *Op {
	if c.CR0&(CR0EM|CR0TS) != 0 {
		c.raise(op, vecNM, 0)
	}
	return c.leave(op)
}

func opWait(c *CPU, op *Op) *Op {
	if c.CR0&(CR0MP|CR0TS) == CR0MP|CR0TS {
		c.raise(op, vecNM, 0)
	}
	return next(c, op)
}
