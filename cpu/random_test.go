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
	if testing.Short() {
		n = 20
	}
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

// randomSnippets are sequences that random code does not find: changes of
// segments, levels, tasks and modes. S, C and W are filled in; 16- and 32-bit code.
var randomSnippets = []string{
	"\xb8S\x8e\xd8", "\xb8S\x8e\xc0", "\xb8S\x8e\xd0", "\x66\xb8S\x8e\xd8", "\xb8S\x0f\x00\xd0", "\x66\xb8S\x0f\x00\xd8",
	"\x68S\x68C\xcb", "\x68S\x00\x00\x68C\x00\x00\xcb", "\x68W\x68S\x68C\xcf", "\x68W\x00\x00\x68S\x00\x00\x68C\x00\x00\xcf",
	"\x68S\x68W\x68W\x68S\x68C\xcf", "\x68S\x00\x00\x68W\x00\x00\x68W\x00\x00\x68S\x00\x00\x68C\x00\x00\xcf",
	"\x68S\x00\x00\x68W\x00\x00\x68W\x02\x00\x68S\x00\x00\x68C\x00\x00\xcf",
	"\x9aCS", "\xeaCS", "\x9aC\x00\x00S", "\xeaC\x00\x00S",
	"\xb8C\x00\x00\x0f\x23\xc0\xb8W\x0f\x00\x0f\x23\xf8", "\x66\xb8C\x00\x00\x0f\x23\xc8\x66\xb8W\xff\x00\x0f\x23\xf8",
	"\x9c\x58\x80\xf4\x01\x50\x9d", "\x9c\x58\x80\xf4\x72\x50\x9d",
	"\x0f\x20\xc0\x35\x01\x00\x00\x00\x0f\x22\xc0", "\x0f\x20\xc0\x66\x35\x01\x00\x00\x80\x0f\x22\xc0",
	"\xb9\x74\x01\x00\x00\xb8\x08\x00\x00\x00\x0f\x30\x41\x41\xb8C\x00\x00\x0f\x30\x0f\x34", "\xbaC\x00\x00\x0f\x35",
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
		if row.Attr&isa.X87 != 0 && r.IntN(3) != 0 {
			continue
		}
		for r.IntN(4) == 0 {
			in = append(in, prefixes[r.IntN(len(prefixes))])
		}
		if row.Map == isa.Map0F {
			in = append(in, 0x0f)
		}
		in = append(in, row.Opcode)
		if row.Opcode == 0x9a || row.Opcode == 0xea {
			in = append(in, byte(r.Uint32()), 0x80|byte(r.IntN(0x30)))
			if r.IntN(2) == 0 {
				in = append(in, 0, 0)
			}
			in = append(in, byte(r.IntN(64)<<3|r.IntN(2)*3), byte(r.IntN(2)))
			continue
		}
		if r.IntN(6) == 0 {
			s := randomSnippets[r.IntN(len(randomSnippets))]
			for i := range len(s) {
				switch s[i] {
				case 'S': // a selector
					in = append(in, byte(r.IntN(32)<<3|r.IntN(2)*3), 0)
				case 'C': // an offset in the code
					in = append(in, byte(r.Uint32()), 0x80|byte(r.IntN(0x30)))
				case 'W': // any word
					in = append(in, byte(r.Uint32()), byte(r.Uint32()))
				default:
					in = append(in, s[i])
				}
			}
			continue
		}
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
