// Package code has room for code of the host that is written at run time (Memory),
// and the way into it (Enter).
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
package code
