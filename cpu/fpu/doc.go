// Package fpu is the arithmetic of the x87 floating-point unit and its register
// state, with no processor in it: 80-bit extended precision values computed
// with integers only, and a Unit that carries out the instructions D8 to DF once
// the processor has fetched their operands.
//
// The package has two layers. The functions on F80 (Add, Sqrt, Sin, ToFloat64,
// ...) take operands and an Env (control word and model) and return a result
// with the exception Flags it raised. The Unit holds the eight registers, the
// control, status and tag words and the pointers, and has one method for every
// instruction. The processor does effective addresses, memory, #NM, #MF and the
// updating of the instruction and data pointers.
//
// Instructions that write memory work in two steps, because the write may
// fault: a Store method computes the bytes and a Pending value without
// changing the unit, the processor writes the bytes if Pending.Write says so,
// and Commit then updates the status word and pops.
//
// # Sources
//
//   - Intel 64 and IA-32 Architectures Software Developer's Manual (SDM),
//     volume 1 chapters 4 and 8, volume 2 (instruction pages), volume 3
//     section 23.18 (x87 FPU compatibility)
//   - 80387 Programmer's Reference Manual (1987), chapters 3 and 4, appendix C
//   - iAPX 286 Programmer's Reference Manual with the 80287 supplement (1985);
//     iAPX 86/88 User's Manual (1981), numeric supplement
//   - IEEE Std 754-1985
//
// # Choices the manuals leave open
//
// Transcendentals are evaluated with 128-bit integers; their error against the
// true function is below 0.51 units in the last place (ulp) of 64 bits.
//
// # Not modelled
//
//   - execution times, and the concurrency of an external coprocessor
//   - the arithmetic errors of particular steppings (Pentium FDIV, early 387)
package fpu
