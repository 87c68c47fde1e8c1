package mmu

import (
	"slices"
	"testing"
)

// newShared returns 2 MB of RAM, 64 KB of shared memory at E0000000h, and a window of
// a device at A0000h.
func newShared(t *testing.T) (*Physical, *Shared, *recorder) {
	t.Helper()
	p := newMem(t, 2<<20)
	s := p.Share(64 << 10)
	p.Overlay("memory", 0xe0000000, 64<<10, s)
	w := &recorder{}
	if err := p.MapMMIO("window", 0xa0000, 0x20000, w); err != nil {
		t.Fatal(err)
	}
	return p, s, w
}

// pages lists the pages that were stored in.
func pages(stored []bool) (out []int) {
	for i, b := range stored {
		if b {
			out = append(out, i)
		}
	}
	return out
}

// However a byte gets into shared memory, its device is told of the page, once.
func TestSharedStores(t *testing.T) {
	p, s, _ := newShared(t)
	if s.Stored() != nil {
		t.Error("pages stored in at first")
	}
	s.Show(0xa4000, 0x2000, 0x8000)
	for _, c := range []struct {
		name  string
		store func()
		at    int
		want  uint8
		pages []int
	}{
		{"store", func() { p.Write(0xe0001234, 1, 0x11) }, 0x1234, 0x11, []int{1}},
		{"store across pages", func() { p.Write(0xe0002ffe, 4, 0x44332211) }, 0x3001, 0x44, []int{2, 3}},
		{"DMA", func() { p.WritePhys(0xe0004fff, []byte{1, 2}) }, 0x5000, 2, []int{4, 5}},
		{"through the window", func() { p.Write(0xa5001, 2, 0x2211) }, 0x9002, 0x22, []int{9}},
		{"device access", func() { s.WriteMMIO(0xf001, 8, 0x77<<56) }, 0xf008, 0x77, []int{15}},
		{"one that the processor tells of", func() { i, _, _, _ := p.Index(0xe000a008); p.NoteStore(i); p.Mem()[i] = 9 }, 0xa008, 9, []int{10}},
		{"RAM", func() { p.Write(0x1000, 1, 1); p.NoteStore(0x1000) }, 0, 0, nil},
	} {
		c.store()
		if got := s.Bytes()[c.at]; got != c.want {
			t.Errorf("%s: %#x at %#x; want %#x", c.name, got, c.at, c.want)
		}
		if got := pages(s.Stored()); !slices.Equal(got, c.pages) {
			t.Errorf("%s: pages %v stored in; want %v", c.name, got, c.pages)
		}
		if s.Stored() != nil {
			t.Errorf("%s: told twice", c.name)
		}
	}
	if got := p.Read(0xa4fff, 2); got != uint64(s.Bytes()[0x8fff])|uint64(s.Bytes()[0x9000])<<8 {
		t.Errorf("the window reads %#x", got)
	}
}

// What a window shows is where it was shown last; beside it the device answers.
func TestSharedWindow(t *testing.T) {
	p, s, w := newShared(t)
	var gone [][2]uint32
	p.OnUnshare(nil, func(from, to uint32) { gone = append(gone, [2]uint32{from - s.first, to - s.first}) })
	s.Bytes()[0x1000], s.Bytes()[0x3000] = 0x11, 0x33
	s.Show(0xa2000, 0x1000, 0x1000)
	s.Show(0xa2000, 0x1000, 0x1000)
	if got := p.Read(0xa2000, 1); got != 0x11 || len(w.reads) != 0 {
		t.Errorf("shown memory reads %#x; want 11", got)
	}
	if got := p.Read(0xa3000, 1); got != 0x42 {
		t.Errorf("beside it %#x; want the device, 42", got)
	}
	s.Show(0xa2000, 0x2000, 0x3000)
	if got := p.Read(0xa2000, 1); got != 0x33 {
		t.Errorf("moved: %#x; want 33", got)
	}
	s.Show(0, 0, 0)
	s.Show(5, 0, 9)
	p.Write(0xa2000, 1, 0x55)
	if len(w.writes) != 1 || s.Bytes()[0x3000] != 0x33 {
		t.Errorf("hidden: %d writes to the device, memory %#x; want 1, 33", len(w.writes), s.Bytes()[0x3000])
	}
	if want := [][2]uint32{{0x1000, 0x2000}, {0x3000, 0x5000}}; !slices.Equal(gone, want) {
		t.Errorf("gone %x; want %x", gone, want)
	}
	// Shadow RAM hides it like any window.
	s.Show(0xb0000, 0x1000, 0)
	p.Shadow(0xb0000, 0x1000, true, true)
	p.Write(0xb0000, 1, 0x66)
	p.Shadow(0xb0000, 0x1000, false, false)
	if got := p.Read(0xb0000, 1); got != 0 {
		t.Errorf("under shadow RAM %#x was written; want 0", got)
	}
	// A PCI window goes.
	p.Remove("memory", 0xe0000000, 64<<10)
	if got := p.Read(0xe0001000, 1); got != 0xff {
		t.Errorf("removed: %#x; want ff", got)
	}
}

// The part of a window behind the memory is nothing.
func TestSharedEnds(t *testing.T) {
	p := newMem(t, 1<<20)
	s := p.Share(4 << 10)
	p.Overlay("memory", 0xe0000000, 8<<10, s)
	p.Write(0xe0001000, 4, 1)
	if got := p.Read(0xe0000ffc, 8); got != 0xffffffff_00000000 {
		t.Errorf("across the end: %#x", got)
	}
	if s.Stored() != nil {
		t.Error("a store behind the end was told of")
	}
	if i, _, _, _ := p.Index(0xe0000000); !p.IsShared(i) || !p.IsClean(i) || p.IsShared(i-1) || p.IsClean(0) {
		t.Error("shared memory does not begin where it does")
	}
}
