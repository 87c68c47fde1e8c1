package dma

import "testing"

// The XT has one controller and page registers of four bits that cannot be read;
// channel 0 has none of its own (IBM PC/XT Technical Reference, system board,
// sheet 5).
func TestXT(t *testing.T) {
	r := &rig{t: t, mem: make(memory, 1<<24)}
	r.DMA = New(Config{Name: "dma"}, r.mem)
	r.program(2, 0xf3, 0x1000, 2, 0x44)
	r.wantPut(2, "abc", 3, true)
	r.wantMem(0x31000, "abc")
	r.program(1, 0x05, 0x2000, 1, 0x44)
	r.program(0, 0x0c, 0x3000, 1, 0x44)
	r.wantPut(0, "de", 2, true)
	r.wantMem(0x53000, "de")
	if v := r.Pages().In(0); v != 0xff {
		t.Errorf("page register reads %#02x; want ffh", v)
	}
}
