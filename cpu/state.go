package cpu

import (
	"beige/cpu/clocks"
	"beige/cpu/fpu"
	"beige/cpu/isa"
)

// General registers by number, as in ModRM.
const (
	AX = iota
	CX
	DX
	BX
	SP
	BP
	SI
	DI
)

// Segment registers by number. LDTR and TR lie behind the six of the ModRM
// encoding, since they have the same hidden part.
const (
	ES   = isa.ES
	CS   = isa.CS
	SS   = isa.SS
	DS   = isa.DS
	FS   = isa.FS
	GS   = isa.GS
	LDTR = 6
	TR   = 7
)

// Segment is a segment register with its hidden part.
type Segment struct {
	Base uint64
	// EndR and EndW allow the fast path: an access of size bytes at offset off is
	// within the segment and its rights if off+size <= EndR (reads) or EndW
	// (writes). 0 sends every access to the checks in full: expand-down, null,
	// wrong rights, debug or alignment checks active.
	EndR, EndW uint64
	Limit      uint32 // last valid offset, in bytes, granularity applied
	Sel        uint16
	Attr       uint16 // access byte in bits 0-7, AVL L D/B G in bits 12-15
}

// Bits of Segment.Attr (SDM volume 3, section 3.4.5).
const (
	attrAccessed   = 1 << 0 // code, data
	attrRW         = 1 << 1 // data: writable; code: readable
	attrED         = 1 << 2 // data: expand-down; code: conforming
	attrConforming = attrED
	attrCode       = 1 << 3 // executable
	attrS          = 1 << 4 // code or data, not system
	attrDPLShift   = 5
	attrP          = 1 << 7
	attrAVL        = 1 << 12
	attrL          = 1 << 13
	attrD          = 1 << 14 // D of code, B of stacks and expand-down
	attrG          = 1 << 15

	attrRealData = attrP | attrS | attrRW | attrAccessed
	attrRealCode = attrRealData | attrCode
)

// DPL returns the descriptor privilege level.
func (s *Segment) DPL() uint8 { return uint8(s.Attr >> attrDPLShift & 3) }

// Table is a descriptor table register.
type Table struct {
	Base  uint64
	Limit uint32
	_     uint32
}

// EFLAGS bits (SDM volume 1, section 3.4.3).
const (
	FlagCF   = 1 << 0
	FlagOn   = 1 << 1 // always 1
	FlagPF   = 1 << 2
	FlagAF   = 1 << 4
	FlagZF   = 1 << 6
	FlagSF   = 1 << 7
	FlagTF   = 1 << 8
	FlagIF   = 1 << 9
	FlagDF   = 1 << 10
	FlagOF   = 1 << 11
	FlagIOPL = 3 << 12
	FlagNT   = 1 << 14
	FlagMD   = 1 << 15 // 8086: reads 1
	FlagRF   = 1 << 16
	FlagVM   = 1 << 17
	FlagAC   = 1 << 18
	FlagVIF  = 1 << 19
	FlagVIP  = 1 << 20
	FlagID   = 1 << 21

	flagsArith = FlagCF | FlagPF | FlagAF | FlagZF | FlagSF | FlagOF
)

// Control register bits.
const (
	CR0PE = 1 << 0
	CR0MP = 1 << 1
	CR0EM = 1 << 2
	CR0TS = 1 << 3
	CR0ET = 1 << 4
	CR0NE = 1 << 5
	CR0WP = 1 << 16
	CR0AM = 1 << 18
	CR0NW = 1 << 29
	CR0CD = 1 << 30
	CR0PG = 1 << 31

	CR4VME = 1 << 0
	CR4PVI = 1 << 1
	CR4TSD = 1 << 2
	CR4DE  = 1 << 3
	CR4PSE = 1 << 4
	CR4PAE = 1 << 5
	CR4MCE = 1 << 6
	CR4PGE = 1 << 7
	CR4PCE = 1 << 8

	CR4OSFXSR = 1 << 9
)

// State is everything of the processor that a guest can observe: a flat struct
// without Go pointers, so that it can be saved as it is and a translator can
// address it.
type State struct {
	R  [17]uint64 // general registers; R[16] is always 0: "no base", "no index"
	IP uint64     // at instruction boundaries; inside a trace, where the trace began

	// The arithmetic flags, see flags.go.
	Res int64
	Aux uint32
	// The other EFLAGS bits.
	Flags uint32

	Seg        [8]Segment // ES CS SS DS FS GS LDTR TR
	GDTR, IDTR Table

	CR0, CR2, CR3, CR4 uint64
	DR                 [8]uint64
	TestReg            [8]uint32
	DebugPending       uint64 // DR6 bits of debug traps to report after the current instruction

	MSR MSRs
	FPU fpu.Unit

	Retired uint64 // instructions retired (or clocks, see Config.Clocks), time in HLT included, before the current slice
	Clocks  clocks.State

	CPL        uint8
	Halted     bool
	Shutdown   bool // after a triple fault, until reset
	INTR       bool // level of the interrupt request pin
	NMIPending bool
	NMIBlocked bool  // from NMI delivery to IRET
	Shadow     uint8 // see the shadow constants
	SMIPending bool
	FERR       bool // level of the numeric error output
	IGNNE      bool // level of the pin that has pending numeric errors ignored
	Repeating  bool // between two iterations of a repeated instruction: an event saves RF as 1
}

// MSRs are the model-specific registers that hold state.
type MSRs struct {
	TSCOffset    uint64 // added to Config.TSC for RDTSC
	APICBase     uint64
	SysenterCS   uint64
	SysenterESP  uint64
	SysenterEIP  uint64
	PAT          uint64
	MTRRDefType  uint64
	MTRRPhys     [16]uint64
	MTRRFix      [11]uint64
	MCGStatus    uint64
	MCGCtl       uint64
	MC           [mcBanks][3]uint64 // CTL, STATUS and ADDR of each machine-check bank
	DebugCtl     uint64
	BiosSign     uint64
	PerfEvtSel   [2]uint64
	PerfCtr      [2]uint64
	EBLCRPowerOn uint64
}

// Interrupt shadows: what must not happen before the next instruction is done.
const (
	shadowSTI   = 1 // INTR
	shadowMovSS = 2 // INTR, NMI and debug exceptions
)
