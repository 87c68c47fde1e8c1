package video

import (
	"bytes"
	"slices"
)

// Keeper remembers the frame that an adapter handed out last, so that what did not
// change stays the same line and the same frame. The zero value has an empty frame of
// generation 0.
type Keeper struct{ last *Frame }

// Last is the frame that was handed out last. Never nil.
func (k *Keeper) Last() *Frame {
	if k.last == nil {
		k.last = &Frame{}
	}
	return k.last
}

// AddLine appends a copy of a line of pixels, not empty, to f, or the line of the
// frame before that equals it.
func (k *Keeper) AddLine(f *Frame, line []uint8) {
	last := k.Last()
	if y := len(f.Lines); y < len(last.Lines) && bytes.Equal(last.Lines[y], line) {
		f.Lines = append(f.Lines, last.Lines[y])
		return
	}
	f.Lines = append(f.Lines, slices.Clone(line))
}

// Repeat appends the line of the frame before to f, if it has one.
func (k *Keeper) Repeat(f *Frame) bool {
	last := k.Last()
	if len(f.Lines) >= len(last.Lines) {
		return false
	}
	f.Lines = append(f.Lines, last.Lines[len(f.Lines)])
	return true
}

// Take returns f with the next generation, or the frame before if it equals that.
// The lines of f come from AddLine and Repeat.
func (k *Keeper) Take(f *Frame) *Frame {
	last := k.Last()
	if last.Gen != 0 && f.Info == last.Info && slices.Equal(f.Cells, last.Cells) && slices.Equal(f.Strips, last.Strips) &&
		slices.EqualFunc(f.Lines, last.Lines, sameLine) {
		return last
	}
	f.Gen = last.Gen + 1
	k.last = f
	return f
}

// sameLine reports whether two lines, neither empty, are one slice.
func sameLine(a, b []uint8) bool { return &a[0] == &b[0] }
