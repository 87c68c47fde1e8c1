// Package jit translates traces of guest instructions to code of the host.
//
// It takes instructions of 16- and 32-bit code from the decoder and writes x86-64 code
// that does what the interpreter's handlers do, to the bit: the same registers, the
// same lazy flags, the same count of instructions. What it knows of the mode is in
// Trace. What it does
// not translate, and every access that does not hit the TLB, it leaves to the
// interpreter, which goes on from the same instruction. It knows nothing of the
// processor but where the fields lie that it uses (Layout).
//
// Registers of the host are used as code.Frame says. R9 holds where the bytes of a
// group of accesses are (group.go); SI, DI and R11 are scratch.
package jit
