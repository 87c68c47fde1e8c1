package cpu

// Model-specific registers (SDM volume 4; Pentium and P6 tables).
const (
	msrP5MCAddr    = 0x00
	msrP5MCType    = 0x01
	msrTSC         = 0x10
	msrPlatformID  = 0x17
	msrAPICBase    = 0x1b
	msrEBLCRPower  = 0x2a
	msrBiosSign    = 0x8b
	msrPerfCtr0    = 0xc1
	msrPerfCtr1    = 0xc2
	msrMTRRCap     = 0xfe
	msrSysenterCS  = 0x174
	msrSysenterESP = 0x175
	msrSysenterEIP = 0x176
	msrMCGCap      = 0x179
	msrMCGStatus   = 0x17a
	msrMCGCtl      = 0x17b
	msrPerfEvtSel0 = 0x186
	msrPerfEvtSel1 = 0x187
	msrDebugCtl    = 0x1d9
	msrMTRRPhys0   = 0x200
	msrMTRRPhys15  = 0x20f
	msrMTRRFix64K  = 0x250
	msrPAT         = 0x277
	msrMTRRDefType = 0x2ff
	msrMC0Ctl      = 0x400
)

// Machine check of the P6 family (SDM volume 3, 16.3; volume 4, table of the P6
// family): five banks of CTL, STATUS and ADDR, in which nothing ever fails. MISC
// is not implemented.
const (
	mcBanks  = 5
	mcStride = 4
	mcStatus = 1
	mcMisc   = 3

	mcgCap = mcBanks | 1<<8 // MCG_CTL_P
)

// mcReg splits an MSR number into bank and register, if it is one of a bank.
func mcReg(n uint32) (bank, reg uint32, ok bool) {
	n -= msrMC0Ctl
	return n / mcStride, n % mcStride, n < mcBanks*mcStride && n%mcStride != mcMisc
}

// mtrrFixed lists the fixed-range MTRRs in the order of MSRs.MTRRFix.
func mtrrFixed(n uint32) int {
	switch {
	case n == msrMTRRFix64K:
		return 0
	case n == 0x258 || n == 0x259:
		return int(n-0x258) + 1
	case n >= 0x268 && n <= 0x26f:
		return int(n-0x268) + 3
	}
	return -1
}

func (c *CPU) resetMSRs() {
	c.MSR = MSRs{PAT: 0x0007040600070406, APICBase: 0xfee00100}
}

// isP6 reports whether the model has the registers of the P6 family, which came
// with RDPMC.
func (c *CPU) isP6() bool { return c.model.CR4Mask&CR4PCE != 0 }

// msr returns the place of MSR n, or nil if the model has none or it is not a
// plain value.
func (c *CPU) msr(n uint32) *uint64 {
	f := c.model.Features
	m := &c.MSR
	switch {
	case n == msrAPICBase && f&FeatAPIC != 0:
		return &m.APICBase
	case n >= msrSysenterCS && n <= msrSysenterEIP && f&FeatSEP != 0:
		return [...]*uint64{&m.SysenterCS, &m.SysenterESP, &m.SysenterEIP}[n-msrSysenterCS]
	case f&FeatMTRR != 0 && n >= msrMTRRPhys0 && n <= msrMTRRPhys15:
		return &m.MTRRPhys[n-msrMTRRPhys0]
	case f&FeatMTRR != 0 && mtrrFixed(n) >= 0:
		return &m.MTRRFix[mtrrFixed(n)]
	case n == msrMTRRDefType && f&FeatMTRR != 0:
		return &m.MTRRDefType
	case n == msrPAT && f&FeatPAT != 0:
		return &m.PAT
	}
	if !c.isP6() {
		return nil
	}
	switch n {
	case msrBiosSign:
		return &m.BiosSign
	case msrEBLCRPower:
		return &m.EBLCRPowerOn
	case msrPerfCtr0, msrPerfCtr1:
		return &m.PerfCtr[n-msrPerfCtr0]
	case msrPerfEvtSel0, msrPerfEvtSel1:
		return &m.PerfEvtSel[n-msrPerfEvtSel0]
	case msrDebugCtl:
		return &m.DebugCtl
	case msrMCGStatus:
		return &m.MCGStatus
	case msrMCGCtl:
		return &m.MCGCtl
	}
	if bank, reg, ok := mcReg(n); ok {
		return &m.MC[bank][reg]
	}
	return nil
}

func opRdmsr(c *CPU, op *Op) *Op {
	if c.model.Features&FeatMSR == 0 {
		c.ud(op)
	}
	c.needCPL0(op)
	n := uint32(c.R[CX])
	var v uint64
	switch {
	case n == msrTSC:
		v = c.tsc(op)
	case n == msrMTRRCap && c.model.Features&FeatMTRR != 0:
		v = 0x508 // eight variable ranges, fixed ranges, write combining
	case n == msrMCGCap && c.isP6():
		v = mcgCap
	case n == msrP5MCAddr || n == msrP5MCType || n == msrPlatformID && c.isP6():
		v = 0
	default:
		p := c.msr(n)
		if p == nil {
			c.gp(op, 0)
		}
		v = *p
	}
	c.set32(AX, uint32(v))
	c.set32(DX, uint32(v>>32))
	return c.leave(op)
}

func opWrmsr(c *CPU, op *Op) *Op {
	if c.model.Features&FeatMSR == 0 {
		c.ud(op)
	}
	c.needCPL0(op)
	n := uint32(c.R[CX])
	v := uint64(uint32(c.R[DX]))<<32 | uint64(uint32(c.R[AX]))
	switch {
	case n == msrTSC:
		if c.isP6() {
			v = uint64(uint32(v)) // the upper half is cleared (SDM volume 3, 17.17)
		}
		c.MSR.TSCOffset += v - c.tsc(op)
	case n == msrP5MCAddr || n == msrP5MCType:
	case n >= msrSysenterCS && n <= msrSysenterEIP && c.msr(n) != nil:
		*c.msr(n) = uint64(uint32(v)) // 32-bit registers
	case n == msrBiosSign:
		if c.msr(n) == nil {
			c.gp(op, 0)
		}
		c.MSR.BiosSign = 0 // no microcode update is loaded
	default:
		p := c.msr(n)
		if p == nil {
			c.gp(op, 0)
		}
		if _, reg, ok := mcReg(n); ok && reg == mcStatus && v != 0 {
			c.gp(op, 0) // software can only clear it (SDM volume 3, 16.3.2.2)
		}
		*p = v
	}
	return c.leave(op)
}
