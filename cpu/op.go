package cpu

import "unsafe"

// Op is one decoded instruction in a trace, ready to run. Operand fields mean
// what the handler takes them to mean; the usual use stands beside them.
type Op struct {
	// fn executes the instruction and returns what to run next: what next
	// returned, the first op of a linked trace, or nil to go back to the run loop.
	fn func(*CPU, *Op) *Op
	// link is the trace at the taken target, once known and while on the same page.
	link *Op

	imm   uint32 // immediate; of a branch: distance from the trace's start to the target
	disp  uint32 // displacement
	amask uint32 // effective address mask: ffff or ffffffff
	off   uint16 // distance from the trace's start to the instruction
	n     uint8  // instructions of the trace before this one
	len   uint8  // bytes

	dst, src    uint8 // registers: usually r/m and reg
	base, index uint8 // of the memory operand; 16: none
	scale, seg  uint8
	x           uint8 // handler's own: condition, digit, size
	rep         uint8 // 0, F2 or F3
}

const opSize = unsafe.Sizeof(Op{})

// next continues with the instruction behind op. The last op of a trace never
// calls it.
func next(c *CPU, op *Op) *Op {
	n := nextOp(op)
	return n.fn(c, n)
}

// ea returns the offset of op's memory operand in its segment.
func (c *CPU) ea(op *Op) uint32 {
	return (uint32(c.R[op.base]) + uint32(c.R[op.index])<<(op.scale&3) + op.disp) & op.amask
}

// ip returns the instruction pointer at the start of the instruction op.
func (c *CPU) ip(op *Op) uint32 { return uint32(c.IP) + uint32(op.off) }

// nextIP returns the instruction pointer behind op.
func (c *CPU) nextIP(op *Op) uint32 {
	return (uint32(c.IP) + uint32(op.off) + uint32(op.len)) & c.seqMask
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

// nextOp returns the op behind op in its trace.
func nextOp(op *Op) *Op { return (*Op)(unsafe.Add(unsafe.Pointer(op), opSize)) }
