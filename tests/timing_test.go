package tests

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"beige/machine"
)

// timed runs code between two writes to the POST port on a machine of that speed
// and returns the clocks between them, those of the same without the code taken off.
func timed(t *testing.T, board, cpu, speed string, setup, code []byte) float64 {
	t.Helper()
	run := func(code []byte) uint64 {
		prog := slices.Concat([]byte{0xfa, 0xfc, 0xb8, 0x00, 0x10, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0, 0x40}, // cli; cld; ds = es = ss = 1000h; sp = 4000h
			setup, []byte{0xe6, 0x80}, code, []byte{0xe6, 0x80, 0xf4})
		rom := make([]byte, 64<<10)
		copy(rom, prog)
		copy(rom[0xfff0:], []byte{0xea, 0, 0, 0, 0xf0})
		s, err := machine.ParseSpeed(speed)
		if err != nil {
			t.Fatal(err)
		}
		var at []uint64
		var m *machine.Machine
		m, err = machine.New(machine.Config{Machine: board, CPU: cpu, Speed: s, Deterministic: true, Unattended: true, BIOS: rom,
			Post: func(uint8) { at = append(at, m.Count()) }})
		if err != nil {
			t.Fatal(err)
		}
		m.Run(context.Background())
		if len(at) != 2 {
			t.Fatalf("%d writes to the POST port; want 2", len(at))
		}
		return at[1] - at[0]
	}
	return float64(run(code) - run(nil))
}

func times(n int, code ...byte) []byte { return bytes.Repeat(code, n) }

// measurement is a piece of code that was timed on a real machine: us for each of n
// repetitions.
type measurement struct {
	name        string
	setup, code []byte
	n           int
	us          float64
}

// publishedPC are times that Michael Abrash measured on an IBM PC (8088, 4.77 MHz)
// with his Zen timer: "Zen of Assembly Language", chapter 4, by listing.
func publishedPC() []measurement {
	return []measurement{
		{"4-1 dec byte [m]; jnz", []byte{0xc6, 0x06, 0, 2, 200}, []byte{0xfe, 0x0e, 0, 2, 0x75, 0xfa}, 200, 10.03},
		{"4-2 dec word [m]; jnz", []byte{0xc7, 0x06, 0, 2, 200, 0}, []byte{0xff, 0x0e, 0, 2, 0x75, 0xfa}, 200, 12.05},
		{"4-3 lodsw", []byte{0x31, 0xf6}, times(1000, 0xad), 1000, 3.77},
		{"4-4 lodsb, twice", []byte{0x31, 0xf6}, times(2000, 0xac), 1000, 5.49},
		{"4-5 shr ax,1", nil, times(1000, 0xd1, 0xe8), 1000, 1.81},
		{"4-6 mul ax; shr ax,1", []byte{0x31, 0xc0}, times(1000, 0xf7, 0xe0, 0xd1, 0xe8), 1000, 25.14},
		{"4-7 mov al,0", nil, times(1000, 0xb0, 0), 1000, 1.81},
		{"4-8 sub al,al", nil, times(1000, 0x28, 0xc0), 1000, 1.81},
		{"4-9 mul ax", []byte{0x31, 0xc0}, times(1000, 0xf7, 0xe0), 1000, 24.72},
		{"4-12 rep movsw", []byte{0xb9, 0xe8, 3, 0x31, 0xf6, 0xbf, 0, 0x20}, []byte{0xf3, 0xa5}, 4000, 1.39},
	}
}

// publishedAT are of the same book's chapter 15: an AT of 10 MHz with one wait state.
// The loop stands at an even address.
func publishedAT() []measurement {
	movsw := []byte{0xb9, 0xe8, 3, 0x31, 0xf6, 0xbf, 0, 0x20}
	return []measurement{
		{"15-1 mov word [m],0", nil, times(1000, 0xc7, 0x06, 0, 2, 0, 0), 1000, 1.27},
		{"15-2 rep movsw, odd", slices.Concat(movsw, []byte{0x46, 0x47}), []byte{0xf3, 0xa5}, 1000, 1.27},
		{"15-3 rep movsw, even", movsw, []byte{0xf3, 0xa5}, 1000, 0.64},
		{"loop $, even", []byte{0xb9, 0xe8, 3, 0x90}, []byte{0xe2, 0xfe}, 1000, 1.25},
	}
}

// TestPublishedTimings compares with times measured on real machines: none may be
// off by more than a tenth, and all together by hardly anything.
func TestPublishedTimings(t *testing.T) {
	t.Run("8088", func(t *testing.T) {
		t.Parallel()
		compareTimings(t, "xt", "8088", "4.773mhz", 4.772727, publishedPC())
	})
	t.Run("80286", func(t *testing.T) {
		t.Parallel()
		compareTimings(t, "at", "80286", "10mhz", 10, publishedAT())
	})
}

func compareTimings(t *testing.T, board, cpu, speed string, mhz float64, published []measurement) {
	var sum float64
	for _, p := range published {
		us := timed(t, board, cpu, speed, p.setup, p.code) / float64(p.n) / mhz
		off := 100 * (us/p.us - 1)
		sum += off
		line := fmt.Sprintf("%-24s %6.2f us, published %6.2f: %+5.1f %%", p.name, us, p.us, off)
		if off < -10 || off > 10 {
			t.Error(line)
		} else {
			t.Log(line)
		}
	}
	if mean := sum / float64(len(published)); mean < -3 || mean > 3 {
		t.Errorf("mean error %+.1f %%; want none beyond 3", mean)
	} else {
		t.Logf("mean error %+.1f %%", mean)
	}
}
