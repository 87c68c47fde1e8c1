package mmu

import (
	"bytes"
	"testing"
)

// Each of the four settings of a shadow RAM nibble (i440FX PAM: read enable and
// write enable) over a ROM and over a window.
func TestShadow(t *testing.T) {
	for _, c := range []struct {
		name        string
		read, write bool
		rom, window uint64 // what a read gives after 77h was written
		windowWrite bool   // the write reached the window
	}{
		{"neither", false, false, 0xaa, 0x42, true},
		{"writes go to RAM", false, true, 0xaa, 0x42, false},
		{"reads come from RAM", true, false, 0x11, 0x11, true},
		{"both", true, true, 0x77, 0x77, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newMem(t, 1<<20)
			w := &recorder{}
			if err := p.MapMMIO("window", 0xa0000, 0x1000, w); err != nil {
				t.Fatal(err)
			}
			if err := p.MapROM("rom", bytes.Repeat([]byte{0xaa}, 0x2000), 0xf0000); err != nil {
				t.Fatal(err)
			}
			p.Mem()[0xa0000], p.Mem()[0xf1000] = 0x11, 0x11
			var changes int
			p.OnChange(func() { changes++ })
			p.Shadow(0xa0000, 0x1000, c.read, c.write)
			p.Shadow(0xf1000, 0x1000, c.read, c.write)
			p.Shadow(0xf1000, 0x1000, c.read, c.write)
			if want := 2; c.read || c.write {
				if changes != want {
					t.Errorf("OnChange called %d times; want %d: not for the same again", changes, want)
				}
			}
			p.Write(0xa0000, 1, 0x77)
			p.Write(0xf1000, 1, 0x77)
			if got := p.Read(0xf1000, 1); got != c.rom {
				t.Errorf("ROM page reads %x; want %x", got, c.rom)
			}
			if got := p.Read(0xa0000, 1); got != c.window {
				t.Errorf("window reads %x; want %x", got, c.window)
			}
			if got := len(w.writes) == 1; got != c.windowWrite {
				t.Errorf("the window was written: %v; want %v", got, c.windowWrite)
			}
			if got := p.Read(0xf0000, 1); got != 0xaa {
				t.Errorf("the page beside reads %x; want aa", got)
			}
			if got, want := p.Mem()[0xf1000] == 0x77, c.write; got != want {
				t.Errorf("RAM behind the ROM was written: %v; want %v", got, want)
			}
			p.Shadow(0xa0000, 0x60000, false, false)
			if got := p.Read(0xf1000, 1); got != 0xaa {
				t.Errorf("ROM page reads %x with shadow RAM off again; want aa", got)
			}
		})
	}
}

// What is mapped while shadow RAM lies over it appears when that goes.
func TestMapUnderShadow(t *testing.T) {
	p := newMem(t, 1<<20)
	p.Shadow(0xc0000, 0x4000, true, true)
	p.Overlay("card", 0xc0000, 0x1000, &recorder{})
	p.Mem()[0xc0000] = 0x11
	if got := p.Read(0xc0000, 1); got != 0x11 {
		t.Errorf("reads %x; want RAM, 11", got)
	}
	p.Shadow(0xc0000, 0x4000, false, false)
	if got := p.Read(0xc0000, 1); got != 0x42 {
		t.Errorf("reads %x; want the card, 42", got)
	}
	p.Remove("card", 0xc0000, 0x1000)
	if got := p.Read(0xc0000, 1); got != 0xff {
		t.Errorf("reads %x; want nothing, ff", got)
	}
}

// Shadow RAM is part of the machine's state also where memory ends at 640 KB.
func TestShadowIsRAM(t *testing.T) {
	p := newMem(t, 640<<10)
	if got := len(p.RAM()); got != 640<<10 {
		t.Errorf("%d bytes of RAM; want %d", got, 640<<10)
	}
	p.Shadow(0xf0000, 0x10000, false, false)
	if got := len(p.RAM()); got != 1<<20 {
		t.Errorf("%d bytes of RAM with shadow RAM; want %d", got, 1<<20)
	}
}

// A function that is moved appears where nothing is, and never hides anything.
func TestOverlay(t *testing.T) {
	p := newMem(t, 2<<20)
	if err := p.MapROM("rom", make([]byte, 0x1000), 0xfffff000); err != nil {
		t.Fatal(err)
	}
	a, b := &recorder{}, &recorder{}
	p.Overlay("a", 0x1ff000, 0x3000, a) // RAM ends at 200000
	p.Overlay("b", 0x200000, 0x4000, b)
	p.Overlay("top", 0xffffe000, 0x4000, a)
	p.Write(0x1ff000, 1, 5)
	if got := p.Read(0x1ff000, 1); got != 5 {
		t.Errorf("RAM under a window reads %x; want 5", got)
	}
	for pa, want := range map[uint32]uint64{0x200000: 0x42, 0x202000: 0x42, 0x204000: 0xff, 0xffffe000: 0x42, 0xfffff000: 0, 0: 0} {
		if got := p.Read(pa, 1); got != want {
			t.Errorf("Read(%#x) = %x; want %x", pa, got, want)
		}
	}
	if len(b.reads) != 1 || b.reads[0] != 0x2000<<8|1 {
		t.Errorf("b was read at %x; want once, at offset 2000", b.reads)
	}
	p.Remove("a", 0x1ff000, 0x3000)
	for pa, want := range map[uint32]uint64{0x1ff000: 5, 0x200000: 0xff, 0x202000: 0x42} {
		if got := p.Read(pa, 1); got != want {
			t.Errorf("Read(%#x) = %x with a gone; want %x", pa, got, want)
		}
	}
}
