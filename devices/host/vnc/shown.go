package vnc

import (
	"image"
	"slices"

	"beige/devices/host/remote"
)

// shown is what a viewer shows.
type shown struct {
	w, h  int
	rows  [][]uint32
	whole []*uint32 // the first pixel of the picture's row that a row is a copy of; nil: of none that is known
	cols  int       // tiles a row of tiles
	stale []bool    // tiles that may be anything
	old   int       // stale tiles
}

func newShown(w, h int) shown {
	s := shown{w: w, h: h, rows: make([][]uint32, h), whole: make([]*uint32, h), cols: (w + remote.Tile - 1) / remote.Tile}
	for y := range s.rows {
		s.rows[y] = make([]uint32, w)
	}
	s.stale = make([]bool, s.cols*((h+remote.Tile-1)/remote.Tile))
	s.spoil(s.area())
	return s
}

func (s *shown) area() rect { return rect{0, 0, s.w, s.h} }

// tiles is a rectangle in tiles that has all of r.
func (s *shown) tiles(r rect) rect {
	r = r.intersect(s.area())
	if r.empty() {
		return rect{}
	}
	x, y := r.x/remote.Tile, r.y/remote.Tile
	return rect{x, y, (r.x+r.w-1)/remote.Tile - x + 1, (r.y+r.h-1)/remote.Tile - y + 1}
}

// spoil forgets what the viewer has in a rectangle.
func (s *shown) spoil(r rect) {
	t := s.tiles(r)
	for ty := t.y; ty < t.y+t.h; ty++ {
		for tx := t.x; tx < t.x+t.w; tx++ {
			if at := ty*s.cols + tx; !s.stale[at] {
				s.stale[at] = true
				s.old++
			}
		}
	}
}

// changes returns the rectangles inside area in which the viewer's picture is
// not that of rows.
func (s *shown) changes(rows [][]uint32, area rect) []rect {
	a := area.intersect(s.area())
	var out []rect
	for _, r := range remote.Changes(image.Rectangle{Min: image.Pt(a.x, a.y), Max: image.Pt(a.x+a.w, a.y+a.h)}, func(tx, ty int) bool { return s.dirty(rows, tx, ty) }) {
		out = append(out, rect{r.Min.X, r.Min.Y, r.Dx(), r.Dy()})
	}
	return out
}

// dirty reports whether a tile is stale or another one in rows.
func (s *shown) dirty(rows [][]uint32, tx, ty int) bool {
	if s.stale[ty*s.cols+tx] {
		return true
	}
	x0, x1 := tx*remote.Tile, min((tx+1)*remote.Tile, s.w)
	for y := ty * remote.Tile; y < min((ty+1)*remote.Tile, s.h); y++ {
		if s.whole[y] != &rows[y][0] && !slices.Equal(s.rows[y][x0:x1], rows[y][x0:x1]) {
			return true
		}
	}
	return false
}

// sent notes that the viewer has been sent a rectangle of rows.
func (s *shown) sent(rows [][]uint32, r rect) {
	for y := r.y; y < r.y+r.h; y++ {
		copy(s.rows[y][r.x:r.x+r.w], rows[y][r.x:r.x+r.w])
		s.whole[y] = nil
	}
	if s.old == 0 {
		return
	}
	t := s.tiles(r)
	for ty := t.y; ty < t.y+t.h; ty++ {
		for tx := t.x; tx < t.x+t.w; tx++ {
			tile := rect{tx * remote.Tile, ty * remote.Tile, remote.Tile, remote.Tile}.intersect(s.area())
			if at := ty*s.cols + tx; s.stale[at] && tile.intersect(r) == tile {
				s.stale[at] = false
				s.old--
			}
		}
	}
}

// same notes that the viewer has all of rows.
func (s *shown) same(rows [][]uint32) {
	for y := range s.rows {
		s.whole[y] = &rows[y][0]
	}
}

// Bounds of what is worth a CopyRect, in rows.
const (
	minScrolled = 32 // changed ones, for a search
	minVotes    = 8  // that are elsewhere
	minBand     = 8
)

// copied is a band of rows, over the whole width, that was elsewhere before.
type copied struct{ y, h, from int }

// scroll finds out whether rows are in part those that the viewer has, moved up or
// down, carries the move out, and returns it: bands in the order in which they
// are to be copied.
func (s *shown) scroll(rows [][]uint32) []copied {
	changed := make([]bool, s.h)
	n := 0
	for y := range rows {
		if s.whole[y] != &rows[y][0] && !slices.Equal(s.rows[y], rows[y]) {
			changed[y] = true
			n++
		}
	}
	if n < minScrolled {
		return nil
	}
	d := s.distance(rows, changed)
	if d == 0 {
		return nil
	}
	var bands []copied
	for y := max(0, -d); y < s.h && y+d < s.h; y++ {
		start, gain := y, 0
		for y < s.h && y+d < s.h && slices.Equal(rows[y], s.rows[y+d]) {
			if changed[y] {
				gain++
			}
			y++
		}
		if gain >= minBand {
			bands = append(bands, copied{start, y - start, start + d})
		}
	}
	if d < 0 {
		slices.Reverse(bands) // so that no band is overwritten before it is copied
	}
	for _, b := range bands {
		for i := range b.h {
			if d < 0 {
				i = b.h - 1 - i
			}
			copy(s.rows[b.y+i], s.rows[b.from+i])
			s.whole[b.y+i] = s.whole[b.from+i]
		}
	}
	return bands
}

// distance is how far down most of the changed rows were before; 0 if they were
// not there. Rows that occur more than once say nothing.
func (s *shown) distance(rows [][]uint32, changed []bool) int {
	const twice = -1
	before := make(map[uint64]int, s.h)
	for y, row := range s.rows {
		h := rowHash(row)
		if _, ok := before[h]; ok {
			y = twice
		}
		before[h] = y
	}
	votes := map[int]int{}
	best := 0
	for y, row := range rows {
		if !changed[y] {
			continue
		}
		from, ok := before[rowHash(row)]
		if !ok || from == twice || from == y {
			continue
		}
		d := from - y
		votes[d]++
		if votes[d] > votes[best] {
			best = d
		}
	}
	if votes[best] < minVotes {
		return 0
	}
	return best
}

// rowHash is FNV-1a over pixels.
func rowHash(row []uint32) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, v := range row {
		h = (h ^ uint64(v)) * 0x100000001b3
	}
	return h
}
