package term

import (
	"strings"
	"testing"

	"beige/devices/video"
	"beige/machine"
)

// quarters is a graphics screen with a colour in each quarter.
func quarters(gen uint64, colours [4]uint32) *machine.Screen {
	const w, h = 320, 200
	f := &video.Frame{Gen: gen, Info: video.Info{Kind: video.Graphics, Width: w, Height: 2 * h, ScaleX: 1, ScaleY: 2, PixW: w, PixH: h}}
	copy(f.Palette[:], colours[:])
	for y := range h {
		line := make([]uint8, w)
		for x := range line {
			line[x] = uint8(x*2/w + y*2/h*2)
		}
		f.Lines = append(f.Lines, line)
	}
	return &machine.Screen{Width: f.Width, Height: f.Height, Frame: f}
}

func TestGraphicsAsHalfBlocks(t *testing.T) {
	for _, tc := range []struct {
		name                 string
		depth                Depth
		upperLeft, boundary  string // attributes of a place in the upper left, and of one on both halves at the right
		other                string // upper left in another colour
		cols, rows           int
		left, top, mid, last int // first column and row with dots, the row on the boundary, columns with dots
	}{
		// 80 by 50 dots: 66 by 50 have the shape of a monitor, from column 7 on.
		{"true colour", TrueColour, "0;38;2;255;0;0;48;2;255;0;0", "0;38;2;0;255;0;48;2;255;255;255", "0;38;2;0;0;0;48;2;0;0;0", 80, 25, 7, 0, 12, 66},
		{"256 colours", Colours256, "0;38;5;196;48;5;196", "0;38;5;46;48;5;231", "0;38;5;16;48;5;16", 80, 25, 7, 0, 12, 66},
		{"16 colours", Colours16, "0;31;41", "0;32;107", "0;30;40", 80, 25, 7, 0, 12, 66},
	} {
		e := newEmulator(tc.cols, tc.rows)
		r := NewRenderer(tc.cols, tc.rows, tc.depth)
		s := quarters(1, [4]uint32{0xff0000, 0x00ff00, 0x0000ff, 0xffffff})
		if tc.depth == Colours16 {
			s = quarters(1, [4]uint32{0xaa0000, 0x00aa00, 0x0000aa, 0xffffff})
		}
		e.write(t, r.Draw(s))
		at := e.At
		if c, sgr := at(tc.left, tc.top); c != ' ' || sgr != tc.upperLeft {
			t.Errorf("%s: upper left %q in %q; want a blank in %q", tc.name, c, sgr, tc.upperLeft)
		}
		if c, sgr := at(tc.left+tc.last-1, tc.mid); c != '▀' || sgr != tc.boundary {
			t.Errorf("%s: on the boundary %q in %q; want a half block in %q", tc.name, c, sgr, tc.boundary)
		}
		for _, x := range []int{tc.left - 1, tc.left + tc.last} {
			if c, sgr := at(x, 3); c != ' ' || sgr == tc.upperLeft {
				t.Errorf("%s: column %d beside the picture has %q in %q", tc.name, x, c, sgr)
			}
		}
		if b := r.Draw(s); b != nil {
			t.Errorf("%s: the same screen again sent %q", tc.name, b)
		}
		// Only a quarter changes: what is sent has no place of the others.
		next := quarters(2, [4]uint32{0, s.Frame.Palette[1], s.Frame.Palette[2], s.Frame.Palette[3]})
		b := r.Draw(next)
		if strings.Contains(string(b), "\x1b[14;") || len(b) == 0 {
			t.Errorf("%s: a changed quarter sent %q", tc.name, b)
		}
		e.write(t, b)
		if _, sgr := at(tc.left, tc.top); sgr != tc.other {
			t.Errorf("%s: upper left is now %q; want %q", tc.name, sgr, tc.other)
		}
		// Back to text.
		e.write(t, r.Draw(screen(80, "A:\\>", "")))
		if c, _ := at(0, 0); c != 'A' {
			t.Errorf("%s: text after graphics shows %q", tc.name, c)
		}
		if c, sgr := at(tc.left+tc.last-1, tc.mid); c != ' ' || sgr == tc.boundary {
			t.Errorf("%s: %q in %q is left of the graphics", tc.name, c, sgr)
		}
	}
}

// Terminals of any size get a picture, and no place outside of it.
func TestGraphicsFitAnyTerminal(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 1}, {3, 40}, {200, 2}, {80, 24}, {213, 61}} {
		e := newEmulator(size[0], size[1])
		r := NewRenderer(size[0], size[1], TrueColour)
		r.SetStatus("a status")
		e.write(t, r.Draw(quarters(1, [4]uint32{1, 2, 3, 4})))
	}
}

func BenchmarkGraphicsDraw(b *testing.B) {
	r := NewRenderer(120, 40, TrueColour)
	a, c := quarters(1, [4]uint32{1, 2, 3, 4}), quarters(2, [4]uint32{4, 3, 2, 1})
	for i := range b.N {
		if i&1 == 0 {
			r.Draw(a)
		} else {
			r.Draw(c)
		}
	}
}
