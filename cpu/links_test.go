package cpu

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A trace that lies at two linear addresses calls what is behind each of them, and
// returns to where it was called: the second page differs.
func TestLinksOfAliases(t *testing.T) {
	code := []byte{
		0xb9, 20, 0, 0, 0, // mov ecx,20
		0xbb, 0, 0xd0, 0, 0, // mov ebx,d000
		0xba, 0, 0xb0, 0, 0, // mov edx,b000
		0xff, 0xd3, // again: call ebx
		0x87, 0xd3, // xchg ebx,edx
		0xe2, 0xfa, // loop again
	}
	r := newProt(t, "80486", code...).page()
	// Pages B and D are the same, C and E are not.
	caller := slices.Repeat([]byte{0x90}, 0x20)
	caller = append(caller, 0xe8, 0xdb, 0x0f, 0, 0, 0xc3) // call the next page; ret
	r.mem.WritePhys(0xb000, caller)
	r.setPTE(0xd, 0xb007)
	r.code(0xc000, 0x40, 0xc3)             // inc eax; ret
	r.code(0xe000, 0x83, 0xc0, 0x10, 0xc3) // add eax,10h; ret
	r.Refresh()
	r.wantVector(-1)
	r.wantReg(AX, 10+10*0x10)
}

// A return goes where the stack says, even if the call that was last went elsewhere.
func TestReturnElsewhere(t *testing.T) {
	r := newProt(t, "80386",
		0xb9, 20, 0, 0, 0, // mov ecx,20
		0xe8, 6, 0, 0, 0, // again: call what follows the hlt
		0x83, 0xc0, 0x10, // add eax,10h: skipped every other time
		0xe2, 0xf6, // loop again
		0xf4,                            // hlt
		0xf7, 0xc1, 1, 0, 0, 0, 0x74, 4, // test ecx,1; jz even
		0x83, 0x04, 0x24, 3, // add dword [esp],3
		0x40, 0xc3) // even: inc eax; ret
	r.wantVector(-1)
	r.wantReg(AX, 20+10*0x10)
	r.wantReg(SP, rigStack0)
}

// Stamps begin anew when their numbers are used up, without an old link that holds.
func TestStampsWrap(t *testing.T) {
	r := newProt(t, "80486",
		0xb9, 6, 0, 0, 0, // mov ecx,6
		0xe8, 0xf6, 0x0f, 0, 0, // again: call 9000
		0x0f, 0x01, 0x3d, 0, 0xc0, 0, 0, // invlpg [c000]
		0xe2, 0xf2).page() // loop again
	r.code(0x9000, 0x40, 0xc3) // inc eax; ret
	r.lastStamp = math.MaxUint32 - 3
	r.Refresh()
	r.wantVector(-1)
	r.wantReg(AX, 6)
	if r.lastStamp > 20 || r.stamp == 0 {
		t.Errorf("stamp %d of %d; want a small one that is not 0", r.stamp, r.lastStamp)
	}
}

// flatCode is code of which several instructions share a handler.
var flatCode = []byte{
	0x50, 0x51, 0x53, 0x56, 0x57, 0x54, 0x68, 4, 3, 2, 1, // push eax, ecx, ebx, esi, edi, esp, 1020304h
	0xe8, 1, 0, 0, 0, 0xf4, // call + 1; hlt
	0x8b, 0x1c, 0x24, // mov ebx,[esp]
	0x0f, 0xba, 0x64, 0x24, 4, 2, 0x72, 1, 0xf4, // bt dword [esp+4],2; jc + 1; hlt
	0x0f, 0xba, 0x64, 0x24, 4, 3, 0x73, 1, 0xf4, // bt dword [esp+4],3; jnc + 1; hlt
	0x83, 0xc4, 8, // add esp,8
	0xc7, 0x45, 0xfc, 1, 2, 3, 4, 0x2b, 0x45, 0xfc, // mov dword [ebp-4],4030201h; sub eax,[ebp-4]
	0x89, 0x45, 0xf8, 0x0f, 0xb6, 0x4d, 0xf9, // mov [ebp-8],eax; movzx ecx,byte [ebp-7]
	0x81, 0x7d, 0xfc, 1, 2, 3, 4, 0x74, 1, 0xf4, // cmp dword [ebp-4],4030201h; jz + 1; hlt
	0x5a, 0x5f, 0x5e, 0x5b, 0x59, 0x58, // pop edx, edi, esi, ebx, ecx, eax
	0x50, 0x53, 0x55, 0x5d, 0x5b, 0xc3, // push eax, ebx, ebp; pop ebp, ebx; ret
}

// Handlers of several instructions do what each of them would alone, wherever in a
// page the stack and the operands lie, whether the page before is there, and
// whether the segments are flat.
func TestSharedHandlers(t *testing.T) {
	for _, base := range []uint64{0, 0x100} {
		for _, absent := range []bool{false, true} {
			for at := uint32(0xd000 - 36); at <= 0xd000+36; at += 2 {
				run := func(step bool) *rig {
					r := newProt(t, "80486", flatCode...).page()
					if absent {
						r.setPTE(0xc, 0)
					}
					r.R[SP], r.R[BP], r.R[AX], r.R[DI] = uint64(at), uint64(at+6), 0x9abc, 7
					for _, i := range []uint8{SS, DS, ES} {
						r.Seg[i].Base = base
					}
					// Faults have a stack of their own.
					r.user()
					r.R[SP] = uint64(at)
					for _, i := range []uint8{SS, DS, ES} {
						r.Seg[i].Base = base
					}
					r.Refresh()
					for range 200 {
						if n := map[bool]int64{true: 1, false: 200}[step]; !r.Halted {
							r.Run(n)
						}
					}
					return r
				}
				a, b := run(false), run(true)
				if d := cmp.Diff(b.R, a.R); d != "" || a.IP != b.IP || a.EFLAGS() != b.EFLAGS() || a.CR2 != b.CR2 {
					t.Fatalf("base %x, ESP %x, absent %v: IP %x, flags %x, CR2 %x; alone IP %x, flags %x, CR2 %x; registers alone and shared:\n%s",
						base, at, absent, a.IP, a.EFLAGS(), a.CR2, b.IP, b.EFLAGS(), b.CR2, d)
				}
				for i := uint32(0xb000); i < 0xe000; i += 8 {
					if x, y := a.mem.Read(i, 8), b.mem.Read(i, 8); x != y {
						t.Fatalf("base %x, ESP %x, absent %v: memory %x is %x; alone %x", base, at, absent, i, x, y)
					}
				}
			}
		}
	}
}
