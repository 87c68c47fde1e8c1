package term

import (
	"image"
	"slices"
	"strconv"
	"strings"

	"beige/devices/video"
	"beige/devices/video/cp437"
	"beige/machine"
)

// Depth is how many colours a terminal has.
type Depth uint8

const (
	Colours16 Depth = iota
	Colours256
	TrueColour
)

// DepthFor reads the number of colours from the environment variables
// COLORTERM and TERM.
func DepthFor(colorterm, term string) Depth {
	switch {
	case colorterm == "truecolor" || colorterm == "24bit" || strings.HasSuffix(term, "-direct"):
		return TrueColour
	case strings.Contains(term, "256") || colorterm != "":
		return Colours256
	}
	return Colours16
}

// cell is one place of the terminal as it was drawn.
type cell struct {
	r      rune
	fg, bg [3]uint8
	fi, bi uint8 // palette index, for terminals with 16 colours
	blink  bool

	picture bool // it is part of a picture that the terminal draws
}

// Renderer draws screens as ANSI sequences, writing only what has changed.
type Renderer struct {
	depth      Depth
	cols, rows int // of the terminal

	shown  []cell // what the terminal shows, row by row
	valid  bool   // shown is true
	hint   string // shown below the screen, if there is room
	status string // shown in its place, or over the last row
	menu   []string
	short  []string // words of the menu, for a terminal without room for its lines
	prompt *prompt  // in the place of the status

	painter  video.Painter // of graphics
	scaled   scaled
	canvas   canvas // nil: half blocks
	pictured bool   // the terminal shows one of its pictures
	drew     bool   // the last Draw has drawn in it
	at       area   // where the guest's screen is
	cellW    int    // size of a place in pixels, if canvas is not nil
	cellH    int

	px, py int // first column and row of the guest's screen that are visible

	cursorShape string
	cursorAt    [2]int // where the terminal's cursor shows, {-1, -1}: nowhere
	buf         []byte
}

// NewRenderer returns a renderer for a terminal of that size in characters.
func NewRenderer(cols, rows int, depth Depth) *Renderer {
	r := &Renderer{depth: depth}
	r.Resize(cols, rows)
	return r
}

// Resize tells the size of the terminal; everything is drawn again.
func (r *Renderer) Resize(cols, rows int) {
	r.cols, r.rows = max(cols, 1), max(rows, 1)
	r.shown = make([]cell, r.cols*r.rows)
	r.valid = false
}

// SetCanvas sets how pictures are drawn on places of that size in pixels; nil: as half
// blocks.
func (r *Renderer) SetCanvas(c canvas, cellW, cellH int) {
	if c == nil && r.canvas == nil {
		return
	}
	r.canvas, r.cellW, r.cellH = c, cellW, cellH
	r.valid = false
}

// Invalidate says that the terminal's contents are unknown.
func (r *Renderer) Invalidate() { r.valid = false }

// SetHint sets what stands below the screen while there is no status and room.
func (r *Renderer) SetHint(s string) { r.hint = s }

// SetStatus sets the line below the screen, or over its last row where there is
// no room; "" removes it.
func (r *Renderer) SetStatus(s string) { r.status = s }

// SetPrompt shows a question and what is typed at it in the place of the status,
// with the terminal's cursor; nil removes it.
func (r *Renderer) SetPrompt(p *prompt) { r.prompt = p }

// SetMenu lays a box of lines over the middle of the screen, or its words in
// short over the top of a terminal that is too small; nil removes it.
func (r *Renderer) SetMenu(lines, short []string) { r.menu, r.short = lines, short }

// Draw returns the bytes that make the terminal show s: none if it does
// already. The slice is valid until the next call.
func (r *Renderer) Draw(s *machine.Screen) []byte {
	r.buf, r.drew = r.buf[:0], false
	var pic *video.Picture
	if !s.Text && s.Frame != nil {
		pic = r.painter.Paint(s.Frame, video.Phase{})
	}
	at := r.at
	want := r.compose(s, pic)
	pictured := pic != nil && r.canvas != nil
	if pictured != r.pictured || pictured && at != r.at {
		r.valid = false
	}
	cursor := r.cursorOn(s)
	pending := pictured && r.canvas.pending(s.Frame, pic, r.at, r.hole(want))
	if r.valid && cursor == r.cursorAt && r.shape(s) == r.cursorShape && slices.Equal(want, r.shown) && !pending {
		return nil
	}
	if pictured {
		r.put(updateBegin)
	}
	r.put("\x1b[?25l")
	if !r.valid {
		r.put("\x1b[0m\x1b[2J")
		for i := range r.shown {
			r.shown[i] = cell{}
		}
		if r.canvas != nil {
			r.buf = r.canvas.hide(r.buf)
		}
	}
	r.pictured = pictured
	pen := noPen
	for y := range r.rows {
		r.row(y, want[y*r.cols:][:r.cols], &pen)
	}
	if pictured && r.canvas.pending(s.Frame, pic, r.at, r.hole(want)) {
		r.picture(want, pic, &pen)
	}
	if pen.r >= 0 {
		r.put("\x1b[0m")
	}
	r.valid = true
	r.cursor(s, cursor)
	if pictured {
		r.put(updateEnd)
	}
	return r.buf
}

// Around what is to show at once (synchronized output, mode 2026); terminals without it
// ignore that.
const (
	updateBegin = "\x1b[?2026h"
	updateEnd   = "\x1b[?2026l"
)

// noPen is the pen before anything is known of its colours.
var noPen = cell{r: -1}

// hole is where text is over the picture, in places from its upper left.
func (r *Renderer) hole(want []cell) image.Rectangle {
	var hole image.Rectangle
	for y := range r.at.rows {
		for x := range r.at.cols {
			if !want[(r.at.top+y)*r.cols+r.at.left+x].picture {
				hole = hole.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return hole
}

// picture draws what is new in the picture, and again the text over it that this has
// covered.
func (r *Renderer) picture(want []cell, pic *video.Picture, pen *cell) {
	var covered []int
	r.buf, covered = r.canvas.draw(r.buf, pic)
	r.drew = true
	for _, row := range covered {
		y := r.at.top + row
		have := r.shown[y*r.cols:][:r.cols]
		for x := r.at.left; x < r.at.left+r.at.cols; x++ {
			if !have[x].picture {
				have[x] = cell{}
			}
		}
		r.row(y, want[y*r.cols:][:r.cols], pen)
	}
}

// compose lays out what the terminal is to show.
func (r *Renderer) compose(s *machine.Screen, pic *video.Picture) []cell {
	want := make([]cell, r.cols*r.rows)
	for i := range want {
		want[i] = blank
	}
	r.pan(s)
	for y := range min(r.rows, s.Rows-r.py) {
		for x := range min(r.cols, s.Columns-r.px) {
			c := s.Cells[(y+r.py)*s.Columns+x+r.px]
			want[y*r.cols+x] = cell{r: cp437.Rune(c.Code), fg: s.Palette[c.FG&15], bg: s.Palette[c.BG&15], fi: c.FG & 15, bi: c.BG & 15, blink: c.Blink}
		}
	}
	cols, rows := s.Columns, s.Rows
	if !s.Text {
		cols, rows = r.cols, r.rows
	}
	switch {
	case pic != nil && r.canvas != nil:
		rows = max(r.rows-1, 1) // the last one is for the status
		r.at = r.canvas.fit(cols, rows, r.cellW, r.cellH)
		for y := r.at.top; y < r.at.top+r.at.rows; y++ {
			for x := r.at.left; x < r.at.left+r.at.cols; x++ {
				want[y*r.cols+x] = cell{r: ' ', picture: true}
			}
		}
	case pic != nil:
		r.blocks(want, pic)
	default:
		r.at = area{cols: s.Columns - r.px, rows: s.Rows - r.py}
	}
	line, y := r.status, r.statusRow(s)
	if line == "" && rows < r.rows {
		line = r.hint
	}
	if r.prompt != nil {
		line, _ = r.prompt.line(r.cols)
	}
	if line != "" {
		r.text(want, 0, y, line)
	}
	if r.menu != nil && (len(r.menu) > r.rows || len([]rune(r.menu[0])) > r.cols) {
		x, y := 0, 0
		for _, w := range r.short {
			if x > 0 && x+len(w) > r.cols {
				x, y = 0, y+1
			}
			r.text(want, x, y, w+" ")
			x += len(w) + 1
		}
	} else if r.menu != nil {
		width := 0
		for _, l := range r.menu {
			width = max(width, len([]rune(l)))
		}
		top := max((min(r.rows, max(rows, 1))-len(r.menu))/2, 0)
		left := max((min(r.cols, max(cols, 1))-width)/2, 0)
		for i, l := range r.menu {
			r.text(want, left, top+i, l)
		}
	}
	return want
}

// statusRow is the row below the screen, or the last one where there is no room.
func (r *Renderer) statusRow(s *machine.Screen) int {
	if s.Text {
		return min(s.Rows, r.rows-1)
	}
	return r.rows - 1
}

var blank = cell{r: ' '}

// text writes a line of the front end: reversed, so that it stands out.
func (r *Renderer) text(want []cell, x, y int, s string) {
	if y >= r.rows || s == "" {
		return
	}
	for _, c := range s {
		if x >= r.cols {
			return
		}
		want[y*r.cols+x] = cell{r: c, fg: [3]uint8{0, 0, 0}, bg: [3]uint8{0xaa, 0xaa, 0xaa}, fi: 0, bi: 7}
		x++
	}
}

// pan chooses which part of a screen that is larger than the terminal is seen:
// the upper left, moved as little as keeps the cursor in sight.
func (r *Renderer) pan(s *machine.Screen) {
	follow := func(at, cur, visible, total int) int {
		if total <= visible {
			return 0
		}
		if cur < at {
			at = cur
		}
		if cur >= at+visible {
			at = cur - visible + 1
		}
		return min(max(at, 0), total-visible)
	}
	x, y := s.Cursor.X, s.Cursor.Y
	if !s.Cursor.Visible {
		x, y = r.px, r.py
	}
	r.px = follow(r.px, x, r.cols, s.Columns)
	r.py = follow(r.py, y, r.rows, s.Rows)
}

// row draws what has changed in one row.
func (r *Renderer) row(y int, want []cell, pen *cell) {
	have := r.shown[y*r.cols:][:r.cols]
	if slices.Equal(want, have) {
		return
	}
	at := -1 // column of the terminal's cursor, -1: elsewhere
	for x := range want {
		if want[x] == have[x] {
			continue
		}
		if want[x].picture && r.canvas != nil {
			r.canvas.spoiled(y - r.at.top)
		}
		if at >= 0 && x-at <= 4 && !slices.ContainsFunc(want[at:x], func(c cell) bool { return c.picture }) { // cheaper to write over a short gap than to move
			for ; at < x; at++ {
				r.cell(want[at], pen)
			}
		}
		if at != x {
			r.put("\x1b[")
			r.num(y + 1)
			r.put(";")
			r.num(x + 1)
			r.put("H")
		}
		r.cell(want[x], pen)
		at = x + 1
	}
	copy(have, want)
}

func (r *Renderer) cell(c cell, pen *cell) {
	if pen.r < 0 || pen.fg != c.fg || pen.bg != c.bg || pen.fi != c.fi || pen.bi != c.bi || pen.blink != c.blink {
		r.put("\x1b[0")
		if c.blink {
			r.put(";5")
		}
		r.colour(c.fg, c.fi, false)
		r.colour(c.bg, c.bi, true)
		r.put("m")
		*pen = c
	}
	r.buf = append(r.buf, string(c.r)...)
}

// ansi are the 16 colours of the PC in the order of ECMA-48: red and blue
// change places.
const ansi = "\x00\x04\x02\x06\x01\x05\x03\x07"

func (r *Renderer) colour(c [3]uint8, index uint8, back bool) {
	base := 30
	if back {
		base = 40
	}
	switch r.depth {
	case Colours16:
		n := base + int(ansi[index&7])
		if index >= 8 {
			n += 60
		}
		r.put(";")
		r.num(n)
		return
	case Colours256:
		r.put(";")
		r.num(base + 8)
		r.put(";5;")
		r.num(nearest256(c))
		return
	}
	r.put(";")
	r.num(base + 8)
	r.put(";2")
	for _, v := range c {
		r.put(";")
		r.num(int(v))
	}
}

// nearest256 returns the entry of xterm's 256-colour table that is nearest to
// c: the cube of 6x6x6 colours from 16 on, or the greys from 232 on.
func nearest256(c [3]uint8) int {
	levels := [6]int{0, 95, 135, 175, 215, 255}
	index, cube := 0, 0
	for _, v := range c {
		best := 0
		for i, l := range levels {
			if abs(l-int(v)) < abs(levels[best]-int(v)) {
				best = i
			}
		}
		index = index*6 + best
		cube += sq(levels[best] - int(v))
	}
	grey, err := 0, 1<<30
	for i := range 24 {
		l := 8 + 10*i
		if e := sq(l-int(c[0])) + sq(l-int(c[1])) + sq(l-int(c[2])); e < err {
			grey, err = i, e
		}
	}
	if err < cube {
		return 232 + grey
	}
	return 16 + index
}

func abs(v int) int { return max(v, -v) }
func sq(v int) int  { return v * v }

// nowhere is the place of a cursor that does not show.
var nowhere = [2]int{-1, -1}

// cursorOn is where the guest's cursor, or that of a prompt, is on the terminal.
func (r *Renderer) cursorOn(s *machine.Screen) [2]int {
	if r.prompt != nil {
		_, x := r.prompt.line(r.cols)
		return [2]int{x, r.statusRow(s)}
	}
	x, y := s.Cursor.X-r.px, s.Cursor.Y-r.py
	if !s.Cursor.Visible || !s.Text || r.menu != nil || x < 0 || y < 0 || x >= r.cols || y >= r.rows {
		return nowhere
	}
	return [2]int{x, y}
}

// shape is the control sequence for the guest's form of the cursor (DECSCUSR).
func (r *Renderer) shape(s *machine.Screen) string {
	if !s.Cursor.Visible {
		return r.cursorShape // as it is
	}
	if s.Cursor.Block {
		return "\x1b[1 q" // blinking block
	}
	return "\x1b[3 q" // blinking underline
}

// cursor shows the terminal's cursor at a place.
func (r *Renderer) cursor(s *machine.Screen, at [2]int) {
	if r.cursorAt = at; at == nowhere {
		return
	}
	if shape := r.shape(s); shape != r.cursorShape {
		r.put(shape)
		r.cursorShape = shape
	}
	r.put("\x1b[")
	r.num(at[1] + 1)
	r.put(";")
	r.num(at[0] + 1)
	r.put("H\x1b[?25h")
}

func (r *Renderer) put(s string) { r.buf = append(r.buf, s...) }
func (r *Renderer) num(n int)    { r.buf = strconv.AppendInt(r.buf, int64(n), 10) }
