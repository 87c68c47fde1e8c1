package cpu

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"beige/cpu/fpu"

	"github.com/google/go-cmp/cmp"
)

// The translating engine and what can happen to the code and the world around it.

// loops repeats a program on both engines with slices of many lengths; between them
// something may be done to both.
func (e *engines) loops(n int64, do func(i int)) {
	e.t.Helper()
	rnd := rand.New(rand.NewPCG(5, uint64(n)))
	for i := range 60 {
		e.slices(rnd, n/60)
		if do != nil {
			do(i)
		}
	}
	e.ran()
}

// Programs that change their own code: in the same trace, in another one of the same
// page that is linked to it, and on another page, with all kinds of stores.
func TestTranslatedSelfModifying(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
	}{
		{"an immediate of the same trace", []byte{0xff, 0x05, 0x07, 0x80, 0, 0, 0xb8, 0, 0, 0, 0, 0x01, 0xc3, 0xeb, 0xf1}},                    // inc dword [8007]; mov eax,0; add ebx,eax; jmp 8000
		{"the next instruction", []byte{0x80, 0x35, 0x07, 0x80, 0, 0, 8, 0x40, 0x01, 0xc3, 0xeb, 0xf4}},                                       // xor byte [8007],8: inc eax and dec eax in turn
		{"before the store", []byte{0x40, 0x80, 0x35, 0x00, 0x80, 0, 0, 8, 0x01, 0xc3, 0xeb, 0xf4}},                                           // inc eax; xor byte [8000],8; ...
		{"a linked trace", []byte{0xeb, 4, 0x40, 0x01, 0xc3, 0x43, 0x80, 0x35, 0x02, 0x80, 0, 0, 8, 0xeb, 0xf3}},                              // jmp 8006; 8002: inc eax; add ebx,eax; inc ebx; 8006: xor byte [8002],8; jmp 8002
		{"push", []byte{0xbc, 0x14, 0x80, 0, 0, 0x41, 0x51, 0x90, 0xbc, 0, 0x70, 0, 0, 0x90, 0x90, 0xb8, 0, 0, 0, 0, 0x01, 0xc3, 0xeb, 0xe8}}, // mov esp,8014; inc ecx; push ecx; ...; mov eax,ecx
		{"a linked trace, seldom", append(append( // inc ecx; test cl,7; jz 8020; jmp 8010
			[]byte{0x41, 0xf6, 0xc1, 7, 0x74, 0x1a, 0xeb, 8, 0, 0, 0, 0, 0, 0, 0, 0},
			0x40, 0x01, 0xc3, 0xeb, 0xeb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), // 8010: inc eax; add ebx,eax; jmp 8000
			0x80, 0x35, 0x10, 0x80, 0, 0, 8, 0xeb, 0xe7)}, // 8020: xor byte [8010],8; jmp 8010
		{"another page", []byte{0xff, 0x05, 0x01, 0x90, 0, 0, 0xe8, 0xf5, 0x0f, 0, 0, 0xeb, 0xf3}}, // inc dword [9001]; call 9000; jmp
		{"another page, in between", []byte{0xe8, 0xfb, 0x0f, 0, 0, 0x41, 0xf6, 0xc1, 7, 0x75, 0xf5, 0xff, 0x05, 0x01, 0x90, 0, 0, 0xeb, 0xed}},
		{"string store", []byte{0x41, 0x88, 0xc8, 0xbf, 0x0d, 0x80, 0, 0, 0xaa, 0x90, 0x90, 0x90, 0xb0, 0, 0x01, 0xc3, 0xeb, 0xee}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngines(t, func() *rig {
				r := newProt(t, "pentium-ii", c.code...)
				r.code(0x9000, 0xb8, 0, 0, 0, 0, 0x01, 0xc3, 0xc3) // mov eax,0; add ebx,eax; ret
				return r
			})
			e.loops(20000, nil)
			if e.got.engine.count.Dropped == 0 {
				t.Error("no translation was dropped")
			}
		})
	}
}

// worldCode calls from page to page, jumps through registers and memory, and stores.
var worldCode = []byte{
	0xb9, 0, 0, 0, 0, // 8000: mov ecx,0
	0xe8, 0xf6, 0x0f, 0, 0, // 8005: call 9000
	0xbb, 0x10, 0x90, 0, 0, // mov ebx,9010
	0xff, 0xd3, // call ebx
	0x83, 0xc1, 1, // add ecx,1
	0x89, 0x0d, 0x00, 0xc0, 0, 0, // mov [c000],ecx
	0x68, 0x20, 0x80, 0, 0, 0xc3, // push 8020; ret
}

func newWorld(t testing.TB) *rig {
	r := newProt(t, "pentium-ii", worldCode...).page()
	r.code(0x8020, 0x03, 0x05, 0xfe, 0xcf, 0, 0, 0x01, 0x05, 0xfd, 0xcf, 0, 0, 0x11, 0xc0, 0xeb, 0xd5) // add eax,[cffe]; add [cffd],eax; adc eax,eax; jmp 8005
	for _, page := range []uint32{0x9000, 0xe000} {
		n := byte(page >> 12)
		r.code(page, 0x05, n, 0, 0, 0, 0xc3)                                                     // add eax,n; ret
		r.code(page+0x10, 0x2d, 2*n, 0, 0, 0, 0x72, 1, 0xc3, 0x42, 0xe9, 0xe2, 0xff, 0xff, 0xff) // sub eax,2n; jc; ret; inc edx; jmp to the first
	}
	return r
}

// Pages are mapped elsewhere under jumps from page to page: by INVLPG's way, by CR3, and
// the same code lies at two linear addresses.
func TestTranslatedRemapping(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(r *rig, i int)
	}{
		{"flush of a page", func(r *rig, i int) {
			r.setPTE(9, []uint32{0x9007, 0xe007}[i&1])
			r.flushPage(0x9000)
		}},
		{"flush of all", func(r *rig, i int) {
			r.setPTE(9, []uint32{0x9007, 0xe007}[i&1])
			r.Refresh()
		}},
		{"page gone and back", func(r *rig, i int) {
			r.setPTE(9, []uint32{0x9007, 0xe007, 0}[i%3])
			r.Refresh()
			if i%3 == 0 {
				r.Halted, r.IP, r.R[SP] = false, rigCode, rigStack0
			}
		}},
		{"data gone and back", func(r *rig, i int) {
			r.setPTE(0xd, []uint32{0xd007, 0, 0xd005}[i%3])
			r.CR0 |= CR0WP
			r.Refresh()
			if i%3 == 0 {
				r.Halted, r.IP, r.R[SP] = false, rigCode, rigStack0
			}
		}},
		{"code at another address", func(r *rig, i int) {
			r.setPTE(0x18, 0x8007)
			r.setPTE(0x19, []uint32{0x9007, 0xe007}[i&1])
			r.Refresh()
			r.Halted, r.IP, r.R[SP] = false, []uint64{0x8005, 0x18005}[i>>1&1], rigStack0
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngines(t, func() *rig { return newWorld(t) })
			e.loops(30000, func(i int) { e.both(func(r *rig) { c.do(r, i) }) })
		})
	}
}

// The guest remaps itself: INVLPG and MOV CR3 between calls.
func TestTranslatedGuestRemaps(t *testing.T) {
	for name, flush := range map[string][]byte{"INVLPG": {0x0f, 0x01, 0x3d, 0, 0x90, 0, 0}, "MOV CR3": {0x0f, 0x20, 0xdf, 0x0f, 0x22, 0xdf, 0x90}} {
		t.Run(name, func(t *testing.T) {
			e := newEngines(t, func() *rig {
				code := []byte{0xe8, 0xfb, 0x0f, 0, 0, 0xe8, 0xf6, 0x0f, 0, 0, 0x80, 0x35, 0x25, 0x10, 0x01, 0, 0x70} // call 9000 twice; xor byte [pte+1],70: 9 and e
				code = append(code, flush...)
				code = append(code, 0xeb, 0xe6)
				r := newWorld(t)
				r.code(rigCode, code...)
				return r
			})
			e.loops(20000, nil)
			if e.got.R[AX] == 0 {
				t.Error("nothing was called")
			}
		})
	}
}

// Interrupts, single steps, breakpoints, a restored snapshot and forgotten code between
// slices.
func TestTranslatedEvents(t *testing.T) {
	iret := func(r *rig) {
		r.code(0xb000, 0x83, 0x05, 0x10, 0xc0, 0, 0, 1, 0xcf) // add dword [c010],1; iret
		for _, v := range []uint8{vecDB, 2, 0x20} {
			r.setGate(v, gateBytes(selCode0, 0xb000, 0x8e, 0))
		}
	}
	for _, c := range []struct {
		name string
		do   func(r *rig, i int)
	}{
		{"interrupts", func(r *rig, i int) {
			r.Flags |= FlagIF
			r.SetINTR(i%3 == 0)
			if i%5 == 0 {
				r.NMI()
			}
		}},
		{"single steps", func(r *rig, i int) { r.Flags = r.Flags&^FlagTF | uint32(i%4/3)*FlagTF }},
		{"breakpoints", func(r *rig, i int) {
			r.DR[0], r.DR[1] = 0x9000, 0xc000
			r.DR[7] = uint64(0x400 | i%4 | i%8/4<<2 | 1<<20 | 3<<22)
			r.updateDebug()
		}},
		{"snapshots", func(r *rig, i int) {
			b, err := r.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			r.Run(1000)
			if err := r.UnmarshalBinary(b); err != nil {
				t.Fatal(err)
			}
		}},
		{"forgotten code", func(r *rig, i int) { r.ForgetCode() }},
		{"DMA into code", func(r *rig, i int) { r.mem.WritePhys(0x9001, []byte{byte(i)}) }},
		{"RESET", func(r *rig, i int) {
			if i%16 == 15 {
				s := r.State
				r.Reset()
				r.State = s
				r.Refresh()
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngines(t, func() *rig { r := newWorld(t); iret(r); return r })
			e.loops(30000, func(i int) { e.both(func(r *rig) { c.do(r, i) }) })
		})
	}
}

// A page fault in the middle of a translated trace, at each of its accesses, finds the
// state and the count of the instruction.
func TestTranslatedFaults(t *testing.T) {
	code := []byte{
		0x40,       // inc eax
		0x8b, 0x0e, // mov ecx,[esi]
		0x01, 0xc8, // add eax,ecx
		0x89, 0x46, 0x10, // mov [esi+10],eax
		0x29, 0x46, 0x20, // sub [esi+20],eax
		0x13, 0x46, 0x30, // adc eax,[esi+30]
		0x50,             // push eax
		0xff, 0x76, 0x40, // push dword [esi+40]
		0x5a,       // pop edx
		0x5b,       // pop ebx
		0xd1, 0xe0, // shl eax,1
		0xff, 0x46, 0x50, // inc dword [esi+50]
		0x0f, 0xb6, 0x7e, 0x60, // movzx edi,byte [esi+60]
		0x87, 0x46, 0x70, // xchg [esi+70],eax
		0xeb, 0xd6, // jmp
	}
	for _, pte := range []uint32{0, 5} {
		e := newEngines(t, func() *rig {
			r := newProt(t, "pentium-ii", code...).page()
			r.CR0 |= CR0WP
			r.setPTE(0xd, pte)
			return r.user() // whose faults have a stack of their own
		})
		user := e.want.Seg
		for off := uint32(0xd000 - 0x80); off < 0xd008; off++ {
			for _, sp := range []uint64{rigStack3, 0xe000, 0xe004, 0xe002} {
				// First with all pages there, so that the TLB has the others.
				for _, esi := range []uint64{0xc000, uint64(off)} {
					e.both(func(r *rig) {
						r.Halted, r.CPL, r.Seg = false, 3, user
						r.IP, r.R[SI], r.R[SP] = rigCode, esi, sp
						if esi == 0xc000 {
							r.R[SP] = rigStack3
						}
						r.updateAll()
					})
					e.run(60)
				}
			}
		}
		e.ran()
		if e.got.counters.Faults < 100 {
			t.Errorf("%d faults", e.got.counters.Faults)
		}
	}
}

// With room for a little code everything is dropped again and again.
func TestTranslatedFullMemory(t *testing.T) {
	for _, size := range []int{4 << 10, 16 << 10, 64 << 10} {
		needEngine(t)
		e := newEngines(t, func() *rig { return newWorld(t) })
		e.got.hot(size)
		// A row of blocks that jump to each other.
		e.both(func(r *rig) {
			const n = 200
			for i := range uint32(n) {
				at := 0x13000 + i*64
				code := []byte{0x01, 0xc8, 0x83, 0xd1, 3, 0x8b, 0x15, 0, 0xc0, 0, 0, 0x29, 0x15, 4, 0xc0, 0, 0, 0x72, 2, 0x31, 0xc2, 0xe9}
				to := 0x13000 + (i*71+1)%n*64
				r.code(at, append(code, le32(to-at-uint32(len(code))-4)...)...)
			}
			r.IP = 0x13000
		})
		e.loops(60000, nil)
		if size < 64<<10 && e.got.engine.count.Flushes == 0 {
			t.Errorf("%d bytes: no flush, %+v", size, e.got.engine.count)
		}
	}
}

// Processors at the same time, on goroutines of their own, while the collector runs.
func TestTranslatedTogether(t *testing.T) {
	needEngine(t)
	want := newWorld(t).interpreted()
	want.Run(200_000)
	var stop atomic.Bool
	var collector, all sync.WaitGroup
	collector.Go(func() {
		for !stop.Load() {
			runtime.GC()
		}
	})
	for range 3 {
		r := newWorld(t).hot(64 << 10)
		all.Go(func() {
			for i := 0; r.Retired < 200_000; i++ {
				r.Run(min(int64(50+i%1000), int64(200_000-r.Retired)))
				if i%50 == 0 {
					r.ForgetCode()
				}
			}
			if r.State != want.State {
				t.Errorf("state:\n%s", cmp.Diff(want.State, r.State))
			}
		})
	}
	all.Wait()
	stop.Store(true)
	collector.Wait()
}

// A snapshot may hold anything. What translated code finds places by keeps within its
// bounds.
func TestTranslatedSnapshot(t *testing.T) {
	for _, c := range []struct {
		name   string
		code   []byte
		change func(s *State)
	}{
		{"TOP of the x87 unit", []byte{0xd9, 0xe0, 0xd9, 0xc9, 0xdd, 0xd8, 0xd9, 0xe8, 0xd8, 0xc1, 0xeb, 0xf4}, // fchs; fxch; fstp st0; fld1; fadd st1
			func(s *State) { s.FPU.Top |= 0x60 }},
		{"upper halves", []byte{0xfc, 0xbf, 0, 0xc0, 0, 0, 0xb1, 2, 0xf3, 0xab, 0x40, 0xeb, 0xf3}, // cld; mov edi,c000; mov cl,2; rep stosd; inc eax
			func(s *State) {
				for i := range s.R {
					s.R[i] |= 1 << 62
				}
				s.IP |= 1 << 40
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngines(t, func() *rig {
				r := newProt(t, "pentium-ii", c.code...)
				r.R[CX] = 0
				r.FPU.Init()
				for i := range uint8(5) {
					r.FPU.SetST(i, fpu.F80{Mant: 3 << 62, SE: 0x3fff + uint16(i)})
				}
				return r
			})
			e.what = c.name
			e.loops(6000, func(i int) {
				if i%8 != 0 {
					return
				}
				b, err := e.want.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				e.both(func(r *rig) {
					if err := r.UnmarshalBinary(b); err != nil {
						t.Fatal(err)
					}
					c.change(&r.State)
					if b, err = r.MarshalBinary(); err != nil {
						t.Fatal(err)
					}
					if err := r.UnmarshalBinary(b); err != nil {
						t.Fatal(err)
					}
				})
			})
		})
	}
}
