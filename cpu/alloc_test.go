package cpu

import "testing"

// Instructions, port accesses, faults and interrupts allocate nothing once their
// code is decoded.
func TestNoAllocation(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte // ends in a jump back
	}{
		{"arithmetic", []byte{0x01, 0xd8, 0x11, 0xc3, 0xf7, 0xe1, 0xd3, 0xe0, 0x0f, 0xa4, 0xc3, 3, 0xeb, 0xf2}},
		{"memory", []byte{0x89, 0x05, 0, 0xc0, 0, 0, 0xff, 0x05, 0xfe, 0xcf, 0, 0, 0xeb, 0xf2}},
		{"stack", []byte{0x60, 0x61, 0x9c, 0x9d, 0xe8, 0, 0, 0, 0, 0x58, 0xeb, 0xf4}},
		{"strings", []byte{0xbf, 0, 0xc0, 0, 0, 0xb9, 20, 0, 0, 0, 0xf3, 0xab, 0xeb, 0xf2}},
		{"ports", []byte{0xe4, 0x60, 0xe6, 0x80, 0xed, 0xef, 0xeb, 0xf8}},
		{"interrupts", []byte{0xcd, 0x40, 0xeb, 0xfc}},
		{"faults", []byte{0x0f, 0x0b, 0xeb, 0xfc}},
		{"segments", []byte{0x8c, 0xd8, 0x8e, 0xd8, 0x1e, 0x1f, 0xeb, 0xf8}},
		{"self-modification aside", []byte{0xff, 0x05, 0x40, 0x80, 0, 0, 0xeb, 0xf8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "pentium-pro", c.code...)
			r.setGate(0x40, gateBytes(selCode0, rigGate, 0x8e, 0))
			r.setGate(vecUD, gateBytes(selCode0, rigGate+8, 0x8e, 0))
			r.code(rigGate, 0xcf)
			r.code(rigGate+8, 0x83, 0x04, 0x24, 2, 0xcf) // add dword [esp],2; iret
			r.Run(10000)
			if n := testing.AllocsPerRun(20, func() { r.Run(1000) }); n != 0 {
				t.Errorf("%v allocations in 1000 instructions; want 0", n)
			}
			if at := r.IP; at < rigCode || at > rigGate+16 {
				t.Errorf("ran off to %x", at)
			}
		})
	}
}

// Both report 0 allocations; MIPS of a small loop and port accesses a second.

func BenchmarkInstructions(b *testing.B) {
	benchLoop(b, "MIPS", 0x01, 0xd8, 0x89, 0x05, 0, 0xc0, 0, 0, 0x8b, 0x0d, 0, 0xc0, 0, 0, 0x40, 0xeb, 0xef)
}

func BenchmarkPortAccess(b *testing.B) {
	benchLoop(b, "Maccess/s", 0xe4, 0x60, 0xe6, 0x80, 0xe4, 0x60, 0xe6, 0x80, 0xe4, 0x60, 0xe6, 0x80, 0xe4, 0x60, 0xe6, 0x80, 0xeb, 0xee)
}

func benchLoop(b *testing.B, unit string, code ...byte) {
	r := newProt(b, "pentium-pro", code...)
	r.Run(10000)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		r.Run(1000)
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds()/1e6, unit)
}
