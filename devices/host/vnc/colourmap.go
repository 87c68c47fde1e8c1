package vnc

// colourMap gives out the entries of a viewer's colour map. An entry never
// changes as long as there is room, so what the viewer shows stays right; when
// there is none the map is made anew, and everything has to be sent again. A
// picture of more colours than there are entries is shown in those of a cube,
// the nearest for each.
type colourMap struct {
	size    int
	entries []uint32 // 0xRRGGBB
	known   map[uint32]uint8
	cube    bool
	sent    int // entries that the viewer has
}

func newColourMap(size int) *colourMap {
	m := &colourMap{size: size}
	m.clear()
	return m
}

// clear empties the map but for black and white, which the cursor has.
func (m *colourMap) clear() {
	m.empty()
	m.add(0x000000)
	m.add(0xffffff)
}

func (m *colourMap) empty() {
	m.entries, m.known, m.cube, m.sent = nil, map[uint32]uint8{}, false, 0
}

// add enters a colour and reports whether there was room.
func (m *colourMap) add(c uint32) bool {
	if _, ok := m.known[c]; ok {
		return true
	}
	if len(m.entries) == m.size {
		return false
	}
	m.known[c] = uint8(len(m.entries))
	m.entries = append(m.entries, c)
	return true
}

// addRow enters all colours of a row and reports whether there was room.
func (m *colourMap) addRow(row []uint32) bool {
	last := ^uint32(0)
	for _, c := range row {
		if c != last && !m.add(c) {
			return false
		}
		last = c
	}
	return true
}

// prepare makes the map fit for a picture of which the rows given are to be
// sent, and reports whether it is another map than before.
func (m *colourMap) prepare(picture [][]uint32, changed func(yield func(row []uint32) bool)) (again bool) {
	if m.cube {
		// Back from the cube as soon as that is possible.
		exact := newColourMap(m.size)
		if exact.renew(picture); !exact.cube {
			*m = *exact
			return true
		}
		return false
	}
	for row := range changed {
		if !m.addRow(row) {
			m.renew(picture)
			return true
		}
	}
	return false
}

// renew makes a map for a picture.
func (m *colourMap) renew(picture [][]uint32) {
	if m.clear(); m.addAll(picture) {
		return
	}
	if m.empty(); !m.addAll(picture) {
		m.makeCube()
	}
}

func (m *colourMap) addAll(picture [][]uint32) bool {
	for _, row := range picture {
		if !m.addRow(row) {
			return false
		}
	}
	return true
}

// side is how many steps of each primary the map has room for; 0 for fewer than
// eight entries, which are greys.
func (m *colourMap) side() int {
	n := 0
	for (n+1)*(n+1)*(n+1) <= m.size {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

func (m *colourMap) makeCube() {
	m.empty()
	m.cube = true
	n := m.side()
	if n == 0 {
		for i := range m.size {
			m.entries = append(m.entries, uint32(i*255/max(m.size-1, 1))*0x010101)
		}
		return
	}
	step := func(i int) uint32 { return uint32(i * 255 / (n - 1)) }
	for i := range n * n * n {
		m.entries = append(m.entries, step(i/n/n)<<16|step(i/n%n)<<8|step(i%n))
	}
}

// index is the entry of a colour, or the nearest one.
func (m *colourMap) index(c uint32) uint8 {
	if i, ok := m.known[c]; ok {
		return i
	}
	if !m.cube {
		return m.nearest(c)
	}
	r, g, b := int(c>>16&0xff), int(c>>8&0xff), int(c&0xff)
	if n := m.side(); n > 0 {
		near := func(v int) int { return (v*(n-1) + 127) / 255 }
		return uint8((near(r)*n+near(g))*n + near(b))
	}
	// Luma of ITU-R BT.601.
	return uint8(((299*r+587*g+114*b)/1000*(m.size-1) + 127) / 255)
}

// nearest is the entry with the smallest difference from a colour.
func (m *colourMap) nearest(c uint32) uint8 {
	best, at := -1, 0
	for i, e := range m.entries {
		d := 0
		for shift := 0; shift <= 16; shift += 8 {
			n := int(c>>shift&0xff) - int(e>>shift&0xff)
			d += n * n
		}
		if best < 0 || d < best {
			best, at = d, i
		}
	}
	return uint8(at)
}
