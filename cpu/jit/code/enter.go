package code

// Frame is what translated code starts with and what it leaves. While it runs:
//
//	RAX RCX RDX RBX   guest AX CX DX BX
//	R12 R13 R14 R15   guest SP BP SI DI
//	RBP               Mem
//	R8                Left
//	R10               State
//	RSI RDI R9 R11    free
//
// Upper halves of the guest's registers are zero, and the code keeps them so. It
// ends with RET, at the RSP it began with and with the exit value in RSI.
//
// Addresses are of memory that does not move (see the package comment). A Frame
// itself may be on the stack.
type Frame struct {
	R     uintptr // address of the guest's general registers: 8 of 64 bits, AX CX DX BX SP BP SI DI; in and out
	State uintptr // goes to R10
	Mem   uintptr // goes to RBP
	Left  int64   // budget of instructions; in and out
	Exit  uint64  // exit value; out
}
