package cpu

import (
	"slices"
	"testing"

	"beige/mmu"
)

func TestResetState(t *testing.T) {
	for _, c := range []struct {
		model     string
		cs        uint16
		base, ip  uint64
		flags, dx uint32
		cr0       uint64
		idtr      uint32
		dr6, dr7  uint64
	}{
		{"8086", 0xffff, 0xffff0, 0, 0xf002, 0, 0, 0x3ff, 0, 0},
		{"80186", 0xffff, 0xffff0, 0, 0xf002, 0, 0, 0x3ff, 0, 0},
		{"80286", 0xf000, 0xff0000, 0xfff0, 2, 0, 0xfff0, 0x3ff, 0, 0},                  // 80286 PRM 10.1: MSW FFF0, IDT limit 03FF
		{"80386", 0xf000, 0xffff0000, 0xfff0, 2, 0x308, 0x10, 0x3ff, 0xffff0ff0, 0x400}, // 80386 PRM 10.1: IDTR limit 03FF, ET with an 80387
		{"80486", 0xf000, 0xffff0000, 0xfff0, 2, 0x402, 0x60000010, 0x3ff, 0xffff0ff0, 0x400},
		{"pentium", 0xf000, 0xffff0000, 0xfff0, 2, 0x52b, 0x60000010, 0xffff, 0xffff0ff0, 0x400}, // SDM 3, table 9-1
		{"pentium-pro", 0xf000, 0xffff0000, 0xfff0, 2, 0x619, 0x60000010, 0xffff, 0xffff0ff0, 0x400},
	} {
		t.Run(c.model, func(t *testing.T) {
			r := newRig(t, c.model)
			r.Reset()
			s := &r.Seg[CS]
			if s.Sel != c.cs || s.Base != c.base || r.IP != c.ip {
				t.Errorf("CS:IP = %04x(%x):%x; want %04x(%x):%x", s.Sel, s.Base, r.IP, c.cs, c.base, c.ip)
			}
			if r.EFLAGS() != c.flags || uint32(r.R[DX]) != c.dx || r.CR0 != c.cr0 {
				t.Errorf("FLAGS %x DX %x CR0 %x; want %x, %x, %x", r.EFLAGS(), r.R[DX], r.CR0, c.flags, c.dx, c.cr0)
			}
			if r.IDTR.Limit != c.idtr || r.DR[6] != c.dr6 || r.DR[7] != c.dr7 {
				t.Errorf("IDTR limit %x DR6 %x DR7 %x; want %x, %x, %x", r.IDTR.Limit, r.DR[6], r.DR[7], c.idtr, c.dr6, c.dr7)
			}
		})
	}
}

func TestModelNames(t *testing.T) {
	want := []string{"8086", "8088", "80186", "80286", "80386", "80486", "pentium", "pentium-pro", "pentium-ii"}
	if got := ModelNames(); !slices.Equal(got, want) {
		t.Errorf("ModelNames() = %q; want %q", got, want)
	}
	if _, ok := ModelByName("z80"); ok {
		t.Error(`ModelByName("z80") found one`)
	}
}

// The first fetch is from 16 bytes below the end of the address space, also
// after the first far jump left the upper half of it.
func TestFirstFetch(t *testing.T) {
	for _, model := range ModelNames() {
		r := newRig(t, model)
		rom := make([]byte, 0x10000)
		copy(rom[0xfff0:], []byte{0xea, 0, 0x80, 0, 0}) // jmp 0:8000
		if err := r.mem.MapROM("rom", rom, 0xf0000, 0xff0000, 0xffff0000); err != nil {
			t.Fatal(err)
		}
		r.code(rigCode, 0xb8, 0x34, 0x12)
		r.Reset()
		r.wantVector(-1)
		r.wantReg(AX, 0x1234)
	}
}

func TestNewRefusesParts(t *testing.T) {
	mem, _ := mmu.NewPhysical(1 << 20)
	if _, err := New(Config{Memory: mem}); err == nil {
		t.Error("New without a model succeeded")
	}
}

func TestCPUID(t *testing.T) {
	for _, model := range []string{"80386", "80486"} {
		newRig(t, model, 0x0f, 0xa2).wantVector(vecUD)
	}
	for _, c := range []struct {
		model            string
		max, sign, feats uint32
	}{
		{"pentium", 1, 0x52b, 0x1bf},
		{"pentium-pro", 2, 0x619, FeatCMOV | FeatMCA | FeatPGE | FeatSEP | 0x1bf},
	} {
		r := newRig(t, c.model, 0x66, 0x31, 0xc0, 0x0f, 0xa2) // xor eax,eax; cpuid
		r.wantVector(-1)
		r.wantReg(AX, c.max)
		r.wantReg(BX, 0x756e6547) // Genu
		r.wantReg(DX, 0x49656e69) // ineI
		r.wantReg(CX, 0x6c65746e) // ntel
		r = newRig(t, c.model, 0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2)
		r.wantVector(-1)
		r.wantReg(AX, c.sign)
		r.wantReg(DX, c.feats)
	}
}

// How programs tell the models apart by FLAGS: bits 12-15 stay 1 up to the
// 80186, stay 0 on the 80286 in real mode; AC and ID exist from the 80486 and
// Pentium on (AP-485).
func TestFlagsIdentifyModel(t *testing.T) {
	for _, c := range []struct {
		model string
		ones  uint16
		zeros uint16
	}{
		{"8086", 0xf000, 0xf000}, {"80186", 0xf000, 0xf000}, {"80286", 0, 0}, {"80386", 0x7000, 0}, {"pentium-pro", 0x7000, 0},
	} {
		for _, v := range []uint16{0xffff &^ 0x300, 0} { // not TF, IF
			r := newRig(t, c.model, 0xb8, byte(v), byte(v>>8), 0x50, 0x9d, 0x9c, 0x58) // mov ax,v; push ax; popf; pushf; pop ax
			r.wantVector(-1)
			want := c.zeros
			if v != 0 {
				want = c.ones
			}
			if got := uint16(r.R[AX]) & 0xf000; got != want {
				t.Errorf("%s: bits 12-15 after POPF %04x = %04x; want %04x", c.model, v, got, want)
			}
		}
	}
	for _, c := range []struct {
		model string
		want  uint32
	}{{"80386", 0}, {"80486", FlagAC}, {"pentium", FlagAC | FlagID}, {"pentium-pro", FlagAC | FlagID}} {
		r := newRig(t, c.model, 0x66, 0x68, 0, 0, 0x24, 0, 0x66, 0x9d, 0x66, 0x9c, 0x66, 0x58) // push AC|ID; popfd; pushfd; pop eax
		r.wantVector(-1)
		if got := uint32(r.R[AX]) & (FlagAC | FlagID); got != c.want {
			t.Errorf("%s: AC and ID = %x; want %x", c.model, got, c.want)
		}
	}
}

func TestPushSP(t *testing.T) {
	for _, model := range ModelNames() {
		r := newRig(t, model, 0x54, 0x58) // push sp; pop ax
		r.wantVector(-1)
		want := uint32(rigStack0)
		if model == "8086" || model == "8088" || model == "80186" {
			want -= 2
		}
		r.wantReg(AX, want)
	}
}

func TestShiftCountMask(t *testing.T) {
	for _, model := range ModelNames() {
		r := newRig(t, model, 0xb8, 1, 0, 0xb1, 33, 0xd3, 0xe0) // mov ax,1; mov cl,33; shl ax,cl
		r.wantVector(-1)
		want := uint32(2)
		if model == "8086" || model == "8088" {
			want = 0
		}
		r.wantReg(AX, want)
	}
}

// 8086: POP CS (0F), and opcodes that decode as others: 60-6F as 70-7F, C0 and
// C1 as C2 and C3, C8 and C9 as CA and CB, D6 SALC, F1 LOCK.
func TestUndocumented8086(t *testing.T) {
	r := newRig(t, "8086", 0x0e, 0x0f) // push cs; pop cs
	r.wantVector(-1)
	r = newRig(t, "8086", 0xb8, 0x10, 0, 0x50, 0x0f) // push 10h; pop cs: goes on at 0010:8005
	r.code(0x8105, 0xb8, 0x78, 0x56)
	r.wantVector(-1)
	r.wantReg(AX, 0x5678)
	if r.Seg[CS].Sel != 0x10 || r.R[SP] != rigStack0 {
		t.Errorf("CS = %x SP = %x after POP CS; want 10, %x", r.Seg[CS].Sel, r.R[SP], rigStack0)
	}
	r = newRig(t, "8086", 0x31, 0xc0, 0x64, 1, 0xf4, 0x40) // xor ax,ax; 64 = jz +1
	r.wantVector(-1)
	r.wantReg(AX, 1)
	r = newRig(t, "8086", 0xb8, 0x09, 0x80, 0x50, 0xc1, 0xf4, 0xf4, 0xf4, 0xf4, 0x40) // C1 = ret
	r.wantVector(-1)
	r.wantReg(AX, 0x800a)
	for _, model := range ModelNames() {
		r = newRig(t, model, 0xf9, 0xd6) // stc; salc
		r.wantVector(-1)
		r.wantReg(AX, 0xff)
	}
}

// UD2, and what is undefined on each model, raise #UD; the 8086 has none.
func TestInvalidOpcode(t *testing.T) {
	for _, c := range []struct {
		model string
		code  []byte
	}{
		{"80186", []byte{0x0f, 0xff}}, {"80286", []byte{0x0f, 0x20, 0xc0}}, {"80286", []byte{0x66, 0x90}}, {"80386", []byte{0x0f, 0xc8}},
		{"80486", []byte{0x0f, 0x31}}, {"pentium", []byte{0x0f, 0x44, 0xc0}}, {"pentium-pro", []byte{0x0f, 0x0b}},
		{"pentium-pro", []byte{0xf0, 0x01, 0xc0}}, {"pentium-pro", []byte{0x8e, 0xc8}}, {"pentium-pro", []byte{0x0f, 0x00, 0xc0}},
	} {
		r := newRig(t, c.model, c.code...)
		if got := r.halt(); got != vecUD {
			t.Errorf("%s: % x ended at vector %d; want 6", c.model, c.code, got)
		} else if ip := r.mem.Read(uint32(r.R[SP]), 2); ip != rigCode {
			t.Errorf("%s: % x: return address %x; want %x", c.model, c.code, ip, rigCode)
		}
	}
}

// Words at FFFF wrap on the 8086 and 80186 and fault from the 80286 on; data at
// FFFF:0010 and above is at 0 with A20 closed.
func TestSegmentWrap(t *testing.T) {
	for _, model := range ModelNames() {
		r := newRig(t, model, 0xbb, 0xff, 0xff, 0x8b, 0x07) // mov bx,ffff; mov ax,[bx]
		r.mem.Write(0xffff, 1, 0x34)
		r.mem.Write(0, 1, 0x12)
		if model == "8086" || model == "8088" || model == "80186" {
			r.wantVector(-1)
			r.wantReg(AX, 0x1234)
			continue
		}
		r.wantVector(vecGP)
	}
}

func TestA20Gate(t *testing.T) {
	code := []byte{0xb8, 0xff, 0xff, 0x8e, 0xd8, 0xa0, 0x10, 0x05, 0xc6, 0x06, 0x11, 0x05, 0x77} // mov ax,ffff; mov ds,ax; mov al,[510h]; mov byte [511h],77h
	for _, open := range []bool{false, true} {
		r := newRig(t, "80386", code...)
		r.mem.SetA20(open)
		r.mem.WritePhys(0x500, []byte{1, 0})
		r.mem.WritePhys(0x100500, []byte{2, 0})
		r.wantVector(-1)
		if open {
			r.wantReg(AX, 0xff02)
			r.wantMem(0x100501, 1, 0x77)
			r.wantMem(0x501, 1, 0)
		} else {
			r.wantReg(AX, 0xff01)
			r.wantMem(0x501, 1, 0x77)
			r.wantMem(0x100501, 1, 0)
		}
	}
}
