package cpu

import "unsafe"

// Op is one decoded instruction in a trace, ready to run. Operand fields mean
// what the handler takes them to mean; the usual use stands beside them.
type Op struct {
	// entry is where the handler's code begins. It is the first field, which makes a
	// pointer to an Op a function value, see run.
	entry uintptr
	// link is the trace at the taken target, once known; see links.go.
	link *Op

	imm   uint32 // immediate; of a branch: distance from the trace's start to the target
	disp  uint32 // displacement; of a branch: stamp of the link, 0 on the same page
	amask uint32 // effective address mask: ffff or ffffffff; of a branch: see follow
	off   uint16 // distance from the trace's start to the instruction
	n     uint8  // instructions of the trace before this one
	len   uint8  // bytes

	dst, src    uint8 // registers: usually r/m and reg
	base, index uint8 // of the memory operand; 16: none
	scale, seg  uint8
	x           uint8 // handler's own: condition, digit, size
	rep         uint8 // 0, F2 or F3
}

// A trace's first op has one before it that is never executed and holds the key of
// the trace, 0 once it is dropped.

func (op *Op) key() *uint64 { return (*uint64)(unsafe.Pointer(&op.imm)) }

func keyOf(first *Op) *uint64 { return (*Op)(unsafe.Add(unsafe.Pointer(first), -int(opSize))).key() }

const opSize = unsafe.Sizeof(Op{})

// next continues with the instruction behind op. The last op of a trace never
// calls it.
func next(c *CPU, op *Op) *Op {
	n := nextOp(op)
	return n.run(c)
}

// A function value of Go is a pointer to a word with the address of the code,
// behind which a closure has its variables. Handlers are no closures, so an Op
// can stand in for the word: a call costs one load instead of two, and it is the
// address of a call that the host waits for most.

// run executes the instruction and returns what to run next: what next returned,
// the first op of a linked trace, or nil to go back to the run loop.
func (op *Op) run(c *CPU) *Op {
	return (*(*handler)(unsafe.Pointer(&op)))(c, op)
}

// set makes f the handler. f must be a function of the package, not a closure.
func (op *Op) set(f handler) { op.entry = entryOf(f) }

// entryOf is where the code of a function begins.
func entryOf(f handler) uintptr { return **(**uintptr)(unsafe.Pointer(&f)) }

// ea returns the offset of op's memory operand in its segment.
func (c *CPU) ea(op *Op) uint32 {
	return (c.reg(op.base) + c.reg(op.index)<<(op.scale&3) + op.disp) & op.amask
}

// ip returns the instruction pointer at the start of the instruction op.
func (c *CPU) ip(op *Op) uint32 { return uint32(c.IP) + uint32(op.off) }

// nextIP returns the instruction pointer behind op.
func (c *CPU) nextIP(op *Op) uint32 {
	return (uint32(c.IP) + uint32(op.off) + uint32(op.len)) & c.seqMask
}

// reg and setReg are get32 and set32 for handlers that have no instruction to spare.
// r is below len(c.R), as the decoder makes it.

func (c *CPU) reg(r uint8) uint32 {
	return uint32(*(*uint64)(unsafe.Add(unsafe.Pointer(&c.R), uintptr(r)*8)))
}

func (c *CPU) setReg(r uint8, v uint32) {
	*(*uint64)(unsafe.Add(unsafe.Pointer(&c.R), uintptr(r)*8)) = uint64(v)
}

// 8-bit registers: 0-3 are the low bytes of AX CX DX BX, 4-7 the second bytes.

func (c *CPU) get8(r uint8) uint8 { return uint8(c.R[r&3] >> (r >> 2 & 1 * 8)) }

func (c *CPU) set8(r, v uint8) {
	s := r >> 2 & 1 * 8
	p := &c.R[r&3]
	*p = *p&^(0xff<<s) | uint64(v)<<s
}

func (c *CPU) get16(r uint8) uint16 { return uint16(c.R[r&15]) }

func (c *CPU) set16(r uint8, v uint16) {
	p := &c.R[r&15]
	*p = *p&^0xffff | uint64(v)
}

func (c *CPU) get32(r uint8) uint32 { return uint32(c.R[r&15]) }

func (c *CPU) set32(r uint8, v uint32) { c.R[r&15] = uint64(v) }

// nextOp returns the op behind op in its trace, opAfter the n-th behind it.
func nextOp(op *Op) *Op { return (*Op)(unsafe.Add(unsafe.Pointer(op), opSize)) }

func opAfter(op *Op, n uintptr) *Op { return (*Op)(unsafe.Add(unsafe.Pointer(op), n*opSize)) }
