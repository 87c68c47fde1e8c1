package cpu

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"beige/cpu/isa"
)

// TestRandomExec does what FuzzExec does on programs made from the instruction
// table, so that most of them are valid and every instruction comes up.
// BEIGE_RANDOM is how many programs, BEIGE_SEED which.
func TestRandomExec(t *testing.T) {
	n, seed := 120, uint64(1)
	if v, err := strconv.Atoi(os.Getenv("BEIGE_RANDOM")); err == nil {
		n = v
	}
	if v, err := strconv.ParseUint(os.Getenv("BEIGE_SEED"), 10, 64); err == nil {
		seed = v
	}
	for k := range n {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			checkExec(t, randomProgram(rand.New(rand.NewPCG(seed, uint64(k)))))
		})
	}
}

// randomProgram returns an input of FuzzExec.
func randomProgram(r *rand.Rand) []byte {
	prefixes := []byte{0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0xf3}
	rows := isa.Rows()
	in := []byte{byte(r.IntN(7)), byte(r.IntN(16)), byte(r.Uint32()), byte(r.Uint32())}
	if r.IntN(2) == 0 {
		in[0] = byte(3 + r.IntN(4)) // 32-bit
	}
	for size := 30 + r.IntN(200); len(in) < size; {
		row := &rows[r.IntN(len(rows))]
		if row.Attr&isa.X87 != 0 && r.IntN(10) != 0 {
			continue
		}
		for r.IntN(4) == 0 {
			in = append(in, prefixes[r.IntN(len(prefixes))])
		}
		if row.Map == isa.Map0F {
			in = append(in, 0x0f)
		}
		in = append(in, row.Opcode)
		b := byte(r.Uint32())
		if row.Digit >= 0 {
			b = b&^0x38 | byte(row.Digit)<<3
		}
		if row.Mod == isa.ModReg {
			b |= 0xc0
		}
		for range r.IntN(7) {
			in = append(in, b)
			if b = byte(r.Uint32()); r.IntN(2) == 0 {
				b &= 0xf8 & (b >> 1) // a selector, a small displacement
			}
		}
	}
	return in
}
