package cpu

import (
	"testing"
)

// Displacements from one register that are 2 GB apart are no group.
func TestTranslatedFarOperands(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
	}{
		{"2 GB above", []byte{0x8b, 0x03, 0x8b, 0x8b, 0, 0, 0, 0x80}},
		{"2 GB above, first", []byte{0x8b, 0x8b, 0, 0, 0, 0x80, 0x8b, 0x03}},
		{"2 bytes less", []byte{0x8b, 0x03, 0x8b, 0x8b, 0xfe, 0xff, 0xff, 0x7f}},
		{"2 bytes less, first", []byte{0x8b, 0x8b, 0xfe, 0xff, 0xff, 0x7f, 0x8b, 0x03}},
		{"stores", []byte{0x89, 0x83, 0, 0, 0, 0x80, 0x89, 0x03}},
		{"in two steps", []byte{0x8b, 0x03, 0x81, 0xc3, 0, 0, 0, 0x60, 0x8b, 0x8b, 0, 0, 0, 0x60, 0x81, 0xeb, 0, 0, 0, 0x60}},
		{"all around", []byte{0x8b, 0x03, 0x81, 0xc3, 0, 0, 0, 0x40, 0x81, 0xc3, 0, 0, 0, 0x40, 0x8b, 0x8b, 0x04, 0, 0, 0x80, 0x81, 0xc3, 0, 0, 0, 0x80}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngines(t, func() *rig {
				r := newProt(t, "pentium-ii", append(c.code, 0xeb, byte(-2-len(c.code)))...)
				r.R[BX] = flagData
				r.mem.Write(flagData, 8, 0x1122334455667788)
				return r
			})
			e.loops(3000, nil)
		})
	}
}

// requester is a device that requests an interrupt when it is read.
type requester struct{ r *rig }

func (q requester) ReadMMIO(uint32, int) uint64   { q.r.SetINTR(true); return 0 }
func (q requester) WriteMMIO(uint32, int, uint64) {}

// A device requests an interrupt in the middle of a translated trace, of which an
// instruction is executed alone. What is behind it in the trace is executed still, but
// a repeated instruction waits behind its first iteration.
func TestTranslatedRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		behind []byte
	}{
		{"REP STOSB", []byte{0xf3, 0xaa}},
		{"REP MOVSD", []byte{0xf3, 0xa5}},
		{"INC", []byte{0x40, 0x40, 0x40}},
		{"jump", []byte{0x40, 0x75, 0, 0x40}},
		{"call", []byte{0xe8, 0, 0, 0, 0, 0x58}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := []byte{
				0xb9, 8, 0, 0, 0, // mov ecx,8
				0xbf, 0, 0xc2, 0, 0, // mov edi,c200
				0xbe, 0, 0xc4, 0, 0, // mov esi,c400
				0x41, // inc ecx
				0xd7, // xlat
			}
			code = append(code, c.behind...)
			code = append(code, 0x42, 0xeb, byte(-3-len(code))) // inc edx; jmp
			e := newEngines(t, func() *rig {
				r := newProt(t, "pentium-ii", code...)
				if err := r.mem.MapMMIO("device", 0xb8000, 0x1000, requester{r}); err != nil {
					t.Fatal(err)
				}
				r.out = func(uint16, int, uint32) { r.SetINTR(false) }
				r.code(0xb000, 0xe6, 0x20, 0x43, 0x01, 0x0d, 0, 0xc0, 0, 0, 0x4b, 0xcf) // out 20,al; inc ebx; add [c000],ecx; dec ebx; iret
				r.setGate(0x20, gateBytes(selCode0, 0xb000, 0x8e, 0))
				r.R[BX] = 0xb8000
				r.Flags |= FlagIF
				return r
			})
			e.loops(6000, nil)
			if e.got.acks == 0 || e.got.engine.count.Exits[0] == 0 {
				t.Errorf("%d interrupts, %+v", e.got.acks, e.got.engine.count)
			}
		})
	}
}
