// Package jit translates traces of guest instructions to code of the host (Engine),
// has room for it (Memory) and a way into it (Enter).
//
// It takes 32-bit code with flat segments (cpu's modeFlat) from the decoder and
// writes x86-64 code that does what the interpreter's handlers do, to the bit: the
// same registers, the same lazy flags, the same count of instructions. What it does
// not translate, and every access that does not hit the TLB, it leaves to the
// interpreter, which goes on from the same instruction. It knows nothing of the
// processor but where the fields lie that it uses (Layout).
//
// The Go runtime knows nothing of code that it has not compiled, which gives the
// rules for it:
//   - It does not call Go, does not push, and returns with the direction flag
//     clear and without having touched MXCSR or the x87 control word.
//   - It is never pre-empted: until it returns, the collector and everything else
//     that stops the world waits. So it counts Frame.Left down and returns when
//     that is used up.
//   - What it reaches by address is not on a goroutine's stack, which moves, and is
//     kept alive by somebody else, because the collector sees no pointer to it.
//   - A fault in it ends the process.
package jit
