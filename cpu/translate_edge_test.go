package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Translated code where something ends: the budget, the addresses, a privilege, the trace.
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

// A number of executions that no trace counts to is not taken for a small one.
func TestTranslatedLate(t *testing.T) {
	needEngine(t)
	r := newProt(t, "pentium-ii", 0x40, 0xeb, 0xfd) // inc eax; jmp
	r.engine = nil
	if err := r.initEngine(1<<16+2, codeSize); err != nil {
		t.Fatal(err)
	}
	r.Run(1000)
	if n := r.engine.count.Traces; n != 0 {
		t.Errorf("%d traces translated", n)
	}
	r.Run(200_000)
	if n := r.engine.count.Traces; n == 0 {
		t.Error("nothing was translated")
	}
}

// Calls and returns of all forms, with flags in front of them that follow from ESP, or
// from what an address is made of, and are seen behind them.
func TestTranslatedCalls(t *testing.T) {
	const callee = 0x8080
	flags := [][]byte{
		{0x39, 0xc4},                            // cmp esp,eax
		{0x83, 0xec, 8},                         // sub esp,8
		{0x85, 0xe4},                            // test esp,esp
		{0x44, 0x4c},                            // inc esp; dec esp
		{0xf7, 0xdf},                            // neg edi
		{0xf9, 0x4f},                            // stc; dec edi
		{0xd1, 0xe7},                            // shl edi,1
		{0x66, 0x83, 0xc4, 4},                   // add sp,4
		{0x54, 0x5c},                            // push esp; pop esp
		{0x39, 0xc4, 0x5c, 0xbc, 0, 0x70, 0, 0}, // cmp esp,eax; pop esp; mov esp,7000
	}
	address := append([]byte{0x68}, le32(callee)...) // push callee
	calls := [][]byte{
		nil, // call rel32
		append(append([]byte{0xba}, le32(callee)...), 0xff, 0xd2),                                               // mov edx,callee; call edx
		slices.Concat(address, []byte{0xff, 0x14, 0x24}),                                                        // call [esp]
		slices.Concat(address, []byte{0x52, 0xff, 0x54, 0x24, 4}),                                               // push edx; call [esp+4]
		append(slices.Concat([]byte{0xc7, 0x03}, le32(callee)), 0xff, 0x13),                                     // mov [ebx],callee; call [ebx]
		slices.Concat([]byte{0x64, 0xc7, 0x05, 8, 0, 0, 0}, le32(callee), []byte{0x64, 0xff, 0x15, 8, 0, 0, 0}), // mov fs:[8],callee; call fs:[8]
		slices.Concat([]byte{0xe8, 0, 0, 0, 0, 0x83, 0x04, 0x24, 10}, address, []byte{0xc3}),                    // call the next; add [esp],10; push callee; ret
	}
	returns := [][]byte{
		{0xc3},
		{0xc2, 4, 0},
		{0xc2, 0xfc, 0xff},                      // ret fffc
		{0x59, 0xff, 0xe1},                      // pop ecx; jmp ecx
		{0x83, 0xc4, 4, 0xff, 0x64, 0x24, 0xfc}, // add esp,4; jmp [esp-4]
		{0x8b, 0x0c, 0x24, 0x89, 0x4d, 0, 0x58, 0xff, 0x65, 0},       // mov ecx,[esp]; mov [ebp],ecx; pop eax; jmp [ebp]
		{0x39, 0xe0, 0xc2, 8, 0},                                     // cmp eax,esp; ret 8
		{0x29, 0xe3, 0xc3},                                           // sub ebx,esp; ret
		{0x55, 0x89, 0xe5, 0x83, 0xec, 0x10, 0x39, 0xe5, 0xc9, 0xc3}, // push ebp; mov ebp,esp; sub esp,10; cmp ebp,esp; leave; ret
	}
	e := newEngines(t, func() *rig {
		r := newProt(t, "pentium-ii")
		r.setDesc(selSmall, descBytes(0xc100, 0xff, accData, flagByte))
		r.Seg[FS] = r.loaded(selSmall)
		r.Refresh()
		return r
	})
	rnd := rand.New(rand.NewPCG(9, 9))
	for i, f := range flags {
		for j, call := range calls {
			for k, ret := range returns {
				code := []byte{0xbc, 0, 0x70, 0, 0, 0xbd, 0, 0xc2, 0, 0, 0x05, 0x35, 0x12, 0, 0, 0xbb, 0x80, 0xc1, 0, 0} // mov esp,7000; mov ebp,c200; add eax,1235; mov ebx,c180
				code = append(code, f...)
				if call == nil {
					code = append(code, 0xe8)
					code = append(code, le32(uint32(callee-rigCode-len(code)-4))...)
				} else {
					code = append(code, call...)
				}
				code = append(code, 0x19, 0xff, 0x46, 0xe9) // sbb edi,edi; inc esi; jmp
				code = append(code, le32(uint32(-len(code)-4))...)
				e.what = fmt.Sprintf("flags %d, call %d, return %d", i, j, k)
				e.both(func(r *rig) {
					r.mem.WritePhys(rigCode, make([]byte, 0x100))
					r.code(rigCode, code...)
					r.code(callee, append([]byte{0x13, 0x13, 0x75, 1, 0x47, 0x0f, 0x98, 0x43, 4}, ret...)...) // adc edx,[ebx]; jnz; inc edi; sets [ebx+4]
					r.Halted, r.IP = false, rigCode
				})
				if why := e.slices(rnd, 500); why != StopBudget {
					t.Fatalf("%s: %v", e.what, why)
				}
			}
		}
	}
	e.ran()
}

// LOCK where there is none, behind translated instructions and others.
func TestTranslatedLock(t *testing.T) {
	for _, before := range [][]byte{nil, {0x40}, {0x40, 0xd4, 10}} { // inc eax; aam
		for _, bad := range [][]byte{{0xf0, 0x89, 0x03}, {0xf0, 0x01, 0xd8}, {0xf0, 0x39, 0x03}, {0xf0, 0x90}, {0xf0, 0xff, 0x33}, {0xf0, 0x0f, 0xa3, 0x03}, {0xf0, 0xa4}} {
			e := newEngines(t, func() *rig {
				r := newProt(t, "pentium-ii", slices.Concat(before, []byte{0x43, 0x4b, 0x75, 1, 0x42}, bad)...)
				r.R[BX], r.R[SI], r.R[DI] = rigData, rigData, rigData
				return r
			})
			e.what = fmt.Sprintf("% x", bad)
			if why := e.run(100); why != StopHalted {
				t.Fatal(why)
			}
			if want := uint64(rigHandlers + 6*4 + 1); e.got.IP != want {
				t.Errorf("%s: stopped at %x; want %x", e.what, e.got.IP, want)
			}
		}
	}
}

// Code, accesses and the stack run over the end of the addresses.
func TestTranslatedWrap(t *testing.T) {
	const last, first = 0x17000, 0xe000 // of the last page and of the first
	for _, c := range []struct {
		name         string
		above, below []byte // at FFFFFFF0 and at 0; below alone is at rigCode
	}{
		{"falls over the end", []byte{0x40, 0x01, 0xc3, 0x83, 0xd2, 5, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90}, []byte{0x41, 0x19, 0xff, 0xeb, 0xeb}},
		{"jumps", []byte{0x40, 0x01, 0xc3, 0x72, 11, 0x7b, 9, 0x43, 0xeb, 6}, []byte{0x41, 0x19, 0xff, 0xeb, 0xeb}},
		{"instruction across", []byte{0x40, 0x01, 0xc3, 0xeb, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 0xc1}, []byte{1, 2, 3, 4, 0x11, 0xf9, 0xeb, 0xe8}},
		{"accesses", nil, []byte{0x8b, 0x4d, 0, 0x8b, 0x55, 4, 0x01, 0x4d, 8, 0xfe, 0x45, 1, 0x83, 0xc5, 4, 0x89, 0x4d, 0xfc, 0x83, 0xe5, 0x0c, 0x83, 0xed, 0x08, 0xeb, 0xe6}}, // [ebp+..]; ebp from -8 to 4
		{"stack", nil, []byte{0xbc, 4, 0, 0, 0, 0x50, 0x51, 0x5a, 0x58, 0x51, 0x52, 0x59, 0x5f, 0xeb, 0xf1}},
		{"calls", []byte{0x40, 0x90, 0xe8, 0x0d, 0, 0, 0, 0x01, 0xc3, 0xeb, 0xf5}, []byte{0xc3, 0xc3, 0xc3, 0xc3, 0x43, 0xc2, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngines(t, func() *rig {
				r := newProt(t, "pentium-ii").page()
				r.mem.Write(rigPD+1023*4, 4, rigPT|7)
				r.setPTE(1023, last|7)
				r.setPTE(0, first|7)
				if c.above == nil {
					r.code(rigCode, c.below...)
				} else {
					r.mem.WritePhys(last+0xff0, c.above)
					r.mem.WritePhys(first, c.below)
					r.IP = 0xfffffff0
				}
				r.Refresh()
				return r
			})
			e.area = [2]uint32{0, 0x18000}
			e.loops(6000, nil)
			if e.got.counters.Faults != 0 {
				t.Errorf("%d faults", e.got.counters.Faults)
			}
		})
	}
}

// The same code is the user's and the supervisor's in turn: what the one may do, the
// other's translation does not do for it.
func TestTranslatedPrivileges(t *testing.T) {
	for name, global := range map[string]uint32{"local": 0, "global": 0x100} {
		t.Run(name, func(t *testing.T) {
			e := newEngines(t, func() *rig {
				r := newWorld(t)
				r.CR4 |= CR4PGE
				r.CR0 |= CR0WP
				for page := uint32(8); page < 0x10; page++ {
					r.setPTE(page, page<<12|7|global)
				}
				r.Refresh()
				return r
			})
			kernel := e.want.Seg
			user := newWorld(t).user().Seg
			e.loops(60000, func(i int) {
				e.both(func(r *rig) {
					r.Halted, r.R[SP], r.CPL, r.Seg = false, rigStack0, 0, kernel
					r.IP = []uint64{0x8005, rigCode}[i&1]
					if i&1 != 0 {
						r.CPL, r.Seg, r.R[SP] = 3, user, rigStack3
					}
					r.updateAll()
					// The data page is the supervisor's, or read-only, or both's.
					r.setPTE(0xc, 0xc000|global|[]uint32{7, 3, 7, 5}[i/2%4])
					r.flushPage(0xc000)
					if i%5 == 0 {
						r.flushTLBLocal()
					}
				})
			})
			if e.got.counters.Faults == 0 {
				t.Error("no faults")
			}
		})
	}
}
