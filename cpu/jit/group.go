package jit

import "beige/cpu/isa"

// Accesses beside one another share a lookup: those of one trace that have the same
// base register, with the same value but for known additions, as what a function does
// with its stack frame. The first one looks up the bytes of all of them; where that is
// on the host stays in R9. If they cross a page, all of them are the interpreter's.
// Only offsets of 32 bits that are linear addresses are beside one another wherever
// they are.

// reach is the most bytes that a group covers. The more, the more often it crosses
// a page.
const reach = 128

// Which access of an instruction.
const (
	operand    = 0 // that of ModRM
	stackPlace = 1 // at ESP
)

// group is accesses that share a lookup.
type group struct {
	first, which int // instruction and access that looks up
	base         value
	low, high    int32 // offsets from base, modulo 4 GB, of the first byte and behind the last
	write        bool
	n            int
}

// value is a number for what a register held at some time.
type value uint32

// member says that an access belongs to a group, at an offset from its base.
type member struct {
	group int // 0: none
	off   int32
}

// grouping is the work of finding groups.
type grouping struct {
	groups  []group // from 1 on
	members [][2]member
	val     [8]value // of each register
	off     [8]int32 // the register is that much more than its value was, modulo 4 GB
	last    value
}

// group returns the group of an access of the current instruction, nil if it has none,
// and the offset of the access.
func (t *translator) group(which int) (*group, int32) {
	if t.i >= len(t.grp.members) {
		return nil, 0
	}
	m := t.grp.members[t.i][which]
	if m.group == 0 || t.grp.groups[m.group].n < 2 {
		return nil, 0
	}
	return &t.grp.groups[m.group], m.off
}

// findGroups forms the groups of the trace, from what t.can says.
func (t *translator) findGroups() {
	s := &t.grp
	s.groups = append(s.groups[:0], group{})
	s.members = s.members[:0]
	s.all()
	for i := range t.tr.Insts {
		s.members = append(s.members, [2]member{})
		t.i, t.in = i, &t.tr.Insts[i]
		if !t.tr.Flat || t.tr.Stack16 {
			continue
		}
		if !t.can[i] {
			s.all() // and R9 is lost: no group goes on
			continue
		}
		t.findAccesses()
		s.follow(t.in)
	}
}

// findAccesses puts the accesses of the current instruction into groups.
func (t *translator) findAccesses() {
	s, in := &t.grp, t.in
	if a := t.mem(); a != nil && in.Op != isa.LEA && in.Op != isa.NOP {
		write := a == &in.Args[0] || in.Op == isa.XCHG
		switch in.Op {
		case isa.CMP, isa.TEST, isa.PUSH, isa.CALL, isa.JMP, isa.BT, isa.MUL, isa.IMUL, isa.DIV, isa.IDIV:
			write = false
		case isa.FST, isa.FSTP, isa.FIST, isa.FISTP, isa.FNSTSW, isa.FNSTCW:
		default:
			write = write && in.Row.Attr&isa.X87 == 0
		}
		switch in.Op {
		case isa.BT, isa.BTS, isa.BTR, isa.BTC:
			if in.Args[1].Kind == isa.Reg {
				return // it is somewhere beside
			}
		}
		if t.flat(in.Seg) && in.AddrSize == 4 && in.Index == isa.ZeroReg && in.Base != isa.ZeroReg && a.Size != 0 && a.Size <= 8 {
			s.join(t.i, operand, in.Base, int32(in.Disp), int32(a.Size), write)
		}
	}
	size := int32(in.OpSize)
	switch in.Op {
	case isa.PUSH, isa.PUSHF, isa.CALL:
		s.join(t.i, stackPlace, sp, -size, size, true)
	case isa.POP, isa.RET:
		s.join(t.i, stackPlace, sp, 0, size, false)
	case isa.LEAVE:
		s.join(t.i, stackPlace, bp, 0, size, false)
	}
}

// join puts an access into the current group, or begins the next one with it.
func (s *grouping) join(i, which int, reg uint8, disp, size int32, write bool) {
	base, off := s.val[reg], s.off[reg]+disp
	g := &s.groups[len(s.groups)-1]
	// Offsets wrap at 4 GB, as addresses do: it is distances that say what is near.
	d := off - g.low
	from, to := min(d, 0), max(g.high-g.low, d+size)
	far := d < -reach || d > reach || to-from > reach
	// Pages that are only read may not be writable; stacks are.
	if g.n == 0 || g.base != base || far || write && !g.write && reg != sp && reg != bp {
		s.groups = append(s.groups, group{first: i, which: which, base: base, low: off, high: off + size, write: write, n: 1})
	} else {
		g.low, g.high, g.write = g.low+from, g.low+to, g.write || write
		g.n++
	}
	s.members[i][which] = member{len(s.groups) - 1, off}
}

// fresh says that a register holds something new; all that all do.
func (s *grouping) fresh(r uint8) {
	s.last++
	s.val[r], s.off[r] = s.last, 0
}

func (s *grouping) all() {
	for r := range s.val {
		s.fresh(uint8(r))
	}
}

// follow notes what an instruction does with the registers.
func (s *grouping) follow(in *Inst) {
	d, v := &in.Args[0], &in.Args[1]
	toReg := d.Kind == isa.Reg
	imm := int32(in.Imm)
	if in.Row.Attr&isa.X87 != 0 {
		if toReg {
			s.fresh(0) // FNSTSW AX
		}
		return
	}
	switch in.Op {
	case isa.CMP, isa.TEST, isa.NOP, isa.JMP, isa.CALL, isa.RET, isa.BT,
		isa.CLC, isa.STC, isa.CMC, isa.CLD, isa.STD, isa.CLI, isa.SAHF:
		return
	case isa.PUSH, isa.PUSHF:
		s.off[sp] -= int32(in.OpSize)
		return
	case isa.LEAVE:
		s.val[sp], s.off[sp] = s.val[bp], s.off[bp]+int32(in.OpSize)
		s.fresh(bp)
		return
	case isa.POP:
		s.off[sp] += int32(in.OpSize)
		if toReg {
			s.fresh(d.Reg)
		} else {
			s.all()
		}
		return
	case isa.INC, isa.DEC:
		if toReg && d.Size == 4 {
			if in.Op == isa.INC {
				s.off[d.Reg]++
			} else {
				s.off[d.Reg]--
			}
			return
		}
	case isa.ADD, isa.SUB:
		if toReg && d.Size == 4 && v.Kind == isa.Imm {
			if in.Op == isa.ADD {
				s.off[d.Reg] += imm
			} else {
				s.off[d.Reg] -= imm
			}
			return
		}
	case isa.MOV:
		if toReg && d.Size == 4 && v.Kind == isa.Reg {
			s.val[d.Reg], s.off[d.Reg] = s.val[v.Reg], s.off[v.Reg]
			return
		}
	case isa.LEA:
		if d.Size == 4 && in.AddrSize == 4 && in.Index == isa.ZeroReg && in.Base != isa.ZeroReg {
			s.val[d.Reg], s.off[d.Reg] = s.val[in.Base], s.off[in.Base]+int32(in.Disp)
			return
		}
	case isa.MOVZX, isa.MOVSX, isa.OR, isa.AND, isa.XOR, isa.ADC, isa.SBB, isa.NEG, isa.NOT, isa.SHL, isa.SHR, isa.SAR, isa.ROL, isa.ROR, isa.RCL, isa.RCR,
		isa.SHLD, isa.SHRD, isa.BTS, isa.BTR, isa.BTC, isa.BSF, isa.BSR, isa.BSWAP:
	case isa.MUL, isa.DIV, isa.IDIV, isa.IMUL:
		if v.Kind == isa.None {
			s.fresh(0)
			s.fresh(2)
			return
		}
	case isa.LOOP, isa.LOOPE, isa.LOOPNE:
		s.fresh(count)
		return
	case isa.CBW, isa.LAHF, isa.XLAT:
		s.fresh(0)
		return
	case isa.CWD:
		s.fresh(2)
		return
	case isa.CMPXCHG:
		s.fresh(0)
	case isa.XADD:
		s.fresh(whole(v.Reg, v.Size))
	case isa.MOVS, isa.STOS, isa.LODS, isa.SCAS:
		s.fresh(0)
		s.fresh(sindex)
		s.fresh(dindex)
		return
	default:
		if in.Op >= isa.JO && in.Op <= isa.JNLE {
			return
		}
		if !(in.Op >= isa.SETO && in.Op <= isa.SETNLE || in.Op >= isa.CMOVO && in.Op <= isa.CMOVNLE) {
			s.all()
			return
		}
	}
	if toReg {
		s.fresh(whole(d.Reg, d.Size))
	}
}
