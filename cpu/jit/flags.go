package jit

import (
	"slices"

	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// The guest's arithmetic flags. The interpreter keeps them as a result and a carry
// vector (cpu/flags.go). Translated code does not compute these at each operation:
// it remembers what they follow from, and stores them where they may be seen. That
// is in front of what reads them, and in the code out of the line that leaves to the
// interpreter.

// kind is what the flags follow from.
type kind uint8

const (
	stored kind = iota // they are in Res and Aux
	dead               // nothing will see them
	addOf              // of a+b
	subOf              // of a-b
	logic              // of the result r, CF = OF = AF = 0
	andOf              // the same of a&b
	addTo              // of a+b, where r, the result, and b are known
	subTo              // of a-b, likewise
	incTo              // r is what INC made; CF is in Aux
	decTo              // the same of DEC
	negTo              // r is what NEG made
	shlOf              // of a<<n, 0 < n < 32
	shrOf
	sarOf
)

// place is where a value is.
type place struct {
	at  where
	reg uint8 // of the guest; with size 1, 4 to 7 are AH CH DH BH
	imm uint32
}

type where uint8

const (
	nowhere where = iota
	inReg
	isImm
	inSpill // the first spill slot
	inSpill2
)

// pending says what the flags follow from.
type pending struct {
	kind    kind
	size    uint8
	n       uint8 // count of a shift
	a, b, r place
}

// usesReg reports whether p needs guest register r of the given size.
func (p *pending) usesReg(r, size uint8) bool {
	for _, l := range [...]*place{&p.a, &p.b, &p.r} {
		if l.at == inReg && whole(l.reg, p.size) == whole(r, size) {
			return true
		}
	}
	return false
}

// whole is the 32-bit register that register r of size bytes is part of.
func whole(r, size uint8) uint8 {
	if size == 1 {
		return r & 3
	}
	return r
}

// hostOf is the register of the host that holds a whole register of the guest.
var hostOf = [8]amd64.Reg{amd64.AX, amd64.CX, amd64.DX, amd64.BX, amd64.R12, amd64.R13, amd64.R14, amd64.R15}

// hostReg is where a register of the guest of size bytes is.
func hostReg(r, size uint8) amd64.Reg {
	if size == 1 {
		return amd64.Reg(r) // AL to BH are the host's
	}
	return hostOf[r]
}

// Short names for the scratch registers and the state.
const (
	si  = amd64.SI
	di  = amd64.DI
	r11 = amd64.R11
)

func (t *translator) state(disp int32) amd64.Mem { return amd64.At(amd64.R10, disp) }

// findNeeds finds out which instructions are translated and behind which ones the
// flags are needed, and whether the trace overwrites them unseen. It has each
// instruction written to where nobody executes it: those that have code out of the
// line may leave to the interpreter, which sees the flags.
func (t *translator) findNeeds() {
	n := len(t.tr.Insts)
	t.after = slices.Grow(t.after[:0], n)[:n]
	t.can = slices.Grow(t.can[:0], n)[:n]
	t.sees = slices.Grow(t.sees[:0], n)[:n]
	t.Asm = &t.try
	t.grp.members = t.grp.members[:0]
	edges := len(t.e.edges)
	for i := range t.tr.Insts {
		t.i, t.in = i, &t.tr.Insts[i]
		t.after[i] = true
		t.try, t.known = amd64.Asm{Code: t.room[:]}, x87Known{}
		f := emitterOf(t.in.Op)
		t.can[i] = f != nil && f(t) && !t.Full
		t.sees[i] = !t.can[i] || len(t.stubs) != 0 || t.in.Row.Read&isa.Arith != 0
		t.stubs, t.now, t.host, t.done, t.code.Edges = t.stubs[:0], pending{}, false, false, nil
		t.e.edges = t.e.edges[:edges]
	}
	t.findGroups()
	for i := range t.tr.Insts {
		t.i, t.in = i, &t.tr.Insts[i]
		if g := &t.grp; t.can[i] && (g.members[i][0].group != 0 || g.members[i][1].group != 0) {
			t.try, t.known = amd64.Asm{Code: t.room[:]}, x87Known{}
			t.led = [2]bool{}
			emitterOf(t.in.Op)(t)
			for which, m := range g.members[i] {
				if first := &g.groups[m.group]; m.group != 0 && first.first == i && first.which == which && !t.led[which] {
					first.n = 0 // it makes its access in a way of its own
				}
			}
			t.sees[i] = len(t.stubs) != 0 || t.in.Row.Read&isa.Arith != 0
			t.stubs, t.now, t.host, t.done, t.code.Edges = t.stubs[:0], pending{}, false, false, nil
			t.e.edges = t.e.edges[:edges]
		}
	}
	need := true
	for i := n - 1; i >= 0; i-- {
		t.after[i] = need
		t.i, t.in = i, &t.tr.Insts[i]
		switch {
		case t.sees[i]:
			need = true
		case t.overwrites():
			need = false
		}
	}
	t.code.Kills = !need
}

// overwrites reports whether the current instruction sets all six flags.
func (t *translator) overwrites() bool {
	in := t.in
	switch in.Op {
	case isa.ADD, isa.OR, isa.AND, isa.SUB, isa.XOR, isa.CMP, isa.TEST, isa.NEG,
		isa.BSF, isa.BSR, isa.XADD, isa.CMPXCHG,
		isa.FCOMI, isa.FCOMIP, isa.FUCOMI, isa.FUCOMIP:
		return true
	}
	return t.shiftByImm()
}

// needed reports whether the flags are needed behind the current instruction.
func (t *translator) needed() bool { return t.after[t.i] }

// set says what the flags follow from behind the current instruction.
func (t *translator) set(p pending) {
	if !t.needed() {
		// The host's flags may still serve a jump: then they are needed.
		p = pending{kind: dead}
	}
	t.now = p
}

// clobbers must be called before the current instruction writes a register, and
// before it looks anything up, if it is not one that sets all flags: what follows
// from the register is kept elsewhere or stored, if it is needed behind the
// instruction. The first changes di and leaves the host's flags alone.
func (t *translator) clobbers(r, size uint8) {
	if !t.needed() || !t.now.usesReg(r, size) {
		return
	}
	p := t.now
	for _, l := range [...]*place{&p.a, &p.b, &p.r} {
		if l.at != inReg || whole(l.reg, p.size) != whole(r, size) {
			continue
		}
		slot := inSpill
		if p.uses(slot) {
			slot = inSpill2
		}
		if p.uses(slot) {
			t.materialise()
			return
		}
		if p.size == 1 && l.reg >= 4 {
			t.load(di, *l, 1)
			*l = t.spill(slot, di)
		} else {
			*l = t.spill(slot, hostOf[whole(l.reg, p.size)])
		}
	}
	t.now = p
}

// uses reports whether p needs what is at a place other than a register.
func (p *pending) uses(at where) bool { return p.a.at == at || p.b.at == at || p.r.at == at }

// wrote must be called when a register was written: what followed from it is lost.
func (t *translator) wrote(r, size uint8) {
	if t.now.usesReg(r, size) {
		t.now = pending{kind: dead}
	}
}

// load puts the value at a place into a scratch register; above its size it is
// undefined.
func (t *translator) load(dst amd64.Reg, l place, size uint8) {
	switch l.at {
	case isImm:
		t.MovImm(4, dst, l.imm)
	case inSpill:
		t.Load(4, dst, t.state(t.lay.Spill))
	case inSpill2:
		t.Load(4, dst, t.state(t.lay.Spill+4))
	case inReg:
		if size == 1 && l.reg >= 4 {
			t.MovZX(4, 1, dst, amd64.Reg(l.reg)) // dst is SI or DI: no REX
		} else {
			t.Mov(4, dst, hostOf[whole(l.reg, size)])
		}
	}
}

// scratch is the name of a scratch register as an operand of size bytes.
func scratch(r amd64.Reg, size uint8) amd64.Reg {
	if size == 1 {
		switch r {
		case si:
			return amd64.SIL
		case di:
			return amd64.DIL
		}
	}
	return r
}

// materialise stores the flags in Res and Aux as the interpreter would have. It
// changes the scratch registers and the host's flags.
func (t *translator) materialise() {
	p := t.now
	t.now = pending{}
	if p.kind > dead {
		t.host = false
	}
	size := p.size
	s := scratch(si, size)
	switch p.kind {
	case stored, dead:
		return
	case addOf, subOf, addTo, subTo:
		if p.kind == addOf || p.kind == subOf {
			t.load(si, p.a, size)
			t.load(di, p.b, size)
		} else {
			t.load(si, p.r, size)
			t.load(di, p.b, size)
			op := uint8(amd64.SUB)
			if p.kind == subTo {
				op = amd64.ADD
			}
			t.ALU(op, 4, si, di) // a
		}
		t.carries(p.kind == addOf || p.kind == addTo, size)
	case negTo:
		t.load(di, p.r, size)
		t.Unary(amd64.NEG, 4, di)
		t.ALU(amd64.XOR, 4, si, si)
		t.carries(false, size)
	case logic:
		t.load(si, p.r, size)
		t.storeLogic(size)
	case andOf:
		t.load(si, p.a, size)
		t.load(di, p.b, size)
		t.ALU(amd64.AND, 4, si, di)
		t.storeLogic(size)
	case incTo, decTo:
		t.load(si, p.r, size)
		t.Mov(4, r11, si)
		// r11 = carries into each bit: a ^ 1 ^ r, of which only that into bit 4 counts.
		if p.kind == incTo {
			t.Dec(size, s)
			t.ALU(amd64.XOR, 4, r11, si)
			t.MovImm(4, di, 0)
			t.Inc(size, s)
		} else {
			t.Inc(size, s)
			t.ALU(amd64.XOR, 4, r11, si)
			t.MovImm(4, di, 0)
			t.Dec(size, s)
		}
		t.Set(amd64.O, amd64.DIL)
		t.MovSX(8, size, si, s)
		t.Store(8, t.state(t.lay.Res), si)
		t.Shift(amd64.SHR, 4, r11, 1)
		t.ALUImm(amd64.AND, 4, r11, 8)
		// CF stays; bit 30 is CF ^ OF.
		t.Load(4, si, t.state(t.lay.Aux))
		t.ALUImm(amd64.AND, 4, si, 1<<31)
		t.ALU(amd64.OR, 4, r11, si)
		t.Shift(amd64.SHR, 4, si, 1)
		t.Shift(amd64.SHL, 4, di, 30)
		t.ALU(amd64.XOR, 4, si, di)
		t.ALU(amd64.OR, 4, r11, si)
		t.Store(4, t.state(t.lay.Aux), r11)
	case shlOf, shrOf, sarOf:
		t.load(di, p.a, size)
		t.shiftFlags(p.kind, size, p.n)
	}
}

// carries stores Res and Aux of si+di or si-di.
func (t *translator) carries(add bool, size uint8) {
	t.Mov(4, r11, si)
	t.ALU(amd64.XOR, 4, r11, di)
	op := uint8(amd64.SUB)
	if add {
		op = amd64.ADD
	}
	t.ALU(op, size, scratch(si, size), scratch(di, size))
	t.ALU(amd64.SBB, 4, di, di) // all ones if CF
	t.carryTail(size)
}

// carryTail stores Res and Aux of an operation with operands a and b, of which si is
// the result, r11 a^b, and di -CF. a^b^r is the carry into each bit.
func (t *translator) carryTail(size uint8) {
	t.ALU(amd64.XOR, 4, r11, si)
	t.MovSX(8, size, si, scratch(si, size))
	t.Store(8, t.state(t.lay.Res), si)
	if size == 4 {
		t.Shift(amd64.SHR, 4, r11, 1)
		t.ALUImm(amd64.AND, 4, r11, 1<<30|8)
	} else {
		t.Mov(4, si, r11)
		t.Shift(amd64.SHR, 4, si, 1)
		t.ALUImm(amd64.AND, 4, si, 8)
		t.Shift(amd64.SHL, 4, r11, 31-size*8)
		t.ALUImm(amd64.AND, 4, r11, 1<<30)
		t.ALU(amd64.OR, 4, r11, si)
	}
	t.ALUImm(amd64.AND, 4, di, 1<<31)
	t.ALU(amd64.OR, 4, r11, di)
	t.Store(4, t.state(t.lay.Aux), r11)
}

// storeLogic stores Res of the result in si, and Aux.
func (t *translator) storeLogic(size uint8) {
	t.MovSX(8, size, si, scratch(si, size))
	t.Store(8, t.state(t.lay.Res), si)
	t.StoreImm(4, t.state(t.lay.Aux), 0)
}

// cond writes what makes the host's flags answer condition code cc of the guest and
// returns the host's condition code. It changes the scratch registers.
func (t *translator) cond(cc uint8) uint8 {
	p := &t.now
	usesCF := cc>>1 == 1 || cc>>1 == 3
	incDec := p.kind == incTo || p.kind == decTo
	if t.host && !(usesCF && incDec) {
		return cc
	}
	size := p.size
	switch p.kind {
	case subOf:
		t.compare(p.a, p.b, size)
		return cc
	case andOf:
		t.load(si, p.a, size)
		t.load(di, p.b, size)
		t.Test(size, scratch(si, size), scratch(di, size))
		return cc
	case logic:
		if p.r.at == inReg {
			r := hostReg(p.r.reg, size)
			t.Test(size, r, r)
		} else {
			t.load(si, p.r, size)
			t.Test(size, scratch(si, size), scratch(si, size))
		}
		return cc
	case addOf:
		t.load(si, p.a, size)
		t.load(di, p.b, size)
		t.ALU(amd64.ADD, size, scratch(si, size), scratch(di, size))
		return cc
	case subTo, addTo:
		t.load(si, p.r, size)
		t.load(di, p.b, size)
		if p.kind == subTo {
			t.ALU(amd64.ADD, size, scratch(si, size), scratch(di, size))
			t.ALU(amd64.CMP, size, scratch(si, size), scratch(di, size))
		} else {
			t.ALU(amd64.SUB, size, scratch(si, size), scratch(di, size))
			t.ALU(amd64.ADD, size, scratch(si, size), scratch(di, size))
		}
		return cc
	case incTo, decTo:
		if !usesCF {
			t.load(si, p.r, size)
			if p.kind == incTo {
				t.Dec(size, scratch(si, size))
				t.Inc(size, scratch(si, size))
			} else {
				t.Inc(size, scratch(si, size))
				t.Dec(size, scratch(si, size))
			}
			return cc
		}
	case shlOf, shrOf, sarOf:
		// OF is for a count of 1 alone, CF for counts below the operand size.
		if f := cc >> 1; f == 2 || f == 4 || f == 5 || (f == 1 || f == 3) && p.n < size*8 {
			t.load(si, p.a, size)
			t.Shift(hostShift(p.kind), size, scratch(si, size), p.n)
			return cc
		}
	case negTo:
		t.load(si, p.r, size)
		t.Unary(amd64.NEG, size, scratch(si, size))
		t.Unary(amd64.NEG, size, scratch(si, size))
		return cc
	}
	t.materialise()
	return t.storedCond(cc)
}

// carry stores CF by itself, if it is not in Aux, and returns where bit 31 is CF.
func (t *translator) carry() amd64.Mem {
	aux, slot := t.state(t.lay.Aux), t.state(t.lay.Spill+12)
	switch t.now.kind {
	case stored, incTo, decTo:
		return aux
	case logic, andOf:
		t.StoreImm(4, slot, 0)
		return slot
	}
	t.cond(amd64.B)
	if t.now.kind == stored {
		return aux
	}
	t.ALU(amd64.SBB, 4, di, di)
	t.Store(4, slot, di)
	t.host = false
	return slot
}

// compare sets the host's flags by a-b.
func (t *translator) compare(a, b place, size uint8) {
	if a.at == inReg {
		switch b.at {
		case inReg:
			t.ALU(amd64.CMP, size, hostReg(a.reg, size), hostReg(b.reg, size))
			return
		case isImm:
			t.ALUImm(amd64.CMP, size, hostReg(a.reg, size), b.imm)
			return
		}
	}
	t.load(si, a, size)
	t.load(di, b, size)
	t.ALU(amd64.CMP, size, scratch(si, size), scratch(di, size))
}

// storedCond is cond of flags that are in Res and Aux.
func (t *translator) storedCond(cc uint8) uint8 {
	not := cc & 1
	res, aux := t.state(t.lay.Res), t.state(t.lay.Aux)
	sign := t.state(t.lay.Res + 4)
	switch cc >> 1 {
	case 0, 1: // bit 31 is CF, and doubling overflows if bit 30 differs
		t.Load(4, si, aux)
		t.ALU(amd64.ADD, 4, si, si)
		return cc
	case 2:
		t.ALUStoreImm(amd64.CMP, 8, res, 0)
		return cc
	case 3:
		t.MovImm(4, di, 0)
		t.ALUStoreImm(amd64.CMP, 8, res, 0)
		t.Set(amd64.E, amd64.DIL)
		t.Load(4, si, aux)
		t.Shift(amd64.SHR, 4, si, 31)
		t.ALU(amd64.OR, 4, si, di)
		return amd64.NE ^ not
	case 4:
		t.Load(4, si, sign)
		t.Shift(amd64.SHR, 4, si, 31)
		t.ALULoad(amd64.XOR, 4, si, aux)
		t.TestImm(4, si, 1)
		return amd64.NE ^ not
	case 5:
		t.Load(4, si, res)
		t.Load(4, di, aux)
		t.Shift(amd64.SHR, 4, di, 8)
		t.ALU(amd64.XOR, 4, si, di)
		t.Test(1, amd64.SIL, amd64.SIL)
		return cc
	}
	// SF != OF, with ZF for the last pair.
	t.Load(4, di, aux)
	t.Mov(4, si, di)
	t.Shift(amd64.SHR, 4, si, 30)
	t.ALU(amd64.XOR, 4, di, si) // bit 0: SF's inverter ^ bit 30
	t.Shift(amd64.SHR, 4, si, 1)
	t.ALU(amd64.XOR, 4, di, si)
	t.Load(4, si, sign)
	t.Shift(amd64.SHR, 4, si, 31)
	t.ALU(amd64.XOR, 4, si, di)
	t.ALUImm(amd64.AND, 4, si, 1)
	if cc>>1 == 7 {
		t.MovImm(4, di, 0)
		t.ALUStoreImm(amd64.CMP, 8, res, 0)
		t.Set(amd64.E, amd64.DIL)
		t.ALU(amd64.OR, 4, si, di)
	}
	return amd64.NE ^ not
}
