package isa

// how says where an operand comes from.
type how uint8

const (
	howNone  how = iota
	howRM        // ModRM r/m: register or memory
	howRMReg     // ModRM r/m: always a register
	howReg       // ModRM reg
	howSreg
	howCreg
	howDreg
	howTreg
	howSTi
	howMM    // ModRM r/m: MMX register or memory
	howRMMM  // ModRM r/m: always an MMX register
	howRegMM // ModRM reg: MMX register
	howImm
	howSImm
	howImm2
	howRel
	howFar
	howMoffs
	howOne
	howFixed // register number in arg
	howSeg   // segment register number in arg
	howX
	howY
	howXLAT
	howST0
)

// byOpSize as a size stands for the effective operand size.
const byOpSize = 0xff

// codeInfo says how each Code decodes; it is never written.
var codeInfo = [NumCodes]struct {
	how       how
	size, arg uint8
}{
	Eb:      {how: howRM, size: 1},
	Ew:      {how: howRM, size: 2},
	Ev:      {how: howRM, size: byOpSize},
	RvMw:    {how: howRM, size: byOpSize},
	Gb:      {how: howReg, size: 1},
	Gw:      {how: howReg, size: 2},
	Gv:      {how: howReg, size: byOpSize},
	Rd:      {how: howRMReg, size: 4},
	Sw:      {how: howSreg, size: 2},
	Cd:      {how: howCreg, size: 4},
	Dd:      {how: howDreg, size: 4},
	Td:      {how: howTreg, size: 4},
	M:       {how: howRM},
	Ma:      {how: howRM, size: byOpSize},
	Mp:      {how: howRM, size: byOpSize},
	Ms:      {how: howRM, size: 2},
	Mb:      {how: howRM, size: 1},
	Mw:      {how: howRM, size: 2},
	Mq:      {how: howRM, size: 8},
	M512:    {how: howRM},
	M32fp:   {how: howRM, size: 4},
	M64fp:   {how: howRM, size: 8},
	M80fp:   {how: howRM, size: 10},
	M16int:  {how: howRM, size: 2},
	M32int:  {how: howRM, size: 4},
	M64int:  {how: howRM, size: 8},
	M80bcd:  {how: howRM, size: 10},
	M14_28:  {how: howRM},
	M94_108: {how: howRM},
	Ib:      {how: howImm, size: 1},
	SIb:     {how: howSImm, size: 1},
	Iw:      {how: howImm, size: 2},
	Iv:      {how: howImm, size: byOpSize},
	I2b:     {how: howImm2, size: 1},
	Jb:      {how: howRel, size: 1},
	Jv:      {how: howRel, size: byOpSize},
	Ap:      {how: howFar, size: byOpSize},
	Ob:      {how: howMoffs, size: 1},
	Ov:      {how: howMoffs, size: byOpSize},
	One:     {how: howOne, size: 1},
	RegAL:   {how: howFixed, size: 1, arg: 0},
	RegCL:   {how: howFixed, size: 1, arg: 1},
	RegDL:   {how: howFixed, size: 1, arg: 2},
	RegBL:   {how: howFixed, size: 1, arg: 3},
	RegAH:   {how: howFixed, size: 1, arg: 4},
	RegCH:   {how: howFixed, size: 1, arg: 5},
	RegDH:   {how: howFixed, size: 1, arg: 6},
	RegBH:   {how: howFixed, size: 1, arg: 7},
	RegAX:   {how: howFixed, size: 2, arg: 0},
	RegDX:   {how: howFixed, size: 2, arg: 2},
	VAX:     {how: howFixed, size: byOpSize, arg: 0},
	VCX:     {how: howFixed, size: byOpSize, arg: 1},
	VDX:     {how: howFixed, size: byOpSize, arg: 2},
	VBX:     {how: howFixed, size: byOpSize, arg: 3},
	VSP:     {how: howFixed, size: byOpSize, arg: 4},
	VBP:     {how: howFixed, size: byOpSize, arg: 5},
	VSI:     {how: howFixed, size: byOpSize, arg: 6},
	VDI:     {how: howFixed, size: byOpSize, arg: 7},
	SegES:   {how: howSeg, size: 2, arg: ES},
	SegCS:   {how: howSeg, size: 2, arg: CS},
	SegSS:   {how: howSeg, size: 2, arg: SS},
	SegDS:   {how: howSeg, size: 2, arg: DS},
	SegFS:   {how: howSeg, size: 2, arg: FS},
	SegGS:   {how: howSeg, size: 2, arg: GS},
	Xb:      {how: howX, size: 1},
	Xv:      {how: howX, size: byOpSize},
	Yb:      {how: howY, size: 1},
	Yv:      {how: howY, size: byOpSize},
	BXAL:    {how: howXLAT, size: 1},
	ST0:     {how: howST0, size: 10},
	STi:     {how: howSTi, size: 10},
	Pq:      {how: howRegMM, size: 8},
	Nq:      {how: howRMMM, size: 8},
	Qq:      {how: howMM, size: 8},
	Qd:      {how: howMM, size: 4},
	Ed:      {how: howRM, size: 4},
}

// operand decodes operand i of the row. It returns the number of bytes that it
// took from code, or -1 if code is too short.
func (d *Decoder) operand(in *Inst, row *Row, i int, code []byte) int {
	o, c := &in.Args[i], row.Args[i]
	info := &codeInfo[c]
	size := info.size
	if size == byOpSize {
		size = in.OpSize
	}
	o.Size = size
	switch info.how {
	case howRM:
		if in.ModRM < 0xc0 {
			o.Kind = Mem
			if c == RvMw {
				o.Size = 2
			}
			return 0
		}
		o.Kind, o.Reg = Reg, in.ModRM&7
	case howReg:
		o.Kind, o.Reg = Reg, in.ModRM>>3&7
	case howFixed:
		o.Kind, o.Reg = Reg, info.arg
	case howImm, howSImm, howRel:
		v, ok := immediate(code, size)
		if !ok {
			return -1
		}
		o.Kind = Imm
		if info.how != howImm {
			v = signExtend(v, size)
			if info.how == howRel {
				o.Kind = Rel
			} else {
				o.Size = in.OpSize
			}
		}
		in.Imm = v
		return int(size)
	case howImm2:
		if len(code) < 1 {
			return -1
		}
		o.Kind, in.Imm2 = Imm, uint16(code[0])
		return 1
	case howFar:
		n := int(size)
		if len(code) < n+2 {
			return -1
		}
		in.Imm, _ = immediate(code, size)
		in.Imm2 = uint16(code[n]) | uint16(code[n+1])<<8
		o.Kind = Far
		return n + 2
	case howMoffs:
		v, ok := immediate(code, in.AddrSize)
		if !ok {
			return -1
		}
		o.Kind, in.Disp = Mem, int64(v)
		return int(in.AddrSize)
	case howOne:
		o.Kind, in.Imm = Imm, 1
	case howSeg:
		o.Kind, o.Reg = SReg, info.arg
	case howSreg:
		o.Kind, o.Reg = SReg, in.ModRM>>3&d.sregMask
	case howX:
		o.Kind, in.Base = Mem, 6
	case howY:
		o.Kind = Mem
		if codeInfo[row.Args[i^1]].how != howX {
			in.Base, in.Seg = 7, ES // an override does not apply
		}
	case howXLAT:
		o.Kind, in.Base = Mem, 3
	case howRMReg:
		o.Kind, o.Reg = Reg, in.ModRM&7
	case howCreg:
		o.Kind, o.Reg = CReg, in.ModRM>>3&7
	case howDreg:
		o.Kind, o.Reg = DReg, in.ModRM>>3&7
	case howTreg:
		o.Kind, o.Reg = TReg, in.ModRM>>3&7
	case howST0:
		o.Kind = STReg
	case howSTi:
		o.Kind, o.Reg = STReg, in.ModRM&7
	case howMM:
		if in.ModRM < 0xc0 {
			o.Kind = Mem
			return 0
		}
		o.Kind, o.Reg = MMXReg, in.ModRM&7
	case howRMMM:
		o.Kind, o.Reg = MMXReg, in.ModRM&7
	case howRegMM:
		o.Kind, o.Reg = MMXReg, in.ModRM>>3&7
	}
	return 0
}

// immediate reads a little-endian value of 1, 2 or 4 bytes.
func immediate(code []byte, size uint8) (v uint64, ok bool) {
	if len(code) < int(size) {
		return 0, false
	}
	switch size {
	case 1:
		return uint64(code[0]), true
	case 2:
		return uint64(code[0]) | uint64(code[1])<<8, true
	}
	return uint64(le32(code)), true
}

// signExtend widens a value of 1, 2 or 4 bytes to 64 bits.
func signExtend(v uint64, size uint8) uint64 {
	shift := 64 - 8*uint(size)
	return uint64(int64(v<<shift) >> shift)
}
