package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is no group: accesses that are 2 GB apart, and those of string instructions,
// which look up for themselves.
func TestTranslatedNoGroup(t *testing.T) {
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
		{"STOSD", []byte{0x89, 0xdf, 0xab, 0x8b, 0x0b, 0x8b, 0x53, 0x04}},             // mov edi,ebx; stosd; mov ecx,[ebx]; mov edx,[ebx+4]
		{"MOVSD", []byte{0x89, 0xdf, 0x89, 0xde, 0xa5, 0x8b, 0x0b, 0x89, 0x53, 0x04}}, // mov edi,ebx; mov esi,ebx; movsd; mov ecx,[ebx]; mov [ebx+4],edx
		{"BTS", []byte{0x0f, 0xab, 0x0b, 0x8b, 0x0b, 0x89, 0x53, 0x04}},               // bts [ebx],ecx; mov ecx,[ebx]; mov [ebx+4],edx
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

// memoryPrograms are instructions in a row that access memory near a few pointers and
// move these about in all the ways that groups of accesses follow.
type memoryPrograms struct{ *rand.Rand }

// disp is a displacement: mostly near, or near a multiple of 1 GB.
func (g memoryPrograms) disp() uint32 {
	d := uint32(g.IntN(140) - 70)
	if g.IntN(6) == 0 {
		d = uint32(g.IntN(8) - 4)
	}
	if g.IntN(8) == 0 {
		d += uint32(1+g.IntN(3)) << 30
	}
	return d
}

// pointer and data are registers that mostly are that. EAX is either.

func (g memoryPrograms) pointer() byte {
	return [...]byte{AX, AX, CX, DX, BX, SP, SP, BP, BP, SI, DI}[g.IntN(11)]
}
func (g memoryPrograms) data() byte { return [...]byte{AX, CX, CX, DX, DX, SI}[g.IntN(6)] }

// modRM is [reg+disp32] or a register with the given middle field.
func (g memoryPrograms) modRM(field byte) []byte {
	rm := g.pointer()
	m := []byte{0x80 | field<<3 | rm}
	switch {
	case rm == 4 && g.IntN(4) == 0:
		m = append(m, byte(g.Uint32())) // any index
	case rm == 4:
		m = append(m, 0x24)
	}
	return append(m, le32(g.disp())...)
}

func (g memoryPrograms) inst() []byte {
	reg, other := g.data(), g.pointer()
	if g.IntN(4) == 0 {
		reg = g.pointer()
	}
	any := g.pointer()
	data := g.data()
	with := func(field byte, imm []byte, op ...byte) []byte { return append(append(op, g.modRM(field)...), imm...) }
	switch g.IntN(36) {
	case 0, 1, 2:
		return with(data, nil, 0x8b) // mov r,[m]
	case 3, 4, 5:
		return with(reg, nil, 0x89) // mov [m],r
	case 6:
		return with(reg, nil, 0x88|byte(g.IntN(2))<<1) // mov [m],r8; mov r8,[m]
	case 7:
		return with(0, []byte{byte(g.Uint32())}, 0xc6) // mov [m],imm8
	case 8:
		return with(data, nil, byte(g.IntN(8))<<3|byte(g.IntN(4))) // an operation
	case 9:
		return with(byte(g.IntN(2)), nil, 0xfe|byte(g.IntN(2))) // inc, dec
	case 10:
		return with(6, nil, 0xff) // push [m]
	case 11:
		return with(data, nil, 0x0f, [...]byte{0xb6, 0xb7, 0xbe, 0xbf, 0xaf, 0xbc, 0xc1, 0xb1, 0x44, 0x92}[g.IntN(10)])
	case 12:
		return with(data, nil, 0x86|byte(g.IntN(2))) // xchg
	case 13:
		return with(byte(4+g.IntN(4)), []byte{byte(g.Uint32())}, 0x0f, 0xba) // bt to btc
	case 14:
		return with(byte(g.IntN(8))&^2|4, []byte{byte(g.IntN(40))}, 0xc1) // shl, shr
	case 15:
		return with(reg, nil, 0x66, 0x89)
	case 16:
		return []byte{0x50 | reg} // push
	case 17:
		return []byte{0x58 | data} // pop
	case 18, 19:
		return append([]byte{0x81, 0xc0 | byte(g.IntN(2)*5)<<3 | any}, le32(g.disp())...) // add, sub
	case 20, 21:
		return []byte{0x40 | byte(g.IntN(2))<<3 | any} // inc, dec
	case 22, 23:
		return []byte{0x89, 0xc0 | any<<3 | other} // mov
	case 24, 25:
		return with(reg, nil, 0x8d) // lea
	case 26:
		return []byte{0x0f, 0xc8 | reg, 0x0f, 0xc8 | reg} // bswap twice
	case 27:
		return []byte{0x83, 0xf8 | other, 0, 0x0f, 0x40 | byte(g.IntN(16)), 0xc0 | any<<3 | other} // cmp; cmov
	case 28:
		return []byte{0x87, 0xc0 | reg<<3 | other, 0x87, 0xc0 | reg<<3 | other} // xchg twice
	case 29:
		return [][]byte{{0x89, 0xec, 0xc9}, {0x9c}, {0xd7}, {0x98}, {0x9f}, {0xaa}, {0xa5}, {0xac}, {0x0e}, {0x60, 0x61}}[g.IntN(10)] // leave, pushf, xlat, ...
	case 30:
		return []byte{0x66, 0x83, 0xc0 | reg, 1} // add r16,1
	case 31:
		return with(byte(g.IntN(8)), nil, 0xd8|byte(g.IntN(8))) // x87
	case 32:
		return with(0, []byte{0xdd, 0xc0 | byte(7-g.IntN(2))}, 0xd9|byte(g.IntN(2))<<2) // fld [m]; ffree st6 or st7
	case 33, 34:
		return with(byte(2+g.IntN(2)), []byte{0xd9, 0xe8}, 0xd9|byte(g.IntN(4))<<1) // fst, fstp, fist, fistp [m]; fld1
	}
	return []byte{0x70 | byte(g.IntN(16)), 0} // jcc to the next
}

// TestTranslatedGroups has many accesses near one another, across pages of which one is
// read-only and one is not there, and at the end of the addresses.
func TestTranslatedGroups(t *testing.T) {
	n, seed := environment(4000, 400, 3)
	e := newEngines(t, func() *rig {
		r := newFlatRig(t)
		for _, gb := range []uint32{1, 2, 3} { // the same again
			r.mem.Write(rigPD+gb*1024, 4, rigPT|7)
		}
		r.mem.Write(rigPD+1023*4, 4, rigPT|7)
		r.setPTE(1023, 0x17007) // and the last page
		return r
	})
	e.area = [2]uint32{0, 0x18000}
	start := e.want.State
	image := slices.Clone(e.want.mem.Mem()[:e.area[1]])
	for k := range n {
		g := memoryPrograms{rand.New(rand.NewPCG(seed, uint64(k)))}
		// mov r,imm for all; then the rest; jmp to the start.
		var code []byte
		for r := range byte(8) {
			v := uint32(flatDataAt+0x80+g.IntN(0x1f00)) + uint32(g.IntN(2))<<31
			switch g.IntN(8) {
			case 0:
				v = flatDataAt + uint32(g.IntN(4))*0x1000 - uint32(g.IntN(64))
			case 1:
				v = uint32(g.IntN(128) - 64)
			}
			if r == SP {
				v = flatStackAt + uint32(g.IntN(0x100))*4
			}
			code = append(append(code, 0xb8|r), le32(v)...)
		}
		for range 1 + g.IntN(24) {
			code = append(code, g.inst()...)
		}
		code = append(code, 0xe9)
		code = append(code, le32(uint32(-len(code)-4))...)
		e.what = fmt.Sprintf("program %d", k)
		e.both(func(r *rig) {
			retired := r.Retired
			r.State = start
			r.Retired = retired
			r.ForgetCode()
			r.mem.WritePhys(0, image)
			r.mem.WritePhys(flatCodeAt, code)
			for v := range uint32(8) {
				r.mem.Write(flatBlocksAt+4+v*4, 4, flatCodeAt)
			}
			r.IP = flatCodeAt
			r.FPU = randomUnit(rand.New(rand.NewPCG(seed, uint64(k))))
			r.Refresh()
		})
		e.slices(g.Rand, 400)
	}
	e.ran()
	t.Logf("%+v, %d of %d executed are faults", e.got.engine.count, e.got.counters.Faults, e.got.Retired)
}
