package cpu

import (
	"testing"

	"beige/cpu/fpu"
)

// newMMX returns a Pentium II with an initialized x87 unit that holds one number.
func newMMX(t testing.TB, code ...byte) *rig {
	r := newRig(t, "pentium-ii", code...)
	r.FPU.Init()
	r.FPU.LoadInt(3)
	return r
}

// MMX came with later Pentiums and the Pentium II: earlier models have #UD.
func TestMMXGenerations(t *testing.T) {
	for _, model := range []string{"80386", "80486", "pentium", "pentium-pro"} {
		newRig(t, model, 0x0f, 0x77).wantVector(vecUD)
		newRig(t, model, 0x0f, 0x6f, 0xc1).wantVector(vecUD)
	}
	newMMX(t, 0x0f, 0x77).wantVector(-1)
	m, _ := ModelByName("pentium-ii")
	m.HasFPU = false
	newRigOf(t, m, 0x0f, 0x77).wantVector(vecUD)
	newMMX(t, 0xf0, 0x0f, 0x6f, 0x06, 0, 0xc0).wantVector(vecUD) // LOCK
	newMMX(t, 0x0f, 0xae, 0x06, 0, 0xc0).wantVector(-1)          // FXSAVE
	newMMX(t, 0x0f, 0xae, 0x06, 8, 0xc0).wantVector(vecGP)
}

// CR0.EM is #UD, TS is #NM, a pending error of the x87 unit is #MF, in this order
// and before any access (SDM volume 3, section 12.1 and table 12-2).
func TestMMXExceptions(t *testing.T) {
	for _, code := range [][]byte{
		{0x0f, 0x77},                // emms
		{0x0f, 0x6e, 0x06, 0, 0xc0}, // movd mm0, [c000]
		{0x0f, 0x7e, 0xc0},          // movd eax, mm0
		{0x0f, 0x7f, 0x06, 0, 0xc0}, // movq [c000], mm0
		{0x0f, 0x60, 0x06, 0, 0xc0}, // punpcklbw mm0, [c000]
		{0x0f, 0xfc, 0xc1},          // paddb mm0, mm1
		{0x0f, 0x73, 0xd0, 4},       // psrlq mm0, 4
	} {
		for _, c := range []struct {
			cr0     uint64
			pending bool
			vec     int
		}{
			{CR0EM, false, vecUD}, {CR0TS, false, vecNM}, {CR0EM | CR0TS, true, vecUD}, {CR0TS, true, vecNM}, {CR0NE, true, vecMF}, {CR0NE | CR0MP, false, -1},
		} {
			r := newMMX(t, code...)
			r.CR0 |= c.cr0
			if c.pending {
				r.FPU.CW &^= 1
				r.FPU.LoadStatus(r.FPU.Status() | 1)
			}
			r.Refresh()
			before := r.FPU
			if got := r.halt(); got != c.vec {
				t.Errorf("% x with CR0 %x, error pending %v: vector %d; want %d", code, c.cr0, c.pending, got, c.vec)
			}
			if c.vec >= 0 && r.FPU != before {
				t.Errorf("% x: the unit changed with vector %d", code, c.vec)
			}
		}
	}
}

// What an MMX instruction does to the x87 unit (SDM volume 3, table 12-1).
func TestMMXChangesUnit(t *testing.T) {
	three := fpu.FromInt64(3)
	for _, c := range []struct {
		name string
		code []byte
		use  uint8
		se   uint16 // sign and exponent of register 7, where the 3 was
		mant uint64
	}{
		{"read", []byte{0x0f, 0x7f, 0x3e, 0, 0xc0}, 0xff, three.SE, three.Mant}, // movq [c000], mm7
		{"write", []byte{0x0f, 0x6f, 0x3e, 8, 0xc0}, 0xff, 0xffff, 0},           // movq mm7, [c008]
		{"EMMS", []byte{0x0f, 0x77}, 0, three.SE, three.Mant},
	} {
		r := newMMX(t, c.code...)
		r.FPU.CW, r.FPU.FIP, r.FPU.FOP = 0x27f, 0x1234, 0x123
		r.wantVector(-1)
		u := &r.FPU
		if u.Use != c.use || u.Top != 0 || u.R[7].SE != c.se || u.R[7].Mant != c.mant {
			t.Errorf("%s: in use %x, TOP %d, register %x; want %x, 0, %x and %x", c.name, u.Use, u.Top, u.R[7], c.use, c.se, c.mant)
		}
		if u.CW != 0x27f || u.FIP != 0x1234 || u.FOP != 0x123 {
			t.Errorf("%s: control word %x, pointers %x %x; want them as they were", c.name, u.CW, u.FIP, u.FOP)
		}
	}
	// A fault of the operand leaves the unit alone.
	r := newMMX(t, 0x0f, 0x6f, 0x06, 0xfc, 0xff) // movq mm0, [fffc]
	before := r.FPU
	r.wantVector(vecGP)
	if r.FPU != before {
		t.Errorf("the unit changed with #GP: %+v", r.FPU)
	}
}

// Values at the limits of the elements (SDM volume 2, the instructions' pages).
func TestMMXValues(t *testing.T) {
	for _, c := range []struct {
		name       string
		opcode     byte
		d, s, want uint64
	}{
		{"PADDB", 0xfc, 0x80_ff_7f_01_00_10_20_fe, 0x80_01_01_01_00_f0_20_03, 0x00_00_80_02_00_00_40_01},
		{"PADDSB", 0xec, 0x80_ff_7f_01_00_10_20_fe, 0x80_01_01_01_00_f0_20_03, 0x80_00_7f_02_00_00_40_01},
		{"PADDUSB", 0xdc, 0x80_ff_7f_01_00_10_20_fe, 0x80_01_01_01_00_f0_20_03, 0xff_ff_80_02_00_ff_40_ff},
		{"PSUBUSW", 0xd9, 0x0001_ffff_8000_0000, 0x0002_0001_8001_0001, 0x0000_fffe_0000_0000},
		{"PSUBSW", 0xe9, 0x8000_7fff_0001_0000, 0x0001_ffff_0002_0001, 0x8000_7fff_ffff_ffff},
		{"PMULHW", 0xe5, 0x8000_8000_7fff_ffff, 0x8000_0002_7fff_0001, 0x4000_ffff_3fff_ffff},
		{"PMULLW", 0xd5, 0x8000_8000_7fff_ffff, 0x8000_0002_7fff_0001, 0x0000_0000_0001_ffff},
		{"PMADDWD", 0xf5, 0x8000_8000_0002_ffff, 0x8000_8000_0003_0001, 0x80000000_00000005},
		{"PACKSSDW", 0x6b, 0x00008000_ffff7fff, 0x00007fff_ffff8000, 0x7fff_8000_7fff_8000},
		{"PACKUSWB", 0x67, 0x0100_ffff_00ff_0080, 0x7fff_8000_0001_0000, 0xff_00_01_00_ff_00_ff_80},
		{"PCMPGTB", 0x64, 0x7f_80_00_01_ff_00_02_01, 0x80_7f_00_00_00_ff_01_02, 0xff_00_00_ff_00_ff_ff_00},
		{"PUNPCKHBW", 0x68, 0x8877665544332211, 0x0807060504030201, 0x08_88_07_77_06_66_05_55},
		{"PUNPCKLDQ", 0x62, 0x8877665544332211, 0x0807060504030201, 0x04030201_44332211},
		{"PANDN", 0xdf, 0xff00ff00ff00ff00, 0xffff0000ffff0000, 0x00ff000000ff0000},
		{"PSRAW by 16", 0xe1, 0x8000_7fff_0001_ffff, 16, 0xffff_0000_0000_ffff},
		{"PSRLD by 32", 0xd2, 0xffffffffffffffff, 32, 0},
		{"PSLLQ by 63", 0xf3, 0xffffffffffffffff, 63, 1 << 63},
		{"PSLLQ by 2^32", 0xf3, 0xffffffffffffffff, 1 << 32, 0},
	} {
		r := newMMX(t, 0x0f, c.opcode, 0xd1) // mm2, mm1
		r.FPU.R[2].Mant, r.FPU.R[1].Mant = c.d, c.s
		r.wantVector(-1)
		if got := r.FPU.R[2]; got.Mant != c.want || got.SE != 0xffff {
			t.Errorf("%s: %016x of %016x and %016x; want %016x", c.name, got.Mant, c.d, c.s, c.want)
		}
	}
}
