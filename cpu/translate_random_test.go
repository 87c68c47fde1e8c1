package cpu

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"beige/cpu/fpu"
	"beige/cpu/isa"
)

// randomCode writes random programs: blocks of instructions from the table, with branches
// between them, in endless loops.
type randomCode struct {
	*rand.Rand
	mode isa.Mode
	base [6]uint32 // of the segments: pointers are linear addresses less that
	load bool      // segment registers can be loaded with base>>4
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
	isa.MOVS: true, isa.STOS: true, isa.LODS: true, isa.SCAS: true, isa.XLAT: true, isa.PUSHA: true, isa.POPA: true, isa.PUSHF: true,
}

func init() {
	for op := isa.FLD; op <= isa.FNSTSW; op++ {
		translatedOps[op] = op != isa.FBLD && op != isa.FBSTP && !(op >= isa.FCMOVB && op <= isa.FCMOVNU) && !(op >= isa.FSQRT && op <= isa.FSINCOS)
	}
	for i := range isa.Op(16) {
		translatedOps[isa.SETO+i], translatedOps[isa.CMOVO+i] = true, true
	}
}

func newRandomCode() *randomCode {
	g := &randomCode{dec: isa.NewDecoder(isa.LPentiumII)}
	for _, row := range isa.Rows() {
		if row.Attr&(isa.Privileged|isa.IOPL|isa.IO|isa.Branch|isa.EndsTrace) != 0 && row.Op != isa.MOV && row.Op != isa.PUSHF && row.Op != isa.CLI || row.Prefix != 0 {
			continue
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// inst appends a random instruction that mostly leaves the pointers EBP, ESI, EDI and
// ESP alone and mostly accesses memory through them.
func (g *randomCode) inst(code []byte) []byte {
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
		if g.dec.Decode(b, g.mode, &in) != isa.OK || in.Op != row.Op {
			continue
		}
		if in.AddrSize != g.size() && g.IntN(50) != 0 {
			continue
		}
		wild := false
		for i, a := range in.Args {
			wild = wild || i == 0 && a.Kind == isa.SReg && row.Op != isa.PUSH
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

// size is that of operands and addresses without a prefix, word a value of it.
func (g *randomCode) size() uint8 {
	if g.mode == isa.Mode16 {
		return 2
	}
	return 4
}

func (g *randomCode) word(v uint32) []byte { return le32(v)[:g.size()] }

// program returns the code of both pages.
func (g *randomCode) program() (page, blocks []byte) {
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
	rel := func(from int) []byte { return g.word(uint32(starts[g.IntN(len(starts))] - from - int(g.size()))) }
	block := func() uint32 { return flatCodeAt + uint32(starts[g.IntN(len(starts))]) - g.base[CS] }
	jcc := func(code []byte, at int) []byte {
		code = append(code, 0x0f, 0x80|byte(g.IntN(16)))
		return append(code, rel(at+len(code))...)
	}
	for k, at := range starts {
		var code []byte
		if k == 0 || g.IntN(3) == 0 {
			// Pointers anew, with all alignments and now and then at the end of a page.
			if g.load {
				for _, s := range []byte{DS, ES} {
					switch sel := g.word(g.base[s] >> 4); g.IntN(6) {
					case 0: // mov bx, sel; mov seg, bx
						code = append(append(append(code, 0xbb), sel...), 0x8e, 0xc3|s<<3)
					case 1: // push sel; pop seg
						code = append(append(append(code, 0x68), sel...), 7|s<<3)
					case 2: // push sel; mov bp, sp; mov seg, [bp]
						code = append(append(append(code, 0x68), sel...), 0x89, 0xe5, 0x8e, 0x46|s<<3, 0)
					case 3: // push sel; push sel; mov bp, sp; les or lds bx, [bp]
						code = append(append(append(append(append(code, 0x68), sel...), 0x68), sel...), 0x89, 0xe5, 0xc4|s/DS, 0x5e, 0)
					}
				}
			}
			if g.IntN(4) == 0 {
				code = append(code, 0xdb, 0xe3) // fninit
				for range g.IntN(6) {
					code = append(code, 0xd9, [...]byte{0xc0, 0xe8, 0xe9, 0xeb, 0xee}[g.IntN(5)]) // fld st0, fld1, fldl2t, fldpi, fldz
				}
			}
			for _, r := range []byte{BP, SI, DI, SP} {
				v := uint32(flatDataAt + 0x80 + g.IntN(0x1f00))
				if r == SP {
					v = flatStackAt + uint32(g.IntN(0x100))*4 + uint32(g.IntN(8)/7)
					if g.IntN(8) == 0 {
						v = flatStackAt&^0xfff + 0x1000 + uint32(g.IntN(60)) - 20
					}
				}
				switch g.IntN(16) {
				case 0:
					v = flatDataAt + 0x1000 - uint32(g.IntN(8))
				case 1:
					v = flatCodeAt + uint32(g.IntN(0x2000))
				}
				v -= g.base[[...]uint8{BP - SP: SS, SI - SP: DS, DI - SP: ES, 0: SS}[r-SP]]
				if g.mode == isa.Mode16 {
					code = append(code, 0x66)
					if g.IntN(4) == 0 {
						v |= g.Uint32() << 16
					}
				}
				code = append(append(code, 0xb8|r), le32(v)...)
			}
		}
		for n := g.IntN(40); n > 0 && len(code) < 0xb0; n-- {
			if g.IntN(8) == 0 {
				code = jcc(code, at)
			}
			if g.IntN(16) == 0 { // LOOPNE LOOPE LOOP JCXZ to somewhere near
				if g.IntN(8) == 0 {
					code = append(code, 0x66+byte(g.IntN(2)))
				}
				code = append(code, 0xe0|byte(g.IntN(4)), byte(g.IntN(24)-8))
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
			code = append(append(code, 0x68), g.word(block())...)
			code = append(code, 0xc3)
		case 5: // mov eax, a block; call eax or jmp eax
			code = append(append(code, 0xb8), g.word(block())...)
			code = append(code, 0xff, 0xd0|byte(g.IntN(2))<<4)
		case 6: // mov [data], a block; jmp [data]
			mod := byte(5)
			if g.mode == isa.Mode16 {
				mod = 6
			}
			place := g.word(flatDataAt + 0x10 - g.base[DS])
			code = append(append(append(code, 0xc7, mod), place...), g.word(block())...)
			code = append(append(code, 0xff, 0x20|mod), place...)
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
		blocks = append(blocks, le32(block())...)
	}
	return page, blocks
}

// randomModel is what random programs run on: BEIGE_MODEL says which.
func randomModel() string {
	if m := os.Getenv("BEIGE_MODEL"); m != "" {
		return m
	}
	return "pentium-ii"
}

// newFlatRig is a processor for random programs: user mode or not, with pages that are
// not there or read-only around the data, and FS and GS with limits.
func newFlatRig(t testing.TB) *rig {
	r := newProt(t, randomModel()).page()
	// Pages beside one another are not so in memory: what crosses their border unseen is
	// found elsewhere.
	r.setPTE(flatDataAt>>12+1, 0x16007)
	r.setPTE(flatStackAt>>12+1, 0x15007)
	r.setPTE(flatDataAt>>12+2, 0)
	r.setPTE(flatDataAt>>12-1, flatDataAt-0x1000|5)
	r.CR0 |= CR0WP
	r.setDesc(selSmall, descBytes(flatDataAt, 0x1fff, accData|accUser, flagByte))
	r.setDesc(selDown, descBytes(flatDataAt+0x100, 0x7f, accData|accUser, flagByte))
	// Faults go to a handler that returns to another block each time.
	const common = 0xae00
	r.mem.WritePhys(common, []byte{
		0x50,                                // push eax
		0x1e,                                // push ds
		0x66, 0xb8, selData0, 0, 0x8e, 0xd8, // mov ax,selData0; mov ds,ax
		0xa1, 0, 0x28, 0, 0, // mov eax,[flatBlocksAt]
		0x40,          // inc eax
		0x83, 0xe0, 7, // and eax,7
		0xa3, 0, 0x28, 0, 0, // mov [flatBlocksAt],eax
		0x8b, 0x04, 0x85, 0x04, 0x28, 0, 0, // mov eax,[flatBlocksAt+4+eax*4]
		0x89, 0x44, 0x24, 8, // mov [esp+8],eax
		0x1f, // pop ds
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

// newRealRig is a processor in real mode for random programs.
func newRealRig(t testing.TB) *rig {
	r := newRig(t, randomModel())
	const at = 0xae00
	r.mem.WritePhys(at, []byte{
		0x50, 0x53, 0x1e, 0x55, // push ax; push bx; push ds; push bp
		0x31, 0xc0, 0x8e, 0xd8, // xor ax,ax; mov ds,ax
		0x8b, 0x1e, 0, 0x28, // mov bx,[flatBlocksAt]
		0x83, 0xc3, 4, // add bx,4
		0x83, 0xe3, 0x1c, // and bx,1ch
		0x89, 0x1e, 0, 0x28, // mov [flatBlocksAt],bx
		0x8b, 0x87, 0x04, 0x28, // mov ax,[bx+flatBlocksAt+4]
		0x89, 0xe5, 0x89, 0x46, 8, // mov bp,sp; mov [bp+8],ax
		0x5d, 0x1f, 0x5b, 0x58, 0xcf, // pop bp; pop ds; pop bx; pop ax; iret
	})
	for v := range uint32(32) {
		r.mem.Write(v*4, 4, at)
	}
	return r
}

// Where the segments of random programs begin that are not flat.
var randomBases = [6]uint32{ES: 0x4800, CS: 0x1230, SS: 0x2010, DS: 0x4000}

// segmentsOf are those of protected mode, for user or not. Limits are beyond all, or
// within the data.
func (r *rig) segmentsOf(rnd *rand.Rand, user, code16 bool) {
	rpl := uint8(0)
	if user {
		rpl = 3
	}
	code, limit := uint8(flag32), uint32(0xfffff)
	if code16 {
		code, limit = 0, 0xffff
	}
	r.setDesc(selCode16, descBytes(randomBases[CS], limit, accCode|rpl<<5, code))
	r.Seg[CS] = r.loaded(selCode16 | uint16(rpl))
	for i, sel := range [...]uint16{ES: selExecOnly, CS: 0, SS: selData16, DS: selReadOnly} {
		if sel == 0 {
			continue
		}
		flags := uint8(rnd.IntN(2)) * flagByte
		limit := uint32(0xffff)
		switch rnd.IntN(4) {
		case 0:
			limit = flatDataAt + 0x1000 - randomBases[i] + uint32(rnd.IntN(8))
		case 1:
			limit, flags = 0xfffff, flags|8
		}
		r.setDesc(sel, descBytes(randomBases[i], limit, accData|rpl<<5, flags))
		r.Seg[i] = r.loaded(sel | uint16(rpl))
	}
}

// randomWorlds are the modes that random programs run in.
var randomWorlds = []struct {
	name  string
	mode  isa.Mode
	make  func(t testing.TB) *rig
	enter func(r *rig, rnd *rand.Rand) (base [6]uint32) // nil: flat
}{
	{"flat 32-bit code", isa.Mode32, newFlatRig, func(r *rig, rnd *rand.Rand) (base [6]uint32) {
		if rnd.IntN(2) == 0 {
			r.user()
		}
		return base
	}},
	{"32-bit code in segments", isa.Mode32, newFlatRig, func(r *rig, rnd *rand.Rand) [6]uint32 {
		user := rnd.IntN(2) == 0
		if user {
			r.user()
		}
		r.segmentsOf(rnd, user, false)
		return randomBases
	}},
	{"16-bit protected mode", isa.Mode16, newFlatRig, func(r *rig, rnd *rand.Rand) [6]uint32 {
		user := rnd.IntN(2) == 0
		if user {
			r.user()
		}
		r.segmentsOf(rnd, user, true)
		return randomBases
	}},
	{"virtual-8086 mode", isa.Mode16, newFlatRig, func(r *rig, rnd *rand.Rand) [6]uint32 {
		r.virtual(uint32(rnd.IntN(2)) * 3)
		for i, b := range randomBases {
			r.Seg[i] = v86Segment(uint16(b >> 4))
		}
		return randomBases
	}},
	{"real mode", isa.Mode16, newRealRig, func(r *rig, rnd *rand.Rand) [6]uint32 {
		for i, b := range randomBases {
			r.Seg[i].Sel, r.Seg[i].Base = uint16(b>>4), uint64(b)
		}
		return randomBases
	}},
	{"32-bit code in real mode", isa.Mode32, newRealRig, func(r *rig, rnd *rand.Rand) [6]uint32 {
		base := randomBases
		for _, i := range []uint8{CS, SS, DS, ES, FS, GS} {
			if i == CS || rnd.IntN(4) == 0 {
				r.Seg[i].Attr |= attrD
			}
			if i == CS || rnd.IntN(2) == 0 {
				r.Seg[i].Limit = 0xffffffff
			}
			if i != CS && rnd.IntN(4) == 0 {
				base[i] = 0
			}
		}
		for i, b := range base {
			r.Seg[i].Sel, r.Seg[i].Base = uint16(b>>4), uint64(b)
		}
		return base
	}},
	{"real mode with large segments", isa.Mode16, newRealRig, func(r *rig, rnd *rand.Rand) [6]uint32 {
		base := randomBases
		for _, i := range []uint8{SS, DS, ES} {
			if i == SS && rnd.IntN(4) == 0 {
				r.Seg[i].Attr |= attrD
			}
			if rnd.IntN(8) != 0 {
				base[i], r.Seg[i].Limit = 0, 0xffffffff
			}
		}
		for i, b := range base {
			r.Seg[i].Sel, r.Seg[i].Base = uint16(b>>4), uint64(b)
		}
		return base
	}},
}

// environment returns how much a test is to do, and the seed of its random numbers:
// what BEIGE_RANDOM and BEIGE_SEED say, or else what is given.
func environment(n, short int, seed uint64) (int, uint64) {
	if testing.Short() {
		n = short
	}
	if v, err := strconv.Atoi(os.Getenv("BEIGE_RANDOM")); err == nil {
		n = v
	}
	if v, err := strconv.ParseUint(os.Getenv("BEIGE_SEED"), 10, 64); err == nil {
		seed = v
	}
	return n, seed
}

// randomUnit is an x87 unit in use: mostly with all masked, and with the precision and
// rounding of most programs.
func randomUnit(rnd *rand.Rand) (u fpu.Unit) {
	u.Init()
	for i := range u.R {
		u.R[i] = x87Number(rnd)
		if rnd.IntN(4) != 0 { // near 1
			u.R[i] = fpu.F80{Mant: rnd.Uint64() | 1<<63, SE: uint16(0x3ff0 + rnd.IntN(0x40) + rnd.IntN(2)<<15)}
		}
	}
	u.Top, u.Use = uint8(rnd.IntN(8)), uint8(rnd.Uint32())
	switch rnd.IntN(8) {
	case 0:
		u.LoadCW(uint16(rnd.Uint32()))
	case 1:
		u.LoadCW(0x37f ^ uint16(rnd.IntN(16))<<8)
	}
	return u
}

// TestTranslatedPrograms runs random programs on both engines. BEIGE_RANDOM is how
// many in each mode, BEIGE_SEED which.
func TestTranslatedPrograms(t *testing.T) {
	n, seed := environment(1500, 150, 1)
	for _, w := range randomWorlds {
		t.Run(w.name, func(t *testing.T) {
			e := newEngines(t, func() *rig { return w.make(t) })
			e.area = [2]uint32{0, 0x18000}
			start, data := e.want.State, make([]byte, 0x4000)
			image := slices.Clone(e.want.mem.Mem()[:e.area[1]])
			g := newRandomCode()
			g.mode = w.mode
			for k := range n {
				rnd := rand.New(rand.NewPCG(seed, uint64(k)))
				g.Rand = rnd
				for i := range data {
					data[i] = byte(rnd.Uint32())
				}
				e.what = fmt.Sprintf("seed %d, program %d", seed, k)
				e.both(func(r *rig) {
					retired := r.Retired
					r.State = start
					r.Retired = retired
					r.CR0 |= CR0NE
					r.FPU.Init()
					if k%16 != 0 {
						r.ForgetCode()
					}
					r.mem.WritePhys(0, image)
					g.base = w.enter(r, rand.New(rand.NewPCG(seed, uint64(k))))
					r.FPU = randomUnit(rand.New(rand.NewPCG(seed+1, uint64(k))))
					r.CR0 |= uint64(k%2) * CR0NE
					if r.protMode {
						r.Seg[FS], r.Seg[GS] = r.loaded(selSmall|3), r.loaded(selDown|3)
					}
				})
				g.load = !e.want.protMode
				code, blocks := g.program()
				e.both(func(r *rig) {
					r.mem.WritePhys(flatCodeAt, code)
					r.mem.WritePhys(flatBlocksAt, blocks)
					r.mem.WritePhys(flatDataAt, data)
					r.mem.WritePhys(0x16000, data[0x1000:])
					r.mem.WritePhys(0x6000, data[:0x2000])
					r.IP = uint64(flatCodeAt - g.base[CS])
					r.Refresh()
				})
				e.slices(rnd, 1500)
			}
			e.ran()
			t.Logf("%+v, %d of %d executed are faults", e.got.engine.count, e.got.counters.Faults, e.got.Retired)
		})
	}
}
