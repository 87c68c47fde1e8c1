package cpu

// Exception is an exception or software interrupt that is about to be
// delivered.
type Exception struct {
	Vector   uint8
	Software bool // INT n, INT3, INTO, INT1
	HasError bool
	Error    uint32 // error code, with HasError
	CR2      uint32 // linear address, vector 14 only
	IP       uint64 // return address: the instruction of a fault, behind it of a trap
}

// SetExceptionHook makes f see every exception and software interrupt before
// anything is pushed, after the checks of an INT instruction's gate; nil removes
// it. The registers are as the handler would find them, but for CS:IP, SS:SP and
// FLAGS. If f returns false the event is discarded and Run returns
// StopRequested: a fault leaves the processor at the instruction that caused it,
// which can be executed again. Interrupts from outside are not shown.
//
// The plain path does not ask: only a fault or INT does.
func (c *CPU) SetExceptionHook(f func(Exception) bool) { c.onException = f }

// askFault shows a fault or trap to the hook; it reports whether to deliver it.
func (c *CPU) askFault(f *fault) bool {
	if c.onException == nil {
		return true
	}
	e := Exception{Vector: f.vec, HasError: f.hasErr, Error: f.err, IP: c.IP}
	if f.vec == vecPF {
		e.CR2 = f.cr2
	}
	if c.onException(e) {
		return true
	}
	c.fault = fault{}
	c.stop = true
	return false
}

// askSoft shows a software interrupt to the hook. If it is to be discarded, the
// instruction op ends here.
func (c *CPU) askSoft(op *Op, ev *event, retIP uint32) {
	if c.onException == nil || ev.kind != eventSoft && ev.kind != eventICE {
		return
	}
	if c.onException(Exception{Vector: ev.vec, Software: true, IP: uint64(retIP)}) {
		return
	}
	c.IP = uint64(retIP)
	c.left -= int64(op.n) + 1
	c.stop = true
	panic(theFault) // none is pending: the run loop only sees the stop
}
