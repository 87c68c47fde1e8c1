package vnc

// The guest draws its own pointer, or has none, and a viewer's pointer is rarely
// where the guest's is. So the viewer gets a small ring for its own (RFC 6143,
// section 7.8.1).
const cursorSize = 5

// cursorImage has a row a string: "#" black, "." white, blank transparent.
func cursorImage() [cursorSize]string {
	return [cursorSize]string{
		" ### ",
		"#...#",
		"#. .#",
		"#...#",
		" ### ",
	}
}

// appendCursor appends the rectangle with the cursor: its pixels, then a bit for
// each that shows. A hidden one is a pixel that does not: where the guest has asked for
// positions, the pointer that it draws is where the viewer's is.
func appendCursor(b []byte, t *translator, hidden bool) []byte {
	if hidden {
		b = appendRect(b, rect{0, 0, 1, 1}, encCursor)
		return append(t.appendPixel(b, t.value(0)), 0)
	}
	b = appendRect(b, rect{cursorSize / 2, cursorSize / 2, cursorSize, cursorSize}, encCursor)
	var mask []byte
	for _, row := range cursorImage() {
		bits := byte(0)
		for x, c := range []byte(row) {
			colour := uint32(0)
			if c == '.' {
				colour = 0xffffff
			}
			if c != ' ' {
				bits |= 0x80 >> x
			}
			b = t.appendPixel(b, t.value(colour))
		}
		mask = append(mask, bits)
	}
	return append(b, mask...)
}
