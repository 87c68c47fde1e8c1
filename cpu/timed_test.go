package cpu

import (
	"math/rand/v2"
	"testing"

	"beige/cpu/clocks"
	"github.com/google/go-cmp/cmp"
)

// newTimed is newRig with clocks counted.
func newTimed(t testing.TB, model string, code ...byte) *rig {
	t.Helper()
	r := newRig(t, model, code...)
	chip, ok := clocks.ByName(model)
	if !ok {
		t.Fatalf("no clocks of %s", model)
	}
	r.timed = clocks.New(clocks.Config{Chip: chip})
	return r
}

// Clocks change when things happen and nothing else: random code ends in the same
// state, instruction by instruction, whether they are counted or not.
func TestTimedIsTheSame(t *testing.T) {
	programs := 20
	if testing.Short() {
		programs = 5
	}
	for _, model := range clocks.Names() {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(7, 7))
			for range programs {
				code := randomProgram(rng)[4:]
				plain, timed := newRig(t, model, code...), newTimed(t, model, code...)
				for step := range 120 {
					if rng.IntN(40) == 0 {
						plain.INTR, timed.INTR = true, true
					}
					_, a := plain.Run(1)
					ran, b := timed.Run(1)
					plain.INTR, timed.INTR = false, false
					x, y := plain.State, timed.State
					x.Retired, y.Retired, y.Clocks = 0, 0, x.Clocks
					if a != b || x != y {
						t.Fatalf("% x: step %d: %v, counted %v; state (-plain +timed):\n%s", code, step, a, b, cmp.Diff(x, y))
					}
					if a != StopBudget {
						break
					}
					if ran < 1 || ran > 2000 { // a shift by 255 bits of an 8086 takes 1030
						t.Fatalf("% x: step %d took %d clocks", code, step, ran)
					}
				}
			}
		})
	}
}

// The budget ends at the first boundary behind it, and Count is exact while an
// instruction accesses a port.
func TestTimedBudget(t *testing.T) {
	r := newTimed(t, "8086", 0x90, 0x90, 0xe6, 0x80, 0x90) // nop; nop; out 80h,al; nop
	ran, why := r.Run(1)
	if ran < 3 || why != StopBudget {
		t.Errorf("Run(1) = %d, %v; want the clocks of a NOP and of fetching it", ran, why)
	}
	before := r.Count()
	ran, _ = r.Run(1000)
	if r.Count() != before+uint64(ran) || !r.Halted {
		t.Errorf("Count() = %d, halted %v; want %d", r.Count(), r.Halted, before+uint64(ran))
	}
	// A repeated instruction is timed an iteration at a time: a short budget leaves
	// it in the middle.
	r = newTimed(t, "8088", 0xb9, 100, 0, 0xf3, 0xaa) // mov cx,100; rep stosb
	r.Run(100)
	if cx := r.R[CX]; cx == 0 || cx >= 100 || r.IP != rigCode+3 {
		t.Errorf("CX = %d, IP %#x; want REP STOSB under way", cx, r.IP)
	}
	r.Run(1 << 20)
	if r.R[CX] != 0 {
		t.Errorf("CX = %d; want 0", r.R[CX])
	}
}
