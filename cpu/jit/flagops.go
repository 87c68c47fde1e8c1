package jit

import (
	"beige/cpu/isa"
	"beige/cpu/jit/amd64"
)

// Instructions on the flag register.

// Bits of EFLAGS.
const (
	flagIF   = 1 << 9
	flagDF   = 1 << 10
	flagIOPL = 3 << 12
	flagRF   = 1 << 16
	flagVM   = 1 << 17
)

// emitCarry is CLC, STC and CMC.
func emitCarry(t *translator) bool {
	if !t.needed() {
		t.set(pending{})
		return true
	}
	t.materialise()
	aux := t.state(t.lay.Aux)
	t.host = false
	if t.in.Op == isa.CMC {
		t.ALUStoreImm(amd64.XOR, 4, aux, 3<<30)
		return true
	}
	t.Load(4, si, aux)
	t.Mov(4, di, si)
	t.Shift(amd64.SAR, 4, di, 31)
	if t.in.Op == isa.STC {
		t.Unary(amd64.NOT, 4, di)
	}
	t.flipCF()
	return true
}

// emitDirection is CLD and STD.
func emitDirection(t *translator) bool {
	if t.in.Op == isa.CLD {
		t.ALUStoreImm(amd64.AND, 4, t.state(t.lay.Flags), ^uint32(flagDF))
	} else {
		t.ALUStoreImm(amd64.OR, 4, t.state(t.lay.Flags), flagDF)
	}
	t.host = false
	return true
}

// emitCli leaves to the interpreter if IOPL does not allow it.
func emitCli(t *translator) bool {
	t.Load(4, si, t.state(t.lay.Flags))
	t.Shift(amd64.SHR, 4, si, 12)
	t.ALUImm(amd64.AND, 4, si, 3)
	t.ALULoad(amd64.CMP, 1, amd64.SIL, t.state(t.lay.CPL))
	t.host = false
	t.miss(t.Jcc(amd64.B))
	t.ALUStoreImm(amd64.AND, 4, t.state(t.lay.Flags), ^uint32(flagIF))
	return true
}

// arithFlags adds the stored arithmetic flags to the flag register in di (cpu's
// arithFlags).
func (t *translator) arithFlags() {
	res, aux := t.state(t.lay.Res), t.state(t.lay.Aux)
	t.Load(4, r11, aux)
	or := func(left uint8) {
		if left != 0 {
			t.Shift(amd64.SHL, 4, si, left)
		}
		t.ALU(amd64.OR, 4, di, si)
	}
	t.Mov(4, si, r11) // CF
	t.Shift(amd64.SHR, 4, si, 31)
	or(0)
	t.Mov(4, si, r11) // AF
	t.ALUImm(amd64.AND, 4, si, 8)
	or(1)
	t.Mov(4, si, r11) // OF
	t.ALU(amd64.ADD, 4, si, si)
	t.ALU(amd64.XOR, 4, si, r11)
	t.Shift(amd64.SHR, 4, si, 31)
	or(11)
	t.Load(4, si, t.state(t.lay.Res+4)) // SF
	t.Shift(amd64.SHR, 4, si, 31)
	t.ALU(amd64.XOR, 4, si, r11)
	t.ALUImm(amd64.AND, 4, si, 1)
	or(7)
	t.MovImm(4, si, 0) // ZF
	t.ALUStoreImm(amd64.CMP, 8, res, 0)
	t.Set(amd64.E, amd64.SIL)
	or(6)
	t.Shift(amd64.SHR, 4, r11, 8) // PF
	t.ALULoad(amd64.XOR, 4, r11, res)
	t.MovImm(4, si, 0)
	t.Test(1, r11, r11)
	t.Set(amd64.P, amd64.SIL)
	or(2)
	t.host = false
}

func emitPushf(t *translator) bool {
	size := t.in.OpSize
	t.materialise()
	t.Load(4, di, t.state(t.lay.Flags))
	if t.tr.V86 {
		t.Mov(4, si, di)
		t.ALUImm(amd64.AND, 4, si, flagIOPL)
		t.ALUImm(amd64.CMP, 4, si, flagIOPL)
		t.miss(t.Jcc(amd64.NE))
	}
	t.ALUImm(amd64.AND, 4, di, ^uint32(flagRF|flagVM))
	t.arithFlags()
	t.Store(4, t.state(t.lay.Spill+8), di)
	t.stack(sp, -int32(size), size, true)
	t.Load(4, di, t.state(t.lay.Spill+8))
	t.Store(size, t.target, di)
	t.addSP(-int32(size))
	return true
}

func emitLahf(t *translator) bool {
	t.materialise()
	t.Load(4, di, t.state(t.lay.Flags)) // bit 1
	t.arithFlags()
	t.highByte(4, di)
	return true
}

// emitSahf stores the flags in AH as cpu's setArithFlags does. OF stays.
func emitSahf(t *translator) bool {
	if !t.needed() {
		t.set(pending{})
		return true
	}
	t.materialise()
	t.Load(4, r11, t.state(t.lay.Aux))
	t.Mov(4, si, r11)
	t.ALU(amd64.ADD, 4, si, si)
	t.ALU(amd64.XOR, 4, si, r11)
	t.ALUImm(amd64.AND, 4, si, 1<<31)
	t.Shift(amd64.SHR, 4, si, 1) // OF as bit 30
	t.MovZX(4, 1, di, amd64.SP)  // AH
	t.Mov(4, r11, di)
	t.Shift(amd64.SHL, 4, r11, 30)
	t.ALUImm(amd64.AND, 4, r11, 1<<30)
	t.ALU(amd64.XOR, 4, si, r11) // bit 30 is CF ^ OF
	t.ALU(amd64.ADD, 4, r11, r11)
	t.ALU(amd64.OR, 4, r11, si)
	t.Mov(4, si, di) // AF
	t.Shift(amd64.SHR, 4, si, 1)
	t.ALUImm(amd64.AND, 4, si, 8)
	t.ALU(amd64.OR, 4, r11, si)
	t.Mov(4, si, di) // SF
	t.Shift(amd64.SHR, 4, si, 7)
	t.ALU(amd64.OR, 4, r11, si)
	t.Mov(4, si, di) // the parity of the result, 0 or 1, is PF's with ZF, or bit 8 inverts it
	t.Shift(amd64.SHR, 4, si, 4)
	t.ALU(amd64.XOR, 4, si, di)
	t.ALUImm(amd64.AND, 4, si, 4)
	t.Shift(amd64.SHL, 4, si, 6)
	t.ALU(amd64.OR, 4, r11, si)
	t.Store(4, t.state(t.lay.Aux), r11)
	t.Shift(amd64.SHR, 4, di, 6) // the result is 0 with ZF, else 1
	t.ALUImm(amd64.AND, 4, di, 1)
	t.ALUImm(amd64.XOR, 4, di, 1)
	t.Store(8, t.state(t.lay.Res), di)
	t.host = false
	return true
}
