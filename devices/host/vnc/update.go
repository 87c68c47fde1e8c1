package vnc

import (
	"encoding/binary"

	"beige/devices/video"
)

// Messages of the server (RFC 6143, section 7.6).
const (
	srvUpdate    uint8 = 0
	srvColourMap uint8 = 1
)

// Status of an ExtendedDesktopSize rectangle, in its y, and the reason, in its x.
const (
	sizeServer  = 0
	sizeViewer  = 1
	sizeRefused = 1 // resize is administratively prohibited
)

// What a rectangle of QEMU Pointer Motion Change says, in its x.
const (
	motionRelative = 0
	motionAbsolute = 1
)

// picture is what the viewer is to show now.
func (v *viewer) picture() *video.Picture {
	pic := v.server.screen.Picture()
	v.mu.Lock()
	v.picWidth, v.picHeight = pic.Width, pic.Height
	v.mu.Unlock()
	return pic
}

// resize gives the viewer's picture a size.
func (v *viewer) resize(w, h int) {
	v.width, v.height = w, h
	v.shown = newShown(w, h)
}

// take is what the viewer wishes, with the request taken away.
func (v *viewer) take() wishes {
	v.mu.Lock()
	defer v.mu.Unlock()
	w := v.want
	if w.asked {
		v.want.asked, v.want.newFormat = false, false
		v.want.area, v.want.force, v.want.tell = rect{}, rect{}, tell{}
	}
	return w
}

// putBack returns a request that has nothing to be answered with yet.
func (v *viewer) putBack(area rect) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.want.asked = true
	v.want.area = v.want.area.union(area)
}

// answer sends an update if the viewer wants one and there is something new.
func (v *viewer) answer() error {
	w := v.take()
	if !w.asked {
		return nil
	}
	if w.newFormat {
		v.trans = newTranslator(w.format)
		v.shown.spoil(v.shown.area())
	}
	v.shown.spoil(w.force)
	pic := v.picture()
	count := 0
	v.buf = v.buf[:0]
	pseudo := func(on bool, r rect, encoding int32) {
		if on {
			v.buf = appendRect(v.buf, r, encoding)
			count++
		}
	}
	pseudo(w.tell.extKey, rect{}, encExtKey)
	motion := rect{x: motionRelative}
	if w.absolute {
		motion.x = motionAbsolute
	}
	pseudo(w.tell.relative, motion, encPointerMotion)
	var late []byte // the cursor wants the colour map
	if w.tell.cursor {
		late = appendCursor(nil, v.trans, w.absolute)
		count++
	}
	if pic.Width != v.width || pic.Height != v.height {
		if w.extResize || w.resize {
			v.resize(pic.Width, pic.Height)
			w.tell.size = w.extResize
			pseudo(!w.extResize, v.shown.area(), encDesktopSize)
			return v.sizes(&w, count, late)
		}
		pic = &video.Picture{Rows: fit(pic, v.width, v.height)}
	}
	if w.tell.size || w.tell.refused {
		return v.sizes(&w, count, late)
	}
	return v.pixels(&w, pic.Rows, count, late)
}

// sizes ends an update with the size of the screen, without pixels: those of a new
// size wait for the next request.
func (v *viewer) sizes(w *wishes, count int, late []byte) error {
	if w.tell.size || w.tell.refused {
		reason, status := sizeServer, 0
		if w.tell.refused {
			reason, status = sizeViewer, sizeRefused
		}
		v.buf = appendRect(v.buf, rect{reason, status, v.width, v.height}, encExtDesktop)
		v.buf = append(v.buf, 1, 0, 0, 0)             // one screen
		v.buf = append(v.buf, 0, 0, 0, 0, 0, 0, 0, 0) // number 0, at the origin
		v.buf = binary.BigEndian.AppendUint16(v.buf, uint16(v.width))
		v.buf = binary.BigEndian.AppendUint16(v.buf, uint16(v.height))
		v.buf = append(v.buf, 0, 0, 0, 0) // no flags
		count++
	}
	v.colours()
	v.header(count)
	v.put(late)
	v.put(v.buf)
	return v.out.Flush()
}

func (v *viewer) header(count int) {
	v.put(binary.BigEndian.AppendUint16([]byte{srvUpdate, 0}, uint16(count)))
}

// colours sends the entries of the colour map that the viewer has not.
func (v *viewer) colours() {
	m := v.trans.colors
	if m == nil || m.sent == len(m.entries) {
		return
	}
	b := binary.BigEndian.AppendUint16([]byte{srvColourMap, 0}, uint16(m.sent))
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.entries)-m.sent))
	for _, c := range m.entries[m.sent:] {
		for shift := 16; shift >= 0; shift -= 8 {
			b = binary.BigEndian.AppendUint16(b, uint16(c>>shift&0xff)*0x101)
		}
	}
	m.sent = len(m.entries)
	v.put(b)
}

// pixels ends an update with what has changed, or takes the request back if
// nothing has.
func (v *viewer) pixels(w *wishes, rows [][]uint32, count int, late []byte) error {
	var moves []copied
	everything := w.area.intersect(v.shown.area()) == v.shown.area()
	if w.copyRect && everything && v.shown.old == 0 {
		moves = v.shown.scroll(rows)
	}
	rects := v.shown.changes(rows, w.area)
	if len(rects)+len(moves)+count == 0 {
		if everything {
			v.shown.same(rows)
		}
		v.putBack(w.area)
		return nil
	}
	if m := v.trans.colors; m != nil && m.prepare(rows, func(yield func([]uint32) bool) { eachRow(rows, rects, yield) }) {
		v.shown.spoil(v.shown.area())
		moves, rects = nil, v.shown.changes(rows, w.area)
		if w.tell.cursor {
			late = appendCursor(nil, v.trans, w.absolute)
		}
	}
	v.colours()
	v.header(count + len(moves) + len(rects))
	v.put(late)
	v.put(v.buf)
	for _, m := range moves {
		b := appendRect(nil, rect{0, m.y, v.width, m.h}, encCopyRect)
		v.put(binary.BigEndian.AppendUint16(append(b, 0, 0), uint16(m.from)))
	}
	for _, r := range rects {
		v.buf = v.enc.encode(appendRect(v.buf[:0], r, w.encoding), w.encoding, v.trans, rows, r)
		v.put(v.buf)
		v.shown.sent(rows, r)
	}
	if everything {
		v.shown.same(rows)
	}
	return v.out.Flush()
}

// eachRow calls yield with each row of each rectangle, until it returns false.
func eachRow(rows [][]uint32, rects []rect, yield func([]uint32) bool) {
	for _, r := range rects {
		for _, row := range rows[r.y : r.y+r.h] {
			if !yield(row[r.x : r.x+r.w]) {
				return
			}
		}
	}
}

// fit cuts a picture to a size, and adds black at the right and below.
func fit(pic *video.Picture, w, h int) [][]uint32 {
	rows := make([][]uint32, h)
	var black []uint32
	for y := range rows {
		switch {
		case y >= pic.Height:
			if black == nil {
				black = make([]uint32, w)
			}
			rows[y] = black
		case pic.Width >= w:
			rows[y] = pic.Rows[y][:w]
		default:
			rows[y] = append(append(make([]uint32, 0, w), pic.Rows[y]...), make([]uint32, w-pic.Width)...)
		}
	}
	return rows
}
