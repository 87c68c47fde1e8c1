package cpu

// Interrupt and exception delivery (SDM volume 3, chapter 6; volume 2, INT n).
//
//	          real mode          protected mode
//	table     IDTR, 4 bytes a    IDTR, 8-byte gates: 5 task, 6/7 16-bit and E/F
//	          vector: IP, CS     32-bit interrupt/trap
//	pushes    FLAGS CS IP        [GS FS DS ES] [SS ESP] EFLAGS CS EIP [error]
//
// Faults during delivery: a second contributory fault makes a double fault, a
// third shuts the processor down.

// eventKind says where an interrupt comes from.
type eventKind uint8

const (
	eventFault    eventKind = iota // exception; IP is the instruction, EFLAGS.RF is pushed as 1
	eventTrap                      // exception reported behind the instruction (#DB traps)
	eventSoft                      // INT n, INT3, INTO: the gate's DPL counts
	eventICE                       // INT1: as soft, but the DPL does not count
	eventExternal                  // INTR
	eventNMI
)

// event is an interrupt or exception to deliver.
type event struct {
	vec    uint8
	kind   eventKind
	hasErr bool
	err    uint32
}

// raiseTrap abandons op with an exception whose return address is behind it.
func (c *CPU) raiseTrap(op *Op, vec uint8) {
	c.IP = uint64(c.nextIP(op))
	c.left -= int64(op.n) + 1
	c.fault = fault{pending: true, vec: vec, trap: true}
	panic(theFault)
}

// contributory exceptions make a double fault in pairs (SDM volume 3, table 6-4).
func contributory(vec uint8) bool {
	switch vec {
	case vecDE, vecTS, vecNP, vecSS, vecGP:
		return true
	}
	return false
}

// deliverFault delivers the exception in c.fault, and what comes of it.
func (c *CPU) deliverFault() {
	f := c.fault
	for {
		c.fault = fault{}
		c.counters.Faults++
		c.noteCR2(&f)
		if !c.askFault(&f) {
			return
		}
		ev := event{vec: f.vec, hasErr: f.hasErr, err: f.err}
		if f.trap {
			ev.kind = eventTrap
		}
		if !c.tryDeliver(ev) {
			return
		}
		c.noteCR2(&c.fault) // even if a double fault is what is reported
		first, second := f.vec, c.fault.vec
		switch {
		case first == vecDF:
			c.fault = fault{}
			c.counters.TripleFaults++
			c.Shutdown = true
			return
		case contributory(first) && contributory(second),
			first == vecPF && (contributory(second) || second == vecPF):
			f = fault{vec: vecDF, hasErr: true}
		default:
			f = c.fault
		}
	}
}

// noteCR2 loads CR2 with the address of a page fault (SDM volume 3, section 6.15,
// interrupt 14).
func (c *CPU) noteCR2(f *fault) {
	if f.vec == vecPF {
		c.CR2 = uint64(f.cr2)
	}
}

// tryDeliver delivers an event; it reports whether that faulted.
func (c *CPU) tryDeliver(ev event) (faulted bool) {
	defer func() {
		c.ext = 0
		if r := recover(); r != nil {
			if r != any(theFault) {
				panic(r)
			}
			c.left++ // raise counted it; delivery was counted by the cause
			faulted = true
		}
	}()
	if ev.kind == eventExternal || ev.kind == eventNMI || ev.kind == eventFault || ev.kind == eventTrap {
		c.ext = 1
	}
	c.deliver(nil, ev, uint32(c.IP))
	return false
}

// deliver transfers control to the handler of ev; retIP is the return address.
// op is the INT instruction, if one is the cause: faults are then its.
func (c *CPU) deliver(op *Op, ev event, retIP uint32) {
	c.counters.Interrupts++
	if c.CR0&CR0PE == 0 {
		c.deliverReal(op, ev, retIP)
	} else {
		c.deliverProtected(op, ev, retIP)
	}
	c.Halted = false
	c.Shadow = 0
}

// deliverReal goes through the interrupt vector table.
func (c *CPU) deliverReal(op *Op, ev event, retIP uint32) {
	at := uint32(ev.vec) * 4
	if at+3 > c.IDTR.Limit {
		c.gp(op, 0)
	}
	c.askSoft(op, &ev, retIP)
	v := c.readLinear(op, uint32(c.IDTR.Base)+at, 4, false)
	sp := uint32(c.R[SP])
	flags := c.EFLAGS()
	// The three words are checked before the first is written.
	if !c.model.Wraps64K {
		for i := uint32(1); i <= 3; i++ {
			c.checkWrite(op, SS, (sp-2*i)&c.spMask, 2)
		}
	}
	c.st16(op, SS, (sp-2)&c.spMask, uint16(flags))
	c.st16(op, SS, (sp-4)&c.spMask, c.Seg[CS].Sel)
	c.st16(op, SS, (sp-6)&c.spMask, uint16(retIP))
	c.setSP(sp - 6)
	c.Flags &^= FlagTF | FlagIF | FlagRF | FlagAC
	if c.slowMem {
		c.updateAll()
	}
	c.loadRealSegment(CS, uint16(v>>16))
	c.IP = v & 0xffff
}

// Gate types (descriptor type field).
const (
	typeTSS16Avail = 1
	typeLDT        = 2
	typeTSS16Busy  = 3
	typeCallGate16 = 4
	typeTaskGate   = 5
	typeIntGate16  = 6
	typeTrapGate16 = 7
	typeTSS32Avail = 9
	typeTSS32Busy  = 11
	typeCallGate32 = 12
	typeIntGate32  = 14
	typeTrapGate32 = 15
)

func (c *CPU) deliverProtected(op *Op, ev event, retIP uint32) {
	soft := ev.kind == eventSoft
	if soft && c.v86 && c.v86Int(op, ev, retIP) {
		return
	}
	errIDT := uint32(ev.vec)*8 + 2 + c.ext
	at := uint32(ev.vec) * 8
	if at+7 > c.IDTR.Limit {
		c.gp(op, errIDT)
	}
	lo := uint32(c.readLinear(op, uint32(c.IDTR.Base)+at, 4, false))
	hi := uint32(c.readLinear(op, uint32(c.IDTR.Base)+at+4, 4, false))
	typ := hi >> 8 & 0x1f
	switch typ {
	case typeTaskGate, typeIntGate16, typeTrapGate16:
	case typeIntGate32, typeTrapGate32:
		if !c.model.Has32 {
			c.gp(op, errIDT)
		}
	default:
		c.gp(op, errIDT)
	}
	if soft && uint8(hi>>13&3) < c.CPL {
		c.gp(op, errIDT)
	}
	c.askSoft(op, &ev, retIP)
	if hi&(attrP<<8) == 0 {
		c.raise(op, vecNP, errIDT)
	}
	if typ == typeTaskGate {
		c.taskInterrupt(op, ev, uint16(lo>>16), retIP)
		return
	}

	sel := uint16(lo >> 16)
	size := uint32(2)
	target := lo & 0xffff
	if typ >= typeIntGate32 {
		size = 4
		target |= hi &^ 0xffff
	}
	if sel&^3 == 0 {
		c.gp(op, c.ext)
	}
	d := c.readDescriptor(op, sel, vecGP)
	if d.attr&(attrS|attrCode) != attrS|attrCode || d.DPL() > c.CPL {
		c.gp(op, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	flags := c.EFLAGS()
	if ev.kind == eventFault && c.model.Has32 {
		flags |= FlagRF
	}
	oldCS, oldSS := c.Seg[CS].Sel, c.Seg[SS].Sel
	cpl := c.CPL
	if d.attr&attrConforming == 0 && d.DPL() < c.CPL {
		cpl = d.DPL()
		if c.v86 && cpl != 0 {
			c.gp(op, c.selErr(sel))
		}
		ss, ssSel, sp := c.innerStack(op, cpl)
		st := newStack(&ss, sp, cpl, c.selErr(ssSel))
		if c.v86 {
			for _, i := range [...]uint8{GS, FS, DS, ES} {
				c.pushOn(op, &st, size, uint32(c.Seg[i].Sel))
			}
		}
		c.pushOn(op, &st, size, uint32(oldSS))
		c.pushOn(op, &st, size, uint32(c.R[SP]))
		c.pushOn(op, &st, size, flags)
		c.pushOn(op, &st, size, uint32(oldCS))
		c.pushOn(op, &st, size, retIP)
		if ev.hasErr {
			c.pushOn(op, &st, size, ev.err)
		}
		if target > d.limit {
			c.gp(op, c.ext)
		}
		wasV86 := c.v86
		c.Flags &^= FlagVM
		c.v86 = false
		c.protMode = true
		c.setCPL(cpl)
		ss.Sel = ssSel
		c.Seg[SS] = ss
		c.updateEnds(&c.Seg[SS])
		c.updateMode()
		c.setSP(st.sp)
		if wasV86 {
			for _, i := range [...]uint8{GS, FS, DS, ES} {
				c.Seg[i] = Segment{}
			}
		}
	} else {
		if c.v86 || d.attr&attrConforming == 0 && d.DPL() != c.CPL {
			c.gp(op, c.selErr(sel))
		}
		ss := c.Seg[SS]
		st := newStack(&ss, uint32(c.R[SP]), c.CPL, c.ext)
		c.pushOn(op, &st, size, flags)
		c.pushOn(op, &st, size, uint32(oldCS))
		c.pushOn(op, &st, size, retIP)
		if ev.hasErr {
			c.pushOn(op, &st, size, ev.err)
		}
		if target > d.limit {
			c.gp(op, c.ext)
		}
		c.setSP(st.sp)
	}
	c.markAccessed(op, &d)
	c.Flags &^= FlagTF | FlagNT | FlagRF | FlagVM
	if typ&1 == 0 {
		c.Flags &^= FlagIF
	}
	s := d.segment(sel&^3 | uint16(cpl))
	c.Seg[CS] = s
	c.IP = uint64(target)
	c.updateAll()
}

// v86Int handles INT n in virtual-8086 mode: with CR4.VME the redirection bitmap
// of the TSS may send it to the real-mode vector table; otherwise IOPL must be 3.
// It reports whether the interrupt is done.
func (c *CPU) v86Int(op *Op, ev event, retIP uint32) bool {
	iopl := c.Flags >> 12 & 3
	if c.CR4&CR4VME != 0 && c.redirected(op, ev.vec) {
		flags := c.EFLAGS()
		if iopl < 3 {
			// The program sees VIF as IF, and IOPL 3.
			flags |= FlagIOPL
			flags &^= FlagIF
			if c.Flags&FlagVIF != 0 {
				flags |= FlagIF
			}
		}
		v := c.readLinear(op, uint32(ev.vec)*4, 4, true)
		sp := uint32(c.R[SP])
		for i := uint32(1); i <= 3; i++ {
			c.checkWrite(op, SS, (sp-2*i)&c.spMask, 2)
		}
		c.st16(op, SS, (sp-2)&c.spMask, uint16(flags))
		c.st16(op, SS, (sp-4)&c.spMask, c.Seg[CS].Sel)
		c.st16(op, SS, (sp-6)&c.spMask, uint16(retIP))
		c.setSP(sp - 6)
		c.Flags &^= FlagTF | FlagNT
		if iopl < 3 {
			c.Flags &^= FlagVIF
		} else {
			c.Flags &^= FlagIF
		}
		c.loadRealSegment(CS, uint16(v>>16))
		c.IP = v & 0xffff
		return true
	}
	if iopl < 3 {
		c.gp(op, 0)
	}
	return false
}

// redirected reads the interrupt redirection bitmap, the 32 bytes below the I/O
// bitmap: a clear bit sends INT n to the vector table (SDM volume 3, 20.3.3).
func (c *CPU) redirected(op *Op, vec uint8) bool {
	tr := &c.Seg[TR]
	if tr.Limit < 0x67 {
		return false
	}
	io := uint32(c.readLinear(op, uint32(tr.Base)+0x66, 2, false))
	at := io - 32 + uint32(vec)/8
	if io < 32 || at > tr.Limit {
		return false
	}
	return c.readLinear(op, uint32(tr.Base)+at, 1, false)>>(vec&7)&1 == 0
}

// stack is a stack that is not loaded in SS yet.
type stack struct {
	seg  *Segment
	sp   uint32
	mask uint32
	user bool
	err  uint32 // error code of #SS
}

func newStack(seg *Segment, sp uint32, cpl uint8, err uint32) stack {
	s := stack{seg: seg, sp: sp, mask: 0xffff, user: cpl == 3, err: err}
	if seg.Attr&attrD != 0 {
		s.mask = 0xffffffff
	}
	return s
}

// contains reports whether an access lies within a segment's limits.
func (s *Segment) contains(off, size uint32) bool {
	last := uint64(off) + uint64(size) - 1
	if s.Attr&(attrCode|attrED) == attrED {
		top := uint64(0xffff)
		if s.Attr&attrD != 0 {
			top = 0xffffffff
		}
		return off > s.Limit && last <= top
	}
	return last <= uint64(s.Limit)
}

// pushOn pushes size bytes (2 or 4) on s.
func (c *CPU) pushOn(op *Op, s *stack, size, v uint32) {
	sp := (s.sp - size) & s.mask
	if !s.seg.contains(sp, size) {
		c.raise(op, vecSS, s.err)
	}
	c.writeLinear(op, uint32(s.seg.Base)+sp, size, uint64(v), s.user)
	s.sp = s.sp&^s.mask | sp
}

// innerStack reads the stack pointer for privilege level cpl from the TSS and
// checks its segment (SDM volume 3, section 5.8.5).
func (c *CPU) innerStack(op *Op, cpl uint8) (ss Segment, sel uint16, sp uint32) {
	tr := &c.Seg[TR]
	errTR := uint32(tr.Sel&^3) | c.ext
	base := uint32(tr.Base)
	if tr.Attr&8 != 0 { // 32-bit TSS
		at := 4 + uint32(cpl)*8
		if at+5 > tr.Limit {
			c.raise(op, vecTS, errTR)
		}
		sp = uint32(c.readLinear(op, base+at, 4, false))
		sel = uint16(c.readLinear(op, base+at+4, 2, false))
	} else {
		at := 2 + uint32(cpl)*4
		if at+3 > tr.Limit {
			c.raise(op, vecTS, errTR)
		}
		sp = uint32(c.readLinear(op, base+at, 2, false))
		sel = uint16(c.readLinear(op, base+at+2, 2, false))
	}
	if sel&^3 == 0 {
		c.raise(op, vecTS, c.ext)
	}
	d := c.readDescriptor(op, sel, vecTS)
	if uint8(sel&3) != cpl || d.DPL() != cpl || d.attr&(attrS|attrCode|attrRW) != attrS|attrRW {
		c.raise(op, vecTS, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecSS, c.selErr(sel))
	}
	c.markAccessed(op, &d)
	return d.segment(sel), sel, sp
}
