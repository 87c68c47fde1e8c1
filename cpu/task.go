package cpu

// Task switches (SDM volume 3, chapter 7; 80286 PRM chapter 8).
//
//	16-bit TSS                      32-bit TSS
//	00 back link                    00 back link
//	02 SP0 SS0 SP1 SS1 SP2 SS2      04 ESP0 SS0 ESP1 SS1 ESP2 SS2
//	0E IP 10 FLAGS                  1C CR3 20 EIP 24 EFLAGS
//	12 AX CX DX BX SP BP SI DI      28 EAX ECX EDX EBX ESP EBP ESI EDI
//	22 ES CS SS DS                  48 ES CS SS DS FS GS
//	2A LDT                          60 LDT 64 T bit, I/O map base
const (
	tss16Min = 0x2b // smallest limit
	tss32Min = 0x67

	tss16State = 0x0e // first byte that is saved
	tss16Save  = 0x2a // first byte behind what is saved
	tss32State = 0x20
	tss32Save  = 0x60
	tss32CR3   = 0x1c
)

// taskCause is why tasks are switched.
type taskCause uint8

const (
	taskJMP taskCause = iota
	taskCALL
	taskINT // interrupt or exception through a task gate
	taskIRET
)

// taskJump switches tasks for JMP or CALL to a task gate or TSS descriptor d with
// selector sel, whose rights are checked.
func (c *CPU) taskJump(op *Op, d *descriptor, sel uint16, cause taskCause) {
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	if d.typ() == typeTaskGate {
		sel = uint16(d.lo >> 16)
		t := c.taskTarget(op, sel, vecGP)
		d = &t
	}
	c.switchTask(op, d, sel, cause, c.nextIP(op))
}

// taskTarget reads the TSS descriptor a task gate names: global and available.
func (c *CPU) taskTarget(op *Op, sel uint16, vec uint8) descriptor {
	if sel&4 != 0 {
		c.raise(op, vec, c.selErr(sel))
	}
	d := c.readDescriptor(op, sel, vec)
	if t := d.typ(); t != typeTSS16Avail && (t != typeTSS32Avail || !c.model.Has32) {
		c.raise(op, vec, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	return d
}

// taskInterrupt delivers an event through a task gate. The error code is pushed
// on the new task's stack.
func (c *CPU) taskInterrupt(op *Op, ev event, sel uint16, retIP uint32) {
	d := c.taskTarget(op, sel, vecGP)
	if ev.kind == eventFault && c.model.Has32 {
		c.Flags |= FlagRF
	}
	c.switchTask(op, &d, sel, taskINT, retIP)
	if !ev.hasErr {
		return
	}
	size := uint32(2)
	if d.typ()&8 != 0 {
		size = 4
	}
	ss := c.Seg[SS]
	st := newStack(&ss, uint32(c.R[SP]), c.CPL, c.ext)
	c.pushOn(op, &st, size, ev.err)
	c.setSP(st.sp)
}

// taskReturn is IRET with NT set: back to the task of the back link.
func (c *CPU) taskReturn(op *Op) {
	sel := uint16(c.readLinear(op, uint32(c.Seg[TR].Base), 2, false))
	if sel&4 != 0 {
		c.raise(op, vecTS, c.selErr(sel))
	}
	d := c.readDescriptor(op, sel, vecTS)
	if t := d.typ(); t != typeTSS16Busy && (t != typeTSS32Busy || !c.model.Has32) {
		c.raise(op, vecTS, c.selErr(sel))
	}
	if d.attr&attrP == 0 {
		c.raise(op, vecNP, c.selErr(sel))
	}
	c.switchTask(op, &d, sel, taskIRET, c.nextIP(op))
}

// newTask is what a task switch reads from the new TSS.
type newTask struct {
	cr3, ip, flags uint32
	r              [8]uint32
	seg            [6]uint16
	ldt            uint16
	trap           bool
}

// switchTask saves the current task and loads the one of TSS descriptor d. Until
// the new state is read completely, faults belong to the old task; after that,
// they are reported in the new one.
func (c *CPU) switchTask(op *Op, d *descriptor, sel uint16, cause taskCause, retIP uint32) {
	is32 := d.typ()&8 != 0
	minimum := uint32(tss16Min)
	if is32 {
		minimum = tss32Min
	}
	if d.limit < minimum {
		c.raise(op, vecTS, c.selErr(sel))
	}
	old := c.Seg[TR]
	oldBase, old32 := uint32(old.Base), old.Attr&8 != 0
	base := d.base

	// Everything that will be touched must be accessible before anything changes.
	if old32 {
		c.checkLinear(op, oldBase+tss32State, tss32Save-tss32State, true)
	} else {
		c.checkLinear(op, oldBase+tss16State, tss16Save-tss16State, true)
	}
	c.checkLinear(op, base, minimum+1, false)
	if cause == taskCALL || cause == taskINT {
		c.checkLinear(op, base, 2, true)
	}
	t := c.readTask(op, base, is32)

	flags := c.EFLAGS()
	if cause == taskJMP || cause == taskIRET {
		c.setBusy(op, old.Sel, false)
	}
	if cause == taskIRET {
		flags &^= FlagNT
	}
	c.saveTask(op, oldBase, old32, flags, retIP)
	if cause == taskCALL || cause == taskINT {
		c.writeLinear(op, base, 2, uint64(old.Sel), false)
		t.flags |= FlagNT
	}
	if cause != taskIRET {
		c.setBusy(op, sel, true)
	}

	// The commit point: from here on, faults are the new task's.
	tr := d.segment(sel)
	tr.Attr |= 2
	c.Seg[TR] = tr
	c.CR0 |= CR0TS
	c.DR[7] &^= 0x155 // local breakpoints
	// Faults name no instruction, so those before op in its trace are counted here.
	if op != nil {
		c.left -= int64(op.n)
	}
	c.loadTask(&t, is32)
	if op != nil {
		c.left += int64(op.n)
	}
}

// checkLinear raises the page fault that an access to a linear range by the
// system would.
func (c *CPU) checkLinear(op *Op, la, n uint32, write bool) {
	c.locate(op, la, write, false)
	if last := (la + n - 1) &^ pageMask; last != la&^pageMask {
		c.locate(op, last, write, false)
	}
}

func (c *CPU) readTask(op *Op, base uint32, is32 bool) (t newTask) {
	if !is32 {
		rd := func(off uint32) uint16 { return uint16(c.readLinear(op, base+off, 2, false)) }
		t.cr3 = uint32(c.CR3)
		t.ip, t.flags = uint32(rd(0x0e)), uint32(rd(0x10))
		for i := range t.r {
			// The upper halves are not defined; the 80386 sets them to FFFF.
			t.r[i] = uint32(rd(0x12+uint32(i)*2)) | 0xffff0000
		}
		for i := range 4 {
			t.seg[i] = rd(0x22 + uint32(i)*2)
		}
		t.ldt = rd(0x2a)
		return t
	}
	rd := func(off uint32) uint32 { return uint32(c.readLinear(op, base+off, 4, false)) }
	t.cr3, t.ip, t.flags = rd(tss32CR3), rd(0x20), rd(0x24)
	for i := range t.r {
		t.r[i] = rd(0x28 + uint32(i)*4)
	}
	for i := range t.seg {
		t.seg[i] = uint16(rd(0x48 + uint32(i)*4))
	}
	t.ldt = uint16(rd(0x60))
	t.trap = rd(0x64)&1 != 0
	return t
}

func (c *CPU) saveTask(op *Op, base uint32, is32 bool, flags, ip uint32) {
	if !is32 {
		wr := func(off uint32, v uint64) { c.writeLinear(op, base+off, 2, v&0xffff, false) }
		wr(0x0e, uint64(ip))
		wr(0x10, uint64(flags))
		for i := range uint32(8) {
			wr(0x12+i*2, c.R[i])
		}
		for i := range uint32(4) {
			wr(0x22+i*2, uint64(c.Seg[i].Sel))
		}
		return
	}
	wr := func(off uint32, v uint64) { c.writeLinear(op, base+off, 4, v&0xffffffff, false) }
	wr(0x20, uint64(ip))
	wr(0x24, uint64(flags))
	for i := range uint32(8) {
		wr(0x28+i*4, c.R[i])
	}
	for i := range uint32(6) {
		// Only the selector is written, the upper half keeps its value.
		c.writeLinear(op, base+0x48+i*4, 2, uint64(c.Seg[i].Sel), false)
	}
}

// loadTask makes t the running task. Its segment registers are loaded without
// rights first, then checked one by one, so that a fault finds the selectors in
// place (SDM volume 3, section 7.3).
func (c *CPU) loadTask(t *newTask, is32 bool) {
	c.v86, c.protMode = false, true
	if is32 && c.CR0&CR0PG != 0 && uint64(t.cr3) != c.CR3 {
		c.CR3 = uint64(t.cr3)
		c.flushTLBLocal()
	}
	c.IP = uint64(t.ip)
	c.setEFLAGS(t.flags&c.model.FlagsMask | c.model.FlagsSet)
	for i := range t.r {
		c.R[i] = uint64(t.r[i])
	}
	if !c.model.Has32 {
		for i := range t.r {
			c.R[i] &= 0xffff
		}
	}
	for i := range c.Seg[:6] {
		c.Seg[i] = Segment{Sel: t.seg[i]}
	}
	c.Seg[LDTR] = Segment{Sel: t.ldt}
	v86 := c.Flags&FlagVM != 0
	c.CPL = uint8(t.seg[CS] & 3)
	if v86 {
		c.CPL = 3
		for i := range c.Seg[:6] {
			c.Seg[i] = v86Segment(t.seg[i])
		}
	}
	c.updateDebugQuiet()
	c.updateAll()

	// Faults from here on happen before the new task's first instruction.
	if t.ldt&4 != 0 {
		c.raise(nil, vecTS, c.selErr(t.ldt))
	}
	if t.ldt&^3 != 0 {
		d, ok := c.findDescriptor(nil, t.ldt)
		if !ok || d.typ() != typeLDT || d.attr&attrP == 0 {
			c.raise(nil, vecTS, c.selErr(t.ldt))
		}
		c.Seg[LDTR] = d.segment(t.ldt)
	}
	if !v86 {
		c.loadTaskSegments(t)
	}
	if uint32(c.IP) > c.Seg[CS].Limit {
		c.gp(nil, 0)
	}
	if t.trap {
		c.DebugPending |= dr6BT
	}
	c.endSlice()
}

func (c *CPU) loadTaskSegments(t *newTask) {
	// CS first: its RPL is the new CPL.
	cs := t.seg[CS]
	if cs&^3 == 0 {
		c.raise(nil, vecTS, c.selErr(cs))
	}
	d := c.readDescriptor(nil, cs, vecTS)
	bad := d.attr&(attrS|attrCode) != attrS|attrCode
	if d.attr&attrConforming != 0 {
		bad = bad || d.DPL() > uint8(cs&3)
	} else {
		bad = bad || d.DPL() != uint8(cs&3)
	}
	if bad {
		c.raise(nil, vecTS, c.selErr(cs))
	}
	if d.attr&attrP == 0 {
		c.raise(nil, vecNP, c.selErr(cs))
	}
	c.markAccessed(nil, &d)
	c.setSegment(CS, d.segment(cs))
	c.loadSS(nil, t.seg[SS], c.CPL, vecTS)
	for _, i := range [...]uint8{ES, DS, FS, GS} {
		sel := t.seg[i]
		if sel&^3 == 0 {
			continue
		}
		d := c.readDescriptor(nil, sel, vecTS)
		c.checkData(nil, &d, sel, vecTS)
		c.markAccessed(nil, &d)
		c.setSegment(i, d.segment(sel))
	}
}
