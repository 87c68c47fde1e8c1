package cpu

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"beige/cpu/isa"
)

// flatGenerator writes random programs of flat 32-bit code: blocks of instructions from
// the table, with branches between them, in endless loops.
type flatGenerator struct {
	*rand.Rand
	dec  *isa.Decoder
	rows []isa.Row
}

// Where the programs have code, data and stacks: two pages of each.
const (
	flatCodeAt  = 0x8000
	flatDataAt  = 0xc000
	flatStackAt = 0x6800

	flatBlocksAt = 0x2800 // where handlers of faults return to: a count, and eight addresses
)

// translatedOps are the mnemonics that most instructions of random programs have.
var translatedOps = map[isa.Op]bool{
	isa.MOV: true, isa.MOVZX: true, isa.MOVSX: true, isa.LEA: true, isa.XCHG: true, isa.NOP: true,
	isa.ADD: true, isa.OR: true, isa.ADC: true, isa.SBB: true, isa.AND: true, isa.SUB: true, isa.XOR: true, isa.CMP: true, isa.TEST: true,
	isa.INC: true, isa.DEC: true, isa.NEG: true, isa.NOT: true, isa.CBW: true, isa.CWD: true,
	isa.SHL: true, isa.SHR: true, isa.SAR: true, isa.IMUL: true, isa.PUSH: true, isa.POP: true, isa.LEAVE: true,
	isa.ROL: true, isa.ROR: true, isa.RCL: true, isa.RCR: true, isa.SHLD: true, isa.SHRD: true, isa.MUL: true, isa.DIV: true, isa.IDIV: true,
	isa.BT: true, isa.BTS: true, isa.BTR: true, isa.BTC: true, isa.BSF: true, isa.BSR: true, isa.BSWAP: true, isa.XADD: true, isa.CMPXCHG: true,
	isa.CLC: true, isa.STC: true, isa.CMC: true, isa.CLD: true, isa.STD: true, isa.LAHF: true, isa.SAHF: true,
	isa.MOVS: true, isa.STOS: true, isa.LODS: true, isa.SCAS: true,
}

func init() {
	for i := range isa.Op(16) {
		translatedOps[isa.SETO+i], translatedOps[isa.CMOVO+i] = true, true
	}
}

func newFlatGenerator() *flatGenerator {
	g := &flatGenerator{dec: isa.NewDecoder(isa.LPentiumII)}
	for _, row := range isa.Rows() {
		if row.Attr&(isa.Privileged|isa.IOPL|isa.IO|isa.Branch|isa.EndsTrace) != 0 && row.Op != isa.MOV || row.Prefix != 0 {
			continue
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// inst appends a random instruction that mostly leaves the pointers EBP, ESI, EDI and
// ESP alone and mostly accesses memory through them.
func (g *flatGenerator) inst(code []byte) []byte {
	for {
		row := &g.rows[g.IntN(len(g.rows))]
		if !translatedOps[row.Op] && g.IntN(12) != 0 {
			continue
		}
		var b []byte
		if g.IntN(6) == 0 {
			b = append(b, 0x66)
		}
		if g.IntN(12) == 0 {
			b = append(b, [...]byte{0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67, 0xf0}[g.IntN(8)])
		}
		if row.Attr&isa.String != 0 && g.IntN(2) == 0 {
			b = append(b, 0xf3)
		}
		if row.Map == isa.Map0F {
			b = append(b, 0x0f)
		}
		b = append(b, row.Opcode)
		if row.HasModRM {
			m := byte(g.Uint32())
			if g.IntN(2) == 0 {
				m = 0x40 | m&0x38 | [...]byte{3, 4, 5, 6, 7, 5, 6, 7}[g.IntN(8)]
			}
			if row.Digit >= 0 {
				m = m&^0x38 | byte(row.Digit)<<3
			}
			b = append(b, m)
		}
		for len(b) < 16 {
			b = append(b, byte(g.Uint32())>>g.IntN(8))
		}
		var in isa.Inst
		if g.dec.Decode(b, isa.Mode32, &in) != isa.OK || in.Op != row.Op {
			continue
		}
		if in.AddrSize != 4 && g.IntN(50) != 0 {
			continue
		}
		wild := false
		for i, a := range in.Args {
			pointer := a.Kind == isa.Reg && (a.Size > 1 && a.Reg >= SP)
			switch {
			case i == 0 && pointer && row.Op != isa.CMP && row.Op != isa.TEST && row.Op != isa.PUSH:
				wild = true
			case i == 1 && pointer && row.Op == isa.XCHG:
				wild = true
			case a.Kind == isa.Mem && row.Op != isa.LEA:
				wild = wild || in.Base < SP || in.Base == isa.ZeroReg || in.Index != isa.ZeroReg || in.Disp != int64(int8(in.Disp))
			}
		}
		if in.Rep != isa.NoRep && row.Attr&isa.String != 0 && g.IntN(8) != 0 || row.Op == isa.LEAVE {
			wild = true
		}
		if wild && g.IntN(40) != 0 {
			continue
		}
		return append(code, b[:in.Len]...)
	}
}

// program returns the code of both pages.
func (g *flatGenerator) program() (page, blocks []byte) {
	page = make([]byte, 0x2000)
	for i := range page {
		page[i] = 0x90
	}
	// Blocks begin at multiples of 100h, in either page, one across the two.
	starts := []int{0}
	for range 1 + g.IntN(6) {
		starts = append(starts, 0x100*g.IntN(0x20)+g.IntN(2)*g.IntN(0x40))
	}
	if g.IntN(2) == 0 {
		starts = append(starts, 0xfc0+g.IntN(0x40))
	}
	rel := func(from int) []byte { return le32(uint32(starts[g.IntN(len(starts))] - from - 4)) }
	jcc := func(code []byte, at int) []byte {
		code = append(code, 0x0f, 0x80|byte(g.IntN(16)))
		return append(code, rel(at+len(code))...)
	}
	for k, at := range starts {
		var code []byte
		if k == 0 || g.IntN(3) == 0 {
			// Pointers anew, with all alignments and now and then at the end of a page.
			for _, r := range []byte{BP, SI, DI, SP} {
				v := uint32(flatDataAt + 0x80 + g.IntN(0x1f00))
				if r == SP {
					v = flatStackAt + uint32(g.IntN(0x100))*4 + uint32(g.IntN(8)/7)
				}
				switch g.IntN(16) {
				case 0:
					v = flatDataAt + 0x1000 - uint32(g.IntN(8))
				case 1:
					v = flatCodeAt + uint32(g.IntN(0x2000))
				}
				code = append(append(code, 0xb8|r), le32(v)...)
			}
		}
		for n := g.IntN(40); n > 0 && len(code) < 0xb0; n-- {
			if g.IntN(8) == 0 {
				code = jcc(code, at)
			}
			code = g.inst(code)
		}
		switch g.IntN(8) {
		case 0, 1, 2:
			code = jcc(code, at)
		case 3:
			code = append(code, 0xe8) // call
			code = append(code, rel(at+len(code))...)
		case 4: // push a block; ret
			code = append(append(code, 0x68), le32(flatCodeAt+uint32(starts[g.IntN(len(starts))]))...)
			code = append(code, 0xc3)
		case 5: // mov eax, a block; call eax or jmp eax
			code = append(append(code, 0xb8), le32(flatCodeAt+uint32(starts[g.IntN(len(starts))]))...)
			code = append(code, 0xff, 0xd0|byte(g.IntN(2))<<4)
		case 6: // mov [data], a block; jmp [data]
			code = append(append(code, 0xc7, 0x05, 0x10, 0xc0, 0, 0), le32(flatCodeAt+uint32(starts[g.IntN(len(starts))]))...)
			code = append(code, 0xff, 0x25, 0x10, 0xc0, 0, 0)
		}
		code = append(code, 0xe9)
		code = append(code, rel(at+len(code))...)
		if at+len(code) <= len(page) {
			copy(page[at:], code)
		} else {
			page[at&^1] = 0xc3
		}
	}
	blocks = le32(0)
	for range 8 {
		blocks = append(blocks, le32(flatCodeAt+uint32(starts[g.IntN(len(starts))]))...)
	}
	return page, blocks
}

// newFlatRig is a processor for random programs: user mode or not, with pages that are
// not there or read-only around the data, and FS and GS with limits.
func newFlatRig(t testing.TB) *rig {
	r := newProt(t, "pentium-ii").page()
	r.setPTE(flatDataAt>>12+2, 0)
	r.setPTE(flatDataAt>>12-1, flatDataAt-0x1000|5)
	r.CR0 |= CR0WP
	r.setDesc(selSmall, descBytes(flatDataAt, 0x1fff, accData|accUser, flagByte))
	r.setDesc(selDown, descBytes(flatDataAt+0x100, 0x7f, accData|accUser, flagByte))
	// Faults go to a handler that returns to another block each time.
	const common = 0xae00
	r.mem.WritePhys(common, []byte{
		0x50,                // push eax
		0xa1, 0, 0x28, 0, 0, // mov eax,[flatBlocksAt]
		0x40,          // inc eax
		0x83, 0xe0, 7, // and eax,7
		0xa3, 0, 0x28, 0, 0, // mov [flatBlocksAt],eax
		0x8b, 0x04, 0x85, 0x04, 0x28, 0, 0, // mov eax,[flatBlocksAt+4+eax*4]
		0x89, 0x44, 0x24, 4, // mov [esp+4],eax
		0x58, // pop eax
		0xcf, // iret
	})
	for v := range uint32(32) {
		at := 0xa800 + v*16
		var code []byte
		if v == 8 || v >= 10 && v <= 14 || v == 17 {
			code = []byte{0x83, 0xc4, 4} // add esp,4
		}
		code = append(code, 0xe9) // jmp common
		code = append(code, le32(common-at-uint32(len(code))-4)...)
		r.mem.WritePhys(at, code)
		r.setGate(uint8(v), gateBytes(selCode0, at, 0x8e, 0))
	}
	return r
}

// TestTranslatedPrograms runs random programs on both engines. BEIGE_RANDOM is how
// many, BEIGE_SEED which.
func TestTranslatedPrograms(t *testing.T) {
	n, seed := 3000, uint64(1)
	if testing.Short() {
		n = 300
	}
	if v, err := strconv.Atoi(os.Getenv("BEIGE_RANDOM")); err == nil {
		n = v
	}
	if v, err := strconv.ParseUint(os.Getenv("BEIGE_SEED"), 10, 64); err == nil {
		seed = v
	}
	e := newEngines(t, func() *rig { return newFlatRig(t) })
	e.area = [2]uint32{0, 0x12000}
	start, data := e.want.State, make([]byte, 0x4000)
	image := slices.Clone(e.want.mem.Mem()[:e.area[1]])
	g := newFlatGenerator()
	for k := range n {
		rnd := rand.New(rand.NewPCG(seed, uint64(k)))
		g.Rand = rnd
		code, blocks := g.program()
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		e.what = fmt.Sprintf("seed %d, program %d", seed, k)
		user := rnd.IntN(2) == 0
		e.both(func(r *rig) {
			retired := r.Retired
			r.State = start
			r.Retired = retired
			if user {
				r.user()
			}
			r.Seg[FS], r.Seg[GS] = r.loaded(selSmall|3), r.loaded(selDown|3)
			if k%16 != 0 {
				r.ForgetCode()
			}
			r.mem.WritePhys(0, image)
			r.mem.WritePhys(flatCodeAt, code)
			r.mem.WritePhys(flatBlocksAt, blocks)
			r.mem.WritePhys(flatDataAt, data)
			r.mem.WritePhys(0x6000, data[:0x2000])
			r.IP = flatCodeAt
			r.Refresh()
		})
		e.slices(rnd, 1500)
	}
	e.ran()
	t.Logf("%+v, %d of %d executed are faults", e.got.engine.count, e.got.counters.Faults, e.got.Retired)
}
