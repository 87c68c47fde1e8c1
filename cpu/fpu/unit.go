package fpu

// Bits of the status word that are not Flags (SDM volume 1, section 8.1.3).
const (
	swES     uint16 = 1 << 7 // error summary; interrupt request on the 8087
	swTopPos        = 11     // top of stack pointer in bits 13-11
	swTop    uint16 = 7 << swTopPos
	swB      uint16 = 1 << 15 // busy; from the 387 on the same as ES

	cwIEM      uint16 = 1 << 7  // interrupt enable mask, 8087
	cwInit     uint16 = 0x037F  // control word after FINIT
	cwInit8087 uint16 = 0x03FF  // the same on the 8087: interrupts are disabled
	cwBit6     uint16 = 1 << 6  // reads as one
	cwIC       uint16 = 1 << 12 // infinity control; ignored from the 387 on
	cwStored   uint16 = 0x1F3F  // bits that hold what FLDCW loads

	allEmpty uint8 = 0
)

// Unit is the register state of an x87 unit. It is plain data: it may be
// copied, compared and saved as it is. The zero value is not initialized;
// call Init or Reset.
type Unit struct {
	R   [8]F80 // physical registers; ST(i) is R[(Top+i)&7]
	CW  uint16 // control word
	SW  uint16 // status word; the TOP field is always 0 here, see Status
	Top uint8  // top of stack, 0..7
	Use uint8  // bit i: physical register i is in use (not empty)

	Model Model // generation; set before use

	// The last non-control instruction. The unit saves, restores and clears
	// these; the processor sets them, because it knows them.
	FCS, FDS uint16 // selectors of instruction and operand
	FOP      uint16 // opcode: bits 10-8 from the first byte, 7-0 the second
	FIP, FDP uint64 // offsets of instruction and operand

	// Protected is the mode that FSETPM set on an 80287, which has pins of its
	// own for it. The layout of FSTENV and FSAVE follows it there.
	Protected bool
}

// Init is FNINIT.
func (u *Unit) Init() {
	u.CW = cwInit
	if u.Model == M8087 {
		u.CW = cwInit8087
	}
	u.SW, u.Top, u.Use = 0, 0, allEmpty
	u.FCS, u.FDS, u.FOP, u.FIP, u.FDP = 0, 0, 0, 0, 0
}

// Reset is the hardware RESET of a Pentium Pro: control word 0040, registers
// +0 with tags that say so (SDM volume 3, table 9-1). A BIOS runs FNINIT.
func (u *Unit) Reset() {
	*u = Unit{Model: u.Model}
	u.CW = 0x0040
	u.Use = 0xFF
	if u.Model != M80387 {
		u.Init()
	}
}

// env is the environment of the next operation.
func (u *Unit) env() Env { return Env(u.CW) | Env(u.Model)<<16 }

// Status returns the status word with TOP, as FNSTSW stores it.
func (u *Unit) Status() uint16 { return u.SW | uint16(u.Top&7)<<swTopPos }

// setStatus loads the status word; ES and B follow from the exceptions.
func (u *Unit) setStatus(v uint16) {
	u.Top = uint8(v >> swTopPos & 7)
	u.SW = v &^ swTop
	u.summarize()
}

// summarize makes ES and B agree with the unmasked exceptions.
func (u *Unit) summarize() {
	u.SW &^= swES | swB
	if u.SW&^u.CW&uint16(exceptions) != 0 {
		u.SW |= swES | swB
	}
}

// Pending reports an unmasked exception that is waiting: FWAIT and the waiting
// instructions take #MF, or FERR# is active.
func (u *Unit) Pending() bool { return u.SW&swES != 0 }

// Interrupt reports the level of the 8087's INT output, which the interrupt
// enable mask gates; on later models that of ERROR#/FERR#.
func (u *Unit) Interrupt() bool {
	return u.SW&swES != 0 && (u.Model != M8087 || u.CW&cwIEM == 0)
}

// ST returns ST(i), empty or not.
func (u *Unit) ST(i uint8) F80 { return u.R[(u.Top+i)&7] }

// SetST writes ST(i) and marks it in use.
func (u *Unit) SetST(i uint8, v F80) { u.set((u.Top+i)&7, v) }

// set writes physical register p.
func (u *Unit) set(p uint8, v F80) {
	u.R[p&7] = v
	u.Use |= 1 << (p & 7)
}

// empty reports whether ST(i) is empty.
func (u *Unit) empty(i uint8) bool { return u.Use>>((u.Top+i)&7)&1 == 0 }

// pop frees ST(0) and increments TOP.
func (u *Unit) pop() {
	u.Use &^= 1 << (u.Top & 7)
	u.Top = (u.Top + 1) & 7
}

// raise merges the outcome of an operation into the status word, in which C1
// is replaced, and reports whether its result is to be delivered. With an
// unmasked IE, DE or ZE it is not, and nothing that comes later is raised.
func (u *Unit) raise(f Flags) bool {
	un := f &^ Flags(u.CW) & exceptions
	if un == 0 {
		u.SW = u.SW&^uint16(C1) | uint16(f)
		return true
	}
	return u.raiseUnmasked(f, un)
}

func (u *Unit) raiseUnmasked(f, un Flags) bool {
	if un&DE != 0 && u.Model != M80387 {
		f &= DE // takes precedence (SDM volume 3, section 23.18.6.8)
	}
	deliver := un&before == 0
	if !deliver {
		keep := IE | DE | ZE | SF
		if f&SF != 0 {
			keep |= C1
		}
		f &= keep
	}
	u.SW = u.SW&^uint16(C1) | uint16(f) | swES | swB
	return deliver
}

// underflow is the response to an operand in an empty register. It reports
// whether the masked result, the indefinite, is to be delivered.
func (u *Unit) underflow() bool { return u.raise(IE | SF) }

// push pushes v, which raised f. A full stack is an overflow: the masked
// response pushes the indefinite. A denormal is pushed even if DE is unmasked,
// unlike the SDM (volume 1, section 8.5.2) has it: the processor of the silicon
// vectors does so.
func (u *Unit) push(v F80, f Flags) {
	p := (u.Top - 1) & 7
	if u.Use>>p&1 != 0 {
		v, f = Indefinite(), IE|SF|C1
	}
	if u.raise(f) || f == DE {
		u.Top = p
		u.set(p, v)
	}
}

// Tag values of the full tag word (SDM volume 1, section 8.1.7).
const (
	tagValid uint16 = iota
	tagZero
	tagSpecial
	tagEmpty
)

// Tags returns the full tag word, computed from the registers in use.
func (u *Unit) Tags() uint16 {
	var w uint16
	for p := range uint(8) {
		t := tagEmpty
		if u.Use>>p&1 != 0 {
			switch u.R[p].Class() {
			case Normal:
				t = tagValid
			case Zero:
				t = tagZero
			default:
				t = tagSpecial
			}
		}
		w |= t << (2 * p)
	}
	return w
}

// setTags loads the full tag word: only empty or not is kept.
func (u *Unit) setTags(w uint16) {
	u.Use = 0
	for p := range uint(8) {
		if w>>(2*p)&3 != tagEmpty {
			u.Use |= 1 << p
		}
	}
}
