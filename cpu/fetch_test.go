package cpu

import "testing"

// The accessed bit of a page of code does not depend on how often the processor looks
// where it is: on slices, links and engines. The guest clears it without a flush, while
// data of ten pages pushes the page out of the TLB.
func TestFetchOnce(t *testing.T) {
	for name, call := range map[string][]byte{"call ebx": {0xff, 0xd3}, "call rel": {0xe8, 0xf6, 0x0f, 0, 0}} {
		make := func() *rig {
			code := append([]byte{0xbb, 0, 0x90, 0, 0}, call...) // mov ebx,9000; call
			for k := range byte(10) {
				code = append(code, 0x8b, 0x0d, 0, 0x90, 0x40*(k+1), (k+1)>>2) // mov ecx,[409000]...
			}
			code = append(code, 0x8b, 0x15, 0x24, 0x10, 1, 0, 0x01, 0xd6, 0x80, 0x25, 0x24, 0x10, 1, 0, 0xdf, 0xe9) // mov edx,[pte]; add esi,edx; and byte [pte],df; jmp
			code = append(code, le32(uint32(5-len(code)-4))...)
			r := newProt(t, "pentium-ii", code...).page()
			r.code(0x9000, 0x40, 0xc3) // inc eax; ret
			for k := range uint32(12) {
				r.mem.Write(rigPD+4+k*4, 4, 0x14007)
			}
			for k := range uint32(1024) {
				r.mem.Write(0x14000+k*4, 4, uint64(k<<12|7))
			}
			r.Refresh()
			return r
		}
		const n = 5000
		want := make().interpreted()
		want.Run(n)
		others := map[string]*rig{"single steps": make().interpreted()}
		for range n {
			others["single steps"].Run(1)
		}
		if CanTranslate() {
			r := make().hot(codeSize)
			r.Run(n)
			others["translated"] = r
		}
		for how, r := range others {
			if r.State != want.State {
				t.Errorf("%s, %s: sum of the page table entry %x; want %x", name, how, r.R[SI], want.R[SI])
			}
		}
	}
}
