package cpu

import (
	"encoding/binary"

	"beige/cpu/isa"
)

// Model is a processor as data: what it can do, how it identifies itself and
// where its behaviour differs. Code asks the named questions below and never
// compares models.
type Model struct {
	Name  string
	Level isa.Level

	FlagsSet   uint32 // EFLAGS bits that read 1 always
	FlagsMask  uint32 // EFLAGS bits that exist
	IDTLimit   uint32 // after RESET
	ResetDX    uint32 // component identification after RESET
	CR0Mask    uint32 // CR0 bits that exist
	CR0Set     uint32 // CR0 (or MSW) bits that read 1 always
	CR4Mask    uint32 // CR4 bits that exist; 0: no CR4
	CPUID      []CPUIDLeaf
	Features   uint32 // CPUID leaf 1 EDX
	MaxInstLen uint8

	PushSPNew       bool // PUSH SP stores the decremented SP (8086, 80186)
	Wraps64K        bool // words at FFFF wrap, no limits checked (8086, 80186)
	ShiftMask       bool // shift counts are taken modulo 32 (80186 on)
	DivFaultsAfter  bool // the return address of #DE is behind the instruction (8086, 80186)
	MulFlags8086    bool // multiplies, divides and adjusts decimals as the 8086's micro-code does
	MulFlags286     bool // multiplies and divides as the 80286's does
	Real13          bool // real mode: limit violations of SS raise 13, not 12; POP m and string instructions do not restore what they changed (80286)
	DivClearsFlags  bool // DIV and IDIV leave ZF = SF = PF = 0, AF = 1
	ShiftSetsAF     bool // SHL, SHR and SAR leave AF = 1
	AADOverflowIsCF bool // OF = CF after AAD (80286)
	RepSelectsLoop  bool // REPE and REPNE choose the condition of LOOPE and LOOPNE
	Has32           bool // 32-bit registers and modes
	HasProtected    bool
	HasFPU          bool // an x87 unit, inside or beside the processor; x87.go has what follows from its generation
	NoInvalidOpcode bool // 8086: no #UD
}

// CPUIDLeaf is what CPUID returns for one value of EAX.
type CPUIDLeaf struct{ EAX, EBX, ECX, EDX uint32 }

// Hypervisor is what a processor tells guests that ask whether they run in a virtual
// machine: bit 31 of ECX in leaf 1, which is 0 on every real processor, and the
// leaves from 40000000h on (VMware KB 1009458; Linux,
// arch/x86/kernel/cpu/vmware.c).
type Hypervisor struct {
	Vendor         string // 12 letters
	TSCKHz, BusKHz uint32 // frequencies
}

// Leaves of hypervisors.
const (
	leafHypervisor          = 0x40000000
	leafHypervisorFrequency = 0x40000010

	featHypervisor = 1 << 31 // leaf 1 ECX
)

// leaf returns what CPUID says for EAX = n; ok is false where n is no leaf of a
// hypervisor.
func (h *Hypervisor) leaf(n uint32) (l CPUIDLeaf, ok bool) {
	if h == nil || n < leafHypervisor || n > leafHypervisorFrequency {
		return l, false
	}
	switch n {
	case leafHypervisor:
		id := append([]byte(h.Vendor), make([]byte, 12)...)
		l = CPUIDLeaf{EAX: leafHypervisorFrequency, EBX: binary.LittleEndian.Uint32(id), ECX: binary.LittleEndian.Uint32(id[4:]), EDX: binary.LittleEndian.Uint32(id[8:])}
	case leafHypervisorFrequency:
		l = CPUIDLeaf{EAX: h.TSCKHz, EBX: h.BusKHz}
	}
	return l, true
}

// CPUID feature bits, leaf 1 EDX (SDM volume 2, CPUID).
const (
	FeatFPU  = 1 << 0
	FeatVME  = 1 << 1
	FeatDE   = 1 << 2
	FeatPSE  = 1 << 3
	FeatTSC  = 1 << 4
	FeatMSR  = 1 << 5
	FeatPAE  = 1 << 6
	FeatMCE  = 1 << 7
	FeatCX8  = 1 << 8
	FeatAPIC = 1 << 9
	FeatSEP  = 1 << 11
	FeatMTRR = 1 << 12
	FeatPGE  = 1 << 13
	FeatMCA  = 1 << 14
	FeatCMOV = 1 << 15
	FeatPAT  = 1 << 16
	FeatMMX  = 1 << 23
	FeatFXSR = 1 << 24
)

const (
	flags8086 = 0x0fd5
	flags286  = 0x7fd5
	flags386  = flags286 | FlagRF | FlagVM
	flags486  = flags386 | FlagAC
	flagsPent = flags486 | FlagVIF | FlagVIP | FlagID
)

// vendor returns the leaf-0 registers for the 12 letters of a vendor string.
func vendor(maxLeaf uint32) CPUIDLeaf {
	return CPUIDLeaf{EAX: maxLeaf, EBX: 0x756e6547, EDX: 0x49656e69, ECX: 0x6c65746e} // "GenuineIntel"
}

// The models, oldest first. Signatures are from the Intel manuals' tables of
// component identification (80386 PRM 10.1; SDM volume 1, chapter on
// identification; AP-485).
func models() []Model {
	const (
		featPentium    = FeatFPU | FeatVME | FeatDE | FeatPSE | FeatTSC | FeatMSR | FeatMCE | FeatCX8
		featPentiumPro = featPentium | FeatPGE | FeatCMOV | FeatSEP | FeatMCA
		featPentiumII  = featPentiumPro | FeatMMX | FeatFXSR
		cr0486         = CR0PE | CR0MP | CR0EM | CR0TS | CR0ET | CR0NE | CR0WP | CR0AM | CR0NW | CR0CD | CR0PG
		cr4Pentium     = CR4VME | CR4PVI | CR4TSD | CR4DE | CR4PSE | CR4MCE
	)
	return []Model{
		{Name: "8086", HasFPU: true, IDTLimit: 0x3ff, Level: isa.L8086, FlagsSet: 0xf002, FlagsMask: flags8086, PushSPNew: true, Wraps64K: true,
			DivFaultsAfter: true, MulFlags8086: true, NoInvalidOpcode: true, MaxInstLen: 64},
		{Name: "8088", HasFPU: true, IDTLimit: 0x3ff, Level: isa.L8086, FlagsSet: 0xf002, FlagsMask: flags8086, PushSPNew: true, Wraps64K: true,
			DivFaultsAfter: true, MulFlags8086: true, NoInvalidOpcode: true, MaxInstLen: 64}, // with another bus, which only package clocks knows of
		{Name: "80186", HasFPU: true, IDTLimit: 0x3ff, Level: isa.L80186, FlagsSet: 0xf002, FlagsMask: flags8086, PushSPNew: true, Wraps64K: true,
			ShiftMask: true, DivFaultsAfter: true, MaxInstLen: 64},
		{Name: "80286", HasFPU: true, IDTLimit: 0x3ff, Level: isa.L80286, FlagsSet: FlagOn, FlagsMask: flags286, ShiftMask: true, HasProtected: true, Real13: true, AADOverflowIsCF: true, MulFlags286: true,
			CR0Mask: 0xf, CR0Set: 0xfff0, MaxInstLen: 10},
		{Name: "80386", HasFPU: true, IDTLimit: 0x3ff, Level: isa.L80386, FlagsSet: FlagOn, FlagsMask: flags386, ShiftMask: true, HasProtected: true, Has32: true,
			DivClearsFlags: true, ShiftSetsAF: true, RepSelectsLoop: true,
			ResetDX: 0x0308, CR0Mask: CR0PE | CR0MP | CR0EM | CR0TS | CR0ET | CR0PG, MaxInstLen: 15},
		{Name: "80486", HasFPU: true, IDTLimit: 0x3ff, Level: isa.L80486, FlagsSet: FlagOn, FlagsMask: flags486, ShiftMask: true, HasProtected: true, Has32: true,
			DivClearsFlags: true, ShiftSetsAF: true, RepSelectsLoop: true,
			ResetDX: 0x0402, CR0Mask: cr0486, CR0Set: CR0ET, MaxInstLen: 15},
		{Name: "pentium", HasFPU: true, IDTLimit: 0xffff, Level: isa.LPentium, FlagsSet: FlagOn, FlagsMask: flagsPent, ShiftMask: true, HasProtected: true, Has32: true,
			DivClearsFlags: true, ShiftSetsAF: true, RepSelectsLoop: true,
			ResetDX: 0x052b, CR0Mask: cr0486, CR0Set: CR0ET, CR4Mask: cr4Pentium, Features: featPentium,
			CPUID: []CPUIDLeaf{vendor(1), {EAX: 0x52b, EDX: featPentium}}, MaxInstLen: 15},
		{Name: "pentium-pro", HasFPU: true, IDTLimit: 0xffff, Level: isa.LPentiumPro, FlagsSet: FlagOn, FlagsMask: flagsPent, ShiftMask: true, HasProtected: true, Has32: true,
			DivClearsFlags: true, ShiftSetsAF: true, RepSelectsLoop: true,
			ResetDX: 0x0619, CR0Mask: cr0486, CR0Set: CR0ET, CR4Mask: cr4Pentium | CR4PGE | CR4PCE, Features: featPentiumPro,
			CPUID: []CPUIDLeaf{vendor(2), {EAX: 0x619, EDX: featPentiumPro}, {EAX: 0x03020101, EDX: 0x06040a42}}, MaxInstLen: 15},
		{Name: "pentium-ii", HasFPU: true, IDTLimit: 0xffff, Level: isa.LPentiumII, FlagsSet: FlagOn, FlagsMask: flagsPent, ShiftMask: true, HasProtected: true, Has32: true,
			DivClearsFlags: true, ShiftSetsAF: true, RepSelectsLoop: true,
			ResetDX: 0x0652, CR0Mask: cr0486, CR0Set: CR0ET, CR4Mask: cr4Pentium | CR4PGE | CR4PCE | CR4OSFXSR, Features: featPentiumII,
			CPUID: []CPUIDLeaf{vendor(2), {EAX: 0x652, EDX: featPentiumII}, {EAX: 0x03020101, EDX: 0x0c040843}}, MaxInstLen: 15},
	}
}

// ModelByName returns the model with the given --cpu name.
func ModelByName(name string) (*Model, bool) {
	all := models()
	for i := range all {
		if all[i].Name == name {
			return &all[i], true
		}
	}
	return nil, false
}

// ModelNames lists the models, oldest first.
func ModelNames() []string {
	var names []string
	for _, m := range models() {
		names = append(names, m.Name)
	}
	return names
}
