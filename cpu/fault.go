package cpu

// Exception vectors (SDM volume 3, table 6-1).
const (
	vecDE  = 0
	vecDB  = 1
	vecNMI = 2
	vecBP  = 3
	vecOF  = 4
	vecBR  = 5
	vecUD  = 6
	vecNM  = 7
	vecDF  = 8
	vecMPX = 9 // coprocessor segment overrun (80286, 80386)
	vecTS  = 10
	vecNP  = 11
	vecSS  = 12
	vecGP  = 13
	vecPF  = 14
	vecMF  = 16
	vecAC  = 17
	vecMC  = 18
)

// fault is an exception on its way from the instruction that caused it to its
// delivery.
type fault struct {
	pending bool
	vec     uint8
	hasErr  bool
	err     uint32
	cr2     uint32 // linear address, #PF only
	trap    bool   // IP is behind the instruction already
}

// faultSignal is what handlers panic with. It never leaves the package.
type faultSignal struct{}

var theFault = &faultSignal{} // identity only, never written

// hasErrorCode reports whether vec pushes an error code in protected mode.
func hasErrorCode(vec uint8) bool {
	switch vec {
	case vecDF, vecTS, vecNP, vecSS, vecGP, vecPF, vecAC:
		return true
	}
	return false
}

// raise abandons the instruction op with an exception. op is nil outside of
// instructions (fetch, delivery), where IP is exact.
func (c *CPU) raise(op *Op, vec uint8, err uint32) {
	if op != nil {
		c.IP = uint64(c.ip(op) & c.seqMask)
		c.left -= int64(op.n) + 1
	} else {
		c.left--
	}
	c.fault = fault{pending: true, vec: vec, hasErr: hasErrorCode(vec), err: err}
	panic(theFault)
}

// pageFault raises #PF for linear address la.
func (c *CPU) pageFault(op *Op, la, err uint32) {
	if op != nil {
		c.IP = uint64(c.ip(op) & c.seqMask)
		c.left -= int64(op.n) + 1
	} else {
		c.left--
	}
	c.fault = fault{pending: true, vec: vecPF, hasErr: true, err: err, cr2: la}
	panic(theFault)
}

func (c *CPU) ud(op *Op)             { c.raise(op, vecUD, 0) }
func (c *CPU) gp(op *Op, err uint32) { c.raise(op, vecGP, err) }
