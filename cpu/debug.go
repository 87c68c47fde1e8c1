package cpu

// Debug registers and traps (SDM volume 3, chapter 17).

// DR6 bits.
const (
	dr6BD = 1 << 13 // general detect
	dr6BS = 1 << 14 // single step
	dr6BT = 1 << 15 // task switch

	dr6Set = 0xffff0ff0 // read as 1
	dr7GD  = 1 << 13
)

// debugState is what DR7 asks for, derived by updateDebug.
type debugState struct {
	exec  bool // an execution breakpoint is enabled
	watch bool // a data or I/O breakpoint is enabled: traps are due behind each instruction
}

// Breakpoint conditions (DR7 R/W fields).
const (
	breakExec  = 0
	breakWrite = 1
	breakIO    = 2
	breakRW    = 3
)

// updateDebug derives debugState from DR7.
func (c *CPU) updateDebug() {
	c.updateDebugQuiet()
	c.updateAll()
	c.endSlice()
}

// updateDebugQuiet is updateDebug for callers that update the rest themselves.
func (c *CPU) updateDebugQuiet() {
	c.debug.exec, c.debug.watch = false, false
	for i := range 4 {
		if !c.breakEnabled(i) {
			continue
		}
		if rw, _ := c.breakKind(i); rw == breakExec {
			c.debug.exec = true
		} else {
			c.debug.watch = true
		}
	}
}

func (c *CPU) breakEnabled(i int) bool { return c.DR[7]>>(2*i)&3 != 0 }

// breakKind returns the condition of breakpoint i and its length in bytes.
func (c *CPU) breakKind(i int) (rw, length uint32) {
	rw = uint32(c.DR[7]>>(16+4*i)) & 3
	length = [4]uint32{1, 2, 8, 4}[c.DR[7]>>(18+4*i)&3]
	if rw == breakIO && c.CR4&CR4DE == 0 {
		rw = 4 // undefined without CR4.DE: never matches
	}
	return rw, length
}

// checkAccess runs on every data access while alignment checks or data
// breakpoints are on.
func (c *CPU) checkAccess(op *Op, la, size uint32, write bool) {
	if c.CPL == 3 && c.CR0&CR0AM != 0 && c.Flags&FlagAC != 0 && size&(size-1) == 0 && la&(size-1) != 0 {
		c.raise(op, vecAC, 0)
	}
	if !c.debug.watch {
		return
	}
	for i := range 4 {
		rw, n := c.breakKind(i)
		if rw != breakRW && !(rw == breakWrite && write) {
			continue
		}
		at := uint32(c.DR[i]) &^ (n - 1)
		if la < at+n && at < la+size {
			c.hit(i)
		}
	}
}

// checkIOBreak matches a port access against I/O breakpoints.
func (c *CPU) checkIOBreak(port uint16, size uint8) {
	for i := range 4 {
		rw, n := c.breakKind(i)
		if rw != breakIO {
			continue
		}
		at := uint32(c.DR[i]) &^ (n - 1)
		if uint32(port) < at+n && at < uint32(port)+uint32(size) {
			c.hit(i)
		}
	}
}

// hit notes a data or I/O breakpoint; the trap is reported behind the
// instruction if the breakpoint is enabled.
func (c *CPU) hit(i int) {
	if c.breakEnabled(i) {
		c.DebugPending |= 1 << i
		c.endSlice()
	}
}

// breakpointHere raises the fault of an execution breakpoint at CS:IP.
func (c *CPU) breakpointHere() bool {
	la := uint32(c.Seg[CS].Base) + uint32(c.IP)
	var hits uint64
	for i := range 4 {
		if rw, _ := c.breakKind(i); rw == breakExec && c.breakEnabled(i) && uint32(c.DR[i]) == la {
			hits |= 1 << i
		}
	}
	if hits == 0 {
		return false
	}
	c.DR[6] = c.DR[6]&^0xf | hits
	c.DR[7] &^= dr7GD
	c.left--
	// As a trap, since the image has RF as it is: a handler that wants to pass the
	// breakpoint sets it (SDM volume 3, 17.3.1.1).
	c.fault = fault{pending: true, vec: vecDB, trap: true}
	return true
}

// deliverDebug reports the pending debug traps.
func (c *CPU) deliverDebug() {
	c.DR[6] = c.DR[6]&^0xf | c.DebugPending | dr6Set&^0x1000
	c.DR[7] &^= dr7GD
	c.DebugPending = 0
	c.saveResume()
	c.left--
	c.fault = fault{pending: true, vec: vecDB, trap: true}
}
