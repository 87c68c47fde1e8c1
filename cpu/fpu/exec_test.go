package fpu

import "encoding/binary"

// memory is guest memory as a test sees it: what was never written reads 0.
type memory map[uint32]byte

func (m memory) load(a uint32, b []byte) {
	for i, v := range b {
		m[a+uint32(i)] = v
	}
}

// operand is a memory operand: offsets wrap at the address size.
type operand struct {
	mem             memory
	base, off, mask uint32
}

func (o operand) read(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = o.mem[o.base+(o.off+uint32(i))&o.mask]
	}
	return b
}

func (o operand) write(b []byte) {
	for i, v := range b {
		o.mem[o.base+(o.off+uint32(i))&o.mask] = v
	}
}

// waits reports whether the instruction esc modrm takes a pending #MF first.
func waits(esc, modrm uint8) bool {
	reg := modrm >> 3 & 7
	if modrm < 0xC0 {
		switch {
		case esc == 0xD9 && (reg == 6 || reg == 7), // FNSTENV, FNSTCW
			esc == 0xDD && (reg == 6 || reg == 7): // FNSAVE, FNSTSW
			return false
		}
		return true
	}
	return !(esc == 0xDB && reg == 4 || esc == 0xDF && modrm == 0xE0)
}

// conditions of FCMOVcc by EFLAGS.
func condition(reg uint8, eflags uint32) bool {
	return [4]bool{
		eflags&EflagsCF != 0,
		eflags&EflagsZF != 0,
		eflags&(EflagsCF|EflagsZF) != 0,
		eflags&EflagsPF != 0,
	}[reg&3]
}

// exec carries out one instruction on u the way a processor would. It returns
// false for encodings that it does not know.
func exec(u *Unit, esc, modrm uint8, mem operand, l Layout, ax *uint16, eflags *uint32) bool {
	if modrm >= 0xC0 {
		return execReg(u, esc, modrm, ax, eflags)
	}
	return execMem(u, esc, modrm>>3&7, mem, l)
}

func execReg(u *Unit, esc, modrm uint8, ax *uint16, eflags *uint32) bool {
	i := modrm & 7
	reg := modrm >> 3 & 7
	comi := func(quiet, pop bool) {
		*eflags = *eflags&^(EflagsCF|EflagsPF|EflagsZF|0x890) | u.ComI(i, quiet, pop)
	}
	switch esc {
	case 0xD8:
		u.ArithST(ArithOp(reg), i)
	case 0xDC:
		u.ArithSTi(ArithOp(reg), i)
	case 0xDE:
		if reg == 3 && i != 1 {
			return false
		}
		u.ArithP(ArithOp(reg), i)
	case 0xDA:
		if reg < 4 {
			u.MoveIf(condition(reg, *eflags), i)
			return true
		}
		if modrm != 0xE9 {
			return false
		}
		u.UCom(1, 2)
	case 0xDB:
		switch {
		case reg < 4:
			u.MoveIf(!condition(reg, *eflags), i)
		case modrm == 0xE0:
			u.ENI()
		case modrm == 0xE1:
			u.DISI()
		case modrm == 0xE2:
			u.Clex()
		case modrm == 0xE3:
			u.Init()
		case modrm == 0xE4:
			u.SetPM()
		case reg == 5:
			comi(true, false)
		case reg == 6:
			comi(false, false)
		default:
			return false
		}
	case 0xDD:
		switch reg {
		case 0:
			u.Free(i, false)
		case 1:
			u.Exchange(i)
		case 2:
			u.StoreST(i, false)
		case 3:
			u.StoreST(i, true)
		case 4:
			u.UCom(i, 0)
		case 5:
			u.UCom(i, 1)
		default:
			return false
		}
	case 0xDF:
		switch {
		case reg == 0:
			u.Free(i, true)
		case reg == 1:
			u.Exchange(i)
		case reg == 2 || reg == 3:
			u.StoreST(i, true)
		case modrm == 0xE0:
			*ax = u.Status()
		case reg == 5:
			comi(true, true)
		case reg == 6:
			comi(false, true)
		default:
			return false
		}
	case 0xD9:
		return execD9(u, modrm)
	}
	return true
}

func execD9(u *Unit, modrm uint8) bool {
	i := modrm & 7
	switch modrm >> 3 & 7 {
	case 0:
		u.LoadST(i)
		return true
	case 1:
		u.Exchange(i)
		return true
	case 3:
		u.StoreSTNoCheck(i)
		return true
	}
	switch modrm {
	case 0xD0:
	case 0xE0:
		u.CHS()
	case 0xE1:
		u.ABS()
	case 0xE4:
		u.Test()
	case 0xE5:
		u.Examine()
	case 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE:
		u.LoadConst(Constant(i))
	case 0xF0:
		u.Exp2M1()
	case 0xF1:
		u.YLog2X()
	case 0xF2:
		u.Tan()
	case 0xF3:
		u.Atan()
	case 0xF4:
		u.Extract()
	case 0xF5:
		u.Prem1()
	case 0xF6:
		u.DecSTP()
	case 0xF7:
		u.IncSTP()
	case 0xF8:
		u.Prem()
	case 0xF9:
		u.YLog2XP1()
	case 0xFA:
		u.Sqrt()
	case 0xFB:
		u.SinCos()
	case 0xFC:
		u.RoundInt()
	case 0xFD:
		u.Scale()
	case 0xFE:
		u.Sin()
	case 0xFF:
		u.Cos()
	default:
		return false
	}
	return true
}

func execMem(u *Unit, esc, reg uint8, mem operand, l Layout) bool {
	le := binary.LittleEndian
	m16 := func() int16 { return int16(le.Uint16(mem.read(2))) }
	m32 := func() uint32 { return le.Uint32(mem.read(4)) }
	m64 := func() uint64 { return le.Uint64(mem.read(8)) }
	m80 := func() F80 { return getF80(mem.read(10)) }
	store := func(b []byte, p Pending, pop bool) {
		if p.Write() {
			mem.write(b)
		}
		u.Commit(p, pop)
	}
	storeInt := func(n uint, chop, pop bool) {
		v, p := u.StoreInt(n, chop)
		store(le.AppendUint64(nil, uint64(v))[:n/8], p, pop)
	}
	switch esc {
	case 0xD8:
		u.ArithM32(ArithOp(reg), m32())
	case 0xDC:
		u.ArithM64(ArithOp(reg), m64())
	case 0xDA:
		u.ArithInt(ArithOp(reg), int32(m32()))
	case 0xDE:
		u.ArithInt(ArithOp(reg), int32(m16()))
	case 0xD9:
		switch reg {
		case 0:
			u.LoadF32(m32())
		case 2, 3:
			v, p := u.StoreF32()
			store(le.AppendUint32(nil, v), p, reg == 3)
		case 4:
			u.LoadEnv(l, mem.read(l.EnvSize()))
		case 5:
			u.LoadCW(uint16(m16()))
		case 6:
			b := make([]byte, l.EnvSize())
			u.Env(l, b)
			mem.write(b)
			u.MaskAll()
		case 7:
			mem.write(le.AppendUint16(nil, u.CW))
		default:
			return false
		}
	case 0xDB:
		switch reg {
		case 0:
			u.LoadInt(int64(int32(m32())))
		case 1:
			storeInt(32, true, true)
		case 2, 3:
			storeInt(32, false, reg == 3)
		case 5:
			u.LoadF80(m80())
		case 7:
			v, p := u.StoreF80()
			b := make([]byte, 10)
			putF80(b, v)
			store(b, p, true)
		default:
			return false
		}
	case 0xDD:
		switch reg {
		case 0:
			u.LoadF64(m64())
		case 1:
			storeInt(64, true, true)
		case 2, 3:
			v, p := u.StoreF64()
			store(le.AppendUint64(nil, v), p, reg == 3)
		case 4:
			u.Restore(l, mem.read(l.SaveSize()))
		case 6:
			b := make([]byte, l.SaveSize())
			u.Save(l, b)
			mem.write(b)
			u.Init()
		case 7:
			mem.write(le.AppendUint16(nil, u.Status()))
		default:
			return false
		}
	case 0xDF:
		switch reg {
		case 0:
			u.LoadInt(int64(m16()))
		case 1:
			storeInt(16, true, true)
		case 2, 3:
			storeInt(16, false, reg == 3)
		case 4:
			v := m80()
			u.LoadBCD(v.Mant, v.SE)
		case 5:
			u.LoadInt(int64(m64()))
		case 6:
			lo, hi, p := u.StoreBCD()
			b := make([]byte, 10)
			putF80(b, F80{lo, hi})
			store(b, p, true)
		case 7:
			storeInt(64, false, true)
		}
	}
	return true
}
