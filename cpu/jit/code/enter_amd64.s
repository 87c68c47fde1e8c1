//go:build linux && amd64

#include "go_asm.h"
#include "funcdata.h"
#include "textflag.h"

// func Enter(f *Frame, code uintptr)
//
// Not NOSPLIT: the prologue makes sure of stack for the frame, of which signal
// handlers need none, and is where the goroutine can be pre-empted before each
// entry. Callers of assembly restore g (R14) and the zero in X15; a signal handler
// takes g from thread-local storage. The assembler saves BP.
TEXT ·Enter(SB), 0, $256-16
	NO_LOCAL_POINTERS
	MOVQ f+0(FP), DI
	MOVQ code+8(FP), R11
	MOVQ Frame_R(DI), SI
	MOVQ Frame_State(DI), R10
	MOVQ Frame_Left(DI), R8
	MOVQ Frame_Mem(DI), BP

	// MOVL clears the upper halves.
	MOVL 0(SI), AX
	MOVL 8(SI), CX
	MOVL 16(SI), DX
	MOVL 24(SI), BX
	MOVL 32(SI), R12
	MOVL 40(SI), R13
	MOVL 48(SI), R14
	MOVL 56(SI), R15

	CALL R11

	MOVQ f+0(FP), DI
	MOVQ SI, Frame_Exit(DI)
	MOVQ R8, Frame_Left(DI)
	MOVQ Frame_R(DI), SI
	MOVQ AX, 0(SI)
	MOVQ CX, 8(SI)
	MOVQ DX, 16(SI)
	MOVQ BX, 24(SI)
	MOVQ R12, 32(SI)
	MOVQ R13, 40(SI)
	MOVQ R14, 48(SI)
	MOVQ R15, 56(SI)
	RET
