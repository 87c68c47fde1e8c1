package cpu

import (
	"bytes"
	"fmt"
	"testing"

	"beige/cpu/fpu"
)

// Sequences of x87 code.
var (
	x87Unmask  = []byte{0xd9, 0x2e, 0x00, 0xc1}             // fldcw [c100], 16-bit addresses
	x87Divide  = []byte{0xd9, 0xe8, 0xd9, 0xee, 0xde, 0xf9} // fld1; fldz; fdivp
	x87ZE      = uint64(0x037b)                             // control word: divisions by zero unmasked
	x87ErrorAt = uint64(rigCode + 10)                       // behind both
)

// x87Error is code that leaves a division by zero pending, and more behind it.
func x87Error(more ...byte) []byte {
	return append(append(bytes.Clone(x87Unmask), x87Divide...), more...)
}

// newX87 returns a rig in real mode for that code, with a log of FERR#.
func newX87(t *testing.T, model string, more ...byte) (*rig, *[]bool) {
	t.Helper()
	r := newRig(t, model, x87Error(more...)...)
	r.FPU.Init()
	r.mem.Write(rigData+0x100, 2, x87ZE)
	log := new([]bool)
	r.ferr = func(high bool) { *log = append(*log, high) }
	return r, log
}

// Every model has a unit, and FNINIT, FNSTSW and FNSTCW find it.
func TestX87Detection(t *testing.T) {
	for _, model := range ModelNames() {
		r := newRig(t, model, 0xdb, 0xe3, 0xdd, 0x3e, 0, 0xc0, 0xd9, 0x3e, 2, 0xc0) // fninit; fnstsw [c000]; fnstcw [c002]
		r.mem.Write(rigData, 4, 0x5a5a5a5a)
		r.wantVector(-1)
		want := uint64(0x037f0000)
		if model == "8086" || model == "8088" || model == "80186" {
			want = 0x03ff0000 // with the interrupt enable mask of the 8087
		}
		r.wantMem(rigData, 4, want)
	}
}

// CR0.EM and CR0.TS raise #NM before every escape, FN forms too; WAIT asks for MP
// and TS (SDM volume 3, section 2.5).
func TestX87DeviceNotAvailable(t *testing.T) {
	for _, model := range []string{"80286", "80386", "80486", "pentium-pro"} {
		for _, c := range []struct {
			cr0  uint64
			code []byte
			vec  int
		}{
			{CR0EM, []byte{0xd9, 0xe8}, vecNM}, {CR0TS, []byte{0xd9, 0xe8}, vecNM}, {CR0MP, []byte{0xd9, 0xe8}, -1},
			{CR0EM, []byte{0xdb, 0xe3}, vecNM}, {CR0TS, []byte{0xdf, 0xe0}, vecNM}, {CR0TS, []byte{0xd9, 0x3e, 0, 0xc0}, vecNM},
			{CR0EM, []byte{0xdd, 0x36, 0, 0xc0}, vecNM}, {CR0EM, []byte{0xdd, 0x06, 0, 0xc0}, vecNM}, {CR0TS, []byte{0xdd, 0x1e, 0, 0xc0}, vecNM},
			{CR0TS, []byte{0x9b}, -1}, {CR0EM, []byte{0x9b}, -1}, {CR0MP, []byte{0x9b}, -1}, {CR0MP | CR0TS, []byte{0x9b}, vecNM},
		} {
			r := newRig(t, model, c.code...)
			r.FPU.Init()
			r.CR0 |= c.cr0
			r.Refresh()
			before := r.FPU
			if got := r.halt(); got != c.vec {
				t.Errorf("%s: % x with CR0 %x: vector %d; want %d", model, c.code, c.cr0, got, c.vec)
			}
			if c.vec == vecNM && r.FPU != before {
				t.Errorf("%s: % x: the unit changed with #NM", model, c.code)
			}
		}
	}
}

// With CR0.NE a pending error is #MF at the next waiting instruction; FN
// instructions go on (SDM volume 1, section 8.7.1).
func TestX87Error(t *testing.T) {
	for _, c := range []struct {
		name  string
		code  []byte
		vec   int
		after uint64 // bytes of code before the fault
	}{
		{"WAIT", []byte{0x9b}, vecMF, 0},
		{"FLD1", []byte{0xd9, 0xe8}, vecMF, 0},
		{"FNOP", []byte{0xd9, 0xd0}, vecMF, 0},
		{"FLDCW", []byte{0xd9, 0x2e, 0, 0xc1}, vecMF, 0},
		{"FNSTSW, WAIT", []byte{0xdf, 0xe0, 0x9b}, vecMF, 2},
		{"FNSTCW, WAIT", []byte{0xd9, 0x3e, 0, 0xc0, 0x9b}, vecMF, 4},
		{"FNSTENV, WAIT", []byte{0xd9, 0x36, 0, 0xc0, 0x9b}, -1, 0}, // all masked
		{"FNCLEX, WAIT", []byte{0xdb, 0xe2, 0x9b}, -1, 0},
		{"FNINIT, WAIT", []byte{0xdb, 0xe3, 0x9b}, -1, 0},
		{"FNSAVE, WAIT", []byte{0xdd, 0x36, 0, 0xc0, 0x9b}, -1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ferr := newX87(t, "80486", c.code...)
			r.CR0 |= CR0NE
			r.Refresh()
			r.wantVector(c.vec)
			if c.vec == vecMF {
				r.wantMem(uint32(r.R[SP]), 2, x87ErrorAt+c.after)
				if got := r.FPU.Status() &^ 0x3800; got != 0x8084 {
					t.Errorf("status %x; want 8084", got)
				}
			}
			if len(*ferr) != 0 {
				t.Errorf("FERR# went %v; want no change with CR0.NE", *ferr)
			}
		})
	}
}

// Without CR0.NE the unit drives FERR# and the processor waits in front of the
// instruction for an interrupt, which returns to it.
func TestX87Freeze(t *testing.T) {
	for _, c := range []struct {
		model  string
		atOnce bool
		more   []byte
	}{
		{"80286", true, []byte{0x40, 0xd9, 0xe8}}, // inc ax; fld1
		{"80386", true, []byte{0x40, 0x9b}},
		{"80486", true, []byte{0x40, 0xd9, 0xe8}},
		{"pentium-pro", false, []byte{0x40, 0xd9, 0xe8}},
	} {
		t.Run(c.model, func(t *testing.T) {
			r, ferr := newX87(t, c.model, c.more...)
			r.Run(4)
			if r.FERR != c.atOnce {
				t.Errorf("FERR# behind the error: %v; want %v", r.FERR, c.atOnce)
			}
			ran, why := r.Run(1000)
			if why != StopHalted || r.IP != x87ErrorAt+1 || ran != 1 || uint16(r.R[AX]) != 1 {
				t.Fatalf("stopped by %v at %x after %d instructions, AX %x; want halted, %x, 1, 1", why, r.IP, ran, r.R[AX], x87ErrorAt+1)
			}
			if fmt.Sprint(*ferr) != "[true]" {
				t.Errorf("FERR# went %v; want once high", *ferr)
			}
			// An interrupt finds the instruction not executed.
			r.code(rigGate, 0xdb, 0xe2, 0xcf) // fnclex; iret
			r.mem.Write(0x20*4, 4, rigGate)
			r.Flags |= FlagIF
			r.SetINTR(true)
			r.Run(1)
			r.SetINTR(false)
			r.wantMem(uint32(r.R[SP]), 2, x87ErrorAt+1)
			r.wantVector(-1)
			if r.FERR || fmt.Sprint(*ferr) != "[true false]" {
				t.Errorf("FERR# went %v; want [true false]", *ferr)
			}
		})
	}
}

// IGNNE# lets instructions go on in spite of the error; FERR# stays until it is
// cleared.
func TestX87IgnoreError(t *testing.T) {
	r, ferr := newX87(t, "pentium", 0xd9, 0xe8, 0x9b, 0x40) // fld1; wait; inc ax
	r.SetIGNNE(true)
	r.wantVector(-1)
	r.wantReg(AX, 1)
	if fmt.Sprint(*ferr) != "[true]" || !r.FERR {
		t.Errorf("FERR# went %v; want [true]", *ferr)
	}
	r.Reset()
	if r.FERR || fmt.Sprint(*ferr) != "[true false]" {
		t.Errorf("FERR# went %v; want [true false] with RESET", *ferr)
	}
}

// The single-step trap comes behind instructions that were executed, not in front
// of one that the processor waits with.
func TestX87FreezeSingleStep(t *testing.T) {
	r, _ := newX87(t, "80486", 0x9b)
	r.Run(4)
	r.Flags |= FlagTF
	if _, why := r.Run(10); why != StopHalted || r.IP != x87ErrorAt || r.DebugPending != 0 {
		t.Errorf("stopped by %v at %x, debug traps %x; want halted, %x, 0", why, r.IP, r.DebugPending, x87ErrorAt)
	}
}

// Setting CR0.NE takes FERR# back: the error is reported as #MF from then on.
func TestX87NumericErrorBit(t *testing.T) {
	r, ferr := newX87(t, "80486", 0x0f, 0x20, 0xc0, 0x0c, 0x20, 0x0f, 0x22, 0xc0, 0x9b) // mov eax,cr0; or al,20h; mov cr0,eax; wait
	r.wantVector(vecMF)
	if fmt.Sprint(*ferr) != "[true false]" {
		t.Errorf("FERR# went %v; want [true false]", *ferr)
	}
}

// The 8087 asks for an interrupt while its mask allows; the 8086 notices at WAIT
// only.
func TestX87On8086(t *testing.T) {
	for _, c := range []struct {
		name   string
		cw     uint64
		ferr   string
		halted bool
	}{
		{"interrupts enabled", 0x037b, "[true]", true},
		{"interrupts disabled", 0x03fb, "[]", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ferr := newX87(t, "8086", 0xd9, 0xe8, 0x9b, 0x40) // fld1 without a WAIT; wait; inc ax
			r.mem.Write(rigData+0x100, 2, c.cw)
			_, why := r.Run(6)
			if got := why == StopHalted && uint16(r.IP) == uint16(x87ErrorAt)+2; got != c.halted {
				t.Errorf("stopped by %v at %x; want to wait: %v", why, r.IP, c.halted)
			}
			if fmt.Sprint(*ferr) != c.ferr {
				t.Errorf("FERR# went %v; want %s", *ferr, c.ferr)
			}
		})
	}
	// FDISI and FENI change the mask.
	r, ferr := newX87(t, "8086", 0xdb, 0xe1, 0xdb, 0xe0, 0xdb, 0xe2)
	r.wantVector(-1)
	if fmt.Sprint(*ferr) != "[true false true false]" {
		t.Errorf("FERR# went %v; want [true false true false]", *ferr)
	}
}

// x87Env runs code that stores an environment at DS:C000 and returns its words.
func x87Env(r *rig, size int) []uint32 {
	r.t.Helper()
	r.FPU.Init()
	r.mem.Write(rigData+0x200, 8, 0x4000000000000000)
	r.wantVector(-1)
	var w []uint32
	base := uint32(r.Seg[DS].Base)
	for i := range uint32(7) {
		w = append(w, uint32(r.mem.Read(base+rigData+i*uint32(size), size)))
	}
	return w
}

// FNSAVE and FNSTENV in the layouts of the modes (SDM volume 1, figures 8-9 to
// 8-12), with the pointers of an FLD m64.
func TestX87Environments(t *testing.T) {
	fld16 := []byte{0x26, 0xdd, 0x06, 0x00, 0xc2} // fld qword es:[c200]
	for _, c := range []struct {
		name string
		rig  *rig
		size int
		want []uint32
	}{
		{"real, 16-bit", newRig(t, "80386", append(bytes.Clone(fld16), 0xd9, 0x36, 0, 0xc0)...), 2,
			[]uint32{0x037f, 0x3800, 0x3fff, 0x8000, 0x0506, 0xc200, 0}},
		{"real, 32-bit", newRig(t, "80386", append(bytes.Clone(fld16), 0x66, 0xd9, 0x36, 0, 0xc0)...), 4,
			[]uint32{0xffff037f, 0xffff3800, 0xffff3fff, 0xffff8000, 0x0506, 0xffffc200, 0}},
		{"8087, whose instruction pointer leaves prefixes out", newRig(t, "8086", append(bytes.Clone(fld16), 0xd9, 0x36, 0, 0xc0)...), 2,
			[]uint32{0x03ff, 0x3800, 0x3fff, 0x8001, 0x0506, 0xc200, 0}},
		{"80287 after FSETPM", newRig(t, "80286", append(append([]byte{0xdb, 0xe4}, fld16...), 0xd9, 0x36, 0, 0xc0)...), 2,
			[]uint32{0x037f, 0x3800, 0x3fff, 0x8002, 0, 0xc200, 0}},
		{"protected, 32-bit", newProt(t, "80386", 0x26, 0xdd, 0x05, 0, 0xc2, 0, 0, 0xd9, 0x35, 0, 0xc0, 0, 0), 4,
			[]uint32{0xffff037f, 0xffff3800, 0xffff3fff, rigCode, 0x0505<<16 | selCode0, 0xc200, 0xffff0000 | selData0}},
		{"protected, 16-bit", newProt(t, "80386", 0x26, 0xdd, 0x05, 0, 0xc2, 0, 0, 0x66, 0xd9, 0x35, 0, 0xc0, 0, 0), 2,
			[]uint32{0x037f, 0x3800, 0x3fff, rigCode, selCode0, 0xc200, selData0}},
		{"virtual-8086", newProt(t, "80386", append(bytes.Clone(fld16), 0xd9, 0x36, 0, 0xc0, 0xcd, 0x40)...).virtual(3), 2,
			[]uint32{0x037f, 0x3800, 0x3fff, 0x8000, 0x0506, 0x3200, 0x1000}}, // linear 13200
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.rig
			r.t = t
			var got []uint32
			if r.v86 {
				r.setGate(0x40, gateBytes(selCode0, rigHandlers+0x40*4, 0xee, 0))
				r.FPU.Init()
				r.mem.Write(0x7000+rigData+0x200, 8, 0x4000000000000000)
				r.wantVector(0x40)
				for i := range uint32(7) {
					got = append(got, uint32(r.mem.Read(0x7000+rigData+i*2, 2)))
				}
			} else {
				got = x87Env(r, c.size)
			}
			if fmt.Sprintf("%x", got) != fmt.Sprintf("%x", c.want) {
				t.Errorf("environment %x; want %x", got, c.want)
			}
		})
	}
}

// FNSAVE stores ST(0) first and initializes; FRSTOR brings everything back.
func TestX87SaveRestore(t *testing.T) {
	for _, c := range []struct {
		rig  *rig
		size uint32
	}{
		{newRig(t, "80286", 0xdd, 0x36, 0, 0xc0, 0xdd, 0x26, 0, 0xc0), 94},
		{newRig(t, "80386", 0x66, 0xdd, 0x36, 0, 0xc0, 0x66, 0xdd, 0x26, 0, 0xc0), 108},
		{newProt(t, "pentium", 0x66, 0xdd, 0x35, 0, 0xc0, 0, 0, 0x66, 0xdd, 0x25, 0, 0xc0, 0, 0), 94},
		{newProt(t, "pentium", 0xdd, 0x35, 0xc0, 0xcf, 0, 0, 0xdd, 0x25, 0xc0, 0xcf, 0, 0).page(), 108}, // across a page
	} {
		r := c.rig
		at := uint32(rigData)
		if r.CR0&CR0PG != 0 {
			at = 0xcfc0
		}
		r.mem.Write(at+c.size, 2, 0x5a5a)
		r.FPU.Init()
		for i := range 3 {
			r.FPU.LoadInt(int64(i + 1))
		}
		want := r.FPU
		r.Run(1)
		if r.FPU.Use != 0 || r.FPU.CW != 0x37f || r.FPU.Top != 0 {
			t.Errorf("after FNSAVE: registers in use %x, control %x, TOP %d; want 0, 37f, 0", r.FPU.Use, r.FPU.CW, r.FPU.Top)
		}
		r.wantMem(at+c.size-80, 8, 0xc000000000000000) // 3
		r.wantMem(at+c.size-72, 2, 0x4000)
		r.wantMem(at+c.size, 2, 0x5a5a)
		r.Run(1)
		if r.FPU != want {
			t.Errorf("after FRSTOR: %+v; want %+v", r.FPU, want)
		}
	}
}

// A page fault leaves the unit as it was, and memory too.
func TestX87Faults(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte // operand at CFFC, or CFC0 for environments
		cr2  uint32
		err  uint32
	}{
		{"FLD m80", []byte{0xdb, 0x2d, 0xfc, 0xcf, 0, 0}, 0xd000, 0},
		{"FLD m64", []byte{0xdd, 0x05, 0xfc, 0xcf, 0, 0}, 0xd000, 0},
		{"FADD m64", []byte{0xdc, 0x05, 0xfc, 0xcf, 0, 0}, 0xd000, 0},
		{"FBLD", []byte{0xdf, 0x25, 0xfc, 0xcf, 0, 0}, 0xd000, 0},
		{"FSTP m80", []byte{0xdb, 0x3d, 0xfc, 0xcf, 0, 0}, 0xd000, 2},
		{"FSTP m80, of which two bytes are on the next page", []byte{0xdb, 0x3d, 0xf8, 0xcf, 0, 0}, 0xd000, 2},
		{"FSTP m64", []byte{0xdd, 0x1d, 0xfc, 0xcf, 0, 0}, 0xd000, 2},
		{"FISTP m64", []byte{0xdf, 0x3d, 0xfc, 0xcf, 0, 0}, 0xd000, 2},
		{"FBSTP", []byte{0xdf, 0x35, 0xfc, 0xcf, 0, 0}, 0xd000, 2},
		{"FNSTENV", []byte{0xd9, 0x35, 0xf0, 0xcf, 0, 0}, 0xd00b, 2}, // the last byte
		{"FLDENV", []byte{0xd9, 0x25, 0xf0, 0xcf, 0, 0}, 0xd00b, 0},
		{"FNSAVE", []byte{0xdd, 0x35, 0xc0, 0xcf, 0, 0}, 0xd02b, 2},
		{"FRSTOR", []byte{0xdd, 0x25, 0xc0, 0xcf, 0, 0}, 0xd02b, 0},
		{"FNSTSW", []byte{0xdd, 0x3d, 0xff, 0xcf, 0, 0}, 0xd000, 2},
		{"FLDCW", []byte{0xd9, 0x2d, 0xff, 0xcf, 0, 0}, 0xd000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newProt(t, "80486", c.code...).page()
			r.setPTE(0xd, 0xd000)
			for i := range uint32(64) {
				r.mem.Write(0xcfc0+i, 1, 0x5a)
			}
			r.FPU.Init()
			r.FPU.LoadInt(7)
			want := r.FPU
			r.wantError(vecPF, c.err)
			if r.FPU != want {
				t.Errorf("the unit is %+v; want %+v", r.FPU, want)
			}
			if uint32(r.CR2) != c.cr2 {
				t.Errorf("CR2 %x; want %x", r.CR2, c.cr2)
			}
			for i := range uint32(8) {
				r.wantMem(0xcfc0+i*8, 8, 0x5a5a5a5a5a5a5a5a)
			}
		})
	}
}

// A store that an unmasked exception suppresses writes nothing and pops nothing,
// but the operand must be writable.
func TestX87SuppressedStore(t *testing.T) {
	for _, absent := range []bool{false, true} {
		r := newProt(t, "80486", 0xdd, 0x1d, 0, 0xd0, 0, 0).page() // fstp qword [d000] of an empty register
		r.FPU.Init()
		r.FPU.LoadCW(0x37e)
		if absent {
			r.setPTE(0xd, 0xd000)
			r.wantError(vecPF, 2)
			continue
		}
		r.mem.Write(0xd000, 8, 0x5a5a5a5a5a5a5a5a)
		r.wantVector(-1)
		r.wantMem(0xd000, 8, 0x5a5a5a5a5a5a5a5a)
		if got := r.FPU.Status(); got != 0x80c1 {
			t.Errorf("status %x; want 80c1", got)
		}
	}
}

// The 80286 raises interrupt 9, not 13, if the first word of an operand lies within
// the segment and a later one does not.
func TestX87SegmentOverrun(t *testing.T) {
	for _, c := range []struct {
		name string
		at   uint16
		vec  int
	}{
		{"second word", 0xfe, vecMPX}, {"first word", 0xff, vecGP}, {"last word", 0xfa, vecMPX}, {"fits", 0xf8, -1},
	} {
		r := newProt(t, "80286", 0xdd, 0x06, byte(c.at), byte(c.at>>8)) // fld qword [at]
		r.Seg[DS] = r.loaded(selSmall)
		r.Refresh()
		if got := r.halt(); got != c.vec {
			t.Errorf("%s: vector %d; want %d", c.name, got, c.vec)
		}
	}
	r := newProt(t, "80386", 0xdd, 0x05, 0xfe, 0, 0, 0)
	r.Seg[DS] = r.loaded(selSmall)
	r.Refresh()
	r.wantVector(vecGP)
}

// A task switch sets CR0.TS: the first instruction of the new task raises #NM,
// whose handler can exchange the unit's state.
func TestX87TaskSwitch(t *testing.T) {
	r := newProt(t, "80386", 0xea, 0, 0, 0, 0, selTSS2, 0) // jmp selTSS2:0
	for off, v := range map[uint32]uint32{0x20: rigGate, 0x24: FlagOn, 0x38: rigStack0,
		0x48: selData0, 0x4c: selCode0, 0x50: selData0, 0x54: selData0} {
		r.mem.Write(rigTSS2+off, 4, uint64(v))
	}
	r.code(rigGate, 0xd9, 0xe8) // fld1
	// The handler: clts; fnsave [c000]; iret.
	r.setGate(vecNM, gateBytes(selCode0, 0xb000, 0x8e, 0))
	r.code(0xb000, 0x0f, 0x06, 0xdd, 0x35, 0, 0xc0, 0, 0, 0xcf)
	r.FPU.Init()
	r.FPU.LoadInt(3)
	r.wantVector(-1)
	r.wantMem(rigData+28, 8, 0xc000000000000000)
	if r.CR0&CR0TS != 0 || r.FPU.Use != 0x80 || r.counters.Faults != 1 {
		t.Errorf("CR0 %x, registers in use %x, %d faults; want TS clear, 80, 1", r.CR0, r.FPU.Use, r.counters.Faults)
	}
}

// FCMOVcc, FCOMI and FUCOMI came with the Pentium Pro, FXSAVE and FXRSTOR behind
// it; the trigonometric instructions with the 80387, where an 80287 does nothing.
func TestX87Generations(t *testing.T) {
	for _, code := range [][]byte{{0xda, 0xc1}, {0xdb, 0xc1}, {0xdb, 0xf1}, {0xdf, 0xe9}} {
		newRig(t, "pentium", code...).wantVector(vecUD)
		r := newRig(t, "pentium-pro", code...)
		r.FPU.Init()
		r.wantVector(-1)
	}
	newRig(t, "pentium-pro", 0x0f, 0xae, 0x06, 0, 0xc0).wantVector(vecUD)
	newRig(t, "80486", 0xd9, 0xd1).wantVector(vecUD)
	for model, want := range map[string]bool{"80286": true, "80386": false} {
		r := newRig(t, model, 0xd9, 0xe8, 0xd9, 0xfe) // fld1; fsin
		r.FPU.Init()
		r.wantVector(-1)
		if got := r.FPU.ST(0).Mant == 1<<63; got != want {
			t.Errorf("%s: 1 is unchanged by FSIN: %v; want %v", model, got, want)
		}
	}
}

// FCOMI sets ZF, PF and CF and clears the rest; FCMOV reads them.
func TestX87Flags(t *testing.T) {
	r := newRig(t, "pentium-pro", 0xdb, 0xf1, 0x9c, 0x58, 0xda, 0xc2) // fcomi st1; pushf; pop ax; fcmovb st2
	r.FPU.Init()
	for _, v := range []int64{9, 2, 1} {
		r.FPU.LoadInt(v)
	}
	r.setArithFlags(FlagOF | FlagSF | FlagZF | FlagAF)
	r.wantVector(-1)
	r.wantReg(AX, FlagCF|FlagOn)
	if got := r.FPU.ST(0); got != fpu.FromInt64(9) {
		t.Errorf("ST(0) = %x; want 9", got)
	}
}

// FXSAVE and FXRSTOR on a model that has them: 512 bytes at a multiple of 16, of
// which only those of the unit change.
func TestX87FxSave(t *testing.T) {
	with := func(code ...byte) *rig {
		m, _ := ModelByName("pentium-pro")
		m.Features |= FeatFXSR
		r := newRigOf(t, m, code...)
		r.FPU.Init()
		r.FPU.LoadInt(3)
		return r
	}
	r := with(0x0f, 0xae, 0x06, 0, 0xc0, 0xdb, 0xe3, 0x0f, 0xae, 0x0e, 0, 0xc0) // fxsave [c000]; fninit; fxrstor [c000]
	for i := range uint32(512) {
		r.mem.Write(rigData+i, 1, 0x5a)
	}
	want := r.FPU
	r.wantVector(-1)
	if r.FPU != want {
		t.Errorf("after FXRSTOR: %+v; want %+v", r.FPU, want)
	}
	r.wantMem(rigData, 8, 0x0080_3800_037f)
	r.wantMem(rigData+24, 8, 0x5a5a5a5a5a5a5a5a)
	r.wantMem(rigData+32, 8, 0xc000000000000000)
	r.wantMem(rigData+40, 8, 0x4000)
	r.wantMem(rigData+160, 8, 0x5a5a5a5a5a5a5a5a)
	with(0x0f, 0xae, 0x06, 8, 0xc0).wantVector(vecGP)
	with(0x0f, 0xae, 0x0e, 1, 0xc0).wantVector(vecGP)
	with(0x0f, 0xae, 0x06, 0x10, 0xfe).wantVector(vecGP) // beyond the segment
	r = with(0x0f, 0xae, 0x06, 0, 0xc0)
	r.CR0 |= CR0TS
	r.Refresh()
	r.wantVector(vecNM)
}

// The unit is part of the snapshot, and a snapshot in the middle goes on the same.
func TestX87Snapshot(t *testing.T) {
	code := []byte{0xb9, 50, 0, 0, 0, 0xd9, 0xe8, 0xd9, 0xeb, 0xde, 0xc1, 0xd9, 0xfa, 0xde, 0xc9, 0xe2, 0xf4} // fld1; fldpi; faddp; fsqrt; fmulp; loop
	run := func(r *rig) {
		r.FPU.Init()
		r.FPU.LoadInt(5)
	}
	a, b := newProt(t, "pentium-pro", code...), newProt(t, "pentium-pro", code...)
	run(a)
	run(b)
	before, _ := a.MarshalBinary()
	a.FPU.SetST(0, fpu.FromInt64(6))
	if after, _ := a.MarshalBinary(); bytes.Equal(before, after) {
		t.Error("the snapshot does not show a change of ST(0)")
	}
	a.FPU.SetST(0, fpu.FromInt64(5))
	a.Run(101)
	save, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c := newProt(t, "pentium-pro", code...)
	if err := c.UnmarshalBinary(save); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*rig{a, b, c} {
		r.wantVector(-1)
	}
	wantState, _ := a.MarshalBinary()
	for i, r := range []*rig{b, c} {
		if got, _ := r.MarshalBinary(); !bytes.Equal(got, wantState) {
			t.Errorf("run %d ends differently: %+v; want %+v", i, r.FPU, a.FPU)
		}
	}
}

// Port F1h of the AT resets an 80287, which ends what FSETPM began.
func TestX87ExternalReset(t *testing.T) {
	for model, want := range map[string]bool{"80286": true, "80486": false} {
		r := newRig(t, model, 0xd9, 0xe8)
		r.FPU.Init()
		r.wantVector(-1)
		r.ResetCoprocessor()
		if got := r.FPU.Use == 0; got != want {
			t.Errorf("%s: reset %v; want %v", model, got, want)
		}
	}
}
