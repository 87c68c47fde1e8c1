//go:build linux && amd64

package code

import (
	"io"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
)

// guest is the general registers, in ModRM order.
type guest [8]uint64

// pin keeps what it holds off the stack.
var pin atomic.Pointer[guest]

func (g *guest) addr() uintptr {
	pin.Store(g)
	return uintptr(unsafe.Pointer(g))
}

func (g *guest) frame() *Frame { return &Frame{R: g.addr()} }

func TestEnter(t *testing.T) {
	in := guest{0x80000001, 0x90000002, 3, 4, 5, 6, 7, 8}
	for _, c := range []struct {
		name  string
		code  []byte
		exit  uint64
		spent int64
		out   guest
	}{
		{"nothing but the exit", []byte{
			0x31, 0xf6, // xor esi, esi
			0xc3,
		}, 0, 0, in},
		{"sum of 64 bits, 32-bit increment, budget", []byte{
			0x48, 0x8d, 0x34, 0x08, // lea rsi, [rax+rcx]
			0xff, 0xc1, // inc ecx
			0x49, 0x83, 0xe8, 0x05, // sub r8, 5
			0xc3,
		}, 0x110000003, 5, guest{in[0], 0x90000003, 3, 4, 5, 6, 7, 8}},
		{"each register in its place", []byte{
			0x83, 0xc0, 0x10, // add eax, 0x10
			0x83, 0xc1, 0x11, // add ecx, 0x11
			0x83, 0xc2, 0x12, // add edx, 0x12
			0x83, 0xc3, 0x13, // add ebx, 0x13
			0x41, 0x83, 0xc4, 0x14, // add r12d, 0x14
			0x41, 0x83, 0xc5, 0x15, // add r13d, 0x15
			0x41, 0x83, 0xc6, 0x16, // add r14d, 0x16
			0x41, 0x83, 0xc7, 0x17, // add r15d, 0x17
			0xbe, 0xff, 0xff, 0xff, 0xff, // mov esi, -1
			0xc3,
		}, 0xffffffff, 0, guest{0x80000011, 0x90000013, 0x15, 0x17, 0x19, 0x1b, 0x1d, 0x1f}},
		{"Mem", []byte{0x48, 0x89, 0xee, 0xc3}, 0x1111222233334444, 0, in},   // mov rsi, rbp
		{"State", []byte{0x4c, 0x89, 0xd6, 0xc3}, 0x9999aaaabbbbcccc, 0, in}, // mov rsi, r10
		{"scratch registers and X15 need not survive", []byte{
			0x31, 0xff, // xor edi, edi
			0x45, 0x31, 0xdb, // xor r11d, r11d
			0x45, 0x31, 0xc9, // xor r9d, r9d
			0x45, 0x31, 0xd2, // xor r10d, r10d
			0x31, 0xed, // xor ebp, ebp
			0x66, 0x45, 0x0f, 0x76, 0xff, // pcmpeqd xmm15, xmm15
			0xbe, 0x2a, 0, 0, 0, // mov esi, 42
			0xc3,
		}, 42, 0, in},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMemory(t, 4096)
			code := m.put(0x123, c.code...)
			const budget = 1 << 40
			r := in
			for i := range r {
				r[i] |= 0xdead << 32 // not for the code to see
			}
			f := Frame{R: r.addr(), State: 0x9999aaaabbbbcccc, Mem: 0x1111222233334444, Left: budget}
			want := f
			want.Left, want.Exit = budget-c.spent, c.exit
			Enter(&f, code)
			var zero [64]byte // cleared by way of X15
			if f != want {
				t.Errorf("frame %#x, want %#x", f, want)
			}
			if r != c.out {
				t.Errorf("registers %#x, want %#x", r, c.out)
			}
			for _, b := range zero {
				if b != 0 {
					t.Fatal("X15 is not restored")
				}
			}
		})
	}
}

func TestTwoMemories(t *testing.T) {
	a, b := newMemory(t, 4096), newMemory(t, 4096)
	codeA := a.put(0, 0xbe, 1, 0, 0, 0, 0xc3) // mov esi, 1; ret
	codeB := b.put(0, 0xbe, 2, 0, 0, 0, 0xc3) // mov esi, 2; ret
	var g guest
	for range 3 {
		f := g.frame()
		if Enter(f, codeA); f.Exit != 1 {
			t.Errorf("first memory: exit %d", f.Exit)
		}
		if Enter(f, codeB); f.Exit != 2 {
			t.Errorf("second memory: exit %d", f.Exit)
		}
	}
}

// Code that was executed and is then written anew executes as written.
func TestPatch(t *testing.T) {
	m := newMemory(t, 4096)
	code := m.put(0, 0xbe, 0, 0, 0, 0, 0xc3) // mov esi, 0; ret
	var g guest
	f := g.frame()
	for i := range 100000 {
		m.W[1], m.W[2] = byte(i), byte(i>>8)
		if Enter(f, code); f.Exit != uint64(i&0xffff) {
			t.Fatalf("exit %#x, want %#x", f.Exit, i&0xffff)
		}
	}
}

// countdown adds 1 to eax and 3 to r14d until the budget is used up.
var countdown = []byte{
	0xff, 0xc0, // inc eax
	0x41, 0x83, 0xc6, 0x03, // add r14d, 3
	0x49, 0xff, 0xc8, // dec r8
	0x75, 0xf5, // jnz
	0x31, 0xf6, // xor esi, esi
	0xc3,
}

// deep enters code below so much stack, which grows on the way or in Enter itself.
func deep(f *Frame, code uintptr, depth int) byte {
	var room [200]byte
	if depth == 0 {
		local := *f
		Enter(&local, code)
		*f = local
		return 0
	}
	room[depth%200] = 1
	return deep(f, code, depth-1) + room[(depth+1)%200]
}

// The collector, the profiler's signals and growing stacks meet running code.
func TestEnterUnderStress(t *testing.T) {
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Log(err) // the test itself is profiled
	} else {
		defer pprof.StopCPUProfile()
	}
	m := newMemory(t, 4096)
	code := m.put(0, countdown...)
	var stop atomic.Bool
	defer stop.Store(true)
	var all sync.WaitGroup
	var gcs int
	all.Go(func() {
		for ; !stop.Load(); gcs++ {
			runtime.GC()
		}
	})
	var entries int
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); entries++ {
		n := uint64(1 + entries*7919%50000)
		var g guest
		f := g.frame()
		f.Left = int64(n)
		done := make(chan byte)
		go func() { done <- deep(f, code, entries%97) }()
		if b := <-done; b != 0 {
			t.Fatalf("the stack around Enter holds %d", b)
		}
		if want := (guest{n, 0, 0, 0, 0, 0, 3 * n}); g != want || f.Left != 0 {
			t.Fatalf("registers %d, left %d; want %d, 0", g, f.Left, want)
		}
	}
	stop.Store(true)
	all.Wait()
	t.Logf("%d entries, %d collections", entries, gcs)
}

func TestEnterDoesNotAllocate(t *testing.T) {
	m := newMemory(t, 4096)
	code := m.put(0, 0xc3)
	g := new(guest)
	r := g.addr()
	if n := testing.AllocsPerRun(100, func() {
		f := Frame{R: r}
		Enter(&f, code)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	runtime.KeepAlive(g)
}

// BenchmarkEnter is the cost of entering code that exits at once.
func BenchmarkEnter(b *testing.B) {
	m := newMemory(b, 4096)
	code := m.put(0, 0x31, 0xf6, 0xc3) // xor esi, esi; ret
	var g guest
	f := g.frame()
	for b.Loop() {
		Enter(f, code)
	}
}
