package jit

import "beige/cpu/isa"

// emitterOf returns what translates a mnemonic, or nil.
func emitterOf(op isa.Op) emitter {
	if op >= isa.JO && op <= isa.JNLE {
		return emitJcc
	}
	switch op {
	case isa.MOV:
		return emitMov
	case isa.MOVZX:
		return emitMovzx
	case isa.MOVSX:
		return emitMovsx
	case isa.LEA:
		return emitLea
	case isa.XCHG:
		return emitXchg
	case isa.NOP:
		return func(*translator) bool { return true }
	case isa.ADD, isa.OR, isa.ADC, isa.SBB, isa.AND, isa.SUB, isa.XOR, isa.CMP:
		return emitALU
	case isa.TEST:
		return emitTest
	case isa.INC, isa.DEC:
		return emitIncDec
	case isa.NEG:
		return emitNeg
	case isa.NOT:
		return emitNot
	case isa.CBW:
		return emitCbw
	case isa.CWD:
		return emitCwd
	case isa.SHL, isa.SHR, isa.SAR:
		return emitShift
	case isa.IMUL:
		return emitImul
	case isa.PUSH:
		return emitPush
	case isa.POP:
		return emitPop
	case isa.LEAVE:
		return emitLeave
	case isa.JMP:
		return emitJmp
	case isa.CALL:
		return emitCall
	case isa.RET:
		return emitRet
	}
	return nil
}
