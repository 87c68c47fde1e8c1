package remote

import (
	"image"
	"slices"
)

// Tile is the grain in which changes are found, in pixels.
const Tile = 16

// MaxArea bounds a rectangle, and with it what is encoded at a time, in pixels.
const MaxArea = 1 << 17

// Tiles is a rectangle in tiles that has all of r, a rectangle in pixels that is
// not empty.
func Tiles(r image.Rectangle) image.Rectangle {
	up := func(n int) int { return (n + Tile - 1) / Tile }
	return image.Rect(r.Min.X/Tile, r.Min.Y/Tile, up(r.Max.X), up(r.Max.Y))
}

// Changes returns rectangles that have all changed tiles of an area. Neighbours in
// a row are one rectangle, and one that goes on below with the same width is, up
// to MaxArea.
func Changes(area image.Rectangle, changed func(tx, ty int) bool) []image.Rectangle {
	if area.Empty() {
		return nil
	}
	t := Tiles(area)
	var out, above []image.Rectangle
	for ty := t.Min.Y; ty < t.Max.Y; ty++ {
		spans := spansOf(t.Min.X, t.Max.X, ty, changed)
		for i := range spans {
			for _, a := range above {
				if s := &spans[i]; a.Min.X == s.Min.X && a.Max.X == s.Max.X && a.Dx()*(s.Max.Y-a.Min.Y) <= MaxArea {
					s.Min.Y = a.Min.Y
				}
			}
		}
		for _, a := range above {
			if !slices.ContainsFunc(spans, func(s image.Rectangle) bool { return s.Min == a.Min && s.Max.X == a.Max.X }) {
				out = append(out, a)
			}
		}
		above = spans
	}
	out = append(out, above...)
	for i := range out {
		out[i] = out[i].Intersect(area)
	}
	return out
}

// spansOf are the changes of one row of tiles.
func spansOf(from, to, ty int, changed func(tx, ty int) bool) []image.Rectangle {
	var out []image.Rectangle
	for tx := from; tx < to; tx++ {
		if !changed(tx, ty) {
			continue
		}
		if k := len(out) - 1; k >= 0 && out[k].Max.X == tx*Tile {
			out[k].Max.X += Tile
		} else {
			out = append(out, image.Rect(tx*Tile, ty*Tile, (tx+1)*Tile, (ty+1)*Tile))
		}
	}
	return out
}

// Differ reports whether two rows of pixels differ from x0 to before x1, where
// both have them. Rows that are one slice do not.
func Differ(a, b []uint32, x0, x1 int) bool {
	return &a[0] != &b[0] && !slices.Equal(a[x0:x1], b[x0:x1])
}
