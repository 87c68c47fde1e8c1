// Package clocks says how many clocks an instruction of an 8086, 8088, 80186 or
// 80286 takes: the documented time of the execution unit, and what the bus adds to
// it. The manuals' times hold for a full prefetch queue; a unit follows the queue
// with the bus cycles that are left over, and makes an instruction wait for its
// bytes.
//
//	           bus  queue  a cycle, clocks
//	8088         8      4  4
//	8086, 80186 16      6  4
//	80286       16      6  2
//
// Sources: Intel 8086 Family User's Manual (9800722-03), table 2-21 (clocks) and
// table 2-20 (effective addresses), "Bus Interface Unit"; 8086 data sheet
// (231455-005); 80186 data sheet (272430); 80286 Programmer's Reference Manual
// (210498), appendix B; 8087 data sheet (205835). For what the bus of the PC adds:
// IBM PC/XT Technical Reference (a refresh of the memory each 15.085 us, one wait
// state in I/O cycles), IBM PC AT Technical Reference (one wait state in each).
//
// Not modelled: the clocks of a bus cycle that an instruction comes in the middle
// of; wait states of display adapters; the overlap of processor and coprocessor;
// task switches and gates of the 80286, which take what an interrupt does.
package clocks

import (
	"math/bits"

	"beige/cpu/isa"
)

// Chip is a processor whose times are known.
type Chip uint8

// The chips.
const (
	I8086 Chip = iota
	I8088
	I80186
	I80286
)

// Names lists the --cpu names of the chips.
func Names() []string { return []string{"8086", "8088", "80186", "80286"} }

// ByName returns the chip with a --cpu name.
func ByName(name string) (Chip, bool) {
	for i, n := range Names() {
		if n == name {
			return Chip(i), true
		}
	}
	return 0, false
}

// Config describes the chip on its board.
type Config struct {
	Chip    Chip
	Wait    int // wait states of memory cycles
	IOWait  int // wait states of I/O cycles
	Refresh int // clocks from one refresh of the memory to the next; 0: the bus is never taken
}

// State is what the time of the next instruction depends on.
type State struct {
	Queue   int16 // bytes in the prefetch queue
	Spare   int16 // clocks of the bus towards the next fetch
	Refresh int32 // clocks to the next refresh
}

// refreshHold is how long a refresh keeps the processor from the bus: four clocks
// for the cycle, and those to hand the bus over (measured as 5 to 6).
const refreshHold = 5

// afterJump is how many clocks before the end of a taken jump the queue has begun
// to fill again, by column of the tables: two bus cycles; of an 80286 it is a clock
// behind the end (both found by loops that were measured: the manuals say only that
// a jump empties it).
var afterJump = [3]int{8, 8, -1}

// Unit is a processor's clockwork.
type Unit struct {
	cfg    Config
	column int // of the tables
	bus    int // clocks of a memory cycle
	io     int // ... of an I/O cycle
	width  int16
	queue  int16
	table  map[key]cost
}

type key struct {
	op   isa.Op
	form form
}

type cost struct {
	n          int
	mem, stack int
	known      bool
}

// New returns the clockwork of a chip.
func New(cfg Config) *Unit {
	u := &Unit{cfg: cfg, bus: 4, width: 2, queue: 6, table: map[key]cost{}}
	switch cfg.Chip {
	case I8088:
		u.width, u.queue = 1, 4
	case I80186:
		u.column = 1
	case I80286:
		u.column, u.bus = 2, 2
	}
	u.io = u.bus + cfg.IOWait
	u.bus += cfg.Wait
	for _, r := range rows() {
		for _, op := range r.ops {
			u.table[key{op, r.form}] = cost{int(r.n[u.column]), int(r.mem), int(r.stack), true}
		}
	}
	return u
}

// Step is an instruction under way: what is known of it before it is executed.
type Step struct {
	in     *isa.Inst
	n      int  // clocks of the execution unit
	cycles int  // bus cycles among them
	idle   int  // clocks if the branch is not taken
	branch bool // conditional
	always bool // it leaves the straight line even to the instruction behind it
}

// shape finds the form of the operands and the size of the one in memory.
func shape(in *isa.Inst) (f form, size uint8) {
	a, b := in.Args[0], in.Args[1]
	if a.Kind == isa.Mem {
		size = a.Size
	} else if b.Kind == isa.Mem {
		size = b.Size
	}
	switch a.Kind {
	case isa.None:
		return fNone, 0
	case isa.Mem:
		switch b.Kind {
		case isa.None:
			return fM, size
		case isa.Imm:
			return fMI, size
		}
		return fMR, size
	case isa.SReg:
		if b.Kind == isa.None {
			return fS, 0
		}
	case isa.Imm, isa.Rel, isa.Far:
		if b.Kind == isa.Reg {
			return fRI, 0 // OUT imm, acc
		}
		return fI, 0
	}
	switch b.Kind {
	case isa.None:
		return fR, 0
	case isa.Mem:
		return fRM, size
	case isa.Imm:
		return fRI, 0
	}
	return fRR, 0
}

// fixedForm are the instructions whose operands the tables do not list.
func fixedForm(in *isa.Inst, f form) form {
	switch in.Op {
	case isa.MOVS, isa.CMPS, isa.SCAS, isa.LODS, isa.STOS, isa.INS, isa.OUTS, isa.XLAT, isa.NOP, isa.INT3:
		return fNone
	case isa.AAM, isa.AAD, isa.ENTER:
		return fI
	}
	return f
}

// Begin looks at an instruction before it is executed. r are the registers; again
// says that it is a repeated one that goes on.
func (u *Unit) Begin(in *isa.Inst, r *[17]uint64, again bool) Step {
	s := Step{in: in}
	f, size := shape(in)
	f = fixedForm(in, f)
	wide := size >= 2
	word := in.OpSize == 2
	c := u.table[key{in.Op, f}]
	switch {
	case in.Row != nil && in.Row.Attr&isa.X87 != 0 && in.Op != isa.ESC:
		c = cost{n: coprocessor(in, size), known: true}
		if size > 0 {
			c.mem = int(max(size, 2)) / 2
			wide = true
		}
	case in.Op == isa.MUL || in.Op == isa.IMUL || in.Op == isa.DIV || in.Op == isa.IDIV:
		wide = u.multiply(in, r, size, &c)
	case in.Op == isa.INC && f == fR && in.Args[0].Size == 1 && u.column == 0, in.Op == isa.DEC && f == fR && in.Args[0].Size == 1 && u.column == 0:
		c.n = 3
	case in.Op == isa.XCHG && in.Opcode&0xf8 == 0x90:
		c.n = 3
	case in.Op >= isa.ROL && in.Op <= isa.SETMOC:
		u.shift(in, r, f, &c)
	case in.Op == isa.MOV && in.Opcode >= 0xa0 && in.Opcode <= 0xa3: // accumulator and a direct address
		c.n = [3]int{10, 9 - int(in.Opcode>>1&1), 5 - int(in.Opcode&2)}[u.column]
	case !c.known:
		c.n = 4 // none of these processors has it
	}
	s.n = c.n

	if rp := in.Rep != isa.NoRep && in.Row != nil && in.Row.Attr&isa.String != 0; rp {
		cost := reps(in.Op, u.column)
		s.n = 0
		if !again {
			s.n = int(cost.first)
		}
		if uint16(r[1]) != 0 {
			s.n += int(cost.each)
		} else {
			c.mem = 0
		}
	}
	if in.Row != nil && in.Row.Attr&isa.String != 0 {
		u.strings(in, r, &s, c.mem, word && in.Opcode&1 != 0)
	} else {
		u.accesses(&s, c.mem, wide, uint16(u.offset(in, r)))
	}
	u.accesses(&s, c.stack, true, uint16(r[4]))
	switch in.Op {
	case isa.IN, isa.OUT:
		u.port(in, r, &s)
	}
	if (f == fM || f == fRM || f == fMR || f == fMI) && !(in.Opcode >= 0xa0 && in.Opcode <= 0xa3 && in.Row != nil && in.Row.Map == isa.Map1) {
		s.n += u.address(in)
	}
	if in.HasSeg && u.column < 2 {
		s.n += 2
	}
	if in.Lock && u.column < 2 {
		s.n += 2
	}
	if in.Row != nil && in.Row.Attr&isa.Branch != 0 && in.Op != isa.CALL && in.Op != isa.JMP || in.Op == isa.INTO {
		s.branch, s.idle = true, notTaken(in.Op, u.column)
	}
	s.always = in.Op >= isa.CALL && in.Op <= isa.INT3 || in.Op == isa.IRET
	return s
}

// multiply sets the time of a multiplication or division. An 8086 adds once for
// each 1 in the accumulator when it multiplies; of the other ranges the middle
// stands.
func (u *Unit) multiply(in *isa.Inst, r *[17]uint64, size uint8, c *cost) (wide bool) {
	operand := in.Args[0]
	word := operand.Size == 2
	t := product(in.Op, word, u.column)
	n := (t.low + t.high) / 2
	if u.column == 0 && in.Op == isa.MUL {
		acc := uint16(r[0])
		if !word {
			acc &= 0xff
		}
		n = min(t.low+bits.OnesCount16(acc), t.high)
	}
	if in.Args[1].Kind != isa.None { // IMUL with an immediate, from the 80186 on
		n = [3]int{0, 24, 21}[u.column]
	}
	*c = cost{n: n, known: true}
	if size > 0 {
		c.n += [3]int{6, 6, 3}[u.column]
		c.mem = 1
	}
	return size == 2
}

// shift adds the time of each bit.
func (u *Unit) shift(in *isa.Inst, r *[17]uint64, f form, c *cost) {
	bit := [3]int{4, 1, 1}[u.column]
	count := int(uint8(r[1]))
	if u.column > 0 {
		count &= 31
	}
	switch {
	case f == fRR || f == fMR: // by CL
		c.n += bit * count
	case in.Opcode < 0xd0: // by an immediate: as by CL
		by := u.table[key{in.Op, f - fRI + fRR}]
		if f == fMI {
			by = u.table[key{in.Op, fMR}]
		}
		*c = by
		c.n += int(in.Imm&31) * bit
	}
}

// offset is the offset of the memory operand; only its parity counts.
func (u *Unit) offset(in *isa.Inst, r *[17]uint64) uint64 {
	return r[in.Base] + r[in.Index] + uint64(in.Disp)
}

// address is the time for the effective address (table 2-20); the 80186 has it in
// its times, the 80286 wants one clock for three parts.
func (u *Unit) address(in *isa.Inst) int {
	base, index, disp := in.Base != isa.ZeroReg, in.Index != isa.ZeroReg, in.Mod() != 0 || in.Base == isa.ZeroReg && in.Index == isa.ZeroReg
	switch u.column {
	case 1:
		return 0
	case 2:
		if base && index && disp {
			return 1
		}
		return 0
	}
	n := 0
	switch {
	case base && index:
		n = 7
		if in.RM() == 1 || in.RM() == 2 { // BX+DI, BP+SI
			n = 8
		}
		if disp {
			n += 4
		}
	case base || index:
		n = 5
		if disp {
			n += 4
		}
	default:
		n = 6
	}
	return n
}

// accesses adds n bytes or words at an offset: their bus cycles, and the time of
// those beyond one each.
func (u *Unit) accesses(s *Step, n int, wide bool, offset uint16) {
	s.cycles += n
	if u.cfg.Wait > 0 {
		s.n += n * u.cfg.Wait
	}
	if wide && (u.width == 1 || offset&1 != 0) {
		s.cycles += n
		s.n += n * u.bus
	}
}

// strings are the accesses of a string instruction, by SI and DI.
func (u *Unit) strings(in *isa.Inst, r *[17]uint64, s *Step, n int, wide bool) {
	const si, di = 6, 7
	if n == 0 {
		return
	}
	switch in.Op {
	case isa.MOVS, isa.CMPS:
		u.accesses(s, 1, wide, uint16(r[si]))
		u.accesses(s, 1, wide, uint16(r[di]))
	case isa.LODS, isa.OUTS:
		u.accesses(s, 1, wide, uint16(r[si]))
	default:
		u.accesses(s, 1, wide, uint16(r[di]))
	}
	if in.Op == isa.INS || in.Op == isa.OUTS {
		s.cycles++
		s.n += u.cfg.IOWait
	}
}

// port is the I/O cycle of IN and OUT; words are two for the 8-bit devices of a PC.
func (u *Unit) port(in *isa.Inst, r *[17]uint64, s *Step) {
	s.cycles++
	s.n += u.cfg.IOWait
	if in.Opcode&1 != 0 {
		s.cycles++
		s.n += u.io
	}
}

// End is the time of an instruction that has been executed, in clocks; jumped says
// that the next one, at offset ip, is not the one behind it, more that it is
// repeated once again.
func (u *Unit) End(st *State, s Step, ip uint16, jumped, more bool) int64 {
	jumped = jumped || s.always
	n, wait := s.n, 0
	if s.branch && !jumped {
		n = s.idle
	}
	again := more && jumped // a repeated instruction is fetched once
	// The bytes that are not there yet.
	if need := int16(s.in.Len); st.Queue >= need {
		st.Queue -= need
	} else {
		missing := need - st.Queue // more than need behind a jump to an odd address
		fetches := int(missing+u.width-1) / int(u.width)
		wait = max(fetches*u.bus-int(st.Spare), 0)
		st.Queue, st.Spare = int16(fetches)*u.width-missing, 0
	}
	if again {
		st.Queue = min(st.Queue+int16(s.in.Len), u.queue)
	}
	u.prefetch(st, n-s.cycles*u.bus)
	if jumped && !more {
		u.flush(st, ip)
	}
	total := n + wait
	if u.cfg.Refresh > 0 {
		st.Refresh -= int32(total)
		if st.Refresh <= 0 {
			st.Refresh = int32(u.cfg.Refresh) - -st.Refresh%int32(u.cfg.Refresh)
			if wait > 0 || s.cycles > 0 {
				total += refreshHold
				st.Refresh -= refreshHold
			}
		}
	}
	return int64(total)
}

// prefetch fills the queue with the clocks that the bus is free.
func (u *Unit) prefetch(st *State, free int) {
	spare := int(st.Spare) + max(free, 0)
	for st.Queue+u.width <= u.queue && spare >= u.bus {
		st.Queue += u.width
		spare -= u.bus
	}
	if st.Queue+u.width > u.queue {
		spare = 0
	}
	st.Spare = int16(min(spare, u.bus-1))
}

// flush is a jump to offset ip: the queue starts anew. Of the word at an odd address
// a wide bus brings one byte.
func (u *Unit) flush(st *State, ip uint16) {
	lead := afterJump[u.column]
	st.Queue, st.Spare = 0, int16(min(lead, 0))
	u.prefetch(st, max(lead, 0))
	if u.width == 2 && ip&1 != 0 {
		st.Queue--
	}
}

// Interrupt is the time of the delivery of an interrupt or exception, in clocks
// (the same tables, "INTR"); the queue starts anew.
func (u *Unit) Interrupt(st *State) int64 {
	s := Step{n: [3]int{61, 42, 23}[u.column]}
	u.accesses(&s, 5, true, 0)
	u.flush(st, 0)
	return int64(s.n)
}
