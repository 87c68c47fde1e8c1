package jit

import "beige/cpu/isa"

// emitterOf returns what translates a mnemonic, or nil.
func emitterOf(op isa.Op) emitter {
	switch {
	case op >= isa.JO && op <= isa.JNLE:
		return emitJcc
	case op >= isa.SETO && op <= isa.SETNLE:
		return emitSetcc
	case op >= isa.CMOVO && op <= isa.CMOVNLE:
		return emitCmov
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
	case isa.ROL, isa.ROR, isa.RCL, isa.RCR:
		return emitRotate
	case isa.SHLD, isa.SHRD:
		return emitShiftDouble
	case isa.MUL:
		return emitMul
	case isa.IMUL:
		return emitImul
	case isa.DIV, isa.IDIV:
		return emitDiv
	case isa.BT, isa.BTS, isa.BTR, isa.BTC:
		return emitBit
	case isa.BSF, isa.BSR:
		return emitScan
	case isa.BSWAP:
		return emitBswap
	case isa.XADD:
		return emitXadd
	case isa.CMPXCHG:
		return emitCmpxchg
	case isa.CLC, isa.STC, isa.CMC:
		return emitCarry
	case isa.CLD, isa.STD:
		return emitDirection
	case isa.CLI:
		return emitCli
	case isa.PUSHF:
		return emitPushf
	case isa.LAHF:
		return emitLahf
	case isa.SAHF:
		return emitSahf
	case isa.MOVS, isa.STOS, isa.LODS, isa.SCAS:
		return emitString
	case isa.PUSH:
		return emitPush
	case isa.POP:
		return emitPop
	case isa.PUSHA:
		return emitPusha
	case isa.POPA:
		return emitPopa
	case isa.LEAVE:
		return emitLeave
	case isa.XLAT:
		return emitXlat
	case isa.LES, isa.LDS, isa.LFS, isa.LGS:
		return emitLoadFar
	case isa.LOOP, isa.LOOPE, isa.LOOPNE, isa.JCXZ:
		return emitLoop
	case isa.FLD, isa.FILD:
		return emitFld
	case isa.FLD1, isa.FLDL2T, isa.FLDL2E, isa.FLDPI, isa.FLDLG2, isa.FLDLN2, isa.FLDZ:
		return emitFldConst
	case isa.FST, isa.FSTP, isa.FSTP8, isa.FSTP9:
		return emitFst
	case isa.FIST, isa.FISTP:
		return emitFist
	case isa.FXCH, isa.FXCH4, isa.FXCH7:
		return emitFxch
	case isa.FCHS, isa.FABS:
		return emitFsign
	case isa.FNSTSW:
		return emitFnstsw
	case isa.FNSTCW:
		return emitFnstcw
	case isa.FLDCW:
		return emitFldcw
	case isa.FADD, isa.FMUL, isa.FSUB, isa.FSUBR, isa.FDIV, isa.FDIVR,
		isa.FIADD, isa.FIMUL, isa.FISUB, isa.FISUBR, isa.FIDIV, isa.FIDIVR,
		isa.FADDP, isa.FMULP, isa.FSUBP, isa.FSUBRP, isa.FDIVP, isa.FDIVRP:
		return emitFarith
	case isa.FCOM, isa.FCOMP, isa.FICOM, isa.FICOMP, isa.FCOM2, isa.FCOMP3, isa.FCOMP5, isa.FCOMPP,
		isa.FUCOM, isa.FUCOMP, isa.FUCOMPP:
		return emitFcom
	case isa.FCOMI, isa.FCOMIP, isa.FUCOMI, isa.FUCOMIP:
		return emitFcomi
	case isa.FTST:
		return emitFtst
	case isa.JMP:
		return emitJmp
	case isa.CALL:
		return emitCall
	case isa.RET:
		return emitRet
	}
	return nil
}
