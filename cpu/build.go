package cpu

import "beige/cpu/isa"

// handler executes one op; see Op.run.
type handler = func(*CPU, *Op) *Op

// buildFunc chooses the handler of a decoded instruction and sets the fields
// that are its own.
type buildFunc func(b *builder, op *Op, in *isa.Inst)

// handlers is the dispatch from the instruction table to code: one build
// function a mnemonic, and the families' tables by form and size. It is built
// once a processor and not changed.
type handlers struct {
	build [isa.NumOps]buildFunc

	alu    [9][numForms][3]handler // ADD OR ADC SBB AND SUB XOR CMP TEST
	aluNF  [9][numForms][3]handler // the same without flags; nil where flags are all there is
	mov    [numForms][3]handler
	cmpJcc [2][numForms][3][16]handler // CMP, TEST; nil where not fused
	jcc    [16]handler

	// The same for flat operands in memory.
	aluFlat, aluFlatNF [9][numForms][3]handler
	movFlat            [numForms][3]handler
	cmpJccFlat         [2][numForms][3][16]handler

	pairs                 [lastFirst + 1][numHalves]handler
	pushes, pops, popsRet [maxRun + 1]handler // by how many in a row

	cold, translated uintptr // entries of opCold and opTranslated
}

// Operand forms of two-operand instructions.
const (
	formRR = iota // register, register
	formRI        // register, immediate
	formRM        // register, memory
	formMR        // memory, register
	formMI        // memory, immediate
	numForms
)

// newHandlers fills the dispatch; each family adds its mnemonics.
func newHandlers() *handlers {
	h := &handlers{cold: entryOf(opCold), translated: entryOf(opTranslated)}
	h.initALU()
	h.initMove()
	h.initMoveFlatTable()
	h.initCmpJccTable()
	h.initPairTable()
	h.initArith()
	h.initStack()
	h.initBranch()
	h.initShift()
	h.initBit()
	h.initBCD()
	h.initMulDiv()
	h.initString()
	h.initFlags()
	h.initFar()
	h.initSegment()
	h.initSystem()
	h.initIO()
	h.initX87()
	h.initMMX()
	return h
}

// builder turns decoded instructions into ops.
type builder struct {
	c    *CPU
	ends bool // the op just built ends the trace

	flatStack bool // pushes and pops take the fast path without a segment
	flat      bool // of the current op: and so does its operand in memory

	// The op before the current one, if it is a CMP, TEST or DEC that a
	// conditional jump can be fused with.
	prev     *Op
	prevKind fusible
	nextPrev *Op
	nextKind fusible

	// What dropDeadFlags must know of each op.
	use [maxTrace + maxYields + 2]flagUse
	// Of the current op, for note.
	nf   handler // handler without flags, if it has one
	half half    // what it can be in a pair; where there is nf, without flags
	live half    // the same with flags
}

// flagUse is what an op does with the six arithmetic flags.
type flagUse struct {
	nf     handler // handler that does not set them, if there is one
	need   bool    // it reads some, or can leave the trace before it is done
	writes bool    // it sets all six
	half   half    // what it can be in a pair; with nf, if that is chosen
	live   half    // and if it is not
}

// note records the flag use of op number i, just built from in.
func (b *builder) note(i int, in *isa.Inst) {
	r := in.Row
	need := b.ends || r.Read&isa.Arith != 0 || r.Attr&(isa.MayFault|isa.Branch|isa.EndsTrace|isa.Stack|isa.String|isa.IO|isa.X87) != 0
	for _, a := range in.Args {
		need = need || a.Kind == isa.Mem
	}
	writes := (r.Written|r.Undefined)&isa.Arith == isa.Arith && r.Attr&isa.CondFlags == 0
	switch in.Op {
	case isa.MUL, isa.IMUL, isa.DIV, isa.IDIV:
		writes = false // the undefined ones keep their values
	}
	b.use[i] = flagUse{nf: b.nf, need: need, writes: writes, half: b.half, live: b.live}
	b.nf, b.half, b.live = nil, halfNone, halfNone
}

// dropDeadFlags gives ops whose flags are overwritten before anything can see
// them the handlers that do not compute flags.
func (b *builder) dropDeadFlags(ops []Op) {
	live := true
	for i := len(ops) - 1; i >= 0; i-- {
		u := &b.use[i]
		if u.nf != nil {
			if live {
				u.half = u.live
			} else {
				ops[i].set(u.nf)
			}
		}
		live = u.need || live && !u.writes
	}
}

// makePairs gives ops that can be handled together with the one behind them the
// pair's handler, and rows of PUSH or POP that of the row. The other ops keep their
// own, which nothing reaches any more unless the first takes a slow path, but which
// hold the other operands.
func (b *builder) makePairs(ops []Op) {
	for i := 0; i+1 < len(ops); i++ {
		if f, n := b.row(ops, i); f != nil {
			ops[i].set(f)
			i += n - 1
			continue
		}
		first, second := b.use[i].half, b.use[i+1].half
		if first == halfMovRegMem32Flat && second == halfRet32Flat && ops[i].isThunk() {
			ops[i].set(opThunk)
			i++
			continue
		}
		if first == halfNone || first > lastFirst || second == halfNone {
			continue
		}
		if f, _ := b.row(ops, i+1); f == nil {
			ops[i].set(b.c.h.pairs[first][second])
			i++
		}
	}
}

// row returns the handler of the row of PUSH or POP that begins with op i and how
// many ops it has; nil if there is none.
func (b *builder) row(ops []Op, i int) (handler, int) {
	kind, n := b.use[i].half, 0
	if kind != halfPushReg32Flat && kind != halfPopReg32Flat {
		return nil, 0
	}
	for i+n < len(ops) && n < maxRun && b.use[i+n].half == kind && ops[i+n].dst != SP {
		n++
	}
	switch {
	case n == 0:
	case kind == halfPushReg32Flat:
		return b.c.h.pushes[n], n
	case i+n < len(ops) && b.use[i+n].half == halfRet32Flat:
		return b.c.h.popsRet[n], n + 1
	default:
		return b.c.h.pops[n], n
	}
	return nil, 0
}

// fusible says which table holds the fused handler of an op and a Jcc.
type fusible struct {
	kind uint8 // fuseNone...
	form uint8
	size uint8
	flat bool
}

const (
	fuseNone = iota
	fuseCmp
	fuseTest
	fuseDec
	fuseBt
)

// canFuse remembers op as the first half of a possible pair.
func (b *builder) canFuse(op *Op, kind uint8, form, size int) {
	b.nextPrev, b.nextKind = op, fusible{kind, uint8(form), uint8(size), b.flat}
}

// build fills op from in. Fields len, off and n are set.
func (b *builder) build(op *Op, in *isa.Inst, st isa.Status) {
	b.prev, b.prevKind, b.nextPrev = b.nextPrev, b.nextKind, nil
	op.base, op.index = isa.ZeroReg, isa.ZeroReg
	op.amask = 0xffffffff
	switch st {
	case isa.OK:
	case isa.TooLong:
		b.end(op, opTooLong)
		return
	default:
		b.end(op, opUD)
		return
	}
	if in.AddrSize == 2 {
		op.amask = 0xffff
	}
	op.base, op.index, op.scale, op.seg = in.Base, in.Index, in.Scale, in.Seg
	const want, all = modeFlat | modeCode32 | modeStack32, modeFlat | modeCode32 | modeStack32 | modeLimited
	b.flatStack = b.c.mode&all == want
	b.flat = b.flatStack && in.AddrSize == 4 && in.Index == isa.ZeroReg && (in.Seg == DS || in.Seg == ES || in.Seg == SS)
	op.disp = uint32(in.Disp)
	op.imm = uint32(in.Imm)
	op.rep = uint8(in.Rep)
	op.dst, op.src = in.Args[0].Reg, in.Args[1].Reg
	f := b.c.h.build[in.Op]
	if f == nil {
		b.end(op, opUD)
		return
	}
	f(b, op, in)
}

// set makes f the handler of an instruction that goes on to the next.
func (b *builder) set(op *Op, f handler) { op.set(f) }

// end makes f the handler of an instruction that ends the trace.
func (b *builder) end(op *Op, f handler) {
	op.set(f)
	b.ends = true
}

// sizeIndex maps an operand size of 1, 2 or 4 bytes to 0, 1, 2.
func sizeIndex(size uint8) int { return int(size >> 1) }

// form classifies the operands of a two-operand instruction.
func form(in *isa.Inst) int {
	switch {
	case in.Args[0].Kind == isa.Mem && in.Args[1].Kind == isa.Imm:
		return formMI
	case in.Args[0].Kind == isa.Mem:
		return formMR
	case in.Args[1].Kind == isa.Imm:
		return formRI
	case in.Args[1].Kind == isa.Mem:
		return formRM
	}
	return formRR
}

func opUD(c *CPU, op *Op) *Op {
	c.ud(op)
	return nil
}

func opTooLong(c *CPU, op *Op) *Op {
	c.gp(op, 0)
	return nil
}
