// Package mmu is the memory side of the machine: the physical address space
// (RAM, ROM, memory-mapped devices, the A20 gate), the page walk, the TLB and
// the record of which pages hold decoded code.
//
// RAM and ROM share one flat slice. A physical address below the size of RAM
// is an index into it; ROMs lie behind RAM, and behind them the memory that a device
// shares with the processor. A TLB entry turns a linear address
// into an index with one addition, so no host address is ever stored.
//
// Sources: Intel SDM volume 3, chapter 4 (paging); 80386 Programmer's Reference
// Manual, chapter 5; IBM PC/AT Technical Reference (A20).
package mmu
